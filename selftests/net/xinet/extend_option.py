#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0
"""An option, and a hook that rewrites, in modules of their own:
Documentation/examples/xhopid.c and xdscp.c, as built outside the tree.

	  client                  router                  server
	+----------+   +-------------------------+   +----------+
	|        c0├───┤r0                     r1├───┤s0        |
	| 10.1.0.2 |   |10.1.0.1         10.3.0.1|   | 10.3.0.2 |
	+----------+   |           t0            |   +----------+
	               +-----------┬-------------+
	               10.9.0.1    └── this process, 10.9.0.2, and 10.9.3.0/24
"""
import errno
import os
import random
import select
import socket
import struct
import subprocess
import threading

import ktap
from ktap import check, rows
from xhooks import module_file
from xlab import (SLOW, Delta, client_router_server, command, equal,
                  need, refused, until)
from xwire import PEER, XICMP, XIP, XUDP, Tap, calm
from xinet_scapy import ETH_P_XIP, Ether, inet_checksum, option

CLIENT, LEAVES, SERVER = "10.1.0.2", "10.3.0.1", "10.3.0.2"
TAP, FAR, PORT = "10.9.0.1", "10.9.3.9", 5001
SOL_IP, IP_TOS, IP_OPTIONS, IP_RECVOPTS, IP_RECVTOS = 0, 1, 4, 6, 13
HOPID, TAKEN = 94, "xtaken"
HERE = os.path.dirname(os.path.realpath(__file__))
HOPS = os.path.join(HERE, "../../../Documentation/examples/xhops.py")
client = router = server = tap = None


def setup():
    global client, router, server, tap
    for name in "xhopid", "xdscp":
        module_file("Documentation/examples/%s.ko" % name)
    client, router, server = client_router_server()
    tap = Tap(router, addr=TAP, peer=PEER)
    router.xip("route add 10.9.3.0/24 via " + PEER)
    calm(router)
    # the router knows both before anything is counted
    there = server.udp("0.0.0.0", 99)
    client.udp().sendto(b"first", SERVER, 99)
    there.recv()
    there.close()


def insmod(name, *words):
    """Load a module; None, or what the kernel said."""
    path = module_file(("Documentation/examples/%s.ko" if name != TAKEN else
                        "selftests/net/xinet/modules/%s.ko") % name)
    done = subprocess.run(["insmod", path, *words], check=False,
                          capture_output=True, text=True)
    return done.stderr.strip().rpartition(": ")[2] if done.returncode else None


def hopid(room, *taken, lost=0, pointer=None):
    """The option: room for so many records, those of some hops written."""
    data = b"".join(socket.inet_aton(addr) + bytes(4) for addr in taken)
    return option(HOPID, 5 + len(data) if pointer is None else pointer, lost,
                  *data.ljust(8 * room, b"\0"))


def way(opts, at=0):
    """([address], lost) of the option there, whose times must not go back."""
    size, pointer, lost = opts[at + 1:at + 4]
    equal((size - 4) % 8, 0, "its length")
    body = opts[at + 4:at + pointer - 1]
    found = list(struct.iter_unpack("!4sI", body))
    times = [stamp for _, stamp in found if stamp]
    for early, late in zip(times, times[1:]):
        if (late - early) % 2**32 > 20000000:
            raise AssertionError("times %s" % times)
    return [socket.inet_ntoa(addr) for addr, _ in found], lost


def padded(opts):
    return opts + bytes(-len(opts) % 4)


def forwarded(frame):
    """What a frame is when the router has forwarded it, header sound."""
    got, = tap.exchange(frame)
    head = bytes(got[XIP])[:got[XIP].ihl * 4]
    equal(inet_checksum(head), 0, "header checksum")
    return got[XIP]


def datagram(opts=b"", **fields):
    """From the peer by way of the router back to the peer's network."""
    return tap.udp(b"through", **{"dst": FAR, "options": opts, **fields})


# --- without the module -------------------------------------------------------------------

