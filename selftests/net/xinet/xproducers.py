# SPDX-License-Identifier: GPL-2.0
"""All the ways to provoke an ICMP error without time passing.

	         +------------- router --------------+
	tap t0 ──┤ 10.9.0.1/24           10.9.1.1/24 ├── tap t1, MTU 600
	10.9.0.2 |        10.8.0.1/24 on d0          |   10.9.1.2
	         | 240.0.0.0/4 via 10.9.0.2          |
	         | unreachable 172.17/16             |
	         | prohibit 172.18/16                |
	         | forwarding = 1, no default route  |
	         +-----------------------------------+

"""
from xlab import Ns, equal
from xwire import HOST, PEER, XICMP, XIP, XUDP, Tap, calm
from xinet_scapy import inet_checksum, option

tap = None
FAR = "10.9.1.2"


def setup():
    """Make the router; its namespace and the ends of its two wires."""
    global tap
    ns = Ns("router")
    ns.ip("link add d0 type dummy", "link set d0 up")
    ns.xip("addr add 10.8.0.1/24 dev d0")
    tap = Tap(ns)
    far = Tap.second(ns, addr="10.9.1.1", peer=FAR)
    ns.ip("link set t1 mtu 600")
    ns.xip("route add 240.0.0.0/4 via " + PEER,
           "route add unreachable 172.17.0.0/16",
           "route add prohibit 172.18.0.0/16")
    calm(ns)
    ns.sysctl(forwarding=1)
    return ns, tap, far


def datagram(**fields):
    """A datagram to a port where nobody listens, or what the fields say."""
    payload = fields.pop("payload", None)
    if payload is None:
        payload = XUDP(sport=4000, dport=9) / b"about this"
    return tap.xip(**{"proto": 17, **fields}) / payload


def port(**fields):
    """To a port where nobody listens."""
    return datagram(**fields)


def protocol(**fields):
    """Of a protocol nobody knows."""
    return datagram(**{"payload": b"protocol 99", **fields, "proto": 99})


def ttl(**fields):
    """Through the router with its last breath."""
    return datagram(**{"dst": FAR, "ttl": 1, **fields})


def too_big(**fields):
    """Too large for the second link, and not to be fragmented."""
    frame = datagram(**{"dst": FAR, "flags": 2, **fields})
    return frame / (b"b" * 800)


def option_fault(**fields):
    """With an option whose length cannot be."""
    return datagram(**{"options": option(148, 0), **fields})


def no_route(**fields):
    """To a network nobody knows."""
    return datagram(**{"dst": "172.16.0.1", **fields})


def unreachable(**fields):
    """To a network with a route of that type."""
    return datagram(**{"dst": "172.17.0.1", **fields})


def prohibited(**fields):
    """To a network with a route of that type."""
    return datagram(**{"dst": "172.18.0.1", **fields})


# name, producer, type, code, second word
PRODUCERS = [
    ("port unreachable", port, 3, 3, 0),
    ("protocol unreachable", protocol, 3, 2, 0),
    ("time exceeded", ttl, 11, 0, 0),
    ("fragmentation needed", too_big, 3, 4, 600),
    ("parameter problem", option_fault, 12, 0, 21 << 24),
    ("network unreachable", no_route, 3, 0, 0),
    ("host unreachable", unreachable, 3, 1, 0),
    ("administratively prohibited", prohibited, 3, 13, 0),
]


def error_about(frame, kind, code, word, source=HOST):
    """Exactly one error comes back for the frame; it is well made."""
    replies = tap.exchange(frame)
    equal(len(replies), 1, "answers")
    reply = replies[0]
    icmp, head = reply[XICMP], reply[XIP]
    equal((icmp.type, icmp.code), (kind, code), "type and code")
    equal(int.from_bytes(icmp.rest, "big"), word, "second word")
    equal((head.src, head.dst, reply.dst), (source, frame[XIP].src,
                                            tap.peer_mac), "addresses")
    equal((head.version, head.ttl), (14, 64), "version, TTL")
    equal(inet_checksum(bytes(head)[:20]), 0, "header checksum")
    equal(inet_checksum(bytes(icmp)), 0, "ICMP checksum")
    return bytes(icmp.payload)
