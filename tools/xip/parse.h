/* SPDX-License-Identifier: GPL-2.0 */
/* Words to values: no output, no system call, so that tests can link it. */
#ifndef XIP_PARSE_H
#define XIP_PARSE_H

#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>

#define XIP_ALEN	6	/* bytes of a MAC address */

/**
 * struct keyword - a word of the grammar
 * @name: the word in full; a NULL name ends a table
 * @min: letters an abbreviation needs at least, 0 for the whole word
 * @id: what the caller calls it
 *
 * @min keeps an abbreviation's meaning when a later word begins alike.
 */
struct keyword {
	const char *name;
	unsigned int min;
	int id;
};

/**
 * struct prefix - an address or a network
 * @addr: network byte order
 * @len: leading bits that count, 0 to 32
 * @given: the word had a length of its own
 */
struct prefix {
	__be32 addr;
	unsigned int len;
	bool given;
};

const struct keyword *parse_keyword(const struct keyword *table,
				    const char *word);
const char *parse_nearest(const struct keyword *table, const char *word);
int parse_u64(const char *word, __u64 max, __u64 *val);
int parse_u32(const char *word, __u32 max, __u32 *val);
int parse_usec(const char *word, __u64 max, __u64 *usec);
int parse_addr(const char *word, __be32 *addr);
int parse_prefix(const char *word, struct prefix *p);
int parse_mac(const char *word, __u8 mac[XIP_ALEN]);
__be32 prefix_mask(unsigned int len);
bool prefix_covers(const struct prefix *p, __be32 addr, unsigned int len);

#endif /* XIP_PARSE_H */
