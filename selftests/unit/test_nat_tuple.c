// SPDX-License-Identifier: GPL-2.0
/*
 * net/xinet/netfilter/nat_tuple.c: candidates by a table, and for random
 * ranges what must hold of every one: in the range, none twice, no more than
 * the bound, all of them where they are few. And the arithmetic of inverses.
 */
#include <stdlib.h>
#include <netinet/in.h>
#include "shim_nat.h"
#include "../../net/xinet/netfilter/nat_tuple.c"
#include "ktap.h"

#define A(a, b, c, d)	((u32)(a) << 24 | (b) << 16 | (c) << 8 | (d))
#define ADDR	XNAT_RANGE_ADDR
#define PORT	XNAT_RANGE_PORT
#define RANDOM	XNAT_RANGE_RANDOM
#define PERS	XNAT_RANGE_PERSISTENT
#define MAP	XNAT_RANGE_NETMAP

static const u32 client = A(10, 1, 0, 2), server = A(10, 3, 0, 2);
static const u32 public = A(10, 3, 0, 1);

static struct xct_tuple tuple_of(u8 proto, u32 src, u32 sport, u32 dst,
				 u32 dport)
{
	struct xct_tuple t = { .src = htonl(src), .dst = htonl(dst),
			       .sport = htons(sport), .dport = htons(dport),
			       .proto = proto };

	if (proto == IPPROTO_ICMP) {
		t.type = ICMP_ECHO;
		t.code = 0;
	}
	return t;
}

struct row {
	const char *name;
	u8 proto;
	u16 port;		/* of the side that changes */
	enum xnat_side side;
	struct xnat_range range;
	u32 at, word;
	u32 want_addr;		/* of the first candidate */
	u32 want_port;
	u32 count;		/* of all */
	u32 low, high;		/* ports of all */
};

#define P A(10, 3, 0, 1)

