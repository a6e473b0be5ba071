/* SPDX-License-Identifier: GPL-2.0 */
/* Where each step of a journey lies in the picture. */
#ifndef XIP_TRACE_LAY_H
#define XIP_TRACE_LAY_H

#include "trace_model.h"

/* In the picture's units. */
#define LAY_LEFT	68	/* times */
#define LAY_RIGHT	16
#define LAY_COL_GAP	14
#define LAY_COL_MIN	358
#define LAY_COL_MAX	560
#define LAY_TRACK	18	/* of the line, within a column */
#define LAY_NAME	34	/* of a stage's name */
#define LAY_NOTE	194	/* of what happened there */
#define LAY_LANE	9	/* between two fragments, if they are few */
#define LAY_NARROW	5	/* if not */
#define LAY_PITCH	17	/* a line of text */
#define LAY_HEAD	27	/* of a card */
#define LAY_FOOT	9
#define LAY_WIRE	30	/* between two cards */

#define LAY_LANES	8	/* fragments drawn */
#define LAY_ADVICE	54	/* characters of advice in a line */
#define LAY_NOTES	48	/* of a stage */
#define LAY_ROWS	160	/* of a journey */
#define LAY_STEPS	4000	/* of a journey; the picture shows no more */

/**
 * struct lay_row - a stage with what happened there, or what a fragment passed
 *	in a host
 * @first: its first step
 * @last: its last one
 * @primary: the step that it is named by, or -1
 * @lane: 0: the datagram; else which fragment
 * @id: number of the packet
 * @host: column
 * @card: which one
 * @base: lines of a drop, above what happened there
 * @lines: height
 * @y: of its dot
 */
struct lay_row {
	unsigned int first, last;
	int primary;
	unsigned int lane;
	unsigned long long id;
	unsigned int host, card, base, lines;
	double y;
};

/**
 * struct lay_card - rows that follow each other in a host
 * @host: column
 * @top: upper edge
 * @bottom: lower edge
 */
struct lay_card {
	unsigned int host;
	double top, bottom;
};

/**
 * struct lay - a journey's places
 * @j: the journey
 * @row_of: for each step its row, or -1
 * @row: the rows
 * @rows: how many
 * @card: the cards
 * @cards: how many
 * @lanes: fragments side by side
 * @cut: fragments made, also those that are not drawn
 * @left_out: steps for which there is no room
 * @height: of all
 */
struct lay {
	const struct tr_journey *j;
	int *row_of;
	struct lay_row *row;
	struct lay_card *card;
	unsigned int rows, cards, lanes, cut, left_out;
	double height;
};

/**
 * struct lay_hosts - the columns
 * @netns: inodes in the order of the way
 * @n: how many
 * @room: how many there is room for
 */
struct lay_hosts {
	unsigned int *netns;
	unsigned int n, room;
};

bool lay_make(struct lay *l, const struct tr_journey *j,
	      struct lay_hosts *hosts);
void lay_free(struct lay *l);
bool lay_is_note(const struct tr_step *s);
unsigned int lay_notes(const struct lay *l, unsigned int row,
		       unsigned int *order);
unsigned int lay_note_lines(const struct tr_step *s,
			    const struct tr_step *hook);
double lay_width(const struct lay_hosts *hosts);
double lay_column(const struct lay_hosts *hosts);

#endif /* XIP_TRACE_LAY_H */
