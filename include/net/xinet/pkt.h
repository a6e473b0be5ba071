/* SPDX-License-Identifier: GPL-2.0 */
/* How a transport sends: a route, a buffer for it, the packet. */
#ifndef _NET_XINET_PKT_H
#define _NET_XINET_PKT_H

#include <linux/gfp.h>
#include <linux/types.h>

struct sk_buff;
struct xinet_net;
struct xip_optlist;
struct xroute;

/**
 * struct xip_pkt - what a transport says of a packet it sends
 * @saddr: source, network byte order; an address of this host, as @saddr of
 *	struct xroute is
 * @daddr: destination, network byte order
 * @protocol: the transport's number
 * @tos: DSCP and ECN
 * @ttl: time to live, or 0 for the namespace's default
 * @may_frag: a packet that is too large may be cut; else its sender is told
 * @opts: options, or NULL
 */
struct xip_pkt {
	__be32 saddr;
	__be32 daddr;
	u8 protocol;
	u8 tos;
	u8 ttl;
	bool may_frag;
	const struct xip_optlist *opts;
};

struct sk_buff *xip_alloc_pkt(const struct xroute *rt, unsigned int len,
			      gfp_t gfp);
int xip_build_and_send_pkt(struct xinet_net *xn, struct sk_buff *skb,
			   const struct xroute *rt, const struct xip_pkt *pkt);

#endif /* _NET_XINET_PKT_H */
