// SPDX-License-Identifier: GPL-2.0
/* Attributes of netlink messages, read with their lengths checked. Pure. */
#include <string.h>

#include "nl.h"

/**
 * nl_parse - attributes of a message by type
 * @nlh: the message
 * @hdrlen: length of its family header
 * @tb: result; types of NL_ATTR_MAX and above are left out
 */
void nl_parse(const struct nlmsghdr *nlh, size_t hdrlen,
	      const struct nlattr *tb[NL_ATTR_MAX])
{
	const struct nlattr *attr;

	memset(tb, 0, NL_ATTR_MAX * sizeof(*tb));
	mnl_attr_for_each(attr, nlh, hdrlen)
		if (mnl_attr_get_type(attr) < NL_ATTR_MAX)
			tb[mnl_attr_get_type(attr)] = attr;
}

/**
 * nl_parse_nested - attributes within an attribute by type
 * @nest: the outer one, or NULL
 * @tb: result; types of NL_ATTR_MAX and above are left out
 */
void nl_parse_nested(const struct nlattr *nest,
		     const struct nlattr *tb[NL_ATTR_MAX])
{
	const struct nlattr *attr;

	memset(tb, 0, NL_ATTR_MAX * sizeof(*tb));
	if (!nest)
		return;
	mnl_attr_for_each_nested(attr, nest)
		if (mnl_attr_get_type(attr) < NL_ATTR_MAX)
			tb[mnl_attr_get_type(attr)] = attr;
}

/**
 * nl_has - is an attribute there and long enough?
 * @attr: the attribute or NULL
 * @len: bytes it must have at least
 */
bool nl_has(const struct nlattr *attr, size_t len)
{
	return attr && mnl_attr_get_payload_len(attr) >= len;
}

/**
 * nl_u32 - a number of 32 bits
 * @attr: its attribute or NULL
 * @otherwise: what it is without a sound attribute
 */
__u32 nl_u32(const struct nlattr *attr, __u32 otherwise)
{
	return nl_has(attr, sizeof(__u32)) ? mnl_attr_get_u32(attr) : otherwise;
}

/**
 * nl_str - a string
 * @attr: its attribute or NULL
 *
 * Return: the string, or NULL without a sound attribute.
 */
const char *nl_str(const struct nlattr *attr)
{
	if (!attr || mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) < 0)
		return NULL;
	return mnl_attr_get_str(attr);
}
