// SPDX-License-Identifier: GPL-2.0
/* net/xinet/ip/options.c: tables, then random lists against a naive parser. */
#include <stdlib.h>
#include "shim_ip.h"
#include <stdbool.h>

#include "../../net/xinet/ip/options.c"
#include "ktap.h"

#define OK	XINET_DROP_NONE
#define BAD	XINET_DROP_BAD_OPTIONS
#define ROUTE	XINET_DROP_SOURCE_ROUTE

struct row {
	const char *name;
	u8 opt[40];
	unsigned int len;
	enum xinet_drop want;
	unsigned int pointer;	/* for BAD: from the start of the header */
};

static const struct row rows[] = {
	{ "none", { 0 }, 0, OK, 0 },
	{ "end at once", { 0, 99, 99, 99 }, 4, OK, 0 },
	{ "four NOPs", { 1, 1, 1, 1 }, 4, OK, 0 },
	{ "record route for one", { 7, 7, 4, 0, 0, 0, 0, 0 }, 8, OK, 0 },
	{ "record route for none", { 7, 3, 4, 0 }, 4, OK, 0 },
	{ "record route, length 2", { 7, 2, 0, 0 }, 4, BAD, 21 },
	{ "record route, half an address", { 7, 5, 4, 0, 0, 0, 0, 0 }, 8, BAD, 21 },
	{ "record route, pointer 3", { 7, 7, 3, 0, 0, 0, 0, 0 }, 8, BAD, 22 },
	{ "record route, full", { 7, 7, 8, 0, 0, 0, 0, 0 }, 8, OK, 0 },
	{ "record route of 39 bytes", { 7, 39, 4 }, 40, OK, 0 },
	{ "timestamps", { 68, 8, 5, 0 }, 8, OK, 0 },
	{ "timestamps with addresses", { 68, 12, 5, 1 }, 12, OK, 0 },
	{ "timestamps prespecified", { 68, 12, 5, 3 }, 12, OK, 0 },
	{ "timestamps, flag 2", { 68, 8, 5, 2 }, 8, BAD, 23 },
	{ "timestamps, flag 4", { 68, 8, 5, 4 }, 8, BAD, 23 },
	{ "timestamps, overflow count 15", { 68, 8, 5, 0xf0 }, 8, OK, 0 },
	{ "timestamps, pointer 4", { 68, 8, 4, 0 }, 8, BAD, 22 },
	{ "timestamps, length 3", { 68, 3, 5, 0 }, 4, BAD, 21 },
	{ "router alert", { 148, 4, 0, 0 }, 4, OK, 0 },
	{ "router alert, length 3", { 148, 3, 0, 0 }, 4, BAD, 21 },
	{ "router alert, length 5", { 148, 5, 0, 0, 0, 0, 0, 0 }, 8, BAD, 21 },
	{ "two record routes", { 7, 3, 4, 7, 3, 4, 0, 0 }, 8, BAD, 23 },
	{ "two timestamps", { 68, 4, 5, 0, 68, 4, 5, 0 }, 8, BAD, 24 },
	{ "record route, pointer at the last slot but one byte",
	  { 7, 7, 5, 0, 0, 0, 0, 0 }, 8, BAD, 22 },
	{ "record route, pointer at the last byte",
	  { 7, 7, 7, 0, 0, 0, 0, 0 }, 8, BAD, 22 },
	{ "record route, pointer far behind",
	  { 7, 7, 255, 0, 0, 0, 0, 0 }, 8, OK, 0 },
	{ "timestamps, half a slot", { 68, 8, 6, 0 }, 8, BAD, 22 },
	{ "timestamps with addresses, half a slot",
	  { 68, 8, 5, 1 }, 8, BAD, 22 },
	{ "timestamps prespecified, half a slot",
	  { 68, 8, 5, 3 }, 8, BAD, 22 },
	{ "timestamps full, overflow count 14", { 68, 8, 9, 0xe0 }, 8, OK, 0 },
	{ "timestamps full, overflow count 15", { 68, 8, 9, 0xf0 }, 8, BAD, 23 },
	{ "timestamps with addresses full, count 15",
	  { 68, 12, 13, 0xf1 }, 12, BAD, 23 },
	{ "timestamps prespecified full, count 15",
	  { 68, 12, 13, 0xf3 }, 12, OK, 0 },
	{ "timestamps full, flag 2", { 68, 8, 9, 2 }, 8, BAD, 23 },
	{ "timestamps for none", { 68, 4, 5, 0 }, 4, OK, 0 },
	{ "unknown, sound", { 200, 4, 0, 0 }, 4, OK, 0 },
	{ "unknown, length 0", { 200, 0, 0, 0 }, 4, BAD, 21 },
	{ "unknown, length 1", { 200, 1, 0, 0 }, 4, BAD, 21 },
	{ "unknown, one too long", { 200, 5, 0, 0 }, 4, BAD, 21 },
	{ "no room for a length", { 1, 1, 1, 7 }, 4, BAD, 23 },
	{ "behind a NOP", { 1, 7, 2, 0 }, 4, BAD, 22 },
	{ "LSRR", { 131, 7, 4, 0, 0, 0, 0, 0 }, 8, ROUTE, 0 },
	{ "SSRR", { 137, 7, 4, 0, 0, 0, 0, 0 }, 8, ROUTE, 0 },
	{ "LSRR cut short", { 1, 1, 1, 131 }, 4, ROUTE, 0 },
	{ "LSRR behind a record route", { 7, 3, 4, 131, 3, 4, 0, 0 }, 8, ROUTE, 0 },
	{ "LSRR behind the end", { 0, 131, 3, 4 }, 4, OK, 0 },
};

