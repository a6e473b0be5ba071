// SPDX-License-Identifier: GPL-2.0
/*
 * Addresses over rtnetlink: RTM_NEWADDR, RTM_DELADDR, RTM_GETADDR of family
 * AF_XINET, notifications on RTNLGRP_DECnet_IFADDR.
 *
 * In: requests, parsed and checked here; the core has asked for CAP_NET_ADMIN
 * in the namespace's user namespace where something changes, and holds RTNL.
 * Out: calls of the route room (xaddr_add(), xaddr_del()), messages.
 */
#include <linux/if_addr.h>
#include <linux/inetdevice.h>
#include <linux/jiffies.h>
#include <linux/rtnetlink.h>
#include <net/rtnetlink.h>
#include <net/sock.h>
#include <net/xinet/netlink.h>
#include <net/xinet/netns.h>
#include <uapi/linux/xinet.h>
#include "common.h"

#define XNL_FOREVER	0xffffffffU	/* a lifetime without end, in s */

static const struct nla_policy xnl_addr_policy[IFA_MAX + 1] = {
	[IFA_ADDRESS]	= NLA_POLICY_EXACT_LEN(sizeof(__be32)),
	[IFA_LOCAL]	= NLA_POLICY_EXACT_LEN(sizeof(__be32)),
	[IFA_LABEL]	= { .type = NLA_NUL_STRING, .len = IFNAMSIZ - 1 },
	[IFA_BROADCAST]	= NLA_POLICY_EXACT_LEN(sizeof(__be32)),
	[IFA_CACHEINFO]	= NLA_POLICY_EXACT_LEN(sizeof(struct ifa_cacheinfo)),
	[IFA_FLAGS]	= { .type = NLA_U32 },
	[IFA_RT_PRIORITY] = { .type = NLA_U32 },
	[IFA_PROTO]	= { .type = NLA_U8 },
};

static int xnl_addr_lifetime(const struct nlattr *nla,
			     struct netlink_ext_ack *extack)
{
	const struct ifa_cacheinfo *ci = nla_data(nla);

	if (ci->ifa_valid == XNL_FOREVER && ci->ifa_prefered == XNL_FOREVER)
		return 0;
	NL_SET_ERR_MSG_ATTR(extack, nla,
			    "Addresses with a lifetime are not supported");
	return -EOPNOTSUPP;
}

/* What RTM_NEWADDR and RTM_DELADDR have in common. */
static int xnl_addr_request(struct net *net, const struct nlmsghdr *nlh,
			    struct nlattr **tb, struct xaddr_config *cfg,
			    struct netlink_ext_ack *extack)
{
	const struct ifaddrmsg *ifm;
	int err;

	err = xnl_parse(nlh, sizeof(*ifm), tb, IFA_MAX, xnl_addr_policy,
			extack);
	if (err)
		return err;
	ifm = nlmsg_data(nlh);
	if (ifm->ifa_prefixlen > 32) {
		NL_SET_ERR_MSG(extack, "Invalid prefix length");
		return -EINVAL;
	}
	cfg->dev = __dev_get_by_index(net, ifm->ifa_index);
	if (!cfg->dev) {
		NL_SET_ERR_MSG(extack, "Device not found");
		return -ENODEV;
	}
	cfg->prefixlen = ifm->ifa_prefixlen;
	cfg->scope = ifm->ifa_scope;
	cfg->flags = tb[IFA_FLAGS] ? nla_get_u32(tb[IFA_FLAGS]) :
				     ifm->ifa_flags;
	if (tb[IFA_LOCAL])
		cfg->local = nla_get_in_addr(tb[IFA_LOCAL]);
	cfg->peer = tb[IFA_ADDRESS] ? nla_get_in_addr(tb[IFA_ADDRESS]) :
				      cfg->local;
	if (tb[IFA_LABEL])
		nla_strscpy(cfg->label, tb[IFA_LABEL], sizeof(cfg->label));
	return 0;
}

static int xnl_newaddr(struct sk_buff *skb, struct nlmsghdr *nlh,
		       struct netlink_ext_ack *extack)
{
	struct net *net = sock_net(skb->sk);
	struct xnl_info info = {
		.nlh = nlh,
		.portid = NETLINK_CB(skb).portid,
	};
	struct nlattr *tb[IFA_MAX + 1];
	struct xaddr_config cfg = {};
	int err;

	err = xnl_addr_request(net, nlh, tb, &cfg, extack);
	if (err)
		return err;
	if (!tb[IFA_LOCAL]) {
		NL_SET_ERR_MSG(extack, "Local address is not given");
		return -EINVAL;
	}
	if (tb[IFA_CACHEINFO]) {
		err = xnl_addr_lifetime(tb[IFA_CACHEINFO], extack);
		if (err)
			return err;
	}
	if (tb[IFA_BROADCAST])
		cfg.broadcast = nla_get_in_addr(tb[IFA_BROADCAST]);
	if (tb[IFA_RT_PRIORITY])
		cfg.metric = nla_get_u32(tb[IFA_RT_PRIORITY]);
	if (tb[IFA_PROTO])
		cfg.proto = nla_get_u8(tb[IFA_PROTO]);
	return xaddr_add(xinet_pernet(net), &cfg, nlh->nlmsg_flags, &info,
			 extack);
}

