#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0
"""The filter: what its rules match and do, its policies, and how it changes.

	         +------------ router ------------+
	tap t0 ──┤ 10.9.0.1/24        10.9.1.1/24 ├── tap t1
	10.9.0.2 +--------------------------------+   10.9.1.2

A frame that is written to a tap has gone through the stack when write(2)
returns, so a counter that has not risen by then will not rise.
"""
import json
import socket
import struct
import subprocess
import threading
import time

import ktap
from ktap import check, rows
from xlab import (SLOW, Delta, Ns, command, equal, need, refused, until)
from xwire import HOST, PEER, Tap, XICMP, XIP, XUDP, calm

FAR, FAR_HOST, FAR_MAC = "10.9.1.2", "10.9.1.1", "02:00:00:00:01:02"
HOOKS = ("input", "forward", "output")
CAUSE = {"input": "FilterInput", "forward": "FilterForward",
         "output": "FilterOutput"}

ns = near = far = None


def setup():
    global ns, near, far
    ns = Ns("router")
    near = Tap(ns)
    far = Tap(ns, "t1", mac="02:00:00:00:01:01", addr=FAR_HOST, peer=FAR,
              peer_mac=FAR_MAC)
    ns.sysctl(forwarding=1)
    calm(ns)


# --- rules -----------------------------------------------------------------------------

def xip(line, feed=None, status=0):
    """One command of xip in the namespace."""
    with ns:
        return command("xip", *line.split(), feed=feed, status=status)


def ruleset(*lines):
    """Exactly these rules; policies accept unless they are among them."""
    policies = ["policy %s accept" % hook for hook in HOOKS
                if not any(line.startswith("policy " + hook)
                           for line in lines)]
    xip("filter replace -f -", "\n".join(policies + list(lines)) + "\n")


def shown():
    """What xip shows, as JSON."""
    return [r for r in json.loads(xip("-j filter show")) if "handle" in r]


def handles(hook="input"):
    return [r["handle"] for r in shown() if r["hook"] == hook]


def counts(hook="input"):
    """[(packets, bytes)] of a list's rules."""
    return [(r["packets"], r["bytes"]) for r in shown() if r["hook"] == hook]


# --- packets ---------------------------------------------------------------------------

def udp(tap=None, sport=4000, dport=7, data=b"", **fields):
    return (tap or near).xip(proto=17, **fields) / \
        XUDP(sport=sport, dport=dport) / data


def tcp(sport=4000, dport=80, **fields):
    return near.xip(proto=6, **fields) / (
        struct.pack("!HHIIBBHHH", sport, dport, 1, 0, 0x50, 2, 8192, 0, 0))


def other(proto, data=b"12345678", **fields):
    return near.xip(proto=proto, **fields) / data


def ping(**fields):
    return near.xip(proto=1, **fields) / XICMP(type=8, rest=b"\0\1\0\1")


def hits(hook, frame, tap=None):
    """Did the hook's list drop it?"""
    delta = Delta(ns)
    (tap or near).send(frame)
    drops = delta.drops()
    return drops.get(CAUSE[hook], 0) + drops.get("FilterReject", 0)


def out(mark=None, sport=0, dst=PEER, dport=9, data=b"out"):
    """Send from the router; the errno's name, or 0. The port is kept."""
    sock = ns.udp("0.0.0.0", sport)
    try:
        if mark is not None:
            sock.option(socket.SOL_SOCKET, 36, mark)        # SO_MARK
        sock.sendto(data, dst, dport)
        return 0
    except OSError as error:
        return error.errno
    finally:
        sock.close()


# --- what matches ----------------------------------------------------------------------

