#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0
"""The five hook points, with hooks of a module of our own (modules/xhooks.c).

	 client                  router                  server
	+----------+   +-------------------------+   +----------+
	|        c0├───┤r0                     r1├───┤s0        |
	| 10.1.0.2 |   |10.1.0.1         10.3.0.1|   | 10.3.0.2 |
	+----------+   +-------------------------+   +----------+

	LOCAL_OUT      PRE_ROUTING                   PRE_ROUTING
	POST_ROUTING   FORWARD                       LOCAL_IN
	               POST_ROUTING
"""
import errno
import fcntl
import os
import struct
import subprocess
import sys
import threading

import ktap
from ktap import check, rows
from xlab import (Delta, Ns, client_router_server, command, equal, need,
                  refused, until)
from xhooks import ask, load, states, tell, unload

PRE, IN, FORWARD, OUT, POST = range(5)
SERVER, PORT = "10.3.0.2", 7
SIOCOUTQ = 0x5411

client = router = server = there = here = None


def setup():
    global client, router, server, there, here
    load()
    client, router, server = client_router_server()
    there = server.udp("0.0.0.0", PORT)
    here = client.udp().connect(SERVER, PORT)
    passes()


# --- hooks -----------------------------------------------------------------------------

def calls(ns):
    """How often the hooks of a namespace ran, in the order of their IDs."""
    return [state[2] for _, state in sorted(states(ns).items())]


def hooks(*lines):
    """Add hooks, given as (namespace, command); their IDs."""
    found = []
    for ns, line in lines:
        tell(ns, "add " + line)
        found.append(max(states(ns)))
    tell(client, "forget")
    return found


def clean():
    for ns in (client, router, server):
        for state in states(ns).values():
            equal(state[3], 0, "calls with a wrong state")
        tell(ns, "flush")
    tell(client, "release")
    while there.pending():
        pass
    while here.pending():
        pass


def trace():
    """[(id, in, out)] of the last calls."""
    return [(int(i), *rest) for i, *rest in
            (word.split(":") for word in ask(client, "trace").split())]


# --- traffic ---------------------------------------------------------------------------

count = 0


def passes():
    """A datagram from client to server arrives; which says all before has."""
    global count
    count += 1
    here.send(b"%d" % count)
    equal(there.recv(), b"%d" % count, "datagram")


def send():
    """A datagram that may not arrive."""
    here.send(b"lost?")


def waiting(sock):
    """Bytes sent by the socket that are still somewhere."""
    return struct.unpack("i", fcntl.ioctl(sock.sock, SIOCOUTQ, bytes(4)))[0]


# --- the order --------------------------------------------------------------------------

def everywhere(ns):
    """An accepting hook at each point of a namespace: {id: point}."""
    return dict(zip(hooks(*[(ns, "%d 0 accept" % p) for p in range(5)]),
                    range(5)))


@check("a packet made here: LOCAL_OUT, POST_ROUTING")
def order_out():
    points = everywhere(client)
    passes()
    equal([(points[i], a, b) for i, a, b in trace()],
          [(OUT, "-", "c0"), (POST, "-", "c0")], "calls")
    clean()


@check("a packet forwarded: PRE_ROUTING, FORWARD, POST_ROUTING")
def order_forward():
    points = everywhere(router)
    passes()
    equal([(points[i], a, b) for i, a, b in trace()],
          [(PRE, "r0", "-"), (FORWARD, "r0", "r1"), (POST, "r0", "r1")],
          "calls")
    clean()


@check("a packet for this host: PRE_ROUTING, LOCAL_IN")
def order_in():
    points = everywhere(server)
    passes()
    equal([(points[i], a, b) for i, a, b in trace()],
          [(PRE, "s0", "-"), (IN, "s0", "-")], "calls")
    clean()


@check("a packet to oneself: LOCAL_OUT, POST_ROUTING, PRE_ROUTING, LOCAL_IN")
def order_loopback():
    points = everywhere(client)
    one = client.udp("10.1.0.2", 99)
    client.udp().sendto(b"to myself", "10.1.0.2", 99)
    equal(one.recv(), b"to myself", "datagram")
    equal([(points[i], a, b) for i, a, b in trace()],
          [(OUT, "-", "lo"), (POST, "-", "lo"), (PRE, "lo", "-"),
           (IN, "lo", "-")], "calls")
    clean()


