// SPDX-License-Identifier: GPL-2.0
/*
 * Next hops: whether one may be used, what a lookup needs of it prepared in
 * advance, and what becomes of it as its device changes.
 *
 * In: next hops of new routes from fib_info.c, device events from devices.c,
 * address changes from addr_link.c. All under RTNL; readers meet single-word
 * changes in place and the generation is bumped by the callers.
 */
#include <linux/math64.h>
#include <linux/rtnetlink.h>
#include "route_room.h"

static int xfib_nh_check_onlink(struct xinet_net *xn, struct xfib_nh *nh,
				u8 scope, struct netlink_ext_ack *extack)
{
	if (scope >= RT_SCOPE_LINK) {
		NL_SET_ERR_MSG(extack, "Nexthop has invalid scope");
		return -EINVAL;
	}
	nh->dev = __dev_get_by_index(xn->net, nh->oif);
	if (!nh->dev) {
		NL_SET_ERR_MSG(extack, "Nexthop device required for onlink");
		return -ENODEV;
	}
	nh->scope = RT_SCOPE_LINK;
	return 0;
}

/* RFC 1812 5.2.1: a gateway is a neighbour, reached without another one. */
static int xfib_nh_check_gw(struct xinet_net *xn, struct xfib_nh *nh, u8 scope,
			    struct netlink_ext_ack *extack)
{
	struct xfib_key key = {
		.daddr = nh->gw,
		.oif = nh->oif,
		.scope = max_t(u8, scope + 1, RT_SCOPE_LINK),
	};
	struct xfib_result res;
	int err;

	switch (xinet_addr_type(xn, nh->gw)) {
	case RTN_UNICAST:
		break;
	case RTN_LOCAL:
		NL_SET_ERR_MSG(extack,
			       "Gateway is an address of this host");
		return -EINVAL;
	default:
		NL_SET_ERR_MSG(extack, "Gateway is not the address of one host");
		return -EINVAL;
	}
	if (nh->flags & RTNH_F_ONLINK)
		return xfib_nh_check_onlink(xn, nh, scope, extack);
	err = xfib_lookup(xn, &key, &res);
	if (err) {
		NL_SET_ERR_MSG(extack,
			       "Gateway is not on a directly connected subnet");
		return err;
	}
	nh->dev = res.nh->dev;
	nh->oif = res.nh->oif;
	nh->scope = res.fi->scope;
	return 0;
}

static int xfib_nh_check_dev(struct xinet_net *xn, struct xfib_nh *nh,
			     struct netlink_ext_ack *extack)
{
	if (nh->flags & RTNH_F_ONLINK) {
		NL_SET_ERR_MSG(extack, "onlink needs a gateway");
		return -EINVAL;
	}
	if (!nh->oif) {
		NL_SET_ERR_MSG(extack, "Nexthop needs a gateway or a device");
		return -ENODEV;
	}
	nh->dev = __dev_get_by_index(xn->net, nh->oif);
	if (!nh->dev) {
		NL_SET_ERR_MSG(extack, "Nexthop device not found");
		return -ENODEV;
	}
	nh->scope = RT_SCOPE_HOST;
	return 0;
}

/**
 * xfib_nh_check - find the device of a next hop, or the reason to refuse it
 * @xn: state of the namespace
 * @nh: @gw, @oif and @flags as asked for; the rest is filled in
 * @scope: of the route
 * @extack: filled with the reason of a refusal
 *
 * Context: RTNL.
 * Return: 0; -ENETUNREACH where the gateway is not on the link, -ENODEV,
 * -ENETDOWN, -EINVAL, -EOPNOTSUPP.
 */
int xfib_nh_check(struct xinet_net *xn, struct xfib_nh *nh, u8 scope,
		  struct netlink_ext_ack *extack)
{
	int err;

