/* SPDX-License-Identifier: GPL-2.0 */
/* XICMP (RFC 792, 1122, 1812): messages about packets, made and taken. */
#ifndef _NET_XINET_ICMP_H
#define _NET_XINET_ICMP_H

#include <linux/icmp.h>
#include <linux/spinlock.h>
#include <linux/types.h>

struct sk_buff;
struct xinet_net;

/**
 * struct xicmp_net - ICMP state of a namespace
 * @msgs: messages by type, in at [type] and out at [256 + type]
 * @limit_lock: protects the bucket of all error messages of the namespace
 * @limit_stamp: jiffies of its last refill
 * @limit_credit: messages it still allows
 * @peers: buckets by hash of the destination, for icmp_ratelimit
 */
struct xicmp_net {
	atomic_long_t *msgs;
	spinlock_t limit_lock; /* limit_stamp, limit_credit */
	unsigned long limit_stamp;
	u32 limit_credit;
	struct xicmp_peer *peers;
};

void xicmp_send(struct sk_buff *skb, u8 type, u8 code, u32 info);

/* The error an application sees for a destination-unreachable code. */
struct xicmp_err {
	int error;
	bool fatal;
};

extern const struct xicmp_err xicmp_err_convert[NR_ICMP_UNREACH + 1];

int xicmp_init(void);
void xicmp_exit(void);
int xicmp_net_init(struct xinet_net *xn);
void xicmp_net_exit(struct xinet_net *xn);

#endif /* _NET_XINET_ICMP_H */
