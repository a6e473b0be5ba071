// SPDX-License-Identifier: GPL-2.0
/*
 * A socket's multicast groups: joining, leaving, and what follows from them for
 * one datagram.
 *
 * In: setsockopt() and close(), process context; RTNL and the socket lock are
 * taken here, in that order. Senders and receivers ask under RCU.
 */
#include <linux/in.h>
#include <linux/netdevice.h>
#include <linux/rculist.h>
#include <linux/rtnetlink.h>
#include <net/xinet/mcast.h>
#include <net/xinet/netns.h>
#include <net/xinet/sock.h>

/**
 * struct xsk_mc_member - one group of a socket
 * @node: in xsk_mc.members
 * @g: the group as the device has it; RTNL
 * @group: network byte order
 * @addr: by which the program named the device, or 0; network byte order
 * @ifindex: the device
 * @rcu: frees it a grace period after it left the list
 */
struct xsk_mc_member {
	struct hlist_node node;
	struct xmc_group *g;
	__be32 group;
	__be32 addr;
	int ifindex;
	struct rcu_head rcu;
};

/* The device of a request: by number, by its address, or by the route. */
static struct net_device *xsk_mc_dev(struct xinet_net *xn,
				     const struct ip_mreqn *req)
{
	struct xflow fl = { .daddr = req->imr_multiaddr.s_addr };
	struct net_device *dev = NULL;
	struct xroute rt;

	if (req->imr_ifindex)
		return __dev_get_by_index(xn->net, req->imr_ifindex);
	if (req->imr_address.s_addr)
		return xinet_addr_dev(xn, req->imr_address.s_addr);
	rcu_read_lock();
	if (!xip_route_output(xn, &fl, &rt))
		dev = rt.dev;
	rcu_read_unlock();
	/* RTNL keeps it */
	return dev;
}

/* May the socket join one more, and is it not a member already? */
static int xsk_mc_check_new(struct sock *sk, __be32 group, int ifindex)
{
	struct xinet_sock *xsk = xinet_sk(sk);
	const struct xsk_mc_member *m;
	int count = 0;

	hlist_for_each_entry(m, &xsk->mc.members, node) {
		if (m->group == group && m->ifindex == ifindex)
			return -EADDRINUSE;
		count++;
	}
	return count < READ_ONCE(xsk->xn->sysctl.igmp_max_memberships) ?
	       0 : -ENOBUFS;
}

static int xsk_mc_join_locked(struct sock *sk, const struct ip_mreqn *req)
{
	struct xinet_sock *xsk = xinet_sk(sk);
	__be32 group = req->imr_multiaddr.s_addr;
	struct xsk_mc_member *m;
	struct net_device *dev;
	int err;

	dev = xsk_mc_dev(xsk->xn, req);
	if (!dev)
		return -ENODEV;
	err = xsk_mc_check_new(sk, group, dev->ifindex);
	if (err)
		return err;
	m = sock_kmalloc(sk, sizeof(*m), GFP_KERNEL_ACCOUNT);
	if (!m)
		return -ENOBUFS;
	m->g = xmc_join(xsk->xn, dev, group);
	if (IS_ERR(m->g)) {
		err = PTR_ERR(m->g);
		sock_kfree_s(sk, m, sizeof(*m));
		return err;
	}
	m->group = group;
	m->addr = req->imr_address.s_addr;
	m->ifindex = dev->ifindex;
	hlist_add_head_rcu(&m->node, &xsk->mc.members);
	return 0;
}

/**
 * xsk_mc_join - IP_ADD_MEMBERSHIP, MCAST_JOIN_GROUP
 * @sk: the socket
 * @req: group, and device if the program names one
 *
 * Context: process; takes RTNL and the socket lock.
 * Return: 0; -EINVAL for what is no group; -ENODEV; -EADDRINUSE for a member;
 * -ENOBUFS beyond a limit; -ENOMEM.
 */
int xsk_mc_join(struct sock *sk, const struct ip_mreqn *req)
{
	int err;

	if (!ipv4_is_multicast(req->imr_multiaddr.s_addr))
		return -EINVAL;
	rtnl_lock();
	lock_sock(sk);
	err = xsk_mc_join_locked(sk, req);
	release_sock(sk);
	rtnl_unlock();
	return err;
}

static void xsk_mc_remove(struct sock *sk, struct xsk_mc_member *m)
{
	hlist_del_rcu(&m->node);
	xmc_leave(xinet_sk(sk)->xn, m->g);
	atomic_sub(sizeof(*m), &sk->sk_omem_alloc);
	kfree_rcu(m, rcu);
}

