// SPDX-License-Identifier: GPL-2.0
/*
 * xip - all that can be configured of AF_XINET, in ip(8)'s grammar.
 *
 * In: the command line. Out: one command run by its object, or a batch of
 * them; the exit status is enum xip_status. This file knows the objects and
 * the options that stand before them, nothing else.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <linux/xinet_version.h>

#include "dev.h"
#include "nl.h"
#include "ns.h"
#include "out.h"
#include "xip.h"

struct xip_options xip_opt;

static const struct object * const objects[] = {
	&xip_addr, &xip_route, &xip_neigh, &xip_ping, &xip_stat,
	&xip_traceroute, &xip_filter, &xip_nat, &xip_conntrack,
	&xip_monitor, &xip_sock, &xip_link, &xip_trace,
};

/* Abbreviations are those of ip(8) where it has the object. */
static const struct keyword object_words[] = {
	{ "addr", 1, 0 },
	{ "address", 5, 0 },
	{ "route", 1, 1 },
	{ "neigh", 1, 2 },
	{ "neighbour", 6, 2 },
	{ "neighbor", 6, 2 },
	{ "ping", 1, 3 },
	{ "stat", 2, 4 },
	{ "traceroute", 6, 5 },
	{ "trace", 5, 12 },
	{ "filter", 1, 6 },
	{ "nat", 2, 7 },
	{ "conntrack", 1, 8 },
	{ "monitor", 1, 9 },
	{ "sock", 2, 10 },
	{ "socket", 5, 10 },
	{ "link", 1, 11 },
	{ "help", 0, ARG_HELP },
	{ }
};

static const char usage_text[] =
"Usage: xip [ OPTIONS ] OBJECT { COMMAND | help }\n"
"       xip [ OPTIONS ] [ -force ] -batch FILE\n"
"where  OBJECT := { link | addr | route | neigh | filter | nat |\n"
"                   conntrack | monitor | sock | ping | traceroute |\n"
"                   trace | stat }\n"
"       OPTIONS := { -j[son] | -p[retty] | -s[tatistics] | -d[etails] |\n"
"                    -o[neline] | -n[etns] NAME | -c[olor][={always|auto|never}] |\n"
"                    -t[imestamp] | -ts[hort] | -V[ersion] | -h[elp] }\n"
"Objects and commands may be abbreviated. \"xip OBJECT help\" tells more.\n"
"Exit status: 0 done, 1 wrong usage, 2 refused by the kernel.\n";

static int usage_error(void)
{
	fputs(usage_text, stderr);
	return XIP_USAGE;
}

static int unknown_object(const char *word)
{
	const char *near = parse_nearest(object_words, word);

	fprintf(stderr, "Error: object \"%s\" is unknown", out_clean(word));
	if (near)
		fprintf(stderr, ", did you mean \"%s\"?", near);
	else
		fputc('.', stderr);
	fprintf(stderr, " Try \"xip help\".\n");
	return XIP_USAGE;
}

static int run_verb(struct args *a)
{
	int id = args_keyword(a, a->obj->words);

	if (id == ARG_HELP)
		return args_help(a);
	if (id == ARG_NONE)
		return args_unknown(a, a->obj->words);
	if (id == ARG_END)
		id = 0;
	return a->obj->verbs[id].run(a, a->obj->verbs[id].arg);
}

/**
 * xip_run - run one command
 * @a: its words, the object first; at least one
 *
 * Return: exit status.
 */
int xip_run(struct args *a)
{
	const char *word = args_peek(a);
	int id = args_keyword(a, object_words);

	if (id == ARG_HELP) {
		fputs(usage_text, stdout);
		return XIP_OK;
	}
	if (id < 0)
		return unknown_object(word);
	dev_forget();
	a->obj = objects[id];
	return a->obj->run ? a->obj->run(a) : run_verb(a);
}

enum {
	OPT_JSON, OPT_PRETTY, OPT_STATS, OPT_DETAILS, OPT_ONELINE, OPT_NETNS,
	OPT_BATCH, OPT_FORCE, OPT_COLOR, OPT_TIME, OPT_TSHORT, OPT_VERSION,
	OPT_HELP,
};

static const struct keyword option_words[] = {
	{ "json", 1, OPT_JSON },
	{ "pretty", 1, OPT_PRETTY },
	{ "statistics", 1, OPT_STATS },
	{ "stats", 5, OPT_STATS },
	{ "details", 1, OPT_DETAILS },
	{ "oneline", 1, OPT_ONELINE },
	{ "netns", 1, OPT_NETNS },
	{ "batch", 1, OPT_BATCH },
	{ "force", 2, OPT_FORCE },
	{ "color", 1, OPT_COLOR },
	{ "colour", 5, OPT_COLOR },
	{ "timestamp", 1, OPT_TIME },
	{ "tshort", 2, OPT_TSHORT },
	{ "Version", 1, OPT_VERSION },
	{ "help", 1, OPT_HELP },
	{ }
};

