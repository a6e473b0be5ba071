// SPDX-License-Identifier: GPL-2.0
/*
 * What sendmsg() does for every datagram transport: the parts that are too
 * long, or too seldom, for send.h, where the order of the steps is told.
 */
#include <linux/in.h>
#include <linux/netdevice.h>
#include <net/checksum.h>
#include <net/xinet/ip.h>
#include <net/xinet/netns.h>
#include <net/xinet/sock.h>
#include <net/xinet/trace.h>
#include "send.h"

/* A datagram beyond this has its data in page fragments. */
#define XSK_LINEAR_MAX	SKB_WITH_OVERHEAD(PAGE_SIZE)

/**
 * xsk_dest_name - whom a message with an address is for
 * @sk: the socket
 * @msg: the message, msg_name set
 * @dst: filled
 *
 * Context: process.
 * Return: 0, -EINVAL, -EAFNOSUPPORT.
 */
int xsk_dest_name(struct sock *sk, const struct msghdr *msg,
		  struct xsk_dest *dst)
{
	const struct sockaddr_xin *sin = msg->msg_name;
	int err = xinet_check_addr(sk, msg->msg_name, msg->msg_namelen);

	if (unlikely(err))
		return err;
	dst->addr = sin->sxin_addr.s_addr;
	dst->port = sin->sxin_port;
	dst->connected = false;
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
	struct xinet_net *xn = xinet_sk(sk)->xn;
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
	int err;

	if (unlikely(ipv4_is_multicast(dst->addr))) {
		err = xsk_mc_flow(sk, &fl);
		if (err)
			return err;
	}
	err = xip_route_output(xn, &fl, rt);
	if (likely(!err))
		return 0;
	if (xtrace_on())
		xtrace_no_route(xn->net, &fl, err);
	if (err == -ENETUNREACH)
		XIP_INC_STATS(xn, IPSTATS_MIB_OUTNOROUTES);
	return err;
}

/**
 * xsk_route_slow - look a message's route up, and remember it for the next
 * @sk: the socket
 * @dst: whom the message is for
 * @ck: with what
 * @msg_flags: MSG_DONTROUTE counts
 * @rt: filled
 *
 * Context: RCU read lock; @rt is good for as long.
 * Return: 0; the lookup's error; -EINVAL where the source is no address of
 * this host any more; -EACCES for a broadcast without SO_BROADCAST.
 */
int xsk_route_slow(struct sock *sk, const struct xsk_dest *dst,
		   const struct xsk_cookie *ck, int msg_flags,
		   struct xroute *rt)
{
	struct xinet_net *xn = xinet_sk(sk)->xn;
	int err;

	/* an address the socket was bound to may be another host's by now */
	if (ck->saddr && xinet_addr_type(xn, ck->saddr) != RTN_LOCAL)
		return -EINVAL;
	err = xsk_route_lookup(sk, dst, ck, msg_flags, rt);
	if (unlikely(err))
		return err;
	if (unlikely(rt->type == RTN_BROADCAST &&
		     !sock_flag(sk, SOCK_BROADCAST)))
		return -EACCES;
	/* a group's may be another one after IP_MULTICAST_IF */
	if (dst->connected && rt->type != RTN_MULTICAST &&
	    !(msg_flags & MSG_DONTROUTE) && !sock_flag(sk, SOCK_LOCALROUTE))
		xsk_route_cache(xinet_sk(sk), dst, ck, rt);
	return 0;
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
 *
 * Unless the device sums, skb->csum is the sum of the data.
 *
 * Context: process, may sleep.
 * Return: the datagram, or an ERR_PTR(): -EAGAIN, -EPIPE, -EFAULT, -ENOBUFS, a pending
 * error of the socket, or an interrupted wait.
 */
struct sk_buff *xsk_alloc_skb(struct sock *sk, const struct xsk_tx *tx,
			      const struct xsk_cookie *ck, unsigned int hlen,
			      struct msghdr *msg, unsigned int len)
{
	unsigned int fixed = tx->headroom + hlen + tx->tailroom;
	unsigned int linear = len;
	struct sk_buff *skb;
	int err;

	if (unlikely(fixed + len > XSK_LINEAR_MAX))
		linear = fixed < XSK_LINEAR_MAX ?
			 min_t(unsigned int, len, XSK_LINEAR_MAX - fixed) : 0;
	skb = sock_alloc_send_pskb(sk, fixed + linear, len - linear,
				   msg->msg_flags & MSG_DONTWAIT, &err,
				   PAGE_ALLOC_COSTLY_ORDER);
	if (unlikely(!skb))
		return ERR_PTR(err);

	skb_reserve(skb, tx->headroom);
	skb_reset_transport_header(skb);
	skb_put(skb, hlen + linear);
	skb->csum = 0;
	err = xsk_copy_data(skb, msg, hlen, len, linear, tx->hw_csum);
	if (unlikely(err)) {
		kfree_skb(skb);
		return ERR_PTR(err);
	}
	skb->priority = READ_ONCE(sk->sk_priority);
	skb->mark = ck->sockc.mark;
	if (unlikely(ck->sockc.transmit_time))
		xinet_skb_set_txtime(skb, sk, ck->sockc.transmit_time);
	skb_set_hash_from_sk(skb, sk);
	skb_setup_tx_timestamp(skb, ck->sockc.tsflags);
	return skb;
}
