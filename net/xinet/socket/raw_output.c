// SPDX-License-Identifier: GPL-2.0
/*
 * Raw sockets on the way out: a payload, to which the kernel adds the XIP
 * header, or with IP_HDRINCL a whole packet, of which the kernel fills in what
 * man 7 raw says.
 *
 * In: sendmsg() from process context, without the socket lock. Out: to
 * xip_send_skb() under the RCU read lock. The steps are those of send.h.
 */
#include <linux/icmp.h>
#include <linux/random.h>
#include <net/xinet/ip.h>
#include <net/xinet/options.h>
#include <net/xinet/raw.h>
#include "../ip/header.h"
#include "send.h"

#define XRAW_MAX	65535	/* RFC 791: of a packet, header and all */

static int xraw_check_len(bool hdrincl, size_t len)
{
	if (len > (hdrincl ? XRAW_MAX : XRAW_MAX - sizeof(struct iphdr)))
		return -EMSGSIZE;
	return hdrincl && len < sizeof(struct iphdr) ? -EINVAL : 0;
}

/*
 * A program's own header: whatever routers and we ourselves rely on must hold.
 * The lengths that it claims do not matter, they are written over.
 */
static int xraw_check_header(struct sk_buff *skb)
{
	const struct iphdr *iph;
	struct xip_options options;
	unsigned int hlen, pointer;

	if (!pskb_may_pull(skb, sizeof(*iph)))
		return -ENOBUFS;
	iph = (const struct iphdr *)skb->data;
	hlen = iph->ihl * 4;
	if (xip_header_fixed(iph) || hlen > skb->len)
		return -EINVAL;
	if (!pskb_may_pull(skb, hlen))
		return -ENOBUFS;
	iph = (const struct iphdr *)skb->data;
	if (xip_options_parse((const u8 *)(iph + 1), hlen - sizeof(*iph),
			      &options, &pointer))
		return -EINVAL;
	skb_reset_network_header(skb);
	skb_set_transport_header(skb, hlen);
	return 0;
}

/* RFC 6864: any number but the one that asks for it. */
static __be16 xraw_ident(void)
{
	return htons(get_random_u32() % 0xffff + 1);
}

/*
 * Complete the header that the program gave, and send. What has a header of
 * its own is never cut to pieces here: the device's MTU is what counts. RCU
 * read lock held.
 */
static int xraw_xmit_hdrincl(struct sock *sk, struct sk_buff *skb,
			     struct xsk_tx *tx, const struct xsk_dest *dst,
			     const struct xsk_cookie *ck)
{
	struct iphdr *iph = ip_hdr(skb);

	tx->rt.mtu = min_t(u32, READ_ONCE(tx->rt.dev->mtu), XIP_MAX_MTU);
	if (skb->len > tx->rt.mtu) {
		kfree_skb(skb);
		return xsk_too_big(sk, dst, tx->rt.mtu);
	}
	if (!iph->saddr)
		iph->saddr = ck->saddr ?: tx->rt.saddr;
	if (!iph->id)
		iph->id = xraw_ident();
	xip_cb_init(skb, 0);
	xip_route_to_cb(skb, &tx->rt);
	skb->dev = tx->rt.dev;
	return xip_send_skb(sock_net(sk), sk, skb);
}

/* ICMP messages are counted by type, whoever makes them. */
static void xraw_count_icmp(struct xinet_net *xn, const struct sk_buff *skb,
			    u8 protocol)
{
	struct icmphdr buf;
	const struct icmphdr *icmph;

	if (protocol != IPPROTO_ICMP)
		return;
	icmph = skb_header_pointer(skb, skb_transport_offset(skb), sizeof(buf),
				   &buf);
	if (!icmph)
		return;
	XICMP_INC_STATS(xn, ICMP_MIB_OUTMSGS);
	atomic_long_inc(&xn->icmp.msgs[256 + icmph->type]);
}

static int xraw_send_skb(struct sock *sk, struct sk_buff *skb, bool hdrincl,
			 struct xsk_tx *tx, const struct xsk_dest *dst,
			 const struct xsk_cookie *ck, int msg_flags)
{
	u8 protocol = hdrincl ? ip_hdr(skb)->protocol : sk->sk_protocol;
	int err;

	rcu_read_lock();
	err = xsk_tx_again(sk, dst, ck, msg_flags, tx);
	if (err) {
		kfree_skb(skb);
	} else {
		xraw_count_icmp(xinet_sk(sk)->xn, skb, protocol);
		err = hdrincl ? xraw_xmit_hdrincl(sk, skb, tx, dst, ck) :
				xsk_xmit(sk, skb, protocol, tx, dst, ck);
	}
	rcu_read_unlock();
	/* as IPv4: counted, and an error only for who asks for such errors */
	return err == -ENOBUFS && !xsk_flag(sk, XSK_RECVERR) ? 0 : err;
}

/**
 * xraw_sendmsg - sendmsg(2) on a raw socket
 * @sock: the socket
 * @msg: whom for, control messages, where the data is
 * @len: bytes of data, with IP_HDRINCL the XIP header included
 *
 * With IP_HDRINCL the packet goes where the address says, or the connected
 * peer is, whatever destination its header has; checksum and total length are
 * always filled in, source and identification where they are zero.
 *
 * Context: process, may sleep.
 * Return: @len; -EMSGSIZE beyond 65,535 bytes with the header, the device's
 * MTU with IP_HDRINCL, or the path's without leave to fragment; -EINVAL for a
 * header that is none, or IP_OPTIONS beside one; the errors of
 * xsk_send_prepare(), xsk_tx_prepare(), xsk_alloc_skb() and of the hooks.
 */
int xraw_sendmsg(struct socket *sock, struct msghdr *msg, size_t len)
{
	struct sock *sk = sock->sk;
	bool hdrincl = xsk_flag(sk, XSK_HDRINCL);
	struct xsk_cookie ck;
	struct xsk_dest dst;
	struct sk_buff *skb;
	struct xsk_tx tx;
	int err;

	err = xraw_check_len(hdrincl, len);
	if (err)
		return err;
	err = xsk_send_prepare(sk, msg, &dst, &ck);
	if (err)
		return err;
	dst.port = 0;
	/* options and a header of one's own do not go together */
	if (hdrincl && ck.odd.optlen)
		return -EINVAL;
	/* a whole packet's length is looked at when its header is */
	err = xsk_tx_prepare(sk, &dst, &ck, msg->msg_flags,
			     hdrincl ? 0 : len, &tx);
	if (err)
		return err;
	if (msg->msg_flags & MSG_PROBE)
		return len;
	/* the checksum within is the program's: sum nothing up */
	tx.hw_csum = true;
	skb = xsk_alloc_skb(sk, &tx, &ck, 0, msg, len);
	if (IS_ERR(skb))
		return PTR_ERR(skb);
	if (hdrincl) {
		err = xraw_check_header(skb);
		if (err) {
			kfree_skb(skb);
			return err;
		}
	}
	err = xraw_send_skb(sk, skb, hdrincl, &tx, &dst, &ck, msg->msg_flags);
	return err ? err : len;
}
