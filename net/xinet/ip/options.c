// SPDX-License-Identifier: GPL-2.0
/*
 * Options of a XIP header (RFC 791 section 3.1, RFC 2113).
 *
 * In: the bytes of a header or of a list. Out: where each option is, sound or
 * not, and for a parameter problem the byte to point at; a header with this
 * hop's slots written. Pure: no packet, no clock, no address table. A walk is
 * over at most 40 bytes, whatever they say.
 */
#ifdef __KERNEL__
#include <linux/export.h>
#include <linux/ip.h>
#include <linux/in.h>
#include <linux/string.h>
#endif
#include <net/xinet/options.h>

#define XIP_FIXED	20U	/* bytes of header before the options */

#define SOUND		(-1)

enum {
	XIP_TS_ONLY	= 0,
	XIP_TS_ADDR	= 1,
	XIP_TS_PRESPEC	= 3,
};

/* Type, length, pointer, then whole addresses. Offset of a fault, or SOUND. */
static int xip_parse_rr(const u8 *opt, unsigned int len, unsigned int at,
			struct xip_options *o)
{
	/* a second one: RFC 791, at most once */
	if (o->rr)
		return 0;
	if (len < 3 || (len - 3) % 4)
		return 1;
	if (opt[2] < 4)
		return 2;
	if (opt[2] <= len) {
		if (opt[2] + 3 > len)
			return 2;
		o->todo |= XIP_TODO_RR;
	}
	o->rr = at;
	return SOUND;
}

/* What a Timestamp with room left asks for. */
static int xip_parse_ts_room(const u8 *opt, unsigned int len,
			     struct xip_options *o)
{
	unsigned int flag = opt[3] & 15;

	/* RFC 791: some room, but not enough, is an error */
	if (opt[2] + (flag == XIP_TS_ONLY ? 3 : 7) > len)
		return 2;
	if (flag == XIP_TS_PRESPEC) {
		o->todo |= XIP_TODO_PRESPEC;
		return SOUND;
	}
	o->todo |= XIP_TODO_TIME;
	if (flag == XIP_TS_ADDR)
		o->todo |= XIP_TODO_ADDR;
	return SOUND;
}

static int xip_parse_ts(const u8 *opt, unsigned int len, unsigned int at,
			struct xip_options *o)
{
	unsigned int flag;

	if (o->ts)
		return 0;
	if (len < 4 || (len - 4) % 4)
		return 1;
	if (opt[2] < 5)
		return 2;
	flag = opt[3] & 15;
	if (flag != XIP_TS_ONLY && flag != XIP_TS_ADDR &&
	    flag != XIP_TS_PRESPEC)
		return 3;
	o->ts = at;
	if (opt[2] <= len)
		return xip_parse_ts_room(opt, len, o);
	/* hops are counted that had no room; not where hosts were named */
	if (flag == XIP_TS_PRESPEC)
		return SOUND;
	if (opt[3] >> 4 == 15)
		return 3;
	o->todo |= XIP_TODO_OVERFLOW;
	return SOUND;
}

static int xip_parse_one(const u8 *opt, unsigned int len, unsigned int at,
			 struct xip_options *o)
{
	switch (opt[0]) {
	case XIP_OPT_RR:
		return xip_parse_rr(opt, len, at, o);
	case XIP_OPT_TS:
		return xip_parse_ts(opt, len, at, o);
	case XIP_OPT_RA:
		if (len != 4)
			return 1;
		/* RFC 2113: other values are reserved */
		if (!opt[2] && !opt[3])
			o->ra = at;
		return SOUND;
	default:
		o->other = 1;
		return SOUND;
	}
}

/* Behind the end of options there must be nothing but zeroes. */
static void xip_parse_tail(const u8 *opt, unsigned int at, unsigned int len,
			   struct xip_options *o)
{
	o->end = XIP_FIXED + at;
	for (; at < len; at++)
		if (opt[at] != XIP_OPT_END)
			o->todo |= XIP_TODO_TAIL;
}

static enum xinet_drop xip_parse_all(const u8 *opt, unsigned int len,
				     struct xip_options *o,
				     unsigned int *pointer)
{
	unsigned int at = 0, optlen;
	int fault;

	while (at < len && opt[at] != XIP_OPT_END) {
		if (opt[at] == XIP_OPT_NOP) {
			at++;
			continue;
		}
		if (opt[at] == XIP_OPT_LSRR || opt[at] == XIP_OPT_SSRR)
			return XINET_DROP_SOURCE_ROUTE;

		*pointer = XIP_FIXED + at;
		if (len - at < 2)
			return XINET_DROP_BAD_OPTIONS;
		optlen = opt[at + 1];
		*pointer = XIP_FIXED + at + 1;
		if (optlen < 2 || optlen > len - at)
			return XINET_DROP_BAD_OPTIONS;
		fault = xip_parse_one(opt + at, optlen, XIP_FIXED + at, o);
		if (fault >= 0) {
			*pointer = XIP_FIXED + at + fault;
			return XINET_DROP_BAD_OPTIONS;
		}
		at += optlen;
	}
	if (at < len)
		xip_parse_tail(opt, at + 1, len, o);
	return XINET_DROP_NONE;
}

