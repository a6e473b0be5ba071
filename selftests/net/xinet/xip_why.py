#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0
"""xip -d route get: which prefix, next hop, source and MTU, and why.

	host 10.9.0.1/24 on t0, MTU 1500 ──── tap: 10.9.0.2 and others
	     10.5.0.1/24 on d0, a dummy of MTU 1400
"""
import json
import struct
import subprocess
import sys

import ktap
from ktap import check, rows
from xlab import Ns, command, equal, need, until
from xwire import PEER, PEER_MAC, XICMP, XUDP, Tap, calm, too_big

HOST = "10.9.0.1"
ns = tap = None

ROUTES = [
    "default via 10.9.0.2",
    "10.0.0.0/8 via 10.9.0.3",
    "10.8.0.0/16 via 10.9.0.4 src 10.5.0.1",
    "10.8.1.0/24 via 10.9.0.5 mtu 1300",
    "unreachable 10.7.0.0/16",
    "prohibit 10.7.1.1",
    "blackhole 10.7.2.0/23",
    "10.20.0.0/16 nexthop via 10.9.0.6 nexthop via 10.9.0.7",
]


def setup():
    global ns, tap
    ns = Ns("host")
    tap = Tap(ns)
    calm(ns)
    ns.ip("link add d0 mtu 1400 type dummy", "link set d0 up")
    ns.xip("addr add 10.5.0.1/24 dev d0", *("route add " + r for r in ROUTES))


def why(words):
    """The object, and its part that tells why."""
    with ns:
        found = json.loads(command("xip", "-j", "-d", "route", "get",
                                   *words.split()))
    equal(len(found), 1, "records")
    return found[0], found[0]["why"]


# what is asked; prefix, shorter ones, next hop, source, MTU
@rows("%s", [
    ("longest of three", "10.8.7.7", "10.8.0.0/16", ["10.0.0.0/8", "default"],
     ("10.9.0.4", "route"), ("10.5.0.1", "route"), (1500, "device")),
    ("longest of four, with an MTU of its own", "10.8.1.255", "10.8.1.0/24",
     ["10.8.0.0/16", "10.0.0.0/8", "default"], ("10.9.0.5", "route"),
     (HOST, "device"), (1300, "route")),
    ("default alone", "11.0.0.1", "default", [], (PEER, "route"),
     (HOST, "device"), (1500, "device")),
    ("on the link", "10.5.0.9", "10.5.0.0/24", ["10.0.0.0/8", "default"],
     ("10.5.0.9", "link"), ("10.5.0.1", "route"), (1400, "device")),
    ("source given", "10.8.7.7 from " + HOST, "10.8.0.0/16",
     ["10.0.0.0/8", "default"], ("10.9.0.4", "route"), (HOST, "request"),
     (1500, "device")),
    ("output device given", "10.8.7.7 oif t0", "10.8.0.0/16",
     ["10.0.0.0/8", "default"], ("10.9.0.4", "route"), ("10.5.0.1", "route"),
     (1500, "device")),
])
def reasons(words, prefix, shorter, nexthop, src, mtu):
    _, told = why(words)
    equal((told["type"], told["route"]["dst"], told["matches"],
           told["shorter"]), ("unicast", prefix, 1 + len(shorter), shorter),
          "route")
    equal(tuple(told["nexthop"].values()), nexthop, "next hop")
    equal(tuple(told["source"].values()), src, "source")
    equal(tuple(told["mtu"].values()), mtu, "MTU")


@check("input device given: whose setting forwards")
def forwarding():
    words = "10.8.7.7 from %s iif t0" % PEER
    ns.sysctl(forwarding=1)
    equal(why(words)[1]["forwarding"], {"by": "namespace"}, "the namespace's")
    ns.sysctl(forwarding=0)
    ns.xip("link set t0 forwarding 1")
    equal(why(words)[1]["forwarding"], {"by": "device"}, "its own")
    with ns:
        text_ = command("xip", "-d", "route", "get", *words.split())
    equal("\n    forwarding: the input device's own setting\n" in text_, True,
          text_)
    ns.xip("link set t0 forwarding inherit")
    equal("forwarding is off" in ns.xip_refused("-d route get " + words), True,
          "refused")


@rows("no route decides: %s", [
    ("own address", HOST, "local"), ("broadcast", "10.9.0.255", "broadcast"),
    ("group", "224.0.0.9 oif t0", "multicast")])
