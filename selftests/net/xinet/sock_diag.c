// SPDX-License-Identifier: GPL-2.0
/*
 * sock_diag of the family: what is said of a socket, which sockets a request
 * means, and what becomes of one that is ended.
 */
#include "xt_diag.h"

/* --- one message ----------------------------------------------------------- */

/* What a dump should show; "" for an address means 0.0.0.0. */
struct want {
	int fd;
	const char *src;
	int sport;
	const char *dst;
	int dport;
	int dev;
	int state;
	bool seen;
};

struct wants {
	struct __test_metadata *_metadata;
	struct want *w;
	int n;
};

static void check_socket(const struct nlmsghdr *h, void *arg)
{
	const struct inet_diag_msg *r = NLMSG_DATA(h);
	struct wants *all = arg;
	struct __test_metadata *_metadata = all->_metadata;
	struct stat st;
	struct want *w;

	for (w = all->w; w < all->w + all->n; w++)
		if (xt_cookie(w->fd) == diag_cookie(r))
			break;
	ASSERT_NE(w, all->w + all->n);
	EXPECT_FALSE(w->seen);
	w->seen = true;
	ASSERT_EQ(0, fstat(w->fd, &st));
	EXPECT_EQ(NLM_F_MULTI, h->nlmsg_flags);
	EXPECT_EQ(SOCK_DIAG_BY_FAMILY, h->nlmsg_type);
	EXPECT_EQ(AF_XINET, r->idiag_family);
	EXPECT_EQ(w->state, r->idiag_state);
	EXPECT_EQ(w->sport, ntohs(r->id.idiag_sport));
	EXPECT_EQ(w->dport, ntohs(r->id.idiag_dport));
	EXPECT_EQ(inet_addr(w->src), r->id.idiag_src[0]);
	EXPECT_EQ(inet_addr(w->dst), r->id.idiag_dst[0]);
	EXPECT_EQ(0U, r->id.idiag_src[1] | r->id.idiag_dst[3]);
	EXPECT_EQ(w->dev, (int)r->id.idiag_if);
	EXPECT_EQ(st.st_ino, r->idiag_inode);
	EXPECT_EQ(0U, r->idiag_uid);
	EXPECT_EQ(0U, r->idiag_rqueue);
	EXPECT_EQ(0U, r->idiag_timer + r->idiag_retrans + r->idiag_expires);
}

/* A dump shows all of @all, each as it should be. */
static void check_dump(int nl, struct xt_msg *m, int protocol,
		       struct wants *all)
{
	struct __test_metadata *_metadata = all->_metadata;
	int i;

	diag_msg(m, protocol);
	RETURNS(all->n, diag_dump(nl, m, check_socket, all));
	for (i = 0; i < all->n; i++)
		EXPECT_TRUE(all->w[i].seen);
}

#define DUMPED(protocol, n, rows)					\
	check_dump(self->nl, &self->m, protocol,			\
		   &(struct wants){ _metadata, rows, n })

TEST_F(diag, udp_sockets)
{
	struct want rows[] = {
		{ xt_udp(), "0.0.0.0", 5000, "0.0.0.0", 0, 0, XT_CLOSE },
		{ xt_udp(), "127.0.0.1", 5001, "0.0.0.0", 0, 0, XT_CLOSE },
		{ xt_udp(), "127.0.0.1", 65535, "127.0.0.2", 1, 0, XT_ESTAB },
		{ xt_udp(), "0.0.0.0", 5002, "0.0.0.0", 0, 1, XT_CLOSE },
	};
	unsigned int i;

	xt_bind_dev(rows[3].fd, "lo");
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		OK(xt_bind(rows[i].fd, rows[i].src, rows[i].sport));
		if (rows[i].dport)
			OK(xt_connect(rows[i].fd, rows[i].dst, rows[i].dport));
	}
	STEP("one without a port is not in the table");
	xt_udp();
	DUMPED(IPPROTO_UDP, ARRAY_SIZE(rows), rows);
}

TEST_F(diag, ping_sockets)
{
	struct want rows[] = {
		{ xt_ping_sock(), "127.0.0.1", 7, "0.0.0.0", 0, 0, XT_CLOSE },
		{ xt_ping_sock(), "127.0.0.1", 8, "127.0.0.2", 0, 0, XT_ESTAB },
	};

	OK(xt_bind(rows[0].fd, "127.0.0.1", 7));
	OK(xt_bind(rows[1].fd, "127.0.0.1", 8));
	OK(xt_connect(rows[1].fd, "127.0.0.2", 0));
	DUMPED(IPPROTO_ICMP, ARRAY_SIZE(rows), rows);
}

