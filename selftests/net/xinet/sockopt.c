// SPDX-License-Identifier: GPL-2.0
/*
 * Options and control messages of XUDP sockets: IPv4's levels, names, numbers
 * and types (man 7 ip, man 7 socket); what is not supported is refused.
 *
 *	+----------------------------+               +----------------------+
 *	| a         veth0 10.9.0.1/24+---------------+10.9.0.2/24         b |
 *	|                 10.9.0.9/24|               |                      |
 *	|           dum0  10.9.1.1/24|               | default via 10.9.0.1 |
 *	+----------------------------+               +----------------------+
 */
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

static struct msghdr *message(struct message *m)
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
static struct msghdr *receive(struct message *m, int fd)
{
	message(m);
	if (!xt_readable(fd) || recvmsg(fd, &m->msg, MSG_DONTWAIT) < 0)
		m->msg.msg_controllen = 0;
	return &m->msg;
}

/* Send "x" to 10.9.0.2:5000 with one control message. */
static ssize_t send_with(int fd, int level, int type, const void *data,
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
static int told(struct msghdr *msg, int level, int type)
{
	int *value = xt_cmsg(msg, level, type, sizeof(int));

	return value ? *value : -1;
}

/* The TTL with which the next datagram arrives, or -1. */
static int ttl_of(int in)
{
	struct message m;

	xt_set(in, SOL_IP, IP_RECVTTL, 1);
	return told(receive(&m, in), SOL_IP, IP_TTL);
}

static int tos_of(int in)
{
	struct message m;
	unsigned char *tos;

	xt_set(in, SOL_IP, IP_RECVTOS, 1);
	tos = xt_cmsg(receive(&m, in), SOL_IP, IP_TOS, 1);
	return tos ? *tos : -1;
}

static ssize_t send_one(int fd)
{
	return xt_sendto(fd, "x", 1, "10.9.0.2", 5000);
}

/* --- TTL and TOS ----------------------------------------------------------- */

TEST_F(sockopt, ttl_set_and_get)
{
	RETURNS(64, xt_get(self->fd, SOL_IP, IP_TTL));
	OK(xt_set(self->fd, SOL_IP, IP_TTL, 1));
	RETURNS(1, xt_get(self->fd, SOL_IP, IP_TTL));
	OK(xt_set(self->fd, SOL_IP, IP_TTL, 255));
	RETURNS(255, xt_get(self->fd, SOL_IP, IP_TTL));
	STEP("0, 256, -2: EINVAL, and nothing changes");
	FAILS(EINVAL, xt_set(self->fd, SOL_IP, IP_TTL, 0));
	FAILS(EINVAL, xt_set(self->fd, SOL_IP, IP_TTL, 256));
	FAILS(EINVAL, xt_set(self->fd, SOL_IP, IP_TTL, -2));
	RETURNS(255, xt_get(self->fd, SOL_IP, IP_TTL));
	STEP("-1: the default again, whatever it is");
	OK(xt_sysctl("default_ttl", "99"));
	OK(xt_set(self->fd, SOL_IP, IP_TTL, -1));
	RETURNS(99, xt_get(self->fd, SOL_IP, IP_TTL));
}

TEST_F(sockopt, ttl_on_the_wire)
{
	RETURNS(1, send_one(self->fd));
	RETURNS(64, ttl_of(self->in));
	OK(xt_set(self->fd, SOL_IP, IP_TTL, 7));
	RETURNS(1, send_one(self->fd));
	RETURNS(7, ttl_of(self->in));
	STEP("a control message is for one datagram");
	RETURNS(1, send_with(self->fd, SOL_IP, IP_TTL, &(int){ 200 }, 4));
	RETURNS(200, ttl_of(self->in));
	RETURNS(1, send_one(self->fd));
	RETURNS(7, ttl_of(self->in));
	STEP("the sysctl is for those that set none");
	OK(xt_sysctl("default_ttl", "33"));
	RETURNS(1, send_one(xt_udp()));
	RETURNS(33, ttl_of(self->in));
}

TEST_F(sockopt, tos_set_and_get)
{
	int tos;

	RETURNS(0, xt_get(self->fd, SOL_IP, IP_TOS));
	STEP("every value");
	for (tos = 255; tos >= 0; tos--)
		EXPECT_TRUE(!xt_set(self->fd, SOL_IP, IP_TOS, tos) &&
			    xt_get(self->fd, SOL_IP, IP_TOS) == tos);
}

TEST_F(sockopt, tos_on_the_wire)
{
	RETURNS(1, send_one(self->fd));
	RETURNS(0, tos_of(self->in));
	OK(xt_set(self->fd, SOL_IP, IP_TOS, 0xb9));
	RETURNS(1, send_one(self->fd));
	RETURNS(0xb9, tos_of(self->in));
	STEP("a control message, as int and as byte");
	RETURNS(1, send_with(self->fd, SOL_IP, IP_TOS, &(int){ 0x20 }, 4));
	RETURNS(0x20, tos_of(self->in));
	RETURNS(1, send_with(self->fd, SOL_IP, IP_TOS, "\xff", 1));
	RETURNS(0xff, tos_of(self->in));
}

TEST_F(sockopt, byte_sized)
{
	unsigned char byte = 17;
	socklen_t len = 1;
	int value;

	STEP("one byte is taken for an int, and given as one");
	OK(setsockopt(self->fd, SOL_IP, IP_TTL, &byte, 1));
	RETURNS(17, xt_get(self->fd, SOL_IP, IP_TTL));
	byte = 0xff;
	OK(getsockopt(self->fd, SOL_IP, IP_TTL, &byte, &len));
	EXPECT_EQ(17, byte);
	EXPECT_EQ(1U, len);
	STEP("room for more than an int: an int is written, and said");
	len = 64;
	OK(getsockopt(self->fd, SOL_IP, IP_TTL, self->buf, &len));
	EXPECT_EQ(4U, len);
	memcpy(&value, self->buf, 4);
	EXPECT_EQ(17, value);
	STEP("no room: nothing is written");
	len = 0;
	memset(self->buf, 0xee, 4);
	OK(getsockopt(self->fd, SOL_IP, IP_TTL, self->buf, &len));
	EXPECT_EQ(0U, len);
	EXPECT_EQ((char)0xee, self->buf[0]);
}

TEST_F(sockopt, lengths_and_pointers)
{
	int value = 5;
	socklen_t len = -1;
	char *big = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	FAILS(EINVAL, setsockopt(self->fd, SOL_IP, IP_TTL, &value, 0));
	FAILS(EINVAL, setsockopt(self->fd, SOL_IP, IP_TTL, &value, -1));
	FAILS(EINVAL, setsockopt(self->fd, SOL_IP, IP_TTL, &value, 0x80000000));
	FAILS(EFAULT, setsockopt(self->fd, SOL_IP, IP_TTL, (void *)8, 4));
	FAILS(EFAULT, setsockopt(self->fd, SOL_IP, IP_TTL, NULL, 1));
	STEP("more than an int is read as an int");
	*(int *)big = 5;
	OK(setsockopt(self->fd, SOL_IP, IP_TTL, big, 1 << 20));
	RETURNS(5, xt_get(self->fd, SOL_IP, IP_TTL));
	FAILS(EINVAL, getsockopt(self->fd, SOL_IP, IP_TTL, &value, &len));
	len = 4;
	FAILS(EFAULT, getsockopt(self->fd, SOL_IP, IP_TTL, (void *)8, &len));
	FAILS(EFAULT, getsockopt(self->fd, SOL_IP, IP_TTL, &value, (void *)8));
}

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

/* --- what is not supported ------------------------------------------------- */

struct refused {
	int level;
	int first;
	int last;
};

/* By range, except what the list below says is there. */
static const struct refused refused[] = {
	{ SOL_IP, 0, 60 },		/* IP_*, IP_MULTICAST_*, MCAST_* */
	{ SOL_IP, 64, 72 },		/* iptables' */
	{ SOL_IP, 200, 212 },		/* multicast routing's */
	{ SOL_IP, 18999, 18999 }, { SOL_IP, 19001, 19001 },
	{ SOL_IP, -1, -1 }, { SOL_IP, 0x7fffffff, 0x7fffffff },
	{ SOL_UDP, 0, 5 }, { SOL_UDP, 100, 105 },
	{ SOL_TCP, 1, 40 },
	{ SOL_RAW, 0, 2 },
	{ 41 /* SOL_IPV6 */, 1, 80 },
	{ 136 /* SOL_UDPLITE */, 10, 11 },
	{ 0x7fffffff, 1, 1 }, { -1, 1, 1 },
};

static bool is_there(int level, int option)
{
	if (level != SOL_IP)
		return false;
	switch (option) {
	case IP_TOS:
	case IP_TTL:
	case IP_PKTINFO:
	case IP_RECVTTL:
	case IP_RECVTOS:
	case IP_RECVERR:
	case IP_MTU:
	case IP_MTU_DISCOVER:
	case IP_OPTIONS:
	case IP_RECVOPTS:
	case IP_RETOPTS:
	case IP_MULTICAST_IF:
	case IP_MULTICAST_TTL:
	case IP_MULTICAST_LOOP:
	case IP_MULTICAST_ALL:
	case IP_ADD_MEMBERSHIP:
	case IP_DROP_MEMBERSHIP:
	case MCAST_JOIN_GROUP:
	case MCAST_LEAVE_GROUP:
		return true;
	default:
		return false;
	}
}

TEST_F(sockopt, unsupported_is_refused)
{
	unsigned int i, n = 0;
	int option, value;
	socklen_t len;

	STEP("ENOPROTOOPT both ways, never a silent success");
	for (i = 0; i < ARRAY_SIZE(refused); i++) {
		for (option = refused[i].first; ; option++) {
			if (is_there(refused[i].level, option))
				goto next;
			value = 1;
			EXPECT_TRUE(setsockopt(self->fd, refused[i].level,
					       option, &value, 4) == -1 &&
				    errno == ENOPROTOOPT) {
				TH_LOG("set level %d option %d: %s",
				       refused[i].level, option, xt_err(errno));
			}
			/* as IPv4: no raw socket includes its header */
			if (refused[i].level == SOL_IP && option == IP_HDRINCL)
				continue;
			len = 4;
			EXPECT_TRUE(getsockopt(self->fd, refused[i].level,
					       option, &value, &len) == -1 &&
				    errno == ENOPROTOOPT) {
				TH_LOG("get level %d option %d: %s",
				       refused[i].level, option, xt_err(errno));
			}
			n++;
next:
			if (option == refused[i].last)
				break;
		}
	}
	EXPECT_LT(200U, n);
}

TEST_F(sockopt, what_the_core_refuses)
{
	STEP("zero copy: an error, not a promise");
	EXPECT_EQ(-1, xt_set(self->fd, SOL_SOCKET, SO_ZEROCOPY, 1));
	EXPECT_EQ(-1, xt_set(self->fd, SOL_SOCKET, SO_REUSEPORT, 1));
	FAILS(ENOPROTOOPT, xt_set(self->fd, SOL_SOCKET, 9999, 1));
}

/* --- XIP_REPORT_INET ------------------------------------------------------- */

TEST_F(sockopt, report_inet)
{
	struct sockaddr_in sin = { .sin_family = AF_INET };
	struct sockaddr *sa = (struct sockaddr *)&sin;
	socklen_t len = sizeof(sin);
	int fd = xt_udp();

	sin.sin_port = htons(6000);
	inet_pton(AF_INET, "10.9.0.1", &sin.sin_addr);
	STEP("AF_INET only by request");
	FAILS(EAFNOSUPPORT, bind(fd, sa, sizeof(sin)));
	OK(xt_set(fd, SOL_IP, XIP_REPORT_INET, 1));
	OK(bind(fd, sa, sizeof(sin)));
	memset(&sin, 0, sizeof(sin));
	OK(getsockname(fd, sa, &len));
	EXPECT_EQ(AF_INET, sin.sin_family);
	EXPECT_STREQ("10.9.0.1", inet_ntoa(sin.sin_addr));
	EXPECT_EQ(htons(6000), sin.sin_port);
	STEP("a sender is named as AF_INET");
	RETURNS(1, xt_sendto(self->in, "x", 1, "10.9.0.1", 6000));
	EXPECT_TRUE(xt_readable(fd));
	RETURNS(1, recvfrom(fd, self->buf, 1, 0, sa, &len));
	EXPECT_EQ(AF_INET, sin.sin_family);
	EXPECT_STREQ("10.9.0.2", inet_ntoa(sin.sin_addr));
	STEP("sendto, connect, getpeername");
	RETURNS(1, sendto(fd, "y", 1, 0, sa, sizeof(sin)));
	RETURNS(1, xt_recv(self->in, self->buf, 1));
	OK(connect(fd, sa, sizeof(sin)));
	OK(getpeername(fd, sa, &len));
	EXPECT_EQ(AF_INET, sin.sin_family);
	STEP("AF_XINET is still taken, AF_INET6 is not");
	OK(xt_connect(fd, "10.9.0.2", 5000));
	sin.sin_family = AF_INET6;
	FAILS(EAFNOSUPPORT, connect(fd, sa, sizeof(sin)));
	STEP("off again");
	OK(xt_set(fd, SOL_IP, XIP_REPORT_INET, 0));
	EXPECT_STREQ("10.9.0.1:6000", xt_name(fd, false));
	sin.sin_family = AF_INET;
	FAILS(EAFNOSUPPORT, connect(fd, sa, sizeof(sin)));
}

/* --- others ---------------------------------------------------------------- */

TEST_F(sockopt, mtu)
{
	RETURNS(-ENOTCONN, xt_get(self->fd, SOL_IP, IP_MTU));
	OK(xt_connect(self->fd, "10.9.0.2", 5000));
	RETURNS(1500, xt_get(self->fd, SOL_IP, IP_MTU));
	FAILS(ENOPROTOOPT, xt_set(self->fd, SOL_IP, IP_MTU, 1000));
	OK(xt_disconnect(self->fd));
	RETURNS(-ENOTCONN, xt_get(self->fd, SOL_IP, IP_MTU));
	STEP("a route's own");
	OK(xt_route_add(.dst = "192.0.2.0/24", .via = "10.9.0.2", .mtu = 1200));
	OK(xt_connect(self->fd, "192.0.2.1", 5000));
	RETURNS(1200, xt_get(self->fd, SOL_IP, IP_MTU));
	STEP("lo: no packet is longer than its length field can say");
	self->fd = xt_udp();
	OK(xt_connect(self->fd, "127.0.0.1", 5000));
	RETURNS(65535, xt_get(self->fd, SOL_IP, IP_MTU));
}

TEST_F(sockopt, bindtodevice)
{
	char name[IFNAMSIZ] = "";
	socklen_t len = sizeof(name);
	int out, any;

	FAILS(ENODEV, xt_bind_dev(self->fd, "nosuchdev"));
	OK(xt_bind_dev(self->fd, "veth0"));
	OK(getsockopt(self->fd, SOL_SOCKET, SO_BINDTODEVICE, name, &len));
	EXPECT_STREQ("veth0", name);
	STEP("it receives what comes in by veth0 only");
	OK(xt_bind(self->fd, "0.0.0.0", 6000));
	RETURNS(1, xt_sendto(xt_udp(), "l", 1, "127.0.0.1", 6000));
	RETURNS(1, xt_sendto(self->in, "v", 1, "10.9.0.1", 6000));
	RETURNS(1, xt_recv(self->fd, self->buf, 1));
	EXPECT_EQ('v', self->buf[0]);
	EXPECT_TRUE(xt_silent(self->fd));
	STEP("and sends by it, whatever the routes say");
	OK(xt_route_add(.dst = "10.9.0.2/32", .dev = "dum0"));
	out = xt_udp();
	RETURNS(1, send_one(out));
	RETURNS(1, send_one(self->fd));
	RETURNS(1, xt_recv(self->in, self->buf, 1));
	EXPECT_TRUE(xt_silent(self->in));
	STEP("undone by an empty name");
	any = xt_udp();
	OK(xt_bind_dev(any, "veth0"));
	OK(xt_bind_dev(any, ""));
	RETURNS(0, xt_get(any, SOL_SOCKET, SO_BINDTOIFINDEX));
}

TEST_F(sockopt, rebinding_to_a_device_moves_a_connected_socket)
{
	OK(xt_route_add(.dst = "10.9.0.2/32", .dev = "dum0"));
	OK(xt_connect(self->fd, "10.9.0.2", 5000));
	RETURNS(1, send(self->fd, "d", 1, 0));
	OK(xt_bind_dev(self->fd, "veth0"));
	RETURNS(1, send(self->fd, "v", 1, 0));
	RETURNS(1, xt_recv(self->in, self->buf, 1));
	EXPECT_EQ('v', self->buf[0]);
}

TEST_F(sockopt, dontroute)
{
	OK(xt_route_add(.dst = "192.0.2.0/24", .via = "10.9.0.2"));
	RETURNS(1, xt_sendto(self->fd, "x", 1, "192.0.2.1", 5000));
	OK(xt_set(self->fd, SOL_SOCKET, SO_DONTROUTE, 1));
	STEP("no gateway: what is not on a link cannot be reached");
	FAILS(ENETUNREACH, xt_sendto(self->fd, "x", 1, "192.0.2.1", 5000));
	FAILS(ENETUNREACH, xt_connect(self->fd, "192.0.2.1", 5000));
	RETURNS(1, send_one(self->fd));
	RETURNS(1, xt_recv(self->in, self->buf, 1));
	STEP("MSG_DONTROUTE is the same for one datagram");
	self->fd = xt_udp();
	OK(xt_connect(self->fd, "192.0.2.1", 5000));
	FAILS(ENETUNREACH, send(self->fd, "x", 1, MSG_DONTROUTE));
	RETURNS(1, send(self->fd, "x", 1, 0));
}

TEST_F(sockopt, mark)
{
	int in = xt_bound("127.0.0.1", 5000), out = xt_udp();
	struct message m;

	OK(xt_connect(out, "127.0.0.1", 5000));
	OK(xt_set(in, SOL_SOCKET, 75 /* SO_RCVMARK */, 1));
	OK(xt_set(out, SOL_SOCKET, SO_MARK, 0x1234));
	RETURNS(1, send(out, "x", 1, 0));
	receive(&m, in);
	RETURNS(0x1234, told(&m.msg, SOL_SOCKET, SO_MARK));
	ASSERT_EQ(0, xt_drop_privileges(XT_NOBODY));
	FAILS(EPERM, xt_set(out, SOL_SOCKET, SO_MARK, 1));
}

TEST_F(sockopt, socket_filter)
{
	/* ld [8] of the UDP datagram: its first four bytes; pass 'k' */
	struct { uint16_t code; uint8_t jt, jf; uint32_t k; } code[] = {
		{ 0x30, 0, 0, 8 },		/* ldb [8] */
		{ 0x15, 0, 1, 'k' },		/* jeq 'k' */
		{ 0x06, 0, 0, 0xffff },		/* pass */
		{ 0x06, 0, 0, 0 },		/* drop */
	};
	struct { uint16_t len; void *filter; } prog = { 4, code };
	long drops;

	OK(setsockopt(self->in, SOL_SOCKET, SO_ATTACH_FILTER, &prog,
		      sizeof(prog)));
	RETURNS(1, xt_sendto(self->fd, "n", 1, "10.9.0.2", 5000));
	RETURNS(1, xt_sendto(self->fd, "k", 1, "10.9.0.2", 5000));
	RETURNS(1, xt_recv(self->in, self->buf, 1));
	EXPECT_EQ('k', self->buf[0]);
	EXPECT_TRUE(xt_silent(self->in));
	OK(xt_enter(self->p.b));
	drops = xt_counter("Xinet:", "SocketFilter");
	EXPECT_EQ(1, drops);
}

TEST_F(sockopt, broadcast_arrives_everywhere)
{
	int one, two, own;

	one = xt_udp();
	STEP("two sockets of the other host share a port: both have it");
	OK(xt_enter(self->p.b));
	one = xt_udp();
	two = xt_udp();
	OK(xt_set(one, SOL_SOCKET, SO_REUSEADDR, 1));
	OK(xt_set(two, SOL_SOCKET, SO_REUSEADDR, 1));
	OK(xt_bind(one, "0.0.0.0", 6000));
	OK(xt_bind(two, "10.9.0.255", 6000));
	OK(xt_enter(self->p.a));
	own = xt_bound("0.0.0.0", 6000);
	OK(xt_set(self->fd, SOL_SOCKET, SO_BROADCAST, 1));
	RETURNS(1, xt_sendto(self->fd, "b", 1, "10.9.0.255", 6000));
	RETURNS(1, xt_recv(one, self->buf, 1));
	RETURNS(1, xt_recv(two, self->buf, 1));
	STEP("and the sending host's own");
	RETURNS(1, xt_recv(own, self->buf, 1));
	EXPECT_TRUE(xt_silent(one) && xt_silent(two) && xt_silent(own));
}
