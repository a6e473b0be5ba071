// SPDX-License-Identifier: GPL-2.0
/*
 * Network namespaces by name, where ip-netns(8) keeps them.
 *
 * In: a name. Out: the process is in that namespace. Called once, before any
 * socket is opened.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ns.h"
#include "out.h"
#include "xip.h"

#define NS_DIR	"/run/netns/"

static bool ns_name_ok(const char *name)
{
	size_t len = strlen(name);

	return len && len <= NAME_MAX && !strchr(name, '/') &&
	       strcmp(name, ".") && strcmp(name, "..");
}

/**
 * ns_enter - enter a network namespace
 * @name: as "ip netns list" shows it
 *
 * Return: XIP_OK; XIP_USAGE or XIP_REFUSED with a message.
 */
int ns_enter(const char *name)
{
	char path[sizeof(NS_DIR) + NAME_MAX];
	int fd, ret = XIP_OK;

	if (!ns_name_ok(name))
		return args_wrong(name, "not a name of a network namespace");
	snprintf(path, sizeof(path), NS_DIR "%s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		fprintf(stderr,
			"Error: cannot open network namespace \"%s\": %s\n",
			out_clean(name), strerror(errno));
		return XIP_USAGE;
	}
	if (setns(fd, CLONE_NEWNET)) {
		fprintf(stderr,
			"Error: cannot enter network namespace \"%s\": %s\n",
			out_clean(name), strerror(errno));
		ret = XIP_REFUSED;
	}
	close(fd);
	return ret;
}

/**
 * ns_inode - what tells the current network namespace from others
 *
 * Return: its inode number, 0 if /proc does not say.
 */
unsigned long long ns_inode(void)
{
	struct stat st;

	return stat("/proc/thread-self/ns/net", &st) ? 0 : st.st_ino;
}
