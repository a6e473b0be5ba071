// SPDX-License-Identifier: GPL-2.0
/*
 * Routes as netlink messages: dumps of the table, and notifications on
 * RTNLGRP_DECnet_ROUTE.
 *
 * In: dump requests under RTNL, changes of the route room. Out: messages. A
 * dump remembers the prefix it came to, so it goes on rightly whatever has
 * changed in between, and says NLM_F_DUMP_INTR then.
 */
#include <linux/inetdevice.h>
#include <linux/rtnetlink.h>
#include <net/rtnetlink.h>
#include <net/sock.h>
#include <net/xinet/netlink.h>
#include <net/xinet/netns.h>
#include <uapi/linux/xinet.h>
#include "common.h"
#include "route.h"

/**
 * xnl_route_msg_size - the space a message about a route may take
 * @fi: what the route says
 *
 * Return: bytes, without the netlink header.
 */
size_t xnl_route_msg_size(const struct xfib_info *fi)
{
	size_t nexthop = NLA_ALIGN(sizeof(struct rtnexthop)) +
			 nla_total_size(4);	/* RTA_GATEWAY */

	return NLMSG_ALIGN(sizeof(struct rtmsg)) +
	       nla_total_size(4) +	/* RTA_TABLE */
	       nla_total_size(4) +	/* RTA_DST */
	       nla_total_size(4) +	/* RTA_PRIORITY */
	       nla_total_size(4) +	/* RTA_PREFSRC */
	       nla_total_size(4) +	/* RTA_OIF */
	       nla_total_size(2 * nla_total_size(4)) +	/* RTA_METRICS */
	       nla_total_size(fi->n_nh * nexthop);	/* RTA_MULTIPATH */
}

