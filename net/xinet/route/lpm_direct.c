// SPDX-License-Identifier: GPL-2.0
/*
 * The short ways into a large table: 65,536 words by the first 16 bits, and in a
 * very large one a byte for each 24 bits besides (lpm_map.c).
 *
 * In: a change that lpm_update.c has made. Out: the words of it brought up to
 * date; the arrays made when the table has grown large, freed when it is small
 * again. What it says, the nodes say too: without memory for them, lookups go by
 * the nodes alone. Under RTNL; may sleep.
 */
#include <linux/bitops.h>
#include <linux/mm.h>
#include <linux/rtnetlink.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include "lpm_map.h"

/* A unit test wants large tables that are small. */
#ifndef XLPM_DIRECT_FROM
/* 512 KiB: at most 32 bytes a prefix when it comes, 128 when it goes. */
#define XLPM_DIRECT_FROM	16384
#define XLPM_DIRECT_UNTIL	4096

/* 16 MiB: at most 128 bytes a prefix when it comes, 256 when it goes. */
#define XLPM_MAP_FROM		131072
#define XLPM_MAP_UNTIL		65536

/* Of XLPM_MAP_PARTS, with each change until all are in use. */
#define XLPM_MAP_FILL		32
#endif

/* Where the way to @key arrives behind 16 bits. */
static unsigned long xlpm_direct_word(const struct xlpm *t, u32 key)
{
	unsigned long word = t->root;
	struct xlpm_node *n;

	while ((n = xlpm_node_of(word))) {
		if (((n->key ^ key) & n->mask) >> 16)
			return n->cover;
		if (n->shift < 16)
			return word;
		word = n->word[xlpm_run(n, xlpm_slot(n, key))];
	}
	return word;
}

static void xlpm_direct_fill(const struct xlpm *t, struct xlpm_direct *direct,
			     u32 first, u32 last)
{
	u32 i;

	for (i = first; i <= last; i++) {
		/* A node is complete before a word leads to it. */
		smp_store_release(&direct->word[i],
				  xlpm_direct_word(t, i << 16));
		if (!(~i & 0x3ff))
			cond_resched();
	}
}

/**
 * xlpm_direct_swap - the answers to a prefix have changed
 * @t: the table, changed
 * @key: the prefix, host byte order
 * @len: its length, at least 1
 * @old: what was stored with it, NULL if it was not there
 * @leaf: what is stored with it now, NULL if it went
 *
 * Context: RTNL; may sleep.
 */
void xlpm_direct_swap(struct xlpm *t, u32 key, u8 len, const void *old,
		      const void *leaf)
{
	struct xlpm_direct *direct = rtnl_dereference(t->direct);
	u32 mask = xlpm_mask(len);
	struct xlpm_map *map;

	if (!direct)
		return;
	xlpm_direct_fill(t, direct, (key & mask) >> 16, (key | ~mask) >> 16);
	map = rtnl_dereference(t->map);
	if (map)
		xlpm_map_swap(t, map, key & mask, len, old, leaf);
}

/**
 * xlpm_direct_any - store the answer for keys that no prefix covers
 * @t: the table
 * @leaf: what is stored with the prefix of length 0, NULL for nothing
 *
 * Context: RTNL.
 */
void xlpm_direct_any(struct xlpm *t, void *leaf)
{
	struct xlpm_map *map = rtnl_dereference(t->map);

	/* What @leaf points at is complete before it can be found. */
	smp_store_release(&t->any, leaf);
	if (!map)
		return;
	/* Likewise. */
	smp_store_release(&map->word[XLPM_MAP_ANY], (unsigned long)leaf);
}

static void xlpm_direct_grow(struct xlpm *t)
{
	struct xlpm_direct *direct;

	direct = kvzalloc(sizeof(*direct), GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
	if (!direct)
		return;
	xlpm_direct_fill(t, direct, 0, 0xffff);
	rcu_assign_pointer(t->direct, direct);
}

static void xlpm_direct_shrink(struct xlpm *t, struct xlpm_direct *direct)
{
	RCU_INIT_POINTER(t->direct, NULL);
	kvfree_rcu_mightsleep(direct);
}

static void xlpm_direct_fit_map(struct xlpm *t)
{
	struct xlpm_map *map = rtnl_dereference(t->map);

	if (map && t->count < XLPM_MAP_UNTIL) {
		RCU_INIT_POINTER(t->map, NULL);
		xlpm_map_free(map);
	} else if (!map && t->count >= XLPM_MAP_FROM &&
		   !(t->count % (XLPM_MAP_FROM / 4))) {
		rcu_assign_pointer(t->map, xlpm_map_make(t));
	} else if (map) {
		xlpm_map_fill(t, map, XLPM_MAP_FILL);
	}
}

/**
 * xlpm_direct_fit - have the arrays where they pay
 * @t: the table, of a new size
 *
 * Without memory for one it tries again some thousand prefixes later.
 *
 * Context: RTNL; may sleep.
 */
void xlpm_direct_fit(struct xlpm *t)
{
	struct xlpm_direct *direct = rtnl_dereference(t->direct);

	if (direct)
		xlpm_direct_fit_map(t);
	if (direct && t->count < XLPM_DIRECT_UNTIL)
		xlpm_direct_shrink(t, direct);
	else if (!direct && t->count >= XLPM_DIRECT_FROM &&
		 !(t->count % (XLPM_DIRECT_FROM / 4)))
		xlpm_direct_grow(t);
}

/**
 * xlpm_direct_free - free the arrays of a table that nobody reads any more
 * @t: the table
 *
 * Context: process.
 */
void xlpm_direct_free(struct xlpm *t)
{
	xlpm_map_drop(rcu_dereference_protected(t->map, true));
	kvfree(rcu_dereference_protected(t->direct, true));
}
