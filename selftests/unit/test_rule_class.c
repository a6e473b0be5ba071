// SPDX-License-Identifier: GPL-2.0
/*
 * net/xinet/netfilter/rule_build.c and rule_class.c: lists of many shapes and
 * random packets, beside the loop that tries rule after rule; and how much
 * work a packet is.
 */
#include "shim_rule.h"
#include "../../net/xinet/netfilter/rule_class.c"
#include "../../net/xinet/netfilter/rule_build.c"
#include "ktap.h"

#define RULES_MAX	10000

static struct xrule_match rule[RULES_MAX];
static struct xrule_fast fast[RULES_MAX];
static u32 n_rules;

/* ---- random, the same in each run */

static u32 random_state = 2463534242;

static u32 random_u32(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 17;
	random_state ^= random_state << 5;
	return random_state;
}

static u32 below(u32 n)
{
	return random_u32() % n;
}

/* ---- the matcher to compare with, by the rule as it was written */

static bool in_prefix(u32 addr, __be32 prefix, u8 len)
{
	u32 p = ntohl(prefix);

	while (len--) {
		if ((addr ^ p) & 0x80000000)
			return false;
		addr <<= 1;
		p <<= 1;
	}
	return true;
}

static bool in_range(const struct xrule_key *key, u16 port, const u16 range[2])
{
	return key->ports && port >= range[0] && port <= range[1];
}

static bool naive_match(const struct xrule_match *m,
			const struct xrule_key *key)
{
	return in_prefix(key->src, m->src, m->src_len) &&
	       in_prefix(key->dst, m->dst, m->dst_len) &&
	       (!(m->set & XRULE_MATCH_PROTO) || m->proto == key->proto) &&
	       (!(m->set & XRULE_MATCH_SPORT) ||
		in_range(key, key->sport, m->sport)) &&
	       (!(m->set & XRULE_MATCH_DPORT) ||
		in_range(key, key->dport, m->dport)) &&
	       (!(m->set & XRULE_MATCH_MARK) ||
		(key->mark & m->mark_mask) == m->mark) &&
	       (!(m->set & XRULE_MATCH_STATE) || m->states & key->state) &&
	       (!(m->set & XRULE_MATCH_IIF) || !strcmp(m->iif, key->iif)) &&
	       (!(m->set & XRULE_MATCH_OIF) || !strcmp(m->oif, key->oif));
}

static u32 naive_find(const struct xrule_key *key)
{
	u32 i;

	for (i = 0; i < n_rules; i++)
		if (naive_match(&rule[i], key))
			break;
	return i;
}

/* ---- rules */

static void set_src(struct xrule_match *m, u32 addr, u8 len)
{
	m->src_len = len;
	m->src = htonl(len ? addr & ~0U << (32 - len) : 0);
	m->set |= XRULE_MATCH_SRC;
}

static void set_dst(struct xrule_match *m, u32 addr, u8 len)
{
	m->dst_len = len;
	m->dst = htonl(len ? addr & ~0U << (32 - len) : 0);
	m->set |= XRULE_MATCH_DST;
}

static void set_proto(struct xrule_match *m, u8 proto)
{
	m->proto = proto;
	m->set |= XRULE_MATCH_PROTO;
}

static void set_dport(struct xrule_match *m, u16 first, u16 last)
{
	m->dport[0] = first;
	m->dport[1] = last;
	m->set |= XRULE_MATCH_DPORT;
}

static void set_sport(struct xrule_match *m, u16 first, u16 last)
{
	m->sport[0] = first;
	m->sport[1] = last;
	m->set |= XRULE_MATCH_SPORT;
}

/* Addresses that share their upper bits, so that prefixes meet and nest. */
static u32 near_addr(void)
{
	static const u32 spread[] = { 0xff, 0xffff, 0xffffff, 0xffffffff };

	return 0x0a000000 ^ (random_u32() & spread[below(4)]);
}

static u16 near_port(void)
{
	static const u32 spread[] = { 0xf, 0xff, 0xffff };

	return random_u32() & spread[below(3)];
}

