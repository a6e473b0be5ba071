/* SPDX-License-Identifier: GPL-2.0 */
/* The calls that sockets of datagrams have in common: UDP, ping and raw. */
#ifndef _XINET_SOCKET_OPS_H
#define _XINET_SOCKET_OPS_H

#include <net/xinet/sock.h>
#include "../compat/socket.h"

/* A type adds its .bind and .sendmsg. */
#define XDGRAM_PROTO_OPS				\
	.family		= PF_XINET,			\
	.owner		= THIS_MODULE,			\
	.release	= xinet_release,		\
	.connect	= xdgram_connect,		\
	.socketpair	= sock_no_socketpair,		\
	.accept		= sock_no_accept,		\
	.getname	= xinet_getname,		\
	.poll		= datagram_poll,		\
	.ioctl		= xinet_ioctl,			\
	.gettstamp	= sock_gettstamp,		\
	.listen		= sock_no_listen,		\
	.shutdown	= xinet_shutdown,		\
	.setsockopt	= xinet_setsockopt,		\
	.getsockopt	= xinet_getsockopt,		\
	.recvmsg	= xdgram_recvmsg,		\
	.mmap		= sock_no_mmap,			\
	XINET_PROTO_OPS_SENDPAGE

#endif /* _XINET_SOCKET_OPS_H */
