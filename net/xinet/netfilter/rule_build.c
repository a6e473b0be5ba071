// SPDX-License-Identifier: GPL-2.0
/*
 * Making a long list ready to be searched.
 *
 * In: matches in order, from process context. Out: a struct xrule_class, which
 * is never changed. Pure.
 *
 * Two things keep tuples few and buckets short. Lengths are rounded down, so
 * that a tuple takes rules of several; where that fills a bucket, its rules
 * are put into tuples of finer lengths, and all is built again. And a range of
 * ports becomes the one or two aligned blocks, as large as the range at most
 * doubled, that it lies in.
 */
#include <linux/bitops.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include "rule_class.h"
#include "rule_tuple.h"

/* A bucket with more rules than this had better be parted. */
#define XRULE_BUCKET_MAX	8

/* Lengths are multiples of these, by how often a rule was moved on. */
#define XRULE_LEVELS		4
static const u8 xrule_addr_step[XRULE_LEVELS] = { 8, 4, 2, 1 };
static const u8 xrule_port_step[XRULE_LEVELS] = { 4, 2, 1, 1 };

/* Enough for each rule to get to the last level. */
#define XRULE_ROUNDS_MAX	8

/* Blocks that a range of source ports and one of destination ports make. */
#define XRULE_COPIES_MAX	4

#define XRULE_NO_TUPLE		U32_MAX

/**
 * struct xrule_build - a classifier in the making
 * @fast: the rules
 * @n: how many
 * @level: of each rule: how fine its lengths are
 * @of: of each rule: its tuple
 * @tuple: those found, @first counting the slots they need
 * @n_tuples: how many
 * @room: for how many there is memory
 * @head: tuples by hash
 */
struct xrule_build {
	const struct xrule_fast *fast;
	u32 n;
	u8 *level;
	u32 *of;
	struct xrule_tuple *tuple;
	u32 n_tuples;
	u32 room;
	u32 head[256];
};

/* The first @len bits of an address, rounded down by @step. */
static u32 xrule_addr_mask(u32 mask, u8 step)
{
	u8 len = hweight32(mask) & ~(step - 1);

	return len ? ~0U << (32 - len) : 0;
}

/* Of a range the bits that are the same in all of a block as large as it. */
static u16 xrule_port_mask(const u16 range[2], u8 step)
{
	u8 len = (16 - fls(range[1] - range[0])) & ~(step - 1);

	return len ? 0xffff << (16 - len) : 0;
}

/* The lengths that a rule is filed under at a level. */
static void xrule_masks(const struct xrule_fast *f, u8 level,
			struct xrule_tuple *t)
{
	u8 addr = xrule_addr_step[level], port = xrule_port_step[level];

	t->addrs = xrule_addrs(xrule_addr_mask(f->src_mask, addr),
			       xrule_addr_mask(f->dst_mask, addr));
	t->rest = xrule_rest(f->rest & XRULE_MATCH_PROTO ? 0xff : 0,
			     xrule_port_mask(f->sport, port),
			     xrule_port_mask(f->dport, port));
}

/* The blocks of ports that a rule is filed under in its tuple. */
static unsigned int xrule_copies(const struct xrule_fast *f,
				 const struct xrule_tuple *t,
				 u64 rest[XRULE_COPIES_MAX])
{
	u16 smask = t->rest >> 16, dmask = t->rest;
	unsigned int s, d, n = 0;

	for (s = 0; s < 2; s++) {
		if (s && !((f->sport[0] ^ f->sport[1]) & smask))
			break;
		for (d = 0; d < 2; d++) {
			if (d && !((f->dport[0] ^ f->dport[1]) & dmask))
				break;
			rest[n++] = xrule_rest(f->proto, f->sport[s],
					       f->dport[d]);
		}
	}
	return n;
}

/* ---- tuples */

