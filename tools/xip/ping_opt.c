// SPDX-License-Identifier: GPL-2.0
/*
 * The options of `xip ping`, named as ping(8) names them.
 *
 * In: the words behind the object. Out: struct ping_opt, or a message on
 * stderr and PING_ERROR.
 */
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "dash.h"
#include "ping.h"
#include "xip.h"

#define SECOND		1000000ULL
#define INTERVAL_USER	2000	/* microseconds; only root may go below */
#define TIME_MAX	(86400ULL * 365 * SECOND)

const char ping_help[] =
"Usage: xip ping [ -c COUNT ] [ -i SECONDS ] [ -s BYTES ] [ -t TTL ]\n"
"                [ -M { do | dont | want } ] [ -W SECONDS ] [ -w SECONDS ]\n"
"                [ -I { D | A } ] [ -b ] [ -f ] [ -R ] [ -q ] [ -n ] A\n"
"  -c   stop after so many echoes\n"
"  -i   time between two echoes (1)\n"
"  -s   data bytes of an echo (56)\n"
"  -t   time to live\n"
"  -M   path MTU discovery: forbid fragments, allow them, or fragment locally\n"
"  -W   how long to wait for a first answer (10)\n"
"  -w   stop after so many seconds, whatever was answered\n"
"  -I   send through a device or from an address\n"
"  -b   the address may be a broadcast address\n"
"  -f   flood: the next echo at once, a dot each; root only\n"
"  -R   record the route\n"
"  -q   print the summary only\n"
"  -n   numbers only; always so\n"
"Errors that come back are shown with who sent them; ^\\ shows how it stands.\n"
"Exit status: 0 answered, 1 no answer (or with -c and -w too few), 2 error.\n";

static int option_usec(char opt, const char *val, __u64 *res)
{
	if (!parse_usec(val, TIME_MAX, res))
		return 0;
	return dash_wrong(opt, val, "seconds such as 1 or 0.2 are expected");
}

static int option_interval(const char *val, struct ping_opt *o)
{
	int err = option_usec('i', val, &o->interval);

	if (!err && o->interval < INTERVAL_USER && geteuid())
		err = dash_wrong('i', val, "only root may send faster than every 0.002 s");
	return err;
}

static int option_pmtu(const char *val, struct ping_opt *o)
{
	if (!strcmp(val, "do"))
		o->pmtu = IP_PMTUDISC_DO;
	else if (!strcmp(val, "dont"))
		o->pmtu = IP_PMTUDISC_DONT;
	else if (!strcmp(val, "want"))
		o->pmtu = IP_PMTUDISC_WANT;
	else
		return dash_wrong('M', val, "do, dont or want is expected");
	return 0;
}

static int option_from(const char *val, struct ping_opt *o)
{
	if (!parse_addr(val, &o->src))
		return 0;
	if (!*val || strlen(val) >= IFNAMSIZ)
		return dash_wrong('I', val, "neither an address nor a device");
	o->dev = val;
	return 0;
}

static int option_value(char opt, const char *val, struct ping_opt *o)
{
	switch (opt) {
	case 'c':
		return dash_number(opt, val, 1, ~0ULL >> 1, &o->count);
	case 'i':
		return option_interval(val, o);
	case 's':
		return dash_u32(opt, val, 0, PING_DATA_MAX, &o->size);
	case 't':
		return dash_u32(opt, val, 1, 255, &o->ttl);
	case 'M':
		return option_pmtu(val, o);
	case 'W':
		return option_usec(opt, val, &o->wait);
	case 'w':
		return option_usec(opt, val, &o->deadline);
	}
	return option_from(val, o);
}

static bool option_flag(char opt, struct ping_opt *o)
{
	switch (opt) {
	case 'q':
		o->quiet = true;
		return true;
	case 'R':
		o->route = true;
		return true;
	case 'b':
		o->broadcast = true;
		return true;
	case 'f':
		o->flood = true;
		o->interval = 0;
		return true;
	}
	return opt == 'n';
}

/* One word of options, as getopt(3): flags together, a value close or apart. */
static int option_word(struct args *a, const char *word, struct ping_opt *o)
{
	const char *val;

	for (word++; *word; word++) {
		if (option_flag(*word, o))
			continue;
		if (!strchr("cistMWwI", *word))
			return dash_unknown(*word, "ping");
		val = word[1] ? word + 1 : args_next(a);
		return val ? option_value(*word, val, o) :
			     dash_no_value(*word);
	}
	return 0;
}

/* The one word that is no option. */
static int option_dst(const char *word, struct ping_opt *o, bool *have)
{
	if (*have) {
		args_wrong(word, "one address is enough");
		return PING_ERROR;
	}
	if (!strcmp(word, "help"))
		return ARG_HELP;
	if (parse_addr(word, &o->dst)) {
		args_wrong(word, "an address such as 10.9.0.1 is expected");
		return PING_ERROR;
	}
	*have = true;
	return 0;
}

/**
 * ping_options - read the command line
 * @a: the words behind the object
 * @o: result
 *
 * Return: 0, PING_ERROR with a message, or ARG_HELP.
 */
int ping_options(struct args *a, struct ping_opt *o)
{
	bool have_dst = false, options = true;
	const char *word;
	int ret = 0;

	*o = (struct ping_opt){
		.interval = SECOND, .wait = 10 * SECOND, .size = 56, .pmtu = -1,
	};
	while (!ret && (word = args_next(a))) {
		if (options && !strcmp(word, "--"))
			options = false;
		else if (options && word[0] == '-' && word[1])
			ret = option_word(a, word, o);
		else
			ret = option_dst(word, o, &have_dst);
	}
	if (!ret && o->flood && o->interval < INTERVAL_USER && geteuid()) {
		fprintf(stderr,
			"Error: only root may flood; others add -i 0.002 or more.\n");
		return PING_ERROR;
	}
	if (ret || have_dst)
		return ret;
	fprintf(stderr, "Error: ping wants an address. Try \"xip ping help\".\n");
	return PING_ERROR;
}
