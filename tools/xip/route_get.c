// SPDX-License-Identifier: GPL-2.0
/*
 * xip route get.
 *
 * In: a packet's addresses, devices and ports. Out: the route such a packet
 * would take, with -d why (route_why.c), or what the kernel says where it
 * would take none.
 */
#include <arpa/inet.h>
#include <stdio.h>

#include "names.h"
#include "nl.h"
#include "out.h"
#include "route.h"
#include "xip.h"

enum {
	GET_TO, GET_FROM, GET_IIF, GET_OIF, GET_PROTO, GET_SPORT, GET_DPORT,
	GET_FIBMATCH,
};

static const struct keyword get_words[] = {
	{ "to", 0, GET_TO },
	{ "from", 0, GET_FROM },
	{ "iif", 0, GET_IIF },
	{ "oif", 0, GET_OIF },
	{ "dev", 0, GET_OIF },
	{ "ipproto", 2, GET_PROTO },
	{ "sport", 0, GET_SPORT },
	{ "dport", 0, GET_DPORT },
	{ "fibmatch", 1, GET_FIBMATCH },
	{ }
};

static int get_addr(struct args *a, struct nl_req *req, int id,
		    struct route_flow *flow)
{
	struct rtmsg *rtm = mnl_nlmsg_get_payload(req->nlh);
	__be32 addr;

	if (args_addr(a, id == GET_TO ? "get" : "from", &addr))
		return XIP_USAGE;
	nl_put_u32(req, id == GET_TO ? RTA_DST : RTA_SRC, addr);
	if (id == GET_TO) {
		rtm->rtm_dst_len = 32;
		flow->daddr = addr;
	} else {
		rtm->rtm_src_len = 32;
		flow->from = true;
	}
	return XIP_OK;
}

static int get_port(struct args *a, struct nl_req *req, int id)
{
	__be16 port;
	__u32 val;

	if (args_u32(a, id == GET_SPORT ? "sport" : "dport", 0, 65535, &val))
		return XIP_USAGE;
	port = htons(val);
	nl_put(req, id == GET_SPORT ? RTA_SPORT : RTA_DPORT, &port,
	       sizeof(port));
	return XIP_OK;
}

static int get_proto(struct args *a, struct nl_req *req)
{
	const char *word = args_value(a, "ipproto");
	__u32 val;
	__u8 proto;

	if (!word)
		return XIP_USAGE;
	if (names_parse(names_ipproto, word, 255, &val))
		return args_wrong(word, "udp, tcp, icmp or a number is expected");
	proto = val;
	nl_put(req, RTA_IP_PROTO, &proto, sizeof(proto));
	return XIP_OK;
}

static int get_word(struct args *a, struct nl_req *req, int id,
		    struct route_flow *flow)
{
	struct rtmsg *rtm = mnl_nlmsg_get_payload(req->nlh);
	unsigned int *dev;

	switch (id) {
	case GET_TO:
	case GET_FROM:
		return get_addr(a, req, id, flow);
	case GET_SPORT:
	case GET_DPORT:
		return get_port(a, req, id);
	case GET_PROTO:
		return get_proto(a, req);
	case GET_FIBMATCH:
		rtm->rtm_flags |= RTM_F_FIB_MATCH;
		return XIP_OK;
	}
	dev = id == GET_IIF ? &flow->iif : &flow->oif;
	if (args_dev(a, id == GET_IIF ? "iif" : "oif", dev))
		return XIP_USAGE;
	nl_put_u32(req, id == GET_IIF ? RTA_IIF : RTA_OIF, *dev);
	return XIP_OK;
}

static int get_print(const struct nlmsghdr *nlh, void *data)
{
	static const struct route_known known;
	const struct rtmsg *rtm = mnl_nlmsg_get_payload(nlh);

	if (nlh->nlmsg_type != RTM_NEWROUTE ||
	    mnl_nlmsg_get_payload_len(nlh) < sizeof(*rtm))
		return XIP_OK;
	out_start();
	out_open(NULL);
	route_members(nlh, &known);
	if (xip_opt.details && rtm->rtm_flags & RTM_F_CLONED)
		route_why(nlh, data);
	out_record_end();
	out_close();
	out_stop();
	return XIP_OK;
}

/* XIP_OK, XIP_USAGE or ARG_HELP. */
static int get_words_all(struct args *a, struct nl_req *req,
			 struct route_flow *flow)
{
	unsigned int seen = 0;
	int id;

	while ((id = args_keyword(a, get_words)) != ARG_END) {
		if (id == ARG_HELP)
			return ARG_HELP;
		if (id == ARG_NONE && seen & 1U << GET_TO)
			return args_unknown(a, get_words);
		if (id == ARG_NONE)
			id = GET_TO;
		if (seen & 1U << id)
			return args_duplicate(a->words[a->at - 1],
					      args_peek(a) ? args_peek(a) : "");
		seen |= 1U << id;
		if (get_word(a, req, id, flow))
			return XIP_USAGE;
	}
	if (seen & 1U << GET_TO)
		return XIP_OK;
	fprintf(stderr, "Error: \"route get\" wants an address.\n");
	return XIP_USAGE;
}

/**
 * route_get - ask which way a packet would take
 * @a: the words behind the verb
 * @arg: not used
 *
 * Return: exit status.
 */
int route_get(struct args *a, int arg)
{
	struct route_flow flow = { };
	static struct nl_req req;
	struct rtmsg *rtm;
	int ret;

	(void)arg;
	rtm = nl_req_init(&req, RTM_GETROUTE, 0, sizeof(*rtm));
	rtm->rtm_family = XIP_FAMILY;
	ret = get_words_all(a, &req, &flow);
	if (ret == ARG_HELP)
		return args_help(a);
	if (ret)
		return ret;
	ret = nl_get(&req, get_print, &flow);
	if (ret == XIP_REFUSED && xip_opt.details && !flow.iif)
		route_why_refused(&flow);
	return ret;
}
