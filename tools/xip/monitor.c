// SPDX-License-Identifier: GPL-2.0
/*
 * xip monitor: what changes, as it changes.
 *
 * In: notifications of addresses, routes and neighbours (rtnetlink), of
 * connections and of devices' settings (generic netlink). Out: a line each as
 * ip-monitor(8) prints it, labelled where several kinds are heard; with -j an
 * object a line, so that a reader need not wait for an end.
 */
#include <linux/if_addr.h>
#include <linux/neighbour.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>

#include "addr.h"
#include "conntrack.h"
#include "dev.h"
#include "link.h"
#include "neigh.h"
#include "nl.h"
#include "out.h"
#include "route.h"
#include "rule.h"
#include "xip.h"

enum { MON_ADDR, MON_ROUTE, MON_NEIGH, MON_CONNTRACK, MON_LINK, __MONS, MON_ALL };

static const struct {
	const char *name, *label;
	__u32 group;
} kinds[] = {
	[MON_ADDR] = { "addr", "[ADDR]", RTNLGRP_DECnet_IFADDR },
	[MON_ROUTE] = { "route", "[ROUTE]", RTNLGRP_DECnet_ROUTE },
	[MON_NEIGH] = { "neigh", "[NEIGH]", RTNLGRP_NEIGH },
	[MON_CONNTRACK] = { "conntrack", "[CONNTRACK]", 0 },
	[MON_LINK] = { "link", "[LINK]", 0 },
};

static bool labelled;

static void print_time(void)
{
	struct timeval now;
	struct tm tm;
	char buf[64], usec[8];

	if (!xip_opt.timestamp)
		return;
	gettimeofday(&now, NULL);
	if (!localtime_r(&now.tv_sec, &tm))
		return;
	if (xip_opt.timestamp == TIMESTAMP_LONG && !xip_opt.json) {
		strftime(buf, sizeof(buf), "%a %b %e %H:%M:%S %Y", &tm);
		out_text("Timestamp: %s %06ld usec\n", buf, (long)now.tv_usec);
		return;
	}
	snprintf(usec, sizeof(usec), ".%06u", (unsigned int)now.tv_usec % 1000000);
	strftime(buf, sizeof(buf) - sizeof(usec), "%FT%T", &tm);
	strcat(buf, usec);
	out_str("timestamp", "[%s] ", buf);
}

/* What stands before each event. */
static void head(int kind, bool deleted)
{
	dev_forget();
	out_open(NULL);
	print_time();
	if (labelled)
		out_text("%s", kinds[kind].label);
	out_str("object", NULL, kinds[kind].name);
	if (deleted)
		out_true("deleted", "Deleted ");
}

static int hear_addr(const struct nlmsghdr *nlh)
{
	const struct ifaddrmsg *ifa = mnl_nlmsg_get_payload(nlh);

	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(*ifa) ||
	    ifa->ifa_family != XIP_FAMILY)
		return XIP_OK;
	head(MON_ADDR, nlh->nlmsg_type == RTM_DELADDR);
	out_uint("index", "%llu: ", ifa->ifa_index);
	out_color(OUT_DEV, "dev", "%s", dev_name(ifa->ifa_index));
	addr_members(nlh);
	out_close();
	return out_finish();
}

static int hear_route(const struct nlmsghdr *nlh)
{
	static const struct route_known known = { .table = true };
	const struct rtmsg *rtm = mnl_nlmsg_get_payload(nlh);

	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(*rtm) ||
	    rtm->rtm_family != XIP_FAMILY || rtm->rtm_dst_len > 32)
		return XIP_OK;
	head(MON_ROUTE, nlh->nlmsg_type == RTM_DELROUTE);
	route_members(nlh, &known);
	out_record_end();
	out_close();
	return out_finish();
}

/* The group is IPv4's and IPv6's too. */
static int hear_neigh(const struct nlmsghdr *nlh)
{
	const struct ndmsg *ndm = mnl_nlmsg_get_payload(nlh);

	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(*ndm) ||
	    ndm->ndm_family != XIP_FAMILY)
		return XIP_OK;
	head(MON_NEIGH, nlh->nlmsg_type == RTM_DELNEIGH);
	neigh_members(nlh, true);
	out_close();
	return out_finish();
}

