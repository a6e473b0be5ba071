// SPDX-License-Identifier: GPL-2.0
/*
 * A program and the options of its packets: IP_OPTIONS, and the control
 * messages IP_RETOPTS and IP_RECVOPTS.
 *
 * In: syscalls, process context; xsk_put_options() under the RCU read lock that
 * a datagram is sent under. A socket's options are replaced as a whole under
 * the socket lock. None of it is reached by a socket without options.
 */
#include <linux/capability.h>
#include <linux/slab.h>
#include <linux/sockptr.h>
#include <net/xinet/ip.h>
#include <net/xinet/netns.h>
#include <net/xinet/options.h>
#include <net/xinet/sock.h>
#include "send.h"

/**
 * struct xsk_opts - a socket's options
 * @rcu: frees them after a grace period
 * @list: the bytes, as the program gave them, padded to words
 */
struct xsk_opts {
	struct rcu_head rcu;
	struct xip_optlist list;
};

/*
 * As IPv4: what this host fills in is open to all, what it does not know to
 * those who may send whatever they like. Source routes are for nobody.
 */
static int xsk_options_check(struct sock *sk, const u8 *opt, unsigned int len)
{
	struct xip_options o;
	unsigned int pointer;

	if (xip_options_compile(opt, len, &o, &pointer))
		return -EINVAL;
	if (o.other && !ns_capable(sock_net(sk)->user_ns, CAP_NET_RAW))
		return -EINVAL;
	return 0;
}

static struct xsk_opts *xsk_options_make(struct sock *sk, sockptr_t optval,
					 unsigned int optlen)
{
	struct xsk_opts *new;
	int err;

	new = kzalloc(sizeof(*new), GFP_KERNEL_ACCOUNT);
	if (!new)
		return ERR_PTR(-ENOMEM);
	new->list.len = ALIGN(optlen, 4);
	err = copy_from_sockptr(new->list.data, optval, optlen) ? -EFAULT :
	      xsk_options_check(sk, new->list.data, new->list.len);
	if (!err)
		return new;
	kfree(new);
	return ERR_PTR(err);
}

/**
 * xsk_options_set - setsockopt(IP_OPTIONS)
 * @sk: the socket
 * @optval: the options, as they stand in a header
 * @optlen: in bytes, 0 for none
 *
 * Context: process, no lock held.
 * Return: 0; -EINVAL for too many, malformed or forbidden ones; -EFAULT;
 * -ENOMEM.
 */
int xsk_options_set(struct sock *sk, sockptr_t optval, unsigned int optlen)
{
	struct xinet_sock *xsk = xinet_sk(sk);
	struct xsk_opts *new = NULL, *old;

	if (optlen > XIP_OPTIONS_MAX)
		return -EINVAL;
	if (optlen) {
		new = xsk_options_make(sk, optval, optlen);
		if (IS_ERR(new))
			return PTR_ERR(new);
	}
	lock_sock(sk);
	old = rcu_replace_pointer(xsk->opts, new, lockdep_sock_is_held(sk));
	WRITE_ONCE(xsk->odd.optlen, new ? new->list.len : 0);
	release_sock(sk);
	if (old)
		kfree_rcu(old, rcu);
	return 0;
}

/**
 * xsk_options_get - getsockopt(IP_OPTIONS)
 * @sk: the socket
 * @optval: gets the options, as they were set
 * @optlen: room in bytes, changed to what was written
 *
 * Context: process, no lock held.
 * Return: 0, -EINVAL, -EFAULT.
 */
int xsk_options_get(struct sock *sk, char __user *optval, int __user *optlen)
{
	struct xinet_sock *xsk = xinet_sk(sk);
	struct xip_optlist list = { .len = 0 };
	const struct xsk_opts *opts;
	int len;

	if (get_user(len, optlen))
		return -EFAULT;
	if (len < 0)
		return -EINVAL;
	rcu_read_lock();
	opts = rcu_dereference(xsk->opts);
	if (opts)
		list = opts->list;
	rcu_read_unlock();
	len = min_t(int, len, list.len);
	return put_user(len, optlen) ||
	       copy_to_user(optval, list.data, len) ? -EFAULT : 0;
}

/**
 * xsk_options_free - a socket ends
 * @xsk: the socket; nobody sends by it any more
 *
 * Context: any.
 */
void xsk_options_free(struct xinet_sock *xsk)
{
	kfree(rcu_dereference_protected(xsk->opts, 1));
}

/**
 * xsk_options_cmsg - IP_RETOPTS with a message to send: its options alone
 * @sk: the socket
 * @cmsg: the control message; lives as long as the call
 * @ck: changed
 *
 * Context: process.
 * Return: 0 or -EINVAL.
 */
int xsk_options_cmsg(struct sock *sk, const struct cmsghdr *cmsg,
		     struct xsk_cookie *ck)
{
	size_t len = cmsg->cmsg_len - sizeof(*cmsg);

	if (len > XIP_OPTIONS_MAX)
		return -EINVAL;
	ck->retopts = cmsg;
	ck->odd.retopts = true;
	ck->odd.optlen = ALIGN(len, 4);
	return xsk_options_check(sk, CMSG_DATA(cmsg), len);
}

/**
 * xsk_put_options - put a socket's or a message's options into a datagram
 * @sk: the socket
 * @skb: the datagram, behind xip_build_header(); stays the caller's
 * @ck: of the call; @ck->odd.optlen says that there are some
 *
 * Context: RCU read lock.
 * Return: 0, -EINVAL, -ENOBUFS.
 */
int xsk_put_options(struct sock *sk, struct sk_buff *skb,
		    const struct xsk_cookie *ck)
{
	const struct xinet_sock *xsk = xinet_sk(sk);
	const struct xsk_opts *opts;

	if (ck->odd.retopts)
		return xip_options_insert(xsk->xn, skb, CMSG_DATA(ck->retopts),
					  ck->retopts->cmsg_len -
					  sizeof(struct cmsghdr));
	opts = rcu_dereference(xsk->opts);
	/* taken away, or more than was reckoned with, while data was copied */
	if (!opts || opts->list.len > ck->odd.optlen)
		return 0;
	return xip_options_insert(xsk->xn, skb, opts->list.data,
				  opts->list.len);
}

/**
 * xsk_options_recv - tell a program of a datagram's options
 * @sk: the socket, XSK_RECVOPTS or XSK_RETOPTS set
 * @msg: gets IP_RECVOPTS, all as they came, and IP_RETOPTS, what an answer
 *	would carry; neither where there are none
 * @skb: the datagram
 *
 * Context: process.
 */
void xsk_options_recv(struct sock *sk, struct msghdr *msg,
		      const struct sk_buff *skb)
{
	struct xip_optlist list;

	if (ip_hdr(skb)->ihl == 5)
		return;
	if (xsk_flag(sk, XSK_RECVOPTS))
		put_cmsg(msg, SOL_IP, IP_RECVOPTS,
			 ip_hdrlen(skb) - sizeof(struct iphdr),
			 (void *)(ip_hdr(skb) + 1));
	if (xsk_flag(sk, XSK_RETOPTS)) {
		xip_options_echo(skb, &list);
		put_cmsg(msg, SOL_IP, IP_RETOPTS, list.len, list.data);
	}
}
