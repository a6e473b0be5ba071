// SPDX-License-Identifier: GPL-2.0
/*
 * Control messages of XUDP sockets: what arrives beside a datagram that is
 * asked for, what a message to send can choose, and lies about lengths. The
 * hosts are those of xt_sockopt.h.
 */
#include "xt_sockopt.h"

/* --- what arrives beside a datagram ---------------------------------------- */

TEST_F(sockopt, booleans)
{
	static const int options[] = {
		IP_PKTINFO, IP_RECVTTL, IP_RECVTOS, IP_RECVERR, XIP_REPORT_INET,
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(options); i++) {
		STEP("option %d: off, on, any other number is on, off", options[i]);
		RETURNS(0, xt_get(self->fd, SOL_IP, options[i]));
		OK(xt_set(self->fd, SOL_IP, options[i], 1));
		RETURNS(1, xt_get(self->fd, SOL_IP, options[i]));
		OK(xt_set(self->fd, SOL_IP, options[i], 42));
		RETURNS(1, xt_get(self->fd, SOL_IP, options[i]));
		OK(xt_set(self->fd, SOL_IP, options[i], 0));
		RETURNS(0, xt_get(self->fd, SOL_IP, options[i]));
	}
}

TEST_F(sockopt, nothing_unasked)
{
	struct message m;

	RETURNS(1, send_one(self->fd));
	receive(&m, self->in);
	EXPECT_EQ(0U, m.msg.msg_controllen);
	EXPECT_EQ(0, m.msg.msg_flags & MSG_CTRUNC);
}

TEST_F(sockopt, pktinfo_tells)
{
	struct in_pktinfo *info;
	struct message m;
	unsigned int index;

	OK(xt_enter(self->p.b));
	index = if_nametoindex("veth0");
	OK(xt_enter(self->p.a));
	OK(xt_set(self->in, SOL_IP, IP_PKTINFO, 1));
	RETURNS(1, send_one(self->fd));
	info = xt_cmsg(receive(&m, self->in), SOL_IP, IP_PKTINFO,
		       sizeof(*info));
	ASSERT_NE(NULL, info);
	EXPECT_EQ(index, (unsigned int)info->ipi_ifindex);
	EXPECT_STREQ("10.9.0.2", inet_ntoa(info->ipi_addr));
	EXPECT_STREQ("10.9.0.2", inet_ntoa(info->ipi_spec_dst));
}

TEST_F(sockopt, pktinfo_of_a_broadcast)
{
	struct in_pktinfo *info;
	struct message m;
	int any;

	any = xt_bound_in(self->p.b, self->p.a, "0.0.0.0", 6000);
	OK(xt_set(any, SOL_IP, IP_PKTINFO, 1));
	OK(xt_set(self->fd, SOL_SOCKET, SO_BROADCAST, 1));
	RETURNS(1, xt_sendto(self->fd, "x", 1, "10.9.0.255", 6000));
	info = xt_cmsg(receive(&m, any), SOL_IP, IP_PKTINFO, sizeof(*info));
	ASSERT_NE(NULL, info);
	STEP("sent to the broadcast; answered from an address of ours");
	EXPECT_STREQ("10.9.0.255", inet_ntoa(info->ipi_addr));
	EXPECT_STREQ("10.9.0.2", inet_ntoa(info->ipi_spec_dst));
}

TEST_F(sockopt, all_at_once_and_too_little_room)
{
	struct message m;

	OK(xt_set(self->in, SOL_IP, IP_PKTINFO, 1));
	OK(xt_set(self->in, SOL_IP, IP_RECVTTL, 1));
	OK(xt_set(self->in, SOL_IP, IP_RECVTOS, 1));
	RETURNS(1, send_one(self->fd));
	receive(&m, self->in);
	EXPECT_NE(NULL, xt_cmsg(&m.msg, SOL_IP, IP_PKTINFO,
				sizeof(struct in_pktinfo)));
	EXPECT_EQ(64, told(&m.msg, SOL_IP, IP_TTL));
	EXPECT_NE(NULL, xt_cmsg(&m.msg, SOL_IP, IP_TOS, 1));
	STEP("no room: MSG_CTRUNC, and the datagram arrives all the same");
	RETURNS(1, send_one(self->fd));
	EXPECT_TRUE(xt_readable(self->in));
	message(&m)->msg_controllen = 4;
	RETURNS(1, recvmsg(self->in, &m.msg, 0));
	EXPECT_TRUE(m.msg.msg_flags & MSG_CTRUNC);
}

TEST_F(sockopt, timestamps)
{
	struct message m;
	struct timeval *tv, now;
	struct timespec *ts;

	OK(xt_set(self->in, SOL_SOCKET, SO_TIMESTAMP, 1));
	/* the first stamp that is asked for turns stamping on */
	SOON(({
		send_one(self->fd);
		tv = xt_cmsg(receive(&m, self->in), SOL_SOCKET, SCM_TIMESTAMP,
			     sizeof(*tv));
		gettimeofday(&now, NULL);
		tv && labs(now.tv_sec - tv->tv_sec) < 10L * xt_slow();
	}));
	OK(xt_set(self->in, SOL_SOCKET, SO_TIMESTAMPNS, 1));
	RETURNS(1, send_one(self->fd));
	ts = xt_cmsg(receive(&m, self->in), SOL_SOCKET, SCM_TIMESTAMPNS,
		     sizeof(*ts));
	ASSERT_NE(NULL, ts);
	EXPECT_GT(10L * xt_slow(), labs(time(NULL) - ts->tv_sec));
	STEP("SO_TIMESTAMPNS took the place of SO_TIMESTAMP");
	EXPECT_EQ(NULL, xt_cmsg(&m.msg, SOL_SOCKET, SCM_TIMESTAMP,
				sizeof(*tv)));
}

