// SPDX-License-Identifier: GPL-2.0
/*
 * xip traceroute.
 *
 * In: options and an address. Out: a line a hop. UDP datagrams leave with
 * rising TTL, each to a port of its own, and the socket's error queue tells
 * which of them which router has given up; so nobody needs to be root. Two
 * hops are probed at a time: more would provoke more errors of the destination
 * than its rate limit gives one host at once.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/icmp.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "out.h"
#include "traceroute.h"
#include "xip.h"

#define HOPS_AT_ONCE	2

/**
 * struct trace_run - a run
 * @opt: its options
 * @fd: the socket
 * @probes: of all hops, @opt->queries each
 * @n: how many
 * @sent: how many were sent; in order
 * @shown: how many belong to hops that were shown
 * @reached: the destination itself has answered
 */
struct trace_run {
	const struct trace_opt *opt;
	int fd;
	struct trace_probe probes[TRACE_HOPS_MAX * TRACE_QUERIES_MAX];
	unsigned int n, sent, shown;
	bool reached;
};

static int trouble(const char *what)
{
	fprintf(stderr, "traceroute: %s: %s\n", what, strerror(errno));
	return -1;
}

static __u64 now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000ULL + ts.tv_nsec / 1000;
}

static int set_up(int fd, const struct trace_opt *o)
{
	struct sockaddr_xin sa = { .sxin_family = XIP_FAMILY };

	if (o->dev && setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, o->dev,
				 strlen(o->dev) + 1))
		return trouble("binding to the device");
	sa.sxin_addr.s_addr = o->src;
	if (o->src && bind(fd, (struct sockaddr *)&sa, sizeof(sa)))
		return trouble("bind");
	if (errq_enable(fd))
		return trouble("asking for errors");
	return 0;
}

static int open_socket(const struct trace_opt *o)
{
	int fd = socket(XIP_FAMILY, SOCK_DGRAM | SOCK_CLOEXEC, IPPROTO_UDP);

	if (fd < 0 && errno == EAFNOSUPPORT) {
		fprintf(stderr,
			"traceroute: the kernel has no AF_XINET: module xinet is not loaded\n");
		return -1;
	}
	if (fd < 0)
		return trouble("socket");
	if (!set_up(fd, o))
		return fd;
	close(fd);
	return -1;
}

/* The answer to the probe that went to this port, if it is the first. */
static void take(struct trace_run *r, const struct trace_probe *answer,
		 unsigned int port)
{
	struct trace_probe *p;
	__u64 sent;

	/* ports wrap nowhere: the options were checked for it */
	if (port < r->opt->port || port - r->opt->port >= r->sent)
		return;
	p = &r->probes[port - r->opt->port];
	if (p->state != PROBE_SENT)
		return;
	sent = p->sent;
	*p = *answer;
	p->sent = sent;
	p->rtt = now() - sent;
}

/* Somebody listens on the port and has answered. */
static bool take_reply(struct trace_run *r)
{
	struct trace_probe answer = { .state = PROBE_REPLY };
	struct sockaddr_xin from = { };
	socklen_t len = sizeof(from);
	char byte;

	if (recvfrom(r->fd, &byte, sizeof(byte), MSG_DONTWAIT,
		     (struct sockaddr *)&from, &len) < 0)
		return false;
	answer.from = from.sxin_addr.s_addr;
	if (answer.from == r->opt->dst)
		take(r, &answer, ntohs(from.sxin_port));
	return true;
}

/*
 * All that has come. What was sent too long for the first link is an error of
 * this host's own, which the call has told already.
 */
static bool take_all(struct trace_run *r)
{
	struct errq_entry e;
	bool any = false;

	while (errq_next(r->fd, &e)) {
		struct trace_probe answer = {
			.state = PROBE_ERROR, .from = e.from, .icmp = e.icmp,
		};

		if (e.local)
			continue;
		any = true;
		if (e.dst == r->opt->dst)
			take(r, &answer, e.port);
	}
	while (take_reply(r))
		;
	return any;
}

