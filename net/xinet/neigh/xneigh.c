// SPDX-License-Identifier: GPL-2.0
/*
 * The table of neighbours: entries come into being here, leave it, and end.
 *
 * In: calls of the other files of this room under the table's lock, and the
 * family at namespace and module life-cycle. Out: entries that readers see
 * under RCU. What an entry means is in xneigh_state.c, who has to make room
 * for whom in xneigh_gc.c.
 */
#include <linux/err.h>
#include <linux/if_arp.h>
#include <linux/random.h>
#include <linux/slab.h>
#include "xneigh.h"

#define XNEIGH_HASH_BITS	4	/* to begin with */

static struct kmem_cache *xneigh_cache;

static void xneigh_table_put(struct xneigh_table *t)
{
	if (refcount_dec_and_test(&t->users))
		complete(&t->gone);
}

static void xneigh_free_rcu(struct rcu_head *rcu)
{
	kmem_cache_free(xneigh_cache, container_of(rcu, struct xneigh, rcu));
}

/**
 * xneigh_put - give up a reference
 * @n: the entry; with its last reference it lets go of the device and is
 *	freed after a grace period
 *
 * Context: any up to softirq, the table's lock may be held.
 */
void xneigh_put(struct xneigh *n)
{
	struct xneigh_table *t = n->table;

	if (!refcount_dec_and_test(&n->refcnt))
		return;
	netdev_put(n->dev, &n->dev_tracker);
	xneigh_host_uncharge(t);
	call_rcu(&n->rcu, xneigh_free_rcu);
	xneigh_table_put(t);
}

/**
 * xneigh_find - find a neighbour among all there are
 * @t: the table
 * @dev: device it is on
 * @addr: its address, network byte order
 *
 * Context: @t->lock held.
 * Return: the entry, good for as long as the lock is held, or NULL.
 */
struct xneigh *xneigh_find(struct xneigh_table *t, const struct net_device *dev,
			   __be32 addr)
{
	const struct xneigh_hash *h =
		rcu_dereference_protected(t->xn->neigh.hash,
					  lockdep_is_held(&t->lock));

	lockdep_assert_held(&t->lock);
	return __xneigh_lookup(h, xneigh_hashfn(h, dev, addr), true);
}

/* A device that went down is purged under the lock after its flag fell. */
static bool xneigh_dev_usable(const struct xneigh_table *t,
			      const struct net_device *dev)
{
	return (READ_ONCE(dev->flags) & IFF_UP) &&
	       net_eq(dev_net(dev), t->xn->net);
}

static struct xneigh *xneigh_alloc(struct xneigh_table *t,
				   struct net_device *dev, __be32 addr)
{
	struct xneigh *n;

	n = kmem_cache_zalloc(xneigh_cache, GFP_ATOMIC | __GFP_NOWARN);
	if (!n)
		return NULL;
	n->addr = addr;
	n->state = NUD_NONE;
	n->table = t;
	n->dev = dev;
	n->used = jiffies;
	n->confirmed = jiffies;
	n->updated = jiffies;
	u64_stats_init(&n->sync);
	timer_setup(&n->timer, xneigh_timer, 0);
	__skb_queue_head_init(&n->queue);
	INIT_LIST_HEAD(&n->lru);
	refcount_set(&n->refcnt, 1);
	netdev_hold(dev, &n->dev_tracker, GFP_ATOMIC);
	refcount_inc(&t->users);
	return n;
}

static void xneigh_link(struct xneigh_table *t, struct xneigh *n)
{
	struct xneigh_hash *h =
		rcu_dereference_protected(t->xn->neigh.hash,
					  lockdep_is_held(&t->lock));

	n->hash = xneigh_hashfn(h, n->dev, n->addr);
	hlist_add_head_rcu(&n->node, &h->bucket[n->hash >> h->shift]);
	t->count++;
	if (t->count > xneigh_buckets(h))
		schedule_work(&t->grow_work);
	xneigh_gc_kick(t);
}

/**
 * xneigh_create - put a new neighbour into the table
 * @t: the table
 * @dev: Ethernet device it is on
 * @addr: its address, network byte order; not in the table yet
 * @origin: on whose behalf, which decides what may make room for it
 * @todo: takes entries that had to leave
 *
 * Context: @t->lock held.
 * Return: the entry in state NUD_NONE, good for as long as the lock is held;
 * or an ERR_PTR: -ENETDOWN if device or namespace are going, -ENODEV if the
 * device has no Ethernet addresses, -ENOBUFS if the table or the host is full,
 * -ENOMEM.
 */
struct xneigh *xneigh_create(struct xneigh_table *t, struct net_device *dev,
			     __be32 addr, enum xneigh_origin origin,
			     struct xneigh_todo *todo)
{
	struct xneigh *n;

