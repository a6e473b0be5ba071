// SPDX-License-Identifier: GPL-2.0
/*
 * The words of a journey's picture: cards, stages, fragments, drops.
 *
 * In: the places of a journey. Out: elements of the picture. What happened at a
 * stage is trace_draw_note.c's.
 */
#include <string.h>

#include "out.h"
#include "svg.h"
#include "trace_draw.h"
#include "trace_steps.h"

#define DRAW_ROOM	6.4	/* a character of a stage's name */

/**
 * draw_link - what follows leads to a step's place
 * @d: the picture
 * @s: the step
 * @source: to its source, not to what explains it
 */
void draw_link(const struct draw *d, const struct tr_step *s, bool source)
{
	const struct tr_place *p = tr_place(s);
	char ends[TR_ENDS_SIZE];

	tr_ends(ends, sizeof(ends), &s->ev);
	svg_link(d->f, d->base, !p ? "" : source ? p->source : p->doc);
	svg_tip(d->f, "%s: %s\n%s, %u bytes\n%s %s%s%s", s->ev.name,
		s->ev.rest, ends, s->ev.len, tr_ns_name(s->ev.netns),
		s->ev.dev, p ? "\n" : "", !p ? "" : source ? p->source : p->doc);
}

/**
 * draw_cards - the hosts
 * @d: the picture
 */
void draw_cards(const struct draw *d)
{
	const struct lay_card *c;
	const struct lay_row *r = d->l->row;
	unsigned int netns;
	double x;

	for (c = d->l->card; c < d->l->card + d->l->cards; c++) {
		while (r->card < c - d->l->card)
			r++;
		netns = d->l->j->steps[r->first].ev.netns;
		x = draw_x(d, c->host);
		svg_rect(d->f, x, c->top, d->column, c->bottom - c->top, 9,
			 "card");
		svg_text(d->f, x + d->column - 10, c->top + 17, "host end", 40,
			 tr_ns_name(netns));
	}
}

/* The name of a row that is no stage. */
static void draw_name(char *buf, size_t size, const struct tr_step *s)
{
	char comm[32], pid[16], what[64];

	tr_value(&s->ev, "comm", comm, sizeof(comm));
	tr_value(&s->ev, "pid", pid, sizeof(pid));
	if (tr_step_is(s, TR_QUEUE, "sent")) {
		snprintf(buf, size, "sent by %s[%s]", comm, pid);
	} else if (tr_step_is(s, TR_QUEUE, "read")) {
		snprintf(buf, size, "read by %s[%s]", comm, pid);
	} else if (s->kind == TR_QUEUE) {
		tr_value(&s->ev, "inode", what, sizeof(what));
		snprintf(buf, size, "queued, socket %s", what);
	} else if (tr_step_is(s, TR_FRAG, "whole")) {
		snprintf(buf, size, "whole again, %u B", s->ev.len);
	} else if (s->kind == TR_DROP) {
		tr_value(&s->ev, "reason", what, sizeof(what));
		snprintf(buf, size, "other copy: %s", what);
	} else {
		snprintf(buf, size, "%s", s->ev.rest);
	}
}

/* Words until there is room for no more; what is left of @text, or NULL. */
static const char *draw_wrap(const struct draw *d, double x, double y,
			     const char *text, unsigned int room)
{
	char line[128];
	size_t len = strlen(text);

	if (room >= sizeof(line))
		room = sizeof(line) - 1;
	if (len > room)
		for (len = room; len && text[len] != ' '; len--)
			;
	if (!len)
		len = strlen(text) < room ? strlen(text) : room;
	snprintf(line, sizeof(line), "%.*s", (int)len, text);
	svg_text(d->f, x, y, "advice", 0, line);
	text += len;
	return text + strspn(text, " ");
}

static void draw_drop(const struct draw *d, const struct lay_row *r,
		      const struct tr_step *s)
{
	double x = draw_x(d, r->host) + LAY_NAME - 5, y = r->y - 9;
	double w = d->column - LAY_NAME - 4;
	char reason[64], func[64], text[96];
	const char *rest;

	tr_value(&s->ev, "reason", reason, sizeof(reason));
	tr_value(&s->ev, "func", func, sizeof(func));
	svg_rect(d->f, x, y, w, r->base * LAY_PITCH - 1, 5, "dropbox");
	snprintf(text, sizeof(text), "dropped: %s", reason);
	draw_link(d, s, false);
	svg_text(d->f, x + 7, y + 14, "reason", 0, text);
	svg_link_end(d->f);
	snprintf(text, sizeof(text), "in %s", func);
	svg_text(d->f, x + w - 7, y + 14, "note dim end", 26, text);
	rest = draw_wrap(d, x + 7, y + 28, tr_advice(reason), (w - 14) / 5.6);
	if (*rest)
		draw_wrap(d, x + 7, y + 43, rest, (w - 14) / 5.6);
}

