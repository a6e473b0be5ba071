/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The neighbour table from the inside: for neigh/ and netlink/neigh.c only.
 *
 * One spinlock a namespace, xneigh_table.lock, guards the states, queues,
 * lists and limits of all its entries. It is never held across anything that
 * can come back here: packets, ICMP errors, XARP frames and notifications are
 * collected in a struct xneigh_todo and dealt with after the lock is gone. No
 * other lock of the family is taken inside.
 *
 * The data path takes it only while a neighbour is not resolved. A resolved
 * one is found under RCU and gives away its prebuilt link header.
 */
#ifndef _XINET_NEIGH_XNEIGH_H
#define _XINET_NEIGH_XNEIGH_H

#include <linux/completion.h>
#include <linux/etherdevice.h>
#include <linux/list.h>
#include <linux/netdevice.h>
#include <linux/ratelimit.h>
#include <linux/rculist.h>
#include <linux/refcount.h>
#include <linux/skbuff.h>
#include <linux/spinlock.h>
#include <linux/timer.h>
#include <linux/u64_stats_sync.h>
#include <linux/workqueue.h>
#include <net/neighbour.h>
#include <net/xinet/netns.h>

/* States in which the link-layer address is used without asking anybody */
#define XNEIGH_USABLE	(NUD_CONNECTED | NUD_DELAY | NUD_PROBE)

/* A 14-byte Ethernet header, padded in front to two words */
#define XNEIGH_HH_LEN	16
#define XNEIGH_HH_PAD	(XNEIGH_HH_LEN - ETH_HLEN)

/* A STALE entry is left alone for that long when the table is full */
#define XNEIGH_GC_GRACE	(5 * HZ)
/* After a change, another sender's claim is not believed for that long */
#define XNEIGH_LOCKTIME	HZ

/**
 * enum xneigh_list - where an entry waits that may have to make room
 * @XNEIGH_LIST_FAILED: FAILED: of no use to anybody
 * @XNEIGH_LIST_STALE: STALE: unused since it became so
 * @XNEIGH_LIST_INCOMPLETE: INCOMPLETE: asked for, not answered
 * @XNEIGH_LIST_MAX: number of lists
 *
 * Each list has the longest waiting entry first. Entries in other states are
 * in none and are never taken away by a limit.
 */
enum xneigh_list {
	XNEIGH_LIST_FAILED,
	XNEIGH_LIST_STALE,
	XNEIGH_LIST_INCOMPLETE,
	XNEIGH_LIST_MAX,
};

/**
 * enum xneigh_origin - on whose behalf an entry is made
 * @XNEIGH_FOR_OUTPUT: a packet has to go there
 * @XNEIGH_FOR_ADMIN: netlink
 * @XNEIGH_FOR_PEER: somebody on the link asked for us; what anybody can make
 *	us do must not push out what we asked for ourselves
 */
enum xneigh_origin {
	XNEIGH_FOR_OUTPUT,
	XNEIGH_FOR_ADMIN,
	XNEIGH_FOR_PEER,
};

/* How xneigh_update() treats what is known already */
#define XNEIGH_F_OVERRIDE	BIT(0)	/* a different address replaces it */
#define XNEIGH_F_ADMIN		BIT(1)	/* so does any state, PERMANENT too */
#define XNEIGH_F_CREATE		BIT(2)	/* xneigh_heard(): make an entry */

/**
 * struct xneigh - one neighbour
 * @node: in a bucket of struct xneigh_hash; RCU
 * @hash: xneigh_hashfn() of device and address, which stands for both
 * @hh: link header ready for copying, first XNEIGH_HH_PAD bytes unused; the
 *	neighbour's address lies within its first word, so that only one changes
 * @sync: makes a word of @hh whole on 32-bit machines
 * @fast: @hh may be copied: state is usable and the header is plain Ethernet
 * @state: NUD_*
 * @dead: no longer in the table
 * @probes: requests sent in this state
 * @protocol: RTPROT_* of who set it by netlink
 * @addr: network byte order
 * @used: jiffies of the last packet that met it in a state other than
 *	NUD_CONNECTED
 * @confirmed: jiffies of the last proof that it is there
 * @updated: jiffies of the last change of state or link-layer address
 * @reachable: how long a proof lasts, in jiffies, drawn anew for each
 * @timer: ends INCOMPLETE, REACHABLE, DELAY and PROBE; holds a reference
 *	while pending or running
 * @queue: packets that wait for its address
 * @queue_bytes: their truesize
 * @lru: in xneigh_table.lru or xneigh_todo.dead, or empty
 * @table: what it belongs to
 * @dev: the device it is on, held
 * @dev_tracker: for that
 * @refcnt: one for the table, one for the timer, one for each todo
 * @rcu: frees it
 *
 * What xneigh_output() reads of a resolved neighbour is in the first line.
 */
