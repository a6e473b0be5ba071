// SPDX-License-Identifier: GPL-2.0
/*
 * Attributes of a rule to struct xrule.
 *
 * In: nests whose attributes the policies have checked one by one. Out: a rule
 * as the attributes say; whether it makes sense is for xrule_check(). No lock.
 */
#include <linux/icmp.h>
#include <linux/netfilter/nf_conntrack_tuple_common.h>
#include <net/xinet/conntrack.h>
#include "genl.h"

/* The spec has its own numbers; those of the lists and verdicts are ours. */
static_assert((int)XINET_RULE_LIST_FILTER_INPUT == XRULES_FILTER_INPUT);
static_assert((int)XINET_RULE_LIST_FILTER_FORWARD == XRULES_FILTER_FORWARD);
static_assert((int)XINET_RULE_LIST_FILTER_OUTPUT == XRULES_FILTER_OUTPUT);
static_assert((int)XINET_RULE_LIST_NAT_PREROUTING == XRULES_NAT_PREROUTING);
static_assert((int)XINET_RULE_LIST_NAT_POSTROUTING == XRULES_NAT_POSTROUTING);
static_assert((int)XINET_VERDICT_ACCEPT == XRULE_ACCEPT);
static_assert((int)XINET_VERDICT_DROP == XRULE_DROP);
static_assert((int)XINET_VERDICT_REJECT == XRULE_REJECT);
static_assert((int)XINET_VERDICT_DNAT == XRULE_DNAT);
static_assert((int)XINET_VERDICT_REDIRECT == XRULE_REDIRECT);
static_assert((int)XINET_VERDICT_SNAT == XRULE_SNAT);
static_assert((int)XINET_VERDICT_MASQUERADE == XRULE_MASQUERADE);
static_assert((int)XINET_VERDICT_NETMAP == XRULE_NETMAP);
static_assert(XINET_CT_STATE_INVALID == XCT_STATE_INVALID);
static_assert(XINET_CT_STATE_ESTABLISHED == XCT_STATE_ESTABLISHED);
static_assert(XINET_CT_STATE_RELATED == XCT_STATE_RELATED);
static_assert(XINET_CT_STATE_NEW == XCT_STATE_NEW);
static_assert(XINET_CT_STATE_UNTRACKED == XCT_STATE_UNTRACKED);

static void xnl_match_dev(struct xrule_match *m, u16 bit, char *name,
			  const struct nlattr *attr)
{
	if (!attr)
		return;
	strscpy_pad(name, nla_data(attr), IFNAMSIZ);
	m->set |= bit;
}

/* What only qualifies another attribute must not stand alone. */
static int xnl_match_alone(const struct nlattr *which,
			   const struct nlattr *of,
			   struct netlink_ext_ack *extack)
{
	if (!which || of)
		return 0;
	NL_SET_ERR_MSG_ATTR(extack, which,
			    "Attribute qualifies one that is not there");
	return -EINVAL;
}

static int xnl_match_prefix(struct xrule_match *m, u16 bit, __be32 *addr,
			    u8 *len, const struct nlattr *at,
			    const struct nlattr *lt,
			    struct netlink_ext_ack *extack)
{
	if (!at)
		return xnl_match_alone(lt, at, extack);
	*addr = nla_get_in_addr(at);
	*len = lt ? nla_get_u8(lt) : 32;
	m->set |= bit;
	return 0;
}

static int xnl_match_ports(struct xrule_match *m, u16 bit, u16 port[2],
			   const struct nlattr *first,
			   const struct nlattr *last,
			   struct netlink_ext_ack *extack)
{
	if (!first)
		return xnl_match_alone(last, first, extack);
	port[0] = nla_get_u16(first);
	port[1] = last ? nla_get_u16(last) : port[0];
	m->set |= bit;
	return 0;
}

static int xnl_match_mark(struct xrule_match *m, const struct nlattr *mark,
			  const struct nlattr *mask,
			  struct netlink_ext_ack *extack)
{
	if (!mark)
		return xnl_match_alone(mask, mark, extack);
	m->mark = nla_get_u32(mark);
	m->mark_mask = mask ? nla_get_u32(mask) : U32_MAX;
	m->set |= XRULE_MATCH_MARK;
	return 0;
}

/**
 * xnl_match_parse - whom a rule is for, or which connections are meant
 * @attr: nest of XINET_A_MATCH_*, or NULL for all
 * @m: zeroed, filled
 * @extack: for the reason of a refusal
 *
 * Context: process.
 * Return: 0, -EINVAL, -ERANGE.
 */
int xnl_match_parse(const struct nlattr *attr, struct xrule_match *m,
		    struct netlink_ext_ack *extack)
{
	struct nlattr *tb[XINET_A_MATCH_MAX + 1];
	int err;

