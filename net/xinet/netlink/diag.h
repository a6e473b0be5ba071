/* SPDX-License-Identifier: GPL-2.0 */
/* What the files of sock_diag share. */
#ifndef _XINET_NETLINK_DIAG_H
#define _XINET_NETLINK_DIAG_H

#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <net/xinet/port.h>

/**
 * struct xdiag_req - a request, taken apart
 * @skb: as it came
 * @nlh: its message
 * @hdr: the header behind that
 * @net_admin: who asks has CAP_NET_ADMIN over the namespace
 * @protocol: which sockets: IPPROTO_UDP, IPPROTO_ICMP or IPPROTO_RAW
 * @table: where these are
 */
struct xdiag_req {
	struct sk_buff *skb;
	const struct nlmsghdr *nlh;
	const struct inet_diag_req_v2 *hdr;
	bool net_admin;
	u32 protocol;
	const struct xport_table *table;
};

/* diag.c */
int xdiag_parse(struct sk_buff *skb, const struct nlmsghdr *nlh,
		struct xdiag_req *req, struct netlink_ext_ack *extack);

/* diag_find.c */
int xdiag_get(struct sk_buff *skb, const struct nlmsghdr *nlh);
int xdiag_destroy(struct sk_buff *skb, struct nlmsghdr *nlh);

/* diag_show.c */
struct nlmsghdr *xdiag_put(struct sk_buff *skb, struct sock *sk,
			   const struct xdiag_req *req, int flags);
int xdiag_dump(struct sk_buff *skb, struct netlink_callback *cb);

#endif /* _XINET_NETLINK_DIAG_H */
