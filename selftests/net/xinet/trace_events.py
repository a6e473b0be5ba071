#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0
"""Trace events: each packet's way, by number, through three namespaces.

	client ── router ── server	10.1.0.0/24, 10.3.0.0/24
	            |
	          tap t0		10.9.0.0/24: frames that are dropped

A list of what must be seen is the whole list: an event too many fails, too.
"""
import os
import socket
import subprocess
import threading

import ktap
from ktap import check, rows
from xlab import Ns, client_router_server, command, equal, need, until
from xtrace import EVENTS, TRACEFS, Trace, field, inode
from xwire import BCAST_MAC, HOST, PEER, XIP, XUDP, Tap, calm

CLIENT, SERVER, GATE = "10.1.0.2", "10.3.0.2", "10.3.0.1"
STAGES = ("xip_local_out", "xip_output", "xip_finish_output", "xip_fragment",
          "xneigh_output", "xip_rcv", "xip_rcv_finish", "xip_forward",
          "xip_forward_finish", "xip_local_deliver",
          "xip_local_deliver_finish", "xraw_deliver", "xudp_rcv", "xicmp_rcv")
# what the index of the documentation draws, beside them
PASSED = ("xudp_sendmsg", "xip_send_skb", "xip_finish_output2",
          "xip_route_input", "xip_route_output")

client = router = server = tap = trace = near = far = None


def setup():
    global client, router, server, tap, near, far
    client, router, server = client_router_server()
    tap = Tap(router)
    calm(router)
    trace.names = {inode(ns): ns.name for ns in (client, router, server)}
    near, far = client.udp(CLIENT, 5000), server.udp(SERVER, 7000)
    talk()


def talk(data=b"warm"):
    """There and back: afterwards all neighbours are known."""
    near.sendto(data, SERVER, 7000)
    data, addr, port = far.recvfrom()
    far.sendto(b"answer", addr, port)
    equal(near.recv(), b"answer", "answer")
    return data


def way(events, number):
    """[(namespace, word)] of one packet."""
    return [(e.ns, e.word) for e in events if e.id == number]


def numbers(events):
    """All packets, in the order in which they appear."""
    return list(dict.fromkeys(e.id for e in events if e.id))


def same(got, want, what):
    """Two lists of steps; says where they part."""
    for i, (one, other) in enumerate(zip(got, want)):
        equal(one, other, "%s, step %d" % (what, i))
    equal(got[len(want):], [], what + ": too many")
    equal(want[len(got):], [], what + ": missing")


def at(ns, *words):
    """Steps in one namespace."""
    return [(ns.name, word) for word in words]


def sent(ns):
    """From a socket to the device."""
    return at(ns, "queue sent", "route out unicast 0", "xip_local_out",
              "xip_output", "xip_finish_output", "xneigh_output",
              "neigh known")


def received(ns):
    """From the device to the program."""
    return at(ns, "xip_rcv", "xip_rcv_finish", "route in local 0",
              "xip_local_deliver", "xip_local_deliver_finish", "xudp_rcv",
              "queue queued", "queue read")


# --- what is there --------------------------------------------------------------------

@check("the system xinet has the nine events, each with the same first fields")
def events_there():
    base = TRACEFS + "/events/xinet"
    names = sorted(n for n in os.listdir(base)
                   if os.path.isdir(os.path.join(base, n)))
    equal(names, ["xinet_" + n for n in EVENTS], "events")
    for name in names:
        with open(os.path.join(base, name, "format"),
                  encoding="ascii") as file:
            text = file.read()
        for want in ("u64 id", "u64 parent", "u32 netns", "int ifindex",
                     "char dev[16]", "u8 saddr[4]", "u8 daddr[4]",
                     "u16 sport", "u16 dport", "u16 ipid", "u16 len",
                     "u16 frag", "u8 proto", "u8 ttl"):
            if want + ";" not in text:
                raise AssertionError("%s: no %s" % (name, want))


@check("every stage is a function that ftrace and kprobes know by its name")
def functions_there():
    with open(TRACEFS + "/available_filter_functions",
              encoding="ascii") as file:
        known = {line.split()[0] for line in file if "[xinet]" in line}
    equal([n for n in STAGES + PASSED if n not in known], [], "missing")


# --- the way --------------------------------------------------------------------------

@check("a datagram over lo: one number from sendmsg to recvmsg")
def local():
    sock = client.udp("127.0.0.1", 6000)
    trace.start()
    sock.sendto(b"me", "127.0.0.1", 6000)
    equal(sock.recv(), b"me", "datagram")
    events = trace.stop()
    equal(len(numbers(events)), 1, "packets")
    same(way(events, events[0].id),
         at(client, "queue sent", "route out local 0", "xip_local_out",
            "xip_output", "xip_finish_output", "xneigh_output",
            "neigh mapped") + received(client), "lo")
    for event in events:
        equal(event.ends, ("127.0.0.1:6000",) * 2, "ends of " + event.word)
    sock.close()