/* What a fragment passed, in a word; none for what goes without saying. */
static bool draw_word(char *buf, size_t size, const struct tr_step *s)
{
	char value[32];

	if (s->kind == TR_STAGE) {
		snprintf(buf, size, "%s", s->ev.rest);
	} else if (tr_step_is(s, TR_FRAG, "cut")) {
		tr_value(&s->ev, "offset", value, sizeof(value));
		snprintf(buf, size, "%u B, cut at %s", s->ev.len, value);
	} else if (tr_step_is(s, TR_FRAG, "queued")) {
		snprintf(buf, size, "kept");
	} else if (tr_step_is(s, TR_NEIGH, "queued")) {
		snprintf(buf, size, "waits");
	} else if (s->kind == TR_DROP) {
		tr_value(&s->ev, "reason", value, sizeof(value));
		snprintf(buf, size, "dropped: %s", value);
	} else {
		return false;
	}
	return true;
}

/* Leave out stages between the first and the last one, if it gets too long. */
static bool draw_leave_out(const struct draw *d, unsigned int row,
			   unsigned int step, double room)
{
	const struct tr_step *steps = d->l->j->steps;
	const struct lay_row *r = &d->l->row[row];
	bool before = false, behind = false;
	unsigned int i, chars = 0;
	char word[64];

	for (i = r->first; i <= r->last; i++) {
		if (d->l->row_of[i] != (int)row ||
		    !draw_word(word, sizeof(word), &steps[i]))
			continue;
		chars += strlen(word) + 3;
		before |= i < step && steps[i].kind == TR_STAGE;
		behind |= i > step && steps[i].kind == TR_STAGE;
	}
	return chars > room && steps[step].kind == TR_STAGE && before && behind;
}

static void draw_words(const struct draw *d, unsigned int row, double room)
{
	const struct lay_row *r = &d->l->row[row];
	bool gap = false;
	unsigned int i;
	char word[64];

	for (i = r->first; i <= r->last; i++) {
		const struct tr_step *s = &d->l->j->steps[i];

		if (d->l->row_of[i] != (int)row ||
		    !draw_word(word, sizeof(word), s))
			continue;
		if (draw_leave_out(d, row, i, room)) {
			gap = true;
			continue;
		}
		fprintf(d->f, "<tspan class=\"dim\"> %s </tspan>",
			gap ? "\342\200\246" : "\302\267");
		gap = false;
		draw_link(d, s, false);
		fprintf(d->f, "<tspan%s>",
			s->kind == TR_DROP ? " class=\"reason\"" : "");
		svg_string(d->f, word, 0);
		fputs("</tspan></a>", d->f);
	}
}

/* What one fragment passed in one host, in a line. */
static void draw_fragment(const struct draw *d, unsigned int row)
{
	const struct lay_row *r = &d->l->row[row];
	double in = LAY_TRACK + d->l->lanes * draw_lane(d) + 10;

	fprintf(d->f, "<text x=\"%g\" y=\"%g\" class=\"small\" xml:space=\"preserve\">",
		draw_x(d, r->host) + in, r->y + 3.5);
	fprintf(d->f, "<tspan class=\"dim\">#%llu</tspan>", r->id);
	draw_words(d, row, (d->column - in - 6) / 6.05 - 8);
	fputs("</text>\n", d->f);
}

static void draw_stage(const struct draw *d, unsigned int row)
{
	const struct lay_row *r = &d->l->row[row];
	double x = draw_x(d, r->host) + LAY_NAME;
	unsigned int max = (LAY_NOTE - LAY_NAME) / DRAW_ROOM;
	const struct tr_step *s;
	char text[128];

	draw_notes(d, row);
	if (r->primary < 0)
		return;
	s = &d->l->j->steps[r->primary];
	if (s->kind == TR_DROP && !s->copy) {
		draw_drop(d, r, s);
		return;
	}
	draw_name(text, sizeof(text), s);
	draw_link(d, s, false);
	svg_text(d->f, x, r->y + 3.5, s->kind == TR_STAGE ? "stage" : "what",
		 max, text);
	svg_link_end(d->f);
}

/**
 * draw_rows - stages, fragments and drops, with their time
 * @d: the picture
 */
void draw_rows(const struct draw *d)
{
	const struct tr_step *steps = d->l->j->steps;
	unsigned int i;

	for (i = 0; i < d->l->rows; i++) {
		const struct lay_row *r = &d->l->row[i];

		svg_textf(d->f, LAY_LEFT - 10, r->y + 3.5, "time", "%.3f",
			  (steps[r->first].ev.when - steps[0].ev.when) / 1e6);
		if (r->lane)
			draw_fragment(d, i);
		else
			draw_stage(d, i);
	}
}
