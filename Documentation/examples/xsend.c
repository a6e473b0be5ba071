// SPDX-License-Identifier: GPL-2.0
/*
 * xsend FILE ADDRESS PORT: send a file to xrecv in AF_XINET datagrams.
 */
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/xinet.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "xfile.h"

static int connect_to(const char *address, const char *port)
{
	struct sockaddr_xin peer = { .sxin_family = AF_XINET,
				     .sxin_port = htons(atoi(port)) };
	int fd;

	if (inet_pton(AF_INET, address, &peer.sxin_addr) != 1)
		errx(1, "%s: not an address", address);
	fd = socket(AF_XINET, SOCK_DGRAM, 0);
	if (fd < 0)
		err(1, "socket");
	if (connect(fd, (struct sockaddr *)&peer, sizeof(peer)))
		err(1, "connect to %s", address);
	return fd;
}

static void send_packet(int fd, int file, unsigned int seq)
{
	struct xfile_packet p = { .seq = htonl(seq) };
	ssize_t n = pread(file, p.data, XFILE_DATA, (off_t)seq * XFILE_DATA);

	if (n < 0)
		err(1, "read");
	if (send(fd, &p, sizeof(p.seq) + n, 0) < 0)
		err(1, "send");
}

/*
 * Take all answers there are, waiting for the first.
 * Return the number that is wanted next, or @wanted if none came in time.
 */
static unsigned int take_answers(int fd, unsigned int wanted)
{
	struct pollfd poller = { .fd = fd, .events = POLLIN };
	__be32 seq;

	if (poll(&poller, 1, XFILE_WAIT_MS) < 0)
		err(1, "poll");
	while (recv(fd, &seq, sizeof(seq), MSG_DONTWAIT) == sizeof(seq))
		if (ntohl(seq) > wanted)
			wanted = ntohl(seq);
	if (errno != EAGAIN)
		err(1, "receive");
	return wanted;
}

int main(int argc, char **argv)
{
	unsigned int total, wanted = 0, next = 0, tries = 0, sent = 0;
	struct stat st;
	int fd, file;

	if (argc != 4)
		errx(1, "usage: xsend FILE ADDRESS PORT");
	file = open(argv[1], O_RDONLY);
	if (file < 0 || fstat(file, &st))
		err(1, "%s", argv[1]);
	fd = connect_to(argv[2], argv[3]);

	/* The pieces of the file, and the empty one behind them. */
	total = (st.st_size + XFILE_DATA - 1) / XFILE_DATA + 1;
	while (wanted < total) {
		unsigned int before = wanted;

		for (; next < total && next - wanted < XFILE_WINDOW; next++) {
			send_packet(fd, file, next);
			sent++;
		}
		wanted = take_answers(fd, wanted);
		tries = wanted == before ? tries + 1 : 0;
		if (tries == XFILE_TRIES)
			errx(1, "no answer");
		if (tries || next < wanted)
			next = wanted;
	}
	printf("%lld bytes in %u datagrams, %u of them sent again\n",
	       (long long)st.st_size, sent, sent - total);
	return 0;
}
