// SPDX-License-Identifier: GPL-2.0
/*
 * /proc/sys/net/xinet/nf_conntrack_*: the settings of tracking, with
 * netfilter's names, values and defaults. Beside these, nf_conntrack_always
 * tracks without a rule that asks for it, and nf_conntrack_host_max, which is
 * in the initial namespace only, limits all namespaces together.
 */
#include <linux/slab.h>
#include <linux/sysctl.h>
#include <net/xinet/netns.h>
#include "../compat/sysctl.h"

/* 32 bits of jiffies must tell before from after. */
static int xsysctl_ct_seconds_max = INT_MAX / 2 / HZ;
static int xsysctl_ct_retrans_max = 255;

/* Kept in jiffies, shown and taken in seconds. */
static int xsysctl_ct_seconds(XINET_CTL_CONST struct ctl_table *ctl, int write,
			      void *buffer, size_t *lenp, loff_t *ppos)
{
	int *jif = ctl->data, sec = *jif / HZ;
	struct ctl_table tmp = {
		.data = &sec,
		.maxlen = sizeof(sec),
		.mode = ctl->mode,
		.extra1 = SYSCTL_ZERO,
		.extra2 = &xsysctl_ct_seconds_max,
	};
	int err = proc_dointvec_minmax(&tmp, write, buffer, lenp, ppos);

	if (!err && write)
		WRITE_ONCE(*jif, sec * HZ);
	return err;
}

static int xsysctl_ct_always(XINET_CTL_CONST struct ctl_table *ctl, int write,
			     void *buffer, size_t *lenp, loff_t *ppos)
{
	struct xct_net *ct = container_of((int *)ctl->data, struct xct_net,
					  always);
	int on = READ_ONCE(ct->always);
	struct ctl_table tmp = {
		.data = &on,
		.maxlen = sizeof(on),
		.mode = ctl->mode,
		.extra1 = SYSCTL_ZERO,
		.extra2 = SYSCTL_ONE,
	};
	int err = proc_dointvec_minmax(&tmp, write, buffer, lenp, ppos);

	if (err || !write)
		return err;
	return xct_set_always(container_of(ct, struct xinet_net, ct), on);
}

/* The host's one table; .data says nothing here. */
static int xsysctl_ct_buckets(XINET_CTL_CONST struct ctl_table *ctl, int write,
			      void *buffer, size_t *lenp, loff_t *ppos)
{
	unsigned int buckets = xct_buckets();
	struct ctl_table tmp = {
		.data = &buckets,
		.maxlen = sizeof(buckets),
		.mode = ctl->mode,
	};
	int err = proc_douintvec(&tmp, write, buffer, lenp, ppos);

	if (err || !write)
		return err;
	return xct_set_buckets(buckets);
}

#define XSYSCTL_CT(name, field, perm, handler, min, max)		\
	{								\
		.procname = "nf_conntrack_" name,			\
		.data = (void *)offsetof(struct xct_net, field),	\
		.maxlen = sizeof(int),					\
		.mode = perm,						\
		.proc_handler = handler,				\
		.extra1 = min,						\
		.extra2 = max,						\
	}
#define XSYSCTL_CT_BOOL(name, field)					\
	XSYSCTL_CT(name, field, 0644, proc_dointvec_minmax,		\
		   SYSCTL_ZERO, SYSCTL_ONE)
#define XSYSCTL_CT_TIME(name, field)					\
	XSYSCTL_CT(name, field, 0644, xsysctl_ct_seconds, NULL, NULL)
