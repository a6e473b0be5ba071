// SPDX-License-Identifier: GPL-2.0
/*
 * net/xinet/netfilter/ct_tcp_{segment,state,window}.c by tables: every state
 * with every segment from either end, every edge of the windows at n - 1, n
 * and n + 1 and around 2^32, scales, SACK, resets.
 */
#include "ct_tcp_lab.h"
#include "ktap.h"

#define NEW	0x80	/* begins a connection in that state */
#define OVER	0x40	/* the connection is over */

/*
 * What is expected, written down from RFC 9293 figure 5 and from what is
 * documented of nf_conntrack, by hand: a row a state, a column a segment, as
 * the client and as the server send it. IG: passes without a step.
 */
#define IG	__

static const u8 expected[][1 + 10] = {
	/*	client: SYN SYNACK FIN ACK RST	server: the same */
	{ NO,	SS | NEW, XX, XX, ES | NEW, XX,	XX, XX, XX, XX, XX },
	{ SS,	SS, XX, XX, XX, CL,		S2, SR, XX, IG, CL },
	{ S2,	S2, SR, XX, XX, CL,		S2, SR, XX, IG, CL },
	{ SR,	IG, SR, FW, ES, CL,		XX, IG, FW, SR, CL },
	{ ES,	IG, XX, FW, ES, CL,		XX, IG, FW, ES, CL },
	/* the client's FIN came: another of it is the same one */
	{ FW,	IG, XX, FW, CW, CL,		XX, IG, LA, CW, CL },
	{ CW,	IG, XX, CW, CW, CL,		XX, IG, LA, CW, CL },
	{ LA,	IG, XX, LA, TW, CL,		XX, IG, LA, TW, CL },
	{ TW,	SS | OVER, XX, TW, TW, CL,	SS | OVER, IG, TW, TW, CL },
	{ CL,	SS | OVER, XX, CL, CL, CL,	XX, IG, CL, CL, CL },
};

/* who refuses a connection acknowledges its SYN; who gives up need not */
static const u8 flags_of[2][5] = {
	{ SYN, SYN | ACK, FIN | ACK, ACK, RST },
	{ SYN, SYN | ACK, FIN | ACK, ACK, RST | ACK },
};

static bool transition_holds(u8 state, u8 dir, unsigned int class, u8 want)
{
	struct conn c;
	int verdict;

	reach(&c, state);
	/* a SYN of another connection is where that one was not */
	if (class == XCT_TCP_SYN && state != SS && state != S2)
		next_seq[dir] += 100000;
	if (state == NO && dir)
		return want == XX;	/* the first packet is the client's */
	verdict = tell(&c, dir, flags_of[dir][class], 0);
	if (c.broken)
		return false;
	if (want == XX)
		return verdict == (state == NO ? -1 : REFUSE);
	if (want == IG)
		return verdict == PASS && c.t.state == state;
	if (want & OVER)
		return verdict == REOPEN && c.t.state == state;
	return verdict == STEP && c.t.state == (want & 0x1f);
}

static void transitions(void)
{
	static const char *const class[] = {
		"SYN", "SYN-ACK", "FIN", "ACK", "RST",
	};
	unsigned int i, j;

	for (i = 0; i < sizeof(expected) / sizeof(*expected); i++)
		for (j = 0; j < 10; j++)
			ktap_ok(transition_holds(expected[i][0], j / 5, j % 5,
						 expected[i][j + 1]),
				"state__%s_%s_of_%s",
				xct_tcp_state_name(expected[i][0]),
				class[j % 5], j < 5 ? "client" : "server");
}

static const struct isn isns[] = {
	{ 1000, 2000 }, { 0xffffffff, 0xfffffffe }, { 0xfffff000, 0x7ffff000 },
	{ 0x7fffffff, 0x80000000 }, { 0, 0xffff8000 },
};

/*
 * Windows: an established connection, no scale unless told; numbers relative
 * to the next ones. The server's window is S_WIN and it sent nothing yet; the
 * client's C_WIN.
 */
struct edge {
	const char *name;
	u8 dir;
	int seq;
	int payload;
	int ack;
	int want;
	int scale;
};

#define EDGE(_name, _dir, _seq, _payload, _ack, _want, ...) \
	{ .name = _name, .dir = _dir, .seq = _seq, .payload = _payload, \
	  .ack = _ack, .want = _want, __VA_ARGS__ }

