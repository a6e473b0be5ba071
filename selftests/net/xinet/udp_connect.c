// SPDX-License-Identifier: GPL-2.0
/*
 * connect(2) of XUDP sockets: peers, sources, and the errors that only a
 * connected socket hears of (man 7 udp, RFC 1122 section 4.1.3).
 *
 *	lo: 127.0.0.0/8      dum0: 10.9.0.1/24      dum1: 10.9.1.1/24
 */
#include "xt_nl.h"

FIXTURE(udp_connect) {
	int ns;
	int fd;
	int to;
	char buf[16];
};

FIXTURE_SETUP(udp_connect)
{
	self->ns = xt_netns();
	ASSERT_LE(0, self->ns);
	ASSERT_EQ(0, xt_dummy("dum0"));
	ASSERT_EQ(0, xt_addr_add("dum0", "10.9.0.1/24"));
	ASSERT_EQ(0, xt_dummy("dum1"));
	ASSERT_EQ(0, xt_addr_add("dum1", "10.9.1.1/24"));
	self->fd = xt_udp();
	self->to = xt_bound("127.0.0.1", 5000);
	ASSERT_LE(0, self->to);
}

FIXTURE_TEARDOWN(udp_connect)
{
}

TEST_F(udp_connect, names)
{
	EXPECT_STREQ("ENOTCONN", xt_name(self->fd, true));
	OK(xt_bind(self->fd, "127.0.0.1", 6000));
	EXPECT_STREQ("ENOTCONN", xt_name(self->fd, true));
	OK(xt_connect(self->fd, "127.0.0.1", 5000));
	EXPECT_STREQ("127.0.0.1:5000", xt_name(self->fd, true));
	EXPECT_STREQ("127.0.0.1:6000", xt_name(self->fd, false));
}

TEST_F(udp_connect, source_is_chosen)
{
	int fd;

	STEP("the source is the address of the way out, the port ephemeral");
	OK(xt_connect(self->fd, "10.9.1.7", 5000));
	EXPECT_EQ(0, strncmp(xt_name(self->fd, false), "10.9.1.1:", 9));
	EXPECT_LE(32768, xt_port(self->fd));
	fd = xt_udp();
	OK(xt_connect(fd, "10.9.0.1", 5000));
	EXPECT_EQ(0, strncmp(xt_name(fd, false), "10.9.0.1:", 9));
}

TEST_F(udp_connect, data_flows)
{
	OK(xt_connect(self->fd, "127.0.0.1", 5000));
	RETURNS(5, send(self->fd, "hello", 5, 0));
	RETURNS(5, xt_recv(self->to, self->buf, sizeof(self->buf)));
	EXPECT_EQ(0, memcmp(self->buf, "hello", 5));
	STEP("write(2) and read(2) do as well");
	RETURNS(3, write(self->fd, "abc", 3));
	EXPECT_TRUE(xt_readable(self->to));
	RETURNS(3, read(self->to, self->buf, sizeof(self->buf)));
}

TEST_F(udp_connect, disconnect)
{
	OK(xt_connect(self->fd, "127.0.0.1", 5000));
	OK(xt_disconnect(self->fd));
	EXPECT_STREQ("ENOTCONN", xt_name(self->fd, true));
	EXPECT_STREQ("0.0.0.0:0", xt_name(self->fd, false));
	FAILS(EDESTADDRREQ, send(self->fd, "x", 1, 0));
	STEP("again, and with only the family given");
	OK(xt_disconnect(self->fd));
	OK(connect(self->fd, &(struct sockaddr){ .sa_family = AF_UNSPEC }, 2));
	STEP("it can be bound anew");
	OK(xt_bind(self->fd, "127.0.0.1", 6001));
}

