#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0
"""Valid frames with something wrong, thousands of them; then all still works.

	+---- host (forwards) ----+        +------ wire -------+
	| 10.9.0.1/24 on v0 ──────┼─ veth ─┼── w0: AF_PACKET   |
	| 10.9.1.1/24 on d0       |        |  10.9.0.2/24      |
	| UDP sockets, one        |        +-------------------+
	| connected to 10.9.0.2   |
	+-------------------------+

The seed is fixed, so a failure comes back; XINET_SEED and XINET_FUZZ set
another and how many. Half of the mutated frames get their checksums put right
again, or nothing but those would ever be tried.
"""
import os
import random
import struct

import ktap
from ktap import check
from xlab import Delta, Ns, equal, need, until, veth
from xinet_scapy import (ETH_P_XARP, ETH_P_XIP, XARP, XICMP, XIP, XUDP, Ether,
                         inet_checksum, option)

COUNT = int(os.environ.get("XINET_FUZZ") or 3000)
SEED = int(os.environ.get("XINET_SEED") or 14)
SOL_PACKET, PACKET_VNET_HDR = 263, 15
HOST, PEER = "10.9.0.1", "10.9.0.2"

host = wire = packet = listener = connected = delta = None
macs = []


def setup():
    global host, wire, packet, listener, connected, delta
    host, wire = Ns("host"), Ns("wire")
    macs.extend(veth(host, "v0", wire, "w0"))
    host.ip("link add d0 type dummy", "link set d0 up")
    host.xip("addr add %s/24 dev v0" % HOST, "addr add 10.9.1.1/24 dev d0")
    wire.xip("addr add %s/24 dev w0" % PEER)
    host.sysctl(forwarding=1, accept_redirects=1, icmp_ratelimit=0,
                icmp_msgs_per_sec=100000, icmp_echo_ignore_broadcasts=0)
    listener = host.udp("0.0.0.0", 7)
    connected = host.udp(HOST, 4000).connect(PEER, 9)
    packet = wire.packet("w0", ETH_P_XIP)
    packet.setsockopt(SOL_PACKET, PACKET_VNET_HDR, 1)
    delta = Delta(host)


def link(kind=ETH_P_XIP, dst=None):
    return Ether(dst=dst or macs[0], src=macs[1], type=kind)


def packets():
    """One of each kind that means something to the host."""
    def xip(**fields):
        return link() / XIP(**{"src": PEER, "dst": HOST, **fields})
    quote = bytes(XIP(src=HOST, dst=PEER, proto=17) /
                  XUDP(sport=4000, dport=9) / b"quoted")
    yield xip(proto=17) / XUDP(sport=5, dport=7) / (b"data" * 40)
    yield xip(proto=17) / XUDP(sport=9, dport=4000) / b"to the connected"
    yield xip(proto=17, options=option(7, 4, *[0] * 36)) / XUDP(dport=7)
    yield xip(proto=17, options=option(68, 5, 1, *[0] * 32)) / XUDP(dport=7)
    yield xip(proto=17, options=option(148, 0, 0)) / XUDP(dport=7) / b"alert"
    yield xip(proto=17, dst="10.9.0.255") / XUDP(dport=7) / b"all"
    yield xip(proto=17, dst="10.9.1.9", ttl=2) / XUDP(dport=7) / b"forward"
    yield xip(proto=17, dst="10.9.1.9", flags=2) / XUDP(dport=7) / (b"x" * 700)
    yield xip(proto=17, flags=1) / (b"fragment" * 8)
    yield xip(proto=17, frag=8) / (b"fragment" * 8)
    yield xip(proto=1) / XICMP(type=8, rest=b"idsq") / (b"echo" * 30)
    yield xip(proto=1) / XICMP(type=3, code=3) / quote
    yield xip(proto=1) / XICMP(type=3, code=4, rest=b"\0\0\2\x58") / quote
    yield xip(proto=1) / XICMP(type=5, code=1, rest=b"\x0a\x09\0\x03") / quote
    yield xip(proto=1) / XICMP(type=11) / quote
    yield xip(proto=1) / XICMP(type=12, rest=b"\x14\0\0\0") / quote
    yield xip(proto=6) / (b"\0\1\0\2" * 10)
    yield xip(proto=99) / b"unknown"
    yield link(ETH_P_XARP, "ff:ff:ff:ff:ff:ff") / XARP(
        op=1, sha=macs[1], spa=PEER, tpa=HOST)
    yield link(ETH_P_XARP) / XARP(op=2, sha=macs[1], spa=PEER, tha=macs[0],
                                  tpa=HOST)


def flip(rng, frame):
    for _ in range(rng.choice((1, 1, 1, 2, 4, 16))):
        frame[rng.randrange(14, len(frame))] ^= 1 << rng.randrange(8)


def overwrite(rng, frame):
    at = rng.randrange(14, len(frame))
    size = rng.choice((1, 2, 4))
    value = rng.choice((b"\0", b"\xff", b"\x7f", b"\x80")) * size
    frame[at:at + size] = value


def truncate(rng, frame):
    del frame[rng.randrange(14, len(frame)):]


def extend(rng, frame):
    frame.extend(rng.randbytes(rng.choice((1, 4, 20, 300, 1000))))


def insert(rng, frame):
    at = rng.randrange(14, len(frame))
    frame[at:at] = rng.randbytes(rng.choice((1, 2, 4, 8)))


def remove(rng, frame):
    at = rng.randrange(14, len(frame))
    del frame[at:at + rng.choice((1, 2, 4, 8))]