struct xneigh {
	struct hlist_node node;
	u64 hash;
	u64 hh[2];
	struct u64_stats_sync sync;
	bool fast;
	u8 state;
	bool dead;
	u8 probes;
	u8 protocol;
	__be32 addr;
	unsigned long used;

	unsigned long confirmed;
	unsigned long updated;
	unsigned long reachable;
	struct timer_list timer;
	struct sk_buff_head queue;
	u32 queue_bytes;
	struct list_head lru;
	struct xneigh_table *table;
	struct net_device *dev;
	netdevice_tracker dev_tracker;
	refcount_t refcnt;
	struct rcu_head rcu;
};

/**
 * struct xneigh_hash - the buckets, replaced as a whole when they grow
 * @secret: odd multiplier, the same for the life of the namespace
 * @shift: 64 minus the binary logarithm of the number of buckets
 * @moved: its entries are on their way to larger buckets, or there
 * @rcu: frees it
 * @bucket: struct xneigh by the highest bits of its hash
 *
 * While entries move to larger buckets a reader may miss one; whoever misses
 * looks again under the table's lock.
 */
struct xneigh_hash {
	u64 secret;
	unsigned int shift;
	bool moved;
	struct rcu_head rcu;
	struct hlist_head bucket[];
};

/**
 * struct xneigh_table - the neighbours of a namespace
 * @lock: guards all below and the entries
 * @xn: the namespace
 * @count: entries in the hash
 * @dying: the namespace goes; nothing may be added
 * @queue_bytes: truesize of all packets that wait
 * @last_gc: jiffies of the last pass above gc_thresh2
 * @lru: entries that may make room, by enum xneigh_list
 * @conflicts: how many frames of hosts with an address of ours are looked into
 * @gc_work: removes old entries; pending only while there are entries
 * @grow_work: doubles the buckets
 * @users: entries not yet released, plus one
 * @gone: @users came to zero
 */
struct xneigh_table {
	spinlock_t lock; /* guards all below and the entries */
	struct xinet_net *xn;
	unsigned int count;
	bool dying;
	u32 queue_bytes;
	unsigned long last_gc;
	struct list_head lru[XNEIGH_LIST_MAX];
	struct ratelimit_state conflicts;
	struct delayed_work gc_work;
	struct work_struct grow_work;
	refcount_t users;
	struct completion gone;
};

/**
 * struct xneigh_todo - what a change under the lock leaves to be done after it
 * @n: the entry that @notify, @solicit and @send are about; referenced
 * @notify: tell netlink listeners
 * @solicit: send a request
 * @unicast: to @lladdr, not to everybody
 * @lladdr: last known link-layer address
 * @saddr: source of a packet that waits, or 0; network byte order
 * @portid: netlink port that caused the change, or 0
 * @send: packets that can go now
 * @fail: packets whose neighbour does not answer
 * @full: packets that others pushed out of a queue
 * @lost: packets whose entry left the table
 * @dead: entries that left the table; each carries the table's reference
 */
struct xneigh_todo {
	struct xneigh *n;
	bool notify;
	bool solicit;
	bool unicast;
	u8 lladdr[ETH_ALEN];
	__be32 saddr;
	u32 portid;
	struct sk_buff_head send;
	struct sk_buff_head fail;
	struct sk_buff_head full;
	struct sk_buff_head lost;
	struct list_head dead;
};

/*
 * Multiply-shift hashing (Dietzfelbinger et al., 1997): with a random odd
 * multiplier, two keys share one of m buckets with probability 2/m at most,
 * so nobody on the link can aim at a bucket. The product is one-to-one, hence
 * it also serves as the key.
 */
static inline u64 xneigh_hashfn(const struct xneigh_hash *h,
				const struct net_device *dev, __be32 addr)
{
	u64 key = (u64)(u32)dev->ifindex << 32 | (__force u32)addr;

	return key * h->secret;
}

static inline unsigned int xneigh_buckets(const struct xneigh_hash *h)
{
	return 1U << (64 - h->shift);
}

static inline struct xneigh *
__xneigh_lookup(const struct xneigh_hash *h, u64 hash, bool locked)
{
	struct xneigh *n;

	hlist_for_each_entry_rcu(n, &h->bucket[hash >> h->shift], node, locked)
		if (n->hash == hash)
			return n;
	return NULL;
}

