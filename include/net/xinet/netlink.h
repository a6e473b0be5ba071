/* SPDX-License-Identifier: GPL-2.0 */
/* The netlink room: registration of its message handlers at load and unload. */
#ifndef _NET_XINET_NETLINK_H
#define _NET_XINET_NETLINK_H

#include <linux/types.h>

struct xneigh;

int xnl_addr_init(void);
void xnl_addr_exit(void);
int xnl_route_init(void);
void xnl_route_exit(void);
int xnl_neigh_init(void);
void xnl_neigh_exit(void);
void xnl_neigh_notify(struct xneigh *n, int type, u32 portid);

#endif /* _NET_XINET_NETLINK_H */
