// SPDX-License-Identifier: GPL-2.0
/*
 * Settings of devices: link-set, link-get, link-event.
 *
 * In: requests, from the generic netlink core. Out: changes, made under RTNL by
 * route/devconf.c; answers, read under RCU; and to the group "link" what a
 * device has after each change.
 */
#include <linux/rtnetlink.h>
#include <net/sock.h>
#include <net/xinet/devconf.h>
#include "../compat/genetlink.h"
#include "genl.h"

/* Name and index, two nests of four bytes each, and the headers. */
#define XNL_LINK_SIZE	256

static_assert(XINET_A_LINK_CONF_MAX == (int)__XCONF_KEYS);
static_assert(BIT(XCONF_FORWARDING) == XINET_LINK_KEY_FORWARDING);
static_assert(BIT(XCONF_RP_FILTER) == XINET_LINK_KEY_RP_FILTER);
static_assert(BIT(XCONF_ACCEPT_REDIRECTS) == XINET_LINK_KEY_ACCEPT_REDIRECTS);
static_assert(BIT(XCONF_SEND_REDIRECTS) == XINET_LINK_KEY_SEND_REDIRECTS);

/* What the device has of its own, or with @own false what holds for it. */
static int xnl_link_put_conf(struct sk_buff *skb, struct xinet_net *xn,
			     const struct net_device *dev, bool own)
{
	struct nlattr *nest = nla_nest_start(skb, own ? XINET_A_LINK_OWN :
							XINET_A_LINK_EFFECTIVE);
	unsigned int key;
	int value;

	if (!nest)
		return -EMSGSIZE;
	for (key = 0; key < __XCONF_KEYS; key++) {
		value = own ? xconf_own(xn, dev, key) : xconf_get(xn, dev, key);
		if (value >= 0 &&
		    nla_put_u8(skb, XINET_A_LINK_CONF_FORWARDING + key, value))
			return -EMSGSIZE;
	}
	nla_nest_end(skb, nest);
	return 0;
}

static int xnl_link_put(struct sk_buff *skb, struct xinet_net *xn,
			const struct net_device *dev)
{
	if (nla_put_u32(skb, XINET_A_LINK_IFINDEX, dev->ifindex) ||
	    nla_put_string(skb, XINET_A_LINK_IFNAME, dev->name))
		return -EMSGSIZE;
	return xnl_link_put_conf(skb, xn, dev, true) ?:
	       xnl_link_put_conf(skb, xn, dev, false);
}

static void xnl_link_notify(struct xinet_net *xn, const struct net_device *dev)
{
	struct sk_buff *skb;
	void *hdr;

	if (genl_has_listeners(&xnl_family, xn->net, XINET_NLGRP_LINK) <= 0)
		return;
	skb = genlmsg_new(XNL_LINK_SIZE, GFP_KERNEL);
	if (!skb)
		goto lost;
	hdr = genlmsg_put(skb, 0, 0, &xnl_family, 0, XINET_CMD_LINK_EVENT);
	if (!hdr || xnl_link_put(skb, xn, dev)) {
		nlmsg_free(skb);
		goto lost;
	}
	genlmsg_end(skb, hdr);
	genlmsg_multicast_netns(&xnl_family, xn->net, skb, 0, XINET_NLGRP_LINK,
				GFP_KERNEL);
	return;
lost:
	genl_set_err(&xnl_family, xn->net, 0, XINET_NLGRP_LINK, -ENOBUFS);
}

static int xnl_link_index(struct genl_info *info, int *ifindex)
{
	const struct nlattr *attr = info->attrs[XINET_A_LINK_IFINDEX];

	if (!attr) {
		NL_SET_ERR_MSG(info->extack, "No device in the request");
		return -EINVAL;
	}
	/* an index beyond those of devices is that of none */
	*ifindex = nla_get_u32(attr);
	return 0;
}

static int xnl_link_no_device(struct genl_info *info)
{
	NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[XINET_A_LINK_IFINDEX],
			    "Device not found");
	return -ENODEV;
}

