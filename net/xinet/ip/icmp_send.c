// SPDX-License-Identifier: GPL-2.0
/*
 * ICMP errors: whether one may be sent about a packet, and sending it.
 *
 * In: a packet that could not go on, from any stage; it stays the caller's.
 * Out: a new packet through xip_send_skb(). Every producer comes through
 * xicmp_send(), so the rules of RFC 1122 section 3.2.2 stand here once.
 */
#include <linux/icmp.h>
#include <linux/in.h>
#include <linux/netdevice.h>
#include <net/checksum.h>
#include <net/dsfield.h>
#include <net/xinet/ip.h>
#include <net/xinet/netns.h>
#include <net/xinet/trace.h>
#include "ip.h"

/* RFC 1812 section 4.3.2.3: quote as much as fits in 576 bytes. */
#define XICMP_MAX_PACKET	576U
#define XICMP_HEADERS	(sizeof(struct iphdr) + sizeof(struct icmphdr))

static bool xicmp_type_is_error(u8 type)
{
	switch (type) {
	case ICMP_ECHOREPLY:
	case ICMP_ECHO:
	case ICMP_TIMESTAMP:
	case ICMP_TIMESTAMPREPLY:
	case ICMP_INFO_REQUEST:
	case ICMP_INFO_REPLY:
	case ICMP_ADDRESS:
	case ICMP_ADDRESSREPLY:
		return false;
	default:
		/* what we do not know may be an error */
		return true;
	}
}

/* Does the packet carry an ICMP error (or what cannot be told from one)? */
static bool xicmp_about_error(const struct sk_buff *skb,
			      const struct iphdr *iph)
{
	u8 buf;
	const u8 *type;

	if (iph->protocol != IPPROTO_ICMP)
		return false;
	type = skb_header_pointer(skb, skb_network_offset(skb) + iph->ihl * 4,
				  sizeof(buf), &buf);
	return !type || xicmp_type_is_error(*type);
}

/* Is the address one host's, so that an error can go there? */
static bool xicmp_source_is_host(struct xinet_net *xn,
				 const struct net_device *dev, __be32 saddr)
{
	/* class E holds the limited broadcast too */
	if (ipv4_is_zeronet(saddr) || ipv4_is_multicast(saddr) ||
	    IN_CLASSE(ntohl(saddr)))
		return false;
	if (ipv4_is_loopback(saddr) && !(dev->flags & IFF_LOOPBACK))
		return false;
	return xaddr_hash_type(&xn->addr, saddr) != RTN_BROADCAST;
}

/**
 * xicmp_may_send - is the packet one that an error may be sent about?
 * @xn: state of the namespace
 * @skb: the packet, network header set and linear
 *
 * Context: RCU read lock.
 * Return: false in the cases of RFC 1122 section 3.2.2.
 */
bool xicmp_may_send(struct xinet_net *xn, const struct sk_buff *skb)
{
	const struct iphdr *iph = ip_hdr(skb);

	/* it came as a link-layer broadcast, or is our own that came round */
	if (skb->pkt_type != PACKET_HOST && skb->pkt_type != PACKET_OUTGOING)
		return false;
	/* to many hosts by its address */
	if (ipv4_is_multicast(iph->daddr) || ipv4_is_lbcast(iph->daddr) ||
	    xaddr_hash_type(&xn->addr, iph->daddr) == RTN_BROADCAST)
		return false;
	if (iph->frag_off & htons(IP_OFFSET))
		return false;
	if (!xicmp_source_is_host(xn, skb->dev, iph->saddr))
		return false;
	return !xicmp_about_error(skb, iph);
}

