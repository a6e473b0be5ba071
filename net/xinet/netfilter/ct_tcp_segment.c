// SPDX-License-Identifier: GPL-2.0
/*
 * A TCP header read once: its numbers, its class, the options that matter to
 * somebody in the middle (RFC 9293 section 3.1, RFC 7323, RFC 2018).
 *
 * In: the bytes of a header, hostile as they may be. Out: a struct
 * xct_tcp_seg. Pure: compiles in userspace too, where the unit tests run it.
 */
#include "ct_tcp_state.h"

#define OPT_END		0
#define OPT_NOP		1
#define OPT_SCALE	3
#define OPT_SACK_PERM	4
#define OPT_SACK	5
#define OPT_STAMP	8
#define STAMP_LEN	12	/* NOP, NOP, timestamps: what most ACKs carry */
#define SACK_BLOCK	8

/* Control bits that go together; PSH, ECE and CWR go with all of them. */
#define COMBINATION(flags)	(1ULL << (flags))
#define COMBINATIONS \
	(COMBINATION(XCT_TCPF_SYN) | \
	 COMBINATION(XCT_TCPF_SYN | XCT_TCPF_URG) | \
	 COMBINATION(XCT_TCPF_SYN | XCT_TCPF_ACK) | \
	 COMBINATION(XCT_TCPF_RST) | \
	 COMBINATION(XCT_TCPF_RST | XCT_TCPF_ACK) | \
	 COMBINATION(XCT_TCPF_FIN | XCT_TCPF_ACK) | \
	 COMBINATION(XCT_TCPF_FIN | XCT_TCPF_ACK | XCT_TCPF_URG) | \
	 COMBINATION(XCT_TCPF_ACK) | \
	 COMBINATION(XCT_TCPF_ACK | XCT_TCPF_URG))

/* What is left of the options. */
struct walk {
	const u8 *at;
	unsigned int left;
};

/* The next option, whole; NULL at the end or where they make no sense. */
static const u8 *next_option(struct walk *w)
{
	const u8 *opt;

	while (w->left && *w->at == OPT_NOP) {
		w->at++;
		w->left--;
	}
	opt = w->at;
	if (w->left < 2 || opt[0] == OPT_END || opt[1] < 2 || opt[1] > w->left)
		return NULL;
	w->at += opt[1];
	w->left -= opt[1];
	return opt;
}

static void read_offers(struct xct_tcp_seg *seg, struct walk w)
{
	const u8 *opt;

	while ((opt = next_option(&w))) {
		if (opt[0] == OPT_SCALE && opt[1] == 3) {
			seg->offers |= IP_CT_TCP_FLAG_WINDOW_SCALE;
			seg->scale = opt[2] < XCT_TCP_SCALE_MAX ?
				     opt[2] : XCT_TCP_SCALE_MAX;
		} else if (opt[0] == OPT_SACK_PERM && opt[1] == 2) {
			seg->offers |= IP_CT_TCP_FLAG_SACK_PERM;
		}
	}
}

static u32 read32(const u8 *p)
{
	return (u32)p[0] << 24 | p[1] << 16 | p[2] << 8 | p[3];
}

/* RFC 2018 section 3: the right edge is the second number of a block. */
static void read_sack(struct xct_tcp_seg *seg, struct walk w)
{
	const u8 *opt, *block;
	s32 above, most = 0;

	while ((opt = next_option(&w)))
		if (opt[0] == OPT_SACK)
			break;
	if (!opt || opt[1] == 2 || (opt[1] - 2) % SACK_BLOCK)
		return;
	for (block = opt + 2; block < opt + opt[1]; block += SACK_BLOCK) {
		above = read32(block + 4) - seg->ack;
		most = above > most ? above : most;
	}
	seg->sack = seg->ack + most;
}

static void read_options(struct xct_tcp_seg *seg, const u8 *opt,
			 unsigned int len)
{
	const struct walk w = { .at = opt, .left = len };

	if (seg->flags & XCT_TCPF_SYN)
		read_offers(seg, w);
	else if (len != STAMP_LEN || opt[0] != OPT_NOP || opt[1] != OPT_NOP ||
		 opt[2] != OPT_STAMP)
		read_sack(seg, w);
}

static enum xct_tcp_class classify(u8 flags)
{
	if (flags & XCT_TCPF_RST)
		return XCT_TCP_RST;
	if (flags & XCT_TCPF_SYN)
		return flags & XCT_TCPF_ACK ? XCT_TCP_SYNACK : XCT_TCP_SYN;
	return flags & XCT_TCPF_FIN ? XCT_TCP_FIN : XCT_TCP_ACK;
}

/**
 * xct_tcp_read - take a header apart
 * @seg: filled
 * @th: the header with its options, @hlen bytes
 * @hlen: its length as its data offset says, in bytes: 20 to 60
 * @payload: bytes behind it
 *
 * Context: any.
 * Return: false for control bits that no TCP sends together.
 */
bool xct_tcp_read(struct xct_tcp_seg *seg, const struct tcphdr *th,
		  unsigned int hlen, unsigned int payload)
{
	const u8 *bytes = (const u8 *)th;
	u8 flags = bytes[13] & 0x3f & ~XCT_TCPF_PSH;

	seg->seq = ntohl(th->seq);
	seg->end = seg->seq + payload;
	seg->ack = ntohl(th->ack_seq);
	seg->sack = seg->ack;
	seg->win = ntohs(th->window);
	seg->flags = flags;
	seg->class = XCT_TCP_ACK;
	seg->scale = 0;
	seg->offers = 0;
	if (unlikely(flags != XCT_TCPF_ACK)) {
		if (!(COMBINATIONS >> flags & 1))
			return false;
		seg->class = classify(flags);
		seg->end += !!(flags & (XCT_TCPF_SYN | XCT_TCPF_FIN));
	}
	if (hlen > sizeof(*th))
		read_options(seg, bytes + sizeof(*th), hlen - sizeof(*th));
	return true;
}
