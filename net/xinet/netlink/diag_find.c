// SPDX-License-Identifier: GPL-2.0
/*
 * One socket by its addresses and its cookie: shown, or ended.
 *
 * In: requests, process context. Out: a message to the asker; or a socket
 * whose program is told ECONNABORTED. A cookie tells sockets apart that look
 * alike, and one from another that took its place.
 *
 * Source and destination are the socket's own side and its peer, as a dump
 * shows them. Where no socket looks just so, it is the one that would get what
 * the peer sends, as on IPv4.
 */
#include <net/netlink.h>
#include <net/sock.h>
#include <net/xinet/port.h>
#include <uapi/linux/xinet.h>
#include "diag.h"

/* The port, or where a raw socket has its protocol in place of one. */
static u16 xdiag_num(const struct xdiag_req *req)
{
	/* struct inet_diag_req_raw has it there */
	if (req->protocol == IPPROTO_RAW && req->hdr->pad)
		return req->hdr->pad;
	return ntohs(req->hdr->id.idiag_sport);
}

static bool xdiag_alike(const struct sock *sk, const struct net *net,
			const struct xdiag_req *req)
{
	const struct inet_diag_sockid *id = &req->hdr->id;

	return READ_ONCE(sk->sk_num) == xdiag_num(req) &&
	       net_eq(sock_net(sk), net) &&
	       READ_ONCE(sk->sk_rcv_saddr) == id->idiag_src[0] &&
	       READ_ONCE(sk->sk_daddr) == id->idiag_dst[0] &&
	       READ_ONCE(sk->sk_dport) == id->idiag_dport &&
	       READ_ONCE(sk->sk_bound_dev_if) == id->idiag_if;
}

/* Of those that look as asked, the one with the cookie, else any. */
static struct sock *xdiag_find_alike(const struct net *net,
				     const struct xdiag_req *req)
{
	const struct xport_bucket *b = xport_bucket(req->table, net,
						    xdiag_num(req));
	struct sock *sk, *found = NULL;

	sk_for_each_rcu(sk, &b->head) {
		if (!xdiag_alike(sk, net, req))
			continue;
		found = sk;
		if (!sock_diag_check_cookie(sk, req->hdr->id.idiag_cookie))
			break;
	}
	return found;
}

/* The first that matches by address: what has no ports. */
static struct sock *xdiag_match(const struct net *net,
				const struct xdiag_req *req,
				struct xport_key *key)
{
	const struct xport_bucket *b = xport_bucket(req->table, net,
						    key->dport);
	struct sock *sk;

	sk_for_each_rcu(sk, &b->head) {
		key->sport = READ_ONCE(sk->sk_dport);
		if (xport_match(sk, net, key))
			return sk;
	}
	return NULL;
}

/* The socket that would get a packet of the peer's. */
static struct sock *xdiag_find_receiver(const struct net *net,
					const struct xdiag_req *req)
{
	const struct inet_diag_sockid *id = &req->hdr->id;
	struct xport_key key = {
		.saddr = id->idiag_dst[0],
		.sport = id->idiag_dport,
		.daddr = id->idiag_src[0],
		.dport = xdiag_num(req),
		.dif = id->idiag_if,
	};

	if (!key.dport)
		return NULL;
	if (req->protocol == IPPROTO_UDP)
		return xport_lookup(req->table, net, &key);
	return xdiag_match(net, req, &key);
}

/*
 * Who asks IPv4 for one UDP socket has to name the peer as the source; programs
 * that do so find it here too.
 */
static struct sock *xdiag_find_swapped(const struct net *net,
				       const struct xdiag_req *req)
{
	const struct inet_diag_sockid *id = &req->hdr->id;
	struct xport_key key = {
		.saddr = id->idiag_src[0],
		.sport = id->idiag_sport,
		.daddr = id->idiag_dst[0],
		.dport = ntohs(id->idiag_dport),
		.dif = id->idiag_if,
	};

	if (req->protocol != IPPROTO_UDP || !key.dport)
		return NULL;
	return xport_lookup(req->table, net, &key);
}

/* With a reference, or an ERR_PTR: -ENOENT, or -ESTALE by the cookie. */
static struct sock *xdiag_find(const struct xdiag_req *req, bool swapped)
{
	const struct net *net = sock_net(req->skb->sk);
	struct sock *sk;
	int err;

	rcu_read_lock();
	sk = xdiag_find_alike(net, req);
	if (!sk)
		sk = xdiag_find_receiver(net, req);
	if (!sk && swapped)
		sk = xdiag_find_swapped(net, req);
	if (sk && !refcount_inc_not_zero(&sk->sk_refcnt))
		sk = NULL;
	rcu_read_unlock();
	if (!sk)
		return ERR_PTR(-ENOENT);
	err = sock_diag_check_cookie(sk, req->hdr->id.idiag_cookie);
	if (err) {
		sock_put(sk);
		return ERR_PTR(err);
	}
	return sk;
}

/**
 * xdiag_get - show one socket
 * @skb: the request
 * @nlh: its message, with a whole header
 *
 * Context: process.
 * Return: 0, or a negative errno: -ENOENT, -ESTALE where another socket took
 * the place of the one with the cookie, or those of xdiag_parse().
 */
int xdiag_get(struct sk_buff *skb, const struct nlmsghdr *nlh)
{
	struct net *net = sock_net(skb->sk);
	struct xdiag_req req;
	struct sk_buff *reply;
	struct sock *sk;
	int err;

	err = xdiag_parse(skb, nlh, &req, NULL);
	if (err)
		return err;
	sk = xdiag_find(&req, true);
	if (IS_ERR(sk))
		return PTR_ERR(sk);
	reply = nlmsg_new(NLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!reply) {
		sock_put(sk);
		return -ENOMEM;
	}
	err = xdiag_put(reply, sk, &req, 0) ? 0 : -EMSGSIZE;
	sock_put(sk);
	if (err) {
		nlmsg_free(reply);
		return err;
	}
	return nlmsg_unicast(net->diag_nlsk, reply, NETLINK_CB(skb).portid);
}

/**
 * xdiag_destroy - end what one socket is at
 * @skb: the request
 * @nlh: its message
 *
 * Context: process.
 * Return: 0, or a negative errno: -EPERM without CAP_NET_ADMIN over the
 * namespace; -ENOENT, for -ESTALE too, as IPv4; or those of xdiag_parse().
 */
int xdiag_destroy(struct sk_buff *skb, struct nlmsghdr *nlh)
{
	struct xdiag_req req;
	struct sock *sk;
	int err;

	err = xdiag_parse(skb, nlh, &req, NULL);
	if (err)
		return err;
	if (!req.net_admin)
		return -EPERM;
	sk = xdiag_find(&req, false);
	if (IS_ERR(sk))
		return -ENOENT;
	err = sock_diag_destroy(sk, ECONNABORTED);
	sock_put(sk);
	return err;
}
