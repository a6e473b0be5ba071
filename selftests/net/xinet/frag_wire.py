#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0
"""Fragments that come in are put together, or not, by RFC 791, 815, 5722 and
3168; and a router cuts what its next link does not take.

	+--------- host ---------+
	| 10.9.0.1/24 on t0 ─────┼── tap: fragments cut here from 10.9.0.2
	| 10.9.1.1/24 on t1 ─────┼── tap: what is sent on, MTU 600
	| UDP socket on port 7   |
	+------------------------+

"""
import itertools
import random
import socket
import struct

import ktap
from ktap import check, rows
from xlab import Delta, Ns, equal, need, until
from xwire import HOST, XICMP, XUDP, Tap, calm
from xfrag import Datagram, judge, renew, same

FAR, FAR_MAC, OUT_MAC = "10.9.1.2", "02:00:00:00:01:02", "02:00:00:00:01:01"
IP_RECVTOS, IP_TOS = 13, 1
ns = tap = far = sock = None


def setup():
    global ns, tap, far, sock
    ns = Ns("host")
    tap = Datagram.tap = Tap(ns)
    far = Tap(ns, dev="t1", mac=OUT_MAC, addr="10.9.1.1", peer=FAR,
              peer_mac=FAR_MAC)
    ns.ip("link set t1 mtu 600")
    calm(ns)
    ns.sysctl(forwarding=1)
    sock = ns.udp("0.0.0.0", 7)


def send(*frames):
    """Let frames come in; what goes out for them."""
    return [f.summary() for f in tap.exchange(*frames)]


def whole(datagram, frames):
    """The frames are the datagram, and nothing else comes of them."""
    delta = Delta(ns)
    equal(send(*frames), [], "answers")
    same(sock.pending(), [datagram.data], "datagrams")
    equal(delta.drops(), {}, "drops")
    equal((delta.get("Ip.ReasmReqds"), delta.get("Ip.ReasmOKs")),
          (len(frames), 1), "ReasmReqds, ReasmOKs")


def nothing(frames, causes, answers=()):
    """No datagram comes of the frames."""
    delta = Delta(ns)
    equal(send(*frames), list(answers), "answers")
    same(sock.pending(), [], "datagrams")
    equal(delta.drops(), causes, "drops")
    equal(delta.get("Ip.ReasmOKs"), 0, "ReasmOKs")


# --- put together ----------------------------------------------------------------

@check("three fragments in each of their orders")
def orders():
    for order in itertools.permutations(range(3)):
        d = Datagram(100)
        frames = d.cut(40, 64)
        whole(d, [frames[i] for i in order])


@rows("%d bytes in pieces of %d", [((s, p), s, p) for s, p in (
    (1, 8), (8, 8), (9, 8), (1472, 8), (4000, 1480), (9000, 552),
    (65507, 1480), (65507, 8192))])
def sizes(size, piece):
    d = Datagram(size)
    frames = d.cut(*range(piece, len(d.payload), piece))
    random.Random(size).shuffle(frames)
    whole(d, frames)


@check("datagrams of one sender whose fragments come mixed")
def mixed():
    delta = Delta(ns)
    datagrams = [Datagram(400, seed=i + 1) for i in range(10)]
    frames = [f for d in datagrams for f in d.cut(8, 16, 200)]
    random.Random(1).shuffle(frames)
    equal(send(*frames), [], "answers")
    same(sorted(sock.pending()), sorted(d.data for d in datagrams),
         "datagrams")
    equal(delta.drops(), {}, "drops")


@rows("fragments that differ in %s are of two datagrams", [
    ("identification", 4, 1), ("protocol", 9, 1), ("source", 15, 1)])
def apart(byte, step):
    d = Datagram(40)
    first, last = d.cut(16)
    other = bytearray(last[14:])
    other[byte] ^= step
    nothing([first, d.link + renew(bytes(other))], {})
    whole_later(d, last)


def whole_later(datagram, frame):
    """The last missing piece."""
    equal(send(frame), [], "answers")
    same(sock.pending(), [datagram.data], "datagrams")


