// SPDX-License-Identifier: GPL-2.0
/*
 * A socket's error queue (IP_RECVERR).
 *
 * In: a datagram socket. Out: struct errq_entry, one at a time; what is no
 * error, such as a timestamp, is passed over.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>

#include "errq.h"
#include "util.h"
#include "xip.h"

/**
 * errq_enable - ask for errors
 * @fd: the socket
 *
 * Return: 0, or -1 with errno.
 */
int errq_enable(int fd)
{
	int on = 1;

	return setsockopt(fd, SOL_IP, IP_RECVERR, &on, sizeof(on));
}

/* The control message, with who says so behind it; false if there is none. */
static bool parse(struct msghdr *msg, struct errq_entry *e)
{
	struct sock_extended_err ee;
	struct sockaddr_xin offender = { };
	struct cmsghdr *c;

	for (c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(msg, c)) {
		if (c->cmsg_level != SOL_IP || c->cmsg_type != IP_RECVERR ||
		    c->cmsg_len < CMSG_LEN(sizeof(ee) + sizeof(offender)))
			continue;
		memcpy(&ee, CMSG_DATA(c), sizeof(ee));
		memcpy(&offender, CMSG_DATA(c) + sizeof(ee), sizeof(offender));
		if (ee.ee_origin != SO_EE_ORIGIN_LOCAL &&
		    ee.ee_origin != SO_EE_ORIGIN_ICMP)
			return false;
		e->local = ee.ee_origin == SO_EE_ORIGIN_LOCAL;
		e->error = ee.ee_errno;
		e->icmp = (struct icmp_error){
			.type = ee.ee_type, .code = ee.ee_code,
			.info = ee.ee_info,
		};
		e->from = offender.sxin_addr.s_addr;
		return true;
	}
	return false;
}

/**
 * errq_next - take an error off the queue, if there is one
 * @fd: the socket
 * @e: result
 *
 * Return: whether there was one. errno is left as it was.
 */
bool errq_next(int fd, struct errq_entry *e)
{
	int before = errno;
	bool got = false;
	ssize_t n;

	do {
		char control[512] __aligned(8);
		struct sockaddr_xin dst = { };
		struct iovec iov = {
			.iov_base = e->data, .iov_len = sizeof(e->data),
		};
		struct msghdr msg = {
			.msg_name = &dst, .msg_namelen = sizeof(dst),
			.msg_iov = &iov, .msg_iovlen = 1,
			.msg_control = control,
			.msg_controllen = sizeof(control),
		};

		n = recvmsg(fd, &msg, MSG_ERRQUEUE | MSG_DONTWAIT);
		if (n < 0)
			break;
		got = parse(&msg, e);
		e->len = n;
		e->dst = dst.sxin_addr.s_addr;
		e->port = ntohs(dst.sxin_port);
	} while (!got);
	errno = before;
	return got;
}
