#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0
"""xip traceroute over three routers, as nobody.

	client          r1            r2            r3          server
	10.1.0.2 ── 10.1.0.1
	            10.2.0.1 ── 10.2.0.2
	                        10.3.0.1 ── 10.3.0.2
	10.5.0.1 (lo)                       10.4.0.1 ── 10.4.0.2
	                                    MTU 600     MTU 600

	r2: 10.31/16 unknown, 10.32/16 unreachable, 10.33/16 prohibited,
	10.34/16 blackhole
"""
import json
import re
import subprocess

import ktap
from ktap import check, rows
from xlab import SLOW, Ns, equal, need, until, veth

client = server = None
NOBODY = {"user": 65534, "group": 65534, "extra_groups": []}
WAY = ["10.1.0.1", "10.2.0.2", "10.3.0.2", "10.4.0.2"]


def setup():
    global client, server
    client, r1, r2, r3, server = (Ns(n) for n in ("client", "r1", "r2", "r3",
                                                  "server"))
    for one, dev, other, peer, net in (
            (client, "c0", r1, "a0", 1), (r1, "a1", r2, "b0", 2),
            (r2, "b1", r3, "d0", 3), (r3, "d1", server, "s0", 4)):
        veth(one, dev, other, peer)
        ends = (2, 1) if net == 1 else (1, 2)
        one.xip("addr add 10.%d.0.%d/24 dev %s" % (net, ends[0], dev))
        other.xip("addr add 10.%d.0.%d/24 dev %s" % (net, ends[1], peer))
    r3.ip("link set d1 mtu 600")
    server.ip("link set s0 mtu 600")
    client.xip("addr add 10.5.0.1/32 dev lo", "route add default via 10.1.0.1")
    r1.xip("route add default via 10.2.0.2",
           "route add 10.5.0.0/16 via 10.1.0.2")
    r2.xip("route add 10.1.0.0/16 via 10.2.0.1",
           "route add 10.5.0.0/16 via 10.2.0.1",
           "route add 10.4.0.0/16 via 10.3.0.2",
           "route add unreachable 10.32.0.0/16",
           "route add prohibit 10.33.0.0/16",
           "route add blackhole 10.34.0.0/16")
    r3.xip("route add default via 10.3.0.1")
    server.xip("route add default via 10.4.0.1")
    for ns in (client, r1, r2, r3, server):
        ns.sysctl(forwarding=1, icmp_ratelimit=0, retrans_time_ms=30)


def start(*words):
    """Start it as nobody; nothing waits for long on a fast machine."""
    with client:
        return subprocess.Popen(["xip"] + list(words), text=True,
                                stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, **NOBODY)


def trace(*words, status=0, options=()):
    """Run it; its lines, or with an error what it says."""
    run = start(*options, "traceroute", *words)
    out, err = run.communicate(timeout=60 * SLOW)
    equal((run.returncode, bool(err)), (status, status != 0),
          "exit status, and words on stderr: %s %s" % (out, err))
    return err if status else out.splitlines()


def bare(lines):
    """The lines behind the header, without the times."""
    return [re.sub(r"  \d+\.\d{3} ms", " T", line) for line in lines[1:]]


@check("a line a hop: the router's address and three times")
def whole_way():
    lines = trace("10.4.0.2")
    equal(lines[0], "traceroute to 10.4.0.2 (10.4.0.2), 30 hops max, "
          "60 byte packets", "header")
    equal(bare(lines), ["%2d  %s T T T" % (ttl, addr)
                        for ttl, addr in enumerate(WAY, 1)], "hops")


@check("the same as JSON")
def whole_way_json():
    text = "\n".join(trace("10.4.0.2", options=["-j"]))
    result = json.loads(text)
    equal({key: value for key, value in result.items() if key != "hops"},
          {"dst": "10.4.0.2", "max_hops": 30, "bytes": 60, "reached": True},
          "what stands before the hops")
    equal([hop["ttl"] for hop in result["hops"]], [1, 2, 3, 4], "hops")
    for hop, addr in zip(result["hops"], WAY):
        equal([(p["addr"], p["rtt"] > 0, p["type"], p["code"])
               for p in hop["probes"]],
              [(addr, True, *((3, 3) if addr == WAY[-1] else (11, 0)))] * 3,
              "probes of hop %d" % hop["ttl"])


@rows("option %s", [
    ("-m 2", ["-m", "2"], [1, 2], 3), ("-m1", ["-m1"], [1], 3),
    ("-q 1", ["-q", "1"], [1, 2, 3, 4], 1),
    ("-q 10", ["-q", "10"], [1, 2, 3, 4], 10),
    ("-f 3", ["-f", "3"], [3, 4], 3), ("-f 4 -m 4", ["-f4", "-m4"], [4], 3),
    ("-n", ["-n"], [1, 2, 3, 4], 3),
    ("-p 65000", ["-p", "65000"], [1, 2, 3, 4], 3),
    ("-s 10.5.0.1", ["-s", "10.5.0.1"], [1, 2, 3, 4], 3),
    ("-i c0", ["-i", "c0"], [1, 2, 3, 4], 3)])
def options(words, hops, queries):
    equal(bare(trace(*words, "10.4.0.2")),
          ["%2d  %s%s" % (ttl, WAY[ttl - 1], " T" * queries) for ttl in hops],
          "hops")


