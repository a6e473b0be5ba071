/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What all sockets of the family share.
 *
 * Bound and connected addresses live in struct sock's own words
 * (sk_rcv_saddr, sk_num, sk_daddr, sk_dport). They change under the socket
 * lock; the data path reads them without it.
 */
#ifndef _NET_XINET_SOCK_H
#define _NET_XINET_SOCK_H

#include <net/sock.h>
#include <net/xinet/mcast.h>
#include <net/xinet/route.h>
#include <uapi/linux/xinet.h>

struct cmsghdr;
struct xinet_net;
struct xsk_opts;

/* Bits of xinet_sock.flags */
enum {
	XSK_PKTINFO,		/* IP_PKTINFO */
	XSK_RECVTTL,		/* IP_RECVTTL */
	XSK_RECVTOS,		/* IP_RECVTOS */
	XSK_REPORT_INET,	/* XIP_REPORT_INET */
	XSK_RECVERR,		/* IP_RECVERR */
	XSK_RECVOPTS,		/* IP_RECVOPTS */
	XSK_RETOPTS,		/* IP_RETOPTS */
	XSK_HDRINCL,		/* IP_HDRINCL */
	XSK_MC_NO_LOOP,		/* IP_MULTICAST_LOOP is off */
	XSK_MC_NOT_ALL,		/* IP_MULTICAST_ALL is off */
};

/**
 * struct xsk_route - a connected socket's route, replaced as a whole
 * @rcu: frees it after a grace period
 * @daddr: for which destination, network byte order
 * @oif: for which bound device, or 0
 * @rt: the answer of the lookup
 */
struct xsk_route {
	struct rcu_head rcu;
	__be32 daddr;
	int oif;
	struct xroute rt;
};

/**
 * union xsk_odd - what makes a message other than most, in one word
 * @optlen: bytes of options, padded to words
 * @pmtudisc: IP_MTU_DISCOVER ^ IP_PMTUDISC_WANT
 * @retopts: in a cookie: the options are the message's own
 * @may_frag: in a cookie: DF is to stay clear
 * @any: 0 for most messages
 */
union xsk_odd {
	struct {
		u8 optlen;
		u8 pmtudisc;
		bool retopts;
		bool may_frag;
	};
	u32 any;
};

/**
 * struct xinet_sock - a socket of the family
 * @sk: the common part; must be first
 * @xn: state of its namespace
 * @saddr: source address of what it sends, 0 where the route chooses
 * @route: cached while connected; NULL before the first send
 * @flags: XSK_* bits
 * @ttl: IP_TTL, or -1 for the namespace's default
 * @tos: IP_TOS
 * @odd: IP_MTU_DISCOVER, and whether there is @opts
 * @opts: IP_OPTIONS, or NULL
 * @auto_addr: connect() chose the source, so disconnecting gives it up
 * @mc: multicast
 */
struct xinet_sock {
	struct sock sk;
	struct xinet_net *xn;
	__be32 saddr;
	struct xsk_route __rcu *route;
	unsigned long flags;
	s16 ttl;
	u8 tos;
	union xsk_odd odd;
	struct xsk_opts __rcu *opts;
	bool auto_addr;
	struct xsk_mc mc;
};

static inline struct xinet_sock *xinet_sk(const struct sock *sk)
{
	return (struct xinet_sock *)sk;
}

/* IP_PMTUDISC_* of a socket */
static inline u8 xsk_pmtudisc(const struct sock *sk)
{
	return READ_ONCE(xinet_sk(sk)->odd.pmtudisc) ^ IP_PMTUDISC_WANT;
}

static inline bool xsk_flag(const struct sock *sk, int bit)
{
	return test_bit(bit, &xinet_sk(sk)->flags);
}

/* Above the header's eight bits: to a group the socket's IP_TTL means nothing. */
#define XSK_TTL_MSG	BIT(8)

/**
 * struct xsk_cookie - what one sendmsg() call asks beyond its data
 * @sockc: mark, transmit time, timestamps
 * @saddr: source from IP_PKTINFO, else the socket's, else 0
 * @oif: output device from IP_PKTINFO, else the bound one, else 0
 * @ttl: from IP_TTL, or -1; with XSK_TTL_MSG where the message itself says it
 * @tos: from IP_TOS or the socket
 * @odd: options, IP_MTU_DISCOVER
 * @retopts: the IP_RETOPTS that the options come from, if @odd says so
 */
