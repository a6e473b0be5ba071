/* SPDX-License-Identifier: GPL-2.0 */
/* The parts of a journey's picture. */
#ifndef XIP_TRACE_DRAW_H
#define XIP_TRACE_DRAW_H

#include <stdio.h>

#include "trace_lay.h"

/**
 * struct draw - a journey that is being drawn
 * @f: the picture
 * @base: what stands before every link
 * @l: the journey's places
 * @column: width of a column
 */
struct draw {
	FILE *f;
	const char *base;
	const struct lay *l;
	double column;
};

void draw_cards(const struct draw *d);
void draw_lines(const struct draw *d);
void draw_dots(const struct draw *d);
void draw_rows(const struct draw *d);
void draw_notes(const struct draw *d, unsigned int row);
double draw_x(const struct draw *d, unsigned int host);
double draw_lane(const struct draw *d);
double draw_track(const struct draw *d, const struct lay_row *r);
void draw_link(const struct draw *d, const struct tr_step *s, bool source);

#endif /* XIP_TRACE_DRAW_H */
