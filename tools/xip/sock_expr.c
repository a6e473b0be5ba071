// SPDX-License-Identifier: GPL-2.0
/*
 * Conditions about sockets, joined by "and", "or", "not" and brackets.
 *
 * In: the text of a filter. Out: a tree of its conditions, or what is wrong
 * with it and where; and whether the tree holds for a socket. "not" binds most,
 * then "and", which may be left out, then "or". How deep a text may nest and how
 * much of it there may be is limited, and so is the recursion.
 */
#include <net/if.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "sock_expr.h"
#include "util.h"

/* in full, as ss has them */
static const struct keyword cond_words[] = {
	{ "src", 0, EXPR_SRC },
	{ "dst", 0, EXPR_DST },
	{ "sport", 0, EXPR_SPORT },
	{ "dport", 0, EXPR_DPORT },
	{ "dev", 0, EXPR_DEV },
	{ "state", 0, EXPR_STATE },
	{ "exclude", 4, EXPR_NOT },
	{ }
};

const struct keyword expr_states[] = {
	{ "established", 5, 1 << SOCK_ESTAB },
	{ "connected", 3, 1 << SOCK_ESTAB },
	{ "unconnected", 5, 1 << SOCK_CLOSE },
	{ "closed", 5, 1 << SOCK_CLOSE },
	{ "listening", 6, 1 << SOCK_CLOSE },
	{ "all", 0, SOCK_ALL },
	{ }
};

/**
 * struct parser - a text becoming an expression
 * @l: the text
 * @names: who knows names
 * @e: the expression
 * @error: filled where something is wrong
 * @depth: brackets and "not" that are open
 */
struct parser {
	struct expr_lex l;
	const struct expr_names *names;
	struct expr *e;
	struct expr_error *error;
	unsigned int depth;
};

static int parse_or(struct parser *p);

static __printf(3, 4) int wrong(struct parser *p, size_t at, const char *fmt,
				...)
{
	va_list args;

	p->error->at = at;
	va_start(args, fmt);
	vsnprintf(p->error->text, sizeof(p->error->text), fmt, args);
	va_end(args);
	return -1;
}

/* What is there is not what may be there. */
static int unexpected(struct parser *p, const struct keyword *table)
{
	const char *near = NULL;

	if (p->l.token == TOKEN_END)
		return wrong(p, p->l.begin, "the filter ends too soon");
	if (table && p->l.token == TOKEN_WORD)
		near = parse_nearest(table, p->l.word);
	if (near)
		return wrong(p, p->l.begin,
			     "\"%s\" is unknown here, did you mean \"%s\"?",
			     p->l.word, near);
	return wrong(p, p->l.begin, "\"%s\" is unknown here", p->l.word);
}

static int add_node(struct parser *p, enum expr_kind kind, int left, int right)
{
	struct expr *e = p->e;

	if (e->n == EXPR_NODES)
		return wrong(p, p->l.begin, "too many conditions");
	e->node[e->n] = (struct expr_node){
		.kind = kind, .left = left, .right = right,
	};
	return e->n++;
}

/* The word that a key demands; the reading stays at it. */
static int need_value(struct parser *p, const char *key)
{
	if (p->l.token == TOKEN_END)
		return wrong(p, p->l.begin, "\"%s\" wants a value", key);
	if (p->l.token == TOKEN_WORD && p->l.len < sizeof(p->l.word))
		return 0;
	return wrong(p, p->l.begin, "\"%s\" is no value of \"%s\"", p->l.word,
		     key);
}

