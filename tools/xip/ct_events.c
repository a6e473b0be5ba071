// SPDX-License-Identifier: GPL-2.0
/*
 * xip conntrack events: what happens to connections, and why, as it happens.
 *
 * In: messages of the group "conntrack". Out: a line each, the cause before
 * it; with -j an object a line, so that a reader need not wait for an end.
 */
#include <linux/genetlink.h>
#include <stdio.h>

#include "conntrack.h"
#include "out.h"
#include "rule.h"
#include "xip.h"

const struct keyword ct_causes[] = {
	{ "new", 0, XINET_CT_CAUSE_NEW },
	{ "confirmed", 0, XINET_CT_CAUSE_CONFIRMED },
	{ "replied", 0, XINET_CT_CAUSE_REPLIED },
	{ "assured", 0, XINET_CT_CAUSE_ASSURED },
	{ "NATed", 0, XINET_CT_CAUSE_NATED },
	{ "protoinfo", 0, XINET_CT_CAUSE_PROTOINFO },
	{ "mark", 0, XINET_CT_CAUSE_MARK },
	{ "expired", 0, XINET_CT_CAUSE_EXPIRED },
	{ "evicted-early-drop", 0, XINET_CT_CAUSE_EVICTED_EARLY_DROP },
	{ "flushed", 0, XINET_CT_CAUSE_FLUSHED },
	{ "deleted", 0, XINET_CT_CAUSE_DELETED },
	{ "closed", 0, XINET_CT_CAUSE_CLOSED },
	{ "dropped", 0, XINET_CT_CAUSE_DROPPED },
	{ }
};

static int event(const struct nlmsghdr *nlh, void *data)
{
	const struct genlmsghdr *g = mnl_nlmsg_get_payload(nlh);

	(void)data;
	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(*g) ||
	    g->cmd != XINET_CMD_CONNTRACK_EVENT)
		return XIP_OK;
	ct_print(nlh);
	return out_finish();
}

static void ct_lost(void)
{
	fputs("Warning: events were lost, the reader is too slow.\n", stderr);
}

/**
 * ct_events - print events until interrupted
 * @a: the words behind the verb; there are none
 * @arg: not used
 *
 * Return: exit status.
 */
int ct_events(struct args *a, int arg)
{
	int ret = args_end(a);

	(void)arg;
	if (!ret)
		ret = nl_genl_join("conntrack");
	if (ret)
		return ret;
	return nl_listen(event, NULL, ct_lost);
}
