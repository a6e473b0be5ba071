// SPDX-License-Identifier: GPL-2.0
/*
 * What xip trace prints of a journey, as text or as JSON.
 *
 * In: a finished journey. Out: stdout.
 */
#include <stdio.h>

#include "names.h"
#include "out.h"
#include "trace_model.h"
#include "trace_show.h"
#include "trace_steps.h"
#include "xip.h"

/* Text of one step: what it is, before the words of the event itself. */
static const char * const tr_marks[] = {
	[TR_STAGE] = "", [TR_HOOK] = "* ", [TR_ROUTE] = "route ",
	[TR_NEIGH] = "neighbour ", [TR_CT] = "connection ",
	[TR_NAT] = "NAT: ", [TR_FRAG] = "fragment ", [TR_QUEUE] = "socket: ",
	[TR_DROP] = "DROPPED: ", [TR_OTHER] = "",
};

static void tr_json_place(const struct tr_step *s)
{
	const struct tr_place *p = tr_place(s);

	if (!p)
		return;
	out_str("source", NULL, p->source);
	out_str("doc", NULL, p->doc);
}

static void tr_json_step(const struct tr_step *s, unsigned long long start)
{
	const struct tr_event *e = &s->ev;

	out_open(NULL);
	out_uint("nsec", NULL, e->when - start);
	out_str("event", NULL, e->name);
	out_uint("id", NULL, e->id);
	if (e->parent)
		out_uint("parent", NULL, e->parent);
	if (e->cause)
		out_uint("cause", NULL, e->cause);
	out_str("netns", NULL, tr_ns_name(e->netns));
	out_uint("netns-inode", NULL, e->netns);
	if (e->dev[0])
		out_str("dev", NULL, e->dev);
	out_addr("src", NULL, e->saddr);
	out_uint("sport", NULL, e->sport);
	out_addr("dst", NULL, e->daddr);
	out_uint("dport", NULL, e->dport);
	out_uint("proto", NULL, e->proto);
	out_uint("len", NULL, e->len);
	out_str("text", NULL, e->rest);
	tr_json_place(s);
	out_close();
}

static void tr_text_step(const struct tr_step *s, unsigned long long start)
{
	const char *indent = s->ev.parent ? "    | " : "    ";
	const struct tr_event *e = &s->ev;
	char ends[TR_ENDS_SIZE];
	const struct tr_place *p;

	if (s->moved)
		out_text("  %s %s\n", out_clean(tr_ns_name(e->netns)),
			 out_clean(e->dev));
	if (e->parent && s->other)
		out_text("    | fragment #%llu, %u bytes\n", e->id, e->len);
	if (s->rewritten) {
		tr_ends(ends, sizeof(ends), e);
		out_text("%s             ~ now %s\n", indent, ends);
	}
	out_text("%s%+9.3f ms %s%s\n", indent, (e->when - start) / 1e6,
		 tr_marks[s->kind], out_clean(e->rest));
	p = xip_opt.details ? tr_place(s) : NULL;
	if (p)
		out_text("%s             in %s, see %s\n", indent, p->source,
			 p->doc);
	if (e->cause)
		out_text("%s             ^ about #%llu\n", indent, e->cause);
}

static void tr_print_drop(const struct tr_step *drop)
{
	char reason[64], func[64];

	tr_value(&drop->ev, "reason", reason, sizeof(reason));
	tr_value(&drop->ev, "func", func, sizeof(func));
	out_str("reason", NULL, reason);
	out_str("function", NULL, func);
	out_str("advice", NULL, tr_advice(reason));
	out_text("  => dropped: %s, in %s (%s)\n     %s\n", reason, func,
		 out_clean(tr_ns_name(drop->ev.netns)), tr_advice(reason));
}

static void tr_print_steps(const struct tr_journey *j)
{
	unsigned long long start = j->steps[0].ev.when;
	unsigned int i;

	for (i = 0; i < j->n; i++) {
		if (xip_opt.json)
			tr_json_step(&j->steps[i], start);
		else
			tr_text_step(&j->steps[i], start);
	}
}

/**
 * tr_print - one journey
 * @j: finished
 */
void tr_print(const struct tr_journey *j)
{
	const struct tr_event *e = &j->steps[0].ev;
	char ends[TR_ENDS_SIZE];

	/* a route that was not found is a step without a packet */
	if (!j->root) {
		tr_print_steps(j);
		return;
	}
	tr_ends(ends, sizeof(ends), e);
	out_open(NULL);
	out_uint("id", NULL, j->root);
	out_text("#%llu %s %s, %u bytes%s\n", j->root,
		 names_get(names_ipproto, e->proto), ends, e->len,
		 j->late ? ", goes on" : "");
	if (j->late)
		out_true("continued", NULL);
	out_str("verdict", NULL, j->verdict);
	if (j->incomplete)
		out_true("incomplete", "  (incomplete: events were lost)\n");
	if (j->drop && xip_opt.json)
		tr_print_drop(j->drop);
	out_list("events");
	tr_print_steps(j);
	out_list_end();
	if (!xip_opt.json && j->drop)
		tr_print_drop(j->drop);
	else
		out_text("  => %s\n", j->verdict);
	out_close();
}
