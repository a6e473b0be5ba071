// SPDX-License-Identifier: GPL-2.0
/*
 * Elements of an SVG picture.
 *
 * In: places in the picture's units, and strings of any bytes: names of devices
 * and namespaces are other people's. Out: well-formed XML, in which no string
 * can become markup, a reference or a control character.
 */
#include <stdarg.h>
#include <string.h>

#include "out.h"
#include "svg.h"

#define SVG_FORMAT_MAX	512

static void svg_char(FILE *f, const char *s, unsigned int n)
{
	static const char plain[] = "<>&\"'";
	static const char * const entity[] = {
		"&lt;", "&gt;", "&amp;", "&quot;", "&#39;",
	};
	const char *at = n == 1 ? strchr(plain, *s) : NULL;
	unsigned char c = *s;

	if (at)
		fputs(entity[at - plain], f);
	else if (!n || c < 0x20 || c == 0x7f ||
		 !strncmp(s, "\xef\xbf\xbe", 3) || !strncmp(s, "\xef\xbf\xbf", 3))
		fputc('?', f);	/* XML has no such character */
	else
		fwrite(s, 1, n, f);
}

/**
 * svg_string - a string within an element or an attribute
 * @f: the picture
 * @s: any bytes
 * @max: characters that there is room for; 0: any number
 */
void svg_string(FILE *f, const char *s, unsigned int max)
{
	unsigned int n, i, count = 0;
	const char *at;

	for (at = s; *at; count++)
		at += out_utf8_len(at) ?: 1;
	for (i = 0; *s; i++, s += n ?: 1) {
		n = out_utf8_len(s);
		if (max && count > max && i == max - 1) {
			fputs("\xe2\x80\xa6", f);
			return;
		}
		svg_char(f, s, n);
	}
}

/**
 * svg_text - a line of text
 * @f: the picture
 * @x: where it begins, or what its class makes of that
 * @y: its base line
 * @class: classes of the style sheet
 * @max: characters that there is room for; 0: any number
 * @text: any bytes
 */
void svg_text(FILE *f, double x, double y, const char *class,
	      unsigned int max, const char *text)
{
	fprintf(f, "<text x=\"%g\" y=\"%g\" class=\"%s\">", x, y, class);
	svg_string(f, text, max);
	fputs("</text>\n", f);
}

/**
 * svg_textf - a line of text, formatted, without limit
 * @f: the picture
 * @x: where it begins
 * @y: its base line
 * @class: classes of the style sheet
 * @fmt: printf format
 */
void svg_textf(FILE *f, double x, double y, const char *class,
	       const char *fmt, ...)
{
	char buf[SVG_FORMAT_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(buf, sizeof(buf), fmt, ap);
	va_end(ap);
	svg_text(f, x, y, class, 0, buf);
}

/**
 * svg_rect - a rectangle
 * @f: the picture
 * @x: left
 * @y: top
 * @w: width
 * @h: height
 * @r: radius of its corners
 * @class: classes of the style sheet
 */
void svg_rect(FILE *f, double x, double y, double w, double h, double r,
	      const char *class)
{
	fprintf(f,
		"<rect x=\"%g\" y=\"%g\" width=\"%g\" height=\"%g\" rx=\"%g\" class=\"%s\"/>\n",
		x, y, w, h, r, class);
}

/**
 * svg_dot - a disc
 * @f: the picture
 * @x: centre
 * @y: centre
 * @r: radius
 * @class: classes of the style sheet
 */
void svg_dot(FILE *f, double x, double y, double r, const char *class)
{
	fprintf(f, "<circle cx=\"%g\" cy=\"%g\" r=\"%g\" class=\"%s\"/>\n", x,
		y, r, class);
}

/**
 * svg_begin - a group
 * @f: the picture
 * @class: classes of the style sheet
 */
void svg_begin(FILE *f, const char *class)
{
	fprintf(f, "<g class=\"%s\">\n", class);
}

/**
 * svg_end - its end
 * @f: the picture
 */
void svg_end(FILE *f)
{
	fputs("</g>\n", f);
}

/**
 * svg_link - what follows leads there
 * @f: the picture
 * @base: what stands before @to
 * @to: a path, perhaps with an anchor
 */
void svg_link(FILE *f, const char *base, const char *to)
{
	fputs("<a href=\"", f);
	svg_string(f, base, 0);
	svg_string(f, to, 0);
	fputs("\">", f);
}

/**
 * svg_link_end - no further
 * @f: the picture
 */
void svg_link_end(FILE *f)
{
	fputs("</a>\n", f);
}

/**
 * svg_tip - what is shown while the pointer is at the element just begun
 * @f: the picture
 * @fmt: printf format
 */
void svg_tip(FILE *f, const char *fmt, ...)
{
	char buf[SVG_FORMAT_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(buf, sizeof(buf), fmt, ap);
	va_end(ap);
	fputs("<title>", f);
	svg_string(f, buf, 0);
	fputs("</title>", f);
}
