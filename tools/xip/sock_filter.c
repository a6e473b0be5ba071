// SPDX-License-Identifier: GPL-2.0
/*
 * Which sockets, and what of them: the words behind `xip sock show`.
 *
 * In: options and ss(8)'s conditions in their simple form, without brackets,
 * "or" and "not". Out: struct sock_want, and whether a socket is meant.
 */
#include <stdio.h>
#include <string.h>

#include "out.h"
#include "sock.h"
#include "util.h"
#include "xip.h"

enum {
	KW_STATE = COND_DEV + 1, KW_EXCLUDE, KW_AND,
	KW_UDP, KW_ICMP, KW_RAW,
};

/* in full, but for what is long: as ss has them */
static const struct keyword filter_words[] = {
	{ "src", 0, COND_SRC },
	{ "dst", 0, COND_DST },
	{ "sport", 0, COND_SPORT },
	{ "dport", 0, COND_DPORT },
	{ "dev", 0, COND_DEV },
	{ "state", 0, KW_STATE },
	{ "exclude", 4, KW_EXCLUDE },
	{ "and", 0, KW_AND },
	{ "&", 0, KW_AND },
	{ "&&", 0, KW_AND },
	{ "udp", 0, KW_UDP },
	{ "icmp", 0, KW_ICMP },
	{ "raw", 0, KW_RAW },
	{ }
};

static const struct keyword state_words[] = {
	{ "established", 5, 1 << SOCK_ESTAB },
	{ "connected", 3, 1 << SOCK_ESTAB },
	{ "unconnected", 5, 1 << SOCK_CLOSE },
	{ "closed", 5, 1 << SOCK_CLOSE },
	{ "listening", 6, 1 << SOCK_CLOSE },
	{ "all", 0, SOCK_ALL },
	{ }
};

static const struct keyword op_words[] = {
	{ "=", 0, OP_EQ }, { "==", 0, OP_EQ }, { "eq", 0, OP_EQ },
	{ "!=", 0, OP_NE }, { "ne", 0, OP_NE }, { "neq", 0, OP_NE },
	{ ">=", 0, OP_GE }, { "ge", 0, OP_GE }, { "geq", 0, OP_GE },
	{ "<=", 0, OP_LE }, { "le", 0, OP_LE }, { "leq", 0, OP_LE },
	{ ">", 0, OP_GT }, { "gt", 0, OP_GT },
	{ "<", 0, OP_LT }, { "lt", 0, OP_LT },
	{ }
};

static int take_port(const char *word, __u32 *port)
{
	if (!sock_port_parse(word, port))
		return XIP_OK;
	return args_wrong(word, "a port (0 to 65535) or service is expected");
}

/* "A", "A:P", ":P", "*:P"; A may be a network. */
static int take_host(struct args *a, const char *key, struct sock_cond *c)
{
	char addr[32];
	const char *word, *colon;
	int n;

	if (args_keyword(a, op_words) > OP_EQ)
		return args_wrong(key, "addresses are compared with \"=\" only");
	word = args_value(a, key);
	if (!word)
		return XIP_USAGE;
	colon = strchr(word, ':');
	n = colon ? colon - word : (int)strlen(word);
	snprintf(addr, sizeof(addr), "%.*s", n, word);
	if (n && strcmp(addr, "*") &&
	    (n >= (int)sizeof(addr) || parse_prefix(addr, &c->addr)))
		return args_wrong(word, "ADDRESS, NETWORK/LEN or either with :PORT is expected");
	c->has_port = colon && strcmp(colon, ":*");
	return c->has_port ? take_port(colon, &c->port) : XIP_OK;
}

static int take_compared(struct args *a, const char *key, struct sock_cond *c)
{
	const char *word;
	int op = args_keyword(a, op_words);

	c->op = op < 0 ? OP_EQ : op;
	word = args_value(a, key);
	return word ? take_port(word, &c->port) : XIP_USAGE;
}