	lockdep_assert_held(&t->lock);
	if (t->dying || !xneigh_dev_usable(t, dev))
		return ERR_PTR(-ENETDOWN);
	if (dev->type != ARPHRD_ETHER || dev->addr_len != ETH_ALEN)
		return ERR_PTR(-ENODEV);
	if (!xneigh_make_room(t, origin, todo) || !xneigh_host_charge(t))
		return ERR_PTR(-ENOBUFS);
	n = xneigh_alloc(t, dev, addr);
	if (!n) {
		xneigh_host_uncharge(t);
		return ERR_PTR(-ENOMEM);
	}
	xneigh_link(t, n);
	return n;
}

/**
 * xneigh_unlink - take a neighbour out of the table
 * @n: the entry
 * @todo: takes the table's reference and the packets that wait on @n
 *
 * Context: the table's lock held.
 */
void xneigh_unlink(struct xneigh *n, struct xneigh_todo *todo)
{
	struct xneigh_table *t = n->table;

	lockdep_assert_held(&t->lock);
	hlist_del_rcu(&n->node);
	t->count--;
	n->dead = true;
	WRITE_ONCE(n->fast, false);
	xneigh_stop(n);
	xneigh_dequeue_all(n, &todo->lost);
	list_move_tail(&n->lru, &todo->dead);
}

/**
 * xneigh_net_init - give a namespace its neighbour table
 * @xn: state of the namespace
 *
 * Context: process.
 * Return: 0 or -ENOMEM.
 */
int xneigh_net_init(struct xinet_net *xn)
{
	struct xneigh_table *t;
	struct xneigh_hash *h;
	int i;

	t = kzalloc(sizeof(*t), GFP_KERNEL_ACCOUNT);
	h = xneigh_hash_alloc(XNEIGH_HASH_BITS, get_random_u64() | 1);
	if (!t || !h) {
		kvfree(h);
		kfree(t);
		return -ENOMEM;
	}
	spin_lock_init(&t->lock);
	t->xn = xn;
	t->last_gc = jiffies;
	for (i = 0; i < XNEIGH_LIST_MAX; i++)
		INIT_LIST_HEAD(&t->lru[i]);
	ratelimit_state_init(&t->conflicts, DEFAULT_RATELIMIT_INTERVAL,
			     DEFAULT_RATELIMIT_BURST);
	ratelimit_set_flags(&t->conflicts, RATELIMIT_MSG_ON_RELEASE);
	INIT_DELAYED_WORK(&t->gc_work, xneigh_gc_work);
	INIT_WORK(&t->grow_work, xneigh_grow_work);
	refcount_set(&t->users, 1);
	init_completion(&t->gone);
	xn->neigh.table = t;
	RCU_INIT_POINTER(xn->neigh.hash, h);
	return 0;
}

/**
 * xneigh_net_pre_exit - end all neighbours of a namespace, let none come
 * @xn: state of a namespace that goes
 *
 * A grace period later no timer of an entry runs any more, hence nobody asks
 * the other rooms of the namespace for anything.
 *
 * Context: process, may sleep.
 */
void xneigh_net_pre_exit(struct xinet_net *xn)
{
	struct xneigh_table *t = xn->neigh.table;

	spin_lock_bh(&t->lock);
	t->dying = true;
	spin_unlock_bh(&t->lock);
	xneigh_purge(t, NULL, false);
}

/**
 * xneigh_net_exit - take a namespace's table away
 * @xn: its state, a grace period after xneigh_net_pre_exit()
 *
 * Waits for who still holds an entry; when it returns nothing of the table is
 * left but memory on its way through RCU.
 *
 * Context: process, may sleep.
 */
void xneigh_net_exit(struct xinet_net *xn)
{
	struct xneigh_table *t = xn->neigh.table;

	xneigh_purge(t, NULL, false);
	cancel_delayed_work_sync(&t->gc_work);
	cancel_work_sync(&t->grow_work);
	xneigh_table_put(t);
	wait_for_completion(&t->gone);
	kvfree(rcu_dereference_protected(xn->neigh.hash, true));
	RCU_INIT_POINTER(xn->neigh.hash, NULL);
	xn->neigh.table = NULL;
	kfree(t);
}

/**
 * xneigh_init - prepare for the first namespace
 *
 * Context: process, at module load.
 * Return: 0 or -ENOMEM.
 */
int __init xneigh_init(void)
{
	xneigh_cache = kmem_cache_create("xinet_neigh", sizeof(struct xneigh),
					 0, SLAB_HWCACHE_ALIGN | SLAB_ACCOUNT,
					 NULL);
	return xneigh_cache ? 0 : -ENOMEM;
}

/**
 * xneigh_exit - undo xneigh_init()
 *
 * Context: process, when no namespace has a table any more.
 */
void xneigh_exit(void)
{
	rcu_barrier();
	kmem_cache_destroy(xneigh_cache);
}
