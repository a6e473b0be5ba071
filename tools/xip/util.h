/* SPDX-License-Identifier: GPL-2.0 */
/* The kernel's short names for what userspace headers do not define. */
#ifndef XIP_UTIL_H
#define XIP_UTIL_H

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

#ifndef __aligned
#define __aligned(n)	__attribute__((__aligned__(n)))
#endif
#ifndef __printf
#define __printf(f, v)	__attribute__((__format__(printf, f, v)))
#endif

#endif /* XIP_UTIL_H */
