#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0
"""xip ping, as nobody: what it prints, counts and exits with.

	+--------------- host ---------------+
	| 10.9.0.1/24 on t0, MTU 1500 ───────┼── tap: 10.9.0.2, a gateway that
	| default via 10.9.0.2               |   answers what the test has it answer
	| 10.31/16 unreachable, 10.32/16     |
	| prohibited, lo                     |
	+------------------------------------+
"""
import json
import os
import re
import select
import signal
import subprocess

import ktap
from ktap import check, rows
from xlab import SLOW, Ns, equal, need
from xwire import HOST, PEER, XICMP, Tap, calm, too_big

ns = tap = None
NOBODY = {"user": 65534, "group": 65534, "extra_groups": []}


def setup():
    global ns, tap
    ns = Ns("host")
    tap = Tap(ns)
    calm(ns)
    ns.xip("route add default via " + PEER)
    ns.sysctl(ping_group_range="0 2147483647", retrans_time_ms=30)


class Ping:
    """A run; lines come as they are printed."""

    def __init__(self, *words, options=(), who=None):
        tap.frames()
        with ns:
            self.run = subprocess.Popen(
                ["xip", *options, "ping", *words], stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                **(NOBODY if who is None else who))
        self.text = b""

    def line(self):
        """The next line of stdout."""
        while b"\n" not in self.text:
            if not select.select([self.run.stdout], [], [], 10 * SLOW)[0]:
                raise AssertionError("no line came; so far %r" % self.text)
            more = os.read(self.run.stdout.fileno(), 4096)
            if not more:
                raise AssertionError("it ended: %r" % self.run.stderr.read())
            self.text += more
        line, self.text = self.text.split(b"\n", 1)
        return shape(line.decode())

    def end(self, status):
        """(stdout, stderr) of the rest, as lists of lines."""
        out, err = self.run.communicate(timeout=30 * SLOW)
        out, err = shape((self.text + out).decode()), err.decode()
        equal(self.run.returncode, status, "exit status: %s %s" % (out, err))
        return out.splitlines(), err.splitlines()


def shape(text):
    """Without what differs from run to run."""
    text = re.sub(r"time \d+ms", "time T", text)
    text = re.sub(r"time=\d+\.\d{3} ms", "time=T", text)
    return re.sub(r"\d+\.\d{3}/\d+\.\d{3}/\d+\.\d{3}/\d+\.\d{3} ms", "R ms",
                  text)


def asked():
    """The next echo request on the wire, without its link header."""
    frame = tap.wait(XICMP)
    equal(frame[XICMP].type, 8, "type")
    return bytes(frame)[14:]


def answer(request, data=None, **fields):
    """Let an echo reply to it come in."""
    icmp = request[20:]
    fields.setdefault("src", ".".join(str(n) for n in request[16:20]))
    fields.setdefault("ttl", 61)
    tap.send(tap.xip(proto=1, **fields) /
             XICMP(type=0, rest=icmp[4:8]) / (icmp[8:] if data is None else
                                              data))


def error(request, kind, code, word=0, src=PEER):
    """Let an error about it come in."""
    tap.send(tap.xip(proto=1, src=src) /
             XICMP(type=kind, code=code, rest=word.to_bytes(4, "big")) /
             request)


def summary(dst, sent, received, extra, loss, timed=None):
    """The lines behind the answers."""
    lines = ["", "--- %s ping statistics ---" % dst,
             "%d packets transmitted, %d received, %s%s packet loss, time T" %
             (sent, received, extra, loss)]
    if received if timed is None else timed:
        lines.append("rtt min/avg/max/mdev = R ms")
    return lines


@check("answers, as iputils prints them; exit 0")
def answers():
    ping = Ping("-c", "2", "-i", "0.05", "-s", "8", PEER)
    equal(ping.line(), "PING %s (%s) 8(36) bytes of data." % (PEER, PEER),
          "header")
    for seq in (1, 2):
        answer(asked())
        equal(ping.line(), "16 bytes from %s: icmp_seq=%d ttl=61 time=T" %
              (PEER, seq), "answer")
    equal(ping.end(0), (summary(PEER, 2, 2, "", "0%"), []), "summary")


# type, code, second word, what is printed
ERRORS = [
    (3, 0, 0, "Destination Net Unreachable"),
    (3, 1, 0, "Destination Host Unreachable"),
    (3, 2, 0, "Destination Protocol Unreachable"),
    (3, 3, 0, "Destination Port Unreachable"),
    (3, 4, 1280, "Frag needed and DF set (mtu = 1280)"),
    (3, 13, 0, "Packet filtered"),
    (4, 0, 0, "Source Quench"),
    (5, 1, 0x0a090003, "Redirect Host(New nexthop: 10.9.0.3)"),
    (11, 0, 0, "Time to live exceeded"),
    (11, 1, 0, "Frag reassembly time exceeded"),
    (12, 0, 20 << 24, "Parameter problem: pointer = 20"),
]


@rows("error %s: who says so, about which echo, what; exit 1", [
    ("type %d code %d" % row[:2],) + row for row in ERRORS])
