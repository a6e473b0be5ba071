/* SPDX-License-Identifier: GPL-2.0 */
/* Bound ports: which socket a datagram is for. One table a transport. */
#ifndef _NET_XINET_PORT_H
#define _NET_XINET_PORT_H

#include <linux/list.h>
#include <linux/seqlock.h>
#include <linux/spinlock.h>
#include <linux/types.h>

struct net;
struct sock;

/**
 * struct xport_bucket - sockets whose port hashes alike
 * @head: linked through sk_node, read under RCU
 * @lock: serialises bind and release; taken with BH disabled
 * @seq: changes with @head, for those who have to see all of it
 */
struct xport_bucket {
	struct hlist_head head;
	spinlock_t lock; /* bind and release */
	seqcount_spinlock_t seq;
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

/**
 * struct xport_cursor - where a walk through a table is
 * @bucket: the next one; 1 << xport_table.bits at the end
 * @skip: sockets of it that were visited
 * @seq: state of the bucket then, if @skip is not 0
 */
struct xport_cursor {
	u32 bucket;
	u32 skip;
	u32 seq;
};

int xport_table_init(struct xport_table *t, unsigned int bits);
void xport_table_free(struct xport_table *t);
struct xport_bucket *xport_bucket(const struct xport_table *t,
				  const struct net *net, u16 port);

int xport_get(struct xport_table *t, struct sock *sk, u16 port);
void xport_put(struct xport_table *t, struct sock *sk);
void xport_add(struct xport_bucket *b, struct sock *sk);

struct sock *xport_lookup(const struct xport_table *t, const struct net *net,
			  const struct xport_key *key);
bool xport_dev_match(const struct net *net, int bound, int dif, __be32 daddr);
bool xport_match(const struct sock *sk, const struct net *net,
		 const struct xport_key *key);

/* socket/port_walk.c */
int xport_walk(const struct xport_table *t, const struct net *net,
	       struct xport_cursor *cur,
	       int (*visit)(struct sock *sk, void *arg), void *arg, bool *torn);
bool xport_walk_torn(const struct xport_table *t,
		     const struct xport_cursor *cur);

#endif /* _NET_XINET_PORT_H */
