// SPDX-License-Identifier: GPL-2.0
/*
 * The table of all connections: chains of nodes, two nodes a connection.
 *
 * In: tuples to find, connections to put in and to take out. Who looks up
 * holds the RCU read lock and nothing else. Who changes a chain holds the lock
 * of its stripe, one of XCT_STRIPES; a connection's two chains change under
 * both locks at once, so it is in the table whole or not at all.
 *
 * A node's place is given by the high bits of its hash, and so is its stripe.
 * A table of another size thus keeps the order of nodes, a bucket's nodes
 * belong to one stripe in the old table and in the new one, and a walk needs
 * to remember no more than a hash (struct xct_cursor).
 *
 * While the table changes its size there are two, chained by @next. Nodes move
 * one at a time from the end of an old chain: such a node is linked into its
 * new chain before it leaves the old one, so whoever reads the old chain sees
 * it, or goes on into the new table and sees it there.
 */
#include <linux/mm.h>
#include <linux/random.h>
#include <linux/siphash.h>
#include <linux/slab.h>
#include <net/xinet/netns.h>
#include "ct.h"

#define XCT_STRIPE_BITS		10
#define XCT_STRIPES		BIT(XCT_STRIPE_BITS)
#define XCT_TABLE_BITS_MAX	24
/* A chain that is longer while there is no memory for more of them is no use. */
#define XCT_CHAIN_MAX		64

/**
 * struct xct_table - the buckets of one size
 * @next: the table that its nodes are moving to, or NULL
 * @bits: log2 of the number of buckets, no less than XCT_STRIPE_BITS
 * @bucket: chains
 */
struct xct_table {
	struct xct_table __rcu *next;
	unsigned int bits;
	struct xct_node __rcu *bucket[];
};

static struct xct_table __rcu *xct_table __read_mostly;
static siphash_aligned_key_t xct_key __read_mostly;
static spinlock_t xct_stripe[XCT_STRIPES];
/* no table of fewer buckets; nf_conntrack_buckets */
static unsigned int xct_bits_min = XCT_STRIPE_BITS;
/* one resize at a time */
static DEFINE_MUTEX(xct_resize_mutex);

static u32 xct_hash(const struct xinet_net *xn, const struct xct_tuple *t)
{
	u64 word = (t->word[1] & ~xct_tuple_nokey()) ^
		   (u64)xn->ct.salt << 32;

	return siphash_2u64(t->word[0], word, &xct_key) >> 32;
}

static struct xct_node __rcu **xct_bucket(struct xct_table *table, u32 hash)
{
	return &table->bucket[hash >> (32 - table->bits)];
}

static unsigned int xct_stripe_of(u32 hash)
{
	return hash >> (32 - XCT_STRIPE_BITS);
}

/* How many locks are held depends: sparse is told that none is. */
static void xct_lock_one(spinlock_t *lock, int nest)
{
	spin_lock_nested(lock, nest);
	__release(lock);
}

static void xct_unlock_one(spinlock_t *lock)
{
	__acquire(lock);
	spin_unlock(lock);
}

/* Two stripes, the lower one first; BH is off. */
static void xct_lock(unsigned int a, unsigned int b)
{
	if (a > b)
		swap(a, b);
	xct_lock_one(&xct_stripe[a], 0);
	if (a != b)
		xct_lock_one(&xct_stripe[b], SINGLE_DEPTH_NESTING);
}

static void xct_unlock(unsigned int a, unsigned int b)
{
	xct_unlock_one(&xct_stripe[a]);
	if (a != b)
		xct_unlock_one(&xct_stripe[b]);
}

static struct xct_node *xct_find_hash(const struct xinet_net *xn,
				      const struct xct_tuple *tuple, u32 hash)
{
	struct xct_table *table = rcu_dereference(xct_table);
	struct xct_node *node;

	do {
		for (node = rcu_dereference(*xct_bucket(table, hash)); node;
		     node = rcu_dereference(node->next))
			if (xct_tuple_equal(&node->tuple, tuple) &&
			    likely(xct_of(node)->xn == xn))
				return node;
		/* what left this table was in the next one before */
		smp_rmb();
		table = rcu_dereference(table->next);
	} while (unlikely(table));
	return NULL;
}

/**
 * xct_find - which connection, and which direction of it, has this tuple?
 * @xn: state of the namespace
 * @tuple: the tuple
 *
 * Context: RCU read lock; the answer is good for as long.
 * Return: the node, of a connection that may be over; or NULL.
 */
struct xct_node *xct_find(const struct xinet_net *xn,
			  const struct xct_tuple *tuple)
{
	return xct_find_hash(xn, tuple, xct_hash(xn, tuple));
}

