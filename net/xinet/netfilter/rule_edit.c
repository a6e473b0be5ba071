// SPDX-License-Identifier: GPL-2.0
/*
 * Changes of rules as an administrator asks for them: one rule more or less,
 * none at all, a policy, whole lists.
 *
 * In: requests that netlink has taken apart, from process context, with the
 * caller's right to make them checked. Each is written as a draft and
 * committed under the namespace's mutex, so each happens whole or not at all.
 */
#include <linux/err.h>
#include <linux/netlink.h>
#include "rule.h"

static const struct xrule_chain *xrules_chain_locked(struct xinet_net *xn,
						     enum xrules_list list)
{
	const struct xrules_set *set = xrules_set_locked(xn);

	return set ? set->chain[list] : NULL;
}

static int xrules_add_locked(struct xinet_net *xn, enum xrules_list list,
			     struct xrule_entry *e, u32 position,
			     struct netlink_ext_ack *extack)
{
	struct xrules_draft draft;
	struct xrules_page *page = &draft.page[list];
	int err;

	xrules_draft_init(&draft, xn);
	err = xrules_page_copy(page, xrules_chain_locked(xn, list));
	if (!err && position != XRULES_END && position > page->n) {
		NL_SET_ERR_MSG(extack, "The list has no such position");
		err = -ERANGE;
	}
	if (!err)
		err = xrules_page_insert(page, e, position);
	if (err) {
		xrule_entry_free(e);
	} else {
		/* the draft has the entry now, and frees it on failure */
		err = xrules_commit(&draft, BIT(list), extack);
	}
	xrules_draft_clean(&draft);
	return err;
}

/**
 * xrules_add - one more rule
 * @xn: state of the namespace
 * @list: XRULES_*
 * @rule: copied; handle and range.next are not looked at
 * @position: how many rules of the list are before it; XRULES_END: all
 * @handle: told the name it got, unless NULL
 * @extack: for the reason of a refusal
 *
 * Context: process, may sleep.
 * Return: 0; -EINVAL for a rule that makes no sense in the list; -ERANGE for a
 * position behind the end; -ENOSPC at a limit; -ENOMEM.
 */
int xrules_add(struct xinet_net *xn, enum xrules_list list,
	       const struct xrule *rule, u32 position, u32 *handle,
	       struct netlink_ext_ack *extack)
{
	struct xrule_entry *e;
	int err;

	err = xrule_check(list, rule, extack);
	if (err)
		return err;
	e = xrule_entry_alloc(rule, extack);
	if (IS_ERR(e))
		return PTR_ERR(e);

	mutex_lock(&xn->rules.lock);
	err = xrules_add_locked(xn, list, e, position, extack);
	if (!err && handle)
		*handle = e->rule.handle;
	mutex_unlock(&xn->rules.lock);
	return err;
}

/* Take the rule out of the page; false if it has none of that name. */
static bool xrules_page_remove(struct xrules_page *page, u32 handle)
{
	u32 i;

	for (i = 0; i < page->n; i++) {
		if (page->entry[i]->rule.handle != handle)
			continue;
		page->n--;
		memmove(page->entry + i, page->entry + i + 1,
			(page->n - i) * sizeof(*page->entry));
		return true;
	}
	return false;
}

/**
 * xrules_del - one rule less
 * @xn: state of the namespace
 * @list: XRULES_*
 * @handle: its name
 * @extack: for the reason of a refusal
 *
 * Context: process, may sleep.
 * Return: 0; -ENOENT; -ENOMEM.
 */
int xrules_del(struct xinet_net *xn, enum xrules_list list, u32 handle,
	       struct netlink_ext_ack *extack)
{
	struct xrules_draft draft;
	int err;

	mutex_lock(&xn->rules.lock);
	xrules_draft_init(&draft, xn);
	err = xrules_page_copy(&draft.page[list],
			       xrules_chain_locked(xn, list));
	if (!err && !xrules_page_remove(&draft.page[list], handle)) {
		NL_SET_ERR_MSG(extack, "No rule with this handle");
		err = -ENOENT;
	}
	if (!err)
		err = xrules_commit(&draft, BIT(list), extack);
	xrules_draft_clean(&draft);
	mutex_unlock(&xn->rules.lock);
	return err;
}

