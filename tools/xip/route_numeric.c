// SPDX-License-Identifier: GPL-2.0
/*
 * xip route show -N: the columns of "route -n", for who learnt those.
 *
 * In: RTM_NEWROUTE messages with a whole header. Out: a line for each next
 * hop. A route that refuses has "-" for a gateway and "!" for a flag, as
 * route(8) has it.
 */
#include <arpa/inet.h>
#include <stdio.h>

#include "dev.h"
#include "nl.h"
#include "out.h"
#include "route.h"
#include "xip.h"

/** route_numeric_title - the lines above the table */
void route_numeric_title(void)
{
	out_text("Kernel XIP routing table\n");
	out_text("Destination     Gateway         Genmask         Flags Metric Ref    Use Iface\n");
}

static void print_addr(__be32 addr)
{
	char buf[INET_ADDRSTRLEN];

	inet_ntop(AF_INET, &addr, buf, sizeof(buf));
	out_text("%-15s ", buf);
}

/* U is up, G a gateway, H a host, ! refuses. */
static void print_line(const struct rtmsg *rtm, const struct nlattr **tb,
		       __be32 gw, unsigned int ifindex)
{
	bool refuses = rtm->rtm_type != RTN_UNICAST;
	char flags[8];

	print_addr(nl_u32(tb[RTA_DST], 0));
	if (refuses)
		out_text("%-15s ", "-");
	else
		print_addr(gw);
	print_addr(prefix_mask(rtm->rtm_dst_len));
	snprintf(flags, sizeof(flags), "%s%s%s", refuses ? "!" : "U",
		 gw ? "G" : "", rtm->rtm_dst_len == 32 ? "H" : "");
	out_text("%-5s %-6u %-2d %7d ", flags, nl_u32(tb[RTA_PRIORITY], 0), 0,
		 0);
	if (refuses)
		out_text("-");
	else
		out_color(OUT_DEV, NULL, "%s", dev_name(ifindex));
	out_record_end();
}

static void print_hops(const struct rtmsg *rtm, const struct nlattr **tb)
{
	const struct rtnexthop *rtnh = mnl_attr_get_payload(tb[RTA_MULTIPATH]);
	size_t left = mnl_attr_get_payload_len(tb[RTA_MULTIPATH]), step;

	while (left >= sizeof(*rtnh) && rtnh->rtnh_len >= sizeof(*rtnh) &&
	       rtnh->rtnh_len <= left) {
		const struct nlattr *gw = (const void *)(rtnh + 1);
		int room = rtnh->rtnh_len - sizeof(*rtnh);

		print_line(rtm, tb, mnl_attr_ok(gw, room) &&
			   mnl_attr_get_type(gw) == RTA_GATEWAY ?
			   nl_u32(gw, 0) : 0, rtnh->rtnh_ifindex);
		step = RTNH_ALIGN(rtnh->rtnh_len);
		if (step > left)
			break;
		left -= step;
		rtnh = (const void *)((const char *)rtnh + step);
	}
}

/**
 * route_numeric - print a route in these columns
 * @nlh: RTM_NEWROUTE message with a whole header
 */
void route_numeric(const struct nlmsghdr *nlh)
{
	const struct rtmsg *rtm = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *tb[NL_ATTR_MAX];

	nl_parse(nlh, sizeof(*rtm), tb);
	if (tb[RTA_MULTIPATH])
		print_hops(rtm, tb);
	else
		print_line(rtm, tb, nl_u32(tb[RTA_GATEWAY], 0),
			   nl_u32(tb[RTA_OIF], 0));
}
