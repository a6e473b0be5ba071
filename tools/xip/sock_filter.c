// SPDX-License-Identifier: GPL-2.0
/*
 * Which sockets, and what of them: the words behind `xip sock show`.
 *
 * In: options, kinds and states, then a filter, then perhaps options again.
 * Out: struct sock_want, and whether a socket is meant. The filter is handed to
 * expr_parse() as one text, as ss(8) reads it: quotes make no difference.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dev.h"
#include "out.h"
#include "sock.h"
#include "util.h"
#include "xip.h"

#define SHOWN	60	/* letters of a filter before the one that is wrong */

enum { KW_STATE, KW_EXCLUDE, KW_UDP, KW_ICMP, KW_RAW };

static const struct keyword select_words[] = {
	{ "state", 0, KW_STATE },
	{ "exclude", 4, KW_EXCLUDE },
	{ "udp", 0, KW_UDP },
	{ "icmp", 0, KW_ICMP },
	{ "raw", 0, KW_RAW },
	{ }
};

static int take_state(struct args *a, bool exclude, struct sock_want *want)
{
	int bits = args_keyword(a, expr_states);

	if (bits == ARG_HELP)
		return ARG_HELP;
	if (bits == ARG_END)
		return args_value(a, "state") ? XIP_OK : XIP_USAGE;
	if (bits < 0)
		return args_unknown(a, expr_states);
	if (!exclude)
		want->states |= bits;
	else
		want->states = (want->states ? want->states : SOCK_ALL) & ~bits;
	if (want->states)
		return XIP_OK;
	fprintf(stderr, "Error: no state is left.\n");
	return XIP_USAGE;
}

static bool take_letter(char c, struct sock_want *want)
{
	switch (c) {
	case 'a':
		want->all = true;
		break;
	case 'l':
		want->listening = true;
		break;
	case 'n':
		want->numeric = true;
		break;
	case 'p':
		want->processes = true;
		break;
	case 'm':
		want->memory = true;
		break;
	case 'e':
		want->extended = true;
		break;
	case 'N':
		want->netstat = true;
		want->all = true;
		want->numeric = true;
		break;
	case 'u':
		want->kinds |= 1 << SOCK_UDP;
		break;
	case 'w':
		want->kinds |= 1 << SOCK_RAWIP;
		break;
	default:
		return false;
	}
	return true;
}

static int take_option(struct args *a, struct sock_want *want)
{
	const char *word = args_peek(a), *c;

	for (c = word + 1; *c; c++)
		if (!take_letter(*c, want))
			return args_unknown(a, NULL);
	args_next(a);
	return XIP_OK;
}

static bool is_option(const char *word)
{
	return word[0] == '-' && word[1];
}

static int take_selector(struct args *a, int id, struct sock_want *want)
{
	if (id < KW_UDP)
		return take_state(a, id == KW_EXCLUDE, want);
	want->kinds |= 1 << (SOCK_UDP + id - KW_UDP);
	return XIP_OK;
}

/* What a word begins with, to a filter. */
static int token_of(const char *word)
{
	struct expr_lex l = { .text = word ? word : "" };

	expr_lex_next(&l);
	return l.token;
}

/* Does a word join a condition to what stands before it? */
static bool joins(const char *word)
{
	int token = token_of(word);

	return token == TOKEN_AND || token == TOKEN_OR;
}

/* Does a word demand one that may look like a kind? */
static bool wants_name(const char *word)
{
	return !strcmp(word, "dev") || token_of(word) >= TOKEN_OP;
}

/*
 * Options, kinds and states up to the filter. States that are joined to
 * something are part of it.
 */
static int take_before(struct args *a, struct sock_want *want)
{
	const char *word;
	int id, at, ret = XIP_OK;
	__u32 states;

	while (!ret && (word = args_peek(a))) {
		at = a->at;
		states = want->states;
		if (is_option(word)) {
			ret = take_option(a, want);
			continue;
		}
		id = args_keyword(a, select_words);
		if (id < 0)
			return id == ARG_HELP ? id : XIP_OK;
		ret = take_selector(a, id, want);
		if (!ret && id < KW_UDP && joins(args_peek(a))) {
			a->at = at;
			want->states = states;
			return XIP_OK;
		}
	}
	return ret;
}

/* How many of the last words are options or kinds and not part of a filter. */
static int words_behind(const struct args *a)
{
	int i = a->n;

	while (i > a->at) {
		const struct keyword *k = parse_keyword(select_words,
							a->words[i - 1]);
		bool kind = k && k->id >= KW_UDP &&
			    !(i - 1 > a->at && wants_name(a->words[i - 2]));

		if (!is_option(a->words[i - 1]) && !kind)
			break;
		i--;
	}
	return a->n - i;
}

/* The next @n words as one text, or NULL. */
static char *join_words(struct args *a, int n)
{
	size_t size = 1;
	char *text;
	int i;

	for (i = 0; i < n; i++)
		size += strlen(a->words[a->at + i]) + 1;
	text = calloc(1, size);
	if (!text) {
		fprintf(stderr, "Error: memory is short.\n");
		return NULL;
	}
	for (i = 0; i < n; i++) {
		strcat(text, a->words[a->at + i]);
		if (i + 1 < n)
			strcat(text, " ");
	}
	a->at += n;
	return text;
}

/* What is wrong, and below the text a mark where. */
static int filter_wrong(const char *text, const struct expr_error *error)
{
	const char *from = text;
	size_t at = error->at;

	fprintf(stderr, "Error: %s. Try \"xip sock help\".\n",
		out_clean(error->text));
	if (at > SHOWN) {
		from += at - SHOWN;
		at = SHOWN;
	}
	fprintf(stderr, "  %.*s\n  %*s^\n", 2 * SHOWN, out_clean(from), (int)at,
		"");
	return XIP_USAGE;
}

static int take_filter(struct args *a, int n, struct sock_want *want)
{
	static const struct expr_names names = {
		.port = sock_port_parse, .dev = dev_index,
	};
	struct expr_error error;
	char *text = join_words(a, n);
	int ret = XIP_OK;

	if (!text)
		return XIP_REFUSED;
	want->filtered = true;
	if (expr_parse(text, &names, &want->filter, &error))
		ret = filter_wrong(text, &error);
	else if (want->filter.states && !want->states)
		want->states = SOCK_ALL;
	free(text);
	return ret;
}

/**
 * sock_take - take all words that are left
 * @a: the command
 * @want: filled; zeroed before
 *
 * Return: XIP_OK, XIP_USAGE, or ARG_HELP where help was asked for.
 */
int sock_take(struct args *a, struct sock_want *want)
{
	int n, ret = take_before(a, want);

	if (ret || !args_peek(a))
		return ret;
	n = a->n - a->at - words_behind(a);
	if (n)
		ret = take_filter(a, n, want);
	return ret ?: take_before(a, want);
}

/**
 * sock_selected - is a socket meant?
 * @want: the selection
 * @s: the socket; kind and state are known to be asked for
 *
 * Return: true if the filter holds.
 */
bool sock_selected(const struct sock_want *want, const struct sock_info *s)
{
	const struct inet_diag_sockid *id = &s->msg.id;
	const struct expr_ends ends = {
		.src = id->idiag_src[0],
		.dst = id->idiag_dst[0],
		.sport = ntohs(id->idiag_sport),
		.dport = ntohs(id->idiag_dport),
		.ifindex = id->idiag_if,
		.state = s->msg.idiag_state,
	};

	return !want->filtered || expr_holds(&want->filter, &ends);
}
