// SPDX-License-Identifier: GPL-2.0
/*
 * Nodes of the prefix table: making one from an old one and what is new, and
 * changing answers in place.
 *
 * In: what lpm_update.c has decided on. Out: a node that nobody sees yet, or
 * words that readers may meet at once. Under RTNL; making may sleep.
 *
 * Runs are parted wherever a prefix that is there begins or ends, and around a
 * slot that leads to a node: so a prefix that goes, or comes back, finds its
 * runs, and only a prefix that is new asks for memory.
 */
#include <linux/bitops.h>
#include <linux/rtnetlink.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include "lpm_node.h"

static void xlpm_part_at(u64 *map, unsigned int slot)
{
	if (slot < XLPM_SLOTS)
		map[slot >> 6] |= 1ULL << (slot & 63);
}

static void xlpm_part_slot(u64 *map, unsigned int slot)
{
	xlpm_part_at(map, slot);
	xlpm_part_at(map, slot + 1);
}

/* What stays of @old: boundaries of its prefixes and nodes below. */
static void xlpm_part_old(u64 *map, const struct xlpm_node *old)
{
	const u16 *places = xlpm_places(old);
	unsigned int i, slot, kids = old->kids;

	if (!old->gone) {
		memcpy(map, old->map, sizeof(old->map));
		return;
	}
	for (i = 0; i < old->prefixes; i++) {
		if (!xlpm_leaves(old)[i])
			continue;
		xlpm_part_at(map, xlpm_place_first(places[i]));
		xlpm_part_at(map, xlpm_place_end(places[i]));
	}
	for (i = 0, slot = 0; kids; slot = xlpm_next_run(old->map, slot)) {
		if (!(old->word[i++] & XLPM_NODE))
			continue;
		xlpm_part_slot(map, slot);
		kids--;
	}
}

static void xlpm_fill_runs(struct xlpm_node *n, const struct xlpm_node *old)
{
	u8 *owners = xlpm_owners(n);
	unsigned int i, slot = 0;

	for (i = 0; i < n->runs; i++) {
		if (old) {
			unsigned int run = xlpm_run(old, slot);

			n->word[i] = old->word[run];
			owners[i] = xlpm_owners(old)[run];
		} else {
			n->word[i] = n->cover;
			owners[i] = 0;
		}
		slot = xlpm_next_run(n->map, slot);
	}
}

static void xlpm_fill_prefixes(struct xlpm_node *n, const struct xlpm_node *old,
			       const struct xlpm_part *part)
{
	unsigned int i, to = 0, from = old ? old->prefixes : 0;
	void **leaves = xlpm_leaves(n);
	u16 *places = xlpm_places(n);
	bool todo = part->leaf;

	for (i = 0; i < from; i++) {
		u16 place = xlpm_places(old)[i];

		if (todo && place > part->place) {
			places[to] = part->place;
			leaves[to++] = part->leaf;
			todo = false;
		}
		if (!xlpm_leaves(old)[i])
			continue;
		places[to] = place;
		leaves[to++] = xlpm_leaves(old)[i];
	}
	if (todo) {
		places[to] = part->place;
		leaves[to] = part->leaf;
	}
}

static size_t xlpm_node_size(unsigned int runs, unsigned int prefixes)
{
	return sizeof(struct xlpm_node) +
	       runs * (sizeof(unsigned long) + sizeof(u8)) +
	       prefixes * (sizeof(void *) + sizeof(u16));
}

static struct xlpm_node *xlpm_node_alloc(unsigned int runs,
					 unsigned int prefixes)
{
	struct xlpm_node *n;

	n = xlpm_mem_alloc(xlpm_node_size(runs, prefixes));
	if (n) {
		n->runs = runs;
		n->prefixes = prefixes;
	}
	return n;
}

static void xlpm_hang(struct xlpm_node *n, struct xlpm_node *kid)
{
	unsigned int run = xlpm_run(n, xlpm_slot(n, kid->key));

	if (!(n->word[run] & XLPM_NODE))
		n->kids++;
	n->word[run] = xlpm_word_of(kid);
}

/**
 * xlpm_node_make - a node, by an old one and what comes in addition
 * @key: bits before those of the node, host byte order
 * @depth: how many: 0, 8, 16 or 24
 * @cover: the leaf that it inherits, 0 for none
 * @old: the node to take after, or NULL; stays as it is
 * @part: what else it holds; the new prefix has its place but is not painted
 *
 * Prefixes of @old that went are left out, and so are runs that only they
 * needed.
 *
 * Context: RTNL; may sleep.
 * Return: the node, which nobody sees yet; NULL without memory.
 */
