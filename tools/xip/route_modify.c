// SPDX-License-Identifier: GPL-2.0
/*
 * xip route add, append, change, replace, del.
 *
 * In: the words behind the verb. Out: one RTM_NEWROUTE or RTM_DELROUTE with
 * the attributes that IPv4's routes have. The kernel judges the values; here
 * only what cannot be written into a message is refused.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "names.h"
#include "nl.h"
#include "out.h"
#include "route.h"
#include "xip.h"

enum {
	KW_TO, KW_VIA, KW_DEV, KW_SRC, KW_METRIC, KW_MTU, KW_PROTO, KW_SCOPE,
	KW_TABLE, KW_ONLINK, KW_NEXTHOP, KW_WEIGHT,
};

static const struct keyword route_words[] = {
	{ "to", 0, KW_TO },
	{ "via", 0, KW_VIA },
	{ "dev", 0, KW_DEV },
	{ "src", 0, KW_SRC },
	{ "metric", 3, KW_METRIC },
	{ "preference", 4, KW_METRIC },
	{ "mtu", 0, KW_MTU },
	{ "protocol", 5, KW_PROTO },
	{ "scope", 2, KW_SCOPE },
	{ "table", 3, KW_TABLE },
	{ "onlink", 3, KW_ONLINK },
	{ "nexthop", 4, KW_NEXTHOP },
	{ }
};

static const struct keyword nexthop_words[] = {
	{ "via", 0, KW_VIA },
	{ "dev", 0, KW_DEV },
	{ "weight", 1, KW_WEIGHT },
	{ "onlink", 3, KW_ONLINK },
	{ "nexthop", 4, KW_NEXTHOP },
	{ }
};

/**
 * struct route_spec - a route as described by the words
 * @dst: destination
 * @via: gateway, network byte order
 * @src: preferred source, network byte order
 * @oif: output device
 * @metric: order among routes of the same destination
 * @mtu: path MTU in bytes
 * @type: RTN_*
 * @proto: RTPROT_*
 * @scope: RT_SCOPE_*
 * @table: RT_TABLE_*
 * @has: bit of each KW_* that was given
 * @mtu_lock: path MTU discovery may not lower @mtu
 * @onlink: the gateway is on the link though no prefix says so
 */
struct route_spec {
	struct prefix dst;
	__be32 via, src;
	unsigned int oif;
	__u32 metric, mtu, type, proto, scope, table;
	unsigned int has;
	bool mtu_lock, onlink;
};

static bool has(const struct route_spec *s, int kw)
{
	return s->has & 1U << kw;
}

/* The keyword just taken was there before. */
static int duplicate(const struct args *a)
{
	return args_duplicate(a->words[a->at - 1],
			      args_peek(a) ? args_peek(a) : "");
}

static int parse_named(struct args *a, const char *key,
		       const struct keyword *names, __u32 max, __u32 *val)
{
	const char *word = args_value(a, key);
	char why[80];

	if (!word)
		return XIP_USAGE;
	if (!names_parse(names, word, max, val))
		return XIP_OK;
	snprintf(why, sizeof(why),
		 "\"%s\" is a name or a number from 0 to %u", key, max);
	return args_wrong(word, why);
}

static int parse_mtu(struct args *a, struct route_spec *s)
{
	const char *word = args_peek(a);

	if (word && !strcmp(word, "lock")) {
		s->mtu_lock = true;
		args_next(a);
	}
	return args_u32(a, "mtu", 0, ~0U, &s->mtu);
}

/**
 * struct hop_spec - one of several next hops
 * @via: gateway, network byte order
 * @oif: output device
 * @weight: share of the flows
 * @has: bit of each KW_* that was given
 */
struct hop_spec {
	__be32 via;
	unsigned int oif;
	__u32 weight;
	unsigned int has;
};

static int parse_hop(struct args *a, struct hop_spec *h)
{
	int id, err = XIP_OK;

	while (!err && (id = args_keyword(a, nexthop_words)) != ARG_END) {
		if (id < 0)
			return args_unknown(a, nexthop_words);
		if (id == KW_NEXTHOP) {
			a->at--;
			break;
		}
		if (h->has & 1U << id)
			return duplicate(a);
		h->has |= 1U << id;
		if (id == KW_VIA)
			err = args_addr(a, "via", &h->via);
		else if (id == KW_DEV)
			err = args_dev(a, "dev", &h->oif);
		else if (id == KW_WEIGHT)
			err = args_u32(a, "weight", 1, 256, &h->weight);
	}
	if (!err && !(h->has & (1U << KW_VIA | 1U << KW_DEV))) {
		fprintf(stderr,
			"Error: \"nexthop\" wants \"via\" or \"dev\".\n");
		err = XIP_USAGE;
	}
	return err;
}

