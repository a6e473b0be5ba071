/* SPDX-License-Identifier: GPL-2.0 */
/* A socket's error queue, as ping and traceroute read it. */
#ifndef XIP_ERRQ_H
#define XIP_ERRQ_H

#include <linux/errqueue.h>
#include <linux/types.h>
#include <linux/xinet.h>
#include <stdbool.h>

#include "icmp_text.h"

#define ERRQ_DATA	64	/* bytes of the failed packet that are kept */

/**
 * struct errq_entry - one error
 * @local: this host's own; @icmp then has the MTU in info, or nothing
 * @error: errno
 * @icmp: what was reported
 * @from: who says so, network byte order, 0 if @local
 * @dst: whom the packet was for, network byte order
 * @port: its port, host byte order
 * @data: the packet's first bytes, as the program sent them
 * @len: how many
 */
struct errq_entry {
	bool local;
	int error;
	struct icmp_error icmp;
	__be32 from, dst;
	__u16 port;
	__u8 data[ERRQ_DATA];
	size_t len;
};

int errq_enable(int fd);
bool errq_next(int fd, struct errq_entry *e);

#endif /* XIP_ERRQ_H */
