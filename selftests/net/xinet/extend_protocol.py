#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0
"""A protocol in a module of its own: Documentation/examples/xecho.c, as built
outside the tree, and who may have a number (modules/xtaken.c).

	+------ host ------+                        +-- client --+   +- server -+
	| 10.9.0.1 on t0 ──┼── this process         |         c0 ├───┤ s0       |
	+------------------+   10.9.0.2             | 10.1.0.2   |   | 10.1.0.3 |
	                                            +------------+   +----------+
"""
import contextlib
import os
import random
import socket
import subprocess
import threading

import ktap
from ktap import check, rows
from xhooks import module_file
from xlab import SLOW, Delta, Ns, command, equal, need, refused, until, veth
from xwire import BCAST_MAC, HOST, PEER, XICMP, XIP, Tap, calm
from xinet_scapy import Ether, inet_checksum, pseudo_header

XECHO, ASK, ANSWER, DATA_MAX = 253, 1, 2, 1024
CLIENT, SERVER = "10.1.0.2", "10.1.0.3"
EXAMPLE = "Documentation/examples/xecho.ko"
TAKEN = "selftests/net/xinet/modules/xtaken.ko"
host = client = server = tap = None


def setup():
    global host, client, server, tap
    for name in EXAMPLE, TAKEN:
        module_file(name)
    host, client, server = Ns("host"), Ns("client"), Ns("server")
    tap = Tap(host)
    calm(host)
    veth(client, "c0", server, "s0")
    client.xip("addr add %s/24 dev c0" % CLIENT)
    server.xip("addr add %s/24 dev s0" % SERVER)


def insmod(name, *words):
    """Load a module; None, or what the kernel said."""
    done = subprocess.run(["insmod", module_file(name), *words], check=False,
                          capture_output=True, text=True)
    return done.stderr.strip().rpartition(": ")[2] if done.returncode else None


def counts(ns):
    """The module's counters in a namespace."""
    with ns, open("/proc/thread-self/net/xecho", encoding="ascii") as proc:
        return {name: int(value) for name, value in
                (line.split() for line in proc)}


class Counted:
    """Which of them rose, and by how much."""

    def __init__(self, ns):
        self.ns, self.start = ns, counts(ns)

    def now(self):
        return {name: value - self.start[name]
                for name, value in counts(self.ns).items()
                if value != self.start[name]}


def pseudo(src, dst, length):
    return pseudo_header(socket.inet_aton(src), socket.inet_aton(dst), XECHO,
                         length)


def message(kind=ASK, data=b"", src=PEER, dst=HOST, zero=0, spoil=0):
    """Header and data, with the checksum that RFC 768 describes."""
    def build(csum):
        return bytes([kind, zero]) + csum.to_bytes(2, "big") + \
            b"\0\0\0\7time" + data
    want = inet_checksum(pseudo(src, dst, 12 + len(data)) + build(0))
    return build(want ^ spoil)


def frame(data, **fields):
    return tap.xip(proto=XECHO, **fields) / data


def answers(frames):
    """What the tap got, which must be sound answers from host to peer."""
    found = []
    for got in frames:
        packet = got[XIP]
        equal((packet.src, packet.dst, packet.proto), (HOST, PEER, XECHO),
              "addresses and protocol")
        data = bytes(packet.payload)
        equal(inet_checksum(pseudo(HOST, PEER, len(data)) + data), 0,
              "checksum")
        found.append(data[:2] + data[4:])
    return found


@contextlib.contextmanager
def loaded():
    equal(insmod(EXAMPLE), None, "insmod")
    try:
        yield
    finally:
        command("rmmod", "xecho")


# --- who has a number ---------------------------------------------------------------------

@rows("taken, %s", [
    ("ICMP", "protocol=1", "File exists"),
    ("UDP", "protocol=17", "File exists"),
    ("a number that is free", "protocol=254", None),
    ("without a handler", "protocol=254 empty=1", "Invalid parameters"),
    ("end of options", "option=0", "Device or resource busy"),
    ("no operation", "option=1", "Device or resource busy"),
    ("Record Route", "option=7", "Device or resource busy"),
    ("Timestamp", "option=68", "Device or resource busy"),
    ("loose source route", "option=131", "Device or resource busy"),
    ("strict source route", "option=137", "Device or resource busy"),
    ("Router Alert", "option=148", "Device or resource busy"),
    ("an option that is free", "option=255", None),
    ("without a check", "option=30 empty=1", "Invalid parameters")])
