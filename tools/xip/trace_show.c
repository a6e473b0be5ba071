// SPDX-License-Identifier: GPL-2.0
/*
 * What trace events say, packet by packet.
 *
 * In: events of all packets, mixed. Out: a journey for each datagram, the
 * fragments that it was cut into included, or drops by reason; as text or JSON.
 */
#include <arpa/inet.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "names.h"
#include "out.h"
#include "trace.h"
#include "util.h"
#include "xip.h"

#define TR_ADDR_SIZE	32
#define TR_ENDS_SIZE	(2 * TR_ADDR_SIZE + 32)

/**
 * tr_ns_name - what a namespace is called
 * @netns: its inode
 *
 * Return: the name "ip netns" knows it by; else the number. Static, good
 * until the next call.
 */
const char *tr_ns_name(unsigned int netns)
{
	static char name[64];
	const struct dirent *d;
	char path[300];
	struct stat st;
	DIR *dir = opendir("/run/netns");

	snprintf(name, sizeof(name), "%u", netns);
	while (dir && (d = readdir(dir))) {
		snprintf(path, sizeof(path), "/run/netns/%s", d->d_name);
		if (!stat(path, &st) && st.st_ino == netns) {
			snprintf(name, sizeof(name), "%.63s", d->d_name);
			break;
		}
	}
	if (dir)
		closedir(dir);
	return name;
}

/**
 * tr_event_matches - is an event about what was asked for?
 * @e: the event
 * @match: what was asked for
 *
 * Return: true if it is.
 */
bool tr_event_matches(const struct tr_event *e, const struct tr_match *match)
{
	return prefix_covers(&match->src, e->saddr, 32) &&
	       prefix_covers(&match->dst, e->daddr, 32) &&
	       (match->proto < 0 || (int)e->proto == match->proto) &&
	       (match->sport < 0 || (int)e->sport == match->sport) &&
	       (match->dport < 0 || (int)e->dport == match->dport);
}

static unsigned long long tr_root(const struct tr_event *e)
{
	return e->parent ? e->parent : e->id;
}

static bool tr_any_matches(const struct tr_list *list, unsigned int from,
			   const struct tr_match *match)
{
	unsigned long long root = tr_root(&list->ev[from]);
	unsigned int i;

	for (i = from; i < list->n; i++)
		if (tr_root(&list->ev[i]) == root &&
		    tr_event_matches(&list->ev[i], match))
			return true;
	return false;
}

static void tr_end(char *buf, __be32 addr, unsigned int port, bool ports)
{
	char text[INET_ADDRSTRLEN];

	inet_ntop(AF_INET, &addr, text, sizeof(text));
	if (ports)
		snprintf(buf, TR_ADDR_SIZE, "%s:%u", text, port);
	else
		snprintf(buf, TR_ADDR_SIZE, "%s", text);
}

/* "10.0.0.1:5 > 10.0.0.2:7", or "10.0.0.1 > 10.0.0.2 type 8/0 id 5" */
static void tr_ends(char *buf, size_t size, const struct tr_event *e)
{
	bool icmp = e->proto == IPPROTO_ICMP;
	bool ports = !icmp && (e->sport || e->dport);
	char from[TR_ADDR_SIZE], to[TR_ADDR_SIZE];

	tr_end(from, e->saddr, e->sport, ports);
	tr_end(to, e->daddr, e->dport, ports);
	/* where others have ports, ICMP has type and code, and an id */
	if (icmp && (e->sport || e->dport))
		snprintf(buf, size, "%s > %s type %u/%u id %u", from, to,
			 e->dport >> 8, e->dport & 0xff, e->sport);
	else
		snprintf(buf, size, "%s > %s", from, to);
}

static bool tr_is(const struct tr_event *e, const char *name, const char *word)
{
	return !strcmp(e->name, name) &&
	       (!word || !strncmp(e->rest, word, strlen(word)));
}

/*
 * How a journey ended, by its last word; @drop is where, if no socket got it. A
 * socket that did has a copy, and the other one may end as a drop.
 */
