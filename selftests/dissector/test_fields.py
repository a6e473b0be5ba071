#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0
"""Every field of the plugin, as scapy's packets have it; each expert.

A row is a packet and what stands in its tree beside the header; a field that
no row expects must not be there. The header's fields are computed from what
scapy understands, in lab.header().
"""
from lab import (A, B, MAC_A, MAC_B, differ, equal, experts, fields, header,
                 known, need, pcap, tshark, values)
from ktap import check, rows, run
from scapy.packet import Padding, Raw
from xinet_layers import (XARP, XICMP, XIP, XIPOption, XIPOption_LSRR,
                          XIPOption_NOP, XIPOption_RA, XIPOption_RR,
                          XIPOption_SSRR, XIPOption_TS, XTCP, XUDP, XEther,
                          inet_checksum)

GOOD = 1


def there(**words):
    return XEther(src=MAC_A, dst=MAC_B) / XIP(src=A, dst=B, **words)


def back(**words):
    return XEther(src=MAC_B, dst=MAC_A) / XIP(src=B, dst=A, **words)


LOST = XIP(src=A, dst=B, id=9, ttl=1) / XUDP(sport=4000, dport=7) / b"lost"
LOST_TCP = XIP(src=A, dst=B) / XTCP(sport=4001, dport=80, seq=0xfffffff0)
LOST_ECHO = XIP(src=A, dst=B) / XICMP(id=5, seq=6)
SHORT = bytes(LOST)[:28]


def option(kind):
    """Fields that each option has: type with its bits, and length."""
    return {"type": kind, "type.copy": kind >> 7, "type.class": kind >> 5 & 3,
            "type.number": kind & 31}


def options(*kinds, **more):
    """What is expected of options of these types."""
    out = {"xip.opt." + name: [str(option(kind)[name]) for kind in kinds]
           for name in option(0)}
    for name, value in more.items():
        out["xip.opt." + name.replace("__", ".")] = value
    return values(out)


def icmp(frame, **more):
    """What is expected of a message: the head, then the words given."""
    m = frame[XICMP]
    out = {"type": m.type, "code": m.code, "checksum": "0x%04x" % m.chksum,
           "checksum.status": GOOD}
    out.update((name.replace("__", "."), value) for name, value in more.items())
    return values({"xicmp." + name: value for name, value in out.items()})


def both(frame, quote):
    """The header's fields twice: the packet's, and the quoted one's."""
    outer, inner = header(frame), header(XEther() / quote)
    return {name: outer[name] + inner[name] for name in outer}


RR = XIPOption_RR(routers=[A, "0.0.0.0", "0.0.0.0"], pointer=8)
TS0 = XIPOption_TS(data=[3600000, 0x80000001, 0], pointer=13, flag=0,
                   overflow=2)
TS1 = XIPOption_TS(data=[0x0a090001, 7, 0, 0], pointer=13, flag=1)
TS3 = XIPOption_TS(data=[0x0a090001, 7, 0x0a090002, 0], pointer=13, flag=3)

# name, packet, what else is there
PACKETS = [
    ("a datagram, nothing set", there() / XUDP(sport=1, dport=2), {}),
    ("every field of the header",
     there(tos=0xb9, id=0xabcd, flags=2, ttl=255) / XUDP() / b"x", {}),
    ("reserved bit", there(flags=4) / XUDP(), {}),
    ("a protocol without a name", there(proto=200) / Raw(b"abc"), {}),
    ("no payload at all", there(proto=17), {}),
    ("padding of the link", there() / XUDP() / Padding(b"\0\1\2"),
     values({"xip.padding": "000102"})),
    ("record route", there(options=[RR, XIPOption_NOP()]) / XUDP(),
     options(7, 1, len=15, ptr=8, rr__addr=A, free=["00000000"] * 2)),
    ("record route, full",
     there(options=[XIPOption_RR(routers=[A, B], pointer=12), b"\1"]) / XUDP(),
     options(7, 1, len=11, ptr=12, rr__addr=[A, B])),
    ("timestamp, times", there(options=TS0) / XUDP(),
     options(68, len=16, ptr=13, ts__flag=0, ts__overflow=2,
             ts__time=[3600000, 0x80000001], free="00000000")),
    ("timestamp, addresses and times", there(options=TS1) / XUDP(),
     options(68, len=20, ptr=13, ts__flag=1, ts__overflow=0, ts__addr=A,
             ts__time=7, free="0000000000000000")),
    ("timestamp, addresses given", there(options=TS3) / XUDP(),
     options(68, len=20, ptr=13, ts__flag=3, ts__overflow=0,
             ts__addr=[A, B], ts__time=7, free="00000000")),
    ("router alert", there(options=XIPOption_RA()) / XUDP(),
     options(148, len=4, ra="0x0000")),
    ("an unknown option", there(options=XIPOption(option=30, value=b"ab"))
     / XUDP(), options(30, len=4, data="6162")),
    ("loose source route",
     there(options=[XIPOption_LSRR(routers=[B]), b"\0"]) / XUDP(),
     options(131, 0, len=7, ptr=4, sr__addr=B)),
    ("strict source route",
     there(options=[b"\1", XIPOption_SSRR(routers=[B])]) / XUDP(),
     options(1, 137, len=7, ptr=4, sr__addr=B)),
    ("what stands behind the end", there(options=b"\1\0ab") / XUDP(),
     options(1, 0, tail="6162")),
]