#define XSYSCTL_CT_TCP(name, state)					\
	XSYSCTL_CT_TIME("tcp_timeout_" name, tcp_timeout[TCP_CONNTRACK_##state])

/* .data is the offset in struct xct_net; a namespace's copy is rebased */
static const struct ctl_table xsysctl_ct_template[] = {
	XSYSCTL_CT("max", max, 0644, proc_dointvec_minmax, SYSCTL_ZERO,
		   SYSCTL_INT_MAX),
	XSYSCTL_CT("count", count, 0444, proc_dointvec, NULL, NULL),
	XSYSCTL_CT("always", always, 0644, xsysctl_ct_always, NULL, NULL),
	XSYSCTL_CT_BOOL("acct", acct),
	XSYSCTL_CT_BOOL("checksum", checksum),
	XSYSCTL_CT_TIME("generic_timeout", timeout[XCT_TIMEOUT_GENERIC]),
	XSYSCTL_CT_TIME("icmp_timeout", timeout[XCT_TIMEOUT_ICMP]),
	XSYSCTL_CT_TIME("udp_timeout", timeout[XCT_TIMEOUT_UDP]),
	XSYSCTL_CT_TIME("udp_timeout_stream", timeout[XCT_TIMEOUT_UDP_STREAM]),
	XSYSCTL_CT_TCP("syn_sent", SYN_SENT),
	XSYSCTL_CT_TCP("syn_recv", SYN_RECV),
	XSYSCTL_CT_TCP("established", ESTABLISHED),
	XSYSCTL_CT_TCP("fin_wait", FIN_WAIT),
	XSYSCTL_CT_TCP("close_wait", CLOSE_WAIT),
	XSYSCTL_CT_TCP("last_ack", LAST_ACK),
	XSYSCTL_CT_TCP("time_wait", TIME_WAIT),
	XSYSCTL_CT_TCP("close", CLOSE),
	XSYSCTL_CT_TCP("max_retrans", RETRANS),
	XSYSCTL_CT_TCP("unacknowledged", UNACK),
	XSYSCTL_CT_BOOL("tcp_loose", tcp_loose),
	XSYSCTL_CT_BOOL("tcp_be_liberal", tcp_be_liberal),
	XSYSCTL_CT_BOOL("tcp_ignore_invalid_rst", tcp_ignore_invalid_rst),
	XSYSCTL_CT("tcp_max_retrans", tcp_max_retrans, 0644,
		   proc_dointvec_minmax, SYSCTL_ZERO, &xsysctl_ct_retrans_max),
	/* to be changed in the initial namespace only */
	XSYSCTL_CT("buckets", salt, 0644, xsysctl_ct_buckets, NULL, NULL),
	XSYSCTL_CT("host_max", salt, 0644, proc_dointvec_minmax, SYSCTL_ZERO,
		   SYSCTL_INT_MAX),
};

/* The last rows, which concern the host. */
#define XSYSCTL_CT_ROWS		ARRAY_SIZE(xsysctl_ct_template)
#define XSYSCTL_CT_BUCKETS	(XSYSCTL_CT_ROWS - 2)
#define XSYSCTL_CT_HOST_MAX	(XSYSCTL_CT_ROWS - 1)

/**
 * xsysctl_ct_net_init - show a namespace's settings of tracking
 * @xn: state of the namespace, its defaults set
 *
 * Context: process.
 * Return: 0 or -ENOMEM.
 */
int xsysctl_ct_net_init(struct xinet_net *xn)
{
	size_t rows = XSYSCTL_CT_ROWS;
	struct ctl_table *table;
	unsigned int i;

	/* one row more, all zero, for kernels that want a sentinel */
	table = kcalloc(rows + 1, sizeof(*table), GFP_KERNEL_ACCOUNT);
	if (!table)
		return -ENOMEM;
	memcpy(table, xsysctl_ct_template, sizeof(xsysctl_ct_template));
	for (i = 0; i < rows; i++)
		table[i].data = (char *)&xn->ct + (unsigned long)table[i].data;
	table[XSYSCTL_CT_HOST_MAX].data = &xct_total_max;
	if (!net_eq(xn->net, &init_net)) {
		table[XSYSCTL_CT_BUCKETS].mode = 0444;
		memset(&table[--rows], 0, sizeof(*table));
	}

	xn->ct.table = table;
	xn->ct.header = xinet_register_net_sysctl(xn->net, "net/xinet", table,
						  rows);
	if (!xn->ct.header) {
		kfree(table);
		return -ENOMEM;
	}
	return 0;
}

/**
 * xsysctl_ct_net_exit - take them from /proc/sys
 * @xn: state of the namespace
 *
 * Context: process; waits for readers and writers.
 */
void xsysctl_ct_net_exit(struct xinet_net *xn)
{
	unregister_net_sysctl_table(xn->ct.header);
	kfree(xn->ct.table);
}
