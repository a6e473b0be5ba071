/* SPDX-License-Identifier: GPL-2.0 */
/* The parts of `xip ping`: options, one echo, errors, the loop, the sums. */
#ifndef XIP_PING_H
#define XIP_PING_H

#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct args;
struct msghdr;

/*
 * ping(8)'s exit statuses, which differ from the other objects': 1 says that
 * no answer came, so a wrong command line is one of the other errors.
 */
#define PING_NONE	1
#define PING_ERROR	2

#define PING_DATA_MAX	65507	/* 65535 less the XIP and ICMP headers */
#define PING_SEQS	65536

/**
 * struct ping_opt - what the command line asks for
 * @dst: whom to ask, network byte order
 * @src: address to bind, network byte order, or 0
 * @dev: device to bind, or NULL
 * @count: echoes to send, 0 for no end
 * @interval: between two echoes, in microseconds
 * @wait: for an answer if there was none so far, in microseconds
 * @deadline: of the whole run, in microseconds, or 0
 * @size: data bytes behind the ICMP header
 * @ttl: of the echoes, or 0 for the default
 * @pmtu: IP_PMTUDISC_*, or -1 for the default
 * @broadcast: @dst may be a broadcast address
 * @quiet: only the summary
 * @flood: a character an echo and an answer, in place of lines
 * @route: record the route
 */
struct ping_opt {
	__be32 dst, src;
	const char *dev;
	__u64 count;
	__u64 interval, wait, deadline;
	__u32 size, ttl;
	int pmtu;
	bool broadcast, quiet, flood, route;
};

/**
 * struct ping_run - a run and what it has seen
 * @opt: its options
 * @fd: the ping socket
 * @sent_at: when each sequence number was sent, in microseconds
 * @answered: sequence numbers that were answered, one bit each
 * @sent: echoes sent
 * @received: answers, without duplicates
 * @dups: answers to what had been answered
 * @reordered: answers that came behind that of a later echo
 * @highest: sequence number of the latest echo that was answered
 * @errors: errors that came back, from sending or later
 * @signals: readable when the user interrupts
 * @start: when the run began, in microseconds
 * @last: when the last echo was sent, in microseconds
 * @min: shortest round trip, in microseconds
 * @max: longest
 * @sum: of all, @timed of them
 * @sum2: of their squares
 * @ewma: moving average of the round trips, in microseconds
 * @timed: round trips in @sum
 */
struct ping_run {
	const struct ping_opt *opt;
	int fd, signals;
	__u64 sent_at[PING_SEQS];
	__u8 answered[PING_SEQS / 8];
	__u64 sent, received, dups, reordered, errors;
	__u16 highest;
	__u64 start, last;
	__u64 min, max, timed;
	double sum, sum2, ewma;
};

int ping_options(struct args *a, struct ping_opt *o);
int ping_socket(const struct ping_opt *o);
__u64 ping_now(void);
const char *ping_dst(const struct ping_run *r);
int ping_open(void);
bool ping_is_raw(void);
void ping_raw_finish(void *msg, size_t len);
ssize_t ping_raw_take(const __u8 *buf, size_t len, const __u8 **msg);
void ping_send(struct ping_run *r);
bool ping_receive(struct ping_run *r);
int ping_errors(struct ping_run *r);
void ping_count_error(struct ping_run *r, const char *what);
void ping_flood_char(char c);
void ping_summary(const struct ping_run *r);
void ping_status(const struct ping_run *r);
int ping_route_ask(int fd);
void ping_route_print(struct msghdr *msg);

extern const char ping_help[];

#endif /* XIP_PING_H */
