// SPDX-License-Identifier: GPL-2.0
/*
 * Where each step is made, and where it is explained.
 *
 * In: a step. Out: the source file and the paragraph, from the root of the
 * repository. selftests/unit/test_steps.sh reads this table: each stage of
 * include/net/xinet/trace.h has a row, each file has its function, each anchor
 * is there.
 */
#include <string.h>

#include "trace_steps.h"
#include "util.h"

#define DOC(anchor)	"Documentation/networking/xinet/stages.rst#" anchor
#define STAGE(function, source, anchor)					\
	{ TR_STAGE, #function, #function, "net/xinet/" source, DOC(anchor) }
#define HOOK(function, source, anchor)					\
	{ TR_HOOK, #function, #function, "net/xinet/" source, DOC(anchor) }
#define STEP(kind, word, function, source, anchor)			\
	{ kind, word, #function, "net/xinet/" source, DOC(anchor) }

/* Of several rows that fit, the first. */
static const struct tr_place tr_places[] = {
	STAGE(xudp_sendmsg, "socket/udp_output.c", "step-send"),
	STAGE(xudp_send_skb, "socket/udp_output.c", "step-send"),
	STAGE(xip_send_skb, "ip/output.c", "stage-xip-local-out"),
	STAGE(xip_local_out, "ip/output.c", "stage-xip-local-out"),
	STAGE(xip_output, "ip/output.c", "stage-xip-output"),
	STAGE(xip_finish_output, "ip/output.c", "stage-xip-finish-output"),
	STAGE(xip_finish_output2, "ip/output.c", "stage-xip-finish-output"),
	STAGE(xip_fragment, "ip/fragment.c", "stage-xip-fragment"),
	STAGE(xneigh_output, "neigh/xneigh_output.c", "stage-xneigh-output"),
	STAGE(xip_rcv, "ip/input.c", "stage-xip-rcv"),
	STAGE(xip_rcv_finish, "ip/input.c", "stage-xip-rcv-finish"),
	STAGE(xip_forward, "ip/forward.c", "stage-xip-forward"),
	STAGE(xip_forward_finish, "ip/forward.c", "stage-xip-forward-finish"),
	STAGE(xip_local_deliver, "ip/deliver.c", "stage-xip-local-deliver"),
	STAGE(xip_local_deliver_finish, "ip/deliver.c",
	      "stage-xip-local-deliver-finish"),
	STAGE(xraw_deliver, "socket/raw_input.c", "stage-xraw-deliver"),
	STAGE(xudp_rcv, "socket/udp_input.c", "stage-xudp-rcv"),
	STAGE(xicmp_rcv, "ip/icmp.c", "stage-xicmp-rcv"),

	HOOK(xnf_conntrack_defrag, "netfilter/ct_core.c", "step-defrag"),
	HOOK(xnf_conntrack_in, "netfilter/ct_core.c", "step-conntrack"),
	HOOK(xnf_conntrack_confirm, "netfilter/ct_confirm.c", "step-confirm"),
	HOOK(xnat_dst, "netfilter/nat_core.c", "step-nat"),
	HOOK(xnat_dst_local, "netfilter/nat_core.c", "step-nat"),
	HOOK(xnat_src, "netfilter/nat_core.c", "step-nat"),
	HOOK(xfilter_hook, "netfilter/filter.c", "step-filter"),
	STEP(TR_HOOK, NULL, xnf_hook_call, "netfilter/hooks.c", "step-hook"),

	STEP(TR_ROUTE, "in", xip_route_input, "route/route_input.c",
	     "step-route"),
	STEP(TR_ROUTE, "again", xnat_reroute, "netfilter/nat_route.c",
	     "step-route"),
	STEP(TR_ROUTE, NULL, xip_route_output, "route/route.c", "step-route"),
	STEP(TR_NEIGH, "queued", xneigh_enqueue, "neigh/xneigh_queue.c",
	     "step-neigh"),
	STEP(TR_NEIGH, NULL, xneigh_output, "neigh/xneigh_output.c",
	     "step-neigh"),
	STEP(TR_CT, "confirmed", xnf_conntrack_confirm,
	     "netfilter/ct_confirm.c", "step-confirm"),
	STEP(TR_CT, NULL, xct_track, "netfilter/ct_core.c", "step-conntrack"),
	STEP(TR_NAT, NULL, xnat_manip, "netfilter/nat_manip.c", "step-nat"),
	STEP(TR_FRAG, "cut", xip_fragment, "ip/fragment.c",
	     "stage-xip-fragment"),
	STEP(TR_FRAG, NULL, xip_defrag, "ip/reassembly.c", "step-defrag"),
	STEP(TR_QUEUE, "sent", xudp_sendmsg, "socket/udp_output.c",
	     "step-send"),
	STEP(TR_QUEUE, "read", xdgram_recvmsg, "socket/recv.c", "step-read"),
	STEP(TR_QUEUE, NULL, xsk_queue_rcv, "socket/recv.c", "step-queue"),
	STEP(TR_DROP, NULL, xinet_drop_at, "observe/drop.c", "step-drop"),
};

/* The second word of a hook's text is its function. */
static bool tr_word_fits(const struct tr_step *s, const char *word)
{
	const char *text = s->ev.rest, *at;
	size_t len = strlen(word);

	if (s->kind == TR_HOOK) {
		at = strchr(text, ' ');
		text = at ? at + 1 : "";
	}
	return !strncmp(text, word, len) && (!text[len] || text[len] == ' ');
}

/**
 * tr_place - where a step is made and explained
 * @s: the step
 *
 * Return: the place, or NULL for a step of a newer module.
 */
const struct tr_place *tr_place(const struct tr_step *s)
{
	const struct tr_place *p;

	for (p = tr_places; p < tr_places + ARRAY_SIZE(tr_places); p++)
		if (p->kind == s->kind && (!p->word || tr_word_fits(s, p->word)))
			return p;
	return NULL;
}