static int row_holds(const struct row *r)
{
	u8 *exact = malloc(r->len ? r->len : 1);
	struct xip_options o;
	unsigned int pointer = 0;
	enum xinet_drop why;
	int ok;

	/* of the exact size, so that a read behind it is caught */
	memcpy(exact, r->opt, r->len);
	why = xip_options_parse(exact, r->len, &o, &pointer);
	free(exact);
	ok = why == r->want && (why != BAD || pointer == r->pointer);
	/* of what is not sound nothing is kept */
	ok &= !why || !(o.rr | o.ts | o.ra | o.end | o.todo | o.other);
	if (!ok)
		printf("# %s: cause %d, pointer %u\n", r->name, why, pointer);
	return ok;
}

/* One hop, 10.9.0.1 at 0x01020304; lists are zero where nothing stands. */
struct fill_row {
	const char *name;
	unsigned int len;
	u8 before[40], after[40];
};

static const struct fill_row fill_rows[] = {
	{ "record route, first slot", 12, { 7, 11, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0 },
	  { 7, 11, 8, 10, 9, 0, 1, 0, 0, 0, 0, 0 } },
	{ "record route, last slot", 12, { 7, 11, 8, 1, 2, 3, 4, 0, 0, 0, 0, 0 },
	  { 7, 11, 12, 1, 2, 3, 4, 10, 9, 0, 1, 0 } },
	{ "record route, full", 8, { 7, 7, 8, 1, 2, 3, 4, 0 }, { 7, 7, 8, 1, 2, 3, 4, 0 } },
	{ "record route, odd pointer", 12, { 7, 11, 6, 0, 0, 0, 0, 0, 0, 0, 0, 0 },
	  { 7, 11, 10, 0, 0, 10, 9, 0, 1, 0, 0, 0 } },
	{ "a time", 12, { 68, 12, 5, 0 }, { 68, 12, 9, 0, 1, 2, 3, 4 } },
	{ "a time, last slot", 8, { 68, 8, 5, 0x70 }, { 68, 8, 9, 0x70, 1, 2, 3, 4 } },
	{ "a time, no slot", 8, { 68, 8, 9, 0xe0, 10, 9, 0, 1 },
	  { 68, 8, 9, 0xf0, 10, 9, 0, 1 } },
	{ "an address and a time", 12, { 68, 12, 5, 1 },
	  { 68, 12, 13, 1, 10, 9, 0, 1, 1, 2, 3, 4 } },
	{ "an address and a time, no slot", 12, { 68, 12, 13, 0x01, 10, 9, 0, 1, 10, 9, 0, 1 },
	  { 68, 12, 13, 0x11, 10, 9, 0, 1, 10, 9, 0, 1 } },
	{ "a time for us", 12, { 68, 12, 5, 3, 10, 9, 0, 1, 0, 0, 0, 0 },
	  { 68, 12, 13, 3, 10, 9, 0, 1, 1, 2, 3, 4 } },
	{ "a time for another", 12, { 68, 12, 5, 3, 1, 2, 3, 4, 0, 0, 0, 0 },
	  { 68, 12, 5, 3, 1, 2, 3, 4, 0, 0, 0, 0 } },
	{ "a time for us, no slot", 12, { 68, 12, 13, 3, 10, 9, 0, 1, 0, 0, 0, 0 },
	  { 68, 12, 13, 3, 10, 9, 0, 1, 0, 0, 0, 0 } },
	{ "both, behind a NOP", 20,
	  { 1, 7, 7, 4, 0, 0, 0, 0, 68, 12, 5, 1, 0, 0, 0, 0, 0, 0, 0, 0 },
	  { 1, 7, 7, 8, 10, 9, 0, 1, 68, 12, 13, 1, 10, 9, 0, 1, 1, 2, 3, 4 } },
	{ "junk behind the end", 8, { 148, 4, 0, 0, 0, 1, 2, 3 },
	  { 148, 4, 0, 0, 0, 0, 0, 0 } },
	{ "the last byte behind the end", 4, { 0, 0, 0, 9 }, { 0, 0, 0, 0 } },
};

