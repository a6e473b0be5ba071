// SPDX-License-Identifier: GPL-2.0
/*
 * Raw sockets as a program sees them: who may open one, names, IP_HDRINCL with
 * every header that a hostile program could write, ICMP_FILTER, who gets a
 * copy, message flags, options, /proc/net/xinet/raw, and sockets that close
 * while packets arrive. All on the loopback device; raw.py has the frames.
 */
#include <linux/filter.h>
#include <pthread.h>
#include "xt_nl.h"
#include <linux/icmp.h>

/* The kernel's; C libraries have MSG_PROXY in its place. */
#define MSG_PROBE	0x10

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

static int raw_socket(int proto)
{
	return socket(AF_XINET, SOCK_RAW | SOCK_CLOEXEC, proto);
}

static int try_raw(int proto)
{
	int fd = raw_socket(proto);

	if (fd >= 0)
		close(fd);
	return fd;
}

/* A packet to the loopback address: header of @ihl words and data. */
static struct iphdr *packet(unsigned char *buf, size_t len, int ihl, int proto)
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
static ssize_t say(int tx, int proto, const void *data, size_t len)
{
	static unsigned char buf[2048];

	packet(buf, HLEN + len, 5, proto);
	memcpy(buf + HLEN, data, len);
	return xt_sendto(tx, buf, HLEN + len, LO, 0);
}

/* --- who, and what protocol ------------------------------------------------- */

static const struct {
	int proto, root, nobody;
} protocols[] = {
	{ -1, EINVAL, EINVAL },
	{ 0, EPROTONOSUPPORT, EPROTONOSUPPORT },
	{ 1, 0, EPERM },
	{ 2, 0, EPERM },
	{ IPPROTO_TCP, 0, EPERM },
	{ IPPROTO_UDP, 0, EPERM },
	{ PROTO, 0, EPERM },
	{ 254, 0, EPERM },
	{ IPPROTO_RAW, 0, EPERM },
	{ 256, EPROTONOSUPPORT, EPROTONOSUPPORT },
	{ IPPROTO_MAX - 1, EPROTONOSUPPORT, EPROTONOSUPPORT },
	{ IPPROTO_MAX, EINVAL, EINVAL },
	{ 0x7fffffff, EINVAL, EINVAL },
};

TEST_F(raw, who_may_open_one)
{
	unsigned int i;

	STEP("root");
	for (i = 0; i < ARRAY_SIZE(protocols); i++)
		FAILS(protocols[i].root, try_raw(protocols[i].proto));
	STEP("nobody");
	ASSERT_EQ(0, xt_drop_privileges(XT_NOBODY));
	for (i = 0; i < ARRAY_SIZE(protocols); i++)
		FAILS(protocols[i].nobody, try_raw(protocols[i].proto));
	if (unshare(CLONE_NEWUSER))
		SKIP(return, "no user namespaces for nobody");
	STEP("nobody, root of its own user namespace, in our network");
	for (i = 0; i < ARRAY_SIZE(protocols); i++)
		FAILS(protocols[i].nobody, try_raw(protocols[i].proto));
	STEP("and in its own network");
	ASSERT_EQ(0, unshare(CLONE_NEWNET));
	for (i = 0; i < ARRAY_SIZE(protocols); i++)
		FAILS(protocols[i].root, try_raw(protocols[i].proto));
}

TEST_F(raw, works_in_an_unprivileged_namespace)
{
	unsigned char buf[64];
	int tx, rx;

	ASSERT_EQ(0, xt_drop_privileges(XT_NOBODY));
	if (unshare(CLONE_NEWUSER | CLONE_NEWNET))
		SKIP(return, "no user namespaces for nobody");
	ASSERT_EQ(0, xt_up("lo"));
	tx = raw_socket(IPPROTO_RAW);
	rx = raw_socket(PROTO);
	RETURNS(HLEN + 5, say(tx, PROTO, "hello", 5));
	RETURNS(HLEN + 5, xt_recv(rx, buf, sizeof(buf)));
	EXPECT_EQ(0, memcmp(buf + HLEN, "hello", 5));
}

TEST_F(raw, says_what_it_is)
{
	int fd = raw_socket(PROTO), pair[2];

	RETURNS(AF_XINET, xt_get(fd, SOL_SOCKET, SO_DOMAIN));
	RETURNS(SOCK_RAW, xt_get(fd, SOL_SOCKET, SO_TYPE));
	RETURNS(PROTO, xt_get(fd, SOL_SOCKET, SO_PROTOCOL));
	RETURNS(0, xt_get(fd, SOL_IP, IP_HDRINCL));
	RETURNS(1, xt_get(self->tx, SOL_IP, IP_HDRINCL));
	FAILS(EPROTONOSUPPORT, socketpair(AF_XINET, SOCK_RAW, 0, pair));
	FAILS(EOPNOTSUPP, listen(fd, 1));
	FAILS(EOPNOTSUPP, accept(fd, NULL, NULL));
}

