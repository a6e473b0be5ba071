#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0
"""Multicast that comes in: who gets a group's datagrams, what they cause, and
what they must not cause. The host is xmcast.py's."""
import struct

import ktap
from ktap import check, rows
from xlab import Delta, equal, need
from xwire import HOST, XICMP, XIP
from xinet_scapy import inet_checksum
from xmcast import (ADD, ALL, GROUP, GROUP_MAC, Host, IP_PKTINFO, SOL_IP,
                    THIRD, aton, frame, index, mreqn)

ns = tap = other = None


def setup():
    global ns, tap, other
    ns = Host()
    tap, other = ns.tap, ns.other


# --- who gets it -------------------------------------------------------------

# address bound to, device, joined, IP_MULTICAST_ALL off
PLACES = [("0.0.0.0", None, [(GROUP, "t0")], True),
          ("0.0.0.0", None, [(GROUP, "t0"), (THIRD, "t0")], True),
          ("0.0.0.0", None, [], True),
          ("0.0.0.0", None, [], False),
          ("0.0.0.0", None, [(GROUP, "t1")], True),
          ("0.0.0.0", None, [(GROUP, "t1")], False),
          (GROUP, None, [], False),
          (GROUP, None, [], True),
          (THIRD, None, [(GROUP, "t0")], False),
          (HOST, None, [(GROUP, "t0")], False),
          ("0.0.0.0", "t0", [], False),
          ("0.0.0.0", "t1", [], False)]


@rows("who gets a group's datagram: %s", [
    ("by the first link", GROUP, "t0", [0, 1, 3, 5, 6, 10]),
    ("by the other link", GROUP, "t1", [3, 4, 5, 6, 11]),
    ("another group", THIRD, "t0", [1, 3, 5, 8, 10]),
    ("224.0.0.1, that nobody joined", "224.0.0.1", "t0", [3, 5, 10])])
def delivery(dst, dev, want):
    socks = [ns.member(*place) for place in PLACES]
    wire = tap if dev == "t0" else other
    delta = Delta(ns)
    equal(wire.exchange(frame(wire, dst=dst)), [], "answers")
    got = [n for n, sock in enumerate(socks)
           if sock.pending() == [b"to the group"]]
    equal(got, want, "sockets")
    equal(delta.drops(), {}, "drops")
    equal(delta.get("Udp.InDatagrams"), len(want), "InDatagrams")
    for sock in socks:
        sock.close()


@check("a group that nobody has joined is not taken, on any device")
def not_joined():
    idle = ns.member()
    for wire in (tap, other):
        delta = Delta(ns)
        equal(wire.exchange(frame(wire)), [], "answers")
        equal(delta.drops(), {"MulticastNotJoined": 1}, "drops")
    equal(idle.pending(), [], "datagrams")
    idle.close()


@check("what one device has joined is not taken on another")
def other_device():
    sock = ns.member(join=[(GROUP, "t0")])
    delta = Delta(ns)
    other.exchange(frame(other))
    equal(delta.drops(), {"MulticastNotJoined": 1}, "drops")
    sock.close()


@check("leaving ends it, closing ends it, one of two members ends nothing")
def leaving():
    one, two = (ns.member(join=[(GROUP, "t0")]) for _ in range(2))
    tap.exchange(frame(tap))
    equal((one.pending(), two.pending()), ([b"to the group"],) * 2)
    one.leave(GROUP, "t0")
    tap.exchange(frame(tap))
    equal(two.pending(), [b"to the group"])
    two.close()
    delta = Delta(ns)
    tap.exchange(frame(tap))
    equal(delta.drops(), {"MulticastNotJoined": 1}, "drops")
    one.close()


@check("a datagram in fragments is put together for the members")
def fragments():
    socks = [ns.member(join=[(GROUP, "t0")]) for _ in range(2)]
    payload = bytes(frame(tap, bytes(2000))[XIP])[20:]
    for data, flags, at in ((payload[:1480], 1, 0), (payload[1480:], 0, 185)):
        part = tap.xip(dst=GROUP, id=4711, flags=flags, frag=at, proto=17)
        part.dst = GROUP_MAC
        tap.send(part / data)
    for sock in socks:
        equal(sock.recv(), bytes(2000))
        sock.close()


