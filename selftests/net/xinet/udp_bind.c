// SPDX-License-Identifier: GPL-2.0
/*
 * bind(2) of XUDP sockets: who may have which address and port (man 7 ip,
 * man 7 udp).
 *
 *	lo: 127.0.0.0/8      dum0: 10.9.0.1/24, 10.9.1.1/24
 */
#include "xt_nl.h"

FIXTURE(udp_bind) {
	int ns;
	int fd;
};

FIXTURE_SETUP(udp_bind)
{
	self->ns = xt_netns();
	ASSERT_LE(0, self->ns);
	ASSERT_EQ(0, xt_dummy("dum0"));
	ASSERT_EQ(0, xt_addr_add("dum0", "10.9.0.1/24"));
	ASSERT_EQ(0, xt_addr_add("dum0", "10.9.1.1/24"));
	self->fd = xt_udp();
	ASSERT_LE(0, self->fd);
}

FIXTURE_TEARDOWN(udp_bind)
{
}

TEST_F(udp_bind, getsockname)
{
	EXPECT_STREQ("0.0.0.0:0", xt_name(self->fd, false));
	OK(xt_bind(self->fd, "10.9.0.1", 5000));
	EXPECT_STREQ("10.9.0.1:5000", xt_name(self->fd, false));
}

TEST_F(udp_bind, getsockname_cuts_short)
{
	struct sockaddr_xin sin;
	socklen_t len = 4;

	OK(xt_bind(self->fd, "10.9.0.1", 0x1234));
	memset(&sin, 0xee, sizeof(sin));
	STEP("room for 4 bytes: 4 are written, 16 are said");
	OK(getsockname(self->fd, (struct sockaddr *)&sin, &len));
	EXPECT_EQ(16U, len);
	EXPECT_EQ(htons(0x1234), sin.sxin_port);
	EXPECT_EQ(0xeeeeeeee, sin.sxin_addr.s_addr);
}

TEST_F(udp_bind, addresses_of_this_host)
{
	static const char * const good[] = {
		"0.0.0.0", "127.0.0.1", "127.0.0.2", "127.255.255.254",
		"10.9.0.1", "10.9.1.1",
		/* only to receive: subnet and limited broadcast, multicast */
		"10.9.0.255", "255.255.255.255", "224.0.0.1",
		"239.255.255.255",
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(good); i++) {
		STEP("%s", good[i]);
		OK(xt_bind(xt_udp(), good[i], 5000 + i));
	}
}

TEST_F(udp_bind, addresses_of_others)
{
	static const char * const bad[] = {
		"10.9.0.2", "10.9.2.1", "192.0.2.1", "126.255.255.255",
		"128.0.0.1", "223.255.255.255", "1.2.3.4",
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		STEP("%s", bad[i]);
		FAILS(EADDRNOTAVAIL, xt_bind(self->fd, bad[i], 5000));
	}
	STEP("a refused bind leaves the socket unbound, and the port free");
	EXPECT_STREQ("0.0.0.0:0", xt_name(self->fd, false));
	OK(xt_bind(self->fd, "10.9.0.1", 5000));
}

TEST_F(udp_bind, address_comes_and_goes)
{
	FAILS(EADDRNOTAVAIL, xt_bind(self->fd, "10.9.7.1", 5000));
	OK(xt_addr_add("dum0", "10.9.7.1/24"));
	OK(xt_bind(self->fd, "10.9.7.1", 5000));
	OK(xt_addr_del("dum0", "10.9.7.1/24"));
	FAILS(EADDRNOTAVAIL, xt_bind(xt_udp(), "10.9.7.1", 5001));
}

TEST_F(udp_bind, length)
{
	struct sockaddr_xin sin = xt_sin("127.0.0.1", 5000);
	struct sockaddr *sa = (struct sockaddr *)&sin;
	struct sockaddr_storage big = {};
	int len;

	STEP("0 to 15 bytes are too short: EINVAL");
	for (len = 0; len < 16; len++)
		EXPECT_TRUE(bind(self->fd, sa, len) == -1 && errno == EINVAL);
	FAILS(EINVAL, bind(self->fd, sa, -1));
	FAILS(EINVAL, bind(self->fd, sa, sizeof(big) + 1));
	FAILS(EFAULT, bind(self->fd, NULL, 16));
	STEP("16 are right, more do no harm");
	OK(bind(self->fd, sa, 16));
	memcpy(&big, &sin, sizeof(sin));
	((struct sockaddr_xin *)&big)->sxin_port = htons(5001);
	OK(bind(xt_udp(), (struct sockaddr *)&big, sizeof(big)));
}

