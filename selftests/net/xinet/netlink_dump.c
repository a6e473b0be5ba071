// SPDX-License-Identifier: GPL-2.0
/*
 * rtnetlink of the family: dumps that stay whole, and AF_UNSPEC ones clean;
 * notifications.
 */
#include "xt_netlink.h"

/* --- dumps ----------------------------------------------------------------- */

static void count_ours(const struct nlmsghdr *h, void *arg)
{
	const struct rtgenmsg *g = NLMSG_DATA(h);
	int *ours = arg;

	*ours += g->rtgen_family == AF_XINET;
}

TEST_F(netlink, unspec_dumps_stay_clean)
{
	static const int types[] = { RTM_GETADDR, RTM_GETROUTE, RTM_GETNEIGH };
	static const int families[] = { AF_UNSPEC, AF_INET, AF_INET6 };
	unsigned int i, j;
	int ours;

	for (i = 0; i < ARRAY_SIZE(types); i++) {
		for (j = 0; j < ARRAY_SIZE(families); j++) {
			struct rtmsg any = { .rtm_family = families[j] };

			STEP("type %d of family %d: nothing of AF_XINET",
			     types[i], families[j]);
			ours = 0;
			xt_msg(&self->m, types[i], 0, &any, sizeof(any));
			xt_dump(&self->m, count_ours, &ours);
			EXPECT_EQ(0, ours);
		}
	}
	STEP("asked for, it is there");
	ours = 0;
	addr_msg(&self->m, RTM_GETADDR, 0, 0);
	xt_dump(&self->m, count_ours, &ours);
	EXPECT_EQ(2, ours);
}

/**
 * struct seen - which of many addresses or routes a dump showed
 * @base: the first, host byte order
 * @times: how often each
 * @hlen: length of the messages' header
 * @type: attribute that holds the address
 * @interrupted: the kernel said that something changed meanwhile
 */
struct seen {
	uint32_t base;
	int times[2048];
	size_t hlen;
	int type;
	bool interrupted;
};

static void note(const struct nlmsghdr *h, void *arg)
{
	struct seen *s = arg;
	struct rtattr *rta = xt_attr(h, s->hlen, s->type);
	uint32_t i;

	s->interrupted |= h->nlmsg_flags & NLM_F_DUMP_INTR;
	if (!rta)
		return;
	i = ntohl(*(uint32_t *)RTA_DATA(rta)) - s->base;
	if (i < 2048)
		s->times[i]++;
}

static int seen_once(const struct seen *s, int n, int step)
{
	int i, once = 0;

	for (i = 0; i < n; i++)
		once += s->times[i * step] == 1;
	return once;
}

TEST_F(netlink, dump_of_1000_addresses)
{
	struct seen *s = calloc(1, sizeof(*s));
	char a[32];
	int i;

	s->base = ntohl(inet_addr("10.10.0.0"));
	s->hlen = sizeof(struct ifaddrmsg);
	s->type = IFA_LOCAL;
	STEP("1000 addresses, each once");
	for (i = 0; i < 1000; i++) {
		snprintf(a, sizeof(a), "10.10.%d.%d/32", i >> 8, i & 255);
		ASSERT_EQ(0, xt_addr_add("dum0", a));
	}
	addr_msg(&self->m, RTM_GETADDR, 0, 0);
	RETURNS(1002, xt_dump(&self->m, note, s));
	RETURNS(1000, seen_once(s, 1000, 1));
	STEP("their device goes, and so do they");
	OK(xt_link_del("dum0"));
	addr_msg(&self->m, RTM_GETADDR, 0, 0);
	RETURNS(1, xt_dump(&self->m, NULL, NULL));
	free(s);
}

static int add_routes(uint32_t base, int n, int step)
{
	char a[32];
	int i, err;

	for (i = 0; i < n; i++) {
		struct in_addr in = { htonl(base + i * step) };

		snprintf(a, sizeof(a), "%s/32", inet_ntoa(in));
		err = xt_route_add(.dst = a, .dev = "dum0");
		if (err)
			break;
	}
	return i;
}

TEST_F(netlink, dump_of_1000_routes)
{
	struct seen *s = calloc(1, sizeof(*s));

	s->base = ntohl(inet_addr("10.20.0.0"));
	s->hlen = sizeof(struct rtmsg);
	s->type = RTA_DST;
	RETURNS(1000, add_routes(s->base, 1000, 2));
	route_msg(&self->m, RTM_GETROUTE, 0, NULL);
	RETURNS(1001, xt_dump(&self->m, note, s));
	STEP("each once, and none that is not");
	RETURNS(1000, seen_once(s, 1000, 2));
	STEP("their device goes down, and so do they");
	OK(xt_link_set("dum0", 0, 0));
	route_msg(&self->m, RTM_GETROUTE, 0, NULL);
	RETURNS(0, xt_dump(&self->m, NULL, NULL));
	free(s);
}

TEST_F(netlink, dump_under_change)
{
	struct seen *s = calloc(1, sizeof(*s));
	long end = xt_now_ms() + 500;
	int dumps = 0, lost = 0, whole = 0;
	pid_t pid;

	s->hlen = sizeof(struct rtmsg);
	s->type = RTA_DST;
	s->base = ntohl(inet_addr("10.20.0.0"));
	RETURNS(500, add_routes(s->base, 500, 2));
	pid = fork();
	if (!pid) {
		for (;;) {
			xt_route_add(.dst = "10.20.1.1/32", .dev = "dum0");
			xt_route_add(.dst = "10.1.0.0/16", .dev = "dum0");
			xt_route_del(.dst = "10.20.1.1/32");
			xt_route_del(.dst = "10.1.0.0/16");
		}
	}
	STEP("500 routes stay while two come and go");
	while (xt_now_ms() < end || dumps < 5) {
		memset(s->times, 0, sizeof(s->times));
		s->interrupted = false;
		route_msg(&self->m, RTM_GETROUTE, 0, NULL);
		EXPECT_LE(500, xt_dump(&self->m, note, s));
		if (seen_once(s, 500, 2) == 500)
			whole++;
		else if (!s->interrupted)
			lost++;
		dumps++;
	}
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	ksft_print_msg("  %d dumps, %d of them whole\n", dumps, whole);
	STEP("what is missing or twice is said (NLM_F_DUMP_INTR)");
	EXPECT_EQ(0, lost);
	free(s);
}

