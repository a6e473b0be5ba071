// SPDX-License-Identifier: GPL-2.0
/*
 * What an address is on this host: the hash of local and broadcast addresses,
 * the list of subnets that are local as a whole, and the questions asked of
 * both.
 *
 * In: the links that addr_link.c makes and breaks, under RTNL. Out: answers to
 * anyone under the RCU read lock or RTNL. The receive path asks the hash itself
 * (xaddr_hash_type() in addr.h).
 */
#include <linux/in.h>
#include <linux/rculist.h>
#include <linux/slab.h>
#include "route_room.h"

#define XADDR_DEFEND_INTERVAL	(10 * HZ)	/* RFC 5227 section 1.1 */

static struct xaddr_hnode *xaddr_hash_find(struct xinet_net *xn, __be32 addr,
					   u8 type)
{
	struct xaddr_hnode *h;

	ASSERT_RTNL();
	hlist_for_each_entry(h, &xn->addr.hash[xaddr_hashfn(&xn->addr, addr)],
			     node)
		if (h->addr == addr && h->type == type)
			return h;
	return NULL;
}

/**
 * xaddr_hash_add - one more configured address makes @addr what it is
 * @xn: state of the namespace
 * @addr: network byte order
 * @type: RTN_LOCAL or RTN_BROADCAST
 *
 * Local nodes go to the head and broadcast ones to the tail of a chain, so
 * that an address that is both is found as local.
 *
 * Context: RTNL; may sleep.
 * Return: 0 or -ENOMEM.
 */
int xaddr_hash_add(struct xinet_net *xn, __be32 addr, u8 type)
{
	struct xaddr_hnode *h = xaddr_hash_find(xn, addr, type);
	struct hlist_head *chain;

	if (h) {
		h->refs++;
		return 0;
	}
	h = kzalloc(sizeof(*h), GFP_KERNEL_ACCOUNT);
	if (!h)
		return -ENOMEM;
	h->addr = addr;
	h->type = type;
	h->refs = 1;
	chain = &xn->addr.hash[xaddr_hashfn(&xn->addr, addr)];
	if (type == RTN_LOCAL)
		hlist_add_head_rcu(&h->node, chain);
	else
		hlist_add_tail_rcu(&h->node, chain);
	return 0;
}

/**
 * xaddr_hash_del - one configured address less makes @addr what it is
 * @xn: state of the namespace
 * @addr: network byte order
 * @type: RTN_LOCAL or RTN_BROADCAST
 *
 * Context: RTNL.
 */
void xaddr_hash_del(struct xinet_net *xn, __be32 addr, u8 type)
{
	struct xaddr_hnode *h = xaddr_hash_find(xn, addr, type);

	if (WARN_ON_ONCE(!h) || --h->refs)
		return;
	hlist_del_rcu(&h->node);
	kfree_rcu(h, rcu);
}

static bool xaddr_in_loopback_net(__be32 addr, __be32 mask)
{
	return ipv4_is_loopback(addr) && ntohl(mask) >= 0xff000000;
}

/* Every packet walks the list once it has more than 127.0.0.0/8. */
#define XADDR_PREFIX_MAX	64

/**
 * xaddr_prefix_add - a subnet becomes local as a whole
 * @xn: state of the namespace
 * @dev: the loopback device that has it
 * @addr: network byte order
 * @mask: network byte order
 * @extack: filled with the reason of a refusal; may be NULL
 *
 * Context: RTNL; may sleep.
 * Return: 0, -ENOMEM, or -ENOSPC if there are too many.
 */
int xaddr_prefix_add(struct xinet_net *xn, struct net_device *dev,
		     __be32 addr, __be32 mask, struct netlink_ext_ack *extack)
{
	struct xaddr_prefix *p;
	unsigned int n = 0;

	ASSERT_RTNL();
	addr &= mask;
	hlist_for_each_entry(p, &xn->addr.prefixes, node) {
		if (p->addr == addr && p->mask == mask && p->dev == dev) {
			p->refs++;
			return 0;
		}
		n++;
	}
	if (n >= XADDR_PREFIX_MAX) {
		NL_SET_ERR_MSG(extack,
			       "More than 64 subnets on lo are not supported");
		return -ENOSPC;
	}
	p = kzalloc(sizeof(*p), GFP_KERNEL_ACCOUNT);
	if (!p)
		return -ENOMEM;
	p->addr = addr;
	p->mask = mask;
	p->dev = dev;
	p->refs = 1;
	hlist_add_head_rcu(&p->node, &xn->addr.prefixes);
	if (!xaddr_in_loopback_net(addr, mask))
		atomic_inc(&xn->rt_odd);
	return 0;
}

/**
 * xaddr_prefix_del - undo one xaddr_prefix_add()
 * @xn: state of the namespace
 * @dev: as given there
 * @addr: as given there
 * @mask: as given there
 *
 * Context: RTNL.
 */
