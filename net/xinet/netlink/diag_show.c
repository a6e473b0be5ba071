// SPDX-License-Identifier: GPL-2.0
/*
 * Sockets shown: what a message has of one, and dumps of many.
 *
 * In: dumps, from the netlink core, process context. Out: messages that end
 * where a bucket of the port table ends, so that the next one begins with
 * another: a socket that is there all the while is shown exactly once. Where
 * a bucket changed while it was shown, it is shown anew; where a part had gone
 * out already, the dump says that it was interrupted. No lock is held but
 * RCU's, and that for one bucket.
 */
#include <linux/inet_diag.h>
#include <linux/tcp.h>
#include <net/netlink.h>
#include <net/xinet/sock.h>
#include "common.h"
#include "diag.h"

#define XDIAG_TRIES	8	/* before a bucket is shown as it looks */

static bool xdiag_asked(const struct xdiag_req *req, int ext)
{
	return req->hdr->idiag_ext & BIT(ext - 1);
}

static int xdiag_put_meminfo(struct sk_buff *skb, struct sock *sk)
{
	struct inet_diag_meminfo mem = {
		.idiag_rmem = sk_rmem_alloc_get(sk),
		.idiag_wmem = READ_ONCE(sk->sk_wmem_queued),
		.idiag_fmem = READ_ONCE(sk->sk_forward_alloc),
		.idiag_tmem = sk_wmem_alloc_get(sk),
	};

	return nla_put(skb, INET_DIAG_MEMINFO, sizeof(mem), &mem);
}

static int xdiag_put_sockopt(struct sk_buff *skb, const struct sock *sk)
{
	struct inet_diag_sockopt opt = {
		.recverr = xsk_flag(sk, XSK_RECVERR),
		.hdrincl = xsk_flag(sk, XSK_HDRINCL),
		.mc_loop = !xsk_flag(sk, XSK_MC_NO_LOOP),
		.mc_all = !xsk_flag(sk, XSK_MC_NOT_ALL),
	};

	return nla_put(skb, INET_DIAG_SOCKOPT, sizeof(opt), &opt);
}

static int xdiag_put_attrs(struct sk_buff *skb, struct sock *sk,
			   const struct xdiag_req *req)
{
	int err;

	err = nla_put_u8(skb, INET_DIAG_SHUTDOWN, READ_ONCE(sk->sk_shutdown)) ?:
	      xdiag_put_sockopt(skb, sk);
	/* a raw socket's may be any, and a port says less than 8 bits do */
	if (!err && sk->sk_type == SOCK_RAW)
		err = nla_put_u8(skb, INET_DIAG_PROTOCOL, sk->sk_protocol);
	if (!err && xdiag_asked(req, INET_DIAG_TOS))
		err = nla_put_u8(skb, INET_DIAG_TOS,
				 READ_ONCE(xinet_sk(sk)->tos));
	if (!err && req->net_admin)
		err = nla_put_u32(skb, INET_DIAG_MARK, READ_ONCE(sk->sk_mark));
	if (!err && xdiag_asked(req, INET_DIAG_MEMINFO))
		err = xdiag_put_meminfo(skb, sk);
	if (!err && xdiag_asked(req, INET_DIAG_SKMEMINFO))
		err = sock_diag_put_meminfo(sk, skb, INET_DIAG_SKMEMINFO);
	return err;
}

static void xdiag_fill(struct inet_diag_msg *r, struct sock *sk,
		       struct user_namespace *user_ns)
{
	memset(r, 0, sizeof(*r));
	r->idiag_family = AF_XINET;
	r->idiag_state = READ_ONCE(sk->sk_state);
	r->id.idiag_sport = htons(READ_ONCE(sk->sk_num));
	r->id.idiag_dport = READ_ONCE(sk->sk_dport);
	r->id.idiag_src[0] = READ_ONCE(sk->sk_rcv_saddr);
	r->id.idiag_dst[0] = READ_ONCE(sk->sk_daddr);
	r->id.idiag_if = READ_ONCE(sk->sk_bound_dev_if);
	sock_diag_save_cookie(sk, r->id.idiag_cookie);
	r->idiag_rqueue = sk_rmem_alloc_get(sk);
	r->idiag_wqueue = sk_wmem_alloc_get(sk);
	r->idiag_uid = from_kuid_munged(user_ns, sock_i_uid(sk));
	r->idiag_inode = sock_i_ino(sk);
}

