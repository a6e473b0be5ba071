// SPDX-License-Identifier: GPL-2.0
/*
 * The counters of a namespace: allocated here, summed up for those who read.
 */
#include <net/xinet/netns.h>
#include <net/xinet/observe.h>

/**
 * xmib_fold - sum one counter over all CPUs
 * @xn: state of the namespace
 * @offset: of the counter in struct xinet_mib, in bytes
 *
 * Context: any. The sum is not a snapshot: CPUs count on meanwhile.
 * Return: the sum.
 */
unsigned long xmib_fold(const struct xinet_net *xn, size_t offset)
{
	unsigned long sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += *(unsigned long *)((char *)per_cpu_ptr(xn->mib, cpu) +
					  offset);
	return sum;
}

/**
 * xmib_net_init - allocate the counters of a namespace
 * @xn: state of the namespace
 *
 * Context: process.
 * Return: 0 or -ENOMEM.
 */
int xmib_net_init(struct xinet_net *xn)
{
	xn->mib = alloc_percpu_gfp(struct xinet_mib, GFP_KERNEL_ACCOUNT);
	return xn->mib ? 0 : -ENOMEM;
}

/**
 * xmib_net_exit - free the counters of a namespace
 * @xn: state of the namespace; nothing counts any more
 *
 * Context: process.
 */
void xmib_net_exit(struct xinet_net *xn)
{
	free_percpu(xn->mib);
}
