/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The XECHO protocol: who is asked answers with what he was sent.
 *
 *	 0      7 8     15 16            31
 *	+--------+--------+----------------+
 *	|  type  |  zero  |    checksum    |
 *	+--------+--------+----------------+
 *	|         sequence number          |
 *	+----------------------------------+
 *	|   the asker's clock, untouched   |
 *	+----------------------------------+
 *	|   up to 1,024 bytes of data ...
 *
 * The checksum is UDP's: RFC 1071, over the pseudo-header, header and data.
 * The protocol number is one that RFC 3692 keeps for experiments.
 */
#ifndef XECHO_H
#define XECHO_H

#include <linux/types.h>

#define IPPROTO_XECHO	253
#define XECHO_DATA_MAX	1024

enum {
	XECHO_ASK	= 1,
	XECHO_ANSWER	= 2,
};

struct xecho_hdr {
	__u8 type;
	__u8 zero;
	__sum16 check;
	__be32 seq;
	__be32 clock;
};

#endif /* XECHO_H */
