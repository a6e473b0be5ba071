// SPDX-License-Identifier: GPL-2.0
/*
 * One route, as ip(8) prints it.
 *
 * In: an RTM_NEWROUTE message with a whole header. Out: its line and its JSON
 * object. Called for each route of a dump and for the answer of a get.
 */
#include <linux/in_route.h>

#include "dev.h"
#include "names.h"
#include "nl.h"
#include "out.h"
#include "route.h"
#include "xip.h"

static const struct {
	unsigned int flag;
	const char *name;
} cache_flags[] = {
	{ RTCF_LOCAL, "local" },
	{ RTCF_REDIRECTED, "redirected" },
	{ RTCF_BROADCAST, "brd" },
	{ RTCF_MULTICAST, "mc" },
	{ RTCF_NOTIFY, "notify" },
};

static const char * const metric_names[] = {
	[RTAX_MTU] = "mtu",
	[RTAX_WINDOW] = "window",
	[RTAX_RTT] = "rtt",
	[RTAX_RTTVAR] = "rttvar",
	[RTAX_SSTHRESH] = "ssthresh",
	[RTAX_CWND] = "cwnd",
	[RTAX_ADVMSS] = "advmss",
	[RTAX_REORDERING] = "reordering",
	[RTAX_HOPLIMIT] = "hoplimit",
	[RTAX_INITCWND] = "initcwnd",
};

static void print_flags(unsigned int flags)
{
	static const struct {
		unsigned int flag;
		const char *name;
	} names[] = {
		{ RTNH_F_DEAD, "dead" },
		{ RTNH_F_ONLINK, "onlink" },
		{ RTNH_F_PERVASIVE, "pervasive" },
		{ RTNH_F_OFFLOAD, "offload" },
		{ RTNH_F_TRAP, "trap" },
		{ RTNH_F_LINKDOWN, "linkdown" },
		{ RTNH_F_UNRESOLVED, "unresolved" },
	};
	unsigned int i;

	out_list("flags");
	for (i = 0; i < ARRAY_SIZE(names); i++)
		if (flags & names[i].flag)
			out_color(flags & (RTNH_F_DEAD | RTNH_F_LINKDOWN) ?
				  OUT_BAD : OUT_PLAIN, NULL, "%s ",
				  names[i].name);
	out_list_end();
}

static void print_metrics(const struct nlattr *attr)
{
	const struct nlattr *tb[NL_ATTR_MAX];
	unsigned int i, lock;

	if (!attr)
		return;
	nl_parse_nested(attr, tb);
	lock = nl_u32(tb[RTAX_LOCK], 0);
	out_list("metrics");
	out_open(NULL);
	for (i = 0; i < ARRAY_SIZE(metric_names); i++) {
		if (!metric_names[i] || !nl_has(tb[i], sizeof(__u32)))
			continue;
		out_text("%s %s", metric_names[i],
			 lock & 1U << i ? "lock " : "");
		out_uint(metric_names[i], "%llu ", nl_u32(tb[i], 0));
	}
	out_close();
	out_list_end();
}

static void print_nexthop(const struct rtnexthop *rtnh)
{
	const struct nlattr *attr, *gw = NULL;
	const char *at = (const char *)rtnh + sizeof(*rtnh);
	const char *end = (const char *)rtnh + rtnh->rtnh_len;

	for (attr = (const struct nlattr *)at;
	     mnl_attr_ok(attr, end - (const char *)attr);
	     attr = mnl_attr_next(attr))
		if (mnl_attr_get_type(attr) == RTA_GATEWAY)
			gw = attr;
	out_open(NULL);
	out_newline();
	out_text("\tnexthop ");
	if (nl_has(gw, sizeof(__be32)))
		out_addr("gateway", "via %s ", nl_u32(gw, 0));
	if (rtnh->rtnh_ifindex)
		out_color(OUT_DEV, "dev", "dev %s ",
			  dev_name(rtnh->rtnh_ifindex));
	out_uint("weight", "weight %llu ", rtnh->rtnh_hops + 1);
	print_flags(rtnh->rtnh_flags);
	out_close();
}

static void print_nexthops(const struct nlattr *attr)
{
	const struct rtnexthop *rtnh;
	size_t left;

	if (!attr)
		return;
	rtnh = mnl_attr_get_payload(attr);
	left = mnl_attr_get_payload_len(attr);
	out_list("nexthops");
	while (left >= sizeof(*rtnh) && rtnh->rtnh_len >= sizeof(*rtnh) &&
	       rtnh->rtnh_len <= left) {
		size_t step = RTNH_ALIGN(rtnh->rtnh_len);

		print_nexthop(rtnh);
		if (step > left)
			break;
		left -= step;
		rtnh = (const void *)((const char *)rtnh + step);
	}
	out_list_end();
}

