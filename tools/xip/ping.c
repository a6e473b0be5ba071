// SPDX-License-Identifier: GPL-2.0
/*
 * xip ping.
 *
 * In: options and an address. Out: a line an answer, a summary, and ping(8)'s
 * exit status. Here is the loop: when to send, how long to wait, when to end.
 * SIGINT and SIGTERM end it, SIGQUIT asks how it stands.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "out.h"
#include "ping.h"
#include "xip.h"

#define FLOOD_WAIT	10000	/* -i 0: the next one at the latest, us */
#define NEVER		(~0ULL)

/*
 * From here to release_signals() an interruption is something to read: it
 * cannot be lost, and the summary follows it. Returns the descriptor or -1.
 */
static int catch_signals(sigset_t *before)
{
	sigset_t caught;

	sigemptyset(&caught);
	sigaddset(&caught, SIGINT);
	sigaddset(&caught, SIGTERM);
	sigaddset(&caught, SIGQUIT);
	sigprocmask(SIG_BLOCK, &caught, before);
	return signalfd(-1, &caught, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* A batch may go on behind a ping. */
static void release_signals(int fd, const sigset_t *before)
{
	struct signalfd_siginfo info;

	if (fd >= 0) {
		while (read(fd, &info, sizeof(info)) > 0)
			;
		close(fd);
	}
	sigprocmask(SIG_SETMASK, before, NULL);
}

/* Does a signal end the run, or only ask? */
static bool goes_on(const struct ping_run *r)
{
	struct signalfd_siginfo info;

	while (read(r->signals, &info, sizeof(info)) == sizeof(info)) {
		if (info.ssi_signo != SIGQUIT)
			return false;
		ping_status(r);
	}
	return true;
}

/* Wait for a packet, a signal or a time; false if a signal ends the run. */
static bool wait_until(const struct ping_run *r, __u64 when)
{
	struct pollfd pfd[] = {
		{ .fd = r->fd, .events = POLLIN },
		{ .fd = r->signals, .events = POLLIN },
	};
	__u64 now = ping_now();
	__u64 left = when > now ? when - now : 0;
	struct timespec ts = {
		.tv_sec = left / 1000000,
		.tv_nsec = left % 1000000 * 1000,
	};

	if (ppoll(pfd, 2, &ts, NULL) < 0)
		return false;
	return !(pfd[1].revents & POLLIN) || goes_on(r);
}

/* With a deadline -c counts answers, without one what was sent. */
static bool all_sent(const struct ping_run *r)
{
	return r->opt->count && !r->opt->deadline && r->sent >= r->opt->count;
}

static bool all_answered(const struct ping_run *r)
{
	return r->opt->count && r->received + r->errors >= r->opt->count;
}

/*
 * How long the last answers may take: two round trips once there is one to
 * measure by, else -W.
 */
static __u64 linger(const struct ping_run *r)
{
	if (!r->received)
		return r->opt->wait;
	return 2 * r->max > r->opt->interval ? 2 * r->max : r->opt->interval;
}

static __u64 next_due(const struct ping_run *r, __u64 due)
{
	__u64 now = ping_now();

	if (!r->opt->interval)
		return now + FLOOD_WAIT;
	due += r->opt->interval;
	/* after a pause the beat begins anew, there is no catching up */
	return due > now ? due : now + r->opt->interval;
}

static __u64 earlier(__u64 a, __u64 b)
{
	return a < b ? a : b;
}

/* All that came in; with -i 0 the last answer calls for the next echo. */
static void take_all(struct ping_run *r, __u64 *due)
{
	while (ping_receive(r))
		if (!r->opt->interval && r->received >= r->sent)
			*due = 0;
}

static void loop(struct ping_run *r)
{
	__u64 end = r->opt->deadline ? r->start + r->opt->deadline : NEVER;
	__u64 due = r->start, next = 0;

	while (wait_until(r, earlier(end, next))) {
		take_all(r, &due);
		if (all_answered(r) || (r->opt->deadline && r->errors) ||
		    ping_now() >= end)
			break;
		if (all_sent(r)) {
			next = r->last + linger(r);
			if (ping_now() >= next)
				break;
		} else if (ping_now() >= due) {
			ping_send(r);
			r->last = ping_now();
			due = next_due(r, due);
			next = 0;
		} else {
			next = due;
		}
	}
}

static void print_header(const struct ping_run *r)
{
	const struct ping_opt *o = r->opt;
	char src[INET_ADDRSTRLEN];
	struct sockaddr_xin sa;
	socklen_t len = sizeof(sa);

	if (xip_opt.json)
		return;
	printf("PING %s (%s) ", ping_dst(r), ping_dst(r));
	if ((o->src || o->dev) &&
	    !getsockname(r->fd, (struct sockaddr *)&sa, &len) &&
	    inet_ntop(AF_INET, &sa.sxin_addr, src, sizeof(src)))
		printf("from %s %s: ", src, o->dev ? out_clean(o->dev) : "");
	printf("%u(%u) bytes of data.\n", o->size,
	       o->size + (o->route ? 68 : 28));
	fflush(stdout);
}

static int ping_run(struct args *a)
{
	static struct ping_run r;
	struct ping_opt o;
	sigset_t mask;
	int ret;

	ret = ping_options(a, &o);
	if (ret == ARG_HELP) {
		fputs(ping_help, stdout);
		return XIP_OK;
	}
	if (ret)
		return ret;
	memset(&r, 0, sizeof(r));
	r.opt = &o;
	r.fd = ping_socket(&o);
	if (r.fd < 0)
		return PING_ERROR;
	r.signals = catch_signals(&mask);
	print_header(&r);
	r.start = ping_now();
	loop(&r);
	release_signals(r.signals, &mask);
	ping_summary(&r);
	close(r.fd);
	if (!r.received || (o.deadline && r.received < o.count))
		return PING_NONE;
	return XIP_OK;
}

const struct object xip_ping = {
	.name = "ping",
	.help = ping_help,
	.run = ping_run,
};
