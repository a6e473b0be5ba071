// SPDX-License-Identifier: GPL-2.0
/*
 * rtnetlink of the family, message by message: what is refused and with which
 * words, notifications, dumps that stay whole, who may do what; and two
 * thousand malformed messages that must leave no trace.
 *
 *	dum0: 10.9.0.1/24      dum1: down      lo: 127.0.0.1/8
 */
#include <linux/if_ether.h>
#include "xt_nl.h"

FIXTURE(netlink) {
	struct xt_msg m;
	unsigned int dum0;
	unsigned int dum1;
};

FIXTURE_SETUP(netlink)
{
	ASSERT_LE(0, xt_netns());
	ASSERT_EQ(0, xt_dummy("dum0"));
	ASSERT_EQ(0, xt_dummy("dum1"));
	ASSERT_EQ(0, xt_link_set("dum1", 0, 0));
	ASSERT_EQ(0, xt_addr_add("dum0", "10.9.0.1/24"));
	self->dum0 = if_nametoindex("dum0");
	self->dum1 = if_nametoindex("dum1");
}

FIXTURE_TEARDOWN(netlink)
{
}

/* --- refusals -------------------------------------------------------------- */

/* The message is refused with @err and in words. */
#define REFUSED(err) do {						\
	FAILS(err, xt_ask(&self->m));					\
	EXPECT_NE(0, xt_extack[0]) {					\
		TH_LOG("refused without a word");			\
	}								\
	ksft_print_msg("    \"%s\"\n", xt_extack);			\
} while (0)

/* … with an error that is not worth fixing in a test, but in words. */
#define REFUSED_SOMEHOW() do {						\
	EXPECT_EQ(-1, xt_ask(&self->m));				\
	EXPECT_NE(0, xt_extack[0]) {					\
		TH_LOG("refused without a word: %s", xt_err(errno));	\
	}								\
	ksft_print_msg("    %s: \"%s\"\n", xt_err(errno), xt_extack);	\
} while (0)

static struct ifaddrmsg *addr_msg(struct xt_msg *m, int type,
				  unsigned int index, int len)
{
	struct ifaddrmsg ifa = {
		.ifa_family = AF_XINET, .ifa_prefixlen = len,
		.ifa_index = index,
	};

	xt_msg(m, type, type == RTM_NEWADDR ? NLM_F_CREATE | NLM_F_EXCL : 0,
	       &ifa, sizeof(ifa));
	return NLMSG_DATA(&m->h);
}

TEST_F(netlink, addr_refusals)
{
	static const int lengths[] = { 0, 1, 3, 5, 8, 16 };
	unsigned int i;

	STEP("no address");
	addr_msg(&self->m, RTM_NEWADDR, self->dum0, 24);
	REFUSED(EINVAL);
	STEP("a prefix of 33 bits");
	addr_msg(&self->m, RTM_NEWADDR, self->dum0, 33);
	xt_put_ip(&self->m, IFA_LOCAL, "10.9.5.1");
	REFUSED(EINVAL);
	STEP("no device, one that is not there");
	addr_msg(&self->m, RTM_NEWADDR, 0, 24);
	xt_put_ip(&self->m, IFA_LOCAL, "10.9.5.1");
	REFUSED(ENODEV);
	addr_msg(&self->m, RTM_NEWADDR, 4242, 24);
	xt_put_ip(&self->m, IFA_LOCAL, "10.9.5.1");
	REFUSED(ENODEV);
	STEP("an address of a wrong length");
	for (i = 0; i < ARRAY_SIZE(lengths); i++) {
		addr_msg(&self->m, RTM_NEWADDR, self->dum0, 24);
		xt_put(&self->m, IFA_LOCAL, "\12\11\5\1\0\0\0\0\0\0\0\0\0\0\0\0",
		       lengths[i]);
		REFUSED_SOMEHOW();
	}
	STEP("a label too long, and without an end");
	addr_msg(&self->m, RTM_NEWADDR, self->dum0, 24);
	xt_put_ip(&self->m, IFA_LOCAL, "10.9.5.1");
	xt_put_str(&self->m, IFA_LABEL, "dum0:0123456789abcdef");
	REFUSED_SOMEHOW();
	addr_msg(&self->m, RTM_NEWADDR, self->dum0, 24);
	xt_put_ip(&self->m, IFA_LOCAL, "10.9.5.1");
	xt_put(&self->m, IFA_LABEL, "0123456789abcdef", 16);
	REFUSED_SOMEHOW();
	STEP("an attribute that is not known");
	addr_msg(&self->m, RTM_NEWADDR, self->dum0, 24);
	xt_put_ip(&self->m, IFA_LOCAL, "10.9.5.1");
	xt_put_u32(&self->m, 100, 1);
	REFUSED_SOMEHOW();
	STEP("a lifetime that would never be kept");
	addr_msg(&self->m, RTM_NEWADDR, self->dum0, 24);
	xt_put_ip(&self->m, IFA_LOCAL, "10.9.5.1");
	xt_put(&self->m, IFA_CACHEINFO,
	       &(struct ifa_cacheinfo){ .ifa_valid = 5, .ifa_prefered = 5 },
	       sizeof(struct ifa_cacheinfo));
	REFUSED_SOMEHOW();
}

