/* SPDX-License-Identifier: GPL-2.0 */
/* Requests to rtnetlink and their answers. */
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

/**
 * struct nl_req - a request being built
 * @nlh: its header
 * @full: an attribute found no room
 * @buf: where it lies
 */
struct nl_req {
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

int nl_open(void);
int nl_change(struct nl_req *req);
int nl_change_errno(struct nl_req *req);
int nl_delete(struct nl_req *req, int gone);
int nl_get(struct nl_req *req, nl_cb cb, void *data);
int nl_dump(struct nl_req *req, nl_cb cb, void *data);
void nl_pipeline(void (*failed)(unsigned int tag));
void nl_tag(unsigned int tag);
int nl_drain(void);

void nl_parse(const struct nlmsghdr *nlh, size_t hdrlen,
	      const struct nlattr *tb[NL_ATTR_MAX]);
void nl_parse_nested(const struct nlattr *nest,
		     const struct nlattr *tb[NL_ATTR_MAX]);
bool nl_has(const struct nlattr *attr, size_t len);
__u32 nl_u32(const struct nlattr *attr, __u32 otherwise);
const char *nl_str(const struct nlattr *attr);

#endif /* XIP_NL_H */
