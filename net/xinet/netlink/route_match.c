// SPDX-License-Identifier: GPL-2.0
/*
 * RTM_GETROUTE for the routes of the table that a destination matches.
 *
 * In: a request with RTM_F_FIB_MATCH and RTM_F_PREFIX: a destination, the
 * longest prefix to look at, perhaps an output device. Out: the one route that
 * the table has for it, of whatever type. Who asks again for the next shorter
 * length gets to know all that match, and which of them lost. Called by
 * route_get.c under RTNL and the RCU read lock.
 */
#include <linux/inetdevice.h>
#include <linux/rtnetlink.h>
#include <net/xinet/netns.h>
#include "route.h"

/**
 * xnl_route_match_check - is a request of this kind sound?
 * @rtm: its header
 * @tb: its attributes
 * @extack: filled with the reason of a refusal
 *
 * Context: RTNL.
 * Return: 0 or -EINVAL.
 */
int xnl_route_match_check(const struct rtmsg *rtm, struct nlattr **tb,
			  struct netlink_ext_ack *extack)
{
	if (!(rtm->rtm_flags & RTM_F_FIB_MATCH)) {
		NL_SET_ERR_MSG(extack,
			       "A prefix is looked up with RTM_F_FIB_MATCH only");
		return -EINVAL;
	}
	if (!tb[RTA_DST] || rtm->rtm_dst_len > 32) {
		NL_SET_ERR_MSG(extack,
			       "A destination and a length up to 32 are wanted");
		return -EINVAL;
	}
	if (tb[RTA_SRC] || tb[RTA_IIF] || rtm->rtm_src_len) {
		NL_SET_ERR_MSG(extack,
			       "The table knows no sources and input devices");
		return -EINVAL;
	}
	return 0;
}

/**
 * xnl_route_match_msg - a message about a route that was found
 * @res: the route
 * @daddr: the destination that it was found for, network byte order
 * @portid: to whom
 * @seq: of the request
 *
 * Context: RCU read lock.
 * Return: the message, or an ERR_PTR of -ENOBUFS.
 */
struct sk_buff *xnl_route_match_msg(const struct xfib_result *res, __be32 daddr,
				    u32 portid, u32 seq)
{
	struct xnl_route_msg m = {
		.fi = res->fi,
		.dst = daddr & inet_make_mask(res->dst_len),
		.dst_len = res->dst_len,
		.event = RTM_NEWROUTE,
		.portid = portid,
		.seq = seq,
	};
	struct sk_buff *skb;

	skb = nlmsg_new(xnl_route_msg_size(m.fi), GFP_ATOMIC);
	if (skb && xnl_route_fill(skb, &m))
		return skb;
	kfree_skb(skb);
	return ERR_PTR(-ENOBUFS);
}

/**
 * xnl_route_match - the longest match that is not too long
 * @xn: state of the namespace
 * @fl: destination and output device
 * @len: longest prefix that is looked at, in bits, 0 to 32
 * @portid: to whom
 * @seq: of the request
 * @extack: filled with the reason of a refusal
 *
 * Context: RCU read lock.
 * Return: the message, or an ERR_PTR: -ENETUNREACH without a match.
 */
struct sk_buff *xnl_route_match(struct xinet_net *xn, const struct xflow *fl,
				u8 len, u32 portid, u32 seq,
				struct netlink_ext_ack *extack)
{
	struct xfib_key key = { .daddr = fl->daddr, .oif = fl->oif };
	struct xfib_result res;

	/* a route that says unreachable is one that matches, too */
	if (xfib_lookup_upto(xn, &key, len, &res) != -ENETUNREACH)
		return xnl_route_match_msg(&res, fl->daddr, portid, seq);
	NL_SET_ERR_MSG(extack, "No route of the table matches");
	return ERR_PTR(-ENETUNREACH);
}
