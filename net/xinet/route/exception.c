// SPDX-License-Identifier: GPL-2.0
/*
 * What is known of single destinations beyond their route: another gateway,
 * told by a redirect, and later a smaller path MTU.
 *
 * In: redirects that the ICMP room has parsed, in softirq. Out: answers of
 * lookups corrected on the way (xroute_fill()), under the RCU read lock. The
 * table is bounded, made with its first entry, and not looked at while empty;
 * entries expire by a work item that bumps the route generation.
 */
#include <linux/atomic.h>
#include <linux/hash.h>
#include <linux/jiffies.h>
#include <linux/random.h>
#include <linux/rculist.h>
#include <linux/slab.h>
#include "route_room.h"

#define XRT_EXC_BITS	8
#define XRT_EXC_MAX	4096		/* in one namespace */
#define XRT_EXC_HOST	65536		/* on the host */
#define XRT_REDIRECT_LIFE	(300 * HZ)

/**
 * struct xrt_exc - an exception for one destination
 * @node: in xrt_exc_table.chain
 * @daddr: the destination, network byte order
 * @old_gw: the gateway of the route it holds for, network byte order
 * @new_gw: the one to use in its place
 * @ifindex: the device of both
 * @expires: jiffies
 * @rcu: frees it a grace period after it left the table
 *
 * A route that has changed in the meantime no longer has @old_gw, and the
 * exception then says nothing.
 */
struct xrt_exc {
	struct hlist_node node;
	__be32 daddr;
	__be32 old_gw;
	__be32 new_gw;
	int ifindex;
	unsigned long expires;
	struct rcu_head rcu;
};

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

static struct xrt_exc *xrt_exc_find(struct xrt_exc_table *t, __be32 daddr,
				    int ifindex, __be32 old_gw)
{
	struct xrt_exc *x;

	hlist_for_each_entry_rcu(x, xrt_exc_chain(t, daddr), node)
		if (x->daddr == daddr && x->ifindex == ifindex &&
		    x->old_gw == old_gw)
			return x;
	return NULL;
}

/**
 * xrt_exc_apply - correct an answer by what is known of the destination
 * @xn: state of the namespace
 * @daddr: network byte order
 * @rt: the answer
 *
 * Context: RCU read lock.
 */
