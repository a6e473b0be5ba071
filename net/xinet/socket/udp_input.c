// SPDX-License-Identifier: GPL-2.0
/*
 * XUDP on its way in: xudp_rcv to the socket's queue, xudp_err to its errors
 * (RFC 768, RFC 1122 section 4.1).
 *
 * In: from xip_local_deliver_finish(), skb->data at the UDP header; from the
 * ICMP room, skb->data at the quoted XIP header. Softirq, RCU read lock.
 */
#include <linux/icmp.h>
#include <linux/netdevice.h>
#include <linux/udp.h>
#include <net/ip.h>
#include <net/xinet/ip.h>
#include <net/xinet/netns.h>
#include <net/xinet/sock.h>
#include <net/xinet/trace.h>
#include <net/xinet/udp.h>

/* Length, trimming and checksum; what is wrong, if anything. */
static enum xinet_drop xudp_rcv_check(struct sk_buff *skb)
{
	const struct udphdr *uh;
	unsigned int ulen;

	if (unlikely(!xtrace_may_pull(skb, sizeof(*uh))))
		return XINET_DROP_UDP_SHORT;
	uh = udp_hdr(skb);
	ulen = ntohs(uh->len);
	if (unlikely(ulen < sizeof(*uh) || ulen > skb->len))
		return XINET_DROP_UDP_LENGTH;
	if (unlikely(ulen < skb->len && xtrace_trim_rcsum(skb, ulen)))
		return XINET_DROP_NO_MEMORY;

	uh = udp_hdr(skb);
	if (unlikely(skb_checksum_validate_zero_check(skb, IPPROTO_UDP,
						      uh->check,
						      inet_compute_pseudo)))
		return XINET_DROP_UDP_CSUM;
	return XINET_DROP_NONE;
}

static void xudp_rcv_drop(struct xinet_net *xn, struct sk_buff *skb,
			  enum xinet_drop why)
{
	if (why == XINET_DROP_UDP_CSUM)
		XUDP_INC_STATS(xn, UDP_MIB_CSUMERRORS);
	XUDP_INC_STATS(xn, UDP_MIB_INERRORS);
	xinet_drop(xn, skb, why);
}

/* To one socket's queue; counts either way. */
static void xudp_queue_rcv(struct xinet_net *xn, struct sock *sk,
			   struct sk_buff *skb)
{
	int err = xsk_queue_rcv(xn, sk, skb, sizeof(struct udphdr));

	if (likely(!err)) {
		XUDP_INC_STATS(xn, UDP_MIB_INDATAGRAMS);
		return;
	}
	if (err == -ENOMEM)
		XUDP_INC_STATS(xn, UDP_MIB_RCVBUFERRORS);
	XUDP_INC_STATS(xn, UDP_MIB_INERRORS);
}

/* To many: every socket that matches gets a copy, the last the original. */
static void xudp_deliver_many(struct xinet_net *xn, struct net *net,
			      struct sk_buff *skb, const struct xport_key *key)
{
	const struct xport_bucket *b = xport_bucket(&xudp_table, net,
						    key->dport);
	struct sock *sk, *last = NULL;
	struct sk_buff *copy;

	sk_for_each_rcu(sk, &b->head) {
		if (!xport_match(sk, net, key) ||
		    !xsk_mc_allows(sk, key->daddr, key->dif))
			continue;
		if (last) {
			copy = skb_clone(skb, GFP_ATOMIC);
			if (copy)
				xudp_queue_rcv(xn, last, copy);
			else
				xinet_drop_count(xn, XINET_DROP_NO_MEMORY);
		}
		last = sk;
	}
	if (last) {
		xudp_queue_rcv(xn, last, skb);
		return;
	}
	XUDP_INC_STATS(xn, UDP_MIB_IGNOREDMULTI);
	xinet_drop(xn, skb, XINET_DROP_NO_SOCKET);
}

/* RFC 1122 section 4.1.3.1: nobody listens. */
static void xudp_no_port(struct xinet_net *xn, struct sk_buff *skb)
{
	XUDP_INC_STATS(xn, UDP_MIB_NOPORTS);
	xicmp_send(skb, ICMP_DEST_UNREACH, ICMP_PORT_UNREACH, 0);
	xinet_drop(xn, skb, XINET_DROP_NO_SOCKET);
}

/**
 * xudp_rcv - a datagram for this host
 * @skb: the datagram, skb->data at the UDP header; consumed
 *
 * Context: softirq, RCU read lock.
 */
void xudp_rcv(struct sk_buff *skb)
{
	struct net *net = dev_net(skb->dev);
	struct xinet_net *xn = xinet_pernet_rcu(net);
	struct xport_key key;
	enum xinet_drop why;
	struct sock *sk;

	xtrace_stage(skb, XTRACE_UDP_RCV);
	why = xudp_rcv_check(skb);
	if (unlikely(why)) {
		xudp_rcv_drop(xn, skb, why);
		return;
	}
	key.saddr = ip_hdr(skb)->saddr;
	key.daddr = ip_hdr(skb)->daddr;
	key.sport = udp_hdr(skb)->source;
	key.dport = ntohs(udp_hdr(skb)->dest);
	key.dif = skb->dev->ifindex;

	if (unlikely(XIPCB(skb)->rtype != RTN_LOCAL)) {
		xudp_deliver_many(xn, net, skb, &key);
		return;
	}
	sk = xport_lookup(&xudp_table, net, &key);
	if (likely(sk))
		xudp_queue_rcv(xn, sk, skb);
	else
		xudp_no_port(xn, skb);
}

/**
 * xudp_err - an ICMP error quotes a datagram this host sent
 * @skb: the ICMP packet, skb->data at the quoted XIP header; not consumed
 * @info: MTU or pointer, for the error queue
 *
 * Context: softirq, RCU read lock.
 */
void xudp_err(struct sk_buff *skb, u32 info)
{
	const struct iphdr *quoted = (const struct iphdr *)skb->data;
	const struct udphdr *uh;
	struct xport_key key;
	struct sock *sk;

	/* the quote is what we sent: its source is us */
	uh = (const struct udphdr *)(skb->data + quoted->ihl * 4);
	key.saddr = quoted->daddr;
	key.daddr = quoted->saddr;
	key.sport = uh->dest;
	key.dport = ntohs(uh->source);
	/* our own errors come by lo: the device says nothing */
	key.dif = 0;

	sk = xport_lookup(&xudp_table, dev_net(skb->dev), &key);
	if (!sk) {
		XICMP_INC_STATS(xinet_pernet_rcu(dev_net(skb->dev)),
				ICMP_MIB_INERRORS);
		return;
	}
	xsk_err(sk, skb, uh->dest, info, (const u8 *)(uh + 1));
}
