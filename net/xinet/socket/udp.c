// SPDX-License-Identifier: GPL-2.0
/*
 * XUDP as a transport: its struct proto, its table of ports, its calls, and
 * its registration under protocol 17.
 */
#include <linux/module.h>
#include <net/xinet/protocol.h>
#include <net/xinet/sock.h>
#include <net/xinet/udp.h>
#include "ops.h"

#define XUDP_TABLE_BITS	12

struct xport_table xudp_table;

static int xudp_get_port(struct sock *sk, unsigned short port)
{
	return xport_get(&xudp_table, sk, port);
}

static void xudp_put_port(struct sock *sk)
{
	xport_put(&xudp_table, sk);
}

struct proto xudp_prot = {
	.name		= "XUDP",
	.owner		= THIS_MODULE,
	.obj_size	= sizeof(struct xinet_sock),
	.get_port	= xudp_get_port,
	.put_port	= xudp_put_port,
	.unhash		= xudp_put_port,
	.diag_destroy	= xdgram_abort,
};

const struct proto_ops xudp_ops = {
	XDGRAM_PROTO_OPS
	.bind		= xdgram_bind,
	.sendmsg	= xudp_sendmsg,
};

static const struct xinet_protocol xudp_protocol = {
	.handler	= xudp_rcv,
	.err_handler	= xudp_err,
};

/**
 * xudp_table_init - make the table of ports; before /proc shows it
 *
 * Context: process.
 * Return: 0 or -ENOMEM.
 */
int xudp_table_init(void)
{
	return xport_table_init(&xudp_table, XUDP_TABLE_BITS);
}

/**
 * xudp_table_exit - free the table of ports; /proc shows it no more
 *
 * Context: process.
 */
void xudp_table_exit(void)
{
	xport_table_free(&xudp_table);
}

/**
 * xudp_init - make the transport and take protocol 17
 *
 * Context: process.
 * Return: 0 or an error.
 */
int xudp_init(void)
{
	int err;

	err = proto_register(&xudp_prot, 1);
	if (err)
		return err;
	err = xinet_add_protocol(&xudp_protocol, IPPROTO_UDP);
	if (err)
		proto_unregister(&xudp_prot);
	return err;
}

/**
 * xudp_exit - undo xudp_init(); no socket is left
 *
 * Context: process, may sleep.
 */
void xudp_exit(void)
{
	xinet_del_protocol(&xudp_protocol, IPPROTO_UDP);
	proto_unregister(&xudp_prot);
}
