// SPDX-License-Identifier: GPL-2.0
/*
 * Route of a packet that came in: may it be here, and where does it go?
 *
 * In: a packet whose header is checked, under the RCU read lock in softirq.
 * Out: local delivery, a next hop, or the cause to drop it; the caller drops
 * and answers. Source validation follows RFC 1122 3.2.1.3 and RFC 1812 5.3.7,
 * reverse-path filtering RFC 3704.
 *
 * A packet for this host from an ordinary source costs two probes of the
 * address hash. Everything else goes through the full list of checks.
 */
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/skbuff.h>
#include <net/ip.h>
#include "route_room.h"

static bool xroute_from_lo(const struct sk_buff *skb)
{
	return skb->dev->flags & IFF_LOOPBACK;
}

/* A setting of the device, where some device has any of these; else @all. */
static int xroute_conf(struct xinet_net *xn, const struct net_device *dev,
		       enum xconf_key key, int all)
{
	return atomic_read(&xn->rt_odd) ? xconf_get(xn, dev, key) : all;
}

/* RFC 3704: 2.2 strict, 2.4 loose. */
static bool xroute_rp_passes(struct xinet_net *xn, const struct sk_buff *skb,
			     __be32 saddr, int mode)
{
	struct xfib_key key = { .daddr = saddr };
	struct xfib_result res;
	unsigned int i;

	if (xfib_lookup(xn, &key, &res))
		return false;
	if (mode == 2)
		return true;
	for (i = 0; i < res.fi->n_nh; i++)
		if (res.fi->nh[i].dev == skb->dev)
			return true;
	return false;
}

static enum xinet_drop xroute_check_source(struct xinet_net *xn,
					   const struct sk_buff *skb,
					   __be32 saddr, __be32 daddr)
{
	int rp_filter = xroute_conf(xn, skb->dev, XCONF_RP_FILTER,
				    READ_ONCE(xn->sysctl.rp_filter));

	/* A host that has no address yet may only speak to all. */
	if (ipv4_is_zeronet(saddr))
		return !saddr && ipv4_is_lbcast(daddr) ? XINET_DROP_NONE :
							 XINET_DROP_MARTIAN_SOURCE;
	if (ipv4_is_multicast(saddr) || ipv4_is_lbcast(saddr) ||
	    xaddr_hash_type(&xn->addr, saddr) == RTN_BROADCAST)
		return XINET_DROP_MARTIAN_SOURCE;
	if (xroute_from_lo(skb))
		return XINET_DROP_NONE;
	if (ipv4_is_loopback(saddr) ||
	    xinet_addr_type(xn, saddr) != RTN_UNICAST)
		return XINET_DROP_MARTIAN_SOURCE;
	if (rp_filter && !xroute_rp_passes(xn, skb, saddr, rp_filter))
		return XINET_DROP_RP_FILTER;
	return XINET_DROP_NONE;
}

static enum xinet_drop xroute_check_dest(const struct sk_buff *skb,
					 __be32 daddr)
{
	if (ipv4_is_zeronet(daddr))
		return XINET_DROP_MARTIAN_DEST;
	if (ipv4_is_loopback(daddr) && !xroute_from_lo(skb))
		return XINET_DROP_MARTIAN_DEST;
	return XINET_DROP_NONE;
}

static int xroute_deliver(struct xroute *rt, u8 type)
{
	rt->type = type;
	return 0;
}

static int xroute_drop(enum xinet_drop *why, enum xinet_drop cause, int err)
{
	*why = cause;
	return err;
}

static int xroute_input_multicast(const struct xinet_net *xn,
				  const struct sk_buff *skb, __be32 daddr,
				  struct xroute *rt, enum xinet_drop *why)
{
	if (xmc_joined(xn, skb->dev->ifindex, daddr))
		return xroute_deliver(rt, RTN_MULTICAST);
	return xroute_drop(why, XINET_DROP_NOT_JOINED, -EINVAL);
}

/* Ports, where they are at hand: a fragment has none that all parts share. */
static void xroute_input_flow(const struct sk_buff *skb, struct xflow *fl)
{
	const struct iphdr *iph = ip_hdr(skb);
	unsigned int ports = skb_network_offset(skb) + iph->ihl * 4;

	*fl = (struct xflow) {
		.daddr = iph->daddr,
		.saddr = iph->saddr,
		.proto = iph->protocol,
		.forwarded = true,
	};
	if (iph->protocol != IPPROTO_UDP && iph->protocol != IPPROTO_TCP)
		return;
	if (ip_is_fragment(iph) || skb_headlen(skb) < ports + 4)
		return;
	memcpy(&fl->sport, skb->data + ports, 2);
	memcpy(&fl->dport, skb->data + ports + 2, 2);
}

static int xroute_forward_error(int err, enum xinet_drop *why)
{
	switch (err) {
	case -EHOSTUNREACH:
		return xroute_drop(why, XINET_DROP_UNREACHABLE, err);
	case -EACCES:
		return xroute_drop(why, XINET_DROP_PROHIBIT, err);
	case -EINVAL:
		return xroute_drop(why, XINET_DROP_BLACKHOLE, err);
	default:
		return xroute_drop(why, XINET_DROP_NO_ROUTE_IN, -ENETUNREACH);
	}
}

