/* SPDX-License-Identifier: GPL-2.0 */
/* Links, as `xip link` shows them, and `xip addr` above their addresses. */
#ifndef XIP_LINK_H
#define XIP_LINK_H

#include <linux/if.h>

#include "nl.h"

#define LINK_KEYS	4	/* settings of a device, XINET_LINK_KEY_* */

/**
 * struct link_conf - settings of a device
 * @ifindex: the device
 * @ifname: its name
 * @effective: what holds for it
 * @own: what it has of its own, -1 where it follows the namespace
 */
struct link_conf {
	unsigned int ifindex;
	char ifname[IFNAMSIZ];
	int effective[LINK_KEYS];
	int own[LINK_KEYS];
};

int link_dump(unsigned int ifindex, nl_cb cb, void *data);
void link_print_lines(const struct nlmsghdr *nlh);
void link_print(const struct nlmsghdr *nlh);
void link_print_short(const struct nlmsghdr *nlh);

/* link_conf.c */
extern const char *const link_keys[LINK_KEYS];
bool link_conf_parse(const struct nlmsghdr *nlh, struct link_conf *conf);
int link_conf_dump(nl_cb cb, void *data);
bool link_conf_get(unsigned int ifindex, struct link_conf *conf);
void link_conf_print(const struct link_conf *conf);
bool link_is_event(const struct nlmsghdr *nlh);
void link_event_members(const struct nlmsghdr *nlh);

/* link_set.c */
struct args;
int link_set(struct args *a, int arg);

#endif /* XIP_LINK_H */
