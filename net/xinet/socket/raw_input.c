// SPDX-License-Identifier: GPL-2.0
/*
 * Raw sockets on the way in: a copy of each packet to every socket of its
 * protocol that it matches, and ICMP errors about what they sent.
 *
 * In: from xip_local_deliver_finish(), before the transport's handler,
 * skb->data at the XIP header; from the ICMP room, skb->data at the quoted
 * header. Softirq, RCU read lock. The packet stays the caller's, and nobody
 * writes into what the copies share with it.
 */
#include <linux/icmp.h>
#include <linux/netdevice.h>
#include <net/xinet/ip.h>
#include <net/xinet/raw.h>
#include <net/xinet/trace.h>

/**
 * struct xraw_key - a packet as a raw socket sees it
 * @theirs: the other host's address, network byte order
 * @ours: the address on our side, network byte order
 * @protocol: protocol number
 * @dif: ifindex of the device it came in on, or 0 if that does not matter
 */
struct xraw_key {
	__be32 theirs;
	__be32 ours;
	u8 protocol;
	int dif;
};

static bool xraw_match(const struct sock *sk, const struct net *net,
		       const struct xraw_key *key)
{
	int bound = READ_ONCE(sk->sk_bound_dev_if);
	__be32 rcv = READ_ONCE(sk->sk_rcv_saddr);
	__be32 peer = READ_ONCE(sk->sk_daddr);

	return READ_ONCE(sk->sk_num) == key->protocol &&
	       net_eq(sock_net(sk), net) &&
	       (!rcv || rcv == key->ours) &&
	       (!peer || peer == key->theirs) &&
	       (!bound || !key->dif ||
		xport_dev_match(net, bound, key->dif, key->ours));
}

/* Does ICMP_FILTER keep the packet away? What has no type is not wanted. */
static bool xraw_filtered(const struct sock *sk, const struct sk_buff *skb)
{
	const u8 *type;
	u8 buf;

	if (sk->sk_protocol != IPPROTO_ICMP)
		return false;
	if (skb->len < skb_network_header_len(skb) + sizeof(struct icmphdr))
		return true;
	type = skb_header_pointer(skb, skb_network_header_len(skb),
				  sizeof(buf), &buf);
	return !type ||
	       (*type < 32 && READ_ONCE(xraw_sk(sk)->filter) & (1U << *type));
}

/*
 * A sender on this host left the checksum to a device that will never see the
 * packet: a program that looks at the bytes gets the real one, in memory of
 * its copy alone.
 */
static bool xraw_finish_csum(struct sk_buff *copy)
{
	unsigned int end = skb_checksum_start_offset(copy) +
			   copy->csum_offset + sizeof(__sum16);

	return xtrace_may_pull(copy, end) && !xtrace_checksum_help(copy);
}

static void xraw_give(struct xinet_net *xn, struct sock *sk,
		      struct sk_buff *skb)
{
	struct sk_buff *copy = skb_clone(skb, GFP_ATOMIC);

	if (unlikely(!copy)) {
		atomic_inc(&sk->sk_drops);
		xinet_drop_count(xn, XINET_DROP_NO_MEMORY);
		return;
	}
	if (copy->ip_summed == CHECKSUM_PARTIAL && !xraw_finish_csum(copy)) {
		atomic_inc(&sk->sk_drops);
		xinet_drop(xn, copy, XINET_DROP_NO_MEMORY);
		return;
	}
	xsk_queue_rcv(xn, sk, copy, 0);
}

/**
 * xraw_deliver - give a packet for this host to all who listen to its protocol
 * @xn: state of the namespace
 * @skb: the packet, skb->data at the XIP header; stays the caller's
 *
 * Context: softirq, RCU read lock.
 * Return: whether anybody listens, even if a filter or a full queue kept the
 * packet away: then its protocol is not unreachable.
 */
bool xraw_deliver(struct xinet_net *xn, struct sk_buff *skb)
{
	const struct iphdr *iph = ip_hdr(skb);
	const struct xraw_key key = {
		.theirs = iph->saddr,
		.ours = iph->daddr,
		.protocol = iph->protocol,
		.dif = skb->dev->ifindex,
	};
	const struct xport_bucket *b;
	bool heard = false;
	struct sock *sk;

	xtrace_stage(skb, XTRACE_RAW_DELIVER);
	/* man 7 raw: such a socket only sends */
	if (key.protocol == IPPROTO_RAW)
		return false;
	b = xport_bucket(&xraw_table, xn->net, key.protocol);
	sk_for_each_rcu(sk, &b->head) {
		if (!xraw_match(sk, xn->net, &key) ||
		    !xsk_mc_allows(sk, key.ours, key.dif))
			continue;
		heard = true;
		if (!xraw_filtered(sk, skb))
			xraw_give(xn, sk, skb);
	}
	return heard;
}

/**
 * xraw_err - an ICMP error quotes a packet of a protocol that may be raw
 * @xn: state of the namespace
 * @skb: the ICMP packet, skb->data at the quoted XIP header; not consumed
 * @info: MTU or pointer, for the error queue
 *
 * Every socket that may have sent it is told; xsk_err() knows which want to
 * hear. The protocol need have no handler.
 *
 * Context: softirq, RCU read lock.
 */
void xraw_err(struct xinet_net *xn, struct sk_buff *skb, u32 info)
{
	const struct iphdr *quoted = (const struct iphdr *)skb->data;
	const struct xraw_key key = {
		.theirs = quoted->daddr,
		.ours = quoted->saddr,
		.protocol = quoted->protocol,
	};
	const struct xport_bucket *b;
	unsigned int hlen;
	struct sock *sk;

	b = xport_bucket(&xraw_table, xn->net, key.protocol);
	sk_for_each_rcu(sk, &b->head) {
		if (!xraw_match(sk, xn->net, &key))
			continue;
		/* whose program wrote the header gets it back, too */
		hlen = xsk_flag(sk, XSK_HDRINCL) ? 0 : quoted->ihl * 4;
		xsk_err(sk, skb, 0, info, skb->data + hlen);
	}
}
