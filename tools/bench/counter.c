// SPDX-License-Identifier: GPL-2.0
/*
 * The instruction counter: what one tick of the time stamp counter is.
 *
 * Under `scripts/vm --icount` the guest's clock advances with the instructions
 * that it executes. A loop of known length tells by how much, and at the same
 * time whether the machine counts at all: a real clock does not give the same
 * answer twice.
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>

#include "bench.h"

#define LOOPS		10000ULL
#define LOOP_INSNS	2	/* dec and jnz */

/* An interrupt can only add to what a loop takes: keep the smallest. */
static uint64_t loop_ticks(uint64_t loops)
{
	uint64_t least = UINT64_MAX;

	for (int i = 0; i < 20; i++) {
		uint64_t left = loops, start = counter_read(), ticks;

		__asm__ volatile("1: dec %0\n\tjnz 1b"
				 : "+r" (left) : : "cc");
		ticks = counter_read() - start;
		if (ticks < least)
			least = ticks;
	}
	return least;
}

/* What stands around the loop is in both terms. */
static uint64_t difference(void)
{
	return loop_ticks(2 * LOOPS) - loop_ticks(LOOPS);
}

/**
 * counter_calibrate - measure a loop of known length
 *
 * Ends the program on a machine whose counter counts time.
 *
 * Return: ticks of the counter per instruction.
 */
double counter_calibrate(void)
{
	uint64_t a = difference(), b = difference();
	int64_t off = a - b;

	if (off > 2 || off < -2)
		errx(1, "the counter counts time, not instructions: use scripts/vm --icount");
	return (double)a / (LOOPS * LOOP_INSNS);
}

static int ascending(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/**
 * counter_report - print "MEDIAN MINIMUM MAXIMUM" in instructions
 * @ticks: differences of the counter; left in ascending order
 * @n: how many, at least one
 */
void counter_report(uint64_t *ticks, int n)
{
	double per_insn = counter_calibrate();

	qsort(ticks, n, sizeof(*ticks), ascending);
	printf("%.0f %.0f %.0f\n", ticks[n / 2] / per_insn,
	       ticks[0] / per_insn, ticks[n - 1] / per_insn);
}
