// SPDX-License-Identifier: GPL-2.0
/*
 * Rules shown: rule-get, policy-get, and events for the group "rules".
 *
 * In: requests, from the generic netlink core; changes that were made. Out:
 * messages. Rules are read under RCU; a dump that a change crosses says so.
 */
#include <net/sock.h>
#include "../compat/genetlink.h"
#include "genl.h"

static int xnl_put_prefix(struct sk_buff *skb, int addr_type, __be32 addr,
			  int len_type, u8 len)
{
	return nla_put_in_addr(skb, addr_type, addr) ?:
	       nla_put_u8(skb, len_type, len);
}

static int xnl_put_range(struct sk_buff *skb, int first, int last,
			 const u16 port[2])
{
	return nla_put_u16(skb, first, port[0]) ?:
	       nla_put_u16(skb, last, port[1]);
}

static int xnl_put_match_l4(struct sk_buff *skb, const struct xrule_match *m)
{
	int err = 0;

	if (m->set & XRULE_MATCH_PROTO)
		err = nla_put_u8(skb, XINET_A_MATCH_PROTO, m->proto);
	if (!err && m->set & XRULE_MATCH_SPORT)
		err = xnl_put_range(skb, XINET_A_MATCH_SPORT_MIN,
				    XINET_A_MATCH_SPORT_MAX, m->sport);
	if (!err && m->set & XRULE_MATCH_DPORT)
		err = xnl_put_range(skb, XINET_A_MATCH_DPORT_MIN,
				    XINET_A_MATCH_DPORT_MAX, m->dport);
	return err;
}

static int xnl_put_match_l3(struct sk_buff *skb, const struct xrule_match *m)
{
	int err = 0;

	if (m->set & XRULE_MATCH_IIF)
		err = nla_put_string(skb, XINET_A_MATCH_IIF, m->iif);
	if (!err && m->set & XRULE_MATCH_OIF)
		err = nla_put_string(skb, XINET_A_MATCH_OIF, m->oif);
	if (!err && m->set & XRULE_MATCH_SRC)
		err = xnl_put_prefix(skb, XINET_A_MATCH_SRC, m->src,
				     XINET_A_MATCH_SRC_LEN, m->src_len);
	if (!err && m->set & XRULE_MATCH_DST)
		err = xnl_put_prefix(skb, XINET_A_MATCH_DST, m->dst,
				     XINET_A_MATCH_DST_LEN, m->dst_len);
	return err;
}

static int xnl_put_match(struct sk_buff *skb, const struct xrule_match *m)
{
	struct nlattr *nest = nla_nest_start(skb, XINET_A_RULE_MATCH);
	int err;

	if (!nest)
		return -EMSGSIZE;
	err = xnl_put_match_l3(skb, m) ?: xnl_put_match_l4(skb, m);
	if (!err && m->set & XRULE_MATCH_STATE)
		err = nla_put_u32(skb, XINET_A_MATCH_CT_STATES, m->states);
	if (!err && m->set & XRULE_MATCH_MARK)
		err = nla_put_u32(skb, XINET_A_MATCH_MARK, m->mark) ?:
		      nla_put_u32(skb, XINET_A_MATCH_MARK_MASK, m->mark_mask);
	nla_nest_end(skb, nest);
	return err;
}

static u32 xnl_nat_flags(u32 flags)
{
	return (flags & XNAT_RANGE_RANDOM ? XINET_NAT_FLAG_RANDOM_FULLY : 0) |
	       (flags & XNAT_RANGE_PERSISTENT ? XINET_NAT_FLAG_PERSISTENT : 0) |
	       (flags & XNAT_RANGE_RR ? XINET_NAT_FLAG_ROUND_ROBIN : 0);
}

static int xnl_put_nat(struct sk_buff *skb, const struct xnat_range *r)
{
	u32 flags = xnl_nat_flags(r->flags);
	int err = 0;

	if (r->flags & XNAT_RANGE_ADDR)
		err = nla_put_in_addr(skb, XINET_A_ACTION_ADDR_MIN,
				      htonl(r->addr[0])) ?:
		      nla_put_in_addr(skb, XINET_A_ACTION_ADDR_MAX,
				      htonl(r->addr[1]));
	if (!err && r->flags & XNAT_RANGE_PORT)
		err = xnl_put_range(skb, XINET_A_ACTION_PORT_MIN,
				    XINET_A_ACTION_PORT_MAX, r->port);
	if (!err && flags)
		err = nla_put_u32(skb, XINET_A_ACTION_FLAGS, flags);
	return err;
}

static int xnl_put_action(struct sk_buff *skb, const struct xrule *rule)
{
	struct nlattr *nest = nla_nest_start(skb, XINET_A_RULE_ACTION);
	int err;

	if (!nest)
		return -EMSGSIZE;
	err = nla_put_u32(skb, XINET_A_ACTION_VERDICT, rule->verdict);
	if (!err && rule->verdict == XRULE_REJECT)
		err = nla_put_u8(skb, XINET_A_ACTION_REJECT_CODE,
				 rule->reject_code);
	if (!err)
		err = xnl_put_nat(skb, &rule->range);
	nla_nest_end(skb, nest);
	return err;
}