MESSAGES = [
    ("echo request", there() / XICMP(id=7, seq=1) / b"ping",
     dict(ident=7, seq=1, data="70696e67", resp_in=2)),
    ("echo reply", back() / XICMP(type=0, id=7, seq=1) / b"ping",
     dict(ident=7, seq=1, data="70696e67", resp_to=1, resptime=1)),
    ("source quench", back() / XICMP(type=4) / SHORT, dict(unused="00000000")),
    ("redirect", back() / XICMP(type=5, code=1, gw="10.9.0.9") / SHORT,
     dict(gateway="10.9.0.9")),
    ("time exceeded", back() / XICMP(type=11) / SHORT, dict(unused="00000000")),
    ("parameter problem", back() / XICMP(type=12, ptr=21) / SHORT,
     dict(pointer=21, unused="000000")),
    ("fragmentation needed", back() / XICMP(type=3, code=4, mtu=1400) / SHORT,
     dict(mtu=1400, unused="0000")),
    ("timestamp request", there() / XICMP(type=13, id=1, seq=2, ts_ori=5),
     dict(ident=1, seq=2, originate=5, receive=0, transmit=0)),
    ("timestamp reply", back() / XICMP(type=14, id=1, seq=2, ts_ori=5, ts_rx=6,
                                       ts_tx=7),
     dict(ident=1, seq=2, originate=5, receive=6, transmit=7)),
    ("information request", there() / XICMP(type=15, id=3, seq=4),
     dict(ident=3, seq=4)),
    ("information reply", back() / XICMP(type=16, id=3, seq=4),
     dict(ident=3, seq=4)),
    ("address mask request", there() / XICMP(type=17, id=3, seq=4),
     dict(ident=3, seq=4, mask="0.0.0.0")),
    ("address mask reply",
     back() / XICMP(type=18, id=3, seq=4, addr_mask="255.255.255.0"),
     dict(ident=3, seq=4, mask="255.255.255.0")),
    ("router advertisement",
     back() / XICMP(type=9, unused=b"\1\2\7\x08") /
     bytes.fromhex("0a090009ffffffff"),
     dict(adv__count=1, adv__size=2, adv__lifetime=1800,
          adv__addr="10.9.0.9", adv__pref=-1)),
    ("router solicitation", there() / XICMP(type=10), dict(unused="00000000")),
    ("an unknown type", there() / XICMP(type=77) / b"x",
     dict(unused="00000000", data="78")),
]

QUOTES = [
    ("UDP", LOST, dict(srcport=4000, dstport=7, udp_len=12)),
    ("TCP", LOST_TCP, dict(srcport=4001, dstport=80, tcp_seq=0xfffffff0)),
    ("an echo", LOST_ECHO, dict(type=8, code=0, ident=5, seq=6)),
    ("another protocol", XIP(src=A, dst=B, proto=99) / Raw(b"12345678"), {}),
    ("a fragment behind the first", XIP(src=A, dst=B, proto=17, frag=2) /
     Raw(b"12345678"), {}),
]

ZERO = "00:00:00:00:00:00"


def arp(op=1, sha=MAC_A, spa=A, tha=ZERO, tpa=B, **more):
    return XEther(src=MAC_A, dst=MAC_B) / XARP(op=op, sha=sha, spa=spa,
                                               tha=tha, tpa=tpa, **more)


