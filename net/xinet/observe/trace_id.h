/* SPDX-License-Identifier: GPL-2.0 */
/* Which number a packet has: trace_id.c for those who make events. */
#ifndef _XINET_OBSERVE_TRACE_ID_H
#define _XINET_OBSERVE_TRACE_ID_H

#include <linux/types.h>

/**
 * struct xtrace_mark - by what a packet is known again behind a device
 * @saddr: source, network byte order
 * @daddr: destination, network byte order
 * @ipid: identification, network byte order
 * @len: total length, network byte order
 * @frag: flags and offset, network byte order
 * @proto: IPPROTO_*
 *
 * Nothing that a router changes without our seeing it, such as the TTL.
 */
struct xtrace_mark {
	__be32 saddr;
	__be32 daddr;
	__be16 ipid;
	__be16 len;
	__be16 frag;
	u16 proto;
};

/**
 * struct xtrace_ref - the number of a packet
 * @id: its own; 0: not known
 * @parent: of the datagram that it is a fragment of, or 0; without @id: of the
 *	packet that the one to be born here is an error about
 */
struct xtrace_ref {
	u64 id;
	u64 parent;
};

struct xtrace_ref xtrace_id_new(const void *head, const struct xtrace_mark *m,
				u64 parent);
struct xtrace_ref xtrace_id_whole(const void *head,
				  const struct xtrace_mark *m, u64 id);
struct xtrace_ref xtrace_id_arrive(const void *head,
				   const struct xtrace_mark *m, bool *born);
struct xtrace_ref xtrace_id_see(const void *head, const struct xtrace_mark *m);
void xtrace_id_set_cause(const void *head, u64 cause);
u64 xtrace_id_cause(const void *head);
void xtrace_id_move(const void *to, const void *from, bool shared);
void xtrace_id_forget(const void *head);

#endif /* _XINET_OBSERVE_TRACE_ID_H */
