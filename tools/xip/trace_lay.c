// SPDX-License-Identifier: GPL-2.0
/*
 * Where each step of a journey lies in the picture.
 *
 * In: a finished journey. Out: struct lay: rows from top to bottom, each a stage
 * with what happened there beside it, or what one fragment passed in one host;
 * and cards, the rows that follow each other in a host. Rows of fragments are
 * grouped by host: their line would jump from one to the other at each. Pure.
 */
#include <stdlib.h>
#include <string.h>

#include "trace_lay.h"

/**
 * lay_width - width of the picture
 * @hosts: its columns
 *
 * Return: in its units.
 */
double lay_width(const struct lay_hosts *hosts)
{
	double n = hosts->n > 2 ? hosts->n : 3;

	return LAY_LEFT + LAY_RIGHT + n * LAY_COL_MIN + (n - 1) * LAY_COL_GAP;
}

/**
 * lay_column - width of a column
 * @hosts: the columns
 *
 * Return: in the picture's units.
 */
double lay_column(const struct lay_hosts *hosts)
{
	double n = hosts->n ?: 1;
	double w = (lay_width(hosts) - LAY_LEFT - LAY_RIGHT -
		    (n - 1) * LAY_COL_GAP) / n;

	return w < LAY_COL_MAX ? w : LAY_COL_MAX;
}

static int lay_host(struct lay_hosts *h, unsigned int netns)
{
	unsigned int i, *new;

	for (i = 0; i < h->n; i++)
		if (h->netns[i] == netns)
			return i;
	if (h->n == h->room) {
		unsigned int room = h->room ? 2 * h->room : 8;

		new = realloc(h->netns, room * sizeof(*new));
		if (!new)
			return -1;
		h->netns = new;
		h->room = room;
	}
	h->netns[h->n] = netns;
	return h->n++;
}

/**
 * lay_is_note - is it shown beside a stage?
 * @s: the step
 *
 * Return: false for what has a row of its own.
 */
bool lay_is_note(const struct tr_step *s)
{
	return s->kind == TR_HOOK || s->kind == TR_ROUTE ||
	       s->kind == TR_NEIGH || s->kind == TR_CT || s->kind == TR_NAT ||
	       s->kind == TR_OTHER || tr_step_is(s, TR_FRAG, "queued");
}

/**
 * lay_note_lines - height of what happened at a stage
 * @s: the step
 * @hook: the hook before it at the same stage, or NULL
 *
 * Return: lines; 0 for what other notes say as well.
 */
unsigned int lay_note_lines(const struct tr_step *s,
			    const struct tr_step *hook)
{
	size_t point = strcspn(s->ev.rest, " ");

	switch (s->kind) {
	case TR_HOOK:
		/* the first at a hook has the hook's name above it */
		return hook && !strncmp(hook->ev.rest, s->ev.rest, point + 1) ?
		       1 : 2;
	case TR_NAT:
		return 2;
	case TR_CT:
		return tr_step_is(s, TR_CT, "nated") ||
		       tr_step_is(s, TR_CT, "protoinfo") ? 0 : 1;
	case TR_OTHER:
		return 0;
	default:
		return 1;
	}
}

static struct lay_row *lay_new_row(struct lay *l, unsigned int step, int host)
{
	struct lay_row *r = &l->row[l->rows];

	*r = (struct lay_row){
		.first = step, .last = step, .primary = -1, .host = host,
		.id = l->j->steps[step].ev.id, .lines = 1,
	};
	l->row_of[step] = l->rows++;
	return r;
}

/**
 * lay_notes - what happened at a stage, in the order to be read
 * @l: the places, all steps put into rows
 * @row: the stage
 * @order: filled with steps, room for LAY_NOTES
 *
 * A hook's event comes after those of what it did: here it comes before them.
 *
 * Return: how many.
 */
unsigned int lay_notes(const struct lay *l, unsigned int row,
		       unsigned int *order)
{
	const struct lay_row *r = &l->row[row];
	unsigned int i, k, n = 0, effects = 0;

	for (i = r->first; i <= r->last && n < LAY_NOTES; i++) {
		const struct tr_step *s = &l->j->steps[i];

		if (l->row_of[i] != (int)row || !lay_is_note(s))
			continue;
		if (s->kind == TR_HOOK) {
			for (k = n; k > n - effects; k--)
				order[k] = order[k - 1];
			order[k] = i;
		} else {
			order[n] = i;
		}
		n++;
		effects = s->kind == TR_CT || s->kind == TR_NAT ?
			  effects + 1 : 0;
	}
	return n;
}

static unsigned int lay_lines(const struct lay *l, unsigned int row)
{
	const struct tr_step *hook = NULL, *s;
	unsigned int order[LAY_NOTES], i, n, lines;

	lines = l->row[row].base;
	n = lay_notes(l, row, order);
	for (i = 0; i < n; i++) {
		s = &l->j->steps[order[i]];
		lines += lay_note_lines(s, hook);
		if (s->kind == TR_HOOK)
			hook = s;
	}
	return lines ?: 1;
}

/* Words of advice take one line or two. */
static unsigned int lay_drop_lines(const struct tr_step *s)
{
	char reason[64];

	tr_value(&s->ev, "reason", reason, sizeof(reason));
	return strlen(tr_advice(reason)) > LAY_ADVICE ? 3 : 2;
}

static void lay_add(struct lay *l, unsigned int step, int row)
{
	const struct tr_step *s = &l->j->steps[step];
	struct lay_row *r = &l->row[row];

	l->row_of[step] = row;
	r->last = step;
	if (lay_is_note(s))
		return;
	r->primary = step;
	if (s->kind == TR_DROP && !s->copy)
		r->base = lay_drop_lines(s);
}

