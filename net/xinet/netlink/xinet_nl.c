// SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause)
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/specs/xinet.yaml */
/* YNL-GEN kernel source */

#include <net/netlink.h>
#include <net/genetlink.h>

#include "xinet_nl.h"

#include <uapi/linux/xinet_netlink.h>

/* Common nested types */
const struct nla_policy xinet_action_nl_policy[XINET_A_ACTION_FLAGS + 1] = {
	[XINET_A_ACTION_VERDICT] = NLA_POLICY_MAX(NLA_U32, 7),
	[XINET_A_ACTION_REJECT_CODE] = NLA_POLICY_MAX(NLA_U8, 15),
	[XINET_A_ACTION_ADDR_MIN] = { .type = NLA_U32, },
	[XINET_A_ACTION_ADDR_MAX] = { .type = NLA_U32, },
	[XINET_A_ACTION_PORT_MIN] = { .type = NLA_U16, },
	[XINET_A_ACTION_PORT_MAX] = { .type = NLA_U16, },
	[XINET_A_ACTION_FLAGS] = NLA_POLICY_MASK(NLA_U32, 0x7),
};

const struct nla_policy xinet_link_conf_nl_policy[XINET_A_LINK_CONF_SEND_REDIRECTS + 1] = {
	[XINET_A_LINK_CONF_FORWARDING] = NLA_POLICY_MAX(NLA_U8, 1),
	[XINET_A_LINK_CONF_RP_FILTER] = NLA_POLICY_MAX(NLA_U8, 2),
	[XINET_A_LINK_CONF_ACCEPT_REDIRECTS] = NLA_POLICY_MAX(NLA_U8, 1),
	[XINET_A_LINK_CONF_SEND_REDIRECTS] = NLA_POLICY_MAX(NLA_U8, 1),
};

const struct nla_policy xinet_match_nl_policy[XINET_A_MATCH_MARK_MASK + 1] = {
	[XINET_A_MATCH_IIF] = { .type = NLA_NUL_STRING, .len = 15, },
	[XINET_A_MATCH_OIF] = { .type = NLA_NUL_STRING, .len = 15, },
	[XINET_A_MATCH_SRC] = { .type = NLA_U32, },
	[XINET_A_MATCH_SRC_LEN] = NLA_POLICY_MAX(NLA_U8, 32),
	[XINET_A_MATCH_DST] = { .type = NLA_U32, },
	[XINET_A_MATCH_DST_LEN] = NLA_POLICY_MAX(NLA_U8, 32),
	[XINET_A_MATCH_PROTO] = { .type = NLA_U8, },
	[XINET_A_MATCH_SPORT_MIN] = { .type = NLA_U16, },
	[XINET_A_MATCH_SPORT_MAX] = { .type = NLA_U16, },
	[XINET_A_MATCH_DPORT_MIN] = { .type = NLA_U16, },
	[XINET_A_MATCH_DPORT_MAX] = { .type = NLA_U16, },
	[XINET_A_MATCH_CT_STATES] = NLA_POLICY_MASK(NLA_U32, 0x1f),
	[XINET_A_MATCH_MARK] = { .type = NLA_U32, },
	[XINET_A_MATCH_MARK_MASK] = { .type = NLA_U32, },
};

const struct nla_policy xinet_rule_nl_policy[XINET_A_RULE_BYTES + 1] = {
	[XINET_A_RULE_LIST] = NLA_POLICY_MAX(NLA_U32, 4),
	[XINET_A_RULE_HANDLE] = { .type = NLA_U32, },
	[XINET_A_RULE_MATCH] = NLA_POLICY_NESTED(xinet_match_nl_policy),
	[XINET_A_RULE_ACTION] = NLA_POLICY_NESTED(xinet_action_nl_policy),
	[XINET_A_RULE_PACKETS] = { .type = NLA_U64, },
	[XINET_A_RULE_BYTES] = { .type = NLA_U64, },
};

const struct nla_policy xinet_tuple_nl_policy[XINET_A_TUPLE_ZONE + 1] = {
	[XINET_A_TUPLE_SRC] = { .type = NLA_U32, },
	[XINET_A_TUPLE_DST] = { .type = NLA_U32, },
	[XINET_A_TUPLE_PROTO] = { .type = NLA_U8, },
	[XINET_A_TUPLE_SPORT] = { .type = NLA_U16, },
	[XINET_A_TUPLE_DPORT] = { .type = NLA_U16, },
	[XINET_A_TUPLE_ICMP_ID] = { .type = NLA_U16, },
	[XINET_A_TUPLE_ICMP_TYPE] = { .type = NLA_U8, },
	[XINET_A_TUPLE_ICMP_CODE] = { .type = NLA_U8, },
	[XINET_A_TUPLE_ZONE] = { .type = NLA_U16, },
};

/* XINET_CMD_RULE_ADD - do */
const struct nla_policy xinet_rule_add_nl_policy[XINET_A_RULESET_POSITION + 1] = {
	[XINET_A_RULESET_RULE] = NLA_POLICY_NESTED(xinet_rule_nl_policy),
	[XINET_A_RULESET_POSITION] = { .type = NLA_U32, },
};

