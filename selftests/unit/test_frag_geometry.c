// SPDX-License-Identifier: GPL-2.0
/*
 * net/xinet/ip/frag_geometry.c: every size around every border, each plan
 * judged by what RFC 791 asks of the fragments; and options by a table.
 */
#include <stdbool.h>
#include <stdlib.h>
#include "shim_ip.h"
#include "../../net/xinet/ip/frag_geometry.c"
#include "ktap.h"

/* Cut, and see: all bytes in order, as few pieces as can be, none too large. */
static bool plan_holds(unsigned int size, unsigned int offset, unsigned int mtu,
		       unsigned int hlen, unsigned int rest, bool mf)
{
	struct xfrag_plan plan = {
		.left = size, .offset = offset, .mtu = mtu, .hlen = hlen,
		.hlen_rest = rest, .mf = mf,
	};
	unsigned int at = offset, h = hlen;
	struct xfrag_piece p;

	while (xfrag_next(&plan, &p)) {
		bool last = at + p.len == offset + size;

		if (p.offset != at || p.hlen != h || !p.len ||
		    p.hlen + p.len > mtu || p.more != (mf || !last))
			return false;
		if (!last && (p.len % 8 || p.hlen + p.len + 8 <= mtu))
			return false;
		at += p.len;
		h = rest;
	}
	return !plan.left && at == offset + size;
}

static bool all_plans(void)
{
	static const unsigned int hlens[][2] = {
		{ 20, 20 }, { 24, 20 }, { 60, 20 }, { 60, 60 }, { 60, 24 },
	};
	unsigned int mtu, size, i;

	for (i = 0; i < 5; i++)
		for (mtu = 68; mtu < 200; mtu++)
			for (size = 1; size < 500; size++)
				if (!plan_holds(size, 0, mtu, hlens[i][0],
						hlens[i][1], false))
					return false;
	return true;
}

static bool no_room(void)
{
	struct xfrag_plan plan = { .left = 100, .mtu = 67, .hlen = 60,
				   .hlen_rest = 60 };
	struct xfrag_piece p;

	return !xfrag_next(&plan, &p) && plan.left == 100;
}

static bool header_beyond_mtu(void)
{
	struct xfrag_plan plan = { .left = 100, .mtu = 20, .hlen = 60,
				   .hlen_rest = 60 };
	struct xfrag_piece p;

	return !xfrag_next(&plan, &p) && plan.left == 100;
}

struct row {
	const char *name;
	u8 opt[40];
	unsigned int len;
	u8 want[40];
	unsigned int n;
};

static const struct row rows[] = {
	{ "none", {}, 0, {}, 0 },
	{ "end at once", { 0, 148, 4, 0 }, 4, {}, 0 },
	{ "NOPs alone", { 1, 1, 1, 1 }, 4, {}, 0 },
	{ "record route is not copied", { 7, 7, 4, 1, 2, 3, 4, 0 }, 8, {}, 0 },
	{ "router alert is", { 148, 4, 0, 0 }, 4, { 148, 4, 0, 0 }, 4 },
	{ "the second is, the first is not", { 7, 3, 4, 1, 148, 4, 0, 7 }, 8,
	  { 148, 4, 0, 7 }, 4 },
	{ "padded to a word", { 200, 3, 9, 1, 7, 3, 4, 0 }, 8,
	  { 200, 3, 9, 0 }, 4 },
	{ "two that are, one between", { 200, 2, 68, 4, 5, 0, 201, 2 }, 8,
	  { 200, 2, 201, 2 }, 4 },
	{ "a length of 0 ends it", { 148, 4, 0, 0, 200, 0, 0, 0 }, 8,
	  { 148, 4, 0, 0 }, 4 },
	{ "a length of 1 ends it", { 200, 1, 148, 4 }, 4, {}, 0 },
	{ "one byte too long", { 200, 5, 0, 0 }, 4, {}, 0 },
	{ "no room for its length", { 1, 1, 1, 200 }, 4, {}, 0 },
	{ "behind the end", { 148, 4, 0, 0, 0, 200, 2, 0 }, 8,
	  { 148, 4, 0, 0 }, 4 },
};

static bool row_holds(const struct row *r)
{
	u8 *in = malloc(r->len ? r->len : 1), *out = malloc(r->len ? r->len : 1);
	bool ok;

	/* of just that size: the sanitizer sees each byte too many */
	memcpy(in, r->opt, r->len);
	ok = xfrag_options(out, in, r->len) == r->n &&
	     !memcmp(out, r->want, r->n);
	free(in);
	free(out);
	return ok;
}

/* Whatever the bytes are: in bounds, whole words, and stable. */
static bool random_options(void)
{
	u8 in[40], once[40], twice[40];
	unsigned int i, j, len, n;

	srand(1);
	for (i = 0; i < 1000000; i++) {
		len = rand() % 11 * 4;
		for (j = 0; j < len; j++)
			in[j] = rand() % 4 ? rand() % 9 : rand();
		n = xfrag_options(once, in, len);
		if (n > len || n % 4 ||
		    xfrag_options(twice, once, n) != n || memcmp(once, twice, n))
			return false;
	}
	return true;
}

int main(void)
{
	unsigned int i, n = sizeof(rows) / sizeof(*rows);

	ktap_plan(n + 7);
	ktap_ok(all_plans(), "plan__every_size_and_mtu");
	ktap_ok(plan_holds(16, 1480, 576, 20, 20, true),
		"plan__a_fragment_that_fits");
	ktap_ok(plan_holds(1480, 1480, 576, 20, 20, true),
		"plan__a_fragment_is_cut_again");
	ktap_ok(plan_holds(65515, 0, 68, 20, 20, false),
		"plan__the_most_there_is");
	ktap_ok(no_room(), "plan__not_one_unit_fits");
	ktap_ok(header_beyond_mtu(), "plan__header_beyond_mtu");
	for (i = 0; i < n; i++)
		ktap_ok(row_holds(&rows[i]), "options__%s", rows[i].name);
	ktap_ok(random_options(), "options__a_million_at_random");
	return ktap_exit();
}
