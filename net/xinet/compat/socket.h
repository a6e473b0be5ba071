/* SPDX-License-Identifier: GPL-2.0 */
/* struct proto_ops: older kernels want a sendpage that falls back to sendmsg. */
#ifndef _XINET_COMPAT_SOCKET_H
#define _XINET_COMPAT_SOCKET_H

#include <net/sock.h>

#ifdef XINET_HAVE_PROTO_OPS_SENDPAGE
#define XINET_PROTO_OPS_SENDPAGE .sendpage = sock_no_sendpage,
#else
#define XINET_PROTO_OPS_SENDPAGE
#endif

#endif /* _XINET_COMPAT_SOCKET_H */
