/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause) */
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/specs/xinet.yaml */
/* YNL-GEN kernel header */

#ifndef _LINUX_XINET_GEN_H
#define _LINUX_XINET_GEN_H

#include <net/netlink.h>
#include <net/genetlink.h>

#include <uapi/linux/xinet_netlink.h>

/* Common nested types */
extern const struct nla_policy xinet_action_nl_policy[XINET_A_ACTION_FLAGS + 1];
extern const struct nla_policy xinet_link_conf_nl_policy[XINET_A_LINK_CONF_SEND_REDIRECTS + 1];
extern const struct nla_policy xinet_match_nl_policy[XINET_A_MATCH_MARK_MASK + 1];
extern const struct nla_policy xinet_rule_nl_policy[XINET_A_RULE_BYTES + 1];
extern const struct nla_policy xinet_tuple_nl_policy[XINET_A_TUPLE_ZONE + 1];

extern const struct nla_policy xinet_rule_add_nl_policy[XINET_A_RULESET_POSITION + 1];

extern const struct nla_policy xinet_rule_del_nl_policy[XINET_A_RULESET_HANDLE + 1];

extern const struct nla_policy xinet_rule_get_nl_policy[XINET_A_RULESET_HANDLE + 1];

extern const struct nla_policy xinet_rule_flush_nl_policy[XINET_A_RULESET_LISTS + 1];

extern const struct nla_policy xinet_policy_set_nl_policy[XINET_A_RULESET_POLICY + 1];

extern const struct nla_policy xinet_policy_get_nl_policy[XINET_A_RULESET_LIST + 1];

extern const struct nla_policy xinet_ruleset_begin_nl_policy[XINET_A_RULESET_LISTS + 1];

extern const struct nla_policy xinet_ruleset_add_nl_policy[XINET_A_RULESET_POLICY + 1];

extern const struct nla_policy xinet_ruleset_commit_nl_policy[XINET_A_RULESET_GENERATION + 1];

extern const struct nla_policy xinet_conntrack_get_nl_policy[XINET_A_CONNTRACK_FILTER + 1];

extern const struct nla_policy xinet_conntrack_del_nl_policy[XINET_A_CONNTRACK_FILTER + 1];

extern const struct nla_policy xinet_conntrack_flush_nl_policy[XINET_A_CONNTRACK_FILTER + 1];

extern const struct nla_policy xinet_conntrack_count_nl_policy[XINET_A_CONNTRACK_FILTER + 1];

extern const struct nla_policy xinet_conntrack_stats_nl_policy[XINET_A_CT_STATS_CPU + 1];

extern const struct nla_policy xinet_link_set_nl_policy[XINET_A_LINK_INHERIT + 1];

extern const struct nla_policy xinet_link_get_nl_policy[XINET_A_LINK_IFINDEX + 1];

/* Ops table for xinet */
extern const struct genl_ops xinet_nl_ops[16];

int xinet_nl_rule_add_doit(struct sk_buff *skb, struct genl_info *info);
int xinet_nl_rule_del_doit(struct sk_buff *skb, struct genl_info *info);
int xinet_nl_rule_get_doit(struct sk_buff *skb, struct genl_info *info);
int xinet_nl_rule_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int xinet_nl_rule_flush_doit(struct sk_buff *skb, struct genl_info *info);
int xinet_nl_policy_set_doit(struct sk_buff *skb, struct genl_info *info);
int xinet_nl_policy_get_doit(struct sk_buff *skb, struct genl_info *info);
int xinet_nl_policy_get_dumpit(struct sk_buff *skb,
			       struct netlink_callback *cb);
int xinet_nl_ruleset_begin_doit(struct sk_buff *skb, struct genl_info *info);
int xinet_nl_ruleset_add_doit(struct sk_buff *skb, struct genl_info *info);
int xinet_nl_ruleset_commit_doit(struct sk_buff *skb, struct genl_info *info);
int xinet_nl_conntrack_get_doit(struct sk_buff *skb, struct genl_info *info);
int xinet_nl_conntrack_get_dumpit(struct sk_buff *skb,
				  struct netlink_callback *cb);
int xinet_nl_conntrack_del_doit(struct sk_buff *skb, struct genl_info *info);
int xinet_nl_conntrack_flush_doit(struct sk_buff *skb, struct genl_info *info);
int xinet_nl_conntrack_count_doit(struct sk_buff *skb, struct genl_info *info);
int xinet_nl_conntrack_stats_doit(struct sk_buff *skb, struct genl_info *info);
int xinet_nl_conntrack_stats_dumpit(struct sk_buff *skb,
				    struct netlink_callback *cb);
int xinet_nl_link_set_doit(struct sk_buff *skb, struct genl_info *info);
int xinet_nl_link_get_doit(struct sk_buff *skb, struct genl_info *info);
int xinet_nl_link_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);

enum {
	XINET_NLGRP_CONNTRACK,
	XINET_NLGRP_RULES,
	XINET_NLGRP_LINK,
};

#endif /* _LINUX_XINET_GEN_H */
