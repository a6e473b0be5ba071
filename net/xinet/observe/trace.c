// SPDX-License-Identifier: GPL-2.0
/*
 * The stages of the way, and what is said of every packet.
 *
 * In: calls of net/xinet/trace.h, behind xtrace_on(), in any context under the
 * RCU read lock; headers that nobody has checked yet. Out: the trace event
 * xinet_stage, and a struct xtrace_packet for the other events.
 */
#include <linux/ip.h>
#include <linux/netdevice.h>
#include <linux/skbuff.h>
#include <net/net_namespace.h>
#include <net/sock.h>
#include <net/xinet/ip.h>
#include <net/xinet/netns.h>
#include <net/xinet/trace.h>
#include <net/xinet/trace_frame.h>
#define CREATE_TRACE_POINTS
#include <trace/events/xinet.h>
#include "trace_id.h"

/* Ports, or what ICMP has in their place; a later fragment has neither. */
static void xtrace_ports(const struct sk_buff *skb, int at,
			 struct xtrace_packet *p)
{
	__be16 buf[3];
	const __be16 *word;

	if (p->frag & IP_OFFSET)
		return;
	switch (p->proto) {
	case IPPROTO_UDP:
	case IPPROTO_TCP:
		word = skb_header_pointer(skb, at, 4, buf);
		if (!word)
			return;
		p->sport = ntohs(word[0]);
		p->dport = ntohs(word[1]);
		break;
	case IPPROTO_ICMP:
		word = skb_header_pointer(skb, at, 6, buf);
		if (!word)
			return;
		p->dport = ntohs(word[0]);
		p->sport = ntohs(word[2]);
		break;
	}
}

/* False if there is no XIP header: a frame too short, or one of XARP. */
static bool xtrace_header(const struct sk_buff *skb, struct xtrace_packet *p,
			  struct xtrace_mark *m)
{
	int at = skb_network_offset(skb);
	const struct iphdr *iph;
	struct iphdr buf;

	memset(m, 0, sizeof(*m));
	if (skb->protocol != htons(ETH_P_XIP))
		return false;
	iph = skb_header_pointer(skb, at, sizeof(buf), &buf);
	if (!iph)
		return false;
	p->saddr = iph->saddr;
	p->daddr = iph->daddr;
	p->ipid = ntohs(iph->id);
	p->len = ntohs(iph->tot_len);
	p->frag = ntohs(iph->frag_off);
	p->proto = iph->protocol;
	p->ttl = iph->ttl;
	xtrace_ports(skb, at + iph->ihl * 4, p);
	m->saddr = iph->saddr;
	m->daddr = iph->daddr;
	m->ipid = iph->id;
	m->len = iph->tot_len;
	m->frag = iph->frag_off;
	m->proto = iph->protocol;
	return true;
}

/* All but the number. */
static bool xtrace_fill(const struct net *net, const struct sk_buff *skb,
			struct xtrace_packet *p, struct xtrace_mark *m)
{
	memset(p, 0, sizeof(*p));
	p->netns = net->ns.inum;
	if (!skb)
		return false;
	if (skb->dev) {
		p->ifindex = skb->dev->ifindex;
		memcpy(p->dev, skb->dev->name, IFNAMSIZ);
	}
	return xtrace_header(skb, p, m);
}

static void xtrace_number(struct xtrace_packet *p, struct xtrace_ref ref)
{
	p->id = ref.id;
	p->parent = ref.parent;
}

/**
 * xtrace_packet_of - what events say of a packet
 * @net: the namespace
 * @skb: the packet, or NULL
 * @p: filled
 *
 * Context: any, RCU read lock.
 */
void xtrace_packet_of(const struct net *net, const struct sk_buff *skb,
		      struct xtrace_packet *p)
{
	struct xtrace_mark m;

	if (xtrace_fill(net, skb, p, &m))
		xtrace_number(p, xtrace_id_see(skb->head, &m));
	else if (skb)
		xtrace_number(p, xtrace_id_see(skb->head, NULL));
}

/* A packet from the link, of which nothing is checked. */
static void xtrace_arrive(const struct sk_buff *skb)
{
	struct xtrace_packet p;
	struct xtrace_mark m;
	bool born = true;

	if (xtrace_fill(dev_net(skb->dev), skb, &p, &m))
		xtrace_number(&p, xtrace_id_arrive(skb->head, &m, &born));
	else
		xtrace_number(&p, xtrace_id_new(skb->head, &m, 0));
	trace_xinet_stage(&p, XTRACE_RCV, born, 0);
	xtrace_frame(&p, skb, XTRACE_FRAME_IN);
}

