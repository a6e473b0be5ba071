// SPDX-License-Identifier: GPL-2.0
/*
 * The lists of a namespace, and how others take their place: xrules_commit().
 *
 * In: drafts, from process context under the namespace's mutex. Out: one
 * pointer, read under RCU, to all lists; so a packet sees those before the
 * change or those after it. What the rules need of others (hooks, tracking) is
 * there before they are and goes after them.
 */
#include <linux/err.h>
#include <linux/mm.h>
#include <linux/netlink.h>
#include <linux/slab.h>
#include <net/xinet/conntrack.h>
#include "rule.h"

static struct workqueue_struct *xrules_wq;

/* ---- a list */

static void xrule_chain_free(struct xrule_chain *c)
{
	if (!c)
		return;
	xrule_class_free(c->class);
	kvfree(c);
}

/* The list a page says, or NULL for one that changes nothing. */
static struct xrule_chain *xrule_chain_make(const struct xrules_page *page)
{
	struct xrule_chain *c;
	u32 i;

	if (!page->n && page->policy == XRULE_ACCEPT)
		return NULL;
	c = kvzalloc(struct_size(c, fast, page->n), GFP_KERNEL_ACCOUNT);
	if (!c)
		return ERR_PTR(-ENOMEM);
	c->n = page->n;
	c->policy = page->policy;
	for (i = 0; i < c->n; i++) {
		xrule_fast_init(&c->fast[i], &page->entry[i]->rule.match);
		c->uses |= page->entry[i]->rule.match.set;
	}
	if (c->n <= XRULE_LINEAR_MAX)
		return c;
	c->class = xrule_class_build(c->fast, c->n);
	if (!c->class) {
		kvfree(c);
		return ERR_PTR(-ENOMEM);
	}
	return c;
}

/* ---- what rules need of others */

static unsigned long xrules_needs_of(const struct xrules_set *set)
{
	unsigned long needs = 0;
	unsigned int i;

	for (i = 0; set && i < __XRULES_MAX; i++) {
		if (!set->chain[i])
			continue;
		needs |= BIT(i) & XRULES_FILTER ? BIT(i) : XRULES_NEED_NAT;
		if (set->chain[i]->uses & XRULE_MATCH_STATE)
			needs |= XRULES_NEED_CT;
	}
	return needs;
}

static int xrules_need_get(struct xinet_net *xn, unsigned int bit)
{
	if (BIT(bit) & XRULES_FILTER)
		return xfilter_hook_get(xn, bit);
	if (BIT(bit) & XRULES_NEED_CT)
		return xct_require(xn);
	if (BIT(bit) & XRULES_NEED_NAT)
		return xnat_require(xn);
	return 0;
}

static void xrules_need_put(struct xinet_net *xn, unsigned int bit)
{
	if (BIT(bit) & XRULES_FILTER)
		xfilter_hook_put(xn, bit);
	if (BIT(bit) & XRULES_NEED_CT)
		xct_release(xn);
	if (BIT(bit) & XRULES_NEED_NAT)
		xnat_release(xn);
}

static void xrules_needs_put(struct xinet_net *xn, unsigned long needs)
{
	unsigned int bit;

	for_each_set_bit(bit, &needs, BITS_PER_LONG)
		xrules_need_put(xn, bit);
	xn->rules.needs &= ~needs;
}

/* All of @needs, or none and an error. */
static int xrules_needs_get(struct xinet_net *xn, unsigned long needs)
{
	unsigned long got = 0;
	unsigned int bit;
	int err;

	for_each_set_bit(bit, &needs, BITS_PER_LONG) {
		err = xrules_need_get(xn, bit);
		if (err) {
			xrules_needs_put(xn, got);
			return err;
		}
		got |= BIT(bit);
	}
	xn->rules.needs |= got;
	return 0;
}

/* ---- all lists */

/* Behind a grace period. */
static void xrules_set_free(struct work_struct *work)
{
	struct xrules_set *set = container_of(to_rcu_work(work),
					      struct xrules_set, work);
	struct xrule_entry *e, *next;
	unsigned int i;

	for (e = set->dead; e; e = next) {
		next = e->dead;
		xrule_entry_free(e);
		cond_resched();
	}
	for (i = 0; i < __XRULES_MAX; i++)
		xrule_chain_free(set->gone[i]);
	kfree(set);
}

