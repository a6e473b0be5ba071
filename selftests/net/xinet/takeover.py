#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0
"""An address that moves to another host, a host that moves to another port,
and an address that two hosts have.

	+-- client --+      +---------- lan ----------+      +-- first --+
	| c  10.9.0.1 ├─────┤ p0     bridge br0    p1 ├──────┤ f         |
	+------------+      |                         |      +-----------+
	                    |                      p2 ├──────┤ s  second |
	                    |                      p3 ├──── (a spare port)
	                    +-------------------------+
	10.9.0.100 is the service's address, on first or on second.
"""
import os

import ktap
from ktap import check
from xlab import Delta, Ns, command, equal, need, until, veth

lan = client = first = second = None
SERVICE = "10.9.0.100"
MACS = {}


def setup():
    global lan, client, first, second
    lan, client = Ns("lan"), Ns("client")
    first, second = Ns("first"), Ns("second")
    lan.ip("link add br0 type bridge", "link set br0 up")
    for port, (ns, dev) in enumerate(((client, "c"), (first, "f"),
                                      (second, "s"), (lan, "x"))):
        MACS[dev] = veth(lan, "p%d" % port, ns, dev)[1]
        lan.ip("link set p%d master br0" % port)
    client.xip("addr add 10.9.0.1/24 dev c")
    first.xip("addr add 10.9.0.2/24 dev f")
    second.xip("addr add 10.9.0.3/24 dev s")
    for ns in (client, first, second):
        ns.sysctl(retrans_time_ms=200, mcast_solicit=50)


def give(ns, dev):
    """The service's address to a host."""
    ns.xip("addr add %s/24 dev %s" % (SERVICE, dev))


def take(ns, dev):
    """The service's address from a host."""
    ns.xip("addr del %s/24 dev %s" % (SERVICE, dev))


@check("an address that moves to another host is followed with the next datagram")
def moves():
    give(first, "f")
    one = first.udp("0.0.0.0", 7)
    two = second.udp("0.0.0.0", 7)
    sock = client.udp().connect(SERVICE, 7)
    sock.send(b"to first")
    equal(one.recv(20), b"to first", "first")
    for number in range(4):
        ns, dev, other, old, new = (second, "s", first, "f", two) \
            if number % 2 == 0 else (first, "f", second, "s", one)
        # the old host has died: it takes no leave, and defends nothing
        other.ip("link set %s down" % old)
        give(ns, dev)
        until(lambda dev=dev: client.neigh(SERVICE, "c")[1] == MACS[dev],
              "the announcement")
        sock.send(b"%d" % number)
        equal(new.recv(), b"%d" % number, "the datagram behind it")
        take(other, old)
        other.ip("link set %s up" % old)
    take(first, "f")
    equal((one.pending(), two.pending()), ([], []), "other datagrams")
    for s in (one, two, sock):
        s.close()


@check("an answer under way reaches the client, whoever has the address now")
def both_ways():
    give(first, "f")
    server = first.udp(SERVICE, 7)
    sock = client.udp().connect(SERVICE, 7)
    sock.send(b"request")
    data, addr, port = server.recvfrom(20)
    take(first, "f")
    give(second, "s")
    later = second.udp(SERVICE, 7)
    later.sendto(data + b" answered", addr, port)
    equal(sock.recv(20), b"request answered", "answer")
    take(second, "s")
    for s in (server, later, sock):
        s.close()


@check("a socket survives its device's move to another port of the bridge")
def other_port():
    give(first, "f")
    server = first.udp(SERVICE, 7)
    sock = client.udp().connect(SERVICE, 7)
    sock.send(b"1")
    equal(server.recvfrom(20)[0], b"1", "before")
    # unplugged, and plugged in elsewhere: the MAC is the same
    lan.ip("link set p1 nomaster", "link add br1 type bridge",
           "link set p1 master br1", "link set br1 up",
           "link add q0 type veth peer name q1", "link set q0 master br0 up",
           "link set q1 master br1 up")
    first.ip("link set f down", "link set f up")
    first.xip("neigh flush dev f")

    def answered():
        sock.send(b"2")
        return b"2" in server.pending()
    until(answered, "a datagram after the move", 20)
    data, port = b"3", sock.local()[1]
    server.sendto(data, "10.9.0.1", port)
    equal(sock.recv(20), data, "answer")
    lan.ip("link del q0", "link set p1 nomaster", "link set p1 master br0",
           "link del br1")
    take(first, "f")
    for s in (server, sock):
        s.close()


@check("a whole namespace moves: its sockets go on behind another device")
def other_device():
    give(first, "f")
    server = first.udp(SERVICE, 7)
    sock = client.udp().connect(SERVICE, 7)
    sock.send(b"1")
    equal(server.recvfrom(20)[0], b"1", "before")
    first.ip("link del f")
    with lan:
        command("ip", "link", "set", "x", "netns", first.path)
    first.ip("link set x up")
    first.xip("addr add 10.9.0.2/24 dev x")
    give(first, "x")
    until(lambda: client.neigh(SERVICE, "c")[1] == MACS["x"],
          "the announcement", 20)
    sock.send(b"2")
    equal(server.recvfrom(20)[0], b"2", "after")
    server.sendto(b"3", "10.9.0.1", sock.local()[1])
    equal(sock.recv(20), b"3", "answer")
    take(first, "x")
    for s in (server, sock):
        s.close()


def kernel_log():
    """What the kernel says from here on."""
    fd = os.open("/dev/kmsg", os.O_RDONLY | os.O_NONBLOCK)
    os.lseek(fd, 0, os.SEEK_END)
    return fd


def read_log(fd):
    """All that it has said."""
    text = b""
    while True:
        try:
            text += os.read(fd, 8192)
        except BlockingIOError:
            return text.decode()


@check("an address that two hosts have is told on both")
def duplicate():
    give(first, "x")
    log, told = kernel_log(), ""
    old, new = Delta(first), Delta(second)
    give(second, "s")
    until(lambda: old.get("Xinet.XarpConflict") >= 1, "told on the first")
    until(lambda: new.get("Xinet.XarpConflict") >= 1, "told on the second")
    told = read_log(log)
    for mac in (MACS["s"], MACS["x"]):
        equal("%s also uses our address %s" % (mac, SERVICE) in told, True,
              "the log about %s in %r" % (mac, told))
    # both insist, but they do not shout at each other
    counts = old.get("Xinet.XarpConflict"), new.get("Xinet.XarpConflict")
    equal(max(counts) <= 2, True, "conflicts %r" % (counts,))
    take(second, "s")
    take(first, "x")
    os.close(log)


if __name__ == "__main__":
    need()
    ktap.run(setup)