static void near_range(u16 range[2])
{
	u32 first = near_port(), last = first;

	if (below(2))
		last += below(1 << below(17));
	range[0] = first;
	range[1] = last > 65535 ? 65535 : last;
}

static const char *const names[] = { "eth0", "eth1", "a", "abcdefghijklmno" };

/* Any rule that xrule_check() would let pass. */
static void rule_any(struct xrule_match *m, u32 i)
{
	u16 r[2];

	if (below(3))
		set_src(m, near_addr(), below(4) ? 32 - below(9) : below(33));
	if (below(3))
		set_dst(m, near_addr(), below(4) ? 32 - below(9) : below(33));
	if (below(2)) {
		set_proto(m, below(2) ? IPPROTO_UDP : IPPROTO_TCP);
		near_range(r);
		if (below(3))
			set_dport(m, r[0], r[1]);
		near_range(r);
		if (!below(3))
			set_sport(m, r[0], r[1]);
	} else if (!below(4)) {
		set_proto(m, below(256));
	}
	if (!below(8)) {
		m->mark_mask = below(2) ? ~0U : below(16);
		m->mark = below(4) & m->mark_mask;
		m->set |= XRULE_MATCH_MARK;
	}
	if (!below(8)) {
		m->states = 1 + below(31);
		m->set |= XRULE_MATCH_STATE;
	}
	if (!below(8)) {
		strcpy(m->iif, names[below(4)]);
		m->set |= XRULE_MATCH_IIF;
	}
	if (!below(8)) {
		strcpy(m->oif, names[below(4)]);
		m->set |= XRULE_MATCH_OIF;
	}
}

/* Narrow ones, so that long lists are searched to their ends. */
static void rule_narrow(struct xrule_match *m, u32 i)
{
	u16 r[2];

	rule_any(m, i);
	set_src(m, near_addr(), 24 + below(9));
	if (below(2)) {
		set_proto(m, IPPROTO_UDP);
		near_range(r);
		set_dport(m, r[0], r[1]);
	}
}

static void rule_hosts(struct xrule_match *m, u32 i)
{
	set_src(m, 0x0a000000 + i, 32);
}

static void rule_nets(struct xrule_match *m, u32 i)
{
	set_dst(m, 0x0a000000 + (i << 8), 24);
}

static void rule_ports(struct xrule_match *m, u32 i)
{
	set_proto(m, i % 2 ? IPPROTO_UDP : IPPROTO_TCP);
	set_dport(m, 1000 + i, 1000 + i);
}

static void rule_ranges(struct xrule_match *m, u32 i)
{
	set_proto(m, IPPROTO_UDP);
	set_dport(m, i * 6, i * 6 + 5);
}

static void rule_pairs(struct xrule_match *m, u32 i)
{
	set_src(m, 0x0a000000 + i % 100, 32);
	set_dst(m, 0x0b000000 + (i / 100 << 8), 24);
	set_proto(m, IPPROTO_UDP);
	set_dport(m, 53, 53);
}

/* Every length of both addresses, everywhere. */
static void rule_lengths(struct xrule_match *m, u32 i)
{
	set_src(m, random_u32(), 8 + below(25));
	set_dst(m, random_u32(), 8 + below(25));
}

/* The same, all inside one prefix. */
static void rule_nested(struct xrule_match *m, u32 i)
{
	set_src(m, 0x0a000000 | (random_u32() & 0xffffff), 9 + below(24));
	set_dst(m, 0x0a000000 | (random_u32() & 0xffffff), 9 + below(24));
}

static void make_rules(u32 n, void (*make)(struct xrule_match *m, u32 i))
{
	memset(rule, 0, sizeof(rule));
	for (n_rules = 0; n_rules < n; n_rules++) {
		make(&rule[n_rules], n_rules);
		xrule_fast_init(&fast[n_rules], &rule[n_rules]);
	}
}

/* ---- packets */

