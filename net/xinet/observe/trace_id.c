// SPDX-License-Identifier: GPL-2.0
/*
 * The numbers of packets, while somebody traces.
 *
 * In: xtrace_reg() and xtrace_unreg() from the tracing core when an event gets
 * its first reader or loses its last; buffers (skb->head) from trace*.c, in any
 * context. Out: the number of the packet that a buffer holds.
 *
 * The table is bounded: sets of four, each behind a raw spinlock, and the
 * oldest packet of a full set gives way, which is counted. It comes with the
 * first reader and goes with the last; without it all numbers are 0. A buffer
 * that was freed elsewhere leaves a stale entry behind, which nobody asks for
 * before another packet is born in that buffer.
 */
#include <linux/export.h>
#include <linux/hash.h>
#include <linux/mm.h>
#include <linux/moduleparam.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <net/xinet/trace.h>
#include <trace/events/xinet.h>
#include "trace_id.h"

#define XTRACE_WAYS	4
#define XTRACE_BITS	11	/* 8192 packets */

struct xtrace_slot {
	const void *head;
	struct xtrace_ref ref;
	struct xtrace_mark mark;
};

struct xtrace_set {
	raw_spinlock_t lock; /* guards @slot; taken in any context */
	struct xtrace_slot slot[XTRACE_WAYS];
};

/*
 * xtrace_key - does anybody trace?
 */
DEFINE_STATIC_KEY_FALSE(xtrace_key);
EXPORT_SYMBOL_GPL(xtrace_key);

static struct xtrace_set __rcu *xtrace_table;
/* Events with readers; the tracing core's mutex guards it. */
static unsigned int xtrace_users;
static atomic64_t xtrace_last = ATOMIC64_INIT(0);

static atomic_long_t xtrace_replaced = ATOMIC_LONG_INIT(0);

static int xtrace_replaced_get(char *buf, const struct kernel_param *kp)
{
	return sysfs_emit(buf, "%ld\n", atomic_long_read(&xtrace_replaced));
}

static const struct kernel_param_ops xtrace_replaced_ops = {
	.get = xtrace_replaced_get,
};

module_param_cb(trace_ids_replaced, &xtrace_replaced_ops, NULL, 0444);
MODULE_PARM_DESC(trace_ids_replaced,
		 "packets that lost their trace id to newer ones, since load");

static struct xtrace_set *xtrace_table_alloc(void)
{
	struct xtrace_set *table;
	unsigned int i;

	table = kvcalloc(BIT(XTRACE_BITS), sizeof(*table), GFP_KERNEL);
	for (i = 0; table && i < BIT(XTRACE_BITS); i++)
		raw_spin_lock_init(&table[i].lock);
	return table;
}

/**
 * xtrace_reg - an event gets its first reader
 *
 * Without memory for the table packets have no number, no more.
 *
 * Context: process, the tracing core's mutex held.
 * Return: 0.
 */
int xtrace_reg(void)
{
	if (xtrace_users++)
		return 0;
	rcu_assign_pointer(xtrace_table, xtrace_table_alloc());
	static_branch_enable(&xtrace_key);
	return 0;
}

/**
 * xtrace_unreg - an event has no reader any more
 *
 * Context: process, may sleep, the tracing core's mutex held; also while the
 * module goes, when no packet is left.
 */
void xtrace_unreg(void)
{
	struct xtrace_set *table;

	if (--xtrace_users)
		return;
	static_branch_disable(&xtrace_key);
	table = rcu_replace_pointer(xtrace_table, NULL, true);
	synchronize_rcu();
	kvfree(table);
}

/* What one call wants of a set, and gets. */
struct xtrace_want {
	const void *head;
	const struct xtrace_mark *mark;
	struct xtrace_ref ref;
	struct xtrace_mark seen;
};

static struct xtrace_slot *xtrace_slot_of(struct xtrace_set *set,
					  const void *head)
{
	unsigned int i;

	for (i = 0; i < XTRACE_WAYS; i++)
		if (set->slot[i].head == head)
			return &set->slot[i];
	return NULL;
}

/* A free slot, or that of the oldest packet, whose number is the lowest. */
static struct xtrace_slot *xtrace_slot_take(struct xtrace_set *set,
					    const void *head)
{
	struct xtrace_slot *slot = xtrace_slot_of(set, head);
	unsigned int i;

	if (!slot)
		slot = xtrace_slot_of(set, NULL);
	if (slot)
		return slot;
	slot = &set->slot[0];
	for (i = 1; i < XTRACE_WAYS; i++)
		if (set->slot[i].ref.id < slot->ref.id)
			slot = &set->slot[i];
	atomic_long_inc(&xtrace_replaced);
	return slot;
}

static void xtrace_put(struct xtrace_set *set, struct xtrace_want *want)
{
	struct xtrace_slot *slot = xtrace_slot_take(set, want->head);

	slot->head = want->head;
	slot->ref = want->ref;
	slot->mark = *want->mark;
}

static void xtrace_get(struct xtrace_set *set, struct xtrace_want *want)
{
	struct xtrace_slot *slot = xtrace_slot_of(set, want->head);

	if (!slot)
		return;
	want->ref = slot->ref;
	if (want->mark)
		slot->mark = *want->mark;
	want->seen = slot->mark;
}

