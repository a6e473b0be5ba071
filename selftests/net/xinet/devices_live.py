#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0
"""Devices that change while datagrams go over them, of every kind.

	+------ one ------+            +------ two ------+
	|           v0  ──┼─── veth ───┼── w0            |
	|         v1.7  ──┼─── veth ───┼── w1.7          |
	|          br0  ──┼─── veth ───┼── w2            |
	|           mv  ──┼─── veth ───┼── w3            |
	|          bo0  ──┼─── veth ───┼── w4            |
	|          vx0  ──┼─ VXLAN over IPv4 over v5, w5 ┼── vx0
	+-----------------+            +-----------------+
	  10.21.N.1/24                   10.21.N.2/24

One process floods every address from one side to the other all the while, and
is answered by another; each check changes something under it and wants to see
datagrams come through afterwards.
"""
import atexit
import json
import os
import subprocess
import sys
import time

import ktap
from ktap import check, rows
from xlab import SLOW, Ns, command, equal, need, until, veth

one = two = None
KINDS = [("veth", 0, "v0", "w0"), ("VLAN", 1, "v1.7", "w1.7"),
         ("bridge", 2, "br0", "w2"), ("macvlan", 3, "mv", "w3"),
         ("bond", 4, "bo0", "w4"), ("VXLAN", 5, "vx0", "vx0")]
MANY = 1000 if SLOW == 1 else 80

# Datagrams to every address in turn, of two sizes, some hundred a second.
FLOOD = """
import time
from xlab import XSock
socks = [XSock() for _ in range(6)]
while True:
    for number, sock in enumerate(socks):
        for size in (20, 1300):
            try:
                sock.sendto(bytes(size), "10.21.%d.2" % number, 7)
                sock.pending()
            except OSError:
                pass
    time.sleep(0.02)
"""
ECHO = """
import select
from xlab import XSock
sock = XSock("0.0.0.0", 7)
while True:
    try:
        data, addr, port = sock.recvfrom(3600)
        sock.sendto(data, addr, port)
    except OSError:
        pass
"""
running = []


def spawn(ns, program):
    """A Python program in a namespace, until the end."""
    env = dict(os.environ, PYTHONPATH=os.path.dirname(__file__))
    with ns:
        running.append(subprocess.Popen([sys.executable, "-B", "-c", program],
                                        env=env))


def end():
    """No more traffic."""
    for p in running:
        p.kill()
        p.wait()


def setup():
    global one, two
    one, two = Ns("one"), Ns("two")
    subprocess.run(["modprobe", "-qa", "8021q", "bridge", "macvlan", "bonding",
                    "vxlan"], check=False)
    for number in range(6):
        veth(one, "v%d" % number, two, "w%d" % number)
    one.ip("link add link v1 name v1.7 type vlan id 7",
           "link add br0 type bridge", "link set v2 master br0",
           "link add link v3 name mv type macvlan mode bridge",
           "link add bo0 type bond mode active-backup miimon 50",
           "link set v4 down", "link set v4 master bo0",
           "addr add 192.0.2.1/24 dev v5",
           "link add vx0 type vxlan id 5 dstport 4789 remote 192.0.2.2 dev v5",
           *["link set %s up" % d for d in ("v1.7", "br0", "mv", "bo0",
                                            "vx0")])
    two.ip("link add link w1 name w1.7 type vlan id 7",
           "addr add 192.0.2.2/24 dev w5",
           "link add vx0 type vxlan id 5 dstport 4789 remote 192.0.2.1 dev w5",
           "link set w1.7 up", "link set vx0 up")
    configure()
    for ns in (one, two):
        ns.sysctl(retrans_time_ms=200, mcast_solicit=50)
    atexit.register(end)
    spawn(two, ECHO)
    spawn(one, FLOOD)


def configure(only=None):
    """Addresses on both ends of one link, or of all."""
    kinds = [k for k in KINDS if only in (None, k[1])]
    one.xip(*["addr replace 10.21.%d.1/24 dev %s" % (n, d)
              for _, n, d, _ in kinds])
    two.xip(*["addr replace 10.21.%d.2/24 dev %s" % (n, d)
              for _, n, _, d in kinds])


def link(dev):
    """What ip(8) says of a device."""
    with one:
        return json.loads(command("ip", "-j", "-s", "link", "show", dev))[0]


def through(number, size=100):
    """Wait until a datagram has gone there and back."""
    sock = one.udp("10.21.%d.1" % number)
    data = os.urandom(size)

    def answered():
        try:
            sock.sendto(data, "10.21.%d.2" % number, 7)
        except OSError:
            pass
        end = time.monotonic() + 0.05 * SLOW
        while time.monotonic() < end:
            if data in sock.pending():
                return True
        return False
    until(answered, "an answer", 20)
    sock.close()


