// SPDX-License-Identifier: GPL-2.0
/*
 * Rules changed all at once: ruleset-begin, ruleset-add, ruleset-commit.
 *
 * In: requests, from the generic netlink core; sockets that close. Out: drafts
 * of lists, which xrules_replace() puts in place. A draft belongs to the
 * socket that began it, for a set of rules takes more than one message. Under
 * xn->nl.lock; that of the rules comes below it.
 */
#include <linux/list.h>
#include <linux/slab.h>
#include <net/xinet/netlink.h>
#include "genl.h"

/* Of a namespace; what they hold is limited by the rules' own limits. */
#define XNL_SETS_MAX	16

/**
 * struct xnl_set - lists that are being written
 * @list: among those of the namespace
 * @portid: whose
 * @lists: which it shall replace, bits of XRULES_*
 * @draft: as far as they are written
 */
struct xnl_set {
	struct list_head list;
	u32 portid;
	u32 lists;
	struct xrules_draft *draft;
};

static struct xnl_set *xnl_set_find(struct xinet_net *xn, u32 portid)
{
	struct xnl_set *set;

	lockdep_assert_held(&xn->nl.lock);
	list_for_each_entry(set, &xn->nl.sets, list)
		if (set->portid == portid)
			return set;
	return NULL;
}

static void xnl_set_free(struct xinet_net *xn, struct xnl_set *set)
{
	lockdep_assert_held(&xn->nl.lock);
	list_del(&set->list);
	xn->nl.n_sets--;
	xrules_draft_free(set->draft);
	kfree(set);
}

static int xnl_set_alloc(struct xinet_net *xn, u32 portid, u32 lists,
			 struct netlink_ext_ack *extack)
{
	struct xnl_set *set;

	if (xn->nl.n_sets >= XNL_SETS_MAX) {
		NL_SET_ERR_MSG(extack, "Too many sets of rules are being written");
		return -ENOSPC;
	}
	set = kzalloc(sizeof(*set), GFP_KERNEL_ACCOUNT);
	if (!set)
		return -ENOMEM;
	set->draft = xrules_draft_alloc(xn);
	if (!set->draft) {
		kfree(set);
		return -ENOMEM;
	}
	set->portid = portid;
	set->lists = lists;
	list_add(&set->list, &xn->nl.sets);
	xn->nl.n_sets++;
	return 0;
}

/**
 * xnl_rules_release - a socket has closed: give up what it had begun
 * @xn: state of its namespace
 * @portid: the socket
 *
 * Context: process, may sleep; any socket of generic netlink, so this is
 * quick where nothing was begun.
 */
void xnl_rules_release(struct xinet_net *xn, u32 portid)
{
	struct xnl_set *set;

	if (!READ_ONCE(xn->nl.n_sets))
		return;
	mutex_lock(&xn->nl.lock);
	set = xnl_set_find(xn, portid);
	if (set)
		xnl_set_free(xn, set);
	mutex_unlock(&xn->nl.lock);
}

/**
 * xinet_nl_ruleset_begin_doit - begin to write lists
 * @skb: the request
 * @info: and what the core knows of it
 *
 * Context: process.
 * Return: 0 or a negative errno, the reason in extack.
 */
int xinet_nl_ruleset_begin_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct xinet_net *xn = xnl_genl_pernet(info);
	struct xnl_set *set;
	u32 lists = 0;
	int err;

	if (info->attrs[XINET_A_RULESET_LISTS])
		lists = nla_get_u32(info->attrs[XINET_A_RULESET_LISTS]);
	if (!lists) {
		NL_SET_ERR_MSG(info->extack, "No lists in the request");
		return -EINVAL;
	}
	mutex_lock(&xn->nl.lock);
	set = xnl_set_find(xn, info->snd_portid);
	if (set)
		xnl_set_free(xn, set);
	err = xnl_set_alloc(xn, info->snd_portid, lists, info->extack);
	mutex_unlock(&xn->nl.lock);
	return err;
}

static int xnl_set_rule(struct xnl_set *set, const struct nlattr *attr,
			struct netlink_ext_ack *extack)
{
	enum xrules_list list;
	struct xrule rule;
	int err;

	err = xnl_rule_parse(attr, &list, &rule, extack);
	if (!err && !(set->lists & BIT(list))) {
		NL_SET_ERR_MSG(extack, "Rule is of a list that is not replaced");
		err = -EINVAL;
	}
	if (!err)
		err = xrules_draft_add(set->draft, list, &rule, extack);
	if (err && extack && !extack->bad_attr)
		NL_SET_BAD_ATTR(extack, attr);
	return err;
}

