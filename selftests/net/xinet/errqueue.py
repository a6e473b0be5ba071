#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0
"""The error queue: IP_RECVERR, and recvmsg() with MSG_ERRQUEUE.

	+-------- host --------+
	| 10.9.0.1/24 on t0 ───┼── tap, MTU 1500: 10.9.0.2, which answers what
	| 10.50.0.0/16 via .2  |   the test has it answer
	+----------------------+
"""
import errno
import os
import select
import socket
import struct
import threading

import ktap
from ktap import check, rows
from xlab import AF_XINET, Delta, Ns, equal, need, refused, until
from xwire import HOST, PEER, XICMP, XUDP, Tap, calm, too_big

IP_PKTINFO, IP_MTU_DISCOVER, IP_RECVERR = 8, 10, 11
IP_RECVTTL, IP_RECVTOS, IP_TOS, IP_TTL = 12, 13, 1, 2
IP_PMTUDISC_DO = 2
XIP_REPORT_INET = 19000
SO_TIMESTAMPING = 37
# struct sock_extended_err
LOCAL, ICMP, TIMESTAMPING = 1, 2, 4

ns = tap = None


def setup():
    global ns, tap
    ns = Ns("host")
    tap = Tap(ns)
    calm(ns)
    ns.xip("route add 10.50.0.0/16 via " + PEER)
    ns.sysctl(ping_group_range="0 2147483647", retrans_time_ms=50)


# --- reading the queue -------------------------------------------------------

class Error:
    """One entry of the queue, taken apart."""

    def __init__(self, sock, room=65536):
        with_addr = sock.sock.recvmsg(room, 512, socket.MSG_ERRQUEUE)
        self.data, control, self.flags, name = with_addr
        self.name = name and (name[0], socket.inet_ntoa(name[1][2:6]),
                              struct.unpack("!H", name[1][:2])[0])
        self.cmsgs = {(level, kind): data for level, kind, data in control}
        raw = self.cmsgs[(socket.SOL_IP, IP_RECVERR)]
        equal(len(raw), 32, "length of IP_RECVERR")
        (self.errno, self.origin, self.type, self.code, pad, self.info,
         data) = struct.unpack("=IBBBBII", raw[:16])
        equal((pad, data), (0, 0), "ee_pad, ee_data")
        self.family, port, addr = struct.unpack("=HH4s8x", raw[16:])
        equal(port, 0, "port of the offender")
        self.offender = socket.inet_ntoa(addr)
        equal(self.flags & socket.MSG_ERRQUEUE, socket.MSG_ERRQUEUE,
              "MSG_ERRQUEUE")

    def key(self):
        """What happened."""
        return (errno.errorcode[self.errno], self.origin, self.type, self.code,
                self.info)


def polled(sock):
    poll = select.poll()
    poll.register(sock.sock, select.POLLIN)
    found = poll.poll(0)
    return found[0][1] if found else 0


def empty(sock):
    refused("EAGAIN", sock.sock.recv, 1, socket.MSG_ERRQUEUE)
    equal(polled(sock) & select.POLLERR, 0, "POLLERR with an empty queue")


def told(*about, **fields):
    """A router on the way tells of an error."""
    tap.tell(*about, **{"src": "10.77.1.1", **fields})


# --- two kinds of sockets: open, send, what comes back as data ----------------

DATA = b"what the error is about"
DST = "10.50.0.9"


def udp(recverr=1, dst=DST):
    """An unconnected socket and the datagram it has sent; its own data."""
    sock = ns.udp()
    sock.option(socket.SOL_IP, IP_RECVERR, recverr)
    sock.sendto(DATA, dst, 9)
    return sock, bytes(tap.wait(XUDP))[14:], DATA, 9


def udp_connected(recverr=1, dst=DST):
    """The same, connected."""
    sock = ns.udp().connect(dst, 9)
    sock.option(socket.SOL_IP, IP_RECVERR, recverr)
    sock.send(DATA)
    return sock, bytes(tap.wait(XUDP))[14:], DATA, 9


def ping(recverr=1, dst=DST):
    """A ping socket: its data begins with the ICMP header, as it was sent."""
    sock = ns.udp(proto=1)
    sock.option(socket.SOL_IP, IP_RECVERR, recverr)
    sock.sendto(b"\x08\0\0\0\0\0\0\x07" + DATA, dst, 0)
    quote = bytes(tap.wait(XICMP))[14:]
    return sock, quote, quote[20:], 0