static const struct edge edges[] = {
	EDGE("in order", 0, 0, 100, 0, STEP),
	EDGE("last byte offered", 0, 1999, 1, 0, STEP),
	EDGE("I: at the right edge", 0, 2000, 0, 0, STEP),
	EDGE("I: begins at it, goes on", 0, 2000, 100, 0, STEP),
	EDGE("I: one behind it", 0, 2001, 0, 0, PASS),
	EDGE("I: a window behind it", 0, 2001, 1999, 0, PASS),
	EDGE("I: a window and one behind it", 0, 2001, 2000, 0, REFUSE),
	EDGE("I: far behind it", 0, 1 << 30, 1, 0, REFUSE),
	EDGE("I: server, at the right edge", 1, 500, 10, 0, STEP),
	EDGE("I: server, one behind it", 1, 501, 10, 0, PASS),
	EDGE("I: server, a window behind it", 1, 501, 999, 0, PASS),
	EDGE("I: server, a window and one behind it", 1, 501, 1000, 0, REFUSE),
	EDGE("II: at the left edge", 0, -2000, 0, 0, STEP),
	EDGE("II: ends at it", 0, -2100, 100, 0, STEP),
	EDGE("II: one before it", 0, -2001, 0, 0, PASS),
	EDGE("II: keep-alive", 0, -1, 0, 0, STEP),
	EDGE("II: far before it", 0, -(1 << 30), 0, 0, PASS),
	EDGE("II: server, at the left edge", 1, -1000, 0, 0, STEP),
	EDGE("II: server, one before it", 1, -1001, 0, 0, PASS),
	EDGE("III: one byte not sent", 0, 0, 0, 1, REFUSE),
	EDGE("III: server, the last byte", 1, 0, 0, 0, STEP),
	EDGE("III: server, one not sent", 1, 0, 0, 1, REFUSE),
	EDGE("III: far", 1, 0, 0, 1 << 30, REFUSE),
	EDGE("IV: oldest", 0, 0, 10, -66000, STEP),
	EDGE("IV: one older", 0, 0, 10, -66001, PASS),
	EDGE("IV: server, oldest", 1, 0, 10, -66000, STEP),
	EDGE("IV: server, one older", 1, 0, 10, -66001, PASS),
	EDGE("scale 8, I: at the right edge", 1, 500 << 8, 1, 0, STEP, .scale = 8),
	EDGE("scale 8, I: one behind it", 1, (500 << 8) + 1, 1, 0, PASS, .scale = 8),
	EDGE("scale 8, II: at the left edge", 1, -(500 << 8), 0, 0, STEP, .scale = 8),
	EDGE("scale 8, II: one before it", 1, -(500 << 8) - 1, 0, 0, PASS, .scale = 8),
	EDGE("scale 8, IV: oldest", 0, 0, 1, -(500 << 8), STEP, .scale = 8),
	EDGE("scale 8, IV: one older", 0, 0, 1, -(500 << 8) - 1, PASS, .scale = 8),
	EDGE("scale 14, I: at the right edge", 1, 500 << 14, 1, 0, STEP, .scale = 14),
	EDGE("scale 14, I: one behind it", 1, (500 << 14) + 1, 1, 0, PASS, .scale = 14),
	EDGE("scale 200 is 14", 1, 500 << 14, 1, 0, STEP, .scale = 200),
	EDGE("scale 200 is no more", 1, (500 << 14) + 1, 1, 0, PASS, .scale = 200),
};

static bool edge_holds(const struct edge *e, bool liberal)
{
	struct xct_tcp was;
	struct conn c;
	int verdict;

	handshake(&c, e->scale ?: -1, e->scale ?: -1, false);
	if (c.t.state != ES)
		return false;
	c.rules.liberal = liberal;
	was = c.t;
	verdict = say(&c, e->dir, ACK, next_seq[e->dir] + e->seq,
		      next_seq[!e->dir] + e->ack, 100, e->payload);
	/* what was refused leaves no trace */
	if (verdict == REFUSE && memcmp(&was, &c.t, sizeof(was)))
		return false;
	return verdict == (liberal ? STEP : e->want) && !c.broken;
}

static void windows(void)
{
	unsigned int i, j;
	bool ok;

	for (i = 0; i < sizeof(edges) / sizeof(*edges); i++) {
		ok = true;
		for (j = 0; j < sizeof(isns) / sizeof(*isns); j++) {
			isn = isns[j];
			ok = ok && edge_holds(&edges[i], false) &&
			     edge_holds(&edges[i], true);
		}
		ktap_ok(ok, "window__%s", edges[i].name);
	}
	isn = isns[0];
}

