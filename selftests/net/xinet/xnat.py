# SPDX-License-Identifier: GPL-2.0
"""A gateway that translates, with a wire on each side that is the test.

	          +------------ gateway ------------+
	tap t0 ──┤ 10.9.0.1/24         10.9.1.1/24 ├── tap t1, MTU 1500
	10.9.0.2 |                     10.9.1.11/24 |   10.9.1.2
	10.20/16 |                                  |   10.40/16 via 10.9.1.2
	         |      10.50/16 via 10.9.1.77: dead|
	veth c0 ──┤ 10.1.0.1/24    10.60/16 via t2   ├── tap t2, MTU 600
	10.1.0.2 +---------------------------------+   10.9.2.2


Every packet that leaves is checked whole: both ends, all checksums, data.
Each check takes ports of its own, so that none meets another's connection.
"""
import itertools
import socket
import struct
from collections import namedtuple
from types import SimpleNamespace

from xlab import Delta, Ns, equal, veth
from xwire import HOST, PEER, Tap, calm
from xinet_scapy import XICMP, XIP, XUDP, inet_checksum, pseudo_header

GATE, SPARE, FAR = "10.9.1.1", "10.9.1.11", "10.9.1.2"
VIP, POOL = "10.70.0.1", ("10.40.0.10", "10.40.0.13")
UDP, TCP, ICMP = 17, 6, 1
NAMES = {UDP: "UDP", TCP: "TCP", ICMP: "ICMP"}
PORTS = itertools.count(20000)

Seen = namedtuple("Seen", "src sport dst dport")

# what setup() makes: the gateway ns, its taps, the client host, MACs of the
# veth between those two; rules: what rules() was told last
lab = SimpleNamespace(ns=None, tap=None, far=None, thin=None, host=None,
                      macs=None, rules=None)


def setup():
    """For ktap.run()."""
    lab.ns, lab.host = Ns("gateway"), Ns("client")
    lab.tap = Tap(lab.ns)
    lab.far = Tap(lab.ns, "t1", mac="02:00:00:00:01:01", addr=GATE, peer=FAR,
                  peer_mac="02:00:00:00:01:02")
    lab.thin = Tap(lab.ns, "t2", mac="02:00:00:00:02:01", addr="10.9.2.1",
                   peer="10.9.2.2", peer_mac="02:00:00:00:02:02")
    lab.ns.ip("link set t2 mtu 600")
    lab.macs = veth(lab.host, "c0", lab.ns, "r0")
    lab.host.xip("addr add 10.1.0.2/24 dev c0",
                 "route add default via 10.1.0.1")
    lab.ns.xip("addr add 10.1.0.1/24 dev r0",
               "addr add %s/24 dev t1" % SPARE,
               "route add 10.20.0.0/16 via " + PEER,
               "route add 10.40.0.0/16 via " + FAR,
               "route add 10.50.0.0/16 via 10.9.1.77",
               "route add 10.60.0.0/16 via 10.9.2.2",
               "route add 10.70.0.0/16 via " + FAR)
    lab.ns.sysctl(forwarding=1)
    calm(lab.ns)


def rules(*lines):
    """Exactly these rules of NAT."""
    if lines != lab.rules:
        lab.ns.xip("nat flush", *("nat add " + line for line in lines))
    lab.rules = lines


def sealed(raw, at, head=b""):
    """Bytes with their checksum, which covers @head too, in its place."""
    return raw[:at] + struct.pack("!H", inet_checksum(head + raw)) + \
        raw[at + 2:]


def xip(src, dst, proto, body, ttl=64, ident=0, flags=0, frag=0):
    """An XIP packet; by hand, since scapy takes its time for hundreds."""
    return sealed(struct.pack("!BBHHHBBH4s4s", 0xe5, 0, 20 + len(body), ident,
                              flags << 13 | frag, ttl, proto, 0,
                              socket.inet_aton(src), socket.inet_aton(dst)),
                  10) + body


def packet(proto, seen, data=b"some data", **fields):
    """A packet as bytes, from its ends."""
    if proto == ICMP:
        body = sealed(struct.pack("!BBHHH", seen.dport, 0, 0, seen.sport, 1) +
                      data, 2)
        return xip(seen.src, seen.dst, proto, body, **fields)
    if proto == UDP:
        body, at = struct.pack("!HHHH", seen.sport, seen.dport, 8 + len(data),
                               0) + data, 6
    else:
        body, at = struct.pack("!HHIIBBHHH", seen.sport, seen.dport, 1, 0,
                               0x50, 2, 8192, 0, 0) + data, 16
    body = sealed(body, at, pseudo_header(
        socket.inet_aton(seen.src), socket.inet_aton(seen.dst), proto,
        len(body)))
    if proto == UDP and body[6:8] == b"\0\0":
        body = body[:6] + b"\xff\xff" + body[8:]
    return xip(seen.src, seen.dst, proto, body, **fields)


def unsummed(raw):
    """A packet of UDP without a checksum (RFC 768)."""
    return raw[:26] + b"\0\0" + raw[28:]


def ends(raw):
    """Both ends of a packet given as bytes."""
    size = (raw[0] & 15) * 4
    src, dst = (socket.inet_ntoa(raw[n:n + 4]) for n in (12, 16))
    if raw[9] == ICMP:
        sport, dport = struct.unpack_from("!H", raw, size + 4)[0], raw[size]
    else:
        sport, dport = struct.unpack_from("!HH", raw, size)
    return Seen(src, sport, dst, dport)


