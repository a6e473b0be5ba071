// SPDX-License-Identifier: GPL-2.0
/*
 * The prefix table without memory: each change of a run of them is tried with
 * its first allocation failing, then with its second, and so on, until it needs
 * no more of them. A change that failed has changed nothing, and has kept no
 * memory; one that went through despite it has done all. So it is also while
 * the arrays of large tables, which come early here, cannot be had.
 */
#define XLPM_DIRECT_FROM	64
#define XLPM_DIRECT_UNTIL	32
#define XLPM_MAP_FROM		96
#define XLPM_MAP_UNTIL		80
#define XLPM_MAP_FILL		1

#include "shim_lpm.h"
#include "../../net/xinet/route/fib_lpm.c"
#include "../../net/xinet/route/lpm_mem.c"
#include "../../net/xinet/route/lpm_node.c"
#include "../../net/xinet/route/lpm_direct.c"
#include "../../net/xinet/route/lpm_map.c"
#include "../../net/xinet/route/lpm_number.c"
#include "../../net/xinet/route/lpm_update.c"
#include "ktap.h"

#define MOST	400
#define CHANGES	3000

struct prefix {
	u32 key;
	u8 len;
	void *leaf;
};

static struct prefix list[MOST];
static unsigned int n_list;
static u64 leaves[64];
static struct xlpm table;
static u32 random_state = 2463534242;

static u32 random_u32(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 17;
	random_state ^= random_state << 5;
	return random_state;
}

static u32 mask_of(u8 len)
{
	return len ? 0xffffffff << (32 - len) : 0;
}

static void *naive_lookup(u32 key)
{
	struct prefix *best = NULL;
	unsigned int i;

	for (i = 0; i < n_list; i++)
		if (list[i].key == (key & mask_of(list[i].len)) &&
		    (!best || list[i].len > best->len))
			best = &list[i];
	return best ? best->leaf : NULL;
}

/* All prefixes, and what is looked up at the ends of each and beside them. */
static bool same(void)
{
	unsigned int i;

	if (table.count != n_list)
		return false;
	for (i = 0; i < n_list; i++) {
		u32 first = list[i].key, last = first | ~mask_of(list[i].len);

		if (xlpm_get(&table, first, list[i].len) != list[i].leaf ||
		    xlpm_lookup(&table, first) != naive_lookup(first) ||
		    xlpm_lookup(&table, last) != naive_lookup(last) ||
		    xlpm_lookup(&table, last + 1) != naive_lookup(last + 1))
			return false;
	}
	return true;
}

/* Close together, so that nodes part in every way. */
static struct prefix random_prefix(void)
{
	struct prefix p;

	p.len = 1 + random_u32() % 32;
	p.key = 0x0a000000 | (random_u32() & 0x01030303);
	if (!(random_u32() % 4))
		p.key = random_u32();
	p.key &= mask_of(p.len);
	p.leaf = &leaves[random_u32() % 64];
	return p;
}

static unsigned int kept, changed, failures, most;

/* The n-th allocation fails, for each n; the last time none does. */
static void set_failing(const struct prefix *p)
{
	size_t live = shim_live;
	unsigned int n;

	for (n = 0; ; n++) {
		shim_fail = n;
		if (!xlpm_set(&table, p->key, p->len, p->leaf))
			break;
		shim_fail = -1;
		failures++;
		kept += shim_live != live;
		if (failures % 16 == 0)
			changed += !same();
	}
	shim_fail = -1;
	if (n > most)
		most = n;
	list[n_list++] = *p;
}

/* With memory, and so the arrays too may come. */
static void set_plain(const struct prefix *p)
{
	changed += xlpm_set(&table, p->key, p->len, p->leaf) != 0;
	list[n_list++] = *p;
}

static void del_failing(unsigned int i)
{
	struct prefix p = list[i];

	list[i] = list[--n_list];
	shim_fail = 0;
	changed += xlpm_del(&table, p.key, p.len) != p.leaf;
	shim_fail = -1;
}

static void release(void *leaf)
{
}

int main(void)
{
	unsigned int i, direct = 0, map = 0;
	bool right = true;

	ktap_plan(6);
	if (xlpm_mem_init())
		return 1;
	for (i = 0; i < CHANGES; i++) {
		struct prefix p = random_prefix();
		bool grow = i / 1000 % 2 == 0;

		if (n_list < MOST && random_u32() % 8 < (grow ? 7 : 2) &&
		    !xlpm_get(&table, p.key, p.len))
			(i % 5 ? set_failing : set_plain)(&p);
		else if (n_list)
			del_failing(random_u32() % n_list);
		direct += !!table.direct;
		map += !!table.map;
		if (i % 16 == 0)
			right &= same();
	}
	ktap_ok(failures > 1000 && most >= 2,
		"set__fails_at_each_of_its_allocations (%u times, up to %u)",
		failures, most);
	ktap_ok(!kept, "set__a_failure_keeps_no_memory (%u)", kept);
	ktap_ok(!changed, "set_and_del__without_memory (%u wrong)", changed);
	ktap_ok(right, "lookup__as_the_list");
	ktap_ok(direct && map && direct < CHANGES && map < direct,
		"direct__and_map_come_late (%u, %u)",
		direct, map);
	xlpm_destroy(&table, release);
	ktap_ok(!shim_live, "destroy__frees_all");
	xlpm_mem_exit();
	return ktap_exit();
}
