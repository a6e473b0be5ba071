#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0
"""Fragments put together by the plugin, in one pass and in two.

A row is a list of fragments in the order of the capture; what must be said of
each frame follows. Parts are cut here, by offset, not by the layer's helper,
which is looked at in test_layer.py.
"""
import random

from lab import A, B, MAC_A, MAC_B, equal, fields, need, pcap, pcapng, tshark
from ktap import check, rows, run
from scapy.packet import Raw
from xinet_layers import XICMP, XIP, XIPOption_RR, XUDP, XEther

LINK = XEther(src=MAC_A, dst=MAC_B)
DATA = random.Random(5).randbytes(2000)
WHOLE = bytes(XIP(src=A, dst=B) / XUDP(sport=4000, dport=9999) / DATA)[20:]
EXPERTS = ("frag_duplicate", "frag_overlap", "frag_length", "frag_ecn",
           "frag_cut", "bad_fragment")


def part(start, end, more=None, filler=None, **words):
    """A frame with those bytes of the datagram."""
    body = WHOLE[start:end] if filler is None else bytes([filler]) * (end -
                                                                      start)
    if more is None:
        more = end < len(WHOLE)
    words = {"id": 1, "proto": 17, **words}
    return LINK / XIP(src=A, dst=B, frag=start // 8, flags=int(more),
                      **words) / Raw(body)


P1, P2, P3 = part(0, 800), part(800, 1600), part(1600, 2008)
LAST = part(2000, 2008)

# Name; fragments; and for each frame an expert, "whole", or "" for one that
# waits. "in N" is a fragment of what frame N completes.
TABLE = [
    ("in order", [P1, P2, P3], ["in 3", "in 3", "whole"]),
    ("in reverse", [P3, P2, P1], ["in 3", "in 3", "whole"]),
    ("the middle last", [P1, P3, P2], ["in 3", "in 3", "whole"]),
    ("one of eight bytes", [part(0, 8), part(8, 2008)], ["in 2", "whole"]),
    ("one missing", [P1, P3], ["", ""]),
    ("a double", [P1, P1, P2, P3], ["in 4", "frag_duplicate in 4", "in 4",
                                    "whole"]),
    ("a part of one", [P1, part(8, 16), P2, P3],
     ["in 4", "frag_duplicate in 4", "in 4", "whole"]),
    ("a part of two", [P1, P2, part(792, 808), P3],
     ["in 4", "in 4", "frag_duplicate in 4", "whole"]),
    ("behind the last", [P1, P2, P3, P1], ["in 3", "in 3", "whole", ""]),
    ("overlapping by eight bytes", [P1, part(792, 1600), P3],
     ["", "frag_overlap", ""]),
    ("overlapping the next", [P2, part(0, 808), P1, P3],
     ["", "frag_overlap", "", ""]),
    ("touching, not overlapping", [P1, part(800, 1608), part(1608, 2008)],
     ["in 3", "in 3", "whole"]),
    ("around one that is there", [P2, part(0, 1608)], ["", "frag_overlap"]),
    ("two ends", [LAST, part(1992, 2000, more=False)], ["", "frag_length"]),
    ("a fragment behind the end", [part(8, 16, more=False), part(16, 24)],
     ["", "frag_length"]),
    ("an end before what is there", [P2, part(8, 16, more=False)],
     ["", "frag_length"]),
    ("another identification", [P1, part(800, 1600, id=2), P3], ["", "", ""]),
    ("another protocol", [P1, part(800, 1600, proto=99), P3], ["", "", ""]),
    ("another source",
     [P1, LINK / XIP(src="10.9.0.3", dst=B, id=1, proto=17, flags=1,
                     frag=100) / Raw(WHOLE[800:1600]), P3], ["", "", ""]),
    ("Not-ECT and ECT(0)", [part(0, 1600, tos=2), P3], ["", "frag_ecn"]),
    ("ECT(0) and CE", [part(0, 1600, tos=2), part(1600, 2008, tos=3)],
     ["in 2", "whole"]),
    ("a wrong checksum", [P1, part(800, 1600, chksum=1), P3], ["", "", ""]),
    ("an odd one", [P1, part(800, 1599, more=True), P3],
     ["", "bad_fragment", ""]),
    ("one with options",
     [LINK / XIP(src=A, dst=B, id=1, proto=17, flags=1, options=[
         XIPOption_RR(routers=[A])]) / Raw(WHOLE[:800]), P2, P3],
     ["in 3", "in 3", "whole"]),
    ("two datagrams, mixed",
     [P1, part(0, 1600, id=7), P2, part(1600, 2008, id=7), P3],
     ["in 5", "in 4", "in 5", "whole", "whole"]),
]


def said(row):
    """What the plugin says of a frame, in the words of the table."""
    words = [name for name in EXPERTS if "xip." + name in row]
    if "xip.reassembled_in" in row:
        words.append("in " + row["xip.reassembled_in"][0])
    if "xip.reassembled.length" in row:
        words.append("whole")
        equal((row["xip.reassembled.length"], row["udp.payload"]),
              (["2008"], [DATA.hex()]), "the datagram")
    return " ".join(words)


NAMES = ["xip." + name for name in EXPERTS] + [
    "xip.reassembled_in", "xip.reassembled.length", "xip.fragment",
    "udp.payload"]


@rows("two passes: %s", TABLE)
def two_passes(frames, want):
    equal([said(row) for row in fields(pcap(frames), NAMES, "-2")], want,
          "frames")


