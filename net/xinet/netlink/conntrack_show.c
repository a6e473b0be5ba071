// SPDX-License-Identifier: GPL-2.0
/*
 * Connections shown: what a message has of one, and conntrack-get of many.
 *
 * In: dumps, from the generic netlink core. Out: messages that end where a
 * bucket of the table ends, so that the next one begins at a hash: what is in
 * the table all the while is shown exactly once, and no lock is held longer
 * than for a bucket.
 */
#include <net/sock.h>
#include "../compat/genetlink.h"
#include "conntrack.h"

#define XNL_CT_STATUS	(BIT(10) - 1)	/* those that the spec names */

static_assert((int)XINET_CT_STATUS_EXPECTED == IPS_EXPECTED);
static_assert((int)XINET_CT_STATUS_SEEN_REPLY == IPS_SEEN_REPLY);
static_assert((int)XINET_CT_STATUS_ASSURED == IPS_ASSURED);
static_assert((int)XINET_CT_STATUS_CONFIRMED == IPS_CONFIRMED);
static_assert((int)XINET_CT_STATUS_SRC_NAT == IPS_SRC_NAT);
static_assert((int)XINET_CT_STATUS_DST_NAT == IPS_DST_NAT);
static_assert((int)XINET_CT_STATUS_DYING == IPS_DYING);
static_assert((int)XINET_TCP_STATE_TIME_WAIT == TCP_CONNTRACK_TIME_WAIT);
static_assert((int)XINET_TCP_STATE_SYN_SENT2 == TCP_CONNTRACK_SYN_SENT2);

static int xnl_ct_put_ports(struct sk_buff *skb, const struct xct_tuple *t)
{
	if (t->proto == IPPROTO_ICMP)
		return nla_put_u16(skb, XINET_A_TUPLE_ICMP_ID,
				   ntohs(t->sport)) ?:
		       nla_put_u8(skb, XINET_A_TUPLE_ICMP_TYPE, t->type) ?:
		       nla_put_u8(skb, XINET_A_TUPLE_ICMP_CODE, t->code);
	return nla_put_u16(skb, XINET_A_TUPLE_SPORT, ntohs(t->sport)) ?:
	       nla_put_u16(skb, XINET_A_TUPLE_DPORT, ntohs(t->dport));
}

static int xnl_ct_put_tuple(struct sk_buff *skb, int type,
			    const struct xct_tuple *t)
{
	struct nlattr *nest = nla_nest_start(skb, type);
	int err;

	if (!nest)
		return -EMSGSIZE;
	err = nla_put_in_addr(skb, XINET_A_TUPLE_SRC, t->src) ?:
	      nla_put_in_addr(skb, XINET_A_TUPLE_DST, t->dst) ?:
	      nla_put_u8(skb, XINET_A_TUPLE_PROTO, t->proto) ?:
	      nla_put_u16(skb, XINET_A_TUPLE_ZONE, t->zone) ?:
	      xnl_ct_put_ports(skb, t);
	nla_nest_end(skb, nest);
	return err;
}

static int xnl_ct_put_counter(struct sk_buff *skb, int type,
			      const struct xct_counter *c)
{
	struct nlattr *nest = nla_nest_start(skb, type);
	int err;

	if (!nest)
		return -EMSGSIZE;
	err = nla_put_u64_64bit(skb, XINET_A_COUNTERS_PACKETS,
				atomic64_read(&c->packets),
				XINET_A_COUNTERS_PAD) ?:
	      nla_put_u64_64bit(skb, XINET_A_COUNTERS_BYTES,
				atomic64_read(&c->bytes),
				XINET_A_COUNTERS_PAD);
	nla_nest_end(skb, nest);
	return err;
}

/**
 * xnl_ct_put - put a connection in a message
 * @skb: the message
 * @ct: the connection
 *
 * Context: any; RCU read lock, or @ct is the caller's.
 * Return: 0, or -EMSGSIZE where it did not fit.
 */
