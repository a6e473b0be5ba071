/* SPDX-License-Identifier: GPL-2.0 */
/* In userspace a packet is only a name: pure code never looks inside. */
#ifndef UNIT_LINUX_SKBUFF_H
#define UNIT_LINUX_SKBUFF_H

struct sk_buff;

#endif
