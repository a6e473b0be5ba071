// SPDX-License-Identifier: GPL-2.0
/*
 * What a frame of a capture has met, in a line: its number, where it was seen,
 * its connection, translations, and what became of it if it ended there.
 *
 * In: events and frames of all packets. Out: a comment for each frame of a
 * packet that was asked for. A frame's story is that of its packet and of the
 * datagram that it is a fragment of, in one namespace: for one that leaves,
 * from its arrival there on; for one that arrives, until it leaves.
 */
#include <arpa/inet.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "out.h"
#include "trace_pcap.h"

#define STORY_NATS	4

/**
 * struct step - an event or a frame
 * @root: number of the datagram
 * @id: number of the packet
 * @when: its time
 * @netns: its namespace
 * @ev: the event, or NULL
 * @frame: the frame, or NULL
 */
struct step {
	unsigned long long root;
	unsigned long long id;
	unsigned long long when;
	unsigned int netns;
	const struct tr_event *ev;
	struct tr_frame *frame;
};

/**
 * struct story - what a packet has met
 * @ct: the last event that named a connection
 * @nat: translations
 * @nats: how many
 * @cause: of an error, number of the packet that it is about
 * @drop: its end
 * @got: how a program got it
 */
struct story {
	const struct tr_event *ct;
	const struct tr_event *nat[STORY_NATS];
	unsigned int nats;
	unsigned long long cause;
	const struct tr_event *drop;
	const char *got;
};

static bool is(const struct tr_event *e, const char *name, const char *word)
{
	return !strcmp(e->name, name) &&
	       (!word || !strncmp(e->rest, word, strlen(word)));
}

static void story_add(struct story *s, const struct tr_event *e)
{
	char ct[16];

	tr_value(e, "ct", ct, sizeof(ct));
	if (strtoul(ct, NULL, 16))
		s->ct = e;
	if (e->cause)
		s->cause = e->cause;
	if (is(e, "nat", NULL) && s->nats < STORY_NATS)
		s->nat[s->nats++] = e;
	else if (is(e, "drop", NULL) && !s->drop)
		s->drop = e;
	else if (is(e, "queue", "read") || is(e, "stage", "xicmp_rcv"))
		s->got = "delivered";
	else if (is(e, "queue", "queued") && !s->got)
		s->got = "not read yet";
}

/* Is a step one of the frame's own, or of its datagram's, at the same place? */
static bool of_frame(const struct step *s, const struct step *f)
{
	return s->netns == f->netns && (s->id == f->id || s->id == f->root);
}

static bool arrived(const struct step *s, const struct step *f)
{
	return s->frame && s->frame->where == TR_FRAME_IN &&
	       s->netns == f->netns;
}

static bool left(const struct step *s, const struct step *f)
{
	return s->frame && s->frame->where == TR_FRAME_OUT &&
	       s->netns == f->netns;
}

/* From the arrival at this place, or from the beginning, to the frame. */
static void story_before(struct story *s, const struct step *first,
			 const struct step *at)
{
	const struct step *from = at;

	while (from > first && !arrived(from - 1, at))
		from--;
	for (; from < at; from++)
		if (from->ev && of_frame(from, at))
			story_add(s, from->ev);
}

/* What comes behind an arrival; translations are told where it leaves. */
static void story_after(struct story *s, const struct step *at,
			const struct step *end)
{
	const struct step *to;

	for (to = at + 1; to < end && !left(to, at); to++)
		if (to->ev && of_frame(to, at))
			story_add(s, to->ev);
	if (to < end)
		s->nats = 0;
}

/* Between its last step here and the next arrival it can end yet. */
static void story_end(struct story *s, const struct step *at,
		      const struct step *end)
{
	const struct step *to;

	for (to = at + 1; to < end; to++) {
		if (to->id != at->id)
			continue;
		if (to->frame && to->frame->where == TR_FRAME_IN)
			return;
		if (to->ev && is(to->ev, "drop", NULL) && !s->drop)
			s->drop = to->ev;
	}
}

/* A packet that ended is seen already if it came or went before. */
static bool shown_before(const struct step *first, const struct step *at)
{
	const struct step *s;

	for (s = first; s < at; s++)
		if (arrived(s, at) || (left(s, at) && s->id == at->id))
			return true;
	return false;
}

static void __printf(3, 4) add(char *buf, size_t size, const char *fmt, ...)
{
	size_t len = strlen(buf);
	va_list args;

	va_start(args, fmt);
	vsnprintf(buf + len, size - len, fmt, args);
	va_end(args);
}