/* A step of the datagram itself. */
static void lay_main(struct lay *l, unsigned int step, int host)
{
	const struct tr_step *s = &l->j->steps[step];
	struct lay_row *last = l->rows ? &l->row[l->rows - 1] : NULL;

	if (last && (last->lane || (int)last->host != host))
		last = NULL;
	/* beside the stage; or what came before the first stage, beside it */
	if (!last || !(lay_is_note(s) || last->primary < 0))
		last = lay_new_row(l, step, host);
	lay_add(l, step, last - l->row);
}

/* Which of its datagram's fragments it is; a new set begins behind a row. */
static unsigned int lay_lane(const struct lay *l, unsigned long long id)
{
	unsigned int i = l->rows, lane = 0;
	bool set = true;

	while (i--) {
		set &= !!l->row[i].lane;
		if (l->row[i].id == id)
			return l->row[i].lane;
		if (set && l->row[i].lane > lane)
			lane = l->row[i].lane;
	}
	return lane + 1;
}

static void lay_fragment(struct lay *l, unsigned int step, int host)
{
	const struct tr_step *s = &l->j->steps[step];
	unsigned int i = l->rows, lane;
	struct lay_row *r;

	l->cut += tr_step_is(s, TR_FRAG, "cut");
	while (i--) {
		r = &l->row[i];
		if (r->lane && r->id == s->ev.id && (int)r->host == host) {
			l->row_of[step] = i;
			r->last = step;
			return;
		}
	}
	lane = lay_lane(l, s->ev.id);
	/* of very many, those at the end are not drawn, unless they end here */
	if (lane > LAY_LANES && s->kind != TR_DROP)
		return;
	r = lay_new_row(l, step, host);
	r->lane = lane < LAY_LANES ? lane : LAY_LANES;
	if (r->lane > l->lanes)
		l->lanes = r->lane;
}

/* When the host of a row is first seen in a run of fragments' rows. */
static unsigned int lay_rank(const struct lay *l, unsigned int from,
			     unsigned int row)
{
	while (l->row[from].host != l->row[row].host)
		from++;
	return from;
}

/* Bring a run of fragments' rows into the order of the hosts. */
static void lay_group(struct lay *l, unsigned int from, unsigned int to)
{
	unsigned int order[LAY_ROWS], place[LAY_ROWS], i, k;
	struct lay_row row[LAY_ROWS];

	for (i = from; i < to; i++) {
		for (k = i; k > from && lay_rank(l, from, order[k - 1]) >
					lay_rank(l, from, i); k--)
			order[k] = order[k - 1];
		order[k] = i;
	}
	for (i = from; i < to; i++) {
		row[i] = l->row[order[i]];
		place[order[i]] = i;
	}
	memcpy(l->row + from, row + from, (to - from) * sizeof(*row));
	for (i = 0; i < l->j->n; i++)
		if (l->row_of[i] >= (int)from && l->row_of[i] < (int)to)
			l->row_of[i] = place[l->row_of[i]];
}

static void lay_group_all(struct lay *l)
{
	unsigned int from, to;

	for (from = 0; from < l->rows; from = to + 1) {
		for (to = from; to < l->rows && l->row[to].lane; to++)
			;
		if (to > from)
			lay_group(l, from, to);
	}
}

static void lay_cards(struct lay *l)
{
	struct lay_card *c = NULL;
	unsigned int i;
	double y = 0;

	for (i = 0; i < l->rows; i++) {
		struct lay_row *r = &l->row[i];

		if (!c || c->host != r->host) {
			if (c)
				y = c->bottom + LAY_WIRE +
				    (r->lane ? 4 * l->lanes : 0);
			c = &l->card[l->cards++];
			c->host = r->host;
			c->top = y;
			y += LAY_HEAD;
		}
		r->card = l->cards - 1;
		if (!r->lane)
			r->lines = lay_lines(l, i);
		y += r->base ? 6 : 0;
		r->y = y + LAY_PITCH / 2.0;
		y += r->lines * LAY_PITCH + (r->lines > 1 ? 4 : 0);
		c->bottom = y + LAY_FOOT;
	}
	l->height = c ? c->bottom : 0;
}

/**
 * lay_make - find the places
 * @l: filled
 * @j: a finished journey, which has to outlive @l
 * @hosts: the picture's columns; grows
 *
 * Return: false without memory; lay_free() is due in any case.
 */
bool lay_make(struct lay *l, const struct tr_journey *j,
	      struct lay_hosts *hosts)
{
	unsigned int i;

	memset(l, 0, sizeof(*l));
	l->j = j;
	l->row_of = calloc(j->n, sizeof(*l->row_of));
	l->row = calloc(LAY_ROWS, sizeof(*l->row));
	l->card = calloc(LAY_ROWS, sizeof(*l->card));
	if (!l->row_of || !l->row || !l->card)
		return false;
	for (i = 0; i < j->n; i++) {
		int host = -1;

		l->row_of[i] = -1;
		if (i < LAY_STEPS && l->rows < LAY_ROWS)
			host = lay_host(hosts, j->steps[i].ev.netns);
		if (host < 0)
			l->left_out++;
		else if (j->steps[i].ev.parent)
			lay_fragment(l, i, host);
		else
			lay_main(l, i, host);
	}
	lay_group_all(l);
	lay_cards(l);
	return true;
}

/**
 * lay_free - forget the places
 * @l: empty afterwards
 */
void lay_free(struct lay *l)
{
	free(l->row_of);
	free(l->row);
	free(l->card);
	memset(l, 0, sizeof(*l));
}