/**
 * xnl_rule_put - put a rule in a message
 * @skb: the message
 * @list: its list
 * @view: the rule and its counters
 *
 * Context: any; RCU read lock where the rule is in a list.
 * Return: 0, or -EMSGSIZE where it did not fit.
 */
int xnl_rule_put(struct sk_buff *skb, enum xrules_list list,
		 const struct xrule_view *view)
{
	struct nlattr *nest = nla_nest_start(skb, XINET_A_RULESET_RULE);
	int err;

	if (!nest)
		return -EMSGSIZE;
	err = nla_put_u32(skb, XINET_A_RULE_LIST, list) ?:
	      nla_put_u32(skb, XINET_A_RULE_HANDLE, view->rule->handle) ?:
	      xnl_put_match(skb, &view->rule->match) ?:
	      xnl_put_action(skb, view->rule) ?:
	      nla_put_u64_64bit(skb, XINET_A_RULE_PACKETS, view->packets,
				XINET_A_RULE_PAD) ?:
	      nla_put_u64_64bit(skb, XINET_A_RULE_BYTES, view->bytes,
				XINET_A_RULE_PAD);
	nla_nest_end(skb, nest);
	return err;
}

/**
 * struct xnl_rules_dump - where a dump of rules is, in cb->ctx
 * @list: XRULES_*
 * @pos: rules of it that were shown
 */
struct xnl_rules_dump {
	u32 list;
	u32 pos;
};

/* What the visit of a rule needs. */
struct xnl_rules_visit {
	struct sk_buff *skb;
	struct netlink_callback *cb;
	enum xrules_list list;
	u32 handle;
};

static void *xnl_dump_put(struct sk_buff *skb, struct netlink_callback *cb,
			  u8 cmd)
{
	void *hdr = genlmsg_put(skb, NETLINK_CB(cb->skb).portid,
				cb->nlh->nlmsg_seq, &xnl_family, NLM_F_MULTI,
				cmd);

	if (hdr)
		genl_dump_check_consistent(cb, hdr);
	return hdr;
}

static int xnl_rule_visit(const struct xrule_view *view, void *arg)
{
	struct xnl_rules_visit *v = arg;
	void *hdr;

	hdr = xnl_dump_put(v->skb, v->cb, XINET_CMD_RULE_GET);
	if (!hdr)
		return -EMSGSIZE;
	if (xnl_rule_put(v->skb, v->list, view)) {
		genlmsg_cancel(v->skb, hdr);
		return -EMSGSIZE;
	}
	genlmsg_end(v->skb, hdr);
	return 0;
}

/* The core has room for no attribute beyond the last one of the command. */
static u32 xnl_rule_get_lists(struct nlattr **attrs)
{
	if (attrs[XINET_A_RULESET_LIST])
		return BIT(nla_get_u32(attrs[XINET_A_RULESET_LIST]));
	if (attrs[XINET_A_RULESET_LISTS])
		return nla_get_u32(attrs[XINET_A_RULESET_LISTS]);
	return GENMASK(__XRULES_MAX - 1, 0);
}

static u32 xnl_policy_get_lists(struct nlattr **attrs)
{
	if (attrs[XINET_A_RULESET_LIST])
		return BIT(nla_get_u32(attrs[XINET_A_RULESET_LIST])) &
		       XRULES_FILTER;
	return XRULES_FILTER;
}

/**
 * xinet_nl_rule_get_dumpit - show rules
 * @skb: to be filled
 * @cb: the dump
 *
 * Context: process.
 * Return: bytes filled, 0 at the end, or a negative errno.
 */
int xinet_nl_rule_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct xinet_net *xn = xinet_pernet(sock_net(cb->skb->sk));
	struct xnl_rules_dump *at = (struct xnl_rules_dump *)cb->ctx;
	u32 lists = xnl_rule_get_lists(xinet_genl_dump_attrs(cb));
	struct xnl_rules_visit v = { .skb = skb, .cb = cb };
	int err = 0;

	cb->seq = xrules_generation(xn) + 1;
	for (; at->list < __XRULES_MAX; at->list++, at->pos = 0) {
		if (!(lists & BIT(at->list)))
			continue;
		v.list = at->list;
		err = xrules_dump(xn, at->list, &at->pos, xnl_rule_visit, &v);
		if (err)
			break;
	}
	return err == -EMSGSIZE && skb->len ? skb->len : err;
}

static int xnl_rule_find(const struct xrule_view *view, void *arg)
{
	struct xnl_rules_visit *v = arg;

	if (view->rule->handle != v->handle)
		return 0;
	return xnl_rule_put(v->skb, v->list, view) ?: 1;
}

/**
 * xinet_nl_rule_get_doit - show one rule
 * @skb: the request
 * @info: and what the core knows of it
 *
 * Context: process.
 * Return: 0 or a negative errno, the reason in extack.
 */
