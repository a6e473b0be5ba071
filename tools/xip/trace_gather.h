/* SPDX-License-Identifier: GPL-2.0 */
/* Events of all packets, mixed, become journeys. */
#ifndef XIP_TRACE_GATHER_H
#define XIP_TRACE_GATHER_H

#include "trace_model.h"

#define TR_BUCKETS	16384
#define TR_SHOWN	4096

/**
 * struct tr_gather - journeys that are not over
 * @match: which packets are asked for
 * @done: called with each journey that is over and matches, finished; it may
 *	take the steps over
 * @arg: its second argument
 * @bucket: by number of the datagram
 * @oldest: of those to which something happened, the longest ago
 * @newest: the other end of that list
 * @shown: datagrams that were handed out, by number
 * @events: of all journeys that are not over
 */
struct tr_gather {
	const struct tr_match *match;
	void (*done)(struct tr_journey *j, void *arg);
	void *arg;
	struct tr_journey *bucket[TR_BUCKETS];
	struct tr_journey *oldest, *newest;
	unsigned long long shown[TR_SHOWN];
	unsigned int events;
};

bool tr_gather_event(struct tr_gather *g, struct tr_event *e);
void tr_gather_sweep(struct tr_gather *g, unsigned long long now);
void tr_gather_flush(struct tr_gather *g);

#endif /* XIP_TRACE_GATHER_H */
