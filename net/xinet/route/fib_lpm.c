// SPDX-License-Identifier: GPL-2.0
/*
 * Longest-prefix match: lookups and walks.
 *
 * In: keys in host byte order. Out: the pointer stored with the longest prefix
 * that covers a key, or with the next prefix in order. Under the RCU read lock
 * in any context, beside a writer (lpm_update.c) that nobody waits for: a
 * reader sees each key's answer before or after a change, never between.
 *
 * The file holds no skb and no socket, and builds in userspace as well.
 */
#include <linux/bitops.h>
#include <linux/rtnetlink.h>
#include "lpm_map.h"

/**
 * xlpm_lookup_direct - by 16 bits and then by the nodes
 * @t: the table
 * @key: host byte order
 *
 * Context: RCU read lock; any.
 * Return: as xlpm_lookup().
 */
noinline void *xlpm_lookup_direct(const struct xlpm *t, u32 key)
{
	const struct xlpm_direct *direct = rcu_dereference_rtnl(t->direct);
	unsigned long word;

	word = direct ? READ_ONCE(direct->word[key >> 16]) : READ_ONCE(t->root);
	return xlpm_lookup_from(t, word, key);
}

/**
 * xlpm_lookup - the longest prefix that covers a key
 * @t: the table
 * @key: host byte order
 *
 * Context: RCU read lock; any.
 * Return: what is stored with that prefix, NULL if none covers @key.
 */
void *xlpm_lookup(const struct xlpm *t, u32 key)
{
	return xlpm_lookup_inline(t, key);
}

/**
 * xlpm_node_upto - the longest prefix of one node that covers a key
 * @n: the node, which the key leads to
 * @key: host byte order
 * @limit: the greatest length to consider
 * @len: length of the match, unchanged without one
 *
 * Context: RCU read lock or RTNL.
 * Return: what is stored with it, or NULL.
 */
void *xlpm_node_upto(const struct xlpm_node *n, u32 key, u8 limit, u8 *len)
{
	u8 depth = xlpm_depth(n);
	u8 l;

	for (l = limit; l > depth; l--) {
		u16 place = xlpm_place(n, key, l);
		unsigned int i = xlpm_place_find(n, place);
		void *leaf;

		if (i == n->prefixes || xlpm_places(n)[i] != place)
			continue;
		leaf = READ_ONCE(xlpm_leaves(n)[i]);
		if (!leaf)
			continue;
		*len = l;
		return leaf;
	}
	return NULL;
}

/* The nodes on the way to @key, topmost first; returns how many. */
static unsigned int xlpm_way(const struct xlpm *t, u32 key,
			     const struct xlpm_node *way[XLPM_DEPTHS])
{
	const struct xlpm_node *n = xlpm_node_of(READ_ONCE(t->root));
	unsigned int count = 0;

	while (n && xlpm_covers(n, key)) {
		way[count++] = n;
		n = xlpm_node_of(READ_ONCE(n->word[xlpm_run(n, xlpm_slot(n, key))]));
	}
	return count;
}

/**
 * xlpm_lookup_upto - the longest covering prefix of a limited length
 * @t: the table
 * @key: host byte order
 * @len: in: the greatest length to consider; out: that of the match
 *
 * A caller that cannot use a match asks again with one bit less.
 *
 * Context: RCU read lock or RTNL.
 * Return: what is stored with that prefix, NULL if none covers @key.
 */
void *xlpm_lookup_upto(const struct xlpm *t, u32 key, u8 *len)
{
	const struct xlpm_node *way[XLPM_DEPTHS];
	unsigned int i = xlpm_way(t, key, way);
	u8 limit = *len;

	while (i--) {
		const struct xlpm_node *n = way[i];
		unsigned int run = xlpm_run(n, xlpm_slot(n, key));
		u8 owner = READ_ONCE(xlpm_owners(n)[run]);
		void *leaf;

		/* Nothing in this node covers the key by more than @owner. */
		leaf = xlpm_node_upto(n, key, min(limit, owner), len);
		if (leaf)
			return leaf;
	}
	*len = 0;
	return READ_ONCE(t->any);
}

/**
 * xlpm_get - what is stored with exactly this prefix
 * @t: the table
 * @key: the prefix, host byte order; bits behind @len are ignored
 * @len: its length in bits
 *
 * Context: RTNL.
 * Return: the stored pointer or NULL.
 */
void *xlpm_get(const struct xlpm *t, u32 key, u8 len)
{
	const struct xlpm_node *way[XLPM_DEPTHS];
	unsigned int i, found;
	u16 place;

	if (!len)
		return t->any;
	key &= xlpm_mask(len);
	for (i = xlpm_way(t, key, way); i--; )
		if (xlpm_depth(way[i]) == xlpm_depth_of(len))
			break;
	if (i == -1U)
		return NULL;
	place = xlpm_place(way[i], key, len);
	found = xlpm_place_find(way[i], place);
	if (found == way[i]->prefixes || xlpm_places(way[i])[found] != place)
		return NULL;
	return xlpm_leaves(way[i])[found];
}