/* "A", "A:P", ":P", "*:P"; A may be a network. */
static int take_host(struct parser *p, struct expr_node *c)
{
	const char *colon = strchr(p->l.word, ':');
	char addr[EXPR_WORD];
	int n = colon ? colon - p->l.word : (int)strlen(p->l.word);

	snprintf(addr, sizeof(addr), "%.*s", n, p->l.word);
	if (n && strcmp(addr, "*") && parse_prefix(addr, &c->addr))
		return wrong(p, p->l.begin,
			     "\"%s\" is wrong: ADDRESS, NETWORK/LEN or either with :PORT is expected",
			     p->l.word);
	c->has_port = colon && strcmp(colon, ":*");
	if (!c->has_port || !p->names->port(colon, &c->port))
		return 0;
	return wrong(p, p->l.begin + n,
		     "\"%s\" is wrong: a port (0 to 65535) or service is expected",
		     colon);
}

static int take_port(struct parser *p, struct expr_node *c)
{
	if (!p->names->port(p->l.word, &c->port))
		return 0;
	return wrong(p, p->l.begin,
		     "\"%s\" is wrong: a port (0 to 65535) or service is expected",
		     p->l.word);
}

static int take_dev(struct parser *p, struct expr_node *c)
{
	if (strlen(p->l.word) < IFNAMSIZ)
		c->val = p->names->dev(p->l.word);
	if (c->val)
		return 0;
	return wrong(p, p->l.begin, "unknown device \"%s\"", p->l.word);
}

static int take_state(struct parser *p, struct expr_node *c)
{
	const struct keyword *k = parse_keyword(expr_states, p->l.word);

	if (!k)
		return unexpected(p, expr_states);
	c->val = k->id;
	p->e->states = true;
	return 0;
}

static int take_value(struct parser *p, struct expr_node *c)
{
	switch (c->kind) {
	case EXPR_SRC:
	case EXPR_DST:
		return take_host(p, c);
	case EXPR_SPORT:
	case EXPR_DPORT:
		return take_port(p, c);
	case EXPR_DEV:
		return take_dev(p, c);
	default:
		return take_state(p, c);
	}
}

static int take_op(struct parser *p, struct expr_node *c, const char *key)
{
	bool ordered = c->kind == EXPR_SPORT || c->kind == EXPR_DPORT;

	if (p->l.token < TOKEN_OP)
		return 0;
	c->op = p->l.token - TOKEN_OP;
	if (c->op > OP_NE && !ordered)
		return wrong(p, p->l.begin,
			     "\"%s\" is compared with \"=\" and \"!=\" only",
			     key);
	expr_lex_next(&p->l);
	return 0;
}

/* KEY [OP] VALUE; the index of its node, or -1. */
static int parse_cond(struct parser *p)
{
	const struct keyword *k = NULL;
	struct expr_node *c;
	int i;

	if (p->l.token == TOKEN_WORD)
		k = parse_keyword(cond_words, p->l.word);
	if (!k)
		return unexpected(p, cond_words);
	i = add_node(p, k->id, -1, -1);
	if (i < 0)
		return i;
	c = &p->e->node[i];
	/* "exclude S" is the other way to say "not state S" */
	if (k->id == EXPR_NOT) {
		c->kind = EXPR_STATE;
		c->op = OP_NE;
	}
	expr_lex_next(&p->l);
	if ((c->kind != EXPR_STATE && take_op(p, c, k->name)) ||
	    need_value(p, k->name) || take_value(p, c))
		return -1;
	expr_lex_next(&p->l);
	return i;
}

static int parse_brackets(struct parser *p)
{
	size_t open = p->l.begin;
	int i;

	expr_lex_next(&p->l);
	i = parse_or(p);
	if (i < 0)
		return i;
	if (p->l.token == TOKEN_END)
		return wrong(p, open, "this bracket is not closed");
	if (p->l.token != TOKEN_CLOSE)
		return unexpected(p, NULL);
	expr_lex_next(&p->l);
	return i;
}

