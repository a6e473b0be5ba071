/* SPDX-License-Identifier: GPL-2.0 */
/* Journeys: what the text, the JSON and the picture of xip trace share. */
#ifndef XIP_TRACE_MODEL_H
#define XIP_TRACE_MODEL_H

#include <stdbool.h>
#include <stddef.h>

#include "trace.h"

#define TR_ENDS_SIZE	96

/**
 * enum tr_kind - what an event tells
 * @TR_STAGE: the packet entered a function
 * @TR_HOOK: a hook function was run
 * @TR_ROUTE: a route was asked for
 * @TR_NEIGH: the next hop was asked for
 * @TR_CT: something happened to its connection
 * @TR_NAT: one side was rewritten
 * @TR_FRAG: a fragment was made or taken, or the datagram is whole
 * @TR_QUEUE: a socket sent, got or gave it
 * @TR_DROP: it ended
 * @TR_OTHER: an event that this version does not know
 */
enum tr_kind {
	TR_STAGE, TR_HOOK, TR_ROUTE, TR_NEIGH, TR_CT, TR_NAT, TR_FRAG,
	TR_QUEUE, TR_DROP, TR_OTHER,
};

/**
 * enum tr_way - which way a packet goes
 * @TR_REQUEST: there
 * @TR_REPLY: back
 * @TR_ERROR: an ICMP message about another packet
 */
enum tr_way {
	TR_REQUEST, TR_REPLY, TR_ERROR,
};

/**
 * struct tr_step - an event in its place
 * @ev: the event; its text is ours
 * @kind: what it tells
 * @moved: in another namespace, or by another device, than the step before
 * @other: of another packet than the step before: the datagram or a fragment
 * @rewritten: the same packet as before, but its ends are others now
 * @copy: a drop of a copy of what a socket got
 */
struct tr_step {
	struct tr_event ev;
	enum tr_kind kind;
	bool moved, other, rewritten, copy;
};

/**
 * struct tr_journey - what a datagram and its fragments passed
 * @root: the datagram's number; 0: a route that was not found
 * @cause: of an ICMP error that began here: number of the packet it is about
 * @steps: in the order of time, once finished
 * @n: how many
 * @room: for how many there is room
 * @last: time of the newest
 * @matches: a step is what was asked for
 * @waits: nothing says that it is over
 * @late: what came before was shown already
 * @incomplete: events were lost while it was on its way, perhaps its own
 * @verdict: what became of it
 * @drop: where it ended, or NULL
 * @way: which way it goes
 * @next: of its hash chain
 * @older: neighbour in the order of @last
 * @newer: the other neighbour
 */
struct tr_journey {
	unsigned long long root, cause;
	struct tr_step *steps;
	unsigned int n, room;
	unsigned long long last;
	bool matches, waits, late, incomplete;
	const char *verdict;
	const struct tr_step *drop;
	enum tr_way way;
	struct tr_journey *next, *older, *newer;
};

unsigned long long tr_root(const struct tr_event *e);
enum tr_kind tr_kind_of(const char *name);
bool tr_step_is(const struct tr_step *s, enum tr_kind kind, const char *word);
void tr_ends(char *buf, size_t size, const struct tr_event *e);
bool tr_same_ends(const struct tr_event *a, const struct tr_event *b);

bool tr_journey_add(struct tr_journey *j, struct tr_event *e);
bool tr_journey_waits(const struct tr_journey *j);
void tr_journey_finish(struct tr_journey *j);
void tr_journey_clear(struct tr_journey *j);

#endif /* XIP_TRACE_MODEL_H */
