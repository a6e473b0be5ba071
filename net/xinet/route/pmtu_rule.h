/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The arithmetic of path MTU discovery (RFC 1191).
 *
 * In: what an ICMP message says and what was known before. Out: what to
 * believe. Pure: numbers in, numbers out, no lock; also built in userspace.
 */
#ifndef _XINET_ROUTE_PMTU_RULE_H
#define _XINET_ROUTE_PMTU_RULE_H

#ifdef __KERNEL__
#include <linux/kernel.h>
#include <linux/types.h>
#endif

#define XPMTU_LEAST	68	/* RFC 791: every link carries that much */

/**
 * xpmtu_plateau - the largest usual MTU below the size of a packet
 * @tot_len: of the packet that was too big, in bytes, host byte order
 *
 * For routers from before RFC 1191, which say no MTU: its section 7.
 *
 * Return: bytes, at least 68.
 */
static inline u32 xpmtu_plateau(u32 tot_len)
{
	static const u32 plateaus[] = {
		32000, 17914, 8166, 4352, 2002, 1492, 1006, 508, 296,
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(plateaus); i++)
		if (tot_len > plateaus[i])
			return plateaus[i];
	return XPMTU_LEAST;
}

/**
 * xpmtu_plausible - can the message be true?
 * @told: the MTU it says, 0 for none
 * @tot_len: of the packet it quotes, in bytes, host byte order
 * @hlen: of that packet's header, in bytes
 *
 * A packet that fits is not too big, and one that has no room for what every
 * link must carry was never ours to cut further.
 *
 * Return: whether it may be heeded.
 */
static inline bool xpmtu_plausible(u32 told, u32 tot_len, u32 hlen)
{
	if (tot_len < hlen + 8 || tot_len <= XPMTU_LEAST)
		return false;
	return told < tot_len;
}

/**
 * xpmtu_lower - the path MTU after a message
 * @old: before it, in bytes
 * @told: what the message says, in bytes
 * @floor: the sysctl min_pmtu, in bytes
 * @locked: set: the path needs less than the floor, so DF must not be set
 *
 * A message never raises what is known.
 *
 * Return: bytes.
 */
static inline u32 xpmtu_lower(u32 old, u32 told, u32 floor, bool *locked)
{
	*locked = false;
	if (told > old)
		return old;
	if (told >= floor)
		return told;
	*locked = true;
	return old < floor ? old : floor;
}

#endif /* _XINET_ROUTE_PMTU_RULE_H */
