// SPDX-License-Identifier: GPL-2.0
/*
 * A packet before a list of rules: xrules_eval().
 *
 * In: packets at a hook, under the RCU read lock, header checked and linear.
 * Out: the first rule that matches, counted. What the rules ask of the packet
 * is found out once, and only what one of them asks at all.
 */
#include <linux/ip.h>
#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <linux/skbuff.h>
#include <net/ip.h>
#include <net/xinet/conntrack.h>
#include "rule.h"

/* The rest of a name may hold what a longer one has left there. */
static void xrule_key_name(char *name, const struct net_device *dev)
{
	memset(name, 0, IFNAMSIZ);
	if (dev)
		strscpy(name, dev->name, IFNAMSIZ);
}

/* Ports of UDP and TCP; later fragments have none (RFC 791 section 3.2). */
static void xrule_key_ports(struct xrule_key *key, const struct sk_buff *skb,
			    const struct iphdr *iph)
{
	__be16 buf[2];
	const __be16 *ports;

	key->ports = false;
	if (key->proto != IPPROTO_UDP && key->proto != IPPROTO_TCP)
		return;
	if (iph->frag_off & htons(IP_OFFSET))
		return;
	ports = skb_header_pointer(skb, skb_network_offset(skb) + iph->ihl * 4,
				   sizeof(buf), buf);
	if (!ports)
		return;
	key->sport = ntohs(ports[0]);
	key->dport = ntohs(ports[1]);
	key->ports = true;
}

/* What a hook held back and put in again is of no connection any more. */
static u8 xrule_key_state(const struct sk_buff *skb)
{
	const struct xnf_ctx *ctx = xnf_ctx_of(skb);

	return ctx ? ctx->state : XCT_STATE_UNTRACKED;
}

static __always_inline void xrule_key_of(struct xrule_key *key, u16 uses,
					 const struct sk_buff *skb,
					 const struct nf_hook_state *state)
{
	const struct iphdr *iph = ip_hdr(skb);

	key->src = ntohl(iph->saddr);
	key->dst = ntohl(iph->daddr);
	key->proto = iph->protocol;
	key->ports = false;
	if (uses & (XRULE_MATCH_SPORT | XRULE_MATCH_DPORT))
		xrule_key_ports(key, skb, iph);
	if (uses & XRULE_MATCH_STATE)
		key->state = xrule_key_state(skb);
	if (uses & XRULE_MATCH_MARK)
		key->mark = skb->mark;
	if (uses & XRULE_MATCH_IIF)
		xrule_key_name(key->iif, state->in);
	if (uses & XRULE_MATCH_OIF)
		xrule_key_name(key->oif, state->out);
}

/**
 * xrule_chain_eval - the first rule of a list that matches a packet
 * @c: the list
 * @skb: the packet, network header set and linear
 * @state: the hook's
 *
 * Context: in a hook, RCU read lock, BH disabled.
 * Return: the rule, which has counted the packet; NULL for none.
 */
const struct xrule *xrule_chain_eval(const struct xrule_chain *c,
				     const struct sk_buff *skb,
				     const struct nf_hook_state *state)
{
	struct xrule_entry *e;
	struct xrule_key key;
	u32 i;

	xrule_key_of(&key, c->uses, skb, state);
	if (likely(!c->class))
		i = xrule_linear_find(c->fast, c->n, &key);
	else
		i = xrule_class_find(c->class, c->fast, c->n, &key);
	if (i == c->n)
		return NULL;
	e = xrule_chain_entry(c, i);
	this_cpu_inc(e->count->packets);
	this_cpu_add(e->count->bytes, skb->len);
	return &e->rule;
}

/**
 * xrules_eval - the first rule of a namespace's list that matches a packet
 * @xn: state of the namespace
 * @list: XRULES_*
 * @skb: the packet, network header set and linear
 * @state: the hook's
 *
 * Context: in a hook, BH disabled; RCU read lock, under which the rule is good.
 * Return: the rule, which has counted the packet; NULL for none.
 */
const struct xrule *xrules_eval(struct xinet_net *xn, enum xrules_list list,
				const struct sk_buff *skb,
				const struct nf_hook_state *state)
{
	const struct xrules_set *set = rcu_dereference(xn->rules.set);

	if (!set || !set->chain[list])
		return NULL;
	return xrule_chain_eval(set->chain[list], skb, state);
}
