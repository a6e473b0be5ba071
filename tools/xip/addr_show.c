// SPDX-License-Identifier: GPL-2.0
/*
 * xip addr show, flush.
 *
 * In: a selection of devices and addresses. Out: each device that has one,
 * with its link line, in ip(8)'s text and JSON; or RTM_DELADDR for each.
 */
#include <errno.h>
#include <fnmatch.h>
#include <linux/if_addr.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "addr.h"
#include "link.h"
#include "names.h"
#include "nl.h"
#include "out.h"
#include "xip.h"

#define FLUSH_ROUNDS	10	/* against one who adds as fast as we delete */

enum { KW_DEV, KW_TO, KW_SCOPE, KW_LABEL, KW_UP };

static const struct keyword select_words[] = {
	{ "dev", 0, KW_DEV },
	{ "to", 0, KW_TO },
	{ "scope", 2, KW_SCOPE },
	{ "label", 0, KW_LABEL },
	{ "up", 0, KW_UP },
	{ }
};

/**
 * struct addr_list - the addresses that were asked for
 * @msg: copies of the RTM_NEWADDR messages, in the kernel's order
 * @n: how many
 * @room: pointers allocated
 * @ifindex: only of this device, or 0
 * @to: only within this network
 * @scope: only of this scope, see @has_scope
 * @label: only with a label that fits this pattern, or NULL
 * @has_to: @to is set
 * @has_scope: @scope is set
 * @up: only of devices that are up
 * @narrow: something was selected at all
 */
struct addr_list {
	struct nlmsghdr **msg;
	size_t n, room;
	unsigned int ifindex;
	struct prefix to;
	__u32 scope;
	const char *label;
	bool has_to, has_scope, up, narrow;
};

static int select_scope(struct args *a, struct addr_list *l)
{
	const char *word = args_value(a, "scope");

	if (!word)
		return XIP_USAGE;
	l->has_scope = strcmp(word, "all");
	if (l->has_scope && names_parse(names_scope, word, 255, &l->scope))
		return args_wrong(word,
				  "global, link, host or a number up to 255 is expected");
	return XIP_OK;
}

static int select_word(struct args *a, struct addr_list *l, int id)
{
	switch (id) {
	case KW_TO:
		l->has_to = true;
		return args_prefix(a, "to", &l->to);
	case KW_SCOPE:
		return select_scope(a, l);
	case KW_LABEL:
		l->label = args_value(a, "label");
		return l->label ? XIP_OK : XIP_USAGE;
	case KW_UP:
		l->up = true;
		return XIP_OK;
	}
	if (l->ifindex)
		return id == KW_DEV ?
			args_duplicate("dev", args_peek(a) ? args_peek(a) : "") :
			args_unknown(a, select_words);
	return args_dev(a, "dev", &l->ifindex);
}

/* XIP_OK, XIP_USAGE, or ARG_HELP where help was asked for. */
static int select_all(struct args *a, struct addr_list *l)
{
	int id;

	while ((id = args_keyword(a, select_words)) != ARG_END) {
		if (id == ARG_HELP)
			return ARG_HELP;
		if (select_word(a, l, id))
			return XIP_USAGE;
		l->narrow = true;
	}
	return XIP_OK;
}

static bool wanted(const struct addr_list *l, const struct ifaddrmsg *ifa,
		   const struct nlattr **tb)
{
	const char *label = nl_str(tb[IFA_LABEL]);

	if (l->ifindex && ifa->ifa_index != l->ifindex)
		return false;
	if (l->has_scope && ifa->ifa_scope != l->scope)
		return false;
	if (l->has_to && !prefix_covers(&l->to, nl_u32(tb[IFA_LOCAL], 0), 32))
		return false;
	if (l->label && (!label || fnmatch(l->label, label, 0)))
		return false;
	return true;
}