TEST_F(netlink, addr_changes_refused)
{
	STEP("the same again: EEXIST");
	addr_msg(&self->m, RTM_NEWADDR, self->dum0, 24);
	xt_put_ip(&self->m, IFA_LOCAL, "10.9.0.1");
	REFUSED(EEXIST);
	STEP("another prefix length is another address");
	OK(xt_addr_add("dum0", "10.9.0.1/16"));
	STEP("one that is not there cannot go: EADDRNOTAVAIL");
	addr_msg(&self->m, RTM_DELADDR, self->dum0, 24);
	xt_put_ip(&self->m, IFA_LOCAL, "10.9.5.1");
	REFUSED(EADDRNOTAVAIL);
	addr_msg(&self->m, RTM_DELADDR, self->dum1, 24);
	xt_put_ip(&self->m, IFA_LOCAL, "10.9.0.1");
	REFUSED(EADDRNOTAVAIL);
	STEP("addresses that are no host's");
	addr_msg(&self->m, RTM_NEWADDR, self->dum0, 24);
	xt_put_ip(&self->m, IFA_LOCAL, "224.0.0.1");
	REFUSED_SOMEHOW();
	addr_msg(&self->m, RTM_NEWADDR, self->dum0, 24);
	xt_put_ip(&self->m, IFA_LOCAL, "255.255.255.255");
	REFUSED_SOMEHOW();
	addr_msg(&self->m, RTM_NEWADDR, self->dum0, 0);
	xt_put_ip(&self->m, IFA_LOCAL, "0.0.0.0");
	REFUSED_SOMEHOW();
}

static struct rtmsg *route_msg(struct xt_msg *m, int type, int dst_len,
			       const char *dst)
{
	struct rtmsg rtm = {
		.rtm_family = AF_XINET, .rtm_table = RT_TABLE_MAIN,
		.rtm_protocol = RTPROT_BOOT, .rtm_type = RTN_UNICAST,
		.rtm_dst_len = dst_len,
	};

	xt_msg(m, type, type == RTM_NEWROUTE ? NLM_F_CREATE | NLM_F_EXCL : 0,
	       &rtm, sizeof(rtm));
	if (dst)
		xt_put_ip(m, RTA_DST, dst);
	return NLMSG_DATA(&m->h);
}

