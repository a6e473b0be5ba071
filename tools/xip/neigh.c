// SPDX-License-Identifier: GPL-2.0
/*
 * xip neigh add, change, replace, del.
 *
 * In: the words behind the verb. Out: one RTM_NEWNEIGH or RTM_DELNEIGH with
 * the attributes that IPv4's neighbours have.
 */
#include <linux/neighbour.h>
#include <stdio.h>
#include <string.h>

#include "names.h"
#include "neigh.h"
#include "nl.h"
#include "out.h"
#include "xip.h"

enum { KW_TO, KW_DEV, KW_LLADDR, KW_NUD };

static const struct keyword neigh_words[] = {
	{ "to", 0, KW_TO },
	{ "dev", 0, KW_DEV },
	{ "lladdr", 2, KW_LLADDR },
	{ "nud", 0, KW_NUD },
	{ "state", 2, KW_NUD },
	{ }
};

/**
 * struct neigh_spec - a neighbour as described by the words
 * @addr: its address, network byte order
 * @ifindex: device behind which it is
 * @state: NUD_*
 * @mac: link-layer address
 * @has: bit of each KW_* that was given
 */
struct neigh_spec {
	__be32 addr;
	unsigned int ifindex;
	__u32 state;
	__u8 mac[XIP_ALEN];
	unsigned int has;
};

static bool has(const struct neigh_spec *s, int kw)
{
	return s->has & 1U << kw;
}

static int parse_lladdr(struct args *a, struct neigh_spec *s)
{
	const char *word = args_value(a, "lladdr");

	if (!word)
		return XIP_USAGE;
	if (!parse_mac(word, s->mac))
		return XIP_OK;
	return args_wrong(word, "a MAC such as 02:00:00:00:00:01 is expected");
}

/**
 * neigh_parse_state - take a neighbour state
 * @a: the command
 * @state: result, NUD_*
 *
 * Return: XIP_OK or XIP_USAGE.
 */
int neigh_parse_state(struct args *a, __u32 *state)
{
	const char *word = args_value(a, "nud");

	if (!word)
		return XIP_USAGE;
	if (!names_parse(names_nud, word, 255, state))
		return XIP_OK;
	return args_wrong(word,
			  "a state such as permanent or reachable is expected");
}

static int parse_word(struct args *a, struct neigh_spec *s, int id)
{
	switch (id) {
	case KW_DEV:
		return args_dev(a, "dev", &s->ifindex);
	case KW_LLADDR:
		return parse_lladdr(a, s);
	case KW_NUD:
		return neigh_parse_state(a, &s->state);
	}
	return args_addr(a, "to", &s->addr);
}

/* XIP_OK, XIP_USAGE or ARG_HELP. */
static int parse_neigh(struct args *a, struct neigh_spec *s)
{
	int id;

	while ((id = args_keyword(a, neigh_words)) != ARG_END) {
		if (id == ARG_HELP)
			return ARG_HELP;
		if (id == ARG_NONE && has(s, KW_TO))
			return args_unknown(a, neigh_words);
		if (id == ARG_NONE)
			id = KW_TO;
		if (has(s, id))
			return args_duplicate(a->words[a->at - 1],
					      args_peek(a) ? args_peek(a) : "");
		s->has |= 1U << id;
		if (parse_word(a, s, id))
			return XIP_USAGE;
	}
	if (has(s, KW_TO) && has(s, KW_DEV))
		return XIP_OK;
	fprintf(stderr, "Error: an address and \"dev\" are required.\n");
	return XIP_USAGE;
}

enum { NEIGH_ADD, NEIGH_CHANGE, NEIGH_REPLACE, NEIGH_DEL };

static int neigh_modify(struct args *a, int what)
{
	static const int flags[] = {
		[NEIGH_ADD] = NLM_F_CREATE | NLM_F_EXCL,
		[NEIGH_CHANGE] = NLM_F_REPLACE,
		[NEIGH_REPLACE] = NLM_F_CREATE | NLM_F_REPLACE,
		[NEIGH_DEL] = 0,
	};
	struct neigh_spec s = { .state = NUD_PERMANENT };
	static struct nl_req req;
	struct ndmsg *ndm;
	int ret;

	ret = parse_neigh(a, &s);
	if (ret == ARG_HELP)
		return args_help(a);
	if (ret)
		return ret;
	ndm = nl_req_init(&req, what == NEIGH_DEL ? RTM_DELNEIGH : RTM_NEWNEIGH,
			  flags[what], sizeof(*ndm));
	ndm->ndm_family = XIP_FAMILY;
	ndm->ndm_ifindex = s.ifindex;
	ndm->ndm_state = what == NEIGH_DEL ? NUD_NONE : s.state;
	nl_put_u32(&req, NDA_DST, s.addr);
	if (has(&s, KW_LLADDR))
		nl_put(&req, NDA_LLADDR, s.mac, sizeof(s.mac));
	return nl_change(&req);
}

static const struct verb neigh_verbs[] = {
	{ neigh_show, 0 },
	{ neigh_modify, NEIGH_ADD },
	{ neigh_modify, NEIGH_CHANGE },
	{ neigh_modify, NEIGH_REPLACE },
	{ neigh_modify, NEIGH_DEL },
	{ neigh_flush, 0 },
	{ neigh_get, 0 },
};

static const struct keyword verb_words[] = {
	{ "show", 1, 0 },
	{ "list", 1, 0 },
	{ "lst", 0, 0 },
	{ "add", 1, 1 },
	{ "change", 1, 2 },
	{ "chg", 0, 2 },
	{ "replace", 1, 3 },
	{ "delete", 1, 4 },
	{ "flush", 1, 5 },
	{ "get", 1, 6 },
	{ "help", 0, ARG_HELP },
	{ }
};

static const char neigh_help[] =
"Usage: xip neigh {add|change|replace} A [ lladdr MAC ] [ nud STATE ] dev D\n"
"       xip neigh {del|get} A dev D\n"
"       xip neigh [ show ] [ [ to ] PREFIX ] [ dev D ] [ nud { STATE | all } ]\n"
"       xip neigh flush [ [ to ] PREFIX ] [ dev D ] [ nud { STATE | all } ]\n"
"STATE := { permanent | noarp | reachable | stale | delay | probe |\n"
"           incomplete | failed | none }\n"
"show leaves noarp entries out, flush keeps noarp and permanent ones, unless\n"
"\"nud\" asks for them.\n";

const struct object xip_neigh = {
	.name = "neigh",
	.help = neigh_help,
	.words = verb_words,
	.verbs = neigh_verbs,
};
