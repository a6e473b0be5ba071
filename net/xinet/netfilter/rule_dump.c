// SPDX-License-Identifier: GPL-2.0
/*
 * Rules as others see them: one after the other with their counters.
 *
 * In: dumps, from process context, in as many pieces as they like. Nothing is
 * held between two pieces; xrules_generation() says whether the rules have
 * changed meanwhile.
 */
#include <linux/percpu.h>
#include "rule.h"

static void xrule_view_of(struct xrule_view *view, const struct xrule_entry *e)
{
	const struct xrule_count *count;
	int cpu;

	view->rule = &e->rule;
	view->packets = 0;
	view->bytes = 0;
	for_each_possible_cpu(cpu) {
		count = per_cpu_ptr(e->count, cpu);
		view->packets += READ_ONCE(count->packets);
		view->bytes += READ_ONCE(count->bytes);
	}
}

static const struct xrule_chain *xrules_chain_rcu(struct xinet_net *xn,
						  enum xrules_list list)
{
	const struct xrules_set *set = rcu_dereference(xn->rules.set);

	return set ? set->chain[list] : NULL;
}

/**
 * xrules_dump - show the rules of a list, in order
 * @xn: state of the namespace
 * @list: XRULES_*
 * @pos: how many were shown before; moved on
 * @visit: called for each under the RCU read lock, must not sleep
 * @arg: given to it
 *
 * Context: process.
 * Return: 0 at the end of the list, or what @visit returned; @pos then is at
 * the rule it returned that for.
 */
int xrules_dump(struct xinet_net *xn, enum xrules_list list, u32 *pos,
		xrules_visit visit, void *arg)
{
	const struct xrule_chain *c;
	struct xrule_view view;
	int err = 0;

	rcu_read_lock();
	c = xrules_chain_rcu(xn, list);
	while (c && *pos < c->n) {
		xrule_view_of(&view, xrule_chain_entry(c, *pos));
		err = visit(&view, arg);
		if (err)
			break;
		++*pos;
	}
	rcu_read_unlock();
	return err;
}

/**
 * xrules_policy - what happens to packets that no rule of a list matches
 * @xn: state of the namespace
 * @list: XRULES_FILTER_*
 *
 * Context: any.
 * Return: XRULE_ACCEPT or XRULE_DROP.
 */
u8 xrules_policy(struct xinet_net *xn, enum xrules_list list)
{
	const struct xrule_chain *c;
	u8 policy;

	rcu_read_lock();
	c = xrules_chain_rcu(xn, list);
	policy = c ? c->policy : XRULE_ACCEPT;
	rcu_read_unlock();
	return policy;
}

/**
 * xrules_generation - which change was the last
 * @xn: state of the namespace
 *
 * Context: any.
 * Return: a number that differs after each change; 0 before the first.
 */
u32 xrules_generation(struct xinet_net *xn)
{
	return READ_ONCE(xn->rules.generation);
}