/* One of our own, with its route: a new number. */
static void xtrace_depart(const struct sk_buff *skb)
{
	const struct xip_skb_cb *cb = XIPCB(skb);
	u64 cause = xtrace_id_cause(skb->head);
	struct xtrace_packet p;
	struct xtrace_mark m;

	xtrace_fill(dev_net(skb->dev), skb, &p, &m);
	xtrace_number(&p, xtrace_id_new(skb->head, &m, 0));
	if (skb->sk)
		xtrace_queue(skb->sk, skb, XTRACE_QUEUE_SENT);
	trace_xinet_route(&p, XTRACE_ROUTE_OUT, cb->rtype, cb->nexthop,
			  cb->flags, cb->mtu, cb->out, 0);
	trace_xinet_stage(&p, XTRACE_LOCAL_OUT, true, cause);
}

static void xtrace_enter(const struct sk_buff *skb, enum xtrace_stage stage)
{
	struct xtrace_packet p;

	xtrace_packet_of(dev_net(skb->dev), skb, &p);
	trace_xinet_stage(&p, stage, false, 0);
}

/**
 * __xtrace_point - what every point of the fast path calls
 * @about: the packet; at XTRACE_POINT_CT_FOUND its context
 * @point: which point
 * @arg: at XTRACE_POINT_ROUTE the route; else not to be looked at
 *
 * Context: RCU read lock, but at XTRACE_POINT_READ; process or BH.
 */
void __xtrace_point(const void *about, enum xtrace_stage point,
		    const void *arg)
{
	const struct xnf_ctx *ctx;
	const struct sk_buff *skb = about;

	switch (point) {
	case XTRACE_LOCAL_OUT:
		return xtrace_depart(skb);
	case XTRACE_RCV:
		return xtrace_arrive(skb);
	case XTRACE_NEIGH_OUTPUT:
		xtrace_enter(skb, point);
		return xneigh_trace(skb);
	case XTRACE_POINT_ROUTE:
		return xtrace_route(skb, arg);
	case XTRACE_POINT_CT_FOUND:
		ctx = about;
		return xtrace_ct(ctx->ct, XTRACE_CT_FOUND, ctx);
	case XTRACE_POINT_QUEUED:
		return xtrace_queue(skb->sk, skb, XTRACE_QUEUE_QUEUED);
	case XTRACE_POINT_READ:
		return xtrace_queue(skb->sk, skb, XTRACE_QUEUE_READ);
	default:
		return xtrace_enter(skb, point);
	}
}

/**
 * xtrace_caused - an ICMP error is about to be sent
 * @skb: the error, complete; its buffer will not change before xip_local_out()
 * @by: the packet that it is about
 *
 * Context: RCU read lock.
 */
void xtrace_caused(const struct sk_buff *skb, const struct sk_buff *by)
{
	xtrace_id_set_cause(skb->head, xtrace_id_see(by->head, NULL).id);
}

/**
 * xtrace_cut - a fragment was made
 * @frag: the fragment, complete
 * @from: the datagram it is of
 *
 * Context: RCU read lock.
 */
void xtrace_cut(const struct sk_buff *frag, const struct sk_buff *from)
{
	struct xtrace_ref ref = xtrace_id_see(from->head, NULL);
	struct xtrace_packet p;
	struct xtrace_mark m;

	xtrace_fill(dev_net(frag->dev), frag, &p, &m);
	/* what is cut again is of the datagram that was cut first */
	xtrace_number(&p, xtrace_id_new(frag->head, &m, ref.parent ?: ref.id));
	trace_xinet_frag(&p, XTRACE_FRAG_CUT);
}

/**
 * xtrace_frag_whole - the fragments of a datagram are together
 * @net: the namespace
 * @skb: the datagram
 * @parent: what the last of them was made of, if that was seen, or 0
 *
 * A datagram that was cut under our eyes gets its own number back.
 *
 * Context: RCU read lock.
 */
void xtrace_frag_whole(const struct net *net, const struct sk_buff *skb,
		       u64 parent)
{
	struct xtrace_packet p;
	struct xtrace_mark m;

	xtrace_fill(net, skb, &p, &m);
	xtrace_number(&p, parent ? xtrace_id_whole(skb->head, &m, parent) :
				   xtrace_id_new(skb->head, &m, 0));
	trace_xinet_frag(&p, XTRACE_FRAG_WHOLE);
}

/**
 * xtrace_drop - a packet ended
 * @net: the namespace
 * @skb: the packet, not freed yet; NULL: there is none any more
 * @why: enum xinet_drop
 * @func: function that says so
 *
 * Context: any.
 */
void xtrace_drop(const struct net *net, const struct sk_buff *skb,
		 unsigned int why, const char *func)
{
	struct xtrace_packet p;

	rcu_read_lock();
	xtrace_packet_of(net, skb, &p);
	trace_xinet_drop(&p, why, func);
	if (skb)
		xtrace_frame(&p, skb, XTRACE_FRAME_DROPPED);
	if (skb && !skb_cloned(skb))
		xtrace_id_forget(skb->head);
	rcu_read_unlock();
}
