#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0
"""The inside of two_machines.sh: server answers until it is told to end,
client checks."""
import errno
import os
import select
import socket
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)),
                                "../net/xinet"))
# pylint: disable=wrong-import-position
import ktap                                                     # noqa: E402
from ktap import check, rows                                    # noqa: E402
from xlab import (XSock, command, dump_neighbours, equal,       # noqa: E402
                  refused, until)

HOST = {"client": "10.9.0.1", "server": "10.9.0.2"}
PORT = 7
NEW_MAC = "02:00:00:00:0a:01"
dev = None


def bring_up(role):
    """The one device there is, with this machine's address."""
    global dev
    subprocess.run(["modprobe", "-q", "virtio_net"], check=False)

    def found():
        return [d for d in os.listdir("/sys/class/net") if d != "lo" and
                os.path.exists("/sys/class/net/%s/device" % d)]
    dev = until(found, "a virtio-net device", 20)[0]
    with open("/proc/sys/net/ipv6/conf/%s/disable_ipv6" % dev, "w",
              encoding="ascii") as knob:
        knob.write("1")
    command("ip", "link", "set", dev, "up")
    command("xip", "addr", "add", HOST[role] + "/24", "dev", dev)
    with open("/proc/sys/net/xinet/ping_group_range", "w",
              encoding="ascii") as knob:
        knob.write("0 0")


def serve():
    """Echo; words that begin with ! are orders."""
    sock = XSock(HOST["server"], PORT)
    deadline = time.monotonic() + 280
    while time.monotonic() < deadline:
        try:
            data, addr, port = sock.recvfrom(1)
        except AssertionError:
            continue
        if data == b"!mac":
            command("ip", "link", "set", dev, "address", NEW_MAC)
        sock.sendto(data, addr, port)
        if data == b"!end":
            return 0
        if data == b"!away":
            # longer than three requests of XARP go unanswered
            command("ip", "link", "set", dev, "down")
            time.sleep(6)
            # the order came more than once if its answer was late
            sock.pending()
            command("ip", "link", "set", dev, "up")
    print("nobody said the end")
    return 1


def echo(data, seconds=60):
    """Send until the same comes back: a wire may lose."""
    sock = XSock(HOST["client"], 0).connect(HOST["server"], PORT)

    def answered():
        try:
            sock.send(data)
            return sock.recv(0.3) == data
        except (AssertionError, OSError):
            return False
    until(answered, "an answer of %d bytes" % len(data), seconds)
    sock.close()


def server_mac():
    """Of the server's neighbour entry."""
    netlink = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)
    found = [mac for (addr, _), (_, mac) in dump_neighbours(netlink)
             if addr == HOST["server"]]
    netlink.close()
    return found[0] if found else None


@check("the other machine's kernel is found by XARP")
def neighbour():
    # the other machine may be slower to boot
    echo(b"hello", 200)
    equal(server_mac(), "02:00:00:00:02:01", "MAC")


@check("xip ping")
def ping():
    command("xip", "ping", "-c", "3", HOST["server"])


@rows("a datagram of %d bytes there and back", [
    (n, n) for n in (0, 1, 17, 18, 19, 512, 1471, 1472)])
def sizes(length):
    echo(bytes(i * 7 & 255 for i in range(length)))


@check("300 datagrams in one go: what comes back is what was sent, in order")
def burst():
    sock = XSock(HOST["client"], 0).connect(HOST["server"], PORT)
    sent = [b"%d" % i * 100 for i in range(300)]
    for data in sent:
        # as fast as the device's queue takes them
        select.select([], [sock.sock], [])
        sock.send(data)
    got = []
    try:
        while len(got) < len(sent):
            got.append(sock.recv(1))
    except AssertionError:
        pass
    equal(len(got) > 0, True, "answers")
    order = iter(sent)
    equal(all(data in order for data in got), True, "order")
    sock.close()


@check("nobody listens: the other machine's ICMP makes it ECONNREFUSED")
def closed_port():
    sock = XSock(HOST["client"], 0).connect(HOST["server"], 9)
    sock.send(b"x")
    until(lambda: sock.error() == "ECONNREFUSED", "ECONNREFUSED")
    sock.close()


@check("the server's new MAC is followed")
def new_mac():
    echo(b"!mac")
    until(lambda: server_mac() == NEW_MAC, "the announcement")
    echo(b"after")


@check("a server that is away is unreachable, and back when it is back")
def away():
    sock = XSock(HOST["client"], 0).connect(HOST["server"], PORT)

    def unreachable():
        try:
            sock.send(b"x")
        except OSError as error:
            return error.errno == errno.EHOSTUNREACH
        return False

    def noticed():
        # if it is back before this machine has noticed, once more
        echo(b"!away")
        command("xip", "neigh", "flush", "dev", dev)
        try:
            until(unreachable, "an error", 8)
        except AssertionError:
            return False
        return True
    until(noticed, "an unreachable server", 100)
    sock.close()
    echo(b"back")


@check("without a route it says so at once")
def no_route():
    refused("ENETUNREACH", XSock().sendto, b"x", "10.77.0.1", 9)


@check("the server ends when told")
def end():
    echo(b"!end")


if __name__ == "__main__":
    bring_up(sys.argv[1])
    if sys.argv[1] == "server":
        sys.exit(serve())
    ktap.run()