static int fill_holds(const struct fill_row *r)
{
	static const u8 addr[] = { 10, 9, 0, 1 }, now[] = { 1, 2, 3, 4 };
	u8 *hdr = malloc(20 + r->len);
	struct xip_options o;
	unsigned int pointer;
	__be32 a, t, asked;
	bool ours = false;
	int ok;

	memcpy(&a, addr, 4);
	memcpy(&t, now, 4);
	memset(hdr, 0xaa, 20);
	memcpy(hdr + 20, r->before, r->len);
	ok = !xip_options_parse(hdr + 20, r->len, &o, &pointer);
	if (o.todo & XIP_TODO_PRESPEC) {
		asked = xip_options_prespec(hdr, &o);
		ours = asked == a;
	}
	xip_options_fill(hdr, 20 + r->len, &o, a, t, ours);
	ok &= !memcmp(hdr + 20, r->after, r->len) && hdr[19] == 0xaa && !o.todo;
	free(hdr);
	return ok;
}

/* An answer carries Record Route and Timestamp, in that order, and no more. */
static int copy_holds(void)
{
	static const u8 from[] = { 148, 4, 0, 0, 68, 8, 9, 0, 1, 2, 3, 4,
				   1, 7, 7, 8, 10, 9, 0, 1 };
	static const u8 want[] = { 7, 7, 8, 10, 9, 0, 1, 68, 8, 9, 0, 1, 2, 3, 4, 0 };
	struct xip_optlist list;
	struct xip_options o;
	unsigned int pointer;
	u8 hdr[40] = { 0 };
	int ok;

	memcpy(hdr + 20, from, sizeof(from));
	ok = !xip_options_parse(hdr + 20, sizeof(from), &o, &pointer);
	ok &= o.ra == 20 && o.ts == 24 && o.rr == 33 && !o.other;
	xip_options_copy(hdr, 40, &o, &list);
	ok &= list.len == 16 && !memcmp(list.data, want, 16);
	/* a header that somebody wrote to after it was walked */
	hdr[o.ts + 1] = 20;
	hdr[o.rr] = XIP_OPT_NOP;
	xip_options_copy(hdr, 40, &o, &list);
	ok &= !list.len;
	/* RFC 2113: only the value 0 alerts */
	hdr[23] = 1;
	return ok && !xip_options_parse(hdr + 20, 4, &o, &pointer) && !o.ra;
}

/*
 * The rules once more, as plainly as possible, with no thought of pointers:
 * is the list sound, and how many bytes does a hop that owns no prespecified
 * address change?
 */
static enum xinet_drop naive(const u8 *b, int len)
{
	int i = 0, seen_rr = 0, seen_ts = 0, size, left;