TEST_F(diag, raw_sockets)
{
	struct want rows[] = {
		{ xt_raw_sock(1), "0.0.0.0", 1, "0.0.0.0", 0, 0, XT_CLOSE },
		{ xt_raw_sock(1), "127.0.0.1", 1, "0.0.0.0", 0, 0, XT_CLOSE },
		{ xt_raw_sock(253), "127.0.0.1", 253, "127.0.0.2", 0, 0,
		  XT_ESTAB },
		{ xt_raw_sock(255), "0.0.0.0", 255, "0.0.0.0", 0, 0, XT_CLOSE },
	};

	OK(xt_bind(rows[1].fd, "127.0.0.1", 0));
	OK(xt_bind(rows[2].fd, "127.0.0.1", 0));
	OK(xt_connect(rows[2].fd, "127.0.0.2", 0));
	DUMPED(IPPROTO_RAW, ARRAY_SIZE(rows), rows);
}

/* --- attributes ------------------------------------------------------------ */

#define ATTR(type) xt_attr(&self->m.h, sizeof(struct inet_diag_msg), type)
#define ATTR_U8(type) ({						\
	struct rtattr *__a = ATTR(type);				\
	__a && RTA_PAYLOAD(__a) == 1 ? *(uint8_t *)RTA_DATA(__a) : -1;	\
})

/* Ask for the one on port 5000 with these extensions. */
#define GET(protocol, sport, ext) do {					\
	struct inet_diag_req_v2 *__r = diag_msg(&self->m, protocol);	\
									\
	__r->idiag_ext = (ext);						\
	diag_id(__r, "0.0.0.0", sport, "0.0.0.0", 0);			\
	RETURNS(0, diag_get(self->nl, &self->m));			\
} while (0)

#define EXT(x) (1 << (INET_DIAG_##x - 1))

TEST_F(diag, extensions)
{
	static const struct { int ext, attr; } rows[] = {
		{ EXT(MEMINFO), INET_DIAG_MEMINFO },
		{ EXT(TOS), INET_DIAG_TOS },
		{ EXT(SKMEMINFO), INET_DIAG_SKMEMINFO },
	};
	unsigned int i;
	uint32_t mark;
	int fd = xt_bound("0.0.0.0", 5000);

	OK(xt_set(fd, SOL_IP, IP_TOS, 0x28));
	OK(xt_set(fd, SOL_SOCKET, SO_MARK, 0x1234));
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		STEP("attribute %d only where it is asked for", rows[i].attr);
		GET(IPPROTO_UDP, 5000, 0xff & ~rows[i].ext);
		EXPECT_EQ(NULL, ATTR(rows[i].attr));
		GET(IPPROTO_UDP, 5000, rows[i].ext);
		EXPECT_NE(NULL, ATTR(rows[i].attr));
	}
	GET(IPPROTO_UDP, 5000, 0xff);
	EXPECT_EQ(0x28, ATTR_U8(INET_DIAG_TOS));
	EXPECT_EQ(0, ATTR_U8(INET_DIAG_SHUTDOWN));
	EXPECT_EQ(NULL, ATTR(INET_DIAG_PROTOCOL));
	ASSERT_NE(NULL, ATTR(INET_DIAG_MARK));
	memcpy(&mark, RTA_DATA(ATTR(INET_DIAG_MARK)), 4);
	EXPECT_EQ(0x1234U, mark);
	STEP("after shutdown()");
	shutdown(fd, SHUT_RD);
	GET(IPPROTO_UDP, 5000, 0);
	EXPECT_EQ(1, ATTR_U8(INET_DIAG_SHUTDOWN));
	STEP("a raw socket's protocol");
	xt_raw_sock(200);
	GET(IPPROTO_RAW, 200, 0);
	EXPECT_EQ(200, ATTR_U8(INET_DIAG_PROTOCOL));
}

