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
import os
import socket
import struct
import subprocess
import sys
import threading
import time

import ktap
from ktap import check, rows
from xlab import (SLOW, Delta, Ns, command, equal, need, refused, until)
from xwire import HOST, PEER, Tap, XICMP, XIP, XUDP, calm

HERE = os.path.abspath(__file__)
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

# match, frames that it matches, frames that it does not
MATCHES = [
    ("", [lambda: udp(), lambda: tcp(), lambda: other(99)], []),
    ("src 10.9.0.2", [lambda: udp()], [lambda: udp(src="10.9.0.3")]),
    ("src 10.9.0.2/31", [lambda: udp(), lambda: udp(src="10.9.0.3")],
     [lambda: udp(src="10.9.0.4"), lambda: udp(src="10.9.0.9")]),
    ("src 10.9.0.128/25", [lambda: udp(src="10.9.0.128"),
                           lambda: udp(src="10.9.0.254")],
     [lambda: udp(src="10.9.0.127"), lambda: udp(src="10.9.0.2")]),
    ("src 0.0.0.0/0", [lambda: udp()], []),
    ("dst 10.9.0.1", [lambda: udp()], [lambda: udp(dst=FAR_HOST)]),
    ("dst 10.9.1.0/24", [lambda: udp(dst=FAR_HOST)], [lambda: udp()]),
    ("src 10.9.0.2 dst 10.9.1.1", [lambda: udp(dst=FAR_HOST)],
     [lambda: udp(), lambda: udp(src="10.9.0.3", dst=FAR_HOST)]),
    ("proto udp", [lambda: udp()], [lambda: tcp(), lambda: ping(),
                                    lambda: other(99)]),
    ("proto tcp", [lambda: tcp()], [lambda: udp(), lambda: ping()]),
    ("proto icmp", [lambda: ping()], [lambda: udp(), lambda: tcp()]),
    ("proto 99", [lambda: other(99)], [lambda: other(98), lambda: udp()]),
    ("proto 0", [lambda: other(0)], [lambda: other(1), lambda: udp()]),
    ("proto udp dport 7", [lambda: udp()], [
        lambda: udp(dport=6), lambda: udp(dport=8), lambda: tcp(dport=7),
        lambda: udp(sport=7, dport=4000)]),
    ("proto udp dport 100-200", [lambda: udp(dport=100),
                                 lambda: udp(dport=200)],
     [lambda: udp(dport=99), lambda: udp(dport=201), lambda: udp(dport=0)]),
    ("proto udp dport 0-65535", [lambda: udp(dport=0),
                                 lambda: udp(dport=65535)], [lambda: tcp()]),
    ("proto udp sport 4000", [lambda: udp()], [lambda: udp(sport=4001),
                                               lambda: udp(dport=4000,
                                                           sport=1)]),
    ("proto tcp sport 1-4000 dport 80", [lambda: tcp()],
     [lambda: tcp(sport=4001), lambda: tcp(dport=81), lambda: tcp(sport=0)]),
    ("iif t0", [lambda: udp()], [lambda: udp(far, dst=HOST)]),
    ("iif t", [], [lambda: udp()]),
    ("iif nosuchdevice0", [], [lambda: udp()]),
    # one that ends before the ports are there has none
    ("proto udp dport 0-65535", [lambda: other(17, b"\0\1\0\2")],
     [lambda: other(17, b"\0\1\0"), lambda: other(17, b"")]),
]


@rows("input matches: %s", [(m[0] or "everything",) + m for m in MATCHES])
def matches(match, yes, no):
    ruleset("add input %s drop" % match)
    for make in yes:
        frame = make()
        tap = far if frame.dst == far.mac else near
        equal(hits("input", frame, tap), 1, "drops of " + frame.summary())
    for make in no:
        frame = make()
        tap = far if frame.dst == far.mac else near
        equal(hits("input", frame, tap), 0, "drops of " + frame.summary())


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
    for line in ("input proto 101 accept", "input proto 102 accept",
                 "input position 1 proto 103 accept",
                 "input position 2 proto 104 accept",
                 "input position 5 proto 105 accept"):
        xip("filter add " + line)
    protos = {r["handle"]: r["match"]["proto"] for r in shown()}
    equal([protos[h] for h in handles()], [103, 104, 101, 102, 105], "order")
    first = handles()
    equal(len(set(first)), 5, "handles that differ")
    xip("filter del input handle %d" % first[1])
    equal(handles(), first[:1] + first[2:], "after del")
    xip("filter add input proto 106 accept")
    equal(handles()[-1] in first, False, "a handle twice")
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
    xip("filter add input position 1 proto 99 drop")
    xip("filter add input proto 98 drop")
    xip("filter add forward proto 98 drop")
    xip("filter policy input drop")
    equal(counts(), [(0, 0)] + want + [(0, 0)], "counters")
    xip("filter del input handle %d" % handles()[0])
    xip("filter policy input accept")
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
    equal(len(near.exchange(ping())), 1, "echo replies")
    ruleset("policy forward drop", "policy output drop")
    equal(hits("forward", udp(dst=FAR)), 1, "drops at forward")
    equal(out(), 1, "errno at output")
    equal(hits("input", udp()), 0, "drops at input")
    ruleset()
    equal(len(near.exchange(ping())), 1, "echo replies")
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


