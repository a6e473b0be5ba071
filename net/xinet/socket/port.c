// SPDX-License-Identifier: GPL-2.0
/*
 * Bound ports: taking one, giving it back, and finding its socket.
 *
 * In: bind and release from process context under the socket lock; lookups
 * from softirq under RCU. One table serves all namespaces of a transport, with
 * the namespace in the hash. Sockets carry SOCK_RCU_FREE, so a lookup needs no
 * reference while its RCU section lasts.
 *
 * Lock order: socket lock, then one bucket's lock.
 */
#include <linux/in.h>
#include <linux/netdevice.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <net/netns/hash.h>
#include <net/xinet/netns.h>
#include <net/xinet/port.h>
#include <net/xinet/sock.h>

/**
 * xport_table_init - make a table
 * @t: the table
 * @bits: log2 of the number of buckets
 *
 * Context: process.
 * Return: 0 or -ENOMEM.
 */
int xport_table_init(struct xport_table *t, unsigned int bits)
{
	unsigned int i;

	t->bits = bits;
	t->buckets = kvcalloc(1 << bits, sizeof(*t->buckets), GFP_KERNEL);
	if (!t->buckets)
		return -ENOMEM;
	for (i = 0; i < 1 << bits; i++) {
		spin_lock_init(&t->buckets[i].lock);
		seqcount_spinlock_init(&t->buckets[i].seq, &t->buckets[i].lock);
	}
	return 0;
}

/**
 * xport_table_free - free a table; no socket is left in it
 * @t: the table
 *
 * Context: process.
 */
void xport_table_free(struct xport_table *t)
{
	kvfree(t->buckets);
}

/**
 * xport_bucket - where sockets of a port are
 * @t: the table
 * @net: the namespace
 * @port: host byte order
 *
 * Context: any.
 * Return: the bucket.
 */
struct xport_bucket *xport_bucket(const struct xport_table *t,
				  const struct net *net, u16 port)
{
	/* neighbouring ports land in neighbouring buckets: no chain grows */
	return &t->buckets[(port + net_hash_mix(net)) & ((1 << t->bits) - 1)];
}

/* Could a datagram be for both sockets? */
static bool xport_overlap(const struct sock *a, const struct sock *b)
{
	if (a->sk_bound_dev_if && b->sk_bound_dev_if &&
	    a->sk_bound_dev_if != b->sk_bound_dev_if)
		return false;
	return !a->sk_rcv_saddr || !b->sk_rcv_saddr ||
	       a->sk_rcv_saddr == b->sk_rcv_saddr;
}

/* Does somebody in the bucket stand against @sk on @port? */
static bool xport_conflict(const struct xport_bucket *b, const struct sock *sk,
			   u16 port)
{
	const struct sock *other;

	sk_for_each(other, &b->head) {
		if (other == sk || other->sk_num != port ||
		    !net_eq(sock_net(other), sock_net(sk)))
			continue;
		if (sk->sk_reuse && other->sk_reuse)
			continue;
		if (xport_overlap(other, sk))
			return true;
	}
	return false;
}

/**
 * xport_add - put a socket into its bucket
 * @b: the bucket
 * @sk: the socket
 *
 * Context: the bucket's lock is held.
 */
void xport_add(struct xport_bucket *b, struct sock *sk)
{
	lockdep_assert_held(&b->lock);
	write_seqcount_begin(&b->seq);
	sk_add_node_rcu(sk, &b->head);
	write_seqcount_end(&b->seq);
}

/* And take it out: was it there? */
static bool xport_remove(struct xport_bucket *b, struct sock *sk)
{
	bool there;

	write_seqcount_begin(&b->seq);
	there = sk_del_node_init_rcu(sk);
	write_seqcount_end(&b->seq);
	return there;
}

/* Take a port if it is free. */
static bool xport_try(struct xport_table *t, struct sock *sk, u16 port)
{
	struct xport_bucket *b = xport_bucket(t, sock_net(sk), port);
	bool ok;

	spin_lock_bh(&b->lock);
	ok = !xport_conflict(b, sk, port);
	if (ok) {
		WRITE_ONCE(sk->sk_num, port);
		xport_add(b, sk);
	}
	spin_unlock_bh(&b->lock);
	if (ok)
		sock_prot_inuse_add(sock_net(sk), sk->sk_prot, 1);
	return ok;
}

/* RFC 6056: any free port of the range, beginning at a random one. */
static bool xport_any(struct xport_table *t, struct sock *sk)
{
	const struct xinet_sysctl *sc = &xinet_pernet(sock_net(sk))->sysctl;
	int low = READ_ONCE(sc->local_port_range[0]);
	int high = READ_ONCE(sc->local_port_range[1]);
	unsigned int span, at, i;

	if (unlikely(high < low))
		return false;
	span = high - low + 1;
	at = reciprocal_scale(get_random_u32(), span);
	for (i = 0; i < span; i++) {
		if (xport_try(t, sk, low + (at + i) % span))
			return true;
		cond_resched();
	}
	return false;
}

