/* SPDX-License-Identifier: GPL-2.0 */
/* The picture of journeys. */
#ifndef XIP_TRACE_SVG_H
#define XIP_TRACE_SVG_H

#include "trace_lay.h"

#define TR_SHOTS	8

/**
 * struct tr_shot - a journey that is drawn
 * @j: the journey
 * @way: of the steps, without numbers that differ from packet to packet
 * @alike: how many went that way, this one included
 * @shortest: of these, in nanoseconds
 * @longest: of these
 * @l: its places, while the picture is made
 */
struct tr_shot {
	struct tr_journey j;
	unsigned long long way;
	unsigned int alike;
	unsigned long long shortest, longest;
	struct lay l;
};

/**
 * struct tr_svg - the picture
 * @base: what stands before each link
 * @shot: the journeys
 * @shots: how many are drawn
 * @more: how many are not
 * @journeys: all
 * @events: of all
 */
struct tr_svg {
	const char *base;
	struct tr_shot shot[TR_SHOTS];
	unsigned int shots, more, journeys;
	unsigned long long events;
};

void tr_svg_take(struct tr_svg *svg, struct tr_journey *j);
bool tr_svg_draw(struct tr_svg *svg, FILE *f);
void tr_svg_free(struct tr_svg *svg);

double svg_head(FILE *f, const struct tr_svg *svg,
		const struct lay_hosts *hosts, double height);
void svg_foot(FILE *f, const struct tr_svg *svg, double y);

#define SVG_HEAD	128	/* above the first journey */
#define SVG_PANEL	54	/* above a journey's first card */
#define SVG_BELOW	40	/* below its last one */

#endif /* XIP_TRACE_SVG_H */
