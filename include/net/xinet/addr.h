/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The addresses of a namespace's devices.
 *
 * Readers ask by RCU; writers hold RTNL. Two views exist of one address: the
 * per-device list that netlink shows, and a hash of every local and broadcast
 * address that the receive path asks once for the source and once for the
 * destination of a packet.
 */
#ifndef _NET_XINET_ADDR_H
#define _NET_XINET_ADDR_H

#include <linux/hash.h>
#include <linux/list.h>
#include <linux/rtnetlink.h>
#include <linux/types.h>

struct net_device;
struct netlink_ext_ack;
struct xinet_net;

#define XADDR_HASH_BITS	8

/**
 * struct xaddr_net - addresses of a namespace
 * @hash: struct xaddr_hnode by address: local and broadcast addresses
 * @hash_mix: per-namespace random word mixed into the hash
 * @devs: struct xin_device by ifindex
 * @count: addresses in the namespace, bounded
 */
struct xaddr_net {
	struct hlist_head *hash;
	u32 hash_mix;
	struct list_head devs;
	unsigned int count;
};

/**
 * struct xaddr_hnode - one address a packet may be for
 * @node: in xaddr_net.hash
 * @addr: network byte order
 * @type: RTN_LOCAL or RTN_BROADCAST
 * @refs: how many configured addresses (or devices) give rise to it; RTNL
 * @rcu: frees it a grace period after it left the hash
 *
 * An address that is both someone's local and someone's broadcast address has
 * a node of each type; the local one is found first.
 */
struct xaddr_hnode {
	struct hlist_node node;
	__be32 addr;
	u8 type;
	unsigned int refs;
	struct rcu_head rcu;
};

static inline unsigned int xaddr_hashfn(const struct xaddr_net *an, __be32 addr)
{
	return hash_32((__force u32)addr ^ an->hash_mix, XADDR_HASH_BITS);
}

/**
 * xaddr_hash_type - what an exact address is on this host
 * @an: addresses of the namespace
 * @addr: address, network byte order
 *
 * Does not know 127.0.0.0/8 beyond the configured address, multicast or the
 * limited broadcast: xinet_addr_type() does.
 *
 * Context: RCU read lock or RTNL.
 * Return: RTN_LOCAL, RTN_BROADCAST (a subnet's), or RTN_UNSPEC if neither.
 */
static inline u8 xaddr_hash_type(const struct xaddr_net *an, __be32 addr)
{
	const struct xaddr_hnode *h;

	hlist_for_each_entry_rcu(h, &an->hash[xaddr_hashfn(an, addr)], node,
				 lockdep_rtnl_is_held())
		if (h->addr == addr)
			return h->type;
	return RTN_UNSPEC;
}

u8 xinet_addr_type(struct xinet_net *xn, __be32 addr);
u8 xinet_dev_addr_type(struct xinet_net *xn, const struct net_device *dev,
		       __be32 addr);
__be32 xinet_select_addr(struct xinet_net *xn, const struct net_device *dev,
			 __be32 dst, u8 scope);
bool xinet_addr_onlink(struct xinet_net *xn, const struct net_device *dev,
		       __be32 addr);

int xaddr_init(void);
void xaddr_exit(void);
int xaddr_net_init(struct xinet_net *xn);
void xaddr_net_exit(struct xinet_net *xn);

#endif /* _NET_XINET_ADDR_H */