static int xnl_deladdr(struct sk_buff *skb, struct nlmsghdr *nlh,
		       struct netlink_ext_ack *extack)
{
	struct net *net = sock_net(skb->sk);
	struct xnl_info info = {
		.nlh = nlh,
		.portid = NETLINK_CB(skb).portid,
	};
	struct nlattr *tb[IFA_MAX + 1];
	struct xaddr_config cfg = {};
	int err;

	err = xnl_addr_request(net, nlh, tb, &cfg, extack);
	if (err)
		return err;
	cfg.has_local = tb[IFA_LOCAL];
	cfg.has_peer = tb[IFA_ADDRESS];
	return xaddr_del(xinet_pernet(net), &cfg, &info, extack);
}

/* Time since boot in hundredths of a second, as RFC 2863's TimeStamp. */
static u32 xnl_addr_stamp(unsigned long stamp)
{
	return jiffies_to_msecs(stamp - INITIAL_JIFFIES) / 10;
}

static int xnl_addr_fill_cacheinfo(struct sk_buff *skb,
				   const struct xin_ifaddr *ifa)
{
	struct ifa_cacheinfo ci = {
		.ifa_prefered = XNL_FOREVER,
		.ifa_valid = XNL_FOREVER,
		.cstamp = xnl_addr_stamp(ifa->cstamp),
		.tstamp = xnl_addr_stamp(ifa->tstamp),
	};

	return nla_put(skb, IFA_CACHEINFO, sizeof(ci), &ci);
}

static size_t xnl_addr_msg_size(void)
{
	return NLMSG_ALIGN(sizeof(struct ifaddrmsg)) +
	       nla_total_size(4) +	/* IFA_ADDRESS */
	       nla_total_size(4) +	/* IFA_LOCAL */
	       nla_total_size(4) +	/* IFA_BROADCAST */
	       nla_total_size(IFNAMSIZ) +	/* IFA_LABEL */
	       nla_total_size(1) +	/* IFA_PROTO */
	       nla_total_size(4) +	/* IFA_FLAGS */
	       nla_total_size(4) +	/* IFA_RT_PRIORITY */
	       nla_total_size(sizeof(struct ifa_cacheinfo));
}

static int xnl_addr_fill_attrs(struct sk_buff *skb,
			       const struct xin_ifaddr *ifa)
{
	const char *label = ifa->label[0] ? ifa->label : ifa->xd->dev->name;

	if (nla_put_in_addr(skb, IFA_ADDRESS, ifa->peer) ||
	    nla_put_in_addr(skb, IFA_LOCAL, ifa->local) ||
	    (ifa->broadcast &&
	     nla_put_in_addr(skb, IFA_BROADCAST, ifa->broadcast)) ||
	    nla_put_string(skb, IFA_LABEL, label) ||
	    (ifa->proto && nla_put_u8(skb, IFA_PROTO, ifa->proto)) ||
	    nla_put_u32(skb, IFA_FLAGS, ifa->flags) ||
	    (ifa->metric &&
	     nla_put_u32(skb, IFA_RT_PRIORITY, ifa->metric)))
		return -EMSGSIZE;
	return xnl_addr_fill_cacheinfo(skb, ifa);
}

static struct nlmsghdr *xnl_addr_fill(struct sk_buff *skb,
				      const struct xin_ifaddr *ifa, int event,
				      u32 portid, u32 seq, unsigned int flags)
{
	struct ifaddrmsg *ifm;
	struct nlmsghdr *nlh;

	nlh = nlmsg_put(skb, portid, seq, event, sizeof(*ifm), flags);
	if (!nlh)
		return NULL;
	ifm = nlmsg_data(nlh);
	ifm->ifa_family = AF_XINET;
	ifm->ifa_prefixlen = ifa->prefixlen;
	ifm->ifa_flags = ifa->flags;
	ifm->ifa_scope = ifa->scope;
	ifm->ifa_index = ifa->xd->dev->ifindex;
	if (xnl_addr_fill_attrs(skb, ifa)) {
		nlmsg_cancel(skb, nlh);
		return NULL;
	}
	nlmsg_end(skb, nlh);
	return nlh;
}

/**
 * xnl_addr_notify - tell the listeners of an address that came or went
 * @event: RTM_NEWADDR or RTM_DELADDR
 * @xn: state of the namespace
 * @ifa: the address
 * @info: who asked for it; NULL for the kernel
 *
 * Context: RTNL; may sleep.
 */
