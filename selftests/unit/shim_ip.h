/* SPDX-License-Identifier: GPL-2.0 */
/* What the pure files of the ip room take from the kernel, for userspace. */
#ifndef UNIT_SHIM_IP_H
#define UNIT_SHIM_IP_H

#include <arpa/inet.h>
#include <linux/ip.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <linux/xinet.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;

#ifndef likely
#define likely(x)	__builtin_expect(!!(x), 1)
#define unlikely(x)	__builtin_expect(!!(x), 0)
#endif

#include <net/xinet/drop.h>

/* RFC 1071, written down word by word: an independent check of the sum. */
static inline uint16_t ip_fast_csum(const void *header, unsigned int ihl)
{
	const uint8_t *byte = header;
	uint32_t sum = 0;
	unsigned int i;

	for (i = 0; i < ihl * 4; i += 2)
		sum += byte[i] << 8 | byte[i + 1];
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return htons(~sum & 0xffff);
}

#endif
