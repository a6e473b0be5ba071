/* SPDX-License-Identifier: GPL-2.0 */
/* What users see of a namespace: /proc/net/xinet. */
#ifndef _NET_XINET_OBSERVE_H
#define _NET_XINET_OBSERVE_H

#include <linux/types.h>

struct xinet_net;

unsigned long xmib_fold(const struct xinet_net *xn, size_t offset);

int xproc_net_init(struct xinet_net *xn);
void xproc_net_exit(struct xinet_net *xn);
int xproc_snmp_net_init(struct xinet_net *xn);
int xproc_udp_net_init(struct xinet_net *xn);
int xproc_raw_net_init(struct xinet_net *xn);
int xproc_mcast_net_init(struct xinet_net *xn);
int xproc_route_net_init(struct xinet_net *xn);
int xproc_conntrack_net_init(struct xinet_net *xn);

#endif /* _NET_XINET_OBSERVE_H */
