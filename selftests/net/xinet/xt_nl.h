/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A small rtnetlink of the tests' own, so that they depend on no library that
 * could hide what is on the wire: building messages, asking, dumping; and
 * upon that links, addresses, routes and the topology of two hosts.
 */
#ifndef XT_NL_H
#define XT_NL_H

#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>

#include "xt.h"

#ifndef SOL_NETLINK
#define SOL_NETLINK 270
#endif

/**
 * struct xt_msg - a request being built
 * @h: its header
 * @buf: the whole of it
 */
struct xt_msg {
	union {
		struct nlmsghdr h;
		char buf[8192];
	};
};

/* What the kernel said of the last refusal; empty if nothing. */
static char xt_extack[512];

static inline void xt_msg(struct xt_msg *m, int type, int flags,
			  const void *header, size_t len)
{
	memset(m, 0, NLMSG_SPACE(len));
	m->h.nlmsg_len = NLMSG_LENGTH(len);
	m->h.nlmsg_type = type;
	m->h.nlmsg_flags = NLM_F_REQUEST | flags;
	m->h.nlmsg_seq = 1;
	memcpy(NLMSG_DATA(&m->h), header, len);
}

static inline struct rtattr *xt_put(struct xt_msg *m, int type,
				    const void *data, size_t len)
{
	struct rtattr *rta = (void *)(m->buf + NLMSG_ALIGN(m->h.nlmsg_len));

	if (NLMSG_ALIGN(m->h.nlmsg_len) + RTA_SPACE(len) > sizeof(m->buf))
		abort();
	memset(rta, 0, RTA_SPACE(len));
	rta->rta_type = type;
	rta->rta_len = RTA_LENGTH(len);
	if (len)
		memcpy(RTA_DATA(rta), data, len);
	m->h.nlmsg_len = NLMSG_ALIGN(m->h.nlmsg_len) + RTA_ALIGN(rta->rta_len);
	return rta;
}

static inline void xt_put_u32(struct xt_msg *m, int type, uint32_t value)
{
	xt_put(m, type, &value, sizeof(value));
}

static inline void xt_put_str(struct xt_msg *m, int type, const char *text)
{
	xt_put(m, type, text, strlen(text) + 1);
}

static inline void xt_put_ip(struct xt_msg *m, int type, const char *addr)
{
	struct in_addr in;

	if (inet_pton(AF_INET, addr, &in) != 1)
		abort();
	xt_put(m, type, &in, sizeof(in));
}

static inline struct rtattr *xt_nest(struct xt_msg *m, int type)
{
	return xt_put(m, type, NULL, 0);
}

static inline void xt_nest_end(struct xt_msg *m, struct rtattr *nest)
{
	nest->rta_len = m->buf + m->h.nlmsg_len - (char *)nest;
}

static inline int xt_nl_open(unsigned int groups)
{
	struct sockaddr_nl snl = {
		.nl_family = AF_NETLINK, .nl_groups = groups,
	};
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);

	if (fd < 0)
		return -1;
	xt_set(fd, SOL_NETLINK, NETLINK_EXT_ACK, 1);
	if (bind(fd, (struct sockaddr *)&snl, sizeof(snl))) {
		close(fd);
		return -1;
	}
	return fd;
}

/* The message's error; fills xt_extack. */
static inline int xt_nl_error(const struct nlmsghdr *h)
{
	const struct nlmsgerr *e = NLMSG_DATA(h);
	size_t at = NLMSG_LENGTH(sizeof(*e));
	const struct rtattr *rta;
	int left;

	xt_extack[0] = 0;
	if (!(h->nlmsg_flags & NLM_F_ACK_TLVS))
		return e->error;
	if (!(h->nlmsg_flags & NLM_F_CAPPED))
		at += NLMSG_ALIGN(e->msg.nlmsg_len) - NLMSG_HDRLEN;
	rta = (const void *)((const char *)h + at);
	left = h->nlmsg_len - at;
	for (; RTA_OK(rta, left); rta = RTA_NEXT(rta, left))
		if (rta->rta_type == NLMSGERR_ATTR_MSG)
			snprintf(xt_extack, sizeof(xt_extack), "%s",
				 (const char *)RTA_DATA(rta));
	return e->error;
}

