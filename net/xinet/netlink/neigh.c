// SPDX-License-Identifier: GPL-2.0
/*
 * Neighbours over rtnetlink: RTM_NEWNEIGH, RTM_DELNEIGH, RTM_GETNEIGH of
 * family AF_XINET, and notifications on RTNLGRP_NEIGH.
 *
 * In: requests from userspace, under RTNL; the core has checked CAP_NET_ADMIN
 * for those that change something. Out: changes through xneigh_update(). What
 * a request asks for is done as asked or refused with a word on why.
 */
#include <linux/rtnetlink.h>
#include <net/netlink.h>
#include <net/rtnetlink.h>
#include <net/sock.h>
#include <net/xinet/addr.h>
#include <net/xinet/netlink.h>
#include "neigh.h"

static const struct nla_policy xnl_neigh_policy[NDA_MAX + 1] = {
	[NDA_DST]	= NLA_POLICY_EXACT_LEN(sizeof(__be32)),
	[NDA_LLADDR]	= NLA_POLICY_EXACT_LEN(ETH_ALEN),
	[NDA_PROTOCOL]	= { .type = NLA_U8 },
	[NDA_FLAGS_EXT]	= { .type = NLA_U32 },
	[NDA_IFINDEX]	= { .type = NLA_U32 },
};

/**
 * struct xnl_neigh_req - a request about one neighbour, checked
 * @dev: device it is on; RTNL keeps it
 * @addr: its address, network byte order
 * @lladdr: six bytes in the message, or NULL
 * @state: NUD_*, one bit
 * @use: have the kernel resolve it (NTF_USE)
 * @protocol: RTPROT_*
 * @nlflags: NLM_F_*
 * @portid: who asks
 */
struct xnl_neigh_req {
	struct net_device *dev;
	__be32 addr;
	const u8 *lladdr;
	u16 state;
	bool use;
	u8 protocol;
	u16 nlflags;
	u32 portid;
};

/**
 * xnl_neigh_parse - parse a message about neighbours
 * @nlh: the message
 * @tb: NDA_MAX + 1 attributes, filled
 * @known: bit mask of attributes that the request may have
 * @extack: filled with the reason of a refusal
 *
 * Context: any.
 * Return: the header, or an ERR_PTR: -EINVAL, -ERANGE, -EOPNOTSUPP.
 */
struct ndmsg *xnl_neigh_parse(const struct nlmsghdr *nlh, struct nlattr **tb,
			      u32 known, struct netlink_ext_ack *extack)
{
	struct ndmsg *ndm = nlmsg_data(nlh);
	int err, i;

	err = nlmsg_parse_deprecated_strict(nlh, sizeof(*ndm), tb, NDA_MAX,
					    xnl_neigh_policy, extack);
	if (err < 0)
		return ERR_PTR(err);
	for (i = 0; i <= NDA_MAX; i++) {
		if (!tb[i] || (known & BIT(i)))
			continue;
		NL_SET_ERR_MSG_ATTR(extack, tb[i],
				    "Attribute not supported here");
		return ERR_PTR(-EOPNOTSUPP);
	}
	if (ndm->ndm_pad1 || ndm->ndm_pad2 ||
	    (ndm->ndm_type && ndm->ndm_type != RTN_UNICAST)) {
		NL_SET_ERR_MSG(extack, "Padding or type in header not zero");
		return ERR_PTR(-EINVAL);
	}
	if (tb[NDA_FLAGS_EXT] && nla_get_u32(tb[NDA_FLAGS_EXT])) {
		NL_SET_ERR_MSG_ATTR(extack, tb[NDA_FLAGS_EXT],
				    "Extended flags are not supported");
		return ERR_PTR(-EOPNOTSUPP);
	}
	return ndm;
}

/**
 * xnl_neigh_whom - which neighbour a request is about
 * @net: the namespace
 * @ndm: header of the request
 * @tb: its attributes
 * @dev: filled: the device
 * @addr: filled: the address, network byte order
 * @extack: filled with the reason of a refusal
 *
 * Context: RTNL.
 * Return: 0, -EINVAL, -ENODEV.
 */
int xnl_neigh_whom(struct net *net, const struct ndmsg *ndm,
		   struct nlattr **tb, struct net_device **dev, __be32 *addr,
		   struct netlink_ext_ack *extack)
{
	if (!tb[NDA_DST]) {
		NL_SET_ERR_MSG(extack, "Network address not specified");
		return -EINVAL;
	}
	if (ndm->ndm_ifindex <= 0) {
		NL_SET_ERR_MSG(extack, "Device not specified");
		return -EINVAL;
	}
	*addr = nla_get_in_addr(tb[NDA_DST]);
	*dev = __dev_get_by_index(net, ndm->ndm_ifindex);
	if (!*dev) {
		NL_SET_ERR_MSG(extack, "No such device");
		return -ENODEV;
	}
	return 0;
}

