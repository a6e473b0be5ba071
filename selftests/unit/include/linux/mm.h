/* SPDX-License-Identifier: GPL-2.0 */
/* In userspace the test's shim header says what this one would. */
#ifndef UNIT_LINUX_MM_H
#define UNIT_LINUX_MM_H
#endif