TEST_F(udp_connect, disconnect_keeps_what_bind_gave)
{
	OK(xt_bind(self->fd, "127.0.0.1", 6000));
	OK(xt_connect(self->fd, "127.0.0.1", 5000));
	OK(xt_disconnect(self->fd));
	EXPECT_STREQ("127.0.0.1:6000", xt_name(self->fd, false));
	STEP("a port without an address stays as well, the address goes");
	self->fd = xt_udp();
	OK(xt_bind(self->fd, "0.0.0.0", 6001));
	OK(xt_connect(self->fd, "127.0.0.1", 5000));
	EXPECT_STREQ("127.0.0.1:6001", xt_name(self->fd, false));
	OK(xt_disconnect(self->fd));
	EXPECT_STREQ("0.0.0.0:6001", xt_name(self->fd, false));
	STEP("and receives from everyone again");
	RETURNS(1, xt_sendto(self->to, "x", 1, "10.9.0.1", 6001));
	RETURNS(1, xt_recv(self->fd, self->buf, 1));
}

TEST_F(udp_connect, reconnect)
{
	int other = xt_bound("10.9.1.1", 5001);

	OK(xt_connect(self->fd, "127.0.0.1", 5000));
	OK(xt_connect(self->fd, "10.9.1.1", 5001));
	EXPECT_STREQ("10.9.1.1:5001", xt_name(self->fd, true));
	STEP("the new peer's datagrams leave from a source that it can answer");
	EXPECT_EQ(0, strncmp(xt_name(self->fd, false), "10.9.1.1:", 9));
	RETURNS(1, send(self->fd, "x", 1, 0));
	RETURNS(1, xt_recv(other, self->buf, 1));
	EXPECT_TRUE(xt_silent(self->to));
}

TEST_F(udp_connect, failed_reconnect_changes_nothing)
{
	char before[64];

	OK(xt_connect(self->fd, "10.9.1.1", 5001));
	strcpy(before, xt_name(self->fd, false));
	FAILS(ENETUNREACH, xt_connect(self->fd, "192.0.2.1", 5000));
	EXPECT_STREQ("10.9.1.1:5001", xt_name(self->fd, true));
	EXPECT_STREQ(before, xt_name(self->fd, false));
}

TEST_F(udp_connect, only_the_peer)
{
	int stranger = xt_bound("127.0.0.1", 5002);
	int friend2 = xt_bound("127.0.0.2", 5000);

	OK(xt_bind(self->fd, "127.0.0.1", 6000));
	OK(xt_connect(self->fd, "127.0.0.1", 5000));
	STEP("another port, another address: not for this socket");
	RETURNS(1, xt_sendto(stranger, "s", 1, "127.0.0.1", 6000));
	RETURNS(1, xt_sendto(friend2, "f", 1, "127.0.0.1", 6000));
	RETURNS(1, xt_sendto(self->to, "p", 1, "127.0.0.1", 6000));
	RETURNS(1, xt_recv(self->fd, self->buf, 1));
	EXPECT_EQ('p', self->buf[0]);
	EXPECT_TRUE(xt_silent(self->fd));
	SOON(xt_counter("Udp:", "NoPorts") == 2);
}

TEST_F(udp_connect, queued_before_connect_stays)
{
	OK(xt_bind(self->fd, "127.0.0.1", 6000));
	RETURNS(1, xt_sendto(xt_bound("127.0.0.1", 5002), "s", 1, "127.0.0.1",
			     6000));
	OK(xt_connect(self->fd, "127.0.0.1", 5000));
	RETURNS(1, xt_recv(self->fd, self->buf, 1));
}

TEST_F(udp_connect, explicit_address_overrides)
{
	int other = xt_bound("10.9.0.1", 5001);

	OK(xt_connect(self->fd, "127.0.0.1", 5000));
	OK(xt_disconnect(self->fd));
	OK(xt_connect(self->fd, "10.9.1.1", 5000));
	RETURNS(1, xt_sendto(self->fd, "x", 1, "10.9.0.1", 5001));
	RETURNS(1, xt_recv(other, self->buf, 1));
	STEP("the peer stays the peer");
	EXPECT_STREQ("10.9.1.1:5000", xt_name(self->fd, true));
}

