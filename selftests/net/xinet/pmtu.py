#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0
"""Path MTU: what sockets do with it, and whom a host believes about it.

	+------------ host ------------+
	| 10.9.0.1/24 on t0, MTU 1500 ─┼── tap: 10.9.0.2, router to all of
	|                              |   10.50.0.0/16, 10.51.0.0/16 (mtu lock
	|                              |   1200) and 10.52.0.0/16 (mtu 1300);
	| 10.8.0.1/24 on t1 ───────────┼── tap: 10.8.0.2, forwarded for
	+------------------------------+

	client ── 1500 ── r1 ── 1000 ── r2 ── 800 ── server
"""
import errno
import itertools
import struct

import ktap
from ktap import Skip, check, rows
from xlab import Delta, Ns, command, equal, need, refused, until, veth
from xwire import PEER, XICMP, XIP, XUDP, Tap, calm, drops

SOL_IP, IP_MTU_DISCOVER, IP_MTU = 0, 10, 14
DONT, WANT, DO, PROBE, INTERFACE, OMIT = range(6)
MODES = ("DONT", "WANT", "DO", "PROBE", "INTERFACE", "OMIT")
OTHER, OTHER_MAC = "10.9.0.3", "02:00:00:00:00:03"
ns = tap = side = None
cuts = False
fresh = ("10.50.%d.%d" % (n // 250, n % 250 + 1) for n in itertools.count())


def setup():
    global ns, tap, side, cuts
    ns = Ns("host")
    tap = Tap(ns)
    side = Tap.second(ns)
    calm(ns)
    ns.sysctl(forwarding=1, accept_redirects=1, ping_group_range="0 0")
    ns.xip("route add 10.50.0.0/16 via " + PEER,
           "route add 10.51.0.0/16 via %s mtu lock 1200" % PEER,
           "route add 10.52.0.0/16 via %s mtu 1300" % PEER,
           "neigh add %s lladdr %s dev t0 nud permanent" % (OTHER, OTHER_MAC))
    cuts = sent(to(next(fresh), DONT), 1501) != "EMSGSIZE"


def to(addr, mode=None):
    """A socket connected to it."""
    sock = ns.udp().connect(addr, 9)
    if mode is not None:
        sock.option(SOL_IP, IP_MTU_DISCOVER, mode)
    return sock


def mtu(sock):
    return sock.sock.getsockopt(SOL_IP, IP_MTU)


def wire(sock, size):
    """What goes out for a packet of that size, DF, parsed."""
    sock.send(bytes(size - 28))
    return [f[XIP] for f in tap.fence() if XIP in f and f[XIP].proto == 17]


def sent(sock, size):
    """What became of it: an errno, whole with DF or without, or cut to."""
    try:
        found = wire(sock, size)
    except OSError as error:
        return errno.errorcode[error.errno]
    if len(found) == 1:
        equal(found[0].len, size, "length")
        equal(found[0].flags in (0, 2), True, "flags of one packet")
        if found[0].flags == 2:
            equal(found[0].id, 0, "identification")
        return "DF" if found[0].flags == 2 else "may"
    equal(len({f.id for f in found}), 1, "identifications")
    equal(sum(f.len - 20 for f in found), size - 20, "bytes")
    equal([f.flags for f in found], [1] * (len(found) - 1) + [0], "flags")
    return max(f.len for f in found)


def quote(sock, size=1400):
    """A datagram of that size as a router quotes it, sent or made up."""
    addr, number = sock.local()
    return XIP(src=addr, dst=sock.peer, proto=17, flags=2, len=size) / \
        XUDP(sport=number, dport=9, len=size - 20)


def message(about, told, **fields):
    return tap.xip(**{"proto": 1, **fields}) / \
        XICMP(type=3, code=4, rest=struct.pack("!HH", 0, told)) / about


def learner(mode=None, addr=None):
    """A socket to a destination of which nothing is known yet."""
    addr = addr or next(fresh)
    sock = to(addr, mode)
    sock.peer = addr
    return sock


def teach(told, sock=None, size=1400):
    """Let a router say that; the socket that it was said to."""
    sock = sock or learner()
    equal(tap.exchange(message(quote(sock, size), told)), [], "answers")
    return sock


def words(line):
    """What xip prints."""
    with ns:
        return command("xip", *line.split()).split()


def shown(addr):
    """(mtu, locked, expires) as xip route get says."""
    text = words("route get " + addr)
    route = ns.xip_json("route get " + addr)[0]
    metrics = route.get("metrics", [{}])[0]
    return metrics.get("mtu"), "lock" in text, route.get("expires")


# --- sending ----------------------------------------------------------------------

SIZES = (1000, 1001, 1500, 1501, 65535)
TABLE = {
    "DONT": ["may"] + [996] * 4,
    "WANT": ["DF"] + [996] * 4,
    "DO": ["DF"] + ["EMSGSIZE"] * 4,
    "PROBE": ["DF"] * 3 + ["EMSGSIZE"] * 2,
    "INTERFACE": ["may"] * 3 + ["EMSGSIZE"] * 2,
    "OMIT": ["may"] * 3 + [1500] * 2,
}


@rows("path 1000, link 1500: IP_PMTUDISC_%s sends", [
    ("%s %d" % (mode, size), MODES.index(mode), size, want)
    for mode in MODES for size, want in zip(SIZES, TABLE[mode])])
def sends(mode, size, want):
    if isinstance(want, int) and not cuts:
        raise Skip("nothing is fragmented here yet")
    sock = teach(1000)
    equal(mtu(sock), 1000, "IP_MTU")
    sock.error()
    sock.option(SOL_IP, IP_MTU_DISCOVER, mode)
    got = sent(sock, size)
    equal(got, want, "a packet of %d" % size)
    sock.close()


@check("65,508 bytes are too many whatever the mode")
def too_long():
    for mode in range(6):
        sock = learner(mode)
        refused("EMSGSIZE", sock.send, bytes(65508))
        sock.close()


@check("IP_MTU_DISCOVER: WANT at first; 0 to 5 are taken, others refused")
def option_values():
    sock = ns.udp()
    equal(sock.sock.getsockopt(SOL_IP, IP_MTU_DISCOVER), WANT, "default")
    for mode in range(6):
        sock.option(SOL_IP, IP_MTU_DISCOVER, mode)
        equal(sock.sock.getsockopt(SOL_IP, IP_MTU_DISCOVER), mode, "mode")
    for mode in (-1, 6, 256, 1 << 30):
        refused("EINVAL", sock.option, SOL_IP, IP_MTU_DISCOVER, mode)
    equal(sock.sock.getsockopt(SOL_IP, IP_MTU_DISCOVER), OMIT, "mode")
    sock.close()


@check("identifications differ from packet to packet and are not in step")
def identifications():
    one, two = learner(DONT), learner(DONT)
    first = [wire(one, 100)[0].id for _ in range(40)]
    other = [wire(two, 100)[0].id for _ in range(40)]
    equal(len(set(first)), 40, "different ones")
    equal(len({(b - a) & 0xffff for a, b in zip(first, other)}) > 1 or
          first[0] != other[0], True, "numbers of their own")
    for sock in (one, two):
        sock.close()


@check("the checksum of what may be fragmented is right")
def checksum():
    sock = learner(DONT)
    packet = wire(sock, 1301)[0]
    copy = XIP(bytes(packet))
    equal(copy[XUDP].chksum != 0, True, "a checksum")
    equal(copy[XUDP].sum_over(bytes(copy[XUDP])), 0, "sum with it")
    sock.close()


# --- learning ----------------------------------------------------------------------

@rows("%s", [
    ("1399 of 1400 is believed", 1399, 1400, 1399, False),
    ("552 is believed", 552, 1400, 552, False),
    ("551 is the floor, and locked", 551, 1400, 552, True),
    ("68 is the floor, and locked", 68, 1400, 552, True),
    ("1 is the floor, and locked", 1, 1400, 552, True),
    ("none said of 1500: the plateau 1492", 0, 1500, 1492, False),
    ("none said of 1493: the plateau 1492", 0, 1493, 1492, False),
    ("none said of 1492: the plateau 1006", 0, 1492, 1006, False),
    ("none said of 1007: the plateau 1006", 0, 1007, 1006, False),
    ("none said of 1006: below the floor", 0, 1006, 552, True)])
def learns(told, size, want, locked):
    sock = teach(told, size=size)
    equal(mtu(sock), want, "IP_MTU")
    equal(sock.error(), "EMSGSIZE", "SO_ERROR")
    got = shown(sock.peer)
    equal(got[:2], (want, locked), "route get")
    equal(595 <= got[2] <= 600, True, "expires %r" % got[2])
    equal(sent(sock, want), "may" if locked else "DF", "a packet that fits")
    sock.option(SOL_IP, IP_MTU_DISCOVER, DO)
    equal(sent(sock, want), "DF", "the same with DO")
    equal(sent(sock, want + 1), "EMSGSIZE", "one byte more")
    sock.close()


@check("other destinations behind the same router are left alone")
def others():
    one, two = learner(), learner()
    teach(700, one)
    equal((mtu(one), mtu(two)), (700, 1500), "IP_MTU")
    equal(sent(two, 1500), "DF", "a packet to the other")
    equal(shown(two.peer), (None, False, None), "route get")


@check("a message lowers, and never raises")
def never_raises():
    sock = teach(1000)
    teach(1200, sock)
    equal(mtu(sock), 1000, "after 1200")
    teach(900, sock)
    equal(mtu(sock), 900, "after 900")
    teach(100, sock)
    equal(mtu(sock), 552, "after 100")
    teach(560, sock, size=1000)
    equal(shown(sock.peer)[:2], (552, True), "still locked")


@check("what was learnt expires after mtu_expires")
def expires():
    ns.sysctl(mtu_expires=2)
    sock = teach(800)
    equal(mtu(sock), 800, "IP_MTU")
    equal(shown(sock.peer)[2] in (None, 0, 1, 2), True, "expires")
    until(lambda: mtu(sock) == 1500, "1500 again")
    equal(shown(sock.peer), (None, False, None), "route get")
    sock.error()
    equal(sent(sock, 1500), "DF", "a packet")
    ns.sysctl(mtu_expires=600)


@check("min_pmtu is the floor")
def floor():
    ns.sysctl(min_pmtu=1000)
    sock = teach(999)
    equal(shown(sock.peer)[:2], (1000, True), "route get")
    sock = teach(1000)
    equal(shown(sock.peer)[:2], (1000, False), "route get")
    ns.sysctl(min_pmtu=68)
    equal(mtu(teach(68)), 68, "IP_MTU")
    ns.sysctl(min_pmtu=552)


@rows("IP_PMTUDISC_%s: what the message does", [
    (mode, MODES.index(mode), learnt, error) for mode, learnt, error in (
        ("DONT", True, 0), ("WANT", True, "EMSGSIZE"),
        ("DO", True, "EMSGSIZE"), ("PROBE", True, "EMSGSIZE"),
        ("INTERFACE", False, "EMSGSIZE"), ("OMIT", False, "EMSGSIZE"))])
def modes_learn(mode, learnt, error):
    sock = teach(1000, learner(mode))
    equal(mtu(sock), 1000 if learnt else 1500, "IP_MTU")
    equal(sock.error(), error, "SO_ERROR")


@rows("ip_no_pmtu_disc %d", [
    (0, 0, WANT, 1000, False), (1, 1, DONT, 552, True),
    (2, 2, DONT, 1500, False), (3, 3, DONT, 1500, False)])
def no_pmtu_disc(value, default, want, locked):
    ns.sysctl(ip_no_pmtu_disc=value)
    sock = learner()
    equal(sock.sock.getsockopt(SOL_IP, IP_MTU_DISCOVER), default, "mode")
    delta = Delta(ns)
    teach(1000, sock)
    equal(mtu(sock), want, "IP_MTU")
    equal(shown(sock.peer)[1], locked, "locked")
    equal(delta.drops(), {"IcmpIgnored": 1} if value > 1 else {}, "drops")
    ns.sysctl(ip_no_pmtu_disc=0)


@check("a ping socket learns, too")
def ping():
    addr = next(fresh)
    sock = ns.udp(proto=1).connect(addr, 0)
    sock.send(b"\x08\0\0\0\0\0\0\1" + bytes(1300))
    echo = [f[XIP] for f in tap.fence() if XIP in f][0]
    equal(echo.flags, 2, "flags")
    tap.exchange(message(bytes(echo)[:28], 900))
    equal(mtu(sock), 900, "IP_MTU")
    equal(sock.error(), "EMSGSIZE", "SO_ERROR")
    sock.option(SOL_IP, IP_MTU_DISCOVER, DO)
    refused("EMSGSIZE", sock.send, b"\x08\0\0\0\0\0\0\2" + bytes(873))


# --- messages that are not believed ---------------------------------------------------

def altered(**fields):
    """The quote with other fields in its XIP header."""
    def alter(packet):
        for name, value in fields.items():
            setattr(packet, name, value)
        return packet
    return alter


def port(packet):
    packet[XUDP].sport ^= 0x1111
    return packet


@rows("not believed: %s", [
    ("DF was clear", altered(flags=0), 1000, {"IcmpImplausibleMtu": 1}),
    ("a later fragment", altered(frag=4), 1000, {"IcmpQuote": 1}),
    ("not from here", altered(src="10.9.0.77"), 1000, {"IcmpQuote": 1}),
    ("from a group", altered(src="224.0.0.1"), 1000, {"IcmpQuote": 1}),
    ("of 1000, for 1000", altered(len=1000), 1000,
     {"IcmpImplausibleMtu": 1}),
    ("of 999, for 1000", altered(len=999), 1000, {"IcmpImplausibleMtu": 1}),
    ("of 68", altered(len=68), 0, {"IcmpImplausibleMtu": 1}),
    ("of 27", altered(len=27), 0, {"IcmpImplausibleMtu": 1}),
    ("of no length", altered(len=0), 0, {"IcmpImplausibleMtu": 1}),
    ("for 65535", altered(), 65535, {"IcmpImplausibleMtu": 1}),
    ("from another port", port, 1000, {}),
    ("to another host", altered(dst="10.50.200.200"), 1000, {}),
    ("of a protocol without sockets", altered(proto=6), 1000, {}),
    ("version 4", altered(version=4), 1000, {"IcmpQuote": 1}),
    ("a header of 16 bytes", altered(ihl=4), 1000, {"IcmpQuote": 1}),
    ("a header of 60 bytes that is not there", altered(ihl=15), 1000,
     {"IcmpQuote": 1}),
    ("27 bytes", lambda packet: bytes(packet)[:27], 1000, {"IcmpQuote": 1}),
    ("0 bytes", lambda packet: b"", 1000, {"IcmpQuote": 1})])
def disbelieved(alter, told, causes):
    sock = learner()
    drops(tap, message(alter(quote(sock)), told), causes)
    equal(mtu(sock), 1500, "IP_MTU")
    equal(sock.error(), 0, "SO_ERROR")
    equal(shown(sock.peer), (None, False, None), "route get")
    equal(shown("10.50.200.200"), (None, False, None), "of the other host")
    sock.close()


@check("not believed: a message with a wrong checksum")
def bad_checksum():
    sock = learner()
    frame = bytearray(bytes(message(quote(sock), 1000)))
    frame[36] ^= 1
    drops(tap, frame, {"IcmpChecksum": 1})
    equal(mtu(sock), 1500, "IP_MTU")


# --- routes -----------------------------------------------------------------------------

@check("mtu lock: DF is clear, nothing is learnt, and it is shown")
def locked_route():
    sock = learner(addr="10.51.0.1")
    equal(mtu(sock), 1200, "IP_MTU")
    equal(sent(sock, 1200), "may", "WANT")
    teach(1000, sock)
    equal(mtu(sock), 1200, "IP_MTU after a message")
    equal(shown("10.51.0.1"), (1200, True, None), "route get")
    equal("mtu lock 1200" in " ".join(words("route show")), True, "show")
    sock.error()
    sock.option(SOL_IP, IP_MTU_DISCOVER, DO)
    equal((sent(sock, 1200), sent(sock, 1201)), ("DF", "EMSGSIZE"), "DO")
    sock.option(SOL_IP, IP_MTU_DISCOVER, PROBE)
    equal(sent(sock, 1500), "DF", "PROBE")


@check("mtu without lock: DF is set, and less can be learnt")
def route_mtu():
    sock = learner(addr="10.52.0.1")
    equal(mtu(sock), 1300, "IP_MTU")
    equal(sent(sock, 1300), "DF", "WANT")
    equal(shown("10.52.0.1"), (1300, False, None), "route get")
    teach(1000, sock)
    equal(mtu(sock), 1000, "IP_MTU after a message")


@check("the device's MTU changes: both count, the smaller wins")
def device_mtu():
    plain, sock = learner(), teach(1000)
    for size in (1400, 900, 1200, 1500):
        ns.ip("link set t0 mtu %d" % size)
        equal(mtu(plain), size, "IP_MTU")
        equal(mtu(sock), min(size, 1000), "IP_MTU of the path")
    equal(sent(plain, 1500), "DF", "a packet")


@check("a redirect and a path MTU do not disturb each other")
def redirect():
    sock = teach(1000)
    sock.error()
    gateway = tap.xip(proto=1) / XICMP(type=5, code=1, rest=bytes(
        map(int, OTHER.split(".")))) / quote(sock)
    equal(tap.exchange(gateway), [], "answers")
    sock.send(b"x")
    equal(tap.wait(XUDP).dst, OTHER_MAC, "first hop")
    equal(mtu(sock), 1000, "IP_MTU")
    teach(800, sock)
    sock.error()
    sock.send(b"x")
    equal(tap.wait(XUDP).dst, OTHER_MAC, "first hop after a message")
    equal(mtu(sock), 800, "IP_MTU after a message")


@check("forwarding uses what was learnt only with ip_forward_use_pmtu")
def forwarding():
    sock = teach(1000)
    packet = side.udp(bytes(1172), dst=sock.peer, flags=2)
    equal(side.exchange(packet), [], "answers")
    equal([f[XIP].len for f in tap.frames(XIP)], [1200], "sent on")
    ns.sysctl(ip_forward_use_pmtu=1)
    answers = side.exchange(packet)
    ns.sysctl(ip_forward_use_pmtu=0)
    equal([(f[XICMP].type, f[XICMP].code, f[XICMP].rest) for f in answers],
          [(3, 4, struct.pack("!HH", 0, 1000))], "answers")
    equal(tap.frames(XIP), [], "sent on")


# --- end to end ---------------------------------------------------------------------------

@check("two routers, each link smaller than the last: found in two steps")
def two_routers():
    client, r1, r2, server = [Ns(name) for name in "c r1 r2 s".split()]
    chain = (client, r1, r2, server)
    for n, (left, right) in enumerate(zip(chain, chain[1:])):
        veth(left, "e%d" % n, right, "w%d" % n)
        for side_ns, dev, host in ((left, "e", 1), (right, "w", 2)):
            side_ns.ip("link set %s%d mtu %d up" %
                       (dev, n, (1500, 1000, 800)[n]))
            side_ns.xip("addr add 10.%d.0.%d/24 dev %s%d" %
                        (n + 1, host, dev, n))
    client.xip("route add default via 10.1.0.2")
    r1.xip("route add 10.3.0.0/24 via 10.2.0.2")
    r2.xip("route add 10.1.0.0/24 via 10.2.0.1")
    server.xip("route add default via 10.3.0.1")
    for router in (r1, r2):
        router.sysctl(forwarding=1)
    there = server.udp("10.3.0.2", 7)
    here = client.udp().connect("10.3.0.2", 7)
    here.option(SOL_IP, IP_MTU_DISCOVER, DO)
    steps, size = [], 1500
    while len(steps) < 4:
        here.send(bytes(size - 28))
        if size == 800:
            break
        until(lambda: here.error() == "EMSGSIZE", "EMSGSIZE")
        size = mtu(here)
        steps.append(size)
    equal(steps, [1000, 800], "path MTUs")
    equal(len(there.recv()), 772, "what arrives")
    equal(mtu(client.udp().connect("10.2.0.2", 7)), 1500, "to the router")


# --- last, since the tap speaks of its own accord afterwards -----------------------------

@check("the link goes down and up: what was learnt is forgotten")
def link_down():
    equal(mtu(teach(1000, learner(addr="10.9.0.2"))), 1000, "IP_MTU")
    ns.ip("link set t0 down", "link set t0 up")
    ns.xip("neigh replace %s lladdr %s dev t0 nud permanent" %
           (PEER, tap.peer_mac),
           *["route replace 10.%d.0.0/16 via %s" % (n, PEER) for n in (50,)])
    equal(mtu(to("10.9.0.2")), 1500, "IP_MTU")


if __name__ == "__main__":
    need()
    ktap.run(setup)
