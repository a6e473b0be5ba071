// SPDX-License-Identifier: GPL-2.0
/*
 * What an address gives rise to: its node in the hash, its broadcast
 * addresses, and its subnet as a connected route or, on lo, as a local prefix.
 *
 * In: addresses as addr.c adds and removes them and devices as devices.c sees
 * them go up and down, all under RTNL. A local address counts as long as it is
 * configured; broadcast addresses and the subnet only while the device is up.
 */
#include <linux/netlink.h>
#include "route_room.h"

static __be32 xaddr_mask(const struct xin_ifaddr *ifa)
{
	return inet_make_mask(ifa->prefixlen);
}

/* The broadcast addresses of @ifa: at most two, and not the same twice. */
static unsigned int xaddr_broadcasts(const struct xin_ifaddr *ifa,
				     __be32 brd[2])
{
	__be32 subnet = ifa->peer | ~xaddr_mask(ifa);
	unsigned int n = 0;

	if (ifa->broadcast && !ipv4_is_lbcast(ifa->broadcast))
		brd[n++] = ifa->broadcast;
	if (ifa->prefixlen < 31 && !(n && brd[0] == subnet) &&
	    !ipv4_is_zeronet(ifa->peer & xaddr_mask(ifa)))
		brd[n++] = subnet;
	return n;
}

static int xaddr_broadcasts_add(struct xinet_net *xn, struct xin_ifaddr *ifa)
{
	unsigned int i, n;
	__be32 brd[2];
	int err;

	n = xaddr_broadcasts(ifa, brd);
	for (i = 0; i < n; i++) {
		err = xaddr_hash_add(xn, brd[i], RTN_BROADCAST);
		if (err)
			goto undo;
	}
	WRITE_ONCE(ifa->brd_on, true);
	return 0;
undo:
	while (i--)
		xaddr_hash_del(xn, brd[i], RTN_BROADCAST);
	return err;
}

static void xaddr_broadcasts_del(struct xinet_net *xn, struct xin_ifaddr *ifa)
{
	unsigned int i, n;
	__be32 brd[2];

	if (!ifa->brd_on)
		return;
	WRITE_ONCE(ifa->brd_on, false);
	n = xaddr_broadcasts(ifa, brd);
	for (i = 0; i < n; i++)
		xaddr_hash_del(xn, brd[i], RTN_BROADCAST);
}

/* A host's own /32 needs no route, and 0.0.0.0 is no subnet. */
static bool xaddr_wants_subnet(const struct xin_ifaddr *ifa)
{
	__be32 prefix = ifa->peer & xaddr_mask(ifa);

	if (ifa->flags & (IFA_F_SECONDARY | IFA_F_NOPREFIXROUTE))
		return false;
	if (ipv4_is_zeronet(prefix))
		return false;
	return prefix != ifa->local || ifa->prefixlen < 32;
}

static void xaddr_connected(const struct xin_ifaddr *ifa, u32 metric,
			    struct xfib_nh_config *nh, struct xfib_config *cfg)
{
	*nh = (struct xfib_nh_config) {
		.oif = ifa->xd->dev->ifindex,
		.weight = 1,
	};
	*cfg = (struct xfib_config) {
		.dst = ifa->peer & xaddr_mask(ifa),
		.dst_len = ifa->prefixlen,
		.prefsrc = ifa->local,
		.metric = metric,
		.nlflags = NLM_F_CREATE | NLM_F_APPEND,
		.type = RTN_UNICAST,
		.scope = RT_SCOPE_LINK,
		.protocol = RTPROT_KERNEL,
		.n_nh = 1,
		.nh = nh,
	};
}

static int xaddr_route_add(struct xinet_net *xn, const struct xin_ifaddr *ifa,
			   u32 metric, struct netlink_ext_ack *extack)
{
	struct xfib_nh_config nh;
	struct xfib_config cfg;
	int err;

	xaddr_connected(ifa, metric, &nh, &cfg);
	err = xfib_route_add(xn, &cfg, extack);
	return err == -EEXIST ? 0 : err;
}

static void xaddr_route_del(struct xinet_net *xn, const struct xin_ifaddr *ifa,
			    u32 metric)
{
	struct xfib_nh_config nh;
	struct xfib_config cfg;

	xaddr_connected(ifa, metric, &nh, &cfg);
	/* An administrator may have deleted it before. */
	xfib_route_del(xn, &cfg, NULL);
}

static int xaddr_subnet_add(struct xinet_net *xn, struct xin_ifaddr *ifa,
			    struct netlink_ext_ack *extack)
{
	struct net_device *dev = ifa->xd->dev;
	int err;

