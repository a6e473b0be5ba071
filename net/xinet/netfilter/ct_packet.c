// SPDX-License-Identifier: GPL-2.0
/*
 * From a packet to the key it is looked up by.
 *
 * In: packets whose XIP header is whole, linear and checked, and packets that
 * an ICMP error quotes, of which nothing is. Out: a tuple. Nothing is changed.
 */
#include <linux/ip.h>
#include <linux/netfilter_ipv4.h>
#include <linux/skbuff.h>
#include <net/xinet/ip.h>
#include <net/xinet/netns.h>
#include "ct.h"

/* RFC 792: type, code, checksum, and where there is one, the identification. */
static bool xct_icmp_key(const struct sk_buff *skb, unsigned int off,
			 struct xct_tuple *t)
{
	struct icmphdr buf;
	const struct icmphdr *icmph;

	icmph = skb_header_pointer(skb, off, sizeof(buf), &buf);
	if (!icmph)
		return false;
	t->type = icmph->type;
	t->code = icmph->code;
	t->sport = xct_icmp_answer(icmph->type) < 0 ? 0 :
						      icmph->un.echo.id;
	return true;
}

/**
 * xct_tuple_of - a packet's key
 * @skb: the packet
 * @nhoff: where its XIP header begins, in bytes from skb->data
 * @t: filled, as the key of the original direction
 * @dataoff: filled: where what follows the header begins, likewise
 *
 * Context: any.
 * Return: false for one that has none: cut short, not XIP, a later fragment.
 */
bool xct_tuple_of(const struct sk_buff *skb, unsigned int nhoff,
		  struct xct_tuple *t, unsigned int *dataoff)
{
	const struct iphdr *iph;
	struct iphdr ip;
	const __be32 *ports;
	__be32 buf;

	iph = skb_header_pointer(skb, nhoff, sizeof(ip), &ip);
	if (unlikely(!iph || iph->version != XIP_VERSION || iph->ihl < 5 ||
		     iph->frag_off & htons(IP_OFFSET)))
		return false;

	*dataoff = nhoff + iph->ihl * 4;
	t->src = iph->saddr;
	t->dst = iph->daddr;
	t->sport = 0;
	t->dport = 0;
	t->proto = iph->protocol;
	t->dir = IP_CT_DIR_ORIGINAL;
	t->zone = 0;
	switch (iph->protocol) {
	case IPPROTO_UDP:
	case IPPROTO_TCP:
		/* both begin with their ports (RFC 768, RFC 9293) */
		ports = skb_header_pointer(skb, *dataoff, sizeof(buf), &buf);
		if (unlikely(!ports))
			return false;
		t->sport = ((const __be16 *)ports)[0];
		t->dport = ((const __be16 *)ports)[1];
		return true;
	case IPPROTO_ICMP:
		return xct_icmp_key(skb, *dataoff, t);
	default:
		return true;
	}
}

/**
 * xct_checksum_bad - is the transport's checksum wrong?
 * @pkt: a packet of UDP with a checksum, of TCP or of ICMP
 *
 * Looked at where nf_conntrack_checksum asks for it, in what comes from the
 * link: a packet that its receiver will not believe must not change what is
 * remembered.
 *
 * Context: in the conntrack hook.
 * Return: true if it is.
 */
bool xct_checksum_bad(const struct xct_packet *pkt)
{
	if (pkt->hook != NF_INET_PRE_ROUTING ||
	    !READ_ONCE(pkt->xn->ct.checksum) ||
	    skb_csum_unnecessary(pkt->skb))
		return false;
	return nf_ip_checksum(pkt->skb, pkt->hook, pkt->dataoff,
			      pkt->tuple.proto);
}
