// SPDX-License-Identifier: GPL-2.0
/*
 * The states of a TCP connection as somebody in the middle sees them
 * (RFC 9293 section 3.3.2), and the steps between.
 *
 * A segment may be lost behind us, so a state says what was seen last, not
 * what both ends know: ESTABLISHED begins with the ACK of the SYN-ACK,
 * FIN_WAIT with the first FIN, CLOSE_WAIT with its ACK, LAST_ACK with the
 * other end's FIN, TIME_WAIT with the ACK of that. SYN_SENT2 is a SYN from
 * either end.
 *
 * In: a connection under its lock, a segment, what the namespace's rules are.
 * Out: the connection's next state, and what becomes of the segment. Pure:
 * compiles in userspace too, where the unit tests run it.
 */
#ifdef __KERNEL__
#include <linux/string.h>
#endif
#include "ct_tcp_state.h"

#define NO	TCP_CONNTRACK_NONE
#define SS	TCP_CONNTRACK_SYN_SENT
#define SR	TCP_CONNTRACK_SYN_RECV
#define ES	TCP_CONNTRACK_ESTABLISHED
#define FW	TCP_CONNTRACK_FIN_WAIT
#define CW	TCP_CONNTRACK_CLOSE_WAIT
#define LA	TCP_CONNTRACK_LAST_ACK
#define TW	TCP_CONNTRACK_TIME_WAIT
#define CL	TCP_CONNTRACK_CLOSE
#define S2	TCP_CONNTRACK_SYN_SENT2
#define XX	TCP_CONNTRACK_MAX	/* no part of the connection */
#define __	TCP_CONNTRACK_IGNORE	/* its receiver will judge */

#define ORIG	0
#define REPLY	1

/*
 * A SYN of the client is let pass in any state: if we are out of step, the
 * server's SYN-ACK will tell; if not, the server answers with a challenge ACK
 * (RFC 5961 section 4) or a reset. A SYN-ACK of the server is let pass for the
 * same reason.
 */
static const u8 next_state[2][TCP_CONNTRACK_MAX][__XCT_TCP_CLASSES] = {
	[ORIG] = {
		/*     SYN SYNACK FIN ACK RST */
		[NO] = { SS, XX, XX, ES, XX },
		[SS] = { SS, XX, XX, XX, CL },
		[S2] = { S2, SR, XX, XX, CL },
		[SR] = { __, SR, FW, ES, CL },
		[ES] = { __, XX, FW, ES, CL },
		[FW] = { __, XX, LA, CW, CL },
		[CW] = { __, XX, LA, CW, CL },
		[LA] = { __, XX, LA, TW, CL },
		[TW] = { SS, XX, TW, TW, CL },
		[CL] = { SS, XX, CL, CL, CL },
	},
	[REPLY] = {
		[NO] = { XX, XX, XX, XX, XX },
		[SS] = { S2, SR, XX, __, CL },
		[S2] = { S2, SR, XX, __, CL },
		[SR] = { XX, __, FW, SR, CL },
		[ES] = { XX, __, FW, ES, CL },
		[FW] = { XX, __, LA, CW, CL },
		[CW] = { XX, __, LA, CW, CL },
		[LA] = { XX, __, LA, TW, CL },
		[TW] = { SS, __, TW, TW, CL },
		[CL] = { XX, __, CL, CL, CL },
	},
};

static const char *const state_names[TCP_CONNTRACK_MAX] = {
	[NO] = "NONE",
	[SS] = "SYN_SENT",
	[SR] = "SYN_RECV",
	[ES] = "ESTABLISHED",
	[FW] = "FIN_WAIT",
	[CW] = "CLOSE_WAIT",
	[LA] = "LAST_ACK",
	[TW] = "TIME_WAIT",
	[CL] = "CLOSE",
	[S2] = "SYN_SENT2",
};

/**
 * xct_tcp_state_name - a state's name as /proc and netlink show it
 * @state: enum tcp_conntrack
 *
 * Context: any.
 * Return: the name; "NONE" for no state at all.
 */
const char *xct_tcp_state_name(u8 state)
{
	return state_names[state < TCP_CONNTRACK_MAX ? state : NO];
}

/* The last segment was of this class and went the other way. */
static bool answers(const struct xct_tcp *t, enum xct_tcp_class class, u8 dir)
{
	return t->last_class == class && t->last_dir != dir;
}

