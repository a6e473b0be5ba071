// SPDX-License-Identifier: GPL-2.0
/*
 * A run of xip trace: from the first event to the last.
 *
 * In: what the command line asks. Out: while it runs without a command, each
 * journey that is over; with one, all at the end, since what the command prints
 * goes to the same place; then the picture.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "out.h"
#include "trace_file.h"
#include "trace_gather.h"
#include "trace_pcap.h"
#include "trace_run.h"
#include "trace_show.h"
#include "trace_svg.h"
#include "trace_why.h"
#include "xip.h"

#define TR_NSEC		1000000000ULL

/* Between two looks into the buffer. */
static const struct timespec tr_poll = { .tv_nsec = 50000000 };

/**
 * struct tr_state - a run
 * @req: what was asked
 * @live: shown as it comes
 * @list: events just read
 * @gather: journeys that are not over
 * @why: drops by reason
 * @told: kinds of these that were told
 * @painted: when they were painted last
 * @svg: the picture
 * @file: where it goes
 * @pcap: the packets themselves
 * @all: events for their comments
 */
struct tr_state {
	const struct tr_request *req;
	bool live;
	struct tr_list list;
	struct tr_gather gather;
	struct tr_why why;
	unsigned int told;
	unsigned long long painted;
	struct tr_svg svg;
	struct tr_file file;
	struct tr_pcap pcap;
	struct tr_list all;
};

static unsigned long long tr_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * TR_NSEC + ts.tv_nsec;
}

static void tr_done(struct tr_journey *j, void *arg)
{
	struct tr_state *state = arg;

	tr_print(j);
	if (state->req->svg)
		tr_svg_take(&state->svg, j);
}

static bool tr_take_drop(struct tr_state *state, struct tr_event *e)
{
	bool ok = true;

	if (tr_kind_of(e->name) == TR_DROP &&
	    tr_event_matches(e, &state->req->match))
		ok = tr_why_event(&state->why, e);
	free(e->rest);
	return ok;
}

/* A copy for the comments of the packets. */
static bool tr_keep(struct tr_list *all, const struct tr_event *e)
{
	struct tr_event *ev;

	if (all->n == all->room) {
		unsigned int room = all->room ? 2 * all->room : 1024;

		ev = realloc(all->ev, room * sizeof(*ev));
		if (!ev)
			return false;
		all->ev = ev;
		all->room = room;
	}
	ev = &all->ev[all->n];
	*ev = *e;
	ev->rest = strdup(e->rest);
	all->n += !!ev->rest;
	return ev->rest;
}

/* What the buffer holds, and what of it is over. */
static void tr_take_all(struct tr_state *state)
{
	struct tr_list *list = &state->list;
	unsigned int i;
	bool ok = true;

	tr_read(list);
	tr_sort(list);
	for (i = 0; i < list->n; i++) {
		if (state->req->pcap)
			ok &= tr_keep(&state->all, &list->ev[i]);
		if (state->req->why)
			ok &= tr_take_drop(state, &list->ev[i]);
		else
			ok &= tr_gather_event(&state->gather, &list->ev[i]);
	}
	list->n = 0;
	if (!ok)
		fputs("Warning: no memory, events were left out.\n", stderr);
}

static void tr_show_live(struct tr_state *state)
{
	unsigned long long now = tr_now();

	if (!state->live)
		return;
	if (!state->req->why) {
		tr_gather_sweep(&state->gather, now);
		fflush(stdout);
	} else if (xip_opt.json) {
		return;
	} else if (!isatty(STDOUT_FILENO)) {
		tr_why_new(&state->why, state->told);
		state->told = state->why.n;
	} else if (now > state->painted + TR_NSEC) {
		tr_why_paint(&state->why);
		state->painted = now;
	}
}

static pid_t tr_start(char **command, const sigset_t *mask)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	sigprocmask(SIG_SETMASK, mask, NULL);
	signal(SIGPIPE, SIG_DFL);
	execvp(command[0], command);
	fprintf(stderr, "Error: cannot run \"%s\": %s\n", out_clean(command[0]),
		strerror(errno));
	_exit(127);
}

