/* SPDX-License-Identifier: GPL-2.0 */
/* What the pure files of the TCP tracker take from the kernel, for userspace. */
#ifndef UNIT_SHIM_CT_H
#define UNIT_SHIM_CT_H

#include <arpa/inet.h>
#include <linux/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef int32_t s32;
typedef uint64_t u64;

#define likely(x)	__builtin_expect(!!(x), 1)
#define unlikely(x)	__builtin_expect(!!(x), 0)
#define min_t(type, a, b) \
	({ type _a = (a), _b = (b); _a < _b ? _a : _b; })
#define max_t(type, a, b) \
	({ type _a = (a), _b = (b); _a > _b ? _a : _b; })

#endif
