// SPDX-License-Identifier: GPL-2.0
/*
 * Ping sockets: SOCK_DGRAM with IPPROTO_ICMP, echo without privileges.
 *
 * A program sends an ICMP echo header and data; the kernel puts in the
 * identifier, which is the socket's port, and the checksum. It receives echo
 * replies with that identifier, ICMP header first. Who may open one, the
 * sysctl ping_group_range says.
 */
#include <linux/cred.h>
#include <linux/icmp.h>
#include <linux/module.h>
#include <net/checksum.h>
#include <net/xinet/ip.h>
#include <net/xinet/netns.h>
#include <net/xinet/sock.h>
#include <net/xinet/udp.h>
#include "ops.h"
#include "send.h"

#define XPING_TABLE_BITS	8
#define XPING_MAX_DATA		(65535 - sizeof(struct iphdr))

struct xport_table xping_table;

static int xping_get_port(struct sock *sk, unsigned short ident)
{
	return xport_get(&xping_table, sk, ident);
}

static void xping_put_port(struct sock *sk)
{
	xport_put(&xping_table, sk);
}

struct proto xping_prot = {
	.name		= "XPING",
	.owner		= THIS_MODULE,
	.obj_size	= sizeof(struct xinet_sock),
	.get_port	= xping_get_port,
	.put_port	= xping_put_port,
	.unhash		= xping_put_port,
	.diag_destroy	= xdgram_abort,
};

/**
 * xping_check_group - may the caller open a ping socket?
 * @xn: state of the namespace
 *
 * Context: process.
 * Return: 0 if one of its groups is in ping_group_range, else -EACCES.
 */
int xping_check_group(struct xinet_net *xn)
{
	kgid_t low = xn->sysctl.ping_group_range[0];
	kgid_t high = xn->sysctl.ping_group_range[1];
	const struct group_info *groups = current_cred()->group_info;
	kgid_t gid = current_egid();
	int i;

	if (gid_lte(low, gid) && gid_lte(gid, high))
		return 0;
	for (i = 0; i < groups->ngroups; i++) {
		gid = groups->gid[i];
		if (gid_lte(low, gid) && gid_lte(gid, high))
			return 0;
	}
	return -EACCES;
}

/* Only echo requests leave; identifier and checksum are the kernel's. */
static int xping_finish_header(struct sock *sk, struct sk_buff *skb)
{
	struct icmphdr *icmph = (struct icmphdr *)skb->data;
	__wsum sum;

	if (icmph->type != ICMP_ECHO || icmph->code)
		return -EINVAL;
	icmph->un.echo.id = htons(READ_ONCE(sk->sk_num));
	icmph->checksum = 0;
	sum = skb_checksum(skb, 0, skb->len, 0);
	icmph->checksum = csum_fold(sum);
	skb->ip_summed = CHECKSUM_NONE;
	return 0;
}

static int xping_send_skb(struct sock *sk, struct sk_buff *skb,
			  struct xsk_tx *tx, const struct xsk_dest *dst,
			  const struct xsk_cookie *ck, int msg_flags)
{
	struct xinet_net *xn = xinet_sk(sk)->xn;
	int err;

	rcu_read_lock();
	err = xsk_tx_again(sk, dst, ck, msg_flags, tx);
	if (!err) {
		XICMP_INC_STATS(xn, ICMP_MIB_OUTMSGS);
		atomic_long_inc(&xn->icmp.msgs[256 + ICMP_ECHO]);
		err = xsk_xmit(sk, skb, IPPROTO_ICMP, tx, dst, ck);
	} else {
		kfree_skb(skb);
	}
	rcu_read_unlock();
	return err;
}

/* sendmsg(2): an ICMP header of which type and sequence count, and data. */
static int xping_sendmsg(struct socket *sock, struct msghdr *msg, size_t len)
{
	const struct sockaddr *name = msg->msg_name;
	struct sock *sk = sock->sk;
	struct xsk_cookie ck;
	struct xsk_dest dst;
	struct sk_buff *skb;
	struct xsk_tx tx;
	int err;

	if (len > XPING_MAX_DATA)
		return -EMSGSIZE;
	if (len < sizeof(struct icmphdr))
		return -EINVAL;
	/* UDP takes it for old programs' sake; no old program pings so */
	if (name && msg->msg_namelen >= (int)sizeof(struct sockaddr_xin) &&
	    name->sa_family == AF_UNSPEC)
		return -EAFNOSUPPORT;
	err = xsk_send_prepare(sk, msg, &dst, &ck);
	if (err)
		return err;
	err = xsk_tx_prepare(sk, &dst, &ck, msg->msg_flags, len, &tx);
	if (err)
		return err;
	if (msg->msg_flags & MSG_PROBE)
		return len;
	/* the sum covers what the kernel puts in: make it at the end */
	tx.hw_csum = true;
	skb = xsk_alloc_skb(sk, &tx, &ck, 0, msg, len);
	if (IS_ERR(skb))
		return PTR_ERR(skb);
	if (!pskb_may_pull(skb, sizeof(struct icmphdr)))
		err = -ENOBUFS;
	else
		err = xping_finish_header(sk, skb);
	if (err) {
		kfree_skb(skb);
		return err;
	}
	err = xping_send_skb(sk, skb, &tx, &dst, &ck, msg->msg_flags);
	return err ? err : len;
}