/**
 * xneigh_lookup - find a neighbour
 * @xn: state of the namespace
 * @dev: device it is on
 * @addr: its address, network byte order
 *
 * Context: RCU read lock.
 * Return: the entry without a reference, or NULL where there is none or the
 * buckets are just growing.
 */
static inline struct xneigh *xneigh_lookup(const struct xinet_net *xn,
					   const struct net_device *dev,
					   __be32 addr)
{
	const struct xneigh_hash *h = rcu_dereference(xn->neigh.hash);

	return __xneigh_lookup(h, xneigh_hashfn(h, dev, addr), false);
}

/* A word of the link header as a whole, whatever the machine. */
static inline u64 xneigh_hh_word(const struct xneigh *n, int i)
{
	unsigned int start;
	u64 word;

	do {
		start = u64_stats_fetch_begin(&n->sync);
		word = READ_ONCE(n->hh[i]);
	} while (u64_stats_fetch_retry(&n->sync, start));
	return word;
}

static inline void xneigh_lladdr(const struct xneigh *n, u8 *lladdr)
{
	u64 word = xneigh_hh_word(n, 0);

	memcpy(lladdr, (u8 *)&word + XNEIGH_HH_PAD, ETH_ALEN);
}

/* Not every packet dirties the line that all CPUs read. */
static inline void xneigh_stamp(unsigned long *stamp)
{
	unsigned long now = jiffies;

	if (READ_ONCE(*stamp) != now)
		WRITE_ONCE(*stamp, now);
}

static inline unsigned long xneigh_jiffies(const int *ms)
{
	return max(msecs_to_jiffies(max(READ_ONCE(*ms), 0)), 1UL);
}

static inline void xneigh_hold(struct xneigh *n)
{
	refcount_inc(&n->refcnt);
}

/* xneigh.c */
void xneigh_put(struct xneigh *n);
struct xneigh *xneigh_find(struct xneigh_table *t, const struct net_device *dev,
			   __be32 addr);
struct xneigh *xneigh_create(struct xneigh_table *t, struct net_device *dev,
			     __be32 addr, enum xneigh_origin origin,
			     struct xneigh_todo *todo);
void xneigh_unlink(struct xneigh *n, struct xneigh_todo *todo);

/* xneigh_todo.c */
void xneigh_todo_init(struct xneigh_todo *todo);
void xneigh_todo_about(struct xneigh_todo *todo, struct xneigh *n);
void xneigh_todo_run(struct xinet_net *xn, struct xneigh_todo *todo);

/* xneigh_queue.c */
void xneigh_enqueue(struct xneigh *n, struct sk_buff *skb,
		    struct xneigh_todo *todo);
void xneigh_dequeue_all(struct xneigh *n, struct sk_buff_head *list);
void xneigh_error_report(struct xinet_net *xn, struct sk_buff *skb);

/* xneigh_state.c */
void xneigh_timer(struct timer_list *t);
void xneigh_stop(struct xneigh *n);
void xneigh_build_header(struct xneigh *n);
bool xneigh_event_send(struct xneigh *n, struct sk_buff *skb,
		       struct xneigh_todo *todo);
int xneigh_update(struct xneigh *n, const u8 *lladdr, u8 state, u8 flags,
		  struct xneigh_todo *todo);
void xneigh_fail(struct xneigh *n, struct xneigh_todo *todo);

/* xneigh_learn.c */
void xneigh_heard(struct xinet_net *xn, struct net_device *dev, __be32 addr,
		  const u8 *lladdr, u8 state, u8 flags);

/* xneigh_gc.c */
bool xneigh_make_room(struct xneigh_table *t, enum xneigh_origin origin,
		      struct xneigh_todo *todo);
bool xneigh_host_charge(const struct xneigh_table *t);
void xneigh_host_uncharge(const struct xneigh_table *t);
bool xneigh_host_charge_bytes(const struct xneigh_table *t, u32 bytes);
void xneigh_host_uncharge_bytes(const struct xneigh_table *t, u32 bytes);
void xneigh_gc_kick(struct xneigh_table *t);
void xneigh_gc_work(struct work_struct *work);
void xneigh_purge(struct xneigh_table *t, const struct net_device *dev,
		  bool keep_permanent);

/* xneigh_hash.c */
struct xneigh_hash *xneigh_hash_alloc(unsigned int bits, u64 secret);
void xneigh_grow_work(struct work_struct *work);

/* xneigh_dev.c */
int xneigh_dev_init(void);
void xneigh_dev_exit(void);

/* xarp.c */
void xarp_solicit(struct xinet_net *xn, struct net_device *dev, __be32 target,
		  __be32 saddr, const u8 *lladdr);

#endif /* _XINET_NEIGH_XNEIGH_H */