	if (nh->gw)
		err = xfib_nh_check_gw(xn, nh, scope, extack);
	else
		err = xfib_nh_check_dev(xn, nh, extack);
	if (err)
		return err;
	if (!xin_device_supported(nh->dev, extack))
		return -EOPNOTSUPP;
	if (!(nh->dev->flags & IFF_UP)) {
		NL_SET_ERR_MSG(extack, "Nexthop device is not up");
		return -ENETDOWN;
	}
	if (!netif_carrier_ok(nh->dev))
		nh->flags |= RTNH_F_LINKDOWN;
	return 0;
}

/**
 * xfib_nh_attach - a checked next hop comes into use
 * @xn: state of the namespace
 * @nh: the next hop, with @fi set
 * @extack: filled with the reason of a refusal
 *
 * Context: RTNL; may sleep.
 * Return: 0 or a negative errno.
 */
int xfib_nh_attach(struct xinet_net *xn, struct xfib_nh *nh,
		   struct netlink_ext_ack *extack)
{
	struct xin_device *xd = xin_device_make(xn, nh->dev, extack);

	if (IS_ERR(xd))
		return PTR_ERR(xd);
	netdev_hold(nh->dev, &nh->tracker, GFP_KERNEL);
	list_add_tail(&nh->dev_node, &xd->nexthops);
	xfib_nh_prepare(nh);
	return 0;
}

/**
 * xfib_nh_detach - a next hop is out of use
 * @nh: the next hop
 *
 * Readers may hold it for a grace period more. The reference on the device
 * can go at once: the core waits for them after the notifier has run.
 *
 * Context: RTNL.
 */
void xfib_nh_detach(struct xfib_nh *nh)
{
	list_del(&nh->dev_node);
	netdev_put(nh->dev, &nh->tracker);
}

static u32 xfib_nh_mtu(const struct xfib_nh *nh)
{
	u32 mtu = min_t(u32, READ_ONCE(nh->dev->mtu), XIP_MAX_MTU);

	return nh->fi->mtu ? min(nh->fi->mtu, mtu) : mtu;
}

/**
 * xfib_nh_prepare - choose in advance what a lookup would have to choose
 * @nh: the next hop
 *
 * Context: RTNL.
 */
void xfib_nh_prepare(struct xfib_nh *nh)
{
	const struct xfib_info *fi = nh->fi;
	__be32 saddr = fi->prefsrc;

	if (!saddr)
		saddr = xinet_select_addr(fi->xn, nh->dev, nh->gw, fi->scope);
	WRITE_ONCE(nh->saddr, saddr);
	nh->type = RTN_UNICAST;
	nh->way_flags = (nh->gw ? XROUTE_GW : 0) |
			(fi->mtu_lock ? XROUTE_MTU_LOCKED : 0);
	WRITE_ONCE(nh->mtu, xfib_nh_mtu(nh));
}

/**
 * xfib_info_rebalance - share the flows among the live next hops
 * @fi: what routes share
 *
 * RFC 2992: each next hop takes a region of the hash space as wide as its
 * weight.
 *
 * Context: RTNL.
 */
void xfib_info_rebalance(struct xfib_info *fi)
{
	u32 total = 0, sum = 0;
	unsigned int i;
	int bound;

	WRITE_ONCE(fi->direct, fi->type == RTN_UNICAST && fi->n_nh == 1 &&
		   !fi->dead && !(fi->nh[0].flags & RTNH_F_DEAD));
	for (i = 0; i < fi->n_nh; i++)
		if (!(fi->nh[i].flags & RTNH_F_DEAD))
			total += fi->nh[i].weight;
	for (i = 0; i < fi->n_nh; i++) {
		bound = -1;
		if (!(fi->nh[i].flags & RTNH_F_DEAD)) {
			sum += fi->nh[i].weight;
			bound = DIV_ROUND_CLOSEST_ULL((u64)sum << 31, total) - 1;
		}
		WRITE_ONCE(fi->nh[i].upper_bound, bound);
	}
}

/**
 * xfib_sync_addr - an address came or went: sources may be others now
 * @xn: state of the namespace
 *
 * Context: RTNL; may sleep.
 */