TEST_F(netlink, route_prefix_refusals)
{
	STEP("bits beyond the mask");
	route_msg(&self->m, RTM_NEWROUTE, 8, "10.0.0.1");
	xt_put_u32(&self->m, RTA_OIF, self->dum0);
	REFUSED(EINVAL);
	STEP("a mask of 33 bits");
	route_msg(&self->m, RTM_NEWROUTE, 33, "10.0.0.1");
	xt_put_u32(&self->m, RTA_OIF, self->dum0);
	REFUSED(EINVAL);
	STEP("a mask of no address");
	route_msg(&self->m, RTM_NEWROUTE, 8, NULL);
	xt_put_u32(&self->m, RTA_OIF, self->dum0);
	REFUSED(EINVAL);
	STEP("by source, by TOS, in another table");
	route_msg(&self->m, RTM_NEWROUTE, 24, "192.0.2.0")->rtm_src_len = 8;
	xt_put_u32(&self->m, RTA_OIF, self->dum0);
	REFUSED_SOMEHOW();
	route_msg(&self->m, RTM_NEWROUTE, 24, "192.0.2.0")->rtm_tos = 4;
	xt_put_u32(&self->m, RTA_OIF, self->dum0);
	REFUSED_SOMEHOW();
	route_msg(&self->m, RTM_NEWROUTE, 24, "192.0.2.0")->rtm_table = 100;
	xt_put_u32(&self->m, RTA_OIF, self->dum0);
	REFUSED_SOMEHOW();
	route_msg(&self->m, RTM_NEWROUTE, 24, "192.0.2.0");
	xt_put_u32(&self->m, RTA_OIF, self->dum0);
	xt_put_u32(&self->m, RTA_TABLE, 1000);
	REFUSED_SOMEHOW();
}

TEST_F(netlink, route_type_refusals)
{
	static const int types[] = {
		RTN_LOCAL, RTN_BROADCAST, RTN_ANYCAST, RTN_MULTICAST,
		RTN_THROW, RTN_NAT, RTN_XRESOLVE, RTN_MAX + 1, 255,
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(types); i++) {
		STEP("type %d", types[i]);
		route_msg(&self->m, RTM_NEWROUTE, 24,
			  "192.0.2.0")->rtm_type = types[i];
		xt_put_u32(&self->m, RTA_OIF, self->dum0);
		REFUSED_SOMEHOW();
	}
	STEP("a blackhole with a gateway");
	route_msg(&self->m, RTM_NEWROUTE, 24, "192.0.2.0")->rtm_type =
		RTN_BLACKHOLE;
	xt_put_ip(&self->m, RTA_GATEWAY, "10.9.0.2");
	REFUSED_SOMEHOW();
}

TEST_F(netlink, route_nexthop_refusals)
{
	static const char * const gateways[] = {
		"10.9.0.1",		/* ourselves */
		"10.9.0.255",		/* everyone on the link */
		"224.0.0.1", "255.255.255.255", "127.0.0.1",
	};
	unsigned int i;

	STEP("neither gateway nor device");
	route_msg(&self->m, RTM_NEWROUTE, 24, "192.0.2.0");
	REFUSED_SOMEHOW();
	STEP("a device that is not there: ENODEV; that is down: ENETDOWN");
	route_msg(&self->m, RTM_NEWROUTE, 24, "192.0.2.0");
	xt_put_u32(&self->m, RTA_OIF, 4242);
	REFUSED(ENODEV);
	route_msg(&self->m, RTM_NEWROUTE, 24, "192.0.2.0");
	xt_put_u32(&self->m, RTA_OIF, self->dum1);
	REFUSED(ENETDOWN);
	STEP("a gateway that is on no link: ENETUNREACH");
	route_msg(&self->m, RTM_NEWROUTE, 24, "192.0.2.0");
	xt_put_ip(&self->m, RTA_GATEWAY, "10.77.0.1");
	REFUSED(ENETUNREACH);
	for (i = 0; i < ARRAY_SIZE(gateways); i++) {
		STEP("gateway %s: EINVAL", gateways[i]);
		route_msg(&self->m, RTM_NEWROUTE, 24, "192.0.2.0");
		xt_put_ip(&self->m, RTA_GATEWAY, gateways[i]);
		REFUSED(EINVAL);
	}
	STEP("a preferred source that is not ours: EINVAL");
	route_msg(&self->m, RTM_NEWROUTE, 24, "192.0.2.0");
	xt_put_u32(&self->m, RTA_OIF, self->dum0);
	xt_put_ip(&self->m, RTA_PREFSRC, "10.9.0.7");
	REFUSED(EINVAL);
}

