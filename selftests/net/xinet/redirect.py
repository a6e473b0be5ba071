#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0
"""Redirects that a router sends, and a host that follows them.

	+------------ router ------------+
	| 10.9.0.1/24, 10.10.0.1/24 on t0 ├── tap: 10.9.0.2 and others
	| 10.9.1.1/24 on t1               ├── tap: another link
	| 10.50/16 via 10.9.0.3           |
	| 10.60/16 via 10.10.0.9          |
	| 10.70/16 via 10.9.0.2           |
	| 10.80/16 via 10.9.1.2           |
	+---------------------------------+

and, on a bridge, a host with 10.50/16 by the first of two routers, whose own
way there is by the second.
"""
import time

import ktap
from ktap import check, rows
from xlab import Delta, Ns, equal, need, until, veth
from xwire import HOST, PEER, XICMP, XIP, XUDP, Tap, calm
from xinet_scapy import inet_checksum

ns = tap = far = None
BETTER, MAC = "10.9.0.3", "02:00:00:00:00:03"
ident = 0


def setup():
    global ns, tap, far
    ns = Ns("router")
    tap = Tap(ns)
    far = Tap.second(ns, addr="10.9.1.1", peer="10.9.1.2")
    ns.xip("addr add 10.10.0.1/24 dev t0",
           "neigh add %s lladdr %s dev t0 nud permanent" % (BETTER, MAC),
           "neigh add 10.10.0.9 lladdr 02:00:00:00:00:09 dev t0 nud permanent",
           "route add 10.50.0.0/16 via " + BETTER,
           "route add 10.60.0.0/16 via 10.10.0.9",
           "route add 10.70.0.0/16 via " + PEER,
           "route add 10.80.0.0/16 via 10.9.1.2",
           "route add 10.66.0.0/16 via " + PEER)
    calm(ns)
    ns.sysctl(forwarding=1)
    tap.frames()


def fresh():
    """A source that has been sent no redirect yet."""
    global ident
    ident += 1
    return "10.9.0.%d" % (10 + ident)


def packet(src, dst="10.50.0.1", **fields):
    payload = fields.pop("payload", None)
    if payload is None:
        payload = XUDP(sport=4000, dport=9) / b"the long way"
    return tap.xip(**{"src": src, "dst": dst, "proto": 17, "ttl": 9,
                      **fields}) / payload


def give_mac(src):
    ns.xip("neigh replace %s lladdr %s dev t0 nud permanent" %
           (src, tap.peer_mac))
    return src


def through(frame):
    """What comes of a packet: (redirects, packets that went on)."""
    redirects, others = [], []
    for got in tap.exchange(frame):
        (redirects if XICMP in got and got[XICMP].type == 5 else
         others).append(got)
    return redirects, others


# --- sent -------------------------------------------------------------------------

@rows("a redirect for a packet to %s names %s", [
    ((d, g), d, g) for d, g in (("10.50.0.1", BETTER), ("10.50.255.254", BETTER),
                                (BETTER, BETTER))])
def sent(dst, gateway):
    src = give_mac(fresh())
    frame = packet(src, dst)
    delta = Delta(ns)
    redirects, others = through(frame)
    equal(len(redirects), 1, "redirects")
    icmp, head = redirects[0][XICMP], redirects[0][XIP]
    equal((icmp.type, icmp.code, icmp.rest),
          (5, 1, bytes(int(n) for n in gateway.split("."))), "redirect")
    equal((head.src, head.dst, head.ttl, redirects[0].dst),
          (HOST, src, 64, tap.peer_mac), "from, to")
    equal(inet_checksum(bytes(icmp)), 0, "checksum")
    equal(bytes(icmp.payload), bytes(frame)[14:], "quote")
    equal([(f.dst, f[XIP].ttl, f[XIP].dst) for f in others],
          [(MAC, 8, dst)], "the packet goes on")
    equal((delta.get("Icmp.OutRedirects"), delta.drops()), (1, {}), "counters")


def error_inside():
    """About an ICMP error."""
    return {"proto": 1, "payload": XICMP(type=3, code=3) / bytes(28)}


