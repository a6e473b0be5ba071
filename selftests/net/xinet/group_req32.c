// SPDX-License-Identifier: GPL-2.0
/*
 * MCAST_JOIN_GROUP as a 32-bit program says it: there struct group_req has no
 * hole behind the number of the device. mcast_options.py runs it, in a
 * namespace of its own whose device 1 is lo.
 *
 * Freestanding, and thus built with what builds all the rest: no 32-bit C
 * library is needed. Exit status: 0, or the number of the step that went wrong.
 */
#define AF_XINET		19
#define AF_INET			2
#define SOCK_DGRAM		2
#define SOL_IP			0
#define MCAST_JOIN_GROUP	42
#define MCAST_LEAVE_GROUP	45

#define NR_EXIT			1
#define NR_SOCKET		359
#define NR_SETSOCKOPT		366

#define EINVAL			22
#define EADDRINUSE		98
#define EADDRNOTAVAIL		99

struct request {
	unsigned int ifindex;
	unsigned short family;
	unsigned short port;
	unsigned char addr[4];
	unsigned char rest[124];
};

#define LEN	132	/* what the kernel calls struct compat_group_req */

static const struct request good = { 1, AF_XINET, 0, { 239, 5, 5, 5 }, {} };
static const struct request inet = { 1, AF_INET, 0, { 239, 5, 5, 5 }, {} };
/* as a 64-bit program says it: four bytes later */
static const struct request wide = { 1, 0, 0, { AF_XINET, 0, 0, 0 },
				     { 239, 5, 5, 5 } };

static const struct {
	int name;
	const struct request *req;
	unsigned int len;
	int want;
} steps[] = {
	{ MCAST_JOIN_GROUP, &good, LEN - 1, -EINVAL },
	{ MCAST_JOIN_GROUP, &wide, LEN, -EINVAL },
	{ MCAST_JOIN_GROUP, &wide, LEN + 4, -EINVAL },
	{ MCAST_JOIN_GROUP, &inet, LEN, -EINVAL },
	{ MCAST_LEAVE_GROUP, &good, LEN, -EADDRNOTAVAIL },
	{ MCAST_JOIN_GROUP, &good, LEN, 0 },
	{ MCAST_JOIN_GROUP, &good, LEN + 4, -EADDRINUSE },
	{ MCAST_LEAVE_GROUP, &good, LEN - 1, -EINVAL },
	{ MCAST_LEAVE_GROUP, &good, LEN, 0 },
	{ MCAST_LEAVE_GROUP, &good, LEN, -EADDRNOTAVAIL },
};

static long call(long nr, long a, long b, long c, const void *d, long e)
{
	long ret;

	__asm__ volatile("int $0x80" : "=a" (ret)
			 : "a" (nr), "b" (a), "c" (b), "d" (c), "S" (d), "D" (e)
			 : "memory");
	return ret;
}

void _start(void);

void _start(void)
{
	long fd = call(NR_SOCKET, AF_XINET, SOCK_DGRAM, 0, 0, 0);
	unsigned int i, bad = fd < 0 ? 100 : 0;

	for (i = 0; !bad && i < sizeof(steps) / sizeof(steps[0]); i++)
		if (call(NR_SETSOCKOPT, fd, SOL_IP, steps[i].name,
			 steps[i].req, steps[i].len) != steps[i].want)
			bad = i + 1;
	for (;;)
		call(NR_EXIT, bad, 0, 0, 0, 0);
}
