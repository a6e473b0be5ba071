#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0
"""Raw sockets and frames: what one hears and sends, byte for byte, ICMP errors
to them, protocol unreachable, and `xip ping` over them; ping sockets where
broadcasts and devices matter.

	+-------- host --------+                 +---- far ----+
	| 10.9.0.1/24 on t0 ───┼── tap: 10.9.0.2 |             |
	| 10.8.0.1/24 on t1 ───┼── tap: 10.8.0.2 |             |
	| 10.7.0.1/24 on v0 ───┼─────────────────┼── 10.7.0.2  |
	+----------------------+                 +-------------+
"""
import socket
import struct
import subprocess

import ktap
from ktap import check, rows
from xlab import SLOW, Delta, Ns, command, equal, need, refused, veth
from xwire import (HOST, IFF_VNET_HDR, PEER, XICMP, XIP, XUDP, Tap, calm,
                   drops, too_big)
from xinet_scapy import inet_checksum, option, pseudo_header

PROTO = 200
RAW = 255
SOL_RAW, ICMP_FILTER = 255, 1
IP_HDRINCL = 3
SUBNET, ALL = "10.9.0.255", "255.255.255.255"
ns = far = tap = other = None


def raw(*args, **words):
    return ns.raw(*args, **words)


def setup():
    global ns, far, tap, other
    ns, far = Ns("host"), Ns("far")
    tap = Tap(ns)
    other = Tap.second(ns, IFF_VNET_HDR)
    veth(ns, "v0", far, "v0")
    ns.xip("addr add 10.7.0.1/24 dev v0")
    far.xip("addr add 10.7.0.2/24 dev v0")
    calm(ns)


def packet(proto=PROTO, data=b"what nobody knows", **fields):
    return tap.xip(proto=proto, **fields) / data


def unreachable(frame):
    """Does the frame provoke a protocol unreachable that quotes it?"""
    answers = tap.exchange(frame)
    if not answers:
        return False
    equal(len(answers), 1, "answers")
    equal((answers[0][XICMP].type, answers[0][XICMP].code), (3, 2), "answer")
    equal(bytes(answers[0][XICMP].payload), bytes(frame)[14:], "quote")
    return True


# --- hearing --------------------------------------------------------------------

@check("a listener hears the packet as it came, and nobody is told of it")
def hears():
    frame = packet()
    equal(unreachable(frame), True, "unreachable without a listener")
    sock = raw(PROTO)
    delta = Delta(ns)
    equal(unreachable(frame), False, "unreachable with one")
    equal(sock.pending(), [bytes(frame)[14:]], "packets")
    equal(delta.get("Ip.InUnknownProtos"), 0, "InUnknownProtos")
    equal(delta.get("Ip.InDelivers"), 2, "InDelivers with the fence's")
    equal(delta.drops(), {}, "drops")
    sock.close()
    equal(unreachable(frame), True, "unreachable after it has gone")


@rows("a packet %s is heard whole", [
    ("with options", dict(options=option(148, 0, 0) + b"\1")),
    ("without data", dict(data=b"")),
    ("of one byte", dict(data=b"x")),
    ("of 1500 bytes", dict(data=b"y" * 1480)),
    ("with TOS, TTL and id", dict(tos=0xb8, ttl=1, id=4711)),
    ("that forbids fragments", dict(flags=2)),
    ("of protocol 0", dict(proto=0)),
    ("of protocol 254", dict(proto=254))])
def heard(fields):
    frame = packet(**fields)
    if frame[XIP].proto == 0:
        # no socket can be had for it
        equal(unreachable(frame), True, "unreachable")
        return
    sock = raw(frame[XIP].proto)
    equal(unreachable(frame), False, "unreachable")
    equal(sock.pending(), [bytes(frame)[14:]], "packets")
    sock.close()


@check("link padding is not heard")
def padding():
    sock = raw(PROTO)
    frame = bytes(packet(data=b"ab"))
    equal(unreachable(packet(data=b"ab")), False, "unreachable")
    tap.send(frame + bytes(46))
    tap.fence()
    equal(sock.pending(), [frame[14:]] * 2, "packets")
    sock.close()


@check("a socket of IPPROTO_RAW hears nothing, not even of its protocol")
def hears_nothing():
    sock = raw(RAW)
    equal(unreachable(packet(RAW)), True, "unreachable")
    equal(unreachable(packet(PROTO)), True, "unreachable")
    equal(sock.pending(), [], "packets")
    sock.close()


