// SPDX-License-Identifier: GPL-2.0
/*
 * The settings that AF_XINET has of a device.
 *
 * In: link-get and link-event messages. Out: struct link_conf, and the text and
 * members of it that `xip link show` and `xip monitor` print.
 */
#include <linux/genetlink.h>
#include <linux/xinet_netlink.h>
#include <stdio.h>

#include "link.h"
#include "out.h"
#include "xip.h"

/* in the order of XINET_A_LINK_CONF_*, by the names of IPv4's sysctls */
const char *const link_keys[LINK_KEYS] = {
	"forwarding", "rp_filter", "accept_redirects", "send_redirects",
};

static void take_nest(const struct nlattr *nest, int value[LINK_KEYS])
{
	const struct nlattr *tb[NL_ATTR_MAX] = { };
	unsigned int i;

	if (nest)
		nl_parse_nested(nest, tb);
	for (i = 0; i < LINK_KEYS; i++) {
		const struct nlattr *attr = tb[XINET_A_LINK_CONF_FORWARDING + i];

		value[i] = nl_has(attr, 1) ? mnl_attr_get_u8(attr) : -1;
	}
}

/**
 * link_conf_parse - what a message says of a device's settings
 * @nlh: a link-get answer or a link-event
 * @conf: filled
 *
 * Return: false if it names no device.
 */
bool link_conf_parse(const struct nlmsghdr *nlh, struct link_conf *conf)
{
	const struct nlattr *tb[NL_ATTR_MAX];
	const char *name;

	nl_parse(nlh, GENL_HDRLEN, tb);
	*conf = (struct link_conf){ };
	conf->ifindex = nl_u32(tb[XINET_A_LINK_IFINDEX], 0);
	name = nl_str(tb[XINET_A_LINK_IFNAME]);
	snprintf(conf->ifname, sizeof(conf->ifname), "%s", name ? name : "");
	take_nest(tb[XINET_A_LINK_EFFECTIVE], conf->effective);
	take_nest(tb[XINET_A_LINK_OWN], conf->own);
	return conf->ifindex;
}

/**
 * link_conf_dump - ask for the settings of all devices
 * @cb: takes each message, for link_conf_parse()
 * @data: passed to @cb
 *
 * Return: exit status.
 */
int link_conf_dump(nl_cb cb, void *data)
{
	static struct nl_req req;
	int ret = nl_genl_init(&req, XINET_CMD_LINK_GET, 0);

	return ret ?: nl_dump(&req, cb, data);
}

static int take_one(const struct nlmsghdr *nlh, void *data)
{
	return link_conf_parse(nlh, data) ? XIP_OK : XIP_REFUSED;
}

/**
 * link_conf_get - ask for the settings of a device
 * @ifindex: the device
 * @conf: filled
 *
 * Return: false if they cannot be known.
 */
bool link_conf_get(unsigned int ifindex, struct link_conf *conf)
{
	static struct nl_req req;

	if (nl_genl_init(&req, XINET_CMD_LINK_GET, 0))
		return false;
	nl_put_u32(&req, XINET_A_LINK_IFINDEX, ifindex);
	return !nl_get_quiet(&req, take_one, conf);
}

/**
 * link_conf_print - print settings: what holds, and what is the device's own
 * @conf: the settings
 */
void link_conf_print(const struct link_conf *conf)
{
	unsigned int i;
	char fmt[32];

	out_open("settings");
	for (i = 0; i < LINK_KEYS; i++) {
		snprintf(fmt, sizeof(fmt), "%s%s %%llu", i ? " " : "",
			 link_keys[i]);
		if (conf->effective[i] >= 0)
			out_uint(link_keys[i], fmt, conf->effective[i]);
		if (conf->own[i] >= 0 && conf->own[i] == conf->effective[i])
			out_text(" (own)");
		else if (conf->own[i] >= 0)
			out_text(" (own %d)", conf->own[i]);
	}
	out_close();
	out_open("own");
	for (i = 0; i < LINK_KEYS; i++)
		if (conf->own[i] >= 0)
			out_uint(link_keys[i], NULL, conf->own[i]);
	out_close();
}

/**
 * link_is_event - does a message tell of changed settings unasked?
 * @nlh: a message of the family
 */
bool link_is_event(const struct nlmsghdr *nlh)
{
	const struct genlmsghdr *g = mnl_nlmsg_get_payload(nlh);

	return mnl_nlmsg_get_payload_len(nlh) >= sizeof(*g) &&
	       g->cmd == XINET_CMD_LINK_EVENT;
}

/**
 * link_event_members - print an event within its record
 * @nlh: a message that link_is_event() holds for
 */
void link_event_members(const struct nlmsghdr *nlh)
{
	struct link_conf conf;

	if (!link_conf_parse(nlh, &conf))
		return;
	out_uint("ifindex", "%llu: ", conf.ifindex);
	out_color(OUT_DEV, "ifname", "%s ", conf.ifname);
	link_conf_print(&conf);
	out_record_end();
}