void xaddr_prefix_del(struct xinet_net *xn, struct net_device *dev,
		      __be32 addr, __be32 mask)
{
	struct xaddr_prefix *p;

	ASSERT_RTNL();
	addr &= mask;
	hlist_for_each_entry(p, &xn->addr.prefixes, node) {
		if (p->addr != addr || p->mask != mask || p->dev != dev)
			continue;
		if (--p->refs)
			return;
		if (!xaddr_in_loopback_net(addr, mask))
			atomic_dec(&xn->rt_odd);
		hlist_del_rcu(&p->node);
		kfree_rcu(p, rcu);
		return;
	}
	WARN_ON_ONCE(1);
}

/**
 * xaddr_prefix_find - is an address in a subnet that is local as a whole?
 * @xn: state of the namespace
 * @addr: network byte order
 *
 * Context: RCU read lock or RTNL.
 * Return: the subnet or NULL.
 */
const struct xaddr_prefix *xaddr_prefix_find(struct xinet_net *xn, __be32 addr)
{
	const struct xaddr_prefix *p;

	hlist_for_each_entry_rcu(p, &xn->addr.prefixes, node,
				 lockdep_rtnl_is_held())
		if (p->addr == (addr & p->mask))
			return p;
	return NULL;
}

/**
 * xinet_addr_type - what an address is on this host
 * @xn: state of the namespace
 * @addr: network byte order
 *
 * Context: RCU read lock or RTNL.
 * Return: RTN_LOCAL, RTN_BROADCAST (limited, of a subnet, or 0.0.0.0 as the
 * old form of it), RTN_MULTICAST, else RTN_UNICAST.
 */
u8 xinet_addr_type(struct xinet_net *xn, __be32 addr)
{
	u8 type = xaddr_hash_type(&xn->addr, addr);

	if (type != RTN_UNSPEC)
		return type;
	if (ipv4_is_lbcast(addr) || ipv4_is_zeronet(addr))
		return RTN_BROADCAST;
	if (ipv4_is_multicast(addr))
		return RTN_MULTICAST;
	return xaddr_prefix_find(xn, addr) ? RTN_LOCAL : RTN_UNICAST;
}

static __be32 xaddr_ifa_mask(const struct xin_ifaddr *ifa)
{
	return inet_make_mask(ifa->prefixlen);
}

/**
 * xaddr_is_broadcast - is @addr a broadcast address of one configured address?
 * @ifa: the configured address
 * @addr: network byte order
 *
 * Context: RCU read lock or RTNL.
 * Return: true if it is.
 */
bool xaddr_is_broadcast(const struct xin_ifaddr *ifa, __be32 addr)
{
	if (!READ_ONCE(ifa->brd_on))
		return false;
	if (ifa->broadcast && addr == ifa->broadcast)
		return true;
	return ifa->prefixlen < 31 &&
	       addr == (ifa->peer | ~xaddr_ifa_mask(ifa));
}

static u8 xaddr_type_on(const struct xin_device *xd, __be32 addr)
{
	const struct xin_ifaddr *ifa;
	u8 type = RTN_UNICAST;

	list_for_each_entry_rcu(ifa, &xd->addrs, node, lockdep_rtnl_is_held()) {
		if (ifa->local == addr)
			return RTN_LOCAL;
		if (xaddr_is_broadcast(ifa, addr))
			type = RTN_BROADCAST;
	}
	return type;
}

/**
 * xinet_dev_addr_type - what an address is as seen from one device
 * @xn: state of the namespace
 * @dev: the device
 * @addr: network byte order
 *
 * As xinet_addr_type(), but addresses of other devices do not count.
 *
 * Context: RCU read lock or RTNL.
 * Return: RTN_LOCAL, RTN_BROADCAST, RTN_MULTICAST or RTN_UNICAST.
 */
u8 xinet_dev_addr_type(struct xinet_net *xn, const struct net_device *dev,
		       __be32 addr)
{
	struct xin_device *xd = xin_device_get(&xn->addr, dev->ifindex);
	const struct xaddr_prefix *p;
	u8 type = RTN_UNICAST;

	if (ipv4_is_lbcast(addr) || ipv4_is_zeronet(addr))
		return RTN_BROADCAST;
	if (ipv4_is_multicast(addr))
		return RTN_MULTICAST;
	if (!xd)
		return RTN_UNICAST;
	/* What is nobody's address here is not this device's: no long walk. */
	if (xaddr_hash_type(&xn->addr, addr) != RTN_UNSPEC)
		type = xaddr_type_on(xd, addr);
	if (type != RTN_UNICAST)
		return type;
	p = xaddr_prefix_find(xn, addr);
	return p && p->dev == dev ? RTN_LOCAL : RTN_UNICAST;
}

/* The first primary address within @scope; one whose subnet has @dst if any. */
static __be32 xaddr_select_on(const struct xin_device *xd, __be32 dst, u8 scope)
{
	const struct xin_ifaddr *ifa;
	__be32 first = 0;

	list_for_each_entry_rcu(ifa, &xd->addrs, node, lockdep_rtnl_is_held()) {
		if ((ifa->flags & IFA_F_SECONDARY) || ifa->scope > scope)
			continue;
		if (!dst || !((ifa->peer ^ dst) & xaddr_ifa_mask(ifa)))
			return ifa->local;
		if (!first)
			first = ifa->local;
	}
	return first;
}

