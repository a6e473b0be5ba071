// SPDX-License-Identifier: GPL-2.0
/*
 * sock_diag of the family: which sockets there are, for whoever may open a
 * netlink socket in the namespace.
 *
 * In: requests from the core, process context: struct inet_diag_req_v2 and
 * attributes, all of it the user's. Out: a dump (diag_show.c), one socket or
 * the end of one (diag_find.c). What is asked for and is not there is refused:
 * a condition that was ignored would show sockets that nobody asked for.
 */
#include <linux/module.h>
#include <net/xinet/netlink.h>
#include <net/xinet/netns.h>
#include <net/xinet/raw.h>
#include <net/xinet/udp.h>
#include "common.h"
#include "diag.h"

static const struct nla_policy xdiag_policy[INET_DIAG_REQ_PROTOCOL + 1] = {
	[INET_DIAG_REQ_BYTECODE]	= { .type = NLA_BINARY },
	[INET_DIAG_REQ_SK_BPF_STORAGES]	= { .type = NLA_BINARY },
	[INET_DIAG_REQ_PROTOCOL]	= { .type = NLA_U32 },
};

static const struct xport_table *xdiag_table(u32 protocol)
{
	switch (protocol) {
	case IPPROTO_UDP:
		return &xudp_table;
	case IPPROTO_ICMP:
		return &xping_table;
	case IPPROTO_RAW:
		return &xraw_table;
	default:
		return NULL;
	}
}

/**
 * xdiag_parse - take a request apart
 * @skb: the request
 * @nlh: its message
 * @req: filled; points into @skb
 * @extack: filled with the reason of a refusal; may be NULL
 *
 * Context: process.
 * Return: 0; -EINVAL where it is malformed, -EOPNOTSUPP for a condition that
 * is not there, -ENOENT for a protocol that has no sockets of the family.
 */
int xdiag_parse(struct sk_buff *skb, const struct nlmsghdr *nlh,
		struct xdiag_req *req, struct netlink_ext_ack *extack)
{
	struct nlattr *tb[ARRAY_SIZE(xdiag_policy)];
	int err;

	err = xnl_parse(nlh, sizeof(*req->hdr), tb, INET_DIAG_REQ_PROTOCOL,
			xdiag_policy, extack);
	if (err)
		return err;
	if (tb[INET_DIAG_REQ_BYTECODE]) {
		NL_SET_ERR_MSG(extack, "Bytecode filters are not supported");
		return -EOPNOTSUPP;
	}
	if (tb[INET_DIAG_REQ_SK_BPF_STORAGES]) {
		NL_SET_ERR_MSG(extack, "BPF storages are not supported");
		return -EOPNOTSUPP;
	}
	req->skb = skb;
	req->nlh = nlh;
	req->hdr = nlmsg_data(nlh);
	req->net_admin = netlink_net_capable(skb, CAP_NET_ADMIN);
	req->protocol = tb[INET_DIAG_REQ_PROTOCOL] ?
			nla_get_u32(tb[INET_DIAG_REQ_PROTOCOL]) :
			req->hdr->sdiag_protocol;
	req->table = xdiag_table(req->protocol);
	if (!req->table) {
		NL_SET_ERR_MSG(extack, "No sockets of this protocol");
		return -ENOENT;
	}
	return 0;
}

/* SOCK_DIAG_BY_FAMILY */
static int xdiag_rcv(struct sk_buff *skb, struct nlmsghdr *nlh)
{
	if (nlmsg_len(nlh) < sizeof(struct inet_diag_req_v2))
		return -EINVAL;
	if (nlh->nlmsg_flags & NLM_F_DUMP) {
		struct netlink_dump_control c = { .dump = xdiag_dump };
		struct net *net = sock_net(skb->sk);

		return netlink_dump_start(net->diag_nlsk, skb, nlh, &c);
	}
	return xdiag_get(skb, nlh);
}

static const struct sock_diag_handler xdiag_handler = {
	.owner		= THIS_MODULE,
	.family		= AF_XINET,
	.dump		= xdiag_rcv,
	.destroy	= xdiag_destroy,
};

/**
 * xnl_diag_init - take requests
 *
 * Context: process, with the tables of sockets ready.
 * Return: 0, or -EBUSY where another module has the family's number.
 */
int xnl_diag_init(void)
{
	return sock_diag_register(&xdiag_handler);
}

/**
 * xnl_diag_exit - take no more; each that is being served holds the module
 *
 * Context: process.
 */
void xnl_diag_exit(void)
{
	sock_diag_unregister(&xdiag_handler);
}
