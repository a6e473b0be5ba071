/* SPDX-License-Identifier: GPL-2.0 */
/* The bytes of traced packets: net/xinet/observe/trace_frame.c and its event. */
#ifndef _NET_XINET_TRACE_FRAME_H
#define _NET_XINET_TRACE_FRAME_H

#include <linux/types.h>

struct net;
struct sk_buff;
struct xtrace_packet;

/* Bytes of a packet at most: a page of the ring buffer takes an event whole. */
#define XTRACE_SNAP	3800

/* What a capture can say of a link-layer address. */
#define XTRACE_LLADDR	8

/* Where a packet was seen. */
enum xtrace_where {
	XTRACE_FRAME_IN,	/* it came from a device */
	XTRACE_FRAME_OUT,	/* it goes to one */
	XTRACE_FRAME_DROPPED,	/* it ends here */
};

/**
 * struct xtrace_wire - what a capture says beside the packet's bytes
 * @length: bytes from its XIP header on
 * @size: how many of them are copied
 * @hatype: ARPHRD_* of the device
 * @where: enum xtrace_where
 * @halen: bytes of @lladdr that count, 0: it is not known
 * @lladdr: link-layer address of the sender
 */
struct xtrace_wire {
	u32 length;
	u32 size;
	u16 hatype;
	u8 where;
	u8 halen;
	u8 lladdr[XTRACE_LLADDR];
};

void xtrace_frame(const struct xtrace_packet *p, const struct sk_buff *skb,
		  enum xtrace_where where);
void xtrace_frame_copy(const struct sk_buff *skb, u8 *to, unsigned int size);

#endif /* _NET_XINET_TRACE_FRAME_H */
