/* SPDX-License-Identifier: GPL-2.0 */
/* Which translations are to be tried, and in which order; see nat_tuple.c. */
#ifndef _XINET_NETFILTER_NAT_TUPLE_H
#define _XINET_NETFILTER_NAT_TUPLE_H

#include <net/xinet/ct_tuple.h>
#include <net/xinet/rules.h>

/* Which side of a packet is rewritten. */
enum xnat_side {
	XNAT_SRC,
	XNAT_DST,
};

/* So many probes of the table at most, beside the two that keep the port. */
#define XNAT_PROBES	128U

/**
 * struct xnat_pick - the candidates for one connection
 * @tuple: the packet's, as it is so far
 * @side: what may change
 * @flags: XNAT_RANGE_* of the range
 * @addr: first address, host byte order
 * @naddr: how many follow from it on, itself included
 * @at: the one that is tried first, counted from @addr
 * @port: first port or ICMP identification, host byte order
 * @nports: how many, 1 where it may not change
 * @start: the one that is tried first, counted from @port
 * @step: from one port to the next
 * @near: how many ports are tried at the first address
 * @tried: candidates so far, those that keep the port aside
 * @kept: how many of those that keep the port were named
 */
struct xnat_pick {
	const struct xct_tuple *tuple;
	enum xnat_side side;
	u32 flags;
	u32 addr;
	u32 naddr;
	u32 at;
	u32 port;
	u32 nports;
	u32 start;
	u32 step;
	u32 near;
	u32 tried;
	u32 kept;
};

void xnat_pick_init(struct xnat_pick *p, const struct xct_tuple *tuple,
		    const struct xnat_range *range, enum xnat_side side);
void xnat_pick_addr(struct xnat_pick *p, u32 at);
void xnat_pick_start(struct xnat_pick *p, u32 word);
bool xnat_pick_next(struct xnat_pick *p, struct xct_tuple *cand);

#endif /* _XINET_NETFILTER_NAT_TUPLE_H */
