/* SPDX-License-Identifier: GPL-2.0 */
/* What the rtnetlink files of addresses and routes share. */
#ifndef _XINET_NETLINK_COMMON_H
#define _XINET_NETLINK_COMMON_H

#include <linux/socket.h>
#include <net/netlink.h>

/*
 * All of strict validation but the NLA_F_NESTED flag, which iproute2 sets on
 * some nested attributes and not on others.
 */
#define XNL_VALIDATE	(NL_VALIDATE_TRAILING | NL_VALIDATE_MAXTYPE | \
			 NL_VALIDATE_UNSPEC | NL_VALIDATE_STRICT_ATTRS)

/**
 * xnl_parse - parse the attributes of a request; what is not known is refused
 * @nlh: the request
 * @hdrlen: length of its header
 * @tb: filled, @max + 1 entries
 * @max: greatest attribute type
 * @policy: of the attributes; one without an entry is refused
 * @extack: filled with the reason of a refusal
 *
 * Return: 0, -EINVAL or -ERANGE.
 */
static inline int xnl_parse(const struct nlmsghdr *nlh, int hdrlen,
			    struct nlattr *tb[], int max,
			    const struct nla_policy *policy,
			    struct netlink_ext_ack *extack)
{
	if (nlmsg_len(nlh) < hdrlen) {
		NL_SET_ERR_MSG(extack, "Header of the request is too short");
		return -EINVAL;
	}
	return __nlmsg_parse(nlh, hdrlen, tb, max, policy, XNL_VALIDATE,
			     extack);
}

/**
 * xnl_parse_nested - the same for the inside of an attribute
 * @nla: the attribute
 * @tb: filled, @max + 1 entries
 * @max: greatest attribute type
 * @policy: of the attributes; one without an entry is refused
 * @extack: filled with the reason of a refusal
 *
 * Return: 0, -EINVAL or -ERANGE.
 */
static inline int xnl_parse_nested(const struct nlattr *nla,
				   struct nlattr *tb[], int max,
				   const struct nla_policy *policy,
				   struct netlink_ext_ack *extack)
{
	return __nla_parse(tb, max, nla_data(nla), nla_len(nla), policy,
			   XNL_VALIDATE, extack);
}

/**
 * xnl_dump_is_ours - was this dump asked of AF_XINET?
 * @nlh: the request
 *
 * The core runs every family's dump for AF_UNSPEC; plain `ip` must stay clean.
 *
 * Return: true if the request names the family.
 */
static inline bool xnl_dump_is_ours(const struct nlmsghdr *nlh)
{
	const struct rtgenmsg *g = nlmsg_data(nlh);

	return nlmsg_len(nlh) >= sizeof(*g) && g->rtgen_family == AF_XINET;
}

/**
 * xnl_dump_result - what a dump function returns
 * @skb: the part of the dump that was filled
 * @err: 0 at the end, -EMSGSIZE where the next entry did not fit
 *
 * Return: bytes filled, if there is more; else @err.
 */
static inline int xnl_dump_result(const struct sk_buff *skb, int err)
{
	return err == -EMSGSIZE && skb->len ? skb->len : err;
}

#endif /* _XINET_NETLINK_COMMON_H */
