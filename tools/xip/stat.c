// SPDX-License-Identifier: GPL-2.0
/*
 * xip stat.
 *
 * In: the counters of the namespace, which the kernel shows as pairs of lines,
 * names above values. Out: those that are not zero, by group; in JSON all.
 * What was added since the last call is shown by -z and by "delta".
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

/* The title of a group, once; under -o the group is a line. */
static void print_title(const struct counters *all, size_t i, bool *titled)
{
	if (!*titled)
		out_text("%s:%s", all->c[i].group,
			 xip_opt.oneline ? "" : "\n");
	*titled = true;
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
		print_title(all, i, &titled);
		out_text(xip_opt.oneline ? " %s=" : "    %-28s ", c->name);
		out_uint(c->name, xip_opt.oneline ? "%llu" : "%llu\n",
			 c->val - c->base);
	}
	if (titled && xip_opt.oneline)
		out_record_end();
	out_close();
	return j;
}

static size_t skip_group(const struct counters *all, size_t i)
{
	size_t j = i;

	while (same_group(all, i, j))
		j++;
	return j;
}

/**
 * struct stat_wish - what is to be shown
 * @zeros: counters that are zero too
 * @delta: what was added since the last call
 * @keep: the next call shall have the same beginning
 * @reset: begin anew, show nothing
 * @groups: names of groups; none means all
 * @n: how many
 */
struct stat_wish {
	bool zeros, delta, keep, reset;
	const char *groups[STAT_GROUPS];
	unsigned int n;
};

static bool group_wanted(const struct stat_wish *w, const char *group)
{
	unsigned int i;

	for (i = 0; i < w->n; i++)
		if (!strcasecmp(w->groups[i], group))
			return true;
	return !w->n;
}

static void stat_print(const struct counters *all, const struct stat_wish *w)
{
	size_t i = 0;

	out_open(NULL);
	while (i < all->n)
		i = group_wanted(w, all->c[i].group) ?
		    print_group(all, i, w->zeros) : skip_group(all, i);
	out_close();
}

/* A word that is no keyword is a group, or what is near one or the other. */
static int check_group(const struct counters *all, const char *word,
		       const struct keyword *words)
{
	struct keyword groups[STAT_GROUPS + 1] = { };
	const char *near;
	unsigned int n = 0;
	size_t i;

	for (i = 0; i < all->n && n < STAT_GROUPS; i = skip_group(all, i)) {
		if (!strcasecmp(all->c[i].group, word))
			return XIP_OK;
		groups[n++].name = all->c[i].group;
	}
	near = parse_nearest(groups, word);
	if (!near)
		near = parse_nearest(words, word);
	fprintf(stderr, "Error: \"%s\" is neither a keyword nor a group",
		out_clean(word));
	if (near)
		fprintf(stderr, ", did you mean \"%s\"?", near);
	else
		fputc('.', stderr);
	fputs(" Try \"xip stat help\".\n", stderr);
	return XIP_USAGE;
}

enum { KW_SHOW, KW_ALL, KW_ZEROS, KW_DELTA, KW_KEEP, KW_RESET };

static const struct keyword stat_words[] = {
	{ "show", 1, KW_SHOW },
	{ "list", 1, KW_SHOW },
	{ "all", 1, KW_ALL },
	{ "delta", 1, KW_DELTA },
	{ "noupdate", 1, KW_KEEP },
	{ "reset", 1, KW_RESET },
	{ "-z", 0, KW_ZEROS },
	{ "help", 0, ARG_HELP },
	{ }
};

static const char stat_help[] =
"Usage: xip [ -s ] stat [ show ] [ all ] [ delta | -z ] [ noupdate ] [ GROUP... ]\n"
"       xip stat reset\n"
"  all       counters that are zero too; -s does the same\n"
"  delta     what was added since this user's last \"delta\", -z or \"reset\" in\n"
"            this namespace\n"
"  -z        the same, and what is zero too\n"
"  noupdate  the next \"delta\" or -z begins where this one did\n"
"  reset     the next \"delta\" or -z begins now; prints nothing\n"
"GROUP := { Ip | Icmp | IcmpMsg | Udp | Xinet | ... }, as their titles say\n";

static int take_word(struct args *a, struct stat_wish *w, int id)
{
	switch (id) {
	case KW_ALL:
		w->zeros = true;
		break;
	case KW_ZEROS:
		w->zeros = true;
		w->delta = true;
		break;
	case KW_DELTA:
		w->delta = true;
		break;
	case KW_KEEP:
		w->keep = true;
		break;
	case KW_RESET:
		w->reset = true;
		break;
	case ARG_NONE:
		if (w->n == STAT_GROUPS)
			return args_unknown(a, NULL);
		w->groups[w->n++] = args_next(a);
	}
	return XIP_OK;
}

static int stat_show(const struct stat_wish *w)
{
	static struct counters all;
	unsigned int i;
	int ret;

	ret = stat_read(&all);
	for (i = 0; !ret && i < w->n; i++)
		ret = check_group(&all, w->groups[i], stat_words);
	if (!ret && (w->delta || w->reset))
		ret = stat_since_last(&all, w->keep);
	if (!ret && !w->reset)
		stat_print(&all, w);
	return ret;
}

static int stat_run(struct args *a)
{
	struct stat_wish w = { .zeros = xip_opt.stats };
	int id;

	while ((id = args_keyword(a, stat_words)) != ARG_END) {
		if (id == ARG_HELP)
			return args_help(a);
		if (take_word(a, &w, id))
			return XIP_USAGE;
	}
	if (!w.reset || (!w.delta && !w.keep && !w.n))
		return stat_show(&w);
	fputs("Error: \"reset\" stands alone. Try \"xip stat help\".\n", stderr);
	return XIP_USAGE;
}

const struct object xip_stat = {
	.name = "stat",
	.help = stat_help,
	.run = stat_run,
};
