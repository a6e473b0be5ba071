// SPDX-License-Identifier: GPL-2.0
/*
 * Routes over rtnetlink: RTM_NEWROUTE and RTM_DELROUTE of family AF_XINET, and
 * the registration of all that concerns routes.
 *
 * In: requests, parsed and checked here; the core has asked for CAP_NET_ADMIN
 * in the namespace's user namespace, and holds RTNL. Out: calls of the route
 * room (xfib_route_add(), xfib_route_del()), which notifies.
 */
#include <linux/inetdevice.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <net/rtnetlink.h>
#include <net/rtnh.h>
#include <net/sock.h>
#include <net/xinet/ip.h>
#include <net/xinet/netlink.h>
#include <net/xinet/netns.h>
#include <uapi/linux/xinet.h>
#include "common.h"
#include "route.h"

/* All attributes of any request; each request then looks for its own. */
const struct nla_policy xnl_route_policy[RTA_MAX + 1] = {
	[RTA_DST]	= NLA_POLICY_EXACT_LEN(sizeof(__be32)),
	[RTA_SRC]	= NLA_POLICY_EXACT_LEN(sizeof(__be32)),
	[RTA_IIF]	= { .type = NLA_U32 },
	[RTA_OIF]	= { .type = NLA_U32 },
	[RTA_GATEWAY]	= NLA_POLICY_EXACT_LEN(sizeof(__be32)),
	[RTA_PRIORITY]	= { .type = NLA_U32 },
	[RTA_PREFSRC]	= NLA_POLICY_EXACT_LEN(sizeof(__be32)),
	[RTA_METRICS]	= { .type = NLA_BINARY },
	[RTA_MULTIPATH]	= { .type = NLA_BINARY },
	[RTA_TABLE]	= { .type = NLA_U32 },
	[RTA_MARK]	= { .type = NLA_U32 },
	[RTA_UID]	= { .type = NLA_U32 },
	[RTA_IP_PROTO]	= { .type = NLA_U8 },
	[RTA_SPORT]	= NLA_POLICY_EXACT_LEN(sizeof(__be16)),
	[RTA_DPORT]	= NLA_POLICY_EXACT_LEN(sizeof(__be16)),
};

static const struct nla_policy xnl_metrics_policy[RTAX_MAX + 1] = {
	[RTAX_LOCK]	= { .type = NLA_U32 },
	[RTAX_MTU]	= { .type = NLA_U32 },
};

static const struct nla_policy xnl_nexthop_policy[RTA_MAX + 1] = {
	[RTA_GATEWAY]	= NLA_POLICY_EXACT_LEN(sizeof(__be32)),
};

static int xnl_route_check_header(const struct rtmsg *rtm, struct nlattr **tb,
				  struct netlink_ext_ack *extack)
{
	u32 table = tb[RTA_TABLE] ? nla_get_u32(tb[RTA_TABLE]) :
				    rtm->rtm_table;

	if (rtm->rtm_src_len || rtm->rtm_tos) {
		NL_SET_ERR_MSG(extack,
			       "Routing by source or TOS is not supported");
		return -EOPNOTSUPP;
	}
	if (table != RT_TABLE_UNSPEC && table != RT_TABLE_MAIN) {
		NL_SET_ERR_MSG(extack, "Only the table main is supported");
		return -EOPNOTSUPP;
	}
	if (rtm->rtm_flags & ~RTNH_F_ONLINK) {
		NL_SET_ERR_MSG(extack, "Route flags are not supported");
		return -EOPNOTSUPP;
	}
	if (rtm->rtm_dst_len && !tb[RTA_DST]) {
		NL_SET_ERR_MSG(extack, "Prefix length without a destination");
		return -EINVAL;
	}
	return 0;
}

/* The policy lets through what `route get` asks for as well. */
static int xnl_route_check_attrs(struct nlattr **tb,
				 struct netlink_ext_ack *extack)
{
	static const u8 foreign[] = {
		RTA_SRC, RTA_IIF, RTA_MARK, RTA_UID, RTA_IP_PROTO, RTA_SPORT,
		RTA_DPORT,
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(foreign); i++) {
		if (!tb[foreign[i]])
			continue;
		NL_SET_ERR_MSG_ATTR(extack, tb[foreign[i]],
				    "Attribute is not supported in a route");
		return -EOPNOTSUPP;
	}
	return 0;
}