static int collect(const struct nlmsghdr *nlh, void *data)
{
	const struct ifaddrmsg *ifa = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *tb[NL_ATTR_MAX];
	struct addr_list *l = data;
	struct nlmsghdr *copy;

	if (nlh->nlmsg_type != RTM_NEWADDR ||
	    mnl_nlmsg_get_payload_len(nlh) < sizeof(*ifa) ||
	    ifa->ifa_family != XIP_FAMILY)
		return XIP_OK;
	nl_parse(nlh, sizeof(*ifa), tb);
	if (!wanted(l, ifa, tb))
		return XIP_OK;
	if (l->n == l->room) {
		size_t room = 2 * l->room + 64;
		void *msg = realloc(l->msg, room * sizeof(*l->msg));

		if (!msg)
			return XIP_REFUSED;
		l->msg = msg;
		l->room = room;
	}
	copy = malloc(nlh->nlmsg_len);
	if (!copy)
		return XIP_REFUSED;
	memcpy(copy, nlh, nlh->nlmsg_len);
	l->msg[l->n++] = copy;
	return XIP_OK;
}

static int addr_dump(struct addr_list *l)
{
	static struct nl_req req;
	struct ifaddrmsg *ifa;

	ifa = nl_req_init(&req, RTM_GETADDR, 0, sizeof(*ifa));
	ifa->ifa_family = XIP_FAMILY;
	ifa->ifa_index = l->ifindex;
	return nl_dump(&req, collect, l);
}

static void addr_list_free(struct addr_list *l)
{
	while (l->n)
		free(l->msg[--l->n]);
	free(l->msg);
	l->msg = NULL;
	l->room = 0;
}

static const struct {
	__u32 flag;
	const char *key, *text;
} addr_flags[] = {
	{ IFA_F_SECONDARY, "secondary", "secondary " },
	{ IFA_F_TENTATIVE, "tentative", "tentative " },
	{ IFA_F_DEPRECATED, "deprecated", "deprecated " },
	{ IFA_F_DADFAILED, "dadfailed", "dadfailed " },
	{ IFA_F_NOPREFIXROUTE, "noprefixroute", "noprefixroute " },
};

static void print_flags(const struct ifaddrmsg *ifa, const struct nlattr **tb)
{
	__u32 flags = nl_u32(tb[IFA_FLAGS], ifa->ifa_flags);
	unsigned int i;

	if (!(flags & IFA_F_PERMANENT))
		out_true("dynamic", "dynamic ");
	for (i = 0; i < ARRAY_SIZE(addr_flags); i++)
		if (flags & addr_flags[i].flag)
			out_true(addr_flags[i].key, addr_flags[i].text);
}

static void print_lifetime(const char *key, const char *text, __u32 val)
{
	out_text("%s", text);
	if (val == ~0U)
		out_text("forever");
	else
		out_text("%usec", val);
	out_uint(key, NULL, val);
}

/**
 * addr_members - what is known of an address, without its record's ends
 * @nlh: RTM_NEWADDR or RTM_DELADDR message with a whole header
 */
void addr_members(const struct nlmsghdr *nlh)
{
	const struct ifaddrmsg *ifa = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *tb[NL_ATTR_MAX];
	__be32 local, peer;

	nl_parse(nlh, sizeof(*ifa), tb);
	peer = nl_u32(tb[IFA_ADDRESS], 0);
	local = nl_u32(tb[IFA_LOCAL], peer);
	out_str("family", "    %s ", xip_family_name());
	out_addr("local", "%s", local);
	if (tb[IFA_ADDRESS] && peer != local)
		out_addr("address", " peer %s", peer);
	out_uint("prefixlen", "/%llu ", ifa->ifa_prefixlen);
	if (nl_has(tb[IFA_RT_PRIORITY], sizeof(__u32)))
		out_uint("metric", "metric %llu ",
			 nl_u32(tb[IFA_RT_PRIORITY], 0));
	if (nl_has(tb[IFA_BROADCAST], sizeof(__be32)))
		out_addr("broadcast", "brd %s ", nl_u32(tb[IFA_BROADCAST], 0));
	out_str("scope", "scope %s ", names_get(names_scope, ifa->ifa_scope));
	print_flags(ifa, tb);
	if (nl_str(tb[IFA_LABEL]))
		out_str("label", "%s", nl_str(tb[IFA_LABEL]));
	if (nl_has(tb[IFA_CACHEINFO], sizeof(struct ifa_cacheinfo))) {
		const struct ifa_cacheinfo *ci =
			mnl_attr_get_payload(tb[IFA_CACHEINFO]);

		out_newline();
		print_lifetime("valid_life_time", "       valid_lft ",
			       ci->ifa_valid);
		print_lifetime("preferred_life_time", " preferred_lft ",
			       ci->ifa_prefered);
	}
	out_record_end();
}

