/* SPDX-License-Identifier: GPL-2.0 */
/* xip sock: what its files share. */
#ifndef XIP_SOCK_H
#define XIP_SOCK_H

#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <stdbool.h>

#include "args.h"
#include "sock_expr.h"

enum sock_kind {
	SOCK_UDP,
	SOCK_ICMP,
	SOCK_RAWIP,
	__SOCK_KINDS,
};

/**
 * struct sock_want - what to show, and how
 * @kinds: bits of enum sock_kind, 0 for all
 * @states: bits of SOCK_*, as they were named; 0 for what @all says
 * @all: -a: unconnected ones too
 * @listening: -l: only those
 * @numeric: -n: ports as numbers
 * @processes: -p
 * @memory: -m
 * @extended: -e
 * @netstat: -N
 * @filtered: there is a filter
 * @filter: it
 */
struct sock_want {
	unsigned int kinds;
	__u32 states;
	bool all, listening, numeric, processes, memory, extended, netstat;
	bool filtered;
	struct expr filter;
};

/**
 * struct sock_info - a socket, as the kernel told it
 * @kind: which sort
 * @msg: the fixed part
 * @mem: SK_MEMINFO_*
 * @mark: SO_MARK, for who may see it
 * @tos: IP_TOS
 * @shutdown: bits: 1 receiving, 2 sending
 * @has_mem: @mem was told
 */
struct sock_info {
	enum sock_kind kind;
	struct inet_diag_msg msg;
	__u32 mem[SK_MEMINFO_VARS];
	__u32 mark;
	__u8 tos;
	__u8 shutdown;
	bool has_mem;
};

/* sock_filter.c */
int sock_take(struct args *a, struct sock_want *want);
bool sock_selected(const struct sock_want *want, const struct sock_info *s);

/* sock_name.c */
const char *sock_port_name(enum sock_kind kind, unsigned int port,
			   bool numeric);
int sock_port_parse(const char *word, __u32 *port);

/**
 * struct sock_user - a process that has a socket open
 * @ino: the socket
 * @pid: the process
 * @fd: its descriptor
 * @name: the process's
 */
struct sock_user {
	unsigned long ino;
	int pid;
	int fd;
	char name[32];
};

/* sock_users.c */
int sock_users_read(void);
const struct sock_user *sock_users_of(unsigned long ino, unsigned int *n);

/* sock_print.c */
void sock_print(const struct sock_want *want, const struct sock_info *all,
		unsigned int n);

#endif /* XIP_SOCK_H */