@rows("a group's datagram causes no ICMP error: %s", [
    ("no socket on the port", {"dport": 999}),
    ("unknown protocol", {"proto": 199}),
    ("malformed option", {"options": b"\x07\x01\x04\x00"}),
    ("TTL 1 with forwarding", {"ttl": 1, "dport": 999})])
def no_error(fields):
    ns.sysctl(forwarding=1)
    sock = ns.member(join=[(GROUP, "t0")])
    made = frame(tap)
    if "options" in fields:
        raw = bytes(made)
        head = raw[14:34]
        head = bytes([head[0] + 1]) + head[1:2] + \
            struct.pack("!H", len(raw) - 14 + 4) + head[4:10] + b"\0\0" + \
            head[12:] + fields["options"]
        head = head[:10] + struct.pack("!H", inet_checksum(head)) + head[12:]
        made = raw[:14] + head + raw[34:]
    elif "proto" in fields:
        made[XIP].proto = fields["proto"]
    else:
        made = frame(tap, **fields)
    # the address says enough, whatever the link's header is
    for mac in (bytes(made)[:6], bytes.fromhex(tap.mac.replace(":", ""))):
        equal([f.summary() for f in tap.exchange(mac + bytes(made)[6:])], [],
              "answers")
        equal([f.summary() for f in other.frames()], [], "the other link")
    ns.sysctl(forwarding=0)
    sock.close()


@check("a group's datagram is not forwarded, joined or not, route or not")
def not_forwarded():
    ns.sysctl(forwarding=1)
    ns.xip("route add 239.2.0.0/16 dev t1")
    sock = ns.member(join=[("239.2.0.1", "t0")])
    for dst in ("239.2.0.1", "239.2.0.2"):
        equal(tap.exchange(frame(tap, dst=dst, ttl=9)), [], "answers")
        equal([f.summary() for f in other.frames()], [], "the other link")
    equal(sock.pending(), [b"to the group"])
    ns.xip("route del 239.2.0.0/16 dev t1")
    ns.sysctl(forwarding=0)
    sock.close()


@check("an echo request to 224.0.0.1 is answered if the sysctl allows it")
def echo():
    ask = tap.xip(dst="224.0.0.1", proto=1) / XICMP(type=8) / b"who"
    ask.dst = "01:00:5e:00:00:01"
    equal(tap.exchange(ask), [], "answers")
    ns.sysctl(icmp_echo_ignore_broadcasts=0)
    answers = tap.exchange(ask)
    ns.sysctl(icmp_echo_ignore_broadcasts=1)
    equal([(f[XIP].src, f[XICMP].type) for f in answers], [(HOST, 0)])


@check("IP_PKTINFO tells group, device and an address of ours")
def pktinfo():
    sock = ns.member(join=[(GROUP, "t0")])
    sock.option(SOL_IP, IP_PKTINFO, 1)
    tap.exchange(frame(tap))
    control = sock.sock.recvmsg(100, 100)[1]
    equal(control, [(SOL_IP, IP_PKTINFO, struct.pack("=i", index["t0"]) +
                     aton(HOST) + aton(GROUP))])
    sock.close()


@check("raw sockets: members only, or by IP_MULTICAST_ALL")
def raw_sockets():
    socks = [ns.raw(17) for _ in range(3)]
    joiner = ns.member(join=[(GROUP, "t0")], port=78)
    socks[0].option(SOL_IP, ADD, mreqn(GROUP, dev="t0"))
    socks[0].option(SOL_IP, ALL, 0)
    socks[1].option(SOL_IP, ALL, 0)
    tap.exchange(frame(tap))
    equal([len(sock.pending()) for sock in socks], [1, 0, 1])
    for sock in socks + [joiner]:
        sock.close()


if __name__ == "__main__":
    need()
    ktap.run(setup)
