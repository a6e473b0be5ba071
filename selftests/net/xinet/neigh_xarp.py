#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0
"""XARP on the wire, byte by byte, against an encoder of our own.

	+---------- host ----------+
	| 10.8.0.1/24 on d0 (NOARP)|
	| 10.9.0.1/24 on t0 ───────┼── tap: peers 10.9.0.2 … spoken by scapy
	+--------------------------+

Each check uses a peer of its own, so that none depends on what another left.
"""
import itertools
import socket
import struct

import ktap
from ktap import check, rows
from xlab import Delta, Ns, equal, need, until
from xwire import BCAST_MAC, HOST, HOST_MAC, XARP, XUDP, Ether, Tap, calm
from xinet_scapy import XICMP, XIP

ns = tap = None
ZERO_MAC = "00:00:00:00:00:00"
NUMBERS = itertools.count(20)


def setup():
    global ns, tap
    ns = Ns("host")
    ns.ip("link add d0 type dummy", "link set d0 up")
    ns.xip("addr add 10.8.0.1/24 dev d0")
    tap = Tap(ns)
    calm(ns)
    # no request but those that are looked at
    ns.sysctl(retrans_time_ms=3600000, delay_first_probe_time=3600)


def peer():
    """(address, MAC) of a peer nobody has spoken of."""
    number = next(NUMBERS)
    return "10.9.0.%d" % number, "02:00:00:00:01:%02x" % number


def raw_mac(mac):
    return bytes(int(byte, 16) for byte in mac.split(":"))


def expected(dst, op, sha, spa, tha, tpa):
    """What a frame has to be, without scapy: RFC 826 written out."""
    return raw_mac(dst) + raw_mac(sha) + b"\x88\xb6" + \
        struct.pack("!HHBBH", 1, 0x88b5, 6, 4, op) + raw_mac(sha) + \
        socket.inet_aton(spa) + raw_mac(tha) + socket.inet_aton(tpa)


def from_peer(mac, dst=HOST_MAC, **fields):
    """A frame with XARP from a peer."""
    return Ether(src=mac, dst=dst, type=0x88b6) / \
        XARP(**{"sha": mac, **fields})


def request(addr, mac, dst=BCAST_MAC, tpa=HOST, **fields):
    return from_peer(mac, dst, **{"op": 1, "spa": addr, "tpa": tpa, **fields})


def reply(addr, mac, dst=HOST_MAC, **fields):
    return from_peer(mac, dst, **{"op": 2, "spa": addr, "tha": HOST_MAC,
                                  "tpa": HOST, **fields})


def datagram(addr, data=b"hello", source=None):
    """Send one to the peer."""
    sock = ns.udp(source, 0) if source else ns.udp()
    sock.sendto(data, addr, 9)
    sock.close()


def raw_frames():
    """All frames of ours that went out, as bytes."""
    found = []
    while True:
        frame = tap.read()
        if frame is None:
            return found
        if frame[12:14] in (b"\x88\xb5", b"\x88\xb6"):
            found.append(frame)


def resolve(addr, mac):
    """Let the host learn the peer as REACHABLE."""
    datagram(addr)
    tap.wait(XARP)
    tap.send(reply(addr, mac))
    equal(tap.wait(XUDP).dst, mac, "MAC")
    equal(ns.neigh(addr, "t0"), ("REACHABLE", mac), "neighbour")


def unknown(addr):
    equal(ns.neigh(addr, "t0"), (None, None), "neighbour")


# --- what the host sends -------------------------------------------------------------

@check("a request is broadcast and is right in every byte")
def request_bytes():
    addr, mac = peer()
    raw_frames()
    datagram(addr)
    equal(raw_frames(), [expected(BCAST_MAC, 1, HOST_MAC, HOST, ZERO_MAC,
                                  addr)], "frames")
    equal(ns.neigh(addr, "t0"), ("INCOMPLETE", None), "neighbour")
    tap.send(reply(addr, mac))
    frames = raw_frames()
    equal(len(frames), 1, "frames")
    equal(frames[0][:14], raw_mac(mac) + raw_mac(HOST_MAC) + b"\x88\xb5",
          "link header of the datagram")
    equal(ns.neigh(addr, "t0"), ("REACHABLE", mac), "neighbour")


@check("a request asks with the source address of the packet that waits")
def request_source():
    ns.xip("addr add 10.9.0.11/24 dev t0")
    addr, _ = peer()
    raw_frames()
    datagram(addr, source="10.9.0.11")
    equal(raw_frames(), [expected(BCAST_MAC, 1, HOST_MAC, "10.9.0.11",
                                  ZERO_MAC, addr)], "frames")


@rows("a request by %s is answered, right in every byte", [
    ("broadcast", BCAST_MAC), ("unicast", HOST_MAC)])
def reply_bytes(dst):
    addr, mac = peer()
    raw_frames()
    tap.send(request(addr, mac, dst))
    equal(raw_frames(), [expected(mac, 2, HOST_MAC, HOST, mac, addr)],
          "frames")
    equal(ns.neigh(addr, "t0"), ("STALE", mac), "neighbour")


