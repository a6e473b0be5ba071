// SPDX-License-Identifier: GPL-2.0
/*
 * xip neigh show, flush, get.
 *
 * In: a selection of neighbours. Out: their lines in ip(8)'s text and JSON;
 * for a flush, RTM_DELNEIGH for each.
 */
#include <errno.h>
#include <linux/neighbour.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "dev.h"
#include "names.h"
#include "neigh.h"
#include "nl.h"
#include "out.h"
#include "xip.h"

#define NUD_ALL		0xff
#define LLADDR_MAX	32

enum { KW_TO, KW_DEV, KW_NUD };

static const struct keyword select_words[] = {
	{ "to", 0, KW_TO },
	{ "dev", 0, KW_DEV },
	{ "nud", 0, KW_NUD },
	{ "state", 2, KW_NUD },
	{ }
};

/**
 * struct neigh_filter - which neighbours
 * @to: within this network, see @has_to
 * @ifindex: behind this device, or 0
 * @states: bits of NUD_*
 * @none: NUD_NONE as well, which has no bit
 * @has_to: @to is set
 * @has_nud: @states came from the command line
 */
struct neigh_filter {
	struct prefix to;
	unsigned int ifindex;
	__u32 states;
	bool none, has_to, has_nud;
};

static int select_state(struct args *a, struct neigh_filter *f)
{
	const char *word = args_peek(a);
	__u32 state;

	if (!f->has_nud)
		f->states = 0;
	f->has_nud = true;
	if (word && !strcmp(word, "all")) {
		args_next(a);
		f->states = NUD_ALL;
		f->none = true;
		return XIP_OK;
	}
	if (neigh_parse_state(a, &state))
		return XIP_USAGE;
	f->states |= state;
	f->none |= !state;
	return XIP_OK;
}

/* XIP_OK, XIP_USAGE, or ARG_HELP where help was asked for. */
static int select_all(struct args *a, struct neigh_filter *f)
{
	int id, ret = XIP_OK;

	while (!ret && (id = args_keyword(a, select_words)) != ARG_END) {
		if (id == ARG_HELP)
			return ARG_HELP;
		if (id == ARG_NONE && f->has_to)
			return args_unknown(a, select_words);
		if (id == KW_DEV) {
			ret = args_dev(a, "dev", &f->ifindex);
		} else if (id == KW_NUD) {
			ret = select_state(a, f);
		} else {
			f->has_to = true;
			ret = args_prefix(a, "to", &f->to);
		}
	}
	return ret;
}

static bool neigh_selected(const struct nlmsghdr *nlh,
			   const struct neigh_filter *f,
			   const struct nlattr **tb)
{
	const struct ndmsg *ndm = mnl_nlmsg_get_payload(nlh);

	if (nlh->nlmsg_type != RTM_NEWNEIGH ||
	    mnl_nlmsg_get_payload_len(nlh) < sizeof(*ndm) ||
	    ndm->ndm_family != XIP_FAMILY)
		return false;
	nl_parse(nlh, sizeof(*ndm), tb);
	if (!nl_has(tb[NDA_DST], sizeof(__be32)))
		return false;
	if (f->ifindex && (int)f->ifindex != ndm->ndm_ifindex)
		return false;
	if (ndm->ndm_state ? !(ndm->ndm_state & f->states) : !f->none)
		return false;
	return !f->has_to ||
	       prefix_covers(&f->to, nl_u32(tb[NDA_DST], 0), 32);
}

static void print_lladdr(const struct nlattr *attr)
{
	char buf[3 * LLADDR_MAX + 1] = "";
	const __u8 *ll;
	size_t i, n;

	if (!attr || !mnl_attr_get_payload_len(attr))
		return;
	ll = mnl_attr_get_payload(attr);
	n = mnl_attr_get_payload_len(attr);
	for (i = 0; i < n && i < LLADDR_MAX; i++)
		snprintf(buf + strlen(buf), 4, "%s%02x", i ? ":" : "", ll[i]);
	out_color(OUT_LLADDR, "lladdr", "lladdr %s ", buf);
}

static void print_stats(const struct nlattr **tb)
{
	unsigned int hz = sysconf(_SC_CLK_TCK);

	if (nl_has(tb[NDA_CACHEINFO], sizeof(struct nda_cacheinfo))) {
		const struct nda_cacheinfo *ci =
			mnl_attr_get_payload(tb[NDA_CACHEINFO]);

		if (ci->ndm_refcnt)
			out_uint("refcnt", "ref %llu ", ci->ndm_refcnt);
		out_uint("used", "used %llu", ci->ndm_used / hz);
		out_uint("confirmed", "/%llu", ci->ndm_confirmed / hz);
		out_uint("updated", "/%llu ", ci->ndm_updated / hz);
	}
	if (nl_has(tb[NDA_PROBES], sizeof(__u32)))
		out_uint("probes", "probes %llu ", nl_u32(tb[NDA_PROBES], 0));
}

