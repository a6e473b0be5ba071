// SPDX-License-Identifier: GPL-2.0
/*
 * Links, as `xip link` shows them, and `xip addr` above their addresses.
 *
 * In: RTM_NEWLINK messages. Out: ip(8)'s link line and its JSON members.
 */
#include <linux/if.h>
#include <linux/if_arp.h>
#include <linux/if_link.h>
#include <stdio.h>

#include "dev.h"
#include "link.h"
#include "names.h"
#include "out.h"
#include "xip.h"

static const struct {
	unsigned int flag;
	const char *name;
} link_flags[] = {
	{ IFF_LOOPBACK, "LOOPBACK" },
	{ IFF_BROADCAST, "BROADCAST" },
	{ IFF_POINTOPOINT, "POINTOPOINT" },
	{ IFF_MULTICAST, "MULTICAST" },
	{ IFF_NOARP, "NOARP" },
	{ IFF_ALLMULTI, "ALLMULTI" },
	{ IFF_PROMISC, "PROMISC" },
	{ IFF_MASTER, "MASTER" },
	{ IFF_SLAVE, "SLAVE" },
	{ IFF_DEBUG, "DEBUG" },
	{ IFF_DYNAMIC, "DYNAMIC" },
	{ IFF_AUTOMEDIA, "AUTOMEDIA" },
	{ IFF_PORTSEL, "PORTSEL" },
	{ IFF_NOTRAILERS, "NOTRAILERS" },
	{ IFF_UP, "UP" },
	{ IFF_LOWER_UP, "LOWER_UP" },
	{ IFF_DORMANT, "DORMANT" },
	{ IFF_ECHO, "ECHO" },
};

static const struct keyword oper_states[] = {
	{ "UNKNOWN", 0, IF_OPER_UNKNOWN },
	{ "NOTPRESENT", 0, IF_OPER_NOTPRESENT },
	{ "DOWN", 0, IF_OPER_DOWN },
	{ "LOWERLAYERDOWN", 0, IF_OPER_LOWERLAYERDOWN },
	{ "TESTING", 0, IF_OPER_TESTING },
	{ "DORMANT", 0, IF_OPER_DORMANT },
	{ "UP", 0, IF_OPER_UP },
	{ }
};

static const struct keyword link_types[] = {
	{ "ether", 0, ARPHRD_ETHER },
	{ "loopback", 0, ARPHRD_LOOPBACK },
	{ "none", 0, ARPHRD_NONE },
	{ "ppp", 0, ARPHRD_PPP },
	{ "ipip", 0, ARPHRD_TUNNEL },
	{ "gre", 0, ARPHRD_IPGRE },
	{ "infiniband", 0, ARPHRD_INFINIBAND },
	{ "can", 0, ARPHRD_CAN },
	{ "void", 0, ARPHRD_VOID },
	{ }
};

/**
 * link_dump - ask for links
 * @ifindex: only this one, or 0 for all
 * @cb: takes each RTM_NEWLINK message
 * @data: passed to @cb
 *
 * Return: exit status.
 */
int link_dump(unsigned int ifindex, nl_cb cb, void *data)
{
	static struct nl_req req;
	struct ifinfomsg *ifi;

	ifi = nl_req_init(&req, RTM_GETLINK, 0, sizeof(*ifi));
	ifi->ifi_family = AF_UNSPEC;
	ifi->ifi_index = ifindex;
	if (ifindex)
		return nl_get(&req, cb, data);
	return nl_dump(&req, cb, data);
}

/* The first flag that is printed opens the list, the rest follow a comma. */
static void print_flag(const char *name, bool *first)
{
	out_text("%s", *first ? "" : ",");
	out_str(NULL, "%s", name);
	*first = false;
}

static void print_flags(unsigned int flags, bool lower_down)
{
	bool first = true;
	unsigned int i;

	out_list("flags");
	out_text("<");
	if ((flags & IFF_UP) && !(flags & IFF_RUNNING))
		print_flag("NO-CARRIER", &first);
	for (i = 0; i < ARRAY_SIZE(link_flags); i++)
		if (flags & link_flags[i].flag)
			print_flag(link_flags[i].name, &first);
	if (lower_down)
		print_flag("M-DOWN", &first);
	out_text("> ");
	out_list_end();
}

/* "v0@v1": the device below or at the other end, by name if it is here. */
static void print_lower(const struct nlattr **tb)
{
	__u32 lower = nl_u32(tb[IFLA_LINK], 0);

	if (!nl_has(tb[IFLA_LINK], sizeof(__u32)))
		return;
	if (tb[IFLA_LINK_NETNSID])
		out_uint("link_index", "@if%llu", lower);
	else if (lower)
		out_str("link", "@%s", dev_name(lower));
	else
		out_str("link", "@%s", "NONE");
}