TEST_F(udp_bind, other_families)
{
	static const int families[] = {
		AF_INET, AF_INET6, AF_UNIX, AF_PACKET, AF_NETLINK, 18, 20,
		45, 255, 0xffff,
	};
	struct sockaddr_xin sin = xt_sin("127.0.0.1", 5000);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(families); i++) {
		STEP("family %d", families[i]);
		sin.sxin_family = families[i];
		FAILS(EAFNOSUPPORT, bind(self->fd, (struct sockaddr *)&sin,
					 sizeof(sin)));
	}
	STEP("AF_UNSPEC, as IPv4: only with the wildcard address");
	sin.sxin_family = AF_UNSPEC;
	FAILS(EAFNOSUPPORT, bind(self->fd, (struct sockaddr *)&sin,
				 sizeof(sin)));
	sin.sxin_addr.s_addr = 0;
	OK(bind(self->fd, (struct sockaddr *)&sin, sizeof(sin)));
	EXPECT_STREQ("0.0.0.0:5000", xt_name(self->fd, false));
}

TEST_F(udp_bind, twice)
{
	OK(xt_bind(self->fd, "127.0.0.1", 5000));
	FAILS(EINVAL, xt_bind(self->fd, "127.0.0.1", 5000));
	FAILS(EINVAL, xt_bind(self->fd, "127.0.0.1", 5001));
	EXPECT_STREQ("127.0.0.1:5000", xt_name(self->fd, false));
	STEP("a send binds, too");
	self->fd = xt_udp();
	RETURNS(1, xt_sendto(self->fd, "x", 1, "127.0.0.1", 5000));
	FAILS(EINVAL, xt_bind(self->fd, "127.0.0.1", 5002));
	STEP("and so does connect()");
	self->fd = xt_udp();
	OK(xt_connect(self->fd, "127.0.0.1", 5000));
	FAILS(EINVAL, xt_bind(self->fd, "127.0.0.1", 5002));
}

TEST_F(udp_bind, close_frees_the_port)
{
	int i;

	STEP("100 times the same port, at once again");
	for (i = 0; i < 100; i++) {
		int fd = xt_bound("127.0.0.1", 5000);

		ASSERT_LE(0, fd);
		close(fd);
	}
}

TEST_F(udp_bind, privileged_port)
{
	OK(xt_bind(self->fd, "127.0.0.1", 1));
	ASSERT_EQ(0, xt_drop_privileges(XT_NOBODY));
	STEP("ip_unprivileged_port_start is 1024");
	FAILS(EACCES, xt_bind(xt_udp(), "127.0.0.1", 2));
	FAILS(EACCES, xt_bind(xt_udp(), "127.0.0.1", 1023));
	OK(xt_bind(xt_udp(), "127.0.0.1", 1024));
	OK(xt_bind(xt_udp(), "127.0.0.1", 0));
}

TEST_F(udp_bind, privileged_port_moved)
{
	EXPECT_STREQ("1024", xt_sysctl_get("ip_unprivileged_port_start"));
	OK(xt_sysctl("ip_unprivileged_port_start", "80"));
	ASSERT_EQ(0, xt_drop_privileges(XT_NOBODY));
	FAILS(EACCES, xt_bind(xt_udp(), "127.0.0.1", 79));
	OK(xt_bind(xt_udp(), "127.0.0.1", 80));
	STEP("and nobody cannot move it");
	FAILS(EACCES, xt_sysctl("ip_unprivileged_port_start", "0"));
}

TEST_F(udp_bind, ephemeral_within_the_range)
{
	int i, fd, port, seen[1000] = {}, distinct = 0;

	EXPECT_STREQ("32768\t60999", xt_sysctl_get("local_port_range"));
	for (i = 0; i < 100; i++) {
		fd = xt_bound("127.0.0.1", 0);
		port = xt_port(fd);
		EXPECT_LE(32768, port);
		EXPECT_GE(60999, port);
		close(fd);
	}
	STEP("1000 ports of a range of 1000: each exactly once");
	OK(xt_sysctl("local_port_range", "20000 20999"));
	for (i = 0; i < 1000; i++) {
		port = xt_port(xt_bound("0.0.0.0", 0));
		if (port >= 20000 && port < 21000 && !seen[port - 20000]++)
			distinct++;
	}
	EXPECT_EQ(1000, distinct);
}

TEST_F(udp_bind, ephemeral_is_random)
{
	int i, near = 0, port, last = 0;

	STEP("RFC 6056: 50 ports in a row do not follow each other");
	for (i = 0; i < 50; i++) {
		port = xt_port(xt_bound("0.0.0.0", 0));
		near += abs(port - last) <= 8;
		last = port;
	}
	EXPECT_GE(5, near);
}

TEST_F(udp_bind, range_exhausted)
{
	int fd[4], i;

	OK(xt_sysctl("local_port_range", "40000 40003"));
	for (i = 0; i < 4; i++) {
		fd[i] = xt_udp();
		OK(xt_bind(fd[i], "0.0.0.0", 0));
	}
	STEP("none is left");
	FAILS(EADDRINUSE, xt_bind(self->fd, "0.0.0.0", 0));
	FAILS(EAGAIN, xt_sendto(self->fd, "x", 1, "127.0.0.1", 40000));
	FAILS(EAGAIN, xt_connect(self->fd, "127.0.0.1", 40000));
	EXPECT_STREQ("0.0.0.0:0", xt_name(self->fd, false));
	STEP("outside the range there are more");
	OK(xt_bind(xt_udp(), "0.0.0.0", 40004));
	STEP("one is given back");
	close(fd[2]);
	OK(xt_bind(self->fd, "0.0.0.0", 0));
}

