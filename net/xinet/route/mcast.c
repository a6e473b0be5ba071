// SPDX-License-Identifier: GPL-2.0
/*
 * Groups that devices have joined (RFC 1112, the host's side of it without
 * IGMP).
 *
 * In: sockets that join and leave, and devices that come, change and go, all
 * under RTNL. Out: the device's own filter, and a hash that the receive path
 * asks under RCU whether a datagram to a group is wanted on a device.
 *
 * A group lives as long as somebody uses it. When its device goes, it leaves
 * hash and filter at once and only waits for its sockets to let go of it: they
 * do not follow a device into another namespace.
 */
#include <linux/atomic.h>
#include <linux/hash.h>
#include <linux/in.h>
#include <linux/moduleparam.h>
#include <linux/netdevice.h>
#include <linux/random.h>
#include <linux/rculist.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <net/ip.h>
#include <net/xinet/ip.h>
#include "route_room.h"

/* Host-wide: an owner of many namespaces is bounded as well. */
static unsigned int xmc_host_max = 262144;
module_param_named(memberships_max, xmc_host_max, uint, 0644);
MODULE_PARM_DESC(memberships_max, "Most multicast memberships on the host, all namespaces");
static atomic_t xmc_host_count = ATOMIC_INIT(0);

static struct hlist_head *xmc_bucket(const struct xmc_net *mn, int ifindex,
				     __be32 group)
{
	u32 key = (__force u32)group ^ mn->mix;

	return &mn->hash[hash_32(hash_32(key, 32) ^ ifindex, XMC_HASH_BITS)];
}

static struct xmc_group *xmc_find(const struct xinet_net *xn, int ifindex,
				  __be32 group)
{
	struct xmc_group *g;

	hlist_for_each_entry_rcu(g, xmc_bucket(&xn->mcast, ifindex, group),
				 node, lockdep_rtnl_is_held())
		if (g->addr == group && g->ifindex == ifindex)
			return g;
	return NULL;
}

/**
 * xmc_joined - is a group wanted on a device?
 * @xn: state of the namespace
 * @ifindex: the device
 * @group: network byte order
 *
 * RFC 1112 section 7.2: every host is a member of 224.0.0.1.
 *
 * Context: RCU read lock.
 * Return: true if so.
 */
bool xmc_joined(const struct xinet_net *xn, int ifindex, __be32 group)
{
	return group == htonl(INADDR_ALLHOSTS_GROUP) ||
	       xmc_find(xn, ifindex, group);
}

/* The filter holds a group while the device is up, as it does for IPv4's. */
static void xmc_load(struct xmc_group *g)
{
	u8 mac[MAX_ADDR_LEN];

	if (g->loaded)
		return;
	ip_eth_mc_map(g->addr, mac);
	g->loaded = !dev_mc_add(g->dev, mac);
}

static void xmc_unload(struct xmc_group *g)
{
	u8 mac[MAX_ADDR_LEN];

	if (!g->loaded)
		return;
	ip_eth_mc_map(g->addr, mac);
	dev_mc_del(g->dev, mac);
	g->loaded = false;
}

static struct xmc_group *xmc_group_make(struct xinet_net *xn,
					struct xin_device *xd, __be32 group)
{
	struct xmc_group *g = kzalloc(sizeof(*g), GFP_KERNEL_ACCOUNT);

	if (!g)
		return NULL;
	g->dev = xd->dev;
	g->addr = group;
	g->ifindex = xd->dev->ifindex;
	list_add_tail(&g->on_dev, &xd->groups);
	hlist_add_head_rcu(&g->node,
			   xmc_bucket(&xn->mcast, g->ifindex, group));
	if (g->dev->flags & IFF_UP)
		xmc_load(g);
	return g;
}

/* No longer wanted on the device; a user may still hold it. */
static void xmc_group_unlink(struct xmc_group *g)
{
	xmc_unload(g);
	hlist_del_rcu(&g->node);
	list_del(&g->on_dev);
	g->dev = NULL;
}

static void xmc_group_put(struct xmc_group *g)
{
	WRITE_ONCE(g->users, g->users - 1);
	if (g->users)
		return;
	if (g->dev)
		xmc_group_unlink(g);
	kfree_rcu(g, rcu);
}

static int xmc_charge(struct xinet_net *xn)
{
	if (xn->mcast.count >= READ_ONCE(xn->sysctl.mcast_max))
		return -ENOBUFS;
	if ((unsigned int)atomic_inc_return(&xmc_host_count) >
	    READ_ONCE(xmc_host_max)) {
		atomic_dec(&xmc_host_count);
		return -ENOBUFS;
	}
	xn->mcast.count++;
	return 0;
}