/* --- notifications --------------------------------------------------------- */

/* Wait for a message of a type and of the family; false if none comes. */
static bool notified(int fd, int type, struct xt_msg *m)
{
	while (xt_readable(fd)) {
		ssize_t n = recv(fd, m->buf, sizeof(m->buf), 0);

		if (n > 0 && m->h.nlmsg_type == type &&
		    ((struct rtgenmsg *)NLMSG_DATA(&m->h))->rtgen_family ==
		    AF_XINET)
			return true;
	}
	return false;
}

#define GROUP(g) (1U << ((g) - 1))

TEST_F(netlink, addr_notifications)
{
	int fd = xt_nl_open(GROUP(RTNLGRP_DECnet_IFADDR));
	int inet = xt_nl_open(GROUP(RTNLGRP_IPV4_IFADDR) |
			      GROUP(RTNLGRP_IPV6_IFADDR));
	struct ifaddrmsg *ifa;
	struct rtattr *rta;

	OK(xt_addr_add("dum0", "10.9.3.1/24"));
	ASSERT_TRUE(notified(fd, RTM_NEWADDR, &self->m));
	ifa = NLMSG_DATA(&self->m.h);
	EXPECT_EQ(24, ifa->ifa_prefixlen);
	EXPECT_EQ(self->dum0, ifa->ifa_index);
	rta = xt_attr(&self->m.h, sizeof(*ifa), IFA_LOCAL);
	ASSERT_NE(NULL, rta);
	EXPECT_EQ(inet_addr("10.9.3.1"), *(uint32_t *)RTA_DATA(rta));
	OK(xt_addr_del("dum0", "10.9.3.1/24"));
	EXPECT_TRUE(notified(fd, RTM_DELADDR, &self->m));
	STEP("listeners of IPv4 and IPv6 hear nothing of it");
	EXPECT_TRUE(xt_silent(inet));
}

TEST_F(netlink, route_notifications)
{
	int fd = xt_nl_open(GROUP(RTNLGRP_DECnet_ROUTE));
	int inet = xt_nl_open(GROUP(RTNLGRP_IPV4_ROUTE) |
			      GROUP(RTNLGRP_IPV6_ROUTE));
	struct rtmsg *rtm;

	OK(xt_route_add(.dst = "192.0.2.0/24", .via = "10.9.0.2", .metric = 7));
	ASSERT_TRUE(notified(fd, RTM_NEWROUTE, &self->m));
	rtm = NLMSG_DATA(&self->m.h);
	EXPECT_EQ(24, rtm->rtm_dst_len);
	EXPECT_EQ(RTPROT_BOOT, rtm->rtm_protocol);
	EXPECT_NE(NULL, xt_attr(&self->m.h, sizeof(*rtm), RTA_GATEWAY));
	EXPECT_NE(NULL, xt_attr(&self->m.h, sizeof(*rtm), RTA_PRIORITY));
	OK(xt_route_del(.dst = "192.0.2.0/24"));
	EXPECT_TRUE(notified(fd, RTM_DELROUTE, &self->m));
	STEP("a connected route comes with its address");
	OK(xt_addr_add("dum0", "10.9.3.1/24"));
	ASSERT_TRUE(notified(fd, RTM_NEWROUTE, &self->m));
	rtm = NLMSG_DATA(&self->m.h);
	EXPECT_EQ(RTPROT_KERNEL, rtm->rtm_protocol);
	EXPECT_EQ(RT_SCOPE_LINK, rtm->rtm_scope);
	EXPECT_TRUE(xt_silent(inet));
}

TEST_F(netlink, neigh_notifications)
{
	int fd = xt_nl_open(GROUP(RTNLGRP_NEIGH));
	struct ndmsg *ndm;

	ASSERT_EQ(0, xt_veth("veth0", "veth1", -1));
	ASSERT_EQ(0, xt_up("veth0"));
	ASSERT_EQ(0, xt_up("veth1"));
	ASSERT_EQ(0, xt_addr_add("veth0", "10.8.0.1/24"));
	neigh_msg(&self->m, RTM_NEWNEIGH, if_nametoindex("veth0"),
		  NUD_PERMANENT);
	xt_put_ip(&self->m, NDA_DST, "10.8.0.2");
	xt_put(&self->m, NDA_LLADDR, "\2\0\0\0\0\1", 6);
	OK(xt_ask(&self->m));
	ASSERT_TRUE(notified(fd, RTM_NEWNEIGH, &self->m));
	ndm = NLMSG_DATA(&self->m.h);
	EXPECT_EQ(NUD_PERMANENT, ndm->ndm_state);
	neigh_msg(&self->m, RTM_DELNEIGH, if_nametoindex("veth0"), 0);
	xt_put_ip(&self->m, NDA_DST, "10.8.0.2");
	OK(xt_ask(&self->m));
	EXPECT_TRUE(notified(fd, RTM_DELNEIGH, &self->m));
}