/* The membership that a request speaks of: IPv4 takes a partial name, too. */
static struct xsk_mc_member *xsk_mc_find(struct sock *sk,
					 const struct ip_mreqn *req,
					 int ifindex)
{
	__be32 addr = req->imr_address.s_addr;
	struct xsk_mc_member *m;

	hlist_for_each_entry(m, &xinet_sk(sk)->mc.members, node) {
		if (m->group != req->imr_multiaddr.s_addr)
			continue;
		if (ifindex ? m->ifindex == ifindex : !addr || m->addr == addr)
			return m;
	}
	return NULL;
}

static int xsk_mc_leave_locked(struct sock *sk, const struct ip_mreqn *req)
{
	const struct net_device *dev = xsk_mc_dev(xinet_sk(sk)->xn, req);
	int ifindex = req->imr_ifindex;
	struct xsk_mc_member *m;

	if (!dev && !ifindex && !req->imr_address.s_addr)
		return -ENODEV;
	/* a device that is gone is known by the number it had */
	if (dev)
		ifindex = dev->ifindex;
	m = xsk_mc_find(sk, req, ifindex);
	if (!m)
		return -EADDRNOTAVAIL;
	xsk_mc_remove(sk, m);
	return 0;
}

/**
 * xsk_mc_leave - IP_DROP_MEMBERSHIP, MCAST_LEAVE_GROUP
 * @sk: the socket
 * @req: group, and device if the program names one
 *
 * Context: process; takes RTNL and the socket lock.
 * Return: 0; -ENODEV where no device is named and none can be found;
 * -EADDRNOTAVAIL where the socket is no member.
 */
int xsk_mc_leave(struct sock *sk, const struct ip_mreqn *req)
{
	int err;

	rtnl_lock();
	lock_sock(sk);
	err = xsk_mc_leave_locked(sk, req);
	release_sock(sk);
	rtnl_unlock();
	return err;
}

/**
 * xsk_mc_drop_all - a socket closes and leaves its groups
 * @sk: the socket
 *
 * Context: process; takes RTNL and the socket lock if there are any.
 */
void xsk_mc_drop_all(struct sock *sk)
{
	struct xsk_mc *mc = &xinet_sk(sk)->mc;
	struct xsk_mc_member *m;
	struct hlist_node *next;

	if (likely(hlist_empty(&mc->members)))
		return;
	rtnl_lock();
	lock_sock(sk);
	hlist_for_each_entry_safe(m, next, &mc->members, node)
		xsk_mc_remove(sk, m);
	release_sock(sk);
	rtnl_unlock();
}

/**
 * xsk_mc_allows - may a socket have a datagram that was sent to a group?
 * @sk: the socket; all else matches
 * @group: destination of the datagram, network byte order
 * @dif: ifindex of the device it came in on
 *
 * By default every socket may have what any of the host's joined
 * (IP_MULTICAST_ALL).
 *
 * Context: softirq, RCU read lock.
 * Return: true if so, and for what is no group.
 */
bool xsk_mc_allows(const struct sock *sk, __be32 group, int dif)
{
	const struct xsk_mc_member *m;

	if (!xsk_flag(sk, XSK_MC_NOT_ALL) || !ipv4_is_multicast(group))
		return true;
	hlist_for_each_entry_rcu(m, &xinet_sk(sk)->mc.members, node)
		if (m->group == group && m->ifindex == dif)
			return true;
	return false;
}

/**
 * xsk_mc_loops - do members on this host get what a socket sends to a group?
 * @sk: the socket or NULL
 *
 * Context: any.
 * Return: IP_MULTICAST_LOOP; true without a socket.
 */
bool xsk_mc_loops(const struct sock *sk)
{
	return !sk || sk->sk_family != PF_XINET ||
	       !xsk_flag(sk, XSK_MC_NO_LOOP);
}

/**
 * xsk_mc_flow - a datagram is for a group: IP_MULTICAST_IF counts
 * @sk: the socket
 * @fl: its flow, a device or source that is in it stays
 *
 * Context: RCU read lock.
 * Return: 0, or -EINVAL where the source is no address of this host any more.
 */
int xsk_mc_flow(const struct sock *sk, struct xflow *fl)
{
	const struct xinet_sock *xsk = xinet_sk(sk);

	if (!fl->oif)
		fl->oif = READ_ONCE(xsk->mc.ifindex);
	if (fl->saddr)
		return 0;
	fl->saddr = READ_ONCE(xsk->mc.addr);
	if (fl->saddr && xinet_addr_type(xsk->xn, fl->saddr) != RTN_LOCAL)
		return -EINVAL;
	return 0;
}