FORWARDED = ("xip_rcv", "xip_rcv_finish", "route in unicast 0", "xip_forward",
             "xip_forward_finish", "xip_output", "xip_finish_output",
             "xneigh_output", "neigh known")


@check("through a router: one number over three namespaces, another back")
def forwarded():
    trace.start()
    talk()
    events = trace.stop()
    there, back = numbers(events)
    same(way(events, there),
         sent(client) + at(router, *FORWARDED) + received(server), "there")
    same(way(events, back),
         sent(server) + at(router, *FORWARDED) + received(client), "back")
    equal({e.parent for e in events}, {0}, "parents")
    equal([e.dev for e in events if e.id == there and e.name == "stage"],
          ["c0"] * 4 + ["r0"] * 3 + ["r0", "r1", "r1", "r1"] + ["s0"] * 5,
          "devices")


# One line a stage: the masquerading gateway's hooks, all that there are.
PRE = ("PRE_ROUTING xnf_conntrack_defrag ACCEPT",)
IN = ("PRE_ROUTING xnf_conntrack_in ACCEPT",)
DNAT = ("PRE_ROUTING xnat_dst ACCEPT",)
SNAT = ("POST_ROUTING xnat_src ACCEPT",)
CONFIRM = ("POST_ROUTING xnf_conntrack_confirm ACCEPT",)
FIRST_HALF = ("xip_rcv_finish", "route in unicast 0", "xip_forward",
              "xip_forward_finish", "xip_output")


@check("masquerade: hooks, connection, both rewrites, and back")
def masqueraded():
    router.xip("nat add postrouting oif r1 masquerade")
    trace.start()
    talk()
    events = trace.stop()
    there, back = numbers(events)
    same(way(events, there), sent(client) + at(
        router, "xip_rcv", *PRE, "ct created", *IN, *DNAT, *FIRST_HALF,
        "ct nated", "nat source", *SNAT, "ct confirmed", *CONFIRM,
        "xip_finish_output", "xneigh_output", "neigh known") +
        received(server), "there")
    same(way(events, back), sent(server) + at(
        router, "xip_rcv", *PRE, "ct found", "ct replied", *IN, "nat destination",
        *DNAT, *FIRST_HALF, *SNAT, *CONFIRM, "xip_finish_output",
        "xneigh_output", "neigh known") + received(client), "back")
    equal([(e.ends, e.rest.split(" to ")[1]) for e in events
           if e.name == "nat"],
          [((CLIENT + ":5000", SERVER + ":7000"),
            "%s:5000 > %s:7000" % (GATE, SERVER)),
           ((SERVER + ":7000", GATE + ":5000"),
            "%s:7000 > %s:5000" % (SERVER, CLIENT))], "rewrites")
    ids = {field(e.rest, "ct") for e in events
           if e.name == "ct" or (e.name == "hook" and "defrag" not in e.word)}
    equal(len(ids), 1, "connections")
    equal([field(e.rest, "ctstate") for e in events if "_in" in e.word],
          ["NEW", "ESTABLISHED"], "states")


def pieces(ns, number):
    """The steps of a fragment that is cut in @ns and not collected there."""
    return at(ns, "frag cut", "xneigh_output", "neigh known")


@check("3,000 bytes through masquerade: fragments name their datagram, twice")
def fragmented():
    near.option(socket.SOL_IP, 10, 0)       # IP_MTU_DISCOVER: may be cut
    trace.start()
    equal(talk(bytes(3000)), bytes(3000), "datagram")
    events = trace.stop()
    near.option(socket.SOL_IP, 10, 1)
    cut = [e for e in events if e.word == "frag cut"]
    equal([(e.ns, field(e.rest, "offset"), field(e.rest, "more"))
           for e in cut],
          [(ns, offset, more) for ns in ("client", "router")
           for offset, more in (("0", "1"), ("1480", "1"), ("2960", "0"))],
          "fragments")
    whole = events[0].id
    equal({e.parent for e in cut}, {whole}, "their parent")
    same(way(events, whole), at(
        client, "queue sent", "route out unicast 0", "xip_local_out",
        "xip_output", "xip_finish_output", "xip_fragment") + at(
        router, "frag whole", "ct found", *IN, "PRE_ROUTING xnat_dst ACCEPT",
        *FIRST_HALF, "nat source", *SNAT, *CONFIRM, "xip_finish_output",
        "xip_fragment") + at(server, "frag whole") + received(server)[4:],
        "datagram")
    for e in cut[:3]:
        same(way(events, e.id), pieces(client, e.id) + at(
            router, "xip_rcv", "frag queued",
            "PRE_ROUTING xnf_conntrack_defrag " +
            ("ACCEPT" if e is cut[2] else "STOLEN")), "to the router")
    for e in cut[3:]:
        same(way(events, e.id), pieces(router, e.id) + at(
            server, "xip_rcv", "xip_rcv_finish", "route in local 0",
            "xip_local_deliver", "frag queued"), "to the server")
    router.xip("nat flush")


