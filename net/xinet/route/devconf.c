// SPDX-License-Identifier: GPL-2.0
/*
 * Settings of devices.
 *
 * In: changes from generic netlink, under RTNL; questions of the data path,
 * under the RCU read lock. Out: the value that holds for a device. They lie in
 * struct xin_device, so they keep with a device that is renamed, and go when it
 * does, when it leaves the namespace, or when the family cannot run over it any
 * more.
 */
#include <net/xinet/ip.h>
#include "devconf_rule.h"
#include "route_room.h"

/* What a packet's way depends on: lookups must leave their short way. */
#define XCONF_ODD	(BIT(XCONF_FORWARDING) | BIT(XCONF_RP_FILTER))

static int xconf_all(const struct xinet_net *xn, enum xconf_key key)
{
	const struct xinet_sysctl *sc = &xn->sysctl;

	switch (key) {
	case XCONF_FORWARDING:
		return READ_ONCE(sc->forwarding);
	case XCONF_RP_FILTER:
		return READ_ONCE(sc->rp_filter);
	case XCONF_ACCEPT_REDIRECTS:
		return READ_ONCE(sc->accept_redirects);
	default:
		return READ_ONCE(sc->send_redirects);
	}
}

static u8 xconf_raw(const struct xin_device *xd, enum xconf_key key)
{
	return xd ? READ_ONCE(xd->conf.own[key]) : 0;
}

/**
 * xconf_get - the value that holds for a device
 * @xn: state of the namespace
 * @dev: the device, in that namespace
 * @key: of which setting
 *
 * Context: RCU read lock or RTNL.
 * Return: the value, 0 to 2.
 */
int xconf_get(struct xinet_net *xn, const struct net_device *dev,
	      enum xconf_key key)
{
	const struct xin_device *xd = xin_device_get(&xn->addr, dev->ifindex);
	bool router = false;

	if (key == XCONF_ACCEPT_REDIRECTS)
		router = xconf_rule(XCONF_FORWARDING,
				    xconf_all(xn, XCONF_FORWARDING),
				    xconf_raw(xd, XCONF_FORWARDING), false);
	return xconf_rule(key, xconf_all(xn, key), xconf_raw(xd, key), router);
}

/**
 * xconf_own - a device's own value
 * @xn: state of the namespace
 * @dev: the device, in that namespace
 * @key: of which setting
 *
 * Context: RCU read lock or RTNL.
 * Return: the value, or -1 if it has none and follows the namespace.
 */
int xconf_own(struct xinet_net *xn, const struct net_device *dev,
	      enum xconf_key key)
{
	return xconf_raw(xin_device_get(&xn->addr, dev->ifindex), key) - 1;
}

static bool xconf_odd(const struct xconf *conf)
{
	unsigned int key;

	for (key = 0; key < __XCONF_KEYS; key++)
		if (XCONF_ODD & BIT(key) && conf->own[key])
			return true;
	return false;
}

static void xconf_write(struct xinet_net *xn, struct xin_device *xd,
			const struct xconf_change *change)
{
	bool before = xconf_odd(&xd->conf);
	unsigned int key;

	/* lookups look at devices before they need to, and stop after */
	if (!before && xconf_odd(&change->to))
		atomic_inc(&xn->rt_odd);
	for (key = 0; key < __XCONF_KEYS; key++)
		if (change->mask & BIT(key))
			WRITE_ONCE(xd->conf.own[key], change->to.own[key]);
	if (before && !xconf_odd(&xd->conf))
		atomic_dec(&xn->rt_odd);
}

/**
 * xconf_set - change settings of a device
 * @xn: state of the namespace
 * @dev: the device, in that namespace
 * @change: what; values outside of @mask are 0
 * @extack: filled with the reason of a refusal
 *
 * Context: RTNL; may sleep.
 * Return: 0; -EINVAL or -EOPNOTSUPP for a device that the family cannot run
 * over, -ENODEV for one that is leaving, -ENOMEM. Then nothing has changed.
 */
int xconf_set(struct xinet_net *xn, struct net_device *dev,
	      const struct xconf_change *change,
	      struct netlink_ext_ack *extack)
{
	struct xin_device *xd;

	ASSERT_RTNL();
	if (dev->mtu < XIP_MIN_MTU) {
		NL_SET_ERR_MSG(extack, "Device MTU is below 68");
		return -EINVAL;
	}
	xd = xin_device_make(xn, dev, extack);
	if (IS_ERR(xd))
		return PTR_ERR(xd);
	xconf_write(xn, xd, change);
	return 0;
}

/**
 * xconf_forget - a device goes, and its settings with it
 * @xn: state of the namespace
 * @xd: the device
 *
 * Context: RTNL.
 */
void xconf_forget(struct xinet_net *xn, struct xin_device *xd)
{
	static const struct xconf_change none = {
		.mask = BIT(__XCONF_KEYS) - 1,
	};

	xconf_write(xn, xd, &none);
}
