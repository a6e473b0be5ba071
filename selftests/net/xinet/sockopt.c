// SPDX-License-Identifier: GPL-2.0
/*
 * Options of XUDP sockets: IPv4's levels, names, numbers and types (man 7 ip,
 * man 7 socket); what is not supported is refused. The hosts are those of
 * xt_sockopt.h; sockopt_cmsg.c has control messages.
 */
#include "xt_sockopt.h"

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
