// SPDX-License-Identifier: GPL-2.0
/*
 * From the link to the route: xip_rcv, PRE_ROUTING, xip_rcv_finish.
 *
 * In: frames of EtherType 0x88B5, in softirq under the RCU read lock. Out: to
 * xip_local_deliver(), xip_forward() or a counted drop. Everything behind this
 * file may rely on a header that is whole, linear and checked, on skb->len
 * being the datagram's length, and on checksum metadata that tells the truth.
 */
#include <linux/icmp.h>
#include <linux/netdevice.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <net/xinet/hook.h>
#include <net/xinet/ip.h>
#include <net/xinet/netns.h>
#include <net/xinet/options.h>
#include <net/xinet/trace.h>
#include "header.h"
#include "ip.h"

/*
 * A sender that left its checksum to the device says where it belongs. Taps
 * and packet sockets can say anything: only the place where the transport
 * really has its checksum is believed.
 */
static bool xip_csum_metadata_ok(const struct sk_buff *skb,
				 const struct iphdr *iph)
{
	unsigned int ihl = iph->ihl * 4, want;

	switch (iph->protocol) {
	case IPPROTO_UDP:
		want = offsetof(struct udphdr, check);
		break;
	case IPPROTO_TCP:
		want = offsetof(struct tcphdr, check);
		break;
	default:
		return false;
	}
	return skb_checksum_start_offset(skb) == ihl &&
	       skb->csum_offset == want &&
	       ihl + want + sizeof(__sum16) <= ntohs(iph->tot_len) &&
	       !ip_is_fragment(iph);
}

/* What is wrong with the packet's header, or XINET_DROP_NONE. */
static enum xinet_drop xip_rcv_header(struct sk_buff *skb)
{
	const struct iphdr *iph;
	enum xinet_drop why;

	if (unlikely(!xtrace_may_pull(skb, sizeof(*iph))))
		return XINET_DROP_TOO_SMALL;
	why = xip_header_fixed(ip_hdr(skb));
	if (unlikely(why))
		return why;
	if (unlikely(!xtrace_may_pull(skb, ip_hdrlen(skb))))
		return XINET_DROP_TRUNCATED;

	iph = ip_hdr(skb);
	why = xip_header_lengths(iph, skb->len);
	if (unlikely(why))
		return why;
	why = xip_header_fragment(iph);
	if (unlikely(why))
		return why;
	if (skb->ip_summed == CHECKSUM_PARTIAL &&
	    unlikely(!xip_csum_metadata_ok(skb, iph)))
		return XINET_DROP_LYING_CSUM;
	/* nobody aggregates XIP: whoever says so is lying */
	if (unlikely(skb_is_gso(skb)))
		return XINET_DROP_LYING_GSO;
	return XINET_DROP_NONE;
}

/* All checks of a packet by itself; takes the skb, gives it back if sound. */
static struct sk_buff *xip_rcv_core(struct sk_buff *skb, struct xinet_net *xn)
{
	enum xinet_drop why;
	int err;

	if (unlikely(skb->pkt_type == PACKET_OTHERHOST)) {
		xinet_drop(xn, skb, XINET_DROP_OTHERHOST);
		return NULL;
	}
	XIP_INC_STATS(xn, IPSTATS_MIB_INPKTS);

	skb = skb_share_check(skb, GFP_ATOMIC);
	if (unlikely(!skb)) {
		xinet_drop_count(xn, XINET_DROP_NO_MEMORY);
		XIP_INC_STATS(xn, IPSTATS_MIB_INDISCARDS);
		return NULL;
	}
	/* tunnels in external mode leave a metadata dst; we have none at all */
	skb_dst_drop(skb);
	skb_orphan(skb);

	why = xip_rcv_header(skb);
	if (unlikely(why))
		goto drop;
	err = xtrace_trim_rcsum(skb, ntohs(ip_hdr(skb)->tot_len));
	if (unlikely(err)) {
		/* -EINVAL: the place for the checksum would be cut off */
		why = err == -EINVAL ? XINET_DROP_LYING_CSUM :
				       XINET_DROP_NO_MEMORY;
		goto drop;
	}

	skb->transport_header = skb->network_header + ip_hdrlen(skb);
	xip_cb_init(skb, skb->skb_iif);
	return skb;

drop:
	XIP_INC_STATS(xn, why == XINET_DROP_NO_MEMORY ?
		      IPSTATS_MIB_INDISCARDS : IPSTATS_MIB_INHDRERRORS);
	xinet_drop(xn, skb, why);
	return NULL;
}

