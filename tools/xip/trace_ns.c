// SPDX-License-Identifier: GPL-2.0
/*
 * Names of network namespaces.
 *
 * In: inodes. Out: the names that "ip netns" has for them. Looked up once for
 * each: events come by the ten thousand.
 */
#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "trace.h"

#define TR_NAMES	64	/* looked up and remembered */

struct tr_name {
	unsigned int netns;
	char name[64];
};

static void tr_look_up(struct tr_name *n)
{
	DIR *dir = opendir("/run/netns");
	const struct dirent *d;
	char path[300];
	struct stat st;

	snprintf(n->name, sizeof(n->name), "%u", n->netns);
	while (dir && (d = readdir(dir))) {
		snprintf(path, sizeof(path), "/run/netns/%s", d->d_name);
		if (!stat(path, &st) && st.st_ino == n->netns) {
			snprintf(n->name, sizeof(n->name), "%.63s", d->d_name);
			break;
		}
	}
	if (dir)
		closedir(dir);
}

/**
 * tr_ns_name - what a namespace is called
 * @netns: its inode
 *
 * A name is remembered: one that is given to a namespace while we trace, after
 * its first packet, is not seen.
 *
 * Return: the name "ip netns" knows it by; else the number. Good until
 * TR_NAMES other namespaces were asked for.
 */
const char *tr_ns_name(unsigned int netns)
{
	static struct tr_name names[TR_NAMES];
	static unsigned int n, turn;
	unsigned int i;

	for (i = 0; i < n; i++)
		if (names[i].netns == netns)
			return names[i].name;
	if (n < TR_NAMES)
		i = n++;
	else
		i = turn++ % TR_NAMES;
	names[i].netns = netns;
	tr_look_up(&names[i]);
	return names[i].name;
}
