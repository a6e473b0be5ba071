// SPDX-License-Identifier: GPL-2.0
/*
 * The last step of a packet in this family: a link header, then the device.
 *
 * In: from xip_finish_output2() a packet with skb->data at the XIP header,
 * skb->dev the output device and skb->protocol set, with the next hop and what
 * kind of destination the route said it is. Out: dev_queue_xmit(), or the
 * queue of a neighbour that is being resolved. Under the RCU read lock, which
 * also keeps skb->dev.
 *
 * Three ways, the commonest first:
 *	a neighbour with a prebuilt header	two words are copied
 *	a neighbour without (VLAN, no headroom)	dev_hard_header() to its address
 *	no neighbour needed (lo, broadcast …)	dev_hard_header() to a mapped one
 * and one by-way, xneigh_resolve(), the only one that takes a lock.
 */
#include <linux/if_arp.h>
#include <net/xinet/ip.h>
#include <net/xinet/trace.h>
#include "xneigh.h"

static int xneigh_drop_at(struct xinet_net *xn, struct sk_buff *skb,
			  enum xinet_drop why, int err, const char *func)
{
	xinet_drop_at(xn, skb, why, func);
	return err;
}

#define xneigh_drop(xn, skb, why, err)					\
	xneigh_drop_at(xn, skb, why, err, __func__)

static int xneigh_hard_header(struct xinet_net *xn, struct sk_buff *skb,
			      const u8 *lladdr)
{
	struct net_device *dev = skb->dev;

	if (xtrace_cow_head(skb, LL_RESERVED_SPACE(dev)))
		return xneigh_drop(xn, skb, XINET_DROP_NO_MEMORY, -ENOMEM);
	if (dev_hard_header(skb, dev, ETH_P_XIP, lladdr, NULL, skb->len) < 0)
		return xneigh_drop(xn, skb, XINET_DROP_NEIGH_HEADER, -EINVAL);
	return dev_queue_xmit(skb);
}

/* RFC 1112 section 6.4: 01:00:5e and the low 23 bits of the group */
static int xneigh_output_multicast(struct xinet_net *xn, struct sk_buff *skb)
{
	struct net_device *dev = skb->dev;
	u8 lladdr[ETH_ALEN];

	if (dev->type != ARPHRD_ETHER)
		return xneigh_hard_header(xn, skb, dev->broadcast);
	ip_eth_mc_map(ip_hdr(skb)->daddr, lladdr);
	return xneigh_hard_header(xn, skb, lladdr);
}

static int xneigh_output_mapped(struct xinet_net *xn, struct sk_buff *skb,
				u8 type)
{
	struct net_device *dev = skb->dev;

	if (dev->flags & (IFF_LOOPBACK | IFF_NOARP))
		return xneigh_hard_header(xn, skb, dev->dev_addr);
	if (type == RTN_MULTICAST)
		return xneigh_output_multicast(xn, skb);
	return xneigh_hard_header(xn, skb, dev->broadcast);
}

static int xneigh_output_known(struct xinet_net *xn, struct sk_buff *skb,
			       struct xneigh *n)
{
	u8 lladdr[ETH_ALEN];

	if (!(READ_ONCE(n->state) & NUD_CONNECTED))
		xneigh_stamp(&n->used);
	xneigh_lladdr(n, lladdr);
	return xneigh_hard_header(xn, skb, lladdr);
}

static int xneigh_not_created(struct xinet_net *xn, struct sk_buff *skb,
			      int err)
{
	switch (err) {
	case -ENETDOWN:
		return xneigh_drop(xn, skb, XINET_DROP_DEV_DOWN, err);
	case -ENODEV:
		return xneigh_drop(xn, skb, XINET_DROP_NEIGH_HEADER, -EINVAL);
	default:
		return xneigh_drop(xn, skb, XINET_DROP_NEIGH_CREATE, err);
	}
}

static int xneigh_resolve(struct xinet_net *xn, struct sk_buff *skb,
			  __be32 nexthop)
{
	struct xneigh_table *t = xn->neigh.table;
	struct net_device *dev = skb->dev;
	struct xneigh_todo todo;
	struct xneigh *n;
	bool usable = false;

	xneigh_todo_init(&todo);
	spin_lock_bh(&t->lock);
	n = xneigh_find(t, dev, nexthop);
	if (!n)
		n = xneigh_create(t, dev, nexthop, XNEIGH_FOR_OUTPUT, &todo);
	if (!IS_ERR(n))
		usable = xneigh_event_send(n, skb, &todo);
	spin_unlock_bh(&t->lock);
	xneigh_todo_run(xn, &todo);

	if (IS_ERR(n))
		return xneigh_not_created(xn, skb, PTR_ERR(n));
	return usable ? xneigh_output_known(xn, skb, n) : 0;
}