TEST_F(udp_bind, disconnect_gives_an_ephemeral_port_back)
{
	OK(xt_sysctl("local_port_range", "40000 40000"));
	OK(xt_connect(self->fd, "127.0.0.1", 9));
	FAILS(EADDRINUSE, xt_bind(xt_udp(), "0.0.0.0", 0));
	OK(xt_disconnect(self->fd));
	OK(xt_bind(xt_udp(), "0.0.0.0", 0));
}

/* --- the matrix ------------------------------------------------------------ */

static const char * const m_addr[] = { "0.0.0.0", "127.0.0.1", "127.0.0.2" };
static const char * const m_dev[] = { NULL, "lo", "dum0" };

/* One way to bind a socket: the indices into the tables, SO_REUSEADDR. */
struct way {
	int addr;
	int dev;
	int reuse;
};

static int bind_way(const struct way *w)
{
	int fd = xt_udp();

	xt_set(fd, SOL_SOCKET, SO_REUSEADDR, w->reuse);
	if (w->dev && xt_bind_dev(fd, m_dev[w->dev]))
		return -1;
	if (!xt_bind(fd, m_addr[w->addr], 7000))
		return fd;
	close(fd);
	return -1;
}

/* man 7 ip and 7 socket: could one datagram be for both? */
static bool clash(const struct way *a, const struct way *b)
{
	if (a->reuse && b->reuse)
		return false;
	if (a->dev && b->dev && a->dev != b->dev)
		return false;
	return !a->addr || !b->addr || a->addr == b->addr;
}

static bool next_way(struct way *w)
{
	w->reuse ^= 1;
	if (w->reuse)
		return true;
	w->dev = (w->dev + 1) % 3;
	if (w->dev)
		return true;
	w->addr = (w->addr + 1) % 3;
	return w->addr;
}

TEST_F(udp_bind, addrinuse_matrix)
{
	struct way a = {}, b;
	int fa, fb, err, pairs = 0;

	STEP("address × device × SO_REUSEADDR, each way beside each");
	do {
		b = (struct way){};
		do {
			fa = bind_way(&a);
			ASSERT_LE(0, fa);
			errno = 0;
			fb = bind_way(&b);
			err = errno;
			EXPECT_EQ(clash(&a, &b) ? EADDRINUSE : 0,
				  fb < 0 ? err : 0) {
				TH_LOG("%s%%%s reuse %d beside %s%%%s reuse %d",
				       m_addr[b.addr], m_dev[b.dev] ?: "*",
				       b.reuse, m_addr[a.addr],
				       m_dev[a.dev] ?: "*", a.reuse);
			}
			close(fa);
			if (fb >= 0)
				close(fb);
			pairs++;
		} while (next_way(&b));
	} while (next_way(&a));
	EXPECT_EQ(18 * 18, pairs);
}

TEST_F(udp_bind, reuseport_is_refused)
{
	STEP("what the core refuses to a foreign family it must not promise");
	FAILS(EOPNOTSUPP, xt_set(self->fd, SOL_SOCKET, SO_REUSEPORT, 1));
}

TEST_F(udp_bind, most_specific_wins)
{
	char c;
	int any, addr, dev, peer, from;

	STEP("0.0.0.0, 10.9.0.1, and 0.0.0.0 connected to 10.9.1.1:8000");
	any = xt_udp();
	addr = xt_udp();
	peer = xt_udp();
	dev = xt_udp();
	xt_set(any, SOL_SOCKET, SO_REUSEADDR, 1);
	xt_set(addr, SOL_SOCKET, SO_REUSEADDR, 1);
	xt_set(peer, SOL_SOCKET, SO_REUSEADDR, 1);
	xt_set(dev, SOL_SOCKET, SO_REUSEADDR, 1);
	OK(xt_bind(any, "0.0.0.0", 7000));
	OK(xt_bind(addr, "10.9.0.1", 7000));
	OK(xt_bind(peer, "10.9.0.1", 7000));
	OK(xt_connect(peer, "10.9.1.1", 8000));
	from = xt_bound("10.9.1.1", 8000);

	RETURNS(1, xt_sendto(from, "p", 1, "10.9.0.1", 7000));
	RETURNS(1, xt_recv(peer, &c, 1));
	RETURNS(1, xt_sendto(self->fd, "a", 1, "10.9.0.1", 7000));
	RETURNS(1, xt_recv(addr, &c, 1));
	RETURNS(1, xt_sendto(self->fd, "w", 1, "10.9.1.1", 7000));
	RETURNS(1, xt_recv(any, &c, 1));
	STEP("0.0.0.0%%lo before 0.0.0.0");
	OK(xt_bind_dev(dev, "lo"));
	OK(xt_bind(dev, "0.0.0.0", 7000));
	RETURNS(1, xt_sendto(self->fd, "d", 1, "127.0.0.1", 7000));
	RETURNS(1, xt_recv(dev, &c, 1));
	EXPECT_TRUE(xt_silent(any) && xt_silent(addr) && xt_silent(peer));
}
