// SPDX-License-Identifier: GPL-2.0
/*
 * XARP on the wire: who has this address, I have it, I have it now (RFC 826,
 * RFC 5227).
 *
 * In: frames of EtherType 0x88B6, in softirq context under the RCU read lock;
 * requests from xneigh_todo.c; announcements from the address room, under
 * RTNL. Out: what was heard to xneigh_heard(), frames to
 * dev_queue_xmit().
 *
 * Rules of reception, in this order:
 *	malformed, or an address that is not one host's	dropped
 *	sender has an address of ours			dropped; a conflict is told,
 *							the address defended
 *	probe for an address of ours			answered, not learnt
 *	request for an address of ours			learnt and answered
 *	anything else					updates the sender's entry
 *							if there is one
 * An address of ours is one of any device of the namespace (arp_ignore = 0 of
 * IPv4); nothing is answered for others.
 */
#include <linux/etherdevice.h>
#include <linux/if_arp.h>
#include <linux/net.h>
#include <linux/pkt_sched.h>
#include <net/xinet/addr.h>
#include <uapi/linux/xinet.h>
#include "xarp_packet.h"
#include "xneigh.h"

static bool xarp_dev(const struct net_device *dev)
{
	return dev->type == ARPHRD_ETHER && dev->addr_len == ETH_ALEN &&
	       !(dev->flags & (IFF_NOARP | IFF_LOOPBACK));
}

static void xarp_xmit(struct net_device *dev, const struct xarp_packet *p,
		      const u8 *dest)
{
	int head = LL_RESERVED_SPACE(dev);
	struct sk_buff *skb;

	if (!xarp_dev(dev))
		return;
	skb = alloc_skb(head + XARP_PACKET_LEN + dev->needed_tailroom,
			GFP_ATOMIC | __GFP_NOWARN);
	if (!skb)
		return;
	skb_reserve(skb, head);
	skb_reset_network_header(skb);
	xarp_packet_build(skb_put(skb, XARP_PACKET_LEN), p);
	skb->dev = dev;
	skb->protocol = htons(ETH_P_XARP);
	skb->priority = TC_PRIO_CONTROL;
	if (dev_hard_header(skb, dev, ETH_P_XARP, dest, dev->dev_addr,
			    skb->len) < 0)
		kfree_skb(skb);
	else
		dev_queue_xmit(skb);
}

/**
 * xarp_solicit - ask for a neighbour
 * @xn: state of the namespace
 * @dev: device it is on
 * @target: its address, network byte order
 * @saddr: source of a packet that waits for it, which is asked with if it is
 *	an address of ours; or 0. Network byte order
 * @lladdr: its last known link-layer address, or NULL to ask everybody
 *
 * Context: process or BH under the RCU read lock.
 */
void xarp_solicit(struct xinet_net *xn, struct net_device *dev, __be32 target,
		  __be32 saddr, const u8 *lladdr)
{
	struct xarp_packet p = { .op = XARP_REQUEST, .tpa = target };

	if (saddr && xinet_addr_type(xn, saddr) == RTN_LOCAL)
		p.spa = saddr;
	else
		p.spa = xinet_select_addr(xn, dev, target, RT_SCOPE_LINK);
	ether_addr_copy(p.sha, dev->dev_addr);
	xarp_xmit(dev, &p, lladdr ?: dev->broadcast);
}

/**
 * xarp_announce - tell the link that an address is here now
 * @xn: state of the namespace
 * @dev: device it is on
 * @addr: the address, network byte order
 *
 * Does nothing on a device that is down or has no XARP.
 *
 * Context: process or BH, RTNL or RCU read lock.
 */
void xarp_announce(struct xinet_net *xn, struct net_device *dev, __be32 addr)
{
	struct xarp_packet p = {
		.op = XARP_REQUEST,
		.spa = addr,
		.tpa = addr,
	};

	if (!(dev->flags & IFF_UP) || !xarp_dev(dev) ||
	    ipv4_is_loopback(addr))
		return;
	ether_addr_copy(p.sha, dev->dev_addr);
	xarp_xmit(dev, &p, dev->broadcast);
}

static void xarp_reply(struct net_device *dev, const struct xarp_packet *request)
{
	struct xarp_packet p = {
		.op = XARP_REPLY,
		.spa = request->tpa,
		.tpa = request->spa,
	};

	ether_addr_copy(p.sha, dev->dev_addr);
	ether_addr_copy(p.tha, request->sha);
	xarp_xmit(dev, &p, request->sha);
}

/*
 * The sender has an address of ours. If it is not one of our own devices, on
 * the same link or heard back from it, somebody else uses the address (RFC
 * 5227 section 2.4): it is told here, and the link hears once more whose it
 * is, which lets the other host know as well. A flood of such frames must not
 * cost a walk over the devices each, so only so many of them are looked into.
 */