/* On a device the packet does not leave by, link scope does not serve. */
static __be32 xaddr_select_elsewhere(const struct xin_device *xd, u8 scope)
{
	const struct xin_ifaddr *ifa;

	list_for_each_entry_rcu(ifa, &xd->addrs, node, lockdep_rtnl_is_held())
		if (!(ifa->flags & IFA_F_SECONDARY) && ifa->scope <= scope &&
		    ifa->scope != RT_SCOPE_LINK)
			return ifa->local;
	return 0;
}

/**
 * xinet_select_addr - the source address for a destination
 * @xn: state of the namespace
 * @dev: output device; NULL for any
 * @dst: destination or gateway, network byte order; 0 if it does not matter
 * @scope: RT_SCOPE_*: how far the address must be good at most
 *
 * A primary address of @dev whose subnet has @dst is best, then any of @dev,
 * then one of another device, in the order of their index, if it is good
 * beyond its own link.
 *
 * Context: RCU read lock or RTNL.
 * Return: network byte order, 0 if there is none.
 */
__be32 xinet_select_addr(struct xinet_net *xn, const struct net_device *dev,
			 __be32 dst, u8 scope)
{
	struct xin_device *xd;
	unsigned long index;
	__be32 addr;

	if (dev) {
		xd = xin_device_get(&xn->addr, dev->ifindex);
		addr = xd ? xaddr_select_on(xd, dst, scope) : 0;
		if (addr)
			return addr;
	}
	xa_for_each(&xn->addr.devs, index, xd) {
		addr = xaddr_select_elsewhere(xd, scope);
		if (addr)
			return addr;
	}
	return 0;
}

/**
 * xinet_addr_onlink - is an address in a subnet of a device?
 * @xn: state of the namespace
 * @dev: the device
 * @addr: network byte order
 *
 * Context: RCU read lock or RTNL.
 * Return: true if it is.
 */
bool xinet_addr_onlink(struct xinet_net *xn, const struct net_device *dev,
		       __be32 addr)
{
	struct xin_device *xd = xin_device_get(&xn->addr, dev->ifindex);
	const struct xin_ifaddr *ifa;

	if (!xd)
		return false;
	list_for_each_entry_rcu(ifa, &xd->addrs, node, lockdep_rtnl_is_held())
		if (!((ifa->peer ^ addr) & xaddr_ifa_mask(ifa)))
			return true;
	return false;
}

/**
 * xinet_addr_same_net - have two addresses a subnet of a device in common?
 * @xn: state of the namespace
 * @dev: the device
 * @a: network byte order
 * @b: network byte order
 *
 * Context: RCU read lock or RTNL.
 * Return: true if they have.
 */
bool xinet_addr_same_net(struct xinet_net *xn, const struct net_device *dev,
			 __be32 a, __be32 b)
{
	struct xin_device *xd = xin_device_get(&xn->addr, dev->ifindex);
	const struct xin_ifaddr *ifa;

	if (!xd)
		return false;
	list_for_each_entry_rcu(ifa, &xd->addrs, node, lockdep_rtnl_is_held())
		if (!(((ifa->peer ^ a) | (ifa->peer ^ b)) &
		      xaddr_ifa_mask(ifa)))
			return true;
	return false;
}

/**
 * xinet_addr_dev - the device that has a local address
 * @xn: state of the namespace
 * @addr: network byte order
 *
 * Walks all devices: not for the path of every packet.
 *
 * Context: RCU read lock or RTNL.
 * Return: the device, valid in that section, or NULL.
 */
struct net_device *xinet_addr_dev(struct xinet_net *xn, __be32 addr)
{
	const struct xin_ifaddr *ifa;
	struct xin_device *xd;
	unsigned long index;

	xa_for_each(&xn->addr.devs, index, xd)
		list_for_each_entry_rcu(ifa, &xd->addrs, node,
					lockdep_rtnl_is_held())
			if (ifa->local == addr)
				return xd->dev;
	return NULL;
}

/**
 * xaddr_may_defend - has an address been left undefended for long enough?
 * @xn: state of the namespace
 * @addr: a local address, network byte order
 *
 * RFC 5227 section 2.4 (c): two hosts that both insist on an address must not
 * shout at each other more often than every 10 seconds.
 *
 * Context: RCU read lock.
 * Return: true if so; the time is taken down.
 */
bool xaddr_may_defend(struct xinet_net *xn, __be32 addr)
{
	unsigned long now = jiffies | 1, last;
	struct xaddr_hnode *h;

	hlist_for_each_entry_rcu(h, &xn->addr.hash[xaddr_hashfn(&xn->addr, addr)],
				 node) {
		if (h->addr != addr || h->type != RTN_LOCAL)
			continue;
		last = READ_ONCE(h->defended);
		return (!last || time_after(now, last + XADDR_DEFEND_INTERVAL)) &&
		       cmpxchg(&h->defended, last, now) == last;
	}
	return false;
}
