// SPDX-License-Identifier: GPL-2.0
/*
 * The words of an expression.
 *
 * In: the text of a filter, as one. Out: brackets, operators and words. As in
 * ss(8), brackets and operators end a word, with or without a blank between.
 */
#include <string.h>

#include "sock_expr.h"
#include "util.h"

#define MARKS	"()!&|=<>"

/* the longer ones first */
static const struct {
	const char *text;
	int token;
} marks[] = {
	{ "(", TOKEN_OPEN }, { ")", TOKEN_CLOSE },
	{ "&&", TOKEN_AND }, { "&", TOKEN_AND },
	{ "||", TOKEN_OR }, { "|", TOKEN_OR },
	{ "==", TOKEN_OP + OP_EQ }, { "=", TOKEN_OP + OP_EQ },
	{ "!=", TOKEN_OP + OP_NE }, { "!", TOKEN_NOT },
	{ ">=", TOKEN_OP + OP_GE }, { ">", TOKEN_OP + OP_GT },
	{ "<=", TOKEN_OP + OP_LE }, { "<", TOKEN_OP + OP_LT },
};

static const struct keyword words[] = {
	{ "and", 0, TOKEN_AND },
	{ "or", 0, TOKEN_OR },
	{ "not", 0, TOKEN_NOT },
	{ "eq", 0, TOKEN_OP + OP_EQ },
	{ "ne", 0, TOKEN_OP + OP_NE }, { "neq", 0, TOKEN_OP + OP_NE },
	{ "ge", 0, TOKEN_OP + OP_GE }, { "geq", 0, TOKEN_OP + OP_GE },
	{ "le", 0, TOKEN_OP + OP_LE }, { "leq", 0, TOKEN_OP + OP_LE },
	{ "gt", 0, TOKEN_OP + OP_GT },
	{ "lt", 0, TOKEN_OP + OP_LT },
	{ }
};

static bool blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n';
}

static int take_mark(struct expr_lex *l)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(marks); i++) {
		size_t n = strlen(marks[i].text);

		if (strncmp(l->text + l->begin, marks[i].text, n))
			continue;
		memcpy(l->word, marks[i].text, n + 1);
		l->len = n;
		return marks[i].token;
	}
	return TOKEN_END;
}

static int take_word(struct expr_lex *l)
{
	const char *from = l->text + l->begin;
	const struct keyword *k;
	size_t n = 0;

	while (from[n] && !blank(from[n]) && !strchr(MARKS, from[n]))
		n++;
	l->len = n;
	if (n >= sizeof(l->word))
		n = sizeof(l->word) - 1;
	memcpy(l->word, from, n);
	l->word[n] = '\0';
	k = parse_keyword(words, l->word);
	return k ? k->id : TOKEN_WORD;
}

/**
 * expr_lex_next - go on to the next word
 * @l: the text; all but @text zero before the first
 */
void expr_lex_next(struct expr_lex *l)
{
	while (blank(l->text[l->at]))
		l->at++;
	l->begin = l->at;
	l->len = 0;
	l->word[0] = '\0';
	if (!l->text[l->at])
		l->token = TOKEN_END;
	else if (strchr(MARKS, l->text[l->at]))
		l->token = take_mark(l);
	else
		l->token = take_word(l);
	l->at += l->len;
}
