// SPDX-License-Identifier: GPL-2.0
/*
 * Sending and receiving over XUDP sockets: sizes, flags, vectors, integrity,
 * what bad pointers do, and how one waits (man 7 udp, man 2 send, recv, poll).
 * Buffers and shutdown are in udp_buffer.c.
 *
 *	   one namespace
 *	+-----------------+
 *	| out ──lo──► in  |	out is connected to in, 127.0.0.1:5000
 *	+-----------------+
 *	                               two namespaces
 *	+------------------------+               +--------------------+
 *	| out   veth0 10.9.0.1/24+---------------+10.9.0.2/24     in  |
 *	+------------------------+   MTU 1500    +--------------------+
 */
#include <sys/sendfile.h>
#include "xt_nl.h"

FIXTURE(udp_io) {
	int out;
	int in;
	char *buf;
};

#define BUF_SIZE (128 * 1024)

FIXTURE_SETUP(udp_io)
{
	ASSERT_LE(0, xt_netns());
	self->in = xt_bound("127.0.0.1", 5000);
	self->out = xt_udp();
	ASSERT_EQ(0, xt_connect(self->out, "127.0.0.1", 5000));
	self->buf = malloc(BUF_SIZE);
	ASSERT_NE(NULL, self->buf);
}

FIXTURE_TEARDOWN(udp_io)
{
	free(self->buf);
}

/* Send @len patterned bytes; do exactly those arrive? */
static bool carries(int out, int in, char *buf, size_t len, unsigned int n)
{
	xt_fill(buf, len, n);
	if (send(out, buf, len, 0) != (ssize_t)len)
		return false;
	memset(buf, 0, len + 1);
	return xt_recv(in, buf, BUF_SIZE) == (ssize_t)len &&
	       xt_intact(buf, len, n);
}

TEST_F(udp_io, sizes_over_lo)
{
	static const size_t sizes[] = {
		0, 1, 2, 3, 7, 8, 63, 64, 65, 1399, 1400, 1472, 1473, 65507,
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		STEP("%zu bytes arrive whole", sizes[i]);
		EXPECT_TRUE(carries(self->out, self->in, self->buf, sizes[i], i));
	}
}

TEST_F(udp_io, sizes_around_pages)
{
	size_t page, size;
	int around, n = 0;

	STEP("every size within 40 of a multiple of a page, and of headroom");
	for (page = 4096; page <= 65536; page += 4096 * 3) {
		for (around = -40; around <= 40; around += n % 3 + 1, n++) {
			size = page + around;
			if (size > 65507)
				continue;
			EXPECT_TRUE(carries(self->out, self->in, self->buf,
					    size, n)) {
				TH_LOG("%zu bytes", size);
			}
		}
	}
	STEP("the boundary between linear and paged buffers: 3500 to 4100");
	for (size = 3500; size <= 4100; size += 13)
		EXPECT_TRUE(carries(self->out, self->in, self->buf, size, n++));
}

TEST_F(udp_io, beyond_the_length_field)
{
	FAILS(EMSGSIZE, send(self->out, self->buf, 65508, 0));
	FAILS(EMSGSIZE, send(self->out, self->buf, 65536, 0));
	FAILS(EMSGSIZE, send(self->out, self->buf, BUF_SIZE, 0));
	EXPECT_TRUE(xt_silent(self->in));
}

TEST_F(udp_io, bigger_than_the_link)
{
	struct xt_pair p;
	int in, out;
	long frags;

	ASSERT_EQ(0, xt_pair(&p));
	in = xt_bound_in(p.b, p.a, "10.9.0.2", 5000);
	out = xt_udp();
	OK(xt_set(out, SOL_IP, IP_MTU_DISCOVER, IP_PMTUDISC_DO));
	OK(xt_connect(out, "10.9.0.2", 5000));
	frags = xt_counter("Ip:", "FragCreates");
	STEP("1472 bytes fill a packet of 1500, 1473 do not fit");
	EXPECT_TRUE(carries(out, in, self->buf, 1472, 1));
	FAILS(EMSGSIZE, send(out, self->buf, 1473, 0));
	FAILS(EMSGSIZE, send(out, self->buf, 65507, 0));
	EXPECT_TRUE(xt_silent(in));
	EXPECT_EQ(frags, xt_counter("Ip:", "FragCreates"));
	STEP("the socket is as good as before");
	EXPECT_TRUE(carries(out, in, self->buf, 1472, 2));
}