static int xrule_build_grow(struct xrule_build *b)
{
	u32 room = b->room ? b->room * 2 : 16;
	struct xrule_tuple *tuple;

	if (b->n_tuples < b->room)
		return 0;
	tuple = kvmalloc_array(room, sizeof(*tuple), GFP_KERNEL_ACCOUNT);
	if (!tuple)
		return -ENOMEM;
	if (b->n_tuples)
		memcpy(tuple, b->tuple, b->n_tuples * sizeof(*tuple));
	kvfree(b->tuple);
	b->tuple = tuple;
	b->room = room;
	return 0;
}

/* The tuple with these masks, a new one if need be; XRULE_NO_TUPLE: no memory */
static u32 xrule_build_tuple(struct xrule_build *b,
			     const struct xrule_tuple *want, u32 rule)
{
	u32 *head = &b->head[xrule_hash(want->addrs, want->rest) >> 56], i;

	for (i = *head; i != XRULE_NO_TUPLE; i = b->tuple[i].next)
		if (b->tuple[i].addrs == want->addrs &&
		    b->tuple[i].rest == want->rest)
			return i;
	if (xrule_build_grow(b))
		return XRULE_NO_TUPLE;
	i = b->n_tuples++;
	b->tuple[i] = (struct xrule_tuple){
		.addrs = want->addrs,
		.rest = want->rest,
		.best = rule,
		.next = *head,
	};
	*head = i;
	return i;
}

/* Give each rule its tuple, and count what each tuple will hold. */
static int xrule_build_tuples(struct xrule_build *b)
{
	u64 rest[XRULE_COPIES_MAX];
	struct xrule_tuple want;
	u32 i, t;

	b->n_tuples = 0;
	for (i = 0; i < 256; i++)
		b->head[i] = XRULE_NO_TUPLE;
	for (i = 0; i < b->n; i++) {
		xrule_masks(&b->fast[i], b->level[i], &want);
		t = xrule_build_tuple(b, &want, i);
		if (t == XRULE_NO_TUPLE)
			return -ENOMEM;
		b->of[i] = t;
		b->tuple[t].first += xrule_copies(&b->fast[i], &want, rest);
		cond_resched();
	}
	return 0;
}

/* ---- buckets */

/* Twice as many as slots, at least two. */
static u32 xrule_buckets(u32 slots)
{
	return 2U << fls(slots - 1);
}

/* Memory for all; each tuple knows its buckets, which are empty. */
static struct xrule_class *xrule_build_alloc(const struct xrule_build *b)
{
	u32 starts = 0, slots = 0, i, n, buckets;
	struct xrule_class *c;
	size_t size;

	for (i = 0; i < b->n_tuples; i++) {
		slots += b->tuple[i].first;
		starts += xrule_buckets(b->tuple[i].first) + 1;
	}
	size = sizeof(*c) + b->n_tuples * sizeof(c->tuple[0]);
	c = kvzalloc(size + ((size_t)starts + slots) * sizeof(u32),
		     GFP_KERNEL_ACCOUNT);
	if (!c)
		return NULL;
	c->n = b->n_tuples;
	c->start = (u32 *)&c->tuple[c->n];
	c->slot = c->start + starts;
	memcpy(c->tuple, b->tuple, c->n * sizeof(c->tuple[0]));
	for (i = 0, starts = 0, slots = 0; i < c->n; i++) {
		n = c->tuple[i].first;
		buckets = xrule_buckets(n);
		c->tuple[i].shift = 65 - fls(buckets);
		c->tuple[i].first = starts;
		/* where it begins, until xrule_build_begin() has counted */
		c->start[starts] = slots;
		starts += buckets + 1;
		slots += n;
	}
	return c;
}

/* Count what each bucket will hold, then let start[b + 1] say where b begins. */
static void xrule_build_begin(const struct xrule_build *b,
			      struct xrule_class *c)
{
	u64 rest[XRULE_COPIES_MAX];
	u32 i, k, n, at;