@check("a hole: nothing until it is filled")
def hole():
    d = Datagram(100)
    frames = d.cut(40, 64)
    nothing([frames[0], frames[2]], {})
    whole_later(d, frames[1])


@check("the header is the first fragment's: its options, its TTL")
def header():
    d = Datagram(100)
    rest = bytearray(d.head)
    rest[8] = 3
    opts = bytearray(d.head + b"\1\1\1\0")
    opts[0] = 0xe6
    delta = Delta(ns)
    for frames in ([d.part(48, 108, head=rest), d.part(0, 48, head=opts)],
                   [d.part(0, 48, head=opts), d.part(48, 108, head=rest)]):
        equal(send(*frames), [], "answers")
        same(sock.pending(), [d.data], "datagrams")
    equal(delta.drops(), {}, "drops")


@check("a checksum over the whole is looked at when it is whole")
def checksum():
    d = Datagram(100)
    frames = d.cut(40)
    frames[1] = frames[1][:-1] + bytes([frames[1][-1] ^ 1])
    nothing(frames[:1], {})
    delta = Delta(ns)
    equal(send(frames[1]), [], "answers")
    equal((sock.pending(), delta.drops()), ([], {"UdpChecksum": 1}), "end")


@check("to a port nobody listens at: the error quotes the datagram")
def closed_port():
    d = Datagram(100)
    head = d.payload[:2] + b"\0\x09" + d.payload[4:6] + b"\0\0"
    d.payload = head + d.payload[8:]
    answers = tap.exchange(*d.cut(40, 64))
    equal([(f[XICMP].type, f[XICMP].code) for f in answers], [(3, 3)], "error")
    quote = bytes(answers[0][XICMP].payload)
    equal(quote[20:], d.payload, "quote")
    equal(quote[6:8], b"\0\0", "flags and offset of the quote")


@check("fragments on lo and to a broadcast are put together too")
def broadcast():
    d = Datagram(100, dst="10.9.0.255")
    whole(d, [b"\xff" * 6 + f[6:] for f in d.cut(40, 64)])


# --- not put together --------------------------------------------------------------

@rows("%s is tolerated", [
    ("each fragment twice", lambda d: [f for f in d.cut(40, 64)
                                       for _ in (0, 1)][:-1], 2),
    ("a fragment within one that is there",
     lambda d: [d.part(0, 64), d.part(8, 24), d.part(64, 108)], 1),
    ("one that two in a row have covered",
     lambda d: [d.part(0, 32), d.part(32, 64), d.part(16, 48),
                d.part(64, 108)], 1)])
def duplicate(frames, count):
    d = Datagram(100)
    delta = Delta(ns)
    equal(send(*frames(d)), [], "answers")
    same(sock.pending(), [d.data], "datagrams")
    equal(delta.drops(), {"FragDuplicate": count}, "drops")


@rows("%s ends the datagram", [
    ("an overlap at the front", [(16, 64), (0, 24)]),
    ("an overlap at the back", [(0, 40), (32, 64)]),
    ("one that covers another", [(16, 32), (8, 40)]),
    ("one that reaches over a hole", [(0, 16), (32, 48), (8, 40)]),
    ("an overlap of the last one", [(64, 108), (40, 72)])])
def overlap(parts):
    d = Datagram(100)
    nothing([d.part(a, b, filler=i) for i, (a, b) in enumerate(parts)],
            {"FragOverlap": 1})
    # what comes later begins anew, and what was there is forgotten
    whole(d, d.cut(40, 64))


@rows("%s ends the datagram: its length", [
    ("a piece behind the last", [(64, 108, False), (112, 120, True)]),
    ("a last one before what is there", [(64, 96, True), (40, 48, False)]),
    ("two last ones", [(64, 96, False), (96, 104, False)])])
def length(parts):
    d = Datagram(112)
    nothing([d.part(a, b, more) for a, b, more in parts], {"FragLength": 1})
    whole(d, d.cut(40, 64))