struct xlpm_node *xlpm_node_make(u32 key, u8 depth, unsigned long cover,
				 const struct xlpm_node *old,
				 const struct xlpm_part *part)
{
	unsigned int i, runs = 0, prefixes = part->leaf ? 1 : 0;
	u64 map[4] = { 1 };
	struct xlpm_node *n;
	u8 before[4];
	u8 shift = 24 - depth;

	if (old) {
		xlpm_part_old(map, old);
		prefixes += old->prefixes - old->gone;
	}
	if (part->leaf) {
		xlpm_part_at(map, xlpm_place_first(part->place));
		xlpm_part_at(map, xlpm_place_end(part->place));
	}
	for (i = 0; i < part->n_kids; i++)
		xlpm_part_slot(map, part->kid[i]->key >> shift & 0xff);
	for (i = 0; i < 4; i++) {
		before[i] = runs;
		runs += hweight64(map[i]);
	}
	n = xlpm_node_alloc(runs, prefixes);
	if (!n)
		return NULL;
	n->key = key & xlpm_mask(depth);
	n->mask = xlpm_mask(depth);
	n->cover = cover;
	memcpy(n->map, map, sizeof(map));
	memcpy(n->before, before, sizeof(before));
	n->shift = shift;
	n->gone = 0;
	n->kids = old ? old->kids : 0;
	xlpm_fill_runs(n, old);
	xlpm_fill_prefixes(n, old, part);
	for (i = 0; i < part->n_kids; i++)
		xlpm_hang(n, part->kid[i]);
	return n;
}

/**
 * xlpm_node_drop - give a node back that no reader has seen, or can see
 * @n: the node, NULL does nothing
 *
 * Context: any.
 */
void xlpm_node_drop(struct xlpm_node *n)
{
	if (n)
		xlpm_mem_free(n, xlpm_node_size(n->runs, n->prefixes));
}

static void xlpm_node_rcu(struct rcu_head *rcu)
{
	xlpm_node_drop(container_of(rcu, struct xlpm_node, rcu));
}

/**
 * xlpm_node_free - give a node back that readers may still be in
 * @n: the node, out of the table
 *
 * Context: RTNL.
 */
void xlpm_node_free(struct xlpm_node *n)
{
	call_rcu(&n->rcu, xlpm_node_rcu);
}

static void xlpm_answer(struct xlpm_node *n, unsigned int run,
			unsigned long leaf)
{
	struct xlpm_node *kid = xlpm_node_of(n->word[run]);

	if (kid)
		xlpm_inherit(kid, leaf);
	else
		/* The leaf is complete before a reader can follow the word. */
		smp_store_release(&n->word[run], leaf);
}

/**
 * xlpm_inherit - what covers a node has changed
 * @n: the node
 * @leaf: what does now, 0 for nothing
 *
 * Goes down into nodes below, as deep as the table is.
 *
 * Context: RTNL; may sleep.
 */
void xlpm_inherit(struct xlpm_node *n, unsigned long leaf)
{
	const u8 *owners = xlpm_owners(n);
	unsigned int i;

	WRITE_ONCE(n->cover, leaf);
	for (i = 0; i < n->runs; i++)
		if (!owners[i])
			xlpm_answer(n, i, leaf);
	if (n->kids)
		cond_resched();
}

/**
 * xlpm_paint - give the slots of a prefix another answer
 * @n: the node that the prefix ends in, parted at both ends of it
 * @place: of the prefix
 * @least: only runs owned by a prefix of this length, in bits of the key,
 * @most: up to this one
 * @leaf: the answer, 0 for none
 * @owner: length of the prefix that it comes from; 0: from above the node
 *
 * Context: RTNL; may sleep.
 */
void xlpm_paint(struct xlpm_node *n, u16 place, u8 least, u8 most,
		unsigned long leaf, u8 owner)
{
	unsigned int run = xlpm_run(n, xlpm_place_first(place));
	unsigned int last = xlpm_run(n, xlpm_place_end(place) - 1);
	u8 *owners = xlpm_owners(n);

	for (; run <= last; run++) {
		if (owners[run] < least || owners[run] > most)
			continue;
		WRITE_ONCE(owners[run], owner);
		xlpm_answer(n, run, leaf);
	}
}