int xinet_nl_rule_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct xnl_rules_visit v = { };
	u32 pos = 0;
	void *hdr;
	int err;

	if (!info->attrs[XINET_A_RULESET_LIST] ||
	    !info->attrs[XINET_A_RULESET_HANDLE]) {
		NL_SET_ERR_MSG(info->extack, "List and handle are needed");
		return -EINVAL;
	}
	v.list = nla_get_u32(info->attrs[XINET_A_RULESET_LIST]);
	v.handle = nla_get_u32(info->attrs[XINET_A_RULESET_HANDLE]);
	v.skb = xnl_reply_begin(info, &hdr);
	if (!v.skb)
		return -ENOMEM;
	err = xrules_dump(xnl_genl_pernet(info), v.list, &pos, xnl_rule_find,
			  &v);
	if (!err) {
		NL_SET_ERR_MSG(info->extack, "No such rule");
		err = -ENOENT;
	}
	return xnl_reply_end(v.skb, hdr, info, err < 0 ? err : 0);
}

static int xnl_policy_put(struct sk_buff *skb, struct xinet_net *xn,
			  enum xrules_list list)
{
	return nla_put_u32(skb, XINET_A_RULESET_LIST, list) ?:
	       nla_put_u32(skb, XINET_A_RULESET_POLICY,
			   xrules_policy(xn, list));
}

/**
 * xinet_nl_policy_get_doit - show one policy
 * @skb: the request
 * @info: and what the core knows of it
 *
 * Context: process.
 * Return: 0 or a negative errno, the reason in extack.
 */
int xinet_nl_policy_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *attr = info->attrs[XINET_A_RULESET_LIST];
	struct sk_buff *reply;
	void *hdr;

	if (!attr || !(XRULES_FILTER & BIT(nla_get_u32(attr)))) {
		NL_SET_ERR_MSG(info->extack, "A list of the filter is needed");
		return -EINVAL;
	}
	reply = xnl_reply_begin(info, &hdr);
	if (!reply)
		return -ENOMEM;
	return xnl_reply_end(reply, hdr, info,
			     xnl_policy_put(reply, xnl_genl_pernet(info),
					    nla_get_u32(attr)));
}

/**
 * xinet_nl_policy_get_dumpit - show all policies
 * @skb: to be filled; they always fit
 * @cb: the dump
 *
 * Context: process.
 * Return: bytes filled, 0 at the end, or a negative errno.
 */
int xinet_nl_policy_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct xinet_net *xn = xinet_pernet(sock_net(cb->skb->sk));
	struct xnl_rules_dump *at = (struct xnl_rules_dump *)cb->ctx;
	u32 lists = xnl_policy_get_lists(xinet_genl_dump_attrs(cb));
	void *hdr;

	for (; at->list < __XRULES_MAX; at->list++) {
		if (!(lists & BIT(at->list)))
			continue;
		hdr = xnl_dump_put(skb, cb, XINET_CMD_POLICY_GET);
		if (!hdr || xnl_policy_put(skb, xn, at->list))
			return -EMSGSIZE;
		genlmsg_end(skb, hdr);
	}
	return skb->len;
}

static int xnl_change_put(struct sk_buff *skb,
			  const struct xnl_rule_change *what)
{
	struct xrule_view view = { .rule = what->rule };
	u32 list = __ffs(what->lists);
	int err;

	err = nla_put_u32(skb, XINET_A_RULESET_CHANGE, what->change);
	if (err)
		return err;
	switch (what->change) {
	case XINET_RULE_CHANGE_ADDED:
		return xnl_rule_put(skb, list, &view);
	case XINET_RULE_CHANGE_DELETED:
		return nla_put_u32(skb, XINET_A_RULESET_LIST, list) ?:
		       nla_put_u32(skb, XINET_A_RULESET_HANDLE, what->handle);
	case XINET_RULE_CHANGE_POLICY:
		return nla_put_u32(skb, XINET_A_RULESET_LIST, list) ?:
		       nla_put_u32(skb, XINET_A_RULESET_POLICY, what->policy);
	default:
		return nla_put_u32(skb, XINET_A_RULESET_LISTS, what->lists);
	}
}

/**
 * xnl_rules_notify - tell who listens that rules have changed
 * @info: the request that did it
 * @what: the change
 *
 * Context: process, may sleep.
 */
void xnl_rules_notify(struct genl_info *info,
		      const struct xnl_rule_change *what)
{
	struct net *net = genl_info_net(info);
	struct sk_buff *skb;
	void *hdr;

	if (!what->lists ||
	    genl_has_listeners(&xnl_family, net, XINET_NLGRP_RULES) <= 0)
		return;
	skb = genlmsg_new(NLMSG_GOODSIZE, GFP_KERNEL);
	if (!skb)
		goto lost;
	hdr = genlmsg_put(skb, 0, 0, &xnl_family, 0, XINET_CMD_RULE_EVENT);
	if (!hdr || xnl_change_put(skb, what)) {
		nlmsg_free(skb);
		goto lost;
	}
	genlmsg_end(skb, hdr);
	genlmsg_multicast_netns(&xnl_family, net, skb, 0, XINET_NLGRP_RULES,
				GFP_KERNEL);
	return;
lost:
	genl_set_err(&xnl_family, net, 0, XINET_NLGRP_RULES, -ENOBUFS);
}