TEST_F(raw, names)
{
	struct sockaddr_xin sin = xt_sin(LO, 0);
	unsigned char buf[64];
	int fd = raw_socket(PROTO);

	STEP("the protocol stands where others have a port");
	EXPECT_STREQ("0.0.0.0:200", xt_name(fd, false));
	EXPECT_STREQ("ENOTCONN", xt_name(fd, true));
	STEP("bind: again and again, to any address of ours");
	OK(xt_bind(fd, LO, 0));
	EXPECT_STREQ("127.0.0.1:200", xt_name(fd, false));
	OK(xt_bind(fd, "10.9.0.1", 77));
	EXPECT_STREQ("10.9.0.1:200", xt_name(fd, false));
	OK(xt_bind(fd, "10.9.0.255", 0));
	OK(xt_bind(fd, "224.0.0.1", 0));
	OK(xt_bind(fd, "0.0.0.0", 0));
	FAILS(EADDRNOTAVAIL, xt_bind(fd, "10.9.0.2", 0));
	FAILS(EADDRNOTAVAIL, xt_bind(fd, "1.2.3.4", 0));
	FAILS(EINVAL, bind(fd, (struct sockaddr *)&sin, 15));
	sin.sxin_family = AF_INET;
	FAILS(EAFNOSUPPORT, bind(fd, (struct sockaddr *)&sin, sizeof(sin)));
	STEP("connect, until which one can bind");
	OK(xt_connect(fd, LO, 9));
	EXPECT_STREQ("127.0.0.1:9", xt_name(fd, true));
	EXPECT_STREQ("127.0.0.1:200", xt_name(fd, false));
	FAILS(EINVAL, xt_bind(fd, LO, 0));
	OK(xt_connect(fd, "10.9.0.2", 0));
	EXPECT_STREQ("10.9.0.1:200", xt_name(fd, false));
	STEP("disconnected, it hears of all again");
	OK(xt_disconnect(fd));
	EXPECT_STREQ("0.0.0.0:200", xt_name(fd, false));
	say(self->tx, PROTO, "x", 1);
	RETURNS(HLEN + 1, xt_recv(fd, buf, sizeof(buf)));
}

/* --- what leaves --------------------------------------------------------------- */

TEST_F(raw, without_a_header)
{
	static const size_t sizes[] = { 0, 1, 7, 8, 1400, 65514, 65515 };
	static unsigned char data[65536], buf[65536];
	struct iphdr *iph = (struct iphdr *)buf;
	int tx = raw_socket(PROTO), rx = raw_socket(PROTO);
	unsigned int i;

	OK(xt_bind(rx, LO, 0));
	OK(xt_set(tx, SOL_SOCKET, SO_RCVBUF, 1));
	OK(xt_set(rx, SOL_SOCKET, SO_RCVBUF, 1 << 20));
	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		STEP("%zu bytes", sizes[i]);
		xt_fill(data, sizes[i], i);
		RETURNS(sizes[i], xt_sendto(tx, data, sizes[i], LO, 1234));
		RETURNS(HLEN + sizes[i], xt_recv(rx, buf, sizeof(buf)));
		EXPECT_TRUE(xt_intact(buf + HLEN, sizes[i], i));
		EXPECT_EQ(0xe5, buf[0]);
		EXPECT_EQ(HLEN + sizes[i], ntohs(iph->tot_len));
		EXPECT_EQ(PROTO, iph->protocol);
		EXPECT_EQ(64, iph->ttl);
	}
	STEP("more than a packet can be");
	FAILS(EMSGSIZE, xt_sendto(tx, data, 65516, LO, 0));
	FAILS(EMSGSIZE, xt_sendto(tx, data, 65536, LO, 0));
	STEP("whom for?");
	FAILS(EDESTADDRREQ, send(tx, data, 1, 0));
	FAILS(ENETUNREACH, xt_sendto(tx, data, 1, "1.2.3.4", 0));
	FAILS(EACCES, xt_sendto(tx, data, 1, "10.9.0.255", 0));
	FAILS(EOPNOTSUPP, send(tx, data, 1, MSG_OOB));
	FAILS(EOPNOTSUPP, send(tx, data, 1, MSG_MORE));
	OK(xt_connect(tx, LO, 0));
	RETURNS(3, send(tx, data, 3, 0));
	RETURNS(HLEN + 3, xt_recv(rx, buf, sizeof(buf)));
	RETURNS(3, send(tx, data, 3, MSG_PROBE));
	EXPECT_TRUE(xt_silent(rx));
}

