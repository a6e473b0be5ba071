// SPDX-License-Identifier: GPL-2.0
/*
 * xip sock show.
 *
 * In: a selection of sockets. Out: a table with the columns of ss(8). All is
 * asked of sock_diag, once for each kind of socket; only which process has a
 * socket open, /proc has to say.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "nl.h"
#include "out.h"
#include "sock.h"
#include "xip.h"

/**
 * struct sock_list - what was found
 * @want: the selection
 * @kind: of the sockets that are being read
 * @all: those that were
 * @n: how many
 * @room: for how many there is
 */
struct sock_list {
	const struct sock_want *want;
	enum sock_kind kind;
	struct sock_info *all;
	unsigned int n, room;
};

static struct sock_info *list_grow(struct sock_list *list)
{
	struct sock_info *all;
	unsigned int room;

	if (list->n == list->room) {
		room = 2 * list->room + 64;
		all = realloc(list->all, room * sizeof(*all));
		if (!all) {
			fprintf(stderr, "Error: %s\n", strerror(errno));
			return NULL;
		}
		list->all = all;
		list->room = room;
	}
	return &list->all[list->n];
}

static __u8 get_u8(const struct nlattr *attr)
{
	return nl_has(attr, 1) ? mnl_attr_get_u8(attr) : 0;
}

static int take_one(const struct nlmsghdr *nlh, void *data)
{
	const struct inet_diag_msg *msg = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *tb[NL_ATTR_MAX];
	struct sock_list *list = data;
	struct sock_info *s;

	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(*msg) ||
	    msg->idiag_family != XIP_FAMILY)
		return XIP_OK;
	s = list_grow(list);
	if (!s)
		return XIP_REFUSED;
	memset(s, 0, sizeof(*s));
	nl_parse(nlh, sizeof(*msg), tb);
	s->kind = list->kind;
	s->msg = *msg;
	s->tos = get_u8(tb[INET_DIAG_TOS]);
	s->shutdown = get_u8(tb[INET_DIAG_SHUTDOWN]);
	s->mark = nl_u32(tb[INET_DIAG_MARK], 0);
	s->has_mem = nl_has(tb[INET_DIAG_SKMEMINFO], sizeof(s->mem));
	if (s->has_mem)
		memcpy(s->mem, mnl_attr_get_payload(tb[INET_DIAG_SKMEMINFO]),
		       sizeof(s->mem));
	if (sock_selected(list->want, s))
		list->n++;
	return XIP_OK;
}

/* What ss shows without being told: what is connected. */
static __u32 states_of(const struct sock_want *want)
{
	if (want->states)
		return want->states;
	if (want->all)
		return SOCK_ALL;
	return 1 << (want->listening ? SOCK_CLOSE : SOCK_ESTAB);
}

static int dump_kind(struct sock_list *list)
{
	static const __u8 protocols[] = {
		[SOCK_UDP] = IPPROTO_UDP,
		[SOCK_ICMP] = IPPROTO_ICMP,
		[SOCK_RAWIP] = IPPROTO_RAW,
	};
	static struct nl_req req;
	struct inet_diag_req_v2 *r;

	r = nl_req_init(&req, SOCK_DIAG_BY_FAMILY, 0, sizeof(*r));
	req.bus = NL_DIAG;
	r->sdiag_family = XIP_FAMILY;
	r->sdiag_protocol = protocols[list->kind];
	r->idiag_states = states_of(list->want);
	if (list->want->memory)
		r->idiag_ext |= 1 << (INET_DIAG_SKMEMINFO - 1);
	if (list->want->extended)
		r->idiag_ext |= 1 << (INET_DIAG_TOS - 1);
	return nl_dump(&req, take_one, list);
}

static int show(const struct sock_want *want)
{
	struct sock_list list = { .want = want };
	int ret = XIP_OK;
	int kind;

	for (kind = 0; !ret && kind < __SOCK_KINDS; kind++) {
		list.kind = kind;
		if (!want->kinds || want->kinds & (1 << kind))
			ret = dump_kind(&list);
	}
	if (!ret && want->processes)
		ret = sock_users_read();
	if (!ret)
		sock_print(want, list.all, list.n);
	free(list.all);
	return ret;
}

static const struct keyword verb_words[] = {
	{ "show", 2, 0 },
	{ "list", 1, 0 },
	{ "help", 0, ARG_HELP },
	{ }
};

static const char sock_help[] =
"Usage: xip sock [ show ] [ -a ] [ -l ] [ -n ] [ -p ] [ -m ] [ -e ] [ -N ]\n"
"                [ udp | icmp | raw ]... [ FILTER ]\n"
"  -a  all sockets, not only connected ones    -l  only unconnected ones\n"
"  -n  ports as numbers                        -p  processes that have them open\n"
"  -m  memory                                  -e  user, inode, cookie, mark\n"
"  -N  in the columns of \"netstat -an\"\n"
"FILTER := [ state S | exclude S ]... [ EXPR ]\n"
"EXPR := { EXPR or EXPR | EXPR [ and ] EXPR | not EXPR | ( EXPR ) | COND }\n"
"COND := { src [ EQ ] A[:P] | dst [ EQ ] A[:P] | sport [ OP ] :P | dport [ OP ] :P |\n"
"          dev [ EQ ] D | state S | exclude S }\n"
"S := { established | unconnected | connected | all }\n"
"EQ := { = | != }  OP := { = | != | >= | <= | > | < }  or eq ne ge le gt lt\n"
"A may be a network, \"*\" stands for any; \"not\" binds most, then \"and\", then\n"
"\"or\"; &, | and ! are the same.\n";

static int sock_run(struct args *a)
{
	struct sock_want want = { };
	int id = args_keyword(a, verb_words), ret;

	if (id == ARG_HELP)
		return args_help(a);
	ret = sock_take(a, &want);
	if (ret == ARG_HELP)
		return args_help(a);
	return ret ?: show(&want);
}

const struct object xip_sock = {
	.name = "sock",
	.help = sock_help,
	.run = sock_run,
};
