// SPDX-License-Identifier: GPL-2.0
/*
 * Longest-prefix match: a path-compressed binary trie.
 *
 * In: prefixes and keys in host byte order. Out: the pointer stored with the
 * longest prefix that covers a key. Lookups run under the RCU read lock in any
 * context and see each change whole: a node is complete before one pointer
 * publishes it, and one that leaves the trie keeps its pointers until the last
 * reader is gone. Changes and exact reads need RTNL.
 *
 * A chain of nodes from the root has strictly growing lengths, and each node
 * without a leaf has two children; n prefixes thus take at most 2n - 1 nodes.
 *
 * The file holds no skb and no socket, and builds in userspace as well.
 */
#include <linux/bitops.h>
#include <linux/errno.h>
#include <linux/rtnetlink.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <net/xinet/fib_lpm.h>

static u32 xlpm_mask(u8 len)
{
	return len ? ~0U << (32 - len) : 0;
}

/* The bit behind the prefix of @n: which child @key belongs under. */
static unsigned int xlpm_branch(const struct xlpm_node *n, u32 key)
{
	return (key >> (31 - n->len)) & 1;
}

static bool xlpm_covers(const struct xlpm_node *n, u32 key)
{
	return !((key ^ n->key) & n->mask);
}

static struct xlpm_node *xlpm_node_alloc(u32 key, u8 len, void *leaf)
{
	struct xlpm_node *n = kzalloc(sizeof(*n), GFP_KERNEL_ACCOUNT);

	if (!n)
		return NULL;
	n->mask = xlpm_mask(len);
	n->key = key & n->mask;
	n->len = len;
	RCU_INIT_POINTER(n->leaf, leaf);
	return n;
}

/*
 * The slot where the prefix is, or would be hung in: the first on the way down
 * whose node is missing, is as long, or does not cover the prefix.
 * @parent becomes the slot above, NULL at the root.
 */
static struct xlpm_node __rcu **xlpm_slot(struct xlpm *t, u32 key, u8 len,
					  struct xlpm_node __rcu ***parent)
{
	struct xlpm_node __rcu **slot = &t->root;
	struct xlpm_node *n;

	*parent = NULL;
	while ((n = rtnl_dereference(*slot)) && n->len < len &&
	       xlpm_covers(n, key)) {
		*parent = slot;
		slot = &n->child[xlpm_branch(n, key)];
	}
	return slot;
}

static bool xlpm_is(const struct xlpm_node *n, u32 key, u8 len)
{
	return n && n->len == len && n->key == key;
}

/* Puts @fresh in place of @old, which parts from it or is longer. */
static int xlpm_fork(struct xlpm_node __rcu **slot, struct xlpm_node *old,
		     struct xlpm_node *fresh)
{
	u32 diff = old->key ^ fresh->key;
	u8 common = diff ? 32 - fls(diff) : 32;
	struct xlpm_node *fork;

	if (common >= fresh->len) {
		RCU_INIT_POINTER(fresh->child[xlpm_branch(fresh, old->key)],
				 old);
		rcu_assign_pointer(*slot, fresh);
		return 0;
	}
	fork = xlpm_node_alloc(fresh->key, common, NULL);
	if (!fork)
		return -ENOMEM;
	RCU_INIT_POINTER(fork->child[xlpm_branch(fork, old->key)], old);
	RCU_INIT_POINTER(fork->child[xlpm_branch(fork, fresh->key)], fresh);
	rcu_assign_pointer(*slot, fork);
	return 0;
}

/**
 * xlpm_set - store a pointer with a prefix
 * @t: the table
 * @key: the prefix, host byte order; bits behind @len are ignored
 * @len: its length in bits, at most 32
 * @leaf: what to store, not NULL; replaces what was there at once
 *
 * Context: RTNL; may sleep.
 * Return: 0, or -ENOMEM with the table as it was.
 */
int xlpm_set(struct xlpm *t, u32 key, u8 len, void *leaf)
{
	struct xlpm_node __rcu **slot, **parent;
	struct xlpm_node *n, *fresh;
	int err = 0;

	key &= xlpm_mask(len);
	slot = xlpm_slot(t, key, len, &parent);
	n = rtnl_dereference(*slot);
	if (xlpm_is(n, key, len)) {
		rcu_assign_pointer(n->leaf, leaf);
		return 0;
	}
	fresh = xlpm_node_alloc(key, len, leaf);
	if (!fresh)
		return -ENOMEM;
	if (n)
		err = xlpm_fork(slot, n, fresh);
	else
		rcu_assign_pointer(*slot, fresh);
	if (err)
		kfree(fresh);
	return err;
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
	struct xlpm_node __rcu **parent;
	struct xlpm_node *n;

	key &= xlpm_mask(len);
	n = rtnl_dereference(*xlpm_slot((struct xlpm *)t, key, len, &parent));
	return xlpm_is(n, key, len) ? rtnl_dereference(n->leaf) : NULL;
}

