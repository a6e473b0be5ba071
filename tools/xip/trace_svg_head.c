// SPDX-License-Identifier: GPL-2.0
/*
 * The picture's frame: style sheet, title, the names of the columns, legend.
 *
 * In: the journeys and columns of a picture. Out: all that is the same whatever
 * the journeys are. Colours are the style sheet's alone, light and dark.
 */
#include <string.h>

#include "svg.h"
#include "trace_svg.h"

static const char * const svg_style[] = {
	"text{font:11px sans-serif;fill:#1f2937}.bg{fill:#fff}",
	".card{fill:#f8fafc;stroke:#dbe2ea}.bar{fill:#f1f5f9}",
	".band{fill:#f1f5f9}.title{font-size:22px;font-weight:700}",
	".sub,.more{font-size:12px;fill:#64748b}",
	".column{font-size:14px;font-weight:700}",
	".host{font-size:12px;font-weight:700}",
	".stage,.note,.nat,.small,.ends,.number,.time,.dev,.point{font-family:monospace}",
	".stage{font-size:10.5px}.what{font-size:10.5px;font-style:italic}",
	".note,.small,.nat{font-size:10px}.note{fill:#475569}",
	".point{font-size:9px;font-weight:700;fill:#64748b}",
	".time{font-size:9.5px;text-anchor:end;fill:#94a3b8}",
	".dev{font-size:10px;fill:#475569}.dim,.number,.facts{fill:#64748b}",
	".end{text-anchor:end}.mid{text-anchor:middle}",
	".way,.strong{font-weight:700}.way,.ends{font-size:13px}",
	".number,.facts{font-size:12px}",
	".verdict{font-size:13px;font-weight:700}.good{fill:#15803d}",
	".bad{fill:#dc2626}.wait{fill:#b45309}",
	".reason{font-size:12px;font-weight:700;fill:#dc2626}",
	".small .reason{font-size:10px}.advice{font-size:10.5px}",
	".line{fill:none;stroke-width:2.6;stroke-linecap:round}",
	".thin{stroke-width:1.3}",
	".cross{fill:none;stroke:#dc2626;stroke-width:3.2;stroke-linecap:round}",
	".dropbox{fill:#fef2f2;stroke:#fca5a5}",
	".natbox{fill:#fffbeb;stroke:#fcd34d}.nat{fill:#92400e}",
	".yes{fill:#22c55e}.no{fill:#dc2626}.ct{fill:#8b5cf6}",
	".request .line{stroke:#2563eb}",
	".request .dot,.request .stripe{fill:#2563eb}",
	".reply .line{stroke:#0d9488}",
	".reply .dot,.reply .stripe{fill:#0d9488}",
	".error .line{stroke:#c026d3}",
	".error .dot,.error .stripe{fill:#c026d3}",
	".request .way{fill:#1d4ed8}.reply .way{fill:#0f766e}",
	".error .way{fill:#a21caf}.open,.copy{fill-opacity:.25}",
	"a:hover text{text-decoration:underline}",
};

static const char * const svg_style_dark[] = {
	"text{fill:#e2e8f0}.bg{fill:#0d1117}",
	".card{fill:#161b22;stroke:#30363d}.bar,.band{fill:#1b222c}",
	".sub,.more,.dim,.number,.facts,.point{fill:#94a3b8}",
	".note,.dev{fill:#b6c2d1}.time{fill:#7d8ba0}.good{fill:#4ade80}",
	".bad,.reason{fill:#f87171}.wait{fill:#fbbf24}",
	".cross{stroke:#f87171}.dropbox{fill:#2d1417;stroke:#7f1d1d}",
	".natbox{fill:#2b2210;stroke:#854d0e}.nat{fill:#fcd34d}",
	".no{fill:#f87171}.ct{fill:#a78bfa}.request .line{stroke:#60a5fa}",
	".request .dot,.request .stripe{fill:#60a5fa}",
	".reply .line{stroke:#2dd4bf}",
	".reply .dot,.reply .stripe{fill:#2dd4bf}",
	".error .line{stroke:#e879f9}",
	".error .dot,.error .stripe{fill:#e879f9}",
	".request .way{fill:#93c5fd}.reply .way{fill:#5eead4}",
	".error .way{fill:#f0abfc}",
};

static void svg_styles(FILE *f)
{
	unsigned int i;

	fputs("</title>\n<style>\n", f);
	for (i = 0; i < ARRAY_SIZE(svg_style); i++)
		fprintf(f, "%s\n", svg_style[i]);
	fputs("@media (prefers-color-scheme: dark){\n", f);
	for (i = 0; i < ARRAY_SIZE(svg_style_dark); i++)
		fprintf(f, "%s\n", svg_style_dark[i]);
	fputs("}\n</style>\n", f);
}