TEST_F(udp_connect, without_destination)
{
	FAILS(EDESTADDRREQ, send(self->fd, "x", 1, 0));
	FAILS(EDESTADDRREQ, write(self->fd, "x", 1));
	STEP("port 0 is no destination");
	FAILS(EINVAL, xt_sendto(self->fd, "x", 1, "127.0.0.1", 0));
	OK(xt_connect(self->fd, "127.0.0.1", 0));
	FAILS(EINVAL, send(self->fd, "x", 1, 0));
}

TEST_F(udp_connect, bad_addresses)
{
	struct sockaddr_xin sin = xt_sin("127.0.0.1", 5000);
	struct sockaddr *sa = (struct sockaddr *)&sin;

	FAILS(EINVAL, connect(self->fd, sa, 15));
	FAILS(EINVAL, connect(self->fd, sa, 1));
	FAILS(EINVAL, sendto(self->fd, "x", 1, 0, sa, 15));
	sin.sxin_family = AF_INET;
	FAILS(EAFNOSUPPORT, connect(self->fd, sa, 16));
	FAILS(EAFNOSUPPORT, sendto(self->fd, "x", 1, 0, sa, 16));
	sin.sxin_family = AF_INET6;
	FAILS(EAFNOSUPPORT, connect(self->fd, sa, 16));
	FAILS(EAFNOSUPPORT, sendto(self->fd, "x", 1, 0, sa, 16));
	STEP("sendto() takes AF_UNSPEC for its own family, as IPv4's does");
	sin.sxin_family = AF_UNSPEC;
	RETURNS(1, sendto(self->fd, "x", 1, 0, sa, 16));
	RETURNS(1, xt_recv(self->to, self->buf, 1));
}

TEST_F(udp_connect, no_route)
{
	long before = xt_counter("Ip:", "OutNoRoutes");

	FAILS(ENETUNREACH, xt_connect(self->fd, "192.0.2.1", 5000));
	EXPECT_STREQ("ENOTCONN", xt_name(self->fd, true));
	FAILS(ENETUNREACH, xt_sendto(self->fd, "x", 1, "192.0.2.1", 5000));
	EXPECT_EQ(before + 2, xt_counter("Ip:", "OutNoRoutes"));
	STEP("a route appears");
	OK(xt_route_add(.dst = "192.0.2.0/24", .dev = "dum0"));
	OK(xt_connect(self->fd, "192.0.2.1", 5000));
}

TEST_F(udp_connect, route_goes_while_connected)
{
	OK(xt_route_add(.dst = "192.0.2.0/24", .dev = "dum0"));
	OK(xt_connect(self->fd, "192.0.2.1", 5000));
	RETURNS(1, send(self->fd, "x", 1, 0));
	OK(xt_route_del(.dst = "192.0.2.0/24"));
	FAILS(ENETUNREACH, send(self->fd, "x", 1, 0));
	OK(xt_route_add(.dst = "192.0.2.0/24", .dev = "dum1"));
	RETURNS(1, send(self->fd, "x", 1, 0));
}

TEST_F(udp_connect, broadcast_needs_the_option)
{
	static const char * const to[] = { "10.9.0.255", "255.255.255.255" };
	unsigned int i;

	OK(xt_bind_dev(self->fd, "dum0"));
	for (i = 0; i < ARRAY_SIZE(to); i++) {
		STEP("%s", to[i]);
		OK(xt_set(self->fd, SOL_SOCKET, SO_BROADCAST, 0));
		FAILS(EACCES, xt_connect(self->fd, to[i], 5000));
		FAILS(EACCES, xt_sendto(self->fd, "x", 1, to[i], 5000));
		OK(xt_set(self->fd, SOL_SOCKET, SO_BROADCAST, 1));
		OK(xt_connect(self->fd, to[i], 5000));
		RETURNS(1, xt_sendto(self->fd, "x", 1, to[i], 5000));
		OK(xt_disconnect(self->fd));
	}
}