/* XINET_CMD_RULE_DEL - do */
const struct nla_policy xinet_rule_del_nl_policy[XINET_A_RULESET_HANDLE + 1] = {
	[XINET_A_RULESET_LIST] = NLA_POLICY_MAX(NLA_U32, 4),
	[XINET_A_RULESET_HANDLE] = { .type = NLA_U32, },
};

/* XINET_CMD_RULE_GET - do */
const struct nla_policy xinet_rule_get_nl_policy[XINET_A_RULESET_HANDLE + 1] = {
	[XINET_A_RULESET_LIST] = NLA_POLICY_MAX(NLA_U32, 4),
	[XINET_A_RULESET_HANDLE] = { .type = NLA_U32, },
	[XINET_A_RULESET_LISTS] = NLA_POLICY_MASK(NLA_U32, 0x1f),
};

/* XINET_CMD_RULE_FLUSH - do */
const struct nla_policy xinet_rule_flush_nl_policy[XINET_A_RULESET_LISTS + 1] = {
	[XINET_A_RULESET_LISTS] = NLA_POLICY_MASK(NLA_U32, 0x1f),
};

/* XINET_CMD_POLICY_SET - do */
const struct nla_policy xinet_policy_set_nl_policy[XINET_A_RULESET_POLICY + 1] = {
	[XINET_A_RULESET_LIST] = NLA_POLICY_MAX(NLA_U32, 4),
	[XINET_A_RULESET_POLICY] = NLA_POLICY_MAX(NLA_U32, 1),
};

/* XINET_CMD_POLICY_GET - do */
const struct nla_policy xinet_policy_get_nl_policy[XINET_A_RULESET_LIST + 1] = {
	[XINET_A_RULESET_LIST] = NLA_POLICY_MAX(NLA_U32, 4),
};

/* XINET_CMD_RULESET_BEGIN - do */
const struct nla_policy xinet_ruleset_begin_nl_policy[XINET_A_RULESET_LISTS + 1] = {
	[XINET_A_RULESET_LISTS] = NLA_POLICY_MASK(NLA_U32, 0x1f),
};

/* XINET_CMD_RULESET_ADD - do */
const struct nla_policy xinet_ruleset_add_nl_policy[XINET_A_RULESET_POLICY + 1] = {
	[XINET_A_RULESET_RULE] = NLA_POLICY_NESTED(xinet_rule_nl_policy),
	[XINET_A_RULESET_LIST] = NLA_POLICY_MAX(NLA_U32, 4),
	[XINET_A_RULESET_POLICY] = NLA_POLICY_MAX(NLA_U32, 1),
};

/* XINET_CMD_RULESET_COMMIT - do */
const struct nla_policy xinet_ruleset_commit_nl_policy[XINET_A_RULESET_GENERATION + 1] = {
	[XINET_A_RULESET_GENERATION] = { .type = NLA_U32, },
};

/* XINET_CMD_CONNTRACK_GET - do */
const struct nla_policy xinet_conntrack_get_nl_policy[XINET_A_CONNTRACK_FILTER + 1] = {
	[XINET_A_CONNTRACK_ORIG] = NLA_POLICY_NESTED(xinet_tuple_nl_policy),
	[XINET_A_CONNTRACK_FILTER] = NLA_POLICY_NESTED(xinet_match_nl_policy),
};

/* XINET_CMD_CONNTRACK_DEL - do */
const struct nla_policy xinet_conntrack_del_nl_policy[XINET_A_CONNTRACK_FILTER + 1] = {
	[XINET_A_CONNTRACK_ORIG] = NLA_POLICY_NESTED(xinet_tuple_nl_policy),
	[XINET_A_CONNTRACK_FILTER] = NLA_POLICY_NESTED(xinet_match_nl_policy),
};

/* XINET_CMD_CONNTRACK_FLUSH - do */
const struct nla_policy xinet_conntrack_flush_nl_policy[XINET_A_CONNTRACK_FILTER + 1] = {
	[XINET_A_CONNTRACK_FILTER] = NLA_POLICY_NESTED(xinet_match_nl_policy),
};

/* XINET_CMD_CONNTRACK_COUNT - do */
const struct nla_policy xinet_conntrack_count_nl_policy[XINET_A_CONNTRACK_FILTER + 1] = {
	[XINET_A_CONNTRACK_FILTER] = NLA_POLICY_NESTED(xinet_match_nl_policy),
};

/* XINET_CMD_CONNTRACK_STATS - do */
const struct nla_policy xinet_conntrack_stats_nl_policy[XINET_A_CT_STATS_CPU + 1] = {
	[XINET_A_CT_STATS_CPU] = { .type = NLA_U32, },
};

