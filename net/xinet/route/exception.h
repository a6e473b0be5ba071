/* SPDX-License-Identifier: GPL-2.0 */
/* The table of exceptions, for the files that enter things in it. */
#ifndef _XINET_ROUTE_EXCEPTION_H
#define _XINET_ROUTE_EXCEPTION_H

#include <linux/bits.h>
#include <linux/jiffies.h>
#include <linux/list.h>
#include <linux/types.h>

struct xfib_nh;
struct xinet_net;

#define XRT_EXC_LOCKED	BIT(31)	/* in xrt_exc.mtu: DF is not to be set */

/**
 * struct xrt_exc - an exception for one destination by one next hop
 * @node: in the table's chain
 * @daddr: the destination, network byte order
 * @gw: the gateway of the route it holds for, 0 for none; network byte order
 * @new_gw: the one to use in its place, or 0; network byte order
 * @ifindex: the device of both
 * @mtu: of the path in bytes, with XRT_EXC_LOCKED; 0 if nothing was learnt
 * @gw_expires: jiffies until which @new_gw is good
 * @mtu_expires: jiffies until which @mtu is good
 * @rcu: frees it a grace period after it left the table
 *
 * A route that has changed in the meantime no longer has @gw, and the exception
 * then says nothing. Readers take single words under RCU; what they may have
 * mixed up, the bump of the generation that follows makes void.
 */
struct xrt_exc {
	struct hlist_node node;
	__be32 daddr;
	__be32 gw;
	__be32 new_gw;
	int ifindex;
	u32 mtu;
	unsigned long gw_expires;
	unsigned long mtu_expires;
	struct rcu_head rcu;
};

struct xrt_exc *xrt_exc_find(struct xinet_net *xn, __be32 daddr, int ifindex,
			     __be32 gw);
struct xrt_exc *xrt_exc_make(struct xinet_net *xn, __be32 daddr, int ifindex,
			     __be32 gw);
void xrt_exc_schedule(struct xinet_net *xn, unsigned long expires);

/**
 * xrt_exc_gw - the gateway that is to be used instead
 * @x: the exception
 *
 * Context: RCU read lock.
 * Return: network byte order; 0 if it says none, or no more.
 */
static inline __be32 xrt_exc_gw(const struct xrt_exc *x)
{
	__be32 gw = READ_ONCE(x->new_gw);

	if (!gw || !time_before(jiffies, READ_ONCE(x->gw_expires)))
		return 0;
	return gw;
}

/**
 * xrt_exc_mtu - the path MTU that was learnt
 * @x: the exception
 *
 * Context: RCU read lock.
 * Return: bytes, perhaps with XRT_EXC_LOCKED; 0 if it says none, or no more.
 */
static inline u32 xrt_exc_mtu(const struct xrt_exc *x)
{
	u32 mtu = READ_ONCE(x->mtu);

	if (!mtu || !time_before(jiffies, READ_ONCE(x->mtu_expires)))
		return 0;
	return mtu;
}

#endif /* _XINET_ROUTE_EXCEPTION_H */
