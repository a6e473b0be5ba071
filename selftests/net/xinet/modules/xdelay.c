// SPDX-License-Identifier: GPL-2.0
/*
 * How late softirqs come.
 *
 * On each CPU a timer fires every millisecond, in hard interrupt context, and
 * schedules a tasklet. Out: the parameter worst, the longest time in
 * microseconds from when a timer was due until its tasklet ran, on any CPU, since
 * anything was last written there.
 */
#include <linux/cpu.h>
#include <linux/hrtimer.h>
#include <linux/interrupt.h>
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/percpu.h>

/**
 * struct xdelay - of a CPU
 * @timer: pinned to it
 * @tasklet: runs there
 * @due: when the timer that @tasklet runs for was due
 * @waiting: @tasklet has not run yet
 */
struct xdelay {
	struct hrtimer timer;
	struct tasklet_struct tasklet;
	ktime_t due;
	bool waiting;
};

static DEFINE_PER_CPU(struct xdelay, xdelays);
static long xdelay_worst;

static void xdelay_softirq(struct tasklet_struct *tasklet)
{
	struct xdelay *d = from_tasklet(d, tasklet, tasklet);
	long late = ktime_us_delta(ktime_get(), d->due);

	if (late > READ_ONCE(xdelay_worst))
		WRITE_ONCE(xdelay_worst, late);
	WRITE_ONCE(d->waiting, false);
}

static enum hrtimer_restart xdelay_timer(struct hrtimer *timer)
{
	struct xdelay *d = container_of(timer, struct xdelay, timer);

	if (!READ_ONCE(d->waiting)) {
		d->due = hrtimer_get_expires(timer);
		WRITE_ONCE(d->waiting, true);
		tasklet_schedule(&d->tasklet);
	}
	hrtimer_forward_now(timer, ms_to_ktime(1));
	return HRTIMER_RESTART;
}

static int xdelay_worst_set(const char *line, const struct kernel_param *kp)
{
	WRITE_ONCE(xdelay_worst, 0);
	return 0;
}

static int xdelay_worst_get(char *page, const struct kernel_param *kp)
{
	return sysfs_emit(page, "%ld\n", READ_ONCE(xdelay_worst));
}

static const struct kernel_param_ops xdelay_worst_ops = {
	.set = xdelay_worst_set,
	.get = xdelay_worst_get,
};
module_param_cb(worst, &xdelay_worst_ops, NULL, 0600);

static void xdelay_start(void *unused)
{
	struct xdelay *d = this_cpu_ptr(&xdelays);

	hrtimer_start(&d->timer, ms_to_ktime(1), HRTIMER_MODE_REL_PINNED_HARD);
}

static int __init xdelay_init(void)
{
	int cpu;

	for_each_possible_cpu(cpu) {
		struct xdelay *d = per_cpu_ptr(&xdelays, cpu);

		hrtimer_init(&d->timer, CLOCK_MONOTONIC,
			     HRTIMER_MODE_REL_PINNED_HARD);
		d->timer.function = xdelay_timer;
		tasklet_setup(&d->tasklet, xdelay_softirq);
	}
	on_each_cpu(xdelay_start, NULL, 1);
	return 0;
}

static void __exit xdelay_exit(void)
{
	int cpu;

	for_each_possible_cpu(cpu) {
		hrtimer_cancel(&per_cpu_ptr(&xdelays, cpu)->timer);
		tasklet_kill(&per_cpu_ptr(&xdelays, cpu)->tasklet);
	}
}

module_init(xdelay_init);
module_exit(xdelay_exit);
MODULE_DESCRIPTION("How late softirqs come");
MODULE_LICENSE("GPL");