/* A struct rtnexthop and its attributes, inside the open RTA_MULTIPATH. */
static void put_hop(struct nl_req *req, const struct hop_spec *h)
{
	struct rtnexthop rtnh = {
		.rtnh_len = sizeof(rtnh),
		.rtnh_flags = h->has & 1U << KW_ONLINK ? RTNH_F_ONLINK : 0,
		.rtnh_hops = h->weight - 1,
		.rtnh_ifindex = h->oif,
	};

	if (h->has & 1U << KW_VIA)
		rtnh.rtnh_len += RTA_SPACE(sizeof(h->via));
	if (req->nlh->nlmsg_len + rtnh.rtnh_len > sizeof(req->buf)) {
		req->full = true;
		return;
	}
	memcpy(mnl_nlmsg_get_payload_tail(req->nlh), &rtnh, sizeof(rtnh));
	req->nlh->nlmsg_len += sizeof(rtnh);
	if (h->has & 1U << KW_VIA)
		nl_put_u32(req, RTA_GATEWAY, h->via);
}

static int parse_nexthops(struct args *a, struct nl_req *req)
{
	struct nlattr *nest = mnl_attr_nest_start_check(req->nlh,
							sizeof(req->buf),
							RTA_MULTIPATH);
	int id;

	while ((id = args_keyword(a, nexthop_words)) == KW_NEXTHOP) {
		struct hop_spec h = { .weight = 1 };

		if (parse_hop(a, &h))
			return XIP_USAGE;
		put_hop(req, &h);
	}
	if (id != ARG_END)
		return args_unknown(a, nexthop_words);
	mnl_attr_nest_end(req->nlh, nest);
	/* the kernel wants the type without the flag that marks a nest */
	nest->nla_type = RTA_MULTIPATH;
	return XIP_OK;
}

static int parse_dst(struct args *a, struct route_spec *s)
{
	const char *word = args_peek(a);
	const struct keyword *k;

	k = word ? parse_keyword(names_type, word) : NULL;
	if (k) {
		s->type = k->id;
		args_next(a);
	}
	return args_prefix(a, "to", &s->dst);
}

static int parse_word(struct args *a, struct route_spec *s, int id)
{
	switch (id) {
	case KW_TO:
		return parse_dst(a, s);
	case KW_VIA:
		return args_addr(a, "via", &s->via);
	case KW_DEV:
		return args_dev(a, "dev", &s->oif);
	case KW_SRC:
		return args_addr(a, "src", &s->src);
	case KW_METRIC:
		return args_u32(a, "metric", 0, ~0U, &s->metric);
	case KW_MTU:
		return parse_mtu(a, s);
	case KW_PROTO:
		return parse_named(a, "proto", names_proto, 255, &s->proto);
	case KW_SCOPE:
		return parse_named(a, "scope", names_scope, 255, &s->scope);
	case KW_TABLE:
		return parse_named(a, "table", names_table, ~0U, &s->table);
	}
	s->onlink = true;
	return XIP_OK;
}

/* XIP_OK, XIP_USAGE or ARG_HELP; @a is left at the first "nexthop". */
static int parse_route(struct args *a, struct route_spec *s)
{
	int id;

	while ((id = args_keyword(a, route_words)) != ARG_END) {
		if (id == ARG_HELP)
			return ARG_HELP;
		if (id == ARG_NONE && has(s, KW_TO))
			return args_unknown(a, route_words);
		if (id == ARG_NONE)
			id = KW_TO;
		if (has(s, id))
			return duplicate(a);
		s->has |= 1U << id;
		if (id == KW_NEXTHOP) {
			a->at--;
			break;
		}
		if (parse_word(a, s, id))
			return XIP_USAGE;
	}
	if (!has(s, KW_TO)) {
		fprintf(stderr, "Error: a destination is required.\n");
		return XIP_USAGE;
	}
	return XIP_OK;
}