TEST_F(udp_connect, any_is_this_host)
{
	OK(xt_connect(self->fd, "0.0.0.0", 5000));
	EXPECT_STREQ("127.0.0.1:5000", xt_name(self->fd, true));
	EXPECT_EQ(0, strncmp(xt_name(self->fd, false), "127.0.0.1:", 10));
	RETURNS(1, send(self->fd, "x", 1, 0));
	RETURNS(1, xt_recv(self->to, self->buf, 1));
	STEP("sendto() to 0.0.0.0, too");
	RETURNS(1, xt_sendto(xt_udp(), "y", 1, "0.0.0.0", 5000));
	RETURNS(1, xt_recv(self->to, self->buf, 1));
	EXPECT_EQ('y', self->buf[0]);
}

/* --- errors ---------------------------------------------------------------- */

TEST_F(udp_connect, refused_on_send)
{
	OK(xt_connect(self->fd, "127.0.0.1", 5555));
	RETURNS(1, send(self->fd, "x", 1, 0));
	SOON(xt_poll(self->fd) & POLLERR);
	FAILS(ECONNREFUSED, send(self->fd, "x", 1, 0));
	STEP("told once; the next send goes out (and is refused again)");
	RETURNS(1, send(self->fd, "x", 1, 0));
}

TEST_F(udp_connect, refused_on_recv)
{
	OK(xt_connect(self->fd, "127.0.0.1", 5555));
	RETURNS(1, send(self->fd, "x", 1, 0));
	SOON(xt_poll(self->fd) & POLLERR);
	FAILS(ECONNREFUSED, recv(self->fd, self->buf, 1, MSG_DONTWAIT));
	FAILS(EAGAIN, recv(self->fd, self->buf, 1, MSG_DONTWAIT));
}

TEST_F(udp_connect, refused_wakes_a_reader)
{
	OK(xt_connect(self->fd, "127.0.0.1", 5555));
	if (!fork()) {
		usleep(50000);
		send(self->fd, "x", 1, 0);
		_exit(0);
	}
	STEP("recv() blocks, then: ECONNREFUSED");
	FAILS(ECONNREFUSED, recv(self->fd, self->buf, 1, 0));
	wait(NULL);
}

TEST_F(udp_connect, refused_as_so_error)
{
	OK(xt_connect(self->fd, "127.0.0.1", 5555));
	RETURNS(1, send(self->fd, "x", 1, 0));
	SOON(xt_poll(self->fd) & POLLERR);
	RETURNS(ECONNREFUSED, xt_get(self->fd, SOL_SOCKET, SO_ERROR));
	RETURNS(0, xt_get(self->fd, SOL_SOCKET, SO_ERROR));
	RETURNS(0, xt_poll(self->fd) & POLLERR);
}

TEST_F(udp_connect, refused_only_the_connected)
{
	RETURNS(1, xt_sendto(self->fd, "x", 1, "127.0.0.1", 5555));
	SOON(xt_counter("Icmp:", "InDestUnreachs") == 1);
	STEP("an unconnected socket hears nothing");
	RETURNS(0, xt_get(self->fd, SOL_SOCKET, SO_ERROR));
	RETURNS(1, xt_sendto(self->fd, "x", 1, "127.0.0.1", 5555));
}

TEST_F(udp_connect, refused_not_by_strangers)
{
	OK(xt_connect(self->fd, "127.0.0.1", 5000));
	STEP("a port unreachable about another destination is not ours");
	RETURNS(1, xt_sendto(self->fd, "x", 1, "127.0.0.1", 5555));
	SOON(xt_counter("Icmp:", "InDestUnreachs") == 1);
	RETURNS(0, xt_get(self->fd, SOL_SOCKET, SO_ERROR));
}
