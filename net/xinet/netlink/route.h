/* SPDX-License-Identifier: GPL-2.0 */
/* What the files of routes over rtnetlink share. */
#ifndef _XINET_NETLINK_ROUTE_H
#define _XINET_NETLINK_ROUTE_H

#include <linux/rtnetlink.h>
#include <linux/skbuff.h>
#include <net/netlink.h>

struct xfib_info;
struct xfib_result;
struct xflow;
struct xinet_net;

/**
 * struct xnl_route_msg - a message about a route
 * @fi: what the route says
 * @dst: its prefix, network byte order
 * @dst_len: in bits
 * @event: RTM_NEWROUTE or RTM_DELROUTE
 * @portid: to whom
 * @seq: of the request
 * @flags: NLM_F_*
 */
struct xnl_route_msg {
	const struct xfib_info *fi;
	__be32 dst;
	u8 dst_len;
	int event;
	u32 portid;
	u32 seq;
	unsigned int flags;
};

extern const struct nla_policy xnl_route_policy[RTA_MAX + 1];

size_t xnl_route_msg_size(const struct xfib_info *fi);
struct nlmsghdr *xnl_route_fill(struct sk_buff *skb,
				const struct xnl_route_msg *m);
int xnl_route_match_check(const struct rtmsg *rtm, struct nlattr **tb,
			  struct netlink_ext_ack *extack);
struct sk_buff *xnl_route_match_msg(const struct xfib_result *res, __be32 daddr,
				    u32 portid, u32 seq);
struct sk_buff *xnl_route_match(struct xinet_net *xn, const struct xflow *fl,
				u8 len, u32 portid, u32 seq,
				struct netlink_ext_ack *extack);
int xnl_getroute(struct sk_buff *skb, struct nlmsghdr *nlh,
		 struct netlink_ext_ack *extack);
int xnl_dumproute(struct sk_buff *skb, struct netlink_callback *cb);

#endif /* _XINET_NETLINK_ROUTE_H */
