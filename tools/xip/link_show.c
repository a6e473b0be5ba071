// SPDX-License-Identifier: GPL-2.0
/*
 * xip link show.
 *
 * In: a device or all. Out: ip(8)'s link lines, and what the family has of the
 * device: whether it can run over it, how many addresses and neighbours are
 * there, which settings hold. With -s the device's own counters: the family has none of a device,
 * which would cost each packet something.
 */
#include <linux/if.h>
#include <linux/if_arp.h>
#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <stdio.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "link.h"
#include "out.h"
#include "xip.h"

#define LINK_MIN_MTU	68	/* RFC 791: below, the family leaves a device */

/* What the family has of one device. */
struct tally {
	unsigned int ifindex;
	unsigned int addrs, neighs;
	struct link_conf conf;
};

static struct {
	struct tally *all;
	unsigned int n;
} tallies;

static struct tally *tally_of(unsigned int ifindex)
{
	unsigned int i;

	/* a dump names the device that came last again and again */
	for (i = tallies.n; i--;)
		if (tallies.all[i].ifindex == ifindex)
			return &tallies.all[i];
	return NULL;
}

static struct tally *tally_add(unsigned int ifindex)
{
	static struct tally lost;	/* of no device: memory is short */
	struct tally *t = tally_of(ifindex);

	if (t)
		return t;
	t = realloc(tallies.all, (tallies.n + 1) * sizeof(*t));
	if (!t)
		return &lost;
	tallies.all = t;
	t += tallies.n++;
	*t = (struct tally){ .ifindex = ifindex };
	return t;
}

static int count_addr(const struct nlmsghdr *nlh, void *data)
{
	const struct ifaddrmsg *ifa = mnl_nlmsg_get_payload(nlh);

	(void)data;
	if (mnl_nlmsg_get_payload_len(nlh) >= sizeof(*ifa) &&
	    ifa->ifa_family == XIP_FAMILY)
		tally_add(ifa->ifa_index)->addrs++;
	return XIP_OK;
}

static int count_neigh(const struct nlmsghdr *nlh, void *data)
{
	const struct ndmsg *ndm = mnl_nlmsg_get_payload(nlh);

	(void)data;
	if (mnl_nlmsg_get_payload_len(nlh) >= sizeof(*ndm) &&
	    ndm->ndm_family == XIP_FAMILY && !(ndm->ndm_state & NUD_NOARP))
		tally_add(ndm->ndm_ifindex)->neighs++;
	return XIP_OK;
}

static int take_conf(const struct nlmsghdr *nlh, void *data)
{
	struct link_conf conf;

	(void)data;
	if (link_conf_parse(nlh, &conf))
		tally_add(conf.ifindex)->conf = conf;
	return XIP_OK;
}

static int count_all(void)
{
	static struct nl_req req;
	struct ifaddrmsg *ifa;
	struct ndmsg *ndm;
	int ret;

	ifa = nl_req_init(&req, RTM_GETADDR, 0, sizeof(*ifa));
	ifa->ifa_family = XIP_FAMILY;
	ret = nl_dump(&req, count_addr, NULL) ?:
	      link_conf_dump(take_conf, NULL);
	if (ret)
		return ret;
	ndm = nl_req_init(&req, RTM_GETNEIGH, 0, sizeof(*ndm));
	ndm->ndm_family = XIP_FAMILY;
	return nl_dump(&req, count_neigh, NULL);
}

static bool is_vrf(const struct nlattr *kind)
{
	return nl_str(kind) && !strcmp(nl_str(kind), "vrf");
}

/* Why the family cannot run over it, or NULL: as route/devices.c decides. */
static const char *unfit(const struct ifinfomsg *ifi, const struct nlattr **tb)
{
	const struct nlattr *info[NL_ATTR_MAX] = { };

	if (tb[IFLA_LINKINFO])
		nl_parse_nested(tb[IFLA_LINKINFO], info);
	if (is_vrf(info[IFLA_INFO_KIND]) || is_vrf(info[IFLA_INFO_SLAVE_KIND]))
		return "VRF";
	if (ifi->ifi_type != ARPHRD_ETHER && ifi->ifi_type != ARPHRD_LOOPBACK)
		return "neither Ethernet nor loopback";
	if (nl_u32(tb[IFLA_MTU], LINK_MIN_MTU) < LINK_MIN_MTU)
		return "MTU below 68";
	return NULL;
}

