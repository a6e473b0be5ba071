// SPDX-License-Identifier: GPL-2.0
/*
 * /proc/net/xinet/snmp: the counters of a namespace as pairs of lines, names
 * above values, with IPv4's columns; last a line of the family's own with one
 * column for each cause a packet was dropped for.
 */
#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include <net/xinet/netns.h>
#include <net/xinet/observe.h>

/* One column: its name, and where struct xinet_mib counts it. */
struct xsnmp_column {
	const char *name;
	size_t offset;
};

#define XSNMP_END { NULL, 0 }
#define XSNMP(group, name, field)					\
	{ name, offsetof(struct xinet_mib, group[field]) }

static const struct xsnmp_column xsnmp_ip[] = {
	XSNMP(ip, "InReceives", IPSTATS_MIB_INPKTS),
	XSNMP(ip, "InHdrErrors", IPSTATS_MIB_INHDRERRORS),
	XSNMP(ip, "InAddrErrors", IPSTATS_MIB_INADDRERRORS),
	XSNMP(ip, "ForwDatagrams", IPSTATS_MIB_OUTFORWDATAGRAMS),
	XSNMP(ip, "InUnknownProtos", IPSTATS_MIB_INUNKNOWNPROTOS),
	XSNMP(ip, "InDiscards", IPSTATS_MIB_INDISCARDS),
	XSNMP(ip, "InDelivers", IPSTATS_MIB_INDELIVERS),
	XSNMP(ip, "OutRequests", IPSTATS_MIB_OUTPKTS),
	XSNMP(ip, "OutDiscards", IPSTATS_MIB_OUTDISCARDS),
	XSNMP(ip, "OutNoRoutes", IPSTATS_MIB_OUTNOROUTES),
	XSNMP(ip, "ReasmTimeout", IPSTATS_MIB_REASMTIMEOUT),
	XSNMP(ip, "ReasmReqds", IPSTATS_MIB_REASMREQDS),
	XSNMP(ip, "ReasmOKs", IPSTATS_MIB_REASMOKS),
	XSNMP(ip, "ReasmFails", IPSTATS_MIB_REASMFAILS),
	XSNMP(ip, "FragOKs", IPSTATS_MIB_FRAGOKS),
	XSNMP(ip, "FragFails", IPSTATS_MIB_FRAGFAILS),
	XSNMP(ip, "FragCreates", IPSTATS_MIB_FRAGCREATES),
	XSNMP_END,
};

static const struct xsnmp_column xsnmp_icmp_in[] = {
	XSNMP(icmp, "InMsgs", ICMP_MIB_INMSGS),
	XSNMP(icmp, "InErrors", ICMP_MIB_INERRORS),
	XSNMP(icmp, "InCsumErrors", ICMP_MIB_CSUMERRORS),
	XSNMP_END,
};

static const struct xsnmp_column xsnmp_icmp_out[] = {
	XSNMP(icmp, "OutMsgs", ICMP_MIB_OUTMSGS),
	XSNMP(icmp, "OutErrors", ICMP_MIB_OUTERRORS),
	XSNMP(icmp, "OutRateLimitGlobal", ICMP_MIB_RATELIMITGLOBAL),
	XSNMP(icmp, "OutRateLimitHost", ICMP_MIB_RATELIMITHOST),
	XSNMP_END,
};

/* The ICMP types that have a column of their own in RFC 2011's table. */
static const struct {
	const char *name;
	u8 type;
} xsnmp_icmp_types[] = {
	{ "DestUnreachs", ICMP_DEST_UNREACH },
	{ "TimeExcds", ICMP_TIME_EXCEEDED },
	{ "ParmProbs", ICMP_PARAMETERPROB },
	{ "SrcQuenchs", ICMP_SOURCE_QUENCH },
	{ "Redirects", ICMP_REDIRECT },
	{ "Echos", ICMP_ECHO },
	{ "EchoReps", ICMP_ECHOREPLY },
	{ "Timestamps", ICMP_TIMESTAMP },
	{ "TimestampReps", ICMP_TIMESTAMPREPLY },
	{ "AddrMasks", ICMP_ADDRESS },
	{ "AddrMaskReps", ICMP_ADDRESSREPLY },
};

static const struct xsnmp_column xsnmp_udp[] = {
	XSNMP(udp, "InDatagrams", UDP_MIB_INDATAGRAMS),
	XSNMP(udp, "NoPorts", UDP_MIB_NOPORTS),
	XSNMP(udp, "InErrors", UDP_MIB_INERRORS),
	XSNMP(udp, "OutDatagrams", UDP_MIB_OUTDATAGRAMS),
	XSNMP(udp, "RcvbufErrors", UDP_MIB_RCVBUFERRORS),
	XSNMP(udp, "SndbufErrors", UDP_MIB_SNDBUFERRORS),
	XSNMP(udp, "InCsumErrors", UDP_MIB_CSUMERRORS),
	XSNMP(udp, "IgnoredMulti", UDP_MIB_IGNOREDMULTI),
	XSNMP(udp, "MemErrors", UDP_MIB_MEMERRORS),
	XSNMP_END,
};