# name, packet, probe, announcement, what else
XARPS = [
    ("request", arp(), 0, 0, {}),
    ("reply", arp(op=2, tha=MAC_B), 0, 0, {}),
    ("probe", arp(spa="0.0.0.0"), 1, 0, {}),
    ("announcement", arp(tpa=A), 0, 1, {}),
    ("reply that announces", arp(op=2, tpa=A, tha=MAC_A), 0, 1, {}),
    ("reply with one's own address as target", arp(op=2, tpa=A, tha=MAC_B), 0,
     0, {}),
    ("padding of the link", arp() / Padding(b"\0\0"), 0, 0,
     {"xarp.padding": "0000"}),
    ("another station", arp(sha=MAC_B), 0, 0, {"xarp.duplicate.frame": 7}),
    ("the same station again", arp(sha=MAC_B), 0, 0, {}),
]

# name, packet, experts
WRONG = [
    ("nothing", there() / XUDP(), []),
    ("version 4", there(version=4) / XUDP(), ["bad_version"]),
    ("version 15", there(version=15) / XUDP(), ["bad_version"]),
    ("IHL 4", there(ihl=4) / XUDP(), ["bad_hdr_len"]),
    ("IHL beyond the frame", there(ihl=15, len=28) / XUDP(),
     ["bad_len", "hdr_truncated"]),
    ("total length 19", there(len=19) / XUDP(), ["bad_len"]),
    ("total length below the options", there(len=20, options=b"\1\1\1\1") /
     XUDP(), ["bad_len"]),
    ("total length one too large", there(len=29) / XUDP(), ["truncated"]),
    ("total length one less", there(len=27) / XUDP(), []),
    ("a wrong checksum", there(chksum=1) / XUDP(), ["bad_checksum"]),
    ("loose source route", there(options=XIPOption_LSRR(routers=[B])) / XUDP(),
     ["source_route"]),
    ("a source route that is malformed as well",
     there(options=b"\x89\x28\4\0") / XUDP(), ["source_route"]),
    ("an option without length", there(options=b"\1\1\1\7") / XUDP(),
     ["bad_options"]),
    ("an option of length 1", there(options=b"\x1e\1\1\1") / XUDP(),
     ["bad_options"]),
    ("an option beyond the header", there(options=b"\x1e\5\1\1") / XUDP(),
     ["bad_options"]),
    ("an option up to the header's end", there(options=b"\x1e\4\1\1") / XUDP(),
     []),
    ("two record routes", there(options=bytes(RR) * 2) / XUDP(),
     ["bad_options"]),
    ("record route, pointer 3", there(options=[
        XIPOption_RR(routers=[A], pointer=3), b"\0"]) / XUDP(),
     ["bad_options"]),
    ("record route, pointer into the last slot", there(options=[
        XIPOption_RR(routers=[A], pointer=5), b"\0"]) / XUDP(),
     ["bad_options"]),
    ("record route, pointer behind it all", there(options=[
        XIPOption_RR(routers=[A], pointer=8), b"\0"]) / XUDP(), []),
    ("record route with part of a slot",
     there(options=b"\7\4\4\0") / XUDP(), ["bad_options"]),
    ("timestamp with flag 2", there(options=XIPOption_TS(data=[0], flag=2)) /
     XUDP(), ["bad_options"]),
    ("timestamp, pointer into its head", there(options=XIPOption_TS(
        data=[0], pointer=4)) / XUDP(), ["bad_options"]),
    ("timestamp, overflow full", there(options=XIPOption_TS(
        data=[0], pointer=9, overflow=15)) / XUDP(), ["bad_options"]),
    ("timestamp, overflow 14", there(options=XIPOption_TS(
        data=[0], pointer=9, overflow=14)) / XUDP(), []),
    ("timestamp, half a slot left", there(options=XIPOption_TS(
        data=[0], flag=1)) / XUDP(), ["bad_options"]),
    ("router alert of length 3", there(options=b"\x94\3\0\0") / XUDP(),
     ["bad_options"]),
    ("an odd fragment", there(flags=1, proto=17) / Raw(b"1234567"),
     ["bad_fragment"]),
    ("an odd last fragment", there(frag=1, proto=17) / Raw(b"1234567"), []),
    ("an empty fragment", there(frag=1, proto=17), ["bad_fragment"]),
    ("a fragment beyond 65,535", there(frag=8189, proto=17) / Raw(bytes(24)),
     ["bad_fragment"]),
    ("a fragment up to 65,535",
     there(frag=8186, id=2, proto=17) / Raw(bytes(27)), []),
    ("a source in 224/4", XEther(src=MAC_A) / XIP(src="224.0.0.1", dst=B) /
     XUDP(), ["martian_source"]),
    ("broadcast as source", XEther(src=MAC_A) / XIP(
        src="255.255.255.255", dst=B) / XUDP(), ["martian_source"]),
    ("class E as source", XEther(src=MAC_A) / XIP(src="240.0.0.1", dst=B) /
     XUDP(), []),
    ("127/8 off lo", XEther(src=MAC_A) / XIP(src="127.0.0.1", dst="127.0.0.1")
     / XUDP(), ["martian_dest", "martian_source"]),
    ("127/8 on lo", XEther(dst=ZERO) / XIP(src="127.0.0.1", dst="127.0.0.1") /
     XUDP(), []),
    ("0/8 as source", XEther(src=MAC_A) / XIP(src="0.0.0.1", dst=B) / XUDP(),
     ["martian_source"]),
    ("0.0.0.0 to all", XEther(src=MAC_A) / XIP(dst="255.255.255.255") / XUDP(),
     []),
    ("0/8 as destination", XEther(src=MAC_A) / XIP(src=A, dst="0.0.0.1") /
     XUDP(), ["martian_dest"]),
    ("TTL 0", there(ttl=0) / XUDP(), ["ttl_zero"]),
    ("19 bytes", Raw(bytes(there())[:33]), ["too_small"]),
    ("no byte", Raw(bytes(there())[:14]), ["too_small"]),
]
WRONG_ICMP = [
    ("a good one", there() / XICMP(type=13), []),
    ("a wrong checksum", there() / XICMP(type=13, chksum=1), ["bad_checksum"]),
    ("7 bytes", there(proto=1) / Raw(bytes(7)), ["short"]),
    ("an unknown type", there() / XICMP(type=77), ["unknown_type"]),
    ("27 bytes quoted", back() / XICMP(type=3) / SHORT[:27], ["quote_short"]),
    ("19 bytes quoted", back() / XICMP(type=3) / SHORT[:19],
     ["quote_short", "xip.too_small"]),
    ("28 bytes quoted", back() / XICMP(type=3) / SHORT, []),
    ("nothing quoted", back() / XICMP(type=3), ["quote_short"]),
    ("an echo without reply", there() / XICMP(id=99), ["no_reply"]),
]
WRONG_ARP = [
    ("a good one", arp(), []),
    ("27 bytes", Raw(bytes(arp())[:41]), ["short"]),
    ("no byte", Raw(bytes(arp())[:14]), ["short"]),
    ("hardware type 2", arp(hrd=2), ["not_ours"]),
    ("IPv4 as protocol", arp(pro=0x800), ["not_ours"]),
    ("operation 3", arp(op=3), ["bad_opcode"]),
    ("a multicast MAC", arp(sha="01:00:00:00:00:01"),
     ["bad_sender", "duplicate"]),
    ("no MAC", arp(sha=ZERO, spa="10.9.0.77"), ["bad_sender"]),
    ("a sender in 127/8", arp(spa="127.0.0.1"), ["bad_sender"]),
    ("no sender in a reply", arp(op=2, spa="0.0.0.0"), ["bad_sender"]),
    ("a target in 224/4", arp(spa="10.9.0.79", tpa="224.0.0.1"),
     ["bad_target"]),
    ("a reply to a probe", arp(op=2, spa="10.9.0.78", tpa="0.0.0.0"), []),
]

