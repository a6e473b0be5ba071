#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0
"""Translation: who hears of an error, and what it quotes.

The gateway and its wires are xnat.py's.
"""
import socket
import struct

import ktap
from ktap import check, rows
from xlab import Delta, equal, need, until
from xwire import HOST, PEER
from xnat import (FAR, GATE, ICMP, NAMES, TCP, UDP, VIP, answer, both_ways,
                  ends, enter, error, error_right, flow, lab, leaves, left,
                  nothing, optioned, packet, pass_on, rules, setup, unsummed)


# --- ICMP errors ----------------------------------------------------------------------------

# name, rules, protocol, destination, bytes quoted
ERRORS = [("%s, %s%s" % (NAMES[proto], name, ", 8 bytes" if size else ""),
           lines, proto, dst, size)
          for name, lines, dst in [
              ("source", ["postrouting oif t1 masquerade random-fully"], FAR),
              ("destination", ["prerouting dst %s dnat to %s" % (VIP, FAR)],
               VIP),
              ("both", ["postrouting oif t1 masquerade random-fully",
                        "prerouting dst %s dnat to %s" % (VIP, FAR)], VIP)]
          for proto in (UDP, TCP, ICMP) for size in (None, 28)]


def source(raw):
    """Who speaks, where it is the gateway by whichever of its addresses."""
    addr = socket.inet_ntoa(raw[12:16])
    equal(addr in (HOST, VIP), True, "it is " + addr)
    return addr


@rows("an error from outside: %s", ERRORS)
def error_outside(lines, proto, dst, size):
    rules(*lines)
    seen = flow(proto, dst=dst)
    raw = packet(proto, seen)
    enter(lab.tap, raw)
    out = leaves(lab.far)
    enter(lab.far, error(out, "10.40.7.7", size=size))
    # who forwards the translation's packets speaks for its destination
    error_right(leaves(lab.tap, lab.far), "10.40.7.7" if dst == FAR else VIP,
                PEER, raw, size)


@rows("an error from inside: %s", ERRORS)
def error_inside(lines, proto, dst, size):
    rules(*lines)
    seen = flow(proto, dst=dst)
    there = both_ways(proto, seen)
    raw = packet(proto, answer(proto, there))
    enter(lab.far, raw)
    back = leaves(lab.tap)
    if proto == ICMP:
        back = packet(ICMP, answer(ICMP, seen))
    enter(lab.tap, error(back, "10.20.7.7", code=3, size=size))
    error_right(leaves(lab.far, lab.tap),
                GATE if there.src == GATE else "10.20.7.7", FAR, raw, size)


@rows("an error of the gateway itself: %s", [
    e[:4] for e in ERRORS if not e[4]])
def error_own(lines, proto, dst):
    rules(*lines)
    seen = flow(proto, dst=dst)
    for _ in range(2):      # the first packet, and one of a connection
        raw = packet(proto, seen, ttl=1)
        enter(lab.tap, raw)
        got = leaves(lab.tap, lab.far)
        equal(got[20:22], b"\x0b\0", "time exceeded")
        error_right(got, source(got), PEER, raw)
        pass_on(proto, seen)


@check("UDP without a checksum stays so inside an error")
def error_no_checksum():
    rules("postrouting oif t1 masquerade")
    seen = flow()
    raw = unsummed(packet(UDP, seen))
    enter(lab.tap, raw)
    enter(lab.far, error(leaves(lab.far), FAR))
    got = leaves(lab.tap)
    error_right(got, FAR, PEER, raw)
    equal(got[28 + 26:28 + 28], b"\0\0", "quoted checksum")


@check("a UDP sum of 0, sent as 0xffff, is quoted as that")
def error_sum_zero():
    rules("postrouting oif t1 masquerade")
    seen = flow()
    raw = packet(UDP, seen, data=packet(UDP, seen, data=b"\0\0")[26:28])
    equal(raw[26:28], b"\xff\xff", "checksum")
    enter(lab.tap, raw)
    enter(lab.far, error(leaves(lab.far), FAR))
    error_right(leaves(lab.tap), FAR, PEER, raw)


