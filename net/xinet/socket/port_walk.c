// SPDX-License-Identifier: GPL-2.0
/*
 * Walking through all sockets of a transport, a bucket at a time.
 *
 * In: whoever shows sockets, from process context; each step takes the RCU
 * read lock, never the bucket's lock: who binds does not wait for who looks.
 * Out: the sockets of one namespace to a callback, and whether what it saw
 * were all of them.
 */
#include <net/sock.h>
#include <net/xinet/port.h>

/**
 * xport_walk - visit the sockets of the next bucket
 * @t: the table
 * @net: the namespace
 * @cur: where to begin; moved to the first socket that was not visited
 * @visit: is given each socket; a result other than 0 says that it will take
 *	that one another time, and ends the step
 * @arg: for @visit
 * @torn: whether sockets came or went meanwhile
 *
 * A socket that is there all the while is visited once, unless @torn or
 * xport_walk_torn() is true.
 *
 * Context: process; @visit is called under the RCU read lock.
 * Return: 0 and the next bucket, or what @visit returned.
 */
int xport_walk(const struct xport_table *t, const struct net *net,
	       struct xport_cursor *cur,
	       int (*visit)(struct sock *sk, void *arg), void *arg, bool *torn)
{
	struct xport_bucket *b = &t->buckets[cur->bucket];
	unsigned int seq, index = 0;
	struct sock *sk;
	int err = 0;

	rcu_read_lock();
	seq = read_seqcount_begin(&b->seq);
	sk_for_each_rcu(sk, &b->head) {
		if (!net_eq(sock_net(sk), net) || index++ < cur->skip)
			continue;
		err = visit(sk, arg);
		if (err)
			break;
	}
	/* a socket that is bound anew leads its reader to another place */
	*torn = read_seqcount_retry(&b->seq, seq);
	rcu_read_unlock();
	if (!err)
		cur->bucket++;
	cur->skip = err ? index - 1 : 0;
	cur->seq = seq;
	return err;
}

/**
 * xport_walk_torn - has a bucket changed since a part of it was visited?
 * @t: the table
 * @cur: where the walk stopped
 *
 * Context: any.
 * Return: true if what comes next may repeat or miss sockets.
 */
bool xport_walk_torn(const struct xport_table *t,
		     const struct xport_cursor *cur)
{
	return cur->skip &&
	       read_seqcount_retry(&t->buckets[cur->bucket].seq, cur->seq);
}
