// SPDX-License-Identifier: GPL-2.0
/*
 * net/xinet/netfilter/ct_tcp_*.c between two model TCPs that talk at random
 * over a bad network: whatever they send must be accepted, and what another
 * sends out of their windows refused.
 *
 *	client ── lost, late, twice ── tracker ── lost, late, twice ── server
 *
 * The models are written from RFC 9293, 7323 and 2018, and know nothing of the
 * tracker: they open (in turn or at once), send, acknowledge with SACK blocks,
 * shut and open their windows, probe, repeat and close as chance has it.
 */
#include "ct_tcp_lab.h"
#include "ktap.h"

#define STREAM	6000	/* bytes each end sends, at most */
#define PIECE	400
#define FLIGHT	64	/* segments under way on one leg */

/* One end; positions are counted from its SYN, which is byte 0. */
struct end {
	u32 isn, peer_isn;
	unsigned int size;	/* of its stream; its FIN is byte 1 + size */
	unsigned int una, nxt;	/* acknowledged, sent */
	unsigned int edge;	/* how far it may send */
	unsigned int got;	/* in order, from the other end */
	bool has[STREAM + 2];
	unsigned int read;	/* taken by its program */
	unsigned int offered;	/* right edge it offered; never moves back */
	unsigned int buffer;
	int scale, peer_scale;
	bool scaled, sack, synced, active;
};

struct flying {
	struct tcp_bytes b;
	bool used;
};

static struct end ends[2];
static struct flying legs[2][2][FLIGHT];	/* [dir][behind the tracker] */
static struct conn tracker, late;
static u8 late_first;	/* the direction in which that one was begun */
static bool reopened;	/* a late SYN was taken for a new connection's */
static unsigned int refused, forged_taken, segments;

static unsigned int chance(unsigned int n)
{
	return rand() % n;
}

static u32 random32(void)
{
	return (u32)rand() << 16 ^ rand();
}

/* The window to announce: never less than what was announced before. */
static u16 window_of(struct end *e, bool syn)
{
	unsigned int shift = syn || !e->scaled ? 0 : e->scale;
	unsigned int room = e->read + e->buffer, win;

	if (e->got > room)
		room = e->got;
	if (room < e->offered)
		room = e->offered;
	win = (room - e->got) >> shift;
	if (win > 65535)
		win = 65535;
	if (e->got + (win << shift) > e->offered)
		e->offered = e->got + (win << shift);
	/* rounded down it would shrink: then round up */
	if (e->got + (win << shift) < e->offered)
		win = (e->offered - e->got + (1 << shift) - 1) >> shift;
	return win;
}

static void put_on(u8 dir, bool behind, const struct tcp_bytes *b)
{
	struct flying *f = &legs[dir][behind][chance(FLIGHT)];

	/* a slot in use: that one is lost */
	f->b = *b;
	f->used = true;
}

static void add_blocks(struct end *e, struct tcp_bytes *b)
{
	unsigned int left = e->got, right;

	while (left < STREAM + 2 && !e->has[left])
		left++;
	if (!e->sack || left >= STREAM + 2 || chance(8) == 0)
		return;
	for (right = left; right < STREAM + 2 && e->has[right]; right++)
		;
	add_sack(b, e->peer_isn + left, e->peer_isn + right);
}

/* Send bytes from @at on: SYN, stream and FIN are one sequence. */
static void emit(u8 dir, unsigned int at, unsigned int len)
{
	struct end *e = &ends[dir];
	unsigned int last = 1 + e->size, payload;
	struct tcp_bytes b;
	u8 flags = 0;

	if (!at && len) {
		flags |= SYN;
		len = 1;
	} else if (at + len > last) {
		len = last - at + 1;
		flags |= FIN;
	}
	if (e->synced)
		flags |= ACK;
	payload = len - !!(flags & (SYN | FIN));
	b = segment(flags, e->isn + at, e->synced ? e->peer_isn + e->got : 0,
		    window_of(e, flags & SYN), payload);
	if (flags & SYN) {
		if (e->scale >= 0 && (!e->synced || e->peer_scale >= 0))
			add_scale(&b, e->scale);
		if (e->sack)
			add_sack_perm(&b);
	} else {
		add_blocks(e, &b);
	}
	if (at + len > e->nxt)
		e->nxt = at + len;
	put_on(dir, false, &b);
}

