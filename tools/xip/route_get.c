// SPDX-License-Identifier: GPL-2.0
/*
 * xip route get.
 *
 * In: a packet's addresses and devices. Out: the route such a packet would
 * take, or what the kernel says where it would take none.
 */
#include <stdio.h>

#include "nl.h"
#include "out.h"
#include "route.h"
#include "xip.h"

enum { GET_TO, GET_FROM, GET_IIF, GET_OIF };

static const struct keyword get_words[] = {
	{ "to", 0, GET_TO },
	{ "from", 0, GET_FROM },
	{ "iif", 0, GET_IIF },
	{ "oif", 0, GET_OIF },
	{ "dev", 0, GET_OIF },
	{ }
};

static int get_word(struct args *a, struct nl_req *req, int id)
{
	struct rtmsg *rtm = mnl_nlmsg_get_payload(req->nlh);
	unsigned int ifindex;
	__be32 addr;

	if (id == GET_TO || id == GET_FROM) {
		if (args_addr(a, id == GET_TO ? "get" : "from", &addr))
			return XIP_USAGE;
		nl_put_u32(req, id == GET_TO ? RTA_DST : RTA_SRC, addr);
		if (id == GET_TO)
			rtm->rtm_dst_len = 32;
		else
			rtm->rtm_src_len = 32;
		return XIP_OK;
	}
	if (args_dev(a, id == GET_IIF ? "iif" : "oif", &ifindex))
		return XIP_USAGE;
	nl_put_u32(req, id == GET_IIF ? RTA_IIF : RTA_OIF, ifindex);
	return XIP_OK;
}

static int get_print(const struct nlmsghdr *nlh, void *data)
{
	static const struct route_known known;

	(void)data;
	if (nlh->nlmsg_type == RTM_NEWROUTE &&
	    mnl_nlmsg_get_payload_len(nlh) >= sizeof(struct rtmsg)) {
		out_start();
		route_print(nlh, &known);
		out_stop();
	}
	return XIP_OK;
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
	static struct nl_req req;
	unsigned int seen = 0;
	struct rtmsg *rtm;
	int id;

	(void)arg;
	rtm = nl_req_init(&req, RTM_GETROUTE, 0, sizeof(*rtm));
	rtm->rtm_family = XIP_FAMILY;
	while ((id = args_keyword(a, get_words)) != ARG_END) {
		if (id == ARG_HELP)
			return args_help(a);
		if (id == ARG_NONE && seen & 1U << GET_TO)
			return args_unknown(a, get_words);
		if (id == ARG_NONE)
			id = GET_TO;
		if (seen & 1U << id)
			return args_duplicate(a->words[a->at - 1],
					      args_peek(a) ? args_peek(a) : "");
		seen |= 1U << id;
		if (get_word(a, &req, id))
			return XIP_USAGE;
	}
	if (!(seen & 1U << GET_TO)) {
		fprintf(stderr, "Error: \"route get\" wants an address.\n");
		return XIP_USAGE;
	}
	return nl_get(&req, get_print, NULL);
}
