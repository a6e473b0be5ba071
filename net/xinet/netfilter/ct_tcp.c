// SPDX-License-Identifier: GPL-2.0
/*
 * TCP's part of the tracker: a packet becomes a segment, the segment a step,
 * the step a time-out, a status and what is told to listeners.
 *
 * In: from conntrack's core at PRE_ROUTING and LOCAL_OUT, whole packets with
 * the connection they are of. Out: whether they are part of it. Softirq or BH
 * disabled, RCU read lock; a step is taken under the connection's lock. What a
 * step is, ct_tcp_segment.c, ct_tcp_state.c and ct_tcp_window.c know.
 */
#include <linux/skbuff.h>
#include <linux/tcp.h>
#include <net/xinet/netns.h>
#include "ct.h"
#include "ct_tcp_state.h"

/* A connection costs 160 bytes without counters, and no more. */
static_assert(sizeof(struct xct_tcp) <= 60);
static_assert(sizeof(spinlock_t) > 4 || sizeof(struct xnf_conn) <= 160);

/* A refused end shortens no time-out that is short already. */
#define HURRY_FROM	(120 * HZ)

static const unsigned int tcp_seconds[TCP_CONNTRACK_TIMEOUT_MAX] = {
	[TCP_CONNTRACK_NONE]		= 120,
	[TCP_CONNTRACK_SYN_SENT]	= 120,
	[TCP_CONNTRACK_SYN_SENT2]	= 120,
	[TCP_CONNTRACK_SYN_RECV]	= 60,
	[TCP_CONNTRACK_ESTABLISHED]	= 5 * 24 * 3600,
	[TCP_CONNTRACK_FIN_WAIT]	= 120,
	[TCP_CONNTRACK_CLOSE_WAIT]	= 60,
	[TCP_CONNTRACK_LAST_ACK]	= 30,
	[TCP_CONNTRACK_TIME_WAIT]	= 120,
	[TCP_CONNTRACK_CLOSE]		= 10,
	/* beyond the 100 s of RFC 1122 section 4.2.3.5 */
	[TCP_CONNTRACK_RETRANS]		= 300,
	[TCP_CONNTRACK_UNACK]		= 300,
};

/**
 * xct_tcp_net_init - TCP's settings of a new namespace
 * @xn: state of the namespace
 *
 * Context: process context, nobody else knows @xn yet.
 */
void xct_tcp_net_init(struct xinet_net *xn)
{
	unsigned int i;

	for (i = 0; i < TCP_CONNTRACK_TIMEOUT_MAX; i++)
		xn->ct.tcp_timeout[i] = tcp_seconds[i] * HZ;
	xn->ct.tcp_loose = 1;
	xn->ct.tcp_be_liberal = 0;
	xn->ct.tcp_ignore_invalid_rst = 0;
	xn->ct.tcp_max_retrans = 3;
}

/* RFC 9293 section 3.1: a header that is whole, and makes sense. */
static bool tcp_segment(const struct xct_packet *pkt, struct xct_tcp_seg *seg)
{
	unsigned int hlen, len = pkt->skb->len - pkt->dataoff;
	u8 buf[15 * 4] __aligned(4);
	const struct tcphdr *th;

	th = skb_header_pointer(pkt->skb, pkt->dataoff, sizeof(*th), buf);
	if (!th)
		return false;
	hlen = th->doff * 4;
	if (hlen < sizeof(*th) || hlen > len)
		return false;
	if (hlen > sizeof(*th)) {
		th = skb_header_pointer(pkt->skb, pkt->dataoff, hlen, buf);
		if (!th)
			return false;
	}
	return xct_tcp_read(seg, th, hlen, len - hlen);
}

/**
 * xct_tcp_new - may this packet begin a connection?
 * @ct: the connection, nobody else's yet
 * @pkt: its first packet
 *
 * Context: BH disabled, RCU read lock.
 * Return: false if it cannot.
 */
bool xct_tcp_new(struct xnf_conn *ct, const struct xct_packet *pkt)
{
	struct xct_tcp_seg seg;

	return tcp_segment(pkt, &seg) &&
	       xct_tcp_begin(&ct->tcp, &seg, READ_ONCE(pkt->xn->ct.tcp_loose));
}