TEST_F(raw, header_too_short)
{
	unsigned char buf[HLEN] = {};
	size_t len;

	packet(buf, HLEN, 5, PROTO);
	for (len = 0; len < HLEN; len++)
		FAILS(EINVAL, xt_sendto(self->tx, buf, len, LO, 0));
	OK(xt_sendto(self->tx, buf, len, LO, 0));
}

/* Each first byte there is, before each length of packet. */
TEST_F(raw, header_versions_and_lengths)
{
	static const size_t lens[] = { 20, 23, 24, 39, 40, 59, 60, 61, 64 };
	unsigned int i, first, want, wrong = 0, sent = 0;
	unsigned char buf[64];

	for (i = 0; i < ARRAY_SIZE(lens); i++) {
		for (first = 0; first < 256; first++) {
			packet(buf, lens[i], 5, PROTO);
			buf[0] = first;
			want = first >> 4 == XIP_VERSION &&
			       (first & 15) >= 5 &&
			       (first & 15) * 4 <= lens[i] ? 0 : EINVAL;
			errno = 0;
			xt_sendto(self->tx, buf, lens[i], LO, 0);
			wrong += errno != (int)want;
			sent += !errno;
		}
	}
	EXPECT_EQ(0U, wrong);
	/* 20: ihl 5; 24: 6; 40: 10; 60: 15 */
	EXPECT_EQ(1U + 1 + 2 + 5 + 6 + 10 + 11 + 11 + 11, sent);
}

static const struct {
	const char *what;
	unsigned char opt[40];
	int words, err;
} options[] = {
	{ "no-operations", { 1, 1, 1, 1 }, 1, 0 },
	{ "an end", { 0, 7, 7, 7 }, 1, 0 },
	{ "record route", { 7, 7, 4, 0, 0, 0, 0, 0 }, 2, 0 },
	{ "record route, full", { 7, 7, 8, 1, 2, 3, 4, 0 }, 2, 0 },
	{ "record route to the end", { 7, 39, 4 }, 10, 0 },
	{ "record route beyond it", { 7, 43, 4 }, 10, EINVAL },
	{ "record route, length 0", { 7, 0, 4, 0 }, 1, EINVAL },
	{ "record route, length 1", { 7, 1, 4, 0 }, 1, EINVAL },
	{ "record route, length 2", { 7, 2, 4, 0 }, 1, EINVAL },
	{ "record route, odd length", { 7, 8, 4, 0, 0, 0, 0, 0 }, 2, EINVAL },
	{ "record route, pointer 3", { 7, 7, 3, 0, 0, 0, 0, 0 }, 2, EINVAL },
	{ "an option of one byte at the end", { 1, 1, 1, 7 }, 1, EINVAL },
	{ "timestamp", { 68, 8, 5, 0, 0, 0, 0, 0 }, 2, 0 },
	{ "timestamp, pointer 4", { 68, 8, 4, 0, 0, 0, 0, 0 }, 2, EINVAL },
	{ "timestamp, flag 2", { 68, 8, 5, 2, 0, 0, 0, 0 }, 2, EINVAL },
	{ "timestamp, length 3", { 68, 3, 5, 0 }, 1, EINVAL },
	{ "router alert", { 148, 4, 0, 0 }, 1, 0 },
	{ "router alert, length 5", { 148, 5, 0, 0, 0, 0, 0, 0 }, 2, EINVAL },
	{ "loose source route", { 131, 7, 4, 10, 9, 0, 2, 0 }, 2, EINVAL },
	{ "strict source route", { 137, 7, 4, 10, 9, 0, 2, 0 }, 2, EINVAL },
	{ "an unknown one", { 0x99, 4, 0, 0 }, 1, 0 },
	{ "an unknown one, too long", { 0x99, 5, 0, 0 }, 1, EINVAL },
};

TEST_F(raw, header_options)
{
	unsigned char buf[64];
	size_t len;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(options); i++) {
		STEP("%s", options[i].what);
		len = HLEN + options[i].words * 4;
		packet(buf, len, len / 4, PROTO);
		memcpy(buf + HLEN, options[i].opt, len - HLEN);
		FAILS(options[i].err,
		      xt_sendto(self->tx, buf, len, LO, 0));
	}
}