	for (i = 0; i < b->n; i++) {
		const struct xrule_tuple *t = &c->tuple[b->of[i]];
		u64 addrs = xrule_addrs(b->fast[i].src, b->fast[i].dst);

		n = xrule_copies(&b->fast[i], t, rest);
		for (k = 0; k < n; k++)
			c->start[xrule_bucket(t, addrs, rest[k]) + 1]++;
		cond_resched();
	}
	for (i = 0; i < c->n; i++) {
		u32 *start = &c->start[c->tuple[i].first];
		u32 buckets = 1U << (64 - c->tuple[i].shift);

		at = start[0];
		for (k = 1; k <= buckets; k++) {
			n = start[k];
			start[k] = at;
			at += n;
		}
		cond_resched();
	}
}

/* Put the rules in; in the end start[b + 1] says where b ends. */
static void xrule_build_fill(const struct xrule_build *b,
			     struct xrule_class *c)
{
	u64 rest[XRULE_COPIES_MAX];
	u32 i, k, n;

	for (i = 0; i < b->n; i++) {
		const struct xrule_tuple *t = &c->tuple[b->of[i]];
		u64 addrs = xrule_addrs(b->fast[i].src, b->fast[i].dst);

		n = xrule_copies(&b->fast[i], t, rest);
		for (k = 0; k < n; k++)
			c->slot[c->start[xrule_bucket(t, addrs,
						      rest[k]) + 1]++] = i;
		cond_resched();
	}
}

/* ---- parting full buckets */

/* Move a rule on to the next level that files it elsewhere, if there is one. */
static bool xrule_finer(struct xrule_build *b, u32 rule)
{
	struct xrule_tuple now, then;
	u8 level;

	xrule_masks(&b->fast[rule], b->level[rule], &now);
	for (level = b->level[rule] + 1; level < XRULE_LEVELS; level++) {
		xrule_masks(&b->fast[rule], level, &then);
		if (then.addrs == now.addrs && then.rest == now.rest)
			continue;
		b->level[rule] = level;
		return true;
	}
	return false;
}

/* True if something is to be built again. */
static bool xrule_build_part(struct xrule_build *b, const struct xrule_class *c)
{
	bool changed = false;
	u32 t, k, i;

	for (t = 0; t < c->n; t++) {
		const u32 *start = &c->start[c->tuple[t].first];
		u32 buckets = 1U << (64 - c->tuple[t].shift);

		for (k = 0; k < buckets; k++) {
			if (start[k + 1] - start[k] <= XRULE_BUCKET_MAX)
				continue;
			/* a rule that is there twice is moved on once */
			for (i = start[k]; i < start[k + 1]; i++)
				if (b->of[c->slot[i]] == t) {
					b->of[c->slot[i]] = XRULE_NO_TUPLE;
					changed |= xrule_finer(b, c->slot[i]);
				}
		}
		cond_resched();
	}
	return changed;
}

static struct xrule_class *xrule_build_run(struct xrule_build *b)
{
	struct xrule_class *c;
	u32 rounds = 0;

	for (;;) {
		if (xrule_build_tuples(b))
			return NULL;
		c = xrule_build_alloc(b);
		if (!c)
			return NULL;
		xrule_build_begin(b, c);
		xrule_build_fill(b, c);
		if (++rounds == XRULE_ROUNDS_MAX || !xrule_build_part(b, c))
			return c;
		kvfree(c);
	}
}

/**
 * xrule_class_build - make a list ready to be searched
 * @fast: the rules' matches in order; not kept
 * @n: how many, at least one
 *
 * Context: process, may sleep.
 * Return: the classifier, or NULL.
 */
struct xrule_class *xrule_class_build(const struct xrule_fast *fast, u32 n)
{
	struct xrule_class *c = NULL;
	struct xrule_build *b = kzalloc(sizeof(*b), GFP_KERNEL_ACCOUNT);

	if (!b)
		return NULL;
	b->fast = fast;
	b->n = n;
	b->level = kvzalloc(n, GFP_KERNEL_ACCOUNT);
	b->of = kvmalloc_array(n, sizeof(*b->of), GFP_KERNEL_ACCOUNT);
	if (b->level && b->of)
		c = xrule_build_run(b);
	kvfree(b->tuple);
	kvfree(b->of);
	kvfree(b->level);
	kfree(b);
	return c;
}
