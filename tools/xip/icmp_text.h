/* SPDX-License-Identifier: GPL-2.0 */
/* ICMP errors in words (ping) and in marks (traceroute). */
#ifndef XIP_ICMP_TEXT_H
#define XIP_ICMP_TEXT_H

#include <linux/types.h>
#include <stddef.h>

#define ICMP_TEXT_MAX	80	/* longest of all + 1 */

/**
 * struct icmp_error - an ICMP error as a socket's error queue tells it
 * @type: ICMP type
 * @code: ICMP code
 * @info: MTU, pointer or gateway, host byte order
 */
struct icmp_error {
	__u8 type;
	__u8 code;
	__u32 info;
};

void icmp_text(const struct icmp_error *e, char *buf, size_t size);
void icmp_mark(const struct icmp_error *e, char *buf, size_t size);

#endif /* XIP_ICMP_TEXT_H */
