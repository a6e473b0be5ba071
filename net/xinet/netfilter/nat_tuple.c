// SPDX-License-Identifier: GPL-2.0
/*
 * Which translations of a connection are to be tried, and in which order.
 *
 * Pure: a tuple, a range and random words in, candidates out; compiles in
 * userspace too, where the unit tests run it. Who may have which of them is
 * nat_unique.c's question.
 *
 * The order: what changes least, then the port kept, then other ports at the
 * address chosen, then other addresses. Ports are spread over the whole range
 * by a step of its golden section, so that a block of busy neighbours is left
 * with the second probe. Their number is bounded; a range no larger than the
 * bound is gone through whole.
 */
#include "nat_tuple.h"

/* Does the protocol have a number that tells flows between two hosts apart? */
static bool xnat_has_ports(const struct xct_tuple *t, enum xnat_side side)
{
	switch (t->proto) {
	case IPPROTO_UDP:
	case IPPROTO_TCP:
		return true;
	case IPPROTO_ICMP:
		/* its identification is the client's choice */
		return side == XNAT_SRC;
	default:
		return false;
	}
}

static u32 xnat_port(const struct xct_tuple *t, enum xnat_side side)
{
	return ntohs(side == XNAT_SRC ? t->sport : t->dport);
}

static void xnat_ports(struct xnat_pick *p, u32 first, u32 last)
{
	p->port = first;
	p->nports = last - first + 1;
}

/*
 * Without a range a source port stays in its class: some servers still take a
 * port below 512, or below 1024, for a privilege (RFC 4787 REQ-3, RFC 6056).
 */
static void xnat_ports_default(struct xnat_pick *p)
{
	u32 port = xnat_port(p->tuple, p->side);

	if (p->tuple->proto == IPPROTO_ICMP)
		xnat_ports(p, 0, 65535);
	else if (port < 512)
		xnat_ports(p, 1, 511);
	else if (port < 1024)
		xnat_ports(p, 600, 1023);
	else
		xnat_ports(p, 1024, 65535);
}

static void xnat_pick_ports(struct xnat_pick *p, const struct xnat_range *range)
{
	u32 port = xnat_port(p->tuple, p->side);

	if (!xnat_has_ports(p->tuple, p->side))
		xnat_ports(p, 0, 0);
	else if (range->flags & XNAT_RANGE_PORT)
		xnat_ports(p, range->port[0],
			   range->port[1] < range->port[0] ? range->port[0] :
							     range->port[1]);
	else if (p->side == XNAT_DST)
		xnat_ports(p, port, port);
	else
		xnat_ports_default(p);
}

static u32 xnat_addr(const struct xct_tuple *t, enum xnat_side side)
{
	return ntohl(side == XNAT_SRC ? t->src : t->dst);
}

/* One to one: the prefix is the range's, the host bits are the packet's. */
static u32 xnat_netmap(u32 addr, const struct xnat_range *range)
{
	u32 host = range->addr[0] ^ range->addr[1];

	return (range->addr[0] & ~host) | (addr & host);
}

static void xnat_pick_addrs(struct xnat_pick *p, const struct xnat_range *range)
{
	p->addr = xnat_addr(p->tuple, p->side);
	p->naddr = 1;
	if (!(range->flags & XNAT_RANGE_ADDR))
		return;
	if (range->flags & XNAT_RANGE_NETMAP) {
		p->addr = xnat_netmap(p->addr, range);
		return;
	}
	p->addr = range->addr[0];
	if (range->addr[1] > range->addr[0])
		p->naddr = range->addr[1] - range->addr[0];
	else
		return;
	/* all of them would be one more than a word can count */
	if (p->naddr != ~0U)
		p->naddr++;
}

/**
 * xnat_pick_init - which candidates are there?
 * @p: filled, but for the first address and port
 * @tuple: the packet's, as it is so far; stays until the last candidate
 * @range: what may be chosen from
 * @side: XNAT_SRC or XNAT_DST
 *
 * Context: any.
 */
void xnat_pick_init(struct xnat_pick *p, const struct xct_tuple *tuple,
		    const struct xnat_range *range, enum xnat_side side)
{
	p->tuple = tuple;
	p->side = side;
	p->flags = range->flags;
	p->at = 0;
	p->start = 0;
	p->step = 1;
	p->near = 0;
	p->tried = 0;
	p->kept = 0;
	xnat_pick_addrs(p, range);
	xnat_pick_ports(p, range);
}

