#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0
"""What an odd or hostile program asks of a datagram socket, beside IPv4's:
every message flag, addresses of every length and family, a bind that fails
late, and packets that were changed before their timestamp came back.

	+------------- host -------------+
	| 127.0.0.1, 10.9.0.1/24 on t0 ──┼── tap: 10.9.0.2
	+--------------------------------+
"""
import ctypes
import errno
import os
import select
import socket
import struct

import ktap
from ktap import check, rows
from xlab import AF_XINET, LIBC, Ns, equal, need, refused, sockaddr, until
from xwire import HOST, PEER, XUDP, Tap, calm

LO, PORT, PROTO = "127.0.0.1", 5000, 200
MSG_OOB, MSG_CONFIRM, MSG_PROBE, MSG_MORE = 1, 0x800, 0x10, 0x8000
MSG_PEEK, MSG_TRUNC, MSG_DONTWAIT, MSG_ERRQUEUE = 2, 0x20, 0x40, 0x2000
IP_OPTIONS, IP_RECVOPTS, IP_RETOPTS = 4, 6, 7
SO_TIMESTAMPING = 37
ns = tap = None


def setup():
    global ns, tap
    ns = Ns("host")
    tap = Tap(ns)
    calm(ns)
    ns.sysctl(ping_group_range="0 2147483647")
    ns.ip("addr add 10.9.0.1/24 dev t0", "addr add 10.9.0.9/24 dev t0")
    ns.xip("addr add 10.9.0.9/24 dev t0")
    with ns, open("/proc/sys/net/ipv4/ping_group_range", "w",
                  encoding="ascii") as knob:
        knob.write("0 2147483647")


# --- two families, three kinds -----------------------------------------------

KINDS = {"UDP": (socket.SOCK_DGRAM, 0), "ping": (socket.SOCK_DGRAM, 1),
         "raw": (socket.SOCK_RAW, PROTO)}
ECHO = b"\x08\0\0\0\0\0\0\x07"


class Odd:
    """A socket of either family, by the bare calls; errors are names."""

    def __init__(self, family, kind):
        self.family = family
        with ns:
            handle = LIBC.socket(family, *KINDS[kind])
        if handle < 0:
            raise OSError(ctypes.get_errno(), "socket")
        self.sock = socket.socket(socket.AF_INET, *KINDS[kind], handle)
        self.sock.setblocking(False)

    def said(self, result):
        """What a call returned, or the name of its error."""
        return result if result >= 0 else errno.errorcode[ctypes.get_errno()]

    def name(self, addr, port=0):
        """An address of the socket's own family."""
        return sockaddr(addr, port, self.family)

    def call(self, what, name, length):
        """bind(2) or connect(2)."""
        func = getattr(LIBC, what)
        return self.said(func(self.sock.fileno(), name, length))

    def sendto(self, data, flags=0, name=None, length=0):
        """sendto(2)."""
        return self.said(LIBC.sendto(self.sock.fileno(), data, len(data),
                                     flags, name, length))

    def recv(self, room, flags=0):
        """recv(2): (result, bytes)."""
        data = ctypes.create_string_buffer(room)
        said = self.said(LIBC.recv(self.sock.fileno(), data, room, flags))
        return said, data.raw

    def pending(self):
        """How many messages are there, and takes them."""
        count = 0
        while isinstance(self.recv(2000)[0], int):
            count += 1
        return count

    def close(self):
        """close(2)."""
        self.sock.close()


def beside_inet(func, *args):
    """What IPv4 says; ours must say the same."""
    theirs = func(socket.AF_INET, *args)
    equal(func(AF_XINET, *args), theirs, "AF_XINET beside IPv4")
    return theirs


def couple(family, kind):
    """A receiver at 127.0.0.1 and a sender that is connected to it."""
    hear, say = Odd(family, kind), Odd(family, kind)
    where = hear.name(LO, PORT)
    equal(hear.call("bind", where, 16), 0, "bind")
    equal(say.call("connect", where, 16), 0, "connect")
    return hear, say


