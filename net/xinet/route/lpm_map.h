/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A byte for each 24 bits of the key, for tables of a full routing feed: it
 * answers nearly all keys without a look at the nodes, by one load that may miss
 * the caches.
 *
 * A byte is a number that stands for a leaf. It changes by one store, after what
 * it leads to, so readers wait for nobody.
 */
#ifndef _XINET_LPM_MAP_H
#define _XINET_LPM_MAP_H

#include "lpm_node.h"

#define XLPM_MAP_SLOTS		BIT(24)
#define XLPM_MAP_NUMBERS	256
#define XLPM_MAP_ASK		0	/* number: ask the nodes */
#define XLPM_MAP_ANY		1	/* number: that of length 0, if any, covers */
#define XLPM_MAP_FIRST		2	/* the first one that a leaf may get */
#define XLPM_MAP_PARTS		256	/* by the first 8 bits */

/**
 * struct xlpm_map - answers by the first 24 bits
 * @number: what stands for the answer to each; an allocation of its own, since
 *	with a byte more it would not fit into whole huge pages
 * @word: of each number: a leaf, 0 for no prefix, XLPM_NODE to ask the nodes
 * @rcu: frees it
 * @users: prefixes with the leaf of each number; RTNL
 * @unnumbered: prefixes whose leaf has no number; RTNL
 * @filled: parts whose bytes are in use and whose prefixes are counted; RTNL
 * @idle_since: grace-period cookie of a number whose last user went; RTNL
 * @hint: a number by the hash of its leaf, perhaps outdated; RTNL
 *
 * A prefix belongs to the part of its first key. No answer in a filled part
 * comes from a later one.
 */
struct xlpm_map {
	u8 *number;
	unsigned long word[XLPM_MAP_NUMBERS];
	struct rcu_head rcu;
	u32 users[XLPM_MAP_NUMBERS];
	u32 unnumbered;
	unsigned int filled;
	unsigned long idle_since[XLPM_MAP_NUMBERS];
	u8 hint[1024];
};

/* The word for @key, with XLPM_NODE if the nodes have to be asked. */
static __always_inline unsigned long xlpm_map_word(const struct xlpm_map *map,
						   u32 key)
{
	return READ_ONCE(map->word[READ_ONCE(map->number[key >> 8])]);
}

/* fib_lpm.c */
void *xlpm_lookup_direct(const struct xlpm *t, u32 key);

/**
 * xlpm_lookup_inline - xlpm_lookup() without the call
 * @t: the table
 * @key: host byte order
 *
 * Context: RCU read lock; any.
 * Return: as xlpm_lookup().
 */
static __always_inline void *xlpm_lookup_inline(const struct xlpm *t, u32 key)
{
	const struct xlpm_map *map = rcu_dereference_rtnl(t->map);
	unsigned long word;

	if (likely(map)) {
		word = xlpm_map_word(map, key);
		if (likely(!(word & XLPM_NODE)))
			return (void *)word;
	}
	return xlpm_lookup_direct(t, key);
}

/* lpm_map.c */
void xlpm_map_swap(const struct xlpm *t, struct xlpm_map *map, u32 key, u8 len,
		   const void *old, const void *leaf);
void xlpm_map_fill(const struct xlpm *t, struct xlpm_map *map,
		   unsigned int parts);
struct xlpm_map *xlpm_map_make(const struct xlpm *t);
void xlpm_map_drop(struct xlpm_map *map);
void xlpm_map_free(struct xlpm_map *map);

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
