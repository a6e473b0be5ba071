#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0
"""ICMP: what is answered, how, and about what there must never be an error.

	         +------------- router --------------+
	tap t0 ──┤ 10.9.0.1/24           10.9.1.1/24 ├── tap t1, MTU 600
	10.9.0.2 |        10.8.0.1/24 on d0          |   10.9.1.2
	         | 240.0.0.0/4 via 10.9.0.2          |
	         | unreachable 172.17/16             |
	         | prohibit 172.18/16                |
	         | forwarding = 1, no default route  |
	         +-----------------------------------+

The producers are xproducers.py's; icmp_never.py tries them with what there must
never be an error about.
"""
import ktap
from ktap import check, rows
import xproducers
from xlab import Delta, equal, need
from xwire import BCAST_MAC, HOST, PEER, XICMP, XIP, XUDP, drops
from xinet_scapy import inet_checksum
from xproducers import FAR, PRODUCERS, datagram, error_about, port, protocol

ns = tap = None


def setup():
    global ns, tap
    ns, tap, _ = xproducers.setup()


# --- what is sent ----------------------------------------------------------------

@rows("%s is sent, and quotes what it is about", PRODUCERS)
def produced(producer, kind, code, word):
    frame = producer()
    delta = Delta(ns)
    quote = error_about(frame, kind, code, word)
    sent = bytes(frame)[14:]
    equal(quote, sent[:len(quote)], "quote")
    equal(len(quote), min(len(sent), 576 - 28), "length of the quote")
    equal(delta.get("IcmpMsg.OutType%d" % kind), 1, "counter")
    equal(delta.get("Icmp.OutMsgs"), 2, "OutMsgs, with the echo reply")
    equal(sum(delta.drops().values()), 1, "drops")


@check("a quote has the packet as it came, whole if it is short, or 576 in all")
def quote_sizes():
    for size in (0, 1, 7, 8, 511, 519, 520, 521, 1400):
        frame = datagram(payload=XUDP(dport=9) / (b"q" * size), ttl=17,
                         tos=0x20, id=0x1234)
        sent = bytes(frame)[14:]
        equal(error_about(frame, 3, 3, 0), sent[:548], "quote of %d" % size)


@check("a quote has all options")
def quote_options():
    frame = datagram(options=b"\1" * 40, dst=FAR, ttl=1)
    equal(error_about(frame, 11, 0, 0), bytes(frame)[14:], "quote")


@check("link padding is not quoted")
def quote_padding():
    frame = bytes(port()) + b"\xee" * 18
    replies = tap.exchange(frame)
    equal(bytes(replies[0][XICMP].payload), frame[14:-18], "quote")


@check("an error has the packet's TOS, with precedence internetwork control")
def error_tos():
    for tos in (0, 0x10, 0x08, 0xb8, 0xff):
        replies = tap.exchange(port(tos=tos))
        equal(replies[0][XIP].tos, (tos & 0x1e) | 0xc0, "TOS")


@check("an error comes from the address that the packet was for")
def error_source():
    error_about(port(dst="10.8.0.1"), 3, 3, 0, "10.8.0.1")
    error_about(protocol(dst="10.9.1.1"), 3, 2, 0, "10.9.1.1")


@check("a blackhole route is silent")
def blackhole():
    ns.xip("route add blackhole 172.19.0.0/16")
    drops(tap, datagram(dst="172.19.0.1"), {"Blackhole": 1})


# --- echo ----------------------------------------------------------------------------

SIZES = (0, 1, 7, 8, 55, 56, 57, 511, 512, 1023, 1024, 1471, 1472)


def echo(data=b"", word=b"\x12\x34\0\x01", **fields):
    return tap.xip(**{"proto": 1, **fields}) / XICMP(type=8, rest=word) / data


@rows("echo of %d bytes comes back", [(n, n) for n in SIZES])
def echo_size(size):
    data = bytes(i * 7 & 255 for i in range(size))
    replies = tap.exchange(echo(data))
    equal(len(replies), 1, "answers")
    reply = replies[0][XICMP]
    equal((reply.type, reply.code, reply.rest), (0, 0, b"\x12\x34\0\x01"),
          "header")
    equal(bytes(reply.payload), data, "data")
    equal(inet_checksum(bytes(reply)), 0, "checksum")
    equal(replies[0][XIP].len, 28 + size, "total length")


@check("an echo reply larger than the link takes goes in fragments")
def echo_too_large():
    equal([(frame[XIP].flags, frame[XIP].frag, frame[XIP].len)
           for frame in tap.exchange(echo(b"x" * 1473))],
          [(1, 0, 1500), (0, 185, 21)], "fragments")


