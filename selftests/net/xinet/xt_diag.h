/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the tests of sock_diag share: asking for sockets by their id, dumping
 * them, ending them.
 */
#ifndef XT_DIAG_H
#define XT_DIAG_H

#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <sys/resource.h>

#include "xt_nl.h"

#define XT_DIAG_ALL	(~0U)
#define XT_ESTAB	1
#define XT_CLOSE	7

FIXTURE(diag) {
	struct xt_msg m;
	int nl;
};

static inline int diag_open(void)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);

	xt_set(fd, SOL_NETLINK, NETLINK_EXT_ACK, 1);
	return fd;
}

FIXTURE_SETUP(diag)
{
	ASSERT_LE(0, xt_netns());
	ASSERT_EQ(0, xt_sysctl("ping_group_range", "0 0"));
	self->nl = diag_open();
	ASSERT_LE(0, self->nl);
}

FIXTURE_TEARDOWN(diag)
{
	close(self->nl);
}

/* A request for sockets of a protocol; all of them until more is said. */
static inline struct inet_diag_req_v2 *diag_msg(struct xt_msg *m, int protocol)
{
	struct inet_diag_req_v2 r = {
		.sdiag_family = AF_XINET,
		.sdiag_protocol = protocol,
		.idiag_states = XT_DIAG_ALL,
		.id.idiag_cookie = { INET_DIAG_NOCOOKIE, INET_DIAG_NOCOOKIE },
	};

	xt_msg(m, SOCK_DIAG_BY_FAMILY, 0, &r, sizeof(r));
	return NLMSG_DATA(&m->h);
}

/* The id's source and destination. */
static inline void diag_id(struct inet_diag_req_v2 *r, const char *src,
			   int sport, const char *dst, int dport)
{
	r->id.idiag_src[0] = inet_addr(src);
	r->id.idiag_sport = htons(sport);
	r->id.idiag_dst[0] = inet_addr(dst);
	r->id.idiag_dport = htons(dport);
}

static inline unsigned long long xt_cookie(int fd)
{
	unsigned long long cookie = 0;
	socklen_t len = sizeof(cookie);

	getsockopt(fd, SOL_SOCKET, SO_COOKIE, &cookie, &len);
	return cookie;
}

static inline unsigned long long diag_cookie(const struct inet_diag_msg *r)
{
	return (unsigned long long)r->id.idiag_cookie[1] << 32 |
	       r->id.idiag_cookie[0];
}

static inline void diag_set_cookie(struct inet_diag_req_v2 *r,
				   unsigned long long cookie)
{
	r->id.idiag_cookie[0] = cookie;
	r->id.idiag_cookie[1] = cookie >> 32;
}

/*
 * One receive of a dump: @each for every message. 1 goes on, 0 is the end,
 * negative an errno; @intr is set where the kernel says so.
 */
static inline int diag_step(int nl, size_t size,
			    void (*each)(const struct nlmsghdr *h, void *arg),
			    void *arg, bool *intr)
{
	static char buf[65536];
	struct nlmsghdr *h = (void *)buf;
	int left = recv(nl, buf, size, 0);

	if (left <= 0)
		return left ? -errno : -EPIPE;
	for (; NLMSG_OK(h, left); h = NLMSG_NEXT(h, left)) {
		*intr |= !!(h->nlmsg_flags & NLM_F_DUMP_INTR);
		if (h->nlmsg_type == NLMSG_ERROR)
			return xt_nl_error(h);
		if (h->nlmsg_type == NLMSG_DONE) {
			const int *err = NLMSG_DATA(h);
			struct rtattr *rta = xt_attr(h, sizeof(*err),
						     NLMSGERR_ATTR_MSG);

			snprintf(xt_extack, sizeof(xt_extack), "%s",
				 rta ? (char *)RTA_DATA(rta) : "");
			return *err < 0 ? *err : 0;
		}
		each(h, arg);
	}
	return 1;
}

/* A whole dump; how many sockets it showed, or a negative errno. */
struct diag_count {
	void (*each)(const struct nlmsghdr *h, void *arg);
	void *arg;
	int n;
};

static inline void diag_count_one(const struct nlmsghdr *h, void *arg)
{
	struct diag_count *c = arg;

	c->n++;
	if (c->each)
		c->each(h, c->arg);
}

static inline int diag_dump(int nl, struct xt_msg *m,
			    void (*each)(const struct nlmsghdr *h, void *arg),
			    void *arg)
{
	struct diag_count c = { .each = each, .arg = arg };
	bool intr = false;
	int ret;

	m->h.nlmsg_flags |= NLM_F_DUMP;
	if (send(nl, m, m->h.nlmsg_len, 0) < 0)
		return -errno;
	while ((ret = diag_step(nl, 65536, diag_count_one, &c, &intr)) > 0)
		;
	return ret ?: c.n;
}

/* One socket: its answer in @m, 0 or a negative errno. */
static inline int diag_get(int nl, struct xt_msg *m)
{
	int n;

	if (send(nl, m, m->h.nlmsg_len, 0) < 0)
		return -errno;
	n = recv(nl, m, sizeof(*m), 0);
	if (n < (int)NLMSG_HDRLEN)
		return n < 0 ? -errno : -EBADMSG;
	return m->h.nlmsg_type == NLMSG_ERROR ? xt_nl_error(&m->h) : 0;
}

/* End one socket: 0 or a negative errno. */
static inline int diag_destroy(int nl, struct xt_msg *m)
{
	m->h.nlmsg_type = SOCK_DESTROY;
	m->h.nlmsg_flags |= NLM_F_ACK;
	return xt_nl_raw(nl, m, m->h.nlmsg_len);
}

/* Room for many sockets. */
static inline void diag_many(void)
{
	struct rlimit lim = { .rlim_cur = 20000, .rlim_max = 20000 };

	setrlimit(RLIMIT_NOFILE, &lim);
}

static inline int xt_ping_sock(void)
{
	return socket(AF_XINET, SOCK_DGRAM | SOCK_CLOEXEC, IPPROTO_ICMP);
}

static inline int xt_raw_sock(int protocol)
{
	return socket(AF_XINET, SOCK_RAW | SOCK_CLOEXEC, protocol);
}

#endif /* XT_DIAG_H */