/**
 * xdiag_put - put a socket in a message
 * @skb: the message
 * @sk: the socket
 * @req: what was asked, by whom
 * @flags: NLM_F_* of the message
 *
 * Context: process; RCU read lock, or a reference to @sk.
 * Return: the message's header, or NULL where it did not fit.
 */
struct nlmsghdr *xdiag_put(struct sk_buff *skb, struct sock *sk,
			   const struct xdiag_req *req, int flags)
{
	const struct netlink_skb_parms *who = &NETLINK_CB(req->skb);
	struct nlmsghdr *nlh;

	nlh = nlmsg_put(skb, who->portid, req->nlh->nlmsg_seq,
			req->nlh->nlmsg_type, sizeof(struct inet_diag_msg),
			flags);
	if (!nlh)
		return NULL;
	xdiag_fill(nlmsg_data(nlh), sk, sk_user_ns(who->sk));
	if (xdiag_put_attrs(skb, sk, req)) {
		nlmsg_cancel(skb, nlh);
		return NULL;
	}
	nlmsg_end(skb, nlh);
	return nlh;
}

/**
 * struct xdiag_walk - what a visit needs
 * @skb: to be filled
 * @cb: the dump
 * @req: what was asked
 */
struct xdiag_walk {
	struct sk_buff *skb;
	struct netlink_callback *cb;
	struct xdiag_req req;
};

static bool xdiag_wanted(const struct sock *sk,
			 const struct inet_diag_req_v2 *r)
{
	if (!(r->idiag_states & BIT(READ_ONCE(sk->sk_state))))
		return false;
	if (r->id.idiag_sport &&
	    r->id.idiag_sport != htons(READ_ONCE(sk->sk_num)))
		return false;
	return !r->id.idiag_dport ||
	       r->id.idiag_dport == READ_ONCE(sk->sk_dport);
}

static int xdiag_visit(struct sock *sk, void *arg)
{
	struct xdiag_walk *w = arg;
	struct nlmsghdr *nlh;

	if (!xdiag_wanted(sk, w->req.hdr))
		return 0;
	nlh = xdiag_put(w->skb, sk, &w->req, NLM_F_MULTI);
	if (!nlh)
		return -EMSGSIZE;
	nl_dump_check_consistent(w->cb, nlh);
	return 0;
}

/* One bucket, whole if there is room for that in any message. */
static int xdiag_bucket(struct xdiag_walk *w, struct xport_cursor *cur)
{
	const struct net *net = sock_net(w->cb->skb->sk);
	struct xport_cursor start = *cur;
	unsigned int had = w->skb->len, tries = XDIAG_TRIES;
	bool torn;
	int err;

	if (hlist_empty(&w->req.table->buckets[cur->bucket].head)) {
		cur->bucket++;
		cur->skip = 0;
		return 0;
	}
	do {
		skb_trim(w->skb, had);
		*cur = start;
		err = xport_walk(w->req.table, net, cur, xdiag_visit, w, &torn);
	} while (torn && --tries);
	if (err && had) {
		skb_trim(w->skb, had);
		*cur = start;
	} else if (torn) {
		w->cb->seq++;
	}
	return err;
}

/**
 * xdiag_dump - show sockets
 * @skb: to be filled
 * @cb: the dump
 *
 * Context: process.
 * Return: bytes filled, 0 at the end, or a negative errno.
 */
int xdiag_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct xport_cursor *cur = (struct xport_cursor *)cb->ctx;
	struct xdiag_walk w = { .skb = skb, .cb = cb };
	int err;

	BUILD_BUG_ON(sizeof(*cur) > sizeof(cb->ctx));

	err = xdiag_parse(cb->skb, cb->nlh, &w.req, cb->extack);
	if (err)
		return err;
	/* the core marks all that follows a change of this as interrupted */
	if (!cb->seq)
		cb->seq = 1;
	if (xport_walk_torn(w.req.table, cur))
		cb->seq++;
	while (!err && cur->bucket < 1U << w.req.table->bits) {
		err = xdiag_bucket(&w, cur);
		if (fatal_signal_pending(current))
			return -EINTR;
		cond_resched();
	}
	return xnl_dump_result(skb, err);
}