/* All but an ACK in the window of an established connection. */
static noinline enum xct_tcp_verdict
tcp_slow(struct xnf_conn *ct, const struct xct_net *xc,
	 const struct xct_tcp_seg *seg, u8 dir)
{
	const unsigned long status = READ_ONCE(ct->status);
	const struct xct_tcp_rules rules = {
		.liberal = READ_ONCE(xc->tcp_be_liberal),
		.any_rst = READ_ONCE(xc->tcp_ignore_invalid_rst),
		.replied = status & IPS_SEEN_REPLY,
		.assured = status & IPS_ASSURED,
	};
	enum xct_tcp_verdict verdict;
	u32 unack;

	lockdep_assert_held(&ct->lock);
	verdict = xct_tcp_step(&ct->tcp, seg, dir, &rules);
	if (verdict != XCT_TCP_REFUSE || !rules.assured ||
	    !xct_tcp_refused(&ct->tcp, seg, dir) || xct_left(ct) < HURRY_FROM)
		return verdict;
	unack = READ_ONCE(xc->tcp_timeout[TCP_CONNTRACK_UNACK]);
	if (xct_left(ct) > (s32)unack)
		xct_refresh(ct, unack);
	return verdict;
}

/* How long the connection may be silent, in jiffies. */
static u32 tcp_patience(const struct xnf_conn *ct, const struct xct_net *xc,
			const struct xct_tcp_seg *seg)
{
	bool replied = test_bit(IPS_SEEN_REPLY_BIT, &ct->status);
	enum tcp_conntrack most;

	most = xct_tcp_patience(&ct->tcp, seg, replied,
				READ_ONCE(xc->tcp_max_retrans));
	return min_t(u32, READ_ONCE(xc->tcp_timeout[ct->tcp.state]),
		     READ_ONCE(xc->tcp_timeout[most]));
}

/* What a step does to the record, beside its state. */
static enum xct_verdict tcp_stepped(struct xnf_conn *ct,
				    const struct xct_tcp_seg *seg, u8 was,
				    u8 now, u32 timeout)
{
	if (unlikely(was != now && was != TCP_CONNTRACK_NONE))
		xct_event(ct, XCT_CAUSE_PROTOINFO);

	if (unlikely(!test_bit(IPS_SEEN_REPLY_BIT, &ct->status))) {
		/* refused by the other end: nothing will come any more */
		if (seg->class == XCT_TCP_RST) {
			xct_kill(ct, XCT_CAUSE_CLOSED);
			return XCT_OK;
		}
		/* else ports used again and again kept a dead one for ever */
		if (seg->class == XCT_TCP_SYN && was == TCP_CONNTRACK_SYN_SENT)
			return XCT_OK;
	} else if (unlikely(!test_bit(IPS_ASSURED_BIT, &ct->status)) &&
		   now == TCP_CONNTRACK_ESTABLISHED &&
		   (was == TCP_CONNTRACK_SYN_RECV || was == now) &&
		   !test_and_set_bit(IPS_ASSURED_BIT, &ct->status)) {
		xct_event(ct, XCT_CAUSE_ASSURED);
	}
	xct_refresh(ct, timeout);
	return XCT_OK;
}

/**
 * xct_tcp_packet - a packet of a connection
 * @ct: the connection
 * @pkt: the packet
 * @info: IP_CT_*: its direction
 *
 * Context: BH disabled, RCU read lock; takes the connection's lock.
 * Return: XCT_INVALID for a header that is none, a bad checksum, and what lies
 * out of the windows; XCT_AGAIN for the SYN of another connection; XCT_OK.
 */
enum xct_verdict xct_tcp_packet(struct xnf_conn *ct,
				const struct xct_packet *pkt,
				enum ip_conntrack_info info)
{
	const struct xct_net *xc = &pkt->xn->ct;
	enum xct_tcp_verdict verdict = XCT_TCP_STEP;
	u8 dir = CTINFO2DIR(info), was, now;
	struct xct_tcp_seg seg;
	u32 timeout;

	if (unlikely(!tcp_segment(pkt, &seg) || xct_checksum_bad(pkt)))
		return XCT_INVALID;

	spin_lock(&ct->lock);
	was = ct->tcp.state;
	if (unlikely(!xct_tcp_fast(&ct->tcp, &seg, dir)))
		verdict = tcp_slow(ct, xc, &seg, dir);
	now = ct->tcp.state;
	timeout = tcp_patience(ct, xc, &seg);
	spin_unlock(&ct->lock);

	switch (verdict) {
	case XCT_TCP_STEP:
		return tcp_stepped(ct, &seg, was, now, timeout);
	case XCT_TCP_PASS:
		return XCT_OK;
	case XCT_TCP_REOPEN:
		return XCT_AGAIN;
	default:
		return XCT_INVALID;
	}
}
