// SPDX-License-Identifier: GPL-2.0
/*
 * What the first datagram of a flow costs: one socket sends to ever other
 * ports, and where these are used up to the next address. The receiver's side
 * ends in a hook (modules/xdrop.c), so only the sending is counted. Or the
 * second datagrams of all of them, each once more in a scattered order: what it
 * costs to find one flow among so many.
 */
#include <arpa/inet.h>
#include <err.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <netinet/in.h>

#include "bench.h"

#define FIRST_PORT	1024
#define PORTS		64000

/* struct sockaddr_xin has the layout of struct sockaddr_in. */
static struct sockaddr_in flow(const struct bench_ends *ends, int i)
{
	struct sockaddr_in dst;

	memcpy(&dst, &ends->dst, sizeof(dst));
	dst.sin_port = htons(FIRST_PORT + i % PORTS);
	dst.sin_addr.s_addr = htonl(ntohl(dst.sin_addr.s_addr) + i / PORTS);
	return dst;
}

static void send_to(const struct bench_ends *ends, const void *out, size_t len,
		    const struct sockaddr_in *dst)
{
	if (sendto(ends->tx, out, len, 0, (const struct sockaddr *)dst,
		   sizeof(*dst)) != (ssize_t)len)
		err(1, "sendto");
}

/* A step through all flows that is no neighbour of the one before. */
static int scattered(int i, int flows)
{
	return (int)((uint64_t)i * 1000003 % flows);
}

/**
 * flows_measure - count the instructions of sending to many flows
 * @ends: only the sender is used
 * @len: bytes of a datagram
 * @flows: how many; prime to 1000003
 * @again: not their first datagrams count, but others after all of these
 *
 * Prints "MEDIAN MINIMUM MAXIMUM". Ends the program on any failure.
 */
void flows_measure(const struct bench_ends *ends, size_t len, int flows,
		   int again)
{
	uint64_t *ticks = calloc(flows, sizeof(*ticks));
	unsigned char *out = malloc(len);

	if (!ticks || !out)
		errx(1, "out of memory");
	memset(out, 0xa5, len);
	/* the first ones to an address wait for the neighbour to answer */
	for (int i = 0; i < flows; i += PORTS) {
		struct sockaddr_in dst = flow(ends, i);

		dst.sin_port = htons(1);
		send_to(ends, out, len, &dst);
		usleep(100000);
	}
	for (int i = 0; again && i < flows; i++) {
		struct sockaddr_in dst = flow(ends, i);

		send_to(ends, out, len, &dst);
	}
	for (int i = 0; i < flows; i++) {
		struct sockaddr_in dst = flow(ends, again ? scattered(i, flows) :
							    i);
		uint64_t start = counter_read();

		send_to(ends, out, len, &dst);
		ticks[i] = counter_read() - start;
	}
	counter_report(ticks, flows);
	free(out);
	free(ticks);
}
