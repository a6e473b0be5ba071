/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The kernel's fragment library: newer kernels let the caller of
 * inet_frag_kill() count the references that it has to drop, and find a queue
 * under the RCU read lock without taking one; older ones take one for the
 * caller, as the timer of a queue has one of its own.
 */
#ifndef _XINET_COMPAT_INET_FRAG_H
#define _XINET_COMPAT_INET_FRAG_H

#include <net/inet_frag.h>

#ifdef XINET_HAVE_INET_FRAG_KILL_REFS

#define xinet_frag_kill		inet_frag_kill
#define xinet_frag_putn		inet_frag_putn

/* A queue whose namespace ends: give its memory back before that is gone. */
static inline void xinet_frag_flush(struct inet_frag_queue *q)
{
	inet_frag_queue_flush(q, 0);
}

#else

static inline void xinet_frag_kill(struct inet_frag_queue *q, int *refs)
{
	inet_frag_kill(q);
}

static inline void xinet_frag_putn(struct inet_frag_queue *q, int refs)
{
	inet_frag_put(q);
}

/* The end of the namespace waits for its queues. */
static inline void xinet_frag_flush(struct inet_frag_queue *q)
{
}

#endif

#endif /* _XINET_COMPAT_INET_FRAG_H */