# --- message flags -----------------------------------------------------------

BITS = [1 << bit for bit in range(31)]
SEND_FLAGS = BITS + [MSG_PROBE | MSG_CONFIRM, MSG_PROBE | MSG_DONTWAIT,
                     MSG_PROBE | 4, MSG_CONFIRM | MSG_DONTWAIT]
# the kernel's own word, which 6.1 takes from programs, too
SENDPAGE_NOTLAST = 0x20000


def sent(family, kind, flags, data):
    hear, say = couple(family, kind)
    said = say.sendto(data, flags)
    # who pings hears the answer himself
    found = (say if kind == "ping" else hear).pending()
    hear.close()
    say.close()
    return said, found


@rows("send flags beside IPv4's: %s", [
    (kind, kind, data) for kind, data in (("UDP", b"data"), ("UDP", b""),
                                          ("ping", ECHO), ("raw", b"data"),
                                          ("raw", b""))])
def send_flags(kind, data):
    for flags in SEND_FLAGS:
        if flags == SENDPAGE_NOTLAST:
            continue
        # a datagram is whole in one call
        if flags == MSG_MORE:
            equal(sent(AF_XINET, kind, flags, data), ("ENOTSUP", 0),
                  "flags 0x%x" % flags)
            continue
        theirs = sent(socket.AF_INET, kind, flags, data)
        equal(sent(AF_XINET, kind, flags, data), theirs,
              "flags 0x%x beside IPv4" % flags)


def received(family, kind, flags, room):
    hear, say = couple(family, kind)
    for data in (b"first", b"next!"):
        equal(say.sendto(ECHO + data if kind == "ping" else data) !=
              "EAGAIN", True, "send")
    who = say if kind == "ping" else hear
    said, data = who.recv(room, flags)
    left = who.pending()
    for each in (hear, say):
        each.close()
    # headers differ in version, checksum and identification
    return said, data[-5:] if room > 32 else None, left


@rows("recv flags beside IPv4's: %s", [(kind, kind) for kind in KINDS])
def recv_flags(kind):
    for flags in BITS + [MSG_PEEK | MSG_TRUNC, MSG_PEEK | MSG_DONTWAIT,
                         MSG_ERRQUEUE | MSG_PEEK, MSG_ERRQUEUE | MSG_TRUNC,
                         MSG_OOB | MSG_PEEK, MSG_TRUNC | MSG_DONTWAIT]:
        for room in (0, 3, 100):
            ours = received(AF_XINET, kind, flags, room)
            if flags & MSG_OOB:
                # none of ours has urgent data; IPv4's UDP does not look
                equal(ours, ("ENOTSUP", ours[1], 2), "MSG_OOB")
                continue
            theirs = received(socket.AF_INET, kind, flags, room)
            if kind == "ping" and flags & MSG_TRUNC and \
                    isinstance(theirs[0], int):
                # recv(2): the real length, which IPv4's ping does not say
                theirs = (13,) + theirs[1:]
            equal(ours, theirs, "flags 0x%x, room %d, beside IPv4" %
                  (flags, room))


# --- addresses ---------------------------------------------------------------

def named(family, kind, call, length, kin):
    """One call with an address of that length; @kin: family, None for own."""
    sock = Odd(family, kind)
    name = sockaddr(LO, PORT, family if kin is None else kin) + bytes(120)
    data = ECHO if kind == "ping" else b"data"
    if call == "sendto":
        said = sock.sendto(data, 0, name, length)
    else:
        said = sock.call(call, name, length)
    sock.close()
    return said


def own(call, kind, length, kin, said):
    """What IPv4 says, but where we say another thing on purpose."""
    if kind == "raw" and call == "sendto" and not length:
        # an address is one, however short
        return "EINVAL"
    if kind == "raw" and call == "bind" and length >= 16 and \
            kin in (socket.AF_INET6, 0xffff) and not said:
        # raw(7) of IPv4 binds to whatever looks like an address
        return "EAFNOSUPPORT"
    return said


