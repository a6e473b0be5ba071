// SPDX-License-Identifier: GPL-2.0
/*
 * The lines of a journey's picture: the datagram's from stage to stage, and
 * thinner ones for its fragments, which leave it where it is cut and come back
 * where it is whole.
 *
 * In: the places of a journey. Out: paths. A path between two columns runs
 * through the gap above the card that it leads to; of fragments side by side
 * each has a height of its own there, so that they do not cross.
 */
#include "svg.h"
#include "trace_draw.h"

#define DRAW_CORNER	7.0
#define DRAW_ABOVE	12.0	/* of a wire, above its card */
#define DRAW_APART	4.0	/* two wires of fragments */

/**
 * draw_x - left edge of a column
 * @d: the picture
 * @host: the column
 *
 * Return: in the picture's units.
 */
double draw_x(const struct draw *d, unsigned int host)
{
	return LAY_LEFT + host * (d->column + LAY_COL_GAP);
}

/**
 * draw_lane - how far the lines of fragments are apart
 * @d: the picture
 *
 * Return: in the picture's units.
 */
double draw_lane(const struct draw *d)
{
	return d->l->lanes > 4 ? LAY_NARROW : LAY_LANE;
}

/**
 * draw_track - where a row's line is
 * @d: the picture
 * @r: the row
 *
 * Return: in the picture's units, from the left.
 */
double draw_track(const struct draw *d, const struct lay_row *r)
{
	return draw_x(d, r->host) + LAY_TRACK + r->lane * draw_lane(d);
}

static const char *draw_device(const struct draw *d, const struct lay_row *r,
			       bool last)
{
	const struct tr_step *steps = d->l->j->steps;
	unsigned int i, row = r - d->l->row;
	const char *dev = "";

	for (i = r->first; i <= r->last; i++) {
		if (d->l->row_of[i] != (int)row || !steps[i].ev.dev[0])
			continue;
		dev = steps[i].ev.dev;
		if (!last)
			break;
	}
	return dev;
}

/* The devices at both ends of a wire. */
static void draw_wire_ends(const struct draw *d, const struct lay_row *a,
			   const struct lay_row *b, double y)
{
	bool right = b->host > a->host;
	double ax = draw_x(d, a->host) + LAY_TRACK + d->l->lanes * draw_lane(d);
	double bx = draw_track(d, b);

	if (!right)
		ax = draw_track(d, a);
	svg_text(d->f, ax + (right ? 10 : -10), y - 5,
		 right ? "dev" : "dev end", 15, draw_device(d, a, true));
	if (!right)
		bx = draw_x(d, b->host) + LAY_TRACK + d->l->lanes * draw_lane(d);
	svg_text(d->f, bx + (right ? -10 : 10), y - 5,
		 right ? "dev end" : "dev", 15, draw_device(d, b, false));
}

/* From one row to the next that the same packet is in. */
static void draw_segment(const struct draw *d, const struct lay_row *a,
			 const struct lay_row *b, bool named)
{
	double ax = draw_track(d, a), bx = draw_track(d, b), r, y, up;
	const char *class = b->lane ? "line thin" : "line";

	if (a->card == b->card || ax == bx) {
		fprintf(d->f, "<path class=\"%s\" d=\"M%g %gV%g\"/>\n", class,
			ax, a->y, b->y);
		return;
	}
	r = bx > ax ? DRAW_CORNER : -DRAW_CORNER;
	up = !b->lane ? 0 : bx > ax ? b->lane : d->l->lanes + 1 - b->lane;
	y = d->l->card[b->card].top - DRAW_ABOVE;
	if (named)
		draw_wire_ends(d, a, b, b->lane ? y - d->l->lanes * DRAW_APART :
				     y);
	y -= up * DRAW_APART;
	fprintf(d->f,
		"<path class=\"%s\" d=\"M%g %gV%gQ%g %g %g %gH%gQ%g %g %g %gV%g\"/>\n",
		class, ax, a->y, y - DRAW_CORNER, ax, y, ax + r, y, bx - r, bx,
		y, bx, y + DRAW_CORNER, b->y);
}

