/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the tests of raw sockets share: two hosts, and packets over the loopback
 * device of one.
 */
#ifndef XT_RAW_H
#define XT_RAW_H

#include "xt_nl.h"

#define LO	"127.0.0.1"
#define PROTO	200	/* nobody's */
#define HLEN	20

FIXTURE(raw) {
	struct xt_pair p;
	int tx;		/* IPPROTO_RAW: sends whole packets, hears nothing */
};

FIXTURE_SETUP(raw)
{
	ASSERT_EQ(0, xt_pair(&self->p));
	self->tx = socket(AF_XINET, SOCK_RAW, IPPROTO_RAW);
	ASSERT_LE(0, self->tx);
}

FIXTURE_TEARDOWN(raw)
{
}

static inline int raw_socket(int proto)
{
	return socket(AF_XINET, SOCK_RAW | SOCK_CLOEXEC, proto);
}

/* A packet to the loopback address: header of @ihl words and data. */
static inline struct iphdr *packet(unsigned char *buf, size_t len, int ihl,
				   int proto)
{
	struct iphdr *iph = (struct iphdr *)buf;

	memset(buf, 1, len);	/* options: no-operations */
	memset(buf, 0, HLEN);
	buf[0] = XIP_VERSION << 4 | ihl;
	iph->ttl = 64;
	iph->protocol = proto;
	iph->daddr = htonl(INADDR_LOOPBACK);
	return iph;
}

/* Send the data under that protocol, from the loopback address to itself. */
static inline ssize_t say(int tx, int proto, const void *data, size_t len)
{
	static unsigned char buf[2048];

	packet(buf, HLEN + len, 5, proto);
	memcpy(buf + HLEN, data, len);
	return xt_sendto(tx, buf, HLEN + len, LO, 0);
}

#endif /* XT_RAW_H */
