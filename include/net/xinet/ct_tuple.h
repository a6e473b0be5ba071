/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The key of a connection in one direction, and how the other direction's
 * follows from it.
 *
 * Pure: knows no packet and no namespace, and compiles in userspace.
 */
#ifndef _NET_XINET_CT_TUPLE_H
#define _NET_XINET_CT_TUPLE_H

#include <linux/icmp.h>
#include <linux/in.h>
#include <linux/types.h>

/**
 * struct xct_tuple - who talks to whom
 * @src: source, network byte order
 * @dst: destination, network byte order
 * @sport: source port; an ICMP message's identification; network byte order
 * @dport: destination port, network byte order
 * @type: ICMP's, where @dport is elsewhere
 * @code: and its code
 * @proto: IPPROTO_*
 * @dir: IP_CT_DIR_*; which of a connection's two tuples this is, and no part
 *	of the key
 * @zone: keeps equal tuples apart
 * @word: all of it, to be compared
 */
struct xct_tuple {
	union {
		struct {
			__be32 src;
			__be32 dst;
			__be16 sport;
			union {
				__be16 dport;
				struct {
					__u8 type;
					__u8 code;
				};
			};
			__u8 proto;
			__u8 dir;
			__u16 zone;
		};
		__u64 word[2];
	};
};

/* The bits of word[1] that are no key. */
static inline __u64 xct_tuple_nokey(void)
{
	const struct xct_tuple mask = { .dir = 0xff };

	return mask.word[1];
}

/**
 * xct_tuple_equal - are these the same key?
 * @a: one
 * @b: another
 *
 * Context: any.
 * Return: true if they are, in whichever direction each is used.
 */
static inline bool xct_tuple_equal(const struct xct_tuple *a,
				   const struct xct_tuple *b)
{
	return a->word[0] == b->word[0] &&
	       !((a->word[1] ^ b->word[1]) & ~xct_tuple_nokey());
}

/**
 * xct_icmp_answer - the type that answers a request
 * @type: ICMP type
 *
 * Context: any.
 * Return: the type of the other direction; -1 for one that belongs to no
 * exchange.
 */
static inline int xct_icmp_answer(__u8 type)
{
	switch (type) {
	case ICMP_ECHO:
		return ICMP_ECHOREPLY;
	case ICMP_ECHOREPLY:
		return ICMP_ECHO;
	case ICMP_TIMESTAMP:
		return ICMP_TIMESTAMPREPLY;
	case ICMP_TIMESTAMPREPLY:
		return ICMP_TIMESTAMP;
	default:
		return -1;
	}
}

/**
 * xct_tuple_invert - the tuple of the answers
 * @inv: filled
 * @t: a tuple; of ICMP, one of a type that xct_icmp_answer() knows
 *
 * Context: any.
 */
static inline void xct_tuple_invert(struct xct_tuple *inv,
				    const struct xct_tuple *t)
{
	inv->src = t->dst;
	inv->dst = t->src;
	inv->proto = t->proto;
	inv->dir = !t->dir;
	inv->zone = t->zone;
	if (t->proto == IPPROTO_ICMP) {
		inv->sport = t->sport;
		inv->type = xct_icmp_answer(t->type);
		inv->code = t->code;
	} else {
		inv->sport = t->dport;
		inv->dport = t->sport;
	}
}

#endif /* _NET_XINET_CT_TUPLE_H */
