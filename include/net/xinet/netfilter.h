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

int xnf_hook_run(unsigned int hook, struct xinet_net *xn, struct net *net,
		 struct sock *sk, struct sk_buff *skb, struct net_device *in,
		 struct net_device *out,
		 int (*okfn)(struct net *, struct sock *, struct sk_buff *));

/**
 * XNF_HOOK - hand a packet to the hooks of one point, then go on
 * @hook: NF_INET_PRE_ROUTING … NF_INET_POST_ROUTING
 * @xn: state of the namespace
 * @net: the namespace
 * @sk: sending socket or NULL
 * @skb: the packet; consumed
 * @in: device it came in on or NULL
 * @out: device it leaves by or NULL
 * @okfn: where an accepted packet goes on
 *
 * With no hook registered anywhere at this point it is a direct call of @okfn
 * behind a static branch.
 *
 * Context: RCU read lock, BH or process.
 * Return: what @okfn returned; -EPERM where a hook dropped the packet, or the
 * error a hook gave in its verdict; 0 where it was stolen.
 */
static __always_inline int
XNF_HOOK(unsigned int hook, struct xinet_net *xn, struct net *net,
	 struct sock *sk, struct sk_buff *skb, struct net_device *in,
	 struct net_device *out,
	 int (*okfn)(struct net *, struct sock *, struct sk_buff *))
{
	if (static_branch_unlikely(&xnf_needed[hook]))
		return xnf_hook_run(hook, xn, net, sk, skb, in, out, okfn);
	return okfn(net, sk, skb);
}

int xnf_register_net_hook(struct net *net, const struct nf_hook_ops *ops);
void xnf_unregister_net_hook(struct net *net, const struct nf_hook_ops *ops);
int xnf_register_net_hooks(struct net *net, const struct nf_hook_ops *ops,
			   unsigned int n);
void xnf_unregister_net_hooks(struct net *net, const struct nf_hook_ops *ops,
			      unsigned int n);

void xnf_net_exit(struct xinet_net *xn);

#endif /* _NET_XINET_NETFILTER_H */
