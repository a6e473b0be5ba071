// SPDX-License-Identifier: GPL-2.0
/*
 * xrecv PORT FILE: receive a file from xsend in AF_XINET datagrams.
 */
#include <arpa/inet.h>
#include <err.h>
#include <fcntl.h>
#include <linux/xinet.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "xfile.h"

static int listen_on(const char *port)
{
	struct sockaddr_xin self = { .sxin_family = AF_XINET,
				     .sxin_port = htons(atoi(port)) };
	int fd = socket(AF_XINET, SOCK_DGRAM, 0);

	if (fd < 0)
		err(1, "socket");
	if (bind(fd, (struct sockaddr *)&self, sizeof(self)))
		err(1, "bind to port %s", port);
	printf("listening on port %s\n", port);
	fflush(stdout);
	return fd;
}

/* From the first datagram on, the socket hears its sender only. */
static void meet_sender(int fd)
{
	struct sockaddr_xin peer;
	socklen_t len = sizeof(peer);
	char name[INET_ADDRSTRLEN], first;

	if (recvfrom(fd, &first, sizeof(first), MSG_PEEK,
		     (struct sockaddr *)&peer, &len) < 0)
		err(1, "receive");
	if (connect(fd, (struct sockaddr *)&peer, len))
		err(1, "connect");
	inet_ntop(AF_INET, &peer.sxin_addr, name, sizeof(name));
	printf("from %s port %d\n", name, ntohs(peer.sxin_port));
}

/* Return false if nothing came within @wait milliseconds. */
static bool take_packet(int fd, struct xfile_packet *p, ssize_t *data, int wait)
{
	struct pollfd poller = { .fd = fd, .events = POLLIN };
	int ready = poll(&poller, 1, wait);

	if (ready < 0)
		err(1, "poll");
	if (!ready)
		return false;
	*data = recv(fd, p, sizeof(*p), 0) - (ssize_t)sizeof(p->seq);
	return true;
}

static void answer(int fd, unsigned int wanted)
{
	__be32 seq = htonl(wanted);

	/* The sender may be gone once it has heard the last answer. */
	send(fd, &seq, sizeof(seq), 0);
}

int main(int argc, char **argv)
{
	int wait = XFILE_WAIT_MS * XFILE_TRIES;
	struct xfile_packet p;
	unsigned int wanted = 0;
	long long size = 0;
	bool done = false;
	ssize_t data;
	int fd, file;

	if (argc != 3)
		errx(1, "usage: xrecv PORT FILE");
	file = open(argv[2], O_WRONLY | O_CREAT | O_TRUNC, 0666);
	if (file < 0)
		err(1, "%s", argv[2]);
	fd = listen_on(argv[1]);
	meet_sender(fd);

	while (take_packet(fd, &p, &data, wait)) {
		if (data >= 0 && ntohl(p.seq) == wanted && !done) {
			if (write(file, p.data, data) != data)
				err(1, "%s", argv[2]);
			size += data;
			wanted++;
			/* If the last answer is lost, someone must repeat it. */
			if (!data) {
				done = true;
				wait = 2 * XFILE_WAIT_MS;
			}
		}
		answer(fd, wanted);
	}
	if (!done)
		errx(1, "the sender fell silent after %lld bytes", size);
	printf("%lld bytes\n", size);
	return 0;
}