def taken(words, want):
    got = insmod(TAKEN, *words.split())
    if not got:
        command("rmmod", "xtaken")
    equal(got, want, "insmod")


@check("a module's number is its own until it goes")
def own_number():
    with loaded():
        equal(insmod(TAKEN, "protocol=253"), "File exists", "insmod")
        equal(insmod(EXAMPLE), "File exists", "insmod a second time")
    equal(insmod(TAKEN, "protocol=253"), None, "insmod")
    equal(insmod(EXAMPLE), "File exists", "insmod xecho")
    command("rmmod", "xtaken")


@check("the family stays while a module needs it")
def family_held():
    with loaded():
        done = subprocess.run(["rmmod", "xinet"], check=False,
                              capture_output=True)
        equal(done.returncode != 0, True, "rmmod xinet failed")


@check("nobody handles the number before and behind: protocol unreachable")
def unreachable():
    for _ in range(2):
        got = tap.exchange(frame(message()))
        equal([(f[XICMP].type, f[XICMP].code) for f in got], [(3, 2)],
              "answers")
        with loaded():
            equal(len(answers(tap.exchange(frame(message())))), 1, "answers")


# --- what it does with a packet -------------------------------------------------------------

@check("it loads")
def loads():
    equal(insmod(EXAMPLE), None, "insmod")


ASKED = {"asked": 1, "answered": 1}
PACKETS = [
    ("no data", message(), ASKED),
    ("a byte", message(data=b"x"), ASKED),
    ("an odd number of bytes", message(data=b"odd" * 5), ASKED),
    ("all the data that is allowed", message(data=bytes(DATA_MAX)), ASKED),
    ("a byte more than that", message(data=bytes(DATA_MAX + 1)), {"bad": 1}),
    ("nothing", b"", {"bad": 1}),
    ("a byte less than the header", message()[:11], {"bad": 1}),
    ("type 0", message(kind=0), {"bad": 1}),
    ("type 3", message(kind=3), {"bad": 1}),
    ("something in the zero", message(zero=1), {"bad": 1}),
    ("a wrong checksum", message(spoil=1), {"bad": 1}),
    ("an answer", message(kind=ANSWER), {"heard": 1})]


@rows("a packet with %s", PACKETS)
def packet(data, want):
    delta, count = Delta(host), Counted(host)
    got = answers(tap.exchange(frame(data)))
    equal(got, [bytes([ANSWER]) + data[1:2] + data[4:]] if want == ASKED
          else [], "answers")
    equal(count.now(), want, "its counters")
    equal(delta.drops(), {"Extension": 1} if "bad" in want else {}, "drops")


@check("the question's TOS comes back, the TTL is the namespace's")
def header():
    host.sysctl(default_ttl=99)
    got, = tap.exchange(frame(message(), tos=0xb9, ttl=7))
    equal((got[XIP].tos, got[XIP].ttl), (0xb9, 99), "TOS, TTL")
    host.sysctl(default_ttl=64)


@check("a question in fragments is one")
def fragments():
    data = message(data=bytes(range(64)))
    got = tap.exchange(frame(data[:40], flags=1, id=9),
                       frame(data[40:], frag=5, id=9))
    equal(answers(got), [bytes([ANSWER, 0]) + data[4:]], "answers")


@check("an answer larger than the link leaves in fragments")
def fragmented_answer():
    host.ip("link set t0 mtu 500")
    got = tap.exchange(frame(message(data=bytes(DATA_MAX))))
    host.ip("link set t0 mtu 1500")
    equal([f[XIP].frag * 8 for f in got], [0, 480, 960], "offsets")


@check("a question to all is heard, not answered")
def broadcast():
    count = Counted(host)
    dst = HOST.rpartition(".")[0] + ".255"
    got = tap.exchange(Ether(dst=BCAST_MAC, src=tap.peer_mac) /
                       XIP(src=PEER, dst=dst, proto=XECHO) /
                       message(dst=dst))
    equal([f.summary() for f in got], [], "answers")
    equal(count.now(), {"asked": 1}, "its counters")


