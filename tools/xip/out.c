// SPDX-License-Identifier: GPL-2.0
/*
 * Text and JSON from the same calls.
 *
 * In: a value with its JSON key (NULL in a list) and its text format (NULL for
 * JSON only). Out: stdout in the form that -j, -p, -o and -c chose. Strings
 * come from the kernel and from other people (device names, labels): they are
 * made harmless in both forms. Called by the objects.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "out.h"
#include "xip.h"

#define DEPTH_MAX	16
#define CLEAN_MAX	1024

static struct {
	unsigned int depth;
	bool filled[DEPTH_MAX];	/* has a member, so the next wants a comma */
} js;

/**
 * out_clean - a string that does not play with the terminal
 * @s: any bytes
 *
 * Control characters and DEL become '?'; a string too long is cut.
 *
 * Return: a static copy, good until the fourth next call.
 */
const char *out_clean(const char *s)
{
	static char ring[4][CLEAN_MAX];
	static unsigned int turn;
	char *buf = ring[turn++ % 4];
	size_t i;

	for (i = 0; s[i] && i < CLEAN_MAX - 1; i++) {
		unsigned char c = s[i];

		buf[i] = c < 0x20 || c == 0x7f ? '?' : c;
	}
	buf[i] = '\0';
	return buf;
}

/**
 * out_utf8_len - length of a character
 * @str: any bytes, not at their end
 *
 * Return: of a well-formed UTF-8 sequence (RFC 3629 section 4), or 0.
 */
unsigned int out_utf8_len(const char *str)
{
	const unsigned char *s = (const unsigned char *)str;
	unsigned int n, i;

	if (s[0] < 0x80)
		return 1;
	n = s[0] >= 0xf0 ? 4 : s[0] >= 0xe0 ? 3 : 2;
	if (s[0] < 0xc2 || s[0] > 0xf4)
		return 0;
	for (i = 1; i < n; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f) ||
	    (s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f))
		return 0;
	return n;
}

static void js_string(const char *str)
{
	const unsigned char *s = (const unsigned char *)str;
	unsigned int n;

	putchar('"');
	for (; *s; s += n) {
		n = out_utf8_len((const char *)s);
		if (*s == '"' || *s == '\\') {
			printf("\\%c", *s);
		} else if (!n || *s < 0x20 || *s == 0x7f) {
			printf("\\u%04x", *s);
			n = 1;
		} else {
			fwrite(s, 1, n, stdout);
		}
	}
	putchar('"');
}

static void js_indent(void)
{
	if (xip_opt.pretty)
		printf("\n%*s", 4 * (int)js.depth, "");
}

/* What stands before every member: comma, new line, key. */
static void js_member(const char *key)
{
	if (js.depth && js.filled[js.depth - 1])
		putchar(',');
	if (js.depth) {
		js.filled[js.depth - 1] = true;
		js_indent();
	}
	if (key) {
		js_string(key);
		fputs(xip_opt.pretty ? ": " : ":", stdout);
	}
}

static void js_down(const char *key, char bracket)
{
	if (!xip_opt.json)
		return;
	js_member(key);
	putchar(bracket);
	if (js.depth < DEPTH_MAX)
		js.filled[js.depth++] = false;
}

static void js_up(char bracket)
{
	bool filled;

	if (!xip_opt.json || !js.depth)
		return;
	filled = js.filled[--js.depth];
	if (filled)
		js_indent();
	putchar(bracket);
	if (!js.depth)
		putchar('\n');
}

/** out_start - begin the list of records that a show prints, if not yet done */
void out_start(void)
{
	if (!js.depth)
		js_down(NULL, '[');
}

/** out_stop - end it */
void out_stop(void)
{
	js_up(']');
}

/**
 * out_open - begin a record or a nested one
 * @key: its key, NULL in a list
 */
void out_open(const char *key)
{
	js_down(key, '{');
}

/** out_close - end the innermost record */
void out_close(void)
{
	js_up('}');
}

/**
 * out_list - begin a nested list
 * @key: its key
 */
void out_list(const char *key)
{
	js_down(key, '[');
}

/** out_list_end - end it */
void out_list_end(void)
{
	js_up(']');
}

