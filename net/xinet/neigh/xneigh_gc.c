// SPDX-License-Identifier: GPL-2.0
/*
 * How many neighbours there may be, and which go when it is too many.
 *
 * In: xneigh_create() asks for room; time; a device that goes. Out: entries
 * taken from the table. The limits:
 *
 *	gc_thresh1	below it, age removes nothing
 *	gc_thresh2	above it, FAILED entries and those STALE for 5 s go,
 *			but no more often than every 5 s
 *	gc_thresh3	never more: each newcomer takes the place of an entry
 *	neigh_max	all namespaces but the first together; the first is
 *			not held to it, so that nobody can starve it
 *
 * A scan of addresses that do not exist fills the table with INCOMPLETE
 * entries. At gc_thresh3 a packet's new entry replaces the oldest of those,
 * so that whoever does answer is found even while the scan goes on. What a
 * stranger on the link makes us create replaces nothing but FAILED and old
 * STALE entries. REACHABLE, DELAY, PROBE, PERMANENT and NOARP ones stay.
 */
#include <linux/moduleparam.h>
#include "xneigh.h"

#define XNEIGH_GC_BATCH		64	/* entries removed under one lock */

static unsigned int xneigh_host_max = 65536;
module_param_named(neigh_max, xneigh_host_max, uint, 0644);
MODULE_PARM_DESC(neigh_max, "most neighbours of all network namespaces but the first together");

static unsigned long xneigh_host_bytes_max = 64UL << 20;
module_param_named(neigh_queue_max, xneigh_host_bytes_max, ulong, 0644);
MODULE_PARM_DESC(neigh_queue_max, "most bytes of packets waiting for neighbours in all network namespaces but the first together");

static atomic_t xneigh_host_count = ATOMIC_INIT(0);
static atomic_long_t xneigh_host_bytes = ATOMIC_LONG_INIT(0);

static bool xneigh_host_exempt(const struct xneigh_table *t)
{
	return net_eq(t->xn->net, &init_net);
}

/**
 * xneigh_host_charge - may the host have one neighbour more?
 * @t: table that wants it
 *
 * Context: any.
 * Return: true if so; xneigh_host_uncharge() gives it back.
 */
bool xneigh_host_charge(const struct xneigh_table *t)
{
	unsigned int count;

	if (xneigh_host_exempt(t))
		return true;
	count = atomic_inc_return(&xneigh_host_count);
	if (count <= READ_ONCE(xneigh_host_max))
		return true;
	atomic_dec(&xneigh_host_count);
	return false;
}

/**
 * xneigh_host_uncharge - one neighbour less
 * @t: table it was in
 *
 * Context: any.
 */
void xneigh_host_uncharge(const struct xneigh_table *t)
{
	if (!xneigh_host_exempt(t))
		atomic_dec(&xneigh_host_count);
}

/**
 * xneigh_host_charge_bytes - may the host have that many bytes more waiting?
 * @t: table that wants it
 * @bytes: truesize
 *
 * Context: any.
 * Return: true if so; xneigh_host_uncharge_bytes() gives them back.
 */
bool xneigh_host_charge_bytes(const struct xneigh_table *t, u32 bytes)
{
	unsigned long sum;

	if (xneigh_host_exempt(t))
		return true;
	sum = atomic_long_add_return(bytes, &xneigh_host_bytes);
	if (sum <= READ_ONCE(xneigh_host_bytes_max))
		return true;
	atomic_long_sub(bytes, &xneigh_host_bytes);
	return false;
}

/**
 * xneigh_host_uncharge_bytes - that many bytes wait no more
 * @t: table in which they did
 * @bytes: truesize
 *
 * Context: any.
 */
void xneigh_host_uncharge_bytes(const struct xneigh_table *t, u32 bytes)
{
	if (!xneigh_host_exempt(t))
		atomic_long_sub(bytes, &xneigh_host_bytes);
}

static unsigned int xneigh_limit(const int *sysctl)
{
	return max(READ_ONCE(*sysctl), 0);
}

static struct xneigh *xneigh_oldest(struct xneigh_table *t,
				    enum xneigh_list list)
{
	return list_first_entry_or_null(&t->lru[list], struct xneigh, lru);
}

static struct xneigh *xneigh_stale_for(struct xneigh_table *t,
				       unsigned long age)
{
	struct xneigh *n = xneigh_oldest(t, XNEIGH_LIST_STALE);

	return n && time_after_eq(jiffies, n->updated + age) ? n : NULL;
}

/* Remove what nobody will miss until @keep are left or a batch is done. */
static bool xneigh_sweep(struct xneigh_table *t, unsigned int keep,
			 unsigned long age, struct xneigh_todo *todo)
{
	unsigned int room = XNEIGH_GC_BATCH;
	struct xneigh *n;

	while (t->count > keep) {
		n = xneigh_oldest(t, XNEIGH_LIST_FAILED) ?:
		    xneigh_stale_for(t, age);
		if (!n)
			return false;
		if (!room--)
			return true;
		xneigh_unlink(n, todo);
	}
	return false;
}

