// SPDX-License-Identifier: GPL-2.0
/*
 * The bytes in front of a very large table: kept in step with the nodes.
 *
 * In: changes that lpm_update.c has made. Out: bytes that lookups find answers
 * by. Under RTNL; may sleep. The bytes of a prefix are made anew, from the nodes
 * they stand for, whenever its answers have changed.
 *
 * A new map asks the nodes for everything and is filled part by part, a few
 * with each further change, so that no change has all of it to do.
 */
#include <linux/bitops.h>
#include <linux/mm.h>
#include <linux/rtnetlink.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include "lpm_map.h"

/* Slots @slot to @end - 1 of a node of 16 bits; @number is where its first is. */
static void xlpm_map_node(struct xlpm_map *map, u8 *number,
			  const struct xlpm_node *n, unsigned int slot,
			  unsigned int end)
{
	const unsigned long *word = &n->word[xlpm_run(n, slot)];
	unsigned int next;

	for (; slot < end; slot = next) {
		next = min(xlpm_next_run(n->map, slot), end);
		memset(number + slot, xlpm_map_number(map, *word++),
		       next - slot);
	}
}

/* No node of 16 bits: one of 24 answers one slot, if there is one. */
static void xlpm_map_cover(struct xlpm_map *map, u8 *number, unsigned long word,
			   u32 i, unsigned int slot, unsigned int end)
{
	const struct xlpm_node *n = xlpm_node_of(word);
	u8 cover = xlpm_map_number(map, xlpm_word_leaf(word));
	unsigned int kid = XLPM_SLOTS;

	if (n && n->key >> 16 == i)
		kid = n->key >> 8 & (XLPM_SLOTS - 1);
	if (kid < slot || kid >= end) {
		memset(number + slot, cover, end - slot);
		return;
	}
	memset(number + slot, cover, kid - slot);
	WRITE_ONCE(number[kid], XLPM_MAP_ASK);
	memset(number + kid + 1, cover, end - kid - 1);
}

/* Slots of the 256 behind the first 16 bits @i. */
static void xlpm_map_slots(const struct xlpm *t, struct xlpm_map *map, u32 i,
			   unsigned int slot, unsigned int end)
{
	const struct xlpm_direct *direct = rtnl_dereference(t->direct);
	unsigned long word = direct->word[i];
	const struct xlpm_node *n = xlpm_node_of(word);
	u8 *number = &map->number[i * XLPM_SLOTS];

	if (n && xlpm_depth(n) == 16)
		xlpm_map_node(map, number, n, slot, end);
	else
		xlpm_map_cover(map, number, word, i, slot, end);
}

/* The answers to keys of 24 bits from @first to @last. */
static void xlpm_map_answers(const struct xlpm *t, struct xlpm_map *map,
			     u32 first, u32 last)
{
	u32 i;

	/* The word of a number comes before a byte that leads to it. */
	smp_wmb();
	for (i = first >> 8; i <= last >> 8; i++) {
		xlpm_map_slots(t, map, i, i == first >> 8 ? first & 0xff : 0,
			       i == last >> 8 ? (last & 0xff) + 1 : XLPM_SLOTS);
		if (!(~i & 0xff))
			cond_resched();
	}
}

/**
 * xlpm_map_swap - the answers to a prefix have changed
 * @t: the table, changed, its 16-bit array up to date
 * @map: the map
 * @key: the prefix, host byte order
 * @len: its length, at least 1
 * @old: what was stored with it, NULL if it was not there
 * @leaf: what is stored with it now, NULL if it went
 *
 * Context: RTNL; may sleep.
 */
void xlpm_map_swap(const struct xlpm *t, struct xlpm_map *map, u32 key, u8 len,
		   const void *old, const void *leaf)
{
	u32 last = (key | ~xlpm_mask(len)) >> 8;

	if (key >> 24 >= map->filled)
		return;
	if (leaf)
		xlpm_map_use(map, leaf);
	xlpm_map_answers(t, map, key >> 8,
			 min(last, (map->filled << 16) - 1));
	if (old)
		xlpm_map_unuse(map, old);
}

/* Does prefix @i of @n belong to @part, or is @part XLPM_MAP_PARTS? */
static bool xlpm_map_in_part(const struct xlpm_node *n, unsigned int i,
			     unsigned int part)
{
	return part == XLPM_MAP_PARTS ||
	       xlpm_place_first(xlpm_places(n)[i]) == part;
}

static void xlpm_map_count(struct xlpm_map *map, const struct xlpm_node *n,
			   unsigned int part)
{
	unsigned int i, kids = n->kids;

	for (i = 0; kids; i++) {
		if (!(n->word[i] & XLPM_NODE))
			continue;
		kids--;
		if (part == XLPM_MAP_PARTS ||
		    xlpm_node_of(n->word[i])->key >> 24 == part)
			xlpm_map_count(map, xlpm_node_of(n->word[i]),
				       XLPM_MAP_PARTS);
	}
	for (i = 0; i < n->prefixes; i++)
		if (xlpm_leaves(n)[i] && xlpm_map_in_part(n, i, part))
			xlpm_map_use(map, xlpm_leaves(n)[i]);
}

/**
 * xlpm_map_fill - have more of a map in use
 * @t: the table; it has its 16-bit array
 * @map: the map
 * @parts: how many more parts, at most
 *
 * Context: RTNL; may sleep.
 */
void xlpm_map_fill(const struct xlpm *t, struct xlpm_map *map,
		   unsigned int parts)
{
	struct xlpm_node *n = xlpm_node_of(t->root);

	for (; parts && map->filled < XLPM_MAP_PARTS; parts--) {
		unsigned int part = map->filled++;

		if (n && !n->mask)
			xlpm_map_count(map, n, part);
		else if (n && n->key >> 24 == part)
			xlpm_map_count(map, n, XLPM_MAP_PARTS);
		xlpm_map_answers(t, map, part << 16, (part << 16) | 0xffff);
	}
}

/**
 * xlpm_map_make - a map that asks the nodes for all
 * @t: the table
 *
 * Context: RTNL; may sleep.
 * Return: the map, NULL without memory.
 */
struct xlpm_map *xlpm_map_make(const struct xlpm *t)
{
	struct xlpm_map *map;

	map = kvzalloc(sizeof(*map), GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
	if (!map)
		return NULL;
	map->number = kvzalloc(XLPM_MAP_SLOTS,
			       GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
	if (!map->number) {
		kvfree(map);
		return NULL;
	}
	map->word[XLPM_MAP_ASK] = XLPM_NODE;
	map->word[XLPM_MAP_ANY] = (unsigned long)t->any;
	return map;
}

/**
 * xlpm_map_drop - free a map at once
 * @map: the map that nobody reads, NULL does nothing
 *
 * Context: any.
 */
void xlpm_map_drop(struct xlpm_map *map)
{
	if (!map)
		return;
	kvfree(map->number);
	kvfree(map);
}

static void xlpm_map_rcu(struct rcu_head *rcu)
{
	xlpm_map_drop(container_of(rcu, struct xlpm_map, rcu));
}

/**
 * xlpm_map_free - free a map that readers may still be in
 * @map: the map, out of its table
 *
 * Context: any.
 */
void xlpm_map_free(struct xlpm_map *map)
{
	call_rcu(&map->rcu, xlpm_map_rcu);
}
