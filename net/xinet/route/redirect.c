// SPDX-License-Identifier: GPL-2.0
/*
 * Redirects: a gateway recommends another one for a destination.
 *
 * In: from the ICMP room, in softirq under the RCU read lock. Out: an exception
 * of the destination (exception.c).
 */
#include "exception.h"
#include "route_room.h"

#define XRT_REDIRECT_LIFE	(300 * HZ)

static void xrt_redirect_set(struct xinet_net *xn, int ifindex, __be32 daddr,
			     __be32 old_gw, __be32 new_gw)
{
	struct xrt_exc *x;

	spin_lock_bh(&xn->fib.lock);
	x = xrt_exc_make(xn, daddr, ifindex, old_gw);
	if (x) {
		WRITE_ONCE(x->gw_expires, jiffies + XRT_REDIRECT_LIFE);
		WRITE_ONCE(x->new_gw, new_gw);
		xrt_exc_schedule(xn, x->gw_expires);
	}
	spin_unlock_bh(&xn->fib.lock);
	xroute_genid_bump(xn);
}

/*
 * The gateway of the route by which @daddr goes out of @dev and at which the
 * sender of the redirect stands, before or after an earlier redirect.
 */
static bool xrt_redirect_from(struct xinet_net *xn, struct net_device *dev,
			      __be32 daddr, __be32 sender, __be32 *gw)
{
	struct xfib_key key = { .daddr = daddr, .oif = dev->ifindex };
	struct xflow fl = { .daddr = daddr };
	struct xfib_result res;
	struct xroute rt;
	unsigned int i;

	if (xfib_lookup(xn, &key, &res))
		return false;
	for (i = 0; i < res.fi->n_nh; i++) {
		const struct xfib_nh *nh = &res.fi->nh[i];

		if (nh->dev != dev || !nh->gw)
			continue;
		xroute_fill_exc(xn, nh, &fl, &rt);
		*gw = nh->gw;
		if (rt.nexthop == sender)
			return true;
	}
	return false;
}

static bool xrt_gw_onlink(struct xinet_net *xn, const struct net_device *dev,
			  __be32 gw)
{
	struct xfib_key key = {
		.daddr = gw,
		.oif = dev->ifindex,
		.scope = RT_SCOPE_LINK,
	};
	struct xfib_result res;

	return xinet_addr_type(xn, gw) == RTN_UNICAST &&
	       !xfib_lookup(xn, &key, &res) && !res.nh->gw;
}

/**
 * xip_route_redirect - a gateway says that another one is better
 * @xn: state of the namespace
 * @dev: the device the message came in on
 * @daddr: the destination it speaks of, network byte order
 * @old_gw: who sent it, network byte order
 * @new_gw: whom it recommends, network byte order
 *
 * RFC 1122 3.2.2.2: heeded only from the gateway in use for @daddr, and if the
 * new one is a neighbour on the same device. Does nothing unless
 * accept_redirects holds for the device.
 *
 * Context: RCU read lock, softirq.
 */
void xip_route_redirect(struct xinet_net *xn, struct net_device *dev,
			__be32 daddr, __be32 old_gw, __be32 new_gw)
{
	__be32 gw;

	if (!xconf_get(xn, dev, XCONF_ACCEPT_REDIRECTS) || new_gw == old_gw)
		return;
	if (!xrt_gw_onlink(xn, dev, new_gw))
		return;
	if (xrt_redirect_from(xn, dev, daddr, old_gw, &gw))
		xrt_redirect_set(xn, dev->ifindex, daddr, gw, new_gw);
}
