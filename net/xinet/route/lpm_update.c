// SPDX-License-Identifier: GPL-2.0
/*
 * Changes of the prefix table: set, delete, destroy.
 *
 * In: prefixes in host byte order. Out: a table that readers (fib_lpm.c) see
 * change answer by answer. Under RTNL; may sleep.
 *
 * A prefix that is new means a new copy of one node, or of two where a node is
 * hung in; all memory is there before the first change. A prefix that goes, or
 * whose leaf changes, is a matter of words in place, and cannot fail. A node
 * is freed only after the last word that leads to it has changed.
 */
#include <linux/bitops.h>
#include <linux/errno.h>
#include <linux/rtnetlink.h>
#include <linux/sched.h>
#include "lpm_node.h"

/**
 * struct xlpm_path - the way down to where a prefix is, or belongs
 * @at: the words that lead to the nodes, and the one behind the last node
 * @n: the nodes, topmost first
 * @count: how many
 */
struct xlpm_path {
	unsigned long *at[XLPM_DEPTHS + 1];
	struct xlpm_node *n[XLPM_DEPTHS];
	unsigned int count;
};

static void xlpm_publish(unsigned long *at, const struct xlpm_node *n)
{
	/* All of the node is there before a reader can follow the word. */
	smp_store_release(at, xlpm_word_of(n));
}

/* Nodes of at most @depth bits before theirs; true if the last has as many. */
static bool xlpm_descend(struct xlpm *t, u32 key, u8 depth,
			 struct xlpm_path *path)
{
	struct xlpm_node *n;

	path->count = 0;
	path->at[0] = &t->root;
	while ((n = xlpm_node_of(*path->at[path->count])) &&
	       xlpm_depth(n) <= depth && xlpm_covers(n, key)) {
		path->n[path->count++] = n;
		path->at[path->count] = &n->word[xlpm_run(n, xlpm_slot(n, key))];
		if (xlpm_depth(n) == depth)
			return true;
	}
	return false;
}

static void xlpm_set_paint(struct xlpm_node *n, u16 place, u8 len, void *leaf)
{
	xlpm_paint(n, place, 0, len, (unsigned long)leaf, len);
}

/* The node that the prefix ends in is there. */
static int xlpm_set_in(struct xlpm *t, const struct xlpm_path *path, u32 key,
		       u8 len, void *leaf)
{
	struct xlpm_node *fresh, *n = path->n[path->count - 1];
	struct xlpm_part part = {
		.leaf = leaf,
		.place = xlpm_place(n, key, len),
	};
	unsigned int i = xlpm_place_find(n, part.place);

	if (i < n->prefixes && xlpm_places(n)[i] == part.place) {
		void *old = xlpm_leaves(n)[i];

		if (!old) {
			n->gone--;
			t->count++;
		}
		/* What it points at is complete for a walk that meets it. */
		smp_store_release(&xlpm_leaves(n)[i], leaf);
		xlpm_set_paint(n, part.place, len, leaf);
		xlpm_direct_swap(t, key, len, old, leaf);
		return 0;
	}
	fresh = xlpm_node_make(key, xlpm_depth(n), n->cover, n, &part);
	if (!fresh)
		return -ENOMEM;
	xlpm_set_paint(fresh, part.place, len, leaf);
	xlpm_publish(path->at[path->count - 1], fresh);
	t->count++;
	xlpm_direct_swap(t, key, len, NULL, leaf);
	xlpm_node_free(n);
	return 0;
}

/**
 * struct xlpm_graft - what comes into the table with a node
 * @fresh: the node of the new prefix
 * @join: where it parts from the node that was in its place, or NULL
 * @parent: the copy of the node above that has a run for it, or NULL
 */
struct xlpm_graft {
	struct xlpm_node *fresh;
	struct xlpm_node *join;
	struct xlpm_node *parent;
};

static void xlpm_graft_free(struct xlpm_graft *g)
{
	xlpm_node_drop(g->fresh);
	xlpm_node_drop(g->join);
	xlpm_node_drop(g->parent);
}

/* Bits that both keys begin with, in whole nodes. */
static u8 xlpm_common(u32 a, u32 b)
{
	return (32 - fls(a ^ b)) & ~7;
}

