/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Counters of a namespace: per CPU, incremented without a lock.
 *
 * The columns are IPv4's (RFC 4293, 4113 and 2011 as /proc/net/snmp shows
 * them), plus one counter for each cause in drop.h.
 */
#ifndef _NET_XINET_MIB_H
#define _NET_XINET_MIB_H

#include <linux/percpu.h>
#include <linux/snmp.h>
#include <net/xinet/drop.h>

/**
 * struct xinet_mib - the counters of one CPU
 * @ip: indexed by IPSTATS_MIB_*
 * @icmp: indexed by ICMP_MIB_*
 * @udp: indexed by UDP_MIB_*
 * @drop: indexed by enum xinet_drop
 */
struct xinet_mib {
	unsigned long ip[__IPSTATS_MIB_MAX];
	unsigned long icmp[__ICMP_MIB_MAX];
	unsigned long udp[__UDP_MIB_MAX];
	unsigned long drop[XINET_DROP_MAX];
};

#define XIP_INC_STATS(xn, field)	this_cpu_inc((xn)->mib->ip[field])
#define XICMP_INC_STATS(xn, field)	this_cpu_inc((xn)->mib->icmp[field])
#define XUDP_INC_STATS(xn, field)	this_cpu_inc((xn)->mib->udp[field])

int xmib_net_init(struct xinet_net *xn);
void xmib_net_exit(struct xinet_net *xn);

#endif /* _NET_XINET_MIB_H */
