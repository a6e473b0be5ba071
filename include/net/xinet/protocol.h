/* SPDX-License-Identifier: GPL-2.0 */
/* Protocol number to handler: how xip_local_deliver_finish finds a transport. */
#ifndef _NET_XINET_PROTOCOL_H
#define _NET_XINET_PROTOCOL_H

#include <linux/rcupdate.h>
#include <linux/types.h>

struct sk_buff;

/**
 * struct xinet_protocol - a transport above XIP
 * @handler: takes a packet for this host; skb->data is at the transport
 *	header and the network header is set; consumes the skb
 * @err_handler: an ICMP error quotes a packet this host sent; skb->data is at
 *	the quoted XIP header, of which the header and 8 bytes more are linear;
 *	@info is the MTU for fragmentation needed, the pointer for a parameter
 *	problem, else 0. Does not consume the skb. May be NULL.
 *
 * Both run in softirq context under the RCU read lock.
 */
struct xinet_protocol {
	void (*handler)(struct sk_buff *skb);
	void (*err_handler)(struct sk_buff *skb, u32 info);
};

extern const struct xinet_protocol __rcu *xprotos[256];

int xinet_add_protocol(const struct xinet_protocol *prot, u8 protocol);
int xinet_del_protocol(const struct xinet_protocol *prot, u8 protocol);

#endif /* _NET_XINET_PROTOCOL_H */