@rows("%s, and the way ends there", [
    ("!N where a router knows no way", "10.31.0.1", 2, "10.2.0.2", "!N"),
    ("!H where a router says unreachable", "10.32.0.1", 2, "10.2.0.2", "!H"),
    ("!X where a router prohibits", "10.33.0.1", 2, "10.2.0.2", "!X"),
    ("!H where the last neighbour does not answer", "10.4.0.77", 4, "10.3.0.2",
     "!H"),
    ("!H where the first does not", "10.1.0.77", 1, "10.1.0.2", "!H")])
def marks(dst, hops, by, mark):
    lines = bare(trace(dst))
    equal(len(lines), hops, "hops")
    equal(lines[-1], "%2d  %s%s" % (hops, by, (" T " + mark) * 3), "last hop")


@check("!F with the MTU where a probe would not fit")
def too_big():
    equal(bare(trace("-f", "4", "-q", "1", "10.4.0.2", "601")),
          [" 4  10.3.0.2 T !F-600"], "last hop")


@check("a probe that does fit goes through, its length in the header")
def fits():
    lines = trace("-f", "4", "-q", "1", "10.4.0.2", "600")
    equal(lines[0].split(", ")[-1], "600 byte packets", "header")
    equal(bare(lines), [" 4  10.4.0.2 T"], "last hop")


@check("* for no answer within -w; that alone is no failure")
def silent_hop():
    equal(bare(trace("-m", "3", "-w", "0.3", "10.34.0.1")),
          [" 1  10.1.0.1 T T T", " 2  * * *", " 3  * * *"], "hops")


@check("somebody who listens on the port and answers is an end, too")
def listener():
    sock = server.udp("10.4.0.2", 33434)
    run = start("traceroute", "-f", "4", "-q", "1", "10.4.0.2")
    _, addr, port = sock.recvfrom()
    sock.sendto(b"here", addr, port)
    out, err = run.communicate(timeout=60 * SLOW)
    equal((run.returncode, err, bare(out.splitlines())),
          (0, "", [" 4  10.4.0.2 T"]), "outcome")
    sock.close()


@check("an answer by another than the destination is none")
def impostor():
    sock = server.udp("10.4.0.2", 33434)
    run = start("traceroute", "-f", "4", "-m", "4", "-q", "1", "-w", "0.5",
                "10.4.0.2")
    _, addr, port = sock.recvfrom()
    other = server.udp("10.4.0.2", 33435)
    other.sendto(b"no probe has gone there", addr, port)
    out, _ = run.communicate(timeout=60 * SLOW)
    equal(bare(out.splitlines()), [" 4  *"], "hops")
    sock.close()
    other.close()


@rows("to %s itself: one hop", [("127.0.0.1", "127.0.0.1"),
                                ("10.1.0.2", "10.1.0.2")])
def own(addr):
    equal(bare(trace(addr)), [" 1  %s T T T" % addr], "hops")


@check("the routers' default rate limit leaves three answers a hop")
def rate_limited():
    # each router is asked for the first time with the limit on
    def ask():
        return bare(trace("-w", "1", "10.4.0.2"))
    server.sysctl(icmp_ratelimit=1000)
    try:
        until(lambda: ask()[-1] == " 4  10.4.0.2 T T T", "all answers", 15)
    finally:
        server.sysctl(icmp_ratelimit=0)


@check("exit 1 and a word where a probe cannot be sent")
def unsendable():
    client.xip("route del default")
    try:
        err = trace("10.4.0.2", status=1)
    finally:
        client.xip("route add default via 10.1.0.1")
    equal(err, "traceroute: sendmsg: Network is unreachable\n", "stderr")
    for words in (("-i", "nodev0", "10.4.0.2"), ("-s", "10.9.9.9", "10.4.0.2")):
        trace(*words, status=1)


@rows("wrong usage: %s", [
    ("no address", []), ("a name", ["server"]), ("0.0.0.0", ["0.0.0.0"]),
    ("two addresses", ["10.4.0.2", "60", "10.4.0.2"]),
    ("27 bytes", ["10.4.0.2", "27"]), ("65001 bytes", ["10.4.0.2", "65001"]),
    ("-m 0", ["-m", "0", "10.4.0.2"]), ("-m 256", ["-m", "256", "10.4.0.2"]),
    ("-q 0", ["-q0", "10.4.0.2"]), ("-q 11", ["-q11", "10.4.0.2"]),
    ("-w 0", ["-w", "0", "10.4.0.2"]), ("-p 0", ["-p", "0", "10.4.0.2"]),
    ("-p 65447 for 90 probes", ["-p", "65447", "10.4.0.2"]),
    ("-f behind -m", ["-f", "5", "-m", "4", "10.4.0.2"]),
    ("an unknown option", ["-z", "10.4.0.2"]), ("no value", ["-m"]),
    ("-s 1.2.3", ["-s", "1.2.3", "10.4.0.2"]),
    ("a device name of 16 letters", ["-i", "d" * 16, "10.4.0.2"])])
def usage(words):
    if "Error: " not in trace(*words, status=2):
        raise AssertionError("no word on stderr")


@check("the help names every option, on stdout")
def manual():
    text = "\n".join(trace("help"))
    for word in ("-f", "-m", "-q", "-w", "-p", "-s", "-i", "-n", "BYTES",
                 "Exit status"):
        if "  " + word not in text and word not in text:
            raise AssertionError(word + " is not in the help")


if __name__ == "__main__":
    need()
    ktap.run(setup)
