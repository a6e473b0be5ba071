// SPDX-License-Identifier: GPL-2.0
/*
 * Packets that wait until their neighbour is known.
 *
 * In: packets with skb->data at the XIP header and skb->dev the output device,
 * which the entry holds for them. Out: lists of packets to send, to report or
 * to drop; none of that happens under the table's lock, which all of this but
 * the report needs.
 *
 * Three bounds: bytes an entry (unres_qlen_bytes, where the oldest packet
 * gives way), bytes a namespace, and bytes all namespaces but the first
 * together (xneigh_gc.c); at the latter two the newcomer is dropped. Bytes are
 * truesize.
 */
#include <linux/string.h>
#include <net/xinet/icmp.h>
#include <net/xinet/ip.h>
#include <net/xinet/trace.h>
#include "xneigh.h"

#define XNEIGH_QUEUE_TABLE_MAX	(4U << 20)

static void xneigh_queue_uncharge(struct xneigh *n, u32 bytes)
{
	n->queue_bytes -= bytes;
	n->table->queue_bytes -= bytes;
	xneigh_host_uncharge_bytes(n->table, bytes);
}

static bool xneigh_queue_charge(struct xneigh *n, u32 bytes)
{
	struct xneigh_table *t = n->table;

	if (t->queue_bytes + bytes > XNEIGH_QUEUE_TABLE_MAX ||
	    !xneigh_host_charge_bytes(t, bytes))
		return false;
	n->queue_bytes += bytes;
	t->queue_bytes += bytes;
	return true;
}

/**
 * xneigh_enqueue - let a packet wait
 * @n: entry that is being resolved
 * @skb: the packet; consumed
 * @todo: takes what had to give way, which may be @skb
 *
 * One packet always has room, however large it is (RFC 1122 section 2.3.2.2).
 *
 * Context: the table's lock held.
 */
void xneigh_enqueue(struct xneigh *n, struct sk_buff *skb,
		    struct xneigh_todo *todo)
{
	u32 limit = max(READ_ONCE(n->table->xn->sysctl.neigh_unres_qlen_bytes),
			0);
	struct sk_buff *old;

	while (n->queue_bytes + skb->truesize > limit &&
	       (old = __skb_dequeue(&n->queue))) {
		xneigh_queue_uncharge(n, old->truesize);
		__skb_queue_tail(&todo->full, old);
	}
	if (xtrace_on())
		xtrace_neigh(n->table->xn->net, skb, XTRACE_NEIGH_QUEUED,
			     n->addr, n->state);
	if (xneigh_queue_charge(n, skb->truesize))
		__skb_queue_tail(&n->queue, skb);
	else
		__skb_queue_tail(&todo->full, skb);
}

/**
 * xneigh_dequeue_all - end the waiting
 * @n: the entry
 * @list: takes its packets in order, behind what is there
 *
 * Context: the table's lock held.
 */
void xneigh_dequeue_all(struct xneigh *n, struct sk_buff_head *list)
{
	xneigh_queue_uncharge(n, n->queue_bytes);
	skb_queue_splice_tail_init(&n->queue, list);
}

/**
 * xneigh_error_report - end a packet whose neighbour does not answer
 * @xn: state of the namespace
 * @skb: the packet, skb->data at its XIP header; consumed
 *
 * The sender is told: by ICMP host unreachable (RFC 1812 section 5.2.7.1),
 * which for a local one becomes EHOSTUNREACH.
 *
 * Context: process or BH under the RCU read lock, no lock of the table held.
 */
void xneigh_error_report(struct xinet_net *xn, struct sk_buff *skb)
{
	memset(XIPCB(skb), 0, sizeof(*XIPCB(skb)));
	xnat_undo(xn, skb);
	xicmp_send(skb, ICMP_DEST_UNREACH, ICMP_HOST_UNREACH, 0);
	xinet_drop(xn, skb, XINET_DROP_NEIGH_FAILED);
}
