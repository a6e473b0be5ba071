#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0
"""Translation: what leaves a gateway, what comes back, and who hears errors.

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
import os
import socket
import struct
import sys
from collections import namedtuple

import ktap
from ktap import check, rows
from xlab import Delta, Ns, command, equal, need, refused, until, veth
from xwire import HOST, PEER, Tap, calm
from xinet_scapy import inet_checksum, pseudo_header

HERE = os.path.abspath(__file__)
GATE, SPARE, FAR = "10.9.1.1", "10.9.1.11", "10.9.1.2"
VIP, POOL = "10.70.0.1", ("10.40.0.10", "10.40.0.13")
UDP, TCP, ICMP = 17, 6, 1
PORTS = itertools.count(20000)

Seen = namedtuple("Seen", "src sport dst dport")
ns = tap = far = thin = host = macs = None


def setup():
    global ns, tap, far, thin, host, macs
    ns, host = Ns("gateway"), Ns("client")
    tap = Tap(ns)
    far = Tap(ns, "t1", mac="02:00:00:00:01:01", addr=GATE, peer=FAR,
              peer_mac="02:00:00:00:01:02")
    thin = Tap(ns, "t2", mac="02:00:00:00:02:01", addr="10.9.2.1",
               peer="10.9.2.2", peer_mac="02:00:00:00:02:02")
    ns.ip("link set t2 mtu 600")
    macs = veth(host, "c0", ns, "r0")
    host.xip("addr add 10.1.0.2/24 dev c0", "route add default via 10.1.0.1")
    ns.xip("addr add 10.1.0.1/24 dev r0",
           "addr add %s/24 dev t1" % SPARE,
           "route add 10.20.0.0/16 via " + PEER,
           "route add 10.40.0.0/16 via " + FAR,
           "route add 10.50.0.0/16 via 10.9.1.77",
           "route add 10.60.0.0/16 via 10.9.2.2",
           "route add 10.70.0.0/16 via " + FAR)
    ns.sysctl(forwarding=1)
    calm(ns)


# --- packets ---------------------------------------------------------------------------

now = None


def rules(*lines):
    """Exactly these rules of NAT."""
    global now
    if lines != now:
        ns.xip("nat flush", *("nat add " + line for line in lines))
    now = lines


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
    enter(come or tap, raw)
    got = leaves(out or far)
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
    back = pass_on(proto, answer(proto, there), come or tap, out or far)
    equal(back, answer(proto, seen), "the answer inside")
    again = pass_on(proto, seen, out, come)
    equal(again, there, "the second packet")
    return there


def nothing(raw, cause, come=None):
    """A packet that comes in ends, for a cause, and nobody hears of it."""
    delta = Delta(ns)
    enter(come or tap, raw)
    equal([left(t) for t in (tap, far, thin)], [[], [], []], "packets")
    equal(delta.drops(), {cause: 1} if cause else {}, "drop counters")


NAMES = {UDP: "UDP", TCP: "TCP", ICMP: "ICMP"}


# --- actions ----------------------------------------------------------------------------

# name, rule, protocol, destination and its port, what leaves: source, its
# port (0: the client's), destination, its port
ACTIONS = [(("%s, %s" % (rule.split(" ", 1)[1], NAMES[proto])), rule, proto,
            dst, dport, want)
           for rule, dst, dport, want in [
               ("postrouting oif t1 masquerade", FAR, 7, (GATE, 0, FAR, 7)),
               ("postrouting oif t1 snat to 10.9.1.50", FAR, 7,
                ("10.9.1.50", 0, FAR, 7)),
               ("postrouting src 10.9.0.0/24 netmap to 172.16.8.0/24", FAR, 7,
                ("172.16.8.2", 0, FAR, 7)),
               ("prerouting dst %s dnat to %s" % (VIP, FAR), VIP, 7,
                (PEER, 0, FAR, 7)),
               ("prerouting dst 10.70.0.0/16 netmap to 10.40.0.0/16",
                "10.70.3.4", 7, (PEER, 0, "10.40.3.4", 7))]
           for proto in (UDP, TCP, ICMP)] + [
    ("%s, UDP" % rule.split(" ", 1)[1], rule, UDP, dst, dport, want)
    for rule, dst, dport, want in [
        ("postrouting oif t1 proto udp snat to 10.9.1.50:6000", FAR, 7,
         ("10.9.1.50", 6000, FAR, 7)),
        ("postrouting oif t1 proto udp masquerade to :6001", FAR, 7,
         (GATE, 6001, FAR, 7)),
        ("prerouting dst %s proto udp dport 80 dnat to %s:8080" % (VIP, FAR),
         VIP, 80, (PEER, 0, FAR, 8080)),
        ("prerouting dst %s proto udp dport 80 dnat to %s" % (VIP, FAR),
         VIP, 81, (PEER, 0, VIP, 81))]]


@rows("%s", ACTIONS)
def action(rule, proto, dst, dport, want):
    rules(rule)
    seen = flow(proto, dst=dst, dport=dport)
    want = Seen(*want)
    if not want.sport:
        want = want._replace(sport=seen.sport)
    equal(both_ways(proto, seen), want._replace(
        dport=8 if proto == ICMP else want.dport), "outside")


@check("destination and source of one connection")
def both_sides():
    rules("prerouting dst %s dnat to %s" % (VIP, FAR),
          "postrouting oif t1 masquerade")
    for proto in (UDP, TCP, ICMP):
        seen = flow(proto, dst=VIP)
        equal(both_ways(proto, seen), seen._replace(src=GATE, dst=FAR),
              NAMES[proto])


@check("a connection that no rule is for stays as it is, counted nowhere")
def untouched():
    rules("postrouting src 10.99.0.0/16 masquerade")
    seen = flow()
    delta = Delta(ns)
    equal(both_ways(UDP, seen), seen, "outside")
    equal(delta.drops(), {}, "drop counters")


@check("rules change: an established connection keeps what it was given")
def rules_change():
    global now
    rules("postrouting oif t1 snat to 10.9.1.50")
    seen = flow()
    there = both_ways(UDP, seen)
    ns.xip("nat add postrouting position 1 oif t1 snat to 10.9.1.51")
    now = None
    equal(both_ways(UDP, seen), there, "the old one")
    equal(both_ways(UDP, flow()).src, "10.9.1.51", "a new one")


@check("what is for the gateway itself keeps its source")
def local_in():
    rules("postrouting masquerade", "postrouting snat to 10.9.1.50")
    sock = ns.udp(HOST, 777)
    seen = flow(dst=HOST, dport=777)
    enter(tap, packet(UDP, seen))
    equal(sock.recvfrom(), (b"some data", PEER, seen.sport), "datagram")
    sock.close()


# --- ports ------------------------------------------------------------------------------

def clients(n):
    return ["10.20.0.%d" % i for i in range(1, n + 1)]


@rows("clients with one %s behind one address are told apart",
      [("port", UDP), ("port of TCP", TCP), ("identification", ICMP)])
def equal_ports(proto):
    rules("postrouting oif t1 masquerade")
    first = flow(proto)
    there = [both_ways(proto, first._replace(src=src)) for src in clients(5)]
    equal({t.src for t in there}, {GATE}, "address")
    equal(there[0].sport, first.sport, "the first one's port")
    equal(len({t.sport for t in there}), 5, "different ports")
    # another destination, another set of ports (not in all, but each)
    other = first._replace(dst="10.40.0.1")
    equal(both_ways(proto, other._replace(src="10.20.0.2")).sport, first.sport,
          "to another destination")


@rows("a source port of the class %s stays in it", [
    ("1-511", 400, 1, 511), ("512-1023", 700, 600, 1023),
    ("1024-65535", 1024, 1024, 65535)])
def port_class(sport, low, high):
    rules("postrouting oif t1 masquerade")
    dst = "10.40.9.%d" % (sport % 200)
    there = [both_ways(UDP, flow(src=src, dst=dst, sport=sport))
             for src in clients(4)]
    equal(len({t.sport for t in there}), 4, "different ports")
    equal([t for t in there if not low <= t.sport <= high], [], "strays")


@check("random-fully keeps no port")
def random_fully():
    rules("postrouting oif t1 masquerade random-fully")
    flows = [flow() for _ in range(8)]
    kept = [f for f in flows if both_ways(UDP, f).sport == f.sport]
    equal(len(kept) < 3, True, "kept")


@check("4 ports: 4 connections for each destination, then a counted drop")
def exhausted():
    rules("postrouting oif t1 proto udp snat to 10.9.1.50:7000-7003")
    for dst in ("10.40.1.1", "10.40.1.2"):
        flows = [flow(dst=dst) for _ in range(4)]
        there = [both_ways(UDP, f) for f in flows]
        equal(sorted(t.sport for t in there), [7000, 7001, 7002, 7003], dst)
        nothing(packet(UDP, flow(dst=dst)), "NatExhausted")
        equal([both_ways(UDP, f) for f in flows], there, "the four go on")


@check("two addresses of 2 ports carry 4 connections")
def two_addresses():
    rules("postrouting oif t1 proto udp snat to 10.9.1.50-10.9.1.51:7000-7001")
    there = [both_ways(UDP, flow(dst="10.40.2.1")) for _ in range(4)]
    equal(len(set(there)), 4, "different")
    equal({t.src for t in there}, {"10.9.1.50", "10.9.1.51"}, "addresses")
    nothing(packet(UDP, flow(dst="10.40.2.1")), "NatExhausted")


@check("a pool: clients spread; persistent: each keeps his address")
def pool():
    rules("postrouting oif t1 snat to 10.9.1.50-10.9.1.57")
    there = {pass_on(UDP, flow(src=src)).src for src in clients(16)}
    equal(len(there) > 3, True, "addresses used: %s" % there)
    rules("postrouting oif t1 snat to 10.9.1.50-10.9.1.57 persistent")
    for src in clients(3):
        there = {pass_on(UDP, flow(src=src, dst="10.40.3.%d" % i)).src
                 for i in range(6)}
        equal(len(there), 1, "addresses of one client")


@check("without a rule, a port changes only where answers would be ambiguous")
def clash():
    rules("prerouting dst %s dnat to %s" % (VIP, FAR))
    seen = flow(dst=VIP)
    there = both_ways(UDP, seen)
    direct = seen._replace(dst=FAR)
    other = both_ways(UDP, direct)
    equal(other._replace(sport=0), there._replace(sport=0), "but for the port")
    equal(other.sport != there.sport, True, "another port")
    equal(both_ways(UDP, seen), there, "the first one goes on")


# --- pools of servers -------------------------------------------------------------------

@check("balance rr: server after server")
def balance_rr():
    rules("prerouting dst %s dnat to %s-%s balance rr" % ((VIP,) + POOL))
    there = [both_ways(UDP, flow(dst=VIP)).dst for _ in range(8)]
    equal(sorted(set(there)), ["10.40.0.%d" % i for i in range(10, 14)],
          "servers")
    equal(there[:4], there[4:], "two rounds")


@check("balance hash: one client, one server; many clients, many servers")
def balance_hash():
    rules("prerouting dst %s dnat to %s-%s balance hash" % ((VIP,) + POOL))
    used = set()
    for src in clients(16):
        mine = {pass_on(UDP, flow(src=src, dst=VIP)).dst for _ in range(2)}
        equal(len(mine), 1, "servers of one client")
        used |= mine
    equal(len(used) > 2, True, "servers used: %s" % used)


@check("hairpin: a client reaches a neighbour of his by the public address")
def hairpin():
    rules("prerouting dst %s dnat to 10.20.0.9" % VIP,
          "postrouting oif t0 masquerade")
    seen = flow(dst=VIP)
    equal(both_ways(UDP, seen, out=tap, come=tap),
          seen._replace(src=HOST, dst="10.20.0.9"), "outside")


# --- checksums ----------------------------------------------------------------------------

@check("UDP: no checksum stays none; a sum of 0 is sent as 0xffff")
def udp_checksum():
    rules("postrouting oif t1 masquerade")
    seen = flow()
    raw = bytearray(packet(UDP, seen))
    raw[26:28] = b"\0\0"
    enter(tap, bytes(raw))
    got = leaves(far)
    equal((ends(got), got[26:28]), (seen._replace(src=GATE), b"\0\0"), "none")
    # data that makes the sum of the translated datagram 0
    seen = flow()
    out = packet(UDP, seen._replace(src=GATE), data=b"\0\0")
    raw = packet(UDP, seen, data=out[26:28])
    enter(tap, raw)
    got = leaves(far)
    equal((ends(got), got[26:28]), (seen._replace(src=GATE), b"\xff\xff"),
          "a sum of 0")


@check("a damaged datagram is not mended")
def damaged():
    rules("postrouting oif t1 masquerade")
    seen = flow()
    both_ways(UDP, seen)
    raw = bytearray(packet(UDP, seen))
    raw[-1] ^= 1
    ns.sysctl(nf_conntrack_checksum=0)
    enter(tap, bytes(raw))
    ns.sysctl(nf_conntrack_checksum=1)
    got = leaves(far)
    equal(inet_checksum(pseudo_header(got[12:16], got[16:20], UDP,
                                      len(got) - 20) + got[20:]) != 0, True,
          "checksum wrong")


@check("a checksum left to the device, from a socket behind a veth")
def partial():
    rules("postrouting oif t1 masquerade",
          "prerouting dst %s proto udp dport 9 dnat to %s:7" % (VIP, FAR))
    for dst, dport in ((FAR, 7), (VIP, 9)):
        sock = host.udp().connect(dst, dport)
        sock.send(b"from a socket")
        raw = far.wait_raw()[14:]
        sums_right(raw)
        seen = ends(raw)
        equal((seen.src, seen.dst, seen.dport), (GATE, FAR, 7), "outside")
        enter(far, packet(UDP, answer(UDP, seen), data=b"back"))
        equal(sock.recv(), b"back", "the answer")
        sock.close()


# --- fragments ------------------------------------------------------------------------------

@check("fragments are translated as one datagram, and cut again")
def fragments():
    rules("postrouting oif t1 masquerade")
    seen = flow()
    raw = packet(UDP, seen, data=bytes(range(256)) * 8)
    for start, end in ((0, 1000), (1000, len(raw) - 20)):
        more = end < len(raw) - 20
        enter(tap, xip(PEER, FAR, UDP, raw[20 + start:20 + end], ident=77,
                       flags=int(more), frag=start // 8))
    parts = left(far)
    equal(len(parts) > 1, True, "fragments")
    for part in parts:
        equal(inet_checksum(part[:20]), 0, "header checksum")
        equal(socket.inet_ntoa(part[12:16]), GATE, "source")
    whole = b"".join(part[20:] for part in sorted(
        parts, key=lambda p: struct.unpack_from("!H", p, 6)[0] & 0x1fff))
    equal(inet_checksum(pseudo_header(parts[0][12:16], parts[0][16:20], UDP,
                                      len(whole)) + whole), 0, "checksum")
    equal(whole[8:], raw[28:], "data")


# --- ICMP errors ----------------------------------------------------------------------------

def error(about, src, kind=3, code=1, size=None, to=None):
    """An ICMP error about a packet, as bytes."""
    quote = about[:size] if size else about
    return xip(src, to or ends(about).src, ICMP,
               sealed(bytes([kind, code]) + bytes(6) + quote, 2))


def error_right(raw, src, dst, quote, size=None):
    """An error from @src to @dst that quotes @quote, but for TTL and sum."""
    sums_right(raw, "error")
    equal((socket.inet_ntoa(raw[12:16]), socket.inet_ntoa(raw[16:20])),
          (src, dst), "ends of the error")
    inner = raw[28:]
    if not size:
        sums_right(inner, "quote")
    equal(inet_checksum(inner[:20]), 0, "quoted header checksum")
    equal(ends(inner), ends(quote), "quoted ends")


# name, rules, protocol, destination, bytes quoted
ERRORS = [("%s, %s%s" % (NAMES[proto], name, ", 8 bytes" if size else ""),
           lines, proto, dst, size)
          for name, lines, dst in [
              ("source", ["postrouting oif t1 masquerade random-fully"], FAR),
              ("destination", ["prerouting dst %s dnat to %s" % (VIP, FAR)],
               VIP),
              ("both", ["postrouting oif t1 masquerade random-fully",
                        "prerouting dst %s dnat to %s" % (VIP, FAR)], VIP)]
          for proto in (UDP, TCP, ICMP) for size in (None, 28)]


@rows("an error from outside: %s", ERRORS)
def error_outside(lines, proto, dst, size):
    rules(*lines)
    seen = flow(proto, dst=dst)
    raw = packet(proto, seen)
    enter(tap, raw)
    out = leaves(far)
    enter(far, error(out, "10.40.7.7", size=size))
    # who forwards the translation's packets speaks for its destination
    error_right(leaves(tap, far), "10.40.7.7" if dst == FAR else VIP, PEER,
                raw, size)


@rows("an error from inside: %s", ERRORS)
def error_inside(lines, proto, dst, size):
    rules(*lines)
    seen = flow(proto, dst=dst)
    there = both_ways(proto, seen)
    raw = packet(proto, answer(proto, there))
    enter(far, raw)
    back = leaves(tap)
    if proto == ICMP:
        back = packet(ICMP, answer(ICMP, seen))
    enter(tap, error(back, "10.20.7.7", code=3, size=size))
    error_right(leaves(far, tap), GATE if there.src == GATE else "10.20.7.7",
                FAR, raw, size)


@rows("an error of the gateway itself: %s", [
    e[:4] for e in ERRORS if not e[4]])
def error_own(lines, proto, dst):
    rules(*lines)
    seen = flow(proto, dst=dst)
    for _ in range(2):      # the first packet, and one of a connection
        raw = packet(proto, seen, ttl=1)
        enter(tap, raw)
        got = leaves(tap, far)
        sums_right(got)
        equal((got[20], ends(got[28:]), socket.inet_ntoa(got[16:20])),
              (11, seen, PEER), "error")
        sums_right(got[28:], "quote")
        pass_on(proto, seen)


@check("UDP without a checksum stays so inside an error")
def error_no_checksum():
    rules("postrouting oif t1 masquerade")
    seen = flow()
    raw = bytearray(packet(UDP, seen))
    raw[26:28] = b"\0\0"
    enter(tap, bytes(raw))
    enter(far, error(leaves(far), FAR))
    got = leaves(tap)
    error_right(got, FAR, PEER, bytes(raw))
    equal(got[28 + 26:28 + 28], b"\0\0", "quoted checksum")


@check("too large for the next link: the client hears of his own packet")
def error_too_big():
    rules("prerouting dst %s dnat to 10.60.0.1" % VIP,
          "postrouting oif t2 masquerade")
    raw = packet(UDP, flow(dst=VIP), data=bytes(1000), flags=2)
    enter(tap, raw)
    got = leaves(tap, thin)
    equal((got[20:22], got[26:28]), (b"\3\4", struct.pack("!H", 600)), "error")
    equal(ends(got[28:]), ends(raw), "quoted ends")


@check("a dead next hop: the client hears of his own packet")
def error_dead():
    # to an address that the gateway has no way to
    rules("postrouting oif t1 snat to 203.0.113.9",
          "prerouting dst %s dnat to 10.50.0.1" % VIP)
    sent = [packet(proto, flow(proto, dst=dst)) for proto, dst in
            ((UDP, "10.50.0.1"), (UDP, VIP), (ICMP, "10.50.0.2"))]
    delta = Delta(ns)
    for raw in sent:
        enter(tap, raw)
    until(lambda: delta.drops() == {"NeighFailed": 3}, "answers", 8)
    got = left(tap)
    equal(sorted(ends(g[28:]) for g in got), sorted(ends(s) for s in sent),
          "quoted ends")
    for raw in got:
        sums_right(raw)
        equal((raw[20:22], raw[16:20]), (b"\3\1", socket.inet_aton(PEER)),
              "error")
        sums_right(raw[28:], "quote")
    equal(left(far), [], "far")


# --- the gateway's own packets --------------------------------------------------------------

@check("a packet of the gateway's own: a new destination, a new route")
def local_dnat():
    rules("prerouting dst 10.70.5.5 proto udp dport 53 dnat to 10.60.0.1:5353")
    sock = ns.udp().connect("10.70.5.5", 53)
    sock.send(b"ask")
    got = leaves(thin, far)
    sums_right(got)
    seen = ends(got)
    equal((seen.dst, seen.dport), ("10.60.0.1", 5353), "outside")
    enter(thin, packet(UDP, answer(UDP, seen), data=b"told"))
    equal(sock.recvfrom(), (b"told", "10.70.5.5", 53), "the answer")
    sock.close()


@check("redirect: packets of others to the gateway, its own to 127.0.0.1")
def redirect():
    rules("prerouting dst 10.70.6.6 proto udp dport 53 redirect to :5353")
    inner = ns.udp("127.0.0.1", 5353)
    sock = ns.udp().connect("10.70.6.6", 53)
    sock.send(b"mine")
    data, addr, port = inner.recvfrom()
    equal(data, b"mine", "datagram")
    inner.sendto(b"yours", addr, port)
    equal(sock.recvfrom(), (b"yours", "10.70.6.6", 53), "the answer")
    inner.close()
    sock.close()
    outer = ns.udp(HOST, 5353)
    seen = flow(dst="10.70.6.6", dport=53)
    enter(tap, packet(UDP, seen))
    equal(outer.recvfrom(), (b"some data", PEER, seen.sport), "datagram")
    outer.sendto(b"yours", PEER, seen.sport)
    got = leaves(tap)
    sums_right(got)
    equal(ends(got), answer(UDP, seen), "the answer")
    outer.close()


@check("a packet of the gateway's own is too large for its new way")
def local_too_big():
    rules("prerouting dst 10.70.5.6 dnat to 10.60.0.2",
          "postrouting oif t2 snat to 10.9.2.50")
    sock = ns.udp().connect("10.70.5.6", 53)
    refused("EMSGSIZE", sock.send, bytes(1000))
    until(lambda: sock.error() == "EMSGSIZE", "the error")
    sock.close()


@check("over lo a packet is translated once")
def loopback():
    rules("prerouting dst 10.9.0.1 proto udp dport 90 dnat to 10.9.0.1:91",
          "prerouting dst 10.9.0.1 proto udp dport 91 dnat to 10.9.0.1:92")
    there, sock = ns.udp(HOST, 91), ns.udp().connect(HOST, 90)
    sock.send(b"once")
    data, addr, port = there.recvfrom()
    equal((data, port), (b"once", sock.local()[1]), "datagram")
    there.sendto(b"back", addr, port)
    equal(sock.recvfrom(), (b"back", HOST, 90), "the answer")
    there.close()
    sock.close()


# --- masquerade follows the device -----------------------------------------------------------

@check("masquerade: the address goes, and its connections with it")
def masq_address():
    rules("postrouting oif t2 masquerade")
    ns.xip("addr add 10.9.9.1/24 dev t2")
    seen = flow(dst="10.60.1.1")
    equal(both_ways(UDP, seen, thin).src, "10.9.2.1", "before")
    ns.xip("addr del 10.9.2.1/24 dev t2",
           "neigh replace 10.9.9.2 lladdr %s dev t2 nud permanent" %
           thin.peer_mac, "route replace 10.60.0.0/16 via 10.9.9.2")

    def moved():
        enter(tap, packet(UDP, seen))
        return [ends(raw).src for raw in left(thin)] == ["10.9.9.1"]
    until(moved, "the new address")
    ns.xip("addr add 10.9.2.1/24 dev t2",
           "neigh replace 10.9.2.2 lladdr %s dev t2 nud permanent" %
           thin.peer_mac, "route replace 10.60.0.0/16 via 10.9.2.2")


@check("masquerade: the device goes down, and its connections with it")
def masq_down():
    rules("postrouting oif t2 masquerade")
    seen = flow(dst="10.60.1.2")
    there = both_ways(UDP, seen, thin)
    ns.ip("link set t2 down")

    def ended():
        ns.ip("link set t2 up")
        enter(thin, packet(UDP, answer(UDP, there)))
        gone = not left(tap)
        ns.ip("link set t2 down")
        return gone
    until(ended, "the end of the connection")
    ns.ip("link set t2 up")
    ns.xip("neigh replace 10.9.2.2 lladdr %s dev t2 nud permanent" %
           thin.peer_mac, "route replace 10.60.0.0/16 via 10.9.2.2")


@check("masquerade: the route moves to another device: a new connection")
def masq_route():
    rules("postrouting src 10.9.0.0/24 masquerade")
    seen = flow(dst="10.60.1.3")
    equal(both_ways(UDP, seen, thin).src, "10.9.2.1", "before")
    ns.xip("route replace 10.60.0.0/16 via " + FAR)
    nothing(packet(UDP, seen), "NatDeviceChanged")
    equal(both_ways(UDP, seen, far).src, GATE, "after")
    ns.xip("route replace 10.60.0.0/16 via 10.9.2.2")


@check("masquerade without an address drops, counted")
def masq_none():
    rules("prerouting iif r0 dst 10.70.0.0/16 redirect")
    ns.xip("addr del 10.1.0.1/24 dev r0")
    delta = Delta(ns)
    sock = host.udp()
    host.xip("neigh replace 10.1.0.1 lladdr %s dev c0 nud permanent" %
             macs[1])
    sock.sendto(b"lost", VIP, 53)
    until(lambda: delta.drops() == {"NatNoAddress": 1}, "the drop")
    sock.close()
    ns.xip("addr add 10.1.0.1/24 dev r0")


@check("no rule left: nothing is translated")
def last_rule():
    rules("postrouting oif t1 masquerade")
    seen = flow()
    equal(both_ways(UDP, seen).src, GATE, "before")
    rules()
    equal(pass_on(UDP, seen), seen, "after")


# --- nobody's namespace ----------------------------------------------------------------------

# An unprivileged user's own: a redirect on lo. By itself, since scapy takes
# its time to load.
INSIDE = """
from xlab import XSock, command
command("ip", "link", "set", "lo", "up")
command("xip", *"nat add prerouting dst 127.0.0.5 proto udp "
                "redirect to :5353".split())
there, sock = XSock("127.0.0.1", 5353), XSock()
sock.connect("127.0.0.5", 53)
sock.send(b"hello")
data, addr, port = there.recvfrom()
there.sendto(data, addr, port)
print(sock.recvfrom()[1:])
"""


@check("in a namespace that nobody made")
def unprivileged():
    os.environ["PYTHONPATH"] = os.path.dirname(HERE)
    with ns:
        said = command("setpriv", "--reuid", "65534", "--regid", "65534",
                       "--clear-groups", "unshare", "-Urn", sys.executable,
                       "-Bc", INSIDE)
    equal(said.strip(), "('127.0.0.5', 53)", "who answered")


if __name__ == "__main__":
    need()
    ktap.run(setup)
