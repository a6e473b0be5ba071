// SPDX-License-Identifier: GPL-2.0
/*
 * What sendmsg() does for every datagram transport.
 *
 * In three steps, since copying from the program may sleep and a route is only
 * good under RCU: ask the route what the packet needs (xsk_tx_prepare); make
 * the packet (xsk_alloc_skb); look whether the route still holds, and send
 * (xsk_tx_again, xsk_xmit). The transport puts its header on in between.
 */
#include <linux/icmp.h>
#include <linux/netdevice.h>
#include <net/checksum.h>
#include <net/xinet/ip.h>
#include <net/xinet/netns.h>
#include <net/xinet/sock.h>

/* A datagram beyond this has its data in page fragments. */
#define XSK_LINEAR_MAX	SKB_WITH_OVERHEAD(PAGE_SIZE)

/* Whom the message is for. */
static int xsk_dest_get(struct sock *sk, struct msghdr *msg,
			struct xsk_dest *dst)
{
	const struct sockaddr_xin *sin = msg->msg_name;
	int err;

	if (!sin) {
		if (unlikely(sk->sk_state != TCP_ESTABLISHED))
			return -EDESTADDRREQ;
		dst->addr = READ_ONCE(sk->sk_daddr);
		dst->port = READ_ONCE(sk->sk_dport);
		dst->connected = true;
		return 0;
	}
	err = xinet_check_addr(sk, msg->msg_name, msg->msg_namelen);
	if (unlikely(err))
		return err;
	dst->addr = sin->sxin_addr.s_addr;
	dst->port = sin->sxin_port;
	dst->connected = false;
	return 0;
}

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
int xsk_send_prepare(struct sock *sk, struct msghdr *msg,
		     struct xsk_dest *dst, struct xsk_cookie *ck)
{
	const struct xinet_sock *xsk = xinet_sk(sk);
	int err;

	/* one call, one datagram: there is no corking */
	if (unlikely(msg->msg_flags & (MSG_OOB | MSG_MORE)))
		return -EOPNOTSUPP;
	err = xsk_dest_get(sk, msg, dst);
	if (unlikely(err))
		return err;

	sockcm_init(&ck->sockc, sk);
	ck->sockc.mark = READ_ONCE(sk->sk_mark);
	ck->saddr = READ_ONCE(xsk->saddr);
	ck->oif = READ_ONCE(sk->sk_bound_dev_if);
	ck->ttl = READ_ONCE(xsk->ttl);
	ck->tos = READ_ONCE(xsk->tos);
	if (msg->msg_controllen) {
		err = xsk_cmsg_send(sk, msg, ck);
		if (unlikely(err))
			return err;
		dst->connected = false;
	}
	if (unlikely(!dst->addr))
		dst->addr = ck->saddr ?: htonl(INADDR_LOOPBACK);
	if (unlikely(!READ_ONCE(sk->sk_num)))
		return xdgram_autobind(sk);
	return 0;
}

/* Remember a connected socket's new route; a lost race costs one lookup. */
static void xsk_route_cache(struct xinet_sock *xsk, const struct xsk_dest *dst,
			    const struct xsk_cookie *ck,
			    const struct xroute *rt)
{
	struct xsk_route *new, *old;

	new = kmalloc(sizeof(*new), GFP_ATOMIC | __GFP_ACCOUNT | __GFP_NOWARN);
	if (!new)
		return;
	new->daddr = dst->addr;
	new->oif = ck->oif;
	new->rt = *rt;
	old = unrcu_pointer(xchg(&xsk->route, RCU_INITIALIZER(new)));
	if (old)
		kfree_rcu(old, rcu);
}

static int xsk_route_lookup(struct sock *sk, const struct xsk_dest *dst,
			    const struct xsk_cookie *ck, int msg_flags,
			    struct xroute *rt)
{
	struct xinet_net *xn = xinet_pernet(sock_net(sk));
	struct xflow fl = {
		.daddr = dst->addr,
		.saddr = ck->saddr,
		.oif = ck->oif,
		.sport = htons(READ_ONCE(sk->sk_num)),
		.dport = dst->port,
		.proto = sk->sk_protocol,
		.onlink_only = sock_flag(sk, SOCK_LOCALROUTE) ||
			       (msg_flags & MSG_DONTROUTE),
	};
	int err = xip_route_output(xn, &fl, rt);

	if (likely(!err))
		return 0;
	if (err == -ENETUNREACH)
		XIP_INC_STATS(xn, IPSTATS_MIB_OUTNOROUTES);
	return err;
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
 * Return: 0; the lookup's error; -EACCES for a broadcast without SO_BROADCAST.
 */
int xsk_route_get(struct sock *sk, const struct xsk_dest *dst,
		  const struct xsk_cookie *ck, int msg_flags,
		  struct xroute *rt)
{
	struct xinet_sock *xsk = xinet_sk(sk);
	bool cached = dst->connected && !(msg_flags & MSG_DONTROUTE) &&
		      !sock_flag(sk, SOCK_LOCALROUTE);
	const struct xsk_route *route;
	int err;

