/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the prefix table needs of the kernel, in userspace and in one thread: readers
 * and writers take turns, so a grace period is over at once, and memory that
 * the kernel would free later is poisoned by the sanitizer now.
 */
#ifndef UNIT_SHIM_LPM_H
#define UNIT_SHIM_LPM_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;

#define __rcu
#define __aligned(n)		__attribute__((aligned(n)))
#define ARRAY_SIZE(a)		(sizeof(a) / sizeof(*(a)))
#define container_of(p, type, member) \
	((type *)((char *)(p) - offsetof(type, member)))
struct rcu_head { void *unused[2]; };

#define noinline		__attribute__((noinline))
#define likely(x)		__builtin_expect(!!(x), 1)
#define unlikely(x)		__builtin_expect(!!(x), 0)
#define READ_ONCE(x)		__atomic_load_n(&(x), __ATOMIC_RELAXED)
#define WRITE_ONCE(x, v)	__atomic_store_n(&(x), v, __ATOMIC_RELAXED)
/* As the kernel's: what was written before is seen first. */
#define smp_store_release(p, v)	__atomic_store_n(p, v, __ATOMIC_RELEASE)
#define BIT(n)			(1UL << (n))
#define hweight64(x)		((unsigned int)__builtin_popcountll(x))
#define __ffs64(x)		((unsigned int)__builtin_ctzll(x))

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

/* Of whole pages, as the kernel has them. */
static inline void *shim_alloc_pages(size_t size)
{
	void *p;

	if (!shim_fail)
		return NULL;
	if (shim_fail > 0)
		shim_fail--;
	size = (size + 4095) & ~4095UL;
	p = aligned_alloc(4096, size);
	if (!p)
		return NULL;
	shim_live++;
	return memset(p, 0, size);
}

static inline void shim_free(void *p)
{
	shim_live -= !!p;
	free(p);
}

#define GFP_KERNEL_ACCOUNT	0
#define __GFP_NOWARN		0
#define kmalloc(size, gfp)	((void)(gfp), shim_alloc(size))
#define kvzalloc(size, gfp)	((void)(gfp), shim_alloc_pages(size))
#define poll_state_synchronize_rcu(c)	((c) == 0)
#define get_state_synchronize_rcu()	0
/* Likewise. */
#define smp_wmb()		__atomic_thread_fence(__ATOMIC_RELEASE)
/* Likewise. */
#define smp_rmb()		__atomic_thread_fence(__ATOMIC_ACQUIRE)
#define kfree(p)		shim_free(p)
#define kvfree(p)		shim_free(p)
#define kvfree_rcu_mightsleep(p)	shim_free(p)
#define cond_resched()		do { } while (0)

static inline u32 min(u32 a, u32 b)
{
	return a < b ? a : b;
}

static inline void call_rcu(struct rcu_head *rcu,
			    void (*func)(struct rcu_head *rcu))
{
	func(rcu);
}

static inline void rcu_barrier(void)
{
}

/* A cache is its size; objects are the sanitizer's, each of that size. */
struct kmem_cache {
	size_t size;
};

#define SLAB_ACCOUNT	0

static inline struct kmem_cache *
kmem_cache_create(const char *name, unsigned int size, unsigned int align,
		  unsigned int flags, void (*ctor)(void *object))
{
	struct kmem_cache *cache = malloc(sizeof(*cache));

	if (cache)
		cache->size = size;
	(void)name, (void)align, (void)flags, (void)ctor;
	return cache;
}

static inline void kmem_cache_destroy(struct kmem_cache *cache)
{
	free(cache);
}

#define kmem_cache_alloc(cache, gfp)	((void)(gfp), shim_alloc((cache)->size))
#define kmem_cache_free(cache, p)	((void)(cache), shim_free(p))

static inline int fls(u32 v)
{
	return v ? 32 - __builtin_clz(v) : 0;
}

#endif
