/* SPDX-License-Identifier: GPL-2.0 */
/* What the two files about neighbours share: parsing, and the way to show. */
#ifndef _XINET_NETLINK_NEIGH_H
#define _XINET_NETLINK_NEIGH_H

#include <linux/netlink.h>
#include <uapi/linux/xinet.h>
#include "../neigh/xneigh.h"

/* neigh.c */
struct ndmsg *xnl_neigh_parse(const struct nlmsghdr *nlh, struct nlattr **tb,
			      u32 known, struct netlink_ext_ack *extack);
int xnl_neigh_whom(struct net *net, const struct ndmsg *ndm,
		   struct nlattr **tb, struct net_device **dev, __be32 *addr,
		   struct netlink_ext_ack *extack);

/* neigh_show.c */
int xnl_getneigh(struct sk_buff *skb, struct nlmsghdr *nlh,
		 struct netlink_ext_ack *extack);
int xnl_dumpneigh(struct sk_buff *skb, struct netlink_callback *cb);

#endif /* _XINET_NETLINK_NEIGH_H */