TEST_F(raw, header_is_filled_in)
{
	static const int lengths[] = { 0, 19, 20, 23, 24, 25, 1500, 65535 };
	unsigned char buf[24], got[64];
	struct iphdr *out = (struct iphdr *)buf, *in = (struct iphdr *)got;
	int rx = raw_socket(PROTO);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(lengths); i++) {
		STEP("total length said to be %d", lengths[i]);
		packet(buf, sizeof(buf), 5, PROTO);
		out->tot_len = htons(lengths[i]);
		out->check = htons(0x1234 + i);
		out->tos = 0x48;
		out->ttl = 3;
		out->frag_off = htons(0x4000);
		out->id = htons(i);
		RETURNS(24, xt_sendto(self->tx, buf, sizeof(buf), LO, 0));
		RETURNS(24, xt_recv(rx, got, sizeof(got)));
		EXPECT_EQ(24, ntohs(in->tot_len));
		EXPECT_EQ(0x48, in->tos);
		EXPECT_EQ(3, in->ttl);
		EXPECT_EQ(0x4000, ntohs(in->frag_off));
		EXPECT_EQ(htonl(INADDR_LOOPBACK), in->saddr);
		EXPECT_TRUE(i ? ntohs(in->id) == i : in->id);
	}
	STEP("a source is kept");
	out->saddr = xt_sin("10.9.0.1", 0).sxin_addr.s_addr;
	RETURNS(24, xt_sendto(self->tx, buf, sizeof(buf), LO, 0));
	RETURNS(24, xt_recv(rx, got, sizeof(got)));
	EXPECT_EQ(out->saddr, in->saddr);
	STEP("a zero one is that which the socket is bound to");
	out->saddr = 0;
	OK(xt_bind(self->tx, "10.9.0.1", 0));
	RETURNS(24, xt_sendto(self->tx, buf, sizeof(buf), LO, 0));
	RETURNS(24, xt_recv(rx, got, sizeof(got)));
	EXPECT_EQ(xt_sin("10.9.0.1", 0).sxin_addr.s_addr, in->saddr);
}

TEST_F(raw, header_and_size)
{
	static unsigned char buf[65537];
	static unsigned char got[65536];
	int rx = raw_socket(PROTO), on = raw_socket(PROTO);

	OK(xt_set(rx, SOL_SOCKET, SO_RCVBUF, 1 << 20));
	packet(buf, sizeof(buf), 5, PROTO);
	RETURNS(65535, xt_sendto(self->tx, buf, 65535, LO, 0));
	RETURNS(65535, xt_recv(rx, got, sizeof(got)));
	EXPECT_EQ(0, memcmp(buf + HLEN, got + HLEN, 65535 - HLEN));
	FAILS(EMSGSIZE, xt_sendto(self->tx, buf, 65536, LO, 0));
	STEP("more than the link takes is refused");
	RETURNS(1500, xt_sendto(self->tx, buf, 1500, "10.9.0.2", 0));
	FAILS(EMSGSIZE, xt_sendto(self->tx, buf, 1501, "10.9.0.2", 0));
	STEP("IP_HDRINCL comes and goes");
	OK(xt_set(on, SOL_IP, IP_HDRINCL, 1));
	RETURNS(1, xt_get(on, SOL_IP, IP_HDRINCL));
	FAILS(EINVAL, xt_sendto(on, "x", 1, LO, 0));
	OK(xt_set(on, SOL_IP, IP_HDRINCL, 0));
	RETURNS(1, xt_sendto(on, "x", 1, LO, 0));
	FAILS(ENOPROTOOPT, xt_set(xt_udp(), SOL_IP, IP_HDRINCL, 1));
}

/* --- ICMP_FILTER ----------------------------------------------------------------- */

TEST_F(raw, filter_as_an_option)
{
	int fd = raw_socket(IPPROTO_ICMP), other = raw_socket(PROTO);
	unsigned char buf[8];
	socklen_t len;
	int i;

	RETURNS(0, xt_get(fd, SOL_RAW, ICMP_FILTER));
	for (i = 0; i <= 8; i++) {
		memset(buf, 0, sizeof(buf));
		OK(setsockopt(fd, SOL_RAW, ICMP_FILTER, buf, 4));
		memset(buf, 0xa5, sizeof(buf));
		OK(setsockopt(fd, SOL_RAW, ICMP_FILTER, buf, i));
		RETURNS(i >= 4 ? -0x5a5a5a5b :
			(int)(0xa5a5a5a5 & ((1U << 8 * i) - 1)),
			({ int v; len = 4;
			   getsockopt(fd, SOL_RAW, ICMP_FILTER, &v, &len); v; }));
		memset(buf, 0x11, sizeof(buf));
		len = i;
		OK(getsockopt(fd, SOL_RAW, ICMP_FILTER, buf, &len));
		EXPECT_EQ(i < 4 ? i : 4, (int)len);
		EXPECT_EQ(0x11, buf[len]);
	}
	len = -1;
	FAILS(EINVAL, getsockopt(fd, SOL_RAW, ICMP_FILTER, buf, &len));
	FAILS(EFAULT, setsockopt(fd, SOL_RAW, ICMP_FILTER, (void *)8, 4));
	FAILS(EOPNOTSUPP, xt_set(other, SOL_RAW, ICMP_FILTER, 0));
	RETURNS(-EOPNOTSUPP, xt_get(other, SOL_RAW, ICMP_FILTER));
	FAILS(ENOPROTOOPT, xt_set(fd, SOL_RAW, 2, 0));
	RETURNS(-ENOPROTOOPT, xt_get(fd, SOL_RAW, 2));
	FAILS(ENOPROTOOPT, xt_set(xt_udp(), SOL_RAW, ICMP_FILTER, 0));
	FAILS(ENOPROTOOPT, xt_set(fd, SOL_UDP, 1, 0));
}

