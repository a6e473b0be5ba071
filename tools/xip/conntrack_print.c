// SPDX-License-Identifier: GPL-2.0
/*
 * A connection as a line of conntrack(8), and as JSON.
 *
 * In: XINET_CMD_CONNTRACK_GET and XINET_CMD_CONNTRACK_EVENT messages. Out: the
 * record; who calls has opened the list.
 */
#include <arpa/inet.h>
#include <linux/genetlink.h>
#include <netinet/in.h>
#include <stdio.h>

#include "conntrack.h"
#include "names.h"
#include "out.h"
#include "rule.h"
#include "xip.h"

const struct keyword ct_tcp_states[] = {
	{ "NONE", 0, XINET_TCP_STATE_NONE },
	{ "SYN_SENT", 0, XINET_TCP_STATE_SYN_SENT },
	{ "SYN_RECV", 0, XINET_TCP_STATE_SYN_RECV },
	{ "ESTABLISHED", 0, XINET_TCP_STATE_ESTABLISHED },
	{ "FIN_WAIT", 0, XINET_TCP_STATE_FIN_WAIT },
	{ "CLOSE_WAIT", 0, XINET_TCP_STATE_CLOSE_WAIT },
	{ "LAST_ACK", 0, XINET_TCP_STATE_LAST_ACK },
	{ "TIME_WAIT", 0, XINET_TCP_STATE_TIME_WAIT },
	{ "CLOSE", 0, XINET_TCP_STATE_CLOSE },
	{ "SYN_SENT2", 0, XINET_TCP_STATE_SYN_SENT2 },
	{ }
};

const struct keyword ct_flags[] = {
	{ "EXPECTED", 0, XINET_CT_STATUS_EXPECTED },
	{ "SEEN_REPLY", 0, XINET_CT_STATUS_SEEN_REPLY },
	{ "ASSURED", 0, XINET_CT_STATUS_ASSURED },
	{ "CONFIRMED", 0, XINET_CT_STATUS_CONFIRMED },
	{ "SRC_NAT", 0, XINET_CT_STATUS_SRC_NAT },
	{ "DST_NAT", 0, XINET_CT_STATUS_DST_NAT },
	{ "SEQ_ADJUST", 0, XINET_CT_STATUS_SEQ_ADJUST },
	{ "SRC_NAT_DONE", 0, XINET_CT_STATUS_SRC_NAT_DONE },
	{ "DST_NAT_DONE", 0, XINET_CT_STATUS_DST_NAT_DONE },
	{ "DYING", 0, XINET_CT_STATUS_DYING },
	{ }
};

/**
 * struct conn - a message taken apart
 * @tb: its attributes
 * @orig: those of the first direction
 * @proto: IPPROTO_*
 * @status: XINET_CT_STATUS_*
 */
struct conn {
	const struct nlattr *tb[NL_ATTR_MAX];
	const struct nlattr *orig[NL_ATTR_MAX];
	__u8 proto;
	__u32 status;
};

static unsigned int attr_u16(const struct nlattr *attr)
{
	return nl_has(attr, sizeof(__u16)) ? mnl_attr_get_u16(attr) : 0;
}

static unsigned int attr_u8(const struct nlattr *attr)
{
	return nl_has(attr, sizeof(__u8)) ? mnl_attr_get_u8(attr) : 0;
}

static void print_u64(const char *key, const char *fmt,
		      const struct nlattr *attr)
{
	if (nl_has(attr, sizeof(__u64)))
		out_uint(key, fmt, mnl_attr_get_u64(attr));
}

static void print_ports(const struct nlattr **t, __u8 proto)
{
	if (proto == IPPROTO_ICMP) {
		out_uint("type", "type=%llu ",
			 attr_u8(t[XINET_A_TUPLE_ICMP_TYPE]));
		out_uint("code", "code=%llu ",
			 attr_u8(t[XINET_A_TUPLE_ICMP_CODE]));
		out_uint("id", "id=%llu ", attr_u16(t[XINET_A_TUPLE_ICMP_ID]));
	} else if (proto == IPPROTO_UDP || proto == IPPROTO_TCP) {
		out_uint("sport", "sport=%llu ",
			 attr_u16(t[XINET_A_TUPLE_SPORT]));
		out_uint("dport", "dport=%llu ",
			 attr_u16(t[XINET_A_TUPLE_DPORT]));
	}
}

