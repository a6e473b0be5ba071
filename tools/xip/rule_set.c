// SPDX-License-Identifier: GPL-2.0
/*
 * replace -f FILE: a whole set of rules in the place of the present one.
 *
 * In: lines `add HOOK …` and `policy HOOK …`, as `show` prints them. Out: one
 * transaction of as few messages as hold them; the kernel puts it in place at
 * the end, or nothing of it.
 */
#include <stdio.h>
#include <string.h>

#include "out.h"
#include "rule.h"
#include "xip.h"

#define RULE_ROOM	512	/* no rule has more attributes than that */
#define RULES_MAX	(NL_REQ_MAX / 40)

/**
 * struct set - the message being filled
 * @table: whose rules
 * @path: where they come from
 * @obj: whose command this is
 * @req: the message
 * @begun: there is one
 * @n: rules in it
 * @line: and the lines they came from
 * @start: and where each begins, in bytes from the header
 */
static struct set {
	const struct rule_table *table;
	const char *path;
	const struct object *obj;
	struct nl_req req;
	bool begun;
	unsigned int n;
	unsigned int line[RULES_MAX];
	unsigned int start[RULES_MAX];
} set;

/* The kernel refused the message: which line did it mean? */
static void blame(void)
{
	long at = nl_bad_offset();
	unsigned int i;

	for (i = set.n; i--;) {
		if (at < (long)set.start[i])
			continue;
		xip_line_failed(set.path, set.line[i]);
		return;
	}
}

static int set_send(void)
{
	int ret;

	if (!set.begun)
		return XIP_OK;
	set.begun = false;
	ret = nl_change_now(&set.req);
	if (ret)
		blame();
	set.n = 0;
	return ret;
}

static int set_message(void)
{
	if (set.begun)
		return XIP_OK;
	set.begun = true;
	set.n = 0;
	return nl_genl_init(&set.req, XINET_CMD_RULESET_ADD, 0);
}

static int set_rule(struct args *a)
{
	struct rule r;
	int ret;

	ret = rule_parse(a, set.table, &r) ?: set_message();
	if (ret == ARG_HELP)
		return args_unknown(a, NULL);
	if (ret)
		return ret;
	if (r.position)
		return args_wrong("position", "rules of a file stand in its order");
	set.line[set.n] = a->line;
	set.start[set.n++] = set.req.nlh->nlmsg_len;
	rule_put(&set.req, &r);
	if (set.req.nlh->nlmsg_len + RULE_ROOM > NL_REQ_MAX ||
	    set.n == RULES_MAX)
		return set_send();
	return XIP_OK;
}

static int set_policy(struct args *a)
{
	static struct nl_req req;
	int list, policy, ret;

	ret = rule_hook(a, set.table, &list);
	if (ret == ARG_HELP)
		return args_unknown(a, NULL);
	if (ret)
		return ret;
	policy = args_keyword(a, rule_policies);
	if (policy < 0)
		return args_unknown(a, rule_policies);
	ret = args_end(a) ?: set_send();
	if (!ret)
		ret = nl_genl_init(&req, XINET_CMD_RULESET_ADD, 0);
	if (ret)
		return ret;
	nl_put_u32(&req, XINET_A_RULESET_LIST, list);
	nl_put_u32(&req, XINET_A_RULESET_POLICY, policy);
	return nl_change_now(&req);
}

static int set_line(struct args *a)
{
	static const struct keyword words[] = {
		{ "add", 1, 0 },
		{ "policy", 1, 1 },
		{ }
	};

	a->obj = set.obj;
	switch (args_keyword(a, words)) {
	case 0:
		return set_rule(a);
	case 1:
		if (set.table->policies)
			return set_policy(a);
	}
	a->at = 0;
	return args_unknown(a, words);
}

static int set_begin(void)
{
	static struct nl_req req;
	int ret;

	ret = nl_genl_init(&req, XINET_CMD_RULESET_BEGIN, 0);
	if (ret)
		return ret;
	nl_put_u32(&req, XINET_A_RULESET_LISTS, set.table->lists);
	return nl_change_now(&req);
}

static int set_commit(void)
{
	static struct nl_req req;
	int ret;

	ret = set_send() ?: nl_genl_init(&req, XINET_CMD_RULESET_COMMIT, 0);
	return ret ?: nl_change_now(&req);
}

/**
 * rule_replace - put the rules of a file in place of the present ones
 * @a: the words behind "replace"
 * @t: whose
 *
 * Return: exit status.
 */
int rule_replace(struct args *a, const struct rule_table *t)
{
	static const struct keyword words[] = {
		{ "-f", 0, 0 }, { "file", 1, 0 }, { }
	};
	const char *path;
	int id = args_keyword(a, words);
	int ret;

	if (id == ARG_HELP)
		return args_help(a);
	if (id)
		return args_unknown(a, words);
	path = args_value(a, "-f");
	if (!path || args_end(a))
		return XIP_USAGE;
	set.table = t;
	set.path = path;
	set.obj = a->obj;
	set.begun = false;
	set.n = 0;
	ret = set_begin() ?: xip_lines(path, set_line);
	return ret ?: set_commit();
}
