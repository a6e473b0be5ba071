#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0
"""Multicast that leaves: which way, from whom, with which TTL, and what of it
our own members hear; our own addresses beside IPv4's. xmcast.py's host."""
import socket
import struct

import ktap
from ktap import check, rows
from xlab import Delta, equal, need, refused, until
from xwire import HOST, XIP, XUDP
from xmcast import (GROUP, Host, IF, IP_PKTINFO, IP_TTL, LOOP, PORT, SOL_IP,
                    TTL, aton, index, mreqn)

ns = tap = other = None


def setup():
    global ns, tap, other
    ns = Host()
    tap, other = ns.tap, ns.other


# --- how it leaves -----------------------------------------------------------

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


# --- our own members ---------------------------------------------------------

@rows("loop: %s", [
    ("a member on the device gets what leaves", "t0", {}, True, True),
    ("without IP_MULTICAST_LOOP it does not", "t0", {LOOP: 0}, False, True),
    ("a member on another device does not", "t1", {}, False, True),
    ("TTL 0 stays here", "t0", {TTL: 0}, True, False),
    ("TTL 0 without loop goes nowhere", "t0", {TTL: 0, LOOP: 0}, False, False),
    ("TTL 0 without a member goes nowhere", "t1", {TTL: 0}, False, False)])
def loop(dev, options, heard, leaves):
    mine = ns.member(join=[(GROUP, dev)], only=True)
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
    mine = ns.member(join=[(GROUP, "t0")])
    sock = ns.udp()
    sock.sendto(b"L" * 4000, GROUP, PORT)
    equal(mine.recv(), b"L" * 4000)
    equal([(f[XIP].frag, f[XIP].len) for f in tap.fence()],
          [(0, 1500), (185, 1500), (370, 4008 - 2960 + 20)])
    sock.close()
    mine.close()


@check("by lo a group stays on the host, whatever the TTL")
def by_lo():
    mine = ns.member(join=[(GROUP, "lo")], only=True)
    sock = ns.udp()
    sock.option(SOL_IP, IF, aton("127.0.0.1"))
    for ttl in (1, 0):
        sock.option(SOL_IP, TTL, ttl)
        equal(sent(sock), [])
        equal(mine.recvfrom()[:2], (b"out", "127.0.0.1"))
    equal(mine.pending(), [])
    sock.close()
    mine.close()


# --- the device of our own addresses, as IPv4 has it -------------------------

def by_inet(func):
    """func(sock factory) for IPv4 and for us; both must say the same."""
    def theirs(addr=None, port=0, dev=None):
        sock = ns.inet_socket()
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


if __name__ == "__main__":
    need()
    ktap.run(setup)
