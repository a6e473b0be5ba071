// SPDX-License-Identifier: GPL-2.0
/*
 * RTM_GETROUTE for one destination: which way would a packet go?
 *
 * In: a request that names a destination and perhaps source, devices, protocol
 * and ports. Out: the answer of the very lookups that packets go through:
 * xip_route_output(), or with an input device xip_route_input() on a packet
 * made up for the purpose.
 */
#include <linux/inetdevice.h>
#include <linux/ip.h>
#include <linux/rtnetlink.h>
#include <linux/udp.h>
#include <net/rtnetlink.h>
#include <net/sock.h>
#include <net/xinet/ip.h>
#include <net/xinet/netns.h>
#include <uapi/linux/xinet.h>
#include "common.h"
#include "route.h"

/**
 * struct xnl_get - a question, and the answer to it
 * @fl: the flow asked about
 * @iif: input device (ifindex), 0 for a packet of this host
 * @flags: RTM_F_* of the request
 * @len: with RTM_F_PREFIX, the longest prefix that shall be looked at
 * @rt: the answer
 */
struct xnl_get {
	struct xflow fl;
	int iif;
	u32 flags;
	u8 len;
	struct xroute rt;
};

#define XNL_GET_FLAGS	(RTM_F_NOTIFY | RTM_F_LOOKUP_TABLE | \
			 RTM_F_FIB_MATCH | RTM_F_PREFIX)

static int xnl_get_check(const struct rtmsg *rtm, struct nlattr **tb,
			 struct netlink_ext_ack *extack)
{
	static const u8 foreign[] = {
		RTA_GATEWAY, RTA_PRIORITY, RTA_PREFSRC, RTA_METRICS,
		RTA_MULTIPATH, RTA_TABLE,
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(foreign); i++) {
		if (!tb[foreign[i]])
			continue;
		NL_SET_ERR_MSG_ATTR(extack, tb[foreign[i]],
				    "Unsupported attribute in route get request");
		return -EINVAL;
	}
	if (rtm->rtm_table || rtm->rtm_protocol || rtm->rtm_scope ||
	    rtm->rtm_type || rtm->rtm_tos ||
	    (rtm->rtm_flags & ~XNL_GET_FLAGS)) {
		NL_SET_ERR_MSG(extack,
			       "Invalid values in header for route get request");
		return -EINVAL;
	}
	if (rtm->rtm_flags & RTM_F_PREFIX)
		return xnl_route_match_check(rtm, tb, extack);
	if ((tb[RTA_DST] && rtm->rtm_dst_len != 32) ||
	    (tb[RTA_SRC] && rtm->rtm_src_len != 32) ||
	    (!tb[RTA_DST] && rtm->rtm_dst_len) ||
	    (!tb[RTA_SRC] && rtm->rtm_src_len)) {
		NL_SET_ERR_MSG(extack,
			       "Addresses of a route get request have length 32");
		return -EINVAL;
	}
	return 0;
}

static int xnl_get_parse(const struct nlmsghdr *nlh, struct xnl_get *get,
			 struct netlink_ext_ack *extack)
{
	struct nlattr *tb[RTA_MAX + 1];
	const struct rtmsg *rtm;
	int err;

	err = xnl_parse(nlh, sizeof(*rtm), tb, RTA_MAX, xnl_route_policy,
			extack);
	if (err)
		return err;
	rtm = nlmsg_data(nlh);
	err = xnl_get_check(rtm, tb, extack);
	if (err)
		return err;
	*get = (struct xnl_get) {
		.flags = rtm->rtm_flags,
		.len = rtm->rtm_dst_len,
	};
	get->fl.proto = IPPROTO_UDP;
	if (tb[RTA_DST])
		get->fl.daddr = nla_get_in_addr(tb[RTA_DST]);
	if (tb[RTA_SRC])
		get->fl.saddr = nla_get_in_addr(tb[RTA_SRC]);
	if (tb[RTA_OIF])
		get->fl.oif = nla_get_u32(tb[RTA_OIF]);
	if (tb[RTA_IIF])
		get->iif = nla_get_u32(tb[RTA_IIF]);
	if (tb[RTA_IP_PROTO])
		get->fl.proto = nla_get_u8(tb[RTA_IP_PROTO]);
	if (tb[RTA_SPORT])
		get->fl.sport = nla_get_be16(tb[RTA_SPORT]);
	if (tb[RTA_DPORT])
		get->fl.dport = nla_get_be16(tb[RTA_DPORT]);
	return 0;
}