static int parse_not(struct parser *p)
{
	int i, token = p->l.token;

	if (token != TOKEN_NOT && token != TOKEN_OPEN)
		return parse_cond(p);
	if (p->depth == EXPR_DEPTH)
		return wrong(p, p->l.begin, "brackets and \"not\" are too deep");
	p->depth++;
	if (token == TOKEN_OPEN) {
		i = parse_brackets(p);
	} else {
		expr_lex_next(&p->l);
		i = parse_not(p);
		if (i >= 0)
			i = add_node(p, EXPR_NOT, i, -1);
	}
	p->depth--;
	return i;
}

static int parse_and(struct parser *p)
{
	int right, left = parse_not(p);

	while (left >= 0 && p->l.token != TOKEN_OR &&
	       p->l.token != TOKEN_CLOSE && p->l.token != TOKEN_END) {
		if (p->l.token == TOKEN_AND)
			expr_lex_next(&p->l);
		right = parse_not(p);
		left = right < 0 ? right : add_node(p, EXPR_AND, left, right);
	}
	return left;
}

static int parse_or(struct parser *p)
{
	int right, left = parse_and(p);

	while (left >= 0 && p->l.token == TOKEN_OR) {
		expr_lex_next(&p->l);
		right = parse_and(p);
		left = right < 0 ? right : add_node(p, EXPR_OR, left, right);
	}
	return left;
}

/**
 * expr_parse - make an expression of a text
 * @text: the text, of at least one word
 * @names: who knows names of devices and services
 * @e: filled
 * @error: filled if something is wrong
 *
 * Return: 0 or -1.
 */
int expr_parse(const char *text, const struct expr_names *names,
	       struct expr *e, struct expr_error *error)
{
	struct parser p = {
		.l.text = text, .names = names, .e = e, .error = error,
	};

	e->n = 0;
	e->states = false;
	expr_lex_next(&p.l);
	e->root = parse_or(&p);
	if (e->root >= 0 && p.l.token == TOKEN_CLOSE)
		return wrong(&p, p.l.begin, "no bracket is open here");
	return e->root < 0 ? -1 : 0;
}

static bool compare(__u32 have, enum expr_op op, __u32 want)
{
	switch (op) {
	case OP_NE:
		return have != want;
	case OP_GE:
		return have >= want;
	case OP_LE:
		return have <= want;
	case OP_GT:
		return have > want;
	case OP_LT:
		return have < want;
	default:
		return have == want;
	}
}

static bool cond_holds(const struct expr_node *c, const struct expr_ends *s)
{
	bool src = c->kind == EXPR_SRC || c->kind == EXPR_SPORT;
	__u32 port = src ? s->sport : s->dport;
	bool is;

	switch (c->kind) {
	case EXPR_SRC:
	case EXPR_DST:
		is = prefix_covers(&c->addr, src ? s->src : s->dst, 32) &&
		     (!c->has_port || port == c->port);
		return is == (c->op == OP_EQ);
	case EXPR_SPORT:
	case EXPR_DPORT:
		return compare(port, c->op, c->port);
	case EXPR_DEV:
		return compare(s->ifindex, c->op, c->val);
	default:
		is = s->state < 32 && c->val >> s->state & 1;
		return is == (c->op == OP_EQ);
	}
}

/* A node's parts stand before it, so this ends, however long a chain is. */
static bool node_holds(const struct expr *e, int i, const struct expr_ends *s)
{
	const struct expr_node *c = &e->node[i];

	switch (c->kind) {
	case EXPR_NOT:
		return !node_holds(e, c->left, s);
	case EXPR_AND:
		return node_holds(e, c->left, s) && node_holds(e, c->right, s);
	case EXPR_OR:
		return node_holds(e, c->left, s) || node_holds(e, c->right, s);
	default:
		return cond_holds(c, s);
	}
}

/**
 * expr_holds - does an expression hold for a socket?
 * @e: what expr_parse() made
 * @s: what there is to know of the socket
 *
 * Context: recursion goes no deeper than EXPR_NODES.
 */
bool expr_holds(const struct expr *e, const struct expr_ends *s)
{
	return node_holds(e, e->root, s);
}