/**
 * xct_taken - is this tuple another connection's?
 * @but: the connection that asks; its namespace counts
 * @tuple: the tuple
 *
 * Context: RCU read lock.
 * Return: true if a connection that is not over has it.
 */
bool xct_taken(const struct xnf_conn *but, const struct xct_tuple *tuple)
{
	struct xct_node *node = xct_find(but->xn, tuple);
	struct xnf_conn *ct;

	if (likely(!node))
		return false;
	ct = xct_of(node);
	if (unlikely(xct_left(ct) <= 0)) {
		xct_kill(ct, XCT_CAUSE_EXPIRED);
		return false;
	}
	if (ct == but)
		return false;
	XCT_INC_STAT(but->xn, FOUND);
	return true;
}

/* The newest table; under a stripe's lock, which holds it. */
static struct xct_table *xct_newest(void)
{
	struct xct_table *table = rcu_dereference_check(xct_table, 1);
	struct xct_table *next;

	while ((next = rcu_dereference_check(table->next, 1)))
		table = next;
	return table;
}

static void xct_link(struct xct_table *table, struct xct_node *node, u32 hash)
{
	struct xct_node __rcu **head = xct_bucket(table, hash);

	RCU_INIT_POINTER(node->next, rcu_dereference_protected(*head, 1));
	rcu_assign_pointer(*head, node);
}

static bool xct_unlink_from(struct xct_table *table, struct xct_node *node,
			    u32 hash)
{
	struct xct_node __rcu **link = xct_bucket(table, hash);
	struct xct_node *at;

	while ((at = rcu_dereference_protected(*link, 1))) {
		if (at == node) {
			rcu_assign_pointer(*link,
					   rcu_dereference_protected(node->next, 1));
			return true;
		}
		link = &at->next;
	}
	return false;
}

static void xct_unlink(struct xct_node *node, u32 hash)
{
	struct xct_table *table = rcu_dereference_check(xct_table, 1);

	while (table && !xct_unlink_from(table, node, hash))
		table = rcu_dereference_check(table->next, 1);
	WARN_ON_ONCE(!table);
}

static bool xct_chain_full(struct xct_table *table, u32 hash)
{
	const struct xct_node *node;
	unsigned int n = 0;

	for (node = rcu_dereference_check(*xct_bucket(table, hash), 1); node;
	     node = rcu_dereference_check(node->next, 1))
		if (unlikely(++n >= XCT_CHAIN_MAX))
			return true;
	return false;
}

/* Both stripes locked. */
static bool xct_link_both(struct xnf_conn *ct, u32 there, u32 back)
{
	struct xct_table *table = xct_newest();

	if (unlikely(xct_chain_full(table, there) ||
		     xct_chain_full(table, back))) {
		XCT_INC_STAT(ct->xn, CHAINTOOLONG);
		return false;
	}
	/* before anybody can find it */
	ct->status |= IPS_CONFIRMED;
	xct_link(table, &ct->node[IP_CT_DIR_REPLY], back);
	xct_link(table, &ct->node[IP_CT_DIR_ORIGINAL], there);
	return true;
}

/**
 * xct_insert - put a connection in the table
 * @ct: the connection, nobody else's until now
 * @rival: filled: the node that has one of its tuples already; NULL where that
 *	is not why it is not in
 *
 * Context: RCU read lock, BH off.
 * Return: true if it is in; it is everybody's now.
 */
bool xct_insert(struct xnf_conn *ct, struct xct_node **rival)
{
	struct xct_tuple *orig = &ct->node[IP_CT_DIR_ORIGINAL].tuple;
	struct xct_tuple *reply = &ct->node[IP_CT_DIR_REPLY].tuple;
	u32 there = xct_hash(ct->xn, orig), back = xct_hash(ct->xn, reply);
	unsigned int a = xct_stripe_of(there), b = xct_stripe_of(back);
	bool in = false;

	xct_lock(a, b);
	*rival = xct_find_hash(ct->xn, orig, there);
	if (likely(!*rival))
		*rival = xct_find_hash(ct->xn, reply, back);
	if (likely(!*rival))
		in = xct_link_both(ct, there, back);
	xct_unlock(a, b);
	return in;
}

/**
 * xct_remove - take a connection out of the table
 * @ct: the connection, IPS_DYING_BIT set by the caller and nobody else
 *
 * Readers may see it until a grace period is over.
 *
 * Context: BH off.
 */
void xct_remove(struct xnf_conn *ct)
{
	u32 there = xct_hash(ct->xn, &ct->node[IP_CT_DIR_ORIGINAL].tuple);
	u32 back = xct_hash(ct->xn, &ct->node[IP_CT_DIR_REPLY].tuple);
	unsigned int a = xct_stripe_of(there), b = xct_stripe_of(back);

	xct_lock(a, b);
	xct_unlink(&ct->node[IP_CT_DIR_ORIGINAL], there);
	xct_unlink(&ct->node[IP_CT_DIR_REPLY], back);
	xct_unlock(a, b);
}

