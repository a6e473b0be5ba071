#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0
"""Broadcast and multicast as frames, and whom a broadcast is delivered to.

	+----------- host ------------+
	| 10.9.0.1/24 on t0 ──────────┼── tap: the link
	| 10.8.0.1/24 on t1 ──────────┼── tap: another link
	| default via 10.9.0.2        |
	+-----------------------------+
"""
import socket

import ktap
from ktap import check, rows
from xlab import Delta, Ns, equal, need, refused, until
from xwire import BCAST_MAC, HOST, HOST_MAC, PEER, XIP, XUDP, Tap, calm
from xinet_scapy import inet_checksum

ns = tap = other = None
IP_MTU_DISCOVER, IP_PMTUDISC_DO = 10, 2
ALL, SUBNET, OTHER = "255.255.255.255", "10.9.0.255", "10.8.0.255"


def setup():
    global ns, tap, other
    ns = Ns("host")
    tap = Tap(ns)
    other = Tap.second(ns)
    ns.xip("route add default via " + PEER)
    calm(ns)


def sender(*args, **words):
    sock = ns.udp(*args, **words)
    sock.option(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
    return sock


def leaves(wire, silent, dst, mac, src):
    """Exactly one frame left, by that link, well made."""
    frame = wire.wait(XUDP)
    equal((frame.dst, frame.src), (mac, wire.mac), "MACs")
    equal((frame[XIP].dst, frame[XIP].src), (dst, src), "addresses")
    equal(inet_checksum(bytes(frame[XIP])[:20]), 0, "header checksum")
    equal([f.summary() for f in wire.frames() + silent.frames()], [],
          "other frames")
    return frame


# --- what leaves ---------------------------------------------------------------------------

@check("a broadcast to the subnet leaves once, in a link broadcast")
def subnet():
    sender().sendto(b"all", SUBNET, 9)
    leaves(tap, other, SUBNET, BCAST_MAC, HOST)
    sender().sendto(b"all", OTHER, 9)
    leaves(other, tap, OTHER, BCAST_MAC, "10.8.0.1")


@check("a limited broadcast leaves by the default route")
def limited():
    sender().sendto(b"all", ALL, 9)
    leaves(tap, other, ALL, BCAST_MAC, HOST)


@check("a limited broadcast leaves by the device that was asked for")
def limited_device():
    sender(dev="t1").sendto(b"all", ALL, 9)
    leaves(other, tap, ALL, BCAST_MAC, "10.8.0.1")


@check("a limited broadcast leaves by the link of the source address")
def limited_source():
    sender("10.8.0.1").sendto(b"all", ALL, 9)
    leaves(other, tap, ALL, BCAST_MAC, "10.8.0.1")


@check("without SO_BROADCAST none leaves: EACCES")
def not_allowed():
    for dst in (ALL, SUBNET, OTHER):
        refused("EACCES", ns.udp().sendto, b"all", dst, 9)
        refused("EACCES", ns.udp().connect, dst, 9)
    equal(tap.frames() + other.frames(), [], "frames")


@rows("a group is mapped to its MAC: %s", [
    (a, a, m) for a, m in (("224.0.0.1", "01:00:5e:00:00:01"),
                           ("224.1.2.3", "01:00:5e:01:02:03"),
                           ("224.129.2.3", "01:00:5e:01:02:03"),
                           ("239.255.255.255", "01:00:5e:7f:ff:ff"),
                           ("232.128.0.0", "01:00:5e:00:00:00"))])
def group(dst, mac):
    ns.udp().sendto(b"group", dst, 9)
    leaves(tap, other, dst, mac, HOST)


@check("a datagram to a group goes no further than the link: TTL 1")
def group_ttl():
    ns.udp().sendto(b"group", "239.1.2.3", 9)
    equal(tap.wait(XUDP)[XIP].ttl, 1, "TTL")


@check("a group's datagram leaves by the device that was asked for")
def group_device():
    ns.udp(dev="t1").sendto(b"group", "239.1.2.3", 9)
    leaves(other, tap, "239.1.2.3", "01:00:5e:01:02:03", "10.8.0.1")


@check("a broadcast larger than the link takes goes in fragments, or EMSGSIZE")
def too_large():
    sender().sendto(b"b" * 1473, SUBNET, 9)
    equal([(frame[XIP].flags, frame[XIP].frag, frame[XIP].len, frame.dst)
           for frame in (tap.wait(XIP), tap.wait(XIP))],
          [(1, 0, 1500, BCAST_MAC), (0, 185, 21, BCAST_MAC)], "fragments")
    sock = sender()
    sock.option(socket.SOL_IP, IP_MTU_DISCOVER, IP_PMTUDISC_DO)
    refused("EMSGSIZE", sock.sendto, b"b" * 1473, SUBNET, 9)
    sock.sendto(b"b" * 1472, SUBNET, 9)
    equal(leaves(tap, other, SUBNET, BCAST_MAC, HOST)[XIP].len, 1500,
          "length")


# --- who gets it -----------------------------------------------------------------------------

def listeners(*places):
    """Sockets on one port, each on its address or device."""
    socks = []
    for addr, dev in places:
        sock = ns.udp(dev=dev)
        sock.option(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind(addr, 77)
        socks.append(sock)
    return socks


PLACES = [("0.0.0.0", None), ("0.0.0.0", None), ("0.0.0.0", "t0"),
          ("0.0.0.0", "t1"), (HOST, None), (SUBNET, None), (ALL, None)]


def received(socks, data):
    """Which of the sockets got it, each once."""
    got = []
    for number, sock in enumerate(socks):
        found = sock.pending()
        if found not in ([], [data]):
            raise AssertionError("socket %d: %r" % (number, found))
        if found:
            got.append(number)
    for sock in socks:
        sock.close()
    return got


@rows("a broadcast that comes in goes to all that match: %s", [
    ("subnet", SUBNET, [0, 1, 2, 5]), ("limited", ALL, [0, 1, 2, 6])])
def comes_in(dst, want):
    socks = listeners(*PLACES)
    frame = tap.udp(b"to all", dst=dst, dport=77)
    frame.dst = BCAST_MAC
    delta = Delta(ns)
    equal(tap.exchange(frame), [], "answers")
    equal(received(socks, b"to all"), want, "sockets")
    equal(delta.drops(), {}, "drops")
    equal(delta.get("Udp.InDatagrams"), len(want), "InDatagrams")


@rows("a broadcast of our own comes to our own sockets as well: %s", [
    ("subnet", SUBNET, [0, 1, 2, 5]), ("limited", ALL, [0, 1, 2, 6])])
def own(dst, want):
    socks = listeners(*PLACES)
    sock = sender()
    sock.sendto(b"to all", dst, 77)
    leaves(tap, other, dst, BCAST_MAC, HOST)
    until(lambda: True)
    equal(socks[0].recv(), b"to all", "own copy")
    equal(received(socks[1:], b"to all"), [n - 1 for n in want[1:]],
          "sockets")
    sock.close()


@check("a broadcast nobody waits for is dropped, and not answered")
def nobody():
    frame = tap.udp(b"to all", dst=SUBNET, dport=78)
    frame.dst = BCAST_MAC
    delta = Delta(ns)
    equal(tap.exchange(frame), [], "answers")
    equal(delta.drops(), {"NoSocket": 1}, "drops")


@check("a broadcast is not answered by a connected socket of somebody else")
def connected():
    sock = ns.udp("0.0.0.0", 79)
    sock.connect("10.9.0.50", 4000)
    frame = tap.udp(b"to all", dst=SUBNET, dport=79)
    frame.dst = BCAST_MAC
    tap.exchange(frame)
    equal(sock.pending(), [], "datagrams")
    sock.close()


@check("the copy of our own broadcast is told with our address as sender")
def own_sender():
    mine = ns.udp("0.0.0.0", 80)
    sock = sender("0.0.0.0", 4444)
    sock.sendto(b"me", SUBNET, 80)
    equal(mine.recvfrom(), (b"me", HOST, 4444), "datagram")
    equal(tap.mac, HOST_MAC, "MAC")
    tap.frames()


if __name__ == "__main__":
    need()
    ktap.run(setup)