@check("hooks of a point run by priority, those of equal one as they came")
def priorities():
    ids = hooks(*[(router, "2 %d accept" % p)
                  for p in (0, 100, -200, 0, 2147483647, -2147483648, 100)])
    passes()
    want = [ids[n] for n in (5, 2, 0, 3, 1, 6, 4)]
    equal([c[0] for c in trace()], want, "calls")
    tell(router, "del %d" % ids[0])
    tell(router, "del %d" % ids[4])
    tell(client, "forget")
    passes()
    equal([c[0] for c in trace()], [i for i in want
                                    if i not in (ids[0], ids[4])], "calls")
    clean()


@check("each hook is called once a packet")
def counted():
    everywhere(router)
    for _ in range(20):
        passes()
    equal(calls(router), [20, 0, 20, 0, 20], "calls")
    clean()


# --- verdicts -----------------------------------------------------------------------------

# name, namespace, point
POINTS = [("LOCAL_OUT", "client", OUT), ("POST_ROUTING", "client", POST),
          ("PRE_ROUTING of a router", "router", PRE),
          ("FORWARD", "router", FORWARD),
          ("POST_ROUTING of a router", "router", POST),
          ("PRE_ROUTING of a host", "server", PRE),
          ("LOCAL_IN", "server", IN)]


def where(name):
    return {"client": client, "router": router, "server": server}[name]


def ends_here(name, point, verdict, cause, number):
    """The verdict ends the packet, counted; the sender hears errno."""
    ns = where(name)
    hooks((ns, "%d 0 %s" % (point, verdict)), (ns, "%d 1 accept" % point))
    delta = Delta(ns)
    if ns is client and number:
        refused(errno.errorcode[number], send)
    else:
        send()
    until(lambda: delta.drops() == ({cause: 1} if cause else {}) and
          calls(ns)[0] == 1, "%s, calls %s" % (delta.drops(), calls(ns)))
    equal(calls(ns), [1, 0], "calls")
    clean()
    passes()


@rows("NF_DROP at %s", POINTS)
def drop(name, point):
    ends_here(name, point, "drop", "Hook", errno.EPERM)


@rows("NF_DROP_ERR(EHOSTUNREACH) at %s", POINTS)
def drop_errno(name, point):
    ends_here(name, point, "errno %d" % errno.EHOSTUNREACH, "Hook",
              errno.EHOSTUNREACH)


@rows("NF_QUEUE at %s is a counted drop", POINTS)
def queue(name, point):
    ends_here(name, point, "queue 3", "HookQueue", errno.EPERM)


@rows("NF_STOLEN at %s: not counted, no error, nothing leaks", POINTS)
def steal(name, point):
    ends_here(name, point, "steal", None, 0)
    until(lambda: waiting(here) == 0, "the socket's memory back")


@rows("NF_STOLEN with an errno (NF_DROP_REASON) at %s: it is the sender's", [
    p for p in POINTS if p[1] == "client"])
def reason(name, point):
    ends_here(name, point, "reason %d" % errno.EHOSTUNREACH, None,
              errno.EHOSTUNREACH)


@check("a verdict that is none ends the packet, counted")
def odd():
    for verdict in (6, 77, 255):
        ends_here("router", FORWARD, "odd %d" % verdict, "HookError", 0)
        ends_here("client", OUT, "odd %d" % verdict, "HookError",
                  errno.EPERM)


@check("a packet that is held belongs to the hook, and is paid by the sender")
def hold():
    hooks((client, "%d 0 hold" % OUT))
    delta = Delta(client)
    sock = client.udp().connect(SERVER, PORT)
    for _ in range(5):
        sock.send(b"held")
    equal(waiting(sock) > 0, True, "some wait")
    equal(delta.drops(), {}, "drops")
    tell(client, "release")
    equal(waiting(sock), 0, "bytes that wait")
    clean()
    equal(there.pending(), [], "datagrams")
    passes()


@rows("NF_REPEAT at %s: called again, then goes on", POINTS)
def repeat(name, point):
    ns = where(name)
    hooks((ns, "%d 0 repeat 5" % point), (ns, "%d 1 accept" % point))
    passes()
    equal(calls(ns), [6, 1], "calls")
    clean()


@check("NF_REPEAT without end ends in a counted drop")
def repeat_forever():
    hooks((router, "%d 0 repeat 1000000" % FORWARD))
    delta = Delta(router)
    send()
    until(lambda: sum(delta.drops().values()) == 1, "a drop")
    ktap.say("%s after %d calls" % (delta.drops(), calls(router)[0]))
    equal(calls(router)[0] < 1000, True, "few calls")
    clean()
    passes()


