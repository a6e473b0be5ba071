/* SPDX-License-Identifier: GPL-2.0 */
/* IP_MTU_DISCOVER: what its modes mean (ip(7)). */
#ifndef _XINET_SOCKET_PMTU_H
#define _XINET_SOCKET_PMTU_H

#ifdef __KERNEL__
#include <linux/in.h>
#include <linux/types.h>
#endif

/* Sends by what was learnt of the path? Else by the device's MTU alone. */
static inline bool xpmtu_mode_uses(u8 mode)
{
	return mode < IP_PMTUDISC_PROBE;
}

/* Lets messages teach it? The others could be fooled by forged ones. */
static inline bool xpmtu_mode_learns(u8 mode)
{
	return mode != IP_PMTUDISC_INTERFACE && mode != IP_PMTUDISC_OMIT;
}

/* May this host fragment what is too big? Else that is EMSGSIZE. */
static inline bool xpmtu_mode_fragments(u8 mode)
{
	return mode < IP_PMTUDISC_DO || mode == IP_PMTUDISC_OMIT;
}

/*
 * Is DF set in a datagram that is sent? @fits: it fits the path's MTU. @locked:
 * that MTU is not to be discovered.
 */
static inline bool xpmtu_mode_df(u8 mode, bool fits, bool locked)
{
	switch (mode) {
	case IP_PMTUDISC_DO:
	case IP_PMTUDISC_PROBE:
		return true;
	case IP_PMTUDISC_WANT:
		return fits && !locked;
	default:
		return false;
	}
}

#endif /* _XINET_SOCKET_PMTU_H */
