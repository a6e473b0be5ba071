/* SPDX-License-Identifier: GPL-2.0 */
/* From the trace buffer's pages to events: trace_ring.c, trace_decode.c. */
#ifndef XIP_TRACE_RING_H
#define XIP_TRACE_RING_H

#include <stdbool.h>

#include "trace.h"

struct tep_handle;
struct tep_record;
struct tracefs_instance;

int tr_ring_open(struct tracefs_instance *instance);
void tr_ring_read(int (*take)(struct tep_record *record, void *arg),
		  void *arg);
void tr_ring_close(void);

void tr_stale_remove(void);

int tr_decode(struct tep_handle *tep, struct tep_record *record,
	      struct tr_list *list);
void tr_decode_end(void);

/**
 * struct tr_span - from when to when a journey is known
 * @first: its first event
 * @last: and its last
 * @born: its beginning was seen
 * @ended: its end was seen
 */
struct tr_span {
	unsigned long long first;
	unsigned long long last;
	bool born;
	bool ended;
};

void tr_lost_note(unsigned long long from, unsigned long long to);
void tr_lost_forget(void);
void tr_span_add(struct tr_span *span, const struct tr_event *e);
bool tr_span_lost(const struct tr_span *span);

#endif /* XIP_TRACE_RING_H */
