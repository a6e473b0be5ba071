// SPDX-License-Identifier: GPL-2.0
/*
 * /proc/sys/net/xinet: the settings of a namespace, with IPv4's names, values
 * and defaults. A row of the table is the whole of a setting; the code that
 * obeys it reads struct xinet_sysctl.
 */
#include <linux/capability.h>
#include <linux/slab.h>
#include <linux/sysctl.h>
#include <linux/user_namespace.h>
#include <net/xinet/ip.h>
#include <net/xinet/netns.h>
#include "../compat/sysctl.h"

/* Host-wide ceilings: a child namespace may lower its limits, not raise them */
#define XSYSCTL_GC_THRESH_MAX	65536
#define XSYSCTL_ADDR_MAX	65536
#define XSYSCTL_ROUTE_MAX	4194304
#define XSYSCTL_MCAST_MAX	65536
#define XSYSCTL_MEMBERSHIPS_MAX	4096
#define XSYSCTL_RULE_MAX	65536

static int xsysctl_ttl_max = XIP_MAX_TTL;
static int xsysctl_port_min = 1;
static int xsysctl_port_max = 65535;
static int xsysctl_second = 1000;
static int xsysctl_mtu_min = XIP_MIN_MTU;
static int xsysctl_day = 86400;
static int xsysctl_day_ms = 86400000;
static int xsysctl_probes_max = 100;
static int xsysctl_gc_max = XSYSCTL_GC_THRESH_MAX;
static int xsysctl_addr_max = XSYSCTL_ADDR_MAX;
static int xsysctl_route_max = XSYSCTL_ROUTE_MAX;
static int xsysctl_mcast_max = XSYSCTL_MCAST_MAX;
static int xsysctl_memberships_max = XSYSCTL_MEMBERSHIPS_MAX;
static int xsysctl_rule_max = XSYSCTL_RULE_MAX;
static int xsysctl_unres_max = 1 << 24;

/* Two values that only make sense together: first and last port. */
static int xsysctl_port_range(XINET_CTL_CONST struct ctl_table *ctl, int write,
			      void *buffer, size_t *lenp, loff_t *ppos)
{
	struct xinet_sysctl *sc = container_of((int (*)[2])ctl->data,
					       struct xinet_sysctl,
					       local_port_range);
	int range[2] = { sc->local_port_range[0], sc->local_port_range[1] };
	struct ctl_table tmp = {
		.data = range,
		.maxlen = sizeof(range),
		.mode = ctl->mode,
		.extra1 = &xsysctl_port_min,
		.extra2 = &xsysctl_port_max,
	};
	int err = proc_dointvec_minmax(&tmp, write, buffer, lenp, ppos);

	if (err || !write)
		return err;
	if (range[0] > range[1] ||
	    range[0] < READ_ONCE(sc->ip_unprivileged_port_start))
		return -EINVAL;
	WRITE_ONCE(sc->local_port_range[0], range[0]);
	WRITE_ONCE(sc->local_port_range[1], range[1]);
	return 0;
}

/* The ephemeral range must stay open to everyone. */
static int xsysctl_unprivileged_port(XINET_CTL_CONST struct ctl_table *ctl,
				     int write, void *buffer, size_t *lenp,
				     loff_t *ppos)
{
	struct xinet_sysctl *sc = container_of((int *)ctl->data,
					       struct xinet_sysctl,
					       ip_unprivileged_port_start);
	int start = sc->ip_unprivileged_port_start;
	struct ctl_table tmp = {
		.data = &start,
		.maxlen = sizeof(start),
		.mode = ctl->mode,
		.extra1 = SYSCTL_ZERO,
		.extra2 = &xsysctl_port_max,
	};
	int err = proc_dointvec_minmax(&tmp, write, buffer, lenp, ppos);

	if (err || !write)
		return err;
	if (start > READ_ONCE(sc->local_port_range[0]))
		return -EINVAL;
	WRITE_ONCE(sc->ip_unprivileged_port_start, start);
	return 0;
}