TEST_F(diag, socket_options)
{
	int fd = xt_bound("0.0.0.0", 5000), raw = xt_raw_sock(200);
	const struct inet_diag_sockopt *opt;

	GET(IPPROTO_UDP, 5000, 0);
	ASSERT_NE(NULL, ATTR(INET_DIAG_SOCKOPT));
	opt = RTA_DATA(ATTR(INET_DIAG_SOCKOPT));
	EXPECT_EQ(0, opt->recverr | opt->hdrincl);
	EXPECT_EQ(1, opt->mc_loop & opt->mc_all);
	OK(xt_set(fd, SOL_IP, IP_RECVERR, 1));
	OK(xt_set(fd, SOL_IP, IP_MULTICAST_LOOP, 0));
	OK(xt_set(fd, SOL_IP, IP_MULTICAST_ALL, 0));
	OK(xt_set(raw, SOL_IP, IP_HDRINCL, 1));
	GET(IPPROTO_UDP, 5000, 0);
	opt = RTA_DATA(ATTR(INET_DIAG_SOCKOPT));
	EXPECT_EQ(1, opt->recverr + 0);
	EXPECT_EQ(0, opt->mc_loop | opt->mc_all);
	GET(IPPROTO_RAW, 200, 0);
	opt = RTA_DATA(ATTR(INET_DIAG_SOCKOPT));
	EXPECT_EQ(1, opt->hdrincl + 0);
}

TEST_F(diag, queues_memory_and_drops)
{
	int fd = xt_bound("127.0.0.1", 5000), out = xt_udp(), i;
	struct inet_diag_meminfo mem;
	uint32_t told[SK_MEMINFO_VARS], have[SK_MEMINFO_VARS];
	struct inet_diag_req_v2 *r;
	socklen_t len = sizeof(have);
	char big[1000] = "";

	OK(xt_set(fd, SOL_SOCKET, SO_RCVBUF, 4096));
	for (i = 0; i < 20; i++)
		RETURNS(1000, xt_sendto(out, big, 1000, "127.0.0.1", 5000));
	r = diag_msg(&self->m, IPPROTO_UDP);
	r->idiag_ext = EXT(SKMEMINFO) | EXT(MEMINFO);
	diag_id(r, "127.0.0.1", 5000, "0.0.0.0", 0);
	RETURNS(0, diag_get(self->nl, &self->m));
	OK(getsockopt(fd, SOL_SOCKET, SO_MEMINFO, have, &len));
	memcpy(told, RTA_DATA(ATTR(INET_DIAG_SKMEMINFO)), sizeof(told));
	EXPECT_EQ(0, memcmp(told, have, sizeof(told)));
	EXPECT_LT(0U, told[SK_MEMINFO_DROPS]);
	EXPECT_LT(1000U, told[SK_MEMINFO_RMEM_ALLOC]);
	memcpy(&mem, RTA_DATA(ATTR(INET_DIAG_MEMINFO)), sizeof(mem));
	EXPECT_EQ(have[SK_MEMINFO_RMEM_ALLOC], mem.idiag_rmem);
	EXPECT_EQ(have[SK_MEMINFO_RMEM_ALLOC],
		  ((struct inet_diag_msg *)NLMSG_DATA(&self->m.h))->idiag_rqueue);
}

/* --- which sockets --------------------------------------------------------- */

