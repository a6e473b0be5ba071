// SPDX-License-Identifier: GPL-2.0
/*
 * The options of `xip traceroute`, named as traceroute(8) names them.
 *
 * In: the words behind the object. Out: struct trace_opt, or a message on
 * stderr and TRACE_USAGE.
 */
#include <net/if.h>
#include <stdio.h>
#include <string.h>

#include "dash.h"
#include "traceroute.h"
#include "xip.h"

#define SECOND	1000000ULL

const char trace_help[] =
"Usage: xip traceroute [ -f TTL ] [ -m HOPS ] [ -q PROBES ] [ -w SECONDS ]\n"
"                      [ -p PORT ] [ -s A ] [ -i D ] [ -n ] A [ BYTES ]\n"
"  -f   time to live to begin with (1)\n"
"  -m   most hops to follow (30)\n"
"  -q   probes a hop (3)\n"
"  -w   how long to wait for an answer (5)\n"
"  -p   destination port of the first probe, each next has the next (33434)\n"
"  -s   send from an address\n"
"  -i   send through a device\n"
"  -n   numbers only; always so\n"
"  BYTES of a probe, with its headers (60)\n"
"A line a hop: who answered, and how long each probe took; * for no answer.\n"
"Marks: !N network, !H host, !P protocol unreachable, !F-MTU fragmentation\n"
"needed, !S source route failed, !X prohibited, !V !C precedence, !<CODE> any\n"
"other. UDP probes and the socket's error queue: nobody needs to be root.\n"
"Exit status: 0 done, 1 a probe could not be sent, 2 wrong usage.\n";

static int option_value(char opt, const char *val, struct trace_opt *o)
{
	switch (opt) {
	case 'f':
		return dash_u32(opt, val, 1, TRACE_HOPS_MAX, &o->first);
	case 'm':
		return dash_u32(opt, val, 1, TRACE_HOPS_MAX, &o->hops);
	case 'q':
		return dash_u32(opt, val, 1, TRACE_QUERIES_MAX, &o->queries);
	case 'p':
		return dash_u32(opt, val, 1, 65535, &o->port);
	case 'w':
		if (!parse_usec(val, 86400 * SECOND, &o->wait) && o->wait)
			return 0;
		return dash_wrong(opt, val, "seconds such as 1 or 0.2 are expected");
	case 's':
		if (!parse_addr(val, &o->src) && o->src)
			return 0;
		return dash_wrong(opt, val, "an address such as 10.9.0.1 is expected");
	}
	if (!*val || strlen(val) >= IFNAMSIZ)
		return dash_wrong(opt, val, "no device can have that name");
	o->dev = val;
	return 0;
}

/* One word of options: flags, then perhaps one with a value. */
static int option_word(struct args *a, const char *word, struct trace_opt *o)
{
	const char *val;

	while (*++word == 'n')
		;
	if (!*word)
		return 0;
	if (!strchr("fmqpwsi", *word))
		return dash_unknown(*word, "traceroute");
	val = word[1] ? word + 1 : args_next(a);
	return val ? option_value(*word, val, o) : dash_no_value(*word);
}

/* The words that are no options: an address, then perhaps a length. */
static int plain_word(const char *word, unsigned int nth, struct trace_opt *o)
{
	if (!nth && !strcmp(word, "help"))
		return ARG_HELP;
	if (!nth && !parse_addr(word, &o->dst) && o->dst)
		return 0;
	if (nth == 1 && !parse_u32(word, TRACE_BYTES_MAX, &o->bytes) &&
	    o->bytes >= TRACE_BYTES_MIN)
		return 0;
	args_wrong(word, !nth ? "an address such as 10.9.0.1 is expected" :
		   nth > 1 ? "one address and one length are enough" :
		   "a length from 28 to 65000 is expected");
	return TRACE_USAGE;
}

static int check(const struct trace_opt *o, unsigned int plain)
{
	if (!plain) {
		fprintf(stderr,
			"Error: traceroute wants an address. Try \"xip traceroute help\".\n");
		return TRACE_USAGE;
	}
	if (o->first > o->hops) {
		fprintf(stderr, "Error: -f is beyond -m.\n");
		return TRACE_USAGE;
	}
	if (o->port + (o->hops - o->first + 1) * o->queries > 65536) {
		fprintf(stderr,
			"Error: there are not enough ports behind -p for so many probes.\n");
		return TRACE_USAGE;
	}
	return 0;
}

/**
 * trace_options - read the command line
 * @a: the words behind the object
 * @o: result
 *
 * Return: 0, TRACE_USAGE with a message, or ARG_HELP.
 */
int trace_options(struct args *a, struct trace_opt *o)
{
	unsigned int plain = 0;
	bool options = true;
	const char *word;
	int ret = 0;

	*o = (struct trace_opt){
		.first = 1, .hops = 30, .queries = 3, .port = 33434,
		.bytes = 60, .wait = 5 * SECOND,
	};
	while (!ret && (word = args_next(a))) {
		if (options && !strcmp(word, "--"))
			options = false;
		else if (options && word[0] == '-' && word[1])
			ret = option_word(a, word, o);
		else
			ret = plain_word(word, plain++, o);
	}
	return ret ? ret : check(o, plain);
}