/* How many messages of a type wait, all others taken away too. */
static int waiting(int fd, int type)
{
	unsigned char buf[256];
	int n = 0;

	while (recv(fd, buf, sizeof(buf), MSG_DONTWAIT) > HLEN)
		n += buf[HLEN] == type;
	return n;
}

TEST_F(raw, filter_by_type)
{
	static const unsigned char types[] = { 0, 3, 4, 5, 8, 13, 18, 30, 31,
					       32, 40, 255 };
	unsigned char msg[8] = {}, buf[64];
	/* a list grows at its head: the last to be served is the first made */
	int all = raw_socket(IPPROTO_ICMP), none = raw_socket(IPPROTO_ICMP);
	int only = raw_socket(IPPROTO_ICMP);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(types); i++) {
		unsigned int bit = types[i] < 32 ? 1U << types[i] : 0;

		STEP("type %d", types[i]);
		OK(xt_set(none, SOL_RAW, ICMP_FILTER, bit));
		OK(xt_set(only, SOL_RAW, ICMP_FILTER, ~bit));
		msg[0] = types[i];
		say(self->tx, IPPROTO_ICMP, msg, sizeof(msg));
		RETURNS(HLEN + 8, xt_recv(all, buf, sizeof(buf)));
		EXPECT_EQ(types[i] < 32 ? 0 : 1, waiting(none, types[i]));
		EXPECT_EQ(1, waiting(only, types[i]));
		waiting(all, 0);
	}
	STEP("too short to have a type: not delivered");
	say(self->tx, IPPROTO_ICMP, msg, 7);
	say(self->tx, IPPROTO_ICMP, msg, 8);
	SOON(waiting(all, 255) == 1);
}

/* --- who gets it ------------------------------------------------------------------ */

static const struct {
	int proto;
	const char *bind, *connect, *dev;
	bool gets;
} listeners[] = {
	{ PROTO, NULL, NULL, NULL, true },
	{ PROTO, NULL, NULL, NULL, true },
	{ PROTO, LO, NULL, NULL, true },
	{ PROTO, NULL, LO, NULL, true },
	{ PROTO, LO, LO, "lo", true },
	{ PROTO, NULL, NULL, "lo", true },
	{ PROTO, NULL, NULL, "veth0", false },
	{ PROTO, "10.9.0.1", NULL, NULL, false },
	{ PROTO, "10.9.0.255", NULL, NULL, false },
	{ PROTO, NULL, "10.9.0.2", NULL, false },
	{ PROTO, LO, "10.9.0.1", NULL, false },
	{ PROTO + 1, NULL, NULL, NULL, false },
	{ IPPROTO_UDP, NULL, NULL, NULL, false },
	{ IPPROTO_RAW, NULL, NULL, NULL, false },
};

TEST_F(raw, everybody_who_matches_gets_one)
{
	int fd[ARRAY_SIZE(listeners)], first = raw_socket(PROTO);
	unsigned char buf[64];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(listeners); i++) {
		fd[i] = raw_socket(listeners[i].proto);
		ASSERT_LE(0, fd[i]);
		if (listeners[i].dev)
			OK(xt_bind_dev(fd[i], listeners[i].dev));
		if (listeners[i].bind)
			OK(xt_bind(fd[i], listeners[i].bind, 0));
		if (listeners[i].connect)
			OK(xt_connect(fd[i], listeners[i].connect, 0));
	}
	say(self->tx, PROTO, "all", 3);
	RETURNS(HLEN + 3, xt_recv(first, buf, sizeof(buf)));
	for (i = 0; i < ARRAY_SIZE(listeners); i++) {
		STEP("listener %u", i);
		if (listeners[i].gets) {
			RETURNS(HLEN + 3, recv(fd[i], buf, sizeof(buf),
					       MSG_DONTWAIT));
			EXPECT_EQ(0, memcmp(buf + HLEN, "all", 3));
		}
		EXPECT_TRUE(xt_silent(fd[i]));
	}
	STEP("another namespace hears nothing");
	ASSERT_EQ(0, xt_enter(self->p.b));
	EXPECT_TRUE(xt_silent(raw_socket(PROTO)));
}

