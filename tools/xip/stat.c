// SPDX-License-Identifier: GPL-2.0
/*
 * xip stat.
 *
 * In: the counters of the namespace, which the kernel shows as pairs of lines,
 * names above values. Out: those that are not zero, by group; in JSON all.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "out.h"
#include "stat.h"
#include "xip.h"

#ifndef XIP_SNMP
/* of this thread, whose namespace may differ from the process's first one */
#define XIP_SNMP	"/proc/thread-self/net/xinet/snmp"
#endif

static int malformed(void)
{
	fprintf(stderr, "Error: cannot understand " XIP_SNMP "\n");
	return XIP_REFUSED;
}

/* One pair of lines, "Ip: names" and "Ip: values", into @all. */
static int parse_pair(struct counters *all, char *names, char *values)
{
	char *at_name, *at_val, *group, *name, *val;

	group = strtok_r(names, "\n ", &at_name);
	val = strtok_r(values, "\n ", &at_val);
	if (!group || !val || strcmp(group, val) || !strchr(group, ':'))
		return malformed();
	*strchr(group, ':') = '\0';
	while ((name = strtok_r(NULL, "\n ", &at_name))) {
		struct counter *c = &all->c[all->n];

		val = strtok_r(NULL, "\n ", &at_val);
		if (!val || all->n == STAT_MAX || strlen(name) >= STAT_NAME ||
		    strlen(group) >= STAT_NAME)
			return malformed();
		memset(c, 0, sizeof(*c));
		memcpy(c->group, group, strlen(group));
		memcpy(c->name, name, strlen(name));
		c->val = strtoull(val, NULL, 10);
		all->n++;
	}
	return XIP_OK;
}

static int stat_read(struct counters *all)
{
	FILE *f = fopen(XIP_SNMP, "re");
	char *names = NULL, *values = NULL;
	size_t names_size = 0, values_size = 0;
	int ret = XIP_OK;

	if (!f) {
		fprintf(stderr, "Error: cannot read " XIP_SNMP ": %s%s\n",
			strerror(errno), errno == ENOENT ?
			" (module xinet is not loaded)" : "");
		return XIP_REFUSED;
	}
	all->n = 0;
	while (!ret && getline(&names, &names_size, f) > 0) {
		if (getline(&values, &values_size, f) > 0)
			ret = parse_pair(all, names, values);
		else
			ret = malformed();
	}
	free(names);
	free(values);
	fclose(f);
	return ret;
}

static bool same_group(const struct counters *all, size_t i, size_t j)
{
	return j < all->n && !strcmp(all->c[i].group, all->c[j].group);
}

/* One group from @i on; returns the index behind it. */
static size_t print_group(const struct counters *all, size_t i, bool zeros)
{
	bool titled = false;
	size_t j;

	out_open(all->c[i].group);
	for (j = i; same_group(all, i, j); j++) {
		const struct counter *c = &all->c[j];

		if (c->val == c->base && !zeros && !xip_opt.json)
			continue;
		if (!titled)
			out_text("%s:\n", all->c[i].group);
		titled = true;
		out_text("    %-28s ", c->name);
		out_uint(c->name, "%llu\n", c->val - c->base);
	}
	out_close();
	return j;
}

static void stat_print(const struct counters *all, bool zeros)
{
	size_t i = 0;

	out_open(NULL);
	while (i < all->n)
		i = print_group(all, i, zeros);
	out_close();
}

enum { KW_SHOW, KW_ALL, KW_DELTA };

static const struct keyword stat_words[] = {
	{ "show", 1, KW_SHOW },
	{ "list", 1, KW_SHOW },
	{ "all", 1, KW_ALL },
	{ "-z", 0, KW_DELTA },
	{ "help", 0, ARG_HELP },
	{ }
};

static const char stat_help[] =
"Usage: xip [ -s ] stat [ show ] [ all ] [ -z ]\n"
"  all  counters that are zero too; -s does the same\n"
"  -z   what was added since this user's last -z in this namespace\n";

static int stat_run(struct args *a)
{
	static struct counters all;
	bool zeros = xip_opt.stats, delta = false;
	int id, ret;

	while ((id = args_keyword(a, stat_words)) != ARG_END) {
		if (id == ARG_HELP)
			return args_help(a);
		if (id == ARG_NONE)
			return args_unknown(a, stat_words);
		zeros |= id == KW_ALL;
		delta |= id == KW_DELTA;
	}
	ret = stat_read(&all);
	if (!ret && delta)
		ret = stat_since_last(&all);
	if (!ret)
		stat_print(&all, zeros);
	return ret;
}

const struct object xip_stat = {
	.name = "stat",
	.help = stat_help,
	.run = stat_run,
};
