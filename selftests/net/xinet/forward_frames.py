#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0
"""What a router does to a packet, byte by byte; and what it must not send on.

	         +------------- router --------------+
	tap t0 ──┤ 10.9.0.1/24           10.9.1.1/24 ├── tap t1, MTU 600
	10.9.0.2 |         10.40.0.0/16 via 10.9.1.2 |   10.9.1.2
	         |             blackhole 172.19.0.0/16 |
	         +-----------------------------------+
"""
import struct

import ktap
from ktap import check, rows
from xlab import Delta, Ns, equal, need, until
from xwire import (BCAST_MAC, HOST, PEER, XICMP, XIP, XUDP, Ether, Tap, calm,
                   drops)
from xinet_scapy import inet_checksum, option

ns = tap = far = None
FAR, FAR_MAC, OUT_MAC = "10.9.1.2", "02:00:00:00:01:02", "02:00:00:00:01:01"


def setup():
    global ns, tap, far
    ns = Ns("router")
    tap = Tap(ns)
    far = Tap(ns, dev="t1", mac=OUT_MAC, addr="10.9.1.1", peer=FAR,
              peer_mac=FAR_MAC)
    ns.ip("link set t1 mtu 600")
    ns.xip("route add 10.40.0.0/16 via " + FAR,
           "route add blackhole 172.19.0.0/16")
    calm(ns)
    ns.sysctl(forwarding=1)


def sent_on(*frames):
    """Frames that leave at the far side; nothing may come back."""
    equal([f.summary() for f in tap.exchange(*frames)], [], "answers")
    found = []
    while True:
        frame = far.read()
        if frame is None:
            return found
        if frame[12:14] == b"\x88\xb5":
            found.append(frame)


def aged(frame):
    """What must leave: TTL one less, checksum right, other MACs, no more."""
    packet = bytearray(bytes(frame)[14:])
    packet[8] -= 1
    packet[10:12] = b"\0\0"
    size = (packet[0] & 15) * 4
    packet[10:12] = struct.pack("!H", inet_checksum(bytes(packet[:size])))
    return bytes(Ether(dst=FAR_MAC, src=OUT_MAC, type=0x88b5)) + bytes(packet)


def datagram(**fields):
    data = fields.pop("data", b"forward me")
    fields.setdefault("dst", FAR)
    return tap.udp(data, **fields)


def unchanged(*frames):
    equal(sent_on(*frames), [aged(frame) for frame in frames], "frames")


# --- what changes ----------------------------------------------------------------------

@check("TTL and header checksum change, nothing else does")
def ttl_and_checksum():
    delta = Delta(ns)
    unchanged(datagram(), datagram(tos=0xb9, id=0xabcd, flags=2),
              datagram(flags=4), datagram(data=b""))
    equal(delta.get("Ip.ForwDatagrams"), 4, "ForwDatagrams")
    equal(delta.drops(), {}, "drop counters")


@rows("TTL %d goes on as one less", [(n, n) for n in (2, 3, 128, 255)])
def ttl(value):
    unchanged(datagram(ttl=value))


@rows("TTL %d does not go on", [(n, n) for n in (0, 1)])
def ttl_over(value):
    delta = Delta(ns)
    replies = tap.exchange(datagram(ttl=value))
    equal([(f[XICMP].type, f[XICMP].code) for f in replies], [(11, 0)],
          "answers")
    equal(far.frames(), [], "frames sent on")
    equal(delta.drops(), {"TtlExceeded": 1}, "drop counters")
    equal(delta.get("Ip.InHdrErrors"), 1, "InHdrErrors")


@check("the checksum stays right wherever its arithmetic carries")
def checksum_carries():
    base = bytearray(bytes(datagram(flags=2)))

    def with_checksum(value):
        """The same packet, its id such that the header has that checksum."""
        base[18:20] = base[24:26] = b"\0\0"
        without = inet_checksum(bytes(base[14:34]))
        base[18:20] = struct.pack("!H", (without - value) % 65535)
        base[24:26] = struct.pack("!H", inet_checksum(bytes(base[14:34])))
        return bytes(base)
    values = [high << 8 | low for high in (0, 1, 2, 0x7f, 0x80, 0xfd, 0xfe,
                                           0xff)
              for low in (0, 1, 0x7f, 0x80, 0xfe, 0xff)]
    frames = [with_checksum(value) for value in values]
    equal({frame[24:26] for frame in frames} >= {b"\xfe\xff", b"\xff\0"}, True,
          "the trick")
    for frame, got in zip(frames, sent_on(*frames), strict=True):
        equal(got, aged(frame), "checksum 0x%s" % frame[24:26].hex())