# The first rule that matches counts, so a frame must end at its own row: each
# row's frames pass by all rules above, some of which they only just miss.
MATCHES = [
    ("src 10.9.0.3", lambda: [udp(src="10.9.0.3"), tcp(src="10.9.0.3")]),
    ("src 10.9.0.4/31", lambda: [udp(src="10.9.0.4"), udp(src="10.9.0.5")]),
    ("src 10.9.0.128/25", lambda: [udp(src="10.9.0.128"),
                                   udp(src="10.9.0.254")]),
    ("src 10.9.0.6 dst 10.9.1.0/24", lambda: [
        udp(src="10.9.0.6", dst=FAR_HOST)]),
    ("iif t1", lambda: [udp(far, dst=HOST)]),
    ("iif t", lambda: []),
    ("iif nosuchdevice0", lambda: []),
    ("proto udp dport 7", lambda: [udp(), udp(src="10.9.0.6"),
                                   udp(src="10.9.0.127"),
                                   udp(options=b"\1" * 40)]),
    ("proto udp dport 100-200", lambda: [udp(dport=100), udp(dport=200)]),
    ("proto udp sport 5000", lambda: [udp(sport=5000, dport=8)]),
    ("proto tcp sport 1-4000 dport 80", lambda: [tcp(), tcp(sport=1)]),
    ("proto icmp", lambda: [ping()]),
    ("proto 99", lambda: [other(99)]),
    ("proto 0", lambda: [other(0)]),
    # all ports; what ends before the ports are there has none
    ("proto udp dport 0-65535", lambda: [
        udp(dport=6), udp(dport=8), udp(dport=99), udp(dport=201),
        udp(dport=0), udp(dport=65535), udp(dport=4000, sport=7),
        udp(sport=4999, dport=8), other(17, b"\0\1\0\2")]),
    ("proto udp src 10.9.0.0/16", lambda: [other(17, b"\0\1\0"),
                                          other(17, b"")]),
    ("dst 10.9.0.1 proto tcp", lambda: [
        tcp(sport=4001), tcp(dport=81), tcp(sport=0), tcp(dport=7)]),
    ("src 0.0.0.0/0", lambda: [other(98), other(253)]),
    ("", lambda: []),
]


@rows("input matches: %s", [
    ("one rule after the other", []),
    ("through the classifier of long lists",
     ["add input src 10.200.%d.0/24 drop" % n for n in range(40)])])
def matches(before):
    # no more than the longest list that is tried rule by rule at a time
    for part in (MATCHES[:11], MATCHES[11:]) if not before else (MATCHES,):
        ruleset(*before, *["add input %s drop" % m[0] for m in part])
        for match, make in part:
            for frame in make():
                tap = far if frame.dst == far.mac else near
                equal(hits("input", frame, tap), 1,
                      "drops of %s for %s" % (frame.summary(), match))
        equal([p for p, _ in counts()][len(before):],
              [len(make()) for _, make in part], "packets by rule")


@check("forward matches iif, oif, addresses and ports; and input does not")
def forward_matches():
    ruleset("add forward iif t0 oif t1 src 10.9.0.2 dst 10.9.1.0/24 "
            "proto udp dport 7 drop", "add input drop")
    equal(hits("forward", udp(dst=FAR)), 1, "drops")
    equal(hits("forward", udp(dst=FAR, dport=8)), 0, "another port")
    equal(hits("forward", udp(src="10.9.0.3", dst=FAR)), 0, "another source")
    equal(hits("forward", udp(far, dst=PEER)), 0, "the other way")
    equal(len(far.frames(XUDP)), 2, "frames forwarded")
    near.frames()
    for device, want in (("t1", 1), ("t0", 0)):
        ruleset("add forward oif %s drop" % device)
        equal(hits("forward", udp(dst=FAR)), want, "oif " + device)
    far.frames()


@check("output matches oif, ports and marks; the sender gets EPERM")
def output_matches():
    ruleset("add output proto udp sport 5000 drop",
            "add output oif t1 drop",
            "add output mark 5 drop", "add output mark 0x10/0xf0 drop")
    delta = Delta(ns)
    for want, words in ((1, {"sport": 5000}), (0, {"sport": 5001}),
                        (1, {"dst": FAR}), (1, {"mark": 5}), (0, {"mark": 4}),
                        (0, {"mark": 0x105}), (1, {"mark": 0x1f}),
                        (1, {"mark": 0x710}), (0, {"mark": 0x2f})):
        equal(out(**words), want, "errno of %s" % words)
    equal(delta.drops(), {"FilterOutput": 5}, "drops")
    equal(len(near.frames(XUDP)), 4, "frames")


@check("forwarded fragments: the first has ports, the others have none")
def fragments():
    ruleset("add forward proto udp dport 7 drop")
    whole = bytes(XUDP(sport=1, dport=7, len=24) / bytes(16))
    first = near.xip(proto=17, dst=FAR, flags=1, id=1) / whole[:16]
    last = near.xip(proto=17, dst=FAR, frag=2, id=1) / whole[16:]
    # bytes that would be a port
    fake = near.xip(proto=17, dst=FAR, frag=2, id=2) / b"\0\1\0\7\0\0\0\0"
    equal([hits("forward", f) for f in (first, last, fake)], [1, 0, 0],
          "drops")
    ruleset("add forward proto udp drop")
    equal([hits("forward", f) for f in (first, last, fake)], [1, 1, 1],
          "drops by protocol")
    far.frames()


