// SPDX-License-Identifier: GPL-2.0
/*
 * Path MTU discovery of sockets: IP_MTU_DISCOVER, IP_MTU, and what becomes of
 * datagrams and of ICMP messages by it.
 *
 * In: setsockopt and sendmsg in process context; fragmentation-needed messages
 * that a transport has found the socket of, in softirq. Out: whether DF is set
 * and what is too big; to the route room what was learnt. RCU read lock where
 * routes are concerned.
 */
#include <linux/icmp.h>
#include <linux/netdevice.h>
#include <net/xinet/ip.h>
#include <net/xinet/netns.h>
#include <net/xinet/sock.h>
#include "pmtu.h"
#include "send.h"

/**
 * xsk_set_mtu_discover - setsockopt IP_MTU_DISCOVER
 * @sk: the socket
 * @val: IP_PMTUDISC_*
 *
 * Context: process, socket lock held.
 * Return: 0 or -EINVAL.
 */
int xsk_set_mtu_discover(struct sock *sk, int val)
{
	if (val < IP_PMTUDISC_DONT || val > IP_PMTUDISC_OMIT)
		return -EINVAL;
	WRITE_ONCE(xinet_sk(sk)->odd.pmtudisc, val ^ IP_PMTUDISC_WANT);
	return 0;
}

/**
 * xsk_get_mtu_discover - getsockopt IP_MTU_DISCOVER
 * @sk: the socket
 * @val: filled: IP_PMTUDISC_*
 *
 * Context: process.
 * Return: 0.
 */
int xsk_get_mtu_discover(struct sock *sk, int *val)
{
	*val = xsk_pmtudisc(sk);
	return 0;
}

/**
 * xsk_get_mtu - getsockopt IP_MTU: of the path to the peer, as it is now
 * @sk: the socket
 * @val: filled, in bytes
 *
 * Context: process.
 * Return: 0; -ENOTCONN without a peer or a route to it.
 */
int xsk_get_mtu(struct sock *sk, int *val)
{
	struct xsk_dest dst = {
		.addr = READ_ONCE(sk->sk_daddr),
		.port = READ_ONCE(sk->sk_dport),
		.connected = true,
	};
	struct xsk_cookie ck = {
		.saddr = READ_ONCE(xinet_sk(sk)->saddr),
		.oif = READ_ONCE(sk->sk_bound_dev_if),
	};
	struct xroute rt;
	int err;

	if (sk->sk_state != TCP_ESTABLISHED)
		return -ENOTCONN;
	rcu_read_lock();
	err = xsk_route_get(sk, &dst, &ck, 0, &rt);
	rcu_read_unlock();
	if (err)
		return -ENOTCONN;
	*val = rt.mtu;
	return 0;
}

static int xsk_tx_fragment(struct sock *sk, const struct xsk_dest *dst,
			   struct xsk_cookie *ck, unsigned int len,
			   struct xsk_tx *tx)
{
	u8 mode = ck->odd.pmtudisc ^ IP_PMTUDISC_WANT;
	bool fits = len <= tx->rt.mtu;

	if (!xpmtu_mode_uses(mode))
		tx->rt.mtu = min_t(u32, READ_ONCE(tx->rt.dev->mtu),
				   XIP_MAX_MTU);
	if (len > tx->rt.mtu) {
		if (!xpmtu_mode_fragments(mode))
			return xsk_too_big(sk, dst, tx->rt.mtu);
		/* a device would sum up each fragment for itself */
		tx->hw_csum = false;
	}
	ck->odd.may_frag = !xpmtu_mode_df(mode, fits,
					  tx->rt.flags & XROUTE_MTU_LOCKED);
	return 0;
}

/**
 * xsk_tx_odd - a datagram too big for its path, or with options, or of a socket
 * or by a route of other than the default mode
 * @sk: the socket
 * @dst: whom the datagram is for
 * @ck: with what; whether it may be fragmented is noted here
 * @len: of the packet in bytes, headers and data, but for options
 * @tx: its route, whose MTU becomes the one to go by; @hw_csum is cleared if it
 *	will be
 *
 * Context: RCU read lock.
 * Return: 0, or -EMSGSIZE where it must not be fragmented, or even in fragments
 * would be too long.
 */
int xsk_tx_odd(struct sock *sk, const struct xsk_dest *dst,
	       struct xsk_cookie *ck, unsigned int len, struct xsk_tx *tx)
{
	tx->headroom += ck->odd.optlen;
	len += ck->odd.optlen;
	if (len > XIP_MAX_MTU)
		return -EMSGSIZE;
	return xsk_tx_fragment(sk, dst, ck, len, tx);
}

/**
 * xsk_xmit_odd - finish such a datagram's header
 * @sk: the socket
 * @skb: the datagram, behind xip_build_header(); stays the caller's
 * @ck: of the call, as xsk_tx_odd() left it
 *
 * Context: RCU read lock.
 * Return: 0, or an error of xsk_put_options().
 */
int xsk_xmit_odd(struct sock *sk, struct sk_buff *skb,
		 const struct xsk_cookie *ck)
{
	int err = 0;

	if (ck->odd.optlen)
		err = xsk_put_options(sk, skb, ck);
	if (!err && ck->odd.may_frag)
		xip_allow_fragment(xinet_sk(sk)->xn, skb);
	return err;
}

/**
 * xsk_frag_needed - a fragmentation-needed message has found its socket
 * @sk: the socket that sent the datagram quoted
 * @skb: the ICMP packet, skb->data at the quoted XIP header
 * @info: the MTU to believe, as xicmp_frag_needed() left it
 *
 * Context: softirq, RCU read lock.
 * Return: whether that was all: the program is not told, since it lets its
 * datagrams be fragmented. False also for any other message.
 */
bool xsk_frag_needed(struct sock *sk, const struct sk_buff *skb, u32 info)
{
	const struct iphdr *quoted = (const struct iphdr *)skb->data;
	u8 mode = xsk_pmtudisc(sk);

	if (icmp_hdr(skb)->type != ICMP_DEST_UNREACH ||
	    icmp_hdr(skb)->code != ICMP_FRAG_NEEDED)
		return false;
	if (xpmtu_mode_learns(mode))
		xip_route_pmtu(xinet_sk(sk)->xn, quoted->daddr,
			       READ_ONCE(sk->sk_bound_dev_if), info);
	return mode == IP_PMTUDISC_DONT;
}
