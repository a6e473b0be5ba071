// SPDX-License-Identifier: GPL-2.0
/*
 * How a datagram is cut into fragments (RFC 791 section 3.2): offsets, lengths
 * and the options that each has to carry.
 *
 * Pure: numbers and bytes in, numbers and bytes out; compiles in userspace
 * too, where the unit tests run it.
 */
#ifdef __KERNEL__
#include <linux/string.h>
#endif
#include "frag_geometry.h"

#define XFRAG_UNIT	8U	/* offsets count so many bytes */
#define XFRAG_OPT_END	0
#define XFRAG_OPT_NOP	1
#define XFRAG_OPT_COPY	0x80	/* the option is in every fragment */

/**
 * xfrag_next - cut the next fragment off
 * @plan: what is left; brought up to date
 * @piece: filled with the fragment
 *
 * Return: false if nothing is left, or if not even one unit fits into the MTU:
 * @plan->left tells which.
 */
bool xfrag_next(struct xfrag_plan *plan, struct xfrag_piece *piece)
{
	unsigned int room = plan->mtu > plan->hlen ? plan->mtu - plan->hlen : 0;
	unsigned int len = plan->left;

	if (len > room)
		len = room & ~(XFRAG_UNIT - 1);
	if (!len)
		return false;
	piece->offset = plan->offset;
	piece->len = len;
	piece->hlen = plan->hlen;
	plan->left -= len;
	plan->offset += len;
	plan->hlen = plan->hlen_rest;
	piece->more = plan->left || plan->mf;
	return true;
}

/**
 * xfrag_options - the options of the fragments behind the first
 * @to: gets them, padded to whole words; room for @len bytes
 * @opt: those of the datagram
 * @len: of @opt, in bytes, a multiple of 4
 *
 * Return: bytes in @to.
 */
unsigned int xfrag_options(u8 *to, const u8 *opt, unsigned int len)
{
	unsigned int at = 0, n = 0, size;

	while (at < len && opt[at] != XFRAG_OPT_END) {
		if (opt[at] == XFRAG_OPT_NOP) {
			at++;
			continue;
		}
		size = at + 1 < len ? opt[at + 1] : 0;
		/* what cannot be told apart is not copied */
		if (size < 2 || size > len - at)
			break;
		if (opt[at] & XFRAG_OPT_COPY) {
			memcpy(to + n, opt + at, size);
			n += size;
		}
		at += size;
	}
	while (n % 4)
		to[n++] = XFRAG_OPT_END;
	return n;
}