/* How the command ended, where that is worth a word. */
static int tr_ended(int status)
{
	if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
		return XIP_USAGE;
	if (WIFEXITED(status) && WEXITSTATUS(status))
		fprintf(stderr, "Note: the command ended with exit status %d.\n",
			WEXITSTATUS(status));
	else if (WIFSIGNALED(status))
		fprintf(stderr, "Note: the command was ended by signal %d, %s.\n",
			WTERMSIG(status), strsignal(WTERMSIG(status)));
	return XIP_OK;
}

/* Until the command ends, or the user has seen enough, or nobody listens. */
static int tr_wait(struct tr_state *state, const sigset_t *ends, pid_t pid)
{
	int status = 0, sig;

	do {
		tr_take_all(state);
		tr_show_live(state);
		sig = sigtimedwait(ends, NULL, &tr_poll);
	} while ((sig < 0 || (sig == SIGCHLD && !pid)) && !ferror(stdout));
	/* interrupted, we do not wait for a command that goes on */
	if (pid && waitpid(pid, &status, sig == SIGCHLD ? 0 : WNOHANG) != pid)
		status = 0;
	tr_stop();
	tr_take_all(state);
	return tr_ended(status);
}

static int tr_collect(struct tr_state *state)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP, SIGCHLD };
	sighandler_t pipe_was = signal(SIGPIPE, SIG_IGN);
	sigset_t ends, mask;
	int ret = XIP_OK;
	unsigned int i;
	pid_t pid = 0;

	sigemptyset(&ends);
	for (i = 0; i < ARRAY_SIZE(signals); i++)
		sigaddset(&ends, signals[i]);
	sigprocmask(SIG_BLOCK, &ends, &mask);
	if (state->req->command) {
		pid = tr_start(state->req->command, &mask);
		if (pid < 0) {
			perror("Error: fork");
			ret = XIP_REFUSED;
		}
	}
	if (!ret)
		ret = tr_wait(state, &ends, pid);
	sigprocmask(SIG_SETMASK, &mask, NULL);
	signal(SIGPIPE, pipe_was);
	return ret;
}

static int tr_finish(struct tr_state *state)
{
	unsigned long long lost = tr_lost();
	int ret = XIP_OK, wrote;

	if (state->req->why) {
		if (state->live && !xip_opt.json && isatty(STDOUT_FILENO))
			fputs("\033[H\033[J", stdout);
		else if (state->live && !xip_opt.json)
			puts("Totals:");
		tr_why_print(&state->why);
	} else {
		tr_gather_flush(&state->gather);
		out_stop();
	}
	if (state->req->svg) {
		if (tr_svg_draw(&state->svg, state->file.f))
			ret = tr_file_commit(&state->file);
		else
			ret = XIP_REFUSED;
	}
	if (state->req->pcap) {
		tr_sort(&state->all);
		wrote = tr_pcap_write(&state->pcap, &state->all,
				      &state->req->match);
		ret = ret ?: wrote;
	}
	if (lost)
		fprintf(stderr,
			"Warning: %llu events were lost, the buffer was full.\n",
			lost);
	return ret;
}

/**
 * tr_run - trace, and show what was seen
 * @req: what the command line asks
 *
 * Return: exit status.
 */
int tr_run(const struct tr_request *req)
{
	struct tr_state *state = calloc(1, sizeof(*state));
	int ret = XIP_OK;

	if (!state) {
		fputs("Error: no memory.\n", stderr);
		return XIP_REFUSED;
	}
	state->req = req;
	state->live = !req->command;
	state->gather.match = &req->match;
	state->gather.done = tr_done;
	state->gather.arg = state;
	state->svg.base = req->base;
	state->list.pcap = &state->pcap;
	if (req->svg)
		ret = tr_file_open(&state->file, req->svg);
	if (!ret && req->pcap)
		ret = tr_pcap_open(&state->pcap, req->pcap);
	if (!ret)
		ret = tr_open(req->why, req->pcap);
	if (!ret && !req->why && state->live)
		out_start();
	if (!ret)
		ret = tr_collect(state);
	if (!ret && !req->why && !state->live)
		out_start();
	if (!ret)
		ret = tr_finish(state);
	tr_close();
	tr_file_abort(&state->file);
	tr_svg_free(&state->svg);
	tr_why_free(&state->why);
	tr_pcap_close(&state->pcap);
	tr_list_free(&state->list);
	tr_list_free(&state->all);
	free(state);
	return ret;
}
