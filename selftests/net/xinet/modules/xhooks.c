// SPDX-License-Identifier: GPL-2.0
/*
 * Hooks on the five points of AF_XINET, as a test tells them to behave.
 *
 * In: commands written to /sys/module/xhooks/parameters/command; they concern
 * the network namespace of the writer:
 *
 *	add HOOK PRIORITY VERDICT [ARG]
 *	    HOOK 0…4 as NF_INET_*; VERDICT one of
 *		accept
 *		drop		NF_DROP
 *		errno ARG	NF_DROP with that errno
 *		steal		the packet is freed here
 *		reason ARG	the same with that errno, as NF_DROP_REASON does
 *		hold		the packet is kept until "release"
 *		repeat ARG	asks for ARG more calls, then accepts
 *		queue ARG	NF_QUEUE to that queue
 *		odd ARG		ARG itself is the verdict
 *		mark ARG	accept, with ARG as the packet's mark
 *		ctmark ARG	the same with its connection's mark, if it has one
 *		restore		accept, with that as the packet's mark
 *	del ID			IDs count from 1 as hooks are added
 *	flush			all of the namespace
 *	release			free what was held, in all namespaces
 *	forget			empty the trace
 *
 * Out: the parameters state (a line a hook of the namespace: id, point,
 * priority, calls, calls with a state that is not as it should be) and trace
 * (id:in:out of the last calls in all namespaces).
 *
 * A hook lives until it is deleted, its namespace goes or the module goes. The
 * list is guarded by xhooks_mutex, the trace by a spinlock of its own.
 */
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/netfilter.h>
#include <linux/nsproxy.h>
#include <linux/sched.h>
#include <linux/skbuff.h>
#include <linux/slab.h>
#include <net/net_namespace.h>
#include <net/xinet/conntrack.h>
#include <net/xinet/netfilter.h>

#define XHOOKS_TRACE_MAX	128

/* What a hook does with each packet. */
enum xhook_kind {
	XHOOK_ACCEPT,
	XHOOK_DROP,
	XHOOK_ERRNO,
	XHOOK_STEAL,
	XHOOK_REASON,
	XHOOK_HOLD,
	XHOOK_REPEAT,
	XHOOK_QUEUE,
	XHOOK_ODD,
	XHOOK_MARK,
	XHOOK_CTMARK,
	XHOOK_RESTORE,
};

static const char * const xhook_kinds[] = {
	[XHOOK_ACCEPT]	= "accept",
	[XHOOK_DROP]	= "drop",
	[XHOOK_ERRNO]	= "errno",
	[XHOOK_STEAL]	= "steal",
	[XHOOK_REASON]	= "reason",
	[XHOOK_HOLD]	= "hold",
	[XHOOK_REPEAT]	= "repeat",
	[XHOOK_QUEUE]	= "queue",
	[XHOOK_ODD]	= "odd",
	[XHOOK_MARK]	= "mark",
	[XHOOK_CTMARK]	= "ctmark",
	[XHOOK_RESTORE]	= "restore",
};

/**
 * struct xhook - one registered hook
 * @node: in xhooks
 * @ops: what the family calls
 * @net: where; the namespace ends it before it goes
 * @id: from 1 up
 * @kind: XHOOK_*
 * @arg: as the command gave it
 * @calls: how often it ran
 * @wrong: how often with a state that cannot be
 * @again: how often the packet at hand was repeated
 */
struct xhook {
	struct list_head node;
	struct nf_hook_ops ops;
	struct net *net;
	unsigned int id;
	enum xhook_kind kind;
	unsigned int arg;
	atomic_t calls;
	atomic_t wrong;
	atomic_t again;
};

/* One call of a hook. */
struct xhook_call {
	unsigned int id;
	char in[IFNAMSIZ];
	char out[IFNAMSIZ];
};

static LIST_HEAD(xhooks);
static DEFINE_MUTEX(xhooks_mutex); /* xhooks and the last id */
static unsigned int xhooks_last_id;

static struct xhook_call xhooks_trace[XHOOKS_TRACE_MAX];
static unsigned int xhooks_traced;
static DEFINE_SPINLOCK(xhooks_trace_lock); /* both of the above */

static struct sk_buff_head xhooks_held;

