// SPDX-License-Identifier: GPL-2.0
/*
 * The addresses of a device: adding, changing, removing.
 *
 * In: checked requests of the netlink room and the device notifier. Out: the
 * per-device list that readers walk under RCU, what addr_link.c makes of each
 * entry, notifications. All under RTNL and free to sleep.
 *
 * As with IPv4, the first address of a subnet is its primary one and owns the
 * connected route; later ones of the same subnet are secondary and go with it.
 */
#include <linux/atomic.h>
#include <linux/in.h>
#include <linux/jiffies.h>
#include <linux/moduleparam.h>
#include <linux/rculist.h>
#include <linux/slab.h>
#include <net/xinet/ip.h>
#include <net/xinet/netlink.h>
#include "route_room.h"

/* Host-wide: an owner of many namespaces is bounded as well. */
static unsigned int xaddr_host_max = 262144;
module_param_named(addresses_max, xaddr_host_max, uint, 0644);
MODULE_PARM_DESC(addresses_max, "Most addresses on the host, all namespaces");
static atomic_t xaddr_host_count = ATOMIC_INIT(0);

static bool xaddr_same_subnet(const struct xin_ifaddr *a,
			      const struct xin_ifaddr *b)
{
	return a->prefixlen == b->prefixlen &&
	       !((a->peer ^ b->peer) & inet_make_mask(a->prefixlen));
}

static int xaddr_charge(struct xinet_net *xn, struct netlink_ext_ack *extack)
{
	if (xn->addr.count >= READ_ONCE(xn->sysctl.addr_max)) {
		NL_SET_ERR_MSG(extack,
			       "Too many addresses in this namespace (sysctl addr_max)");
		return -ENOSPC;
	}
	if ((unsigned int)atomic_inc_return(&xaddr_host_count) >
	    READ_ONCE(xaddr_host_max)) {
		atomic_dec(&xaddr_host_count);
		NL_SET_ERR_MSG(extack, "Too many addresses on this host");
		return -ENOSPC;
	}
	xn->addr.count++;
	return 0;
}

static void xaddr_uncharge(struct xinet_net *xn)
{
	xn->addr.count--;
	atomic_dec(&xaddr_host_count);
}

static struct xin_ifaddr *xaddr_alloc(struct xin_device *xd,
				      const struct xaddr_config *cfg)
{
	struct xin_ifaddr *ifa = kzalloc(sizeof(*ifa), GFP_KERNEL_ACCOUNT);

	if (!ifa)
		return NULL;
	ifa->xd = xd;
	ifa->local = cfg->local;
	ifa->peer = cfg->peer;
	ifa->broadcast = cfg->broadcast;
	ifa->flags = (cfg->flags & IFA_F_NOPREFIXROUTE) | IFA_F_PERMANENT;
	ifa->metric = cfg->metric;
	ifa->prefixlen = cfg->prefixlen;
	ifa->scope = cfg->scope;
	ifa->proto = cfg->proto;
	ifa->cstamp = jiffies;
	ifa->tstamp = jiffies;
	strscpy(ifa->label, cfg->label, sizeof(ifa->label));
	return ifa;
}

static struct xin_ifaddr *xaddr_find_same(struct xin_device *xd,
					  const struct xaddr_config *cfg)
{
	__be32 mask = inet_make_mask(cfg->prefixlen);
	struct xin_ifaddr *ifa;

	list_for_each_entry(ifa, &xd->addrs, node)
		if (ifa->local == cfg->local &&
		    ifa->prefixlen == cfg->prefixlen &&
		    !((ifa->peer ^ cfg->peer) & mask))
			return ifa;
	return NULL;
}

/* Finds its place, and with it whether it is primary. */
static int xaddr_enlist(struct xin_device *xd, struct xin_ifaddr *ifa,
			struct netlink_ext_ack *extack)
{
	struct list_head *last_primary = &xd->addrs;
	struct xin_ifaddr *other;

	list_for_each_entry(other, &xd->addrs, node) {
		if (!(other->flags & IFA_F_SECONDARY) &&
		    ifa->scope <= other->scope)
			last_primary = &other->node;
		if (!xaddr_same_subnet(ifa, other))
			continue;
		if (ifa->scope != other->scope) {
			NL_SET_ERR_MSG(extack,
				       "Scope differs from that of the subnet's other addresses");
			return -EINVAL;
		}
		ifa->flags |= IFA_F_SECONDARY;
	}
	if (ifa->flags & IFA_F_SECONDARY)
		list_add_tail_rcu(&ifa->node, &xd->addrs);
	else
		list_add_rcu(&ifa->node, last_primary);
	return 0;
}