static int xnl_neigh_check_flags(const struct ndmsg *ndm,
				 struct xnl_neigh_req *req,
				 struct netlink_ext_ack *extack)
{
	if (ndm->ndm_flags & ~NTF_USE) {
		NL_SET_ERR_MSG(extack, "No flag but NTF_USE is supported");
		return -EOPNOTSUPP;
	}
	req->use = ndm->ndm_flags & NTF_USE;
	if (req->use && (req->lladdr || (ndm->ndm_state & NUD_VALID))) {
		NL_SET_ERR_MSG(extack,
			       "NTF_USE excludes a state or link-layer address");
		return -EINVAL;
	}
	return 0;
}

static int xnl_neigh_check_state(const struct ndmsg *ndm,
				 struct xnl_neigh_req *req,
				 struct netlink_ext_ack *extack)
{
	static const u8 zero[ETH_ALEN];

	if (req->use)
		return 0;
	req->state = ndm->ndm_state;
	if (hweight16(req->state) != 1 ||
	    !(req->state & (NUD_VALID | NUD_FAILED))) {
		NL_SET_ERR_MSG(extack,
			       "State must be one of permanent, noarp, reachable, stale, delay, probe, failed");
		return -EINVAL;
	}
	if (req->lladdr && !memcmp(req->lladdr, zero, ETH_ALEN)) {
		NL_SET_ERR_MSG(extack, "Link-layer address is zero");
		return -EINVAL;
	}
	return 0;
}

static int xnl_neigh_check_dev(const struct net_device *dev,
			       struct netlink_ext_ack *extack)
{
	if (dev->flags & (IFF_LOOPBACK | IFF_NOARP | IFF_POINTOPOINT)) {
		NL_SET_ERR_MSG(extack, "Device has no neighbours to resolve");
		return -EINVAL;
	}
	if (!xin_device_supported(dev, extack))
		return -EOPNOTSUPP;
	if (!(dev->flags & IFF_UP)) {
		NL_SET_ERR_MSG(extack, "Device is down");
		return -ENETDOWN;
	}
	return 0;
}

static int xnl_neigh_check_addr(struct xinet_net *xn,
				const struct net_device *dev, __be32 addr,
				struct netlink_ext_ack *extack)
{
	if (!addr ||
	    xinet_dev_addr_type(xn, dev, addr) != RTN_UNICAST ||
	    xinet_addr_type(xn, addr) != RTN_UNICAST) {
		NL_SET_ERR_MSG(extack,
			       "Not the unicast address of another host");
		return -EINVAL;
	}
	return 0;
}

static int xnl_neigh_request(struct xinet_net *xn, const struct nlmsghdr *nlh,
			     struct xnl_neigh_req *req,
			     struct netlink_ext_ack *extack)
{
	struct nlattr *tb[NDA_MAX + 1];
	struct ndmsg *ndm;
	int err;

	ndm = xnl_neigh_parse(nlh, tb, BIT(NDA_DST) | BIT(NDA_LLADDR) |
				       BIT(NDA_PROTOCOL) | BIT(NDA_FLAGS_EXT),
			      extack);
	if (IS_ERR(ndm))
		return PTR_ERR(ndm);
	if (tb[NDA_LLADDR])
		req->lladdr = nla_data(tb[NDA_LLADDR]);
	if (tb[NDA_PROTOCOL])
		req->protocol = nla_get_u8(tb[NDA_PROTOCOL]);
	req->nlflags = nlh->nlmsg_flags;
	err = xnl_neigh_whom(xn->net, ndm, tb, &req->dev, &req->addr, extack) ?:
	      xnl_neigh_check_flags(ndm, req, extack) ?:
	      xnl_neigh_check_state(ndm, req, extack) ?:
	      xnl_neigh_check_dev(req->dev, extack);
	return err ?: xnl_neigh_check_addr(xn, req->dev, req->addr, extack);
}

static struct xneigh *xnl_neigh_entry(struct xneigh_table *t,
				      const struct xnl_neigh_req *req,
				      struct xneigh_todo *todo,
				      struct netlink_ext_ack *extack)
{
	struct xneigh *n = xneigh_find(t, req->dev, req->addr);

	if (n && (req->nlflags & NLM_F_EXCL)) {
		NL_SET_ERR_MSG(extack, "Neighbour exists already");
		return ERR_PTR(-EEXIST);
	}
	if (n)
		return n;
	if (!(req->nlflags & NLM_F_CREATE)) {
		NL_SET_ERR_MSG(extack, "No such neighbour");
		return ERR_PTR(-ENOENT);
	}
	if (!req->use && !req->lladdr) {
		NL_SET_ERR_MSG(extack, "Link-layer address not specified");
		return ERR_PTR(-EINVAL);
	}
	n = xneigh_create(t, req->dev, req->addr, XNEIGH_FOR_ADMIN, todo);
	if (n == ERR_PTR(-ENOBUFS))
		NL_SET_ERR_MSG(extack,
			       "Neighbour table is full (gc_thresh3, neigh_max)");
	else if (IS_ERR(n))
		NL_SET_ERR_MSG(extack, "Neighbour cannot be added");
	return n;
}

