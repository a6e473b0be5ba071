// SPDX-License-Identifier: GPL-2.0
/*
 * The buckets of the neighbour table, and how they become more.
 *
 * In: xneigh_link() asks for more than there are. Out: a larger array with the
 * same entries. Readers under RCU may meet an entry that is just moving and
 * go on in another chain: they come to its end all the same, and may have
 * missed what they looked for (see struct xneigh_hash).
 *
 * Buckets go by the highest bits of the hash. So they keep their order when
 * they double, which is what netlink dumps go by.
 */
#include <linux/bitops.h>
#include <linux/slab.h>
#include "xneigh.h"

#define XNEIGH_HASH_BITS_MAX	16

/**
 * xneigh_hash_alloc - allocate empty buckets
 * @bits: binary logarithm of their number
 * @secret: odd multiplier
 *
 * Context: process.
 * Return: the buckets or NULL; kvfree() frees them.
 */
struct xneigh_hash *xneigh_hash_alloc(unsigned int bits, u64 secret)
{
	struct xneigh_hash *h;

	h = kvzalloc(struct_size(h, bucket, 1UL << bits), GFP_KERNEL_ACCOUNT);
	if (!h)
		return NULL;
	h->secret = secret;
	h->shift = 64 - bits;
	return h;
}

static void xneigh_move(struct xneigh_hash *from, struct xneigh_hash *to)
{
	struct hlist_node *tmp;
	unsigned int i;
	struct xneigh *n;

	WRITE_ONCE(from->moved, true);
	/* pairs with xneigh_stranger() */
	smp_wmb();
	for (i = 0; i < xneigh_buckets(from); i++) {
		hlist_for_each_entry_safe(n, tmp, &from->bucket[i], node) {
			hlist_del_rcu(&n->node);
			hlist_add_head_rcu(&n->node,
					   &to->bucket[n->hash >> to->shift]);
		}
	}
}

/**
 * xneigh_grow_work - as many buckets as there are entries
 * @work: xneigh_table.grow_work
 *
 * Context: process.
 */
void xneigh_grow_work(struct work_struct *work)
{
	struct xneigh_table *t =
		container_of(work, struct xneigh_table, grow_work);
	struct xneigh_hash *old, *new;
	unsigned int bits;

	/* nobody but this work replaces them */
	old = rcu_dereference_protected(t->xn->neigh.hash, true);
	bits = min(fls(READ_ONCE(t->count)), XNEIGH_HASH_BITS_MAX);
	if (bits <= 64 - old->shift)
		return;
	new = xneigh_hash_alloc(bits, old->secret);
	if (!new)
		return;
	spin_lock_bh(&t->lock);
	xneigh_move(old, new);
	rcu_assign_pointer(t->xn->neigh.hash, new);
	spin_unlock_bh(&t->lock);
	kvfree_rcu(old, rcu);
}