# One pass cannot know what comes later; all rows in one capture, one second
# apart, and each with an identification of its own.
@check("one pass says the same, but for what lies ahead")
def one_pass():
    frames, want = [], []
    for number, (_, parts, words) in enumerate(TABLE, 1000):
        for frame, word in zip(parts, words):
            frame = XEther(bytes(frame))
            frame[XIP].id += number * 10
            if frame[XIP].chksum != 1:
                frame[XIP].chksum = None
            frames.append(frame)
            if "in" in word.split():
                word = word.split(" in ")[0] if " in " in word else ""
                # a double knows no more than the others
            want.append(word)
    got = [said(row) for row in fields(pcap(frames), NAMES)]
    equal(got, want, "frames")


@check("the same frames in another order of looking: a filter, two passes")
def filtered():
    path = pcap([P1, P2, P3, part(0, 1600, id=9), part(1600, 2008, id=9)])
    for want in ("3", "5"):
        got = fields(path, ["frame.number", "udp.payload", "xip.fragment"],
                     "-2", "-Y", "xip.reassembled.length && frame.number == "
                     + want)
        equal([row["udp.payload"] for row in got], [[DATA.hex()]], want)


@check("frames that make up the datagram are named")
def named():
    path = pcap([P3, P1, LINK / XIP(src=A, dst=B) / XUDP(), P2])
    got = fields(path, ["xip.fragment", "xip.fragment.count"])[3]
    equal(got, {"xip.fragment": ["2", "4", "1"],
                "xip.fragment.count": ["3"]}, "fragments")


@rows("30 s: the rest comes after %s s", [("29.9", 29.9, True),
                                          ("30.1", 30.1, False)])
def patience(seconds, whole):
    path = pcap([P1, P2, P3], times=[1, 1, 1 + seconds])
    equal("udp.payload" in fields(path, NAMES)[2], whole, "put together")


def beyond(frame):
    """The frame on the other side of a router."""
    frame = XEther(bytes(frame))
    frame.src, frame.dst = MAC_B, "02:00:00:00:00:03"
    frame[XIP].ttl, frame[XIP].chksum = 63, None
    return frame


@check("both sides of a router do not mix")
def sides():
    path = pcapng([(0, P1), (1, beyond(P1)), (0, P2), (1, beyond(P2)),
                   (1, beyond(P3)), (0, P3)])
    equal([said(row) for row in fields(path, NAMES, "-2")],
          ["in 6", "in 5", "in 6", "in 5", "whole", "whole"], "frames")


@check("cut by the capture: not put together, and said")
def cut():
    path = pcap([P1, P2, P3], snap=200)
    equal([said(row) for row in fields(path, NAMES)], ["frag_cut"] * 3,
          "frames")


@check("the preference turns it off")
def preference():
    path = pcap([P1, P2, P3])
    equal([said(row) for row in fields(path, NAMES, "-o",
                                       "xinet.defragment:FALSE")],
          ["", "", ""], "frames")


@check("65,535 bytes are put together, one more is not")
def largest():
    for size, want in ((65515, "whole"), (65516, "bad_fragment")):
        body = bytes(size)
        frames = [LINK / XIP(src=A, dst=B, proto=200, flags=1, id=3) /
                  Raw(body[:60000]),
                  LINK / XIP(src=A, dst=B, proto=200, frag=7500, id=3) /
                  Raw(body[60000:])]
        got = fields(pcap(frames), ["xip.reassembled.length",
                                    "xip.bad_fragment"])[1]
        equal(list(got), {"whole": ["xip.reassembled.length"],
                          "bad_fragment": ["xip.bad_fragment"]}[want], size)


@check("an error that quotes a fragment is no fragment")
def quoted():
    quote = bytes(P2[XIP])[:28]
    error = XEther(src=MAC_B, dst=MAC_A) / XIP(src=B, dst=A) / \
        XICMP(type=11, code=1) / quote
    equal([said(row) for row in fields(pcap([P1, error, P2, P3]), NAMES,
                                       "-2")],
          ["in 4", "", "in 4", "whole"], "frames")


@check("fragments of ICMP: the message's checksum is checked over all of it")
def echo():
    message = bytes(XICMP(id=1, seq=2) / DATA)
    frames = [LINK / XIP(src=A, dst=B, proto=1, flags=1, id=4) /
              Raw(message[:800]),
              LINK / XIP(src=A, dst=B, proto=1, frag=100, id=4) /
              Raw(message[800:])]
    equal(fields(pcap(frames), ["xicmp.seq", "xicmp.checksum.status"])[1],
          {"xicmp.seq": ["2"], "xicmp.checksum.status": ["1"]}, "message")


@check("UDP's checksum is checked over all of it")
def checksum():
    got = fields(pcap([P1, P2, P3]), ["udp.checksum.status"], "-o",
                 "udp.check_checksum:TRUE")
    equal(got[2], {"udp.checksum.status": ["1"]}, "status")
    bad = part(800, 1600, filler=1)
    got = fields(pcap([P1, bad, P3]), ["udp.checksum.status"], "-o",
                 "udp.check_checksum:TRUE")
    equal(got[2], {"udp.checksum.status": ["0"]}, "status")


@check("the column says what a fragment is of")
def column():
    text = tshark(pcap([P1, P2]))
    for words in ("Fragment of UDP (id 0x0001, offset 0, 800 bytes, more "
                  "follow)", "offset 800"):
        if words not in text:
            raise AssertionError(text)


if __name__ == "__main__":
    need("tshark")
    run()
