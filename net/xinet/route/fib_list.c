// SPDX-License-Identifier: GPL-2.0
/*
 * The routes of one prefix, and how many there may be in all.
 *
 * In: steps of a change, from fib_table.c and fib_flush.c. Out: the leaf of the
 * prefix, with its list where it has several routes; counts. Under RTNL; a
 * reader sees each step whole.
 */
#include <linux/atomic.h>
#include <linux/moduleparam.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include "fib_list.h"
#include "route_room.h"

/* Host-wide: an owner of many namespaces is bounded as well. */
static unsigned int xfib_host_max = 4U << 20;
module_param_named(routes_max, xfib_host_max, uint, 0644);
MODULE_PARM_DESC(routes_max, "Most routes on the host, all namespaces");
static atomic_t xfib_host_count = ATOMIC_INIT(0);

/**
 * xfib_charge - count one more route, if the limits allow it
 * @xn: state of the namespace
 * @replace: it takes another's place, makes them no more, and so passes
 * @extack: filled with the reason of a refusal
 *
 * Context: RTNL.
 * Return: 0 or -ENOSPC.
 */
int xfib_charge(struct xinet_net *xn, bool replace,
		struct netlink_ext_ack *extack)
{
	if (!replace && xn->fib.count >= READ_ONCE(xn->sysctl.route_max)) {
		NL_SET_ERR_MSG(extack,
			       "Too many routes in this namespace (sysctl route_max)");
		return -ENOSPC;
	}
	if ((unsigned int)atomic_inc_return(&xfib_host_count) >
	    READ_ONCE(xfib_host_max) && !replace) {
		atomic_dec(&xfib_host_count);
		NL_SET_ERR_MSG(extack, "Too many routes on this host");
		return -ENOSPC;
	}
	xn->fib.count++;
	return 0;
}

/**
 * xfib_uncharge - count one route less
 * @xn: state of the namespace
 *
 * Context: RTNL, or the end of the namespace.
 */
void xfib_uncharge(struct xinet_net *xn)
{
	xn->fib.count--;
	atomic_dec(&xfib_host_count);
}

/**
 * xfib_changed - tell dumps and cached answers of a change
 * @xn: state of the namespace
 *
 * Context: RTNL, when the change is visible.
 */
void xfib_changed(struct xinet_net *xn)
{
	xn->fib.seq++;
	xroute_genid_bump(xn);
}

static void *xfib_list_leaf(const struct xfib_entry *e)
{
	return (void *)((unsigned long)e | XFIB_LEAF_LIST);
}

/**
 * xfib_entry_alloc - a place in a list of routes
 * @fi: what the route says
 *
 * Context: process; may sleep.
 * Return: the entry, NULL without memory.
 */
struct xfib_entry *xfib_entry_alloc(struct xfib_info *fi)
{
	struct xfib_entry *e = kzalloc(sizeof(*e), GFP_KERNEL_ACCOUNT);

	if (e)
		e->fi = fi;
	return e;
}

/**
 * xfib_link - hang an entry into the list of a prefix that is there
 * @xn: state of the namespace
 * @key: the prefix, host byte order
 * @len: its length in bits
 * @prev: what it follows, NULL for the head
 * @next: what follows it, or NULL
 * @e: the entry
 *
 * Context: RTNL.
 */
void xfib_link(struct xinet_net *xn, u32 key, u8 len, struct xfib_entry *prev,
	       struct xfib_entry *next, struct xfib_entry *e)
{
	RCU_INIT_POINTER(e->next, next);
	if (prev)
		rcu_assign_pointer(prev->next, e);
	else
		xlpm_set(&xn->fib.main, key, len, xfib_list_leaf(e));
}

/**
 * xfib_unlink - take a route out of a prefix, and the prefix with its last one
 * @xn: state of the namespace
 * @key: the prefix, host byte order
 * @len: its length in bits
 * @prev: the entry before it, NULL at the head
 * @e: its entry, or what xfib_leaf_routes() made of the only route
 *
 * Context: RTNL.
 */
void xfib_unlink(struct xinet_net *xn, u32 key, u8 len,
		 struct xfib_entry *prev, struct xfib_entry *e)
{
	struct xfib_entry *next = rtnl_dereference(e->next);

	if (prev)
		rcu_assign_pointer(prev->next, next);
	else if (next)
		/* The prefix is there: this allocates nothing. */
		xlpm_set(&xn->fib.main, key, len, xfib_list_leaf(next));
	else
		xlpm_del(&xn->fib.main, key, len);
}

/**
 * xfib_info_release - a route is gone from the table
 * @xn: state of the namespace
 * @fi: what it said
 *
 * Context: RTNL, or the end of the namespace.
 */
void xfib_info_release(struct xinet_net *xn, struct xfib_info *fi)
{
	xfib_info_put(fi);
	xfib_uncharge(xn);
}

/**
 * xfib_entry_free - a route of a list is gone from the table
 * @xn: state of the namespace
 * @e: its entry, freed a grace period later
 *
 * Context: RTNL, or the end of the namespace.
 */
void xfib_entry_free(struct xinet_net *xn, struct xfib_entry *e)
{
	xfib_info_release(xn, e->fi);
	kfree_rcu(e, rcu);
}

/**
 * xfib_to_list - have the only route of a prefix as a list of one, to add to
 * @xn: state of the namespace
 * @key: the prefix, host byte order
 * @len: its length in bits
 *
 * Context: RTNL; may sleep.
 * Return: 0 or -ENOMEM.
 */
int xfib_to_list(struct xinet_net *xn, u32 key, u8 len)
{
	void *leaf = xlpm_get(&xn->fib.main, key, len);
	struct xfib_entry *e, one;

	if (xfib_leaf_routes(leaf, &one) != &one)
		return 0;
	e = xfib_entry_alloc(leaf);
	if (!e)
		return -ENOMEM;
	xfib_link(xn, key, len, NULL, NULL, e);
	return 0;
}

/**
 * xfib_from_list - have a list of one as the only route, without the list
 * @xn: state of the namespace
 * @key: the prefix, host byte order
 * @len: its length in bits
 *
 * Context: RTNL.
 */
void xfib_from_list(struct xinet_net *xn, u32 key, u8 len)
{
	void *leaf = xlpm_get(&xn->fib.main, key, len);
	struct xfib_entry *e, one;

	e = xfib_leaf_routes(leaf, &one);
	if (!e || e == &one || rcu_access_pointer(e->next))
		return;
	xlpm_set(&xn->fib.main, key, len, e->fi);
	kfree_rcu(e, rcu);
}
