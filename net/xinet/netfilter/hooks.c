// SPDX-License-Identifier: GPL-2.0
/*
 * The chains of the five hook points and the loop that runs them.
 *
 * In: registrations from process context, packets from XNF_HOOK(). A chain is
 * an array that is replaced as a whole under xnf_mutex and read under RCU; a
 * static key a point, shared by all namespaces, keeps the empty case to one
 * jump.
 */
#include <linux/export.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <net/xinet/netns.h>
#include <net/xinet/trace.h>

struct static_key_false xnf_needed[NF_INET_NUMHOOKS] = {
	[0 ... NF_INET_NUMHOOKS - 1] = STATIC_KEY_FALSE_INIT,
};

DEFINE_PER_CPU(struct xnf_ctx *, xnf_ctx);

static DEFINE_MUTEX(xnf_mutex);

/* As nf_hook_ops counts priorities; what no chain of hooks comes near. */
#define XNF_CHAIN_MAX	1024

/* Bounds NF_REPEAT, so that one faulty hook cannot hold a CPU. */
#define XNF_REPEAT_MAX	16

/* Call one hook, as often as it asks to be repeated. */
static unsigned int xnf_hook_call(const struct nf_hook_ops *ops,
				  struct sk_buff *skb,
				  const struct nf_hook_state *state)
{
	unsigned int verdict, i;

	for (i = 0; i < XNF_REPEAT_MAX; i++) {
		verdict = ops->hook(ops->priv, skb, state);
		if (likely(verdict != NF_REPEAT))
			return verdict;
	}
	return NF_DROP;
}

/* The same while somebody traces; a hook may free the packet. */
static noinline unsigned int
xnf_hook_call_trace(const struct nf_hook_ops *ops, struct sk_buff *skb,
		    const struct nf_hook_state *state)
{
	struct xtrace_packet before;
	unsigned int verdict;

	xtrace_packet_of(state->net, skb, &before);
	verdict = xnf_hook_call(ops, skb, state);
	xtrace_hook(&before, skb, state, ops->hook, verdict);
	return verdict;
}

/*
 * All hooks of a chain. Returns 1 for a packet that goes on; for one that is
 * gone, what its sender is told.
 */
static int xnf_chain_run(const struct xnf_chain *chain, struct xinet_net *xn,
			 struct sk_buff *skb, const struct nf_hook_state *state)
{
	unsigned int verdict, i;
	int err;

	for (i = 0; i < chain->n; i++) {
		if (xtrace_on())
			verdict = xnf_hook_call_trace(chain->ops[i], skb,
						      state);
		else
			verdict = xnf_hook_call(chain->ops[i], skb, state);
		if (likely((verdict & NF_VERDICT_MASK) == NF_ACCEPT))
			continue;

		switch (verdict & NF_VERDICT_MASK) {
		case NF_STOLEN:
			/* NF_DROP_REASON comes as this, with an error */
			return NF_DROP_GETERR(verdict);
		case NF_DROP:
			xinet_drop(xn, skb, XINET_DROP_HOOK);
			err = NF_DROP_GETERR(verdict);
			return err ? err : -EPERM;
		case NF_QUEUE:
			xinet_drop(xn, skb, XINET_DROP_HOOK_QUEUE);
			return -EPERM;
		default:
			xinet_drop(xn, skb, XINET_DROP_HOOK_ERROR);
			return -EPERM;
		}
	}
	return 1;
}

static noinline int
xnf_chain_then(const struct xnf_chain *chain, unsigned int hook,
	       struct xinet_net *xn, struct net *net, struct sock *sk,
	       struct sk_buff *skb, struct net_device *in,
	       struct net_device *out, xnf_okfn okfn)
{
	struct nf_hook_state state = {
		.hook = hook,
		/* a foreign family's number would index core arrays wrongly */
		.pf = NFPROTO_UNSPEC,
		.in = in,
		.out = out,
		.sk = sk,
		.net = net,
		.okfn = okfn,
	};
	int err = xnf_chain_run(chain, xn, skb, &state);

	return likely(err > 0) ? okfn(net, sk, skb) : err;
}

/* The packet's first hooks: what all of them have to know lives here. */
static noinline int
xnf_chain_enter(const struct xnf_chain *chain, unsigned int hook,
		struct xinet_net *xn, struct net *net, struct sock *sk,
		struct sk_buff *skb, struct net_device *in,
		struct net_device *out, xnf_okfn okfn)
{
	struct xnf_ctx ctx = {
		.skb = skb,
		.state = XCT_STATE_UNTRACKED,
	};
	int ret;