@check("more than 65,535 bytes with the header: the longest header counts")
def oversize():
    d = Datagram(65507)
    opts = bytearray(d.head + b"\1\1\1\0")
    opts[0] = 0xe6
    ends = list(range(8000, len(d.payload), 8000))
    frames = d.cut(*ends)
    frames[0] = d.part(0, 8000, head=opts)
    nothing(frames, {"FragLength": 1})
    whole(d, d.cut(*ends))


# Two fragments' ECN bits, and those of the whole; None: they cannot be
ECN = [(0, 0, 0), (0, 1, None), (0, 2, None), (0, 3, None), (1, 0, None),
       (1, 1, 1), (1, 2, 1), (1, 3, 3), (2, 0, None), (2, 1, 2), (2, 2, 2),
       (2, 3, 3), (3, 0, None), (3, 1, 3), (3, 2, 3), (3, 3, 3)]


@rows("ECN bits %s", [("%d and %d: %s" % row, *row) for row in ECN])
def ecn(first, last, want):
    with ns:
        told = ns.udp("0.0.0.0", 8)
    told.option(socket.SOL_IP, IP_RECVTOS, 1)
    d = Datagram(60)
    d.payload = d.payload[:2] + b"\0\x08" + d.payload[4:6] + b"\0\0" + \
        d.payload[8:]
    delta = Delta(ns)
    send(d.part(0, 40, tos=0xb8 | first), d.part(40, 68, tos=0xb8 | last))
    if want is None:
        equal(told.pending(), [], "datagrams")
        equal(delta.drops(), {"FragEcn": 1}, "drops")
    else:
        cmsgs = told.sock.recvmsg(100, 100)[1]
        equal([c[2][0] for c in cmsgs if c[1] == IP_TOS], [0xb8 | want], "TOS")
    told.close()


# --- time and room -------------------------------------------------------------------

@check("after frag_time it ends; who sent the first fragment is told, once")
def expires():
    ns.sysctl(frag_time=1)
    d, e = Datagram(100), Datagram(100)
    delta = Delta(ns)
    first = d.part(0, 40)
    nothing([first, d.part(64, 108), e.part(40, 64), e.part(64, 108)], {})
    until(lambda: delta.get("Ip.ReasmTimeout") == 2, "both time out")
    frames = tap.fence()
    equal([(f[XICMP].type, f[XICMP].code) for f in frames], [(11, 1)], "error")
    equal(bytes(frames[0][XICMP].payload), first[14:], "quote")
    equal(delta.drops(), {"FragTimeout": 2}, "drops")
    equal(delta.get("Ip.ReasmFails"), 2, "ReasmFails")
    whole(d, d.cut(40, 64))
    ns.sysctl(frag_time=30)


@check("no error for a broadcast that times out")
def expires_broadcast():
    ns.sysctl(frag_time=1)
    d = Datagram(100, dst="10.9.0.255")
    delta = Delta(ns)
    nothing([b"\xff" * 6 + d.part(0, 40)[6:]], {})
    until(lambda: delta.get("Ip.ReasmTimeout") == 1, "it times out")
    equal(tap.fence(), [], "frames")
    ns.sysctl(frag_time=30)


def defaults():
    """Time and room as they were, and nothing under way."""
    ns.sysctl(frag_high_thresh=4194304)
    ns.sysctl(frag_low_thresh=3145728)
    ns.sysctl(frag_time=30)
    tap.fence()


def first_ones(count):
    """How many first fragments of as many datagrams are taken."""
    delta = Delta(ns)
    late = tap.exchange(*[Datagram(600, seed=1).part(0, 600)
                          for _ in range(count)])
    equal({(f[XICMP].type, f[XICMP].code) for f in late} <= {(11, 1)}, True,
          "nothing but time exceeded")
    drops = delta.drops()
    drops.pop("FragTimeout", 0)
    equal(set(drops) <= {"FragMemory"}, True, "drops %r" % drops)
    return count - drops.get("FragMemory", 0)