/**
 * xport_get - bind a socket to a port
 * @t: table of its transport
 * @sk: the socket; sk_rcv_saddr and sk_bound_dev_if are set, sk_num is 0
 * @port: host byte order, or 0 for any of local_port_range
 *
 * Context: process, socket lock held.
 * Return: 0, or -EADDRINUSE.
 */
int xport_get(struct xport_table *t, struct sock *sk, u16 port)
{
	bool ok = port ? xport_try(t, sk, port) : xport_any(t, sk);

	return ok ? 0 : -EADDRINUSE;
}

/**
 * xport_put - give a socket's port back
 * @t: table of its transport
 * @sk: the socket, bound or not
 *
 * Context: process; socket lock held, or the socket is being released.
 */
void xport_put(struct xport_table *t, struct sock *sk)
{
	/* read once: close() may meet xdgram_abort() here */
	u16 num = READ_ONCE(sk->sk_num);
	struct xport_bucket *b;

	if (!num)
		return;
	b = xport_bucket(t, sock_net(sk), num);
	spin_lock_bh(&b->lock);
	if (xport_remove(b, sk))
		sock_prot_inuse_add(sock_net(sk), sk->sk_prot, -1);
	WRITE_ONCE(sk->sk_num, 0);
	spin_unlock_bh(&b->lock);
}

/**
 * xport_dev_match - is a packet from the device that a socket is bound to?
 * @net: the namespace
 * @bound: ifindex the socket is bound to, not 0
 * @dif: ifindex of the device it came in on
 * @daddr: its destination, network byte order
 *
 * As IPv4: what this host sends to an address of its own comes by lo, but
 * counts as from the device that has the address.
 *
 * Context: RCU read lock.
 * Return: true if so.
 */
bool xport_dev_match(const struct net *net, int bound, int dif, __be32 daddr)
{
	struct xinet_net *xn = xinet_pernet_rcu(net);
	const struct net_device *dev;

	if (dif != LOOPBACK_IFINDEX || ipv4_is_loopback(daddr) ||
	    xaddr_hash_type(&xn->addr, daddr) != RTN_LOCAL)
		return bound == dif;
	dev = dev_get_by_index_rcu((struct net *)net, bound);
	return dev && xinet_dev_addr_type(xn, dev, daddr) == RTN_LOCAL;
}

/*
 * How well a socket fits: -1 not at all, else the more the closer. @by_lo: the
 * datagram may have come by lo, for which xport_dev_match() has to be asked.
 */
static __always_inline int xport_score(const struct sock *sk,
				       const struct net *net,
				       const struct xport_key *key, bool by_lo)
{
	int bound = READ_ONCE(sk->sk_bound_dev_if), score = 0;
	__be32 rcv = READ_ONCE(sk->sk_rcv_saddr);
	__be32 peer = READ_ONCE(sk->sk_daddr);

	if (READ_ONCE(sk->sk_num) != key->dport || !net_eq(sock_net(sk), net))
		return -1;
	if (rcv) {
		if (rcv != key->daddr)
			return -1;
		score += 2;
	}
	if (peer) {
		if (peer != key->saddr ||
		    READ_ONCE(sk->sk_dport) != key->sport)
			return -1;
		score += 4;
	}
	if (bound) {
		if (key->dif &&
		    !(by_lo ? xport_dev_match(net, bound, key->dif,
					      key->daddr) : bound == key->dif))
			return -1;
		score += 1;
	}
	return score;
}

/**
 * xport_match - may a socket have a datagram?
 * @sk: the socket
 * @net: namespace of the datagram
 * @key: its addresses and ports
 *
 * Context: RCU read lock.
 * Return: true if all that it is bound and connected to fits.
 */
bool xport_match(const struct sock *sk, const struct net *net,
		 const struct xport_key *key)
{
	return xport_score(sk, net, key, true) >= 0;
}

static __always_inline struct sock *xport_best(const struct xport_table *t,
					       const struct net *net,
					       const struct xport_key *key,
					       bool by_lo)
{
	const struct xport_bucket *b = xport_bucket(t, net, key->dport);
	struct sock *sk, *best = NULL;
	int score, top = -1;

	sk_for_each_rcu(sk, &b->head) {
		score = xport_score(sk, net, key, by_lo);
		if (score > top) {
			top = score;
			best = sk;
		}
	}
	return best;
}

/* Apart, since a call in the loop costs registers in the common one. */
static noinline struct sock *xport_lookup_lo(const struct xport_table *t,
					     const struct net *net,
					     const struct xport_key *key)
{
	return xport_best(t, net, key, true);
}

/**
 * xport_lookup - the one socket a unicast datagram is for
 * @t: table of the transport
 * @net: namespace of the datagram
 * @key: its addresses and ports
 *
 * Context: RCU read lock; the socket is good for as long, unreferenced.
 * Return: the closest match, connected before bound before wildcard; or NULL.
 */
struct sock *xport_lookup(const struct xport_table *t, const struct net *net,
			  const struct xport_key *key)
{
	if (unlikely(key->dif == LOOPBACK_IFINDEX))
		return xport_lookup_lo(t, net, key);
	return xport_best(t, net, key, false);
}
