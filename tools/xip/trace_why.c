// SPDX-License-Identifier: GPL-2.0
/*
 * xip trace --why: drops by reason.
 *
 * In: events of drops. Out: a line for each kind: reason, function and
 * namespace. On a terminal all are painted again and again; elsewhere each is
 * told when it is first seen; the totals come at the end.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "out.h"
#include "trace_model.h"
#include "trace_why.h"
#include "xip.h"

#define TR_WHY_LINES	2	/* of a kind */

/**
 * struct tr_why_kind - drops of a kind
 * @next: of its hash chain
 * @count: how many
 * @netns: where
 * @rest: reason and function, as the event says them
 * @dev: device of the first
 * @first: ends of the first
 */
struct tr_why_kind {
	struct tr_why_kind *next;
	unsigned long long count;
	unsigned int netns;
	char dev[16], first[TR_ENDS_SIZE];
	char rest[];
};

static unsigned int tr_why_hash(const struct tr_event *e)
{
	unsigned int h = e->netns;
	const char *s;

	for (s = e->rest; *s; s++)
		h = h * 31 + (unsigned char)*s;
	return h % TR_WHY_BUCKETS;
}

/**
 * tr_why_event - count one drop
 * @why: the kinds
 * @e: the event; its text stays the caller's
 *
 * Return: false without memory.
 */
bool tr_why_event(struct tr_why *why, const struct tr_event *e)
{
	struct tr_why_kind **at = &why->bucket[tr_why_hash(e)], *k;
	size_t len;

	for (k = *at; k; k = k->next)
		if (k->netns == e->netns && !strcmp(k->rest, e->rest))
			break;
	if (!k && why->n == TR_WHY_MAX) {
		why->others++;
		return true;
	}
	if (!k) {
		len = strlen(e->rest);
		k = calloc(1, sizeof(*k) + len + 1);
		if (!k)
			return false;
		k->netns = e->netns;
		memcpy(k->rest, e->rest, len);
		snprintf(k->dev, sizeof(k->dev), "%s", e->dev);
		tr_ends(k->first, sizeof(k->first), e);
		k->next = *at;
		*at = k;
		why->kinds[why->n++] = k;
	}
	k->count++;
	return true;
}

/* One line and, below it, what to do; @count in words of its own. */
static void tr_why_line(const struct tr_why_kind *k, const char *count)
{
	const struct tr_event e = { .rest = (char *)k->rest };
	char reason[64], func[64];

	tr_value(&e, "reason", reason, sizeof(reason));
	tr_value(&e, "func", func, sizeof(func));
	out_open(NULL);
	out_uint("count", NULL, k->count);
	out_str("reason", NULL, reason);
	out_str("function", NULL, func);
	out_str("netns", NULL, tr_ns_name(k->netns));
	out_str("dev", NULL, k->dev);
	out_str("first", NULL, k->first);
	out_str("advice", NULL, tr_advice(reason));
	out_text("%6s %s in %s (%s %s), first %s\n       %s\n", count, reason,
		 func, out_clean(tr_ns_name(k->netns)), out_clean(k->dev),
		 k->first, tr_advice(reason));
	out_close();
}

/**
 * tr_why_new - tell of kinds that were not seen before
 * @why: the kinds
 * @from: the first of these
 */
void tr_why_new(const struct tr_why *why, unsigned int from)
{
	for (; from < why->n; from++)
		tr_why_line(why->kinds[from], "new");
	fflush(stdout);
}

static int tr_why_more(const void *a, const void *b)
{
	const struct tr_why_kind * const *x = a, * const *y = b;

	return (*x)->count > (*y)->count ? -1 : (*x)->count < (*y)->count;
}

static void tr_why_lines(struct tr_why *why, unsigned int max)
{
	char count[24];
	unsigned int i;

	qsort(why->kinds, why->n, sizeof(*why->kinds), tr_why_more);
	for (i = 0; i < why->n && i < max; i++) {
		snprintf(count, sizeof(count), "%llu", why->kinds[i]->count);
		tr_why_line(why->kinds[i], count);
	}
	if (i < why->n || why->others)
		out_text("       ... and %u more kinds\n",
			 why->n - i + !!why->others);
}

/**
 * tr_why_paint - show what there is so far, in place of what was shown before
 * @why: the kinds; those with the most drops come first
 */
void tr_why_paint(struct tr_why *why)
{
	unsigned long long all = why->others;
	struct winsize size = { };
	unsigned int i, rows;

	for (i = 0; i < why->n; i++)
		all += why->kinds[i]->count;
	ioctl(STDOUT_FILENO, TIOCGWINSZ, &size);
	rows = size.ws_row > 6 ? size.ws_row - 4 : 20;
	/* home, and clear what is below */
	printf("\033[H\033[J%llu drops of %u kinds; ^C ends\n\n", all, why->n);
	tr_why_lines(why, rows / TR_WHY_LINES);
	fflush(stdout);
}

/**
 * tr_why_print - the totals
 * @why: the kinds; those with the most drops come first
 */
void tr_why_print(struct tr_why *why)
{
	out_start();
	tr_why_lines(why, why->n);
	out_stop();
}

/**
 * tr_why_free - forget the kinds
 * @why: empty afterwards
 */
void tr_why_free(struct tr_why *why)
{
	while (why->n)
		free(why->kinds[--why->n]);
	memset(why, 0, sizeof(*why));
}
