// SPDX-License-Identifier: GPL-2.0
/*
 * Do a segment's numbers lie where its connection is?
 *
 * Who stands in the middle sees what both ends send but not what arrives, so
 * his windows are wider than theirs (Guido van Rooij, "Real Stateful TCP Packet
 * Filtering in IP Filter"; RFC 9293 section 3.4, RFC 7323 section 2):
 *
 *	I    seq  <= sender.maxend		room that was offered
 *	II   end  >= sender.end - receiver.maxwin	not older than a window
 *	III  sack <= receiver.end		nothing unsent is acknowledged
 *	IV   sack >= receiver.end - age		and nothing long past
 *
 * In: a connection under its lock, a segment. Out: whether it fits; what it
 * says is learned only if it does, so that a forged one changes nothing.
 * Pure: compiles in userspace too, where the unit tests run it.
 */
#ifdef __KERNEL__
#include <linux/minmax.h>
#endif
#include "ct_tcp_state.h"

#define SAW_SACK	IP_CT_TCP_FLAG_SACK_PERM
#define SAW_SCALE	IP_CT_TCP_FLAG_WINDOW_SCALE
#define UNACKED		IP_CT_TCP_FLAG_DATA_UNACKNOWLEDGED

/* a <= b, modulo 2^32 (RFC 9293 section 3.4) */
static inline bool at_most(u32 a, u32 b)
{
	return (s32)(b - a) >= 0;
}

static inline bool beyond(u32 a, u32 b)
{
	return (s32)(a - b) > 0;
}

/* What a segment acknowledges, as far as its receiver lets it say so. */
struct acked {
	u32 ack;
	u32 sack;
};

static inline struct acked acked(const struct xct_tcp_seg *seg,
				 const struct xct_tcp_peer *rcv)
{
	struct acked a = { .ack = seg->ack, .sack = seg->sack };

	/* some stacks set ACK in a reset and leave the number 0 */
	if (unlikely(!(seg->flags & XCT_TCPF_ACK) ||
		     (seg->class == XCT_TCP_RST && !seg->ack)))
		a = (struct acked){ .ack = rcv->end, .sack = rcv->end };
	else if (!(rcv->flags & SAW_SACK))
		a.sack = a.ack;
	return a;
}

static inline u32 ack_age(const struct xct_tcp_peer *snd)
{
	return snd->maxwin > XCT_TCP_ACK_AGE ? snd->maxwin : XCT_TCP_ACK_AGE;
}

/* II holds: nothing is known of a receiver that never offered a window. */
static inline bool recent(const struct xct_tcp_seg *seg,
			  const struct xct_tcp_peer *snd,
			  const struct xct_tcp_peer *rcv)
{
	return !rcv->maxwin || at_most(snd->end - rcv->maxwin, seg->end);
}

static inline bool fits(const struct xct_tcp_seg *seg, struct acked a,
			const struct xct_tcp_peer *snd,
			const struct xct_tcp_peer *rcv)
{
	return at_most(seg->seq, snd->maxend) && recent(seg, snd, rcv) &&
	       at_most(a.sack, rcv->end) && at_most(rcv->end - ack_age(snd), a.sack);
}

/**
 * xct_tcp_fit - where a segment lies
 * @t: the connection; both its ends are known
 * @seg: the segment
 * @dir: the direction it goes, IP_CT_DIR_*
 *
 * Context: the connection's lock.
 * Return: the first of I, III, II and IV that does not hold.
 */
enum xct_tcp_fit xct_tcp_fit(const struct xct_tcp *t,
			     const struct xct_tcp_seg *seg, u8 dir)
{
	const struct xct_tcp_peer *snd = &t->peer[dir], *rcv = &t->peer[!dir];
	struct acked a = acked(seg, rcv);
	bool ack_recent = at_most(rcv->end - ack_age(snd), a.sack);

	if (!at_most(seg->seq, snd->maxend)) {
		if (rcv->maxwin && recent(seg, snd, rcv) && ack_recent &&
		    at_most(a.sack, rcv->end) &&
		    seg->end - snd->maxend <= rcv->maxwin)
			return XCT_TCP_OVERSHOT;
		return XCT_TCP_BEYOND;
	}
	if (!at_most(a.sack, rcv->end))
		return XCT_TCP_ACK_BEYOND;
	if (!recent(seg, snd, rcv))
		return XCT_TCP_STALE;
	return ack_recent ? XCT_TCP_FITS : XCT_TCP_ACK_STALE;
}