static bool simultaneous(const struct xct_tcp *t)
{
	return t->offer_flags & IP_CT_TCP_SIMULTANEOUS_OPEN;
}

/* A SYN or SYN-ACK with the number that its sender began with. */
static bool is_late_syn(const struct xct_tcp_peer *snd,
			const struct xct_tcp_seg *seg)
{
	return seg->flags & XCT_TCPF_SYN && snd->maxwin &&
	       snd->isn == (u16)seg->seq;
}

/* What the table leaves out: it knows no history. */
static u8 next_of(const struct xct_tcp *t, const struct xct_tcp_seg *seg,
		  u8 dir)
{
	u8 next = next_state[dir][t->state][seg->class];

	if (next == XX && is_late_syn(&t->peer[dir], seg))
		return __;

	/* the first FIN again, not the other end's */
	if (next == LA && t->state != LA &&
	    t->peer[dir].flags & IP_CT_TCP_FLAG_CLOSE_INIT)
		return t->state;
	/* RFC 9293 figure 7: each end answers the other's SYN */
	if (t->state == SR && dir == REPLY && simultaneous(t)) {
		if (seg->class == XCT_TCP_SYNACK)
			return SR;
		if (seg->class == XCT_TCP_ACK)
			return TCP_CONNTRACK_ESTABLISHED;
	}
	return next;
}

/* A SYN on what is over begins another connection (RFC 9293 section 3.6.1). */
static bool may_reopen(const struct xct_tcp *t, u8 dir)
{
	u8 flags = t->peer[0].flags | t->peer[1].flags;

	return flags & IP_CT_TCP_FLAG_CLOSE_INIT ||
	       (t->last_class == XCT_TCP_RST && t->last_dir == dir);
}

/*
 * The other end answered a SYN that we took no step for: it was right. Unless
 * both are of this very connection, and late.
 */
static bool resyncs(const struct xct_tcp *t, const struct xct_tcp_seg *seg,
		    u8 dir)
{
	if (seg->class != XCT_TCP_SYNACK || !answers(t, XCT_TCP_SYN, dir) ||
	    seg->ack != t->last_end)
		return false;
	return t->state == CL || (u16)t->last_seq != t->peer[!dir].isn;
}

/* Back to where that SYN would have led. */
static void resync(struct xct_tcp *t, u8 dir)
{
	struct xct_tcp_peer *snd = &t->peer[dir], *rcv = &t->peer[!dir];

	memset(snd, 0, sizeof(*snd));
	memset(rcv, 0, sizeof(*rcv));
	rcv->isn = (u16)t->last_seq;
	rcv->end = t->last_end;
	rcv->maxend = t->last_end;
	rcv->maxwin = t->last_win ? t->last_win : 1;
	rcv->scale = t->offer_scale;
	rcv->flags = t->offer_flags & (IP_CT_TCP_FLAG_WINDOW_SCALE |
				       IP_CT_TCP_FLAG_SACK_PERM);
	t->offer_flags = 0;
	t->retrans = 0;
	t->state = SS;
}

/* Remember what was let pass, to understand the answer to it. */
static void note(struct xct_tcp *t, const struct xct_tcp_seg *seg, u8 dir)
{
	t->last_class = seg->class;
	t->last_dir = dir;
	t->last_seq = seg->seq;
	t->last_end = seg->end;
	t->last_win = seg->win;
	if (seg->class == XCT_TCP_SYN && dir == ORIG) {
		t->offer_scale = seg->scale;
		t->offer_flags &= IP_CT_TCP_SIMULTANEOUS_OPEN;
		t->offer_flags |= seg->offers;
		/* in LAST_ACK a challenge would be taken for the last ACK */
		if (t->state == LA)
			t->offer_flags |= IP_CT_EXP_CHALLENGE_ACK;
	}
	if (t->state == SS && seg->class == XCT_TCP_ACK && dir == REPLY)
		t->last_ack = seg->ack;
}

/* RFC 5961 section 4: the answer to a SYN out of season, not to a FIN. */
static bool is_challenge(struct xct_tcp *t, const struct xct_tcp_seg *seg,
			 u8 dir)
{
	if (t->state != LA || seg->class != XCT_TCP_ACK ||
	    !answers(t, XCT_TCP_SYN, dir) ||
	    !(t->offer_flags & IP_CT_EXP_CHALLENGE_ACK))
		return false;
	t->offer_flags &= ~IP_CT_EXP_CHALLENGE_ACK;
	return true;
}

