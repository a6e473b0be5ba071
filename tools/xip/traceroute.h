/* SPDX-License-Identifier: GPL-2.0 */
/* The parts of `xip traceroute`: options, probes, what is shown. */
#ifndef XIP_TRACEROUTE_H
#define XIP_TRACEROUTE_H

#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>

#include "errq.h"

struct args;

/* traceroute(8)'s exit statuses differ from the other objects'. */
#define TRACE_FAILED	1	/* a probe could not be sent */
#define TRACE_USAGE	2

#define TRACE_HOPS_MAX		255
#define TRACE_QUERIES_MAX	10
#define TRACE_BYTES_MIN		28	/* XIP and UDP headers */
#define TRACE_BYTES_MAX		65000

/**
 * struct trace_opt - what the command line asks for
 * @dst: whose way to follow, network byte order
 * @src: address to send from, network byte order, or 0
 * @dev: device to send by, or NULL
 * @first: TTL to begin with
 * @hops: TTL to end with
 * @queries: probes a hop
 * @port: destination port of the first probe; each has one of its own
 * @bytes: of a probe, with its headers
 * @wait: for an answer, in microseconds
 */
struct trace_opt {
	__be32 dst, src;
	const char *dev;
	__u32 first, hops, queries, port, bytes;
	__u64 wait;
};

/**
 * enum trace_state - what has become of a probe
 * @PROBE_NEW: not sent yet
 * @PROBE_SENT: no answer so far
 * @PROBE_TIMEOUT: no answer in time
 * @PROBE_ERROR: an ICMP error came for it
 * @PROBE_REPLY: somebody listens there, and has answered
 */
enum trace_state {
	PROBE_NEW,
	PROBE_SENT,
	PROBE_TIMEOUT,
	PROBE_ERROR,
	PROBE_REPLY,
};

/**
 * struct trace_probe - one probe
 * @state: what has become of it
 * @sent: when it left, in microseconds
 * @rtt: round trip in microseconds
 * @from: who answered, network byte order
 * @icmp: with which error
 */
struct trace_probe {
	enum trace_state state;
	__u64 sent, rtt;
	__be32 from;
	struct icmp_error icmp;
};

int trace_options(struct args *a, struct trace_opt *o);
void trace_show_header(const struct trace_opt *o);
void trace_show_hop(const struct trace_opt *o, unsigned int ttl,
		    const struct trace_probe *probes);
bool trace_is_end(const struct trace_probe *p);
void trace_show_end(bool reached);

extern const char trace_help[];

#endif /* XIP_TRACEROUTE_H */