/* The same buffer can hold another packet by now: it must look the same. */
static void xtrace_get_same(struct xtrace_set *set, struct xtrace_want *want)
{
	struct xtrace_slot *slot = xtrace_slot_of(set, want->head);

	if (slot && !memcmp(&slot->mark, want->mark, sizeof(slot->mark)))
		want->ref = slot->ref;
}

static void xtrace_clear(struct xtrace_set *set, struct xtrace_want *want)
{
	struct xtrace_slot *slot = xtrace_slot_of(set, want->head);

	if (slot)
		memset(slot, 0, sizeof(*slot));
}

/* Take a step in the set of a buffer; false where there is no table. */
static bool xtrace_step(struct xtrace_want *want,
			void (*step)(struct xtrace_set *set,
				     struct xtrace_want *want))
{
	struct xtrace_set *table, *set;
	unsigned long flags;

	rcu_read_lock();
	table = rcu_dereference(xtrace_table);
	if (table) {
		set = &table[hash_ptr(want->head, XTRACE_BITS)];
		raw_spin_lock_irqsave(&set->lock, flags);
		step(set, want);
		raw_spin_unlock_irqrestore(&set->lock, flags);
	}
	rcu_read_unlock();
	return table;
}

/**
 * xtrace_id_whole - a buffer holds a packet of a known number
 * @head: the buffer
 * @m: what the packet looks like
 * @id: its number
 *
 * Context: any.
 * Return: the number, 0 where none can be kept.
 */
struct xtrace_ref xtrace_id_whole(const void *head,
				  const struct xtrace_mark *m, u64 id)
{
	struct xtrace_want want = { head, m, { .id = id } };

	return xtrace_step(&want, xtrace_put) ? want.ref :
						(struct xtrace_ref){};
}

/**
 * xtrace_id_new - a buffer holds a new packet
 * @head: the buffer
 * @m: what the packet looks like
 * @parent: number of the datagram that it is a fragment of, or 0
 *
 * Context: any.
 * Return: its number, 0 where none can be kept.
 */
struct xtrace_ref xtrace_id_new(const void *head, const struct xtrace_mark *m,
				u64 parent)
{
	struct xtrace_want want = { head, m, { .parent = parent } };

	want.ref.id = atomic64_inc_return(&xtrace_last);
	return xtrace_step(&want, xtrace_put) ? want.ref :
						(struct xtrace_ref){};
}

/**
 * xtrace_id_arrive - a buffer came from the link
 * @head: the buffer
 * @m: what the packet in it looks like
 * @born: set to whether it is new here
 *
 * Context: any.
 * Return: the number that the packet had when it left, or a new one.
 */
struct xtrace_ref xtrace_id_arrive(const void *head,
				   const struct xtrace_mark *m, bool *born)
{
	struct xtrace_want want = { head, m };

	xtrace_step(&want, xtrace_get_same);
	*born = !want.ref.id;
	return want.ref.id ? want.ref : xtrace_id_new(head, m, 0);
}

/**
 * xtrace_id_see - the number of the packet in a buffer
 * @head: the buffer
 * @m: what the packet looks like by now, or NULL
 *
 * Context: any.
 * Return: the number, 0 where it is not known.
 */
struct xtrace_ref xtrace_id_see(const void *head, const struct xtrace_mark *m)
{
	struct xtrace_want want = { head, m };

	xtrace_step(&want, xtrace_get);
	return want.ref;
}

/**
 * xtrace_id_set_cause - a buffer holds an error that is not born yet
 * @head: the buffer
 * @cause: number of the packet that it is about
 *
 * Context: any.
 */
void xtrace_id_set_cause(const void *head, u64 cause)
{
	static const struct xtrace_mark none;
	struct xtrace_want want = { head, &none, { .parent = cause } };

	xtrace_step(&want, xtrace_put);
}

/**
 * xtrace_id_cause - what caused the packet that is born in a buffer
 * @head: the buffer
 *
 * Context: any.
 * Return: the number that xtrace_id_set_cause() was told, or 0.
 */
u64 xtrace_id_cause(const void *head)
{
	struct xtrace_want want = { head };

	xtrace_step(&want, xtrace_get);
	return want.ref.id ? 0 : want.ref.parent;
}

/**
 * xtrace_id_move - a packet got another buffer
 * @to: the new one
 * @from: the one before; may be gone
 * @shared: another packet is still in @from
 *
 * Context: any.
 */
void xtrace_id_move(const void *to, const void *from, bool shared)
{
	struct xtrace_want want = { from };

	xtrace_step(&want, xtrace_get);
	if (!want.ref.id)
		return;
	if (!shared)
		xtrace_step(&want, xtrace_clear);
	want.head = to;
	want.mark = &want.seen;
	xtrace_step(&want, xtrace_put);
}

/**
 * xtrace_id_forget - a packet ended
 * @head: the buffer it was in
 *
 * Context: any.
 */
void xtrace_id_forget(const void *head)
{
	struct xtrace_want want = { head };

	xtrace_step(&want, xtrace_clear);
}
