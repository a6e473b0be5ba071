// SPDX-License-Identifier: GPL-2.0
/*
 * xip trace: follow packets through the functions they pass.
 *
 * In: the command line: which packets, what to make of them, and a command whose
 * packets they are; without one, whatever passes until the user interrupts. Out:
 * struct tr_request for trace_run.c. Exit status: enum xip_status.
 */
#include <stdio.h>

#include "names.h"
#include "trace_run.h"
#include "xip.h"

enum {
	TR_SRC, TR_DST, TR_PROTO, TR_SPORT, TR_DPORT, TR_JSON, TR_WHY, TR_SVG,
	TR_BASE, TR_PCAP, TR_COMMAND,
};

static const struct keyword trace_words[] = {
	{ "src", 0, TR_SRC },
	{ "dst", 0, TR_DST },
	{ "proto", 0, TR_PROTO },
	{ "sport", 0, TR_SPORT },
	{ "dport", 0, TR_DPORT },
	{ "-j", 0, TR_JSON },
	{ "-json", 0, TR_JSON },
	{ "--json", 0, TR_JSON },
	{ "--why", 0, TR_WHY },
	{ "--svg", 0, TR_SVG },
	{ "--base", 0, TR_BASE },
	{ "--pcap", 0, TR_PCAP },
	{ "--", 0, TR_COMMAND },
	{ "help", 0, ARG_HELP },
	{ }
};

static int tr_proto(struct args *a, int *proto)
{
	const char *word = args_value(a, "proto");
	__u32 val;

	if (!word)
		return XIP_USAGE;
	if (names_parse(names_ipproto, word, 255, &val))
		return args_wrong(word, "not a protocol");
	*proto = val;
	return XIP_OK;
}

static int tr_port(struct args *a, const char *key, int *port)
{
	__u32 val;
	int ret = args_u32(a, key, 0, 65535, &val);

	if (!ret)
		*port = val;
	return ret;
}

static int tr_word(struct args *a, int id, struct tr_request *req)
{
	switch (id) {
	case TR_SRC:
		return args_prefix(a, "src", &req->match.src);
	case TR_DST:
		return args_prefix(a, "dst", &req->match.dst);
	case TR_PROTO:
		return tr_proto(a, &req->match.proto);
	case TR_SPORT:
		return tr_port(a, "sport", &req->match.sport);
	case TR_DPORT:
		return tr_port(a, "dport", &req->match.dport);
	case TR_JSON:
		xip_opt.json = true;
		return XIP_OK;
	case TR_WHY:
		req->why = true;
		return XIP_OK;
	case TR_SVG:
		req->svg = args_value(a, "--svg");
		return req->svg ? XIP_OK : XIP_USAGE;
	case TR_BASE:
		req->base = args_value(a, "--base");
		return req->base ? XIP_OK : XIP_USAGE;
	case TR_PCAP:
		req->pcap = args_value(a, "--pcap");
		return req->pcap ? XIP_OK : XIP_USAGE;
	case TR_COMMAND:
		if (!args_peek(a))
			return args_wrong("--", "a command is expected behind it");
		/* of a batch's words none stands behind the last */
		if (a->line)
			return args_wrong("--", "no command can be run from a batch");
		req->command = a->words + a->at;
		a->at = a->n;
		return XIP_OK;
	}
	return XIP_USAGE;
}

/* What does not go together. */
static int tr_check(const struct tr_request *req)
{
	if (req->svg && req->why)
		return args_wrong("--svg", "there is no picture of --why");
	return XIP_OK;
}

static int run(struct args *a)
{
	struct tr_request req = {
		.match = { .proto = -1, .sport = -1, .dport = -1 },
		.base = "",
	};
	int id, ret;

	while ((id = args_keyword(a, trace_words)) >= 0) {
		ret = tr_word(a, id, &req);
		if (ret)
			return ret;
	}
	if (id == ARG_HELP)
		return args_help(a);
	if (id == ARG_NONE)
		return args_unknown(a, trace_words);
	ret = tr_check(&req);
	return ret ?: tr_run(&req);
}

const struct object xip_trace = {
	.name = "trace",
	.help =
"Usage: xip trace [ MATCH ] [ -j ] [ --svg FILE [ --base PREFIX ] ]\n"
"                 [ --pcap FILE ] [ --why ] [ -- COMMAND [ ARG... ] ]\n"
"       MATCH := [ src CIDR ] [ dst CIDR ] [ proto { udp | tcp | icmp | N } ]\n"
"                [ sport PORT ] [ dport PORT ]\n"
"Shows the functions, hooks and decisions that packets pass, in all namespaces,\n"
"while COMMAND runs, or until interrupted. --svg: draws them, too. --pcap: the\n"
"packets themselves, too, with comments, for Wireshark. --why: only what is\n"
"dropped, by reason.\n",
	.run = run,
};
