// SPDX-License-Identifier: GPL-2.0
/*
 * What is known of single destinations beyond their route: another gateway,
 * told by a redirect, and a smaller path MTU.
 *
 * In: entries of redirect.c and pmtu.c, in softirq. Out: answers of lookups
 * corrected on the way (xroute_fill_exc()), under the RCU read lock. The table is
 * bounded, made with its first entry, and not looked at while empty; what has
 * expired a work item removes and bumps the route generation.
 */
#include <linux/atomic.h>
#include <linux/hash.h>
#include <linux/jiffies.h>
#include <linux/random.h>
#include <linux/rculist.h>
#include <linux/slab.h>
#include "exception.h"
#include "route_room.h"

#define XRT_EXC_BITS	8
#define XRT_EXC_DEPTH	16		/* in one chain: 4096 in a namespace */
#define XRT_EXC_HOST	65536		/* on the host */
#define XRT_EXC_NAP	(300 * HZ)	/* most between two looks at the table */

/**
 * struct xrt_exc_table - the exceptions of a namespace
 * @mix: random word mixed into the hash
 * @chain: struct xrt_exc by destination
 */
struct xrt_exc_table {
	u32 mix;
	struct hlist_head chain[1 << XRT_EXC_BITS];
};

static atomic_t xrt_exc_host_count = ATOMIC_INIT(0);

static struct hlist_head *xrt_exc_chain(struct xrt_exc_table *t, __be32 daddr)
{
	return &t->chain[hash_32((__force u32)daddr ^ t->mix, XRT_EXC_BITS)];
}

/**
 * xrt_exc_find - what is known of a destination by one next hop
 * @xn: state of the namespace
 * @daddr: network byte order
 * @ifindex: the device of the next hop
 * @gw: its gateway or 0, network byte order
 *
 * Context: RCU read lock, or the lock of the exceptions.
 * Return: the exception or NULL.
 */
struct xrt_exc *xrt_exc_find(struct xinet_net *xn, __be32 daddr, int ifindex,
			     __be32 gw)
{
	struct xrt_exc_table *t;
	struct xrt_exc *x;

	t = rcu_dereference_check(xn->fib.exceptions,
				  lockdep_is_held(&xn->fib.lock));
	if (!t)
		return NULL;
	hlist_for_each_entry_rcu(x, xrt_exc_chain(t, daddr), node,
				 lockdep_is_held(&xn->fib.lock))
		if (x->daddr == daddr && x->ifindex == ifindex && x->gw == gw)
			return x;
	return NULL;
}

static void xrt_exc_apply_mtu(struct xroute *rt, u32 mtu)
{
	u32 bytes = mtu & ~XRT_EXC_LOCKED;

	/* the route's own lock says that nothing is to be learnt */
	if (rt->flags & XROUTE_MTU_LOCKED)
		return;
	rt->flags |= XROUTE_MTU_LEARNT;
	if (mtu & XRT_EXC_LOCKED)
		rt->flags |= XROUTE_MTU_LOCKED;
	rt->mtu = min(rt->mtu, bytes);
}

/**
 * xrt_exc_apply - correct an answer by what is known of the destination
 * @xn: state of the namespace
 * @fl: the flow
 * @rt: the answer
 *
 * As IPv4: what hosts were told of a path's MTU is not used for the packets of
 * others, unless the path needs less than any host will send with DF.
 *
 * Context: RCU read lock.
 */
void xrt_exc_apply(struct xinet_net *xn, const struct xflow *fl,
		   struct xroute *rt)
{
	const struct xrt_exc *x;
	__be32 gw;
	u32 mtu;

	x = xrt_exc_find(xn, fl->daddr, rt->dev->ifindex,
			 rt->flags & XROUTE_GW ? rt->nexthop : 0);
	if (!x)
		return;
	gw = xrt_exc_gw(x);
	if (gw)
		rt->nexthop = gw;
	mtu = xrt_exc_mtu(x);
	if (mtu && (!fl->forwarded || mtu & XRT_EXC_LOCKED ||
		    READ_ONCE(xn->sysctl.ip_forward_use_pmtu)))
		xrt_exc_apply_mtu(rt, mtu);
}