static void key_ports(struct xrule_key *key, u16 sport, u16 dport)
{
	key->ports = key->proto == IPPROTO_UDP || key->proto == IPPROTO_TCP;
	if (!below(16))
		key->ports = false;	/* a later fragment */
	if (!key->ports)
		return;
	key->sport = sport;
	key->dport = dport;
}

static void key_any(struct xrule_key *key)
{
	memset(key, 0, sizeof(*key));
	key->src = near_addr();
	key->dst = near_addr();
	key->proto = below(4) ? IPPROTO_UDP : below(2) ? IPPROTO_TCP :
							  below(256);
	key_ports(key, near_port(), near_port());
	key->mark = below(16);
	key->state = 1 << below(5);
	strcpy(key->iif, names[below(4)]);
	strcpy(key->oif, names[below(4)]);
}

static u16 edge(const u16 range[2])
{
	switch (below(4)) {
	case 0:
		return range[0];
	case 1:
		return range[1];
	default:
		return below(2) ? range[0] - 1 : range[1] + 1;
	}
}

/* At or beside the edges of a rule, where mistakes are. */
static void key_at(struct xrule_key *key, const struct xrule_match *m)
{
	u32 src = ntohl(m->src), dst = ntohl(m->dst);

	key_any(key);
	key->src = m->src_len ? src | (random_u32() & ~(~0U << (32 - m->src_len)))
			      : key->src;
	key->dst = m->dst_len ? dst | (random_u32() & ~(~0U << (32 - m->dst_len)))
			      : key->dst;
	if (!below(4))
		key->src ^= 1U << below(32);
	if (!below(4))
		key->dst ^= 1U << below(32);
	if (m->set & XRULE_MATCH_PROTO)
		key->proto = m->proto;
	key_ports(key, m->set & XRULE_MATCH_SPORT ? edge(m->sport) : near_port(),
		  m->set & XRULE_MATCH_DPORT ? edge(m->dport) : near_port());
	if (m->set & XRULE_MATCH_MARK && below(4))
		key->mark = m->mark;
	if (m->set & XRULE_MATCH_IIF && below(4))
		memcpy(key->iif, m->iif, IFNAMSIZ);
	if (m->set & XRULE_MATCH_OIF && below(4))
		memcpy(key->oif, m->oif, IFNAMSIZ);
}

/* Both searches find what the loop finds; how often something was found. */
static bool same(u32 packets, u32 *found)
{
	struct xrule_class *c = xrule_class_build(fast, n_rules);
	struct xrule_key key;
	bool right = c;
	u32 want;

	while (right && packets--) {
		if (below(2))
			key_at(&key, &rule[below(n_rules)]);
		else
			key_any(&key);
		want = naive_find(&key);
		*found += want < n_rules;
		right = xrule_class_find(c, fast, n_rules, &key) == want &&
			xrule_linear_find(fast, n_rules, &key) == want;
	}
	xrule_class_free(c);
	return right && !shim_live;
}

/* ---- the tests */

/* Around each length and each way in which a list can be short. */
static void short_lists(void)
{
	bool right = true;
	u32 i, found = 0;

	for (i = 0; right && i < 2000; i++) {
		make_rules(1 + below(40), rule_any);
		right = same(100, &found);
	}
	ktap_ok(right && found > 50000,
		"find__2000_short_lists_200000_packets (%u matched)", found);
}

static void long_lists(void)
{
	bool right = true;
	u32 i, found = 0;

	for (i = 0; right && i < 100; i++) {
		make_rules(200 + below(600), rule_narrow);
		right = same(6000, &found);
	}
	ktap_ok(right && found > 50000,
		"find__100_long_lists_600000_packets (%u matched)", found);
}

static void longest_list(void)
{
	u32 found = 0;
	bool right;

	make_rules(RULES_MAX, rule_narrow);
	right = same(10000, &found);
	ktap_ok(right && found > 2000,
		"find__10000_rules_10000_packets (%u matched)", found);
}