@check("who is bound or connected elsewhere, or to a device, is no listener")
def elsewhere():
    socks = [raw(PROTO, "10.8.0.1"), raw(PROTO, dev="t1"),
             raw(PROTO).connect("10.9.0.3", 0), raw(PROTO + 1)]
    equal(unreachable(packet()), True, "unreachable")
    equal([s.pending() for s in socks], [[]] * 4, "packets")
    here = [raw(PROTO, HOST), raw(PROTO, dev="t0"),
            raw(PROTO).connect(PEER, 0)]
    equal(unreachable(packet()), False, "unreachable")
    equal([len(s.pending()) for s in here], [1] * 3, "packets")
    for sock in socks + here:
        sock.close()


@check("raw ICMP: an echo request is heard and answered, an error heard too")
def icmp():
    sock = raw(1)
    request = tap.xip(proto=1) / XICMP(rest=b"\x12\x34\0\1") / b"echo"
    answers = tap.exchange(request)
    equal(len(answers), 1, "answers")
    equal((answers[0][XICMP].type, bytes(answers[0][XICMP].payload)),
          (0, b"echo"), "answer")
    error = tap.xip(proto=1) / XICMP(type=3, code=3) / bytes(28)
    tap.send(error)
    tap.fence()
    got = sock.pending()
    equal(got[0], bytes(request)[14:], "the request")
    # the fence's request lies between
    equal(got[2], bytes(error)[14:], "the error")
    # a filter for errors only
    sock.option(SOL_RAW, ICMP_FILTER, struct.pack("=I", ~(1 << 3) & 0xffffffff))
    tap.exchange(request, error, request)
    equal(sock.pending(), [bytes(error)[14:]], "with a filter")
    sock.close()


@check("raw ICMP hears what the kernel drops: checksum, type, length")
def icmp_bad():
    sock = raw(1)
    bad = [tap.xip(proto=1) / XICMP(type=8, chksum=1) / b"bad",
           tap.xip(proto=1) / XICMP(type=77) / b"unknown",
           tap.xip(proto=1) / XICMP(type=13) / bytes(12)]
    for frame in bad:
        tap.exchange(frame)
        equal(bytes(frame)[14:] in sock.pending(), True, "heard")
    tap.exchange(tap.xip(proto=1) / b"\x08\0\0\0")
    equal([p for p in sock.pending() if len(p) == 24], [],
          "no type to filter by")
    sock.close()


@check("raw UDP hears beside UDP, whose closed ports stay closed")
def udp():
    sock, listener = raw(17), ns.udp("0.0.0.0", 7)
    frame = tap.udp(b"two of us")
    equal(tap.exchange(frame), [], "answers")
    equal(listener.pending(), [b"two of us"], "datagrams")
    equal(sock.pending(), [bytes(frame)[14:]], "packets")
    listener.close()
    answers = tap.exchange(frame)
    equal([(a[XICMP].type, a[XICMP].code) for a in answers], [(3, 3)],
          "answers")
    equal(sock.pending(), [bytes(frame)[14:]], "packets")
    sock.close()


@check("a checksum that was left to a device is made whole in the copy alone")
def partial():
    socks, listener = [raw(17), raw(17)], ns.udp("0.0.0.0", 7)
    for size in (0, 1, 100, 1400):
        frame = bytes(other.udp(b"p" * size, src="10.8.0.2", dst="10.8.0.1"))
        whole = frame[14:]
        length = len(frame) - 34
        total = ~inet_checksum(pseudo_header(frame[26:30], frame[30:34], 17,
                                             length)) & 0xffff
        frame = frame[:40] + struct.pack("!H", total) + frame[42:]
        other.send(frame, struct.pack("=BBHHHH", 1, 0, 0, 0, 34, 6))
        equal(listener.recv(), b"p" * size, "datagram")
        equal([s.pending() for s in socks], [[whole]] * 2, "packets")
    for sock in socks + [listener]:
        sock.close()


@check("broadcasts: heard by all but those bound elsewhere")
def broadcast():
    places = [raw(PROTO), raw(PROTO, dev="t0"), raw(PROTO, SUBNET),
              raw(PROTO, ALL), raw(PROTO, HOST), raw(PROTO, dev="t1")]
    for dst, want in ((SUBNET, [1, 1, 1, 0, 0, 0]), (ALL, [1, 1, 0, 1, 0, 0])):
        frame = packet(dst=dst)
        frame.dst = "ff:ff:ff:ff:ff:ff"
        equal(tap.exchange(frame), [], "answers")
        equal([len(s.pending()) for s in places], want, "packets to " + dst)
    for sock in places:
        sock.close()


@check("what is dropped before it is delivered is not heard")
def dropped():
    sock = raw(PROTO)
    drops(tap, packet(version=4), {"BadVersion": 1}, sock=sock)
    drops(tap, packet(chksum=1), {"HeaderChecksum": 1}, sock=sock)
    drops(tap, packet(len=60), {"Truncated": 1}, sock=sock)
    other_host = packet()
    other_host.dst = "02:00:00:00:00:77"
    drops(tap, other_host, {"OtherHost": 1}, sock=sock)
    sock.close()


