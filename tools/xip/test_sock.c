// SPDX-License-Identifier: GPL-2.0
/*
 * Unit tests of the filter of `xip sock`, without a kernel. KTAP on stdout.
 *
 * What joins conditions is tried on all eight cases of three of them, A, B and
 * C: own port 1, the peer's port 1, bound to device "d". A fuzzer makes texts of
 * words at random: none may crash, and of those that are sound a bracket and
 * "not" around them must hold exactly where they do not.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sock_expr.h"
#include "util.h"

#define FUZZ	60000
#define LONG	16384

static unsigned int tests, failures;
static struct expr expr;

static void report(bool ok, const char *what, const char *text)
{
	unsigned int i;

	tests++;
	failures += !ok;
	printf("%s %u %s \"", ok ? "ok" : "not ok", tests, what);
	for (i = 0; text[i] && i < 60; i++)
		putchar(text[i] < ' ' || text[i] > '~' ? '.' : text[i]);
	puts("\"");
}

static int port_of(const char *word, __u32 *port)
{
	if (*word == ':')
		word++;
	if (!strcmp(word, "domain")) {
		*port = 53;
		return 0;
	}
	return parse_u32(word, 65535, port);
}

static unsigned int dev_of(const char *name)
{
	return strcmp(name, "d") ? 0 : 7;
}

static const struct expr_names names = { .port = port_of, .dev = dev_of };

static int parse(const char *text, struct expr_error *error)
{
	memset(error, 0x5a, sizeof(*error));
	/* what is read of it must have been set */
	memset(&expr, 0x5a, sizeof(expr));
	return expr_parse(text, &names, &expr, error);
}

/* Bit i: it holds where A is bit 0 of i, B bit 1, C bit 2. */
static unsigned int truth(void)
{
	unsigned int i, found = 0;

	for (i = 0; i < 8; i++) {
		struct expr_ends s = {
			.sport = i & 1 ? 1 : 2,
			.dport = i & 2 ? 1 : 2,
			.ifindex = i & 4 ? 7 : 0,
			.state = SOCK_ESTAB,
		};

		found |= expr_holds(&expr, &s) << i;
	}
	return found;
}

/* A, B and C of @from in full. */
static void spell(char *to, const char *from)
{
	static const char *const full[] = { "sport = :1", "dport 1", "dev d" };

	*to = '\0';
	for (; *from; from++)
		if (*from >= 'A' && *from <= 'C')
			strcat(to, full[*from - 'A']);
		else
			strncat(to, from, 1);
}

#define A	0xaa
#define B	0xcc
#define C	0xf0

static const struct {
	const char *text;
	unsigned int want;
} joined[] = {
	{ "A", A }, { "B", B }, { "C", C },
	{ "not A", ~A }, { "! A", ~A }, { "!A", ~A }, { "not not A", A },
	{ "! ! ! A", ~A }, { "!!A", A },
	{ "A and B", A & B }, { "A & B", A & B }, { "A && B", A & B },
	{ "A B", A & B }, { "A B C", A & B & C }, { "A and B C", A & B & C },
	{ "A or B", A | B }, { "A | B", A | B }, { "A || B", A | B },
	{ "A or B or C", A | B | C },
	/* "and" binds more than "or", on either side, left out or not */
	{ "A or B and C", A | (B & C) }, { "A and B or C", (A & B) | C },
	{ "A or B C", A | (B & C) }, { "A B or C", (A & B) | C },
	{ "A or B and C or A", A | (B & C) },
	{ "A B or B C", (A & B) | (B & C) },
	/* "not" binds more than both */
	{ "not A and B", ~A & B }, { "not A or B", ~A | B },
	{ "A and not B", A & ~B }, { "A or not B and C", A | (~B & C) },
	{ "A not B", A & ~B }, { "! A B", ~A & B },
	/* brackets */
	{ "( A )", A }, { "(A)", A }, { "((A))", A }, { "( ( A ) )", A },
	{ "( A or B ) and C", (A | B) & C }, { "A and ( B or C )", A & (B | C) },
	{ "(A or B)C", (A | B) & C }, { "A(B or C)", A & (B | C) },
	{ "not ( A or B )", ~(A | B) }, { "!(A&B)", ~(A & B) },
	{ "not ( not A and not B )", A | B }, { "( A ) ( B )", A & B },
	{ "(A|B)&(B|C)", (A | B) & (B | C) },
	{ "not ( A or B ) or C", ~(A | B) | C },
	{ "\tA  and \t B ", A & B },
	{ "A\nB", A & B },
	{ "state established and A", A }, { "A and state unconnected", 0 },
	{ "A or state all", 0xff }, { "not state connected or A", A },
	{ "exclude established or A", A },
};

