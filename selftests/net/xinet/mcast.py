#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0
"""Multicast: options beside IPv4's, who gets a group's datagrams, how they
leave, devices that change, limits.

	+----------- host ------------+
	| 10.9.0.1/24 on t0 ──────────┼── tap: the link
	| 10.8.0.1/24 on t1 ──────────┼── tap: another link
	| 239/8 dev t0                |
	+-----------------------------+
"""
import errno
import json
import os
import socket
import struct
import subprocess
import sys
import threading

import ktap
from ktap import check, rows
from xlab import (AF_XINET, CLONE_NEWNET, LIBC, Delta, Ns, XSock, command, equal, need,
                  refused, until)
from xwire import HOST, XIP, XUDP, Tap, calm
from xinet_scapy import XICMP, inet_checksum

SOL_IP = socket.SOL_IP
IF, TTL, LOOP, ADD, DROP, ALL = 32, 33, 34, 35, 36, 49
JOIN_GROUP, LEAVE_GROUP = 42, 45
IP_TTL, IP_PKTINFO, REPORT_INET = 2, 8, 19000
GROUP, TWIN, THIRD = "239.1.2.3", "238.129.2.3", "239.9.9.9"
GROUP_MAC = "01:00:5e:01:02:03"
PORT = 77
here = os.path.abspath(__file__)
ns = away = tap = other = None
index = {}


def aton(addr):
    return socket.inet_aton(addr)


def mreq(group, addr="0.0.0.0"):
    return aton(group) + aton(addr)


def mreqn(group, addr="0.0.0.0", dev=0):
    return mreq(group, addr) + struct.pack("=i", index.get(dev, dev))


def group_req(group, dev, family=AF_XINET):
    address = struct.pack("=H2x", family) + aton(group) + bytes(120)
    return struct.pack("@I4x", index.get(dev, dev)) + address


