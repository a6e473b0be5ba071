// SPDX-License-Identifier: GPL-2.0
/*
 * socket(AF_XINET, …): which types and protocols there are, the errno of those
 * that are not, and who may open a ping socket.
 */
#include "xt.h"

FIXTURE(socket_create) {
	int ns;
};

FIXTURE_SETUP(socket_create)
{
	self->ns = xt_netns();
	ASSERT_LE(0, self->ns);
}

FIXTURE_TEARDOWN(socket_create)
{
}

/* A socket of the family, closed again; -1 and errno as socket(2). */
static int try_socket(int type, int protocol)
{
	int fd = socket(AF_XINET, type, protocol);

	if (fd >= 0)
		close(fd);
	return fd;
}

TEST_F(socket_create, datagrams)
{
	STEP("UDP is what SOCK_DGRAM means");
	OK(try_socket(SOCK_DGRAM, 0));
	OK(try_socket(SOCK_DGRAM, IPPROTO_UDP));
}

TEST_F(socket_create, says_what_it_is)
{
	int fd = socket(AF_XINET, SOCK_DGRAM, 0);
	struct stat st;

	RETURNS(AF_XINET, xt_get(fd, SOL_SOCKET, SO_DOMAIN));
	RETURNS(SOCK_DGRAM, xt_get(fd, SOL_SOCKET, SO_TYPE));
	RETURNS(IPPROTO_UDP, xt_get(fd, SOL_SOCKET, SO_PROTOCOL));
	OK(fstat(fd, &st));
	EXPECT_TRUE(S_ISSOCK(st.st_mode));
	EXPECT_STREQ("0.0.0.0:0", xt_name(fd, false));
}

TEST_F(socket_create, type_flags)
{
	int fd = socket(AF_XINET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	char c;

	RETURNS(FD_CLOEXEC, fcntl(fd, F_GETFD));
	EXPECT_TRUE(fcntl(fd, F_GETFL) & O_NONBLOCK);
	FAILS(EAGAIN, recv(fd, &c, 1, 0));
}

TEST_F(socket_create, unknown_type)
{
	FAILS(ESOCKTNOSUPPORT, try_socket(SOCK_RDM, 0));
	FAILS(ESOCKTNOSUPPORT, try_socket(SOCK_SEQPACKET, 0));
	FAILS(ESOCKTNOSUPPORT, try_socket(SOCK_DCCP, 0));
	FAILS(EINVAL, try_socket(11, 0));
	FAILS(EINVAL, try_socket(-1, 0));
}

TEST_F(socket_create, unknown_protocol)
{
	static const int protocols[] = {
		IPPROTO_TCP, IPPROTO_IGMP, IPPROTO_IPIP, IPPROTO_SCTP,
		IPPROTO_UDPLITE, IPPROTO_RAW, 254,
	};
	unsigned int i;

	STEP("every other protocol: EPROTONOSUPPORT");
	for (i = 0; i < ARRAY_SIZE(protocols); i++)
		FAILS(EPROTONOSUPPORT, try_socket(SOCK_DGRAM, protocols[i]));
	STEP("a number that is no protocol: EINVAL");
	FAILS(EINVAL, try_socket(SOCK_DGRAM, -1));
	FAILS(EINVAL, try_socket(SOCK_DGRAM, IPPROTO_MAX));
	FAILS(EINVAL, try_socket(SOCK_DGRAM, 0x7fffffff));
}

TEST_F(socket_create, calls_of_other_types)
{
	int fd = xt_udp(), pair[2];

	STEP("what datagram sockets do not have");
	FAILS(EOPNOTSUPP, socketpair(AF_XINET, SOCK_DGRAM, 0, pair));
	FAILS(EOPNOTSUPP, listen(fd, 1));
	FAILS(EOPNOTSUPP, accept(fd, NULL, NULL));
	EXPECT_EQ(MAP_FAILED, mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0));
	EXPECT_EQ(ENODEV, errno);
	FAILS(ENOTTY, ioctl(fd, 0x12345678, 0));
}

TEST_F(socket_create, raw_is_not_for_everyone)
{
	ASSERT_EQ(0, xt_drop_privileges(XT_NOBODY));
	STEP("SOCK_RAW wants CAP_NET_RAW");
	FAILS(EPERM, try_socket(SOCK_RAW, IPPROTO_ICMP));
	STEP("datagrams are for everyone");
	OK(try_socket(SOCK_DGRAM, 0));
}

