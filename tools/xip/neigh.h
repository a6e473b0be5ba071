/* SPDX-License-Identifier: GPL-2.0 */
/* The two halves of `xip neigh`: changing and showing. */
#ifndef XIP_NEIGH_H
#define XIP_NEIGH_H

#include <linux/types.h>
#include <stdbool.h>

struct args;
struct nlmsghdr;

int neigh_parse_state(struct args *a, __u32 *state);
void neigh_members(const struct nlmsghdr *nlh, bool dev);
int neigh_show(struct args *a, int arg);
int neigh_get(struct args *a, int arg);
int neigh_flush(struct args *a, int arg);

#endif /* XIP_NEIGH_H */
