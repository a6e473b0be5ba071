// SPDX-License-Identifier: GPL-2.0
/*
 * XUDP on its way out: xudp_sendmsg, xudp_send_skb (RFC 768).
 *
 * In: sendmsg() from process context. Out: to xip_send_skb() under the RCU
 * read lock. No socket lock is taken: a datagram is whole in one call.
 */
#include <linux/udp.h>
#include <net/checksum.h>
#include <net/udp.h>
#include <net/xinet/ip.h>
#include <net/xinet/netns.h>
#include <net/xinet/sock.h>
#include <net/xinet/udp.h>
#include "send.h"

#define XUDP_MAX_DATA	(65535 - sizeof(struct iphdr) - sizeof(struct udphdr))

/* Leave the checksum to the device, or make it of the data's sum. */
static void xudp_set_csum(const struct sock *sk, struct sk_buff *skb,
			  bool hw_csum, __be32 saddr, __be32 daddr)
{
	struct udphdr *uh = udp_hdr(skb);

	uh->check = 0;
	if (unlikely(sk->sk_no_check_tx)) {
		skb->ip_summed = CHECKSUM_NONE;
		return;
	}
	if (likely(hw_csum)) {
		skb->ip_summed = CHECKSUM_PARTIAL;
		skb->csum_start = skb_transport_header(skb) - skb->head;
		skb->csum_offset = offsetof(struct udphdr, check);
		uh->check = ~csum_tcpudp_magic(saddr, daddr, skb->len,
					       IPPROTO_UDP, 0);
		return;
	}
	uh->check = csum_tcpudp_magic(saddr, daddr, skb->len, IPPROTO_UDP,
				      csum_partial(uh, sizeof(*uh), skb->csum));
	if (!uh->check)
		uh->check = CSUM_MANGLED_0;
	skb->ip_summed = CHECKSUM_NONE;
}

/* Put the UDP header on and send. RCU read lock held. */
static noinline int xudp_send_skb(struct sock *sk, struct sk_buff *skb,
				  const struct xsk_tx *tx,
				  const struct xsk_dest *dst,
				  const struct xsk_cookie *ck)
{
	struct udphdr *uh = udp_hdr(skb);

	uh->source = htons(READ_ONCE(sk->sk_num));
	uh->dest = dst->port;
	uh->len = htons(skb->len);
	xudp_set_csum(sk, skb, tx->hw_csum, ck->saddr ?: tx->rt.saddr,
		      dst->addr);
	return xsk_xmit(sk, skb, IPPROTO_UDP, tx, dst, ck);
}

/*
 * As IPv4: that the device's queue refused a datagram is counted, and an error
 * only for a program that asks for such errors.
 */
static int xudp_count_sent(struct sock *sk, int err)
{
	struct xinet_net *xn = xinet_sk(sk)->xn;

	if (likely(!err)) {
		XUDP_INC_STATS(xn, UDP_MIB_OUTDATAGRAMS);
		return 0;
	}
	if (err != -ENOBUFS && err != -EAGAIN)
		return err;
	XUDP_INC_STATS(xn, UDP_MIB_SNDBUFERRORS);
	return err == -ENOBUFS && !xsk_flag(sk, XSK_RECVERR) ? 0 : err;
}

/**
 * xudp_sendmsg - sendmsg(2) on a XUDP socket
 * @sock: the socket
 * @msg: whom for, control messages, where the data is
 * @len: bytes of data
 *
 * Context: process, may sleep.
 * Return: @len; -EMSGSIZE beyond 65,507 bytes or the path's MTU; the errors of
 * xsk_send_prepare(), xsk_tx_prepare(), xsk_alloc_skb() and of the hooks.
 */
int xudp_sendmsg(struct socket *sock, struct msghdr *msg, size_t len)
{
	struct sock *sk = sock->sk;
	struct xsk_cookie ck;
	struct xsk_dest dst;
	struct sk_buff *skb;
	struct xsk_tx tx;
	int err;

	if (unlikely(len > XUDP_MAX_DATA))
		return -EMSGSIZE;
	err = xsk_send_prepare(sk, msg, &dst, &ck);
	if (unlikely(err))
		return err;
	if (unlikely(!dst.port))
		return -EINVAL;
	err = xsk_tx_prepare(sk, &dst, &ck, msg->msg_flags,
			     len + sizeof(struct udphdr), &tx);
	if (unlikely(err))
		return err;
	if (unlikely(msg->msg_flags & MSG_PROBE))
		return len;
	skb = xsk_alloc_skb(sk, &tx, &ck, sizeof(struct udphdr), msg, len);
	if (IS_ERR(skb))
		return xudp_count_sent(sk, PTR_ERR(skb)) ?: PTR_ERR(skb);

	rcu_read_lock();
	err = xsk_tx_again(sk, &dst, &ck, msg->msg_flags, &tx);
	if (likely(!err))
		err = xudp_send_skb(sk, skb, &tx, &dst, &ck);
	else
		kfree_skb(skb);
	rcu_read_unlock();
	err = xudp_count_sent(sk, err);
	return err ? err : len;
}