static const struct row rows[] = {
	{ "a port is kept", IPPROTO_UDP, 5000, XNAT_SRC,
	  { .flags = ADDR, .addr = { P, P } }, 0, 0, P, 5000, 129, 1024, 65535 },
	{ "a port at the end of its class", IPPROTO_UDP, 65535, XNAT_SRC,
	  { .flags = ADDR, .addr = { P, P } }, 0, 0, P, 65535, 129, 1024, 65535 },
	{ "a port at the beginning of its class", IPPROTO_TCP, 1024, XNAT_SRC,
	  { .flags = ADDR, .addr = { P, P } }, 0, 0, P, 1024, 129, 1024, 65535 },
	{ "a privileged port", IPPROTO_TCP, 1023, XNAT_SRC,
	  { .flags = ADDR, .addr = { P, P } }, 0, 0, P, 1023, 129, 600, 1023 },
	{ "the first privileged port", IPPROTO_TCP, 512, XNAT_SRC,
	  { .flags = ADDR, .addr = { P, P } }, 0, 0, P, 512, 129, 512, 1023 },
	{ "a port that proves who asks", IPPROTO_TCP, 511, XNAT_SRC,
	  { .flags = ADDR, .addr = { P, P } }, 0, 0, P, 511, 129, 1, 511 },
	{ "random: nothing is kept", IPPROTO_UDP, 5000, XNAT_SRC,
	  { .flags = ADDR | RANDOM, .addr = { P, P } }, 0, 0, P, 1024, 128, 1024, 65535 },
	{ "random: the last of a range", IPPROTO_UDP, 5000, XNAT_SRC,
	  { .flags = ADDR | PORT | RANDOM, .addr = { P, P },
	    .port = { 5000, 5003 } }, 0, ~0U, P, 5003,
	  4, 5000, 5003 },
	{ "in the range of ports: kept", IPPROTO_UDP, 5003, XNAT_SRC,
	  { .flags = ADDR | PORT, .addr = { P, P },
	    .port = { 5000, 5003 } }, 0, 0, P, 5003, 5, 5000,
	  5003 },
	{ "above the range of ports", IPPROTO_UDP, 5004, XNAT_SRC,
	  { .flags = ADDR | PORT, .addr = { P, P },
	    .port = { 5000, 5003 } }, 0, 0, P, 5000, 4, 5000,
	  5003 },
	{ "below the range of ports", IPPROTO_UDP, 4999, XNAT_SRC,
	  { .flags = ADDR | PORT, .addr = { P, P },
	    .port = { 5000, 5003 } }, 0, 0, P, 5000, 4, 5000,
	  5003 },
	{ "128 ports: all of them", IPPROTO_UDP, 1, XNAT_SRC,
	  { .flags = ADDR | PORT, .addr = { P, P },
	    .port = { 5000, 5127 } }, 0, 0, P, 5000, 128, 5000,
	  5127 },
	{ "129 ports: all but one", IPPROTO_UDP, 1, XNAT_SRC,
	  { .flags = ADDR | PORT, .addr = { P, P },
	    .port = { 5000, 5128 } }, 0, 0, P, 5000, 128, 5000,
	  5128 },
	{ "every port there is", IPPROTO_UDP, 1, XNAT_SRC,
	  { .flags = ADDR | PORT | RANDOM, .addr = { P, P },
	    .port = { 0, 65535 } }, 0, ~0U, P, 65535,
	  128, 0, 65535 },
	{ "a range the wrong way round is its first", IPPROTO_UDP, 1, XNAT_SRC,
	  { .flags = ADDR | PORT, .addr = { P, P - 1 },
	    .port = { 9, 8 } }, 0, 0, P, 9, 1, 9, 9 },
	{ "an identification is kept", IPPROTO_ICMP, 77, XNAT_SRC,
	  { .flags = ADDR, .addr = { P, P } }, 0, 0, P, 77, 129, 0, 65535 },
	{ "an identification has a range too", IPPROTO_ICMP, 77, XNAT_SRC,
	  { .flags = ADDR | PORT, .addr = { P, P },
	    .port = { 5, 6 } }, 0, 0, P, 5, 2, 5, 6 },
	{ "a protocol without ports", 47, 0, XNAT_SRC,
	  { .flags = ADDR, .addr = { P, P } }, 0, 0, P, 0, 2, 0, 0 },
	{ "addresses only, where there is no port", 47, 0, XNAT_SRC,
	  { .flags = ADDR, .addr = { P, P + 3 } }, 2, 0, P + 2, 0, 5, 0, 0 },
	{ "a pool: the one chosen first", IPPROTO_UDP, 5000, XNAT_SRC,
	  { .flags = ADDR | PORT, .addr = { P, P + 3 },
	    .port = { 9, 10 } }, 3, 0, P + 3, 9, 8, 9, 10 },
	{ "persistent: no other address", IPPROTO_UDP, 5000, XNAT_SRC,
	  { .flags = ADDR | PORT | PERS, .addr = { P, P + 3 },
	    .port = { 9, 10 } }, 3, 0, P + 3, 9, 2,
	  9, 10 },
	{ "the address stays without one", IPPROTO_UDP, 5000, XNAT_SRC,
	  {}, 0, 0, A(10, 1, 0, 2), 5000, 129, 1024, 65535 },
	{ "netmap keeps the host's bits", IPPROTO_UDP, 5000, XNAT_SRC,
	  { .flags = ADDR | MAP, .addr = { A(172, 16, 4, 0), A(172, 16, 7, 255) } }, 0, 0,
	  A(172, 16, 4, 2), 5000, 129, 1024, 65535 },
	{ "netmap of one address", IPPROTO_UDP, 5000, XNAT_SRC,
	  { .flags = ADDR | MAP, .addr = { P, P } }, 0, 0, P, 5000, 129, 1024, 65535 },
	{ "netmap of all addresses", IPPROTO_UDP, 5000, XNAT_SRC,
	  { .flags = ADDR | MAP, .addr = { 0, ~0U } }, 0, 0, A(10, 1, 0, 2), 5000, 129, 1024,
	  65535 },
	{ "a destination's port stays", IPPROTO_UDP, 80, XNAT_DST,
	  { .flags = ADDR, .addr = { P, P } }, 0, 0, P, 80, 2, 80, 80 },
	{ "a destination's port changes", IPPROTO_UDP, 80, XNAT_DST,
	  { .flags = ADDR | PORT, .addr = { P, P },
	    .port = { 8080, 8080 } }, 0, 0, P, 8080, 1, 8080,
	  8080 },
	{ "a server of a pool and no other", IPPROTO_TCP, 80, XNAT_DST,
	  { .flags = ADDR, .addr = { P, P + 9 } }, 4, 0, P + 4, 80, 2, 80, 80 },
	{ "a ping's destination", IPPROTO_ICMP, 77, XNAT_DST,
	  { .flags = ADDR | PORT, .addr = { P, P },
	    .port = { 5, 6 } }, 0, 0, P, 77, 1, 77, 77 },
};

static u32 side_port(const struct row *r, const struct xct_tuple *t)
{
	if (r->proto == IPPROTO_ICMP)
		return ntohs(t->sport);
	return ntohs(r->side == XNAT_SRC ? t->sport : t->dport);
}