@rows("lengths and families of an address beside IPv4's: %s", [
    ("%s, %s" % (call, kind), call, kind)
    for call in ("sendto", "bind", "connect") for kind in KINDS])
def lengths(call, kind):
    for length in list(range(-1, 20)) + [64, 128, 129, 1 << 30]:
        for kin in (None, socket.AF_UNSPEC, socket.AF_INET6, 0xffff):
            theirs = named(socket.AF_INET, kind, call, length, kin)
            equal(named(AF_XINET, kind, call, length, kin),
                  own(call, kind, length, kin, theirs),
                  "%d bytes, family %s, beside IPv4" % (length, kin))


@check("a bind that fails late leaves no source behind")
def late_bind():
    def source(family):
        taken, sock, hear = (Odd(family, "UDP") for _ in range(3))
        equal(hear.call("bind", hear.name("10.9.0.1", 7), 16), 0)
        equal(taken.call("bind", taken.name("10.9.0.9", 9), 16), 0)
        equal(sock.call("bind", sock.name("10.9.0.9"), 16), 0, "bind")
        equal(sock.call("connect", sock.name(HOST, 7), 16), 0, "connect")
        # takes the port away, as it was not asked for
        equal(sock.call("connect", bytes(16), 16), 0, "disconnect")
        equal(sock.call("bind", sock.name("10.9.0.9", 9), 16), "EADDRINUSE")
        equal(sock.sendto(b"who", 0, sock.name(HOST, 7), 16), 3, "sendto")
        name = ctypes.create_string_buffer(16)
        size = ctypes.c_int(16)
        LIBC.recvfrom(hear.sock.fileno(), ctypes.create_string_buffer(9), 9,
                      0, name, ctypes.byref(size))
        for each in (taken, sock, hear):
            each.close()
        return socket.inet_ntoa(name.raw[4:8])
    equal(beside_inet(source), HOST)


# --- what comes back with a timestamp ----------------------------------------

STAMPS = 1 << 1 | 1 << 4 | 1 << 10      # TX_SOFTWARE, SOFTWARE, OPT_CMSG


def stamped(options):
    """Control messages of SOL_IP beside the timestamp of a datagram."""
    sock = ns.udp().connect(PEER, 9)
    for name in (IP_RECVOPTS, IP_RETOPTS):
        sock.option(socket.SOL_IP, name, 1)
    sock.option(socket.SOL_IP, IP_OPTIONS, options)
    sock.option(socket.SOL_SOCKET, SO_TIMESTAMPING, STAMPS)
    sock.send(b"x")
    poll = select.poll()
    poll.register(sock.sock, 0)
    until(lambda: poll.poll(0), "POLLERR")
    data, control, _, _ = sock.sock.recvmsg(2000, 512, socket.MSG_ERRQUEUE)
    equal(data[-1:], b"x", "data")
    sock.close()
    tap.frames()
    return [(kind, value) for level, kind, value in control
            if level == socket.SOL_IP and kind in (IP_RECVOPTS, IP_RETOPTS)]


@check("as IPv4's, a datagram's own options do not come with its timestamp")
def stamp_options():
    equal(stamped(b"\x94\x04\0\0"), [], "control messages")


@check("a header that a device's filter made longer shows no memory behind it")
def stamp_lying():
    # IHL 15, of a packet that is 29 bytes long
    lines = ("qdisc add dev t0 clsact",
             "filter add dev t0 egress protocol all matchall action pedit "
             "munge offset 0 u8 set 0xef")
    with ns:
        done = [os.system("tc " + line) for line in lines]
    try:
        if any(done):
            raise ktap.Skip("this kernel has no act_pedit")
        equal(stamped(b""), [], "control messages")
    finally:
        with ns:
            os.system("tc qdisc del dev t0 clsact")


if __name__ == "__main__":
    need()
    ktap.run(setup)
