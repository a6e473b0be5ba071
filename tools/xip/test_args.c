// SPDX-License-Identifier: GPL-2.0
/*
 * Unit tests of the argument parsers, without a kernel. KTAP on stdout.
 *
 * Each table has the rows at the borders: n - 1, n, n + 1, and the words that
 * a hostile or sleepy user types.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "parse.h"
#include "util.h"

static unsigned int tests, failures;

static void report(bool ok, const char *what, const char *word)
{
	tests++;
	failures += !ok;
	printf("%s %u %s \"%s\"\n", ok ? "ok" : "not ok", tests, what, word);
}

static void test_u32(void)
{
	static const struct {
		const char *word;
		__u32 max;
		int ret;
		__u32 val;
	} rows[] = {
		{ "0", 10, 0, 0 },
		{ "9", 10, 0, 9 },
		{ "10", 10, 0, 10 },
		{ "11", 10, -ERANGE, 0 },
		{ "0x10", 16, 0, 16 },
		{ "0xFf", 255, 0, 255 },
		{ "007", 10, 0, 7 },
		{ "4294967295", ~0U, 0, ~0U },
		{ "4294967296", ~0U, -ERANGE, 0 },
		{ "18446744073709551615", ~0U, -ERANGE, 0 },
		{ "18446744073709551616", ~0U, -ERANGE, 0 },
		{ "99999999999999999999999999", ~0U, -ERANGE, 0 },
		{ "", 10, -EINVAL, 0 },
		{ "0x", 10, -EINVAL, 0 },
		{ "-1", 10, -EINVAL, 0 },
		{ "+1", 10, -EINVAL, 0 },
		{ " 1", 10, -EINVAL, 0 },
		{ "1 ", 10, -EINVAL, 0 },
		{ "1x", 10, -EINVAL, 0 },
		{ "a", 10, -EINVAL, 0 },
		{ "1.0", 10, -EINVAL, 0 },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		__u32 val = 0;
		int ret = parse_u32(rows[i].word, rows[i].max, &val);

		report(ret == rows[i].ret && (ret || val == rows[i].val),
		       "u32", rows[i].word);
	}
}

static void test_usec(void)
{
	static const struct {
		const char *word;
		int ret;
		__u64 val;
	} rows[] = {
		{ "0", 0, 0 },
		{ "1", 0, 1000000 },
		{ ".5", 0, 500000 },
		{ "0.000001", 0, 1 },
		{ "0.0000019", 0, 1 },
		{ "2.25", 0, 2250000 },
		{ "100", 0, 100000000 },
		{ "100.000001", -ERANGE, 0 },
		{ "99999999999999999999", -ERANGE, 0 },
		{ "", -EINVAL, 0 },
		{ ".", -EINVAL, 0 },
		{ "-1", -EINVAL, 0 },
		{ "1s", -EINVAL, 0 },
		{ "1..2", -EINVAL, 0 },
		{ "1e3", -EINVAL, 0 },
		{ "0x1", -EINVAL, 0 },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		__u64 val = 0;
		int ret = parse_usec(rows[i].word, 100000000, &val);

		report(ret == rows[i].ret && (ret || val == rows[i].val),
		       "seconds", rows[i].word);
	}
}

static void test_addr(void)
{
	static const struct {
		const char *word;
		int ret;
		__u32 addr;
	} rows[] = {
		{ "0.0.0.0", 0, 0 },
		{ "10.9.0.1", 0, 0x0a090001 },
		{ "255.255.255.255", 0, 0xffffffff },
		{ "255.255.255.256", -EINVAL, 0 },
		{ "1.2.3", -EINVAL, 0 },
		{ "1.2.3.4.5", -EINVAL, 0 },
		{ "1.2.3.", -EINVAL, 0 },
		{ ".1.2.3", -EINVAL, 0 },
		{ "1..2.3", -EINVAL, 0 },
		{ "01.2.3.4", -EINVAL, 0 },
		{ "1.2.3.00", -EINVAL, 0 },
		{ "1.2.3.1000", -EINVAL, 0 },
		{ "1.2.3.4 ", -EINVAL, 0 },
		{ " 1.2.3.4", -EINVAL, 0 },
		{ "1.2.3.4/32", -EINVAL, 0 },
		{ "0x1.2.3.4", -EINVAL, 0 },
		{ "-1.2.3.4", -EINVAL, 0 },
		{ "", -EINVAL, 0 },
		{ "default", -EINVAL, 0 },
		{ "::1", -EINVAL, 0 },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		__be32 addr = 0;
		int ret = parse_addr(rows[i].word, &addr);

		report(ret == rows[i].ret &&
		       (ret || ntohl(addr) == rows[i].addr),
		       "address", rows[i].word);
	}
}

static void test_prefix(void)
{
	static const struct {
		const char *word;
		int ret;
		__u32 addr;
		unsigned int len;
		bool given;
	} rows[] = {
		{ "10.9.0.1", 0, 0x0a090001, 32, false },
		{ "10.9.0.1/0", 0, 0x0a090001, 0, true },
		{ "10.9.0.1/31", 0, 0x0a090001, 31, true },
		{ "10.9.0.1/32", 0, 0x0a090001, 32, true },
		{ "10.9.0.1/33", -ERANGE, 0, 0, false },
		{ "10.9.0.1/4294967296", -ERANGE, 0, 0, false },
		{ "10/8", 0, 0x0a000000, 8, true },
		{ "10.9/16", 0, 0x0a090000, 16, true },
		{ "10.9.8/24", 0, 0x0a090800, 24, true },
		{ "10.9.0.0/255.255.0.0", 0, 0x0a090000, 16, true },
		{ "10.9.0.0/0.0.0.0", 0, 0x0a090000, 0, true },
		{ "10.9.0.0/255.255.255.255", 0, 0x0a090000, 32, true },
		{ "10.9.0.0/255.0.255.0", -EINVAL, 0, 0, false },
		{ "default", 0, 0, 0, true },
		{ "any", 0, 0, 0, true },
		{ "all", 0, 0, 0, true },
		{ "10", -EINVAL, 0, 0, false },
		{ "10.9", -EINVAL, 0, 0, false },
		{ "10.9.0.1/", -EINVAL, 0, 0, false },
		{ "10.9.0.1/-1", -EINVAL, 0, 0, false },
		{ "10.9.0.1/8/8", -EINVAL, 0, 0, false },
		{ "10.9.0.1/8x", -EINVAL, 0, 0, false },
		{ "10.9.0.1.1/8", -EINVAL, 0, 0, false },
		{ "10.9./16", -EINVAL, 0, 0, false },
		{ "/8", -EINVAL, 0, 0, false },
		{ "", -EINVAL, 0, 0, false },
		{ "defaults", -EINVAL, 0, 0, false },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		struct prefix p = { };
		int ret = parse_prefix(rows[i].word, &p);

		report(ret == rows[i].ret &&
		       (ret || (ntohl(p.addr) == rows[i].addr &&
				p.len == rows[i].len &&
				p.given == rows[i].given)),
		       "prefix", rows[i].word);
	}
}

static void test_covers(void)
{
	static const struct {
		const char *net, *other;
		bool ret;
	} rows[] = {
		{ "0.0.0.0/0", "10.9.0.1", true },
		{ "10.9.0.0/24", "10.9.0.0/24", true },
		{ "10.9.0.0/24", "10.9.0.255", true },
		{ "10.9.0.0/24", "10.9.1.0", false },
		{ "10.9.0.0/24", "10.9.0.0/23", false },
		{ "10.9.0.1/32", "10.9.0.1", true },
		{ "10.9.0.1/32", "10.9.0.0", false },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		struct prefix net, other;

		parse_prefix(rows[i].net, &net);
		parse_prefix(rows[i].other, &other);
		report(prefix_covers(&net, other.addr, other.len) ==
		       rows[i].ret, rows[i].net, rows[i].other);
	}
}

static void test_mac(void)
{
	static const struct {
		const char *word;
		int ret;
		__u8 mac[XIP_ALEN];
	} rows[] = {
		{ "02:00:00:00:00:01", 0, { 2, 0, 0, 0, 0, 1 } },
		{ "FF:ff:Ff:0:9:aB", 0, { 255, 255, 255, 0, 9, 0xab } },
		{ "02:00:00:00:00", -EINVAL, { } },
		{ "02:00:00:00:00:", -EINVAL, { } },
		{ "02:00:00:00:00:01:02", -EINVAL, { } },
		{ "02:00:00:00:00:001", -EINVAL, { } },
		{ "02:00:00:00:00:0g", -EINVAL, { } },
		{ "02-00-00-00-00-01", -EINVAL, { } },
		{ ":02:00:00:00:00:01", -EINVAL, { } },
		{ "020000000001", -EINVAL, { } },
		{ "", -EINVAL, { } },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		__u8 mac[XIP_ALEN] = { };
		int ret = parse_mac(rows[i].word, mac);

		report(ret == rows[i].ret &&
		       (ret || !memcmp(mac, rows[i].mac, XIP_ALEN)),
		       "mac", rows[i].word);
	}
}

static const struct keyword verbs[] = {
	{ "show", 1, 1 },
	{ "add", 1, 2 },
	{ "append", 2, 3 },
	{ "replace", 1, 4 },
	{ "to", 0, 5 },
	{ }
};

static void test_keyword(void)
{
	static const struct {
		const char *word;
		int id;		/* 0: none */
	} rows[] = {
		{ "s", 1 }, { "show", 1 }, { "shows", 0 }, { "sx", 0 },
		{ "a", 2 }, { "ad", 2 }, { "ap", 3 }, { "append", 3 },
		{ "r", 4 }, { "to", 5 }, { "t", 0 }, { "", 0 }, { "S", 0 },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct keyword *k = parse_keyword(verbs, rows[i].word);

		report((k ? k->id : 0) == rows[i].id, "keyword", rows[i].word);
	}
}

static void test_nearest(void)
{
	static const struct {
		const char *word, *near;
	} rows[] = {
		{ "shwo", "show" },
		{ "sohw", "show" },
		{ "ad", "add" },
		{ "adn", "add" },
		{ "apend", "append" },
		{ "relpace", "replace" },
		{ "rpel", "replace" },
		{ "t", "to" },
		{ "replacement", NULL },
		{ "x", NULL },
		{ "foo", NULL },
		{ "ax", "add" },
		{ "", NULL },
		{ "zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz", NULL },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		const char *near = parse_nearest(verbs, rows[i].word);

		report(near == rows[i].near ||
		       (near && rows[i].near && !strcmp(near, rows[i].near)),
		       "nearest", rows[i].word);
	}
}

int main(void)
{
	printf("KTAP version 1\n");
	test_u32();
	test_usec();
	test_addr();
	test_prefix();
	test_covers();
	test_mac();
	test_keyword();
	test_nearest();
	printf("1..%u\n", tests);
	printf("# %u passed, %u failed\n", tests - failures, failures);
	return failures ? 1 : 0;
}
