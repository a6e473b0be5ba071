/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A tracked connection on the bench: segments go through the tracker's pure
 * files as ct_tcp.c lets them, and what must hold of every one is checked.
 */
#ifndef UNIT_CT_TCP_LAB_H
#define UNIT_CT_TCP_LAB_H

#include "shim_ct.h"
#include "../../net/xinet/netfilter/ct_tcp_segment.c"
#include "../../net/xinet/netfilter/ct_tcp_window.c"
#include "../../net/xinet/netfilter/ct_tcp_state.c"

#define FIN	XCT_TCPF_FIN
#define SYN	XCT_TCPF_SYN
#define RST	XCT_TCPF_RST
#define PSH	XCT_TCPF_PSH
#define ACK	XCT_TCPF_ACK
#define URG	XCT_TCPF_URG

#define STEP	XCT_TCP_STEP
#define PASS	XCT_TCP_PASS
#define REFUSE	XCT_TCP_REFUSE
#define REOPEN	XCT_TCP_REOPEN

/* A connection as the tracker and the core keep it. */
struct conn {
	struct xct_tcp t;
	struct xct_tcp_rules rules;
	bool begun;
	bool broken;	/* the fast path did not do what the slow one does */
};

/* A segment as it is written down in a header. */
struct tcp_bytes {
	struct tcphdr th;
	u8 opt[40];
	unsigned int optlen;
	unsigned int payload;
};

static inline bool read_bytes(struct xct_tcp_seg *seg,
			      const struct tcp_bytes *b)
{
	unsigned int hlen = sizeof(b->th) + b->optlen;
	u8 *copy = malloc(hlen);
	bool ok;

	/* of just that size: the sanitizer sees each byte too many */
	memcpy(copy, &b->th, hlen);
	ok = xct_tcp_read(seg, (struct tcphdr *)copy, hlen, b->payload);
	free(copy);
	return ok;
}

static inline void put32(u8 *p, u32 v)
{
	v = htonl(v);
	memcpy(p, &v, 4);
}

static inline struct tcp_bytes segment(u8 flags, u32 seq, u32 ack, u16 win,
				       unsigned int payload)
{
	struct tcp_bytes b = { .payload = payload };

	b.th.seq = htonl(seq);
	b.th.ack_seq = htonl(ack);
	b.th.window = htons(win);
	((u8 *)&b.th)[13] = flags;
	return b;
}

/* NOP, window scale; -1 for none. */
static inline void add_scale(struct tcp_bytes *b, int scale)
{
	const u8 opt[] = { 1, 3, 3, scale };

	if (scale < 0)
		return;
	memcpy(b->opt + b->optlen, opt, 4);
	b->optlen += 4;
}

static inline void add_sack_perm(struct tcp_bytes *b)
{
	const u8 opt[] = { 1, 1, 4, 2 };

	memcpy(b->opt + b->optlen, opt, 4);
	b->optlen += 4;
}

static inline void add_sack(struct tcp_bytes *b, u32 left, u32 right)
{
	u8 *p = b->opt + b->optlen;

	p[0] = 1;
	p[1] = 1;
	p[2] = 5;
	p[3] = 10;
	put32(p + 4, left);
	put32(p + 8, right);
	b->optlen += 12;
}

/*
 * What the fast path takes, the slow one takes as well and with the same
 * result; what it leaves, it leaves as it was.
 */
static inline bool fast_is_slow(struct conn *c, const struct xct_tcp_seg *seg,
				u8 dir)
{
	struct xct_tcp was = c->t, slow = c->t;

	if (!xct_tcp_fast(&c->t, seg, dir)) {
		if (memcmp(&was, &c->t, sizeof(was)))
			c->broken = true;
		return false;
	}
	if (xct_tcp_step(&slow, seg, dir, &c->rules) != XCT_TCP_STEP ||
	    memcmp(&slow, &c->t, sizeof(slow)))
		c->broken = true;
	return true;
}

