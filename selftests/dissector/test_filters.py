#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0
"""The recipes of captures.rst: tcpdump takes each, and it takes what it says.

The table in the documentation is read here; for each filter there is a
condition on the packet as scapy has it, and both must choose the same frames.
So a filter that is added there needs a row here.
"""
import re
import subprocess

from lab import (A, B, MAC_A, MAC_B, SLL2, TREE, equal, need, pcap)
from ktap import check, rows, run
from scapy.packet import Raw
from xinet_layers import (XARP, XICMP, XIP, XIPOption_RR, XTCP, XUDP, XEther,
                          parse_options)

DOC = TREE + "/Documentation/networking/xinet/captures.rst"


def recipes():
    """The filters of the table, in order."""
    with open(DOC, encoding="utf-8") as text:
        return re.findall(r"^   \* - ``(ether proto .*)``$", text.read(), re.M)


def xip(src=A, dst=B, **words):
    return XEther(src=MAC_A, dst=MAC_B) / XIP(src=src, dst=dst, **words)


def arp(**words):
    return XEther(src=MAC_A) / XARP(**{"sha": MAC_A, "spa": A, "tpa": B,
                                       **words})


RR = XIPOption_RR(routers=[A] * 3)
QUOTE = bytes(XIP(src=A, dst=B) / XUDP())
FRAMES = [
    xip() / XUDP(sport=7, dport=9), xip() / XUDP(sport=9, dport=7),
    xip(options=RR) / XUDP(sport=9, dport=7),
    xip(options=RR) / XUDP(sport=7, dport=9),
    xip(options=RR, src="10.9.1.1") / XTCP(flags="S"),
    xip() / XTCP(flags="SA"), xip() / XTCP(flags="A"),
    xip(B, A) / XTCP(flags="SE"),
    xip() / XICMP(type=3) / QUOTE, xip() / XICMP(type=11) / QUOTE,
    xip(options=RR) / XICMP(type=3) / QUOTE, xip() / XICMP(),
    xip(B, A, flags=2, tos=3) / XUDP(), xip(tos=2, flags=4) / XUDP(),
    xip(tos=1, ttl=0) / XUDP(), xip(ttl=1) / XUDP(), xip(ttl=2) / XUDP(),
    xip(flags=1, proto=17, id=1) / XUDP(dport=7),
    xip(frag=1, proto=17, id=1) / Raw(b"\0\7\0\7\0\0\0\0"),
    xip(frag=1, proto=6, id=1) / Raw(b"\2" * 20),
    xip(frag=1, proto=1, id=1) / Raw(b"\3" * 20),
    xip(version=4) / XUDP(), xip(version=15) / XUDP(),
    xip("192.0.2.1", "192.0.2.2") / XUDP(), xip("192.0.2.1", A) / XUDP(),
    xip("10.10.0.1", "10.8.255.255") / XUDP(),
    arp(), arp(op=2), arp(tpa=A), arp(spa="0.0.0.0"), arp(tpa="10.9.0.3"),
    arp(op=2, tpa=A), XEther(type=0x800) / Raw(bytes(xip() / XUDP())[14:]),
    XEther(type=0x806) / Raw(bytes(arp())[14:]),
]
FRAMES = [XEther(bytes(frame)) for frame in FRAMES]


def of_xip(test):
    return lambda frame: XIP in frame and test(frame[XIP])


def of_xarp(test):
    return lambda frame: XARP in frame and test(frame[XARP])


def near(addr):
    return addr.startswith("10.9.")


# In the order of the documentation.
CONDITIONS = [
    of_xip(lambda p: True), of_xarp(lambda p: True),
    of_xip(lambda p: p.proto == 17),
    of_xip(lambda p: p.src == A), of_xip(lambda p: p.dst == A),
    of_xip(lambda p: near(p.src) or near(p.dst)),
    of_xip(lambda p: p.proto == 17 and p.frag == 0 and p[XUDP].dport == 7),
    of_xip(lambda p: p.proto == 6 and p.frag == 0 and
           "S" in str(p[XTCP].flags) and "A" not in str(p[XTCP].flags)),
    of_xip(lambda p: p.proto == 1 and p.frag == 0 and p[XICMP].type == 3),
    of_xip(lambda p: p.frag or int(p.flags) & 1),
    of_xip(lambda p: int(p.flags) & 2),
    of_xip(lambda p: len(parse_options(p.options)) > 0),
    of_xip(lambda p: p.ttl < 2), of_xip(lambda p: p.tos & 3 == 3),
    of_xip(lambda p: p.version != 14),
    of_xarp(lambda p: p.op == 1 and p.tpa == B),
    of_xarp(lambda p: p.op == 1 and p.spa == p.tpa),
    of_xarp(lambda p: p.op == 1 and p.spa == "0.0.0.0"),
]


def tcpdump(*words):
    """What it prints; fails unless it takes the filter."""
    done = subprocess.run(["tcpdump", "-n", *words], text=True,
                          capture_output=True, check=False)
    equal(done.returncode, 0, "tcpdump: " + done.stderr)
    return done.stdout


@check("each filter of the documentation has its condition here")
def complete():
    equal(len(recipes()), len(CONDITIONS), "filters")


@rows("%s", [(recipe, recipe, condition)
             for recipe, condition in zip(recipes(), CONDITIONS)])
def recipe(words, condition):
    program = tcpdump("-y", "EN10MB", "-d", words)
    if "ret      #0" not in program:
        raise AssertionError("takes everything:\n" + program)
    text = tcpdump("-tt", "-q", "-r", pcap(FRAMES), words)
    # the time is the frame's number in milliseconds
    got = [int(line.split()[0].split(".")[1]) // 1000
           for line in text.splitlines() if re.match(r"\d+\.\d+ ", line)]
    want = [i for i, frame in enumerate(FRAMES) if condition(frame)]
    equal(got, want, "frames")
    if not 0 < len(want) < len(FRAMES):
        raise AssertionError("the frames here do not try it")


@check("on a cooked capture ether proto works")
def cooked():
    frame = b"\x88\xb5" + bytes(2) + b"\0\0\0\1\0\1\0\6" + bytes(8) + \
        bytes(FRAMES[0])[14:]
    for proto, count in (("0x88b5", 1), ("0x88b6", 0)):
        text = tcpdump("-r", pcap([frame], link=SLL2), "ether proto " + proto)
        equal(len(text.splitlines()) > 0, bool(count), proto)


if __name__ == "__main__":
    need("tcpdump")
    run()
