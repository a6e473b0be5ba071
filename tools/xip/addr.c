// SPDX-License-Identifier: GPL-2.0
/*
 * xip addr add, change, replace, del.
 *
 * In: the words behind the verb. Out: one RTM_NEWADDR or RTM_DELADDR with the
 * attributes that IPv4's addresses have. The kernel judges the values; here
 * only what cannot be written into a message is refused.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_addr.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>

#include "addr.h"
#include "names.h"
#include "nl.h"
#include "out.h"
#include "xip.h"

enum {
	KW_LOCAL, KW_PEER, KW_BRD, KW_SCOPE, KW_LABEL, KW_METRIC, KW_VALID,
	KW_PREFERRED, KW_NOPREFIX, KW_DEV,
};

static const struct keyword addr_words[] = {
	{ "dev", 0, KW_DEV },
	{ "local", 3, KW_LOCAL },
	{ "peer", 0, KW_PEER },
	{ "remote", 3, KW_PEER },
	{ "brd", 0, KW_BRD },
	{ "broadcast", 5, KW_BRD },
	{ "scope", 2, KW_SCOPE },
	{ "label", 0, KW_LABEL },
	{ "metric", 3, KW_METRIC },
	{ "valid_lft", 5, KW_VALID },
	{ "preferred_lft", 5, KW_PREFERRED },
	{ "noprefixroute", 8, KW_NOPREFIX },
	{ }
};

/* What kind of broadcast address was asked for. */
enum brd { BRD_NONE, BRD_GIVEN, BRD_ONES, BRD_ZEROS };

/**
 * struct addr_spec - an address as described by the words
 * @local: the address and, unless @peer is given, its network
 * @peer: the other end of a point-to-point link and its network
 * @brd_addr: for BRD_GIVEN, network byte order
 * @brd: which broadcast address
 * @label: name shown with the address
 * @dev: name of the device, for messages
 * @ifindex: the device
 * @scope: RT_SCOPE_*
 * @metric: of the connected route
 * @valid: seconds, as struct ifa_cacheinfo
 * @preferred: seconds, as struct ifa_cacheinfo
 * @flags: IFA_F_*
 * @has_local: @local was given
 * @has_peer: @peer was given
 * @has_scope: @scope was given
 * @has_metric: @metric was given
 * @has_lft: @valid or @preferred was given
 * @has_preferred: @preferred was given; else it is as long as @valid
 */
struct addr_spec {
	struct prefix local, peer;
	__be32 brd_addr;
	enum brd brd;
	const char *label, *dev;
	unsigned int ifindex;
	__u32 scope, metric, valid, preferred, flags;
	bool has_local, has_peer, has_scope, has_metric, has_lft, has_preferred;
};

static int parse_local(struct args *a, struct addr_spec *s)
{
	const char *word = args_peek(a);

	if (s->has_local)
		return args_duplicate("local", word ? word : "");
	if (word && parse_prefix(word, &s->local) == 0 &&
	    !strchr("0123456789", word[0]))
		return args_wrong(word, "an address is expected");
	s->has_local = true;
	return args_prefix(a, "local", &s->local);
}

static int parse_brd(struct args *a, struct addr_spec *s)
{
	const char *word = args_peek(a);

	if (word && !strcmp(word, "+"))
		s->brd = BRD_ONES;
	else if (word && !strcmp(word, "-"))
		s->brd = BRD_ZEROS;
	else
		s->brd = BRD_GIVEN;
	if (s->brd == BRD_GIVEN)
		return args_addr(a, "broadcast", &s->brd_addr);
	args_next(a);
	return XIP_OK;
}

static int parse_label(struct args *a, struct addr_spec *s)
{
	s->label = args_value(a, "label");
	if (!s->label)
		return XIP_USAGE;
	if (!*s->label || strlen(s->label) >= IFNAMSIZ)
		return args_wrong(s->label, "a label has 1 to 15 letters");
	return XIP_OK;
}

