// SPDX-License-Identifier: GPL-2.0
/*
 * /proc/net/xinet: the directory of a namespace and its files, a row each.
 */
#include <linux/proc_fs.h>
#include <net/xinet/netns.h>
#include <net/xinet/observe.h>

static int (* const xproc_files[])(struct xinet_net *xn) = {
	xproc_snmp_net_init,
	xproc_udp_net_init,
	xproc_raw_net_init,
	xproc_mcast_net_init,
	xproc_route_net_init,
	xproc_conntrack_net_init,
};

/**
 * xproc_net_init - make /proc/net/xinet of a namespace
 * @xn: state of the namespace
 *
 * Context: process.
 * Return: 0 or -ENOMEM.
 */
int xproc_net_init(struct xinet_net *xn)
{
	unsigned int i;
	int err;

	xn->proc_dir = proc_net_mkdir(xn->net, "xinet", xn->net->proc_net);
	if (!xn->proc_dir)
		return -ENOMEM;
	for (i = 0; i < ARRAY_SIZE(xproc_files); i++) {
		err = xproc_files[i](xn);
		if (err) {
			xproc_net_exit(xn);
			return err;
		}
	}
	return 0;
}

/**
 * xproc_net_exit - remove /proc/net/xinet of a namespace with all in it
 * @xn: state of the namespace
 *
 * Context: process; waits for readers.
 */
void xproc_net_exit(struct xinet_net *xn)
{
	remove_proc_subtree("xinet", xn->net->proc_net);
}