class Member(XSock):
    """A socket on PORT, with options."""

    def __init__(self, addr="0.0.0.0", dev=None, join=(), only=False,
                 port=PORT):
        super().__init__(dev=dev)
        self.option(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.bind(addr, port)
        for group, where in join:
            self.join(group, where)
        if only:
            self.option(SOL_IP, ALL, 0)

    def join(self, group, dev):
        self.option(SOL_IP, ADD, mreqn(group, dev=dev))

    def leave(self, group, dev):
        self.option(SOL_IP, DROP, mreqn(group, dev=dev))


def member(*args, **words):
    with ns:
        return Member(*args, **words)


def setup():
    global ns, away, tap, other
    ns, away = Ns("host"), Ns("away")
    tap = Tap(ns)
    other = Tap(ns, dev="t1", mac="02:00:00:00:01:01", addr="10.8.0.1",
                peer="10.8.0.2", peer_mac="02:00:00:00:01:02")
    ns.xip("route add 239.0.0.0/8 dev t0")
    # the same for IPv4, to compare with
    ns.ip("addr add 10.9.0.1/24 dev t0", "addr add 10.8.0.1/24 dev t1",
          "route add 239.0.0.0/8 dev t0")
    with ns:
        for dev in ("lo", "t0", "t1"):
            index[dev] = socket.if_nametoindex(dev)
    calm(ns)


# --- options beside IPv4's -----------------------------------------------------------------

def inet_socket():
    with ns:
        return socket.socket(socket.AF_INET, socket.SOCK_DGRAM)


def outcome(sock, what):
    """What came of an option: "ok", bytes, or the error's name."""
    call, name, value = what
    try:
        if call == "get":
            return sock.getsockopt(SOL_IP, name, value)
        sock.setsockopt(SOL_IP, name, value() if callable(value) else value)
        return "ok"
    except OSError as error:
        return errno.errorcode[error.errno]


def put(name, value):
    return ("set", name, value)


def get(name, room=4):
    return ("get", name, room)


NEAR = lambda: mreqn(GROUP, dev="t0")       # noqa: E731
# name, what to do in order, what IPv4 must say last (None: whatever it says)
OPTIONS = [
    ("defaults: IF", [get(IF)], bytes(4)),
    ("defaults: TTL", [get(TTL)], b"\1\0\0\0"),
    ("defaults: LOOP", [get(LOOP)], b"\1\0\0\0"),
    ("defaults: ALL", [get(ALL)], b"\1\0\0\0"),
    ("one byte of TTL", [get(TTL, 1)], b"\1"),
    ("no room for IF", [get(IF, 0)], None),
    ("three bytes of IF", [get(IF, 3)], None),
] + [("TTL %d" % ttl, [put(TTL, ttl), get(TTL)], None)
     for ttl in (-2, -1, 0, 1, 2, 255, 256, 2 ** 31 - 1)
] + [("TTL %d is %s" % (ttl, says), [put(TTL, ttl)], says)
     for ttl, says in ((-2, "EINVAL"), (-1, "ok"), (0, "ok"), (255, "ok"),
                       (256, "EINVAL"))
] + [("TTL in one byte", [put(TTL, b"\7"), get(TTL)], b"\7\0\0\0"),
     ("TTL in no byte", [put(TTL, b"")], "EINVAL"),
     ("LOOP in no byte", [put(LOOP, b"")], "EINVAL"),
     ("ALL in no byte", [put(ALL, b"")], "EINVAL"),
] + [("LOOP %d" % val, [put(LOOP, val), get(LOOP)], None)
     for val in (-1, 0, 1, 2, 256)
] + [("ALL %d" % val, [put(ALL, val), get(ALL)], None)
     for val in (0, 1)
] + [("ALL %d is refused" % val, [put(ALL, val)], "EINVAL")
     for val in (-1, 2)
] + [
    # IP_MULTICAST_IF
    ("IF by address", [put(IF, aton(HOST)), get(IF)], aton(HOST)),
    ("IF by address of ip_mreq", [put(IF, mreq(GROUP, "10.8.0.1")), get(IF)],
     aton("10.8.0.1")),
    ("IF by number", [put(IF, lambda: mreqn("0.0.0.0", dev="t1")), get(IF)],
     bytes(4)),
    ("IF by both", [put(IF, lambda: mreqn("0.0.0.0", HOST, "t1")), get(IF)],
     aton(HOST)),
    ("IF back to none", [put(IF, aton(HOST)), put(IF, bytes(4)), get(IF)],
     bytes(4)),
    ("IF by 127.0.0.1", [put(IF, aton("127.0.0.1"))], "ok"),
    ("IF by another host's", [put(IF, aton("10.9.0.2"))], "EADDRNOTAVAIL"),
    ("IF by a broadcast", [put(IF, aton("10.9.0.255"))], "EADDRNOTAVAIL"),
    ("IF by no number", [put(IF, mreqn("0.0.0.0", dev=999))], "EADDRNOTAVAIL"),
    ("IF by a negative number", [put(IF, mreqn("0.0.0.0", dev=-1))],
     "EADDRNOTAVAIL"),
] + [("IF of %d bytes" % size, [put(IF, bytes(size))], says)
     for size, says in ((0, "EINVAL"), (3, "EINVAL"), (4, "ok"), (5, "ok"),
                        (7, "ok"), (8, "ok"), (11, "ok"), (12, "ok"),
                        (13, "ok"))
] + [
    # joining and leaving
    ("join by number", [put(ADD, NEAR)], "ok"),
    ("join by address", [put(ADD, mreq(GROUP, HOST))], "ok"),
    ("join by route", [put(ADD, mreq(GROUP))], "ok"),
    ("join without a route", [put(ADD, mreq("238.1.1.1"))], "ENODEV"),
    ("join on lo", [put(ADD, mreq(GROUP, "127.0.0.1"))], "ok"),
    ("join by another host's address", [put(ADD, mreq(GROUP, "10.9.0.2"))],
     "ENODEV"),
    ("join on no device", [put(ADD, mreqn(GROUP, dev=999))], "ENODEV"),
    ("join on a negative device", [put(ADD, mreqn(GROUP, dev=-1))], "ENODEV"),
    ("join twice", [put(ADD, NEAR), put(ADD, NEAR)], "EADDRINUSE"),
    ("join twice, named otherwise", [put(ADD, NEAR),
                                     put(ADD, mreq(GROUP, HOST))],
     "EADDRINUSE"),
    ("join on two devices", [put(ADD, NEAR),
                             put(ADD, lambda: mreqn(GROUP, dev="t1"))], "ok"),
    ("leave", [put(ADD, NEAR), put(DROP, NEAR)], "ok"),
    ("leave and join", [put(ADD, NEAR), put(DROP, NEAR), put(ADD, NEAR)],
     "ok"),
    ("leave twice", [put(ADD, NEAR), put(DROP, NEAR), put(DROP, NEAR)],
     "EADDRNOTAVAIL"),
    ("leave what was never joined", [put(DROP, NEAR)], "EADDRNOTAVAIL"),
    ("leave another device", [put(ADD, NEAR),
                              put(DROP, lambda: mreqn(GROUP, dev="t1"))],
     "EADDRNOTAVAIL"),
    ("leave by route", [put(ADD, NEAR), put(DROP, mreq(GROUP))], "ok"),
    ("leave by address", [put(ADD, NEAR), put(DROP, mreq(GROUP, HOST))],
     "ok"),
    ("leave by another host's address",
     [put(ADD, NEAR), put(DROP, mreq(GROUP, "10.9.0.2"))], "EADDRNOTAVAIL"),
    ("leave on no device", [put(ADD, NEAR), put(DROP, mreqn(GROUP, dev=999))],
     "EADDRNOTAVAIL"),
    ("leave without a route", [put(DROP, mreq("238.1.1.1"))], "ENODEV"),
    ("leave what is no group", [put(DROP, mreq("10.9.0.2", HOST))],
     "EADDRNOTAVAIL"),
] + [("join %s" % addr, [put(ADD, mreq(addr, HOST))], says)
     for addr, says in (("223.255.255.255", "EINVAL"), ("224.0.0.0", "ok"),
                        ("224.0.0.1", "ok"), ("239.255.255.255", "ok"),
                        ("240.0.0.0", "EINVAL"), ("0.0.0.0", "EINVAL"),
                        ("255.255.255.255", "EINVAL"), (HOST, "EINVAL"))
] + [("join in %d bytes" % size,
      [put(ADD, (mreqn(GROUP, HOST) + bytes(8))[:size])], says)
     for size, says in ((0, "EINVAL"), (7, "EINVAL"), (8, "ok"), (11, "ok"),
                        (12, "ok"), (20, "ok"))
] + [("leave in 7 bytes", [put(DROP, bytes(7))], "EINVAL"),
     ("membership cannot be read", [get(ADD)], "ENOPROTOOPT"),
     ("source filters are not there", [put(39, bytes(12))], None)]

# what is deliberately not as IPv4's
OWN = {"source filters are not there": "ENOPROTOOPT"}


@rows("option: %s", [(o[0],) + o for o in OPTIONS])
def option(name, steps, want):
    theirs, ours = inet_socket(), ns.udp().sock
    for step in steps[:-1]:
        equal(outcome(ours, step), outcome(theirs, step), "step before")
    says = outcome(theirs, steps[-1])
    if want is not None:
        equal(says, want, "IPv4")
    equal(outcome(ours, steps[-1]), OWN.get(name, says), "AF_XINET")
    theirs.close()
    ours.close()


@rows("group_req: %s", [
    (n,) + row for n, row in enumerate([
        (JOIN_GROUP, GROUP, "t0", AF_XINET, "ok"),
        (JOIN_GROUP, GROUP, 0, AF_XINET, "ok"),
        (JOIN_GROUP, GROUP, 999, AF_XINET, "ENODEV"),
        (JOIN_GROUP, HOST, "t0", AF_XINET, "EINVAL"),
        (JOIN_GROUP, GROUP, "t0", socket.AF_INET, "EINVAL"),
        (JOIN_GROUP, GROUP, "t0", socket.AF_UNSPEC, "EINVAL"),
        (LEAVE_GROUP, GROUP, "t0", AF_XINET, "EADDRNOTAVAIL"),
        (LEAVE_GROUP, GROUP, "t0", socket.AF_INET, "EINVAL")])])
def group_request(name, group, dev, family, want):
    sock = ns.udp().sock
    value = group_req(group, dev, family)
    equal(outcome(sock, put(name, value[:135])), "EINVAL", "too short")
    equal(outcome(sock, put(name, value)), want)
    sock.close()


@check("MCAST_JOIN_GROUP and IP_DROP_MEMBERSHIP mean the same groups")
def group_request_same():
    sock = ns.udp().sock
    equal(outcome(sock, put(JOIN_GROUP, group_req(GROUP, "t0"))), "ok")
    equal(outcome(sock, put(ADD, NEAR)), "EADDRINUSE")
    equal(outcome(sock, put(DROP, NEAR)), "ok")
    equal(outcome(sock, put(ADD, NEAR)), "ok")
    equal(outcome(sock, put(LEAVE_GROUP, group_req(GROUP, "t0"))), "ok")
    equal(outcome(sock, put(LEAVE_GROUP, group_req(GROUP, "t0"))),
          "EADDRNOTAVAIL")
    sock.close()


@check("with XIP_REPORT_INET a group_req may say AF_INET")
def group_request_inet():
    sock = ns.udp().sock
    sock.setsockopt(SOL_IP, REPORT_INET, 1)
    value = group_req(GROUP, "t0", socket.AF_INET)
    equal(outcome(sock, put(JOIN_GROUP, value)), "ok")
    equal(outcome(sock, put(LEAVE_GROUP, value)), "ok")
    sock.close()


@check("IP_MULTICAST_IF of another device than the socket is bound to: EINVAL")
def option_bound():
    sock = ns.udp(dev="t0").sock
    equal(outcome(sock, put(IF, mreqn(GROUP, dev="t1"))), "EINVAL")
    equal(outcome(sock, put(IF, aton("10.8.0.1"))), "EINVAL")
    equal(outcome(sock, put(IF, mreqn(GROUP, dev="t0"))), "ok")
    sock.close()


# --- who gets it ------------------------------------------------------------------------------

def frame(data=b"to the group", dst=GROUP, wire=None, dport=PORT, **fields):
    made = (wire or tap).udp(data, dst=dst, dport=dport, **fields)
    made.dst = "01:00:5e:%02x:%02x:%02x" % ((aton(dst)[1] & 127,) +
                                            tuple(aton(dst)[2:]))
    return made


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
    socks = [member(*place) for place in PLACES]
    wire = tap if dev == "t0" else other
    delta = Delta(ns)
    equal(wire.exchange(frame(dst=dst, wire=wire)), [], "answers")
    got = [n for n, sock in enumerate(socks)
           if sock.pending() == [b"to the group"]]
    equal(got, want, "sockets")
    equal(delta.drops(), {}, "drops")
    equal(delta.get("Udp.InDatagrams"), len(want), "InDatagrams")
    for sock in socks:
        sock.close()


@check("a group that nobody has joined is not taken, on any device")
def not_joined():
    idle = member()
    for wire in (tap, other):
        delta = Delta(ns)
        equal(wire.exchange(frame(wire=wire)), [], "answers")
        equal(delta.drops(), {"MulticastNotJoined": 1}, "drops")
    equal(idle.pending(), [], "datagrams")
    idle.close()


@check("what one device has joined is not taken on another")
def other_device():
    sock = member(join=[(GROUP, "t0")])
    delta = Delta(ns)
    other.exchange(frame(wire=other))
    equal(delta.drops(), {"MulticastNotJoined": 1}, "drops")
    sock.close()


@check("leaving ends it, closing ends it, one of two members ends nothing")
def leaving():
    one, two = (member(join=[(GROUP, "t0")]) for _ in range(2))
    tap.exchange(frame())
    equal((one.pending(), two.pending()), ([b"to the group"],) * 2)
    one.leave(GROUP, "t0")
    tap.exchange(frame())
    equal(two.pending(), [b"to the group"])
    two.close()
    delta = Delta(ns)
    tap.exchange(frame())
    equal(delta.drops(), {"MulticastNotJoined": 1}, "drops")
    one.close()


@check("a datagram in fragments is put together for the members")
def fragments():
    socks = [member(join=[(GROUP, "t0")]) for _ in range(2)]
    payload = bytes(frame(bytes(2000))[XIP])[20:]
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
    sock = member(join=[(GROUP, "t0")])
    made = frame()
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
        made = frame(**fields)
    equal([f.summary() for f in tap.exchange(made)], [], "answers")
    equal([f.summary() for f in other.frames()], [], "the other link")
    ns.sysctl(forwarding=0)
    sock.close()


@check("a group's datagram is not forwarded, joined or not, route or not")
def not_forwarded():
    ns.sysctl(forwarding=1)
    ns.xip("route add 239.2.0.0/16 dev t1")
    sock = member(join=[("239.2.0.1", "t0")])
    for dst in ("239.2.0.1", "239.2.0.2"):
        equal(tap.exchange(frame(dst=dst, ttl=9)), [], "answers")
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
    sock = member(join=[(GROUP, "t0")])
    sock.option(SOL_IP, IP_PKTINFO, 1)
    tap.exchange(frame())
    control = sock.sock.recvmsg(100, 100)[1]
    equal(control, [(SOL_IP, IP_PKTINFO, struct.pack("=i", index["t0"]) +
                     aton(HOST) + aton(GROUP))])
    sock.close()


class Raw(XSock):
    """A raw socket for protocol 17."""

    def __init__(self):
        # pylint: disable=super-init-not-called
        handle = LIBC.socket(AF_XINET, socket.SOCK_RAW, 17)
        self.sock = socket.socket(socket.AF_INET, socket.SOCK_RAW, 17, handle)
        self.sock.setblocking(False)


@check("raw sockets: members only, or by IP_MULTICAST_ALL")
def raw_sockets():
    with ns:
        socks = [Raw() for _ in range(3)]
    joiner = member(join=[(GROUP, "t0")], port=78)
    socks[0].option(SOL_IP, ADD, mreqn(GROUP, dev="t0"))
    socks[0].option(SOL_IP, ALL, 0)
    socks[1].option(SOL_IP, ALL, 0)
    tap.exchange(frame())
    equal([len(sock.pending()) for sock in socks], [1, 0, 1])
    for sock in socks + [joiner]:
        sock.close()


# --- the device's filter -----------------------------------------------------------------------

def maddr(dev="t0", space=None):
    """{MAC: users} of the device's filter, IPv4's own aside."""
    with space or ns:
        shown = json.loads(command("ip", "-j", "maddr", "show", "dev", dev))
    return {entry["link"]: entry.get("users", 1)
            for entry in shown[0]["maddr"] if "link" in entry}


def groups(space=None):
    """{(device, group): users} of /proc/net/xinet/mcast."""
    with space or ns, open("/proc/thread-self/net/xinet/mcast",
                           encoding="ascii") as lines:
        found = {}
        for line in list(lines)[1:]:
            number, dev, group, users = line.split()
            equal(int(number), socket.if_nametoindex(dev), "index")
            found[dev, group] = int(users)
    return found


ALWAYS = {(dev, "224.0.0.1"): 1 for dev in ("lo", "t0", "t1")}


@check("/proc/net/xinet/mcast counts sockets; 224.0.0.1 is always there")
def proc():
    equal(groups(), ALWAYS)
    one = member(join=[(GROUP, "t0"), (GROUP, "t1"), ("224.0.0.1", "t0")])
    two = member(join=[(GROUP, "t0")])
    equal(groups(), {**ALWAYS, ("t0", GROUP): 2, ("t1", GROUP): 1,
                     ("t0", "224.0.0.1"): 2})
    one.close()
    equal(groups(), {**ALWAYS, ("t0", GROUP): 1})
    two.close()
    equal(groups(), ALWAYS)


@check("the device's filter has a group's MAC as long as there is a member")
def filter_users():
    before = maddr()
    one, two = (member(join=[(GROUP, "t0")]) for _ in range(2))
    # two groups of one MAC
    three = member(join=[(TWIN, "t0")])
    equal(maddr().get(GROUP_MAC), 2)
    equal("01:00:5e:00:00:01" in maddr(), True, "224.0.0.1")
    one.close()
    three.close()
    equal(maddr().get(GROUP_MAC), 1)
    two.close()
    equal(maddr(), before)


@check("the filter follows the device down and up, and so do members")
def down_up():
    before = maddr()
    sock = member(join=[(GROUP, "t0")])
    ns.ip("link set t0 down")
    equal(GROUP_MAC in maddr(), False, "while down")
    # joined while down counts as well
    sock.join(THIRD, "t0")
    equal("01:00:5e:09:09:09" in maddr(), False, "while down")
    ns.ip("link set t0 up")
    equal((maddr().get(GROUP_MAC), maddr().get("01:00:5e:09:09:09")), (1, 1))
    ns.xip("neigh replace %s lladdr %s dev t0 nud permanent" %
           (tap.peer, tap.peer_mac), "route replace 239.0.0.0/8 dev t0")
    tap.exchange(frame(), frame(dst=THIRD))
    equal(sock.pending(), [b"to the group"] * 2)
    sock.close()
    equal(maddr(), before)


# --- devices that go ---------------------------------------------------------------------------

def dummy(name="d0"):
    ns.ip("link add %s type dummy" % name, "link set %s up" % name)
    with ns:
        index[name] = socket.if_nametoindex(name)


@check("a device that goes takes its groups; leaving and closing still work")
def unregister():
    dummy()
    one = member(join=[(GROUP, "d0")])
    two = member(join=[(GROUP, "d0"), (GROUP, "t0")])
    equal(groups()["d0", GROUP], 2)
    ns.ip("link del d0")
    equal(groups(), {**ALWAYS, ("t0", GROUP): 1})
    one.leave(GROUP, "d0")
    refused("EADDRNOTAVAIL", one.leave, GROUP, "d0")
    refused("ENODEV", one.join, GROUP, "d0")
    two.close()
    one.close()
    equal(groups(), ALWAYS)


@check("members do not follow a device into another namespace, nor back")
def moved():
    dummy()
    sock = member(join=[(GROUP, "d0")])
    equal(GROUP_MAC in maddr("d0"), True)
    ns.ip("link set d0 netns " + away.path)
    equal(groups(), ALWAYS)
    away.ip("link set d0 up")
    equal(GROUP_MAC in maddr("d0", away), False, "filter, moved")
    with away:
        there = Member(port=79)
        index["away"] = socket.if_nametoindex("d0")
        there.join(GROUP, "away")
    equal(groups(away).get(("d0", GROUP)), 1)
    away.ip("link set d0 netns " + ns.path)
    equal(("d0", GROUP) in groups(away), False)
    ns.ip("link set d0 up")
    equal(GROUP_MAC in maddr("d0"), False, "filter, back")
    sock.leave(GROUP, "d0")
    with ns:
        index["d0"] = socket.if_nametoindex("d0")
    sock.join(GROUP, "d0")
    equal(GROUP_MAC in maddr("d0"), True, "joined anew")
    ns.ip("link del d0")
    sock.close()
    there.close()


@check("a namespace that ends leaves no device behind that has a member")
def namespace_ends():
    gone = Ns("gone")
    gone.ip("link add d1 type dummy", "link set d1 up")
    with gone:
        sock = Member()
        sock.option(SOL_IP, ADD, mreqn(GROUP, dev=socket.if_nametoindex("d1")))
    gone.ip("link del d1")
    sock.close()


@check("a MTU too small for the family ends membership")
def small_mtu():
    dummy()
    sock = member(join=[(GROUP, "d0")])
    ns.ip("link set d0 mtu 67")
    equal(("d0", GROUP) in groups(), False)
    refused("ENODEV", sock.join, THIRD, "d0")
    ns.ip("link del d0")
    sock.close()


# --- how it leaves -----------------------------------------------------------------------------

def sent(sock, dst=GROUP, data=b"out", port=PORT):
    """What leaves for a datagram: (device, source, TTL), or nothing."""
    if dst:
        sock.sendto(data, dst, port)
    else:
        sock.send(data)
    return [("t0", f[XIP].src, f[XIP].ttl) for f in tap.fence()
            if XUDP in f] + \
        [("t1", f[XIP].src, f[XIP].ttl) for f in other.fence() if XUDP in f]


ONE, TWO = ("t0", HOST, 1), ("t1", "10.8.0.1", 1)


@rows("which way a group's datagram leaves: %s", [
    ("by the route", {}, None, ONE),
    ("by IP_MULTICAST_IF, a number", {"dev": "t1"}, None, TWO),
    ("by IP_MULTICAST_IF, an address", {"addr": "10.8.0.1"}, None, TWO),
    ("by IP_MULTICAST_IF, both", {"addr": HOST, "dev": "t1"}, None,
     ("t1", HOST, 1)),
    ("by SO_BINDTODEVICE", {}, "t1", TWO),
    ("SO_BINDTODEVICE before IP_MULTICAST_IF", {"dev": "t1", "late": "t0"},
     None, ONE)])
def way(options, dev, want):
    late = options.pop("late", None)
    sock = ns.udp(dev=dev)
    if options:
        sock.option(SOL_IP, IF, mreqn("0.0.0.0", **options))
    if late:
        sock.option(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, late.encode())
    equal(sent(sock), [want])
    # unicast does not care
    equal([f[0] for f in sent(sock, "10.9.0.2", port=7)][:1],
          ["t0"] if dev != "t1" else ["t0"][:0], "unicast")
    sock.close()


@check("IP_PKTINFO names device and source of one datagram")
def way_pktinfo():
    sock = ns.udp().connect(GROUP, PORT)
    for info, want in (
            (struct.pack("=i", index["t1"]) + bytes(8), HOST),
            (bytes(4) + aton("10.8.0.1") + bytes(4), "10.8.0.1")):
        sock.sock.sendmsg([b"x"], [(SOL_IP, IP_PKTINFO, info)])
        equal(other.wait(XUDP)[XIP].src, want)
    equal(tap.fence(), [], "the other link")
    sock.close()


@check("a connected socket: source chosen, IP_MULTICAST_IF heeded afterwards")
def connected():
    sock = ns.udp()
    sock.option(SOL_IP, IF, mreqn("0.0.0.0", dev="t1"))
    sock.connect(GROUP, PORT)
    equal(sock.local()[0], "10.8.0.1")
    equal((sent(sock, None), sent(sock, None)), ([TWO], [TWO]))
    sock.option(SOL_IP, IF, mreqn("0.0.0.0", dev="t0"))
    equal(sent(sock, None), [("t0", "10.8.0.1", 1)])
    sock.close()
    sock = ns.udp().connect(GROUP, PORT)
    equal(sock.local()[0], HOST)
    equal(sent(sock, None), [ONE])
    sock.close()


@rows("TTL of a group's datagram: %s", [
    ("default", [], 1), ("IP_TTL means nothing", [(IP_TTL, 9)], 1),
    ("IP_MULTICAST_TTL", [(TTL, 7)], 7), ("255", [(TTL, 255)], 255),
    ("both", [(TTL, 7), (IP_TTL, 9)], 7), ("-1", [(TTL, 7), (TTL, -1)], 1)])
def ttl_of(options, want):
    sock = ns.udp()
    for name, value in options:
        sock.option(SOL_IP, name, value)
    equal(sent(sock), [("t0", HOST, want)])
    equal(sent(sock, "10.9.0.2", port=7)[0][2],
          dict(options).get(IP_TTL, 64), "unicast")
    sock.close()


@check("a message's own IP_TTL goes before IP_MULTICAST_TTL")
def ttl_message():
    for value in (9, 255):
        sock = ns.udp().connect(GROUP, PORT)
        sock.option(SOL_IP, TTL, 7)
        sock.option(SOL_IP, IP_TTL, value)
        sock.sock.sendmsg([b"x"], [(SOL_IP, IP_TTL, struct.pack("=i", value))])
        equal(tap.wait(XUDP)[XIP].ttl, value)
        sock.close()


@check("the source of IP_MULTICAST_IF that is gone: EINVAL")
def source_gone():
    ns.xip("addr add 10.9.0.77/24 dev t0")
    sock = ns.udp()
    sock.option(SOL_IP, IF, aton("10.9.0.77"))
    equal(sent(sock), [("t0", "10.9.0.77", 1)])
    ns.xip("addr del 10.9.0.77/24 dev t0")
    refused("EINVAL", sock.sendto, b"x", GROUP, PORT)
    refused("EINVAL", sock.connect, GROUP, PORT)
    sock.close()


# --- our own members --------------------------------------------------------------------------

@rows("loop: %s", [
    ("a member on the device gets what leaves", "t0", {}, True, True),
    ("without IP_MULTICAST_LOOP it does not", "t0", {LOOP: 0}, False, True),
    ("a member on another device does not", "t1", {}, False, True),
    ("TTL 0 stays here", "t0", {TTL: 0}, True, False),
    ("TTL 0 without loop goes nowhere", "t0", {TTL: 0, LOOP: 0}, False, False),
    ("TTL 0 without a member goes nowhere", "t1", {TTL: 0}, False, False)])
def loop(dev, options, heard, leaves):
    mine = member(join=[(GROUP, dev)], only=True)
    sock = ns.udp()
    for name, value in options.items():
        sock.option(SOL_IP, name, value)
    delta = Delta(ns)
    equal(sent(sock), [("t0", HOST, options.get(TTL, 1))] if leaves else [])
    if heard:
        equal(mine.recvfrom()[:2], (b"out", HOST))
    equal(mine.pending(), [])
    equal(delta.drops(), {} if leaves else {"MulticastTtl": 1}, "drops")
    sock.close()
    mine.close()


@check("a large datagram loops whole, and leaves in fragments")
def loop_large():
    mine = member(join=[(GROUP, "t0")])
    sock = ns.udp()
    sock.sendto(b"L" * 4000, GROUP, PORT)
    equal(mine.recv(), b"L" * 4000)
    equal([(f[XIP].frag, f[XIP].len) for f in tap.fence()],
          [(0, 1500), (185, 1500), (370, 4008 - 2960 + 20)])
    sock.close()
    mine.close()


@check("by lo a group stays on the host, whatever the TTL")
def by_lo():
    mine = member(join=[(GROUP, "lo")], only=True)
    sock = ns.udp()
    sock.option(SOL_IP, IF, aton("127.0.0.1"))
    for ttl in (1, 0):
        sock.option(SOL_IP, TTL, ttl)
        equal(sent(sock), [])
        equal(mine.recvfrom()[:2], (b"out", "127.0.0.1"))
    equal(mine.pending(), [])
    sock.close()
    mine.close()


# --- the device of our own addresses, as IPv4 has it -------------------------------------------

def by_inet(func):
    """func(sock factory) for IPv4 and for us; both must say the same."""
    def theirs(addr=None, port=0, dev=None):
        sock = inet_socket()
        sock.setblocking(False)
        if dev:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE,
                            dev.encode())
        if addr:
            sock.bind((addr, port))
        return sock, lambda data, to, port: sock.sendto(data, (to, port))

    def ours(addr=None, port=0, dev=None):
        made = ns.udp(addr, port, dev=dev)
        return made.sock, made.sendto
    said = func(theirs)
    equal(func(ours), said)
    return said


