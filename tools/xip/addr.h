/* SPDX-License-Identifier: GPL-2.0 */
/* The two halves of `xip addr`: changing and showing. */
#ifndef XIP_ADDR_H
#define XIP_ADDR_H

struct args;
struct nlmsghdr;

int addr_show(struct args *a, int arg);
int addr_flush(struct args *a, int arg);
void addr_members(const struct nlmsghdr *nlh);

#endif /* XIP_ADDR_H */