void xfib_sync_addr(struct xinet_net *xn)
{
	struct xfib_info *fi;
	unsigned int i;

	ASSERT_RTNL();
	list_for_each_entry(fi, &xn->fib.infos, list) {
		for (i = 0; i < fi->n_nh && !fi->prefsrc; i++)
			xfib_nh_prepare(&fi->nh[i]);
		cond_resched();
	}
	xroute_genid_bump(xn);
}

static unsigned int xfib_info_kill(struct xfib_info *fi)
{
	if (fi->dead)
		return 0;
	fi->dead = true;
	xfib_info_rebalance(fi);
	return fi->refs;
}

/**
 * xfib_sync_down_addr - a local address is gone
 * @xn: state of the namespace
 * @local: network byte order
 *
 * Context: RTNL; may sleep.
 * Return: how many routes named it as their source, for xfib_flush().
 */
unsigned int xfib_sync_down_addr(struct xinet_net *xn, __be32 local)
{
	unsigned int dead = 0;
	struct xfib_info *fi;

	ASSERT_RTNL();
	list_for_each_entry(fi, &xn->fib.infos, list) {
		if (fi->prefsrc == local)
			dead += xfib_info_kill(fi);
		cond_resched();
	}
	return dead;
}

static bool xfib_info_all_dead(const struct xfib_info *fi)
{
	unsigned int i;

	for (i = 0; i < fi->n_nh; i++)
		if (!(fi->nh[i].flags & RTNH_F_DEAD))
			return false;
	return true;
}

/**
 * xfib_sync_down_dev - a device went down or away
 * @xd: the device
 * @gone: away: a route is given up even if it has other next hops
 *
 * Context: RTNL; may sleep.
 * Return: how many routes have no next hop left, for xfib_flush().
 */
unsigned int xfib_sync_down_dev(struct xin_device *xd, bool gone)
{
	unsigned int dead = 0;
	struct xfib_nh *nh;

	ASSERT_RTNL();
	list_for_each_entry(nh, &xd->nexthops, dev_node) {
		WRITE_ONCE(nh->flags,
			   nh->flags | RTNH_F_DEAD | RTNH_F_LINKDOWN);
		if (gone || xfib_info_all_dead(nh->fi))
			dead += xfib_info_kill(nh->fi);
		else
			xfib_info_rebalance(nh->fi);
		cond_resched();
	}
	return dead;
}

/**
 * xfib_sync_up_dev - a device came up: its next hops serve again
 * @xd: the device
 *
 * Context: RTNL.
 */
void xfib_sync_up_dev(struct xin_device *xd)
{
	struct xfib_nh *nh;

	ASSERT_RTNL();
	list_for_each_entry(nh, &xd->nexthops, dev_node) {
		WRITE_ONCE(nh->flags, nh->flags & ~RTNH_F_DEAD);
		xfib_info_rebalance(nh->fi);
		cond_resched();
	}
	xfib_sync_link(xd);
	xroute_genid_bump(xinet_pernet(dev_net(xd->dev)));
}

/**
 * xfib_sync_link - the carrier of a device may have changed
 * @xd: the device
 *
 * A route without carrier is still used, as IPv4 does by default; dumps say
 * RTNH_F_LINKDOWN.
 *
 * Context: RTNL.
 */
void xfib_sync_link(struct xin_device *xd)
{
	struct xfib_nh *nh;
	u8 flags;

	ASSERT_RTNL();
	list_for_each_entry(nh, &xd->nexthops, dev_node) {
		flags = nh->flags & ~RTNH_F_LINKDOWN;
		if (!netif_carrier_ok(xd->dev) || (flags & RTNH_F_DEAD))
			flags |= RTNH_F_LINKDOWN;
		WRITE_ONCE(nh->flags, flags);
		cond_resched();
	}
}

/**
 * xfib_sync_mtu - the MTU of a device changed
 * @xd: the device
 *
 * Context: RTNL.
 */
void xfib_sync_mtu(struct xin_device *xd)
{
	struct xfib_nh *nh;

	ASSERT_RTNL();
	list_for_each_entry(nh, &xd->nexthops, dev_node) {
		WRITE_ONCE(nh->mtu, xfib_nh_mtu(nh));
		cond_resched();
	}
}
