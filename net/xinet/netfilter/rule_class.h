/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which rule of a list is the first that matches a packet?
 *
 * In: what a packet is (struct xrule_key) and the rules' matches in the form
 * that is compared (struct xrule_fast), in their order. Out: an index. Pure:
 * knows no packet and no namespace, and compiles in userspace.
 */
#ifndef _XINET_NETFILTER_RULE_CLASS_H
#define _XINET_NETFILTER_RULE_CLASS_H

#include <linux/types.h>
#include <net/xinet/rules.h>

/* A list up to this long is compared rule by rule. */
#define XRULE_LINEAR_MAX	16

/**
 * struct xrule_key - what rules ask of a packet, found out once for all
 * @src: source address, host byte order
 * @dst: destination address
 * @sport: source port, host byte order
 * @dport: destination port
 * @ports: it has ports: UDP or TCP, and no later fragment
 * @proto: IPPROTO_*
 * @state: one XCT_STATE_*
 * @mark: skb->mark
 * @iif: name of the device it came in by, zero-padded; all zero: none
 * @oif: name of the device it leaves by
 *
 * A member that no rule of the list asks for may be left unset.
 */
struct xrule_key {
	u32 src;
	u32 dst;
	u16 sport;
	u16 dport;
	bool ports;
	u8 proto;
	u8 state;
	u32 mark;
	char iif[IFNAMSIZ];
	char oif[IFNAMSIZ];
};

/**
 * struct xrule_fast - a rule's match as it is compared
 * @src: source prefix, host byte order
 * @src_mask: the bits of it that count; 0: none
 * @dst: destination prefix
 * @dst_mask: the bits of it that count
 * @sport: first and last source port; 0 and 65535 where it does not matter
 * @dport: first and last destination port
 * @mark: what the mark is under @mark_mask
 * @mark_mask: the bits of it that count
 * @rest: XRULE_MATCH_* without the addresses
 * @proto: IPPROTO_*
 * @states: XCT_STATE_* or-ed
 * @match: what it was made of, in the rule
 */
struct xrule_fast {
	u32 src;
	u32 src_mask;
	u32 dst;
	u32 dst_mask;
	u16 sport[2];
	u16 dport[2];
	u32 mark;
	u32 mark_mask;
	u16 rest;
	u8 proto;
	u8 states;
	const struct xrule_match *match;
};

/* The part that most rules do not have; see xrule_fast_matches(). */
static inline bool xrule_rest_matches(const struct xrule_fast *f,
				      const struct xrule_key *key)
{
	u16 rest = f->rest;

	if (rest & XRULE_MATCH_PROTO && key->proto != f->proto)
		return false;
	if (rest & (XRULE_MATCH_SPORT | XRULE_MATCH_DPORT) &&
	    (!key->ports ||
	     key->dport < f->dport[0] || key->dport > f->dport[1] ||
	     key->sport < f->sport[0] || key->sport > f->sport[1]))
		return false;
	if (rest & XRULE_MATCH_STATE && !(key->state & f->states))
		return false;
	if (rest & XRULE_MATCH_MARK && (key->mark & f->mark_mask) != f->mark)
		return false;
	if (rest & XRULE_MATCH_IIF &&
	    memcmp(key->iif, f->match->iif, IFNAMSIZ))
		return false;
	return !(rest & XRULE_MATCH_OIF) ||
	       !memcmp(key->oif, f->match->oif, IFNAMSIZ);
}

/**
 * xrule_fast_matches - is the rule for this packet?
 * @f: the rule's match
 * @key: the packet
 *
 * Context: any; @f must stay.
 * Return: true if it is.
 */
static inline bool xrule_fast_matches(const struct xrule_fast *f,
				      const struct xrule_key *key)
{
	if (((key->src ^ f->src) & f->src_mask) |
	    ((key->dst ^ f->dst) & f->dst_mask))
		return false;
	return !f->rest || xrule_rest_matches(f, key);
}

struct xrule_class;

void xrule_fast_init(struct xrule_fast *f, const struct xrule_match *m);
struct xrule_class *xrule_class_build(const struct xrule_fast *fast, u32 n);
void xrule_class_free(struct xrule_class *c);
u32 xrule_class_find(const struct xrule_class *c,
		     const struct xrule_fast *fast, u32 n,
		     const struct xrule_key *key);

/**
 * xrule_linear_find - the first rule that matches, by trying all
 * @fast: the rules' matches in order
 * @n: how many
 * @key: the packet
 *
 * Context: any.
 * Return: its index, or @n for none.
 */
static inline u32 xrule_linear_find(const struct xrule_fast *fast, u32 n,
				    const struct xrule_key *key)
{
	u32 i;

	for (i = 0; i < n; i++)
		if (xrule_fast_matches(&fast[i], key))
			break;
	return i;
}

#endif /* _XINET_NETFILTER_RULE_CLASS_H */