	if (!xaddr_wants_subnet(ifa))
		return 0;
	if (dev->flags & IFF_LOOPBACK)
		err = xaddr_prefix_add(xn, dev, ifa->peer, xaddr_mask(ifa),
				       extack);
	else
		err = xaddr_route_add(xn, ifa, ifa->metric, extack);
	ifa->route_on = !err;
	return err;
}

static void xaddr_subnet_del(struct xinet_net *xn, struct xin_ifaddr *ifa)
{
	struct net_device *dev = ifa->xd->dev;

	if (!ifa->route_on)
		return;
	ifa->route_on = false;
	if (dev->flags & IFF_LOOPBACK)
		xaddr_prefix_del(xn, dev, ifa->peer, xaddr_mask(ifa));
	else
		xaddr_route_del(xn, ifa, ifa->metric);
}

/**
 * xaddr_link_up - the device of an address is up
 * @xn: state of the namespace
 * @ifa: the address
 * @extack: what to say to the asker; may be NULL
 *
 * Context: RTNL; may sleep.
 * Return: 0 or what keeps the subnet from being reached; nothing is in place
 * then.
 */
int xaddr_link_up(struct xinet_net *xn, struct xin_ifaddr *ifa,
		  struct netlink_ext_ack *extack)
{
	int err;

	if (ifa->brd_on)
		return 0;
	err = xaddr_broadcasts_add(xn, ifa);
	if (err)
		return err;
	err = xaddr_subnet_add(xn, ifa, extack);
	if (err)
		xaddr_broadcasts_del(xn, ifa);
	xroute_genid_bump(xn);
	return err;
}

/**
 * xaddr_link_down - the device of an address went down
 * @xn: state of the namespace
 * @ifa: the address
 *
 * The connected route has a next hop on the device and goes with all of that
 * kind; only what has none is taken back here.
 *
 * Context: RTNL.
 */
void xaddr_link_down(struct xinet_net *xn, struct xin_ifaddr *ifa)
{
	xaddr_broadcasts_del(xn, ifa);
	if (ifa->xd->dev->flags & IFF_LOOPBACK)
		xaddr_subnet_del(xn, ifa);
	ifa->route_on = false;
	xroute_genid_bump(xn);
}

/**
 * xaddr_link - an address is configured
 * @xn: state of the namespace
 * @ifa: the address, already in the list of its device
 * @extack: what to say to the asker; may be NULL
 *
 * Context: RTNL; may sleep.
 * Return: 0, or a negative errno with nothing in place.
 */
int xaddr_link(struct xinet_net *xn, struct xin_ifaddr *ifa,
	       struct netlink_ext_ack *extack)
{
	int err = xaddr_hash_add(xn, ifa->local, RTN_LOCAL);

	if (err)
		return err;
	if (ifa->xd->dev->flags & IFF_UP)
		err = xaddr_link_up(xn, ifa, extack);
	if (err)
		xaddr_hash_del(xn, ifa->local, RTN_LOCAL);
	xfib_sync_addr(xn);
	return err;
}

/**
 * xaddr_unlink - an address is removed
 * @xn: state of the namespace
 * @ifa: the address, already off the list of its device
 *
 * Routes that name it as their preferred source go with it.
 *
 * Context: RTNL.
 */
void xaddr_unlink(struct xinet_net *xn, struct xin_ifaddr *ifa)
{
	xaddr_subnet_del(xn, ifa);
	xaddr_broadcasts_del(xn, ifa);
	xaddr_hash_del(xn, ifa->local, RTN_LOCAL);
	if (xaddr_hash_type(&xn->addr, ifa->local) != RTN_LOCAL)
		xfib_flush(xn, xfib_sync_down_addr(xn, ifa->local));
	xfib_sync_addr(xn);
}

/**
 * xaddr_set_metric - give the connected route of an address another metric
 * @xn: state of the namespace
 * @ifa: the address
 * @metric: the new one
 *
 * The new route is there before the old one goes.
 *
 * Context: RTNL; may sleep.
 */
void xaddr_set_metric(struct xinet_net *xn, struct xin_ifaddr *ifa, u32 metric)
{
	u32 old = ifa->metric;

	ifa->metric = metric;
	if (!ifa->route_on || (ifa->xd->dev->flags & IFF_LOOPBACK))
		return;
	if (xaddr_route_add(xn, ifa, metric, NULL))
		ifa->metric = old;
	else
		xaddr_route_del(xn, ifa, old);
}