static void xhook_trace(const struct xhook *h,
			const struct nf_hook_state *state)
{
	struct xhook_call *call;

	spin_lock_bh(&xhooks_trace_lock);
	if (xhooks_traced < XHOOKS_TRACE_MAX) {
		call = &xhooks_trace[xhooks_traced++];
		call->id = h->id;
		strscpy(call->in, state->in ? state->in->name : "-",
			sizeof(call->in));
		strscpy(call->out, state->out ? state->out->name : "-",
			sizeof(call->out));
	}
	spin_unlock_bh(&xhooks_trace_lock);
}

/* Is the state such as a hook may rely on, and the header where it should be? */
static bool xhook_state_right(const struct xhook *h, const struct sk_buff *skb,
			      const struct nf_hook_state *state)
{
	return state->hook == h->ops.hooknum && state->net == h->net &&
	       state->pf == NFPROTO_UNSPEC && state->okfn &&
	       skb_network_header(skb) == skb->data &&
	       skb_headlen(skb) >= 20 && skb->data[0] >> 4 == 14;
}

static unsigned int xhook_repeat(struct xhook *h)
{
	if (atomic_inc_return(&h->again) <= h->arg)
		return NF_REPEAT;
	atomic_set(&h->again, 0);
	return NF_ACCEPT;
}

static unsigned int xhook_mark(const struct xhook *h, struct sk_buff *skb)
{
	enum ip_conntrack_info info;
	struct xnf_conn *ct = xnf_ct_get(skb, &info);

	if (h->kind == XHOOK_MARK)
		skb->mark = h->arg;
	else if (ct && h->kind == XHOOK_CTMARK)
		xnf_ct_set_mark(ct, h->arg);
	else if (ct)
		skb->mark = READ_ONCE(ct->mark);
	return NF_ACCEPT;
}

static unsigned int xhook_run(void *priv, struct sk_buff *skb,
			      const struct nf_hook_state *state)
{
	struct xhook *h = priv;

	atomic_inc(&h->calls);
	if (!xhook_state_right(h, skb, state))
		atomic_inc(&h->wrong);
	xhook_trace(h, state);

	switch (h->kind) {
	case XHOOK_DROP:
		return NF_DROP;
	case XHOOK_ERRNO:
		return NF_DROP_ERR(-(int)h->arg);
	case XHOOK_STEAL:
		consume_skb(skb);
		return NF_STOLEN;
	case XHOOK_REASON:
		kfree_skb(skb);
		return h->arg << NF_VERDICT_QBITS | NF_STOLEN;
	case XHOOK_HOLD:
		skb_queue_tail(&xhooks_held, skb);
		return NF_STOLEN;
	case XHOOK_REPEAT:
		return xhook_repeat(h);
	case XHOOK_QUEUE:
		return NF_QUEUE_NR(h->arg);
	case XHOOK_ODD:
		return h->arg;
	case XHOOK_MARK:
	case XHOOK_CTMARK:
	case XHOOK_RESTORE:
		return xhook_mark(h, skb);
	default:
		return NF_ACCEPT;
	}
}

static int xhook_add(struct net *net, const char *args)
{
	unsigned int hooknum, arg = 0;
	struct xhook *h;
	char verdict[16];
	int kind, err, priority;

	if (sscanf(args, "%u %d %15s %u", &hooknum, &priority, verdict,
		   &arg) < 3)
		return -EINVAL;
	kind = match_string(xhook_kinds, ARRAY_SIZE(xhook_kinds), verdict);
	if (kind < 0)
		return kind;
	h = kzalloc(sizeof(*h), GFP_KERNEL);
	if (!h)
		return -ENOMEM;
	h->net = net;
	h->kind = kind;
	h->arg = arg;
	h->id = xhooks_last_id + 1;
	h->ops.hook = xhook_run;
	h->ops.priv = h;
	h->ops.pf = NFPROTO_UNSPEC;
	h->ops.hooknum = hooknum;
	h->ops.priority = priority;

	err = xnf_register_net_hook(net, &h->ops);
	if (err) {
		kfree(h);
		return err;
	}
	xhooks_last_id = h->id;
	list_add_tail(&h->node, &xhooks);
	return 0;
}

