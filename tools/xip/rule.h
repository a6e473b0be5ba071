/* SPDX-License-Identifier: GPL-2.0 */
/* Rules of the filter and of NAT: words, attributes, text and JSON. */
#ifndef XIP_RULE_H
#define XIP_RULE_H

#include <linux/if.h>
#include <linux/xinet_netlink.h>
#include <stdbool.h>

#include "args.h"
#include "nl.h"

/* what a match names, bits of struct rule_match.has */
enum rule_key {
	RULE_IIF,
	RULE_OIF,
	RULE_SRC,
	RULE_DST,
	RULE_PROTO,
	RULE_SPORT,
	RULE_DPORT,
	RULE_CTSTATE,
	RULE_MARK,
};

/**
 * struct rule_match - which packets
 * @has: bits of enum rule_key
 * @iif: device they came by
 * @oif: device they leave by
 * @src: source network
 * @dst: destination network
 * @proto: IPPROTO_*
 * @sport: first and last source port
 * @dport: first and last destination port
 * @states: XINET_CT_STATE_*
 * @mark: mark under @mask
 * @mask: bits of it that count
 */
struct rule_match {
	unsigned int has;
	char iif[IFNAMSIZ];
	char oif[IFNAMSIZ];
	struct prefix src;
	struct prefix dst;
	__u32 proto;
	__u16 sport[2];
	__u16 dport[2];
	__u32 states;
	__u32 mark;
	__u32 mask;
};

/**
 * struct rule_target - what to translate to
 * @has_addr: @addr is set
 * @has_port: @port is set
 * @addr: first and last address, host byte order
 * @port: first and last port, host byte order
 */
struct rule_target {
	bool has_addr;
	bool has_port;
	__u32 addr[2];
	__u16 port[2];
};

/**
 * struct rule - a rule as described by the words
 * @list: XINET_RULE_LIST_*
 * @position: place in the list from 1, or 0 for the end
 * @match: which packets
 * @verdict: XINET_VERDICT_*
 * @code: ICMP code of a reject, or -1
 * @to: of a translation
 * @flags: XINET_NAT_FLAG_*
 */
struct rule {
	int list;
	__u32 position;
	struct rule_match match;
	int verdict;
	int code;
	struct rule_target to;
	__u32 flags;
};

/**
 * struct rule_table - what tells the filter's commands from NAT's
 * @hooks: the lists by name
 * @lists: XINET_RULE_LISTS_* of all of them
 * @verdicts: what may be done with a packet
 * @policies: its lists have a policy
 */
struct rule_table {
	const struct keyword *hooks;
	__u32 lists;
	const struct keyword *verdicts;
	bool policies;
};

extern const struct rule_table rule_filter, rule_nat;
extern const struct keyword rule_match_words[], rule_states[],
			    rule_reject_codes[], rule_policies[];

/* rule_text.c: words to values and back; pure */
int rule_text_ports(const char *word, __u16 port[2]);
int rule_text_mark(const char *word, __u32 *mark, __u32 *mask);
int rule_text_states(const char *word, __u32 *states);
int rule_text_target(const char *word, struct rule_target *to);
const char *rule_show_range(char *buf, size_t size, const __u16 port[2]);
const char *rule_show_target(char *buf, size_t size,
			     const struct rule_target *to);
const char *rule_show_states(char *buf, size_t size, __u32 states);

/* rule_match.c, rule_parse.c: the grammar */
int rule_match_word(struct args *a, struct rule_match *m);
int rule_hook(struct args *a, const struct rule_table *t, int *list);
int rule_parse(struct args *a, const struct rule_table *t, struct rule *r);

/* rule_nl.c: rules to attributes */
void rule_put_match(struct nl_req *req, int type, const struct rule_match *m);
void rule_put(struct nl_req *req, const struct rule *r);

/* rule_print.c */
int rule_print(const struct nlmsghdr *nlh, void *data);

/* rule_verbs.c: what both tables do alike */
int rule_add(struct args *a, const struct rule_table *t);
int rule_del(struct args *a, const struct rule_table *t);
int rule_policy(struct args *a, const struct rule_table *t);
int rule_show(struct args *a, const struct rule_table *t);
int rule_flush(struct args *a, const struct rule_table *t);

/* rule_set.c: many at once */
int rule_replace(struct args *a, const struct rule_table *t);

#endif /* XIP_RULE_H */