@rows("a datagram to an own address, and SO_BINDTODEVICE: %s", [
    ("%s on %s" % (to, dev), to, dev, want) for to, dev, want in (
        (HOST, "t0", True), (HOST, "t1", False), (HOST, "lo", False),
        ("10.8.0.1", "t1", True), ("127.0.0.1", "lo", True),
        ("127.0.0.1", "t0", False), ("127.1.2.3", "lo", True))])
def own_bound(to, dev, want):
    def heard(make):
        sock, _ = make("0.0.0.0", 4567, dev)
        out, send = make()
        send(b"me", to, 4567)
        try:
            found = until(lambda: _took(sock), seconds=0.3) == b"me"
        except AssertionError:
            found = False
        sock.close()
        out.close()
        return found
    equal(by_inet(heard), want)


def _took(sock):
    try:
        return sock.recv(100)
    except (BlockingIOError, ConnectionRefusedError):
        return None


@rows("a datagram to an own address, and ipi_ifindex: %s", [
    (to, to, dev) for to, dev in ((HOST, "t0"), ("10.8.0.1", "t1"),
                                  ("127.0.0.1", "lo"), ("127.1.2.3", "lo"))])
def own_pktinfo(to, dev):
    def told(make):
        sock, _ = make("0.0.0.0", 4568)
        sock.setsockopt(SOL_IP, IP_PKTINFO, 1)
        out, send = make()
        send(b"me", to, 4568)
        control = until(lambda: _told(sock))
        sock.close()
        out.close()
        return control
    equal(by_inet(told), struct.pack("=i", index[dev]) + aton(to) * 2)


