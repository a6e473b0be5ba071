/* SPDX-License-Identifier: GPL-2.0 */
/* A file that appears whole or not at all. */
#ifndef XIP_TRACE_FILE_H
#define XIP_TRACE_FILE_H

#include <stdio.h>

/**
 * struct tr_file - a file that is being written
 * @f: where to write, or NULL
 * @path: its name
 * @tmp: the name it has until it is whole, or NULL for what cannot be renamed
 */
struct tr_file {
	FILE *f;
	char *path, *tmp;
};

int tr_file_open(struct tr_file *file, const char *path);
int tr_file_commit(struct tr_file *file);
void tr_file_abort(struct tr_file *file);

#endif /* XIP_TRACE_FILE_H */