@check("a drop at POST_ROUTING of a broadcast leaves the sender's own copy")
def broadcast():
    hooks((client, "%d 0 drop" % POST))
    mine = client.udp("0.0.0.0", 98)
    sock = client.udp()
    sock.option(1, 6, 1)                # SO_BROADCAST
    delta = Delta(client)
    refused("EPERM", sock.sendto, b"all", "10.1.0.255", 98)
    equal(delta.drops(), {"Hook": 1}, "drops")
    clean()
    sock.sendto(b"all", "10.1.0.255", 98)
    equal(b"all" in [mine.recv()], True, "own copy")


# --- namespaces and life ---------------------------------------------------------------------

@check("a hook concerns its own namespace alone")
def namespaces():
    other = Ns("other")
    for point in range(5):
        tell(other, "add %d 0 drop" % point)
    passes()
    equal(calls(other), [0] * 5, "calls")
    sock = other.udp()
    refused("EPERM", sock.sendto, b"x", "127.0.0.1", 9)
    tell(other, "flush")
    sock.sendto(b"x", "127.0.0.1", 9)
    sock.close()


@check("a point the family does not have is refused")
def bad_point():
    for point in (5, 6, 4294967295):
        refused("EINVAL", tell, client, "add %d 0 accept" % point)
    equal(states(client), {}, "hooks")


@check("a namespace that goes takes its hooks along")
def namespace_goes():
    child = subprocess.run(
        [sys.executable, "-B", "-c",
         "import hooks, xlab\n"
         "ns = xlab.Ns('gone')\n"
         "for point in range(5): hooks.tell(ns, 'add %d 0 accept' % point)\n"
         "ns.udp().sendto(b'x', '127.0.0.1', 9)\n"
         "print(sum(hooks.calls(ns)))"],
        cwd=os.path.dirname(os.path.abspath(__file__)), check=False,
        capture_output=True, text=True)
    equal((child.returncode, int(child.stdout or 0) >= 2), (0, True),
          "child, which says " + child.stderr)
    passes()


class Traffic:
    """Datagrams there and back, without end, while something happens."""

    def __init__(self):
        self.stop = threading.Event()
        self.rounds = 0
        self.error = None
        self.there = server.udp(SERVER, 97)
        self.here = client.udp().connect(SERVER, 97)
        self.thread = threading.Thread(target=self.run)

    def run(self):
        try:
            while not self.stop.is_set():
                try:
                    self.here.send(b"there")
                except (PermissionError, BlockingIOError):
                    continue
                for _ in self.there.pending():
                    self.there.sendto(b"back", "10.1.0.2",
                                      self.here.local()[1])
                self.rounds += len(self.here.pending())
        except Exception as error:      # pylint: disable=broad-except
            self.error = error

    def __enter__(self):
        self.thread.start()
        self.more()
        return self

    def more(self):
        """Wait until some more have come round."""
        goal = self.rounds + 5
        until(lambda: self.error or self.rounds >= goal, "traffic", 20)

    def __exit__(self, *_):
        self.stop.set()
        self.thread.join()
        equal(self.error, None, "error of the sender")


@check("hooks come and go under traffic")
def under_traffic():
    with Traffic() as traffic:
        for _ in range(4):
            for ns in (client, router, server):
                for point in range(5):
                    tell(ns, "add %d %d accept" % (point, point))
            traffic.more()
            for ns in (client, router, server):
                equal(sum(calls(ns)) > 0, True, "calls")
                tell(ns, "flush")
        traffic.more()
    clean()
    passes()


@check("a dropping hook comes and goes under traffic")
def drop_under_traffic():
    with Traffic() as traffic:
        for ns, point in ((router, FORWARD), (server, IN), (client, OUT)):
            tell(ns, "add %d 0 drop" % point)
            until(lambda n=ns: sum(calls(n)) > 3, "drops")
            tell(ns, "flush")
            traffic.more()
    clean()
    passes()


@check("the module cannot go while xhooks needs it")
def module_held():
    done = subprocess.run(["rmmod", "xinet"], capture_output=True, text=True,
                          check=False)
    equal(done.returncode != 0, True, "rmmod xinet failed")


@check("xhooks goes under traffic with all its hooks in place, and comes back")
def module_goes():
    with Traffic() as traffic:
        for kind in ("accept", "accept", "hold"):
            for ns in (client, router, server):
                for point in range(5):
                    tell(ns, "add %d 0 %s" % (point, kind))
            unload()
            traffic.more()
            load()
            traffic.more()
    clean()
    passes()
    unload()


if __name__ == "__main__":
    need()
    ktap.run(setup)
