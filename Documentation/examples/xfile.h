/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How xsend and xrecv carry a file in datagrams.
 *
 * Datagrams may get lost, so each carries a number and the receiver says which
 * one it waits for. The sender is at most XFILE_WINDOW ahead of that and goes
 * back to it when it hears nothing: all that a receive buffer must hold is one
 * window. A datagram without data ends the file.
 */
#ifndef XFILE_H
#define XFILE_H

#include <linux/types.h>

#define XFILE_WINDOW	16
#define XFILE_DATA	1400	/* bytes of the file in a datagram */
#define XFILE_WAIT_MS	200	/* for an answer, before sending again */
#define XFILE_TRIES	50	/* times in a row, before giving up */

/**
 * struct xfile_packet - a datagram from the sender
 * @seq: its number, from 0, network byte order
 * @data: of the file; fewer than XFILE_DATA bytes only at its end
 *
 * The answer is the number alone: of the datagram that is wanted next.
 */
struct xfile_packet {
	__be32 seq;
	char data[XFILE_DATA];
};

#endif /* XFILE_H */
