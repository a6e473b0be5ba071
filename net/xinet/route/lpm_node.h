/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The node of the prefix table, and how its parts are found.
 *
 * A node stands for 8 bits of the key behind @mask: 256 slots. Neighbouring
 * slots with the same answer form a run; @map has a bit where a run begins, so
 * the bits up to a slot count to the word of its run. A word is a leaf, 0 for
 * none, or, with XLPM_NODE set, a node that knows more of this one slot.
 *
 * Behind the words lies what changes and walks need: the prefixes that end in
 * this node, in the order of a walk, and for each run the length of the prefix
 * that owns it. An answer that comes from above the node is owned by length 0.
 */
#ifndef _XINET_LPM_NODE_H
#define _XINET_LPM_NODE_H

#include <linux/bitops.h>
#include <linux/rcupdate.h>
#include <net/xinet/fib_lpm.h>

#define XLPM_NODE	1UL	/* in a word: it points at a node */
#define XLPM_SLOTS	256
#define XLPM_DEPTHS	4	/* nodes on the way to a key, at most */

/**
 * struct xlpm_node - 8 bits of the key
 * @key: the bits before these 8, host byte order, zero behind them
 * @mask: ones over the bits before
 * @cover: leaf for keys that do not match @key, 0 for none
 * @map: where a run begins
 * @before: runs that begin in the words of @map before each one
 * @shift: of the key, to have the 8 bits at the bottom
 * @runs: how many words
 * @prefixes: how many, also those that went but still take a place
 * @gone: those
 * @kids: words that point at nodes
 * @rcu: frees it a grace period after it left the table
 * @word: of each run, then the leaves of the prefixes, their places, and the
 *	owners of the runs
 *
 * What readers meet stays where it is; words, leaves and owners change in place
 * as single loads and stores.
 */
struct xlpm_node {
	u32 key;
	u32 mask;
	unsigned long cover;
	u64 map[4];
	u8 before[4];
	u8 shift;
	u16 runs;
	u16 prefixes;
	u16 gone;
	u16 kids;
	struct rcu_head rcu;
	unsigned long word[];
};

/**
 * struct xlpm_direct - the first 16 bits of the key at once
 * @word: as those of a node; none points at a node of less than 16 bits
 *
 * A power of two in size: with one word more, its memory would be twice as much.
 */
struct xlpm_direct {
	unsigned long word[1 << 16];
};

/**
 * struct xlpm_part - what a node is to get besides what it has
 * @leaf: of a prefix, NULL for none
 * @place: of that prefix
 * @n_kids: nodes to hang in
 * @kid: these
 */
struct xlpm_part {
	void *leaf;
	u16 place;
	u8 n_kids;
	struct xlpm_node *kid[2];
};

static inline u32 xlpm_mask(u8 len)
{
	return len ? ~0U << (32 - len) : 0;
}

static inline u8 xlpm_depth(const struct xlpm_node *n)
{
	return 24 - n->shift;
}

/* Length of the bits before those that a prefix of @len, not 0, ends in. */
static inline u8 xlpm_depth_of(u8 len)
{
	return (len - 1) & ~7;
}

static inline unsigned int xlpm_slot(const struct xlpm_node *n, u32 key)
{
	return (key >> n->shift) & (XLPM_SLOTS - 1);
}

/* 64 bits wide, so that it serves as an index as it is. */
static __always_inline unsigned long xlpm_run(const struct xlpm_node *n,
					      unsigned int slot)
{
	return n->before[slot >> 6] - 1 +
	       hweight64(n->map[slot >> 6] << (~slot & 63));
}

static inline bool xlpm_covers(const struct xlpm_node *n, u32 key)
{
	return !((key ^ n->key) & n->mask);
}

static inline bool xlpm_begins(const struct xlpm_node *n, unsigned int slot)
{
	return slot >= XLPM_SLOTS || n->map[slot >> 6] >> (slot & 63) & 1;
}

/* The next slot behind @slot where a run begins; 256 if none does. */
static inline unsigned int xlpm_next_run(const u64 *map, unsigned int slot)
{
	unsigned int w = ++slot >> 6;
	u64 left;

	if (slot >= XLPM_SLOTS)
		return XLPM_SLOTS;
	left = map[w] & (~0ULL << (slot & 63));
	while (!left) {
		if (++w == 4)
			return XLPM_SLOTS;
		left = map[w];
	}
	return (w << 6) + __ffs64(left);
}