/* Groups are shown and taken as the reader's user namespace numbers them. */
static int xsysctl_ping_groups(XINET_CTL_CONST struct ctl_table *ctl, int write,
			       void *buffer, size_t *lenp, loff_t *ppos)
{
	struct xinet_sysctl *sc = container_of((kgid_t (*)[2])ctl->data,
					       struct xinet_sysctl,
					       ping_group_range);
	struct user_namespace *ns = current_user_ns();
	unsigned long first = from_kgid_munged(ns, sc->ping_group_range[0]);
	unsigned long last = from_kgid_munged(ns, sc->ping_group_range[1]);
	unsigned long lowest = 0, top = (u32)(gid_t)-2;
	unsigned long range[2] = { first, last };
	struct ctl_table tmp = {
		.data = range,
		.maxlen = sizeof(range),
		.mode = ctl->mode,
		.extra1 = &lowest,
		.extra2 = &top,
	};
	kgid_t low, high;
	int err;

	err = proc_doulongvec_minmax(&tmp, write, buffer, lenp, ppos);
	if (err || !write)
		return err;
	low = make_kgid(ns, range[0]);
	high = make_kgid(ns, range[1]);
	if (!gid_valid(low) || !gid_valid(high))
		return -EINVAL;
	if (range[1] < range[0]) {
		/* as IPv4: an inverted range allows nobody */
		low = make_kgid(&init_user_ns, 1);
		high = make_kgid(&init_user_ns, 0);
	}
	sc->ping_group_range[0] = low;
	sc->ping_group_range[1] = high;
	return 0;
}

/* IPv4 counts some settings in seconds that are kept in milliseconds here. */
static int xsysctl_seconds(XINET_CTL_CONST struct ctl_table *ctl, int write,
			   void *buffer, size_t *lenp, loff_t *ppos)
{
	int *ms = ctl->data, sec = *ms / MSEC_PER_SEC;
	struct ctl_table tmp = {
		.data = &sec,
		.maxlen = sizeof(sec),
		.mode = ctl->mode,
		.extra1 = SYSCTL_ONE,
		.extra2 = &xsysctl_day,
	};
	int err = proc_dointvec_minmax(&tmp, write, buffer, lenp, ppos);

	if (!err && write)
		WRITE_ONCE(*ms, sec * (int)MSEC_PER_SEC);
	return err;
}

/* The lower of the two limits of reassembly stays the lower. */
static int xsysctl_frag_high(XINET_CTL_CONST struct ctl_table *ctl, int write,
			     void *buffer, size_t *lenp, loff_t *ppos)
{
	struct xinet_sysctl *sc = container_of((int *)ctl->data,
					       struct xinet_sysctl,
					       frag_high_thresh);
	struct ctl_table tmp = {
		.data = ctl->data,
		.maxlen = sizeof(int),
		.mode = ctl->mode,
		.extra1 = &sc->frag_low_thresh,
		.extra2 = SYSCTL_INT_MAX,
	};

	return proc_dointvec_minmax(&tmp, write, buffer, lenp, ppos);
}

static int xsysctl_frag_low(XINET_CTL_CONST struct ctl_table *ctl, int write,
			    void *buffer, size_t *lenp, loff_t *ppos)
{
	struct xinet_sysctl *sc = container_of((int *)ctl->data,
					       struct xinet_sysctl,
					       frag_low_thresh);
	struct ctl_table tmp = {
		.data = ctl->data,
		.maxlen = sizeof(int),
		.mode = ctl->mode,
		.extra1 = SYSCTL_ZERO,
		.extra2 = &sc->frag_high_thresh,
	};

	return proc_dointvec_minmax(&tmp, write, buffer, lenp, ppos);
}

#define XSYSCTL_INT(field, min, max) XSYSCTL_AS(#field, field, min, max)

#define XSYSCTL_AS(name, field, min, max)				\
	{								\
		.procname = name,					\
		.data = (void *)offsetof(struct xinet_sysctl, field),	\
		.maxlen = sizeof(int),					\
		.mode = 0644,						\
		.proc_handler = proc_dointvec_minmax,			\
		.extra1 = min,						\
		.extra2 = max,						\
	}

