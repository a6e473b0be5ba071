// SPDX-License-Identifier: GPL-2.0
/*
 * net/xinet/netfilter/ct_tcp_*.c: headers as hostile as they can be, and the
 * courses of connections, segment by segment.
 */
#include "ct_tcp_lab.h"
#include "ktap.h"

/* RFC 9293 section 3.1: which control bits go together. */
static bool all_flags(void)
{
	static const u8 good[] = {
		SYN, SYN | URG, SYN | ACK, RST, RST | ACK, FIN | ACK,
		FIN | ACK | URG, ACK, ACK | URG,
	};
	unsigned int flags, i;
	struct xct_tcp_seg seg;
	struct tcp_bytes b;
	bool want;

	for (flags = 0; flags < 256; flags++) {
		want = false;
		for (i = 0; i < sizeof(good); i++)
			want |= good[i] == (flags & 0x37);
		b = segment(flags, 1, 2, 3, 0);
		if (read_bytes(&seg, &b) != want)
			return false;
	}
	return true;
}

static bool lengths(void)
{
	struct tcp_bytes b = segment(SYN | ACK, 0xfffffff0, 7, 9, 100);
	struct xct_tcp_seg seg;

	if (!read_bytes(&seg, &b) || seg.end != 0xfffffff0 + 101 ||
	    seg.class != XCT_TCP_SYNACK || seg.ack != 7 || seg.win != 9)
		return false;
	b = segment(FIN | ACK | PSH, 10, 7, 9, 0);
	if (!read_bytes(&seg, &b) || seg.end != 11 ||
	    seg.class != XCT_TCP_FIN)
		return false;
	b = segment(RST | ACK, 10, 7, 9, 5);
	return read_bytes(&seg, &b) && seg.end == 15 &&
	       seg.class == XCT_TCP_RST;
}

#define SCALE	IP_CT_TCP_FLAG_WINDOW_SCALE
#define SACKOK	IP_CT_TCP_FLAG_SACK_PERM

struct option_row {
	const char *name;
	u8 flags;
	u8 opt[40];
	unsigned int len;
	u8 offers;
	u8 scale;
	u32 sack;
};

/* The segment acknowledges 1000. */
static const struct option_row option_rows[] = {
	{ "scale", SYN, { 3, 3, 7, 0 }, 4, SCALE, 7, 1000 },
	{ "scale 14", SYN, { 1, 3, 3, 14 }, 4, SCALE, 14, 1000 },
	{ "scale 15 is 14", SYN, { 1, 3, 3, 15 }, 4, SCALE, 14, 1000 },
	{ "scale of 2 bytes", SYN, { 3, 2, 4, 2 }, 4, SACKOK, 0, 1000 },
	{ "scale of 4 bytes", SYN, { 3, 4, 7, 0 }, 4, 0, 0, 1000 },
	{ "scale cut short", SYN, { 1, 1, 3, 3 }, 4, 0, 0, 1000 },
	{ "kind alone", SYN, { 1, 1, 1, 3 }, 4, 0, 0, 1000 },
	{ "length 0", SYN, { 9, 0, 3, 3, 7, 0, 0, 0 }, 8, 0, 0, 1000 },
	{ "length 1", SYN, { 9, 1, 3, 3, 7, 0, 0, 0 }, 8, 0, 0, 1000 },
	{ "behind the end", SYN, { 0, 3, 3, 7 }, 4, 0, 0, 1000 },
	{ "behind another", SYN, { 2, 4, 5, 180, 4, 2, 3, 3, 9, 0, 0, 0 }, 12,
	  SCALE | SACKOK, 9, 1000 },
	{ "twice: the last", SYN, { 3, 3, 5, 1, 3, 3, 6, 0 }, 8, SCALE, 6, 1000 },
	{ "offered in an ACK", ACK, { 3, 3, 7, 1, 1, 1, 4, 2 }, 8, 0, 0, 1000 },
	{ "one block", ACK, { 1, 1, 5, 10, 0, 0, 4, 0, 0, 0, 5, 0 }, 12, 0, 0,
	  0x500 },
	{ "two, the second higher", ACK, { 1, 1, 5, 18, 0, 0, 4, 0, 0, 0, 5, 0,
	  0, 0, 6, 0, 0, 0, 7, 0 }, 20, 0, 0, 0x700 },
	{ "two, the first higher", ACK, { 1, 1, 5, 18, 0, 0, 6, 0, 0, 0, 7, 0,
	  0, 0, 4, 0, 0, 0, 5, 0 }, 20, 0, 0, 0x700 },
	{ "what came twice", ACK, { 1, 1, 5, 10, 0, 0, 0, 1, 0, 0, 0, 9 }, 12,
	  0, 0, 1000 },
	{ "half a block", ACK, { 1, 1, 5, 6, 0, 0, 4, 0 }, 8, 0, 0, 1000 },
	{ "no block", ACK, { 1, 1, 5, 2 }, 4, 0, 0, 1000 },
	{ "a block and a half", ACK, { 1, 1, 5, 14, 0, 0, 4, 0, 0, 0, 5, 0, 0,
	  0, 7, 0 }, 16, 0, 0, 1000 },
	{ "longer than the header", ACK, { 5, 10, 0, 0, 4, 0, 0, 0 }, 8, 0, 0,
	  1000 },
	{ "timestamps", ACK, { 1, 1, 8, 10, 0, 0, 0, 9, 0, 0, 0, 9 }, 12, 0, 0,
	  1000 },
	{ "SACK behind timestamps", ACK, { 1, 1, 8, 10, 0, 0, 0, 9, 0, 0, 0, 9,
	  1, 1, 5, 10, 0, 0, 4, 0, 0, 0, 5, 0 }, 24, 0, 0, 0x500 },
};