static int parse_scope(struct args *a, struct addr_spec *s)
{
	const char *word = args_value(a, "scope");

	if (!word)
		return XIP_USAGE;
	if (names_parse(names_scope, word, 255, &s->scope))
		return args_wrong(word,
				  "global, link, host or a number up to 255 is expected");
	s->has_scope = true;
	return XIP_OK;
}

static int parse_lifetime(struct args *a, const char *key, struct addr_spec *s,
			  __u32 *val)
{
	const char *word = args_peek(a);

	s->has_lft = true;
	if (word && !strcmp(word, "forever")) {
		args_next(a);
		*val = ~0U;
		return XIP_OK;
	}
	return args_u32(a, key, 0, ~0U, val);
}

static int parse_dev(struct args *a, struct addr_spec *s)
{
	if (s->dev)
		return args_duplicate("dev", args_peek(a) ? args_peek(a) : "");
	s->dev = args_peek(a);
	return args_dev(a, "dev", &s->ifindex);
}

static int parse_word(struct args *a, struct addr_spec *s, int id)
{
	switch (id) {
	case KW_DEV:
		return parse_dev(a, s);
	case KW_PEER:
		s->has_peer = true;
		return args_prefix(a, "peer", &s->peer);
	case KW_BRD:
		return parse_brd(a, s);
	case KW_SCOPE:
		return parse_scope(a, s);
	case KW_LABEL:
		return parse_label(a, s);
	case KW_METRIC:
		s->has_metric = true;
		return args_u32(a, "metric", 0, ~0U, &s->metric);
	case KW_VALID:
		return parse_lifetime(a, "valid_lft", s, &s->valid);
	case KW_PREFERRED:
		s->has_preferred = true;
		return parse_lifetime(a, "preferred_lft", s, &s->preferred);
	case KW_NOPREFIX:
		s->flags |= IFA_F_NOPREFIXROUTE;
		return XIP_OK;
	}
	return parse_local(a, s);
}

static int check(const struct addr_spec *s)
{
	if (!s->has_local) {
		fprintf(stderr, "Error: an address is required.\n");
		return XIP_USAGE;
	}
	if (!s->dev) {
		fprintf(stderr, "Not enough information: \"dev\" argument is required.\n");
		return XIP_USAGE;
	}
	if (s->has_lft && s->valid < s->preferred)
		return args_wrong("preferred_lft",
				  "it is longer than valid_lft");
	return XIP_OK;
}

/* Networks of 31 and 32 bits have no broadcast address (RFC 3021). */
static void put_broadcast(struct nl_req *req, const struct addr_spec *s)
{
	const struct prefix *p = s->has_peer ? &s->peer : &s->local;
	__be32 brd = s->brd_addr;

	if (s->brd == BRD_NONE)
		return;
	if (s->brd != BRD_GIVEN) {
		if (p->len > 30)
			return;
		brd = p->addr & prefix_mask(p->len);
		if (s->brd == BRD_ONES)
			brd |= ~prefix_mask(p->len);
	}
	nl_put_u32(req, IFA_BROADCAST, brd);
}

static void put_lifetime(struct nl_req *req, const struct addr_spec *s)
{
	struct ifa_cacheinfo ci = {
		.ifa_prefered = s->preferred,
		.ifa_valid = s->valid,
	};

	if (s->has_lft)
		nl_put(req, IFA_CACHEINFO, &ci, sizeof(ci));
}

static __u32 scope_of(const struct addr_spec *s, int type)
{
	if (s->has_scope)
		return s->scope;
	if (type != RTM_DELADDR && ntohl(s->local.addr) >> 24 == 127)
		return RT_SCOPE_HOST;
	return RT_SCOPE_UNIVERSE;
}

