// SPDX-License-Identifier: GPL-2.0
/*
 * Devices: what the family keeps of each, and what it does as they change.
 *
 * In: the netdevice notifier, under RTNL; it also runs for every device that
 * is there when the module comes and once more when it goes. Out: addresses,
 * routes and exceptions follow the device, and the route generation is bumped
 * before the core waits for the readers that may still use the device.
 */
#include <linux/if_arp.h>
#include <linux/if_ether.h>
#include <linux/random.h>
#include <linux/rculist.h>
#include <linux/slab.h>
#include <net/xinet/ip.h>
#include "route_room.h"

/**
 * xin_device_supported - can the family run over a device?
 * @dev: the device
 * @extack: filled with the reason if not; may be NULL
 *
 * VRF devices pass only the EtherTypes of IPv4 and IPv6, and routing by VRF is
 * not there, so neither they nor their ports can serve.
 *
 * Context: RTNL or RCU read lock.
 * Return: true if it can.
 */
bool xin_device_supported(const struct net_device *dev,
			  struct netlink_ext_ack *extack)
{
	if (netif_is_l3_master(dev) || netif_is_l3_slave(dev)) {
		NL_SET_ERR_MSG(extack,
			       "VRF devices and their ports are not supported");
		return false;
	}
	if (dev->type != ARPHRD_ETHER && dev->type != ARPHRD_LOOPBACK) {
		NL_SET_ERR_MSG(extack,
			       "Only Ethernet and loopback devices are supported");
		return false;
	}
	if (dev->addr_len != ETH_ALEN) {
		NL_SET_ERR_MSG(extack,
			       "Device has no 6-byte link-layer address");
		return false;
	}
	return true;
}

/**
 * xin_device_make - what the family keeps of a device, made at first use
 * @xn: state of the namespace
 * @dev: the device
 * @extack: filled with the reason of a refusal; may be NULL
 *
 * Context: RTNL; may sleep.
 * Return: the device's state or an ERR_PTR: -EOPNOTSUPP, -ENOMEM, -ENODEV
 * while the device is leaving.
 */
struct xin_device *xin_device_make(struct xinet_net *xn,
				   struct net_device *dev,
				   struct netlink_ext_ack *extack)
{
	struct xin_device *xd = xin_device_get(&xn->addr, dev->ifindex);
	int err;

	ASSERT_RTNL();
	if (xd)
		return xd;
	if (!xin_device_supported(dev, extack))
		return ERR_PTR(-EOPNOTSUPP);
	if (dev->reg_state != NETREG_REGISTERED) {
		NL_SET_ERR_MSG(extack, "Device is going away");
		return ERR_PTR(-ENODEV);
	}
	xd = kzalloc(sizeof(*xd), GFP_KERNEL_ACCOUNT);
	if (!xd)
		return ERR_PTR(-ENOMEM);
	xd->dev = dev;
	INIT_LIST_HEAD(&xd->addrs);
	INIT_LIST_HEAD(&xd->nexthops);
	err = xmc_dev_init(xn, xd);
	if (err) {
		kfree(xd);
		return ERR_PTR(err);
	}
	err = xa_err(xa_store(&xn->addr.devs, dev->ifindex, xd,
			      GFP_KERNEL_ACCOUNT));
	if (err) {
		xmc_dev_gone(xd);
		kfree(xd);
		return ERR_PTR(err);
	}
	netdev_hold(dev, &xd->tracker, GFP_KERNEL);
	return xd;
}

static void xin_device_destroy(struct xinet_net *xn, struct xin_device *xd)
{
	xfib_flush(xn, xfib_sync_down_dev(xd, true));
	xaddr_remove_all(xn, xd);
	xrt_exc_flush_dev(xn, xd->dev->ifindex);
	xmc_dev_gone(xd);
	xconf_forget(xn, xd);
	xa_erase(&xn->addr.devs, xd->dev->ifindex);
	xroute_genid_bump(xn);
	netdev_put(xd->dev, &xd->tracker);
	kfree_rcu(xd, rcu);
}

static void xin_device_up(struct xinet_net *xn, struct net_device *dev)
{
	struct xin_device *xd;
	struct xin_ifaddr *ifa;

	if (dev->mtu < XIP_MIN_MTU)
		return;
	if (dev->flags & IFF_LOOPBACK)
		xaddr_add_loopback(xn, dev);
	xd = xin_device_get(&xn->addr, dev->ifindex);
	if (!xd)
		return;
	list_for_each_entry(ifa, &xd->addrs, node)
		if (xaddr_link_up(xn, ifa, NULL))
			net_warn_ratelimited("xinet: %s: no route to %pI4/%u\n",
					     dev->name, &ifa->peer,
					     ifa->prefixlen);
	xmc_dev_up(xd);
	xfib_sync_up_dev(xd);
	xaddr_announce_all(xn, xd);
}

