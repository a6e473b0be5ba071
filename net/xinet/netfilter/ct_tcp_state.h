/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The TCP tracker's inner interface: a segment as ct_tcp_segment.c reads it,
 * what ct_tcp_window.c says of its numbers, and the step that ct_tcp_state.c
 * makes of it.
 *
 * Pure: compiles in userspace. Whoever calls holds the connection's lock.
 */
#ifndef _XINET_NETFILTER_CT_TCP_STATE_H
#define _XINET_NETFILTER_CT_TCP_STATE_H

#ifdef __KERNEL__
#include <linux/bits.h>
#include <linux/compiler.h>
#include <linux/tcp.h>
#endif
#include <net/xinet/ct_tcp.h>

/* The control bits as they lie in byte 13 of the header. */
#define XCT_TCPF_FIN	0x01
#define XCT_TCPF_SYN	0x02
#define XCT_TCPF_RST	0x04
#define XCT_TCPF_PSH	0x08
#define XCT_TCPF_ACK	0x10
#define XCT_TCPF_URG	0x20

/* RFC 7323 section 2.3: 65,535 << 14 is the largest window there is. */
#define XCT_TCP_SCALE_MAX	14
#define XCT_TCP_WIN_MAX		(65535U << XCT_TCP_SCALE_MAX)

/* How old an acknowledgment may be where no larger window was offered. */
#define XCT_TCP_ACK_AGE		66000U

/* What a segment is to the state of a connection. */
enum xct_tcp_class {
	XCT_TCP_SYN,
	XCT_TCP_SYNACK,
	XCT_TCP_FIN,
	XCT_TCP_ACK,
	XCT_TCP_RST,
	__XCT_TCP_CLASSES,
	XCT_TCP_NOCLASS = __XCT_TCP_CLASSES,
};

/**
 * struct xct_tcp_seg - a segment
 * @seq: sequence number, host byte order
 * @end: behind its last byte; SYN and FIN count as one each
 * @ack: acknowledgment number; good with XCT_TCPF_ACK
 * @sack: highest edge it acknowledges: of its SACK blocks (RFC 2018), or @ack
 * @win: window as it stands in the header
 * @class: enum xct_tcp_class
 * @flags: XCT_TCPF_*, without PSH
 * @scale: window scale a SYN offers
 * @offers: of a SYN: IP_CT_TCP_FLAG_WINDOW_SCALE, _SACK_PERM
 */
struct xct_tcp_seg {
	u32 seq;
	u32 end;
	u32 ack;
	u32 sack;
	u16 win;
	u8 class;
	u8 flags;
	u8 scale;
	u8 offers;
};

/**
 * struct xct_tcp_rules - what beside the segment decides
 * @liberal: sysctl: only resets must be in the window
 * @any_rst: sysctl: a reset out of the window is let pass, without a step
 * @replied: both ends were seen
 * @assured: the connection was established
 */
struct xct_tcp_rules {
	bool liberal;
	bool any_rst;
	bool replied;
	bool assured;
};

/* What a segment's numbers are to the windows. */
enum xct_tcp_fit {
	XCT_TCP_FITS,
	XCT_TCP_BEYOND,		/* begins where the receiver has no room */
	XCT_TCP_OVERSHOT,	/* the same, by a window at most */
	XCT_TCP_ACK_BEYOND,	/* acknowledges what was not sent */
	XCT_TCP_STALE,		/* ends a window before what was sent */
	XCT_TCP_ACK_STALE,	/* its acknowledgment is as old */
};

/* What becomes of a segment. */
enum xct_tcp_verdict {
	XCT_TCP_STEP,		/* the connection is what it says now */
	XCT_TCP_PASS,		/* its receiver will judge; no step */
	XCT_TCP_REFUSE,		/* no part of the connection; no step */
	XCT_TCP_REOPEN,		/* the connection is over, this begins another */
};

bool xct_tcp_read(struct xct_tcp_seg *seg, const struct tcphdr *th,
		  unsigned int hlen, unsigned int payload);

bool xct_tcp_fast(struct xct_tcp *t, const struct xct_tcp_seg *seg, u8 dir);
enum xct_tcp_fit xct_tcp_fit(const struct xct_tcp *t,
			     const struct xct_tcp_seg *seg, u8 dir);
enum xct_tcp_verdict xct_tcp_judge(const struct xct_tcp *t,
				   const struct xct_tcp_seg *seg, u8 dir);
enum xct_tcp_verdict xct_tcp_window(struct xct_tcp *t,
				    const struct xct_tcp_seg *seg, u8 dir,
				    bool liberal);

bool xct_tcp_begin(struct xct_tcp *t, const struct xct_tcp_seg *seg,
		   bool loose);
enum xct_tcp_verdict xct_tcp_step(struct xct_tcp *t,
				  const struct xct_tcp_seg *seg, u8 dir,
				  const struct xct_tcp_rules *rules);
bool xct_tcp_refused(struct xct_tcp *t, const struct xct_tcp_seg *seg, u8 dir);
enum tcp_conntrack xct_tcp_patience(const struct xct_tcp *t,
				    const struct xct_tcp_seg *seg,
				    bool replied, unsigned int max_retrans);

#endif /* _XINET_NETFILTER_CT_TCP_STATE_H */