/* ICMP header and quote; room for XIP and link headers is left before them. */
static struct sk_buff *xicmp_error_build(const struct sk_buff *about,
					 const struct xroute *rt,
					 unsigned int optlen,
					 u8 type, u8 code, u32 info)
{
	unsigned int from = skb_network_offset(about);
	unsigned int room = min(rt->mtu, XICMP_MAX_PACKET) - XICMP_HEADERS -
			    optlen;
	unsigned int quote = min(about->len - from, room);
	unsigned int hlen = LL_RESERVED_SPACE(rt->dev) + sizeof(struct iphdr);
	struct icmphdr *icmph;
	struct sk_buff *skb;

	skb = alloc_skb(hlen + sizeof(*icmph) + quote +
			rt->dev->needed_tailroom, GFP_ATOMIC);
	if (!skb)
		return NULL;
	skb_reserve(skb, hlen);
	skb_reset_transport_header(skb);

	icmph = skb_put(skb, sizeof(*icmph) + quote);
	icmph->type = type;
	icmph->code = code;
	icmph->checksum = 0;
	icmph->un.gateway = htonl(info);
	if (skb_copy_bits(about, from, icmph + 1, quote)) {
		kfree_skb(skb);
		return NULL;
	}
	icmph->checksum = ip_compute_csum(icmph, sizeof(*icmph) + quote);
	return skb;
}

/* Source of the error: where the packet was for, if that is us (RFC 1812). */
static __be32 xicmp_error_source(struct xinet_net *xn, const struct iphdr *iph,
				 const struct xroute *rt)
{
	if (xaddr_hash_type(&xn->addr, iph->daddr) == RTN_LOCAL)
		return iph->daddr;
	return rt->saddr;
}

/* Find the way back and send; the packet in question has passed the rules. */
static void xicmp_error_send(struct xinet_net *xn, const struct sk_buff *skb,
			     const struct iphdr *iph, u8 type, u8 code,
			     u32 info)
{
	struct xflow fl = {
		.daddr = iph->saddr,
		.proto = IPPROTO_ICMP,
	};
	struct xip_optlist opts;
	struct sk_buff *nskb;
	struct xroute rt;
	u8 tos;

	if (xip_route_output(xn, &fl, &rt)) {
		XICMP_INC_STATS(xn, ICMP_MIB_OUTERRORS);
		return;
	}
	if (!xicmp_limits_allow(xn, &rt, fl.daddr, type, code))
		return;
	xip_options_echo(skb, &opts);
	nskb = xicmp_error_build(skb, &rt, opts.len, type, code, info);
	if (!nskb) {
		XICMP_INC_STATS(xn, ICMP_MIB_OUTERRORS);
		return;
	}
	/* RFC 1812 section 4.3.2.5: internetwork control, the packet's TOS */
	tos = (iph->tos & IPTOS_TOS_MASK) | IPTOS_PREC_INTERNETCONTROL;
	nskb->priority = TC_PRIO_CONTROL;
	xip_build_header(nskb, &rt, xicmp_error_source(xn, iph, &rt), fl.daddr,
			 IPPROTO_ICMP, READ_ONCE(xn->sysctl.default_ttl), tos);
	if (unlikely(opts.len) &&
	    xip_options_insert(xn, nskb, opts.data, opts.len)) {
		XICMP_INC_STATS(xn, ICMP_MIB_OUTERRORS);
		kfree_skb(nskb);
		return;
	}
	XICMP_INC_STATS(xn, ICMP_MIB_OUTMSGS);
	atomic_long_inc(&xn->icmp.msgs[256 + type]);
	if (xtrace_on())
		xtrace_caused(nskb, skb);
	xip_send_skb(xn->net, NULL, nskb);
}

/**
 * xicmp_send - tell the sender of a packet that it could not go on
 * @skb: the packet, network header set, skb->dev the device it came in on or
 *	was to leave by; stays the caller's and is not changed
 * @type: ICMP error type
 * @code: its code
 * @info: second word of the ICMP header, host byte order: the MTU, the pointer
 *	in the top byte, or 0
 *
 * Silent where RFC 1122 section 3.2.2 forbids an error or a limit is reached.
 *
 * Context: RCU read lock, BH or process.
 */
void xicmp_send(struct sk_buff *skb, u8 type, u8 code, u32 info)
{
	const struct iphdr *iph = ip_hdr(skb);
	struct xinet_net *xn = xinet_pernet_rcu(dev_net(skb->dev));

	/* the header was checked on its way in, or made by us */
	if (skb_network_header(skb) < skb->head ||
	    skb_network_header(skb) + sizeof(*iph) > skb_tail_pointer(skb))
		return;
	if (!xicmp_may_send(xn, skb))
		return;
	xicmp_error_send(xn, skb, iph, type, code, info);
}
EXPORT_SYMBOL_GPL(xicmp_send);
