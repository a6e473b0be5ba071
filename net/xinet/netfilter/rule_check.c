// SPDX-License-Identifier: GPL-2.0
/*
 * Does a rule make sense, and in this list?
 *
 * In: rules as an administrator wrote them, any value in any field. Out: 0, or
 * -EINVAL and a sentence that says what is wrong. All behind this file rely on
 * it.
 */
#include <linux/icmp.h>
#include <linux/in.h>
#include <linux/log2.h>
#include <linux/netdevice.h>
#include <linux/netlink.h>
#include <net/xinet/conntrack.h>
#include "rule.h"

#define XRULE_MATCH_ALL	(XRULE_MATCH_PROTO | XRULE_MATCH_SPORT |	\
			 XRULE_MATCH_DPORT | XRULE_MATCH_MARK |		\
			 XRULE_MATCH_STATE | XRULE_MATCH_IIF |		\
			 XRULE_MATCH_OIF | XRULE_MATCH_SRC | XRULE_MATCH_DST)

#define XRULE_FILTER_VERDICTS	(BIT(XRULE_ACCEPT) | BIT(XRULE_DROP) |	\
				 BIT(XRULE_REJECT))

/* By list: what its rules may do, and may not ask. */
static const struct {
	u16 verdicts;
	u16 not;
} xrule_lists[__XRULES_MAX] = {
	[XRULES_FILTER_INPUT] = { XRULE_FILTER_VERDICTS, XRULE_MATCH_OIF },
	[XRULES_FILTER_FORWARD] = { XRULE_FILTER_VERDICTS, 0 },
	[XRULES_FILTER_OUTPUT] = { XRULE_FILTER_VERDICTS, XRULE_MATCH_IIF },
	[XRULES_NAT_PREROUTING] = {
		BIT(XRULE_DNAT) | BIT(XRULE_REDIRECT) | BIT(XRULE_NETMAP),
		XRULE_MATCH_OIF,
	},
	[XRULES_NAT_POSTROUTING] = {
		BIT(XRULE_SNAT) | BIT(XRULE_MASQUERADE) | BIT(XRULE_NETMAP),
		XRULE_MATCH_IIF,
	},
};

static int xrule_check_place(enum xrules_list list, const struct xrule *rule,
			     struct netlink_ext_ack *extack)
{
	u16 not;

	if (list >= __XRULES_MAX || rule->verdict >= __XRULE_VERDICT_MAX ||
	    rule->match.set & ~XRULE_MATCH_ALL) {
		NL_SET_ERR_MSG(extack, "Unknown list, action or match");
		return -EINVAL;
	}
	if (!(xrule_lists[list].verdicts & BIT(rule->verdict))) {
		NL_SET_ERR_MSG(extack, "This list has no such action");
		return -EINVAL;
	}
	not = xrule_lists[list].not & rule->match.set;
	if (not & XRULE_MATCH_IIF) {
		NL_SET_ERR_MSG(extack, "No iif here: packets leave");
		return -EINVAL;
	}
	if (not) {
		NL_SET_ERR_MSG(extack, "No oif here: packets have no route yet, or end here");
		return -EINVAL;
	}
	return 0;
}

static bool xrule_prefix_ok(__be32 addr, u8 len, bool set)
{
	if (len > 32 || (len && !set))
		return false;
	return !(ntohl(addr) & (len ? ~(~0U << (32 - len)) : ~0U));
}

static int xrule_check_addrs(const struct xrule_match *m,
			     struct netlink_ext_ack *extack)
{
	if (!xrule_prefix_ok(m->src, m->src_len, m->set & XRULE_MATCH_SRC)) {
		NL_SET_ERR_MSG(extack, "src is no prefix: bits beyond its length");
		return -EINVAL;
	}
	if (!xrule_prefix_ok(m->dst, m->dst_len, m->set & XRULE_MATCH_DST)) {
		NL_SET_ERR_MSG(extack, "dst is no prefix: bits beyond its length");
		return -EINVAL;
	}
	return 0;
}

static int xrule_check_ports(const struct xrule_match *m,
			     struct netlink_ext_ack *extack)
{
	if (!(m->set & (XRULE_MATCH_SPORT | XRULE_MATCH_DPORT)))
		return 0;
	if (!(m->set & XRULE_MATCH_PROTO) ||
	    (m->proto != IPPROTO_UDP && m->proto != IPPROTO_TCP)) {
		NL_SET_ERR_MSG(extack, "Ports need proto udp or tcp");
		return -EINVAL;
	}
	if ((m->set & XRULE_MATCH_SPORT && m->sport[0] > m->sport[1]) ||
	    (m->set & XRULE_MATCH_DPORT && m->dport[0] > m->dport[1])) {
		NL_SET_ERR_MSG(extack, "The last port is below the first");
		return -EINVAL;
	}
	return 0;
}

/* Zero-padded, since names are compared whole. */
static bool xrule_name_ok(const char *name)
{
	size_t len = strnlen(name, IFNAMSIZ);

	return len < IFNAMSIZ && dev_valid_name(name) &&
	       !memchr_inv(name + len, 0, IFNAMSIZ - len);
}

static int xrule_check_rest(const struct xrule_match *m,
			    struct netlink_ext_ack *extack)
{
	if (m->set & XRULE_MATCH_STATE &&
	    (!m->states || m->states & ~XCT_STATES)) {
		NL_SET_ERR_MSG(extack, "No such ctstate");
		return -EINVAL;
	}
	if (m->set & XRULE_MATCH_MARK && m->mark & ~m->mark_mask) {
		NL_SET_ERR_MSG(extack, "The mark has bits that its mask has not");
		return -EINVAL;
	}
	if ((m->set & XRULE_MATCH_IIF && !xrule_name_ok(m->iif)) ||
	    (m->set & XRULE_MATCH_OIF && !xrule_name_ok(m->oif))) {
		NL_SET_ERR_MSG(extack, "No name a device can have");
		return -EINVAL;
	}
	return 0;
}

