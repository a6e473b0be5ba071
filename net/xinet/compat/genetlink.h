/* SPDX-License-Identifier: GPL-2.0 */
/* The attributes of a dump's request lie elsewhere in newer kernels. */
#ifndef _XINET_COMPAT_GENETLINK_H
#define _XINET_COMPAT_GENETLINK_H

#include <net/genetlink.h>

static inline struct nlattr **xinet_genl_dump_attrs(struct netlink_callback *cb)
{
#ifdef XINET_HAVE_GENL_INFO_DUMP
	return genl_info_dump(cb)->attrs;
#else
	return genl_dumpit_info(cb)->attrs;
#endif
}

#endif /* _XINET_COMPAT_GENETLINK_H */
