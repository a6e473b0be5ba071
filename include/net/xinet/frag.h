/* SPDX-License-Identifier: GPL-2.0 */
/* Fragments of a namespace that wait for others. */
#ifndef _NET_XINET_FRAG_H
#define _NET_XINET_FRAG_H

#include <linux/types.h>

struct fqdir;

/**
 * struct xfrag_net - reassembly in a namespace
 * @fqdir: its datagrams that are not whole, with their memory
 * @full: frag_high_thresh was reached, and what waits is not yet below
 *	frag_low_thresh again
 */
struct xfrag_net {
	struct fqdir *fqdir;
	bool full;
};

#endif /* _NET_XINET_FRAG_H */