def _told(sock):
    try:
        return sock.recvmsg(100, 100)[1][0][2]
    except BlockingIOError:
        return None


# --- limits -------------------------------------------------------------------------------------

def join_many(sock, numbers):
    """How many groups were joined, and what the last refusal was."""
    done, said = 0, "ok"
    for n in numbers:
        says = outcome(sock, put(ADD, mreqn("239.7.%d.%d" % divmod(n, 256),
                                            dev="t0")))
        done += says == "ok"
        said = says if says != "ok" else said
    return done, said


@check("igmp_max_memberships bounds a socket, 20 by default, as IPv4's")
def limit_socket():
    equal(ns.get_sysctl("igmp_max_memberships"), "20")
    theirs, ours = inet_socket(), ns.udp().sock
    equal(join_many(theirs, range(25)), (20, "ENOBUFS"))
    equal(join_many(ours, range(25)), (20, "ENOBUFS"))
    equal(outcome(ours, put(ADD, mreqn("239.7.0.0", dev="t0"))), "EADDRINUSE")
    ns.sysctl(igmp_max_memberships=22)
    equal(join_many(ours, range(100, 125)), (2, "ENOBUFS"))
    ns.sysctl(igmp_max_memberships=20)
    theirs.close()
    ours.close()
    equal(groups(), ALWAYS)


