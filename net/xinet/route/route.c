// SPDX-License-Identifier: GPL-2.0
/*
 * Route of an outgoing packet.
 *
 * In: a flow, from the transports and from packets routed anew. Out: a struct
 * xroute by value. Under the RCU read lock, in any context; no lock, no
 * reference, no allocation.
 *
 * The common case, a unicast destination with nothing asked for specially, is
 * one probe of the address hash and one walk down the prefix table; all other
 * cases stand in functions of their own behind it.
 */
#include <linux/export.h>
#include <linux/if_arp.h>
#include <linux/in.h>
#include <linux/jhash.h>
#include <linux/random.h>
#include "route_room.h"

static u32 xroute_hash_key __read_mostly;

/* RFC 2992: all packets of a flow take the same one of several next hops. */
static u32 xroute_flow_hash(const struct xflow *fl)
{
	u32 ports = (__force u32)fl->sport << 16 | (__force u32)fl->dport;

	return jhash_3words((__force u32)fl->saddr, (__force u32)fl->daddr,
			    ports ^ fl->proto, xroute_hash_key);
}

/**
 * xroute_resolve - the table's answer with all conditions
 * @xn: state of the namespace
 * @fl: the flow
 * @rt: filled, but for @genid
 *
 * Context: RCU read lock.
 * Return: 0, or an error of xfib_lookup().
 */
int xroute_resolve(struct xinet_net *xn, const struct xflow *fl,
		   struct xroute *rt)
{
	struct xfib_key key = {
		.daddr = fl->daddr,
		.oif = fl->oif,
		.scope = fl->onlink_only ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE,
		.hash = xroute_flow_hash(fl),
	};
	struct xfib_result res;
	int err;

	err = xfib_lookup(xn, &key, &res);
	if (!err)
		xroute_fill_exc(xn, res.nh, fl, rt);
	return err;
}

static u32 xroute_dev_mtu(const struct net_device *dev)
{
	return min_t(u32, READ_ONCE(dev->mtu), XIP_MAX_MTU);
}

/* A destination on the link of @dev, without a look at the table. */
static int xroute_onlink(struct xinet_net *xn, const struct xflow *fl,
			 struct net_device *dev, u8 type, u8 scope,
			 struct xroute *rt)
{
	rt->dev = dev;
	rt->nexthop = fl->daddr;
	rt->saddr = fl->saddr;
	if (!rt->saddr)
		rt->saddr = xinet_select_addr(xn, dev, 0, scope);
	rt->mtu = xroute_dev_mtu(dev);
	rt->type = type;
	rt->flags = 0;
	return 0;
}

static int xroute_local(struct xinet_net *xn, __be32 daddr, __be32 saddr,
			struct xroute *rt)
{
	rt->dev = xn->net->loopback_dev;
	rt->nexthop = daddr;
	rt->saddr = saddr ? saddr : daddr;
	rt->mtu = xroute_dev_mtu(rt->dev);
	rt->type = RTN_LOCAL;
	rt->flags = 0;
	return 0;
}

/* The device that @addr is a broadcast address of. */
static struct net_device *xroute_broadcast_dev(struct xinet_net *xn,
					       __be32 addr, int oif,
					       __be32 *saddr)
{
	const struct xin_ifaddr *ifa;
	struct xin_device *xd;
	unsigned long index;

	xa_for_each(&xn->addr.devs, index, xd) {
		if (oif && oif != index)
			continue;
		list_for_each_entry_rcu(ifa, &xd->addrs, node) {
			if (xaddr_is_broadcast(ifa, addr)) {
				*saddr = ifa->local;
				return xd->dev;
			}
		}
	}
	return NULL;
}

static int xroute_broadcast(struct xinet_net *xn, const struct xflow *fl,
			    struct xroute *rt)
{
	struct net_device *dev;
	__be32 saddr;

	dev = xroute_broadcast_dev(xn, fl->daddr, fl->oif, &saddr);
	if (!dev)
		return -ENETUNREACH;
	xroute_onlink(xn, fl, dev, RTN_BROADCAST, RT_SCOPE_LINK, rt);
	if (!fl->saddr)
		rt->saddr = saddr;
	return 0;
}

