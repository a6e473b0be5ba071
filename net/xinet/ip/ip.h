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

#endif /* _XINET_IP_IP_H */
