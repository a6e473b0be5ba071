// SPDX-License-Identifier: GPL-2.0
/*
 * What the sender hears of a packet that the filter rejects.
 *
 * In: the packet at its hook, under the RCU read lock; it stays the caller's.
 * Out: an ICMP error, by xicmp_send()'s rules and limits: none about an error,
 * a later fragment, or what came to many.
 */
#include <linux/icmp.h>
#include "rule.h"

/**
 * xfilter_reject - tell the sender
 * @skb: the packet
 * @rule: the rule that rejects it
 *
 * Context: RCU read lock.
 */
void xfilter_reject(struct sk_buff *skb, const struct xrule *rule)
{
	xicmp_send(skb, ICMP_DEST_UNREACH, rule->reject_code, 0);
}