/* TTL goes with each datagram; no probe is like the one before. */
static ssize_t send_probe(const struct trace_run *r, unsigned int i)
{
	static char data[TRACE_BYTES_MAX];
	const struct trace_opt *o = r->opt;
	int ttl = o->first + i / o->queries;
	char control[CMSG_SPACE(sizeof(ttl))] __aligned(8) = { };
	struct sockaddr_xin dst = {
		.sxin_family = XIP_FAMILY, .sxin_port = htons(o->port + i),
		.sxin_addr.s_addr = o->dst,
	};
	struct iovec iov = {
		.iov_base = data, .iov_len = o->bytes - TRACE_BYTES_MIN,
	};
	struct msghdr msg = {
		.msg_name = &dst, .msg_namelen = sizeof(dst),
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control, .msg_controllen = sizeof(control),
	};
	struct cmsghdr *c = CMSG_FIRSTHDR(&msg);

	c->cmsg_level = SOL_IP;
	c->cmsg_type = IP_TTL;
	c->cmsg_len = CMSG_LEN(sizeof(ttl));
	memcpy(CMSG_DATA(c), &ttl, sizeof(ttl));
	return sendmsg(r->fd, &msg, 0);
}

/*
 * Send the next. A call may fail for what an earlier probe met: that is an
 * answer to it, and no reason not to send this one.
 */
static int send_next(struct trace_run *r)
{
	struct trace_probe *p = &r->probes[r->sent];
	int err;

	for (;;) {
		p->sent = now();
		if (send_probe(r, r->sent) >= 0)
			break;
		err = errno;
		if (err == EINTR || take_all(r))
			continue;
		errno = err;
		return trouble("sendmsg");
	}
	p->state = PROBE_SENT;
	r->sent++;
	return 0;
}

/* When the oldest probe without an answer has waited long enough, or 0. */
static __u64 expire(struct trace_run *r)
{
	unsigned int i;

	for (i = r->shown; i < r->sent; i++) {
		struct trace_probe *p = &r->probes[i];

		if (p->state != PROBE_SENT)
			continue;
		if (p->sent + r->opt->wait > now())
			return p->sent + r->opt->wait;
		p->state = PROBE_TIMEOUT;
	}
	return 0;
}

static bool hop_done(const struct trace_run *r)
{
	unsigned int i;

	if (r->shown + r->opt->queries > r->sent)
		return false;
	for (i = 0; i < r->opt->queries; i++)
		if (r->probes[r->shown + i].state == PROBE_SENT)
			return false;
	return true;
}

/* Show each hop that is done; true if the last one was among them. */
static bool show_done(struct trace_run *r)
{
	const struct trace_opt *o = r->opt;

	while (hop_done(r)) {
		const struct trace_probe *hop = &r->probes[r->shown];
		bool end = false;
		unsigned int i;

		trace_show_hop(o, o->first + r->shown / o->queries, hop);
		for (i = 0; i < o->queries; i++) {
			if (!trace_is_end(&hop[i]))
				continue;
			end = true;
			if (hop[i].from == o->dst)
				r->reached = true;
		}
		r->shown += o->queries;
		if (end || r->shown == r->n)
			return true;
	}
	return false;
}

static void wait_until(const struct trace_run *r, __u64 when)
{
	struct pollfd pfd = { .fd = r->fd, .events = POLLIN };
	__u64 t = now();
	__u64 left = when > t ? when - t : 0;
	struct timespec ts = {
		.tv_sec = left / 1000000,
		.tv_nsec = left % 1000000 * 1000,
	};

	ppoll(&pfd, 1, &ts, NULL);
}

static int follow(struct trace_run *r)
{
	__u64 when;

	for (;;) {
		while (r->sent < r->n && r->sent <
		       r->shown + HOPS_AT_ONCE * r->opt->queries)
			if (send_next(r))
				return TRACE_FAILED;
		take_all(r);
		when = expire(r);
		if (show_done(r))
			return XIP_OK;
		/* nothing to wait for: room for the next hop */
		if (when)
			wait_until(r, when);
	}
}

static int trace_run(struct args *a)
{
	static struct trace_run r;
	struct trace_opt o;
	int ret;

	ret = trace_options(a, &o);
	if (ret == ARG_HELP) {
		fputs(trace_help, stdout);
		return XIP_OK;
	}
	if (ret)
		return ret;
	memset(&r, 0, sizeof(r));
	r.opt = &o;
	r.n = (o.hops - o.first + 1) * o.queries;
	r.fd = open_socket(&o);
	if (r.fd < 0)
		return TRACE_FAILED;
	trace_show_header(&o);
	ret = follow(&r);
	trace_show_end(r.reached);
	close(r.fd);
	return ret;
}

const struct object xip_traceroute = {
	.name = "traceroute",
	.help = trace_help,
	.run = trace_run,
};
