// SPDX-License-Identifier: GPL-2.0
/*
 * Connections picked: conntrack-get of one, conntrack-del, conntrack-flush,
 * conntrack-count.
 *
 * In: requests, from the generic netlink core. Out: answers; connections that
 * xct_kill() or xct_flush() end. A connection is touched in the RCU section
 * that found it, or under the lock of a walk.
 */
#include <linux/bitops.h>
#include "conntrack.h"

/**
 * xnl_ct_filter - which connections a request means
 * @attr: nest of XINET_A_MATCH_*, or NULL for all
 * @m: zeroed, filled
 * @extack: for the reason of a refusal
 *
 * Context: process.
 * Return: 0, -EINVAL, -ERANGE.
 */
int xnl_ct_filter(const struct nlattr *attr, struct xrule_match *m,
		  struct netlink_ext_ack *extack)
{
	struct xrule rule = { .verdict = XRULE_ACCEPT };
	int err;

	err = xnl_match_parse(attr, m, extack);
	if (err)
		return err;
	if (m->set & (XRULE_MATCH_IIF | XRULE_MATCH_OIF)) {
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "A connection has no device");
		return -EINVAL;
	}
	/* what makes no sense in any rule makes none here, but for ports alone */
	rule.match = *m;
	if (!(m->set & XRULE_MATCH_PROTO)) {
		rule.match.set |= XRULE_MATCH_PROTO;
		rule.match.proto = IPPROTO_UDP;
	}
	return xrule_check(XRULES_FILTER_FORWARD, &rule, extack);
}

static bool xnl_in_prefix(__be32 addr, __be32 prefix, u8 len)
{
	return !len || !((ntohl(addr) ^ ntohl(prefix)) >> (32 - len));
}

static bool xnl_in_ports(const struct xct_tuple *t, __be16 port,
			 const u16 range[2])
{
	return (t->proto == IPPROTO_UDP || t->proto == IPPROTO_TCP) &&
	       ntohs(port) >= range[0] && ntohs(port) <= range[1];
}

/* As its next packet would be, the first direction's. */
static u8 xnl_ct_states(const struct xnf_conn *ct)
{
	u8 states = test_bit(IPS_SEEN_REPLY_BIT, &ct->status) ?
		    XCT_STATE_ESTABLISHED : XCT_STATE_NEW;

	if (test_bit(IPS_EXPECTED_BIT, &ct->status))
		states |= XCT_STATE_RELATED;
	return states;
}

/**
 * xnl_ct_match - is this one of them?
 * @ct: a connection
 * @m: what xnl_ct_filter() filled
 *
 * Context: any, with @ct alive.
 * Return: true if its original direction is as @m says.
 */
bool xnl_ct_match(const struct xnf_conn *ct, const struct xrule_match *m)
{
	const struct xct_tuple *t = &ct->node[IP_CT_DIR_ORIGINAL].tuple;

	if (!m->set)
		return true;
	return (!(m->set & XRULE_MATCH_PROTO) || t->proto == m->proto) &&
	       (!(m->set & XRULE_MATCH_SRC) ||
		xnl_in_prefix(t->src, m->src, m->src_len)) &&
	       (!(m->set & XRULE_MATCH_DST) ||
		xnl_in_prefix(t->dst, m->dst, m->dst_len)) &&
	       (!(m->set & XRULE_MATCH_SPORT) ||
		xnl_in_ports(t, t->sport, m->sport)) &&
	       (!(m->set & XRULE_MATCH_DPORT) ||
		xnl_in_ports(t, t->dport, m->dport)) &&
	       (!(m->set & XRULE_MATCH_MARK) ||
		(READ_ONCE(ct->mark) & m->mark_mask) == m->mark) &&
	       (!(m->set & XRULE_MATCH_STATE) ||
		xnl_ct_states(ct) & m->states);
}

