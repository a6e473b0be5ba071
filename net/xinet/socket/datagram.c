// SPDX-License-Identifier: GPL-2.0
/*
 * bind, connect and disconnect of datagram sockets.
 *
 * In: syscalls, process context; the socket lock is taken here. Out: the
 * socket's addresses, its port in the transport's table, its cached route.
 * Which table that is, the socket's struct proto knows (get_port, put_port).
 */
#include <linux/capability.h>
#include <linux/in.h>
#include <net/xinet/netns.h>
#include <net/xinet/sock.h>

/* May a socket be bound to this address? man 7 ip, EADDRNOTAVAIL. */
static int xdgram_check_bind_addr(struct sock *sk, __be32 addr)
{
	u8 type;

	if (!addr)
		return 0;
	rcu_read_lock();
	type = xinet_addr_type(xinet_sk(sk)->xn, addr);
	rcu_read_unlock();
	switch (type) {
	case RTN_LOCAL:
		return 0;
	case RTN_BROADCAST:
	case RTN_MULTICAST:
		/* no echo reply ever comes to one of these */
		return sk->sk_protocol == IPPROTO_ICMP ? -EADDRNOTAVAIL : 0;
	default:
		return -EADDRNOTAVAIL;
	}
}

static int xdgram_check_bind_port(struct sock *sk, u16 port)
{
	struct net *net = sock_net(sk);
	struct xinet_net *xn = xinet_pernet(net);

	if (!port || sk->sk_protocol != IPPROTO_UDP ||
	    port >= READ_ONCE(xn->sysctl.ip_unprivileged_port_start))
		return 0;
	return ns_capable(net->user_ns, CAP_NET_BIND_SERVICE) ? 0 : -EACCES;
}

/* Only one host's address is a source; the others just select what comes in. */
static __be32 xdgram_source(struct sock *sk, __be32 addr)
{
	u8 type;

	rcu_read_lock();
	type = xinet_addr_type(xinet_sk(sk)->xn, addr);
	rcu_read_unlock();
	return type == RTN_LOCAL ? addr : 0;
}

/**
 * xdgram_bind - bind(2)
 * @sock: the socket
 * @uaddr: address and port; port 0 takes any of local_port_range
 * @len: of @uaddr in bytes
 *
 * Context: process.
 * Return: 0; -EINVAL (too short, already bound), -EAFNOSUPPORT,
 * -EADDRNOTAVAIL, -EACCES, -EADDRINUSE.
 */
int xdgram_bind(struct socket *sock, struct sockaddr *uaddr, int len)
{
	struct sockaddr_xin *sin = (struct sockaddr_xin *)uaddr;
	struct sock *sk = sock->sk;
	struct xinet_sock *xsk = xinet_sk(sk);
	__be32 addr;
	int err;

	err = xinet_check_addr(sk, uaddr, len);
	if (err)
		return err;
	addr = sin->sxin_addr.s_addr;
	if (sin->sxin_family == AF_UNSPEC && addr)
		return -EAFNOSUPPORT;
	err = xdgram_check_bind_addr(sk, addr);
	if (!err)
		err = xdgram_check_bind_port(sk, ntohs(sin->sxin_port));
	if (err)
		return err;

	lock_sock(sk);
	err = -EINVAL;
	if (sk->sk_state != TCP_CLOSE || sk->sk_num)
		goto out;
	WRITE_ONCE(sk->sk_rcv_saddr, addr);
	err = sk->sk_prot->get_port(sk, ntohs(sin->sxin_port));
	if (err) {
		/* an address of an earlier bind, whose port is gone, goes too */
		WRITE_ONCE(sk->sk_rcv_saddr, 0);
		WRITE_ONCE(xsk->saddr, 0);
		goto out;
	}
	xsk->saddr = addr ? xdgram_source(sk, addr) : 0;
	if (addr)
		sk->sk_userlocks |= SOCK_BINDADDR_LOCK;
	if (sin->sxin_port)
		sk->sk_userlocks |= SOCK_BINDPORT_LOCK;
out:
	release_sock(sk);
	return err;
}

/**
 * xdgram_autobind - give an unbound socket a port, as its first send does
 * @sk: the socket
 *
 * Context: process; takes the socket lock.
 * Return: 0, or -EAGAIN where no port is left.
 */
int xdgram_autobind(struct sock *sk)
{
	int err = 0;

	lock_sock(sk);
	if (!sk->sk_num && sk->sk_prot->get_port(sk, 0))
		err = -EAGAIN;
	release_sock(sk);
	return err;
}

static void xsk_route_set(struct xinet_sock *xsk, struct xsk_route *new)
{
	struct xsk_route *old;

	old = unrcu_pointer(xchg(&xsk->route, RCU_INITIALIZER(new)));
	if (old)
		kfree_rcu(old, rcu);
}

/* Socket lock held: forget the peer, and what it made us choose. */
static void xdgram_forget_peer(struct sock *sk)
{
	struct xinet_sock *xsk = xinet_sk(sk);

	sk->sk_state = TCP_CLOSE;
	WRITE_ONCE(sk->sk_daddr, 0);
	WRITE_ONCE(sk->sk_dport, 0);
	xsk_route_set(xsk, NULL);
	sk->sk_txhash = 0;
	if (xsk->auto_addr) {
		xsk->auto_addr = false;
		xsk->saddr = 0;
		WRITE_ONCE(sk->sk_rcv_saddr, 0);
	}
	if (!(sk->sk_userlocks & SOCK_BINDPORT_LOCK))
		sk->sk_prot->put_port(sk);
}

