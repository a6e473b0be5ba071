/* SPDX-License-Identifier: GPL-2.0 */
/* Option type to handler: how modules teach the stack options of their own. */
#ifndef _NET_XINET_OPTION_H
#define _NET_XINET_OPTION_H

#include <linux/types.h>

struct net;
struct net_device;
struct sk_buff;

/* What check() says of an option that is as it should be. */
#define XIP_OPTION_SOUND	(-1)

/**
 * struct xip_hop - where on its way a packet is when an option is written to
 * @net: the namespace
 * @skb: the packet; its header can be read at ip_hdr(). Not to be changed
 * @out: device by which it leaves, or NULL: it is for this host
 * @iif: ifindex of the device it came in on, or 0: this host made it
 * @addr: this hop's address as Record Route gets it, network byte order
 */
struct xip_hop {
	struct net *net;
	const struct sk_buff *skb;
	const struct net_device *out;
	int iif;
	__be32 addr;
};

/**
 * struct xinet_option - an option beyond those the family knows
 * @check: is the option sound? @opt is at its type, @len is what its second
 *	byte says: at least 2, and no more than there is. Returns the offset of
 *	the faulty byte from @opt, which a parameter problem points at, or
 *	XIP_OPTION_SOUND. Depends on nothing but the bytes, which anybody may
 *	have sent
 * @hop: write what this hop has to say into the option's bytes, which check()
 *	has found sound; their number stays, and type and length with it. The
 *	header's checksum follows by itself. Called at the host that makes the
 *	packet, at each router before FORWARD, and at the destination, there
 *	for each fragment that has the option. May be NULL
 *
 * Both run under the RCU read lock, in softirq or process context, and must
 * not sleep.
 */
struct xinet_option {
	int (*check)(const u8 *opt, unsigned int len);
	void (*hop)(const struct xip_hop *hop, u8 *opt, unsigned int len);
};

int xinet_add_option(const struct xinet_option *option, u8 type);
int xinet_del_option(const struct xinet_option *option, u8 type);

#endif /* _NET_XINET_OPTION_H */