/* With all conditions: several next hops, exceptions, the device's settings. */
static noinline int xroute_forward_slow(struct xinet_net *xn,
					const struct sk_buff *skb,
					struct xroute *rt,
					enum xinet_drop *why)
{
	struct xflow fl;
	int err;

	if (!xroute_conf(xn, skb->dev, XCONF_FORWARDING,
			 READ_ONCE(xn->sysctl.forwarding)))
		return xroute_drop(why, XINET_DROP_NOT_FORWARDING,
				   -EHOSTUNREACH);
	xroute_input_flow(skb, &fl);
	err = xroute_resolve(xn, &fl, rt);
	return err ? xroute_forward_error(err, why) : 0;
}

static int xroute_forward(struct xinet_net *xn, const struct sk_buff *skb,
			  struct xroute *rt, enum xinet_drop *why)
{
	const struct iphdr *iph = ip_hdr(skb);
	const struct xfib_nh *nh = NULL;

	if (likely(READ_ONCE(xn->sysctl.forwarding)))
		nh = xroute_direct(xn, iph->daddr);
	if (unlikely(!nh))
		return xroute_forward_slow(xn, skb, rt, why);
	xroute_fill(nh, iph->daddr, iph->saddr, rt);
	return 0;
}

/* RFC 1122 3.3.6: a link-layer broadcast carries no unicast destination. */
static bool xroute_l2_group(const struct sk_buff *skb)
{
	return skb->pkt_type == PACKET_BROADCAST ||
	       skb->pkt_type == PACKET_MULTICAST;
}

static noinline int xroute_input_slow(struct xinet_net *xn,
				      const struct sk_buff *skb,
				      struct xroute *rt, enum xinet_drop *why)
{
	__be32 saddr = ip_hdr(skb)->saddr;
	__be32 daddr = ip_hdr(skb)->daddr;
	enum xinet_drop cause;

	cause = xroute_check_source(xn, skb, saddr, daddr);
	if (cause == XINET_DROP_NONE && !ipv4_is_lbcast(daddr))
		cause = xroute_check_dest(skb, daddr);
	if (cause != XINET_DROP_NONE)
		return xroute_drop(why, cause, -EXDEV);
	if (ipv4_is_multicast(daddr))
		return xroute_input_multicast(xn, skb, daddr, rt, why);
	if (xinet_addr_type(xn, daddr) == RTN_BROADCAST)
		return xroute_deliver(rt, RTN_BROADCAST);
	if (xroute_l2_group(skb))
		return xroute_drop(why, XINET_DROP_L2_BROADCAST, -EINVAL);
	if (xinet_addr_type(xn, daddr) == RTN_LOCAL)
		return xroute_deliver(rt, RTN_LOCAL);
	return xroute_forward_slow(xn, skb, rt, why);
}

/**
 * xip_route_input - where a packet from the link goes
 * @xn: state of the namespace
 * @skb: the packet; network header set and the XIP header linear
 * @rt: for local delivery @type alone is set: RTN_LOCAL, RTN_BROADCAST or
 *	RTN_MULTICAST; for RTN_UNICAST all of it
 * @why: set if the packet must be dropped
 *
 * Context: RCU read lock, softirq. The packet stays the caller's.
 * Return: 0, or with *@why: -EXDEV martian source or destination, or failed
 * reverse path: never answered; -EINVAL not joined, unicast in a link-layer
 * broadcast, or blackhole: never answered; -EHOSTUNREACH not forwarding, or
 * unreachable; -ENETUNREACH no route; -EACCES prohibited.
 */
int xip_route_input(struct xinet_net *xn, struct sk_buff *skb,
		    struct xroute *rt, enum xinet_drop *why)
{
	const struct iphdr *iph = ip_hdr(skb);
	__be32 saddr = iph->saddr;
	__be32 daddr = iph->daddr;
	u8 source, dest;

	/* Pairs with the release in xroute_genid_bump(). */
	rt->genid = smp_load_acquire(&xn->rt_genid);
	source = xaddr_hash_type(&xn->addr, saddr);
	dest = xaddr_hash_type(&xn->addr, daddr);
	if (unlikely(source != RTN_UNSPEC || xroute_special(saddr) ||
		     READ_ONCE(xn->sysctl.rp_filter) ||
		     atomic_read(&xn->rt_odd) ||
		     skb->pkt_type != PACKET_HOST))
		return xroute_input_slow(xn, skb, rt, why);
	if (likely(dest == RTN_LOCAL && !xroute_special(daddr)))
		return xroute_deliver(rt, RTN_LOCAL);
	if (unlikely(dest != RTN_UNSPEC || xroute_special(daddr)))
		return xroute_input_slow(xn, skb, rt, why);
	return xroute_forward(xn, skb, rt, why);
}