static int option_color(const char *when)
{
	if (!when || !strcmp(when, "always"))
		xip_opt.color = true;
	else if (!strcmp(when, "auto"))
		xip_opt.color = isatty(STDOUT_FILENO);
	else if (!strcmp(when, "never"))
		xip_opt.color = false;
	else
		return args_wrong(when, "always, auto or never is expected");
	return XIP_OK;
}

/* What the options ask for besides settings. */
struct request {
	const char *netns;
	const char *batch;
	bool version;
	bool help;
};

static int option_value(struct args *a, const char *name, const char **where)
{
	const char *word;

	if (*where)
		return args_duplicate(name, args_peek(a) ? args_peek(a) : "");
	word = args_next(a);
	if (!word) {
		fprintf(stderr, "Error: -%s wants a value.\n", name);
		return XIP_USAGE;
	}
	*where = word;
	return XIP_OK;
}

static int option_apply(struct args *a, int id, const char *when,
			struct request *req)
{
	switch (id) {
	case OPT_JSON:
		xip_opt.json = true;
		break;
	case OPT_PRETTY:
		xip_opt.pretty = true;
		break;
	case OPT_STATS:
		xip_opt.stats++;
		break;
	case OPT_DETAILS:
		xip_opt.details++;
		break;
	case OPT_ONELINE:
		xip_opt.oneline = true;
		break;
	case OPT_FORCE:
		xip_opt.force = true;
		break;
	case OPT_NETNS:
		return option_value(a, "netns", &req->netns);
	case OPT_BATCH:
		return option_value(a, "batch", &req->batch);
	case OPT_COLOR:
		return option_color(when);
	case OPT_TIME:
		xip_opt.timestamp = TIMESTAMP_LONG;
		break;
	case OPT_TSHORT:
		xip_opt.timestamp = TIMESTAMP_SHORT;
		break;
	case OPT_VERSION:
		req->version = true;
		break;
	case OPT_HELP:
		req->help = true;
		break;
	}
	return XIP_OK;
}

static int take_option(struct args *a, struct request *req)
{
	const char *word = args_next(a);
	const char *name = word + (word[1] == '-' ? 2 : 1);
	const char *when = strchr(name, '=');
	const struct keyword *k;
	char buf[16];
	int n;

	n = snprintf(buf, sizeof(buf), "%.*s",
		     when ? (int)(when - name) : 15, name);
	k = n && strlen(name) < 32 ? parse_keyword(option_words, buf) : NULL;
	if (!k || (when && k->id != OPT_COLOR)) {
		const char *near = parse_nearest(option_words, buf);

		fprintf(stderr, "Error: option \"%s\" is unknown",
			out_clean(word));
		if (near)
			fprintf(stderr, ", did you mean \"-%s\"?", near);
		else
			fputc('.', stderr);
		fputs(" Try \"xip help\".\n", stderr);
		return XIP_USAGE;
	}
	return option_apply(a, k->id, when ? when + 1 : NULL, req);
}

static int run(struct args *a, const struct request *req)
{
	if (req->version) {
		printf("xip utility, AF_XINET tools " XINET_VERSION "\n");
		return XIP_OK;
	}
	if (req->help) {
		fputs(usage_text, stdout);
		return XIP_OK;
	}
	if (!req->batch && !args_peek(a))
		return usage_error();
	if (req->netns) {
		int ret = ns_enter(req->netns);

		if (ret)
			return ret;
	}
	if (!req->batch)
		return xip_run(a);
	if (args_end(a))
		return XIP_USAGE;
	return xip_batch(req->batch);
}

int main(int argc, char **argv)
{
	struct args a = { .words = argv, .n = argc, .at = argc ? 1 : 0 };
	struct request req = { };
	int ret, err;

	while (args_peek(&a) && args_peek(&a)[0] == '-' &&
	       args_peek(&a)[1]) {
		if (!strcmp(args_peek(&a), "--")) {
			args_next(&a);
			break;
		}
		if (take_option(&a, &req))
			return XIP_USAGE;
	}
	if (xip_opt.json)
		xip_opt.color = false;
	ret = run(&a, &req);
	err = out_finish();
	return ret ? ret : err;
}
