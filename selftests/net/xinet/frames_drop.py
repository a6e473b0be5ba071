#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0
"""Frames that must be dropped and counted, and their neighbours that must not.

	+------- namespace -------+
	| 10.8.0.1/24 on d0       |
	| 10.9.0.1/24 on t0 ──────┼── tap: frames by scapy from 10.9.0.2
	| UDP socket on port 7    |
	+-------------------------+

Each bad frame must raise exactly one cause of the line Xinet: by one, cause no
frame at all to go out, and leave the socket empty. The good frames beside them
(n-1, n, n+1) show that the check is no wider than it should be.
"""
import struct

import ktap
from ktap import check, rows
from xlab import Delta, Ns, equal, need
from xwire import (BCAST_MAC, HOST, HOST_MAC, PEER, XICMP, XIP, XUDP, Tap,
                   calm, drops)
from xinet_scapy import option

ns = tap = sock = None
HDR_ERROR = ("Ip.InHdrErrors",)


def setup():
    global ns, tap, sock
    ns = Ns("host")
    ns.ip("link add d0 type dummy", "link set d0 up")
    ns.xip("addr add 10.8.0.1/24 dev d0")
    tap = Tap(ns)
    calm(ns)
    sock = ns.udp("0.0.0.0", 7)


def dropped(frame, cause, also=()):
    drops(tap, frame, {cause: 1}, also, sock)


def delivered(frame, data):
    """The good frame: its payload, exactly, and nothing counted as dropped."""
    delta = Delta(ns)
    equal([f.summary() for f in tap.exchange(frame)], [], "answers")
    equal(sock.pending(), [data], "datagrams")
    equal(delta.drops(), {}, "drop counters")


# --- the header --------------------------------------------------------------

@rows("version %d is dropped", [(v, v) for v in range(16) if v != 14])
def version(number):
    dropped(tap.udp(b"v", version=number), "BadVersion", HDR_ERROR)


@rows("IHL %d is dropped", [(n, n) for n in range(5)])
def ihl(words):
    dropped(tap.udp(b"i", ihl=words), "BadHeaderLength", HDR_ERROR)


@check("IHL 6..15 with only 20 bytes of frame is dropped")
def ihl_beyond():
    for words in range(6, 16):
        bare = bytes(tap.ether() / XIP(src=PEER, dst=HOST, ihl=words))[:34]
        dropped(bare, "Truncated", HDR_ERROR)


@check("total length 0..19 is dropped: below the header")
def length_below():
    for length in range(20):
        dropped(tap.udp(b"l", len=length), "BadTotalLength", HDR_ERROR)


@check("total length below a header with options is dropped")
def length_below_options():
    for length in range(20, 28):
        dropped(tap.udp(b"l", options=bytes([1] * 8), len=length),
                "BadTotalLength", HDR_ERROR)


@check("total length one above what arrived, and 65535, are dropped")
def length_above():
    for length in (20 + 8 + 4 + 1, 1500, 65535):
        dropped(tap.udp(b"four", len=length), "Truncated", HDR_ERROR)


@check("total length exactly what arrived is delivered")
def length_exact():
    delivered(tap.udp(b"four", len=32), b"four")


@rows("TTL %d is delivered: it is only spent by going on", [
    (ttl, ttl) for ttl in (0, 1, 2, 255)])
def any_ttl(ttl):
    delivered(tap.udp(b"ttl", ttl=ttl), b"ttl")


@check("a wrong header checksum is dropped: each bit of it")
def header_checksum():
    good = tap.udp(b"c")
    right = type(good)(bytes(good))[XIP].chksum
    for bit in range(16):
        dropped(tap.udp(b"c", chksum=right ^ 1 << bit), "HeaderChecksum",
                HDR_ERROR)


@check("a flipped bit in any byte the checksum covers is dropped")
def header_corrupt():
    good = bytes(tap.udp(b"c", options=bytes([1] * 4)))
    for at in range(15, 38):        # not version and IHL
        bad = bytearray(good)
        bad[at] ^= 0x10
        dropped(bytes(bad), "HeaderChecksum", HDR_ERROR)


@rows("cut after %d bytes: dropped", [(n, n) for n in range(28)])
def truncated(length):
    frame = bytes(tap.udp(b""))[:14 + length]
    dropped(frame, "TooSmall" if length < 20 else "Truncated", HDR_ERROR)


@check("all of it, 28 bytes, is delivered as an empty datagram")
def not_truncated():
    delivered(tap.udp(b""), b"")


