// SPDX-License-Identifier: GPL-2.0
/*
 * The end of every packet of both families, in one namespace.
 *
 * In: insmod from that namespace. A hook at PRE_ROUTING, before all others,
 * drops what comes in; so a benchmark counts the way to there and nothing
 * behind it. The namespace must outlive the module.
 */
#include <linux/module.h>
#include <linux/netfilter_ipv4.h>
#include <linux/nsproxy.h>
#include <linux/sched.h>
#include <net/net_namespace.h>
#include <net/xinet/netfilter.h>

static struct net *xdrop_net;

static unsigned int xdrop_hook(void *priv, struct sk_buff *skb,
			       const struct nf_hook_state *state)
{
	return NF_DROP;
}

static const struct nf_hook_ops xdrop_ops = {
	.hook		= xdrop_hook,
	.pf		= NFPROTO_IPV4,
	.hooknum	= NF_INET_PRE_ROUTING,
	.priority	= NF_IP_PRI_CONNTRACK_DEFRAG,
};

static int __init xdrop_init(void)
{
	int err;

	xdrop_net = get_net(current->nsproxy->net_ns);
	err = nf_register_net_hook(xdrop_net, &xdrop_ops);
	if (err)
		goto put;
	err = xnf_register_net_hook(xdrop_net, &xdrop_ops);
	if (!err)
		return 0;
	nf_unregister_net_hook(xdrop_net, &xdrop_ops);
put:
	put_net(xdrop_net);
	return err;
}

static void __exit xdrop_exit(void)
{
	xnf_unregister_net_hook(xdrop_net, &xdrop_ops);
	nf_unregister_net_hook(xdrop_net, &xdrop_ops);
	put_net(xdrop_net);
}

module_init(xdrop_init);
module_exit(xdrop_exit);

MODULE_DESCRIPTION("Drops all that comes into a namespace, for a benchmark");
MODULE_LICENSE("GPL");
