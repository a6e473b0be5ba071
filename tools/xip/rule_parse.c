// SPDX-License-Identifier: GPL-2.0
/*
 * HOOK [position N] MATCH… VERDICT…
 *
 * In: the words behind "add". Out: a struct rule. What a rule may not say in
 * its list is for the kernel to refuse; here is only what the grammar cannot
 * read.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "out.h"
#include "rule.h"
#include "xip.h"

static const struct keyword filter_hooks[] = {
	{ "input", 1, XINET_RULE_LIST_FILTER_INPUT },
	{ "forward", 1, XINET_RULE_LIST_FILTER_FORWARD },
	{ "output", 1, XINET_RULE_LIST_FILTER_OUTPUT },
	{ }
};

static const struct keyword nat_hooks[] = {
	{ "prerouting", 2, XINET_RULE_LIST_NAT_PREROUTING },
	{ "postrouting", 2, XINET_RULE_LIST_NAT_POSTROUTING },
	{ }
};

static const struct keyword filter_verdicts[] = {
	{ "accept", 1, XINET_VERDICT_ACCEPT },
	{ "drop", 2, XINET_VERDICT_DROP },
	{ "reject", 1, XINET_VERDICT_REJECT },
	{ }
};

static const struct keyword nat_verdicts[] = {
	{ "dnat", 2, XINET_VERDICT_DNAT },
	{ "redirect", 1, XINET_VERDICT_REDIRECT },
	{ "snat", 2, XINET_VERDICT_SNAT },
	{ "masquerade", 3, XINET_VERDICT_MASQUERADE },
	{ "netmap", 1, XINET_VERDICT_NETMAP },
	{ }
};

const struct keyword rule_policies[] = {
	{ "accept", 1, XINET_VERDICT_ACCEPT },
	{ "drop", 1, XINET_VERDICT_DROP },
	{ }
};

const struct rule_table rule_filter = {
	.hooks = filter_hooks,
	.lists = XINET_RULE_LISTS_FILTER_INPUT |
		 XINET_RULE_LISTS_FILTER_FORWARD |
		 XINET_RULE_LISTS_FILTER_OUTPUT,
	.verdicts = filter_verdicts,
	.policies = true,
};

const struct rule_table rule_nat = {
	.hooks = nat_hooks,
	.lists = XINET_RULE_LISTS_NAT_PREROUTING |
		 XINET_RULE_LISTS_NAT_POSTROUTING,
	.verdicts = nat_verdicts,
};

/* Codes of ICMP destination unreachable (RFC 792, RFC 1812 section 5.2.7.1) */
const struct keyword rule_reject_codes[] = {
	{ "net-unreachable", 0, 0 },
	{ "host-unreachable", 0, 1 },
	{ "proto-unreachable", 0, 2 },
	{ "port-unreachable", 0, 3 },
	{ "net-prohibited", 0, 9 },
	{ "host-prohibited", 0, 10 },
	{ "admin-prohibited", 0, 13 },
	{ }
};

/**
 * rule_hook - take the name of a list
 * @a: the command
 * @t: whose lists
 * @list: result, XINET_RULE_LIST_*
 *
 * Return: XIP_OK, XIP_USAGE with a message, or ARG_HELP.
 */
int rule_hook(struct args *a, const struct rule_table *t, int *list)
{
	*list = args_keyword(a, t->hooks);
	if (*list == ARG_HELP)
		return ARG_HELP;
	if (*list == ARG_NONE)
		return args_unknown(a, t->hooks);
	if (*list == ARG_END)
		return args_value(a, "hook") ? XIP_OK : XIP_USAGE;
	return XIP_OK;
}

static int take_position(struct args *a, struct rule *r)
{
	if (r->position)
		return args_duplicate("position",
				      args_peek(a) ? args_peek(a) : "");
	return args_u32(a, "position", 1, ~0U, &r->position);
}

/* All before the verdict. */
static int parse_match(struct args *a, const struct rule_table *t,
		       struct rule *r)
{
	static const struct keyword words[] = { { "position", 2, 0 }, { } };
	int ret;