static struct xrt_exc_table *xrt_exc_table_make(struct xinet_net *xn)
{
	struct xrt_exc_table *t;

	lockdep_assert_held(&xn->fib.lock);
	t = rcu_dereference_protected(xn->fib.exceptions, true);
	if (t)
		return t;
	t = kzalloc(sizeof(*t), GFP_ATOMIC | __GFP_NOWARN);
	if (!t)
		return NULL;
	t->mix = get_random_u32();
	rcu_assign_pointer(xn->fib.exceptions, t);
	return t;
}

static void xrt_exc_free(struct xinet_net *xn, struct xrt_exc *x)
{
	hlist_del_rcu(&x->node);
	WRITE_ONCE(xn->fib.n_exceptions, xn->fib.n_exceptions - 1);
	atomic_dec(&xn->rt_odd);
	atomic_dec(&xrt_exc_host_count);
	kfree_rcu(x, rcu);
}

/* jiffies at which the first of what it says ends; @never if it says nothing */
static unsigned long xrt_exc_expires(const struct xrt_exc *x,
				     unsigned long never)
{
	unsigned long first = never;

	if (x->new_gw && time_before(x->gw_expires, first))
		first = x->gw_expires;
	if (x->mtu && time_before(x->mtu_expires, first))
		first = x->mtu_expires;
	return first;
}

/* A full chain loses what would have gone first: new messages still count. */
static void xrt_exc_make_room(struct xinet_net *xn, struct hlist_head *chain)
{
	unsigned long never = jiffies + MAX_JIFFY_OFFSET / 2;
	struct xrt_exc *x, *first = NULL;
	unsigned int n = 0;

	hlist_for_each_entry(x, chain, node) {
		n++;
		if (!first || time_before(xrt_exc_expires(x, never),
					  xrt_exc_expires(first, never)))
			first = x;
	}
	if (n >= XRT_EXC_DEPTH)
		xrt_exc_free(xn, first);
}

/**
 * xrt_exc_make - find an exception, or make one that says nothing yet
 * @xn: state of the namespace
 * @daddr: the destination, network byte order
 * @ifindex: the device of the next hop
 * @gw: its gateway or 0, network byte order
 *
 * The caller fills @new_gw or @mtu in and calls xrt_exc_schedule().
 *
 * Context: BH, the lock of the exceptions.
 * Return: the exception, NULL without memory or at the host's limit.
 */
struct xrt_exc *xrt_exc_make(struct xinet_net *xn, __be32 daddr, int ifindex,
			     __be32 gw)
{
	struct xrt_exc *x = xrt_exc_find(xn, daddr, ifindex, gw);
	struct xrt_exc_table *t;

	lockdep_assert_held(&xn->fib.lock);
	if (x)
		return x;
	t = xrt_exc_table_make(xn);
	if (!t)
		return NULL;
	xrt_exc_make_room(xn, xrt_exc_chain(t, daddr));
	if (atomic_inc_return(&xrt_exc_host_count) > XRT_EXC_HOST)
		goto uncount;
	x = kzalloc(sizeof(*x), GFP_ATOMIC | __GFP_NOWARN | __GFP_ACCOUNT);
	if (!x)
		goto uncount;
	x->daddr = daddr;
	x->ifindex = ifindex;
	x->gw = gw;
	WRITE_ONCE(xn->fib.n_exceptions, xn->fib.n_exceptions + 1);
	atomic_inc(&xn->rt_odd);
	hlist_add_head_rcu(&x->node, xrt_exc_chain(t, daddr));
	return x;
uncount:
	atomic_dec(&xrt_exc_host_count);
	return NULL;
}

/**
 * xrt_exc_schedule - see to it that what has expired goes
 * @xn: state of the namespace
 * @expires: jiffies at which something will have
 *
 * Under the lock, so that a stop of the work is not outrun.
 *
 * Context: BH, the lock of the exceptions.
 */