/* No way on: say so where RFC 1812 section 5.2.7 asks for it, and count. */
static void xip_rcv_unroutable(struct xinet_net *xn, struct sk_buff *skb,
			       int err, enum xinet_drop why)
{
	if (xtrace_on())
		xtrace_unroutable(xn->net, skb, err);
	switch (why) {
	case XINET_DROP_NO_ROUTE_IN:
		XIP_INC_STATS(xn, IPSTATS_MIB_OUTNOROUTES);
		xicmp_send(skb, ICMP_DEST_UNREACH, ICMP_NET_UNREACH, 0);
		break;
	case XINET_DROP_UNREACHABLE:
		xicmp_send(skb, ICMP_DEST_UNREACH, ICMP_HOST_UNREACH, 0);
		break;
	case XINET_DROP_PROHIBIT:
		xicmp_send(skb, ICMP_DEST_UNREACH, ICMP_PKT_FILTERED, 0);
		break;
	case XINET_DROP_BLACKHOLE:
		break;
	default:
		XIP_INC_STATS(xn, IPSTATS_MIB_INADDRERRORS);
		break;
	}
	xinet_drop(xn, skb, why);
}

/* Behind PRE_ROUTING: the route, options, and the fork the route decides. */
static noinline int xip_rcv_finish(struct net *net, struct sock *sk,
				   struct sk_buff *skb)
{
	struct xinet_net *xn = xinet_pernet_rcu(net);
	enum xinet_drop why = XINET_DROP_NONE;
	struct xroute rt;
	int err;

	xtrace_stage(skb, XTRACE_RCV_FINISH);
	/* our own, sent to many, come round: it was routed on its way out */
	if (unlikely(skb->pkt_type == PACKET_LOOPBACK)) {
		XIPCB(skb)->rtype = ipv4_is_multicast(ip_hdr(skb)->daddr) ?
				    RTN_MULTICAST : RTN_BROADCAST;
		return xip_local_deliver(skb);
	}

	err = xip_route_input(xn, skb, &rt, &why);
	if (unlikely(err)) {
		xip_rcv_unroutable(xn, skb, err, why);
		return NET_RX_DROP;
	}
	xtrace_routed(skb, &rt);
	/* only now: nobody is answered whose source is no good */
	if (unlikely(ip_hdr(skb)->ihl > 5) &&
	    !xip_rcv_options(xn, skb, rt.type))
		return NET_RX_DROP;
	XIPCB(skb)->rtype = rt.type;
	if (rt.type == RTN_UNICAST)
		return xip_forward(skb, &rt);
	return xip_local_deliver(skb);
}

/**
 * xip_rcv - a frame of EtherType 0x88B5 came in
 * @skb: the frame, skb->data at the XIP header; consumed
 * @dev: device it came in on, after VLAN and bridge
 * @pt: our packet_type
 * @orig_dev: device it first came in on
 *
 * Context: softirq, RCU read lock.
 * Return: NET_RX_SUCCESS or NET_RX_DROP; nobody acts on it.
 */
int xip_rcv(struct sk_buff *skb, struct net_device *dev, struct packet_type *pt,
	    struct net_device *orig_dev)
{
	struct net *net = dev_net(dev);
	struct xinet_net *xn = xinet_pernet_rcu(net);

	xtrace_stage(skb, XTRACE_RCV);
	skb = xip_rcv_core(skb, xn);
	if (unlikely(!skb))
		return NET_RX_DROP;
	return XNF_HOOK(NF_INET_PRE_ROUTING, xn, net, NULL, skb, dev, NULL,
			xip_rcv_finish);
}

static struct packet_type xip_packet_type __read_mostly = {
	.type = htons(ETH_P_XIP),
	.func = xip_rcv,
};

/**
 * xip_input_init - begin to receive; last of all at load
 *
 * Context: process.
 * Return: 0.
 */
int xip_input_init(void)
{
	dev_add_pack(&xip_packet_type);
	return 0;
}

/**
 * xip_input_exit - receive no more; first of all at unload
 *
 * No packet is between the link and a transport when this returns.
 *
 * Context: process, may sleep.
 */
void xip_input_exit(void)
{
	dev_remove_pack(&xip_packet_type);
}
