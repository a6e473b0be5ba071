// SPDX-License-Identifier: GPL-2.0
/*
 * Buffers of XUDP sockets and their limits: SO_SNDBUF, SO_RCVBUF, what is
 * counted when they overflow; and shutdown(2).
 *
 *	+------------------------+               +--------------------+
 *	| a     veth0 10.9.0.1/24+---------------+10.9.0.2/24      b  |
 *	|       a stopped queue  |               |                    |
 *	+------------------------+               +--------------------+
 */
#include "xt_nl.h"

FIXTURE(udp_buffer) {
	struct xt_pair p;
	int out;
	int in;
	char buf[2048];
};

FIXTURE_SETUP(udp_buffer)
{
	ASSERT_EQ(0, xt_pair(&self->p));
	self->in = xt_bound_in(self->p.b, self->p.a, "10.9.0.2", 5000);
	self->out = xt_udp();
	ASSERT_LE(0, self->in);
	ASSERT_EQ(0, xt_connect(self->out, "10.9.0.2", 5000));
}

FIXTURE_TEARDOWN(udp_buffer)
{
}

static int outq(int fd)
{
	int n = -1;

	ioctl(fd, SIOCOUTQ, &n);
	return n;
}

/*
 * Let the neighbours be resolved, then keep what is sent in a queue: a bucket
 * of about one packet's size that fills by a byte a second. (netem would not do: it
 * takes delayed packets off the send buffer.)
 */
#define SLOW_QUEUE \
	"tc qdisc add dev veth0 root tbf rate 8bit burst 1600 limit 1000000"
#define FAST_QUEUE \
	"tc qdisc change dev veth0 root tbf rate 1gbit burst 9000 limit 1000000"

static int hold_packets(int out, int in)
{
	char buf[1400] = {};

	if (send(out, "x", 1, 0) != 1 || xt_recv(in, buf, 1) != 1 ||
	    xt_run(SLOW_QUEUE))
		return -1;
	/* this one empties it */
	return send(out, buf, sizeof(buf), 0) == sizeof(buf) &&
	       xt_recv(in, buf, sizeof(buf)) == sizeof(buf) ? 0 : -1;
}

static int let_packets_go(void)
{
	return xt_run("tc qdisc del dev veth0 root");
}

TEST_F(udp_buffer, outq_counts_what_is_held)
{
	ASSERT_EQ(0, hold_packets(self->out, self->in));
	SOON(outq(self->out) == 0);
	RETURNS(1000, send(self->out, self->buf, 1000, 0));
	EXPECT_LE(1000, outq(self->out));
	ASSERT_EQ(0, let_packets_go());
	SOON(outq(self->out) == 0);
}

TEST_F(udp_buffer, full_send_buffer)
{
	struct timeval tv = { .tv_usec = 50000 };
	int sent = 0;
	long errors;

	ASSERT_EQ(0, hold_packets(self->out, self->in));
	errors = xt_counter("Udp:", "SndbufErrors");
	OK(xt_set(self->out, SOL_SOCKET, SO_SNDBUF, 8192));
	RETURNS(POLLOUT, xt_poll(self->out));
	while (sent < 1000 && send(self->out, self->buf, 1000,
				   MSG_DONTWAIT) == 1000)
		sent++;
	STEP("some fit, then: EAGAIN, and poll() does not say POLLOUT");
	EXPECT_EQ(EAGAIN, errno);
	EXPECT_LE(2, sent);
	EXPECT_GE(17, sent);
	RETURNS(0, xt_poll(self->out) & POLLOUT);
	EXPECT_EQ(errors + 1, xt_counter("Udp:", "SndbufErrors"));
	STEP("SO_SNDTIMEO bounds the wait");
	OK(setsockopt(self->out, SOL_SOCKET, SO_SNDTIMEO, &tv, sizeof(tv)));
	FAILS(EAGAIN, send(self->out, self->buf, 1000, 0));
	STEP("the queue goes, and all is free again");
	ASSERT_EQ(0, let_packets_go());
	SOON(xt_poll(self->out) == POLLOUT);
	SOON(outq(self->out) == 0);
}