/* Takes a node without a leaf out, unless it still parts two subtrees. */
static bool xlpm_prune(struct xlpm_node __rcu **slot)
{
	struct xlpm_node *n = rtnl_dereference(*slot);
	struct xlpm_node *left = rtnl_dereference(n->child[0]);
	struct xlpm_node *right = rtnl_dereference(n->child[1]);

	if (rcu_access_pointer(n->leaf) || (left && right))
		return false;
	rcu_assign_pointer(*slot, left ? left : right);
	kfree_rcu(n, rcu);
	return true;
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
 * Context: RTNL.
 * Return: what was stored, NULL if the prefix was not there.
 */
void *xlpm_del(struct xlpm *t, u32 key, u8 len)
{
	struct xlpm_node __rcu **slot, **parent;
	struct xlpm_node *n;
	void *leaf;

	key &= xlpm_mask(len);
	slot = xlpm_slot(t, key, len, &parent);
	n = rtnl_dereference(*slot);
	if (!xlpm_is(n, key, len))
		return NULL;
	leaf = rtnl_dereference(n->leaf);
	RCU_INIT_POINTER(n->leaf, NULL);
	if (xlpm_prune(slot) && parent)
		xlpm_prune(parent);
	return leaf;
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
	const struct xlpm_node *n = rcu_dereference_rtnl(t->root);
	void *best = NULL;

	while (n && xlpm_covers(n, key)) {
		void *leaf = rcu_dereference_rtnl(n->leaf);

		if (leaf)
			best = leaf;
		if (n->len == 32)
			break;
		n = rcu_dereference_rtnl(n->child[xlpm_branch(n, key)]);
	}
	return best;
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
	const struct xlpm_node *n = rcu_dereference_rtnl(t->root);
	u8 limit = *len;
	void *best = NULL;

	while (n && n->len <= limit && xlpm_covers(n, key)) {
		void *leaf = rcu_dereference_rtnl(n->leaf);

		if (leaf) {
			best = leaf;
			*len = n->len;
		}
		if (n->len == 32)
			break;
		n = rcu_dereference_rtnl(n->child[xlpm_branch(n, key)]);
	}
	return best;
}

/* Is (@key, @len) at or before the prefix of @n, by key, then by length? */
static bool xlpm_from(const struct xlpm_node *n, u32 key, u8 len)
{
	return n->key > key || (n->key == key && n->len >= len);
}

/* Can the subtree of @n hold a prefix at or behind (@key, @len)? */
static bool xlpm_reaches(const struct xlpm_node *n, u32 key)
{
	return (n->key | ~n->mask) >= key;
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
	const struct xlpm_node *stack[33];
	const struct xlpm_node *n;
	unsigned int top = 0;

	n = rcu_dereference_rtnl(t->root);
	if (n)
		stack[top++] = n;
	while (top) {
		const struct xlpm_node *right;
		void *leaf;

		n = stack[--top];
		if (!xlpm_reaches(n, *key))
			continue;
		leaf = rcu_dereference_rtnl(n->leaf);
		if (leaf && xlpm_from(n, *key, *len)) {
			*key = n->key;
			*len = n->len;
			return leaf;
		}
		right = rcu_dereference_rtnl(n->child[1]);
		if (right)
			stack[top++] = right;
		n = rcu_dereference_rtnl(n->child[0]);
		if (n)
			stack[top++] = n;
	}
	return NULL;
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

/**
 * xlpm_destroy - free a table that nobody reads any more
 * @t: the table; empty afterwards
 * @release: called for each stored pointer
 *
 * Context: process; no reader and no writer may be left.
 */
void xlpm_destroy(struct xlpm *t, void (*release)(void *leaf))
{
	struct xlpm_node *stack[33];
	unsigned int top = 0;
	struct xlpm_node *n;

	n = rcu_dereference_protected(t->root, true);
	RCU_INIT_POINTER(t->root, NULL);
	if (n)
		stack[top++] = n;
	while (top) {
		struct xlpm_node *left, *right;
		void *leaf;

		n = stack[--top];
		leaf = rcu_dereference_protected(n->leaf, true);
		left = rcu_dereference_protected(n->child[0], true);
		right = rcu_dereference_protected(n->child[1], true);
		if (right)
			stack[top++] = right;
		if (left)
			stack[top++] = left;
		kfree(n);
		if (leaf)
			release(leaf);
		cond_resched();
	}
}
