// SPDX-License-Identifier: GPL-2.0
/*
 * Raw sockets as a program sees them: who may open one, names, IP_HDRINCL with
 * every header that a hostile program could write. All on the loopback device;
 * raw_input.c has what they hear, raw_life.c how they come and go, raw.py the
 * frames.
 */
#include "xt_raw.h"

/* The kernel's; C libraries have MSG_PROXY in its place. */
#define MSG_PROBE	0x10

static int try_raw(int proto)
{
	int fd = raw_socket(proto);

	if (fd >= 0)
		close(fd);
	return fd;
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
