// SPDX-License-Identifier: GPL-2.0
/*
 * xip -d route get: why is this the way?
 *
 * In: the kernel's answer about a packet. Out: the prefixes of the table that
 * match its destination, the longest first, and for next hop, source and MTU
 * whence they come; of a packet that comes by a device, whose setting has it
 * forwarded. The table is asked anew for each shorter prefix, so that it may
 * have changed since the answer: it is a help for people, no proof.
 */
#include <stdio.h>
#include <string.h>

#include "dev.h"
#include "link.h"
#include "names.h"
#include "nl.h"
#include "out.h"
#include "route.h"
#include "xip.h"

#define MATCHES	33	/* lengths of prefixes */

/**
 * struct why - what is known of a way
 * @n: routes of the table that match
 * @len: lengths of their prefixes, the longest first
 * @best: message of the first one
 */
static struct why {
	unsigned int n;
	unsigned char len[MATCHES];
	char best[NL_REQ_MAX] __aligned(8);
} why;

static int take_match(const struct nlmsghdr *nlh, void *data)
{
	const struct rtmsg *rtm = mnl_nlmsg_get_payload(nlh);

	(void)data;
	if (nlh->nlmsg_type != RTM_NEWROUTE ||
	    mnl_nlmsg_get_payload_len(nlh) < sizeof(*rtm) ||
	    rtm->rtm_dst_len > 32 || nlh->nlmsg_len > sizeof(why.best) ||
	    why.n == MATCHES)
		return XIP_REFUSED;
	if (!why.n)
		memcpy(why.best, nlh, nlh->nlmsg_len);
	why.len[why.n++] = rtm->rtm_dst_len;
	return XIP_OK;
}

/* The longest match that is no longer than @len. */
static bool match(const struct route_flow *flow, unsigned int len)
{
	static struct nl_req req;
	struct rtmsg *rtm;

	rtm = nl_req_init(&req, RTM_GETROUTE, 0, sizeof(*rtm));
	rtm->rtm_family = XIP_FAMILY;
	rtm->rtm_dst_len = len;
	rtm->rtm_flags = RTM_F_FIB_MATCH | RTM_F_PREFIX;
	nl_put_u32(&req, RTA_DST, flow->daddr);
	if (flow->oif)
		nl_put_u32(&req, RTA_OIF, flow->oif);
	return !nl_get_quiet(&req, take_match, NULL);
}

static const struct nlmsghdr *matches(const struct route_flow *flow)
{
	unsigned int len = 32;

	why.n = 0;
	while (match(flow, len) && why.len[why.n - 1])
		len = why.len[why.n - 1] - 1;
	return why.n ? (const struct nlmsghdr *)why.best : NULL;
}

static void print_shorter(const struct route_flow *flow)
{
	unsigned int i;

	out_list("shorter");
	if (why.n > 1)
		out_text(" also:");
	for (i = 1; i < why.n; i++) {
		if (why.len[i])
			out_prefix(NULL, " %s", flow->daddr &
				   prefix_mask(why.len[i]), why.len[i]);
		else
			out_str(NULL, " %s", "default");
	}
	out_list_end();
}

/* The route of the table, and those that match but are shorter. */
static void print_route(const struct nlmsghdr *best,
			const struct route_flow *flow)
{
	static const struct route_known known;

	out_newline();
	out_text("    by ");
	out_open("route");
	route_members(best, &known);
	out_close();
	out_uint("matches", NULL, why.n);
	if (why.n > 1)
		out_text(": longest of %u matching prefixes,", why.n);
	else
		out_text(": the only matching prefix");
	print_shorter(flow);
}

/* Is @gw one of the gateways of a route with several next hops? */
static bool among(const struct nlattr *attr, __be32 gw)
{
	const struct rtnexthop *rtnh = mnl_attr_get_payload(attr);
	size_t left = mnl_attr_get_payload_len(attr);

	while (left >= sizeof(*rtnh) && rtnh->rtnh_len >= sizeof(*rtnh) &&
	       rtnh->rtnh_len <= left) {
		const struct nlattr *at = (const void *)(rtnh + 1);
		size_t step = RTNH_ALIGN(rtnh->rtnh_len);

		if (mnl_attr_ok(at, rtnh->rtnh_len - sizeof(*rtnh)) &&
		    mnl_attr_get_type(at) == RTA_GATEWAY && nl_u32(at, 0) == gw)
			return true;
		if (step > left)
			break;
		left -= step;
		rtnh = (const void *)((const char *)rtnh + step);
	}
	return false;
}

/* A reason in its two forms: a word for programs, a text for people. */
static void reason(const char *word, const char *text)
{
	out_str("by", NULL, word);
	out_text(": %s", text);
}

static void why_nexthop(const struct nlattr **got, const struct nlattr **best,
			const struct route_flow *flow)
{
	__be32 gw = nl_u32(got[RTA_GATEWAY], 0);

	out_open("nexthop");
	out_newline();
	out_text("    next hop ");
	out_addr("addr", "%s", gw ? gw : flow->daddr);
	if (!gw)
		reason("link", "the destination itself is on the link");
	else if (best[RTA_MULTIPATH] && among(best[RTA_MULTIPATH], gw))
		reason("hash", "one of the route's next hops, by the flow's hash");
	else if (nl_u32(best[RTA_GATEWAY], 0) == gw)
		reason("route", "the route's gateway");
	else
		reason("redirect", "learnt from a redirect");
	out_close();
}

