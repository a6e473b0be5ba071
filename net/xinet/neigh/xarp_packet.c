// SPDX-License-Identifier: GPL-2.0
/*
 * Reading, checking and writing the 28 bytes of an XARP packet.
 *
 * In: bytes from the link, of any length and content. Out: a struct
 * xarp_packet whose addresses are such as a host can have, or what is wrong
 * with them. What depends on this host (its own addresses, its devices) is in
 * xarp.c. Also compiles in userspace.
 */
#ifdef __KERNEL__
#include <linux/string.h>
#include <asm/byteorder.h>
#else
#include <arpa/inet.h>
#include <string.h>
#endif
#include "xarp_packet.h"

#define XARP_HARDWARE	1	/* Ethernet */
#define XARP_PROTOCOL	0x88B5	/* XIP's EtherType */
#define XARP_PLN	4

/* Offsets of RFC 826's fields for six- and four-byte addresses */
#define XARP_OFF_HRD	0
#define XARP_OFF_PRO	2
#define XARP_OFF_HLN	4
#define XARP_OFF_PLN	5
#define XARP_OFF_OP	6
#define XARP_OFF_SHA	8
#define XARP_OFF_SPA	14
#define XARP_OFF_THA	18
#define XARP_OFF_TPA	24

static unsigned int xarp_get16(const __u8 *p)
{
	return p[0] << 8 | p[1];
}

static void xarp_put16(__u8 *p, unsigned int value)
{
	p[0] = value >> 8;
	p[1] = value;
}

static enum xarp_fault xarp_check_header(const __u8 *data, unsigned int len)
{
	unsigned int op;

	if (len < XARP_PACKET_LEN)
		return XARP_FAULT_SHORT;
	if (xarp_get16(data + XARP_OFF_HRD) != XARP_HARDWARE ||
	    data[XARP_OFF_HLN] != XARP_LLADDR_LEN)
		return XARP_FAULT_HARDWARE;
	if (xarp_get16(data + XARP_OFF_PRO) != XARP_PROTOCOL ||
	    data[XARP_OFF_PLN] != XARP_PLN)
		return XARP_FAULT_PROTOCOL;
	op = xarp_get16(data + XARP_OFF_OP);
	if (op != XARP_REQUEST && op != XARP_REPLY)
		return XARP_FAULT_OP;
	return XARP_FAULT_NONE;
}

/*
 * RFC 1122 section 3.2.1.3: what can never be the address of one host; but
 * 0.0.0.1 and up, and class E, can be, as in IPv4 on Linux.
 */
static int xarp_no_host(__be32 addr)
{
	__u32 a = ntohl(addr);

	return a == 0 ||		/* this host */
	       a >> 24 == 127 ||	/* loopback */
	       a >> 28 == 14 ||		/* multicast */
	       a == 0xffffffff;		/* limited broadcast */
}

static int xarp_bad_lladdr(const __u8 *lladdr)
{
	static const __u8 zero[XARP_LLADDR_LEN];

	return (lladdr[0] & 1) || !memcmp(lladdr, zero, sizeof(zero));
}

static enum xarp_fault xarp_check_addrs(const struct xarp_packet *p)
{
	/* RFC 5227 section 2.1.1: a probe has no sender address yet */
	int probe = p->op == XARP_REQUEST && !p->spa;

	if (xarp_bad_lladdr(p->sha))
		return XARP_FAULT_SHA;
	if (!probe && xarp_no_host(p->spa))
		return XARP_FAULT_SPA;
	/* a reply to a probe goes to the address 0 */
	if (xarp_no_host(p->tpa) && (p->op != XARP_REPLY || p->tpa))
		return XARP_FAULT_TPA;
	return XARP_FAULT_NONE;
}

/**
 * xarp_packet_parse - read a packet and check it
 * @data: the packet, behind the link header
 * @len: bytes there are; more than XARP_PACKET_LEN is the link's padding
 * @p: filled where nothing is wrong with the packet, undefined otherwise
 *
 * Context: any.
 * Return: XARP_FAULT_NONE, or what is wrong.
 */
enum xarp_fault xarp_packet_parse(const __u8 *data, unsigned int len,
				  struct xarp_packet *p)
{
	enum xarp_fault fault = xarp_check_header(data, len);

	if (fault != XARP_FAULT_NONE)
		return fault;
	p->op = xarp_get16(data + XARP_OFF_OP);
	memcpy(p->sha, data + XARP_OFF_SHA, XARP_LLADDR_LEN);
	memcpy(&p->spa, data + XARP_OFF_SPA, XARP_PLN);
	memcpy(p->tha, data + XARP_OFF_THA, XARP_LLADDR_LEN);
	memcpy(&p->tpa, data + XARP_OFF_TPA, XARP_PLN);
	return xarp_check_addrs(p);
}

/**
 * xarp_packet_build - write a packet
 * @data: XARP_PACKET_LEN bytes
 * @p: what to write
 *
 * Context: any.
 */
void xarp_packet_build(__u8 *data, const struct xarp_packet *p)
{
	xarp_put16(data + XARP_OFF_HRD, XARP_HARDWARE);
	xarp_put16(data + XARP_OFF_PRO, XARP_PROTOCOL);
	data[XARP_OFF_HLN] = XARP_LLADDR_LEN;
	data[XARP_OFF_PLN] = XARP_PLN;
	xarp_put16(data + XARP_OFF_OP, p->op);
	memcpy(data + XARP_OFF_SHA, p->sha, XARP_LLADDR_LEN);
	memcpy(data + XARP_OFF_SPA, &p->spa, XARP_PLN);
	memcpy(data + XARP_OFF_THA, p->tha, XARP_LLADDR_LEN);
	memcpy(data + XARP_OFF_TPA, &p->tpa, XARP_PLN);
}

/**
 * xarp_packet_gratuitous - does the sender speak of itself alone?
 * @p: a checked packet
 *
 * An announcement of RFC 5227 section 2.3 is a request; the older habit of
 * replies that nobody asked for counts if it names itself as target in full.
 *
 * Context: any.
 * Return: non-zero if so.
 */
int xarp_packet_gratuitous(const struct xarp_packet *p)
{
	return p->spa == p->tpa &&
	       (p->op == XARP_REQUEST ||
		!memcmp(p->sha, p->tha, XARP_LLADDR_LEN));
}
