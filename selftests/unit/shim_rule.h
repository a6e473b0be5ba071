/* SPDX-License-Identifier: GPL-2.0 */
/* What the classifier of rules takes from the kernel, for userspace. */
#ifndef UNIT_SHIM_RULE_H
#define UNIT_SHIM_RULE_H

#include <arpa/inet.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef struct { int unused; } atomic_t;

#define __rcu
#define __init
#define BIT(n)		(1UL << (n))
#define U32_MAX		(~0U)
#define hweight32(x)	((unsigned int)__builtin_popcount(x))

static size_t shim_live;	/* allocations not freed yet */
static long shim_fail = -1;	/* let that many pass, then fail */

static inline void *shim_alloc(size_t size)
{
	if (!shim_fail)
		return NULL;
	if (shim_fail > 0)
		shim_fail--;
	shim_live++;
	return calloc(1, size);
}

static inline void shim_free(void *p)
{
	shim_live -= !!p;
	free(p);
}

#define GFP_KERNEL_ACCOUNT	0
#define kzalloc(size, gfp)	((void)(gfp), shim_alloc(size))
#define kvzalloc(size, gfp)	((void)(gfp), shim_alloc(size))
#define kvmalloc_array(n, size, gfp) ((void)(gfp), shim_alloc((n) * (size)))
#define kfree(p)		shim_free(p)
#define kvfree(p)		shim_free(p)
#define cond_resched()		do { } while (0)

static inline int fls(u32 v)
{
	return v ? 32 - __builtin_clz(v) : 0;
}

#endif