static bool option_holds(const struct option_row *r)
{
	struct tcp_bytes b = segment(r->flags, 1, 1000, 1, 0);
	struct xct_tcp_seg seg;

	memcpy(b.opt, r->opt, r->len);
	b.optlen = r->len;
	return read_bytes(&seg, &b) && seg.offers == r->offers &&
	       seg.scale == r->scale && seg.sack == r->sack;
}

/* Whatever the bytes are: within them, and nothing absurd comes out. */
static bool random_headers(void)
{
	struct tcp_bytes b = {};
	struct xct_tcp_seg seg;
	unsigned int i, j;

	srand(7);
	for (i = 0; i < 300000; i++) {
		for (j = 0; j < sizeof(b.th); j++)
			((u8 *)&b.th)[j] = rand();
		b.optlen = rand() % 11 * 4;
		for (j = 0; j < b.optlen; j++)
			b.opt[j] = rand() % 3 ? rand() % 12 : rand();
		b.payload = rand() % 65536;
		if (read_bytes(&seg, &b) &&
		    (seg.scale > XCT_TCP_SCALE_MAX ||
		     seg.class >= __XCT_TCP_CLASSES ||
		     (s32)(seg.sack - seg.ack) < 0))
			return false;
	}
	return true;
}

/*
 * A course: who sends what. @seq moves where its numbers go on from, unless
 * the segment is no sender's own (FORGED); @ack is off what it got so far.
 */
struct move {
	u8 dir;
	u8 flags;
	int want;
	u8 then;
	int seq;
	int payload;
	int ack;
	bool forged;
};

#define MOVES	14
#define C(_flags, _want, _then, ...) \
	{ .dir = 0, .flags = _flags, .want = _want, .then = _then, __VA_ARGS__ }
#define S(_flags, _want, _then, ...) \
	{ .dir = 1, .flags = _flags, .want = _want, .then = _then, __VA_ARGS__ }
#define FORGED	.forged = true

/* How many of these come first. */
#define FRESH	0
#define OPEN	3
#define CLOSE	6

static const struct move first_moves[] = {
	C(SYN, STEP, SS), S(SYN | ACK, STEP, SR), C(ACK, STEP, ES),
	C(FIN | ACK, STEP, FW), S(ACK, STEP, CW), S(FIN | ACK, STEP, LA),
};

struct course {
	const char *name;
	unsigned int first;
	struct move moves[MOVES];
};