static int xnl_neigh_apply(struct xneigh *n, const struct xnl_neigh_req *req,
			   struct xneigh_todo *todo,
			   struct netlink_ext_ack *extack)
{
	u8 flags = XNEIGH_F_ADMIN;
	int err;

	if (req->use) {
		xneigh_event_send(n, NULL, todo);
		return 0;
	}
	if (req->nlflags & NLM_F_REPLACE)
		flags |= XNEIGH_F_OVERRIDE;
	err = xneigh_update(n, req->lladdr, req->state, flags, todo);
	if (err == -EEXIST)
		NL_SET_ERR_MSG(extack,
			       "Neighbour has another link-layer address (replace overrides)");
	else if (err)
		NL_SET_ERR_MSG(extack, "Link-layer address not specified");
	else if (req->protocol)
		n->protocol = req->protocol;
	return err;
}

static int xnl_newneigh(struct sk_buff *skb, struct nlmsghdr *nlh,
			struct netlink_ext_ack *extack)
{
	struct xinet_net *xn = xinet_pernet(sock_net(skb->sk));
	struct xneigh_table *t = xn->neigh.table;
	struct xnl_neigh_req req = {};
	struct xneigh_todo todo;
	struct xneigh *n;
	int err;

	err = xnl_neigh_request(xn, nlh, &req, extack);
	if (err)
		return err;
	xneigh_todo_init(&todo);
	todo.portid = NETLINK_CB(skb).portid;
	spin_lock_bh(&t->lock);
	n = xnl_neigh_entry(t, &req, &todo, extack);
	err = IS_ERR(n) ? PTR_ERR(n) : xnl_neigh_apply(n, &req, &todo, extack);
	spin_unlock_bh(&t->lock);
	xneigh_todo_run(xn, &todo);
	return err;
}

static int xnl_delneigh(struct sk_buff *skb, struct nlmsghdr *nlh,
			struct netlink_ext_ack *extack)
{
	struct xinet_net *xn = xinet_pernet(sock_net(skb->sk));
	struct xneigh_table *t = xn->neigh.table;
	struct nlattr *tb[NDA_MAX + 1];
	struct xnl_neigh_req req = {};
	struct xneigh_todo todo;
	struct ndmsg *ndm;
	struct xneigh *n;
	int err;

	ndm = xnl_neigh_parse(nlh, tb, BIT(NDA_DST) | BIT(NDA_LLADDR), extack);
	if (IS_ERR(ndm))
		return PTR_ERR(ndm);
	err = xnl_neigh_whom(xn->net, ndm, tb, &req.dev, &req.addr, extack);
	if (err)
		return err;
	if (ndm->ndm_flags) {
		NL_SET_ERR_MSG(extack, "No flag is supported");
		return -EOPNOTSUPP;
	}
	xneigh_todo_init(&todo);
	todo.portid = NETLINK_CB(skb).portid;
	spin_lock_bh(&t->lock);
	n = xneigh_find(t, req.dev, req.addr);
	if (n) {
		xneigh_fail(n, &todo);
		xneigh_unlink(n, &todo);
	}
	spin_unlock_bh(&t->lock);
	xneigh_todo_run(xn, &todo);
	if (!n)
		NL_SET_ERR_MSG(extack, "No such neighbour");
	return n ? 0 : -ENOENT;
}

static const struct rtnl_msg_handler xnl_neigh_handlers[] = {
	{
		.owner = THIS_MODULE,
		.protocol = PF_XINET,
		.msgtype = RTM_NEWNEIGH,
		.doit = xnl_newneigh,
	}, {
		.owner = THIS_MODULE,
		.protocol = PF_XINET,
		.msgtype = RTM_DELNEIGH,
		.doit = xnl_delneigh,
	}, {
		.owner = THIS_MODULE,
		.protocol = PF_XINET,
		.msgtype = RTM_GETNEIGH,
		.doit = xnl_getneigh,
		.dumpit = xnl_dumpneigh,
	},
};

/**
 * xnl_neigh_init - take requests about neighbours
 *
 * Context: process, with the pernet operations registered.
 * Return: 0 or -ENOMEM.
 */
int __init xnl_neigh_init(void)
{
	return rtnl_register_many(xnl_neigh_handlers);
}

/**
 * xnl_neigh_exit - take no more
 *
 * Context: process.
 */
void xnl_neigh_exit(void)
{
	rtnl_unregister_many(xnl_neigh_handlers);
}
