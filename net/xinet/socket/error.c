// SPDX-License-Identifier: GPL-2.0
/*
 * Which ICMP errors a program hears of, by datagram transports' rule.
 *
 * In: an ICMP error whose socket a transport has found. Out: to the route room
 * what the error teaches, to errqueue.c what the program is told.
 */
#include <linux/icmp.h>
#include <net/xinet/icmp.h>
#include <net/xinet/sock.h>

/* The errno of an ICMP error, and whether it is final. */
static struct xicmp_err xsk_errno(const struct icmphdr *icmph)
{
	switch (icmph->type) {
	case ICMP_DEST_UNREACH:
		/* who forbids fragmenting must know: too big is final */
		if (icmph->code == ICMP_FRAG_NEEDED)
			return (struct xicmp_err){ EMSGSIZE, true };
		return xicmp_err_convert[icmph->code];
	case ICMP_PARAMETERPROB:
		return (struct xicmp_err){ EPROTO, true };
	case ICMP_TIME_EXCEEDED:
		return (struct xicmp_err){ EHOSTUNREACH, false };
	default:
		/* source quench and redirect concern no socket */
		return (struct xicmp_err){ 0, false };
	}
}

/**
 * xsk_err - an ICMP error is about what a socket sent
 * @sk: the socket
 * @skb: the ICMP packet, headers set, skb->data at the quoted XIP header; not
 *	consumed
 * @port: that the datagram was for, network byte order; 0 if there are none
 * @info: MTU, pointer or gateway, host byte order
 * @payload: where in the linear part of @skb the program's own data begins
 *
 * RFC 1122 section 4.1.3.3. With IP_RECVERR a program hears of everything.
 * Else only a connected socket is told, since an unconnected one could not say
 * whom its next error is about. It hears of every destination unreachable,
 * among them the host unreachable that this host sends itself when a neighbour
 * does not answer; of the others only what is final.
 *
 * Context: softirq, RCU read lock.
 */
void xsk_err(struct sock *sk, const struct sk_buff *skb, __be16 port, u32 info,
	     const u8 *payload)
{
	const struct icmphdr *icmph = icmp_hdr(skb);
	struct xicmp_err e;

	if (xsk_frag_needed(sk, skb, info))
		return;
	e = xsk_errno(icmph);
	if (!e.error)
		return;
	if (!xsk_flag(sk, XSK_RECVERR) &&
	    (sk->sk_state != TCP_ESTABLISHED ||
	     (!e.fatal && icmph->type != ICMP_DEST_UNREACH)))
		return;
	xsk_icmp_error(sk, skb, e.error, port, info, payload);
}