/**
 * out_text - print what only the text form has
 * @fmt: printf format of literal text and trusted values
 */
void out_text(const char *fmt, ...)
{
	va_list ap;

	if (xip_opt.json)
		return;
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
}

/** out_newline - new line within a record: a backslash under -o */
void out_newline(void)
{
	out_text(xip_opt.oneline ? "\\" : "\n");
}

/** out_record_end - end of a record's text */
void out_record_end(void)
{
	out_text("\n");
}

/**
 * out_color - a string
 * @color: what it is
 * @key: JSON key, NULL in a list
 * @fmt: text format with one %s, or NULL for JSON only
 * @val: the string
 */
void out_color(enum out_color color, const char *key, const char *fmt,
	       const char *val)
{
	static const char * const codes[] = {
		[OUT_DEV] = "36", [OUT_ADDR] = "35", [OUT_LLADDR] = "33",
		[OUT_GOOD] = "32", [OUT_BAD] = "31",
	};
	char buf[CLEAN_MAX + 16];

	if (xip_opt.json) {
		js_member(key);
		js_string(val);
		return;
	}
	if (!fmt)
		return;
	val = out_clean(val);
	if (xip_opt.color && color != OUT_PLAIN) {
		snprintf(buf, sizeof(buf), "\033[%sm%s\033[0m", codes[color],
			 val);
		val = buf;
	}
	printf(fmt, val);
}

/**
 * out_str - a string without colour
 * @key: JSON key, NULL in a list
 * @fmt: text format with one %s, or NULL for JSON only
 * @val: the string
 */
void out_str(const char *key, const char *fmt, const char *val)
{
	out_color(OUT_PLAIN, key, fmt, val);
}

/**
 * out_addr - an address of the family
 * @key: JSON key, NULL in a list
 * @fmt: text format with one %s, or NULL for JSON only
 * @addr: network byte order
 */
void out_addr(const char *key, const char *fmt, __be32 addr)
{
	char buf[INET_ADDRSTRLEN];

	inet_ntop(AF_INET, &addr, buf, sizeof(buf));
	out_color(OUT_ADDR, key, fmt, buf);
}

/**
 * out_prefix - a network, or an address if the length is that of one
 * @key: JSON key, NULL in a list
 * @fmt: text format with one %s, or NULL for JSON only
 * @addr: network byte order
 * @len: its length in bits
 */
void out_prefix(const char *key, const char *fmt, __be32 addr,
		unsigned int len)
{
	char buf[INET_ADDRSTRLEN + 4];

	inet_ntop(AF_INET, &addr, buf, sizeof(buf));
	if (len != 32)
		snprintf(buf + strlen(buf), 4, "/%u", len % 100);
	out_color(OUT_ADDR, key, fmt, buf);
}

/**
 * out_uint - a number
 * @key: JSON key, NULL in a list
 * @fmt: text format with one %llu, or NULL for JSON only
 * @val: the number
 */
void out_uint(const char *key, const char *fmt, unsigned long long val)
{
	if (xip_opt.json) {
		js_member(key);
		printf("%llu", val);
	} else if (fmt) {
		printf(fmt, val);
	}
}

/**
 * out_ms - a time with three decimals, JSON only
 * @key: JSON key
 * @val: milliseconds
 */
void out_ms(const char *key, double val)
{
	if (!xip_opt.json)
		return;
	js_member(key);
	printf("%.3f", val);
}

/**
 * out_true - something that holds
 * @key: JSON key
 * @text: its text, or NULL for JSON only
 */
void out_true(const char *key, const char *text)
{
	if (xip_opt.json) {
		js_member(key);
		fputs("true", stdout);
	} else if (text) {
		fputs(text, stdout);
	}
}

/**
 * out_finish - did all of it get out?
 *
 * Return: XIP_OK, or XIP_REFUSED with a message.
 */
int out_finish(void)
{
	if (!fflush(stdout) && !ferror(stdout))
		return XIP_OK;
	fprintf(stderr, "Error: cannot write the output: %s\n",
		strerror(errno));
	clearerr(stdout);
	return XIP_REFUSED;
}
