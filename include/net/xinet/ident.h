/* SPDX-License-Identifier: GPL-2.0 */
/* Identification of datagrams that may be fragmented (RFC 6864). */
#ifndef _NET_XINET_IDENT_H
#define _NET_XINET_IDENT_H

#include <linux/siphash.h>
#include <linux/types.h>

struct sk_buff;
struct xinet_net;
struct xident_bucket;

/**
 * struct xident_net - identifications of a namespace
 * @key: of the hash from source, destination and protocol to a bucket
 * @buckets: counters
 */
struct xident_net {
	siphash_key_t key;
	struct xident_bucket *buckets;
};

__be16 xip_select_ident(struct xinet_net *xn, __be32 saddr, __be32 daddr,
			u8 protocol);
void xip_allow_fragment(struct xinet_net *xn, struct sk_buff *skb);

int xident_net_init(struct xinet_net *xn);
void xident_net_exit(struct xinet_net *xn);

#endif /* _NET_XINET_IDENT_H */
