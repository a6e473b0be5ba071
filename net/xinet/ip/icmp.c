// SPDX-License-Identifier: GPL-2.0
/*
 * ICMP messages that come in: requests answered, errors taken to the transport
 * that caused them, the rest to ping sockets or to an end.
 *
 * In: from xip_local_deliver_finish(), skb->data at the ICMP header. Out:
 * replies by icmp_reply.c; errors through err_handler.
 */
#include <linux/icmp.h>
#include <linux/netdevice.h>
#include <linux/slab.h>
#include <net/ip.h>
#include <net/xinet/ip.h>
#include <net/xinet/netns.h>
#include <net/xinet/protocol.h>
#include <net/xinet/raw.h>
#include <net/xinet/trace.h>
#include <net/xinet/udp.h>
#include "ip.h"

/* Code of destination unreachable to errno, and whether it ends a connection */
const struct xicmp_err xicmp_err_convert[NR_ICMP_UNREACH + 1] = {
	[ICMP_NET_UNREACH]	= { ENETUNREACH, false },
	[ICMP_HOST_UNREACH]	= { EHOSTUNREACH, false },
	[ICMP_PROT_UNREACH]	= { ENOPROTOOPT, true },
	[ICMP_PORT_UNREACH]	= { ECONNREFUSED, true },
	[ICMP_FRAG_NEEDED]	= { EMSGSIZE, false },
	[ICMP_SR_FAILED]	= { EOPNOTSUPP, false },
	[ICMP_NET_UNKNOWN]	= { ENETUNREACH, true },
	[ICMP_HOST_UNKNOWN]	= { EHOSTDOWN, true },
	[ICMP_HOST_ISOLATED]	= { ENONET, true },
	[ICMP_NET_ANO]		= { ENETUNREACH, true },
	[ICMP_HOST_ANO]		= { EHOSTUNREACH, true },
	[ICMP_NET_UNR_TOS]	= { ENETUNREACH, false },
	[ICMP_HOST_UNR_TOS]	= { EHOSTUNREACH, false },
	[ICMP_PKT_FILTERED]	= { EHOSTUNREACH, true },
	[ICMP_PREC_VIOLATION]	= { EHOSTUNREACH, true },
	[ICMP_PREC_CUTOFF]	= { EHOSTUNREACH, true },
};

/* RFC 1122 section 3.2.2.6: answer an echo request. */
static enum xinet_drop xicmp_echo(struct xinet_net *xn, struct sk_buff *skb)
{
	struct sk_buff *reply;
	enum xinet_drop why;
	struct xroute rt;
	struct xflow fl;

	if (READ_ONCE(xn->sysctl.icmp_echo_ignore_all))
		return XINET_DROP_ICMP_IGNORED;
	why = xicmp_reply_route(xn, skb, ICMP_ECHOREPLY, &fl, &rt);
	if (why)
		return why;
	reply = xicmp_echo_build(skb, &rt);
	if (!reply)
		return XINET_DROP_NO_MEMORY;
	xicmp_reply_send(xn, reply, &rt, &fl, skb);
	return XINET_DROP_NONE;
}

/* Second word of an error's header, as err_handler wants it. */
static u32 xicmp_error_info(const struct icmphdr *icmph)
{
	if (icmph->type == ICMP_DEST_UNREACH &&
	    icmph->code == ICMP_FRAG_NEEDED)
		return ntohs(icmph->un.frag.mtu);
	if (icmph->type == ICMP_PARAMETERPROB)
		return ntohl(icmph->un.gateway) >> 24;
	if (icmph->type == ICMP_REDIRECT)
		return ntohl(icmph->un.gateway);
	return 0;
}

/* RFC 1122 section 3.2.2.2: a better first hop, if we take such advice. */
static void xicmp_redirect(struct xinet_net *xn, struct sk_buff *skb,
			   const struct iphdr *quoted, __be32 gateway)
{
	xip_route_redirect(xn, skb->dev, quoted->daddr, ip_hdr(skb)->saddr,
			   gateway);
}

/* Is the quote whole enough to tell whose packet it was? Leaves data at it. */
static const struct iphdr *xicmp_quote(struct sk_buff *skb)
{
	const struct iphdr *quoted;

	if (!xtrace_may_pull(skb, sizeof(struct icmphdr) + sizeof(*quoted)))
		return NULL;
	__skb_pull(skb, sizeof(struct icmphdr));
	quoted = (const struct iphdr *)skb->data;
	if (quoted->version != XIP_VERSION || quoted->ihl < 5 ||
	    !xtrace_may_pull(skb, quoted->ihl * 4 + 8))
		return NULL;
	/* RFC 1122 section 3.2.2: a later fragment has no ports to go by */
	if (((const struct iphdr *)skb->data)->frag_off & htons(IP_OFFSET))
		return NULL;
	return (const struct iphdr *)skb->data;
}

/* An error about a packet we sent: to the transport it came from. */
static enum xinet_drop xicmp_error(struct xinet_net *xn, struct sk_buff *skb)
{
	const struct xinet_protocol *prot;
	const struct iphdr *quoted;
	struct icmphdr icmph = *icmp_hdr(skb);
	enum xinet_drop why;
	u32 info;

	if (icmph.type == ICMP_DEST_UNREACH && icmph.code > NR_ICMP_UNREACH)
		return XINET_DROP_ICMP_TYPE;
	quoted = xicmp_quote(skb);
	/* whom none of ours sent, none of ours need hear of */
	if (!quoted || xinet_addr_type(xn, quoted->saddr) != RTN_LOCAL)
		return XINET_DROP_ICMP_QUOTE;
	/* RFC 1122 3.2.2: an error about a broadcast should never have come */
	if (xinet_addr_type(xn, quoted->daddr) == RTN_BROADCAST &&
	    READ_ONCE(xn->sysctl.icmp_ignore_bogus_error_responses))
		return XINET_DROP_ICMP_IGNORED;
	if (icmph.type == ICMP_REDIRECT)
		xicmp_redirect(xn, skb, quoted, icmph.un.gateway);

