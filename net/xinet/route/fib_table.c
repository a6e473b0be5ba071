// SPDX-License-Identifier: GPL-2.0
/*
 * Prefixes and their routes: insert, replace, append, delete.
 *
 * In: routes as asked for, by the netlink room and for connected subnets. Out:
 * the table that lookups read, notifications, a new route generation. All
 * under RTNL and free to sleep; a reader sees each change whole.
 *
 * The only route of a prefix is the leaf in the prefix table; several form a
 * list, lowest metric first, whose head is the leaf.
 */
#include <linux/inetdevice.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <net/xinet/netlink.h>
#include "fib_list.h"
#include "route_room.h"

/* Lookups and inserts walk the routes of a prefix: keep the walk short. */
#define XFIB_PREFIX_MAX	1024

/**
 * struct xfib_place - where a new route belongs among those of its prefix
 * @prev: the last one of lower metric, NULL at the head
 * @first: the first one of equal metric, NULL if there is none
 * @last: the last one of equal metric
 * @next: the first one of greater metric
 * @same: one that says exactly the same
 * @count: how many there are
 * @only: the one route of the prefix, in place of an entry of a list
 */
struct xfib_place {
	struct xfib_entry *prev;
	struct xfib_entry *first;
	struct xfib_entry *last;
	struct xfib_entry *next;
	struct xfib_entry *same;
	unsigned int count;
	struct xfib_entry only;
};

static void xfib_find_place(struct xinet_net *xn, u32 key, u8 len,
			    const struct xfib_info *fi, struct xfib_place *at)
{
	struct xfib_entry *e;

	*at = (struct xfib_place) {};
	e = xfib_leaf_routes(xlpm_get(&xn->fib.main, key, len), &at->only);
	for (; e && e->fi->metric < fi->metric; e = rtnl_dereference(e->next)) {
		at->prev = e;
		at->count++;
	}
	for (; e && e->fi->metric == fi->metric;
	     e = rtnl_dereference(e->next)) {
		if (!at->first)
			at->first = e;
		at->last = e;
		at->count++;
		if (e->fi == fi)
			at->same = e;
	}
	at->next = e;
	for (; e; e = rtnl_dereference(e->next))
		at->count++;
}

/* What the flags of a request make of the routes that are there already. */
static int xfib_check_place(const struct xfib_place *at, u16 nlflags,
			    struct netlink_ext_ack *extack)
{
	bool replace = (nlflags & NLM_F_REPLACE) && at->first;

	if (at->first && (nlflags & NLM_F_EXCL)) {
		NL_SET_ERR_MSG(extack,
			       "A route to this prefix with this metric exists");
		return -EEXIST;
	}
	if (at->same && !(replace && at->same == at->first)) {
		NL_SET_ERR_MSG(extack, "The same route exists");
		return -EEXIST;
	}
	if (!replace && !(nlflags & NLM_F_CREATE)) {
		NL_SET_ERR_MSG(extack, "No route to change");
		return -ENOENT;
	}
	if (!replace && at->count >= XFIB_PREFIX_MAX) {
		NL_SET_ERR_MSG(extack,
			       "More than 1024 routes to a prefix are not supported");
		return -ENOSPC;
	}
	return 0;
}

/* The routes of the prefix are a list now, and so @at holds. */
static void xfib_add_to_list(struct xinet_net *xn, u32 key, u8 len,
			     struct xfib_place *at, struct xfib_entry *e,
			     u16 nlflags)
{
	struct xfib_entry *old = at->first;

	if (old && (nlflags & NLM_F_REPLACE)) {
		xfib_link(xn, key, len, at->prev, rtnl_dereference(old->next),
			  e);
		xfib_entry_free(xn, old);
	} else if (old && (nlflags & NLM_F_APPEND)) {
		xfib_link(xn, key, len, at->last, at->next, e);
	} else {
		xfib_link(xn, key, len, at->prev, old ? old : at->next, e);
	}
}