@check("a clone that a packet socket holds: the number moves to the copy")
def cloned():
    hold = router.packet("r0", 0x88b5)
    trace.start()
    talk()
    events = trace.stop()
    hold.close()
    there, back = numbers(events)
    same(way(events, there),
         sent(client) + at(router, *FORWARDED) + received(server), "there")
    same(way(events, back),
         sent(server) + at(router, *FORWARDED) + received(client), "back")


@check("a packet waits for its neighbour and goes on with its number")
def neighbour():
    client.xip("neigh flush dev c0")
    trace.start()
    talk()
    events = trace.stop()
    same(way(events, events[0].id)[:10], sent(client)[:6] + at(
        client, "neigh ask", "neigh queued", "xneigh_output", "neigh known"),
        "wait")


@check("no route: said with the error, though there is no packet")
def no_route():
    router.xip("route add blackhole 10.77.0.0/16")
    sock = router.udp()
    trace.start()
    for addr in ("10.77.0.1", "10.78.0.1"):
        try:
            sock.sendto(b"x", addr, 9)
        except OSError:
            pass
    events = trace.stop()
    equal([(e.id, e.ns, e.word) for e in events],
          [(0, "router", "route out - -22"), (0, "router", "route out - -101")],
          "events")
    sock.close()


# --- drops ----------------------------------------------------------------------------

def drop_of(frame):
    """The only drop that a frame provokes, as (word, id of the packet)."""
    trace.start()
    tap.exchange(frame)
    events = trace.stop()
    found = [e for e in events if e.name == "drop"]
    equal(len(found), 1, "drops")
    if not found[0].id or found[0].id != events[0].id:
        raise AssertionError("the drop has another number than xip_rcv")
    equal((found[0].ns, events[0].word), ("router", "xip_rcv"), "beginning")
    return found[0].word


def udp(**fields):
    """A datagram from the tap, as a frame."""
    return tap.ether() / XIP(**{"src": PEER, "dst": HOST, **fields}) / \
        XUDP(sport=9, dport=4242) / b"data"


DROPS = [
    ("BadVersion", "xip_rcv_core", lambda: udp(version=4)),
    ("HeaderChecksum", "xip_rcv_core", lambda: udp(chksum=1)),
    ("BadTotalLength", "xip_rcv_core", lambda: udp(len=19)),
    ("OtherHost", "xip_rcv_core", lambda: tap.ether(
        dst="02:00:00:00:00:77") / udp().payload),
    ("MartianSource", "xip_rcv_unroutable", lambda: udp(src="224.0.0.1")),
    ("NoRouteIn", "xip_rcv_unroutable", lambda: udp(dst="10.99.0.1")),
    ("Blackhole", "xip_rcv_unroutable", lambda: udp(dst="10.77.0.1")),
    ("UnicastInL2Broadcast", "xip_rcv_unroutable", lambda: tap.ether(
        dst=BCAST_MAC) / udp().payload),
    ("TtlExceeded", "xip_forward_ttl_ok", lambda: udp(dst=SERVER, ttl=1)),
    ("NoProtocol", "xip_deliver_raw", lambda: udp(proto=200)),
    ("NoSocket", "xudp_no_port", udp),
    ("UdpChecksum", "xudp_rcv_drop", lambda: tap.xip() / XUDP(
        sport=9, dport=4242, chksum=1) / b"data"),
    ("SourceRoute", "xip_rcv_options",
     lambda: udp(options=bytes((131, 3, 4, 0)))),
]


@rows("dropped: %s", [(d[0], *d) for d in DROPS])
def dropped(cause, func, frame):
    equal(drop_of(frame()), "drop %s %s" % (cause, func), "drop")


