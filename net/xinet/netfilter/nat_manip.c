// SPDX-License-Identifier: GPL-2.0
/*
 * Rewriting one side of a packet: its address, its port or ICMP
 * identification, and the checksums over them.
 *
 * In: packets in the NAT hooks, skb->data at the XIP header, that the tracker
 * found whole; and what ICMP errors quote. Out: the same packet, of which what
 * is written to is linear and nobody else's. Under the RCU read lock.
 */
#include <linux/icmp.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <net/xinet/ip.h>
#include <net/xinet/trace.h>
#include "nat_csum.h"
#include "nat_room.h"

/**
 * struct xnat_l4 - where a transport keeps what is rewritten
 * @src: source port or identification: bytes from the transport header
 * @dst: destination port
 * @check: checksum
 * @len: bytes up to the end of the last of them
 * @pseudo: the checksum covers the addresses
 */
struct xnat_l4 {
	u8 src;
	u8 dst;
	u8 check;
	u8 len;
	bool pseudo;
};

static const struct xnat_l4 xnat_l4_udp = {
	.src = offsetof(struct udphdr, source),
	.dst = offsetof(struct udphdr, dest),
	.check = offsetof(struct udphdr, check),
	.len = sizeof(struct udphdr),
	.pseudo = true,
};

static const struct xnat_l4 xnat_l4_tcp = {
	.src = offsetof(struct tcphdr, source),
	.dst = offsetof(struct tcphdr, dest),
	.check = offsetof(struct tcphdr, check),
	.len = offsetof(struct tcphdr, urg_ptr),
	.pseudo = true,
};

static const struct xnat_l4 xnat_l4_icmp = {
	.src = offsetof(struct icmphdr, un.echo.id),
	.dst = offsetof(struct icmphdr, un.echo.id),
	.check = offsetof(struct icmphdr, checksum),
	.len = offsetof(struct icmphdr, un.echo.sequence),
	.pseudo = false,
};

/* NULL: nothing but the address is rewritten, as in a later fragment. */
static __always_inline const struct xnat_l4 *xnat_l4_of(const struct iphdr *iph)
{
	if (unlikely(iph->frag_off & htons(IP_OFFSET)))
		return NULL;
	switch (iph->protocol) {
	case IPPROTO_UDP:
		return &xnat_l4_udp;
	case IPPROTO_TCP:
		return &xnat_l4_tcp;
	case IPPROTO_ICMP:
		return &xnat_l4_icmp;
	default:
		return NULL;
	}
}

static __wsum xnat_write_addr(struct iphdr *iph, __be32 to, enum xnat_side side)
{
	__be32 *addr = side == XNAT_SRC ? &iph->saddr : &iph->daddr;
	__wsum diff = xnat_diff4(*addr, to);

	*addr = to;
	iph->check = xnat_sum(iph->check, diff);
	return diff;
}

/* The checksum of a packet that is on its way, as opposed to a quoted one. */
static __always_inline void xnat_write_check(struct sk_buff *skb,
					     const struct xnat_l4 *l4,
					     __sum16 *check, __wsum addr,
					     __wsum port)
{
	__wsum all = l4->pseudo ? csum_add(addr, port) : port;

	if (skb->ip_summed == CHECKSUM_PARTIAL && l4->pseudo) {
		*check = xnat_sum_partial(*check, addr);
		return;
	}
	if (l4 == &xnat_l4_udp) {
		/* RFC 768: no checksum stays none, and a sum of 0 is sent as
		 * its other form
		 */
		if (!*check)
			return;
		*check = xnat_sum(*check, all);
		if (!*check)
			*check = CSUM_MANGLED_0;
	} else {
		*check = xnat_sum(*check, all);
	}
	/* the sum over all bytes: XIP header and port are made up for */
	if (unlikely(skb->ip_summed == CHECKSUM_COMPLETE) && l4->pseudo)
		skb->csum = csum_add(skb->csum, ~addr);
}

static bool xnat_rewrite_addr(struct sk_buff *skb, __be32 to,
			      enum xnat_side side)
{
	if (skb_ensure_writable(skb, sizeof(struct iphdr)))
		return false;
	xnat_write_addr(ip_hdr(skb), to, side);
	return true;
}

static __always_inline bool xnat_rewrite(struct sk_buff *skb,
					 struct xnat_end to,
					 enum xnat_side side)
{
	unsigned int hlen = ip_hdrlen(skb);
	const struct xnat_l4 *l4 = xnat_l4_of(ip_hdr(skb));
	__be16 *port;
	__wsum addr;
	void *th;

	if (unlikely(!l4))
		return xnat_rewrite_addr(skb, to.addr, side);
	if (unlikely(skb_ensure_writable(skb, hlen + l4->len)))
		return false;