TEST_F(netlink, route_attribute_refusals)
{
	static const int foreign[] = {
		RTA_SRC, RTA_IIF, RTA_FLOW, RTA_CACHEINFO, RTA_MARK, RTA_VIA,
		RTA_PREF, RTA_ENCAP_TYPE, RTA_ENCAP, RTA_EXPIRES, RTA_UID,
		RTA_IP_PROTO, RTA_SPORT, RTA_DPORT, RTA_NH_ID, 100,
	};
	struct rtattr *nest;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(foreign); i++) {
		STEP("attribute %d", foreign[i]);
		route_msg(&self->m, RTM_NEWROUTE, 24, "192.0.2.0");
		xt_put_u32(&self->m, RTA_OIF, self->dum0);
		xt_put_u32(&self->m, foreign[i], 1);
		REFUSED_SOMEHOW();
	}
	STEP("metrics: one that is not kept, an MTU of 67 and of 65536");
	for (i = 0; i < 3; i++) {
		route_msg(&self->m, RTM_NEWROUTE, 24, "192.0.2.0");
		xt_put_u32(&self->m, RTA_OIF, self->dum0);
		nest = xt_nest(&self->m, RTA_METRICS);
		xt_put_u32(&self->m, i ? RTAX_MTU : RTAX_RTT,
			   i == 2 ? 65536 : 67);
		xt_nest_end(&self->m, nest);
		REFUSED_SOMEHOW();
	}
	STEP("a gateway of three bytes");
	route_msg(&self->m, RTM_NEWROUTE, 24, "192.0.2.0");
	xt_put(&self->m, RTA_GATEWAY, "\12\11\0", 3);
	REFUSED_SOMEHOW();
}

TEST_F(netlink, route_multipath_refusals)
{
	struct rtnexthop nh = { .rtnh_len = sizeof(nh) };
	static const int lies[] = { 0, 1, 7, 9, 12, 100, 0xffff };
	unsigned int i;

	nh.rtnh_ifindex = self->dum0;
	STEP("no next hop at all");
	route_msg(&self->m, RTM_NEWROUTE, 24, "192.0.2.0");
	xt_put(&self->m, RTA_MULTIPATH, NULL, 0);
	REFUSED_SOMEHOW();
	STEP("lengths that lie");
	for (i = 0; i < ARRAY_SIZE(lies); i++) {
		nh.rtnh_len = lies[i];
		route_msg(&self->m, RTM_NEWROUTE, 24, "192.0.2.0");
		xt_put(&self->m, RTA_MULTIPATH, &nh, sizeof(nh));
		REFUSED_SOMEHOW();
	}
	STEP("beside a gateway of the route itself");
	nh.rtnh_len = sizeof(nh);
	route_msg(&self->m, RTM_NEWROUTE, 24, "192.0.2.0");
	xt_put(&self->m, RTA_MULTIPATH, &nh, sizeof(nh));
	xt_put_ip(&self->m, RTA_GATEWAY, "10.9.0.2");
	REFUSED_SOMEHOW();
	STEP("800 of them");
	route_msg(&self->m, RTM_NEWROUTE, 24, "192.0.2.0");
	{
		struct rtattr *nest = xt_nest(&self->m, RTA_MULTIPATH);

		for (i = 0; i < 800; i++) {
			memcpy(self->m.buf + self->m.h.nlmsg_len, &nh,
			       sizeof(nh));
			self->m.h.nlmsg_len += sizeof(nh);
		}
		xt_nest_end(&self->m, nest);
	}
	REFUSED_SOMEHOW();
}