@check("dropped by a rule: FilterForward, behind the hook that said so")
def dropped_filter():
    router.xip("filter add forward proto udp dport 7000 drop")
    trace.start()
    near.sendto(b"no", SERVER, 7000)
    until(lambda: [e for e in trace.events() if "xfilter" in e.word], "hook")
    events = trace.stop()
    router.xip("filter flush")
    drops = [e for e in events if e.name == "drop"]
    equal([field(e.rest, "reason") for e in drops], ["FilterForward"], "drop")
    equal(drops[0].id, events[0].id, "number")
    equal([e.word for e in events][-1], "FORWARD xfilter_hook STOLEN",
          "the hook's verdict")


@check("dropped at a full socket: RcvBuf, in the server")
def dropped_rcvbuf():
    small = server.udp(SERVER, 7001)
    small.option(socket.SOL_SOCKET, socket.SO_RCVBUF, 2304)
    trace.start()
    for _ in range(8):
        near.sendto(bytes(900), SERVER, 7001)
    until(lambda: [e for e in trace.events() if e.name == "drop"], "drop")
    events = trace.stop()
    small.close()
    drops = {e.word for e in events if e.name == "drop"}
    equal(drops, {"drop RcvBuf xsk_rcvbuf_slow"}, "drops")


# --- under load -----------------------------------------------------------------------

class Load(threading.Thread):
    """Datagrams through the router, as fast as they go."""

    def __init__(self):
        super().__init__(daemon=True)
        self.over, self.count = False, 0

    def run(self):
        while not self.over:
            near.sendto(b"load" * 500 if self.count % 8 == 0 else b"load",
                        SERVER, 7000)
            self.count += 1
            if self.count % 8 == 0:
                far.pending()


@check("enabling and disabling under load, one event and all")
def under_load():
    router.xip("nat add postrouting oif r1 masquerade")
    near.option(socket.SOL_IP, 10, 0)
    load = Load()
    load.start()
    until(lambda: load.count > 10, "load")
    trace.enable(False)
    for event in ("drop", "queue", "stage", None):
        before = load.count
        until(lambda: load.count > before + 4, "load")
        trace.enable(True, event)
        until(lambda: load.count > before + 8, "load")
        trace.enable(False)
    trace.start()
    trace.enable(True)
    # one begins from the middle: numbers come with what is born from now on
    before = load.count
    until(lambda: load.count > before + 20, "load")
    events = trace.stop()
    load.over = True
    load.join()
    far.pending()
    near.pending()
    near.option(socket.SOL_IP, 10, 1)
    router.xip("nat flush")
    if not [e for e in events if e.word == "queue read" and e.id]:
        raise AssertionError("no datagram was seen to its end")


@check("a namespace ends while it is traced")
def namespace_ends():
    trace.start()
    gone = Ns("gone")
    gone.ip("link add d0 type dummy", "link set d0 up")
    gone.xip("addr add 10.5.0.1/24 dev d0")
    sock = gone.udp("127.0.0.1", 1)
    sock.sendto(b"x", "127.0.0.1", 1)
    sock.sendto(b"x", "127.0.0.2", 1)
    number = inode(gone)
    sock.close()
    os.close(gone.fd)
    gone._snmp.close()
    events = trace.stop()
    if number not in {e.ns for e in events}:
        raise AssertionError("nothing seen of it")


@check("more packets than the table holds: the oldest lose their number")
def bounded():
    name = "/sys/module/xinet/parameters/trace_ids_replaced"

    def replaced():
        with open(name, encoding="ascii") as file:
            return int(file.read())

    equal(replaced(), 0, "before")
    socks = [client.udp("127.0.0.1", 6100 + i).connect("127.0.0.1", 6100 + i)
             for i in range(24)]
    for sock in socks:
        sock.option(socket.SOL_SOCKET, 33, 1 << 20)     # SO_RCVBUFFORCE
    for sock in socks:
        for _ in range(400):
            sock.send(b"")
    got = replaced()
    for sock in socks:
        sock.close()
    if not got:
        raise AssertionError("9,600 packets in a table for 8,192")


@check("rmmod with all events enabled")
def removed():
    global near, far
    near.close()
    far.close()
    os.close(tap.fd)
    trace.enable(True)
    trace.start()
    subprocess.run(["rmmod", "xinet"], check=True)
    equal(os.path.exists(TRACEFS + "/events/xinet"), False, "events left")
    command("insmod", os.environ["XINET_KO"])
    trace.enable(True)
    trace.start()
    sock = client.udp("127.0.0.1", 6000)
    sock.sendto(b"me", "127.0.0.1", 6000)
    equal(sock.recv(), b"me", "datagram")
    equal(len(trace.stop()) > 10, True, "events again")
    sock.close()


need()
if not os.path.isdir(TRACEFS + "/events"):
    ktap.skip("no tracefs")
with Trace() as trace:
    ktap.run(setup)