KINDS = (udp, udp_connected, ping)

# name, type, code, second word, errno, ee_info
ERRORS = [
    ("network unreachable", 3, 0, 0, "ENETUNREACH", 0),
    ("host unreachable", 3, 1, 0, "EHOSTUNREACH", 0),
    ("protocol unreachable", 3, 2, 0, "ENOPROTOOPT", 0),
    ("port unreachable", 3, 3, 0, "ECONNREFUSED", 0),
    ("fragmentation needed", 3, 4, 1280, "EMSGSIZE", 1280),
    ("source route failed", 3, 5, 0, "ENOTSUP", 0),
    ("network unknown", 3, 6, 0, "ENETUNREACH", 0),
    ("host unknown", 3, 7, 0, "EHOSTDOWN", 0),
    ("host isolated", 3, 8, 0, "ENONET", 0),
    ("network prohibited", 3, 9, 0, "ENETUNREACH", 0),
    ("host prohibited", 3, 10, 0, "EHOSTUNREACH", 0),
    ("network, for the TOS", 3, 11, 0, "ENETUNREACH", 0),
    ("host, for the TOS", 3, 12, 0, "EHOSTUNREACH", 0),
    ("filtered", 3, 13, 0, "EHOSTUNREACH", 0),
    ("precedence violation", 3, 14, 0, "EHOSTUNREACH", 0),
    ("precedence cutoff", 3, 15, 0, "EHOSTUNREACH", 0),
    ("time exceeded on the way", 11, 0, 0, "EHOSTUNREACH", 0),
    ("time exceeded in reassembly", 11, 1, 0, "EHOSTUNREACH", 0),
    ("parameter problem", 12, 0, 20 << 24, "EPROTO", 20),
]


@rows("%s is queued, and told to every kind of socket", ERRORS)
def queued(kind, code, word, name, info):
    for make in KINDS:
        sock, quote, data, port = make()
        empty(sock)
        told(too_big(quote), kind, code, struct.pack("!I", word))
        equal(polled(sock) & select.POLLERR, select.POLLERR, "POLLERR")
        entry = Error(sock)
        equal(entry.key(), (name, ICMP, kind, code, info), make.__doc__)
        equal((entry.family, entry.offender), (AF_XINET, "10.77.1.1"),
              "offender")
        equal(entry.name, (AF_XINET, DST, port), "msg_name")
        equal(entry.data, data, "data")
        equal(sock.error(), 0, "SO_ERROR once the queue was read")
        empty(sock)
        sock.close()


@rows("%s is also the next call's error", ERRORS)
def pending(kind, code, word, name, info):
    for make in KINDS:
        sock, quote, *_ = make()
        told(too_big(quote), kind, code, struct.pack("!I", word))
        refused(name, sock.sock.recv, 10)
        equal(sock.error(), 0, "SO_ERROR a second time")
        equal(Error(sock).key()[0], name, "the queue has it still")
        sock.close()


@check("without IP_RECVERR nothing is queued")
def off():
    for make in KINDS:
        sock, quote, *_ = make(0)
        for kind, code in ((3, 1), (3, 3), (4, 0), (11, 0), (12, 0)):
            told(quote, kind, code)
        sock.error()
        empty(sock)
        sock.close()


@check("IP_RECVERR reads back, 0 or 1, and forgets what waits when it is 0")
def option():
    sock, quote, *_ = udp()
    equal(sock.sock.getsockopt(socket.SOL_IP, IP_RECVERR), 1, "IP_RECVERR")
    sock.option(socket.SOL_IP, IP_RECVERR, 77)
    equal(sock.sock.getsockopt(socket.SOL_IP, IP_RECVERR), 1, "IP_RECVERR")
    told(quote, 3, 3)
    told(quote, 3, 1)
    sock.option(socket.SOL_IP, IP_RECVERR, 0)
    equal(sock.sock.getsockopt(socket.SOL_IP, IP_RECVERR), 0, "IP_RECVERR")
    sock.error()
    empty(sock)
    sock.option(socket.SOL_IP, IP_RECVERR, 1)
    empty(sock)
    sock.close()


@rows("advice (%s) concerns a ping socket's queue alone", [
    ("source quench", 4, 0, b"\0\0\0\0", 0),
    ("redirect", 5, 1, b"\x0a\x09\0\x03", 0x0a090003)])
