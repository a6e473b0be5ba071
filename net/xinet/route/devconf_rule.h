/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How a device's setting and its namespace's make one.
 *
 * In: both values. Out: the one that holds, as IPv4 combines those of a device
 * with conf/all. Pure: numbers in, numbers out; also built in userspace.
 */
#ifndef _XINET_ROUTE_DEVCONF_RULE_H
#define _XINET_ROUTE_DEVCONF_RULE_H

#include <net/xinet/devconf.h>

/**
 * xconf_rule - the value that holds for a device
 * @key: of which setting
 * @all: the namespace's
 * @own: the device's and 1, or 0 where it has none
 * @router: packets that come by the device are forwarded; XCONF_ACCEPT_REDIRECTS
 *	asks for it alone
 *
 * A device can ask for more source validation than its namespace, not for
 * less. Redirects are sent where either says so; a host heeds them where either
 * says so, a router only where both do. Forwarding is the device's affair
 * alone.
 *
 * Return: the value.
 */
static inline int xconf_rule(enum xconf_key key, int all, u8 own, bool router)
{
	int dev = own ? own - 1 : all;

	switch (key) {
	case XCONF_RP_FILTER:
		return dev > all ? dev : all;
	case XCONF_ACCEPT_REDIRECTS:
		return router ? all && dev : all || dev;
	case XCONF_SEND_REDIRECTS:
		return all || dev;
	default:
		return dev;
	}
}

#endif /* _XINET_ROUTE_DEVCONF_RULE_H */