TEST_F(raw, a_hundred_listeners)
{
	int fd[100], i, n = 0;
	unsigned char buf[64];

	for (i = 0; i < 100; i++)
		ASSERT_LE(0, fd[i] = raw_socket(PROTO));
	say(self->tx, PROTO, "x", 1);
	RETURNS(HLEN + 1, xt_recv(fd[0], buf, sizeof(buf)));
	for (i = 1; i < 100; i++)
		n += recv(fd[i], buf, sizeof(buf), MSG_DONTWAIT) == HLEN + 1;
	EXPECT_EQ(99, n);
	for (i = 1; i < 100; i += 2)
		close(fd[i]);
	say(self->tx, PROTO, "x", 1);
	RETURNS(HLEN + 1, xt_recv(fd[0], buf, sizeof(buf)));
	for (i = 2, n = 0; i < 100; i += 2)
		n += recv(fd[i], buf, sizeof(buf), MSG_DONTWAIT) == HLEN + 1;
	EXPECT_EQ(49, n);
}

TEST_F(raw, beside_the_protocols_own_sockets)
{
	int udp = xt_bound(LO, 7000), rx = raw_socket(IPPROTO_UDP);
	unsigned char buf[64];

	RETURNS(4, xt_sendto(xt_udp(), "both", 4, LO, 7000));
	RETURNS(4, xt_recv(udp, buf, sizeof(buf)));
	RETURNS(HLEN + 8 + 4, xt_recv(rx, buf, sizeof(buf)));
	EXPECT_EQ(0, memcmp(buf + HLEN + 8, "both", 4));
}

TEST_F(raw, the_checksum_is_whole)
{
	int rx = raw_socket(IPPROTO_UDP), udp = xt_bound(LO, 7000), i;
	unsigned char buf[2048], data[1500];
	unsigned int sum;

	/* on lo the sender leaves the sum to a device that is none */
	for (i = 0; i < 5; i++) {
		xt_fill(data, 300 * i + 1, i);
		xt_sendto(udp, data, 300 * i + 1, LO, 7000);
		RETURNS(HLEN + 8 + 300 * i + 1, xt_recv(rx, buf, sizeof(buf)));
		EXPECT_TRUE(xt_intact(buf + HLEN + 8, 300 * i + 1, i));
		buf[HLEN + 8 + 300 * i + 1] = 0;
		/* pseudo-header: the addresses, 17 and the length */
		sum = 17 + 8 + 300 * i + 1;
		for (int at = 12; at < HLEN + 8 + 300 * i + 1; at += 2)
			sum += buf[at] << 8 | buf[at + 1];
		while (sum > 0xffff)
			sum = (sum & 0xffff) + (sum >> 16);
		EXPECT_EQ(0xffffU, sum);
		RETURNS(300 * i + 1, xt_recv(udp, buf, sizeof(buf)));
	}
}

/* --- receiving ---------------------------------------------------------------------- */

TEST_F(raw, message_flags)
{
	unsigned char buf[64], data[40];
	int rx = raw_socket(PROTO), n = -1;
	struct sockaddr_xin from;
	socklen_t len = sizeof(from);

	FAILS(EAGAIN, recv(rx, buf, sizeof(buf), MSG_DONTWAIT));
	EXPECT_EQ(POLLOUT, xt_poll(rx));
	xt_fill(data, sizeof(data), 0);
	say(self->tx, PROTO, data, sizeof(data));
	SOON(xt_poll(rx) == (POLLIN | POLLOUT));
	OK(ioctl(rx, FIONREAD, &n));
	EXPECT_EQ(HLEN + 40, n);
	RETURNS(10, recv(rx, buf, 10, MSG_PEEK));
	RETURNS(HLEN + 40, recv(rx, buf, 10, MSG_PEEK | MSG_TRUNC));
	RETURNS(HLEN + 40, recvfrom(rx, buf, sizeof(buf), 0,
				    (struct sockaddr *)&from, &len));
	EXPECT_TRUE(xt_intact(buf + HLEN, 40, 0));
	EXPECT_EQ(sizeof(from), len);
	EXPECT_EQ(AF_XINET, from.sxin_family);
	EXPECT_EQ(0, from.sxin_port);
	EXPECT_EQ(htonl(INADDR_LOOPBACK), from.sxin_addr.s_addr);
	FAILS(EOPNOTSUPP, recv(rx, buf, 1, MSG_OOB));
	OK(ioctl(rx, FIONREAD, &n));
	EXPECT_EQ(0, n);
}