TEST_F(diag, selection)
{
	static const struct {
		int protocol;
		uint32_t states;
		int sport, dport;
		int n;
	} rows[] = {
		{ IPPROTO_UDP, XT_DIAG_ALL, 0, 0, 3 },
		{ IPPROTO_UDP, 1 << XT_ESTAB, 0, 0, 1 },
		{ IPPROTO_UDP, 1 << XT_CLOSE, 0, 0, 2 },
		{ IPPROTO_UDP, ~(1 << XT_CLOSE | 1 << XT_ESTAB), 0, 0, 0 },
		{ IPPROTO_UDP, 0, 0, 0, 0 },
		{ IPPROTO_UDP, XT_DIAG_ALL, 5000, 0, 1 },
		{ IPPROTO_UDP, XT_DIAG_ALL, 4999, 0, 0 },
		{ IPPROTO_UDP, XT_DIAG_ALL, 0, 6000, 1 },
		{ IPPROTO_UDP, XT_DIAG_ALL, 5001, 6000, 0 },
		{ IPPROTO_UDP, XT_DIAG_ALL, 5002, 6000, 1 },
		{ IPPROTO_ICMP, XT_DIAG_ALL, 0, 0, 1 },
		{ IPPROTO_RAW, XT_DIAG_ALL, 0, 0, 2 },
		{ IPPROTO_RAW, XT_DIAG_ALL, 200, 0, 1 },
		{ 0, XT_DIAG_ALL, 0, 0, -ENOENT },
		{ IPPROTO_TCP, XT_DIAG_ALL, 0, 0, -ENOENT },
		{ 16, XT_DIAG_ALL, 0, 0, -ENOENT },
		{ IPPROTO_UDPLITE, XT_DIAG_ALL, 0, 0, -ENOENT },
		{ 254, XT_DIAG_ALL, 0, 0, -ENOENT },
	};
	struct inet_diag_req_v2 *r;
	unsigned int i;
	int fd;

	xt_bound("0.0.0.0", 5000);
	xt_bound("0.0.0.0", 5001);
	fd = xt_bound("127.0.0.1", 5002);
	OK(xt_connect(fd, "127.0.0.1", 6000));
	OK(xt_bind(xt_ping_sock(), "0.0.0.0", 0));
	xt_raw_sock(200);
	xt_raw_sock(201);
	STEP("what another namespace has is nobody's business here");
	fd = open("/proc/thread-self/ns/net", O_RDONLY);
	ASSERT_LE(0, xt_netns());
	xt_bound("0.0.0.0", 5000);
	xt_raw_sock(200);
	ASSERT_EQ(0, setns(fd, CLONE_NEWNET));
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		STEP("protocol %d, states %x, ports %d %d", rows[i].protocol,
		     rows[i].states, rows[i].sport, rows[i].dport);
		r = diag_msg(&self->m, rows[i].protocol);
		r->idiag_states = rows[i].states;
		r->id.idiag_sport = htons(rows[i].sport);
		r->id.idiag_dport = htons(rows[i].dport);
		RETURNS(rows[i].n, diag_dump(self->nl, &self->m, NULL, NULL));
		STEP("the protocol as an attribute");
		r = diag_msg(&self->m, 99);
		r->idiag_states = rows[i].states;
		r->id.idiag_sport = htons(rows[i].sport);
		r->id.idiag_dport = htons(rows[i].dport);
		xt_put_u32(&self->m, INET_DIAG_REQ_PROTOCOL, rows[i].protocol);
		RETURNS(rows[i].n, diag_dump(self->nl, &self->m, NULL, NULL));
	}
}

TEST_F(diag, one_by_its_id)
{
	/* which socket it is, or a negative errno */
	static const struct {
		int protocol, raw;
		const char *src;
		int sport;
		const char *dst;
		int dport;
		int dev;
		int found;
	} rows[] = {
		/* just as a dump shows it */
		{ 17, 0, "0.0.0.0", 5000, "0.0.0.0", 0, 0, 0 },
		{ 17, 0, "127.0.0.1", 5000, "127.0.0.2", 6000, 0, 1 },
		{ 17, 0, "127.0.0.1", 5002, "0.0.0.0", 0, 1, 2 },
		{ 1, 0, "127.0.0.1", 7, "127.0.0.2", 9, 0, 3 },
		{ 255, 0, "127.0.0.1", 200, "0.0.0.0", 0, 0, 4 },
		{ 255, 200, "127.0.0.1", 0, "0.0.0.0", 0, 0, 4 },
		/* whose would be what comes from there */
		{ 17, 0, "127.0.0.1", 5000, "127.0.0.2", 6001, 0, 0 },
		{ 17, 0, "127.0.0.9", 5000, "127.0.0.2", 6000, 0, 0 },
		{ 17, 0, "127.0.0.1", 5002, "127.0.0.2", 1, 0, 2 },
		{ 1, 0, "127.0.0.1", 7, "127.0.0.2", 0, 0, 3 },
		{ 1, 0, "127.0.0.1", 7, "127.0.0.3", 0, 0, -ENOENT },
		{ 255, 200, "127.0.0.1", 0, "127.0.0.3", 0, 0, 4 },
		{ 255, 201, "127.0.0.1", 0, "127.0.0.3", 0, 0, -ENOENT },
		/* the other way round, as IPv4 wants it of UDP */
		{ 17, 0, "127.0.0.2", 6000, "127.0.0.1", 5000, 0, 1 },
		{ 1, 0, "127.0.0.2", 0, "127.0.0.1", 7, 0, -ENOENT },
		/* nobody's */
		{ 17, 0, "0.0.0.0", 0, "0.0.0.0", 0, 0, -ENOENT },
		{ 17, 0, "127.0.0.1", 5001, "0.0.0.0", 0, 0, -ENOENT },
		{ 17, 0, "127.0.0.1", 5002, "0.0.0.0", 0, 9, -ENOENT },
		{ 17, 0, "127.0.0.2", 5002, "0.0.0.0", 0, 0, -ENOENT },
		{ 1, 0, "127.0.0.1", 8, "127.0.0.2", 0, 0, -ENOENT },
		{ 6, 0, "0.0.0.0", 5000, "0.0.0.0", 0, 0, -ENOENT },
	};
	int fds[] = {
		xt_bound("0.0.0.0", 5000), xt_udp(), xt_udp(), xt_ping_sock(),
		xt_raw_sock(200),
	};
	struct inet_diag_req_v2 *r;
	unsigned int i;

	STEP("port 5000 twice, one of them connected");
	xt_set(fds[0], SOL_SOCKET, SO_REUSEADDR, 1);
	xt_set(fds[1], SOL_SOCKET, SO_REUSEADDR, 1);
	OK(xt_bind(fds[1], "127.0.0.1", 5000));
	OK(xt_connect(fds[1], "127.0.0.2", 6000));
	xt_bind_dev(fds[2], "lo");
	OK(xt_bind(fds[2], "127.0.0.1", 5002));
	OK(xt_bind(fds[3], "127.0.0.1", 7));
	OK(xt_connect(fds[3], "127.0.0.2", 9));
	OK(xt_bind(fds[4], "127.0.0.1", 0));
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		int want = rows[i].found < 0 ? rows[i].found : 0;

		STEP("protocol %d %s:%d %s:%d dev %d: %d", rows[i].protocol,
		     rows[i].src, rows[i].sport, rows[i].dst, rows[i].dport,
		     rows[i].dev, rows[i].found);
		r = diag_msg(&self->m, rows[i].protocol);
		r->pad = rows[i].raw;
		r->id.idiag_if = rows[i].dev;
		diag_id(r, rows[i].src, rows[i].sport, rows[i].dst,
			rows[i].dport);
		RETURNS(want, diag_get(self->nl, &self->m));
		if (!want)
			EXPECT_EQ(xt_cookie(fds[rows[i].found]),
				  diag_cookie(NLMSG_DATA(&self->m.h)));
	}
}