int xnl_ct_put(struct sk_buff *skb, const struct xnf_conn *ct)
{
	const struct xct_tuple *t = &ct->node[IP_CT_DIR_ORIGINAL].tuple;
	unsigned long status = READ_ONCE(ct->status);
	int err;

	err = xnl_ct_put_tuple(skb, XINET_A_CONNTRACK_ORIG, t) ?:
	      xnl_ct_put_tuple(skb, XINET_A_CONNTRACK_REPLY,
			       &ct->node[IP_CT_DIR_REPLY].tuple) ?:
	      nla_put_u32(skb, XINET_A_CONNTRACK_TIMEOUT,
			  max(xct_left(ct), 0) / HZ) ?:
	      nla_put_u32(skb, XINET_A_CONNTRACK_STATUS,
			  status & XNL_CT_STATUS) ?:
	      nla_put_u32(skb, XINET_A_CONNTRACK_MARK, READ_ONCE(ct->mark));
	if (!err && t->proto == IPPROTO_TCP)
		err = nla_put_u8(skb, XINET_A_CONNTRACK_TCP_STATE,
				 READ_ONCE(ct->tcp.state));
	if (!err && status & BIT(IPS_XCT_ACCT_BIT))
		err = xnl_ct_put_counter(skb, XINET_A_CONNTRACK_ORIG_COUNTERS,
					 &ct->acct[IP_CT_DIR_ORIGINAL]) ?:
		      xnl_ct_put_counter(skb, XINET_A_CONNTRACK_REPLY_COUNTERS,
					 &ct->acct[IP_CT_DIR_REPLY]);
	return err;
}

/**
 * struct xnl_ct_at - where a dump is, in cb->ctx
 * @cur: buckets that were shown
 * @skip: connections that were shown of the next one, which is larger than a
 *	message
 */
struct xnl_ct_at {
	struct xct_cursor cur;
	u32 skip;
};

/* What a visit needs. */
struct xnl_ct_dump {
	struct sk_buff *skb;
	struct netlink_callback *cb;
	const struct xinet_net *xn;
	struct xrule_match m;
	struct xnl_ct_at *at;
	unsigned char *mark;	/* where the bucket begins in the message */
	u32 index;		/* in the bucket */
	bool first;		/* the bucket that the dump went on with */
};

static void xnl_ct_bucket(void *arg)
{
	struct xnl_ct_dump *d = arg;

	if (!d->first)
		d->at->skip = 0;
	d->first = false;
	d->index = 0;
	d->mark = skb_tail_pointer(d->skb);
}

static int xnl_ct_visit(struct xnf_conn *ct, void *arg)
{
	struct xnl_ct_dump *d = arg;
	void *hdr;

	if (ct->xn != d->xn || !xnl_ct_alive(ct) || !xnl_ct_match(ct, &d->m) ||
	    d->index++ < d->at->skip)
		return 0;
	hdr = genlmsg_put(d->skb, NETLINK_CB(d->cb->skb).portid,
			  d->cb->nlh->nlmsg_seq, &xnl_family, NLM_F_MULTI,
			  XINET_CMD_CONNTRACK_GET);
	if (!hdr)
		return -EMSGSIZE;
	if (xnl_ct_put(d->skb, ct)) {
		genlmsg_cancel(d->skb, hdr);
		return -EMSGSIZE;
	}
	genlmsg_end(d->skb, hdr);
	return 0;
}

/* The message is full in the middle of a bucket. */
static int xnl_ct_full(struct xnl_ct_dump *d)
{
	if (!d->skb->len)
		return -EMSGSIZE;
	if (d->mark > d->skb->data)
		nlmsg_trim(d->skb, d->mark);
	else
		d->at->skip = d->index - 1;
	return d->skb->len;
}

/**
 * xinet_nl_conntrack_get_dumpit - show connections
 * @skb: to be filled
 * @cb: the dump
 *
 * Context: process.
 * Return: bytes filled, 0 at the end, or a negative errno.
 */
int xinet_nl_conntrack_get_dumpit(struct sk_buff *skb,
				  struct netlink_callback *cb)
{
	struct nlattr **attrs = xinet_genl_dump_attrs(cb);
	struct xnl_ct_dump d = {
		.skb = skb,
		.cb = cb,
		.xn = xinet_pernet(sock_net(cb->skb->sk)),
		.at = (struct xnl_ct_at *)cb->ctx,
		.first = true,
	};
	int err;

	BUILD_BUG_ON(sizeof(struct xnl_ct_at) > sizeof(cb->ctx));

	if (attrs[XINET_A_CONNTRACK_ORIG]) {
		NL_SET_ERR_MSG(cb->extack, "A dump has no tuple, but a filter");
		return -EINVAL;
	}
	err = xnl_ct_filter(attrs[XINET_A_CONNTRACK_FILTER], &d.m, cb->extack);
	if (err)
		return err;
	while (!d.at->cur.end && atomic_read(&d.xn->ct.count)) {
		err = xct_walk(&d.at->cur, XNL_CT_BUCKETS, xnl_ct_visit,
			       xnl_ct_bucket, &d);
		if (err)
			return xnl_ct_full(&d);
		if (fatal_signal_pending(current))
			return -EINTR;
		cond_resched();
	}
	return skb->len;
}