static int xfib_put_in_place(struct xinet_net *xn, u32 key, u8 len,
			     struct xfib_place *at, struct xfib_info *fi,
			     u16 nlflags)
{
	struct xfib_entry *e;
	int err;

	if (!at->count)
		return xlpm_set(&xn->fib.main, key, len, fi);
	if (at->first == &at->only && (nlflags & NLM_F_REPLACE)) {
		xlpm_set(&xn->fib.main, key, len, fi);
		xfib_info_release(xn, at->only.fi);
		return 0;
	}
	e = xfib_entry_alloc(fi);
	if (!e)
		return -ENOMEM;
	err = xfib_to_list(xn, key, len);
	if (err) {
		kfree(e);
		return err;
	}
	xfib_find_place(xn, key, len, fi, at);
	xfib_add_to_list(xn, key, len, at, e, nlflags);
	return 0;
}

static int xfib_insert(struct xinet_net *xn, const struct xfib_config *cfg,
		       struct xfib_info *fi, struct netlink_ext_ack *extack)
{
	u32 key = ntohl(cfg->dst);
	unsigned int nlflags;
	struct xfib_place at;
	bool replace;
	int err;

	xfib_find_place(xn, key, cfg->dst_len, fi, &at);
	err = xfib_check_place(&at, cfg->nlflags, extack);
	if (err)
		return err;
	if (at.same) {
		/* Replaced by itself. */
		xfib_info_put(fi);
		return 0;
	}
	replace = at.first && (cfg->nlflags & NLM_F_REPLACE);
	err = xfib_charge(xn, replace, extack);
	if (err)
		return err;
	err = xfib_put_in_place(xn, key, cfg->dst_len, &at, fi, cfg->nlflags);
	if (err) {
		xfib_uncharge(xn);
		return err;
	}
	xfib_changed(xn);
	nlflags = NLM_F_CREATE | (cfg->nlflags & NLM_F_APPEND);
	if (replace)
		nlflags = NLM_F_REPLACE;
	xnl_route_notify(RTM_NEWROUTE, xn, cfg->dst, cfg->dst_len, fi,
			 &cfg->info, nlflags);
	return 0;
}

static int xfib_check_prefix(const struct xfib_config *cfg,
			     struct netlink_ext_ack *extack)
{
	if (cfg->dst_len > 32) {
		NL_SET_ERR_MSG(extack, "Prefix length is above 32");
		return -EINVAL;
	}
	if (cfg->dst & ~inet_make_mask(cfg->dst_len)) {
		NL_SET_ERR_MSG(extack,
			       "Destination has bits behind its prefix length");
		return -EINVAL;
	}
	return 0;
}

static int xfib_check_config(const struct xfib_config *cfg,
			     struct netlink_ext_ack *extack)
{
	if (cfg->scope > RT_SCOPE_HOST) {
		NL_SET_ERR_MSG(extack, "Invalid scope");
		return -EINVAL;
	}
	if (cfg->n_nh > XFIB_MAX_NEXTHOPS) {
		NL_SET_ERR_MSG(extack, "Too many next hops");
		return -EINVAL;
	}
	switch (cfg->type) {
	case RTN_UNICAST:
		if (cfg->n_nh)
			return 0;
		NL_SET_ERR_MSG(extack, "Route needs a gateway or a device");
		return -ENODEV;
	case RTN_UNREACHABLE:
	case RTN_BLACKHOLE:
	case RTN_PROHIBIT:
		if (!cfg->n_nh)
			return 0;
		NL_SET_ERR_MSG(extack,
			       "A route of this type has neither gateway nor device");
		return -EINVAL;
	default:
		NL_SET_ERR_MSG(extack, "Route type is not supported");
		return -EOPNOTSUPP;
	}
}

