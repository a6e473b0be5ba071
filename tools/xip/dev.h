/* SPDX-License-Identifier: GPL-2.0 */
/* Devices by name and by index. */
#ifndef XIP_DEV_H
#define XIP_DEV_H

#include <stdbool.h>

unsigned int dev_index(const char *name);
const char *dev_name(unsigned int ifindex);
bool dev_is_down(unsigned int ifindex);
unsigned int dev_mtu(unsigned int ifindex);
void dev_forget(void);

#endif /* XIP_DEV_H */
