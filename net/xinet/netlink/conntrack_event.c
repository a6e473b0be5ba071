// SPDX-License-Identifier: GPL-2.0
/*
 * What happens to connections, told to the group "conntrack": xct_event().
 *
 * In: the tracker, wherever a connection begins, changes or ends. Out: a
 * message that names the cause, where somebody listens; else a look at whether
 * somebody does. What a listener cannot take in is lost, and the core has its
 * next recv() say ENOBUFS.
 */
#include <net/xinet/trace.h>
#include "../netfilter/ct.h"
#include "conntrack.h"

/* A connection with counters, and the headers. */
#define XNL_CT_EVENT_SIZE	400

static_assert((int)XINET_CT_CAUSE_NEW == XCT_CAUSE_NEW);
static_assert((int)XINET_CT_CAUSE_ASSURED == XCT_CAUSE_ASSURED);
static_assert((int)XINET_CT_CAUSE_NATED == XCT_CAUSE_NATED);
static_assert((int)XINET_CT_CAUSE_EXPIRED == XCT_CAUSE_EXPIRED);
static_assert((int)XINET_CT_CAUSE_EVICTED_EARLY_DROP == XCT_CAUSE_EVICTED);
static_assert((int)XINET_CT_CAUSE_DROPPED == XCT_CAUSE_DROPPED);
static_assert((int)XINET_CT_CAUSE_DROPPED + 1 == __XCT_CAUSE_MAX);

/* The family is registered, so its groups are ours. */
static bool xnl_ct_events __read_mostly;

static int xnl_ct_event_put(struct sk_buff *skb, const struct xnf_conn *ct,
			    enum xct_cause cause)
{
	void *hdr;
	int err;

	hdr = genlmsg_put(skb, 0, 0, &xnl_family, 0,
			  XINET_CMD_CONNTRACK_EVENT);
	if (!hdr)
		return -EMSGSIZE;
	err = nla_put_u32(skb, XINET_A_CONNTRACK_CAUSE, cause) ?:
	      xnl_ct_put(skb, ct);
	if (!err)
		genlmsg_end(skb, hdr);
	return err;
}

static noinline void xnl_ct_event_send(struct xnf_conn *ct,
				       enum xct_cause cause)
{
	struct net *net = ct->xn->net;
	struct sk_buff *skb;

	skb = genlmsg_new(XNL_CT_EVENT_SIZE, GFP_ATOMIC);
	if (!skb || xnl_ct_event_put(skb, ct, cause)) {
		nlmsg_free(skb);
		genl_set_err(&xnl_family, net, 0, XINET_NLGRP_CONNTRACK,
			     -ENOBUFS);
		return;
	}
	genlmsg_multicast_netns(&xnl_family, net, skb, 0,
				XINET_NLGRP_CONNTRACK, GFP_ATOMIC);
}

/**
 * xct_event - something happened to a connection
 * @ct: the connection
 * @cause: what and why
 *
 * Context: any, RCU read lock.
 */
void xct_event(struct xnf_conn *ct, enum xct_cause cause)
{
	if (xtrace_on())
		xtrace_ct(ct, cause, NULL);
	if (READ_ONCE(xnl_ct_events) &&
	    unlikely(genl_has_listeners(&xnl_family, ct->xn->net,
					XINET_NLGRP_CONNTRACK) > 0))
		xnl_ct_event_send(ct, cause);
}

/**
 * xnl_ct_events_set - from now on events may be sent, or may not
 * @on: which; not while the family is not registered
 *
 * Context: process, may sleep.
 */
void xnl_ct_events_set(bool on)
{
	WRITE_ONCE(xnl_ct_events, on);
	synchronize_rcu();
}
