// SPDX-License-Identifier: GPL-2.0
/*
 * Options of a XIP header (RFC 791 section 3.1, RFC 2113).
 *
 * In: the bytes behind the fixed header. Out: sound or not, and for a
 * parameter problem the byte to point at. Nothing is filled in here.
 */
#ifdef __KERNEL__
#include <linux/export.h>
#include <linux/ip.h>
#include <linux/in.h>
#endif
#include "options.h"

enum {
	XIP_OPT_END	= 0,
	XIP_OPT_NOP	= 1,
	XIP_OPT_RR	= 7,
	XIP_OPT_TS	= 68,
	XIP_OPT_LSRR	= 131,
	XIP_OPT_SSRR	= 137,
	XIP_OPT_RA	= 148,
};

/* Offset of the faulty byte within one option, or -1 if it is sound. */
static int xip_option_fault(const u8 *opt, unsigned int len)
{
	switch (opt[0]) {
	case XIP_OPT_RR:
		/* type, length, pointer, then whole addresses */
		if (len < 3 || (len - 3) % 4)
			return 1;
		return opt[2] < 4 ? 2 : -1;
	case XIP_OPT_TS:
		if (len < 4 || (len - 4) % 4)
			return 1;
		if (opt[2] < 5)
			return 2;
		/* flag: 0 stamps, 1 addresses too, 3 prespecified addresses */
		return (opt[3] & 15) == 2 || (opt[3] & 15) > 3 ? 3 : -1;
	case XIP_OPT_RA:
		return len != 4 ? 1 : -1;
	default:
		return -1;
	}
}

/**
 * xip_options_check - are the options of a packet acceptable?
 * @opt: first byte behind the fixed header
 * @len: bytes of options, at most 40
 * @pointer: set for XINET_DROP_BAD_OPTIONS: offset of the faulty byte from
 *	the start of the XIP header, as a parameter problem reports it
 *
 * Return: XINET_DROP_NONE; XINET_DROP_SOURCE_ROUTE for LSRR or SSRR, sound or
 * not; XINET_DROP_BAD_OPTIONS.
 */
enum xinet_drop xip_options_check(const u8 *opt, unsigned int len,
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

		*pointer = 20 + at;
		if (len - at < 2)
			return XINET_DROP_BAD_OPTIONS;
		optlen = opt[at + 1];
		*pointer = 20 + at + 1;
		if (optlen < 2 || optlen > len - at)
			return XINET_DROP_BAD_OPTIONS;
		fault = xip_option_fault(opt + at, optlen);
		if (fault >= 0) {
			*pointer = 20 + at + fault;
			return XINET_DROP_BAD_OPTIONS;
		}
		at += optlen;
	}
	return XINET_DROP_NONE;
}
