// SPDX-License-Identifier: GPL-2.0
/*
 * Datagrams at a steady pace, from one socket to another.
 *
 *	xpace RATE COUNT OUT IN
 *		Send COUNT datagrams by the connected socket OUT, RATE a second
 *		by the clock, and take what arrives at the socket IN. What is
 *		late is sent at once. Prints how many were sent, how many
 *		arrived, and how many microseconds the sending took.
 *
 * OUT and IN are descriptors that were inherited, of any namespace.
 */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

#define SECOND	1000000000ULL
#define PATIENCE	(10 * SECOND)

static uint64_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * SECOND + ts.tv_nsec;
}

static unsigned int take(int in)
{
	char data[64];
	unsigned int n = 0;

	while (recv(in, data, sizeof(data), MSG_DONTWAIT) >= 0)
		n++;
	return n;
}

int main(int argc, char **argv)
{
	unsigned int rate, count, sent = 0, arrived = 0;
	uint64_t start, took, over;
	int out, in;

	if (argc != 5)
		return 2;
	rate = atoi(argv[1]);
	count = atoi(argv[2]);
	out = atoi(argv[3]);
	in = atoi(argv[4]);
	for (start = now(); sent < count; arrived += take(in)) {
		if (now() < start + sent * SECOND / rate)
			continue;
		if (send(out, &sent, sizeof(sent), 0) < 0) {
			perror("send");
			return 1;
		}
		sent++;
	}
	took = now() - start;
	for (over = now() + PATIENCE; arrived < sent && now() < over;)
		arrived += take(in);
	printf("%u %u %llu\n", sent, arrived, (unsigned long long)took / 1000);
	return 0;
}
