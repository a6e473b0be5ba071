/* SPDX-License-Identifier: GPL-2.0 */
/* What the files of the route room say to each other, and to no one else. */
#ifndef _XINET_ROUTE_ROOM_H
#define _XINET_ROUTE_ROOM_H

#include <linux/inetdevice.h>
#include <net/xinet/netns.h>
#include "lpm_node.h"

/* addr_hash.c: what an address is */
int xaddr_hash_add(struct xinet_net *xn, __be32 addr, u8 type);
void xaddr_hash_del(struct xinet_net *xn, __be32 addr, u8 type);
int xaddr_prefix_add(struct xinet_net *xn, struct net_device *dev,
		     __be32 addr, __be32 mask, struct netlink_ext_ack *extack);
void xaddr_prefix_del(struct xinet_net *xn, struct net_device *dev,
		      __be32 addr, __be32 mask);
const struct xaddr_prefix *xaddr_prefix_find(struct xinet_net *xn,
					     __be32 addr);
bool xaddr_is_broadcast(const struct xin_ifaddr *ifa, __be32 addr);

/* addr_link.c: what an address gives rise to */
int xaddr_link(struct xinet_net *xn, struct xin_ifaddr *ifa,
	       struct netlink_ext_ack *extack);
void xaddr_unlink(struct xinet_net *xn, struct xin_ifaddr *ifa);
int xaddr_link_up(struct xinet_net *xn, struct xin_ifaddr *ifa,
		  struct netlink_ext_ack *extack);
void xaddr_link_down(struct xinet_net *xn, struct xin_ifaddr *ifa);
void xaddr_set_metric(struct xinet_net *xn, struct xin_ifaddr *ifa,
		      u32 metric);

/* addr.c: the addresses of a device */
void xaddr_remove_all(struct xinet_net *xn, struct xin_device *xd);
void xaddr_add_loopback(struct xinet_net *xn, struct net_device *dev);
void xaddr_announce_all(struct xinet_net *xn, struct xin_device *xd);

/* fib_nh.c: next hops and what happens to their devices */
int xfib_nh_check(struct xinet_net *xn, struct xfib_nh *nh, u8 scope,
		  struct netlink_ext_ack *extack);
int xfib_nh_attach(struct xinet_net *xn, struct xfib_nh *nh,
		   struct netlink_ext_ack *extack);
void xfib_nh_detach(struct xfib_nh *nh);
void xfib_nh_prepare(struct xfib_nh *nh);
void xfib_info_rebalance(struct xfib_info *fi);
void xfib_sync_addr(struct xinet_net *xn);
unsigned int xfib_sync_down_addr(struct xinet_net *xn, __be32 local);
unsigned int xfib_sync_down_dev(struct xin_device *xd, bool gone);
void xfib_sync_up_dev(struct xin_device *xd);
void xfib_sync_link(struct xin_device *xd);
void xfib_sync_mtu(struct xin_device *xd);

/* fib_info.c: what routes share */
struct xfib_info *xfib_info_get(struct xinet_net *xn,
				const struct xfib_config *cfg,
				struct netlink_ext_ack *extack);
void xfib_info_put(struct xfib_info *fi);
int xfib_info_init(void);
void xfib_info_exit(void);

/* fib_flush.c: many routes go at once */
void xfib_flush(struct xinet_net *xn, unsigned int dead);
void xfib_table_destroy(struct xinet_net *xn);

/* exception.c: what is known of single destinations */
void xrt_exc_apply(struct xinet_net *xn, const struct xflow *fl,
		   struct xroute *rt);
void xrt_exc_flush_dev(struct xinet_net *xn, int ifindex);
void xrt_exc_net_init(struct xinet_net *xn);
void xrt_exc_net_exit(struct xinet_net *xn);

/* route.c: what both directions of the data path share */
int xroute_resolve(struct xinet_net *xn, const struct xflow *fl,
		   struct xroute *rt);

/*
 * The answer of a next hop, where the namespace has no exceptions (rt_odd); the
 * caller has set @rt->genid.
 */
static __always_inline void xroute_fill(const struct xfib_nh *nh,
					__be32 daddr, __be32 saddr,
					struct xroute *rt)
{
	__be32 gw = nh->gw;

	rt->dev = nh->dev;
	rt->way = READ_ONCE(nh->way);
	rt->nexthop = gw ? gw : daddr;
	rt->saddr = saddr ? saddr : READ_ONCE(nh->saddr);
}

/* The same where it may have. */
static inline void xroute_fill_exc(struct xinet_net *xn,
				   const struct xfib_nh *nh,
				   const struct xflow *fl, struct xroute *rt)
{
	xroute_fill(nh, fl->daddr, fl->saddr, rt);
	if (READ_ONCE(xn->fib.n_exceptions))
		xrt_exc_apply(xn, fl, rt);
}

/* The one next hop of the best route, where there is nothing to choose. */
static __always_inline const struct xfib_nh *
xroute_direct(const struct xinet_net *xn, __be32 daddr)
{
	const struct xfib_info *fi =
		xfib_leaf_first(xlpm_find(&xn->fib.main, ntohl(daddr)));

	if (likely(fi && READ_ONCE(fi->direct)))
		return fi->nh;
	return NULL;
}

/* All that may be no plain host's: 0/8, 127/8, multicast and above. */
static __always_inline bool xroute_special(__be32 addr)
{
	u8 top = ntohl(addr) >> 24;

	return (u8)(top - 1) >= 223 || top == IN_LOOPBACKNET;
}

#endif /* _XINET_ROUTE_ROOM_H */
