/* SPDX-License-Identifier: GPL-2.0 */
/* Text and JSON from the same calls. */
#ifndef XIP_OUT_H
#define XIP_OUT_H

#include <linux/types.h>
#include <stdbool.h>

#include "util.h"

/**
 * enum out_color - what a value is, for -c
 * @OUT_PLAIN: no colour
 * @OUT_DEV: device name
 * @OUT_ADDR: address of the family
 * @OUT_LLADDR: link-layer address
 * @OUT_GOOD: a state that works
 * @OUT_BAD: a state that does not
 */
enum out_color {
	OUT_PLAIN,
	OUT_DEV,
	OUT_ADDR,
	OUT_LLADDR,
	OUT_GOOD,
	OUT_BAD,
};

const char *out_clean(const char *s);
unsigned int out_utf8_len(const char *str);

void out_start(void);
void out_stop(void);
void out_open(const char *key);
void out_close(void);
void out_list(const char *key);
void out_list_end(void);

void out_text(const char *fmt, ...) __printf(1, 2);
void out_newline(void);
void out_record_end(void);
void out_str(const char *key, const char *fmt, const char *val);
void out_color(enum out_color color, const char *key, const char *fmt,
	       const char *val);
void out_addr(const char *key, const char *fmt, __be32 addr);
void out_prefix(const char *key, const char *fmt, __be32 addr,
		unsigned int len);
void out_uint(const char *key, const char *fmt, unsigned long long val);
void out_ms(const char *key, double val);
void out_true(const char *key, const char *text);

int out_finish(void);

#endif /* XIP_OUT_H */