TEST_F(diag, cookies_tell_twins_apart)
{
	int fds[3], i;
	struct inet_diag_req_v2 *r;

	for (i = 0; i < 3; i++) {
		fds[i] = xt_udp();
		xt_set(fds[i], SOL_SOCKET, SO_REUSEADDR, 1);
		OK(xt_bind(fds[i], "127.0.0.1", 5000));
	}
	for (i = 0; i < 3; i++) {
		r = diag_msg(&self->m, IPPROTO_UDP);
		diag_id(r, "127.0.0.1", 5000, "0.0.0.0", 0);
		diag_set_cookie(r, xt_cookie(fds[i]));
		RETURNS(0, diag_get(self->nl, &self->m));
		EXPECT_EQ(xt_cookie(fds[i]),
			  diag_cookie(NLMSG_DATA(&self->m.h)));
	}
	STEP("one that is none of theirs, in either half");
	for (i = 0; i < 2; i++) {
		r = diag_msg(&self->m, IPPROTO_UDP);
		diag_id(r, "127.0.0.1", 5000, "0.0.0.0", 0);
		diag_set_cookie(r, xt_cookie(fds[0]) ^ 1ULL << (40 * i + 20));
		RETURNS(-ESTALE, diag_get(self->nl, &self->m));
	}
}

/* --- the end of one -------------------------------------------------------- */

#define KILL(protocol, src, sport, dst, dport) ({			\
	diag_id(diag_msg(&self->m, protocol), src, sport, dst, dport);	\
	diag_destroy(self->nl, &self->m);				\
})

