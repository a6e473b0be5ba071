/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The events of the way of a packet. Each has the fields of struct
 * xtrace_packet first, all of fixed size; addresses are four bytes as on the
 * wire, ports, lengths and identifications numbers of the host, as filters
 * want them. Documentation/networking/xinet/tracing.rst tells when each comes.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM xinet

#if !defined(_TRACE_XINET_H) || defined(TRACE_HEADER_MULTI_READ)
#define _TRACE_XINET_H

#include <linux/netfilter.h>
#include <linux/rtnetlink.h>
#include <linux/sched.h>
#include <linux/tracepoint.h>
#include <net/sock.h>
#include <net/xinet/conntrack.h>
#include <net/xinet/drop.h>
#include <net/xinet/route.h>
#include <net/xinet/trace.h>

#ifndef _TRACE_XINET_ONCE
#define _TRACE_XINET_ONCE
int xtrace_reg(void);
void xtrace_unreg(void);
#endif

#define XTRACE_PACKET_FIELDS						\
	__field(u64, id)						\
	__field(u64, parent)						\
	__field(u32, netns)						\
	__field(int, ifindex)						\
	__array(char, dev, IFNAMSIZ)					\
	__array(u8, saddr, 4)						\
	__array(u8, daddr, 4)						\
	__field(u16, sport)						\
	__field(u16, dport)						\
	__field(u16, ipid)						\
	__field(u16, len)						\
	__field(u16, frag)						\
	__field(u8, proto)						\
	__field(u8, ttl)

#define XTRACE_PACKET_ASSIGN(p)						\
	__entry->id = (p)->id;						\
	__entry->parent = (p)->parent;					\
	__entry->netns = (p)->netns;					\
	__entry->ifindex = (p)->ifindex;				\
	memcpy(__entry->dev, (p)->dev, IFNAMSIZ);			\
	memcpy(__entry->saddr, &(p)->saddr, 4);				\
	memcpy(__entry->daddr, &(p)->daddr, 4);				\
	__entry->sport = (p)->sport;					\
	__entry->dport = (p)->dport;					\
	__entry->ipid = (p)->ipid;					\
	__entry->len = (p)->len;					\
	__entry->frag = (p)->frag;					\
	__entry->proto = (p)->proto;					\
	__entry->ttl = (p)->ttl

#define XTRACE_PACKET_FORMAT						\
	"id=%llu parent=%llu netns=%u dev=%s %pI4:%u > %pI4:%u proto=%u ipid=%u len=%u frag=0x%04x ttl=%u "

#define XTRACE_PACKET_ARGS						\
	__entry->id, __entry->parent, __entry->netns, __entry->dev,	\
	__entry->saddr, __entry->sport, __entry->daddr, __entry->dport,	\
	__entry->proto, __entry->ipid, __entry->len, __entry->frag,	\
	__entry->ttl

#define X(stage, function) TRACE_DEFINE_ENUM(XTRACE_##stage);
XTRACE_STAGES(X)
#undef X

#define X(stage, function) { XTRACE_##stage, #function },
TRACE_EVENT_FN(xinet_stage,

	TP_PROTO(const struct xtrace_packet *p, unsigned int stage, bool born,
		 u64 cause),

	TP_ARGS(p, stage, born, cause),

	TP_STRUCT__entry(
		XTRACE_PACKET_FIELDS
		__field(u8, stage)
		__field(u8, born)
		__field(u64, cause)
	),

	TP_fast_assign(
		XTRACE_PACKET_ASSIGN(p);
		__entry->stage = stage;
		__entry->born = born;
		__entry->cause = cause;
	),

	TP_printk(XTRACE_PACKET_FORMAT "%s", XTRACE_PACKET_ARGS,
		  __print_symbolic(__entry->stage, XTRACE_STAGES(X)
				   { 255, "?" })),

	xtrace_reg, xtrace_unreg
);
#undef X

