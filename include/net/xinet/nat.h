/* SPDX-License-Identifier: GPL-2.0 */
/* Translation of addresses and ports, over what conntrack remembers. */
#ifndef _NET_XINET_NAT_H
#define _NET_XINET_NAT_H

#include <linux/types.h>
#include <linux/workqueue.h>

struct sk_buff;
struct xinet_net;
struct xnf_conn;

/**
 * struct xnat_net - translation in a namespace
 * @users: rules that ask for it; the hooks are there while it is not 0
 * @warned: when a refusal was last said in the log, in jiffies; 0 for never
 * @masq: ends connections masqueraded with an address that is gone
 */
struct xnat_net {
	unsigned int users;
	unsigned long warned;
	struct work_struct masq;
};

/*
 * Hooks are there while somebody needs them; process context, may sleep. The
 * rules' room calls these as NAT rules come and go.
 */
int xnat_require(struct xinet_net *xn);
void xnat_release(struct xinet_net *xn);

bool xnat_undo(struct xinet_net *xn, struct sk_buff *skb);
bool xnat_move(struct sk_buff *skb, const struct xnf_conn *from,
	       const struct xnf_conn *to, int dir);
void xnat_masq_check(struct xinet_net *xn);

int xnat_net_init(struct xinet_net *xn);
void xnat_net_exit(struct xinet_net *xn);

#endif /* _NET_XINET_NAT_H */