MALFORMED = [
    ("length 3", bytes([HOPID, 3, 5, 0]), 21),
    ("half a record", option(HOPID, 5, 0, *bytes(4)), 21),
    ("a byte too long", option(HOPID, 5, 0, *bytes(9)), 21),
    ("pointer 0", hopid(1, pointer=0), 22),
    ("pointer 4", hopid(1, pointer=4), 22),
    ("pointer into a record", hopid(1, pointer=9), 22),
    ("pointer behind its end", hopid(1, pointer=21), 22),
    ("pointer 255", hopid(1, pointer=255), 22),
    ("two of them", hopid(0) + hopid(1), 24),
    ("behind a NOP, pointer 1", b"\1" + hopid(0, pointer=1), 23)]


@rows("nobody handles it: %s goes on", [("a sound one", hopid(2), 0)] +
      MALFORMED)
def unknown(opts, _):
    equal(forwarded(datagram(opts)).options, padded(opts), "options")


@check("it loads")
def loads():
    equal(insmod("xhopid"), None, "insmod")
    equal(insmod("xhopid"), "File exists", "insmod a second time")
    equal(insmod(TAKEN, "option=94"), "File exists", "insmod of another")


# --- what a hop writes -----------------------------------------------------------------------

@rows("forwarded with room for %d", [(n, n) for n in range(5)])
def room(records):
    opts = forwarded(datagram(hopid(records))).options
    equal(len(opts), 4 + 8 * records, "bytes of options")
    equal(way(opts), ([TAP], 0) if records else ([], 1), "hops, lost")


@rows("forwarded with room for 2, %d taken", [(n, n) for n in range(3)])
def room_taken(number):
    before = ["1.1.1.1", "2.2.2.2"][:number]
    opts = forwarded(datagram(hopid(2, *before, lost=7))).options
    equal(way(opts), ((before + [TAP])[:2], 7 + (number == 2)), "hops, lost")


@check("more lost hops than 255 stay 255")
def lost_many():
    equal(way(forwarded(datagram(hopid(0, lost=255))).options), ([], 255),
          "hops, lost")


@rows("laid out: %s", [
    ("behind a NOP, aligned to nothing", b"\1" + hopid(1), 1),
    ("behind an option that nobody knows", option(30, 7) + hopid(1), 3),
    ("before one", hopid(1) + option(30, 9, 9), 0)])
def layout(opts, at):
    got = forwarded(datagram(opts)).options
    equal(way(got, at), ([TAP], 0), "hops, lost")
    equal((got[:at], got[at + 12:]),
          (padded(opts)[:at], padded(opts)[at + 12:]), "the rest")


@check("beside Record Route: both are written")
def beside():
    opts = forwarded(datagram(hopid(1) + option(7, 4, *bytes(4)))).options
    equal(way(opts), ([TAP], 0), "hops, lost")
    equal(opts[12:19], option(7, 8, *socket.inet_aton(TAP)), "Record Route")


@check("a clone of the frame keeps its bytes")
def cloned():
    sock = router.packet("t0", ETH_P_XIP)
    opts = hopid(2)
    equal(way(forwarded(datagram(opts)).options), ([TAP], 0), "hops, lost")
    equal(select.select([sock], [], [], 5 * SLOW)[0], [sock], "a capture")
    equal(Ether(sock.recv(2000))[XIP].options, padded(opts), "options")
    sock.close()


# --- malformed -----------------------------------------------------------------------------------

@rows("parameter problem: %s", MALFORMED)
def malformed(opts, pointer):
    delta = Delta(router)
    for dst in (FAR, TAP):
        got, = tap.exchange(datagram(opts, dst=dst))
        equal((got[XICMP].type, got[XICMP].code, got[XICMP].rest[0]),
              (12, 0, pointer), "type, code, pointer")
    equal(delta.drops(), {"BadOptions": 2}, "drops")


@rows("a program that asks for %s", [(m[0], m[1]) for m in MALFORMED])
def sockopt(opts):
    sock = client.udp()
    refused("EINVAL", sock.option, SOL_IP, IP_OPTIONS, opts)
    sock.close()


# --- from program to program -------------------------------------------------------------------

def received(records):
    """What the server is told of a datagram by way of all three."""
    there = server.udp("0.0.0.0", PORT)
    there.option(SOL_IP, IP_RECVOPTS, 1)
    sock = client.udp()
    sock.option(SOL_IP, IP_OPTIONS, hopid(records))
    sock.sendto(b"which way?", SERVER, PORT)
    equal(select.select([there.sock], [], [], 5 * SLOW)[0], [there.sock],
          "a datagram")
    _, control, _, _ = there.sock.recvmsg(100, 200)
    sock.close()
    there.close()
    (_, kind, data), = control
    equal(kind, IP_RECVOPTS, "control message")
    return way(data)