static void add_nat(char *buf, size_t size, const struct tr_event *e)
{
	char src[INET_ADDRSTRLEN], dst[INET_ADDRSTRLEN];
	const char *to = strstr(e->rest, " to ");

	inet_ntop(AF_INET, &e->saddr, src, sizeof(src));
	inet_ntop(AF_INET, &e->daddr, dst, sizeof(dst));
	add(buf, size, "; NAT %.*s %s:%u > %s:%u -> %s",
	    (int)strcspn(e->rest, " "), e->rest, src, e->sport, dst, e->dport,
	    to ? to + 4 : "?");
}

static char *story_text(const struct story *s, const struct tr_frame *f)
{
	static const char * const seen[] = {
		[TR_FRAME_IN] = " xip_rcv",
		[TR_FRAME_OUT] = " xneigh_output",
		[TR_FRAME_DROPPED] = "",
	};
	char buf[1024] = "", one[64], two[64];
	unsigned int i;

	add(buf, sizeof(buf), "#%llu", f->id);
	if (f->parent)
		add(buf, sizeof(buf), " fragment of #%llu", f->parent);
	add(buf, sizeof(buf), "%s", f->where <= TR_FRAME_DROPPED ?
	    seen[f->where] : "");
	if (s->cause)
		add(buf, sizeof(buf), "; about #%llu", s->cause);
	if (s->ct) {
		tr_value(s->ct, "ct", one, sizeof(one));
		tr_value(s->ct, "ctstate", two, sizeof(two));
		add(buf, sizeof(buf), "; connection %s %s", one, two);
	}
	for (i = 0; i < s->nats; i++)
		add_nat(buf, sizeof(buf), s->nat[i]);
	if (s->drop && !s->got) {
		tr_value(s->drop, "reason", one, sizeof(one));
		tr_value(s->drop, "func", two, sizeof(two));
		add(buf, sizeof(buf), "; dropped: %s in %s", one, two);
	} else if (s->got) {
		add(buf, sizeof(buf), "; %s", s->got);
	}
	return strdup(buf);
}

/* The comments of one datagram's frames. */
static int comment_journey(const struct step *first, const struct step *end)
{
	const struct step *at;

	for (at = first; at < end; at++) {
		struct story story = { };
		struct tr_frame *f = at->frame;

		if (!f || (f->where == TR_FRAME_DROPPED &&
			   shown_before(first, at)))
			continue;
		if (f->where == TR_FRAME_IN) {
			story_after(&story, at, end);
		} else {
			story_before(&story, first, at);
			story.got = NULL;
			story_end(&story, at, end);
		}
		f->comment = story_text(&story, f);
		if (!f->comment)
			return -1;
	}
	return 0;
}

static int step_order(const void *a, const void *b)
{
	const struct step *x = a, *y = b;

	if (x->root != y->root)
		return x->root < y->root ? -1 : 1;
	if (x->when != y->when)
		return x->when < y->when ? -1 : 1;
	/* a frame comes behind the event that it belongs to */
	return !!x->frame - !!y->frame;
}

/* All events and frames of known packets, datagram by datagram. */
static struct step *steps_make(const struct tr_pcap *pcap,
			       const struct tr_list *list, size_t *n)
{
	struct step *step = calloc(pcap->n + list->n + 1, sizeof(*step));
	unsigned int i;

	*n = 0;
	for (i = 0; step && i < list->n; i++) {
		const struct tr_event *e = &list->ev[i];

		if (e->id)
			step[(*n)++] = (struct step){
				e->parent ? e->parent : e->id, e->id, e->when,
				e->netns, e, NULL };
	}
	for (i = 0; step && i < pcap->n; i++) {
		struct tr_frame *f = pcap->frame[i];

		if (f->id)
			step[(*n)++] = (struct step){
				f->parent ? f->parent : f->id, f->id, f->when,
				f->netns, NULL, f };
	}
	if (step)
		qsort(step, *n, sizeof(*step), step_order);
	return step;
}

/**
 * tr_comment - choose frames and say what they have met
 * @pcap: the frames; those that were asked for get their comment
 * @list: the events
 * @match: which packets were asked for
 *
 * Return: 0, or -1 without memory.
 */
int tr_comment(struct tr_pcap *pcap, const struct tr_list *list,
	       const struct tr_match *match)
{
	size_t n, i, end;
	struct step *step = steps_make(pcap, list, &n);
	int err = step ? 0 : -1;
	bool asked;

	for (i = 0; !err && i < n; i = end) {
		asked = false;
		for (end = i; end < n && step[end].root == step[i].root; end++)
			asked |= step[end].ev &&
				 tr_event_matches(step[end].ev, match);
		if (asked)
			err = comment_journey(step + i, step + end);
	}
	free(step);
	return err;
}
