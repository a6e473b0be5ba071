/* SPDX-License-Identifier: GPL-2.0 */
/* What the files of the ip room share among themselves. */
#ifndef _XINET_IP_IP_H
#define _XINET_IP_IP_H

#include <net/xinet/drop.h>

struct iphdr;
struct sk_buff;
struct xflow;
struct xinet_net;
struct xroute;

int xip_input_init(void);
void xip_input_exit(void);

bool xicmp_limits_allow(struct xinet_net *xn, const struct xroute *rt,
			__be32 daddr, u8 type, u8 code);
bool xicmp_may_send(struct xinet_net *xn, const struct sk_buff *skb);
bool xicmp_redirect_allow(struct xinet_net *xn, __be32 daddr);
void xicmp_redirect_send(struct xinet_net *xn, struct sk_buff *skb,
			 const struct xroute *rt);
enum xinet_drop xicmp_frag_needed(struct xinet_net *xn,
				  const struct iphdr *quoted, u32 *mtu);
int xicmp_limit_net_init(struct xinet_net *xn);
void xicmp_limit_net_exit(struct xinet_net *xn);

enum xinet_drop xicmp_reply_route(struct xinet_net *xn,
				  const struct sk_buff *req, u8 type,
				  struct xflow *fl, struct xroute *rt);
struct sk_buff *xicmp_echo_build(const struct sk_buff *req,
				 const struct xroute *rt);
void xicmp_reply_send(struct xinet_net *xn, struct sk_buff *reply,
		      const struct xroute *rt, const struct xflow *fl,
		      const struct sk_buff *req);
enum xinet_drop xicmp_timestamp(struct xinet_net *xn, struct sk_buff *skb);

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
