// SPDX-License-Identifier: GPL-2.0
/*
 * The classifier: the first rule of a long list that matches a packet, without
 * trying them all (tuple space search; rule_tuple.h says how).
 *
 * In: packets' keys, under RCU, and what rule_build.c made of the list. Out: an
 * index. Pure.
 */
#include <linux/in.h>
#include <linux/mm.h>
#include "rule_class.h"
#include "rule_tuple.h"

/**
 * xrule_fast_init - put a match into the form that is compared
 * @f: filled
 * @m: a match that xrule_check() let pass; must stay as long as @f
 *
 * Context: any.
 */
void xrule_fast_init(struct xrule_fast *f, const struct xrule_match *m)
{
	bool sport = m->set & XRULE_MATCH_SPORT;
	bool dport = m->set & XRULE_MATCH_DPORT;

	*f = (struct xrule_fast){
		.src = ntohl(m->src),
		.src_mask = m->src_len ? ~0U << (32 - m->src_len) : 0,
		.dst = ntohl(m->dst),
		.dst_mask = m->dst_len ? ~0U << (32 - m->dst_len) : 0,
		.sport = { sport ? m->sport[0] : 0, sport ? m->sport[1] : 65535 },
		.dport = { dport ? m->dport[0] : 0, dport ? m->dport[1] : 65535 },
		.mark = m->mark,
		.mark_mask = m->mark_mask,
		.rest = m->set & ~(XRULE_MATCH_SRC | XRULE_MATCH_DST),
		.proto = m->proto,
		.states = m->states,
		.match = m,
	};
}

/**
 * xrule_class_free - the end of a classifier
 * @c: what xrule_class_build() gave, or NULL
 *
 * Context: process; no reader is left.
 */
void xrule_class_free(struct xrule_class *c)
{
	kvfree(c);
}

/**
 * xrule_class_find - the first rule that matches
 * @c: made of @fast and @n
 * @fast: the rules' matches in order
 * @n: how many
 * @key: the packet
 *
 * Context: any; all must stay.
 * Return: its index, or @n for none.
 */
u32 xrule_class_find(const struct xrule_class *c,
		     const struct xrule_fast *fast, u32 n,
		     const struct xrule_key *key)
{
	u64 addrs = xrule_addrs(key->src, key->dst);
	u64 rest = key->ports ? xrule_rest(key->proto, key->sport, key->dport) :
				xrule_rest(key->proto, 0, 0);
	const struct xrule_tuple *t;
	u32 best = n, k, at, end;

	for (t = c->tuple; t < c->tuple + c->n && t->best < best; t++) {
		k = xrule_bucket(t, addrs, rest);
		end = c->start[k + 1];
		for (at = c->start[k]; at < end && c->slot[at] < best; at++) {
			if (xrule_fast_matches(&fast[c->slot[at]], key)) {
				best = c->slot[at];
				break;
			}
		}
	}
	return best;
}
