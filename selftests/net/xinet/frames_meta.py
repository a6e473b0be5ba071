#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0
"""Frames whose metadata lies: GSO and checksum offload that taps, packet
sockets and thus programs can claim, and skbs with their header in pieces.

	+------------- host --------------+        +--- wire ---+
	| 10.9.0.1/24 on t0 ── tap with virtio_net_hdr          |
	| 10.9.1.1/24 on t1 ── tap without any offload          |
	| 10.9.2.1/24 on v0 ───────────── veth ───────── w0     |
	| UDP socket on port 7            |  AF_PACKET socket   |
	| forwarding = 1                  |  with vnet header   |
	+---------------------------------+        +------------+

What the tap or the packet socket refuses by itself (EINVAL) never comes in;
the rest must be dropped and counted, never delivered or sent on, and never
bring the kernel to warn.
"""
import errno
import socket
import struct

import ktap
from ktap import check, rows
from xlab import Delta, Ns, equal, need, until, veth
from xwire import (IFF_VNET_HDR, XIP, XUDP, Ether, Tap, calm)
from xinet_scapy import inet_checksum, pseudo_header

NEEDS_CSUM, DATA_VALID = 1, 2
GSO = {"none": 0, "TCPv4": 1, "undefined": 2, "UDP (UFO)": 3, "TCPv6": 4,
       "UDP (USO)": 5, "ECN alone": 0x80, "TCPv4 with ECN": 0x81,
       "unknown": 0x7f}
SOL_PACKET, PACKET_VNET_HDR = 263, 15
UDP_AT = 34                     # behind Ethernet's 14 bytes and XIP's 20
FAR = "10.9.1.2"
VETH_MAC = []

host = wire = tap = out = sock = packet = None


def setup():
    global host, wire, tap, out, sock, packet
    host, wire = Ns("host"), Ns("wire")
    tap = Tap(host, flags=IFF_VNET_HDR)
    out = Tap.second(host, addr="10.9.1.1", peer=FAR)
    VETH_MAC[:] = veth(host, "v0", wire, "w0")
    host.xip("addr add 10.9.2.1/24 dev v0")
    calm(host)
    host.sysctl(forwarding=1)
    sock = host.udp("0.0.0.0", 7)
    packet = wire.packet("w0", 0x88b5)
    packet.setsockopt(SOL_PACKET, PACKET_VNET_HDR, 1)


def vnet(flags=0, gso=0, hdr_len=0, gso_size=0, start=0, offset=0):
    """struct virtio_net_hdr."""
    return struct.pack("=BBHHHH", flags, gso, hdr_len, gso_size, start, offset)


def partial(frame):
    """Leave the checksum to the device: only the pseudo-header is summed."""
    frame = bytearray(bytes(frame))
    at = 14 + (frame[14] & 15) * 4
    where = at + {17: 6, 6: 16}[frame[23]]
    length = struct.unpack("!H", frame[16:18])[0] - (at - 14)
    total = inet_checksum(pseudo_header(bytes(frame[26:30]),
                                        bytes(frame[30:34]), frame[23],
                                        length)) ^ 0xffff
    frame[where:where + 2] = struct.pack("!H", total)
    return bytes(frame)


def send(frame, head):
    """False if the tap itself refused the frame."""
    try:
        tap.send(frame, head)
        return True
    except OSError as error:
        equal(error.errno, errno.EINVAL, "write")
        return False


def sound_checksum(frame):
    """Is the transport's checksum of a frame that went out right?"""
    ip = frame[XIP]
    data = bytes(ip.payload)
    return inet_checksum(pseudo_header(socket.inet_aton(ip.src),
                                       socket.inet_aton(ip.dst), ip.proto,
                                       len(data)) + data) == 0


def refused_or_counted(frame, head, columns):
    """Not let in by the tap, or dropped for one of the causes."""
    delta = Delta(host)
    came = send(frame, head)
    equal(tap.fence(), [], "answers")
    equal(out.frames(), [], "frames sent on")
    equal(sock.pending(), [], "datagrams")
    drops = delta.drops()
    if not came:
        equal(drops, {}, "drop counters")
    elif len(drops) != 1 or set(drops) - columns or sum(drops.values()) != 1:
        raise AssertionError("drop counters %r, want one of %s" %
                             (drops, columns))
    return came


# --- checksum offload ------------------------------------------------------------

LIES = [(start, 6) for start in (0, 12, 13, 14, 15, 20, 24, 33, 35, 36, 40,
                                 42, 44)] + \
       [(UDP_AT, offset) for offset in (0, 2, 4, 5, 7, 8, 10, 16)] + \
       [(50, 0), (60, 2), (1000, 6), (65535, 6), (UDP_AT, 100),
        (UDP_AT, 65535), (65535, 65535), (65530, 10)]


@rows("%s: a checksum anywhere but where it belongs is dropped", [
    ("to the host", "10.9.0.1"), ("forwarded", FAR)])
