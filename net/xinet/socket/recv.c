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

/**
 * xsk_queue_rcv - give a datagram to a socket
 * @xn: state of the namespace
 * @sk: the socket
 * @skb: the datagram, skb->data at the transport header; consumed
 * @hlen: bytes of transport header, which a socket filter sees and may not cut
 *
 * Context: softirq, RCU read lock.
 * Return: 0; -ENOMEM where the receive buffer is full; or the filter's error.
 * In either case the datagram has been dropped and counted by cause.
 */
int xsk_queue_rcv(struct xinet_net *xn, struct sock *sk, struct sk_buff *skb,
		  unsigned int hlen)
{
	int err;

	err = sk_filter_trim_cap(sk, skb, hlen);
	if (unlikely(err)) {
		atomic_inc(&sk->sk_drops);
		xinet_drop(xn, skb, XINET_DROP_SOCKET_FILTER);
		return err;
	}
	__skb_pull(skb, hlen);
	err = __sock_queue_rcv_skb(sk, skb);
	if (unlikely(err))
		xinet_drop(xn, skb, XINET_DROP_RCVBUF);
	return err;
}

/* Ping sockets have no ports: the peer's is 0. */
static __be16 xdgram_source_port(const struct sock *sk,
				 const struct sk_buff *skb)
{
	return sk->sk_protocol == IPPROTO_UDP ? udp_hdr(skb)->source : 0;
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
		return sock_recv_errqueue(sk, msg, len, SOL_IP, IP_RECVERR);

	skb = skb_recv_datagram(sk, flags, &err);
	if (!skb)
		return err;

	copied = min_t(size_t, len, skb->len);
	if (copied < skb->len)
		msg->msg_flags |= MSG_TRUNC;
	err = skb_copy_datagram_msg(skb, 0, msg, copied);
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
	skb_free_datagram(sk, skb);
	return err;
}