@check("options in the quoted header are passed over")
def error_options():
    rules("prerouting dst %s dnat to %s" % (VIP, FAR),
          "postrouting oif t1 masquerade")
    for proto in (UDP, TCP, ICMP):
        raw = optioned(packet(proto, flow(proto, dst=VIP)))
        enter(lab.tap, raw)
        enter(lab.far, error(leaves(lab.far), FAR))
        error_right(leaves(lab.tap), VIP, PEER, raw)


@check("an error about a translated connection leaves it as it is")
def error_harmless():
    rules("postrouting oif t1 masquerade")
    seen = flow()
    there = both_ways(UDP, seen)
    out = packet(UDP, there)
    enter(lab.far, error(out, FAR))
    error_right(leaves(lab.tap), FAR, PEER, packet(UDP, seen))
    equal(both_ways(UDP, seen), there, "behind it")


@check("a redirect passes about a plain connection, not a translated one")
def redirect():
    rules("postrouting oif t1 dst 10.40.8.1 masquerade")
    for dst in ("10.40.8.2", "10.40.8.1"):
        seen = flow(dst=dst)
        there = both_ways(UDP, seen)
        about = error(packet(UDP, there), FAR, kind=5)
        if there == seen:
            enter(lab.far, about)
            error_right(leaves(lab.tap), FAR, PEER, packet(UDP, seen))
        else:
            nothing(about, "Hook", come=lab.far)


@rows("hairpin: an error about %s", [
    (NAMES[proto], proto) for proto in (UDP, TCP, ICMP)])
def hairpin(proto):
    rules("prerouting dst %s dnat to 10.20.0.9" % VIP,
          "postrouting oif t0 masquerade")
    seen = flow(proto, dst=VIP)
    raw = packet(proto, seen)
    enter(lab.tap, raw)
    out = leaves(lab.tap)
    # by the neighbour, who knows the gateway alone; the client knows the VIP
    enter(lab.tap, error(out, "10.20.0.9"))
    error_right(leaves(lab.tap, lab.far), VIP, PEER, raw)
    # by the client, about the answer
    raw = packet(proto, answer(proto, ends(out)))
    enter(lab.tap, raw)
    enter(lab.tap, error(leaves(lab.tap), PEER, code=3))
    error_right(leaves(lab.tap, lab.far), HOST, "10.20.0.9", raw)


@check("too large for the next link: the client hears of his own packet")
def error_too_big():
    rules("prerouting dst %s dnat to 10.60.0.1" % VIP,
          "postrouting oif t2 masquerade")
    raw = packet(UDP, flow(dst=VIP), data=bytes(1000), flags=2)
    enter(lab.tap, raw)
    got = leaves(lab.tap, lab.thin)
    equal((got[20:22], got[26:28]), (b"\3\4", struct.pack("!H", 600)), "error")
    error_right(got, source(got), PEER, raw, len(got) - 28)


@check("a dead next hop: the client hears of his own packet")
def error_dead():
    # to an address that the gateway has no way to
    rules("postrouting oif t1 snat to 203.0.113.9",
          "prerouting dst %s dnat to 10.50.0.1" % VIP)
    sent = [packet(proto, flow(proto, dst=dst)) for proto, dst in
            ((UDP, "10.50.0.1"), (UDP, VIP), (ICMP, "10.50.0.2"),
             (TCP, "10.50.0.3"))]
    delta = Delta(lab.ns)
    for raw in sent:
        enter(lab.tap, raw)
    until(lambda: delta.drops() == {"NeighFailed": 4}, "answers", 8)
    got = left(lab.tap)
    equal(len(got), len(sent), "errors")
    quoted = {ends(raw): raw for raw in sent}
    for raw in got:
        equal(raw[20:22], b"\3\1", "host unreachable")
        error_right(raw, source(raw), PEER, quoted.pop(ends(raw[28:])))
    equal(left(lab.far), [], "far")


if __name__ == "__main__":
    need()
    ktap.run(setup)
