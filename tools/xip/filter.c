// SPDX-License-Identifier: GPL-2.0
/* xip filter: what may come in, go through and go out. */
#include "rule.h"
#include "xip.h"

enum {
	FILTER_SHOW, FILTER_ADD, FILTER_DEL, FILTER_POLICY, FILTER_REPLACE,
	FILTER_FLUSH,
};

static int filter_run(struct args *a, int what)
{
	switch (what) {
	case FILTER_ADD:
		return rule_add(a, &rule_filter);
	case FILTER_DEL:
		return rule_del(a, &rule_filter);
	case FILTER_POLICY:
		return rule_policy(a, &rule_filter);
	case FILTER_REPLACE:
		return rule_replace(a, &rule_filter);
	case FILTER_FLUSH:
		return rule_flush(a, &rule_filter);
	}
	return rule_show(a, &rule_filter);
}

static const struct verb filter_verbs[] = {
	{ filter_run, FILTER_SHOW },
	{ filter_run, FILTER_ADD },
	{ filter_run, FILTER_DEL },
	{ filter_run, FILTER_POLICY },
	{ filter_run, FILTER_REPLACE },
	{ filter_run, FILTER_FLUSH },
};

static const struct keyword verb_words[] = {
	{ "show", 1, FILTER_SHOW },
	{ "list", 1, FILTER_SHOW },
	{ "add", 1, FILTER_ADD },
	{ "delete", 1, FILTER_DEL },
	{ "policy", 1, FILTER_POLICY },
	{ "replace", 1, FILTER_REPLACE },
	{ "flush", 1, FILTER_FLUSH },
	{ "help", 0, ARG_HELP },
	{ }
};

static const char filter_help[] =
"Usage: xip filter add HOOK [ position N ] MATCH... VERDICT\n"
"       xip filter del HOOK handle N\n"
"       xip filter policy HOOK {accept|drop}\n"
"       xip filter replace -f FILE\n"
"       xip filter [ show ] [ HOOK ]\n"
"       xip filter flush [ HOOK ]\n"
"HOOK := { input | forward | output }\n"
"MATCH := { iif D | oif D | src CIDR | dst CIDR | proto { udp | tcp | icmp | N } |\n"
"           sport P[-Q] | dport P[-Q] | ctstate S[,S] | mark N[/M] }\n"
"S := { new | established | related | invalid | untracked }\n"
"VERDICT := { accept | drop | reject [ with CODE ] }\n"
"CODE := { net-unreachable | host-unreachable | proto-unreachable |\n"
"          port-unreachable | net-prohibited | host-prohibited |\n"
"          admin-prohibited }\n"
"FILE holds lines \"add ...\" and \"policy ...\" as show prints them (- is stdin).\n"
"All of it takes effect at once or not at all; a policy it does not name stays.\n";

const struct object xip_filter = {
	.name = "filter",
	.help = filter_help,
	.words = verb_words,
	.verbs = filter_verbs,
};