TEST_F(netlink, route_changes_refused)
{
	OK(xt_route_add(.dst = "192.0.2.0/24", .dev = "dum0"));
	STEP("the same again: EEXIST");
	route_msg(&self->m, RTM_NEWROUTE, 24, "192.0.2.0");
	xt_put_u32(&self->m, RTA_OIF, self->dum0);
	REFUSED(EEXIST);
	STEP("to change one that is not there, without NLM_F_CREATE: ENOENT");
	route_msg(&self->m, RTM_NEWROUTE, 24, "198.51.100.0");
	self->m.h.nlmsg_flags = NLM_F_REQUEST | NLM_F_REPLACE;
	xt_put_u32(&self->m, RTA_OIF, self->dum0);
	REFUSED(ENOENT);
	STEP("to delete one that is not there: ESRCH");
	route_msg(&self->m, RTM_DELROUTE, 24, "198.51.100.0");
	REFUSED(ESRCH);
	STEP("to delete it by what it does not say");
	route_msg(&self->m, RTM_DELROUTE, 24, "192.0.2.0");
	xt_put_u32(&self->m, RTA_PRIORITY, 77);
	REFUSED(ESRCH);
}

static struct ndmsg *neigh_msg(struct xt_msg *m, int type, unsigned int index,
			       int state)
{
	struct ndmsg ndm = {
		.ndm_family = AF_XINET, .ndm_ifindex = index,
		.ndm_state = state,
	};

	xt_msg(m, type, type == RTM_NEWNEIGH ? NLM_F_CREATE | NLM_F_EXCL : 0,
	       &ndm, sizeof(ndm));
	return NLMSG_DATA(&m->h);
}

TEST_F(netlink, neigh_refusals)
{
	static const char * const bad[] = {
		"0.0.0.0", "224.0.0.1", "255.255.255.255",
	};
	static const int lengths[] = { 0, 5, 7, 8 };
	unsigned int i, index;

	/* a device that resolves: dummies do not */
	ASSERT_EQ(0, xt_veth("veth0", "veth1", -1));
	ASSERT_EQ(0, xt_up("veth0"));
	ASSERT_EQ(0, xt_addr_add("veth0", "10.8.0.1/24"));
	index = if_nametoindex("veth0");
	STEP("no address, no device, one that is not there");
	neigh_msg(&self->m, RTM_NEWNEIGH, index, NUD_PERMANENT);
	REFUSED(EINVAL);
	neigh_msg(&self->m, RTM_NEWNEIGH, 0, NUD_PERMANENT);
	xt_put_ip(&self->m, NDA_DST, "10.8.0.2");
	REFUSED_SOMEHOW();
	neigh_msg(&self->m, RTM_NEWNEIGH, 4242, NUD_PERMANENT);
	xt_put_ip(&self->m, NDA_DST, "10.8.0.2");
	REFUSED(ENODEV);
	STEP("a link-layer address of 0, 5, 7, 8 bytes");
	for (i = 0; i < ARRAY_SIZE(lengths); i++) {
		neigh_msg(&self->m, RTM_NEWNEIGH, index, NUD_PERMANENT);
		xt_put_ip(&self->m, NDA_DST, "10.8.0.2");
		xt_put(&self->m, NDA_LLADDR, "\2\0\0\0\0\1\0\0",
		       lengths[i]);
		REFUSED_SOMEHOW();
	}
	STEP("valid, but without one");
	neigh_msg(&self->m, RTM_NEWNEIGH, index, NUD_PERMANENT);
	xt_put_ip(&self->m, NDA_DST, "10.8.0.2");
	REFUSED_SOMEHOW();
	STEP("addresses that nobody has");
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		neigh_msg(&self->m, RTM_NEWNEIGH, index, NUD_PERMANENT);
		xt_put_ip(&self->m, NDA_DST, bad[i]);
		xt_put(&self->m, NDA_LLADDR, "\2\0\0\0\0\1", 6);
		REFUSED_SOMEHOW();
	}
	STEP("deleting one that is not there: ENOENT");
	neigh_msg(&self->m, RTM_DELNEIGH, index, 0);
	xt_put_ip(&self->m, NDA_DST, "10.8.0.77");
	REFUSED(ENOENT);
}

