// SPDX-License-Identifier: GPL-2.0
/* net/xinet/ip/options.c: a table of option lists, then a million random ones. */
#include <stdlib.h>
#include "shim_ip.h"
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
	unsigned int pointer = 0;
	enum xinet_drop why;
	u8 *exact = malloc(r->len ? r->len : 1);
	int ok;

	/* of the exact size, so that a read behind it is caught */
	memcpy(exact, r->opt, r->len);
	why = xip_options_check(exact, r->len, &pointer);
	free(exact);
	ok = why == r->want && (why != BAD || pointer == r->pointer);
	if (!ok)
		printf("# %s: cause %d, pointer %u\n", r->name, why, pointer);
	return ok;
}

/* Whatever the bytes, the pointer lies within the header. */
static int random_holds(void)
{
	unsigned int i, j, len, pointer;
	u8 *opt;

	srandom(1);
	for (i = 0; i < 1000000; i++) {
		len = 4 * (random() % 11);
		opt = malloc(len ? len : 1);
		for (j = 0; j < len; j++)
			opt[j] = random() % 4 ? random() % 12 : random();
		pointer = 0;
		if (xip_options_check(opt, len, &pointer) == BAD &&
		    (pointer < 20 || pointer >= 20 + len)) {
			free(opt);
			return 0;
		}
		free(opt);
	}
	return 1;
}

int main(void)
{
	unsigned int i;

	ktap_plan(sizeof(rows) / sizeof(rows[0]) + 1);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		ktap_ok(row_holds(&rows[i]), "options: %s", rows[i].name);
	ktap_ok(random_holds(), "options: a million random lists");
	return ktap_exit();
}
