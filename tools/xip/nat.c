// SPDX-License-Identifier: GPL-2.0
/* xip nat: which addresses and ports are translated to which. */
#include "rule.h"
#include "xip.h"

enum { NAT_SHOW, NAT_ADD, NAT_DEL, NAT_REPLACE, NAT_FLUSH };

static int nat_run(struct args *a, int what)
{
	switch (what) {
	case NAT_ADD:
		return rule_add(a, &rule_nat);
	case NAT_DEL:
		return rule_del(a, &rule_nat);
	case NAT_REPLACE:
		return rule_replace(a, &rule_nat);
	case NAT_FLUSH:
		return rule_flush(a, &rule_nat);
	}
	return rule_show(a, &rule_nat);
}

static const struct verb nat_verbs[] = {
	{ nat_run, NAT_SHOW },
	{ nat_run, NAT_ADD },
	{ nat_run, NAT_DEL },
	{ nat_run, NAT_REPLACE },
	{ nat_run, NAT_FLUSH },
};

static const struct keyword verb_words[] = {
	{ "show", 1, NAT_SHOW },
	{ "list", 1, NAT_SHOW },
	{ "add", 1, NAT_ADD },
	{ "delete", 1, NAT_DEL },
	{ "replace", 1, NAT_REPLACE },
	{ "flush", 1, NAT_FLUSH },
	{ "help", 0, ARG_HELP },
	{ }
};

static const char nat_help[] =
"Usage: xip nat add prerouting  [ position N ] MATCH...\n"
"                   { dnat to A[-B][:P[-Q]] [ balance { hash | rr } ] |\n"
"                     redirect to :P[-Q] | netmap to CIDR } FLAG...\n"
"       xip nat add postrouting [ position N ] MATCH...\n"
"                   { snat to A[-B][:P[-Q]] | masquerade [ to :P[-Q] ] |\n"
"                     netmap to CIDR } FLAG...\n"
"       xip nat del HOOK handle N\n"
"       xip nat replace -f FILE\n"
"       xip nat [ show ] [ HOOK ]\n"
"       xip nat flush [ HOOK ]\n"
"HOOK := { prerouting | postrouting }\n"
"FLAG := { random-fully | persistent }\n"
"MATCH is that of \"xip filter help\"; FILE holds lines \"add ...\" (- is stdin).\n";

const struct object xip_nat = {
	.name = "nat",
	.help = nat_help,
	.words = verb_words,
	.verbs = nat_verbs,
};
