// SPDX-License-Identifier: GPL-2.0
/*
 * UDP's part of the tracker: a datagram is sound or not; who is answered lives
 * longer, and who talks both ways for a while is a stream (RFC 4787 section
 * 4.3 asks for no less than two minutes then).
 *
 * In: datagrams of a connection from ct_core.c, BH off.
 */
#include <linux/udp.h>
#include <net/xinet/netns.h>
#include "ct.h"

/* Both ways for longer than one question and its answer take. */
#define XCT_UDP_STREAM_AGE	(2 * HZ)

/* RFC 768: is the header whole, the length possible and the checksum right? */
static bool xct_udp_sound(const struct xct_packet *pkt)
{
	unsigned int have = pkt->skb->len - pkt->dataoff;
	const struct udphdr *uh;
	unsigned int len;
	struct udphdr buf;

	uh = skb_header_pointer(pkt->skb, pkt->dataoff, sizeof(buf), &buf);
	if (unlikely(!uh))
		return false;
	len = ntohs(uh->len);
	if (unlikely(len < sizeof(*uh) || len > have))
		return false;
	return !uh->check || !xct_checksum_bad(pkt);
}

/**
 * xct_udp_packet - a datagram of a connection
 * @ct: the connection
 * @pkt: the packet
 * @info: what it is to @ct
 *
 * Context: BH off.
 * Return: XCT_OK or XCT_INVALID.
 */
enum xct_verdict xct_udp_packet(struct xnf_conn *ct,
				const struct xct_packet *pkt,
				enum ip_conntrack_info info)
{
	const int *timeout = pkt->xn->ct.timeout;

	if (unlikely(!xct_udp_sound(pkt)))
		return XCT_INVALID;
	if (info == IP_CT_NEW) {
		if (!(READ_ONCE(ct->status) & IPS_CONFIRMED))
			ct->udp_stream_since = jiffies + XCT_UDP_STREAM_AGE;
		xct_refresh(ct, READ_ONCE(timeout[XCT_TIMEOUT_UDP]));
		return XCT_OK;
	}
	if (time_before(jiffies, ct->udp_stream_since)) {
		xct_refresh(ct, READ_ONCE(timeout[XCT_TIMEOUT_UDP]));
		return XCT_OK;
	}
	xct_refresh(ct, READ_ONCE(timeout[XCT_TIMEOUT_UDP_STREAM]));
	if (!test_bit(IPS_ASSURED_BIT, &ct->status) &&
	    !test_and_set_bit(IPS_ASSURED_BIT, &ct->status))
		xct_event(ct, XCT_CAUSE_ASSURED);
	return XCT_OK;
}