static void print_direction(const char *key, const struct nlattr **t,
			    const struct nlattr *counters, __u8 proto)
{
	const struct nlattr *c[NL_ATTR_MAX];

	nl_parse_nested(counters, c);
	out_open(key);
	out_addr("src", "src=%s ", nl_u32(t[XINET_A_TUPLE_SRC], 0));
	out_addr("dst", "dst=%s ", nl_u32(t[XINET_A_TUPLE_DST], 0));
	print_ports(t, proto);
	print_u64("packets", "packets=%llu ", c[XINET_A_COUNTERS_PACKETS]);
	print_u64("bytes", "bytes=%llu ", c[XINET_A_COUNTERS_BYTES]);
	out_close();
}

static void print_proto(__u8 proto)
{
	const char *name = names_get(names_ipproto, proto);

	if (*name >= '0' && *name <= '9')
		out_text("unknown ");
	else
		out_text("%s ", name);
	out_text("%u ", proto);
	out_str("proto", NULL, name);
}

/* What has no states of its own is new until it is answered. */
static void print_state(const struct conn *c)
{
	if (c->proto == IPPROTO_TCP) {
		__u8 state = attr_u8(c->tb[XINET_A_CONNTRACK_TCP_STATE]);

		out_str("state", "%s ", names_get(ct_tcp_states, state));
		return;
	}
	out_str("state", NULL, c->status & XINET_CT_STATUS_SEEN_REPLY ?
			       "ESTABLISHED" : "NEW");
}

static void print_status(const struct conn *c)
{
	const struct keyword *k;

	out_list("status");
	if (!(c->status & XINET_CT_STATUS_SEEN_REPLY))
		out_str(NULL, NULL, "UNREPLIED");
	for (k = ct_flags; k->name; k++)
		if (c->status & k->id)
			out_str(NULL, NULL, k->name);
	out_list_end();
}

static void print_directions(const struct conn *c)
{
	const struct nlattr *reply[NL_ATTR_MAX];

	nl_parse_nested(c->tb[XINET_A_CONNTRACK_REPLY], reply);
	print_direction("orig", (const struct nlattr **)c->orig,
			c->tb[XINET_A_CONNTRACK_ORIG_COUNTERS], c->proto);
	if (!(c->status & XINET_CT_STATUS_SEEN_REPLY))
		out_text("[UNREPLIED] ");
	print_direction("reply", reply,
			c->tb[XINET_A_CONNTRACK_REPLY_COUNTERS], c->proto);
	if (c->status & XINET_CT_STATUS_ASSURED)
		out_text("[ASSURED] ");
}

static void conn_parse(struct conn *c, const struct nlmsghdr *nlh)
{
	nl_parse(nlh, GENL_HDRLEN, c->tb);
	nl_parse_nested(c->tb[XINET_A_CONNTRACK_ORIG], c->orig);
	c->proto = attr_u8(c->orig[XINET_A_TUPLE_PROTO]);
	c->status = nl_u32(c->tb[XINET_A_CONNTRACK_STATUS], 0);
}

/**
 * ct_members - what is known of a connection, without its record's ends
 * @nlh: the message; of an event the cause is known too
 */
void ct_members(const struct nlmsghdr *nlh)
{
	unsigned int zone;
	struct conn c;

	conn_parse(&c, nlh);
	zone = attr_u16(c.orig[XINET_A_TUPLE_ZONE]);
	if (c.tb[XINET_A_CONNTRACK_CAUSE])
		out_str("cause", "[%s] ",
			names_get(ct_causes,
				  nl_u32(c.tb[XINET_A_CONNTRACK_CAUSE], 0)));
	print_proto(c.proto);
	out_uint("timeout", "%llu ", nl_u32(c.tb[XINET_A_CONNTRACK_TIMEOUT], 0));
	print_state(&c);
	if (xip_opt.json)
		print_status(&c);
	out_uint("mark", NULL, nl_u32(c.tb[XINET_A_CONNTRACK_MARK], 0));
	out_uint("zone", NULL, zone);
	print_directions(&c);
	out_text("mark=%u ", nl_u32(c.tb[XINET_A_CONNTRACK_MARK], 0));
	if (zone)
		out_text("zone=%u ", zone);
	out_text("use=1");
	out_record_end();
}

/**
 * ct_print - print a connection, and of an event its cause
 * @nlh: the message
 */
void ct_print(const struct nlmsghdr *nlh)
{
	out_open(NULL);
	ct_members(nlh);
	out_close();
}
