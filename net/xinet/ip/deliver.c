// SPDX-License-Identifier: GPL-2.0
/*
 * From the route to the transport: xip_local_deliver, LOCAL_IN,
 * xip_local_deliver_finish.
 *
 * In: packets for this host from xip_rcv_finish(). Out: copies to raw sockets,
 * then to the handler that xprotos[] has for the protocol, or protocol
 * unreachable.
 */
#include <linux/icmp.h>
#include <linux/indirect_call_wrapper.h>
#include <net/xinet/hook.h>
#include <net/xinet/ip.h>
#include <net/xinet/netns.h>
#include <net/xinet/trace.h>
#include <net/xinet/protocol.h>
#include <net/xinet/raw.h>
#include <net/xinet/udp.h>

static __always_inline int xip_deliver_to(struct xinet_net *xn,
					  struct sk_buff *skb,
					  const struct xinet_protocol *prot)
{
	XIP_INC_STATS(xn, IPSTATS_MIB_INDELIVERS);
	__skb_pull(skb, skb_network_header_len(skb));
	INDIRECT_CALL_1(prot->handler, xudp_rcv, skb);
	return NET_RX_SUCCESS;
}

/* Raw sockets may want it, or are the last hope where @prot is NULL. */
static noinline int xip_deliver_raw(struct xinet_net *xn, struct sk_buff *skb,
				    const struct xinet_protocol *prot)
{
	bool heard = xraw_any(xn) && xraw_deliver(xn, skb);

	if (prot)
		return xip_deliver_to(xn, skb, prot);
	if (heard) {
		XIP_INC_STATS(xn, IPSTATS_MIB_INDELIVERS);
		consume_skb(skb);
		return NET_RX_SUCCESS;
	}
	/* RFC 1122 section 3.2.2.1 */
	XIP_INC_STATS(xn, IPSTATS_MIB_INUNKNOWNPROTOS);
	xicmp_send(skb, ICMP_DEST_UNREACH, ICMP_PROT_UNREACH, 0);
	xinet_drop(xn, skb, XINET_DROP_NO_PROTOCOL);
	return NET_RX_DROP;
}

/* Behind LOCAL_IN: hand over to the transport. */
static noinline int xip_local_deliver_finish(struct net *net, struct sock *sk,
					     struct sk_buff *skb)
{
	struct xinet_net *xn = xinet_pernet_rcu(net);
	const struct xinet_protocol *prot;

	xtrace_stage(skb, XTRACE_LOCAL_DELIVER_FINISH);
	prot = rcu_dereference(xprotos[ip_hdr(skb)->protocol]);
	if (unlikely(!prot || xraw_any(xn)))
		return xip_deliver_raw(xn, skb, prot);
	return xip_deliver_to(xn, skb, prot);
}

/**
 * xip_local_deliver - a packet is for this host
 * @skb: the packet; consumed
 *
 * A fragment waits here for the others; the one that makes the datagram whole
 * goes on as the datagram.
 *
 * Context: softirq, RCU read lock.
 * Return: NET_RX_SUCCESS or NET_RX_DROP.
 */
int xip_local_deliver(struct sk_buff *skb)
{
	struct net_device *dev = skb->dev;
	struct net *net = dev_net(dev);
	struct xinet_net *xn = xinet_pernet_rcu(net);

	xtrace_stage(skb, XTRACE_LOCAL_DELIVER);
	if (unlikely(ip_is_fragment(ip_hdr(skb))) &&
	    xip_defrag(net, skb, XIP_DEFRAG_LOCAL_DELIVER))
		return NET_RX_SUCCESS;
	return XNF_HOOK(NF_INET_LOCAL_IN, xn, net, NULL, skb, dev, NULL,
			xip_local_deliver_finish);
}
