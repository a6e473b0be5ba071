#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0
"""Translation: what leaves a gateway, and what comes back.

The gateway and its wires are xnat.py's.
"""
import os
import sys

import ktap
from ktap import check, rows
from xlab import Delta, command, equal, need, refused, until
from xwire import HOST, PEER
from xnat import (FAR, GATE, ICMP, NAMES, TCP, UDP, VIP, Seen, answer,
                  both_ways, cut, data_of, ends, enter, flow, joined, lab,
                  leaves, left, optioned, packet, rules, setup, sums_right,
                  unsummed)
from xinet_scapy import inet_checksum, pseudo_header

HERE = os.path.abspath(__file__)


# --- actions ----------------------------------------------------------------------------

# name, rule, protocol, destination and its port, what leaves: source, its
# port (0: the client's), destination, its port
ACTIONS = [(("%s, %s" % (rule.split(" ", 1)[1], NAMES[proto])), rule, proto,
            dst, dport, want)
           for rule, dst, dport, want in [
               ("postrouting oif t1 masquerade", FAR, 7, (GATE, 0, FAR, 7)),
               ("postrouting oif t1 snat to 10.9.1.50", FAR, 7,
                ("10.9.1.50", 0, FAR, 7)),
               ("postrouting src 10.9.0.0/24 netmap to 172.16.8.0/24", FAR, 7,
                ("172.16.8.2", 0, FAR, 7)),
               ("prerouting dst %s dnat to %s" % (VIP, FAR), VIP, 7,
                (PEER, 0, FAR, 7)),
               ("prerouting dst 10.70.0.0/16 netmap to 10.40.0.0/16",
                "10.70.3.4", 7, (PEER, 0, "10.40.3.4", 7))]
           for proto in (UDP, TCP, ICMP)] + [
    ("%s, UDP" % rule.split(" ", 1)[1], rule, UDP, dst, dport, want)
    for rule, dst, dport, want in [
        ("postrouting oif t1 proto udp snat to 10.9.1.50:6000", FAR, 7,
         ("10.9.1.50", 6000, FAR, 7)),
        ("postrouting oif t1 proto udp masquerade to :6001", FAR, 7,
         (GATE, 6001, FAR, 7)),
        ("prerouting dst %s proto udp dport 80 dnat to %s:8080" % (VIP, FAR),
         VIP, 80, (PEER, 0, FAR, 8080)),
        ("prerouting dst %s proto udp dport 80 dnat to %s" % (VIP, FAR),
         VIP, 81, (PEER, 0, VIP, 81))]]


@rows("%s", ACTIONS)
def action(rule, proto, dst, dport, want):
    rules(rule)
    seen = flow(proto, dst=dst, dport=dport)
    want = Seen(*want)
    if not want.sport:
        want = want._replace(sport=seen.sport)
    equal(both_ways(proto, seen), want._replace(
        dport=8 if proto == ICMP else want.dport), "outside")


@check("destination and source of one connection")
def both_sides():
    rules("prerouting dst %s dnat to %s" % (VIP, FAR),
          "postrouting oif t1 masquerade")
    for proto in (UDP, TCP, ICMP):
        seen = flow(proto, dst=VIP)
        equal(both_ways(proto, seen), seen._replace(src=GATE, dst=FAR),
              NAMES[proto])


@check("a connection that no rule is for stays as it is, counted nowhere")
def untouched():
    rules("postrouting src 10.99.0.0/16 masquerade")
    seen = flow()
    delta = Delta(lab.ns)
    equal(both_ways(UDP, seen), seen, "outside")
    equal(delta.drops(), {}, "drop counters")


@check("rules change: an established connection keeps what it was given")
def rules_change():
    rules("postrouting oif t1 snat to 10.9.1.50")
    seen = flow()
    there = both_ways(UDP, seen)
    lab.ns.xip("nat add postrouting position 1 oif t1 snat to 10.9.1.51")
    lab.rules = None
    equal(both_ways(UDP, seen), there, "the old one")
    equal(both_ways(UDP, flow()).src, "10.9.1.51", "a new one")


@check("what is for the gateway itself keeps its source")
def local_in():
    rules("postrouting masquerade", "postrouting snat to 10.9.1.50")
    sock = lab.ns.udp(HOST, 777)
    seen = flow(dst=HOST, dport=777)
    enter(lab.tap, packet(UDP, seen))
    equal(sock.recvfrom(), (b"some data", PEER, seen.sport), "datagram")
    sock.close()


# --- hairpin -------------------------------------------------------------------------------

@rows("hairpin: a client reaches a neighbour of his by the public address, %s",
      [(NAMES[proto], proto) for proto in (UDP, TCP, ICMP)])
def hairpin(proto):
    rules("prerouting dst %s dnat to 10.20.0.9" % VIP,
          "postrouting oif t0 masquerade")
    seen = flow(proto, dst=VIP)
    equal(both_ways(proto, seen, out=lab.tap, come=lab.tap),
          seen._replace(src=HOST, dst="10.20.0.9"), "outside")


