/* SPDX-License-Identifier: GPL-2.0 */
/* The words of one command, and what to say about a bad one. */
#ifndef XIP_ARGS_H
#define XIP_ARGS_H

#include "parse.h"

struct object;

/**
 * struct args - a cursor over the words of a command
 * @words: the words
 * @n: how many
 * @at: the next one
 * @line: of the file it was read from, or 0
 * @obj: whose command it is, for messages; NULL before the object is known
 */
struct args {
	char **words;
	int n;
	int at;
	unsigned int line;
	const struct object *obj;
};

/* ids that every keyword lookup may return beside the table's own (>= 0) */
#define ARG_END		(-1)	/* no words are left */
#define ARG_HELP	(-2)	/* the word was "help" */
#define ARG_NONE	(-3)	/* none of the table; the cursor has not moved */

const char *args_peek(const struct args *a);
const char *args_next(struct args *a);
const char *args_value(struct args *a, const char *key);
int args_keyword(struct args *a, const struct keyword *table);
int args_help(const struct args *a);
int args_unknown(const struct args *a, const struct keyword *table);
int args_wrong(const char *word, const char *why);
int args_duplicate(const char *key, const char *word);
int args_end(struct args *a);

int args_u32(struct args *a, const char *key, __u32 min, __u32 max, __u32 *val);
int args_addr(struct args *a, const char *key, __be32 *addr);
int args_prefix(struct args *a, const char *key, struct prefix *p);
int args_dev(struct args *a, const char *key, unsigned int *ifindex);

#endif /* XIP_ARGS_H */
