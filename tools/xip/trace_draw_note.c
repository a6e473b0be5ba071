// SPDX-License-Identifier: GPL-2.0
/*
 * What happened at a stage: hooks with their verdicts, the route, the next hop,
 * the connection, the rewrite.
 *
 * In: a row of a journey. Out: a line beside its stage for each, and a box for a
 * rewrite, "before -> after".
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "svg.h"
#include "trace_draw.h"

#define NOTE_ROOM	6.05	/* a character of a note */

/* One note: a mark and a text, which says all where the pointer is. */
static void note_line(const struct draw *d, const struct tr_step *s, double x,
		      double y, const char *mark, const char *text)
{
	double indent = mark ? 12 : 0;
	double room = d->column - LAY_NOTE - indent - 6;

	if (mark)
		svg_dot(d->f, x + 4, y - 3.5, 3.2, mark);
	draw_link(d, s, false);
	svg_text(d->f, x + indent, y, "note", room / NOTE_ROOM, text);
	svg_link_end(d->f);
}

static void note_hook(const struct draw *d, const struct tr_step *s, double x,
		      double y, bool named)
{
	char point[32], func[64], verdict[16], text[128];

	if (sscanf(s->ev.rest, "%31s %63s", point, func) != 2)
		return;
	tr_value(&s->ev, "verdict", verdict, sizeof(verdict));
	if (!named) {
		svg_text(d->f, x, y, "point", 0, point);
		y += LAY_PITCH;
	}
	if (!strcmp(verdict, "ACCEPT"))
		return note_line(d, s, x, y, "yes", func);
	snprintf(text, sizeof(text), "%s %s", func, verdict);
	note_line(d, s, x, y, "no", text);
}

static void note_route(const struct draw *d, const struct tr_step *s, double x,
		       double y)
{
	char nexthop[24], out[24], gateway[4], err[12], how[12], type[16];
	char text[96];

	if (sscanf(s->ev.rest, "%11s %15s", how, type) != 2)
		return;
	tr_value(&s->ev, "nexthop", nexthop, sizeof(nexthop));
	tr_value(&s->ev, "gateway", gateway, sizeof(gateway));
	tr_value(&s->ev, "out", out, sizeof(out));
	tr_value(&s->ev, "err", err, sizeof(err));
	if (strcmp(err, "0"))
		snprintf(text, sizeof(text), "no route: %s",
			 strerrordesc_np(-atoi(err)) ?: err);
	else if (!strcmp(gateway, "1"))
		snprintf(text, sizeof(text), "via %s dev %s", nexthop, out);
	else if (*out)
		snprintf(text, sizeof(text), "%s dev %s", type, out);
	else
		snprintf(text, sizeof(text), "route: %s", type);
	note_line(d, s, x, y, NULL, text);
}

static void note_neigh(const struct draw *d, const struct tr_step *s, double x,
		       double y)
{
	char nexthop[24], state[16], text[96];

	tr_value(&s->ev, "nexthop", nexthop, sizeof(nexthop));
	tr_value(&s->ev, "state", state, sizeof(state));
	if (tr_step_is(s, TR_NEIGH, "ask"))
		snprintf(text, sizeof(text), "who has %s?", nexthop);
	else if (tr_step_is(s, TR_NEIGH, "queued"))
		snprintf(text, sizeof(text), "waits for the answer");
	else if (tr_step_is(s, TR_NEIGH, "mapped"))
		snprintf(text, sizeof(text), "nobody to be asked");
	else
		snprintf(text, sizeof(text), "%s %s", nexthop, state);
	note_line(d, s, x, y, NULL, text);
}

static void note_ct(const struct draw *d, const struct tr_step *s, double x,
		    double y)
{
	char what[16], ct[12], state[16], text[96];

	if (sscanf(s->ev.rest, "%15s", what) != 1)
		return;
	tr_value(&s->ev, "ct", ct, sizeof(ct));
	tr_value(&s->ev, "ctstate", state, sizeof(state));
	if (!strcmp(what, "found") || !strcmp(what, "created"))
		snprintf(text, sizeof(text), "ct %s %s", ct, state);
	else
		snprintf(text, sizeof(text), "ct %s %s", ct, what);
	note_line(d, s, x, y, "ct", text);
}

/* One end: where others have a port, ICMP has an identification. */
static void note_end(char *buf, size_t size, const struct tr_event *e,
		     bool source)
{
	__be32 addr = source ? e->saddr : e->daddr;
	unsigned int port = source ? e->sport : e->dport;
	char text[INET_ADDRSTRLEN];

	inet_ntop(AF_INET, &addr, text, sizeof(text));
	if (e->proto == IPPROTO_ICMP && source)
		snprintf(buf, size, "%s id %u", text, port);
	else if (e->proto == IPPROTO_ICMP || !port)
		snprintf(buf, size, "%s", text);
	else
		snprintf(buf, size, "%s:%u", text, port);
}

/* A rewrite: the packet is shown as it was, the text says what it is. */
static void note_nat(const struct draw *d, const struct tr_step *s, double x,
		     double y)
{
	struct tr_event after = s->ev;
	bool source = tr_step_is(s, TR_NAT, "source");
	char end[48], text[64], addr[2][16];
	unsigned int port[2];

	if (sscanf(s->ev.rest, "%*s to %15[0-9.]:%u > %15[0-9.]:%u", addr[0],
		   &port[0], addr[1], &port[1]) != 4)
		return;
	inet_pton(AF_INET, addr[0], &after.saddr);
	inet_pton(AF_INET, addr[1], &after.daddr);
	after.sport = port[0];
	after.dport = port[1];
	svg_rect(d->f, x - 5, y - 12, d->column - LAY_NOTE - 3,
		 2 * LAY_PITCH - 2, 5, "natbox");
	draw_link(d, s, false);
	note_end(end, sizeof(end), &s->ev, source);
	snprintf(text, sizeof(text), "%s %s", source ? "src" : "dst", end);
	svg_text(d->f, x + 1, y + 1, "nat", 0, text);
	note_end(end, sizeof(end), &after, source);
	snprintf(text, sizeof(text), "\342\206\222 %s", end);
	svg_text(d->f, x + 1, y + LAY_PITCH - 1.5, "nat strong", 0, text);
	svg_link_end(d->f);
}

static void note_one(const struct draw *d, const struct tr_step *s, double x,
		     double y, const struct tr_step *hook)
{
	switch (s->kind) {
	case TR_HOOK:
		return note_hook(d, s, x, y, lay_note_lines(s, hook) == 1);
	case TR_ROUTE:
		return note_route(d, s, x, y);
	case TR_NEIGH:
		return note_neigh(d, s, x, y);
	case TR_CT:
		return note_ct(d, s, x, y);
	case TR_NAT:
		return note_nat(d, s, x, y);
	default:
		return note_line(d, s, x, y, NULL, s->ev.rest);
	}
}

/**
 * draw_notes - what happened at a stage
 * @d: the picture
 * @row: the stage
 */
void draw_notes(const struct draw *d, unsigned int row)
{
	const struct lay_row *r = &d->l->row[row];
	double x = draw_x(d, r->host) + LAY_NOTE;
	unsigned int order[LAY_NOTES], i, n, lines, line = r->base;
	const struct tr_step *hook = NULL, *s;

	n = lay_notes(d->l, row, order);
	for (i = 0; i < n; i++) {
		s = &d->l->j->steps[order[i]];
		lines = lay_note_lines(s, hook);
		if (lines)
			note_one(d, s, x, r->y + 3.5 + line * LAY_PITCH, hook);
		line += lines;
		if (s->kind == TR_HOOK)
			hook = s;
	}
}