# --- two hosts -----------------------------------------------------------------------------

@check("two hosts with one port to one server: each gets its own answers")
def two_hosts():
    rules("postrouting oif t1 masquerade")
    # a socket behind a veth, and one whose packets are the test's
    sock = lab.host.udp("10.1.0.2", 6000).connect(FAR, 7)
    sock.send(b"mine")
    first = ends(leaves(lab.far))
    equal(first, Seen(GATE, 6000, FAR, 7), "the first one")
    seen = flow(sport=6000)
    second = both_ways(UDP, seen)
    equal((second._replace(sport=0), second.sport != 6000),
          (first._replace(sport=0), True), "the second one")
    enter(lab.far, packet(UDP, answer(UDP, first), data=b"yours"))
    equal(sock.recv(), b"yours", "the first one's answer")
    equal(left(lab.tap), [], "the second one's wire")
    sock.close()


# --- checksums ----------------------------------------------------------------------------

@check("UDP: no checksum stays none; a sum of 0 is sent as 0xffff")
def udp_checksum():
    rules("postrouting oif t1 masquerade")
    seen = flow()
    enter(lab.tap, unsummed(packet(UDP, seen)))
    got = leaves(lab.far)
    there = seen._replace(src=GATE)
    equal((ends(got), got[26:28]), (there, b"\0\0"), "none")
    enter(lab.far, unsummed(packet(UDP, answer(UDP, there))))
    got = leaves(lab.tap)
    equal((ends(got), got[26:28]), (answer(UDP, seen), b"\0\0"),
          "none in the answer")
    # data that makes the sum of the translated datagram 0
    seen = flow()
    out = packet(UDP, seen._replace(src=GATE), data=b"\0\0")
    raw = packet(UDP, seen, data=out[26:28])
    enter(lab.tap, raw)
    got = leaves(lab.far)
    equal((ends(got), got[26:28]), (seen._replace(src=GATE), b"\xff\xff"),
          "a sum of 0")


@check("a damaged datagram is not mended")
def damaged():
    rules("postrouting oif t1 masquerade")
    seen = flow()
    both_ways(UDP, seen)
    raw = bytearray(packet(UDP, seen))
    raw[-1] ^= 1
    lab.ns.sysctl(nf_conntrack_checksum=0)
    enter(lab.tap, bytes(raw))
    lab.ns.sysctl(nf_conntrack_checksum=1)
    got = leaves(lab.far)
    equal(inet_checksum(pseudo_header(got[12:16], got[16:20], UDP,
                                      len(got) - 20) + got[20:]) != 0, True,
          "checksum wrong")


@check("a checksum left to the device, from a socket behind a veth")
def partial():
    rules("postrouting oif t1 masquerade",
          "prerouting dst %s proto udp dport 9 dnat to %s:7" % (VIP, FAR))
    for dst, dport in ((FAR, 7), (VIP, 9)):
        sock = lab.host.udp().connect(dst, dport)
        sock.send(b"from a socket")
        raw = lab.far.wait_raw()[14:]
        sums_right(raw)
        seen = ends(raw)
        equal((seen.src, seen.dst, seen.dport), (GATE, FAR, 7), "outside")
        enter(lab.far, packet(UDP, answer(UDP, seen), data=b"back"))
        equal(sock.recv(), b"back", "the answer")
        sock.close()


# --- fragments ------------------------------------------------------------------------------

@check("fragments are translated as one datagram, and cut again")
def fragments():
    rules("postrouting oif t1 masquerade")
    seen = flow()
    raw = packet(UDP, seen, data=bytes(range(256)) * 8)
    for part in cut(raw, 0, 1000):
        enter(lab.tap, part)
    got = joined(left(lab.far))
    there = seen._replace(src=GATE)
    equal((ends(got), data_of(got)), (there, data_of(raw)), "outside")
    # the answer, its later fragment first
    raw = packet(UDP, answer(UDP, there), data=bytes(range(256)) * 8)
    for part in reversed(cut(raw, 0, 1200)):
        enter(lab.far, part)
    got = joined(left(lab.tap))
    equal((ends(got), data_of(got)), (answer(UDP, seen), data_of(raw)),
          "the answer")


# rule, destination, what leaves by a link of 600 bytes: source, destination
@rows("what comes whole is cut where its new way is narrow: %s", [
    (rule.split()[0], rule, dst, want) for rule, dst, want in [
        ("postrouting oif t2 masquerade", "10.60.4.1",
         ("10.9.2.1", "10.60.4.1")),
        ("prerouting dst 10.70.4.0/24 dnat to 10.60.4.2", "10.70.4.2",
         (PEER, "10.60.4.2"))]])
def fragmented(rule, dst, want):
    rules(rule)
    seen = flow(dst=dst)
    raw = packet(UDP, seen, data=bytes(range(256)) * 5)
    enter(lab.tap, raw)
    got = joined(left(lab.thin))
    equal((ends(got), data_of(got)),
          (seen._replace(src=want[0], dst=want[1]), data_of(raw)), "outside")


