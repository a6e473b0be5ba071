// SPDX-License-Identifier: GPL-2.0
/*
 * `xip ping -R`: ask for the route to be recorded, and show it.
 *
 * In: a socket to ask by; the control messages of an answer. Out: lines as
 * ping(8) prints them, where no summary alone was asked for.
 */
#include <arpa/inet.h>
#include <linux/types.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "ping.h"
#include "xip.h"

#define OPT_NOP		1
#define OPT_RR		7
#define RR_SLOTS	9	/* all that fit a header */
#define RR_HEAD		3	/* type, length, pointer */

/**
 * ping_route_ask - have the route of what a socket sends recorded
 * @fd: the socket
 *
 * Return: 0, or -1 with errno set.
 */
int ping_route_ask(int fd)
{
	__u8 opt[1 + RR_HEAD + 4 * RR_SLOTS] = {
		OPT_NOP, OPT_RR, RR_HEAD + 4 * RR_SLOTS, RR_HEAD + 1,
	};
	int on = 1;

	if (setsockopt(fd, SOL_IP, IP_OPTIONS, opt, sizeof(opt)))
		return -1;
	return setsockopt(fd, SOL_IP, IP_RETOPTS, &on, sizeof(on));
}

/* The first option, if it is a record route and whole: an answer has it so. */
static const __u8 *route_of(struct msghdr *msg, size_t *len)
{
	struct cmsghdr *c;
	const __u8 *opt;
	size_t room;

	for (c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(msg, c)) {
		if (c->cmsg_level != SOL_IP || c->cmsg_type != IP_RETOPTS)
			continue;
		opt = CMSG_DATA(c);
		room = c->cmsg_len - CMSG_LEN(0);
		if (room < RR_HEAD || opt[0] != OPT_RR || opt[1] < RR_HEAD ||
		    opt[1] > room)
			return NULL;
		/* slots before the pointer are taken */
		*len = (opt[2] > opt[1] ? opt[1] + 1 : opt[2]) - 1;
		*len = *len < RR_HEAD ? 0 : (*len - RR_HEAD) / 4 * 4;
		return opt + RR_HEAD;
	}
	return NULL;
}

/**
 * ping_route_print - show the route that an answer recorded
 * @msg: the answer, with its control messages
 *
 * Printed at the end of the answer's own line; a route like the one before it
 * is not shown again.
 */
void ping_route_print(struct msghdr *msg)
{
	static __u8 old[4 * RR_SLOTS];
	static size_t old_len;
	char text[INET_ADDRSTRLEN];
	size_t len, i;
	const __u8 *hops = route_of(msg, &len);

	if (!hops || !len || len > sizeof(old))
		return;
	if (len == old_len && !memcmp(hops, old, len)) {
		printf("\t(same route)");
		return;
	}
	memcpy(old, hops, len);
	old_len = len;
	printf("\nRR: ");
	for (i = 0; i < len; i += 4)
		printf("\t%s\n", inet_ntop(AF_INET, hops + i, text,
					   sizeof(text)));
}
