/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the data path tells whoever traces it.
 *
 * Every point of the way has one call from here. While no event of the system
 * "xinet" is enabled each is one NOP: xtrace_key is the only thing that is
 * asked, and arguments are made behind it. What is done then stands in
 * net/xinet/observe/trace*.c; the events in include/trace/events/xinet.h.
 *
 * A packet's id is kept by the address of its buffer (skb->head), since
 * neither skb->cb nor an skb's extensions outlive a device. So whoever may move
 * a packet to another buffer calls the xtrace_ twin of the function that does.
 */
#ifndef _NET_XINET_TRACE_H
#define _NET_XINET_TRACE_H

#include <linux/if.h>
#include <linux/jump_label.h>
#include <linux/netdevice.h>
#include <linux/skbuff.h>
#include <linux/types.h>
#ifdef CONFIG_X86_64
#include <asm/asm.h>
#endif

struct net;
struct nf_hook_state;
struct sock;
struct xflow;
struct xinet_net;
struct xnf_conn;
struct xnf_ctx;
struct xroute;

/* X(enum suffix, function), in the order of the way */
#define XTRACE_STAGES(X)						\
	X(LOCAL_OUT,		xip_local_out)				\
	X(OUTPUT,		xip_output)				\
	X(FINISH_OUTPUT,	xip_finish_output)			\
	X(FRAGMENT,		xip_fragment)				\
	X(NEIGH_OUTPUT,		xneigh_output)				\
	X(RCV,			xip_rcv)				\
	X(RCV_FINISH,		xip_rcv_finish)				\
	X(FORWARD,		xip_forward)				\
	X(FORWARD_FINISH,	xip_forward_finish)			\
	X(LOCAL_DELIVER,	xip_local_deliver)			\
	X(LOCAL_DELIVER_FINISH,	xip_local_deliver_finish)		\
	X(RAW_DELIVER,		xraw_deliver)				\
	X(UDP_RCV,		xudp_rcv)				\
	X(ICMP_RCV,		xicmp_rcv)

/* Which function a packet entered. */
enum xtrace_stage {
#define X(stage, function) XTRACE_##stage,
	XTRACE_STAGES(X)
#undef X
	/* no stages, but told by the same call */
	XTRACE_POINT_ROUTE,
	XTRACE_POINT_CT_FOUND,
	XTRACE_POINT_QUEUED,
	XTRACE_POINT_READ,
};

/* What became of a packet at its neighbour. */
enum xtrace_neigh {
	XTRACE_NEIGH_KNOWN,	/* it goes: the link-layer address is known */
	XTRACE_NEIGH_MAPPED,	/* it goes: the address needs no asking */
	XTRACE_NEIGH_ASK,	/* the neighbour has to be asked for */
	XTRACE_NEIGH_QUEUED,	/* it waits for the answer */
};

/* What happened to a fragment. */
enum xtrace_frag {
	XTRACE_FRAG_CUT,	/* made of the datagram that is its parent */
	XTRACE_FRAG_QUEUED,	/* waits for the others, or is the last */
	XTRACE_FRAG_WHOLE,	/* the datagram that they are now */
};

/* Which end of a socket a datagram passed. */
enum xtrace_queue {
	XTRACE_QUEUE_SENT,
	XTRACE_QUEUE_QUEUED,
	XTRACE_QUEUE_READ,
};

/* How a route was asked for. */
enum xtrace_route {
	XTRACE_ROUTE_IN,	/* of a packet from the link */
	XTRACE_ROUTE_OUT,	/* of one of this host */
	XTRACE_ROUTE_AGAIN,	/* its destination was translated */
};

/* What xinet_ct says beside enum xct_cause: the packet's connection is there */
#define XTRACE_CT_FOUND		32

/**
 * struct xtrace_packet - what every event says of its packet
 * @id: the packet's number, which stays its own from namespace to namespace;
 *	0 where it is not known
 * @parent: the datagram that it is a fragment of, or 0
 * @netns: inode of the network namespace, as /proc/PID/ns/net shows it
 * @ifindex: device the packet is at, or 0
 * @dev: and its name
 * @saddr: source, network byte order
 * @daddr: destination, network byte order
 * @sport: source port, of ICMP the identification; host byte order
 * @dport: destination port, of ICMP type and code as 256 * type + code; host
 *	byte order
 * @ipid: identification of the XIP header, host byte order
 * @len: total length, bytes
 * @frag: flags and offset of the XIP header, host byte order
 * @proto: IPPROTO_*
 * @ttl: time to live
 */