/* --- control messages to send ---------------------------------------------- */

TEST_F(sockopt, pktinfo_chooses_the_source)
{
	struct in_pktinfo info = {};
	struct message m;

	STEP("10.9.0.1 is what the route would choose");
	RETURNS(1, send_one(self->fd));
	receive(&m, self->in);
	EXPECT_STREQ("10.9.0.1", inet_ntoa(m.from.sxin_addr));
	inet_pton(AF_INET, "10.9.0.9", &info.ipi_spec_dst);
	RETURNS(1, send_with(self->fd, SOL_IP, IP_PKTINFO, &info, sizeof(info)));
	receive(&m, self->in);
	EXPECT_STREQ("10.9.0.9", inet_ntoa(m.from.sxin_addr));
	STEP("nobody sends in another host's name");
	inet_pton(AF_INET, "10.9.0.77", &info.ipi_spec_dst);
	FAILS(EINVAL, send_with(self->fd, SOL_IP, IP_PKTINFO, &info,
				sizeof(info)));
	inet_pton(AF_INET, "10.9.0.255", &info.ipi_spec_dst);
	FAILS(EINVAL, send_with(self->fd, SOL_IP, IP_PKTINFO, &info,
				sizeof(info)));
	inet_pton(AF_INET, "224.0.0.1", &info.ipi_spec_dst);
	FAILS(EINVAL, send_with(self->fd, SOL_IP, IP_PKTINFO, &info,
				sizeof(info)));
}

TEST_F(sockopt, pktinfo_chooses_the_device)
{
	struct in_pktinfo info = { .ipi_ifindex = if_nametoindex("veth0") };
	struct message m;

	RETURNS(1, send_with(self->fd, SOL_IP, IP_PKTINFO, &info, sizeof(info)));
	receive(&m, self->in);
	EXPECT_STREQ("10.9.0.1", inet_ntoa(m.from.sxin_addr));
	STEP("a device from which 10.9.0.2 cannot be reached");
	info.ipi_ifindex = if_nametoindex("dum0");
	send_with(self->fd, SOL_IP, IP_PKTINFO, &info, sizeof(info));
	STEP("a device that is not there: ENODEV");
	info.ipi_ifindex = 4242;
	FAILS(ENODEV, send_with(self->fd, SOL_IP, IP_PKTINFO, &info,
				sizeof(info)));
	STEP("another than the socket is bound to: EINVAL");
	OK(xt_bind_dev(self->fd, "veth0"));
	info.ipi_ifindex = if_nametoindex("dum0");
	FAILS(EINVAL, send_with(self->fd, SOL_IP, IP_PKTINFO, &info,
				sizeof(info)));
	EXPECT_TRUE(xt_silent(self->in));
}

TEST_F(sockopt, cmsg_malformed)
{
	struct in_pktinfo info = {};
	int value = 64, i;

	STEP("wrong lengths");
	for (i = 0; i <= 16; i++) {
		if (i != 12)
			EXPECT_EQ(-1, send_with(self->fd, SOL_IP, IP_PKTINFO,
						&info, i));
		if (i != 4)
			EXPECT_EQ(-1, send_with(self->fd, SOL_IP, IP_TTL,
						"\1\2\3\4\5\6\7\10\1\2\3\4\5\6\7", i));
		if (i != 4 && i != 1)
			EXPECT_EQ(-1, send_with(self->fd, SOL_IP, IP_TOS,
						"\1\2\3\4\5\6\7\10\1\2\3\4\5\6\7", i));
		EXPECT_EQ(EINVAL, errno);
	}
	STEP("values out of range");
	value = 0;
	FAILS(EINVAL, send_with(self->fd, SOL_IP, IP_TTL, &value, 4));
	value = 256;
	FAILS(EINVAL, send_with(self->fd, SOL_IP, IP_TTL, &value, 4));
	FAILS(EINVAL, send_with(self->fd, SOL_IP, IP_TOS, &value, 4));
	value = -1;
	FAILS(EINVAL, send_with(self->fd, SOL_IP, IP_TTL, &value, 4));
	FAILS(EINVAL, send_with(self->fd, SOL_IP, IP_TOS, &value, 4));
	STEP("types that are not there");
	FAILS(EINVAL, send_with(self->fd, SOL_IP, 200, &value, 4));
	FAILS(EINVAL, send_with(self->fd, SOL_SOCKET, 200, &value, 4));
	STEP("UDP_SEGMENT, as everything unsupported, is refused");
	FAILS(EINVAL, send_with(self->fd, SOL_UDP, 103,
				&(uint16_t){ 100 }, 2));
	EXPECT_TRUE(xt_silent(self->in));
}

TEST_F(sockopt, cmsg_lies_about_its_length)
{
	static const size_t lies[] = {
		0, 1, sizeof(struct cmsghdr) - 1, CMSG_LEN(4) + 1,
		CMSG_LEN(64), 0x7fffffff, (size_t)-1, (size_t)-16,
	};
	struct message m;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(lies); i++) {
		STEP("cmsg_len %zu in %zu bytes: EINVAL", lies[i], CMSG_SPACE(4));
		message(&m);
		m.from = xt_sin("10.9.0.2", 5000);
		m.msg.msg_controllen = CMSG_SPACE(4);
		m.align.cmsg_level = SOL_IP;
		m.align.cmsg_type = IP_TTL;
		m.align.cmsg_len = lies[i];
		FAILS(EINVAL, sendmsg(self->fd, &m.msg, 0));
	}
	EXPECT_TRUE(xt_silent(self->in));
}
