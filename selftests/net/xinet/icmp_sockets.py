#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0
"""ICMP that comes in: errors to the sockets they are about, redirects; and
how many errors may go out.

	+-------- host --------+
	| 10.9.0.1/24 on t0 ───┼── tap: 10.9.0.2 (gateway in use), 10.9.0.3,
	| 10.50.0.0/16 via .2  |        10.9.0.4, all with a permanent neighbour
	+----------------------+
"""
import struct

import ktap
from ktap import check, rows
from xlab import Delta, Ns, equal, need, until
from xwire import HOST, PEER, XICMP, XIP, XUDP, Tap, calm, drops, too_big

ns = tap = None
MACS = {"10.9.0.%d" % n: "02:00:00:00:00:%02x" % n for n in (3, 4)}


def setup():
    global ns, tap
    ns = Ns("host")
    tap = Tap(ns)
    calm(ns)
    ns.xip("route add 10.50.0.0/16 via " + PEER,
           *["neigh add %s lladdr %s dev t0 nud permanent" % pair
             for pair in MACS.items()])


# --- errors to sockets -----------------------------------------------------------

def sent(sock, data=b"what the error is about"):
    """Send a datagram; what went out, without its link header."""
    sock.send(data)
    return bytes(tap.wait(XUDP))[14:]


@rows("%s ends a connected socket's silence", [
    ("port unreachable", 3, 3, "ECONNREFUSED"),
    ("protocol unreachable", 3, 2, "ENOPROTOOPT"),
    ("host unreachable", 3, 1, "EHOSTUNREACH"),
    ("fragmentation needed", 3, 4, "EMSGSIZE"),
    ("host unknown", 3, 7, "EHOSTDOWN"),
    ("host isolated", 3, 8, "ENONET"),
    ("network prohibited", 3, 9, "ENETUNREACH"),
    ("host prohibited", 3, 10, "EHOSTUNREACH"),
    ("filtered", 3, 13, "EHOSTUNREACH"),
    ("parameter problem", 12, 0, "EPROTO")])
def error_arrives(kind, code, name):
    sock = ns.udp().connect(PEER, 9)
    quote = too_big(sent(sock))
    equal(sock.error(), 0, "SO_ERROR before")
    tap.tell(quote, kind, code,
         struct.pack("!HH", 0, 900) if (kind, code) == (3, 4) else bytes(4))
    equal(sock.error(), name, "SO_ERROR")
    equal(sock.error(), 0, "SO_ERROR a second time")
    sock.close()


@check("an error with no more of the datagram than 8 bytes will do")
def error_short():
    sock = ns.udp().connect(PEER, 9)
    tap.tell(sent(sock)[:28], 3, 3)
    equal(sock.error(), "ECONNREFUSED", "SO_ERROR")
    sock.close()


@check("an error may come from a router on the way, not the destination")
def error_router():
    sock = ns.udp().connect("10.50.0.9", 9)
    tap.tell(sent(sock), 3, 1, src="10.77.1.1")
    equal(sock.error(), "EHOSTUNREACH", "SO_ERROR")
    sock.close()


@check("the next call reports the error, once; then the socket works on")
def error_on_call():
    sock = ns.udp().connect(PEER, 9)
    tap.tell(sent(sock), 3, 3)
    try:
        sock.sock.recv(10)
        raise AssertionError("recv succeeded")
    except ConnectionRefusedError:
        pass
    tap.tell(sent(sock), 3, 3)
    try:
        sock.send(b"x")
        raise AssertionError("send succeeded")
    except ConnectionRefusedError:
        pass
    sent(sock)
    sock.close()


@check("source quench and time exceeded are no reason to fail")
def error_soft():
    sock = ns.udp().connect(PEER, 9)
    quote = sent(sock)
    tap.tell(quote, 4, 0)
    tap.tell(quote, 11, 0)
    equal(sock.error(), 0, "SO_ERROR")
    sock.close()


@check("an unconnected socket is told nothing")
def error_unconnected():
    sock = ns.udp("0.0.0.0", 5555)
    sock.sendto(b"unconnected", PEER, 9)
    tap.tell(bytes(tap.wait(XUDP))[14:], 3, 3)
    equal(sock.error(), 0, "SO_ERROR")
    sock.close()


def put16(data, at, value):
    return data[:at] + value.to_bytes(2, "big") + data[at + 2:]


