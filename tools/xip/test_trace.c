// SPDX-License-Identifier: GPL-2.0
/*
 * Unit tests of the journeys of xip trace: what became of a packet, when it is
 * over, how fast 100,000 events are done, what any events do to the picture.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "out.h"
#include "svg.h"
#include "trace_gather.h"
#include "trace_show.h"
#include "trace_svg.h"
#include "xip.h"

struct xip_options xip_opt;

static struct tr_gather gather;
static struct tr_svg svg = { .base = "" };
static unsigned int tests, failed, done;
static char verdicts[256];

const char *tr_ns_name(unsigned int netns)
{
	return netns % 3 ? "client" : "<&\"\x1b\xff>";
}

static void result(bool ok, const char *name)
{
	printf("%sok %u %s\n", ok ? "" : "not ", ++tests, name);
	failed += !ok;
}

/* "name text" as event of packet @id at @when. */
static void event(unsigned long long id, unsigned long long parent,
		  unsigned long long when, const char *words)
{
	struct tr_event e = {
		.when = when, .id = id, .parent = parent, .netns = 1,
		.dev = "eth0", .saddr = htonl(0x0a090001),
		.daddr = htonl(0x0a090002), .sport = 5, .dport = 7, .len = 33,
		.proto = IPPROTO_UDP,
	};
	size_t name = strcspn(words, " ");

	snprintf(e.name, sizeof(e.name), "%.*s", (int)name, words);
	e.rest = strdup(words + name + !!words[name]);
	tr_gather_event(&gather, &e);
}

static void note_verdict(struct tr_journey *j, void *arg)
{
	size_t n = strlen(verdicts);

	(void)arg;
	done++;
	snprintf(verdicts + n, sizeof(verdicts) - n, "%s%s%s%s;", j->verdict,
		 j->waits ? ", waits" : "", j->late ? ", late" : "",
		 j->way == TR_REPLY ? ", reply" : "");
}

static void begin(void (*func)(struct tr_journey *j, void *arg))
{
	static const struct tr_match any = {
		.proto = -1, .sport = -1, .dport = -1,
	};

	memset(&gather, 0, sizeof(gather));
	gather.match = &any;
	gather.done = func;
	verdicts[0] = '\0';
	done = 0;
}

/* Events, parted by "|", and what becomes of their packet. */
static const char * const rows[][2] = {
	{ "stage xip_local_out", "on its way, waits;" },
	{ "stage xneigh_output|neigh known nexthop=1", "left;" },
	{ "neigh mapped nexthop=1", "left;" },
	{ "neigh ask x|neigh queued x", "waits for its neighbour, waits;" },
	{ "neigh queued x|neigh known x", "left;" },
	{ "stage xudp_rcv|queue queued x", "not read yet, waits;" },
	{ "queue queued x|queue read x", "delivered;" },
	{ "stage xicmp_rcv", "delivered;" },
	{ "drop reason=NoSocket func=f", "dropped;" },
	{ "neigh known x|drop reason=DeviceDown func=f", "dropped;" },
	/* a copy is none of the datagram's */
	{ "queue queued x|stage xicmp_rcv|drop reason=NoSocket func=f",
	  "not read yet, waits;" },
	{ "queue queued x|drop reason=NoSocket func=f|queue read x",
	  "delivered;" },
	{ "neigh queued x|drop reason=NeighFailed func=f", "dropped;" },
	{ "ct found ctinfo=3 x|neigh known x", "left, reply;" },
	{ "ct created ctinfo=2 x|neigh known x", "left;" },
	{ "odd thing", "on its way, waits;" },
	{ "hook", "on its way, waits;" },
};

