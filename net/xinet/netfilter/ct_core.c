// SPDX-License-Identifier: GPL-2.0
/*
 * The tracker's first look at a packet: which connection it is of.
 *
 * In: every packet at PRE_ROUTING and LOCAL_OUT of a namespace that tracks,
 * whole (xnf_conntrack_defrag() comes before). Out: the packet's struct
 * xnf_ctx says what it is: a step of a connection, a connection's first packet
 * with a record of its own, about a connection (ct_related.c), or INVALID,
 * which is for rules to judge. ct_confirm.c has the other end.
 */
#include <linux/udp.h>
#include <net/xinet/ip.h>
#include <net/xinet/netns.h>
#include <net/xinet/trace.h>
#include "ct.h"

/**
 * xnf_ct_get - a packet's connection
 * @skb: the packet
 * @info: filled: IP_CT_*: what the packet is to it
 *
 * Context: in a hook. The answer is good until the RCU read section of the
 * hook ends; a clone of the packet has none.
 * Return: the connection, or NULL with @info IP_CT_UNTRACKED.
 */
struct xnf_conn *xnf_ct_get(const struct sk_buff *skb,
			    enum ip_conntrack_info *info)
{
	const struct xnf_ctx *ctx = xnf_ctx_of(skb);

	if (!ctx || !ctx->ct) {
		*info = IP_CT_UNTRACKED;
		return NULL;
	}
	*info = ctx->info;
	return ctx->ct;
}
EXPORT_SYMBOL_GPL(xnf_ct_get);

/**
 * xnf_ct_set_mark - give a connection a mark
 * @ct: the connection, from xnf_ct_get()
 * @mark: any number; what it means is the caller's affair
 *
 * Who listens to the events is told when it is another one. Rules match a
 * packet's mark, not this one: a hook that wants them to copies it to
 * skb->mark.
 *
 * Context: in the hook that asked for @ct. Of two CPUs the last one's holds.
 */
void xnf_ct_set_mark(struct xnf_conn *ct, u32 mark)
{
	if (READ_ONCE(ct->mark) == mark)
		return;
	WRITE_ONCE(ct->mark, mark);
	xct_event(ct, XCT_CAUSE_MARK);
}
EXPORT_SYMBOL_GPL(xnf_ct_set_mark);

/* Inlined where a packet is tracked: the fast path. */
static __always_inline void xct_set(struct xnf_ctx *ctx, struct xnf_conn *ct,
				    enum ip_conntrack_dir dir)
{
	ctx->ct = ct;
	ctx->state = XCT_STATE_ESTABLISHED;
	if (dir == IP_CT_DIR_REPLY) {
		ctx->info = IP_CT_ESTABLISHED_REPLY;
	} else if (test_bit(IPS_SEEN_REPLY_BIT, &ct->status)) {
		ctx->info = IP_CT_ESTABLISHED;
	} else {
		ctx->info = IP_CT_NEW;
		ctx->state = XCT_STATE_NEW;
	}
	xtrace_ct_found(ctx);
}

/**
 * xct_set_info - say in a packet's context which connection it is of
 * @ctx: the context
 * @ct: the connection
 * @dir: the packet's direction
 *
 * Context: BH off.
 */
void xct_set_info(struct xnf_ctx *ctx, struct xnf_conn *ct,
		  enum ip_conntrack_dir dir)
{
	xct_set(ctx, ct, dir);
}

static void xct_account(struct xnf_conn *ct, const struct sk_buff *skb,
			enum ip_conntrack_dir dir)
{
	struct xct_counter *counter = &ct->acct[dir];

	atomic64_inc(&counter->packets);
	atomic64_add(skb->len, &counter->bytes);
}

static enum xct_verdict xct_packet(struct xnf_conn *ct,
				   const struct xct_packet *pkt,
				   enum ip_conntrack_info info)
{
	switch (pkt->tuple.proto) {
	case IPPROTO_UDP:
		return xct_udp_packet(ct, pkt, info);
	case IPPROTO_TCP:
		return xct_tcp_packet(ct, pkt, info);
	case IPPROTO_ICMP:
		return xct_icmp_packet(ct, pkt, info);
	default:
		xct_refresh(ct, READ_ONCE(pkt->xn->ct.timeout[XCT_TIMEOUT_GENERIC]));
		return XCT_OK;
	}
}

/* May a connection begin with this packet? */
static bool xct_may_begin(struct xnf_conn *ct, const struct xct_packet *pkt)
{
	switch (pkt->tuple.proto) {
	case IPPROTO_TCP:
		return xct_tcp_new(ct, pkt);
	default:
		return true;
	}
}

/* A packet of no connection that is known. */
static noinline unsigned int xct_begin(struct xnf_ctx *ctx,
				       const struct xct_packet *pkt)
{
	struct xnf_conn *ct;

	if (pkt->tuple.proto == IPPROTO_ICMP && !xct_icmp_new(pkt)) {
		XCT_INC_STAT(pkt->xn, INVALID);
		return NF_ACCEPT;
	}
	ct = xct_alloc(pkt);
	if (unlikely(!ct))
		return xnf_drop_verdict(pkt->xn, pkt->skb, XINET_DROP_CT_FULL,
					-EPERM);
	ctx->ct = ct;
	ctx->owned = true;
	if (!xct_may_begin(ct, pkt) ||
	    xct_packet(ct, pkt, IP_CT_NEW) != XCT_OK) {
		ctx->ct = NULL;
		ctx->owned = false;
		xct_discard(ct);
		XCT_INC_STAT(pkt->xn, INVALID);
		return NF_ACCEPT;
	}
	ctx->info = IP_CT_NEW;
	ctx->state = XCT_STATE_NEW;
	xct_event(ct, XCT_CAUSE_NEW);
	if (test_bit(IPS_XCT_ACCT_BIT, &ct->status))
		xct_account(ct, pkt->skb, IP_CT_DIR_ORIGINAL);
	return NF_ACCEPT;
}