/**
 * xnat_pick_addr - which address is tried first?
 * @p: from xnat_pick_init()
 * @at: its index, below @p->naddr
 *
 * A client that is to have one address always, and a server that was chosen
 * for a connection, get no other one.
 *
 * Context: any.
 */
void xnat_pick_addr(struct xnat_pick *p, u32 at)
{
	if (p->side == XNAT_SRC && !(p->flags & XNAT_RANGE_PERSISTENT)) {
		p->at = at;
		return;
	}
	p->addr += at;
	p->naddr = 1;
}

static u32 xnat_gcd(u32 a, u32 b)
{
	u32 rest;

	while (b) {
		rest = a % b;
		a = b;
		b = rest;
	}
	return a;
}

/* All candidates are few enough to be tried. */
static bool xnat_pick_few(const struct xnat_pick *p)
{
	return (u64)p->naddr * p->nports <= XNAT_PROBES;
}

/**
 * xnat_pick_start - which port is tried first?
 * @p: from xnat_pick_addr()
 * @word: chosen at random, or the same for all flows of one client
 *
 * Context: any.
 */
void xnat_pick_start(struct xnat_pick *p, u32 word)
{
	u32 near = p->naddr > 1 ? XNAT_PROBES / 2 : XNAT_PROBES;

	p->start = ((u64)word * p->nports) >> 32;
	p->near = near < p->nports ? near : p->nports;
	if (xnat_pick_few(p))
		return;
	/* without a common divisor, no port comes twice */
	p->step = p->nports * 618ULL / 1000 + 1;
	while (xnat_gcd(p->step, p->nports) != 1)
		p->step++;
}

static void xnat_set(const struct xnat_pick *p, struct xct_tuple *cand,
		     u32 addr, u32 port)
{
	*cand = *p->tuple;
	if (p->side == XNAT_SRC)
		cand->src = htonl(addr);
	else
		cand->dst = htonl(addr);
	if (!xnat_has_ports(p->tuple, p->side))
		return;
	if (p->side == XNAT_SRC)
		cand->sport = htons(port);
	else
		cand->dport = htons(port);
}

/* May the port stay as it is? */
static bool xnat_may_keep(const struct xnat_pick *p)
{
	if (p->flags & XNAT_RANGE_RANDOM)
		return false;
	return !(p->flags & XNAT_RANGE_PORT) ||
	       xnat_port(p->tuple, p->side) - p->port < p->nports;
}

/* The next candidate that keeps the port, if one is left. */
static bool xnat_pick_kept(struct xnat_pick *p, struct xct_tuple *cand)
{
	u32 addr = xnat_addr(p->tuple, p->side);

	if (p->kept > 1 || !xnat_may_keep(p))
		return false;
	/* first: a source that is in the range already */
	if (!p->kept++ && p->side == XNAT_SRC && addr != p->addr + p->at &&
	    addr - p->addr < p->naddr) {
		*cand = *p->tuple;
		return true;
	}
	p->kept = 2;
	xnat_set(p, cand, p->addr + p->at, xnat_port(p->tuple, p->side));
	return true;
}

/* The address of candidate @i, counted from the first one. */
static u32 xnat_pick_where(const struct xnat_pick *p, u32 i)
{
	if (xnat_pick_few(p))
		return i / p->nports;
	if (i < p->near)
		return 0;
	return 1 + (i - p->near) % (p->naddr - 1);
}

/**
 * xnat_pick_next - the next candidate
 * @p: from xnat_pick_start()
 * @cand: filled: the packet as it would be
 *
 * Context: any.
 * Return: false if there is none, or enough were tried.
 */
bool xnat_pick_next(struct xnat_pick *p, struct xct_tuple *cand)
{
	u32 i = p->tried, max = XNAT_PROBES;
	u64 where;

	if (xnat_pick_kept(p, cand))
		return true;
	if (xnat_pick_few(p))
		max = p->naddr * p->nports;
	else if (p->naddr == 1)
		max = p->near;
	if (i >= max)
		return false;
	p->tried++;
	where = ((u64)p->at + xnat_pick_where(p, i)) % p->naddr;
	xnat_set(p, cand, p->addr + where,
		 p->port + (p->start + i * p->step) % p->nports);
	return true;
}