seen = {}


def dissected(name, table, *words):
    """[{field: values}] of a table's packets, from one run of tshark."""
    if name not in seen:
        path = pcap([row[1] for row in table], name + ".pcap")
        seen[name] = fields(path, known()[0], "-2", *words)
        equal(len(seen[name]), len(table), "frames")
    return seen[name]


def parsed(frame):
    """The packet as it is on the wire, with all that scapy computes."""
    return XEther(bytes(frame))


@rows("XIP: %s", [(row[0], i) for i, row in enumerate(PACKETS)])
def packet(i):
    _, frame, more = PACKETS[i]
    differ(dissected("xip", PACKETS)[i], {**header(parsed(frame)), **more},
           "fields")


@rows("XICMP: %s", [(row[0], i) for i, row in enumerate(MESSAGES)])
def message(i):
    _, frame, more = MESSAGES[i]
    got = dict(dissected("xicmp", MESSAGES)[i])
    frame = parsed(frame)
    want = {**header(frame), **icmp(frame, **more)}
    if frame[XICMP].type in (3, 4, 5, 11, 12):
        want.update(both(frame, XIP(SHORT)), **values({
            "xicmp.quote.srcport": 4000, "xicmp.quote.dstport": 7,
            "xicmp.quote.udp_len": 12, "xicmp.quote.data": SHORT[20:].hex()}))
    differ(got, want, "fields")


