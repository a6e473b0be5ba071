// SPDX-License-Identifier: GPL-2.0
/*
 * A packet of our own whose destination changed on its way out is routed anew.
 *
 * In: packets at LOCAL_OUT, behind the translation of the destination. Out:
 * the packet with the new route in its control block. Under the RCU read lock.
 */
#include <linux/netdevice.h>
#include <net/sock.h>
#include <net/xinet/ip.h>
#include <net/xinet/netns.h>
#include <net/xinet/trace.h>
#include "nat_room.h"

/* Ports choose among several next hops. */
static void xnat_flow_ports(const struct sk_buff *skb, struct xflow *fl)
{
	__be16 buf[2];
	const __be16 *port;

	if (fl->proto != IPPROTO_UDP && fl->proto != IPPROTO_TCP)
		return;
	port = skb_header_pointer(skb, ip_hdrlen(skb), sizeof(buf), buf);
	if (port) {
		fl->sport = port[0];
		fl->dport = port[1];
	}
}

/**
 * xnat_reroute - find the way to a new destination
 * @xn: state of the namespace
 * @skb: the packet, skb->data at its XIP header; may move
 * @sk: the sending socket or NULL: a device it is bound to stays the only one
 *
 * Context: RCU read lock.
 * Return: 0; an error of xip_route_output(); -ENOMEM.
 */
int xnat_reroute(struct xinet_net *xn, struct sk_buff *skb,
		 const struct sock *sk)
{
	const struct iphdr *iph = ip_hdr(skb);
	struct xflow fl = {
		.daddr = iph->daddr,
		.saddr = iph->saddr,
		.oif = sk ? READ_ONCE(sk->sk_bound_dev_if) : 0,
		.proto = iph->protocol,
	};
	struct xroute rt;
	int err;

	xnat_flow_ports(skb, &fl);
	err = xip_route_output(xn, &fl, &rt);
	if (err)
		return err;
	/* the other device may have a longer header */
	if (xtrace_cow_head(skb, LL_RESERVED_SPACE(rt.dev)))
		return -ENOMEM;
	xip_route_to_cb(skb, &rt);
	skb->dev = rt.dev;
	if (xtrace_on())
		xtrace_route_again(xn->net, skb);
	return 0;
}