static bool open_done(const struct end *e)
{
	return e->una > 0 && e->synced;
}

/* Something an end may do of its own. */
static void act(u8 dir)
{
	struct end *e = &ends[dir];
	unsigned int len = 1 + chance(PIECE), room;

	if (!e->active && !e->synced)
		return;
	if (e->nxt == 0 || !open_done(e)) {
		emit(dir, 0, 1);	/* the SYN, for the first time or again */
		return;
	}
	e->read += chance(e->got - e->read + 1);
	switch (chance(8)) {
	case 0:			/* again what was not acknowledged */
		if (e->una < e->nxt) {
			if (len > e->nxt - e->una)
				len = e->nxt - e->una;
			emit(dir, e->una, len);
		}
		break;
	case 1:			/* keep-alive */
		if (e->una == e->nxt)
			emit(dir, e->nxt - 1, 0);
		break;
	case 2:			/* a probe of a shut window */
		if (e->nxt == e->edge && e->nxt <= e->size)
			emit(dir, e->nxt, 1);
		break;
	case 3:
		emit(dir, e->nxt, 0);
		break;
	default:		/* what is new */
		room = e->edge > e->nxt ? e->edge - e->nxt : 0;
		if (len > room)
			len = room;
		if (len > 2 + e->size - e->nxt)
			len = 2 + e->size - e->nxt;
		if (len)
			emit(dir, e->nxt, len);
	}
}

static void take_syn(struct end *e, const struct xct_tcp_seg *seg)
{
	if (e->synced)
		return;
	e->synced = true;
	e->peer_isn = seg->seq;
	e->got = 1;
	e->read = 1;
	e->offered = 1;
	e->peer_scale = seg->offers & IP_CT_TCP_FLAG_WINDOW_SCALE ?
			seg->scale : -1;
	e->scaled = e->scale >= 0 && e->peer_scale >= 0;
	e->sack = e->sack && seg->offers & IP_CT_TCP_FLAG_SACK_PERM;
}

/* An end gets a segment. */
static void take(u8 dir, const struct tcp_bytes *b)
{
	struct end *e = &ends[dir];
	struct xct_tcp_seg seg;
	unsigned int at, i, len, win;

	read_bytes(&seg, b);
	if (seg.flags & SYN)
		take_syn(e, &seg);
	if (!e->synced)
		return;
	at = seg.seq - e->peer_isn;
	len = seg.end - seg.seq;
	/* RFC 9293 section 3.10.7.4: not in the window, but answered */
	if (at > e->offered + 1 && at < 1U << 31)
		len = 0;
	for (i = at; i < at + len && i < STREAM + 2; i++)
		if (i <= e->offered)
			e->has[i] = true;
	while (e->got < STREAM + 2 && e->has[e->got])
		e->got++;
	if (seg.flags & ACK) {
		at = seg.ack - e->isn;
		if (at > e->una && at <= e->nxt)
			e->una = at;
		win = seg.win;
		if (!(seg.flags & SYN) && e->scaled)
			win <<= e->peer_scale;
		if (at <= e->nxt && at + win > e->edge)
			e->edge = at + win;
	}
	if (open_done(e) && (len || chance(4) == 0))
		emit(dir, e->nxt, 0);
}

/* An attacker who guesses: none of it may pass, none leave a trace. */
static void forge(u8 dir)
{
	const struct xct_tcp_peer *snd = &tracker.t.peer[dir];
	const struct xct_tcp_peer *rcv = &tracker.t.peer[!dir];
	const struct xct_tcp was = tracker.t;
	u32 far = 1 + (random32() & 0x1fffffff);
	u32 seq = snd->end, ack = rcv->end;

	if (tracker.t.state < ES || tracker.t.state > TW || !snd->maxwin ||
	    !rcv->maxwin)
		return;
	if (chance(2))
		seq = snd->maxend + rcv->maxwin + far;
	else
		ack = rcv->end + far;
	if (say(&tracker, dir, chance(2) ? ACK : FIN | ACK, seq, ack, chance(65536),
		chance(1000)) != REFUSE ||
	    memcmp(&was, &tracker.t, sizeof(was)))
		forged_taken++;
}

