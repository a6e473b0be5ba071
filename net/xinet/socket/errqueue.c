// SPDX-License-Identifier: GPL-2.0
/*
 * The error queue: what became of datagrams (IP_RECVERR, recvmsg(2) with
 * MSG_ERRQUEUE).
 *
 * In: ICMP errors that a transport has found the socket of, in softirq; errors
 * of our own sendmsg(), in process context; transmit timestamps, which the
 * core puts in. Out: recvmsg(). No lock but the queue's own is needed. The
 * queue is bounded by the receive buffer and by what all sockets of the host
 * may hold together, as what was received is.
 *
 * An entry begins its skb->cb with struct inet_skb_parm, as every packet of
 * ours does; behind it the core's struct sock_exterr_skb takes the place of
 * what a route left there.
 */
#include <linux/errqueue.h>
#include <linux/icmp.h>
#include <linux/net_tstamp.h>
#include <net/xinet/ip.h>
#include <net/xinet/netns.h>
#include <net/xinet/sock.h>

/**
 * struct xsk_error_msg - the control message IP_RECVERR
 * @ee: what happened
 * @offender: who says so; SO_EE_OFFENDER() finds it here
 */
struct xsk_error_msg {
	struct sock_extended_err ee;
	struct sockaddr_xin offender;
};

/* Which of the bytes in @skb is the address the failed datagram was for? */
static void xsk_error_fill(struct sk_buff *skb, const __be32 *daddr,
			   __be16 port, const struct sock_extended_err *ee)
{
	struct sock_exterr_skb *serr = SKB_EXT_ERR(skb);

	BUILD_BUG_ON(offsetof(struct xip_skb_cb, parm) !=
		     offsetof(struct sock_exterr_skb, header.h4));
	BUILD_BUG_ON(offsetof(struct sock_exterr_skb, ee) <
		     sizeof(struct inet_skb_parm));
	serr->ee = *ee;
	serr->addr_offset = (const u8 *)daddr - skb_network_header(skb);
	serr->port = port;
	serr->opt_stats = 0;
	skb->dev = NULL;
}

/* As for what is received; XINET_DROP_NONE if the entry may wait. */
static enum xinet_drop xsk_error_charge(struct sock *sk, struct sk_buff *skb)
{
	unsigned int room = READ_ONCE(sk->sk_rcvbuf);
	unsigned int rmem = atomic_read(&sk->sk_rmem_alloc);

	if (rmem + skb->truesize >= room)
		return XINET_DROP_RCVBUF;
	skb_set_owner_r(skb, sk);
	return rmem < room / 8 || xsk_rcvmem_charge(skb) ? XINET_DROP_NONE :
							   XINET_DROP_RCVMEM;
}

/*
 * Takes the skb. sk_err (unless @err is 0) changes with the queue, under the
 * lock that sock_dequeue_err_skb() takes: whoever has emptied the queue then
 * finds no error of what he has read.
 */
static void xsk_error_queue(struct sock *sk, struct sk_buff *skb, int err)
{
	struct sk_buff_head *queue = &sk->sk_error_queue;
	enum xinet_drop why = xsk_error_charge(sk, skb);
	unsigned long flags;

	/* what the core knows an entry of this queue by */
	skb->pkt_type = PACKET_OUTGOING;
	spin_lock_irqsave(&queue->lock, flags);
	if (likely(!why))
		__skb_queue_tail(queue, skb);
	if (err)
		WRITE_ONCE(sk->sk_err, err);
	spin_unlock_irqrestore(&queue->lock, flags);
	sk_error_report(sk);
	if (likely(!why))
		return;
	atomic_inc(&sk->sk_drops);
	/* nothing of the error's words may look like a packet's */
	xip_cb_init(skb, 0);
	xinet_drop(xinet_sk(sk)->xn, skb, why);
}

/* Without a queue the error is all there is. */
static void xsk_error_set(struct sock *sk, int err)
{
	WRITE_ONCE(sk->sk_err, err);
	sk_error_report(sk);
}