/**
 * xneigh_make_room - may there be one entry more?
 * @t: the table
 * @origin: on whose behalf
 * @todo: takes the entries that have to go
 *
 * Context: @t->lock held.
 * Return: true if there is room now.
 */
bool xneigh_make_room(struct xneigh_table *t, enum xneigh_origin origin,
		      struct xneigh_todo *todo)
{
	const struct xinet_sysctl *s = &t->xn->sysctl;
	unsigned int most = xneigh_limit(&s->gc_thresh3);
	unsigned int soft = min(xneigh_limit(&s->gc_thresh2), most);
	struct xneigh *n;

	if (t->count >= most ||
	    (t->count > soft &&
	     time_after(jiffies, t->last_gc + XNEIGH_GC_GRACE))) {
		t->last_gc = jiffies;
		xneigh_sweep(t, soft, XNEIGH_GC_GRACE, todo);
	}
	if (t->count < most)
		return true;
	if (origin == XNEIGH_FOR_PEER)
		return false;
	n = xneigh_oldest(t, XNEIGH_LIST_INCOMPLETE) ?:
	    xneigh_oldest(t, XNEIGH_LIST_STALE);
	if (n)
		xneigh_unlink(n, todo);
	return t->count < most;
}

/**
 * xneigh_gc_kick - there is an entry to grow old
 * @t: the table
 *
 * Context: @t->lock held.
 */
void xneigh_gc_kick(struct xneigh_table *t)
{
	const int *base = &t->xn->sysctl.neigh_base_reachable_ms;

	if (!delayed_work_pending(&t->gc_work))
		queue_delayed_work(system_power_efficient_wq, &t->gc_work,
				   max(xneigh_jiffies(base) / 2, (ulong)HZ));
}

/**
 * xneigh_gc_work - remove what has grown old
 * @work: xneigh_table.gc_work
 *
 * FAILED entries go at the next pass, STALE ones after gc_stale_time, both
 * only above gc_thresh1.
 *
 * Context: process.
 */
void xneigh_gc_work(struct work_struct *work)
{
	struct xneigh_table *t =
		container_of(work, struct xneigh_table, gc_work.work);
	const struct xinet_sysctl *s = &t->xn->sysctl;
	struct xneigh_todo todo;
	bool more;

	do {
		xneigh_todo_init(&todo);
		spin_lock_bh(&t->lock);
		more = t->count >= xneigh_limit(&s->gc_thresh1) &&
		       xneigh_sweep(t, 0,
				    xneigh_jiffies(&s->neigh_gc_stale_ms),
				    &todo);
		if (!more && t->count)
			xneigh_gc_kick(t);
		spin_unlock_bh(&t->lock);
		xneigh_todo_run(t->xn, &todo);
		cond_resched();
	} while (more);
}

static void xneigh_purge_bucket(struct xneigh_table *t,
				struct hlist_head *bucket,
				const struct net_device *dev,
				bool keep_permanent, struct xneigh_todo *todo)
{
	struct hlist_node *tmp;
	struct xneigh *n;

	hlist_for_each_entry_safe(n, tmp, bucket, node) {
		if (dev && n->dev != dev)
			continue;
		if (keep_permanent && n->state == NUD_PERMANENT)
			xneigh_build_header(n);
		else
			xneigh_unlink(n, todo);
	}
}

/**
 * xneigh_purge - end the neighbours of a device
 * @t: the table
 * @dev: the device, or NULL for all
 * @keep_permanent: those that netlink set stay, with the device's address as
 *	it is now
 *
 * For a device that goes, its IFF_UP flag must have fallen: entries that are
 * made while this runs see it under the lock.
 *
 * Context: process, may sleep.
 */
void xneigh_purge(struct xneigh_table *t, const struct net_device *dev,
		  bool keep_permanent)
{
	struct xneigh_hash *h = NULL, *now;
	struct xneigh_todo todo;
	unsigned int i = 0;
	bool more;

	do {
		xneigh_todo_init(&todo);
		spin_lock_bh(&t->lock);
		now = rcu_dereference_protected(t->xn->neigh.hash,
						lockdep_is_held(&t->lock));
		if (now != h)	/* grown: begin anew */
			i = 0;
		h = now;
		xneigh_purge_bucket(t, &h->bucket[i], dev, keep_permanent,
				    &todo);
		more = ++i < xneigh_buckets(h);
		spin_unlock_bh(&t->lock);
		xneigh_todo_run(t->xn, &todo);
		cond_resched();
	} while (more);
}
