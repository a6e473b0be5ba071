// SPDX-License-Identifier: GPL-2.0
/*
 * Trace events, from an instance of tracefs of our own.
 *
 * In: what the kernel's events of the system "xinet" say. Out: a list of struct
 * tr_event. The instance is gone when tr_close() returns, and whoever else
 * traces does not notice.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <traceevent/event-parse.h>
#include <tracefs/tracefs.h>

#include "trace.h"
#include "trace_ring.h"
#include "util.h"
#include "xip.h"

#define TR_BUFFER_KIB	"4096"	/* for each CPU */

static struct tracefs_instance *tr_instance;
static struct tep_handle *tr_tep;

/* Names of the module's functions, for the hooks. */
static void tr_load_functions(void)
{
	char line[512], *name, *module;
	unsigned long long addr;
	FILE *f = fopen("/proc/kallsyms", "re");

	/* ADDR TYPE NAME\t[MODULE]; the kernel's own, the most, have none */
	while (f && fgets(line, sizeof(line), f)) {
		module = strchr(line, '\t');
		if (!module || module[1] != '[')
			continue;
		*module = '\0';
		module += 2;
		module[strcspn(module, "]")] = '\0';
		addr = strtoull(line, &name, 16);
		if (!strncmp(name, " t ", 3) || !strncmp(name, " T ", 3))
			tep_register_function(tr_tep, name + 3, addr, module);
	}
	if (f)
		fclose(f);
}

static int tr_failed(const char *what)
{
	fprintf(stderr, "Error: cannot %s: %s\n", what, strerror(errno));
	return XIP_REFUSED;
}

/* Is there a tracefs that we may use? It is mounted if need be. */
static bool tr_usable(void)
{
	char *path = geteuid() ? NULL :
				 tracefs_get_tracing_file("instances");
	bool usable = path && !access(path, W_OK);

	/* libtracefs itself would talk to those who may not even look */
	if (geteuid() || (!usable && errno == EACCES))
		fputs("Error: tracing takes root, in the first namespace of users.\n",
		      stderr);
	else if (!usable)
		fputs("Error: no tracefs; try \"mount -t tracefs none /sys/kernel/tracing\".\n",
		      stderr);
	if (path)
		tracefs_put_tracing_file(path);
	return usable;
}

/**
 * tr_open - begin to trace
 * @drops_only: nothing but drops
 * @frames: the packets themselves, too
 *
 * Return: exit status.
 */
int tr_open(bool drops_only, bool frames)
{
	static const char * const systems[] = { "xinet", "xinet_pcap", NULL };
	char name[32];

	if (!tr_usable())
		return XIP_REFUSED;
	tr_tep = tracefs_local_events_system(NULL, systems);
	if (!tr_tep || !tep_find_event_by_name(tr_tep, "xinet", "xinet_stage")) {
		fputs("Error: the kernel has no events \"xinet\"; is xinet.ko loaded?\n",
		      stderr);
		return XIP_REFUSED;
	}
	tr_stale_remove();
	tr_load_functions();
	snprintf(name, sizeof(name), "xip-%d", (int)getpid());
	tr_instance = tracefs_instance_create(name);
	if (!tr_instance)
		return tr_failed("make an instance of tracefs");
	if (tracefs_instance_file_write(tr_instance, "trace_clock", "mono") < 0 ||
	    tracefs_instance_file_write(tr_instance, "buffer_size_kb",
					TR_BUFFER_KIB) < 0 ||
	    tr_ring_open(tr_instance))
		return tr_failed("set the trace buffer up");
	if (tracefs_event_enable(tr_instance, "xinet",
				 drops_only ? "xinet_drop" : NULL) ||
	    (frames &&
	     tracefs_event_enable(tr_instance, "xinet_pcap", NULL)))
		return tr_failed("enable the events");
	return XIP_OK;
}

static int tr_take(struct tep_record *record, void *list)
{
	return tr_decode(tr_tep, record, list);
}

/**
 * tr_read - take what the buffer holds
 * @list: grows
 *
 * Return: exit status.
 */
int tr_read(struct tr_list *list)
{
	tr_ring_read(tr_take, list);
	return XIP_OK;
}

/**
 * tr_stop - trace no more; what was traced can be read
 *
 * Return: exit status.
 */
int tr_stop(void)
{
	return tracefs_event_disable(tr_instance, NULL, NULL) ?
	       tr_failed("disable the events") : XIP_OK;
}

/**
 * tr_lost - events that the buffer had no room for
 *
 * Return: how many, all CPUs together.
 */
unsigned long long tr_lost(void)
{
	/* overwritten, and refused: by an interrupted writer, or a full buffer */
	static const char * const what[] = {
		"\noverrun: ", "\ncommit overrun: ", "\ndropped events: ",
	};
	unsigned long long lost = 0;
	char path[64], *text, *at;
	unsigned int i;
	long cpu, cpus = sysconf(_SC_NPROCESSORS_CONF);

	for (cpu = 0; cpu < cpus; cpu++) {
		snprintf(path, sizeof(path), "per_cpu/cpu%ld/stats", cpu);
		text = tracefs_instance_file_read(tr_instance, path, NULL);
		for (i = 0; text && i < ARRAY_SIZE(what); i++) {
			at = strstr(text, what[i]);
			if (at)
				lost += strtoull(at + strlen(what[i]), NULL, 10);
		}
		free(text);
	}
	return lost;
}

static int tr_earlier(const void *a, const void *b)
{
	const struct tr_event *x = a, *y = b;

	return x->when < y->when ? -1 : x->when > y->when;
}

/**
 * tr_sort - put events in the order of their time
 * @list: the events; what was read at a time is in order already
 */
void tr_sort(struct tr_list *list)
{
	if (list->n)
		qsort(list->ev, list->n, sizeof(*list->ev), tr_earlier);
}

/** tr_close - leave nothing behind in tracefs */
void tr_close(void)
{
	tr_ring_close();
	tr_decode_end();
	if (tr_instance) {
		tracefs_event_disable(tr_instance, NULL, NULL);
		tracefs_instance_destroy(tr_instance);
		tracefs_instance_free(tr_instance);
	}
	if (tr_tep)
		tep_free(tr_tep);
	tr_instance = NULL;
	tr_tep = NULL;
}

/**
 * tr_list_free - give a list's memory back
 * @list: empty afterwards
 */
void tr_list_free(struct tr_list *list)
{
	while (list->n)
		free(list->ev[--list->n].rest);
	free(list->ev);
	memset(list, 0, sizeof(*list));
}
