// SPDX-License-Identifier: GPL-2.0
/*
 * xdscp: a hook that rewrites packets, with all that has to be minded.
 *
 *	# insmod xdscp.ko port=5060 dscp=46
 *
 * In: packets that come in, at PRE_ROUTING, and those that this host makes, at
 * LOCAL_OUT, of every network namespace; in softirq, or in process context with
 * BH off; under the RCU read lock. Out: the same, those of UDP to that port with
 * that DSCP (RFC 2474), whatever the sender put there. Their ECN bits stay the
 * network's (RFC 3168). Where connections are tracked, a mark tells which are of
 * that port, and their answers get the DSCP as well.
 */
#include <linux/module.h>
#include <linux/netfilter_ipv4.h>
#include <linux/udp.h>
#include <net/dsfield.h>
#include <net/inet_ecn.h>
#include <net/net_namespace.h>
#include <net/xinet/conntrack.h>
#include <net/xinet/ip.h>
#include <net/xinet/netfilter.h>
#include <net/xinet/trace.h>

static ushort port = 5060;
module_param(port, ushort, 0444);
MODULE_PARM_DESC(port, "UDP destination port");

static unsigned int dscp = 46;
module_param(dscp, uint, 0444);
MODULE_PARM_DESC(dscp, "what its packets get, 0 to 63");

static unsigned int mark = 46;
module_param(mark, uint, 0444);
MODULE_PARM_DESC(mark, "what their connections are marked with");

/* [match] */
static bool xdscp_match(const struct sk_buff *skb)
{
	const struct iphdr *iph = ip_hdr(skb);
	const struct udphdr *uh;
	struct udphdr buf;

	if (iph->protocol != IPPROTO_UDP)
		return false;
	/* behind the first fragment there is data where the ports were */
	if (iph->frag_off & htons(IP_OFFSET))
		return false;
	/* the XIP header is linear, as the stack has checked; the transport's
	 * may lie in pages, or be cut off: it is copied out, if it is there
	 */
	uh = skb_header_pointer(skb, skb_network_offset(skb) + iph->ihl * 4,
				sizeof(buf), &buf);
	return uh && uh->dest == htons(port);
}

/* [connection] */
/* Is the packet of a connection that is marked, or is to be from now on? */
static bool xdscp_connection(const struct sk_buff *skb, bool match)
{
	enum ip_conntrack_info info;
	struct xnf_conn *ct = xnf_ct_get(skb, &info);

	/* nobody tracks here, or the packet is of no connection */
	if (!ct)
		return false;
	/* the connection is good for as long as this function runs */
	if (match)
		xnf_ct_set_mark(ct, mark);
	return READ_ONCE(ct->mark) == mark;
}

/* [rewrite] */
static unsigned int xdscp_hook(void *priv, struct sk_buff *skb,
			       const struct nf_hook_state *state)
{
	bool match = xdscp_match(skb);
	u8 tos = dscp << 2;

	if (!xdscp_connection(skb, match) && !match)
		return NF_ACCEPT;
	if ((ip_hdr(skb)->tos & ~INET_ECN_MASK) == tos)
		return NF_ACCEPT;
	/* a capture on the device it came by shares these bytes: from here on
	 * they are this packet's alone
	 */
	if (xtrace_ensure_writable(skb, skb_network_offset(skb) +
					sizeof(struct iphdr)))
		return NF_DROP;
	/* they may lie elsewhere now, so ip_hdr() is asked again. The header's
	 * checksum is right already and changes with it; that of UDP does not
	 * cover this field. What a device said of the sum of all bytes stays
	 * true, since header and checksum together add up to the same.
	 */
	ipv4_change_dsfield(ip_hdr(skb), INET_ECN_MASK, tos);
	return NF_ACCEPT;
}

/* [register] */
/* Behind the tracker, so that connections are known. */
#define XDSCP_AT(point)							\
	{								\
		.hook		= xdscp_hook,				\
		.hooknum	= NF_INET_##point,			\
		.priority	= NF_IP_PRI_MANGLE,			\
	}

static const struct nf_hook_ops xdscp_hooks[] = {
	XDSCP_AT(PRE_ROUTING),
	XDSCP_AT(LOCAL_OUT),
};

static int __net_init xdscp_net_init(struct net *net)
{
	return xnf_register_net_hooks(net, xdscp_hooks,
				      ARRAY_SIZE(xdscp_hooks));
}

static void __net_exit xdscp_net_exit(struct net *net)
{
	xnf_unregister_net_hooks(net, xdscp_hooks, ARRAY_SIZE(xdscp_hooks));
}

/* A device, so that it ends before the family does in a namespace. */
static struct pernet_operations xdscp_net_ops = {
	.init = xdscp_net_init,
	.exit = xdscp_net_exit,
};

static int __init xdscp_init(void)
{
	if (dscp > 63)
		return -EINVAL;
	return register_pernet_device(&xdscp_net_ops);
}

static void __exit xdscp_exit(void)
{
	unregister_pernet_device(&xdscp_net_ops);
}

module_init(xdscp_init);
module_exit(xdscp_exit);
/* [end] */

MODULE_DESCRIPTION("Gives a port's AF_XINET datagrams a DSCP");
MODULE_LICENSE("GPL");