@check("input sees a datagram whole: a rule with ports drops all its fragments")
def fragments_input():
    ruleset("add input proto udp dport 7 drop")
    whole = bytes(XUDP(sport=1, dport=7, len=24) / bytes(16))
    equal(hits("input", near.xip(proto=17, flags=1, id=3) / whole[:16]), 0,
          "drops before it is whole")
    equal(hits("input", near.xip(proto=17, frag=2, id=3) / whole[16:]), 1,
          "drops")
    equal(counts(), [(1, 44)], "counters")


@check("options do not hide the ports")
def options():
    ruleset("add input proto udp dport 7 drop")
    equal(hits("input", udp(options=b"\1" * 40)), 1, "drops")
    equal(hits("input", udp(options=b"\1" * 4, dport=8)), 0, "drops")


# --- states of connections -------------------------------------------------------------

def icmp_error(quote):
    return near.xip(proto=1) / XICMP(type=3, code=3) / quote


def sent(sport, dport):
    """Send a datagram from the router to the peer; it, as it went out."""
    near.frames()
    equal(out(sport=sport, dport=dport), 0, "errno")
    return bytes(near.frames(XUDP)[0])[14:]


@check("ctstate: new, established, related, invalid")
def states():
    here = ns.udp("0.0.0.0", 7)
    ruleset("policy input drop", "add input ctstate invalid drop",
            "add input ctstate established accept",
            "add input ctstate related accept",
            "add input proto udp dport 7 ctstate new,untracked accept",
            "add output ctstate new accept")

    for _ in range(2):
        near.send(udp())
    here.sendto(b"back", PEER, 4000)
    near.send(udp())
    equal(hits("input", udp(dport=8)), 1, "drops of what nobody asked for")
    quote = sent(5000, 9)
    near.send(udp(sport=9, dport=5000))
    near.send(icmp_error(quote))
    unknown = near.ether() / XIP(src=HOST, dst=PEER, proto=17) / \
        XUDP(sport=6666, dport=9)
    equal(hits("input", icmp_error(bytes(unknown)[14:])), 1, "drops")
    equal([(r["hook"], r["packets"]) for r in shown()],
          [("input", 1), ("input", 2), ("input", 1), ("input", 2),
           ("output", 1)], "packets by rule")
    here.close()


@check("connections are tracked while a rule asks for their states, and only then")
def tracked():
    def rise():
        before = int(ns.get_sysctl("nf_conntrack_count"))
        near.send(udp(sport=tracked.port))
        tracked.port += 1
        return int(ns.get_sysctl("nf_conntrack_count")) - before

    tracked.port = 20000
    here = ns.udp("0.0.0.0", 7)
    ruleset("add input proto udp accept")
    equal(rise(), 0, "connections")
    xip("filter add forward ctstate invalid drop")
    equal(rise(), 1, "connections")
    xip("filter add input ctstate new drop")
    equal(rise(), 1, "connections, of what the rule before accepts")
    ruleset("add input ctstate new drop")
    equal(rise(), 0, "connections of what is dropped")
    equal(counts(), [(1, 28)], "packets")
    ruleset("add input ctstate untracked accept", "add input drop")
    here.pending()
    equal(rise(), 0, "connections of what is dropped")
    equal(here.pending(), [], "datagrams")
    ruleset()
    equal(rise(), 0, "connections")
    equal(len(here.pending()), 1, "datagrams")
    here.close()


# --- order, handles, positions ---------------------------------------------------------

@check("the first rule that matches decides")
def first_decides():
    ruleset("add input proto udp dport 7 accept", "add input proto udp drop",
            "add input drop")
    sock = ns.udp("0.0.0.0", 7)
    equal([hits("input", f) for f in (udp(), udp(dport=8), tcp())], [0, 1, 1],
          "drops")
    sock.recv()
    sock.close()
    equal([p for p, _ in counts()], [1, 1, 1], "packets")


