/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Routes of a namespace: what the lookup and the netlink room share.
 *
 * A prefix leads to a struct xfib_info, which all routes of equal content share,
 * and that holds the next hops. Where a prefix has several routes, a list of
 * struct xfib_entry, lowest metric first, stands between. Readers go down by
 * RCU, writers hold RTNL.
 */
#ifndef _NET_XINET_FIB_H
#define _NET_XINET_FIB_H

#include <linux/netdevice.h>
#include <linux/rhashtable-types.h>
#include <linux/rtnetlink.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/workqueue.h>
#include <net/xinet/fib_lpm.h>

struct netlink_ext_ack;
struct xinet_net;
struct xrt_exc_table;

#define XFIB_MAX_NEXTHOPS	64
#define XIP_MAX_MTU		0xffffU	/* what the total length can say */

/**
 * struct xnl_info - who asked for a change, for the notification about it
 * @nlh: the request, NULL if the kernel itself is the cause
 * @portid: netlink port of the asker, 0 for the kernel
 */
struct xnl_info {
	const struct nlmsghdr *nlh;
	u32 portid;
};

/**
 * struct xfib_net - routes of a namespace
 * @main: the table that `xip route` shows; see xfib_leaf_routes()
 * @exceptions: what redirects (and path MTU) say of single destinations
 * @n_exceptions: how many
 * @exc_next: jiffies at which @exc_work runs next
 * @exc_work: removes what has expired
 * @lock: of the exceptions and of the generation; BH
 * @infos: every struct xfib_info of the namespace
 * @count: routes, bounded by the sysctl route_max
 * @seq: grows with each change of a route, so that dumps notice
 */
struct xfib_net {
	struct xlpm main;
	struct xrt_exc_table __rcu *exceptions;
	unsigned int n_exceptions;
	unsigned long exc_next;
	struct delayed_work exc_work;
	spinlock_t lock;	/* exceptions, rt_genid */
	struct list_head infos;
	unsigned int count;
	u32 seq;
};

/**
 * struct xfib_nh - a next hop
 * @dev: output device; referenced while the next hop is in use
 * @type: RTN_UNICAST
 * @way_flags: XROUTE_GW, XROUTE_MTU_LOCKED
 * @mtu: of the path this way, chosen in advance
 * @way: these three as one word
 * @gw: gateway, network byte order; 0: the destination is on the link
 * @saddr: source for senders that have bound none, chosen in advance
 * @upper_bound: takes flows whose 31-bit hash is up to here; -1: none
 * @flags: RTNH_F_*
 * @scope: what the gateway was found by (RT_SCOPE_*)
 * @weight: share of the flows, 1 to 256
 * @oif: ifindex of @dev
 * @fi: what it is part of
 * @dev_node: in xin_device.nexthops; RTNL
 * @tracker: of the reference on @dev
 *
 * The words that a lookup reads come first; those that events change in place
 * (@saddr, @mtu, @upper_bound, @flags) are read and written as single words.
 * @way lies and looks as in struct xroute.
 */
struct xfib_nh {
	struct net_device *dev;
	union {
		struct {
			u8 type;
			u8 way_flags;
			u16 mtu;
		};
		u32 way;
	};
	__be32 gw;
	__be32 saddr;
	int upper_bound;
	u8 flags;
	u8 scope;
	u16 weight;
	int oif;
	struct xfib_info *fi;
	struct list_head dev_node;
	netdevice_tracker tracker;
};

/**
 * struct xfib_info - what routes of equal content share
 * @node: in the hash that finds an equal one
 * @list: in xfib_net.infos
 * @rcu: frees it a grace period after its last route went
 * @xn: the namespace
 * @refs: routes that use it; RTNL
 * @metric: RTA_PRIORITY
 * @mtu: RTAX_MTU, 0 if unset
 * @prefsrc: RTA_PREFSRC, network byte order, 0 if unset
 * @mtu_lock: RTAX_MTU is locked
 * @protocol: RTPROT_*
 * @scope: RT_SCOPE_*
 * @dead: no next hop is left, or @prefsrc went: flush the routes
 * @type: RTN_UNICAST, RTN_UNREACHABLE, RTN_BLACKHOLE or RTN_PROHIBIT
 * @direct: one live next hop, nothing to choose: the hot case of a lookup
 * @n_nh: entries in @nh
 * @nh: the next hops
 */
struct xfib_info {
	struct rhash_head node;
	struct list_head list;
	struct rcu_head rcu;
	struct xinet_net *xn;
	unsigned int refs;
	u32 metric;
	u32 mtu;
	__be32 prefsrc;
	u8 mtu_lock;
	u8 protocol;
	u8 scope;
	bool dead;
	u8 type;
	bool direct;
	u8 n_nh;
	struct xfib_nh nh[] __counted_by(n_nh);
};

