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
	WRITE_ONCE(xinet_sk(sk)->pmtudisc, val);
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
	*val = READ_ONCE(xinet_sk(sk)->pmtudisc);
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

/**
 * xsk_tx_fragment - a datagram too big for its path, or a socket or a route of
 * other than the default mode
 * @sk: the socket
 * @dst: whom the datagram is for
 * @len: of the packet in bytes, headers and data
 * @tx: its route, whose MTU becomes the one to go by; @may_frag is set,
 *	@hw_csum cleared, as it turns out
 *
 * A checksum that a device were to make would be made for each fragment:
 * so what will be fragmented is summed up here.
 *
 * Context: RCU read lock.
 * Return: 0, or -EMSGSIZE where it must not be fragmented.
 */
int xsk_tx_fragment(struct sock *sk, const struct xsk_dest *dst,
		    unsigned int len, struct xsk_tx *tx)
{
	u8 mode = READ_ONCE(xinet_sk(sk)->pmtudisc);
	bool fits = len <= tx->rt.mtu;

	if (!xpmtu_mode_uses(mode))
		tx->rt.mtu = min_t(u32, READ_ONCE(tx->rt.dev->mtu),
				   XIP_MAX_MTU);
	if (len > tx->rt.mtu) {
		if (!xpmtu_mode_fragments(mode))
			return xsk_too_big(sk, dst, tx->rt.mtu);
		tx->hw_csum = false;
	}
	tx->may_frag = !xpmtu_mode_df(mode, fits,
				      tx->rt.mtu_flags & XROUTE_MTU_LOCKED);
	return 0;
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
	u8 mode = READ_ONCE(xinet_sk(sk)->pmtudisc);

	if (icmp_hdr(skb)->type != ICMP_DEST_UNREACH ||
	    icmp_hdr(skb)->code != ICMP_FRAG_NEEDED)
		return false;
	if (xpmtu_mode_learns(mode))
		xip_route_pmtu(xinet_sk(sk)->xn, quoted->daddr,
			       READ_ONCE(sk->sk_bound_dev_if), info);
	return mode == IP_PMTUDISC_DONT;
}