@rows("sender, router and receiver, with room for %d", [
    (n, n) for n in (0, 1, 2, 3, 4)])
def end_to_end(records):
    equal(received(records), ([CLIENT, LEAVES, SERVER][:records],
                              max(0, 3 - records)), "hops, lost")


@check("a program that may not send what it likes may not send it")
def unprivileged():
    sock = client.udp()
    child = os.fork()
    if not child:
        os.setresuid(65534, 65534, 65534)
        try:
            sock.option(SOL_IP, IP_OPTIONS, hopid(1))
        except OSError as error:
            os._exit(error.errno)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    equal(os.waitstatus_to_exitcode(status), errno.EINVAL, "errno")
    sock.close()


@check("xhops.py says the way")
def program():
    if not os.path.exists(HOPS):
        raise AssertionError("no " + HOPS)
    with server, subprocess.Popen(["python3", "-B", HOPS], text=True,
                                  stdout=subprocess.PIPE) as receiver:
        until(lambda: listens(server), "the receiver", 20)
        with client:
            command("python3", "-B", HOPS, SERVER)
        said, _ = receiver.communicate(timeout=20 * SLOW)
    lines = [line.split() for line in said.splitlines()]
    equal(said.splitlines()[0],
          "from %s, 3 hops, 0 more not told" % CLIENT, "its first line")
    equal([line[0] for line in lines[1:]], [CLIENT, LEAVES, SERVER], "hops")


def listens(ns):
    with ns, open("/proc/thread-self/net/xinet/udp",
                  encoding="ascii") as proc:
        return ":%04X " % PORT in proc.read()


# --- hostile bytes, and life ------------------------------------------------------------------

@check("random options: each packet goes on or is told of")
def fuzz():
    rand = random.Random(int(os.environ.get("XINET_SEED") or 14))
    number = int(os.environ.get("XINET_FUZZ") or (200 if SLOW == 1 else 60))
    delta, got = Delta(router), []
    for i in range(number):
        opts = bytearray(rand.choice((hopid(4), hopid(1), b"\1" + hopid(2),
                                      rand.randbytes(rand.randrange(41)))))
        for _ in range(rand.randrange(3)):
            if opts:
                opts[rand.randrange(min(6, len(opts)))] = rand.choice(
                    (0, 1, 4, 5, 12, 13, 36, 37, 94, 255, rand.randrange(256)))
        tap.send(tap.ether() / XIP(src=PEER, dst=FAR, proto=17,
                                   options=padded(bytes(opts)[:40])))
        if i % 50 == 49:
            got += tap.fence()
    got += tap.fence()
    drops = delta.drops()
    ktap.say("%s, %d frames" % (drops, len(got)))
    silent = drops.get("SourceRoute", 0)
    equal(len(got) + silent, number, "frames that left or were dropped")
    for frame in got:
        head = bytes(frame[XIP])[:frame[XIP].ihl * 4]
        equal(inet_checksum(head), 0, "header checksum")
    equal(way(forwarded(datagram(hopid(1))).options), ([TAP], 0), "hops, lost")


@check("the module comes and goes under traffic")
def under_traffic():
    stop, seen = threading.Event(), {True: 0, False: 0}
    there = server.udp("0.0.0.0", PORT)
    there.option(SOL_IP, IP_RECVOPTS, 1)
    sock = client.udp()
    sock.option(SOL_IP, IP_OPTIONS, hopid(3))

    def run():
        while not stop.is_set():
            sock.sendto(b"x", SERVER, PORT)
            try:
                _, control, _, _ = there.sock.recvmsg(100, 200)
            except BlockingIOError:
                continue
            seen[bool(way(control[0][2])[0])] += 1
    thread = threading.Thread(target=run)
    thread.start()
    try:
        for _ in range(3 if SLOW == 1 else 1):
            for marked in (True, False):
                before = seen[marked]
                if not marked:
                    command("rmmod", "xhopid")
                until(lambda m=marked, b=before: seen[m] > b + 10 or
                      not thread.is_alive(), "datagrams", 20)
            equal(insmod("xhopid"), None, "insmod")
    finally:
        stop.set()
        thread.join()
    sock.close()
    there.close()