struct xtrace_packet {
	u64 id;
	u64 parent;
	u32 netns;
	int ifindex;
	char dev[IFNAMSIZ];
	__be32 saddr;
	__be32 daddr;
	u16 sport;
	u16 dport;
	u16 ipid;
	u16 len;
	u16 frag;
	u8 proto;
	u8 ttl;
};

DECLARE_STATIC_KEY_FALSE(xtrace_key);

/* Behind xtrace_on() only: net/xinet/observe/trace*.c. */
void __xtrace_point(const void *about, enum xtrace_stage point,
		    const void *arg);
void xneigh_trace(const struct sk_buff *skb);
void xtrace_packet_of(const struct net *net, const struct sk_buff *skb,
		      struct xtrace_packet *p);
void xtrace_hook(const struct xtrace_packet *p, const struct sk_buff *skb,
		 const struct nf_hook_state *state, const void *function,
		 unsigned int verdict);
void xtrace_route(const struct sk_buff *skb, const struct xroute *rt);
void xtrace_unroutable(const struct net *net, const struct sk_buff *skb,
		       int err);
void xtrace_route_again(const struct net *net, const struct sk_buff *skb);
void xtrace_no_route(const struct net *net, const struct xflow *fl, int err);
void xtrace_neigh(const struct net *net, const struct sk_buff *skb,
		  enum xtrace_neigh what, __be32 nexthop, u8 state);
void xtrace_ct(const struct xnf_conn *ct, unsigned int what,
	       const struct xnf_ctx *ctx);
u32 xtrace_ct_id(const struct xnf_conn *ct);
void xtrace_nat(const struct xtrace_packet *before, const struct net *net,
		const struct sk_buff *skb, bool source);
void xtrace_caused(const struct sk_buff *skb, const struct sk_buff *by);
void xtrace_cut(const struct sk_buff *frag, const struct sk_buff *from);
u64 xtrace_frag_queued(const struct net *net, const struct sk_buff *skb);
void xtrace_frag_whole(const struct net *net, const struct sk_buff *skb,
		       u64 parent);
void xtrace_queue(const struct sock *sk, const struct sk_buff *skb,
		  enum xtrace_queue what);
void xtrace_drop(const struct net *net, const struct sk_buff *skb,
		 unsigned int why, const char *func);

void xtrace_moved(const struct sk_buff *skb, const void *head, bool shared);
bool __xtrace_may_pull(struct sk_buff *skb, unsigned int len);
int __xtrace_trim_rcsum(struct sk_buff *skb, unsigned int len);
int __xtrace_cow(struct sk_buff *skb, unsigned int headroom);
int __xtrace_cow_head(struct sk_buff *skb, unsigned int headroom);
int __xtrace_ensure_writable(struct sk_buff *skb, unsigned int len);
int __xtrace_checksum_help(struct sk_buff *skb);

/**
 * xtrace_on - does anybody trace?
 *
 * Context: any.
 * Return: true if an event of the system is enabled.
 */
static __always_inline bool xtrace_on(void)
{
	return static_branch_unlikely(&xtrace_key);
}

/*
 * The call from a point of the fast path. For an ordinary one the compiler
 * would free registers at the function's beginning, traced or not; on x86-64
 * xtrace_thunk keeps all but the one that says what it is about.
 */
static __always_inline void xtrace_call(const void *about,
					const enum xtrace_stage point)
{
#ifdef CONFIG_X86_64
	asm volatile("push %2\n\tcall xtrace_thunk\n\tpop %1"
		     : ASM_CALL_CONSTRAINT, "+a" (about)
		     : "i" (point) : "cc", "memory");
#else
	__xtrace_point(about, point, NULL);
#endif
}

static __always_inline void xtrace_call_arg(const void *about,
					    const enum xtrace_stage point,
					    const void *arg)
{
#ifdef CONFIG_X86_64
	asm volatile("push %2\n\tcall xtrace_thunk\n\tpop %1"
		     : ASM_CALL_CONSTRAINT, "+a" (about)
		     : "i" (point), "d" (arg) : "cc", "memory");
#else
	__xtrace_point(about, point, arg);
#endif
}

/**
 * xtrace_stage - a packet entered a function of the way
 * @skb: the packet
 * @stage: the function
 *
 * At XTRACE_RCV nothing is checked yet: the packet goes on with the id that it
 * had, if its buffer holds what left by another device; else it gets a new
 * one. At XTRACE_LOCAL_OUT header and route are complete, and it gets a new
 * one. At XTRACE_NEIGH_OUTPUT the neighbour's state is told, too.
 *
 * Context: RCU read lock, process or BH.
 */