static void print_state(unsigned int state)
{
	enum out_color color = OUT_PLAIN;
	const struct keyword *k;
	char buf[16];
	size_t i;

	if (state & (NUD_REACHABLE | NUD_PERMANENT))
		color = OUT_GOOD;
	else if (state & NUD_FAILED)
		color = OUT_BAD;
	out_list("state");
	for (k = names_nud; k->name; k++) {
		if (k->id ? !(state & k->id) : state)
			continue;
		for (i = 0; k->name[i]; i++)
			buf[i] = k->name[i] - 'a' + 'A';
		buf[i] = '\0';
		out_color(color, NULL, "%s ", buf);
	}
	out_list_end();
}

/**
 * neigh_members - what is known of a neighbour, without its record's ends
 * @nlh: RTM_NEWNEIGH or RTM_DELNEIGH message with a whole header
 * @dev: the text names the device
 */
void neigh_members(const struct nlmsghdr *nlh, bool dev)
{
	const struct ndmsg *ndm = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *tb[NL_ATTR_MAX];

	nl_parse(nlh, sizeof(*ndm), tb);
	out_addr("dst", "%s ", nl_u32(tb[NDA_DST], 0));
	out_color(OUT_DEV, "dev", dev ? "dev %s " : NULL,
		  dev_name(ndm->ndm_ifindex));
	print_lladdr(tb[NDA_LLADDR]);
	if (ndm->ndm_flags & NTF_ROUTER)
		out_true("router", "router ");
	if (xip_opt.stats)
		print_stats(tb);
	print_state(ndm->ndm_state);
	out_record_end();
}

static int show_one(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *tb[NL_ATTR_MAX];
	const struct neigh_filter *f = data;

	if (!neigh_selected(nlh, f, tb))
		return XIP_OK;
	out_start();
	out_open(NULL);
	neigh_members(nlh, !f->ifindex);
	out_close();
	return XIP_OK;
}

static int dump(struct neigh_filter *f, nl_cb cb)
{
	static struct nl_req req;
	struct ndmsg *ndm;

	ndm = nl_req_init(&req, RTM_GETNEIGH, 0, sizeof(*ndm));
	ndm->ndm_family = XIP_FAMILY;
	/* under strict checking the device is asked for by attribute */
	if (f->ifindex)
		nl_put_u32(&req, NDA_IFINDEX, f->ifindex);
	return nl_dump(&req, cb, f);
}

/**
 * neigh_show - print neighbours
 * @a: the words behind the verb
 * @arg: not used
 *
 * Return: exit status.
 */
int neigh_show(struct args *a, int arg)
{
	struct neigh_filter f = { .states = NUD_ALL & ~NUD_NOARP };
	int ret;

	(void)arg;
	ret = select_all(a, &f);
	if (ret == ARG_HELP)
		return args_help(a);
	if (ret)
		return ret;
	ret = dump(&f, show_one);
	if (!ret) {
		out_start();
		out_stop();
	}
	return ret;
}

static int flush_one(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *tb[NL_ATTR_MAX];
	static struct nl_req req;
	struct ndmsg *ndm;

	if (!neigh_selected(nlh, data, tb))
		return XIP_OK;
	ndm = nl_req_init(&req, RTM_DELNEIGH, 0, sizeof(*ndm));
	memcpy(ndm, mnl_nlmsg_get_payload(nlh), sizeof(*ndm));
	nl_put_u32(&req, NDA_DST, nl_u32(tb[NDA_DST], 0));
	return nl_delete(&req, -ENOENT);
}

/**
 * neigh_flush - delete neighbours
 * @a: the words behind the verb
 * @arg: not used
 *
 * Return: exit status.
 */
int neigh_flush(struct args *a, int arg)
{
	struct neigh_filter f = {
		.states = NUD_ALL & ~(NUD_NOARP | NUD_PERMANENT),
	};
	int ret;

	(void)arg;
	ret = select_all(a, &f);
	if (ret == ARG_HELP)
		return args_help(a);
	return ret ? ret : dump(&f, flush_one);
}

/**
 * neigh_get - ask for one neighbour
 * @a: the words behind the verb
 * @arg: not used
 *
 * Return: exit status.
 */
int neigh_get(struct args *a, int arg)
{
	struct neigh_filter f = { .states = NUD_ALL, .none = true };
	static struct nl_req req;
	struct ndmsg *ndm;
	int ret;

	(void)arg;
	ret = select_all(a, &f);
	if (ret == ARG_HELP)
		return args_help(a);
	if (ret)
		return ret;
	if (!f.has_to || f.to.len != 32 || !f.ifindex || f.has_nud) {
		fprintf(stderr, "Error: \"neigh get\" wants an address and \"dev\".\n");
		return XIP_USAGE;
	}
	ndm = nl_req_init(&req, RTM_GETNEIGH, 0, sizeof(*ndm));
	ndm->ndm_family = XIP_FAMILY;
	ndm->ndm_ifindex = f.ifindex;
	nl_put_u32(&req, NDA_DST, f.to.addr);
	/* nothing is left to select, so that the line shows the device too */
	f.ifindex = 0;
	ret = nl_get(&req, show_one, &f);
	out_stop();
	return ret;
}