static double svg_column_x(const struct lay_hosts *hosts, unsigned int host)
{
	return LAY_LEFT + host * (lay_column(hosts) + LAY_COL_GAP);
}

/* "client, router, server" in the order of the way. */
static void svg_title(FILE *f, const struct lay_hosts *hosts, const char *tag)
{
	unsigned int i;

	fprintf(f, "%s", tag);
	svg_string(f, "xip trace", 0);
	for (i = 0; i < hosts->n && i < 8; i++) {
		fputs(i ? " \342\206\222 " : ": ", f);
		svg_string(f, tr_ns_name(hosts->netns[i]), 24);
	}
	if (hosts->n > 8)
		fputs(" \342\200\246", f);
}

static void svg_columns(FILE *f, const struct lay_hosts *hosts)
{
	double w = lay_column(hosts), x;
	unsigned int i;

	svg_text(f, LAY_LEFT - 10, 113, "time", 0, "ms");
	for (i = 0; i < hosts->n; i++) {
		x = svg_column_x(hosts, i);
		svg_rect(f, x, 92, w, 32, 8, "band");
		svg_text(f, x + LAY_NAME, 113, "column", 24,
			 tr_ns_name(hosts->netns[i]));
		svg_textf(f, x + w - 10, 113, "note end", "netns %u",
			  hosts->netns[i]);
	}
}

/* A sample of a line in the colour of a way. */
static double svg_key_line(FILE *f, double x, double y, const char *way,
			   const char *class, const char *text)
{
	svg_begin(f, way);
	fprintf(f, "<path class=\"%s\" d=\"M%g %gh26\"/>\n", class, x, y - 4);
	if (!strchr(class, ' '))
		svg_dot(f, x + 13, y - 4, 4, "dot");
	svg_end(f);
	svg_text(f, x + 34, y, "key", 0, text);
	return x + 34 + 6.3 * strlen(text) + 20;
}

static double svg_key_dot(FILE *f, double x, double y, const char *class,
			  const char *text)
{
	svg_dot(f, x + 4, y - 4, 3.6, class);
	svg_text(f, x + 14, y, "key", 0, text);
	return x + 14 + 6.3 * strlen(text) + 20;
}

static void svg_legend(FILE *f, double y)
{
	double x = 18;

	x = svg_key_line(f, x, y, "request", "line", "request");
	x = svg_key_line(f, x, y, "reply", "line", "reply");
	x = svg_key_line(f, x, y, "error", "line", "ICMP error");
	x = svg_key_line(f, x, y, "request", "line thin", "fragment");
	x = svg_key_dot(f, x, y, "yes", "hook accepts");
	x = svg_key_dot(f, x, y, "no", "hook ends it");
	x = svg_key_dot(f, x, y, "ct", "connection");
	svg_rect(f, x, y - 11, 20, 14, 4, "natbox");
	svg_text(f, x + 27, y, "key", 0, "rewrite (NAT)");
	x += 27 + 6.3 * 13 + 20;
	fprintf(f, "<path class=\"cross\" d=\"M%g %gl9 9m0 -9l-9 9\"/>\n", x,
		y - 9);
	svg_text(f, x + 17, y, "key", 0, "dropped");
}

/**
 * svg_head - begin the picture
 * @f: where
 * @svg: what it shows
 * @hosts: its columns
 * @height: of all
 *
 * Return: where the first journey goes.
 */
double svg_head(FILE *f, const struct tr_svg *svg,
		const struct lay_hosts *hosts, double height)
{
	double width = lay_width(hosts);

	fprintf(f,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %g %g\" role=\"img\">\n",
		width, height);
	svg_title(f, hosts, "<title>");
	svg_styles(f);
	svg_rect(f, 0, 0, width, height, 0, "bg");
	svg_title(f, hosts, "<text x=\"16\" y=\"36\" class=\"title\">");
	fputs("</text>\n", f);
	svg_textf(f, width - LAY_RIGHT, 36, "sub end",
		  "%u journey%s, %llu steps; a name leads to what explains it, a dot to its source",
		  svg->journeys, svg->journeys == 1 ? "" : "s", svg->events);
	svg_legend(f, 70);
	svg_columns(f, hosts);
	return SVG_HEAD;
}

/**
 * svg_foot - end the picture
 * @f: where
 * @svg: what it shows
 * @y: below the last journey
 */
void svg_foot(FILE *f, const struct tr_svg *svg, double y)
{
	if (svg->more)
		svg_textf(f, LAY_LEFT, y + 8, "more",
			  "\342\200\246 and %u more journey%s", svg->more,
			  svg->more == 1 ? "" : "s");
	fputs("</svg>\n", f);
}