def types(words, kind):
    _, told = why(words)
    equal((told["type"], "route" in told, "nexthop" in told),
          (kind, False, False), "told")


@check("a device given and no route that leads there: it is taken to be on the link")
def onlink():
    _, told = why("10.8.7.7 oif d0")
    equal((told["type"], "route" in told, told["nexthop"]),
          ("unicast", False, {"addr": "10.8.7.7", "by": "link"}), "told")


@check("several next hops: the flow's hash chooses, and ports make a flow")
def multipath():
    seen = set()

    def both():
        for port in range(1, 100):
            route, told = why("10.20.0.1 ipproto udp sport %d dport 9" % port)
            equal((told["nexthop"]["by"], told["nexthop"]["addr"]),
                  ("hash", route["gateway"]), "next hop")
            seen.add(route["gateway"])
            if len(seen) == 2:
                return True
        return False
    equal(both(), True, "both are used")


@rows("refused: the route is named, %s", [
    ("unreachable", "10.7.0.1", "unreachable 10.7.0.0/16"),
    ("prohibited, /32", "10.7.1.1", "prohibit 10.7.1.1/32"),
    ("blackhole", "10.7.3.255", "blackhole 10.7.2.0/23")])
def refused(dst, want):
    with ns:
        done = subprocess.run(["xip", "-d", "route", "get", dst], text=True,
                              check=False, capture_output=True)
    equal((done.returncode, done.stdout, done.stderr.splitlines()[-1]),
          (2, "", "  longest matching prefix: " + want), "said")


@check("text: ip's line, then a line for each reason; in one line under -o")
def text():
    want = ["unicast 10.8.7.7 via 10.9.0.4 dev t0 proto unspec "
            "scope global src 10.5.0.1 ",
            "    by unicast 10.8.0.0/16 via 10.9.0.4 dev t0 proto "
            "boot scope global src 10.5.0.1 : longest of 3 matching prefixes, "
            "also: 10.0.0.0/8 default",
            "    next hop 10.9.0.4: the route's gateway",
            "    src 10.5.0.1: the route's",
            "    mtu 1500: the device's"]
    with ns:
        plain = command("xip", "-d", "route", "get", "10.8.7.7")
        folded = command("xip", "-d", "-o", "route", "get", "10.8.7.7")
        brief = command("xip", "route", "get", "10.8.7.7")
    equal(plain.splitlines(), want, "lines")
    equal(folded, "\\".join(want) + "\n", "one line")
    equal(brief, "10.8.7.7 via 10.9.0.4 dev t0 src 10.5.0.1 \n", "without -d")


@check("fibmatch: the route itself, as ip(8) has it")
def fibmatch():
    with ns:
        said = command("xip", "route", "get", "fibmatch", "10.8.1.7")
    equal(said, "10.8.1.0/24 via 10.9.0.5 dev t0 mtu 1300 \n", "line")
    equal("Route says unreachable" in
          ns.xip_refused("route get fibmatch 10.7.0.1"), True, "refused")


def error(dst, kind, code, word, src):
    """An error comes in about a datagram of a socket, which is returned."""
    ns.xip("neigh replace %s lladdr %s dev t0" % (src, PEER_MAC))
    sock = ns.udp("0.0.0.0", 0)
    tap.frames()
    sock.sendto(b"x" * 600, dst, 9)
    about = bytes(tap.wait(XUDP))[14:]
    tap.send(tap.xip(proto=1, src=src) /
             XICMP(type=kind, code=code, rest=word) / about)
    return sock


@check("what was learnt from errors is told as such")
def learnt():
    ns.sysctl(accept_redirects=1)
    sock = error("10.8.9.1", 5, 1, bytes([10, 9, 0, 8]), "10.9.0.4")
    until(lambda: why("10.8.9.1")[1]["nexthop"] ==
          {"addr": "10.9.0.8", "by": "redirect"}, "redirect")
    sock.close()
    sock = error("11.0.0.2", 3, 4, struct.pack("!HH", 0, 600), PEER)
    until(lambda: why("11.0.0.2")[1]["mtu"] == {"bytes": 600, "by": "pmtu"},
          "MTU")
    sock.close()


if __name__ == "__main__":
    need()
    sys.exit(ktap.run(setup))
