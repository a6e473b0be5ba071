// SPDX-License-Identifier: GPL-2.0
/*
 * Everything at once: threads that send, receive, connect, bind, close and set
 * options on shared sockets while addresses, routes and devices change under
 * them. Nothing is expected but that each call returns what it may return,
 * that all threads come to their end, and that things work afterwards. The
 * debug kernel's checkers do the rest.
 *
 *	+------------------------+               +--------------------+
 *	| a     veth0 10.9.0.1/24+---------------+10.9.0.2/24     b   |
 *	|       dum0  10.9.1.1/24|               |                    |
 *	+------------------------+               +--------------------+
 */
#include <pthread.h>
#include "xt_nl.h"

#define RACE_MS 1200

/* Shared by the threads of a test; what they count is atomic. */
static bool stop_now;
static int shared = -1;
static long done, wrong;

static bool running(void)
{
	return !__atomic_load_n(&stop_now, __ATOMIC_RELAXED);
}

FIXTURE(race) {
	struct xt_pair p;
	int in;
	pthread_t thread[8];
	int n;
};

FIXTURE_SETUP(race)
{
	ASSERT_EQ(0, xt_pair(&self->p));
	ASSERT_EQ(0, xt_dummy("dum0"));
	ASSERT_EQ(0, xt_addr_add("dum0", "10.9.1.1/24"));
	self->in = xt_bound_in(self->p.b, self->p.a, "10.9.0.2", 5000);
	ASSERT_LE(0, self->in);
	shared = xt_udp();
	ASSERT_EQ(0, xt_connect(shared, "10.9.0.2", 5000));
}

FIXTURE_TEARDOWN(race)
{
}

#define THREAD(fn) \
	ASSERT_EQ(0, pthread_create(&self->thread[self->n++], NULL, fn, NULL))

#define RUN() do {							\
	usleep(RACE_MS * 1000);						\
	__atomic_store_n(&stop_now, true, __ATOMIC_RELAXED);		\
	while (self->n)							\
		ASSERT_EQ(0, pthread_join(self->thread[--self->n], NULL)); \
	EXPECT_LT(0, done);						\
	EXPECT_EQ(0, wrong);						\
} while (0)

/* After all that, a datagram still gets from a to b. */
#define STILL_WORKS() do {						\
	int __fd = xt_udp();						\
	char __c = 0;							\
									\
	while (recv(self->in, &__c, 1, MSG_DONTWAIT) >= 0)		\
		;							\
	SOON(xt_sendto(__fd, "!", 1, "10.9.0.2", 5000) == 1 &&		\
	     xt_readable(self->in) &&					\
	     recv(self->in, &__c, 1, MSG_DONTWAIT) == 1 && __c == '!');	\
	close(__fd);							\
} while (0)

static void expect(bool right)
{
	__atomic_add_fetch(&done, 1, __ATOMIC_RELAXED);
	if (!right)
		__atomic_add_fetch(&wrong, 1, __ATOMIC_RELAXED);
}

/* What a send may come to while routes and addresses change. */
static bool send_error_ok(void)
{
	switch (errno) {
	case ENETUNREACH:
	case EHOSTUNREACH:
	case ECONNREFUSED:
	case EDESTADDRREQ:
	case EINVAL:		/* the source is gone, or the peer's port is 0 */
	case EACCES:
	case EMSGSIZE:
	case EAGAIN:
	case ENOBUFS:
	case ENETDOWN:
	case ENODEV:
		return true;
	default:
		fprintf(stderr, "# send: %s\n", xt_err(errno));
		return false;
	}
}

static void *sender(void *unused)
{
	static char data[1400];

	while (running())
		expect(send(shared, data, 1 + rand() % 1400, MSG_DONTWAIT) > 0 ||
		       send_error_ok());
	return NULL;
}

static void *reconnecter(void *unused)
{
	while (running()) {
		xt_connect(shared, "10.9.0.2", 5000);
		xt_connect(shared, "10.9.1.7", 5000);
		xt_connect(shared, "127.0.0.1", 5000);
		xt_disconnect(shared);
	}
	return NULL;
}

