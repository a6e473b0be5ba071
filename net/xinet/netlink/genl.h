/* SPDX-License-Identifier: GPL-2.0 */
/* What the files of the generic netlink family share. */
#ifndef _XINET_NETLINK_GENL_H
#define _XINET_NETLINK_GENL_H

#include <net/genetlink.h>
#include <net/netlink.h>
#include <net/xinet/netns.h>
#include <net/xinet/rules.h>
#include "xinet_nl.h"

struct xrules_draft;

extern struct genl_family xnl_family;

struct sk_buff *xnl_reply_begin(struct genl_info *info, void **hdr);
int xnl_reply_end(struct sk_buff *skb, void *hdr, struct genl_info *info,
		  int err);

/* netlink/rules.c */
int xnl_rule_parse(const struct nlattr *attr, enum xrules_list *list,
		   struct xrule *rule, struct netlink_ext_ack *extack);
int xnl_match_parse(const struct nlattr *attr, struct xrule_match *match,
		    struct netlink_ext_ack *extack);

/* netlink/rules_show.c */
int xnl_rule_put(struct sk_buff *skb, enum xrules_list list,
		 const struct xrule_view *view);

/**
 * struct xnl_rule_change - what has changed, for who listens
 * @change: XINET_RULE_CHANGE_*
 * @lists: bits of XRULES_*; of a change of one rule its list alone
 * @rule: of an added one
 * @handle: of an added or deleted one
 * @policy: of a new policy
 */
struct xnl_rule_change {
	u32 change;
	u32 lists;
	const struct xrule *rule;
	u32 handle;
	u8 policy;
};

void xnl_rules_notify(struct genl_info *info,
		      const struct xnl_rule_change *what);

/* netlink/rules_set.c */
void xnl_rules_release(struct xinet_net *xn, u32 portid);

/* netlink/conntrack_event.c */
void xnl_ct_events_set(bool on);

/**
 * xnl_genl_pernet - the namespace that a request is about
 * @info: the request
 *
 * Context: process.
 * Return: its state.
 */
static inline struct xinet_net *xnl_genl_pernet(struct genl_info *info)
{
	return xinet_pernet(genl_info_net(info));
}

#endif /* _XINET_NETLINK_GENL_H */
