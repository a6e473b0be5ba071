// SPDX-License-Identifier: GPL-2.0
/*
 * Rules changed one at a time: rule-add, rule-del, rule-flush, policy-set.
 *
 * In: requests, from the generic netlink core. Out: changes through xrules_*,
 * which take the namespace's mutex; word of each to who listens.
 */
#include "genl.h"

/* The attributes that tell which rule; both are always asked for. */
static int xnl_rule_named(struct genl_info *info, enum xrules_list *list,
			  u32 *handle)
{
	if (!info->attrs[XINET_A_RULESET_LIST] ||
	    !info->attrs[XINET_A_RULESET_HANDLE]) {
		NL_SET_ERR_MSG(info->extack, "List and handle are needed");
		return -EINVAL;
	}
	*list = nla_get_u32(info->attrs[XINET_A_RULESET_LIST]);
	*handle = nla_get_u32(info->attrs[XINET_A_RULESET_HANDLE]);
	return 0;
}

static int xnl_rule_added(struct genl_info *info, enum xrules_list list,
			  u32 handle)
{
	struct sk_buff *skb;
	void *hdr;
	int err;

	skb = xnl_reply_begin(info, &hdr);
	/* the rule is there: that its handle stays unsaid is no failure */
	if (!skb)
		return 0;
	err = nla_put_u32(skb, XINET_A_RULESET_LIST, list) ?:
	      nla_put_u32(skb, XINET_A_RULESET_HANDLE, handle);
	xnl_reply_end(skb, hdr, info, err);
	return 0;
}

/* 1 is the first place, and 0 behind the last rule. */
static u32 xnl_rule_position(const struct genl_info *info)
{
	const struct nlattr *attr = info->attrs[XINET_A_RULESET_POSITION];
	u32 position = attr ? nla_get_u32(attr) : 0;

	return position ? position - 1 : XRULES_END;
}

/**
 * xinet_nl_rule_add_doit - add a rule
 * @skb: the request
 * @info: and what the core knows of it
 *
 * Context: process.
 * Return: 0 or a negative errno, the reason in extack.
 */
int xinet_nl_rule_add_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *attr = info->attrs[XINET_A_RULESET_RULE];
	struct xinet_net *xn = xnl_genl_pernet(info);
	enum xrules_list list;
	struct xrule rule;
	int err;

	if (!attr) {
		NL_SET_ERR_MSG(info->extack, "No rule in the request");
		return -EINVAL;
	}
	err = xnl_rule_parse(attr, &list, &rule, info->extack) ?:
	      xrules_add(xn, list, &rule, xnl_rule_position(info),
			 &rule.handle, info->extack);
	if (err)
		return err;
	xnl_rules_notify(info, &(struct xnl_rule_change) {
		.change = XINET_RULE_CHANGE_ADDED,
		.lists = BIT(list),
		.rule = &rule,
		.handle = rule.handle,
	});
	return xnl_rule_added(info, list, rule.handle);
}

/**
 * xinet_nl_rule_del_doit - delete a rule
 * @skb: the request
 * @info: and what the core knows of it
 *
 * Context: process.
 * Return: 0 or a negative errno, the reason in extack.
 */
int xinet_nl_rule_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	enum xrules_list list;
	u32 handle;
	int err;

	err = xnl_rule_named(info, &list, &handle) ?:
	      xrules_del(xnl_genl_pernet(info), list, handle, info->extack);
	if (!err)
		xnl_rules_notify(info, &(struct xnl_rule_change) {
			.change = XINET_RULE_CHANGE_DELETED,
			.lists = BIT(list),
			.handle = handle,
		});
	return err;
}

/**
 * xinet_nl_rule_flush_doit - delete all rules of some lists
 * @skb: the request
 * @info: and what the core knows of it
 *
 * Context: process.
 * Return: 0 or a negative errno, the reason in extack.
 */
int xinet_nl_rule_flush_doit(struct sk_buff *skb, struct genl_info *info)
{
	u32 lists;
	int err;

	if (!info->attrs[XINET_A_RULESET_LISTS]) {
		NL_SET_ERR_MSG(info->extack, "No lists in the request");
		return -EINVAL;
	}
	lists = nla_get_u32(info->attrs[XINET_A_RULESET_LISTS]);
	err = xrules_flush(xnl_genl_pernet(info), lists);
	if (!err)
		xnl_rules_notify(info, &(struct xnl_rule_change) {
			.change = XINET_RULE_CHANGE_FLUSHED,
			.lists = lists,
		});
	return err;
}

/**
 * xinet_nl_policy_set_doit - what becomes of packets that no rule is for
 * @skb: the request
 * @info: and what the core knows of it
 *
 * Context: process.
 * Return: 0 or a negative errno, the reason in extack.
 */
int xinet_nl_policy_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	enum xrules_list list;
	u8 policy;
	int err;

	if (!info->attrs[XINET_A_RULESET_LIST] ||
	    !info->attrs[XINET_A_RULESET_POLICY]) {
		NL_SET_ERR_MSG(info->extack, "List and policy are needed");
		return -EINVAL;
	}
	list = nla_get_u32(info->attrs[XINET_A_RULESET_LIST]);
	policy = nla_get_u32(info->attrs[XINET_A_RULESET_POLICY]);
	err = xrules_set_policy(xnl_genl_pernet(info), list, policy,
				info->extack);
	if (!err)
		xnl_rules_notify(info, &(struct xnl_rule_change) {
			.change = XINET_RULE_CHANGE_POLICY,
			.lists = BIT(list),
			.policy = policy,
		});
	return err;
}