void xrt_exc_apply(struct xinet_net *xn, __be32 daddr, struct xroute *rt)
{
	struct xrt_exc_table *t = rcu_dereference(xn->fib.exceptions);
	const struct xrt_exc *x;

	if (!t || !rt->gw)
		return;
	x = xrt_exc_find(t, daddr, rt->dev->ifindex, rt->nexthop);
	if (x && time_before(jiffies, READ_ONCE(x->expires)))
		rt->nexthop = READ_ONCE(x->new_gw);
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

static struct xrt_exc *xrt_exc_new(struct xinet_net *xn,
				   struct xrt_exc_table *t, __be32 daddr)
{
	struct xrt_exc *x;

	if (xn->fib.n_exceptions >= XRT_EXC_MAX)
		return NULL;
	if (atomic_inc_return(&xrt_exc_host_count) > XRT_EXC_HOST)
		goto uncount;
	x = kzalloc(sizeof(*x), GFP_ATOMIC | __GFP_NOWARN);
	if (!x)
		goto uncount;
	x->daddr = daddr;
	WRITE_ONCE(xn->fib.n_exceptions, xn->fib.n_exceptions + 1);
	return x;
uncount:
	atomic_dec(&xrt_exc_host_count);
	return NULL;
}

static void xrt_exc_free(struct xinet_net *xn, struct xrt_exc *x)
{
	hlist_del_rcu(&x->node);
	WRITE_ONCE(xn->fib.n_exceptions, xn->fib.n_exceptions - 1);
	atomic_dec(&xrt_exc_host_count);
	kfree_rcu(x, rcu);
}

/* Under the lock, so that a stop of the work is not outrun. */
static void xrt_exc_schedule(struct xinet_net *xn, unsigned long expires)
{
	long delay = max_t(long, expires - jiffies, 0) + 1;

	lockdep_assert_held(&xn->fib.lock);
	if (delayed_work_pending(&xn->fib.exc_work) &&
	    time_before_eq(xn->fib.exc_next, expires))
		return;
	xn->fib.exc_next = expires;
	mod_delayed_work(system_power_efficient_wq, &xn->fib.exc_work, delay);
}

static void xrt_exc_set(struct xinet_net *xn, int ifindex, __be32 daddr,
			__be32 old_gw, __be32 new_gw)
{
	struct xrt_exc_table *t;
	struct xrt_exc *x;

	spin_lock_bh(&xn->fib.lock);
	t = xrt_exc_table_make(xn);
	if (!t)
		goto unlock;
	x = xrt_exc_find(t, daddr, ifindex, old_gw);
	if (!x) {
		x = xrt_exc_new(xn, t, daddr);
		if (!x)
			goto unlock;
		x->ifindex = ifindex;
		x->old_gw = old_gw;
		x->new_gw = new_gw;
		x->expires = jiffies + XRT_REDIRECT_LIFE;
		hlist_add_head_rcu(&x->node, xrt_exc_chain(t, daddr));
	}
	WRITE_ONCE(x->new_gw, new_gw);
	WRITE_ONCE(x->expires, jiffies + XRT_REDIRECT_LIFE);
	xrt_exc_schedule(xn, x->expires);
unlock:
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
	struct xfib_result res;
	struct xroute rt;
	unsigned int i;

	if (xfib_lookup(xn, &key, &res))
		return false;
	for (i = 0; i < res.fi->n_nh; i++) {
		const struct xfib_nh *nh = &res.fi->nh[i];

		if (nh->dev != dev || !nh->gw)
			continue;
		xroute_fill(xn, nh, daddr, 0, &rt);
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
 * new one is a neighbour on the same device. Does nothing unless the sysctl
 * accept_redirects is set.
 *
 * Context: RCU read lock, softirq.
 */
void xip_route_redirect(struct xinet_net *xn, struct net_device *dev,
			__be32 daddr, __be32 old_gw, __be32 new_gw)
{
	__be32 gw;

	if (!READ_ONCE(xn->sysctl.accept_redirects) || new_gw == old_gw)
		return;
	if (!xrt_gw_onlink(xn, dev, new_gw))
		return;
	if (xrt_redirect_from(xn, dev, daddr, old_gw, &gw))
		xrt_exc_set(xn, dev->ifindex, daddr, gw, new_gw);
}

/* Removes what @ifindex has, or what has expired if that is 0. */
static void xrt_exc_sweep(struct xinet_net *xn, int ifindex)
{
	unsigned long now = jiffies, next = now + XRT_REDIRECT_LIFE;
	struct xrt_exc_table *t;
	struct hlist_node *tmp;
	struct xrt_exc *x;
	unsigned int i;

	spin_lock_bh(&xn->fib.lock);
	t = rcu_dereference_protected(xn->fib.exceptions, true);
	for (i = 0; t && i < ARRAY_SIZE(t->chain); i++) {
		hlist_for_each_entry_safe(x, tmp, &t->chain[i], node) {
			if (ifindex ? x->ifindex == ifindex :
				      time_after_eq(now, x->expires))
				xrt_exc_free(xn, x);
			else if (time_before(x->expires, next))
				next = x->expires;
		}
	}
	if (!ifindex && xn->fib.n_exceptions)
		xrt_exc_schedule(xn, next);
	spin_unlock_bh(&xn->fib.lock);
	xroute_genid_bump(xn);
}

static void xrt_exc_work(struct work_struct *work)
{
	xrt_exc_sweep(container_of(to_delayed_work(work), struct xinet_net,
				   fib.exc_work), 0);
}

/**
 * xrt_exc_flush_dev - forget what was said of a device's gateways
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