/* Those lists of a new set that no old one has. */
static void xrules_set_discard(struct xrules_set *set, unsigned long lists)
{
	unsigned int i;

	if (!set)
		return;
	for_each_set_bit(i, &lists, __XRULES_MAX)
		xrule_chain_free(set->chain[i]);
	kfree(set);
}

static bool xrules_set_empty(const struct xrules_set *set)
{
	unsigned int i;

	for (i = 0; i < __XRULES_MAX; i++)
		if (set->chain[i])
			return false;
	return true;
}

/* The lists of the draft beside those that stay; NULL where that is nothing. */
static struct xrules_set *xrules_set_make(const struct xrules_draft *draft,
					  unsigned long lists,
					  const struct xrules_set *old)
{
	struct xrules_set *set = kzalloc(sizeof(*set), GFP_KERNEL_ACCOUNT);
	struct xrule_chain *c;
	unsigned int i;

	if (!set)
		return ERR_PTR(-ENOMEM);
	for (i = 0; i < __XRULES_MAX; i++) {
		if (lists & BIT(i))
			c = xrule_chain_make(&draft->page[i]);
		else
			c = old ? old->chain[i] : NULL;
		if (IS_ERR(c)) {
			xrules_set_discard(set, lists);
			return ERR_CAST(c);
		}
		set->chain[i] = c;
	}
	if (xrules_set_empty(set)) {
		kfree(set);
		return NULL;
	}
	return set;
}

static u32 xrules_set_count(const struct xrules_set *set)
{
	u32 n = 0;
	unsigned int i;

	for (i = 0; set && i < __XRULES_MAX; i++)
		n += set->chain[i] ? set->chain[i]->n : 0;
	return n;
}

/* ---- the change */

/* Names for the rules that have none; a list that began anew may count anew. */
static int xrules_name(struct xinet_net *xn, struct xrules_page *page, u32 *last,
		       struct netlink_ext_ack *extack)
{
	u32 i, fresh = 0, top = 0;

	for (i = 0; i < page->n; i++) {
		top = max(top, page->entry[i]->rule.handle);
		fresh += !page->entry[i]->generation;
	}
	if (fresh > U32_MAX - *last) {
		if (fresh > U32_MAX - top) {
			NL_SET_ERR_MSG(extack,
				       "No handles left; flush the list");
			return -ENOSPC;
		}
		*last = top;
	}
	for (i = 0; i < page->n; i++)
		if (!page->entry[i]->generation)
			page->entry[i]->rule.handle = ++*last;
	return 0;
}

/* From here on the rules of the page are in a list. */
static void xrules_page_live(const struct xrules_page *page, u32 generation)
{
	u32 i;

	for (i = 0; i < page->n; i++)
		page->entry[i]->generation = generation;
}

/* Free what @old has and its successor has not. */
static void xrules_retire(struct xrules_set *old, unsigned long lists,
			  u32 generation)
{
	struct xrule_chain *c;
	struct xrule_entry *e;
	unsigned int list;
	u32 i;

	if (!old)
		return;
	for_each_set_bit(list, &lists, __XRULES_MAX) {
		c = old->chain[list];
		old->gone[list] = c;
		for (i = 0; c && i < c->n; i++) {
			e = xrule_chain_entry(c, i);
			if (e->generation == generation)
				continue;
			e->dead = old->dead;
			old->dead = e;
		}
	}
	INIT_RCU_WORK(&old->work, xrules_set_free);
	queue_rcu_work(xrules_wq, &old->work);
}