/* connect(2) to AF_UNSPEC */
static int xdgram_disconnect(struct sock *sk)
{
	lock_sock(sk);
	xdgram_forget_peer(sk);
	release_sock(sk);
	return 0;
}

/**
 * xdgram_abort - an administrator ends what a socket is at
 * @sk: the socket, referenced; its program may be closing it
 * @err: positive errno for the program's next call
 *
 * It is disconnected; an explicit bind() stays, as on IPv4.
 *
 * Context: process; takes the socket lock.
 * Return: 0.
 */
int xdgram_abort(struct sock *sk, int err)
{
	lock_sock(sk);
	/* close() gives the port back itself */
	if (!sock_flag(sk, SOCK_DEAD)) {
		WRITE_ONCE(sk->sk_err, err);
		sk_error_report(sk);
		xdgram_forget_peer(sk);
	}
	release_sock(sk);
	return 0;
}

/* The route to a peer, and whether this socket may have it. */
static int xdgram_peer_route(struct sock *sk, __be32 saddr, __be32 daddr,
			     __be16 dport, struct xroute *rt)
{
	struct xinet_net *xn = xinet_sk(sk)->xn;
	struct xflow fl = {
		.daddr = daddr,
		.saddr = saddr,
		.oif = sk->sk_bound_dev_if,
		.sport = htons(sk->sk_num),
		.dport = dport,
		.proto = sk->sk_protocol,
		.onlink_only = sock_flag(sk, SOCK_LOCALROUTE),
	};
	int err;

	rcu_read_lock();
	/* the address it was bound to may be another host's by now */
	if (saddr && xinet_addr_type(xn, saddr) != RTN_LOCAL)
		err = -EINVAL;
	else
		err = ipv4_is_multicast(daddr) ? xsk_mc_flow(sk, &fl) : 0;
	if (!err)
		err = xip_route_output(xn, &fl, rt);
	rcu_read_unlock();
	if (err == -ENETUNREACH)
		XIP_INC_STATS(xn, IPSTATS_MIB_OUTNOROUTES);
	if (!err && rt->type == RTN_BROADCAST && !sock_flag(sk, SOCK_BROADCAST))
		err = -EACCES;
	return err;
}

/*
 * Socket lock held: fix the peer, our own address and the cached route. A
 * source that an earlier connect() chose is chosen anew; on failure all stays
 * as it was.
 */
static int xdgram_set_peer(struct sock *sk, __be32 daddr, __be16 dport)
{
	struct xinet_sock *xsk = xinet_sk(sk);
	__be32 saddr = xsk->auto_addr ? 0 : xsk->saddr;
	struct xsk_route *route;
	int err;

	/* man 7 ip: INADDR_ANY as a destination means this host */
	if (!daddr)
		daddr = saddr ?: htonl(INADDR_LOOPBACK);

	route = kzalloc(sizeof(*route), GFP_KERNEL_ACCOUNT);
	if (!route)
		return -ENOMEM;
	err = xdgram_peer_route(sk, saddr, daddr, dport, &route->rt);
	if (err) {
		kfree(route);
		return err;
	}
	if (!saddr)
		xsk->saddr = route->rt.saddr;
	if (xsk->auto_addr || !sk->sk_rcv_saddr) {
		WRITE_ONCE(sk->sk_rcv_saddr, route->rt.saddr);
		xsk->auto_addr = true;
	}
	route->daddr = daddr;
	route->oif = sk->sk_bound_dev_if;
	WRITE_ONCE(sk->sk_daddr, daddr);
	WRITE_ONCE(sk->sk_dport, dport);
	sk->sk_state = TCP_ESTABLISHED;
	sk_set_txhash(sk);
	if (route->rt.type == RTN_MULTICAST) {
		/* looked up each time: IP_MULTICAST_IF may change */
		kfree(route);
		route = NULL;
	}
	xsk_route_set(xsk, route);
	return 0;
}

/**
 * xdgram_connect - connect(2)
 * @sock: the socket
 * @uaddr: the peer, or family AF_UNSPEC to disconnect
 * @len: of @uaddr in bytes
 * @flags: of the file, unused: nothing here waits
 *
 * Context: process.
 * Return: 0; -EINVAL, -EAFNOSUPPORT, -EACCES (broadcast), -EAGAIN (no port),
 * -ENOMEM, or the route lookup's error.
 */
int xdgram_connect(struct socket *sock, struct sockaddr *uaddr, int len,
		   int flags)
{
	struct sockaddr_xin *sin = (struct sockaddr_xin *)uaddr;
	struct sock *sk = sock->sk;
	int err;

	if (len < (int)sizeof(uaddr->sa_family))
		return -EINVAL;
	if (uaddr->sa_family == AF_UNSPEC)
		return xdgram_disconnect(sk);
	err = xinet_check_addr(sk, uaddr, len);
	if (err)
		return err;
	if (!sk->sk_num) {
		err = xdgram_autobind(sk);
		if (err)
			return err;
	}

	lock_sock(sk);
	err = xdgram_set_peer(sk, sin->sxin_addr.s_addr, sin->sxin_port);
	release_sock(sk);
	return err;
}