static int xnl_tuple_ports(struct nlattr **tb, struct xct_tuple *t,
			   const struct nlattr *nest,
			   struct netlink_ext_ack *extack)
{
	if (t->proto == IPPROTO_ICMP) {
		if (!tb[XINET_A_TUPLE_ICMP_ID] || !tb[XINET_A_TUPLE_ICMP_TYPE])
			goto missing;
		t->sport = htons(nla_get_u16(tb[XINET_A_TUPLE_ICMP_ID]));
		t->type = nla_get_u8(tb[XINET_A_TUPLE_ICMP_TYPE]);
		if (tb[XINET_A_TUPLE_ICMP_CODE])
			t->code = nla_get_u8(tb[XINET_A_TUPLE_ICMP_CODE]);
		return 0;
	}
	if (!tb[XINET_A_TUPLE_SPORT] || !tb[XINET_A_TUPLE_DPORT]) {
		if (t->proto == IPPROTO_UDP || t->proto == IPPROTO_TCP)
			goto missing;
		return 0;
	}
	t->sport = htons(nla_get_u16(tb[XINET_A_TUPLE_SPORT]));
	t->dport = htons(nla_get_u16(tb[XINET_A_TUPLE_DPORT]));
	return 0;
missing:
	NL_SET_ERR_MSG_ATTR(extack, nest,
			    "Tuple lacks its ports, or ICMP's id and type");
	return -EINVAL;
}

static int xnl_tuple_parse(const struct nlattr *attr, struct xct_tuple *t,
			   struct netlink_ext_ack *extack)
{
	struct nlattr *tb[XINET_A_TUPLE_MAX + 1];
	int err;

	memset(t, 0, sizeof(*t));
	err = nla_parse_nested(tb, XINET_A_TUPLE_MAX, attr,
			       xinet_tuple_nl_policy, extack);
	if (err)
		return err;
	if (!tb[XINET_A_TUPLE_SRC] || !tb[XINET_A_TUPLE_DST] ||
	    !tb[XINET_A_TUPLE_PROTO]) {
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "Tuple lacks an address or its protocol");
		return -EINVAL;
	}
	t->src = nla_get_in_addr(tb[XINET_A_TUPLE_SRC]);
	t->dst = nla_get_in_addr(tb[XINET_A_TUPLE_DST]);
	t->proto = nla_get_u8(tb[XINET_A_TUPLE_PROTO]);
	if (tb[XINET_A_TUPLE_ZONE])
		t->zone = nla_get_u16(tb[XINET_A_TUPLE_ZONE]);
	return xnl_tuple_ports(tb, t, attr, extack);
}

/* In the caller's RCU section. */
static struct xnf_conn *xnl_ct_find(const struct xinet_net *xn,
				    const struct xct_tuple *t)
{
	struct xct_node *node = xct_find(xn, t);

	return node ? xct_of(node) : NULL;
}

static int xnl_ct_none(struct netlink_ext_ack *extack)
{
	NL_SET_ERR_MSG(extack, "No such connection");
	return -ENOENT;
}

/**
 * xinet_nl_conntrack_get_doit - show one connection
 * @skb: the request
 * @info: and what the core knows of it
 *
 * Context: process.
 * Return: 0 or a negative errno, the reason in extack.
 */
int xinet_nl_conntrack_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *attr = info->attrs[XINET_A_CONNTRACK_ORIG];
	struct xct_tuple t;
	struct sk_buff *reply;
	struct xnf_conn *ct;
	void *hdr;
	int err;

	if (!attr || info->attrs[XINET_A_CONNTRACK_FILTER]) {
		NL_SET_ERR_MSG(info->extack,
			       "One connection is named by a tuple alone");
		return -EINVAL;
	}
	err = xnl_tuple_parse(attr, &t, info->extack);
	if (err)
		return err;
	reply = xnl_reply_begin(info, &hdr);
	if (!reply)
		return -ENOMEM;
	rcu_read_lock();
	local_bh_disable();
	ct = xnl_ct_find(xnl_genl_pernet(info), &t);
	err = ct ? xnl_ct_put(reply, ct) : xnl_ct_none(info->extack);
	local_bh_enable();
	rcu_read_unlock();
	return xnl_reply_end(reply, hdr, info, err);
}

static int xnl_ct_reply_count(struct genl_info *info, u32 count, u32 limit)
{
	struct sk_buff *skb;
	void *hdr;
	int err;

	skb = xnl_reply_begin(info, &hdr);
	if (!skb)
		return -ENOMEM;
	err = nla_put_u32(skb, XINET_A_CONNTRACK_COUNT, count);
	if (!err && limit)
		err = nla_put_u32(skb, XINET_A_CONNTRACK_LIMIT, limit);
	return xnl_reply_end(skb, hdr, info, err);
}