static int xnl_set_policy(struct xnl_set *set, struct genl_info *info)
{
	struct nlattr *list = info->attrs[XINET_A_RULESET_LIST];
	struct nlattr *policy = info->attrs[XINET_A_RULESET_POLICY];

	if (!list && !policy)
		return 0;
	if (!list || !policy) {
		NL_SET_ERR_MSG(info->extack, "A policy needs its list");
		return -EINVAL;
	}
	if (!(set->lists & BIT(nla_get_u32(list)))) {
		NL_SET_ERR_MSG_ATTR(info->extack, list,
				    "Policy is of a list that is not replaced");
		return -EINVAL;
	}
	return xrules_draft_policy(set->draft, nla_get_u32(list),
				   nla_get_u32(policy), info->extack);
}

static int xnl_set_write(struct xnl_set *set, struct genl_info *info)
{
	const struct nlattr *attr;
	int rem, err;

	err = xnl_set_policy(set, info);
	if (err)
		return err;
	nlmsg_for_each_attr(attr, info->nlhdr, GENL_HDRLEN, rem) {
		if (nla_type(attr) != XINET_A_RULESET_RULE)
			continue;
		err = xnl_set_rule(set, attr, info->extack);
		if (err)
			return err;
		cond_resched();
	}
	return 0;
}

static struct xnl_set *xnl_set_begun(struct xinet_net *xn,
				     struct genl_info *info)
{
	struct xnl_set *set = xnl_set_find(xn, info->snd_portid);

	if (!set)
		NL_SET_ERR_MSG(info->extack,
			       "This socket has begun no set of rules");
	return set;
}

/**
 * xinet_nl_ruleset_add_doit - write more
 * @skb: the request
 * @info: and what the core knows of it
 *
 * What is refused ends the whole: half of a set must not be put in place.
 *
 * Context: process.
 * Return: 0 or a negative errno, the reason in extack.
 */
int xinet_nl_ruleset_add_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct xinet_net *xn = xnl_genl_pernet(info);
	struct xnl_set *set;
	int err = -ENOENT;

	mutex_lock(&xn->nl.lock);
	set = xnl_set_begun(xn, info);
	if (set) {
		err = xnl_set_write(set, info);
		if (err)
			xnl_set_free(xn, set);
	}
	mutex_unlock(&xn->nl.lock);
	return err;
}

static int xnl_set_commit(struct xinet_net *xn, struct xnl_set *set,
			  struct genl_info *info)
{
	struct nlattr *attr = info->attrs[XINET_A_RULESET_GENERATION];

	if (attr && nla_get_u32(attr) != xrules_generation(xn)) {
		NL_SET_ERR_MSG_ATTR(info->extack, attr,
				    "Rules have changed meanwhile");
		return -EAGAIN;
	}
	return xrules_replace(xn, set->draft, set->lists, info->extack);
}

/**
 * xinet_nl_ruleset_commit_doit - put in place what was written
 * @skb: the request
 * @info: and what the core knows of it
 *
 * Context: process.
 * Return: 0 or a negative errno, the reason in extack; either way the set is
 * over.
 */
int xinet_nl_ruleset_commit_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct xinet_net *xn = xnl_genl_pernet(info);
	struct xnl_rule_change what = {
		.change = XINET_RULE_CHANGE_REPLACED,
	};
	struct xnl_set *set;
	int err = -ENOENT;

	mutex_lock(&xn->nl.lock);
	set = xnl_set_begun(xn, info);
	if (set) {
		what.lists = set->lists;
		err = xnl_set_commit(xn, set, info);
		xnl_set_free(xn, set);
	}
	mutex_unlock(&xn->nl.lock);
	if (!err)
		xnl_rules_notify(info, &what);
	return err;
}

/**
 * xnl_net_init - prepare a namespace
 * @xn: state of the namespace
 *
 * Context: process.
 * Return: 0.
 */
int xnl_net_init(struct xinet_net *xn)
{
	mutex_init(&xn->nl.lock);
	INIT_LIST_HEAD(&xn->nl.sets);
	return 0;
}

/**
 * xnl_net_exit - give up what sockets have begun; at rmmod they are still open
 * @xn: state of the namespace
 *
 * Context: process, nobody else finds the namespace's state.
 */
void xnl_net_exit(struct xinet_net *xn)
{
	struct xnl_set *set, *next;

	mutex_lock(&xn->nl.lock);
	list_for_each_entry_safe(set, next, &xn->nl.sets, list)
		xnl_set_free(xn, set);
	mutex_unlock(&xn->nl.lock);
}