static void print_family(const struct ifinfomsg *ifi, const struct nlattr **tb)
{
	static const struct tally empty;
	const struct tally *t = tally_of(ifi->ifi_index);
	const char *why = unfit(ifi, tb);

	if (!t)
		t = &empty;
	out_newline();
	if (why) {
		out_str("unusable", "    xinet unusable: %s", why);
		return;
	}
	out_uint("addresses", "    xinet addresses %llu ", t->addrs);
	out_uint("neighbours", "neighbours %llu", t->neighs);
	if (!t->conf.ifindex)
		return;
	out_newline();
	out_text("    ");
	link_conf_print(&t->conf);
}

static void print_counters(const struct nlattr *attr)
{
	struct rtnl_link_stats64 s;

	if (!nl_has(attr, offsetof(struct rtnl_link_stats64, rx_compressed)))
		return;
	/* 64-bit attributes may lie on any word */
	memcpy(&s, mnl_attr_get_payload(attr),
	       offsetof(struct rtnl_link_stats64, rx_compressed));
	out_open("stats64");
	out_newline();
	out_open("rx");
	out_uint("bytes", "    RX: bytes %llu ", s.rx_bytes);
	out_uint("packets", "packets %llu ", s.rx_packets);
	out_uint("errors", "errors %llu ", s.rx_errors);
	out_uint("dropped", "dropped %llu ", s.rx_dropped);
	out_uint("multicast", "mcast %llu", s.multicast);
	out_close();
	out_newline();
	out_open("tx");
	out_uint("bytes", "    TX: bytes %llu ", s.tx_bytes);
	out_uint("packets", "packets %llu ", s.tx_packets);
	out_uint("errors", "errors %llu ", s.tx_errors);
	out_uint("dropped", "dropped %llu ", s.tx_dropped);
	out_uint("collisions", "collsns %llu", s.collisions);
	out_close();
	out_close();
}

static int show_one(const struct nlmsghdr *nlh, void *data)
{
	const struct ifinfomsg *ifi = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *tb[NL_ATTR_MAX];

	(void)data;
	if (nlh->nlmsg_type != RTM_NEWLINK ||
	    mnl_nlmsg_get_payload_len(nlh) < sizeof(*ifi))
		return XIP_OK;
	nl_parse(nlh, sizeof(*ifi), tb);
	out_start();
	out_open(NULL);
	link_print_lines(nlh);
	print_family(ifi, tb);
	if (xip_opt.stats)
		print_counters(tb[IFLA_STATS64]);
	out_record_end();
	out_close();
	return XIP_OK;
}

static const struct keyword select_words[] = {
	{ "dev", 0, 0 },
	{ }
};

static int show(struct args *a, int arg)
{
	unsigned int ifindex = 0;
	int id, ret = XIP_OK;

	(void)arg;
	while (!ret && (id = args_keyword(a, select_words)) != ARG_END) {
		if (id == ARG_HELP)
			return args_help(a);
		if (ifindex)
			return args_duplicate("dev", args_peek(a) ?: "");
		/* as ip(8), the name may stand alone */
		ret = args_dev(a, "dev", &ifindex);
	}
	if (ret)
		return ret;
	tallies.n = 0;
	ret = count_all();
	if (!ret)
		ret = link_dump(ifindex, show_one, NULL);
	if (!ret) {
		out_start();
		out_stop();
	}
	free(tallies.all);
	tallies.all = NULL;
	tallies.n = 0;
	return ret;
}

static const struct verb link_verbs[] = {
	{ show, 0 },
	{ link_set, 0 },
};

static const struct keyword verb_words[] = {
	{ "show", 1, 0 },
	{ "list", 1, 0 },
	{ "set", 2, 1 },
	{ "help", 0, ARG_HELP },
	{ }
};

static const char link_help[] =
"Usage: xip [ -s ] link [ show ] [ [ dev ] DEVICE ]\n"
"       xip link set [ dev ] DEVICE { KEY VALUE }...\n"
"KEY := { forwarding | rp_filter | accept_redirects | send_redirects }\n"
"VALUE := { 0 | off | 1 | on | 2 | strict | loose | inherit | default }\n"
"  -s       the device's counters, of all protocols\n"
"  inherit  follow the namespace, /proc/sys/net/xinet; so does default\n"
"2, strict (1) and loose (2) are for rp_filter, on is not. What a set names is\n"
"set as a whole or not at all. \"ip link\" sets the device itself.\n";

const struct object xip_link = {
	.name = "link",
	.help = link_help,
	.words = verb_words,
	.verbs = link_verbs,
};