static int take_cond(struct args *a, enum sock_cond_kind kind,
		     struct sock_want *want)
{
	const char *key = filter_words[kind].name;
	struct sock_cond *c = &want->cond[want->n];

	if (want->n == SOCK_CONNS)
		return args_wrong(key, "too many conditions");
	want->n++;
	c->kind = kind;
	switch (kind) {
	case COND_SRC:
	case COND_DST:
		return take_host(a, key, c);
	case COND_SPORT:
	case COND_DPORT:
		return take_compared(a, key, c);
	default:
		if (args_keyword(a, op_words) > OP_EQ)
			return args_wrong(key, "devices are compared with \"=\" only");
		return args_dev(a, key, &c->ifindex);
	}
}

static int take_state(struct args *a, bool exclude, struct sock_want *want)
{
	int bits = args_keyword(a, state_words);

	if (bits == ARG_HELP)
		return ARG_HELP;
	if (bits == ARG_END)
		return args_value(a, "state") ? XIP_OK : XIP_USAGE;
	if (bits < 0)
		return args_unknown(a, state_words);
	if (!exclude)
		want->states |= bits;
	else
		want->states = (want->states ? want->states : SOCK_ALL) & ~bits;
	if (want->states)
		return XIP_OK;
	fprintf(stderr, "Error: no state is left.\n");
	return XIP_USAGE;
}

static int take_word(struct args *a, struct sock_want *want)
{
	int id = args_keyword(a, filter_words);

	switch (id) {
	case ARG_HELP:
		return ARG_HELP;
	case ARG_NONE:
		return args_unknown(a, filter_words);
	case KW_STATE:
	case KW_EXCLUDE:
		return take_state(a, id == KW_EXCLUDE, want);
	case KW_AND:
		return XIP_OK;
	case KW_UDP:
	case KW_ICMP:
	case KW_RAW:
		want->kinds |= 1 << (SOCK_UDP + id - KW_UDP);
		return XIP_OK;
	default:
		return take_cond(a, id, want);
	}
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

/**
 * sock_take - take all words that are left
 * @a: the command
 * @want: filled; zeroed before
 *
 * Return: XIP_OK, XIP_USAGE, or ARG_HELP where help was asked for.
 */
int sock_take(struct args *a, struct sock_want *want)
{
	const char *word;
	int ret = XIP_OK;

	while (!ret && (word = args_peek(a)))
		ret = word[0] == '-' && word[1] ? take_option(a, want) :
						  take_word(a, want);
	return ret;
}

static bool compare(__u32 have, enum sock_op op, __u32 port)
{
	switch (op) {
	case OP_NE:
		return have != port;
	case OP_GE:
		return have >= port;
	case OP_LE:
		return have <= port;
	case OP_GT:
		return have > port;
	case OP_LT:
		return have < port;
	default:
		return have == port;
	}
}

static bool holds(const struct sock_cond *c, const struct inet_diag_sockid *id)
{
	bool src = c->kind == COND_SRC || c->kind == COND_SPORT;
	__u32 port = ntohs(src ? id->idiag_sport : id->idiag_dport);
	__be32 addr = src ? id->idiag_src[0] : id->idiag_dst[0];

	switch (c->kind) {
	case COND_SRC:
	case COND_DST:
		return prefix_covers(&c->addr, addr, 32) &&
		       (!c->has_port || port == c->port);
	case COND_SPORT:
	case COND_DPORT:
		return compare(port, c->op, c->port);
	default:
		return id->idiag_if == c->ifindex;
	}
}

/**
 * sock_selected - is a socket meant?
 * @want: the selection
 * @s: the socket; kind and state are known to be asked for
 *
 * Return: true if all conditions hold.
 */
bool sock_selected(const struct sock_want *want, const struct sock_info *s)
{
	unsigned int i;

	for (i = 0; i < want->n; i++)
		if (!holds(&want->cond[i], &s->msg.id))
			return false;
	return true;
}