static int xnl_link_parse(struct genl_info *info, struct xconf_change *change)
{
	struct nlattr *tb[XINET_A_LINK_CONF_MAX + 1] = { };
	struct nlattr *own = info->attrs[XINET_A_LINK_OWN];
	struct nlattr *inherit = info->attrs[XINET_A_LINK_INHERIT];
	unsigned int key;
	int err = 0;

	*change = (struct xconf_change) { };
	if (inherit)
		change->mask = nla_get_u32(inherit);
	if (own)
		err = nla_parse_nested(tb, XINET_A_LINK_CONF_MAX, own,
				       xinet_link_conf_nl_policy,
				       info->extack);
	for (key = 0; !err && key < __XCONF_KEYS; key++) {
		const struct nlattr *attr =
			tb[XINET_A_LINK_CONF_FORWARDING + key];

		if (!attr)
			continue;
		if (change->mask & BIT(key)) {
			NL_SET_ERR_MSG_ATTR(info->extack, attr,
					    "Setting is given and inherited at once");
			err = -EINVAL;
		}
		change->mask |= BIT(key);
		change->to.own[key] = nla_get_u8(attr) + 1;
	}
	if (!err && !change->mask) {
		NL_SET_ERR_MSG(info->extack, "No setting in the request");
		err = -EINVAL;
	}
	return err;
}

/**
 * xinet_nl_link_set_doit - change settings of a device
 * @skb: the request
 * @info: and what the core knows of it
 *
 * Context: process.
 * Return: 0 or a negative errno, the reason in extack.
 */
int xinet_nl_link_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct xinet_net *xn = xnl_genl_pernet(info);
	struct xconf_change change;
	struct net_device *dev;
	int ifindex, err;

	err = xnl_link_index(info, &ifindex) ?: xnl_link_parse(info, &change);
	if (err)
		return err;
	/* events come in the order of the changes */
	rtnl_lock();
	dev = __dev_get_by_index(xn->net, ifindex);
	err = dev ? xconf_set(xn, dev, &change, info->extack) :
		    xnl_link_no_device(info);
	if (!err)
		xnl_link_notify(xn, dev);
	rtnl_unlock();
	return err;
}

/**
 * xinet_nl_link_get_doit - show the settings of a device
 * @skb: the request
 * @info: and what the core knows of it
 *
 * Context: process.
 * Return: 0 or a negative errno, the reason in extack.
 */
int xinet_nl_link_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct xinet_net *xn = xnl_genl_pernet(info);
	struct net_device *dev;
	struct sk_buff *reply;
	int ifindex, err;
	void *hdr;

	err = xnl_link_index(info, &ifindex);
	if (err)
		return err;
	reply = xnl_reply_begin(info, &hdr);
	if (!reply)
		return -ENOMEM;
	rcu_read_lock();
	dev = dev_get_by_index_rcu(xn->net, ifindex);
	err = dev ? xnl_link_put(reply, xn, dev) : xnl_link_no_device(info);
	rcu_read_unlock();
	return xnl_reply_end(reply, hdr, info, err);
}

static int xnl_link_dump_one(struct sk_buff *skb, struct netlink_callback *cb,
			     struct xinet_net *xn, const struct net_device *dev)
{
	void *hdr = genlmsg_put(skb, NETLINK_CB(cb->skb).portid,
				cb->nlh->nlmsg_seq, &xnl_family, NLM_F_MULTI,
				XINET_CMD_LINK_GET);

	if (!hdr)
		return -EMSGSIZE;
	if (xnl_link_put(skb, xn, dev)) {
		genlmsg_cancel(skb, hdr);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, hdr);
	return 0;
}

/* Where a dump is, in cb->ctx: devices done. */
struct xnl_link_at {
	unsigned int done;
};

/**
 * xinet_nl_link_get_dumpit - show the settings of all devices
 * @skb: to be filled
 * @cb: the dump
 *
 * Context: process.
 * Return: bytes filled, 0 at the end, or a negative errno.
 */
int xinet_nl_link_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct xinet_net *xn = xinet_pernet(sock_net(cb->skb->sk));
	struct xnl_link_at *at = (struct xnl_link_at *)cb->ctx;
	struct net_device *dev;
	unsigned int n = 0;
	int err = 0;

	if (xinet_genl_dump_attrs(cb)[XINET_A_LINK_IFINDEX]) {
		NL_SET_ERR_MSG(cb->extack, "A dump is of all devices");
		return -EINVAL;
	}
	rcu_read_lock();
	for_each_netdev_rcu(xn->net, dev) {
		if (n++ < at->done)
			continue;
		err = xnl_link_dump_one(skb, cb, xn, dev);
		if (err)
			break;
		at->done++;
	}
	rcu_read_unlock();
	return skb->len ?: err;
}
