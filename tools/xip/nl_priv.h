/* SPDX-License-Identifier: GPL-2.0 */
/* What nl.c, nl_pipe.c and nl_genl.c share. */
#ifndef XIP_NL_PRIV_H
#define XIP_NL_PRIV_H

#include <sys/types.h>

#include "nl.h"

__u32 nl_stamp(struct nlmsghdr *nlh);
void nl_use(enum nl_bus bus);
int nl_send(const void *buf, size_t len);
ssize_t nl_recv(const struct nlmsghdr **first);
bool nl_mine(const struct nlmsghdr *nlh, __u32 seq);
int nl_verdict(const struct nlmsghdr *nlh, bool quiet);
bool nl_enqueue(struct nlmsghdr *nlh, enum nl_bus bus);
bool nl_genl_mine(const struct nlmsghdr *nlh);

#endif /* XIP_NL_PRIV_H */
