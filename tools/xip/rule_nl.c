// SPDX-License-Identifier: GPL-2.0
/* Rules and matches to the attributes of linux/xinet_netlink.h. */
#include <arpa/inet.h>
#include <string.h>

#include "rule.h"

static void put_u8(struct nl_req *req, int type, __u8 val)
{
	nl_put(req, type, &val, sizeof(val));
}

static void put_ports(struct nl_req *req, int first, int last,
		      const __u16 port[2])
{
	nl_put(req, first, &port[0], sizeof(port[0]));
	nl_put(req, last, &port[1], sizeof(port[1]));
}

static void put_prefix(struct nl_req *req, int addr, int len,
		       const struct prefix *p)
{
	nl_put_u32(req, addr, p->addr);
	put_u8(req, len, p->len);
}

/**
 * rule_put_match - add a match to a request
 * @req: the request
 * @type: attribute to nest it in
 * @m: the match
 */
void rule_put_match(struct nl_req *req, int type, const struct rule_match *m)
{
	struct nlattr *nest = nl_nest(req, type);

	if (m->has & 1U << RULE_IIF)
		nl_put(req, XINET_A_MATCH_IIF, m->iif, strlen(m->iif) + 1);
	if (m->has & 1U << RULE_OIF)
		nl_put(req, XINET_A_MATCH_OIF, m->oif, strlen(m->oif) + 1);
	if (m->has & 1U << RULE_SRC)
		put_prefix(req, XINET_A_MATCH_SRC, XINET_A_MATCH_SRC_LEN,
			   &m->src);
	if (m->has & 1U << RULE_DST)
		put_prefix(req, XINET_A_MATCH_DST, XINET_A_MATCH_DST_LEN,
			   &m->dst);
	if (m->has & 1U << RULE_PROTO)
		put_u8(req, XINET_A_MATCH_PROTO, m->proto);
	if (m->has & 1U << RULE_SPORT)
		put_ports(req, XINET_A_MATCH_SPORT_MIN,
			  XINET_A_MATCH_SPORT_MAX, m->sport);
	if (m->has & 1U << RULE_DPORT)
		put_ports(req, XINET_A_MATCH_DPORT_MIN,
			  XINET_A_MATCH_DPORT_MAX, m->dport);
	if (m->has & 1U << RULE_CTSTATE)
		nl_put_u32(req, XINET_A_MATCH_CT_STATES, m->states);
	if (m->has & 1U << RULE_MARK) {
		nl_put_u32(req, XINET_A_MATCH_MARK, m->mark);
		nl_put_u32(req, XINET_A_MATCH_MARK_MASK, m->mask);
	}
	nl_nest_end(req, nest);
}

static void put_action(struct nl_req *req, const struct rule *r)
{
	struct nlattr *nest = nl_nest(req, XINET_A_RULE_ACTION);

	nl_put_u32(req, XINET_A_ACTION_VERDICT, r->verdict);
	if (r->code >= 0)
		put_u8(req, XINET_A_ACTION_REJECT_CODE, r->code);
	if (r->to.has_addr) {
		nl_put_u32(req, XINET_A_ACTION_ADDR_MIN, htonl(r->to.addr[0]));
		nl_put_u32(req, XINET_A_ACTION_ADDR_MAX, htonl(r->to.addr[1]));
	}
	if (r->to.has_port)
		put_ports(req, XINET_A_ACTION_PORT_MIN,
			  XINET_A_ACTION_PORT_MAX, r->to.port);
	if (r->flags)
		nl_put_u32(req, XINET_A_ACTION_FLAGS, r->flags);
	nl_nest_end(req, nest);
}

/**
 * rule_put - add a rule to a request
 * @req: the request
 * @r: the rule; its position is not part of that
 */
void rule_put(struct nl_req *req, const struct rule *r)
{
	struct nlattr *nest = nl_nest(req, XINET_A_RULESET_RULE);

	nl_put_u32(req, XINET_A_RULE_LIST, r->list);
	rule_put_match(req, XINET_A_RULE_MATCH, &r->match);
	put_action(req, r);
	nl_nest_end(req, nest);
}
