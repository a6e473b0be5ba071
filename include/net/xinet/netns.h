/* SPDX-License-Identifier: GPL-2.0 */
/* All the family keeps of one network namespace, a member a room. */
#ifndef _NET_XINET_NETNS_H
#define _NET_XINET_NETNS_H

#include <net/net_namespace.h>
#include <net/netns/generic.h>
#include <net/xinet/addr.h>
#include <net/xinet/conntrack.h>
#include <net/xinet/fib.h>
#include <net/xinet/frag.h>
#include <net/xinet/icmp.h>
#include <net/xinet/ident.h>
#include <net/xinet/mcast.h>
#include <net/xinet/mib.h>
#include <net/xinet/nat.h>
#include <net/xinet/neigh.h>
#include <net/xinet/netfilter.h>
#include <net/xinet/netlink.h>
#include <net/xinet/route.h>
#include <net/xinet/rules.h>
#include <net/xinet/sysctl.h>

struct proc_dir_entry;

/**
 * struct xinet_net - AF_XINET in one network namespace
 * @net: the namespace
 * @mib: its counters
 * @rt_genid: generation of all that a struct xroute depends on
 * @rt_odd: what keeps lookups off their short way: addresses that lie in a
 *	whole prefix of local ones (127.0.0.0/8 aside), exceptions, and devices
 *	that forward or validate sources by settings of their own
 * @raw_socks: raw sockets; beside what each packet touches
 * @addr: addresses
 * @fib: routes
 * @neigh: neighbours
 * @nf: hook chains
 * @ct: connections
 * @rules: of the filter and of NAT
 * @nl: what generic netlink sockets have begun
 * @nat: translation
 * @frag: fragments that wait for others
 * @mcast: multicast groups
 * @ident: identifications of datagrams that may be fragmented
 * @icmp: rate limits and message counters
 * @sysctl: settings
 * @proc_dir: /proc/net/xinet
 */
struct xinet_net {
	struct net *net;
	struct xinet_mib __percpu *mib;
	u32 rt_genid;
	atomic_t rt_odd;
	atomic_t raw_socks;
	struct xaddr_net addr;
	struct xfib_net fib;
	struct xneigh_net neigh;
	struct xnf_net nf;
	struct xct_net ct;
	struct xrules_net rules;
	struct xnl_net nl;
	struct xnat_net nat;
	struct xfrag_net frag;
	struct xmc_net mcast;
	struct xident_net ident;
	struct xicmp_net icmp;
	struct xinet_sysctl sysctl;
	struct proc_dir_entry *proc_dir;
};

extern unsigned int xinet_net_id;

/**
 * xinet_pernet - the family's state of a namespace
 * @net: the namespace
 *
 * Context: any; @net must be alive.
 * Return: the state, never NULL.
 */
static inline struct xinet_net *xinet_pernet(const struct net *net)
{
	return net_generic(net, xinet_net_id);
}

/**
 * xinet_pernet_rcu - the family's state of a namespace, for the data path
 * @net: the namespace
 *
 * net_generic() takes the RCU read lock for itself; who holds it already saves
 * that.
 *
 * Context: RCU read lock.
 * Return: the state, never NULL.
 */
static inline struct xinet_net *xinet_pernet_rcu(const struct net *net)
{
	return rcu_dereference(net->gen)->ptr[xinet_net_id];
}

/**
 * xroute_valid - may an answer from an earlier RCU section still be used?
 * @xn: state of the namespace
 * @rt: the answer
 *
 * Context: the RCU read section in which @rt will be used.
 * Return: true if nothing it depends on has changed since.
 */
static inline bool xroute_valid(const struct xinet_net *xn,
				const struct xroute *rt)
{
	return READ_ONCE(xn->rt_genid) == rt->genid;
}

#endif /* _NET_XINET_NETNS_H */
