// SPDX-License-Identifier: GPL-2.0
/*
 * Rules before anybody can find them: memory for each, within the limits, and
 * lists that are being written.
 *
 * In: rules that passed xrule_check(), from process context. Out: a struct
 * xrules_draft for xrules_commit(). A draft is its writer's alone; only pages
 * that hold rules of the present lists need the namespace's mutex.
 */
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/slab.h>
#include "rule.h"

/* A child namespace cannot write it: what all of them together may take. */
static unsigned int xrule_host_max = 1U << 18;
module_param_named(rules_max, xrule_host_max, uint, 0644);
MODULE_PARM_DESC(rules_max, "Most rules of filter and NAT on the host");
static atomic_t xrule_host_count = ATOMIC_INIT(0);

/**
 * xrule_entry_alloc - a rule with counters, in no list yet
 * @rule: copied
 * @extack: for the reason of a refusal
 *
 * Context: process, may sleep.
 * Return: the entry, or ERR_PTR: -ENOSPC at the host's limit, -ENOMEM.
 */
struct xrule_entry *xrule_entry_alloc(const struct xrule *rule,
				      struct netlink_ext_ack *extack)
{
	struct xrule_entry *e;

	if ((unsigned int)atomic_inc_return(&xrule_host_count) >
	    READ_ONCE(xrule_host_max)) {
		atomic_dec(&xrule_host_count);
		NL_SET_ERR_MSG(extack, "Too many rules on this host");
		return ERR_PTR(-ENOSPC);
	}
	e = kzalloc(sizeof(*e), GFP_KERNEL_ACCOUNT);
	if (e)
		e->count = alloc_percpu_gfp(struct xrule_count,
					    GFP_KERNEL_ACCOUNT | __GFP_ZERO);
	if (!e || !e->count) {
		kfree(e);
		atomic_dec(&xrule_host_count);
		return ERR_PTR(-ENOMEM);
	}
	e->rule = *rule;
	e->rule.handle = 0;
	e->rule.range.next = &e->turn;
	return e;
}

/**
 * xrule_entry_free - the end of a rule that nobody can find
 * @e: the rule
 *
 * Context: process.
 */
void xrule_entry_free(struct xrule_entry *e)
{
	free_percpu(e->count);
	kfree(e);
	atomic_dec(&xrule_host_count);
}

/* Room for one more; it doubles, so that many cost little each. */
static int xrules_page_grow(struct xrules_page *page, u32 room)
{
	struct xrule_entry **entry;

	if (room <= page->room)
		return 0;
	room = max(room, page->room * 2);
	entry = kvmalloc_array(room, sizeof(*entry), GFP_KERNEL_ACCOUNT);
	if (!entry)
		return -ENOMEM;
	if (page->n)
		memcpy(entry, page->entry, page->n * sizeof(*entry));
	kvfree(page->entry);
	page->entry = entry;
	page->room = room;
	return 0;
}

/**
 * xrules_page_insert - put a rule at its place
 * @page: the list that is being written
 * @e: the rule; the page's on success
 * @position: how many rules are before it; XRULES_END: all
 *
 * Context: process, may sleep.
 * Return: 0 or -ENOMEM.
 */
int xrules_page_insert(struct xrules_page *page, struct xrule_entry *e,
		       u32 position)
{
	int err = xrules_page_grow(page, page->n + 1);

	if (err)
		return err;
	position = min(position, page->n);
	memmove(page->entry + position + 1, page->entry + position,
		(page->n - position) * sizeof(*page->entry));
	page->entry[position] = e;
	page->n++;
	return 0;
}

/**
 * xrules_page_copy - begin with the rules that a list has now
 * @page: an empty page
 * @c: the list, or NULL for an empty one
 *
 * Context: process, may sleep, under the namespace's mutex.
 * Return: 0 or -ENOMEM.
 */
int xrules_page_copy(struct xrules_page *page, const struct xrule_chain *c)
{
	u32 i;

	if (!c)
		return 0;
	/* one more is what comes next, most of the time */
	if (xrules_page_grow(page, c->n + 1))
		return -ENOMEM;
	for (i = 0; i < c->n; i++)
		page->entry[i] = xrule_chain_entry(c, i);
	page->n = c->n;
	return 0;
}

/**
 * xrules_draft_init - a draft with nothing in it
 * @draft: filled
 * @xn: the namespace it is for
 *
 * Context: any.
 */
void xrules_draft_init(struct xrules_draft *draft, struct xinet_net *xn)
{
	unsigned int i;

	memset(draft, 0, sizeof(*draft));
	draft->xn = xn;
	for (i = 0; i < __XRULES_MAX; i++)
		draft->page[i].policy = XRULES_POLICY_KEEP;
}

/**
 * xrules_draft_clean - free what a draft holds
 * @draft: the draft; rules that found their way into a list stay
 *
 * Context: process; under the namespace's mutex where the draft was committed
 * or copied from a list.
 */
void xrules_draft_clean(struct xrules_draft *draft)
{
	struct xrules_page *page;
	u32 i;

	for (page = draft->page; page < draft->page + __XRULES_MAX; page++) {
		for (i = 0; i < page->n; i++)
			if (!page->entry[i]->generation)
				xrule_entry_free(page->entry[i]);
		kvfree(page->entry);
		page->entry = NULL;
		page->n = 0;
		page->room = 0;
	}
}

/**
 * xrules_draft_alloc - begin to write lists
 * @xn: the namespace they are for
 *
 * Context: process, may sleep.
 * Return: the draft, or NULL.
 */
struct xrules_draft *xrules_draft_alloc(struct xinet_net *xn)
{
	struct xrules_draft *draft = kzalloc(sizeof(*draft),
					     GFP_KERNEL_ACCOUNT);

	if (draft)
		xrules_draft_init(draft, xn);
	return draft;
}

/**
 * xrules_draft_free - the end of a draft, replaced or not
 * @draft: what xrules_draft_alloc() gave, or NULL
 *
 * Context: process.
 */
void xrules_draft_free(struct xrules_draft *draft)
{
	if (!draft)
		return;
	xrules_draft_clean(draft);
	kfree(draft);
}

/**
 * xrules_draft_add - write one more rule
 * @draft: the draft
 * @list: XRULES_*
 * @rule: copied; handle and range.next are not looked at
 * @extack: for the reason of a refusal
 *
 * Context: process, may sleep.
 * Return: 0; what xrule_check() says; -ENOSPC at a limit; -ENOMEM.
 */
int xrules_draft_add(struct xrules_draft *draft, enum xrules_list list,
		     const struct xrule *rule, struct netlink_ext_ack *extack)
{
	int max = READ_ONCE(draft->xn->sysctl.rule_max);
	struct xrule_entry *e;
	int err;

	err = xrule_check(list, rule, extack);
	if (err)
		return err;
	if (draft->page[list].n >= max) {
		NL_SET_ERR_MSG(extack,
			       "Too many rules in this namespace (sysctl rule_max)");
		return -ENOSPC;
	}
	e = xrule_entry_alloc(rule, extack);
	if (IS_ERR(e))
		return PTR_ERR(e);
	err = xrules_page_insert(&draft->page[list], e, XRULES_END);
	if (err)
		xrule_entry_free(e);
	return err;
}