/* A fragment leaves the datagram's line. */
static void draw_branch(const struct draw *d, const struct lay_row *from,
			const struct lay_row *to)
{
	double x = draw_track(d, from), bx = draw_track(d, to);

	fprintf(d->f, "<path class=\"line thin\" d=\"M%g %gC%g %g %g %g %g %gV%g\"/>\n",
		x, from->y, x, from->y + 9, bx, from->y + 3, bx,
		from->y + LAY_PITCH - 4, to->y);
}

/* And comes back. */
static void draw_merge(const struct draw *d, const struct lay_row *from,
		       const struct lay_row *to)
{
	double x = draw_track(d, from), bx = draw_track(d, to);

	if (from->card != to->card)
		return draw_segment(d, from, to, false);
	fprintf(d->f, "<path class=\"line thin\" d=\"M%g %gV%gC%g %g %g %g %g %g\"/>\n",
		x, from->y, to->y - LAY_PITCH + 4, x, to->y - 3, bx, to->y - 9,
		bx, to->y);
}

/* The row before that has the same packet; or the last one of the datagram. */
static const struct lay_row *draw_before(const struct draw *d,
					 const struct lay_row *r, bool same)
{
	const struct lay_row *a = r;

	while (a-- > d->l->row)
		if (same ? a->id == r->id : !a->lane)
			return a;
	return NULL;
}

static void draw_fragment_line(const struct draw *d, const struct lay_row *r)
{
	const struct lay_row *a = draw_before(d, r, true);

	if (a) {
		draw_segment(d, a, r, r->lane == 1);
		return;
	}
	a = draw_before(d, r, false);
	if (a && a->host == r->host)
		draw_branch(d, a, r);
}

/* All fragments that wait in this host come back, each once. */
static void draw_whole(const struct draw *d, const struct lay_row *r)
{
	const struct lay_row *a = r;

	while (a-- > d->l->row && a->lane)
		if (a->host == r->host)
			draw_merge(d, a, r);
}

/**
 * draw_lines - all lines of a journey
 * @d: the picture
 */
void draw_lines(const struct draw *d)
{
	const struct lay_row *r, *end = d->l->row + d->l->rows;

	for (r = d->l->row; r < end; r++) {
		if (r->lane)
			draw_fragment_line(d, r);
		else if (r > d->l->row && r[-1].lane)
			draw_whole(d, r);
		else if (r > d->l->row)
			draw_segment(d, r - 1, r, true);
	}
}

static bool draw_is_drop(const struct draw *d, unsigned int row)
{
	const struct lay_row *r = &d->l->row[row];
	unsigned int i;

	for (i = r->first; i <= r->last; i++)
		if (d->l->row_of[i] == (int)row &&
		    d->l->j->steps[i].kind == TR_DROP &&
		    !d->l->j->steps[i].copy)
			return true;
	return false;
}

static void draw_dot(const struct draw *d, unsigned int row)
{
	const struct lay_row *r = &d->l->row[row];
	double x = draw_track(d, r), y = r->y;
	const struct tr_step *s = NULL;

	if (r->primary >= 0)
		s = &d->l->j->steps[r->primary];
	if (draw_is_drop(d, row)) {
		fprintf(d->f,
			"<path class=\"cross\" d=\"M%g %gl11 11m0 -11l-11 11\"/>\n",
			x - 5.5, y - 5.5);
		return;
	}
	if (s && !r->lane)
		draw_link(d, s, true);
	if (row == d->l->rows - 1)
		svg_dot(d->f, x, y, 6, d->l->j->waits ? "dot open" : "dot end");
	else if (r->lane || !s)
		svg_dot(d->f, x, y, 2.6, "dot");
	else
		svg_dot(d->f, x, y, 4, s->copy ? "dot copy" : "dot");
	if (s && !r->lane)
		svg_link_end(d->f);
}

/**
 * draw_dots - a mark for each row
 * @d: the picture
 */
void draw_dots(const struct draw *d)
{
	unsigned int i;

	for (i = 0; i < d->l->rows; i++)
		draw_dot(d, i);
}
