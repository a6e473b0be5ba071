// SPDX-License-Identifier: GPL-2.0
/*
 * Two packets on two CPUs at the same place, always.
 *
 * In: insmod from a namespace, with the parameters point and priority of a hook
 * there. A packet of UDP or TCP, or an echo request, that comes to the hook
 * waits, for 100 ms at most, until another CPU has one there, too; both then go
 * on at once. Out: the parameters met, pairs that met, and alone, packets that
 * nobody came for. Holds the namespace while it is loaded.
 */
#include <linux/atomic.h>
#include <linux/icmp.h>
#include <linux/ip.h>
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/nsproxy.h>
#include <linux/sched.h>
#include <linux/skbuff.h>
#include <net/ip.h>
#include <net/net_namespace.h>
#include <net/xinet/netfilter.h>

#define XMEET_WAIT_NS	(100 * NSEC_PER_MSEC)

/* Nobody is here, one waits, another one came for him. */
enum { XMEET_NOBODY, XMEET_WAITS, XMEET_CAME };

static atomic_t xmeet_state = ATOMIC_INIT(XMEET_NOBODY);
static struct net *xmeet_net;

static uint xmeet_point = NF_INET_FORWARD;
module_param_named(point, xmeet_point, uint, 0400);
static int xmeet_priority;
module_param_named(priority, xmeet_priority, int, 0400);
static uint xmeet_met;
module_param_named(met, xmeet_met, uint, 0400);
static uint xmeet_alone;
module_param_named(alone, xmeet_alone, uint, 0400);

static bool xmeet_wanted(const struct sk_buff *skb)
{
	u8 buffer;
	const u8 *type;

	switch (ip_hdr(skb)->protocol) {
	case IPPROTO_UDP:
	case IPPROTO_TCP:
		return true;
	case IPPROTO_ICMP:
		type = skb_header_pointer(skb, ip_hdrlen(skb), 1, &buffer);
		return type && *type == ICMP_ECHO;
	default:
		return false;
	}
}

static void xmeet_wait(void)
{
	u64 end = ktime_get_ns() + XMEET_WAIT_NS;

	while (atomic_read(&xmeet_state) == XMEET_WAITS) {
		if (ktime_get_ns() > end &&
		    atomic_cmpxchg(&xmeet_state, XMEET_WAITS,
				   XMEET_NOBODY) == XMEET_WAITS) {
			xmeet_alone++;
			return;
		}
		cpu_relax();
	}
	xmeet_met++;
	atomic_set(&xmeet_state, XMEET_NOBODY);
}

static unsigned int xmeet_hook(void *priv, struct sk_buff *skb,
			       const struct nf_hook_state *state)
{
	if (!xmeet_wanted(skb))
		return NF_ACCEPT;
	if (atomic_cmpxchg(&xmeet_state, XMEET_NOBODY,
			   XMEET_WAITS) == XMEET_NOBODY)
		xmeet_wait();
	else
		atomic_cmpxchg(&xmeet_state, XMEET_WAITS, XMEET_CAME);
	return NF_ACCEPT;
}

static struct nf_hook_ops xmeet_ops = {
	.hook	= xmeet_hook,
	.pf	= NFPROTO_IPV4,
};

static int __init xmeet_init(void)
{
	int err;

	xmeet_ops.hooknum = xmeet_point;
	xmeet_ops.priority = xmeet_priority;
	xmeet_net = get_net(current->nsproxy->net_ns);
	err = xnf_register_net_hook(xmeet_net, &xmeet_ops);
	if (err)
		put_net(xmeet_net);
	return err;
}

static void __exit xmeet_exit(void)
{
	xnf_unregister_net_hook(xmeet_net, &xmeet_ops);
	put_net(xmeet_net);
}

module_init(xmeet_init);
module_exit(xmeet_exit);

MODULE_DESCRIPTION("Lets packets of two CPUs meet in a hook");
MODULE_LICENSE("GPL");
