/* SPDX-License-Identifier: GPL-2.0 */
/* XUDP (RFC 768) and ping sockets: what their files share. */
#ifndef _NET_XINET_UDP_H
#define _NET_XINET_UDP_H

#include <linux/net.h>
#include <net/xinet/port.h>

struct proto;
struct sk_buff;
struct xinet_net;

extern struct proto xudp_prot;
extern struct xport_table xudp_table;
extern const struct proto_ops xudp_ops;

int xudp_sendmsg(struct socket *sock, struct msghdr *msg, size_t len);
void xudp_rcv(struct sk_buff *skb);
void xudp_err(struct sk_buff *skb, u32 info);
int xudp_table_init(void);
void xudp_table_exit(void);
int xudp_init(void);
void xudp_exit(void);

extern struct proto xping_prot;
extern struct xport_table xping_table;
extern const struct proto_ops xping_ops;

int xping_check_group(struct xinet_net *xn);
bool xping_rcv(struct xinet_net *xn, struct sk_buff *skb);
void xping_err(struct sk_buff *skb, u32 info);
int xping_init(void);
void xping_exit(void);

#endif /* _NET_XINET_UDP_H */
