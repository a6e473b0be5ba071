// SPDX-License-Identifier: GPL-2.0
/*
 * Neighbours as netlink messages: one that is asked for, all of them, and
 * notifications of what changed.
 *
 * In: RTM_GETNEIGH requests, from anybody; xneigh_todo.c when an entry changed
 * or ended. Out: RTM_NEWNEIGH and RTM_DELNEIGH messages. The table's lock is
 * held while one bucket is written down, so each message is true in itself.
 *
 * A dump goes on from the last hash it showed. Hashes are unique and buckets
 * keep their order when they grow, so an entry that is there all the while is
 * shown exactly once, whatever comes and goes meanwhile.
 */
#include <linux/rtnetlink.h>
#include <net/netlink.h>
#include <net/rtnetlink.h>
#include <net/sock.h>
#include <net/xinet/netlink.h>
#include "neigh.h"

/**
 * struct xnl_neigh_dump - where a dump stands, in netlink_callback.ctx
 * @shown: highest hash that is done with; no entry has hash 0
 */
struct xnl_neigh_dump {
	u64 shown;
};

/**
 * struct xnl_neigh_msg - what the header of a message says
 * @portid: of the receiver, or of who caused the change
 * @seq: of the request
 * @type: RTM_NEWNEIGH or RTM_DELNEIGH
 * @flags: NLM_F_*
 */
struct xnl_neigh_msg {
	u32 portid;
	u32 seq;
	int type;
	unsigned int flags;
};

static size_t xnl_neigh_size(void)
{
	return NLMSG_ALIGN(sizeof(struct ndmsg)) +
	       nla_total_size(sizeof(__be32)) +			/* NDA_DST */
	       nla_total_size(ETH_ALEN) +			/* NDA_LLADDR */
	       nla_total_size(sizeof(struct nda_cacheinfo)) +
	       nla_total_size(sizeof(u32)) +			/* NDA_PROBES */
	       nla_total_size(sizeof(u8));			/* NDA_PROTOCOL */
}

static int xnl_neigh_fill_attrs(struct sk_buff *skb, const struct xneigh *n)
{
	struct nda_cacheinfo ci = {
		.ndm_confirmed = jiffies_to_clock_t(jiffies - n->confirmed),
		.ndm_used = jiffies_to_clock_t(jiffies - n->used),
		.ndm_updated = jiffies_to_clock_t(jiffies - n->updated),
		.ndm_refcnt = refcount_read(&n->refcnt) - 1,
	};
	u8 lladdr[ETH_ALEN];

	if (nla_put_in_addr(skb, NDA_DST, n->addr) ||
	    nla_put_u32(skb, NDA_PROBES, n->probes) ||
	    nla_put(skb, NDA_CACHEINFO, sizeof(ci), &ci))
		return -EMSGSIZE;
	if (n->protocol && nla_put_u8(skb, NDA_PROTOCOL, n->protocol))
		return -EMSGSIZE;
	if (!(n->state & NUD_VALID))
		return 0;
	xneigh_lladdr(n, lladdr);
	return nla_put(skb, NDA_LLADDR, ETH_ALEN, lladdr);
}

static int xnl_neigh_fill(struct sk_buff *skb, const struct xneigh *n,
			  const struct xnl_neigh_msg *msg)
{
	struct nlmsghdr *nlh;
	struct ndmsg *ndm;

	lockdep_assert_held(&n->table->lock);
	nlh = nlmsg_put(skb, msg->portid, msg->seq, msg->type, sizeof(*ndm),
			msg->flags);
	if (!nlh)
		return -EMSGSIZE;
	ndm = nlmsg_data(nlh);
	memset(ndm, 0, sizeof(*ndm));
	ndm->ndm_family = PF_XINET;
	ndm->ndm_ifindex = n->dev->ifindex;
	ndm->ndm_state = n->state;
	ndm->ndm_type = RTN_UNICAST;
	if (xnl_neigh_fill_attrs(skb, n)) {
		nlmsg_cancel(skb, nlh);
		return -EMSGSIZE;
	}
	nlmsg_end(skb, nlh);
	return 0;
}

static int xnl_neigh_find_fill(struct sk_buff *skb, struct xneigh_table *t,
			       const struct net_device *dev, __be32 addr,
			       const struct xnl_neigh_msg *msg,
			       struct netlink_ext_ack *extack)
{
	struct xneigh *n;
	int err;

	spin_lock_bh(&t->lock);
	n = xneigh_find(t, dev, addr);
	err = n ? xnl_neigh_fill(skb, n, msg) : -ENOENT;
	spin_unlock_bh(&t->lock);
	if (err == -ENOENT)
		NL_SET_ERR_MSG(extack, "No such neighbour");
	return err;
}

/**
 * xnl_getneigh - RTM_GETNEIGH for one neighbour
 * @skb: the request
 * @nlh: its header
 * @extack: filled with the reason of a refusal
 *
 * Context: process, RTNL.
 * Return: 0, -ENOENT, or why the request makes no sense.
 */
int xnl_getneigh(struct sk_buff *skb, struct nlmsghdr *nlh,
		 struct netlink_ext_ack *extack)
{
	struct xinet_net *xn = xinet_pernet(sock_net(skb->sk));
	struct xnl_neigh_msg msg = {
		.portid = NETLINK_CB(skb).portid,
		.seq = nlh->nlmsg_seq,
		.type = RTM_NEWNEIGH,
	};
	struct nlattr *tb[NDA_MAX + 1];
	struct net_device *dev;
	struct sk_buff *reply;
	struct ndmsg *ndm;
	__be32 addr;
	int err;

