// SPDX-License-Identifier: GPL-2.0
/*
 * The generic netlink family "xinet": rules, connections, devices' settings.
 *
 * In: requests that the core has checked against the policies made from
 * Documentation/netlink/specs/xinet.yaml, and for CAP_NET_ADMIN in the user
 * namespace that owns the network namespace. Several run at a time: each room
 * has its own lock. Sockets that close give up what they had begun.
 */
#include <linux/module.h>
#include <linux/notifier.h>
#include <net/xinet/netlink.h>
#include "genl.h"

static const struct genl_multicast_group xnl_groups[] = {
	[XINET_NLGRP_CONNTRACK] = {
		.name = "conntrack", .flags = GENL_MCAST_CAP_NET_ADMIN,
	},
	[XINET_NLGRP_RULES] = {
		.name = "rules", .flags = GENL_MCAST_CAP_NET_ADMIN,
	},
	[XINET_NLGRP_LINK] = { .name = "link" },
};

struct genl_family xnl_family __ro_after_init = {
	.name		= XINET_FAMILY_NAME,
	.version	= XINET_FAMILY_VERSION,
	.netnsok	= true,
	.parallel_ops	= true,
	.module		= THIS_MODULE,
	.ops		= xinet_nl_ops,
	.n_ops		= ARRAY_SIZE(xinet_nl_ops),
	.resv_start_op	= XINET_CMD_RULE_ADD,
	.mcgrps		= xnl_groups,
	.n_mcgrps	= ARRAY_SIZE(xnl_groups),
};

/**
 * xnl_reply_begin - an answer of the command that was asked
 * @info: the request
 * @hdr: filled, for xnl_reply_end()
 *
 * Context: process.
 * Return: the message, or NULL for want of memory.
 */
struct sk_buff *xnl_reply_begin(struct genl_info *info, void **hdr)
{
	struct sk_buff *skb = genlmsg_new(NLMSG_GOODSIZE, GFP_KERNEL);

	if (!skb)
		return NULL;
	*hdr = genlmsg_put_reply(skb, info, &xnl_family, 0, info->genlhdr->cmd);
	return skb;
}

/**
 * xnl_reply_end - send it
 * @skb: what xnl_reply_begin() returned; freed on error
 * @hdr: and what it filled
 * @info: the request
 * @err: of those who filled the message
 *
 * Context: process.
 * Return: 0, @err, or why it could not be sent.
 */
int xnl_reply_end(struct sk_buff *skb, void *hdr, struct genl_info *info,
		  int err)
{
	if (err) {
		nlmsg_free(skb);
		return err;
	}
	genlmsg_end(skb, hdr);
	return genlmsg_reply(skb, info);
}

/* A socket of anybody closes. */
static int xnl_socket_event(struct notifier_block *nb, unsigned long event,
			    void *ptr)
{
	const struct netlink_notify *n = ptr;

	if (event == NETLINK_URELEASE && n->protocol == NETLINK_GENERIC)
		xnl_rules_release(xinet_pernet(n->net), n->portid);
	return NOTIFY_DONE;
}

static struct notifier_block xnl_socket_notifier = {
	.notifier_call = xnl_socket_event,
};

/**
 * xnl_genl_init - take requests
 *
 * Context: process, with the pernet operations registered.
 * Return: 0 or a negative errno.
 */
int __init xnl_genl_init(void)
{
	int err;

	err = netlink_register_notifier(&xnl_socket_notifier);
	if (err)
		return err;
	err = genl_register_family(&xnl_family);
	if (err)
		netlink_unregister_notifier(&xnl_socket_notifier);
	else
		xnl_ct_events_set(true);
	return err;
}

/**
 * xnl_genl_exit - take no more
 *
 * Context: process; waits for those being run.
 */
void xnl_genl_exit(void)
{
	xnl_ct_events_set(false);
	genl_unregister_family(&xnl_family);
	netlink_unregister_notifier(&xnl_socket_notifier);
}
