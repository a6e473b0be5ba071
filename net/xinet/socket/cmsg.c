// SPDX-License-Identifier: GPL-2.0
/*
 * Control messages: what a program says beside its data, and is told.
 *
 * In: syscalls, process context. The level is SOL_IP, types and layouts are
 * IPv4's.
 */
#include <linux/errqueue.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/netdevice.h>
#include <net/xinet/ip.h>
#include <net/xinet/netns.h>
#include <net/xinet/sock.h>

/* An int, or for IP_TOS as IPv4 also takes it, one byte. */
static int xsk_cmsg_int(const struct cmsghdr *cmsg, bool byte_ok, int *val)
{
	if (cmsg->cmsg_len == CMSG_LEN(sizeof(int)))
		*val = *(const int *)CMSG_DATA(cmsg);
	else if (byte_ok && cmsg->cmsg_len == CMSG_LEN(sizeof(u8)))
		*val = *(const u8 *)CMSG_DATA(cmsg);
	else
		return -EINVAL;
	return 0;
}

/* IP_PKTINFO: source address and device of this datagram. */
static int xsk_cmsg_pktinfo(struct sock *sk, const struct cmsghdr *cmsg,
			    struct xsk_cookie *ck)
{
	struct xinet_net *xn = xinet_sk(sk)->xn;
	const struct in_pktinfo *info;
	int err = 0;

	if (cmsg->cmsg_len != CMSG_LEN(sizeof(*info)))
		return -EINVAL;
	info = (const struct in_pktinfo *)CMSG_DATA(cmsg);

	if (info->ipi_ifindex) {
		if (sk->sk_bound_dev_if &&
		    sk->sk_bound_dev_if != info->ipi_ifindex)
			return -EINVAL;
		ck->oif = info->ipi_ifindex;
	}
	if (!info->ipi_spec_dst.s_addr)
		return 0;
	/* nobody sends in another host's name */
	rcu_read_lock();
	if (xinet_addr_type(xn, info->ipi_spec_dst.s_addr) != RTN_LOCAL)
		err = -EINVAL;
	rcu_read_unlock();
	ck->saddr = info->ipi_spec_dst.s_addr;
	return err;
}

static int xsk_cmsg_ip(struct sock *sk, const struct cmsghdr *cmsg,
		       struct xsk_cookie *ck)
{
	int val, err;

	switch (cmsg->cmsg_type) {
	case IP_PKTINFO:
		return xsk_cmsg_pktinfo(sk, cmsg, ck);
	case IP_TTL:
		err = xsk_cmsg_int(cmsg, false, &val);
		if (err || val < 1 || val > XIP_MAX_TTL)
			return -EINVAL;
		ck->ttl = val | XSK_TTL_MSG;
		return 0;
	case IP_TOS:
		err = xsk_cmsg_int(cmsg, true, &val);
		if (err || val < 0 || val > 255)
			return -EINVAL;
		ck->tos = val;
		return 0;
	case IP_RETOPTS:
		return xsk_options_cmsg(sk, cmsg, ck);
	default:
		return -EINVAL;
	}
}

/**
 * xsk_cmsg_send - read a message's control messages
 * @sk: the socket
 * @msg: the message
 * @ck: changed as they say
 *
 * Context: process.
 * Return: 0; -EINVAL for one that is malformed or unknown; -EPERM.
 */
int xsk_cmsg_send(struct sock *sk, struct msghdr *msg, struct xsk_cookie *ck)
{
	struct cmsghdr *cmsg;
	int err;

	err = sock_cmsg_send(sk, msg, &ck->sockc);
	if (err)
		return err;
	for_each_cmsghdr(cmsg, msg) {
		if (!CMSG_OK(msg, cmsg))
			return -EINVAL;
		/* UDP_SEGMENT: no silent success for what is not there */
		if (cmsg->cmsg_level == SOL_UDP)
			return -EINVAL;
		if (cmsg->cmsg_level != SOL_IP)
			continue;
		err = xsk_cmsg_ip(sk, cmsg, ck);
		if (err)
			return err;
	}
	return 0;
}

/* As IPv4: what we send to ourselves comes by lo, but for the address's device */
static int xsk_cmsg_iif(const struct net *net, int iif, __be32 daddr)
{
	const struct net_device *dev;

	if (iif != LOOPBACK_IFINDEX || ipv4_is_loopback(daddr))
		return iif;
	rcu_read_lock();
	dev = xinet_addr_dev(xinet_pernet(net), daddr);
	if (dev)
		iif = dev->ifindex;
	rcu_read_unlock();
	return iif;
}

/* From the error queue: a packet of ours that left, and its timestamp. */
static bool xsk_cmsg_of_sent(const struct sk_buff *skb)
{
	return skb->pkt_type == PACKET_OUTGOING &&
	       SKB_EXT_ERR(skb)->ee.ee_origin == SO_EE_ORIGIN_TIMESTAMPING;
}

/* RFC 1122 section 4.1.3.5: where it came in, and for which of our addresses */
static void xsk_cmsg_put_pktinfo(struct sock *sk, struct msghdr *msg,
				 const struct sk_buff *skb)
{
	struct net *net = sock_net(sk);
	const struct iphdr *iph = ip_hdr(skb);
	struct in_pktinfo info = {
		.ipi_ifindex = XIPCB(skb)->parm.iif,
		.ipi_addr.s_addr = iph->daddr,
		.ipi_spec_dst.s_addr = iph->daddr,
	};
	const struct net_device *dev;

	if (skb->pkt_type == PACKET_OUTGOING) {
		/* from the error queue: an answer to us, or our own packet */
		if (xsk_cmsg_of_sent(skb))
			info.ipi_spec_dst.s_addr = iph->saddr;
	} else if (XIPCB(skb)->rtype == RTN_LOCAL) {
		info.ipi_ifindex = xsk_cmsg_iif(net, info.ipi_ifindex,
						iph->daddr);
	} else {
		rcu_read_lock();
		dev = dev_get_by_index_rcu(net, info.ipi_ifindex);
		info.ipi_spec_dst.s_addr = !dev ? 0 :
			xinet_select_addr(xinet_pernet(net), dev, iph->saddr,
					  RT_SCOPE_UNIVERSE);
		rcu_read_unlock();
	}
	put_cmsg(msg, SOL_IP, IP_PKTINFO, sizeof(info), &info);
}

/**
 * xsk_cmsg_recv - tell a program what it asked to know of a datagram
 * @sk: the socket
 * @msg: gets the control messages
 * @skb: the datagram
 *
 * Context: process.
 */
void xsk_cmsg_recv(struct sock *sk, struct msghdr *msg, struct sk_buff *skb)
{
	if (xsk_flag(sk, XSK_PKTINFO))
		xsk_cmsg_put_pktinfo(sk, msg, skb);
	if (xsk_flag(sk, XSK_RECVTTL)) {
		int ttl = ip_hdr(skb)->ttl;

		put_cmsg(msg, SOL_IP, IP_TTL, sizeof(ttl), &ttl);
	}
	if (xsk_flag(sk, XSK_RECVTOS)) {
		u8 tos = ip_hdr(skb)->tos;

		put_cmsg(msg, SOL_IP, IP_TOS, sizeof(tos), &tos);
	}
	/* on its way out a device's filter may have changed a header's length */
	if ((xsk_flag(sk, XSK_RECVOPTS) || xsk_flag(sk, XSK_RETOPTS)) &&
	    !xsk_cmsg_of_sent(skb))
		xsk_options_recv(sk, msg, skb);
}