	for (;;) {
		ret = rule_match_word(a, &r->match);
		if (ret == ARG_NONE && args_keyword(a, words) >= 0)
			ret = take_position(a, r);
		else if (ret == ARG_NONE || ret == ARG_END)
			break;
		if (ret)
			return ret;
	}
	if (ret == ARG_END) {
		fprintf(stderr, "Error: the rule does not say what to do. Try \"xip %s help\".\n",
			a->obj->name);
		return XIP_USAGE;
	}
	r->verdict = args_keyword(a, t->verdicts);
	if (r->verdict >= 0)
		return XIP_OK;
	return args_unknown(a, parse_nearest(t->verdicts, args_peek(a)) ?
			       t->verdicts : rule_match_words);
}

static int target_wrong(const char *word, int err)
{
	if (err == -ERANGE)
		return args_wrong(word, "ranges go upwards, ports to 65535");
	return args_wrong(word, "A[-B][:P[-Q]] or :P[-Q] is expected");
}

static int netmap_to(struct rule *r, const char *word)
{
	struct prefix p;

	if (parse_prefix(word, &p))
		return args_wrong(word, "a prefix such as 10.9.0.0/24 is expected");
	r->to.has_addr = true;
	r->to.addr[0] = ntohl(p.addr);
	r->to.addr[1] = ntohl(p.addr | ~prefix_mask(p.len));
	return XIP_OK;
}

static int take_target(struct args *a, struct rule *r)
{
	const char *word;
	int err;

	if (r->to.has_addr || r->to.has_port)
		return args_duplicate("to", args_peek(a) ? args_peek(a) : "");
	word = args_value(a, "to");
	if (!word)
		return XIP_USAGE;
	if (r->verdict == XINET_VERDICT_NETMAP)
		return netmap_to(r, word);
	err = rule_text_target(word, &r->to);
	return err ? target_wrong(word, err) : XIP_OK;
}

static int take_balance(struct args *a, struct rule *r)
{
	static const struct keyword ways[] = {
		{ "hash", 1, 0 },
		{ "rr", 1, XINET_NAT_FLAG_ROUND_ROBIN },
		{ }
	};
	int way = args_keyword(a, ways);

	if (way == ARG_END)
		return args_value(a, "balance") ? XIP_OK : XIP_USAGE;
	if (way < 0)
		return args_unknown(a, ways);
	r->flags |= way;
	return XIP_OK;
}

enum { KW_TO, KW_BALANCE, KW_RANDOM, KW_PERSISTENT };

static int parse_nat(struct args *a, struct rule *r)
{
	static const struct keyword words[] = {
		{ "to", 0, KW_TO },
		{ "balance", 1, KW_BALANCE },
		{ "random-fully", 1, KW_RANDOM },
		{ "persistent", 1, KW_PERSISTENT },
		{ }
	};
	int id, ret = XIP_OK;

	while (!ret && (id = args_keyword(a, words)) != ARG_END) {
		if (id == ARG_HELP)
			ret = ARG_HELP;
		else if (id == KW_TO)
			ret = take_target(a, r);
		else if (id == KW_BALANCE)
			ret = take_balance(a, r);
		else if (id == KW_RANDOM)
			r->flags |= XINET_NAT_FLAG_RANDOM_FULLY;
		else if (id == KW_PERSISTENT)
			r->flags |= XINET_NAT_FLAG_PERSISTENT;
		else
			ret = args_unknown(a, words);
	}
	return ret;
}

static int parse_reject(struct args *a, struct rule *r)
{
	static const struct keyword words[] = { { "with", 1, 0 }, { } };
	int id = args_keyword(a, words);

	if (id == ARG_NONE)
		return args_unknown(a, words);
	if (id < 0)
		return id == ARG_HELP ? ARG_HELP : XIP_OK;
	r->code = args_keyword(a, rule_reject_codes);
	if (r->code == ARG_END)
		return args_value(a, "with") ? XIP_OK : XIP_USAGE;
	return r->code < 0 ? args_unknown(a, rule_reject_codes) : args_end(a);
}

/**
 * rule_parse - take a rule
 * @a: the command, at the hook
 * @t: whose rule
 * @r: filled
 *
 * Return: XIP_OK, XIP_USAGE with a message, or ARG_HELP.
 */
int rule_parse(struct args *a, const struct rule_table *t, struct rule *r)
{
	int ret;

	memset(r, 0, sizeof(*r));
	r->code = -1;
	ret = rule_hook(a, t, &r->list);
	if (!ret)
		ret = parse_match(a, t, r);
	if (ret)
		return ret;
	if (r->verdict == XINET_VERDICT_REJECT)
		return parse_reject(a, r);
	return t->policies ? args_end(a) : parse_nat(a, r);
}
