/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * AF_XINET: what programs include to open sockets of the family.
 *
 * The addresses, options and error codes are those of AF_INET; a program is
 * ported by changing its family and its sockaddr type.
 */
#ifndef _UAPI_LINUX_XINET_H
#define _UAPI_LINUX_XINET_H

#include <linux/types.h>
#include <linux/socket.h>
#ifdef __KERNEL__
#include <linux/in.h>
#else
#include <netinet/in.h>
#endif

#define AF_XINET	19	/* the retired ECONET number */
#define PF_XINET	AF_XINET

#define ETH_P_XIP	0x88B5	/* XIP packets: IEEE local experimental 1 */
#define ETH_P_XARP	0x88B6	/* XARP packets: IEEE local experimental 2 */

#define XIP_VERSION	14	/* version nibble of every XIP header */

/**
 * struct sockaddr_xin - an AF_XINET socket address
 * @sxin_family: AF_XINET
 * @sxin_port: port, network byte order
 * @sxin_addr: address, network byte order
 * @sxin_zero: padding to the size of struct sockaddr, ignored
 *
 * Byte for byte the layout of struct sockaddr_in.
 */
struct sockaddr_xin {
	__kernel_sa_family_t	sxin_family;
	__be16			sxin_port;
	struct in_addr		sxin_addr;
	__u8			sxin_zero[8];
};

/*
 * SOL_IP option, int: addresses handed out on the socket say AF_INET, and
 * bind, connect, sendto and sendmsg take an AF_INET sockaddr as well.
 */
#define XIP_REPORT_INET	19000

#endif /* _UAPI_LINUX_XINET_H */
