// SPDX-License-Identifier: GPL-2.0
/* What a cause of a drop means, and what to do about it. */
#include <string.h>

#include "trace.h"
#include "util.h"

static const struct {
	const char *reason;
	const char *advice;
} tr_advices[] = {
	{ "OtherHost",
	  "The frame was for another host; is a MAC address stale." },
	{ "BadVersion",
	  "Not XIP: version 14 is expected. Who sends this EtherType?" },
	{ "HeaderChecksum",
	  "The header was damaged, or rewritten without its checksum." },
	{ "Truncated",
	  "The frame is shorter than the packet says; look at the link's MTU." },
	{ "SourceRoute",
	  "Source routes are never taken; leave the option out." },
	{ "BadFragment",
	  "Offset, length and flags of this fragment cannot be; look at the sender." },
	{ "FragTimeout",
	  "Fragments of the datagram never came; look for loss before this host." },
	{ "FragMemory",
	  "Too many fragments wait; raise net.xinet.frag_high_thresh." },
	{ "MartianSource",
	  "That source cannot come from there: doubled or forged." },
	{ "MartianDestination",
	  "No such destination can come from a link." },
	{ "RpFilter",
	  "The way back leads elsewhere; add a route, or see rp_filter in \"xip link\"." },
	{ "NoRouteIn",
	  "This router has no route to the destination; see \"xip route get\"." },
	{ "NoRouteOut",
	  "This host has no route to the destination; see \"xip route get\"." },
	{ "Blackhole",
	  "A blackhole route matches; see \"xip route show\"." },
	{ "Unreachable",
	  "An unreachable route matches; see \"xip route show\"." },
	{ "Prohibit",
	  "A prohibit route matches; see \"xip route show\"." },
	{ "NotForwarding",
	  "No router here; set net.xinet.forwarding to 1, or see \"xip link\" of the device." },
	{ "MulticastNotJoined",
	  "No socket of this host has joined the group on that device." },
	{ "TtlExceeded",
	  "The TTL is used up: a loop of routes, or too small a TTL." },
	{ "FragNeeded",
	  "Too large for the next link, and not to be cut; ICMP tells the sender." },
	{ "Hook",
	  "A hook function of a module dropped it; the line of the hook names it." },
	{ "ConntrackFull",
	  "No room for another connection; raise net.xinet.nf_conntrack_max." },
	{ "FilterInput",
	  "A rule or the policy drops it; see \"xip filter show\"." },
	{ "FilterForward",
	  "A rule or the policy drops it; see \"xip filter show\"." },
	{ "FilterOutput",
	  "A rule or the policy drops it; see \"xip filter show\"." },
	{ "FilterReject",
	  "A rule rejects it; see \"xip filter show\"." },
	{ "NatExhausted",
	  "No port is left to translate to; widen the rule's range." },
	{ "NatNoAddress",
	  "The device to masquerade by has no address; see \"xip addr show\"." },
	{ "NatDeviceChanged",
	  "The route left the device whose address the connection has." },
	{ "NeighFailed",
	  "The next hop does not answer; see \"xip neigh show\" and the cable." },
	{ "NeighQueueFull",
	  "Too much waits for the next hop's answer; does it answer at all?" },
	{ "DeviceDown",
	  "The device is down; ip link set DEV up." },
	{ "NoProtocol",
	  "Nobody on that host handles the protocol." },
	{ "NoSocket",
	  "No program on that host listens at that address and port." },
	{ "UdpChecksum",
	  "The data was damaged, or rewritten without its checksum." },
	{ "UdpLength",
	  "The UDP header's length does not fit the packet; look at the sender." },
	{ "RcvBuf",
	  "The program reads too slowly; raise SO_RCVBUF, or have it read." },
	{ "RcvMem",
	  "All receive buffers hold too much; which program does not read?" },
	{ "SocketFilter",
	  "A filter on the socket (SO_ATTACH_FILTER) refuses it." },
	{ "Extension",
	  "A module's protocol refuses it; the function named is that module's." },
};

/**
 * tr_advice - what a cause means and what to do about it
 * @reason: the cause as /proc/net/xinet/snmp names it
 *
 * Return: one line.
 */
const char *tr_advice(const char *reason)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(tr_advices); i++)
		if (!strcmp(tr_advices[i].reason, reason))
			return tr_advices[i].advice;
	return "See this cause in Documentation/networking/xinet/counters.rst.";
}