static int xlpm_graft_make(struct xlpm_graft *g, const struct xlpm_path *path,
			   u32 key, u8 len, struct xlpm_part *part)
{
	unsigned long word = *path->at[path->count];
	unsigned long cover = xlpm_word_leaf(word);
	struct xlpm_node *below = xlpm_node_of(word);
	struct xlpm_node *parent = path->count ? path->n[path->count - 1] : NULL;
	u8 depth = xlpm_depth_of(len);
	struct xlpm_part both = {};

	if (below && xlpm_common(below->key, key) >= depth) {
		part->n_kids = 1;
		part->kid[0] = below;
	}
	g->fresh = xlpm_node_make(key, depth, cover, NULL, part);
	if (!g->fresh)
		return -ENOMEM;
	both.kid[both.n_kids++] = g->fresh;
	if (below && !part->n_kids) {
		both.kid[both.n_kids++] = below;
		g->join = xlpm_node_make(key, xlpm_common(below->key, key),
					 cover, NULL, &both);
		if (!g->join)
			return -ENOMEM;
	}
	if (below || !parent)
		return 0;
	g->parent = xlpm_node_make(parent->key, xlpm_depth(parent),
				   parent->cover, parent, &both);
	return g->parent ? 0 : -ENOMEM;
}

/* The node that the prefix ends in is missing. */
static int xlpm_set_new(struct xlpm *t, const struct xlpm_path *path, u32 key,
			u8 len, void *leaf)
{
	u8 depth = xlpm_depth_of(len);
	struct xlpm_part part = {
		.leaf = leaf,
		.place = (key >> (24 - depth) & 0xff) << 4 | (len - depth),
	};
	struct xlpm_graft g = {};
	int err;

	err = xlpm_graft_make(&g, path, key, len, &part);
	if (err) {
		xlpm_graft_free(&g);
		return err;
	}
	xlpm_set_paint(g.fresh, part.place, len, leaf);
	if (g.parent)
		xlpm_publish(path->at[path->count - 1], g.parent);
	else
		xlpm_publish(path->at[path->count], g.join ? : g.fresh);
	t->count++;
	xlpm_direct_swap(t, key, len, NULL, leaf);
	if (g.parent)
		xlpm_node_free(path->n[path->count - 1]);
	return 0;
}

/**
 * xlpm_set - store a pointer with a prefix
 * @t: the table
 * @key: the prefix, host byte order; bits behind @len are ignored
 * @len: its length in bits, at most 32
 * @leaf: what to store, not NULL, its lowest bit 0; replaces what was there
 *
 * Context: RTNL; may sleep.
 * Return: 0, or -ENOMEM with the table as it was; a prefix that is there needs
 * no memory.
 */
int xlpm_set(struct xlpm *t, u32 key, u8 len, void *leaf)
{
	struct xlpm_path path;
	int err;

	if (!len) {
		t->count += !t->any;
		xlpm_direct_any(t, leaf);
		return 0;
	}
	key &= xlpm_mask(len);
	if (xlpm_descend(t, key, xlpm_depth_of(len), &path))
		err = xlpm_set_in(t, &path, key, len, leaf);
	else
		err = xlpm_set_new(t, &path, key, len, leaf);
	xlpm_direct_fit(t);
	return err;
}

/* A copy without what went, if that is much and there is memory for it. */
static struct xlpm_node *xlpm_tidy(struct xlpm_node *n, unsigned long *at)
{
	const struct xlpm_part none = {};
	struct xlpm_node *fresh;

	if (n->gone < 4 || n->gone * 2 < n->prefixes)
		return NULL;
	fresh = xlpm_node_make(n->key, xlpm_depth(n), n->cover, n, &none);
	if (!fresh)
		return NULL;
	xlpm_publish(at, fresh);
	return n;
}

static unsigned long xlpm_only_kid(const struct xlpm_node *n)
{
	unsigned int i = 0;

	while (!(n->word[i] & XLPM_NODE))
		i++;
	return n->word[i];
}

/*
 * Takes nodes out that are no longer needed, from the last one of @path on.
 * @out: those to free, at most one a depth; returns how many.
 */
static unsigned int xlpm_prune(const struct xlpm_path *path,
			       struct xlpm_node *out[XLPM_DEPTHS])
{
	unsigned int k = path->count, count = 0;

	while (k--) {
		struct xlpm_node *n = path->n[k];

		if (n->prefixes > n->gone || n->kids > 1) {
			out[count] = xlpm_tidy(n, path->at[k]);
			return out[count] ? count + 1 : count;
		}
		out[count++] = n;
		if (n->kids) {
			/* A reader may be under way to it already. */
			WRITE_ONCE(*path->at[k], xlpm_only_kid(n));
			return count;
		}
		WRITE_ONCE(*path->at[k], n->cover);
		if (k)
			path->n[k - 1]->kids--;
	}
	return count;
}