TEST_F(netlink, short_headers)
{
	static const int types[] = {
		RTM_NEWADDR, RTM_DELADDR, RTM_NEWROUTE, RTM_DELROUTE,
		RTM_GETROUTE, RTM_NEWNEIGH, RTM_DELNEIGH,
	};
	unsigned int i, len;

	STEP("a header that is cut anywhere: an error, for each message");
	for (i = 0; i < ARRAY_SIZE(types); i++) {
		for (len = 1; len < 8; len++) {
			xt_msg(&self->m, types[i], 0,
			       &(struct rtmsg){ .rtm_family = AF_XINET }, len);
			EXPECT_EQ(-1, xt_ask(&self->m)) {
				TH_LOG("type %d, %u bytes", types[i], len);
			}
		}
	}
}

/* --- who may --------------------------------------------------------------- */

TEST_F(netlink, nobody_changes_nothing)
{
	ASSERT_EQ(0, xt_drop_privileges(XT_NOBODY));
	FAILS(EPERM, xt_addr_add("dum0", "10.9.3.1/24"));
	FAILS(EPERM, xt_addr_del("dum0", "10.9.0.1/24"));
	FAILS(EPERM, xt_route_add(.dst = "192.0.2.0/24", .dev = "dum0"));
	FAILS(EPERM, xt_route_del(.dst = "10.9.0.0/24"));
	neigh_msg(&self->m, RTM_NEWNEIGH, self->dum0, NUD_PERMANENT);
	xt_put_ip(&self->m, NDA_DST, "10.9.0.2");
	FAILS(EPERM, xt_ask(&self->m));
	neigh_msg(&self->m, RTM_DELNEIGH, self->dum0, 0);
	FAILS(EPERM, xt_ask(&self->m));
	STEP("but may look");
	addr_msg(&self->m, RTM_GETADDR, 0, 0);
	EXPECT_LE(2, xt_dump(&self->m, NULL, NULL));
}

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

/* --- mutations ------------------------------------------------------------- */

static uint64_t rng_state;

static uint32_t rng(uint32_t below)
{
	rng_state ^= rng_state << 13;
	rng_state ^= rng_state >> 7;
	rng_state ^= rng_state << 17;
	return (rng_state >> 16) % below;
}

/* A sound message to begin with. */
static void any_message(struct xt_msg *m, unsigned int index)
{
	static const int gets[] = { RTM_GETADDR, RTM_GETROUTE, RTM_GETNEIGH };
	struct rtattr *nest;

	switch (rng(8)) {
	case 0:
		addr_msg(m, rng(2) ? RTM_NEWADDR : RTM_DELADDR, index, 24);
		xt_put_ip(m, IFA_LOCAL, "10.9.4.1");
		xt_put_ip(m, IFA_ADDRESS, "10.9.4.1");
		xt_put_ip(m, IFA_BROADCAST, "10.9.4.255");
		xt_put_str(m, IFA_LABEL, "dum0:x");
		break;
	case 1:
		route_msg(m, rng(2) ? RTM_NEWROUTE : RTM_DELROUTE, 24,
			  "192.0.2.0");
		xt_put_ip(m, RTA_GATEWAY, "10.9.0.2");
		xt_put_u32(m, RTA_OIF, index);
		nest = xt_nest(m, RTA_METRICS);
		xt_put_u32(m, RTAX_MTU, 1400);
		xt_nest_end(m, nest);
		break;
	case 2:
		route_msg(m, RTM_NEWROUTE, 0, NULL);
		nest = xt_nest(m, RTA_MULTIPATH);
		xt_put(m, 0, &(int){ index }, 4);
		xt_put(m, 0, &(int){ index }, 4);
		xt_nest_end(m, nest);
		break;
	case 3:
		route_msg(m, RTM_GETROUTE, 32, "10.9.0.9")->rtm_table = 0;
		xt_put_u32(m, RTA_OIF, index);
		xt_put_u32(m, RTA_IIF, index);
		break;
	case 4:
		neigh_msg(m, rng(2) ? RTM_NEWNEIGH : RTM_DELNEIGH, index,
			  NUD_PERMANENT);
		xt_put_ip(m, NDA_DST, "10.9.0.9");
		xt_put(m, NDA_LLADDR, "\2\0\0\0\0\1", 6);
		break;
	case 5:
		neigh_msg(m, RTM_GETNEIGH, index, 0);
		xt_put_ip(m, NDA_DST, "10.9.0.9");
		break;
	default:
		route_msg(m, gets[rng(3)], 0, NULL);
		m->h.nlmsg_flags |= NLM_F_DUMP;
	}
}

