/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where a packet goes next.
 *
 * There is no dst_entry: a lookup fills a struct xroute by value, which holds
 * no reference and is good for as long as the RCU read section in which it was
 * made, and beyond that for as long as xroute_valid() says so under a new one.
 * Whatever could make an answer wrong (route, address, device, exception)
 * bumps the namespace's generation before the old objects can go.
 */
#ifndef _NET_XINET_ROUTE_H
#define _NET_XINET_ROUTE_H

#include <linux/rtnetlink.h>
#include <linux/types.h>
#include <net/xinet/drop.h>
#include <net/xinet/fib.h>

struct net_device;
struct sk_buff;
struct xinet_net;

/**
 * struct xflow - the key of a route lookup
 * @daddr: destination, network byte order
 * @saddr: source, network byte order; 0 lets the lookup choose
 * @oif: the only output device allowed (ifindex), or 0
 * @sport: source port or 0, network byte order; with the rest it makes the
 *	flow hash that chooses among the next hops of a multipath route
 * @dport: destination port or 0, network byte order
 * @proto: protocol number
 * @forwarded: the packet is another host's
 * @onlink_only: ignore gateways (MSG_DONTROUTE, SO_DONTROUTE)
 */
struct xflow {
	__be32 daddr;
	__be32 saddr;
	int oif;
	__be16 sport;
	__be16 dport;
	u8 proto;
	bool onlink_only;
	bool forwarded;
};

/* Bits of xroute.flags */
#define XROUTE_GW		BIT(0)	/* the next hop is a gateway */
#define XROUTE_MTU_LOCKED	BIT(1)	/* not to be discovered: no DF */
#define XROUTE_MTU_LEARNT	BIT(2)	/* fragmentation-needed messages say so */

#define XROUTE_MTU_ODD		(XROUTE_MTU_LOCKED | XROUTE_MTU_LEARNT)

/**
 * struct xroute - the answer of a route lookup
 * @dev: output device (lo for RTN_LOCAL); no reference is held
 * @type: RTN_UNICAST, RTN_LOCAL, RTN_BROADCAST or RTN_MULTICAST
 * @flags: XROUTE_*
 * @mtu: largest packet the path takes, in bytes with the XIP header
 * @way: these three as one word
 * @nexthop: whom to resolve on @dev: the gateway, or the destination itself
 *	(127.0.0.1 or the source where the caller asked for destination 0)
 * @saddr: the source to use where the sender has bound none
 * @genid: the namespace's generation when the lookup began
 *
 * @type to @nexthop lie as in struct xip_skb_cb, which gets them in one go.
 */
struct xroute {
	struct net_device *dev;
	union {
		struct {
			u8 type;
			u8 flags;
			u16 mtu;
		};
		u32 way;
	};
	__be32 nexthop;
	__be32 saddr;
	u32 genid;
};

int xip_route_output(struct xinet_net *xn, const struct xflow *fl,
		     struct xroute *rt);
int xip_route_input(struct xinet_net *xn, struct sk_buff *skb,
		    struct xroute *rt, enum xinet_drop *why);
void xip_route_redirect(struct xinet_net *xn, struct net_device *dev,
			__be32 daddr, __be32 old_gw, __be32 new_gw);
void xip_route_pmtu(struct xinet_net *xn, __be32 daddr, int oif, u32 told);
unsigned long xip_route_pmtu_left(struct xinet_net *xn, __be32 daddr,
				  const struct xroute *rt);

void xroute_genid_bump(struct xinet_net *xn);

int xroute_init(void);
void xroute_exit(void);
int xroute_net_init(struct xinet_net *xn);
void xroute_net_exit(struct xinet_net *xn);

#endif /* _NET_XINET_ROUTE_H */
