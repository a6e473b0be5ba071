// SPDX-License-Identifier: GPL-2.0
/*
 * The byte map in front of a very large table: kept in step with the nodes.
 *
 * In: changes that lpm_update.c has made. Out: numbers that lookups turn into
 * leaves. Under RTNL; may sleep. Leaves beyond the 254th get no number, and
 * keys with prefixes beyond 24 bits none either: lookups then ask the nodes.
 *
 * A reader may hold a number for as long as its RCU section, so a number gets
 * another leaf only when a grace period has passed since its last user went.
 */
#include <linux/bitops.h>
#include <linux/mm.h>
#include <linux/rtnetlink.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include "lpm_map.h"

static u8 *xlpm_map_hint(struct xlpm_map *map, unsigned long leaf)
{
	return &map->hint[(u32)((leaf >> 4) * 0x9e3779b1U) >> 22];
}

static bool xlpm_map_is(const struct xlpm_map *map, unsigned int number,
			unsigned long leaf)
{
	return map->users[number] && map->word[number] == leaf;
}

/* The number of @leaf, XLPM_MAP_ASK if it has none. */
static u8 xlpm_map_number(struct xlpm_map *map, unsigned long leaf)
{
	u8 *hint = xlpm_map_hint(map, leaf);
	unsigned int i;

	if (!leaf)
		return XLPM_MAP_ANY;
	if (leaf & XLPM_NODE)
		return XLPM_MAP_ASK;
	if (xlpm_map_is(map, *hint, leaf))
		return *hint;
	for (i = XLPM_MAP_FIRST; i < XLPM_MAP_NUMBERS; i++) {
		if (xlpm_map_is(map, i, leaf)) {
			*hint = i;
			return i;
		}
	}
	return XLPM_MAP_ASK;
}

/*
 * A number for a leaf that has none. While there are prefixes without one,
 * @word may be the leaf of some, which its users would not count.
 */
static u8 xlpm_map_take(struct xlpm_map *map, unsigned long word)
{
	unsigned int i;

	if (map->unnumbered)
		return XLPM_MAP_ASK;
	for (i = XLPM_MAP_FIRST; i < XLPM_MAP_NUMBERS; i++) {
		if (map->users[i])
			continue;
		if (map->word[i] &&
		    !poll_state_synchronize_rcu(map->idle_since[i]))
			continue;
		WRITE_ONCE(map->word[i], word);
		*xlpm_map_hint(map, word) = i;
		return i;
	}
	return XLPM_MAP_ASK;
}

/**
 * xlpm_map_use - one prefix more has a leaf
 * @map: may be NULL
 * @leaf: what it has
 *
 * Context: RTNL, before the change is refreshed.
 */
void xlpm_map_use(struct xlpm_map *map, const void *leaf)
{
	unsigned long word = (unsigned long)leaf;
	u8 number;

	if (!map)
		return;
	number = xlpm_map_number(map, word);
	if (number == XLPM_MAP_ASK)
		number = xlpm_map_take(map, word);
	if (number == XLPM_MAP_ASK)
		map->unnumbered++;
	else
		map->users[number]++;
}

/**
 * xlpm_map_unuse - one prefix less has a leaf
 * @map: may be NULL
 * @leaf: what it had
 *
 * Context: RTNL, after the change was refreshed.
 */
void xlpm_map_unuse(struct xlpm_map *map, const void *leaf)
{
	u8 number;

	if (!map)
		return;
	number = xlpm_map_number(map, (unsigned long)leaf);
	if (number == XLPM_MAP_ASK)
		map->unnumbered--;
	else if (!--map->users[number])
		map->idle_since[number] = get_state_synchronize_rcu();
}

/* 24-bit blocks from @first through @last, of which all say @word. */
static void xlpm_map_set(struct xlpm_map *map, u32 first, u32 last,
			 unsigned long word)
{
	u8 number = xlpm_map_number(map, word);

	/* The number's word comes before the number. */
	smp_wmb();	/* a reader's address dependency */
	if (first == last)
		WRITE_ONCE(map->number[first], number);
	else
		memset(&map->number[first], number, last - first + 1);
}

/* Those that a node of the 8 bits before the 24th knows. */
static void xlpm_map_runs(struct xlpm_map *map, const struct xlpm_node *n,
			  u32 first, u32 last)
{
	u32 base = n->key >> 8;
	unsigned int run = xlpm_run(n, first - base);
	unsigned int slot = first - base, stop = last - base + 1;

	while (slot < stop) {
		unsigned int end = xlpm_next_run(n->map, slot);

		if (end > stop)
			end = stop;
		xlpm_map_set(map, base + slot, base + end - 1, n->word[run++]);
		slot = end;
	}
}

/* Those of one word of the 16-bit array. */
static void xlpm_map_block(const struct xlpm *t, struct xlpm_map *map,
			   u32 first, u32 last)
{
	const struct xlpm_direct *direct = rtnl_dereference(t->direct);
	unsigned long word = direct->word[first >> 8];
	const struct xlpm_node *n = xlpm_node_of(word);

	if (!n) {
		xlpm_map_set(map, first, last, word);
	} else if (xlpm_depth(n) == 16) {
		xlpm_map_runs(map, n, first, last);
	} else {
		xlpm_map_set(map, first, last, n->cover);
		if (n->key >> 8 >= first && n->key >> 8 <= last)
			xlpm_map_set(map, n->key >> 8, n->key >> 8, word);
	}
}

/**
 * xlpm_map_refresh - the answers to a prefix have changed
 * @t: the table, changed, its 16-bit array up to date
 * @map: the map
 * @key: the prefix, host byte order
 * @len: its length
 *
 * Context: RTNL; may sleep.
 */
void xlpm_map_refresh(const struct xlpm *t, struct xlpm_map *map, u32 key,
		      u8 len)
{
	u32 mask = xlpm_mask(len);
	u32 first = (key & mask) >> 8, last = (key | ~mask) >> 8;

	while (first < last) {
		u32 end = first | 0xff;

		if (end > last)
			end = last;
		xlpm_map_block(t, map, first, end);
		first = end + 1;
		if (!(first & 0xffff))
			cond_resched();
	}
	if (first == last)
		xlpm_map_block(t, map, first, last);
}

static void xlpm_map_count(struct xlpm_map *map, const struct xlpm_node *n)
{
	unsigned int i, kids = n->kids;

	for (i = 0; kids; i++) {
		if (!(n->word[i] & XLPM_NODE))
			continue;
		xlpm_map_count(map, xlpm_node_of(n->word[i]));
		kids--;
	}
	for (i = 0; i < n->prefixes; i++)
		if (xlpm_leaves(n)[i])
			xlpm_map_use(map, xlpm_leaves(n)[i]);
	cond_resched();
}

/**
 * xlpm_map_make - a map of what the table holds
 * @t: the table; it has its 16-bit array
 *
 * Context: RTNL; may sleep.
 * Return: the map, NULL without memory.
 */
struct xlpm_map *xlpm_map_make(const struct xlpm *t)
{
	struct xlpm_node *n = xlpm_node_of(t->root);
	struct xlpm_map *map;

	map = kvzalloc(sizeof(*map), GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
	if (!map)
		return NULL;
	map->word[XLPM_MAP_ASK] = XLPM_NODE;
	map->word[XLPM_MAP_ANY] = (unsigned long)t->any;
	if (n)
		xlpm_map_count(map, n);
	xlpm_map_refresh(t, map, 0, 0);
	return map;
}
