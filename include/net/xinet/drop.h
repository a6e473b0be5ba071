/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Why a packet ended: one cause, one counter, one core drop reason.
 *
 * The list below is the only place that names a cause. The enum, the columns
 * of the "Xinet:" line in /proc/net/xinet/snmp and the core's drop reason all
 * come from it.
 */
#ifndef _NET_XINET_DROP_H
#define _NET_XINET_DROP_H

#include <linux/skbuff.h>

struct xinet_net;

/* X(enum suffix, column in "Xinet:", core reason without its prefix) */
#define XINET_DROP_CAUSES(X)						\
	/* link to xip_rcv */						\
	X(OTHERHOST,		OtherHost,		OTHERHOST)	\
	X(TOO_SMALL,		TooSmall,		PKT_TOO_SMALL)	\
	X(BAD_VERSION,		BadVersion,		IP_INHDR)	\
	X(BAD_IHL,		BadHeaderLength,	IP_INHDR)	\
	X(BAD_LENGTH,		BadTotalLength,		IP_INHDR)	\
	X(TRUNCATED,		Truncated,		PKT_TOO_SMALL)	\
	X(HDR_CSUM,		HeaderChecksum,		IP_CSUM)	\
	X(BAD_OPTIONS,		BadOptions,		IP_INHDR)	\
	X(SOURCE_ROUTE,		SourceRoute,		IP_INHDR)	\
	X(BAD_FRAGMENT,		BadFragment,		IP_INHDR)	\
	X(FRAG_DUP,		FragDuplicate,		NOT_SPECIFIED)	\
	X(FRAG_OVERLAP,		FragOverlap,		NOT_SPECIFIED)	\
	X(FRAG_LENGTH,		FragLength,		NOT_SPECIFIED)	\
	X(FRAG_ECN,		FragEcn,		NOT_SPECIFIED)	\
	X(FRAG_FULL,		FragMemory,		NOMEM)		\
	X(FRAG_TIMEOUT,		FragTimeout,		NOT_SPECIFIED)	\
	X(LYING_GSO,		GsoMetadata,		NOT_SPECIFIED)	\
	X(LYING_CSUM,		CsumMetadata,		NOT_SPECIFIED)	\
	/* route */							\
	X(MARTIAN_SOURCE,	MartianSource,		IP_INADDRERRORS)\
	X(MARTIAN_DEST,		MartianDestination,	IP_INADDRERRORS)\
	X(RP_FILTER,		RpFilter,		IP_RPFILTER)	\
	X(L2_BROADCAST,		UnicastInL2Broadcast,			\
	  UNICAST_IN_L2_MULTICAST)					\
	X(NO_ROUTE_IN,		NoRouteIn,		IP_INNOROUTES)	\
	X(NO_ROUTE_OUT,		NoRouteOut,		IP_OUTNOROUTES)	\
	X(BLACKHOLE,		Blackhole,		IP_INNOROUTES)	\
	X(UNREACHABLE,		Unreachable,		IP_INNOROUTES)	\
	X(PROHIBIT,		Prohibit,		IP_INNOROUTES)	\
	X(NOT_FORWARDING,	NotForwarding,		IP_INADDRERRORS)\
	X(NOT_JOINED,		MulticastNotJoined,	IP_INADDRERRORS)\
	/* forward and output */					\
	X(TTL_EXCEEDED,		TtlExceeded,		IP_INHDR)	\
	X(FRAG_NEEDED,		FragNeeded,		PKT_TOO_BIG)	\
	X(FRAG_FAILED,		FragFailed,		PKT_TOO_BIG)	\
	X(MCAST_TTL,		MulticastTtl,		NOT_SPECIFIED)	\
	X(HOOK,			Hook,			NETFILTER_DROP)	\
	X(HOOK_QUEUE,		HookQueue,		NETFILTER_DROP)	\
	X(HOOK_ERROR,		HookError,		NETFILTER_DROP)	\
	X(CT_FULL,		ConntrackFull,		NETFILTER_DROP)	\
	X(CT_CLASH,		ConntrackClash,		NETFILTER_DROP)	\
	X(FILTER_INPUT,		FilterInput,		NETFILTER_DROP)	\
	X(FILTER_FORWARD,	FilterForward,		NETFILTER_DROP)	\
	X(FILTER_OUTPUT,	FilterOutput,		NETFILTER_DROP)	\
	X(FILTER_REJECT,	FilterReject,		NETFILTER_DROP)	\
	X(DEV_DOWN,		DeviceDown,		NOT_SPECIFIED)	\
	X(NO_MEMORY,		NoMemory,		NOMEM)		\
	/* translation */						\
	X(NAT_EXHAUSTED,	NatExhausted,		NETFILTER_DROP)	\
	X(NAT_NO_ADDRESS,	NatNoAddress,		NETFILTER_DROP)	\
	X(NAT_DEVICE,		NatDeviceChanged,	NETFILTER_DROP)	\
	/* neighbours */						\
	X(NEIGH_CREATE,		NeighCreateFailed,	NEIGH_CREATEFAIL)\
	X(NEIGH_FAILED,		NeighFailed,		NEIGH_FAILED)	\
	X(NEIGH_QUEUE_FULL,	NeighQueueFull,		NEIGH_QUEUEFULL)\
	X(NEIGH_DEAD,		NeighDead,		NEIGH_DEAD)	\
	X(NEIGH_HEADER,		NeighHeader,		NOT_SPECIFIED)	\
	X(XARP_MALFORMED,	XarpMalformed,		NOT_SPECIFIED)	\
	X(XARP_IGNORED,		XarpIgnored,		NOT_SPECIFIED)	\
	X(XARP_CONFLICT,	XarpConflict,		NOT_SPECIFIED)	\
	/* transports */						\
	X(NO_PROTOCOL,		NoProtocol,		IP_NOPROTO)	\
	X(UDP_SHORT,		UdpShort,		PKT_TOO_SMALL)	\
	X(UDP_LENGTH,		UdpLength,		PKT_TOO_SMALL)	\
	X(UDP_CSUM,		UdpChecksum,		UDP_CSUM)	\
	X(NO_SOCKET,		NoSocket,		NO_SOCKET)	\
	X(RCVBUF,		RcvBuf,			SOCKET_RCVBUFF)	\
	X(RCVMEM,		RcvMem,			PROTO_MEM)	\
	X(SOCKET_FILTER,	SocketFilter,		SOCKET_FILTER)	\
	X(ICMP_SHORT,		IcmpShort,		PKT_TOO_SMALL)	\
	X(ICMP_CSUM,		IcmpChecksum,		ICMP_CSUM)	\
	X(ICMP_TYPE,		IcmpType,		INVALID_PROTO)	\
	X(ICMP_QUOTE,		IcmpQuote,		PKT_TOO_SMALL)	\
	X(ICMP_IGNORED,		IcmpIgnored,		NOT_SPECIFIED)	\
	X(ICMP_PMTU,		IcmpImplausibleMtu,	NOT_SPECIFIED)	\
	/* what modules add */						\
	X(EXTENSION,		Extension,		NOT_SPECIFIED)

/* Why a packet ended. XINET_DROP_NONE, "not dropped", is never counted. */
enum xinet_drop {
	XINET_DROP_NONE,
#define X(cause, column, reason) XINET_DROP_##cause,
	XINET_DROP_CAUSES(X)
#undef X
	XINET_DROP_MAX,
};

void xinet_drop_at(struct xinet_net *xn, struct sk_buff *skb,
		   enum xinet_drop why, const char *func);
void xinet_drop_count_at(struct xinet_net *xn, enum xinet_drop why,
			 const char *func);

/* Who drops is told to who traces; a return address would name its caller. */
#define xinet_drop(xn, skb, why)	xinet_drop_at(xn, skb, why, __func__)
#define xinet_drop_count(xn, why)	xinet_drop_count_at(xn, why, __func__)

enum xinet_drop xinet_drop_from_errno(int err);

#endif /* _NET_XINET_DROP_H */
