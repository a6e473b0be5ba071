/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The bytes of packets, for captures. A system of its own: who enables all of
 * "xinet" wants to know what happens, not to have each packet copied.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM xinet_pcap

#if !defined(_TRACE_XINET_PCAP_H) || defined(TRACE_HEADER_MULTI_READ)
#define _TRACE_XINET_PCAP_H

#include <linux/skbuff.h>
#include <linux/tracepoint.h>
#include <net/xinet/trace.h>
#include <net/xinet/trace_frame.h>

#ifndef _TRACE_XINET_PCAP_ONCE
#define _TRACE_XINET_PCAP_ONCE
int xtrace_reg(void);
void xtrace_unreg(void);
#endif

TRACE_EVENT_FN(xinet_frame,

	TP_PROTO(const struct xtrace_packet *p, const struct sk_buff *skb,
		 const struct xtrace_wire *wire),

	TP_ARGS(p, skb, wire),

	TP_STRUCT__entry(
		__field(u64, id)
		__field(u64, parent)
		__field(u32, netns)
		__field(int, ifindex)
		__array(char, dev, IFNAMSIZ)
		__field(u32, length)
		__field(u16, hatype)
		__field(u8, where)
		__field(u8, pkttype)
		__field(u8, halen)
		__array(u8, lladdr, XTRACE_LLADDR)
		__dynamic_array(u8, data, wire->size)
	),

	TP_fast_assign(
		__entry->id = p->id;
		__entry->parent = p->parent;
		__entry->netns = p->netns;
		__entry->ifindex = p->ifindex;
		memcpy(__entry->dev, p->dev, IFNAMSIZ);
		__entry->length = wire->length;
		__entry->hatype = wire->hatype;
		__entry->where = wire->where;
		__entry->pkttype = skb->pkt_type;
		__entry->halen = wire->halen;
		memcpy(__entry->lladdr, wire->lladdr, XTRACE_LLADDR);
		xtrace_frame_copy(skb, __get_dynamic_array(data), wire->size);
	),

	TP_printk("id=%llu parent=%llu netns=%u dev=%s %s length=%u captured=%u",
		  __entry->id, __entry->parent, __entry->netns, __entry->dev,
		  __print_symbolic(__entry->where, { 0, "in" }, { 1, "out" },
				   { 2, "dropped" }),
		  __entry->length, __get_dynamic_array_len(data)),

	xtrace_reg, xtrace_unreg
);

#endif /* _TRACE_XINET_PCAP_H */

#include <trace/define_trace.h>