@check("an echo reply comes from the address asked, with the request's TOS")
def echo_fields():
    for dst in (HOST, "10.8.0.1", "10.9.1.1"):
        for tos in (0, 0x10, 0xb9):
            reply = tap.exchange(echo(b"f", dst=dst, tos=tos, ttl=3, id=77))[0]
            equal((reply[XIP].src, reply[XIP].dst, reply[XIP].tos),
                  (dst, PEER, tos), "source, destination, TOS")
            equal((reply[XIP].ttl, reply.dst), (64, tap.peer_mac), "TTL, MAC")


@check("default_ttl is the TTL of replies and errors")
def default_ttl():
    ns.sysctl(default_ttl=99)
    equal(tap.exchange(echo())[0][XIP].ttl, 99, "TTL of a reply")
    equal(tap.exchange(port())[0][XIP].ttl, 99, "TTL of an error")
    ns.sysctl(default_ttl=64)


@check("id and sequence come back, whatever they are")
def echo_word():
    for word in (b"\0\0\0\0", b"\xff\xff\xff\xff", b"\xab\xcd\xef\x01"):
        equal(tap.exchange(echo(word=word))[0][XICMP].rest, word, "id, seq")


@check("an echo request with a wrong checksum is dropped: each bit of it")
def echo_checksum():
    good = echo(b"data")
    right = type(good)(bytes(good))[XICMP].chksum
    for bit in range(16):
        frame = echo(b"data")
        frame[XICMP].chksum = right ^ 1 << bit
        drops(tap, frame, {"IcmpChecksum": 1},
              ("Icmp.InErrors", "Icmp.InCsumErrors"))


@check("icmp_echo_ignore_all")
def echo_ignore_all():
    delta = Delta(ns)
    ns.sysctl(icmp_echo_ignore_all=1)
    try:
        tap.send(echo(b"ignored"))
    finally:
        ns.sysctl(icmp_echo_ignore_all=0)
    equal(tap.fence(), [], "answers")
    equal(delta.drops(), {"IcmpIgnored": 1}, "drop counters")


def to_all(dst, mac=BCAST_MAC):
    frame = echo(b"all", dst=dst)
    frame.dst = mac
    return frame


@check("a broadcast or multicast echo is ignored by default")
def echo_broadcast_default():
    for frame in (to_all("10.9.0.255"), to_all("255.255.255.255"),
                  to_all("224.0.0.1", "01:00:5e:00:00:01")):
        drops(tap, frame, {"IcmpIgnored": 1})


@check("and answered where icmp_echo_ignore_broadcasts is 0, by the host's own")
def echo_broadcast_allowed():
    ns.sysctl(icmp_echo_ignore_broadcasts=0)
    for frame in (to_all("10.9.0.255"), to_all("255.255.255.255"),
                  to_all("224.0.0.1", "01:00:5e:00:00:01")):
        replies = tap.exchange(frame)
        equal([(r[XIP].src, r[XIP].dst, r[XICMP].type) for r in replies],
              [(HOST, PEER, 0)], "answers")
    ns.sysctl(icmp_echo_ignore_broadcasts=1)


# --- what is not answered ----------------------------------------------------------------

ERRORS = (3, 4, 5, 11, 12)


@check("types that nobody knows are dropped in silence, all of them")
def unknown_types():
    unknown = set(range(256)) - {0, 8, 13} - set(ERRORS)
    delta = Delta(ns)
    equal([f.summary() for f in tap.exchange(
        *[tap.xip(proto=1) / XICMP(type=kind) / (b"\0" * 12)
          for kind in unknown])], [], "answers")
    equal(delta.drops(), {"IcmpType": len(unknown)}, "drop counters")
    equal(delta.get("Icmp.InErrors"), len(unknown), "InErrors")
    equal([kind for kind in unknown
           if delta.get("IcmpMsg.InType%d" % kind) != 1], [],
          "types not counted")


@check("an echo reply nobody waits for is dropped")
def stray_reply():
    drops(tap, tap.xip(proto=1) / XICMP(type=0) / b"stray", {"NoSocket": 1})


@check("an error whose quote is too short is dropped, of every length")
def short_quote():
    quote = bytes(port())[14:]
    for kind in ERRORS:
        for size in (0, 1, 19, 20, 27):
            drops(tap, tap.xip(proto=1) / XICMP(type=kind) / quote[:size],
                  {"IcmpQuote": 1}, ("Icmp.InErrors",))


@check("an error that quotes no XIP header is dropped")
def alien_quote():
    quote = bytearray(bytes(port())[14:])
    for first in (0x45, 0x65, 0xe4, 0xe0, 0xef):
        quote[0] = first
        drops(tap, tap.xip(proto=1) / XICMP(type=3, code=3) / bytes(quote),
              {"IcmpQuote": 1}, ("Icmp.InErrors",))


@check("destination unreachable with a code nobody knows is dropped")
def unknown_code():
    for code in (16, 17, 255):
        drops(tap, tap.xip(proto=1) / XICMP(type=3, code=code) /
              bytes(port())[14:], {"IcmpType": 1}, ("Icmp.InErrors",))


if __name__ == "__main__":
    need()
    ktap.run(setup)
