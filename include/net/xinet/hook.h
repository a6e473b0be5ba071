/* SPDX-License-Identifier: GPL-2.0 */
/* The call that stands at each of the five points of a packet's way. */
#ifndef _NET_XINET_HOOK_H
#define _NET_XINET_HOOK_H

#include <net/xinet/netns.h>

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
	 struct net_device *out, xnf_okfn okfn)
{
	if (!static_branch_unlikely(&xnf_needed[hook]))
		return okfn(net, sk, skb);
	if (hook == NF_INET_PRE_ROUTING || hook == NF_INET_LOCAL_OUT)
		return xnf_hook_enter(hook, xn, net, sk, skb, in, out, okfn);
	return xnf_hook_run(hook, xn, net, sk, skb, in, out, okfn);
}

#endif /* _NET_XINET_HOOK_H */
