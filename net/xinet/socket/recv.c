// SPDX-License-Identifier: GPL-2.0
/*
 * The receive queue of datagram sockets: xsk_queue_rcv puts in, recvmsg()
 * takes out.
 *
 * In: datagrams a transport has found the socket of, in softirq, skb->data at
 * the transport header; syscalls from the other side. A queued datagram has
 * skb->data at its payload and its XIP and transport headers still set.
 */
#include <linux/filter.h>
#include <linux/udp.h>
#include <net/xinet/ip.h>
#include <net/xinet/netns.h>
#include <net/xinet/sock.h>
#include <net/xinet/trace.h>
#include <net/xinet/udp.h>

/*
 * __sock_queue_rcv_skb() for a transport without memory accounting of its own
 * (sk_has_account() is false): the queue's lock is never taken in hard
 * interrupts, so it need not disable them.
 */
static void xsk_enqueue(struct sock *sk, struct sk_buff *skb)
{
	struct sk_buff_head *queue = &sk->sk_receive_queue;

	BUILD_BUG_ON(offsetofend(struct xip_skb_cb, rtype) >
		     SOCK_SKB_CB_OFFSET);
	skb->dev = NULL;
	spin_lock(&queue->lock);
	sock_skb_set_dropcount(sk, skb);
	__skb_queue_tail(queue, skb);
	spin_unlock(&queue->lock);
	if (likely(!sock_flag(sk, SOCK_DEAD)))
		sk->sk_data_ready(sk);
}

/*
 * The next datagram, if one is there and nothing stands before it. Peeking,
 * waiting and pending errors are the core's business.
 */
static struct sk_buff *xsk_dequeue(struct sock *sk, int flags)
{
	struct sk_buff_head *queue = &sk->sk_receive_queue;
	struct sk_buff *skb;

	if (unlikely(flags & MSG_PEEK || READ_ONCE(sk->sk_err) ||
		     skb_queue_empty_lockless(queue)))
		return NULL;
	spin_lock_bh(&queue->lock);
	skb = __skb_dequeue(queue);
	spin_unlock_bh(&queue->lock);
	return skb;
}

/* A datagram in one piece is copied without walking its fragments. */
static int xsk_copy_datagram(const struct sk_buff *skb, struct msghdr *msg,
			     size_t len)
{
	if (likely(!skb_is_nonlinear(skb)))
		return copy_to_iter(skb->data, len, &msg->msg_iter) == len ?
		       0 : -EFAULT;
	return skb_copy_datagram_msg(skb, 0, msg, len);
}

/* A queue that its reader does not empty: is there room for more? */
static noinline bool xsk_rcvbuf_slow(struct xinet_net *xn, struct sock *sk,
				     struct sk_buff *skb, unsigned int rmem)
{
	enum xinet_drop why = XINET_DROP_RCVBUF;

	if (rmem < READ_ONCE(sk->sk_rcvbuf)) {
		skb_set_owner_r(skb, sk);
		if (xsk_rcvmem_charge(skb))
			return true;
		why = XINET_DROP_RCVMEM;
	}
	atomic_inc(&sk->sk_drops);
	xinet_drop(xn, skb, why);
	return false;
}

/**
 * xsk_queue_rcv - give a datagram to a socket
 * @xn: state of the namespace
 * @sk: the socket
 * @skb: the datagram, skb->data at the transport header; consumed
 * @hlen: bytes of transport header, which a socket filter sees and may not cut
 *
 * Context: softirq, RCU read lock.
 * Return: 0; -ENOMEM where the receive buffer is full, or all buffers of the
 * host together hold too much; or the filter's error. In these cases the
 * datagram has been dropped and counted by cause.
 */
int xsk_queue_rcv(struct xinet_net *xn, struct sock *sk, struct sk_buff *skb,
		  unsigned int hlen)
{
	unsigned int rmem;
	int err;

	err = sk_filter_trim_cap(sk, skb, hlen);
	if (unlikely(err)) {
		atomic_inc(&sk->sk_drops);
		xinet_drop(xn, skb, XINET_DROP_SOCKET_FILTER);
		return err;
	}
	__skb_pull(skb, hlen);
	rmem = atomic_read(&sk->sk_rmem_alloc);
	/* an eighth of its buffer is a socket's own, the rest is counted */
	if (likely(rmem < (unsigned int)READ_ONCE(sk->sk_rcvbuf) / 8))
		skb_set_owner_r(skb, sk);
	else if (!xsk_rcvbuf_slow(xn, sk, skb, rmem))
		return -ENOMEM;
	xtrace_queued(skb);
	xsk_enqueue(sk, skb);
	return 0;
}

/* Ping and raw sockets have no ports: the peer's is 0. */
static __be16 xdgram_source_port(const struct sock *sk,
				 const struct sk_buff *skb)
{
	return sk->sk_prot == &xudp_prot ? udp_hdr(skb)->source : 0;
}

/**
 * xdgram_recvmsg - recvmsg(2)
 * @sock: the socket
 * @msg: filled: data, source, control messages
 * @len: bytes there is room for
 * @flags: MSG_PEEK, MSG_TRUNC, MSG_DONTWAIT, MSG_ERRQUEUE
 *
 * Context: process, may sleep.
 * Return: bytes copied, or with MSG_TRUNC the datagram's length; -EAGAIN,
 * -EFAULT, an interrupted wait, or a pending error.
 */
int xdgram_recvmsg(struct socket *sock, struct msghdr *msg, size_t len,
		   int flags)
{
	struct sock *sk = sock->sk;
	struct sk_buff *skb;
	size_t copied;
	int err;

	if (unlikely(flags & MSG_OOB))
		return -EOPNOTSUPP;
	if (unlikely(flags & MSG_ERRQUEUE))
		return xsk_recv_error(sk, msg, len);

	skb = xsk_dequeue(sk, flags);
	if (unlikely(!skb)) {
		skb = skb_recv_datagram(sk, flags, &err);
		if (!skb)
			return err;
	}

	copied = min_t(size_t, len, skb->len);
	if (copied < skb->len)
		msg->msg_flags |= MSG_TRUNC;
	err = xsk_copy_datagram(skb, msg, copied);
	if (unlikely(err))
		goto out;

	sock_recv_cmsgs(msg, sk, skb);
	if (msg->msg_name) {
		xinet_fill_addr(sk, msg->msg_name, ip_hdr(skb)->saddr,
				xdgram_source_port(sk, skb));
		msg->msg_namelen = sizeof(struct sockaddr_xin);
	}
	if (READ_ONCE(xinet_sk(sk)->flags))
		xsk_cmsg_recv(sk, msg, skb);
	err = flags & MSG_TRUNC ? skb->len : copied;
out:
	if (xtrace_on() && !(flags & MSG_PEEK))
		xtrace_read(skb);
	skb_free_datagram(sk, skb);
	return err;
}