@check("positions and handles: a rule comes where it is said, and keeps its name")
def positions():
    ruleset()
    ns.xip("filter add input proto 101 accept",
           "filter add input proto 102 accept",
           "filter add input position 1 proto 103 accept",
           "filter add input position 2 proto 104 accept",
           "filter add input position 5 proto 105 accept")
    rules = shown()
    equal([r["match"]["proto"] for r in rules],
          ["103", "104", "101", "102", "105"], "order")
    first = [r["handle"] for r in rules]
    equal(len(set(first)), 5, "handles that differ")
    ns.xip("filter del input handle %d" % first[1],
           "filter add input proto 106 accept")
    now = handles()
    equal(now[:-1], first[:1] + first[2:], "after del")
    equal(now[-1] in first, False, "a handle twice")
    ns.xip_refused("filter del input handle %d" % first[1])
    ns.xip_refused("filter del forward handle %d" % first[0])
    ns.xip_refused("filter add input position 7 proto 1 accept")
    equal(len(handles()), 5, "rules")


@check("counters: packets and bytes with headers, kept while other rules change")
def counters():
    ruleset("add input proto udp dport 7 drop", "add input proto udp drop")
    for size in (0, 1, 100):
        near.send(udp(data=bytes(size)))
    near.send(udp(dport=8))
    want = [(3, 3 * 28 + 101), (1, 28)]
    equal(counts(), want, "counters")
    ns.xip("filter add input position 1 proto 99 drop",
           "filter add input proto 98 drop",
           "filter add forward proto 98 drop", "filter policy input drop")
    equal(counts(), [(0, 0)] + want + [(0, 0)], "counters")
    ns.xip("filter del input handle %d" % handles()[0],
           "filter policy input accept")
    equal(counts(), want + [(0, 0)], "counters")


# --- policies --------------------------------------------------------------------------

@check("a policy that drops: what no rule accepts ends, rules or not")
def policy():
    ruleset("policy input drop")
    equal([hits("input", f) for f in (udp(), tcp(), ping())], [1, 1, 1],
          "drops")
    equal(hits("forward", udp(dst=FAR)), 0, "drops at forward")
    equal(out(), 0, "errno at output")
    ruleset("policy input drop", "add input proto icmp accept")
    near.frames()
    equal(len(near.exchange(ping())), 1, "echo replies")
    ruleset("policy forward drop", "policy output drop")
    equal(hits("forward", udp(dst=FAR)), 1, "drops at forward")
    equal(out(), 1, "errno at output")
    equal(hits("input", udp()), 0, "drops at input")
    ruleset()
    near.frames()
    far.frames()


@check("flush takes the rules and leaves the policies")
def flush():
    ruleset("policy input drop", "add input proto udp accept",
            "add forward drop")
    xip("filter flush")
    equal(shown(), [], "rules")
    equal(hits("input", udp()), 1, "drops at input")
    equal(hits("forward", udp(dst=FAR)), 0, "drops at forward")
    ruleset()
    far.frames()


# --- reject ----------------------------------------------------------------------------

CODES = [("", 3), (" with net-unreachable", 0), (" with host-unreachable", 1),
         (" with proto-unreachable", 2), (" with port-unreachable", 3),
         (" with net-prohibited", 9), (" with host-prohibited", 10),
         (" with admin-prohibited", 13)]


@check("reject: the sender hears of it, with the code that the rule says")
def reject():
    ruleset(*["add %s proto udp dport %d reject%s" % (hook, 100 + i, c[0])
              for hook in ("input", "forward") for i, c in enumerate(CODES)])
    for i, (words, code) in enumerate(CODES):
        for dst in (HOST, FAR):
            rejected(udp(dst=dst, dport=100 + i, data=b"quoted"), code, words)
    equal(far.frames(XUDP), [], "frames that went through")


def rejected(frame, code, words):
    delta = Delta(ns)
    replies = near.exchange(frame)
    equal(len(replies), 1, "answers" + words)
    icmp = replies[0][XICMP]
    equal((icmp.type, icmp.code, replies[0][XIP].src, replies[0][XIP].dst),
          (3, code, HOST, PEER), "the error" + words)
    # forwarding lowers the TTL first
    sent, quote = bytes(frame)[14:], bytes(icmp.payload)
    equal((quote[:8], quote[12:]), (sent[:8], sent[12:]), "quote")
    equal(delta.drops(), {"FilterReject": 1}, "drops")


