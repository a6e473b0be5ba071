// SPDX-License-Identifier: GPL-2.0
/*
 * Rules as text and JSON.
 *
 * In: XINET_CMD_RULE_GET and XINET_CMD_POLICY_GET answers. Out: the text is
 * what `replace -f` reads, with the handle and the counters in a comment.
 */
#include <arpa/inet.h>
#include <linux/genetlink.h>
#include <stdio.h>

#include "names.h"
#include "out.h"
#include "rule.h"
#include "xip.h"

/* the order of enum xinet_verdict */
static const struct keyword verdict_names[] = {
	{ "accept", 0, XINET_VERDICT_ACCEPT },
	{ "drop", 0, XINET_VERDICT_DROP },
	{ "reject", 0, XINET_VERDICT_REJECT },
	{ "dnat", 0, XINET_VERDICT_DNAT },
	{ "redirect", 0, XINET_VERDICT_REDIRECT },
	{ "snat", 0, XINET_VERDICT_SNAT },
	{ "masquerade", 0, XINET_VERDICT_MASQUERADE },
	{ "netmap", 0, XINET_VERDICT_NETMAP },
	{ }
};

static const struct keyword list_names[] = {
	{ "input", 0, XINET_RULE_LIST_FILTER_INPUT },
	{ "forward", 0, XINET_RULE_LIST_FILTER_FORWARD },
	{ "output", 0, XINET_RULE_LIST_FILTER_OUTPUT },
	{ "prerouting", 0, XINET_RULE_LIST_NAT_PREROUTING },
	{ "postrouting", 0, XINET_RULE_LIST_NAT_POSTROUTING },
	{ }
};

static __u16 attr_u16(const struct nlattr *attr, __u16 otherwise)
{
	return nl_has(attr, sizeof(__u16)) ? mnl_attr_get_u16(attr) : otherwise;
}

static __u8 attr_u8(const struct nlattr *attr, __u8 otherwise)
{
	return nl_has(attr, sizeof(__u8)) ? mnl_attr_get_u8(attr) : otherwise;
}

static __u64 attr_u64(const struct nlattr *attr)
{
	return nl_has(attr, sizeof(__u64)) ? mnl_attr_get_u64(attr) : 0;
}

static void print_prefix(const char *key, const char *fmt,
			 const struct nlattr *addr, const struct nlattr *len)
{
	if (addr)
		out_prefix(key, fmt, nl_u32(addr, 0), attr_u8(len, 32));
}

static void print_ports(const char *key, const char *fmt, const char *fmts,
			const struct nlattr *first, const struct nlattr *last)
{
	__u16 port[2] = { attr_u16(first, 0), 0 };
	char buf[16];

	if (!first)
		return;
	port[1] = attr_u16(last, port[0]);
	if (port[0] == port[1])
		out_uint(key, fmt, port[0]);
	else
		out_str(key, fmts, rule_show_range(buf, sizeof(buf), port));
}

static void print_states(const struct nlattr *attr)
{
	__u32 states = nl_u32(attr, 0);
	const struct keyword *k;
	char buf[64];

	if (!attr)
		return;
	if (!xip_opt.json) {
		out_text("ctstate %s ",
			 rule_show_states(buf, sizeof(buf), states));
		return;
	}
	out_list("ctstate");
	for (k = rule_states; k->name; k++)
		if (states & k->id)
			out_str(NULL, NULL, k->name);
	out_list_end();
}

static void print_mark(const struct nlattr *mark, const struct nlattr *mask)
{
	char buf[32];

	if (!mark)
		return;
	if (nl_u32(mask, ~0U) == ~0U) {
		out_uint("mark", "mark %llu ", nl_u32(mark, 0));
		return;
	}
	snprintf(buf, sizeof(buf), "0x%x/0x%x", nl_u32(mark, 0),
		 nl_u32(mask, 0));
	out_str("mark", "mark %s ", buf);
}

static void print_match(const struct nlattr *nest)
{
	const struct nlattr *tb[NL_ATTR_MAX];
	const char *name;

	nl_parse_nested(nest, tb);
	out_open("match");
	name = nl_str(tb[XINET_A_MATCH_IIF]);
	if (name)
		out_color(OUT_DEV, "iif", "iif %s ", name);
	name = nl_str(tb[XINET_A_MATCH_OIF]);
	if (name)
		out_color(OUT_DEV, "oif", "oif %s ", name);
	print_prefix("src", "src %s ", tb[XINET_A_MATCH_SRC],
		     tb[XINET_A_MATCH_SRC_LEN]);
	print_prefix("dst", "dst %s ", tb[XINET_A_MATCH_DST],
		     tb[XINET_A_MATCH_DST_LEN]);
	if (tb[XINET_A_MATCH_PROTO])
		out_str("proto", "proto %s ",
			names_get(names_ipproto,
				  attr_u8(tb[XINET_A_MATCH_PROTO], 0)));
	print_ports("sport", "sport %llu ", "sport %s ",
		    tb[XINET_A_MATCH_SPORT_MIN], tb[XINET_A_MATCH_SPORT_MAX]);
	print_ports("dport", "dport %llu ", "dport %s ",
		    tb[XINET_A_MATCH_DPORT_MIN], tb[XINET_A_MATCH_DPORT_MAX]);
	print_states(tb[XINET_A_MATCH_CT_STATES]);
	print_mark(tb[XINET_A_MATCH_MARK], tb[XINET_A_MATCH_MARK_MASK]);
	out_close();
}

