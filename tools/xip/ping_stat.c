// SPDX-License-Identifier: GPL-2.0
/*
 * What a ping amounts to: at its end, and when SIGQUIT asks.
 *
 * In: struct ping_run. Out: ping(8)'s lines, or one JSON object.
 */
#include <arpa/inet.h>
#include <math.h>
#include <stdio.h>
#include <unistd.h>

#include "out.h"
#include "ping.h"
#include "xip.h"

/**
 * ping_dst - the destination as text
 * @r: the run
 *
 * Return: a static string.
 */
const char *ping_dst(const struct ping_run *r)
{
	static char buf[INET_ADDRSTRLEN];

	return inet_ntop(AF_INET, &r->opt->dst, buf, sizeof(buf));
}

/* Mean and standard deviation of the round trips, in milliseconds. */
static void statistics(const struct ping_run *r, double *avg, double *mdev)
{
	double mean = r->sum / r->timed;
	double var = r->sum2 / r->timed - mean * mean;

	*avg = mean / 1000;
	*mdev = var > 0 ? sqrt(var) / 1000 : 0;
}

static void print_json(const struct ping_run *r, __u64 ms)
{
	double avg, mdev;

	out_open(NULL);
	out_str("dst", NULL, ping_dst(r));
	out_uint("transmitted", NULL, r->sent);
	out_uint("received", NULL, r->received);
	out_uint("duplicates", NULL, r->dups);
	out_uint("reordered", NULL, r->reordered);
	out_uint("errors", NULL, r->errors);
	out_uint("time", NULL, ms);
	if (r->timed) {
		statistics(r, &avg, &mdev);
		out_open("rtt");
		out_ms("min", r->min / 1000.0);
		out_ms("avg", avg);
		out_ms("max", r->max / 1000.0);
		out_ms("mdev", mdev);
		out_close();
	}
	out_close();
}

/**
 * ping_summary - what the run amounts to, in text or JSON
 * @r: the run
 */
void ping_summary(const struct ping_run *r)
{
	__u64 ms = (ping_now() - r->start) / 1000;
	double avg, mdev;

	if (xip_opt.json) {
		print_json(r, ms);
		return;
	}
	printf("\n--- %s ping statistics ---\n", ping_dst(r));
	printf("%llu packets transmitted, %llu received, ",
	       (unsigned long long)r->sent, (unsigned long long)r->received);
	if (r->dups)
		printf("+%llu duplicates, ", (unsigned long long)r->dups);
	if (r->errors)
		printf("+%llu errors, ", (unsigned long long)r->errors);
	if (r->sent)
		printf("%.4g%% packet loss, ",
		       r->received > r->sent ? 0.0 :
		       100.0 * (r->sent - r->received) / r->sent);
	printf("time %llums\n", (unsigned long long)ms);
	if (!r->timed)
		return;
	statistics(r, &avg, &mdev);
	printf("rtt min/avg/max/mdev = %.3f/%.3f/%.3f/%.3f ms\n",
	       r->min / 1000.0, avg, r->max / 1000.0, mdev);
}

/**
 * ping_status - how the run stands, on one line of stderr
 * @r: the run
 */
void ping_status(const struct ping_run *r)
{
	__u64 lost = r->sent > r->received ? r->sent - r->received : 0;

	fprintf(stderr, "\r%llu/%llu packets, %d%% loss",
		(unsigned long long)r->received, (unsigned long long)r->sent,
		r->sent ? (int)(100.0 * lost / r->sent) : 0);
	if (r->timed)
		fprintf(stderr, ", min/avg/ewma/max = %.3f/%.3f/%.3f/%.3f ms",
			r->min / 1000.0, r->sum / r->timed / 1000,
			r->ewma / 1000, r->max / 1000.0);
	fputc('\n', stderr);
}

/**
 * ping_flood_char - draw what -f shows of an echo
 * @c: a dot for one sent, a backspace for an answer, an E for an error
 */
void ping_flood_char(char c)
{
	if (xip_opt.json)
		return;
	if (c == 'E')
		fputs("\bE", stdout);
	else if (c == '\b')
		fputs("\b \b", stdout);
	else
		putchar(c);
	fflush(stdout);
}
