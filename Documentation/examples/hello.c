// SPDX-License-Identifier: GPL-2.0
/*
 * A first program: ask, and answer.
 *
 *	hello			answer whoever asks, once
 *	hello 10.9.2.2		ask the one at that address
 *
 * Everything is as for UDP over IPv4 but the family and the sockaddr's name;
 * hello.py speaks with it.
 */
#include <arpa/inet.h>
#include <linux/xinet.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#define PORT	5000

static int answer(int fd)
{
	struct sockaddr_xin peer = { .sxin_family = AF_XINET,
				     .sxin_port = htons(PORT) };
	socklen_t len = sizeof(peer);
	char text[100], name[INET_ADDRSTRLEN];
	ssize_t n;

	if (bind(fd, (struct sockaddr *)&peer, sizeof(peer))) {
		perror("bind");
		return 1;
	}
	n = recvfrom(fd, text, sizeof(text), 0, (struct sockaddr *)&peer, &len);
	if (n < 0) {
		perror("recvfrom");
		return 1;
	}
	inet_ntop(AF_INET, &peer.sxin_addr, name, sizeof(name));
	printf("%s port %d asks: %.*s\n", name, ntohs(peer.sxin_port), (int)n,
	       text);
	sendto(fd, "hello yourself", 14, 0, (struct sockaddr *)&peer, len);
	return 0;
}

static int ask(int fd, const char *address)
{
	struct sockaddr_xin peer = { .sxin_family = AF_XINET,
				     .sxin_port = htons(PORT) };
	char text[100];
	ssize_t n;

	if (inet_pton(AF_INET, address, &peer.sxin_addr) != 1) {
		fprintf(stderr, "%s: not an address\n", address);
		return 1;
	}
	if (connect(fd, (struct sockaddr *)&peer, sizeof(peer))) {
		perror("connect");
		return 1;
	}
	send(fd, "hello", 5, 0);
	/* ECONNREFUSED if nobody listens, EHOSTUNREACH if nobody is there. */
	n = recv(fd, text, sizeof(text), 0);
	if (n < 0) {
		perror("recv");
		return 1;
	}
	printf("%s answers: %.*s\n", address, (int)n, text);
	return 0;
}

int main(int argc, char **argv)
{
	int fd = socket(AF_XINET, SOCK_DGRAM, 0);
	int ret;

	if (fd < 0) {
		/* EAFNOSUPPORT: the module is not loaded. */
		perror("socket");
		return 1;
	}
	ret = argc > 1 ? ask(fd, argv[1]) : answer(fd);
	close(fd);
	return ret;
}
