// SPDX-License-Identifier: GPL-2.0
/*
 * sock_diag of the family: dumps of many sockets while others come and go, and
 * requests that are not sound.
 */
#include <pthread.h>

#include "xt_diag.h"

#define SMALL	8192	/* bytes a receive: a dump of many steps */

/* --- dumps under change ---------------------------------------------------- */

#define MANY	2000

/**
 * struct seen - how often a dump showed each of the sockets
 * @cookie: of the sockets, rising
 * @times: how often
 * @n: sockets
 * @others: how many that are none of these
 */
struct seen {
	unsigned long long cookie[MANY];
	int times[MANY];
	int n;
	int others;
};

static int by_value(const void *a, const void *b)
{
	unsigned long long x = *(const unsigned long long *)a;
	unsigned long long y = *(const unsigned long long *)b;

	return x < y ? -1 : x > y;
}

static void note(const struct nlmsghdr *h, void *arg)
{
	unsigned long long key = diag_cookie(NLMSG_DATA(h)), *hit;
	struct seen *s = arg;

	hit = bsearch(&key, s->cookie, s->n, sizeof(key), by_value);
	if (hit)
		s->times[hit - s->cookie]++;
	else
		s->others++;
}

static int seen_once(const struct seen *s)
{
	int i, once = 0;

	for (i = 0; i < s->n; i++)
		once += s->times[i] == 1;
	return once;
}

static bool churning;

/* Sockets that come and go all over the table. */
static void *churn(void *arg)
{
	int fds[64] = {}, i = 0;

	while (__atomic_load_n(&churning, __ATOMIC_RELAXED)) {
		if (fds[i % 64])
			close(fds[i % 64]);
		fds[i % 64] = xt_udp();
		xt_bind(fds[i % 64], "127.0.0.2", 0);
		i++;
	}
	return NULL;
}

static struct seen seen;

TEST_F(diag, exactly_once_under_change)
{
	bool intr = false, ended;
	pthread_t thread;
	int i, round;

	diag_many();
	for (i = 0; i < MANY; i++) {
		int fd = xt_bound("127.0.0.1", 10000 + i);

		ASSERT_LE(0, fd);
		seen.cookie[seen.n++] = xt_cookie(fd);
	}
	churning = true;
	ASSERT_EQ(0, pthread_create(&thread, NULL, churn, NULL));
	for (round = 0; round < 5; round++) {
		STEP("%d sockets while others come and go", MANY);
		memset(seen.times, 0, sizeof(seen.times));
		intr = false;
		diag_msg(&self->m, IPPROTO_UDP);
		self->m.h.nlmsg_flags |= NLM_F_DUMP;
		ASSERT_LT(0, send(self->nl, &self->m, self->m.h.nlmsg_len, 0));
		while ((i = diag_step(self->nl, SMALL, note, &seen, &intr)) > 0)
			;
		EXPECT_EQ(0, i);
		EXPECT_FALSE(intr);
		EXPECT_EQ(MANY, seen_once(&seen));
	}
	EXPECT_LT(0, seen.others);
	churning = false;
	ended = !pthread_join(thread, NULL);
	EXPECT_TRUE(ended);
}

/* Raw sockets of one protocol are all in one bucket. */
static int open_raw(struct seen *s, int n)
{
	while (n--) {
		int fd = xt_raw_sock(200);

		if (fd < 0)
			return -1;
		s->cookie[s->n++] = xt_cookie(fd);
	}
	qsort(s->cookie, s->n, sizeof(s->cookie[0]), by_value);
	return 0;
}

static void do_nothing(int *fd)
{
}

static void do_open(int *fd)
{
	*fd = xt_raw_sock(200);
}

static void do_close(int *fd)
{
	close(*fd);
}

static void do_elsewhere(int *fd)
{
	close(xt_raw_sock(201));
}