/*
 * Every connection whose original node lies in @table between two hashes, the
 * stripe's lock held; nodes below @from were seen in an earlier call.
 */
static int xct_visit_range(struct xct_table *table, u32 first, u32 last,
			   u32 from, xct_visit visit, void *arg)
{
	u32 i, end = last >> (32 - table->bits);
	struct xct_node *node;
	struct xnf_conn *ct;
	int err;

	for (i = first >> (32 - table->bits); i <= end; i++) {
		for (node = rcu_dereference_check(table->bucket[i], 1); node;
		     node = rcu_dereference_check(node->next, 1)) {
			if (node->tuple.dir != IP_CT_DIR_ORIGINAL)
				continue;
			ct = xct_of(node);
			if (unlikely(from > first) &&
			    xct_hash(ct->xn, &node->tuple) < from)
				continue;
			err = visit(ct, arg);
			if (err)
				return err;
		}
	}
	return 0;
}

/**
 * xct_walk - see connections in the order of their hashes
 * @cur: how far the walk has come; all zero at first
 * @buckets: the most buckets to look at
 * @visit: called for each connection, under a spinlock; not 0 ends the walk
 *	before the bucket that it is in, which will be seen again
 * @rewind: called before @visit sees the first of a bucket, to remember where
 *	that bucket begins; or NULL
 * @arg: for both
 *
 * A connection that is in the table from the first call to the last is seen
 * exactly once, however the table changes its size between the calls (but for
 * what @visit sent back).
 *
 * Context: process or softirq; takes the RCU read lock.
 * Return: 0, or what @visit said.
 */
int xct_walk(struct xct_cursor *cur, unsigned int buckets, xct_visit visit,
	     void (*rewind)(void *arg), void *arg)
{
	struct xct_table *table, *next;
	unsigned int bits, stripe;
	u32 first, last;
	int err = 0;

	rcu_read_lock();
	while (!cur->end && buckets--) {
		stripe = xct_stripe_of(cur->hash);
		spin_lock_bh(&xct_stripe[stripe]);
		/* while two tables are there, a bucket of the smaller one */
		table = rcu_dereference(xct_table);
		next = rcu_dereference(table->next);
		bits = next ? min(table->bits, next->bits) : table->bits;
		first = cur->hash & ~(U32_MAX >> bits);
		last = cur->hash | U32_MAX >> bits;

		if (rewind)
			rewind(arg);
		err = xct_visit_range(table, first, last, cur->hash, visit,
				      arg);
		if (!err && next)
			err = xct_visit_range(next, first, last, cur->hash,
					      visit, arg);
		spin_unlock_bh(&xct_stripe[stripe]);
		if (err)
			break;
		cur->hash = last + 1;
		cur->end = last == U32_MAX;
	}
	rcu_read_unlock();
	return err;
}

/**
 * xct_near - see some connections around a tuple's place
 * @xn: state of the namespace
 * @tuple: the tuple
 * @buckets: the most buckets to look at
 * @nodes: and the most nodes
 * @visit: called for each node's connection without a lock, so once or twice
 *	or not at all for one that moves; not 0 ends the walk
 * @arg: for @visit
 *
 * Context: RCU read lock.
 * Return: 0, or what @visit said.
 */
int xct_near(const struct xinet_net *xn, const struct xct_tuple *tuple,
	     unsigned int buckets, unsigned int nodes, xct_visit visit,
	     void *arg)
{
	struct xct_table *table = rcu_dereference(xct_table);
	u32 at = xct_hash(xn, tuple) >> (32 - table->bits);
	u32 mask = (1U << table->bits) - 1;
	struct xct_node *node;
	int err;

	for (; buckets--; at = (at + 1) & mask) {
		for (node = rcu_dereference(table->bucket[at]); node && nodes;
		     node = rcu_dereference(node->next), nodes--) {
			err = visit(xct_of(node), arg);
			if (err)
				return err;
		}
		if (!nodes)
			break;
	}
	return 0;
}

static struct xct_table *xct_table_alloc(unsigned int bits)
{
	struct xct_table *table;

	table = kvzalloc(struct_size(table, bucket, 1UL << bits), GFP_KERNEL);
	if (table)
		table->bits = bits;
	return table;
}

/* Move the last node of a chain; false if there is none. The stripe's lock. */
static bool xct_move_last(struct xct_table *from, u32 index,
			  struct xct_table *to)
{
	struct xct_node __rcu **link = &from->bucket[index];
	struct xct_node *node = rcu_dereference_protected(*link, 1), *next;

