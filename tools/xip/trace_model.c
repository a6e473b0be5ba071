// SPDX-License-Identifier: GPL-2.0
/*
 * Journeys, from events.
 *
 * In: the events of one datagram and its fragments, nearly in the order of
 * time. Out: struct tr_journey, of which text, JSON and picture are made: steps
 * in order, each with what has changed since the one before, and what became of
 * the datagram. Pure: reads nothing, prints nothing.
 */
#include <arpa/inet.h>
#include <linux/icmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "trace_model.h"
#include "trace_ring.h"
#include "util.h"

/**
 * tr_value - a value of what an event says beside
 * @e: the event
 * @key: its name
 * @buf: filled, "" if it is not there
 * @size: of @buf
 */
void tr_value(const struct tr_event *e, const char *key, char *buf,
	      unsigned int size)
{
	size_t len = strlen(key);
	const char *at = e->rest;

	buf[0] = '\0';
	while ((at = strstr(at, key))) {
		if ((at == e->rest || at[-1] == ' ') && at[len] == '=') {
			snprintf(buf, size, "%.*s",
				 (int)strcspn(at + len + 1, " "), at + len + 1);
			return;
		}
		at += len;
	}
}

/**
 * tr_event_matches - is an event about what was asked for?
 * @e: the event
 * @match: what was asked for
 *
 * Return: true if it is.
 */
bool tr_event_matches(const struct tr_event *e, const struct tr_match *match)
{
	return prefix_covers(&match->src, e->saddr, 32) &&
	       prefix_covers(&match->dst, e->daddr, 32) &&
	       (match->proto < 0 || (int)e->proto == match->proto) &&
	       (match->sport < 0 || (int)e->sport == match->sport) &&
	       (match->dport < 0 || (int)e->dport == match->dport);
}

/**
 * tr_root - whose journey an event is of
 * @e: the event
 *
 * Return: the number of the datagram, also for its fragments; 0: no packet's.
 */
unsigned long long tr_root(const struct tr_event *e)
{
	return e->parent ? e->parent : e->id;
}

/**
 * tr_kind_of - what an event tells
 * @name: the event's
 *
 * Return: the kind, TR_OTHER if the name is not known.
 */
enum tr_kind tr_kind_of(const char *name)
{
	static const char * const names[] = {
		[TR_STAGE] = "stage", [TR_HOOK] = "hook", [TR_ROUTE] = "route",
		[TR_NEIGH] = "neigh", [TR_CT] = "ct", [TR_NAT] = "nat",
		[TR_FRAG] = "frag", [TR_QUEUE] = "queue", [TR_DROP] = "drop",
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(names); i++)
		if (!strcmp(names[i], name))
			return i;
	return TR_OTHER;
}

/**
 * tr_step_is - does a step say that?
 * @s: the step
 * @kind: what it tells
 * @word: how its text begins, or NULL for any
 *
 * Return: true if it does.
 */
bool tr_step_is(const struct tr_step *s, enum tr_kind kind, const char *word)
{
	return s->kind == kind &&
	       (!word || !strncmp(s->ev.rest, word, strlen(word)));
}

static void tr_end(char *buf, size_t size, __be32 addr, unsigned int port,
		   bool ports)
{
	char text[INET_ADDRSTRLEN];

	inet_ntop(AF_INET, &addr, text, sizeof(text));
	if (ports)
		snprintf(buf, size, "%s:%u", text, port);
	else
		snprintf(buf, size, "%s", text);
}

/**
 * tr_ends - "10.0.0.1:5 > 10.0.0.2:7", or "10.0.0.1 > 10.0.0.2 type 8/0 id 5"
 * @buf: filled
 * @size: of @buf
 * @e: an event of the packet
 */
void tr_ends(char *buf, size_t size, const struct tr_event *e)
{
	bool icmp = e->proto == IPPROTO_ICMP;
	bool ports = !icmp && (e->sport || e->dport);
	char from[32], to[32];

	tr_end(from, sizeof(from), e->saddr, e->sport, ports);
	tr_end(to, sizeof(to), e->daddr, e->dport, ports);
	/* where others have ports, ICMP has type and code, and an id */
	if (icmp && (e->sport || e->dport))
		snprintf(buf, size, "%s > %s type %u/%u id %u", from, to,
			 e->dport >> 8, e->dport & 0xff, e->sport);
	else
		snprintf(buf, size, "%s > %s", from, to);
}

/**
 * tr_same_ends - do two events have the same addresses and ports?
 * @a: one
 * @b: the other
 *
 * Return: true if they do.
 */
bool tr_same_ends(const struct tr_event *a, const struct tr_event *b)
{
	return a->saddr == b->saddr && a->daddr == b->daddr &&
	       a->sport == b->sport && a->dport == b->dport;
}

/**
 * tr_journey_add - another event of the datagram
 * @j: its journey
 * @e: the event; its text belongs to the journey afterwards
 *
 * Return: false without memory, and then @e is untouched.
 */
bool tr_journey_add(struct tr_journey *j, struct tr_event *e)
{
	struct tr_step *s;

	if (j->n == j->room) {
		unsigned int room = j->room ? 2 * j->room : 16;

		s = realloc(j->steps, room * sizeof(*s));
		if (!s)
			return false;
		j->steps = s;
		j->room = room;
	}
	s = &j->steps[j->n++];
	*s = (struct tr_step){ .ev = *e, .kind = tr_kind_of(e->name) };
	e->rest = NULL;
	if (s->ev.when > j->last)
		j->last = s->ev.when;
	return true;
}