/* Another device is below, is in this namespace, and is down. */
static bool lower_is_down(const struct nlattr **tb)
{
	__u32 lower = nl_u32(tb[IFLA_LINK], 0);

	return lower && !tb[IFLA_LINK_NETNSID] && dev_is_down(lower);
}

static void print_mac(const char *key, const char *fmt,
		      const struct nlattr *attr)
{
	char buf[3 * 32 + 1] = "";
	const __u8 *mac;
	size_t i, n;

	if (!attr)
		return;
	mac = mnl_attr_get_payload(attr);
	n = mnl_attr_get_payload_len(attr);
	for (i = 0; i < n && i < 32; i++)
		snprintf(buf + 3 * i - !!i, 4, "%s%02x", i ? ":" : "", mac[i]);
	out_color(OUT_LLADDR, key, fmt, buf);
}

static void print_state(const struct nlattr *attr)
{
	__u8 state = nl_has(attr, 1) ? mnl_attr_get_u8(attr) : IF_OPER_UNKNOWN;
	enum out_color color = OUT_PLAIN;

	if (state == IF_OPER_UP)
		color = OUT_GOOD;
	else if (state == IF_OPER_DOWN || state == IF_OPER_LOWERLAYERDOWN)
		color = OUT_BAD;
	out_color(color, "operstate", "state %s ",
		  names_get(oper_states, state));
}

static void print_group(const struct nlattr *attr)
{
	__u32 group = nl_u32(attr, 0);
	char buf[16];

	snprintf(buf, sizeof(buf), "%u", group);
	out_str("group", "group %s ", group ? buf : "default");
}

/**
 * link_print_lines - the link lines of a device, without the last one's end
 * @nlh: RTM_NEWLINK message with a whole header
 */
void link_print_lines(const struct nlmsghdr *nlh)
{
	const struct ifinfomsg *ifi = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *tb[NL_ATTR_MAX];
	const char *name;

	nl_parse(nlh, sizeof(*ifi), tb);
	name = nl_str(tb[IFLA_IFNAME]);
	out_uint("ifindex", "%llu: ", ifi->ifi_index);
	out_color(OUT_DEV, "ifname", "%s", name ? name : "");
	print_lower(tb);
	out_text(": ");
	print_flags(ifi->ifi_flags, lower_is_down(tb));
	if (nl_has(tb[IFLA_MTU], sizeof(__u32)))
		out_uint("mtu", "mtu %llu ", nl_u32(tb[IFLA_MTU], 0));
	if (nl_str(tb[IFLA_QDISC]))
		out_str("qdisc", "qdisc %s ", nl_str(tb[IFLA_QDISC]));
	if (nl_u32(tb[IFLA_MASTER], 0))
		out_color(OUT_DEV, "master", "master %s ",
			  dev_name(nl_u32(tb[IFLA_MASTER], 0)));
	print_state(tb[IFLA_OPERSTATE]);
	print_group(tb[IFLA_GROUP]);
	if (nl_u32(tb[IFLA_TXQLEN], 0))
		out_uint("txqlen", "qlen %llu", nl_u32(tb[IFLA_TXQLEN], 0));
	out_newline();
	out_str("link_type", "    link/%s ",
		names_get(link_types, ifi->ifi_type));
	print_mac("address", "%s", tb[IFLA_ADDRESS]);
	print_mac("broadcast", " brd %s", tb[IFLA_BROADCAST]);
	if (tb[IFLA_LINK_NETNSID])
		out_uint("link_netnsid", " link-netnsid %llu",
			 nl_u32(tb[IFLA_LINK_NETNSID], 0));
}

/**
 * link_print - the same, and the end of the line
 * @nlh: RTM_NEWLINK message with a whole header
 *
 * Under -o only link_print_short() prints text.
 */
void link_print(const struct nlmsghdr *nlh)
{
	if (xip_opt.oneline && !xip_opt.json)
		return;
	link_print_lines(nlh);
	out_record_end();
}

/**
 * link_print_short - number and name, as -o puts them before each address
 * @nlh: RTM_NEWLINK message with a whole header
 */
void link_print_short(const struct nlmsghdr *nlh)
{
	const struct ifinfomsg *ifi = mnl_nlmsg_get_payload(nlh);

	out_text("%d: %s", ifi->ifi_index, out_clean(dev_name(ifi->ifi_index)));
}