static void xaddr_announce(struct xinet_net *xn, const struct xin_ifaddr *ifa)
{
	struct net_device *dev = ifa->xd->dev;

	if ((dev->flags & IFF_UP) && netif_carrier_ok(dev) &&
	    !(dev->flags & (IFF_LOOPBACK | IFF_NOARP)))
		xarp_announce(xn, dev, ifa->local);
}

/**
 * xaddr_announce_all - tell the link of every address of a device
 * @xn: state of the namespace
 * @xd: the device
 *
 * Context: RTNL.
 */
void xaddr_announce_all(struct xinet_net *xn, struct xin_device *xd)
{
	struct xin_ifaddr *ifa;

	list_for_each_entry(ifa, &xd->addrs, node)
		xaddr_announce(xn, ifa);
}

static int xaddr_insert(struct xinet_net *xn, struct xin_device *xd,
			const struct xaddr_config *cfg,
			const struct xnl_info *info,
			struct netlink_ext_ack *extack)
{
	struct xin_ifaddr *ifa;
	int err;

	err = xaddr_charge(xn, extack);
	if (err)
		return err;
	err = -ENOMEM;
	ifa = xaddr_alloc(xd, cfg);
	if (!ifa)
		goto uncharge;
	err = xaddr_enlist(xd, ifa, extack);
	if (err)
		goto free;
	err = xaddr_link(xn, ifa, extack);
	if (err)
		goto delist;
	xn->addr.seq++;
	xnl_addr_notify(RTM_NEWADDR, xn, ifa, info);
	xaddr_announce(xn, ifa);
	return 0;

delist:
	list_del_rcu(&ifa->node);
free:
	kfree_rcu(ifa, rcu);
uncharge:
	xaddr_uncharge(xn);
	return err;
}

static int xaddr_change(struct xinet_net *xn, struct xin_ifaddr *ifa,
			const struct xaddr_config *cfg, u16 nlflags,
			const struct xnl_info *info,
			struct netlink_ext_ack *extack)
{
	if ((nlflags & NLM_F_EXCL) || !(nlflags & NLM_F_REPLACE)) {
		NL_SET_ERR_MSG(extack, "Address already assigned");
		return -EEXIST;
	}
	if (ifa->metric != cfg->metric)
		xaddr_set_metric(xn, ifa, cfg->metric);
	ifa->proto = cfg->proto;
	ifa->tstamp = jiffies;
	xn->addr.seq++;
	xnl_addr_notify(RTM_NEWADDR, xn, ifa, info);
	return 0;
}

static int xaddr_check(const struct xaddr_config *cfg,
		       struct netlink_ext_ack *extack)
{
	if (ipv4_is_zeronet(cfg->local) || ipv4_is_multicast(cfg->local) ||
	    ipv4_is_lbcast(cfg->local)) {
		NL_SET_ERR_MSG(extack, "Address is not that of one host");
		return -EINVAL;
	}
	if (cfg->flags & ~(IFA_F_PERMANENT | IFA_F_SECONDARY |
			   IFA_F_NOPREFIXROUTE)) {
		NL_SET_ERR_MSG(extack, "Address flags are not supported");
		return -EOPNOTSUPP;
	}
	if (cfg->dev->mtu < XIP_MIN_MTU) {
		NL_SET_ERR_MSG(extack, "Device MTU is below 68");
		return -EINVAL;
	}
	return 0;
}

/**
 * xaddr_add - configure an address, or change one
 * @xn: state of the namespace
 * @cfg: the address
 * @nlflags: NLM_F_EXCL, NLM_F_REPLACE as RTM_NEWADDR has them
 * @info: who asks; NULL for the kernel
 * @extack: filled with the reason of a refusal; may be NULL
 *
 * Context: RTNL; may sleep.
 * Return: 0; -EEXIST, -EINVAL, -EOPNOTSUPP, -ENOSPC at a limit, -ENOMEM.
 */
int xaddr_add(struct xinet_net *xn, const struct xaddr_config *cfg,
	      u16 nlflags, const struct xnl_info *info,
	      struct netlink_ext_ack *extack)
{
	struct xin_ifaddr *ifa;
	struct xin_device *xd;
	int err;

