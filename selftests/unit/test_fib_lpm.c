// SPDX-License-Identifier: GPL-2.0
/*
 * net/xinet/route/fib_lpm.c: rows around every length, then random changes
 * beside a list that is searched from end to end.
 */
#include "shim_lpm.h"
#include "../../net/xinet/route/fib_lpm.c"
#include "../../net/xinet/route/lpm_mem.c"
#include "../../net/xinet/route/lpm_node.c"
#include "../../net/xinet/route/lpm_direct.c"
#include "../../net/xinet/route/lpm_map.c"
#include "../../net/xinet/route/lpm_number.c"
#include "../../net/xinet/route/lpm_update.c"
#include "ktap.h"

/* ---- the matcher to compare with: a list */

struct naive {
	u32 key;
	u8 len;
	void *leaf;
};

static struct naive list[4096];
static unsigned int n_list;
static u64 leaves[4096 * 4];	/* addresses to store; never read */
static unsigned int next_leaf;

static void *fresh_leaf(void)
{
	return &leaves[next_leaf++ % (sizeof(leaves) / sizeof(*leaves))];
}

static u32 mask_of(u8 len)
{
	u32 mask = 0;

	while (len--)
		mask = mask >> 1 | 0x80000000;
	return mask;
}

static struct naive *naive_get(u32 key, u8 len)
{
	unsigned int i;

	for (i = 0; i < n_list; i++)
		if (list[i].len == len && list[i].key == (key & mask_of(len)))
			return &list[i];
	return NULL;
}

static struct naive *naive_lookup(u32 key, u8 through)
{
	struct naive *best = NULL;
	unsigned int i;

	for (i = 0; i < n_list; i++)
		if (list[i].len <= through &&
		    list[i].key == (key & mask_of(list[i].len)) &&
		    (!best || list[i].len > best->len))
			best = &list[i];
	return best;
}

static void naive_set(u32 key, u8 len, void *leaf)
{
	struct naive *e = naive_get(key, len);

	if (!e) {
		e = &list[n_list++];
		e->key = key & mask_of(len);
		e->len = len;
	}
	e->leaf = leaf;
}

static int naive_order(const void *a, const void *b)
{
	const struct naive *x = a, *y = b;

	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	return (int)x->len - y->len;
}

/* ---- comparing */

static struct xlpm table;

static bool same_lookup(u32 key)
{
	struct naive *want = naive_lookup(key, 32);

	return xlpm_lookup(&table, key) == (want ? want->leaf : NULL);
}

static bool same_lookup_upto(u32 key, u8 through)
{
	struct naive *want = naive_lookup(key, through);
	u8 len = through;
	void *leaf = xlpm_lookup_upto(&table, key, &len);

	if (!want)
		return !leaf;
	return leaf == want->leaf && len == want->len;
}

static bool same_walk(void)
{
	unsigned int i = 0;
	u32 key = 0;
	u8 len = 0;
	void *leaf;

	qsort(list, n_list, sizeof(*list), naive_order);
	while ((leaf = xlpm_next(&table, &key, &len))) {
		if (i == n_list || list[i].leaf != leaf ||
		    list[i].key != key || list[i].len != len)
			return false;
		i++;
		if (!xlpm_step(&key, &len))
			break;
	}
	return i == n_list;
}

/* The first prefix at or behind a random place. */
static bool same_resume(u32 key, u8 len)
{
	struct naive *want = NULL, from = { .key = key, .len = len };
	unsigned int i;
	void *leaf;

	for (i = 0; i < n_list; i++)
		if (naive_order(&list[i], &from) >= 0 &&
		    (!want || naive_order(&list[i], want) < 0))
			want = &list[i];
	leaf = xlpm_next(&table, &key, &len);
	if (!want)
		return !leaf;
	return leaf == want->leaf && key == want->key && len == want->len;
}

static void set_both(u32 key, u8 len)
{
	void *leaf = fresh_leaf();

	naive_set(key, len, leaf);
	if (xlpm_set(&table, key, len, leaf))
		abort();
}

static bool del_both(u32 key, u8 len)
{
	struct naive *e = naive_get(key, len);
	void *want = e ? e->leaf : NULL;

	if (e)
		*e = list[--n_list];
	return xlpm_del(&table, key, len) == want;
}

static unsigned int released;

static void release(void *leaf)
{
	released++;
}

static bool clear_both(void)
{
	unsigned int want = n_list;

	released = 0;
	n_list = 0;
	xlpm_destroy(&table, release);
	return released == want && !shim_live && !table.root;
}

/* ---- random, the same in each run */

static u32 random_state = 2463534242;

static u32 random_u32(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 17;
	random_state ^= random_state << 5;
	return random_state;
}

/* Keys that share many leading bits, so that prefixes nest and part late. */
static u32 random_key(unsigned int bits)
{
	u32 key = random_u32();

	return bits < 32 ? 0x0a000000 | key >> (32 - bits) << (random_u32() % 4)
			 : key;
}

static u8 random_len(void)
{
	return random_u32() % 33;
}

/* ---- the tests */

static void every_length(void)
{
	static const u32 keys[] = { 0, 0xffffffff, 0x80000000, 0x7fffffff,
				    0x0a000001 };
	bool inside = true, outside = true, gone = true;
	unsigned int i;
	int len;

	for (i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
		for (len = 0; len <= 32; len++) {
			u32 mask = mask_of(len);
			u32 first = keys[i] & mask, last = first | ~mask;

			set_both(keys[i], len);
			inside &= xlpm_lookup(&table, first) == list[0].leaf &&
				  xlpm_lookup(&table, last) == list[0].leaf;
			if (first)
				outside &= !xlpm_lookup(&table, first - 1);
			if (last != 0xffffffff)
				outside &= !xlpm_lookup(&table, last + 1);
			gone &= del_both(keys[i], len) && !table.root &&
				!shim_live;
		}
	}
	ktap_ok(inside, "lookup__first_and_last_key_of_each_length");
	ktap_ok(outside, "lookup__keys_beside_each_length");
	ktap_ok(gone, "del__leaves_nothing");
}

