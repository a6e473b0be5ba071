// SPDX-License-Identifier: GPL-2.0
/*
 * Which journeys may lack events, where a buffer was too small.
 *
 * In: between which times a CPU's events were lost, and the events of a
 * journey. Out: whether any of these can have been one of the journey's. It is
 * never called whole where it is not; it may be called incomplete where it is
 * whole, if something else was lost meanwhile.
 */
#include <stdlib.h>
#include <string.h>

#include "trace_ring.h"

/**
 * struct gap - when events were lost
 * @from: time of the last one before
 * @to: time of the first one behind
 */
struct gap {
	unsigned long long from;
	unsigned long long to;
};

static struct gap *gaps;
static unsigned int n_gaps, gap_room;

/**
 * tr_lost_note - events were lost
 * @from: time of the last one before
 * @to: time of the first one behind
 */
void tr_lost_note(unsigned long long from, unsigned long long to)
{
	unsigned int room = gap_room ? 2 * gap_room : 64;
	struct gap *gap;

	if (n_gaps == gap_room) {
		gap = realloc(gaps, room * sizeof(*gap));
		if (gap) {
			gaps = gap;
			gap_room = room;
		} else if (n_gaps) {
			/* too many to tell apart: one large one */
			if (gaps[n_gaps - 1].from > from)
				gaps[n_gaps - 1].from = from;
			gaps[n_gaps - 1].to = to;
			return;
		} else {
			return;
		}
	}
	gaps[n_gaps++] = (struct gap){ from, to };
}

/** tr_lost_forget - as if nothing had been lost */
void tr_lost_forget(void)
{
	free(gaps);
	gaps = NULL;
	n_gaps = 0;
	gap_room = 0;
}

/**
 * tr_span_add - another event of a journey
 * @span: what is known of it, all 0 before the first
 * @e: the event
 */
void tr_span_add(struct tr_span *span, const struct tr_event *e)
{
	if (!span->first || e->when < span->first)
		span->first = e->when;
	if (e->when > span->last)
		span->last = e->when;
	span->born |= e->born;
	span->ended |= !strcmp(e->name, "drop") ||
		       (!strcmp(e->name, "queue") &&
			!strncmp(e->rest, "read", 4));
}

/**
 * tr_span_lost - may a journey lack events?
 * @span: from when to when it is known
 *
 * Return: true if events were lost at a time at which it was on its way, or may
 * have been, since its beginning or its end is not known.
 */
bool tr_span_lost(const struct tr_span *span)
{
	unsigned int i;

	for (i = 0; i < n_gaps; i++)
		if ((!span->born || gaps[i].to >= span->first) &&
		    (!span->ended || gaps[i].from <= span->last))
			return true;
	return false;
}
