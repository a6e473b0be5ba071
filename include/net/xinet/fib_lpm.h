/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Longest-prefix match over 32-bit keys: from a prefix to one pointer.
 *
 * Pure logic: it knows nothing of routes, packets or devices, and what a leaf
 * points at is the caller's; only its lowest bit must be zero. Keys are in host
 * byte order, so that their order as numbers is the order of the prefixes.
 *
 * Readers hold the RCU read lock and never wait; writers hold RTNL.
 * Documentation/networking/xinet/routes.rst draws the structure.
 */
#ifndef _NET_XINET_FIB_LPM_H
#define _NET_XINET_FIB_LPM_H

#include <linux/rcupdate.h>
#include <linux/types.h>

struct xlpm_direct;
struct xlpm_map;

/**
 * struct xlpm - a table of prefixes
 * @direct: where a large table is entered by 16 bits at once, or NULL
 * @map: what answers most keys of a very large one, or NULL; never without
 *	@direct
 * @root: word of the topmost node, 0 without any
 * @any: what is stored with the prefix of length 0, or NULL
 * @count: prefixes; RTNL
 *
 * All zeroes is an empty table.
 */
struct xlpm {
	struct xlpm_direct __rcu *direct;
	struct xlpm_map __rcu *map;
	unsigned long root;
	void *any;
	unsigned int count;
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
