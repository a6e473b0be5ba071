// SPDX-License-Identifier: GPL-2.0
/* Numbers of rtnetlink that have names, both ways. Pure; anyone calls. */
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <stdio.h>

#include "names.h"

const struct keyword names_scope[] = {
	{ "global", 1, RT_SCOPE_UNIVERSE },
	{ "universe", 1, RT_SCOPE_UNIVERSE },
	{ "site", 1, RT_SCOPE_SITE },
	{ "link", 1, RT_SCOPE_LINK },
	{ "host", 1, RT_SCOPE_HOST },
	{ "nowhere", 1, RT_SCOPE_NOWHERE },
	{ }
};

const struct keyword names_proto[] = {
	{ "unspec", 0, RTPROT_UNSPEC },
	{ "redirect", 0, RTPROT_REDIRECT },
	{ "kernel", 1, RTPROT_KERNEL },
	{ "boot", 2, RTPROT_BOOT },
	{ "static", 1, RTPROT_STATIC },
	{ "gated", 0, RTPROT_GATED },
	{ "ra", 0, RTPROT_RA },
	{ "mrt", 0, RTPROT_MRT },
	{ "zebra", 0, RTPROT_ZEBRA },
	{ "bird", 0, RTPROT_BIRD },
	{ "dnrouted", 0, RTPROT_DNROUTED },
	{ "xorp", 0, RTPROT_XORP },
	{ "ntk", 0, RTPROT_NTK },
	{ "dhcp", 0, RTPROT_DHCP },
	{ "mrouted", 0, RTPROT_MROUTED },
	{ "keepalived", 0, RTPROT_KEEPALIVED },
	{ "babel", 0, RTPROT_BABEL },
	{ "openr", 0, RTPROT_OPENR },
	{ "bgp", 0, RTPROT_BGP },
	{ "isis", 0, RTPROT_ISIS },
	{ "ospf", 0, RTPROT_OSPF },
	{ "rip", 0, RTPROT_RIP },
	{ "eigrp", 0, RTPROT_EIGRP },
	{ }
};

const struct keyword names_type[] = {
	{ "unicast", 3, RTN_UNICAST },
	{ "local", 3, RTN_LOCAL },
	{ "broadcast", 3, RTN_BROADCAST },
	{ "anycast", 3, RTN_ANYCAST },
	{ "multicast", 3, RTN_MULTICAST },
	{ "blackhole", 3, RTN_BLACKHOLE },
	{ "unreachable", 3, RTN_UNREACHABLE },
	{ "prohibit", 3, RTN_PROHIBIT },
	{ "throw", 3, RTN_THROW },
	{ }
};

const struct keyword names_table[] = {
	{ "default", 0, RT_TABLE_DEFAULT },
	{ "main", 0, RT_TABLE_MAIN },
	{ "local", 0, RT_TABLE_LOCAL },
	{ }
};

const struct keyword names_nud[] = {
	{ "incomplete", 3, NUD_INCOMPLETE },
	{ "reachable", 3, NUD_REACHABLE },
	{ "stale", 3, NUD_STALE },
	{ "delay", 3, NUD_DELAY },
	{ "probe", 3, NUD_PROBE },
	{ "failed", 3, NUD_FAILED },
	{ "noarp", 3, NUD_NOARP },
	{ "permanent", 3, NUD_PERMANENT },
	{ "none", 0, NUD_NONE },
	{ }
};

const struct keyword names_ipproto[] = {
	{ "icmp", 1, 1 },
	{ "tcp", 1, 6 },
	{ "udp", 1, 17 },
	{ }
};

/**
 * names_get - a number as its name
 * @table: the names
 * @val: the number
 *
 * Return: the name, or the number in digits in a static buffer.
 */
const char *names_get(const struct keyword *table, unsigned int val)
{
	static char buf[16];

	for (; table->name; table++)
		if ((unsigned int)table->id == val)
			return table->name;
	snprintf(buf, sizeof(buf), "%u", val);
	return buf;
}

/**
 * names_parse - a name, its abbreviation or a number
 * @table: the names
 * @word: what was typed
 * @max: largest number allowed
 * @val: result
 *
 * Return: 0, or a negative errno as parse_u32().
 */
int names_parse(const struct keyword *table, const char *word, __u32 max,
		__u32 *val)
{
	const struct keyword *k = parse_keyword(table, word);

	if (!k)
		return parse_u32(word, max, val);
	*val = k->id;
	return 0;
}
