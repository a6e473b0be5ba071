/* SPDX-License-Identifier: GPL-2.0 */
/* Links, as `xip link` shows them, and `xip addr` above their addresses. */
#ifndef XIP_LINK_H
#define XIP_LINK_H

#include "nl.h"

int link_dump(unsigned int ifindex, nl_cb cb, void *data);
void link_print_lines(const struct nlmsghdr *nlh);
void link_print(const struct nlmsghdr *nlh);
void link_print_short(const struct nlmsghdr *nlh);

#endif /* XIP_LINK_H */