/**
 * xfib_route_add - add, replace or append a route
 * @xn: state of the namespace
 * @cfg: the route and the flags of the request
 * @extack: filled with the reason of a refusal; may be NULL
 *
 * Context: RTNL; may sleep.
 * Return: 0; -EEXIST, -ENOENT by the flags; -ENETUNREACH, -ENODEV, -ENETDOWN,
 * -EINVAL, -EOPNOTSUPP for what the route says; -ENOSPC at a limit; -ENOMEM.
 */
int xfib_route_add(struct xinet_net *xn, const struct xfib_config *cfg,
		   struct netlink_ext_ack *extack)
{
	struct xfib_info *fi;
	int err;

	ASSERT_RTNL();
	err = xfib_check_prefix(cfg, extack);
	if (!err)
		err = xfib_check_config(cfg, extack);
	if (err)
		return err;
	fi = xfib_info_get(xn, cfg, extack);
	if (IS_ERR(fi))
		return PTR_ERR(fi);
	err = xfib_insert(xn, cfg, fi, extack);
	if (err)
		xfib_info_put(fi);
	return err;
}

static bool xfib_nh_matches(const struct xfib_nh *nh,
			    const struct xfib_nh_config *want)
{
	return (!want->oif || want->oif == nh->oif) &&
	       (!want->gw || want->gw == nh->gw) &&
	       (!want->weight || want->weight == nh->weight);
}

/* One next hop wanted matches the first; several must match one by one. */
static bool xfib_nhs_match(const struct xfib_info *fi,
			   const struct xfib_config *cfg)
{
	unsigned int i;

	if (cfg->n_nh > fi->n_nh || (cfg->n_nh > 1 && cfg->n_nh != fi->n_nh))
		return false;
	for (i = 0; i < cfg->n_nh; i++)
		if (!xfib_nh_matches(&fi->nh[i], &cfg->nh[i]))
			return false;
	return true;
}

static bool xfib_matches(const struct xfib_info *fi,
			 const struct xfib_config *cfg)
{
	return (!cfg->type || cfg->type == fi->type) &&
	       (cfg->scope == RT_SCOPE_NOWHERE || cfg->scope == fi->scope) &&
	       (!cfg->protocol || cfg->protocol == fi->protocol) &&
	       (!cfg->metric || cfg->metric == fi->metric) &&
	       (!cfg->prefsrc || cfg->prefsrc == fi->prefsrc) &&
	       (!cfg->mtu || cfg->mtu == fi->mtu) && xfib_nhs_match(fi, cfg);
}

/**
 * xfib_route_del - delete the first route of a prefix that matches
 * @xn: state of the namespace
 * @cfg: the prefix, and what is given of the rest
 * @extack: filled with the reason of a refusal; may be NULL
 *
 * Context: RTNL; may sleep.
 * Return: 0, -EINVAL, or -ESRCH if no route matches.
 */
int xfib_route_del(struct xinet_net *xn, const struct xfib_config *cfg,
		   struct netlink_ext_ack *extack)
{
	struct xfib_entry *e, *prev = NULL, one;
	u32 key = ntohl(cfg->dst);
	void *leaf;
	int err;

	ASSERT_RTNL();
	err = xfib_check_prefix(cfg, extack);
	if (err)
		return err;
	leaf = xlpm_get(&xn->fib.main, key, cfg->dst_len);
	for (e = xfib_leaf_routes(leaf, &one); e && !xfib_matches(e->fi, cfg);
	     e = rtnl_dereference(e->next))
		prev = e;
	if (!e) {
		NL_SET_ERR_MSG(extack, "No such route");
		return -ESRCH;
	}
	xfib_unlink(xn, key, cfg->dst_len, prev, e);
	xfib_changed(xn);
	xnl_route_notify(RTM_DELROUTE, xn, cfg->dst, cfg->dst_len, e->fi,
			 &cfg->info, 0);
	if (e == &one) {
		xfib_info_release(xn, e->fi);
	} else {
		xfib_entry_free(xn, e);
		xfib_from_list(xn, key, cfg->dst_len);
	}
	return 0;
}