/*
 * A reset of something that we let pass without a step: a SYN of the client in
 * an open connection, an ACK of the server's half-open one.
 */
static bool rst_answers_passed(const struct xct_tcp *t,
			       const struct xct_tcp_seg *seg, u8 dir,
			       const struct xct_tcp_rules *rules)
{
	if (seg->flags & XCT_TCPF_ACK && seg->ack == t->last_end &&
	    ((rules->replied && answers(t, XCT_TCP_SYN, dir)) ||
	     (!rules->assured && t->last_class == XCT_TCP_ACK)))
		return true;
	return t->state == SS && t->last_class == XCT_TCP_ACK &&
	       t->last_dir == REPLY && seg->seq == t->last_ack;
}

/* What a reset is worth (RFC 9293 section 3.5.3, RFC 5961 section 3). */
enum rst_worth {
	RST_SURE,	/* whatever its numbers are */
	RST_BY_WINDOW,	/* if it is in the window */
	RST_DOUBTFUL,	/* in the window it provokes a challenge ACK */
	RST_NOT_YET,	/* a connection being opened does not care */
	RST_FORGED,
};

static enum rst_worth rst_known(const struct xct_tcp *t,
				const struct xct_tcp_seg *seg, u8 dir,
				const struct xct_tcp_rules *rules)
{
	u32 expected = t->peer[!dir].maxack;
	bool open = t->state == ES && rules->assured;

	/* an end without a connection has no number to send but 0 */
	if (!seg->seq && !open)
		return RST_BY_WINDOW;
	if ((s32)(seg->seq - expected) < 0)
		return RST_FORGED;
	if (!open || seg->seq == expected)
		return RST_BY_WINDOW;
	/* behind data of the same end that is still on its way */
	if (t->last_class == XCT_TCP_ACK && t->last_dir == dir &&
	    seg->seq == t->last_end)
		return RST_BY_WINDOW;
	return RST_DOUBTFUL;
}

static enum rst_worth rst_worth(const struct xct_tcp *t,
				const struct xct_tcp_seg *seg, u8 dir,
				const struct xct_tcp_rules *rules)
{
	/* the ports may be in use again, with numbers we have not seen */
	if (xct_tcp_closing(t))
		return RST_SURE;
	/* RFC 9293 section 3.10.7.3: only one that acknowledges the SYN */
	if (t->state == SS && dir == REPLY)
		return seg->flags & XCT_TCPF_ACK &&
		       seg->ack == t->peer[ORIG].end ? RST_SURE : RST_NOT_YET;
	if (t->peer[!dir].flags & IP_CT_TCP_FLAG_MAXACK_SET &&
	    t->last_class != XCT_TCP_SYN)
		return rst_known(t, seg, dir, rules);
	return rst_answers_passed(t, seg, dir, rules) ? RST_SURE :
							RST_BY_WINDOW;
}

static void arrive(struct xct_tcp *t, const struct xct_tcp_seg *seg, u8 dir,
		   u8 next)
{
	t->last_class = seg->class;
	t->last_dir = dir;
	if (next == FW && t->state != FW)
		t->peer[dir].flags |= IP_CT_TCP_FLAG_CLOSE_INIT;
	if (next == S2)
		t->offer_flags |= IP_CT_TCP_SIMULTANEOUS_OPEN;
	t->state = next;
}

static enum xct_tcp_verdict step_rst(struct xct_tcp *t,
				     const struct xct_tcp_seg *seg, u8 dir,
				     const struct xct_tcp_rules *rules)
{
	enum xct_tcp_verdict verdict = XCT_TCP_STEP;
	u8 next = CL;

	switch (rst_worth(t, seg, dir, rules)) {
	case RST_SURE:
		break;
	case RST_BY_WINDOW:
		verdict = xct_tcp_window(t, seg, dir, false);
		break;
	case RST_DOUBTFUL:
		/* nothing to learn; the answer to the challenge is exact */
		next = t->state;
		verdict = xct_tcp_judge(t, seg, dir);
		break;
	case RST_NOT_YET:
		verdict = XCT_TCP_PASS;
		break;
	case RST_FORGED:
		verdict = XCT_TCP_REFUSE;
		break;
	}
	if (verdict == XCT_TCP_STEP)
		arrive(t, seg, dir, next);
	else if (rules->any_rst)
		verdict = XCT_TCP_PASS;
	return verdict;
}

