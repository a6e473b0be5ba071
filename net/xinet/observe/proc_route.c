// SPDX-License-Identifier: GPL-2.0
/*
 * /proc/net/xinet/route: a line a route, in the columns of /proc/net/route.
 *
 * One step of the file is one prefix. The file position only counts lines; the
 * place in the table is kept as a prefix, so that reading on costs nothing and
 * a change in between moves nothing.
 */
#include <linux/inetdevice.h>
#include <linux/proc_fs.h>
#include <linux/route.h>
#include <linux/seq_file.h>
#include <net/xinet/netns.h>
#include <net/xinet/observe.h>

#define XROUTE_LINE	127	/* readers of /proc/net/route expect that width */

/**
 * struct xroute_seq - a reader of the file
 * @net: the namespace
 * @pos: the line that @key and @len stand for
 * @key: prefix, host byte order
 * @len: its length
 */
struct xroute_seq {
	struct seq_net_private net;
	loff_t pos;
	u32 key;
	u8 len;
};

static unsigned int xroute_seq_flags(const struct xfib_info *fi, u8 len)
{
	unsigned int flags = RTF_UP;

	if (fi->type == RTN_UNREACHABLE || fi->type == RTN_PROHIBIT)
		flags |= RTF_REJECT;
	if (fi->n_nh && fi->nh[0].gw)
		flags |= RTF_GATEWAY;
	return len == 32 ? flags | RTF_HOST : flags;
}

static void xroute_seq_line(struct seq_file *seq, const struct xfib_info *fi,
			    u32 key, u8 len)
{
	const struct xfib_nh *nh = fi->n_nh ? fi->nh : NULL;

	seq_setwidth(seq, XROUTE_LINE);
	seq_printf(seq, "%s\t%08X\t%08X\t%04X\t%d\t%u\t%u\t%08X\t%u\t%u\t%u",
		   nh ? nh->dev->name : "*", (__force u32)htonl(key),
		   nh ? (__force u32)nh->gw : 0, xroute_seq_flags(fi, len),
		   0, 0, fi->metric, (__force u32)inet_make_mask(len),
		   fi->mtu, 0, 0);
	seq_pad(seq, '\n');
}

static void *xroute_seq_find(struct seq_file *seq)
{
	struct xinet_net *xn = xinet_pernet(seq_file_net(seq));
	struct xroute_seq *it = seq->private;

	return xlpm_next(&xn->fib.main, &it->key, &it->len);
}

static void *xroute_seq_next(struct seq_file *seq, void *v, loff_t *pos)
{
	struct xroute_seq *it = seq->private;

	++*pos;
	if (v != SEQ_START_TOKEN && !xlpm_step(&it->key, &it->len))
		return NULL;
	it->pos = *pos;
	return xroute_seq_find(seq);
}

static void *xroute_seq_start(struct seq_file *seq, loff_t *pos)
	__acquires(RCU)
{
	struct xroute_seq *it = seq->private;
	loff_t line = 1;
	void *v;

	rcu_read_lock();
	if (!*pos)
		return SEQ_START_TOKEN;
	if (it->pos == *pos)
		return xroute_seq_find(seq);
	it->key = 0;
	it->len = 0;
	it->pos = line;
	v = xroute_seq_find(seq);
	while (v && line < *pos)
		v = xroute_seq_next(seq, v, &line);
	return v;
}

static void xroute_seq_stop(struct seq_file *seq, void *v)
	__releases(RCU)
{
	rcu_read_unlock();
}

static int xroute_seq_show(struct seq_file *seq, void *v)
{
	const struct xroute_seq *it = seq->private;
	const struct xfib_entry *e;
	struct xfib_entry one;

	if (v == SEQ_START_TOKEN) {
		seq_setwidth(seq, XROUTE_LINE);
		seq_puts(seq, "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse");
		seq_puts(seq, "\tMetric\tMask\t\tMTU\tWindow\tIRTT");
		seq_pad(seq, '\n');
		return 0;
	}
	for (e = xfib_leaf_routes(v, &one); e; e = rcu_dereference(e->next))
		xroute_seq_line(seq, e->fi, it->key, it->len);
	return 0;
}

static const struct seq_operations xroute_seq_ops = {
	.start	= xroute_seq_start,
	.next	= xroute_seq_next,
	.stop	= xroute_seq_stop,
	.show	= xroute_seq_show,
};

/**
 * xproc_route_net_init - make /proc/net/xinet/route
 * @xn: state of the namespace; its directory exists
 *
 * Context: process.
 * Return: 0 or -ENOMEM.
 */
int xproc_route_net_init(struct xinet_net *xn)
{
	if (!proc_create_net("route", 0444, xn->proc_dir, &xroute_seq_ops,
			     sizeof(struct xroute_seq)))
		return -ENOMEM;
	return 0;
}
