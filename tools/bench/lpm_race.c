// SPDX-License-Identifier: GPL-2.0
/*
 * lpm_race: the prefix table beside DPDK's, in time, in one process.
 *
 * Both get the same prefixes and look up the same random keys, one at a time:
 * rte_lpm_lookup() against the module's xlpm_lookup(), both inline. Rounds take
 * turns, so that what else the machine does meets both, and the thread's own time
 * counts; the median is what is said.
 *
 *	lpm_race [PREFIXES [LOOKUPS]]
 */
#include <err.h>
#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_lpm.h>
#undef likely
#undef unlikely
#undef container_of
#include <stdio.h>
#include <time.h>

#include "lpm_table.h"
#include "../../selftests/unit/shim_lpm.h"
#include "../../net/xinet/route/fib_lpm.c"
#include "../../net/xinet/route/lpm_mem.c"
#include "../../net/xinet/route/lpm_node.c"
#include "../../net/xinet/route/lpm_direct.c"
#include "../../net/xinet/route/lpm_map.c"
#include "../../net/xinet/route/lpm_number.c"
#include "../../net/xinet/route/lpm_update.c"

#define ROUNDS	5
#define SLICE	1000000		/* lookups before it is the other's turn */

static struct xlpm ours;
static struct rte_lpm *theirs;
static uint64_t nexthops[LPM_NEXTHOPS + 1];

static void fill(unsigned int want)
{
	struct rte_lpm_config config = {
		.max_rules = want,
		.number_tbl8s = 1 << 14,
	};
	uint32_t state = 2463534242;

	theirs = rte_lpm_create("race", 0, &config);
	if (!theirs)
		errx(1, "rte_lpm_create: %s", rte_strerror(rte_errno));
	while (ours.count < want) {
		struct lpm_prefix p = lpm_next_prefix(&state);

		if (xlpm_get(&ours, p.key, p.len))
			continue;
		if (xlpm_set(&ours, p.key, p.len, &nexthops[p.nexthop]))
			errx(1, "xlpm_set fails");
		if (rte_lpm_add(theirs, p.key, p.len, p.nexthop))
			errx(1, "rte_lpm_add fails");
	}
}

/* Both must say the same, or the race is of no use. */
static void compare(unsigned int lookups)
{
	uint32_t state = 88675123;

	while (lookups--) {
		uint32_t key = lpm_random(&state), id = 0;
		uint64_t *leaf = xlpm_lookup(&ours, key);

		if (rte_lpm_lookup(theirs, key, &id))
			id = 0;
		if ((leaf ? leaf - nexthops : 0) != id)
			errx(1, "different answers for %08x", key);
	}
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return t.tv_sec * 1e9 + t.tv_nsec;
}

static double run_ours(uint32_t *state, uint64_t *sum)
{
	double start = now();

	for (unsigned int i = SLICE; i--; )
		*sum += (uintptr_t)xlpm_lookup_inline(&ours, lpm_random(state));
	return now() - start;
}

static double run_theirs(uint32_t *state, uint64_t *sum)
{
	double start = now();
	uint32_t id = 0;

	for (unsigned int i = SLICE; i--; )
		if (!rte_lpm_lookup(theirs, lpm_random(state), &id))
			*sum += id;
	return now() - start;
}

/* Of both, in nanoseconds a lookup. */
static void round_of(unsigned int lookups, double *a, double *b, uint64_t *sum)
{
	uint32_t ours_state = 521288629, theirs_state = 521288629;
	unsigned int i, slices = lookups / SLICE;

	*a = 0;
	*b = 0;
	for (i = 0; i < slices; i++) {
		*a += run_ours(&ours_state, sum);
		*b += run_theirs(&theirs_state, sum);
	}
	*a /= slices * (double)SLICE;
	*b /= slices * (double)SLICE;
}

static int ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
	char *eal[9] = { "lpm_race", "--no-huge", "--no-pci", "--no-shconf",
			       "--no-telemetry", "--log-level=1", "-m", "512",
			       "--lcores=0" };
	unsigned int want = argc > 1 ? strtoul(argv[1], NULL, 0) : 1000000;
	unsigned int lookups = argc > 2 ? strtoul(argv[2], NULL, 0) : 20000000;
	double a[ROUNDS], b[ROUNDS];
	uint64_t sum = 0;

	if (rte_eal_init(sizeof(eal) / sizeof(*eal), eal) < 0)
		errx(1, "rte_eal_init: %s", rte_strerror(rte_errno));
	if (xlpm_mem_init())
		errx(1, "xlpm_mem_init fails");
	fill(want);
	compare(1000000);
	for (int i = 0; i < ROUNDS; i++)
		round_of(lookups, &a[i], &b[i], &sum);
	qsort(a, ROUNDS, sizeof(*a), ascending);
	qsort(b, ROUNDS, sizeof(*b), ascending);
	printf("race %u prefixes, ns a lookup, median (least-most) of %d: ",
	       want, ROUNDS);
	printf("xlpm_lookup %.2f (%.2f-%.2f), ", a[ROUNDS / 2], a[0],
	       a[ROUNDS - 1]);
	/* The sum is there so that no lookup can be left out. */
	printf("rte_lpm_lookup %.2f (%.2f-%.2f); sum %02x\n", b[ROUNDS / 2],
	       b[0], b[ROUNDS - 1], (unsigned int)sum & 0xff);
	return 0;
}