/* A segment comes past the trackers. */
static void inspect(u8 dir, u8 first_dir, const struct tcp_bytes *b)
{
	struct xct_tcp_seg seg;
	int verdict;

	segments++;
	verdict = pass(&tracker, dir ^ first_dir, b);
	if (verdict == REOPEN && b->th.syn && tracker.t.state == TW)
		reopened = true;
	else if (verdict != STEP && verdict != PASS)
		refused++;
	/* the second one saw no beginning */
	read_bytes(&seg, b);
	if (segments < 40 || seg.flags & SYN)
		return;
	if (!late.begun) {
		if (seg.class != XCT_TCP_ACK)
			return;
		late_first = dir;
	}
	verdict = pass_seg(&late, &seg, dir ^ late_first);
	if (verdict != STEP && verdict != PASS)
		refused++;
}

static void init_end(struct end *e, unsigned int buffer_max)
{
	memset(e, 0, sizeof(*e));
	e->isn = chance(2) ? random32() : -chance(STREAM);
	e->size = chance(STREAM - 1);
	e->buffer = 1 + chance(buffer_max);
	e->scale = (int)chance(12) - 3;
	e->sack = chance(3);
}

/* One life of a connection; true if it came to its end. */
static bool live(unsigned int seed)
{
	unsigned int i, loss;
	u8 dir, behind, first;
	struct flying *f;
	struct tcp_bytes b;

	srand(seed);
	memset(legs, 0, sizeof(legs));
	memset(&tracker, 0, sizeof(tracker));
	memset(&late, 0, sizeof(late));
	init_end(&ends[0], 3000);
	init_end(&ends[1], 3000);
	first = chance(2);
	ends[first].active = true;
	ends[!first].active = chance(4) == 0;
	loss = 2 + chance(30);
	segments = 0;
	reopened = false;
	for (i = 0; i < 60000 && !reopened; i++) {
		dir = chance(2);
		if (chance(5) == 0)
			act(dir);
		if (tracker.begun && chance(50) == 0)
			forge(dir);
		behind = chance(2);
		f = &legs[dir][behind][chance(FLIGHT)];
		if (!f->used)
			continue;
		b = f->b;
		f->used = chance(20) == 0;	/* it comes once more */
		if (chance(loss) == 0)
			continue;
		if (behind) {
			take(!dir, &b);
			continue;
		}
		if (!segments)
			first = dir;
		inspect(dir, first, &b);
		put_on(dir, true, &b);
	}
	return reopened || (ends[0].una == ends[0].size + 2 &&
			    ends[1].una == ends[1].size + 2);
}

#define LIVES	100

int main(void)
{
	unsigned int seed, done = 0, closed = 0, broken = 0, all = 0;

	ktap_plan(5);
	for (seed = 1; seed <= LIVES; seed++) {
		if (live(seed)) {
			done++;
			closed += tracker.t.state == TW;
		}
		broken += tracker.broken || late.broken;
		all += segments;
		if (refused || forged_taken) {
			printf("# seed %u: %u, %u\n", seed, refused,
			       forged_taken);
			break;
		}
	}
	printf("# %u segments, %u of %u connections closed\n", all, done,
	       LIVES);
	ktap_ok(!refused, "walk__no_segment_of_theirs_is_refused");
	ktap_ok(!forged_taken, "walk__no_forged_one_is_taken");
	ktap_ok(!broken, "walk__the_fast_path_does_what_the_slow_one_does");
	ktap_ok(done > LIVES / 2, "walk__they_come_to_an_end");
	ktap_ok(closed == done, "walk__and_end_in_TIME_WAIT");
	return ktap_exit();
}