@check("a request padded to Ethernet's minimum is answered")
def reply_padded():
    addr, mac = peer()
    tap.send(bytes(request(addr, mac)) + b"\xee" * 18)
    equal(raw_frames(), [expected(mac, 2, HOST_MAC, HOST, mac, addr)],
          "frames")


@check("a request for an address of another device of the host is answered")
def reply_other_device():
    addr, mac = peer()
    tap.send(request(addr, mac, tpa="10.8.0.1"))
    equal(raw_frames(), [expected(mac, 2, HOST_MAC, "10.8.0.1", mac, addr)],
          "frames")


@check("a request for somebody else is not answered, and nothing learnt")
def request_for_others():
    addr, mac = peer()
    for target in ("10.9.0.99", "10.77.0.1", addr):
        tap.send(request(addr, mac, tpa=target))
    equal(raw_frames(), [], "frames")
    unknown(addr)


@check("a probe (sender 0.0.0.0) is answered, and nothing learnt")
def probe():
    _, mac = peer()
    tap.send(request("0.0.0.0", mac))
    equal(raw_frames(), [expected(mac, 2, HOST_MAC, HOST, mac, "0.0.0.0")],
          "frames")
    unknown("0.0.0.0")


@check("a probe for another address is not answered")
def probe_other():
    _, mac = peer()
    tap.send(request("0.0.0.0", mac, tpa="10.9.0.99"))
    equal(raw_frames(), [], "frames")


# --- announcements of the host's own --------------------------------------------------

def announced(addr, mac=HOST_MAC):
    want = expected(BCAST_MAC, 1, mac, addr, ZERO_MAC, addr)
    seen = []
    until(lambda: seen.extend(raw_frames()) or want in seen,
          "announcement of " + addr)


@check("an address is announced when it is added")
def announce_add():
    raw_frames()
    ns.xip("addr add 10.9.0.12/24 dev t0")
    announced("10.9.0.12")


@check("addresses are announced when their link comes up")
def announce_up():
    ns.ip("link set t0 down")
    raw_frames()
    ns.ip("link set t0 up")
    announced(HOST)


@check("addresses are announced with a new MAC when the device gets one")
def announce_mac():
    try:
        ns.ip("link set t0 address 02:00:00:00:00:f1")
        announced(HOST, "02:00:00:00:00:f1")
    finally:
        ns.ip("link set t0 address " + HOST_MAC)
    announced(HOST)
    # the neighbour of the fences went with the change
    ns.xip("neigh replace %s lladdr %s dev t0 nud permanent" %
           (tap.peer, tap.peer_mac))


@check("a device without ARP says nothing, and needs no neighbour")
def noarp():
    sniff = ns.packet("d0", 0x0003)
    ns.xip("addr add 10.8.0.2/24 dev d0")
    datagram("10.8.0.9", b"into the void")
    seen = []

    def arrived():
        try:
            seen.append(sniff.recv(2000))
        except BlockingIOError:
            pass
        return any(b"into the void" in frame for frame in seen)
    until(arrived, "the datagram")
    equal([frame for frame in seen if frame[12:14] == b"\x88\xb6"], [],
          "XARP frames")
    sniff.close()


# --- what the host believes ----------------------------------------------------------

@check("an unsolicited reply creates nothing")
def unsolicited():
    addr, mac = peer()
    tap.send(reply(addr, mac))
    tap.send(reply(addr, mac, BCAST_MAC, tpa=addr, tha=BCAST_MAC))
    unknown(addr)


@check("an announcement creates nothing")
def announcement_unknown():
    addr, mac = peer()
    tap.send(request(addr, mac, tpa=addr))
    tap.send(reply(addr, mac, BCAST_MAC, tpa=addr, tha=mac))
    unknown(addr)
    equal(raw_frames(), [], "frames")


def next_mac(addr):
    """Where the next datagram goes."""
    datagram(addr, b"next")
    return tap.wait(XUDP).dst


@rows("an announced new MAC is followed with the next packet: %s", [
    ("a request", 1), ("a reply to itself", 2)])
def follow(op):
    addr, mac = peer()
    resolve(addr, mac)
    for last in (0xa1, 0xa2, mac):      # at once, again, and back
        new = last if last == mac else mac[:-2] + "%02x" % last
        tha = ZERO_MAC if op == 1 else new
        tap.send(from_peer(new, BCAST_MAC, op=op, spa=addr, tpa=addr, tha=tha))
        equal(next_mac(addr), new, "MAC of the next datagram")


@check("a request to the host from a new MAC is followed with the next packet")
def follow_request():
    addr, mac = peer()
    resolve(addr, mac)
    new = "02:00:00:00:02:02"
    tap.send(request(addr, new))
    raw_frames()
    equal(next_mac(addr), new, "MAC of the next datagram")


