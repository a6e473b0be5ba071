/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Connections: what is remembered of each, and what a packet is to one.
 *
 * A connection is one record with two keys, one for each direction, in one
 * hash table of all namespaces. It is made at PRE_ROUTING or LOCAL_OUT and
 * belongs to the packet until LOCAL_IN or POST_ROUTING confirms it, which puts
 * it in the table; a packet that ends before leaves nothing.
 *
 * Nobody counts references: from hook to hook a packet stays inside one RCU
 * read section, and a record that left the table is freed a grace period
 * later. Which connection a packet is of stands in the struct xnf_ctx of the
 * hook runner, on its stack, not in the packet: so a clone has none, and who
 * steals a packet takes the packet alone.
 */
#ifndef _NET_XINET_CONNTRACK_H
#define _NET_XINET_CONNTRACK_H

#include <linux/jiffies.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter/nf_conntrack_tuple_common.h>
#include <linux/percpu.h>
#include <linux/rcupdate.h>
#include <linux/spinlock.h>
#include <net/xinet/ct_tcp.h>
#include <net/xinet/ct_tuple.h>

struct ctl_table;
struct ctl_table_header;
struct net;
struct sk_buff;
struct xinet_net;

/**
 * struct xct_node - one key of a connection in the table
 * @next: in the bucket's chain
 * @tuple: the key
 */
struct xct_node {
	struct xct_node __rcu *next;
	struct xct_tuple tuple;
};

/**
 * struct xct_counter - what went one way
 * @packets: packets
 * @bytes: bytes with XIP headers
 */
struct xct_counter {
	atomic64_t packets;
	atomic64_t bytes;
};

/**
 * struct xnf_conn - a connection
 * @node: IP_CT_DIR_ORIGINAL: as its first packet came; IP_CT_DIR_REPLY: as the
 *	answers will come, which is where a translation shows
 * @xn: its namespace
 * @status: IPS_*_BIT
 * @timeout: when it ends, in nfct_time_stamp's clock (32 bits of jiffies)
 * @mark: a hook's, see xnf_ct_set_mark()
 * @masq_ifindex: device whose address it is masqueraded with, or 0
 * @lock: guards @tcp
 * @tcp: state of IPPROTO_TCP
 * @udp_stream_since: of IPPROTO_UDP: when it had lasted long enough to be
 *	called a stream, in jiffies
 * @rcu: frees it
 * @acct: a counter a direction, only where IPS_XCT_ACCT_BIT says so
 */
struct xnf_conn {
	struct xct_node node[IP_CT_DIR_MAX];
	struct xinet_net *xn;
	unsigned long status;
	u32 timeout;
	u32 mark;
	u32 masq_ifindex;
	spinlock_t lock; /* steps of TCP */
	union {
		struct xct_tcp tcp;
		unsigned long udp_stream_since;
	};
	struct rcu_head rcu;
	struct xct_counter acct[];
};

/* Beside IPS_*_BIT of nf_conntrack_common.h, above all that it has. */
#define IPS_XCT_ACCT_BIT	30

/* What a packet is to a connection, as rules ask for it (ctstate). */
#define XCT_STATE_INVALID	BIT(0)
#define XCT_STATE_ESTABLISHED	BIT(1)
#define XCT_STATE_RELATED	BIT(2)
#define XCT_STATE_NEW		BIT(3)
#define XCT_STATE_UNTRACKED	BIT(4)
#define XCT_STATES		GENMASK(4, 0)

/**
 * struct xnf_ctx - what the hooks know of the packet they are run for
 * @outer: that of the packet which caused this one to be sent, or NULL
 * @skb: the packet
 * @ct: its connection, or NULL
 * @info: IP_CT_*: what it is to @ct; good only with @ct
 * @state: one XCT_STATE_*
 * @owned: @ct is not confirmed yet and ends with this packet
 * @seen: tracked before, at LOCAL_OUT: no step, no translation here
 *
 * On the stack of the runner of PRE_ROUTING or LOCAL_OUT, in which all further
 * hooks of the packet run.
 */
struct xnf_ctx {
	struct xnf_ctx *outer;
	const struct sk_buff *skb;
	struct xnf_conn *ct;
	u8 info;
	u8 state;
	bool owned;
	bool seen;
};

