/* SPDX-License-Identifier: GPL-2.0 */
/* What the files of conntrack share among themselves. */
#ifndef _XINET_NETFILTER_CT_H
#define _XINET_NETFILTER_CT_H

#include <linux/netfilter.h>
#include <net/xinet/conntrack.h>

/**
 * struct xct_packet - a packet on its way through the tracker
 * @skb: the packet, whole, its XIP header linear and checked
 * @xn: the namespace
 * @hook: NF_INET_PRE_ROUTING or NF_INET_LOCAL_OUT
 * @dataoff: where the transport header begins, in bytes from skb->data
 * @tuple: its key
 */
struct xct_packet {
	struct sk_buff *skb;
	struct xinet_net *xn;
	unsigned int hook;
	unsigned int dataoff;
	struct xct_tuple tuple;
};

/* What a protocol's tracker says of a packet. */
enum xct_verdict {
	XCT_OK,		/* part of the connection, which took its step */
	XCT_INVALID,	/* no part of it; it took no step */
	XCT_AGAIN,	/* the connection is over: end it, begin another */
};

/*
 * A protocol's part. _new: may this packet begin a connection? @ct has its
 * tuples and is nobody else's yet. _packet: a step of a connection (also the
 * first one); @info tells the direction.
 */
void xct_tcp_net_init(struct xinet_net *xn);
bool xct_tcp_new(struct xnf_conn *ct, const struct xct_packet *pkt);
enum xct_verdict xct_tcp_packet(struct xnf_conn *ct,
				const struct xct_packet *pkt,
				enum ip_conntrack_info info);
enum xct_verdict xct_udp_packet(struct xnf_conn *ct,
				const struct xct_packet *pkt,
				enum ip_conntrack_info info);
bool xct_icmp_new(const struct xct_packet *pkt);
enum xct_verdict xct_icmp_packet(struct xnf_conn *ct,
				 const struct xct_packet *pkt,
				 enum ip_conntrack_info info);

bool xct_checksum_bad(const struct xct_packet *pkt);

/* Hooks (ct_core.c, ct_confirm.c). */
unsigned int xnf_conntrack_defrag(void *priv, struct sk_buff *skb,
				  const struct nf_hook_state *state);
unsigned int xnf_conntrack_in(void *priv, struct sk_buff *skb,
			      const struct nf_hook_state *state);
unsigned int xnf_conntrack_confirm(void *priv, struct sk_buff *skb,
				   const struct nf_hook_state *state);

/* ICMP errors (ct_related.c). */
bool xct_is_icmp_error(const struct xct_tuple *t);
void xct_icmp_error(struct xnf_ctx *ctx, const struct xct_packet *pkt);

/* Records (ct_entry.c). */
struct xnf_conn *xct_alloc(const struct xct_packet *pkt);
void xct_discard(struct xnf_conn *ct);
void xct_set_info(struct xnf_ctx *ctx, struct xnf_conn *ct,
		  enum ip_conntrack_dir dir);
int xct_entry_init(void);
void xct_entry_exit(void);

/* The table (ct_table.c). */
bool xct_insert(struct xnf_conn *ct, struct xct_node **rival);
void xct_remove(struct xnf_conn *ct);
int xct_near(const struct xinet_net *xn, const struct xct_tuple *tuple,
	     unsigned int buckets, unsigned int nodes, xct_visit visit,
	     void *arg);
bool xct_table_fits(unsigned int conns);
void xct_table_resize(unsigned int conns);
int xct_table_init(void);
void xct_table_exit(void);

/* Time (ct_gc.c). */
void xct_gc_wake(void);
void xct_gc_init(void);
void xct_gc_exit(void);

/* Something happened that who listens may want to know. */
void xct_event(struct xnf_conn *ct, enum xct_cause cause);

#endif /* _XINET_NETFILTER_CT_H */