static const struct course courses[] = {
	{ "a connection", OPEN, { C(ACK, STEP, ES, .payload = 100),
	  S(ACK, STEP, ES, .payload = 300), C(FIN | ACK, STEP, FW),
	  S(ACK, STEP, CW), S(FIN | ACK, STEP, LA), C(ACK, STEP, TW) } },
	{ "the server closes", OPEN, { S(FIN | ACK, STEP, FW),
	  C(ACK, STEP, CW), C(FIN | ACK, STEP, LA), S(ACK, STEP, TW) } },
	{ "both close at once", OPEN, { C(FIN | ACK, STEP, FW),
	  S(FIN | ACK, STEP, LA, .ack = -1), C(ACK, STEP, TW),
	  S(ACK, STEP, TW) } },
	{ "half closed, the other end goes on", OPEN, { C(FIN | ACK, STEP, FW),
	  S(ACK, STEP, CW, .payload = 500), C(ACK, STEP, CW),
	  C(FIN | ACK, STEP, CW, .seq = -1), S(FIN | ACK, STEP, LA) } },
	{ "both open at once", FRESH, { C(SYN, STEP, SS), S(SYN, STEP, S2),
	  C(SYN | ACK, STEP, SR, .seq = -1), S(SYN | ACK, STEP, SR, .seq = -1),
	  C(ACK, STEP, ES, .payload = 1000), S(ACK, STEP, ES) } },
	{ "both open at once, the server goes on", FRESH, { C(SYN, STEP, SS),
	  S(SYN, STEP, S2), C(SYN | ACK, STEP, SR, .seq = -1),
	  C(SYN, PASS, SR, .seq = -1), S(ACK, STEP, ES, .payload = 100), C(ACK, STEP, ES) } },
	{ "both open at once, and again late", FRESH, { C(SYN, STEP, SS),
	  S(SYN, STEP, S2), C(SYN | ACK, STEP, SR, .seq = -1),
	  S(SYN, PASS, SR, .seq = -1), S(SYN | ACK, STEP, SR, .seq = -1),
	  C(ACK, STEP, ES), C(SYN | ACK, PASS, ES, .seq = -1),
	  S(SYN, PASS, ES, .seq = -1), C(ACK, STEP, ES) } },
	{ "the SYN again", FRESH, { C(SYN, STEP, SS), C(SYN, STEP, SS, .seq = -1),
	  S(SYN | ACK, STEP, SR), C(SYN, PASS, SR, .seq = -1),
	  S(SYN | ACK, PASS, SR, .seq = -1), C(ACK, STEP, ES) } },
	{ "the handshake again, late", OPEN, { C(ACK, STEP, ES, .payload = 99),
	  C(SYN, PASS, ES, .seq = -100, FORGED),
	  S(SYN | ACK, PASS, ES, .seq = -1, .ack = -99, FORGED),
	  C(ACK, STEP, ES, .payload = 1000), S(ACK, STEP, ES) } },
	{ "another SYN instead", FRESH, { C(SYN, STEP, SS),
	  C(SYN, STEP, SS, .seq = 500000), S(SYN | ACK, STEP, SR),
	  C(ACK, STEP, ES), S(ACK, STEP, ES, .payload = 1) } },
	{ "out of step: a SYN in an open one, and it is answered", OPEN, {
	  C(SYN, PASS, ES, .seq = -500000),
	  S(SYN | ACK, STEP, SR, .seq = 1 << 30), C(ACK, STEP, ES),
	  S(ACK, STEP, ES, .payload = 10), C(ACK, STEP, ES, .payload = 10) } },
	{ "a SYN-ACK that answers another SYN", OPEN, {
	  C(SYN, PASS, ES, .seq = -500000),
	  S(SYN | ACK, PASS, ES, .seq = 1 << 30, .ack = 1) } },
	{ "out of step: a SYN in an open one is refused", OPEN, {
	  C(SYN, PASS, ES, .seq = 500000),
	  S(RST | ACK, STEP, CL, .seq = -1000000) } },
	{ "a SYN in an open one is challenged", OPEN, {
	  C(SYN, PASS, ES, .seq = 500000, FORGED),
	  S(ACK, STEP, ES), C(RST, STEP, CL) } },
	{ "a challenge is no last ACK", CLOSE, {
	  C(SYN, PASS, LA, .seq = 500000, FORGED), S(ACK, PASS, LA),
	  S(ACK, STEP, TW) } },
	{ "half open at the server", FRESH, { C(SYN, STEP, SS),
	  S(ACK, PASS, SS, .seq = 77777, .ack = 5000),
	  C(RST, STEP, CL, .seq = 5000) } },
	{ "reopened by the client", CLOSE, { C(ACK, STEP, TW),
	  C(SYN, REOPEN, TW, .seq = 70000) } },
	{ "reopened by the server", CLOSE, { C(ACK, STEP, TW),
	  S(SYN, REOPEN, TW, .seq = 70000) } },
	{ "reset by the client, then another", OPEN, { C(RST, STEP, CL),
	  C(SYN, REOPEN, CL, .seq = 70000) } },
	{ "reset by the server, then another", OPEN, { S(RST, STEP, CL),
	  C(SYN, PASS, CL, .seq = 70000), S(SYN | ACK, STEP, SR, .seq = 9000),
	  C(ACK, STEP, ES) } },
	{ "reset by the server, then the same SYN", OPEN, { S(RST, STEP, CL),
	  C(SYN, PASS, CL, .seq = -1), S(SYN | ACK, STEP, SR, .seq = -1),
	  C(ACK, STEP, ES) } },
	{ "taken up in the middle", FRESH, { C(ACK, STEP, ES, .payload = 10, .ack = 9),
	  S(ACK, STEP, ES, .seq = 9, .payload = 5), C(ACK, STEP, ES),
	  C(ACK, STEP, ES, .seq = 1 << 29) } },
	{ "taken up, then reset", FRESH, { C(ACK, STEP, ES, .ack = 9),
	  S(ACK, STEP, ES, .seq = 9), C(ACK, STEP, ES), C(RST, STEP, CL) } },
	{ "a forged answer to the SYN harms nothing", FRESH, { C(SYN, STEP, SS),
	  S(SYN | ACK, REFUSE, SS, .seq = 1 << 30, .ack = 1, FORGED),
	  S(RST | ACK, PASS, SS, .seq = 1 << 30, .ack = 1, FORGED),
	  S(SYN | ACK, STEP, SR), C(ACK, STEP, ES) } },
	{ "a forged SYN from the server harms nothing", OPEN, {
	  S(SYN, REFUSE, ES, .seq = 5000, FORGED),
	  S(ACK, STEP, ES, .payload = 1), C(ACK, STEP, ES) } },
	{ "a reset after its own data", OPEN, { S(ACK, STEP, ES),
	  C(ACK, STEP, ES, .payload = 100), C(RST, STEP, CL) } },
	{ "a reset that is challenged", OPEN, { S(ACK, STEP, ES),
	  C(RST, STEP, ES, .seq = 5, FORGED), S(ACK, STEP, ES),
	  C(RST, STEP, CL) } },
	{ "a keep-alive", OPEN, { C(ACK, STEP, ES, .seq = -1, FORGED),
	  S(ACK, STEP, ES) } },
	{ "nothing follows a reset but a SYN", OPEN, { C(RST, STEP, CL),
	  S(ACK, STEP, CL), S(FIN | ACK, STEP, CL), S(SYN, REFUSE, CL) } },
};