def advice(kind, code, word, info):
    sock, quote, *_ = udp()
    told(quote, kind, code, word)
    empty(sock)
    equal(sock.error(), 0, "SO_ERROR")
    sock.close()
    sock, quote, data, _ = ping()
    told(quote, kind, code, word)
    entry = Error(sock)
    equal(entry.key(), ("EREMOTEIO", ICMP, kind, code, info), "entry")
    equal(entry.data, data, "data")
    sock.close()


@check("IP_PKTINFO, IP_TTL and IP_TOS are the error packet's own")
def cmsgs():
    sock, quote, *_ = udp()
    for name in (IP_PKTINFO, IP_RECVTTL, IP_RECVTOS):
        sock.option(socket.SOL_IP, name, 1)
    told(quote, 3, 1, ttl=33, tos=0xc0)
    entry = Error(sock)
    with ns:
        index = socket.if_nametoindex("t0")
    equal(entry.cmsgs[(0, IP_PKTINFO)],
          struct.pack("=i", index) + socket.inet_aton(HOST) * 2, "IP_PKTINFO")
    equal(entry.cmsgs[(0, IP_TTL)], struct.pack("=i", 33), "IP_TTL")
    equal(entry.cmsgs[(0, IP_TOS)], b"\xc0", "IP_TOS")
    sock.close()


@check("XIP_REPORT_INET: both addresses say AF_INET")
def report_inet():
    sock, quote, *_ = udp()
    sock.option(socket.SOL_IP, XIP_REPORT_INET, 1)
    told(quote, 3, 1)
    data, control, _, name = sock.sock.recvmsg(100, 512, socket.MSG_ERRQUEUE)
    equal((data, name), (DATA, (DST, 9)), "data and msg_name")
    equal(struct.unpack("=H", control[0][2][16:18])[0], socket.AF_INET,
          "family of the offender")
    sock.close()


@check("errors come in order, and each becomes SO_ERROR in its turn")
def order():
    sock, quote, *_ = udp_connected()
    for kind, code in ((3, 3), (11, 0), (12, 0)):
        told(quote, kind, code)
    equal(Error(sock).key()[0], "ECONNREFUSED", "first")
    equal(sock.error(), "EHOSTUNREACH", "SO_ERROR: the second's")
    equal(Error(sock).key()[0], "EHOSTUNREACH", "second")
    equal(sock.error(), "EPROTO", "SO_ERROR: the third's")
    equal(Error(sock).key()[0], "EPROTO", "third")
    empty(sock)
    sock.close()


@check("a quote of 8 bytes is enough; a short buffer says MSG_TRUNC")
def sizes():
    sock, quote, data, _ = udp()
    told(quote[:28], 3, 3)
    equal(Error(sock).data, b"", "data of a short quote")
    told(quote[:29], 3, 3)
    equal(Error(sock).data, data[:1], "data of a quote one longer")
    told(quote, 3, 3)
    entry = Error(sock, 5)
    equal((entry.data, entry.flags & socket.MSG_TRUNC),
          (data[:5], socket.MSG_TRUNC), "data into 5 bytes")
    told(quote, 3, 3)
    entry = Error(sock, len(data))
    equal((entry.data, entry.flags & socket.MSG_TRUNC), (data, 0),
          "data into as many bytes as it has")
    sock.close()


@check("an error that quotes IP options finds the data behind them")
def options():
    sock, quote, data, port = udp()
    longer = b"\xef" + quote[1:20] + b"\1" * 40 + quote[20:]
    told(longer, 11, 0)
    entry = Error(sock)
    equal((entry.data, entry.name), (data, (AF_XINET, DST, port)),
          "data and msg_name")
    sock.close()


