// SPDX-License-Identifier: GPL-2.0
/*
 * Words to values.
 *
 * In: one word of the command line or of a batch file, which may be anything.
 * Out: a value, or a negative errno that says why not: -EINVAL is not of the
 * form, -ERANGE is of the form but too large. Pure functions; anyone calls.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#include "parse.h"

/**
 * parse_keyword - find a word or an abbreviation of one
 * @table: the words, ended by a NULL name
 * @word: what was typed
 *
 * Return: the entry, an exact match before an abbreviation; NULL if none.
 */
const struct keyword *parse_keyword(const struct keyword *table,
				    const char *word)
{
	const struct keyword *k;
	size_t n = strlen(word);

	for (k = table; k->name; k++)
		if (!strcmp(k->name, word))
			return k;
	for (k = table; k->name; k++)
		if (k->min && n >= k->min && !strncmp(k->name, word, n))
			return k;
	return NULL;
}

#define NEAR_MAX	24	/* longer words are no slips of a short one */

static unsigned int min2(unsigned int a, unsigned int b)
{
	return a < b ? a : b;
}

/*
 * Edits from one word to the first @lb letters of the other; two swapped
 * letters are one edit.
 */
static unsigned int edit_distance(const char *a, const char *b, unsigned int lb)
{
	unsigned int d[NEAR_MAX + 1][NEAR_MAX + 1];
	unsigned int la = strlen(a), i, j;

	for (i = 0; i <= la; i++)
		d[i][0] = i;
	for (j = 0; j <= lb; j++)
		d[0][j] = j;
	for (i = 1; i <= la; i++) {
		for (j = 1; j <= lb; j++) {
			d[i][j] = min2(d[i - 1][j], d[i][j - 1]) + 1;
			d[i][j] = min2(d[i][j], d[i - 1][j - 1] +
						(a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
			    a[i - 2] == b[j - 1] && d[i - 2][j - 2] < d[i][j])
				d[i][j] = d[i - 2][j - 2] + 1;
		}
	}
	return d[la][lb];
}

/**
 * parse_nearest - the word that was probably meant
 * @table: the words, ended by a NULL name
 * @word: what was typed
 *
 * Return: the nearest word, or NULL where none is near.
 */
const char *parse_nearest(const struct keyword *table, const char *word)
{
	const struct keyword *k;
	const char *best = NULL;
	size_t n = strlen(word);
	unsigned int least = 3;

	if (!n || n > NEAR_MAX)
		return NULL;
	for (k = table; k->name; k++) {
		size_t len = strlen(k->name);
		unsigned int d;

		if (len > NEAR_MAX)
			continue;
		/* an abbreviation that is shorter than allowed */
		if (!strncmp(k->name, word, n))
			return k->name;
		d = edit_distance(word, k->name, len);
		/* an abbreviation that is misspelt */
		if (k->min && n >= k->min && n < len)
			d = min2(d, edit_distance(word, k->name, n));
		if (d < least && 2 * d <= n) {
			least = d;
			best = k->name;
		}
	}
	return best;
}

static int digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return 16;
}

/**
 * parse_u64 - a whole number, decimal or 0x and hexadecimal
 * @word: what was typed; nothing may stand before or after the digits
 * @max: largest value allowed
 * @val: result
 *
 * Return: 0, -EINVAL or -ERANGE.
 */
int parse_u64(const char *word, __u64 max, __u64 *val)
{
	int base = 10, digit;
	__u64 v = 0;

	if (word[0] == '0' && (word[1] == 'x' || word[1] == 'X')) {
		base = 16;
		word += 2;
	}
	if (!*word)
		return -EINVAL;
	for (; *word; word++) {
		digit = digit_of(*word);
		if (digit >= base)
			return -EINVAL;
		if (v > (~0ULL - digit) / base)
			v = ~0ULL;
		else
			v = v * base + digit;
	}
	/* a saturated value is beyond any maximum that is in use */
	if (v > max || v == ~0ULL)
		return -ERANGE;
	*val = v;
	return 0;
}

/**
 * parse_u32 - as parse_u64() for 32 bits
 * @word: what was typed
 * @max: largest value allowed
 * @val: result
 *
 * Return: 0, -EINVAL or -ERANGE.
 */
int parse_u32(const char *word, __u32 max, __u32 *val)
{
	__u64 v;
	int err;

	err = parse_u64(word, max, &v);
	if (!err)
		*val = v;
	return err;
}

/**
 * parse_usec - seconds with an optional decimal fraction
 * @word: such as 2, 0.25 or .5; digits beyond the sixth are cut off
 * @max: largest value allowed, in microseconds, below 2^62
 * @usec: result in microseconds
 *
 * Return: 0, -EINVAL or -ERANGE.
 */
