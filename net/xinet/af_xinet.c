// SPDX-License-Identifier: GPL-2.0
/*
 * The family: socket(AF_XINET, …), the state of a namespace, and the module.
 *
 * In: socket(2), namespaces that come and go, insmod and rmmod. The order in
 * which the rooms come up is the two tables below; they go down in reverse.
 */
#include <linux/capability.h>
#include <linux/module.h>
#include <linux/net.h>
#include <net/xinet/ip.h>
#include <net/xinet/netlink.h>
#include <net/xinet/netns.h>
#include <net/xinet/observe.h>
#include <net/xinet/raw.h>
#include <net/xinet/sock.h>
#include <net/xinet/udp.h>
#include <uapi/linux/xinet_version.h>
#include "ip/ip.h"

unsigned int xinet_net_id __read_mostly;
EXPORT_SYMBOL_GPL(xinet_net_id);

/* Last reference gone, and an RCU grace period with it. */
static void xinet_sock_destruct(struct sock *sk)
{
	__skb_queue_purge(&sk->sk_receive_queue);
	__skb_queue_purge(&sk->sk_error_queue);
	kfree(rcu_dereference_protected(xinet_sk(sk)->route, 1));
	xsk_options_free(xinet_sk(sk));
	WARN_ON_ONCE(atomic_read(&sk->sk_rmem_alloc));
	WARN_ON_ONCE(refcount_read(&sk->sk_wmem_alloc));
}

/* Whichever fits the header's field is asked for; there is no default. */
#define XINET_ANY_PROTOCOL	(-1)

/**
 * struct xinet_type - one kind of socket
 * @type: SOCK_*
 * @protocol: IPPROTO_*, or XINET_ANY_PROTOCOL
 * @dflt: what protocol 0 stands for with this type
 * @prot: its struct proto
 * @ops: its calls
 */
struct xinet_type {
	int type;
	int protocol;
	bool dflt;
	struct proto *prot;
	const struct proto_ops *ops;
};

static const struct xinet_type xinet_types[] = {
	{ SOCK_DGRAM, IPPROTO_UDP, true, &xudp_prot, &xudp_ops },
	{ SOCK_DGRAM, IPPROTO_ICMP, false, &xping_prot, &xping_ops },
	{ SOCK_RAW, XINET_ANY_PROTOCOL, false, &xraw_prot, &xraw_ops },
};

/* The kind of socket asked for; or why there is none. */
static const struct xinet_type *xinet_type_find(int type, int protocol)
{
	int err = -ESOCKTNOSUPPORT;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(xinet_types); i++) {
		const struct xinet_type *t = &xinet_types[i];

		if (t->type != type)
			continue;
		if (t->protocol == protocol || (!protocol && t->dflt))
			return t;
		if (t->protocol == XINET_ANY_PROTOCOL &&
		    protocol > 0 && protocol <= IPPROTO_RAW)
			return t;
		err = -EPROTONOSUPPORT;
	}
	return ERR_PTR(err);
}

static void xinet_sock_init(struct socket *sock, struct sock *sk, int protocol)
{
	struct xinet_sock *xsk = xinet_sk(sk);

	sock_init_data(sock, sk);
	/* lookups take no reference: a socket outlives their RCU section */
	sock_set_flag(sk, SOCK_RCU_FREE);
	sk->sk_destruct = xinet_sock_destruct;
	sk->sk_protocol = protocol;
	xsk->xn = xinet_pernet(sock_net(sk));
	xsk->ttl = -1;
	xsk->mc.ttl = 1;
	if (READ_ONCE(xsk->xn->sysctl.ip_no_pmtu_disc))
		xsk_set_mtu_discover(sk, IP_PMTUDISC_DONT);
}

/* May the caller open one of these in the namespace? */
static int xinet_type_allowed(struct net *net, const struct xinet_type *t,
			      int kern)
{
	if (t->type == SOCK_RAW)
		return kern || ns_capable(net->user_ns, CAP_NET_RAW) ?
		       0 : -EPERM;
	if (t->protocol == IPPROTO_ICMP)
		return xping_check_group(xinet_pernet(net));
	return 0;
}

/* socket(AF_XINET, type, protocol) */
static int xinet_create(struct net *net, struct socket *sock, int protocol,
			int kern)
{
	const struct xinet_type *t;
	struct sock *sk;
	int err;

	if (protocol < 0 || protocol >= IPPROTO_MAX)
		return -EINVAL;
	t = xinet_type_find(sock->type, protocol);
	if (IS_ERR(t))
		return PTR_ERR(t);
	err = xinet_type_allowed(net, t, kern);
	if (err)
		return err;
	if (!protocol)
		protocol = t->protocol;

	sk = sk_alloc(net, PF_XINET, GFP_KERNEL, t->prot, kern);
	if (!sk)
		return -ENOBUFS;
	sock->state = SS_UNCONNECTED;
	sock->ops = t->ops;
	xinet_sock_init(sock, sk, protocol);
	return t->prot->init ? t->prot->init(sk) : 0;
}

static const struct net_proto_family xinet_family = {
	.family	= PF_XINET,
	.create	= xinet_create,
	.owner	= THIS_MODULE,
};

/* One room's part in a namespace. */
struct xinet_net_room {
	int (*init)(struct xinet_net *xn);
	void (*pre_exit)(struct xinet_net *xn);
	void (*exit)(struct xinet_net *xn);
};

