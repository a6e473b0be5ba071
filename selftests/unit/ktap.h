/* SPDX-License-Identifier: GPL-2.0 */
/*
 * KTAP for the unit tests: announce how many, say each, and let the exit
 * status tell whether all held and none was left out.
 */
#ifndef UNIT_KTAP_H
#define UNIT_KTAP_H

#include <stdarg.h>
#include <stdio.h>

static int ktap_planned, ktap_done, ktap_failed;

static inline void ktap_plan(int n)
{
	ktap_planned = n;
	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("KTAP version 1\n1..%d\n", n);
}

__attribute__((format(printf, 2, 3)))
static inline int ktap_ok(int ok, const char *format, ...)
{
	va_list args;

	printf("%sok %d ", ok ? "" : "not ", ++ktap_done);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
	if (!ok)
		ktap_failed++;
	return ok;
}

/* The exit status: 0 if what was planned was done and all of it held. */
static inline int ktap_exit(void)
{
	if (ktap_done != ktap_planned)
		printf("# planned %d, did %d\n", ktap_planned, ktap_done);
	return ktap_failed || ktap_done != ktap_planned;
}

#endif
