// SPDX-License-Identifier: GPL-2.0
/*
 * Multicast options of a socket, in the several shapes that programs give them.
 *
 * In: setsockopt() and getsockopt() from process context, through the table of
 * sockopt.c: those that take an int with the socket lock held, the others
 * without. Lengths and contents are the program's.
 */
#include <linux/compat.h>
#include <linux/in.h>
#include <linux/netdevice.h>
#include <net/compat.h>
#include <net/xinet/ip.h>
#include <net/xinet/mcast.h>
#include <net/xinet/netns.h>
#include <net/xinet/sock.h>

/* struct ip_mreqn, or its older half struct ip_mreq. */
static int xsk_mc_copy_mreq(sockptr_t optval, unsigned int optlen,
			    struct ip_mreqn *req)
{
	unsigned int len = sizeof(struct ip_mreq);

	BUILD_BUG_ON(offsetof(struct ip_mreqn, imr_address) !=
		     offsetof(struct ip_mreq, imr_interface));
	if (optlen < len)
		return -EINVAL;
	if (optlen >= sizeof(*req))
		len = sizeof(*req);
	memset(req, 0, sizeof(*req));
	return copy_from_sockptr(req, optval, len) ? -EFAULT : 0;
}

/**
 * xsk_mc_set_member - IP_ADD_MEMBERSHIP
 * @sk: the socket
 * @optval: struct ip_mreq or ip_mreqn
 * @optlen: of @optval in bytes
 *
 * Context: process.
 * Return: as xsk_mc_join(), or -EFAULT.
 */
int xsk_mc_set_member(struct sock *sk, sockptr_t optval, unsigned int optlen)
{
	struct ip_mreqn req;
	int err = xsk_mc_copy_mreq(optval, optlen, &req);

	return err ? err : xsk_mc_join(sk, &req);
}

/**
 * xsk_mc_set_nonmember - IP_DROP_MEMBERSHIP
 * @sk: the socket
 * @optval: struct ip_mreq or ip_mreqn
 * @optlen: of @optval in bytes
 *
 * Context: process.
 * Return: as xsk_mc_leave(), or -EINVAL, -EFAULT.
 */
int xsk_mc_set_nonmember(struct sock *sk, sockptr_t optval, unsigned int optlen)
{
	struct ip_mreqn req;
	int err = xsk_mc_copy_mreq(optval, optlen, &req);

	return err ? err : xsk_mc_leave(sk, &req);
}

/* struct group_req; a 32-bit program's has no hole behind the number. */
static int xsk_mc_copy_group_req(const struct sock *sk, sockptr_t optval,
				 unsigned int optlen, struct ip_mreqn *req)
{
	unsigned int len, at;
	struct sockaddr_xin sin;
	u32 ifindex;

	if (in_compat_syscall()) {
		len = sizeof(struct compat_group_req);
		at = offsetof(struct compat_group_req, gr_group);
	} else {
		len = sizeof(struct group_req);
		at = offsetof(struct group_req, gr_group);
	}
	if (optlen < len)
		return -EINVAL;
	if (copy_from_sockptr(&ifindex, optval, sizeof(ifindex)) ||
	    copy_from_sockptr_offset(&sin, optval, at, sizeof(sin)))
		return -EFAULT;
	if (sin.sxin_family == AF_UNSPEC ||
	    xinet_check_addr(sk, (struct sockaddr *)&sin, sizeof(sin)))
		return -EINVAL;
	*req = (struct ip_mreqn) {
		.imr_multiaddr = sin.sxin_addr,
		.imr_ifindex = ifindex,
	};
	return 0;
}

/**
 * xsk_mc_set_join_group - MCAST_JOIN_GROUP
 * @sk: the socket
 * @optval: struct group_req, its address of the family
 * @optlen: of @optval in bytes
 *
 * Context: process.
 * Return: as xsk_mc_join(), or -EFAULT.
 */
int xsk_mc_set_join_group(struct sock *sk, sockptr_t optval,
			  unsigned int optlen)
{
	struct ip_mreqn req;
	int err = xsk_mc_copy_group_req(sk, optval, optlen, &req);

	return err ? err : xsk_mc_join(sk, &req);
}

/**
 * xsk_mc_set_leave_group - MCAST_LEAVE_GROUP
 * @sk: the socket
 * @optval: struct group_req, its address of the family
 * @optlen: of @optval in bytes
 *
 * Context: process.
 * Return: as xsk_mc_leave(), or -EINVAL, -EFAULT.
 */
int xsk_mc_set_leave_group(struct sock *sk, sockptr_t optval,
			   unsigned int optlen)
{
	struct ip_mreqn req;
	int err = xsk_mc_copy_group_req(sk, optval, optlen, &req);

	return err ? err : xsk_mc_leave(sk, &req);
}

/* IP_MULTICAST_IF also takes the mere address. */
static int xsk_mc_copy_if(sockptr_t optval, unsigned int optlen,
			  struct ip_mreqn *req)
{
	if (optlen >= sizeof(struct ip_mreq))
		return xsk_mc_copy_mreq(optval, optlen, req);
	if (optlen < sizeof(struct in_addr))
		return -EINVAL;
	memset(req, 0, sizeof(*req));
	return copy_from_sockptr(&req->imr_address, optval,
				 sizeof(req->imr_address)) ? -EFAULT : 0;
}