	if (!attr)
		return 0;
	err = nla_parse_nested(tb, XINET_A_MATCH_MAX, attr,
			       xinet_match_nl_policy, extack);
	if (err)
		return err;
	xnl_match_dev(m, XRULE_MATCH_IIF, m->iif, tb[XINET_A_MATCH_IIF]);
	xnl_match_dev(m, XRULE_MATCH_OIF, m->oif, tb[XINET_A_MATCH_OIF]);
	if (tb[XINET_A_MATCH_PROTO]) {
		m->proto = nla_get_u8(tb[XINET_A_MATCH_PROTO]);
		m->set |= XRULE_MATCH_PROTO;
	}
	if (tb[XINET_A_MATCH_CT_STATES]) {
		m->states = nla_get_u32(tb[XINET_A_MATCH_CT_STATES]);
		m->set |= XRULE_MATCH_STATE;
	}
	err = xnl_match_prefix(m, XRULE_MATCH_SRC, &m->src, &m->src_len,
			       tb[XINET_A_MATCH_SRC],
			       tb[XINET_A_MATCH_SRC_LEN], extack);
	err = err ?: xnl_match_prefix(m, XRULE_MATCH_DST, &m->dst, &m->dst_len,
				      tb[XINET_A_MATCH_DST],
				      tb[XINET_A_MATCH_DST_LEN], extack);
	err = err ?: xnl_match_ports(m, XRULE_MATCH_SPORT, m->sport,
				     tb[XINET_A_MATCH_SPORT_MIN],
				     tb[XINET_A_MATCH_SPORT_MAX], extack);
	err = err ?: xnl_match_ports(m, XRULE_MATCH_DPORT, m->dport,
				     tb[XINET_A_MATCH_DPORT_MIN],
				     tb[XINET_A_MATCH_DPORT_MAX], extack);
	return err ?: xnl_match_mark(m, tb[XINET_A_MATCH_MARK],
				     tb[XINET_A_MATCH_MARK_MASK], extack);
}

static u32 xnl_range_flags(u32 flags)
{
	return (flags & XINET_NAT_FLAG_RANDOM_FULLY ? XNAT_RANGE_RANDOM : 0) |
	       (flags & XINET_NAT_FLAG_PERSISTENT ? XNAT_RANGE_PERSISTENT : 0) |
	       (flags & XINET_NAT_FLAG_ROUND_ROBIN ? XNAT_RANGE_RR : 0);
}

static int xnl_range_parse(struct nlattr **tb, struct xnat_range *r,
			   struct netlink_ext_ack *extack)
{
	struct nlattr *a[2] = { tb[XINET_A_ACTION_ADDR_MIN],
				tb[XINET_A_ACTION_ADDR_MAX] };
	struct nlattr *p[2] = { tb[XINET_A_ACTION_PORT_MIN],
				tb[XINET_A_ACTION_PORT_MAX] };
	int err;

	err = xnl_match_alone(a[1], a[0], extack) ?:
	      xnl_match_alone(p[1], p[0], extack);
	if (err)
		return err;
	if (tb[XINET_A_ACTION_FLAGS])
		r->flags = xnl_range_flags(nla_get_u32(tb[XINET_A_ACTION_FLAGS]));
	if (a[0]) {
		r->flags |= XNAT_RANGE_ADDR;
		r->addr[0] = ntohl(nla_get_in_addr(a[0]));
		r->addr[1] = a[1] ? ntohl(nla_get_in_addr(a[1])) : r->addr[0];
	}
	if (p[0]) {
		r->flags |= XNAT_RANGE_PORT;
		r->port[0] = nla_get_u16(p[0]);
		r->port[1] = p[1] ? nla_get_u16(p[1]) : r->port[0];
	}
	return 0;
}

static int xnl_action_parse(const struct nlattr *attr, struct xrule *rule,
			    struct netlink_ext_ack *extack)
{
	struct nlattr *tb[XINET_A_ACTION_MAX + 1];
	int err;

	err = nla_parse_nested(tb, XINET_A_ACTION_MAX, attr,
			       xinet_action_nl_policy, extack);
	if (err)
		return err;
	if (!tb[XINET_A_ACTION_VERDICT]) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "Action has no verdict");
		return -EINVAL;
	}
	rule->verdict = nla_get_u32(tb[XINET_A_ACTION_VERDICT]);
	rule->reject_code = ICMP_PORT_UNREACH;
	if (tb[XINET_A_ACTION_REJECT_CODE]) {
		if (rule->verdict != XRULE_REJECT) {
			NL_SET_ERR_MSG_ATTR(extack,
					    tb[XINET_A_ACTION_REJECT_CODE],
					    "Only reject has a code");
			return -EINVAL;
		}
		rule->reject_code = nla_get_u8(tb[XINET_A_ACTION_REJECT_CODE]);
	}
	err = xnl_range_parse(tb, &rule->range, extack);
	if (rule->verdict == XRULE_NETMAP)
		rule->range.flags |= XNAT_RANGE_NETMAP;
	return err;
}

/**
 * xnl_rule_parse - a rule as a request has it
 * @attr: nest of XINET_A_RULE_*
 * @list: filled: where it shall be
 * @rule: filled; xrule_check() has not seen it
 * @extack: for the reason of a refusal
 *
 * Context: process.
 * Return: 0, -EINVAL, -ERANGE.
 */
int xnl_rule_parse(const struct nlattr *attr, enum xrules_list *list,
		   struct xrule *rule, struct netlink_ext_ack *extack)
{
	struct nlattr *tb[XINET_A_RULE_MAX + 1];
	int err;

	memset(rule, 0, sizeof(*rule));
	err = nla_parse_nested(tb, XINET_A_RULE_MAX, attr,
			       xinet_rule_nl_policy, extack);
	if (err)
		return err;
	if (!tb[XINET_A_RULE_LIST] || !tb[XINET_A_RULE_ACTION]) {
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "Rule names no list or no action");
		return -EINVAL;
	}
	if (tb[XINET_A_RULE_HANDLE] || tb[XINET_A_RULE_PACKETS] ||
	    tb[XINET_A_RULE_BYTES]) {
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "Handle and counters are the kernel's");
		return -EINVAL;
	}
	*list = nla_get_u32(tb[XINET_A_RULE_LIST]);
	err = xnl_match_parse(tb[XINET_A_RULE_MATCH], &rule->match, extack);
	return err ?: xnl_action_parse(tb[XINET_A_RULE_ACTION], rule, extack);
}