TEST_F(udp_io, mtu_change_counts_at_once)
{
	struct xt_pair p;
	int in, out;

	ASSERT_EQ(0, xt_pair(&p));
	in = xt_bound_in(p.b, p.a, "10.9.0.2", 5000);
	out = xt_udp();
	OK(xt_set(out, SOL_IP, IP_MTU_DISCOVER, IP_PMTUDISC_DO));
	OK(xt_connect(out, "10.9.0.2", 5000));
	EXPECT_TRUE(carries(out, in, self->buf, 1472, 1));
	RETURNS(1500, xt_get(out, SOL_IP, IP_MTU));
	OK(xt_link_set("veth0", -1, 1300));
	RETURNS(1300, xt_get(out, SOL_IP, IP_MTU));
	FAILS(EMSGSIZE, send(out, self->buf, 1273, 0));
	EXPECT_TRUE(carries(out, in, self->buf, 1272, 2));
	OK(xt_link_set("veth0", -1, 1500));
	EXPECT_TRUE(carries(out, in, self->buf, 1472, 3));
}

TEST_F(udp_io, jumbo_frames)
{
	struct xt_pair p;
	int in, out, n = 0;
	size_t size;

	ASSERT_EQ(0, xt_pair(&p));
	OK(xt_link_set("veth0", -1, 9000));
	OK(xt_enter(p.b));
	OK(xt_link_set("veth0", -1, 9000));
	OK(xt_enter(p.a));
	in = xt_bound_in(p.b, p.a, "10.9.0.2", 5000);
	out = xt_udp();
	OK(xt_set(out, SOL_IP, IP_MTU_DISCOVER, IP_PMTUDISC_DO));
	OK(xt_connect(out, "10.9.0.2", 5000));
	for (size = 3700; size <= 8972; size += 117) {
		STEP("%zu bytes", size);
		EXPECT_TRUE(carries(out, in, self->buf, size, n++));
	}
	FAILS(EMSGSIZE, send(out, self->buf, 8973, 0));
}

TEST_F(udp_io, order_is_kept)
{
	int i;

	for (i = 0; i < 64; i++)
		ASSERT_EQ(1, send(self->out, &i, 1, 0));
	for (i = 0; i < 64; i++) {
		ASSERT_EQ(1, xt_recv(self->in, self->buf, 16));
		ASSERT_EQ(i, self->buf[0]);
	}
}

TEST_F(udp_io, source_is_told)
{
	static const char zero[8];
	struct sockaddr_xin from;
	socklen_t len = 128;

	RETURNS(1, send(self->out, "x", 1, 0));
	EXPECT_TRUE(xt_readable(self->in));
	memset(&from, 0xee, sizeof(from));
	RETURNS(1, recvfrom(self->in, self->buf, 1, 0,
			    (struct sockaddr *)&from, &len));
	EXPECT_EQ(16U, len);
	EXPECT_EQ(AF_XINET, from.sxin_family);
	EXPECT_EQ(htonl(INADDR_LOOPBACK), from.sxin_addr.s_addr);
	EXPECT_EQ(xt_port(self->out), ntohs(from.sxin_port));
	EXPECT_EQ(0, memcmp(from.sxin_zero, zero, 8));
	STEP("where there is no room for it, it is cut");
	RETURNS(1, send(self->out, "x", 1, 0));
	memset(&from, 0xee, sizeof(from));
	len = 2;
	RETURNS(1, recvfrom(self->in, self->buf, 1, 0,
			    (struct sockaddr *)&from, &len));
	EXPECT_EQ(0xeeee, from.sxin_port);
}