FORGED = [
    ("another source port", lambda q: put16(q, 20, 1)),
    ("another destination port", lambda q: put16(q, 22, 10)),
    ("another destination", lambda q: q[:19] + b"\x77" + q[20:]),
    ("another source", lambda q: q[:15] + b"\x77" + q[16:]),
    ("another protocol", lambda q: q[:9] + b"\x06" + q[10:]),
    ("ICMP as protocol", lambda q: q[:9] + b"\x01" + q[10:]),
    ("an IPv4 header", lambda q: b"\x45" + q[1:]),
    ("a header length of 6", lambda q: b"\xe6" + q[1:]),
    ("7 bytes behind the header", lambda q: q[:27]),
]


@rows("a forged error that quotes %s is ignored", FORGED)
def error_forged(forge):
    sock = ns.udp().connect(PEER, 9)
    quote = sent(sock)
    for code in (1, 2, 3, 4):
        tap.tell(forge(quote), 3, code)
    equal(sock.error(), 0, "SO_ERROR")
    tap.tell(quote, 3, 3)
    equal(sock.error(), "ECONNREFUSED", "SO_ERROR of the true one")
    sock.close()


@check("an error with a wrong checksum, or to a broadcast, is ignored")
def error_bad():
    sock = ns.udp().connect(PEER, 9)
    quote = sent(sock)
    bad = tap.xip(proto=1) / XICMP(type=3, code=3, chksum=0x1234) / quote
    drops(tap, bad, {"IcmpChecksum": 1})
    wide = tap.xip(proto=1, dst="10.9.0.255") / XICMP(type=3, code=3) / quote
    wide.dst = "ff:ff:ff:ff:ff:ff"
    drops(tap, wide, {"IcmpIgnored": 1})
    equal(sock.error(), 0, "SO_ERROR")
    sock.close()


# --- redirects ---------------------------------------------------------------------

def gateway_of(dst):
    """By which MAC a datagram to that destination leaves."""
    sock = ns.udp()
    sock.sendto(b"which way", dst, 9)
    frame = tap.wait(XUDP)
    sock.close()
    equal(frame[XIP].dst, dst, "destination")
    return frame.dst, bytes(frame)[14:]


def redirect(dst, new, src=PEER, quote=None, code=1):
    if quote is None:
        quote = gateway_of(dst)[1]
    word = bytes(int(n) for n in new.split("."))
    tap.tell(quote, 5, code, word, src=src)


@check("a redirect is ignored by default")
def redirect_default():
    equal(ns.get_sysctl("accept_redirects"), "0", "accept_redirects")
    redirect("10.50.0.1", "10.9.0.3")
    equal(gateway_of("10.50.0.1")[0], tap.peer_mac, "way")


@rows("even if they are accepted, not a redirect %s", [
    ("by another than the gateway in use", "10.50.1.1", "10.9.0.3",
     "10.9.0.4"),
    ("by the new gateway itself", "10.50.1.2", "10.9.0.3", "10.9.0.3"),
    ("by a stranger", "10.50.1.3", "10.9.0.3", "10.66.0.1"),
    ("to a gateway on no link of ours", "10.50.1.4", "10.66.0.1", PEER),
    ("to ourselves", "10.50.1.5", HOST, PEER),
    ("to a broadcast address", "10.50.1.6", "10.9.0.255", PEER),
    ("to a group", "10.50.1.7", "224.0.0.1", PEER),
    ("to 0.0.0.0", "10.50.1.8", "0.0.0.0", PEER),
    ("to the loopback address", "10.50.1.9", "127.0.0.1", PEER),
    ("of a neighbour on the link", "10.9.0.4", "10.9.0.3", PEER)])
def redirect_refused(dst, new, src):
    ns.sysctl(accept_redirects=1)
    before = gateway_of(dst)[0]
    redirect(dst, new, src)
    equal(gateway_of(dst)[0], before, "way")
    ns.sysctl(accept_redirects=0)


@check("a redirect by the gateway in use is followed, for that host alone")
def redirect_followed():
    ns.sysctl(accept_redirects=1)
    redirect("10.50.2.1", "10.9.0.3")
    equal(gateway_of("10.50.2.1")[0], MACS["10.9.0.3"], "way")
    equal(gateway_of("10.50.2.2")[0], tap.peer_mac, "way to another host")
    # now 10.9.0.3 is the gateway in use, and may redirect on
    redirect("10.50.2.1", "10.9.0.4", src=PEER)
    equal(gateway_of("10.50.2.1")[0], MACS["10.9.0.3"], "way")
    redirect("10.50.2.1", "10.9.0.4", src="10.9.0.3")
    equal(gateway_of("10.50.2.1")[0], MACS["10.9.0.4"], "way")
    ns.sysctl(accept_redirects=0)


