// SPDX-License-Identifier: GPL-2.0
/*
 * The tracker's last look at a packet: a connection that survived all hooks is
 * put in the table.
 *
 * In: packets at LOCAL_IN and POST_ROUTING behind everything else. Where two
 * CPUs had a connection's first two packets at a time, each made a record: the
 * second one is given up for the first one here.
 */
#include <net/xinet/netns.h>
#include "ct.h"

static bool xct_same_way(const struct xnf_conn *a, const struct xnf_conn *b,
			 enum ip_conntrack_dir dir)
{
	return xct_tuple_equal(&a->node[dir].tuple, &b->node[dir].tuple);
}

static void xct_move_account(struct xnf_conn *to, const struct sk_buff *skb)
{
	if (!test_bit(IPS_XCT_ACCT_BIT, &to->status))
		return;
	atomic64_inc(&to->acct[IP_CT_DIR_ORIGINAL].packets);
	atomic64_add(skb->len, &to->acct[IP_CT_DIR_ORIGINAL].bytes);
}

/*
 * Somebody was faster. A datagram can be the other record's, if need be with
 * the source that the other has chosen; TCP cannot, since its state would have
 * missed a step.
 */
static bool xct_resolve_clash(struct xnf_ctx *ctx, struct sk_buff *skb,
			      struct xct_node *rival)
{
	struct xnf_conn *mine = ctx->ct, *other = xct_of(rival);

	if (rival->tuple.dir != IP_CT_DIR_ORIGINAL ||
	    rival->tuple.proto == IPPROTO_TCP ||
	    !xct_same_way(mine, other, IP_CT_DIR_ORIGINAL))
		return false;
	if (!xct_same_way(mine, other, IP_CT_DIR_REPLY) &&
	    !xnat_move(skb, mine, other, IP_CT_DIR_ORIGINAL))
		return false;
	xct_move_account(other, skb);
	xct_set_info(ctx, other, IP_CT_DIR_ORIGINAL);
	ctx->owned = false;
	xct_abandon(mine);
	XCT_INC_STAT(other->xn, CLASH_RESOLVED);
	return true;
}

static bool xct_confirm(struct xnf_ctx *ctx, struct xct_node **rival)
{
	if (likely(xct_insert(ctx->ct, rival)))
		return true;
	if (!*rival || xct_left(xct_of(*rival)) > 0)
		return false;
	/* it is over, and only waits to be collected */
	xct_kill(xct_of(*rival), XCT_CAUSE_EXPIRED);
	return xct_insert(ctx->ct, rival);
}

/**
 * xnf_conntrack_confirm - a packet passed all hooks: so did its connection
 * @priv: not used
 * @skb: the packet
 * @state: where it is
 *
 * Context: last hook of LOCAL_IN or POST_ROUTING, RCU read lock, BH off.
 * Return: NF_ACCEPT, or that the packet was dropped for a clash.
 */
unsigned int xnf_conntrack_confirm(void *priv, struct sk_buff *skb,
				   const struct nf_hook_state *state)
{
	struct xnf_ctx *ctx = xnf_ctx_of(skb);
	struct xct_node *rival;
	struct xnf_conn *ct;

	if (likely(!ctx || !ctx->owned))
		return NF_ACCEPT;

	ct = ctx->ct;
	if (likely(xct_confirm(ctx, &rival))) {
		ctx->owned = false;
		XCT_INC_STAT(ct->xn, INSERT);
		xct_event(ct, XCT_CAUSE_CONFIRMED);
		xct_gc_wake();
		return NF_ACCEPT;
	}
	if (!rival)
		return xnf_drop_verdict(ct->xn, skb, XINET_DROP_CT_FULL,
					-EPERM);
	if (xct_resolve_clash(ctx, skb, rival))
		return NF_ACCEPT;
	XCT_INC_STAT(ct->xn, INSERT_FAILED);
	return xnf_drop_verdict(ct->xn, skb, XINET_DROP_CT_CLASH, -EPERM);
}
