/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * The version of module and tools, which are made from one tree: the module
 * shows it in /sys/module/xinet/version, xip compares it with its own.
 */
#ifndef _UAPI_LINUX_XINET_VERSION_H
#define _UAPI_LINUX_XINET_VERSION_H

#define XINET_VERSION	"0.1"

#endif /* _UAPI_LINUX_XINET_VERSION_H */
