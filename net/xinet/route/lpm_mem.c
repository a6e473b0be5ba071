// SPDX-License-Identifier: GPL-2.0
/*
 * Memory for the nodes of the prefix table, in steps that waste little.
 *
 * In: sizes, from lpm_node.c. Out: objects, from caches that all namespaces
 * share. A node of a full table holds some 500 bytes, and the powers of two of
 * kmalloc() would waste a third of it; what is larger than the caches serve is
 * rare and comes from there. Allocating may sleep; freeing may not.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include "lpm_node.h"

/* Sizes: 64 to 1024 by 64, then to 2048 by 128. */
#define XLPM_MEM_FINE	64
#define XLPM_MEM_MID	1024
#define XLPM_MEM_COARSE	128
#define XLPM_MEM_MOST	2048
#define XLPM_MEM_FINES	(XLPM_MEM_MID / XLPM_MEM_FINE)
#define XLPM_MEM_CACHES	(XLPM_MEM_FINES + \
			 (XLPM_MEM_MOST - XLPM_MEM_MID) / XLPM_MEM_COARSE)

static struct kmem_cache *xlpm_mem_cache[XLPM_MEM_CACHES];

/* Index of the cache for objects of @size, 1 to XLPM_MEM_MOST. */
static unsigned int xlpm_mem_index(size_t size)
{
	if (size <= XLPM_MEM_MID)
		return (size - 1) / XLPM_MEM_FINE;
	return XLPM_MEM_FINES + (size - XLPM_MEM_MID - 1) / XLPM_MEM_COARSE;
}

static size_t xlpm_mem_size(unsigned int index)
{
	if (index < XLPM_MEM_FINES)
		return (index + 1) * XLPM_MEM_FINE;
	return XLPM_MEM_MID + (index - XLPM_MEM_FINES + 1) * XLPM_MEM_COARSE;
}

/**
 * xlpm_mem_alloc - memory for a node
 * @size: bytes, not 0
 *
 * Context: process; may sleep.
 * Return: the memory, of any content; NULL without.
 */
void *xlpm_mem_alloc(size_t size)
{
	if (size > XLPM_MEM_MOST)
		return kmalloc(size, GFP_KERNEL_ACCOUNT);
	return kmem_cache_alloc(xlpm_mem_cache[xlpm_mem_index(size)],
				GFP_KERNEL_ACCOUNT);
}

/**
 * xlpm_mem_free - give it back at once
 * @p: what xlpm_mem_alloc() returned, not NULL
 * @size: bytes, as there
 *
 * Context: any.
 */
void xlpm_mem_free(void *p, size_t size)
{
	if (size > XLPM_MEM_MOST)
		kfree(p);
	else
		kmem_cache_free(xlpm_mem_cache[xlpm_mem_index(size)], p);
}

/**
 * xlpm_mem_exit - the end of the caches
 *
 * Context: module unload, when no table is left; waits for what RCU still
 * frees.
 */
void xlpm_mem_exit(void)
{
	unsigned int i;

	rcu_barrier();
	for (i = 0; i < XLPM_MEM_CACHES; i++)
		kmem_cache_destroy(xlpm_mem_cache[i]);
}

/**
 * xlpm_mem_init - the caches
 *
 * Context: module load.
 * Return: 0 or -ENOMEM.
 */
int xlpm_mem_init(void)
{
	unsigned int i;
	char name[32];

	for (i = 0; i < XLPM_MEM_CACHES; i++) {
		size_t size = xlpm_mem_size(i);

		/* The cache keeps a copy of the name. */
		snprintf(name, sizeof(name), "xinet_lpm_%zu", size);
		xlpm_mem_cache[i] = kmem_cache_create(name, size, 0,
						      SLAB_ACCOUNT, NULL);
		if (!xlpm_mem_cache[i]) {
			xlpm_mem_exit();
			return -ENOMEM;
		}
	}
	return 0;
}