static int xnl_route_metrics(const struct nlattr *nla, struct xfib_config *cfg,
			     struct netlink_ext_ack *extack)
{
	struct nlattr *tb[RTAX_MAX + 1];
	u32 lock;
	int err;

	err = xnl_parse_nested(nla, tb, RTAX_MAX, xnl_metrics_policy, extack);
	if (err)
		return err;
	if (tb[RTAX_MTU]) {
		cfg->mtu = nla_get_u32(tb[RTAX_MTU]);
		if (cfg->mtu < XIP_MIN_MTU || cfg->mtu > XIP_MAX_MTU) {
			NL_SET_ERR_MSG_ATTR(extack, tb[RTAX_MTU],
					    "MTU is not between 68 and 65535");
			return -EINVAL;
		}
	}
	lock = tb[RTAX_LOCK] ? nla_get_u32(tb[RTAX_LOCK]) : 0;
	if (lock & ~(1U << RTAX_MTU) || (lock && !cfg->mtu)) {
		NL_SET_ERR_MSG_ATTR(extack, nla,
				    "Only the metric mtu can be locked");
		return -EINVAL;
	}
	cfg->mtu_lock = lock;
	return 0;
}

static int xnl_nexthop_single(const struct rtmsg *rtm, struct nlattr **tb,
			      struct xfib_config *cfg)
{
	if (!tb[RTA_GATEWAY] && !tb[RTA_OIF] &&
	    !(rtm->rtm_flags & RTNH_F_ONLINK))
		return 0;
	cfg->nh = kzalloc(sizeof(*cfg->nh), GFP_KERNEL_ACCOUNT);
	if (!cfg->nh)
		return -ENOMEM;
	cfg->n_nh = 1;
	if (tb[RTA_OIF])
		cfg->nh->oif = nla_get_u32(tb[RTA_OIF]);
	if (tb[RTA_GATEWAY])
		cfg->nh->gw = nla_get_in_addr(tb[RTA_GATEWAY]);
	cfg->nh->flags = rtm->rtm_flags & RTNH_F_ONLINK;
	return 0;
}

static int xnl_nexthop_one(const struct rtnexthop *rtnh,
			   struct xfib_nh_config *nh,
			   struct netlink_ext_ack *extack)
{
	struct nlattr *tb[RTA_MAX + 1];
	int err;

	if (rtnh->rtnh_flags & ~RTNH_F_ONLINK) {
		NL_SET_ERR_MSG(extack, "Nexthop flags are not supported");
		return -EOPNOTSUPP;
	}
	err = __nla_parse(tb, RTA_MAX, rtnh_attrs(rtnh), rtnh_attrlen(rtnh),
			  xnl_nexthop_policy, XNL_VALIDATE, extack);
	if (err)
		return err;
	nh->oif = rtnh->rtnh_ifindex;
	nh->flags = rtnh->rtnh_flags;
	nh->weight = rtnh->rtnh_hops + 1;
	if (tb[RTA_GATEWAY])
		nh->gw = nla_get_in_addr(tb[RTA_GATEWAY]);
	return 0;
}

static int xnl_nexthop_count(const struct nlattr *mp,
			     struct netlink_ext_ack *extack)
{
	const struct rtnexthop *rtnh = nla_data(mp);
	int rest = nla_len(mp), n = 0;

	for (; rtnh_ok(rtnh, rest); n++)
		rtnh = rtnh_next(rtnh, &rest);
	if (rest || !n) {
		NL_SET_ERR_MSG_ATTR(extack, mp, "Next hops are malformed");
		return -EINVAL;
	}
	if (n > XFIB_MAX_NEXTHOPS) {
		NL_SET_ERR_MSG_ATTR(extack, mp,
				    "More than 64 next hops are not supported");
		return -EINVAL;
	}
	return n;
}

static int xnl_nexthop_multi(const struct nlattr *mp, struct xfib_config *cfg,
			     struct netlink_ext_ack *extack)
{
	const struct rtnexthop *rtnh = nla_data(mp);
	int rest = nla_len(mp);
	int n, err;