/**
 * xct_tcp_begin - a connection's first segment
 * @t: filled
 * @seg: the segment, of the original direction
 * @loose: take up connections whose beginning was not seen
 *
 * The segment takes its step afterwards, as all do.
 *
 * Context: the connection is nobody else's yet.
 * Return: false if it can begin none.
 */
bool xct_tcp_begin(struct xct_tcp *t, const struct xct_tcp_seg *seg, bool loose)
{
	u8 next = next_state[ORIG][NO][seg->class];

	if (next == XX || (next == ES && !loose))
		return false;
	memset(t, 0, sizeof(*t));
	t->last_class = XCT_TCP_NOCLASS;
	/* nobody knows what scale its windows have, or whether SACK is on */
	if (next == ES) {
		t->peer[ORIG].flags = IP_CT_TCP_FLAG_SACK_PERM |
				      IP_CT_TCP_FLAG_BE_LIBERAL;
		t->peer[REPLY].flags = t->peer[ORIG].flags;
	}
	return true;
}

/**
 * xct_tcp_step - a segment of a connection
 * @t: the connection
 * @seg: the segment
 * @dir: the direction it goes, IP_CT_DIR_*
 * @rules: what else decides
 *
 * Context: the connection's lock.
 * Return: what becomes of the segment; only with XCT_TCP_STEP has the state
 * changed, if it has.
 */
enum xct_tcp_verdict xct_tcp_step(struct xct_tcp *t,
				  const struct xct_tcp_seg *seg, u8 dir,
				  const struct xct_tcp_rules *rules)
{
	u8 next = next_of(t, seg, dir);
	enum xct_tcp_verdict verdict;

	if (next == XX)
		return XCT_TCP_REFUSE;
	if (next == SS && xct_tcp_closing(t)) {
		if (may_reopen(t, dir))
			return XCT_TCP_REOPEN;
		next = __;
	}
	if (next == __) {
		if (!resyncs(t, seg, dir)) {
			note(t, seg, dir);
			return XCT_TCP_PASS;
		}
		resync(t, dir);
		next = SR;
	}
	if (seg->class == XCT_TCP_RST)
		return step_rst(t, seg, dir, rules);
	if (is_challenge(t, seg, dir))
		return XCT_TCP_PASS;
	verdict = xct_tcp_window(t, seg, dir, rules->liberal);
	if (verdict == XCT_TCP_STEP)
		arrive(t, seg, dir, next);
	return verdict;
}

/**
 * xct_tcp_refused - a segment of an established connection was refused
 * @t: the connection
 * @seg: the segment
 * @dir: the direction it went, IP_CT_DIR_*
 *
 * Context: the connection's lock.
 * Return: true if both ends want to end it: then it is we who are out of
 * step, and it need not be kept for long.
 */
bool xct_tcp_refused(struct xct_tcp *t, const struct xct_tcp_seg *seg, u8 dir)
{
	if (seg->class != XCT_TCP_FIN && seg->class != XCT_TCP_RST)
		return false;
	if (answers(t, XCT_TCP_FIN, dir) || answers(t, XCT_TCP_RST, dir))
		return true;
	t->last_class = seg->class;
	t->last_dir = dir;
	return false;
}

/**
 * xct_tcp_patience - how long the connection may be silent now
 * @t: the connection, after a step
 * @seg: the segment of that step
 * @replied: both ends were seen
 * @max_retrans: sysctl: how many repetitions mean that nobody answers
 *
 * Context: the connection's lock.
 * Return: an index of the time-outs; that of the state is never exceeded.
 */
enum tcp_conntrack xct_tcp_patience(const struct xct_tcp *t,
				    const struct xct_tcp_seg *seg,
				    bool replied, unsigned int max_retrans)
{
	u8 flags = t->peer[0].flags | t->peer[1].flags;

	if (t->retrans >= max_retrans)
		return TCP_CONNTRACK_RETRANS;
	if (flags & IP_CT_TCP_FLAG_DATA_UNACKNOWLEDGED)
		return TCP_CONNTRACK_UNACK;
	if (t->state == ES && (!replied || seg->class == XCT_TCP_RST))
		return TCP_CONNTRACK_UNACK;
	return t->last_win ? t->state : TCP_CONNTRACK_RETRANS;
}
