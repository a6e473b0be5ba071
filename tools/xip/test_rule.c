// SPDX-License-Identifier: GPL-2.0
/*
 * Unit tests of the words of rules, without a kernel. KTAP on stdout.
 *
 * Each table has the rows at the borders, and what is read is written again
 * and must be the same word.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "rule.h"
#include "util.h"

static unsigned int tests, failures;

static void report(bool ok, const char *what, const char *word)
{
	tests++;
	failures += !ok;
	printf("%s %u %s \"%s\"\n", ok ? "ok" : "not ok", tests, what, word);
}

static void test_ports(void)
{
	static const struct {
		const char *word;
		int ret;
		__u16 port[2];
	} rows[] = {
		{ "0", 0, { 0, 0 } },
		{ "53", 0, { 53, 53 } },
		{ "65535", 0, { 65535, 65535 } },
		{ "65536", -ERANGE, { } },
		{ "1-2", 0, { 1, 2 } },
		{ "0-65535", 0, { 0, 65535 } },
		{ "1-65536", -ERANGE, { } },
		{ "3-2", -ERANGE, { } },
		{ "3-", -EINVAL, { } },
		{ "-3", -EINVAL, { } },
		{ "-", -EINVAL, { } },
		{ "", -EINVAL, { } },
		{ "1-2-3", -EINVAL, { } },
		{ "1:2", -EINVAL, { } },
		{ "a", -EINVAL, { } },
		{ "00000000000000000000000000000000000000000000000000000000000000053",
		  -EINVAL, { } },
	};
	char buf[16];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		__u16 port[2] = { };
		int ret = rule_text_ports(rows[i].word, port);

		report(ret == rows[i].ret &&
		       (ret || (!memcmp(port, rows[i].port, sizeof(port)) &&
				!strcmp(rule_show_range(buf, sizeof(buf), port),
					rows[i].word))),
		       "ports", rows[i].word);
	}
}

static void test_mark(void)
{
	static const struct {
		const char *word;
		int ret;
		__u32 mark, mask;
	} rows[] = {
		{ "0", 0, 0, ~0U },
		{ "1", 0, 1, ~0U },
		{ "0xffffffff", 0, ~0U, ~0U },
		{ "4294967296", -ERANGE, 0, 0 },
		{ "1/1", 0, 1, 1 },
		{ "0x10/0xf0", 0, 0x10, 0xf0 },
		{ "0/0", 0, 0, 0 },
		{ "1/4294967296", -ERANGE, 0, 0 },
		{ "1/", -EINVAL, 0, 0 },
		{ "/1", -EINVAL, 0, 0 },
		{ "1/2/3", -EINVAL, 0, 0 },
		{ "", -EINVAL, 0, 0 },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		__u32 mark = 0, mask = 0;
		int ret = rule_text_mark(rows[i].word, &mark, &mask);

		report(ret == rows[i].ret &&
		       (ret || (mark == rows[i].mark && mask == rows[i].mask)),
		       "mark", rows[i].word);
	}
}

#define NEW	XINET_CT_STATE_NEW
#define EST	XINET_CT_STATE_ESTABLISHED
#define ALL	(NEW | EST | XINET_CT_STATE_RELATED | \
		 XINET_CT_STATE_INVALID | XINET_CT_STATE_UNTRACKED)

static void test_states(void)
{
	static const struct {
		const char *word;
		int ret;
		__u32 states;
		const char *shown;
	} rows[] = {
		{ "new", 0, NEW, "new" },
		{ "NEW", 0, NEW, "new" },
		{ "Established,New", 0, NEW | EST, "new,established" },
		{ "new,new", 0, NEW, "new" },
		{ "new,established,related,invalid,untracked", 0, ALL,
		  "new,established,related,invalid,untracked" },
		{ "new,", -EINVAL, 0, NULL },
		{ ",new", -EINVAL, 0, NULL },
		{ "new,,new", -EINVAL, 0, NULL },
		{ "ne", -EINVAL, 0, NULL },
		{ "new established", -EINVAL, 0, NULL },
		{ "", -EINVAL, 0, NULL },
	};
	char buf[64];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		__u32 states = 0;
		int ret = rule_text_states(rows[i].word, &states);

		report(ret == rows[i].ret &&
		       (ret || (states == rows[i].states &&
				!strcmp(rule_show_states(buf, sizeof(buf),
							 states),
					rows[i].shown))),
		       "states", rows[i].word);
	}
}

static void test_target(void)
{
	static const struct {
		const char *word;
		int ret;
		struct rule_target to;
	} rows[] = {
		{ "10.0.0.1", 0,
		  { true, false, { 0x0a000001, 0x0a000001 }, { } } },
		{ "10.0.0.1-10.0.0.9", 0,
		  { true, false, { 0x0a000001, 0x0a000009 }, { } } },
		{ "10.0.0.1:80", 0,
		  { true, true, { 0x0a000001, 0x0a000001 }, { 80, 80 } } },
		{ "255.255.255.254-255.255.255.255:65534-65535", 0,
		  { true, true, { 0xfffffffe, 0xffffffff },
		    { 65534, 65535 } } },
		{ ":80", 0, { false, true, { }, { 80, 80 } } },
		{ ":80-90", 0, { false, true, { }, { 80, 90 } } },
		{ "10.0.0.9-10.0.0.1", -ERANGE, { } },
		{ "10.0.0.1:90-80", -ERANGE, { } },
		{ "10.0.0.1:65536", -ERANGE, { } },
		{ "10.0.0.1:", -EINVAL, { } },
		{ "10.0.0.1-", -EINVAL, { } },
		{ "-10.0.0.1", -EINVAL, { } },
		{ "10.0.0.1-10.0.0.2-10.0.0.3", -EINVAL, { } },
		{ "10.0.0.1:80:90", -EINVAL, { } },
		{ "10.0.0/24", -EINVAL, { } },
		{ "10.0.0.1/24", -EINVAL, { } },
		{ ":", -EINVAL, { } },
		{ "", -EINVAL, { } },
	};
	char buf[48];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct rule_target *want = &rows[i].to;
		struct rule_target to;
		int ret = rule_text_target(rows[i].word, &to);

		report(ret == rows[i].ret &&
		       (ret || (to.has_addr == want->has_addr &&
				to.has_port == want->has_port &&
				!memcmp(to.addr, want->addr, sizeof(to.addr)) &&
				!memcmp(to.port, want->port, sizeof(to.port)) &&
				!strcmp(rule_show_target(buf, sizeof(buf), &to),
					rows[i].word))),
		       "target", rows[i].word);
	}
}

int main(void)
{
	printf("KTAP version 1\n");
	test_ports();
	test_mark();
	test_states();
	test_target();
	printf("1..%u\n", tests);
	printf("# %u passed, %u failed\n", tests - failures, failures);
	return failures ? 1 : 0;
}
