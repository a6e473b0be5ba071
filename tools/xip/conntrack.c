// SPDX-License-Identifier: GPL-2.0
/*
 * xip conntrack show, count, del, flush.
 *
 * In: a MATCH, of the direction that the first packet took. Out: the kernel
 * does the selecting; lines as conntrack(8) prints them.
 */
#include <linux/genetlink.h>
#include <stdio.h>

#include "conntrack.h"
#include "out.h"
#include "rule.h"
#include "xip.h"

static struct nl_req req;

/* XIP_OK, XIP_USAGE, or ARG_HELP. */
static int take_match(struct args *a, struct rule_match *m)
{
	int ret;

	do
		ret = rule_match_word(a, m);
	while (!ret);
	if (ret == ARG_NONE)
		return args_unknown(a, rule_match_words);
	return ret == ARG_END ? XIP_OK : ret;
}

/* A request with what the rest of the line selects. */
static int prepare(struct args *a, int cmd, struct rule_match *m)
{
	int ret = take_match(a, m);

	if (!ret)
		ret = nl_genl_init(&req, cmd, 0);
	if (!ret && m->has)
		rule_put_match(&req, XINET_A_CONNTRACK_FILTER, m);
	return ret;
}

static int show_one(const struct nlmsghdr *nlh, void *data)
{
	(void)data;
	ct_print(nlh);
	return XIP_OK;
}

static int show(struct args *a, int arg)
{
	struct rule_match m = { };
	int ret;

	(void)arg;
	ret = prepare(a, XINET_CMD_CONNTRACK_GET, &m);
	if (ret == ARG_HELP)
		return args_help(a);
	if (ret)
		return ret;
	out_start();
	ret = nl_stream(&req, show_one, NULL);
	out_stop();
	return ret;
}

static __u32 reply_count(const struct nlmsghdr *nlh, __u32 *limit)
{
	const struct nlattr *tb[NL_ATTR_MAX];

	nl_parse(nlh, GENL_HDRLEN, tb);
	*limit = nl_u32(tb[XINET_A_CONNTRACK_LIMIT], 0);
	return nl_u32(tb[XINET_A_CONNTRACK_COUNT], 0);
}

static int print_count(const struct nlmsghdr *nlh, void *data)
{
	__u32 limit, n = reply_count(nlh, &limit);

	(void)data;
	out_start();
	out_open(NULL);
	out_uint("count", "%llu", n);
	if (xip_opt.json || xip_opt.details)
		out_uint("max", " of %llu", limit);
	out_record_end();
	out_close();
	out_stop();
	return XIP_OK;
}

static int count(struct args *a, int arg)
{
	struct rule_match m = { };
	int ret;

	(void)arg;
	ret = prepare(a, XINET_CMD_CONNTRACK_COUNT, &m);
	if (ret == ARG_HELP)
		return args_help(a);
	return ret ?: nl_get(&req, print_count, NULL);
}

static int print_ended(const struct nlmsghdr *nlh, void *data)
{
	__u32 limit;

	(void)data;
	if (xip_opt.stats)
		fprintf(stderr, "%u ended\n", reply_count(nlh, &limit));
	return XIP_OK;
}

static int ct_del(struct args *a, int arg)
{
	struct rule_match m = { };
	int ret;

	(void)arg;
	ret = prepare(a, XINET_CMD_CONNTRACK_DEL, &m);
	if (ret == ARG_HELP)
		return args_help(a);
	if (!ret && !m.has) {
		fprintf(stderr, "Error: \"del\" wants a match; \"flush\" deletes all.\n");
		return XIP_USAGE;
	}
	return ret ?: nl_get(&req, print_ended, NULL);
}

static int flush(struct args *a, int arg)
{
	struct rule_match m = { };
	int ret;

	(void)arg;
	ret = prepare(a, XINET_CMD_CONNTRACK_FLUSH, &m);
	if (ret == ARG_HELP)
		return args_help(a);
	return ret ?: nl_get(&req, print_ended, NULL);
}

static const struct verb ct_verbs[] = {
	{ show, 0 },
	{ count, 0 },
	{ ct_del, 0 },
	{ flush, 0 },
	{ ct_events, 0 },
	{ ct_stats, 0 },
};

static const struct keyword verb_words[] = {
	{ "show", 1, 0 },
	{ "list", 1, 0 },
	{ "count", 1, 1 },
	{ "delete", 1, 2 },
	{ "flush", 1, 3 },
	{ "events", 1, 4 },
	{ "stats", 2, 5 },
	{ "help", 0, ARG_HELP },
	{ }
};

static const char ct_help[] =
"Usage: xip conntrack [ show ] [ MATCH... ]\n"
"       xip conntrack count [ MATCH... ]\n"
"       xip conntrack del MATCH...\n"
"       xip conntrack flush [ MATCH... ]\n"
"       xip conntrack events\n"
"       xip conntrack stats\n"
"MATCH := { src CIDR | dst CIDR | proto { udp | tcp | icmp | N } | sport P[-Q] |\n"
"           dport P[-Q] | ctstate { new | established } | mark N[/M] }\n"
"It is about the direction of a connection's first packet.\n"
"-s has del and flush say how many they ended.\n";

const struct object xip_conntrack = {
	.name = "conntrack",
	.help = ct_help,
	.words = verb_words,
	.verbs = ct_verbs,
};