static void test_joined(void)
{
	struct expr_error error;
	char text[256];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(joined); i++) {
		spell(text, joined[i].text);
		report(!parse(text, &error) &&
		       truth() == (joined[i].want & 0xff), "joined",
		       joined[i].text);
	}
}

/* one socket: 10.9.0.1:53 to 10.8.0.2:4000 on d, connected */
static const struct {
	const char *text;
	bool want;
} conds[] = {
	{ "src 10.9.0.1", true }, { "src 10.9.0.2", false },
	{ "src = 10.9.0.1", true }, { "src eq 10.9.0.1", true },
	{ "src != 10.9.0.1", false }, { "src ne 10.9.0.2", true },
	{ "src 10.9.0.0/31", true }, { "src 10.9.0.2/31", false },
	{ "src 10.9.0.1/32", true }, { "src 0.0.0.0/0", true },
	{ "src *", true }, { "src any", true }, { "src :53", true },
	{ "src :52", false }, { "src *:53", true }, { "src 10.9.0.1:53", true },
	{ "src 10.9.0.1:54", false }, { "src 10.9.0.2:53", false },
	{ "src 10.9.0.1:*", true }, { "src 10.9/16:domain", true },
	{ "src != 10.9.0.1:54", true }, { "src!=10.9.0.1:53", false },
	{ "dst 10.8.0.2", true }, { "dst 10.9.0.1", false },
	{ "dst 10.8.0.2:4000", true }, { "dst :53", false },
	{ "sport 53", true }, { "sport :53", true }, { "sport domain", true },
	{ "sport = :domain", true }, { "sport=:53", true },
	{ "sport == :53", true }, { "sport eq 54", false },
	{ "sport != 53", false }, { "sport neq 54", true },
	{ "sport >= 52", true }, { "sport >= 53", true },
	{ "sport >= 54", false }, { "sport geq :53", true },
	{ "sport > 52", true }, { "sport > 53", false },
	{ "sport gt 52", true }, { "sport <= 52", false },
	{ "sport <= 53", true }, { "sport <= 54", true },
	{ "sport leq 53", true }, { "sport < 53", false },
	{ "sport < 54", true }, { "sport lt :54", true }, { "sport<54", true },
	{ "sport ge 0", true }, { "sport le 65535", true },
	{ "dport 4000", true }, { "dport > 3999", true },
	{ "dport > 4000", false }, { "dport < 4000", false },
	{ "dev d", true }, { "dev = d", true }, { "dev != d", false },
	{ "state established", true }, { "state conn", true },
	{ "state unconnected", false }, { "state all", true },
	{ "exclude established", false }, { "excl closed", true },
};

static void test_conds(void)
{
	const struct expr_ends s = {
		.src = htonl(0x0a090001), .dst = htonl(0x0a080002),
		.sport = 53, .dport = 4000, .ifindex = 7, .state = SOCK_ESTAB,
	};
	struct expr_error error;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(conds); i++)
		report(!parse(conds[i].text, &error) &&
		       expr_holds(&expr, &s) == conds[i].want, "holds",
		       conds[i].text);
}

