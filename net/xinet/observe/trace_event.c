// SPDX-License-Identifier: GPL-2.0
/*
 * The events beside the stages: hooks, routes, neighbours, connections,
 * translations, fragments that wait, sockets.
 *
 * In: calls of net/xinet/trace.h, behind xtrace_on(), under the RCU read lock.
 * Out: trace events.
 */
#include <linux/netdevice.h>
#include <linux/once.h>
#include <linux/siphash.h>
#include <linux/sock_diag.h>
#include <net/sock.h>
#include <net/xinet/ip.h>
#include <net/xinet/netns.h>
#include <net/xinet/trace.h>
#include <net/xinet/trace_frame.h>
#include <trace/events/xinet.h>
#include "trace_id.h"

/**
 * xtrace_ct_id - by what a connection is told from others
 * @ct: the connection
 *
 * The same as long as it lives; says nothing about where it lies.
 *
 * Context: any.
 * Return: a number, never 0.
 */
u32 xtrace_ct_id(const struct xnf_conn *ct)
{
	static siphash_aligned_key_t key;
	const struct xct_tuple *t = &ct->node[IP_CT_DIR_ORIGINAL].tuple;

	net_get_random_once(&key, sizeof(key));
	return (u32)siphash_3u64((unsigned long)ct, t->word[0], t->word[1],
				 &key) ?: 1;
}

/**
 * xtrace_hook - a hook function was run
 * @p: the packet as it was before
 * @skb: where it was; may be freed by now, is only compared
 * @state: the hook's
 * @function: hook function
 * @verdict: what it said
 *
 * Context: BH off, RCU read lock.
 */
void xtrace_hook(const struct xtrace_packet *p, const struct sk_buff *skb,
		 const struct nf_hook_state *state, const void *function,
		 unsigned int verdict)
{
	const struct xnf_ctx *ctx = xnf_ctx_of(skb);
	u32 ct = ctx && ctx->ct ? xtrace_ct_id(ctx->ct) : 0;

	trace_xinet_hook(p, state->hook, function, verdict, ct,
			 ctx ? ctx->state : 0);
}

/**
 * xtrace_route - a packet from the link has a route
 * @skb: the packet
 * @rt: its route; of one for this host only the type is set
 *
 * Context: RCU read lock.
 */
void xtrace_route(const struct sk_buff *skb, const struct xroute *rt)
{
	struct xtrace_packet p;

	xtrace_packet_of(dev_net(skb->dev), skb, &p);
	if (rt->type != RTN_UNICAST)
		trace_xinet_route(&p, XTRACE_ROUTE_IN, rt->type, 0, 0, 0, NULL,
				  0);
	else
		trace_xinet_route(&p, XTRACE_ROUTE_IN, rt->type, rt->nexthop,
				  rt->flags, rt->mtu, rt->dev, 0);
}

/**
 * xtrace_unroutable - a packet from the link has none
 * @net: the namespace
 * @skb: the packet
 * @err: why
 *
 * Context: RCU read lock.
 */
void xtrace_unroutable(const struct net *net, const struct sk_buff *skb,
		       int err)
{
	struct xtrace_packet p;

	xtrace_packet_of(net, skb, &p);
	trace_xinet_route(&p, XTRACE_ROUTE_IN, RTN_UNSPEC, 0, 0, 0, NULL, err);
}

/**
 * xtrace_route_again - a packet whose destination changed has a new route
 * @net: the namespace
 * @skb: the packet, which carries it
 *
 * Context: RCU read lock.
 */
void xtrace_route_again(const struct net *net, const struct sk_buff *skb)
{
	const struct xip_skb_cb *cb = XIPCB(skb);
	struct xtrace_packet p;

	xtrace_packet_of(net, skb, &p);
	trace_xinet_route(&p, XTRACE_ROUTE_AGAIN, cb->rtype, cb->nexthop,
			  cb->flags, cb->mtu, cb->out, 0);
}

/**
 * xtrace_no_route - this host cannot send: there is no packet yet
 * @net: the namespace
 * @fl: what was to be sent
 * @err: why
 *
 * Context: RCU read lock.
 */
