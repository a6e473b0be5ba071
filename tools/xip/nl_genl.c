// SPDX-License-Identifier: GPL-2.0
/*
 * The generic netlink family "xinet": its number and its groups.
 *
 * In: commands of linux/xinet_netlink.h. Out: a request for nl_change(),
 * nl_get() and nl_dump(); membership of a group for nl_listen().
 */
#include <linux/genetlink.h>
#include <linux/xinet_netlink.h>
#include <stdio.h>
#include <string.h>

#include "nl.h"
#include "nl_priv.h"
#include "out.h"
#include "xip.h"

#define GROUPS	8

/**
 * struct genl - what the kernel says of the family
 * @id: message type, 0: not asked yet
 * @n: groups
 * @group: by name
 */
static struct genl {
	unsigned int id;
	unsigned int n;
	struct {
		__u32 id;
		char name[GENL_NAMSIZ];
	} group[GROUPS];
} genl;

static void genl_group(const struct nlattr *nest)
{
	const struct nlattr *tb[NL_ATTR_MAX];
	const char *name;

	nl_parse_nested(nest, tb);
	name = nl_str(tb[CTRL_ATTR_MCAST_GRP_NAME]);
	if (!name || strlen(name) >= GENL_NAMSIZ || genl.n == GROUPS)
		return;
	strcpy(genl.group[genl.n].name, name);
	genl.group[genl.n++].id = nl_u32(tb[CTRL_ATTR_MCAST_GRP_ID], 0);
}

static int genl_family(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *tb[NL_ATTR_MAX], *attr;

	(void)data;
	nl_parse(nlh, GENL_HDRLEN, tb);
	if (nl_has(tb[CTRL_ATTR_FAMILY_ID], sizeof(__u16)))
		genl.id = mnl_attr_get_u16(tb[CTRL_ATTR_FAMILY_ID]);
	if (tb[CTRL_ATTR_MCAST_GROUPS])
		mnl_attr_for_each_nested(attr, tb[CTRL_ATTR_MCAST_GROUPS])
			genl_group(attr);
	return XIP_OK;
}

static void genl_header(struct nl_req *req, int type, int cmd, int version,
			int flags)
{
	struct genlmsghdr *g = nl_req_init(req, type, flags, sizeof(*g));

	g->cmd = cmd;
	g->version = version;
	req->bus = NL_GENERIC;
}

static int genl_resolve(void)
{
	static struct nl_req req;
	int ret;

	if (genl.id)
		return XIP_OK;
	genl_header(&req, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 1, 0);
	nl_put(&req, CTRL_ATTR_FAMILY_NAME, XINET_FAMILY_NAME,
	       sizeof(XINET_FAMILY_NAME));
	ret = nl_get(&req, genl_family, NULL);
	if (!ret && !genl.id) {
		fprintf(stderr, "Error: the kernel does not say what family \"%s\" is.\n",
			XINET_FAMILY_NAME);
		ret = XIP_REFUSED;
	}
	return ret;
}

/**
 * nl_genl_init - begin a request to the family
 * @req: where to build it
 * @cmd: XINET_CMD_*
 * @flags: NLM_F_* beside NLM_F_REQUEST
 *
 * Return: XIP_OK, or XIP_REFUSED with a message if there is no such family.
 */
int nl_genl_init(struct nl_req *req, int cmd, int flags)
{
	int ret = genl_resolve();

	genl_header(req, genl.id, cmd, XINET_FAMILY_VERSION, flags);
	return ret;
}

/**
 * nl_genl_join - hear the messages of a group
 * @name: the group
 *
 * Return: 0, a negative errno, or XIP_REFUSED with a message if there is no
 * such family or group.
 */
int nl_genl_join(const char *name)
{
	unsigned int i;
	int ret = genl_resolve();

	for (i = 0; !ret && i < genl.n; i++)
		if (!strcmp(genl.group[i].name, name))
			return nl_join(NL_GENERIC, genl.group[i].id);
	if (!ret)
		fprintf(stderr, "Error: the kernel has no group \"%s\".\n",
			out_clean(name));
	return XIP_REFUSED;
}

/**
 * nl_genl_mine - is a message of the family?
 * @nlh: the message
 */
bool nl_genl_mine(const struct nlmsghdr *nlh)
{
	return genl.id && nlh->nlmsg_type == genl.id;
}
