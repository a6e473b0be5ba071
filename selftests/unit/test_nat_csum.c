// SPDX-License-Identifier: GPL-2.0
/*
 * net/xinet/netfilter/nat_csum.h: a checksum brought up to date by differences
 * beside one that is counted anew, for the ends of the number range and at
 * random; and a damaged packet stays damaged.
 */
#include <stdlib.h>
#include "shim_nat.h"
#include "../../net/xinet/netfilter/nat_csum.h"
#include "ktap.h"

/* A pseudo-header and a datagram: addresses, ports, length, checksum, data. */
struct packet {
	__be32 src, dst;
	__be16 sport, dport;
	__be16 len;
	__sum16 check;
	u8 data[8];
};

static u16 fold_all(const struct packet *p)
{
	const u8 *byte = (const u8 *)p;
	u32 sum = 0;
	size_t i;

	for (i = 0; i < sizeof(*p); i += 2)
		sum += byte[i] << 8 | byte[i + 1];
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

static bool whole(const struct packet *p)
{
	return fold_all(p) == 0xffff;
}

static void seal(struct packet *p)
{
	p->check = 0;
	p->check = htons(~fold_all(p));
}

static bool moved(struct packet *p, __be32 addr, __be16 port, u16 damage)
{
	__wsum diff = csum_add(xnat_diff4(p->src, addr),
			       xnat_diff2(p->sport, port));

	seal(p);
	p->data[0] ^= damage >> 8;
	p->data[1] ^= damage;
	p->src = addr;
	p->sport = port;
	p->check = xnat_sum(p->check, diff);
	return whole(p);
}

static u32 any(void)
{
	static const u32 ends[] = { 0, 1, 0xff, 0x100, 0xffff, 0x10000,
				    0xfffffffe, 0xffffffff, 0x80000000 };

	if (rand() % 2)
		return ends[rand() % (sizeof(ends) / sizeof(*ends))];
	return (u32)rand() << 17 ^ rand();
}

static void fill(struct packet *p)
{
	size_t i;

	p->src = htonl(any());
	p->dst = htonl(any());
	p->sport = htons(any());
	p->dport = htons(any());
	p->len = htons(16);
	for (i = 0; i < sizeof(p->data); i++)
		p->data[i] = any();
}

static bool all_moves(void)
{
	struct packet p;
	unsigned int i;

	for (i = 0; i < 1000000; i++) {
		fill(&p);
		if (!moved(&p, htonl(any()), htons(any()), 0))
			return false;
	}
	return true;
}

static bool damage_stays(void)
{
	struct packet p;
	unsigned int i;
	u16 damage;

	for (i = 0; i < 100000; i++) {
		fill(&p);
		p.data[0] = 0x12;
		damage = 1 + rand() % 0xfffe;
		/* 0 and 0xffff are the same sum, so no damage */
		if (moved(&p, htonl(any()), htons(any()), damage))
			return false;
	}
	return true;
}

/* The device completes what the pseudo-header begins. */
static bool partial(void)
{
	struct packet p, full;
	unsigned int i;
	__be32 addr;
	u32 sum;

	for (i = 0; i < 100000; i++) {
		fill(&p);
		addr = htonl(any());
		/* as a sender leaves it: the addresses' sum */
		sum = ntohs(p.src & 0xffff) + ntohs(p.src >> 16) +
		      ntohs(p.dst & 0xffff) + ntohs(p.dst >> 16);
		while (sum >> 16)
			sum = (sum & 0xffff) + (sum >> 16);
		p.check = xnat_sum_partial(htons(sum), xnat_diff4(p.src, addr));
		p.src = addr;
		/* as a device does it: over the rest, this field included */
		full = p;
		full.src = 0;
		full.dst = 0;
		p.check = htons(~fold_all(&full));
		if (!whole(&p))
			return false;
	}
	return true;
}

static bool nothing_changes(void)
{
	u32 i;

	for (i = 0; i < 0xffff; i++)
		if (xnat_sum(i, xnat_diff4(htonl(0x0a010002),
					   htonl(0x0a010002))) != i)
			return false;
	return true;
}

int main(void)
{
	srand(1);
	ktap_plan(4);
	ktap_ok(all_moves(), "sum__a_million_packets");
	ktap_ok(damage_stays(), "sum__damage_is_not_mended");
	ktap_ok(partial(), "sum__left_to_the_device");
	ktap_ok(nothing_changes(), "sum__no_change_is_none");
	return ktap_exit();
}