/**
 * xsk_icmp_error - tell a program of an ICMP error
 * @sk: the socket that sent the datagram in question
 * @skb: the ICMP packet, headers set, skb->data at the quoted XIP header; not
 *	consumed
 * @err: errno, positive
 * @port: that the datagram was for, network byte order; 0 if there are none
 * @info: MTU, pointer or gateway, host byte order
 * @payload: where in the linear part of @skb the program's own data begins
 *
 * Becomes the next call's error and, with IP_RECVERR, an entry of the queue.
 * Whether a program without IP_RECVERR is to hear of it is for the caller to
 * know.
 *
 * Context: softirq, RCU read lock.
 */
void xsk_icmp_error(struct sock *sk, const struct sk_buff *skb, int err,
		    __be16 port, u32 info, const u8 *payload)
{
	const struct icmphdr *icmph = icmp_hdr(skb);
	const struct iphdr *quoted = (const struct iphdr *)(icmph + 1);
	const struct sock_extended_err ee = {
		.ee_errno = err,
		.ee_origin = SO_EE_ORIGIN_ICMP,
		.ee_type = icmph->type,
		.ee_code = icmph->code,
		.ee_info = info,
	};
	struct sk_buff *copy;

	if (!xsk_flag(sk, XSK_RECVERR)) {
		xsk_error_set(sk, err);
		return;
	}
	/* only its own words are written to, never the shared data */
	copy = skb_clone((struct sk_buff *)skb, GFP_ATOMIC);
	if (!copy) {
		xinet_drop_count(xinet_sk(sk)->xn, XINET_DROP_NO_MEMORY);
		xsk_error_set(sk, err);
		return;
	}
	xsk_error_fill(copy, &quoted->daddr, port, &ee);
	__skb_pull(copy, payload - copy->data);
	xsk_error_queue(sk, copy, err);
}

/**
 * xsk_local_error - tell a program of an error of its own host
 * @sk: the sending socket
 * @err: errno, positive
 * @daddr: whom the datagram was for, network byte order
 * @port: its port, network byte order
 * @info: the MTU with EMSGSIZE, host byte order
 *
 * Without IP_RECVERR nothing happens. sk_err is left alone: the call that
 * failed says it already.
 *
 * Context: any.
 */
void xsk_local_error(struct sock *sk, int err, __be32 daddr, __be16 port,
		     u32 info)
{
	const struct sock_extended_err ee = {
		.ee_errno = err,
		.ee_origin = SO_EE_ORIGIN_LOCAL,
		.ee_info = info,
	};
	struct sk_buff *skb;
	struct iphdr *iph;

	if (!xsk_flag(sk, XSK_RECVERR))
		return;
	skb = alloc_skb(sizeof(*iph), GFP_ATOMIC | __GFP_ACCOUNT);
	if (!skb) {
		xinet_drop_count(xinet_sk(sk)->xn, XINET_DROP_NO_MEMORY);
		return;
	}
	/* a header to keep the address in, and no data */
	skb_reset_network_header(skb);
	iph = skb_put_zero(skb, sizeof(*iph));
	iph->daddr = daddr;
	__skb_pull(skb, sizeof(*iph));
	xip_cb_init(skb, 0);
	xsk_error_fill(skb, &iph->daddr, port, &ee);
	xsk_error_queue(sk, skb, 0);
}

/**
 * xsk_too_big - a datagram does not fit its path
 * @sk: the sending socket
 * @dst: whom it is for
 * @mtu: what would fit, in bytes with the XIP header
 *
 * Context: any.
 * Return: -EMSGSIZE.
 */
int xsk_too_big(struct sock *sk, const struct xsk_dest *dst, u32 mtu)
{
	xsk_local_error(sk, EMSGSIZE, dst->addr, dst->port, mtu);
	return -EMSGSIZE;
}

/**
 * xsk_set_recverr - setsockopt IP_RECVERR
 * @sk: the socket
 * @val: whether errors are wanted
 *
 * Errors that wait go with the wish for them; transmit timestamps, which were
 * asked for elsewhere, stay.
 *
 * Context: process, socket lock held.
 * Return: 0.
 */
