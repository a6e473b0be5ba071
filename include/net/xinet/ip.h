/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The XIP layer: one packet's way between the link and a transport.
 *
 * The header is IPv4's (RFC 791) with version 14, so struct iphdr and its
 * checksum helpers serve as they are.
 */
#ifndef _NET_XINET_IP_H
#define _NET_XINET_IP_H

#include <linux/ip.h>
#include <linux/skbuff.h>
#include <net/ip.h>
#include <net/xinet/options.h>
#include <net/xinet/route.h>
#include <uapi/linux/xinet.h>

#define XIP_MIN_MTU	68	/* RFC 791: every link carries that much */
#define XIP_MAX_TTL	255

/**
 * struct xip_skb_cb - what a packet carries between two stages
 * @parm: where the kernel's fragment library expects its own words
 * @out: output device between the route lookup and xip_output
 * @rtype: RTN_* the route lookup said
 * @flags: XROUTE_*
 * @mtu: what the route takes, in bytes with the XIP header
 * @nexthop: whom to resolve on @out, network byte order; on a socket's queue
 *	the core has written its count of drops here
 *
 * Lives from xip_rcv or xip_send_skb to dev_queue_xmit or, but for @nexthop,
 * to recvmsg().
 */
struct xip_skb_cb {
	struct inet_skb_parm parm;
	struct net_device *out;
	u8 rtype;
	u8 flags;
	u16 mtu;
	__be32 nexthop;
};

/**
 * enum xip_defrag_user - who puts fragments together, each apart from others
 * @XIP_DEFRAG_LOCAL_DELIVER: the host, what is for itself
 * @XIP_DEFRAG_CONNTRACK: a router that tracks connections, what it forwards
 */
enum xip_defrag_user {
	XIP_DEFRAG_LOCAL_DELIVER,
	XIP_DEFRAG_CONNTRACK,
};

#define XIPCB(skb) ((struct xip_skb_cb *)((skb)->cb))

/*
 * In parm.flags, beside IPSKB_FRAG_PMTU: a router has options to write, or what
 * it put together must leave in fragments no larger than they came in.
 */
#define XIPSKB_FORWARD_ODD	BIT(15)

/* where IPv4 keeps its compiled options, ours are kept */
#define XIPOPT(skb) ((struct xip_options *)&XIPCB(skb)->parm.opt)

/**
 * xip_cb_init - nothing is known of a packet yet but where it came in
 * @skb: the packet
 * @iif: ifindex, 0 for one of our own
 *
 * Word by word, since a memset() of this size becomes a slow string store.
 *
 * Context: any.
 */
static inline void xip_cb_init(struct sk_buff *skb, int iif)
{
	unsigned long *word = (unsigned long *)skb->cb;
	unsigned int i;

	BUILD_BUG_ON(sizeof(struct xip_skb_cb) > sizeof(skb->cb));
	BUILD_BUG_ON(sizeof(struct xip_skb_cb) % sizeof(*word));
#pragma GCC unroll 12
	for (i = 0; i < sizeof(struct xip_skb_cb) / sizeof(*word); i++)
		word[i] = 0;
	XIPCB(skb)->parm.iif = iif;
}

int xip_rcv(struct sk_buff *skb, struct net_device *dev, struct packet_type *pt,
	    struct net_device *orig_dev);
int xip_local_deliver(struct sk_buff *skb);
int xip_forward(struct sk_buff *skb, const struct xroute *rt);
int xip_defrag(struct net *net, struct sk_buff *skb, u32 user);
int xip_output(struct net *net, struct sock *sk, struct sk_buff *skb);
int xip_local_out(struct net *net, struct sock *sk, struct sk_buff *skb);
int xip_send_skb(struct net *net, struct sock *sk, struct sk_buff *skb);

/**
 * xip_route_to_cb - let a packet carry its route through the hooks
 * @skb: the packet
 * @rt: its route, from this RCU section
 *
 * Context: RCU read lock.
 */
static inline void xip_route_to_cb(struct sk_buff *skb, const struct xroute *rt)
{
	struct xip_skb_cb *cb = XIPCB(skb);

	cb->out = rt->dev;
	cb->rtype = rt->type;
	cb->flags = rt->flags;
	cb->mtu = rt->mtu;
	cb->nexthop = rt->nexthop;
}

/**
 * xip_build_header - put a XIP header before a transport's
 * @skb: transport header and data, with room for 20 bytes and the link's
 *	header before them
 * @rt: the route, from this RCU section
 * @saddr: source, network byte order
 * @daddr: destination, network byte order
 * @protocol: transport
 * @ttl: time to live
 * @tos: DSCP and ECN
 *
 * Length and checksum follow in xip_local_out(). RFC 6864: a datagram that is
 * never fragmented needs no identification, so the field is zero, and DF set.
 * xip_allow_fragment() changes both.
 *
 * Context: RCU read lock.
 */
static inline void xip_build_header(struct sk_buff *skb,
				    const struct xroute *rt,
				    __be32 saddr, __be32 daddr,
				    u8 protocol, u8 ttl, u8 tos)
{
	struct iphdr *iph = __skb_push(skb, sizeof(*iph));

	skb_reset_network_header(skb);
	/* version, IHL and TOS in one store */
	*(__be16 *)iph = htons((XIP_VERSION << 12) | (5 << 8) | tos);
	iph->id = 0;
	iph->frag_off = htons(IP_DF);
	iph->ttl = ttl;
	iph->protocol = protocol;
	iph->saddr = saddr;
	iph->daddr = daddr;

	xip_cb_init(skb, 0);
	xip_route_to_cb(skb, rt);
	skb->dev = rt->dev;
}

#endif /* _NET_XINET_IP_H */