TRACE_EVENT_FN(xinet_hook,

	TP_PROTO(const struct xtrace_packet *p, unsigned int hook,
		 const void *function, unsigned int verdict, u32 ct,
		 unsigned int ctstate),

	TP_ARGS(p, hook, function, verdict, ct, ctstate),

	TP_STRUCT__entry(
		XTRACE_PACKET_FIELDS
		__field(u8, hook)
		__field(u8, verdict)
		__field(u8, ctstate)
		__field(u32, ct)
		__field(const void *, function)
	),

	TP_fast_assign(
		XTRACE_PACKET_ASSIGN(p);
		__entry->hook = hook;
		__entry->verdict = verdict & NF_VERDICT_MASK;
		__entry->ctstate = ctstate;
		__entry->ct = ct;
		__entry->function = function;
	),

	TP_printk(XTRACE_PACKET_FORMAT
		  "%s %ps verdict=%s ct=%08x ctstate=%s", XTRACE_PACKET_ARGS,
		  __print_symbolic(__entry->hook,
				   { 0, "PRE_ROUTING" }, { 1, "LOCAL_IN" },
				   { 2, "FORWARD" }, { 3, "LOCAL_OUT" },
				   { 4, "POST_ROUTING" }),
		  __entry->function,
		  __print_symbolic(__entry->verdict,
				   { 0, "DROP" }, { 1, "ACCEPT" },
				   { 2, "STOLEN" }, { 3, "QUEUE" },
				   { 4, "REPEAT" }, { 5, "STOP" }),
		  __entry->ct,
		  __print_symbolic(__entry->ctstate,
				   { 0, "-" }, { 1, "INVALID" },
				   { 2, "ESTABLISHED" }, { 4, "RELATED" },
				   { 8, "NEW" }, { 16, "UNTRACKED" })),

	xtrace_reg, xtrace_unreg
);

TRACE_EVENT_FN(xinet_route,

	TP_PROTO(const struct xtrace_packet *p, unsigned int how,
		 unsigned int type, __be32 nexthop, unsigned int flags,
		 unsigned int mtu, const struct net_device *out, int err),

	TP_ARGS(p, how, type, nexthop, flags, mtu, out, err),

	TP_STRUCT__entry(
		XTRACE_PACKET_FIELDS
		__field(u8, how)
		__field(u8, type)
		__field(u8, gateway)
		__field(u16, mtu)
		__array(u8, nexthop, 4)
		__field(int, oif)
		__array(char, out, IFNAMSIZ)
		__field(int, err)
	),

	TP_fast_assign(
		XTRACE_PACKET_ASSIGN(p);
		__entry->how = how;
		__entry->type = type;
		__entry->gateway = flags & XROUTE_GW;
		__entry->mtu = mtu;
		memcpy(__entry->nexthop, &nexthop, 4);
		__entry->oif = out ? out->ifindex : 0;
		if (out)
			memcpy(__entry->out, out->name, IFNAMSIZ);
		else
			memset(__entry->out, 0, IFNAMSIZ);
		__entry->err = err;
	),

	TP_printk(XTRACE_PACKET_FORMAT
		  "%s %s nexthop=%pI4 gateway=%u out=%s mtu=%u err=%d",
		  XTRACE_PACKET_ARGS,
		  __print_symbolic(__entry->how, { 0, "in" }, { 1, "out" },
				   { 2, "again" }),
		  __print_symbolic(__entry->type, { 0, "-" },
				   { 1, "unicast" }, { 2, "local" },
				   { 3, "broadcast" }, { 5, "multicast" }),
		  __entry->nexthop, __entry->gateway, __entry->out,
		  __entry->mtu, __entry->err),

	xtrace_reg, xtrace_unreg
);

TRACE_EVENT_FN(xinet_neigh,

	TP_PROTO(const struct xtrace_packet *p, unsigned int what,
		 __be32 nexthop, unsigned int state),

	TP_ARGS(p, what, nexthop, state),

	TP_STRUCT__entry(
		XTRACE_PACKET_FIELDS
		__field(u8, what)
		__field(u8, state)
		__array(u8, nexthop, 4)
	),

	TP_fast_assign(
		XTRACE_PACKET_ASSIGN(p);
		__entry->what = what;
		__entry->state = state;
		memcpy(__entry->nexthop, &nexthop, 4);
	),

	TP_printk(XTRACE_PACKET_FORMAT "%s nexthop=%pI4 state=%s",
		  XTRACE_PACKET_ARGS,
		  __print_symbolic(__entry->what, { 0, "known" },
				   { 1, "mapped" }, { 2, "ask" },
				   { 3, "queued" }),
		  __entry->nexthop,
		  __print_symbolic(__entry->state, { 0x00, "NONE" },
				   { 0x01, "INCOMPLETE" },
				   { 0x02, "REACHABLE" }, { 0x04, "STALE" },
				   { 0x08, "DELAY" }, { 0x10, "PROBE" },
				   { 0x20, "FAILED" }, { 0x40, "NOARP" },
				   { 0x80, "PERMANENT" })),

	xtrace_reg, xtrace_unreg
);

