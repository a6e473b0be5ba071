/* SPDX-License-Identifier: GPL-2.0 */
/* Routes of a namespace: what the lookup and the netlink room share. */
#ifndef _NET_XINET_FIB_H
#define _NET_XINET_FIB_H

#include <linux/types.h>

struct xfib_table;

/**
 * struct xfib_net - routes of a namespace
 * @main: the table that `xip route` shows
 */
struct xfib_net {
	struct xfib_table *main;
};

#endif /* _NET_XINET_FIB_H */