static int hear_rtnetlink(const struct nlmsghdr *nlh)
{
	switch (nlh->nlmsg_type) {
	case RTM_NEWADDR:
	case RTM_DELADDR:
		return hear_addr(nlh);
	case RTM_NEWROUTE:
	case RTM_DELROUTE:
		return hear_route(nlh);
	case RTM_NEWNEIGH:
	case RTM_DELNEIGH:
		return hear_neigh(nlh);
	}
	return XIP_OK;
}

static int hear_conntrack(const struct nlmsghdr *nlh)
{
	if (!ct_is_event(nlh))
		return XIP_OK;
	head(MON_CONNTRACK, false);
	ct_members(nlh);
	out_close();
	return out_finish();
}

static int hear_link(const struct nlmsghdr *nlh)
{
	head(MON_LINK, false);
	link_event_members(nlh);
	out_close();
	return out_finish();
}

static int hear_genl(const struct nlmsghdr *nlh)
{
	return link_is_event(nlh) ? hear_link(nlh) : hear_conntrack(nlh);
}

/* Programs read it where they read the events, people on stderr. */
static int hear_lost(void)
{
	if (xip_opt.json) {
		out_open(NULL);
		print_time();
		out_str("object", NULL, "lost");
		out_close();
	}
	fputs("Warning: events were lost, the reader is too slow.\n", stderr);
	return out_finish();
}

/* Connections are for the administrator; who asked for all gets the rest. */
static int join_genl(int kind, bool all)
{
	int ret = nl_genl_join(kinds[kind].name);

	if (ret >= 0)
		return ret;
	if (all && kind == MON_CONNTRACK) {
		fprintf(stderr, "Warning: connections are not shown: %s.\n",
			strerror(-ret));
		return XIP_OK;
	}
	fprintf(stderr, "NETLINK answers: %s\n", strerror(-ret));
	return XIP_REFUSED;
}

static int join(unsigned int what, bool all)
{
	int kind, ret = nl_open(NL_ROUTE);

	for (kind = 0; !ret && kind < __MONS; kind++) {
		if (!(what & 1U << kind))
			continue;
		ret = kinds[kind].group ? nl_join(NL_ROUTE, kinds[kind].group) :
					  join_genl(kind, all);
		if (ret < 0) {
			fprintf(stderr, "RTNETLINK answers: %s\n",
				strerror(-ret));
			ret = XIP_REFUSED;
		}
	}
	return ret;
}

enum { KW_LABEL = MON_ALL + 1 };

static const struct keyword monitor_words[] = {
	{ "addr", 1, MON_ADDR },
	{ "address", 5, MON_ADDR },
	{ "route", 1, MON_ROUTE },
	{ "neigh", 1, MON_NEIGH },
	{ "neighbour", 6, MON_NEIGH },
	{ "conntrack", 1, MON_CONNTRACK },
	{ "link", 2, MON_LINK },
	{ "all", 2, MON_ALL },
	{ "label", 1, KW_LABEL },
	{ "help", 0, ARG_HELP },
	{ }
};

static const char monitor_help[] =
"Usage: xip monitor [ all | { addr | route | neigh | conntrack | link }... ]\n"
"                   [ label ]\n"
"  label  say of each line what it is about; so by itself where more than\n"
"         one kind is heard\n"
"-t puts the time in a line before each event, -ts short before its line; -j\n"
"prints an object a line. \"all\" is what no word means. Lost events are said.\n"
"Connections need CAP_NET_ADMIN.\n";

static int monitor_run(struct args *a)
{
	struct nl_ear ear = { .lost = hear_lost };
	const unsigned int all = (1U << __MONS) - 1;
	unsigned int what = 0;
	int id, ret;

	labelled = false;
	while ((id = args_keyword(a, monitor_words)) != ARG_END) {
		if (id == ARG_HELP)
			return args_help(a);
		if (id == ARG_NONE)
			return args_unknown(a, monitor_words);
		if (id == KW_LABEL)
			labelled = true;
		else
			what |= id == MON_ALL ? all : 1U << id;
	}
	if (!what)
		what = all;
	labelled |= what & (what - 1);
	ret = join(what, what == all);
	if (ret)
		return ret;
	ear.hear[NL_ROUTE] = hear_rtnetlink;
	if (what & (1U << MON_CONNTRACK | 1U << MON_LINK))
		ear.hear[NL_GENERIC] = hear_genl;
	return nl_listen(&ear);
}

const struct object xip_monitor = {
	.name = "monitor",
	.help = monitor_help,
	.run = monitor_run,
};