static struct sk_buff *xnl_get_packet(const struct xnl_get *get,
				      struct net_device *dev)
{
	struct sk_buff *skb;
	struct udphdr *uh;
	struct iphdr *iph;

	skb = alloc_skb(sizeof(*iph) + sizeof(*uh), GFP_ATOMIC);
	if (!skb)
		return NULL;
	skb_reset_mac_header(skb);
	skb_reset_network_header(skb);
	iph = skb_put_zero(skb, sizeof(*iph));
	iph->version = XIP_VERSION;
	iph->ihl = sizeof(*iph) / 4;
	iph->protocol = get->fl.proto;
	iph->saddr = get->fl.saddr;
	iph->daddr = get->fl.daddr;
	uh = skb_put_zero(skb, sizeof(*uh));
	uh->source = get->fl.sport;
	uh->dest = get->fl.dport;
	skb->dev = dev;
	skb->protocol = htons(ETH_P_XIP);
	skb->pkt_type = PACKET_HOST;
	return skb;
}

/* In words, for those who look up why their packet would not pass. */
static void xnl_get_explain(enum xinet_drop why, struct netlink_ext_ack *extack)
{
	switch (why) {
	case XINET_DROP_MARTIAN_SOURCE:
		NL_SET_ERR_MSG(extack, "Source is martian on this device");
		break;
	case XINET_DROP_MARTIAN_DEST:
		NL_SET_ERR_MSG(extack, "Destination is martian on this device");
		break;
	case XINET_DROP_RP_FILTER:
		NL_SET_ERR_MSG(extack, "Source fails the reverse-path filter");
		break;
	case XINET_DROP_NOT_FORWARDING:
		NL_SET_ERR_MSG(extack,
			       "Destination is not local and forwarding is off");
		break;
	case XINET_DROP_NOT_JOINED:
		NL_SET_ERR_MSG(extack, "Multicast group is not joined");
		break;
	case XINET_DROP_UNREACHABLE:
		NL_SET_ERR_MSG(extack, "Route says unreachable");
		break;
	case XINET_DROP_PROHIBIT:
		NL_SET_ERR_MSG(extack, "Route says prohibited");
		break;
	case XINET_DROP_BLACKHOLE:
		NL_SET_ERR_MSG(extack, "Route is a blackhole");
		break;
	default:
		NL_SET_ERR_MSG(extack, "No route to the destination");
	}
}

/* The same, where a setting of the device is to blame and not the namespace's. */
static void xnl_get_explain_input(struct xinet_net *xn,
				  const struct net_device *dev,
				  enum xinet_drop why,
				  struct netlink_ext_ack *extack)
{
	if (why == XINET_DROP_NOT_FORWARDING &&
	    READ_ONCE(xn->sysctl.forwarding))
		NL_SET_ERR_MSG(extack,
			       "Destination is not local and forwarding is off on the input device");
	else if (why == XINET_DROP_RP_FILTER &&
		 xconf_own(xn, dev, XCONF_RP_FILTER) >
		 READ_ONCE(xn->sysctl.rp_filter))
		NL_SET_ERR_MSG(extack,
			       "Source fails the reverse-path filter of the input device");
	else
		xnl_get_explain(why, extack);
}

static int xnl_get_input(struct xinet_net *xn, struct xnl_get *get,
			 struct netlink_ext_ack *extack)
{
	enum xinet_drop why = XINET_DROP_NONE;
	struct net_device *dev;
	struct sk_buff *skb;
	int err;

