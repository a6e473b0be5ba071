// SPDX-License-Identifier: GPL-2.0
/*
 * Raw sockets as a type: SOCK_RAW with a protocol number, for who has
 * CAP_NET_RAW in the user namespace that owns the network namespace.
 *
 * In: syscalls, process context; the socket lock is taken here. Out: a table
 * of sockets by namespace and protocol, which raw_input.c reads under RCU, and
 * the namespace's count of them, without which nobody looks into the table.
 */
#include <linux/module.h>
#include <net/xinet/netns.h>
#include <net/xinet/raw.h>
#include "ops.h"

#define XRAW_TABLE_BITS	8

struct xport_table xraw_table;

/*
 * The protocol stands where other types have their port, so that it is what
 * getsockname() gives and no bind() or disconnect takes it away.
 */
static int xraw_sk_init(struct sock *sk)
{
	struct xport_bucket *b = xport_bucket(&xraw_table, sock_net(sk),
					      sk->sk_protocol);

	if (sk->sk_protocol == IPPROTO_RAW)
		__set_bit(XSK_HDRINCL, &xinet_sk(sk)->flags);
	sk->sk_userlocks |= SOCK_BINDPORT_LOCK;
	sk->sk_num = sk->sk_protocol;

	spin_lock_bh(&b->lock);
	xport_add(b, sk);
	spin_unlock_bh(&b->lock);
	sock_prot_inuse_add(sock_net(sk), sk->sk_prot, 1);
	atomic_inc(&xinet_sk(sk)->xn->raw_socks);
	return 0;
}

static void xraw_unhash(struct sock *sk)
{
	if (!sk->sk_num)
		return;
	xport_put(&xraw_table, sk);
	atomic_dec(&xinet_sk(sk)->xn->raw_socks);
}

struct proto xraw_prot = {
	.name		= "XRAW",
	.owner		= THIS_MODULE,
	.obj_size	= sizeof(struct xraw_sock),
	.init		= xraw_sk_init,
	.unhash		= xraw_unhash,
	.diag_destroy	= xdgram_abort,
};

/*
 * bind(2): only packets to that address, and from it if it is one host's. As
 * IPv4, a raw socket may be bound again, until it is connected; the port in
 * the address means nothing.
 */
static int xraw_bind(struct socket *sock, struct sockaddr *uaddr, int len)
{
	const struct sockaddr_xin *sin = (const struct sockaddr_xin *)uaddr;
	struct sock *sk = sock->sk;
	struct xinet_sock *xsk = xinet_sk(sk);
	__be32 addr;
	int err;
	u8 type;

	err = xinet_check_addr(sk, uaddr, len);
	if (err)
		return err;
	addr = sin->sxin_addr.s_addr;
	rcu_read_lock();
	type = addr ? xinet_addr_type(xsk->xn, addr) : RTN_LOCAL;
	rcu_read_unlock();
	if (type != RTN_LOCAL && type != RTN_BROADCAST && type != RTN_MULTICAST)
		return -EADDRNOTAVAIL;

	lock_sock(sk);
	err = -EINVAL;
	if (sk->sk_state == TCP_CLOSE) {
		WRITE_ONCE(sk->sk_rcv_saddr, addr);
		WRITE_ONCE(xsk->saddr, type == RTN_LOCAL ? addr : 0);
		err = 0;
	}
	release_sock(sk);
	return err;
}

const struct proto_ops xraw_ops = {
	XDGRAM_PROTO_OPS
	.bind		= xraw_bind,
	.sendmsg	= xraw_sendmsg,
};

/**
 * xraw_table_init - make the table of sockets; before /proc shows it
 *
 * Context: process.
 * Return: 0 or -ENOMEM.
 */
int xraw_table_init(void)
{
	return xport_table_init(&xraw_table, XRAW_TABLE_BITS);
}

/**
 * xraw_table_exit - free the table of sockets; /proc shows it no more
 *
 * Context: process.
 */
void xraw_table_exit(void)
{
	xport_table_free(&xraw_table);
}

/**
 * xraw_init - make the socket type
 *
 * Context: process.
 * Return: 0 or an error.
 */
int xraw_init(void)
{
	return proto_register(&xraw_prot, 1);
}

/**
 * xraw_exit - undo xraw_init(); no socket is left
 *
 * Context: process.
 */
void xraw_exit(void)
{
	proto_unregister(&xraw_prot);
}