static int xnl_route_fill_metrics(struct sk_buff *skb,
				  const struct xfib_info *fi)
{
	struct nlattr *nest;

	if (!fi->mtu)
		return 0;
	nest = nla_nest_start_noflag(skb, RTA_METRICS);
	if (!nest || nla_put_u32(skb, RTAX_MTU, fi->mtu) ||
	    (fi->mtu_lock && nla_put_u32(skb, RTAX_LOCK, 1U << RTAX_MTU)))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int xnl_route_fill_multipath(struct sk_buff *skb,
				    const struct xfib_info *fi)
{
	const struct xfib_nh *nh;
	struct rtnexthop *rtnh;
	struct nlattr *nest;

	nest = nla_nest_start_noflag(skb, RTA_MULTIPATH);
	if (!nest)
		return -EMSGSIZE;
	for (nh = fi->nh; nh < fi->nh + fi->n_nh; nh++) {
		rtnh = nla_reserve_nohdr(skb, sizeof(*rtnh));
		if (!rtnh)
			return -EMSGSIZE;
		rtnh->rtnh_hops = nh->weight - 1;
		rtnh->rtnh_ifindex = nh->oif;
		rtnh->rtnh_flags = READ_ONCE(nh->flags);
		if (nh->gw && nla_put_in_addr(skb, RTA_GATEWAY, nh->gw))
			return -EMSGSIZE;
		rtnh->rtnh_len = skb_tail_pointer(skb) - (u8 *)rtnh;
	}
	nla_nest_end(skb, nest);
	return 0;
}

static int xnl_route_fill_nexthops(struct sk_buff *skb, struct rtmsg *rtm,
				   const struct xfib_info *fi)
{
	const struct xfib_nh *nh = fi->nh;

	if (!fi->n_nh)
		return 0;
	if (fi->n_nh > 1)
		return xnl_route_fill_multipath(skb, fi);
	rtm->rtm_flags |= READ_ONCE(nh->flags);
	if ((nh->gw && nla_put_in_addr(skb, RTA_GATEWAY, nh->gw)) ||
	    nla_put_u32(skb, RTA_OIF, nh->oif))
		return -EMSGSIZE;
	return 0;
}

static int xnl_route_fill_attrs(struct sk_buff *skb, struct rtmsg *rtm,
				const struct xnl_route_msg *m)
{
	const struct xfib_info *fi = m->fi;

	if (nla_put_u32(skb, RTA_TABLE, RT_TABLE_MAIN) ||
	    (m->dst_len && nla_put_in_addr(skb, RTA_DST, m->dst)) ||
	    (fi->metric && nla_put_u32(skb, RTA_PRIORITY, fi->metric)) ||
	    (fi->prefsrc && nla_put_in_addr(skb, RTA_PREFSRC, fi->prefsrc)))
		return -EMSGSIZE;
	return xnl_route_fill_metrics(skb, fi) ?:
	       xnl_route_fill_nexthops(skb, rtm, fi);
}

/**
 * xnl_route_fill - append a message about a route
 * @skb: where
 * @m: what to say
 *
 * Context: RCU read lock or RTNL.
 * Return: the message, NULL if there is no room.
 */
struct nlmsghdr *xnl_route_fill(struct sk_buff *skb,
				const struct xnl_route_msg *m)
{
	struct nlmsghdr *nlh;
	struct rtmsg *rtm;

	nlh = nlmsg_put(skb, m->portid, m->seq, m->event, sizeof(*rtm),
			m->flags);
	if (!nlh)
		return NULL;
	rtm = nlmsg_data(nlh);
	memset(rtm, 0, sizeof(*rtm));
	rtm->rtm_family = AF_XINET;
	rtm->rtm_dst_len = m->dst_len;
	rtm->rtm_table = RT_TABLE_MAIN;
	rtm->rtm_protocol = m->fi->protocol;
	rtm->rtm_scope = m->fi->scope;
	rtm->rtm_type = m->fi->type;
	if (xnl_route_fill_attrs(skb, rtm, m)) {
		nlmsg_cancel(skb, nlh);
		return NULL;
	}
	nlmsg_end(skb, nlh);
	return nlh;
}

/**
 * xnl_route_notify - tell the listeners of a route that came or went
 * @event: RTM_NEWROUTE or RTM_DELROUTE
 * @xn: state of the namespace
 * @dst: its prefix, network byte order
 * @dst_len: in bits
 * @fi: what it says
 * @info: who asked for it
 * @nlflags: NLM_F_* that say how it came
 *
 * Context: RTNL; may sleep.
 */
void xnl_route_notify(int event, struct xinet_net *xn, __be32 dst, u8 dst_len,
		      const struct xfib_info *fi, const struct xnl_info *info,
		      unsigned int nlflags)
{
	struct xnl_route_msg m = {
		.fi = fi,
		.dst = dst,
		.dst_len = dst_len,
		.event = event,
		.portid = info->portid,
		.seq = info->nlh ? info->nlh->nlmsg_seq : 0,
		.flags = nlflags,
	};
	struct sk_buff *skb;

	/* most of a large table's changes are heard by nobody */
	if (!rtnl_notify_needed(xn->net,
				info->nlh ? info->nlh->nlmsg_flags : 0,
				RTNLGRP_DECnet_ROUTE))
		return;

	skb = nlmsg_new(xnl_route_msg_size(fi), GFP_KERNEL);
	if (!skb || !xnl_route_fill(skb, &m)) {
		kfree_skb(skb);
		rtnl_set_sk_err(xn->net, RTNLGRP_DECnet_ROUTE, -ENOBUFS);
		return;
	}
	rtnl_notify(skb, xn->net, info->portid, RTNLGRP_DECnet_ROUTE,
		    info->nlh, GFP_KERNEL);
}

/**
 * struct xnl_route_dump - where a dump of routes goes on
 * @key: prefix, host byte order
 * @skip: routes of that prefix that were sent
 * @len: length of the prefix
 * @done: nothing is left
 */
struct xnl_route_dump {
	u32 key;
	unsigned int skip;
	u8 len;
	bool done;
};

/**
 * struct xnl_route_filter - what a dump is to show
 * @table: RT_TABLE_* or 0
 * @ifindex: a device that a next hop leaves by, or 0
 * @type: RTN_* or 0
 * @protocol: RTPROT_* or 0
 * @cached: routes of the cache, of which there are none
 */
struct xnl_route_filter {
	u32 table;
	int ifindex;
	u8 type;
	u8 protocol;
	bool cached;
};

static int xnl_filter_attrs(struct netlink_callback *cb, struct nlattr **tb,
			    struct xnl_route_filter *f)
{
	struct net *net = sock_net(cb->skb->sk);
	int i;

	for (i = 0; i <= RTA_MAX; i++) {
		if (!tb[i] || i == RTA_TABLE || i == RTA_OIF)
			continue;
		NL_SET_ERR_MSG_ATTR(cb->extack, tb[i],
				    "Unsupported attribute in dump request");
		return -EINVAL;
	}
	if (tb[RTA_TABLE])
		f->table = nla_get_u32(tb[RTA_TABLE]);
	if (tb[RTA_OIF])
		f->ifindex = nla_get_u32(tb[RTA_OIF]);
	if (f->ifindex && !__dev_get_by_index(net, f->ifindex)) {
		NL_SET_ERR_MSG(cb->extack, "Device not found");
		return -ENODEV;
	}
	if (f->table > RT_TABLE_LOCAL ||
	    (f->table && f->table < RT_TABLE_DEFAULT)) {
		NL_SET_ERR_MSG(cb->extack, "FIB table does not exist");
		return -ENOENT;
	}
	return 0;
}

static int xnl_filter_parse(struct netlink_callback *cb,
			    struct xnl_route_filter *f)
{
	struct nlattr *tb[RTA_MAX + 1];
	const struct rtmsg *rtm;
	int err;

	*f = (struct xnl_route_filter) {};
	if (!cb->strict_check)
		return 0;
	err = xnl_parse(cb->nlh, sizeof(*rtm), tb, RTA_MAX, xnl_route_policy,
			cb->extack);
	if (err)
		return err;
	rtm = nlmsg_data(cb->nlh);
	if (rtm->rtm_dst_len || rtm->rtm_src_len || rtm->rtm_tos ||
	    rtm->rtm_scope ||
	    (rtm->rtm_flags & ~(RTM_F_CLONED | RTM_F_PREFIX))) {
		NL_SET_ERR_MSG(cb->extack,
			       "Invalid values in header for route dump request");
		return -EINVAL;
	}
	f->cached = rtm->rtm_flags & RTM_F_CLONED;
	f->table = rtm->rtm_table;
	f->type = rtm->rtm_type;
	f->protocol = rtm->rtm_protocol;
	err = xnl_filter_attrs(cb, tb, f);
	if (!err && (f->cached || f->table || f->type || f->protocol ||
		     f->ifindex))
		cb->answer_flags |= NLM_F_DUMP_FILTERED;
	return err;
}

static bool xnl_filter_dev(const struct xfib_info *fi, int ifindex)
{
	unsigned int i;

	for (i = 0; i < fi->n_nh; i++)
		if (fi->nh[i].oif == ifindex)
			return true;
	return false;
}

static bool xnl_filter_passes(const struct xnl_route_filter *f,
			      const struct xfib_info *fi)
{
	return (!f->type || f->type == fi->type) &&
	       (!f->protocol || f->protocol == fi->protocol) &&
	       (!f->ifindex || xnl_filter_dev(fi, f->ifindex));
}

static int xnl_dump_prefix(struct sk_buff *skb, struct netlink_callback *cb,
			   const struct xnl_route_filter *f, void *leaf)
{
	struct xnl_route_dump *pos = (void *)cb->ctx;
	struct xnl_route_msg m = {
		.dst = htonl(pos->key),
		.dst_len = pos->len,
		.event = RTM_NEWROUTE,
		.portid = NETLINK_CB(cb->skb).portid,
		.seq = cb->nlh->nlmsg_seq,
		.flags = NLM_F_MULTI | cb->answer_flags,
	};
	const struct xfib_entry *e;
	struct xfib_entry one;
	struct nlmsghdr *nlh;
	unsigned int i = 0;

	for (e = xfib_leaf_routes(leaf, &one); e;
	     e = rtnl_dereference(e->next)) {
		if (i++ < pos->skip)
			continue;
		if (xnl_filter_passes(f, e->fi)) {
			m.fi = e->fi;
			nlh = xnl_route_fill(skb, &m);
			if (!nlh)
				return -EMSGSIZE;
			nl_dump_check_consistent(cb, nlh);
		}
		pos->skip = i;
	}
	return 0;
}

static int xnl_dump_table(struct sk_buff *skb, struct netlink_callback *cb,
			  const struct xnl_route_filter *f,
			  const struct xlpm *table)
{
	struct xnl_route_dump *pos = (void *)cb->ctx;
	u32 key = pos->key;
	u8 len = pos->len;
	void *leaf;
	int err;

	while (!pos->done) {
		leaf = xlpm_next(table, &key, &len);
		if (!leaf)
			break;
		if (key != pos->key || len != pos->len)
			pos->skip = 0;
		pos->key = key;
		pos->len = len;
		err = xnl_dump_prefix(skb, cb, f, leaf);
		if (err)
			return err;
		pos->skip = 0;
		if (!xlpm_step(&key, &len))
			break;
		pos->key = key;
		pos->len = len;
	}
	pos->done = true;
	return 0;
}

/**
 * xnl_dumproute - RTM_GETROUTE with NLM_F_DUMP
 * @skb: the next part of the answer
 * @cb: state of the dump
 *
 * Strict requests may filter by table, device, type and protocol.
 *
 * Context: RTNL.
 * Return: bytes filled, 0 at the end, or a negative errno.
 */
int xnl_dumproute(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct xinet_net *xn = xinet_pernet(sock_net(skb->sk));
	struct xnl_route_filter f;
	int err;

	BUILD_BUG_ON(sizeof(struct xnl_route_dump) > sizeof(cb->ctx));
	ASSERT_RTNL();
	if (!xnl_dump_is_ours(cb->nlh))
		return 0;
	err = xnl_filter_parse(cb, &f);
	if (err || f.cached || (f.table && f.table != RT_TABLE_MAIN))
		return err;
	cb->seq = xn->fib.seq;
	err = xnl_dump_table(skb, cb, &f, &xn->fib.main);
	return xnl_dump_result(skb, err);
}