/* XINET_CMD_LINK_SET - do */
const struct nla_policy xinet_link_set_nl_policy[XINET_A_LINK_INHERIT + 1] = {
	[XINET_A_LINK_IFINDEX] = { .type = NLA_U32, },
	[XINET_A_LINK_OWN] = NLA_POLICY_NESTED(xinet_link_conf_nl_policy),
	[XINET_A_LINK_INHERIT] = NLA_POLICY_MASK(NLA_U32, 0xf),
};

/* XINET_CMD_LINK_GET - do */
const struct nla_policy xinet_link_get_nl_policy[XINET_A_LINK_IFINDEX + 1] = {
	[XINET_A_LINK_IFINDEX] = { .type = NLA_U32, },
};

/* Ops table for xinet */
const struct genl_ops xinet_nl_ops[16] = {
	{
		.cmd		= XINET_CMD_RULE_ADD,
		.doit		= xinet_nl_rule_add_doit,
		.policy		= xinet_rule_add_nl_policy,
		.maxattr	= XINET_A_RULESET_POSITION,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= XINET_CMD_RULE_DEL,
		.doit		= xinet_nl_rule_del_doit,
		.policy		= xinet_rule_del_nl_policy,
		.maxattr	= XINET_A_RULESET_HANDLE,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= XINET_CMD_RULE_GET,
		.doit		= xinet_nl_rule_get_doit,
		.dumpit		= xinet_nl_rule_get_dumpit,
		.policy		= xinet_rule_get_nl_policy,
		.maxattr	= XINET_A_RULESET_HANDLE,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= XINET_CMD_RULE_FLUSH,
		.doit		= xinet_nl_rule_flush_doit,
		.policy		= xinet_rule_flush_nl_policy,
		.maxattr	= XINET_A_RULESET_LISTS,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= XINET_CMD_POLICY_SET,
		.doit		= xinet_nl_policy_set_doit,
		.policy		= xinet_policy_set_nl_policy,
		.maxattr	= XINET_A_RULESET_POLICY,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= XINET_CMD_POLICY_GET,
		.doit		= xinet_nl_policy_get_doit,
		.dumpit		= xinet_nl_policy_get_dumpit,
		.policy		= xinet_policy_get_nl_policy,
		.maxattr	= XINET_A_RULESET_LIST,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= XINET_CMD_RULESET_BEGIN,
		.doit		= xinet_nl_ruleset_begin_doit,
		.policy		= xinet_ruleset_begin_nl_policy,
		.maxattr	= XINET_A_RULESET_LISTS,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= XINET_CMD_RULESET_ADD,
		.doit		= xinet_nl_ruleset_add_doit,
		.policy		= xinet_ruleset_add_nl_policy,
		.maxattr	= XINET_A_RULESET_POLICY,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= XINET_CMD_RULESET_COMMIT,
		.doit		= xinet_nl_ruleset_commit_doit,
		.policy		= xinet_ruleset_commit_nl_policy,
		.maxattr	= XINET_A_RULESET_GENERATION,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= XINET_CMD_CONNTRACK_GET,
		.doit		= xinet_nl_conntrack_get_doit,
		.dumpit		= xinet_nl_conntrack_get_dumpit,
		.policy		= xinet_conntrack_get_nl_policy,
		.maxattr	= XINET_A_CONNTRACK_FILTER,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= XINET_CMD_CONNTRACK_DEL,
		.doit		= xinet_nl_conntrack_del_doit,
		.policy		= xinet_conntrack_del_nl_policy,
		.maxattr	= XINET_A_CONNTRACK_FILTER,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= XINET_CMD_CONNTRACK_FLUSH,
		.doit		= xinet_nl_conntrack_flush_doit,
		.policy		= xinet_conntrack_flush_nl_policy,
		.maxattr	= XINET_A_CONNTRACK_FILTER,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= XINET_CMD_CONNTRACK_COUNT,
		.doit		= xinet_nl_conntrack_count_doit,
		.policy		= xinet_conntrack_count_nl_policy,
		.maxattr	= XINET_A_CONNTRACK_FILTER,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= XINET_CMD_CONNTRACK_STATS,
		.doit		= xinet_nl_conntrack_stats_doit,
		.dumpit		= xinet_nl_conntrack_stats_dumpit,
		.policy		= xinet_conntrack_stats_nl_policy,
		.maxattr	= XINET_A_CT_STATS_CPU,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= XINET_CMD_LINK_SET,
		.doit		= xinet_nl_link_set_doit,
		.policy		= xinet_link_set_nl_policy,
		.maxattr	= XINET_A_LINK_INHERIT,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= XINET_CMD_LINK_GET,
		.doit		= xinet_nl_link_get_doit,
		.dumpit		= xinet_nl_link_get_dumpit,
		.policy		= xinet_link_get_nl_policy,
		.maxattr	= XINET_A_LINK_IFINDEX,
	},
};

static const struct genl_multicast_group xinet_nl_mcgrps[] = {
	[XINET_NLGRP_CONNTRACK] = { "conntrack", },
	[XINET_NLGRP_RULES] = { "rules", },
	[XINET_NLGRP_LINK] = { "link", },
};
