/* SPDX-License-Identifier: GPL-2.0 */
/* The counters of `xip stat`, and what was seen of them before. */
#ifndef XIP_STAT_H
#define XIP_STAT_H

#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>

#define STAT_NAME	48	/* longest name of a group or counter + 1 */
#define STAT_MAX	1024	/* counters */
#define STAT_GROUPS	32	/* groups */

/**
 * struct counter - a counter
 * @group: such as Ip
 * @name: such as InReceives
 * @val: now
 * @base: what is subtracted for show
 */
struct counter {
	char group[STAT_NAME];
	char name[STAT_NAME];
	__u64 val, base;
};

/**
 * struct counters - all of a namespace
 * @n: how many
 * @c: in the kernel's order, a group's counters together
 */
struct counters {
	size_t n;
	struct counter c[STAT_MAX];
};

int stat_since_last(struct counters *now, bool keep);

#endif /* XIP_STAT_H */
