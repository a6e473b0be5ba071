// SPDX-License-Identifier: GPL-2.0
/*
 * Where fragments wait: a table of datagrams that are not whole yet, on the
 * kernel's inet_frag library, and what bounds it.
 *
 * In: xip_frag_find() and xip_frag_charge() from reassembly.c, in softirq under
 * the RCU read lock; timers; namespaces that come and go. Out: the queue of a
 * datagram; for one whose time is over, an ICMP error. The library's lock in a
 * queue guards what is in it.
 *
 * Memory is bounded three times: by the namespace's frag_high_thresh, by the
 * host's frag_mem_max for all namespaces but the first, and by frag_time.
 */
#include <linux/icmp.h>
#include <linux/jhash.h>
#include <linux/moduleparam.h>
#include <linux/netdevice.h>
#include <linux/rhashtable.h>
#include <net/xinet/ip.h>
#include <net/xinet/netns.h>
#include "frag_queue.h"
#include "ip.h"

static unsigned long frag_mem_max __read_mostly = 64UL << 20;
module_param(frag_mem_max, ulong, 0644);
MODULE_PARM_DESC(frag_mem_max,
		 "bytes of fragments that wait in all namespaces but the first (64 MiB)");

static atomic_long_t xip_frag_host = ATOMIC_LONG_INIT(0);

static struct xip_frag_queue *xip_frag_of(struct inet_frag_queue *q)
{
	return container_of(q, struct xip_frag_queue, q);
}

static void xip_frag_construct(struct inet_frag_queue *q, const void *key)
{
	q->key.v4 = *(const struct frag_v4_compare_key *)key;
}

static void xip_frag_destruct(struct inet_frag_queue *q)
{
	atomic_long_sub(xip_frag_of(q)->charged, &xip_frag_host);
}

/**
 * xip_frag_charge - count a fragment that waits from now on
 * @fq: the queue that it is in, locked
 * @skb: the fragment
 *
 * Context: softirq.
 */
void xip_frag_charge(struct xip_frag_queue *fq, const struct sk_buff *skb)
{
	add_frag_mem_limit(fq->q.fqdir, skb->truesize);
	if (net_eq(fq->q.fqdir->net, &init_net))
		return;
	fq->charged += skb->truesize;
	atomic_long_add(skb->truesize, &xip_frag_host);
}

/* The first fragment of a queue that has one, as it came, but for its device */
static struct sk_buff *xip_frag_first(struct xip_frag_queue *fq)
{
	struct sk_buff *skb;

	if (!(fq->q.flags & INET_FRAG_FIRST_IN))
		return NULL;
	skb = inet_frag_pull_head(&fq->q);
	if (skb)
		__skb_push(skb, skb->data - skb_network_header(skb));
	return skb;
}

/*
 * RFC 792: time exceeded in reassembly, if the first fragment came, so that
 * the sender can tell what it is about; RFC 1122 section 3.3.2: from the host
 * the datagram was for, not from a router that only looked at it.
 */
static void xip_frag_tell(struct xinet_net *xn, struct xip_frag_queue *fq,
			  struct sk_buff *skb)
{
	skb->dev = dev_get_by_index_rcu(xn->net, fq->iif);
	if (skb->dev && xinet_addr_type(xn, ip_hdr(skb)->daddr) == RTN_LOCAL)
		xicmp_send(skb, ICMP_TIME_EXCEEDED, ICMP_EXC_FRAGTIME, 0);
}

static void xip_frag_timed_out(struct xip_frag_queue *fq, struct sk_buff *first)
{
	struct xinet_net *xn = xinet_pernet_rcu(fq->q.fqdir->net);

	XIP_INC_STATS(xn, IPSTATS_MIB_REASMFAILS);
	XIP_INC_STATS(xn, IPSTATS_MIB_REASMTIMEOUT);
	if (first) {
		xip_frag_tell(xn, fq, first);
		xinet_drop(xn, first, XINET_DROP_FRAG_TIMEOUT);
	} else {
		xinet_drop_count(xn, XINET_DROP_FRAG_TIMEOUT);
	}
}

/* frag_time is over and the datagram is not whole. */
static void xip_frag_expire(struct timer_list *timer)
{
	struct inet_frag_queue *q = from_timer(q, timer, timer);
	struct sk_buff *first = NULL;
	bool alive = false;
	int refs = 1;		/* the timer's own */

	rcu_read_lock();
	spin_lock(&q->lock);
	if (!(q->flags & INET_FRAG_COMPLETE)) {
		xinet_frag_kill(q, &refs);
		/* pairs with fqdir_pre_exit(): then nothing else may be used */
		alive = !READ_ONCE(q->fqdir->dead);
		if (alive)
			first = xip_frag_first(xip_frag_of(q));
		else
			xinet_frag_flush(q);
	}
	spin_unlock(&q->lock);
	if (alive)
		xip_frag_timed_out(xip_frag_of(q), first);
	rcu_read_unlock();
	xinet_frag_putn(q, refs);
}