/* What ip(8) takes for the scope of a new route where none is given. */
static __u8 scope_of(const struct route_spec *s, int what)
{
	if (has(s, KW_SCOPE))
		return s->scope;
	if (s->type == RTN_LOCAL)
		return RT_SCOPE_HOST;
	if (s->type == RTN_BROADCAST || s->type == RTN_MULTICAST ||
	    s->type == RTN_ANYCAST)
		return RT_SCOPE_LINK;
	if (s->type != RTN_UNICAST && s->type != RTN_UNSPEC)
		return RT_SCOPE_UNIVERSE;
	if (what == ROUTE_DEL)
		return RT_SCOPE_NOWHERE;
	if (has(s, KW_VIA) || has(s, KW_NEXTHOP))
		return RT_SCOPE_UNIVERSE;
	return RT_SCOPE_LINK;
}

static void put_mtu(struct nl_req *req, const struct route_spec *s)
{
	struct nlattr *nest;

	if (!has(s, KW_MTU))
		return;
	nest = mnl_attr_nest_start_check(req->nlh, sizeof(req->buf),
					 RTA_METRICS);
	if (s->mtu_lock)
		nl_put_u32(req, RTAX_LOCK, 1U << RTAX_MTU);
	nl_put_u32(req, RTAX_MTU, s->mtu);
	mnl_attr_nest_end(req->nlh, nest);
	nest->nla_type = RTA_METRICS;
}

static void fill_header(struct rtmsg *rtm, const struct route_spec *s, int what)
{
	bool local = s->type == RTN_LOCAL || s->type == RTN_BROADCAST ||
		     s->type == RTN_ANYCAST;

	rtm->rtm_family = XIP_FAMILY;
	rtm->rtm_dst_len = s->dst.len;
	rtm->rtm_type = s->type;
	if (!s->type && what != ROUTE_DEL)
		rtm->rtm_type = RTN_UNICAST;
	rtm->rtm_scope = scope_of(s, what);
	rtm->rtm_table = local ? RT_TABLE_LOCAL : RT_TABLE_MAIN;
	if (has(s, KW_TABLE))
		rtm->rtm_table = s->table < 256 ? s->table : RT_TABLE_UNSPEC;
	if (has(s, KW_PROTO))
		rtm->rtm_protocol = s->proto;
	else if (what != ROUTE_DEL)
		rtm->rtm_protocol = RTPROT_BOOT;
	if (s->onlink)
		rtm->rtm_flags |= RTNH_F_ONLINK;
}

static void fill(struct nl_req *req, const struct route_spec *s, int what)
{
	static const int flags[] = {
		[ROUTE_ADD] = NLM_F_CREATE | NLM_F_EXCL,
		[ROUTE_APPEND] = NLM_F_CREATE | NLM_F_APPEND,
		[ROUTE_CHANGE] = NLM_F_REPLACE,
		[ROUTE_REPLACE] = NLM_F_CREATE | NLM_F_REPLACE,
		[ROUTE_DEL] = 0,
	};
	int type = what == ROUTE_DEL ? RTM_DELROUTE : RTM_NEWROUTE;

	fill_header(nl_req_init(req, type, flags[what], sizeof(struct rtmsg)),
		    s, what);
	if (s->dst.len)
		nl_put_u32(req, RTA_DST, s->dst.addr);
	if (has(s, KW_VIA))
		nl_put_u32(req, RTA_GATEWAY, s->via);
	if (has(s, KW_DEV))
		nl_put_u32(req, RTA_OIF, s->oif);
	if (has(s, KW_SRC))
		nl_put_u32(req, RTA_PREFSRC, s->src);
	if (has(s, KW_METRIC))
		nl_put_u32(req, RTA_PRIORITY, s->metric);
	if (has(s, KW_TABLE) && s->table > 255)
		nl_put_u32(req, RTA_TABLE, s->table);
	put_mtu(req, s);
}

/**
 * route_modify - change the routes
 * @a: the words behind the verb
 * @what: enum route_change
 *
 * Return: exit status.
 */
int route_modify(struct args *a, int what)
{
	static struct nl_req req;
	struct route_spec s = { };
	int ret;

	ret = parse_route(a, &s);
	if (ret == ARG_HELP)
		return args_help(a);
	if (ret)
		return ret;
	fill(&req, &s, what);
	if (has(&s, KW_NEXTHOP) && parse_nexthops(a, &req))
		return XIP_USAGE;
	return nl_change(&req);
}