const struct proto_ops xping_ops = {
	XDGRAM_PROTO_OPS
	.bind		= xdgram_bind,
	.sendmsg	= xping_sendmsg,
};

/*
 * The ping socket with this identifier, for a packet between two hosts; with
 * @theirs 0 whoever the other one is, with @dif 0 wherever it came in.
 */
static struct sock *xping_lookup(const struct sk_buff *skb, __be32 ours,
				 __be32 theirs, __be16 ident, int dif)
{
	struct xport_key key = {
		.daddr = ours,
		.dport = ntohs(ident),
		.dif = dif,
	};
	struct net *net = dev_net(skb->dev);
	const struct xport_bucket *b = xport_bucket(&xping_table, net,
						    key.dport);
	struct sock *sk;

	/* there are no peer ports to match: whatever was connected to counts */
	sk_for_each_rcu(sk, &b->head) {
		key.saddr = theirs ?: READ_ONCE(sk->sk_daddr);
		key.sport = READ_ONCE(sk->sk_dport);
		if (xport_match(sk, net, &key))
			return sk;
	}
	return NULL;
}

/**
 * xping_rcv - an echo reply came in
 * @xn: state of the namespace
 * @skb: the reply, skb->data at the ICMP header; stays the caller's
 *
 * Context: softirq, RCU read lock.
 * Return: whether a socket waited for it (even if its queue was full).
 */
bool xping_rcv(struct xinet_net *xn, struct sk_buff *skb)
{
	struct sk_buff *copy;
	struct sock *sk;

	/* who is connected to a broadcast address gets many hosts' replies */
	sk = xping_lookup(skb, ip_hdr(skb)->daddr, 0,
			  icmp_hdr(skb)->un.echo.id, skb->dev->ifindex);
	if (!sk)
		return false;
	copy = skb_clone(skb, GFP_ATOMIC);
	if (copy)
		xsk_queue_rcv(xn, sk, copy, 0);
	else
		xinet_drop_count(xn, XINET_DROP_NO_MEMORY);
	return true;
}

/**
 * xping_err - an ICMP error quotes an echo request of ours
 * @skb: the ICMP packet, skb->data at the quoted XIP header; not consumed
 * @info: MTU, pointer or gateway, for the error queue
 *
 * Unlike UDP's, a ping socket's next call reports it unconnected too: with one
 * identifier a socket, there is no doubt whom it concerns. What is no error but
 * advice, only the error queue (IP_RECVERR) hears of, as EREMOTEIO.
 *
 * Context: softirq, RCU read lock.
 */
void xping_err(struct sk_buff *skb, u32 info)
{
	const struct iphdr *quoted = (const struct iphdr *)skb->data;
	const struct icmphdr *icmph = icmp_hdr(skb), *inner;
	struct sock *sk;
	int error;

	inner = (const struct icmphdr *)(skb->data + quoted->ihl * 4);
	if (inner->type != ICMP_ECHO)
		return;
	/* our own errors come by lo: the device says nothing */
	sk = xping_lookup(skb, quoted->saddr, quoted->daddr,
			  inner->un.echo.id, 0);
	if (!sk || xsk_frag_needed(sk, skb, info))
		return;
	switch (icmph->type) {
	case ICMP_DEST_UNREACH:
		error = xicmp_err_convert[icmph->code].error;
		break;
	case ICMP_TIME_EXCEEDED:
		error = EHOSTUNREACH;
		break;
	case ICMP_PARAMETERPROB:
		error = EPROTO;
		break;
	default:
		if (!xsk_flag(sk, XSK_RECVERR))
			return;
		error = EREMOTEIO;
		break;
	}
	xsk_icmp_error(sk, skb, error, 0, info, (const u8 *)inner);
}

/**
 * xping_init - make the socket type
 *
 * Context: process.
 * Return: 0 or an error.
 */
int xping_init(void)
{
	int err = xport_table_init(&xping_table, XPING_TABLE_BITS);

	if (err)
		return err;
	err = proto_register(&xping_prot, 1);
	if (err)
		xport_table_free(&xping_table);
	return err;
}

/**
 * xping_exit - undo xping_init(); no socket is left
 *
 * Context: process.
 */
void xping_exit(void)
{
	proto_unregister(&xping_prot);
	xport_table_free(&xping_table);
}
