// SPDX-License-Identifier: GPL-2.0
/*
 * The states of a neighbour, as arp(7) and RFC 4861 section 7.3.2 have them.
 *
 * In: packets to send (xneigh_event_send), what is heard on the link or set by
 * netlink (xneigh_update), and time (xneigh_timer). Out: changed entries, and
 * a todo of what follows from the change. All under the table's lock, which
 * the timer takes itself.
 *
 *          packet                    3 requests, no answer
 *   NONE ----------> INCOMPLETE ------------------------> FAILED
 *    |                 ^   |                              |  ^
 *    |                 |   | answer        packet         |  |
 *    |                 +-- | ----------------------------+   |
 *    |                     v                                 |
 *    |  heard     +--> REACHABLE <------------+              |
 *    |            |        |                  | answer       |
 *    |    answer, |        | 15..45 s         |              | 3 requests,
 *    |      proof |        | without proof    |              | no answer
 *    v            |        v                  |              |
 *   STALE <-------+---- (used 5 s ago?) no    |              |
 *    |            |        | yes              |              |
 *    | packet     |        v                  |              |
 *    +------------+----> DELAY ----------> PROBE ------------+
 *                               5 s
 *
 *   any   --- netlink ---> PERMANENT, NOARP: no timer, nothing heard matters
 *   any   --- another link-layer address announced ---> STALE with that one
 *
 * Packets flow in REACHABLE, PERMANENT, NOARP, DELAY and PROBE; in STALE the
 * first one turns it to DELAY and flows as well. INCOMPLETE asks everybody,
 * PROBE the neighbour alone. INCOMPLETE, REACHABLE, DELAY and PROBE end by
 * timer; STALE and FAILED by whatever comes, or by xneigh_gc.c.
 */
#include <linux/ip.h>
#include <linux/random.h>
#include <net/xinet/ip.h>
#include "xneigh.h"

static const struct xinet_sysctl *xneigh_sysctl(const struct xneigh *n)
{
	return &n->table->xn->sysctl;
}

/* RFC 4861 section 6.3.2: evenly between half and one and a half the base */
static unsigned long xneigh_reachable_time(const struct xneigh *n)
{
	unsigned long base;

	base = xneigh_jiffies(&xneigh_sysctl(n)->neigh_base_reachable_ms);
	return base / 2 + get_random_u32_below(min_t(ulong, base, U32_MAX));
}

static void xneigh_arm(struct xneigh *n, unsigned long expires)
{
	unsigned long soonest = jiffies + HZ / 100;

	if (time_before(expires, soonest))
		expires = soonest;
	if (!mod_timer(&n->timer, expires))
		xneigh_hold(n);
}

/**
 * xneigh_stop - let time pass without effect
 * @n: the entry
 *
 * A timer that runs already finds that its time is over by the state or by
 * the entry being dead.
 *
 * Context: the table's lock held.
 */
void xneigh_stop(struct xneigh *n)
{
	if (timer_delete(&n->timer))
		xneigh_put(n);
}

static void xneigh_restart(struct xneigh *n)
{
	const struct xinet_sysctl *s = xneigh_sysctl(n);

	switch (n->state) {
	case NUD_INCOMPLETE:
	case NUD_PROBE:
		xneigh_arm(n, jiffies + xneigh_jiffies(&s->neigh_retrans_ms));
		break;
	case NUD_DELAY:
		xneigh_arm(n, jiffies +
			      xneigh_jiffies(&s->neigh_delay_first_probe_ms));
		break;
	case NUD_REACHABLE:
		n->reachable = xneigh_reachable_time(n);
		xneigh_arm(n, jiffies + n->reachable);
		break;
	default:
		xneigh_stop(n);
	}
}

static void xneigh_list(struct xneigh *n)
{
	struct list_head *lru = n->table->lru;

	switch (n->state) {
	case NUD_FAILED:
		list_move_tail(&n->lru, &lru[XNEIGH_LIST_FAILED]);
		break;
	case NUD_STALE:
		list_move_tail(&n->lru, &lru[XNEIGH_LIST_STALE]);
		break;
	case NUD_INCOMPLETE:
		list_move_tail(&n->lru, &lru[XNEIGH_LIST_INCOMPLETE]);
		break;
	default:
		list_del_init(&n->lru);
	}
}