	for (; i < len && b[i]; i += size) {
		size = 1;
		if (b[i] == 1)
			continue;
		if (b[i] == 131 || b[i] == 137)
			return ROUTE;
		if (i + 1 >= len || b[i + 1] < 2 || i + b[i + 1] > len)
			return BAD;
		size = b[i + 1];
		left = size - b[i + 2 < len ? i + 2 : i] + 1;
		if (b[i] == 148 && size != 4)
			return BAD;
		if (b[i] == 7) {
			if (seen_rr++ || size % 4 != 3 || b[i + 2] < 4 ||
			    (left > 0 && left < 4))
				return BAD;
		}
		if (b[i] == 68) {
			if (seen_ts++ || size % 4 || b[i + 2] < 5 ||
			    !strchr("\1\2\4", (b[i + 3] & 15) + 1) ||
			    (left > 0 && left < (b[i + 3] & 15 ? 8 : 4)) ||
			    (left <= 0 && b[i + 3] >> 4 == 15 &&
			     (b[i + 3] & 15) != 3))
				return BAD;
		}
	}
	return OK;
}

/* A byte such as often stands in options. */
static u8 likely_byte(void)
{
	static const u8 types[] = { 0, 1, 7, 68, 148, 131, 137, 200 };

	switch (random() % 8) {
	case 0:
		return random();
	case 1:
		return types[random() % sizeof(types)];
	default:
		return random() % 12;
	}
}

static unsigned int random_list(u8 *opt)
{
	static const u8 starts[][4] = {
		{ 7, 7, 4, 0 }, { 7, 11, 8, 0 }, { 68, 8, 5, 0 },
		{ 68, 12, 5, 1 }, { 68, 12, 13, 0xf0 }, { 148, 4, 0, 0 },
	};
	unsigned int i, len = 4 * (random() % 11), at;

	for (i = 0; i < len; i++)
		opt[i] = likely_byte();
	for (at = random() % 4; at + 12 < len; at += 4 * (1 + random() % 3))
		memcpy(opt + at, starts[random() % 6], random() % 5);
	return len;
}

/* Whatever the bytes: the naive verdict, a pointer within the header. */
static int random_holds(unsigned int *sound)
{
	unsigned int i, len, pointer;
	struct xip_optlist list;
	struct xip_options o;
	enum xinet_drop why;
	u8 bytes[44], *hdr;
	int ok = 1;

	srandom(1);
	for (i = 0; ok && i < 2000000; i++) {
		memset(bytes, 0, sizeof(bytes));
		len = random_list(bytes);
		hdr = malloc(20 + len);
		memcpy(hdr + 20, bytes, len);
		pointer = 0;
		why = xip_options_parse(hdr + 20, len, &o, &pointer);
		ok = why == naive(bytes, len) &&
		     (why != BAD || (pointer >= 20 && pointer < 20 + len));
		if (!why) {
			*sound += o.rr || o.ts;
			xip_options_fill(hdr, 20 + len, &o, ~0U, ~0U, i & 1);
			xip_options_copy(hdr, 20 + len, &o, &list);
			ok &= list.len <= 40 && list.len % 4 == 0;
			/* what was sound keeps its shape */
			ok &= !o.rr || hdr[o.rr] == XIP_OPT_RR;
			ok &= !o.ts || hdr[o.ts] == XIP_OPT_TS;
		}
		free(hdr);
	}
	return ok;
}

int main(void)
{
	unsigned int i, sound = 0;
	int ok;

	ktap_plan(sizeof(rows) / sizeof(rows[0]) +
		  sizeof(fill_rows) / sizeof(fill_rows[0]) + 2);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		ktap_ok(row_holds(&rows[i]), "options: %s", rows[i].name);
	for (i = 0; i < sizeof(fill_rows) / sizeof(fill_rows[0]); i++)
		ktap_ok(fill_holds(&fill_rows[i]), "options: a hop fills %s",
			fill_rows[i].name);
	ktap_ok(copy_holds(), "options: what an answer carries");
	ok = random_holds(&sound);
	ktap_ok(ok && sound > 10000,
		"options: two million random lists, %u of them worth filling",
		sound);
	return ktap_exit();
}