	dev = dev_get_by_index_rcu(xn->net, get->iif);
	if (!dev) {
		NL_SET_ERR_MSG(extack, "Input device not found");
		return -ENODEV;
	}
	skb = xnl_get_packet(get, dev);
	if (!skb)
		return -ENOBUFS;
	local_bh_disable();
	err = xip_route_input(xn, skb, &get->rt, &why);
	local_bh_enable();
	kfree_skb(skb);
	if (err)
		xnl_get_explain_input(xn, dev, why, extack);
	else if (get->rt.type != RTN_UNICAST)
		get->rt.dev = xn->net->loopback_dev;
	return err;
}

static int xnl_get_output(struct xinet_net *xn, struct xnl_get *get,
			  struct netlink_ext_ack *extack)
{
	int err;

	if (get->fl.saddr &&
	    xinet_addr_type(xn, get->fl.saddr) != RTN_LOCAL) {
		NL_SET_ERR_MSG(extack,
			       "Source is not an address of this host");
		return -EINVAL;
	}
	err = xip_route_output(xn, &get->fl, &get->rt);
	switch (err) {
	case 0:
		break;
	case -EHOSTUNREACH:
		xnl_get_explain(XINET_DROP_UNREACHABLE, extack);
		break;
	case -EACCES:
		xnl_get_explain(XINET_DROP_PROHIBIT, extack);
		break;
	case -ENODEV:
		NL_SET_ERR_MSG(extack, "Output device not found");
		break;
	case -EINVAL:
		NL_SET_ERR_MSG(extack,
			       "Route is a blackhole, or an address may not leave the host");
		break;
	default:
		xnl_get_explain(XINET_DROP_NO_ROUTE_OUT, extack);
	}
	return err;
}

