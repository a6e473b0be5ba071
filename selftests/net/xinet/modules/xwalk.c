// SPDX-License-Identifier: GPL-2.0
/*
 * What becomes of a packet and of its connection, from hook to hook.
 *
 * In: packets of UDP and TCP that a namespace forwards, looked at before and
 * behind the tracker, both steps of NAT, the filter and the confirmation.
 * Which namespace: that of the process that writes 1 to
 * /sys/module/xwalk/parameters/watch, until somebody writes 0; each 1 also
 * forgets what was seen before. To look behind the confirmation, which has the
 * last priority there is, 1 has to be written after the rule that brings the
 * tracker: of equal priorities the first one registered is called first.
 *
 * Out: the parameter walk, a line for each look, fields apart by a space:
 *
 *	HOOK PRIORITY SRC DST
 *	HOOK PRIORITY SRC DST INFO STATUS OSRC ODST RSRC RDST
 *
 * an end is ADDRESS:PORT, HOOK is NF_INET_*, INFO IP_CT_*, STATUS the IPS_*
 * bits in hexadecimal; then come the original's ends and the reply's. The
 * shorter line is that of a packet without a connection.
 *
 * Who is watched is guarded by xwalk_mutex, the looks by a spinlock.
 */
#include <linux/limits.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/netfilter_ipv4.h>
#include <linux/nsproxy.h>
#include <linux/sched.h>
#include <linux/skbuff.h>
#include <net/ip.h>
#include <net/net_namespace.h>
#include <net/xinet/conntrack.h>
#include <net/xinet/netfilter.h>

/* Two datagrams have 14; more than these would not fit in a page. */
#define XWALK_MAX	24

/**
 * struct xwalk_look - a packet at a hook
 * @hook: NF_INET_*
 * @priority: where in the chain
 * @packet: its ends as they are here
 * @tracked: what follows is there
 * @info: IP_CT_*
 * @status: IPS_* bits
 * @tuple: both of the connection
 */
struct xwalk_look {
	unsigned int hook;
	int priority;
	struct xct_tuple packet;
	bool tracked;
	enum ip_conntrack_info info;
	unsigned long status;
	struct xct_tuple tuple[IP_CT_DIR_MAX];
};

static struct xwalk_look xwalk_looks[XWALK_MAX];
static unsigned int xwalk_looked;
static DEFINE_SPINLOCK(xwalk_lock); /* both of the above */

static struct net *xwalk_net; /* watched, or NULL */
static DEFINE_MUTEX(xwalk_mutex);

static bool xwalk_packet(const struct sk_buff *skb, struct xct_tuple *t)
{
	const struct iphdr *iph = ip_hdr(skb);
	const __be16 *ports;
	__be16 buf[2];

	if (iph->protocol != IPPROTO_UDP && iph->protocol != IPPROTO_TCP)
		return false;
	ports = skb_header_pointer(skb, ip_hdrlen(skb), sizeof(buf), buf);
	if (!ports)
		return false;
	t->src = iph->saddr;
	t->dst = iph->daddr;
	t->sport = ports[0];
	t->dport = ports[1];
	return true;
}

static void xwalk_conn(const struct sk_buff *skb, struct xwalk_look *look)
{
	const struct xnf_conn *ct = xnf_ct_get(skb, &look->info);
	int dir;

	look->tracked = ct;
	if (!ct)
		return;
	look->status = READ_ONCE(ct->status);
	for (dir = 0; dir < IP_CT_DIR_MAX; dir++)
		look->tuple[dir] = ct->node[dir].tuple;
}

static unsigned int xwalk_hook(void *priv, struct sk_buff *skb,
			       const struct nf_hook_state *state)
{
	const struct nf_hook_ops *ops = priv;
	struct xwalk_look look = {
		.hook = state->hook,
		.priority = ops->priority,
	};

	if (!xwalk_packet(skb, &look.packet))
		return NF_ACCEPT;
	xwalk_conn(skb, &look);
	spin_lock_bh(&xwalk_lock);
	if (xwalk_looked < XWALK_MAX)
		xwalk_looks[xwalk_looked++] = look;
	spin_unlock_bh(&xwalk_lock);
	return NF_ACCEPT;
}

#define XWALK_AT(point, prio)						\
	{								\
		.hook		= xwalk_hook,				\
		.hooknum	= NF_INET_##point,			\
		.priority	= prio,					\
	}