static void shapes(void)
{
	static void (*const make[])(struct xrule_match *m, u32 i) = {
		rule_hosts, rule_nets, rule_ports, rule_ranges, rule_pairs,
		rule_lengths, rule_nested,
	};
	bool right = true;
	u32 i, found = 0;

	for (i = 0; i < sizeof(make) / sizeof(*make); i++) {
		make_rules(1000, make[i]);
		right &= same(30000, &found);
	}
	ktap_ok(right && found > 20000,
		"find__lists_of_one_shape_210000_packets (%u matched)", found);
}

/* Each range of ports around the sizes and places where blocks begin. */
static void every_range(void)
{
	struct xrule_key key = { .proto = IPPROTO_UDP, .ports = true };
	struct xrule_class *c;
	bool right = true;
	u32 size, first, at;

	for (size = 1; size < 70; size++)
		for (first = 0; first < 130; first++) {
			make_rules(1, rule_hosts);
			memset(rule, 0, sizeof(*rule));
			set_proto(rule, IPPROTO_UDP);
			set_dport(rule, first, first + size - 1);
			xrule_fast_init(fast, rule);
			c = xrule_class_build(fast, 1);
			for (at = 0; at < 210; at++) {
				key.dport = at;
				right &= (xrule_class_find(c, fast, 1, &key) ==
					  0) == (at >= first &&
						 at < first + size);
			}
			xrule_class_free(c);
		}
	ktap_ok(right, "find__every_small_range_every_port");
}

/* Hashes looked up and rules compared for a packet that none matches. */
static u32 work(const struct xrule_class *c, const struct xrule_key *key)
{
	u64 addrs = xrule_addrs(key->src, key->dst);
	u64 rest = xrule_rest(key->proto, key->sport, key->dport);
	u32 i, k, n = 0;

	for (i = 0; i < c->n; i++) {
		k = xrule_bucket(&c->tuple[i], addrs, rest);
		n += 1 + c->start[k + 1] - c->start[k];
	}
	return n;
}

static void flat(const char *name,
		 void (*make)(struct xrule_match *m, u32 i), u32 most)
{
	static const u32 sizes[] = { 100, 1000, RULES_MAX };
	struct xrule_key key;
	struct xrule_class *c;
	u32 i, k, max = 0, w, tuples = 0;

	for (i = 0; i < 3; i++) {
		make_rules(sizes[i], make);
		c = xrule_class_build(fast, n_rules);
		tuples = c->n;
		for (k = 0; k < 20000; k++) {
			key_at(&key, &rule[below(n_rules)]);
			key.ports = true;
			w = work(c, &key);
			max = w > max ? w : max;
		}
		xrule_class_free(c);
	}
	ktap_ok(max <= most, "find__work_is_flat_%s (at most %u, %u tuples)",
		name, max, tuples);
}

static void no_memory(void)
{
	struct xrule_class *c;
	bool right = true;
	long i;

	make_rules(2000, rule_any);
	for (i = 0;; i++) {
		shim_fail = i;
		c = xrule_class_build(fast, n_rules);
		shim_fail = -1;
		if (c)
			break;
		right &= !shim_live;
	}
	xrule_class_free(c);
	ktap_ok(right && i > 4 && !shim_live,
		"build__each_of_%ld_allocations_may_fail", i);
}

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

static void build_time(void)
{
	double start, took;
	struct xrule_class *c;

	make_rules(RULES_MAX, rule_nested);
	start = seconds();
	c = xrule_class_build(fast, n_rules);
	took = seconds() - start;
	ktap_ok(c && took < 1, "build__10000_rules (%.0f ms, %u tuples)",
		took * 1000, c->n);
	xrule_class_free(c);
}

int main(void)
{
	ktap_plan(14);
	short_lists();
	long_lists();
	longest_list();
	shapes();
	every_range();
	flat("hosts", rule_hosts, 8);
	flat("nets", rule_nets, 8);
	flat("ports", rule_ports, 8);
	flat("ranges", rule_ranges, 24);
	flat("pairs", rule_pairs, 10);
	flat("lengths", rule_lengths, 100);
	flat("nested", rule_nested, 400);
	no_memory();
	build_time();
	return ktap_exit();
}