/*
 * Tracked on its way out already, before it came round by lo: nothing but to
 * say which connection it is of. A translation shows in the reply's tuple, so
 * a translated packet has that tuple the other way round.
 */
static void xct_again(struct xnf_ctx *ctx, const struct xct_packet *pkt)
{
	struct xct_node *node = xct_find(pkt->xn, &pkt->tuple);
	enum ip_conntrack_dir dir;
	struct xct_tuple inv;

	ctx->state = XCT_STATE_UNTRACKED;
	if (node) {
		dir = node->tuple.dir;
	} else {
		if (pkt->tuple.proto == IPPROTO_ICMP &&
		    xct_icmp_answer(pkt->tuple.type) < 0)
			return;
		xct_tuple_invert(&inv, &pkt->tuple);
		node = xct_find(pkt->xn, &inv);
		if (!node)
			return;
		dir = !node->tuple.dir;
	}
	xct_set(ctx, xct_of(node), dir);
}

/* The connection a packet is of, if it is one that goes on. */
static struct xct_node *xct_find_alive(const struct xct_packet *pkt)
{
	struct xct_node *node = xct_find(pkt->xn, &pkt->tuple);

	if (node && unlikely(xct_left(xct_of(node)) <= 0)) {
		xct_kill(xct_of(node), XCT_CAUSE_EXPIRED);
		return NULL;
	}
	return node;
}

static unsigned int xct_track(struct xnf_ctx *ctx, const struct xct_packet *pkt)
{
	struct xct_node *node = xct_find_alive(pkt);
	enum ip_conntrack_dir dir;
	struct xnf_conn *ct;

	if (unlikely(!node))
		return xct_begin(ctx, pkt);

	ct = xct_of(node);
	dir = node->tuple.dir;
	xct_set(ctx, ct, dir);
	switch (xct_packet(ct, pkt, ctx->info)) {
	case XCT_OK:
		break;
	case XCT_AGAIN:
		ctx->ct = NULL;
		ctx->state = XCT_STATE_INVALID;
		xct_kill(ct, XCT_CAUSE_CLOSED);
		return xct_begin(ctx, pkt);
	default:
		ctx->ct = NULL;
		ctx->state = XCT_STATE_INVALID;
		XCT_INC_STAT(pkt->xn, INVALID);
		return NF_ACCEPT;
	}

	if (dir == IP_CT_DIR_REPLY &&
	    !(READ_ONCE(ct->status) & (IPS_SEEN_REPLY | IPS_DYING)) &&
	    !test_and_set_bit(IPS_SEEN_REPLY_BIT, &ct->status))
		xct_event(ct, XCT_CAUSE_REPLIED);
	if (unlikely(test_bit(IPS_XCT_ACCT_BIT, &ct->status)))
		xct_account(ct, pkt->skb, dir);
	return NF_ACCEPT;
}

/* Sent by this host, and on its way in: it was tracked when it went out. */
static bool xct_came_round(const struct sk_buff *skb,
			   const struct nf_hook_state *state)
{
	return state->hook == NF_INET_PRE_ROUTING &&
	       (state->in->flags & IFF_LOOPBACK ||
		skb->pkt_type == PACKET_LOOPBACK);
}

/**
 * xnf_conntrack_in - find or make a packet's connection
 * @priv: not used
 * @skb: the packet
 * @state: where it is
 *
 * Context: hook of PRE_ROUTING or LOCAL_OUT, RCU read lock, BH off.
 * Return: NF_ACCEPT, or that the packet was dropped for want of room.
 */
unsigned int xnf_conntrack_in(void *priv, struct sk_buff *skb,
			      const struct nf_hook_state *state)
{
	struct xnf_ctx *ctx = xnf_ctx_of(skb);
	struct xct_packet pkt;

	if (WARN_ON_ONCE(!ctx))
		return NF_ACCEPT;
	pkt.skb = skb;
	pkt.xn = xinet_pernet_rcu(state->net);
	pkt.hook = state->hook;

	ctx->state = XCT_STATE_INVALID;
	if (unlikely(!xct_tuple_of(skb, 0, &pkt.tuple, &pkt.dataoff))) {
		XCT_INC_STAT(pkt.xn, INVALID);
		return NF_ACCEPT;
	}
	ctx->seen = xct_came_round(skb, state);
	if (unlikely(xct_is_icmp_error(&pkt.tuple))) {
		xct_icmp_error(ctx, &pkt);
		return NF_ACCEPT;
	}
	if (unlikely(ctx->seen)) {
		xct_again(ctx, &pkt);
		return NF_ACCEPT;
	}
	return xct_track(ctx, &pkt);
}

/**
 * xnf_conntrack_defrag - put fragments together before they are tracked
 * @priv: not used
 * @skb: the packet
 * @state: where it is
 *
 * Context: hook of PRE_ROUTING or LOCAL_OUT before all others.
 * Return: NF_ACCEPT for a whole datagram.
 */
unsigned int xnf_conntrack_defrag(void *priv, struct sk_buff *skb,
				  const struct nf_hook_state *state)
{
	if (likely(!ip_is_fragment(ip_hdr(skb))))
		return NF_ACCEPT;
	if (xip_defrag(state->net, skb, XIP_DEFRAG_CONNTRACK))
		return NF_STOLEN;
	return NF_ACCEPT;
}