@rows("reject%s", [(c[0],) + c for c in CODES])
def reject(words, code):
    ruleset("add input proto udp reject" + words,
            "add forward proto udp reject" + words)
    for frame, source in ((udp(data=b"quoted"), HOST),
                          (udp(dst=FAR, data=b"quoted"), HOST)):
        delta = Delta(ns)
        replies = near.exchange(frame)
        equal(len(replies), 1, "answers")
        icmp = replies[0][XICMP]
        equal((icmp.type, icmp.code, replies[0][XIP].src,
               replies[0][XIP].dst), (3, code, source, PEER), "the error")
        sent = bytes(frame)[14:]
        quote = bytes(icmp.payload)
        # forwarding lowers the TTL first
        equal((quote[:8], quote[12:]), (sent[:8], sent[12:]), "quote")
        equal(delta.drops(), {"FilterReject": 1}, "drops")
    equal(far.frames(XUDP), [], "frames that went through")


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


@check("the limits of ICMP errors hold for reject")
def reject_limit():
    ruleset("add input proto udp reject")
    ns.sysctl(icmp_msgs_per_sec=1, icmp_msgs_burst=3)
    delta = Delta(ns)
    frames = [udp(dport=port) for port in range(20)]
    errors = sum(f[XICMP].type == 3 for f in near.exchange(*frames))
    equal(delta.drops(), {"FilterReject": 20}, "drops")
    calm(ns)
    equal(1 <= errors <= 5, True, "%d errors" % errors)


# --- whole sets of rules ---------------------------------------------------------------

@check("replace is all or nothing: one bad line and nothing changes")
def replace_whole():
    ruleset("add input proto 101 accept", "policy forward drop")
    before = shown()
    for bad in ("add input dport 7 drop", "add input oif t0 drop",
                "add input src 10.0.0.1/8 drop", "add nowhere drop"):
        with ns:
            done = subprocess.run(
                ["xip", "filter", "replace", "-f", "-"], text=True,
                input="policy forward accept\nadd input drop\n%s\n" % bad,
                capture_output=True, check=False)
        equal(done.returncode in (1, 2), True, "refused: " + bad)
        equal(bool(done.stderr), True, "says why: " + bad)
        equal(shown(), before, "rules after " + bad)
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
        for _ in range(8):
            for lines in (two, one):
                goal = sender.sent + 20
                ruleset(*lines)
                until(lambda g=goal: sender.sent > g, "traffic")
    drops = delta.drops()
    equal([drops.get(c, 0) for c in ("FilterInput", "FilterForward")], [0, 0],
          "drops of %d" % sender.sent)
    ktap.say("%d packets, 16 changes" % sender.sent)
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


@rows("refused, and says why: %s", [(r[0],) + r for r in REFUSED])
def refusal(line, word):
    said = ns.xip_refused("filter add " + line)
    equal(word in said, True, said)
    equal(shown(), [], "rules")


def nobody_runs(*words, feed=None):
    """As a user without any right."""
    return subprocess.run(
        ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups",
         "--bounding-set=-all", "--inh-caps=-all"] + list(words), input=feed,
        check=False, text=True, capture_output=True)


def inside():
    """What nobody can do in a namespace of its own."""
    command("ip", "link", "set", "lo", "up")
    with open("/proc/sys/net/xinet/rule_max", "w", encoding="ascii") as knob:
        knob.write("100")
    command("xip", "filter", "replace", "-f", "-",
            feed="add output proto udp dport 9 drop\n" * 100)
    command("xip", "filter", "add", "output", "drop", status=2)
    for path in ("/proc/sys/net/xinet/rule_max",
                 "/sys/module/xinet/parameters/rules_max"):
        try:
            with open(path, "w", encoding="ascii") as knob:
                knob.write("1000000")
            print("could write " + path)
        except OSError:
            pass
    print(len(json.loads(command("xip", "-j", "filter", "show"))) >= 100)


@check("nobody may change rules, but in a namespace of its own, in bounds")
def nobody():
    with ns:
        for words in (["filter", "add", "input", "drop"],
                      ["filter", "policy", "input", "drop"],
                      ["filter", "flush"]):
            equal(nobody_runs("xip", *words).returncode, 2, " ".join(words))
            # root, but of another user namespace than the network's
            equal(nobody_runs("unshare", "-Ur", "xip", *words).returncode, 2,
                  "unshare -Ur " + " ".join(words))
    equal(shown(), [], "rules")
    run = nobody_runs("unshare", "-Urn", HERE, "inside")
    equal((run.returncode, run.stdout), (0, "True\n"), run.stderr)


@check("a namespace that goes takes its rules along")
def namespace_goes():
    for _ in range(3):
        done = subprocess.run(
            ["unshare", "-n", "sh", "-c",
             "ip link set lo up; xip filter policy output drop && "
             "xip filter add input drop && xip filter add forward drop"],
            check=False, capture_output=True, text=True)
        equal(done.returncode, 0, done.stderr)


if __name__ == "__main__":
    if sys.argv[1:] == ["inside"]:
        inside()
        sys.exit()
    need()
    ktap.run(setup)
