// SPDX-License-Identifier: GPL-2.0
/*
 * The picture of journeys.
 *
 * In: finished journeys, one after the other, any number. Out: an SVG with the
 * first TR_SHOTS that differ; those that went the same way as one of them are
 * counted with it, and all others at the end. So memory and picture stay small.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "names.h"
#include "svg.h"
#include "trace_draw.h"
#include "trace_svg.h"

static unsigned long long svg_hash(unsigned long long h, const void *data,
				   size_t len)
{
	const unsigned char *p = data;

	/* FNV-1a */
	while (len--)
		h = (h ^ *p++) * 0x100000001b3ULL;
	return h;
}

/* How much of a step's text is the same for packets of the same way. */
static size_t svg_alike(const struct tr_step *s)
{
	const char *text = s->ev.rest, *at;

	switch (s->kind) {
	case TR_HOOK:
		at = strstr(text, " ct=");
		return at ? (size_t)(at - text) : strlen(text);
	case TR_STAGE:
	case TR_DROP:
	case TR_ROUTE:
		return strlen(text);
	default:
		return strcspn(text, " ");
	}
}

static unsigned long long svg_way(const struct tr_journey *j)
{
	unsigned long long h = 0xcbf29ce484222325ULL;
	const struct tr_event *e = &j->steps[0].ev;
	unsigned int i;

	h = svg_hash(h, &e->saddr, sizeof(e->saddr));
	h = svg_hash(h, &e->daddr, sizeof(e->daddr));
	h = svg_hash(h, &e->proto, sizeof(e->proto));
	h = svg_hash(h, &e->len, sizeof(e->len));
	for (i = 0; i < j->n; i++) {
		const struct tr_step *s = &j->steps[i];

		h = svg_hash(h, &s->kind, sizeof(s->kind));
		h = svg_hash(h, &s->ev.netns, sizeof(s->ev.netns));
		h = svg_hash(h, s->ev.dev, sizeof(s->ev.dev));
		h = svg_hash(h, s->ev.rest, svg_alike(s));
	}
	return h;
}

/* Without connection tracking: back is from where another one went, to whence. */
static bool svg_is_back(const struct tr_svg *svg, const struct tr_journey *j)
{
	const struct tr_event *e = &j->steps[0].ev;
	unsigned int i;

	for (i = 0; i < svg->shots; i++) {
		const struct tr_journey *t = &svg->shot[i].j;
		const struct tr_event *end = &t->steps[t->n - 1].ev;

		if (t->way == TR_REQUEST && end->proto == e->proto &&
		    end->saddr == e->daddr && end->daddr == e->saddr &&
		    end->sport == e->dport && end->dport == e->sport)
			return true;
	}
	return false;
}

/**
 * tr_svg_take - a journey for the picture
 * @svg: the picture
 * @j: finished; without steps afterwards if it is one of those that are drawn
 */
void tr_svg_take(struct tr_svg *svg, struct tr_journey *j)
{
	unsigned long long way = svg_way(j), took;
	struct tr_shot *s;

	took = j->last - j->steps[0].ev.when;
	svg->journeys++;
	svg->events += j->n;
	for (s = svg->shot; s < svg->shot + svg->shots; s++)
		if (s->way == way)
			break;
	if (s == svg->shot + TR_SHOTS) {
		svg->more++;
		return;
	}
	if (s == svg->shot + svg->shots) {
		if (j->way == TR_REQUEST && svg_is_back(svg, j))
			j->way = TR_REPLY;
		*s = (struct tr_shot){
			.j = *j, .way = way, .shortest = took, .longest = took,
		};
		j->steps = NULL;
		j->n = 0;
		j->room = 0;
		svg->shots++;
	}
	s->alike++;
	if (took < s->shortest)
		s->shortest = took;
	if (took > s->longest)
		s->longest = took;
}

static const char *svg_class(const struct tr_journey *j)
{
	static const char * const class[] = {
		[TR_REQUEST] = "request", [TR_REPLY] = "reply",
		[TR_ERROR] = "error",
	};

	return class[j->way];
}

