// SPDX-License-Identifier: GPL-2.0
/*
 * What `xip stat -z` and `xip stat delta` have seen before.
 *
 * In: the counters now. Out: each one's value at the last call of this user in
 * this namespace, which a small file remembers. The file lies where others may
 * write too (/tmp): it is neither followed through a link nor believed unless
 * it is this user's own. A counter below its remembered value means that the
 * module, the namespace or the machine began anew: then all begins at zero.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ns.h"
#include "out.h"
#include "stat.h"
#include "xip.h"

#define HEAD_MAX	128

static int history_trouble(const char *path)
{
	fprintf(stderr, "Error: cannot keep the history in \"%s\": %s\n",
		out_clean(path), strerror(errno));
	return XIP_REFUSED;
}

/* $XDG_RUNTIME_DIR if it is really this user's (it is not under sudo). */
static void history_path(char *path, size_t size)
{
	const char *dir = getenv("XDG_RUNTIME_DIR");
	struct stat st;

	if (!dir || dir[0] != '/' || strlen(dir) > PATH_MAX / 2 ||
	    stat(dir, &st) || !S_ISDIR(st.st_mode) || st.st_uid != geteuid())
		dir = "/tmp";
	snprintf(path, size, "%s/.xip-stat-%u-%llu", dir, geteuid(),
		 ns_inode());
}

static FILE *history_open(const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	struct stat st;
	FILE *f;

	if (fd < 0)
		return NULL;
	if (fstat(fd, &st) || !S_ISREG(st.st_mode) || st.st_nlink != 1 ||
	    st.st_uid != geteuid() || st.st_mode & 077) {
		close(fd);
		errno = EPERM;
		return NULL;
	}
	if (flock(fd, LOCK_EX)) {
		close(fd);
		return NULL;
	}
	f = fdopen(fd, "r+");
	if (!f)
		close(fd);
	return f;
}

/* First line of the file: a history of another boot is none. */
static void history_head(char head[HEAD_MAX])
{
	FILE *f = fopen("/proc/sys/kernel/random/boot_id", "re");
	char boot[64] = "";

	if (f) {
		if (!fgets(boot, sizeof(boot), f))
			boot[0] = '\0';
		fclose(f);
	}
	boot[strcspn(boot, "\n")] = '\0';
	snprintf(head, HEAD_MAX, "xip-stat 1 %s\n", boot);
}

static struct counter *find(struct counters *now, const char *group,
			    const char *name)
{
	size_t i;

	for (i = 0; i < now->n; i++)
		if (!strcmp(now->c[i].group, group) &&
		    !strcmp(now->c[i].name, name))
			return &now->c[i];
	return NULL;
}

/* False if the history is of another life. */
static bool history_read(FILE *f, struct counters *now)
{
	char head[HEAD_MAX], line[HEAD_MAX + 1];
	char group[STAT_NAME], name[STAT_NAME];
	unsigned long long val;
	struct counter *c;

	history_head(head);
	if (!fgets(line, sizeof(line), f) || strcmp(line, head))
		return false;
	while (fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%47s %47s %llu", group, name, &val) != 3)
			return false;
		c = find(now, group, name);
		if (!c)
			continue;
		if (val > c->val)
			return false;
		c->base = val;
	}
	return true;
}

static bool history_write(FILE *f, const struct counters *now)
{
	char head[HEAD_MAX];
	size_t i;

	rewind(f);
	if (ftruncate(fileno(f), 0))
		return false;
	history_head(head);
	fputs(head, f);
	for (i = 0; i < now->n; i++)
		fprintf(f, "%s %s %llu\n", now->c[i].group, now->c[i].name,
			(unsigned long long)now->c[i].val);
	return !fflush(f) && !ferror(f);
}

/**
 * stat_since_last - what the counters were at the last call
 * @now: counters; their @base is set, and their values are remembered
 * @keep: leave the history as it is
 *
 * Return: XIP_OK, or XIP_REFUSED with a message.
 */
int stat_since_last(struct counters *now, bool keep)
{
	char path[PATH_MAX];
	int ret = XIP_OK;
	size_t i;
	FILE *f;

	history_path(path, sizeof(path));
	f = history_open(path);
	if (!f)
		return history_trouble(path);
	if (!history_read(f, now))
		for (i = 0; i < now->n; i++)
			now->c[i].base = 0;
	if (!keep && !history_write(f, now))
		ret = history_trouble(path);
	fclose(f);
	return ret;
}
