// SPDX-License-Identifier: GPL-2.0
/*
 * What a route lookup costs, in instructions, for the benchmark.
 *
 * In: "FAMILY COUNT" written to /sys/module/xlookup/parameters/run, FAMILY one
 * of ipv4 and xinet, in a network namespace with routes. Out: the instructions
 * of one lookup of a random unicast address, in the parameter result.
 *
 * IPv4's is fib_lookup(), AF_XINET's xip_route_output(), which chooses the
 * source address besides. It needs a machine whose time stamp counter counts
 * instructions. Writers take turns (the lock of the parameters).
 */
#include <linux/module.h>
#include <linux/nsproxy.h>
#include <linux/sched.h>
#include <net/ip_fib.h>
#include <net/net_namespace.h>
#include <net/xinet/netns.h>
#include <net/xinet/route.h>

#define XLOOKUP_BATCH	500	/* with interrupts off */

static unsigned long xlookup_result;
static u32 xlookup_state;

static u32 xlookup_key(void)
{
	xlookup_state ^= xlookup_state << 13;
	xlookup_state ^= xlookup_state >> 17;
	xlookup_state ^= xlookup_state << 5;
	/* 1.0.0.0 to 126.255.255.255: no class that is special */
	return xlookup_state % (126U << 24) + (1U << 24);
}

static noinline int xlookup_none(struct net *net, __be32 daddr)
{
	barrier();
	return 0;
}

static noinline int xlookup_ipv4(struct net *net, __be32 daddr)
{
	struct flowi4 fl4 = { .daddr = daddr };
	struct fib_result res;

	return fib_lookup(net, &fl4, &res, FIB_LOOKUP_NOREF);
}

static noinline int xlookup_xinet(struct net *net, __be32 daddr)
{
	struct xflow fl = { .daddr = daddr };
	struct xroute rt;

	return xip_route_output(xinet_pernet_rcu(net), &fl, &rt);
}

static u64 xlookup_batch(int (*lookup)(struct net *net, __be32 daddr),
			 struct net *net)
{
	unsigned long flags;
	unsigned int i;
	u64 start, end;

	local_irq_save(flags);
	rcu_read_lock();
	start = rdtsc_ordered();
	for (i = 0; i < XLOOKUP_BATCH; i++)
		lookup(net, htonl(xlookup_key()));
	end = rdtsc_ordered();
	rcu_read_unlock();
	local_irq_restore(flags);
	return end - start;
}

static u64 xlookup_all(int (*lookup)(struct net *net, __be32 daddr),
		       unsigned int count)
{
	u64 ticks = 0;

	xlookup_state = 88675123;
	for (; count; count -= XLOOKUP_BATCH) {
		ticks += xlookup_batch(lookup, current->nsproxy->net_ns);
		cond_resched();
	}
	return ticks;
}

static u64 xlookup_loop(unsigned long left)
{
	unsigned long flags;
	u64 start, end;

	local_irq_save(flags);
	start = rdtsc_ordered();
	asm volatile("1: dec %0\n\tjnz 1b" : "+r" (left) : : "cc");
	end = rdtsc_ordered();
	local_irq_restore(flags);
	return end - start;
}

static int xlookup_run_set(const char *line, const struct kernel_param *kp)
{
	u64 per_20000 = xlookup_loop(20000) - xlookup_loop(10000);
	unsigned int count;
	char family[8];
	u64 ticks;

	if (sscanf(line, "%7s %u", family, &count) != 2 ||
	    count < XLOOKUP_BATCH || !per_20000)
		return -EINVAL;
	count -= count % XLOOKUP_BATCH;
	if (!strcmp(family, "ipv4"))
		ticks = xlookup_all(xlookup_ipv4, count);
	else
		ticks = xlookup_all(xlookup_xinet, count);
	ticks -= xlookup_all(xlookup_none, count);
	xlookup_result = div64_u64(ticks * 20000, per_20000) / count;
	return 0;
}

static const struct kernel_param_ops xlookup_run_ops = {
	.set = xlookup_run_set,
};
module_param_cb(run, &xlookup_run_ops, NULL, 0200);
module_param_named(result, xlookup_result, ulong, 0400);

static int __init xlookup_init(void)
{
	return 0;
}

static void __exit xlookup_exit(void)
{
}

module_init(xlookup_init);
module_exit(xlookup_exit);
MODULE_DESCRIPTION("The cost of a route lookup");
MODULE_LICENSE("GPL");