TRACE_EVENT_FN(xinet_ct,

	TP_PROTO(const struct xtrace_packet *p, unsigned int what,
		 const struct xnf_conn *ct, u32 ctid, unsigned int info,
		 unsigned int ctstate),

	TP_ARGS(p, what, ct, ctid, info, ctstate),

	TP_STRUCT__entry(
		XTRACE_PACKET_FIELDS
		__field(u8, what)
		__field(u8, info)
		__field(u8, ctstate)
		__field(u32, ct)
		__field(u32, status)
		__array(u8, orig_src, 4)
		__array(u8, orig_dst, 4)
		__field(u16, orig_sport)
		__field(u16, orig_dport)
		__array(u8, reply_src, 4)
		__array(u8, reply_dst, 4)
		__field(u16, reply_sport)
		__field(u16, reply_dport)
		__field(u8, ctproto)
	),

	TP_fast_assign(
		const struct xct_tuple *o = &ct->node[IP_CT_DIR_ORIGINAL].tuple;
		const struct xct_tuple *r = &ct->node[IP_CT_DIR_REPLY].tuple;

		XTRACE_PACKET_ASSIGN(p);
		__entry->what = what;
		__entry->info = info;
		__entry->ctstate = ctstate;
		__entry->ct = ctid;
		__entry->status = READ_ONCE(ct->status);
		memcpy(__entry->orig_src, &o->src, 4);
		memcpy(__entry->orig_dst, &o->dst, 4);
		__entry->orig_sport = ntohs(o->sport);
		__entry->orig_dport = ntohs(o->dport);
		memcpy(__entry->reply_src, &r->src, 4);
		memcpy(__entry->reply_dst, &r->dst, 4);
		__entry->reply_sport = ntohs(r->sport);
		__entry->reply_dport = ntohs(r->dport);
		__entry->ctproto = o->proto;
	),

	TP_printk(XTRACE_PACKET_FORMAT
		  "%s ct=%08x proto=%u orig=%pI4:%u>%pI4:%u reply=%pI4:%u>%pI4:%u status=0x%x ctinfo=%u ctstate=%s",
		  XTRACE_PACKET_ARGS,
		  __print_symbolic(__entry->what, { 0, "created" },
				   { 1, "confirmed" }, { 2, "replied" },
				   { 3, "assured" }, { 4, "nated" },
				   { 5, "protoinfo" }, { 6, "mark" },
				   { 7, "expired" }, { 8, "evicted" },
				   { 9, "flushed" }, { 10, "deleted" },
				   { 11, "closed" }, { 12, "dropped" },
				   { 32, "found" }),
		  __entry->ct, __entry->ctproto,
		  __entry->orig_src, __entry->orig_sport,
		  __entry->orig_dst, __entry->orig_dport,
		  __entry->reply_src, __entry->reply_sport,
		  __entry->reply_dst, __entry->reply_dport,
		  __entry->status, __entry->info,
		  __print_symbolic(__entry->ctstate,
				   { 0, "-" }, { 1, "INVALID" },
				   { 2, "ESTABLISHED" }, { 4, "RELATED" },
				   { 8, "NEW" }, { 16, "UNTRACKED" })),

	xtrace_reg, xtrace_unreg
);

