// SPDX-License-Identifier: GPL-2.0
/*
 * ICMP replies: making them, and answering timestamp requests.
 *
 * In: requests that xicmp_rcv() found sound, skb->data at the ICMP header; they
 * stay the caller's. Out: a new packet through xip_send_skb(). Each kind of
 * request is answered in three steps: the way back (xicmp_reply_route()), the
 * reply, xicmp_reply_send().
 */
#include <linux/icmp.h>
#include <linux/netdevice.h>
#include <net/checksum.h>
#include <net/ip.h>
#include <net/xinet/ip.h>
#include <net/xinet/netns.h>
#include <net/xinet/options.h>
#include "ip.h"

/* A reply beyond this has its data in page fragments. */
#define XICMP_LINEAR_MAX	SKB_WITH_OVERHEAD(PAGE_SIZE)
/* RFC 792: originate, receive and transmit timestamp behind the header */
#define XICMP_STAMPS		3

/**
 * xicmp_reply_route - the way back for a reply, if there may be one
 * @xn: state of the namespace
 * @req: the request
 * @type: ICMP type of the reply
 * @fl: filled: source and destination of the reply
 * @rt: filled: its route, good in this RCU section
 *
 * RFC 1122 section 3.2.2.6: the reply comes from the address that was asked;
 * where that is a broadcast or multicast one, the route chooses.
 *
 * Context: softirq, RCU read lock.
 * Return: XINET_DROP_NONE, or why there is no reply.
 */
enum xinet_drop xicmp_reply_route(struct xinet_net *xn,
				  const struct sk_buff *req, u8 type,
				  struct xflow *fl, struct xroute *rt)
{
	const struct iphdr *iph = ip_hdr(req);
	int err;

	*fl = (struct xflow){ .daddr = iph->saddr, .proto = IPPROTO_ICMP };
	if (XIPCB(req)->rtype == RTN_LOCAL)
		fl->saddr = iph->daddr;
	else if (READ_ONCE(xn->sysctl.icmp_echo_ignore_broadcasts))
		return XINET_DROP_ICMP_IGNORED;

	err = xip_route_output(xn, fl, rt);
	if (err)
		return xinet_drop_from_errno(err);
	return xicmp_limits_allow(xn, rt, fl->daddr, type, 0) ?
	       XINET_DROP_NONE : XINET_DROP_ICMP_IGNORED;
}

/* Room for so many bytes behind XIP and link headers; NULL without memory. */
static struct sk_buff *xicmp_reply_alloc(const struct xroute *rt,
					 unsigned int len)
{
	unsigned int hlen = LL_RESERVED_SPACE(rt->dev) + sizeof(struct iphdr);
	unsigned int fixed = hlen + rt->dev->needed_tailroom;
	unsigned int linear = len;
	struct sk_buff *skb;
	int err;

	/* 64 KiB in one piece may be nowhere: softirq cannot wait for it */
	if (fixed + len > XICMP_LINEAR_MAX)
		linear = fixed + sizeof(struct icmphdr) < XICMP_LINEAR_MAX ?
			 XICMP_LINEAR_MAX - fixed : sizeof(struct icmphdr);
	skb = alloc_skb_with_frags(fixed + linear, len - linear,
				   PAGE_ALLOC_COSTLY_ORDER, &err,
				   GFP_ATOMIC | __GFP_NOWARN);
	if (!skb)
		return NULL;
	skb_reserve(skb, hlen);
	skb_reset_transport_header(skb);
	skb_put(skb, linear);
	skb->len += len - linear;
	skb->data_len = len - linear;
	return skb;
}

/* Copy all of a request into a reply of the same length. */
static int xicmp_reply_copy(struct sk_buff *reply, const struct sk_buff *req)
{
	unsigned int i, at = skb_headlen(reply);
	const skb_frag_t *frag;
	int err;

	err = skb_copy_bits(req, 0, reply->data, at);
	for (i = 0; !err && i < skb_shinfo(reply)->nr_frags; i++) {
		frag = &skb_shinfo(reply)->frags[i];
		err = skb_copy_bits(req, at, skb_frag_address(frag),
				    skb_frag_size(frag));
		at += skb_frag_size(frag);
	}
	return err;
}

/* Type, code and checksum of a reply whose data is complete. */
static void xicmp_reply_finish(struct sk_buff *reply, u8 type)
{
	struct icmphdr *icmph = (struct icmphdr *)reply->data;

	icmph->type = type;
	icmph->code = 0;
	icmph->checksum = 0;
	icmph->checksum = csum_fold(skb_checksum(reply, 0, reply->len, 0));
}

