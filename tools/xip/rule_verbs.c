// SPDX-License-Identifier: GPL-2.0
/*
 * What `xip filter` and `xip nat` do alike: add, del, show, flush, policy.
 *
 * In: the words behind the verb and whose rules. Out: requests to the generic
 * netlink family.
 */
#include <stdio.h>

#include "out.h"
#include "rule.h"
#include "xip.h"

static struct nl_req req;

/**
 * rule_add - add a rule
 * @a: the words behind "add"
 * @t: whose
 *
 * Return: exit status.
 */
int rule_add(struct args *a, const struct rule_table *t)
{
	struct rule r;
	int ret;

	ret = rule_parse(a, t, &r);
	if (ret == ARG_HELP)
		return args_help(a);
	if (!ret)
		ret = nl_genl_init(&req, XINET_CMD_RULE_ADD, 0);
	if (ret)
		return ret;
	rule_put(&req, &r);
	if (r.position)
		nl_put_u32(&req, XINET_A_RULESET_POSITION, r.position);
	return nl_change(&req);
}

/**
 * rule_del - delete a rule by its handle
 * @a: the words behind "del"
 * @t: whose
 *
 * Return: exit status.
 */
int rule_del(struct args *a, const struct rule_table *t)
{
	static const struct keyword words[] = { { "handle", 1, 0 }, { } };
	__u32 handle;
	int list, ret;

	ret = rule_hook(a, t, &list);
	if (ret == ARG_HELP)
		return args_help(a);
	if (ret)
		return ret;
	if (args_keyword(a, words))
		return args_unknown(a, words);
	ret = args_u32(a, "handle", 1, ~0U, &handle) ?: args_end(a);
	if (!ret)
		ret = nl_genl_init(&req, XINET_CMD_RULE_DEL, 0);
	if (ret)
		return ret;
	nl_put_u32(&req, XINET_A_RULESET_LIST, list);
	nl_put_u32(&req, XINET_A_RULESET_HANDLE, handle);
	return nl_change(&req);
}

/**
 * rule_policy - set the policy of a list
 * @a: the words behind "policy"
 * @t: whose
 *
 * Return: exit status.
 */
int rule_policy(struct args *a, const struct rule_table *t)
{
	int list, policy, ret;

	ret = rule_hook(a, t, &list);
	if (ret == ARG_HELP)
		return args_help(a);
	if (ret)
		return ret;
	policy = args_keyword(a, rule_policies);
	if (policy == ARG_END) {
		args_value(a, "policy");
		return XIP_USAGE;
	}
	if (policy < 0)
		return args_unknown(a, rule_policies);
	ret = args_end(a) ?: nl_genl_init(&req, XINET_CMD_POLICY_SET, 0);
	if (ret)
		return ret;
	nl_put_u32(&req, XINET_A_RULESET_LIST, list);
	nl_put_u32(&req, XINET_A_RULESET_POLICY, policy);
	return nl_change(&req);
}

/* [HOOK]: one list or all of the table. */
static int take_lists(struct args *a, const struct rule_table *t, __u32 *lists)
{
	int list, ret;

	*lists = t->lists;
	if (!args_peek(a))
		return XIP_OK;
	ret = rule_hook(a, t, &list);
	if (ret)
		return ret;
	*lists = 1U << list;
	return args_end(a);
}

/**
 * rule_show - print rules and policies
 * @a: the words behind "show"
 * @t: whose
 *
 * Return: exit status.
 */
int rule_show(struct args *a, const struct rule_table *t)
{
	__u32 lists;
	int ret;

	ret = take_lists(a, t, &lists);
	if (ret == ARG_HELP)
		return args_help(a);
	if (ret)
		return ret;
	out_start();
	if (t->policies) {
		ret = nl_genl_init(&req, XINET_CMD_POLICY_GET, 0);
		if (!ret)
			ret = nl_dump(&req, rule_print, &lists);
	}
	if (!ret)
		ret = nl_genl_init(&req, XINET_CMD_RULE_GET, 0);
	if (!ret) {
		nl_put_u32(&req, XINET_A_RULESET_LISTS, lists);
		ret = nl_dump(&req, rule_print, &lists);
	}
	out_stop();
	return ret;
}

/**
 * rule_flush - delete all rules
 * @a: the words behind "flush"
 * @t: whose
 *
 * Return: exit status.
 */
int rule_flush(struct args *a, const struct rule_table *t)
{
	__u32 lists;
	int ret;

	ret = take_lists(a, t, &lists);
	if (ret == ARG_HELP)
		return args_help(a);
	if (!ret)
		ret = nl_genl_init(&req, XINET_CMD_RULE_FLUSH, 0);
	if (ret)
		return ret;
	nl_put_u32(&req, XINET_A_RULESET_LISTS, lists);
	return nl_change(&req);
}