# --- sending ----------------------------------------------------------------------

def left(sock, data, dst=PEER, wire=None):
    """The one frame that sending makes."""
    sock.sendto(data, dst, 0)
    frame = (wire or tap).wait(XIP)
    equal(inet_checksum(bytes(frame)[14:14 + frame[XIP].ihl * 4]), 0,
          "header checksum")
    return frame


@check("a payload leaves behind a header of the kernel's")
def sends():
    sock = raw(PROTO)
    frame = left(sock, b"payload")
    ip = frame[XIP]
    equal((ip.version, ip.ihl, ip.tos, ip.len, ip.flags, ip.frag, ip.ttl,
           ip.proto, ip.src, ip.dst),
          (14, 5, 0, 27, 2, 0, 64, PROTO, HOST, PEER), "header")
    equal(bytes(ip.payload), b"payload", "data")
    sock.option(socket.SOL_IP, socket.IP_TTL, 7)
    sock.option(socket.SOL_IP, socket.IP_TOS, 0xb8)
    ip = left(sock, b"")[XIP]
    equal((ip.ttl, ip.tos, ip.len), (7, 0xb8, 20), "TTL, TOS, length")
    sock.close()


@check("a header of one's own leaves as it is, filled in where man 7 raw says")
def sends_header():
    sock = raw(RAW)
    mine = XIP(src="10.66.0.1", dst="10.77.0.1", proto=PROTO, id=4711, ttl=9,
               tos=4, flags=3, len=9999, chksum=0x1234,
               options=option(148, 0, 0)) / b"data"
    frame = left(sock, bytes(mine))
    ip = frame[XIP]
    equal((ip.src, ip.dst, ip.proto, ip.id, ip.ttl, ip.tos, ip.flags, ip.len,
           ip.options, bytes(ip.payload)),
          ("10.66.0.1", "10.77.0.1", PROTO, 4711, 9, 4, 3, 28,
           option(148, 0, 0), b"data"), "packet")
    # the way it goes is the address's, not the header's
    equal(frame.dst, tap.peer_mac, "MAC")
    ids = set()
    for _ in range(4):
        ip = left(sock, bytes(XIP(dst=PEER, proto=PROTO)))[XIP]
        equal(ip.src, HOST, "source")
        ids.add(ip.id)
    equal(0 in ids or len(ids) < 2, False, "identifications %r" % ids)
    sock.close()