@rows("%d bytes of link padding are trimmed", [(n, n) for n in
                                               (1, 14, 46, 1400)])
def padding(length):
    delivered(bytes(tap.udp(b"exact")) + b"\xaa" * length, b"exact")


@check("padding does not count as UDP payload or checksum")
def padding_checksum():
    frame = tap.xip(proto=17) / XUDP(sport=1, dport=7, chksum=0) / b"nocsum"
    delivered(bytes(frame) + b"\xff" * 9, b"nocsum")


# --- addresses -----------------------------------------------------------------

MARTIANS = ["224.0.0.1", "239.255.255.255", "255.255.255.255", "10.9.0.255",
            "10.8.0.255", "127.0.0.1", "127.255.255.254", HOST, "10.8.0.1",
            "0.0.0.0"]


@rows("source %s is a martian", [(a, a) for a in MARTIANS])
def martian_source(addr):
    dropped(tap.udp(b"m", src=addr), "MartianSource")


@check("a martian source is one for a broadcast too, and is not answered")
def martian_to_broadcast():
    for addr in ("224.0.0.1", "127.0.0.1", HOST, "10.9.0.255"):
        frame = tap.udp(b"m", src=addr, dst="10.9.0.255")
        frame.dst = BCAST_MAC
        dropped(frame, "MartianSource")
        frame = tap.xip(src=addr, proto=1) / XICMP(type=8)
        dropped(frame, "MartianSource")


@check("source 0.0.0.0 to 255.255.255.255 is let in: a host without address")
def unspecified_source():
    frame = tap.udp(b"dhcp", src="0.0.0.0", dst="255.255.255.255")
    frame.dst = BCAST_MAC
    delivered(frame, b"dhcp")


@rows("destination %s is a martian", [(a, a) for a in (
    "0.0.0.0", "127.0.0.1", "127.1.2.3")])
def martian_destination(addr):
    dropped(tap.udp(b"m", dst=addr), "MartianDestination")


@check("an address of another device of the host is the host's")
def other_device():
    delivered(tap.udp(b"other", dst="10.8.0.1"), b"other")


@check("a group nobody joined is dropped")
def group():
    frame = tap.udp(b"g", dst="224.1.2.3")
    frame.dst = "01:00:5e:01:02:03"
    dropped(frame, "MulticastNotJoined")


@check("a packet for somebody else is dropped without forwarding, in silence")
def not_ours():
    dropped(tap.udp(b"x", dst="10.77.0.1"), "NotForwarding")
    dropped(tap.udp(b"x", dst="10.9.0.77"), "NotForwarding")


# --- the link ------------------------------------------------------------------

@check("a frame for another MAC is not ours")
def other_mac():
    frame = tap.udp(b"o")
    frame.dst = "02:00:00:00:00:77"
    dropped(frame, "OtherHost")


@rows("a unicast destination in a link %s is dropped", [
    ("broadcast", BCAST_MAC), ("multicast", "01:00:5e:00:00:01")])
def l2_group(mac):
    frame = tap.udp(b"l2")
    frame.dst = mac
    dropped(frame, "UnicastInL2Broadcast")
    echo = tap.xip(proto=1) / XICMP(type=8)
    echo.dst = mac
    dropped(echo, "UnicastInL2Broadcast")


@check("subnet and limited broadcast in a link broadcast are delivered")
def broadcasts():
    for addr in ("10.9.0.255", "255.255.255.255"):
        frame = tap.udp(b"all", dst=addr)
        frame.dst = BCAST_MAC
        delivered(frame, b"all")


# --- fragments -----------------------------------------------------------------

def fragment(size, frag, more):
    return tap.xip(proto=17, flags=1 if more else 0, frag=frag) / (b"f" * size)


def waits(frame):
    """Neither delivered nor dropped; each is of a datagram of its own."""
    waits.number += 1
    frame[XIP].id = waits.number
    delta = Delta(ns)
    equal([f.summary() for f in tap.exchange(frame)], [], "answers")
    equal((sock.pending(), delta.drops()), ([], {}), "datagrams and drops")
    equal(delta.get("Ip.ReasmReqds"), 1, "ReasmReqds")


waits.number = 0x4000


@check("a fragment that is not the last must carry a multiple of 8 bytes")
def fragment_length():
    for size in (1, 7, 9, 15):
        dropped(fragment(size, 0, True), "BadFragment", HDR_ERROR)
        dropped(fragment(size, 3, True), "BadFragment", HDR_ERROR)