static const struct xsnmp_column xsnmp_drop[] = {
#define X(cause, column, reason)					\
	XSNMP(drop, #column, XINET_DROP_##cause),
	XINET_DROP_CAUSES(X)
#undef X
	XSNMP_END,
};

static void xsnmp_names(struct seq_file *seq, const struct xsnmp_column *col)
{
	for (; col->name; col++)
		seq_printf(seq, " %s", col->name);
}

static void xsnmp_values(struct seq_file *seq, const struct xinet_net *xn,
			 const struct xsnmp_column *col)
{
	for (; col->name; col++)
		seq_printf(seq, " %lu", xmib_fold(xn, col->offset));
}

static void xsnmp_pair(struct seq_file *seq, const struct xinet_net *xn,
		       const char *label, const struct xsnmp_column *col)
{
	seq_printf(seq, "%s:", label);
	xsnmp_names(seq, col);
	seq_printf(seq, "\n%s:", label);
	xsnmp_values(seq, xn, col);
	seq_putc(seq, '\n');
}

static void xsnmp_show_ip(struct seq_file *seq, const struct xinet_net *xn)
{
	seq_puts(seq, "Ip: Forwarding DefaultTTL");
	xsnmp_names(seq, xsnmp_ip);
	/* RFC 4293: forwarding is 1, not forwarding is 2 */
	seq_printf(seq, "\nIp: %d %d",
		   READ_ONCE(xn->sysctl.forwarding) ? 1 : 2,
		   READ_ONCE(xn->sysctl.default_ttl));
	xsnmp_values(seq, xn, xsnmp_ip);
	seq_putc(seq, '\n');
}

static void xsnmp_icmp_type_names(struct seq_file *seq, const char *way)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(xsnmp_icmp_types); i++)
		seq_printf(seq, " %s%s", way, xsnmp_icmp_types[i].name);
}

static void xsnmp_icmp_type_values(struct seq_file *seq,
				   const struct xinet_net *xn, int base)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(xsnmp_icmp_types); i++)
		seq_printf(seq, " %ld",
			   atomic_long_read(&xn->icmp.msgs[base +
					    xsnmp_icmp_types[i].type]));
}

static void xsnmp_show_icmp(struct seq_file *seq, const struct xinet_net *xn)
{
	seq_puts(seq, "Icmp:");
	xsnmp_names(seq, xsnmp_icmp_in);
	xsnmp_icmp_type_names(seq, "In");
	xsnmp_names(seq, xsnmp_icmp_out);
	xsnmp_icmp_type_names(seq, "Out");
	seq_puts(seq, "\nIcmp:");
	xsnmp_values(seq, xn, xsnmp_icmp_in);
	xsnmp_icmp_type_values(seq, xn, 0);
	xsnmp_values(seq, xn, xsnmp_icmp_out);
	xsnmp_icmp_type_values(seq, xn, 256);
	seq_putc(seq, '\n');
}

/* Only types that were seen: InTypeN and OutTypeN. */
static void xsnmp_show_icmpmsg(struct seq_file *seq, const struct xinet_net *xn)
{
	DECLARE_BITMAP(seen, 512) = {};
	int i;

	for (i = 0; i < 512; i++)
		if (atomic_long_read(&xn->icmp.msgs[i]))
			__set_bit(i, seen);

	seq_puts(seq, "IcmpMsg:");
	for_each_set_bit(i, seen, 512)
		seq_printf(seq, " %sType%d", i < 256 ? "In" : "Out", i & 255);
	seq_puts(seq, "\nIcmpMsg:");
	for_each_set_bit(i, seen, 512)
		seq_printf(seq, " %ld", atomic_long_read(&xn->icmp.msgs[i]));
	seq_putc(seq, '\n');
}

static int xsnmp_show(struct seq_file *seq, void *v)
{
	struct xinet_net *xn = xinet_pernet(seq->private);

	xsnmp_show_ip(seq, xn);
	xsnmp_show_icmp(seq, xn);
	xsnmp_show_icmpmsg(seq, xn);
	xsnmp_pair(seq, xn, "Udp", xsnmp_udp);
	xsnmp_pair(seq, xn, "Xinet", xsnmp_drop);
	return 0;
}

/**
 * xproc_snmp_net_init - make /proc/net/xinet/snmp
 * @xn: state of the namespace; its directory exists
 *
 * Context: process.
 * Return: 0 or -ENOMEM.
 */
int xproc_snmp_net_init(struct xinet_net *xn)
{
	if (!proc_create_net_single("snmp", 0444, xn->proc_dir, xsnmp_show,
				    NULL))
		return -ENOMEM;
	return 0;
}
