// SPDX-License-Identifier: GPL-2.0
/*
 * Taking a translation back: from a packet that did not get away, or to give
 * it another one.
 *
 * In: packets behind POST_ROUTING whose next hop is dead or whose way is too
 * narrow, with no context of the hooks left; packets at the confirming hook.
 * Out: the same packet. Under the RCU read lock, process or BH.
 */
#include <net/xinet/ip.h>
#include <net/xinet/netns.h>
#include "nat_room.h"

/* The node of the direction that a packet, translated, is of. */
static const struct xct_node *xnat_find(struct xinet_net *xn,
					const struct sk_buff *skb)
{
	const struct xct_node *answers;
	struct xct_tuple t, inverse;
	unsigned int dataoff;

	if (!xct_tuple_of(skb, skb_network_offset(skb), &t, &dataoff))
		return NULL;
	if (t.proto == IPPROTO_ICMP && xct_icmp_answer(t.type) < 0)
		return NULL;
	xct_tuple_invert(&inverse, &t);
	answers = xct_find(xn, &inverse);
	if (!answers)
		return NULL;
	return &xct_of(answers)->node[!answers->tuple.dir];
}

/**
 * xnat_undo - let a packet be again what came in
 * @xn: state of the namespace
 * @skb: the packet, skb->data at its XIP header; may move
 *
 * RFC 5508 section 4: an error about it goes to its sender and quotes what he
 * sent, neither of which the translated packet knows.
 *
 * Context: RCU read lock; process or BH.
 * Return: true if it was translated and is not any more.
 */
bool xnat_undo(struct xinet_net *xn, struct sk_buff *skb)
{
	const struct xct_node *node;
	struct xnf_conn *ct;
	int dir;

	if (!READ_ONCE(xn->nat.users))
		return false;
	node = xnat_find(xn, skb);
	if (!node)
		return false;
	ct = xct_of(node);
	dir = node->tuple.dir;
	if (!(READ_ONCE(ct->status) & IPS_NAT_MASK))
		return false;
	return xnat_manip(skb, xnat_plain_end(ct, dir, XNAT_SRC), XNAT_SRC) &&
	       xnat_manip(skb, xnat_plain_end(ct, dir, XNAT_DST), XNAT_DST);
}

/**
 * xnat_move - give a packet the source that another record chose
 * @skb: the packet, skb->data at its XIP header, translated as @from says;
 *	may move
 * @from: the connection it has
 * @to: the one it is to have: the same flow
 * @dir: its direction, IP_CT_DIR_*
 *
 * Two first packets of one flow on two CPUs may have been given two sources;
 * the record that comes first into the table holds.
 *
 * Context: RCU read lock, BH disabled; where both sides have been translated.
 * Return: false if they lead to different destinations, or without memory.
 */
bool xnat_move(struct sk_buff *skb, const struct xnf_conn *from,
	       const struct xnf_conn *to, int dir)
{
	struct xnat_end a = xnat_end_of(from, dir, XNAT_DST);
	struct xnat_end b = xnat_end_of(to, dir, XNAT_DST);
	bool icmp = ip_hdr(skb)->protocol == IPPROTO_ICMP;

	/* the identification is the source's */
	if (a.addr != b.addr || (a.port != b.port && !icmp))
		return false;
	return xnat_manip(skb, xnat_end_of(to, dir, XNAT_SRC), XNAT_SRC);
}