@check("it goes, and what it knew is unknown again")
def goes():
    command("rmmod", "xhopid")
    opts = MALFORMED[0][1]
    equal(forwarded(datagram(opts)).options, padded(opts), "options")


# --- the hook that rewrites -----------------------------------------------------------------------

@check("xdscp refuses what is no DSCP")
def dscp_bad():
    equal(insmod("xdscp", "dscp=64"), "Invalid parameters", "insmod")


@check("xdscp loads")
def dscp_loads():
    equal(insmod("xdscp", "port=5060", "dscp=46"), None, "insmod")


@rows("xdscp, forwarded: %s", [
    ("its port", {"tos": 0}, 0xb8), ("ECN stays", {"tos": 3}, 0xbb),
    ("another DSCP goes", {"tos": 0x29}, 0xb9),
    ("its own DSCP", {"tos": 0xb9}, 0xb9),
    ("with options", {"tos": 0, "options": option(30, 1)}, 0xb8),
    ("the first fragment", {"tos": 1, "flags": 1}, 0xb9)])
def dscp_rewrites(fields, want):
    delta = Delta(router)
    got = forwarded(tap.xip(proto=17, dst=FAR, **fields) /
                    XUDP(sport=4000, dport=5060) / b"sip data")
    equal(got.tos, want, "TOS")
    equal(delta.drops(), {}, "drops")


@rows("xdscp leaves alone: %s", [
    ("another port", 17, {}, struct.pack("!HHHH", 5060, 5061, 8, 0)),
    ("another protocol", 6, {}, struct.pack("!HHHH", 4000, 5060, 8, 0)),
    ("a later fragment", 17, {"frag": 1},
     struct.pack("!HHHH", 4000, 5060, 8, 0)),
    ("three bytes of UDP", 17, {}, struct.pack("!HH", 4000, 5060)[:3]),
    ("seven bytes of UDP", 17, {}, struct.pack("!HHHH", 1, 5060, 8, 0)[:7])])
def dscp_leaves(proto, fields, data):
    got = forwarded(tap.xip(proto=proto, dst=FAR, tos=1, **fields) / data)
    equal((got.tos, bytes(got.payload)[:len(data)]), (1, data), "TOS, data")


@check("xdscp: a capture keeps the bytes it has seen")
def dscp_cloned():
    sock = router.packet("t0", ETH_P_XIP)
    equal(forwarded(datagram(dport=5060, tos=0)).tos, 0xb8, "TOS")
    equal(select.select([sock], [], [], 5 * SLOW)[0], [sock], "a capture")
    equal(Ether(sock.recv(2000))[XIP].tos, 0, "TOS captured")
    sock.close()


@check("xdscp: what this host sends")
def dscp_sends():
    sock = router.udp()
    sock.sendto(b"from here", PEER, 5060)
    got = tap.wait(XUDP)
    equal(got[XIP].tos, 0xb8, "TOS")
    equal(inet_checksum(bytes(got[XIP])[:20]), 0, "header checksum")
    sock.close()


@check("xdscp: the answers of a connection, which has a mark")
def dscp_connection():
    router.sysctl(nf_conntrack_always=1)
    there, here = server.udp("0.0.0.0", 5060), client.udp()
    here.option(SOL_IP, IP_RECVTOS, 1)
    for want in (b"\xb8", b"\0"):
        here.sendto(b"question", SERVER, 5060)
        _, addr, port = there.recvfrom()
        if want == b"\0":
            router.xip("conntrack flush")
        there.sendto(b"answer", addr, port)
        equal(select.select([here.sock], [], [], 5 * SLOW)[0], [here.sock],
              "an answer")
        _, control, _, _ = here.sock.recvmsg(100, 200)
        equal(control, [(SOL_IP, IP_TOS, want)], "TOS of the answer")
        equal([conn["mark"] for conn in
               router.xip_json("conntrack show proto udp")],
              [46 if want == b"\xb8" else 0], "marks")
    router.sysctl(nf_conntrack_always=0)
    router.xip("conntrack flush")


@check("xdscp goes")
def dscp_goes():
    command("rmmod", "xdscp")
    equal(forwarded(datagram(dport=5060, tos=0)).tos, 0, "TOS")


if __name__ == "__main__":
    need()
    ktap.run(setup)
