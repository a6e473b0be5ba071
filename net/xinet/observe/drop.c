// SPDX-License-Identifier: GPL-2.0
/*
 * Where every packet that does not arrive ends.
 *
 * In: a packet and its cause. Out: one counter, one core drop reason, no skb.
 */
#include <linux/errno.h>
#include <linux/export.h>
#include <net/xinet/netns.h>
#include <net/xinet/trace.h>

static const enum skb_drop_reason xinet_drop_reason[XINET_DROP_MAX] = {
	[XINET_DROP_NONE] = SKB_DROP_REASON_NOT_SPECIFIED,
#define X(cause, unused, reason)					\
	[XINET_DROP_##cause] = SKB_DROP_REASON_##reason,
	XINET_DROP_CAUSES(X)
#undef X
};

/**
 * xinet_drop_count_at - count a cause where there is no skb to free
 * @xn: state of the namespace
 * @why: the cause
 * @func: who says so; xinet_drop_count() fills it in
 *
 * Context: any.
 */
void xinet_drop_count_at(struct xinet_net *xn, enum xinet_drop why,
			 const char *func)
{
	this_cpu_inc(xn->mib->drop[why]);
	if (xtrace_on())
		xtrace_drop(xn->net, NULL, why, func);
}

/**
 * xinet_drop_at - end a packet
 * @xn: state of the namespace
 * @skb: the packet; consumed
 * @why: the cause: counted, and handed to the core as its drop reason
 * @func: who says so; xinet_drop() fills it in
 *
 * Context: any.
 */
void xinet_drop_at(struct xinet_net *xn, struct sk_buff *skb,
		   enum xinet_drop why, const char *func)
{
	this_cpu_inc(xn->mib->drop[why]);
	if (xtrace_on())
		xtrace_drop(xn->net, skb, why, func);
	kfree_skb_reason(skb, xinet_drop_reason[why]);
}
EXPORT_SYMBOL_GPL(xinet_drop_at);

/**
 * xinet_drop_from_errno - the cause behind a route lookup's error
 * @err: what xip_route_output() returned, negative
 *
 * Context: any.
 * Return: the cause to count.
 */
enum xinet_drop xinet_drop_from_errno(int err)
{
	switch (err) {
	case -EHOSTUNREACH:
		return XINET_DROP_UNREACHABLE;
	case -EACCES:
		return XINET_DROP_PROHIBIT;
	case -EINVAL:
		return XINET_DROP_BLACKHOLE;
	default:
		return XINET_DROP_NO_ROUTE_OUT;
	}
}