def sums_right(raw, what="packet"):
    """Header and transport checksum of a whole packet hold."""
    size = (raw[0] & 15) * 4
    equal(inet_checksum(raw[:size]), 0, what + ": header checksum")
    if raw[9] == UDP and raw[size + 6:size + 8] == b"\0\0":
        return
    head = b"" if raw[9] == ICMP else \
        pseudo_header(raw[12:16], raw[16:20], raw[9], len(raw) - size)
    equal(inet_checksum(head + raw[size:]), 0, what + ": checksum")


def cut(raw, *offsets):
    """A packet as fragments that begin there, in bytes behind the header."""
    src, dst = (socket.inet_ntoa(raw[n:n + 4]) for n in (12, 16))
    body = raw[20:]
    return [xip(src, dst, raw[9], body[start:end], ident=77,
                flags=int(end < len(body)), frag=start // 8)
            for start, end in zip(offsets, offsets[1:] + (len(body),))]


def joined(parts):
    """The packet that fragments make, each of which is checked."""
    equal(len(parts) > 1, True, "fragments")
    for part in parts:
        equal(inet_checksum(part[:20]), 0, "header checksum")
        equal(part[12:20], parts[0][12:20], "ends")
        equal(part[4:6], parts[0][4:6], "identification")
    src, dst = (socket.inet_ntoa(parts[0][n:n + 4]) for n in (12, 16))
    raw = xip(src, dst, parts[0][9], b"".join(part[20:] for part in sorted(
        parts, key=lambda p: struct.unpack_from("!H", p, 6)[0] & 0x1fff)))
    sums_right(raw, "the whole")
    return raw


def data_of(raw):
    size = (raw[0] & 15) * 4
    if raw[9] == TCP:
        return raw[size + 20:]
    return raw[size + 8:]


def left(where):
    """All packets that left by a tap, as bytes."""
    frames = iter(where.read, None)
    return [frame[14:] for frame in frames if frame[12:14] == b"\x88\xb5"]


def leaves(where, *others):
    """The one packet that left by a tap, as bytes; nothing by the others."""
    for other in others:
        equal(left(other), [], "by " + other.dev)
    found = left(where)
    equal(len(found), 1, "packets that left by " + where.dev)
    return found[0]


def enter(where, raw):
    """A packet comes in by a tap."""
    where.send(bytes.fromhex((where.mac + where.peer_mac).replace(":", "")) +
               b"\x88\xb5" + raw)


def pass_on(proto, seen, out=None, come=None, **words):
    """Both ends of what leaves for a packet that comes in, checked whole."""
    raw = packet(proto, seen, **words)
    enter(come or lab.tap, raw)
    got = leaves(out or lab.far)
    sums_right(got)
    equal(data_of(got), data_of(raw), "data")
    return ends(got)


def answer(proto, seen):
    """The ends of an answer."""
    if proto == ICMP:
        return Seen(seen.dst, seen.sport, seen.src, 0)
    return Seen(seen.dst, seen.dport, seen.src, seen.sport)


def flow(proto=UDP, src=PEER, dst=FAR, sport=None, dport=7):
    return Seen(src, sport or next(PORTS), dst, 8 if proto == ICMP else dport)


def both_ways(proto, seen, out=None, come=None):
    """Out, and the answer back: the ends out there."""
    there = pass_on(proto, seen, out, come)
    back = pass_on(proto, answer(proto, there), come or lab.tap,
                   out or lab.far)
    equal(back, answer(proto, seen), "the answer inside")
    again = pass_on(proto, seen, out, come)
    equal(again, there, "the second packet")
    return there


def nothing(raw, cause, come=None):
    """A packet that comes in ends, for a cause, and nobody hears of it."""
    delta = Delta(lab.ns)
    enter(come or lab.tap, raw)
    equal([left(t) for t in (lab.tap, lab.far, lab.thin)], [[], [], []],
          "packets")
    equal(delta.drops(), {cause: 1} if cause else {}, "drop counters")


NAMES = {UDP: "UDP", TCP: "TCP", ICMP: "ICMP"}


def clients(n):
    return ["10.20.0.%d" % i for i in range(1, n + 1)]


def error(about, src, kind=3, code=1, size=None, to=None):
    """An ICMP error about a packet, as bytes."""
    quote = about[:size] if size else about
    return xip(src, to or ends(about).src, ICMP,
               sealed(bytes([kind, code]) + bytes(6) + quote, 2))


def scapy_agrees(raw, what, whole=True):
    """Fail unless scapy computes the same sums; @raw may end early."""
    layer = XIP(raw)
    layer.chksum = None
    for kind in (XUDP, XICMP) if whole else ():
        if kind in layer and layer[kind].chksum:
            layer[kind].chksum = None
    equal(bytes(layer), raw, what + " as scapy has it")


def optioned(raw):
    """The packet with four bytes of options, and so a header of 24."""
    return sealed(b"\xe6" + raw[1:2] + struct.pack("!H", len(raw) + 4) +
                  raw[4:10] + b"\0\0" + raw[12:20] + b"\1\1\1\0", 10) + \
        raw[20:]


def error_right(raw, src, dst, quote, size=None):
    """
    An error from @src to @dst that quotes the first @size bytes of @quote, all
    of them as they were sent, but for the TTL and the sum over it.
    """
    sums_right(raw, "error")
    scapy_agrees(raw, "error")
    equal((socket.inet_ntoa(raw[12:16]), socket.inet_ntoa(raw[16:20])),
          (src, dst), "ends of the error")
    inner = raw[28:]
    if not size:
        sums_right(inner, "quote")
    scapy_agrees(inner, "quote", not size)
    equal(inet_checksum(inner[:inner[0] % 16 * 4]), 0,
          "quoted header checksum")
    equal(ends(inner), ends(quote), "quoted ends")
    equal(inner[:8] + inner[9:10] + inner[12:],
          (quote[:8] + quote[9:10] + quote[12:])[:size and size - 3],
          "quoted bytes")
