// SPDX-License-Identifier: GPL-2.0
/*
 * Fragments are put together again (RFC 791 section 3.2, RFC 815), on the
 * kernel's inet_frag library.
 *
 * In: fragments whose header is checked: from xip_local_deliver(), or from
 * whoever must see a datagram whole, under the RCU read lock in softirq. Out:
 * the datagram in the skb of the fragment that made it whole. A datagram of
 * which two fragments overlap is dropped as a whole (RFC 5722's lesson); a
 * fragment that has come before is dropped alone. Where the others wait, how
 * long and how many: frag_queue.c.
 */
#include <linux/netdevice.h>
#include <net/inet_ecn.h>
#include <net/xinet/ip.h>
#include <net/xinet/netns.h>
#include <net/xinet/trace.h>
#include "frag_queue.h"

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
	u64 parent = 0;
	int refs = 0;

	if (xtrace_on())
		parent = xtrace_frag_queued(xn->net, skb);
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
	if (xtrace_on())
		xtrace_frag_whole(xn->net, skb, parent);
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
