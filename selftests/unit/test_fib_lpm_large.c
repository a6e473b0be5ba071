// SPDX-License-Identifier: GPL-2.0
/*
 * The prefix table beside a naive matcher: ten million random lookups while
 * prefixes come and go, and with them the arrays of large tables, which appear
 * early here. The matcher asks a hash for each length from 32 down.
 */
#define XLPM_DIRECT_FROM	512
#define XLPM_DIRECT_UNTIL	256
#define XLPM_MAP_FROM		2048
#define XLPM_MAP_UNTIL		1024
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

#define LOOKUPS	10000000
#define CHANGES	250000
#define MOST	4096
#define BUCKETS	16384
#define LEAVES	300	/* more than there are numbers */

struct naive {
	u32 key;
	u8 len;
	void *leaf;
	int next;
};

static struct naive list[MOST];
static unsigned int n_list;
static int bucket[BUCKETS];
static u64 leaves[LEAVES];
static struct xlpm table;
static u32 random_state = 2463534242;

static u32 random_u32(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 17;
	random_state ^= random_state << 5;
	return random_state;
}

static int *naive_bucket(u32 key, u8 len)
{
	return &bucket[(key * 0x9e3779b1 + len * 0x85ebca6b) >> 18];
}

static int *naive_find(u32 key, u8 len)
{
	int *at = naive_bucket(key, len);

	while (*at && (list[*at - 1].key != key || list[*at - 1].len != len))
		at = &list[*at - 1].next;
	return at;
}

static u32 naive_mask(u8 len)
{
	return len ? 0xffffffff << (32 - len) : 0;
}

static struct naive *naive_lookup(u32 key, int through)
{
	int len, at;

	for (len = through; len >= 0; len--) {
		at = *naive_find(key & naive_mask(len), len);
		if (at)
			return &list[at - 1];
	}
	return NULL;
}

static void naive_set(u32 key, u8 len, void *leaf)
{
	int *at = naive_find(key, len);

	if (!*at) {
		list[n_list] = (struct naive) { .key = key, .len = len };
		*at = ++n_list;
	}
	list[*at - 1].leaf = leaf;
}

/* The last one of the list takes the place of the one that goes. */
static void naive_del(unsigned int i)
{
	int *at = naive_find(list[i].key, list[i].len);

	*at = list[i].next;
	if (i != --n_list) {
		at = naive_find(list[n_list].key, list[n_list].len);
		*at = i + 1;
		list[i] = list[n_list];
	}
}

/* Mostly as a router has them; now and then any length at all. */
static u8 random_len(void)
{
	u32 r = random_u32();

	if (!(r % 512))
		return r >> 9 & 31;
	return r & 1 ? 24 : 9 + (r >> 9) % 24;
}

/* Dense in one place, sparse elsewhere. */
static u32 random_key(void)
{
	u32 key = random_u32();

	switch (random_u32() & 3) {
	case 0:
		return key;
	case 1:
		return 0x0a000000 | (key & 0xffff);
	default:
		return 0x0a000000 | (key & 0x3fffff);
	}
}

/* A key in or beside a prefix that is there. */
static u32 near_key(void)
{
	struct naive *e = &list[random_u32() % n_list];
	u32 r = random_u32(), size = ~naive_mask(e->len);

	switch (r & 3) {
	case 0:
		return e->key - 1;
	case 1:
		return (e->key | size) + 1;
	default:
		return e->key | (random_u32() & size);
	}
}

static bool change(bool grow)
{
	void *leaf = &leaves[random_u32() % LEAVES];
	u8 len = random_len();
	u32 key = random_key() & naive_mask(len);
	unsigned int i;

	if (n_list < MOST && random_u32() % 8 < (grow ? 6 : 2)) {
		naive_set(key, len, leaf);
		return !xlpm_set(&table, key, len, leaf);
	}
	if (!n_list)
		return true;
	i = random_u32() % n_list;
	leaf = list[i].leaf;
	key = list[i].key;
	len = list[i].len;
	naive_del(i);
	return xlpm_del(&table, key, len) == leaf;
}

static bool same(u32 key)
{
	struct naive *want = naive_lookup(key, 32);

	return xlpm_lookup(&table, key) == (want ? want->leaf : NULL);
}

static bool same_through(u32 key, u8 through)
{
	struct naive *want = naive_lookup(key, through);
	u8 len = through;
	void *leaf = xlpm_lookup_upto(&table, key, &len);

	return want ? leaf == want->leaf && len == want->len : !leaf;
}

/* As many prefixes as there are, each where it belongs, in order. */
static bool same_walk(void)
{
	unsigned int n = 0;
	u64 last = 0;
	u32 key = 0;
	u8 len = 0;
	void *leaf;

	while ((leaf = xlpm_next(&table, &key, &len))) {
		u64 at = ((u64)key << 6 | len) + 1;
		int i = *naive_find(key, len);

		if (!i || list[i - 1].leaf != leaf || at <= last)
			return false;
		last = at;
		n++;
		if (!xlpm_step(&key, &len))
			break;
	}
	return n == n_list && n == table.count;
}

static void release(void *leaf)
{
}

int main(void)
{
	bool lookups = true, through = true, changes = true, walks = true;
	unsigned int direct = 0, map = 0, i, j;

	ktap_plan(7);
	if (xlpm_mem_init())
		return 1;
	for (i = 0; i < CHANGES; i++) {
		changes &= change(i / 12000 % 2 == 0);
		direct += !!table.direct;
		map += !!table.map;
		for (j = 0; j < LOOKUPS / CHANGES; j++)
			lookups &= same(j % 2 && n_list ? near_key() :
							  random_u32());
		through &= same_through(random_key(), random_u32() % 33);
		if (!(i % 5000))
			walks &= same_walk();
	}
	ktap_ok(lookups, "lookup__ten_million_as_the_naive_matcher");
	ktap_ok(through, "lookup_upto__as_the_naive_matcher");
	ktap_ok(changes, "set_and_del__as_the_naive_matcher");
	ktap_ok(walks, "next__as_the_naive_matcher");
	ktap_ok(direct > 10000 && direct < CHANGES - 10000,
		"direct__comes_and_goes (%u)", direct);
	ktap_ok(map > 10000 && map < CHANGES - 10000,
		"map__comes_and_goes (%u)", map);
	xlpm_destroy(&table, release);
	ktap_ok(!shim_live, "destroy__frees_all (%ld left)", (long)shim_live);
	xlpm_mem_exit();
	return ktap_exit();
}
