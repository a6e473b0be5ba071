#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0
"""What is remembered of connections: when a record is made, confirmed, found
again and ended, what leaves none, and how many there may be.

	 client                  router                  server
	+----------+   +-------------------------+   +----------+
	|        c0├───┤r0                     r1├───┤s0        |
	| 10.1.0.2 |   |10.1.0.1         10.3.0.1|   | 10.3.0.2 |
	+----------+   |10.9.0.1 on t0 ── tap    |   +----------+
	               +-------------------------+

The router tracks. How it sees packets is counted by an example module at all
five points (Documentation/examples/xcount.c).
"""
import os
import socket
import struct
import subprocess
import threading

import ktap
from ktap import check, rows
from xlab import (LIBC, SLOW, Delta, Ns, client_router_server, command, equal,
                  need, refused, sockaddr, until)
from xwire import Tap, XICMP, XIP, XUDP, calm
from xhooks import load, module_file, tell, unload

SERVER, PORT = "10.3.0.2", 7
FORWARD, OUT = 2, 3
KINDS = ("new", "answer", "related", "other")

client = router = server = there = tap = None


def setup():
    global client, router, server, there, tap
    load()
    command("insmod", module_file("Documentation/examples/xcount.ko"))
    client, router, server = client_router_server()
    tap = Tap(router)
    for ns in (client, router, server):
        calm(ns)
    there = server.udp("0.0.0.0", PORT)
    passes(client.udp())


# --- what there is ----------------------------------------------------------------------

def conns(ns=None):
    return (ns or router).xip_json("conntrack show")


def count(ns=None):
    return int((ns or router).get_sysctl("nf_conntrack_count"))


def only(ns=None):
    """The one connection of a namespace."""
    found = conns(ns)
    equal(len(found), 1, "connections")
    return found[0]


def flush():
    if count():
        router.xip("conntrack flush")
    there.pending()


def points(ns=None):
    """{(point, kind): packets} as the example module counts them."""
    with ns or router, open("/proc/thread-self/net/xcount",
                            encoding="ascii") as proc:
        lines = [line.split() for line in proc.readlines()[1:]]
    return {(line[0], kind): int(value) for line in lines
            for kind, value in zip(KINDS, line[2:])}


class Seen:
    """How packets were seen since."""

    def __init__(self, ns=None):
        self.ns, self.start = ns, points(ns)

    def now(self):
        return {key: value - self.start[key]
                for key, value in points(self.ns).items()
                if value != self.start[key]}


def stat(name, ns=None):
    """A counter of the tracker, all CPUs together."""
    return sum(cpu[name] for cpu in (ns or router).xip_json("conntrack stats"))


number = 0


def passes(sock, size=0):
    """A datagram to the server and one back."""
    global number
    number += 1
    data = (b"%d" % number).ljust(size, b".")
    sock.sendto(data, SERVER, PORT)
    got, addr, port = there.recvfrom()
    equal(got, data, "datagram")
    there.sendto(data, addr, port)
    equal(sock.recv(), data, "answer")


def one_way(sock=None):
    """A datagram that is not answered; where from."""
    sock = sock or client.udp("10.1.0.2", 0)
    sock.sendto(b"one way", SERVER, PORT)
    equal(there.recv(), b"one way", "datagram")
    return sock.local()


# --- when there is a record --------------------------------------------------------------

@check("nobody asks for it: nothing is tracked")
def not_asked():
    seen = Seen()
    passes(client.udp())
    equal(count(), 0, "connections")
    equal(seen.now(), {("PRE_ROUTING", "other"): 2, ("FORWARD", "other"): 2,
                       ("POST_ROUTING", "other"): 2}, "packets")


@check("nf_conntrack_always: it is, from now on")
def asked():
    router.sysctl(nf_conntrack_always=1, nf_conntrack_acct=1)
    one_way()
    equal(count(), 1, "connections")
    flush()
    equal(count(), 0, "connections after a flush")