	ASSERT_RTNL();
	err = xaddr_check(cfg, extack);
	if (err)
		return err;
	xd = xin_device_make(xn, cfg->dev, extack);
	if (IS_ERR(xd))
		return PTR_ERR(xd);
	ifa = xaddr_find_same(xd, cfg);
	if (ifa)
		return xaddr_change(xn, ifa, cfg, nlflags, info, extack);
	return xaddr_insert(xn, xd, cfg, info, extack);
}

static void xaddr_remove(struct xinet_net *xn, struct xin_ifaddr *ifa,
			 const struct xnl_info *info)
{
	list_del_rcu(&ifa->node);
	xaddr_unlink(xn, ifa);
	xnat_masq_check(xn);
	xaddr_uncharge(xn);
	xn->addr.seq++;
	xnl_addr_notify(RTM_DELADDR, xn, ifa, info);
	kfree_rcu(ifa, rcu);
}

static void xaddr_remove_secondaries(struct xinet_net *xn,
				     const struct xin_ifaddr *primary,
				     const struct xnl_info *info)
{
	struct xin_ifaddr *ifa, *tmp;

	list_for_each_entry_safe(ifa, tmp, &primary->xd->addrs, node)
		if ((ifa->flags & IFA_F_SECONDARY) &&
		    xaddr_same_subnet(ifa, primary))
			xaddr_remove(xn, ifa, info);
}

static bool xaddr_matches(const struct xin_ifaddr *ifa,
			  const struct xaddr_config *cfg)
{
	const char *label = ifa->label[0] ? ifa->label : ifa->xd->dev->name;
	__be32 mask = inet_make_mask(ifa->prefixlen);

	if (cfg->has_local && ifa->local != cfg->local)
		return false;
	if (cfg->label[0] && strcmp(cfg->label, label))
		return false;
	return !cfg->has_peer || (ifa->prefixlen == cfg->prefixlen &&
				  !((ifa->peer ^ cfg->peer) & mask));
}

/**
 * xaddr_del - remove the first address of a device that matches
 * @xn: state of the namespace
 * @cfg: what must match: @has_local, @has_peer and a label say which parts
 * @info: who asks
 * @extack: filled with the reason of a refusal
 *
 * Context: RTNL; may sleep.
 * Return: 0 or -EADDRNOTAVAIL.
 */
int xaddr_del(struct xinet_net *xn, const struct xaddr_config *cfg,
	      const struct xnl_info *info, struct netlink_ext_ack *extack)
{
	struct xin_device *xd = xin_device_get(&xn->addr, cfg->dev->ifindex);
	struct xin_ifaddr *ifa;

	ASSERT_RTNL();
	if (!xd)
		goto none;
	list_for_each_entry(ifa, &xd->addrs, node) {
		if (!xaddr_matches(ifa, cfg))
			continue;
		if (!(ifa->flags & IFA_F_SECONDARY))
			xaddr_remove_secondaries(xn, ifa, info);
		xaddr_remove(xn, ifa, info);
		return 0;
	}
none:
	NL_SET_ERR_MSG(extack, "Address not found on this device");
	return -EADDRNOTAVAIL;
}

/**
 * xaddr_remove_all - the device goes, or may carry the family no longer
 * @xn: state of the namespace
 * @xd: the device
 *
 * Context: RTNL; may sleep.
 */
void xaddr_remove_all(struct xinet_net *xn, struct xin_device *xd)
{
	struct xin_ifaddr *ifa, *tmp;

	list_for_each_entry_safe_reverse(ifa, tmp, &xd->addrs, node)
		xaddr_remove(xn, ifa, NULL);
}

/**
 * xaddr_add_loopback - lo came up: it has 127.0.0.1/8
 * @xn: state of the namespace
 * @dev: the loopback device
 *
 * Context: RTNL; may sleep.
 */
void xaddr_add_loopback(struct xinet_net *xn, struct net_device *dev)
{
	struct xaddr_config cfg = {
		.dev = dev,
		.local = htonl(INADDR_LOOPBACK),
		.peer = htonl(INADDR_LOOPBACK),
		.prefixlen = 8,
		.scope = RT_SCOPE_HOST,
	};
	int err = xaddr_add(xn, &cfg, NLM_F_EXCL, NULL, NULL);

	if (err && err != -EEXIST)
		net_warn_ratelimited("xinet: %s: no 127.0.0.1/8: %d\n",
				     dev->name, err);
}