def lengths(rng, frame):
    """IHL, total length, fragment word: what most depends on."""
    if len(frame) < 34:
        return
    what = rng.randrange(3)
    if what == 0:
        frame[14] = 0xe0 | rng.randrange(16)
    elif what == 1:
        frame[16:18] = struct.pack("!H", rng.choice(
            (0, 19, 20, 21, 27, 28, len(frame) - 14, len(frame) - 13, 65535)))
    else:
        frame[20:22] = struct.pack("!H", rng.randrange(65536))


MUTATIONS = (flip, flip, overwrite, truncate, extend, insert, remove, lengths,
             lengths)


def repair(rng, frame):
    """Header checksum and ICMP's or UDP's, where there is a header."""
    size = (frame[14] & 15) * 4 if len(frame) >= 34 else 0
    if size < 20 or len(frame) < 22 + size or frame[12:14] != b"\x88\xb5":
        return
    if frame[23] == 17 and rng.random() < 0.5:
        frame[20 + size:22 + size] = b"\0\0"
    if frame[23] == 1:
        end = 14 + struct.unpack("!H", frame[16:18])[0]
        frame[16 + size:18 + size] = b"\0\0"
        frame[16 + size:18 + size] = struct.pack(
            "!H", inet_checksum(bytes(frame[14 + size:end])))
    frame[24:26] = b"\0\0"
    frame[24:26] = struct.pack("!H", inet_checksum(bytes(frame[14:14 + size])))


def metadata(rng, frame):
    """A virtio_net_hdr, mostly an empty one."""
    if rng.random() < 0.9:
        return bytes(10)
    return struct.pack("=BBHHHH", rng.choice((0, 1, 2, 3, 255)),
                       rng.choice((0, 0, 1, 3, 4, 5, 0x81, 255)),
                       rng.choice((0, 14, 34, 54, 65535)),
                       rng.choice((0, 1, 8, 500, 65535)),
                       rng.choice((0, 14, 20, 33, 34, 35, len(frame), 65535)),
                       rng.choice((0, 2, 6, 16, len(frame), 65535)))


@check("%d mutated frames, seed %d" % (COUNT, SEED))
def fuzz():
    rng = random.Random(SEED)
    base = [bytes(p) for p in packets()]
    sent = 0
    for number in range(COUNT):
        frame = bytearray(base[number % len(base)])
        for _ in range(rng.choice((1, 1, 2, 3))):
            if len(frame) > 15:
                rng.choice(MUTATIONS)(rng, frame)
        if rng.random() < 0.5:
            repair(rng, frame)
        try:
            packet.send(metadata(rng, frame) + bytes(frame[:1514]))
            sent += 1
        except OSError:
            pass                # refused by the socket: never came in
        if number % 256 == 0:
            listener.pending()
            connected.error()
    ktap.say("%d sent; drops %s" % (sent, delta.drops()))
    equal(sent > COUNT * 8 // 10, True, "most were sent")


@check("they went many ways: at least 15 causes of drops")
def causes():
    equal(len(delta.drops()) >= 15, True, "causes %s" % sorted(delta.drops()))


# What ends before a transport sees it
EARLY = ("TooSmall BadVersion BadHeaderLength BadTotalLength Truncated "
         "HeaderChecksum BadOptions SourceRoute BadFragment "
         "GsoMetadata CsumMetadata MartianSource MartianDestination RpFilter "
         "UnicastInL2Broadcast NoRouteIn Blackhole Unreachable Prohibit "
         "NotForwarding MulticastNotJoined TtlExceeded FragNeeded FragFailed "
         "NoProtocol").split()


@check("every frame that came in was delivered, sent on or dropped")
def accounted():
    drops = delta.drops()
    ends = sum(drops.get(cause, 0) for cause in EARLY) + \
        delta.get("Ip.InDelivers") + delta.get("Ip.ForwDatagrams") + \
        delta.get("Ip.ReasmReqds") - delta.get("Ip.ReasmOKs")
    equal(ends, delta.get("Ip.InReceives"), "ends of what came in")
    equal(ends > COUNT // 2, True, "enough came in: %d" % ends)


@check("afterwards an echo request is answered")
def echo():
    host.xip("neigh flush dev v0")
    sniff = wire.packet("w0", ETH_P_XIP)
    packet.send(bytes(10) + bytes(link() / XIP(src=PEER, dst=HOST, proto=1) /
                                  XICMP(type=8, rest=b"last") / b"alive?"))
    seen = []

    def answered():
        try:
            seen.append(sniff.recv(2000))
        except BlockingIOError:
            pass
        return any(f[34:35] == b"\0" and f[38:42] == b"last" and
                   f.endswith(b"alive?") for f in seen)
    until(answered, "echo reply")
    sniff.close()


@check("and a datagram goes both ways")
def datagram():
    listener.pending()
    peer = wire.udp(PEER, 5000)
    peer.sendto(b"still there", HOST, 7)
    until(lambda: b"still there" in listener.pending(), "datagram")
    listener.sendto(b"yes", PEER, 5000)
    equal(peer.recv(), b"yes", "answer")
    peer.close()


@check("and the host's configuration is what it was")
def configuration():
    equal(sorted(a["local"] for dev in host.xip_json("addr show")
                 for a in dev["addr_info"] if a["local"] != "127.0.0.1"),
          [HOST, "10.9.1.1"], "addresses")
    equal(sorted(r["dst"] for r in host.xip_json("route show")),
          ["10.9.0.0/24", "10.9.1.0/24"], "routes")


if __name__ == "__main__":
    need()
    ktap.run(setup)
