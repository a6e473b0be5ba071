// SPDX-License-Identifier: GPL-2.0
/*
 * Events of all packets, mixed, become journeys.
 *
 * In: events as they are read. Out: each journey that is over, to the one who
 * asked: tr_gather_sweep() decides by the clock, tr_gather_flush() takes all
 * that are left, in the order in which they began. Pure: reads no clock and
 * prints nothing. What is swept is bounded: nothing waits longer than
 * TR_WAIT_NSEC, and of more events than TR_EVENTS_MAX the oldest journeys go.
 */
#include <stdlib.h>
#include <string.h>

#include "trace_gather.h"

#define TR_QUIET_NSEC	200000000ULL	/* after its end */
#define TR_WAIT_NSEC	4000000000ULL	/* a neighbour is given up after 3 s */
#define TR_EVENTS_MAX	262144

static struct tr_journey **tr_bucket(struct tr_gather *g,
				     unsigned long long root)
{
	return &g->bucket[root % TR_BUCKETS];
}

static struct tr_journey *tr_find(struct tr_gather *g, unsigned long long root)
{
	struct tr_journey *j = *tr_bucket(g, root);

	while (j && j->root != root)
		j = j->next;
	return root ? j : NULL;
}

static void tr_unlink(struct tr_gather *g, struct tr_journey *j)
{
	if (j->older)
		j->older->newer = j->newer;
	else
		g->oldest = j->newer;
	if (j->newer)
		j->newer->older = j->older;
	else
		g->newest = j->older;
}

static void tr_link_newest(struct tr_gather *g, struct tr_journey *j)
{
	j->older = g->newest;
	j->newer = NULL;
	if (g->newest)
		g->newest->newer = j;
	else
		g->oldest = j;
	g->newest = j;
}

static struct tr_journey *tr_begin(struct tr_gather *g,
				   unsigned long long root)
{
	struct tr_journey **at = tr_bucket(g, root);
	struct tr_journey *j = calloc(1, sizeof(*j));

	if (!j)
		return NULL;
	j->root = root;
	j->late = root && g->shown[root % TR_SHOWN] == root;
	j->matches = j->late;
	j->next = *at;
	*at = j;
	tr_link_newest(g, j);
	return j;
}

static void tr_forget(struct tr_gather *g, struct tr_journey *j)
{
	struct tr_journey **at = tr_bucket(g, j->root);

	while (*at != j)
		at = &(*at)->next;
	*at = j->next;
	tr_unlink(g, j);
	g->events -= j->n;
}

static void tr_end_journey(struct tr_gather *g, struct tr_journey *j)
{
	if (j->n && j->matches) {
		tr_journey_finish(j);
		g->done(j, g->arg);
	}
	tr_journey_clear(j);
	free(j);
}

/**
 * tr_gather_event - take one event
 * @g: the journeys
 * @e: the event; its text is ours afterwards, whatever comes back
 *
 * What is of no packet is no journey, but for routes that were not found.
 *
 * Return: false without memory.
 */
bool tr_gather_event(struct tr_gather *g, struct tr_event *e)
{
	unsigned long long root = tr_root(e);
	struct tr_journey *j;

	if (!root && tr_kind_of(e->name) != TR_ROUTE) {
		free(e->rest);
		return true;
	}
	j = tr_find(g, root);
	if (!j)
		j = tr_begin(g, root);
	if (!j || !tr_journey_add(j, e)) {
		free(e->rest);
		return false;
	}
	g->events++;
	j->matches |= tr_event_matches(&j->steps[j->n - 1].ev, g->match);
	if (j != g->newest) {
		tr_unlink(g, j);
		tr_link_newest(g, j);
	}
	return true;
}

/**
 * tr_gather_sweep - hand out what is over
 * @g: the journeys
 * @now: nanoseconds of the clock that the events have
 */
void tr_gather_sweep(struct tr_gather *g, unsigned long long now)
{
	struct tr_journey *j, *newer;

	for (j = g->oldest; j; j = newer) {
		bool full = g->events > TR_EVENTS_MAX;

		newer = j->newer;
		if (!full && j->last + TR_QUIET_NSEC > now)
			break;
		if (!full && j->last + TR_WAIT_NSEC > now &&
		    tr_journey_waits(j))
			continue;
		tr_forget(g, j);
		if (j->matches)
			g->shown[j->root % TR_SHOWN] = j->root;
		tr_end_journey(g, j);
	}
}

static int tr_began_earlier(const void *a, const void *b)
{
	const struct tr_journey * const *x = a, * const *y = b;
	unsigned long long s = (*x)->steps[0].ev.when;
	unsigned long long t = (*y)->steps[0].ev.when;

	return s < t ? -1 : s > t;
}

/**
 * tr_gather_flush - hand out all that is left
 * @g: the journeys, none afterwards
 */
void tr_gather_flush(struct tr_gather *g)
{
	struct tr_journey **all, *j;
	unsigned int n = 0, i;

	for (j = g->oldest; j; j = j->newer)
		n++;
	all = calloc(n + 1, sizeof(*all));
	for (n = 0; (j = g->oldest); ) {
		tr_forget(g, j);
		if (!all || !j->n)
			tr_end_journey(g, j);
		else
			all[n++] = j;
	}
	if (n)
		qsort(all, n, sizeof(*all), tr_began_earlier);
	for (i = 0; i < n; i++)
		tr_end_journey(g, all[i]);
	free(all);
}
