/* SPDX-License-Identifier: GPL-2.0 */
/*
 * struct proto_ops: older kernels want a sendpage that falls back to sendmsg,
 * and have sendfile() say there that a page is not the last.
 */
#ifndef _XINET_COMPAT_SOCKET_H
#define _XINET_COMPAT_SOCKET_H

#include <net/sock.h>

#ifdef XINET_HAVE_PROTO_OPS_SENDPAGE
#define XINET_PROTO_OPS_SENDPAGE .sendpage = sock_no_sendpage,
#else
#define XINET_PROTO_OPS_SENDPAGE
#endif

/* The flags by which a caller says that the datagram is not whole yet. */
#ifdef MSG_SENDPAGE_NOTLAST
#define XINET_MSG_MORE	(MSG_MORE | MSG_SENDPAGE_NOTLAST)
#else
#define XINET_MSG_MORE	MSG_MORE
#endif

/* When a packet shall leave (SO_TXTIME), and by which clock if one can say. */
static inline void xinet_skb_set_txtime(struct sk_buff *skb,
					const struct sock *sk, u64 when)
{
#ifdef XINET_HAVE_SKB_DELIVERY_CLOCKID
	skb_set_delivery_type_by_clockid(skb, when, READ_ONCE(sk->sk_clockid));
#else
	skb->tstamp = when;
#endif
}

#endif /* _XINET_COMPAT_SOCKET_H */
