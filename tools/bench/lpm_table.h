/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A table like that of a BGP router: distinct prefixes whose lengths are mixed
 * as there, anywhere in unicast space, the same in each run.
 */
#ifndef BENCH_LPM_TABLE_H
#define BENCH_LPM_TABLE_H

#include <stdint.h>
#include <stdlib.h>

#define LPM_NEXTHOPS	64

/**
 * struct lpm_prefix - one of them
 * @key: host byte order
 * @len: in bits
 * @nexthop: 1 to LPM_NEXTHOPS
 */
struct lpm_prefix {
	uint32_t key;
	uint8_t len;
	uint8_t nexthop;
};

/* Marsaglia's xorshift: a generator that needs no library on either side. */
static inline uint32_t lpm_random(uint32_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state;
}

/* Per mille of the prefixes with each length from 8 on; the rest is /24. */
static const uint16_t lpm_mix[] = {
	1, 1, 1, 1, 1, 1, 2, 2, 14, 8, 14, 26, 45, 52, 108, 104,
};

static inline uint8_t lpm_length(uint32_t *state)
{
	uint32_t at = lpm_random(state) % 1000;
	unsigned int i;

	/* The long ones count one in 2,000 each. */
	if (!(lpm_random(state) % 1000))
		return lpm_random(state) & 1 ? 32 : 25 + (at & 3);
	for (i = 0; i < sizeof(lpm_mix) / sizeof(*lpm_mix); i++) {
		if (at < lpm_mix[i])
			return 8 + i;
		at -= lpm_mix[i];
	}
	return 24;
}

/**
 * lpm_next_prefix - a prefix, perhaps one that was there before
 * @state: of the generator; not 0
 *
 * Return: the prefix.
 */
static inline struct lpm_prefix lpm_next_prefix(uint32_t *state)
{
	struct lpm_prefix p;

	p.len = lpm_length(state);
	do {
		p.key = lpm_random(state) & (~0U << (32 - p.len));
	} while (p.key >> 24 == 0 || p.key >> 24 == 127 || p.key >> 24 > 223);
	p.nexthop = 1 + lpm_random(state) % LPM_NEXTHOPS;
	return p;
}

/* Open addressing; prefixes of length 0 do not occur and mark what is free. */
static inline int lpm_seen(struct lpm_prefix *hash, uint32_t mask,
			   const struct lpm_prefix *p)
{
	uint32_t at = (p->key * 0x9e3779b1U + p->len) * 0x85ebca6bU;

	for (at = (at ^ at >> 15) & mask; hash[at].len; at = (at + 1) & mask)
		if (hash[at].key == p->key && hash[at].len == p->len)
			return 1;
	hash[at] = *p;
	return 0;
}

/**
 * lpm_table - distinct prefixes
 * @want: how many, at most 2^24
 *
 * A smaller table is the beginning of a larger one.
 *
 * Return: them, to be freed by the caller; NULL without memory.
 */
static inline struct lpm_prefix *lpm_table(uint32_t want)
{
	uint32_t state = 2463534242, mask = 1, n = 0;
	struct lpm_prefix *table, *hash;

	while (mask < want * 2)
		mask = mask << 1 | 1;
	table = malloc(want * sizeof(*table));
	hash = calloc(mask + 1UL, sizeof(*hash));
	while (table && hash && n < want) {
		table[n] = lpm_next_prefix(&state);
		n += !lpm_seen(hash, mask, &table[n]);
	}
	free(hash);
	if (n < want) {
		free(table);
		return NULL;
	}
	return table;
}

#endif