static void why_src(const struct nlattr **got, const struct nlattr **best,
		    const struct route_flow *flow)
{
	__be32 src = nl_u32(got[flow->from ? RTA_SRC : RTA_PREFSRC], 0);

	if (!src)
		return;
	out_open("source");
	out_newline();
	out_text("    src ");
	out_addr("addr", "%s", src);
	if (flow->from)
		reason("request", "as asked for");
	else if (nl_u32(best[RTA_PREFSRC], 0) == src)
		reason("route", "the route's");
	else
		reason("device", "the device's first that fits");
	out_close();
}

static __u32 metric_mtu(const struct nlattr *metrics)
{
	const struct nlattr *tb[NL_ATTR_MAX];

	nl_parse_nested(metrics, tb);
	return nl_u32(tb[RTAX_MTU], 0);
}

static void why_mtu(const struct nlattr **got, const struct nlattr **best)
{
	__u32 mtu = metric_mtu(got[RTA_METRICS]);
	const struct rta_cacheinfo *ci = NULL;

	if (nl_has(got[RTA_CACHEINFO], sizeof(*ci)))
		ci = mnl_attr_get_payload(got[RTA_CACHEINFO]);
	if (!mtu)
		mtu = dev_mtu(nl_u32(got[RTA_OIF], 0));
	if (mtu > 0xffff)
		mtu = 0xffff;
	out_open("mtu");
	out_newline();
	out_text("    mtu ");
	out_uint("bytes", "%llu", mtu);
	if (ci && ci->rta_expires)
		reason("pmtu", "learnt from a fragmentation-needed message");
	else if (metric_mtu(best[RTA_METRICS]))
		reason("route", "the route's");
	else
		reason("device", "the device's");
	out_close();
}

/* Of a packet that comes by a device: whose setting has it go on. */
static void why_forwarding(const struct route_flow *flow)
{
	struct link_conf conf;

	if (!flow->iif || !link_conf_get(flow->iif, &conf))
		return;
	out_open("forwarding");
	out_newline();
	out_text("    forwarding");
	if (conf.own[0] >= 0)
		reason("device", "the input device's own setting");
	else
		reason("namespace", "the namespace's setting");
	out_close();
}

static const char *type_word(unsigned char type)
{
	switch (type) {
	case RTN_LOCAL:
		return "local";
	case RTN_BROADCAST:
		return "broadcast";
	case RTN_MULTICAST:
		return "multicast";
	}
	return "unicast";
}

/* Where it is no route that decides. */
static void why_type(unsigned char type)
{
	out_newline();
	switch (type) {
	case RTN_LOCAL:
		out_text("    by type: an address of this host");
		break;
	case RTN_BROADCAST:
		out_text("    by type: a broadcast address");
		break;
	case RTN_MULTICAST:
		out_text("    by type: a multicast group");
		break;
	default:
		out_text("    by device: no route matches, so it is taken to be on the link");
	}
}

/**
 * route_why - print why a packet takes its way, as part of its record
 * @nlh: the kernel's answer, RTM_NEWROUTE with a whole header
 * @flow: what was asked
 */
void route_why(const struct nlmsghdr *nlh, const struct route_flow *flow)
{
	const struct rtmsg *rtm = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *got[NL_ATTR_MAX], *best[NL_ATTR_MAX] = { };
	const struct nlmsghdr *table = NULL;

	nl_parse(nlh, sizeof(*rtm), got);
	if (rtm->rtm_type == RTN_UNICAST)
		table = matches(flow);
	out_open("why");
	out_str("type", NULL, type_word(rtm->rtm_type));
	if (table) {
		nl_parse(table, sizeof(*rtm), best);
		print_route(table, flow);
	} else {
		why_type(rtm->rtm_type);
	}
	if (rtm->rtm_type == RTN_UNICAST) {
		why_nexthop(got, best, flow);
		why_forwarding(flow);
	}
	why_src(got, best, flow);
	why_mtu(got, best);
	out_close();
}

/**
 * route_why_refused - say on stderr which route had a packet refused
 * @flow: what was asked
 */
void route_why_refused(const struct route_flow *flow)
{
	const struct nlmsghdr *best = matches(flow);
	const struct rtmsg *rtm;
	char dst[32] = "default";
	__be32 net;
	__u8 b[4];

	if (!best) {
		fputs("  no prefix of the table matches.\n", stderr);
		return;
	}
	rtm = mnl_nlmsg_get_payload(best);
	net = flow->daddr & prefix_mask(rtm->rtm_dst_len);
	memcpy(b, &net, sizeof(b));
	if (rtm->rtm_dst_len)
		snprintf(dst, sizeof(dst), "%u.%u.%u.%u/%u", b[0], b[1], b[2],
			 b[3], rtm->rtm_dst_len);
	fprintf(stderr, "  longest matching prefix: %s %s\n",
		names_get(names_type, rtm->rtm_type), dst);
}