void xtrace_no_route(const struct net *net, const struct xflow *fl, int err)
{
	struct xtrace_packet p;

	xtrace_packet_of(net, NULL, &p);
	p.ifindex = fl->oif;
	p.saddr = fl->saddr;
	p.daddr = fl->daddr;
	p.sport = ntohs(fl->sport);
	p.dport = ntohs(fl->dport);
	p.proto = fl->proto;
	trace_xinet_route(&p, XTRACE_ROUTE_OUT, RTN_UNSPEC, 0, 0, 0, NULL, err);
}

/**
 * xtrace_neigh - a packet is at its neighbour
 * @net: the namespace
 * @skb: the packet
 * @what: what becomes of it
 * @nexthop: the neighbour, network byte order
 * @state: NUD_*, or 0 for one that is not known
 *
 * Context: RCU read lock; the neighbour table's lock may be held.
 */
void xtrace_neigh(const struct net *net, const struct sk_buff *skb,
		  enum xtrace_neigh what, __be32 nexthop, u8 state)
{
	struct xtrace_packet p;

	xtrace_packet_of(net, skb, &p);
	trace_xinet_neigh(&p, what, nexthop, state);
	if (what == XTRACE_NEIGH_KNOWN || what == XTRACE_NEIGH_MAPPED)
		xtrace_frame(&p, skb, XTRACE_FRAME_OUT);
}

/**
 * xtrace_ct - something happened to a connection
 * @ct: the connection
 * @what: enum xct_cause or XTRACE_CT_FOUND
 * @ctx: of the packet that did it; NULL for that of this CPU, if there is one
 *
 * Context: RCU read lock.
 */
void xtrace_ct(const struct xnf_conn *ct, unsigned int what,
	       const struct xnf_ctx *ctx)
{
	const struct net *net = ct->xn->net;
	struct xtrace_packet p;

	/* with BH on, what this CPU runs is not what we run for */
	if (!ctx && in_softirq())
		ctx = this_cpu_read(xnf_ctx);
	if (ctx && ctx->ct != ct)
		ctx = NULL;
	xtrace_packet_of(net, ctx ? ctx->skb : NULL, &p);
	trace_xinet_ct(&p, what, ct, xtrace_ct_id(ct), ctx ? ctx->info : 0,
		       ctx ? ctx->state : 0);
}

/**
 * xtrace_nat - one side of a packet was rewritten
 * @before: what it was
 * @net: the namespace
 * @skb: what it is
 * @source: which side
 *
 * Context: RCU read lock.
 */
void xtrace_nat(const struct xtrace_packet *before, const struct net *net,
		const struct sk_buff *skb, bool source)
{
	struct xtrace_packet after;

	xtrace_packet_of(net, skb, &after);
	trace_xinet_nat(before, &after, source);
}

/**
 * xtrace_frag_queued - a fragment waits for the others
 * @net: the namespace
 * @skb: the fragment
 *
 * Context: RCU read lock.
 * Return: the datagram that it was made of, or 0.
 */
u64 xtrace_frag_queued(const struct net *net, const struct sk_buff *skb)
{
	struct xtrace_packet p;

	xtrace_packet_of(net, skb, &p);
	trace_xinet_frag(&p, XTRACE_FRAG_QUEUED);
	return p.parent;
}

/* As SO_COOKIE has it; a socket that has none yet gets it here. */
static u64 xtrace_cookie(const struct sock *sk)
{
	u32 cookie[2];

	/* sock_gen_cookie() is not exported, this is and calls it */
	sock_diag_save_cookie((struct sock *)sk, cookie);
	return (u64)cookie[1] << 32 | cookie[0];
}

/**
 * xtrace_queue - a datagram passes between a socket and its way
 * @sk: the socket
 * @skb: the datagram
 * @what: which way; a datagram that was read ends here
 *
 * Context: process or BH.
 */
void xtrace_queue(const struct sock *sk, const struct sk_buff *skb,
		  enum xtrace_queue what)
{
	struct sock *s = (struct sock *)sk;
	struct xtrace_packet p;

	rcu_read_lock();
	xtrace_packet_of(sock_net(sk), skb, &p);
	trace_xinet_queue(&p, what, xtrace_cookie(sk), sock_i_ino(s),
			  sk_rmem_alloc_get(sk));
	if (what == XTRACE_QUEUE_READ && !skb_cloned(skb))
		xtrace_id_forget(skb->head);
	rcu_read_unlock();
}
