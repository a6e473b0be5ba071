// SPDX-License-Identifier: GPL-2.0
/*
 * What a change of the table leaves to be done once its lock is gone.
 *
 * In: a struct xneigh_todo filled under the lock. Out: XARP requests, netlink
 * notifications, packets that can go on, ICMP errors for those that cannot,
 * and the end of entries that left the table. All of these can lead back to
 * the table, by a packet to the same neighbour even.
 */
#include <linux/rtnetlink.h>
#include <net/xinet/netlink.h>
#include "xneigh.h"

/**
 * xneigh_todo_init - nothing to do yet
 * @todo: on the caller's stack
 *
 * Context: any.
 */
void xneigh_todo_init(struct xneigh_todo *todo)
{
	memset(todo, 0, offsetof(struct xneigh_todo, send));
	__skb_queue_head_init(&todo->send);
	__skb_queue_head_init(&todo->fail);
	__skb_queue_head_init(&todo->full);
	__skb_queue_head_init(&todo->lost);
	INIT_LIST_HEAD(&todo->dead);
}

/**
 * xneigh_todo_about - say which entry it is about
 * @todo: one change of one entry
 * @n: the entry; referenced until xneigh_todo_run() is through
 *
 * Context: the table's lock held.
 */
void xneigh_todo_about(struct xneigh_todo *todo, struct xneigh *n)
{
	if (todo->n)
		return;
	xneigh_hold(n);
	todo->n = n;
}

static void xneigh_todo_packets(struct xinet_net *xn, struct xneigh_todo *todo)
{
	struct sk_buff *skb;

	while ((skb = __skb_dequeue(&todo->full)))
		xinet_drop(xn, skb, XINET_DROP_NEIGH_QUEUE_FULL);
	while ((skb = __skb_dequeue(&todo->lost)))
		xinet_drop(xn, skb, XINET_DROP_NEIGH_DEAD);
	while ((skb = __skb_dequeue(&todo->fail)))
		xneigh_error_report(xn, skb);
	while ((skb = __skb_dequeue(&todo->send)))
		xneigh_output(xn, skb, todo->n->addr, RTN_UNICAST);
}

/**
 * xneigh_todo_run - do it
 * @xn: state of the namespace
 * @todo: filled under the table's lock; empty afterwards
 *
 * Context: process or BH, no lock of the table held.
 */
void xneigh_todo_run(struct xinet_net *xn, struct xneigh_todo *todo)
{
	struct xneigh *n = todo->n, *dead, *tmp;

	rcu_read_lock();
	if (todo->solicit)
		xarp_solicit(xn, n->dev, n->addr, todo->saddr,
			     todo->unicast ? todo->lladdr : NULL);
	if (todo->notify)
		xnl_neigh_notify(n, RTM_NEWNEIGH, todo->portid);
	xneigh_todo_packets(xn, todo);
	list_for_each_entry_safe(dead, tmp, &todo->dead, lru) {
		list_del_init(&dead->lru);
		xnl_neigh_notify(dead, RTM_DELNEIGH, todo->portid);
		xneigh_put(dead);
	}
	rcu_read_unlock();
	if (n)
		xneigh_put(n);
}