static const char *tr_verdict(const struct tr_list *list, unsigned int from,
			      const struct tr_event **drop)
{
	unsigned long long root = tr_root(&list->ev[from]);
	const char *verdict = "on its way";
	bool got = false;
	unsigned int i;

	*drop = NULL;
	for (i = from; i < list->n; i++) {
		const struct tr_event *e = &list->ev[i];

		if (tr_root(e) != root)
			continue;
		got |= tr_is(e, "queue", "queued") || tr_is(e, "queue", "read");
		if (tr_is(e, "drop", NULL) && !*drop)
			*drop = e;
		if (tr_is(e, "queue", "read"))
			verdict = "delivered";
		else if (tr_is(e, "queue", "queued"))
			verdict = "not read yet";
		else if (tr_is(e, "neigh", "queued"))
			verdict = "waits for its neighbour";
		else if (tr_is(e, "neigh", "known") ||
			 tr_is(e, "neigh", "mapped"))
			verdict = "left";
		else if (tr_is(e, "stage", "xicmp_rcv") && !got)
			verdict = "delivered";
	}
	if (got)
		*drop = NULL;
	return *drop ? "dropped" : verdict;
}

/* Text of one step: what it is, before the words of the event itself. */
static const char *tr_mark(const struct tr_event *e)
{
	static const struct {
		const char *name, *mark;
	} marks[] = {
		{ "stage", "" }, { "hook", "* " }, { "route", "route " },
		{ "neigh", "neighbour " }, { "ct", "connection " },
		{ "nat", "NAT: " }, { "frag", "fragment " },
		{ "queue", "socket: " }, { "drop", "DROPPED: " },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(marks); i++)
		if (!strcmp(marks[i].name, e->name))
			return marks[i].mark;
	return "";
}

static void tr_json_event(const struct tr_event *e, unsigned long long start)
{
	out_open(NULL);
	out_uint("nsec", NULL, e->when - start);
	out_str("event", NULL, e->name);
	out_uint("id", NULL, e->id);
	if (e->parent)
		out_uint("parent", NULL, e->parent);
	out_str("netns", NULL, tr_ns_name(e->netns));
	out_uint("netns-inode", NULL, e->netns);
	if (e->dev[0])
		out_str("dev", NULL, e->dev);
	out_addr("src", NULL, e->saddr);
	out_uint("sport", NULL, e->sport);
	out_addr("dst", NULL, e->daddr);
	out_uint("dport", NULL, e->dport);
	out_uint("proto", NULL, e->proto);
	out_uint("len", NULL, e->len);
	out_str("text", NULL, e->rest);
	out_close();
}

static void tr_text_event(const struct tr_event *e, const struct tr_event *last,
			  unsigned long long start)
{
	const char *indent = e->parent ? "    | " : "    ";
	char ends[TR_ENDS_SIZE], before[TR_ENDS_SIZE] = "";

	if (!last || last->netns != e->netns ||
	    (e->dev[0] && strcmp(last->dev, e->dev)))
		out_text("  %s %s\n", out_clean(tr_ns_name(e->netns)),
			 out_clean(e->dev));
	if (e->parent && (!last || last->id != e->id))
		out_text("    | fragment #%llu, %u bytes\n", e->id, e->len);
	tr_ends(ends, sizeof(ends), e);
	if (last)
		tr_ends(before, sizeof(before), last);
	if (last && last->id == e->id && strcmp(ends, before))
		out_text("%s             ~ now %s\n", indent, ends);
	out_text("%s%+9.3f ms %s%s\n", indent, (e->when - start) / 1e6,
		 tr_mark(e), out_clean(e->rest));
}

static void tr_print_drop(const struct tr_event *drop)
{
	char reason[64], func[64];

	tr_value(drop, "reason", reason, sizeof(reason));
	tr_value(drop, "func", func, sizeof(func));
	out_str("reason", NULL, reason);
	out_str("function", NULL, func);
	out_str("advice", NULL, tr_advice(reason));
	out_text("  => dropped: %s, in %s (%s)\n     %s\n", reason, func,
		 tr_ns_name(drop->netns), tr_advice(reason));
}