int xsk_set_recverr(struct sock *sk, int val)
{
	struct sk_buff_head *queue = &sk->sk_error_queue, gone;
	struct sk_buff *skb, *next;
	unsigned long flags;

	assign_bit(XSK_RECVERR, &xinet_sk(sk)->flags, val);
	if (val)
		return 0;

	__skb_queue_head_init(&gone);
	spin_lock_irqsave(&queue->lock, flags);
	skb_queue_walk_safe(queue, skb, next) {
		if (SKB_EXT_ERR(skb)->ee.ee_origin == SO_EE_ORIGIN_TIMESTAMPING)
			continue;
		__skb_unlink(skb, queue);
		__skb_queue_tail(&gone, skb);
	}
	spin_unlock_irqrestore(&queue->lock, flags);
	while ((skb = __skb_dequeue(&gone)))
		consume_skb(skb);
	return 0;
}

/*
 * What the packet itself tells: an ICMP error has headers like any received
 * packet; a timestamp's tell where it left, if SOF_TIMESTAMPING_OPT_CMSG asks
 * and the packet is there at all.
 */
static bool xsk_error_has_headers(const struct sock *sk,
				  const struct sk_buff *skb)
{
	const u8 *nh = skb_network_header(skb);

	switch (SKB_EXT_ERR(skb)->ee.ee_origin) {
	case SO_EE_ORIGIN_ICMP:
		return true;
	case SO_EE_ORIGIN_TIMESTAMPING:
		return READ_ONCE(sk->sk_tsflags) & SOF_TIMESTAMPING_OPT_CMSG &&
		       XIPCB(skb)->parm.iif &&
		       nh + sizeof(struct iphdr) <= skb_tail_pointer(skb);
	default:
		return false;
	}
}

static void xsk_error_name(struct sock *sk, struct msghdr *msg,
			   const struct sk_buff *skb)
{
	const struct sock_exterr_skb *serr = SKB_EXT_ERR(skb);
	__be32 daddr;

	if (!msg->msg_name || (serr->ee.ee_origin != SO_EE_ORIGIN_ICMP &&
			       serr->ee.ee_origin != SO_EE_ORIGIN_LOCAL))
		return;
	daddr = *(const __be32 *)(skb_network_header(skb) + serr->addr_offset);
	xinet_fill_addr(sk, msg->msg_name, daddr, serr->port);
	msg->msg_namelen = sizeof(struct sockaddr_xin);
}

static void xsk_error_cmsgs(struct sock *sk, struct msghdr *msg,
			    struct sk_buff *skb)
{
	struct xsk_error_msg emsg = { .ee = SKB_EXT_ERR(skb)->ee };

	sock_recv_timestamp(msg, sk, skb);
	if (emsg.ee.ee_origin == SO_EE_ORIGIN_ICMP)
		xinet_fill_addr(sk, &emsg.offender, ip_hdr(skb)->saddr, 0);
	if (xsk_error_has_headers(sk, skb))
		xsk_cmsg_recv(sk, msg, skb);
	put_cmsg(msg, SOL_IP, IP_RECVERR, sizeof(emsg), &emsg);
}

/**
 * xsk_recv_error - recvmsg(2) with MSG_ERRQUEUE
 * @sk: the socket
 * @msg: filled: the data that was sent as far as it is known, whom it was for
 *	(ICMP and local errors), control messages, of which IP_RECVERR is last
 * @len: bytes there is room for
 *
 * Context: process.
 * Return: bytes copied, -EAGAIN where there is no error, -EFAULT.
 */
int xsk_recv_error(struct sock *sk, struct msghdr *msg, size_t len)
{
	struct sk_buff *skb = sock_dequeue_err_skb(sk);
	size_t copied;
	int err;

	if (!skb)
		return -EAGAIN;
	copied = min_t(size_t, len, skb->len);
	if (copied < skb->len)
		msg->msg_flags |= MSG_TRUNC;
	err = skb_copy_datagram_msg(skb, 0, msg, copied);
	if (!err) {
		xsk_error_name(sk, msg, skb);
		xsk_error_cmsgs(sk, msg, skb);
		msg->msg_flags |= MSG_ERRQUEUE;
		err = copied;
	}
	consume_skb(skb);
	return err;
}
