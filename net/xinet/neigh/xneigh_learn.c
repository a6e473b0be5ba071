// SPDX-License-Identifier: GPL-2.0
/*
 * What a neighbour says of itself.
 *
 * In: from xarp.c the sender of a valid XARP packet. Out: an entry brought up
 * to date, packets that waited for it on their way. Takes the table's lock
 * only for a sender that matters.
 */
#include "xneigh.h"

static struct xneigh *xneigh_heard_entry(struct xneigh_table *t,
					 struct net_device *dev, __be32 addr,
					 u8 flags, struct xneigh_todo *todo)
{
	struct xneigh *n = xneigh_find(t, dev, addr);

	if (n || !(flags & XNEIGH_F_CREATE))
		return n;
	n = xneigh_create(t, dev, addr, XNEIGH_FOR_PEER, todo);
	return IS_ERR(n) ? NULL : n;
}

/* Most of what is broadcast on a link is about strangers: no lock for those. */
static bool xneigh_stranger(const struct xinet_net *xn,
			    const struct net_device *dev, __be32 addr)
{
	const struct xneigh_hash *h = rcu_dereference(xn->neigh.hash);

	if (__xneigh_lookup(h, xneigh_hashfn(h, dev, addr), false))
		return false;
	/* pairs with xneigh_grow_work(): a chain seen changed, a flag set */
	smp_rmb();
	return !READ_ONCE(h->moved);
}

/**
 * xneigh_heard - a neighbour said which link-layer address it has
 * @xn: state of the namespace
 * @dev: device on which it did
 * @addr: its address, network byte order
 * @lladdr: its link-layer address, six bytes
 * @state: NUD_REACHABLE for an answer to us alone, else NUD_STALE
 * @flags: XNEIGH_F_CREATE to make an entry if there is none;
 *	XNEIGH_F_OVERRIDE to believe it at once, or else, where it differs
 *	from what was learnt less than XNEIGH_LOCKTIME ago, not at all
 *
 * Context: softirq, RCU read lock.
 */
void xneigh_heard(struct xinet_net *xn, struct net_device *dev, __be32 addr,
		  const u8 *lladdr, u8 state, u8 flags)
{
	struct xneigh_table *t = xn->neigh.table;
	struct xneigh_todo todo;
	struct xneigh *n;

	if (!(flags & XNEIGH_F_CREATE) && xneigh_stranger(xn, dev, addr))
		return;
	xneigh_todo_init(&todo);
	spin_lock_bh(&t->lock);
	n = xneigh_heard_entry(t, dev, addr, flags, &todo);
	if (n) {
		if (time_after(jiffies, n->updated + XNEIGH_LOCKTIME))
			flags |= XNEIGH_F_OVERRIDE;
		xneigh_update(n, lladdr, state, flags, &todo);
	}
	spin_unlock_bh(&t->lock);
	xneigh_todo_run(xn, &todo);
}
