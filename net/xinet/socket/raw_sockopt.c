// SPDX-License-Identifier: GPL-2.0
/*
 * What only raw sockets can be asked for: IP_HDRINCL, ICMP_FILTER.
 *
 * In: the tables of sockopt.c, from process context. Out: words of the socket
 * that the data path reads without a lock.
 */
#include <linux/icmp.h>
#include <linux/in.h>
#include <net/xinet/raw.h>

/**
 * xraw_set_hdrincl - setsockopt IP_HDRINCL
 * @sk: a socket of any type
 * @val: whether what is sent begins with a XIP header
 *
 * Context: process, socket lock held.
 * Return: 0; -ENOPROTOOPT unless @sk is a raw socket.
 */
int xraw_set_hdrincl(struct sock *sk, int val)
{
	if (sk->sk_type != SOCK_RAW)
		return -ENOPROTOOPT;
	assign_bit(XSK_HDRINCL, &xinet_sk(sk)->flags, val);
	return 0;
}

/**
 * xraw_set_filter - setsockopt ICMP_FILTER
 * @sk: a raw socket
 * @optval: struct icmp_filter, or as much of its beginning as there is
 * @optlen: of @optval in bytes
 *
 * Context: process.
 * Return: 0; -EOPNOTSUPP unless its protocol is ICMP; -EFAULT.
 */
int xraw_set_filter(struct sock *sk, sockptr_t optval, unsigned int optlen)
{
	u32 filter;

	if (sk->sk_protocol != IPPROTO_ICMP)
		return -EOPNOTSUPP;
	/* bytes that are not given keep their value */
	filter = READ_ONCE(xraw_sk(sk)->filter);
	optlen = min_t(unsigned int, optlen, sizeof(filter));
	if (copy_from_sockptr(&filter, optval, optlen))
		return -EFAULT;
	WRITE_ONCE(xraw_sk(sk)->filter, filter);
	return 0;
}

/**
 * xraw_get_filter - getsockopt ICMP_FILTER
 * @sk: a raw socket
 * @optval: gets struct icmp_filter, as far as there is room
 * @optlen: room in bytes, changed to what was written
 *
 * Context: process.
 * Return: 0; -EOPNOTSUPP unless its protocol is ICMP; -EINVAL, -EFAULT.
 */
int xraw_get_filter(struct sock *sk, char __user *optval, int __user *optlen)
{
	u32 filter = READ_ONCE(xraw_sk(sk)->filter);
	int len;

	BUILD_BUG_ON(sizeof(struct icmp_filter) != sizeof(filter));
	if (sk->sk_protocol != IPPROTO_ICMP)
		return -EOPNOTSUPP;
	if (get_user(len, optlen))
		return -EFAULT;
	if (len < 0)
		return -EINVAL;
	len = min_t(int, len, sizeof(filter));
	return put_user(len, optlen) ||
	       copy_to_user(optval, &filter, len) ? -EFAULT : 0;
}