static void xmc_uncharge(struct xinet_net *xn)
{
	xn->mcast.count--;
	atomic_dec(&xmc_host_count);
}

/**
 * xmc_join - a socket wants a group on a device
 * @xn: state of the namespace
 * @dev: the device
 * @group: a multicast address, network byte order
 *
 * Context: RTNL; may sleep.
 * Return: the group, to be given back by xmc_leave(); or an ERR_PTR: -ENODEV
 * for a device the family cannot use, -ENOBUFS where the namespace or the host
 * has too many memberships, -ENOMEM.
 */
struct xmc_group *xmc_join(struct xinet_net *xn, struct net_device *dev,
			   __be32 group)
{
	struct xin_device *xd;
	struct xmc_group *g;
	int err;

	ASSERT_RTNL();
	if (dev->mtu < XIP_MIN_MTU)
		return ERR_PTR(-ENODEV);
	xd = xin_device_make(xn, dev, NULL);
	if (IS_ERR(xd))
		return PTR_ERR(xd) == -ENOMEM ? ERR_CAST(xd) :
						ERR_PTR(-ENODEV);
	err = xmc_charge(xn);
	if (err)
		return ERR_PTR(err);
	g = xmc_find(xn, dev->ifindex, group);
	if (!g)
		g = xmc_group_make(xn, xd, group);
	if (!g) {
		xmc_uncharge(xn);
		return ERR_PTR(-ENOMEM);
	}
	WRITE_ONCE(g->users, g->users + 1);
	return g;
}

/**
 * xmc_leave - a socket wants a group no more
 * @xn: state of the namespace
 * @g: what xmc_join() gave; not to be used again
 *
 * Context: RTNL.
 */
void xmc_leave(struct xinet_net *xn, struct xmc_group *g)
{
	ASSERT_RTNL();
	xmc_uncharge(xn);
	xmc_group_put(g);
}

/**
 * xmc_dev_init - a device begins: it joins 224.0.0.1
 * @xn: state of the namespace
 * @xd: the device, nobody else knows it yet
 *
 * Context: RTNL; may sleep.
 * Return: 0 or -ENOMEM.
 */
int xmc_dev_init(struct xinet_net *xn, struct xin_device *xd)
{
	struct xmc_group *g;

	INIT_LIST_HEAD(&xd->groups);
	g = xmc_group_make(xn, xd, htonl(INADDR_ALLHOSTS_GROUP));
	if (!g)
		return -ENOMEM;
	g->users = 1;
	return 0;
}

/**
 * xmc_dev_up - the device's filter gets all groups
 * @xd: the device, which is up
 *
 * Context: RTNL.
 */
void xmc_dev_up(struct xin_device *xd)
{
	struct xmc_group *g;

	list_for_each_entry(g, &xd->groups, on_dev)
		xmc_load(g);
}

/**
 * xmc_dev_down - the device's filter gets rid of all groups
 * @xd: the device; it stays a member
 *
 * Context: RTNL.
 */
void xmc_dev_down(struct xin_device *xd)
{
	struct xmc_group *g;

	list_for_each_entry(g, &xd->groups, on_dev)
		xmc_unload(g);
}

/**
 * xmc_dev_gone - a device ends for this namespace, and its memberships with it
 * @xd: the device
 *
 * Sockets keep what they joined, without effect, until they leave or close.
 *
 * Context: RTNL.
 */
void xmc_dev_gone(struct xin_device *xd)
{
	struct xmc_group *g, *next;

	list_for_each_entry_safe(g, next, &xd->groups, on_dev) {
		xmc_group_unlink(g);
		if (g->addr == htonl(INADDR_ALLHOSTS_GROUP))
			xmc_group_put(g);
	}
}

/**
 * xmc_net_init - groups of a new namespace
 * @xn: its state, zeroed
 *
 * Context: pernet init; may sleep.
 * Return: 0 or -ENOMEM.
 */
int xmc_net_init(struct xinet_net *xn)
{
	xn->mcast.mix = get_random_u32();
	xn->mcast.hash = kcalloc(1U << XMC_HASH_BITS, sizeof(*xn->mcast.hash),
				 GFP_KERNEL_ACCOUNT);
	return xn->mcast.hash ? 0 : -ENOMEM;
}

/**
 * xmc_net_exit - the end of a namespace
 * @xn: its state; sockets hold their namespace, so none is left
 *
 * Context: pernet exit, after a grace period.
 */
void xmc_net_exit(struct xinet_net *xn)
{
	WARN_ON_ONCE(xn->mcast.count);
	kfree(xn->mcast.hash);
}