#define XLPM_LOOK_BACK	32

/*
 * The longest prefix of @n that covers the one at index @i, of length @len. In
 * their order those that cover come before, the longest last: most often a few
 * steps back are quicker than a search for each length.
 */
static void *xlpm_above(const struct xlpm_node *n, unsigned int i, u32 key,
			u8 len, u8 *owner)
{
	unsigned int stop = i > XLPM_LOOK_BACK ? i - XLPM_LOOK_BACK : 0;
	unsigned int slot = xlpm_place_first(xlpm_places(n)[i]);

	while (i-- > stop) {
		u16 place = xlpm_places(n)[i];

		if (xlpm_place_end(place) <= slot || !xlpm_leaves(n)[i])
			continue;
		*owner = xlpm_depth(n) + (place & 15);
		return xlpm_leaves(n)[i];
	}
	return stop ? xlpm_node_upto(n, key, len - 1, owner) : NULL;
}

/* Takes the prefix at index @i of the last node out. */
static void xlpm_del_at(struct xlpm *t, const struct xlpm_path *path, u32 key,
			u8 len, unsigned int i)
{
	struct xlpm_node *out[XLPM_DEPTHS], *n = path->n[path->count - 1];
	void *old = xlpm_leaves(n)[i];
	unsigned int count;
	unsigned long leaf;
	u8 owner = 0;

	WRITE_ONCE(xlpm_leaves(n)[i], NULL);
	n->gone++;
	t->count--;
	leaf = (unsigned long)xlpm_above(n, i, key, len, &owner);
	xlpm_paint(n, xlpm_places(n)[i], len, len, owner ? leaf : n->cover,
		   owner);
	count = xlpm_prune(path, out);
	xlpm_direct_swap(t, key, len, old, NULL);
	while (count)
		xlpm_node_free(out[--count]);
	xlpm_direct_fit(t);
}

/**
 * xlpm_del - remove a prefix
 * @t: the table
 * @key: the prefix, host byte order; bits behind @len are ignored
 * @len: its length in bits
 *
 * Never fails for want of memory. Readers may meet the old pointer for a grace
 * period more.
 *
 * Context: RTNL; may sleep.
 * Return: what was stored, NULL if the prefix was not there.
 */
void *xlpm_del(struct xlpm *t, u32 key, u8 len)
{
	struct xlpm_path path;
	struct xlpm_node *n;
	unsigned int i;
	void *leaf;
	u16 place;

	if (!len) {
		leaf = t->any;
		t->count -= !!leaf;
		xlpm_direct_any(t, NULL);
		return leaf;
	}
	key &= xlpm_mask(len);
	if (!xlpm_descend(t, key, xlpm_depth_of(len), &path))
		return NULL;
	n = path.n[path.count - 1];
	place = xlpm_place(n, key, len);
	i = xlpm_place_find(n, place);
	if (i == n->prefixes || xlpm_places(n)[i] != place)
		return NULL;
	leaf = xlpm_leaves(n)[i];
	if (leaf)
		xlpm_del_at(t, &path, key, len, i);
	return leaf;
}

static void xlpm_destroy_node(struct xlpm_node *n, void (*release)(void *leaf))
{
	unsigned int i;

	for (i = 0; n->kids; i++) {
		struct xlpm_node *kid = xlpm_node_of(n->word[i]);

		if (!kid)
			continue;
		xlpm_destroy_node(kid, release);
		n->kids--;
	}
	for (i = 0; i < n->prefixes; i++)
		if (xlpm_leaves(n)[i])
			release(xlpm_leaves(n)[i]);
	xlpm_node_drop(n);
	cond_resched();
}

/**
 * xlpm_destroy - free a table that nobody reads any more
 * @t: the table; empty afterwards
 * @release: called for each stored pointer
 *
 * Nodes lie in each other at most four deep, and so do the calls.
 *
 * Context: process; no reader and no writer may be left.
 */
void xlpm_destroy(struct xlpm *t, void (*release)(void *leaf))
{
	struct xlpm_node *n = xlpm_node_of(t->root);

	if (n)
		xlpm_destroy_node(n, release);
	if (t->any)
		release(t->any);
	xlpm_direct_free(t);
	*t = (struct xlpm) {};
}
