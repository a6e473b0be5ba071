/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The steps of sendmsg() that every datagram transport takes.
 *
 * In: sendmsg() from process context, without the socket lock: a datagram is
 * whole in one call. Copying from the program may sleep, and a route is only
 * good under RCU; hence three steps:
 *	xsk_send_prepare, xsk_tx_prepare	who, with what, by which route
 *	xsk_alloc_skb				the packet
 *	xsk_tx_again, header, xsk_xmit		does the route still hold? go
 * The short ones are inline, since each transport calls them once a datagram.
 */
#ifndef _XINET_SOCKET_SEND_H
#define _XINET_SOCKET_SEND_H

#include <linux/netdevice.h>
#include <net/xinet/ident.h>
#include <net/xinet/ip.h>
#include <net/xinet/netns.h>
#include <net/xinet/sock.h>
#include "../compat/socket.h"

/**
 * struct xsk_tx - what a datagram being made must know of its way
 * @rt: the route; its device may only be looked at under RCU
 * @headroom: bytes to reserve before the transport header
 * @tailroom: bytes the device wants behind the data
 * @hw_csum: the device fills the transport checksum in
 */
struct xsk_tx {
	struct xroute rt;
	unsigned int headroom;
	unsigned int tailroom;
	bool hw_csum;
};

int xsk_dest_name(struct sock *sk, const struct msghdr *msg,
		  struct xsk_dest *dst);
int xsk_route_slow(struct sock *sk, const struct xsk_dest *dst,
		   const struct xsk_cookie *ck, int msg_flags,
		   struct xroute *rt);
struct sk_buff *xsk_alloc_skb(struct sock *sk, const struct xsk_tx *tx,
			      const struct xsk_cookie *ck, unsigned int hlen,
			      struct msghdr *msg, unsigned int len);
int xsk_tx_odd(struct sock *sk, const struct xsk_dest *dst,
	       struct xsk_cookie *ck, unsigned int len, struct xsk_tx *tx);
int xsk_xmit_odd(struct sock *sk, struct sk_buff *skb,
		 const struct xsk_cookie *ck);

/**
 * xsk_send_prepare - read what a sendmsg() call asks
 * @sk: the socket
 * @msg: the message
 * @dst: filled: whom it is for
 * @ck: filled: with what
 *
 * Binds an unbound socket.
 *
 * Context: process.
 * Return: 0; -EOPNOTSUPP (MSG_OOB, MSG_MORE), -EDESTADDRREQ, -EINVAL,
 * -EAFNOSUPPORT, -EAGAIN (no port), or a control message's error.
 */
static __always_inline int xsk_send_prepare(struct sock *sk, struct msghdr *msg,
					    struct xsk_dest *dst,
					    struct xsk_cookie *ck)
{
	const struct xinet_sock *xsk = xinet_sk(sk);
	int err;

	/* one call, one datagram: there is no corking */
	if (unlikely(msg->msg_flags & (MSG_OOB | XINET_MSG_MORE)))
		return -EOPNOTSUPP;
	if (msg->msg_name) {
		err = xsk_dest_name(sk, msg, dst);
		if (unlikely(err))
			return err;
	} else {
		if (unlikely(sk->sk_state != TCP_ESTABLISHED))
			return -EDESTADDRREQ;
		dst->addr = READ_ONCE(sk->sk_daddr);
		dst->port = READ_ONCE(sk->sk_dport);
		dst->connected = true;
	}

	sockcm_init(&ck->sockc, sk);
	ck->sockc.mark = READ_ONCE(sk->sk_mark);
	ck->saddr = READ_ONCE(xsk->saddr);
	ck->oif = READ_ONCE(sk->sk_bound_dev_if);
	ck->ttl = READ_ONCE(xsk->ttl);
	ck->tos = READ_ONCE(xsk->tos);
	ck->odd.any = READ_ONCE(xsk->odd.any);
	if (unlikely(msg->msg_controllen)) {
		err = xsk_cmsg_send(sk, msg, ck);
		if (err)
			return err;
		dst->connected = false;
	}
	if (unlikely(!dst->addr))
		dst->addr = ck->saddr ?: htonl(INADDR_LOOPBACK);
	if (unlikely(!READ_ONCE(sk->sk_num)))
		return xdgram_autobind(sk);
	return 0;
}

/**
 * xsk_route_get - the route of a message
 * @sk: the socket
 * @dst: whom the message is for
 * @ck: with what
 * @msg_flags: MSG_DONTROUTE counts
 * @rt: filled
 *
 * Context: RCU read lock; @rt is good for as long.
 * Return: 0, or as xsk_route_slow().
 */