static void test_verdicts(void)
{
	unsigned int i, n;
	char words[256], *at, *word;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		begin(note_verdict);
		snprintf(words, sizeof(words), "%s", rows[i][0]);
		at = words;
		for (n = 1; (word = strsep(&at, "|")); n++)
			event(1, 0, n, word);
		tr_gather_flush(&gather);
		if (strcmp(verdicts, rows[i][1]))
			printf("# got '%s', want '%s'\n", verdicts, rows[i][1]);
		result(!strcmp(verdicts, rows[i][1]), rows[i][0]);
	}
}

#define MSEC	1000000ULL

static void test_sweep(void)
{
	begin(note_verdict);
	event(1, 0, 0, "drop reason=NoSocket func=f");
	event(2, 0, 0, "neigh queued x");
	tr_gather_sweep(&gather, 199 * MSEC);
	result(!done, "nothing is over before it was quiet");
	tr_gather_sweep(&gather, 200 * MSEC);
	result(!strcmp(verdicts, "dropped;"), "what has ended is");
	tr_gather_sweep(&gather, 3999 * MSEC);
	result(done == 1, "what waits is not");
	tr_gather_sweep(&gather, 4000 * MSEC);
	result(done == 2, "until it has waited long enough");
	event(2, 0, 4001 * MSEC, "neigh known x");
	tr_gather_flush(&gather);
	result(strstr(verdicts, "left, late;"), "and then it goes on");
	result(!gather.events && !gather.oldest && !gather.newest,
	       "nothing is left");
}

static void test_order(void)
{
	begin(note_verdict);
	event(1, 0, 30, "queue read x");
	event(1, 0, 10, "stage xudp_rcv");
	event(1, 0, 20, "queue queued x");
	tr_gather_flush(&gather);
	result(!strcmp(verdicts, "delivered;"), "steps are put in order");
}

static void print(struct tr_journey *j, void *arg)
{
	(void)arg;
	done++;
	tr_print(j);
}