TRACE_EVENT_FN(xinet_nat,

	TP_PROTO(const struct xtrace_packet *p,
		 const struct xtrace_packet *after, bool source),

	TP_ARGS(p, after, source),

	TP_STRUCT__entry(
		XTRACE_PACKET_FIELDS
		__field(u8, source)
		__array(u8, to_saddr, 4)
		__array(u8, to_daddr, 4)
		__field(u16, to_sport)
		__field(u16, to_dport)
	),

	TP_fast_assign(
		XTRACE_PACKET_ASSIGN(p);
		__entry->source = source;
		memcpy(__entry->to_saddr, &after->saddr, 4);
		memcpy(__entry->to_daddr, &after->daddr, 4);
		__entry->to_sport = after->sport;
		__entry->to_dport = after->dport;
	),

	TP_printk(XTRACE_PACKET_FORMAT "%s to %pI4:%u > %pI4:%u",
		  XTRACE_PACKET_ARGS,
		  __print_symbolic(__entry->source, { 0, "destination" },
				   { 1, "source" }),
		  __entry->to_saddr, __entry->to_sport,
		  __entry->to_daddr, __entry->to_dport),

	xtrace_reg, xtrace_unreg
);

TRACE_EVENT_FN(xinet_frag,

	TP_PROTO(const struct xtrace_packet *p, unsigned int what),

	TP_ARGS(p, what),

	TP_STRUCT__entry(
		XTRACE_PACKET_FIELDS
		__field(u8, what)
		__field(u8, more)
		__field(u16, offset)
	),

	TP_fast_assign(
		XTRACE_PACKET_ASSIGN(p);
		__entry->what = what;
		__entry->more = !!((p)->frag & IP_MF);
		__entry->offset = ((p)->frag & IP_OFFSET) * 8;
	),

	TP_printk(XTRACE_PACKET_FORMAT "%s offset=%u more=%u",
		  XTRACE_PACKET_ARGS,
		  __print_symbolic(__entry->what, { 0, "cut" },
				   { 1, "queued" }, { 2, "whole" }),
		  __entry->offset, __entry->more),

	xtrace_reg, xtrace_unreg
);

TRACE_EVENT_FN(xinet_queue,

	TP_PROTO(const struct xtrace_packet *p, unsigned int what, u64 cookie,
		 unsigned long inode, unsigned int queued),

	TP_ARGS(p, what, cookie, inode, queued),

	TP_STRUCT__entry(
		XTRACE_PACKET_FIELDS
		__field(u8, what)
		__field(u64, cookie)
		__field(u64, inode)
		__field(u32, queued)
		__field(int, pid)
		__array(char, comm, TASK_COMM_LEN)
	),

	TP_fast_assign(
		XTRACE_PACKET_ASSIGN(p);
		__entry->what = what;
		__entry->cookie = cookie;
		__entry->inode = inode;
		__entry->queued = queued;
		if (in_task() && what != XTRACE_QUEUE_QUEUED) {
			__entry->pid = current->tgid;
			memcpy(__entry->comm, current->comm, TASK_COMM_LEN);
		} else {
			__entry->pid = 0;
			memset(__entry->comm, 0, TASK_COMM_LEN);
		}
	),

	TP_printk(XTRACE_PACKET_FORMAT
		  "%s cookie=%llu inode=%llu queued=%u pid=%d comm=%s",
		  XTRACE_PACKET_ARGS,
		  __print_symbolic(__entry->what, { 0, "sent" },
				   { 1, "queued" }, { 2, "read" }),
		  __entry->cookie, __entry->inode, __entry->queued,
		  __entry->pid, __entry->comm),

	xtrace_reg, xtrace_unreg
);

#define X(cause, column, reason) TRACE_DEFINE_ENUM(XINET_DROP_##cause);
XINET_DROP_CAUSES(X)
#undef X

#define X(cause, column, unused) { XINET_DROP_##cause, #column },
TRACE_EVENT_FN(xinet_drop,

	TP_PROTO(const struct xtrace_packet *p, unsigned int reason,
		 const char *func),

	TP_ARGS(p, reason, func),

	TP_STRUCT__entry(
		XTRACE_PACKET_FIELDS
		__field(u8, reason)
		__array(char, func, 32)
	),

	TP_fast_assign(
		XTRACE_PACKET_ASSIGN(p);
		__entry->reason = reason;
		strscpy_pad(__entry->func, func, sizeof(__entry->func));
	),

	TP_printk(XTRACE_PACKET_FORMAT "reason=%s func=%s",
		  XTRACE_PACKET_ARGS,
		  __print_symbolic(__entry->reason, XINET_DROP_CAUSES(X)
				   { 0, "None" }),
		  __entry->func),

	xtrace_reg, xtrace_unreg
);
#undef X

#endif /* _TRACE_XINET_H */

#include <trace/define_trace.h>