static bool move_holds(struct conn *c, const struct move *m)
{
	u32 seq = next_seq[m->dir] + m->seq;
	u32 ack = m->flags & ACK ? next_seq[!m->dir] + m->ack : 0;
	int verdict;

	if (!m->forged)
		next_seq[m->dir] = seq + m->payload +
				   !!(m->flags & (SYN | FIN));
	verdict = say(c, m->dir, m->flags, seq, ack, S_WIN, m->payload);
	if (verdict == m->want && c->t.state == m->then && !c->broken)
		return true;
	printf("# flags %x: verdict %d, state %s\n", m->flags, verdict,
	       xct_tcp_state_name(c->t.state));
	return false;
}

static bool course_holds(const struct course *course)
{
	struct conn c = {};
	unsigned int i;

	next_seq[0] = isn.c;
	next_seq[1] = isn.s;
	for (i = 0; i < course->first; i++)
		if (!move_holds(&c, &first_moves[i]))
			return false;
	for (i = 0; i < MOVES && course->moves[i].flags; i++)
		if (!move_holds(&c, &course->moves[i]))
			return false;
	return true;
}

static enum tcp_conntrack patience(struct conn *c, u8 flags)
{
	struct tcp_bytes b = segment(flags, 0, 0, 0, 0);
	struct xct_tcp_seg seg;

	read_bytes(&seg, &b);
	return xct_tcp_patience(&c->t, &seg, c->rules.replied, 3);
}

static bool patience_with_data(void)
{
	struct conn c;

	handshake(&c, -1, -1, false);
	if (patience(&c, ACK) != ES)
		return false;
	tell(&c, 0, ACK, 10);
	if (patience(&c, ACK) != TCP_CONNTRACK_UNACK)
		return false;
	tell(&c, 1, ACK, 0);
	return patience(&c, ACK) == ES && patience(&c, RST) ==
	       TCP_CONNTRACK_UNACK;
}

/* The third repetition is one too many; any other ACK ends the count. */
static bool patience_with_repeats(void)
{
	struct conn c;
	int i;

	handshake(&c, -1, -1, false);
	for (i = 0; i < 400; i++) {
		if (patience(&c, ACK) !=
		    (i >= 3 ? TCP_CONNTRACK_RETRANS : ES))
			return false;
		say(&c, 0, ACK, next_seq[0], next_seq[1], C_WIN / 2, 0);
	}
	/* they say something new each */
	for (i = 1; i < 9; i++)
		say(&c, 0, ACK, next_seq[0], next_seq[1] - i, C_WIN / 2, 0);
	return patience(&c, ACK) == ES && !c.broken;
}

