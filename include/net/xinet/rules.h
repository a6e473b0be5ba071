/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Rules: what packets they are for, and what is done with those. The filter
 * and NAT share how rules are kept, matched and counted.
 *
 * A list (XRULES_*) is a hook's rules in their order; the first one that
 * matches decides. Lists are replaced as a whole under a mutex of the
 * namespace and read under RCU: a packet sees the old ones or the new ones.
 */
#ifndef _NET_XINET_RULES_H
#define _NET_XINET_RULES_H

#include <linux/if.h>
#include <linux/mutex.h>
#include <linux/types.h>

struct netlink_ext_ack;
struct nf_hook_state;
struct sk_buff;
struct xinet_net;
struct xrules_set;

enum xrules_list {
	XRULES_FILTER_INPUT,
	XRULES_FILTER_FORWARD,
	XRULES_FILTER_OUTPUT,
	XRULES_NAT_PREROUTING,		/* LOCAL_OUT too */
	XRULES_NAT_POSTROUTING,
	__XRULES_MAX,
};

enum xrule_verdict {
	XRULE_ACCEPT,
	XRULE_DROP,
	XRULE_REJECT,
	XRULE_DNAT,
	XRULE_REDIRECT,
	XRULE_SNAT,
	XRULE_MASQUERADE,
	XRULE_NETMAP,
	__XRULE_VERDICT_MAX,
};

/* Bits of xrule_match.set */
#define XRULE_MATCH_PROTO	BIT(0)
#define XRULE_MATCH_SPORT	BIT(1)
#define XRULE_MATCH_DPORT	BIT(2)
#define XRULE_MATCH_MARK	BIT(3)
#define XRULE_MATCH_STATE	BIT(4)
#define XRULE_MATCH_IIF		BIT(5)
#define XRULE_MATCH_OIF		BIT(6)
#define XRULE_MATCH_SRC		BIT(7)
#define XRULE_MATCH_DST		BIT(8)

/**
 * struct xrule_match - which packets a rule is for; what is not set matches all
 * @src: source prefix, network byte order, no bit beyond @src_len set
 * @dst: destination prefix
 * @src_len: its length in bits
 * @dst_len: its length in bits
 * @proto: IPPROTO_*
 * @states: XCT_STATE_* or-ed
 * @set: XRULE_MATCH_*
 * @sport: first and last source port, host byte order; UDP and TCP only
 * @dport: first and last destination port
 * @mark: what the packet's mark is under @mark_mask
 * @mark_mask: 0xffffffff for all of it
 * @iif: device it came in by, zero-padded
 * @oif: device it leaves by, zero-padded
 */
struct xrule_match {
	__be32 src;
	__be32 dst;
	u8 src_len;
	u8 dst_len;
	u8 proto;
	u8 states;
	u16 set;
	u16 sport[2];
	u16 dport[2];
	u32 mark;
	u32 mark_mask;
	char iif[IFNAMSIZ];
	char oif[IFNAMSIZ];
};

/* Bits of xnat_range.flags */
#define XNAT_RANGE_ADDR		BIT(0)	/* @addr is set */
#define XNAT_RANGE_PORT		BIT(1)	/* @port is set */
#define XNAT_RANGE_RANDOM	BIT(2)	/* random-fully: no port is kept */
#define XNAT_RANGE_PERSISTENT	BIT(3)	/* one client, one address of the range */
#define XNAT_RANGE_NETMAP	BIT(4)	/* @addr is a whole prefix, host bits stay */
#define XNAT_RANGE_RR		BIT(5)	/* next address each time, not by hash */

/**
 * struct xnat_range - what a translation may choose from
 * @flags: XNAT_RANGE_*
 * @addr: first and last address, host byte order
 * @port: first and last port or ICMP identification, host byte order
 * @next: of XNAT_RANGE_RR: where it stands
 */
struct xnat_range {
	u32 flags;
	u32 addr[2];
	u16 port[2];
	atomic_t *next;
};

/**
 * struct xrule - a rule
 * @match: whom for
 * @range: of a translation
 * @verdict: XRULE_*
 * @reject_code: of XRULE_REJECT: ICMP_*_UNREACH code, port unreachable unless told
 * @handle: names it in its list as long as it lives
 *
 * Constant once it is in a list; counters are kept beside it.
 */