static int xnl_get_fill_metrics(struct sk_buff *skb, const struct xroute *rt)
{
	struct nlattr *nest;

	if (rt->mtu == min_t(u32, rt->dev->mtu, XIP_MAX_MTU) && !(rt->flags & XROUTE_MTU_ODD))
		return 0;
	nest = nla_nest_start_noflag(skb, RTA_METRICS);
	if (!nest || nla_put_u32(skb, RTAX_MTU, rt->mtu) ||
	    (rt->flags & XROUTE_MTU_LOCKED &&
	     nla_put_u32(skb, RTAX_LOCK, 1U << RTAX_MTU)))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int xnl_get_fill_output(struct sk_buff *skb, const struct xnl_get *get)
{
	const struct xroute *rt = &get->rt;

	if (!get->iif && !get->fl.saddr && rt->saddr &&
	    nla_put_in_addr(skb, RTA_PREFSRC, rt->saddr))
		return -EMSGSIZE;
	if (get->iif && nla_put_u32(skb, RTA_IIF, get->iif))
		return -EMSGSIZE;
	/* An input route for this host ends here: the rest is not filled. */
	if (get->iif && rt->type != RTN_UNICAST)
		return 0;
	if (rt->flags & XROUTE_GW && nla_put_in_addr(skb, RTA_GATEWAY, rt->nexthop))
		return -EMSGSIZE;
	return xnl_get_fill_metrics(skb, rt);
}

/* An input route for this host names no path, so nothing of one expires. */
static u32 xnl_get_expires(struct xinet_net *xn, const struct xnl_get *get)
{
	if (get->rt.type != RTN_UNICAST)
		return 0;
	return jiffies_to_clock_t(xip_route_pmtu_left(xn, get->fl.daddr,
						      &get->rt));
}

static int xnl_get_fill_attrs(struct sk_buff *skb, struct xinet_net *xn,
			      const struct xnl_get *get, u8 table)
{
	__be32 dst = get->fl.daddr ? get->fl.daddr : get->rt.nexthop;
	struct rta_cacheinfo ci = { .rta_expires = xnl_get_expires(xn, get) };

	if (nla_put_u32(skb, RTA_TABLE, table) ||
	    nla_put_in_addr(skb, RTA_DST, dst) ||
	    (get->fl.saddr && nla_put_in_addr(skb, RTA_SRC, get->fl.saddr)) ||
	    nla_put_u32(skb, RTA_OIF, get->rt.dev->ifindex))
		return -EMSGSIZE;
	return xnl_get_fill_output(skb, get) ?:
	       nla_put(skb, RTA_CACHEINFO, sizeof(ci), &ci);
}

static int xnl_get_fill(struct sk_buff *skb, struct xinet_net *xn,
			const struct xnl_get *get, u32 portid, u32 seq)
{
	u8 type = get->rt.type;
	struct nlmsghdr *nlh;
	struct rtmsg *rtm;
	u8 table;

	nlh = nlmsg_put(skb, portid, seq, RTM_NEWROUTE, sizeof(*rtm), 0);
	if (!nlh)
		return -EMSGSIZE;
	table = type == RTN_LOCAL || type == RTN_BROADCAST ? RT_TABLE_LOCAL :
							     RT_TABLE_MAIN;
	rtm = nlmsg_data(nlh);
	memset(rtm, 0, sizeof(*rtm));
	rtm->rtm_family = AF_XINET;
	rtm->rtm_dst_len = 32;
	rtm->rtm_src_len = get->fl.saddr ? 32 : 0;
	rtm->rtm_table = table;
	rtm->rtm_type = type;
	rtm->rtm_flags = RTM_F_CLONED | (get->flags & RTM_F_NOTIFY);
	if (xnl_get_fill_attrs(skb, xn, get, table))
		return -EMSGSIZE;
	nlmsg_end(skb, nlh);
	return 0;
}

/* RTM_F_FIB_MATCH: the route itself, as a dump would show it. */
static struct sk_buff *xnl_get_match(struct xinet_net *xn,
				     const struct xnl_get *get, u32 portid,
				     u32 seq, struct netlink_ext_ack *extack)
{
	struct xfib_key key = { .daddr = get->fl.daddr, .oif = get->fl.oif };
	struct xfib_result res;

	if (get->rt.type != RTN_UNICAST || xfib_lookup(xn, &key, &res)) {
		NL_SET_ERR_MSG(extack, "No route of the table says this");
		return ERR_PTR(-EHOSTUNREACH);
	}
	return xnl_route_match_msg(&res, key.daddr, portid, seq);
}

static struct sk_buff *xnl_get_answer(struct xinet_net *xn,
				      struct xnl_get *get, u32 portid, u32 seq,
				      struct netlink_ext_ack *extack)
{
	struct sk_buff *skb;
	int err;

	if (get->flags & RTM_F_PREFIX)
		return xnl_route_match(xn, &get->fl, get->len, portid, seq,
				       extack);
	err = get->iif ? xnl_get_input(xn, get, extack) :
			 xnl_get_output(xn, get, extack);
	if (err)
		return ERR_PTR(err);
	if (get->flags & RTM_F_FIB_MATCH)
		return xnl_get_match(xn, get, portid, seq, extack);
	skb = nlmsg_new(NLMSG_GOODSIZE, GFP_ATOMIC);
	if (skb && !xnl_get_fill(skb, xn, get, portid, seq))
		return skb;
	kfree_skb(skb);
	return ERR_PTR(-ENOBUFS);
}

/**
 * xnl_getroute - RTM_GETROUTE for one destination
 * @in_skb: the request
 * @nlh: its header
 * @extack: filled with the reason of a refusal
 *
 * Context: RTNL.
 * Return: 0, or the error that a packet would meet.
 */
int xnl_getroute(struct sk_buff *in_skb, struct nlmsghdr *nlh,
		 struct netlink_ext_ack *extack)
{
	struct net *net = sock_net(in_skb->sk);
	u32 portid = NETLINK_CB(in_skb).portid;
	struct xnl_get get;
	struct sk_buff *skb;
	int err;

	err = xnl_get_parse(nlh, &get, extack);
	if (err)
		return err;
	rcu_read_lock();
	skb = xnl_get_answer(xinet_pernet(net), &get, portid, nlh->nlmsg_seq,
			     extack);
	rcu_read_unlock();
	if (IS_ERR(skb))
		return PTR_ERR(skb);
	return rtnl_unicast(skb, net, portid);
}