@check("options go on as they came")
def options():
    unchanged(datagram(options=option(148, 0, 0)),
              datagram(options=b"\1" * 40),
              datagram(options=option(30, 7, 8, 9)))


@check("a router does not look into a transport: bad checksums go on")
def transport():
    bad = datagram()
    bad[XUDP].chksum = 0x1234
    none = datagram()
    none[XUDP].chksum = 0
    short = tap.xip(proto=17, dst=FAR) / b"abc"
    other = tap.xip(proto=99, dst=FAR) / b"what is this"
    unchanged(bad, none, short, other,
              tap.xip(proto=1, dst=FAR) / XICMP(type=8) / b"echo")


@check("fragments go on as they came")
def fragments():
    unchanged(*[tap.xip(proto=17, dst=FAR, frag=frag, flags=flags) /
                (b"f" * 16) for frag, flags in ((0, 1), (2, 1), (4, 0))])


@check("link padding does not go on")
def padding():
    frame = bytes(datagram())
    equal(sent_on(frame + b"\xee" * 30), [aged(frame)], "frames")


@check("by a gateway: its MAC, the packet's own destination")
def gateway():
    unchanged(datagram(dst="10.40.7.7"))


@check("back out of the device it came by, if that is the way")
def hairpin():
    ns.xip("neigh add 10.9.0.7 lladdr 02:00:00:00:00:07 dev t0")
    frames = [f for f in tap.exchange(datagram(dst="10.9.0.7"))
              if XUDP in f]
    equal([(f.dst, f[XIP].dst, f[XIP].ttl) for f in frames],
          [("02:00:00:00:00:07", "10.9.0.7", 63)], "frames")


@check("who listens at the first device sees the packet as it came")
def sniffer():
    sniff = ns.packet("t0", 0x88b5)
    frame = bytes(datagram(data=b"seen twice"))
    equal(sent_on(frame), [aged(frame)], "frames")
    equal(sniff.recv(2000), frame, "what the sniffer saw")
    sniff.close()


# --- MTU --------------------------------------------------------------------------------

@rows("a packet of %d bytes on a link of 600: goes on", [
    (n, n) for n in (28, 599, 600)])
def fits(size):
    unchanged(datagram(data=b"m" * (size - 28), flags=2),
              datagram(data=b"m" * (size - 28)))


@rows("a packet of %d bytes on a link of 600: does not", [
    (n, n) for n in (601, 602, 1500)])
def too_large(size):
    delta = Delta(ns)
    replies = tap.exchange(datagram(data=b"m" * (size - 28), flags=2))
    equal([(f[XICMP].type, f[XICMP].code, f[XICMP].rest) for f in replies],
          [(3, 4, b"\0\0" + struct.pack("!H", 600))], "answers")
    equal(delta.drops(), {"FragNeeded": 1}, "drop counters")
    equal(far.frames(), [], "frames sent on")


@check("the MTU told is that of the link as it is now")
def mtu_change():
    for mtu in (500, 1000, 576):
        ns.ip("link set t1 mtu %d" % mtu)
        replies = tap.exchange(datagram(data=b"m" * 1200, flags=2))
        equal([f[XICMP].rest for f in replies],
              [b"\0\0" + struct.pack("!H", mtu)], "second word")
        unchanged(datagram(data=b"m" * (mtu - 28), flags=2))
    ns.ip("link set t1 mtu 600")


@check("a route's own MTU counts, where it is less than the link's")
def route_mtu():
    ns.xip("route add 10.41.0.0/16 via %s mtu 572" % FAR)
    unchanged(datagram(dst="10.41.0.1", data=b"m" * 544, flags=2))
    frame = bytes(datagram(dst="10.41.0.1", data=b"m" * 545, flags=2))
    replies = tap.exchange(frame)
    equal([f[XICMP].rest for f in replies], [b"\0\0" + struct.pack("!H", 572)],
          "second word")
    quote = bytes(replies[0][XICMP].payload)
    equal(quote, frame[14:14 + len(quote)], "quote")
    equal([len(f) - 14 <= 572 for f in
           sent_on(datagram(dst="10.41.0.1", data=b"m" * 545))], [True, True],
          "fragments where DF does not forbid them")
    equal(far.frames(), [], "frames sent on")


# --- what does not go on -------------------------------------------------------------------

def stays(frame, causes):
    drops(tap, frame, causes)
    equal([f.summary() for f in far.frames()], [], "frames sent on")


