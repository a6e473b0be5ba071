#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0
"""Options: filled by each hop, echoed by the last, set and read by sockets.

	           +-------- r1 --------+        +-------- r2 --------+
	tap t0 ────┤ 10.9.0.1  10.9.1.1 ├─ veth ─┤ 10.9.1.2  10.9.2.1 ├── tap t1
	10.9.0.2   |     10.9.2.0/24    |        |     10.9.0.0/24    |   10.9.2.2
	           |     via 10.9.1.2   |        |     via 10.9.1.1   |
	           +--------------------+        +--------------------+
"""
import select
import socket
import struct
import time

import ktap
from ktap import check, rows
from xlab import SLOW, Delta, Ns, command, equal, need, refused, veth
from xwire import HOST, PEER, XICMP, XIP, XUDP, Tap, calm
from xinet_scapy import inet_checksum, option

R1_OUT, R2_IN, R2_OUT, FAR = "10.9.1.1", "10.9.1.2", "10.9.2.1", "10.9.2.2"
FAR_MAC, OUT_MAC = "02:00:00:00:01:02", "02:00:00:00:01:01"
IP_MTU_DISCOVER, IP_PMTUDISC_DO = 10, 2
SOL_IP, IP_OPTIONS, IP_RECVOPTS, IP_RETOPTS = 0, 4, 6, 7
RR, TS, RA = 7, 68, 148
DAY = 86400000
r1 = r2 = tap = far = None


def setup():
    global r1, r2, tap, far
    r1, r2 = Ns("r1"), Ns("r2")
    tap = Tap(r1)
    veth(r1, "a1", r2, "b0")
    far = Tap(r2, dev="t1", mac=OUT_MAC, addr=R2_OUT, peer=FAR,
              peer_mac=FAR_MAC)
    r1.xip("addr add 10.9.1.1/24 dev a1", "route add 10.9.2.0/24 via " + R2_IN)
    r2.xip("addr add 10.9.1.2/24 dev b0", "route add 10.9.0.0/24 via " + R1_OUT)
    for router in (r1, r2):
        calm(router)
        router.sysctl(forwarding=1)
    # the routers find each other before anything is counted
    tap.send(tap.udp(b"first", dst=FAR))
    far.wait(XUDP)


def addr(*texts):
    return b"".join(socket.inet_aton(text) for text in texts)


def rr(slots, *taken, pointer=None):
    """Record Route with so many slots, some of them taken."""
    data = addr(*taken) + bytes(4 * (slots - len(taken)))
    return option(RR, 4 + 4 * len(taken) if pointer is None else pointer,
                  *data)


def ts(flag, data, pointer=5, overflow=0):
    return option(TS, pointer, overflow << 4 | flag, *data)


def padded(opts):
    return opts + bytes(-len(opts) % 4)


def through(opts, **fields):
    """What becomes of the options of a datagram through both routers."""
    tap.send(tap.udp(b"through", dst=FAR, options=opts, **fields))
    packet = far.wait(XUDP)
    equal(inet_checksum(bytes(packet[XIP])[:packet[XIP].ihl * 4]), 0,
          "header checksum")
    equal(bytes(packet[XUDP].payload), b"through", "data")
    return packet[XIP].options


def now_ms():
    return time.time_ns() // 1000000 % DAY


def near(stamp):
    """Is a time stamp this moment's? The clocks are the same."""
    value, = struct.unpack("!I", stamp)
    if (now_ms() - value) % DAY > 20000:
        raise AssertionError("time %d, now %d" % (value, now_ms()))


# --- what each hop writes --------------------------------------------------------------

@rows("record route with %d slots, empty", [(n, n) for n in range(10)])
def record(slots):
    hops = (R1_OUT, R2_OUT)[:slots]
    equal(through(rr(slots)), padded(rr(slots, *hops)), "options")


@rows("record route with 3 slots, %d taken", [(n, n) for n in range(4)])
def record_taken(taken):
    before = ("1.1.1.1", "2.2.2.2", "3.3.3.3")[:taken]
    after = (before + (R1_OUT, R2_OUT))[:3]
    equal(through(rr(3, *before)), padded(rr(3, *after)), "options")