/* RFC 792 and 1812: codes of destination unreachable that a filter may say. */
static int xrule_check_reject(const struct xrule *rule,
			      struct netlink_ext_ack *extack)
{
	switch (rule->verdict == XRULE_REJECT ? rule->reject_code :
						ICMP_PORT_UNREACH) {
	case ICMP_NET_UNREACH:
	case ICMP_HOST_UNREACH:
	case ICMP_PROT_UNREACH:
	case ICMP_PORT_UNREACH:
	case ICMP_NET_ANO:
	case ICMP_HOST_ANO:
	case ICMP_PKT_FILTERED:
		return 0;
	default:
		NL_SET_ERR_MSG(extack, "No code that a filter may reject with");
		return -EINVAL;
	}
}

/* Flags of a range that an action needs, and those it may have. */
static const struct {
	u32 needs;
	u32 may;
} xrule_ranges[__XRULE_VERDICT_MAX] = {
	[XRULE_DNAT] = { XNAT_RANGE_ADDR,
		XNAT_RANGE_ADDR | XNAT_RANGE_PORT | XNAT_RANGE_RANDOM |
		XNAT_RANGE_PERSISTENT | XNAT_RANGE_RR },
	[XRULE_REDIRECT] = { 0, XNAT_RANGE_PORT | XNAT_RANGE_RANDOM },
	[XRULE_SNAT] = { XNAT_RANGE_ADDR,
		XNAT_RANGE_ADDR | XNAT_RANGE_PORT | XNAT_RANGE_RANDOM |
		XNAT_RANGE_PERSISTENT },
	[XRULE_MASQUERADE] = { 0, XNAT_RANGE_PORT | XNAT_RANGE_RANDOM |
		XNAT_RANGE_PERSISTENT },
	[XRULE_NETMAP] = { XNAT_RANGE_ADDR | XNAT_RANGE_NETMAP,
		XNAT_RANGE_ADDR | XNAT_RANGE_NETMAP },
};

/* One host's, as far as an address itself can tell (RFC 1122 3.2.1.3). */
static bool xrule_host_addr(u32 addr)
{
	return addr >> 24 && addr < 0xe0000000;
}

static int xrule_check_range_addr(const struct xnat_range *r,
				  struct netlink_ext_ack *extack)
{
	u32 span = r->addr[1] - r->addr[0];

	if (!(r->flags & XNAT_RANGE_ADDR))
		return 0;
	if (r->addr[1] < r->addr[0]) {
		NL_SET_ERR_MSG(extack, "The last address is below the first");
		return -EINVAL;
	}
	if (!xrule_host_addr(r->addr[0]) || !xrule_host_addr(r->addr[1])) {
		NL_SET_ERR_MSG(extack, "No address that a host can have");
		return -EINVAL;
	}
	if (r->flags & XNAT_RANGE_NETMAP &&
	    (span & (span + 1) || r->addr[0] & span)) {
		NL_SET_ERR_MSG(extack, "netmap needs a whole prefix");
		return -EINVAL;
	}
	return 0;
}

static int xrule_check_range_port(const struct xrule *rule,
				  struct netlink_ext_ack *extack)
{
	const struct xrule_match *m = &rule->match;
	bool source = rule->verdict == XRULE_SNAT ||
		      rule->verdict == XRULE_MASQUERADE;

	if (!(rule->range.flags & XNAT_RANGE_PORT))
		return 0;
	if (!rule->range.port[0] || rule->range.port[1] < rule->range.port[0]) {
		NL_SET_ERR_MSG(extack, "Ports begin at 1, and the last is not below the first");
		return -EINVAL;
	}
	if (!(m->set & XRULE_MATCH_PROTO) || m->proto == IPPROTO_UDP ||
	    m->proto == IPPROTO_TCP || (source && m->proto == IPPROTO_ICMP))
		return 0;
	NL_SET_ERR_MSG(extack, "This protocol has no ports to translate");
	return -EINVAL;
}

static int xrule_check_range(const struct xrule *rule,
			     struct netlink_ext_ack *extack)
{
	u32 flags = rule->range.flags;
	int err;

	if (xrule_ranges[rule->verdict].needs & ~flags) {
		NL_SET_ERR_MSG(extack, "The action needs an address");
		return -EINVAL;
	}
	if (flags & ~xrule_ranges[rule->verdict].may) {
		NL_SET_ERR_MSG(extack, "The action has no such option");
		return -EINVAL;
	}
	err = xrule_check_range_addr(&rule->range, extack);
	return err ?: xrule_check_range_port(rule, extack);
}

/**
 * xrule_check - does a rule make sense in a list?
 * @list: XRULES_*
 * @rule: the rule; handle and range.next are not looked at
 * @extack: told what is wrong
 *
 * Context: any.
 * Return: 0 or -EINVAL.
 */
int xrule_check(enum xrules_list list, const struct xrule *rule,
		struct netlink_ext_ack *extack)
{
	const struct xrule_match *m = &rule->match;

	return xrule_check_place(list, rule, extack) ?:
	       xrule_check_addrs(m, extack) ?:
	       xrule_check_ports(m, extack) ?:
	       xrule_check_rest(m, extack) ?:
	       xrule_check_reject(rule, extack) ?:
	       xrule_check_range(rule, extack);
}
