// SPDX-License-Identifier: GPL-2.0
/*
 * Records of connections: made, limited, ended.
 *
 * In: the tracker, which needs a record for a packet; whoever ends one. A
 * record is the packet's own until it is confirmed, and can be freed at once.
 * From then on it is freed a grace period after it left the table.
 *
 * Limits: nf_conntrack_max of the namespace, and xct_total_max of the host,
 * which no child namespace can change. A quarter of the latter is kept from
 * namespaces that anybody can make. At a limit a connection that has seen no
 * proof of life (IPS_ASSURED) makes room, if one is near.
 */
#include <linux/mm.h>
#include <linux/slab.h>
#include <net/net_namespace.h>
#include <net/xinet/netns.h>
#include "ct.h"

/* How far early drop looks; as long as a search may take in a softirq. */
#define XCT_EVICT_BUCKETS	256
#define XCT_EVICT_NODES		32
/* A refusal is said in the log this often at most, in jiffies. */
#define XCT_WARN_INTERVAL	(10 * HZ)

atomic_t xct_total = ATOMIC_INIT(0);
int xct_total_max __read_mostly;

/* Records without counters and with them. */
static struct kmem_cache *xct_cache[2] __read_mostly;

static struct kmem_cache *xct_cache_of(const struct xnf_conn *ct)
{
	return xct_cache[test_bit(IPS_XCT_ACCT_BIT, &ct->status)];
}

static void xct_free(struct xnf_conn *ct)
{
	kmem_cache_free(xct_cache_of(ct), ct);
}

static void xct_free_rcu(struct rcu_head *rcu)
{
	xct_free(container_of(rcu, struct xnf_conn, rcu));
}

static void xct_uncount(struct xinet_net *xn)
{
	atomic_dec(&xn->ct.count);
	atomic_dec(&xct_total);
}

/**
 * xct_discard - give back a record that nobody was told of
 * @ct: the record, not confirmed
 *
 * Context: BH off.
 */
void xct_discard(struct xnf_conn *ct)
{
	xct_uncount(ct->xn);
	xct_free(ct);
}

/**
 * xct_abandon - a record's packet ended before it was confirmed
 * @ct: the record
 *
 * Context: BH off.
 */
void xct_abandon(struct xnf_conn *ct)
{
	xct_event(ct, XCT_CAUSE_DROPPED);
	xct_discard(ct);
}

/**
 * xct_kill - end a connection
 * @ct: the connection, confirmed
 * @cause: what who listens is told
 *
 * Context: RCU read lock, BH or process.
 * Return: false if somebody else ends it already.
 */
bool xct_kill(struct xnf_conn *ct, enum xct_cause cause)
{
	struct xinet_net *xn = ct->xn;

	if (test_and_set_bit(IPS_DYING_BIT, &ct->status))
		return false;
	local_bh_disable();
	xct_remove(ct);
	if (cause == XCT_CAUSE_EXPIRED)
		XCT_INC_STAT(xn, EXPIRED);
	else if (cause == XCT_CAUSE_EVICTED)
		XCT_INC_STAT(xn, EARLY_DROP);
	else
		XCT_INC_STAT(xn, DELETED);
	xct_event(ct, cause);
	xct_uncount(xn);
	call_rcu(&ct->rcu, xct_free_rcu);
	local_bh_enable();
	return true;
}

/* Early drop: one of this namespace that nobody will miss much. */
static int xct_evict_one(struct xnf_conn *ct, void *arg)
{
	const struct xinet_net *xn = arg;

	if (ct->xn != xn)
		return 0;
	if (xct_left(ct) <= 0)
		return xct_kill(ct, XCT_CAUSE_EXPIRED);
	if (READ_ONCE(ct->status) & (IPS_ASSURED | IPS_DYING))
		return 0;
	return xct_kill(ct, XCT_CAUSE_EVICTED);
}

static noinline bool xct_make_room(struct xinet_net *xn,
				   const struct xct_tuple *tuple)
{
	unsigned long now = jiffies;

	if (xct_near(xn, tuple, XCT_EVICT_BUCKETS, XCT_EVICT_NODES,
		     xct_evict_one, xn))
		return true;
	XCT_INC_STAT(xn, DROP);
	if (time_after(now, READ_ONCE(xn->ct.warned) + XCT_WARN_INTERVAL)) {
		WRITE_ONCE(xn->ct.warned, now);
		net_warn_ratelimited("xinet: no room for another connection, packets are dropped\n");
	}
	return false;
}