@rows("%s does not go on", [
    ("the broadcast of the far subnet", "10.9.1.255", {"NoSocket": 1}),
    ("the broadcast of the near subnet", "10.9.0.255", {"NoSocket": 1}),
    ("the limited broadcast", "255.255.255.255", {"NoSocket": 1}),
    ("a group", "224.1.2.3", {"MulticastNotJoined": 1}),
    ("a group of the link", "224.0.0.5", {"MulticastNotJoined": 1}),
    ("a blackhole", "172.19.0.1", {"Blackhole": 1}),
    ("0.0.0.0", "0.0.0.0", {"MartianDestination": 1}),
    ("a loopback address", "127.0.0.1", {"MartianDestination": 1})])
def not_forwarded(dst, causes):
    frame = datagram(dst=dst, dport=9)
    stays(frame, causes)
    if "NoSocket" in causes:
        frame.dst = BCAST_MAC
        stays(frame, causes)


@check("a unicast packet in a link broadcast does not go on")
def link_broadcast():
    frame = datagram()
    frame.dst = BCAST_MAC
    stays(frame, {"UnicastInL2Broadcast": 1})


@rows("a packet from %s does not go on", [
    (a, a) for a in ("0.0.0.0", "127.0.0.1", "224.0.0.1", "255.255.255.255",
                     "10.9.0.255", "10.9.1.255", HOST, "10.9.1.1")])
def martian(src):
    stays(datagram(src=src), {"MartianSource": 1})


@check("a source route does not go on")
def source_route():
    for kind in (131, 137):
        stays(datagram(options=option(kind, 4, 10, 9, 1, 9)),
              {"SourceRoute": 1})


@check("with forwarding off nothing goes on, and nobody is told")
def forwarding_off():
    ns.sysctl(forwarding=0)
    try:
        tap.send(datagram())
        tap.send(datagram(dst="10.40.1.1"))
        delta = Delta(ns)
        tap.send(datagram(ttl=1))
    finally:
        ns.sysctl(forwarding=1)
    equal(tap.fence(), [], "answers")
    equal(far.frames(), [], "frames sent on")
    equal(delta.drops(), {"NotForwarding": 1}, "drop counters")
    unchanged(datagram())


@check("Ip: shows whether the host forwards: 1 if so, 2 if not")
def forwarding_shown():
    equal(ns.snmp().get("Ip.Forwarding"), 1, "with")
    ns.sysctl(forwarding=0)
    equal(ns.snmp().get("Ip.Forwarding"), 2, "without")
    ns.sysctl(forwarding=1)


# --- reverse path --------------------------------------------------------------------------

# source, passes with rp_filter 0, 1, 2
SOURCES = [("a neighbour on the link", PEER, True, True, True),
           ("the far link", "10.9.1.9", True, False, True),
           ("beyond the far link", "10.40.0.9", True, False, True),
           ("nowhere", "192.0.2.1", True, False, False),
           ("a blackhole", "172.19.0.1", True, False, False)]


@rows("rp_filter and a source from %s", SOURCES)
def rp_filter(src, *passes):
    for mode, goes in enumerate(passes):
        ns.sysctl(rp_filter=mode)
        try:
            frame = datagram(src=src)
            if goes:
                unchanged(frame)
                continue
            delta = Delta(ns)
            equal(sent_on(frame), [], "frames sent on")
            equal(delta.drops(), {"RpFilter": 1}, "drops, rp_filter %d" % mode)
        finally:
            ns.sysctl(rp_filter=0)


# --- a neighbour that fails -----------------------------------------------------------------

@check("a last hop that does not answer: host unreachable to the sender")
def dead_neighbour():
    ns.sysctl(retrans_time_ms=30, mcast_solicit=2)
    frame = datagram(dst="10.9.1.77")
    delta = Delta(ns)
    tap.send(frame)
    reply = tap.wait(XICMP)
    equal((reply[XICMP].type, reply[XICMP].code), (3, 1), "type and code")
    equal((reply[XIP].src, reply[XIP].dst), (HOST, PEER), "addresses")
    quote = bytes(reply[XICMP].payload)
    equal((quote[12:20], quote[20:]), (bytes(frame)[26:34],
                                       bytes(frame)[34:]), "quote")
    until(lambda: delta.drops() == {"NeighFailed": 1}, "NeighFailed")
    equal([f.summary() for f in far.frames(XUDP)], [], "datagrams sent on")


if __name__ == "__main__":
    need()
    ktap.run(setup)
