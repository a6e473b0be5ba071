// SPDX-License-Identifier: GPL-2.0
/*
 * How many ICMP messages may leave (RFC 1812 section 4.3.2.8): errors, and what
 * else icmp_ratemask says.
 *
 * Two token buckets: one for the namespace, so that a flood of faulty packets
 * costs a bounded number of answers, and one for each of 256 groups of
 * destinations, so that one of them cannot use up the others' share. IPv4's
 * own bucket is not touched.
 */
#include <linux/icmp.h>
#include <linux/jhash.h>
#include <linux/math64.h>
#include <linux/netdevice.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <net/xinet/netns.h>
#include <net/xinet/route.h>
#include "ip.h"

#define XICMP_PEERS	256
#define XICMP_BURST	6	/* as IPv4 lets one host have at once */

/* As IPv4's redirect_load, redirect_number and redirect_silence. */
#define XICMP_REDIRECT_LOAD	max(HZ / 50, 1)
#define XICMP_REDIRECT_NUMBER	9
#define XICMP_REDIRECT_SILENCE	(XICMP_REDIRECT_LOAD << 10)

/**
 * struct xicmp_peer - bucket of one group of destinations
 * @lock: protects the rest
 * @stamp: jiffies of the last refill
 * @tokens: in jiffies; a message costs icmp_ratelimit of them
 * @redirected: jiffies of the last redirect, sent or suppressed at the end
 * @redirects: sent without a pause of XICMP_REDIRECT_SILENCE
 */
struct xicmp_peer {
	spinlock_t lock; /* all that follows */
	unsigned long stamp;
	unsigned long tokens;
	unsigned long redirected;
	unsigned int redirects;
};

static u32 xicmp_peer_secret __read_mostly;

/* May the namespace send one more? It is charged for. */
static bool xicmp_global_allow(struct xinet_net *xn)
{
	u32 rate = READ_ONCE(xn->sysctl.icmp_msgs_per_sec);
	u32 burst = READ_ONCE(xn->sysctl.icmp_msgs_burst);
	struct xicmp_net *icmp = &xn->icmp;
	unsigned long now = jiffies, gone;
	u64 credit;
	bool ok;

	spin_lock_bh(&icmp->limit_lock);
	gone = min_t(unsigned long, now - icmp->limit_stamp, HZ);
	credit = div_u64((u64)rate * gone, HZ);
	/* less than one whole message: let the time add up */
	if (credit) {
		icmp->limit_stamp = now;
		credit += icmp->limit_credit;
		icmp->limit_credit = min_t(u64, credit, burst);
	}
	ok = icmp->limit_credit > 0;
	if (ok)
		icmp->limit_credit--;
	spin_unlock_bh(&icmp->limit_lock);

	if (!ok)
		XICMP_INC_STATS(xn, ICMP_MIB_RATELIMITGLOBAL);
	return ok;
}

static struct xicmp_peer *xicmp_peer(struct xinet_net *xn, __be32 addr)
{
	return &xn->icmp.peers[jhash_1word((__force u32)addr,
					   xicmp_peer_secret) % XICMP_PEERS];
}

/* May this host be sent one more? It is charged for. */
static bool xicmp_peer_allow(struct xinet_net *xn, __be32 peer)
{
	unsigned long cost = msecs_to_jiffies(READ_ONCE(xn->sysctl.icmp_ratelimit));
	unsigned long now = jiffies;
	struct xicmp_peer *p;
	bool ok;

	if (!cost)
		return true;
	p = xicmp_peer(xn, peer);
	spin_lock_bh(&p->lock);
	p->tokens = min(p->tokens + (now - p->stamp), XICMP_BURST * cost);
	p->stamp = now;
	ok = p->tokens >= cost;
	if (ok)
		p->tokens -= cost;
	spin_unlock_bh(&p->lock);

	if (!ok)
		XICMP_INC_STATS(xn, ICMP_MIB_RATELIMITHOST);
	return ok;
}

/* Is a message under the limits at all? */
static bool xicmp_limited(struct xinet_net *xn, const struct xroute *rt,
			  u8 type, u8 code)
{
	if (type > NR_ICMP_TYPES ||
	    !(READ_ONCE(xn->sysctl.icmp_ratemask) & 1 << type))
		return false;
	/* path MTU discovery and local programs wait for theirs */
	if (type == ICMP_DEST_UNREACH && code == ICMP_FRAG_NEEDED)
		return false;
	return !(rt->dev->flags & IFF_LOOPBACK);
}

/**
 * xicmp_limits_allow - may one more message leave?
 * @xn: state of the namespace
 * @rt: the way it would go, from this RCU section
 * @daddr: its destination, network byte order
 * @type: ICMP type; only those in icmp_ratemask are limited
 * @code: its code
 *
 * Context: BH or process, RCU read lock.
 * Return: true if so; it is charged for.
 */
bool xicmp_limits_allow(struct xinet_net *xn, const struct xroute *rt,
			__be32 daddr, u8 type, u8 code)
{
	return likely(!xicmp_limited(xn, rt, type, code)) ||
	       (xicmp_peer_allow(xn, daddr) && xicmp_global_allow(xn));
}

/**
 * xicmp_redirect_allow - may a host be sent one more redirect?
 * @xn: state of the namespace
 * @daddr: the host, network byte order
 *
 * Each one doubles the time to the next; after nine the host is left alone
 * until it has been silent for a while.
 *
 * Context: BH or process.
 * Return: true if so; it is charged for.
 */
bool xicmp_redirect_allow(struct xinet_net *xn, __be32 daddr)
{
	struct xicmp_peer *p = xicmp_peer(xn, daddr);
	unsigned long now = jiffies;
	bool ok = false;

	spin_lock_bh(&p->lock);
	if (time_after(now, p->redirected + XICMP_REDIRECT_SILENCE))
		p->redirects = 0;
	if (p->redirects >= XICMP_REDIRECT_NUMBER) {
		/* it does not listen: each packet makes the silence begin anew */
		p->redirected = now;
	} else if (!p->redirects ||
		   time_after(now, p->redirected +
			      (XICMP_REDIRECT_LOAD << p->redirects))) {
		p->redirected = now;
		p->redirects++;
		ok = true;
	}
	spin_unlock_bh(&p->lock);
	return ok;
}

/**
 * xicmp_limit_net_init - fill a namespace's buckets
 * @xn: state of the namespace
 *
 * Context: process.
 * Return: 0 or -ENOMEM.
 */
int xicmp_limit_net_init(struct xinet_net *xn)
{
	struct xicmp_net *icmp = &xn->icmp;
	int i;

	get_random_once(&xicmp_peer_secret, sizeof(xicmp_peer_secret));
	spin_lock_init(&icmp->limit_lock);
	icmp->limit_stamp = jiffies;
	icmp->limit_credit = xn->sysctl.icmp_msgs_burst;

	icmp->peers = kcalloc(XICMP_PEERS, sizeof(*icmp->peers),
			      GFP_KERNEL_ACCOUNT);
	if (!icmp->peers)
		return -ENOMEM;
	for (i = 0; i < XICMP_PEERS; i++) {
		spin_lock_init(&icmp->peers[i].lock);
		/* full at the first message, whenever that comes */
		icmp->peers[i].stamp = jiffies - MAX_JIFFY_OFFSET / 2;
	}
	return 0;
}

/**
 * xicmp_limit_net_exit - free a namespace's buckets
 * @xn: state of the namespace
 *
 * Context: process.
 */
void xicmp_limit_net_exit(struct xinet_net *xn)
{
	kfree(xn->icmp.peers);
}
