// SPDX-License-Identifier: GPL-2.0
/*
 * One echo: out, and its answer in.
 *
 * The socket is the family's unprivileged ping socket: an ICMP header and data
 * go in, the kernel adds identifier and checksum, and hands out only answers
 * with that identifier. The data is a pattern that every answer must carry.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/icmp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "errq.h"
#include "out.h"
#include "ping.h"
#include "xip.h"

static int trouble(const char *what)
{
	fprintf(stderr, "ping: %s: %s\n", what, strerror(errno));
	return -1;
}

static int open_trouble(void)
{
	if (errno == EACCES || errno == EPERM)
		fprintf(stderr,
			"ping: socket: %s (is this group within ping_group_range?)\n",
			strerror(errno));
	else if (errno == EAFNOSUPPORT)
		fprintf(stderr,
			"ping: the kernel has no AF_XINET: module xinet is not loaded\n");
	else
		trouble("socket");
	return -1;
}

static int set_options(int fd, const struct ping_opt *o)
{
	int on = 1, ttl = o->ttl;

	if (o->dev && setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, o->dev,
				 strlen(o->dev) + 1))
		return trouble("binding to the device");
	if (ttl && setsockopt(fd, SOL_IP, IP_TTL, &ttl, sizeof(ttl)))
		return trouble("setting the TTL");
	if (o->broadcast &&
	    setsockopt(fd, SOL_SOCKET, SO_BROADCAST, &on, sizeof(on)))
		return trouble("allowing broadcast");
	if (o->pmtu >= 0 && setsockopt(fd, SOL_IP, IP_MTU_DISCOVER, &o->pmtu,
				       sizeof(o->pmtu))) {
		if (errno != ENOPROTOOPT)
			return trouble("setting path MTU discovery");
		fprintf(stderr,
			"ping: -M is not supported by this kernel's AF_XINET\n");
		return -1;
	}
	if (o->route && ping_route_ask(fd))
		return trouble("recording the route");
	if (setsockopt(fd, SOL_IP, IP_RECVTTL, &on, sizeof(on)))
		return trouble("asking for the TTL");
	if (errq_enable(fd))
		return trouble("asking for errors");
	return 0;
}

static int set_addresses(int fd, const struct ping_opt *o)
{
	struct sockaddr_xin sa = { .sxin_family = XIP_FAMILY };
	struct sockaddr *p = (struct sockaddr *)&sa;

	sa.sxin_addr.s_addr = o->src;
	if (o->src && bind(fd, p, sizeof(sa)))
		return trouble("bind");
	sa.sxin_addr.s_addr = o->dst;
	/* connected, a raw socket would hear of nobody but that address */
	if (o->broadcast && ping_is_raw())
		return 0;
	if (!connect(fd, p, sizeof(sa)))
		return 0;
	if (errno != EACCES || o->broadcast)
		return trouble("connect");
	fprintf(stderr,
		"ping: connect: %s (a route prohibits it, or a broadcast address wants -b)\n",
		strerror(errno));
	return -1;
}

/**
 * ping_socket - open the socket of a run
 * @o: its options
 *
 * Return: file descriptor, or -1 with a message.
 */
int ping_socket(const struct ping_opt *o)
{
	int fd = ping_open();

	if (fd < 0)
		return open_trouble();
	if (!set_options(fd, o) && !set_addresses(fd, o))
		return fd;
	close(fd);
	return -1;
}

/**
 * ping_now - monotonic clock
 *
 * Return: microseconds.
 */
__u64 ping_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000ULL + ts.tv_nsec / 1000;
}

/* Each echo's data differs from the one before it, too. */
static __u8 pattern(unsigned int seq, size_t i)
{
	return i + 37 * seq;
}

/*
 * Sending failed: for what an earlier echo met, which is no reason not to send
 * this one; or for a reason that the queue, or else errno, tells.
 */
static bool send_again(struct ping_run *r)
{
	int found = ping_errors(r);

	if (!found)
		ping_count_error(r, "sendmsg");
	return found > 0;
}

/**
 * ping_send - send the next echo
 * @r: the run
 *
 * A refusal counts as sent and as an error, as ping(8) counts.
 */
void ping_send(struct ping_run *r)
{
	static char buf[sizeof(struct icmphdr) + PING_DATA_MAX];
	struct sockaddr_xin to = { .sxin_family = XIP_FAMILY,
				   .sxin_addr.s_addr = r->opt->dst };
	struct icmphdr icmph = { .type = ICMP_ECHO };
	unsigned int seq = (r->sent + 1) % PING_SEQS;
	ssize_t n;
	size_t i;

	icmph.un.echo.sequence = htons(seq);
	memcpy(buf, &icmph, sizeof(icmph));
	for (i = 0; i < r->opt->size; i++)
		buf[sizeof(icmph) + i] = pattern(seq, i);
	r->sent++;
	r->answered[seq / 8] &= ~(1U << seq % 8);
	r->sent_at[seq] = ping_now();
	ping_raw_finish(buf, sizeof(icmph) + r->opt->size);
	if (r->opt->flood)
		ping_flood_char('.');
	do
		n = sendto(r->fd, buf, sizeof(icmph) + r->opt->size, 0,
			   (struct sockaddr *)&to, sizeof(to));
	while (n < 0 && (errno == EINTR || send_again(r)));
}

