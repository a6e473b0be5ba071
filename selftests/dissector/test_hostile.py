#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0
"""Captures that mean harm, or were cut: never an error of Lua's.

Mutations of packets of every kind, with a seed that does not change; every
length to which a packet can be cut, on the wire and by the capture alone. Each
with the tree built, and in two passes. lab.tshark() fails on what Wireshark
prints where a dissector has an error.
"""
import random
import re
import time

from lab import A, B, MAC_A, MAC_B, equal, fields, need, pcap, tshark
from ktap import check, rows, run
from scapy.packet import Raw
from xinet_layers import (ETH_P_XIP, XARP, XICMP, XIP, XIPOption_NOP,
                          XIPOption_RA, XIPOption_RR, XIPOption_TS, XTCP, XUDP,
                          XEther, inet_checksum)

SEED = 0xe5
FRAMES = 1500
LINK = XEther(src=MAC_A, dst=MAC_B)


def xip(**words):
    return LINK / XIP(src=A, dst=B, **words)


ALL = [XIPOption_RR(routers=[A] * 3, pointer=8), XIPOption_NOP(),
       XIPOption_TS(data=[1, 2, 3, 4], pointer=9, flag=1), XIPOption_RA()]
QUOTE = bytes(XIP(src=A, dst=B, options=ALL) / XUDP(sport=1, dport=2) / b"123")
NESTED = bytes(XIP(src=A, dst=B) / XICMP(type=3) / QUOTE)
SEEDS = [bytes(frame) for frame in [
    xip(options=ALL) / XUDP(sport=4000, dport=53) / bytes(40),
    xip() / XTCP(sport=4000, dport=80, options=b"\2\4\5\xb4") / b"GET / ",
    xip() / XICMP(id=1) / b"echo",
    xip() / XICMP(type=3, code=4) / QUOTE,
    xip() / XICMP(type=12) / NESTED,
    xip() / XICMP(type=9, unused=b"\2\2\0\1") / bytes(16),
    xip() / XICMP(type=13),
    xip() / XICMP(type=17),
    xip(flags=1, id=1) / XUDP() / bytes(16),
    xip(frag=3, id=1, proto=17) / Raw(bytes(16)),
    xip(proto=47) / Raw(b"\0\0\x88\xb5" + bytes(QUOTE)),
    xip(proto=132) / Raw(bytes(28)),
    xip(proto=136) / XUDP(len=8),
    xip(proto=33) / Raw(bytes(20)),
    xip(proto=255) / Raw(bytes(20)),
    LINK / XARP(sha=MAC_A, spa=A, tpa=B),
]]


def renewed(frame):
    """With the right checksum, so that it is not that which ends it."""
    size = (frame[14] & 15) * 4 if len(frame) > 14 else 0
    if frame[12:14] != ETH_P_XIP.to_bytes(2, "big") or size < 20 or \
            len(frame) < 14 + size:
        return frame
    frame = bytearray(frame)
    frame[24:26] = b"\0\0"
    frame[24:26] = inet_checksum(bytes(frame[14:14 + size])).to_bytes(2, "big")
    return bytes(frame)


def mutated(rng):
    """One of the seeds with some bytes, and perhaps its length, changed."""
    frame = bytearray(rng.choice(SEEDS))
    for _ in range(rng.choice((1, 1, 2, 3, 8))):
        # mostly in the headers, never the EtherType
        at = min(rng.randrange(14, 14 + rng.choice((24, 60, len(frame)))),
                 len(frame) - 1)
        frame[at] = rng.choice((0, 1, 4, 127, 255, rng.randrange(256),
                                frame[at] ^ 1 << rng.randrange(8)))
    if rng.random() < .2:
        del frame[rng.randrange(14, len(frame)):]
    elif rng.random() < .1:
        frame += rng.randbytes(rng.randrange(1, 40))
    return renewed(bytes(frame)) if rng.random() < .7 else bytes(frame)