QUOTING = [(row[0], back() / XICMP(type=3, code=1) / bytes(row[1]))
           for row in QUOTES]


@rows("an error quotes %s", [(row[0], i) for i, row in enumerate(QUOTES)])
def quoted(i):
    _, quote, more = QUOTES[i]
    frame = parsed(QUOTING[i][1])
    quote = XIP(bytes(quote))
    want = {**both(frame, quote), **icmp(frame, unused="00000000")}
    want.update(values({"xicmp.quote." + name: value
                        for name, value in more.items()}))
    want["xicmp.quote.data"] = [bytes(quote)[20:].hex()]
    differ(dissected("quotes", QUOTING)[i], want, "fields")


@rows("XARP: %s", [(row[0], i) for i, row in enumerate(XARPS)])
def address(i):
    _, frame, probe, announcement, more = XARPS[i]
    p = frame[XARP]
    differ(dissected("xarp", XARPS)[i], values({
        "xarp.hw.type": 1, "xarp.proto.type": "0x88b5", "xarp.hw.size": 6,
        "xarp.proto.size": 4, "xarp.opcode": p.op, "xarp.src.hw_mac": p.sha,
        "xarp.src.proto_xip": p.spa, "xarp.dst.hw_mac": p.tha,
        "xarp.dst.proto_xip": p.tpa, "xarp.isprobe": probe,
        "xarp.isannouncement": announcement, **more}), "fields")


def judged(name, table):
    if name not in seen:
        seen[name] = experts(pcap([row[1] for row in table], name + ".pcap"),
                             "-2")
        equal(len(seen[name]), len(table), "frames")
    return seen[name]


def judge(name, prefix, table):
    @rows(name, [(row[0], i) for i, row in enumerate(table)])
    def wrong(i):
        want = [word if "." in word else prefix + word for word in table[i][2]]
        equal(judged(prefix, table)[i], sorted(want), "experts")


judge("experts of XIP: %s", "xip.", WRONG)
judge("experts of XICMP: %s", "xicmp.", WRONG_ICMP)
judge("experts of XARP: %s", "xarp.", WRONG_ARP)


@check("every expert is provoked here, but those of other tests")
def all_experts():
    provoked = {word for table in seen.values() for row in table
                for word in row if isinstance(row, list)}
    left = {name for name in known()[1] if name not in provoked}
    equal(left, {"xip.frag_duplicate", "xip.frag_overlap", "xip.frag_length",
                 "xip.frag_ecn", "xip.frag_cut", "xip.cut",
                 "xip.too_deep"}, "not provoked")


@check("every field is in some row, but those of fragments")
def all_fields():
    shown = {name for table in seen.values() for row in table
             if isinstance(row, dict) for name in row}
    equal(set(known()[0]) - shown,
          {"xip.fragment", "xip.fragment.count", "xip.reassembled_in",
           "xip.reassembled.length"}, "in no row")


@check("a wrong checksum is shown with the right one")
def sums():
    frame = there(chksum=0) / XUDP()
    right = inet_checksum(bytes(frame)[14:34])
    text = tshark(pcap([frame]), "-V")
    if "should be 0x%04x" % right not in text:
        raise AssertionError(text)
    equal(fields(pcap([frame]), ["xip.checksum.status"]),
          [{"xip.checksum.status": ["0"]}], "status")


@check("a malformed option names the byte a parameter problem points at")
def pointer():
    text = tshark(pcap([there(options=b"\1\1" + bytes(TS1)[:3] + b"\2" +
                              bytes(TS1)[4:]) / XUDP()]), "-V")
    if "points at 25)" not in text:
        raise AssertionError(text)


if __name__ == "__main__":
    need("tshark")
    run()
