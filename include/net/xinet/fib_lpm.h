/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Longest-prefix match over 32-bit keys: from a prefix to one pointer.
 *
 * Pure logic: it knows nothing of routes, packets or devices, and what a leaf
 * points at is the caller's. Keys are in host byte order, so that their order
 * as numbers is the order of the prefixes.
 *
 * Readers hold the RCU read lock and never wait; writers hold RTNL.
 */
#ifndef _NET_XINET_FIB_LPM_H
#define _NET_XINET_FIB_LPM_H

#include <linux/rcupdate.h>
#include <linux/types.h>

/**
 * struct xlpm_node - a prefix, or the place where two prefixes part
 * @child: subtrees of the longer prefixes, by the first bit behind this one
 * @leaf: what the caller stored, NULL where the trie merely branches
 * @key: the prefix, host byte order, zero behind its length
 * @mask: ones over its length
 * @len: its length in bits, 0 to 32
 * @rcu: frees the node a grace period after it left the trie
 */
struct xlpm_node {
	struct xlpm_node __rcu *child[2];
	void __rcu *leaf;
	u32 key;
	u32 mask;
	u8 len;
	struct rcu_head rcu;
};

/**
 * struct xlpm - a table of prefixes
 * @root: the node of the shortest prefix, NULL when empty
 *
 * All zeroes is an empty table.
 */
struct xlpm {
	struct xlpm_node __rcu *root;
};

int xlpm_set(struct xlpm *t, u32 key, u8 len, void *leaf);
void *xlpm_get(const struct xlpm *t, u32 key, u8 len);
void *xlpm_del(struct xlpm *t, u32 key, u8 len);
void *xlpm_lookup(const struct xlpm *t, u32 key);
void *xlpm_lookup_upto(const struct xlpm *t, u32 key, u8 *len);
void *xlpm_next(const struct xlpm *t, u32 *key, u8 *len);
bool xlpm_step(u32 *key, u8 *len);
void xlpm_destroy(struct xlpm *t, void (*release)(void *leaf));

#endif /* _NET_XINET_FIB_LPM_H */
