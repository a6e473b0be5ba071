#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0
"""The scapy layers of tools/scapy, against bytes written by hand."""
import re
import struct
import random

from lab import A, B, TREE, differ, equal, fields, need, pcap
from ktap import check, rows, run
# what loads of scapy's own must do so first, as it does for users
from scapy.all import IP, UDP, Dot1Q, Ether, Raw, conf     # noqa: E402
import xinet
from xinet import (XARP, XICMP, XIP, XIPerror, XIPOption, XIPOption_EOL,
                   XIPOption_LSRR, XIPOption_NOP, XIPOption_RA, XIPOption_RR,
                   XIPOption_SSRR, XIPOption_TS, XTCP, XTCPerror, XUDP,
                   XUDPerror, inet_checksum, xdefragment, xfragment)
from xinet_layers import XEther, XICMPerror

HEAD = {"src": A, "dst": B}
ADDRS = bytes.fromhex("0a0900010a090002")


def summed(data, at, pseudo=b""):
    """With the checksum at that offset, by the textbook."""
    total = sum(struct.unpack("!%dH" % ((len(pseudo + data) + 1) // 2),
                              pseudo + data + b"\0" * (len(data) % 2)))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return data[:at] + struct.pack("!H", ~total & 0xffff) + data[at + 2:]


def head(size, proto=17, ihl=5, options="", word=0, ident=0, ttl=64):
    """A header for so many bytes of payload."""
    return summed(struct.pack("!BBHHHBBH", 0xe0 | ihl, 0, ihl * 4 + size,
                              ident, word, ttl, proto, 0) + ADDRS +
                  bytes.fromhex(options), 10)


def pseudo(proto, size):
    return ADDRS + struct.pack("!BBH", 0, proto, size)


UDP_BYTES = summed(bytes.fromhex("0fa00007000a0000") + b"hi", 6,
                   pseudo(17, 10))
TCP_BYTES = summed(bytes.fromhex("0fa0005000000001000000025012200000000000") +
                   b"x", 16, pseudo(6, 21))
ECHO_BYTES = summed(bytes.fromhex("0800000000070001") + b"ab", 2)
NEEDED = summed(bytes.fromhex("0304000000000578") + head(10) + UDP_BYTES, 2)

BUILDS = [
    ("a header alone", XIP(**HEAD), head(0, 0)),
    ("UDP", XIP(**HEAD) / XUDP(sport=4000, dport=7) / b"hi",
     head(10) + UDP_BYTES),
    ("TCP", XIP(**HEAD) / XTCP(sport=4000, dport=80, seq=1, ack=2,
                               flags="SA") / b"x", head(21, 6) + TCP_BYTES),
    ("an echo", XIP(**HEAD) / XICMP(id=7, seq=1) / b"ab",
     head(10, 1) + ECHO_BYTES),
    ("an error that quotes", XIP(**HEAD) / XICMP(type=3, code=4, mtu=1400) /
     bytes(XIP(**HEAD) / XUDP(sport=4000, dport=7) / b"hi"),
     head(38, 1) + NEEDED),
    ("record route", XIP(options=[XIPOption_RR(routers=["0.0.0.0"] * 2),
                                  XIPOption_NOP()], proto=17, **HEAD),
     head(0, ihl=8, options="070b04000000000000000001")),
    ("options from bytes, padded", XIP(options=b"\x94\4\0\0\1", proto=17,
                                       **HEAD),
     head(0, ihl=7, options="9404000001000000")),
    ("one option", XIP(options=XIPOption_RA(), proto=17, **HEAD),
     head(0, ihl=6, options="94040000")),
    ("timestamp", XIP(options=XIPOption_TS(flag=1, data=[0x0a090001, 5]),
                      proto=17, **HEAD),
     head(0, ihl=8, options="440c05010a09000100000005")),
    ("DF and MF", XIP(flags="DF+MF", frag=3, proto=17, id=5, **HEAD),
     head(0, word=0x6003, ident=5)),
    ("all wrong", XIP(version=4, ihl=1, len=2, chksum=3, ttl=4, proto=5,
                      **HEAD),
     bytes.fromhex("41000002000000000405 0003".replace(" ", "")) + ADDRS),
    ("XARP", XARP(sha="02:00:00:00:00:01", spa=A, tpa=B),
     bytes.fromhex("000188b50604000102000000000 10a090001".replace(" ", "") +
                   "0000000000000a090002")),
]


@rows("built: %s", BUILDS)
def build(packet, want):
    equal(bytes(packet).hex(), want.hex(), "bytes")


@rows("taken apart and built again: %s", BUILDS)
def again(_packet, data):
    one = XARP(data) if data[:2] == b"\0\1" else XIP(data)
    equal(bytes(one).hex(), data.hex(), "bytes as they were")
    for field in ("ihl", "len", "chksum"):
        if hasattr(one, field) and one.version == 14:
            setattr(one, field, None)
    equal(bytes(one).hex(), data.hex(), "computed anew")


BELOW = [
    ("Ether", Ether), ("the light Ether", XEther),
]


@rows("on %s", BELOW)
def below(ether):
    frame = ether(bytes(ether(dst="02:00:00:00:00:02") / XIP(**HEAD) / XUDP()))
    equal((frame.type, frame[XIP].dst, XUDP in frame), (0x88b5, B, True), "XIP")
    frame = ether(bytes(ether(dst="02:00:00:00:00:02") / XARP(tpa=B)))
    equal((frame.type, frame[XARP].tpa), (0x88b6, B), "XARP")


@check("on 802.1Q; and IPv4 is left alone")
def others():
    frame = Ether(bytes(Ether(dst="02:00:00:00:00:02") / Dot1Q(vlan=5) /
                        XIP(**HEAD) / XUDP(dport=9)))
    equal((frame[Dot1Q].type, frame[XUDP].dport), (0x88b5, 9), "802.1Q")
    frame = Ether(bytes(Ether(dst="02:00:00:00:00:02") / IP(dst=B) / UDP()))
    equal((frame.type, IP in frame, XIP in frame), (0x800, True, False), "IPv4")
    equal(conf.l3types.num2layer[0x88b5], XIP, "layer 3")


OPTIONS = [
    ("all kinds", "01 0707040a090001 4408050000000000 94040000 00",
     [XIPOption_NOP, XIPOption_RR, XIPOption_TS, XIPOption_RA, XIPOption_EOL]),
    ("source routes", "8303ff 8907040a090002",
     [XIPOption_LSRR, XIPOption_SSRR]),
    ("an unknown one", "1e04abcd", [XIPOption]),
    ("a length of 0", "0700", [Raw]), ("a length of 1", "0701", [Raw]),
    ("a length beyond the end", "01070b04", [XIPOption_NOP, Raw]),
    ("no length", "0144", [XIPOption_NOP, Raw]),
    ("record route with part of a slot", "070404ff", [XIPOption]),
    ("timestamp of three bytes", "440305", [XIPOption]),
    ("behind the end", "00ff", [XIPOption_EOL]), ("nothing", "", []),
]


@rows("options: %s", OPTIONS)
def options(text, want):
    data = bytes.fromhex(text)
    found = xinet.parse_options(data)
    equal([type(one) for one in found], want, "kinds")
    if found and found[-1].__class__ is not XIPOption_EOL:
        equal(b"".join(map(bytes, found)), data, "bytes")


@check("what hops wrote is read")
def recorded():
    rr = XIPOption_RR(routers=[A, B, "0.0.0.0"], pointer=12)
    packet = XIP(bytes(XIP(options=[rr], proto=17)))
    equal(packet.option_list()[0].taken(), [A, B], "taken")
    equal(packet.options, bytes(rr) + b"\0", "as bytes")


QUOTED = [
    ("UDP", XUDP(sport=1, dport=2), XUDPerror),
    ("TCP", XTCP(sport=1, dport=2, seq=3), XTCPerror),
    ("an echo", XICMP(id=1, seq=2), XICMPerror),
]


@rows("an error's quote of %s has names of its own", QUOTED)
def quoted(payload, kind):
    question = XIP(id=3, **HEAD) / payload / b"data"
    for size in (28, len(bytes(question))):
        error = XIP(bytes(XIP(src="10.9.0.9", dst=A) / XICMP(type=11) /
                          bytes(question)[:size]))
        equal((XIPerror in error, kind in error, type(payload) in error),
              (True, True, kind is XICMPerror),
              "layers at %d" % size)
        equal(error[XIPerror].dst, B, "quoted destination")


ANSWERS = [
    ("UDP", XUDP(sport=1, dport=2), XUDP(sport=2, dport=1), True),
    ("UDP from another port", XUDP(sport=1, dport=2), XUDP(sport=3, dport=1),
     False),
    ("TCP", XTCP(sport=1, dport=2), XTCP(sport=2, dport=1), True),
    ("an echo", XICMP(id=1, seq=2), XICMP(type=0, id=1, seq=2), True),
    ("an echo of another number", XICMP(id=1, seq=2),
     XICMP(type=0, id=1, seq=3), False),
    ("an echo's request", XICMP(id=1, seq=2), XICMP(type=8, id=1, seq=2),
     False),
    ("a timestamp", XICMP(type=13, id=1), XICMP(type=14, id=1), True),
    ("another protocol", XUDP(sport=1, dport=2), XTCP(sport=2, dport=1), False),
]


@rows("an answer: %s", ANSWERS)
def answers(question, answer, want):
    asked = Ether(bytes(Ether(dst="02:00:00:00:00:02") / XIP(**HEAD) /
                        question))
    came = Ether(bytes(Ether(dst="02:00:00:00:00:01") / XIP(src=B, dst=A) /
                       answer))
    equal(bool(came.answers(asked)), want, "answers")
    if want:
        equal(came.hashret(), asked.hashret(), "hash")
    stranger = came.copy()
    stranger[XIP].src = "10.9.0.7"
    equal(bool(stranger.answers(asked)), False, "from elsewhere")


@check("an error is an answer to what it quotes, and to nothing else")
def error_answers():
    asked = XIP(id=3, **HEAD) / XUDP(sport=1, dport=2)
    error = XIP(bytes(XIP(src="10.9.0.9", dst=A) / XICMP(type=11) /
                      bytes(asked)))
    equal(bool(error.answers(XIP(bytes(asked)))), True, "its own")
    other = XIP(id=3, **HEAD) / XUDP(sport=9, dport=2)
    equal(bool(error.answers(XIP(bytes(other)))), False, "another port")


@check("each host of a group may answer")
def group_answers():
    asked = XIP(src=A, dst="224.0.0.1") / XICMP(id=1)
    answer = XIP(src="10.9.0.7", dst=A) / XICMP(type=0, id=1)
    equal(bool(XIP(bytes(answer)).answers(XIP(bytes(asked)))), True, "it")


@check("XARP: a reply answers its request")
def arp_answers():
    asked = XARP(spa=A, tpa=B)
    equal((bool(XARP(op=2, spa=B, tpa=A).answers(asked)),
           bool(XARP(op=2, spa=A, tpa=A).answers(asked)),
           bool(XARP(op=1, spa=B, tpa=A).answers(asked))),
          (True, False, False), "answers")


DATA = random.Random(7).randbytes(3000)
WHOLE = XIP(id=9, **HEAD) / XUDP(sport=4000, dport=9999) / DATA
ROUTED = XIP(id=9, options=[XIPOption_RA(), XIPOption_RR(routers=[A] * 2)],
             **HEAD) / XUDP(sport=4000, dport=9999) / DATA
# name, packet, MTU, payload lengths
CUTS = [
    ("not at all", WHOLE, 3028, [3008]),
    ("by one byte too few", WHOLE, 3027, [3000, 8]),
    ("to 1,500", WHOLE, 1500, [1480, 1480, 48]),
    ("to a last one that fills it", WHOLE, 1524, [1504, 1504]),
    ("to 1,499: multiples of eight", WHOLE, 1499, [1472, 1472, 64]),
    ("with options: the later ones are larger", ROUTED, 1500,
     [1464, 1472, 72]),
    ("with eight bytes each", XIP(id=9, **HEAD) / XUDP() / b"12345678", 28,
     [8, 8]),
]


@rows("fragments, cut %s", CUTS)
def cut(packet, mtu, want):
    frame = Ether(dst="02:00:00:00:00:02", src="02:00:00:00:00:01") / packet
    parts = [Ether(bytes(part)) for part in xfragment(frame, mtu)]
    equal([part[XIP].len - part[XIP].ihl * 4 for part in parts], want, "sizes")
    equal([part[XIP].frag * 8 for part in parts],
          [sum(want[:i]) for i in range(len(want))], "offsets")
    equal([int(part[XIP].flags) for part in parts],
          [1] * (len(want) - 1) + [0], "flags")
    equal([inet_checksum(bytes(part[XIP])[:part[XIP].ihl * 4])
           for part in parts], [0] * len(want), "checksums")
    if len(parts) > 1:
        equal(parts[1][XIP].options,
              b"\x94\4\0\0" if packet is ROUTED else b"", "copied options")
    back = xdefragment(parts[::-1])
    equal([bytes(one)[one.ihl * 4:] for one in back],
          [bytes(XIP(bytes(packet)).payload)], "put together")
    if packet is WHOLE:
        got = fields(pcap(parts), ["udp.payload", "udp.checksum.status"],
                     "-o", "udp.check_checksum:TRUE")[-1]
        differ(got, {"udp.payload": [DATA.hex()],
                     "udp.checksum.status": ["1"]}, "tshark's")


@check("a fragment is cut again, and all of it put together")
def again_cut():
    first = xfragment(WHOLE, 1500)
    parts = [small for part in first for small in xfragment(part, 600)]
    equal([p.frag * 8 for p in map(XIP, map(bytes, parts))],
          [0, 576, 1152, 1480, 2056, 2632, 2960], "offsets")
    equal([int(p.flags) for p in map(XIP, map(bytes, parts))],
          [1] * 6 + [0], "flags")
    random.Random(1).shuffle(parts)
    back = xdefragment(parts)
    equal([bytes(one) for one in back], [bytes(WHOLE)], "the datagram")


@check("what is not whole is handed back as it came")
def incomplete():
    parts = xfragment(WHOLE, 1500)
    other = XIP(**HEAD) / XUDP()
    back = xdefragment([parts[0], other, parts[2], XARP()])
    equal([bytes(one) for one in back],
          [bytes(other), bytes(parts[0]), bytes(parts[2])], "packets")


@check("no MTU at all is refused")
def tiny():
    try:
        xfragment(WHOLE, 27)
    except ValueError:
        return
    raise AssertionError("cut to nothing")


@check("noise is taken apart without an exception, and built again")
def noise():
    rng = random.Random(14)
    for _ in range(3000):
        data = bytearray(rng.randbytes(rng.randrange(20, 120)))
        data[0] = 0xe0 | rng.randrange(5, 16)
        if rng.random() < .7:
            data[2:4] = struct.pack("!H", len(data))
            data[9] = rng.choice((1, 6, 17))
        one = XIP(bytes(data))
        one.option_list()
        one.show(dump=True)
        if one.len == len(data) and one.ihl * 4 <= len(data):
            equal(bytes(one)[:one.ihl * 4], bytes(data[:one.ihl * 4]), "header")


@check("what captures.rst shows can be typed")
def documented():
    with open(TREE + "/Documentation/networking/xinet/captures.rst",
              encoding="utf-8") as text:
        block = re.search(r"^  from scapy\.all import .*?(?=^\S)", text.read(),
                          re.M | re.S)[0]
    code = "\n".join(line[2:] for line in block.splitlines()
                     if "import" not in line)
    parts = []
    names = {**vars(xinet), "Ether": Ether, "Raw": Raw,
             "xarping": lambda *_, **__: "02:00:00:00:00:02",
             "srp1": lambda packet, **_: parts.append(bytes(packet)),
             "rdpcap": lambda _: xfragment(WHOLE, 1500)}
    # pylint: disable-next=exec-used
    exec(code.replace("show2()", "show2(dump=True)"), names)
    equal((len(parts), len(names["parts"]), len(names["packets"])), (1, 3, 1),
          "what it made")


if __name__ == "__main__":
    need("tshark")
    run()
