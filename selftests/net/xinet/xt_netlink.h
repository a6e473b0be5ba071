/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the tests of rtnetlink share: a namespace with two devices, and messages
 * to begin with.
 *
 *	dum0: 10.9.0.1/24      dum1: down      lo: 127.0.0.1/8
 */
#ifndef XT_NETLINK_H
#define XT_NETLINK_H

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

static inline struct ifaddrmsg *addr_msg(struct xt_msg *m, int type,
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

static inline struct rtmsg *route_msg(struct xt_msg *m, int type, int dst_len,
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

static inline struct ndmsg *neigh_msg(struct xt_msg *m, int type,
				      unsigned int index, int state)
{
	struct ndmsg ndm = {
		.ndm_family = AF_XINET, .ndm_ifindex = index,
		.ndm_state = state,
	};

	xt_msg(m, type, type == RTM_NEWNEIGH ? NLM_F_CREATE | NLM_F_EXCL : 0,
	       &ndm, sizeof(ndm));
	return NLMSG_DATA(&m->h);
}

#endif /* XT_NETLINK_H */
