/* SPDX-License-Identifier: GPL-2.0 */
/* How a datagram is cut; see frag_geometry.c. */
#ifndef _XINET_IP_FRAG_GEOMETRY_H
#define _XINET_IP_FRAG_GEOMETRY_H

#ifdef __KERNEL__
#include <linux/types.h>
#endif

/**
 * struct xfrag_plan - what is left to cut
 * @left: bytes of payload not in a fragment yet
 * @offset: of the next one in the whole datagram, in bytes
 * @mtu: largest fragment, in bytes with its header
 * @hlen: header of the next fragment, in bytes
 * @hlen_rest: header of those behind the first
 * @mf: what is cut is itself a fragment, and not the last
 */
struct xfrag_plan {
	unsigned int left;
	unsigned int offset;
	unsigned int mtu;
	unsigned int hlen;
	unsigned int hlen_rest;
	bool mf;
};

/**
 * struct xfrag_piece - one fragment
 * @offset: in the whole datagram, in bytes
 * @len: bytes of payload
 * @hlen: bytes of header
 * @more: others follow it
 */
struct xfrag_piece {
	unsigned int offset;
	unsigned int len;
	unsigned int hlen;
	bool more;
};

bool xfrag_next(struct xfrag_plan *plan, struct xfrag_piece *piece);
unsigned int xfrag_options(u8 *to, const u8 *opt, unsigned int len);

#endif /* _XINET_IP_FRAG_GEOMETRY_H */
