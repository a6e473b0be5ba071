// SPDX-License-Identifier: GPL-2.0
/*
 * Fragments are put together again (RFC 791 section 3.2, RFC 815), on the
 * kernel's inet_frag library.
 *
 * In: fragments whose header is checked: from xip_local_deliver(), or from
 * whoever must see a datagram whole, under the RCU read lock in softirq. Out:
 * the datagram in the skb of the fragment that made it whole. A datagram of
 * which two fragments overlap is dropped as a whole (RFC 5722's lesson); a
 * fragment that has come before is dropped alone.
 *
 * Memory is bounded three times: by the namespace's frag_high_thresh, by the
 * host's frag_mem_max for all namespaces but the first, and by frag_time.
 */
#include <linux/icmp.h>
#include <linux/jhash.h>
#include <linux/moduleparam.h>
#include <linux/netdevice.h>
#include <linux/rhashtable.h>
#include <net/inet_ecn.h>
#include <net/xinet/ip.h>
#include <net/xinet/netns.h>
#include "../compat/inet_frag.h"
#include "ip.h"

static unsigned long frag_mem_max __read_mostly = 64UL << 20;
module_param(frag_mem_max, ulong, 0644);
MODULE_PARM_DESC(frag_mem_max,
		 "bytes of fragments that wait in all namespaces but the first (64 MiB)");

static atomic_long_t xip_frag_host = ATOMIC_LONG_INIT(0);

/**
 * struct xip_frag_queue - a datagram of which fragments have come
 * @q: the library's part; must be first
 * @charged: bytes counted in xip_frag_host
 * @iif: where the last one came in, ifindex
 * @max_df_size: largest fragment that forbids to be cut, with its header
 * @ecn: IPFRAG_ECN_* of all that came
 */
struct xip_frag_queue {
	struct inet_frag_queue q;
	long charged;
	int iif;
	u16 max_df_size;
	u8 ecn;
};

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