TEST_F(udp_io, truncation)
{
	struct iovec iov = { self->buf, 4 };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };

	STEP("ten bytes into room for four: the rest is lost, and said");
	RETURNS(10, send(self->out, "0123456789", 10, 0));
	RETURNS(4, recvmsg(self->in, &msg, 0));
	EXPECT_TRUE(msg.msg_flags & MSG_TRUNC);
	EXPECT_EQ(0, memcmp(self->buf, "0123", 4));
	EXPECT_TRUE(xt_silent(self->in));
	STEP("MSG_TRUNC: the real length is returned");
	RETURNS(10, send(self->out, "0123456789", 10, 0));
	RETURNS(10, recv(self->in, self->buf, 4, MSG_TRUNC));
	STEP("exact room: no flag");
	RETURNS(4, send(self->out, "0123", 4, 0));
	RETURNS(4, recvmsg(self->in, &msg, 0));
	EXPECT_FALSE(msg.msg_flags & MSG_TRUNC);
	STEP("no room at all");
	RETURNS(4, send(self->out, "0123", 4, 0));
	RETURNS(0, recv(self->in, NULL, 0, 0));
	EXPECT_TRUE(xt_silent(self->in));
}

TEST_F(udp_io, peek)
{
	RETURNS(3, send(self->out, "abc", 3, 0));
	RETURNS(1, send(self->out, "d", 1, 0));
	RETURNS(3, recv(self->in, self->buf, 16, MSG_PEEK));
	RETURNS(3, recv(self->in, self->buf, 1, MSG_PEEK | MSG_TRUNC));
	RETURNS(3, recv(self->in, self->buf, 16, 0));
	EXPECT_EQ(0, memcmp(self->buf, "abc", 3));
	RETURNS(1, recv(self->in, self->buf, 16, 0));
	STEP("SO_PEEK_OFF: as good as IPv4's or refused, not ignored");
	if (!xt_set(self->in, SOL_SOCKET, SO_PEEK_OFF, 1)) {
		RETURNS(3, send(self->out, "abc", 3, 0));
		RETURNS(2, recv(self->in, self->buf, 16, MSG_PEEK));
	} else {
		EXPECT_EQ(EOPNOTSUPP, errno);
	}
}

TEST_F(udp_io, empty_datagrams)
{
	RETURNS(0, send(self->out, "", 0, 0));
	RETURNS(0, send(self->out, NULL, 0, 0));
	SOON(xt_poll(self->in) & POLLIN);
	RETURNS(0, recv(self->in, self->buf, 16, MSG_DONTWAIT));
	RETURNS(0, recv(self->in, self->buf, 16, MSG_DONTWAIT));
	FAILS(EAGAIN, recv(self->in, self->buf, 16, MSG_DONTWAIT));
}

TEST_F(udp_io, waiting_is_bounded)
{
	struct timeval tv = { .tv_usec = 60000 };
	long start;

	FAILS(EAGAIN, recv(self->in, self->buf, 1, MSG_DONTWAIT));
	OK(setsockopt(self->in, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv)));
	start = xt_now_ms();
	FAILS(EAGAIN, recv(self->in, self->buf, 1, 0));
	/* the wait counts ticks, which a busy host delivers late and in bunches */
	EXPECT_LE(30, xt_now_ms() - start);
	STEP("O_NONBLOCK");
	OK(fcntl(self->in, F_SETFL, O_NONBLOCK));
	FAILS(EAGAIN, read(self->in, self->buf, 1));
}

TEST_F(udp_io, waitall_is_one_datagram)
{
	RETURNS(3, send(self->out, "abc", 3, 0));
	RETURNS(3, send(self->out, "def", 3, 0));
	RETURNS(3, recv(self->in, self->buf, 16, MSG_WAITALL));
	RETURNS(3, recv(self->in, self->buf, 16, MSG_WAITALL));
}

