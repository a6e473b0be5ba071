/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What is remembered of a TCP connection: its state, and what each end may
 * send and acknowledge as far as somebody in the middle can tell.
 *
 * Pure: knows no packet and no namespace, and compiles in userspace.
 */
#ifndef _NET_XINET_CT_TCP_H
#define _NET_XINET_CT_TCP_H

#include <linux/netfilter/nf_conntrack_tcp.h>
#include <linux/types.h>

/**
 * struct xct_tcp_peer - one end of a connection
 * @end: the sequence number behind the last byte it sent
 * @maxend: how far the other end's windows let it send
 * @maxwin: largest window it offered, in bytes; 0: nothing came from it yet
 * @maxack: highest acknowledgment it sent; good with
 *	IP_CT_TCP_FLAG_MAXACK_SET
 * @scale: bits its windows are shifted by (RFC 7323 section 2)
 * @flags: IP_CT_TCP_FLAG_*
 * @isn: low bits of the sequence number of its SYN
 *
 * Sequence numbers are in host byte order and compared modulo 2^32.
 */
struct xct_tcp_peer {
	u32 end;
	u32 maxend;
	u32 maxwin;
	u32 maxack;
	u8 scale;
	u8 flags;
	u16 isn;
};

/**
 * struct xct_tcp - a connection
 * @peer: its ends, by the direction they send in (IP_CT_DIR_*)
 * @last_seq: sequence number of the last segment
 * @last_ack: its acknowledgment
 * @last_end: the sequence number behind it
 * @last_win: its window, as it stands in the header
 * @state: enum tcp_conntrack
 * @last_dir: direction of the last segment
 * @last_class: enum xct_tcp_class of it
 * @retrans: how often in a row it came again
 * @offer_scale: window scale that a SYN offered which was let pass without a
 *	step
 * @offer_flags: and its IP_CT_TCP_FLAG_*; IP_CT_EXP_CHALLENGE_ACK and
 *	IP_CT_TCP_SIMULTANEOUS_OPEN, too
 *
 * @last_seq to @last_win are of the last pure ACK, or of the last segment that
 * passed without a step.
 */
struct xct_tcp {
	struct xct_tcp_peer peer[2];
	u32 last_seq;
	u32 last_ack;
	u32 last_end;
	u16 last_win;
	u8 state;
	u8 last_dir;
	u8 last_class;
	u8 retrans;
	u8 offer_scale;
	u8 offer_flags;
};

/**
 * xct_tcp_closing - is the connection on its way out?
 * @t: the connection
 *
 * Such a one may go early, though it is assured, where room is needed.
 *
 * Context: any; a guess without the connection's lock.
 * Return: true from the first FIN or an accepted RST on.
 */
static inline bool xct_tcp_closing(const struct xct_tcp *t)
{
	return t->state >= TCP_CONNTRACK_FIN_WAIT &&
	       t->state <= TCP_CONNTRACK_CLOSE;
}

const char *xct_tcp_state_name(u8 state);

#endif /* _NET_XINET_CT_TCP_H */