@check("a datagram makes a record, its answer belongs to it")
def answer():
    sock = client.udp("10.1.0.2", 0)
    _, port = sock.local()
    seen = Seen()
    passes(sock)
    equal(seen.now(),
          {(p, k): 1 for p in ("PRE_ROUTING", "FORWARD", "POST_ROUTING")
           for k in ("new", "answer")}, "packets")
    ct = only()
    size = 28 + len(b"%d" % number)
    equal(ct["orig"], {"src": "10.1.0.2", "dst": SERVER, "sport": port,
                       "dport": PORT, "packets": 1, "bytes": size}, "orig")
    equal(ct["reply"], {"src": SERVER, "dst": "10.1.0.2", "sport": PORT,
                        "dport": port, "packets": 1, "bytes": size}, "reply")
    equal((ct["proto"], ct["mark"], ct["zone"]), ("udp", 0, 0), "the rest")
    if not 0 < ct["timeout"] <= 30:
        raise AssertionError("timeout %d" % ct["timeout"])
    flush()


@check("an unanswered one says so, and more of them stay NEW")
def unanswered():
    sock = client.udp("10.1.0.2", 0)
    one_way(sock)
    seen = Seen()
    one_way(sock)
    equal(seen.now()[("FORWARD", "new")], 1, "packets")
    equal("SEEN_REPLY" in only()["status"], False, "SEEN_REPLY")
    equal(only()["orig"]["packets"], 2, "packets of the record")
    flush()


@check("an echo request and its reply are one exchange, another is another")
def echo():
    for _ in range(2):
        with client:
            command("xip", "ping", "-c", "1", SERVER)
    found = conns()
    equal([(c["proto"], c["reply"]["packets"]) for c in found],
          [("icmp", 1)] * 2, "exchanges")
    flush()


@check("a protocol without ports is tracked by its addresses")
def generic():
    for sport in (1, 2):
        frame = tap.ether() / XIP(src=tap.peer, dst=SERVER, proto=200) / \
            struct.pack("!HH", sport, 7)
        tap.exchange(frame)
    found = [c for c in conns() if c["proto"] not in ("icmp", 1)]
    equal(len(found), 1, "connections")
    equal(found[0]["orig"]["packets"], 2, "packets")
    flush()


@check("a datagram in fragments is one packet, with ports, and leaves in fragments")
def fragments():
    sock = client.udp("10.1.0.2", 0)
    frags = Delta(router)
    passes(sock, 3000)
    ct = only()
    equal((ct["orig"]["dport"], ct["orig"]["packets"], ct["orig"]["bytes"]),
          (PORT, 1, 3028), "orig")
    equal(frags.get("Ip.ReasmOKs"), 2, "put together")
    equal(frags.get("Ip.FragOKs"), 2, "cut again")
    flush()


# --- what leaves none --------------------------------------------------------------------

@rows("a first packet that a hook ends in FORWARD leaves nothing: %s", [
    (hook, hook) for hook in ("drop", "steal", "hold", "reason 13", "queue 1",
                              "odd 77")])
def ended(hook):
    tell(router, "add %d 0 %s" % (FORWARD, hook))
    made = stat("new")
    client.udp().sendto(b"lost", SERVER, PORT)
    until(lambda: stat("new") == made + 1, "a record made")
    equal((count(), conns()), (0, []), "connections")
    tell(router, "flush")
    tell(router, "release")
    equal(there.pending(), [], "datagrams")
    one_way()
    equal(count(), 1, "connections")
    flush()


@check("one of our own that a hook refuses leaves nothing, and says EPERM")
def ended_out():
    tell(router, "add %d 0 drop" % OUT)
    refused("EPERM", router.udp().sendto, b"lost", SERVER, PORT)
    equal(count(), 0, "connections")
    tell(router, "flush")


@check("one that no socket takes, no route knows or no hop is left for, neither")
def ended_later():
    router.udp().sendto(b"port", "10.1.0.2", 9)
    equal(count(), 1, "a port unreachable elsewhere is somebody's answer")
    flush()
    sock = client.udp()
    refused_before = Delta(router)
    sock.sendto(b"route", "10.77.0.1", 9)
    until(lambda: refused_before.get("Ip.OutNoRoutes"), "no route")
    with client:
        command("xip", "ping", "-c", "1", "-t", "1", SERVER, status=1)
    equal(conns(), [], "connections")


