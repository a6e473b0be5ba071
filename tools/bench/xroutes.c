// SPDX-License-Identifier: GPL-2.0
/*
 * xroutes: fill a namespace with the routes of lpm_table.h, or take them out.
 *
 *	xroutes FAMILY NETNS DEV add|del COUNT
 *
 * prints "COUNT INSTRUCTIONS", the instructions of the sending system calls for
 * one route. Both families get the same bytes but for the family: requests in
 * batches, without acknowledgements, so that only an error is answered. The
 * gateways, 10.9.0.2 and the following, have to be neighbours on DEV.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/xinet.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"
#include "lpm_table.h"

#define BATCH		64
#define GATEWAY		0x0a090001U	/* and the number of the next hop */

/* As the kernel wants to see one route; all attributes hold four bytes. */
struct request {
	struct nlmsghdr nlh;
	struct rtmsg rtm;
	struct rtattr dst_attr;
	uint32_t dst;
	struct rtattr gw_attr;
	uint32_t gw;
	struct rtattr oif_attr;
	uint32_t oif;
};

static void fill(struct request *r, const struct lpm_prefix *p)
{
	r->rtm.rtm_dst_len = p->len;
	r->dst = htonl(p->key);
	r->gw = htonl(GATEWAY + p->nexthop);
}

static void prepare(struct request *r, int family, int add, unsigned int oif)
{
	*r = (struct request) {
		.nlh = {
			.nlmsg_len = sizeof(*r),
			.nlmsg_type = add ? RTM_NEWROUTE : RTM_DELROUTE,
			.nlmsg_flags = NLM_F_REQUEST |
				       (add ? NLM_F_CREATE | NLM_F_EXCL : 0),
		},
		.rtm = {
			.rtm_family = family,
			.rtm_table = RT_TABLE_MAIN,
			.rtm_protocol = RTPROT_STATIC,
			.rtm_scope = RT_SCOPE_UNIVERSE,
			.rtm_type = RTN_UNICAST,
		},
		.dst_attr = { sizeof(struct rtattr) + 4, RTA_DST },
		.gw_attr = { sizeof(struct rtattr) + 4, RTA_GATEWAY },
		.oif_attr = { sizeof(struct rtattr) + 4, RTA_OIF },
		.oif = oif,
	};
}

/* Only a refusal is answered; any is the end. */
static void check_refusal(int fd)
{
	char buf[4096];
	const struct nlmsghdr *nlh = (const void *)buf;
	const struct nlmsgerr *e;

	if (recv(fd, buf, sizeof(buf), MSG_DONTWAIT) < 0) {
		if (errno == EAGAIN)
			return;
		err(1, "netlink");
	}
	e = NLMSG_DATA(nlh);
	errx(1, "a route is refused: %s", strerror(-e->error));
}

static uint64_t send_batch(int fd, const struct request *batch, unsigned int n)
{
	ssize_t len = n * sizeof(*batch), sent;
	uint64_t start = counter_read(), end;

	sent = send(fd, batch, len, 0);
	end = counter_read();
	if (sent != len)
		err(1, "send");
	check_refusal(fd);
	return end - start;
}

static uint64_t send_all(int fd, struct request batch[BATCH],
			 const struct lpm_prefix *table, unsigned int count)
{
	uint64_t ticks = 0;

	for (unsigned int i = 0, n; i < count; i += n) {
		for (n = 0; n < BATCH && i + n < count; n++)
			fill(&batch[n], &table[i + n]);
		ticks += send_batch(fd, batch, n);
	}
	return ticks;
}

static void enter(const char *netns)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "/run/netns/%s", netns);
	fd = open(path, O_RDONLY);
	if (fd < 0 || setns(fd, CLONE_NEWNET))
		err(1, "%s", path);
	close(fd);
}

int main(int argc, char **argv)
{
	struct request batch[BATCH];
	struct lpm_prefix *table;
	unsigned int count, oif;
	double per_insn;
	int fd, family;

	if (argc != 6)
		errx(1, "usage: xroutes ipv4|xinet NETNS DEV add|del COUNT");
	family = strcmp(argv[1], "ipv4") ? AF_XINET : AF_INET;
	enter(argv[2]);
	oif = if_nametoindex(argv[3]);
	count = strtoul(argv[5], NULL, 0);
	fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	if (fd < 0 || !oif)
		err(1, "%s", argv[3]);
	table = lpm_table(count);
	if (!table)
		errx(1, "out of memory");
	for (unsigned int i = 0; i < BATCH; i++)
		prepare(&batch[i], family, !strcmp(argv[4], "add"), oif);
	per_insn = counter_calibrate();
	printf("%u %.0f\n", count,
	       send_all(fd, batch, table, count) / per_insn / count);
	return 0;
}
