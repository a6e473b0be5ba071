/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What sockopt.c and sockopt_cmsg.c share: two hosts, and messages with what is
 * said and told beside them.
 *
 *	+----------------------------+               +----------------------+
 *	| a         veth0 10.9.0.1/24+---------------+10.9.0.2/24         b |
 *	|                 10.9.0.9/24|               |                      |
 *	|           dum0  10.9.1.1/24|               | default via 10.9.0.1 |
 *	+----------------------------+               +----------------------+
 */
#ifndef XT_SOCKOPT_H
#define XT_SOCKOPT_H

#include "xt_nl.h"

FIXTURE(sockopt) {
	struct xt_pair p;
	int fd;
	int in;
	char buf[64];
};

FIXTURE_SETUP(sockopt)
{
	ASSERT_EQ(0, xt_pair(&self->p));
	ASSERT_EQ(0, xt_addr_add("veth0", "10.9.0.9/24"));
	ASSERT_EQ(0, xt_dummy("dum0"));
	ASSERT_EQ(0, xt_addr_add("dum0", "10.9.1.1/24"));
	self->in = xt_bound_in(self->p.b, self->p.a, "10.9.0.2", 5000);
	self->fd = xt_udp();
	ASSERT_LE(0, self->in);
}

FIXTURE_TEARDOWN(sockopt)
{
}

/* Room for a message and all its control messages. */
struct message {
	struct sockaddr_xin from;
	char data[64];
	struct iovec iov;
	union {
		char control[512];
		struct cmsghdr align;
	};
	struct msghdr msg;
};

static inline struct msghdr *message(struct message *m)
{
	memset(m, 0, sizeof(*m));
	m->iov = (struct iovec){ m->data, sizeof(m->data) };
	m->msg = (struct msghdr){
		.msg_name = &m->from, .msg_namelen = sizeof(m->from),
		.msg_iov = &m->iov, .msg_iovlen = 1,
		.msg_control = m->control,
		.msg_controllen = sizeof(m->control),
	};
	return &m->msg;
}

/* Receive a message with what was told beside it. */
static inline struct msghdr *receive(struct message *m, int fd)
{
	message(m);
	if (!xt_readable(fd) || recvmsg(fd, &m->msg, MSG_DONTWAIT) < 0)
		m->msg.msg_controllen = 0;
	return &m->msg;
}

/* Send "x" to 10.9.0.2:5000 with one control message. */
static inline ssize_t send_with(int fd, int level, int type, const void *data,
				size_t len)
{
	struct sockaddr_xin to = xt_sin("10.9.0.2", 5000);
	struct message m;
	struct cmsghdr *cmsg;

	message(&m);
	m.from = to;
	m.iov.iov_len = 1;
	m.msg.msg_controllen = CMSG_SPACE(len);
	cmsg = CMSG_FIRSTHDR(&m.msg);
	cmsg->cmsg_level = level;
	cmsg->cmsg_type = type;
	cmsg->cmsg_len = CMSG_LEN(len);
	memcpy(CMSG_DATA(cmsg), data, len);
	return sendmsg(fd, &m.msg, 0);
}

/* An int control message that arrived, or -1. */
static inline int told(struct msghdr *msg, int level, int type)
{
	int *value = xt_cmsg(msg, level, type, sizeof(int));

	return value ? *value : -1;
}

/* The TTL with which the next datagram arrives, or -1. */
static inline int ttl_of(int in)
{
	struct message m;

	xt_set(in, SOL_IP, IP_RECVTTL, 1);
	return told(receive(&m, in), SOL_IP, IP_TTL);
}

static inline int tos_of(int in)
{
	struct message m;
	unsigned char *tos;

	xt_set(in, SOL_IP, IP_RECVTOS, 1);
	tos = xt_cmsg(receive(&m, in), SOL_IP, IP_TOS, 1);
	return tos ? *tos : -1;
}

static inline ssize_t send_one(int fd)
{
	return xt_sendto(fd, "x", 1, "10.9.0.2", 5000);
}

#endif /* XT_SOCKOPT_H */