static void xhook_del(struct xhook *h)
{
	list_del(&h->node);
	xnf_unregister_net_hook(h->net, &h->ops);
	kfree(h);
}

/* @id 0 means all; @net NULL means those of all namespaces. */
static int xhooks_del(const struct net *net, unsigned int id)
{
	struct xhook *h, *tmp;
	int err = -ENOENT;

	list_for_each_entry_safe(h, tmp, &xhooks, node) {
		if ((net && h->net != net) || (id && h->id != id))
			continue;
		xhook_del(h);
		err = 0;
	}
	return err;
}

static void xhooks_forget(void)
{
	spin_lock_bh(&xhooks_trace_lock);
	xhooks_traced = 0;
	spin_unlock_bh(&xhooks_trace_lock);
}

static int xhooks_do(struct net *net, const char *line)
{
	unsigned int id;

	if (!strncmp(line, "add ", 4))
		return xhook_add(net, line + 4);
	if (sscanf(line, "del %u", &id) == 1)
		return id ? xhooks_del(net, id) : -EINVAL;
	if (sysfs_streq(line, "flush")) {
		xhooks_del(net, 0);
		return 0;
	}
	if (sysfs_streq(line, "release")) {
		skb_queue_purge(&xhooks_held);
		return 0;
	}
	if (sysfs_streq(line, "forget")) {
		xhooks_forget();
		return 0;
	}
	return -EINVAL;
}

static int xhooks_command_set(const char *line, const struct kernel_param *kp)
{
	int err;

	mutex_lock(&xhooks_mutex);
	err = xhooks_do(current->nsproxy->net_ns, line);
	mutex_unlock(&xhooks_mutex);
	return err;
}

static const struct kernel_param_ops xhooks_command_ops = {
	.set = xhooks_command_set,
};
module_param_cb(command, &xhooks_command_ops, NULL, 0200);

static int xhooks_state_get(char *page, const struct kernel_param *kp)
{
	const struct net *net = current->nsproxy->net_ns;
	struct xhook *h;
	int len = 0;

	mutex_lock(&xhooks_mutex);
	list_for_each_entry(h, &xhooks, node)
		if (h->net == net)
			len += scnprintf(page + len, PAGE_SIZE - len,
					 "%u %u %d %d %d\n", h->id,
					 h->ops.hooknum, h->ops.priority,
					 atomic_read(&h->calls),
					 atomic_read(&h->wrong));
	mutex_unlock(&xhooks_mutex);
	return len;
}

static const struct kernel_param_ops xhooks_state_ops = {
	.get = xhooks_state_get,
};
module_param_cb(state, &xhooks_state_ops, NULL, 0400);

static int xhooks_trace_get(char *page, const struct kernel_param *kp)
{
	unsigned int i;
	int len = 0;

	spin_lock_bh(&xhooks_trace_lock);
	for (i = 0; i < xhooks_traced; i++)
		len += scnprintf(page + len, PAGE_SIZE - len, "%u:%s:%s ",
				 xhooks_trace[i].id, xhooks_trace[i].in,
				 xhooks_trace[i].out);
	spin_unlock_bh(&xhooks_trace_lock);
	return len;
}

static const struct kernel_param_ops xhooks_trace_ops = {
	.get = xhooks_trace_get,
};
module_param_cb(trace, &xhooks_trace_ops, NULL, 0400);

/* The family wants its chains empty when a namespace goes. */
static void __net_exit xhooks_net_exit(struct net *net)
{
	mutex_lock(&xhooks_mutex);
	xhooks_del(net, 0);
	mutex_unlock(&xhooks_mutex);
}

static struct pernet_operations xhooks_net_ops = {
	.exit = xhooks_net_exit,
};

static int __init xhooks_init(void)
{
	skb_queue_head_init(&xhooks_held);
	return register_pernet_subsys(&xhooks_net_ops);
}

static void __exit xhooks_exit(void)
{
	/* runs xhooks_net_exit() for every namespace */
	unregister_pernet_subsys(&xhooks_net_ops);
	skb_queue_purge(&xhooks_held);
}

module_init(xhooks_init);
module_exit(xhooks_exit);

MODULE_DESCRIPTION("Test hooks for AF_XINET");
MODULE_LICENSE("GPL");
