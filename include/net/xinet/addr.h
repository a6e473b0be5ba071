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
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include <linux/types.h>
#include <linux/xarray.h>
#include <net/xinet/devconf.h>

struct netlink_ext_ack;
struct xinet_net;
struct xnl_info;

#define XADDR_HASH_BITS	8

/**
 * struct xaddr_net - addresses of a namespace
 * @hash: struct xaddr_hnode by address: local and broadcast addresses
 * @prefixes: struct xaddr_prefix: subnets that are local as a whole
 * @hash_mix: per-namespace random word mixed into the hash
 * @devs: struct xin_device by ifindex
 * @count: addresses in the namespace, bounded by the sysctl addr_max
 * @seq: grows with each change of an address, so that dumps notice
 */
struct xaddr_net {
	struct hlist_head *hash;
	struct hlist_head prefixes;
	u32 hash_mix;
	struct xarray devs;
	unsigned int count;
	u32 seq;
};

/**
 * struct xin_device - what the family keeps of a device
 * @dev: the device; referenced until it unregisters
 * @tracker: of that reference
 * @addrs: struct xin_ifaddr: primaries by falling scope, then secondaries
 * @nexthops: struct xfib_nh that leave by the device; RTNL
 * @groups: struct xmc_group: what the device has joined; RTNL
 * @conf: settings of its own; RCU to read, RTNL to change
 * @rcu: frees it a grace period after it left xaddr_net.devs
 *
 * Made with the first address, next hop, group or setting of a device, gone with
 * the device.
 */
struct xin_device {
	struct net_device *dev;
	netdevice_tracker tracker;
	struct list_head addrs;
	struct list_head nexthops;
	struct list_head groups;
	struct xconf conf;
	struct rcu_head rcu;
};

/**
 * struct xin_ifaddr - an address of a device
 * @node: in xin_device.addrs; RCU to read, RTNL to change
 * @xd: the device
 * @local: the host's own address, network byte order
 * @peer: the address the prefix is of; the same unless point-to-point
 * @broadcast: as configured, 0 if none
 * @flags: IFA_F_*
 * @metric: of the connected route
 * @cstamp: jiffies when it was made
 * @tstamp: jiffies when it was last changed
 * @prefixlen: in bits
 * @scope: RT_SCOPE_*
 * @proto: IFAPROT_*, who configured it
 * @brd_on: its broadcast addresses are in the hash
 * @route_on: its connected route or local prefix is in place
 * @label: empty for the device's name
 * @rcu: frees it a grace period after it left the list
 */
struct xin_ifaddr {
	struct list_head node;
	struct xin_device *xd;
	__be32 local;
	__be32 peer;
	__be32 broadcast;
	u32 flags;
	u32 metric;
	unsigned long cstamp;
	unsigned long tstamp;
	u8 prefixlen;
	u8 scope;
	u8 proto;
	bool brd_on;
	bool route_on;
	char label[IFNAMSIZ];
	struct rcu_head rcu;
};

/**
 * struct xaddr_prefix - a subnet whose every address is local
 * @node: in xaddr_net.prefixes
 * @addr: network byte order, zero behind @mask
 * @mask: network byte order
 * @dev: whose it is; compared, and read under RCU only
 * @refs: addresses that give rise to it; RTNL
 * @rcu: frees it a grace period after it left the list
 *
 * 127.0.0.0/8 on lo is one; so is any other subnet configured there.
 */
struct xaddr_prefix {
	struct hlist_node node;
	__be32 addr;
	__be32 mask;
	struct net_device *dev;
	unsigned int refs;
	struct rcu_head rcu;
};

/**
 * struct xaddr_config - an address as asked for
 * @dev: the device
 * @local: the host's own address, network byte order
 * @peer: the address the prefix is of, likewise; @local unless point-to-point
 * @broadcast: 0 if none is given
 * @flags: IFA_F_*
 * @metric: of the connected route
 * @prefixlen: in bits, at most 32
 * @scope: RT_SCOPE_*
 * @proto: IFAPROT_*
 * @has_peer: deletion: @peer and @prefixlen must match
 * @has_local: deletion: @local must match
 * @label: empty for none
 */
struct xaddr_config {
	struct net_device *dev;
	__be32 local;
	__be32 peer;
	__be32 broadcast;
	u32 flags;
	u32 metric;
	u8 prefixlen;
	u8 scope;
	u8 proto;
	bool has_peer;
	bool has_local;
	char label[IFNAMSIZ];
};

/**
 * struct xaddr_hnode - one address a packet may be for
 * @node: in xaddr_net.hash
 * @addr: network byte order
 * @type: RTN_LOCAL or RTN_BROADCAST
 * @refs: how many configured addresses (or devices) give rise to it; RTNL
 * @defended: jiffies when the link was last told against another host that
 *	it is ours, 0 for never
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
	unsigned long defended;
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

/**
 * xin_device_get - what the family keeps of a device
 * @an: addresses of the namespace
 * @ifindex: the device
 *
 * Context: RCU read lock or RTNL.
 * Return: NULL if the device has neither address nor next hop.
 */
static inline struct xin_device *xin_device_get(struct xaddr_net *an,
						int ifindex)
{
	return xa_load(&an->devs, ifindex);
}

struct xin_device *xin_device_make(struct xinet_net *xn,
				   struct net_device *dev,
				   struct netlink_ext_ack *extack);
bool xin_device_supported(const struct net_device *dev,
			  struct netlink_ext_ack *extack);

int xaddr_add(struct xinet_net *xn, const struct xaddr_config *cfg,
	      u16 nlflags, const struct xnl_info *info,
	      struct netlink_ext_ack *extack);
int xaddr_del(struct xinet_net *xn, const struct xaddr_config *cfg,
	      const struct xnl_info *info, struct netlink_ext_ack *extack);

u8 xinet_addr_type(struct xinet_net *xn, __be32 addr);
u8 xinet_dev_addr_type(struct xinet_net *xn, const struct net_device *dev,
		       __be32 addr);
__be32 xinet_select_addr(struct xinet_net *xn, const struct net_device *dev,
			 __be32 dst, u8 scope);
bool xinet_addr_onlink(struct xinet_net *xn, const struct net_device *dev,
		       __be32 addr);
bool xinet_addr_same_net(struct xinet_net *xn, const struct net_device *dev,
			 __be32 a, __be32 b);
struct net_device *xinet_addr_dev(struct xinet_net *xn, __be32 addr);
bool xaddr_may_defend(struct xinet_net *xn, __be32 addr);

int xaddr_init(void);
void xaddr_exit(void);
int xaddr_net_init(struct xinet_net *xn);
void xaddr_net_exit(struct xinet_net *xn);

#endif /* _NET_XINET_ADDR_H */