def lying_checksum(dst):
    arrived = 0
    for start, offset in LIES:
        head = vnet(NEEDS_CSUM, start=start, offset=offset)
        for size in (0, 22):
            arrived += refused_or_counted(
                partial(tap.udp(b"x" * size, dst=dst)), head,
                {"CsumMetadata"})
    if arrived < 20:
        raise AssertionError("the tap let only %d in" % arrived)


@check("a checksum left open behind options must account for them")
def lying_options():
    frame = partial(tap.udp(b"x" * 30, options=b"\1\1\1\1"))
    refused_or_counted(frame, vnet(NEEDS_CSUM, start=UDP_AT, offset=6),
                       {"CsumMetadata"})
    send(frame, vnet(NEEDS_CSUM, start=UDP_AT + 4, offset=6))
    equal(sock.recv(), b"x" * 30, "datagram")


@check("a checksum behind the packet's total length is dropped")
def lying_behind():
    for length in range(20, 28):
        frame = partial(tap.udp(b"x" * 22, len=length))
        refused_or_counted(frame, vnet(NEEDS_CSUM, start=UDP_AT, offset=6),
                           {"CsumMetadata"})


@check("a fragment cannot leave its checksum open")
def lying_fragment():
    for frag, flags in ((0, 1), (3, 0), (3, 1)):
        for dst in ("10.9.0.1", FAR):
            frame = partial(tap.udp(b"x" * 16, frag=frag, flags=flags,
                                    dst=dst))
            refused_or_counted(frame,
                               vnet(NEEDS_CSUM, start=UDP_AT, offset=6),
                               {"CsumMetadata"})


@check("a UDP checksum's place is no place for other protocols")
def lying_protocol():
    for proto in (1, 6, 89, 255):
        frame = tap.xip(proto=proto) / (b"\0" * 40)
        refused_or_counted(frame, vnet(NEEDS_CSUM, start=UDP_AT, offset=6),
                           {"CsumMetadata"})


@check("\"checksum valid\" from a tap is not taken on trust")
def data_valid():
    frame = tap.udp(b"wrong")
    frame[XUDP].chksum = 0x1111
    refused_or_counted(frame, vnet(DATA_VALID), {"UdpChecksum"})


@check("an honest open checksum is delivered")
def honest():
    for size in (0, 1, 22, 999):
        equal(send(partial(tap.udp(b"h" * size)),
                   vnet(NEEDS_CSUM, start=UDP_AT, offset=6)), True, "write")
        equal(sock.recv(), b"h" * size, "datagram")


@check("an honest open checksum is forwarded with the right one filled in")
def honest_forwarded():
    for size in (0, 1, 22, 999):
        frame = partial(tap.udp(b"h" * size, dst=FAR, ttl=9))
        for padding in (b"", b"\xee" * 20):
            send(frame + padding, vnet(NEEDS_CSUM, start=UDP_AT, offset=6))
            got = out.wait(XUDP)
            equal(bytes(got[XUDP].payload)[:size], b"h" * size, "payload")
            equal((got[XIP].ttl, got[XIP].len), (8, 28 + size), "header")
            equal(inet_checksum(bytes(got[XIP])[:20]), 0, "header checksum")
            equal(sound_checksum(got), True, "UDP checksum")


@check("and so is one of a TCP segment")
def honest_tcp():
    segment = struct.pack("!HHIIBBHHH", 1, 2, 3, 4, 0x50, 2, 1000, 0, 0)
    frame = partial(tap.xip(proto=6, dst=FAR) / (segment + b"data"))
    send(frame, vnet(NEEDS_CSUM, start=UDP_AT, offset=16))
    got = out.wait(XIP)
    equal(got[XIP].proto, 6, "protocol")
    equal(sound_checksum(got), True, "TCP checksum")


# --- segmentation offload ----------------------------------------------------------

came_in = []


@rows("GSO type %s is dropped", [(name, kind) for name, kind in GSO.items()
                                 if kind])
def gso(kind):
    for dst in ("10.9.0.1", FAR):
        frame = tap.udp(b"g" * 1000, dst=dst)
        for size in (0, 1, 8, 500):
            came_in.append(refused_or_counted(frame, vnet(0, kind, 42, size),
                                              {"GsoMetadata"}))
            came_in.append(refused_or_counted(
                partial(frame), vnet(NEEDS_CSUM, kind, 42, size, UDP_AT, 6),
                {"GsoMetadata"}))
            refused_or_counted(frame,
                               vnet(NEEDS_CSUM, kind, 20, size, 20, 16),
                               {"GsoMetadata", "CsumMetadata"})


@check("of those the tap let some in")
def gso_came():
    equal(sum(came_in) > 4, True, "%d of %d" % (sum(came_in), len(came_in)))


@check("a GSO size or header length without a type means nothing")
def gso_no_type():
    for head in (vnet(0, 0, 0, 500), vnet(0, 0, 42, 0), vnet(0, 0, 14, 65535)):
        send(tap.udp(b"g" * 1000), head)
        equal(sock.recv(), b"g" * 1000, "datagram")


