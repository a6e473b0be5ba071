/* SPDX-License-Identifier: GPL-2.0 */
/* Options that begin with a dash, for the commands named after other tools. */
#ifndef XIP_DASH_H
#define XIP_DASH_H

#include <linux/types.h>

/* What ping(8) and traceroute(8) exit with when the command line is wrong. */
#define DASH_WRONG	2

int dash_wrong(char opt, const char *val, const char *why);
int dash_unknown(char opt, const char *object);
int dash_no_value(char opt);
int dash_number(char opt, const char *val, __u64 min, __u64 max, __u64 *res);
int dash_u32(char opt, const char *val, __u32 min, __u32 max, __u32 *res);

#endif /* XIP_DASH_H */
