/* SPDX-License-Identifier: GPL-2.0 */
/* The parts of `xip route`: changing, printing, showing and asking. */
#ifndef XIP_ROUTE_H
#define XIP_ROUTE_H

#include <linux/types.h>
#include <stdbool.h>

struct args;
struct nlmsghdr;

/**
 * enum route_change - what to do with a route
 * @ROUTE_ADD: make it, refused if there is one
 * @ROUTE_APPEND: make it behind those there are
 * @ROUTE_CHANGE: rewrite the one there is
 * @ROUTE_REPLACE: make it or rewrite it
 * @ROUTE_DEL: delete it
 */
enum route_change {
	ROUTE_ADD,
	ROUTE_APPEND,
	ROUTE_CHANGE,
	ROUTE_REPLACE,
	ROUTE_DEL,
};

int route_modify(struct args *a, int what);
int route_show(struct args *a, int arg);
int route_flush(struct args *a, int arg);
int route_get(struct args *a, int arg);

/**
 * struct route_flow - what `xip route get` asked about
 * @daddr: destination, network byte order
 * @oif: output device that was asked for, or 0
 * @iif: input device, or 0 for a packet of this host
 * @from: a source was given
 */
struct route_flow {
	__be32 daddr;
	unsigned int oif;
	unsigned int iif;
	bool from;
};

void route_why(const struct nlmsghdr *nlh, const struct route_flow *flow);
void route_why_refused(const struct route_flow *flow);

/**
 * struct route_known - columns the selection already tells
 * @dev: "dev" was selected
 * @proto: "proto" was selected
 * @table: a table other than main may show
 *
 * They are left out of the text, as ip(8) does, and stay in the JSON.
 */
struct route_known {
	bool dev, proto, table;
};

void route_members(const struct nlmsghdr *nlh, const struct route_known *known);
void route_numeric_title(void);
void route_numeric(const struct nlmsghdr *nlh);
void route_print(const struct nlmsghdr *nlh, const struct route_known *known);

#endif /* XIP_ROUTE_H */
