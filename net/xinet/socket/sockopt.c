// SPDX-License-Identifier: GPL-2.0
/*
 * setsockopt and getsockopt at level SOL_IP.
 *
 * In: syscalls, process context. An option that is not here is refused with
 * ENOPROTOOPT: none is taken and forgotten. SOL_SOCKET never comes this far.
 */
#include <linux/in.h>
#include <linux/sockptr.h>
#include <net/route.h>
#include <net/xinet/ip.h>
#include <net/xinet/netns.h>
#include <net/xinet/sock.h>
#include "send.h"

/* The XSK_* bit of a boolean option, or -1. */
static int xsk_option_bit(int optname)
{
	switch (optname) {
	case IP_PKTINFO:
		return XSK_PKTINFO;
	case IP_RECVTTL:
		return XSK_RECVTTL;
	case IP_RECVTOS:
		return XSK_RECVTOS;
	case XIP_REPORT_INET:
		return XSK_REPORT_INET;
	default:
		return -1;
	}
}

/* IPv4 takes an int, or where there is no room for one, a byte. */
static int xsk_option_int(sockptr_t optval, unsigned int optlen, int *val)
{
	u8 byte;

	if (optlen >= sizeof(int))
		return copy_from_sockptr(val, optval, sizeof(*val)) ?
		       -EFAULT : 0;
	if (!optlen)
		return -EINVAL;
	if (copy_from_sockptr(&byte, optval, sizeof(byte)))
		return -EFAULT;
	*val = byte;
	return 0;
}

static int xsk_set_tos(struct sock *sk, int val)
{
	if (val < 0 || val > 255)
		return -EINVAL;
	WRITE_ONCE(xinet_sk(sk)->tos, val);
	WRITE_ONCE(sk->sk_priority, rt_tos2priority(val));
	return 0;
}

static int xsk_set_ttl(struct sock *sk, int val)
{
	if (val != -1 && (val < 1 || val > XIP_MAX_TTL))
		return -EINVAL;
	WRITE_ONCE(xinet_sk(sk)->ttl, val);
	return 0;
}

/**
 * xinet_setsockopt - setsockopt(2), all levels but SOL_SOCKET
 * @sock: the socket
 * @level: SOL_IP, or ENOPROTOOPT
 * @optname: the option
 * @optval: its value
 * @optlen: of @optval in bytes
 *
 * Context: process.
 * Return: 0; -ENOPROTOOPT, -EINVAL, -EFAULT.
 */
int xinet_setsockopt(struct socket *sock, int level, int optname,
		     sockptr_t optval, unsigned int optlen)
{
	struct sock *sk = sock->sk;
	int bit, val, err;

	bit = xsk_option_bit(optname);
	if (level != SOL_IP ||
	    (bit < 0 && optname != IP_TOS && optname != IP_TTL))
		return -ENOPROTOOPT;
	err = xsk_option_int(optval, optlen, &val);
	if (err)
		return err;

	lock_sock(sk);
	if (optname == IP_TOS)
		err = xsk_set_tos(sk, val);
	else if (optname == IP_TTL)
		err = xsk_set_ttl(sk, val);
	else
		assign_bit(bit, &xinet_sk(sk)->flags, val);
	release_sock(sk);
	return err;
}

/* IP_MTU: of the path to the peer, as it is now. */
static int xsk_get_mtu(struct sock *sk, int *val)
{
	struct xsk_dest dst = {
		.addr = READ_ONCE(sk->sk_daddr),
		.port = READ_ONCE(sk->sk_dport),
		.connected = true,
	};
	struct xsk_cookie ck = {
		.saddr = READ_ONCE(xinet_sk(sk)->saddr),
		.oif = READ_ONCE(sk->sk_bound_dev_if),
	};
	struct xroute rt;
	int err;

	if (sk->sk_state != TCP_ESTABLISHED)
		return -ENOTCONN;
	rcu_read_lock();
	err = xsk_route_get(sk, &dst, &ck, 0, &rt);
	rcu_read_unlock();
	if (err)
		return -ENOTCONN;
	*val = rt.mtu;
	return 0;
}

static int xsk_get_int(struct sock *sk, int optname, int *val)
{
	const struct xinet_sock *xsk = xinet_sk(sk);
	int bit = xsk_option_bit(optname);

	if (bit >= 0) {
		*val = test_bit(bit, &xsk->flags);
		return 0;
	}
	switch (optname) {
	case IP_TOS:
		*val = READ_ONCE(xsk->tos);
		return 0;
	case IP_TTL:
		*val = READ_ONCE(xsk->ttl);
		if (*val < 0)
			*val = READ_ONCE(xinet_sk(sk)->xn->sysctl.default_ttl);
		return 0;
	case IP_MTU:
		return xsk_get_mtu(sk, val);
	default:
		return -ENOPROTOOPT;
	}
}

/**
 * xinet_getsockopt - getsockopt(2), all levels but SOL_SOCKET
 * @sock: the socket
 * @level: SOL_IP, or ENOPROTOOPT
 * @optname: the option
 * @optval: gets its value: an int, or one byte where there is room for no more
 * @optlen: room in bytes, changed to what was written
 *
 * Context: process.
 * Return: 0; -ENOPROTOOPT, -EINVAL, -EFAULT, -ENOTCONN (IP_MTU).
 */
int xinet_getsockopt(struct socket *sock, int level, int optname,
		     char __user *optval, int __user *optlen)
{
	int len, val, err;
	u8 byte;

	if (level != SOL_IP)
		return -ENOPROTOOPT;
	if (get_user(len, optlen))
		return -EFAULT;
	if (len < 0)
		return -EINVAL;
	err = xsk_get_int(sock->sk, optname, &val);
	if (err)
		return err;

	if (len > 0 && len < (int)sizeof(int) && val >= 0 && val <= 255) {
		byte = val;
		return put_user(1, optlen) ||
		       copy_to_user(optval, &byte, 1) ? -EFAULT : 0;
	}
	len = min_t(int, len, sizeof(int));
	return put_user(len, optlen) ||
	       copy_to_user(optval, &val, len) ? -EFAULT : 0;
}