@check("raw sockets hear it, sound or not")
def raw():
    sock = host.raw(XECHO)
    tap.exchange(frame(message()), frame(message(spoil=1)))
    equal([data[20:] for data in sock.pending()],
          [message(), message(spoil=1)], "packets")
    sock.close()


@rows("an ICMP error about %s", [
    ("a question", message()[:8], {"errors": 1}),
    ("what is none", b"\7" + message()[1:8], {})])
def error(quoted, want):
    count = Counted(host)
    tap.tell(bytes(XIP(src=HOST, dst=PEER, proto=XECHO, len=100) / quoted),
             3, 1)
    equal(count.now(), want, "its counters")


@check("a program asks: xask")
def program():
    where = os.environ.get("XINET_BIN") or os.path.dirname(__file__)
    with client:
        said = command(os.path.join(where, "xask"), SERVER)
    equal(said.startswith(SERVER + " answers 1 after "), True, said)
    equal((counts(client)["heard"] > 0, counts(server)["answered"] > 0),
          (True, True), "heard, answered")


@check("random frames: each is counted once, and all still works")
def fuzz():
    rand = random.Random(int(os.environ.get("XINET_SEED") or 14))
    number = int(os.environ.get("XINET_FUZZ") or (300 if SLOW == 1 else 100))
    start = bytes(frame(message(data=b"seed")))[:34]
    count = Counted(host)
    for _ in range(number):
        data = rand.randbytes(rand.choice((0, 3, 11, 12, 13, 40, 400)))
        if rand.random() < 0.6:
            data = message(rand.choice((0, 1, 2)), data, zero=rand.choice(
                (0, 0, 0, 1)))
        head = bytearray(start[14:])
        head[2:4] = (20 + len(data)).to_bytes(2, "big")
        head[10:12] = bytes(2)
        head[10:12] = inet_checksum(bytes(head)).to_bytes(2, "big")
        tap.send(start[:14] + head + data)
    tap.fence()
    now = count.now()
    ktap.say(now)
    equal(sum(now.get(k, 0) for k in ("asked", "heard", "bad")), number,
          "frames counted")
    equal(min(now.get(k, 0) for k in ("asked", "heard", "bad")) > 0, True,
          "some of each")
    equal(now["asked"], now["answered"], "answers")
    equal(len(answers(tap.exchange(frame(message())))), 1, "answers")


@check("each namespace has counters of its own, and takes them along")
def namespaces():
    child = subprocess.run(
        ["unshare", "-n", "cat", "/proc/thread-self/net/xecho"], check=True,
        capture_output=True, text=True)
    equal(child.stdout.split()[1::2], ["0"] * 5, "counters")


@check("it goes")
def goes():
    command("rmmod", "xecho")


# --- life under traffic -----------------------------------------------------------------------

class Traffic:
    """Questions from the client to the server, without end."""

    def __init__(self):
        self.stop = threading.Event()
        self.sent = self.heard = 0
        self.sock = client.raw(XECHO, CLIENT)
        self.thread = threading.Thread(target=self.run)

    def run(self):
        data = message(src=CLIENT, dst=SERVER)
        while not self.stop.is_set():
            with contextlib.suppress(OSError):
                self.sock.sendto(data, SERVER, 0)
                self.sent += 1
            # the server's answers, not what it hears of itself
            self.heard += len(self.sock.pending())

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.stop.set()
        self.thread.join()
        self.sock.close()

    def goes_on(self):
        """Wait until more have been sent, and answered if there is who."""
        sent, heard = self.sent, self.heard
        until(lambda: self.sent > sent + 20, "questions")
        return self.heard > heard


@check("the module comes and goes under traffic")
def under_traffic():
    with Traffic() as traffic:
        for _ in range(3 if SLOW == 1 else 1):
            equal(insmod(EXAMPLE), None, "insmod")
            until(traffic.goes_on, "answers")
            command("rmmod", "xecho")
        traffic.goes_on()


@check("it is gone: its file, and its answers")
def gone():
    equal(os.path.exists("/proc/net/xecho"), False, "/proc/net/xecho")
    refused("ENOENT", counts, host)


if __name__ == "__main__":
    need()
    ktap.run(setup)
