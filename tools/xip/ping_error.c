// SPDX-License-Identifier: GPL-2.0
/*
 * Errors of a ping: those that come back about an echo, and those of sending.
 *
 * In: the socket's error queue. Out: a line each, in ping(8)'s words, and the
 * count.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/icmp.h>
#include <stdio.h>
#include <string.h>

#include "errq.h"
#include "ping.h"
#include "xip.h"

static bool silent(const struct ping_run *r)
{
	return r->opt->quiet || xip_opt.json;
}

/**
 * ping_count_error - count the error of a call
 * @r: the run
 * @what: the call; errno says what is wrong with it
 */
void ping_count_error(struct ping_run *r, const char *what)
{
	r->errors++;
	if (r->opt->flood)
		ping_flood_char('E');
	else if (!silent(r))
		fprintf(stderr, "ping: %s: %s\n", what, strerror(errno));
}

static void local_error(struct ping_run *r, const struct errq_entry *e)
{
	r->errors++;
	if (r->opt->flood)
		ping_flood_char('E');
	else if (silent(r))
		return;
	else if (e->error == EMSGSIZE)
		fprintf(stderr,
			"ping: local error: message too long, mtu=%u\n",
			e->icmp.info);
	else
		fprintf(stderr, "ping: local error: %s\n", strerror(e->error));
}

/* Of an echo that this run has sent: its sequence number; else -1. */
static int echo_of(const struct ping_run *r, const struct errq_entry *e)
{
	struct icmphdr icmph;
	unsigned int seq;

	if (e->len < sizeof(icmph) || e->dst != r->opt->dst)
		return -1;
	memcpy(&icmph, e->data, sizeof(icmph));
	seq = ntohs(icmph.un.echo.sequence);
	return icmph.type == ICMP_ECHO && r->sent_at[seq] ? (int)seq : -1;
}

static void icmp_error(struct ping_run *r, const struct errq_entry *e)
{
	char addr[INET_ADDRSTRLEN], text[ICMP_TEXT_MAX];
	int seq = echo_of(r, e);

	if (seq < 0)
		return;
	r->errors++;
	if (r->opt->flood) {
		ping_flood_char('E');
		return;
	}
	if (silent(r))
		return;
	inet_ntop(AF_INET, &e->from, addr, sizeof(addr));
	icmp_text(&e->icmp, text, sizeof(text));
	printf("From %s icmp_seq=%d %s\n", addr, seq, text);
	fflush(stdout);
}

/**
 * ping_errors - take all that the error queue has
 * @r: the run
 *
 * Return: 0 if it was empty, -1 if all were errors of our own sending, 1 if
 * some came from the network.
 */
int ping_errors(struct ping_run *r)
{
	struct errq_entry e;
	int ret = 0;

	while (errq_next(r->fd, &e)) {
		if (e.local) {
			local_error(r, &e);
			ret = ret ? ret : -1;
		} else {
			icmp_error(r, &e);
			ret = 1;
		}
	}
	return ret;
}
