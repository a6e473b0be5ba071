// SPDX-License-Identifier: GPL-2.0
/*
 * xask ADDRESS: ask the host at that address by the XECHO protocol, once.
 *
 * The protocol is in the kernel of the host that is asked (xecho.c); here a
 * raw socket does. It needs CAP_NET_RAW.
 */
#include <arpa/inet.h>
#include <err.h>
#include <linux/xinet.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "xecho.h"

#define DATA	"is anybody there?"
#define WAIT_MS	3000

struct message {
	struct xecho_hdr head;
	char data[sizeof(DATA)];
};

static unsigned int microseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000U + now.tv_nsec / 1000;
}

/* RFC 1071, of an even number of bytes */
static unsigned int sum(unsigned int sum, const void *from, size_t bytes)
{
	const unsigned char *at = from;

	for (; bytes > 1; bytes -= 2, at += 2)
		sum += at[0] << 8 | at[1];
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

/* Over both addresses, protocol, length, header and data. */
static __sum16 checksum(const struct message *m, __be32 from, __be32 to)
{
	unsigned int s = sum(IPPROTO_XECHO + sizeof(*m), &from, sizeof(from));

	s = sum(s, &to, sizeof(to));
	return htons(~sum(s, m, sizeof(*m)) & 0xffff);
}

static int connect_to(const char *address, struct sockaddr_xin *me,
		      struct sockaddr_xin *peer)
{
	socklen_t len = sizeof(*me);
	int fd;

	if (inet_pton(AF_INET, address, &peer->sxin_addr) != 1)
		errx(1, "%s: not an address", address);
	fd = socket(AF_XINET, SOCK_RAW, IPPROTO_XECHO);
	if (fd < 0)
		err(1, "socket");
	if (connect(fd, (struct sockaddr *)peer, sizeof(*peer)) ||
	    getsockname(fd, (struct sockaddr *)me, &len))
		err(1, "connect to %s", address);
	return fd;
}

/* A raw socket gives the XIP header, too. */
static const struct xecho_hdr *answer_in(const unsigned char *packet, ssize_t n)
{
	size_t header = n > 0 ? (packet[0] & 15) * 4 : 0;

	if (n < (ssize_t)(header + sizeof(struct xecho_hdr)))
		return NULL;
	packet += header;
	return packet[0] == XECHO_ANSWER ? (const void *)packet : NULL;
}

int main(int argc, char **argv)
{
	struct sockaddr_xin me, peer = { .sxin_family = AF_XINET };
	struct message m = { .head.type = XECHO_ASK, .data = DATA };
	const struct xecho_hdr *answer;
	unsigned char packet[2048];
	struct pollfd poller = { .events = POLLIN };

	if (argc != 2)
		errx(2, "usage: xask ADDRESS");
	poller.fd = connect_to(argv[1], &me, &peer);
	m.head.seq = htonl(1);
	m.head.clock = htonl(microseconds());
	m.head.check = checksum(&m, me.sxin_addr.s_addr, peer.sxin_addr.s_addr);
	if (send(poller.fd, &m, sizeof(m), 0) < 0)
		err(1, "send");

	while (poll(&poller, 1, WAIT_MS) > 0) {
		answer = answer_in(packet, recv(poller.fd, packet,
						sizeof(packet), 0));
		if (!answer)
			continue;
		printf("%s answers %u after %u us\n", argv[1],
		       ntohl(answer->seq),
		       microseconds() - ntohl(answer->clock));
		return 0;
	}
	errx(1, "%s does not answer", argv[1]);
}