static const struct {
	const char *text;
	size_t at;
	const char *why;
} bad[] = {
	{ "", 0, "too soon" }, { "  ", 2, "too soon" },
	{ "A or", 13, "too soon" }, { "A and", 14, "too soon" },
	{ "not", 3, "too soon" }, { "!", 1, "too soon" },
	{ "( A", 0, "not closed" }, { "A or ( B or ( C )", 14, "not closed" },
	{ "A )", 11, "no bracket is open" }, { ")", 0, "\")\" is unknown" },
	{ "( )", 2, "\")\" is unknown" }, { "A or | B", 14, "\"|\"" },
	{ "or A", 0, "\"or\"" }, { "and A", 0, "\"and\"" },
	{ "A and & B", 15, "\"&\"" }, { "A &&& B", 13, "\"&\"" },
	{ "A or )", 14, "\")\"" }, { "( A or ) B", 16, "\")\"" },
	{ "A not", 14, "too soon" }, { "= 5", 0, "\"=\"" },
	{ "frob", 0, "\"frob\" is unknown here" },
	{ "A or dsport 5", 14, "did you mean \"sport\"" },
	{ "A -n B", 11, "\"-n\"" }, { "5", 0, "\"5\"" },
	{ "sport", 5, "\"sport\" wants a value" },
	{ "sport =", 7, "\"sport\" wants a value" },
	{ "sport = =", 8, "\"=\" is no value" },
	{ "sport ( 5 )", 6, "\"(\" is no value" },
	{ "sport and dport 5", 6, "\"and\" is no value" },
	{ "sport not 5", 6, "\"not\" is no value" },
	{ "sport :65536", 6, "a port" }, { "sport x", 6, "a port" },
	{ "sport = :", 8, "a port" }, { "sport -1", 6, "a port" },
	{ "src 10.9.0", 4, "ADDRESS" }, { "src 10.9.0.0/33", 4, "ADDRESS" },
	{ "src 10.9.0.1:70000", 12, "a port" }, { "src 10.9.0.1:", 12, "a port" },
	{ "src < 10.9.0.1", 4, "only" }, { "dst ge *", 4, "only" },
	{ "dev > d", 4, "only" }, { "dev e", 4, "unknown device" },
	{ "dev abcdefghijklmnop", 4, "unknown device" },
	{ "state open", 6, "\"open\" is unknown here" },
	{ "state establishd", 6, "did you mean \"established\"" },
	{ "state = established", 6, "\"=\" is no value" },
	{ "state", 5, "wants a value" },
};

static void test_bad(void)
{
	struct expr_error error;
	char text[256];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		bool ok;

		spell(text, bad[i].text);
		ok = parse(text, &error) && error.at == bad[i].at &&
		     strstr(error.text, bad[i].why);
		report(ok, "refused", bad[i].text);
		if (!ok)
			printf("# at %zu: %.160s\n", error.at, error.text);
	}
}

/* @n times @open, then "sport 1", then @n times @shut. */
static char *nested(char *text, unsigned int n, const char *open,
		    const char *shut)
{
	unsigned int i;

	*text = '\0';
	for (i = 0; i < n; i++)
		strcat(text, open);
	strcat(text, "sport 1");
	for (i = 0; i < n; i++)
		strcat(text, shut);
	return text;
}

/* @n conditions, joined by @by. */
static char *chain(char *text, unsigned int n, const char *by)
{
	*text = '\0';
	while (n--) {
		strcat(text, "sport 1");
		if (n)
			strcat(text, by);
	}
	return text;
}

