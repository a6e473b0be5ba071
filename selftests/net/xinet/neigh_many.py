#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0
"""10,000 neighbours that do not answer: bounded, counted, and all given back;
those that do answer are reached meanwhile.

	+-------- host --------+
	| 10.9.0.1/16 on t0 ───┼── tap: 10.9.0.2 is there, 10.9.0.3 answers,
	+----------------------+        10.9.64.0 and the next 9,999 do not
"""
import fcntl
import re
import socket
import struct

import ktap
from ktap import check
from xlab import Delta, Ns, equal, need, until
from xwire import HOST, HOST_MAC, PEER, XARP, XUDP, Ether, Tap, calm

COUNT, LIMIT, STEP = 10000, 1024, 500
LATE, LATE_MAC = "10.9.0.3", "02:00:00:00:00:03"
SIOCOUTQ, SO_SNDBUFFORCE = 0x5411, 32

ns = tap = sock = delta = None
sizes = []


def setup():
    global ns, tap, sock, delta
    ns = Ns("host")
    tap = Tap(ns, addr=None, peer=None)
    ns.xip("addr add %s/16 dev t0" % HOST,
           "neigh add %s lladdr %s dev t0" % (PEER, tap.peer_mac))
    calm(ns)
    ns.sysctl(retrans_time_ms=60000)
    sock = ns.udp()
    sock.option(socket.SOL_SOCKET, SO_SNDBUFFORCE, 1 << 22)
    delta = Delta(ns)


def table_size():
    return len(ns.neighbours())


def active(cache):
    """Objects of a slab cache in use, or None if it shares its slabs."""
    with open("/proc/slabinfo", encoding="ascii") as info:
        found = re.search(r"^%s +(\d+)" % cache, info.read(), re.M)
    return int(found.group(1)) if found else None


def waiting():
    """Bytes of this socket's datagrams that are still somewhere."""
    return struct.unpack("i", fcntl.ioctl(sock.sock, SIOCOUTQ, b"\0" * 4))[0]


def scan(first, last):
    for number in range(first, last):
        try:
            sock.sendto(b"scan", "10.9.%d.%d" % (64 + (number >> 8),
                                                 number & 255), 9)
        except OSError as error:
            raise AssertionError("datagram %d: %s" % (number, error)) from None


def reach(addr, word):
    """A datagram of ours to the peer goes out."""
    other = ns.udp()
    other.sendto(word, addr, 9)
    other.close()
    return [f.dst for f in tap.frames(XUDP)
            if bytes(f[XUDP].payload) == word]


@check("a neighbour that is there is reached all through a scan of 10,000")
def good_neighbour():
    for first in range(0, COUNT, STEP):
        scan(first, first + STEP)
        while tap.read():               # the requests
            pass
        equal(reach(PEER, b"good %d" % first), [tap.peer_mac], "its datagram")
        if first % 2000 == 0:
            sizes.append(table_size())
    sizes.append(table_size())


@check("the table never held more than gc_thresh3")
def bounded():
    ktap.say("sizes: %s" % sizes)
    if max(sizes) > LIMIT or max(sizes) < LIMIT // 2:
        raise AssertionError("sizes %s" % sizes)


@check("each of the others is counted: one drop a datagram")
def counted():
    drops = delta.drops()
    equal(sum(drops.values()), COUNT - (table_size() - 1), "drops %r" % drops)


@check("a newcomer that answers is reached while the table is full")
def newcomer():
    equal(reach(LATE, b"late"), [], "before its answer")
    tap.send(Ether(src=LATE_MAC, dst=HOST_MAC, type=0x88b6) /
             XARP(op=2, sha=LATE_MAC, spa=LATE, tha=HOST_MAC, tpa=HOST))
    equal([f.dst for f in tap.frames(XUDP)], [LATE_MAC], "its datagram")
    scan(0, 2000)
    equal(ns.neigh(LATE, "t0")[1], LATE_MAC, "its entry")
    equal(table_size() <= LIMIT, True, "bounded")


@check("strangers that ask cannot push out what is there")
def strangers():
    for number in range(1500):
        mac = "02:00:00:01:%02x:%02x" % (number >> 8, number & 255)
        addr = "10.9.%d.%d" % (128 + (number >> 8), number & 255)
        tap.send(_request(mac, addr))
    while tap.read():
        pass
    equal(ns.neigh(LATE, "t0")[1], LATE_MAC, "the newcomer's entry")
    equal(reach(PEER, b"still"), [tap.peer_mac], "the good one's datagram")
    equal(table_size() <= LIMIT, True, "bounded")


def _request(mac, addr):
    """As bytes: 1,500 through scapy would take long."""
    sha = bytes(int(byte, 16) for byte in mac.split(":"))
    spa = bytes(int(byte) for byte in addr.split("."))
    return b"\xff" * 6 + sha + b"\x88\xb6" + \
        bytes.fromhex("000188b506040001") + sha + spa + bytes(6) + \
        bytes([10, 9, 0, 1])


@check("when they have all failed, every datagram and entry is given back")
def given_back():
    equal(waiting() > 0, True, "some still wait")
    before = active("xinet_neigh")
    ns.xip("neigh flush dev t0")
    until(lambda: waiting() == 0, "the socket's memory back")
    equal(table_size(), 1, "entries left")
    if before is None:
        ktap.say("xinet_neigh shares its slabs: not counted")
    else:
        until(lambda: active("xinet_neigh") < before / 2, "slab objects", 20)


if __name__ == "__main__":
    need()
    ktap.run(setup)
