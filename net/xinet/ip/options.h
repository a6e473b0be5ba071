/* SPDX-License-Identifier: GPL-2.0 */
/* Walking the options of a XIP header; pure, compiles in userspace too. */
#ifndef _XINET_IP_OPTIONS_H
#define _XINET_IP_OPTIONS_H

#ifdef __KERNEL__
#include <linux/types.h>
#include <net/xinet/drop.h>
#endif

enum xinet_drop xip_options_check(const u8 *opt, unsigned int len,
				  unsigned int *pointer);

#endif /* _XINET_IP_OPTIONS_H */
