/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Multicast groups: which the devices of a namespace have joined, and which a
 * socket has.
 *
 * There is no IGMP: membership ends at the link, and says two things only, what
 * the device's filter lets in and what the stack takes.
 */
#ifndef _NET_XINET_MCAST_H
#define _NET_XINET_MCAST_H

#include <linux/list.h>
#include <linux/sockptr.h>
#include <linux/types.h>

struct net_device;
struct sock;
struct xflow;
struct xin_device;
struct xinet_net;

#define XMC_HASH_BITS	8

/**
 * struct xmc_net - groups of a namespace
 * @hash: struct xmc_group by group and device
 * @mix: random word of the hash
 * @count: memberships of all sockets, bounded by the sysctl mcast_max; RTNL
 */
struct xmc_net {
	struct hlist_head *hash;
	u32 mix;
	unsigned int count;
};

/**
 * struct xmc_group - a group that a device has joined
 * @node: in xmc_net.hash; RCU to read, RTNL to change
 * @on_dev: in xin_device.groups; RTNL
 * @dev: the device, NULL once it is gone for this namespace; RTNL
 * @addr: the group, network byte order
 * @ifindex: of the device
 * @users: sockets that joined, and one more for 224.0.0.1
 * @loaded: the device's filter has it; RTNL
 * @rcu: frees it a grace period after it left the hash
 */
struct xmc_group {
	struct hlist_node node;
	struct list_head on_dev;
	struct net_device *dev;
	__be32 addr;
	int ifindex;
	unsigned int users;
	bool loaded;
	struct rcu_head rcu;
};

/**
 * struct xsk_mc - multicast of a socket
 * @members: struct xsk_mc_member; RCU to read, RTNL and socket lock to change
 * @addr: source by IP_MULTICAST_IF or 0, network byte order
 * @ifindex: device by IP_MULTICAST_IF or 0
 * @ttl: IP_MULTICAST_TTL
 */
struct xsk_mc {
	struct hlist_head members;
	__be32 addr;
	int ifindex;
	u8 ttl;
};

/* route/mcast.c */
bool xmc_joined(const struct xinet_net *xn, int ifindex, __be32 group);
struct xmc_group *xmc_join(struct xinet_net *xn, struct net_device *dev,
			   __be32 group);
void xmc_leave(struct xinet_net *xn, struct xmc_group *g);
int xmc_dev_init(struct xinet_net *xn, struct xin_device *xd);
void xmc_dev_up(struct xin_device *xd);
void xmc_dev_down(struct xin_device *xd);
void xmc_dev_gone(struct xin_device *xd);
int xmc_net_init(struct xinet_net *xn);
void xmc_net_exit(struct xinet_net *xn);

/* socket/mcast.c */
void xsk_mc_drop_all(struct sock *sk);
bool xsk_mc_allows(const struct sock *sk, __be32 group, int dif);
bool xsk_mc_loops(const struct sock *sk);
int xsk_mc_flow(const struct sock *sk, struct xflow *fl);
struct ip_mreqn;
int xsk_mc_join(struct sock *sk, const struct ip_mreqn *req);
int xsk_mc_leave(struct sock *sk, const struct ip_mreqn *req);

/* socket/mcast_opt.c */
int xsk_mc_set_member(struct sock *sk, sockptr_t optval, unsigned int optlen);
int xsk_mc_set_nonmember(struct sock *sk, sockptr_t optval,
			 unsigned int optlen);
int xsk_mc_set_join_group(struct sock *sk, sockptr_t optval,
			  unsigned int optlen);
int xsk_mc_set_leave_group(struct sock *sk, sockptr_t optval,
			   unsigned int optlen);
int xsk_mc_set_if(struct sock *sk, sockptr_t optval, unsigned int optlen);
int xsk_mc_get_if(struct sock *sk, char __user *optval, int __user *optlen);
int xsk_mc_set_ttl(struct sock *sk, int val);
int xsk_mc_get_ttl(struct sock *sk, int *val);
int xsk_mc_set_loop(struct sock *sk, int val);
int xsk_mc_get_loop(struct sock *sk, int *val);
int xsk_mc_set_all(struct sock *sk, int val);
int xsk_mc_get_all(struct sock *sk, int *val);

#endif /* _NET_XINET_MCAST_H */
