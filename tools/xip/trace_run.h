/* SPDX-License-Identifier: GPL-2.0 */
/* What the command line of xip trace asks, and who does it. */
#ifndef XIP_TRACE_RUN_H
#define XIP_TRACE_RUN_H

#include "trace.h"

/**
 * struct tr_request - what the command line asks
 * @match: which packets
 * @why: drops by reason
 * @svg: file for a picture, or NULL
 * @base: what stands before the picture's links
 * @pcap: file for the packets, or NULL
 * @command: words of the command to run, or NULL
 */
struct tr_request {
	struct tr_match match;
	bool why;
	const char *svg, *base, *pcap;
	char **command;
};

int tr_run(const struct tr_request *req);

#endif /* XIP_TRACE_RUN_H */