static int request(const struct addr_spec *s, int type, int flags)
{
	const struct prefix *net = s->has_peer ? &s->peer : &s->local;
	static struct nl_req req;
	struct ifaddrmsg *ifa;

	ifa = nl_req_init(&req, type, flags, sizeof(*ifa));
	ifa->ifa_family = XIP_FAMILY;
	ifa->ifa_prefixlen = net->len;
	ifa->ifa_index = s->ifindex;
	ifa->ifa_scope = scope_of(s, type);
	nl_put_u32(&req, IFA_LOCAL, s->local.addr);
	/* to delete without a length means: whatever the length is */
	if (type != RTM_DELADDR || s->has_peer || s->local.given)
		nl_put_u32(&req, IFA_ADDRESS, net->addr);
	put_broadcast(&req, s);
	put_lifetime(&req, s);
	if (s->label)
		nl_put(&req, IFA_LABEL, s->label, strlen(s->label) + 1);
	if (s->has_metric)
		nl_put_u32(&req, IFA_RT_PRIORITY, s->metric);
	if (s->flags)
		nl_put_u32(&req, IFA_FLAGS, s->flags);
	return nl_change(&req);
}

enum { ADDR_ADD, ADDR_CHANGE, ADDR_REPLACE, ADDR_DEL };

static int addr_modify(struct args *a, int what)
{
	static const int flags[] = {
		[ADDR_ADD] = NLM_F_CREATE | NLM_F_EXCL,
		[ADDR_CHANGE] = NLM_F_REPLACE,
		[ADDR_REPLACE] = NLM_F_CREATE | NLM_F_REPLACE,
		[ADDR_DEL] = 0,
	};
	struct addr_spec s = { .valid = ~0U, .preferred = ~0U };
	int id;

	while ((id = args_keyword(a, addr_words)) != ARG_END) {
		if (id == ARG_HELP)
			return args_help(a);
		if (id == ARG_NONE && s.has_local)
			return args_unknown(a, addr_words);
		if (parse_word(a, &s, id))
			return XIP_USAGE;
	}
	if (!s.has_preferred)
		s.preferred = s.valid;
	if (check(&s))
		return XIP_USAGE;
	return request(&s, what == ADDR_DEL ? RTM_DELADDR : RTM_NEWADDR,
		       flags[what]);
}

static const struct verb addr_verbs[] = {
	{ addr_show, 0 },
	{ addr_modify, ADDR_ADD },
	{ addr_modify, ADDR_CHANGE },
	{ addr_modify, ADDR_REPLACE },
	{ addr_modify, ADDR_DEL },
	{ addr_flush, 0 },
};

static const struct keyword verb_words[] = {
	{ "show", 1, 0 },
	{ "list", 1, 0 },
	{ "lst", 0, 0 },
	{ "add", 1, 1 },
	{ "change", 1, 2 },
	{ "chg", 0, 2 },
	{ "replace", 1, 3 },
	{ "delete", 1, 4 },
	{ "flush", 1, 5 },
	{ "help", 0, ARG_HELP },
	{ }
};

static const char addr_help[] =
"Usage: xip addr {add|change|replace} IFADDR dev D [ LIFETIME ]\n"
"       xip addr del IFADDR dev D\n"
"       xip addr [ show ] [ [ dev ] D ] [ SELECTOR ]\n"
"       xip addr flush [ dev ] D [ SELECTOR ]\n"
"IFADDR := A/LEN | A peer A[/LEN]\n"
"          [ brd { A | + | - } ] [ label NAME ] [ scope SCOPE ]\n"
"          [ metric N ] [ noprefixroute ]\n"
"SELECTOR := [ to PREFIX ] [ scope SCOPE ] [ label PATTERN ] [ up ]\n"
"SCOPE := { global | link | host | N }\n"
"LIFETIME := [ valid_lft LFT ] [ preferred_lft LFT ]\n"
"LFT := { forever | SECONDS }\n";

const struct object xip_addr = {
	.name = "addr",
	.help = addr_help,
	.words = verb_words,
	.verbs = addr_verbs,
};
