// SPDX-License-Identifier: GPL-2.0
/*
 * Identification of datagrams that may be fragmented (RFC 791, RFC 6864).
 *
 * In: headers of our own datagrams for which DF is to be clear. Out: DF clear
 * and a number that the same source, destination and protocol had not for as
 * long as possible, and that nobody outside can foretell.
 *
 * A keyed hash leads to a counter; several pairs of hosts may share one, which
 * costs numbers but repeats none sooner. A counter that was idle leaps by a
 * random distance, at most a step for each tick, so that whoever watches one
 * pair learns little of how much is sent to others. No lock: counters are
 * atomic. Any context.
 */
#include <linux/atomic.h>
#include <linux/jiffies.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <net/xinet/ident.h>
#include <net/xinet/ip.h>
#include <net/xinet/netns.h>

#define XIDENT_BUCKETS	512

/**
 * struct xident_bucket - a counter
 * @next: what was handed out last
 * @stamp: jiffies of that, lower 32 bits
 */
struct xident_bucket {
	atomic_t next;
	u32 stamp;
};

/* A random distance of up to as many steps as ticks went by unused. */
static u32 xident_leap(struct xident_bucket *b)
{
	u32 now = jiffies, then = READ_ONCE(b->stamp);

	if (then == now || cmpxchg(&b->stamp, then, now) != then)
		return 0;
	return reciprocal_scale(get_random_u32(), now - then);
}

/**
 * xip_select_ident - a number for a datagram
 * @xn: state of the namespace
 * @saddr: its source, network byte order
 * @daddr: its destination, network byte order
 * @protocol: its transport
 *
 * Context: any.
 * Return: network byte order.
 */
__be16 xip_select_ident(struct xinet_net *xn, __be32 saddr, __be32 daddr,
			u8 protocol)
{
	u32 hash = siphash_3u32((__force u32)saddr, (__force u32)daddr,
				protocol, &xn->ident.key);
	struct xident_bucket *b = &xn->ident.buckets[hash % XIDENT_BUCKETS];

	return htons(atomic_add_return(1 + xident_leap(b), &b->next));
}

/**
 * xip_allow_fragment - let a datagram of ours be fragmented
 * @xn: state of the namespace
 * @skb: the datagram, its header made by xip_build_header()
 *
 * Context: any.
 */
void xip_allow_fragment(struct xinet_net *xn, struct sk_buff *skb)
{
	struct iphdr *iph = ip_hdr(skb);

	iph->frag_off &= ~htons(IP_DF);
	iph->id = xip_select_ident(xn, iph->saddr, iph->daddr, iph->protocol);
}

/**
 * xident_net_init - counters of a new namespace
 * @xn: its state
 *
 * Context: pernet init; may sleep.
 * Return: 0 or -ENOMEM.
 */
int xident_net_init(struct xinet_net *xn)
{
	struct xident_bucket *b;
	unsigned int i;

	b = kcalloc(XIDENT_BUCKETS, sizeof(*b), GFP_KERNEL_ACCOUNT);
	if (!b)
		return -ENOMEM;
	get_random_bytes(&xn->ident.key, sizeof(xn->ident.key));
	for (i = 0; i < XIDENT_BUCKETS; i++)
		atomic_set(&b[i].next, get_random_u32());
	xn->ident.buckets = b;
	return 0;
}

/**
 * xident_net_exit - the end of a namespace
 * @xn: its state
 *
 * Context: pernet exit.
 */
void xident_net_exit(struct xinet_net *xn)
{
	kfree(xn->ident.buckets);
}
