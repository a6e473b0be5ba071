/* SPDX-License-Identifier: GPL-2.0 */
/* What the files of the benchmark share. */
#ifndef BENCH_H
#define BENCH_H

#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#define BENCH_PORT	5000
#define BENCH_PROTO	0x88B7		/* of the frames of the floor */

/**
 * struct bench_path - from where to where a row sends
 * @family: AF_INET, AF_XINET or AF_PACKET
 * @from: namespace of the sender, a name as `ip netns` knows it
 * @to: namespace of the receiver
 * @dev: AF_PACKET: the device in both namespaces
 * @dst: address of the receiver, dotted quad
 * @bytes: payload of a datagram
 * @unconnected: name the destination with each datagram
 * @send_only: nobody receives
 */
struct bench_path {
	int family;
	const char *from;
	const char *to;
	const char *dev;
	const char *dst;
	size_t bytes;
	int unconnected;
	int send_only;
};

/**
 * struct bench_ends - the two sockets of a row, in two namespaces
 * @tx: sends
 * @rx: receives
 * @dst: whom @tx sends to
 * @dst_len: bytes of @dst, 0 where @tx is connected
 */
struct bench_ends {
	int tx;
	int rx;
	struct sockaddr_storage dst;
	socklen_t dst_len;
};

/* counter.c */
double counter_calibrate(void);
void counter_report(uint64_t *ticks, int n);

static inline uint64_t counter_read(void)
{
	uint32_t lo, hi;

	__asm__ volatile("lfence; rdtsc; lfence"
			 : "=a" (lo), "=d" (hi) : : "memory");
	return (uint64_t)hi << 32 | lo;
}

/* flows.c */
void flows_measure(const struct bench_ends *ends, size_t len, int flows,
		   int again);

/* ends.c */
void ends_open(const struct bench_path *path, struct bench_ends *ends);

#endif /* BENCH_H */
