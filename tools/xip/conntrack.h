/* SPDX-License-Identifier: GPL-2.0 */
/* The parts of `xip conntrack`. */
#ifndef XIP_CONNTRACK_H
#define XIP_CONNTRACK_H

#include <linux/types.h>

#include "parse.h"

struct args;
struct nlmsghdr;

extern const struct keyword ct_causes[], ct_tcp_states[], ct_flags[];

void ct_members(const struct nlmsghdr *nlh);
bool ct_is_event(const struct nlmsghdr *nlh);
void ct_print(const struct nlmsghdr *nlh);
int ct_events(struct args *a, int arg);
int ct_stats(struct args *a, int arg);

#endif /* XIP_CONNTRACK_H */