static const struct xinet_net_room xinet_net_rooms[] = {
	{ .init = xmib_net_init, .exit = xmib_net_exit },
	{ .init = xsysctl_net_init, .exit = xsysctl_net_exit },
	{ .exit = xnf_net_exit },
	{ .init = xct_net_init, .pre_exit = xct_net_pre_exit,
	  .exit = xct_net_exit },
	{ .init = xrules_net_init, .pre_exit = xrules_net_pre_exit },
	{ .init = xnl_net_init, .exit = xnl_net_exit },
	{ .init = xnat_net_init, .exit = xnat_net_exit },
	{ .init = xip_frag_net_init, .pre_exit = xip_frag_net_pre_exit,
	  .exit = xip_frag_net_exit },
	{ .init = xident_net_init, .exit = xident_net_exit },
	{ .init = xicmp_net_init, .exit = xicmp_net_exit },
	{ .init = xneigh_net_init, .pre_exit = xneigh_net_pre_exit,
	  .exit = xneigh_net_exit },
	{ .init = xroute_net_init, .exit = xroute_net_exit },
	{ .init = xmc_net_init, .exit = xmc_net_exit },
	{ .init = xaddr_net_init, .exit = xaddr_net_exit },
	{ .init = xproc_net_init, .exit = xproc_net_exit },
};

static void xinet_net_rooms_exit(struct xinet_net *xn, int n)
{
	while (n--)
		if (xinet_net_rooms[n].exit)
			xinet_net_rooms[n].exit(xn);
}

static int __net_init xinet_net_init(struct net *net)
{
	struct xinet_net *xn = xinet_pernet(net);
	int i, err;

	xn->net = net;
	for (i = 0; i < ARRAY_SIZE(xinet_net_rooms); i++) {
		if (!xinet_net_rooms[i].init)
			continue;
		err = xinet_net_rooms[i].init(xn);
		if (err) {
			xinet_net_rooms_exit(xn, i);
			return err;
		}
	}
	return 0;
}

/* The core waits for a grace period between this and xinet_net_exit(). */
static void __net_exit xinet_net_pre_exit(struct net *net)
{
	struct xinet_net *xn = xinet_pernet(net);
	int i = ARRAY_SIZE(xinet_net_rooms);

	while (i--)
		if (xinet_net_rooms[i].pre_exit)
			xinet_net_rooms[i].pre_exit(xn);
}

static void __net_exit xinet_net_exit(struct net *net)
{
	xinet_net_rooms_exit(xinet_pernet(net), ARRAY_SIZE(xinet_net_rooms));
}

static struct pernet_operations xinet_net_ops = {
	.init = xinet_net_init,
	.pre_exit = xinet_net_pre_exit,
	.exit = xinet_net_exit,
	.id = &xinet_net_id,
	.size = sizeof(struct xinet_net),
};

static int __init xinet_pernet_init(void)
{
	return register_pernet_subsys(&xinet_net_ops);
}

static void xinet_pernet_exit(void)
{
	unregister_pernet_subsys(&xinet_net_ops);
}

static int __init xinet_family_init(void)
{
	return sock_register(&xinet_family);
}

static void xinet_family_exit(void)
{
	sock_unregister(PF_XINET);
}

/* One step of loading. */
struct xinet_room {
	int (*init)(void);
	void (*exit)(void);
};

/*
 * Tables before those who fill them, and receiving last: when the first frame
 * or the first socket() comes, all is there.
 */
static const struct xinet_room xinet_rooms[] = {
	{ xsk_rcvmem_init, xsk_rcvmem_exit },
	{ xip_frag_init, xip_frag_exit },
	{ xct_init, xct_exit },
	{ xrules_init, xrules_exit },
	{ xneigh_init, xneigh_exit },
	{ xroute_init, xroute_exit },
	{ xudp_table_init, xudp_table_exit },
	{ xraw_table_init, xraw_table_exit },
	{ xinet_pernet_init, xinet_pernet_exit },
	{ xaddr_init, xaddr_exit },
	{ xicmp_init, xicmp_exit },
	{ xping_init, xping_exit },
	{ xudp_init, xudp_exit },
	{ xraw_init, xraw_exit },
	{ xnl_addr_init, xnl_addr_exit },
	{ xnl_route_init, xnl_route_exit },
	{ xnl_neigh_init, xnl_neigh_exit },
	{ xnl_genl_init, xnl_genl_exit },
	{ xnl_diag_init, xnl_diag_exit },
	{ xinet_family_init, xinet_family_exit },
	{ xarp_init, xarp_exit },
	{ xip_input_init, xip_input_exit },
};

static void xinet_rooms_exit(int n)
{
	while (n--)
		xinet_rooms[n].exit();
}

static int __init xinet_init(void)
{
	int i, err;

	BUILD_BUG_ON(sizeof(struct sockaddr_xin) != sizeof(struct sockaddr));

	for (i = 0; i < ARRAY_SIZE(xinet_rooms); i++) {
		err = xinet_rooms[i].init();
		if (err) {
			xinet_rooms_exit(i);
			return err;
		}
	}
	return 0;
}

static void __exit xinet_exit(void)
{
	xinet_rooms_exit(ARRAY_SIZE(xinet_rooms));
	/* objects that RCU still frees with functions of ours */
	rcu_barrier();
}

module_init(xinet_init);
module_exit(xinet_exit);

MODULE_DESCRIPTION("AF_XINET: an experimental internet layer beside IPv4");
MODULE_VERSION(XINET_VERSION);
MODULE_LICENSE("GPL");
MODULE_ALIAS_NETPROTO(PF_XINET);
