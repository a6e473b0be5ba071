// SPDX-License-Identifier: GPL-2.0
/*
 * What raw sockets hear: ICMP_FILTER, who gets a copy, message flags, what is
 * told beside a packet, socket filters. All on the loopback device.
 */
#include <linux/filter.h>
#include "xt_raw.h"
#include <linux/icmp.h>

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
