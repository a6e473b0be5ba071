// SPDX-License-Identifier: GPL-2.0
/*
 * Instances of tracefs that an earlier xip left behind when it was killed.
 *
 * In: nothing. Out: they are gone, with their buffers and enabled events; it is
 * no business of the user's. One whose xip lives, in whatever PID namespace,
 * stays: who reads an instance keeps it busy.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include <tracefs/tracefs.h>

#include "trace_ring.h"

/** tr_stale_remove - remove the instances of dead processes */
void tr_stale_remove(void)
{
	char *path = tracefs_get_tracing_file("instances");
	DIR *dir = path ? opendir(path) : NULL;
	const struct dirent *d;
	int pid, end;

	while (dir && (d = readdir(dir))) {
		end = 0;
		if (sscanf(d->d_name, "xip-%d%n", &pid, &end) != 1 ||
		    d->d_name[end] || pid <= 0)
			continue;
		if (pid == getpid() || (kill(pid, 0) && errno == ESRCH))
			unlinkat(dirfd(dir), d->d_name, AT_REMOVEDIR);
	}
	if (dir)
		closedir(dir);
	if (path)
		tracefs_put_tracing_file(path);
}
