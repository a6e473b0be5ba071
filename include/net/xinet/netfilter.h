/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The five hook points, run over the kernel's own struct nf_hook_ops.
 *
 * The core's runner knows no foreign family, so the chains and the loop are
 * ours; a hook function written for IPv4 registers here unchanged. Verdicts:
 * NF_ACCEPT, NF_DROP, NF_STOLEN and NF_REPEAT as there; NF_QUEUE is a counted
 * drop, since nfnetlink_queue cannot reinject a foreign family.
 */
#ifndef _NET_XINET_NETFILTER_H
#define _NET_XINET_NETFILTER_H

#include <linux/jump_label.h>
#include <linux/netfilter.h>
#include <linux/rcupdate.h>
#include <net/xinet/drop.h>

struct net;
struct xinet_net;

/**
 * struct xnf_chain - the hooks of one point in one namespace
 * @rcu: frees the array after a grace period
 * @n: entries in @ops
 * @ops: registered operations, lowest priority first
 *
 * Replaced as a whole under the registration mutex, read under RCU.
 */
struct xnf_chain {
	struct rcu_head rcu;
	unsigned int n;
	const struct nf_hook_ops *ops[];
};

/**
 * struct xnf_net - hooks of a namespace
 * @chain: one array for each of NF_INET_PRE_ROUTING … NF_INET_POST_ROUTING;
 *	NULL where nothing is registered
 */
struct xnf_net {
	struct xnf_chain __rcu *chain[NF_INET_NUMHOOKS];
};

extern struct static_key_false xnf_needed[NF_INET_NUMHOOKS];

/* Where an accepted packet goes on; consumes it. */
typedef int (*xnf_okfn)(struct net *net, struct sock *sk, struct sk_buff *skb);

int xnf_hook_run(unsigned int hook, struct xinet_net *xn, struct net *net,
		 struct sock *sk, struct sk_buff *skb, struct net_device *in,
		 struct net_device *out, xnf_okfn okfn);
int xnf_hook_enter(unsigned int hook, struct xinet_net *xn, struct net *net,
		   struct sock *sk, struct sk_buff *skb, struct net_device *in,
		   struct net_device *out, xnf_okfn okfn);

/**
 * xnf_drop_verdict_at - a hook ends a packet for a cause of its own
 * @xn: state of the namespace
 * @skb: the packet; consumed
 * @why: the cause
 * @err: what its sender is told, negative
 * @func: which hook; xnf_drop_verdict() fills it in
 *
 * Context: in a hook.
 * Return: the verdict to return from the hook.
 */
static inline unsigned int xnf_drop_verdict_at(struct xinet_net *xn,
					       struct sk_buff *skb,
					       enum xinet_drop why, int err,
					       const char *func)
{
	xinet_drop_at(xn, skb, why, func);
	return (-err << NF_VERDICT_QBITS) | NF_STOLEN;
}

#define xnf_drop_verdict(xn, skb, why, err)				\
	xnf_drop_verdict_at(xn, skb, why, err, __func__)

int xnf_register_net_hook(struct net *net, const struct nf_hook_ops *ops);
void xnf_unregister_net_hook(struct net *net, const struct nf_hook_ops *ops);
int xnf_register_net_hooks(struct net *net, const struct nf_hook_ops *ops,
			   unsigned int n);
void xnf_unregister_net_hooks(struct net *net, const struct nf_hook_ops *ops,
			      unsigned int n);

void xnf_net_exit(struct xinet_net *xn);

#endif /* _NET_XINET_NETFILTER_H */
