// SPDX-License-Identifier: GPL-2.0
/*
 * The tracker's counters, CPU by CPU: conntrack-stats.
 *
 * In: requests, from the generic netlink core. Out: messages. Counters are
 * read as they are; a CPU may be counting meanwhile.
 */
#include <linux/cpumask.h>
#include <net/sock.h>
#include "../compat/genetlink.h"
#include "conntrack.h"

static_assert(XINET_A_CT_STATS_FOUND + XCT_STAT_EARLY_DROP ==
	      XINET_A_CT_STATS_EARLY_DROP);
static_assert(XINET_A_CT_STATS_FOUND + XCT_STAT_NAT_EXHAUSTED ==
	      XINET_A_CT_STATS_NAT_EXHAUSTED);
static_assert(XINET_A_CT_STATS_NAT_EXHAUSTED == XINET_A_CT_STATS_MAX);

static int xnl_stats_put(struct sk_buff *skb, const struct xinet_net *xn,
			 unsigned int cpu)
{
	const struct xct_stats *stats = per_cpu_ptr(xn->ct.stats, cpu);
	unsigned int i;
	int err;

	err = nla_put_u32(skb, XINET_A_CT_STATS_CPU, cpu);
	for (i = 0; !err && i < __XCT_STAT_MAX; i++)
		err = nla_put_u64_64bit(skb, XINET_A_CT_STATS_FOUND + i,
					READ_ONCE(stats->value[i]),
					XINET_A_CT_STATS_PAD);
	return err;
}

/**
 * xinet_nl_conntrack_stats_doit - show the counters of one CPU
 * @skb: the request
 * @info: and what the core knows of it
 *
 * Context: process.
 * Return: 0 or a negative errno, the reason in extack.
 */
int xinet_nl_conntrack_stats_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *attr = info->attrs[XINET_A_CT_STATS_CPU];
	struct sk_buff *reply;
	void *hdr;
	u32 cpu;

	cpu = attr ? nla_get_u32(attr) : nr_cpu_ids;
	if (cpu >= nr_cpu_ids || !cpu_possible(cpu)) {
		NL_SET_ERR_MSG(info->extack, "No such CPU");
		return -ENOENT;
	}
	reply = xnl_reply_begin(info, &hdr);
	if (!reply)
		return -ENOMEM;
	return xnl_reply_end(reply, hdr, info,
			     xnl_stats_put(reply, xnl_genl_pernet(info), cpu));
}

/* Where a dump is, in cb->ctx: the next CPU. */
struct xnl_stats_at {
	unsigned int cpu;
};

/**
 * xinet_nl_conntrack_stats_dumpit - show the counters of all CPUs
 * @skb: to be filled
 * @cb: the dump
 *
 * Context: process.
 * Return: bytes filled, 0 at the end, or a negative errno.
 */
int xinet_nl_conntrack_stats_dumpit(struct sk_buff *skb,
				    struct netlink_callback *cb)
{
	const struct xinet_net *xn = xinet_pernet(sock_net(cb->skb->sk));
	struct xnl_stats_at *at = (struct xnl_stats_at *)cb->ctx;
	void *hdr;

	if (xinet_genl_dump_attrs(cb)[XINET_A_CT_STATS_CPU]) {
		NL_SET_ERR_MSG(cb->extack, "A dump is of all CPUs");
		return -EINVAL;
	}
	for (; at->cpu < nr_cpu_ids; at->cpu++) {
		if (!cpu_possible(at->cpu))
			continue;
		hdr = genlmsg_put(skb, NETLINK_CB(cb->skb).portid,
				  cb->nlh->nlmsg_seq, &xnl_family, NLM_F_MULTI,
				  XINET_CMD_CONNTRACK_STATS);
		if (!hdr)
			break;
		if (xnl_stats_put(skb, xn, at->cpu)) {
			genlmsg_cancel(skb, hdr);
			break;
		}
		genlmsg_end(skb, hdr);
	}
	return skb->len ?: at->cpu < nr_cpu_ids ? -EMSGSIZE : 0;
}
