// SPDX-License-Identifier: GPL-2.0
/*
 * Options of packets: found when one comes in, written to when it is for us
 * or goes on, copied into an answer, put into a packet of ours.
 *
 * In: packets with IHL above 5 from xip_rcv_finish() and xip_forward(); packets
 * of ours behind xip_build_header(). None of it is reached without options.
 * All under the RCU read lock. A packet costs at most one walk over 40 bytes,
 * one copy of its header and two address lookups.
 */
#include <linux/icmp.h>
#include <linux/netdevice.h>
#include <net/ip.h>
#include <net/xinet/ip.h>
#include <net/xinet/netns.h>
#include <net/xinet/options.h>
#include <net/xinet/trace.h>

static unsigned int xip_options_len(const struct sk_buff *skb)
{
	return ip_hdrlen(skb) - sizeof(struct iphdr);
}

/* This hop's slots and the checksum over them; the header may be written to. */
static void xip_options_write(struct xinet_net *xn, struct sk_buff *skb,
			      __be32 addr)
{
	struct xip_options *o = XIPOPT(skb);
	u8 *hdr = skb_network_header(skb);
	bool ours = false;

	if (o->todo & XIP_TODO_PRESPEC)
		ours = xinet_addr_type(xn, xip_options_prespec(hdr, o)) ==
		       RTN_LOCAL;
	if (o->todo & XIP_TODO_OTHER)
		xip_options_hop(xn, skb, addr);
	xip_options_fill(hdr, ip_hdrlen(skb), o, addr, inet_current_timestamp(),
			 ours);
	ip_send_check(ip_hdr(skb));
}

/* RFC 1122 section 3.2.1.8: the destination, too, is on the route. */
static enum xinet_drop xip_options_arrive(struct xinet_net *xn,
					  struct sk_buff *skb, u8 rtype)
{
	const struct iphdr *iph;
	__be32 addr;

	if (xtrace_ensure_writable(skb, ip_hdrlen(skb)))
		return XINET_DROP_NO_MEMORY;
	iph = ip_hdr(skb);
	addr = rtype == RTN_LOCAL ? iph->daddr :
	       xinet_select_addr(xn, skb->dev, iph->saddr, RT_SCOPE_UNIVERSE);
	xip_options_write(xn, skb, addr);
	return XINET_DROP_NONE;
}

/**
 * xip_rcv_options - find a packet's options, and write to those of one for us
 * @xn: state of the namespace
 * @skb: the packet, skb->data at the XIP header; consumed where this is false
 * @rtype: RTN_* its route said; one to be forwarded is written to later
 *
 * RFC 1812 section 4.2.2.1: a malformed option is told to the sender, a source
 * route is dropped in silence (RFC 7126 section 4.3).
 *
 * Context: RCU read lock, softirq. Header pointers are stale afterwards.
 * Return: whether the packet may go on.
 */
bool xip_rcv_options(struct xinet_net *xn, struct sk_buff *skb, u8 rtype)
{
	unsigned int pointer;
	enum xinet_drop why;

	BUILD_BUG_ON(sizeof(struct xip_options) >
		     sizeof_field(struct inet_skb_parm, opt));
	why = xip_options_compile(skb_network_header(skb) +
				  sizeof(struct iphdr), xip_options_len(skb),
				  XIPOPT(skb), &pointer);
	if (!why && XIPOPT(skb)->todo) {
		XIPCB(skb)->parm.flags |= XIPSKB_FORWARD_ODD;
		if (rtype != RTN_UNICAST)
			why = xip_options_arrive(xn, skb, rtype);
	}
	if (likely(!why))
		return true;
	if (why == XINET_DROP_BAD_OPTIONS)
		xicmp_send(skb, ICMP_PARAMETERPROB, 0, pointer << 24);
	XIP_INC_STATS(xn, why == XINET_DROP_NO_MEMORY ?
		      IPSTATS_MIB_INDISCARDS : IPSTATS_MIB_INHDRERRORS);
	xinet_drop(xn, skb, why);
	return false;
}

/**
 * xip_forward_options - write to the options of a packet that goes on
 * @xn: state of the namespace
 * @skb: the packet; its header may be written to
 * @rt: its route, from this RCU section
 *
 * RFC 1812 section 4.2.2.2: the address is that of the interface by which the
 * packet leaves, in Record Route as in Timestamp.
 *
 * Context: RCU read lock.
 */
void xip_forward_options(struct xinet_net *xn, struct sk_buff *skb,
			 const struct xroute *rt)
{
	xip_options_write(xn, skb, xinet_select_addr(xn, rt->dev, rt->nexthop,
						     RT_SCOPE_UNIVERSE));
}

/**
 * xip_options_echo - the options that an answer to a packet carries
 * @skb: the packet, behind xip_rcv_options() if it came from the link
 * @list: filled; empty where there are none
 *
 * The answer's own slots are written by xip_options_insert().
 *
 * Context: any.
 */
void xip_options_echo(const struct sk_buff *skb, struct xip_optlist *list)
{
	xip_options_copy(skb_network_header(skb), ip_hdrlen(skb), XIPOPT(skb),
			 list);
}

/* Between the fixed header and the transport's: @len bytes, a word's multiple */
static struct iphdr *xip_options_room(struct sk_buff *skb, unsigned int len)
{
	struct iphdr *iph;

	if (xtrace_cow_head(skb, len + LL_RESERVED_SPACE(skb->dev)))
		return NULL;
	iph = __skb_push(skb, len);
	memmove(iph, skb->data + len, sizeof(*iph));
	skb_reset_network_header(skb);
	iph->ihl += len / 4;
	return iph;
}

/**
 * xip_options_insert - put options into a packet of ours
 * @xn: state of the namespace
 * @skb: the packet, behind xip_build_header(); stays the caller's
 * @opt: the options; sound, or the packet is not to be sent
 * @len: of @opt in bytes, at most 40; padded to words with zeroes
 *
 * Writes this host's slots. No room before the header costs a copy of it.
 *
 * Context: RCU read lock, BH or process.
 * Return: 0; -EINVAL; -ENOBUFS.
 */
int xip_options_insert(struct xinet_net *xn, struct sk_buff *skb,
		       const u8 *opt, unsigned int len)
{
	unsigned int room = ALIGN(len, 4), pointer;
	struct xip_options *o = XIPOPT(skb);
	struct iphdr *iph;

	if (!len)
		return 0;
	if (xip_options_compile(opt, len, o, &pointer))
		return -EINVAL;
	iph = xip_options_room(skb, room);
	if (!iph)
		return -ENOBUFS;
	memcpy(iph + 1, opt, len);
	memset((u8 *)(iph + 1) + len, XIP_OPT_END, room - len);
	/* we are the first hop: none before us lacked room */
	o->todo &= ~XIP_TODO_OVERFLOW;
	if (o->todo)
		xip_options_write(xn, skb, iph->saddr);
	return 0;
}