	n = xnl_nexthop_count(mp, extack);
	if (n < 0)
		return n;
	cfg->nh = kcalloc(n, sizeof(*cfg->nh), GFP_KERNEL_ACCOUNT);
	if (!cfg->nh)
		return -ENOMEM;
	for (; cfg->n_nh < n; cfg->n_nh++) {
		err = xnl_nexthop_one(rtnh, &cfg->nh[cfg->n_nh], extack);
		if (err)
			return err;
		rtnh = rtnh_next(rtnh, &rest);
	}
	return 0;
}

static int xnl_nexthops(const struct rtmsg *rtm, struct nlattr **tb,
			struct xfib_config *cfg,
			struct netlink_ext_ack *extack)
{
	if (!tb[RTA_MULTIPATH])
		return xnl_nexthop_single(rtm, tb, cfg);
	if (tb[RTA_GATEWAY] || tb[RTA_OIF] || rtm->rtm_flags) {
		NL_SET_ERR_MSG(extack,
			       "Multipath excludes gateway, device and flags of the route itself");
		return -EINVAL;
	}
	return xnl_nexthop_multi(tb[RTA_MULTIPATH], cfg, extack);
}

/* On failure, too, the caller frees @cfg->nh. */
static int xnl_route_request(const struct nlmsghdr *nlh, u32 portid,
			     struct xfib_config *cfg,
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
	err = xnl_route_check_header(rtm, tb, extack) ?:
	      xnl_route_check_attrs(tb, extack);
	if (err)
		return err;
	cfg->dst_len = rtm->rtm_dst_len;
	cfg->type = rtm->rtm_type;
	cfg->scope = rtm->rtm_scope;
	cfg->protocol = rtm->rtm_protocol;
	cfg->nlflags = nlh->nlmsg_flags;
	cfg->info.nlh = nlh;
	cfg->info.portid = portid;
	if (tb[RTA_DST])
		cfg->dst = nla_get_in_addr(tb[RTA_DST]);
	if (tb[RTA_PREFSRC])
		cfg->prefsrc = nla_get_in_addr(tb[RTA_PREFSRC]);
	if (tb[RTA_PRIORITY])
		cfg->metric = nla_get_u32(tb[RTA_PRIORITY]);
	if (tb[RTA_METRICS])
		err = xnl_route_metrics(tb[RTA_METRICS], cfg, extack);
	return err ?: xnl_nexthops(rtm, tb, cfg, extack);
}

static int xnl_newroute(struct sk_buff *skb, struct nlmsghdr *nlh,
			struct netlink_ext_ack *extack)
{
	struct xfib_config cfg = {};
	int err;

	err = xnl_route_request(nlh, NETLINK_CB(skb).portid, &cfg, extack);
	/* A single next hop has no say in its weight. */
	if (!err && cfg.n_nh == 1 && !cfg.nh->weight)
		cfg.nh->weight = 1;
	if (!err)
		err = xfib_route_add(xinet_pernet(sock_net(skb->sk)), &cfg,
				     extack);
	kfree(cfg.nh);
	return err;
}

static int xnl_delroute(struct sk_buff *skb, struct nlmsghdr *nlh,
			struct netlink_ext_ack *extack)
{
	struct xfib_config cfg = {};
	int err;

	err = xnl_route_request(nlh, NETLINK_CB(skb).portid, &cfg, extack);
	if (!err)
		err = xfib_route_del(xinet_pernet(sock_net(skb->sk)), &cfg,
				     extack);
	kfree(cfg.nh);
	return err;
}

static const struct rtnl_msg_handler xnl_route_handlers[] = {
	{ THIS_MODULE, PF_XINET, RTM_NEWROUTE, xnl_newroute, NULL, 0 },
	{ THIS_MODULE, PF_XINET, RTM_DELROUTE, xnl_delroute, NULL, 0 },
	{ THIS_MODULE, PF_XINET, RTM_GETROUTE, xnl_getroute, xnl_dumproute, 0 },
};

/**
 * xnl_route_init - take requests about routes
 *
 * Context: module load, after the namespaces' state is ready.
 * Return: 0 or -ENOMEM.
 */
int xnl_route_init(void)
{
	return rtnl_register_many(xnl_route_handlers);
}

/**
 * xnl_route_exit - take no more
 *
 * Context: module unload; waits for requests under way.
 */
void xnl_route_exit(void)
{
	rtnl_unregister_many(xnl_route_handlers);
}