static void nested(void)
{
	bool right = true;
	int len;
	u8 through;

	for (len = 32; len >= 0; len--)
		set_both(0x0a010203, len);
	for (len = 0; len <= 32; len++) {
		through = len;
		right &= xlpm_lookup_upto(&table, 0x0a010203, &through) ==
			 naive_get(0x0a010203, len)->leaf && through == len;
	}
	ktap_ok(right, "lookup_upto__each_of_33_nested_prefixes");
	ktap_ok(same_walk(), "next__33_nested_prefixes_in_order");
	ktap_ok(shim_live == 4, "set__one_node_for_8_nested_prefixes");
	for (len = 0; len <= 32; len += 2)
		right &= del_both(0x0a010203, len);
	ktap_ok(right && same_walk() && same_lookup(0x0a010203),
		"del__every_other_nested_prefix");
	for (len = 9; len <= 23; len += 2)
		right &= del_both(0x0a010203, len);
	ktap_ok(right && same_lookup(0x0a010203) && shim_live == 2,
		"del__takes_the_nodes_along");
	ktap_ok(clear_both(), "destroy__releases_each_leaf_once");
}

static void replace(void)
{
	void *a = fresh_leaf(), *b = fresh_leaf();

	xlpm_set(&table, 0x0a0000ff, 24, a);
	ktap_ok(xlpm_get(&table, 0x0a000000, 24) == a,
		"set__ignores_bits_behind_the_length");
	shim_fail = 0;
	ktap_ok(!xlpm_set(&table, 0x0a000000, 24, b) &&
		xlpm_lookup(&table, 0x0a000001) == b,
		"set__replacing_allocates_nothing");
	shim_fail = -1;
	ktap_ok(!xlpm_get(&table, 0x0a000000, 23) &&
		!xlpm_get(&table, 0x0a000000, 25), "get__is_exact");
	ktap_ok(!xlpm_del(&table, 0x0a000000, 25) &&
		!xlpm_del(&table, 0x0b000000, 24), "del__is_exact");
	ktap_ok(xlpm_del(&table, 0x0a000000, 24) == b && !shim_live,
		"del__returns_the_leaf");
}

static void no_memory(void)
{
	bool kept = true;
	long pass;

	set_both(0x0a000000, 8);
	set_both(0x0a800000, 24);
	for (pass = 0; pass < 2; pass++) {
		shim_fail = pass;	/* the leaf's node, then the fork's */
		kept &= xlpm_set(&table, 0x0ac00000, 24, leaves) == -ENOMEM;
		kept &= shim_live == 2 && same_walk() &&
			same_lookup(0x0ac00001) && same_lookup(0x0a800001);
	}
	shim_fail = -1;
	ktap_ok(kept, "set__without_memory_leaves_the_table_as_it_was");
	ktap_ok(clear_both(), "destroy__after_failures");
}

static void step(void)
{
	u32 key = 0xffffffff;
	u8 len = 31;

	ktap_ok(xlpm_step(&key, &len) && key == 0xffffffff && len == 32,
		"step__to_the_longer_prefix");
	ktap_ok(!xlpm_step(&key, &len), "step__ends_behind_the_last");
	key = 9;
	ktap_ok(xlpm_step(&key, &len) && key == 10 && len == 0,
		"step__to_the_next_key");
	ktap_ok(!xlpm_next(&table, &key, &len), "next__of_an_empty_table");
}

static void random_changes(unsigned int bits, unsigned int size,
			   unsigned int rounds, const char *name)
{
	bool lookups = true, through = true, deletes = true, bound = true;
	bool walks = true, resumes = true;
	unsigned int i, j;

	for (i = 0; i < rounds; i++) {
		u32 key = random_key(bits);
		u8 len = random_len();

		if (n_list < size && random_u32() % 3)
			set_both(key, len);
		else if (n_list && random_u32() % 4)
			deletes &= del_both(list[random_u32() % n_list].key,
					    list[random_u32() % n_list].len);
		else if (n_list)
			deletes &= del_both(list[n_list / 2].key,
					    list[n_list / 2].len);
		for (j = 0; j < 10; j++)
			lookups &= same_lookup(random_key(bits));
		through &= same_lookup_upto(random_key(bits), random_len());
		resumes &= same_resume(random_key(bits), random_len());
		bound &= !n_list || shim_live <= 2 * n_list;
		if (i % 1000 == 0)
			walks &= same_walk();
	}
	ktap_ok(lookups, "lookup__as_the_list_%s", name);
	ktap_ok(through, "lookup_upto__as_the_list_%s", name);
	ktap_ok(deletes, "del__as_the_list_%s", name);
	ktap_ok(resumes, "next__from_any_place_%s", name);
	ktap_ok(walks, "next__whole_table_%s", name);
	ktap_ok(bound, "set__no_more_than_2n_nodes_%s", name);
	ktap_ok(clear_both(), "destroy__%s", name);
}

int main(void)
{
	ktap_plan(3 + 6 + 5 + 2 + 4 + 3 * 7);
	if (xlpm_mem_init())
		return 1;
	every_length();
	nested();
	replace();
	no_memory();
	step();
	random_changes(8, 40, 40000, "dense");
	random_changes(16, 120, 40000, "nested");
	random_changes(32, 120, 20000, "sparse");
	xlpm_mem_exit();
	return ktap_exit();
}
