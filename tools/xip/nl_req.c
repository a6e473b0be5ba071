// SPDX-License-Identifier: GPL-2.0
/*
 * Requests to rtnetlink, put together.
 *
 * In: a family header and attributes, from the objects. Out: struct nl_req for
 * nl_change(), nl_get() and nl_dump(). What does not fit marks the request as
 * full, and it is refused there.
 */
#include "nl.h"

/**
 * nl_req_init - begin a request
 * @req: where to build it
 * @type: RTM_*
 * @flags: NLM_F_* beside NLM_F_REQUEST
 * @hdrlen: length of the family header in bytes
 *
 * Return: the family header, zeroed.
 */
void *nl_req_init(struct nl_req *req, int type, int flags, size_t hdrlen)
{
	req->bus = NL_ROUTE;
	req->full = false;
	req->nlh = mnl_nlmsg_put_header(req->buf);
	req->nlh->nlmsg_type = type;
	req->nlh->nlmsg_flags = NLM_F_REQUEST | flags;
	return mnl_nlmsg_put_extra_header(req->nlh, hdrlen);
}

/**
 * nl_put - add an attribute
 * @req: the request
 * @type: attribute type
 * @data: payload
 * @len: its length in bytes
 */
void nl_put(struct nl_req *req, int type, const void *data, size_t len)
{
	if (!mnl_attr_put_check(req->nlh, sizeof(req->buf), type, len, data))
		req->full = true;
}

/**
 * nl_put_copy - add an attribute of another message
 * @req: the request
 * @attr: the attribute; NULL adds nothing
 */
void nl_put_copy(struct nl_req *req, const struct nlattr *attr)
{
	if (attr)
		nl_put(req, mnl_attr_get_type(attr), mnl_attr_get_payload(attr),
		       mnl_attr_get_payload_len(attr));
}

/**
 * nl_put_u32 - add an attribute of 32 bits
 * @req: the request
 * @type: attribute type
 * @val: value, in the byte order of the attribute
 */
void nl_put_u32(struct nl_req *req, int type, __u32 val)
{
	nl_put(req, type, &val, sizeof(val));
}

/**
 * nl_nest - begin an attribute that holds others
 * @req: the request
 * @type: attribute type
 *
 * Return: to be handed to nl_nest_end(); NULL where there is no room.
 */
struct nlattr *nl_nest(struct nl_req *req, int type)
{
	struct nlattr *nest;

	nest = mnl_attr_nest_start_check(req->nlh, sizeof(req->buf), type);
	if (!nest)
		req->full = true;
	return nest;
}

/**
 * nl_nest_end - end it
 * @req: the request
 * @nest: what nl_nest() returned
 */
void nl_nest_end(struct nl_req *req, struct nlattr *nest)
{
	if (nest)
		mnl_attr_nest_end(req->nlh, nest);
}