/* Words hold pointers: what a reader follows was complete before. */
static inline struct xlpm_node *xlpm_node_of(unsigned long word)
{
	return word & XLPM_NODE ? (struct xlpm_node *)(word - XLPM_NODE) : NULL;
}

static inline unsigned long xlpm_word_of(const struct xlpm_node *n)
{
	return (unsigned long)n | XLPM_NODE;
}

/* The leaf that a word stands for, without what a node below knows better. */
static inline unsigned long xlpm_word_leaf(unsigned long word)
{
	const struct xlpm_node *n = xlpm_node_of(word);

	return n ? READ_ONCE(n->cover) : word;
}

static inline void **xlpm_leaves(const struct xlpm_node *n)
{
	return (void **)&n->word[n->runs];
}

static inline u16 *xlpm_places(const struct xlpm_node *n)
{
	return (u16 *)(xlpm_leaves(n) + n->prefixes);
}

static inline u8 *xlpm_owners(const struct xlpm_node *n)
{
	return (u8 *)(xlpm_places(n) + n->prefixes);
}

/* A place sorts prefixes by first slot, then by length; bits it has here: 1-8 */
static inline u16 xlpm_place(const struct xlpm_node *n, u32 key, u8 len)
{
	return xlpm_slot(n, key & xlpm_mask(len)) << 4 | (len - xlpm_depth(n));
}

static inline unsigned int xlpm_place_first(u16 place)
{
	return place >> 4;
}

static inline unsigned int xlpm_place_end(u16 place)
{
	return (place >> 4) + (XLPM_SLOTS >> (place & 15));
}

/* The index of the first prefix at or behind @place. */
static inline unsigned int xlpm_place_find(const struct xlpm_node *n,
					   unsigned int place)
{
	const u16 *places = xlpm_places(n);
	unsigned int low = 0, high = n->prefixes;

	while (low < high) {
		unsigned int mid = (low + high) / 2;

		if (places[mid] < place)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* From @word down, which is no leaf of a wrong key. */
static __always_inline void *xlpm_lookup_from(const struct xlpm *t,
					      unsigned long word, u32 key)
{
	const struct xlpm_node *n;

	while (word & XLPM_NODE) {
		n = (const struct xlpm_node *)(word - XLPM_NODE);
		if (unlikely(!xlpm_covers(n, key))) {
			word = READ_ONCE(n->cover);
			break;
		}
		word = READ_ONCE(n->word[xlpm_run(n, xlpm_slot(n, key))]);
	}
	return word ? (void *)word : READ_ONCE(t->any);
}

/**
 * xlpm_find - xlpm_lookup(), in a small table without the call
 * @t: the table
 * @key: host byte order
 *
 * Context: RCU read lock; any.
 * Return: as xlpm_lookup().
 */
static __always_inline void *xlpm_find(const struct xlpm *t, u32 key)
{
	if (unlikely(rcu_access_pointer(t->direct)))
		return xlpm_lookup(t, key);
	return xlpm_lookup_from(t, READ_ONCE(t->root), key);
}

/* fib_lpm.c */
void *xlpm_node_upto(const struct xlpm_node *n, u32 key, u8 limit, u8 *len);

/* lpm_node.c */
struct xlpm_node *xlpm_node_make(u32 key, u8 depth, unsigned long cover,
				 const struct xlpm_node *old,
				 const struct xlpm_part *part);
void xlpm_node_drop(struct xlpm_node *n);
void xlpm_node_free(struct xlpm_node *n);
void xlpm_inherit(struct xlpm_node *n, unsigned long leaf);
void xlpm_paint(struct xlpm_node *n, u16 place, u8 least, u8 most,
		unsigned long leaf, u8 owner);

/* lpm_mem.c */
int xlpm_mem_init(void);
void xlpm_mem_exit(void);
void *xlpm_mem_alloc(size_t size);
void xlpm_mem_free(void *p, size_t size);

/* lpm_direct.c */
void xlpm_direct_swap(struct xlpm *t, u32 key, u8 len, const void *old,
		      const void *leaf);
void xlpm_direct_any(struct xlpm *t, void *leaf);
void xlpm_direct_fit(struct xlpm *t);
void xlpm_direct_free(struct xlpm *t);

#endif /* _XINET_LPM_NODE_H */
