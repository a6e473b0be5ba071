/* SPDX-License-Identifier: GPL-2.0 */
/* Datagrams of which fragments have come: frag_queue.c for reassembly.c. */
#ifndef _XINET_IP_FRAG_QUEUE_H
#define _XINET_IP_FRAG_QUEUE_H

#include "../compat/inet_frag.h"

struct sk_buff;
struct xinet_net;

/**
 * struct xip_frag_queue - a datagram of which fragments have come
 * @q: the library's part; must be first
 * @charged: bytes counted in xip_frag_host
 * @iif: where the last one came in, ifindex
 * @max_df_size: largest fragment that forbids to be cut, with its header
 * @ecn: IPFRAG_ECN_* of all that came
 */
struct xip_frag_queue {
	struct inet_frag_queue q;
	long charged;
	int iif;
	u16 max_df_size;
	u8 ecn;
};

struct xip_frag_queue *xip_frag_find(struct xinet_net *xn,
				     const struct sk_buff *skb, u32 user);
void xip_frag_charge(struct xip_frag_queue *fq, const struct sk_buff *skb);

#endif /* _XINET_IP_FRAG_QUEUE_H */
