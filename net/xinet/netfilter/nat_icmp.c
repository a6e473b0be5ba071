// SPDX-License-Identifier: GPL-2.0
/*
 * ICMP errors about packets of translated connections (RFC 5508 section 4).
 *
 * In: errors that the tracker found related, at any NAT hook; those that this
 * host makes too, by LOCAL_OUT. Out: the error as who sent the quoted packet
 * must see it: addressed to him, and quoting what he sent.
 */
#include <linux/icmp.h>
#include <net/xinet/ip.h>
#include "nat_csum.h"
#include "nat_room.h"

/*
 * A redirect would name a host behind the translation to whom must not know
 * it, for a flow that does not end where the redirect says.
 */
static bool xnat_icmp_allowed(const struct sk_buff *skb,
			      const struct xnf_conn *ct)
{
	unsigned long status = READ_ONCE(ct->status);
	u8 buf;
	const u8 *type = skb_header_pointer(skb, ip_hdrlen(skb), 1, &buf);

	if (!type)
		return false;
	return *type != ICMP_REDIRECT ||
	       ((status & IPS_NAT_DONE_MASK) == IPS_NAT_DONE_MASK &&
		!(status & IPS_NAT_MASK));
}

/* The quote and the sum over it; the outer header comes later. */
static bool xnat_icmp_quote(struct sk_buff *skb, const struct xnf_conn *ct,
			    int dir, enum xnat_side side)
{
	unsigned int hlen = ip_hdrlen(skb);
	struct icmphdr *icmph;
	struct xnat_end to;
	__wsum diff;

	/*
	 * The quoted packet went the other way, where this side was the other
	 * one: it came as its direction is tracked.
	 */
	side = !side;
	to = xnat_plain_end(ct, !dir, side);
	if (!xnat_manip_quote(skb, hlen + sizeof(*icmph), to, side, &diff))
		return false;
	icmph = (struct icmphdr *)(skb->data + hlen);
	icmph->checksum = xnat_sum(icmph->checksum, diff);
	return true;
}

/**
 * xnat_icmp - translate one side of an ICMP error
 * @skb: the error, skb->data at its XIP header; consumed unless accepted
 * @ctx: whose connection it is about
 * @side: XNAT_SRC or XNAT_DST
 *
 * Context: a NAT hook.
 * Return: the hook's verdict.
 */
unsigned int xnat_icmp(struct sk_buff *skb, const struct xnf_ctx *ctx,
		       enum xnat_side side)
{
	const struct xnf_conn *ct = ctx->ct;
	int dir = CTINFO2DIR(ctx->info);
	struct xnat_end to;

	if (!xnat_icmp_allowed(skb, ct))
		return NF_DROP;
	if (!(READ_ONCE(ct->status) & xnat_bit(side, dir)))
		return NF_ACCEPT;
	to = xnat_end_of(ct, dir, side);
	if (!xnat_icmp_quote(skb, ct, dir, side) ||
	    !xnat_manip_addr(skb, to.addr, side))
		return xnf_drop_verdict(ct->xn, skb, XINET_DROP_NO_MEMORY,
					-ENOMEM);
	return NF_ACCEPT;
}
