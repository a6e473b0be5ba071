/* SPDX-License-Identifier: GPL-2.0 */
/* Requests to rtnetlink, generic netlink and sock_diag, and their answers. */
#ifndef XIP_NL_H
#define XIP_NL_H

#include <libmnl/libmnl.h>
#include <linux/rtnetlink.h>
#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>

#include "util.h"

#define NL_REQ_MAX	32768	/* a route with a thousand next hops fits */
#define NL_ATTR_MAX	64	/* attribute types kept by nl_parse() */

/* where requests go: a socket each */
enum nl_bus {
	NL_ROUTE,
	NL_GENERIC,
	NL_DIAG,
	__NL_BUSES,
};

/**
 * struct nl_req - a request being built
 * @bus: where it goes
 * @nlh: its header
 * @full: an attribute found no room
 * @buf: where it lies
 */
struct nl_req {
	enum nl_bus bus;
	struct nlmsghdr *nlh;
	bool full;
	char buf[NL_REQ_MAX] __aligned(8);
};

/* takes one message of an answer; returns XIP_OK to go on */
typedef int (*nl_cb)(const struct nlmsghdr *nlh, void *data);

void *nl_req_init(struct nl_req *req, int type, int flags, size_t hdrlen);
void nl_put(struct nl_req *req, int type, const void *data, size_t len);
void nl_put_copy(struct nl_req *req, const struct nlattr *attr);
void nl_put_u32(struct nl_req *req, int type, __u32 val);
struct nlattr *nl_nest(struct nl_req *req, int type);
void nl_nest_end(struct nl_req *req, struct nlattr *nest);

int nl_open(enum nl_bus bus);
int nl_fd(enum nl_bus bus);
int nl_change(struct nl_req *req);
int nl_change_now(struct nl_req *req);
int nl_change_errno(struct nl_req *req);
int nl_delete(struct nl_req *req, int gone);
int nl_get(struct nl_req *req, nl_cb cb, void *data);
int nl_get_quiet(struct nl_req *req, nl_cb cb, void *data);
int nl_dump(struct nl_req *req, nl_cb cb, void *data);
int nl_stream(struct nl_req *req, nl_cb cb, void *data);
void nl_pipeline(void (*failed)(unsigned int tag));
void nl_tag(unsigned int tag);
int nl_drain(void);
long nl_bad_offset(void);

int nl_genl_init(struct nl_req *req, int cmd, int flags);
int nl_genl_join(const char *group);
int nl_join(enum nl_bus bus, __u32 group);

/**
 * struct nl_ear - who takes what the kernel tells unasked
 * @hear: takes each message of a bus, NULL for a bus that is not heard; a
 *	result other than XIP_OK ends the listening
 * @lost: told that messages were lost, for the reader was too slow
 */
struct nl_ear {
	int (*hear[__NL_BUSES])(const struct nlmsghdr *nlh);
	int (*lost)(void);
};

int nl_listen(const struct nl_ear *ear);

void nl_parse(const struct nlmsghdr *nlh, size_t hdrlen,
	      const struct nlattr *tb[NL_ATTR_MAX]);
void nl_parse_nested(const struct nlattr *nest,
		     const struct nlattr *tb[NL_ATTR_MAX]);
bool nl_has(const struct nlattr *attr, size_t len);
__u32 nl_u32(const struct nlattr *attr, __u32 otherwise);
const char *nl_str(const struct nlattr *attr);

#endif /* XIP_NL_H */