/* Send bytes as they are and wait for the answer: 0 or -errno. */
static inline int xt_nl_raw(int fd, const void *req, size_t len)
{
	static char buf[32768];
	struct nlmsghdr *h = (void *)buf;
	ssize_t n;

	if (send(fd, req, len, 0) < 0)
		return -errno;
	n = recv(fd, buf, sizeof(buf), 0);
	if (n < (ssize_t)NLMSG_HDRLEN)
		return n < 0 ? -errno : -EBADMSG;
	return h->nlmsg_type == NLMSG_ERROR ? xt_nl_error(h) : 0;
}

/* Ask the kernel of this namespace; 0 or -1 with errno and xt_extack. */
static inline int xt_ask(struct xt_msg *m)
{
	int fd = xt_nl_open(0), err;

	if (fd < 0)
		return -1;
	m->h.nlmsg_flags |= NLM_F_ACK;
	err = xt_nl_raw(fd, m, m->h.nlmsg_len);
	close(fd);
	errno = -err;
	return err ? -1 : 0;
}

/*
 * Dump, calling @each for every message; how many there were, or -1. A dump
 * that the kernel calls interrupted is begun again by the caller if it cares.
 */
static inline int xt_dump(struct xt_msg *m,
			  void (*each)(const struct nlmsghdr *h, void *arg),
			  void *arg)
{
	static char buf[65536];
	int fd = xt_nl_open(0), count = 0, left, err;
	struct nlmsghdr *h;
	ssize_t n;

	if (fd < 0)
		return -1;
	m->h.nlmsg_flags |= NLM_F_DUMP;
	if (send(fd, m, m->h.nlmsg_len, 0) < 0)
		goto fail;
	for (;;) {
		n = recv(fd, buf, sizeof(buf), 0);
		if (n <= 0)
			goto fail;
		left = n;
		for (h = (void *)buf; NLMSG_OK(h, left);
		     h = NLMSG_NEXT(h, left)) {
			if (h->nlmsg_type == NLMSG_DONE) {
				close(fd);
				return count;
			}
			if (h->nlmsg_type == NLMSG_ERROR) {
				err = xt_nl_error(h);
				close(fd);
				errno = -err;
				return -1;
			}
			count++;
			if (each)
				each(h, arg);
		}
	}
fail:
	close(fd);
	return -1;
}

/* An attribute of a message behind a header of @hlen bytes, or NULL. */
static inline struct rtattr *xt_attr(const struct nlmsghdr *h, size_t hlen,
				     int type)
{
	struct rtattr *rta = (void *)((char *)NLMSG_DATA(h) +
				      NLMSG_ALIGN(hlen));
	int left = h->nlmsg_len - NLMSG_SPACE(hlen);

	for (; RTA_OK(rta, left); rta = RTA_NEXT(rta, left))
		if ((rta->rta_type & NLA_TYPE_MASK) == type)
			return rta;
	return NULL;
}

/* "A/LEN" taken apart; LEN is 32 where there is none. */
static inline uint8_t xt_prefix(const char *text, char addr[32])
{
	const char *slash = strchr(text, '/');
	size_t n = slash ? (size_t)(slash - text) : strlen(text);

	snprintf(addr, 32, "%.*s", (int)n, text);
	return slash ? atoi(slash + 1) : 32;
}

/* --- links ---------------------------------------------------------------- */

/* A veth pair; @peer_ns is the namespace of the second end, or -1 for here. */
static inline int xt_veth(const char *name, const char *peer, int peer_ns)
{
	struct ifinfomsg ifi = { .ifi_family = AF_UNSPEC };
	struct rtattr *info, *data, *other;
	struct xt_msg m;

	xt_msg(&m, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, &ifi, sizeof(ifi));
	xt_put_str(&m, IFLA_IFNAME, name);
	info = xt_nest(&m, IFLA_LINKINFO);
	xt_put_str(&m, IFLA_INFO_KIND, "veth");
	data = xt_nest(&m, IFLA_INFO_DATA);
	other = xt_put(&m, VETH_INFO_PEER, &ifi, sizeof(ifi));
	xt_put_str(&m, IFLA_IFNAME, peer);
	if (peer_ns >= 0)
		xt_put_u32(&m, IFLA_NET_NS_FD, peer_ns);
	xt_nest_end(&m, other);
	xt_nest_end(&m, data);
	xt_nest_end(&m, info);
	return xt_ask(&m);
}