static bool other_side_same(const struct row *r, const struct xct_tuple *a,
			    const struct xct_tuple *b)
{
	if (a->proto != b->proto)
		return false;
	if (r->side == XNAT_SRC)
		return a->dst == b->dst && a->dport == b->dport;
	return a->src == b->src && a->sport == b->sport;
}

static bool row_holds(const struct row *r)
{
	struct xct_tuple t, cand, first;
	struct xnat_pick p;
	u32 n = 0, port;

	t = tuple_of(r->proto, client, 5000, server, 80);
	if (r->side == XNAT_SRC || r->proto == IPPROTO_ICMP)
		t.sport = htons(r->port);
	xnat_pick_init(&p, &t, &r->range, r->side);
	xnat_pick_addr(&p, r->at);
	xnat_pick_start(&p, r->word);
	while (xnat_pick_next(&p, &cand)) {
		port = side_port(r, &cand);
		if (!n++)
			first = cand;
		else if (port < r->low || port > r->high)
			return false;
		/* the other side is as it was, and an ICMP type too */
		if (!other_side_same(r, &t, &cand))
			return false;
	}
	if (n != r->count || side_port(r, &first) != r->want_port ||
	    ntohl(r->side == XNAT_SRC ? first.src : first.dst) != r->want_addr)
		printf("# %u candidates, first %#x %u\n", n,
		       ntohl(r->side == XNAT_SRC ? first.src : first.dst),
		       side_port(r, &first));
	return n == r->count && side_port(r, &first) == r->want_port &&
	       ntohl(r->side == XNAT_SRC ? first.src : first.dst) ==
	       r->want_addr;
}

/* What holds of any range: see the top. */
static bool random_range(void)
{
	u32 naddr = rand() % 3 ? 1 + rand() % 40 : 1;
	u32 nport = rand() % 3 ? 1 + rand() % 200 : 1 + rand() % 65536;
	u32 low = rand() % (65537 - nport), n = 0, i;
	struct xnat_range range = {
		.flags = ADDR | PORT | RANDOM,
		.addr = { public, public + naddr - 1 },
		.port = { low, low + nport - 1 },
	};
	struct xct_tuple t = tuple_of(IPPROTO_UDP, client, 5000, server, 80);
	u64 seen[XNAT_PROBES], all = (u64)naddr * nport;
	struct xct_tuple cand;
	struct xnat_pick p;

	xnat_pick_init(&p, &t, &range, XNAT_SRC);
	xnat_pick_addr(&p, rand() % naddr);
	xnat_pick_start(&p, (u32)rand() << 16 ^ rand());
	while (xnat_pick_next(&p, &cand)) {
		u32 addr = ntohl(cand.src), port = ntohs(cand.sport);

		if (n == XNAT_PROBES || addr - public >= naddr ||
		    port - low >= nport)
			return false;
		seen[n++] = (u64)addr << 16 | port;
		if (naddr > 1 && nport < 64 && all > XNAT_PROBES)
			continue;
		for (i = 0; i + 1 < n; i++)
			if (seen[i] == seen[n - 1] && naddr == 1)
				return false;
	}
	return n == (all < XNAT_PROBES ? all : XNAT_PROBES);
}

static bool random_ranges(void)
{
	unsigned int i;

	srand(1);
	for (i = 0; i < 100000; i++)
		if (!random_range())
			return false;
	return true;
}

/* Few candidates: each of them, once. */
static bool few_are_all(void)
{
	u32 naddr, nport, at, n;

	for (naddr = 1; naddr <= 128; naddr++) {
		nport = 128 / naddr;
		for (at = 0; at < naddr; at++) {
			struct xnat_range range = {
				.flags = ADDR | PORT | RANDOM,
				.addr = { public, public + naddr - 1 },
				.port = { 7000, 7000 + nport - 1 },
			};
			struct xct_tuple t = tuple_of(IPPROTO_UDP, client, 1,
						      server, 80), cand;
			bool seen[128][128] = {};
			struct xnat_pick p;

			xnat_pick_init(&p, &t, &range, XNAT_SRC);
			xnat_pick_addr(&p, at);
			xnat_pick_start(&p, at * 0x9e3779b9);
			for (n = 0; xnat_pick_next(&p, &cand); n++) {
				bool *s = &seen[ntohl(cand.src) - public]
					       [ntohs(cand.sport) - 7000];

				if (*s)
					return false;
				*s = true;
			}
			if (n != naddr * nport)
				return false;
		}
	}
	return true;
}