/* Damage it in one to three places; type and family mostly stay. */
static void damage(struct xt_msg *m)
{
	unsigned int times = 1 + rng(3), at;
	struct rtattr *rta;

	while (times--) {
		at = NLMSG_HDRLEN + 1 + rng(m->h.nlmsg_len - NLMSG_HDRLEN);
		switch (rng(7)) {
		case 0:
			m->buf[at] ^= 1 << rng(8);
			break;
		case 1:
			m->buf[at] = rng(256);
			break;
		case 2:		/* cut it off anywhere */
			m->h.nlmsg_len = NLMSG_HDRLEN +
				rng(m->h.nlmsg_len - NLMSG_HDRLEN) + 1;
			break;
		case 3:		/* an attribute's length lies */
			rta = (void *)(m->buf + NLMSG_HDRLEN +
				       NLMSG_ALIGN(sizeof(struct rtmsg)));
			rta->rta_len = rng(2) ? rng(65536) : rng(16);
			break;
		case 4:		/* one more, of any type and length */
			if (m->h.nlmsg_len > 2000)
				break;
			xt_put(m, rng(2) ? rng(40) : rng(65536), m->buf,
			       rng(64));
			break;
		case 5:		/* a header word of its own */
			((uint32_t *)NLMSG_DATA(&m->h))[rng(3)] = rng(0x7fffffff);
			*(uint8_t *)NLMSG_DATA(&m->h) = AF_XINET;
			break;
		case 6:
			m->h.nlmsg_flags ^= 1 << rng(16);
			m->h.nlmsg_flags |= NLM_F_REQUEST;
			break;
		}
	}
}

TEST_F_TIMEOUT(netlink, mutations, 120)
{
	static char answers[65536];
	struct timeval tv = { .tv_sec = 0, .tv_usec = 1000 };
	int fd = xt_nl_open(0), i, out, to;
	char c;

	rng_state = 0x9e3779b97f4a7c15ULL;
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv));
	STEP("2000 damaged messages, half of them to a strict socket");
	for (i = 0; i < 2000; i++) {
		if (i == 1000)
			xt_set(fd, SOL_NETLINK, NETLINK_GET_STRICT_CHK, 1);
		any_message(&self->m, self->dum0);
		damage(&self->m);
		if (send(fd, &self->m, self->m.h.nlmsg_len, 0) < 0)
			continue;
		while (recv(fd, answers, sizeof(answers), MSG_DONTWAIT) > 0)
			;
	}
	STEP("all works as before: address, route, a datagram");
	xt_link_del("dum0");
	ASSERT_EQ(0, xt_dummy("dum2"));
	OK(xt_addr_add("dum2", "10.9.0.1/24"));
	OK(xt_route_add(.dst = "203.0.113.0/24", .via = "10.9.0.2"));
	to = xt_bound("10.9.0.1", 5000);
	out = xt_udp();
	RETURNS(1, xt_sendto(out, "x", 1, "10.9.0.1", 5000));
	RETURNS(1, xt_recv(to, &c, 1));
	RETURNS(1, xt_sendto(out, "x", 1, "203.0.113.1", 5000));
}
