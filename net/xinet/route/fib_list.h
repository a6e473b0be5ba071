/* SPDX-License-Identifier: GPL-2.0 */
/* The routes of one prefix: for fib_table.c and fib_flush.c alone. */
#ifndef _XINET_FIB_LIST_H
#define _XINET_FIB_LIST_H

#include <net/xinet/netns.h>

/* fib_list.c */
int xfib_charge(struct xinet_net *xn, bool replace,
		struct netlink_ext_ack *extack);
void xfib_uncharge(struct xinet_net *xn);
void xfib_changed(struct xinet_net *xn);
struct xfib_entry *xfib_entry_alloc(struct xfib_info *fi);
void xfib_link(struct xinet_net *xn, u32 key, u8 len, struct xfib_entry *prev,
	       struct xfib_entry *next, struct xfib_entry *e);
void xfib_unlink(struct xinet_net *xn, u32 key, u8 len,
		 struct xfib_entry *prev, struct xfib_entry *e);
void xfib_info_release(struct xinet_net *xn, struct xfib_info *fi);
void xfib_entry_free(struct xinet_net *xn, struct xfib_entry *e);
int xfib_to_list(struct xinet_net *xn, u32 key, u8 len);
void xfib_from_list(struct xinet_net *xn, u32 key, u8 len);

#endif /* _XINET_FIB_LIST_H */
