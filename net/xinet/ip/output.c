// SPDX-License-Identifier: GPL-2.0
/*
 * From a transport or xip_forward() to the neighbour: xip_send_skb,
 * xip_local_out, LOCAL_OUT, xip_output, POST_ROUTING, xip_finish_output,
 * xip_fragment if it is too large, xip_finish_output2.
 *
 * In: packets with a route from this RCU section; BH or process context. Out:
 * to xneigh_output(). From here on a packet holds no pointer of ours.
 */
#include <linux/icmp.h>
#include <linux/in.h>
#include <linux/netdevice.h>
#include <net/xinet/hook.h>
#include <net/xinet/ip.h>
#include <net/xinet/mcast.h>
#include <net/xinet/netns.h>
#include <net/xinet/trace.h>
#include "ip.h"

/* A function of its own, so that ftrace and kprobes see each packet here. */
static noinline int xip_finish_output2(struct xinet_net *xn,
				       struct sk_buff *skb)
{
	const struct xip_skb_cb *cb = XIPCB(skb);

	return xneigh_output(xn, skb, cb->nexthop, cb->rtype);
}

/* DF forbids to cut it: the sender has to know (RFC 1191 section 4). */
static int xip_output_too_big(struct xinet_net *xn, struct sk_buff *skb)
{
	XIP_INC_STATS(xn, IPSTATS_MIB_FRAGFAILS);
	xnat_undo(xn, skb);
	xicmp_send(skb, ICMP_DEST_UNREACH, ICMP_FRAG_NEEDED,
		   XIPCB(skb)->mtu);
	xinet_drop(xn, skb, XINET_DROP_FRAG_NEEDED);
	return -EMSGSIZE;
}

/* Larger than the route takes, or than the fragments it was put together of. */
static int xip_output_large(struct xinet_net *xn, struct sk_buff *skb)
{
	const struct inet_skb_parm *parm = &XIPCB(skb)->parm;
	unsigned int mtu = XIPCB(skb)->mtu;
	bool df = ip_hdr(skb)->frag_off & htons(IP_DF);

	/* each of its fragments forbids to be cut, not the whole */
	if (parm->flags & IPSKB_FRAG_PMTU)
		df = parm->frag_max_size > mtu;
	if (df)
		return xip_output_too_big(xn, skb);
	return xip_fragment(xn, skb, mtu, xip_finish_output2);
}

/* Let a copy of what we send to many come in as if from the link. */
static void xip_loop_copy(struct xinet_net *xn, struct sk_buff *skb)
{
	struct sk_buff *copy = skb_clone(skb, GFP_ATOMIC);

	if (!copy) {
		xinet_drop_count(xn, XINET_DROP_NO_MEMORY);
		return;
	}
	skb_reset_mac_header(copy);
	copy->pkt_type = PACKET_LOOPBACK;
	skb_orphan(copy);
	netif_rx(copy);
}

/*
 * To many: this host may be one of them, and lo brings it anyway. False if that
 * was the end of it (RFC 1112 section 6.1: with TTL 0 it stays here); the
 * packet is then gone.
 */
static noinline bool xip_output_many(struct xinet_net *xn,
				     const struct sock *sk, struct sk_buff *skb)
{
	const struct iphdr *iph = ip_hdr(skb);

	if (skb->dev->flags & IFF_LOOPBACK)
		return true;
	if (XIPCB(skb)->rtype == RTN_BROADCAST) {
		xip_loop_copy(xn, skb);
		return true;
	}
	if (xsk_mc_loops(sk) &&
	    ipv4_is_multicast(iph->daddr) &&
	    xmc_joined(xn, skb->dev->ifindex, iph->daddr))
		xip_loop_copy(xn, skb);
	if (iph->ttl)
		return true;
	xinet_drop(xn, skb, XINET_DROP_MCAST_TTL);
	return false;
}

/* Behind POST_ROUTING. */
static noinline int xip_finish_output(struct net *net, struct sock *sk,
				      struct sk_buff *skb)
{
	struct xinet_net *xn = xinet_pernet_rcu(net);

	xtrace_stage(skb, XTRACE_FINISH_OUTPUT);
	if (unlikely(XIPCB(skb)->rtype > RTN_LOCAL) &&
	    !xip_output_many(xn, sk, skb))
		return 0;
	if (unlikely(skb->len > XIPCB(skb)->mtu))
		return xip_output_large(xn, skb);
	return xip_finish_output2(xn, skb);
}

/**
 * xip_output - a packet leaves by the device its route named
 * @net: the namespace
 * @sk: sending socket or NULL
 * @skb: the packet, routed by xip_route_to_cb(); consumed
 *
 * Context: RCU read lock, BH or process.
 * Return: 0 or NET_XMIT_*, or a negative error.
 */
noinline int xip_output(struct net *net, struct sock *sk, struct sk_buff *skb)
{
	struct net_device *in = XIPCB(skb)->parm.iif ? skb->dev : NULL;
	struct net_device *out = XIPCB(skb)->out;
	struct xinet_net *xn = xinet_pernet_rcu(net);

	skb->dev = out;
	skb->protocol = htons(ETH_P_XIP);
	xtrace_stage(skb, XTRACE_OUTPUT);
	return XNF_HOOK(NF_INET_POST_ROUTING, xn, net, sk, skb, in, out,
			xip_finish_output);
}

/**
 * xip_local_out - a packet this host made goes out
 * @net: the namespace
 * @sk: sending socket or NULL
 * @skb: the packet, header complete but for length and checksum, routed by
 *	xip_route_to_cb(); consumed
 *
 * Context: RCU read lock, BH or process.
 * Return: 0 or NET_XMIT_*, or a negative error.
 */
int xip_local_out(struct net *net, struct sock *sk, struct sk_buff *skb)
{
	struct xinet_net *xn = xinet_pernet_rcu(net);
	struct iphdr *iph = ip_hdr(skb);

	iph->tot_len = htons(skb->len);
	ip_send_check(iph);
	skb->protocol = htons(ETH_P_XIP);
	XIP_INC_STATS(xn, IPSTATS_MIB_OUTPKTS);
	xtrace_stage(skb, XTRACE_LOCAL_OUT);
	return XNF_HOOK(NF_INET_LOCAL_OUT, xn, net, sk, skb, NULL,
			XIPCB(skb)->out, xip_output);
}

/**
 * xip_send_skb - send a packet this host made
 * @net: the namespace
 * @sk: sending socket or NULL
 * @skb: the packet, its header made by xip_build_header(); consumed
 *
 * Context: RCU read lock, BH or process.
 * Return: 0; -ENOBUFS where the device's queue refused it, which is counted;
 * or the error of a hook or of the neighbour.
 */
int xip_send_skb(struct net *net, struct sock *sk, struct sk_buff *skb)
{
	int err = xip_local_out(net, sk, skb);

	if (likely(!err))
		return 0;
	if (err > 0)
		err = net_xmit_errno(err);
	if (err)
		XIP_INC_STATS(xinet_pernet_rcu(net), IPSTATS_MIB_OUTDISCARDS);
	return err;
}