static void xin_device_down(struct xinet_net *xn, struct xin_device *xd)
{
	struct xin_ifaddr *ifa;

	xfib_flush(xn, xfib_sync_down_dev(xd, false));
	list_for_each_entry(ifa, &xd->addrs, node)
		xaddr_link_down(xn, ifa);
	xmc_dev_down(xd);
	xrt_exc_flush_dev(xn, xd->dev->ifindex);
	xroute_genid_bump(xn);
}

static void xin_device_changed(struct xinet_net *xn, struct xin_device *xd,
			       unsigned long event)
{
	switch (event) {
	case NETDEV_DOWN:
		xin_device_down(xn, xd);
		break;
	case NETDEV_UNREGISTER:
		xin_device_destroy(xn, xd);
		break;
	case NETDEV_CHANGE:
		xfib_sync_link(xd);
		/* the link may be another one than it was before it went down */
		if (netif_carrier_ok(xd->dev))
			xaddr_announce_all(xn, xd);
		break;
	case NETDEV_CHANGEMTU:
		if (xd->dev->mtu < XIP_MIN_MTU) {
			xin_device_destroy(xn, xd);
			break;
		}
		xfib_sync_mtu(xd);
		xroute_genid_bump(xn);
		break;
	case NETDEV_CHANGEADDR:
		xroute_genid_bump(xn);
		fallthrough;
	case NETDEV_NOTIFY_PEERS:
		xaddr_announce_all(xn, xd);
		break;
	case NETDEV_PRE_TYPE_CHANGE:
		/* the address of a group is another one on other links */
		xmc_dev_down(xd);
		break;
	case NETDEV_CHANGEUPPER:
	case NETDEV_POST_TYPE_CHANGE:
		if (!xin_device_supported(xd->dev, NULL))
			xin_device_destroy(xn, xd);
		else if (xd->dev->flags & IFF_UP)
			xmc_dev_up(xd);
		break;
	}
}

/* An answer can name a device without an address: by its index alone. */
static bool xin_device_outdates_routes(unsigned long event)
{
	switch (event) {
	case NETDEV_DOWN:
	case NETDEV_UNREGISTER:
	case NETDEV_CHANGEMTU:
	case NETDEV_POST_TYPE_CHANGE:
		return true;
	default:
		return false;
	}
}

static int xin_device_event(struct notifier_block *nb, unsigned long event,
			    void *ptr)
{
	struct net_device *dev = netdev_notifier_info_to_dev(ptr);
	struct xinet_net *xn = xinet_pernet(dev_net(dev));
	struct xin_device *xd;

	if (event == NETDEV_UP) {
		xin_device_up(xn, dev);
		return NOTIFY_DONE;
	}
	xd = xin_device_get(&xn->addr, dev->ifindex);
	if (xd && xd->dev == dev)
		xin_device_changed(xn, xd, event);
	else if (xin_device_outdates_routes(event))
		xroute_genid_bump(xn);
	if (event == NETDEV_DOWN)
		xnat_masq_check(xn);
	return NOTIFY_DONE;
}

static struct notifier_block xin_device_notifier = {
	.notifier_call = xin_device_event,
};

/**
 * xaddr_init - begin to follow devices
 *
 * Runs the notifier for every device that exists: the namespaces' state and
 * the route room must be ready, and lo gets 127.0.0.1/8 where it is up.
 *
 * Context: module load, after register_pernet_subsys() and xroute_init().
 * Return: 0 or a negative errno.
 */
int xaddr_init(void)
{
	return register_netdevice_notifier(&xin_device_notifier);
}

/**
 * xaddr_exit - let go of every device
 *
 * The core runs the notifier once more as if each device went down and away,
 * which leaves no address and no next hop.
 *
 * Context: module unload, before unregister_pernet_subsys().
 */
void xaddr_exit(void)
{
	unregister_netdevice_notifier(&xin_device_notifier);
}

/**
 * xaddr_net_init - addresses of a new namespace
 * @xn: its state, zeroed
 *
 * Context: pernet init; may sleep.
 * Return: 0 or -ENOMEM.
 */
int xaddr_net_init(struct xinet_net *xn)
{
	struct xaddr_net *an = &xn->addr;

	an->hash = kcalloc(1U << XADDR_HASH_BITS, sizeof(*an->hash),
			   GFP_KERNEL_ACCOUNT);
	if (!an->hash)
		return -ENOMEM;
	an->hash_mix = get_random_u32();
	an->seq = 1;
	INIT_HLIST_HEAD(&an->prefixes);
	xa_init(&an->devs);
	return 0;
}

/**
 * xaddr_net_exit - the end of a namespace
 * @xn: its state
 *
 * Its devices have unregistered before, and their addresses went with them.
 *
 * Context: pernet exit, after a grace period; does not need RTNL.
 */
void xaddr_net_exit(struct xinet_net *xn)
{
	WARN_ON_ONCE(xn->addr.count);
	WARN_ON_ONCE(!xa_empty(&xn->addr.devs));
	xa_destroy(&xn->addr.devs);
	kfree(xn->addr.hash);
	xn->addr.hash = NULL;
}