@check("an established connection survives the loss of a packet")
def survives():
    sock = client.udp("10.1.0.2", 0)
    passes(sock)
    tell(router, "add %d 0 drop" % FORWARD)
    sock.sendto(b"lost", SERVER, PORT)
    tell(router, "flush")
    passes(sock)
    equal(only()["orig"]["packets"], 3, "packets")
    flush()


# --- tracked once -------------------------------------------------------------------------

@check("over lo a packet is tracked where it leaves, not where it comes in")
def loopback():
    one, two = router.udp("127.0.0.1", 0), router.udp("127.0.0.1", 0)
    seen = Seen()
    one.sendto(b"to", *two.local())
    equal(two.recv(), b"to", "datagram")
    two.sendto(b"back", *one.local())
    equal(one.recv(), b"back", "datagram")
    ct = only()
    equal([ct[d]["packets"] for d in ("orig", "reply")], [1, 1], "packets")
    equal(seen.now(), {(p, k): 1 for p in
                       ("LOCAL_OUT", "POST_ROUTING", "PRE_ROUTING", "LOCAL_IN")
                       for k in ("new", "answer")}, "packets")
    flush()


@check("so is what we send to many and hear ourselves")
def broadcast():
    sock = router.udp("0.0.0.0", 4000)
    sock.option(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
    sock.sendto(b"all", "10.1.0.255", 4000)
    equal(sock.recv(), b"all", "our own")
    equal(only()["orig"]["packets"], 1, "packets")
    flush()


@check("who listens with a packet socket gets a clone, which is nobody's")
def clones():
    sniff = router.packet("r0", 0x0003)
    passes(client.udp())
    equal(only()["orig"]["packets"], 1, "packets")
    sniff.close()
    flush()


# --- RELATED ------------------------------------------------------------------------------

@check("port unreachable is RELATED to the datagram that it quotes")
def related():
    seen = Seen()
    client.udp().sendto(b"nobody", SERVER, 9)
    until(lambda: seen.now().get(("FORWARD", "related")) == 1, "RELATED")
    ct = only()
    equal(("SEEN_REPLY" in ct["status"], ct["reply"]["packets"]), (False, 0),
          "no step of the connection")
    flush()


@check("an error about a first packet, made by the router itself, is, too")
def related_own():
    seen = Seen()
    sock = client.udp()
    sock.option(socket.SOL_IP, socket.IP_TTL, 1)
    sock.sendto(b"short life", SERVER, PORT)
    until(lambda: seen.now().get(("LOCAL_OUT", "related")) == 1, "RELATED")
    equal(conns(), [], "connections")


@check("over lo, it is RELATED where it comes in, too")
def related_lo():
    seen = Seen()
    sock = router.udp().connect("127.0.0.1", 9)
    sock.send(b"nobody")
    until(lambda: sock.error() == "ECONNREFUSED", "ECONNREFUSED")
    equal({where: seen.now().get((where, "related")) for where in
           ("LOCAL_OUT", "POST_ROUTING", "PRE_ROUTING", "LOCAL_IN")},
          dict.fromkeys(("LOCAL_OUT", "POST_ROUTING", "PRE_ROUTING",
                         "LOCAL_IN"), 1), "RELATED")


def error_about(src, dst, sport, dport, to):
    """Port unreachable from the tap, about a datagram of ours."""
    quote = bytes(XIP(src=src, dst=dst, proto=17, ttl=9) /
                  XUDP(sport=sport, dport=dport) / b"quoted")
    return tap.ether() / XIP(src=tap.peer, dst=to, proto=1) / \
        XICMP(type=3, code=3) / quote


@rows("an error that quotes %s is nobody's", [
    ("a connection that is not", 1, "10.1.0.2"),
    ("one of another host", 0, "10.3.0.2")])
def unrelated(other_port, to):
    addr, port = one_way()
    errors, seen = stat("error"), Seen()
    tap.exchange(error_about(addr, SERVER, port + other_port, PORT, to))
    equal(stat("error") - errors, 1, "errors of no connection")
    equal(("FORWARD", "related") in seen.now(), False, "RELATED")
    flush()


@rows("an error with %s is nobody's", [
    ("a quote cut short", lambda p: p[:-18]),
    ("a quote of version 4", lambda p: p[:42] + b"\x45" + p[43:]),
    ("a quote of a later fragment", lambda p: p[:48] + b"\0\x05" + p[50:]),
    ("nothing behind it", lambda p: p[:42])])
def hostile_error(change):
    addr, port = one_way()
    frame = change(bytes(error_about(addr, SERVER, port, PORT, addr)))
    icmp = frame[34:36] + b"\0\0" + frame[38:]
    size = len(frame) - 14
    frame = frame[:16] + struct.pack("!H", size) + frame[18:24] + b"\0\0" + \
        frame[26:34] + icmp
    frame = frame[:24] + struct.pack("!H", inet(frame[14:34])) + \
        frame[26:36] + struct.pack("!H", inet(icmp)) + frame[38:]
    errors = stat("error")
    tap.send(frame)
    equal(stat("error") - errors, 1, "errors of no connection")
    flush()


def inet(data):
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while total > 0xffff:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


# --- INVALID ------------------------------------------------------------------------------

@rows("a datagram with %s is INVALID and makes no record", [
    ("a bad checksum", {"chksum": 1}), ("a length beyond the packet", {"len": 99}),
    ("a length below its header", {"len": 7})])
def invalid(fields):
    bad = stat("invalid")
    tap.exchange(tap.ether() / XIP(src=tap.peer, dst=SERVER, proto=17) /
                 XUDP(sport=5, dport=9, **fields) / b"data")
    equal(stat("invalid") - bad, 1, "invalid")
    equal([c for c in conns() if c["proto"] == "udp"], [], "connections")
    flush()


@check("nf_conntrack_checksum=0: a bad checksum is the receiver's affair")
def unchecked():
    router.sysctl(nf_conntrack_checksum=0)
    tap.exchange(tap.ether() / XIP(src=tap.peer, dst=SERVER, proto=17) /
                 XUDP(sport=5, dport=9, chksum=1) / b"data")
    equal(len([c for c in conns() if c["proto"] == "udp"]), 1, "connections")
    router.sysctl(nf_conntrack_checksum=1)
    flush()


@rows("%s begins no exchange", [("an echo reply", 0), ("type 42", 42),
                                ("a timestamp reply", 14)])
def no_question(kind):
    bad = stat("invalid")
    tap.send(tap.ether() / XIP(src=tap.peer, dst=SERVER, proto=1) /
             XICMP(type=kind, code=0) / bytes(12))
    equal(stat("invalid") - bad, 1, "invalid")
    equal(count(), 0, "connections")


@rows("a packet cut to %d bytes of UDP has no tuple", [(0, 0), (3, 3)])
def no_tuple(size):
    bad = stat("invalid")
    tap.send(tap.ether() / XIP(src=tap.peer, dst=SERVER, proto=17) /
             bytes(size))
    equal(stat("invalid") - bad, 1, "invalid")
    equal(count(), 0, "connections")


# --- time ---------------------------------------------------------------------------------

@check("unanswered, it ends after nf_conntrack_udp_timeout")
def expires():
    router.sysctl(nf_conntrack_udp_timeout=1)
    over = stat("expired")
    one_way()
    equal(count(), 1, "connections")
    until(lambda: count() == 0, "expiry", 10)
    equal(stat("expired") - over, 1, "expired")
    router.sysctl(nf_conntrack_udp_timeout=30)


@check("what is over is no more found, collected or not: a new one begins")
def over():
    router.sysctl(nf_conntrack_udp_timeout=0)
    sock = client.udp("10.1.0.2", 0)
    one_way(sock)
    router.sysctl(nf_conntrack_udp_timeout=30)
    made = stat("new")
    one_way(sock)
    equal(stat("new") - made, 1, "records made")
    equal(only()["orig"]["packets"], 1, "packets")
    flush()


@check("both ways for two seconds, it is a stream: ASSURED, and lives longer")
def stream():
    sock = client.udp("10.1.0.2", 0)
    passes(sock)
    equal("ASSURED" in only()["status"], False, "ASSURED at once")

    def assured():
        passes(sock)
        return "ASSURED" in only()["status"]
    until(assured, "ASSURED", 10)
    if not 30 < only()["timeout"] <= 120:
        raise AssertionError("timeout %d" % only()["timeout"])


# --- how many -----------------------------------------------------------------------------

@check("at nf_conntrack_max an unassured one makes room, the assured one stays")
def early_drop():
    old = client.udp("10.1.0.2", 0)
    router.sysctl(nf_conntrack_max=20)

    def assured():
        passes(old)
        return "ASSURED" in only()["status"]
    until(assured, "ASSURED", 10)
    evicted = stat("early_drop")
    sock = client.udp()
    for port in range(2000, 2060):
        sock.sendto(b"x", SERVER, port)
    until(lambda: stat("early_drop") - evicted > 2, "evictions")
    equal(count() <= 20, True, "not above the limit")
    passes(old)
    equal(len([c for c in conns() if "ASSURED" in c["status"]]), 1, "assured")
    router.sysctl(nf_conntrack_max=262144)
    flush()


@check("where none makes room a packet is dropped, counted and refused")
def full():
    router.sysctl(nf_conntrack_max=0)
    delta, refusals = Delta(router), stat("drop")
    client.udp().sendto(b"x", SERVER, PORT)
    until(lambda: delta.drops().get("ConntrackFull") == 1, "ConntrackFull")
    refused("EPERM", router.udp().sendto, b"x", SERVER, PORT)
    equal(stat("drop") - refusals, 2, "refusals")
    router.sysctl(nf_conntrack_max=262144)
    passes(client.udp())
    flush()


@check("the host's limit stands beside, and is the initial namespace's")
def host_max():
    knob = "/proc/sys/net/xinet/nf_conntrack_host_max"
    with router:
        equal(os.path.exists(knob), False, "seen in another namespace")
        equal(os.stat(knob.replace("host_max", "buckets")).st_mode & 0o222, 0,
              "nf_conntrack_buckets writable")
    with open(knob, encoding="ascii") as old:
        before = old.read()
    try:
        with open(knob, "w", encoding="ascii") as new:
            new.write("0")
        delta = Delta(router)
        client.udp().sendto(b"x", SERVER, PORT)
        until(lambda: delta.drops().get("ConntrackFull") == 1, "refusal")
    finally:
        with open(knob, "w", encoding="ascii") as new:
            new.write(before)


def of_a_user():
    """A namespace that an unprivileged user made."""
    with subprocess.Popen(
            ["setpriv", "--reuid=65534", "--clear-groups", "unshare", "-Urn",
             "sh", "-c", "echo; read _"], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE) as user:
        user.stdout.readline()
        ns = Ns("user", user.pid)
        user.stdin.close()
    ns.sysctl(nf_conntrack_always=1, nf_conntrack_max=1 << 30)
    return ns


@rows("an unprivileged user is refused at 3/4 of the host's limit of %d: "
      "%d connections are known", [
    ((limit, known), limit, known, taken) for limit, known, taken in (
        (4, 2, True), (4, 3, False), (5, 3, True), (5, 4, False),
        (8, 5, True), (8, 6, False), (8, 7, False))])
def fair(limit, known, taken):
    knob = "/proc/sys/net/xinet/nf_conntrack_host_max"
    with open(knob, encoding="ascii") as old:
        before = old.read()
    user = of_a_user()
    sock = client.udp("10.1.0.2", 0)
    for port in range(PORT, PORT + known):
        sock.sendto(b"x", SERVER, port)
    until(lambda: count() == known, "connections")
    delta, mine = Delta(user), user.udp("127.0.0.1", 0)
    try:
        with open(knob, "w", encoding="ascii") as new:
            new.write(str(limit))
        if taken:
            mine.sendto(b"x", *mine.local())
        else:
            refused("EPERM", mine.sendto, b"x", *mine.local())
            equal(stat("drop", user), 1, "refusals that its owner sees")
        equal((count(user), delta.drops()),
              (1, {}) if taken else (0, {"ConntrackFull": 1}), "his")
        # one more is there for the others in any case
        user.xip("conntrack flush")
        sock.sendto(b"x", SERVER, PORT + known)
        until(lambda: count() == known + 1, "the next connection")
    finally:
        with open(knob, "w", encoding="ascii") as new:
            new.write(before)


def buckets():
    with open("/proc/sys/net/xinet/nf_conntrack_buckets",
              encoding="ascii") as knob:
        return int(knob.read())


FILL = 3000 if SLOW == 1 else 1200


@check("the table grows with %d connections, each is seen once, and shrinks" %
       FILL)
def resize():
    # None ends while a slow machine still makes others.
    router.sysctl(nf_conntrack_acct=0, nf_conntrack_udp_timeout=600)
    sock = client.udp("10.1.0.2", 0)
    stop, torn = threading.Event(), []

    def dump():
        while not stop.is_set():
            seen = [(c["orig"]["sport"], c["orig"]["dport"]) for c in conns()]
            if len(seen) != len(set(seen)):
                torn.append(len(seen) - len(set(seen)))
    thread = threading.Thread(target=dump)
    thread.start()
    name = bytearray(sockaddr(SERVER, 0))
    handle = sock.sock.fileno()
    for port in range(10000, 10000 + FILL):
        struct.pack_into("!H", name, 2, port)
        LIBC.sendto(handle, b"x", 1, 0, bytes(name), 16)
    stop.set()
    thread.join()
    until(lambda: count() == FILL, "all of them")
    until(lambda: buckets() >= 4096, "a larger table", 10)
    equal(torn, [], "dumps that saw one twice")
    equal(sorted(c["orig"]["dport"] for c in conns()),
          list(range(10000, 10000 + FILL)), "ports")
    flush()
    equal(count(), 0, "connections after a flush")
    one_way()
    until(lambda: buckets() == 1024, "a smaller table", 10)
    flush()
    router.sysctl(nf_conntrack_udp_timeout=30)


# --- namespaces ---------------------------------------------------------------------------

@check("equal tuples of two namespaces are two connections")
def apart():
    others = [Ns("other%d" % i) for i in range(2)]
    for ns in others:
        ns.sysctl(nf_conntrack_always=1)
        one = ns.udp("127.0.0.1", 1111)
        one.sendto(b"x", "127.0.0.1", 2222)
    equal([len(conns(ns)) for ns in others], [1, 1], "connections")
    others[0].xip("conntrack flush")
    equal([count(ns) for ns in others], [0, 1], "connections after a flush")


@check("an unprivileged user's namespace tracks for itself")
def unprivileged():
    out = command("setpriv", "--reuid=65534", "--clear-groups", "unshare",
                  "-Urn", "sh", "-ec", """
        ip link set lo up
        echo 1 >/proc/sys/net/xinet/nf_conntrack_always
        xip ping -c 1 127.0.0.1 >/dev/null || :
        cat /proc/sys/net/xinet/nf_conntrack_count
        echo 5 >/proc/sys/net/xinet/nf_conntrack_buckets && echo bad || :
    """)
    equal(out.split()[-1] in ("0", "1"), True, "its own count: " + out)


@check("not asked any more: nothing new is tracked, what is there ends by itself")
def off():
    one_way()
    router.sysctl(nf_conntrack_always=0, nf_conntrack_udp_timeout=1)
    sock = client.udp()
    passes(sock)
    equal(count(), 1, "connections")
    router.sysctl(nf_conntrack_always=1)
    one_way()
    router.sysctl(nf_conntrack_always=0)
    router.xip("conntrack flush")
    equal(count(), 0, "connections")
    command("rmmod", "xcount")
    unload()


def afresh(func):
    """What a check that failed has left is no other check's affair."""
    def run(*args):
        tell(router, "flush")
        tell(router, "release")
        router.sysctl(nf_conntrack_max=262144, nf_conntrack_checksum=1,
                      nf_conntrack_udp_timeout=30)
        flush()
        func(*args)
    return run


ktap.CHECKS[:] = [(name, afresh(func), args)
                  for name, func, args in ktap.CHECKS]
need()
ktap.run(setup)
