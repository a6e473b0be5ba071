/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Neighbours: from a next hop's address to a frame on the link.
 *
 * An own table in place of struct neigh_table, with the states and timers of
 * arp(7). neigh/xneigh*.c keep the entries, neigh/xarp*.c speak on the wire.
 *
 * Order: xneigh_init() before the first xneigh_net_init(), xarp_init() after
 * the family's pernet operations are registered and last of all at load.
 * Unloading goes the other way round: xarp_exit() first, xneigh_exit() once no
 * namespace has a table any more.
 */
#ifndef _NET_XINET_NEIGH_H
#define _NET_XINET_NEIGH_H

#include <linux/types.h>

struct net_device;
struct sk_buff;
struct xinet_net;
struct xneigh_hash;
struct xneigh_table;

/**
 * struct xneigh_net - neighbours of a namespace
 * @hash: where xneigh_output() finds them; RCU
 * @table: limits, lists and the lock; owned by xneigh.c
 */
struct xneigh_net {
	struct xneigh_hash __rcu *hash;
	struct xneigh_table *table;
};

int xneigh_output(struct xinet_net *xn, struct sk_buff *skb, __be32 nexthop,
		  u8 type);
void xneigh_confirm(struct xinet_net *xn, struct net_device *dev,
		    __be32 nexthop);

int xneigh_init(void);
void xneigh_exit(void);
int xneigh_net_init(struct xinet_net *xn);
void xneigh_net_pre_exit(struct xinet_net *xn);
void xneigh_net_exit(struct xinet_net *xn);

void xarp_announce(struct xinet_net *xn, struct net_device *dev, __be32 addr);

int xarp_init(void);
void xarp_exit(void);

#endif /* _NET_XINET_NEIGH_H */
