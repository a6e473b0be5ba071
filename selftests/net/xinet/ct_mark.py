#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0
"""Marks: a packet's, which rules match, and a connection's, which a module's
hook sets with xnf_ct_set_mark() and can give to the packet.

	 client                  router                  server
	+----------+   +-------------------------+   +----------+
	|        c0├───┤r0                     r1├───┤s0        |
	| 10.1.0.2 |   |10.1.0.1         10.3.0.1|   | 10.3.0.2 |
	+----------+   +-------------------------+   +----------+

The router's hooks are those of modules/xhooks.c: at PRE_ROUTING, before the
tracker (-300) or behind it (-150), and in front of the filter of FORWARD (-1).
"""
import ktap
from ktap import check, rows
from xevents import Events
from xlab import Delta, client_router_server, command, equal, need, until
from xhooks import load, tell, unload

SERVER, PORT = "10.3.0.2", 7
BEFORE, BEHIND, FORWARD = "0 -300", "0 -150", "2 -1"

client = router = server = there = None


def setup():
    global client, router, server, there
    load()
    client, router, server = client_router_server()
    there = server.udp("0.0.0.0", PORT)
    router.sysctl(nf_conntrack_always=1)
    passes(client.udp())


def passes(sock):
    """A datagram, and its answer; the source that the server sees."""
    sock.sendto(b"question", SERVER, PORT)
    _, *source = there.recvfrom()
    there.sendto(b"answer", *source)
    equal(sock.recv(), b"answer", "answer")
    return tuple(source)


def hooks(*lines):
    """Exactly these hooks, and no connection."""
    tell(router, "flush")
    for line in lines:
        tell(router, "add " + line)
    router.xip("conntrack flush")


def marked(mark, **words):
    """A socket whose connection has that mark."""
    hooks("%s ctmark %d" % (BEHIND, mark))
    sock = client.udp("10.1.0.2", **words)
    passes(sock)
    tell(router, "flush")
    return sock


def ends(sock, cause="FilterForward"):
    """A datagram of the socket ends in the router."""
    delta = Delta(router)
    sock.sendto(b"lost", SERVER, PORT)
    until(lambda: delta.drops() == {cause: 1}, "the drop")
    equal(there.pending(), [], "datagrams")


def shown(words=""):
    """Marks of the connections that xip shows."""
    return [conn["mark"] for conn in
            router.xip_json("conntrack show proto udp " + words)]


# --- the packet's -----------------------------------------------------------------------

# rule, mark, does it match?
MATCHES = [("%s, packet's mark %#x" % row[:2], *row) for row in [
    ("mark 5", 5, True), ("mark 5", 4, False), ("mark 5", 0x105, False),
    ("mark 0x10/0xf0", 0x10, True), ("mark 0x10/0xf0", 0xf1f, True),
    ("mark 0x10/0xf0", 0x20, False), ("mark 0", 0, True), ("mark 0", 1, False),
    ("mark 0xffffffff", 0xffffffff, True), ("mark 0/0", 0xffffffff, True)]]


@rows("a forwarded packet: %s", MATCHES)
def forwarded(rule, mark, match):
    hooks("%s mark %d" % (BEFORE, mark))
    router.xip("filter add forward iif r0 %s drop" % rule)
    sock = client.udp()
    if match:
        ends(sock)
    else:
        passes(sock)
    router.xip("filter flush")


@check("a rule of NAT matches it, too")
def translated():
    hooks("%s mark 6" % BEFORE)
    router.xip("nat add postrouting oif r1 mark 7 snat to 10.3.0.77",
               "nat add postrouting oif r1 mark 6 masquerade")
    equal(passes(client.udp())[0], "10.3.0.1", "source")
    router.xip("nat flush")


# --- the connection's --------------------------------------------------------------------

@check("nothing sets a connection's mark by itself, nor does the packet's")
def unset():
    hooks("%s mark 9" % BEFORE)
    passes(client.udp())
    equal(shown(), [0], "marks")


@check("a hook sets it: it is shown, in text, JSON and /proc")
def show():
    marked(0xabcdef01)
    equal(shown(), [0xabcdef01], "JSON")
    with router:
        text = command("xip", "conntrack", "show", "proto", "udp")
        with open("/proc/thread-self/net/xinet/conntrack",
                  encoding="ascii") as lines:
            proc = [line for line in lines if " udp " in line]
    equal((" mark=2882400001 " in text, " mark=2882400001 " in proc[0]),
          (True, True), text)


@rows("conntrack show, count: %s", [
    (words, words, marks) for words, marks in [
        ("mark 5", [5]), ("mark 0x5/0xf", [5, 0x15]),
        ("mark 0x10/0x10", [0x15]), ("mark 0", [0]),
        ("mark 0/0", [0, 5, 0x15]), ("mark 6", [])]])
def selected(words, marks):
    if sorted(shown()) != [0, 5, 0x15]:
        hooks()
        for mark in (0, 5, 0x15):
            tell(router, "add %s ctmark %d" % (BEHIND, mark))
            passes(client.udp())
            tell(router, "flush")
    equal(sorted(shown(words)), marks, "marks")
    with router:
        equal(command("xip", "conntrack", "count", *words.split()),
              "%d\n" % len(marks), "count")


@check("conntrack del ends those with a mark")
def deleted():
    equal(sorted(shown()), [0, 5, 0x15], "before")
    router.xip("conntrack del mark 0x5/0xf")
    equal(shown(), [0], "after")


@check("another one is an event, the same one is none")
def event():
    with Events(router) as events:
        sock = marked(3)
        for mark in (3, 3, 4):
            tell(router, "add %s ctmark %d" % (BEHIND, mark))
            passes(sock)
            tell(router, "flush")
        seen = events.of("mark", src="10.1.0.2", sport=sock.local()[1])
        until(lambda: [e["mark"] for e in events.of(
            "mark", sport=sock.local()[1]) if e["cause"] == "mark"] == [3, 4],
              "two events")
    equal([e["cause"] for e in seen][:3], ["new", "mark", "confirmed"],
          "causes")


@check("given to the packets of its connection, and no others, rules match it")
def restored():
    sock = marked(0x77)
    other = client.udp()
    passes(other)
    tell(router, "add %s restore" % FORWARD)
    router.xip("filter add forward mark 0x77 drop")
    passes(other)
    ends(sock)
    router.xip("filter flush")
    tell(router, "flush")
    passes(sock)


@check("of a connection that its first packet's end ends, nothing is left")
def dropped():
    hooks("%s ctmark 8" % BEHIND, "2 0 drop")
    delta = Delta(router)
    client.udp().sendto(b"lost", SERVER, PORT)
    until(lambda: sum(delta.drops().values()) == 1, "the drop")
    equal(shown("mark 8"), [], "marks")


@check("a packet without a connection: the hook finds none to mark")
def untracked():
    router.sysctl(nf_conntrack_always=0)
    hooks("%s ctmark 8" % BEHIND, "%s restore" % FORWARD)
    passes(client.udp())
    router.sysctl(nf_conntrack_always=1)
    equal(shown(), [], "connections")
    # before the tracker there is none, either
    hooks("%s ctmark 8" % BEFORE)
    passes(client.udp())
    equal(shown(), [0], "marks")
    tell(router, "flush")


@check("the module of hooks goes")
def gone():
    unload()


if __name__ == "__main__":
    need()
    ktap.run(setup)