void xrt_exc_schedule(struct xinet_net *xn, unsigned long expires)
{
	long delay = max_t(long, expires - jiffies, 0) + 1;

	lockdep_assert_held(&xn->fib.lock);
	if (delayed_work_pending(&xn->fib.exc_work) &&
	    time_before_eq(xn->fib.exc_next, expires))
		return;
	xn->fib.exc_next = expires;
	mod_delayed_work(system_power_efficient_wq, &xn->fib.exc_work, delay);
}

/* Forget what has expired. Returns whether anything had. */
static bool xrt_exc_age(struct xrt_exc *x, unsigned long now)
{
	bool aged = false;

	if (x->new_gw && time_after_eq(now, x->gw_expires)) {
		WRITE_ONCE(x->new_gw, 0);
		aged = true;
	}
	if (x->mtu && time_after_eq(now, x->mtu_expires)) {
		WRITE_ONCE(x->mtu, 0);
		aged = true;
	}
	return aged;
}

/* Removes what @ifindex has, or what has expired if that is 0. */
static bool xrt_exc_sweep_chain(struct xinet_net *xn, struct hlist_head *chain,
				int ifindex, unsigned long *next)
{
	unsigned long now = jiffies;
	struct hlist_node *tmp;
	struct xrt_exc *x;
	bool changed = false;

	hlist_for_each_entry_safe(x, tmp, chain, node) {
		changed |= xrt_exc_age(x, now);
		if ((ifindex && x->ifindex == ifindex) ||
		    (!x->new_gw && !x->mtu)) {
			xrt_exc_free(xn, x);
			changed = true;
		} else {
			*next = xrt_exc_expires(x, *next);
		}
	}
	return changed;
}

static void xrt_exc_sweep(struct xinet_net *xn, int ifindex)
{
	unsigned long next = jiffies + XRT_EXC_NAP;
	struct xrt_exc_table *t;
	bool changed = false;
	unsigned int i;

	spin_lock_bh(&xn->fib.lock);
	t = rcu_dereference_protected(xn->fib.exceptions, true);
	for (i = 0; t && i < ARRAY_SIZE(t->chain); i++)
		changed |= xrt_exc_sweep_chain(xn, &t->chain[i], ifindex,
					       &next);
	if (!ifindex && xn->fib.n_exceptions)
		xrt_exc_schedule(xn, next);
	spin_unlock_bh(&xn->fib.lock);
	if (changed)
		xroute_genid_bump(xn);
}

static void xrt_exc_work(struct work_struct *work)
{
	xrt_exc_sweep(container_of(to_delayed_work(work), struct xinet_net,
				   fib.exc_work), 0);
}

/**
 * xrt_exc_flush_dev - forget what was said of a device's destinations
 * @xn: state of the namespace
 * @ifindex: the device
 *
 * Context: process or BH.
 */
void xrt_exc_flush_dev(struct xinet_net *xn, int ifindex)
{
	if (READ_ONCE(xn->fib.n_exceptions))
		xrt_exc_sweep(xn, ifindex);
}

/**
 * xrt_exc_net_init - exceptions of a new namespace
 * @xn: its state, zeroed
 *
 * Context: pernet init.
 */
void xrt_exc_net_init(struct xinet_net *xn)
{
	INIT_DELAYED_WORK(&xn->fib.exc_work, xrt_exc_work);
}

/**
 * xrt_exc_net_exit - the end of a namespace
 * @xn: its state; no packet is on its way any more
 *
 * Context: pernet exit; may sleep.
 */
void xrt_exc_net_exit(struct xinet_net *xn)
{
	struct xrt_exc_table *t;
	struct hlist_node *tmp;
	struct xrt_exc *x;
	unsigned int i;

	cancel_delayed_work_sync(&xn->fib.exc_work);
	t = rcu_dereference_protected(xn->fib.exceptions, true);
	RCU_INIT_POINTER(xn->fib.exceptions, NULL);
	for (i = 0; t && i < ARRAY_SIZE(t->chain); i++)
		hlist_for_each_entry_safe(x, tmp, &t->chain[i], node)
			xrt_exc_free(xn, x);
	kfree(t);
}
