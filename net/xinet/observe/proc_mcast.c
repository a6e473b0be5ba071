// SPDX-License-Identifier: GPL-2.0
/*
 * /proc/net/xinet/mcast: a line for each device and group that it has joined.
 *
 * One step is one bucket of the hash: position 0 is the heading, position n
 * bucket n - 1. So the lines come in no order, and one that stays is shown
 * once.
 */
#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include <net/xinet/mcast.h>
#include <net/xinet/netns.h>
#include <net/xinet/observe.h>

static void xmc_show_group(struct seq_file *seq, const struct xmc_group *g)
{
	struct net *net = seq_file_net(seq);
	const struct net_device *dev = dev_get_by_index_rcu(net, g->ifindex);

	if (dev)
		seq_printf(seq, "%-7d %-16s %-15pI4 %u\n", g->ifindex,
			   dev->name, &g->addr, READ_ONCE(g->users));
}

static void *xmc_seq_start(struct seq_file *seq, loff_t *pos)
{
	return *pos <= 1 << XMC_HASH_BITS ? pos : NULL;
}

static void *xmc_seq_next(struct seq_file *seq, void *v, loff_t *pos)
{
	++*pos;
	return xmc_seq_start(seq, pos);
}

static void xmc_seq_stop(struct seq_file *seq, void *v)
{
}

static int xmc_seq_show(struct seq_file *seq, void *v)
{
	const struct xinet_net *xn = xinet_pernet(seq_file_net(seq));
	int bucket = *(loff_t *)v - 1;
	const struct xmc_group *g;

	if (bucket < 0) {
		seq_printf(seq, "%-7s %-16s %-15s %s\n", "Idx", "Device",
			   "Group", "Users");
		return 0;
	}
	rcu_read_lock();
	hlist_for_each_entry_rcu(g, &xn->mcast.hash[bucket], node)
		xmc_show_group(seq, g);
	rcu_read_unlock();
	return 0;
}

static const struct seq_operations xmc_seq_ops = {
	.start	= xmc_seq_start,
	.next	= xmc_seq_next,
	.stop	= xmc_seq_stop,
	.show	= xmc_seq_show,
};

/**
 * xproc_mcast_net_init - make /proc/net/xinet/mcast
 * @xn: state of the namespace; its directory exists
 *
 * Context: process.
 * Return: 0 or -ENOMEM.
 */
int xproc_mcast_net_init(struct xinet_net *xn)
{
	if (!proc_create_net("mcast", 0444, xn->proc_dir, &xmc_seq_ops,
			     sizeof(struct seq_net_private)))
		return -ENOMEM;
	return 0;
}