static bool patience_of_others(void)
{
	struct conn c;

	/* a window that is shut */
	handshake(&c, -1, -1, false);
	say(&c, 1, ACK, next_seq[1], next_seq[0], 0, 0);
	if (patience(&c, ACK) != TCP_CONNTRACK_RETRANS)
		return false;
	/* taken up, and nobody answered */
	memset(&c, 0, sizeof(c));
	say(&c, 0, ACK, 1, 1, 1, 0);
	if (patience(&c, ACK) != TCP_CONNTRACK_UNACK)
		return false;
	say(&c, 1, ACK, 1, 1, 1, 0);
	return patience(&c, ACK) == ES;
}

/* A window that is shut takes one byte, to see whether it is. */
static bool window_shut(void)
{
	struct conn c;

	handshake(&c, -1, -1, false);
	tell(&c, 0, ACK, S_WIN);
	say(&c, 1, ACK, next_seq[1], next_seq[0], 0, 0);
	return say(&c, 0, ACK, next_seq[0], next_seq[1], 500, 1) == STEP &&
	       say(&c, 0, ACK, next_seq[0] + 1, next_seq[1], 500, 1) == STEP &&
	       say(&c, 0, ACK, next_seq[0] + 2, next_seq[1], 500, 1) == PASS;
}

static bool strict_begins(void)
{
	struct tcp_bytes syn = segment(SYN, 1, 0, 1, 0);
	struct tcp_bytes ack = segment(ACK, 1, 1, 1, 0);
	struct xct_tcp_seg seg;
	struct xct_tcp t;

	read_bytes(&seg, &ack);
	if (xct_tcp_begin(&t, &seg, false) || !xct_tcp_begin(&t, &seg, true))
		return false;
	read_bytes(&seg, &syn);
	return xct_tcp_begin(&t, &seg, false);
}

/* Both ends want to end it, with numbers that do not fit. */
static bool both_refused(u8 first, u8 second)
{
	struct tcp_bytes b;
	struct xct_tcp_seg seg;
	struct conn c;

	handshake(&c, -1, -1, false);
	b = segment(first, next_seq[0] + 100000, next_seq[1], 1, 0);
	read_bytes(&seg, &b);
	if (pass_seg(&c, &seg, 0) != REFUSE || xct_tcp_refused(&c.t, &seg, 0) ||
	    xct_tcp_refused(&c.t, &seg, 0))
		return false;
	b = segment(second, next_seq[1] + 100000, next_seq[0], 1, 0);
	read_bytes(&seg, &b);
	return pass_seg(&c, &seg, 1) == REFUSE &&
	       xct_tcp_refused(&c.t, &seg, 1) == (second != ACK);
}

/* However often more than the window is sent, no window grows over all. */
static bool window_bounded(void)
{
	struct conn c;
	int i;

	handshake(&c, 14, 14, false);
	for (i = 0; i < 60000; i++)
		say(&c, 0, ACK, c.t.peer[0].maxend, next_seq[1], 0, 65000);
	return c.t.peer[1].maxwin == XCT_TCP_WIN_MAX;
}

int main(void)
{
	unsigned int i, options = sizeof(option_rows) / sizeof(*option_rows);
	unsigned int n = sizeof(courses) / sizeof(*courses);

	ktap_plan(3 + options + n + 9);
	ktap_ok(all_flags(), "header__every_combination_of_control_bits");
	ktap_ok(lengths(), "header__where_a_segment_ends");
	for (i = 0; i < options; i++)
		ktap_ok(option_holds(&option_rows[i]), "option__%s",
			option_rows[i].name);
	ktap_ok(random_headers(), "header__300000_at_random");
	for (i = 0; i < n; i++)
		ktap_ok(course_holds(&courses[i]), "course__%s",
			courses[i].name);
	ktap_ok(patience_with_data(), "patience__data_not_acknowledged");
	ktap_ok(patience_with_repeats(), "patience__the_same_again_and_again");
	ktap_ok(patience_of_others(), "patience__shut_windows_and_pick_up");
	ktap_ok(window_shut(), "window__shut");
	ktap_ok(window_bounded(), "window__grows_to_the_largest_there_is");
	ktap_ok(strict_begins(), "begin__not_in_the_middle_unless_loose");
	ktap_ok(both_refused(FIN | ACK, FIN | ACK), "refused__two_FINs");
	ktap_ok(both_refused(RST, FIN | ACK), "refused__reset_and_FIN");
	ktap_ok(both_refused(FIN | ACK, ACK), "refused__FIN_and_ACK");
	return ktap_exit();
}