/**
 * xip_options_parse - find the options of a header, and what is wrong
 * @opt: first byte behind the fixed header
 * @len: bytes of options, at most 40
 * @o: filled; empty if the packet must be dropped
 * @pointer: set for XINET_DROP_BAD_OPTIONS: offset of the faulty byte from
 *	the start of the XIP header, as a parameter problem reports it
 *
 * Return: XINET_DROP_NONE; XINET_DROP_SOURCE_ROUTE for LSRR or SSRR, sound or
 * not; XINET_DROP_BAD_OPTIONS.
 */
enum xinet_drop xip_options_parse(const u8 *opt, unsigned int len,
				  struct xip_options *o, unsigned int *pointer)
{
	static const struct xip_options none;
	enum xinet_drop why;

	*o = none;
	why = xip_parse_all(opt, len, o, pointer);
	if (why)
		*o = none;
	return why;
}

/**
 * xip_options_prespec - whose time does the Timestamp ask for next?
 * @hdr: first byte of the header
 * @o: its options, XIP_TODO_PRESPEC set
 *
 * Return: the address in the next slot, network byte order.
 */
__be32 xip_options_prespec(const u8 *hdr, const struct xip_options *o)
{
	const u8 *opt = hdr + o->ts;
	__be32 addr;

	memcpy(&addr, opt + opt[2] - 1, sizeof(addr));
	return addr;
}

/* Write four bytes into an option's next slot and take it. */
static void xip_fill_slot(u8 *opt, __be32 word)
{
	memcpy(opt + opt[2] - 1, &word, sizeof(word));
	opt[2] += sizeof(word);
}

static void xip_fill_ts(u8 *opt, unsigned int todo, __be32 addr, __be32 now,
			bool ours)
{
	if (todo & XIP_TODO_ADDR)
		xip_fill_slot(opt, addr);
	if (todo & XIP_TODO_PRESPEC && ours) {
		/* the address stands there already */
		opt[2] += sizeof(addr);
		xip_fill_slot(opt, now);
	}
	if (todo & XIP_TODO_TIME)
		xip_fill_slot(opt, now);
	if (todo & XIP_TODO_OVERFLOW)
		opt[3] += 1 << 4;
}

/**
 * xip_options_fill - write what a hop has to write
 * @hdr: first byte of the header, which may be written to
 * @hlen: its length in bytes
 * @o: its options; nothing is left to do afterwards
 * @addr: the hop's address, network byte order
 * @now: milliseconds since midnight UT, network byte order
 * @ours: the address that xip_options_prespec() gives is the hop's
 *
 * The header checksum is the caller's business.
 */
void xip_options_fill(u8 *hdr, unsigned int hlen, struct xip_options *o,
		      __be32 addr, __be32 now, bool ours)
{
	if (o->todo & XIP_TODO_RR)
		xip_fill_slot(hdr + o->rr, addr);
	if (o->ts)
		xip_fill_ts(hdr + o->ts, o->todo, addr, now, ours);
	if (o->todo & XIP_TODO_TAIL)
		memset(hdr + o->end, XIP_OPT_END, hlen - o->end);
	o->todo = 0;
}

static void xip_copy_one(const u8 *hdr, unsigned int hlen, unsigned int at,
			 u8 type, struct xip_optlist *list)
{
	/* a hook, or fragmenting, may have written to the header since */
	if (!at || at + 2 > hlen || hdr[at] != type ||
	    at + hdr[at + 1] > hlen)
		return;
	if (list->len + hdr[at + 1] > XIP_OPTIONS_MAX)
		return;
	memcpy(list->data + list->len, hdr + at, hdr[at + 1]);
	list->len += hdr[at + 1];
}

/**
 * xip_options_copy - the options that an answer to a packet carries
 * @hdr: first byte of the packet's header
 * @hlen: its length in bytes
 * @o: its options
 * @list: filled: Record Route and Timestamp as they came, padded to words
 *
 * RFC 1122 section 3.2.2.6.
 */
void xip_options_copy(const u8 *hdr, unsigned int hlen,
		      const struct xip_options *o, struct xip_optlist *list)
{
	list->len = 0;
	xip_copy_one(hdr, hlen, o->rr, XIP_OPT_RR, list);
	xip_copy_one(hdr, hlen, o->ts, XIP_OPT_TS, list);
	while (list->len % 4)
		list->data[list->len++] = XIP_OPT_END;
}