TEST_F(raw, what_a_datagram_tells)
{
	int rx = raw_socket(PROTO), tx = raw_socket(PROTO);
	unsigned char buf[64], control[256];
	struct iovec iov = { buf, sizeof(buf) };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control, .msg_controllen = sizeof(control),
	};
	struct in_pktinfo *info;
	unsigned char *tos;
	int *ttl;

	OK(xt_set(rx, SOL_IP, IP_PKTINFO, 1));
	OK(xt_set(rx, SOL_IP, IP_RECVTTL, 1));
	OK(xt_set(rx, SOL_IP, IP_RECVTOS, 1));
	OK(xt_set(tx, SOL_IP, IP_TTL, 9));
	OK(xt_set(tx, SOL_IP, IP_TOS, 0x48));
	OK(xt_sendto(tx, "x", 1, LO, 0));
	ASSERT_TRUE(xt_readable(rx));
	RETURNS(HLEN + 1, recvmsg(rx, &msg, MSG_DONTWAIT));
	EXPECT_EQ(9, buf[8]);
	EXPECT_EQ(0x48, buf[1]);
	ttl = xt_cmsg(&msg, SOL_IP, IP_TTL, sizeof(*ttl));
	tos = xt_cmsg(&msg, SOL_IP, IP_TOS, sizeof(*tos));
	info = xt_cmsg(&msg, SOL_IP, IP_PKTINFO, sizeof(*info));
	ASSERT_TRUE(ttl && tos && info);
	EXPECT_EQ(9, *ttl);
	EXPECT_EQ(0x48, *tos);
	EXPECT_EQ(if_nametoindex("lo"), (unsigned int)info->ipi_ifindex);
	EXPECT_EQ(htonl(INADDR_LOOPBACK), info->ipi_addr.s_addr);
}

/* Attach a filter that loads the byte at @off and accepts @keep if it is @k. */
static int attach(int fd, int off, int k, int keep)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, off),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, k, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, keep),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	struct sock_fprog prog = { ARRAY_SIZE(code), code };

	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &prog,
			  sizeof(prog));
}

TEST_F(raw, socket_filter)
{
	int last = raw_socket(PROTO), rx = raw_socket(PROTO);
	unsigned char buf[64];
	unsigned int i;
	static const struct {
		int off, k, keep, len;
	} rows[] = {
		{ 9, PROTO, 0xffff, HLEN + 4 },	/* it begins at the header */
		{ 9, PROTO + 1, 0xffff, -1 },
		{ 0, 0xe5, 0xffff, HLEN + 4 },
		{ HLEN, 'd', 0xffff, HLEN + 4 },
		{ HLEN, 'e', 0xffff, -1 },
		{ 9, PROTO, HLEN + 2, HLEN + 2 },
		{ 9, PROTO, 1, 1 },
		{ HLEN + 4, 0, 0xffff, -1 },	/* beyond the end */
	};

	OK(xt_set(rx, SOL_IP, IP_RECVTTL, 1));
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		STEP("row %u", i);
		OK(attach(rx, rows[i].off, rows[i].k, rows[i].keep));
		say(self->tx, PROTO, "data", 4);
		RETURNS(HLEN + 4, xt_recv(last, buf, sizeof(buf)));
		RETURNS(rows[i].len, recv(rx, buf, sizeof(buf), MSG_DONTWAIT));
	}
}

/* --- /proc -------------------------------------------------------------------------- */

struct row {
	unsigned int laddr, raddr, proto, st, tx, rx, uid, drops;
	unsigned long inode;
};

/* The row of the file that shows the socket. */
static bool row_of(int fd, struct row *r)
{
	static char text[65536];
	struct stat st;
	char *line, *save;

	if (fstat(fd, &st) ||
	    xt_read("/proc/thread-self/net/xinet/raw", text, sizeof(text)))
		return false;
	strtok_r(text, "\n", &save);
	while ((line = strtok_r(NULL, "\n", &save))) {
		if (sscanf(line,
			   "%*d: %X:%X %X:%*X %X %X:%X %*X:%*X %*X %u %*u %lu %*d %*s %u",
			   &r->laddr, &r->proto, &r->raddr, &r->st, &r->tx,
			   &r->rx, &r->uid, &r->inode, &r->drops) != 9)
			return false;
		if (r->inode == st.st_ino)
			return true;
	}
	return false;
}

