// SPDX-License-Identifier: GPL-2.0
/*
 * What happens to a device, and what that means for its neighbours.
 *
 * In: netdevice notifications, under RTNL. Out: entries purged.
 *
 *	down, unregistered, moved to	all entries go
 *	another namespace, other type
 *	own address changed, ARP	all but PERMANENT go; the headers of those
 *	switched on or off		follow
 *	carrier lost			all but PERMANENT go
 *
 * The address room announces our addresses on the same occasions
 * (route/devices.c).
 */
#include "xneigh.h"

static void xneigh_dev_change(struct xinet_net *xn, struct net_device *dev,
			      const struct netdev_notifier_change_info *info)
{
	if ((info->flags_changed & IFF_NOARP) || !netif_carrier_ok(dev))
		xneigh_purge(xn->neigh.table, dev, true);
}

static int xneigh_dev_event(struct notifier_block *nb, unsigned long event,
			    void *ptr)
{
	struct net_device *dev = netdev_notifier_info_to_dev(ptr);
	struct xinet_net *xn = xinet_pernet(dev_net(dev));

	switch (event) {
	case NETDEV_DOWN:
	case NETDEV_UNREGISTER:
	case NETDEV_PRE_TYPE_CHANGE:
		xneigh_purge(xn->neigh.table, dev, false);
		break;
	case NETDEV_CHANGEADDR:
		xneigh_purge(xn->neigh.table, dev, true);
		break;
	case NETDEV_CHANGE:
		xneigh_dev_change(xn, dev, ptr);
		break;
	}
	return NOTIFY_DONE;
}

static struct notifier_block xneigh_dev_notifier = {
	.notifier_call = xneigh_dev_event,
};

/**
 * xneigh_dev_init - hear of devices
 *
 * Context: process, with the pernet operations registered: devices that exist
 * are told of at once.
 * Return: 0 or a negative errno.
 */
int xneigh_dev_init(void)
{
	return register_netdevice_notifier(&xneigh_dev_notifier);
}

/**
 * xneigh_dev_exit - hear no more of them
 *
 * Context: process, with the pernet operations still registered: all devices
 * are reported as gone.
 */
void xneigh_dev_exit(void)
{
	unregister_netdevice_notifier(&xneigh_dev_notifier);
}
