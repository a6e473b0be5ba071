// SPDX-License-Identifier: GPL-2.0
/*
 * Which processes have which sockets open, as far as the caller may see it.
 *
 * In: /proc/PID/fd, where a socket's link has its inode. Out: a list sorted by
 * inode. Processes come and go meanwhile; what vanishes is left out.
 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sock.h"
#include "xip.h"

static struct {
	struct sock_user *all;
	unsigned int n, room;
} users;

static void read_name(int pid, char *name, size_t size)
{
	char path[64];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/comm", pid);
	f = fopen(path, "re");
	name[0] = '\0';
	if (f && fgets(name, size, f))
		name[strcspn(name, "\n")] = '\0';
	if (f)
		fclose(f);
}

static int add_user(unsigned long ino, int pid, int fd, const char *name)
{
	struct sock_user *u;

	if (users.n == users.room) {
		unsigned int room = 2 * users.room + 64;

		u = realloc(users.all, room * sizeof(*u));
		if (!u) {
			fprintf(stderr, "Error: %s\n", strerror(errno));
			return XIP_REFUSED;
		}
		users.all = u;
		users.room = room;
	}
	u = &users.all[users.n++];
	u->ino = ino;
	u->pid = pid;
	u->fd = fd;
	snprintf(u->name, sizeof(u->name), "%s", name);
	return XIP_OK;
}

/* The inode behind a descriptor, 0 if it is no socket. */
static unsigned long socket_of(int dir, const char *fd)
{
	unsigned long ino = 0;
	char link[64];
	ssize_t n;

	n = readlinkat(dir, fd, link, sizeof(link) - 1);
	if (n <= 0)
		return 0;
	link[n] = '\0';
	return sscanf(link, "socket:[%lu]", &ino) == 1 ? ino : 0;
}

static int read_process(int pid)
{
	char path[64], name[sizeof(users.all->name)] = "";
	struct dirent *d;
	int ret = XIP_OK;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/fd", pid);
	dir = opendir(path);
	while (!ret && dir && (d = readdir(dir))) {
		unsigned long ino = socket_of(dirfd(dir), d->d_name);

		if (!ino)
			continue;
		if (!name[0])
			read_name(pid, name, sizeof(name));
		ret = add_user(ino, pid, atoi(d->d_name), name);
	}
	if (dir)
		closedir(dir);
	return ret;
}

static int by_ino(const void *a, const void *b)
{
	const struct sock_user *x = a, *y = b;

	if (x->ino != y->ino)
		return x->ino < y->ino ? -1 : 1;
	if (x->pid != y->pid)
		return x->pid < y->pid ? -1 : 1;
	return x->fd - y->fd;
}

/**
 * sock_users_read - look through the processes
 *
 * Return: XIP_OK, or XIP_REFUSED with a message.
 */
int sock_users_read(void)
{
	DIR *proc = opendir("/proc");
	struct dirent *d;
	int ret = XIP_OK;

	if (!proc) {
		fprintf(stderr, "Error: cannot read /proc: %s\n",
			strerror(errno));
		return XIP_REFUSED;
	}
	users.n = 0;
	while (!ret && (d = readdir(proc)))
		if (isdigit((unsigned char)d->d_name[0]))
			ret = read_process(atoi(d->d_name));
	closedir(proc);
	if (users.n)
		qsort(users.all, users.n, sizeof(*users.all), by_ino);
	return ret;
}

/**
 * sock_users_of - who has a socket open
 * @ino: its inode
 * @n: how many
 *
 * Return: the first of them, if there is one.
 */
const struct sock_user *sock_users_of(unsigned long ino, unsigned int *n)
{
	unsigned int low = 0, high = users.n, mid;

	*n = 0;
	while (low < high) {
		mid = (low + high) / 2;
		if (users.all[mid].ino < ino)
			low = mid + 1;
		else
			high = mid;
	}
	while (ino && low + *n < users.n && users.all[low + *n].ino == ino)
		++*n;
	return &users.all[low];
}