static inline void learn_end(struct xct_tcp_peer *snd, u32 end)
{
	if (beyond(end, snd->end)) {
		snd->end = end;
		snd->flags |= UNACKED;
	}
}

static inline void learn_ack(struct xct_tcp_peer *snd, u32 ack)
{
	if (!(snd->flags & IP_CT_TCP_FLAG_MAXACK_SET) ||
	    beyond(ack, snd->maxack)) {
		snd->flags |= IP_CT_TCP_FLAG_MAXACK_SET;
		snd->maxack = ack;
	}
}

static inline void learn(const struct xct_tcp_seg *seg, struct acked a,
			 struct xct_tcp_peer *snd, struct xct_tcp_peer *rcv)
{
	u32 win = seg->win, span;

	/* RFC 7323 section 2.2: the window of a SYN is never scaled */
	if (!(seg->flags & XCT_TCPF_SYN))
		win <<= snd->scale;
	/* what SACK reports lies in the window as well */
	span = win + (a.sack - a.ack);
	if (span > snd->maxwin)
		snd->maxwin = min_t(u32, span, XCT_TCP_WIN_MAX);
	learn_end(snd, seg->end);
	if (seg->flags & XCT_TCPF_ACK && seg->class != XCT_TCP_RST)
		learn_ack(snd, a.ack);

	/* the receiver took more than it was seen to offer */
	if (rcv->maxwin && beyond(seg->end, snd->maxend))
		rcv->maxwin = min_t(u32, rcv->maxwin + seg->end - snd->maxend,
				    XCT_TCP_WIN_MAX);
	/* one byte probes a window that is shut (RFC 9293 section 3.8.6.1) */
	if (at_most(rcv->maxend, a.sack + win))
		rcv->maxend = a.sack + win + !win;
	if (a.ack == rcv->end)
		rcv->flags &= ~UNACKED;
}

/* An ACK that says what the last one said: is nobody there any more? */
static inline void learn_repeat(struct xct_tcp *t,
				const struct xct_tcp_seg *seg, u32 ack, u8 dir)
{
	if (t->last_seq == seg->seq && t->last_end == seg->end &&
	    t->last_ack == ack && t->last_win == seg->win &&
	    t->last_dir == dir) {
		t->retrans += t->retrans < 0xff;
		return;
	}
	t->last_seq = seg->seq;
	t->last_end = seg->end;
	t->last_ack = ack;
	t->last_win = seg->win;
	t->last_dir = dir;
	t->retrans = 0;
}

/**
 * xct_tcp_fast - the step of an ACK in the window of an established connection
 * @t: the connection
 * @seg: the segment
 * @dir: the direction it goes, IP_CT_DIR_*
 *
 * Context: the connection's lock.
 * Return: false if it is anything else; nothing has changed then.
 */
bool xct_tcp_fast(struct xct_tcp *t, const struct xct_tcp_seg *seg, u8 dir)
{
	struct xct_tcp_peer *snd = &t->peer[dir], *rcv = &t->peer[!dir];
	struct acked a;

	if (t->state != TCP_CONNTRACK_ESTABLISHED ||
	    seg->class != XCT_TCP_ACK || !snd->maxwin || !rcv->maxwin)
		return false;
	/* as acked() would say of an ACK */
	a.ack = seg->ack;
	a.sack = rcv->flags & SAW_SACK ? seg->sack : seg->ack;
	if (!fits(seg, a, snd, rcv))
		return false;
	learn(seg, a, snd, rcv);
	learn_repeat(t, seg, a.ack, dir);
	t->last_class = XCT_TCP_ACK;
	return true;
}

/* A SYN tells where its sender begins and what it can do. */
static void open_with(struct xct_tcp *t, const struct xct_tcp_seg *seg, u8 dir)
{
	struct xct_tcp_peer *snd = &t->peer[dir], *rcv = &t->peer[!dir];

	snd->end = seg->end;
	snd->maxend = seg->end;
	snd->maxwin = max_t(u32, seg->win, 1);
	snd->isn = (u16)seg->seq;
	snd->scale = seg->scale;
	snd->flags &= IP_CT_TCP_FLAG_BE_LIBERAL;
	snd->flags |= seg->offers;
	/* RFC 7323 section 2.2: both offer it, or neither scales */
	if (dir && !(snd->flags & rcv->flags & SAW_SCALE)) {
		snd->scale = 0;
		rcv->scale = 0;
	}
}