TEST_F(udp_io, flags_that_are_not_there)
{
	FAILS(EOPNOTSUPP, send(self->out, "x", 1, MSG_OOB));
	FAILS(EOPNOTSUPP, recv(self->in, self->buf, 1, MSG_OOB));
	FAILS(EAGAIN, recv(self->in, self->buf, 1, MSG_ERRQUEUE));
	STEP("MSG_MORE: joined as IPv4 does, or refused; never sent in parts");
	if (send(self->out, "ab", 2, MSG_MORE) == 2) {
		RETURNS(1, send(self->out, "c", 1, 0));
		RETURNS(3, xt_recv(self->in, self->buf, 16));
	} else {
		EXPECT_EQ(EOPNOTSUPP, errno);
		EXPECT_TRUE(xt_silent(self->in));
	}
	STEP("MSG_NOSIGNAL and MSG_CONFIRM do no harm");
	RETURNS(1, send(self->out, "x", 1, MSG_NOSIGNAL | MSG_CONFIRM));
	RETURNS(1, xt_recv(self->in, self->buf, 1));
}

TEST_F(udp_io, vectors)
{
	static const size_t pieces[] = { 1, 0, 4095, 3, 17, 4096, 0, 1234, 1 };
	struct iovec iov[ARRAY_SIZE(pieces)];
	struct msghdr msg = { .msg_iov = iov, .msg_iovlen = ARRAY_SIZE(iov) };
	size_t at = 0, all = 0;
	unsigned int i;
	char *to;

	for (i = 0; i < ARRAY_SIZE(pieces); i++)
		all += pieces[i];
	STEP("%zu bytes in %zu odd pieces", all, ARRAY_SIZE(iov));
	xt_fill(self->buf, all, 1);
	for (i = 0; i < ARRAY_SIZE(pieces); at += pieces[i++])
		iov[i] = (struct iovec){ self->buf + at, pieces[i] };
	RETURNS(all, sendmsg(self->out, &msg, 0));
	STEP("received in other pieces");
	to = self->buf + 65536;
	iov[0] = (struct iovec){ to, 2000 };
	iov[1] = (struct iovec){ to + 2000, 5 };
	iov[2] = (struct iovec){ to + 2005, 60000 };
	msg.msg_iovlen = 3;
	RETURNS(all, recvmsg(self->in, &msg, 0));
	EXPECT_TRUE(xt_intact(to, all, 1));
	iov[0] = (struct iovec){ "abc", 3 };
	iov[1] = (struct iovec){ "def", 3 };
	RETURNS(6, writev(self->out, iov, 2));
	RETURNS(6, xt_recv(self->in, self->buf, 16));
	EXPECT_EQ(0, memcmp(self->buf, "abcdef", 6));
}

#define MANY 16

TEST_F(udp_io, sendmmsg_recvmmsg)
{
	struct mmsghdr out[MANY] = {}, in[MANY] = {};
	struct iovec ov[MANY], iv[MANY];
	struct sockaddr_xin from[MANY];
	int i, good = 0;

	for (i = 0; i < MANY; i++) {
		xt_fill(self->buf + i * 256, 200, i);
		ov[i] = (struct iovec){ self->buf + i * 256, i * 13 };
		out[i].msg_hdr.msg_iov = &ov[i];
		out[i].msg_hdr.msg_iovlen = 1;
		iv[i] = (struct iovec){ self->buf + 65536 + i * 256, 256 };
		in[i].msg_hdr.msg_iov = &iv[i];
		in[i].msg_hdr.msg_iovlen = 1;
		in[i].msg_hdr.msg_name = &from[i];
		in[i].msg_hdr.msg_namelen = sizeof(from[i]);
	}
	RETURNS(MANY, sendmmsg(self->out, out, MANY, 0));
	EXPECT_TRUE(xt_readable(self->in));
	RETURNS(MANY, recvmmsg(self->in, in, MANY, MSG_DONTWAIT, NULL));
	for (i = 0; i < MANY; i++)
		good += in[i].msg_len == (unsigned int)i * 13 &&
			out[i].msg_len == in[i].msg_len &&
			from[i].sxin_family == AF_XINET &&
			xt_intact(iv[i].iov_base, in[i].msg_len, i);
	EXPECT_EQ(MANY, good);
	STEP("one that fails ends it; those before count");
	ov[2].iov_len = 65508;
	RETURNS(2, sendmmsg(self->out, out, MANY, 0));
	FAILS(EMSGSIZE, sendmmsg(self->out, out + 2, 1, 0));
	STEP("MSG_WAITFORONE takes what is there");
	RETURNS(2, recvmmsg(self->in, in, MANY, MSG_WAITFORONE, NULL));
}

