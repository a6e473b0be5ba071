// SPDX-License-Identifier: GPL-2.0
/*
 * The words of a rule that have a form of their own, both ways: P[-Q], N[/M],
 * S[,S] and A[-B][:P[-Q]].
 *
 * In: one word, which may be anything. Out: a value, or -EINVAL where it is
 * not of the form, -ERANGE where a number is too large or a range runs
 * backwards. Pure functions; anyone calls.
 */
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "names.h"
#include "rule.h"

#define WORD_MAX	64	/* longer than all that is of the form */

const struct keyword rule_states[] = {
	{ "new", 0, XINET_CT_STATE_NEW },
	{ "established", 0, XINET_CT_STATE_ESTABLISHED },
	{ "related", 0, XINET_CT_STATE_RELATED },
	{ "invalid", 0, XINET_CT_STATE_INVALID },
	{ "untracked", 0, XINET_CT_STATE_UNTRACKED },
	{ }
};

/* Cut @word at the first @sep: the part before it in @head, behind it as is. */
static const char *split(const char *word, char sep, char head[WORD_MAX])
{
	const char *at = strchr(word, sep);
	size_t n = at ? (size_t)(at - word) : strlen(word);

	if (n >= WORD_MAX)
		n = 0;	/* no part is empty, so that is none */
	memcpy(head, word, n);
	head[n] = '\0';
	return at ? at + 1 : NULL;
}

static int port(const char *word, __u16 *val)
{
	__u32 v;
	int err = parse_u32(word, 65535, &v);

	if (!err)
		*val = v;
	return err;
}

/**
 * rule_text_ports - P or P-Q
 * @word: what was typed
 * @range: result, host byte order
 *
 * Return: 0, -EINVAL or -ERANGE.
 */
int rule_text_ports(const char *word, __u16 range[2])
{
	char head[WORD_MAX];
	const char *tail = split(word, '-', head);
	int err = port(head, &range[0]);

	if (err)
		return err;
	range[1] = range[0];
	if (tail)
		err = port(tail, &range[1]);
	return err ?: range[1] < range[0] ? -ERANGE : 0;
}

/**
 * rule_text_mark - N or N/M
 * @word: what was typed
 * @mark: result
 * @mask: result, all bits where none is given
 *
 * Return: 0, -EINVAL or -ERANGE.
 */
int rule_text_mark(const char *word, __u32 *mark, __u32 *mask)
{
	char head[WORD_MAX];
	const char *tail = split(word, '/', head);
	int err = parse_u32(head, ~0U, mark);

	*mask = ~0U;
	if (!err && tail)
		err = parse_u32(tail, ~0U, mask);
	return err;
}

/**
 * rule_text_states - S or S,S in any case
 * @word: what was typed
 * @states: result, XINET_CT_STATE_*
 *
 * Return: 0 or -EINVAL.
 */
int rule_text_states(const char *word, __u32 *states)
{
	const struct keyword *k;
	char head[WORD_MAX];
	char *c;

	*states = 0;
	do {
		word = split(word, ',', head);
		for (c = head; *c; c++)
			*c = tolower((unsigned char)*c);
		k = parse_keyword(rule_states, head);
		if (!k)
			return -EINVAL;
		*states |= k->id;
	} while (word);
	return 0;
}

static int addr(const char *word, __u32 *val)
{
	__be32 a;

	if (parse_addr(word, &a))
		return -EINVAL;
	*val = ntohl(a);
	return 0;
}

static int addr_range(const char *word, __u32 range[2])
{
	char head[WORD_MAX];
	const char *tail = split(word, '-', head);

	if (addr(head, &range[0]))
		return -EINVAL;
	range[1] = range[0];
	if (tail && addr(tail, &range[1]))
		return -EINVAL;
	return range[1] < range[0] ? -ERANGE : 0;
}

/**
 * rule_text_target - A, A-B, either with :P or :P-Q, or these alone
 * @word: what was typed
 * @to: result
 *
 * Return: 0, -EINVAL or -ERANGE.
 */
int rule_text_target(const char *word, struct rule_target *to)
{
	char head[WORD_MAX];
	const char *tail = split(word, ':', head);
	int err = 0;

	memset(to, 0, sizeof(*to));
	to->has_addr = !tail || *word != ':';
	to->has_port = tail;
	if (to->has_addr)
		err = addr_range(head, to->addr);
	if (!err && tail)
		err = rule_text_ports(tail, to->port);
	return err;
}

/**
 * rule_show_range - ports as they are typed
 * @buf: filled
 * @size: its size
 * @range: first and last port
 *
 * Return: @buf.
 */
const char *rule_show_range(char *buf, size_t size, const __u16 range[2])
{
	if (range[0] == range[1])
		snprintf(buf, size, "%u", range[0]);
	else
		snprintf(buf, size, "%u-%u", range[0], range[1]);
	return buf;
}

static void show_addr(char *buf, size_t size, __u32 val)
{
	size_t len = strlen(buf);
	__be32 a = htonl(val);

	inet_ntop(AF_INET, &a, buf + len, size - len);
}

/**
 * rule_show_target - what to translate to as it is typed
 * @buf: filled
 * @size: its size, 48 bytes hold it
 * @to: the target
 *
 * Return: @buf.
 */
const char *rule_show_target(char *buf, size_t size,
			     const struct rule_target *to)
{
	char ports[16];
	size_t len;

	buf[0] = '\0';
	if (to->has_addr)
		show_addr(buf, size, to->addr[0]);
	if (to->has_addr && to->addr[0] != to->addr[1]) {
		len = strlen(buf);
		snprintf(buf + len, size - len, "-");
		show_addr(buf, size, to->addr[1]);
	}
	len = strlen(buf);
	if (to->has_port)
		snprintf(buf + len, size - len, ":%s",
			 rule_show_range(ports, sizeof(ports), to->port));
	return buf;
}

/**
 * rule_show_states - states as they are typed
 * @buf: filled
 * @size: its size, 64 bytes hold all of them
 * @states: XINET_CT_STATE_*
 *
 * Return: @buf.
 */
const char *rule_show_states(char *buf, size_t size, __u32 states)
{
	const struct keyword *k;
	size_t len;

	buf[0] = '\0';
	for (k = rule_states; k->name; k++) {
		if (!(states & k->id))
			continue;
		len = strlen(buf);
		snprintf(buf + len, size - len, "%s%s", len ? "," : "",
			 k->name);
	}
	return buf;
}
