#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0
"""A neighbour is found, and a datagram goes both ways, over every kind of
Ethernet device.

	+------ one ------+            +------ two ------+
	| plain      v1 ──┼─── veth ───┼── w1            |
	| VLAN     v2.7 ──┼─── veth ───┼── w2.7          |
	| bridge    br0 ──┼─── veth ───┼── w3            |
	| macvlan    mv ──┼─── veth ───┼── w4            |
	| bond      bo0 ──┼─── veth ───┼── w5            |
	| VLAN on bond    |            |                 |
	|         bo0.9 ──┼─── veth ───┼── w5.9          |
	+-----------------+            +-----------------+
	  10.20.N.1/24                   10.20.N.2/24
"""
import ktap
from ktap import check, rows
from xlab import Delta, Ns, command, equal, need, until, veth

one = two = None
DEVICES = [("a veth pair", 1, "v1", "w1"), ("VLANs", 2, "v2.7", "w2.7"),
           ("a bridge", 3, "br0", "w3"), ("a macvlan", 4, "mv", "w4"),
           ("a bond", 5, "bo0", "w5"), ("a VLAN on a bond", 6, "bo0.9", "w5.9")]


def setup():
    global one, two
    one, two = Ns("one"), Ns("two")
    for number in range(1, 6):
        veth(one, "v%d" % number, two, "w%d" % number)
    one.ip("link add link v2 name v2.7 type vlan id 7",
           "link add br0 type bridge", "link set v3 master br0",
           "link add link v4 name mv type macvlan mode bridge",
           "link add bo0 type bond mode active-backup miimon 50",
           "link set v5 down", "link set v5 master bo0",
           "link add link bo0 name bo0.9 type vlan id 9",
           *["link set %s up" % d for d in ("v2.7", "br0", "mv", "bo0",
                                            "bo0.9")])
    two.ip("link add link w2 name w2.7 type vlan id 7",
           "link add link w5 name w5.9 type vlan id 9",
           "link set w2.7 up", "link set w5.9 up")
    one.xip(*["addr add 10.20.%d.1/24 dev %s" % (n, d)
              for _, n, d, _ in DEVICES])
    two.xip(*["addr add 10.20.%d.2/24 dev %s" % (n, d)
              for _, n, _, d in DEVICES])
    # bond and bridge take their time to forward; XARP asks again by itself
    for ns in (one, two):
        ns.sysctl(retrans_time_ms=200, mcast_solicit=50)


@rows("a datagram and its answer over %s", DEVICES)
def datagram(number, dev, _):
    here, there = "10.20.%d.1" % number, "10.20.%d.2" % number
    server = two.udp(there, 7)
    client = one.udp().connect(there, 7)
    client.send(b"to " + dev.encode())
    data, addr, port = server.recvfrom(20)
    equal((data, addr), (b"to " + dev.encode(), here), "request")
    server.sendto(data * 100, addr, port)
    equal(client.recv(), data * 100, "answer")
    until(lambda: one.neigh(there, dev)[0] == "REACHABLE", "REACHABLE")
    server.close()
    client.close()


@rows("a datagram as large as the link takes over %s", DEVICES)
def full_size(number, dev, _):
    there = "10.20.%d.2" % number
    server = two.udp(there, 7)
    client = one.udp().connect(there, 7)
    data = bytes(i * 11 & 255 for i in range(1472))
    client.send(data)
    equal(server.recv() == data, True, "datagram")
    server.close()
    client.close()


@check("xip ping over each of them")
def ping():
    one.sysctl(ping_group_range="0 0")
    for _, number, _, _ in DEVICES:
        with one:
            command("xip", "ping", "-c", "1", "10.20.%d.2" % number)


@check("a device that goes takes its neighbours along, and its routes")
def gone():
    client = one.udp()
    before = Delta(one)
    one.ip("link del mv")
    equal([n for n in one.xip_json("neigh show nud all")
           if n["dst"].startswith("10.20.4.")], [], "neighbours")
    try:
        client.sendto(b"x", "10.20.4.2", 7)
        raise AssertionError("sent")
    except OSError:
        pass
    equal(before.drops(), {}, "drops")
    client.close()


if __name__ == "__main__":
    need()
    ktap.run(setup)