static void *configurer(void *unused)
{
	while (running()) {
		xt_route_add(.dst = "10.9.0.2/32", .dev = "dum0");
		xt_addr_add("veth0", "10.9.0.3/24");
		xt_route_del(.dst = "10.9.0.2/32");
		xt_addr_del("veth0", "10.9.0.3/24");
		xt_addr_del("dum0", "10.9.1.1/24");
		xt_addr_add("dum0", "10.9.1.1/24");
	}
	return NULL;
}

static void *option_setter(void *unused)
{
	int i = 0;

	while (running()) {
		i++;
		xt_set(shared, SOL_IP, IP_TTL, 1 + i % 255);
		xt_set(shared, SOL_IP, IP_TOS, i & 255);
		xt_set(shared, SOL_IP, IP_PKTINFO, i & 1);
		xt_set(shared, SOL_IP, XIP_REPORT_INET, 0);
		xt_set(shared, SOL_SOCKET, SO_SNDBUF, 4096 + i % 100000);
		xt_bind_dev(shared, i & 1 ? "veth0" : "");
		xt_get(shared, SOL_IP, IP_MTU);
		xt_name(shared, i & 2);
	}
	return NULL;
}

TEST_F_TIMEOUT(race, send_reconnect_configure, 120)
{
	int i;

	STEP("4 threads send on one socket, others change all about it");
	for (i = 0; i < 4; i++)
		THREAD(sender);
	THREAD(reconnecter);
	THREAD(configurer);
	THREAD(option_setter);
	RUN();
	close(shared);
	STILL_WORKS();
}

static void *link_flapper(void *unused)
{
	int i = 0;

	while (running()) {
		xt_link_set("veth0", 0, 0);
		xt_link_set("veth0", -1, i++ & 1 ? 1500 : 1200);
		xt_link_set("veth0", 1, 0);
	}
	return NULL;
}

static void *sendto_all(void *unused)
{
	int fd = xt_udp();

	while (running()) {
		expect(xt_sendto(fd, "x", 1, "10.9.0.2", 5000) == 1 ||
		       send_error_ok());
		expect(xt_sendto(fd, "y", 1, "10.9.0.77", 5000) == 1 ||
		       send_error_ok());
	}
	close(fd);
	return NULL;
}

TEST_F_TIMEOUT(race, link_goes_up_and_down, 120)
{
	STEP("a link flaps and changes its MTU under traffic");
	THREAD(sender);
	THREAD(sendto_all);
	THREAD(link_flapper);
	RUN();
	xt_link_set("veth0", 1, 1500);
	STEP("its address stayed");
	EXPECT_LE(0, xt_bound("10.9.0.1", 7777));
	STILL_WORKS();
}

static void *binder(void *unused)
{
	while (running()) {
		int fd = xt_udp();

		expect(!xt_bind(fd, "127.0.0.1", 7000) ||
		       errno == EADDRINUSE);
		close(fd);
	}
	return NULL;
}

static int owners;

/* Who has the port is alone with it. */
static void *owner(void *unused)
{
	while (running()) {
		int fd = xt_udp();

		if (!xt_bind(fd, "127.0.0.1", 7001)) {
			expect(__atomic_add_fetch(&owners, 1, __ATOMIC_SEQ_CST) == 1);
			__atomic_sub_fetch(&owners, 1, __ATOMIC_SEQ_CST);
		}
		close(fd);
	}
	return NULL;
}

static void *port_flooder(void *unused)
{
	int fd = xt_udp();

	while (running()) {
		xt_sendto(fd, "x", 1, "127.0.0.1", 7000);
		xt_sendto(fd, "x", 1, "127.0.0.1", 7001);
	}
	close(fd);
	return NULL;
}

TEST_F_TIMEOUT(race, bind_and_close, 120)
{
	STEP("one port, four that want it, datagrams for it all the time");
	THREAD(binder);
	THREAD(binder);
	THREAD(owner);
	THREAD(owner);
	THREAD(port_flooder);
	RUN();
	EXPECT_LE(0, xt_bound("127.0.0.1", 7000));
	EXPECT_LE(0, xt_bound("127.0.0.1", 7001));
}

