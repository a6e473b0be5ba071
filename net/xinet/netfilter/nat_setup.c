// SPDX-License-Identifier: GPL-2.0
/*
 * The first packet of a connection: what its translation will be.
 *
 * In: connections that are not confirmed, once at the destination's hook and
 * once at the source's. Out: a reply tuple and IPS_*_NAT, IPS_*_NAT_DONE. In a
 * NAT hook.
 */
#include <net/xinet/ip.h>
#include <net/xinet/netns.h>
#include "ct.h"
#include "nat_room.h"

/* What a rule of a range, or a clash, asks for. */
static bool xnat_apply(struct xnf_conn *ct, const struct xnat_range *range,
		       enum xnat_side side)
{
	struct xct_tuple *reply = &ct->node[IP_CT_DIR_REPLY].tuple;
	struct xct_tuple new;

	if (!xnat_unique(ct, range, side, &new))
		return false;
	if (xct_tuple_equal(&new, reply))
		return true;
	new.dir = IP_CT_DIR_REPLY;
	*reply = new;
	ct->status |= side == XNAT_SRC ? IPS_SRC_NAT : IPS_DST_NAT;
	return true;
}

/* Once a minute and namespace: whoever sends the packets must not fill logs. */
static void xnat_say(const struct xnf_conn *ct, const char *what)
{
	const struct xct_tuple *t = &ct->node[IP_CT_DIR_ORIGINAL].tuple;
	struct xinet_net *xn = ct->xn;
	unsigned long last = READ_ONCE(xn->nat.warned);

	if (last && time_before(jiffies, last + 60 * HZ))
		return;
	WRITE_ONCE(xn->nat.warned, jiffies | 1);
	net_warn_ratelimited("xinet: no %s to translate %pI4 for %pI4, protocol %u: packet dropped\n",
			     what, &t->src, &t->dst, t->proto);
}

static unsigned int xnat_no_address(struct xnf_conn *ct, struct sk_buff *skb)
{
	xnat_say(ct, "address");
	return xnf_drop_verdict(ct->xn, skb, XINET_DROP_NAT_NO_ADDRESS, -EPERM);
}

static unsigned int xnat_exhausted(struct xnf_conn *ct, struct sk_buff *skb)
{
	struct xinet_net *xn = ct->xn;

	xnat_say(ct, "port left");
	XCT_INC_STAT(xn, NAT_EXHAUSTED);
	return xnf_drop_verdict(xn, skb, XINET_DROP_NAT_EXHAUSTED, -EPERM);
}

/* The range of a rule, complete; false if a packet cannot have one. */
static bool xnat_range_of(struct xnf_conn *ct, const struct sk_buff *skb,
			  const struct nf_hook_state *state,
			  const struct xrule *rule, struct xnat_range *range)
{
	*range = rule->range;
	switch (rule->verdict) {
	case XRULE_MASQUERADE:
		return xnat_masquerade(ct->xn, ct, skb, state->out, range);
	case XRULE_REDIRECT:
		return xnat_redirect(ct->xn, state, range);
	case XRULE_NETMAP:
		range->flags |= XNAT_RANGE_NETMAP;
		return true;
	default:
		return true;
	}
}

static bool xnat_verdict_fits(u8 verdict, enum xnat_side side)
{
	switch (verdict) {
	case XRULE_DNAT:
	case XRULE_REDIRECT:
		return side == XNAT_DST;
	case XRULE_SNAT:
	case XRULE_MASQUERADE:
		return side == XNAT_SRC;
	case XRULE_NETMAP:
		return true;
	default:
		return false;
	}
}

/*
 * The rules' answer, NULL if the packet stays as it is. Where a packet is for
 * this host its source stays: IPv4 has a chain of its own for that.
 */
static const struct xrule *xnat_rule(struct xinet_net *xn,
				     const struct sk_buff *skb,
				     const struct nf_hook_state *state,
				     enum xnat_side side)
{
	const struct xrule *rule;

	if (state->hook == NF_INET_LOCAL_IN)
		return NULL;
	/* an address that is not known yet is nobody's to change */
	if (side == XNAT_SRC && !ip_hdr(skb)->saddr)
		return NULL;
	rule = xrules_eval(xn, side == XNAT_SRC ? XRULES_NAT_POSTROUTING :
						  XRULES_NAT_PREROUTING,
			   skb, state);
	return rule && xnat_verdict_fits(rule->verdict, side) ? rule : NULL;
}

/* By its address as it is: only the port may change. */
static const struct xnat_range xnat_any_port = {};

/**
 * xnat_setup - choose what becomes of one side of a new connection
 * @ctx: of the packet; its connection is not confirmed
 * @skb: the packet; consumed unless accepted
 * @state: the hook's
 * @side: XNAT_SRC or XNAT_DST
 *
 * Asks once: a hook that comes back finds IPS_*_NAT_DONE.
 *
 * Context: a NAT hook.
 * Return: NF_ACCEPT, or the verdict that ended the packet.
 */
unsigned int xnat_setup(struct xnf_ctx *ctx, struct sk_buff *skb,
			const struct nf_hook_state *state,
			enum xnat_side side)
{
	unsigned long done = side == XNAT_SRC ? IPS_SRC_NAT_DONE :
						IPS_DST_NAT_DONE;
	struct xnf_conn *ct = ctx->ct;
	unsigned long was = ct->status;
	const struct xrule *rule;
	struct xnat_range range;

	if (was & done)
		return NF_ACCEPT;
	rule = xnat_rule(ct->xn, skb, state, side);
	if (rule) {
		if (!xnat_range_of(ct, skb, state, rule, &range))
			return xnat_no_address(ct, skb);
		if (!xnat_apply(ct, &range, side))
			return xnat_exhausted(ct, skb);
	} else if (side == XNAT_SRC && unlikely(xnat_clash(ct)) &&
		   !xnat_apply(ct, &xnat_any_port, side)) {
		return xnat_exhausted(ct, skb);
	}
	ct->status |= done;
	if (ct->status & ~was & IPS_NAT_MASK)
		xct_event(ct, XCT_CAUSE_NATED);
	return NF_ACCEPT;
}