static inline int xt_dummy(const char *name)
{
	struct ifinfomsg ifi = { .ifi_family = AF_UNSPEC };
	struct rtattr *info;
	struct xt_msg m;

	xt_msg(&m, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, &ifi, sizeof(ifi));
	xt_put_str(&m, IFLA_IFNAME, name);
	info = xt_nest(&m, IFLA_LINKINFO);
	xt_put_str(&m, IFLA_INFO_KIND, "dummy");
	xt_nest_end(&m, info);
	return xt_ask(&m) ?: xt_up(name);
}

/* Change a link: up or down (-1 leaves it), MTU (0 leaves it). */
static inline int xt_link_set(const char *name, int up, int mtu)
{
	struct ifinfomsg ifi = {
		.ifi_family = AF_UNSPEC,
		.ifi_index = if_nametoindex(name),
		.ifi_change = up >= 0 ? IFF_UP : 0,
		.ifi_flags = up > 0 ? IFF_UP : 0,
	};
	struct xt_msg m;

	xt_msg(&m, RTM_NEWLINK, 0, &ifi, sizeof(ifi));
	if (mtu)
		xt_put_u32(&m, IFLA_MTU, mtu);
	return xt_ask(&m);
}

/*
 * Is the link operational? One that came up before its peer is so only when a
 * work item has seen the carrier; what it sends until then is dropped.
 */
static inline void xt_operstate(const struct nlmsghdr *h, void *state)
{
	const struct rtattr *rta = xt_attr(h, sizeof(struct ifinfomsg),
					   IFLA_OPERSTATE);

	if (rta)
		*(uint8_t *)state = *(uint8_t *)RTA_DATA(rta);
}

static inline bool xt_running(const char *name)
{
	struct ifinfomsg ifi = {
		.ifi_family = AF_UNSPEC,
		.ifi_index = if_nametoindex(name),
	};
	int fd = xt_nl_open(0);
	uint8_t state = 0;
	struct xt_msg m;

	xt_msg(&m, RTM_GETLINK, 0, &ifi, sizeof(ifi));
	if (send(fd, &m, m.h.nlmsg_len, 0) > 0 &&
	    recv(fd, &m, sizeof(m), 0) > 0)
		xt_operstate(&m.h, &state);
	close(fd);
	return state == 6;	/* IF_OPER_UP of <linux/if.h>, which excludes ours */
}

static inline int xt_link_del(const char *name)
{
	struct ifinfomsg ifi = {
		.ifi_family = AF_UNSPEC,
		.ifi_index = if_nametoindex(name),
	};
	struct xt_msg m;

	xt_msg(&m, RTM_DELLINK, 0, &ifi, sizeof(ifi));
	return xt_ask(&m);
}

/* --- addresses ------------------------------------------------------------ */

static inline int xt_addr(int type, int flags, const char *dev,
			  const char *prefix)
{
	char addr[32];
	struct ifaddrmsg ifa = {
		.ifa_family = AF_XINET,
		.ifa_prefixlen = xt_prefix(prefix, addr),
		.ifa_index = if_nametoindex(dev),
	};
	struct xt_msg m;

	xt_msg(&m, type, flags, &ifa, sizeof(ifa));
	xt_put_ip(&m, IFA_LOCAL, addr);
	xt_put_ip(&m, IFA_ADDRESS, addr);
	return xt_ask(&m);
}

static inline int xt_addr_add(const char *dev, const char *prefix)
{
	return xt_addr(RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, dev, prefix);
}