static void print_dst(const struct rtmsg *rtm, const struct nlattr *attr)
{
	if (rtm->rtm_dst_len)
		out_prefix("dst", "%s ", nl_u32(attr, 0), rtm->rtm_dst_len);
	else
		out_str("dst", "%s ", "default");
}

/* What a route of a table has and a looked-up one has not. */
static void print_origin(const struct rtmsg *rtm, __u32 table,
			 const struct route_known *known)
{
	if (table != RT_TABLE_MAIN)
		out_str("table", known->table ? "table %s " : NULL,
			names_get(names_table, table));
	if (rtm->rtm_protocol != RTPROT_BOOT || xip_opt.details)
		out_str("protocol", known->proto ? NULL : "proto %s ",
			names_get(names_proto, rtm->rtm_protocol));
	if (rtm->rtm_scope != RT_SCOPE_UNIVERSE || xip_opt.details)
		out_str("scope", "scope %s ",
			names_get(names_scope, rtm->rtm_scope));
}

/*
 * What ip(8) puts in a second line of text: here that line is there only if
 * something expires; programs find the flags in the JSON.
 */
static void print_cache(unsigned int flags, const struct nlattr *attr)
{
	const struct rta_cacheinfo *ci;
	unsigned int i;

	out_list("cache");
	for (i = 0; i < ARRAY_SIZE(cache_flags); i++)
		if (flags & cache_flags[i].flag)
			out_str(NULL, NULL, cache_flags[i].name);
	out_list_end();
	if (!nl_has(attr, sizeof(*ci)))
		return;
	ci = mnl_attr_get_payload(attr);
	if (!ci->rta_expires)
		return;
	out_newline();
	out_text("    cache ");
	/* counted in user ticks, of which there are always 100 in a second */
	out_uint("expires", "expires %llusec ", ci->rta_expires / 100);
}

/**
 * route_members - what is known of a route, without its record's ends
 * @nlh: RTM_NEWROUTE or RTM_DELROUTE message with a whole header
 * @known: columns that need no text
 */
void route_members(const struct nlmsghdr *nlh, const struct route_known *known)
{
	const struct rtmsg *rtm = mnl_nlmsg_get_payload(nlh);
	bool cloned = rtm->rtm_flags & RTM_F_CLONED;
	const struct nlattr *tb[NL_ATTR_MAX];

	nl_parse(nlh, sizeof(*rtm), tb);
	if (rtm->rtm_type != RTN_UNICAST || xip_opt.details)
		out_str("type", "%s ", names_get(names_type, rtm->rtm_type));
	print_dst(rtm, tb[RTA_DST]);
	if (nl_has(tb[RTA_SRC], sizeof(__be32)))
		out_addr("from", "from %s ", nl_u32(tb[RTA_SRC], 0));
	if (nl_has(tb[RTA_GATEWAY], sizeof(__be32)))
		out_addr("gateway", "via %s ", nl_u32(tb[RTA_GATEWAY], 0));
	if (nl_u32(tb[RTA_OIF], 0))
		out_color(OUT_DEV, "dev", known->dev ? NULL : "dev %s ",
			  dev_name(nl_u32(tb[RTA_OIF], 0)));
	if (!cloned || xip_opt.details)
		print_origin(rtm, nl_u32(tb[RTA_TABLE], rtm->rtm_table), known);
	if (nl_has(tb[RTA_PREFSRC], sizeof(__be32)))
		out_addr("prefsrc", "src %s ", nl_u32(tb[RTA_PREFSRC], 0));
	if (nl_u32(tb[RTA_PRIORITY], 0))
		out_uint("metric", "metric %llu ",
			 nl_u32(tb[RTA_PRIORITY], 0));
	print_flags(rtm->rtm_flags & 0xff);
	if (nl_has(tb[RTA_UID], sizeof(__u32)))
		out_uint("uid", "uid %llu ", nl_u32(tb[RTA_UID], 0));
	if (cloned)
		print_cache(rtm->rtm_flags, tb[RTA_CACHEINFO]);
	print_metrics(tb[RTA_METRICS]);
	if (nl_u32(tb[RTA_IIF], 0))
		out_color(OUT_DEV, "iif", "iif %s ",
			  dev_name(nl_u32(tb[RTA_IIF], 0)));
	print_nexthops(tb[RTA_MULTIPATH]);
}

/**
 * route_print - print a route
 * @nlh: RTM_NEWROUTE message with a whole header
 * @known: columns that need no text
 */
void route_print(const struct nlmsghdr *nlh, const struct route_known *known)
{
	out_open(NULL);
	route_members(nlh, known);
	out_record_end();
	out_close();
}
