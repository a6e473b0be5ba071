// SPDX-License-Identifier: GPL-2.0
/*
 * Many routes go at once: with a device, with an address, with a namespace.
 *
 * In: content marked dead by fib_nh.c, or the end of a namespace. Out: the table
 * without the routes that say so. Under RTNL, or when nobody else is left; free
 * to sleep, and others run between any two prefixes.
 */
#include <linux/rtnetlink.h>
#include <linux/sched.h>
#include "fib_list.h"
#include "route_room.h"

static unsigned int xfib_flush_list(struct xinet_net *xn, u32 key, u8 len,
				    struct xfib_entry *e)
{
	struct xfib_entry *prev = NULL, *next;
	unsigned int n = 0;

	for (; e; e = next) {
		next = rtnl_dereference(e->next);
		if (!e->fi->dead) {
			prev = e;
			continue;
		}
		xfib_unlink(xn, key, len, prev, e);
		xfib_entry_free(xn, e);
		n++;
	}
	xfib_from_list(xn, key, len);
	return n;
}

static unsigned int xfib_flush_prefix(struct xinet_net *xn, u32 key, u8 len,
				      void *leaf)
{
	struct xfib_entry *e, one;

	e = xfib_leaf_routes(leaf, &one);
	if (e != &one)
		return xfib_flush_list(xn, key, len, e);
	if (!e->fi->dead)
		return 0;
	xlpm_del(&xn->fib.main, key, len);
	xfib_info_release(xn, e->fi);
	return 1;
}

/**
 * xfib_flush - remove the routes whose content is dead
 * @xn: state of the namespace
 * @dead: how many there are
 *
 * Without notifications, as IPv4 does when a device goes: who listens hears of
 * the device.
 *
 * Context: RTNL; may sleep, and lets others run between prefixes.
 */
void xfib_flush(struct xinet_net *xn, unsigned int dead)
{
	u32 key = 0;
	void *leaf;
	u8 len = 0;

	ASSERT_RTNL();
	if (!dead)
		return;
	while (dead) {
		leaf = xlpm_next(&xn->fib.main, &key, &len);
		if (WARN_ON_ONCE(!leaf))
			break;
		dead -= min(dead, xfib_flush_prefix(xn, key, len, leaf));
		if (!xlpm_step(&key, &len))
			break;
		cond_resched();
	}
	xfib_changed(xn);
}

static void xfib_release_leaf(void *leaf)
{
	struct xfib_entry *e, *next, one;

	for (e = xfib_leaf_routes(leaf, &one); e; e = next) {
		next = rcu_dereference_protected(e->next, true);
		if (e == &one)
			xfib_info_release(e->fi->xn, e->fi);
		else
			xfib_entry_free(e->fi->xn, e);
	}
}

/**
 * xfib_table_destroy - the end of a namespace
 * @xn: its state; no reader and no device are left
 *
 * Context: pernet exit; may sleep.
 */
void xfib_table_destroy(struct xinet_net *xn)
{
	xlpm_destroy(&xn->fib.main, xfib_release_leaf);
	WARN_ON_ONCE(xn->fib.count);
	WARN_ON_ONCE(!list_empty(&xn->fib.infos));
}