/**
 * struct xfib_entry - one of several routes of a prefix
 * @next: the next one of the prefix, of no lower metric
 * @fi: what it says
 * @rcu: frees it a grace period after it left the list
 */
struct xfib_entry {
	struct xfib_entry __rcu *next;
	struct xfib_info *fi;
	struct rcu_head rcu;
};

#define XFIB_LEAF_LIST	2UL	/* in a leaf: it points at a struct xfib_entry */

/**
 * xfib_leaf_routes - the routes that a leaf of the table stands for
 * @leaf: from the table, may be NULL
 * @one: becomes the list, where there is one route only
 *
 * Context: RCU read lock or RTNL.
 * Return: the first route; NULL for no leaf.
 */
static inline struct xfib_entry *xfib_leaf_routes(void *leaf,
						  struct xfib_entry *one)
{
	unsigned long word = (unsigned long)leaf;

	if (word & XFIB_LEAF_LIST)
		return (struct xfib_entry *)(word - XFIB_LEAF_LIST);
	RCU_INIT_POINTER(one->next, NULL);
	one->fi = leaf;
	return leaf ? one : NULL;
}

/**
 * xfib_leaf_first - the best route that a leaf of the table stands for
 * @leaf: from the table, may be NULL
 *
 * Context: RCU read lock or RTNL.
 * Return: what it says; NULL for no leaf.
 */
static __always_inline const struct xfib_info *xfib_leaf_first(void *leaf)
{
	unsigned long word = (unsigned long)leaf;

	if (unlikely(word & XFIB_LEAF_LIST))
		return ((struct xfib_entry *)(word - XFIB_LEAF_LIST))->fi;
	return leaf;
}

/**
 * struct xfib_nh_config - a next hop as asked for
 * @oif: ifindex or 0
 * @gw: gateway, network byte order, or 0
 * @weight: 1 to 256
 * @flags: RTNH_F_ONLINK or 0
 */
struct xfib_nh_config {
	int oif;
	__be32 gw;
	u16 weight;
	u8 flags;
};

/**
 * struct xfib_config - a route as asked for
 * @dst: network byte order, zero behind @dst_len
 * @prefsrc: RTA_PREFSRC or 0
 * @metric: RTA_PRIORITY or 0
 * @mtu: RTAX_MTU or 0
 * @nlflags: NLM_F_EXCL, NLM_F_REPLACE, NLM_F_CREATE, NLM_F_APPEND
 * @dst_len: in bits
 * @type: RTN_*; deletion: 0 for any
 * @scope: RT_SCOPE_*; deletion: RT_SCOPE_NOWHERE for any
 * @protocol: RTPROT_*; deletion: 0 for any
 * @mtu_lock: RTAX_MTU is locked
 * @n_nh: entries in @nh
 * @nh: next hops; deletion: those the route must have
 * @info: who asks
 */
struct xfib_config {
	__be32 dst;
	__be32 prefsrc;
	u32 metric;
	u32 mtu;
	u16 nlflags;
	u8 dst_len;
	u8 type;
	u8 scope;
	u8 protocol;
	bool mtu_lock;
	unsigned int n_nh;
	struct xfib_nh_config *nh;
	struct xnl_info info;
};

/**
 * struct xfib_key - what a lookup in the table goes by
 * @daddr: network byte order
 * @oif: the only output device allowed (ifindex), or 0
 * @scope: least scope a route must have: RT_SCOPE_LINK leaves out gateways
 * @hash: of the flow; its upper 31 bits choose among several next hops
 */
struct xfib_key {
	__be32 daddr;
	int oif;
	u8 scope;
	u32 hash;
};

/**
 * struct xfib_result - what a lookup in the table found
 * @fi: the route; valid in the RCU section or under RTNL
 * @nh: its next hop, NULL for a type without one
 * @dst_len: length of the prefix that matched
 */
struct xfib_result {
	const struct xfib_info *fi;
	const struct xfib_nh *nh;
	u8 dst_len;
};

int xfib_lookup(struct xinet_net *xn, const struct xfib_key *key,
		struct xfib_result *res);
int xfib_lookup_upto(struct xinet_net *xn, const struct xfib_key *key, u8 len,
		     struct xfib_result *res);
int xfib_route_add(struct xinet_net *xn, const struct xfib_config *cfg,
		   struct netlink_ext_ack *extack);
int xfib_route_del(struct xinet_net *xn, const struct xfib_config *cfg,
		   struct netlink_ext_ack *extack);

#endif /* _NET_XINET_FIB_H */
