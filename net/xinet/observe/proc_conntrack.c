// SPDX-License-Identifier: GPL-2.0
/*
 * /proc/net/xinet/conntrack: a line a connection, as /proc/net/nf_conntrack
 * has it.
 *
 * One step of the file is some buckets of the table, in the order of their
 * hashes; between steps nothing is held. A step that the buffer is too small
 * for is made again. Only who administers the namespace may read.
 */
#include <linux/netfilter/nf_conntrack_tuple_common.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include <net/xinet/conntrack.h>
#include <net/xinet/netns.h>
#include <net/xinet/observe.h>
#include <uapi/linux/xinet.h>

#define XPROC_CT_BUCKETS	64

/**
 * struct xproc_ct - where a reader is
 * @p: the namespace; first, as seq_file_net() wants it
 * @cur: what it has read
 * @next: and will have, once this step is through
 */
struct xproc_ct {
	struct seq_net_private p;
	struct xct_cursor cur;
	struct xct_cursor next;
};

static void xproc_ct_tuple(struct seq_file *seq, const struct xct_tuple *t)
{
	seq_printf(seq, "src=%pI4 dst=%pI4 ", &t->src, &t->dst);
	if (t->proto == IPPROTO_ICMP)
		seq_printf(seq, "type=%u code=%u id=%u ", t->type, t->code,
			   ntohs(t->sport));
	else if (t->proto == IPPROTO_UDP || t->proto == IPPROTO_TCP)
		seq_printf(seq, "sport=%u dport=%u ", ntohs(t->sport),
			   ntohs(t->dport));
}

static void xproc_ct_dir(struct seq_file *seq, const struct xnf_conn *ct,
			 enum ip_conntrack_dir dir)
{
	xproc_ct_tuple(seq, &ct->node[dir].tuple);
	if (test_bit(IPS_XCT_ACCT_BIT, &ct->status))
		seq_printf(seq, "packets=%lld bytes=%lld ",
			   (long long)atomic64_read(&ct->acct[dir].packets),
			   (long long)atomic64_read(&ct->acct[dir].bytes));
}

static void xproc_ct_head(struct seq_file *seq, const struct xnf_conn *ct)
{
	u8 proto = ct->node[IP_CT_DIR_ORIGINAL].tuple.proto;
	const char *name = "unknown";

	if (proto == IPPROTO_UDP)
		name = "udp";
	else if (proto == IPPROTO_TCP)
		name = "tcp";
	else if (proto == IPPROTO_ICMP)
		name = "icmp";
	seq_printf(seq, "xinet %u %s %u %d ", PF_XINET, name, proto,
		   xct_left(ct) / HZ);
	if (proto == IPPROTO_TCP)
		seq_printf(seq, "%s ",
			   xct_tcp_state_name(READ_ONCE(ct->tcp.state)));
}

/* Under a spinlock: seq_printf() only writes to memory. */
static int xproc_ct_visit(struct xnf_conn *ct, void *arg)
{
	struct seq_file *seq = arg;

	if (ct->xn->net != seq_file_net(seq) || xct_left(ct) <= 0 ||
	    test_bit(IPS_DYING_BIT, &ct->status))
		return 0;
	xproc_ct_head(seq, ct);
	xproc_ct_dir(seq, ct, IP_CT_DIR_ORIGINAL);
	if (!test_bit(IPS_SEEN_REPLY_BIT, &ct->status))
		seq_puts(seq, "[UNREPLIED] ");
	xproc_ct_dir(seq, ct, IP_CT_DIR_REPLY);
	if (test_bit(IPS_ASSURED_BIT, &ct->status))
		seq_puts(seq, "[ASSURED] ");
	seq_printf(seq, "mark=%u zone=%u use=1\n", READ_ONCE(ct->mark),
		   ct->node[IP_CT_DIR_ORIGINAL].tuple.zone);
	return seq_has_overflowed(seq);
}

static void *xproc_ct_start(struct seq_file *seq, loff_t *pos)
{
	struct xproc_ct *at = seq->private;

	if (!*pos)
		memset(&at->cur, 0, sizeof(at->cur));
	return at->cur.end ? NULL : at;
}

static void *xproc_ct_next(struct seq_file *seq, void *v, loff_t *pos)
{
	struct xproc_ct *at = v;

	++*pos;
	at->cur = at->next;
	return at->cur.end ? NULL : at;
}

static void xproc_ct_stop(struct seq_file *seq, void *v)
{
}

static int xproc_ct_show(struct seq_file *seq, void *v)
{
	struct xproc_ct *at = v;
	size_t before = seq->count;

	at->next = at->cur;
	while (!at->next.end && seq->count == before) {
		xct_walk(&at->next, XPROC_CT_BUCKETS, xproc_ct_visit, NULL,
			 seq);
		if (fatal_signal_pending(current))
			return -EINTR;
		cond_resched();
	}
	return 0;
}

static const struct seq_operations xproc_ct_ops = {
	.start	= xproc_ct_start,
	.next	= xproc_ct_next,
	.stop	= xproc_ct_stop,
	.show	= xproc_ct_show,
};

/**
 * xproc_conntrack_net_init - make /proc/net/xinet/conntrack
 * @xn: state of the namespace; its directory exists
 *
 * Context: process.
 * Return: 0 or -ENOMEM.
 */
int xproc_conntrack_net_init(struct xinet_net *xn)
{
	if (!proc_create_net("conntrack", 0440, xn->proc_dir, &xproc_ct_ops,
			     sizeof(struct xproc_ct)))
		return -ENOMEM;
	return 0;
}