/* Half of the probes are left for other addresses. */
static bool many_reach_others(void)
{
	struct xnat_range range = { .flags = ADDR, .addr = { public, public + 99 } };
	struct xct_tuple t = tuple_of(IPPROTO_UDP, client, 5000, server, 80);
	u32 here = 0, others = 0;
	bool seen[100] = {};
	struct xct_tuple cand;
	struct xnat_pick p;

	xnat_pick_init(&p, &t, &range, XNAT_SRC);
	xnat_pick_addr(&p, 42);
	xnat_pick_start(&p, 1);
	while (xnat_pick_next(&p, &cand)) {
		u32 at = ntohl(cand.src) - public;

		if (at == 42)
			here++;
		else
			others += !seen[at];
		seen[at] = true;
	}
	return here == 65 && others == 64;
}

/* A block of taken ports, however large, is left soon. */
static bool block_is_left(void)
{
	struct xnat_range range = { .flags = ADDR, .addr = { public, public } };
	struct xct_tuple t = tuple_of(IPPROTO_UDP, client, 5000, server, 80);
	u32 word, n, taken = 57000;	/* of 64,512 */
	struct xct_tuple cand;
	struct xnat_pick p;

	for (word = 0; word < 1000; word++) {
		xnat_pick_init(&p, &t, &range, XNAT_SRC);
		xnat_pick_addr(&p, 0);
		xnat_pick_start(&p, word * 4294967);
		for (n = 0; xnat_pick_next(&p, &cand); n++)
			if (ntohs(cand.sport) >= 1024 + taken)
				break;
		if (n > 20)
			return false;
	}
	return true;
}

static bool source_in_pool_stays(void)
{
	struct xnat_range range = { .flags = ADDR, .addr = { client - 2, client + 2 } };
	struct xct_tuple t = tuple_of(IPPROTO_UDP, client, 5000, server, 80);
	struct xct_tuple cand;
	struct xnat_pick p;

	xnat_pick_init(&p, &t, &range, XNAT_SRC);
	xnat_pick_addr(&p, 0);
	xnat_pick_start(&p, 0);
	return xnat_pick_next(&p, &cand) && xct_tuple_equal(&t, &cand) &&
	       xnat_pick_next(&p, &cand) &&
	       ntohl(cand.src) == client - 2 && ntohs(cand.sport) == 5000;
}

/* One more than a word can count, and as many as it just can. */
static bool widest(u32 first)
{
	struct xnat_range range = { .flags = ADDR, .addr = { first, ~0U } };
	struct xct_tuple t = tuple_of(IPPROTO_UDP, client, 5000, server, 80);
	struct xct_tuple cand;
	struct xnat_pick p;
	u32 n = 0;

	xnat_pick_init(&p, &t, &range, XNAT_SRC);
	xnat_pick_addr(&p, ~0U - first - 1);
	xnat_pick_start(&p, 1);
	while (xnat_pick_next(&p, &cand))
		if (n++ > XNAT_PROBES + 2 || ntohl(cand.src) < first)
			return false;
	return p.naddr == ~0U && n >= XNAT_PROBES;
}

/* Twice inverted is as before, and the key is another one. */
static bool inverse(u8 proto)
{
	struct xct_tuple t = tuple_of(proto, client, 5000, server, 80), i, j;

	xct_tuple_invert(&i, &t);
	xct_tuple_invert(&j, &i);
	return xct_tuple_equal(&t, &j) && !xct_tuple_equal(&t, &i) &&
	       i.dir != t.dir && i.src == t.dst && i.dst == t.src &&
	       (proto == IPPROTO_ICMP ? i.sport == t.sport &&
					i.type == ICMP_ECHOREPLY :
					i.sport == t.dport &&
					i.dport == t.sport);
}

int main(void)
{
	unsigned int i, n = sizeof(rows) / sizeof(*rows);

	ktap_plan(n + 10);
	for (i = 0; i < n; i++)
		ktap_ok(row_holds(&rows[i]), "pick__%s", rows[i].name);
	ktap_ok(source_in_pool_stays(), "pick__a_source_in_the_pool_stays");
	ktap_ok(few_are_all(), "pick__few_are_all_tried_once");
	ktap_ok(many_reach_others(), "pick__many_reach_other_addresses");
	ktap_ok(block_is_left(), "pick__a_block_of_taken_ports_is_left");
	ktap_ok(random_ranges(), "pick__100,000_random_ranges");
	ktap_ok(widest(0), "pick__from_all_addresses");
	ktap_ok(widest(1), "pick__from_all_addresses_but_one");
	ktap_ok(inverse(IPPROTO_UDP), "invert__udp");
	ktap_ok(inverse(IPPROTO_TCP), "invert__tcp");
	ktap_ok(inverse(IPPROTO_ICMP), "invert__icmp_echo");
	return ktap_exit();
}
