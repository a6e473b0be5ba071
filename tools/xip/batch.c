// SPDX-License-Identifier: GPL-2.0
/*
 * Many commands from a file, one a line, over one netlink socket.
 *
 * In: lines of words; '#' at the beginning of a word opens a comment, quotes
 * keep blanks, a backslash at the end of a line goes on in the next. Out: each
 * command's own output. Without -force it stops at the first failure; with it,
 * changes need not wait for each other's verdict and are sent many at a time.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "nl.h"
#include "out.h"
#include "xip.h"

static const char *batch_name;
static int batch_status;
static bool batch_force;	/* go on after a failure */

/* The first failure's status is the batch's. */
static void batch_failed(unsigned int line, int status)
{
	xip_line_failed(batch_name, line);
	if (!batch_status)
		batch_status = status;
}

static void batch_refused(unsigned int line)
{
	batch_failed(line, XIP_REFUSED);
}

/**
 * struct line - a line and its words
 * @text: the line; cutting it into words rewrites it
 * @size: bytes allocated for @text
 * @words: pointers into @text
 * @room: pointers allocated
 * @n: words
 * @number: counted from 1; the last physical line
 */
struct line {
	char *text;
	size_t size;
	char **words;
	size_t room;
	size_t n;
	unsigned int number;
};

static int line_bad(const char *why)
{
	fprintf(stderr, "Error: %s\n", why);
	return XIP_USAGE;
}

/* Length of the line, 0 at the end of the file, -1 if it holds a NUL. */
static ssize_t line_read(struct line *l, FILE *f)
{
	char *more = NULL, *text;
	size_t more_size = 0;
	ssize_t len, n;

	len = getline(&l->text, &l->size, f);
	if (len <= 0)
		return 0;
	l->number++;
	while (len >= 2 && !strcmp(l->text + len - 2, "\\\n")) {
		n = getline(&more, &more_size, f);
		if (n <= 0)
			break;
		l->number++;
		text = realloc(l->text, len + n + 1);
		if (!text)
			break;
		memcpy(text + len - 2, more, n + 1);
		l->text = text;
		l->size = len + n + 1;
		len += n - 2;
	}
	free(more);
	return strlen(l->text) == (size_t)len ? len : -1;
}

static int line_word(struct line *l, char *word)
{
	if (l->n == l->room) {
		size_t room = 2 * l->room + 16;
		char **words = realloc(l->words, room * sizeof(*words));

		if (!words)
			return line_bad("out of memory");
		l->words = words;
		l->room = room;
	}
	l->words[l->n++] = word;
	return XIP_OK;
}

static bool blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Cut the line into words in place; quotes vanish. */
static int line_split(struct line *l)
{
	char *in = l->text, *out;
	char quote;

	l->n = 0;
	for (;;) {
		while (blank(*in))
			in++;
		if (!*in || *in == '#')
			return XIP_OK;
		if (line_word(l, in))
			return XIP_USAGE;
		out = in;
		for (quote = 0; *in && (quote || !blank(*in)); in++) {
			if (*in == quote)
				quote = 0;
			else if (!quote && (*in == '"' || *in == '\''))
				quote = *in;
			else
				*out++ = *in;
		}
		if (quote)
			return line_bad("a quote is not closed");
		if (*in)
			in++;
		*out = '\0';
	}
}

static void line_run(struct line *l, int (*run)(struct args *a))
{
	struct args a = { .words = l->words };
	int ret;

	if (line_split(l)) {
		batch_failed(l->number, XIP_USAGE);
		return;
	}
	if (!l->n)
		return;
	a.words = l->words;
	a.n = l->n;
	a.line = l->number;
	nl_tag(l->number);
	ret = run(&a);
	if (ret)
		batch_failed(l->number, ret);
}

static void batch_lines(FILE *f, int (*run)(struct args *a))
{
	struct line l = { };
	ssize_t len;

	while (!batch_status || batch_force) {
		len = line_read(&l, f);
		if (!len)
			break;
		if (len < 0) {
			line_bad("the line holds a NUL byte");
			batch_failed(l.number, XIP_USAGE);
			continue;
		}
		line_run(&l, run);
	}
	free(l.text);
	free(l.words);
}

static int batch_file(const char *path, int (*run)(struct args *a))
{
	FILE *f = strcmp(path, "-") ? fopen(path, "re") : stdin;

	if (!f) {
		fprintf(stderr, "Error: cannot open \"%s\": %s\n",
			out_clean(path), strerror(errno));
		return XIP_USAGE;
	}
	batch_name = path;
	batch_lines(f, run);
	nl_drain();
	if (ferror(f)) {
		fprintf(stderr, "Error: cannot read \"%s\": %s\n",
			out_clean(path), strerror(errno));
		if (!batch_status)
			batch_status = XIP_USAGE;
	}
	if (f != stdin)
		fclose(f);
	return batch_status;
}

/**
 * xip_batch - run the commands of a file
 * @path: the file, "-" for standard input
 *
 * Return: XIP_OK or the status of the first command that failed.
 */
int xip_batch(const char *path)
{
	int ret;

	batch_force = xip_opt.force;
	if (batch_force)
		nl_pipeline(batch_refused);
	ret = batch_file(path, xip_run);
	nl_pipeline(NULL);
	return ret;
}

/**
 * xip_lines - read a file of lines that are parts of one command
 * @path: the file, "-" for standard input
 * @run: takes the words of a line, at least one; its result is XIP_OK, or
 *	another status, after a message, which ends it
 *
 * Also within a batch.
 *
 * Return: XIP_OK or what @run returned.
 */
int xip_lines(const char *path, int (*run)(struct args *a))
{
	const char *name = batch_name;
	int status = batch_status;
	bool force = batch_force;
	int ret;

	batch_status = XIP_OK;
	batch_force = false;
	ret = batch_file(path, run);
	batch_name = name;
	batch_status = status;
	batch_force = force;
	return ret;
}

/**
 * xip_line_failed - say which line it was that failed
 * @path: the file
 * @line: counted from 1
 */
void xip_line_failed(const char *path, unsigned int line)
{
	fprintf(stderr, "Command failed %s:%u\n", out_clean(path), line);
}
