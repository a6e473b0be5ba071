// SPDX-License-Identifier: GPL-2.0
/*
 * What routes share: type, metrics, preferred source and next hops, kept once
 * for all routes of a namespace that say the same.
 *
 * In: a route as asked for, from fib_table.c. Out: a struct xfib_info with one
 * reference more, either found by its content or made and checked. Under RTNL.
 */
#include <linux/jhash.h>
#include <linux/rhashtable.h>
#include <linux/slab.h>
#include "route_room.h"

static struct rhashtable xfib_infos;

/* Device state comes and goes; what was asked for is what makes two equal. */
static u8 xfib_nh_asked_flags(const struct xfib_nh *nh)
{
	return nh->flags & RTNH_F_ONLINK;
}

static u32 xfib_info_hash(const struct xfib_info *fi, u32 seed)
{
	unsigned int i;
	u32 h;

	h = jhash_3words(fi->metric, (__force u32)fi->prefsrc,
			 fi->type | fi->protocol << 8 | fi->scope << 16 |
			 fi->n_nh << 24, seed);
	h = jhash_3words(fi->mtu, fi->mtu_lock,
			 (u32)((unsigned long)fi->xn >> 6), h);
	for (i = 0; i < fi->n_nh; i++)
		h = jhash_3words((__force u32)fi->nh[i].gw, fi->nh[i].oif,
				 fi->nh[i].weight, h);
	return h;
}

static u32 xfib_info_hashfn(const void *data, u32 len, u32 seed)
{
	return xfib_info_hash(data, seed);
}

static bool xfib_nh_equal(const struct xfib_nh *a, const struct xfib_nh *b)
{
	return a->gw == b->gw && a->oif == b->oif && a->weight == b->weight &&
	       a->scope == b->scope &&
	       xfib_nh_asked_flags(a) == xfib_nh_asked_flags(b);
}

static bool xfib_info_equal(const struct xfib_info *a,
			    const struct xfib_info *b)
{
	unsigned int i;

	if (a->xn != b->xn || a->type != b->type || a->metric != b->metric ||
	    a->prefsrc != b->prefsrc || a->mtu != b->mtu ||
	    a->mtu_lock != b->mtu_lock || a->protocol != b->protocol ||
	    a->scope != b->scope || a->n_nh != b->n_nh)
		return false;
	for (i = 0; i < a->n_nh; i++)
		if (!xfib_nh_equal(&a->nh[i], &b->nh[i]))
			return false;
	return true;
}

static int xfib_info_cmpfn(struct rhashtable_compare_arg *arg, const void *obj)
{
	return !xfib_info_equal(arg->key, obj);
}

static const struct rhashtable_params xfib_info_params = {
	.head_offset = offsetof(struct xfib_info, node),
	.hashfn = xfib_info_hashfn,
	.obj_hashfn = xfib_info_hashfn,
	.obj_cmpfn = xfib_info_cmpfn,
	.automatic_shrinking = true,
};

static struct xfib_info *xfib_info_alloc(struct xinet_net *xn,
					 const struct xfib_config *cfg)
{
	struct xfib_info *fi;
	unsigned int i;

	fi = kzalloc(struct_size(fi, nh, cfg->n_nh), GFP_KERNEL_ACCOUNT);
	if (!fi)
		return NULL;
	fi->xn = xn;
	fi->metric = cfg->metric;
	fi->mtu = cfg->mtu;
	fi->mtu_lock = cfg->mtu_lock;
	fi->prefsrc = cfg->prefsrc;
	fi->protocol = cfg->protocol;
	fi->scope = cfg->scope;
	fi->type = cfg->type;
	fi->n_nh = cfg->n_nh;
	for (i = 0; i < fi->n_nh; i++) {
		fi->nh[i].fi = fi;
		fi->nh[i].gw = cfg->nh[i].gw;
		fi->nh[i].oif = cfg->nh[i].oif;
		fi->nh[i].flags = cfg->nh[i].flags;
		fi->nh[i].weight = cfg->nh[i].weight;
	}
	return fi;
}

static int xfib_info_check(struct xinet_net *xn, struct xfib_info *fi,
			   struct netlink_ext_ack *extack)
{
	unsigned int i;
	int err;

	if (fi->prefsrc && xinet_addr_type(xn, fi->prefsrc) != RTN_LOCAL) {
		NL_SET_ERR_MSG(extack,
			       "Preferred source is not an address of this host");
		return -EINVAL;
	}
	for (i = 0; i < fi->n_nh; i++) {
		err = xfib_nh_check(xn, &fi->nh[i], fi->scope, extack);
		if (err)
			return err;
	}
	return 0;
}

static int xfib_info_insert(struct xfib_info *fi,
			    struct netlink_ext_ack *extack)
{
	unsigned int i;
	int err;

	for (i = 0; i < fi->n_nh; i++) {
		err = xfib_nh_attach(fi->xn, &fi->nh[i], extack);
		if (err)
			goto detach;
	}
	err = rhashtable_insert_fast(&xfib_infos, &fi->node, xfib_info_params);
	if (err)
		goto detach;
	xfib_info_rebalance(fi);
	list_add_tail(&fi->list, &fi->xn->fib.infos);
	return 0;
detach:
	while (i--)
		xfib_nh_detach(&fi->nh[i]);
	return err;
}

/**
 * xfib_info_get - what a route says, shared with all that say the same
 * @xn: state of the namespace
 * @cfg: the route as asked for, well-formed
 * @extack: filled with the reason of a refusal
 *
 * Context: RTNL; may sleep.
 * Return: with a reference for the caller, or an ERR_PTR.
 */
struct xfib_info *xfib_info_get(struct xinet_net *xn,
				const struct xfib_config *cfg,
				struct netlink_ext_ack *extack)
{
	struct xfib_info *fi, *same;
	int err;

	ASSERT_RTNL();
	fi = xfib_info_alloc(xn, cfg);
	if (!fi)
		return ERR_PTR(-ENOMEM);
	err = xfib_info_check(xn, fi, extack);
	if (err)
		goto free;
	same = rhashtable_lookup_fast(&xfib_infos, fi, xfib_info_params);
	if (same) {
		same->refs++;
		kfree(fi);
		return same;
	}
	err = xfib_info_insert(fi, extack);
	if (err)
		goto free;
	fi->refs = 1;
	return fi;
free:
	/* Nobody but this function has seen it. */
	kfree(fi);
	return ERR_PTR(err);
}

/**
 * xfib_info_put - a route that says this is gone
 * @fi: what it said; freed a grace period after the last one
 *
 * Context: RTNL, or the end of a namespace.
 */
void xfib_info_put(struct xfib_info *fi)
{
	unsigned int i;

	if (--fi->refs)
		return;
	rhashtable_remove_fast(&xfib_infos, &fi->node, xfib_info_params);
	list_del(&fi->list);
	for (i = 0; i < fi->n_nh; i++)
		xfib_nh_detach(&fi->nh[i]);
	kfree_rcu(fi, rcu);
}

/**
 * xfib_info_init - the hash that finds equal ones
 *
 * Context: module load.
 * Return: 0 or -ENOMEM.
 */
int xfib_info_init(void)
{
	return rhashtable_init(&xfib_infos, &xfib_info_params);
}

/**
 * xfib_info_exit - free the hash
 *
 * Context: module unload, when no namespace has a route any more.
 */
void xfib_info_exit(void)
{
	rhashtable_destroy(&xfib_infos);
}
