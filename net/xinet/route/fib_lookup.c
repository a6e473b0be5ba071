// SPDX-License-Identifier: GPL-2.0
/*
 * A lookup in the table with all its conditions: output device, scope, dead
 * next hops, several metrics, several next hops.
 *
 * In: a struct xfib_key. Out: route and next hop, valid under the RCU read
 * lock or RTNL of the caller. The data path comes here only where its short
 * way (xroute_direct()) has no answer.
 */
#include <linux/rtnetlink.h>
#include "route_room.h"

/* Returns -EAGAIN to go on looking. */
#define XFIB_NEXT	(-EAGAIN)

static bool xfib_nh_usable(const struct xfib_nh *nh, int oif)
{
	return !(READ_ONCE(nh->flags) & RTNH_F_DEAD) &&
	       (!oif || nh->oif == oif);
}

static const struct xfib_nh *xfib_nh_first(const struct xfib_info *fi, int oif)
{
	unsigned int i;

	for (i = 0; i < fi->n_nh; i++)
		if (xfib_nh_usable(&fi->nh[i], oif))
			return &fi->nh[i];
	return NULL;
}

static const struct xfib_nh *xfib_nh_by_hash(const struct xfib_info *fi,
					     u32 hash)
{
	int h = hash >> 1;
	unsigned int i;

	for (i = 0; i < fi->n_nh; i++)
		if (h <= READ_ONCE(fi->nh[i].upper_bound))
			return &fi->nh[i];
	return xfib_nh_first(fi, 0);
}

/* RFC 1812 5.2.4.3 and 7: what a route that is none says to the sender. */
static int xfib_type_error(u8 type)
{
	switch (type) {
	case RTN_UNREACHABLE:
		return -EHOSTUNREACH;
	case RTN_PROHIBIT:
		return -EACCES;
	case RTN_BLACKHOLE:
		return -EINVAL;
	default:
		return 0;
	}
}

static int xfib_try(const struct xfib_info *fi, const struct xfib_key *key,
		    struct xfib_result *res)
{
	if (READ_ONCE(fi->dead) || fi->scope < key->scope)
		return XFIB_NEXT;
	res->fi = fi;
	res->nh = NULL;
	if (fi->type != RTN_UNICAST)
		return xfib_type_error(fi->type);
	if (key->oif || fi->n_nh == 1)
		res->nh = xfib_nh_first(fi, key->oif);
	else
		res->nh = xfib_nh_by_hash(fi, key->hash);
	return res->nh ? 0 : XFIB_NEXT;
}

static __always_inline int xfib_search(struct xinet_net *xn,
				       const struct xfib_key *key, u8 len,
				       struct xfib_result *res)
{
	const struct xfib_entry *e;
	struct xfib_entry one;
	int err;

	for (;;) {
		e = xfib_leaf_routes(xlpm_lookup_upto(&xn->fib.main,
						      ntohl(key->daddr), &len),
				     &one);
		if (!e)
			return -ENETUNREACH;
		for (; e; e = rcu_dereference_rtnl(e->next)) {
			err = xfib_try(e->fi, key, res);
			if (err != XFIB_NEXT) {
				res->dst_len = len;
				return err;
			}
		}
		if (!len)
			return -ENETUNREACH;
		len--;
	}
}

/**
 * xfib_lookup - the route for a destination
 * @xn: state of the namespace
 * @key: destination and conditions
 * @res: what was found; also set for -EHOSTUNREACH, -EACCES and -EINVAL, then
 *	without a next hop
 *
 * The longest prefix is tried first, in it the lowest metric; a route that the
 * conditions rule out lets the next one have its turn.
 *
 * Context: RCU read lock or RTNL.
 * Return: 0; -ENETUNREACH without a route; -EHOSTUNREACH, -EACCES or -EINVAL
 * for an unreachable, prohibit or blackhole route.
 */
int xfib_lookup(struct xinet_net *xn, const struct xfib_key *key,
		struct xfib_result *res)
{
	return xfib_search(xn, key, 32, res);
}

/**
 * xfib_lookup_upto - the same among prefixes that are not too long
 * @xn: state of the namespace
 * @key: destination and conditions
 * @len: longest prefix that is looked at, in bits, 0 to 32
 * @res: as of xfib_lookup()
 *
 * For those who ask what else would match; packets do not.
 *
 * Context: RCU read lock or RTNL.
 * Return: as of xfib_lookup().
 */
int xfib_lookup_upto(struct xinet_net *xn, const struct xfib_key *key, u8 len,
		     struct xfib_result *res)
{
	return xfib_search(xn, key, len, res);
}
