/* SPDX-License-Identifier: GPL-2.0 */
/* /proc/sys/net/xinet: one word a setting, read where it is needed. */
#ifndef _NET_XINET_SYSCTL_H
#define _NET_XINET_SYSCTL_H

#include <linux/types.h>
#include <linux/uidgid.h>

struct ctl_table_header;
struct xinet_net;

/**
 * struct xinet_sysctl - settings of a namespace
 * @header: the registered table
 * @table: its rows
 * @forwarding: forward packets that are for others
 * @default_ttl: TTL of packets whose socket sets none
 * @rp_filter: source validation: 0 none, 1 strict, 2 loose (RFC 3704)
 * @ping_group_range: groups that may open ping sockets, first and last
 * @local_port_range: ephemeral ports, first and last
 * @ip_unprivileged_port_start: ports below need CAP_NET_BIND_SERVICE
 * @icmp_ratelimit: least time between two errors to one host, in ms
 * @icmp_ratemask: types that @icmp_ratelimit holds for, one bit each
 * @icmp_msgs_per_sec: errors a second of the whole namespace
 * @icmp_msgs_burst: and how many at once
 * @icmp_echo_ignore_all: answer no echo request
 * @icmp_echo_ignore_broadcasts: answer none to a broadcast
 * @icmp_ignore_bogus_error_responses: say nothing of ICMP errors that answer
 *	a broadcast
 * @accept_redirects: follow redirects of the gateway in use
 * @send_redirects: as a router, tell hosts of better first hops
 * @frag_high_thresh: bytes of fragments that may wait
 * @frag_low_thresh: after that many did, no new datagram is begun above these
 * @frag_time: how long a datagram may take to become whole, in s
 * @ip_no_pmtu_disc: path MTU discovery: 0 on; 1 off, and messages lower to
 *	@min_pmtu; 2 off, and messages are ignored; 3 only where the transport
 *	can tell a forged message
 * @ip_forward_use_pmtu: packets that are forwarded obey what was learnt, too
 * @min_pmtu: path MTU below which DF is cleared instead, in bytes
 * @mtu_expires: life of a path MTU that was learnt, in seconds
 * @gc_thresh1: neighbours below which none is collected
 * @gc_thresh2: neighbours above which stale ones go after 5 s
 * @gc_thresh3: most neighbours the namespace may have
 * @neigh_base_reachable_ms: see arp(7), base_reachable_time_ms
 * @neigh_retrans_ms: see arp(7), retrans_time_ms
 * @neigh_delay_first_probe_ms: see arp(7), delay_first_probe_time, in ms
 * @neigh_gc_stale_ms: see arp(7), gc_stale_time, in ms
 * @neigh_ucast_solicit: unicast probes before an entry fails
 * @neigh_mcast_solicit: broadcast requests before an entry fails
 * @neigh_unres_qlen_bytes: bytes queued on an entry that is being resolved
 * @route_max: most routes the namespace may have
 * @addr_max: most addresses the namespace may have
 * @igmp_max_memberships: most multicast groups a socket may join
 * @mcast_max: most memberships all its sockets may have
 * @rule_max: most rules of filter and NAT it may have
 */
struct xinet_sysctl {
	struct ctl_table_header *header;
	struct ctl_table *table;
	int forwarding;
	int default_ttl;
	int rp_filter;
	kgid_t ping_group_range[2];
	int local_port_range[2];
	int ip_unprivileged_port_start;
	int icmp_ratelimit;
	int icmp_ratemask;
	int icmp_msgs_per_sec;
	int icmp_msgs_burst;
	int icmp_echo_ignore_all;
	int icmp_echo_ignore_broadcasts;
	int icmp_ignore_bogus_error_responses;
	int accept_redirects;
	int send_redirects;
	int frag_high_thresh;
	int frag_low_thresh;
	int frag_time;
	int ip_no_pmtu_disc;
	int ip_forward_use_pmtu;
	int min_pmtu;
	int mtu_expires;
	int gc_thresh1;
	int gc_thresh2;
	int gc_thresh3;
	int neigh_base_reachable_ms;
	int neigh_retrans_ms;
	int neigh_delay_first_probe_ms;
	int neigh_gc_stale_ms;
	int neigh_ucast_solicit;
	int neigh_mcast_solicit;
	int neigh_unres_qlen_bytes;
	int route_max;
	int addr_max;
	int igmp_max_memberships;
	int mcast_max;
	int rule_max;
};

int xsysctl_net_init(struct xinet_net *xn);
void xsysctl_net_exit(struct xinet_net *xn);

#endif /* _NET_XINET_SYSCTL_H */