/* A segment passes; -1 if it begins nothing. */
static inline int pass_seg(struct conn *c, const struct xct_tcp_seg *seg,
			   u8 dir)
{
	int verdict = XCT_TCP_STEP;
	u8 was;

	if (!c->begun && !xct_tcp_begin(&c->t, seg, true))
		return -1;
	c->begun = true;
	was = c->t.state;
	if (!fast_is_slow(c, seg, dir))
		verdict = xct_tcp_step(&c->t, seg, dir, &c->rules);
	if (verdict != XCT_TCP_STEP && c->t.state != was)
		c->broken = true;
	if (verdict == XCT_TCP_STEP && c->rules.replied &&
	    c->t.state == TCP_CONNTRACK_ESTABLISHED &&
	    (was == TCP_CONNTRACK_SYN_RECV || was == c->t.state))
		c->rules.assured = true;
	if (dir && (verdict == XCT_TCP_STEP || verdict == XCT_TCP_PASS))
		c->rules.replied = true;
	return verdict;
}

static inline int pass(struct conn *c, u8 dir, const struct tcp_bytes *b)
{
	struct xct_tcp_seg seg;

	return read_bytes(&seg, b) ? pass_seg(c, &seg, dir) : -1;
}

static inline int say(struct conn *c, u8 dir, u8 flags, u32 seq, u32 ack,
		      u16 win, unsigned int payload)
{
	struct tcp_bytes b = segment(flags, seq, ack, win, payload);

	return pass(c, dir, &b);
}

#define C_WIN	1000	/* windows of the handshake, unscaled */
#define S_WIN	2000

struct isn {
	u32 c, s;
};

static struct isn isn = { 1000, 2000 };

/* Sequence numbers that come next: of the client, of the server. */
static u32 next_seq[2];

static inline void handshake(struct conn *c, int scale_c, int scale_s, bool sack)
{
	struct tcp_bytes b = segment(SYN, isn.c, 0, C_WIN, 0);

	memset(c, 0, sizeof(*c));
	add_scale(&b, scale_c);
	if (sack)
		add_sack_perm(&b);
	pass(c, 0, &b);
	b = segment(SYN | ACK, isn.s, isn.c + 1, S_WIN, 0);
	add_scale(&b, scale_s);
	if (sack)
		add_sack_perm(&b);
	pass(c, 1, &b);
	say(c, 0, ACK, isn.c + 1, isn.s + 1, C_WIN / 2, 0);
	next_seq[0] = isn.c + 1;
	next_seq[1] = isn.s + 1;
}

/* The next segment of one end, in order. */
static inline int tell(struct conn *c, u8 dir, u8 flags, unsigned int payload)
{
	u32 seq = next_seq[dir];

	next_seq[dir] += payload + !!(flags & SYN) + !!(flags & FIN);
	return say(c, dir, flags, seq, flags & ACK ? next_seq[!dir] : 0, S_WIN,
		   payload);
}

/* Bring a connection to a state by segments alone. */
static inline void reach(struct conn *c, u8 state)
{
	memset(c, 0, sizeof(*c));
	next_seq[0] = isn.c;
	next_seq[1] = isn.s;
	if (state == NO)
		return;
	tell(c, 0, SYN, 0);
	if (state == S2)
		tell(c, 1, SYN, 0);
	if (state == SS || state == S2)
		return;
	tell(c, 1, SYN | ACK, 0);
	if (state == SR)
		return;
	tell(c, 0, ACK, 0);
	tell(c, 1, ACK, 100);
	if (state == CL)
		tell(c, 0, RST, 0);
	if (state == ES || state == CL)
		return;
	tell(c, 0, FIN | ACK, 0);
	if (state == FW)
		return;
	tell(c, 1, ACK, 0);
	if (state == CW)
		return;
	tell(c, 1, FIN | ACK, 0);
	if (state == LA)
		return;
	tell(c, 0, ACK, 0);
}

#endif