def errors(kind, code, word, text):
    ping = Ping("-c", "1", "10.50.0.1")
    ping.line()
    error(too_big(asked()), kind, code, word, "10.77.1.1")
    equal(ping.end(1),
          (["From 10.77.1.1 icmp_seq=1 " + text] +
           summary("10.50.0.1", 1, 0, "+1 errors, ", "100%"), []), "output")


@check("errors and answers take turns, and each echo is sent")
def mixed():
    ping = Ping("-c", "4", "-i", "0.3", "10.50.0.1")
    ping.line()
    for seq in range(1, 5):
        request = asked()
        equal(int.from_bytes(request[26:28], "big"), seq, "sequence")
        if seq % 2:
            error(request, 11, 0)
            equal(ping.line(), "From %s icmp_seq=%d Time to live exceeded" %
                  (PEER, seq), "error")
        else:
            answer(request)
            equal(ping.line(), "64 bytes from 10.50.0.1: icmp_seq=%d ttl=61 "
                  "time=T" % seq, "answer")
    equal(ping.end(0), (summary("10.50.0.1", 4, 2, "+2 errors, ", "50%"), []),
          "summary")


@check("an error about another's echo, or about what was never sent, is not shown")
def strangers():
    ping = Ping("-c", "1", "10.50.0.1")
    ping.line()
    request = asked()
    error(request[:26] + b"\x77\x77" + request[28:], 3, 1)
    error(request[:24] + b"\0\1" + request[26:], 3, 1)
    answer(request)
    equal(ping.end(0)[0][0], "64 bytes from 10.50.0.1: icmp_seq=1 ttl=61 "
          "time=T", "output")


@check("duplicates and answers out of order are marked and counted")
def duplicates():
    ping = Ping("-c", "3", "-i", "0.05", "-W", "5", PEER)
    ping.line()
    first, second = asked(), asked()
    answer(second)
    equal(ping.line()[-6:], "time=T", "second, in order")
    answer(second)
    equal(ping.line().split("time=T")[1], " (DUP!)", "second, again")
    answer(first)
    equal(ping.line().split("time=T")[1], " (out of order)", "first, late")
    answer(asked())
    out, err = ping.end(0)
    equal((out[1:], err), (summary(PEER, 3, 3, "+1 duplicates, ", "0%"), []),
          "summary")


@check("data that is not what was sent is shown, and data that is short")
def damaged():
    ping = Ping("-c", "2", "-i", "0.05", "-s", "16", PEER)
    ping.line()
    request = asked()
    data = bytearray(request[28:])
    data[5] ^= 0xff
    answer(request, bytes(data))
    if "ttl=61" not in ping.line() or \
            not ping.line().startswith("wrong data byte #5 should be "):
        raise AssertionError("damage is not shown")
    request = asked()
    answer(request, request[28:40])
    if not ping.line().endswith("(truncated)"):
        raise AssertionError("loss is not shown")
    ping.end(0)


@check("no answer: exit 1")
def no_answer():
    equal(Ping("-c", "1", "-W", "0.3", PEER).end(1)[0][1:],
          summary(PEER, 1, 0, "", "100%"), "summary")


@check("a neighbour that does not answer: host unreachable, by this host")
def neighbour():
    out, err = Ping("-c", "2", "-i", "0.2", "10.9.0.99").end(1)
    equal((out[1:], err),
          (["From %s icmp_seq=%d Destination Host Unreachable" % (HOST, seq)
            for seq in (1, 2)] +
           summary("10.9.0.99", 2, 0, "+2 errors, ", "100%"), []), "output")


@check("over lo, and -q, and the largest there is")
def loopback():
    out, err = Ping("-q", "-c", "3", "-i", "0.002", "-s", "65507",
                    "127.0.0.1").end(0)
    equal((out, err), (["PING 127.0.0.1 (127.0.0.1) 65507(65535) bytes of "
                        "data."] + summary("127.0.0.1", 3, 3, "", "0%"), []),
          "output")


@check("too long for the first link: a local error with the MTU, each time")
def too_long():
    ping = Ping("-c", "2", "-i", "0.05", "-M", "do", "-s", "1473", PEER)
    out, err = ping.run.communicate(timeout=30 * SLOW)
    if b"-M is not supported" in err:
        # without the option nothing is ever fragmented
        ping = Ping("-c", "2", "-i", "0.05", "-s", "1473", PEER)
        out, err = ping.run.communicate(timeout=30 * SLOW)
    equal((ping.run.returncode, err.decode().splitlines()),
          (1, ["ping: local error: message too long, mtu=1500"] * 2), "stderr")
    equal(shape(out.decode()).splitlines()[1:],
          summary(PEER, 2, 0, "+2 errors, ", "100%"), "stdout")


@rows("no way at all: exit 2, %s", [
    ("no route", "blackhole 10.33.0.0/16", "10.33.0.1"),
    ("unreachable", "unreachable 10.31.0.0/16", "10.31.0.1"),
    ("prohibited", "prohibit 10.32.0.0/16", "10.32.0.1")])