@check("an empty fragment is dropped")
def fragment_empty():
    dropped(fragment(0, 0, True), "BadFragment", HDR_ERROR)
    dropped(fragment(0, 5, False), "BadFragment", HDR_ERROR)


@check("a fragment that ends above byte 65535 is dropped (n-1, n, n+1)")
def fragment_beyond():
    # 20 bytes of header, 65512 before it: 3 bytes are the most
    for size in (2, 3):
        waits(fragment(size, 8189, False))
    dropped(fragment(4, 8189, False), "BadFragment", HDR_ERROR)
    dropped(fragment(8, 8191, True), "BadFragment", HDR_ERROR)
    dropped(fragment(1, 8191, False), "BadFragment", HDR_ERROR)


@check("sound fragments wait for the others")
def fragment_sound():
    for frame in (fragment(8, 0, True), fragment(16, 1, True),
                  fragment(5, 3, False)):
        waits(frame)


@check("DF and the reserved bit alone make no fragment")
def fragment_flags():
    delivered(tap.udp(b"df", flags=2), b"df")
    delivered(tap.udp(b"rf", flags=4), b"rf")


# --- transports ----------------------------------------------------------------

@rows("UDP header of %d bytes is dropped", [(n, n) for n in range(8)])
def udp_short(size):
    dropped(tap.xip(proto=17) / bytes(XUDP(dport=7, chksum=0))[:size],
            "UdpShort", ("Udp.InErrors",))


@check("UDP length 0..7 is dropped, with and without checksum")
def udp_length_below():
    for length in range(8):
        for chksum in (None, 0):
            dropped(tap.xip(proto=17) /
                    XUDP(dport=7, len=length, chksum=chksum) / b"data",
                    "UdpLength", ("Udp.InErrors",))


@check("UDP length above the packet is dropped")
def udp_length_above():
    for length in (13, 1000, 65535):
        dropped(tap.xip(proto=17) / XUDP(dport=7, len=length) / b"data",
                "UdpLength", ("Udp.InErrors",))


@check("UDP length below the packet: the rest is no payload")
def udp_length_less():
    head = XUDP(sport=9, dport=7, len=11, chksum=0)
    delivered(tap.xip(proto=17) / head / b"abcdef", b"abc")
    short = bytes(tap.xip(proto=17) / XUDP(sport=9, dport=7) / b"abc")[34:]
    delivered(tap.xip(proto=17) / short / b"def", b"abc")


@check("a wrong UDP checksum is dropped: each bit of it")
def udp_checksum():
    good = tap.udp(b"sum")
    right = type(good)(bytes(good))[XUDP].chksum
    for bit in range(16):
        frame = tap.udp(b"sum")
        frame[XUDP].chksum = right ^ 1 << bit
        dropped(frame, "UdpChecksum", ("Udp.InErrors", "Udp.InCsumErrors"))


@check("the UDP checksum covers addresses, ports, length and each byte")
def udp_checksum_covers():
    good = bytes(tap.udp(b"payload!"))
    for at in range(34, 50):
        if at in (36, 37, 38, 39, 40, 41):
            continue                # another port or length is another error
        bad = bytearray(good)
        bad[at] ^= 0x40
        dropped(bytes(bad), "UdpChecksum")
    frame = tap.udp(b"payload!", src="10.9.0.3")
    frame[XUDP].chksum = type(frame)(good)[XUDP].chksum
    dropped(frame, "UdpChecksum")


@check("a wrong UDP checksum to a closed port is not answered")
def udp_checksum_closed():
    frame = tap.udp(b"x", dport=9)
    frame[XUDP].chksum = 0x1234
    dropped(frame, "UdpChecksum")


@check("UDP checksum 0 means none; right ones are taken, of even and odd length")
def udp_checksum_good():
    for data in (b"", b"x", b"xy", b"z" * 999, b"z" * 1000):
        delivered(tap.udp(data), data)
        frame = tap.udp(data)
        frame[XUDP].chksum = 0
        delivered(frame, data)


@check("a sum that comes out as 0 is sent as 0xffff, and taken")
def udp_checksum_ffff():
    frame = tap.udp(b"\0\0")
    frame[XUDP].chksum = 0
    whole = bytes(frame)[34:]
    value = frame[XUDP].sum_over(whole)
    frame = tap.udp(struct.pack("!H", value))
    parsed = type(frame)(bytes(frame))
    equal(parsed[XUDP].chksum, 0xffff, "the trick")
    delivered(frame, struct.pack("!H", value))