@rows("times alone, %d slots", [(n, n) for n in range(4)])
def times(slots):
    got = through(ts(0, bytes(4 * slots)))
    taken = min(slots, 2)
    equal(got[:4], bytes([TS, 4 + 4 * slots, 5 + 4 * taken,
                          (2 - taken) << 4]), "option")
    for i in range(taken):
        near(got[4 + 4 * i:8 + 4 * i])
    equal(got[4 + 4 * taken:], bytes(4 * (slots - taken)), "slots left")


@rows("addresses and times, %d slots", [(n, n) for n in range(4)])
def times_addresses(slots):
    got = through(ts(1, bytes(8 * slots)))
    taken = min(slots, 2)
    equal(got[:4], bytes([TS, 4 + 8 * slots, 5 + 8 * taken,
                          (2 - taken) << 4 | 1]), "option")
    for i, hop in list(enumerate((R1_OUT, R2_OUT)))[:taken]:
        equal(got[4 + 8 * i:8 + 8 * i], addr(hop), "address")
        near(got[8 + 8 * i:12 + 8 * i])


@rows("times of hosts named: %s", [
    ("first router", (HOST, FAR), 1), ("second router", (R2_IN, FAR), 1),
    ("both", (R1_OUT, R2_OUT), 2), ("none on the way", (FAR, HOST), 0),
    ("out of order", (R2_OUT, R1_OUT), 1)])
def times_named(names, taken):
    slots = b"".join(addr(name) + bytes(4) for name in names)
    got = through(ts(3, slots))
    equal(got[:4], bytes([TS, 20, 5 + 8 * taken, 3]), "option")
    for i, name in enumerate(names):
        equal(got[4 + 8 * i:8 + 8 * i], addr(name), "address")
        if i < taken:
            near(got[8 + 8 * i:12 + 8 * i])
        else:
            equal(got[8 + 8 * i:12 + 8 * i], bytes(4), "time not stamped")


@check("the count of hops without room goes up to 15")
def overflow():
    equal(through(ts(0, b"\1\2\3\4", pointer=9, overflow=13)),
          ts(0, b"\1\2\3\4", pointer=9, overflow=15), "options")


@rows("as it came: %s", [
    ("router alert", option(RA, 0, 0)), ("NOPs", b"\1" * 40),
    ("an option not known", option(30, 7, 8, 9) + b"\1\1\1"),
    ("record route, full", padded(rr(2, HOST, FAR))),
    ("named hosts, full", ts(3, addr(R1_OUT) + bytes(4), pointer=13))])
def as_it_came(opts):
    equal(through(opts), padded(opts), "options")


@rows("laid out: %s", [
    ("both at once", rr(2) + b"\1" + ts(1, bytes(8)),
     rr(2, R1_OUT, R2_OUT) + b"\1"),
    ("behind NOPs", b"\1\1\1" + rr(1), b"\1\1\1" + rr(1, R1_OUT)),
    ("behind router alert", option(RA, 0, 0) + rr(2),
     option(RA, 0, 0) + rr(2, R1_OUT, R2_OUT)),
    ("junk behind the end", rr(1) + b"\0" + b"\7\7\7\7",
     rr(1, R1_OUT) + bytes(5))])
def layout(opts, want):
    equal(through(opts)[:len(want)], want, "options")


@check("a fragment's options are filled as a datagram's")
def fragment():
    tap.send(tap.xip(proto=17, dst=FAR, flags=1, options=rr(2)) / bytes(16))
    equal(far.wait(XIP)[XIP].options, padded(rr(2, R1_OUT, R2_OUT)), "options")


# --- malformed -------------------------------------------------------------------------

