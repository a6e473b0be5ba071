# SPDX-License-Identifier: GPL-2.0
"""Fragments, cut and judged by code that knows nothing of the module's."""
import itertools
import random
import struct

from xlab import equal
from xwire import HOST, XUDP
from xinet_scapy import inet_checksum

MF, DF = 0x2000, 0x4000
NUMBER = itertools.count(1)


def renew(packet):
    """The packet with its header checksum made right."""
    size = (packet[0] & 15) * 4
    packet = bytearray(packet)
    packet[10:12] = b"\0\0"
    packet[10:12] = struct.pack("!H", inet_checksum(bytes(packet[:size])))
    return bytes(packet)


class Datagram:
    """A UDP datagram to port 7, and its fragments; the program sets tap."""

    tap = None

    def __init__(self, size, dst=HOST, seed=None, **fields):
        fields.setdefault("id", next(NUMBER) & 0xffff)
        self.data = random.Random(seed or size).randbytes(size)
        packet = bytes(self.tap.xip(dst=dst, proto=17, **fields) /
                       XUDP(sport=4000, dport=7) / self.data)
        self.link, packet = packet[:14], packet[14:]
        self.hlen = (packet[0] & 15) * 4
        self.head, self.payload = packet[:self.hlen], packet[self.hlen:]

    def part(self, start, end, more=None, tos=None, head=None, flags=0,
             filler=None):
        """The bytes from start to end as a frame."""
        head = bytearray(head or self.head)
        if more is None:
            more = end < len(self.payload)
        body = self.payload[start:end]
        if filler is not None:
            body = bytes([filler]) * (end - start)
        head[2:4] = struct.pack("!H", len(head) + len(body))
        head[6:8] = struct.pack("!H", start // 8 | (MF if more else 0) | flags)
        if tos is not None:
            head[1] = tos
        return self.link + renew(bytes(head) + body)

    def cut(self, *ends, **words):
        """Fragments that end there; the last one ends where it ends."""
        bounds = [0, *ends, len(self.payload)]
        return [self.part(a, b, **words) for a, b in zip(bounds, bounds[1:])]


def same(got, want, what):
    """As equal(), without a print of a page of bytes."""
    if got != want:
        raise AssertionError("%s: got %d of lengths %r, want %r" % (
            what, len(got), [len(g) for g in got][:20],
            [len(w) for w in want][:20]))


def judge(packets, datagram, mtu=600, first=0, more=False, df=0):
    """Are the packets fragments of the datagram, all of it and in order?"""
    at, body = first, b""
    for i, p in enumerate(packets):
        hlen = (p[0] & 15) * 4
        total, word = struct.unpack("!H", p[2:4])[0], \
            struct.unpack("!H", p[6:8])[0]
        last = i == len(packets) - 1
        equal((total, total <= mtu), (len(p), True), "total length")
        equal((word & 0x1fff) * 8, at, "offset")
        equal(bool(word & MF), more or not last, "MF")
        equal(word & DF, df, "DF")
        equal((p[0] >> 4, p[1], p[4:6], p[8], p[9], p[12:20]),
              (14, datagram.head[1], datagram.head[4:6], datagram.head[8] - 1,
               17, datagram.head[12:20]), "header")
        equal(inet_checksum(p[:hlen]), 0, "header checksum")
        if not last:
            equal((total - hlen) % 8, 0, "length")
            equal(total + 8 > mtu, True, "a fragment is as large as it may be")
        body += p[hlen:]
        at += total - hlen
    return body