static u8 xroute_group_type(__be32 daddr)
{
	return ipv4_is_multicast(daddr) ? RTN_MULTICAST : RTN_BROADCAST;
}

/*
 * RFC 1122 3.3.6 and 3.3.7: limited broadcast and multicast leave by the device
 * asked for, that of the source address, or that of the route.
 */
static int xroute_group(struct xinet_net *xn, const struct xflow *fl,
			struct net_device *dev, struct xroute *rt)
{
	u8 type = xroute_group_type(fl->daddr);
	u8 scope = RT_SCOPE_UNIVERSE;
	int err;

	if (type == RTN_BROADCAST || ipv4_is_local_multicast(fl->daddr))
		scope = RT_SCOPE_LINK;
	if (!dev && fl->saddr)
		dev = xinet_addr_dev(xn, fl->saddr);
	if (dev)
		return xroute_onlink(xn, fl, dev, type, scope, rt);
	err = xroute_resolve(xn, fl, rt);
	if (err)
		return err;
	rt->nexthop = fl->daddr;
	rt->type = type;
	rt->flags &= ~XROUTE_GW;
	return 0;
}

/* Is @addr local as far as a flow bound to @oif may see? */
static bool xroute_is_local(struct xinet_net *xn, const struct xflow *fl,
			    const struct net_device *dev)
{
	if (!dev)
		return xinet_addr_type(xn, fl->daddr) == RTN_LOCAL;
	return xinet_dev_addr_type(xn, dev, fl->daddr) == RTN_LOCAL;
}

static int xroute_output_dev(struct xinet_net *xn, const struct xflow *fl,
			     struct net_device **dev)
{
	*dev = NULL;
	if (!fl->oif)
		return 0;
	*dev = dev_get_by_index_rcu(xn->net, fl->oif);
	if (!*dev)
		return -ENODEV;
	if (!((*dev)->flags & IFF_UP) || !xin_device_supported(*dev, NULL))
		return -ENETUNREACH;
	return 0;
}

/* RFC 1122 3.2.1.3 (g): a loopback address never leaves the host. */
static int xroute_check_loopback(const struct xflow *fl,
				 const struct xroute *rt)
{
	if (!ipv4_is_loopback(fl->saddr) && !ipv4_is_loopback(fl->daddr))
		return 0;
	return rt->dev->flags & IFF_LOOPBACK ? 0 : -EINVAL;
}

static int xroute_output_unicast(struct xinet_net *xn, const struct xflow *fl,
				 struct net_device *dev, struct xroute *rt)
{
	int err;

	if (ipv4_is_zeronet(fl->daddr))
		return -EINVAL;
	err = xroute_resolve(xn, fl, rt);
	/* With a device given and no route, the destination is its neighbour. */
	if (err == -ENETUNREACH && dev)
		return xroute_onlink(xn, fl, dev, RTN_UNICAST, RT_SCOPE_LINK,
				     rt);
	return err;
}

static noinline int xroute_output_slow(struct xinet_net *xn,
				       const struct xflow *fl,
				       struct xroute *rt)
{
	struct net_device *dev;
	int err;

	if (!fl->daddr)
		return xroute_local(xn, fl->saddr ? fl->saddr :
				    htonl(INADDR_LOOPBACK), fl->saddr, rt);
	err = xroute_output_dev(xn, fl, &dev);
	if (err)
		return err;
	if (ipv4_is_lbcast(fl->daddr) || ipv4_is_multicast(fl->daddr))
		err = xroute_group(xn, fl, dev, rt);
	else if (xroute_is_local(xn, fl, dev))
		return xroute_local(xn, fl->daddr, fl->saddr, rt);
	else if (xaddr_hash_type(&xn->addr, fl->daddr) != RTN_BROADCAST ||
		 xroute_broadcast(xn, fl, rt))
		err = xroute_output_unicast(xn, fl, dev, rt);
	return err ? err : xroute_check_loopback(fl, rt);
}

