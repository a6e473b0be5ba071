/* SPDX-License-Identifier: GPL-2.0 */
/* What the files that show and end connections share. */
#ifndef _XINET_NETLINK_CONNTRACK_H
#define _XINET_NETLINK_CONNTRACK_H

#include <linux/netfilter/nf_conntrack_tuple_common.h>
#include <net/xinet/conntrack.h>
#include "genl.h"

/* Buckets looked at before others may run. */
#define XNL_CT_BUCKETS	64

int xnl_ct_filter(const struct nlattr *attr, struct xrule_match *m,
		  struct netlink_ext_ack *extack);
bool xnl_ct_match(const struct xnf_conn *ct, const struct xrule_match *m);
int xnl_ct_put(struct sk_buff *skb, const struct xnf_conn *ct);

/**
 * xnl_ct_alive - is it worth being shown?
 * @ct: a connection out of the table
 *
 * Context: RCU read lock.
 * Return: false for one that is over and about to go.
 */
static inline bool xnl_ct_alive(const struct xnf_conn *ct)
{
	return xct_left(ct) > 0 && !test_bit(IPS_DYING_BIT, &ct->status);
}

#endif /* _XINET_NETLINK_CONNTRACK_H */