TEST_F(socket_create, ping_by_default_nobody)
{
	FAILS(EACCES, try_socket(SOCK_DGRAM, IPPROTO_ICMP));
	ASSERT_EQ(0, xt_drop_privileges(XT_NOBODY));
	FAILS(EACCES, try_socket(SOCK_DGRAM, IPPROTO_ICMP));
}

TEST_F(socket_create, ping_group_range)
{
	gid_t extra = 4242;
	int fd;

	OK(xt_sysctl("ping_group_range", "100 200"));
	EXPECT_STREQ("100\t200", xt_sysctl_get("ping_group_range"));
	STEP("root's group is not in it");
	FAILS(EACCES, try_socket(SOCK_DGRAM, IPPROTO_ICMP));
	STEP("the range's ends, and beyond: 99, 100, 200, 201");
	OK(setgroups(0, NULL));
	OK(setresgid(-1, 99, -1));
	FAILS(EACCES, try_socket(SOCK_DGRAM, IPPROTO_ICMP));
	OK(setresgid(-1, 100, -1));
	OK(try_socket(SOCK_DGRAM, IPPROTO_ICMP));
	OK(setresgid(-1, 200, -1));
	OK(try_socket(SOCK_DGRAM, IPPROTO_ICMP));
	OK(setresgid(-1, 201, -1));
	FAILS(EACCES, try_socket(SOCK_DGRAM, IPPROTO_ICMP));
	STEP("a supplementary group counts");
	OK(xt_sysctl("ping_group_range", "4242 4242"));
	OK(setgroups(1, &extra));
	fd = socket(AF_XINET, SOCK_DGRAM, IPPROTO_ICMP);
	EXPECT_LE(0, fd);
	RETURNS(IPPROTO_ICMP, xt_get(fd, SOL_SOCKET, SO_PROTOCOL));
}

TEST_F(socket_create, ping_group_range_values)
{
	STEP("an inverted range is nobody, as with IPv4: \"1 0\"");
	OK(xt_sysctl("ping_group_range", "0 1000"));
	OK(xt_sysctl("ping_group_range", "300 200"));
	EXPECT_STREQ("1\t0", xt_sysctl_get("ping_group_range"));
	FAILS(EACCES, try_socket(SOCK_DGRAM, IPPROTO_ICMP));
	FAILS(EINVAL, xt_sysctl("ping_group_range", "-1 5"));
	FAILS(EINVAL, xt_sysctl("ping_group_range", "abc"));
}

/* An echo request from a ping socket comes back, identified by the kernel. */
TEST_F(socket_create, ping_socket_pings)
{
	unsigned char echo[16] = { 8, 0, 0, 0, 0x12, 0x34, 0, 7, 'x', 'y' };
	unsigned char reply[64];
	int fd;

	OK(xt_sysctl("ping_group_range", "0 0"));
	fd = socket(AF_XINET, SOCK_DGRAM, IPPROTO_ICMP);
	ASSERT_LE(0, fd);
	OK(xt_bind(fd, "127.0.0.1", 0x4321));
	RETURNS(sizeof(echo), xt_sendto(fd, echo, sizeof(echo), "127.0.0.1", 0));
	RETURNS(sizeof(echo), xt_recv(fd, reply, sizeof(reply)));
	STEP("echo reply, our identifier, sequence 7, the data");
	EXPECT_EQ(0, reply[0]);
	EXPECT_EQ(0x43, reply[4]);
	EXPECT_EQ(0x21, reply[5]);
	EXPECT_EQ(7, reply[7]);
	EXPECT_EQ(0, memcmp(reply + 8, echo + 8, 8));
	STEP("nothing but an echo request may be sent: EINVAL");
	echo[0] = 3;
	FAILS(EINVAL, xt_sendto(fd, echo, sizeof(echo), "127.0.0.1", 0));
	echo[0] = 8;
	echo[1] = 1;
	FAILS(EINVAL, xt_sendto(fd, echo, sizeof(echo), "127.0.0.1", 0));
	echo[1] = 0;
	FAILS(EINVAL, xt_sendto(fd, echo, 7, "127.0.0.1", 0));
}