def captures(name):
    """A capture of that kind."""
    rng = random.Random(SEED)
    if name == "cut on the wire":
        return pcap([seed[:size] for seed in SEEDS
                     for size in range(14, len(seed) + 1)], "wire.pcap")
    if name == "cut by the capture":
        sizes = [(seed, size) for seed in SEEDS
                 for size in range(len(seed) + 1)]
        return pcap([seed for seed, _ in sizes], "snap.pcap",
                    snap=[size for _, size in sizes])
    frames = [mutated(rng) for _ in range(FRAMES)]
    if name == "mutations, cut":
        return pcap(frames, "cut.pcap",
                    snap=[rng.randrange(14, 90) for _ in frames])
    return pcap(frames, "fuzz.pcap")


KINDS = ("mutations", "mutations, cut", "cut on the wire",
         "cut by the capture")


@rows("no error of Lua's, tree: %s", [(kind, kind) for kind in KINDS])
def in_full(kind):
    text = tshark(captures(kind), "-V")
    # and the frames are ours: a plugin that is not there has no errors
    found = len(re.findall(r"^(XIP|XICMP|XARP|AF_XINET)\b", text, re.M))
    if found < 500:
        raise AssertionError("only %d of our protocols" % found)


@rows("no error of Lua's, two passes: %s", [(kind, kind) for kind in KINDS])
def twice(kind):
    tshark(captures(kind), "-2", "-T", "json", "-o",
           "udp.check_checksum:TRUE", "-o", "tcp.check_checksum:TRUE")


CUT = [
    # what is left of the capture; ports and length that must be seen
    ("all", None, "4000", "600"),
    ("a byte of the payload missing", 633, "4000", "600"),
    ("the UDP header and no more", 42, "4000", "600"),
    ("seven bytes of it", 41, None, None),
]


@rows("a datagram of which the capture holds %s", CUT)
def cut(snap, port, length):
    path = pcap([xip() / XUDP(sport=4000, dport=9999) / bytes(592)], snap=snap)
    got = fields(path, ["udp.srcport", "udp.length", "xip.cut"])[0]
    if port:
        equal((got.get("udp.srcport"), got.get("udp.length")),
              ([port], [length]), "udp")
    equal("xip.cut" in got, snap is not None, "said that it is cut")


@check("TCP of which the capture holds headers only keeps its lengths")
def cut_tcp():
    frames = [xip() / XTCP(sport=1, dport=2, flags="A", seq=seq, ack=1) /
              bytes(1000) for seq in (1, 1001, 2001)]
    path = pcap(frames, snap=54)
    got = fields(path, ["tcp.len", "tcp.seq", "tcp.analysis.lost_segment",
                        "tcp.analysis.retransmission"])
    equal(got, [{"tcp.len": ["1000"], "tcp.seq": [str(seq)]}
                for seq in (1, 1001, 2001)], "fields")


@check("an error whose quote the capture cut is not blamed for it")
def cut_quote():
    path = pcap([xip() / XICMP(type=3) / QUOTE], snap=50)
    equal(fields(path, ["xicmp.quote_short", "xicmp.bad_checksum",
                        "xip.too_small", "xip.cut", "xicmp.checksum.status"]),
          [{"xip.cut": ["1", "1"], "xicmp.checksum.status": ["2"]}], "fields")


@check("tunnels in tunnels end before Lua's stack does")
def deep():
    frame = bytes(xip() / XUDP())
    for _ in range(300):
        frame = bytes(xip(proto=47) / Raw(b"\0\0\x65\x58" + frame))
    path = pcap([frame])
    tshark(path, "-V", "-2")
    got = fields(path, ["xip.too_deep", "xip.len"])[0]
    equal((got.get("xip.too_deep"), len(got["xip.len"])), (["1"], 11), "depth")


@check("8,181 fragments of a datagram, the last one first")
def many():
    head = bytearray(bytes(xip(proto=200, id=7) / Raw(bytes(8))))
    frames = []
    for offset in range(8180, -1, -1):
        more = 0x2000 if offset != 8180 else 0
        head[20:22] = (more | offset).to_bytes(2, "big")
        frames.append(renewed(bytes(head)))
    start = time.monotonic()
    got = fields(pcap(frames), ["xip.reassembled.length",
                                "xip.fragment.count"])
    equal(got[-1], {"xip.reassembled.length": [str(8181 * 8)],
                    "xip.fragment.count": ["8181"]}, "the last frame")
    if time.monotonic() - start > 30:
        raise AssertionError("took %.0f s" % (time.monotonic() - start))


if __name__ == "__main__":
    need("tshark")
    run()
