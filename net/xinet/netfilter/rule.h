/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the files of rules share: a rule in its list, a list, all lists.
 *
 * Everything here is constant once readers can find it, the counters aside.
 */
#ifndef _XINET_NETFILTER_RULE_H
#define _XINET_NETFILTER_RULE_H

#include <linux/atomic.h>
#include <linux/percpu.h>
#include <linux/workqueue.h>
#include <net/xinet/netns.h>
#include <net/xinet/rules.h>
#include "rule_class.h"

/**
 * struct xrule_count - what matched a rule, on one CPU
 * @packets: packets
 * @bytes: their bytes with XIP headers
 */
struct xrule_count {
	u64 packets;
	u64 bytes;
};

/**
 * struct xrule_entry - a rule in a list
 * @rule: the rule
 * @count: its counters
 * @turn: of a translation that takes its addresses in turn
 * @generation: last change that kept it; 0: in no list yet
 * @dead: next of those that went in the same change
 */
struct xrule_entry {
	struct xrule rule;
	struct xrule_count __percpu *count;
	atomic_t turn;
	u32 generation;
	struct xrule_entry *dead;
};

/**
 * struct xrule_chain - a list
 * @class: finds the rule in a long one; NULL: try them all
 * @n: rules
 * @uses: XRULE_MATCH_* of all of them, or-ed
 * @policy: XRULE_ACCEPT or XRULE_DROP where none matches
 * @fast: their matches, in order
 */
struct xrule_chain {
	struct xrule_class *class;
	u32 n;
	u16 uses;
	u8 policy;
	struct xrule_fast fast[];
};

/**
 * struct xrules_set - all lists of a namespace
 * @chain: indexed by enum xrules_list; NULL: no rule, and the policy accepts
 * @gone: what the next set does not have any more, to be freed with this one
 * @dead: rules that the next set does not have any more
 * @work: frees it after a grace period
 */
struct xrules_set {
	struct xrule_chain *chain[__XRULES_MAX];
	struct xrule_chain *gone[__XRULES_MAX];
	struct xrule_entry *dead;
	struct rcu_work work;
};

/* A draft's policy: as it is now. */
#define XRULES_POLICY_KEEP	__XRULE_VERDICT_MAX

/**
 * struct xrules_page - a list that is being written
 * @entry: its rules; those with no generation are the page's own
 * @n: how many
 * @room: for how many there is memory
 * @policy: XRULE_ACCEPT, XRULE_DROP, XRULES_POLICY_KEEP
 */
struct xrules_page {
	struct xrule_entry **entry;
	u32 n;
	u32 room;
	u8 policy;
};

/**
 * struct xrules_draft - lists that are being written
 * @xn: the namespace
 * @page: indexed by enum xrules_list
 */
struct xrules_draft {
	struct xinet_net *xn;
	struct xrules_page page[__XRULES_MAX];
};

/* Bits of xrules_net.needs; the first are those of the filter's hooks. */
#define XRULES_NEED_CT		BIT(__XRULES_MAX)
#define XRULES_NEED_NAT		BIT(__XRULES_MAX + 1)

static inline struct xrule_entry *xrule_chain_entry(const struct xrule_chain *c,
						    u32 i)
{
	return container_of(c->fast[i].match, struct xrule_entry, rule.match);
}

static inline struct xrules_set *xrules_set_locked(struct xinet_net *xn)
{
	return rcu_dereference_protected(xn->rules.set,
					 lockdep_is_held(&xn->rules.lock));
}

/* rule_match.c */
const struct xrule *xrule_chain_eval(const struct xrule_chain *c,
				     const struct sk_buff *skb,
				     const struct nf_hook_state *state);

/* rule_draft.c */
struct xrule_entry *xrule_entry_alloc(const struct xrule *rule,
				      struct netlink_ext_ack *extack);
void xrule_entry_free(struct xrule_entry *e);
void xrules_draft_init(struct xrules_draft *draft, struct xinet_net *xn);
void xrules_draft_clean(struct xrules_draft *draft);
int xrules_page_copy(struct xrules_page *page, const struct xrule_chain *c);
int xrules_page_insert(struct xrules_page *page, struct xrule_entry *e,
		       u32 position);

/* rule_store.c */
int xrules_commit(struct xrules_draft *draft, unsigned long lists,
		  struct netlink_ext_ack *extack);

/* filter.c */
int xfilter_hook_get(struct xinet_net *xn, enum xrules_list list);
void xfilter_hook_put(struct xinet_net *xn, enum xrules_list list);

/* filter_reject.c */
void xfilter_reject(struct sk_buff *skb, const struct xrule *rule);

#endif /* _XINET_NETFILTER_RULE_H */
