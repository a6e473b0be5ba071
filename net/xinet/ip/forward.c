// SPDX-License-Identifier: GPL-2.0
/*
 * From the route on to another link: xip_forward, FORWARD,
 * xip_forward_finish.
 *
 * In: packets for others from xip_rcv_finish(), with forwarding on. Out: to
 * xip_output(), or an ICMP error. Checks first, then the packet is changed.
 */
#include <linux/icmp.h>
#include <linux/jhash.h>
#include <linux/netdevice.h>
#include <net/route.h>
#include <net/xinet/hook.h>
#include <net/xinet/ip.h>
#include <net/xinet/netns.h>
#include <net/xinet/trace.h>
#include "ip.h"

/*
 * The flow dissector does not know the EtherType: without this all forwarded
 * traffic would share one transmit queue.
 */
static void xip_forward_hash(struct sk_buff *skb, const struct iphdr *iph)
{
	u32 ports = 0;

	if (skb->l4_hash)
		return;
	if (!ip_is_fragment(iph) &&
	    (iph->protocol == IPPROTO_UDP || iph->protocol == IPPROTO_TCP) &&
	    skb_headlen(skb) >= iph->ihl * 4 + sizeof(ports))
		ports = *(u32 *)skb_transport_header(skb);
	__skb_set_sw_hash(skb, jhash_3words((__force u32)iph->saddr,
					    (__force u32)iph->daddr, ports,
					    iph->protocol), true);
}

/* Behind FORWARD: the packet leaves as one of ours would. */
static noinline int xip_forward_finish(struct net *net, struct sock *sk,
				       struct sk_buff *skb)
{
	xtrace_stage(skb, XTRACE_FORWARD_FINISH);
	XIP_INC_STATS(xinet_pernet_rcu(net), IPSTATS_MIB_OUTFORWDATAGRAMS);
	skb_clear_tstamp(skb);
	return xip_output(net, sk, skb);
}

/* RFC 1812 section 5.3.1: may the packet live one hop longer? */
static bool xip_forward_ttl_ok(struct xinet_net *xn, struct sk_buff *skb)
{
	if (likely(ip_hdr(skb)->ttl > 1))
		return true;
	XIP_INC_STATS(xn, IPSTATS_MIB_INHDRERRORS);
	xicmp_send(skb, ICMP_TIME_EXCEEDED, ICMP_EXC_TTL, 0);
	xinet_drop(xn, skb, XINET_DROP_TTL_EXCEEDED);
	return false;
}

/* RFC 1191 section 4: does it fit, or may it be cut behind POST_ROUTING? */
static bool xip_forward_mtu_ok(struct xinet_net *xn, struct sk_buff *skb,
			       u32 mtu)
{
	if (likely(skb->len <= mtu) ||
	    !(ip_hdr(skb)->frag_off & htons(IP_DF)) ||
	    XIPCB(skb)->parm.flags & IPSKB_FRAG_PMTU)
		return true;
	XIP_INC_STATS(xn, IPSTATS_MIB_FRAGFAILS);
	xicmp_send(skb, ICMP_DEST_UNREACH, ICMP_FRAG_NEEDED, mtu);
	xinet_drop(xn, skb, XINET_DROP_FRAG_NEEDED);
	return false;
}

static noinline void xip_forward_odd(struct xinet_net *xn, struct sk_buff *skb,
				     const struct xroute *rt)
{
	unsigned int max = XIPCB(skb)->parm.frag_max_size;

	if (XIPOPT(skb)->todo)
		xip_forward_options(xn, skb, rt);
	/* what came in fragments leaves in fragments no larger */
	if (max)
		XIPCB(skb)->mtu = min_t(u16, XIPCB(skb)->mtu, max);
}

/**
 * xip_forward - a packet is for another host
 * @skb: the packet; consumed
 * @rt: where it goes, from this RCU section
 *
 * Context: softirq, RCU read lock.
 * Return: what the device's queue said, or NET_RX_DROP.
 */
int xip_forward(struct sk_buff *skb, const struct xroute *rt)
{
	struct net_device *in = skb->dev;
	struct net *net = dev_net(in);
	struct xinet_net *xn = xinet_pernet_rcu(net);

	xtrace_stage(skb, XTRACE_FORWARD);
	if (!xip_forward_ttl_ok(xn, skb) ||
	    !xip_forward_mtu_ok(xn, skb, rt->mtu))
		return NET_RX_DROP;

	if (unlikely(in == rt->dev))
		xicmp_redirect_send(xn, skb, rt);

	/* room for the link header, and a header of our own to write to */
	if (unlikely(xtrace_cow(skb, LL_RESERVED_SPACE(rt->dev)))) {
		XIP_INC_STATS(xn, IPSTATS_MIB_OUTDISCARDS);
		xinet_drop(xn, skb, XINET_DROP_NO_MEMORY);
		return NET_RX_DROP;
	}
	ip_decrease_ttl(ip_hdr(skb));
	skb_forward_csum(skb);
	skb->priority = rt_tos2priority(ip_hdr(skb)->tos);
	xip_forward_hash(skb, ip_hdr(skb));
	xip_route_to_cb(skb, rt);
	if (unlikely(XIPCB(skb)->parm.flags & XIPSKB_FORWARD_ODD))
		xip_forward_odd(xn, skb, rt);

	return XNF_HOOK(NF_INET_FORWARD, xn, net, NULL, skb, in, rt->dev,
			xip_forward_finish);
}