static __always_inline void xtrace_stage(const struct sk_buff *skb,
					 enum xtrace_stage stage)
{
	if (xtrace_on())
		xtrace_call(skb, stage);
}

/**
 * xtrace_routed - a packet from the link has a route
 * @skb: the packet
 * @rt: its route; of one for this host only the type is set
 *
 * Context: RCU read lock.
 */
static __always_inline void xtrace_routed(const struct sk_buff *skb,
					  const struct xroute *rt)
{
	if (xtrace_on())
		xtrace_call_arg(skb, XTRACE_POINT_ROUTE, rt);
}

/**
 * xtrace_ct_found - a packet is of a connection that is there
 * @ctx: the packet's; says which
 *
 * Context: BH off, RCU read lock.
 */
static __always_inline void xtrace_ct_found(const struct xnf_ctx *ctx)
{
	if (xtrace_on())
		xtrace_call(ctx, XTRACE_POINT_CT_FOUND);
}

/**
 * xtrace_queued - a datagram goes to its socket's queue
 * @skb: the datagram, which is the socket's already
 *
 * Context: softirq.
 */
static __always_inline void xtrace_queued(const struct sk_buff *skb)
{
	if (xtrace_on())
		xtrace_call(skb, XTRACE_POINT_QUEUED);
}

/**
 * xtrace_read - a program has a datagram, which ends here
 * @skb: the datagram, still its socket's
 *
 * Context: process.
 */
static __always_inline void xtrace_read(const struct sk_buff *skb)
{
	if (xtrace_on())
		xtrace_call(skb, XTRACE_POINT_READ);
}

/**
 * xtrace_may_pull - pskb_may_pull() of a packet whose id stays
 * @skb: the packet
 * @len: bytes from skb->data that are to be linear
 *
 * Context: as pskb_may_pull().
 * Return: likewise.
 */
static __always_inline bool xtrace_may_pull(struct sk_buff *skb,
					    unsigned int len)
{
	if (likely(len <= skb_headlen(skb)))
		return true;
	return __xtrace_may_pull(skb, len);
}

/**
 * xtrace_trim_rcsum - pskb_trim_rcsum() of a packet whose id stays
 * @skb: the packet
 * @len: bytes that remain
 *
 * Context: as pskb_trim_rcsum().
 * Return: likewise.
 */
static __always_inline int xtrace_trim_rcsum(struct sk_buff *skb,
					     unsigned int len)
{
	if (likely(len >= skb->len))
		return 0;
	return __xtrace_trim_rcsum(skb, len);
}

/**
 * xtrace_cow - skb_cow() of a packet whose id stays
 * @skb: the packet
 * @headroom: bytes before it that can be written to
 *
 * Context: as skb_cow().
 * Return: likewise.
 */
static __always_inline int xtrace_cow(struct sk_buff *skb,
				      unsigned int headroom)
{
	if (likely(skb_headroom(skb) >= headroom && !skb_cloned(skb)))
		return 0;
	return __xtrace_cow(skb, headroom);
}

/**
 * xtrace_cow_head - skb_cow_head() of a packet whose id stays
 * @skb: the packet
 * @headroom: bytes before it that can be written to
 *
 * Context: as skb_cow_head().
 * Return: likewise.
 */
static __always_inline int xtrace_cow_head(struct sk_buff *skb,
					   unsigned int headroom)
{
	if (xtrace_on())
		return __xtrace_cow_head(skb, headroom);
	return skb_cow_head(skb, headroom);
}

/**
 * xtrace_ensure_writable - skb_ensure_writable() of a packet whose id stays
 * @skb: the packet
 * @len: bytes from skb->data that can be written to
 *
 * Context: as skb_ensure_writable().
 * Return: likewise.
 */
static __always_inline int xtrace_ensure_writable(struct sk_buff *skb,
						  unsigned int len)
{
	if (xtrace_on())
		return __xtrace_ensure_writable(skb, len);
	return skb_ensure_writable(skb, len);
}

/**
 * xtrace_checksum_help - skb_checksum_help() of a packet whose id stays
 * @skb: the packet
 *
 * Context: as skb_checksum_help().
 * Return: likewise.
 */
static __always_inline int xtrace_checksum_help(struct sk_buff *skb)
{
	if (xtrace_on())
		return __xtrace_checksum_help(skb);
	return skb_checksum_help(skb);
}

#endif /* _NET_XINET_TRACE_H */