TEST_F(udp_io, sendfile)
{
	int fd = memfd_create("data", 0);
	off_t at = 0;

	xt_fill(self->buf, 5000, 3);
	RETURNS(5000, write(fd, self->buf, 5000));
	STEP("a page leaves as a datagram");
	RETURNS(4000, sendfile(self->out, fd, &at, 4000));
	RETURNS(4000, xt_recv(self->in, self->buf, BUF_SIZE));
	EXPECT_TRUE(xt_intact(self->buf, 4000, 3));
	STEP("two as one, or (kernels with sendpage) not at all");
	at = 0;
	if (sendfile(self->out, fd, &at, 5000) == 5000) {
		RETURNS(5000, xt_recv(self->in, self->buf, BUF_SIZE));
		EXPECT_TRUE(xt_intact(self->buf, 5000, 3));
	} else {
		EXPECT_EQ(EOPNOTSUPP, errno);
	}
	EXPECT_TRUE(xt_silent(self->in));
}

/* --- bad pointers ---------------------------------------------------------- */

/* Two pages of which the second is not there; the address of the border. */
static char *edge_of_memory(void)
{
	char *p = mmap(NULL, 8192, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED || munmap(p + 4096, 4096))
		abort();
	memset(p, 'e', 4096);
	return p + 4096;
}

TEST_F(udp_io, send_from_nowhere)
{
	long before = xt_counter("Udp:", "OutDatagrams");
	char *edge = edge_of_memory();
	int i, queued = -1;

	FAILS(EFAULT, send(self->out, (void *)8, 1, 0));
	STEP("the first page is there, the second is not");
	FAILS(EFAULT, send(self->out, edge - 100, 200, 0));
	FAILS(EFAULT, send(self->out, edge - 4000, 8000, 0));
	FAILS(EFAULT, send(self->out, edge - 1, 65507, 0));
	STEP("a hundred times: no send buffer leaks, nothing is counted");
	for (i = 0; i < 100; i++)
		send(self->out, edge - 4000, 60000, 0);
	OK(ioctl(self->out, SIOCOUTQ, &queued));
	EXPECT_EQ(0, queued);
	EXPECT_EQ(before, xt_counter("Udp:", "OutDatagrams"));
	EXPECT_TRUE(xt_silent(self->in));
	RETURNS(100, send(self->out, edge - 100, 100, 0));
	RETURNS(100, xt_recv(self->in, self->buf, 200));
}

TEST_F(udp_io, receive_to_nowhere)
{
	char *edge = edge_of_memory();

	RETURNS(200, send(self->out, self->buf, 200, 0));
	FAILS(EFAULT, recv(self->in, (void *)8, 100, 0));
	STEP("as with IPv4, the datagram is gone");
	FAILS(EAGAIN, recv(self->in, self->buf, 200, MSG_DONTWAIT));
	RETURNS(200, send(self->out, self->buf, 200, 0));
	FAILS(EFAULT, recv(self->in, edge - 100, 200, 0));
	STEP("peeking leaves it");
	RETURNS(200, send(self->out, self->buf, 200, 0));
	FAILS(EFAULT, recv(self->in, edge - 100, 200, MSG_PEEK));
	RETURNS(200, recv(self->in, self->buf, 200, MSG_DONTWAIT));
	STEP("room enough, though more was said: fine");
	RETURNS(100, send(self->out, self->buf, 100, 0));
	RETURNS(100, recv(self->in, edge - 100, 4096, 0));
}

TEST_F(udp_io, other_pointers_to_nowhere)
{
	struct iovec iov = { self->buf, 10 };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };

	FAILS(EFAULT, sendto(self->out, "x", 1, 0, (void *)8, 16));
	msg.msg_control = (void *)8;
	msg.msg_controllen = 64;
	FAILS(EFAULT, sendmsg(self->out, &msg, 0));
	FAILS(EFAULT, sendmsg(self->out, (void *)8, 0));
	msg.msg_controllen = 0;
	msg.msg_iov = (void *)8;
	FAILS(EFAULT, sendmsg(self->out, &msg, 0));
	FAILS(EFAULT, ioctl(self->in, FIONREAD, (void *)8));
	FAILS(EFAULT, ioctl(self->in, SIOCOUTQ, (void *)8));
}

