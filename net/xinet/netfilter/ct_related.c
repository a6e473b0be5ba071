// SPDX-License-Identifier: GPL-2.0
/*
 * ICMP errors: RELATED to the connection whose packet they quote.
 *
 * In: errors from ct_core.c; what they quote is a stranger's claim until a
 * connection with that tuple is found. An error takes no step of the
 * connection and does not keep it alive.
 *
 * The quoted packet went one way, the error goes the other, so the quote turned
 * round is the tuple of a connection at the same side of a translation. Errors
 * that this host makes quote a packet in the middle of its way, translated at
 * one end only: these are found as they are, or in the contexts of the packets
 * that are on their way on this CPU just now, if not confirmed yet.
 */
#include <net/xinet/ip.h>
#include <net/xinet/netns.h>
#include "ct.h"

/**
 * xct_is_icmp_error - is this the tuple of an ICMP error?
 * @t: the tuple
 *
 * Context: any.
 * Return: true for the types that quote a packet (RFC 792).
 */
bool xct_is_icmp_error(const struct xct_tuple *t)
{
	if (likely(t->proto != IPPROTO_ICMP))
		return false;
	switch (t->type) {
	case ICMP_DEST_UNREACH:
	case ICMP_SOURCE_QUENCH:
	case ICMP_REDIRECT:
	case ICMP_TIME_EXCEEDED:
	case ICMP_PARAMETERPROB:
		return true;
	default:
		return false;
	}
}

/* @dir: the error's own direction. */
static void xct_relate(struct xnf_ctx *ctx, struct xnf_conn *ct,
		       enum ip_conntrack_dir dir)
{
	ctx->ct = ct;
	ctx->info = dir == IP_CT_DIR_REPLY ? IP_CT_RELATED_REPLY :
					     IP_CT_RELATED;
	ctx->state = XCT_STATE_RELATED;
}

/*
 * A packet in the middle of its way, whose destination is translated and whose
 * source is not yet; an ICMP identification goes with the source of a request.
 */
static bool xct_is_midway(const struct xnf_conn *ct, int dir,
			  const struct xct_tuple *quote)
{
	const struct xct_tuple *from = &ct->node[dir].tuple;
	struct xct_tuple mid;

	xct_tuple_invert(&mid, &ct->node[!dir].tuple);
	mid.src = from->src;
	mid.sport = from->sport;
	if (mid.proto == IPPROTO_ICMP)
		mid.sport = ct->node[IP_CT_DIR_ORIGINAL].tuple.sport;
	return xct_tuple_equal(&mid, quote);
}

/* About a packet whose connection is not confirmed yet, or not any more. */
static bool xct_relate_outer(struct xnf_ctx *ctx, const struct xct_tuple *quote,
			     const struct xct_tuple *turned)
{
	const struct xnf_ctx *outer;
	struct xct_node *node;
	int dir;

	for (outer = ctx->outer; outer; outer = outer->outer) {
		if (!outer->ct)
			continue;
		for (dir = 0; dir < IP_CT_DIR_MAX; dir++) {
			node = &outer->ct->node[dir];
			if (xct_tuple_equal(&node->tuple, turned)) {
				xct_relate(ctx, outer->ct, dir);
				return true;
			}
			if (xct_tuple_equal(&node->tuple, quote) ||
			    xct_is_midway(outer->ct, dir, quote)) {
				xct_relate(ctx, outer->ct, !dir);
				return true;
			}
		}
	}
	return false;
}

/* An error that this host made. */
static bool xct_relate_own(struct xnf_ctx *ctx, const struct xct_packet *pkt,
			   const struct xct_tuple *quote,
			   const struct xct_tuple *turned)
{
	struct xct_node *node;

	if (xct_relate_outer(ctx, quote, turned))
		return true;
	node = xct_find(pkt->xn, turned);
	if (node) {
		xct_relate(ctx, xct_of(node), node->tuple.dir);
		return true;
	}
	node = xct_find(pkt->xn, quote);
	if (node) {
		xct_relate(ctx, xct_of(node), !node->tuple.dir);
		return true;
	}
	return false;
}

static bool xct_relate_foreign(struct xnf_ctx *ctx,
			       const struct xct_packet *pkt,
			       const struct xct_tuple *turned)
{
	struct xct_node *node = xct_find(pkt->xn, turned);

	/* who is told must be who sent the packet, as it looked out there */
	if (!node || node->tuple.dst != pkt->tuple.dst)
		return false;
	xct_relate(ctx, xct_of(node), node->tuple.dir);
	return true;
}

/**
 * xct_icmp_error - find the connection that an ICMP error is about
 * @ctx: the error's context: RELATED where one is found
 * @pkt: the error
 *
 * Context: BH off.
 */
void xct_icmp_error(struct xnf_ctx *ctx, const struct xct_packet *pkt)
{
	unsigned int inner = pkt->dataoff + sizeof(struct icmphdr), off;
	struct xct_tuple quote, turned;
	bool found;

	if (xct_checksum_bad(pkt) ||
	    !xct_tuple_of(pkt->skb, inner, &quote, &off))
		goto invalid;
	/* nobody is told of an error about an error (RFC 1122 3.2.2) */
	if (quote.proto == IPPROTO_ICMP && xct_icmp_answer(quote.type) < 0)
		goto invalid;
	xct_tuple_invert(&turned, &quote);

	if (pkt->hook == NF_INET_LOCAL_OUT || ctx->seen)
		found = xct_relate_own(ctx, pkt, &quote, &turned);
	else
		found = xct_relate_foreign(ctx, pkt, &turned);
	if (found)
		return;
invalid:
	XCT_INC_STAT(pkt->xn, ERROR);
}
