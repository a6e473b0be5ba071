/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Options of a XIP header: Record Route, Timestamp, Router Alert.
 *
 * ip/options.c walks and fills bytes and compiles in userspace too;
 * ip/options_packet.c does it to packets, ip/options_other.c asks the modules
 * that handle further ones (option.h).
 */
#ifndef _NET_XINET_OPTIONS_H
#define _NET_XINET_OPTIONS_H

#ifdef __KERNEL__
#include <linux/types.h>
#include <net/xinet/drop.h>
#endif

#define XIP_OPTIONS_MAX	40	/* RFC 791: IHL 15 less the fixed header */

enum {
	XIP_OPT_END	= 0,
	XIP_OPT_NOP	= 1,
	XIP_OPT_RR	= 7,
	XIP_OPT_TS	= 68,
	XIP_OPT_LSRR	= 131,
	XIP_OPT_SSRR	= 137,
	XIP_OPT_RA	= 148,
};

/* What this hop has yet to write: bits of xip_options.todo */
enum {
	XIP_TODO_RR		= 1 << 0,	/* an address into Record Route */
	XIP_TODO_TIME		= 1 << 1,	/* a time */
	XIP_TODO_ADDR		= 1 << 2,	/* an address before the time */
	XIP_TODO_PRESPEC	= 1 << 3,	/* a time, if the address is ours */
	XIP_TODO_OVERFLOW	= 1 << 4,	/* one more hop without room */
	XIP_TODO_TAIL		= 1 << 5,	/* zeroes behind the end */
	XIP_TODO_OTHER		= 1 << 6,	/* what modules have to write */
};

/**
 * struct xip_options - the options of a header, found once
 * @rr: offset of Record Route from the start of the header, or 0
 * @ts: of Timestamp, or 0
 * @ra: of Router Alert, or 0
 * @end: of the first byte behind an end of options, or 0
 * @todo: XIP_TODO_* bits; cleared once written
 * @other: there are options beside these three
 */
struct xip_options {
	u8 rr;
	u8 ts;
	u8 ra;
	u8 end;
	u8 todo;
	u8 other;
};

/**
 * struct xip_optlist - options of a packet to be made
 * @len: bytes, a multiple of four
 * @data: the bytes
 */
struct xip_optlist {
	u8 len;
	u8 data[XIP_OPTIONS_MAX];
};

enum xinet_drop xip_options_parse(const u8 *opt, unsigned int len,
				  struct xip_options *o, unsigned int *pointer);
__be32 xip_options_prespec(const u8 *hdr, const struct xip_options *o);
void xip_options_fill(u8 *hdr, unsigned int hlen, struct xip_options *o,
		      __be32 addr, __be32 now, bool ours);
void xip_options_copy(const u8 *hdr, unsigned int hlen,
		      const struct xip_options *o, struct xip_optlist *list);

#ifdef __KERNEL__
struct sk_buff;
struct xinet_net;
struct xroute;

enum xinet_drop xip_options_compile(const u8 *opt, unsigned int len,
				    struct xip_options *o,
				    unsigned int *pointer);
void xip_options_hop(struct xinet_net *xn, struct sk_buff *skb, __be32 addr);
bool xip_rcv_options(struct xinet_net *xn, struct sk_buff *skb, u8 rtype);
void xip_forward_options(struct xinet_net *xn, struct sk_buff *skb,
			 const struct xroute *rt);
void xip_options_echo(const struct sk_buff *skb, struct xip_optlist *list);
int xip_options_insert(struct xinet_net *xn, struct sk_buff *skb,
		       const u8 *opt, unsigned int len);
#endif

#endif /* _NET_XINET_OPTIONS_H */
