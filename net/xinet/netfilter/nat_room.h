/* SPDX-License-Identifier: GPL-2.0 */
/* What the files of NAT share among themselves. */
#ifndef _XINET_NETFILTER_NAT_ROOM_H
#define _XINET_NETFILTER_NAT_ROOM_H

#include <linux/netfilter.h>
#include <net/xinet/conntrack.h>
#include <net/xinet/netfilter.h>
#include "nat_tuple.h"

/**
 * struct xnat_end - one end of a flow
 * @addr: address, network byte order
 * @port: port or ICMP identification, network byte order
 */
struct xnat_end {
	__be32 addr;
	__be16 port;
};

/**
 * xnat_bit - is a side translated in a direction?
 * @side: XNAT_SRC or XNAT_DST
 * @dir: IP_CT_DIR_*
 *
 * What was done to the source of the one direction is undone to the
 * destination of the other.
 *
 * Context: any.
 * Return: IPS_SRC_NAT or IPS_DST_NAT, the bit of the connection that says so.
 */
static inline unsigned long xnat_bit(enum xnat_side side, int dir)
{
	return (side == XNAT_SRC) == (dir == IP_CT_DIR_ORIGINAL) ?
	       IPS_SRC_NAT : IPS_DST_NAT;
}

/**
 * xnat_end_of - what one side of a translated packet is
 * @ct: the connection
 * @dir: the packet's direction
 * @side: XNAT_SRC or XNAT_DST
 *
 * The packet is the inverse of what the other direction is tracked by.
 *
 * Context: any.
 * Return: that side's address and port.
 */
static inline struct xnat_end xnat_end_of(const struct xnf_conn *ct, int dir,
					  enum xnat_side side)
{
	const struct xct_tuple *t = &ct->node[!dir].tuple;

	if (side == XNAT_SRC)
		/* an ICMP identification is the same both ways */
		return (struct xnat_end){
			t->dst, t->proto == IPPROTO_ICMP ? t->sport : t->dport
		};
	/* and changes with the source of who chose it */
	if (t->proto == IPPROTO_ICMP)
		t = &ct->node[IP_CT_DIR_ORIGINAL].tuple;
	return (struct xnat_end){ ct->node[!dir].tuple.src, t->sport };
}

/**
 * xnat_plain_end - one side of a packet of a direction, as it came
 * @ct: the connection
 * @dir: the packet's direction
 * @side: XNAT_SRC or XNAT_DST
 *
 * Context: any.
 * Return: that side's address and port, before any translation.
 */
static inline struct xnat_end xnat_plain_end(const struct xnf_conn *ct, int dir,
					     enum xnat_side side)
{
	const struct xct_tuple *t = &ct->node[dir].tuple;

	if (side == XNAT_SRC)
		return (struct xnat_end){ t->src, t->sport };
	return (struct xnat_end){
		t->dst, t->proto == IPPROTO_ICMP ? t->sport : t->dport
	};
}

bool xnat_manip(struct sk_buff *skb, struct xnat_end to, enum xnat_side side);
bool xnat_manip_addr(struct sk_buff *skb, __be32 to, enum xnat_side side);
bool xnat_manip_quote(struct sk_buff *skb, unsigned int nhoff,
		      struct xnat_end to, enum xnat_side side, __wsum *diff);

unsigned int xnat_icmp(struct sk_buff *skb, const struct xnf_ctx *ctx,
		       enum xnat_side side);
unsigned int xnat_setup(struct xnf_ctx *ctx, struct sk_buff *skb,
			const struct nf_hook_state *state,
			enum xnat_side side);
bool xnat_unique(struct xnf_conn *ct, const struct xnat_range *range,
		 enum xnat_side side, struct xct_tuple *reply);
bool xnat_clash(struct xnf_conn *ct);
bool xnat_masquerade(struct xinet_net *xn, struct xnf_conn *ct,
		     const struct sk_buff *skb, const struct net_device *out,
		     struct xnat_range *range);
bool xnat_redirect(struct xinet_net *xn, const struct nf_hook_state *state,
		   struct xnat_range *range);
int xnat_reroute(struct xinet_net *xn, struct sk_buff *skb,
		 const struct sock *sk);

#endif /* _XINET_NETFILTER_NAT_ROOM_H */
