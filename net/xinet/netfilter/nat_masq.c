// SPDX-License-Identifier: GPL-2.0
/*
 * Translation to an address of this host that nobody wrote into a rule:
 * masquerade and redirect; and the end of what was masqueraded with an address
 * that is gone.
 *
 * In: first packets, from nat_setup.c, under the RCU read lock; addresses and
 * devices that go, from the route room, under RTNL. Out: ranges of one
 * address; connections flushed from a work item.
 */
#include <linux/netdevice.h>
#include <net/xinet/ip.h>
#include <net/xinet/netns.h>
#include "nat_room.h"

static void xnat_range_addr(struct xnat_range *range, __be32 addr)
{
	range->flags |= XNAT_RANGE_ADDR;
	range->addr[0] = ntohl(addr);
	range->addr[1] = ntohl(addr);
}

/**
 * xnat_masquerade - the address that the output device gives a packet
 * @xn: state of the namespace
 * @ct: the packet's connection, not confirmed; follows the device from now on
 * @skb: the packet, routed
 * @out: the device
 * @range: gets the address
 *
 * Context: RCU read lock.
 * Return: false if there is none.
 */
bool xnat_masquerade(struct xinet_net *xn, struct xnf_conn *ct,
		     const struct sk_buff *skb, const struct net_device *out,
		     struct xnat_range *range)
{
	__be32 addr = xinet_select_addr(xn, out, XIPCB(skb)->nexthop,
					RT_SCOPE_UNIVERSE);

	if (!addr)
		return false;
	ct->masq_ifindex = out->ifindex;
	xnat_range_addr(range, addr);
	return true;
}

static __be32 xnat_first_addr(struct xinet_net *xn,
			      const struct net_device *dev)
{
	struct xin_device *xd = xin_device_get(&xn->addr, dev->ifindex);
	const struct xin_ifaddr *ifa;

	if (!xd)
		return 0;
	ifa = list_first_or_null_rcu(&xd->addrs, struct xin_ifaddr, node);
	return ifa ? ifa->local : 0;
}

/**
 * xnat_redirect - the address of this host that a packet is redirected to
 * @xn: state of the namespace
 * @state: the hook's
 * @range: gets the address: 127.0.0.1 for a packet of our own, else that of
 *	the device it came in on
 *
 * Context: RCU read lock.
 * Return: false if there is none.
 */
bool xnat_redirect(struct xinet_net *xn, const struct nf_hook_state *state,
		   struct xnat_range *range)
{
	__be32 addr;

	if (state->hook == NF_INET_LOCAL_OUT)
		addr = htonl(INADDR_LOOPBACK);
	else
		addr = xnat_first_addr(xn, state->in);
	if (!addr)
		return false;
	xnat_range_addr(range, addr);
	return true;
}

/*
 * By what is, not by what happened: any number of changes is one walk. The
 * address may have come back, and then the server knows the client again.
 */
static bool xnat_masq_gone(const struct xnf_conn *ct, void *arg)
{
	const struct xct_tuple *reply = &ct->node[IP_CT_DIR_REPLY].tuple;
	u32 ifindex = READ_ONCE(ct->masq_ifindex);
	struct xinet_net *xn = arg;
	const struct net_device *dev;
	bool gone;

	if (!ifindex)
		return false;
	rcu_read_lock();
	dev = dev_get_by_index_rcu(xn->net, ifindex);
	gone = !dev || !(dev->flags & IFF_UP) ||
	       xaddr_hash_type(&xn->addr, reply->dst) != RTN_LOCAL;
	rcu_read_unlock();
	return gone;
}

static void xnat_masq_work(struct work_struct *work)
{
	struct xinet_net *xn = container_of(work, struct xinet_net, nat.masq);

	xct_flush(xn, XCT_CAUSE_FLUSHED, xnat_masq_gone, xn);
}

/**
 * xnat_masq_check - an address or a device went
 * @xn: state of the namespace
 *
 * Context: any, after the change is visible. The walk over the connections is
 * left to a work item, so that RTNL does not wait for it.
 */
void xnat_masq_check(struct xinet_net *xn)
{
	if (READ_ONCE(xn->nat.users))
		queue_work(system_long_wq, &xn->nat.masq);
}

/**
 * xnat_net_init - translation in a new namespace
 * @xn: its state, zeroed
 *
 * Context: pernet init.
 * Return: 0.
 */
int xnat_net_init(struct xinet_net *xn)
{
	INIT_WORK(&xn->nat.masq, xnat_masq_work);
	return 0;
}

/**
 * xnat_net_exit - the end of a namespace
 * @xn: its state; rules, devices and addresses are gone
 *
 * Context: pernet exit, before the connections' part goes; may sleep.
 */
void xnat_net_exit(struct xinet_net *xn)
{
	WARN_ON_ONCE(xn->nat.users);
	cancel_work_sync(&xn->nat.masq);
}
