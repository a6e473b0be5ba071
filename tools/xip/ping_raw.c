// SPDX-License-Identifier: GPL-2.0
/*
 * Which socket a ping has: the ping socket where ping_group_range allows it,
 * else a raw one, which root may open.
 *
 * A raw socket leaves to us what the kernel does for the other: identifier and
 * checksum of what goes out, and telling our answers from all others, behind
 * the XIP header that each packet begins with.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/icmp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ping.h"
#include "xip.h"

static bool raw;

static __be16 ident(void)
{
	return htons(getpid() & 0xffff);
}

/**
 * ping_is_raw - is the socket that ping_open() gave a raw one?
 *
 * Return: true if it is.
 */
bool ping_is_raw(void)
{
	return raw;
}

/**
 * ping_open - open a socket to ping with
 *
 * Return: file descriptor; or -1 and errno, that of the ping socket.
 */
int ping_open(void)
{
	struct icmp_filter filter = { .data = ~(1U << ICMP_ECHOREPLY) };
	int fd, err;

	raw = false;
	fd = socket(XIP_FAMILY, SOCK_DGRAM | SOCK_CLOEXEC, IPPROTO_ICMP);
	if (fd >= 0 || errno != EACCES)
		return fd;
	err = errno;
	fd = socket(XIP_FAMILY, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_ICMP);
	raw = fd >= 0;
	/* it saves waking up, no more: ping_raw_take() looks again */
	if (raw)
		setsockopt(fd, SOL_RAW, ICMP_FILTER, &filter, sizeof(filter));
	errno = err;
	return fd;
}

/* RFC 1071, in memory order. */
static __u16 checksum(const __u8 *p, size_t len)
{
	__u32 sum = 0;
	__u16 word;
	size_t i;

	for (i = 0; i + 1 < len; i += 2) {
		memcpy(&word, p + i, sizeof(word));
		sum += word;
	}
	if (len % 2) {
		word = 0;
		memcpy(&word, p + len - 1, 1);
		sum += word;
	}
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return ~sum;
}

/**
 * ping_raw_finish - make an echo request complete, if the kernel will not
 * @msg: ICMP header and data; identifier and checksum are set
 * @len: its length in bytes
 */
void ping_raw_finish(void *msg, size_t len)
{
	struct icmphdr icmph;

	if (!raw)
		return;
	memcpy(&icmph, msg, sizeof(icmph));
	icmph.un.echo.id = ident();
	icmph.checksum = 0;
	memcpy(msg, &icmph, sizeof(icmph));
	icmph.checksum = checksum(msg, len);
	memcpy(msg, &icmph, sizeof(icmph));
}

/**
 * ping_raw_take - the ICMP message in what was received
 * @buf: what was received
 * @len: its length in bytes
 * @msg: set to the message
 *
 * Return: the message's length in bytes, or -1 if it is not for us.
 */
ssize_t ping_raw_take(const __u8 *buf, size_t len, const __u8 **msg)
{
	struct icmphdr icmph;
	size_t hlen;

	*msg = buf;
	if (!raw)
		return len;
	hlen = len ? (buf[0] & 15) * 4 : 0;
	if (len < hlen + sizeof(icmph))
		return -1;
	memcpy(&icmph, buf + hlen, sizeof(icmph));
	if (icmph.type != ICMP_ECHOREPLY || icmph.un.echo.id != ident())
		return -1;
	*msg = buf + hlen;
	return len - hlen;
}
