// SPDX-License-Identifier: GPL-2.0
/*
 * Which leaf has which number in the map of a very large table.
 *
 * In: prefixes that come and go with their leaves, from lpm_map.c. Out: numbers
 * of one byte. Under RTNL. Leaves beyond the 254th get none.
 *
 * A reader may hold a number for as long as its RCU section, so a number gets
 * another leaf only when a grace period has passed since its last user went.
 */
#include <linux/bitops.h>
#include <linux/rtnetlink.h>
#include "lpm_map.h"

/**
 * xlpm_map_number_slow - what stands for a leaf that is not where the hint says
 * @map: the map
 * @leaf: the leaf
 *
 * Context: RTNL.
 * Return: its number, XLPM_MAP_ASK if it has none.
 */
u8 xlpm_map_number_slow(struct xlpm_map *map, unsigned long leaf)
{
	unsigned int i;

	for (i = XLPM_MAP_FIRST; i < XLPM_MAP_NUMBERS; i++) {
		if (xlpm_map_is(map, i, leaf)) {
			*xlpm_map_hint(map, leaf) = i;
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
 * @map: the map
 * @leaf: what it has
 *
 * Context: RTNL, before the change is refreshed.
 */
void xlpm_map_use(struct xlpm_map *map, const void *leaf)
{
	unsigned long word = (unsigned long)leaf;
	u8 number;

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
 * @map: the map
 * @leaf: what it had
 *
 * Context: RTNL, after the change was refreshed.
 */
void xlpm_map_unuse(struct xlpm_map *map, const void *leaf)
{
	u8 number;

	number = xlpm_map_number(map, (unsigned long)leaf);
	if (number == XLPM_MAP_ASK)
		map->unnumbered--;
	else if (!--map->users[number])
		map->idle_since[number] = get_state_synchronize_rcu();
}