	if (cached) {
		route = rcu_dereference(xsk->route);
		/* the peer and the bound device may have changed meanwhile */
		if (likely(route && route->daddr == dst->addr &&
			   route->oif == ck->oif &&
			   xroute_valid(xinet_pernet(sock_net(sk)),
					&route->rt))) {
			*rt = route->rt;
			return 0;
		}
	}
	err = xsk_route_lookup(sk, dst, ck, msg_flags, rt);
	if (unlikely(err))
		return err;
	if (unlikely(rt->type == RTN_BROADCAST &&
		     !sock_flag(sk, SOCK_BROADCAST)))
		return -EACCES;
	if (cached)
		xsk_route_cache(xsk, dst, ck, rt);
	return 0;
}

/**
 * xsk_tx_prepare - ask the route what a datagram needs
 * @sk: the socket
 * @dst: whom it is for
 * @ck: with what
 * @msg_flags: of the message
 * @len: transport header and data, bytes
 * @tx: filled
 *
 * Context: process, no lock; takes the RCU read lock.
 * Return: 0; -EMSGSIZE where it does not fit the path's MTU; as
 * xsk_route_get().
 */
int xsk_tx_prepare(struct sock *sk, const struct xsk_dest *dst,
		   const struct xsk_cookie *ck, int msg_flags,
		   unsigned int len, struct xsk_tx *tx)
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
			xneigh_confirm(xinet_pernet(sock_net(sk)), tx->rt.dev,
				       tx->rt.nexthop);
		if (unlikely(len + sizeof(struct iphdr) > tx->rt.mtu))
			err = -EMSGSIZE;
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
int xsk_tx_again(struct sock *sk, const struct xsk_dest *dst,
		 const struct xsk_cookie *ck, int msg_flags, struct xsk_tx *tx)
{
	if (likely(xroute_valid(xinet_pernet(sock_net(sk)), &tx->rt)))
		return 0;
	return xsk_route_get(sk, dst, ck, msg_flags, &tx->rt);
}

/*
 * Copy the data behind the transport header. Where the device does not, sum
 * it up on the way: skb->csum then is the data's sum.
 */
static int xsk_copy_data(struct sk_buff *skb, struct msghdr *msg,
			 unsigned int hlen, unsigned int len,
			 unsigned int linear, bool hw_csum)
{
	if (unlikely(linear < len)) {
		skb->data_len = len - linear;
		skb->len += len - linear;
		if (skb_copy_datagram_from_iter(skb, hlen, &msg->msg_iter, len))
			return -EFAULT;
		if (!hw_csum)
			skb->csum = skb_checksum(skb, hlen, len, 0);
		return 0;
	}
	if (hw_csum)
		return copy_from_iter_full(skb->data + hlen, len,
					   &msg->msg_iter) ? 0 : -EFAULT;
	return csum_and_copy_from_iter_full(skb->data + hlen, len, &skb->csum,
					    &msg->msg_iter) ? 0 : -EFAULT;
}

/**
 * xsk_alloc_skb - make a datagram of a program's data
 * @sk: the socket; its send buffer is charged, and waited for if it is full
 * @tx: what xsk_tx_prepare() said
 * @ck: mark, timestamps
 * @hlen: bytes for the transport header, at skb->data when this returns
 * @msg: where the data comes from; MSG_DONTWAIT counts
 * @len: bytes of data
 * @err: set where NULL is returned
 *
 * Unless the device sums, skb->csum is the sum of the data.
 *
 * Context: process, may sleep.
 * Return: the datagram, or NULL: -EAGAIN, -EPIPE, -EFAULT, -ENOBUFS, a pending
 * error of the socket, or an interrupted wait.
 */
struct sk_buff *xsk_alloc_skb(struct sock *sk, const struct xsk_tx *tx,
			      const struct xsk_cookie *ck, unsigned int hlen,
			      struct msghdr *msg, unsigned int len, int *err)
{
	unsigned int fixed = tx->headroom + hlen + tx->tailroom;
	unsigned int linear = len;
	struct sk_buff *skb;

	if (unlikely(fixed + len > XSK_LINEAR_MAX))
		linear = fixed < XSK_LINEAR_MAX ?
			 min_t(unsigned int, len, XSK_LINEAR_MAX - fixed) : 0;
	skb = sock_alloc_send_pskb(sk, fixed + linear, len - linear,
				   msg->msg_flags & MSG_DONTWAIT, err,
				   PAGE_ALLOC_COSTLY_ORDER);
	if (unlikely(!skb))
		return NULL;

	skb_reserve(skb, tx->headroom);
	skb_reset_transport_header(skb);
	skb_put(skb, hlen + linear);
	skb->csum = 0;
	*err = xsk_copy_data(skb, msg, hlen, len, linear, tx->hw_csum);
	if (unlikely(*err)) {
		kfree_skb(skb);
		return NULL;
	}
	skb->priority = READ_ONCE(sk->sk_priority);
	skb->mark = ck->sockc.mark;
	if (unlikely(ck->sockc.transmit_time))
		skb->tstamp = ck->sockc.transmit_time;
	skb_set_hash_from_sk(skb, sk);
	skb_setup_tx_timestamp(skb, ck->sockc.tsflags);
	return skb;
}

/**
 * xsk_xmit - send a finished datagram
 * @sk: the socket
 * @skb: transport header and data; consumed
 * @tx: its route, from this RCU section
 * @dst: whom it is for
 * @ck: with what
 *
 * Context: RCU read lock.
 * Return: 0 or a negative error; a packet the device's queue refused is
 * -ENOBUFS only where IP_RECVERR asks for it, so here it is 0.
 */
int xsk_xmit(struct sock *sk, struct sk_buff *skb, const struct xsk_tx *tx,
	     const struct xsk_dest *dst, const struct xsk_cookie *ck)
{
	struct xinet_net *xn = xinet_pernet(sock_net(sk));
	u8 ttl = ck->ttl < 0 ? READ_ONCE(xn->sysctl.default_ttl) : ck->ttl;
	int err;

	err = xip_build_and_send(sock_net(sk), sk, skb, &tx->rt,
				 ck->saddr ?: tx->rt.saddr, dst->addr,
				 sk->sk_protocol, ttl, ck->tos);
	/* congestion notified by the queue is no error of the program's */
	return err > 0 ? 0 : err;
}
