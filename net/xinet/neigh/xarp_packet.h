/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The XARP packet (RFC 826) as bytes: no skb, no device, no namespace, so that
 * it also compiles in userspace.
 */
#ifndef _XINET_NEIGH_XARP_PACKET_H
#define _XINET_NEIGH_XARP_PACKET_H

#include <linux/types.h>

#define XARP_PACKET_LEN	28
#define XARP_LLADDR_LEN	6

#define XARP_REQUEST	1
#define XARP_REPLY	2

/**
 * struct xarp_packet - an XARP packet
 * @op: XARP_REQUEST or XARP_REPLY
 * @sha: sender's link-layer address
 * @tha: target's link-layer address
 * @spa: sender's address, network byte order
 * @tpa: target's address, network byte order
 */
struct xarp_packet {
	__u16 op;
	__u8 sha[XARP_LLADDR_LEN];
	__u8 tha[XARP_LLADDR_LEN];
	__be32 spa;
	__be32 tpa;
};

/**
 * enum xarp_fault - what is wrong with a packet
 * @XARP_FAULT_NONE: nothing
 * @XARP_FAULT_SHORT: fewer than XARP_PACKET_LEN bytes
 * @XARP_FAULT_HARDWARE: hardware type or address length are not Ethernet's
 * @XARP_FAULT_PROTOCOL: protocol type or address length are not XIP's
 * @XARP_FAULT_OP: neither request nor reply
 * @XARP_FAULT_SHA: the sender's link-layer address is zero or a group's
 * @XARP_FAULT_SPA: the sender's address is not one host's
 * @XARP_FAULT_TPA: the target's address is not one host's
 */
enum xarp_fault {
	XARP_FAULT_NONE,
	XARP_FAULT_SHORT,
	XARP_FAULT_HARDWARE,
	XARP_FAULT_PROTOCOL,
	XARP_FAULT_OP,
	XARP_FAULT_SHA,
	XARP_FAULT_SPA,
	XARP_FAULT_TPA,
};

enum xarp_fault xarp_packet_parse(const __u8 *data, unsigned int len,
				  struct xarp_packet *p);
void xarp_packet_build(__u8 *data, const struct xarp_packet *p);
int xarp_packet_gratuitous(const struct xarp_packet *p);

#endif /* _XINET_NEIGH_XARP_PACKET_H */