	addr = xnat_write_addr(ip_hdr(skb), to.addr, side);
	th = skb->data + hlen;
	port = th + (side == XNAT_SRC ? l4->src : l4->dst);
	xnat_write_check(skb, l4, th + l4->check, addr,
			 xnat_diff2(*port, to.port));
	*port = to.port;
	return true;
}

/* The same, with before and after told to who traces. */
static noinline bool xnat_rewrite_trace(struct sk_buff *skb,
					struct xnat_end to, enum xnat_side side,
					bool port)
{
	const struct net *net = dev_net(skb->dev);
	const void *head = skb->head;
	bool shared = skb_cloned(skb);
	struct xtrace_packet before;
	bool done;

	xtrace_packet_of(net, skb, &before);
	done = port ? xnat_rewrite(skb, to, side) :
		      xnat_rewrite_addr(skb, to.addr, side);
	xtrace_moved(skb, head, shared);
	if (done)
		xtrace_nat(&before, net, skb, side == XNAT_SRC);
	return done;
}

/**
 * xnat_manip - rewrite one side of a packet
 * @skb: the packet, skb->data at its XIP header; @skb stays, what it points to
 *	may move
 * @to: what the side becomes
 * @side: XNAT_SRC or XNAT_DST
 *
 * Context: RCU read lock.
 * Return: false if there is no memory, or no whole transport header.
 */
bool xnat_manip(struct sk_buff *skb, struct xnat_end to, enum xnat_side side)
{
	if (xtrace_on())
		return xnat_rewrite_trace(skb, to, side, true);
	return xnat_rewrite(skb, to, side);
}

/**
 * xnat_manip_addr - rewrite one address of a packet and no more
 * @skb: the packet, skb->data at its XIP header
 * @to: what the address becomes, network byte order
 * @side: XNAT_SRC or XNAT_DST
 *
 * For protocols whose checksum does not cover the addresses.
 *
 * Context: RCU read lock.
 * Return: false if there is no memory.
 */
bool xnat_manip_addr(struct sk_buff *skb, __be32 to, enum xnat_side side)
{
	if (xtrace_on())
		return xnat_rewrite_trace(skb, (struct xnat_end){ to }, side,
					  false);
	return xnat_rewrite_addr(skb, to, side);
}

/* The checksum inside a quote; what it gains is made up for by the port. */
static __wsum xnat_quote_check(const struct xnat_l4 *l4, __sum16 *check,
			       __wsum addr, __wsum port)
{
	__sum16 old = *check;
	__wsum all = l4->pseudo ? csum_add(addr, port) : port;

	if (l4 == &xnat_l4_udp && !old)
		return 0;
	*check = xnat_sum(old, all);
	if (l4 == &xnat_l4_udp && !*check)
		*check = CSUM_MANGLED_0;
	return csum_add(csum_unfold(*check), ~csum_unfold(old));
}

/**
 * xnat_manip_quote - rewrite one side of the packet that an error quotes
 * @skb: the error
 * @nhoff: where the quoted XIP header begins, in bytes from skb->data
 * @to: what the side becomes
 * @side: XNAT_SRC or XNAT_DST
 * @diff: filled: what the quote's bytes have gained as a sum, for the
 *	checksum of the error
 *
 * RFC 792 promises eight bytes of the transport: a TCP checksum may be beyond
 * the end, and then is left alone.
 *
 * Context: RCU read lock.
 * Return: false if there is no memory, or the quote is not whole.
 */
bool xnat_manip_quote(struct sk_buff *skb, unsigned int nhoff,
		      struct xnat_end to, enum xnat_side side, __wsum *diff)
{
	const struct xnat_l4 *l4;
	unsigned int thoff, len;
	struct iphdr *iph;
	__wsum addr, gain;
	__be16 *port;
	void *th;

	if (xtrace_ensure_writable(skb, nhoff + sizeof(*iph)))
		return false;
	iph = (struct iphdr *)(skb->data + nhoff);
	thoff = nhoff + iph->ihl * 4;
	l4 = xnat_l4_of(iph);
	len = l4 ? min_t(unsigned int, l4->len, 8) : 0;
	if (l4 && skb->len >= thoff + l4->len)
		len = l4->len;
	if (xtrace_ensure_writable(skb, thoff + len))
		return false;

	/* the quoted header's sum makes up for its address */
	addr = xnat_write_addr((struct iphdr *)(skb->data + nhoff), to.addr,
			       side);
	*diff = 0;
	if (!l4)
		return true;
	th = skb->data + thoff;
	port = th + (side == XNAT_SRC ? l4->src : l4->dst);
	gain = xnat_diff2(*port, to.port);
	*port = to.port;
	*diff = gain;
	if (len == l4->len)
		*diff = csum_add(gain, xnat_quote_check(l4, th + l4->check,
							addr, gain));
	return true;
}