/* --- readiness ------------------------------------------------------------- */

TEST_F(udp_io, poll)
{
	RETURNS(POLLOUT, xt_poll(self->in));
	RETURNS(1, send(self->out, "x", 1, 0));
	SOON(xt_poll(self->in) == (POLLIN | POLLOUT));
	RETURNS(1, recv(self->in, self->buf, 1, 0));
	RETURNS(POLLOUT, xt_poll(self->in));
}

TEST_F(udp_io, select)
{
	struct timeval tv = {};
	fd_set rd, wr;

	FD_ZERO(&rd);
	FD_ZERO(&wr);
	FD_SET(self->in, &rd);
	FD_SET(self->in, &wr);
	RETURNS(1, select(self->in + 1, &rd, &wr, NULL, &tv));
	EXPECT_FALSE(FD_ISSET(self->in, &rd));
	EXPECT_TRUE(FD_ISSET(self->in, &wr));
	RETURNS(1, send(self->out, "x", 1, 0));
	FD_ZERO(&rd);
	FD_SET(self->in, &rd);
	tv.tv_sec = XT_PATIENCE * xt_slow();
	RETURNS(1, select(self->in + 1, &rd, NULL, NULL, &tv));
	EXPECT_TRUE(FD_ISSET(self->in, &rd));
}

TEST_F(udp_io, epoll_edge)
{
	struct epoll_event ev = { .events = EPOLLIN | EPOLLET };
	int ep = epoll_create1(0), wait_ms = XT_PATIENCE * 1000 * xt_slow();

	OK(epoll_ctl(ep, EPOLL_CTL_ADD, self->in, &ev));
	RETURNS(0, epoll_wait(ep, &ev, 1, 0));
	RETURNS(1, send(self->out, "x", 1, 0));
	RETURNS(1, epoll_wait(ep, &ev, 1, wait_ms));
	EXPECT_EQ((uint32_t)EPOLLIN, ev.events);
	STEP("an edge is told once, though the datagram still waits");
	RETURNS(0, epoll_wait(ep, &ev, 1, 0));
	STEP("the next datagram is the next edge");
	RETURNS(1, send(self->out, "y", 1, 0));
	RETURNS(1, epoll_wait(ep, &ev, 1, wait_ms));
	RETURNS(0, epoll_wait(ep, &ev, 1, 0));
}

TEST_F(udp_io, blocked_reader_wakes)
{
	int status;
	pid_t pid = fork();

	if (!pid)
		_exit(recv(self->in, self->buf, 16, 0) == 3 ? 7 : 1);
	STEP("a process in recv() (state S) gets the datagram");
	SOON(({
		char path[64], stat[256];

		snprintf(path, sizeof(path), "/proc/%d/stat", pid);
		!xt_read(path, stat, sizeof(stat)) && strstr(stat, ") S ");
	}));
	RETURNS(3, send(self->out, "abc", 3, 0));
	RETURNS(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(7, WEXITSTATUS(status));
}

TEST_F(udp_io, fionread)
{
	int n = -1;

	OK(ioctl(self->in, FIONREAD, &n));
	EXPECT_EQ(0, n);
	RETURNS(5, send(self->out, "abcde", 5, 0));
	RETURNS(3, send(self->out, "xyz", 3, 0));
	STEP("the length of the next datagram, not of all");
	SOON(!ioctl(self->in, FIONREAD, &n) && n == 5);
	RETURNS(5, recv(self->in, self->buf, 16, 0));
	OK(ioctl(self->in, FIONREAD, &n));
	EXPECT_EQ(3, n);
	STEP("0 for an empty one, which poll() still tells of");
	RETURNS(3, recv(self->in, self->buf, 16, 0));
	RETURNS(0, send(self->out, "", 0, 0));
	SOON(xt_poll(self->in) & POLLIN);
	OK(ioctl(self->in, FIONREAD, &n));
	EXPECT_EQ(0, n);
}