	info = xicmp_error_info(&icmph);
	if (icmph.type == ICMP_DEST_UNREACH && icmph.code == ICMP_FRAG_NEEDED) {
		why = xicmp_frag_needed(xn, quoted, &info);
		if (why)
			return why;
	}
	if (xraw_any(xn))
		xraw_err(xn, skb, info);
	prot = rcu_dereference(xprotos[quoted->protocol]);
	if (prot && prot->err_handler)
		prot->err_handler(skb, info);
	return XINET_DROP_NONE;
}

static enum xinet_drop xicmp_echo_reply(struct xinet_net *xn,
					struct sk_buff *skb)
{
	return xping_rcv(xn, skb) ? XINET_DROP_NONE : XINET_DROP_NO_SOCKET;
}

typedef enum xinet_drop xicmp_handler(struct xinet_net *xn,
				      struct sk_buff *skb);

static xicmp_handler *const xicmp_handlers[NR_ICMP_TYPES + 1] = {
	[ICMP_ECHOREPLY]	= xicmp_echo_reply,
	[ICMP_DEST_UNREACH]	= xicmp_error,
	[ICMP_SOURCE_QUENCH]	= xicmp_error,
	[ICMP_REDIRECT]		= xicmp_error,
	[ICMP_ECHO]		= xicmp_echo,
	[ICMP_TIME_EXCEEDED]	= xicmp_error,
	[ICMP_PARAMETERPROB]	= xicmp_error,
	[ICMP_TIMESTAMP]	= xicmp_timestamp,
};

/* What is wrong with the message before its type matters? */
static enum xinet_drop xicmp_rcv_check(struct xinet_net *xn,
				       struct sk_buff *skb)
{
	if (!xtrace_may_pull(skb, sizeof(struct icmphdr)))
		return XINET_DROP_ICMP_SHORT;
	if (skb_checksum_simple_validate(skb)) {
		XICMP_INC_STATS(xn, ICMP_MIB_CSUMERRORS);
		return XINET_DROP_ICMP_CSUM;
	}
	return XINET_DROP_NONE;
}

static enum xinet_drop xicmp_dispatch(struct xinet_net *xn,
				      struct sk_buff *skb)
{
	u8 type = icmp_hdr(skb)->type;

	atomic_long_inc(&xn->icmp.msgs[type]);
	/* RFC 1122 section 3.2.2: an unknown type is dropped in silence */
	if (type > NR_ICMP_TYPES || !xicmp_handlers[type])
		return XINET_DROP_ICMP_TYPE;
	/* only a request may have been sent to many */
	if (XIPCB(skb)->rtype != RTN_LOCAL && type != ICMP_ECHO &&
	    type != ICMP_TIMESTAMP)
		return XINET_DROP_ICMP_IGNORED;
	return xicmp_handlers[type](xn, skb);
}

static void xicmp_rcv(struct sk_buff *skb)
{
	struct xinet_net *xn = xinet_pernet_rcu(dev_net(skb->dev));
	enum xinet_drop why;

	xtrace_stage(skb, XTRACE_ICMP_RCV);
	XICMP_INC_STATS(xn, ICMP_MIB_INMSGS);
	why = xicmp_rcv_check(xn, skb);
	if (!why)
		why = xicmp_dispatch(xn, skb);

	switch (why) {
	case XINET_DROP_NONE:
		consume_skb(skb);
		return;
	case XINET_DROP_ICMP_SHORT:
	case XINET_DROP_ICMP_CSUM:
	case XINET_DROP_ICMP_QUOTE:
	case XINET_DROP_ICMP_TYPE:
		XICMP_INC_STATS(xn, ICMP_MIB_INERRORS);
		break;
	default:
		break;
	}
	xinet_drop(xn, skb, why);
}

static const struct xinet_protocol xicmp_protocol = {
	.handler = xicmp_rcv,
	.err_handler = xping_err,
};

/**
 * xicmp_init - take protocol 1
 *
 * Context: process.
 * Return: 0 or an error.
 */
int xicmp_init(void)
{
	return xinet_add_protocol(&xicmp_protocol, IPPROTO_ICMP);
}

/**
 * xicmp_exit - give protocol 1 back
 *
 * Context: process, may sleep.
 */
void xicmp_exit(void)
{
	xinet_del_protocol(&xicmp_protocol, IPPROTO_ICMP);
}

/**
 * xicmp_net_init - message counters and limits of a namespace
 * @xn: state of the namespace; its settings are in place
 *
 * Context: process.
 * Return: 0 or -ENOMEM.
 */
int xicmp_net_init(struct xinet_net *xn)
{
	int err;

	xn->icmp.msgs = kcalloc(512, sizeof(*xn->icmp.msgs),
				GFP_KERNEL_ACCOUNT);
	if (!xn->icmp.msgs)
		return -ENOMEM;
	err = xicmp_limit_net_init(xn);
	if (err)
		kfree(xn->icmp.msgs);
	return err;
}

/**
 * xicmp_net_exit - free what xicmp_net_init() made
 * @xn: state of the namespace
 *
 * Context: process.
 */
void xicmp_net_exit(struct xinet_net *xn)
{
	xicmp_limit_net_exit(xn);
	kfree(xn->icmp.msgs);
}