/* A netmap's range is a prefix. */
static void print_netmap(const struct rule_target *to)
{
	unsigned int len = 32;

	while (len && to->addr[0] != to->addr[1] &&
	       (to->addr[0] ^ to->addr[1]) >> (32 - len))
		len--;
	out_prefix("to", "to %s ", htonl(to->addr[0]), len);
	if (len == 32 && xip_opt.details)
		out_text("/32 ");
}

static void print_target(int verdict, const struct nlattr **tb)
{
	struct rule_target to = {
		.has_addr = tb[XINET_A_ACTION_ADDR_MIN],
		.has_port = tb[XINET_A_ACTION_PORT_MIN],
	};
	char buf[48];

	if (!to.has_addr && !to.has_port)
		return;
	to.addr[0] = ntohl(nl_u32(tb[XINET_A_ACTION_ADDR_MIN], 0));
	to.addr[1] = tb[XINET_A_ACTION_ADDR_MAX] ?
		     ntohl(nl_u32(tb[XINET_A_ACTION_ADDR_MAX], 0)) : to.addr[0];
	to.port[0] = attr_u16(tb[XINET_A_ACTION_PORT_MIN], 0);
	to.port[1] = attr_u16(tb[XINET_A_ACTION_PORT_MAX], to.port[0]);
	if (verdict == XINET_VERDICT_NETMAP)
		print_netmap(&to);
	else
		out_color(OUT_ADDR, "to", "to %s ",
			  rule_show_target(buf, sizeof(buf), &to));
}

static void print_action(const struct nlattr *nest)
{
	const struct nlattr *tb[NL_ATTR_MAX];
	int verdict;
	__u32 flags;

	nl_parse_nested(nest, tb);
	verdict = nl_u32(tb[XINET_A_ACTION_VERDICT], 0);
	flags = nl_u32(tb[XINET_A_ACTION_FLAGS], 0);
	out_open("action");
	out_color(verdict == XINET_VERDICT_DROP ||
		  verdict == XINET_VERDICT_REJECT ? OUT_BAD : OUT_GOOD,
		  "verdict", "%s ", names_get(verdict_names, verdict));
	if (verdict == XINET_VERDICT_REJECT) {
		__u8 code = attr_u8(tb[XINET_A_ACTION_REJECT_CODE], 3);

		out_str("with", code == 3 ? NULL : "with %s ",
			names_get(rule_reject_codes, code));
	}
	print_target(verdict, tb);
	if (flags & XINET_NAT_FLAG_ROUND_ROBIN)
		out_str("balance", "balance %s ", "rr");
	if (flags & XINET_NAT_FLAG_RANDOM_FULLY)
		out_true("random-fully", "random-fully ");
	if (flags & XINET_NAT_FLAG_PERSISTENT)
		out_true("persistent", "persistent ");
	out_close();
}

static void print_rule(const struct nlattr *nest)
{
	const struct nlattr *tb[NL_ATTR_MAX];

	nl_parse_nested(nest, tb);
	out_open(NULL);
	out_str("hook", "add %s ",
		names_get(list_names, nl_u32(tb[XINET_A_RULE_LIST], 0)));
	if (xip_opt.json)
		out_uint("handle", NULL, nl_u32(tb[XINET_A_RULE_HANDLE], 0));
	print_match(tb[XINET_A_RULE_MATCH]);
	print_action(tb[XINET_A_RULE_ACTION]);
	out_text("# handle %u ", nl_u32(tb[XINET_A_RULE_HANDLE], 0));
	out_uint("packets", "packets %llu ",
		 attr_u64(tb[XINET_A_RULE_PACKETS]));
	out_uint("bytes", "bytes %llu", attr_u64(tb[XINET_A_RULE_BYTES]));
	out_record_end();
	out_close();
}

/* JSON has them with -d only: a list of rules is what a reader expects. */
static void print_policy(const struct nlattr **tb)
{
	if (xip_opt.json && !xip_opt.details)
		return;
	out_open(NULL);
	out_str("hook", "policy %s ",
		names_get(list_names, nl_u32(tb[XINET_A_RULESET_LIST], 0)));
	out_str("policy", "%s",
		names_get(verdict_names, nl_u32(tb[XINET_A_RULESET_POLICY], 0)));
	out_record_end();
	out_close();
}

/**
 * rule_print - print a rule or a policy
 * @nlh: the message
 * @data: const __u32 *, the lists that are asked for
 *
 * Return: XIP_OK.
 */
int rule_print(const struct nlmsghdr *nlh, void *data)
{
	const __u32 *lists = data;
	const struct nlattr *tb[NL_ATTR_MAX];
	const struct nlattr *attr;

	nl_parse(nlh, GENL_HDRLEN, tb);
	if (tb[XINET_A_RULESET_POLICY] &&
	    *lists & 1U << (nl_u32(tb[XINET_A_RULESET_LIST], 0) & 31))
		print_policy(tb);
	mnl_attr_for_each(attr, nlh, GENL_HDRLEN)
		if (mnl_attr_get_type(attr) == XINET_A_RULESET_RULE)
			print_rule(attr);
	return XIP_OK;
}