@rows("parameter problem: %s", [
    ("no length", b"\1\1\1\7", 23), ("length 0", b"\7\0\0\0", 21),
    ("length 1", b"\xc8\1\0\0", 21),
    ("length behind the header", b"\xc8\5\0\0", 21),
    ("record route, length 2", b"\7\2\0\0", 21),
    ("record route, half an address", b"\7\5\4\0\0\0\0\0", 21),
    ("record route, pointer 3", rr(1, pointer=3), 22),
    ("record route, pointer 5 of 7", rr(1, pointer=5), 22),
    ("record route, pointer 7 of 7", rr(1, pointer=7), 22),
    ("record route twice", rr(0) + rr(0), 23),
    ("time, length 3", b"\x44\3\5\0", 21),
    ("time, half a slot", b"\x44\6\5\0\0\0\0\0", 21),
    ("time, pointer 4", ts(0, bytes(4), pointer=4), 22),
    ("time, pointer 6 of 8", ts(0, bytes(4), pointer=6), 22),
    ("time, flag 2", ts(2, bytes(8)), 23),
    ("time, flag 4", ts(4, bytes(8)), 23),
    ("time, flag 15", ts(15, bytes(8)), 23),
    ("address and time, half a slot", ts(1, bytes(4)), 22),
    ("named, half a slot", ts(3, bytes(12), pointer=13), 22),
    ("time, count of 15 full", ts(0, bytes(4), 9, 15), 23),
    ("address and time, count of 15 full", ts(1, bytes(8), 13, 15), 23),
    ("time twice", ts(0, b"") + ts(0, b""), 24),
    ("router alert, length 3", b"\x94\3\0\0", 21)])
def malformed(opts, pointer):
    for target in (FAR, HOST):
        frame = tap.udp(b"bad", dst=target, options=opts)
        delta = Delta(r1)
        answers = tap.exchange(frame)
        equal([(f[XICMP].type, f[XICMP].code, f[XICMP].rest[0])
               for f in answers], [(12, 0, pointer)], "answers to " + target)
        # the packet as it came, nothing filled in, no options on the answer
        equal(bytes(answers[0][XICMP].payload), bytes(frame)[14:], "quote")
        equal(answers[0][XIP].options, b"", "options of the answer")
        equal(delta.drops(), {"BadOptions": 1}, "drops")
    equal(far.frames(XUDP), [], "sent on")


@rows("a source route ends in silence: %s", [
    ("loose", option(131, 4, *addr(FAR))), ("strict", option(137, 4, *addr(FAR)))])
def source_route(opts):
    delta = Delta(r1)
    equal(tap.exchange(tap.udp(b"routed", options=opts)), [], "answers")
    equal(delta.drops(), {"SourceRoute": 1}, "drops")


# --- answers ---------------------------------------------------------------------------

def echo(opts, dst=HOST):
    """The options of the reply to an echo request."""
    tap.send(tap.xip(proto=1, dst=dst, options=opts) / XICMP(type=8) / b"echo")
    reply = tap.wait(XICMP)
    equal((reply[XICMP].type, reply[XIP].src, bytes(reply[XICMP].payload)),
          (0, dst, b"echo"), "reply")
    equal(inet_checksum(bytes(reply[XIP])[:reply[XIP].ihl * 4]), 0, "checksum")
    return reply[XIP].options


@rows("echo, record route with %d slots", [(n, n) for n in range(1, 10)])
def echo_record(slots):
    # it came in here, it went out here
    equal(echo(rr(slots)), padded(rr(slots, *(HOST, HOST)[:slots])), "options")


@rows("echo, record route with %d slots, through a router", [
    (n, n) for n in range(1, 10)])
def echo_record_far(slots):
    hops = (R1_OUT, R2_IN, R2_IN, HOST)[:slots]
    equal(echo(rr(slots), R2_IN), padded(rr(slots, *hops)), "options")


@check("echo, times, and hops that had no room counted on the way in alone")
def echo_times():
    got = echo(ts(0, bytes(8)))
    equal(got[:4], bytes([TS, 12, 13, 0]), "option")
    near(got[4:8])
    near(got[8:12])
    equal(echo(ts(0, b"", 5, 3)), ts(0, b"", 5, 4), "no slot")


@check("echo, named hosts")
def echo_named():
    got = echo(ts(3, addr(HOST) + bytes(4) + addr(PEER) + bytes(4)))
    equal(got[:8], bytes([TS, 20, 13, 3]) + addr(HOST), "option")
    near(got[8:12])
    equal(got[12:], addr(PEER) + bytes(4), "another's slot")


@check("echo, neither router alert nor what is not known")
def echo_other():
    equal(echo(option(RA, 0, 0) + option(30, 1, 2) + rr(1)),
          padded(rr(1, HOST)), "options")
    equal(echo(option(RA, 0, 0)), b"", "options")