static void test_limits(void)
{
	const unsigned int most = (EXPR_NODES + 1) / 2;
	static char text[LONG];
	struct expr_error error;

	report(!parse(nested(text, EXPR_DEPTH, "(", ")"), &error) &&
	       truth() == A, "as deep as may be", text);
	report(parse(nested(text, EXPR_DEPTH + 1, "(", ")"), &error) &&
	       strstr(error.text, "too deep") && error.at == EXPR_DEPTH,
	       "a bracket too deep", text);
	report(!parse(nested(text, EXPR_DEPTH, "not ", ""), &error) &&
	       truth() == A, "as many not as may be", text);
	report(parse(nested(text, EXPR_DEPTH + 1, "!", ""), &error) &&
	       strstr(error.text, "too deep"), "one not too many", text);
	report(parse(nested(text, 4000, "(", ""), &error), "4000 brackets",
	       text);
	report(!parse(chain(text, most, " "), &error) && truth() == A,
	       "as many conditions as may be", text);
	report(!parse(chain(text, most, " or "), &error) && truth() == A,
	       "and as many joined by or", text);
	report(parse(chain(text, most + 1, " or "), &error) &&
	       strstr(error.text, "too many"), "one too many", text);
	memset(text, 'x', LONG - 1);
	text[LONG - 1] = '\0';
	report(parse(text, &error) && error.at == 0, "a long word", text);
	memcpy(text, "dev ", 4);
	report(parse(text, &error) && error.at == 4, "a long name", text);
	memcpy(text, "src 1.2.3.4/8:", 14);
	report(parse(text, &error) && error.at == 4, "a long port", text);
}

/* the first ones make sound texts more often */
#define COMMON	12

static const char *const vocabulary[] = {
	"(", ")", "not", "and", "or", "and", "or", "sport 1", "dport != 1",
	"dev d", "( sport 1 )", "exclude closed", "!", "&", "|", "&&", "||", "=", "==",
	"!=", ">=", "<=", "<", ">", "eq", "ge", "src", "dst", "sport", "dport",
	"dev", "state", "exclude", "d", "1", ":1", "65535", "*", "*:1",
	"10.9.0.0/16", "10.9.0.1:1", "established", "unconnected", "frob", "",
	"\377\200", "\t", "-",
};

static void fuzz_text(char *text)
{
	bool sane = rand() % 2;
	unsigned int n = 1 + rand() % (sane ? 8 : 24);

	*text = '\0';
	while (n--) {
		strcat(text, vocabulary[rand() % (sane ? COMMON :
						  ARRAY_SIZE(vocabulary))]);
		if (sane || rand() % 4)
			strcat(text, " ");
		/* some are more than words of the language */
		if (!sane && !(rand() % 16))
			strncat(text, (char[]){ 1 + rand() % 255 }, 1);
	}
}

static bool fuzz_one(const char *text, unsigned int *sound)
{
	struct expr_error error;
	unsigned int holds;
	char around[1200];

	if (parse(text, &error))
		return error.at <= strlen(text) &&
		       memchr(error.text, 0, sizeof(error.text));
	holds = truth();
	++*sound;
	snprintf(around, sizeof(around), "not(%s)", text);
	if (parse(around, &error) || truth() != (~holds & 0xff))
		return false;
	snprintf(around, sizeof(around), "( %s ) ( %s )", text, text);
	return !parse(around, &error) && truth() == holds;
}

static void test_fuzz(void)
{
	unsigned int i, sound = 0;
	char text[512];

	srand(20261121);
	for (i = 0; i < FUZZ; i++) {
		fuzz_text(text);
		if (fuzz_one(text, &sound))
			continue;
		report(false, "at random", text);
		return;
	}
	printf("# %u of %u texts are sound\n", sound, i);
	report(sound > FUZZ / 50, "at random", "");
}

int main(void)
{
	unsigned int plan = ARRAY_SIZE(joined) + ARRAY_SIZE(conds) +
			    ARRAY_SIZE(bad) + 11 + 1;

	printf("KTAP version 1\n1..%u\n", plan);
	test_joined();
	test_conds();
	test_bad();
	test_limits();
	test_fuzz();
	return failures || tests != plan;
}