#define XSYSCTL_BY(name, field, handler)				\
	{								\
		.procname = name,					\
		.data = (void *)offsetof(struct xinet_sysctl, field),	\
		.mode = 0644,						\
		.proc_handler = handler,				\
	}

/* .data is the offset in struct xinet_sysctl; a namespace's copy is rebased */
static const struct ctl_table xsysctl_template[] = {
	XSYSCTL_INT(forwarding, SYSCTL_ZERO, SYSCTL_ONE),
	XSYSCTL_INT(default_ttl, SYSCTL_ONE, &xsysctl_ttl_max),
	XSYSCTL_INT(rp_filter, SYSCTL_ZERO, SYSCTL_TWO),
	XSYSCTL_BY("ping_group_range", ping_group_range,
		   xsysctl_ping_groups),
	XSYSCTL_BY("local_port_range", local_port_range,
		   xsysctl_port_range),
	XSYSCTL_BY("ip_unprivileged_port_start", ip_unprivileged_port_start,
		   xsysctl_unprivileged_port),
	XSYSCTL_INT(icmp_ratelimit, SYSCTL_ZERO, &xsysctl_day_ms),
	XSYSCTL_INT(icmp_ratemask, SYSCTL_ZERO, SYSCTL_INT_MAX),
	XSYSCTL_INT(icmp_msgs_per_sec, SYSCTL_ZERO, SYSCTL_INT_MAX),
	XSYSCTL_INT(icmp_msgs_burst, SYSCTL_ZERO, SYSCTL_INT_MAX),
	XSYSCTL_INT(icmp_echo_ignore_all, SYSCTL_ZERO, SYSCTL_ONE),
	XSYSCTL_INT(icmp_echo_ignore_broadcasts, SYSCTL_ZERO, SYSCTL_ONE),
	XSYSCTL_INT(icmp_ignore_bogus_error_responses, SYSCTL_ZERO, SYSCTL_ONE),
	XSYSCTL_INT(accept_redirects, SYSCTL_ZERO, SYSCTL_ONE),
	XSYSCTL_INT(send_redirects, SYSCTL_ZERO, SYSCTL_ONE),
	XSYSCTL_BY("frag_high_thresh", frag_high_thresh, xsysctl_frag_high),
	XSYSCTL_BY("frag_low_thresh", frag_low_thresh, xsysctl_frag_low),
	XSYSCTL_INT(frag_time, SYSCTL_ONE, &xsysctl_day),
	XSYSCTL_INT(ip_no_pmtu_disc, SYSCTL_ZERO, SYSCTL_THREE),
	XSYSCTL_INT(ip_forward_use_pmtu, SYSCTL_ZERO, SYSCTL_ONE),
	XSYSCTL_INT(min_pmtu, &xsysctl_mtu_min, SYSCTL_INT_MAX),
	XSYSCTL_INT(mtu_expires, SYSCTL_ZERO, &xsysctl_day_ms),
	XSYSCTL_INT(gc_thresh1, SYSCTL_ZERO, &xsysctl_gc_max),
	XSYSCTL_INT(gc_thresh2, SYSCTL_ZERO, &xsysctl_gc_max),
	XSYSCTL_INT(gc_thresh3, SYSCTL_ONE, &xsysctl_gc_max),
	XSYSCTL_AS("base_reachable_time_ms", neigh_base_reachable_ms,
		   &xsysctl_second, &xsysctl_day_ms),
	XSYSCTL_AS("retrans_time_ms", neigh_retrans_ms,
		   SYSCTL_ONE, &xsysctl_day_ms),
	XSYSCTL_BY("delay_first_probe_time", neigh_delay_first_probe_ms,
		   xsysctl_seconds),
	XSYSCTL_BY("gc_stale_time", neigh_gc_stale_ms, xsysctl_seconds),
	XSYSCTL_AS("ucast_solicit", neigh_ucast_solicit,
		   SYSCTL_ZERO, &xsysctl_probes_max),
	XSYSCTL_AS("mcast_solicit", neigh_mcast_solicit,
		   SYSCTL_ONE, &xsysctl_probes_max),
	XSYSCTL_AS("unres_qlen_bytes", neigh_unres_qlen_bytes,
		   SYSCTL_ZERO, &xsysctl_unres_max),
	XSYSCTL_INT(route_max, SYSCTL_ZERO, &xsysctl_route_max),
	XSYSCTL_INT(addr_max, SYSCTL_ZERO, &xsysctl_addr_max),
	XSYSCTL_INT(igmp_max_memberships, SYSCTL_ZERO,
		    &xsysctl_memberships_max),
	XSYSCTL_INT(mcast_max, SYSCTL_ZERO, &xsysctl_mcast_max),
	XSYSCTL_INT(rule_max, SYSCTL_ZERO, &xsysctl_rule_max),
};