static void *bind_shared(void *unused)
{
	while (running()) {
		xt_bind(shared, "127.0.0.1", 7002);
		xt_connect(shared, "127.0.0.1", 7003);
		xt_disconnect(shared);
		expect(true);
	}
	return NULL;
}

TEST_F_TIMEOUT(race, bind_connect_one_socket, 120)
{
	STEP("bind, connect and disconnect of one socket from four threads");
	close(shared);
	shared = xt_udp();
	THREAD(bind_shared);
	THREAD(bind_shared);
	THREAD(bind_shared);
	THREAD(sender);
	RUN();
	close(shared);
	EXPECT_LE(0, xt_bound("127.0.0.1", 7002));
}

static void *closer(void *unused)
{
	while (running()) {
		int fd = xt_bound("127.0.0.1", 7004), copy = dup(fd);
		struct pollfd pfd = { fd, POLLIN, 0 };

		usleep(rand() % 500);
		close(copy);
		poll(&pfd, 1, 0);
		/* datagrams in the queue go with it */
		close(fd);
		expect(true);
	}
	return NULL;
}

static void *flooder(void *unused)
{
	int fd = xt_udp();
	static char data[1000];

	while (running())
		xt_sendto(fd, data, sizeof(data), "127.0.0.1", 7004);
	close(fd);
	return NULL;
}

TEST_F_TIMEOUT(race, receive_and_close, 120)
{
	STEP("sockets close with full queues while more arrives");
	THREAD(closer);
	THREAD(flooder);
	THREAD(flooder);
	RUN();
}

static void *reader(void *unused)
{
	char buf[64];

	while (running()) {
		ssize_t n = recv(shared, buf, sizeof(buf), rand() & 1 ?
				 MSG_DONTWAIT : MSG_DONTWAIT | MSG_PEEK);

		expect(n >= 0 || errno == EAGAIN || errno == ECONNREFUSED);
	}
	return NULL;
}

static void *feeder(void *unused)
{
	int fd = xt_udp();

	while (running())
		xt_sendto(fd, "feed", 4, "127.0.0.1", 7005);
	close(fd);
	return NULL;
}

static void *shutter(void *unused)
{
	while (running()) {
		shutdown(shared, rand() % 3);
		usleep(100);
	}
	return NULL;
}

TEST_F_TIMEOUT(race, readers_of_one_socket, 120)
{
	STEP("three readers, peeking or not, one feeder, one that shuts down");
	close(shared);
	shared = xt_bound("127.0.0.1", 7005);
	THREAD(reader);
	THREAD(reader);
	THREAD(reader);
	THREAD(feeder);
	THREAD(shutter);
	RUN();
}

static void *proc_reader(void *unused)
{
	static char buf[65536];

	while (running()) {
		expect(!xt_read("/proc/thread-self/net/xinet/udp", buf,
				sizeof(buf)));
		expect(!xt_read("/proc/thread-self/net/xinet/snmp", buf,
				sizeof(buf)));
		xt_read("/proc/thread-self/net/xinet/route", buf, sizeof(buf));
	}
	return NULL;
}

static void *dumper(void *unused)
{
	struct rtmsg rtm = { .rtm_family = AF_XINET };
	struct xt_msg *m = malloc(sizeof(*m));

	while (running()) {
		xt_msg(m, RTM_GETROUTE, 0, &rtm, sizeof(rtm));
		/* one thread dumps: the buffer in xt_dump() is static */
		xt_dump(m, NULL, NULL);
	}
	free(m);
	return NULL;
}

TEST_F_TIMEOUT(race, observers, 120)
{
	STEP("/proc and dumps are read while sockets and routes change");
	THREAD(proc_reader);
	THREAD(dumper);
	THREAD(binder);
	THREAD(configurer);
	THREAD(sender);
	RUN();
	STILL_WORKS();
}