static double seconds(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

/* Of 4,000 packets, mixed. */
static void test_many(bool json)
{
	FILE *real = stdout, *null = fopen("/dev/null", "w");
	unsigned int i, left = 0, most = 0;
	double start = seconds(), took;

	begin(print);
	xip_opt.json = json;
	stdout = null;
	out_start();
	for (i = 0; i < 100000; i++) {
		event(1 + i % 40 + i / 1000 * 40, 0, i * MSEC / 10,
		      i % 1000 < 960 ? "stage xip_rcv" :
				       "drop reason=NoSocket func=f");
		if (i % 500 == 0)
			tr_gather_sweep(&gather, i * MSEC / 10);
		left = gather.events;
		if (left > most)
			most = left;
	}
	tr_gather_flush(&gather);
	out_stop();
	stdout = real;
	fclose(null);
	xip_opt.json = false;
	took = seconds() - start;
	printf("# %.2f s, at most %u events are kept\n", took, most);
	result(done == 4000 && took < 10 && most < 10000,
	       json ? "100,000 events as JSON" : "100,000 events as text");
}

/* Every element is closed, and nothing outside of them but text. */
static bool balanced(const char *s)
{
	const char *open[64];
	unsigned int depth = 0;
	size_t n;

	for (; (s = strchr(s, '<')); s++) {
		n = strcspn(s + 1, " >/");
		if (s[1] == '/') {
			n = strcspn(s + 2, ">");
			if (!depth || strncmp(open[--depth], s + 2, n))
				return false;
		} else if (*(strchr(s, '>') - 1) != '/') {
			if (depth == ARRAY_SIZE(open) || !n)
				return false;
			open[depth++] = s + 1;
		}
	}
	return !depth;
}

static void draw(struct tr_journey *j, void *arg)
{
	(void)arg;
	tr_svg_take(&svg, j);
}

static bool picture_is_whole(void)
{
	size_t size;
	char *text;
	FILE *f = open_memstream(&text, &size);
	bool ok;

	tr_svg_draw(&svg, f);
	tr_svg_free(&svg);
	memset(&svg, 0, sizeof(svg));
	svg.base = "";
	fclose(f);
	ok = !strncmp(text, "<svg", 4) && balanced(text) &&
	     !strpbrk(text, "\x1b\xff");
	if (!ok)
		puts(text);
	free(text);
	return ok;
}

static void odd_event(unsigned int id)
{
	static const char * const words[] = {
		"stage xip_rcv", "stage xip_fragment", "stage <&>",
		"hook PRE_ROUTING f verdict=ACCEPT ct=0", "hook", "hook x",
		"hook LOCAL_IN \x1b\xff verdict=DROP", "route in unicast err=0",
		"route", "route in - err=-101", "route in - err=-99999999",
		"neigh known nexthop=1", "neigh queued", "ct found ct=1", "ct",
		"nat source to 1.2.3.4:5 > 6.7.8.9:10", "nat", "nat x to y > z",
		"frag cut offset=0", "frag queued", "frag whole", "frag",
		"queue sent comm=\"<x>\" pid=1", "queue queued", "queue read",
		"drop reason=NoSocket func=f", "drop", "drop reason=<&> func=",
		"", "odd",
	};
	struct tr_event e = {
		.when = rand() % 1000, .id = id, .netns = rand() % 12,
		.saddr = rand(), .sport = rand() % 9, .proto = rand() % 20,
		.len = rand() % 65536,
	};
	const char *w = words[rand() % ARRAY_SIZE(words)];
	size_t name = strcspn(w, " ");

	if (rand() % 3 == 0) {
		e.parent = id;
		e.id = 1000 + rand() % 20;
	}
	snprintf(e.dev, sizeof(e.dev), "%s", rand() % 2 ? "" : "a<\x7f\xc3\xa9");
	snprintf(e.name, sizeof(e.name), "%.*s", (int)name, w);
	e.rest = strdup(w + name + !!w[name]);
	tr_gather_event(&gather, &e);
}

static void test_odd(void)
{
	unsigned int round, i;
	bool ok = true;

	srand(1);
	for (round = 0; round < 300 && ok; round++) {
		begin(draw);
		for (i = rand() % 400; i; i--)
			odd_event(rand() % (round % 12 + 1));
		tr_gather_flush(&gather);
		ok = picture_is_whole();
	}
	result(ok, "pictures of any events are whole");
}

static const struct {
	const char *in;
	unsigned int max;
	const char *out;
} strings[] = {
	{ "a<b>&\"'", 0, "a&lt;b&gt;&amp;&quot;&#39;" },
	{ "\x01\x1b\x7f\t\n", 0, "?????" },
	{ "\xc3\xa9\xe2\x86\x92", 0, "\xc3\xa9\xe2\x86\x92" },
	{ "\xc3\xff\xed\xa0\x80", 0, "?????" },
	{ "\xef\xbf\xbe\xef\xbf\xbf\xef\xbf\xbd", 0, "??\xef\xbf\xbd" },
	{ "abc", 3, "abc" },
	{ "abcd", 3, "ab\xe2\x80\xa6" },
	{ "<<<<", 3, "&lt;&lt;\xe2\x80\xa6" },
	{ "ab", 1, "\xe2\x80\xa6" },
	{ "", 3, "" },
};

static void test_strings(void)
{
	unsigned int i;
	bool ok = true;

	for (i = 0; i < ARRAY_SIZE(strings); i++) {
		size_t size;
		char *text;
		FILE *f = open_memstream(&text, &size);

		svg_string(f, strings[i].in, strings[i].max);
		fclose(f);
		if (strcmp(text, strings[i].out)) {
			printf("# row %u: %s\n", i, text);
			ok = false;
		}
		free(text);
	}
	result(ok, "strings of a picture are harmless");
}

int main(void)
{
	puts("KTAP version 1");
	test_verdicts();
	test_sweep();
	test_order();
	test_many(false);
	test_many(true);
	test_odd();
	test_strings();
	printf("1..%u\n", tests);
	return failed != 0;
}