	ndm = xnl_neigh_parse(nlh, tb, BIT(NDA_DST), extack);
	if (IS_ERR(ndm))
		return PTR_ERR(ndm);
	if (ndm->ndm_state || ndm->ndm_flags) {
		NL_SET_ERR_MSG(extack, "State and flags must be zero");
		return -EINVAL;
	}
	err = xnl_neigh_whom(xn->net, ndm, tb, &dev, &addr, extack);
	if (err)
		return err;
	reply = nlmsg_new(xnl_neigh_size(), GFP_KERNEL);
	if (!reply)
		return -ENOMEM;
	err = xnl_neigh_find_fill(reply, xn->neigh.table, dev, addr, &msg,
				  extack);
	if (err) {
		nlmsg_free(reply);
		return err;
	}
	return rtnl_unicast(reply, xn->net, msg.portid);
}

/* The entry of a bucket that follows a hash; buckets are short. */
static struct xneigh *xnl_neigh_after(const struct hlist_head *bucket,
				      u64 shown)
{
	struct xneigh *n, *next = NULL;

	hlist_for_each_entry(n, bucket, node)
		if (n->hash > shown && (!next || n->hash < next->hash))
			next = n;
	return next;
}

static int xnl_neigh_dump_bucket(struct sk_buff *skb, struct xneigh_table *t,
				 u64 *shown, int ifindex,
				 const struct xnl_neigh_msg *msg)
{
	const struct xneigh_hash *h =
		rcu_dereference_protected(t->xn->neigh.hash,
					  lockdep_is_held(&t->lock));
	u64 bucket = (*shown + 1) >> h->shift;
	struct xneigh *n;

	while ((n = xnl_neigh_after(&h->bucket[bucket], *shown))) {
		if ((!ifindex || n->dev->ifindex == ifindex) &&
		    xnl_neigh_fill(skb, n, msg))
			return -EMSGSIZE;
		*shown = n->hash;
	}
	/* the bucket's last; of the last bucket, U64_MAX */
	*shown = ((bucket + 1) << h->shift) - 1;
	return 0;
}

static int xnl_neigh_dump_filter(struct netlink_callback *cb, int *ifindex)
{
	struct nlattr *tb[NDA_MAX + 1];
	struct ndmsg *ndm;

	ndm = xnl_neigh_parse(cb->nlh, tb, BIT(NDA_IFINDEX), cb->extack);
	if (IS_ERR(ndm))
		return PTR_ERR(ndm);
	if (ndm->ndm_state || ndm->ndm_flags) {
		NL_SET_ERR_MSG(cb->extack,
			       "A dump goes by device, not by state or flags");
		return -EINVAL;
	}
	*ifindex = tb[NDA_IFINDEX] ? nla_get_u32(tb[NDA_IFINDEX]) :
				     ndm->ndm_ifindex;
	return 0;
}

/**
 * xnl_dumpneigh - RTM_GETNEIGH for all neighbours, or those on one device
 * @skb: filled
 * @cb: of the dump
 *
 * Context: process, RTNL.
 * Return: bytes in @skb, 0 when done, or why the request makes no sense.
 */
int xnl_dumpneigh(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct xnl_neigh_dump *dump = (struct xnl_neigh_dump *)cb->ctx;
	struct xinet_net *xn = xinet_pernet(sock_net(skb->sk));
	struct xneigh_table *t = xn->neigh.table;
	struct xnl_neigh_msg msg = {
		.portid = NETLINK_CB(cb->skb).portid,
		.seq = cb->nlh->nlmsg_seq,
		.type = RTM_NEWNEIGH,
		.flags = NLM_F_MULTI,
	};
	int ifindex, err;

	/* plain `ip neigh` must not meet us */
	if (rtnl_msg_family(cb->nlh) != PF_XINET)
		return skb->len;
	err = xnl_neigh_dump_filter(cb, &ifindex);
	if (err)
		return err;
	if (ifindex)
		msg.flags |= NLM_F_DUMP_FILTERED;
	while (!err && dump->shown != U64_MAX) {
		spin_lock_bh(&t->lock);
		err = xnl_neigh_dump_bucket(skb, t, &dump->shown, ifindex,
					    &msg);
		spin_unlock_bh(&t->lock);
	}
	return skb->len ?: err;
}

/**
 * xnl_neigh_notify - tell listeners of a change
 * @n: the entry, held or under RCU
 * @type: RTM_NEWNEIGH, or RTM_DELNEIGH for one that left the table
 * @portid: netlink port that caused it, or 0
 *
 * Context: process or BH, the table's lock not held.
 */
void xnl_neigh_notify(struct xneigh *n, int type, u32 portid)
{
	struct xnl_neigh_msg msg = { .portid = portid, .type = type };
	struct net *net = n->table->xn->net;
	int err = -ENOBUFS;
	struct sk_buff *skb;

	if (!rtnl_has_listeners(net, RTNLGRP_NEIGH))
		return;
	skb = nlmsg_new(xnl_neigh_size(), GFP_ATOMIC);
	if (!skb)
		goto failed;
	spin_lock_bh(&n->table->lock);
	err = xnl_neigh_fill(skb, n, &msg);
	spin_unlock_bh(&n->table->lock);
	if (err) {
		/* xnl_neigh_size() promises too little */
		WARN_ON_ONCE(err == -EMSGSIZE);
		kfree_skb(skb);
		goto failed;
	}
	rtnl_notify(skb, net, 0, RTNLGRP_NEIGH, NULL, GFP_ATOMIC);
	return;
failed:
	rtnl_set_sk_err(net, RTNLGRP_NEIGH, err);
}
