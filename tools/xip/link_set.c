// SPDX-License-Identifier: GPL-2.0
/*
 * xip link set: settings that AF_XINET has of a device.
 *
 * In: a device, and pairs of a key and its value. Out: one link-set request
 * with all of them, which the kernel takes as a whole or not at all.
 */
#include <linux/xinet_netlink.h>
#include <stdio.h>

#include "link.h"
#include "xip.h"

enum { SET_INHERIT = 16 };	/* beside the values themselves */

static const struct keyword dev_words[] = {
	{ "dev", 0, 0 },
	{ }
};

static const struct keyword key_words[] = {
	{ "forwarding", 1, 0 },
	{ "rp_filter", 1, 1 },
	{ "accept_redirects", 1, 2 },
	{ "send_redirects", 1, 3 },
	{ }
};

static const struct keyword switch_words[] = {
	{ "0", 0, 0 }, { "off", 0, 0 },
	{ "1", 0, 1 }, { "on", 0, 1 },
	{ "inherit", 3, SET_INHERIT }, { "default", 3, SET_INHERIT },
	{ }
};

static const struct keyword filter_words[] = {
	{ "0", 0, 0 }, { "off", 0, 0 },
	{ "1", 0, 1 }, { "strict", 1, 1 },
	{ "2", 0, 2 }, { "loose", 1, 2 },
	{ "inherit", 3, SET_INHERIT }, { "default", 3, SET_INHERIT },
	{ }
};

/**
 * struct settings - what was asked for
 * @seen: keys that were named, bits
 * @value: of each, or SET_INHERIT
 */
struct settings {
	unsigned int seen;
	int value[LINK_KEYS];
};

static int take_value(struct args *a, int key, struct settings *s)
{
	const char *name = link_keys[key];
	bool filter = key_words[key].id == 1;
	int value;

	if (s->seen & 1U << key)
		return args_duplicate(name, args_peek(a) ?: "");
	value = args_keyword(a, filter ? filter_words : switch_words);
	if (value == ARG_END) {
		args_value(a, name);
		return XIP_USAGE;
	}
	if (value == ARG_HELP)
		return ARG_HELP;
	if (value < 0)
		return args_wrong(args_peek(a), filter ?
				  "0, 1 (strict), 2 (loose) or inherit is expected" :
				  "0, 1, off, on or inherit is expected");
	s->seen |= 1U << key;
	s->value[key] = value;
	return XIP_OK;
}

static int take_all(struct args *a, struct settings *s)
{
	int key, ret = XIP_OK;

	if (!args_peek(a)) {
		fprintf(stderr, "Error: a setting is missing. Try \"xip link help\".\n");
		return XIP_USAGE;
	}
	while (!ret && (key = args_keyword(a, key_words)) != ARG_END) {
		if (key == ARG_HELP)
			return ARG_HELP;
		ret = key == ARG_NONE ? args_unknown(a, key_words) :
					take_value(a, key, s);
	}
	return ret;
}

static void put_settings(struct nl_req *req, const struct settings *s)
{
	struct nlattr *nest = nl_nest(req, XINET_A_LINK_OWN);
	__u32 inherit = 0;
	unsigned int i;

	for (i = 0; i < LINK_KEYS; i++) {
		__u8 value = s->value[i];

		if (!(s->seen & 1U << i))
			continue;
		if (s->value[i] == SET_INHERIT)
			inherit |= 1U << i;
		else
			nl_put(req, XINET_A_LINK_CONF_FORWARDING + i, &value, 1);
	}
	nl_nest_end(req, nest);
	if (inherit)
		nl_put_u32(req, XINET_A_LINK_INHERIT, inherit);
}

/**
 * link_set - change settings of a device
 * @a: the words behind the verb
 * @arg: not used
 *
 * Return: exit status.
 */
int link_set(struct args *a, int arg)
{
	static struct nl_req req;
	struct settings s = { };
	unsigned int ifindex;
	int ret;

	(void)arg;
	/* as ip(8), the name may stand alone */
	if (args_keyword(a, dev_words) == ARG_HELP)
		return args_help(a);
	ret = args_dev(a, "set", &ifindex) ?: take_all(a, &s);
	if (ret == ARG_HELP)
		return args_help(a);
	if (!ret)
		ret = nl_genl_init(&req, XINET_CMD_LINK_SET, 0);
	if (ret)
		return ret;
	nl_put_u32(&req, XINET_A_LINK_IFINDEX, ifindex);
	put_settings(&req, &s);
	return nl_change(&req);
}
