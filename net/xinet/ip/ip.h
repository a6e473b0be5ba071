/* SPDX-License-Identifier: GPL-2.0 */
/* What the files of the ip room share among themselves. */
#ifndef _XINET_IP_IP_H
#define _XINET_IP_IP_H

struct sk_buff;
struct xinet_net;

int xip_input_init(void);
void xip_input_exit(void);

bool xicmp_global_allow(struct xinet_net *xn);
bool xicmp_peer_allow(struct xinet_net *xn, __be32 peer, u8 type);
int xicmp_limit_net_init(struct xinet_net *xn);
void xicmp_limit_net_exit(struct xinet_net *xn);

/* Where a finished fragment goes; consumes it. */
typedef int (*xip_fragment_output)(struct xinet_net *xn, struct sk_buff *skb);

int xip_fragment(struct xinet_net *xn, struct sk_buff *skb, unsigned int mtu,
		 xip_fragment_output output);

int xip_frag_init(void);
void xip_frag_exit(void);
int xip_frag_net_init(struct xinet_net *xn);
void xip_frag_net_pre_exit(struct xinet_net *xn);
void xip_frag_net_exit(struct xinet_net *xn);

#endif /* _XINET_IP_IP_H */
