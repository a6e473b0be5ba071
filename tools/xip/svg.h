/* SPDX-License-Identifier: GPL-2.0 */
/* Elements of an SVG picture, every string made harmless. */
#ifndef XIP_SVG_H
#define XIP_SVG_H

#include <stdbool.h>
#include <stdio.h>

#include "util.h"

/* Width of a character of the monospace classes and of a plain one, in em. */
#define SVG_MONO_EM	0.605
#define SVG_SANS_EM	0.60

void svg_string(FILE *f, const char *s, unsigned int max);
void svg_text(FILE *f, double x, double y, const char *class,
	      unsigned int max, const char *text);
void svg_textf(FILE *f, double x, double y, const char *class,
	       const char *fmt, ...) __printf(5, 6);
void svg_rect(FILE *f, double x, double y, double w, double h, double r,
	      const char *class);
void svg_dot(FILE *f, double x, double y, double r, const char *class);
void svg_begin(FILE *f, const char *class);
void svg_end(FILE *f);
void svg_link(FILE *f, const char *base, const char *to);
void svg_link_end(FILE *f);
void svg_tip(FILE *f, const char *fmt, ...) __printf(2, 3);

#endif /* XIP_SVG_H */