@check("reject says nothing about errors, later fragments and broadcasts")
def reject_silent():
    ruleset("add input proto 1 src 10.9.0.77 reject",
            "add forward reject", "add input proto udp reject")
    quote = bytes(udp())[14:]
    error = near.xip(proto=1, dst=FAR) / XICMP(type=3, code=1) / quote
    for frame in (error, near.xip(proto=17, dst=FAR, frag=2) / bytes(8),
                  near.ether(dst="ff:ff:ff:ff:ff:ff") / XIP(
                      src=PEER, dst="10.9.0.255", proto=17) / XUDP(dport=7)):
        delta = Delta(ns)
        equal(near.exchange(frame), [], "answers")
        equal(delta.drops(), {"FilterReject": 1}, "drops")


@check("reject at output: EPERM at once, and the error for who is connected")
def reject_output():
    ruleset("add output proto udp dport 9 reject")
    sock = ns.udp().connect(PEER, 9)
    refused("EPERM", sock.send, b"no")
    until(lambda: sock.error() == "ECONNREFUSED", "the ICMP error")
    sock.close()
    equal(near.frames(XUDP), [], "frames")


# --- whole sets of rules ---------------------------------------------------------------

@check("replace is all or nothing: one bad line and nothing changes")
def replace_whole():
    ruleset("add input proto 101 accept", "policy forward drop")
    before = shown()
    for bad in ("add input dport 7 drop", "add nowhere drop"):
        with ns:
            done = subprocess.run(
                ["xip", "filter", "replace", "-f", "-"], text=True,
                input="policy forward accept\nadd input drop\n%s\n" % bad,
                capture_output=True, check=False)
        equal(done.returncode in (1, 2), True, "refused: " + bad)
        equal(bool(done.stderr), True, "says why: " + bad)
    equal(shown(), before, "rules afterwards")
    equal(hits("forward", udp(dst=FAR)), 1, "policy")
    ruleset()


@check("what show prints is what replace reads")
def round_trip():
    ruleset("policy input drop",
            "add input iif t0 src 10.0.0.0/8 dst 10.9.0.1 proto udp "
            "sport 1-5 dport 7 mark 0x1/0xff accept",
            "add forward oif t1 proto 99 reject", "add output mark 7 drop")
    want = [(r["hook"], r["match"], r["action"]) for r in shown()]
    text = xip("filter show")
    ruleset()
    xip("filter replace -f -", text)
    equal([(r["hook"], r["match"], r["action"]) for r in shown()], want,
          "rules")
    equal(hits("input", tcp()), 1, "policy")
    ruleset()


class Sender:
    """Datagrams that either of two sets of rules lets pass, without end."""

    def __init__(self):
        self.stop = threading.Event()
        self.sent = 0
        self.frames = [bytes(udp()), bytes(udp(dst=FAR))]
        self.thread = threading.Thread(target=self.run)

    def run(self):
        while not self.stop.is_set():
            for frame in self.frames:
                near.send(frame)
                self.sent += 1
            far.frames()

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.stop.set()
        self.thread.join()


@check("under traffic no packet sees a mix of two sets of rules")
def atomic():
    one = ["policy input drop", "policy forward drop",
           "add input src 10.9.0.2 accept",
           "add forward src 10.9.0.2 accept"]
    # what is accepted here stands behind what the other set has not
    two = ["policy input drop", "policy forward drop"] + [
        "add %s proto udp dport %d drop" % (hook, port)
        for hook in ("input", "forward") for port in range(100, 140)] + [
        "add %s proto udp dport 7 accept" % hook
        for hook in ("input", "forward")]
    ruleset(*one)
    delta = Delta(ns)
    with Sender() as sender:
        for _ in range(3):
            for lines in (two, one):
                goal = sender.sent + 20
                ruleset(*lines)
                until(lambda g=goal: sender.sent > g, "traffic")
    drops = delta.drops()
    equal([drops.get(c, 0) for c in ("FilterInput", "FilterForward")], [0, 0],
          "drops of %d" % sender.sent)
    ktap.say("%d packets, 6 changes" % sender.sent)
    ruleset()


MANY = 10000