@check("an echo whose record route cannot take our slot is not answered")
def echo_odd_pointer():
    delta = Delta(r1)
    equal(tap.exchange(tap.xip(proto=1, options=rr(2, pointer=5)) /
                       XICMP(type=8) / b"odd"), [], "answers")
    equal(delta.drops(), {"BadOptions": 1}, "drops")


@check("an error carries record route; its quote leaves room")
def error_echo():
    frame = tap.udp(bytes(600), dport=999, options=rr(9))
    answer, = tap.exchange(frame)
    equal((answer[XICMP].type, answer[XICMP].code), (3, 3), "type")
    equal(answer[XIP].options, padded(rr(9, HOST, HOST)), "options")
    equal(answer[XIP].len, 576, "length")
    frame = tap.udp(b"too far", dst=FAR, ttl=1, options=rr(9))
    answer, = tap.exchange(frame)
    equal(answer[XICMP].type, 11, "type")
    equal(answer[XIP].options, padded(rr(9, HOST)), "options")
    equal(bytes(answer[XICMP].payload), bytes(frame)[14:], "quote")


# --- sockets ---------------------------------------------------------------------------

def sock_with(opts, **words):
    sock = r1.udp(**words)
    sock.sock.setsockopt(SOL_IP, IP_OPTIONS, opts)
    return sock


@rows("IP_OPTIONS: %s", [
    ("record route", rr(3), rr(3, HOST)),
    ("record route of 9", rr(9), rr(9, HOST)),
    ("record route without room", rr(1, FAR), rr(1, FAR)),
    ("router alert", option(RA, 0, 0), option(RA, 0, 0)),
    ("NOPs", b"\1\1\1\1", b"\1\1\1\1"),
    ("count of 3 full", ts(0, bytes(4), 9, 3), ts(0, bytes(4), 9, 3)),
    ("not known, to root", option(30, 1, 2), option(30, 1, 2))])
def socket_options(opts, want):
    sock = sock_with(opts)
    sock.sendto(b"with options", PEER, 9)
    packet = tap.wait(XUDP)
    equal(packet[XIP].options, padded(want), "sent")
    equal(bytes(packet[XUDP].payload), b"with options", "data")
    equal(inet_checksum(bytes(packet[XIP])[:packet[XIP].ihl * 4]), 0, "checksum")
    equal(packet[XUDP].sum_over(bytes(packet[XUDP])), 0, "UDP checksum")
    equal(sock.sock.getsockopt(SOL_IP, IP_OPTIONS, 40), padded(opts), "read")
    sock.sock.setsockopt(SOL_IP, IP_OPTIONS, b"")
    equal(sock.sock.getsockopt(SOL_IP, IP_OPTIONS, 40), b"", "read, cleared")
    sock.sendto(b"without", PEER, 9)
    equal(tap.wait(XUDP)[XIP].options, b"", "sent, cleared")


@check("IP_OPTIONS: a time and an address of ours")
def socket_time():
    sock_with(ts(1, bytes(16))).sendto(b"x", PEER, 9)
    got = tap.wait(XUDP)[XIP].options
    equal(got[:8], bytes([TS, 20, 13, 1]) + addr(HOST), "option")
    near(got[8:12])
    equal(got[12:], bytes(8), "next slot")


@rows("IP_OPTIONS refused: %s", [
    ("41 bytes", b"\1" * 41), ("loose source route", option(131, 4, *bytes(4))),
    ("strict source route", option(137, 4, *bytes(4))),
    ("pointer 3", rr(1, pointer=3)), ("cut short", b"\7"),
    ("time flag 2", ts(2, bytes(4))), ("count of 15 full", ts(0, b"", 5, 15))])
def socket_refused(opts):
    sock = sock_with(option(RA, 0, 0)).connect(PEER, 9)
    refused("EINVAL", sock.sock.setsockopt, SOL_IP, IP_OPTIONS, opts)
    refused("EINVAL", sendmsg, sock, b"x", opts)
    equal(sock.sock.getsockopt(SOL_IP, IP_OPTIONS, 40), option(RA, 0, 0),
          "the old ones")


def sendmsg(sock, data, opts):
    """sendmsg(2) by a connected socket with IP_RETOPTS."""
    return sock.sock.sendmsg([data], [(SOL_IP, IP_RETOPTS, opts)])


