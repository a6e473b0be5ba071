#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0
"""Programs talk through routers: a chain, a ring, a whole file.

	 client                r1                  r2                server
	+---------+   +-----------------+   +-----------------+   +---------+
	|       c0├───┤a0             a1├───┤b0             b1├───┤s0       |
	|10.1.0.2 |   |10.1.0.1 10.2.0.1|   |10.2.0.2 10.3.0.1|   |10.3.0.2 |
	|         |   +-----------------+   +-----------------+   |         |
	|       c1├───────────────────────────────────────────────┤s1       |
	|10.4.0.2 |     a link of their own, for the ring         |10.4.0.3 |
	+---------+                                               +---------+

	client and server: default via their router; r1 and r2: 10.3/16 and
	10.1/16 via each other; 10.31/16 unreachable, 10.32/16 prohibited,
	10.33/16 unknown at r2
"""
import contextlib
import hashlib
import os
import socket
import threading

import ktap
from ktap import check, rows
from xlab import Delta, Ns, command, equal, need, until, veth

client = r1 = r2 = server = None
SOL_IP, IP_RECVTTL, IP_TTL = 0, 12, 2
# some 400 kB that are not the same everywhere and are on every machine
FILE = os.path.realpath(command("sh", "-c", "command -v python3").strip())
FILE_MAX = 400000


def setup():
    global client, r1, r2, server
    client, r1, r2, server = (Ns(n) for n in ("client", "r1", "r2", "server"))
    veth(client, "c0", r1, "a0")
    veth(r1, "a1", r2, "b0")
    veth(r2, "b1", server, "s0")
    veth(client, "c1", server, "s1")
    client.xip("addr add 10.1.0.2/24 dev c0", "addr add 10.4.0.2/24 dev c1",
               "route add default via 10.1.0.1")
    r1.xip("addr add 10.1.0.1/24 dev a0", "addr add 10.2.0.1/24 dev a1",
           "route add default via 10.2.0.2")
    r2.xip("addr add 10.2.0.2/24 dev b0", "addr add 10.3.0.1/24 dev b1",
           "route add 10.1.0.0/16 via 10.2.0.1",
           "route add unreachable 10.31.0.0/16",
           "route add prohibit 10.32.0.0/16")
    server.xip("addr add 10.3.0.2/24 dev s0", "addr add 10.4.0.3/24 dev s1",
               "route add default via 10.3.0.1")
    for router in (r1, r2):
        router.sysctl(forwarding=1, icmp_ratelimit=0, retrans_time_ms=50)


def talk(data=b"ping", port=7):
    """A datagram there and one back; the server's socket, the client's."""
    there = server.udp("10.3.0.2", port)
    here = client.udp().connect("10.3.0.2", port)
    here.send(data)
    got, addr, sport = there.recvfrom()
    equal((got, addr), (data, "10.1.0.2"), "request")
    there.sendto(data[::-1], addr, sport)
    equal(here.recv(), data[::-1], "answer")
    return there, here


@check("a datagram and its answer through two routers")
def two_routers():
    before = [Delta(ns) for ns in (r1, r2)]
    talk()
    for delta in before:
        equal(delta.get("Ip.ForwDatagrams"), 2, "ForwDatagrams")
        equal(delta.drops(), {}, "drops")


@check("the TTL is less by one for each router")
def ttl():
    there = server.udp("0.0.0.0", 8)
    there.option(SOL_IP, IP_RECVTTL, 1)
    here = client.udp()
    here.option(SOL_IP, IP_TTL, 33)
    here.sendto(b"ttl", "10.3.0.2", 8)
    there.sock.settimeout(20)
    _, control, _, _ = there.sock.recvmsg(100, 100)
    equal([int.from_bytes(c[2][:4], "little") for c in control
           if c[:2] == (SOL_IP, IP_TTL)], [31], "TTL")


@rows("a datagram of %d bytes through two routers", [
    (n, n) for n in (0, 1, 1471, 1472)])
def sizes(size):
    talk(os.urandom(size), 9)