/* The line above a journey. */
static void svg_panel_head(FILE *f, const struct tr_shot *s, double width)
{
	static const char * const way[] = {
		[TR_REQUEST] = "request", [TR_REPLY] = "reply",
		[TR_ERROR] = "ICMP error",
	};
	const struct tr_event *e = &s->j.steps[0].ev;
	char ends[TR_ENDS_SIZE], text[256], cause[40] = "";
	double right = width - LAY_RIGHT;

	svg_rect(f, 16, 4, right - 16, 34, 8, "bar");
	svg_rect(f, 16, 4, 5, 34, 2.5, "stripe");
	tr_ends(ends, sizeof(ends), e);
	svg_text(f, 34, 26, "way", 0, s->j.root ? way[s->j.way] : "no packet");
	if (s->j.root)
		svg_textf(f, 124, 26, "number", "#%llu", s->j.root);
	snprintf(text, sizeof(text), "%s %s",
		 names_get(names_ipproto, e->proto), ends);
	svg_text(f, 178, 26, "ends", 76, text);
	if (s->j.cause)
		snprintf(cause, sizeof(cause), "about #%llu, ", s->j.cause);
	if (s->j.root)
		svg_textf(f, right - 128, 26, "facts end", "%s%s%u bytes, %.3f ms",
			  s->j.incomplete ? "events lost, " : "",
			  cause, e->len, (s->j.last - e->when) / 1e6);
	svg_text(f, right - 14, 26,
		 s->j.drop ? "verdict bad end" : s->j.waits ?
		 "verdict wait end" : "verdict good end", 15,
		 s->j.root ? s->j.verdict : "no route");
}

static void svg_panel_foot(FILE *f, const struct tr_shot *s)
{
	double y = s->l.height + 18;
	char text[256];
	int n = 0;

	text[0] = '\0';
	if (s->alike > 1)
		n += snprintf(text, sizeof(text),
			      "%u more went the same way; all took %.3f to %.3f ms. ",
			      s->alike - 1, s->shortest / 1e6, s->longest / 1e6);
	if (s->l.cut > LAY_LANES)
		n += snprintf(text + n, sizeof(text) - n,
			      "%u fragments were made, %u of a datagram are drawn. ",
			      s->l.cut, LAY_LANES);
	if (s->l.left_out)
		snprintf(text + n, sizeof(text) - n,
			 "\342\200\246 and %u more steps", s->l.left_out);
	if (*text)
		svg_text(f, LAY_LEFT, y, "more", 0, text);
}

static double svg_panel(FILE *f, const struct tr_svg *svg,
			const struct tr_shot *s, const struct lay_hosts *hosts,
			double y)
{
	const struct draw d = {
		.f = f, .base = svg->base, .l = &s->l,
		.column = lay_column(hosts),
	};

	fprintf(f, "<g class=\"%s\" transform=\"translate(0 %g)\">\n",
		svg_class(&s->j), y);
	svg_panel_head(f, s, lay_width(hosts));
	fprintf(f, "<g transform=\"translate(0 %d)\">\n", SVG_PANEL);
	draw_cards(&d);
	draw_lines(&d);
	draw_dots(&d);
	draw_rows(&d);
	svg_panel_foot(f, s);
	fputs("</g></g>\n", f);
	return y + SVG_PANEL + s->l.height + SVG_BELOW;
}

/**
 * tr_svg_draw - make the picture
 * @svg: what it shows
 * @f: where
 *
 * Return: false without memory.
 */
bool tr_svg_draw(struct tr_svg *svg, FILE *f)
{
	struct lay_hosts hosts = { };
	double y = SVG_HEAD;
	unsigned int i;
	bool ok = true;

	for (i = 0; i < svg->shots && ok; i++) {
		ok = lay_make(&svg->shot[i].l, &svg->shot[i].j, &hosts);
		y += SVG_PANEL + svg->shot[i].l.height + SVG_BELOW;
	}
	if (ok) {
		y = svg_head(f, svg, &hosts, y + (svg->more ? 30 : 0));
		for (i = 0; i < svg->shots; i++)
			y = svg_panel(f, svg, &svg->shot[i], &hosts, y);
		svg_foot(f, svg, y);
	}
	while (i--)
		lay_free(&svg->shot[i].l);
	free(hosts.netns);
	return ok;
}

/**
 * tr_svg_free - forget the journeys
 * @svg: empty afterwards
 */
void tr_svg_free(struct tr_svg *svg)
{
	while (svg->shots)
		tr_journey_clear(&svg->shot[--svg->shots].j);
}