struct xrule {
	struct xrule_match match;
	struct xnat_range range;
	u8 verdict;
	u8 reject_code;
	u32 handle;
};

/* Reading, for the data path; RCU read lock (netfilter/rule_match.c). */
const struct xrule *xrules_eval(struct xinet_net *xn, enum xrules_list list,
				const struct sk_buff *skb,
				const struct nf_hook_state *state);

/* All lists of the filter, or of NAT, as bits. */
#define XRULES_FILTER	(BIT(XRULES_FILTER_INPUT) |			\
			 BIT(XRULES_FILTER_FORWARD) |			\
			 BIT(XRULES_FILTER_OUTPUT))
#define XRULES_NAT	(BIT(XRULES_NAT_PREROUTING) |			\
			 BIT(XRULES_NAT_POSTROUTING))

/* As a position: behind all others. */
#define XRULES_END	U32_MAX

/*
 * Configuration; process context, each takes the namespace's mutex
 * (netfilter/rule_edit.c).
 */
int xrules_add(struct xinet_net *xn, enum xrules_list list,
	       const struct xrule *rule, u32 position, u32 *handle,
	       struct netlink_ext_ack *extack);
int xrules_del(struct xinet_net *xn, enum xrules_list list, u32 handle,
	       struct netlink_ext_ack *extack);
int xrules_flush(struct xinet_net *xn, unsigned long lists);
int xrules_set_policy(struct xinet_net *xn, enum xrules_list list, u8 verdict,
		      struct netlink_ext_ack *extack);

/*
 * Many rules at once: a draft is written rule by rule, takes no lock and may
 * live as long as its writer likes; xrules_replace() puts all of it in the
 * place of the lists it names, in one step. One writer at a time.
 */
struct xrules_draft;

struct xrules_draft *xrules_draft_alloc(struct xinet_net *xn);
int xrules_draft_add(struct xrules_draft *draft, enum xrules_list list,
		     const struct xrule *rule, struct netlink_ext_ack *extack);
int xrules_draft_policy(struct xrules_draft *draft, enum xrules_list list,
			u8 verdict, struct netlink_ext_ack *extack);
void xrules_draft_free(struct xrules_draft *draft);
int xrules_replace(struct xinet_net *xn, struct xrules_draft *draft,
		   unsigned long lists, struct netlink_ext_ack *extack);

/* Is this a rule that the list can have? (netfilter/rule_check.c) */
int xrule_check(enum xrules_list list, const struct xrule *rule,
		struct netlink_ext_ack *extack);

/**
 * struct xrule_view - a rule as a dump sees it
 * @rule: the rule
 * @packets: that matched it, since it is there
 * @bytes: of those, with XIP headers
 */
struct xrule_view {
	const struct xrule *rule;
	u64 packets;
	u64 bytes;
};

/* Returns 0 to go on; anything else ends the dump before this rule. */
typedef int (*xrules_visit)(const struct xrule_view *view, void *arg);

/* For dumps; any context (netfilter/rule_dump.c). */
int xrules_dump(struct xinet_net *xn, enum xrules_list list, u32 *pos,
		xrules_visit visit, void *arg);
u8 xrules_policy(struct xinet_net *xn, enum xrules_list list);
u32 xrules_generation(struct xinet_net *xn);

/**
 * struct xrules_net - rules of a namespace
 * @set: all lists; NULL: no rules, and all policies accept
 * @lock: whoever changes anything here
 * @generation: rises with each change
 * @needs: what the rules asked others for (XRULES_NEED_*)
 * @handle: of each list: the last that was given
 */
struct xrules_net {
	struct xrules_set __rcu *set;
	struct mutex lock; /* all of this */
	u32 generation;
	unsigned long needs;
	u32 handle[__XRULES_MAX];
};

int xrules_init(void);
void xrules_exit(void);
int xrules_net_init(struct xinet_net *xn);
void xrules_net_pre_exit(struct xinet_net *xn);

#endif /* _NET_XINET_RULES_H */