/* Nothing is known of the sender: believe the segment. */
static void pick_up(struct xct_tcp *t, const struct xct_tcp_seg *seg, u8 dir)
{
	struct xct_tcp_peer *snd = &t->peer[dir], *rcv = &t->peer[!dir];
	struct acked a = acked(seg, rcv);

	snd->end = seg->end;
	snd->maxwin = max_t(u32, (u32)seg->win << snd->scale, 1);
	snd->maxend = seg->end + snd->maxwin;
	if (!rcv->maxwin) {
		rcv->end = a.sack;
		rcv->maxend = a.sack;
	} else if (a.sack == rcv->end + 1) {
		rcv->end++;	/* the answer to a keep-alive that went unseen */
	}
}

/*
 * RFC 9293 section 3.5: an end that began anew while the connection was being
 * opened takes a higher sequence number.
 */
static bool begins_anew(const struct xct_tcp *t, const struct xct_tcp_seg *seg,
			u8 dir)
{
	return seg->flags & XCT_TCPF_SYN &&
	       beyond(seg->end, t->peer[dir].end) &&
	       (t->state == TCP_CONNTRACK_SYN_SENT ||
		t->state == TCP_CONNTRACK_SYN_RECV);
}

/* Returns true if the segment is a SYN that has nothing to be judged by. */
static bool prepare(struct xct_tcp *t, const struct xct_tcp_seg *seg, u8 dir)
{
	bool first = !t->peer[dir].maxwin;

	if (first && !(seg->flags & XCT_TCPF_SYN)) {
		pick_up(t, seg, dir);
		return false;
	}
	if (!first && !begins_anew(t, seg, dir))
		return false;
	open_with(t, seg, dir);
	return first && seg->class == XCT_TCP_SYN;
}

static enum xct_tcp_verdict verdict_of(enum xct_tcp_fit fit, bool liberal)
{
	if (fit == XCT_TCP_FITS || liberal)
		return XCT_TCP_STEP;
	return fit == XCT_TCP_BEYOND || fit == XCT_TCP_ACK_BEYOND ?
	       XCT_TCP_REFUSE : XCT_TCP_PASS;
}

/**
 * xct_tcp_judge - judge a segment by its numbers, and learn nothing
 * @t: the connection; both its ends are known
 * @seg: the segment
 * @dir: the direction it goes, IP_CT_DIR_*
 *
 * Context: the connection's lock.
 * Return: as xct_tcp_window().
 */
enum xct_tcp_verdict xct_tcp_judge(const struct xct_tcp *t,
				   const struct xct_tcp_seg *seg, u8 dir)
{
	return verdict_of(xct_tcp_fit(t, seg, dir),
			  t->peer[dir].flags & IP_CT_TCP_FLAG_BE_LIBERAL);
}

/**
 * xct_tcp_window - judge a segment by its numbers, and learn from it
 * @t: the connection
 * @seg: the segment
 * @dir: the direction it goes, IP_CT_DIR_*
 * @liberal: let pass what does not fit
 *
 * Context: the connection's lock.
 * Return: XCT_TCP_STEP if it fits (or @liberal, and nothing was learned);
 * XCT_TCP_PASS if it is merely late, or early by a window at most, which its
 * receiver has to judge; else XCT_TCP_REFUSE.
 */
enum xct_tcp_verdict xct_tcp_window(struct xct_tcp *t,
				    const struct xct_tcp_seg *seg, u8 dir,
				    bool liberal)
{
	struct xct_tcp_peer *snd = &t->peer[dir], *rcv = &t->peer[!dir];
	const struct xct_tcp_peer was[2] = { t->peer[0], t->peer[1] };
	enum xct_tcp_verdict verdict;
	enum xct_tcp_fit fit;
	struct acked a;

	if (prepare(t, seg, dir))
		return XCT_TCP_STEP;
	fit = xct_tcp_fit(t, seg, dir);
	if (fit == XCT_TCP_FITS) {
		a = acked(seg, rcv);
		learn(seg, a, snd, rcv);
		if (seg->class == XCT_TCP_ACK)
			learn_repeat(t, seg, a.ack, dir);
		return XCT_TCP_STEP;
	}
	verdict = verdict_of(fit, liberal ||
			     snd->flags & IP_CT_TCP_FLAG_BE_LIBERAL);
	if (fit == XCT_TCP_OVERSHOT) {
		/* if the receiver takes it all the same, it acknowledges it */
		learn_end(snd, seg->end);
	} else if (verdict != XCT_TCP_STEP) {
		t->peer[0] = was[0];
		t->peer[1] = was[1];
	}
	return verdict;
}