@check("a header with options: what is behind it is translated all the same")
def options():
    rules("prerouting dst %s dnat to %s" % (VIP, FAR),
          "postrouting oif t1 masquerade")
    for proto in (UDP, TCP, ICMP):
        seen = flow(proto, dst=VIP)
        enter(lab.tap, optioned(packet(proto, seen)))
        got = leaves(lab.far)
        sums_right(got)
        equal((ends(got), got[20:24]),
              (seen._replace(src=GATE, dst=FAR), b"\1\1\1\0"), NAMES[proto])


# --- the gateway's own packets --------------------------------------------------------------

@check("a bound socket's packets keep to its device, wherever they go now")
def local_bound():
    rules("prerouting dst 10.70.5.7 dnat to 10.60.0.7")
    sock = lab.ns.udp("0.0.0.0", 0, dev="t1")
    # the way to 10.60.0.7 is t2, which the socket must not take
    sock.sendto(b"ask", "10.70.5.7", 53)
    equal(left(lab.thin), [], "by t2")
    sock.close()

@check("a packet of the gateway's own: a new destination, a new route")
def local_dnat():
    rules("prerouting dst 10.70.5.5 proto udp dport 53 dnat to 10.60.0.1:5353")
    sock = lab.ns.udp().connect("10.70.5.5", 53)
    sock.send(b"ask")
    got = leaves(lab.thin, lab.far)
    sums_right(got)
    seen = ends(got)
    equal((seen.dst, seen.dport), ("10.60.0.1", 5353), "outside")
    enter(lab.thin, packet(UDP, answer(UDP, seen), data=b"told"))
    equal(sock.recvfrom(), (b"told", "10.70.5.5", 53), "the answer")
    sock.close()


@check("redirect: packets of others to the gateway, its own to 127.0.0.1")
def redirect():
    rules("prerouting dst 10.70.6.6 proto udp dport 53 redirect to :5353")
    inner = lab.ns.udp("127.0.0.1", 5353)
    sock = lab.ns.udp().connect("10.70.6.6", 53)
    sock.send(b"mine")
    data, addr, port = inner.recvfrom()
    equal(data, b"mine", "datagram")
    inner.sendto(b"yours", addr, port)
    equal(sock.recvfrom(), (b"yours", "10.70.6.6", 53), "the answer")
    inner.close()
    sock.close()
    outer = lab.ns.udp(HOST, 5353)
    seen = flow(dst="10.70.6.6", dport=53)
    enter(lab.tap, packet(UDP, seen))
    equal(outer.recvfrom(), (b"some data", PEER, seen.sport), "datagram")
    outer.sendto(b"yours", PEER, seen.sport)
    got = leaves(lab.tap)
    sums_right(got)
    equal(ends(got), answer(UDP, seen), "the answer")
    outer.close()


@check("a packet of the gateway's own is too large for its new way")
def local_too_big():
    rules("prerouting dst 10.70.5.6 dnat to 10.60.0.2",
          "postrouting oif t2 snat to 10.9.2.50")
    sock = lab.ns.udp().connect("10.70.5.6", 53)
    refused("EMSGSIZE", sock.send, bytes(1000))
    until(lambda: sock.error() == "EMSGSIZE", "the error")
    sock.close()


@check("over lo a packet is translated once")
def loopback():
    rules("prerouting dst 10.9.0.1 proto udp dport 90 dnat to 10.9.0.1:91",
          "prerouting dst 10.9.0.1 proto udp dport 91 dnat to 10.9.0.1:92")
    there, sock = lab.ns.udp(HOST, 91), lab.ns.udp().connect(HOST, 90)
    sock.send(b"once")
    data, addr, port = there.recvfrom()
    equal((data, port), (b"once", sock.local()[1]), "datagram")
    there.sendto(b"back", addr, port)
    equal(sock.recvfrom(), (b"back", HOST, 90), "the answer")
    there.close()
    sock.close()


# --- nobody's namespace ----------------------------------------------------------------------

# An unprivileged user's own: a redirect on lo. By itself, since scapy takes
# its time to load.
INSIDE = """
from xlab import XSock, command
command("ip", "link", "set", "lo", "up")
command("xip", *"nat add prerouting dst 127.0.0.5 proto udp "
                "redirect to :5353".split())
there, sock = XSock("127.0.0.1", 5353), XSock()
sock.connect("127.0.0.5", 53)
sock.send(b"hello")
data, addr, port = there.recvfrom()
there.sendto(data, addr, port)
print(sock.recvfrom()[1:])
"""


@check("in a namespace that nobody made")
def unprivileged():
    os.environ["PYTHONPATH"] = os.path.dirname(HERE)
    with lab.ns:
        said = command("setpriv", "--reuid", "65534", "--regid", "65534",
                       "--clear-groups", "unshare", "-Urn", sys.executable,
                       "-Bc", INSIDE)
    equal(said.strip(), "('127.0.0.5', 53)", "who answered")


if __name__ == "__main__":
    need()
    ktap.run(setup)
