/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What fib_lpm.c needs of the kernel, in userspace and in one thread: readers
 * and writers take turns, so a grace period is over at once, and memory that
 * the kernel would free later is poisoned by the sanitizer now.
 */
#ifndef UNIT_SHIM_LPM_H
#define UNIT_SHIM_LPM_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

typedef unsigned char u8;
typedef unsigned int u32;

#define __rcu
struct rcu_head { void *unused[2]; };

#define rcu_dereference_rtnl(p)		(p)
#define rtnl_dereference(p)		(p)
#define rcu_access_pointer(p)		(p)
#define rcu_dereference_protected(p, c)	((void)(c), (p))
#define rcu_assign_pointer(p, v)	((p) = (v))
#define RCU_INIT_POINTER(p, v)		((p) = (v))

static size_t shim_live;	/* nodes not freed yet */
static long shim_fail = -1;	/* let that many allocations pass, then fail */

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
	shim_live--;
	free(p);
}

#define GFP_KERNEL_ACCOUNT	0
#define kzalloc(size, gfp)	((void)(gfp), shim_alloc(size))
#define kfree(p)		shim_free(p)
#define kfree_rcu(p, member)	shim_free(p)
#define cond_resched()		do { } while (0)

static inline int fls(u32 v)
{
	return v ? 32 - __builtin_clz(v) : 0;
}

#endif