int parse_usec(const char *word, __u64 max, __u64 *usec)
{
	__u64 v = 0, unit = 1000000;
	bool digits = false;

	for (; digit_of(*word) < 10; word++, digits = true) {
		v = v * 10 + digit_of(*word) * 1000000ULL;
		if (v > max)
			v = max + 1;
	}
	if (*word == '.')
		for (word++; digit_of(*word) < 10; word++, digits = true) {
			unit /= 10;
			v += digit_of(*word) * unit;
		}
	if (*word || !digits)
		return -EINVAL;
	if (v > max)
		return -ERANGE;
	*usec = v;
	return 0;
}

/*
 * Up to four decimal bytes joined by dots. A leading zero is refused: one
 * reader takes it for octal, the next does not.
 */
static int dotted(const char **word, __be32 *addr)
{
	const char *s = *word;
	unsigned int n, v, len;
	__u32 a = 0;

	for (n = 0; n < 4; n++) {
		if (n) {
			if (*s != '.')
				break;
			s++;
		}
		for (v = 0, len = 0; len < 3 && digit_of(*s) < 10; s++, len++)
			v = v * 10 + digit_of(*s);
		if (!len || v > 255 || (len > 1 && s[-(int)len] == '0'))
			return -EINVAL;
		a |= v << (24 - 8 * n);
	}
	*word = s;
	*addr = htonl(a);
	return n;
}

/**
 * parse_addr - an address: four decimal bytes joined by dots
 * @word: what was typed
 * @addr: result, network byte order
 *
 * Return: 0 or -EINVAL.
 */
int parse_addr(const char *word, __be32 *addr)
{
	__be32 a;

	if (dotted(&word, &a) != 4 || *word)
		return -EINVAL;
	*addr = a;
	return 0;
}

/**
 * prefix_mask - leading ones
 * @len: how many, 0 to 32
 *
 * Return: the mask, network byte order.
 */
__be32 prefix_mask(unsigned int len)
{
	return htonl(len ? ~0U << (32 - len) : 0);
}

/**
 * prefix_covers - does a network hold another one?
 * @p: the network
 * @addr: the other one, network byte order
 * @len: its length in bits, 32 for an address
 */
bool prefix_covers(const struct prefix *p, __be32 addr, unsigned int len)
{
	return len >= p->len && !((addr ^ p->addr) & prefix_mask(p->len));
}

static int parse_plen(const char *word, unsigned int *len)
{
	__be32 mask;
	__u32 n;

	if (!parse_addr(word, &mask)) {
		for (n = 0; n <= 32; n++)
			if (prefix_mask(n) == mask)
				break;
		if (n > 32)
			return -EINVAL;
	} else {
		int err = parse_u32(word, 32, &n);

		if (err)
			return err;
	}
	*len = n;
	return 0;
}

/**
 * parse_prefix - ADDRESS, ADDRESS/LENGTH, ADDRESS/NETMASK or default
 * @word: what was typed; before a length, trailing bytes may be left out
 *	(10/8), and "default", "any" and "all" mean 0.0.0.0/0
 * @p: result; host bits stay, it is the kernel that judges them
 *
 * Return: 0, -EINVAL, or -ERANGE for a length above 32.
 */
int parse_prefix(const char *word, struct prefix *p)
{
	int n;

	p->given = true;
	if (!strcmp(word, "default") || !strcmp(word, "any") ||
	    !strcmp(word, "all")) {
		p->addr = 0;
		p->len = 0;
		return 0;
	}
	n = dotted(&word, &p->addr);
	if (n < 0)
		return n;
	if (*word == '/')
		return parse_plen(word + 1, &p->len);
	if (*word || n != 4)
		return -EINVAL;
	p->len = 32;
	p->given = false;
	return 0;
}

/**
 * parse_mac - six hexadecimal bytes joined by colons
 * @word: what was typed; a byte has one digit or two
 * @mac: result
 *
 * Return: 0 or -EINVAL.
 */
int parse_mac(const char *word, __u8 mac[XIP_ALEN])
{
	unsigned int i, len, v;

	for (i = 0; i < XIP_ALEN; i++) {
		if (i && *word++ != ':')
			return -EINVAL;
		for (v = 0, len = 0; len < 2 && digit_of(*word) < 16;
		     word++, len++)
			v = v * 16 + digit_of(*word);
		if (!len)
			return -EINVAL;
		mac[i] = v;
	}
	return *word ? -EINVAL : 0;
}