@check("mcast_max bounds a namespace, and what is given back counts no more")
def limit_namespace():
    old = ns.get_sysctl("mcast_max")
    ns.sysctl(mcast_max=25)
    one, two = ns.udp().sock, ns.udp().sock
    equal(join_many(one, range(20)), (20, "ok"))
    equal(join_many(two, range(20)), (5, "ENOBUFS"))
    one.close()
    equal(join_many(two, range(20, 40)), (15, "ENOBUFS"))
    two.close()
    ns.sysctl(mcast_max=old)


@check("the socket's option memory bounds it, too")
def limit_optmem():
    ns.sysctl(igmp_max_memberships=4096)
    sock = ns.udp().sock
    done, said = join_many(sock, range(4096))
    equal(said, "ENOBUFS")
    if done < 20:
        raise AssertionError("only %d" % done)
    sock.close()
    ns.sysctl(igmp_max_memberships=20)
    equal(groups(), ALWAYS)


def inside():
    """What nobody can do in a namespace of its own."""
    command("ip", "link", "set", "lo", "up")
    command("ip", "link", "add", "d0", "type", "dummy")
    command("ip", "link", "set", "d0", "up")
    index["t0"] = socket.if_nametoindex("d0")
    base = "/proc/sys/net/xinet/"

    def write(path, value):
        try:
            with open(path, "w", encoding="ascii") as knob:
                knob.write(str(value))
            return "ok"
        except OSError as error:
            return errno.errorcode[error.errno]
    said = {"above": write(base + "mcast_max", 65537),
            "above socket": write(base + "igmp_max_memberships", 4097),
            "parameter": write(
                "/sys/module/xinet/parameters/memberships_max", 1 << 30),
            "max": write(base + "mcast_max", 50)}
    socks = [XSock().sock for _ in range(4)]
    said["joined"] = [join_many(sock, range(20)) for sock in socks]
    print(json.dumps(said))


