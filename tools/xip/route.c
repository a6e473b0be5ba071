// SPDX-License-Identifier: GPL-2.0
/* xip route: its verbs and its help. */
#include "route.h"
#include "xip.h"

static const struct verb route_verbs[] = {
	{ route_show, 0 },
	{ route_modify, ROUTE_ADD },
	{ route_modify, ROUTE_APPEND },
	{ route_modify, ROUTE_CHANGE },
	{ route_modify, ROUTE_REPLACE },
	{ route_modify, ROUTE_DEL },
	{ route_get, 0 },
	{ route_flush, 0 },
};

static const struct keyword verb_words[] = {
	{ "show", 1, 0 },
	{ "list", 1, 0 },
	{ "lst", 0, 0 },
	{ "add", 1, 1 },
	{ "append", 2, 2 },
	{ "change", 1, 3 },
	{ "chg", 0, 3 },
	{ "replace", 1, 4 },
	{ "delete", 1, 5 },
	{ "get", 1, 6 },
	{ "flush", 1, 7 },
	{ "help", 0, ARG_HELP },
	{ }
};

static const char route_help[] =
"Usage: xip route {add|append|change|replace|del} ROUTE\n"
"       xip route [ show ] [ -N ] [ SELECTOR ]\n"
"       xip route flush [ SELECTOR ]\n"
"       xip route get [ fibmatch ] A [ from A ] [ iif D ] [ oif D ]\n"
"                     [ ipproto P ] [ sport N ] [ dport N ]\n"
"ROUTE := [ TYPE ] { PREFIX | default } [ NH | NEXTHOPS ] [ src A ]\n"
"         [ metric N ] [ mtu [ lock ] N ] [ proto PROTO ] [ scope SCOPE ]\n"
"         [ table TABLE ]\n"
"NH := [ via A ] [ dev D ] [ onlink ]\n"
"NEXTHOPS := nexthop NH [ weight N ] [ nexthop ... ]\n"
"SELECTOR := [ [ exact | root | match ] PREFIX ] [ dev D ] [ via A ]\n"
"            [ src A ] [ proto PROTO ] [ type TYPE ] [ scope SCOPE ]\n"
"            [ table { TABLE | all } ]\n"
"TYPE := { unicast | blackhole | unreachable | prohibit | local |\n"
"          broadcast | multicast }\n"
"PROTO := { kernel | boot | static | bird | ... | N }\n"
"SCOPE := { global | link | host | N }\n"
"TABLE := { main | local | default | N }\n"
"-N prints the columns of \"route -n\".\n"
"-d get tells why: the prefixes that match, and whence next hop, source and\n"
"MTU come.\n";

const struct object xip_route = {
	.name = "route",
	.help = route_help,
	.words = verb_words,
	.verbs = route_verbs,
};
