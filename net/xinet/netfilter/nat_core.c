// SPDX-License-Identifier: GPL-2.0
/*
 * The hooks of NAT: the destination behind the tracker, the source before a
 * packet leaves it.
 *
 * In: packets with a connection, at PRE_ROUTING and LOCAL_OUT (destination,
 * -100), POST_ROUTING and LOCAL_IN (source, +100). Out: the packet with one
 * side rewritten; at LOCAL_OUT with the route that its new destination asks
 * for. In softirq or with BH disabled, under the RCU read lock.
 *
 * The two tuples of a connection say all: a packet of one direction is to
 * become the inverse of the other's. Only the first packet asks the rules.
 */
#include <linux/mutex.h>
#include <linux/netfilter_ipv4.h>
#include <net/xinet/ip.h>
#include <net/xinet/netns.h>
#include "nat_room.h"

/* Guards xnat_net.users of all namespaces. */
static DEFINE_MUTEX(xnat_mutex);

/*
 * The route took the packet to another device than the one whose address it
 * was given: no answer will find the way back.
 */
static bool xnat_left_its_device(const struct xnf_conn *ct, int dir,
				 const struct nf_hook_state *state)
{
	u32 masq = READ_ONCE(ct->masq_ifindex);

	return unlikely(masq) && state->hook == NF_INET_POST_ROUTING &&
	       dir == IP_CT_DIR_ORIGINAL && masq != state->out->ifindex;
}

static bool xnat_related(const struct xnf_ctx *ctx)
{
	return ctx->info == IP_CT_RELATED || ctx->info == IP_CT_RELATED_REPLY;
}

static noinline unsigned int xnat_lost(struct xnf_conn *ct, struct sk_buff *skb)
{
	struct xinet_net *xn = ct->xn;

	xct_kill(ct, XCT_CAUSE_FLUSHED);
	return xnf_drop_verdict(xn, skb, XINET_DROP_NAT_DEVICE, -EPERM);
}

static __always_inline unsigned int
xnat_packet(struct sk_buff *skb, const struct nf_hook_state *state,
	    enum xnat_side side)
{
	struct xnf_ctx *ctx = xnf_ctx_of(skb);
	struct xnf_conn *ct;
	unsigned int verdict;
	int dir;

	if (unlikely(!ctx || !ctx->ct || ctx->seen))
		return NF_ACCEPT;
	ct = ctx->ct;
	if (unlikely(xnat_related(ctx)))
		return xnat_icmp(skb, ctx, side);
	if (unlikely(ctx->owned)) {
		verdict = xnat_setup(ctx, skb, state, side);
		if (verdict != NF_ACCEPT)
			return verdict;
	}
	dir = CTINFO2DIR(ctx->info);
	/* these bits stay as they are once the connection is confirmed */
	if (!(READ_ONCE(ct->status) & xnat_bit(side, dir)))
		return NF_ACCEPT;
	if (side == XNAT_SRC && xnat_left_its_device(ct, dir, state))
		return xnat_lost(ct, skb);
	if (unlikely(!xnat_manip(skb, xnat_end_of(ct, dir, side), side)))
		return xnf_drop_verdict(ct->xn, skb, XINET_DROP_NO_MEMORY,
					-ENOMEM);
	return NF_ACCEPT;
}

static unsigned int xnat_dst(void *priv, struct sk_buff *skb,
			     const struct nf_hook_state *state)
{
	return xnat_packet(skb, state, XNAT_DST);
}

static unsigned int xnat_src(void *priv, struct sk_buff *skb,
			     const struct nf_hook_state *state)
{
	return xnat_packet(skb, state, XNAT_SRC);
}

/* A packet of our own was routed before its destination changed. */
static unsigned int xnat_dst_local(void *priv, struct sk_buff *skb,
				   const struct nf_hook_state *state)
{
	__be32 daddr = ip_hdr(skb)->daddr;
	unsigned int verdict;
	int err;

	verdict = xnat_packet(skb, state, XNAT_DST);
	if (verdict != NF_ACCEPT || ip_hdr(skb)->daddr == daddr)
		return verdict;
	err = xnat_reroute(xinet_pernet_rcu(state->net), skb, state->sk);
	if (err)
		return xnf_drop_verdict(xinet_pernet_rcu(state->net), skb,
					err == -ENOMEM ? XINET_DROP_NO_MEMORY :
					xinet_drop_from_errno(err), err);
	return NF_ACCEPT;
}

static const struct nf_hook_ops xnat_hooks[] = {
	{ .hook = xnat_dst, .hooknum = NF_INET_PRE_ROUTING,
	  .priority = NF_IP_PRI_NAT_DST },
	{ .hook = xnat_dst_local, .hooknum = NF_INET_LOCAL_OUT,
	  .priority = NF_IP_PRI_NAT_DST },
	{ .hook = xnat_src, .hooknum = NF_INET_LOCAL_IN,
	  .priority = NF_IP_PRI_NAT_SRC },
	{ .hook = xnat_src, .hooknum = NF_INET_POST_ROUTING,
	  .priority = NF_IP_PRI_NAT_SRC },
};

static int xnat_hooks_add(struct xinet_net *xn)
{
	int err = xct_require(xn);

	if (err)
		return err;
	err = xnf_register_net_hooks(xn->net, xnat_hooks,
				     ARRAY_SIZE(xnat_hooks));
	if (err)
		xct_release(xn);
	return err;
}

/**
 * xnat_require - a rule needs translation
 * @xn: state of the namespace
 *
 * Context: process, may sleep.
 * Return: 0; -ENOMEM, or what xct_require() says.
 */
int xnat_require(struct xinet_net *xn)
{
	int err = 0;

	mutex_lock(&xnat_mutex);
	if (!xn->nat.users)
		err = xnat_hooks_add(xn);
	if (!err)
		WRITE_ONCE(xn->nat.users, xn->nat.users + 1);
	mutex_unlock(&xnat_mutex);
	return err;
}

/**
 * xnat_release - a rule needs it no longer
 * @xn: state of the namespace
 *
 * With the last one, established connections are not translated any more
 * either, as those of IPv4 are when its module goes.
 *
 * Context: process, may sleep.
 */
void xnat_release(struct xinet_net *xn)
{
	mutex_lock(&xnat_mutex);
	if (!WARN_ON_ONCE(!xn->nat.users)) {
		WRITE_ONCE(xn->nat.users, xn->nat.users - 1);
		if (!xn->nat.users) {
			xnf_unregister_net_hooks(xn->net, xnat_hooks,
						 ARRAY_SIZE(xnat_hooks));
			xct_release(xn);
		}
	}
	mutex_unlock(&xnat_mutex);
}
