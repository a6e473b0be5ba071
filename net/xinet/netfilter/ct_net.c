// SPDX-License-Identifier: GPL-2.0
/*
 * Tracking in a namespace: there while somebody asks for it.
 *
 * In: rules and settings that need it, namespaces that come and go, insmod and
 * rmmod. Out: the tracker's hooks in the chains. Without a user no packet is
 * looked at; connections that were known then end by their time.
 */
#include <linux/mutex.h>
#include <linux/netfilter_ipv4.h>
#include <linux/user_namespace.h>
#include <net/netns/hash.h>
#include <net/xinet/netns.h>
#include "ct.h"

static DEFINE_MUTEX(xct_users_mutex);

/* As nf_conntrack has it on a machine of some memory. */
#define XCT_MAX_DEFAULT		262144

static const int xct_timeouts[__XCT_TIMEOUT_MAX] = {
	[XCT_TIMEOUT_GENERIC]		= 600 * HZ,
	[XCT_TIMEOUT_ICMP]		= 30 * HZ,
	[XCT_TIMEOUT_UDP]		= 30 * HZ,
	[XCT_TIMEOUT_UDP_STREAM]	= 120 * HZ,
};

static const struct nf_hook_ops xct_hooks[] = {
	{
		.hook		= xnf_conntrack_defrag,
		.hooknum	= NF_INET_PRE_ROUTING,
		.priority	= NF_IP_PRI_CONNTRACK_DEFRAG,
	}, {
		.hook		= xnf_conntrack_defrag,
		.hooknum	= NF_INET_LOCAL_OUT,
		.priority	= NF_IP_PRI_CONNTRACK_DEFRAG,
	}, {
		.hook		= xnf_conntrack_in,
		.hooknum	= NF_INET_PRE_ROUTING,
		.priority	= NF_IP_PRI_CONNTRACK,
	}, {
		.hook		= xnf_conntrack_in,
		.hooknum	= NF_INET_LOCAL_OUT,
		.priority	= NF_IP_PRI_CONNTRACK,
	}, {
		.hook		= xnf_conntrack_confirm,
		.hooknum	= NF_INET_POST_ROUTING,
		.priority	= NF_IP_PRI_CONNTRACK_CONFIRM,
	}, {
		.hook		= xnf_conntrack_confirm,
		.hooknum	= NF_INET_LOCAL_IN,
		.priority	= NF_IP_PRI_CONNTRACK_CONFIRM,
	},
};

static int xct_use(struct xinet_net *xn)
{
	int err = 0;

	lockdep_assert_held(&xct_users_mutex);
	if (!xn->ct.users)
		err = xnf_register_net_hooks(xn->net, xct_hooks,
					     ARRAY_SIZE(xct_hooks));
	if (!err)
		xn->ct.users++;
	return err;
}

static void xct_unuse(struct xinet_net *xn)
{
	lockdep_assert_held(&xct_users_mutex);
	if (!--xn->ct.users)
		xnf_unregister_net_hooks(xn->net, xct_hooks,
					 ARRAY_SIZE(xct_hooks));
}

/**
 * xct_require - one more needs connections tracked
 * @xn: state of the namespace
 *
 * Context: process, may sleep.
 * Return: 0 or -ENOMEM.
 */
int xct_require(struct xinet_net *xn)
{
	int err;

	mutex_lock(&xct_users_mutex);
	err = xct_use(xn);
	mutex_unlock(&xct_users_mutex);
	return err;
}

/**
 * xct_release - one less does
 * @xn: state of the namespace
 *
 * Context: process, may sleep.
 */
void xct_release(struct xinet_net *xn)
{
	mutex_lock(&xct_users_mutex);
	xct_unuse(xn);
	mutex_unlock(&xct_users_mutex);
}

/**
 * xct_set_always - the administrator wants tracking, or no longer does
 * @xn: state of the namespace
 * @on: which
 *
 * Context: process, may sleep.
 * Return: 0 or -ENOMEM.
 */
int xct_set_always(struct xinet_net *xn, bool on)
{
	int err = 0;

	mutex_lock(&xct_users_mutex);
	if (on && !xn->ct.always)
		err = xct_use(xn);
	else if (!on && xn->ct.always)
		xct_unuse(xn);
	if (!err)
		WRITE_ONCE(xn->ct.always, on);
	mutex_unlock(&xct_users_mutex);
	return err;
}

/**
 * xct_net_init - nothing is tracked yet
 * @xn: state of the namespace
 *
 * Context: process.
 * Return: 0 or -ENOMEM.
 */
int xct_net_init(struct xinet_net *xn)
{
	int err;

	xn->ct.max = XCT_MAX_DEFAULT;
	xn->ct.guest = xn->net->user_ns != &init_user_ns;
	xn->ct.checksum = 1;
	memcpy(xn->ct.timeout, xct_timeouts, sizeof(xct_timeouts));
	xct_tcp_net_init(xn);
	xn->ct.salt = net_hash_mix(xn->net);
	xn->ct.stats = alloc_percpu_gfp(struct xct_stats, GFP_KERNEL_ACCOUNT);
	if (!xn->ct.stats)
		return -ENOMEM;
	err = xsysctl_ct_net_init(xn);
	if (err)
		free_percpu(xn->ct.stats);
	return err;
}

/**
 * xct_net_pre_exit - track no more
 * @xn: state of the namespace; nobody changes its settings any more
 *
 * Context: process, may sleep.
 */
void xct_net_pre_exit(struct xinet_net *xn)
{
	xct_set_always(xn, false);
}

/**
 * xct_net_exit - end all connections of a namespace
 * @xn: state of the namespace; nothing of it is on its way any more
 *
 * Context: process, may sleep.
 */
void xct_net_exit(struct xinet_net *xn)
{
	xsysctl_ct_net_exit(xn);
	xct_flush(xn, XCT_CAUSE_FLUSHED, NULL, NULL);
	/* the collector may be ending one of them just now */
	synchronize_rcu();
	WARN_ON_ONCE(atomic_read(&xn->ct.count));
	free_percpu(xn->ct.stats);
}

/**
 * xct_init - make the table
 *
 * Context: process, before any namespace.
 * Return: 0 or -ENOMEM.
 */
int xct_init(void)
{
	int err = xct_entry_init();

	if (err)
		return err;
	err = xct_table_init();
	if (err)
		xct_entry_exit();
	return err;
}

/**
 * xct_exit - give it back
 *
 * Context: process, after all namespaces; may sleep.
 */
void xct_exit(void)
{
	xct_gc_exit();
	xct_table_exit();
	xct_entry_exit();
}
