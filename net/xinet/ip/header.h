/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What makes a XIP header acceptable (RFC 791, RFC 1122 section 3.2.1).
 *
 * Pure: bytes in, cause out. The checks come in the order in which the bytes
 * become available, so that the caller can pull between them. Compiles in
 * userspace too, where the unit tests run it.
 */
#ifndef _XINET_IP_HEADER_H
#define _XINET_IP_HEADER_H

#ifdef __KERNEL__
#include <linux/ip.h>
#include <net/ip.h>
#include <net/xinet/drop.h>
#include <uapi/linux/xinet.h>
#endif

/**
 * xip_header_fixed - check the first 20 bytes
 * @iph: the header, of which 20 bytes can be read
 *
 * Return: XINET_DROP_NONE, or why the packet must go.
 */
static inline enum xinet_drop xip_header_fixed(const struct iphdr *iph)
{
	if (unlikely(iph->version != XIP_VERSION))
		return XINET_DROP_BAD_VERSION;
	if (unlikely(iph->ihl < 5))
		return XINET_DROP_BAD_IHL;
	return XINET_DROP_NONE;
}

/**
 * xip_header_lengths - check the header as a whole against what arrived
 * @iph: the header, of which ihl * 4 bytes can be read
 * @len: bytes that arrived from the header on, link padding included
 *
 * Return: XINET_DROP_NONE, or why the packet must go.
 */
static inline enum xinet_drop xip_header_lengths(const struct iphdr *iph,
						 unsigned int len)
{
	unsigned int total = ntohs(iph->tot_len);

	if (unlikely(ip_fast_csum((const void *)iph, iph->ihl)))
		return XINET_DROP_HDR_CSUM;
	if (unlikely(total < iph->ihl * 4u))
		return XINET_DROP_BAD_LENGTH;
	if (unlikely(total > len))
		return XINET_DROP_TRUNCATED;
	return XINET_DROP_NONE;
}

/**
 * xip_header_fragment - check the geometry of a fragment
 * @iph: the header, its lengths already checked
 *
 * RFC 791: every fragment but the last carries a multiple of eight bytes, and
 * none reaches beyond byte 65,535 of the datagram. RFC 815 adds nothing that
 * one fragment alone could break. The reserved bit is ignored, as IPv4 does.
 *
 * Return: XINET_DROP_NONE for a whole datagram or a sound fragment.
 */
static inline enum xinet_drop xip_header_fragment(const struct iphdr *iph)
{
	unsigned int off = ntohs(iph->frag_off);
	unsigned int payload = ntohs(iph->tot_len) - iph->ihl * 4u;
	unsigned int start = (off & 0x1fff) * 8;

	if (likely(!(off & 0x3fff)))
		return XINET_DROP_NONE;
	if ((off & 0x2000) && (payload & 7))
		return XINET_DROP_BAD_FRAGMENT;
	if (!payload || start + payload + iph->ihl * 4u > 65535)
		return XINET_DROP_BAD_FRAGMENT;
	return XINET_DROP_NONE;
}

#endif /* _XINET_IP_HEADER_H */