@check("frag_high_thresh bounds what waits; below frag_low_thresh it goes on")
def thresholds():
    ns.sysctl(frag_time=1)
    ns.sysctl(frag_low_thresh=20000)
    ns.sysctl(frag_high_thresh=100000)
    taken = first_ones(300)
    equal(20 <= taken <= 150, True, "%d taken" % taken)
    equal(first_ones(5), 0, "taken when full")
    until(lambda: first_ones(1) == 1, "room again", 20)
    defaults()
    d = Datagram(100)
    whole(d, d.cut(40, 64))


@check("what was begun is completed between the two")
def hysteresis():
    delta = Delta(ns)
    ns.sysctl(frag_low_thresh=1)
    ns.sysctl(frag_high_thresh=100000)
    begun = Datagram(100)
    nothing([begun.part(0, 40)], {})
    ns.sysctl(frag_time=1)
    first_ones(300)
    ns.sysctl(frag_high_thresh=200000)
    equal(first_ones(1), 0, "a new one")
    until(lambda: delta.get("Ip.ReasmTimeout") > 10, "ReasmTimeout", 20)
    tap.fence()
    equal(first_ones(1), 0, "a new one while something waits")
    whole_later(begun, begun.part(40, 108))
    # those of other checks wait for 30 s yet
    ns.sysctl(frag_low_thresh=100000)
    equal(first_ones(1), 1, "one that is taken when there is room")
    defaults()


@check("frag_mem_max bounds all namespaces together")
def host_bound():
    path = "/sys/module/xinet/parameters/frag_mem_max"
    with open(path, encoding="ascii") as knob:
        before = knob.read()
    with open(path, "w", encoding="ascii") as knob:
        knob.write("60000")
    taken = first_ones(200)
    with open(path, "w", encoding="ascii") as knob:
        knob.write(before)
    equal(10 <= taken <= 100, True, "%d taken" % taken)
    equal(first_ones(10), 10, "taken when the limit is gone")


@rows("%s cannot be set", [
    ("frag_low_thresh above the high one", "frag_low_thresh", 4194305),
    ("frag_high_thresh below the low one", "frag_high_thresh", 3145727),
    ("frag_time of 0", "frag_time", 0),
    ("a negative frag_low_thresh", "frag_low_thresh", -1)])
def bad_values(name, value):
    was = ns.get_sysctl(name)
    try:
        ns.sysctl(**{name: value})
    except OSError:
        equal(ns.get_sysctl(name), was, name)
        return
    raise AssertionError("it was taken")


# --- a router ---------------------------------------------------------------------------

def sent_on(*frames):
    """Packets that leave at the far side, as bytes."""
    equal(send(*frames), [], "answers")
    found = []
    while True:
        frame = far.read()
        if frame is None:
            return found
        if frame[12:14] == b"\x88\xb5":
            found.append(frame[14:])


@rows("a packet of %d bytes to a link of 600: %d packets", [
    ((n, c), n, c) for n, c in ((599, 1), (600, 1), (601, 2), (1176, 2),
                                (1177, 3), (1500, 3), (9000, 16),
                                (65535, 114))])
def cuts(size, count):
    d = Datagram(size - 28, dst=FAR)
    delta = Delta(ns)
    packets = sent_on(d.link + d.head + d.payload)
    equal(len(packets), count, "packets")
    if count > 1:
        same([judge(packets, d)], [d.payload], "payload")
    equal((delta.get("Ip.FragOKs"), delta.get("Ip.FragCreates"),
           delta.get("Ip.FragFails"), delta.drops()),
          (int(count > 1), count if count > 1 else 0, 0, {}), "counters")


@check("DF forbids it: the sender is told the link's MTU")
def forbidden():
    d = Datagram(1000, dst=FAR, flags=2)
    answers = tap.exchange(d.link + d.head + d.payload)
    equal([(f[XICMP].type, f[XICMP].code, f[XICMP].rest) for f in answers],
          [(3, 4, b"\0\0" + struct.pack("!H", 600))], "answers")
    equal(far.read(), None, "frames sent on")


