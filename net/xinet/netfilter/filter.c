// SPDX-License-Identifier: GPL-2.0
/*
 * The filter: may a packet go on?
 *
 * In: packets at LOCAL_IN, FORWARD and LOCAL_OUT, behind the translation of
 * destinations and before that of sources, under the RCU read lock. Out: they
 * go on, or end here with a cause of the filter's own. A hook is there only
 * while its list has a rule or a policy that drops.
 */
#include <linux/netfilter_ipv4.h>
#include "rule.h"

/* As for a packet that ended in the hook with an error for its sender. */
#define XFILTER_GONE	(NF_STOLEN | EPERM << NF_VERDICT_QBITS)

static unsigned int xfilter_hook(void *priv, struct sk_buff *skb,
				 const struct nf_hook_state *state);

static const struct nf_hook_ops xfilter_ops[] = {
	[XRULES_FILTER_INPUT] = {
		.hook = xfilter_hook,
		.hooknum = NF_INET_LOCAL_IN,
		.priority = NF_IP_PRI_FILTER,
	},
	[XRULES_FILTER_FORWARD] = {
		.hook = xfilter_hook,
		.hooknum = NF_INET_FORWARD,
		.priority = NF_IP_PRI_FILTER,
	},
	[XRULES_FILTER_OUTPUT] = {
		.hook = xfilter_hook,
		.hooknum = NF_INET_LOCAL_OUT,
		.priority = NF_IP_PRI_FILTER,
	},
};

/* A hook's number: LOCAL_IN, FORWARD, LOCAL_OUT are in the lists' order. */
static enum xrules_list xfilter_list(const struct nf_hook_state *state)
{
	BUILD_BUG_ON(NF_INET_FORWARD - NF_INET_LOCAL_IN !=
		     XRULES_FILTER_FORWARD - XRULES_FILTER_INPUT);
	BUILD_BUG_ON(NF_INET_LOCAL_OUT - NF_INET_LOCAL_IN !=
		     XRULES_FILTER_OUTPUT - XRULES_FILTER_INPUT);
	return state->hook - NF_INET_LOCAL_IN + XRULES_FILTER_INPUT;
}

static unsigned int xfilter_drop(struct xinet_net *xn, struct sk_buff *skb,
				 enum xrules_list list)
{
	static const enum xinet_drop why[] = {
		[XRULES_FILTER_INPUT] = XINET_DROP_FILTER_INPUT,
		[XRULES_FILTER_FORWARD] = XINET_DROP_FILTER_FORWARD,
		[XRULES_FILTER_OUTPUT] = XINET_DROP_FILTER_OUTPUT,
	};

	xinet_drop(xn, skb, why[list]);
	return XFILTER_GONE;
}

static unsigned int xfilter_hook(void *priv, struct sk_buff *skb,
				 const struct nf_hook_state *state)
{
	struct xinet_net *xn = xinet_pernet_rcu(state->net);
	const struct xrules_set *set = rcu_dereference(xn->rules.set);
	enum xrules_list list = xfilter_list(state);
	const struct xrule_chain *c = set ? set->chain[list] : NULL;
	const struct xrule *rule;
	u8 verdict;

	if (!c)
		return NF_ACCEPT;
	rule = xrule_chain_eval(c, skb, state);
	verdict = rule ? rule->verdict : c->policy;
	if (likely(verdict == XRULE_ACCEPT))
		return NF_ACCEPT;
	if (verdict != XRULE_REJECT)
		return xfilter_drop(xn, skb, list);
	xfilter_reject(skb, rule);
	xinet_drop(xn, skb, XINET_DROP_FILTER_REJECT);
	return XFILTER_GONE;
}

/**
 * xfilter_hook_get - a list of the filter has something to say
 * @xn: state of the namespace
 * @list: XRULES_FILTER_*
 *
 * Context: process, may sleep.
 * Return: 0, -E2BIG, -ENOMEM.
 */
int xfilter_hook_get(struct xinet_net *xn, enum xrules_list list)
{
	return xnf_register_net_hook(xn->net, &xfilter_ops[list]);
}

/**
 * xfilter_hook_put - it has nothing to say any more
 * @xn: state of the namespace
 * @list: XRULES_FILTER_*
 *
 * Context: process, may sleep.
 */
void xfilter_hook_put(struct xinet_net *xn, enum xrules_list list)
{
	xnf_unregister_net_hook(xn->net, &xfilter_ops[list]);
}