static const struct xinet_sysctl xsysctl_defaults = {
	.default_ttl = IPDEFTTL,
	/* an inverted range: nobody, until the administrator says who */
	.ping_group_range = { KGIDT_INIT(1), KGIDT_INIT(0) },
	.local_port_range = { 32768, 60999 },
	.ip_unprivileged_port_start = 1024,
	.icmp_ratelimit = 1000,
	.icmp_ratemask = 1 << ICMP_DEST_UNREACH | 1 << ICMP_SOURCE_QUENCH |
			 1 << ICMP_TIME_EXCEEDED | 1 << ICMP_PARAMETERPROB,
	.icmp_msgs_per_sec = 1000,
	.icmp_msgs_burst = 50,
	.icmp_echo_ignore_broadcasts = 1,
	.icmp_ignore_bogus_error_responses = 1,
	.send_redirects = 1,
	.frag_high_thresh = 4 << 20,
	.frag_low_thresh = 3 << 20,
	.frag_time = 30,
	.min_pmtu = 552,
	.mtu_expires = 600,
	.gc_thresh1 = 128,
	.gc_thresh2 = 512,
	.gc_thresh3 = 1024,
	.neigh_base_reachable_ms = 30000,
	.neigh_retrans_ms = 1000,
	.neigh_delay_first_probe_ms = 5000,
	.neigh_gc_stale_ms = 60000,
	.neigh_ucast_solicit = 3,
	.neigh_mcast_solicit = 3,
	.neigh_unres_qlen_bytes = 212992,
	.route_max = XSYSCTL_ROUTE_MAX,
	.addr_max = 4096,
	.igmp_max_memberships = 20,
	.mcast_max = 8192,
	.rule_max = 32768,
};

/**
 * xsysctl_net_init - set a namespace's defaults and show them
 * @xn: state of the namespace
 *
 * Context: process.
 * Return: 0 or -ENOMEM.
 */
int xsysctl_net_init(struct xinet_net *xn)
{
	struct xinet_sysctl *sc = &xn->sysctl;
	unsigned int i;

	*sc = xsysctl_defaults;
	/* one row more, all zero, for kernels that want a sentinel */
	sc->table = kcalloc(ARRAY_SIZE(xsysctl_template) + 1,
			    sizeof(*sc->table), GFP_KERNEL_ACCOUNT);
	if (!sc->table)
		return -ENOMEM;
	memcpy(sc->table, xsysctl_template, sizeof(xsysctl_template));
	for (i = 0; i < ARRAY_SIZE(xsysctl_template); i++)
		sc->table[i].data = (char *)sc +
				    (unsigned long)sc->table[i].data;

	sc->header = xinet_register_net_sysctl(xn->net, "net/xinet", sc->table,
					       ARRAY_SIZE(xsysctl_template));
	if (!sc->header) {
		kfree(sc->table);
		return -ENOMEM;
	}
	return 0;
}

/**
 * xsysctl_net_exit - take a namespace's settings from /proc/sys
 * @xn: state of the namespace
 *
 * Context: process; waits for readers and writers.
 */
void xsysctl_net_exit(struct xinet_net *xn)
{
	unregister_net_sysctl_table(xn->sysctl.header);
	kfree(xn->sysctl.table);
}
