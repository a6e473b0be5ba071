#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0
"""ICMP: replies beyond the plain echo.

	+-------- host --------+
	| 10.9.0.1/24 on t0 ───┼── tap: 10.9.0.2
	| lo, MTU 65536        |
	+----------------------+
"""
import struct
import time

import ktap
from ktap import check, rows
from xlab import Delta, Ns, equal, need
from xwire import BCAST_MAC, HOST, PEER, XICMP, XIP, Tap, calm, drops
from xinet_scapy import inet_checksum

ns = tap = None
DAY = 86400000


def setup():
    global ns, tap
    ns = Ns("host")
    tap = Tap(ns)
    calm(ns)
    ns.sysctl(ping_group_range="0 2147483647")


# --- timestamps ----------------------------------------------------------------

WORD = b"\x12\x34\0\x01"


def request(stamps=struct.pack("!III", 77, 1, 2), **fields):
    return tap.xip(**{"proto": 1, **fields}) / XICMP(type=13, rest=WORD) / stamps


def now():
    """Milliseconds since midnight UT."""
    return int(time.time() * 1000) % DAY


@check("a timestamp request is answered: originate back, receive and transmit now")
def timestamp():
    for extra in (b"", b"more than RFC 792 knows"):
        delta = Delta(ns)
        before = now()
        replies = tap.exchange(request(struct.pack("!III", 77, 1, 2) + extra,
                                       tos=0x10, ttl=3))
        equal(len(replies), 1, "answers")
        head, icmp = replies[0][XIP], replies[0][XICMP]
        equal((icmp.type, icmp.code, icmp.rest), (14, 0, WORD), "header")
        first, second, third = struct.unpack("!III", bytes(icmp.payload))
        equal((first, second), (77, third), "stamps")
        # midnight may be between the two clocks
        if (third - before) % DAY > (now() - before) % DAY + 2:
            raise AssertionError("at %d the reply says %d" % (before, third))
        equal((head.src, head.dst, head.tos, head.ttl), (HOST, PEER, 0x10, 64),
              "source, destination, TOS, TTL")
        equal(inet_checksum(bytes(icmp)), 0, "checksum")
        equal(delta.get("Icmp.InTimestamps"), 1, "InTimestamps")
        equal(delta.get("Icmp.OutTimestampReps"), 1, "OutTimestampReps")
        equal(delta.drops(), {}, "drops")


@rows("a timestamp request with %d bytes behind the header", [
    (0, 0, False), (1, 1, False), (3, 3, False), (4, 4, True), (5, 5, True),
    (11, 11, True), (12, 12, True)])
def timestamp_sizes(size, good):
    frame = request(bytes(range(1, size + 1)))
    if not good:
        drops(tap, frame, {"IcmpShort": 1}, ("Icmp.InErrors",))
        return
    payload = bytes(tap.exchange(frame)[0][XICMP].payload)
    equal((len(payload), payload[:4]), (12, b"\1\2\3\4"), "stamps")


@check("to a broadcast it is ignored by default, and answered where allowed")
def timestamp_broadcast():
    for dst in ("10.9.0.255", "255.255.255.255"):
        frame = request(dst=dst)
        frame.dst = BCAST_MAC
        drops(tap, frame, {"IcmpIgnored": 1})
        ns.sysctl(icmp_echo_ignore_broadcasts=0)
        replies = tap.exchange(frame)
        ns.sysctl(icmp_echo_ignore_broadcasts=1)
        equal([(r[XIP].src, r[XICMP].type) for r in replies], [(HOST, 14)],
              "answers")


@check("a timestamp reply that comes in is dropped")
def timestamp_reply():
    drops(tap, tap.xip(proto=1) / XICMP(type=14) / bytes(12), {"IcmpType": 1})


@rows("the forgotten type %d is not answered (RFC 6918)", [
    (kind, kind) for kind in (6, 15, 16, 17, 18, 30, 31, 37)])
def forgotten(kind):
    drops(tap, tap.xip(proto=1) / XICMP(type=kind) / bytes(12),
          {"IcmpType": 1})