@rows("ICMP header of %d bytes is dropped", [(n, n) for n in range(8)])
def icmp_short(size):
    dropped(tap.xip(proto=1) / bytes(XICMP(type=8))[:size], "IcmpShort",
            ("Icmp.InErrors",))


# --- options -------------------------------------------------------------------

ROUTE = [4, 10, 9, 0, 2]


@rows("%s is dropped, in silence", [
    ("LSRR", option(131, *ROUTE)), ("SSRR", option(137, *ROUTE)),
    ("LSRR behind NOPs", b"\1\1" + option(131, *ROUTE)),
    ("SSRR behind Record Route", option(7, *ROUTE) + option(137, *ROUTE)),
    ("a used-up LSRR", option(131, 8, 10, 9, 0, 2)),
    ("a malformed SSRR", b"\x89\x01\0\0"), ("an LSRR without length", b"\1\1\1\x83")])
def source_route(options):
    dropped(tap.udp(b"sr", options=options), "SourceRoute", HDR_ERROR)


@rows("%s lets the datagram in", [
    ("NOP and EOL", b"\1\1\1\0"), ("EOL with anything behind", b"\0\x83\x07\xff"),
    ("Record Route", option(7, 4, *[0] * 12)),
    ("a full Record Route", option(7, 8, 10, 9, 0, 9)),
    ("Timestamp", option(68, 5, 0, *[0] * 8)),
    ("Timestamp with addresses", option(68, 5, 1, *[0] * 8)),
    ("Timestamp, prespecified", option(68, 5, 3, 10, 9, 0, 1, *[0] * 4)),
    ("Router Alert", option(148, 0, 0)),
    ("an option nobody knows", option(30, 1, 2, 3)),
    ("40 bytes of options", b"\1" * 40),
    ("several", option(148, 0, 0) + b"\1" + option(7, 4, 0, 0, 0, 0))])
def good_options(options):
    delivered(tap.udp(b"with options", options=options), b"with options")


# Type and length say where a fault is, from the start of the header (RFC 792).
# An option's own length that cannot be: either of its first two bytes.
@rows("a parameter problem points at the fault: %s", [
    ("Record Route without room for its pointer", option(7), {21}),
    ("Record Route with pointer 3", option(7, 3, 0, 0, 0, 0), {22}),
    ("Record Route with pointer 0", b"\1" + option(7, 0, 0, 0, 0, 0), {23}),
    ("Timestamp of 3 bytes", option(68, 5), {21}),
    ("Timestamp with pointer 4", option(68, 4, 0, 0, 0, 0, 0), {22}),
    ("Router Alert of 3 bytes", option(148, 0), {21}),
    ("length 0", b"\x1e\0\0\0", {20, 21}),
    ("length 1", b"\1\x1e\1\0", {21, 22}),
    ("length beyond the header", b"\x1e\5\0\0", {20, 21}),
    ("length beyond the header, last of many",
     b"\1" * 36 + b"\x1e\5\0\0", {56, 57}),
    ("no room for a length", b"\1\1\1\x1e", {23, 24})])
def bad_options(options, pointers):
    delta = Delta(ns)
    frame = tap.udp(b"bad option", options=options)
    replies = tap.exchange(frame)
    equal(len(replies), 1, "answers")
    reply = replies[0]
    equal((reply[XICMP].type, reply[XICMP].code), (12, 0), "type and code")
    if reply[XICMP].rest[0] not in pointers:
        raise AssertionError("pointer %d, want %s" %
                             (reply[XICMP].rest[0], pointers))
    equal((reply.dst, reply[XIP].dst, reply[XIP].src),
          (tap.peer_mac, PEER, HOST), "whom it goes to")
    equal(bytes(reply[XICMP].payload)[:28 + len(options)],
          bytes(frame)[14:42 + len(options)], "quote")
    equal(delta.drops(), {"BadOptions": 1}, "drop counters")
    equal(sock.pending(), [], "datagrams")


@check("the host's own address is the source of what it answers")
def fences_are_from_us():
    delta = Delta(ns)
    equal(tap.fence(), [], "answers")
    equal(delta.drops(), {}, "drop counters")
    equal(delta.get("Icmp.InEchos"), 1, "Icmp.InEchos")
    equal(tap.mac, HOST_MAC, "MAC")


if __name__ == "__main__":
    need()
    ktap.run(setup)
