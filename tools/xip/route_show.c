// SPDX-License-Identifier: GPL-2.0
/*
 * xip route show, flush.
 *
 * In: a selection of routes. Out: their lines; for a flush, RTM_DELROUTE for
 * each.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "names.h"
#include "nl.h"
#include "out.h"
#include "route.h"
#include "xip.h"

#define TABLE_ALL	0	/* RT_TABLE_UNSPEC is no table of its own */

enum {
	KW_EXACT, KW_ROOT, KW_MATCH, KW_TO, KW_DEV, KW_VIA, KW_SRC, KW_PROTO,
	KW_TYPE, KW_SCOPE, KW_TABLE, KW_COLUMNS,
};

static const struct keyword select_words[] = {
	{ "exact", 3, KW_EXACT },
	{ "root", 3, KW_ROOT },
	{ "match", 3, KW_MATCH },
	{ "to", 0, KW_TO },
	{ "dev", 0, KW_DEV },
	{ "oif", 0, KW_DEV },
	{ "via", 0, KW_VIA },
	{ "src", 0, KW_SRC },
	{ "protocol", 5, KW_PROTO },
	{ "type", 0, KW_TYPE },
	{ "scope", 2, KW_SCOPE },
	{ "table", 3, KW_TABLE },
	{ "-N", 0, KW_COLUMNS },
	{ }
};

/**
 * struct route_filter - which routes
 * @root: routes within it, see KW_ROOT in @has
 * @match: routes that cover it, see KW_MATCH in @has
 * @via: of this gateway, network byte order
 * @src: of this preferred source, network byte order
 * @oif: through this device
 * @proto: RTPROT_*
 * @type: RTN_*
 * @scope: RT_SCOPE_*
 * @table: RT_TABLE_* or TABLE_ALL
 * @has: bit of each KW_* that was given
 * @flush: the routes are to be deleted
 */
struct route_filter {
	struct prefix root, match;
	__be32 via, src;
	unsigned int oif;
	__u32 proto, type, scope, table;
	unsigned int has;
	bool flush;
};

static bool has(const struct route_filter *f, int kw)
{
	return f->has & 1U << kw;
}

static int select_named(struct args *a, const char *key,
			const struct keyword *names, __u32 max, __u32 *val)
{
	const char *word = args_value(a, key);

	if (!word)
		return XIP_USAGE;
	if (!names_parse(names, word, max, val))
		return XIP_OK;
	return args_wrong(word, "neither a name nor a number known here");
}

/* A prefix alone, after "to" or after "exact" means just that prefix. */
static int select_prefix(struct args *a, struct route_filter *f, int id)
{
	struct prefix p;

	if (args_prefix(a, "to", &p))
		return XIP_USAGE;
	if (id != KW_MATCH) {
		f->root = p;
		f->has |= 1U << KW_ROOT;
	}
	if (id != KW_ROOT) {
		f->match = p;
		f->has |= 1U << KW_MATCH;
	}
	return XIP_OK;
}

static int select_table(struct args *a, struct route_filter *f)
{
	const char *word = args_peek(a);

	if (!word || strcmp(word, "all"))
		return select_named(a, "table", names_table, ~0U, &f->table);
	args_next(a);
	f->table = TABLE_ALL;
	return XIP_OK;
}

static int select_word(struct args *a, struct route_filter *f, int id)
{
	f->has |= 1U << id;
	switch (id) {
	case KW_DEV:
		return args_dev(a, "dev", &f->oif);
	case KW_VIA:
		return args_addr(a, "via", &f->via);
	case KW_SRC:
		return args_addr(a, "src", &f->src);
	case KW_PROTO:
		return select_named(a, "proto", names_proto, 255, &f->proto);
	case KW_TYPE:
		return select_named(a, "type", names_type, 255, &f->type);
	case KW_SCOPE:
		return select_named(a, "scope", names_scope, 255, &f->scope);
	case KW_TABLE:
		return select_table(a, f);
	case KW_COLUMNS:
		return f->flush ? args_wrong("-N", "it is of show") : XIP_OK;
	}
	return select_prefix(a, f, id);
}

/* XIP_OK, XIP_USAGE, or ARG_HELP where help was asked for. */
static int select_all(struct args *a, struct route_filter *f)
{
	struct prefix p;
	int id;

	while ((id = args_keyword(a, select_words)) != ARG_END) {
		if (id == ARG_HELP)
			return ARG_HELP;
		if (id == ARG_NONE) {
			if (parse_prefix(args_peek(a), &p) == -EINVAL &&
			    parse_nearest(select_words, args_peek(a)))
				return args_unknown(a, select_words);
			id = KW_TO;
		}
		if (select_word(a, f, id))
			return XIP_USAGE;
	}
	return XIP_OK;
}

/* A route with several next hops has each of their devices and gateways. */
static bool nexthop_wanted(const struct route_filter *f,
			   const struct nlattr *attr)
{
	const struct rtnexthop *rtnh = mnl_attr_get_payload(attr);
	size_t left = mnl_attr_get_payload_len(attr), step;

	while (left >= sizeof(*rtnh) && rtnh->rtnh_len >= sizeof(*rtnh) &&
	       rtnh->rtnh_len <= left) {
		const struct nlattr *gw = (const void *)(rtnh + 1);
		int room = rtnh->rtnh_len - sizeof(*rtnh);
		bool dev = (int)f->oif == rtnh->rtnh_ifindex;
		bool via = mnl_attr_ok(gw, room) && nl_u32(gw, 0) == f->via;

		if ((dev || !has(f, KW_DEV)) && (via || !has(f, KW_VIA)))
			return true;
		step = RTNH_ALIGN(rtnh->rtnh_len);
		if (step > left)
			break;
		left -= step;
		rtnh = (const void *)((const char *)rtnh + step);
	}
	return false;
}

