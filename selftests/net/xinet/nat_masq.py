#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0
"""Masquerade: the source is the device's, and goes with it.

The gateway and its wires are xnat.py's.
"""
import os

import ktap
from ktap import check
from xlab import Delta, equal, need, until
from xwire import Tap
from xnat import (FAR, GATE, UDP, VIP, answer, both_ways, ends, enter, flow,
                  lab, left, nothing, packet, pass_on, rules, setup)


# --- masquerade follows the device -----------------------------------------------------------

@check("masquerade: the address goes, and its connections with it")
def masq_address():
    rules("postrouting oif t2 masquerade")
    lab.ns.xip("addr add 10.9.9.1/24 dev t2")
    seen = flow(dst="10.60.1.1")
    equal(both_ways(UDP, seen, lab.thin).src, "10.9.2.1", "before")
    lab.ns.xip("addr del 10.9.2.1/24 dev t2",
               "neigh replace 10.9.9.2 lladdr %s dev t2 nud permanent" %
               lab.thin.peer_mac, "route replace 10.60.0.0/16 via 10.9.9.2")

    def moved():
        enter(lab.tap, packet(UDP, seen))
        return [ends(raw).src for raw in left(lab.thin)] == ["10.9.9.1"]
    until(moved, "the new address")
    lab.ns.xip("addr add 10.9.2.1/24 dev t2",
               "neigh replace 10.9.2.2 lladdr %s dev t2 nud permanent" %
               lab.thin.peer_mac, "route replace 10.60.0.0/16 via 10.9.2.2")


@check("masquerade: the device goes down, and its connections with it")
def masq_down():
    rules("postrouting oif t2 masquerade")
    seen = flow(dst="10.60.1.2")
    there = both_ways(UDP, seen, lab.thin)
    lab.ns.ip("link set t2 down")

    def ended():
        lab.ns.ip("link set t2 up")
        enter(lab.thin, packet(UDP, answer(UDP, there)))
        gone = not left(lab.tap)
        lab.ns.ip("link set t2 down")
        return gone
    until(ended, "the end of the connection")
    lab.ns.ip("link set t2 up")
    lab.ns.xip("neigh replace 10.9.2.2 lladdr %s dev t2 nud permanent" %
               lab.thin.peer_mac, "route replace 10.60.0.0/16 via 10.9.2.2")


@check("masquerade: the device is removed, and its connections with it")
def masq_removed():
    rules("postrouting oif t3 masquerade")
    gone = Tap(lab.ns, "t3", mac="02:00:00:00:03:01", addr="10.9.3.1",
               peer="10.9.3.2", peer_mac="02:00:00:00:03:02")
    seen, other = flow(dst="10.9.3.2"), flow(dst="10.9.3.2", src=FAR)
    for one, come in ((seen, lab.tap), (other, lab.far)):
        equal(both_ways(UDP, one, gone, come).src, "10.9.3.1", "before")
    kept = flow()
    equal(both_ways(UDP, kept), kept, "one that has nothing to do with it")

    def conns():
        return [conn["orig"]["sport"]
                for conn in lab.ns.xip_json("conntrack show proto udp")]
    equal({seen.sport, other.sport, kept.sport} <= set(conns()), True,
          "connections before")
    os.close(gone.fd)
    until(lambda: not {seen.sport, other.sport} & set(conns()),
          "the end of the connections")
    equal(kept.sport in conns(), True, "the other one is there")


@check("masquerade: the route moves to another device: a new connection")
def masq_route():
    rules("postrouting src 10.9.0.0/24 masquerade")
    seen = flow(dst="10.60.1.3")
    equal(both_ways(UDP, seen, lab.thin).src, "10.9.2.1", "before")
    lab.ns.xip("route replace 10.60.0.0/16 via " + FAR)
    nothing(packet(UDP, seen), "NatDeviceChanged")
    equal(both_ways(UDP, seen, lab.far).src, GATE, "after")
    lab.ns.xip("route replace 10.60.0.0/16 via 10.9.2.2")


@check("masquerade without an address drops, counted")
def masq_none():
    rules("prerouting iif r0 dst 10.70.0.0/16 redirect")
    lab.ns.xip("addr del 10.1.0.1/24 dev r0")
    delta = Delta(lab.ns)
    sock = lab.host.udp()
    lab.host.xip("neigh replace 10.1.0.1 lladdr %s dev c0 nud permanent" %
                 lab.macs[1])
    sock.sendto(b"lost", VIP, 53)
    until(lambda: delta.drops() == {"NatNoAddress": 1}, "the drop")
    sock.close()
    lab.ns.xip("addr add 10.1.0.1/24 dev r0")


@check("no rule left: nothing is translated")
def last_rule():
    rules("postrouting oif t1 masquerade")
    seen = flow()
    equal(both_ways(UDP, seen).src, GATE, "before")
    rules()
    equal(pass_on(UDP, seen), seen, "after")


if __name__ == "__main__":
    need()
    ktap.run(setup)