	local_bh_disable();
	ctx.outer = this_cpu_read(xnf_ctx);
	this_cpu_write(xnf_ctx, &ctx);
	ret = xnf_chain_then(chain, hook, xn, net, sk, skb, in, out, okfn);
	this_cpu_write(xnf_ctx, ctx.outer);
	if (unlikely(ctx.owned))
		xct_abandon(ctx.ct);
	local_bh_enable();
	return ret;
}

/**
 * xnf_hook_run - run a packet through a chain; the slow half of XNF_HOOK()
 * @hook: NF_INET_LOCAL_IN, NF_INET_FORWARD or NF_INET_POST_ROUTING
 * @xn: state of the namespace
 * @net: the namespace
 * @sk: sending socket or NULL
 * @skb: the packet; consumed
 * @in: device it came in on or NULL
 * @out: device it leaves by or NULL
 * @okfn: where an accepted packet goes on
 *
 * Context: RCU read lock, BH or process.
 * Return: as XNF_HOOK().
 */
int xnf_hook_run(unsigned int hook, struct xinet_net *xn, struct net *net,
		 struct sock *sk, struct sk_buff *skb, struct net_device *in,
		 struct net_device *out, xnf_okfn okfn)
{
	const struct xnf_chain *chain = rcu_dereference(xn->nf.chain[hook]);

	if (!chain)
		return okfn(net, sk, skb);
	return xnf_chain_then(chain, hook, xn, net, sk, skb, in, out, okfn);
}

/**
 * xnf_hook_enter - the same at a packet's first point
 * @hook: NF_INET_PRE_ROUTING or NF_INET_LOCAL_OUT
 * @xn: state of the namespace
 * @net: the namespace
 * @sk: sending socket or NULL
 * @skb: the packet; consumed
 * @in: device it came in on or NULL
 * @out: device it leaves by or NULL
 * @okfn: where an accepted packet goes on
 *
 * What later hooks have to know of the packet lives on this stack, since all
 * of its way runs inside this call; it must not change the CPU on that way.
 *
 * Context: RCU read lock, BH or process; BH is off in the hooks and in @okfn.
 * Return: as XNF_HOOK().
 */
int xnf_hook_enter(unsigned int hook, struct xinet_net *xn, struct net *net,
		   struct sock *sk, struct sk_buff *skb, struct net_device *in,
		   struct net_device *out, xnf_okfn okfn)
{
	const struct xnf_chain *chain = rcu_dereference(xn->nf.chain[hook]);

	if (!chain)
		return okfn(net, sk, skb);
	return xnf_chain_enter(chain, hook, xn, net, sk, skb, in, out, okfn);
}

static bool xnf_chain_has(const struct xnf_chain *chain,
			  const struct nf_hook_ops *ops)
{
	unsigned int i;

	for (i = 0; chain && i < chain->n; i++)
		if (chain->ops[i] == ops)
			return true;
	return false;
}

/* A copy of @old with @add at its place by priority, after its equals. */
static struct xnf_chain *xnf_chain_insert(const struct xnf_chain *old,
					  const struct nf_hook_ops *add)
{
	unsigned int n = old ? old->n : 0, i = 0, j = 0;
	struct xnf_chain *new;

	if (n >= XNF_CHAIN_MAX)
		return ERR_PTR(-E2BIG);
	if (xnf_chain_has(old, add))
		return ERR_PTR(-EEXIST);
	new = kzalloc(struct_size(new, ops, n + 1), GFP_KERNEL_ACCOUNT);
	if (!new)
		return ERR_PTR(-ENOMEM);

	while (i < n && old->ops[i]->priority <= add->priority)
		new->ops[j++] = old->ops[i++];
	new->ops[j++] = add;
	while (i < n)
		new->ops[j++] = old->ops[i++];
	new->n = j;
	return new;
}

/* A copy of @old without @del; removal must not fail for want of memory. */
static struct xnf_chain *xnf_chain_without(const struct xnf_chain *old,
					   const struct nf_hook_ops *del)
{
	struct xnf_chain *new;
	unsigned int i;

	if (old->n == 1)
		return NULL;
	new = kzalloc(struct_size(new, ops, old->n - 1),
		      GFP_KERNEL_ACCOUNT | __GFP_NOFAIL);
	for (i = 0; i < old->n; i++)
		if (old->ops[i] != del)
			new->ops[new->n++] = old->ops[i];
	return new;
}

