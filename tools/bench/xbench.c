// SPDX-License-Identifier: GPL-2.0
/*
 * xbench: what one datagram costs, in instructions.
 *
 * One thread does both sides of a row: a round is one send and one receive
 * that finds the datagram delivered, since on one CPU the receive path runs
 * before the send returns. So all that happens between two readings of the
 * counter is the way of one datagram, from program to program.
 *
 *	xbench [OPTION…] FAMILY FROM TO DST BYTES
 *
 * prints "MEDIAN MINIMUM MAXIMUM".
 */
#define _GNU_SOURCE
#include <errno.h>
#include <err.h>
#include <getopt.h>
#include <linux/xinet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"

#define MAX_BYTES	65507

static const char usage[] =
	"usage: xbench [OPTION...] ipv4|xinet|packet FROM TO DST BYTES\n"
	"\n"
	"Send datagrams of BYTES from network namespace FROM to address DST in\n"
	"namespace TO and print the median, minimum and maximum of the number of\n"
	"instructions that one takes.\n"
	"\n"
	"  -u        the sender is not connected: name DST with each datagram\n"
	"  -f N      N datagrams, each the first of a flow, to DST and the addresses\n"
	"            after it; nobody receives, the sending is what counts\n"
	"  -a        with -f: not the first datagrams count, but the second ones\n"
	"  -d DEV    packet: the device in FROM and in TO (veth0)\n"
	"  -w N      rounds before those that count (200)\n"
	"  -n N      rounds that count (2000)\n";

static ssize_t send_one(const struct bench_ends *ends, const void *out,
			size_t len)
{
	if (!ends->dst_len)
		return send(ends->tx, out, len, 0);
	return sendto(ends->tx, out, len, 0,
		      (const struct sockaddr *)&ends->dst, ends->dst_len);
}

static int take_all(const struct bench_ends *ends, void *in, size_t len)
{
	int n = 0;

	while (recv(ends->rx, in, len, MSG_DONTWAIT) == (ssize_t)len)
		n++;
	return n;
}

/*
 * The first datagrams of a path wait for the neighbour to answer; a round
 * that counts has nothing to wait for.
 */
static void open_path(const struct bench_ends *ends, const void *out,
		      void *in, size_t len)
{
	for (int i = 0; i < 100; i++) {
		send_one(ends, out, len);
		usleep(20000);
		if (take_all(ends, in, len))
			return;
	}
	errx(1, "nothing arrives");
}

static uint64_t round_trip(const struct bench_ends *ends, const void *out,
			   void *in, size_t len)
{
	uint64_t start = counter_read(), end;
	ssize_t sent, got;

	sent = send_one(ends, out, len);
	got = recv(ends->rx, in, len, MSG_DONTWAIT);
	end = counter_read();

	if (sent != (ssize_t)len)
		errx(1, "send: %s", sent < 0 ? strerror(errno) : "cut short");
	if (got != (ssize_t)len)
		errx(1, "a datagram is lost: %s",
		     got < 0 ? strerror(errno) : "wrong length");
	return end - start;
}

static void measure(const struct bench_ends *ends, size_t len, int warmup,
		    int rounds)
{
	uint64_t *ticks = calloc(rounds, sizeof(*ticks));
	unsigned char *out = malloc(len), *in = malloc(len);

	if (!ticks || !out || !in)
		errx(1, "out of memory");
	memset(out, 0xa5, len);

	open_path(ends, out, in, len);
	for (int i = 0; i < warmup; i++)
		round_trip(ends, out, in, len);
	for (int i = 0; i < rounds; i++)
		ticks[i] = round_trip(ends, out, in, len);
	if (take_all(ends, in, len))
		errx(1, "more datagrams arrive than were sent");
	if (memcmp(in, out, len))
		errx(1, "what arrived is not what was sent");

	counter_report(ticks, rounds);
	free(in);
	free(out);
	free(ticks);
}

static int family_of(const char *name)
{
	if (!strcmp(name, "ipv4"))
		return AF_INET;
	if (!strcmp(name, "xinet"))
		return AF_XINET;
	if (!strcmp(name, "packet"))
		return AF_PACKET;
	errx(1, "no family: %s", name);
}

static long number(const char *text, long least, long most)
{
	char *end;
	long n = strtol(text, &end, 10);

	if (end == text || *end || n < least || n > most)
		errx(1, "%s: not from %ld to %ld", text, least, most);
	return n;
}

int main(int argc, char **argv)
{
	struct bench_path path = { .dev = "veth0" };
	struct bench_ends ends = {};
	int warmup = 200, rounds = 2000, flows = 0, again = 0, opt;

	while ((opt = getopt(argc, argv, "uf:ad:w:n:h")) != -1) {
		switch (opt) {
		case 'u':
			path.unconnected = 1;
			break;
		case 'f':
			flows = number(optarg, 1, 1000000);
			path.unconnected = 1;
			path.send_only = 1;
			break;
		case 'a':
			again = 1;
			break;
		case 'd':
			path.dev = optarg;
			break;
		case 'w':
			warmup = number(optarg, 0, 1000000);
			break;
		case 'n':
			rounds = number(optarg, 1, 1000000);
			break;
		case 'h':
			fputs(usage, stdout);
			return 0;
		default:
			fputs(usage, stderr);
			return 1;
		}
	}
	if (argc - optind != 5) {
		fputs(usage, stderr);
		return 1;
	}
	path.family = family_of(argv[optind]);
	path.from = argv[optind + 1];
	path.to = argv[optind + 2];
	path.dst = argv[optind + 3];
	path.bytes = number(argv[optind + 4], 0, MAX_BYTES);

	ends_open(&path, &ends);
	if (flows)
		flows_measure(&ends, path.bytes, flows, again);
	else
		measure(&ends, path.bytes, warmup, rounds);
	return 0;
}
