// SPDX-License-Identifier: GPL-2.0
/*
 * setsockopt and getsockopt at levels SOL_IP and, for raw sockets, SOL_RAW.
 *
 * In: syscalls, process context. An option that is not here is refused with
 * ENOPROTOOPT: none is taken and forgotten. SOL_SOCKET never comes this far.
 */
#include <linux/icmp.h>
#include <linux/in.h>
#include <linux/sockptr.h>
#include <net/route.h>
#include <net/xinet/ip.h>
#include <net/xinet/netns.h>
#include <net/xinet/raw.h>
#include <net/xinet/sock.h>
#include "send.h"

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

static int xsk_get_tos(struct sock *sk, int *val)
{
	*val = READ_ONCE(xinet_sk(sk)->tos);
	return 0;
}

static int xsk_get_ttl(struct sock *sk, int *val)
{
	*val = READ_ONCE(xinet_sk(sk)->ttl);
	if (*val < 0)
		*val = READ_ONCE(xinet_sk(sk)->xn->sysctl.default_ttl);
	return 0;
}

/**
 * struct xsk_option - one option of a level
 * @optname: its name
 * @flag: it is a boolean, kept in that bit (XSK_*) and nowhere else
 * @set: takes an int; socket lock held; NULL where it can only be read
 * @get: fills an int in
 * @set_buf: in place of @set, for a value that is no int; no lock held
 * @get_buf: in place of @get
 */
struct xsk_option {
	int optname;
	int flag;
	int (*set)(struct sock *sk, int val);
	int (*get)(struct sock *sk, int *val);
	int (*set_buf)(struct sock *sk, sockptr_t optval, unsigned int optlen);
	int (*get_buf)(struct sock *sk, char __user *optval,
		       int __user *optlen);
};

#define XSK_NO_FLAG	(-1)
#define XSK_OPTION(name)	.optname = (name), .flag = XSK_NO_FLAG

static const struct xsk_option xsk_options[] = {
	{ XSK_OPTION(IP_TOS), .set = xsk_set_tos, .get = xsk_get_tos },
	{ XSK_OPTION(IP_TTL), .set = xsk_set_ttl, .get = xsk_get_ttl },
	{ XSK_OPTION(IP_MTU), .get = xsk_get_mtu },
	{ XSK_OPTION(IP_MTU_DISCOVER), .set = xsk_set_mtu_discover,
	  .get = xsk_get_mtu_discover },
	{ XSK_OPTION(IP_OPTIONS), .set_buf = xsk_options_set,
	  .get_buf = xsk_options_get },
	{ IP_RECVOPTS, XSK_RECVOPTS },
	{ IP_RETOPTS, XSK_RETOPTS },
	{ IP_PKTINFO, XSK_PKTINFO },
	{ IP_RECVTTL, XSK_RECVTTL },
	{ IP_RECVTOS, XSK_RECVTOS },
	{ XIP_REPORT_INET, XSK_REPORT_INET },
	{ IP_RECVERR, XSK_RECVERR, .set = xsk_set_recverr },
	{ IP_HDRINCL, XSK_HDRINCL, .set = xraw_set_hdrincl },
	{ XSK_OPTION(IP_MULTICAST_IF), .set_buf = xsk_mc_set_if,
	  .get_buf = xsk_mc_get_if },
	{ XSK_OPTION(IP_MULTICAST_TTL), .set = xsk_mc_set_ttl,
	  .get = xsk_mc_get_ttl },
	{ XSK_OPTION(IP_MULTICAST_LOOP), .set = xsk_mc_set_loop,
	  .get = xsk_mc_get_loop },
	{ XSK_OPTION(IP_MULTICAST_ALL), .set = xsk_mc_set_all,
	  .get = xsk_mc_get_all },
	{ XSK_OPTION(IP_ADD_MEMBERSHIP), .set_buf = xsk_mc_set_member },
	{ XSK_OPTION(IP_DROP_MEMBERSHIP), .set_buf = xsk_mc_set_nonmember },
	{ XSK_OPTION(MCAST_JOIN_GROUP), .set_buf = xsk_mc_set_join_group },
	{ XSK_OPTION(MCAST_LEAVE_GROUP), .set_buf = xsk_mc_set_leave_group },
};

/* Level SOL_RAW, which only raw sockets have. */
static const struct xsk_option xraw_options[] = {
	{ XSK_OPTION(ICMP_FILTER), .set_buf = xraw_set_filter,
	  .get_buf = xraw_get_filter },
};

static const struct xsk_option *xsk_option_find(const struct sock *sk,
						int level, int optname)
{
	const struct xsk_option *table = xsk_options;
	unsigned int i, n = ARRAY_SIZE(xsk_options);

	if (level == SOL_RAW && sk->sk_type == SOCK_RAW) {
		table = xraw_options;
		n = ARRAY_SIZE(xraw_options);
	} else if (level != SOL_IP) {
		return NULL;
	}
	for (i = 0; i < n; i++)
		if (table[i].optname == optname)
			return &table[i];
	return NULL;
}

/**
 * xinet_setsockopt - setsockopt(2), all levels but SOL_SOCKET
 * @sock: the socket
 * @level: SOL_IP, SOL_RAW, or ENOPROTOOPT
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
	const struct xsk_option *opt = xsk_option_find(sk, level, optname);
	int val, err;

	if (opt && opt->set_buf)
		return opt->set_buf(sk, optval, optlen);
	if (!opt || (opt->flag == XSK_NO_FLAG && !opt->set))
		return -ENOPROTOOPT;
	err = xsk_option_int(optval, optlen, &val);
	if (err)
		return err;

	lock_sock(sk);
	if (opt->set)
		err = opt->set(sk, val);
	else
		assign_bit(opt->flag, &xinet_sk(sk)->flags, val);
	release_sock(sk);
	return err;
}

static int xsk_get_int(struct sock *sk, const struct xsk_option *opt, int *val)
{
	if (opt->get)
		return opt->get(sk, val);
	if (opt->flag == XSK_NO_FLAG)
		return -ENOPROTOOPT;
	*val = xsk_flag(sk, opt->flag);
	return 0;
}

/**
 * xinet_getsockopt - getsockopt(2), all levels but SOL_SOCKET
 * @sock: the socket
 * @level: SOL_IP, SOL_RAW, or ENOPROTOOPT
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
	const struct xsk_option *opt = xsk_option_find(sock->sk, level,
						       optname);
	int len, val, err;
	u8 byte;

	if (!opt)
		return -ENOPROTOOPT;
	if (opt->get_buf)
		return opt->get_buf(sock->sk, optval, optlen);
	if (get_user(len, optlen))
		return -EFAULT;
	if (len < 0)
		return -EINVAL;
	err = xsk_get_int(sock->sk, opt, &val);
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