TEST_F(diag, a_bucket_larger_than_a_message)
{
	static const struct {
		const char *what;
		void (*change)(int *fd);
		bool intr;
	} rows[] = {
		{ "nothing changes", do_nothing, false },
		{ "a socket opens", do_open, true },
		{ "a socket closes", do_close, true },
		{ "in another bucket", do_elsewhere, false },
	};
	int fd = -1, more, steps;
	unsigned int i;
	bool intr;

	diag_many();
	ASSERT_EQ(0, open_raw(&seen, 500));
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		STEP("between two messages: %s", rows[i].what);
		memset(seen.times, 0, sizeof(seen.times));
		intr = false;
		diag_msg(&self->m, IPPROTO_RAW);
		self->m.h.nlmsg_flags |= NLM_F_DUMP;
		ASSERT_LT(0, send(self->nl, &self->m, self->m.h.nlmsg_len, 0));
		ASSERT_EQ(1, diag_step(self->nl, SMALL, note, &seen, &intr));
		EXPECT_FALSE(intr);
		rows[i].change(&fd);
		for (steps = 0; (more = diag_step(self->nl, SMALL, note, &seen,
						  &intr)) > 0; steps++)
			;
		EXPECT_EQ(0, more);
		EXPECT_LT(2, steps);
		EXPECT_EQ(rows[i].intr, intr);
		if (!rows[i].intr)
			EXPECT_EQ(500, seen_once(&seen));
	}
}

/* Sockets end while others look at them and their programs close them. */
static int kill_port[16];

static void *kill_them(void *arg)
{
	struct xt_msg m;
	int nl = diag_open(), i = 0;

	while (__atomic_load_n(&churning, __ATOMIC_RELAXED)) {
		int port = __atomic_load_n(&kill_port[i++ % 16],
					   __ATOMIC_RELAXED);

		diag_id(diag_msg(&m, IPPROTO_UDP), "127.0.0.1", port,
			"127.0.0.1", 9);
		diag_destroy(nl, &m);
	}
	close(nl);
	return NULL;
}

TEST_F(diag, destroyed_while_closing)
{
	pthread_t thread;
	int fds[16], i, round;

	churning = true;
	ASSERT_EQ(0, pthread_create(&thread, NULL, kill_them, NULL));
	for (round = 0; round < 100; round++) {
		for (i = 0; i < 16; i++) {
			fds[i] = xt_udp();
			xt_connect(fds[i], "127.0.0.1", 9);
			__atomic_store_n(&kill_port[i], xt_port(fds[i]),
					 __ATOMIC_RELAXED);
		}
		for (i = 0; i < 16; i++)
			close(fds[i]);
	}
	churning = false;
	pthread_join(thread, NULL);
	STEP("none is left");
	diag_msg(&self->m, IPPROTO_UDP);
	RETURNS(0, diag_dump(self->nl, &self->m, NULL, NULL));
}

/* --- hostile --------------------------------------------------------------- */

TEST_F(diag, lengths)
{
	struct { int flags, type; } kinds[] = {
		{ 0, SOCK_DIAG_BY_FAMILY },
		{ NLM_F_DUMP, SOCK_DIAG_BY_FAMILY },
		{ NLM_F_ROOT, SOCK_DIAG_BY_FAMILY },
		{ 0, SOCK_DESTROY },
	};
	unsigned int i, len;

	xt_bound("0.0.0.0", 5000);
	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		STEP("flags %x, type %d", kinds[i].flags, kinds[i].type);
		for (len = 0; len < sizeof(struct inet_diag_req_v2); len++) {
			diag_id(diag_msg(&self->m, IPPROTO_UDP), "0.0.0.0",
				5000, "0.0.0.0", 0);
			self->m.h.nlmsg_type = kinds[i].type;
			self->m.h.nlmsg_flags |= kinds[i].flags | NLM_F_ACK;
			self->m.h.nlmsg_len = NLMSG_LENGTH(len);
			EXPECT_EQ(-EINVAL, xt_nl_raw(self->nl, &self->m,
						     self->m.h.nlmsg_len));
		}
	}
	STEP("the whole header does");
	diag_msg(&self->m, IPPROTO_UDP);
	RETURNS(1, diag_dump(self->nl, &self->m, NULL, NULL));
}