@rows("a datagram there and back over a %s device, as large as it takes", KINDS)
def passes(number, dev, _):
    through(number)
    mtu = link(dev)["mtu"]
    equal(mtu >= 1450, True, "MTU")
    through(number, mtu - 28)


@rows("the MTU of a %s device shrinks and grows", KINDS)
def mtu_changes(number, dev, _):
    was = link(dev)["mtu"]
    for mtu in (576, 1400, 68, was):
        one.ip("link set %s mtu %d" % (dev, mtu))
        through(number, 40 if mtu == 68 else 500)
    equal(one.xip_json("route get 10.21.%d.2" % number)[0]["dev"], dev, "dev")


@rows("a %s device goes down and up", KINDS)
def down_up(number, dev, _):
    for _ in range(3):
        one.ip("link set %s down" % dev, "link set %s up" % dev)
    through(number)


@rows("the carrier of a %s device comes and goes", KINDS)
def carrier(number, dev, peer):
    for _ in range(3):
        two.ip("link set w%d down" % number, "link set w%d up" % number)
    if peer != "w%d" % number:
        two.ip("link set %s up" % peer)
    through(number)


@rows("a new MAC on both ends of a %s link", KINDS)
def new_mac(number, dev, peer):
    one.ip("link set %s address 02:aa:00:00:01:%02x" % (dev, number))
    two.ip("link set %s address 02:aa:00:00:02:%02x" % (peer, number))
    # the announcements tell the neighbours at once
    until(lambda: one.neigh("10.21.%d.2" % number, dev)[1] ==
          "02:aa:00:00:02:%02x" % number, "MAC of the other end", 20)
    through(number)


MOVABLE = [k for k in KINDS if k[0] in ("veth", "VLAN", "macvlan")]


@rows("a %s device moves to another namespace and back", MOVABLE)
def moves(number, dev, _):
    away, home = Ns("away"), one
    with home:
        command("ip", "link", "set", dev, "netns", away.path)
    away.ip("link set %s up" % dev)
    away.xip("addr add 10.21.%d.1/24 dev %s" % (number, dev))
    with away:
        command("ip", "link", "set", dev, "netns", home.path)
    equal(away.xip_json("route show"), [], "routes left behind")
    home.ip("link set %s up" % dev)
    configure(number)
    through(number)
    os.close(away.fd)


@rows("a %s device goes for good and comes back", [
    ("VLAN", 1, "v1.7", "link add link v1 name v1.7 type vlan id 7"),
    ("macvlan", 3, "mv", "link add link v3 name mv type macvlan mode bridge"),
    ("VXLAN", 5, "vx0", "link add vx0 type vxlan id 5 dstport 4789 "
                        "remote 192.0.2.2 dev v5")])
def gone(number, dev, make):
    one.ip("link del " + dev)
    equal([a for a in one.xip_json("addr show") if a["ifname"] == dev], [],
          "addresses")
    one.ip(make, "link set %s up" % dev)
    configure(number)
    through(number)


@check("%d devices with an address each, beside the traffic" % MANY)
def many():
    one.ip(*["link add d%d type dummy" % i for i in range(MANY)],
           *["link set d%d up" % i for i in range(MANY)])
    one.xip(*["addr add 10.%d.%d.1/24 dev d%d" % (100 + i // 250, i % 250, i)
              for i in range(MANY)])
    equal(len(one.xip_json("route show")) >= MANY, True, "routes")
    for i in (0, 1, MANY // 2, MANY - 1):
        equal(one.xip_json("route get 10.%d.%d.9" % (100 + i // 250, i % 250))
              [0]["dev"], "d%d" % i, "dev")
    for number in range(6):
        through(number)
    # all of them at once, by their group
    one.ip(*["link set d%d group 7" % i for i in range(MANY)],
           "link del group 7")
    equal([a for a in one.xip_json("addr show")
           if a["ifname"].startswith("d")], [], "addresses left")
    for number in range(6):
        through(number)


@check("dummy devices take what is sent and give nothing back")
def dummy():
    one.ip("link add du0 type dummy", "link set du0 up")
    one.xip("addr add 10.22.0.1/24 dev du0")
    sock = one.udp()
    sock.sendto(b"x", "10.22.0.2", 7)
    equal(link("du0")["stats64"]["tx"]["packets"] >= 1, True, "frames sent")
    one.ip("link del du0")
    sock.close()


@check("the traffic was there all the while")
def alive():
    equal([p.poll() for p in running], [None, None], "exit status")


if __name__ == "__main__":
    need()
    ktap.run(setup)
