/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A list that is ready to be searched, as rule_build.c makes it and
 * rule_class.c reads it.
 *
 * Rules whose prefixes of addresses and ports are of the same lengths form a
 * tuple: one hash lookup in it finds those a packet may match, which are then
 * compared whole. A tuple knows its first rule, so the search ends when all
 * that is left comes behind what was found.
 */
#ifndef _XINET_NETFILTER_RULE_TUPLE_H
#define _XINET_NETFILTER_RULE_TUPLE_H

#include <linux/types.h>

/**
 * struct xrule_tuple - rules with prefixes of the same lengths
 * @addrs: bits of the addresses that are hashed, the source's in the upper half
 * @rest: bits of the protocol (32 and up) and the ports that are hashed
 * @best: index of its first rule
 * @first: where its buckets are in xrule_class.start
 * @next: while it is built: another one of the same hash
 * @shift: 64 less the logarithm of the number of its buckets
 */
struct xrule_tuple {
	u64 addrs;
	u64 rest;
	u32 best;
	u32 first;
	u32 next;
	u8 shift;
};

/**
 * struct xrule_class - a list that is ready to be searched
 * @n: tuples
 * @start: of each bucket: where it begins in @slot, and, behind a tuple's last
 *	bucket, where that ends
 * @slot: indexes of rules, rising within a bucket
 * @tuple: in the order of their first rules
 */
struct xrule_class {
	u32 n;
	u32 *start;
	u32 *slot;
	struct xrule_tuple tuple[];
};

static inline u64 xrule_addrs(u32 src, u32 dst)
{
	return (u64)src << 32 | dst;
}

static inline u64 xrule_rest(u8 proto, u16 sport, u16 dport)
{
	return (u64)proto << 32 | (u32)sport << 16 | dport;
}

/* The upper bits of a product depend on all bits of its factors. */
static inline u64 xrule_hash(u64 addrs, u64 rest)
{
	return addrs * 0x9e3779b97f4a7c15ULL ^ rest * 0xd6e8feb86659fd93ULL;
}

static inline u32 xrule_bucket(const struct xrule_tuple *t, u64 addrs,
			       u64 rest)
{
	return t->first + (u32)(xrule_hash(addrs & t->addrs, rest & t->rest) >>
				t->shift);
}

#endif /* _XINET_NETFILTER_RULE_TUPLE_H */
