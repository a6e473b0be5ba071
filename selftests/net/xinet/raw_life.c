// SPDX-License-Identifier: GPL-2.0
/*
 * Raw sockets from outside: their rows in /proc/net/xinet/raw, receive buffers
 * that run full, and sockets that close while packets arrive.
 */
#include <pthread.h>
#include "xt_raw.h"

/* --- /proc -------------------------------------------------------------------------- */

struct row {
	unsigned int laddr, raddr, proto, st, tx, rx, uid, drops;
	unsigned long inode;
};

/* The row of the file that shows the socket. */
static bool row_of(int fd, struct row *r)
{
	static char text[65536];
	struct stat st;
	char *line, *save;

	if (fstat(fd, &st) ||
	    xt_read("/proc/thread-self/net/xinet/raw", text, sizeof(text)))
		return false;
	strtok_r(text, "\n", &save);
	while ((line = strtok_r(NULL, "\n", &save))) {
		if (sscanf(line,
			   "%*d: %X:%X %X:%*X %X %X:%X %*X:%*X %*X %u %*u %lu %*d %*s %u",
			   &r->laddr, &r->proto, &r->raddr, &r->st, &r->tx,
			   &r->rx, &r->uid, &r->inode, &r->drops) != 9)
			return false;
		if (r->inode == st.st_ino)
			return true;
	}
	return false;
}

TEST_F(raw, proc_file)
{
	char ours[256], theirs[256];
	int fd = raw_socket(PROTO);
	struct row r = {};

	OK(xt_read("/proc/thread-self/net/xinet/raw", ours, sizeof(ours)));
	ours[strcspn(ours, "\n")] = 0;
	if (!xt_read("/proc/thread-self/net/raw", theirs, sizeof(theirs)))
		EXPECT_STREQ(theirs, ours);
	OK(xt_bind(fd, "10.9.0.1", 0));
	OK(xt_connect(fd, "10.9.0.2", 77));
	ASSERT_TRUE(row_of(fd, &r));
	EXPECT_EQ(xt_sin("10.9.0.1", 0).sxin_addr.s_addr, r.laddr);
	EXPECT_EQ(xt_sin("10.9.0.2", 0).sxin_addr.s_addr, r.raddr);
	EXPECT_EQ((unsigned int)PROTO, r.proto);
	EXPECT_EQ(1U, r.st);
	EXPECT_TRUE(row_of(self->tx, &r));
	EXPECT_EQ((unsigned int)IPPROTO_RAW, r.proto);
	STEP("another namespace's sockets are not there");
	ASSERT_EQ(0, xt_enter(self->p.b));
	EXPECT_FALSE(row_of(fd, &r));
}

TEST_F(raw, receive_buffer)
{
	int rx = raw_socket(PROTO), last = raw_socket(PROTO), i, n = 0;
	unsigned char data[1000] = {}, buf[2048];
	struct row r = {};

	OK(xt_set(rx, SOL_SOCKET, SO_RCVBUF, 4096));
	OK(xt_set(last, SOL_SOCKET, SO_RCVBUF, 1 << 20));
	for (i = 0; i < 50; i++)
		say(self->tx, PROTO, data, sizeof(data));
	for (i = 0; i < 50; i++)
		RETURNS(HLEN + 1000, xt_recv(last, buf, sizeof(buf)));
	SOON(row_of(rx, &r) && r.drops == xt_counter("Xinet:", "RcvBuf"));
	EXPECT_LT(1000U, r.rx);
	while (recv(rx, buf, sizeof(buf), MSG_DONTWAIT) > 0)
		n++;
	EXPECT_EQ(50U, n + r.drops);
	EXPECT_LT(0, n);
	EXPECT_LT(0U, r.drops);
	STEP("who listens and has no room is a listener still");
	EXPECT_EQ(0, xt_counter("Ip:", "InUnknownProtos"));
	ASSERT_TRUE(row_of(rx, &r));
	EXPECT_EQ(0U, r.rx);
}

/* --- races ------------------------------------------------------------------------------ */

#define RACE_MS	1500

static bool stop_now;
static long opened;

static bool running(void)
{
	return !__atomic_load_n(&stop_now, __ATOMIC_RELAXED);
}

/* Sockets that come, bind, receive or not, and go. */
static void *open_and_close(void *arg)
{
	unsigned char buf[64];
	int fd, i = 0;

	while (running()) {
		fd = raw_socket(PROTO);
		if (fd < 0)
			continue;
		if (i & 1)
			xt_bind(fd, LO, 0);
		if (i & 2)
			xt_connect(fd, LO, 0);
		if (i & 4)
			recv(fd, buf, sizeof(buf), MSG_DONTWAIT);
		if (i & 8)
			xt_disconnect(fd);
		close(fd);
		__atomic_add_fetch(&opened, 1, __ATOMIC_RELAXED);
		i++;
	}
	return NULL;
}

static void *send_packets(void *arg)
{
	unsigned char buf[HLEN + 8];
	int tx = raw_socket(IPPROTO_RAW);

	packet(buf, sizeof(buf), 5, PROTO);
	while (running())
		xt_sendto(tx, buf, sizeof(buf), LO, 0);
	close(tx);
	return NULL;
}

TEST_F(raw, close_while_packets_arrive)
{
	unsigned char buf[64];
	int rx = raw_socket(PROTO), i;
	long end = xt_now_ms() + RACE_MS;
	char text[1024];
	pthread_t t[3];

	for (i = 0; i < 3; i++)
		ASSERT_EQ(0, pthread_create(&t[i], NULL, i < 1 ?
					    send_packets : open_and_close,
					    NULL));
	while (xt_now_ms() < end)
		xt_recv(rx, buf, sizeof(buf));
	__atomic_store_n(&stop_now, true, __ATOMIC_RELAXED);
	for (i = 0; i < 3; i++)
		ASSERT_EQ(0, pthread_join(t[i], NULL));
	EXPECT_LT(0, opened);
	close(rx);
	close(self->tx);
	STEP("none is left; the protocol is unreachable again");
	OK(xt_read("/proc/thread-self/net/xinet/raw", text, sizeof(text)));
	EXPECT_EQ(NULL, strchr(text, '\n'));
	self->tx = raw_socket(IPPROTO_RAW);
	say(self->tx, PROTO, "x", 1);
	SOON(xt_counter("Ip:", "InUnknownProtos") > 0);
}
