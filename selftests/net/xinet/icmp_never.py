#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0
"""ICMP: about what there must never be an error (RFC 1122 section 3.2.2, RFC
1812 section 4.3.2.7). Every producer is crossed with every rule.

Each row first shows that its producer does produce, so that the silence behind
it means something. The topology is drawn in xproducers.py.
"""
import itertools

import ktap
from ktap import check, rows
import xproducers
from xlab import Delta, equal, need, until
from xwire import BCAST_MAC, HOST, XICMP, XIP, drops
from xproducers import (PRODUCERS, datagram, error_about, no_route, option_fault,
                        port, prohibited, protocol, too_big, ttl, unreachable)

ns = tap = far = None
absent = itertools.count(10)


def setup():
    global ns, tap, far
    ns, tap, far = xproducers.setup()
    # three requests, and the neighbour has failed
    ns.sysctl(retrans_time_ms=10)


def neighbour(**fields):
    """To a host on the second link that does not answer."""
    return datagram(**{"dst": "10.9.1.%d" % next(absent), **fields})


# those that do not need UDP or an unknown protocol
ROUTED = (ttl, too_big, option_fault, no_route, unreachable, prohibited,
          neighbour)


def silent(producer, frame, what):
    """The frame is dropped, and nothing goes out for it on either side."""
    delta = Delta(ns)
    tap.send(frame)
    if producer is neighbour:
        until(delta.drops, "the end of the packet")
    equal([f.summary() for f in tap.fence()], [], what)
    equal([f.summary() for f in far.frames(XIP)], [], what + ", far side")


def works(producer, kind, code, word, **fields):
    """Without the fault there is an error."""
    frame = producer(**fields)
    if producer is not neighbour:
        error_about(frame, kind, code, word)
        return
    tap.send(frame)
    reply = tap.wait(XICMP)
    equal((reply[XICMP].type, reply[XICMP].code), (kind, code),
          "type and code")
    tap.frames()


# --- the rules, each a function that yields (what, frame) -------------------------

def about_error(producer):
    """about an ICMP error"""
    quote = bytes(port())[14:]
    if producer is protocol:
        # an unknown one carries no ICMP; then that ICMP is not unknown
        producer = datagram
    for inner in (3, 4, 5, 11, 12, 19, 41, 255):
        yield ("about type %d" % inner,
               producer(proto=1, payload=XICMP(type=inner) / quote))
    # a message without a type may be anything; it is too short to be too big
    if producer is not too_big:
        yield "about no type", producer(proto=1, payload=b"")


def to_many(producer):
    """to a broadcast or multicast destination"""
    for dst, mac in (("10.9.0.255", BCAST_MAC), ("10.9.1.255", BCAST_MAC),
                     ("255.255.255.255", BCAST_MAC),
                     ("224.0.0.1", "01:00:5e:00:00:01"),
                     ("224.9.9.9", "01:00:5e:09:09:09")):
        for link in (mac, tap.mac):
            frame = producer(dst=dst)
            frame.dst = link
            yield "to %s in %s" % (dst, link), frame


def link_broadcast(producer):
    """about a link broadcast or multicast"""
    for mac in (BCAST_MAC, "01:00:5e:00:00:01", "03:00:00:00:00:01"):
        frame = producer()
        frame.dst = mac
        yield "in a frame to " + mac, frame


def later_fragment(producer):
    """about a fragment but the first"""
    for frag, flags in ((1, 1), (100, 0), (8000, 1)):
        yield ("about fragment %d" % frag,
               producer(frag=frag, flags=flags | 2 * (producer is too_big),
                        payload=b"f" * 800 if producer is too_big else
                        b"f" * 400))


NOBODY = ["0.0.0.0", "127.0.0.1", "224.0.0.5", "239.1.1.1",
          "240.0.0.1", "255.255.255.254", "255.255.255.255", "10.9.0.255",
          "10.9.1.255", HOST, "10.9.1.1"]


def from_nobody(producer):
    """to a source that is not one host"""
    for src in NOBODY:
        yield "to " + src, producer(src=src)


RULES = (about_error, to_many, link_broadcast, later_fragment, from_nobody)
ALL = PRODUCERS + [("host unreachable, by a neighbour's silence", neighbour,
                    3, 1, 0)]


@rows("never %s", [
    ("%s: %s" % (rule.__doc__, name), rule, producer, *error)
    for rule in RULES for name, producer, *error in ALL])
def never(rule, producer, kind, code, word):
    works(producer, kind, code, word)
    count = 0
    for what, frame in rule(producer):
        if producer is neighbour and rule in (to_many, link_broadcast,
                                              from_nobody):
            # ends before a neighbour is asked
            silent(port, frame, what)
        else:
            silent(producer, frame, what)
        count += 1
    if not count:
        raise AssertionError("nothing was tried")


@rows("but about an echo request: %s", [
    p for p in ALL if p[1] in ROUTED])
def about_request(producer, kind, code, word):
    for inner in (0, 8, 13, 14):
        works(producer, kind, code, word, proto=1,
              payload=XICMP(type=inner) / b"no error")


@rows("and about a first fragment: %s", [
    p for p in ALL if p[1] in ROUTED])
def about_first(producer, kind, code, word):
    flags = 3 if producer is too_big else 1
    works(producer, kind, code, word, flags=flags,
          payload=b"f" * (800 if producer is too_big else 400))


@check("never about a frame to another MAC")
def never_other_mac():
    for _, producer, *_ in ALL:
        frame = producer()
        frame.dst = "02:00:00:00:00:77"
        silent(port, frame, producer.__doc__)


@check("never about a source route: it is dropped in silence")
def never_source_route():
    for kind in (131, 137):
        drops(tap, datagram(options=bytes([kind, 7, 4, 10, 9, 0, 3, 0])),
              {"SourceRoute": 1})


@check("never about a header that is no good")
def never_bad_header():
    for fields in ({"chksum": 0x1234}, {"version": 4}, {"ihl": 4},
                   {"len": 1000}):
        silent(port, port(**fields), str(fields))


if __name__ == "__main__":
    need()
    ktap.run(setup)
