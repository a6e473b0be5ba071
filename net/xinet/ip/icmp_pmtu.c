// SPDX-License-Identifier: GPL-2.0
/*
 * Fragmentation needed (RFC 1191): is the message worth a transport's look?
 *
 * In: messages whose quote is whole and has one of our addresses as its source,
 * from the ICMP room. Out: the MTU to believe, or why the message ends here.
 * Whether a socket sent the datagram quoted, its transport finds out; without
 * one nothing is learnt.
 *
 * Softirq, RCU read lock.
 */
#include <linux/icmp.h>
#include <net/ip.h>
#include <net/xinet/ip.h>
#include <net/xinet/netns.h>
#include "../route/pmtu_rule.h"
#include "ip.h"

/* Could a router have refused the datagram? */
static bool xicmp_pmtu_plausible(const struct iphdr *quoted, u32 told)
{
	/* only DF makes it */
	if (!(quoted->frag_off & htons(IP_DF)))
		return false;
	return xpmtu_plausible(told, ntohs(quoted->tot_len), quoted->ihl * 4);
}

/**
 * xicmp_frag_needed - judge a fragmentation-needed message
 * @xn: state of the namespace
 * @quoted: the XIP header it quotes, and 8 bytes more
 * @mtu: the MTU it says, 0 for none; changed to what to believe, in bytes; 0
 *	where anything goes below the floor
 *
 * Context: RCU read lock.
 * Return: XINET_DROP_NONE, or why nothing comes of it.
 */
enum xinet_drop xicmp_frag_needed(struct xinet_net *xn,
				  const struct iphdr *quoted, u32 *mtu)
{
	if (!xicmp_pmtu_plausible(quoted, *mtu))
		return XINET_DROP_ICMP_PMTU;
	switch (READ_ONCE(xn->sysctl.ip_no_pmtu_disc)) {
	case 0:
		break;
	case 1:
		*mtu = 0;
		return XINET_DROP_NONE;
	case 3:
		/* TCP alone has numbers that a forger must guess */
		if (quoted->protocol == IPPROTO_TCP)
			break;
		fallthrough;
	default:
		return XINET_DROP_ICMP_IGNORED;
	}
	if (!*mtu)
		*mtu = xpmtu_plateau(ntohs(quoted->tot_len));
	return XINET_DROP_NONE;
}
