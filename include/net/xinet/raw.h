/* SPDX-License-Identifier: GPL-2.0 */
/* Raw sockets: what their files share, and the calls into them. */
#ifndef _NET_XINET_RAW_H
#define _NET_XINET_RAW_H

#include <linux/net.h>
#include <linux/sockptr.h>
#include <net/xinet/netns.h>
#include <net/xinet/port.h>
#include <net/xinet/sock.h>

struct sk_buff;

/**
 * struct xraw_sock - a raw socket
 * @xsk: the common part; must be first. Its sk_num is the protocol
 * @filter: ICMP_FILTER, a bit for each type that is not wanted
 */
struct xraw_sock {
	struct xinet_sock xsk;
	u32 filter;
};

static inline struct xraw_sock *xraw_sk(const struct sock *sk)
{
	return (struct xraw_sock *)sk;
}

/**
 * xraw_any - has the namespace a raw socket at all?
 * @xn: state of the namespace
 *
 * Context: any.
 * Return: true if it has.
 */
static inline bool xraw_any(const struct xinet_net *xn)
{
	return atomic_read(&xn->raw_socks);
}

extern struct proto xraw_prot;
extern struct xport_table xraw_table;
extern const struct proto_ops xraw_ops;

/* socket/raw.c */
int xraw_table_init(void);
void xraw_table_exit(void);
int xraw_init(void);
void xraw_exit(void);

/* socket/raw_sockopt.c */
int xraw_set_hdrincl(struct sock *sk, int val);
int xraw_set_filter(struct sock *sk, sockptr_t optval, unsigned int optlen);
int xraw_get_filter(struct sock *sk, char __user *optval, int __user *optlen);

/* socket/raw_input.c */
bool xraw_deliver(struct xinet_net *xn, struct sk_buff *skb);
void xraw_err(struct xinet_net *xn, struct sk_buff *skb, u32 info);

/* socket/raw_output.c */
int xraw_sendmsg(struct socket *sock, struct msghdr *msg, size_t len);

#endif /* _NET_XINET_RAW_H */