static void xip_frag_charge(struct xip_frag_queue *fq, const struct sk_buff *skb)
{
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

static struct xip_frag_queue *xip_frag_find(struct xinet_net *xn,
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

/* May a fragment end there, by what is known of the datagram's length? */
static bool xip_frag_length_ok(struct xip_frag_queue *fq, int end, bool more)
{
	struct inet_frag_queue *q = &fq->q;

	if (!more) {
		if (end < q->len ||
		    ((q->flags & INET_FRAG_LAST_IN) && end != q->len))
			return false;
		q->flags |= INET_FRAG_LAST_IN;
		q->len = end;
	} else if (end > q->len) {
		if (q->flags & INET_FRAG_LAST_IN)
			return false;
		q->len = end;
	}
	return true;
}

/* RFC 3168 section 5.3 speaks of these two bits of all fragments together. */
static u8 xip_frag_ecn(u8 tos)
{
	return 1 << (tos & INET_ECN_MASK);
}

static void xip_frag_account(struct xip_frag_queue *fq,
			     const struct sk_buff *skb, int offset)
{
	unsigned int size = skb->len + ip_hdrlen(skb);
	struct inet_frag_queue *q = &fq->q;

	q->stamp = skb->tstamp;
	q->meat += skb->len;
	fq->ecn |= xip_frag_ecn(ip_hdr(skb)->tos);
	add_frag_mem_limit(q->fqdir, skb->truesize);
	xip_frag_charge(fq, skb);
	if (!offset)
		q->flags |= INET_FRAG_FIRST_IN;
	q->max_size = max_t(unsigned int, q->max_size, size);
	if (ip_hdr(skb)->frag_off & htons(IP_DF))
		fq->max_df_size = max_t(unsigned int, fq->max_df_size, size);
}

static bool xip_frag_whole(const struct xip_frag_queue *fq)
{
	return fq->q.flags == (INET_FRAG_FIRST_IN | INET_FRAG_LAST_IN) &&
	       fq->q.meat == fq->q.len;
}

/*
 * The datagram's header is the first fragment's. DF on the largest fragment
 * means that the sender looks for the path's MTU: what is cut anew has it too.
 */
static void xip_frag_header(struct xip_frag_queue *fq, struct sk_buff *skb,
			    u8 ecn)
{
	struct iphdr *iph = ip_hdr(skb);

	XIPCB(skb)->parm.frag_max_size = max(fq->max_df_size, fq->q.max_size);
	XIPCB(skb)->parm.flags &= ~IPSKB_FRAG_PMTU;
	XIPCB(skb)->parm.flags |= XIPSKB_FORWARD_ODD;
	iph->frag_off = 0;
	if (fq->max_df_size == fq->q.max_size) {
		XIPCB(skb)->parm.flags |= IPSKB_FRAG_PMTU;
		iph->frag_off = htons(IP_DF);
	}
	iph->tot_len = htons(skb->len);
	iph->tos |= ecn;
	ip_send_check(iph);
	skb->transport_header = skb->network_header + ip_hdrlen(skb);
}

/* All are there: @skb, which came last, becomes the datagram. */
static enum xinet_drop xip_frag_join(struct xip_frag_queue *fq,
				     struct sk_buff *skb, struct sk_buff *tail,
				     struct net_device *dev, int *refs)
{
	u8 ecn = ip_frag_ecn_table[fq->ecn];
	void *list;

	xinet_frag_kill(&fq->q, refs);
	if (unlikely(ecn == 0xff))
		return XINET_DROP_FRAG_ECN;
	list = inet_frag_reasm_prepare(&fq->q, skb, tail);
	if (!list)
		return XINET_DROP_NO_MEMORY;
	/* the header in front is the first fragment's from here on */
	if (unlikely(ip_hdrlen(skb) + fq->q.len > 65535))
		return XINET_DROP_FRAG_LENGTH;
	inet_frag_reasm_finish(&fq->q, skb, list, true);
	skb->dev = dev;
	xip_frag_header(fq, skb, ecn);
	fq->q.rb_fragments = RB_ROOT;
	fq->q.fragments_tail = NULL;
	fq->q.last_run_head = NULL;
	return XINET_DROP_NONE;
}

/* Queue lock held: into the queue; what breaks the datagram ends the queue. */
static enum xinet_drop xip_frag_add(struct xip_frag_queue *fq,
				    struct sk_buff *skb, int *refs)
{
	unsigned int off = ntohs(ip_hdr(skb)->frag_off);
	int offset = (off & IP_OFFSET) * 8;
	int end = offset + skb->len - ip_hdrlen(skb);
	int ifindex = skb->dev->ifindex;

	/* the datagram was put together in the meantime */
	if (fq->q.flags & INET_FRAG_COMPLETE)
		return XINET_DROP_FRAG_DUP;
	if (!xip_frag_length_ok(fq, end, off & IP_MF)) {
		xinet_frag_kill(&fq->q, refs);
		return XINET_DROP_FRAG_LENGTH;
	}
	__skb_pull(skb, ip_hdrlen(skb));
	/* the place of skb->dev is the tree node's from here on */
	switch (inet_frag_queue_insert(&fq->q, skb, offset, end)) {
	case IPFRAG_OK:
		fq->iif = ifindex;
		xip_frag_account(fq, skb, offset);
		return XINET_DROP_NONE;
	case IPFRAG_DUP:
		return XINET_DROP_FRAG_DUP;
	default:
		xinet_frag_kill(&fq->q, refs);
		return XINET_DROP_FRAG_OVERLAP;
	}
}

/* In the queue or not, a datagram that cannot be is counted once. */
static void xip_frag_failed(struct xinet_net *xn, struct sk_buff *skb,
			    enum xinet_drop why)
{
	if (why != XINET_DROP_FRAG_DUP)
		XIP_INC_STATS(xn, IPSTATS_MIB_REASMFAILS);
	if (skb)
		xinet_drop(xn, skb, why);
	else
		xinet_drop_count(xn, why);
}

/* RCU read lock held; @skb is consumed unless 0 comes back. */
static int xip_frag_take(struct xinet_net *xn, struct xip_frag_queue *fq,
			 struct sk_buff *skb)
{
	struct xip_skb_cb cb = *XIPCB(skb);
	struct net_device *dev = skb->dev;
	struct sk_buff *tail;
	enum xinet_drop why;
	bool queued, whole;
	int refs = 0;

	spin_lock(&fq->q.lock);
	tail = fq->q.fragments_tail;
	why = xip_frag_add(fq, skb, &refs);
	queued = !why;
	whole = queued && xip_frag_whole(fq);
	if (whole)
		why = xip_frag_join(fq, skb, tail, dev, &refs);
	spin_unlock(&fq->q.lock);
	xinet_frag_putn(&fq->q, refs);

	if (unlikely(why)) {
		/* what is queued goes with the queue */
		xip_frag_failed(xn, queued ? NULL : skb, why);
		return -EINVAL;
	}
	if (!whole)
		return -EINPROGRESS;
	XIP_INC_STATS(xn, IPSTATS_MIB_REASMOKS);
	/* the library has written behind its own part */
	cb.parm = XIPCB(skb)->parm;
	*XIPCB(skb) = cb;
	return 0;
}

/**
 * xip_defrag - keep a fragment until the datagram is whole
 * @net: the namespace
 * @skb: a fragment, its header checked, skb->data at it; consumed unless 0
 *	comes back
 * @user: enum xip_defrag_user; fragments of one user are not another's
 *
 * Context: softirq; takes the RCU read lock.
 * Return: 0 if @skb is the whole datagram now; -EINPROGRESS while fragments
 * are missing; -ENOMEM where no more may wait; -EINVAL for one that does not
 * fit the others. The last two are counted by cause.
 */
int xip_defrag(struct net *net, struct sk_buff *skb, u32 user)
{
	struct xip_frag_queue *fq;
	struct xinet_net *xn;
	int err = -ENOMEM;

	rcu_read_lock();
	xn = xinet_pernet_rcu(net);
	XIP_INC_STATS(xn, IPSTATS_MIB_REASMREQDS);
	fq = xip_frag_find(xn, skb, user);
	if (fq)
		err = xip_frag_take(xn, fq, skb);
	else
		xip_frag_failed(xn, skb, XINET_DROP_FRAG_FULL);
	rcu_read_unlock();
	return err;
}
EXPORT_SYMBOL_GPL(xip_defrag);

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
