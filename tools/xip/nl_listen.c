// SPDX-License-Identifier: GPL-2.0
/*
 * Listening to what the kernel tells unasked.
 *
 * In: groups of rtnetlink and of the generic netlink family. Out: each message
 * to the callback of its bus, as it comes. Messages that found no room are
 * told of, never passed over: a reader that counts has to know.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "nl.h"
#include "nl_priv.h"
#include "xip.h"

#define LISTEN_ROOM	1048576		/* bytes that may wait to be read */

static int listen_trouble(const char *what)
{
	fprintf(stderr, "Error: netlink: %s: %s\n", what, strerror(errno));
	return XIP_REFUSED;
}

/**
 * nl_join - hear the messages of a group of an open socket
 * @bus: which socket
 * @group: number of the group
 *
 * Return: 0 or a negative errno.
 */
int nl_join(enum nl_bus bus, __u32 group)
{
	int room = LISTEN_ROOM, fd = nl_fd(bus);

	/* the first is for root only, the second as large as is allowed */
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room)))
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room));
	if (setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group,
		       sizeof(group)))
		return -errno;
	return 0;
}

/* One datagram of a socket, if there is one. */
static int listen_read(enum nl_bus bus, const struct nl_ear *ear)
{
	static char buf[65536] __aligned(8);
	const struct nlmsghdr *nlh = (const struct nlmsghdr *)buf;
	ssize_t n = recv(nl_fd(bus), buf, sizeof(buf), MSG_DONTWAIT);
	int left, ret = XIP_OK;

	if (n < 0 && errno == ENOBUFS)
		return ear->lost();
	if (n < 0)
		return errno == EINTR || errno == EAGAIN ?
		       XIP_OK : listen_trouble("receive");
	for (left = n; !ret && mnl_nlmsg_ok(nlh, left);
	     nlh = mnl_nlmsg_next(nlh, &left))
		if (bus == NL_ROUTE || nl_genl_mine(nlh))
			ret = ear->hear[bus](nlh);
	return ret;
}

/**
 * nl_listen - hear the joined groups until something goes wrong
 * @ear: who takes the messages
 *
 * Return: what a callback returned, or XIP_REFUSED with a message.
 */
int nl_listen(const struct nl_ear *ear)
{
	struct pollfd fds[__NL_BUSES];
	int bus, ret = XIP_OK;

	for (bus = 0; bus < __NL_BUSES; bus++) {
		fds[bus].fd = ear->hear[bus] ? nl_fd(bus) : -1;
		fds[bus].events = POLLIN;
		fds[bus].revents = 0;
	}
	while (!ret) {
		if (poll(fds, __NL_BUSES, -1) < 0 && errno != EINTR)
			return listen_trouble("poll");
		for (bus = 0; bus < __NL_BUSES && !ret; bus++)
			if (fds[bus].fd >= 0 && fds[bus].revents)
				ret = listen_read(bus, ear);
	}
	return ret;
}