TEST_F(udp_buffer, blocked_sender_wakes)
{
	char path[64], stat[256];
	int status;
	pid_t pid;

	ASSERT_EQ(0, hold_packets(self->out, self->in));
	OK(xt_set(self->out, SOL_SOCKET, SO_SNDBUF, 4608));
	while (send(self->out, self->buf, 1000, MSG_DONTWAIT) == 1000)
		;
	pid = fork();
	if (!pid)
		_exit(send(self->out, self->buf, 1000, 0) == 1000 ? 7 : 1);
	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	SOON(!xt_read(path, stat, sizeof(stat)) && strstr(stat, ") S "));
	ASSERT_EQ(0, let_packets_go());
	RETURNS(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(7, WEXITSTATUS(status));
}

TEST_F(udp_buffer, socket_closes_before_its_packets)
{
	int port, other = xt_udp();

	ASSERT_EQ(0, xt_connect(other, "10.9.0.2", 5000));
	ASSERT_EQ(0, hold_packets(self->out, self->in));
	RETURNS(1000, send(self->out, self->buf, 1000, 0));
	port = xt_port(self->out);
	close(self->out);
	STEP("the port is free at once, though a packet is under way");
	EXPECT_LE(0, xt_bound("10.9.0.1", port));
	STEP("the packet leaves after its socket");
	ASSERT_EQ(0, xt_run(FAST_QUEUE));
	/* the queue looks at its new rate when the next packet comes */
	RETURNS(1, send(other, "x", 1, 0));
	RETURNS(1000, xt_recv(self->in, self->buf, sizeof(self->buf)));
	ASSERT_EQ(0, let_packets_go());
}

TEST_F(udp_buffer, full_receive_buffer)
{
	int i, got = 0, sent = 200;
	long errors, drops;
	char control[128];
	struct iovec iov = { self->buf, sizeof(self->buf) };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control, .msg_controllen = sizeof(control),
	};
	uint32_t *ovfl, last = 0;

	STEP("one comes through: no other waits for the neighbour's address");
	RETURNS(1, send(self->out, "x", 1, 0));
	RETURNS(1, xt_recv(self->in, self->buf, sizeof(self->buf)));
	OK(xt_set(self->in, SOL_SOCKET, SO_RCVBUF, 8192));
	OK(xt_set(self->in, SOL_SOCKET, SO_RXQ_OVFL, 1));
	for (i = 0; i < sent; i++)
		ASSERT_EQ(1000, send(self->out, self->buf, 1000, 0));
	OK(xt_enter(self->p.b));
	SOON(xt_counter("Udp:", "InDatagrams") +
	     xt_counter("Udp:", "RcvbufErrors") == sent + 1);
	errors = xt_counter("Udp:", "RcvbufErrors");
	drops = xt_counter("Xinet:", "RcvBuf");
	STEP("some fit; each of the others is counted as three things");
	EXPECT_LT(0, errors);
	EXPECT_GT(sent, errors);
	EXPECT_EQ(errors, drops);
	EXPECT_EQ(errors, xt_counter("Udp:", "InErrors"));
	STEP("those that fit are there to read");
	while (xt_readable(self->in) &&
	       recv(self->in, self->buf, sizeof(self->buf),
		    MSG_DONTWAIT) == 1000)
		if (++got == sent - errors)
			break;
	EXPECT_EQ(sent - errors, got);
	EXPECT_TRUE(xt_silent(self->in));
	STEP("SO_RXQ_OVFL: the next datagram tells how many were lost");
	RETURNS(1, send(self->out, "x", 1, 0));
	EXPECT_TRUE(xt_readable(self->in));
	RETURNS(1, recvmsg(self->in, &msg, 0));
	ovfl = xt_cmsg(&msg, SOL_SOCKET, SO_RXQ_OVFL, sizeof(*ovfl));
	ASSERT_NE(NULL, ovfl);
	last = *ovfl;
	EXPECT_EQ(errors, (long)last);
}

TEST_F(udp_buffer, receive_buffer_is_given_back)
{
	uint32_t mem[9] = {};
	socklen_t len = sizeof(mem);
	int i;

	STEP("what was read, or thrown away with the socket, weighs nothing");
	for (i = 0; i < 10; i++)
		RETURNS(1000, send(self->out, self->buf, 1000, 0));
	for (i = 0; i < 10; i++)
		RETURNS(1000, xt_recv(self->in, self->buf, 1000));
	OK(getsockopt(self->in, SOL_SOCKET, SO_MEMINFO, mem, &len));
	EXPECT_EQ(0U, mem[0]);
	EXPECT_LT(0U, mem[1]);
}

/* --- shutdown -------------------------------------------------------------- */

TEST_F(udp_buffer, shutdown_unconnected)
{
	FAILS(ENOTCONN, shutdown(self->in, SHUT_RD));
	FAILS(ENOTCONN, shutdown(self->in, SHUT_RDWR));
	FAILS(EINVAL, shutdown(self->in, 3));
	FAILS(EINVAL, shutdown(self->in, -1));
}

TEST_F(udp_buffer, shutdown_write)
{
	OK(shutdown(self->out, SHUT_WR));
	FAILS(EPIPE, send(self->out, "x", 1, MSG_NOSIGNAL));
	FAILS(EPIPE, xt_sendto(self->out, "x", 1, "10.9.0.2", 5000));
	STEP("it still receives");
	RETURNS(1, xt_sendto(self->in, "x", 1, "10.9.0.1", xt_port(self->out)));
	RETURNS(1, xt_recv(self->out, self->buf, 1));
}

TEST_F(udp_buffer, shutdown_read)
{
	RETURNS(1, xt_sendto(self->in, "x", 1, "10.9.0.1", xt_port(self->out)));
	EXPECT_TRUE(xt_readable(self->out));
	OK(shutdown(self->out, SHUT_RD));
	STEP("what is queued is read, then there is an end");
	RETURNS(1, recv(self->out, self->buf, 1, 0));
	RETURNS(0, recv(self->out, self->buf, 1, 0));
	RETURNS(POLLIN | POLLRDHUP, xt_poll(self->out) & (POLLIN | POLLRDHUP));
	STEP("it still sends");
	RETURNS(1, send(self->out, "y", 1, 0));
	RETURNS(1, xt_recv(self->in, self->buf, 1));
}

TEST_F(udp_buffer, shutdown_both)
{
	OK(shutdown(self->out, SHUT_RDWR));
	FAILS(EPIPE, send(self->out, "x", 1, MSG_NOSIGNAL));
	RETURNS(0, recv(self->out, self->buf, 1, 0));
	EXPECT_TRUE(xt_poll(self->out) & POLLHUP);
}

TEST_F(udp_buffer, shutdown_wakes_a_reader)
{
	char path[64], stat[256];
	int status;
	pid_t pid = fork();

	if (!pid)
		_exit(recv(self->in, self->buf, 16, 0) ? 1 : 7);
	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	SOON(!xt_read(path, stat, sizeof(stat)) && strstr(stat, ") S "));
	STEP("unconnected: ENOTCONN, and yet the reader wakes, as with IPv4");
	FAILS(ENOTCONN, shutdown(self->in, SHUT_RD));
	SOON(waitpid(pid, &status, WNOHANG) == pid);
	EXPECT_EQ(7, WEXITSTATUS(status));
	kill(pid, SIGKILL);
}
