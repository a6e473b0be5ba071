// SPDX-License-Identifier: GPL-2.0
/*
 * The words of one command.
 *
 * In: the words behind the object. Out: values, or a message on stderr that
 * names the word and what is wrong with it. Functions that return int give
 * XIP_OK or, having said why, XIP_USAGE. Called by the objects.
 */
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>

#include "dev.h"
#include "out.h"
#include "xip.h"

/**
 * args_peek - the next word, left where it is
 * @a: the command
 *
 * Return: the word or NULL at the end.
 */
const char *args_peek(const struct args *a)
{
	return a->at < a->n ? a->words[a->at] : NULL;
}

/**
 * args_next - take the next word
 * @a: the command
 *
 * Return: the word or NULL at the end.
 */
const char *args_next(struct args *a)
{
	return a->at < a->n ? a->words[a->at++] : NULL;
}

/**
 * args_value - take the word that a keyword demands
 * @a: the command
 * @key: the keyword, for the message
 *
 * Return: the word, or NULL with a message if the line ended.
 */
const char *args_value(struct args *a, const char *key)
{
	const char *word = args_next(a);

	if (!word)
		fprintf(stderr,
			"Error: \"%s\" wants a value. Try \"xip %s help\".\n",
			key, a->obj ? a->obj->name : "");
	return word;
}

/**
 * args_keyword - take the next word if the table knows it
 * @a: the command
 * @table: words allowed here
 *
 * Return: the id in the table, ARG_END, ARG_HELP or ARG_NONE.
 */
int args_keyword(struct args *a, const struct keyword *table)
{
	const char *word = args_peek(a);
	const struct keyword *k;

	if (!word)
		return ARG_END;
	k = parse_keyword(table, word);
	if (k) {
		a->at++;
		return k->id;
	}
	return strcmp(word, "help") ? ARG_NONE : ARG_HELP;
}

/**
 * args_help - print the object's help, as was asked for
 * @a: the command
 *
 * Return: XIP_OK.
 */
int args_help(const struct args *a)
{
	fputs(a->obj->help, stdout);
	return XIP_OK;
}

/**
 * args_unknown - say that the next word is none that is allowed
 * @a: the command
 * @table: words that would be, or NULL
 *
 * Return: XIP_USAGE.
 */
int args_unknown(const struct args *a, const struct keyword *table)
{
	const char *word = args_peek(a);
	const char *near;

	if (!word)
		word = "";
	near = table ? parse_nearest(table, word) : NULL;
	fprintf(stderr, "Error: \"%s\" is unknown here", out_clean(word));
	if (near)
		fprintf(stderr, ", did you mean \"%s\"?", near);
	else
		fputc('.', stderr);
	fprintf(stderr, " Try \"xip %s help\".\n", a->obj->name);
	return XIP_USAGE;
}

/**
 * args_wrong - say what is wrong with a word
 * @word: the word
 * @why: the reason
 *
 * Return: XIP_USAGE.
 */
int args_wrong(const char *word, const char *why)
{
	fprintf(stderr, "Error: argument \"%s\" is wrong: %s\n",
		out_clean(word), why);
	return XIP_USAGE;
}

/**
 * args_duplicate - say that something was given twice
 * @key: what
 * @word: the second value
 *
 * Return: XIP_USAGE.
 */
int args_duplicate(const char *key, const char *word)
{
	fprintf(stderr,
		"Error: duplicate \"%s\": \"%s\" is the second value.\n",
		key, out_clean(word));
	return XIP_USAGE;
}

/**
 * args_end - demand that no words are left
 * @a: the command
 *
 * Return: XIP_OK or XIP_USAGE.
 */
int args_end(struct args *a)
{
	const char *word = args_peek(a);

	if (!word)
		return XIP_OK;
	return args_wrong(word, "nothing may follow here");
}

/**
 * args_u32 - take a number
 * @a: the command
 * @key: the keyword before it, for the message
 * @min: least value
 * @max: largest value
 * @val: result
 *
 * Return: XIP_OK or XIP_USAGE.
 */
int args_u32(struct args *a, const char *key, __u32 min, __u32 max, __u32 *val)
{
	const char *word = args_value(a, key);
	char why[80];
	int err;

	if (!word)
		return XIP_USAGE;
	err = parse_u32(word, max, val);
	if (!err && *val >= min)
		return XIP_OK;
	snprintf(why, sizeof(why), "\"%s\" is a number from %u to %u", key,
		 min, max);
	return args_wrong(word, why);
}

/**
 * args_addr - take an address
 * @a: the command
 * @key: the keyword before it, for the message
 * @addr: result, network byte order
 *
 * Return: XIP_OK or XIP_USAGE.
 */
int args_addr(struct args *a, const char *key, __be32 *addr)
{
	const char *word = args_value(a, key);

	if (!word)
		return XIP_USAGE;
	if (!parse_addr(word, addr))
		return XIP_OK;
	return args_wrong(word, "an address such as 10.9.0.1 is expected");
}

/**
 * args_prefix - take a network or an address
 * @a: the command
 * @key: the keyword before it, for the message
 * @p: result
 *
 * Return: XIP_OK or XIP_USAGE.
 */
int args_prefix(struct args *a, const char *key, struct prefix *p)
{
	const char *word = args_value(a, key);
	int err;

	if (!word)
		return XIP_USAGE;
	err = parse_prefix(word, p);
	if (!err)
		return XIP_OK;
	if (err == -ERANGE)
		return args_wrong(word, "the prefix length is above 32");
	return args_wrong(word, "a prefix such as 10.9.0.0/24 is expected");
}

/**
 * args_dev - take the name of a device that exists
 * @a: the command
 * @key: the keyword before it, for the message
 * @ifindex: result
 *
 * Return: XIP_OK or XIP_USAGE.
 */
int args_dev(struct args *a, const char *key, unsigned int *ifindex)
{
	const char *word = args_value(a, key);

	if (!word)
		return XIP_USAGE;
	if (!*word || strlen(word) >= IFNAMSIZ)
		return args_wrong(word, "not a device name (1 to 15 letters)");
	*ifindex = dev_index(word);
	if (*ifindex)
		return XIP_OK;
	fprintf(stderr, "Error: unknown device \"%s\".\n", out_clean(word));
	return XIP_USAGE;
}