@check("a broadcast needs SO_BROADCAST, a header or not")
def sends_broadcast():
    for proto, data in ((PROTO, b"all"),
                        (RAW, bytes(XIP(dst=SUBNET, proto=PROTO)))):
        sock = raw(proto)
        refused("EACCES", sock.sendto, data, SUBNET, 0)
        sock.option(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        frame = left(sock, data, SUBNET)
        equal((frame.dst, frame[XIP].dst), ("ff:ff:ff:ff:ff:ff", SUBNET),
              "addresses")
        sock.close()
    equal(tap.frames(), [], "frames")


@check("ICMP from raw sockets is counted by type")
def counted():
    delta = Delta(ns)
    message = bytes(XICMP(type=13) / bytes(12))
    left(raw(1), message)
    left(raw(RAW), bytes(XIP(dst=PEER, proto=1) / message))
    left(raw(RAW), bytes(XIP(dst=PEER, proto=PROTO) / message))
    equal(delta.get("IcmpMsg.OutType13"), 2, "OutType13")
    equal(delta.get("Icmp.OutMsgs"), 2, "OutMsgs")


# --- errors -----------------------------------------------------------------------

ERRORS = [
    ("network unreachable", 3, 0, "ENETUNREACH"),
    ("host unreachable", 3, 1, "EHOSTUNREACH"),
    ("protocol unreachable", 3, 2, "ENOPROTOOPT"),
    ("port unreachable", 3, 3, "ECONNREFUSED"),
    ("fragmentation needed", 3, 4, "EMSGSIZE"),
    ("precedence cutoff", 3, 15, "EHOSTUNREACH"),
    ("code 16", 3, 16, 0),
    ("source quench", 4, 0, 0),
    ("time exceeded", 11, 0, 0),
    ("parameter problem", 12, 0, "EPROTO")]


@rows("a connected socket is told of %s", ERRORS)
def error(kind, code, name):
    sock, silent = raw(PROTO).connect(PEER, 0), raw(PROTO)
    away = raw(PROTO).connect("10.8.0.2", 0)
    sock.send(b"what the error is about")
    quote = too_big(bytes(tap.wait(XIP))[14:])
    tap.tell(quote, kind, code)
    equal(sock.error(), name, "SO_ERROR")
    equal(sock.error(), 0, "SO_ERROR a second time")
    equal((silent.error(), away.error()), (0, 0), "of other sockets")
    # one about another host's packet, or another protocol's
    tap.tell(quote[:19] + b"\x77" + quote[20:], kind, code)
    tap.tell(quote[:9] + b"\xc9" + quote[10:], kind, code)
    tap.tell(quote[:27], kind, code)
    equal(sock.error(), 0, "SO_ERROR of forged ones")
    for each in (sock, silent, away):
        each.close()


@check("raw UDP and raw ICMP sockets are told, and the kernel's own too")
def error_shared():
    sock, plain = raw(17).connect(PEER, 0), ns.udp().connect(PEER, 9)
    plain.send(b"mine")
    tap.tell(bytes(tap.wait(XUDP))[14:], 3, 3)
    equal((sock.error(), plain.error()), ("ECONNREFUSED", "ECONNREFUSED"),
          "SO_ERROR")
    echo = raw(1).connect(PEER, 0)
    echo.send(bytes(XICMP(type=8) / b"echo"))
    tap.tell(bytes(tap.wait(XICMP))[14:], 3, 1)
    equal(echo.error(), "EHOSTUNREACH", "SO_ERROR")
    for each in (sock, plain, echo):
        each.close()


# --- ping sockets, xip ping ----------------------------------------------------------

def reply(ident, src=PEER, wire=None):
    wire = wire or tap
    return wire.xip(proto=1, src=src) / \
        XICMP(type=0, rest=struct.pack("!HH", ident, 1)) / b"pong"


@check("a ping socket hears replies of any host, by the device it is bound to")
def ping_socket():
    ns.sysctl(ping_group_range="0 0")
    plain = ns.udp("0.0.0.0", 100, proto=1)
    bound = ns.udp("0.0.0.0", 101, proto=1, dev="t1")
    wide = ns.udp(HOST, 102, proto=1)
    wide.option(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
    wide.connect(SUBNET, 0)
    tap.exchange(reply(100), reply(100, "10.9.0.3"), reply(101), reply(102),
                 reply(102, "10.9.0.3"), reply(103))
    equal([len(s.pending()) for s in (plain, bound, wide)], [2, 0, 2],
          "replies")
    other.exchange(reply(101, "10.8.0.2", other))
    equal(len(bound.pending()), 1, "replies")
    for sock in (plain, bound, wide):
        sock.close()


@rows("a ping socket cannot be bound to %s", [
    ("the subnet's broadcast address", SUBNET), ("the limited one", ALL),
    ("a group", "224.0.0.1"), ("another host's address", PEER)])
def ping_bind(addr):
    ns.sysctl(ping_group_range="0 0")
    refused("EADDRNOTAVAIL", ns.udp, addr, 0, 1)


def ping(*words, status=0):
    with ns:
        return command("xip", "-j", "ping", *words, status=status)


@rows("xip ping over a %s socket", [("ping", "0 0"), ("raw", "1 0")])
def xip_ping(groups):
    ns.sysctl(ping_group_range=groups)
    far.sysctl(icmp_echo_ignore_broadcasts=0)
    for words in (["-s", "0"], ["-s", "1"], ["-s", "1400"], ["-I", "v0"]):
        out = ping("-c", "2", "-i", "0.01", *words, "10.7.0.2")
        equal('"received":2' in out.replace(" ", ""), True, out)
    out = ping("-c", "1", "-b", "10.7.0.255")
    equal('"received":1' in out.replace(" ", ""), True, out)
    # nobody is there
    ping("-c", "1", "-W", "0.2", PEER, status=1)


@check("two xip pings over raw sockets do not take each other's answers")
def xip_ping_two():
    ns.sysctl(ping_group_range="1 0")
    with ns:
        runs = [subprocess.Popen(["xip", "-j", "ping", "-c", "10", "-i",
                                  "0.05", "10.7.0.2"], text=True,
                                 stdout=subprocess.PIPE) for _ in range(3)]
    for run in runs:
        out = run.communicate(timeout=20 * SLOW)[0].replace(" ", "")
        equal('"received":10,"duplicates":0,"reordered":0,"errors":0' in out,
              True, out)


@check("xip ping without ping_group_range nor CAP_NET_RAW says what is wrong")
def xip_ping_nobody():
    ns.sysctl(ping_group_range="1 0")
    with ns:
        run = subprocess.run(["xip", "ping", "-c", "1", "10.7.0.2"], text=True,
                             check=False, capture_output=True, user=65534,
                             group=65534, extra_groups=[])
    equal(run.returncode, 2, "exit status")
    equal("ping_group_range" in run.stderr, True, run.stderr)


if __name__ == "__main__":
    need()
    ktap.run(setup)