/* Each is its own priv, see xwalk_init(). */
static struct nf_hook_ops xwalk_hooks[] = {
	XWALK_AT(PRE_ROUTING, NF_IP_PRI_RAW),		/* -300 */
	XWALK_AT(PRE_ROUTING, NF_IP_PRI_MANGLE),	/* -150, tracked */
	XWALK_AT(PRE_ROUTING, NF_IP_PRI_NAT_DST + 50),	/* -50 */
	XWALK_AT(FORWARD, NF_IP_PRI_SECURITY),		/* +50, filtered */
	XWALK_AT(POST_ROUTING, NF_IP_PRI_SECURITY),	/* +50 */
	XWALK_AT(POST_ROUTING, NF_IP_PRI_NAT_SRC + 100), /* +200 */
	XWALK_AT(POST_ROUTING, INT_MAX),		/* confirmed */
};

static void xwalk_forget(void)
{
	spin_lock_bh(&xwalk_lock);
	xwalk_looked = 0;
	spin_unlock_bh(&xwalk_lock);
}

static void xwalk_stop(void)
{
	if (xwalk_net)
		xnf_unregister_net_hooks(xwalk_net, xwalk_hooks,
					 ARRAY_SIZE(xwalk_hooks));
	xwalk_net = NULL;
}

static int xwalk_start(struct net *net)
{
	int err;

	xwalk_stop();
	xwalk_forget();
	err = xnf_register_net_hooks(net, xwalk_hooks, ARRAY_SIZE(xwalk_hooks));
	if (!err)
		xwalk_net = net;
	return err;
}

static int xwalk_watch_set(const char *val, const struct kernel_param *kp)
{
	bool on;
	int err = kstrtobool(val, &on);

	if (err)
		return err;
	mutex_lock(&xwalk_mutex);
	if (on)
		err = xwalk_start(current->nsproxy->net_ns);
	else
		xwalk_stop();
	mutex_unlock(&xwalk_mutex);
	return err;
}

static const struct kernel_param_ops xwalk_watch_ops = {
	.set = xwalk_watch_set,
};
module_param_cb(watch, &xwalk_watch_ops, NULL, 0200);

static int xwalk_put_ends(char *page, int len, const struct xct_tuple *t)
{
	return scnprintf(page + len, PAGE_SIZE - len, " %pI4:%u %pI4:%u",
			 &t->src, ntohs(t->sport), &t->dst, ntohs(t->dport));
}

static int xwalk_put(char *page, int len, const struct xwalk_look *look)
{
	int start = len, dir;

	len += scnprintf(page + len, PAGE_SIZE - len, "%u %d", look->hook,
			 look->priority);
	len += xwalk_put_ends(page, len, &look->packet);
	if (look->tracked) {
		len += scnprintf(page + len, PAGE_SIZE - len, " %d %lx",
				 look->info, look->status);
		for (dir = 0; dir < IP_CT_DIR_MAX; dir++)
			len += xwalk_put_ends(page, len, &look->tuple[dir]);
	}
	len += scnprintf(page + len, PAGE_SIZE - len, "\n");
	return len - start;
}

static int xwalk_walk_get(char *page, const struct kernel_param *kp)
{
	unsigned int i;
	int len = 0;

	spin_lock_bh(&xwalk_lock);
	for (i = 0; i < xwalk_looked; i++)
		len += xwalk_put(page, len, &xwalk_looks[i]);
	spin_unlock_bh(&xwalk_lock);
	return len;
}

static const struct kernel_param_ops xwalk_walk_ops = {
	.get = xwalk_walk_get,
};
module_param_cb(walk, &xwalk_walk_ops, NULL, 0400);

/* The family wants its chains empty when a namespace goes. */
static void __net_exit xwalk_net_exit(struct net *net)
{
	mutex_lock(&xwalk_mutex);
	if (xwalk_net == net)
		xwalk_stop();
	mutex_unlock(&xwalk_mutex);
}

static struct pernet_operations xwalk_net_ops = {
	.exit = xwalk_net_exit,
};

static int __init xwalk_init(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(xwalk_hooks); i++)
		xwalk_hooks[i].priv = &xwalk_hooks[i];
	return register_pernet_subsys(&xwalk_net_ops);
}

static void __exit xwalk_exit(void)
{
	/* runs xwalk_net_exit() for every namespace */
	unregister_pernet_subsys(&xwalk_net_ops);
}

module_init(xwalk_init);
module_exit(xwalk_exit);

MODULE_DESCRIPTION("Looks at AF_XINET's packets and connections from hook to hook");
MODULE_LICENSE("GPL");
