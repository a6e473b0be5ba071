#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0
"""A router that tracks connections puts fragments together before it looks at
them: what leaves it is cut as it was cut before.

	+--------- host ---------+
	| 10.9.0.1/24 on t0 ─────┼── tap: fragments come in from 10.9.0.2
	| 10.9.1.1/24 on t1 ─────┼── tap: what is sent on
	| UDP socket on port 7   |
	+------------------------+

A hook of modules/xhooks.c at PRE_ROUTING, behind the tracker, counts.
"""
import random
import struct

import ktap
from ktap import check, rows
from xlab import Delta, Ns, equal, need
from xwire import HOST, XICMP, Tap, calm
from xfrag import DF, Datagram, judge, same
from xhooks import load, states, tell, unload

FAR = "10.9.1.2"
ns = tap = far = sock = None


def setup():
    global ns, tap, far, sock
    load()
    ns = Ns("host")
    tap = Datagram.tap = Tap(ns)
    far = Tap.second(ns, addr="10.9.1.1", peer=FAR)
    calm(ns)
    ns.sysctl(forwarding=1)
    sock = ns.udp("0.0.0.0", 7)
    ns.sysctl(nf_conntrack_always=1)
    # behind it nothing but whole datagrams is seen: each is counted once
    tell(ns, "add 0 0 accept")


def sent_on(*frames, answers=0):
    """Packets that leave at the far side; answers at the near one."""
    got = tap.exchange(*frames)
    equal(len(got), answers, "answers")
    found = []
    while True:
        frame = far.read()
        if frame is None:
            return found, got
        if frame[12:14] == b"\x88\xb5":
            found.append(frame[14:])


def seen():
    """How many packets the hook has seen."""
    state = states(ns)[1]
    equal(state[3], 0, "calls with a wrong state")
    return state[2]


def link(mtu):
    ns.ip("link set t1 mtu %d" % mtu)


@rows("fragments of %d bytes to a link of %d leave as %d", [
    ((p, m, s), p, m, s) for p, m, s in (
        (1480, 1500, 1500), (1480, 9000, 1500), (552, 1500, 572),
        (552, 9000, 572), (1480, 600, 600), (552, 572, 572),
        (552, 571, 571), (8, 1500, 28))])
def sizes(piece, mtu, largest):
    link(mtu)
    d = Datagram(min(5000, piece * 40), dst=FAR, seed=piece)
    frames = d.cut(*range(piece, len(d.payload), piece))
    random.Random(piece).shuffle(frames)
    before = seen()
    packets, _ = sent_on(*frames)
    # exchange() ends with an echo request of its own
    equal(seen() - before, 2, "packets behind the hook")
    same([judge(packets, d, mtu=largest)], [d.payload], "payload")


@check("fragments of unequal size: none that leaves is larger than the largest")
def unequal():
    link(1500)
    d = Datagram(3000, dst=FAR)
    packets, _ = sent_on(*d.cut(80, 1000, 2200, 2208))
    same([judge(packets, d, mtu=1220)], [d.payload], "payload")


@check("a whole datagram of that size is not cut")
def whole_one():
    link(1500)
    d = Datagram(1400, dst=FAR)
    packets, _ = sent_on(d.link + d.head + d.payload)
    equal([len(p) for p in packets], [1428], "lengths")


@check("fragments with DF leave with DF, as large as they came")
def with_df():
    link(1500)
    d = Datagram(3000, dst=FAR)
    packets, _ = sent_on(*d.cut(1000, 2000, flags=DF))
    same([judge(packets, d, mtu=1028, df=DF)], [d.payload], "payload")


@check("fragments with DF too large for the link: the sender is told")
def df_too_large():
    link(600)
    d = Datagram(3000, dst=FAR)
    delta = Delta(ns)
    packets, answers = sent_on(*d.cut(1000, 2000, flags=DF), answers=1)
    equal(packets, [], "packets sent on")
    equal((answers[0][XICMP].type, answers[0][XICMP].code,
           answers[0][XICMP].rest), (3, 4, b"\0\0" + struct.pack("!H", 600)),
          "answer")
    equal(delta.drops(), {"FragNeeded": 1}, "drops")


@check("a smaller fragment with DF among larger ones does not forbid it")
def df_small():
    link(600)
    d = Datagram(3000, dst=FAR)
    frames = [d.part(0, 400, flags=DF), d.part(400, 1800), d.part(1800, 3008)]
    packets, _ = sent_on(*frames)
    same([judge(packets, d)], [d.payload], "payload")


@check("one fragment is missing: nothing is sent on; it comes: all is")
def missing():
    link(1500)
    d = Datagram(3000, dst=FAR)
    first, middle, last = d.cut(1000, 2000)
    equal(sent_on(first, last)[0], [], "packets")
    packets, _ = sent_on(middle)
    same([judge(packets, d, mtu=1028)], [d.payload], "payload")


@check("an overlap: nothing is sent on")
def overlap():
    d = Datagram(3000, dst=FAR)
    delta = Delta(ns)
    packets, _ = sent_on(d.part(0, 1000), d.part(992, 2000), d.part(2000, 3008))
    equal(packets, [], "packets")
    equal("FragOverlap" in delta.drops(), True, "drops")


@check("what is for the router itself is put together once")
def local():
    d = Datagram(3000, dst=HOST)
    delta = Delta(ns)
    equal(sent_on(*reversed(d.cut(1000, 2000)))[0], [], "packets")
    same(sock.pending(), [d.data], "datagrams")
    equal((delta.get("Ip.ReasmOKs"), delta.drops()), (1, {}), "counters")


@check("the TTL runs out on the whole datagram: one message")
def ttl():
    d = Datagram(3000, dst=FAR, ttl=1)
    packets, answers = sent_on(*d.cut(1000, 2000), answers=1)
    equal(packets, [], "packets")
    equal((answers[0][XICMP].type, answers[0][XICMP].code), (11, 0), "answer")


@check("300 datagrams cut at random, shuffled: all leave whole")
def fuzz():
    rand = random.Random(42)
    link(1500)
    for turn in range(15):
        frames, want = [], {}
        for i in range(20):
            d = Datagram(rand.randrange(1, 3000), dst=FAR,
                         seed=turn * 100 + i + 1)
            size = len(d.payload)
            frames += d.cut(*sorted(rand.sample(
                range(8, size, 8), min(rand.randrange(6), (size - 1) // 8))))
            want[d.head[4:6]] = d
        rand.shuffle(frames)
        found = {}
        for packet in sent_on(*frames)[0]:
            found.setdefault(packet[4:6], []).append(packet)
        equal(sorted(found), sorted(want), "identifications")
        for ident, packets in found.items():
            equal(sum(len(p) - 20 for p in packets),
                  len(want[ident].payload), "bytes of one datagram")
            equal(b"".join(p[20:] for p in packets), want[ident].payload,
                  "payload")


@check("the module of hooks goes")
def end():
    tell(ns, "flush")
    unload()


if __name__ == "__main__":
    need()
    ktap.run(setup)