@check("a file in datagrams, byte for byte, in order, none lost")
def whole_file():
    with open(FILE, "rb") as source:
        data = source.read(FILE_MAX)
    there = server.udp("0.0.0.0", 10)
    got = []

    def receive():
        while True:
            part = there.recv(20)
            if not part:
                return
            got.append(part)
            there.sendto(b"ack", *peer)
    here = client.udp("10.1.0.2", 4000)
    peer = ("10.1.0.2", 4000)
    here.connect("10.3.0.2", 10)
    reader = threading.Thread(target=receive)
    reader.start()
    window = []
    for at in range(0, len(data), 1400):
        here.send(data[at:at + 1400])
        window.append(at)
        if len(window) > 16:
            equal(here.recv(), b"ack", "acknowledgement")
            window.pop()
    here.send(b"")
    reader.join()
    equal(len(got), (len(data) + 1399) // 1400, "datagrams")
    equal(hashlib.sha256(b"".join(got)).hexdigest(),
          hashlib.sha256(data).hexdigest(), "file " + FILE)


@check("a closed port at the far end: ECONNREFUSED")
def refused_port():
    here = client.udp().connect("10.3.0.2", 999)
    here.send(b"x")
    until(lambda: here.error() == "ECONNREFUSED", "ECONNREFUSED")


@rows("the far router has %s: EHOSTUNREACH", [
    ("an unreachable route", "10.31.0.1", "EHOSTUNREACH"),
    ("a prohibit route", "10.32.0.1", "EHOSTUNREACH"),
    ("no neighbour of that name", "10.3.0.77",
     "EHOSTUNREACH")])
def router_says(dst, name):
    here = client.udp().connect(dst, 9)
    here.send(b"x")
    until(lambda: here.error() == name, name)


@check("a TTL too short: the router that dropped it is the one that answers")
def traceroute():
    with client:
        probe = socket.socket(socket.AF_PACKET, socket.SOCK_RAW,
                              socket.htons(0x88b5))
        probe.bind(("c0", 0x88b5))
    probe.settimeout(20)
    here = client.udp()
    for hops, router in ((1, "10.1.0.1"), (2, "10.2.0.2")):
        here.option(SOL_IP, IP_TTL, hops)
        here.sendto(b"probe", "10.3.0.2", 7)
        while True:
            frame = probe.recv(2000)
            if frame[23] == 1 and frame[34] == 11:
                break
        equal(socket.inet_ntoa(frame[26:30]), router, "hop %d" % hops)
    probe.close()


@check("a link in between that is too small: EMSGSIZE, and smaller ones pass")
def small_link():
    r1.ip("link set a1 mtu 1000")
    try:
        there = server.udp("0.0.0.0", 11)
        here = client.udp().connect("10.3.0.2", 11)
        delta = Delta(r1)
        here.send(b"b" * 973)
        until(lambda: here.error() == "EMSGSIZE", "EMSGSIZE")
        equal(delta.drops(), {"FragNeeded": 1}, "drops at r1")
        here.send(b"s" * 972)
        equal(there.recv(), b"s" * 972, "the largest that fits")
    finally:
        r1.ip("link set a1 mtu 1500")


@contextlib.contextmanager
def ring():
    """The server answers by the link of its own."""
    server.xip("route add 10.1.0.2/32 via 10.4.0.2")
    try:
        yield
    finally:
        server.xip("route del 10.1.0.2/32 via 10.4.0.2")


@check("there by the routers, back by the other link")
def asymmetric():
    before = Delta(r2)
    with ring():
        talk(b"round", 12)
    equal(before.get("Ip.ForwDatagrams"), 1, "ForwDatagrams at r2")
    before = Delta(r2)
    talk(b"and back", 13)
    equal(before.get("Ip.ForwDatagrams"), 2, "ForwDatagrams at r2")


@check("with rp_filter at the client the ring is broken, and whole again")
def asymmetric_filtered():
    there = server.udp("10.3.0.2", 14)
    here = client.udp().connect("10.3.0.2", 14)
    delta = Delta(client)
    here.send(b"x")
    _, addr, port = there.recvfrom()
    with ring():
        client.sysctl(rp_filter=1)
        there.sendto(b"comes the wrong way", addr, port)
        until(lambda: delta.drops() == {"RpFilter": 1}, "RpFilter")
        client.sysctl(rp_filter=0)
        there.sendto(b"any way will do", addr, port)
        equal(here.recv(), b"any way will do", "answer")


@check("a router that stops to forward, and begins again")
def switched_off():
    there = server.udp("0.0.0.0", 15)
    here = client.udp().connect("10.3.0.2", 15)
    r2.sysctl(forwarding=0)
    delta = Delta(r2)
    here.send(b"lost")
    until(lambda: delta.drops() == {"NotForwarding": 1}, "NotForwarding")
    r2.sysctl(forwarding=1)
    here.send(b"found")
    equal(there.recv(), b"found", "datagram")


@check("a connected socket follows a route that changes")
def route_change():
    there = server.udp("0.0.0.0", 16)
    here = client.udp().connect("10.3.0.2", 16)
    before = Delta(r1)
    here.send(b"by r1")
    equal(there.recv(), b"by r1", "datagram")
    client.xip("route add 10.3.0.2/32 via 10.4.0.3")
    here.send(b"by the link")
    equal(there.recv(), b"by the link", "datagram")
    equal(before.get("Ip.ForwDatagrams"), 1, "ForwDatagrams at r1")
    client.xip("route del 10.3.0.2/32 via 10.4.0.3")
    here.send(b"by r1")
    equal(there.recv(), b"by r1", "datagram")
    equal(before.get("Ip.ForwDatagrams"), 2, "ForwDatagrams at r1")


if __name__ == "__main__":
    need()
    ktap.run(setup)