/* What one step says of how it ended, or NULL. */
static const char *tr_verdict_of(const struct tr_step *s, bool got)
{
	if (tr_step_is(s, TR_QUEUE, "read"))
		return "delivered";
	if (tr_step_is(s, TR_QUEUE, "queued"))
		return "not read yet";
	if (tr_step_is(s, TR_NEIGH, "queued"))
		return "waits for its neighbour";
	if (tr_step_is(s, TR_NEIGH, "known") ||
	    tr_step_is(s, TR_NEIGH, "mapped"))
		return "left";
	if (tr_step_is(s, TR_STAGE, "xicmp_rcv") && !got)
		return "delivered";
	return NULL;
}

/*
 * How it ended, by its last word. A socket that got it has a copy, and the
 * other one may end as a drop: that is none of the datagram's.
 */
static void tr_judge(struct tr_journey *j)
{
	const char *verdict = "on its way", *says;
	struct tr_step *s;
	bool got = false;

	j->drop = NULL;
	for (s = j->steps; s < j->steps + j->n; s++) {
		got |= tr_step_is(s, TR_QUEUE, "queued") ||
		       tr_step_is(s, TR_QUEUE, "read");
		if (s->kind == TR_DROP && !j->drop)
			j->drop = s;
		says = tr_verdict_of(s, got);
		if (says)
			verdict = says;
	}
	for (s = j->steps; s < j->steps + j->n; s++)
		s->copy = got && s->kind == TR_DROP;
	if (got)
		j->drop = NULL;
	j->verdict = j->drop ? "dropped" : verdict;
}

/**
 * tr_journey_waits - may more come?
 * @j: the journey, finished or not
 *
 * Return: true while nothing says that the datagram has arrived, ended or left.
 */
bool tr_journey_waits(const struct tr_journey *j)
{
	bool ended = false;
	unsigned int i = j->n;

	while (i--) {
		const struct tr_step *s = &j->steps[i];

		/* who got it may read it, whatever became of other copies */
		if (tr_step_is(s, TR_QUEUE, "queued"))
			return true;
		if (s->kind == TR_DROP || tr_step_is(s, TR_STAGE, "xicmp_rcv"))
			ended = true;
		else if (tr_verdict_of(s, false))
			return !ended && tr_step_is(s, TR_NEIGH, "queued");
	}
	return j->root && !ended;
}

/* Each CPU's events are in order, and a merge leaves little to be moved. */
static void tr_sort_steps(struct tr_journey *j)
{
	unsigned int i, k;

	for (i = 1; i < j->n; i++) {
		struct tr_step s = j->steps[i];

		for (k = i; k && j->steps[k - 1].ev.when > s.ev.when; k--)
			j->steps[k] = j->steps[k - 1];
		j->steps[k] = s;
	}
}

static enum tr_way tr_which_way(const struct tr_journey *j)
{
	const struct tr_event *e = &j->steps[0].ev;
	unsigned int i, type = e->dport >> 8;
	char info[8];

	if (e->proto == IPPROTO_ICMP && (e->sport || e->dport)) {
		if (type == ICMP_DEST_UNREACH || type == ICMP_SOURCE_QUENCH ||
		    type == ICMP_REDIRECT || type == ICMP_TIME_EXCEEDED ||
		    type == ICMP_PARAMETERPROB)
			return TR_ERROR;
		if (type == ICMP_ECHOREPLY || type == ICMP_TIMESTAMPREPLY)
			return TR_REPLY;
	}
	for (i = 0; i < j->n; i++) {
		if (j->steps[i].kind != TR_CT)
			continue;
		/* IP_CT_ESTABLISHED_REPLY is the first of the way back */
		tr_value(&j->steps[i].ev, "ctinfo", info, sizeof(info));
		if (atoi(info) >= 3)
			return TR_REPLY;
	}
	return TR_REQUEST;
}

/**
 * tr_journey_finish - make of events what can be shown
 * @j: a journey with one event at least
 */
void tr_journey_finish(struct tr_journey *j)
{
	const struct tr_event *last = NULL;
	struct tr_span span = { };
	unsigned int i;

	tr_sort_steps(j);
	for (i = 0; i < j->n; i++) {
		struct tr_step *s = &j->steps[i];
		const struct tr_event *e = &s->ev;

		s->moved = !last || last->netns != e->netns ||
			   (e->dev[0] && strcmp(last->dev, e->dev));
		s->other = !last || last->id != e->id;
		s->rewritten = !s->other && !tr_same_ends(last, e);
		last = e;
		if (e->cause)
			j->cause = e->cause;
		tr_span_add(&span, e);
	}
	j->incomplete = tr_span_lost(&span);
	tr_judge(j);
	j->waits = tr_journey_waits(j);
	j->way = tr_which_way(j);
}

/**
 * tr_journey_clear - give a journey's events back
 * @j: without steps afterwards
 */
void tr_journey_clear(struct tr_journey *j)
{
	while (j->n)
		free(j->steps[--j->n].ev.rest);
	free(j->steps);
	j->steps = NULL;
	j->room = 0;
}