/* RFC 7323 section 2.2: who offers what, and what counts then. */
static bool scales_hold(int client, int server, int want_c, int want_s)
{
	struct conn c;

	handshake(&c, client, server, false);
	return c.t.peer[0].scale == want_c && c.t.peer[1].scale == want_s &&
	       c.t.peer[1].maxend == isn.s + 1 + (500U << want_c) &&
	       c.t.peer[0].maxend == isn.c + 1 + S_WIN;
}

/* RFC 2018: an edge counts if it was permitted to be sent. */
static bool sack_holds(bool permitted, int edge, int want)
{
	struct tcp_bytes b;
	struct conn c;

	handshake(&c, -1, -1, permitted);
	tell(&c, 0, ACK, 500);
	b = segment(ACK, next_seq[1], next_seq[0] - 500, S_WIN - 100, 0);
	add_sack(&b, next_seq[0] - 100, next_seq[0] + edge);
	if (pass(&c, 1, &b) != want || c.broken)
		return false;
	/* what it reports lies in its window as well */
	return want != STEP || !permitted || edge < -500 ||
	       c.t.peer[1].maxwin == S_WIN - 100 + 500 + edge;
}

/* A forged SYN-ACK without a scale, then the server's own. */
static bool forged_scale(void)
{
	struct tcp_bytes b = segment(SYN, isn.c, 0, C_WIN, 0);
	struct conn c = {};

	add_scale(&b, 7);
	pass(&c, 0, &b);
	if (say(&c, 1, SYN | ACK, isn.s, isn.c + 2, C_WIN, 0) != REFUSE)
		return false;
	b = segment(SYN | ACK, isn.s + 9, isn.c + 1, C_WIN, 0);
	add_scale(&b, 3);
	return pass(&c, 1, &b) == STEP && c.t.peer[0].scale == 7 &&
	       c.t.peer[1].scale == 3;
}

/* The client begins anew behind our back, with another scale. */
static bool scale_of_another(void)
{
	struct tcp_bytes b = segment(SYN, isn.c + 70000, 0, C_WIN, 0);
	struct conn c;

	handshake(&c, 2, 2, false);
	add_scale(&b, 7);
	if (pass(&c, 0, &b) != PASS)
		return false;
	b = segment(SYN | ACK, isn.s + 9, isn.c + 70001, C_WIN, 0);
	add_scale(&b, 3);
	return pass(&c, 1, &b) == STEP && c.t.peer[0].scale == 7 &&
	       c.t.peer[1].scale == 3;
}

/* Two segments beyond the window, the later one first: both may be taken. */
static bool overshot_twice(void)
{
	struct conn c;

	handshake(&c, -1, -1, false);
	return say(&c, 0, ACK, next_seq[0] + 2100, next_seq[1], 500, 100) ==
		PASS &&
	       say(&c, 0, ACK, next_seq[0] + 2001, next_seq[1], 500, 99) ==
		PASS &&
	       say(&c, 1, ACK, next_seq[1], next_seq[0] + 2200, 500, 0) ==
		STEP;
}

/* Taken up by a keep-alive, whose answer acknowledges a byte more. */
static bool picked_up_by_keepalive(void)
{
	struct conn c = {};

	return say(&c, 0, ACK, 99, 500, 1000, 0) == STEP &&
	       say(&c, 1, ACK, 500, 100, 1000, 0) == STEP &&
	       c.t.peer[0].end == 100 && c.t.peer[0].maxend == 1100;
}

/* Resets: RFC 9293 section 3.5.3, RFC 5961 section 3. */
struct reset {
	const char *name;
	u8 state;
	u8 dir;
	u8 flags;
	int seq;
	int ack;
	int want;
	u8 then;
	bool liberal;
	bool any_rst;
};

#define RESET(_name, _state, _dir, _flags, _seq, _ack, _want, _then, ...) \
	{ .name = _name, .state = _state, .dir = _dir, .flags = _flags, \
	  .seq = _seq, .ack = _ack, .want = _want, .then = _then, __VA_ARGS__ }

