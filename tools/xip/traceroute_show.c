// SPDX-License-Identifier: GPL-2.0
/*
 * What `xip traceroute` prints, in traceroute(8)'s form or as one JSON object.
 *
 * In: hops in their order, each once all its probes have an end.
 */
#include <arpa/inet.h>
#include <linux/icmp.h>
#include <stdio.h>

#include "out.h"
#include "traceroute.h"
#include "xip.h"

/**
 * trace_show_header - the first line
 * @o: the options
 */
void trace_show_header(const struct trace_opt *o)
{
	char dst[INET_ADDRSTRLEN];

	inet_ntop(AF_INET, &o->dst, dst, sizeof(dst));
	out_open(NULL);
	out_str("dst", NULL, dst);
	out_uint("max_hops", NULL, o->hops);
	out_uint("bytes", NULL, o->bytes);
	out_list("hops");
	out_text("traceroute to %s (%s), %u hops max, %u byte packets\n", dst,
		 dst, o->hops, o->bytes);
	fflush(stdout);
}

/**
 * trace_is_end - does a probe's answer say that there is no going on?
 * @p: the probe
 *
 * Return: true for an answer of the destination, and for each way to say that
 * it cannot be reached.
 */
bool trace_is_end(const struct trace_probe *p)
{
	return p->state == PROBE_REPLY ||
	       (p->state == PROBE_ERROR && p->icmp.type != ICMP_TIME_EXCEEDED);
}

static void show_probe(const struct trace_probe *p, bool name)
{
	char mark[ICMP_TEXT_MAX] = "";
	char addr[INET_ADDRSTRLEN];

	out_open(NULL);
	if (p->state != PROBE_ERROR && p->state != PROBE_REPLY) {
		out_true("timeout", " *");
		out_close();
		return;
	}
	inet_ntop(AF_INET, &p->from, addr, sizeof(addr));
	out_str("addr", NULL, addr);
	out_ms("rtt", p->rtt / 1000.0);
	if (name)
		out_text(" %s", addr);
	out_text("  %.3f ms", p->rtt / 1000.0);
	if (p->state == PROBE_ERROR) {
		icmp_mark(&p->icmp, mark, sizeof(mark));
		out_uint("type", NULL, p->icmp.type);
		out_uint("code", NULL, p->icmp.code);
	}
	if (*mark)
		out_str("mark", " %s", mark);
	out_close();
}

/* Who answered is said once, and again where it is another. */
static bool is_new(const struct trace_probe *probes, unsigned int i)
{
	unsigned int k = i;

	while (k--)
		if (probes[k].state == PROBE_ERROR ||
		    probes[k].state == PROBE_REPLY)
			return probes[k].from != probes[i].from;
	return true;
}

/**
 * trace_show_hop - the line of one hop
 * @o: the options
 * @ttl: which one
 * @probes: its probes, all with an end
 */
void trace_show_hop(const struct trace_opt *o, unsigned int ttl,
		    const struct trace_probe *probes)
{
	unsigned int i;

	out_open(NULL);
	out_uint("ttl", "%2llu ", ttl);
	out_list("probes");
	for (i = 0; i < o->queries; i++)
		show_probe(&probes[i], is_new(probes, i));
	out_list_end();
	out_close();
	out_text("\n");
	fflush(stdout);
}

/**
 * trace_show_end - what stands behind the last hop
 * @reached: the destination itself has answered
 */
void trace_show_end(bool reached)
{
	out_list_end();
	if (reached)
		out_true("reached", NULL);
	out_close();
}