static bool hop_wanted(const struct route_filter *f, const struct nlattr **tb)
{
	if (!has(f, KW_DEV) && !has(f, KW_VIA))
		return true;
	/* a route that leads elsewhere too survives a flush of one device */
	if (tb[RTA_MULTIPATH])
		return !f->flush && nexthop_wanted(f, tb[RTA_MULTIPATH]);
	if (has(f, KW_DEV) && nl_u32(tb[RTA_OIF], 0) != f->oif)
		return false;
	return !has(f, KW_VIA) || (tb[RTA_GATEWAY] &&
				   nl_u32(tb[RTA_GATEWAY], 0) == f->via);
}

static bool wanted(const struct route_filter *f, const struct rtmsg *rtm,
		   const struct nlattr **tb)
{
	struct prefix dst = { .addr = nl_u32(tb[RTA_DST], 0),
			      .len = rtm->rtm_dst_len };
	__u32 table = nl_u32(tb[RTA_TABLE], rtm->rtm_table);

	if (f->table != TABLE_ALL && table != f->table)
		return false;
	if (has(f, KW_ROOT) && !prefix_covers(&f->root, dst.addr, dst.len))
		return false;
	if (has(f, KW_MATCH) &&
	    !prefix_covers(&dst, f->match.addr, f->match.len))
		return false;
	if (has(f, KW_SRC) && nl_u32(tb[RTA_PREFSRC], 0) != f->src)
		return false;
	if ((has(f, KW_PROTO) && rtm->rtm_protocol != f->proto) ||
	    (has(f, KW_TYPE) && rtm->rtm_type != f->type) ||
	    (has(f, KW_SCOPE) && rtm->rtm_scope != f->scope))
		return false;
	return hop_wanted(f, tb);
}

static bool route_selected(const struct nlmsghdr *nlh,
			   const struct route_filter *f)
{
	const struct rtmsg *rtm = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *tb[NL_ATTR_MAX];

	if (nlh->nlmsg_type != RTM_NEWROUTE ||
	    mnl_nlmsg_get_payload_len(nlh) < sizeof(*rtm) ||
	    rtm->rtm_family != XIP_FAMILY || rtm->rtm_dst_len > 32 ||
	    rtm->rtm_flags & RTM_F_CLONED)
		return false;
	nl_parse(nlh, sizeof(*rtm), tb);
	return wanted(f, rtm, tb);
}

static int show_one(const struct nlmsghdr *nlh, void *data)
{
	const struct route_filter *f = data;
	struct route_known known = {
		.dev = has(f, KW_DEV),
		.proto = has(f, KW_PROTO),
		.table = f->table == TABLE_ALL,
	};

	out_start();
	if (!route_selected(nlh, f))
		return XIP_OK;
	if (has(f, KW_COLUMNS) && !xip_opt.json)
		route_numeric(nlh);
	else
		route_print(nlh, &known);
	return XIP_OK;
}

static int dump(struct route_filter *f, nl_cb cb)
{
	static struct nl_req req;
	struct rtmsg *rtm;

	rtm = nl_req_init(&req, RTM_GETROUTE, 0, sizeof(*rtm));
	rtm->rtm_family = XIP_FAMILY;
	return nl_dump(&req, cb, f);
}

/**
 * route_show - print routes
 * @a: the words behind the verb
 * @arg: not used
 *
 * Return: exit status.
 */
int route_show(struct args *a, int arg)
{
	struct route_filter f = { .table = RT_TABLE_MAIN };
	int ret;

	(void)arg;
	ret = select_all(a, &f);
	if (ret == ARG_HELP)
		return args_help(a);
	if (ret)
		return ret;
	if (has(&f, KW_COLUMNS) && !xip_opt.json)
		route_numeric_title();
	ret = dump(&f, show_one);
	if (!ret) {
		out_start();
		out_stop();
	}
	return ret;
}

/* What tells a route from others is sent back; the rest is not asked. */
static void fill_delete(struct nl_req *req, const struct nlmsghdr *nlh)
{
	static const int keys[] = {
		RTA_DST, RTA_TABLE, RTA_PRIORITY, RTA_PREFSRC, RTA_GATEWAY,
		RTA_OIF, RTA_MULTIPATH,
	};
	const struct rtmsg *rtm = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *tb[NL_ATTR_MAX];
	struct rtmsg *del;
	size_t i;

	nl_parse(nlh, sizeof(*rtm), tb);
	del = nl_req_init(req, RTM_DELROUTE, 0, sizeof(*del));
	*del = *rtm;
	del->rtm_flags = 0;
	for (i = 0; i < ARRAY_SIZE(keys); i++)
		nl_put_copy(req, tb[keys[i]]);
}

static int flush_one(const struct nlmsghdr *nlh, void *data)
{
	static struct nl_req req;

	if (!route_selected(nlh, data))
		return XIP_OK;
	fill_delete(&req, nlh);
	return nl_delete(&req, -ESRCH);
}

/**
 * route_flush - delete routes
 * @a: the words behind the verb
 * @arg: not used
 *
 * Return: exit status.
 */
int route_flush(struct args *a, int arg)
{
	struct route_filter f = { .table = RT_TABLE_MAIN, .flush = true };
	int ret;

	(void)arg;
	ret = select_all(a, &f);
	if (ret == ARG_HELP)
		return args_help(a);
	return ret ? ret : dump(&f, flush_one);
}
