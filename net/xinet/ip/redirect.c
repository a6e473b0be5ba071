// SPDX-License-Identifier: GPL-2.0
/*
 * Redirects that this host sends as a router (RFC 1812 section 5.2.7.2).
 *
 * In: packets that leave by the device they came in on, from xip_forward().
 * Out: an ICMP redirect to the sender, if it could have taken the shorter way;
 * the packet goes on, whatever becomes of that.
 */
#include <linux/icmp.h>
#include <linux/netdevice.h>
#include <net/xinet/ip.h>
#include <net/xinet/netns.h>
#include "ip.h"

/**
 * xicmp_redirect_send - tell the sender of a packet of a better first hop
 * @xn: state of the namespace
 * @skb: the packet, as it came; stays the caller's and is not changed
 * @rt: its route, from this RCU section, by the device it came in on
 *
 * Only to a sender that has the next hop on its own subnet, and at longer and
 * longer intervals if it does not listen.
 *
 * Context: RCU read lock, softirq.
 */
void xicmp_redirect_send(struct xinet_net *xn, struct sk_buff *skb,
			 const struct xroute *rt)
{
	__be32 saddr = ip_hdr(skb)->saddr;

	if (!xconf_get(xn, rt->dev, XCONF_SEND_REDIRECTS) ||
	    rt->nexthop == saddr)
		return;
	if (!xinet_addr_same_net(xn, rt->dev, saddr, rt->nexthop))
		return;
	/* what is not sent must not count against the limit */
	if (!xicmp_may_send(xn, skb) || !xicmp_redirect_allow(xn, saddr))
		return;
	xicmp_send(skb, ICMP_REDIRECT, ICMP_REDIR_HOST, ntohl(rt->nexthop));
}