TEST_F(diag, attributes_that_are_refused)
{
	static const struct {
		int type, len, err;
		const char *why;
	} rows[] = {
		{ INET_DIAG_REQ_BYTECODE, 4, -EOPNOTSUPP, "ytecode" },
		{ INET_DIAG_REQ_BYTECODE, 0, -EOPNOTSUPP, "ytecode" },
		{ INET_DIAG_REQ_SK_BPF_STORAGES, 8, -EOPNOTSUPP, "BPF" },
		{ INET_DIAG_REQ_PROTOCOL, 0, -EINVAL, "" },
		{ INET_DIAG_REQ_PROTOCOL, 3, -EINVAL, "" },
		{ INET_DIAG_REQ_PROTOCOL, 8, -EINVAL, "" },
		{ INET_DIAG_REQ_PROTOCOL, 4, -ENOENT, "protocol" },
		{ INET_DIAG_REQ_PROTOCOL + 1, 4, -EINVAL, "attribute" },
		{ 0x3fff, 4, -EINVAL, "attribute" },
	};
	unsigned int i;

	xt_bound("0.0.0.0", 5000);
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		STEP("attribute %d of %d bytes", rows[i].type, rows[i].len);
		diag_msg(&self->m, IPPROTO_UDP);
		xt_put(&self->m, rows[i].type, "\xff\xff\xff\xff\0\0\0\0",
		       rows[i].len);
		RETURNS(rows[i].err,
			diag_dump(self->nl, &self->m, NULL, NULL));
		EXPECT_NE(NULL, strstr(xt_extack, rows[i].why)) {
			TH_LOG("told: %s", xt_extack);
		}
		diag_id(diag_msg(&self->m, IPPROTO_UDP), "0.0.0.0", 5000,
			"0.0.0.0", 0);
		xt_put(&self->m, rows[i].type, "\xff\xff\xff\xff\0\0\0\0",
		       rows[i].len);
		RETURNS(rows[i].err, diag_get(self->nl, &self->m));
	}
	STEP("an attribute that reaches beyond the message");
	diag_msg(&self->m, IPPROTO_UDP);
	xt_put(&self->m, INET_DIAG_REQ_PROTOCOL, "\x11\0\0", 4)->rta_len = 9;
	RETURNS(-EINVAL, diag_dump(self->nl, &self->m, NULL, NULL));
}

static uint64_t rng_state = 0x9e3779b97f4a7c15ULL;

static uint32_t rng(uint32_t below)
{
	rng_state ^= rng_state << 13;
	rng_state ^= rng_state >> 7;
	rng_state ^= rng_state << 17;
	return (rng_state >> 16) % below;
}

/* A request that was sound, with damage in one to three places. */
static void any_request(struct xt_msg *m)
{
	static const int protocols[] = { IPPROTO_UDP, IPPROTO_ICMP, IPPROTO_RAW };
	struct inet_diag_req_v2 *r = diag_msg(m, protocols[rng(3)]);
	unsigned int times = 1 + rng(3);

	diag_id(r, "127.0.0.1", 5000 + rng(4), "0.0.0.0", 0);
	if (rng(2))
		m->h.nlmsg_flags |= NLM_F_DUMP;
	else if (!rng(4))
		m->h.nlmsg_type = SOCK_DESTROY;
	while (times--) {
		switch (rng(4)) {
		case 0:		/* not the family */
			m->buf[NLMSG_HDRLEN + 1 + rng(55)] = rng(256);
			break;
		case 1:
			m->h.nlmsg_len = NLMSG_HDRLEN + 2 +
				rng(m->h.nlmsg_len - NLMSG_HDRLEN);
			break;
		case 2:
			xt_put(m, rng(2) ? rng(6) : rng(65536), m->buf, rng(64));
			break;
		case 3:
			m->h.nlmsg_flags ^= 1 << rng(16);
			m->h.nlmsg_flags |= NLM_F_REQUEST;
			break;
		}
	}
}

TEST_F(diag, mutations)
{
	static char answers[65536];
	int fds[4], i;
	char c;

	for (i = 0; i < 4; i++) {
		fds[i] = xt_bound("127.0.0.1", 5000 + i);
		xt_raw_sock(200 + i);
	}
	STEP("2000 damaged requests");
	for (i = 0; i < 2000; i++) {
		any_request(&self->m);
		if (send(self->nl, &self->m, self->m.h.nlmsg_len, 0) < 0)
			continue;
		while (recv(self->nl, answers, sizeof(answers),
			    MSG_DONTWAIT) > 0)
			;
	}
	STEP("all works as before");
	diag_msg(&self->m, IPPROTO_UDP);
	RETURNS(4, diag_dump(self->nl, &self->m, NULL, NULL));
	diag_msg(&self->m, IPPROTO_RAW);
	RETURNS(4, diag_dump(self->nl, &self->m, NULL, NULL));
	for (i = 0; i < 4; i++) {
		recv(fds[i], &c, 1, MSG_DONTWAIT);	/* it may have been ended */
		RETURNS(1, xt_sendto(fds[0], "x", 1, "127.0.0.1", 5000 + i));
		RETURNS(1, xt_recv(fds[i], &c, 1));
	}
}
