// SPDX-License-Identifier: GPL-2.0
/*
 * xcount: a module that stands at all five hook points and counts.
 *
 *	# insmod xcount.ko
 *	# cat /proc/net/xcount
 *	point          packets      new   answer  related    other
 *	PRE_ROUTING         12        1        6        0        5
 *	...
 *
 * It shows what a module needs that wants to see AF_XINET's packets: a hook is
 * the kernel's struct nf_hook_ops, registered in each network namespace, and
 * called with the packet's XIP header at ip_hdr(). xnf_ct_get() tells which
 * connection a packet is of, where connections are tracked; a hook that wants
 * to know has a priority behind NF_IP_PRI_CONNTRACK.
 */
#include <linux/module.h>
#include <linux/netfilter_ipv4.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>
#include <net/xinet/conntrack.h>
#include <net/xinet/netfilter.h>

/* What a packet is to its connection. */
enum { XCOUNT_NEW, XCOUNT_ANSWER, XCOUNT_RELATED, XCOUNT_OTHER, XCOUNT_KINDS };

/* A namespace's counters. */
struct xcount_net {
	atomic_long_t packets[NF_INET_NUMHOOKS][XCOUNT_KINDS];
};

static unsigned int xcount_net_id;

/* [connection] */
static int xcount_kind(const struct sk_buff *skb)
{
	enum ip_conntrack_info info;

	if (!xnf_ct_get(skb, &info))
		return XCOUNT_OTHER;
	switch (info) {
	case IP_CT_NEW:
		return XCOUNT_NEW;
	case IP_CT_ESTABLISHED_REPLY:
		return XCOUNT_ANSWER;
	case IP_CT_RELATED:
	case IP_CT_RELATED_REPLY:
		return XCOUNT_RELATED;
	default:
		return XCOUNT_OTHER;
	}
}

/* [hook] */
/* Softirq, or process with BH off; under the RCU read lock: it must not sleep. */
static unsigned int xcount_hook(void *priv, struct sk_buff *skb,
				const struct nf_hook_state *state)
{
	struct xcount_net *count = net_generic(state->net, xcount_net_id);

	atomic_long_inc(&count->packets[state->hook][xcount_kind(skb)]);
	return NF_ACCEPT;
}

#define XCOUNT_AT(point)						\
	{								\
		.hook		= xcount_hook,				\
		.hooknum	= NF_INET_##point,			\
		.priority	= NF_IP_PRI_MANGLE,			\
	}

static const struct nf_hook_ops xcount_hooks[] = {
	XCOUNT_AT(PRE_ROUTING),
	XCOUNT_AT(LOCAL_IN),
	XCOUNT_AT(FORWARD),
	XCOUNT_AT(LOCAL_OUT),
	XCOUNT_AT(POST_ROUTING),
};

/* [show] */
static int xcount_show(struct seq_file *seq, void *v)
{
	static const char * const point[NF_INET_NUMHOOKS] = {
		"PRE_ROUTING", "LOCAL_IN", "FORWARD", "LOCAL_OUT",
		"POST_ROUTING",
	};
	struct xcount_net *count = net_generic(seq_file_single_net(seq),
					       xcount_net_id);
	long n, all, row[XCOUNT_KINDS];
	int i, kind;

	seq_puts(seq, "point          packets      new   answer  related    other\n");
	for (i = 0; i < NF_INET_NUMHOOKS; i++) {
		all = 0;
		for (kind = 0; kind < XCOUNT_KINDS; kind++) {
			n = atomic_long_read(&count->packets[i][kind]);
			row[kind] = n;
			all += n;
		}
		seq_printf(seq, "%-12s %9ld %8ld %8ld %8ld %8ld\n", point[i],
			   all, row[XCOUNT_NEW], row[XCOUNT_ANSWER],
			   row[XCOUNT_RELATED], row[XCOUNT_OTHER]);
	}
	return 0;
}

/* [namespaces] */
/* Hooks come last, when what they write to is there, and go first. */
static int __net_init xcount_net_init(struct net *net)
{
	int err;

	if (!proc_create_net_single("xcount", 0444, net->proc_net,
				    xcount_show, NULL))
		return -ENOMEM;
	err = xnf_register_net_hooks(net, xcount_hooks,
				     ARRAY_SIZE(xcount_hooks));
	if (err)
		remove_proc_entry("xcount", net->proc_net);
	return err;
}

static void __net_exit xcount_net_exit(struct net *net)
{
	xnf_unregister_net_hooks(net, xcount_hooks, ARRAY_SIZE(xcount_hooks));
	remove_proc_entry("xcount", net->proc_net);
}

/*
 * A device, so that it ends before the family does in a namespace. The counters
 * are zeroed before init and freed behind exit.
 */
static struct pernet_operations xcount_net_ops = {
	.init = xcount_net_init,
	.exit = xcount_net_exit,
	.id = &xcount_net_id,
	.size = sizeof(struct xcount_net),
};

static int __init xcount_init(void)
{
	return register_pernet_device(&xcount_net_ops);
}

static void __exit xcount_exit(void)
{
	unregister_pernet_device(&xcount_net_ops);
}

module_init(xcount_init);
module_exit(xcount_exit);
/* [end] */

MODULE_DESCRIPTION("Counts AF_XINET's packets at all five hook points");
MODULE_LICENSE("GPL");