static bool addr_of(const struct nlmsghdr *nlh, unsigned int ifindex)
{
	const struct ifaddrmsg *ifa = mnl_nlmsg_get_payload(nlh);

	return ifa->ifa_index == ifindex;
}

static int print_link(const struct nlmsghdr *nlh, void *data)
{
	const struct ifinfomsg *ifi = mnl_nlmsg_get_payload(nlh);
	const struct addr_list *l = data;
	bool any = false;
	size_t i;

	if (nlh->nlmsg_type != RTM_NEWLINK ||
	    mnl_nlmsg_get_payload_len(nlh) < sizeof(*ifi) ||
	    (l->ifindex && (int)l->ifindex != ifi->ifi_index) ||
	    (l->up && !(ifi->ifi_flags & IFF_UP)))
		return XIP_OK;
	for (i = 0; i < l->n && !any; i++)
		any = addr_of(l->msg[i], ifi->ifi_index);
	if (!any)
		return XIP_OK;
	out_start();
	out_open(NULL);
	link_print(nlh);
	out_list("addr_info");
	for (i = 0; i < l->n; i++) {
		if (!addr_of(l->msg[i], ifi->ifi_index))
			continue;
		if (xip_opt.oneline)
			link_print_short(nlh);
		out_open(NULL);
		addr_members(l->msg[i]);
		out_close();
	}
	out_list_end();
	out_close();
	return XIP_OK;
}

/**
 * addr_show - print addresses
 * @a: the words behind the verb
 * @arg: not used
 *
 * Return: exit status.
 */
int addr_show(struct args *a, int arg)
{
	struct addr_list l = { };
	int ret;

	(void)arg;
	ret = select_all(a, &l);
	if (ret == ARG_HELP)
		return args_help(a);
	if (ret)
		return ret;
	ret = addr_dump(&l);
	if (!ret)
		ret = link_dump(l.ifindex, print_link, &l);
	if (!ret) {
		out_start();
		out_stop();
	}
	addr_list_free(&l);
	return ret;
}

/* What tells an address from others is sent back; the rest is not asked. */
static int delete(const struct nlmsghdr *nlh)
{
	const struct ifaddrmsg *ifa = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *tb[NL_ATTR_MAX];
	static struct nl_req req;
	struct ifaddrmsg *del;

	nl_parse(nlh, sizeof(*ifa), tb);
	del = nl_req_init(&req, RTM_DELADDR, 0, sizeof(*del));
	del->ifa_family = ifa->ifa_family;
	del->ifa_prefixlen = ifa->ifa_prefixlen;
	del->ifa_scope = ifa->ifa_scope;
	del->ifa_index = ifa->ifa_index;
	nl_put_copy(&req, tb[IFA_LOCAL]);
	nl_put_copy(&req, tb[IFA_ADDRESS]);
	nl_put_copy(&req, tb[IFA_LABEL]);
	return nl_change_errno(&req);
}

/* One round: delete all that is selected; a negative errno if refused. */
static int flush_round(struct addr_list *l)
{
	size_t i;
	int err;

	for (i = 0; i < l->n; i++) {
		err = delete(l->msg[i]);
		/* its primary took it along */
		if (err && err != -EADDRNOTAVAIL)
			return err;
	}
	return 0;
}

/**
 * addr_flush - delete addresses
 * @a: the words behind the verb
 * @arg: not used
 *
 * Return: exit status.
 */
int addr_flush(struct args *a, int arg)
{
	struct addr_list l = { };
	unsigned int round;
	int ret, err = 0;
	size_t n;

	(void)arg;
	ret = select_all(a, &l);
	if (ret == ARG_HELP)
		return args_help(a);
	if (ret)
		return ret;
	if (!l.narrow) {
		fprintf(stderr, "Error: flush wants to know what, such as \"dev eth0\".\n");
		return XIP_USAGE;
	}
	for (round = 0; round < FLUSH_ROUNDS; round++) {
		ret = addr_dump(&l);
		n = l.n;
		if (!ret)
			err = flush_round(&l);
		addr_list_free(&l);
		if (ret || err || !n)
			break;
	}
	if (err)
		fprintf(stderr, "RTNETLINK answers: %s\n", strerror(-err));
	return err ? XIP_REFUSED : ret;
}
