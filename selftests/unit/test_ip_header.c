// SPDX-License-Identifier: GPL-2.0
/* net/xinet/ip/header.h: rows around every limit a XIP header has. */
#include "shim_ip.h"
#include "../../net/xinet/ip/header.h"
#include "ktap.h"

/* One header: what is unusual about it, and what must come of it. */
struct row {
	const char *name;
	unsigned int version, ihl, total, arrived, frag;
	unsigned int break_csum;
	enum xinet_drop want;
};

#define MF	0x2000
#define DF	0x4000
#define EVIL	0x8000

static const struct row rows[] = {
	{ "plain", 14, 5, 28, 28, 0, 0, XINET_DROP_NONE },
	{ "version 4", 4, 5, 28, 28, 0, 0, XINET_DROP_BAD_VERSION },
	{ "version 13", 13, 5, 28, 28, 0, 0, XINET_DROP_BAD_VERSION },
	{ "version 15", 15, 5, 28, 28, 0, 0, XINET_DROP_BAD_VERSION },
	{ "version 0", 0, 5, 28, 28, 0, 0, XINET_DROP_BAD_VERSION },
	{ "IHL 0", 14, 0, 28, 28, 0, 0, XINET_DROP_BAD_IHL },
	{ "IHL 4", 14, 4, 28, 28, 0, 0, XINET_DROP_BAD_IHL },
	{ "IHL 15", 14, 15, 60, 60, 0, 0, XINET_DROP_NONE },
	{ "checksum off by one", 14, 5, 28, 28, 0, 1, XINET_DROP_HDR_CSUM },
	{ "total 19", 14, 5, 19, 28, 0, 0, XINET_DROP_BAD_LENGTH },
	{ "total 20", 14, 5, 20, 28, 0, 0, XINET_DROP_NONE },
	{ "total 59 of IHL 15", 14, 15, 59, 60, 0, 0, XINET_DROP_BAD_LENGTH },
	{ "total 0", 14, 5, 0, 28, 0, 0, XINET_DROP_BAD_LENGTH },
	{ "padding behind", 14, 5, 28, 46, 0, 0, XINET_DROP_NONE },
	{ "one byte missing", 14, 5, 29, 28, 0, 0, XINET_DROP_TRUNCATED },
	{ "65,535 bytes", 14, 5, 65535, 65535, 0, 0, XINET_DROP_NONE },
	{ "DF", 14, 5, 28, 28, DF, 0, XINET_DROP_NONE },
	{ "reserved bit", 14, 5, 28, 28, EVIL, 0, XINET_DROP_NONE },
	{ "first fragment of 8", 14, 5, 28, 28, MF, 0, XINET_DROP_NONE },
	{ "first fragment of 7", 14, 5, 27, 27, MF, 0, XINET_DROP_BAD_FRAGMENT },
	{ "first fragment of 9", 14, 5, 29, 29, MF, 0, XINET_DROP_BAD_FRAGMENT },
	{ "first fragment empty", 14, 5, 20, 20, MF, 0, XINET_DROP_BAD_FRAGMENT },
	{ "last fragment of 7", 14, 5, 27, 27, 1, 0, XINET_DROP_NONE },
	{ "last fragment empty", 14, 5, 20, 20, 1, 0, XINET_DROP_BAD_FRAGMENT },
	{ "last ends at 65,535", 14, 5, 27, 27, 8188, 0, XINET_DROP_NONE },
	{ "last ends beyond", 14, 5, 32, 32, 8188, 0, XINET_DROP_BAD_FRAGMENT },
	{ "offset 8191", 14, 5, 28, 28, 8191, 0, XINET_DROP_BAD_FRAGMENT },
	{ "offset 8191 with MF", 14, 5, 28, 28, MF | 8191, 0,
	  XINET_DROP_BAD_FRAGMENT },
};

static enum xinet_drop check(const struct row *r)
{
	static unsigned char packet[65536];
	struct iphdr *iph = (struct iphdr *)packet;
	enum xinet_drop why;

	memset(packet, 0, sizeof(packet));
	iph->version = r->version;
	iph->ihl = r->ihl;
	iph->tot_len = htons(r->total);
	iph->frag_off = htons(r->frag);
	iph->ttl = 64;
	iph->protocol = 17;
	iph->check = ip_fast_csum(iph, r->ihl);
	iph->check = htons(ntohs(iph->check) + r->break_csum);

	why = xip_header_fixed(iph);
	if (!why)
		why = xip_header_lengths(iph, r->arrived);
	if (!why)
		why = xip_header_fragment(iph);
	return why;
}

int main(void)
{
	unsigned int i;

	ktap_plan(sizeof(rows) / sizeof(rows[0]));
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		ktap_ok(check(&rows[i]) == rows[i].want, "header: %s",
			rows[i].name);
	return ktap_exit();
}