TEST_F(diag, destroyed)
{
	int fd, bound, ping, raw, port;
	char c;

	STEP("one that connect() has bound loses peer, address and port");
	fd = xt_udp();
	OK(xt_connect(fd, "127.0.0.1", 6000));
	port = xt_port(fd);
	RETURNS(0, KILL(IPPROTO_UDP, "127.0.0.1", port, "127.0.0.1", 6000));
	EXPECT_EQ(POLLERR, xt_poll(fd) & POLLERR);
	FAILS(ECONNABORTED, recv(fd, &c, 1, MSG_DONTWAIT));
	FAILS(EAGAIN, recv(fd, &c, 1, MSG_DONTWAIT));
	EXPECT_STREQ("ENOTCONN", xt_name(fd, true));
	EXPECT_STREQ("0.0.0.0:0", xt_name(fd, false));
	RETURNS(-ENOENT, KILL(IPPROTO_UDP, "127.0.0.1", port, "127.0.0.1",
			      6000));
	STEP("it may be used again");
	bound = xt_bound("127.0.0.1", 6000);
	OK(xt_connect(fd, "127.0.0.1", 6000));
	RETURNS(1, send(fd, "x", 1, 0));
	RETURNS(1, xt_recv(bound, &c, 1));
	STEP("bind() outlives it");
	RETURNS(0, KILL(IPPROTO_UDP, "127.0.0.1", 6000, "0.0.0.0", 0));
	FAILS(ECONNABORTED, recv(bound, &c, 1, MSG_DONTWAIT));
	EXPECT_STREQ("127.0.0.1:6000", xt_name(bound, false));
	RETURNS(1, send(fd, "x", 1, 0));
	RETURNS(1, xt_recv(bound, &c, 1));
	STEP("ping and raw");
	ping = xt_ping_sock();
	OK(xt_bind(ping, "0.0.0.0", 7));
	RETURNS(0, KILL(IPPROTO_ICMP, "0.0.0.0", 7, "0.0.0.0", 0));
	FAILS(ECONNABORTED, recv(ping, &c, 1, MSG_DONTWAIT));
	raw = xt_raw_sock(200);
	OK(xt_connect(raw, "127.0.0.1", 0));
	RETURNS(0, KILL(IPPROTO_RAW, "127.0.0.1", 200, "127.0.0.1", 0));
	FAILS(ECONNABORTED, recv(raw, &c, 1, MSG_DONTWAIT));
	EXPECT_STREQ("0.0.0.0:200", xt_name(raw, false));
}

TEST_F(diag, destroyed_only_by_its_cookie)
{
	int fd = xt_bound("127.0.0.1", 5000);
	struct inet_diag_req_v2 *r;
	char c;

	r = diag_msg(&self->m, IPPROTO_UDP);
	diag_id(r, "127.0.0.1", 5000, "0.0.0.0", 0);
	diag_set_cookie(r, xt_cookie(fd) + 1);
	RETURNS(-ENOENT, diag_destroy(self->nl, &self->m));
	FAILS(EAGAIN, recv(fd, &c, 1, MSG_DONTWAIT));
	STEP("and not by the peer's address in the place of its own");
	RETURNS(-ENOENT, KILL(IPPROTO_UDP, "127.0.0.1", 1, "127.0.0.1", 5000));
	FAILS(EAGAIN, recv(fd, &c, 1, MSG_DONTWAIT));
}

TEST_F(diag, without_privileges)
{
	int fd = xt_bound("127.0.0.1", 5000);
	struct inet_diag_req_v2 *r;
	char c;

	ASSERT_EQ(0, xt_drop_privileges(XT_NOBODY));
	close(self->nl);
	self->nl = diag_open();
	STEP("anybody may look, but not at marks");
	diag_msg(&self->m, IPPROTO_UDP);
	RETURNS(1, diag_dump(self->nl, &self->m, NULL, NULL));
	r = diag_msg(&self->m, IPPROTO_UDP);
	r->idiag_ext = 0xff;
	diag_id(r, "127.0.0.1", 5000, "0.0.0.0", 0);
	RETURNS(0, diag_get(self->nl, &self->m));
	EXPECT_EQ(NULL, ATTR(INET_DIAG_MARK));
	EXPECT_NE(NULL, ATTR(INET_DIAG_SKMEMINFO));
	RETURNS(-EPERM, KILL(IPPROTO_UDP, "127.0.0.1", 5000, "0.0.0.0", 0));
	RETURNS(-EPERM, KILL(IPPROTO_UDP, "127.0.0.1", 5001, "0.0.0.0", 0));
	FAILS(EAGAIN, recv(fd, &c, 1, MSG_DONTWAIT));
	STEP("in a user namespace of one's own, all");
	ASSERT_EQ(0, unshare(CLONE_NEWUSER | CLONE_NEWNET));
	close(self->nl);
	self->nl = diag_open();
	fd = xt_bound("0.0.0.0", 5000);
	diag_id(diag_msg(&self->m, IPPROTO_UDP), "0.0.0.0", 5000, "0.0.0.0", 0);
	RETURNS(0, diag_get(self->nl, &self->m));
	EXPECT_NE(NULL, ATTR(INET_DIAG_MARK));
	RETURNS(0, KILL(IPPROTO_UDP, "0.0.0.0", 5000, "0.0.0.0", 0));
	FAILS(ECONNABORTED, recv(fd, &c, 1, MSG_DONTWAIT));
}