	if (!node)
		return false;
	while ((next = rcu_dereference_protected(node->next, 1))) {
		link = &node->next;
		node = next;
	}
	xct_link(to, node, xct_hash(xct_of(node)->xn, &node->tuple));
	/* pairs with smp_rmb() in xct_find_hash() */
	smp_wmb();
	RCU_INIT_POINTER(*link, NULL);
	return true;
}

/* Process context: everything from the one table to the other. */
static void xct_move(struct xct_table *from, struct xct_table *to)
{
	u32 i;

	for (i = 0; i < 1U << from->bits; i++) {
		spinlock_t *lock =
			&xct_stripe[i >> (from->bits - XCT_STRIPE_BITS)];

		spin_lock_bh(lock);
		while (xct_move_last(from, i, to))
			;
		spin_unlock_bh(lock);
		cond_resched();
	}
}

static int xct_table_set(unsigned int bits)
{
	struct xct_table *old, *new;

	lockdep_assert_held(&xct_resize_mutex);
	old = rcu_dereference_protected(xct_table,
					lockdep_is_held(&xct_resize_mutex));
	if (old->bits == bits)
		return 0;
	new = xct_table_alloc(bits);
	if (!new)
		return -ENOMEM;
	rcu_assign_pointer(old->next, new);
	xct_move(old, new);
	rcu_assign_pointer(xct_table, new);
	synchronize_rcu();
	kvfree(old);
	return 0;
}

/* The size for @nodes, where @bits is too small or far too large. */
static unsigned int xct_table_want(unsigned int bits, unsigned int nodes)
{
	unsigned int want = bits;

	if (nodes > 1U << bits)
		want = order_base_2(nodes);
	else if (nodes < (1U << bits) / 8)
		want = nodes ? order_base_2(nodes) + 1 : 0;
	return clamp_t(unsigned int, want, READ_ONCE(xct_bits_min),
		       XCT_TABLE_BITS_MAX);
}

/**
 * xct_table_fits - has the table the size for its connections?
 * @conns: how many there are
 *
 * Context: RCU read lock.
 * Return: false: xct_table_resize() should be called.
 */
bool xct_table_fits(unsigned int conns)
{
	unsigned int bits = rcu_dereference(xct_table)->bits;

	return xct_table_want(bits, 2 * conns) == bits;
}

/**
 * xct_table_resize - give the table the size for its connections
 * @conns: how many there are
 *
 * Packets go on meanwhile. Where there is no memory, the table stays.
 *
 * Context: process, may sleep.
 */
void xct_table_resize(unsigned int conns)
{
	unsigned int bits;

	mutex_lock(&xct_resize_mutex);
	bits = rcu_dereference_protected(xct_table,
					 lockdep_is_held(&xct_resize_mutex))->bits;
	xct_table_set(xct_table_want(bits, 2 * conns));
	mutex_unlock(&xct_resize_mutex);
}

/**
 * xct_buckets - how many buckets the table has
 *
 * Context: process.
 * Return: that.
 */
unsigned int xct_buckets(void)
{
	unsigned int buckets;

	rcu_read_lock();
	buckets = 1U << rcu_dereference(xct_table)->bits;
	rcu_read_unlock();
	return buckets;
}

/**
 * xct_set_buckets - have at least that many buckets from now on
 * @buckets: how many; rounded up to a power of two
 *
 * Context: process, may sleep.
 * Return: 0, -EINVAL or -ENOMEM.
 */
int xct_set_buckets(unsigned int buckets)
{
	unsigned int bits = buckets ? order_base_2(buckets) : 0;
	int err;

	if (bits > XCT_TABLE_BITS_MAX)
		return -EINVAL;
	bits = max_t(unsigned int, bits, XCT_STRIPE_BITS);
	mutex_lock(&xct_resize_mutex);
	err = xct_table_set(bits);
	if (!err)
		WRITE_ONCE(xct_bits_min, bits);
	mutex_unlock(&xct_resize_mutex);
	return err;
}

/**
 * xct_table_init - make the table
 *
 * Context: process, at load.
 * Return: 0 or -ENOMEM.
 */
int xct_table_init(void)
{
	struct xct_table *table = xct_table_alloc(xct_bits_min);
	int i;

	if (!table)
		return -ENOMEM;
	for (i = 0; i < XCT_STRIPES; i++)
		spin_lock_init(&xct_stripe[i]);
	get_random_bytes(&xct_key, sizeof(xct_key));
	RCU_INIT_POINTER(xct_table, table);
	return 0;
}

/**
 * xct_table_exit - give the table back; it is empty
 *
 * Context: process, after all namespaces.
 */
void xct_table_exit(void)
{
	kvfree(rcu_dereference_protected(xct_table, 1));
}
