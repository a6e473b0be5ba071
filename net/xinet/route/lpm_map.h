/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Half a cache line for each 18 bits of the key, for tables of a full routing
 * feed: it answers 24 bits, and most keys without a look at the nodes.
 *
 * A block is a quarter of a node made small: runs of equal answers, a bit in a
 * map where one begins, and a byte for each, a number that stands for a leaf. It
 * has room for XLPM_BLOCK_RUNS; keys behind those are asked of the nodes.
 *
 * Blocks change in place. A reader who meets a change asks the nodes as well,
 * which were changed before, so it waits for nobody.
 */
#ifndef _XINET_LPM_MAP_H
#define _XINET_LPM_MAP_H

#include "lpm_node.h"

#define XLPM_MAP_NUMBERS	256
#define XLPM_MAP_ASK		0	/* number: ask the nodes */
#define XLPM_MAP_ANY		1	/* number: that of length 0, if any, covers */
#define XLPM_MAP_FIRST		2	/* the first one that a leaf may get */
#define XLPM_MAP_PARTS		256	/* by the first 8 bits */

#define XLPM_BLOCK_SLOTS	64
#define XLPM_BLOCK_RUNS		19

/**
 * struct xlpm_block - answers to 64 keys of 24 bits
 * @map: where a run begins
 * @seq: odd while the block changes, another one afterwards
 * @number: of each run, from 1 on; all zeroes ask the nodes
 */
struct xlpm_block {
	u64 map;
	u32 seq;
	u8 number[XLPM_BLOCK_RUNS + 1];
} __aligned(32);

/**
 * struct xlpm_map - answers by the first 24 bits
 * @rcu: frees it
 * @block: by the first 18 bits; not last, see xlpm_map_word()
 * @word: of each number: a leaf, 0 for no prefix, XLPM_NODE to ask the nodes
 * @users: prefixes with the leaf of each number; RTNL
 * @unnumbered: prefixes whose leaf has no number; RTNL
 * @filled: parts whose blocks are in use and whose prefixes are counted; RTNL
 * @idle_since: grace-period cookie of a number whose last user went; RTNL
 * @hint: a number by the hash of its leaf, perhaps outdated; RTNL
 *
 * A prefix belongs to the part of its first key. No answer in a filled part
 * comes from a later one.
 */
struct xlpm_map {
	struct rcu_head rcu;
	struct xlpm_block block[1 << 18];
	unsigned long word[XLPM_MAP_NUMBERS];
	u32 users[XLPM_MAP_NUMBERS];
	u32 unnumbered;
	unsigned int filled;
	unsigned long idle_since[XLPM_MAP_NUMBERS];
	u8 hint[1024];
};

/*
 * The word for @key, with XLPM_NODE if the nodes have to be asked. In the midst
 * of a change the number may lie behind the block, though not behind the map;
 * what it says is then not used.
 */
static __always_inline unsigned long xlpm_map_word(const struct xlpm_map *map,
						   u32 key)
{
	const struct xlpm_block *b = &map->block[key >> 14];
	const u8 *number = b->number;
	u32 seq = READ_ONCE(b->seq);
	unsigned long word;

	/* Pairs with the first barrier of xlpm_block_write(). */
	smp_rmb();
	number += hweight64(READ_ONCE(b->map) << (~(key >> 8) & 63));
	word = READ_ONCE(map->word[READ_ONCE(*number)]) | (seq & XLPM_NODE);
	/* Pairs with the second one. */
	smp_rmb();
	return READ_ONCE(b->seq) == seq ? word : XLPM_NODE;
}

/* lpm_map.c */
void xlpm_map_swap(const struct xlpm *t, struct xlpm_map *map, u32 key, u8 len,
		   const void *old, const void *leaf);
void xlpm_map_fill(const struct xlpm *t, struct xlpm_map *map,
		   unsigned int parts);
struct xlpm_map *xlpm_map_make(const struct xlpm *t);

/* lpm_number.c */
u8 xlpm_map_number_slow(struct xlpm_map *map, unsigned long leaf);
void xlpm_map_use(struct xlpm_map *map, const void *leaf);
void xlpm_map_unuse(struct xlpm_map *map, const void *leaf);

static inline u8 *xlpm_map_hint(struct xlpm_map *map, unsigned long leaf)
{
	return &map->hint[(u32)((leaf >> 4) * 0x9e3779b1U) >> 22];
}

static inline bool xlpm_map_is(const struct xlpm_map *map, unsigned int number,
			       unsigned long leaf)
{
	return map->users[number] && map->word[number] == leaf;
}

/**
 * xlpm_map_number - what stands for a leaf
 * @map: the map
 * @leaf: the leaf, 0 for no prefix, or a word that leads to a node
 *
 * Context: RTNL.
 * Return: its number, XLPM_MAP_ASK if it has none.
 */
static inline u8 xlpm_map_number(struct xlpm_map *map, unsigned long leaf)
{
	u8 number;

	if (!leaf)
		return XLPM_MAP_ANY;
	if (leaf & XLPM_NODE)
		return XLPM_MAP_ASK;
	number = *xlpm_map_hint(map, leaf);
	return xlpm_map_is(map, number, leaf) ? number :
						xlpm_map_number_slow(map, leaf);
}

#endif /* _XINET_LPM_MAP_H */