def no_way(route, dst):
    ns.xip("route add " + route)
    out, err = Ping("-c", "1", dst).end(2)
    equal((out, len(err)), ([], 1), "output")


@check("SIGINT ends it with the summary; 0 if there was an answer, else 1")
def interrupted():
    for status in (0, 1):
        # no second echo, however slow the machine
        ping = Ping("-i", "100", PEER)
        ping.line()
        request = asked()
        if not status:
            answer(request)
            ping.line()
        ping.run.send_signal(signal.SIGINT)
        out, err = ping.end(status)
        equal((out, err), (summary(PEER, 1, 1 - status, "",
                                   "100%" if status else "0%"), []), "summary")


@check("SIGQUIT says how it stands, on stderr, and it goes on")
def status_line():
    ping = Ping("-c", "2", "-i", str(4 * SLOW), PEER)
    ping.line()
    first = asked()
    ping.run.send_signal(signal.SIGQUIT)
    line = ping.run.stderr.readline().decode()
    equal(line, "\r0/1 packets, 100% loss\n", "before an answer")
    answer(first)
    ping.line()
    ping.run.send_signal(signal.SIGQUIT)
    line = re.sub(r"[\d.]+/[\d.]+/[\d.]+/[\d.]+ ms", "R",
                  ping.run.stderr.readline().decode())
    equal(line, "\r1/1 packets, 0% loss, min/avg/ewma/max = R\n", "then")
    answer(asked())
    equal(ping.end(0)[0][1:], summary(PEER, 2, 2, "", "0%"), "summary")


@check("-w ends it after its time; with -c too few answers are a failure")
def deadline():
    ping = Ping("-w", "0.5", "-c", "3", "-i", "0.3", PEER)
    ping.line()
    answer(asked())
    ping.end(1)
    ping = Ping("-w", "2", PEER)
    ping.line()
    answer(asked())
    ping.end(0)


@check("-t and -I set what they say")
def fields():
    ping = Ping("-c", "1", "-t", "7", "-I", HOST, PEER)
    equal(ping.line(), "PING %s (%s) from %s : 56(84) bytes of data." %
          (PEER, PEER, HOST), "header")
    request = asked()
    equal(request[8], 7, "TTL")
    answer(request)
    ping.end(0)
    ping = Ping("-c", "1", "-I", "t0", PEER)
    equal(ping.line(), "PING %s (%s) from %s t0: 56(84) bytes of data." %
          (PEER, PEER, HOST), "header")
    answer(asked())
    ping.end(0)


@check("-f is root's; it draws dots and takes them back")
def flood():
    out, err = Ping("-f", "-c", "5", "127.0.0.1").end(2)
    equal((out, len(err)), ([], 1), "as nobody")
    out, err = Ping("-f", "-c", "50", "127.0.0.1", who={}).end(0)
    equal((out[1].count("."), out[1].count("\b \b"), err), (50, 50, []),
          "as root")
    equal(out[2:4], ["--- 127.0.0.1 ping statistics ---",
                     "50 packets transmitted, 50 received, 0% packet loss, "
                     "time T"], "summary")
    ping = Ping("-f", "-c", "1", "10.50.0.1", who={})
    ping.line()
    error(asked(), 3, 1)
    equal(ping.end(1)[0][0], ".\bE", "an error")


@check("JSON: one object")
def as_json():
    ping = Ping("-c", "3", "-i", "0.5", "10.50.0.1", options=["-j"])
    for number in range(3):
        request = asked()
        if number == 1:
            error(request, 3, 1)
        else:
            answer(request)
    out, err = ping.end(0)
    result = json.loads("\n".join(out))
    rtt = result.pop("rtt")
    result.pop("time")
    equal((result, err), ({"dst": "10.50.0.1", "transmitted": 3, "received": 2,
                           "duplicates": 0, "reordered": 0, "errors": 1}, []),
          "object")
    equal(sorted(rtt), ["avg", "max", "mdev", "min"], "rtt")


@check("a closed ping_group_range: exit 2, and what to do")
def refused():
    ns.sysctl(ping_group_range="1 0")
    try:
        out, err = Ping("-c", "1", PEER).end(2)
    finally:
        ns.sysctl(ping_group_range="0 2147483647")
    equal((out, "ping_group_range" in err[0]), ([], True), "output")


@rows("wrong usage, exit 2: %s", [
    ("no address", []), ("a name", ["peer"]), ("-c 0", ["-c", "0", PEER]),
    ("-t 0", ["-t", "0", PEER]), ("-t 256", ["-t", "256", PEER]),
    ("-s 65508", ["-s", "65508", PEER]), ("-i 0.001", ["-i", "0.001", PEER]),
    ("-M what", ["-M", "what", PEER]), ("-z", ["-z", PEER])])
def usage(words):
    out, err = Ping(*words).end(2)
    equal((out, "Error: " in err[0]), ([], True), "output")


if __name__ == "__main__":
    need()
    ktap.run(setup)