/**
 * xicmp_echo_build - a reply to an echo request, data copied
 * @req: the request, skb->data at the ICMP header
 * @rt: the way back, from this RCU section
 *
 * Context: softirq, RCU read lock.
 * Return: the reply, or NULL without memory.
 */
struct sk_buff *xicmp_echo_build(const struct sk_buff *req,
				 const struct xroute *rt)
{
	struct sk_buff *reply = xicmp_reply_alloc(rt, req->len);

	if (!reply)
		return NULL;
	if (xicmp_reply_copy(reply, req)) {
		kfree_skb(reply);
		return NULL;
	}
	xicmp_reply_finish(reply, ICMP_ECHOREPLY);
	return reply;
}

/**
 * xicmp_reply_send - send a reply
 * @xn: state of the namespace
 * @reply: ICMP header and data; consumed
 * @rt: the way back, from this RCU section
 * @fl: what @rt was looked up for
 * @req: the request, whose TOS and options RFC 1122 section 3.2.2.6 wants back
 *
 * One that is too large leaves in fragments.
 *
 * Context: softirq, RCU read lock.
 */
void xicmp_reply_send(struct xinet_net *xn, struct sk_buff *reply,
		      const struct xroute *rt, const struct xflow *fl,
		      const struct sk_buff *req)
{
	u8 type = ((const struct icmphdr *)reply->data)->type;
	struct xip_optlist opts;

	reply->mark = 0;
	xip_build_header(reply, rt, fl->saddr ?: rt->saddr, fl->daddr,
			 IPPROTO_ICMP, READ_ONCE(xn->sysctl.default_ttl),
			 ip_hdr(req)->tos);
	xip_options_echo(req, &opts);
	if (xip_options_insert(xn, reply, opts.data, opts.len)) {
		xinet_drop(xn, reply, XINET_DROP_BAD_OPTIONS);
		return;
	}
	XICMP_INC_STATS(xn, ICMP_MIB_OUTMSGS);
	atomic_long_inc(&xn->icmp.msgs[256 + type]);
	if (reply->len > rt->mtu)
		xip_allow_fragment(xn, reply);
	xip_send_skb(xn->net, NULL, reply);
}

/* The stamps of a reply: the sender's own, and twice the time of day. */
static struct sk_buff *xicmp_timestamp_build(const struct sk_buff *req,
					     const struct xroute *rt)
{
	unsigned int len = sizeof(struct icmphdr) +
			   XICMP_STAMPS * sizeof(__be32);
	struct sk_buff *reply = xicmp_reply_alloc(rt, len);
	__be32 *stamps;

	if (!reply)
		return NULL;
	stamps = (__be32 *)(reply->data + sizeof(struct icmphdr));
	/* identifier, sequence number and the first stamp come back */
	if (skb_copy_bits(req, 0, reply->data,
			  sizeof(struct icmphdr) + sizeof(*stamps))) {
		kfree_skb(reply);
		return NULL;
	}
	stamps[1] = inet_current_timestamp();
	stamps[2] = stamps[1];
	xicmp_reply_finish(reply, ICMP_TIMESTAMPREPLY);
	return reply;
}

/**
 * xicmp_timestamp - answer a timestamp request (RFC 1122 section 3.2.2.8)
 * @xn: state of the namespace
 * @skb: the request, skb->data at the ICMP header; not consumed
 *
 * As IPv4, of a request only the originate timestamp has to be there.
 *
 * Context: softirq, RCU read lock.
 * Return: XINET_DROP_NONE, or why there was no answer.
 */
enum xinet_drop xicmp_timestamp(struct xinet_net *xn, struct sk_buff *skb)
{
	struct sk_buff *reply;
	enum xinet_drop why;
	struct xroute rt;
	struct xflow fl;

	if (skb->len < sizeof(struct icmphdr) + sizeof(__be32))
		return XINET_DROP_ICMP_SHORT;
	why = xicmp_reply_route(xn, skb, ICMP_TIMESTAMPREPLY, &fl, &rt);
	if (why)
		return why;
	reply = xicmp_timestamp_build(skb, &rt);
	if (!reply)
		return XINET_DROP_NO_MEMORY;
	xicmp_reply_send(xn, reply, &rt, &fl, skb);
	return XINET_DROP_NONE;
}
