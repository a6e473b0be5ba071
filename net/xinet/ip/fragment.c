// SPDX-License-Identifier: GPL-2.0
/*
 * A datagram that is larger than its path takes leaves in fragments (RFC 791
 * section 3.2, RFC 1812 section 4.2.2.7).
 *
 * In: packets from xip_finish_output() that may be cut, behind POST_ROUTING,
 * under the RCU read lock. Out: fragments to the next stage, each with a
 * header of its own; payload in page fragments is shared, not copied.
 */
#include <linux/netdevice.h>
#include <net/xinet/ip.h>
#include <net/xinet/netns.h>
#include <net/xinet/trace.h>
#include "../compat/skbuff.h"
#include "frag_geometry.h"
#include "ip.h"

/**
 * struct xip_cut - a datagram that is being cut
 * @skb: the datagram, skb->data at its header
 * @hlen: of its header, in bytes
 * @options: those of the fragments behind the first
 * @frag_off: flags that every fragment has, network byte order
 */
struct xip_cut {
	struct sk_buff *skb;
	unsigned int hlen;
	u8 options[MAX_IPOPTLEN];
	__be16 frag_off;
};

/* What a fragment has in common with its datagram, beside the bytes. */
static void xip_fragment_metadata(struct sk_buff *to, struct sk_buff *from)
{
	to->dev = from->dev;
	to->protocol = from->protocol;
	to->pkt_type = from->pkt_type;
	to->priority = from->priority;
	to->mark = from->mark;
	to->tstamp = from->tstamp;
	skb_copy_hash(to, from);
	skb_copy_queue_mapping(to, from);
	skb_copy_secmark(to, from);
#ifdef CONFIG_NET_SCHED
	to->tc_index = from->tc_index;
#endif
	*XIPCB(to) = *XIPCB(from);
	if (from->sk)
		skb_set_owner_w(to, from->sk);
}

/* Let @to have a part of the page fragments of @from. */
static void xip_fragment_share(struct sk_buff *to, struct sk_buff *from,
			       unsigned int at, unsigned int len)
{
	struct skb_shared_info *shinfo = skb_shinfo(from);
	unsigned int i, size, n = 0;

	for (i = 0; i < shinfo->nr_frags && len; i++) {
		skb_frag_t frag = shinfo->frags[i];

		size = skb_frag_size(&frag);
		if (at >= size) {
			at -= size;
			continue;
		}
		skb_frag_off_add(&frag, at);
		size = min(size - at, len);
		skb_frag_size_set(&frag, size);
		skb_shinfo(to)->frags[n++] = frag;
		skb_frag_ref(from, i);
		skb_len_add(to, size);
		len -= size;
		at = 0;
	}
	skb_shinfo(to)->nr_frags = n;
	skb_shinfo(to)->flags |= shinfo->flags & SKBFL_SHARED_FRAG;
}

/* How many bytes of a fragment's payload cannot be shared. */
static unsigned int xip_fragment_copied(const struct sk_buff *skb,
					unsigned int at, unsigned int len)
{
	unsigned int linear = skb_headlen(skb);

	if (skb_has_frag_list(skb))
		return len;
	return at < linear ? min(linear - at, len) : 0;
}

static void xip_fragment_header(struct sk_buff *skb, const struct xip_cut *cut,
				const struct xfrag_piece *piece, bool first)
{
	unsigned int flags = piece->more ? IP_MF : 0;
	struct iphdr *iph = ip_hdr(skb);

	if (first) {
		memcpy(iph, ip_hdr(cut->skb), piece->hlen);
	} else {
		memcpy(iph, ip_hdr(cut->skb), sizeof(*iph));
		memcpy(iph + 1, cut->options, piece->hlen - sizeof(*iph));
	}
	iph->ihl = piece->hlen / 4;
	iph->tot_len = htons(piece->hlen + piece->len);
	iph->frag_off = htons(piece->offset / 8 | flags) | cut->frag_off;
	ip_send_check(iph);
}

