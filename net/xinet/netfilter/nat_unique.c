// SPDX-License-Identifier: GPL-2.0
/*
 * Which reply tuple a new connection gets: one that nobody else has.
 *
 * In: a connection that is not in the table yet and a range. Out: a reply
 * tuple, or none. A tuple names both ends, so one address carries as many
 * flows as it has ports to each destination. Under the RCU read lock, BH off.
 */
#include <linux/once.h>
#include <linux/random.h>
#include <linux/siphash.h>
#include "nat_room.h"

static siphash_aligned_key_t xnat_key;

static void xnat_key_once(void)
{
	get_random_once(&xnat_key, sizeof(xnat_key));
}

/*
 * Clients spread over the addresses. Who is to keep his, or is to find the
 * same server again, is told apart by his own address alone.
 */
static u32 xnat_which(const struct xnat_pick *p, const struct xnat_range *range)
{
	bool own = p->flags & XNAT_RANGE_PERSISTENT;
	u32 word;

	if (p->naddr == 1)
		return 0;
	if ((p->flags & XNAT_RANGE_RR) && range->next && !own)
		return (u32)(atomic_inc_return(range->next) - 1) % p->naddr;
	word = siphash_2u32((__force u32)p->tuple->src,
			    own ? 0 : (__force u32)p->tuple->dst, &xnat_key);
	return reciprocal_scale(word, p->naddr);
}

/*
 * Where to look for a port first. One that is the client's own, to which a
 * second flow of the same socket comes back where it can (RFC 4787 REQ-1).
 */
static u32 xnat_word(const struct xnat_pick *p)
{
	const struct xct_tuple *t = p->tuple;

	if (p->flags & XNAT_RANGE_RANDOM)
		return get_random_u32();
	/* a server's ports are taken in their order */
	if (p->side == XNAT_DST)
		return 0;
	return siphash_3u32((__force u32)t->src, (__force u16)t->sport,
			    t->proto, &xnat_key);
}

/* The first candidate that is free; a destination need not be. */
static bool xnat_search(const struct xnf_conn *ct, struct xnat_pick *p,
			struct xct_tuple *reply)
{
	struct xct_tuple cand;

	while (xnat_pick_next(p, &cand)) {
		xct_tuple_invert(reply, &cand);
		if (p->side == XNAT_DST && p->nports == 1)
			return true;
		if (!xct_taken(ct, reply))
			return true;
	}
	return false;
}

/**
 * xnat_unique - choose a translation
 * @ct: the connection, not confirmed
 * @range: what may be chosen from
 * @side: XNAT_SRC or XNAT_DST
 * @reply: filled: what the answers will be
 *
 * A server's port that is taken by the same client already does no harm: his
 * own port will change.
 *
 * Context: RCU read lock, BH disabled.
 * Return: false if all that was tried is taken.
 */
bool xnat_unique(struct xnf_conn *ct, const struct xnat_range *range,
		 enum xnat_side side, struct xct_tuple *reply)
{
	struct xnat_pick pick, again;
	struct xct_tuple now;

	xnat_key_once();
	xct_tuple_invert(&now, &ct->node[IP_CT_DIR_REPLY].tuple);
	xnat_pick_init(&pick, &now, range, side);
	xnat_pick_addr(&pick, xnat_which(&pick, range));
	xnat_pick_start(&pick, xnat_word(&pick));
	again = pick;
	if (xnat_search(ct, &pick, reply))
		return true;
	if (side == XNAT_SRC || !xnat_pick_next(&again, &now))
		return false;
	xct_tuple_invert(reply, &now);
	return true;
}

/*
 * Two ends that sent to each other at once, each seen as a beginning by its
 * CPU: that is one flow, and the table will make it one.
 */
static bool xnat_is_mirror(const struct xnf_conn *ct,
			   const struct xct_tuple *reply)
{
	const struct xct_node *node = xct_find(ct->xn, reply);

	if (!node)
		return true;
	return node->tuple.dir == IP_CT_DIR_ORIGINAL &&
	       ct->node[IP_CT_DIR_ORIGINAL].tuple.proto == IPPROTO_UDP &&
	       !(READ_ONCE(xct_of(node)->status) & IPS_NAT_MASK);
}

/**
 * xnat_clash - are the answers to a connection taken for another's?
 * @ct: the connection, not confirmed
 *
 * Context: RCU read lock, BH disabled.
 * Return: true if its source must change though no rule says so.
 */
bool xnat_clash(struct xnf_conn *ct)
{
	const struct xct_tuple *reply = &ct->node[IP_CT_DIR_REPLY].tuple;

	if (likely(!xct_taken(ct, reply)))
		return false;
	return (ct->status & IPS_NAT_MASK) || !xnat_is_mirror(ct, reply);
}