/* The point of no return. 0 means "in no list" of an entry. */
static void xrules_publish(struct xinet_net *xn, struct xrules_set *set,
			   const struct xrules_draft *draft,
			   unsigned long lists)
{
	struct xrules_set *old = xrules_set_locked(xn);
	u32 generation = xn->rules.generation + 1 ?: 1;
	unsigned int i;

	for_each_set_bit(i, &lists, __XRULES_MAX)
		xrules_page_live(&draft->page[i], generation);
	rcu_assign_pointer(xn->rules.set, set);
	WRITE_ONCE(xn->rules.generation, generation);
	xrules_needs_put(xn, xn->rules.needs & ~xrules_needs_of(set));
	xrules_retire(old, lists, generation);
}

/* Whatever can be refused is refused here. */
static int xrules_prepare(struct xinet_net *xn, const struct xrules_set *set,
			  struct xrules_draft *draft, unsigned long lists,
			  struct netlink_ext_ack *extack)
{
	u32 n = xrules_set_count(set), before;
	unsigned int i;
	int err;

	before = xrules_set_count(xrules_set_locked(xn));
	if (n > before && n > READ_ONCE(xn->sysctl.rule_max)) {
		NL_SET_ERR_MSG(extack,
			       "Too many rules in this namespace (sysctl rule_max)");
		return -ENOSPC;
	}
	for_each_set_bit(i, &lists, __XRULES_MAX) {
		err = xrules_name(xn, &draft->page[i], &xn->rules.handle[i],
				  extack);
		if (err)
			return err;
	}
	return xrules_needs_get(xn, xrules_needs_of(set) & ~xn->rules.needs);
}

/**
 * xrules_commit - put a draft's lists in the place of those that are
 * @draft: the draft; its rules are in lists afterwards
 * @lists: which of its lists, BIT(XRULES_*) or-ed
 * @extack: for the reason of a refusal
 *
 * Removing all that a namespace has cannot fail once memory for a few words is
 * there.
 *
 * Context: process, may sleep, under the namespace's mutex.
 * Return: 0, or an error and nothing has changed.
 */
int xrules_commit(struct xrules_draft *draft, unsigned long lists,
		  struct netlink_ext_ack *extack)
{
	struct xinet_net *xn = draft->xn;
	struct xrules_set *old = xrules_set_locked(xn), *set;
	struct xrules_page *page;
	unsigned int i;
	int err;

	lockdep_assert_held(&xn->rules.lock);
	for_each_set_bit(i, &lists, __XRULES_MAX) {
		page = &draft->page[i];
		if (page->policy == XRULES_POLICY_KEEP)
			page->policy = old && old->chain[i] ?
				       old->chain[i]->policy : XRULE_ACCEPT;
	}
	set = xrules_set_make(draft, lists, old);
	if (IS_ERR(set))
		return PTR_ERR(set);
	err = xrules_prepare(xn, set, draft, lists, extack);
	if (err) {
		xrules_set_discard(set, lists);
		return err;
	}
	xrules_publish(xn, set, draft, lists);
	return 0;
}

/**
 * xrules_net_init - a namespace begins without rules
 * @xn: state of the namespace
 *
 * Context: process.
 * Return: 0.
 */
int xrules_net_init(struct xinet_net *xn)
{
	mutex_init(&xn->rules.lock);
	return 0;
}

/**
 * xrules_net_pre_exit - a namespace's rules go with it
 * @xn: state of the namespace
 *
 * Context: process; nobody configures it any more.
 */
void xrules_net_pre_exit(struct xinet_net *xn)
{
	const unsigned long all = BIT(__XRULES_MAX) - 1;
	struct xrules_draft none;

	mutex_lock(&xn->rules.lock);
	xrules_draft_init(&none, xn);
	if (xrules_set_locked(xn))
		xrules_publish(xn, NULL, &none, all);
	mutex_unlock(&xn->rules.lock);
}

/**
 * xrules_init - module load
 *
 * Context: process.
 * Return: 0 or -ENOMEM.
 */
int __init xrules_init(void)
{
	xrules_wq = alloc_workqueue("xinet_rules", WQ_UNBOUND, 0);
	return xrules_wq ? 0 : -ENOMEM;
}

/**
 * xrules_exit - module unload: wait for what is still being freed
 *
 * Context: process; no namespace has rules any more.
 */
void xrules_exit(void)
{
	rcu_barrier();
	destroy_workqueue(xrules_wq);
}