static __always_inline int xsk_route_get(struct sock *sk,
					 const struct xsk_dest *dst,
					 const struct xsk_cookie *ck,
					 int msg_flags, struct xroute *rt)
{
	const struct xinet_sock *xsk = xinet_sk(sk);
	const struct xsk_route *route;

	if (dst->connected) {
		route = rcu_dereference(xsk->route);
		/* peer, bound device, SO_DONTROUTE may have changed meanwhile */
		if (likely(route && route->daddr == dst->addr &&
			   route->oif == ck->oif &&
			   xroute_valid(xsk->xn, &route->rt) &&
			   !(msg_flags & MSG_DONTROUTE) &&
			   !sock_flag(sk, SOCK_LOCALROUTE))) {
			*rt = route->rt;
			return 0;
		}
	}
	return xsk_route_slow(sk, dst, ck, msg_flags, rt);
}

/**
 * xsk_tx_prepare - ask the route what a datagram needs
 * @sk: the socket
 * @dst: whom it is for
 * @ck: with what; whether it may be fragmented is noted here
 * @msg_flags: of the message
 * @len: transport header and data, bytes
 * @tx: filled
 *
 * Context: process, no lock; takes the RCU read lock.
 * Return: 0; -EMSGSIZE where it does not fit the path's MTU and must not be
 * fragmented; as xsk_route_get().
 */
static __always_inline int xsk_tx_prepare(struct sock *sk,
					  const struct xsk_dest *dst,
					  struct xsk_cookie *ck,
					  int msg_flags, unsigned int len,
					  struct xsk_tx *tx)
{
	const struct net_device *dev;
	int err;

	rcu_read_lock();
	err = xsk_route_get(sk, dst, ck, msg_flags, &tx->rt);
	if (likely(!err)) {
		dev = tx->rt.dev;
		tx->headroom = LL_RESERVED_SPACE(dev) + sizeof(struct iphdr);
		tx->tailroom = dev->needed_tailroom;
		tx->hw_csum = dev->features & NETIF_F_HW_CSUM;
		if (unlikely(msg_flags & MSG_CONFIRM))
			xneigh_confirm(xinet_sk(sk)->xn, tx->rt.dev,
				       tx->rt.nexthop);
		if (unlikely(len + sizeof(struct iphdr) > tx->rt.mtu ||
			     ck->odd.any | (tx->rt.flags & XROUTE_MTU_ODD)))
			err = xsk_tx_odd(sk, dst, ck,
					 len + sizeof(struct iphdr), tx);
	}
	rcu_read_unlock();
	return err;
}

/**
 * xsk_tx_again - is the route still good, now that the data is there?
 * @sk: the socket
 * @dst: whom the datagram is for
 * @ck: with what
 * @msg_flags: of the message
 * @tx: what xsk_tx_prepare() said; its route is renewed where it must be
 *
 * Context: RCU read lock, under which the datagram is then sent.
 * Return: as xsk_route_get().
 */
static __always_inline int xsk_tx_again(struct sock *sk,
					const struct xsk_dest *dst,
					const struct xsk_cookie *ck,
					int msg_flags, struct xsk_tx *tx)
{
	if (likely(xroute_valid(xinet_sk(sk)->xn, &tx->rt)))
		return 0;
	return xsk_route_slow(sk, dst, ck, msg_flags, &tx->rt);
}

/**
 * xsk_xmit - send a finished datagram
 * @sk: the socket
 * @skb: transport header and data; consumed
 * @protocol: the transport's number
 * @tx: its route, from this RCU section
 * @dst: whom it is for
 * @ck: with what
 *
 * Context: RCU read lock.
 * Return: as xip_send_skb() or xsk_xmit_odd().
 */
static __always_inline int xsk_xmit(struct sock *sk, struct sk_buff *skb,
				    u8 protocol, const struct xsk_tx *tx,
				    const struct xsk_dest *dst,
				    const struct xsk_cookie *ck)
{
	int ttl = ck->ttl, err;

	/* RFC 1112 section 6.1: a TTL of its own, 1 if nothing is said */
	if (unlikely(tx->rt.type == RTN_MULTICAST &&
		     (ttl < 0 || !(ttl & XSK_TTL_MSG))))
		ttl = READ_ONCE(xinet_sk(sk)->mc.ttl);
	if (ttl < 0)
		ttl = READ_ONCE(xinet_sk(sk)->xn->sysctl.default_ttl);
	xip_build_header(skb, &tx->rt, ck->saddr ?: tx->rt.saddr, dst->addr,
			 protocol, ttl, ck->tos);
	if (unlikely(ck->odd.any)) {
		err = xsk_xmit_odd(sk, skb, ck);
		if (err) {
			kfree_skb(skb);
			return err;
		}
	}
	return xip_send_skb(sock_net(sk), sk, skb);
}

#endif /* _XINET_SOCKET_SEND_H */