void xnl_addr_notify(int event, struct xinet_net *xn,
		     const struct xin_ifaddr *ifa, const struct xnl_info *info)
{
	const struct nlmsghdr *req = info ? info->nlh : NULL;
	u32 portid = info ? info->portid : 0;
	struct sk_buff *skb;

	skb = nlmsg_new(xnl_addr_msg_size(), GFP_KERNEL);
	if (!skb || !xnl_addr_fill(skb, ifa, event, portid,
				   req ? req->nlmsg_seq : 0, 0)) {
		kfree_skb(skb);
		rtnl_set_sk_err(xn->net, RTNLGRP_DECnet_IFADDR, -ENOBUFS);
		return;
	}
	rtnl_notify(skb, xn->net, portid, RTNLGRP_DECnet_IFADDR, req,
		    GFP_KERNEL);
}

/**
 * struct xnl_addr_dump - where a dump of addresses goes on
 * @ifindex: device
 * @skip: addresses of it that were sent
 */
struct xnl_addr_dump {
	unsigned long ifindex;
	unsigned int skip;
};

static int xnl_addr_dump_check(struct netlink_callback *cb, int *ifindex)
{
	const struct nlmsghdr *nlh = cb->nlh;
	struct nlattr *tb[IFA_MAX + 1];
	const struct ifaddrmsg *ifm;
	int err, i;

	*ifindex = 0;
	if (!cb->strict_check)
		return 0;
	err = xnl_parse(nlh, sizeof(*ifm), tb, IFA_MAX, xnl_addr_policy,
			cb->extack);
	if (err)
		return err;
	ifm = nlmsg_data(nlh);
	if (ifm->ifa_prefixlen || ifm->ifa_flags || ifm->ifa_scope) {
		NL_SET_ERR_MSG(cb->extack, "Invalid values in header for address dump request");
		return -EINVAL;
	}
	for (i = 0; i <= IFA_MAX; i++) {
		if (!tb[i])
			continue;
		NL_SET_ERR_MSG_ATTR(cb->extack, tb[i],
				    "Unsupported attribute in dump request");
		return -EINVAL;
	}
	*ifindex = ifm->ifa_index;
	if (*ifindex)
		cb->answer_flags |= NLM_F_DUMP_FILTERED;
	return 0;
}

static int xnl_addr_dump_dev(struct sk_buff *skb, struct netlink_callback *cb,
			     struct xin_device *xd)
{
	struct xnl_addr_dump *pos = (void *)cb->ctx;
	unsigned int flags = NLM_F_MULTI | cb->answer_flags;
	const struct xin_ifaddr *ifa;
	struct nlmsghdr *nlh;
	unsigned int i = 0;

	list_for_each_entry(ifa, &xd->addrs, node) {
		if (i++ < pos->skip)
			continue;
		nlh = xnl_addr_fill(skb, ifa, RTM_NEWADDR,
				    NETLINK_CB(cb->skb).portid,
				    cb->nlh->nlmsg_seq, flags);
		if (!nlh)
			return -EMSGSIZE;
		nl_dump_check_consistent(cb, nlh);
		pos->skip = i;
	}
	return 0;
}

static int xnl_dumpaddr(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct xinet_net *xn = xinet_pernet(sock_net(skb->sk));
	struct xnl_addr_dump *pos = (void *)cb->ctx;
	struct xin_device *xd;
	unsigned long index;
	int ifindex, err;

	BUILD_BUG_ON(sizeof(*pos) > sizeof(cb->ctx));
	if (!xnl_dump_is_ours(cb->nlh))
		return 0;
	err = xnl_addr_dump_check(cb, &ifindex);
	if (err)
		return err;
	if (ifindex && !__dev_get_by_index(xn->net, ifindex)) {
		NL_SET_ERR_MSG(cb->extack, "Device not found");
		return -ENODEV;
	}
	cb->seq = xn->addr.seq;
	xa_for_each_start(&xn->addr.devs, index, xd, pos->ifindex) {
		if (ifindex && index != ifindex)
			continue;
		if (index != pos->ifindex)
			pos->skip = 0;
		pos->ifindex = index;
		err = xnl_addr_dump_dev(skb, cb, xd);
		if (err)
			break;
	}
	if (!err)
		pos->ifindex = ULONG_MAX;
	return xnl_dump_result(skb, err);
}

static const struct rtnl_msg_handler xnl_addr_handlers[] = {
	{ THIS_MODULE, PF_XINET, RTM_NEWADDR, xnl_newaddr, NULL, 0 },
	{ THIS_MODULE, PF_XINET, RTM_DELADDR, xnl_deladdr, NULL, 0 },
	{ THIS_MODULE, PF_XINET, RTM_GETADDR, NULL, xnl_dumpaddr, 0 },
};

/**
 * xnl_addr_init - take requests about addresses
 *
 * Context: module load, after the namespaces' state is ready.
 * Return: 0 or -ENOMEM.
 */
int xnl_addr_init(void)
{
	return rtnl_register_many(xnl_addr_handlers);
}

/**
 * xnl_addr_exit - take no more
 *
 * Context: module unload; waits for requests under way.
 */
void xnl_addr_exit(void)
{
	rtnl_unregister_many(xnl_addr_handlers);
}