/**
 * xip_route_output - where a packet of this host goes
 * @xn: state of the namespace
 * @fl: the flow
 * @rt: the answer
 *
 * Destination 0.0.0.0 means this host, by 127.0.0.1 or the source: the sender
 * then writes @rt->nexthop into the header. A source that is given is taken as
 * it is: bind has checked it.
 *
 * Context: RCU read lock; any. The answer is good within it.
 * Return: 0; -ENETUNREACH without a route; -EHOSTUNREACH, -EACCES or -EINVAL
 * by a route of type unreachable, prohibit or blackhole; -EINVAL also for a
 * loopback address off lo; -ENODEV for an unknown device.
 */
int xip_route_output(struct xinet_net *xn, const struct xflow *fl,
		     struct xroute *rt)
{
	const struct xfib_nh *nh;

	/* Pairs with the release in xroute_genid_bump(). */
	rt->genid = smp_load_acquire(&xn->rt_genid);
	if (unlikely(fl->oif || fl->onlink_only))
		return xroute_output_slow(xn, fl, rt);
	switch (xaddr_hash_type(&xn->addr, fl->daddr)) {
	case RTN_LOCAL:
		return xroute_local(xn, fl->daddr, fl->saddr, rt);
	case RTN_UNSPEC:
		break;
	default:
		return xroute_output_slow(xn, fl, rt);
	}
	if (unlikely(xroute_special(fl->daddr) ||
		     ipv4_is_loopback(fl->saddr) ||
		     atomic_read(&xn->rt_odd)))
		return xroute_output_slow(xn, fl, rt);
	nh = xroute_direct(xn, fl->daddr);
	if (unlikely(!nh))
		return xroute_resolve(xn, fl, rt);
	xroute_fill(nh, fl->daddr, fl->saddr, rt);
	return 0;
}
EXPORT_SYMBOL_GPL(xip_route_output);

/**
 * xroute_genid_bump - what earlier lookups said may be wrong now
 * @xn: state of the namespace
 *
 * Call it after the change is visible and before anything that went is freed:
 * a reader that meets the new generation meets the new state as well.
 *
 * Context: any.
 */
void xroute_genid_bump(struct xinet_net *xn)
{
	u32 genid;

	spin_lock_bh(&xn->fib.lock);
	genid = xn->rt_genid + 1;
	/* 0 is what an answer that was never asked for holds. */
	smp_store_release(&xn->rt_genid, genid ? genid : 1);
	spin_unlock_bh(&xn->fib.lock);
}

/**
 * xroute_init - the route room, module-wide
 *
 * Context: module load, before register_pernet_subsys().
 * Return: 0 or -ENOMEM.
 */
int xroute_init(void)
{
	int err;

	xroute_hash_key = get_random_u32();
	err = xlpm_mem_init();
	if (err)
		return err;
	err = xfib_info_init();
	if (err)
		xlpm_mem_exit();
	return err;
}

/**
 * xroute_exit - the end of it
 *
 * Context: module unload, after unregister_pernet_subsys().
 */
void xroute_exit(void)
{
	xfib_info_exit();
	xlpm_mem_exit();
}

/**
 * xroute_net_init - routes of a new namespace
 * @xn: its state, zeroed
 *
 * Context: pernet init; before xaddr_net_init() or after it.
 * Return: 0.
 */
int xroute_net_init(struct xinet_net *xn)
{
	spin_lock_init(&xn->fib.lock);
	INIT_LIST_HEAD(&xn->fib.infos);
	xn->fib.seq = 1;
	xn->rt_genid = 1;
	xrt_exc_net_init(xn);
	return 0;
}

/**
 * xroute_net_exit - the end of a namespace
 * @xn: its state
 *
 * The devices have unregistered and no reader is left; what remains are routes
 * without a device.
 *
 * Context: pernet exit, after a grace period; may sleep, does not need RTNL.
 */
void xroute_net_exit(struct xinet_net *xn)
{
	xrt_exc_net_exit(xn);
	xfib_table_destroy(xn);
}
