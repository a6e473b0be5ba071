// SPDX-License-Identifier: GPL-2.0
/*
 * xip trace: follow packets through the functions they pass.
 *
 * In: which packets, and a command whose packets they are; without one,
 * whatever passes until the user interrupts. Out: journeys, or with --why drops
 * by reason. Exit status: enum xip_status.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "names.h"
#include "out.h"
#include "trace.h"
#include "trace_pcap.h"
#include "xip.h"

/* Between two looks into the buffer. */
static const struct timespec tr_poll = { .tv_nsec = 50000000 };

/**
 * struct tr_request - what the command line asks
 * @match: which packets
 * @why: drops by reason
 * @pcap: file for the packets themselves, or NULL
 * @command: words of the command to run, or NULL
 */
struct tr_request {
	struct tr_match match;
	bool why;
	const char *pcap;
	char **command;
};

enum {
	TR_SRC, TR_DST, TR_PROTO, TR_SPORT, TR_DPORT, TR_JSON, TR_WHY, TR_SVG,
	TR_PCAP, TR_COMMAND,
};

static const struct keyword trace_words[] = {
	{ "src", 0, TR_SRC },
	{ "dst", 0, TR_DST },
	{ "proto", 0, TR_PROTO },
	{ "sport", 0, TR_SPORT },
	{ "dport", 0, TR_DPORT },
	{ "-j", 0, TR_JSON },
	{ "-json", 0, TR_JSON },
	{ "--json", 0, TR_JSON },
	{ "--why", 0, TR_WHY },
	{ "--svg", 0, TR_SVG },
	{ "--pcap", 0, TR_PCAP },
	{ "--", 0, TR_COMMAND },
	{ "help", 0, ARG_HELP },
	{ }
};

static int tr_proto(struct args *a, int *proto)
{
	const char *word = args_value(a, "proto");
	__u32 val;

	if (!word)
		return XIP_USAGE;
	if (names_parse(names_ipproto, word, 255, &val))
		return args_wrong(word, "not a protocol");
	*proto = val;
	return XIP_OK;
}

static int tr_port(struct args *a, const char *key, int *port)
{
	__u32 val;
	int ret = args_u32(a, key, 0, 65535, &val);

	if (!ret)
		*port = val;
	return ret;
}

static int tr_word(struct args *a, int id, struct tr_request *req)
{
	switch (id) {
	case TR_SRC:
		return args_prefix(a, "src", &req->match.src);
	case TR_DST:
		return args_prefix(a, "dst", &req->match.dst);
	case TR_PROTO:
		return tr_proto(a, &req->match.proto);
	case TR_SPORT:
		return tr_port(a, "sport", &req->match.sport);
	case TR_DPORT:
		return tr_port(a, "dport", &req->match.dport);
	case TR_JSON:
		xip_opt.json = true;
		return XIP_OK;
	case TR_WHY:
		req->why = true;
		return XIP_OK;
	case TR_SVG:
		return args_wrong("--svg", "this version cannot draw yet");
	case TR_PCAP:
		req->pcap = args_value(a, "--pcap");
		return req->pcap ? XIP_OK : XIP_USAGE;
	case TR_COMMAND:
		if (!args_peek(a))
			return args_wrong("--", "a command is expected behind it");
		/* of a batch's words none stands behind the last */
		if (a->line)
			return args_wrong("--", "no command can be run from a batch");
		req->command = a->words + a->at;
		a->at = a->n;
		return XIP_OK;
	}
	return XIP_USAGE;
}

static pid_t tr_start(char **command, const sigset_t *mask)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	sigprocmask(SIG_SETMASK, mask, NULL);
	execvp(command[0], command);
	fprintf(stderr, "Error: cannot run \"%s\": %s\n", out_clean(command[0]),
		strerror(errno));
	_exit(127);
}

/* Until the command ends or the user has seen enough. */
static int tr_collect(struct tr_list *list, const struct tr_request *req)
{
	sigset_t ends, mask;
	int status = 0, sig;
	pid_t pid = 0;

	sigemptyset(&ends);
	sigaddset(&ends, SIGINT);
	sigaddset(&ends, SIGTERM);
	sigaddset(&ends, SIGCHLD);
	sigprocmask(SIG_BLOCK, &ends, &mask);
	if (req->command) {
		pid = tr_start(req->command, &mask);
		if (pid < 0) {
			perror("Error: fork");
			return XIP_REFUSED;
		}
	}
	do {
		tr_read(list);
		sig = sigtimedwait(&ends, NULL, &tr_poll);
	} while (sig < 0 || (sig == SIGCHLD && !pid));
	/* interrupted, we do not wait for a command that goes on */
	if (pid)
		waitpid(pid, &status, sig == SIGCHLD ? 0 : WNOHANG);
	tr_stop();
	tr_read(list);
	return pid && WIFEXITED(status) && WEXITSTATUS(status) == 127 ?
	       XIP_USAGE : XIP_OK;
}

static int tr_run(const struct tr_request *req)
{
	struct tr_pcap pcap = { };
	struct tr_list list = { .pcap = &pcap };
	unsigned long long lost;
	int ret = req->pcap ? tr_pcap_open(&pcap, req->pcap) : XIP_OK;

	if (!ret)
		ret = tr_open(req->why, req->pcap);
	if (!ret)
		ret = tr_collect(&list, req);
	if (!ret) {
		lost = tr_lost();
		tr_sort(&list);
		if (req->pcap)
			ret = tr_pcap_write(&pcap, &list, &req->match);
		if (req->why)
			tr_print_why(&list, &req->match);
		else
			tr_print(&list, &req->match);
		if (lost)
			fprintf(stderr,
				"Warning: %llu events were lost, the buffer was full.\n",
				lost);
	}
	tr_close();
	tr_list_free(&list);
	tr_pcap_close(&pcap);
	return ret;
}

static int run(struct args *a)
{
	struct tr_request req = {
		.match = { .proto = -1, .sport = -1, .dport = -1 },
	};
	int id, ret;

	while ((id = args_keyword(a, trace_words)) >= 0) {
		ret = tr_word(a, id, &req);
		if (ret)
			return ret;
	}
	if (id == ARG_HELP)
		return args_help(a);
	if (id == ARG_NONE)
		return args_unknown(a, trace_words);
	return tr_run(&req);
}

const struct object xip_trace = {
	.name = "trace",
	.help =
"Usage: xip trace [ MATCH ] [ -j ] [ --why ] [ --pcap FILE ]\n"
"                 [ -- COMMAND [ ARG... ] ]\n"
"       MATCH := [ src CIDR ] [ dst CIDR ] [ proto { udp | tcp | icmp | N } ]\n"
"                [ sport PORT ] [ dport PORT ]\n"
"Shows the functions, hooks and decisions that packets pass, in all namespaces,\n"
"while COMMAND runs, or until interrupted. --why: only what is dropped, by reason.\n"
"--pcap: the packets themselves, too, with comments, for Wireshark.\n",
	.run = run,
};