/**
 * xnf_register_net_hook - add a hook to a namespace's chain
 * @net: the namespace
 * @ops: hook function, hooknum and priority; @ops->pf is not looked at. Must
 *	stay until xnf_unregister_net_hook() has returned
 *
 * Context: process, may sleep.
 * Return: 0; -EINVAL for a hooknum the family has not; -EEXIST; -E2BIG;
 * -ENOMEM.
 */
int xnf_register_net_hook(struct net *net, const struct nf_hook_ops *ops)
{
	struct xinet_net *xn = xinet_pernet(net);
	struct xnf_chain *old, *new;

	if (ops->hooknum >= NF_INET_NUMHOOKS || !ops->hook)
		return -EINVAL;

	mutex_lock(&xnf_mutex);
	old = rcu_dereference_protected(xn->nf.chain[ops->hooknum],
					lockdep_is_held(&xnf_mutex));
	new = xnf_chain_insert(old, ops);
	if (!IS_ERR(new))
		rcu_assign_pointer(xn->nf.chain[ops->hooknum], new);
	mutex_unlock(&xnf_mutex);

	if (IS_ERR(new))
		return PTR_ERR(new);
	static_branch_inc(&xnf_needed[ops->hooknum]);
	if (old)
		kfree_rcu(old, rcu);
	return 0;
}
EXPORT_SYMBOL_GPL(xnf_register_net_hook);

/* The chain that @ops was in, to be freed once nobody reads it; NULL: in none. */
static struct xnf_chain *xnf_chain_remove(struct xinet_net *xn,
					  const struct nf_hook_ops *ops)
{
	struct xnf_chain *old;

	if (WARN_ON_ONCE(ops->hooknum >= NF_INET_NUMHOOKS))
		return NULL;

	mutex_lock(&xnf_mutex);
	old = rcu_dereference_protected(xn->nf.chain[ops->hooknum],
					lockdep_is_held(&xnf_mutex));
	if (WARN_ON_ONCE(!xnf_chain_has(old, ops)))
		old = NULL;
	else
		rcu_assign_pointer(xn->nf.chain[ops->hooknum],
				   xnf_chain_without(old, ops));
	mutex_unlock(&xnf_mutex);

	if (old)
		static_branch_dec(&xnf_needed[ops->hooknum]);
	return old;
}

/**
 * xnf_unregister_net_hook - take a hook out of a namespace's chain
 * @net: the namespace
 * @ops: what was registered; no call of it is running on return
 *
 * Context: process, may sleep.
 */
void xnf_unregister_net_hook(struct net *net, const struct nf_hook_ops *ops)
{
	xnf_unregister_net_hooks(net, ops, 1);
}
EXPORT_SYMBOL_GPL(xnf_unregister_net_hook);

/**
 * xnf_register_net_hooks - add several hooks, all or none
 * @net: the namespace
 * @ops: array of hooks
 * @n: its length
 *
 * Context: process, may sleep.
 * Return: 0 or the error of the one that failed.
 */
int xnf_register_net_hooks(struct net *net, const struct nf_hook_ops *ops,
			   unsigned int n)
{
	unsigned int i;
	int err;

	for (i = 0; i < n; i++) {
		err = xnf_register_net_hook(net, &ops[i]);
		if (err) {
			xnf_unregister_net_hooks(net, ops, i);
			return err;
		}
	}
	return 0;
}
EXPORT_SYMBOL_GPL(xnf_register_net_hooks);

/**
 * xnf_unregister_net_hooks - take several hooks out
 * @net: the namespace
 * @ops: array of hooks; no call of any is running on return
 * @n: its length
 *
 * Context: process, may sleep.
 */
void xnf_unregister_net_hooks(struct net *net, const struct nf_hook_ops *ops,
			      unsigned int n)
{
	struct xinet_net *xn = xinet_pernet(net);
	struct xnf_chain *old;

	while (n--) {
		old = xnf_chain_remove(xn, &ops[n]);
		if (old)
			kfree_rcu(old, rcu);
	}
	synchronize_net();
}
EXPORT_SYMBOL_GPL(xnf_unregister_net_hooks);

/**
 * xnf_net_exit - the namespace goes: its chains must be empty by now
 * @xn: state of the namespace
 *
 * A module that left a hook behind is named by a warning; its array is freed.
 *
 * Context: process.
 */
void xnf_net_exit(struct xinet_net *xn)
{
	struct xnf_chain *chain;
	int i;

	for (i = 0; i < NF_INET_NUMHOOKS; i++) {
		chain = rcu_dereference_protected(xn->nf.chain[i], 1);
		if (!WARN_ON_ONCE(chain))
			continue;
		static_branch_dec(&xnf_needed[i]);
		kfree(chain);
	}
}
