// SPDX-License-Identifier: GPL-2.0
/* xip conntrack stats: the tracker's counters, a line a CPU. */
#include <linux/genetlink.h>
#include <stdio.h>

#include "conntrack.h"
#include "out.h"
#include "rule.h"
#include "xip.h"

/* conntrack(8)'s names where it has them */
static const struct keyword stat_names[] = {
	{ "found", 0, XINET_A_CT_STATS_FOUND },
	{ "new", 0, XINET_A_CT_STATS_NEW },
	{ "invalid", 0, XINET_A_CT_STATS_INVALID },
	{ "insert", 0, XINET_A_CT_STATS_INSERT },
	{ "insert_failed", 0, XINET_A_CT_STATS_INSERT_FAILED },
	{ "clash_resolve", 0, XINET_A_CT_STATS_CLASH_RESOLVED },
	{ "drop", 0, XINET_A_CT_STATS_DROP },
	{ "early_drop", 0, XINET_A_CT_STATS_EARLY_DROP },
	{ "error", 0, XINET_A_CT_STATS_ERROR },
	{ "expired", 0, XINET_A_CT_STATS_EXPIRED },
	{ "deleted", 0, XINET_A_CT_STATS_DELETED },
	{ "chaintoolong", 0, XINET_A_CT_STATS_CHAINTOOLONG },
	{ "nat_exhausted", 0, XINET_A_CT_STATS_NAT_EXHAUSTED },
	{ }
};

static int print_cpu(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *tb[NL_ATTR_MAX];
	const struct keyword *k;

	(void)data;
	nl_parse(nlh, GENL_HDRLEN, tb);
	out_open(NULL);
	out_uint("cpu", "cpu=%llu\t", nl_u32(tb[XINET_A_CT_STATS_CPU], 0));
	for (k = stat_names; k->name; k++) {
		__u64 n = nl_has(tb[k->id], sizeof(n)) ?
			  mnl_attr_get_u64(tb[k->id]) : 0;

		out_text("%s=", k->name);
		out_uint(k->name, "%llu ", n);
	}
	out_record_end();
	out_close();
	return XIP_OK;
}

/**
 * ct_stats - print the counters
 * @a: the words behind the verb; there are none
 * @arg: not used
 *
 * Return: exit status.
 */
int ct_stats(struct args *a, int arg)
{
	static struct nl_req req;
	int ret = args_end(a);

	(void)arg;
	if (!ret)
		ret = nl_genl_init(&req, XINET_CMD_CONNTRACK_STATS, 0);
	if (ret)
		return ret;
	out_start();
	ret = nl_dump(&req, print_cpu, NULL);
	out_stop();
	return ret;
}