static bool xnl_ct_pick(const struct xnf_conn *ct, void *arg)
{
	return xnl_ct_match(ct, arg);
}

static int xnl_ct_del_one(struct xinet_net *xn, const struct nlattr *attr,
			  struct netlink_ext_ack *extack)
{
	struct xct_tuple t;
	struct xnf_conn *ct;
	int err;

	err = xnl_tuple_parse(attr, &t, extack);
	if (err)
		return err;
	rcu_read_lock();
	local_bh_disable();
	ct = xnl_ct_find(xn, &t);
	err = ct && xct_kill(ct, XCT_CAUSE_DELETED);
	local_bh_enable();
	rcu_read_unlock();
	return err;
}

static int xnl_ct_del_some(struct xinet_net *xn, const struct nlattr *attr,
			   struct netlink_ext_ack *extack)
{
	struct xrule_match m = { };
	int err = xnl_ct_filter(attr, &m, extack);

	return err ?: xct_flush(xn, XCT_CAUSE_DELETED, xnl_ct_pick, &m);
}

/**
 * xinet_nl_conntrack_del_doit - delete connections
 * @skb: the request
 * @info: and what the core knows of it
 *
 * Context: process.
 * Return: 0 or a negative errno, the reason in extack; -ENOENT where there was
 * none.
 */
int xinet_nl_conntrack_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *orig = info->attrs[XINET_A_CONNTRACK_ORIG];
	struct nlattr *filter = info->attrs[XINET_A_CONNTRACK_FILTER];
	struct xinet_net *xn = xnl_genl_pernet(info);
	int n;

	if (!orig == !filter) {
		NL_SET_ERR_MSG(info->extack,
			       "Either a tuple or a filter is needed");
		return -EINVAL;
	}
	n = orig ? xnl_ct_del_one(xn, orig, info->extack) :
		   xnl_ct_del_some(xn, filter, info->extack);
	if (n < 0)
		return n;
	return n ? xnl_ct_reply_count(info, n, 0) : xnl_ct_none(info->extack);
}

/**
 * xinet_nl_conntrack_flush_doit - delete all connections, or many
 * @skb: the request
 * @info: and what the core knows of it
 *
 * Context: process.
 * Return: 0 or a negative errno, the reason in extack.
 */
int xinet_nl_conntrack_flush_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct xrule_match m = { };
	int err;

	err = xnl_ct_filter(info->attrs[XINET_A_CONNTRACK_FILTER], &m,
			    info->extack);
	if (err)
		return err;
	return xnl_ct_reply_count(info, xct_flush(xnl_genl_pernet(info),
						  XCT_CAUSE_FLUSHED,
						  xnl_ct_pick, &m), 0);
}

/* What a walk that counts needs. */
struct xnl_ct_count {
	const struct xinet_net *xn;
	struct xrule_match m;
	u32 n;
};

static int xnl_ct_count_visit(struct xnf_conn *ct, void *arg)
{
	struct xnl_ct_count *c = arg;

	c->n += ct->xn == c->xn && xnl_ct_alive(ct) && xnl_ct_match(ct, &c->m);
	return 0;
}

/**
 * xinet_nl_conntrack_count_doit - how many connections there are
 * @skb: the request
 * @info: and what the core knows of it
 *
 * Without a filter it is the number that the limit is about.
 *
 * Context: process.
 * Return: 0 or a negative errno, the reason in extack.
 */
int xinet_nl_conntrack_count_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *attr = info->attrs[XINET_A_CONNTRACK_FILTER];
	struct xinet_net *xn = xnl_genl_pernet(info);
	struct xnl_ct_count c = { .xn = xn };
	struct xct_cursor cur = { };
	int err;

	err = xnl_ct_filter(attr, &c.m, info->extack);
	if (err)
		return err;
	if (!attr)
		c.n = atomic_read(&xn->ct.count);
	while (attr && !cur.end && atomic_read(&xn->ct.count)) {
		xct_walk(&cur, XNL_CT_BUCKETS, xnl_ct_count_visit, NULL, &c);
		if (fatal_signal_pending(current))
			return -EINTR;
		cond_resched();
	}
	return xnl_ct_reply_count(info, c.n, READ_ONCE(xn->ct.max));
}