@check("a permanent neighbour is not moved by anything heard")
def permanent():
    addr, mac = peer()
    ns.xip("neigh add %s lladdr %s dev t0 nud permanent" % (addr, mac))
    new = "02:00:00:00:02:03"
    tap.send(from_peer(new, BCAST_MAC, op=1, spa=addr, tpa=addr))
    tap.send(reply(addr, new))
    tap.send(request(addr, new))
    raw_frames()
    equal(next_mac(addr), mac, "MAC of the next datagram")
    equal(ns.neigh(addr, "t0"), ("PERMANENT", mac), "neighbour")


@check("a reply answers for its sender alone")
def reply_for_other():
    addr, mac = peer()
    other, other_mac = peer()
    datagram(addr)
    raw_frames()
    tap.send(reply(other, other_mac))
    equal(raw_frames(), [], "frames")
    equal(ns.neigh(addr, "t0"), ("INCOMPLETE", None), "neighbour")
    tap.send(reply(addr, mac))
    equal(tap.wait(XUDP).dst, mac, "MAC")


# --- malformed -----------------------------------------------------------------------

def refused(frame, causes):
    """No answer, nothing learnt, one of the causes counted once."""
    addr, delta = "10.9.0.200", Delta(ns)
    tap.send(frame)
    equal(raw_frames(), [], "frames")
    drops = delta.drops()
    if len(drops) != 1 or set(drops) - causes or sum(drops.values()) != 1:
        raise AssertionError("drop counters %r, want one of %r" %
                             (drops, causes))
    unknown(addr)


BAD = "10.9.0.200", "02:00:00:00:02:c8"
FIELDS = [("hrd", 0, 2, 6, 0x100, 0xffff), ("pro", 0, 0x0800, 0x88b6, 0xb588),
          ("hln", 0, 5, 7, 8, 255), ("pln", 0, 3, 5, 6, 16),
          ("op", 0, 3, 4, 8, 0x100, 0xffff)]


@rows("a wrong %s is malformed", [(f[0], f[0], f[1:]) for f in FIELDS])
def malformed_field(name, values):
    for value in values:
        refused(request(*BAD, **{name: value}), {"XarpMalformed"})
        refused(reply(*BAD, **{name: value}), {"XarpMalformed"})


@check("an XARP packet of 0..27 bytes is malformed")
def malformed_short():
    frame = bytes(request(*BAD))
    for size in range(28):
        refused(frame[:14 + size], {"XarpMalformed"})


@rows("a sender's MAC %s is malformed", [
    (mac, mac) for mac in (BCAST_MAC, "01:00:5e:00:00:01", ZERO_MAC)])
def malformed_sha(mac):
    refused(request(BAD[0], BAD[1], sha=mac), {"XarpMalformed"})
    refused(reply(BAD[0], BAD[1], sha=mac), {"XarpMalformed"})


@rows("a sender's address %s is malformed", [
    (a, a) for a in ("224.0.0.1", "239.255.255.255", "255.255.255.255",
                     "127.0.0.1")])
def malformed_spa(addr):
    refused(request(addr, BAD[1]), {"XarpMalformed"})
    refused(reply(addr, BAD[1]), {"XarpMalformed"})


@check("a sender with a broadcast address of the link is not answered")
def broadcast_spa():
    refused(request("10.9.0.255", BAD[1]), {"XarpMalformed", "XarpIgnored"})
    unknown("10.9.0.255")


@rows("a target's address %s is malformed", [
    (a, a) for a in ("0.0.0.0", "127.0.0.1", "224.0.0.1", "255.255.255.255")])
def malformed_tpa(addr):
    refused(request(*BAD, tpa=addr), {"XarpMalformed"})


@check("a sender with the host's own address is refused, and told as a conflict")
def conflict():
    delta = Delta(ns)
    tap.send(request(HOST, BAD[1], tpa=HOST))
    equal(raw_frames(), [expected(BCAST_MAC, 1, HOST_MAC, HOST, "0:0:0:0:0:0",
                                  HOST)], "the address is defended, once")
    equal(delta.drops(), {"XarpConflict": 1}, "drops")
    for frame in (request(HOST, BAD[1], tpa=BAD[0]), reply(HOST, BAD[1]),
                  request("10.8.0.1", BAD[1], tpa=HOST)):
        refused(frame, {"XarpConflict", "XarpIgnored"})
    equal(delta.get("Xinet.XarpConflict") >= 1, True, "XarpConflict")
    unknown(HOST)


@check("the host's own frame come back is no conflict")
def reflected():
    refused(from_peer(HOST_MAC, BCAST_MAC, op=1, spa=HOST, tpa=HOST),
            {"XarpIgnored"})


@check("XARP in a frame for another MAC is not ours")
def other_mac():
    refused(request(*BAD, dst="02:00:00:00:00:77"), {"OtherHost"})


@check("after all that the host still answers")
def alive():
    addr, mac = peer()
    tap.send(request(addr, mac))
    equal(raw_frames(), [expected(mac, 2, HOST_MAC, HOST, mac, addr)],
          "frames")
    equal(tap.fence(), [], "answers")
    frames = tap.exchange(tap.xip(proto=1) / XICMP(type=8) / b"x")
    equal([f[XIP].proto for f in frames], [1], "echo reply")


if __name__ == "__main__":
    need()
    ktap.run(setup)