# --- packet sockets over veth and lo -------------------------------------------------

def packet_send(frame, head):
    try:
        packet.send(head + bytes(frame))
        return True
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOMEM, errno.ENOBUFS):
            raise
        return False


def veth_udp(data):
    return Ether(src=VETH_MAC[1], dst=VETH_MAC[0]) / XIP(
        src="10.9.2.2", dst="10.9.2.1", proto=17) / XUDP(dport=7) / data


def veth_settled(delta):
    """Whatever was sent before has come in when this one has."""
    packet_send(veth_udp(b"fence"), vnet())
    seen = []
    until(lambda: seen.extend(sock.pending()) or b"fence" in seen, "fence")
    equal(seen, [b"fence"], "datagrams")
    return delta.drops()


@check("a packet socket's lies about checksums are dropped and counted")
def packet_checksum():
    arrived = 0
    for start, offset in LIES:
        delta = Delta(host)
        came = packet_send(partial(veth_udp(b"x" * 22)),
                           vnet(NEEDS_CSUM, start=start, offset=offset))
        drops = veth_settled(delta)
        # what began before the link header is forgotten on the way: an
        # ordinary checksum, and wrong
        if drops != {"UdpChecksum": 1} or start >= 14:
            equal(drops, {"CsumMetadata": 1} if came else {},
                  "start %d offset %d" % (start, offset))
        arrived += came
    if arrived < 10:
        raise AssertionError("the socket took only %d" % arrived)


@check("a packet socket's honest open checksum is delivered")
def packet_honest():
    packet_send(partial(veth_udp(b"partial")),
                vnet(NEEDS_CSUM, start=UDP_AT, offset=6))
    equal(sock.recv(), b"partial", "datagram")


@check("a packet socket's GSO frames are dropped, and counted if they come")
def packet_gso():
    for kind in GSO.values():
        if not kind:
            continue
        for size in (1, 100, 500):
            for head in (vnet(0, kind, 42, size),
                         vnet(NEEDS_CSUM, kind, 42, size, UDP_AT, 6)):
                delta = Delta(host)
                packet_send(partial(veth_udp(b"g" * 1000)), head)
                drops = veth_settled(delta)
                if drops not in ({}, {"GsoMetadata": 1}):
                    raise AssertionError("drop counters %r" % drops)


@check("lies on lo are dropped and counted")
def packet_lo():
    lo = host.packet("lo", 0x88b5)
    lo.setsockopt(SOL_PACKET, PACKET_VNET_HDR, 1)
    zero = "00:00:00:00:00:00"
    frame = partial(Ether(src=zero, dst=zero) / XIP(
        src="10.9.0.1", dst="10.9.0.1", proto=17) / XUDP(dport=7) / b"on lo")
    for start, offset, cause in ((20, 6, "CsumMetadata"),
                                 (UDP_AT, 4, "CsumMetadata"),
                                 (36, 6, "CsumMetadata")):
        delta = Delta(host)
        lo.send(vnet(NEEDS_CSUM, start=start, offset=offset) + frame)
        until(lambda d=delta, c=cause: d.drops() == {c: 1}, cause)
    lo.send(vnet(NEEDS_CSUM, start=UDP_AT, offset=6) + frame)
    equal(sock.recv(), b"on lo", "datagram")
    lo.close()


# --- headers in pieces -----------------------------------------------------------------

@check("wherever an skb's linear part ends, the datagram is delivered")
def nonlinear():
    data = bytes(range(256)) * 20       # above a page, or it is linear
    frame = bytes(tap.udp(data, options=b"\1" * 8))
    for linear in range(14, 80):
        send(frame, vnet(hdr_len=linear))
        equal(sock.recv() == data, True, "linear part %d" % linear)


@check("and a fault in what is not linear is found")
def nonlinear_bad():
    data = b"n" * 5000
    good = bytes(tap.udp(data, options=b"\1" * 8))
    faults = [(25, "HeaderChecksum"), (40, "HeaderChecksum"),
              (48, "UdpChecksum"), (3000, "UdpChecksum")]
    for at, cause in faults:
        bad = bytearray(good)
        bad[at] ^= 1
        for linear in (14, 20, 34, 41, 45, 60):
            refused_or_counted(bytes(bad), vnet(hdr_len=linear), {cause})
    refused_or_counted(bytes(tap.udp(data, options=b"\x83\3\4\0")),
                       vnet(hdr_len=14), {"SourceRoute"})


@check("a large packet that is not linear is answered by an ICMP error in full")
def nonlinear_error():
    data = bytes(range(256)) * 20
    frame = bytes(tap.udp(data, dport=9))
    send(frame, vnet(hdr_len=14))
    reply = tap.wait(XIP)
    equal(reply[XIP].proto, 1, "protocol")
    equal(bytes(reply[XIP])[28:reply[XIP].len],
          frame[14:14 + reply[XIP].len - 28], "quote")


if __name__ == "__main__":
    need()
    ktap.run(setup)