/*
 * What all namespaces together may have before this one is refused. Whoever
 * makes a user namespace is his own administrator: nothing but this keeps him
 * from filling the table against everybody else.
 */
static int xct_host_limit(const struct xinet_net *xn)
{
	int max = READ_ONCE(xct_total_max);

	return likely(!xn->ct.guest) ? max : max - max / 4;
}

/* Count one more; with a limit reached only if another one goes. */
static bool xct_count(struct xinet_net *xn, const struct xct_tuple *tuple)
{
	int mine = atomic_inc_return(&xn->ct.count);
	int all = atomic_inc_return(&xct_total);

	if (likely(mine <= READ_ONCE(xn->ct.max) &&
		   all <= xct_host_limit(xn)))
		return true;
	if (xct_make_room(xn, tuple))
		return true;
	xct_uncount(xn);
	return false;
}

/**
 * xct_alloc - a record for the first packet of a connection
 * @pkt: the packet; @pkt->tuple can be inverted
 *
 * Its protocol's part is all zero.
 *
 * Context: BH off.
 * Return: the record, the caller's alone; NULL where a limit is reached or
 * there is no memory, which is counted.
 */
struct xnf_conn *xct_alloc(const struct xct_packet *pkt)
{
	struct xinet_net *xn = pkt->xn;
	bool acct = READ_ONCE(xn->ct.acct);
	struct xnf_conn *ct;

	if (unlikely(!xct_count(xn, &pkt->tuple)))
		return NULL;
	ct = kmem_cache_alloc(xct_cache[acct], GFP_ATOMIC | __GFP_NOWARN);
	if (unlikely(!ct)) {
		xct_uncount(xn);
		XCT_INC_STAT(xn, DROP);
		return NULL;
	}
	ct->node[IP_CT_DIR_ORIGINAL].tuple = pkt->tuple;
	xct_tuple_invert(&ct->node[IP_CT_DIR_REPLY].tuple, &pkt->tuple);
	ct->xn = xn;
	ct->status = 0;
	ct->timeout = xct_now();
	ct->mark = 0;
	ct->masq_ifindex = 0;
	spin_lock_init(&ct->lock);
	memset(&ct->tcp, 0, sizeof(ct->tcp));
	if (unlikely(acct)) {
		ct->status = BIT(IPS_XCT_ACCT_BIT);
		memset(ct->acct, 0, IP_CT_DIR_MAX * sizeof(ct->acct[0]));
	}
	XCT_INC_STAT(xn, NEW);
	return ct;
}

/**
 * xct_entry_init - make the memory pools, and set the host's limit
 *
 * The limit is what a sixteenth of the memory holds.
 *
 * Context: process, at load.
 * Return: 0 or -ENOMEM.
 */
int xct_entry_init(void)
{
	size_t plain = sizeof(struct xnf_conn);
	size_t acct = plain + IP_CT_DIR_MAX * sizeof(struct xct_counter);
	u64 memory = (u64)totalram_pages() << PAGE_SHIFT;

	xct_cache[0] = kmem_cache_create("xnf_conn", plain, 0, 0, NULL);
	xct_cache[1] = kmem_cache_create("xnf_conn_acct", acct, 0, 0, NULL);
	if (!xct_cache[0] || !xct_cache[1]) {
		kmem_cache_destroy(xct_cache[0]);
		kmem_cache_destroy(xct_cache[1]);
		return -ENOMEM;
	}
	xct_total_max = clamp_t(u64, div_u64(memory, 16 * acct), 65536,
				INT_MAX / 4);
	return 0;
}

/**
 * xct_entry_exit - give the memory pools back
 *
 * Context: process, after all namespaces; waits for what RCU still frees.
 */
void xct_entry_exit(void)
{
	rcu_barrier();
	kmem_cache_destroy(xct_cache[0]);
	kmem_cache_destroy(xct_cache[1]);
}
