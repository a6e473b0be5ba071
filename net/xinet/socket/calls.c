// SPDX-License-Identifier: GPL-2.0
/*
 * The calls that are the same for every type of socket, and the form of an
 * address between program and kernel.
 *
 * In: syscalls, process context; the socket lock is taken here where it is
 * needed. Out: what the program asked for.
 */
#include <linux/net.h>
#include <linux/sockios.h>
#include <net/xinet/sock.h>
#include <asm/ioctls.h>

/**
 * xinet_check_addr - is this an address of the family?
 * @sk: the socket
 * @uaddr: what the program gave
 * @len: its length in bytes
 *
 * As IPv4's, sendto() takes AF_UNSPEC for the socket's own family, and so does
 * bind() of the wildcard; connect() has a meaning of its own for it.
 *
 * Context: any.
 * Return: 0; -EINVAL where it is too short; -EAFNOSUPPORT for another family.
 */
int xinet_check_addr(const struct sock *sk, const struct sockaddr *uaddr,
		     int len)
{
	if (len < (int)sizeof(struct sockaddr_xin))
		return -EINVAL;
	if (likely(uaddr->sa_family == AF_XINET))
		return 0;
	if (uaddr->sa_family == AF_INET && xsk_flag(sk, XSK_REPORT_INET))
		return 0;
	return uaddr->sa_family == AF_UNSPEC ? 0 : -EAFNOSUPPORT;
}

/**
 * xinet_fill_addr - write an address for a program
 * @sk: the socket; with XIP_REPORT_INET the address says AF_INET
 * @sin: filled
 * @addr: network byte order
 * @port: network byte order
 *
 * Context: any.
 */
void xinet_fill_addr(const struct sock *sk, struct sockaddr_xin *sin,
		     __be32 addr, __be16 port)
{
	memset(sin, 0, sizeof(*sin));
	sin->sxin_family = xsk_flag(sk, XSK_REPORT_INET) ? AF_INET : AF_XINET;
	sin->sxin_addr.s_addr = addr;
	sin->sxin_port = port;
}

/**
 * xinet_release - close(2) of the last descriptor
 * @sock: the socket
 *
 * Context: process.
 * Return: 0.
 */
int xinet_release(struct socket *sock)
{
	if (sock->sk) {
		xsk_mc_drop_all(sock->sk);
		sk_common_release(sock->sk);
	}
	return 0;
}

/**
 * xinet_getname - getsockname(2) and getpeername(2)
 * @sock: the socket
 * @uaddr: filled
 * @peer: whether the peer's is asked
 *
 * Context: process.
 * Return: length of the address, or -ENOTCONN.
 */
int xinet_getname(struct socket *sock, struct sockaddr *uaddr, int peer)
{
	struct sockaddr_xin *sin = (struct sockaddr_xin *)uaddr;
	struct sock *sk = sock->sk;
	int err = sizeof(*sin);

	lock_sock(sk);
	if (!peer)
		xinet_fill_addr(sk, sin,
				sk->sk_rcv_saddr ?: xinet_sk(sk)->saddr,
				htons(sk->sk_num));
	else if (sk->sk_state == TCP_ESTABLISHED)
		xinet_fill_addr(sk, sin, sk->sk_daddr, sk->sk_dport);
	else
		err = -ENOTCONN;
	release_sock(sk);
	return err;
}

/**
 * xinet_shutdown - shutdown(2)
 * @sock: the socket
 * @how: SHUT_RD, SHUT_WR or SHUT_RDWR
 *
 * As IPv4, an unconnected datagram socket is shut down and told ENOTCONN, so
 * that a thread that waits in recv() wakes up.
 *
 * Context: process.
 * Return: 0, -EINVAL, -ENOTCONN.
 */
int xinet_shutdown(struct socket *sock, int how)
{
	struct sock *sk = sock->sk;
	int err;

	if (how < SHUT_RD || how > SHUT_RDWR)
		return -EINVAL;
	lock_sock(sk);
	err = sk->sk_state == TCP_ESTABLISHED ? 0 : -ENOTCONN;
	/* SHUT_RD, SHUT_WR and SHUT_RDWR count from 0, the bits from 1 */
	WRITE_ONCE(sk->sk_shutdown, sk->sk_shutdown | (how + 1));
	sk->sk_state_change(sk);
	release_sock(sk);
	return err;
}

/* FIONREAD: the length of the next datagram, 0 for none or an empty one. */
static int xinet_next_length(struct sock *sk)
{
	struct sk_buff *skb;
	int len = 0;

	spin_lock_bh(&sk->sk_receive_queue.lock);
	skb = skb_peek(&sk->sk_receive_queue);
	if (skb)
		len = skb->len;
	spin_unlock_bh(&sk->sk_receive_queue.lock);
	return len;
}

/**
 * xinet_ioctl - ioctl(2)
 * @sock: the socket
 * @cmd: SIOCOUTQ or SIOCINQ (TIOCOUTQ, FIONREAD)
 * @arg: pointer to an int in the program
 *
 * Context: process.
 * Return: 0, -EFAULT, or -ENOIOCTLCMD, on which the core goes on looking.
 */
int xinet_ioctl(struct socket *sock, unsigned int cmd, unsigned long arg)
{
	int __user *to = (int __user *)arg;

	switch (cmd) {
	case SIOCOUTQ:
		return put_user(sk_wmem_alloc_get(sock->sk), to);
	case SIOCINQ:
		return put_user(xinet_next_length(sock->sk), to);
	default:
		return -ENOIOCTLCMD;
	}
}
