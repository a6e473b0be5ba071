// SPDX-License-Identifier: GPL-2.0
/*
 * The way out for transports in modules of their own.
 *
 * In: a route from xip_route_output() and what the transport wants to send,
 * under the RCU read lock that covers both. Out: to xip_send_skb(). The
 * family's own transports build their headers in place and do not come here.
 */
#include <linux/export.h>
#include <linux/netdevice.h>
#include <net/route.h>
#include <net/xinet/ip.h>
#include <net/xinet/netns.h>
#include <net/xinet/pkt.h>

/**
 * xip_alloc_pkt - a buffer for a transport's header and data
 * @rt: the route, from this RCU section
 * @len: bytes that the caller will skb_put(), all in one piece
 * @gfp: GFP_ATOMIC, since the RCU read lock is held
 *
 * Leaves room in front for the link's header and a XIP header with options.
 * The transport header is where the data begins.
 *
 * Context: RCU read lock.
 * Return: an empty packet, the caller's; or NULL.
 */
struct sk_buff *xip_alloc_pkt(const struct xroute *rt, unsigned int len,
			      gfp_t gfp)
{
	unsigned int front = LL_RESERVED_SPACE(rt->dev) + sizeof(struct iphdr) +
			     XIP_OPTIONS_MAX;
	struct sk_buff *skb;

	if (len > IP_MAX_MTU - sizeof(struct iphdr))
		return NULL;
	skb = alloc_skb(front + len + rt->dev->needed_tailroom,
			gfp | __GFP_NOWARN);
	if (!skb)
		return NULL;
	skb_reserve(skb, front);
	skb_reset_transport_header(skb);
	return skb;
}
EXPORT_SYMBOL_GPL(xip_alloc_pkt);

/* The XIP header with its options; on an error the packet has to be freed. */
static int xip_pkt_header(struct xinet_net *xn, struct sk_buff *skb,
			  const struct xroute *rt, const struct xip_pkt *pkt)
{
	unsigned int optlen = pkt->opts ? pkt->opts->len : 0;

	if (optlen > XIP_OPTIONS_MAX)
		return -EINVAL;
	if (skb->len > IP_MAX_MTU - sizeof(struct iphdr) - ALIGN(optlen, 4))
		return -EMSGSIZE;
	/* not every packet comes from xip_alloc_pkt() */
	if (skb_cow_head(skb, LL_RESERVED_SPACE(rt->dev) +
			 sizeof(struct iphdr)))
		return -ENOBUFS;
	xip_build_header(skb, rt, pkt->saddr, pkt->daddr, pkt->protocol,
			 pkt->ttl ?: READ_ONCE(xn->sysctl.default_ttl),
			 pkt->tos);
	return optlen ? xip_options_insert(xn, skb, pkt->opts->data, optlen) :
			0;
}

/**
 * xip_build_and_send_pkt - put a XIP header before a transport's, and send
 * @xn: state of the namespace
 * @skb: transport header and data, checksum complete, skb->data at the
 *	transport header; consumed
 * @rt: the route, from this RCU section
 * @pkt: what the header has to say
 *
 * Mirrors ip_build_and_send_pkt(); where that takes a route from the packet,
 * this one is given it. skb->mark goes to hooks as it is.
 *
 * Context: RCU read lock, BH or process.
 * Return: 0; -EMSGSIZE where it is larger than the route takes and may not be
 * cut, or than 65,535 bytes; -EINVAL for options that are not sound;
 * -ENOBUFS; or the error of a hook or of the neighbour. In each case the packet
 * is gone, and it is counted.
 */
int xip_build_and_send_pkt(struct xinet_net *xn, struct sk_buff *skb,
			   const struct xroute *rt, const struct xip_pkt *pkt)
{
	int err = xip_pkt_header(xn, skb, rt, pkt);

	if (err) {
		XIP_INC_STATS(xn, IPSTATS_MIB_OUTDISCARDS);
		xinet_drop(xn, skb, err == -ENOBUFS ? XINET_DROP_NO_MEMORY :
						      XINET_DROP_EXTENSION);
		return err;
	}
	skb->priority = rt_tos2priority(pkt->tos);
	if (pkt->may_frag && skb->len > rt->mtu)
		xip_allow_fragment(xn, skb);
	return xip_send_skb(xn->net, NULL, skb);
}
EXPORT_SYMBOL_GPL(xip_build_and_send_pkt);
