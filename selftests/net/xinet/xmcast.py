# SPDX-License-Identifier: GPL-2.0
"""What the tests of multicast share: the host, its members, what it has joined.

	+----------- host ------------+
	| 10.9.0.1/24 on t0 ──────────┼── tap: the link
	| 10.8.0.1/24 on t1 ──────────┼── other: another link
	| 239/8 dev t0                |
	+-----------------------------+
"""
import errno
import json
import socket
import struct

from xlab import AF_XINET, Ns, XSock, command, equal
from xwire import Tap, calm

SOL_IP = socket.SOL_IP
IF, TTL, LOOP, ADD, DROP, ALL = 32, 33, 34, 35, 36, 49
IP_TTL, IP_PKTINFO = 2, 8
GROUP, TWIN, THIRD = "239.1.2.3", "238.129.2.3", "239.9.9.9"
GROUP_MAC = "01:00:5e:01:02:03"
PORT = 77
index = {}


def aton(addr):
    """Four bytes."""
    return socket.inet_aton(addr)


def mreq(group, addr="0.0.0.0"):
    """struct ip_mreq."""
    return aton(group) + aton(addr)


def mreqn(group, addr="0.0.0.0", dev=0):
    """struct ip_mreqn; the device by name or number."""
    return mreq(group, addr) + struct.pack("=i", index.get(dev, dev))


def group_req(group, dev, family=AF_XINET):
    """struct group_req."""
    address = struct.pack("=H2x", family) + aton(group) + bytes(120)
    return struct.pack("@I4x", index.get(dev, dev)) + address


class Member(XSock):
    """A socket on PORT, with options."""

    def __init__(self, addr="0.0.0.0", dev=None, join=(), only=False,
                 port=PORT):
        super().__init__(dev=dev)
        self.option(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.bind(addr, port)
        for group, where in join:
            self.join(group, where)
        if only:
            self.option(SOL_IP, ALL, 0)

    def join(self, group, dev):
        """IP_ADD_MEMBERSHIP."""
        self.option(SOL_IP, ADD, mreqn(group, dev=dev))

    def leave(self, group, dev):
        """IP_DROP_MEMBERSHIP."""
        self.option(SOL_IP, DROP, mreqn(group, dev=dev))


class Host(Ns):
    """The host, with both of its links."""

    def __init__(self):
        super().__init__("host")
        self.tap, self.other = Tap(self), Tap.second(self)
        self.xip("route add 239.0.0.0/8 dev t0")
        # the same for IPv4, to compare with
        self.ip("addr add 10.9.0.1/24 dev t0", "addr add 10.8.0.1/24 dev t1",
                "route add 239.0.0.0/8 dev t0")
        self.learn("lo", "t0", "t1")
        calm(self)

    def learn(self, *devices):
        """Remember the numbers of devices, for mreqn() and group_req()."""
        with self:
            for dev in devices:
                index[dev] = socket.if_nametoindex(dev)

    def dummy(self, name="d0"):
        """Another device."""
        self.ip("link add %s type dummy" % name, "link set %s up" % name)
        self.learn(name)

    def member(self, *args, **words):
        """A socket on PORT, with options."""
        with self:
            return Member(*args, **words)

    def inet_socket(self):
        """IPv4's, to compare with."""
        with self:
            return socket.socket(socket.AF_INET, socket.SOCK_DGRAM)


def outcome(sock, what):
    """What came of an option: "ok", bytes, or the error's name."""
    call, name, value = what
    try:
        if call == "get":
            return sock.getsockopt(SOL_IP, name, value)
        sock.setsockopt(SOL_IP, name, value() if callable(value) else value)
        return "ok"
    except OSError as error:
        return errno.errorcode[error.errno]


def put(name, value):
    """To set an option."""
    return ("set", name, value)


def get(name, room=4):
    """To read one."""
    return ("get", name, room)


def frame(wire, data=b"to the group", dst=GROUP, dport=PORT, **fields):
    """A datagram to a group, from the peer on that link."""
    made = wire.udp(data, dst=dst, dport=dport, **fields)
    made.dst = "01:00:5e:%02x:%02x:%02x" % ((aton(dst)[1] & 127,) +
                                            tuple(aton(dst)[2:]))
    return made


def maddr(ns, dev="t0"):
    """{MAC: users} of the device's filter, IPv4's own aside."""
    with ns:
        shown = json.loads(command("ip", "-j", "maddr", "show", "dev", dev))
    return {entry["link"]: entry.get("users", 1)
            for entry in shown[0]["maddr"] if "link" in entry}


def groups(ns):
    """{(device, group): users} of /proc/net/xinet/mcast."""
    with ns, open("/proc/thread-self/net/xinet/mcast",
                  encoding="ascii") as lines:
        found = {}
        for line in list(lines)[1:]:
            number, dev, group, users = line.split()
            equal(int(number), socket.if_nametoindex(dev), "index")
            found[dev, group] = int(users)
    return found


ALWAYS = {(dev, "224.0.0.1"): 1 for dev in ("lo", "t0", "t1")}
