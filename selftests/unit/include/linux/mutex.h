/* SPDX-License-Identifier: GPL-2.0 */
/* In userspace one thread has all to itself. */
#ifndef UNIT_LINUX_MUTEX_H
#define UNIT_LINUX_MUTEX_H

struct mutex { char unused; };

#endif
