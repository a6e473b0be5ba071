// SPDX-License-Identifier: GPL-2.0
/*
 * rtnetlink of the family: two thousand malformed messages that must leave no
 * trace.
 */
#include "xt_netlink.h"

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