# --- large echoes, over lo -----------------------------------------------------------

PAGE_SIZES = sorted({page + around for page in (4096, 8192, 32768, 65536)
                     for around in (-400, -321, -320, -64, -28, -8, 0, 1)})


@check("an echo of any size comes back over lo as it was: around pages, to 65507")
def echo_large():
    sock = ns.udp(proto=1).connect("127.0.0.1", 0)
    for number, size in enumerate([0, 1, 1472, 3500, 65506, 65507] +
                                  PAGE_SIZES):
        if size > 65507:
            continue
        data = bytes((i * 7 + number) & 255 for i in range(251)) * 262
        data = data[:size]
        sock.send(b"\x08\0\0\0\0\0\0\x07" + data)
        reply = sock.recv()
        equal((reply[0], reply[6:8]), (0, b"\0\x07"), "header of %d" % size)
        if reply[8:] != data:
            raise AssertionError("data of %d differs" % size)
        equal(inet_checksum(reply), 0, "checksum of %d" % size)
    sock.close()


@check("many of them at once, too")
def echo_many():
    socks = [ns.udp(proto=1).connect("127.0.0.1", 0) for _ in range(8)]
    for sock in socks:
        sock.send(b"\x08\0\0\0\0\0\0\x07" + b"e" * 60000)
    for sock in socks:
        equal(len(sock.recv()), 60008, "length")
        sock.close()


# --- icmp_ratemask ---------------------------------------------------------------------

def answers(frame, count):
    """How many of so many requests are answered."""
    return len(tap.exchange(*[frame] * count))


@rows("icmp_ratemask: %s", [
    ("errors alone by default", None, 6, 20, 20),
    ("nothing", 0, 20, 20, 20),
    ("destination unreachable", 1 << 3, 6, 20, 20),
    ("timestamp replies", 1 << 14, 20, 6, 20),
    ("redirects, which nobody provokes here", 1 << 5, 20, 20, 20)])
def ratemask(mask, errors, stamps, echoes):
    global ns, tap
    keep = ns, tap
    ns = Ns("limited")
    tap = Tap(ns)
    try:
        ns.sysctl(icmp_ratelimit=600000)
        if mask is not None:
            ns.sysctl(icmp_ratemask=mask)
        delta = Delta(ns)
        closed = bytes(tap.udp(b"closed", dport=9))
        echo = bytes(tap.xip(proto=1) / XICMP(type=8) / b"echo")
        equal(answers(closed, 20), errors, "errors")
        equal(delta.get("Icmp.OutRateLimitHost"), 20 - errors,
              "OutRateLimitHost")
        equal(answers(bytes(request()), 20), stamps, "timestamp replies")
        equal(answers(echo, 20), echoes, "echo replies")
        equal(delta.get("Icmp.OutRateLimitGlobal"), 0, "OutRateLimitGlobal")
    finally:
        ns, tap = keep


@check("icmp_ratemask can include echo replies; what is not answered is counted")
def ratemask_echo():
    fresh = Ns("limited")
    wire = Tap(fresh)
    fresh.sysctl(icmp_ratelimit=600000, icmp_ratemask=1)
    delta = Delta(fresh)
    echo = bytes(wire.xip(proto=1) / XICMP(type=8) / b"echo")
    for _ in range(20):
        wire.send(echo)
    equal(len(wire.frames(XICMP)), 6, "echo replies")
    equal(delta.drops(), {"IcmpIgnored": 14}, "drops")
    equal(delta.get("Icmp.OutRateLimitHost"), 14, "OutRateLimitHost")


@check("a type that icmp_ratemask does not name is not under the global limit")
def ratemask_global():
    fresh = Ns("limited")
    wire = Tap(fresh)
    fresh.sysctl(icmp_msgs_per_sec=0, icmp_ratemask=1 << 11)
    burst = int(fresh.get_sysctl("icmp_msgs_burst"))
    closed = bytes(wire.udp(b"closed", dport=9))
    equal(len(wire.exchange(*[closed] * (burst + 20))), burst + 20, "errors")


if __name__ == "__main__":
    need()
    ktap.run(setup)