DECLARE_PER_CPU(struct xnf_ctx *, xnf_ctx);

/**
 * xnf_ctx_of - what the hooks know of a packet
 * @skb: the packet
 *
 * Context: in a hook, BH disabled.
 * Return: NULL for a packet that did not come through PRE_ROUTING or LOCAL_OUT
 * in this very call (held back by a hook and put in again later).
 */
static inline struct xnf_ctx *xnf_ctx_of(const struct sk_buff *skb)
{
	struct xnf_ctx *ctx = this_cpu_read(xnf_ctx);

	return likely(ctx && ctx->skb == skb) ? ctx : NULL;
}

struct xnf_conn *xnf_ct_get(const struct sk_buff *skb,
			    enum ip_conntrack_info *info);
void xnf_ct_set_mark(struct xnf_conn *ct, u32 mark);

/* Why something is said about a connection to who listens. */
enum xct_cause {
	XCT_CAUSE_NEW,		/* a record was made, not confirmed yet */
	XCT_CAUSE_CONFIRMED,
	XCT_CAUSE_REPLIED,	/* first answer */
	XCT_CAUSE_ASSURED,
	XCT_CAUSE_NATED,	/* a translation was chosen */
	XCT_CAUSE_PROTOINFO,	/* TCP changed its state */
	XCT_CAUSE_MARK,
	XCT_CAUSE_EXPIRED,	/* from here on: it is gone */
	XCT_CAUSE_EVICTED,	/* early drop made room for another */
	XCT_CAUSE_FLUSHED,
	XCT_CAUSE_DELETED,
	XCT_CAUSE_CLOSED,	/* a reset or a new SYN ended it */
	XCT_CAUSE_DROPPED,	/* its first packet ended before it was confirmed */
	__XCT_CAUSE_MAX,
};

/* Counters of /proc and of `xip conntrack stats`, a row a CPU. */
enum xct_stat {
	XCT_STAT_FOUND,
	XCT_STAT_NEW,
	XCT_STAT_INVALID,
	XCT_STAT_INSERT,
	XCT_STAT_INSERT_FAILED,
	XCT_STAT_CLASH_RESOLVED,
	XCT_STAT_DROP,		/* refused: a limit or no memory */
	XCT_STAT_EARLY_DROP,
	XCT_STAT_ERROR,		/* ICMP errors that are of no connection */
	XCT_STAT_EXPIRED,
	XCT_STAT_DELETED,
	XCT_STAT_CHAINTOOLONG,
	XCT_STAT_NAT_EXHAUSTED,
	__XCT_STAT_MAX,
};

/**
 * struct xct_stats - the counters of one CPU
 * @value: indexed by enum xct_stat
 */
struct xct_stats {
	unsigned long value[__XCT_STAT_MAX];
};

/* Time-outs that /proc/sys/net/xinet/nf_conntrack_* set, in jiffies. */
enum xct_timeout {
	XCT_TIMEOUT_GENERIC,
	XCT_TIMEOUT_ICMP,
	XCT_TIMEOUT_UDP,
	XCT_TIMEOUT_UDP_STREAM,
	__XCT_TIMEOUT_MAX,
};

/**
 * struct xct_net - tracking in a namespace
 * @salt: tells equal tuples of two namespaces apart in the hash
 * @count: records, confirmed or not
 * @stats: counters
 * @users: rules and settings that ask for tracking
 * @max: most records (nf_conntrack_max)
 * @guest: of a user namespace that is not the initial one: refused when the
 *	host's limit is three quarters reached
 * @acct: count packets and bytes (nf_conntrack_acct)
 * @checksum: a packet with a bad transport checksum is INVALID
 * @always: track though no rule asks for it (nf_conntrack_always)
 * @header: settings in /proc/sys
 * @table: their rows
 * @warned: when a refusal was last said in the log, in jiffies
 * @timeout: indexed by enum xct_timeout, in jiffies
 * @tcp_timeout: indexed by enum tcp_conntrack, in jiffies
 * @tcp_loose: take up connections whose beginning was not seen
 * @tcp_be_liberal: only resets must be in the window
 * @tcp_ignore_invalid_rst: resets out of the window do no harm
 * @tcp_max_retrans: retransmissions without an answer before the time-out drops
 */
