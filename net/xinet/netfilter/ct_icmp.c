// SPDX-License-Identifier: GPL-2.0
/*
 * ICMP's part of the tracker: questions and their answers. Errors are about
 * another connection and belong to ct_related.c.
 *
 * In: messages from ct_core.c, BH off.
 */
#include <net/xinet/netns.h>
#include "ct.h"

/**
 * xct_icmp_new - may an exchange begin with this message?
 * @pkt: the packet
 *
 * Context: BH off.
 * Return: true for a question (RFC 792).
 */
bool xct_icmp_new(const struct xct_packet *pkt)
{
	return pkt->tuple.type == ICMP_ECHO ||
	       pkt->tuple.type == ICMP_TIMESTAMP;
}

/**
 * xct_icmp_packet - a message of an exchange
 * @ct: the connection
 * @pkt: the packet
 * @info: what it is to @ct
 *
 * Context: BH off.
 * Return: XCT_OK or XCT_INVALID.
 */
enum xct_verdict xct_icmp_packet(struct xnf_conn *ct,
				 const struct xct_packet *pkt,
				 enum ip_conntrack_info info)
{
	if (unlikely(xct_checksum_bad(pkt)))
		return XCT_INVALID;
	xct_refresh(ct, READ_ONCE(pkt->xn->ct.timeout[XCT_TIMEOUT_ICMP]));
	return XCT_OK;
}