TEST_F(raw, proc_file)
{
	char ours[256], theirs[256];
	int fd = raw_socket(PROTO);
	struct row r = {};

	OK(xt_read("/proc/thread-self/net/xinet/raw", ours, sizeof(ours)));
	ours[strcspn(ours, "\n")] = 0;
	if (!xt_read("/proc/thread-self/net/raw", theirs, sizeof(theirs)))
		EXPECT_STREQ(theirs, ours);
	OK(xt_bind(fd, "10.9.0.1", 0));
	OK(xt_connect(fd, "10.9.0.2", 77));
	ASSERT_TRUE(row_of(fd, &r));
	EXPECT_EQ(xt_sin("10.9.0.1", 0).sxin_addr.s_addr, r.laddr);
	EXPECT_EQ(xt_sin("10.9.0.2", 0).sxin_addr.s_addr, r.raddr);
	EXPECT_EQ((unsigned int)PROTO, r.proto);
	EXPECT_EQ(1U, r.st);
	EXPECT_TRUE(row_of(self->tx, &r));
	EXPECT_EQ((unsigned int)IPPROTO_RAW, r.proto);
	STEP("another namespace's sockets are not there");
	ASSERT_EQ(0, xt_enter(self->p.b));
	EXPECT_FALSE(row_of(fd, &r));
}

TEST_F(raw, receive_buffer)
{
	int rx = raw_socket(PROTO), last = raw_socket(PROTO), i, n = 0;
	unsigned char data[1000] = {}, buf[2048];
	struct row r = {};

	OK(xt_set(rx, SOL_SOCKET, SO_RCVBUF, 4096));
	OK(xt_set(last, SOL_SOCKET, SO_RCVBUF, 1 << 20));
	for (i = 0; i < 50; i++)
		say(self->tx, PROTO, data, sizeof(data));
	for (i = 0; i < 50; i++)
		RETURNS(HLEN + 1000, xt_recv(last, buf, sizeof(buf)));
	SOON(row_of(rx, &r) && r.drops == xt_counter("Xinet:", "RcvBuf"));
	EXPECT_LT(1000U, r.rx);
	while (recv(rx, buf, sizeof(buf), MSG_DONTWAIT) > 0)
		n++;
	EXPECT_EQ(50U, n + r.drops);
	EXPECT_LT(0, n);
	EXPECT_LT(0U, r.drops);
	STEP("who listens and has no room is a listener still");
	EXPECT_EQ(0, xt_counter("Ip:", "InUnknownProtos"));
	ASSERT_TRUE(row_of(rx, &r));
	EXPECT_EQ(0U, r.rx);
}

/* --- races ------------------------------------------------------------------------------ */

#define RACE_MS	1500

static bool stop_now;
static long opened;

static bool running(void)
{
	return !__atomic_load_n(&stop_now, __ATOMIC_RELAXED);
}

/* Sockets that come, bind, receive or not, and go. */
static void *open_and_close(void *arg)
{
	unsigned char buf[64];
	int fd, i = 0;

	while (running()) {
		fd = raw_socket(PROTO);
		if (fd < 0)
			continue;
		if (i & 1)
			xt_bind(fd, LO, 0);
		if (i & 2)
			xt_connect(fd, LO, 0);
		if (i & 4)
			recv(fd, buf, sizeof(buf), MSG_DONTWAIT);
		if (i & 8)
			xt_disconnect(fd);
		close(fd);
		__atomic_add_fetch(&opened, 1, __ATOMIC_RELAXED);
		i++;
	}
	return NULL;
}

static void *send_packets(void *arg)
{
	unsigned char buf[HLEN + 8];
	int tx = raw_socket(IPPROTO_RAW);

	packet(buf, sizeof(buf), 5, PROTO);
	while (running())
		xt_sendto(tx, buf, sizeof(buf), LO, 0);
	close(tx);
	return NULL;
}

TEST_F(raw, close_while_packets_arrive)
{
	unsigned char buf[64];
	int rx = raw_socket(PROTO), i;
	long end = xt_now_ms() + RACE_MS;
	char text[1024];
	pthread_t t[3];

	for (i = 0; i < 3; i++)
		ASSERT_EQ(0, pthread_create(&t[i], NULL, i < 1 ?
					    send_packets : open_and_close,
					    NULL));
	while (xt_now_ms() < end)
		xt_recv(rx, buf, sizeof(buf));
	__atomic_store_n(&stop_now, true, __ATOMIC_RELAXED);
	for (i = 0; i < 3; i++)
		ASSERT_EQ(0, pthread_join(t[i], NULL));
	EXPECT_LT(0, opened);
	close(rx);
	close(self->tx);
	STEP("none is left; the protocol is unreachable again");
	OK(xt_read("/proc/thread-self/net/xinet/raw", text, sizeof(text)));
	EXPECT_EQ(NULL, strchr(text, '\n'));
	self->tx = raw_socket(IPPROTO_RAW);
	say(self->tx, PROTO, "x", 1);
	SOON(xt_counter("Ip:", "InUnknownProtos") > 0);
}
