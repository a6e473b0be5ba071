#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0
"""Translation: ports and addresses out of ranges, and none left.

The gateway and its wires are xnat.py's.
"""
import os

import ktap
from ktap import check, rows
from xlab import equal, need
from xnat import (FAR, GATE, ICMP, POOL, TCP, UDP, VIP, both_ways, clients,
                  flow, lab, nothing, packet, pass_on, rules, setup)


# --- ports ------------------------------------------------------------------------------

@rows("clients with one %s behind one address are told apart",
      [("port", UDP), ("port of TCP", TCP), ("identification", ICMP)])
def equal_ports(proto):
    rules("postrouting oif t1 masquerade")
    first = flow(proto)
    there = [both_ways(proto, first._replace(src=src)) for src in clients(5)]
    equal({t.src for t in there}, {GATE}, "address")
    equal(there[0].sport, first.sport, "the first one's port")
    equal(len({t.sport for t in there}), 5, "different ports")
    # another destination, another set of ports (not in all, but each)
    other = first._replace(dst="10.40.0.1")
    equal(both_ways(proto, other._replace(src="10.20.0.2")).sport, first.sport,
          "to another destination")


@rows("a source port of the class %s stays in it", [
    ("1-511", 400, 1, 511), ("512-1023", 700, 600, 1023),
    ("1024-65535", 1024, 1024, 65535)])
def port_class(sport, low, high):
    rules("postrouting oif t1 masquerade")
    dst = "10.40.9.%d" % (sport % 200)
    there = [both_ways(UDP, flow(src=src, dst=dst, sport=sport))
             for src in clients(4)]
    equal(len({t.sport for t in there}), 4, "different ports")
    equal([t for t in there if not low <= t.sport <= high], [], "strays")


@check("random-fully keeps no port")
def random_fully():
    rules("postrouting oif t1 masquerade random-fully")
    flows = [flow() for _ in range(8)]
    kept = [f for f in flows if both_ways(UDP, f).sport == f.sport]
    equal(len(kept) < 3, True, "kept")


def said():
    """How often the log says that there are no ports."""
    log = os.open("/dev/kmsg", os.O_RDONLY | os.O_NONBLOCK)
    found = 0
    try:
        while True:
            found += b"no port left to translate" in os.read(log, 8192)
    except BlockingIOError:
        return found
    finally:
        os.close(log)


def refusals():
    """How many packets the statistics have as refused."""
    return sum(cpu["nat_exhausted"]
               for cpu in lab.ns.xip_json("conntrack stats"))


@check("4 ports: 4 connections for each destination, then a counted drop")
def exhausted():
    rules("postrouting oif t1 proto udp snat to 10.9.1.50:7000-7003")
    for dst in ("10.40.1.1", "10.40.1.2"):
        flows = [flow(dst=dst) for _ in range(4)]
        there = [both_ways(UDP, f) for f in flows]
        equal(sorted(t.sport for t in there), [7000, 7001, 7002, 7003], dst)
        nothing(packet(UDP, flow(dst=dst)), "NatExhausted")
        equal([both_ways(UDP, f) for f in flows], there, "the four go on")
    equal((refusals(), said()), (2, 1), "in the statistics, and in the log")


@check("two addresses of 2 ports carry 4 connections")
def two_addresses():
    rules("postrouting oif t1 proto udp snat to 10.9.1.50-10.9.1.51:7000-7001")
    there = [both_ways(UDP, flow(dst="10.40.2.1")) for _ in range(4)]
    equal(len(set(there)), 4, "different")
    equal({t.src for t in there}, {"10.9.1.50", "10.9.1.51"}, "addresses")
    nothing(packet(UDP, flow(dst="10.40.2.1")), "NatExhausted")


@check("a pool: clients spread; persistent: each keeps his address")
def pool():
    rules("postrouting oif t1 snat to 10.9.1.50-10.9.1.57")
    there = {pass_on(UDP, flow(src=src)).src for src in clients(16)}
    equal(len(there) > 3, True, "addresses used: %s" % there)
    rules("postrouting oif t1 snat to 10.9.1.50-10.9.1.57 persistent")
    for src in clients(3):
        there = {pass_on(UDP, flow(src=src, dst="10.40.3.%d" % i)).src
                 for i in range(6)}
        equal(len(there), 1, "addresses of one client")


@check("a source that is in the range already stays as it is")
def in_range():
    rules("postrouting oif t1 snat to 10.9.0.2-10.9.0.5")
    for i in range(6):
        seen = flow(dst="10.40.5.%d" % i)
        equal(both_ways(UDP, seen), seen, "outside")


@check("without a rule, a port changes only where answers would be ambiguous")
def clash():
    rules("prerouting dst %s dnat to %s" % (VIP, FAR))
    seen = flow(dst=VIP)
    there = both_ways(UDP, seen)
    direct = seen._replace(dst=FAR)
    other = both_ways(UDP, direct)
    equal(other._replace(sport=0), there._replace(sport=0), "but for the port")
    equal(other.sport != there.sport, True, "another port")
    equal(both_ways(UDP, seen), there, "the first one goes on")


# --- pools of servers -------------------------------------------------------------------

@check("balance rr: server after server")
def balance_rr():
    rules("prerouting dst %s dnat to %s-%s balance rr" % ((VIP,) + POOL))
    there = [both_ways(UDP, flow(dst=VIP)).dst for _ in range(8)]
    equal(sorted(set(there)), ["10.40.0.%d" % i for i in range(10, 14)],
          "servers")
    equal(there[:4], there[4:], "two rounds")


@check("balance hash: one client, one server; many clients, many servers")
def balance_hash():
    rules("prerouting dst %s dnat to %s-%s balance hash" % ((VIP,) + POOL))
    used = set()
    for src in clients(16):
        mine = {pass_on(UDP, flow(src=src, dst=VIP)).dst for _ in range(2)}
        equal(len(mine), 1, "servers of one client")
        used |= mine
    equal(len(used) > 2, True, "servers used: %s" % used)


@check("persistent: a client has one server, by whichever address he calls")
def dnat_persistent():
    line = "prerouting dst 10.70.0.0/16 dnat to %s-%s" % POOL
    called = ["10.70.1.%d" % i for i in range(1, 13)]

    def used(src):
        return {pass_on(UDP, flow(src=src, dst=dst)).dst for dst in called}
    rules(line + " persistent")
    for src in clients(3):
        equal(len(used(src)), 1, "servers of one client")
    rules(line)
    equal(len(used(clients(1)[0])) > 1, True, "servers without it")


@check("a server's ports: the next one where the client has one already")
def dnat_ports():
    rules("prerouting dst 10.70.0.0/16 proto udp dnat to %s:8000-8003" % FAR)
    first = flow(dst="10.70.2.1")
    flows = [first._replace(dst="10.70.2.%d" % i) for i in range(1, 6)]
    there = [both_ways(UDP, f) for f in flows]
    equal(there[:4], [first._replace(dst=FAR, dport=port)
                      for port in range(8000, 8004)], "four calls")
    # none left: the client's port changes
    equal((there[4].dst, there[4].dport in range(8000, 8004),
           there[4].sport != first.sport), (FAR, True, True), "the fifth")


if __name__ == "__main__":
    need()
    ktap.run(setup)
