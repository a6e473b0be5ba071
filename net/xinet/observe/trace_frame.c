// SPDX-License-Identifier: GPL-2.0
/*
 * The bytes of packets where they arrive, leave or end, for captures.
 *
 * In: calls of trace.c and trace_event.c, behind xtrace_on(), in any context
 * under the RCU read lock; packets that nobody has checked yet. Out: the trace
 * event xinet_frame, if it is enabled; the packet is only read.
 */
#include <linux/if_ether.h>
#include <linux/minmax.h>
#include <linux/netdevice.h>
#include <linux/skbuff.h>
#include <net/checksum.h>
#include <net/xinet/trace.h>
#include <net/xinet/trace_frame.h>
#include <uapi/linux/xinet.h>
#define CREATE_TRACE_POINTS
#include <trace/events/xinet_pcap.h>

/* A device has yet to write the checksum: the copy gets what it will write. */
static void xtrace_frame_checksum(const struct sk_buff *skb, u8 *to,
				  unsigned int size)
{
	int start = skb->csum_start - skb_headroom(skb);
	int field = start - skb_network_offset(skb) + skb->csum_offset;
	__sum16 sum;

	if (start < skb_network_offset(skb) || start >= (int)skb->len ||
	    field + sizeof(sum) > size)
		return;
	sum = csum_fold(skb_checksum(skb, start, skb->len - start, 0)) ?:
	      CSUM_MANGLED_0;
	memcpy(to + field, &sum, sizeof(sum));
}

/**
 * xtrace_frame_copy - a packet's bytes, as they are on the wire
 * @skb: the packet
 * @to: filled
 * @size: bytes from its XIP header on; the packet has that many
 *
 * Context: any, BH may be on; nothing sleeps.
 */
void xtrace_frame_copy(const struct sk_buff *skb, u8 *to, unsigned int size)
{
	if (skb_copy_bits(skb, skb_network_offset(skb), to, size))
		memset(to, 0, size);
	else if (skb->ip_summed == CHECKSUM_PARTIAL)
		xtrace_frame_checksum(skb, to, size);
}

/* Who sent it: of what came in that stands before the packet, if anywhere. */
static void xtrace_frame_link(const struct sk_buff *skb,
			      struct xtrace_wire *wire)
{
	const struct net_device *dev = skb->dev;
	unsigned char lladdr[MAX_ADDR_LEN];
	int len = 0;

	if (!dev)
		return;
	wire->hatype = dev->type;
	if (wire->where == XTRACE_FRAME_OUT) {
		len = dev->addr_len;
		memcpy(lladdr, dev->dev_addr, min(len, MAX_ADDR_LEN));
	} else if (wire->where == XTRACE_FRAME_IN &&
		   skb_mac_header_was_set(skb)) {
		len = dev_parse_header(skb, lladdr);
	}
	wire->halen = clamp(len, 0, XTRACE_LLADDR);
	memcpy(wire->lladdr, lladdr, wire->halen);
}

/**
 * xtrace_frame - a packet is at a device, or at its end
 * @p: what the other events say of it
 * @skb: the packet, skb->protocol and the network header set
 * @where: which of them
 *
 * Context: any, RCU read lock.
 */
void xtrace_frame(const struct xtrace_packet *p, const struct sk_buff *skb,
		  enum xtrace_where where)
{
	struct xtrace_wire wire = { .where = where };
	int length;

	if (!trace_xinet_frame_enabled() ||
	    skb->protocol != htons(ETH_P_XIP))
		return;
	length = (int)skb->len - skb_network_offset(skb);
	if (length <= 0)
		return;
	wire.length = length;
	wire.size = min_t(u32, length, XTRACE_SNAP);
	xtrace_frame_link(skb, &wire);
	trace_xinet_frame(p, skb, &wire);
}
