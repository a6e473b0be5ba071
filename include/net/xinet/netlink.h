/* SPDX-License-Identifier: GPL-2.0 */
/* The netlink room: registration of its message handlers at load and unload. */
#ifndef _NET_XINET_NETLINK_H
#define _NET_XINET_NETLINK_H

#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/types.h>

struct xfib_info;
struct xin_ifaddr;
struct xinet_net;
struct xneigh;
struct xnl_info;

/**
 * struct xnl_net - what sockets of generic netlink have begun in a namespace
 * @lock: whoever touches it
 * @sets: rules that shall take the place of others (netlink/rules_set.c)
 * @n_sets: how many
 */
struct xnl_net {
	struct mutex lock; /* all of this */
	struct list_head sets;
	unsigned int n_sets;
};

int xnl_net_init(struct xinet_net *xn);
void xnl_net_exit(struct xinet_net *xn);

int xnl_diag_init(void);
void xnl_diag_exit(void);

int xnl_genl_init(void);
void xnl_genl_exit(void);

int xnl_addr_init(void);
void xnl_addr_exit(void);
void xnl_addr_notify(int event, struct xinet_net *xn,
		     const struct xin_ifaddr *ifa,
		     const struct xnl_info *info);

int xnl_route_init(void);
void xnl_route_exit(void);
void xnl_route_notify(int event, struct xinet_net *xn, __be32 dst, u8 dst_len,
		      const struct xfib_info *fi, const struct xnl_info *info,
		      unsigned int nlflags);

int xnl_neigh_init(void);
void xnl_neigh_exit(void);
void xnl_neigh_notify(struct xneigh *n, int type, u32 portid);

#endif /* _NET_XINET_NETLINK_H */
