// SPDX-License-Identifier: GPL-2.0
/*
 * xip conntrack events: what happens to connections, and why, as it happens.
 *
 * In: messages of the group "conntrack". Out: a line each, the cause before
 * it; with -j an object a line, so that a reader need not wait for an end.
 */
#include <linux/genetlink.h>
#include <stdio.h>
#include <string.h>

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

/**
 * ct_is_event - does a message tell of a connection unasked?
 * @nlh: a message of the family
 */
bool ct_is_event(const struct nlmsghdr *nlh)
{
	const struct genlmsghdr *g = mnl_nlmsg_get_payload(nlh);

	return mnl_nlmsg_get_payload_len(nlh) >= sizeof(*g) &&
	       g->cmd == XINET_CMD_CONNTRACK_EVENT;
}

static int ct_event(const struct nlmsghdr *nlh)
{
	if (!ct_is_event(nlh))
		return XIP_OK;
	ct_print(nlh);
	return out_finish();
}

static int ct_lost(void)
{
	fputs("Warning: events were lost, the reader is too slow.\n", stderr);
	return XIP_OK;
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
	static const struct nl_ear ear = {
		.hear = { [NL_GENERIC] = ct_event },
		.lost = ct_lost,
	};
	int ret = args_end(a);

	(void)arg;
	if (!ret)
		ret = nl_genl_join("conntrack");
	if (ret < 0) {
		fprintf(stderr, "NETLINK answers: %s\n", strerror(-ret));
		ret = XIP_REFUSED;
	}
	return ret ?: nl_listen(&ear);
}
