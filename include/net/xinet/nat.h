/* SPDX-License-Identifier: GPL-2.0 */
/* Translation of addresses and ports, over what conntrack remembers. */
#ifndef _NET_XINET_NAT_H
#define _NET_XINET_NAT_H

#include <linux/types.h>

struct sk_buff;
struct xinet_net;

/*
 * Hooks are there while somebody needs them; process context, may sleep. The
 * rules' room calls these as NAT rules come and go.
 */
int xnat_require(struct xinet_net *xn);
void xnat_release(struct xinet_net *xn);

bool xnat_undo(struct xinet_net *xn, struct sk_buff *skb);

#endif /* _NET_XINET_NAT_H */
