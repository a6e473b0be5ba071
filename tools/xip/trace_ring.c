// SPDX-License-Identifier: GPL-2.0
/*
 * The pages of a trace buffer, CPU by CPU.
 *
 * In: per_cpu/cpuN/trace_pipe_raw of an instance, never waited for. Out: each
 * record, a CPU's in their order; where the buffer was too small, between which
 * times events of that CPU were lost (trace_lost.c).
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <traceevent/event-parse.h>
#include <traceevent/kbuffer.h>
#include <tracefs/tracefs.h>

#include "trace_ring.h"
#include "xip.h"

/*
 * What was begun longer ago than this is in the buffer, if it is written at
 * all: a writer can be held up between its time and its end.
 */
#define RING_SLACK	100000000ULL

/**
 * struct ring - the buffer of a CPU
 * @fd: trace_pipe_raw
 * @cpu: its number
 * @last: until then all records were read
 */
struct ring {
	int fd;
	int cpu;
	unsigned long long last;
};

static struct ring *rings;
static unsigned int n_rings;
static struct kbuffer *ring_kbuf;
static void *ring_page;

/**
 * tr_ring_open - get ready to read
 * @instance: whose buffer
 *
 * Return: exit status, without a message.
 */
int tr_ring_open(struct tracefs_instance *instance)
{
	long cpu, cpus = sysconf(_SC_NPROCESSORS_CONF);
	char path[64];
	int fd;

	ring_kbuf = kbuffer_alloc(KBUFFER_LSIZE_SAME_AS_HOST,
				  KBUFFER_ENDIAN_SAME_AS_HOST);
	ring_page = malloc(getpagesize());
	rings = calloc(cpus, sizeof(*rings));
	if (!ring_kbuf || !ring_page || !rings)
		return XIP_REFUSED;
	for (cpu = 0; cpu < cpus; cpu++) {
		snprintf(path, sizeof(path), "per_cpu/cpu%ld/trace_pipe_raw",
			 cpu);
		fd = tracefs_instance_file_open(instance, path,
						O_RDONLY | O_NONBLOCK |
						O_CLOEXEC);
		if (fd >= 0)
			rings[n_rings++] = (struct ring){ fd, cpu, 0 };
	}
	return n_rings ? XIP_OK : XIP_REFUSED;
}

/* False where there is no memory for more. */
static bool ring_take_page(struct ring *r,
			   int (*take)(struct tep_record *record, void *arg),
			   void *arg)
{
	struct tep_record record = { .cpu = r->cpu };
	bool missed;

	kbuffer_load_subbuffer(ring_kbuf, ring_page);
	/* how many is said, if there was room for it; that some were, always */
	missed = kbuffer_missed_events(ring_kbuf);
	while ((record.data = kbuffer_read_event(ring_kbuf, &record.ts))) {
		record.size = kbuffer_event_size(ring_kbuf);
		if (missed)
			tr_lost_note(r->last, record.ts);
		missed = false;
		r->last = record.ts;
		if (take(&record, arg))
			return false;
		kbuffer_next_event(ring_kbuf, NULL);
	}
	return true;
}

static unsigned long long ring_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

static void ring_read(struct ring *r,
		      int (*take)(struct tep_record *record, void *arg),
		      void *arg)
{
	unsigned long long now;

	do
		now = ring_now() - RING_SLACK;
	while (read(r->fd, ring_page, getpagesize()) > 0 &&
	       ring_take_page(r, take, arg));
	if (now > r->last)
		r->last = now;
}

/**
 * tr_ring_read - read what there is
 * @take: called with each record; not 0: no more now
 * @arg: its second argument
 */
void tr_ring_read(int (*take)(struct tep_record *record, void *arg), void *arg)
{
	unsigned int i;

	for (i = 0; i < n_rings; i++)
		ring_read(&rings[i], take, arg);
}

/** tr_ring_close - nothing is read any more */
void tr_ring_close(void)
{
	while (n_rings)
		close(rings[--n_rings].fd);
	free(rings);
	free(ring_page);
	kbuffer_free(ring_kbuf);
	rings = NULL;
	ring_page = NULL;
	ring_kbuf = NULL;
	tr_lost_forget();
}
