/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A byte for each 24 bits of the key, for tables of a full routing feed: one
 * load finds a number, and a second one, in a small array, the answer.
 */
#ifndef _XINET_LPM_MAP_H
#define _XINET_LPM_MAP_H

#include "lpm_node.h"

#define XLPM_MAP_NUMBERS	256
#define XLPM_MAP_ASK		0	/* number: ask the nodes */
#define XLPM_MAP_ANY		1	/* number: that of length 0, if any, covers */
#define XLPM_MAP_FIRST		2	/* the first one that a leaf may get */

/**
 * struct xlpm_map - answers by the first 24 bits
 * @rcu: frees it
 * @word: of each number: a leaf, 0 for no prefix, XLPM_NODE to ask the nodes
 * @users: prefixes with the leaf of each number; RTNL
 * @unnumbered: prefixes whose leaf has no number; RTNL
 * @idle_since: grace-period cookie of a number whose last user went; RTNL
 * @hint: a number by the hash of its leaf, perhaps outdated; RTNL
 * @number: by the first 24 bits
 */
struct xlpm_map {
	struct rcu_head rcu;
	unsigned long word[XLPM_MAP_NUMBERS];
	u32 users[XLPM_MAP_NUMBERS];
	u32 unnumbered;
	unsigned long idle_since[XLPM_MAP_NUMBERS];
	u8 hint[1024];
	u8 number[1 << 24];
};

void xlpm_map_refresh(const struct xlpm *t, struct xlpm_map *map, u32 key,
		      u8 len);
void xlpm_map_use(struct xlpm_map *map, const void *leaf);
void xlpm_map_unuse(struct xlpm_map *map, const void *leaf);
struct xlpm_map *xlpm_map_make(const struct xlpm *t);

#endif /* _XINET_LPM_MAP_H */
