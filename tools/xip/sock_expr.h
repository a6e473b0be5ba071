/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The filter of `xip sock`: ss(8)'s expressions.
 *
 * No output and no system call: names of devices and services are looked up by
 * functions of the caller, so that tests can link it.
 */
#ifndef XIP_SOCK_EXPR_H
#define XIP_SOCK_EXPR_H

#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>

#include "parse.h"

#define EXPR_NODES	256	/* conditions and what joins them */
#define EXPR_DEPTH	32	/* brackets and "not" within each other */
#define EXPR_WORD	64	/* a word is shorter */

/* bits of a socket's state, as the kernel numbers them */
#define SOCK_ESTAB	1
#define SOCK_CLOSE	7
#define SOCK_ALL	0xfff

enum expr_kind {
	EXPR_SRC,
	EXPR_DST,
	EXPR_SPORT,
	EXPR_DPORT,
	EXPR_DEV,
	EXPR_STATE,
	EXPR_NOT,
	EXPR_AND,
	EXPR_OR,
};

enum expr_op {
	OP_EQ,
	OP_NE,
	OP_GE,
	OP_LE,
	OP_GT,
	OP_LT,
};

/**
 * struct expr_node - a condition, or what joins others
 * @kind: which
 * @op: how a condition compares
 * @has_port: EXPR_SRC, EXPR_DST: @port counts too
 * @left: index of what EXPR_NOT, EXPR_AND and EXPR_OR are about
 * @right: index of the second one, of EXPR_AND and EXPR_OR
 * @addr: network of EXPR_SRC and EXPR_DST
 * @port: host byte order
 * @val: ifindex of EXPR_DEV, states of EXPR_STATE as bits
 */
struct expr_node {
	enum expr_kind kind;
	enum expr_op op;
	bool has_port;
	int left, right;
	struct prefix addr;
	__u32 port;
	__u32 val;
};

/**
 * struct expr - an expression
 * @n: nodes
 * @root: index of the outermost one
 * @states: a condition is about states
 * @node: all, each behind those that it joins
 */
struct expr {
	int n, root;
	bool states;
	struct expr_node node[EXPR_NODES];
};

/**
 * struct expr_names - who knows names
 * @port: of a service, with a colon before it or without, to its port; not 0
 *	if there is none
 * @dev: of a device to its index; 0 if there is none
 */
struct expr_names {
	int (*port)(const char *word, __u32 *port);
	unsigned int (*dev)(const char *name);
};

/**
 * struct expr_error - what is wrong with a text
 * @at: where, in bytes from its beginning
 * @text: what
 */
struct expr_error {
	size_t at;
	char text[160];
};

/**
 * struct expr_ends - what an expression asks of a socket
 * @src: own address, network byte order
 * @dst: the peer's
 * @sport: own port, host byte order
 * @dport: the peer's
 * @ifindex: the device it is bound to, or 0
 * @state: number of its state
 */
struct expr_ends {
	__be32 src, dst;
	__u32 sport, dport;
	unsigned int ifindex;
	unsigned int state;
};

extern const struct keyword expr_states[];

int expr_parse(const char *text, const struct expr_names *names,
	       struct expr *e, struct expr_error *error);
bool expr_holds(const struct expr *e, const struct expr_ends *s);

/* sock_lex.c */

/**
 * enum expr_token - what a word of an expression is
 * @TOKEN_END: there is none
 * @TOKEN_WORD: a word, in struct expr_lex
 * @TOKEN_OPEN: (
 * @TOKEN_CLOSE: )
 * @TOKEN_NOT: "!", "not"
 * @TOKEN_AND: "&", "&&", "and"
 * @TOKEN_OR: "|", "||", "or"
 * @TOKEN_OP: and above: a comparison, by enum expr_op
 */
enum expr_token {
	TOKEN_END,
	TOKEN_WORD,
	TOKEN_OPEN,
	TOKEN_CLOSE,
	TOKEN_NOT,
	TOKEN_AND,
	TOKEN_OR,
	TOKEN_OP,
};

/**
 * struct expr_lex - a text being read
 * @text: the text
 * @at: where the next word is looked for
 * @begin: where the present one begins
 * @token: what that is
 * @word: it, cut where it is too long
 * @len: its length in bytes, before it was cut
 */
struct expr_lex {
	const char *text;
	size_t at, begin;
	int token;
	char word[EXPR_WORD];
	size_t len;
};

void expr_lex_next(struct expr_lex *l);

#endif /* XIP_SOCK_EXPR_H */
