/* SPDX-License-Identifier: GPL-2.0 */
/* Numbers of rtnetlink that have names. */
#ifndef XIP_NAMES_H
#define XIP_NAMES_H

#include "parse.h"

extern const struct keyword names_scope[], names_proto[], names_type[],
			    names_table[], names_nud[], names_ipproto[];

const char *names_get(const struct keyword *table, unsigned int val);
int names_parse(const struct keyword *table, const char *word, __u32 max,
		__u32 *val);

#endif /* XIP_NAMES_H */