@rows("none: %s", [
    ("the packet leaves by another device", {"dst": "10.80.0.1"}),
    ("the next hop is in another subnet of the link", {"dst": "10.60.0.1"}),
    ("a fragment but the first", {"frag": 10, "flags": 1}),
    ("an ICMP error", error_inside()),
    ("the TTL has run out", {"ttl": 1})])
def not_sent(fields):
    src = give_mac(fresh())
    equal(len(through(packet(src))[0]), 1, "one for an ordinary packet")
    src = give_mac(fresh())
    equal(through(packet(src, **fields))[0], [], "redirects")
    # and that was not for the limit's sake
    equal(len(through(packet(src))[0]), 1, "one for an ordinary packet")


@check("none to a sender of another subnet")
def other_subnet():
    equal(through(packet("10.66.0.7"))[0], [], "redirects")


@check("none to the next hop itself")
def to_next_hop():
    redirects, others = through(packet(PEER, "10.70.0.1"))
    equal((redirects, len(others)), ([], 1), "redirects, packets")


@rows("none for a packet that came in a frame to %s", [
    (m, m) for m in ("ff:ff:ff:ff:ff:ff", "01:00:5e:00:00:01")])
def link_broadcast(mac):
    src = give_mac(fresh())
    frame = packet(src)
    frame.dst = mac
    equal(through(frame)[0], [], "redirects")
    equal(len(through(packet(src))[0]), 1, "one for an ordinary packet")


@check("none with send_redirects 0")
def turned_off():
    src = give_mac(fresh())
    ns.sysctl(send_redirects=0)
    redirects, others = through(packet(src))
    equal((redirects, len(others)), ([], 1), "redirects, packets")
    ns.sysctl(send_redirects=1)
    equal(len(through(packet(src))[0]), 1, "redirects")


@check("who does not listen is told less and less often; others at once")
def back_off():
    src, other = give_mac(fresh()), give_mac(fresh())
    times = []

    def told():
        before = time.monotonic()
        redirects, others = through(packet(src))
        equal(len(others), 1, "packets")
        if redirects:
            times.append((before, time.monotonic()))
        return len(times) == 6
    until(told, "6 redirects", 20)
    for i, ((begin, _), (_, end)) in enumerate(zip(times, times[1:])):
        # 20 ms, doubled each time; a tick may be lost
        if end - begin < 0.02 * 2 ** (i + 1) - 0.01:
            raise AssertionError("after %d: %g s" % (i + 1, end - begin))
    equal(len(through(packet(other))[0]), 1, "to another host")


# --- followed ---------------------------------------------------------------------

@check("a host with accept_redirects goes by the second router from then on")
def followed():
    lan, host, one, two = (Ns(n) for n in ("lan", "host", "one", "two"))
    lan.ip("link add br0 type bridge", "link set br0 up")
    for port, (space, addr) in enumerate(((host, "10.9.0.2"),
                                          (one, "10.9.0.1"),
                                          (two, "10.9.0.3"))):
        veth(lan, "p%d" % port, space, "e0")
        lan.ip("link set p%d master br0" % port)
        space.xip("addr add %s/24 dev e0" % addr)
    host.xip("route add 10.50.0.0/16 via 10.9.0.1")
    one.xip("route add 10.50.0.0/16 via 10.9.0.3")
    two.xip("addr add 10.50.0.1/32 dev lo")
    one.sysctl(forwarding=1)
    there = two.udp("0.0.0.0", 7)
    here = host.udp().connect("10.50.0.1", 7)
    for accept, forwarded in ((0, 1), (1, 0)):
        host.sysctl(accept_redirects=accept)
        # the first makes the router speak, if it has not just done so
        until(lambda: here.send(b"first") and there.recv() and
              one.snmp().get("Icmp.OutRedirects") > accept, "a redirect", 10)
        delta = Delta(one)
        here.send(b"second")
        equal(there.recv(), b"second", "data")
        equal(delta.get("Ip.ForwDatagrams"), forwarded,
              "datagrams through the first router")
        there.pending()


if __name__ == "__main__":
    need()
    ktap.run(setup)
