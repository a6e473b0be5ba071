// SPDX-License-Identifier: GPL-2.0
/*
 * The blocks in front of a very large table: kept in step with the nodes.
 *
 * In: changes that lpm_update.c has made. Out: blocks that lookups find answers
 * in. Under RTNL; may sleep. A block is made anew, from the one node that it is
 * part of, whenever an answer in it has changed.
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

/**
 * struct xlpm_draft - a block in the making
 * @block: so far; @seq is not set
 * @runs: how many
 */
struct xlpm_draft {
	struct xlpm_block block;
	unsigned int runs;
};

/*
 * From @slot on, which is behind all slots so far, the answer is @number. False
 * if there is no room: the nodes are asked from the last run on.
 */
static bool xlpm_draft_add(struct xlpm_draft *d, unsigned int slot, u8 number)
{
	if (d->runs && d->block.number[d->runs] == number)
		return true;
	if (d->runs == XLPM_BLOCK_RUNS) {
		d->block.number[d->runs] = XLPM_MAP_ASK;
		return false;
	}
	d->block.map |= 1ULL << slot;
	d->block.number[++d->runs] = number;
	return true;
}

/* The answers that quarter @w of a node of 16 bits knows. */
static void xlpm_draft_node(struct xlpm_draft *d, struct xlpm_map *map,
			    const struct xlpm_node *n, unsigned int w)
{
	u64 left = n->map[w] & ~1ULL;
	const unsigned long *word;

	/* A run may have begun in a quarter before. */
	word = &n->word[n->before[w] + (n->map[w] & 1) - 1];
	xlpm_draft_add(d, 0, xlpm_map_number(map, *word));
	for (; left; left &= left - 1)
		if (!xlpm_draft_add(d, __ffs64(left),
				    xlpm_map_number(map, *++word)))
			break;
}

/* No node of 16 bits: one of 24 answers one slot, if there is one. */
static void xlpm_draft_cover(struct xlpm_draft *d, struct xlpm_map *map,
			     unsigned long word, u32 i)
{
	const struct xlpm_node *n = xlpm_node_of(word);
	u8 cover = xlpm_map_number(map, xlpm_word_leaf(word));
	unsigned int slot;

	if (!n || n->key >> 14 != i) {
		xlpm_draft_add(d, 0, cover);
		return;
	}
	slot = n->key >> 8 & (XLPM_BLOCK_SLOTS - 1);
	if (slot)
		xlpm_draft_add(d, 0, cover);
	xlpm_draft_add(d, slot, XLPM_MAP_ASK);
	if (slot + 1 < XLPM_BLOCK_SLOTS)
		xlpm_draft_add(d, slot + 1, cover);
}

static void xlpm_block_write(struct xlpm_block *b, const struct xlpm_draft *d)
{
	WRITE_ONCE(b->seq, b->seq + 1);
	/* The number's word, and an odd @seq, come before what is new. */
	smp_wmb();
	WRITE_ONCE(b->map, d->block.map);
	memcpy(b->number, d->block.number, d->runs + 1);
	/* All of it comes before an even @seq. */
	smp_wmb();
	WRITE_ONCE(b->seq, b->seq + 1);
}

static void xlpm_map_block(const struct xlpm *t, struct xlpm_map *map, u32 i)
{
	const struct xlpm_direct *direct = rtnl_dereference(t->direct);
	unsigned long word = direct->word[i >> 2];
	const struct xlpm_node *n = xlpm_node_of(word);
	struct xlpm_draft d;

	d.block.map = 0;
	d.block.number[0] = XLPM_MAP_ASK;
	d.runs = 0;
	if (n && xlpm_depth(n) == 16)
		xlpm_draft_node(&d, map, n, i & 3);
	else
		xlpm_draft_cover(&d, map, word, i);
	xlpm_block_write(&map->block[i], &d);
}

static void xlpm_map_blocks(const struct xlpm *t, struct xlpm_map *map,
			    u32 first, u32 end)
{
	for (; first < end; first++) {
		xlpm_map_block(t, map, first);
		if (!(~first & 0xff))
			cond_resched();
	}
}

/*
 * From @slot on the block has no room and asks the nodes; it may go on to, so a
 * change there is none of its own.
 */
static bool xlpm_block_asks(const struct xlpm_block *b, unsigned int slot)
{
	return hweight64(b->map << (~slot & 63)) == XLPM_BLOCK_RUNS &&
	       b->number[XLPM_BLOCK_RUNS] == XLPM_MAP_ASK;
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
	u32 first = key >> 14, end = ((key | ~xlpm_mask(len)) >> 14) + 1;

	if (key >> 24 >= map->filled)
		return;
	if (leaf)
		xlpm_map_use(map, leaf);
	if (end - first > 1 || !xlpm_block_asks(&map->block[first], key >> 8))
		xlpm_map_blocks(t, map, first, min(end, map->filled << 10));
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
		xlpm_map_blocks(t, map, part << 10, (part + 1) << 10);
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
	map->word[XLPM_MAP_ASK] = XLPM_NODE;
	map->word[XLPM_MAP_ANY] = (unsigned long)t->any;
	return map;
}