static void tr_print_one(const struct tr_list *list, unsigned int from)
{
	const struct tr_event *e = &list->ev[from], *last = NULL, *drop;
	const char *verdict = tr_verdict(list, from, &drop);
	unsigned long long root = tr_root(e), start = e->when;
	char ends[TR_ENDS_SIZE];
	unsigned int i;

	tr_ends(ends, sizeof(ends), e);
	out_open(NULL);
	out_uint("id", NULL, root);
	out_text("#%llu %s %s, %u bytes\n", root,
		 names_get(names_ipproto, e->proto), ends, e->len);
	out_str("verdict", NULL, verdict);
	if (drop && xip_opt.json)
		tr_print_drop(drop);
	out_list("events");
	for (i = from; i < list->n; i++) {
		e = &list->ev[i];
		if (tr_root(e) != root)
			continue;
		if (xip_opt.json)
			tr_json_event(e, start);
		else
			tr_text_event(e, last, start);
		last = e;
	}
	out_list_end();
	if (!xip_opt.json && drop)
		tr_print_drop(drop);
	else
		out_text("  => %s\n", verdict);
	out_close();
}

/* Was this packet's beginning before? */
static bool tr_seen(const struct tr_list *list, unsigned int at)
{
	unsigned long long root = tr_root(&list->ev[at]);
	unsigned int i;

	for (i = 0; i < at; i++)
		if (tr_root(&list->ev[i]) == root)
			return true;
	return false;
}

/**
 * tr_print - the journeys of packets
 * @list: events
 * @match: which packets
 *
 * What is of no packet is no journey, but for routes that were not found.
 */
void tr_print(const struct tr_list *list, const struct tr_match *match)
{
	unsigned int i;

	out_start();
	for (i = 0; i < list->n; i++) {
		const struct tr_event *e = &list->ev[i];

		if (!e->id && tr_is(e, "route", NULL) &&
		    tr_event_matches(e, match)) {
			if (xip_opt.json)
				tr_json_event(e, e->when);
			else
				tr_text_event(e, NULL, e->when);
			continue;
		}
		if (!e->id || tr_seen(list, i) ||
		    !tr_any_matches(list, i, match))
			continue;
		tr_print_one(list, i);
	}
	out_stop();
}

static bool tr_same_drop(const struct tr_event *a, const struct tr_event *b)
{
	return a->netns == b->netns && !strcmp(a->rest, b->rest);
}

/* One line for the drops of a kind, of which @at is the first. */
static void tr_why_line(const struct tr_list *list, unsigned int at,
			const struct tr_match *match)
{
	const struct tr_event *e = &list->ev[at];
	char reason[64], func[64], ends[TR_ENDS_SIZE];
	unsigned int i, count = 0;

	for (i = 0; i < at; i++)
		if (tr_same_drop(&list->ev[i], e) &&
		    tr_event_matches(&list->ev[i], match))
			return;
	for (i = at; i < list->n; i++)
		count += tr_same_drop(&list->ev[i], e) &&
			 tr_event_matches(&list->ev[i], match);
	tr_value(e, "reason", reason, sizeof(reason));
	tr_value(e, "func", func, sizeof(func));
	tr_ends(ends, sizeof(ends), e);
	out_open(NULL);
	out_uint("count", NULL, count);
	out_str("reason", NULL, reason);
	out_str("function", NULL, func);
	out_str("netns", NULL, tr_ns_name(e->netns));
	out_str("dev", NULL, e->dev);
	out_str("first", NULL, ends);
	out_str("advice", NULL, tr_advice(reason));
	out_text("%6u %s in %s (%s %s), first %s\n       %s\n", count, reason,
		 func, tr_ns_name(e->netns), out_clean(e->dev), ends,
		 tr_advice(reason));
	out_close();
}

/**
 * tr_print_why - drops by reason
 * @list: events
 * @match: of which packets
 */
void tr_print_why(const struct tr_list *list, const struct tr_match *match)
{
	unsigned int i;

	out_start();
	for (i = 0; i < list->n; i++)
		if (tr_is(&list->ev[i], "drop", NULL) &&
		    tr_event_matches(&list->ev[i], match))
			tr_why_line(list, i, match);
	out_stop();
}