static u32 xip_frag_hash(const void *data, u32 len, u32 seed)
{
	return jhash2(data, sizeof(struct frag_v4_compare_key) / sizeof(u32),
		      seed);
}

static u32 xip_frag_hash_queue(const void *data, u32 len, u32 seed)
{
	const struct inet_frag_queue *q = data;

	return xip_frag_hash(&q->key.v4, len, seed);
}

static int xip_frag_compare(struct rhashtable_compare_arg *arg, const void *ptr)
{
	const struct inet_frag_queue *q = ptr;

	return memcmp(&q->key.v4, arg->key, sizeof(q->key.v4));
}

static struct inet_frags xip_frags = {
	.constructor	= xip_frag_construct,
	.destructor	= xip_frag_destruct,
	.qsize		= sizeof(struct xip_frag_queue),
	.frag_expire	= xip_frag_expire,
	.frags_cache_name = "xinet_frag_queue",
	.rhash_params	= {
		.head_offset = offsetof(struct inet_frag_queue, node),
		.key_offset = offsetof(struct inet_frag_queue, key),
		.key_len = sizeof(struct frag_v4_compare_key),
		.hashfn = xip_frag_hash,
		.obj_hashfn = xip_frag_hash_queue,
		.obj_cmpfn = xip_frag_compare,
		.automatic_shrinking = true,
	},
};

/*
 * Is there room for one more fragment? Above frag_high_thresh there is none;
 * once it was reached, no new datagram is begun until what waits is below
 * frag_low_thresh, so that those begun can be completed.
 */
static bool xip_frag_room(struct xinet_net *xn, const void *key)
{
	long high = READ_ONCE(xn->sysctl.frag_high_thresh);
	long low = READ_ONCE(xn->sysctl.frag_low_thresh);
	struct fqdir *fqdir = xn->frag.fqdir;
	long mem = frag_mem_limit(fqdir);

	if (mem >= high)
		WRITE_ONCE(xn->frag.full, true);
	else if (mem <= low && READ_ONCE(xn->frag.full))
		WRITE_ONCE(xn->frag.full, false);
	if (mem >= high || (!net_eq(xn->net, &init_net) &&
			    atomic_long_read(&xip_frag_host) >=
			    (long)READ_ONCE(frag_mem_max)))
		return false;
	return !READ_ONCE(xn->frag.full) ||
	       rhashtable_lookup(&fqdir->rhashtable, key,
				 xip_frags.rhash_params);
}

/**
 * xip_frag_find - the queue that a fragment belongs to
 * @xn: state of the namespace
 * @skb: the fragment, its header checked
 * @user: enum xip_defrag_user
 *
 * Context: softirq, RCU read lock.
 * Return: the queue, a new one where there was none; NULL where no more
 * fragments may wait.
 */
struct xip_frag_queue *xip_frag_find(struct xinet_net *xn,
				     const struct sk_buff *skb, u32 user)
{
	const struct iphdr *iph = ip_hdr(skb);
	struct frag_v4_compare_key key = {
		.saddr = iph->saddr,
		.daddr = iph->daddr,
		.user = user,
		.id = iph->id,
		.protocol = iph->protocol,
	};
	struct fqdir *fqdir = xn->frag.fqdir;
	struct inet_frag_queue *q;

	if (!xip_frag_room(xn, &key))
		return NULL;
	fqdir->timeout = READ_ONCE(xn->sysctl.frag_time) * HZ;
	q = inet_frag_find(fqdir, &key);
	return q ? xip_frag_of(q) : NULL;
}

/**
 * xip_frag_init - make the memory pool of queues
 *
 * Context: process, before any namespace.
 * Return: 0 or -ENOMEM.
 */
int xip_frag_init(void)
{
	return inet_frags_init(&xip_frags);
}

/**
 * xip_frag_exit - wait for the last queue, and give the pool back
 *
 * Context: process, after all namespaces; sleeps.
 */
void xip_frag_exit(void)
{
	inet_frags_fini(&xip_frags);
}

/**
 * xip_frag_net_init - let a namespace's fragments wait
 * @xn: state of the namespace
 *
 * Context: process.
 * Return: 0 or -ENOMEM.
 */
int xip_frag_net_init(struct xinet_net *xn)
{
	int err = fqdir_init(&xn->frag.fqdir, &xip_frags, xn->net);

	/* xip_frag_room() knows the limit, and the library when to end */
	if (!err)
		xn->frag.fqdir->high_thresh = LONG_MAX;
	return err;
}

/**
 * xip_frag_net_pre_exit - take no more fragments
 * @xn: state of the namespace
 *
 * Context: process; a grace period follows.
 */
void xip_frag_net_pre_exit(struct xinet_net *xn)
{
	fqdir_pre_exit(xn->frag.fqdir);
}

/**
 * xip_frag_net_exit - free what waits; a worker of the library does, later
 * @xn: state of the namespace
 *
 * Context: process, after the grace period.
 */
void xip_frag_net_exit(struct xinet_net *xn)
{
	fqdir_exit(xn->frag.fqdir);
}
