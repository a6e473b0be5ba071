/* SPDX-License-Identifier: GPL-2.0 */
/* Bound ports: which socket a datagram is for. One table a transport. */
#ifndef _NET_XINET_PORT_H
#define _NET_XINET_PORT_H

#include <linux/list.h>
#include <linux/spinlock.h>
#include <linux/types.h>

struct net;
struct sock;

/**
 * struct xport_bucket - sockets whose port hashes alike
 * @head: linked through sk_node, read under RCU
 * @lock: serialises bind and release; taken with BH disabled
 */
struct xport_bucket {
	struct hlist_head head;
	spinlock_t lock; /* bind and release */
};

/**
 * struct xport_table - the bound sockets of one transport, all namespaces
 * @buckets: 1 << @bits of them
 * @bits: log2 of the number of buckets
 */
struct xport_table {
	struct xport_bucket *buckets;
	unsigned int bits;
};

/**
 * struct xport_key - a datagram as its receiver sees it
 * @saddr: its source, network byte order
 * @daddr: its destination, network byte order
 * @sport: source port, network byte order
 * @dport: destination port, host byte order
 * @dif: ifindex of the device it came in on, or 0 if that does not matter
 */
struct xport_key {
	__be32 saddr;
	__be32 daddr;
	__be16 sport;
	u16 dport;
	int dif;
};

int xport_table_init(struct xport_table *t, unsigned int bits);
void xport_table_free(struct xport_table *t);
struct xport_bucket *xport_bucket(const struct xport_table *t,
				  const struct net *net, u16 port);

int xport_get(struct xport_table *t, struct sock *sk, u16 port);
void xport_put(struct xport_table *t, struct sock *sk);

struct sock *xport_lookup(const struct xport_table *t, const struct net *net,
			  const struct xport_key *key);
bool xport_dev_match(const struct net *net, int bound, int dif, __be32 daddr);
bool xport_match(const struct sock *sk, const struct net *net,
		 const struct xport_key *key);

#endif /* _NET_XINET_PORT_H */
