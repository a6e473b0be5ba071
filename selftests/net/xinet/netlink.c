// SPDX-License-Identifier: GPL-2.0
/*
 * rtnetlink of the family, message by message: what is refused and with which
 * words, and who may do what. netlink_dump.c has dumps and notifications,
 * netlink_fuzz.c messages that are damaged.
 */
#include <linux/if_ether.h>
#include "xt_netlink.h"

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
