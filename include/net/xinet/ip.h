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
#include <uapi/linux/xinet.h>

struct xinet_net;
struct xroute;

#define XIP_MIN_MTU	68	/* RFC 791: every link carries that much */
#define XIP_MAX_TTL	255

/**
 * struct xip_skb_cb - what a packet carries between two stages
 * @parm: where the kernel's fragment library expects its own words
 * @ct: reserved for the tracked connection
 * @out: output device between the route lookup and xip_output
 * @nexthop: whom to resolve on @out, network byte order
 * @rtype: RTN_* the route lookup said
 * @gw: @nexthop is a gateway
 *
 * Lives from xip_rcv or xip_send_skb to dev_queue_xmit or the transport.
 */
struct xip_skb_cb {
	struct inet_skb_parm parm;
	void *ct;
	struct net_device *out;
	__be32 nexthop;
	u8 rtype;
	bool gw;
};

#define XIPCB(skb) ((struct xip_skb_cb *)((skb)->cb))

int xip_rcv(struct sk_buff *skb, struct net_device *dev, struct packet_type *pt,
	    struct net_device *orig_dev);
int xip_local_deliver(struct sk_buff *skb);
int xip_forward(struct sk_buff *skb, const struct xroute *rt);
int xip_output(struct net *net, struct sock *sk, struct sk_buff *skb);
int xip_local_out(struct net *net, struct sock *sk, struct sk_buff *skb);
int xip_build_and_send(struct net *net, struct sock *sk, struct sk_buff *skb,
		       const struct xroute *rt, __be32 saddr, __be32 daddr,
		       u8 protocol, u8 ttl, u8 tos);

#endif /* _NET_XINET_IP_H */
