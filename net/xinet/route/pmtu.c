// SPDX-License-Identifier: GPL-2.0
/*
 * Path MTU (RFC 1191): what fragmentation-needed messages say of a destination.
 *
 * In: messages that a socket has been found for, in softirq under the RCU read
 * lock. Out: an exception of the destination (exception.c), and the answer to
 * how long it lasts. Other destinations behind the same gateway are left as
 * they are.
 */
#include "exception.h"
#include "pmtu_rule.h"
#include "route_room.h"

/* Lower the path MTU of one next hop. Returns whether it changed. */
static bool xrt_pmtu_set(struct xinet_net *xn, const struct xfib_nh *nh,
			 __be32 daddr, u32 told)
{
	u32 known = 0, old = READ_ONCE(nh->mtu), mtu;
	struct xrt_exc *x;
	bool locked;

	lockdep_assert_held(&xn->fib.lock);
	x = xrt_exc_find(xn, daddr, nh->oif, nh->gw);
	if (x)
		known = xrt_exc_mtu(x);
	/* below the floor already: nothing to learn before that expires */
	if (known & XRT_EXC_LOCKED)
		return false;
	if (known)
		old = min(old, known);
	mtu = xpmtu_lower(old, told, READ_ONCE(xn->sysctl.min_pmtu), &locked);
	/* what is no news must not keep an old message alive */
	if (told > old || (mtu == old && !locked && !known))
		return false;

	if (!x)
		x = xrt_exc_make(xn, daddr, nh->oif, nh->gw);
	if (!x)
		return false;
	if (locked)
		mtu |= XRT_EXC_LOCKED;
	WRITE_ONCE(x->mtu_expires, jiffies +
		   (unsigned long)READ_ONCE(xn->sysctl.mtu_expires) * HZ);
	WRITE_ONCE(x->mtu, mtu);
	xrt_exc_schedule(xn, x->mtu_expires);
	return mtu != known;
}

/**
 * xip_route_pmtu - a router says that a datagram was too big
 * @xn: state of the namespace
 * @daddr: whom the datagram was for, network byte order
 * @oif: the only device it may have left by (ifindex), or 0
 * @told: what would have fitted, in bytes
 *
 * The caller has checked that this host sent such a datagram. A route whose
 * MTU is locked learns nothing. With several next hops it cannot be told which
 * way the datagram went, so all of them learn.
 *
 * Context: RCU read lock, softirq.
 */
void xip_route_pmtu(struct xinet_net *xn, __be32 daddr, int oif, u32 told)
{
	struct xfib_key key = { .daddr = daddr, .oif = oif };
	struct xfib_result res;
	bool changed = false;
	unsigned int i;

	if (xinet_addr_type(xn, daddr) != RTN_UNICAST ||
	    xfib_lookup(xn, &key, &res) || res.fi->mtu_lock)
		return;
	spin_lock_bh(&xn->fib.lock);
	for (i = 0; i < res.fi->n_nh; i++)
		changed |= xrt_pmtu_set(xn, &res.fi->nh[i], daddr, told);
	spin_unlock_bh(&xn->fib.lock);
	/* sockets keep their route; forged repetitions must not cost them it */
	if (changed)
		xroute_genid_bump(xn);
}

/**
 * xip_route_pmtu_left - how long a path MTU that was learnt still holds
 * @xn: state of the namespace
 * @daddr: the destination, network byte order
 * @rt: the answer of a lookup for it, from this RCU section
 *
 * Context: RCU read lock.
 * Return: jiffies, 0 if nothing was learnt.
 */
unsigned long xip_route_pmtu_left(struct xinet_net *xn, __be32 daddr,
				  const struct xroute *rt)
{
	struct xfib_key key = { .daddr = daddr, .oif = rt->dev->ifindex };
	struct xfib_result res;
	const struct xrt_exc *x;
	unsigned int i;
	long left;

	if (!(rt->flags & XROUTE_MTU_LEARNT) ||
	    xfib_lookup(xn, &key, &res))
		return 0;
	for (i = 0; i < res.fi->n_nh; i++) {
		x = xrt_exc_find(xn, daddr, res.fi->nh[i].oif,
				 res.fi->nh[i].gw);
		if (!x || !xrt_exc_mtu(x))
			continue;
		left = READ_ONCE(x->mtu_expires) - jiffies;
		return left > 0 ? left : 0;
	}
	return 0;
}