static enum xinet_drop xarp_own_sender(struct xinet_net *xn,
				       struct net_device *dev,
				       const struct xarp_packet *p)
{
	if (ether_addr_equal(p->sha, dev->dev_addr) ||
	    !__ratelimit(&xn->neigh.table->conflicts) ||
	    dev_getbyhwaddr_rcu(xn->net, ARPHRD_ETHER, (const char *)p->sha))
		return XINET_DROP_XARP_IGNORED;
	if (net_ratelimit())
		netdev_warn(dev, "xinet: %pM also uses our address %pI4\n",
			    p->sha, &p->spa);
	if (xinet_dev_addr_type(xn, dev, p->spa) == RTN_LOCAL &&
	    xaddr_may_defend(xn, p->spa))
		xarp_announce(xn, dev, p->spa);
	return XINET_DROP_XARP_CONFLICT;
}

/* Only a neighbour by our own addresses may take room in the table. */
static void xarp_learn_requester(struct xinet_net *xn, struct net_device *dev,
				 const struct xarp_packet *p)
{
	u8 flags = XNEIGH_F_OVERRIDE;

	if (xinet_dev_addr_type(xn, dev, p->spa) != RTN_UNICAST)
		return;
	if (xinet_addr_onlink(xn, dev, p->spa))
		flags |= XNEIGH_F_CREATE;
	xneigh_heard(xn, dev, p->spa, p->sha, NUD_STALE, flags);
}

static void xarp_learn(struct xinet_net *xn, struct net_device *dev,
		       const struct xarp_packet *p, bool to_us)
{
	u8 state = p->op == XARP_REPLY && to_us ? NUD_REACHABLE : NUD_STALE;
	u8 flags = xarp_packet_gratuitous(p) ? XNEIGH_F_OVERRIDE : 0;

	xneigh_heard(xn, dev, p->spa, p->sha, state, flags);
}

static enum xinet_drop xarp_process(struct xinet_net *xn, struct sk_buff *skb,
				    const struct xarp_packet *p)
{
	struct net_device *dev = skb->dev;
	bool for_us = xinet_addr_type(xn, p->tpa) == RTN_LOCAL;
	u8 sender = p->spa ? xinet_addr_type(xn, p->spa) : RTN_UNSPEC;

	if (sender == RTN_LOCAL)
		return xarp_own_sender(xn, dev, p);
	/* of a subnet of ours: nobody can have it */
	if (sender == RTN_BROADCAST)
		return XINET_DROP_XARP_IGNORED;
	if (p->op == XARP_REQUEST && for_us) {
		if (p->spa)
			xarp_learn_requester(xn, dev, p);
		xarp_reply(dev, p);
	} else if (p->spa) {
		xarp_learn(xn, dev, p, skb->pkt_type == PACKET_HOST);
	}
	return XINET_DROP_NONE;
}

static enum xinet_drop xarp_check(const struct sk_buff *skb,
				  const struct net_device *dev)
{
	if (skb->pkt_type == PACKET_OTHERHOST)
		return XINET_DROP_OTHERHOST;
	if (skb->pkt_type == PACKET_LOOPBACK || !xarp_dev(dev))
		return XINET_DROP_XARP_IGNORED;
	return XINET_DROP_NONE;
}

static int xarp_rcv(struct sk_buff *skb, struct net_device *dev,
		    struct packet_type *pt, struct net_device *orig_dev)
{
	struct xinet_net *xn = xinet_pernet(dev_net(dev));
	enum xinet_drop why = xarp_check(skb, dev);
	struct xarp_packet p;

	if (why == XINET_DROP_NONE) {
		skb = skb_share_check(skb, GFP_ATOMIC);
		if (!skb)
			return NET_RX_DROP;
		if (!pskb_may_pull(skb, XARP_PACKET_LEN) ||
		    xarp_packet_parse(skb->data, skb_headlen(skb), &p))
			why = XINET_DROP_XARP_MALFORMED;
		else
			why = xarp_process(xn, skb, &p);
	}
	if (why == XINET_DROP_NONE) {
		consume_skb(skb);
		return NET_RX_SUCCESS;
	}
	xinet_drop(xn, skb, why);
	return NET_RX_DROP;
}

static struct packet_type xarp_packet_type = {
	.type = htons(ETH_P_XARP),
	.func = xarp_rcv,
};

/**
 * xarp_init - begin to listen
 *
 * Context: process, with everything else of the family ready.
 * Return: 0 or a negative errno.
 */
int __init xarp_init(void)
{
	int err = xneigh_dev_init();

	if (!err)
		dev_add_pack(&xarp_packet_type);
	return err;
}

/**
 * xarp_exit - hear nothing any more
 *
 * Context: process, with the pernet operations still registered.
 */
void xarp_exit(void)
{
	dev_remove_pack(&xarp_packet_type);
	xneigh_dev_exit();
}
