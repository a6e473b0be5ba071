// SPDX-License-Identifier: GPL-2.0
/*
 * MATCH, of rules and of connections alike.
 *
 * In: the words iif, oif, src, dst, proto, sport, dport, ctstate and mark with
 * their values. Out: a struct rule_match. Called by the commands that have a
 * MATCH in their grammar.
 */
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "names.h"
#include "rule.h"
#include "xip.h"

const struct keyword rule_match_words[] = {
	{ "iif", 2, RULE_IIF },
	{ "oif", 1, RULE_OIF },
	{ "src", 2, RULE_SRC },
	{ "dst", 2, RULE_DST },
	{ "proto", 2, RULE_PROTO },
	{ "protocol", 6, RULE_PROTO },
	{ "sport", 2, RULE_SPORT },
	{ "dport", 2, RULE_DPORT },
	{ "ctstate", 2, RULE_CTSTATE },
	{ "mark", 1, RULE_MARK },
	{ }
};

/* Whether there is such a device is no matter: it may come later. */
static int match_dev(struct args *a, const char *key, char name[IFNAMSIZ])
{
	const char *word = args_value(a, key);

	if (!word)
		return XIP_USAGE;
	if (!*word || strlen(word) >= IFNAMSIZ)
		return args_wrong(word, "not a device name (1 to 15 letters)");
	strcpy(name, word);
	return XIP_OK;
}

static int match_proto(struct args *a, __u32 *proto)
{
	const char *word = args_value(a, "proto");

	if (!word)
		return XIP_USAGE;
	if (!names_parse(names_ipproto, word, 255, proto))
		return XIP_OK;
	return args_wrong(word, "udp, tcp, icmp or a number to 255 is expected");
}

static int match_ports(struct args *a, const char *key, __u16 port[2])
{
	const char *word = args_value(a, key);
	int err;

	if (!word)
		return XIP_USAGE;
	err = rule_text_ports(word, port);
	if (err == -ERANGE)
		return args_wrong(word, "ports go up to 65535, ranges upwards");
	if (err)
		return args_wrong(word, "a port or a range P-Q is expected");
	return XIP_OK;
}

static int match_states(struct args *a, __u32 *states)
{
	const char *word = args_value(a, "ctstate");

	if (!word)
		return XIP_USAGE;
	if (!rule_text_states(word, states))
		return XIP_OK;
	return args_wrong(word,
			  "some of new,established,related,invalid,untracked are expected");
}

static int match_mark(struct args *a, struct rule_match *m)
{
	const char *word = args_value(a, "mark");

	if (!word)
		return XIP_USAGE;
	if (!rule_text_mark(word, &m->mark, &m->mask))
		return XIP_OK;
	return args_wrong(word, "a number or N/MASK of 32 bits is expected");
}

static int match_value(struct args *a, struct rule_match *m, int id)
{
	switch (id) {
	case RULE_IIF:
		return match_dev(a, "iif", m->iif);
	case RULE_OIF:
		return match_dev(a, "oif", m->oif);
	case RULE_SRC:
		return args_prefix(a, "src", &m->src);
	case RULE_DST:
		return args_prefix(a, "dst", &m->dst);
	case RULE_PROTO:
		return match_proto(a, &m->proto);
	case RULE_SPORT:
		return match_ports(a, "sport", m->sport);
	case RULE_DPORT:
		return match_ports(a, "dport", m->dport);
	case RULE_CTSTATE:
		return match_states(a, &m->states);
	}
	return match_mark(a, m);
}

/**
 * rule_match_word - take one word of a MATCH with its value
 * @a: the command
 * @m: what it says is added there
 *
 * Return: XIP_OK; XIP_USAGE with a message; ARG_NONE if the next word is none
 * of MATCH, ARG_END or ARG_HELP.
 */
int rule_match_word(struct args *a, struct rule_match *m)
{
	int id = args_keyword(a, rule_match_words);

	if (id < 0)
		return id;
	if (m->has & 1U << id)
		return args_duplicate(a->words[a->at - 1],
				      args_peek(a) ? args_peek(a) : "");
	m->has |= 1U << id;
	return match_value(a, m, id);
}