@check("the queue is no longer than the receive buffer allows; losses count")
def bounded():
    sock, quote, *_ = udp()
    sock.option(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
    delta = Delta(ns)
    for _ in range(40):
        told(quote, 3, 3)
    lost = delta.drops().get("RcvBuf", 0)
    count = 0
    while polled(sock) & select.POLLERR:
        sock.error()
        try:
            Error(sock)
        except BlockingIOError:
            break
        count += 1
    equal(count + lost, 40, "queued and lost")
    if not 0 < count < 30:
        raise AssertionError("queued %d of 40" % count)
    told(quote, 3, 3)
    equal(Error(sock).key()[0], "ECONNREFUSED", "room again")
    sock.close()


@check("who reads an error while it comes in does not meet it again")
def together():
    sock, quote, *_ = udp()
    frame = bytes(tap.xip(proto=1, src="10.77.1.1") /
                  XICMP(type=3, code=1) / quote)
    work = threading.Semaphore(0)
    done = threading.Semaphore(0)
    rounds = 2000

    def writer():
        for _ in range(rounds):
            work.acquire()
            tap.send(frame)
            done.release()

    thread = threading.Thread(target=writer)
    thread.start()
    stale = 0
    for _ in range(rounds):
        work.release()
        while True:
            try:
                sock.sock.recvmsg(1, 512, socket.MSG_ERRQUEUE)
                break
            except BlockingIOError:
                pass
        done.acquire()
        stale += bool(sock.error())
    thread.join()
    equal(stale, 0, "errors met again of %d" % rounds)
    sock.close()


@check("and it goes with its socket")
def closed():
    for _ in range(20):
        sock, quote, *_ = udp()
        told(quote, 3, 3)
        sock.close()
        told(quote, 3, 3)


FORGED = [
    ("another source port", lambda q: q[:20] + b"\0\1" + q[22:]),
    ("a source that is not ours", lambda q: q[:12] + b"\x0a\x09\0\x77" + q[16:]),
    ("another protocol", lambda q: q[:9] + b"\x06" + q[10:]),
    ("a later fragment", lambda q: q[:6] + b"\x20\x01" + q[8:]),
    ("the last fragment", lambda q: q[:6] + b"\0\x10" + q[8:]),
    ("an IPv4 header", lambda q: b"\x45" + q[1:]),
    ("7 bytes behind the header", lambda q: q[:27])]


@rows("a forged error that quotes %s is not queued", FORGED)
def forged(forge):
    sock, quote, *_ = udp()
    told(forge(quote), 3, 3)
    empty(sock)
    told(quote, 3, 3)
    equal(Error(sock).key()[0], "ECONNREFUSED", "the true one")
    sock.close()


# --- errors of our own host --------------------------------------------------

def forbid_fragments(sock):
    try:
        sock.option(socket.SOL_IP, IP_MTU_DISCOVER, IP_PMTUDISC_DO)
    except OSError as error:
        # where there is no such option, nothing is ever fragmented
        equal(error.errno, errno.ENOPROTOOPT, "errno of IP_MTU_DISCOVER")


@rows("a send beyond the MTU is queued as local, with the MTU: %s", [
    ("UDP", "udp"), ("UDP, connected", "connected"), ("ping", "ping")])
def send_too_big(kind):
    sock = ns.udp(proto=kind == "ping")
    sock.option(socket.SOL_IP, IP_RECVERR, 1)
    forbid_fragments(sock)
    head = b"\x08\0\0\0\0\0\0\x07" if kind == "ping" else b""
    room = 1480 if kind == "ping" else 1472
    port = 0 if kind == "ping" else 9
    if kind == "connected":
        sock.connect(PEER, port)
        sock.send(bytes(room))
        refused("EMSGSIZE", sock.send, bytes(room + 1))
    else:
        sock.sendto(head + bytes(room - len(head)), PEER, port)
        refused("EMSGSIZE", sock.sendto, head + bytes(room + 1 - len(head)),
                PEER, port)
    tap.fence()
    equal(polled(sock) & select.POLLERR, select.POLLERR, "POLLERR")
    equal(sock.error(), 0, "SO_ERROR: the call has said it")
    entry = Error(sock)
    equal(entry.key(), ("EMSGSIZE", LOCAL, 0, 0, 1500), "entry")
    equal((entry.family, entry.offender), (0, "0.0.0.0"), "offender")
    equal((entry.name, entry.data), ((AF_XINET, PEER, port), b""),
          "msg_name and data")
    empty(sock)
    sock.close()


@check("without IP_RECVERR a send beyond the MTU queues nothing")
def too_big_off():
    sock = ns.udp()
    forbid_fragments(sock)
    refused("EMSGSIZE", sock.sendto, bytes(1473), PEER, 9)
    empty(sock)
    sock.close()


@check("a neighbour that does not answer: host unreachable, by this host")
def neighbour():
    for make in (lambda: ns.udp(), lambda: ns.udp(proto=1)):
        sock = make()
        sock.option(socket.SOL_IP, IP_RECVERR, 1)
        sock.sendto(b"\x08\0\0\0\0\0\0\x07", "10.9.0.200", 9)
        until(lambda: polled(sock) & select.POLLERR, "POLLERR")
        entry = Error(sock)
        equal(entry.key(), ("EHOSTUNREACH", ICMP, 3, 1, 0), "entry")
        equal(entry.offender, HOST, "offender")
        equal(entry.name[1], "10.9.0.200", "msg_name")
        sock.close()


@check("over lo: port unreachable, by 127.0.0.1")
def loopback():
    sock = ns.udp()
    sock.option(socket.SOL_IP, IP_RECVERR, 1)
    sock.sendto(b"x" * 500, "127.0.0.1", 9)
    until(lambda: polled(sock) & select.POLLERR, "POLLERR")
    entry = Error(sock)
    equal(entry.key(), ("ECONNREFUSED", ICMP, 3, 3, 0), "entry")
    equal((entry.offender, entry.name),
          ("127.0.0.1", (AF_XINET, "127.0.0.1", 9)), "addresses")
    equal(entry.data, b"x" * 500, "data")
    sock.close()


@check("a full device queue is an error only with IP_RECVERR")
def no_room():
    with ns:
        equal(os.system("tc qdisc add dev t0 root pfifo limit 0"), 0, "tc")
    try:
        sock = ns.udp().connect(PEER, 9)
        equal(sock.send(b"lost"), 4, "send without IP_RECVERR")
        sock.option(socket.SOL_IP, IP_RECVERR, 1)
        refused("ENOBUFS", sock.send, b"lost")
        sock.close()
    finally:
        with ns:
            equal(os.system("tc qdisc del dev t0 root"), 0, "tc")


# --- transmit timestamps -----------------------------------------------------

TX, SOFTWARE, OPT_ID, OPT_CMSG, TSONLY = 1 << 1, 1 << 4, 1 << 7, 1 << 10, \
    1 << 11


@rows("transmit timestamps share the queue: %s", [
    ("with the packet", TX | SOFTWARE | OPT_ID, False),
    ("alone", TX | SOFTWARE | OPT_ID | TSONLY, False),
    ("with the packet and control messages",
     TX | SOFTWARE | OPT_ID | OPT_CMSG, True),
    ("alone, although control messages are asked for",
     TX | SOFTWARE | OPT_ID | OPT_CMSG | TSONLY, False)])
def timestamps(flags, info):
    sock = ns.udp().connect(PEER, 9)
    sock.option(socket.SOL_SOCKET, SO_TIMESTAMPING, flags)
    sock.option(socket.SOL_IP, IP_PKTINFO, 1)
    for number in range(2):
        sock.send(b"when")
        sock.option(socket.SOL_IP, IP_RECVERR, number)
        until(lambda: polled(sock) & select.POLLERR, "POLLERR", 2)
        data, control, _, name = sock.sock.recvmsg(2000, 512,
                                                   socket.MSG_ERRQUEUE)
        found = {(level, kind): value for level, kind, value in control}
        err = struct.unpack("=IBBBBII", found[(0, IP_RECVERR)][:16])
        equal((err[0], err[1], err[6]), (errno.ENOMSG, TIMESTAMPING, number),
              "entry")
        equal(len(found[(socket.SOL_SOCKET, SO_TIMESTAMPING)]), 48,
              "struct scm_timestamping")
        equal(data.endswith(b"when"), not flags & TSONLY, "packet")
        equal(name, None, "msg_name")
        equal((0, IP_PKTINFO) in found, info, "IP_PKTINFO")
        if info:
            equal(found[(0, IP_PKTINFO)][4:],
                  socket.inet_aton(HOST) + socket.inet_aton(PEER),
                  "addresses of IP_PKTINFO")
    equal(sock.error(), 0, "SO_ERROR: a timestamp is none")
    empty(sock)
    tap.fence()
    sock.close()


@check("turning IP_RECVERR off leaves timestamps and takes errors")
def timestamps_stay():
    sock, quote, *_ = udp_connected()
    sock.option(socket.SOL_SOCKET, SO_TIMESTAMPING,
                TX | SOFTWARE | OPT_ID | TSONLY)
    told(quote, 3, 3)
    sock.error()
    sock.send(b"when")
    tap.fence()
    told(quote, 3, 1)
    sock.option(socket.SOL_IP, IP_RECVERR, 0)
    sock.error()
    control = sock.sock.recvmsg(2000, 512, socket.MSG_ERRQUEUE)[1]
    err = struct.unpack("=IBBBBII", control[-1][2][:16])
    equal(err[1], TIMESTAMPING, "origin")
    empty(sock)
    sock.close()


if __name__ == "__main__":
    need()
    ktap.run(setup)