/* Devices that cache their header as Ethernet does have an Ethernet header. */
static bool xneigh_plain_ethernet(const struct net_device *dev)
{
	const struct header_ops *ops = dev->header_ops;

	return ops && ops->cache == eth_header_cache;
}

static void xneigh_enter(struct xneigh *n, u8 state)
{
	bool fast = (state & XNEIGH_USABLE) && xneigh_plain_ethernet(n->dev);

	WRITE_ONCE(n->state, state);
	n->updated = jiffies;
	if (state != NUD_FAILED)
		n->probes = 0;
	/* pairs with the acquire in xneigh_output(): the header first */
	smp_store_release(&n->fast, fast);
	xneigh_list(n);
	xneigh_restart(n);
}

static void xneigh_set_header(struct xneigh *n, const u8 *lladdr)
{
	union {
		u64 word[2];
		u8 byte[XNEIGH_HH_LEN];
	} hh = {};
	struct ethhdr *eth = (struct ethhdr *)(hh.byte + XNEIGH_HH_PAD);

	ether_addr_copy(eth->h_dest, lladdr);
	ether_addr_copy(eth->h_source, n->dev->dev_addr);
	eth->h_proto = htons(ETH_P_XIP);
	u64_stats_update_begin(&n->sync);
	WRITE_ONCE(n->hh[0], hh.word[0]);
	WRITE_ONCE(n->hh[1], hh.word[1]);
	u64_stats_update_end(&n->sync);
}

/**
 * xneigh_build_header - follow a new address of our own device
 * @n: entry that survives the change
 *
 * Context: the table's lock held.
 */
void xneigh_build_header(struct xneigh *n)
{
	u8 lladdr[ETH_ALEN];

	xneigh_lladdr(n, lladdr);
	xneigh_set_header(n, lladdr);
}

static void xneigh_notify(struct xneigh *n, struct xneigh_todo *todo)
{
	xneigh_todo_about(todo, n);
	todo->notify = true;
}

static void xneigh_probe(struct xneigh *n, struct xneigh_todo *todo)
{
	struct sk_buff *skb = skb_peek(&n->queue);

	n->probes++;
	xneigh_todo_about(todo, n);
	todo->solicit = true;
	todo->unicast = n->state == NUD_PROBE;
	todo->saddr = skb ? ip_hdr(skb)->saddr : 0;
	xneigh_lladdr(n, todo->lladdr);
}

/**
 * xneigh_fail - give a neighbour up
 * @n: the entry
 * @todo: takes the packets that waited for it
 *
 * Context: the table's lock held.
 */
void xneigh_fail(struct xneigh *n, struct xneigh_todo *todo)
{
	xneigh_enter(n, NUD_FAILED);
	xneigh_dequeue_all(n, &todo->fail);
	xneigh_notify(n, todo);
}

static void xneigh_probe_or_fail(struct xneigh *n, struct xneigh_todo *todo)
{
	const struct xinet_sysctl *s = xneigh_sysctl(n);
	int most = n->state == NUD_PROBE ? READ_ONCE(s->neigh_ucast_solicit) :
					   READ_ONCE(s->neigh_mcast_solicit);

	if (n->probes >= most) {
		xneigh_fail(n, todo);
		return;
	}
	xneigh_probe(n, todo);
	xneigh_restart(n);
}

static void xneigh_expire_reachable(struct xneigh *n, struct xneigh_todo *todo)
{
	unsigned long proof = READ_ONCE(n->confirmed) + n->reachable;
	unsigned long delay =
		xneigh_jiffies(&xneigh_sysctl(n)->neigh_delay_first_probe_ms);

	if (time_before(jiffies, proof)) {
		xneigh_arm(n, proof);
	} else if (time_before(jiffies, READ_ONCE(n->used) + delay)) {
		xneigh_enter(n, NUD_DELAY);
	} else {
		xneigh_enter(n, NUD_STALE);
		xneigh_notify(n, todo);
	}
}

static void xneigh_expire_delay(struct xneigh *n, struct xneigh_todo *todo)
{
	if (time_after_eq(READ_ONCE(n->confirmed), n->updated)) {
		xneigh_enter(n, NUD_REACHABLE);
		xneigh_notify(n, todo);
		return;
	}
	xneigh_enter(n, NUD_PROBE);
	xneigh_notify(n, todo);
	xneigh_probe_or_fail(n, todo);
}

/**
 * xneigh_timer - the time of a state is over
 * @timer: of the entry; its reference ends here
 *
 * A timer that was set anew while this call waited for the lock is pending
 * again: the call is out of date then.
 *
 * Context: softirq.
 */