struct xsk_cookie {
	struct sockcm_cookie sockc;
	__be32 saddr;
	int oif;
	s16 ttl;
	u8 tos;
	union xsk_odd odd;
	const struct cmsghdr *retopts;
};

/* socket/calls.c: the calls that are the same for every type */
int xinet_release(struct socket *sock);
int xinet_getname(struct socket *sock, struct sockaddr *uaddr, int peer);
int xinet_shutdown(struct socket *sock, int how);
int xinet_ioctl(struct socket *sock, unsigned int cmd, unsigned long arg);
int xinet_check_addr(const struct sock *sk, const struct sockaddr *uaddr,
		     int len);
void xinet_fill_addr(const struct sock *sk, struct sockaddr_xin *sin,
		     __be32 addr, __be16 port);

/* socket/datagram.c: bind, connect, disconnect */
int xdgram_bind(struct socket *sock, struct sockaddr *uaddr, int len);
int xdgram_connect(struct socket *sock, struct sockaddr *uaddr, int len,
		   int flags);
int xdgram_autobind(struct sock *sk);
int xdgram_abort(struct sock *sk, int err);

/* socket/sockopt.c */
int xinet_setsockopt(struct socket *sock, int level, int optname,
		     sockptr_t optval, unsigned int optlen);
int xinet_getsockopt(struct socket *sock, int level, int optname,
		     char __user *optval, int __user *optlen);

/* socket/pmtu.c */
int xsk_set_mtu_discover(struct sock *sk, int val);
int xsk_get_mtu_discover(struct sock *sk, int *val);
int xsk_get_mtu(struct sock *sk, int *val);
bool xsk_frag_needed(struct sock *sk, const struct sk_buff *skb, u32 info);

/* socket/cmsg.c */
int xsk_cmsg_send(struct sock *sk, struct msghdr *msg, struct xsk_cookie *ck);
void xsk_cmsg_recv(struct sock *sk, struct msghdr *msg, struct sk_buff *skb);

/* socket/options.c */
int xsk_options_set(struct sock *sk, sockptr_t optval, unsigned int optlen);
int xsk_options_get(struct sock *sk, char __user *optval, int __user *optlen);
void xsk_options_free(struct xinet_sock *xsk);
int xsk_options_cmsg(struct sock *sk, const struct cmsghdr *cmsg,
		     struct xsk_cookie *ck);
int xsk_put_options(struct sock *sk, struct sk_buff *skb,
		    const struct xsk_cookie *ck);
void xsk_options_recv(struct sock *sk, struct msghdr *msg,
		      const struct sk_buff *skb);

/**
 * struct xsk_dest - whom one sendmsg() call is for
 * @addr: network byte order
 * @port: network byte order
 * @connected: it is the connected peer, so the cached route serves
 */
struct xsk_dest {
	__be32 addr;
	__be16 port;
	bool connected;
};

/* socket/error.c */
void xsk_err(struct sock *sk, const struct sk_buff *skb, __be16 port, u32 info,
	     const u8 *payload);

/* socket/errqueue.c */
void xsk_icmp_error(struct sock *sk, const struct sk_buff *skb, int err,
		    __be16 port, u32 info, const u8 *payload);
void xsk_local_error(struct sock *sk, int err, __be32 daddr, __be16 port,
		     u32 info);
int xsk_too_big(struct sock *sk, const struct xsk_dest *dst, u32 mtu);
int xsk_set_recverr(struct sock *sk, int val);
int xsk_recv_error(struct sock *sk, struct msghdr *msg, size_t len);

/* socket/recv.c */
int xdgram_recvmsg(struct socket *sock, struct msghdr *msg, size_t len,
		   int flags);
int xsk_queue_rcv(struct xinet_net *xn, struct sock *sk, struct sk_buff *skb,
		  unsigned int hlen);

/* socket/rcvmem.c */
bool xsk_rcvmem_charge(struct sk_buff *skb);
int xsk_rcvmem_init(void);
void xsk_rcvmem_exit(void);

#endif /* _NET_XINET_SOCK_H */