/* One fragment; @at is where its payload begins in the datagram's skb. */
static struct sk_buff *xip_fragment_one(const struct xip_cut *cut,
					const struct xfrag_piece *piece,
					unsigned int at, bool first)
{
	unsigned int copied = xip_fragment_copied(cut->skb, at, piece->len);
	struct net_device *dev = cut->skb->dev;
	unsigned int room = LL_RESERVED_SPACE(dev);
	struct sk_buff *skb;

	skb = alloc_skb(room + piece->hlen + copied + dev->needed_tailroom,
			GFP_ATOMIC);
	if (!skb)
		return NULL;
	skb_reserve(skb, room);
	skb_reset_network_header(skb);
	skb_set_transport_header(skb, piece->hlen);
	skb_put(skb, piece->hlen);
	if (skb_copy_bits(cut->skb, at, skb_put(skb, copied), copied)) {
		kfree_skb(skb);
		return NULL;
	}
	if (copied < piece->len)
		xip_fragment_share(skb, cut->skb,
				   at + copied - skb_headlen(cut->skb),
				   piece->len - copied);
	xip_fragment_header(skb, cut, piece, first);
	xip_fragment_metadata(skb, cut->skb);
	return skb;
}

/* Cut and send; the first error ends it, for the rest is of no use then. */
static int xip_fragment_all(struct xinet_net *xn, const struct xip_cut *cut,
			    struct xfrag_plan *plan, xip_fragment_output output)
{
	struct xfrag_piece piece;
	unsigned int at = cut->hlen;
	struct sk_buff *skb;
	bool first = true;
	int err;

	while (xfrag_next(plan, &piece)) {
		skb = xip_fragment_one(cut, &piece, at, first);
		if (!skb)
			return -ENOMEM;
		XIP_INC_STATS(xn, IPSTATS_MIB_FRAGCREATES);
		if (xtrace_on())
			xtrace_cut(skb, cut->skb);
		err = output(xn, skb);
		/* congestion is told, but the fragment is on its way */
		if (err && err != NET_XMIT_CN)
			return err;
		at += piece.len;
		first = false;
	}
	return plan->left ? -EMSGSIZE : 0;
}

/* What cannot be cut as it is: an open checksum, pages that are the sender's. */
static int xip_fragment_prepare(struct sk_buff *skb)
{
	if (skb->ip_summed == CHECKSUM_PARTIAL && xtrace_checksum_help(skb))
		return -ENOMEM;
	return skb_orphan_frags(skb, GFP_ATOMIC) ? -ENOMEM : 0;
}

/**
 * xip_fragment - send a packet in fragments
 * @xn: state of the namespace
 * @skb: the packet, larger than @mtu and allowed to be cut, skb->data at its
 *	header, skb->dev the output device; consumed
 * @mtu: largest fragment, in bytes with its header
 * @output: where each fragment goes
 *
 * A datagram that was put together on its way through, so that it could be
 * looked at, leaves in fragments with their DF.
 *
 * Context: RCU read lock, BH or process.
 * Return: 0; the first error of @output; -ENOMEM; -EMSGSIZE where not even
 * eight bytes of payload fit. In each case but the first it is counted.
 */
int xip_fragment(struct xinet_net *xn, struct sk_buff *skb, unsigned int mtu,
		 xip_fragment_output output)
{
	const struct iphdr *iph = ip_hdr(skb);
	struct xip_cut cut = { .skb = skb, .hlen = ip_hdrlen(skb) };
	struct xfrag_plan plan = {
		.left = skb->len - cut.hlen,
		.offset = (ntohs(iph->frag_off) & IP_OFFSET) * 8,
		.mtu = mtu,
		.hlen = cut.hlen,
		.mf = iph->frag_off & htons(IP_MF),
	};
	int err;

	xtrace_stage(skb, XTRACE_FRAGMENT);
	if (XIPCB(skb)->parm.flags & IPSKB_FRAG_PMTU)
		cut.frag_off = htons(IP_DF);
	plan.hlen_rest = sizeof(*iph) +
			 xfrag_options(cut.options, (const u8 *)(iph + 1),
				       cut.hlen - sizeof(*iph));
	err = xip_fragment_prepare(skb);
	if (!err)
		err = xip_fragment_all(xn, &cut, &plan, output);
	if (!err) {
		XIP_INC_STATS(xn, IPSTATS_MIB_FRAGOKS);
		consume_skb(skb);
		return 0;
	}
	XIP_INC_STATS(xn, IPSTATS_MIB_FRAGFAILS);
	xinet_drop(xn, skb, err == -ENOMEM ? XINET_DROP_NO_MEMORY :
					     XINET_DROP_FRAG_FAILED);
	return err;
}