@check("nobody, in a namespace of its own, may join, in bounds")
def nobody():
    run = subprocess.run(
        ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups",
         "--bounding-set=-all", "--inh-caps=-all", "unshare", "-Urn", here,
         "inside"], check=False, text=True, capture_output=True)
    if run.returncode:
        raise AssertionError(run.stdout + run.stderr)
    equal(json.loads(run.stdout),
          {"above": "EINVAL", "above socket": "EINVAL", "parameter": "EACCES",
           "max": "ok", "joined": [[20, "ok"], [20, "ok"], [10, "ENOBUFS"],
                                   [0, "ENOBUFS"]]})


# --- all at once ---------------------------------------------------------------------------------

@check("joining, leaving and closing while datagrams come in and devices go")
def race():
    stop, failed = [], []
    dummy()

    def joins():
        try:
            LIBC.setns(ns.fd, CLONE_NEWNET)
            while not stop:
                sock = Member(only=True)
                for dev in ("t0", "d0"):
                    says = outcome(sock.sock, put(ADD, mreqn(GROUP, dev=dev)))
                    if says not in ("ok", "ENODEV"):
                        raise AssertionError(says)
                try:
                    sock.sendto(b"x", GROUP, PORT)
                except OSError:
                    pass
                sock.close()
        except Exception as error:      # pylint: disable=broad-except
            failed.append(error)
    workers = [threading.Thread(target=joins) for _ in range(3)]
    for worker in workers:
        worker.start()
    raw = bytes(frame())
    try:
        for turn in range(12):
            for _ in range(50):
                tap.send(raw)
            if turn % 4 == 2:
                ns.ip("link del d0", "link add d0 type dummy",
                      "link set d0 up")
                with ns:
                    index["d0"] = socket.if_nametoindex("d0")
    finally:
        stop.append(True)
        for worker in workers:
            worker.join()
    ns.ip("link del d0")
    equal(failed, [])
    equal(groups(), ALWAYS)


if __name__ == "__main__":
    if sys.argv[1:] == ["inside"]:
        inside()
        sys.exit()
    need()
    ktap.run(setup)