/**
 * struct answer - an echo reply as it arrived
 * @from: who answered
 * @data: the ICMP message
 * @len: its length in bytes
 * @seq: its sequence number
 * @ttl: as it arrived, or -1 if the kernel did not say
 * @dup: the echo had been answered before
 * @late: an echo sent after it was answered before
 * @rtt: round trip in microseconds
 * @msg: all of it, for its control messages
 */
struct answer {
	struct sockaddr_xin from;
	const __u8 *data;
	size_t len;
	unsigned int seq;
	int ttl;
	bool dup, late;
	__u64 rtt;
	struct msghdr *msg;
};

static int ttl_of(struct msghdr *msg)
{
	struct cmsghdr *c;
	int ttl;

	for (c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(msg, c)) {
		if (c->cmsg_level != SOL_IP || c->cmsg_type != IP_TTL ||
		    c->cmsg_len < CMSG_LEN(sizeof(ttl)))
			continue;
		memcpy(&ttl, CMSG_DATA(c), sizeof(ttl));
		return ttl;
	}
	return -1;
}

static void print_flaws(const struct ping_run *r, const struct answer *reply)
{
	const __u8 *data = reply->data + sizeof(struct icmphdr);
	size_t i, n = reply->len - sizeof(struct icmphdr);

	if (reply->dup)
		printf(" (DUP!)");
	else if (reply->late)
		printf(" (out of order)");
	if (n < r->opt->size)
		printf(" (truncated)");
	for (i = 0; i < n && i < r->opt->size; i++) {
		if (data[i] == pattern(reply->seq, i))
			continue;
		printf("\nwrong data byte #%zu should be 0x%x but was 0x%x",
		       i, pattern(reply->seq, i), data[i]);
		break;
	}
}

static void print_answer(const struct ping_run *r, const struct answer *reply)
{
	char addr[INET_ADDRSTRLEN];

	if (r->opt->flood)
		ping_flood_char('\b');
	if (r->opt->quiet || r->opt->flood || xip_opt.json)
		return;
	inet_ntop(AF_INET, &reply->from.sxin_addr, addr, sizeof(addr));
	printf("%zu bytes from %s: icmp_seq=%u", reply->len, addr, reply->seq);
	if (reply->ttl >= 0)
		printf(" ttl=%d", reply->ttl);
	printf(" time=%llu.%03llu ms", (unsigned long long)reply->rtt / 1000,
	       (unsigned long long)reply->rtt % 1000);
	print_flaws(r, reply);
	if (r->opt->route)
		ping_route_print(reply->msg);
	putchar('\n');
	fflush(stdout);
}

static void count_answer(struct ping_run *r, struct answer *reply)
{
	__u8 bit = 1U << reply->seq % 8;

	reply->dup = r->answered[reply->seq / 8] & bit;
	r->answered[reply->seq / 8] |= bit;
	if (reply->dup)
		r->dups++;
	else
		r->received++;
	/* sequence numbers wrap: half of them are behind any */
	reply->late = r->timed && !reply->dup &&
		      (__s16)(reply->seq - r->highest) < 0;
	if (!r->timed || (__s16)(reply->seq - r->highest) > 0)
		r->highest = reply->seq;
	r->reordered += reply->late;
	if (!r->timed || reply->rtt < r->min)
		r->min = reply->rtt;
	if (reply->rtt > r->max)
		r->max = reply->rtt;
	r->sum += reply->rtt;
	r->sum2 += (double)reply->rtt * reply->rtt;
	if (!r->timed)
		r->ewma = reply->rtt;
	r->ewma += ((double)reply->rtt - r->ewma) / 8;
	r->timed++;
}

static void take_answer(struct ping_run *r, struct answer *reply)
{
	struct icmphdr icmph;

	if (reply->len < sizeof(icmph))
		return;
	memcpy(&icmph, reply->data, sizeof(icmph));
	reply->seq = ntohs(icmph.un.echo.sequence);
	/* an answer to what was never asked is no answer */
	if (icmph.type != ICMP_ECHOREPLY || !r->sent_at[reply->seq])
		return;
	reply->rtt = ping_now() - r->sent_at[reply->seq];
	count_answer(r, reply);
	print_answer(r, reply);
}

/**
 * ping_receive - take one answer or error, if there is one
 * @r: the run
 *
 * Return: whether there was one, so that there may be another.
 */
bool ping_receive(struct ping_run *r)
{
	static __u8 buf[65536];
	struct answer reply = { .data = buf };
	char control[256] __aligned(8);
	struct iovec iov = { .iov_base = buf, .iov_len = sizeof(buf) };
	struct msghdr msg = {
		.msg_name = &reply.from, .msg_namelen = sizeof(reply.from),
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control, .msg_controllen = sizeof(control),
	};
	ssize_t n = recvmsg(r->fd, &msg, MSG_DONTWAIT);

	if (n < 0) {
		int err = errno;

		if (ping_errors(r))
			return true;
		errno = err;
		if (err != EAGAIN && err != EINTR)
			ping_count_error(r, "recvmsg");
		return false;
	}
	n = ping_raw_take(buf, n, &reply.data);
	/* a raw socket hears of others' answers too */
	if (n < 0)
		return true;
	reply.len = n;
	reply.ttl = ttl_of(&msg);
	reply.msg = &msg;
	take_answer(r, &reply);
	return true;
}