static const struct reset resets[] = {
	RESET("exact", ES, 0, RST, 0, 0, STEP, CL),
	RESET("exact, with ACK", ES, 0, RST | ACK, 0, 0, STEP, CL),
	RESET("exact, from the server", ES, 1, RST, 0, 0, STEP, CL),
	RESET("exact, an ACK of nothing sent", ES, 0, RST | ACK, 0, 1, REFUSE, ES),
	RESET("in the window", ES, 0, RST, 1, 0, STEP, ES),
	RESET("in the window, from the server", ES, 1, RST, 1, 0, STEP, ES),
	RESET("at its edge", ES, 0, RST, 2000, 0, STEP, ES),
	RESET("behind it", ES, 0, RST, 5000, 0, REFUSE, ES),
	RESET("behind it, liberal", ES, 0, RST, 5000, 0, REFUSE, ES, .liberal = true),
	RESET("behind it, all let pass", ES, 0, RST, 5000, 0, PASS, ES, .any_rst = true),
	RESET("before it", ES, 0, RST, -1, 0, REFUSE, ES),
	RESET("before it, liberal", ES, 0, RST, -1, 0, REFUSE, ES, .liberal = true),
	RESET("before it, all let pass", ES, 0, RST, -1, 0, PASS, ES, .any_rst = true),
	RESET("refuses the SYN", SS, 1, RST | ACK, 0, 0, STEP, CL),
	RESET("not for this SYN", SS, 1, RST | ACK, 0, 1, PASS, SS),
	RESET("not for this SYN either", SS, 1, RST | ACK, 0, -1, PASS, SS),
	RESET("for no SYN", SS, 1, RST, 0, 0, PASS, SS),
	RESET("the client gives up", SS, 0, RST, 0, 0, STEP, CL),
	RESET("SYN_RECV, exact", SR, 0, RST, 0, 0, STEP, CL),
	RESET("SYN_RECV, before", SR, 1, RST, -1000, 0, STEP, CL),
	RESET("SYN_RECV, far behind", SR, 0, RST, 50000, 0, REFUSE, SR),
	RESET("SYN_RECV, far behind, liberal", SR, 0, RST, 50000, 0, REFUSE, SR,
	      .liberal = true),
	RESET("SYN_RECV, number 0", SR, 0, RST, -1001, 0, STEP, CL),
	RESET("SYN_RECV, number 1", SR, 0, RST, -1000, 0, REFUSE, SR),
	RESET("FIN_WAIT, anywhere", FW, 1, RST, 1 << 30, 0, STEP, CL),
	RESET("TIME_WAIT, anywhere", TW, 0, RST, -(1 << 30), 0, STEP, CL),
};

static bool reset_holds(const struct reset *r)
{
	struct conn c;
	int verdict;

	reach(&c, r->state);
	c.rules.liberal = r->liberal;
	c.rules.any_rst = r->any_rst;
	verdict = say(&c, r->dir, r->flags, next_seq[r->dir] + r->seq,
		      r->flags & ACK ? next_seq[!r->dir] + r->ack : 0, 0, 0);
	return verdict == r->want && c.t.state == r->then && !c.broken;
}

int main(void)
{
	unsigned int i, n_edges = sizeof(edges) / sizeof(*edges);
	unsigned int n_resets = sizeof(resets) / sizeof(*resets);

	ktap_plan(100 + n_edges + n_resets + 14);
	transitions();
	windows();
	ktap_ok(scales_hold(-1, -1, 0, 0), "scale__nobody_offers");
	ktap_ok(scales_hold(7, -1, 0, 0), "scale__the_client_alone");
	ktap_ok(scales_hold(-1, 7, 0, 0), "scale__the_server_alone");
	ktap_ok(scales_hold(7, 3, 7, 3), "scale__both");
	ktap_ok(scales_hold(0, 14, 0, 14), "scale__none_and_most");
	ktap_ok(sack_holds(true, 0, STEP), "sack__what_was_sent");
	ktap_ok(sack_holds(true, 1, REFUSE), "sack__one_byte_more");
	ktap_ok(sack_holds(true, 1 << 30, REFUSE), "sack__far_more");
	ktap_ok(sack_holds(true, -600, STEP), "sack__what_came_twice");
	ktap_ok(sack_holds(false, 1000, STEP), "sack__not_permitted_not_heard");
	ktap_ok(forged_scale(), "scale__a_forged_answer_changes_none");
	ktap_ok(scale_of_another(), "scale__of_one_that_begins_anew");
	ktap_ok(overshot_twice(), "window__overshot_twice");
	ktap_ok(picked_up_by_keepalive(), "window__picked_up_by_a_keep_alive");
	for (i = 0; i < n_resets; i++)
		ktap_ok(reset_holds(&resets[i]), "reset__%s", resets[i].name);
	return ktap_exit();
}
