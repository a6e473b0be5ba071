// SPDX-License-Identifier: GPL-2.0
/*
 * xecho: a protocol above XIP, in a module of its own.
 *
 *	# insmod xecho.ko
 *	# ./xask 10.9.0.2		on another host
 *	# cat /proc/net/xecho
 *
 * In: packets of protocol 253 for this host, and ICMP errors about those that
 * this host sent, both in softirq under the RCU read lock. Out: an answer to
 * each question (xecho.h says what they look like), and counters in each
 * network namespace. Programs ask, and hear answers, by raw sockets, which get
 * their copy before the handler here is called.
 */
#include <linux/module.h>
#include <linux/netdevice.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include <net/ip.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>
#include <net/xinet/ip.h>
#include <net/xinet/netns.h>
#include <net/xinet/pkt.h>
#include <net/xinet/protocol.h>
#include <net/xinet/trace.h>
#include "xecho.h"

/* [counters] */
enum {
	XECHO_ASKED,
	XECHO_ANSWERED,
	XECHO_HEARD,
	XECHO_ERRORS,
	XECHO_BAD,
	XECHO_COUNTERS,
};

static const char * const xecho_names[XECHO_COUNTERS] = {
	"asked", "answered", "heard", "errors", "bad",
};

/* A namespace's counters. */
struct xecho_net {
	atomic_long_t count[XECHO_COUNTERS];
};

static unsigned int xecho_net_id;

static void xecho_count(const struct net *net, int what)
{
	struct xecho_net *xe = net_generic(net, xecho_net_id);

	atomic_long_inc(&xe->count[what]);
}

/* [check] */
/* Is it one of ours, whole, and undamaged? */
static bool xecho_sound(struct sk_buff *skb)
{
	const struct xecho_hdr *h;

	/* skb->len is the truth about how long it is; the header may lie in
	 * pages, and after this call no older pointer into it is good
	 */
	if (!xtrace_may_pull(skb, sizeof(*h)) ||
	    skb->len > sizeof(*h) + XECHO_DATA_MAX)
		return false;
	h = (const struct xecho_hdr *)skb->data;
	if ((h->type != XECHO_ASK && h->type != XECHO_ANSWER) || h->zero)
		return false;
	return !skb_checksum_validate(skb, IPPROTO_XECHO, inet_compute_pseudo);
}

/* [answer] */
/* The question's bytes as an answer from @pkt->saddr to @pkt->daddr. */
static struct sk_buff *xecho_build(const struct sk_buff *ask,
				   const struct xroute *rt,
				   const struct xip_pkt *pkt)
{
	struct sk_buff *skb = xip_alloc_pkt(rt, ask->len, GFP_ATOMIC);
	struct xecho_hdr *h;
	__wsum sum;

	if (!skb)
		return NULL;
	h = skb_put(skb, ask->len);
	if (skb_copy_bits(ask, 0, h, ask->len)) {
		kfree_skb(skb);
		return NULL;
	}
	h->type = XECHO_ANSWER;
	h->check = 0;
	sum = csum_partial(h, skb->len, 0);
	h->check = csum_tcpudp_magic(pkt->saddr, pkt->daddr, skb->len,
				     IPPROTO_XECHO, sum);
	return skb;
}

/* Send the answer; the question stays the caller's. */
static int xecho_answer(struct xinet_net *xn, const struct sk_buff *ask)
{
	struct xip_pkt pkt = {
		.saddr = ip_hdr(ask)->daddr,
		.daddr = ip_hdr(ask)->saddr,
		.protocol = IPPROTO_XECHO,
		.tos = ip_hdr(ask)->tos,
		.may_frag = true,
	};
	struct xflow fl = {
		.saddr = pkt.saddr,
		.daddr = pkt.daddr,
		.proto = IPPROTO_XECHO,
	};
	struct sk_buff *skb;
	struct xroute rt;
	int err;

	/* good until the RCU read lock goes, which our caller holds */
	err = xip_route_output(xn, &fl, &rt);
	if (err)
		return err;
	skb = xecho_build(ask, &rt, &pkt);
	if (!skb)
		return -ENOBUFS;
	return xip_build_and_send_pkt(xn, skb, &rt, &pkt);
}

/* [receive] */
/* skb->data is at our header, ip_hdr() at XIP's; consumes the packet. */
static void xecho_rcv(struct sk_buff *skb)
{
	struct net *net = dev_net(skb->dev);
	struct xinet_net *xn = xinet_pernet_rcu(net);

	if (!xecho_sound(skb)) {
		xecho_count(net, XECHO_BAD);
		xinet_drop(xn, skb, XINET_DROP_EXTENSION);
		return;
	}
	if (((const struct xecho_hdr *)skb->data)->type == XECHO_ANSWER) {
		xecho_count(net, XECHO_HEARD);
	} else {
		xecho_count(net, XECHO_ASKED);
		/* one question to a group must not cause a hundred answers */
		if (XIPCB(skb)->rtype == RTN_LOCAL && !xecho_answer(xn, skb))
			xecho_count(net, XECHO_ANSWERED);
	}
	consume_skb(skb);
}

/*
 * skb->data is at the header of the packet that the error is about, which the
 * other host claims we have sent. It and 8 bytes behind are linear, no more.
 * Raw sockets have been told. The packet stays the caller's.
 */
static void xecho_err(struct sk_buff *skb, u32 info)
{
	const struct iphdr *quoted = (const struct iphdr *)skb->data;
	const u8 *type = skb->data + quoted->ihl * 4;

	if (*type == XECHO_ASK || *type == XECHO_ANSWER)
		xecho_count(dev_net(skb->dev), XECHO_ERRORS);
}

static const struct xinet_protocol xecho_protocol = {
	.handler	= xecho_rcv,
	.err_handler	= xecho_err,
};

/* [namespaces] */
static int xecho_show(struct seq_file *seq, void *v)
{
	struct xecho_net *xe = net_generic(seq_file_single_net(seq),
					   xecho_net_id);
	int i;

	for (i = 0; i < XECHO_COUNTERS; i++)
		seq_printf(seq, "%s %ld\n", xecho_names[i],
			   atomic_long_read(&xe->count[i]));
	return 0;
}

static int __net_init xecho_net_init(struct net *net)
{
	return proc_create_net_single("xecho", 0444, net->proc_net, xecho_show,
				      NULL) ? 0 : -ENOMEM;
}

static void __net_exit xecho_net_exit(struct net *net)
{
	remove_proc_entry("xecho", net->proc_net);
}

/* The counters are freed when the namespace's last packet is gone. */
static struct pernet_operations xecho_net_ops = {
	.init = xecho_net_init,
	.exit = xecho_net_exit,
	.id = &xecho_net_id,
	.size = sizeof(struct xecho_net),
};

/* [module] */
/* What the handler needs comes first, the handler last; and back again. */
static int __init xecho_init(void)
{
	int err = register_pernet_device(&xecho_net_ops);

	if (err)
		return err;
	err = xinet_add_protocol(&xecho_protocol, IPPROTO_XECHO);
	if (err)
		unregister_pernet_device(&xecho_net_ops);
	return err;
}

static void __exit xecho_exit(void)
{
	/* no packet is in the handler when this returns */
	xinet_del_protocol(&xecho_protocol, IPPROTO_XECHO);
	unregister_pernet_device(&xecho_net_ops);
}

module_init(xecho_init);
module_exit(xecho_exit);
/* [end] */

MODULE_DESCRIPTION("XECHO, an example of a protocol above XIP");
MODULE_LICENSE("GPL");