/**
 * struct xlpm_spot - a prefix in the order of a walk
 * @key: host byte order
 * @len: in bits
 */
struct xlpm_spot {
	u32 key;
	u8 len;
};

static bool xlpm_before(const struct xlpm_spot *a, const struct xlpm_spot *b)
{
	return a->key < b->key || (a->key == b->key && a->len < b->len);
}

/* The first prefix of @n itself at or behind @from; @at is where it is. */
static void *xlpm_node_first(const struct xlpm_node *n,
			     const struct xlpm_spot *from, struct xlpm_spot *at)
{
	unsigned int i = 0;

	if (from->key > n->key)
		i = xlpm_place_find(n, xlpm_slot(n, from->key) << 4);
	for (; i < n->prefixes; i++) {
		u16 place = xlpm_places(n)[i];
		void *leaf = READ_ONCE(xlpm_leaves(n)[i]);

		at->key = n->key | xlpm_place_first(place) << n->shift;
		at->len = xlpm_depth(n) + (place & 15);
		if (leaf && !xlpm_before(at, from))
			return leaf;
	}
	return NULL;
}

/* The next slot, from @slot on, that leads to a node; 256 if none does. */
static unsigned int xlpm_next_kid(const struct xlpm_node *n, unsigned int slot,
				  struct xlpm_node **kid)
{
	while (slot < XLPM_SLOTS) {
		unsigned int at = slot & 63;
		u64 left = n->map[slot >> 6] >> at;

		*kid = xlpm_node_of(READ_ONCE(n->word[xlpm_run(n, slot)]));
		if (*kid)
			return slot;
		left = at == 63 ? 0 : left >> 1;
		slot = left ? slot + 1 + __ffs64(left) : (slot | 63) + 1;
	}
	return slot;
}

/**
 * struct xlpm_walk - how far a search for the next prefix came
 * @n: nodes on the way, topmost first
 * @slot: of each, where to look for the next node below
 * @depth: how many
 * @best: the leaf of the first prefix that was found so far, or NULL
 * @at: where that is
 */
struct xlpm_walk {
	const struct xlpm_node *n[XLPM_DEPTHS];
	unsigned int slot[XLPM_DEPTHS];
	unsigned int depth;
	void *best;
	struct xlpm_spot at;
};

/* Looks at @n, unless all in it lies before @from. */
static void xlpm_walk_enter(struct xlpm_walk *w, const struct xlpm_node *n,
			    const struct xlpm_spot *from)
{
	struct xlpm_spot at;
	void *leaf;

	if ((n->key | ~n->mask) < from->key)
		return;
	leaf = xlpm_node_first(n, from, &at);
	if (leaf && (!w->best || xlpm_before(&at, &w->at))) {
		w->best = leaf;
		w->at = at;
	}
	w->slot[w->depth] = from->key > n->key ? xlpm_slot(n, from->key) : 0;
	w->n[w->depth++] = n;
}

/* Is all that slot @slot of @n leads to behind what was found? */
static bool xlpm_walk_behind(const struct xlpm_walk *w,
			     const struct xlpm_node *n, unsigned int slot)
{
	return w->best && (n->key | slot << n->shift) > w->at.key;
}

/**
 * xlpm_next - walk the prefixes in order, from any point
 * @t: the table
 * @key: in: where to begin, host byte order; out: the prefix found
 * @len: in: with @key, the least length wanted; out: its length
 *
 * Prefixes come by key and, among equal keys, shortest first. The position is
 * a value, not a place in the table, so a walk goes on after changes.
 *
 * Context: RCU read lock or RTNL.
 * Return: what is stored with the first prefix at or behind (@key, @len), NULL
 * at the end.
 */
void *xlpm_next(const struct xlpm *t, u32 *key, u8 *len)
{
	struct xlpm_spot from = { .key = *key, .len = *len };
	struct xlpm_walk w = {};
	struct xlpm_node *kid;
	void *any = READ_ONCE(t->any);

	if (any && !from.key && !from.len)
		return any;
	kid = xlpm_node_of(READ_ONCE(t->root));
	if (kid)
		xlpm_walk_enter(&w, kid, &from);
	while (w.depth) {
		const struct xlpm_node *n = w.n[w.depth - 1];
		unsigned int slot = w.slot[w.depth - 1];

		slot = xlpm_next_kid(n, slot, &kid);
		if (slot == XLPM_SLOTS || xlpm_walk_behind(&w, n, slot)) {
			w.depth--;
			continue;
		}
		w.slot[w.depth - 1] = slot + 1;
		xlpm_walk_enter(&w, kid, &from);
	}
	if (w.best) {
		*key = w.at.key;
		*len = w.at.len;
	}
	return w.best;
}

/**
 * xlpm_step - the position right behind a prefix
 * @key: in: the prefix that was seen; out: where to go on
 * @len: its length; likewise
 *
 * Return: false if nothing can follow.
 */
bool xlpm_step(u32 *key, u8 *len)
{
	if (*len < 32) {
		*len += 1;
		return true;
	}
	if (*key == ~0U)
		return false;
	*key += 1;
	*len = 0;
	return true;
}
