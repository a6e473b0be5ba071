/* SPDX-License-Identifier: GPL-2.0 */
/* What the pure files of NAT take from the kernel, for userspace. */
#ifndef UNIT_SHIM_NAT_H
#define UNIT_SHIM_NAT_H

#include <arpa/inet.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <linux/types.h>

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef struct { int counter; } atomic_t;
struct nf_hook_state;

#define BIT(n)		(1UL << (n))
#define U32_MAX		UINT32_MAX
#define __force
#define __rcu

/* One's complement arithmetic, written down anew: RFC 1071 section 2. */
static inline __wsum csum_add(__wsum a, __wsum b)
{
	u64 sum = (u64)a + b;

	return (sum & U32_MAX) + (sum >> 32);
}

static inline __wsum csum_unfold(__sum16 sum)
{
	return sum;
}

static inline __sum16 csum_fold(__wsum sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return ~sum;
}

#endif
