/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Settings that a device may have of its own, beside the namespace's.
 *
 * Generic netlink writes them under RTNL; the data path asks under RCU. A
 * device that has none follows the namespace, and a namespace without any such
 * device does not even look: those that the way of each packet depends on
 * count in xinet_net.rt_odd.
 */
#ifndef _NET_XINET_DEVCONF_H
#define _NET_XINET_DEVCONF_H

#include <linux/types.h>

struct net_device;
struct netlink_ext_ack;
struct xin_device;
struct xinet_net;

/* In the order of enum xinet_link_key. */
enum xconf_key {
	XCONF_FORWARDING,
	XCONF_RP_FILTER,
	XCONF_ACCEPT_REDIRECTS,
	XCONF_SEND_REDIRECTS,
	__XCONF_KEYS,
};

/**
 * struct xconf - settings of a device
 * @own: by enum xconf_key: the value and 1, or 0 where it follows the namespace
 */
struct xconf {
	u8 own[__XCONF_KEYS];
};

/**
 * struct xconf_change - what to change of them
 * @mask: which, bits of enum xconf_key; the others stay
 * @to: their values, as in struct xconf
 */
struct xconf_change {
	u32 mask;
	struct xconf to;
};

int xconf_get(struct xinet_net *xn, const struct net_device *dev,
	      enum xconf_key key);
int xconf_own(struct xinet_net *xn, const struct net_device *dev,
	      enum xconf_key key);
int xconf_set(struct xinet_net *xn, struct net_device *dev,
	      const struct xconf_change *change,
	      struct netlink_ext_ack *extack);
void xconf_forget(struct xinet_net *xn, struct xin_device *xd);

#endif /* _NET_XINET_DEVCONF_H */