static noinline int xneigh_output_slow(struct xinet_net *xn,
				       struct sk_buff *skb, __be32 nexthop)
{
	struct net_device *dev = skb->dev;
	struct xneigh *n;

	if ((dev->flags & (IFF_LOOPBACK | IFF_NOARP | IFF_POINTOPOINT)) ||
	    !dev->header_ops)
		return xneigh_output_mapped(xn, skb, RTN_UNICAST);
	n = xneigh_lookup(xn, dev, nexthop);
	if (n && (READ_ONCE(n->state) & XNEIGH_USABLE))
		return xneigh_output_known(xn, skb, n);
	return xneigh_resolve(xn, skb, nexthop);
}

/* A header written into a clone's headroom would be seen by the other one. */
static __always_inline bool xneigh_headroom(const struct sk_buff *skb)
{
	return skb_headroom(skb) >= XNEIGH_HH_LEN && !skb_header_cloned(skb);
}

/**
 * xneigh_trace - tell who traces where a packet stands with its neighbour
 * @skb: the packet, as xneigh_output() gets it
 *
 * Context: RCU read lock.
 */
void xneigh_trace(const struct sk_buff *skb)
{
	const struct xip_skb_cb *cb = XIPCB(skb);
	const struct net_device *dev = skb->dev;
	enum xtrace_neigh what = XTRACE_NEIGH_MAPPED;
	const struct net *net = dev_net(dev);
	const struct xneigh *n;
	u8 state = NUD_NOARP;

	if (cb->rtype == RTN_UNICAST && dev->header_ops &&
	    !(dev->flags & (IFF_LOOPBACK | IFF_NOARP | IFF_POINTOPOINT))) {
		n = xneigh_lookup(xinet_pernet_rcu(net), skb->dev, cb->nexthop);
		state = n ? READ_ONCE(n->state) : NUD_NONE;
		what = state & (XNEIGH_USABLE | NUD_STALE) ?
		       XTRACE_NEIGH_KNOWN : XTRACE_NEIGH_ASK;
	}
	xtrace_neigh(net, skb, what, cb->nexthop, state);
}

/**
 * xneigh_output - send a packet to a neighbour
 * @xn: state of the namespace
 * @skb: the packet, skb->data at the XIP header, skb->dev the output device;
 *	consumed
 * @nexthop: the neighbour's address, network byte order
 * @type: RTN_UNICAST for one host on the link; RTN_LOCAL, RTN_BROADCAST and
 *	RTN_MULTICAST need no entry
 *
 * Context: process or BH under the RCU read lock.
 * Return: what dev_queue_xmit() says; 0 if the packet waits for an answer;
 * -ENOBUFS if there may be no more neighbours, -ENETDOWN, -EINVAL if the
 * device makes no header, -ENOMEM.
 */
int xneigh_output(struct xinet_net *xn, struct sk_buff *skb, __be32 nexthop,
		  u8 type)
{
	struct xneigh *n;
	u64 to, from;

	xtrace_stage(skb, XTRACE_NEIGH_OUTPUT);
	if (unlikely(type != RTN_UNICAST))
		return xneigh_output_mapped(xn, skb, type);
	n = xneigh_lookup(xn, skb->dev, nexthop);
	/* pairs with the release in xneigh_enter(): the header is there */
	if (unlikely(!n || !smp_load_acquire(&n->fast) ||
		     !xneigh_headroom(skb)))
		return xneigh_output_slow(xn, skb, nexthop);
	to = xneigh_hh_word(n, 0);
	from = xneigh_hh_word(n, 1);
	memcpy(skb->data - XNEIGH_HH_LEN, &to, sizeof(to));
	memcpy(skb->data - sizeof(from), &from, sizeof(from));
	__skb_push(skb, ETH_HLEN);
	return dev_queue_xmit(skb);
}

/**
 * xneigh_confirm - a neighbour showed that it is there
 * @xn: state of the namespace
 * @dev: device it is on
 * @nexthop: its address, network byte order
 *
 * For MSG_CONFIRM and for transports whose peer makes progress (RFC 4861
 * section 7.3.1 has the idea): it spares the neighbour a probe.
 *
 * Context: RCU read lock.
 */
void xneigh_confirm(struct xinet_net *xn, struct net_device *dev,
		    __be32 nexthop)
{
	struct xneigh *n = xneigh_lookup(xn, dev, nexthop);

	if (n)
		xneigh_stamp(&n->confirmed);
}
