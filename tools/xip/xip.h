/* SPDX-License-Identifier: GPL-2.0 */
/* What the objects of xip share: options, exit statuses, the command table. */
#ifndef XIP_H
#define XIP_H

#include <stdbool.h>

#include <linux/xinet.h>

#include "args.h"
#include "parse.h"

/* A test build speaks to IPv4's side of rtnetlink, to compare with ip(8). */
#ifndef XIP_FAMILY
#define XIP_FAMILY	AF_XINET
#endif

static inline const char *xip_family_name(void)
{
	int family = XIP_FAMILY;

	return family == AF_INET ? "inet" : "xinet";
}

/**
 * enum xip_status - exit statuses
 * @XIP_OK: done
 * @XIP_USAGE: the command line was wrong; nothing was asked of the kernel
 * @XIP_REFUSED: the kernel refused
 */
enum xip_status {
	XIP_OK,
	XIP_USAGE,
	XIP_REFUSED,
};

/**
 * enum timestamp - how events tell their time
 * @TIMESTAMP_NONE: not at all
 * @TIMESTAMP_LONG: in a line before them
 * @TIMESTAMP_SHORT: in the same line
 */
enum timestamp {
	TIMESTAMP_NONE,
	TIMESTAMP_LONG,
	TIMESTAMP_SHORT,
};

/**
 * struct xip_options - what stood before the object
 * @json: -j
 * @pretty: -p
 * @oneline: -o
 * @color: -c
 * @stats: how often -s was given
 * @details: how often -d was given
 * @timestamp: -t, -ts
 * @force: -force: a batch goes on after a failure
 */
struct xip_options {
	bool json;
	bool pretty;
	bool oneline;
	bool color;
	unsigned int stats;
	unsigned int details;
	enum timestamp timestamp;
	bool force;
};

extern struct xip_options xip_opt;

/**
 * struct verb - what can be done to an object
 * @run: does it; @arg is the table's
 * @arg: tells apart verbs that share @run
 */
struct verb {
	int (*run)(struct args *a, int arg);
	int arg;
};

/**
 * struct object - a first word of the command line
 * @name: the word the help shows
 * @help: text of "xip OBJECT help"
 * @words: verbs by name; the id indexes @verbs. NULL if @run takes it all
 * @verbs: the first one is what no verb means
 * @run: takes the rest of the line where there are no verbs
 */
struct object {
	const char *name;
	const char *help;
	const struct keyword *words;
	const struct verb *verbs;
	int (*run)(struct args *a);
};

extern const struct object xip_addr, xip_route, xip_neigh, xip_ping, xip_stat,
			   xip_traceroute, xip_filter, xip_nat,
			   xip_conntrack, xip_monitor, xip_sock, xip_link,
			   xip_trace;

int xip_run(struct args *a);
int xip_batch(const char *path);
int xip_lines(const char *path, int (*run)(struct args *a));
void xip_line_failed(const char *path, unsigned int line);

#endif /* XIP_H */