@check("IP_RETOPTS with a message stands for the socket's own")
def retopts():
    sock = sock_with(option(RA, 0, 0)).connect(PEER, 9)
    for opts, want in ((rr(2), rr(2, HOST)), (b"", b""),
                       (b"\1\1", b"\1\1\0\0")):
        sendmsg(sock, b"x", opts)
        equal(tap.wait(XUDP)[XIP].options, padded(want), "sent")
    sock.send(b"x")
    equal(tap.wait(XUDP)[XIP].options, option(RA, 0, 0), "sent")


@rows("with %d bytes of options so much less fits", [
    (n, n) for n in (0, 4, 40)])
def socket_mtu(size):
    sock = sock_with(b"\1" * size)
    sock.option(SOL_IP, IP_MTU_DISCOVER, IP_PMTUDISC_DO)
    most = 1500 - 28 - size
    sock.sendto(bytes(most), PEER, 9)
    equal(tap.wait(XUDP)[XIP].len, 1500, "length")
    refused("EMSGSIZE", sock.sendto, bytes(most + 1), PEER, 9)


def receive(sock):
    """{type: data} of the next datagram's control messages."""
    if not select.select([sock.sock], [], [], 5 * SLOW)[0]:
        raise AssertionError("no datagram came")
    _, control, flags, _ = sock.sock.recvmsg(2000, 400)
    equal(flags, 0, "flags")
    return {kind: data for level, kind, data in control if level == SOL_IP}


@check("IP_RECVOPTS and IP_RETOPTS tell what came")
def recvopts():
    sock = r1.udp(HOST, 7001)
    came = option(RA, 0, 0) + rr(3, FAR)
    frame = tap.udp(b"x", dport=7001, options=came)
    here = option(RA, 0, 0) + rr(3, FAR, HOST)
    for flags, want in (
            ((0, 0), {}), ((1, 0), {IP_RECVOPTS: padded(here)}),
            ((0, 1), {IP_RETOPTS: padded(rr(3, FAR, HOST))}),
            ((1, 1), {IP_RECVOPTS: padded(here),
                      IP_RETOPTS: padded(rr(3, FAR, HOST))})):
        sock.option(SOL_IP, IP_RECVOPTS, flags[0])
        sock.option(SOL_IP, IP_RETOPTS, flags[1])
        equal((sock.sock.getsockopt(SOL_IP, IP_RECVOPTS),
               sock.sock.getsockopt(SOL_IP, IP_RETOPTS)), flags, "read")
        tap.send(frame)
        equal(receive(sock), want, "control messages")
    tap.send(tap.udp(b"x", dport=7001))
    equal(receive(sock), {}, "control messages without options")


@check("a UDP socket's answer carries no options of the request")
def udp_answer():
    sock = r1.udp(HOST, 7002)
    tap.send(tap.udp(b"x", dport=7002, options=rr(3)))
    sock.recv()
    sock.sendto(b"y", PEER, 4000)
    equal(tap.wait(XUDP)[XIP].options, b"", "options")


@check("many packets with options, none lost, none left")
def many():
    delta = Delta(r1)
    frame = tap.xip(proto=1, options=rr(9)) / XICMP(type=8) / b"many"
    raw = bytes(frame)
    equal(len(tap.exchange(*[raw] * 300)), 300, "answers")
    equal(delta.drops(), {}, "drops")


@check("xip ping -R shows the route")
def ping():
    r1.sysctl(ping_group_range="0 0")
    with r1:
        text = command("xip", "ping", "-R", "-c", "2", "-i", "0.01", R2_OUT)
    lines = text.splitlines()
    equal(lines[0].endswith("56(124) bytes of data."), True, lines[0])
    at = [i for i, line in enumerate(lines) if line.startswith("RR: ")]
    equal(len(at), 1, "routes shown\n" + text)
    equal(lines[at[0]:at[0] + 4], ["RR: \t" + R1_OUT, "\t" + R2_OUT,
                                   "\t" + R2_OUT, "\t" + R1_OUT], "route")
    equal([line for line in lines if line.endswith("\t(same route)")] != [],
          True, "the second\n" + text)


if __name__ == "__main__":
    need()
    ktap.run(setup)
