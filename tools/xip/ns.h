/* SPDX-License-Identifier: GPL-2.0 */
/* Network namespaces by name. */
#ifndef XIP_NS_H
#define XIP_NS_H

int ns_enter(const char *name);
unsigned long long ns_inode(void);

#endif /* XIP_NS_H */