/**
 * xrules_flush - no rules any more; policies stay
 * @xn: state of the namespace
 * @lists: of which lists, BIT(XRULES_*) or-ed
 *
 * Context: process, may sleep.
 * Return: 0 or -ENOMEM.
 */
int xrules_flush(struct xinet_net *xn, unsigned long lists)
{
	struct xrules_draft draft;
	int err;

	mutex_lock(&xn->rules.lock);
	xrules_draft_init(&draft, xn);
	err = xrules_commit(&draft, lists, NULL);
	mutex_unlock(&xn->rules.lock);
	return err;
}

static int xrules_policy_check(enum xrules_list list, u8 verdict,
			       struct netlink_ext_ack *extack)
{
	if (!(BIT(list) & XRULES_FILTER)) {
		NL_SET_ERR_MSG(extack, "Only lists of the filter have a policy");
		return -EINVAL;
	}
	if (verdict != XRULE_ACCEPT && verdict != XRULE_DROP) {
		NL_SET_ERR_MSG(extack, "A policy is accept or drop");
		return -EINVAL;
	}
	return 0;
}

/**
 * xrules_set_policy - what happens to packets that no rule of a list matches
 * @xn: state of the namespace
 * @list: XRULES_FILTER_*
 * @verdict: XRULE_ACCEPT or XRULE_DROP
 * @extack: for the reason of a refusal
 *
 * Context: process, may sleep.
 * Return: 0; -EINVAL; -ENOMEM.
 */
int xrules_set_policy(struct xinet_net *xn, enum xrules_list list, u8 verdict,
		      struct netlink_ext_ack *extack)
{
	struct xrules_draft draft;
	int err;

	err = xrules_policy_check(list, verdict, extack);
	if (err)
		return err;
	mutex_lock(&xn->rules.lock);
	xrules_draft_init(&draft, xn);
	draft.page[list].policy = verdict;
	err = xrules_page_copy(&draft.page[list],
			       xrules_chain_locked(xn, list));
	if (!err)
		err = xrules_commit(&draft, BIT(list), extack);
	xrules_draft_clean(&draft);
	mutex_unlock(&xn->rules.lock);
	return err;
}

/**
 * xrules_draft_policy - write a policy
 * @draft: the draft
 * @list: XRULES_FILTER_*
 * @verdict: XRULE_ACCEPT or XRULE_DROP
 * @extack: for the reason of a refusal
 *
 * Where a draft says none, the list keeps that which it has.
 *
 * Context: any.
 * Return: 0 or -EINVAL.
 */
int xrules_draft_policy(struct xrules_draft *draft, enum xrules_list list,
			u8 verdict, struct netlink_ext_ack *extack)
{
	int err = xrules_policy_check(list, verdict, extack);

	if (!err)
		draft->page[list].policy = verdict;
	return err;
}

/**
 * xrules_replace - whole lists at once
 * @xn: state of the namespace the draft is for
 * @draft: the new ones; empty afterwards, and still to be freed
 * @lists: which of them take the place of the present ones; the others are
 *	left as they are
 * @extack: for the reason of a refusal
 *
 * Context: process, may sleep.
 * Return: 0; -ENOSPC at a limit; -ENOMEM. On error nothing has changed, and
 * the draft is as it was.
 */
int xrules_replace(struct xinet_net *xn, struct xrules_draft *draft,
		   unsigned long lists, struct netlink_ext_ack *extack)
{
	int err;

	if (WARN_ON_ONCE(draft->xn != xn))
		return -EINVAL;
	mutex_lock(&xn->rules.lock);
	err = xrules_commit(draft, lists, extack);
	if (!err)
		xrules_draft_clean(draft);
	mutex_unlock(&xn->rules.lock);
	return err;
}
