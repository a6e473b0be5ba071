// SPDX-License-Identifier: GPL-2.0
/*
 * What is over is collected: a worker goes round the table bit by bit, frees
 * what has expired, and gives the table another size where it needs one.
 *
 * In: nothing but time. A lookup takes an expired connection for none, so the
 * worker is about memory, and about telling who listens. It sleeps while no
 * connection is there.
 */
#include <linux/workqueue.h>
#include <net/xinet/netns.h>
#include "ct.h"

/* Rounds a second, and into how many of them a large table is cut. */
#define XCT_GC_INTERVAL		(HZ / 4)
#define XCT_GC_PARTS		32
#define XCT_GC_BUCKETS_MIN	1024
/* As many are ended at a time without a lock. */
#define XCT_GC_BATCH		64

static void xct_gc_work(struct work_struct *work);
static DECLARE_DELAYED_WORK(xct_gc, xct_gc_work);
static struct xct_cursor xct_gc_cursor;

/* Connections that a walk picks, to be ended when it has let its lock go. */
struct xct_batch {
	bool (*pick)(const struct xnf_conn *ct, void *arg);
	void *arg;
	enum xct_cause cause;
	unsigned int n;
	struct xnf_conn *ct[XCT_GC_BATCH];
};

static int xct_batch_add(struct xnf_conn *ct, void *arg)
{
	struct xct_batch *batch = arg;

	if (!batch->pick(ct, batch->arg))
		return 0;
	if (batch->n == XCT_GC_BATCH)
		return 1;
	batch->ct[batch->n++] = ct;
	return 0;
}

/*
 * End what is picked in some more buckets. What a full batch kept a bucket
 * from giving is picked next time; what is dying already is no more there.
 */
static unsigned int xct_sweep(struct xct_cursor *cur, unsigned int buckets,
			      struct xct_batch *batch)
{
	unsigned int i, ended = 0;

	rcu_read_lock();
	batch->n = 0;
	xct_walk(cur, buckets, xct_batch_add, NULL, batch);
	for (i = 0; i < batch->n; i++)
		ended += xct_kill(batch->ct[i], batch->cause);
	rcu_read_unlock();
	return ended;
}

/* Who wants which of a namespace's connections ended. */
struct xct_flush_for {
	const struct xinet_net *xn;
	bool (*match)(const struct xnf_conn *ct, void *arg);
	void *arg;
};

static bool xct_flush_pick(const struct xnf_conn *ct, void *arg)
{
	const struct xct_flush_for *want = arg;

	return ct->xn == want->xn &&
	       !test_bit(IPS_DYING_BIT, &ct->status) &&
	       (!want->match || want->match(ct, want->arg));
}

/**
 * xct_flush - end connections of a namespace
 * @xn: state of the namespace
 * @cause: what who listens is told
 * @match: which ones; called under a spinlock; NULL: all
 * @arg: for @match
 *
 * Context: process, may sleep.
 * Return: how many were ended.
 */
unsigned int xct_flush(struct xinet_net *xn, enum xct_cause cause,
		       bool (*match)(const struct xnf_conn *ct, void *arg),
		       void *arg)
{
	struct xct_flush_for want = { .xn = xn, .match = match, .arg = arg };
	struct xct_batch batch = {
		.pick = xct_flush_pick, .arg = &want, .cause = cause,
	};
	struct xct_cursor cur = {};
	unsigned int ended = 0;

	while (!cur.end && atomic_read(&xn->ct.count)) {
		ended += xct_sweep(&cur, XCT_GC_BATCH, &batch);
		cond_resched();
	}
	return ended;
}

static bool xct_gc_pick(const struct xnf_conn *ct, void *arg)
{
	return xct_left(ct) <= 0 && !test_bit(IPS_DYING_BIT, &ct->status);
}

static void xct_gc_work(struct work_struct *work)
{
	struct xct_batch batch = {
		.pick = xct_gc_pick, .cause = XCT_CAUSE_EXPIRED,
	};
	unsigned int left = max_t(unsigned int, XCT_GC_BUCKETS_MIN,
				  xct_buckets() / XCT_GC_PARTS);

	for (; left >= XCT_GC_BATCH; left -= XCT_GC_BATCH) {
		if (xct_gc_cursor.end)
			xct_gc_cursor = (struct xct_cursor){};
		/* the same again where more was picked than a batch holds */
		while (xct_sweep(&xct_gc_cursor, XCT_GC_BATCH, &batch) ==
		       XCT_GC_BATCH)
			cond_resched();
		cond_resched();
	}
	xct_table_resize(atomic_read(&xct_total));
	if (atomic_read(&xct_total))
		queue_delayed_work(system_power_efficient_wq, &xct_gc,
				   XCT_GC_INTERVAL);
}

/**
 * xct_gc_wake - there is a connection more
 *
 * Context: RCU read lock, BH off.
 */
void xct_gc_wake(void)
{
	if (unlikely(!xct_table_fits(atomic_read(&xct_total))))
		mod_delayed_work(system_power_efficient_wq, &xct_gc, 0);
	else if (!delayed_work_pending(&xct_gc))
		queue_delayed_work(system_power_efficient_wq, &xct_gc,
				   XCT_GC_INTERVAL);
}

/**
 * xct_gc_exit - collect no more
 *
 * Context: process, after all namespaces; may sleep.
 */
void xct_gc_exit(void)
{
	cancel_delayed_work_sync(&xct_gc);
}
