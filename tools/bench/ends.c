// SPDX-License-Identifier: GPL-2.0
/*
 * The two sockets of a row. A family is a number and a sockaddr here and
 * nothing else: whatever a row costs more or less lies in the kernel.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <err.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "bench.h"

static void join(const char *ns)
{
	char path[PATH_MAX];
	int fd;

	snprintf(path, sizeof(path), "/run/netns/%s", ns);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || setns(fd, CLONE_NEWNET))
		err(1, "cannot enter namespace %s", ns);
	close(fd);
}

static int open_in(const char *ns, int family, int type, int protocol)
{
	int fd;

	join(ns);
	fd = socket(family, type | SOCK_CLOEXEC, protocol);
	if (fd < 0)
		err(1, "socket(%d, %d, %d)", family, type, protocol);
	return fd;
}

/* struct sockaddr_xin is struct sockaddr_in under another family. */
static void datagram_ends(const struct bench_path *path,
			  struct bench_ends *ends)
{
	struct sockaddr_in *dst = (struct sockaddr_in *)&ends->dst;

	dst->sin_family = path->family;
	dst->sin_port = htons(BENCH_PORT);
	if (inet_pton(AF_INET, path->dst, &dst->sin_addr) != 1)
		errx(1, "no address: %s", path->dst);
	ends->dst_len = sizeof(*dst);

	if (!path->send_only) {
		ends->rx = open_in(path->to, path->family, SOCK_DGRAM, 0);
		if (bind(ends->rx, (struct sockaddr *)dst, ends->dst_len))
			err(1, "bind to %s", path->dst);
	}
	ends->tx = open_in(path->from, path->family, SOCK_DGRAM, 0);
	if (path->unconnected)
		return;
	if (connect(ends->tx, (struct sockaddr *)dst, ends->dst_len))
		err(1, "connect to %s", path->dst);
	ends->dst_len = 0;
}

static void mac_of(int fd, const char *dev, unsigned char *mac)
{
	struct ifreq ifr = {};

	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", dev);
	if (ioctl(fd, SIOCGIFHWADDR, &ifr))
		err(1, "device %s", dev);
	memcpy(mac, ifr.ifr_hwaddr.sa_data, ETH_ALEN);
}

static void bind_packet(int fd, const char *dev, int protocol)
{
	struct sockaddr_ll sll = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(protocol),
		.sll_ifindex = if_nametoindex(dev),
	};

	if (bind(fd, (struct sockaddr *)&sll, sizeof(sll)))
		err(1, "bind to device %s", dev);
}

/*
 * Cooked sockets, so that the kernel writes the link-layer header here as
 * well. A protocol of 0 receives nothing: the sender's socket only sends.
 */
static void packet_ends(const struct bench_path *path, struct bench_ends *ends)
{
	struct sockaddr_ll *dst = (struct sockaddr_ll *)&ends->dst;

	ends->rx = open_in(path->to, AF_PACKET, SOCK_DGRAM, 0);
	bind_packet(ends->rx, path->dev, BENCH_PROTO);
	mac_of(ends->rx, path->dev, dst->sll_addr);

	ends->tx = open_in(path->from, AF_PACKET, SOCK_DGRAM, 0);
	bind_packet(ends->tx, path->dev, 0);
	dst->sll_family = AF_PACKET;
	dst->sll_protocol = htons(BENCH_PROTO);
	dst->sll_ifindex = if_nametoindex(path->dev);
	dst->sll_halen = ETH_ALEN;
	ends->dst_len = sizeof(*dst);
}

/**
 * ends_open - open both sockets of a row
 * @path: what the row is
 * @ends: the sockets, for the caller
 *
 * Leaves the process in the sender's namespace; ends it on any failure.
 */
void ends_open(const struct bench_path *path, struct bench_ends *ends)
{
	if (path->family == AF_PACKET)
		packet_ends(path, ends);
	else
		datagram_ends(path, ends);
}
