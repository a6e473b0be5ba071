/* SPDX-License-Identifier: GPL-2.0 */
/* Drops by reason. */
#ifndef XIP_TRACE_WHY_H
#define XIP_TRACE_WHY_H

#include "trace.h"

#define TR_WHY_BUCKETS	1024
#define TR_WHY_MAX	8192	/* kinds; more are counted only */

struct tr_why_kind;

/**
 * struct tr_why - drops by reason, function and namespace
 * @bucket: kinds by hash
 * @kinds: in the order in which they were first seen
 * @n: how many
 * @others: drops of kinds that there was no room for
 */
struct tr_why {
	struct tr_why_kind *bucket[TR_WHY_BUCKETS];
	struct tr_why_kind *kinds[TR_WHY_MAX];
	unsigned int n;
	unsigned long long others;
};

bool tr_why_event(struct tr_why *why, const struct tr_event *e);
void tr_why_new(const struct tr_why *why, unsigned int from);
void tr_why_paint(struct tr_why *why);
void tr_why_print(struct tr_why *why);
void tr_why_free(struct tr_why *why);

#endif /* XIP_TRACE_WHY_H */