struct xct_net {
	u32 salt;
	atomic_t count;
	struct xct_stats __percpu *stats;
	unsigned int users;
	int max;
	bool guest;
	int acct;
	int checksum;
	int always;
	struct ctl_table_header *header;
	struct ctl_table *table;
	unsigned long warned;
	int timeout[__XCT_TIMEOUT_MAX];
	int tcp_timeout[TCP_CONNTRACK_TIMEOUT_MAX];
	int tcp_loose;
	int tcp_be_liberal;
	int tcp_ignore_invalid_rst;
	int tcp_max_retrans;
};

#define XCT_INC_STAT(xn, field) \
	this_cpu_inc((xn)->ct.stats->value[XCT_STAT_##field])

/**
 * xct_now - the clock of time-outs
 *
 * Context: any.
 * Return: 32 bits of jiffies.
 */
static inline u32 xct_now(void)
{
	return (u32)jiffies;
}

/**
 * xct_left - how long a connection has
 * @ct: the connection
 *
 * Context: any.
 * Return: jiffies until it ends; 0 or less: it is over.
 */
static inline s32 xct_left(const struct xnf_conn *ct)
{
	return (s32)(READ_ONCE(ct->timeout) - xct_now());
}

/**
 * xct_of - the connection that a node is of
 * @node: one of the two
 *
 * Context: any.
 * Return: the connection.
 */
static inline struct xnf_conn *xct_of(const struct xct_node *node)
{
	return container_of(node - node->tuple.dir, struct xnf_conn, node[0]);
}

/**
 * xct_refresh - a connection lives for so long from now
 * @ct: the connection
 * @jif: jiffies
 *
 * Context: any. No store where nothing would change.
 */
static inline void xct_refresh(struct xnf_conn *ct, u32 jif)
{
	u32 end = xct_now() + jif;

	if (READ_ONCE(ct->timeout) != end)
		WRITE_ONCE(ct->timeout, end);
}

/* Table (netfilter/ct_table.c); RCU read lock. */
struct xct_node *xct_find(const struct xinet_net *xn,
			  const struct xct_tuple *tuple);
bool xct_taken(const struct xnf_conn *but, const struct xct_tuple *tuple);
bool xct_kill(struct xnf_conn *ct, enum xct_cause cause);
void xct_abandon(struct xnf_conn *ct);

/**
 * struct xct_cursor - how far a walk over the table has come
 * @hash: everything below was seen
 * @end: all was seen
 *
 * Good across calls, RCU sections and a table that grows or shrinks between:
 * what is in the table all the while is seen exactly once.
 */
struct xct_cursor {
	u32 hash;
	bool end;
};

/* Returns 0 to go on; anything else ends the walk before this bucket. */
typedef int (*xct_visit)(struct xnf_conn *ct, void *arg);

int xct_walk(struct xct_cursor *cur, unsigned int buckets, xct_visit visit,
	     void (*rewind)(void *arg), void *arg);

/* Asking for tracking (netfilter/ct_net.c); process context, may sleep. */
int xct_require(struct xinet_net *xn);
void xct_release(struct xinet_net *xn);
unsigned int xct_flush(struct xinet_net *xn, enum xct_cause cause,
		       bool (*match)(const struct xnf_conn *ct, void *arg),
		       void *arg);

/* For /proc/sys (observe/sysctl_ct.c); process context, may sleep. */
extern atomic_t xct_total;
extern int xct_total_max;
unsigned int xct_buckets(void);
int xct_set_buckets(unsigned int buckets);
int xct_set_always(struct xinet_net *xn, bool on);
int xsysctl_ct_net_init(struct xinet_net *xn);
void xsysctl_ct_net_exit(struct xinet_net *xn);

int xct_net_init(struct xinet_net *xn);
void xct_net_pre_exit(struct xinet_net *xn);
void xct_net_exit(struct xinet_net *xn);
int xct_init(void);
void xct_exit(void);

/* A packet's tuple (netfilter/ct_packet.c). */
bool xct_tuple_of(const struct sk_buff *skb, unsigned int nhoff,
		  struct xct_tuple *t, unsigned int *dataoff);

#endif /* _NET_XINET_CONNTRACK_H */