@check("a fragment is cut again: offsets go on, MF stays")
def cut_again():
    d = Datagram(3000, dst=FAR)
    first, middle, last = d.cut(1480, 2960)
    same([judge(sent_on(first), d, more=True)], [d.payload[:1480]], "first")
    same([judge(sent_on(middle), d, first=1480, more=True)],
         [d.payload[1480:2960]], "middle")
    same([judge(sent_on(last), d, first=2960)], [d.payload[2960:]], "last")


# Options of the packet, and of the fragments behind the first.
OPTIONS = [("none that is copied", b"\x07\x07\x04\0\0\0\0\0", b""),
           ("router alert", b"\x94\x04\0\0", b"\x94\x04\0\0"),
           ("one of each", b"\x07\x07\x04\0\0\0\0\x01\x94\x04\0\0",
            b"\x94\x04\0\0"),
           ("padding before it", b"\x01\x01\x01\x01\x94\x04\0\0",
            b"\x94\x04\0\0"),
           ("an unknown one of 3 bytes", b"\xc8\x03\x55\0", b"\xc8\x03\x55\0"),
           ("forty bytes, all copied", b"\xc8\x28" + b"\x55" * 38,
            b"\xc8\x28" + b"\x55" * 38)]


@rows("options: %s", OPTIONS)
def options(given, copied):
    d = Datagram(1400, dst=FAR, options=given)
    packets = sent_on(d.link + d.head + d.payload)
    equal(len(packets) > 2, True, "%d packets" % len(packets))
    first = given.replace(b"\x07\x07\x04\0\0\0\0",
                          b"\x07\x07\x08" + socket.inet_aton("10.9.1.1"))
    equal(packets[0][20:(packets[0][0] & 15) * 4], first, "of the first")
    for packet in packets[1:]:
        equal(packet[20:(packet[0] & 15) * 4], copied, "of the others")
    same([judge(packets, d)], [d.payload], "payload")


@check("what was cut here is put together there")
def round_trip():
    for size in (601, 1500, 4000, 65507):
        d = Datagram(size, dst=FAR)
        packets = sent_on(d.link + d.head + d.payload)
        random.Random(size).shuffle(packets)
        # the same fragments, to the host itself
        back = []
        for p in packets:
            p = bytearray(p)
            p[16:20] = socket.inet_aton(HOST)
            back.append(d.link + renew(bytes(p)))
        equal(send(*back), [], "answers")
        got = sock.pending()
        # the UDP checksum was for the other destination
        equal(got, [], "datagrams with a checksum for another")
        d = Datagram(size, dst=FAR)
        d.payload = d.payload[:6] + b"\0\0" + d.payload[8:]
        packets = sent_on(d.link + d.head + d.payload)
        back = [d.link + renew(p[:16] + socket.inet_aton(HOST) + p[20:])
                for p in packets]
        equal(send(*back), [], "answers")
        same(sock.pending(), [d.data], "datagrams")


# --- at random ----------------------------------------------------------------------------

@check("400 datagrams cut at random, shuffled, doubled, with parts missing")
def fuzz():
    # what is incomplete must not time out on a slow machine meanwhile
    ns.sysctl(frag_time=3600)
    rand = random.Random(4711)
    for turn in range(20):
        frames, want = [], []
        for i in range(20):
            d = Datagram(rand.randrange(1, 3000), seed=turn * 100 + i + 1)
            size = len(d.payload)
            ends = sorted(rand.sample(range(8, size, 8),
                                      min(rand.randrange(8), (size - 1) // 8)))
            parts = d.cut(*ends)
            if len(parts) > 1 and rand.random() < 0.3:
                parts.pop(rand.randrange(len(parts)))
            else:
                want.append(d.data)
            frames += parts
        rand.shuffle(frames)
        doubled = []
        for frame in frames:
            doubled.append(frame)
            if frame[20:22] != b"\0\0" and rand.random() < 0.2:
                doubled.append(frame)
        delta = Delta(ns)
        equal(send(*doubled), [], "answers")
        same(sorted(sock.pending()), sorted(want), "datagrams")
        equal(set(delta.drops()) <= {"FragDuplicate"}, True, "drops")


if __name__ == "__main__":
    need()
    ktap.run(setup)