@check("10,000 rules in one step, soon; each is found, and nothing else")
def many():
    lines = ["add input src 10.%d.%d.%d proto udp dport 7 drop" %
             (n >> 16, n >> 8 & 255, n & 255)
             for n in range(0x90300, 0x90300 + MANY)]
    start = time.monotonic()
    ruleset(*lines)
    took = time.monotonic() - start
    ktap.say("%d rules in %.2f s, xip and all" % (MANY, took))
    equal(took < 10 * SLOW, True, "took %.1f s" % took)
    for n in (0, 1, 255, 256, 4999, MANY - 2, MANY - 1):
        n += 0x90300
        src = "10.%d.%d.%d" % (n >> 16, n >> 8 & 255, n & 255)
        equal(hits("input", udp(src=src)), 1, "drops from " + src)
        equal(hits("input", udp(src=src, dport=8)), 0, "another port")
    equal(hits("input", udp(src="10.9.2.255")), 0, "before the first")
    xip("filter add input position 1 src 10.9.3.0/24 proto udp accept")
    equal(hits("input", udp(src="10.9.3.1")), 0, "behind the new first rule")
    equal(hits("input", udp(src="10.9.4.1")), 1, "drops")
    xip("filter flush")
    equal(hits("input", udp(src="10.9.4.1")), 0, "drops after flush")


# --- limits and rights -----------------------------------------------------------------

@check("rule_max bounds a namespace, for one rule and for a whole set")
def limit():
    ruleset("add input proto 101 accept", "add forward proto 101 accept")
    ns.sysctl(rule_max=2)
    said = ns.xip_refused("filter add input proto 102 accept")
    equal("rule_max" in said, True, said)
    with ns:
        done = subprocess.run(["xip", "filter", "replace", "-f", "-"],
                              input="add input accept\n" * 3, text=True,
                              capture_output=True, check=False)
    equal((done.returncode, "rule_max" in done.stderr), (2, True),
          done.stderr)
    equal(len(shown()), 2, "rules")
    ns.sysctl(rule_max=1)
    xip("filter del input handle %d" % handles()[0])
    equal(len(shown()), 1, "rules, fewer though still at the limit")
    ns.sysctl(rule_max=32768)
    ruleset()


REFUSED = [
    ("input oif t0 drop", "oif"), ("output iif t0 drop", "iif"),
    ("input dport 7 drop", "proto udp or tcp"),
    ("input proto icmp sport 7 drop", "proto udp or tcp"),
    ("input src 10.0.0.1/8 drop", "src"),
    ("forward dst 10.9.1.128/24 drop", "dst"),
    ("input mark 0x11/0x0f drop", "mark"),
]


@check("rules that make no sense are refused, and it is said why")
def refusal():
    for line, word in REFUSED:
        said = ns.xip_refused("filter add " + line)
        equal(word in said, True, line + ": " + said)
    equal(shown(), [], "rules")


def nobody_runs(*words, feed=None):
    """As a user without any right."""
    return subprocess.run(
        ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups",
         "--bounding-set=-all", "--inh-caps=-all"] + list(words), input=feed,
        check=False, text=True, capture_output=True)


# What nobody can do in a namespace of its own.
INSIDE = """
cd /proc/sys/net/xinet || exit
echo 100 >rule_max
for i in $(seq 100); do echo "add output proto udp dport $i drop"; done |
	xip filter replace -f - && echo 100 rules
xip filter add output drop 2>/dev/null || echo no more
(echo 65537 >rule_max) 2>/dev/null || echo nor above
(echo 9 >/sys/module/xinet/parameters/rules_max) 2>/dev/null || echo nor there
xip filter flush && echo none
"""


@check("nobody may change rules, but in a namespace of its own, in bounds")
def nobody():
    with ns:
        for words in (["filter", "add", "input", "drop"],
                      ["filter", "policy", "input", "drop"]):
            equal(nobody_runs("xip", *words).returncode, 2, " ".join(words))
            # root, but of another user namespace than the network's
            equal(nobody_runs("unshare", "-Ur", "xip", *words).returncode, 2,
                  "unshare -Ur " + " ".join(words))
    equal(shown(), [], "rules")
    run = nobody_runs("unshare", "-Urn", "sh", "-c", INSIDE)
    equal(run.stdout.splitlines(),
          ["100 rules", "no more", "nor above", "nor there", "none"],
          run.stderr)


@check("a namespace that goes takes its rules along")
def namespace_goes():
    done = subprocess.run(
        ["unshare", "-n", "xip", "filter", "replace", "-f", "-"],
        input="policy output drop\nadd input drop\nadd forward drop\n",
        check=False, capture_output=True, text=True)
    equal(done.returncode, 0, done.stderr)


if __name__ == "__main__":
    need()
    ktap.run(setup)