/* Fills in the number of the device that is named by an address. */
static int xsk_mc_find_if(const struct sock *sk, struct ip_mreqn *req)
{
	struct xinet_net *xn = xinet_sk(sk)->xn;
	const struct net_device *dev;

	/* neither: the route decides again */
	if (!req->imr_ifindex && !req->imr_address.s_addr)
		return 0;
	rcu_read_lock();
	if (req->imr_ifindex)
		dev = dev_get_by_index_rcu(xn->net, req->imr_ifindex);
	else
		dev = xinet_addr_dev(xn, req->imr_address.s_addr);
	req->imr_ifindex = dev ? dev->ifindex : 0;
	rcu_read_unlock();
	if (!req->imr_ifindex)
		return -EADDRNOTAVAIL;
	if (sk->sk_bound_dev_if && sk->sk_bound_dev_if != req->imr_ifindex)
		return -EINVAL;
	return 0;
}

/**
 * xsk_mc_set_if - IP_MULTICAST_IF
 * @sk: the socket
 * @optval: struct in_addr, ip_mreq or ip_mreqn
 * @optlen: of @optval in bytes
 *
 * Context: process; takes the socket lock.
 * Return: 0; -EADDRNOTAVAIL for an unknown device or address; -EINVAL also
 * where the socket is bound to another device; -EFAULT.
 */
int xsk_mc_set_if(struct sock *sk, sockptr_t optval, unsigned int optlen)
{
	struct xinet_sock *xsk = xinet_sk(sk);
	struct ip_mreqn req;
	int err = xsk_mc_copy_if(optval, optlen, &req);

	if (err)
		return err;
	lock_sock(sk);
	err = xsk_mc_find_if(sk, &req);
	if (!err) {
		WRITE_ONCE(xsk->mc.ifindex, req.imr_ifindex);
		WRITE_ONCE(xsk->mc.addr, req.imr_address.s_addr);
	}
	release_sock(sk);
	return err;
}

/**
 * xsk_mc_get_if - IP_MULTICAST_IF, read
 * @sk: the socket
 * @optval: gets the address, struct in_addr; 0 if the device was named by number
 * @optlen: room in bytes, changed to what was written
 *
 * Context: process.
 * Return: 0, -EINVAL, -EFAULT.
 */
int xsk_mc_get_if(struct sock *sk, char __user *optval, int __user *optlen)
{
	struct in_addr addr = { READ_ONCE(xinet_sk(sk)->mc.addr) };
	int len;

	if (get_user(len, optlen))
		return -EFAULT;
	if (len < 0)
		return -EINVAL;
	len = min_t(int, len, sizeof(addr));
	return put_user(len, optlen) ||
	       copy_to_user(optval, &addr, len) ? -EFAULT : 0;
}

/**
 * xsk_mc_set_ttl - IP_MULTICAST_TTL
 * @sk: the socket
 * @val: 0 (never leaves the host) to 255; -1 for the default, 1
 *
 * Context: process, socket lock held.
 * Return: 0 or -EINVAL.
 */
int xsk_mc_set_ttl(struct sock *sk, int val)
{
	if (val < -1 || val > XIP_MAX_TTL)
		return -EINVAL;
	WRITE_ONCE(xinet_sk(sk)->mc.ttl, val < 0 ? 1 : val);
	return 0;
}

/**
 * xsk_mc_get_ttl - IP_MULTICAST_TTL, read
 * @sk: the socket
 * @val: filled
 *
 * Context: process.
 * Return: 0.
 */
int xsk_mc_get_ttl(struct sock *sk, int *val)
{
	*val = READ_ONCE(xinet_sk(sk)->mc.ttl);
	return 0;
}

/**
 * xsk_mc_set_loop - IP_MULTICAST_LOOP
 * @sk: the socket
 * @val: 0: members on this host do not get what it sends
 *
 * Kept turned round, so that a socket that asks for nothing has no flag set.
 *
 * Context: process, socket lock held.
 * Return: 0.
 */
int xsk_mc_set_loop(struct sock *sk, int val)
{
	assign_bit(XSK_MC_NO_LOOP, &xinet_sk(sk)->flags, !val);
	return 0;
}

/**
 * xsk_mc_get_loop - IP_MULTICAST_LOOP, read
 * @sk: the socket
 * @val: filled
 *
 * Context: process.
 * Return: 0.
 */
int xsk_mc_get_loop(struct sock *sk, int *val)
{
	*val = !xsk_flag(sk, XSK_MC_NO_LOOP);
	return 0;
}

/**
 * xsk_mc_set_all - IP_MULTICAST_ALL
 * @sk: the socket
 * @val: 0: only the socket's own groups, 1: all that the host has joined
 *
 * Context: process, socket lock held.
 * Return: 0 or -EINVAL.
 */
int xsk_mc_set_all(struct sock *sk, int val)
{
	if (val != 0 && val != 1)
		return -EINVAL;
	assign_bit(XSK_MC_NOT_ALL, &xinet_sk(sk)->flags, !val);
	return 0;
}

/**
 * xsk_mc_get_all - IP_MULTICAST_ALL, read
 * @sk: the socket
 * @val: filled
 *
 * Context: process.
 * Return: 0.
 */
int xsk_mc_get_all(struct sock *sk, int *val)
{
	*val = !xsk_flag(sk, XSK_MC_NOT_ALL);
	return 0;
}
