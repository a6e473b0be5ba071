// SPDX-License-Identifier: GPL-2.0
/*
 * A file that appears whole or not at all.
 *
 * In: its name, before there is anything to write: who cannot write it is told
 * then. Out: a stream to a file beside it, which gets the name at the end. A
 * device or a pipe is written to as it is. Nobody else is let in between: the
 * name of the file beside it cannot be known, and an old file stays what it was
 * until the new one is whole.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "out.h"
#include "trace_file.h"
#include "xip.h"

static int tr_file_failed(struct tr_file *file, const char *path, int err)
{
	fprintf(stderr, "Error: cannot write \"%s\": %s\n", out_clean(path),
		strerror(err));
	tr_file_abort(file);
	return XIP_REFUSED;
}

/* As open(2) would have made it. */
static void tr_file_mode(int fd, const struct stat *old)
{
	mode_t mask = umask(0);

	umask(mask);
	fchmod(fd, old ? old->st_mode & 0777 : 0666 & ~mask);
}

/**
 * tr_file_open - begin to write
 * @file: filled
 * @path: its name; a link leads to the file that is meant
 *
 * Return: exit status, with a message.
 */
int tr_file_open(struct tr_file *file, const char *path)
{
	struct stat st;
	int fd, there;

	memset(file, 0, sizeof(*file));
	there = !stat(path, &st);
	if (there && S_ISDIR(st.st_mode))
		return tr_file_failed(file, path, EISDIR);
	if (there && !S_ISREG(st.st_mode)) {
		file->f = fopen(path, "we");
		return file->f ? XIP_OK : tr_file_failed(file, path, errno);
	}
	if (there && access(path, W_OK))
		return tr_file_failed(file, path, errno);
	file->path = there ? realpath(path, NULL) : strdup(path);
	if (!file->path || !*path ||
	    asprintf(&file->tmp, "%s.XXXXXX", file->path) < 0) {
		file->tmp = NULL;
		return tr_file_failed(file, path, *path ? errno : ENOENT);
	}
	fd = mkstemp(file->tmp);
	if (fd < 0) {
		free(file->tmp);
		file->tmp = NULL;
		return tr_file_failed(file, path, errno);
	}
	tr_file_mode(fd, there ? &st : NULL);
	file->f = fdopen(fd, "we");
	return file->f ? XIP_OK : tr_file_failed(file, path, errno);
}

/**
 * tr_file_commit - the file is whole
 * @file: what tr_file_open() filled; empty afterwards
 *
 * Return: exit status, with a message.
 */
int tr_file_commit(struct tr_file *file)
{
	bool bad = ferror(file->f);
	int err = EIO;

	if (fclose(file->f)) {
		err = errno;
		bad = true;
	}
	file->f = NULL;
	if (!bad && file->tmp && rename(file->tmp, file->path)) {
		err = errno;
		bad = true;
	}
	if (bad)
		return tr_file_failed(file, file->path ?: "", err);
	free(file->tmp);
	file->tmp = NULL;
	tr_file_abort(file);
	return XIP_OK;
}

/**
 * tr_file_abort - leave nothing behind
 * @file: what tr_file_open() filled, or empty; empty afterwards
 */
void tr_file_abort(struct tr_file *file)
{
	if (file->f)
		fclose(file->f);
	if (file->tmp)
		unlink(file->tmp);
	free(file->tmp);
	free(file->path);
	memset(file, 0, sizeof(*file));
}
