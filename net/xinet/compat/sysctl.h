/* SPDX-License-Identifier: GPL-2.0 */
/*
 * sysctl tables: newer kernels take their size and hand handlers a const row,
 * older ones end at a zeroed row, which the caller has always allocated.
 */
#ifndef _XINET_COMPAT_SYSCTL_H
#define _XINET_COMPAT_SYSCTL_H

#include <linux/sysctl.h>

#ifdef XINET_HAVE_CONST_CTL_TABLE
#define XINET_CTL_CONST const
#else
#define XINET_CTL_CONST
#endif

static inline struct ctl_table_header *
xinet_register_net_sysctl(struct net *net, const char *path,
			  struct ctl_table *table, size_t size)
{
#ifdef XINET_HAVE_REGISTER_NET_SYSCTL_SZ
	return register_net_sysctl_sz(net, path, table, size);
#else
	return register_net_sysctl(net, path, table);
#endif
}

#endif /* _XINET_COMPAT_SYSCTL_H */