void xneigh_timer(struct timer_list *timer)
{
	struct xneigh *n = from_timer(n, timer, timer);
	struct xneigh_table *t = n->table;
	struct xneigh_todo todo;

	xneigh_todo_init(&todo);
	spin_lock(&t->lock);
	if (!n->dead && !timer_pending(&n->timer)) {
		if (n->state == NUD_REACHABLE)
			xneigh_expire_reachable(n, &todo);
		else if (n->state == NUD_DELAY)
			xneigh_expire_delay(n, &todo);
		else if (n->state & (NUD_PROBE | NUD_INCOMPLETE))
			xneigh_probe_or_fail(n, &todo);
	}
	spin_unlock(&t->lock);
	xneigh_todo_run(t->xn, &todo);
	xneigh_put(n);
}

/**
 * xneigh_event_send - a packet wants to go to a neighbour
 * @n: the entry
 * @skb: the packet, or NULL to have the neighbour resolved all the same
 * @todo: takes what follows
 *
 * A neighbour that failed is asked again for every new packet, at most once in
 * the time that its requests take (RFC 1122 section 2.3.2.1).
 *
 * Context: the table's lock held.
 * Return: true if the link-layer address may be used, @skb is the caller's;
 * false if it is not known, @skb waits or was dropped.
 */
bool xneigh_event_send(struct xneigh *n, struct sk_buff *skb,
		       struct xneigh_todo *todo)
{
	bool ask = n->state != NUD_INCOMPLETE;

	xneigh_stamp(&n->used);
	if (n->state & XNEIGH_USABLE)
		return true;
	if (n->state == NUD_STALE) {
		xneigh_enter(n, NUD_DELAY);
		return true;
	}
	if (ask)
		xneigh_enter(n, NUD_INCOMPLETE);
	if (skb)
		xneigh_enqueue(n, skb, todo);
	if (ask)
		xneigh_probe(n, todo);
	return false;
}

/* The entry's address is (still) @lladdr: which state follows? */
static void xneigh_learn(struct xneigh *n, const u8 *lladdr, bool differs,
			 u8 state, struct xneigh_todo *todo)
{
	bool resolved = !(n->state & NUD_VALID);

	if (differs) {
		xneigh_set_header(n, lladdr);
		n->updated = jiffies;
	}
	if (state & NUD_CONNECTED)
		xneigh_stamp(&n->confirmed);
	if (state != n->state)
		xneigh_enter(n, state);
	else if (!differs)
		return;
	xneigh_notify(n, todo);
	if (resolved)
		xneigh_dequeue_all(n, &todo->send);
}

/**
 * xneigh_update - something is said about a neighbour
 * @n: the entry
 * @lladdr: its link-layer address, or NULL for the one that is known
 * @state: NUD_* that follows; NUD_FAILED gives it up
 * @flags: XNEIGH_F_OVERRIDE, XNEIGH_F_ADMIN
 * @todo: takes what follows
 *
 * A mere hint (STALE) about an address that is in use already changes nothing.
 * Nor does a different address without XNEIGH_F_OVERRIDE.
 *
 * Context: the table's lock held.
 * Return: 0; -EPERM if netlink set the entry and something else than netlink
 * wants to change it; -EINVAL if no link-layer address is given or known;
 * -EEXIST if a different one is known.
 */
int xneigh_update(struct xneigh *n, const u8 *lladdr, u8 state, u8 flags,
		  struct xneigh_todo *todo)
{
	bool admin = flags & XNEIGH_F_ADMIN;
	bool valid = n->state & NUD_VALID;
	u8 known[ETH_ALEN];
	bool differs;

	if (!admin && (n->state & (NUD_NOARP | NUD_PERMANENT)))
		return -EPERM;
	if (!(state & NUD_VALID)) {
		xneigh_fail(n, todo);
		return 0;
	}
	if (!lladdr && !valid)
		return -EINVAL;
	xneigh_lladdr(n, known);
	differs = !valid || (lladdr && !ether_addr_equal(lladdr, known));
	if (valid && differs && !(flags & XNEIGH_F_OVERRIDE))
		return -EEXIST;
	if (valid && !differs && !admin && state == NUD_STALE)
		state = n->state;
	xneigh_learn(n, lladdr ?: known, differs, state, todo);
	return 0;
}
