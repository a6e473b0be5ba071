/* SPDX-License-Identifier: GPL-2.0 */
/* Are xip and the module of one make? */
#ifndef XIP_VERSION_H
#define XIP_VERSION_H

void version_check(void);

#endif /* XIP_VERSION_H */