static inline int xt_addr_del(const char *dev, const char *prefix)
{
	return xt_addr(RTM_DELADDR, 0, dev, prefix);
}

/* --- routes --------------------------------------------------------------- */

/**
 * struct xt_route - a route, what is not given is left out
 * @dst: prefix, NULL for the default route
 * @via: gateway
 * @dev: output device
 * @src: preferred source
 * @metric: RTA_PRIORITY
 * @mtu: RTAX_MTU
 * @type: RTN_*, 0 for RTN_UNICAST
 * @scope: RT_SCOPE_*, 0 for what goes with @type and @via
 */
struct xt_route {
	const char *dst;
	const char *via;
	const char *dev;
	const char *src;
	int metric;
	int mtu;
	int type;
	int scope;
};

static inline int xt_route_change(int nltype, int flags,
				  const struct xt_route *r)
{
	struct rtmsg rtm = {
		.rtm_family = AF_XINET,
		.rtm_table = RT_TABLE_MAIN,
		.rtm_protocol = RTPROT_BOOT,
		.rtm_type = r->type ?: RTN_UNICAST,
		.rtm_scope = r->scope,
	};
	struct rtattr *metrics;
	char addr[32] = "";
	struct xt_msg m;

	if (!rtm.rtm_scope && rtm.rtm_type == RTN_UNICAST && !r->via)
		rtm.rtm_scope = RT_SCOPE_LINK;
	if (nltype == RTM_DELROUTE)
		rtm.rtm_scope = RT_SCOPE_NOWHERE;
	if (r->dst)
		rtm.rtm_dst_len = xt_prefix(r->dst, addr);
	xt_msg(&m, nltype, flags, &rtm, sizeof(rtm));
	if (r->dst)
		xt_put_ip(&m, RTA_DST, addr);
	if (r->via)
		xt_put_ip(&m, RTA_GATEWAY, r->via);
	if (r->dev)
		xt_put_u32(&m, RTA_OIF, if_nametoindex(r->dev));
	if (r->src)
		xt_put_ip(&m, RTA_PREFSRC, r->src);
	if (r->metric)
		xt_put_u32(&m, RTA_PRIORITY, r->metric);
	if (r->mtu) {
		metrics = xt_nest(&m, RTA_METRICS);
		xt_put_u32(&m, RTAX_MTU, r->mtu);
		xt_nest_end(&m, metrics);
	}
	return xt_ask(&m);
}

#define xt_route_add(...)						\
	xt_route_change(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL,	\
			&(struct xt_route){ __VA_ARGS__ })
#define xt_route_del(...)						\
	xt_route_change(RTM_DELROUTE, 0, &(struct xt_route){ __VA_ARGS__ })

/* --- two hosts ------------------------------------------------------------ */

/**
 * struct xt_pair - two namespaces on one link
 * @a: the first: veth0, 10.9.0.1/24
 * @b: the second: veth0, 10.9.0.2/24
 */
struct xt_pair {
	int a;
	int b;
};

/* Go over to a namespace; sockets made from now on are there. */
static inline int xt_enter(int ns)
{
	return setns(ns, CLONE_NEWNET);
}

/* Make both; the caller is in the first when this returns. */
static inline int xt_pair(struct xt_pair *p)
{
	p->b = xt_netns();
	p->a = xt_netns();
	if (p->a < 0 || p->b < 0 || xt_veth("veth0", "veth0", p->b) ||
	    xt_up("veth0") || xt_enter(p->b) || xt_up("veth0") ||
	    !xt_until(xt_running("veth0"), XT_PATIENCE) ||
	    xt_addr_add("veth0", "10.9.0.2/24") || xt_enter(p->a) ||
	    !xt_until(xt_running("veth0"), XT_PATIENCE))
		return -1;
	return xt_addr_add("veth0", "10.9.0.1/24");
}

/* A bound socket of another namespace. */
static inline int xt_bound_in(int ns, int back, const char *addr, int port)
{
	int fd;

	if (xt_enter(ns))
		return -1;
	fd = xt_bound(addr, port);
	return xt_enter(back) ? -1 : fd;
}

#endif /* XT_NL_H */