@check("a connected socket follows a redirect too")
def redirect_connected():
    ns.sysctl(accept_redirects=1)
    sock = ns.udp().connect("10.50.3.1", 9)
    quote = sent(sock)
    redirect("10.50.3.1", "10.9.0.3", quote=quote)
    sock.send(b"now")
    equal(tap.wait(XUDP).dst, MACS["10.9.0.3"], "way")
    equal(sock.error(), 0, "SO_ERROR")
    sock.close()
    ns.sysctl(accept_redirects=0)


# --- rate limits ---------------------------------------------------------------------

def flood(count, src=PEER):
    """So many datagrams to a closed port; how many errors came."""
    return len(tap.exchange(*[bytes(tap.udp(b"closed", dport=9, src=src))] *
                            count))


def late_room():
    """The same namespace cannot be reset: a device and limits of its own."""
    fresh = Ns("limited")
    wire = Tap(fresh)
    fresh.xip("neigh add 10.9.0.3 lladdr %s dev t0 nud permanent" %
              MACS["10.9.0.3"],
              "neigh add 10.9.0.4 lladdr %s dev t0 nud permanent" %
              MACS["10.9.0.4"])
    return fresh, wire


@check("icmp_ratelimit: a burst of 6 to one host, then none for long")
def ratelimit_host():
    global tap
    fresh, wire = late_room()
    keep, tap = tap, wire
    try:
        fresh.sysctl(icmp_ratelimit=600000)
        delta = Delta(fresh)
        equal(flood(20), 6, "errors to one host")
        equal(delta.get("Icmp.OutRateLimitHost"), 14, "OutRateLimitHost")
        # another host has its own share; two may share it by chance
        others = flood(20, "10.9.0.3") + flood(20, "10.9.0.4")
        if others not in (6, 12):
            raise AssertionError("errors to two other hosts: %d" % others)
        # echo replies are under no limit: the fences have shown it
        fresh.sysctl(icmp_ratemask=0)
        equal(flood(20), 20, "errors with an empty icmp_ratemask")
    finally:
        tap = keep


@check("icmp_ratelimit gives one more for each of its periods")
def ratelimit_refill():
    global tap
    fresh, wire = late_room()
    keep, tap = tap, wire
    try:
        fresh.sysctl(icmp_ratelimit=100)
        total = flood(20)
        until(lambda: flood(1) == 1, "one more error", 5)
        if total < 6:
            raise AssertionError("errors: %d" % total)
    finally:
        tap = keep


@check("icmp_msgs_per_sec and icmp_msgs_burst bound the whole namespace")
def ratelimit_global():
    global tap
    fresh, wire = late_room()
    keep, tap = tap, wire
    try:
        burst = int(fresh.get_sysctl("icmp_msgs_burst"))
        fresh.sysctl(icmp_ratelimit=0, icmp_msgs_per_sec=0)
        delta = Delta(fresh)
        equal(flood(burst + 30), burst, "errors")
        equal(flood(5, "10.9.0.3"), 0, "errors to another host")
        equal(delta.get("Icmp.OutRateLimitGlobal"), 35, "OutRateLimitGlobal")
        fresh.sysctl(icmp_msgs_per_sec=1000)
        until(lambda: flood(1) == 1, "an error again")
    finally:
        tap = keep


@check("fragmentation needed is under no limit")
def ratelimit_frag_needed():
    global tap
    fresh, wire = late_room()
    keep, tap = tap, wire
    try:
        fresh.ip("link add d0 type dummy", "link set d0 mtu 600 up")
        fresh.xip("addr add 10.10.0.1/24 dev d0")
        fresh.sysctl(forwarding=1, icmp_ratelimit=600000, icmp_msgs_per_sec=0)
        frame = bytes(tap.udp(b"x" * 900, dst="10.10.0.2", flags=2))
        equal(len(tap.exchange(*[frame] * 80)), 80, "errors")
    finally:
        tap = keep


if __name__ == "__main__":
    need()
    ktap.run(setup)
