#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0
"""A neighbour's life: its states and timers, and the packets that wait.

	+-------- host --------+
	| 10.9.0.1/24 on t0 ───┼── tap: peers 10.9.0.2 … that answer, or do not
	+----------------------+

	sysctls: retrans_time_ms 40, base_reachable_time_ms 2000,
	         delay_first_probe_time 1, others as they are by default

What takes long is begun in setup() and looked at last.
"""
import itertools

import ktap
from ktap import check, rows
from xlab import Delta, Ns, equal, need, refused, until
from xwire import BCAST_MAC, HOST, HOST_MAC, XARP, XUDP, Ether, Tap, calm

ns = tap = None
NUMBERS = itertools.count(20)
OLD, FIXED = "10.9.0.10", "10.9.0.11"
OLD_MAC, FIXED_MAC = "02:00:00:00:00:0a", "02:00:00:00:00:0b"


def setup():
    global ns, tap
    ns = Ns("host")
    tap = Tap(ns)
    calm(ns)
    ns.sysctl(retrans_time_ms=40, base_reachable_time_ms=2000,
              delay_first_probe_time=1)
    ns.xip("neigh add %s lladdr %s dev t0 nud reachable" % (OLD, OLD_MAC),
           "neigh add %s lladdr %s dev t0 nud permanent" % (FIXED, FIXED_MAC))


def peer():
    """(address, MAC) of a peer nobody has spoken of."""
    number = next(NUMBERS)
    return "10.9.0.%d" % number, "02:00:00:00:01:%02x" % number


def state(addr):
    return ns.neigh(addr, "t0")[0]


def shown(addr):
    """The state as xip shows it, which must be what netlink tells."""
    said = ns.xip_json("neigh show to %s dev t0 nud all" % addr)[0]["state"][0]
    equal(said, state(addr), "what xip shows")
    return said


def reaches(addr, want):
    until(lambda: state(addr) == want, "%s is %s" % (addr, want))


def answer(addr, mac):
    tap.send(Ether(src=mac, dst=HOST_MAC, type=0x88b6) /
             XARP(op=2, sha=mac, spa=addr, tha=HOST_MAC, tpa=HOST))


def queued(addr, count, size=20):
    """A socket that has sent numbered datagrams to the peer."""
    sock = ns.udp()
    for number in range(count):
        sock.sendto(b"%0*d" % (size, number), addr, 9)
    return sock


def requests(addr):
    """MACs that requests for the address have gone to."""
    return [f.dst for f in tap.frames(XARP) if f[XARP].tpa == addr]


def arrived(addr):
    """Numbers of the datagrams that went out to the peer."""
    return [int(bytes(f[XUDP].payload)) for f in tap.frames(XUDP)
            if f.payload.dst == addr]


# --- no answer -------------------------------------------------------------------------

@rows("without an answer: mcast_solicit = %d broadcast requests, then FAILED",
      [(1, 1), (3, 3), (5, 5)])
def unanswered(count):
    addr, _ = peer()
    ns.sysctl(mcast_solicit=count)
    tap.frames()
    delta = Delta(ns)
    sock = queued(addr, 1)
    equal(state(addr) in ("INCOMPLETE", "FAILED"), True, "first state")
    until(lambda: delta.get("Xinet.NeighFailed") == 1, "NeighFailed")
    equal(requests(addr), [BCAST_MAC] * count, "requests")
    equal(shown(addr), "FAILED", "state")
    ns.sysctl(mcast_solicit=3)
    sock.close()


@check("a failing neighbour tells a connected socket EHOSTUNREACH")
def failed_error():
    addr, _ = peer()
    sock = ns.udp().connect(addr, 9)
    sock.send(b"anybody there?")
    until(lambda: sock.error() == "EHOSTUNREACH", "EHOSTUNREACH")
    sock.send(b"still nobody?")
    until(lambda: sock.error() == "EHOSTUNREACH", "EHOSTUNREACH once more")
    sock.close()


@check("a failing neighbour gives back all that waited for it")
def failed_queue():
    addr, _ = peer()
    delta = Delta(ns)
    sock = queued(addr, 30)
    until(lambda: delta.get("Xinet.NeighFailed") == 30, "NeighFailed")
    equal(delta.drops(), {"NeighFailed": 30}, "drop counters")
    sock.close()


@check("FAILED becomes INCOMPLETE with the next packet, REACHABLE by an answer")
def failed_again():
    addr, mac = peer()
    sock = queued(addr, 1)
    reaches(addr, "FAILED")
    tap.frames()
    sock.sendto(b"7", addr, 9)
    equal(requests(addr)[:1], [BCAST_MAC], "requests")
    answer(addr, mac)
    until(lambda: arrived(addr) == [7], "the datagram")
    equal(state(addr), "REACHABLE", "state")
    sock.close()


# --- packets that wait ---------------------------------------------------------------

@check("packets that wait go out in order when the answer comes")
def queue_order():
    addr, mac = peer()
    tap.frames()
    ns.sysctl(retrans_time_ms=5000)
    sock = queued(addr, 50)
    equal(arrived(addr), [], "datagrams before the answer")
    answer(addr, mac)
    until(lambda: True)
    equal(arrived(addr), list(range(50)), "datagrams")
    ns.sysctl(retrans_time_ms=40)
    sock.close()


@rows("unres_qlen_bytes = %d: the oldest give way, counted; the rest in order",
      [(n, n) for n in (0, 1, 4096, 16384)])
def queue_bound(limit):
    addr, mac = peer()
    tap.frames()
    ns.sysctl(retrans_time_ms=5000, unres_qlen_bytes=limit)
    delta = Delta(ns)
    sock = queued(addr, 40)
    answer(addr, mac)
    got = arrived(addr)
    equal(got, list(range(40 - len(got), 40)), "datagrams")
    equal(delta.drops(), {"NeighQueueFull": 40 - len(got)}, "drop counters")
    if not got or len(got) > max(1, limit // 256):
        raise AssertionError("%d datagrams had room" % len(got))
    if limit >= 4096 and len(got) == 1:
        raise AssertionError("only one had room")
    ns.sysctl(retrans_time_ms=40, unres_qlen_bytes=212992)
    sock.close()


# --- STALE, DELAY, PROBE -----------------------------------------------------------------

@check("STALE: the packet goes at once; DELAY, PROBE by unicast, REACHABLE")
def stale_answered():
    addr, mac = peer()
    ns.xip("neigh add %s lladdr %s dev t0 nud stale" % (addr, mac))
    tap.frames()
    equal(shown(addr), "STALE", "state")
    sock = queued(addr, 1)
    equal(shown(addr), "DELAY", "state")
    frames = tap.frames()
    equal([f.dst for f in frames if XUDP in f], [mac], "the datagram")
    equal([f for f in frames if XARP in f], [], "requests in DELAY")
    seen = []
    until(lambda: seen.extend(requests(addr)) or seen, "a probe")
    equal(seen[0], mac, "destination of the probe")
    answer(addr, mac)
    equal(shown(addr), "REACHABLE", "state")
    sock.close()


@check("PROBE without an answer: ucast_solicit requests by unicast, FAILED")
def stale_unanswered():
    addr, mac = peer()
    ns.xip("neigh add %s lladdr %s dev t0 nud stale" % (addr, mac))
    tap.frames()
    sock = queued(addr, 1)
    seen = []
    until(lambda: seen.append(state(addr)) or seen[-1] == "FAILED", "FAILED")
    order = [s for i, s in enumerate(seen) if not i or s != seen[i - 1]]
    if order not in (["DELAY", "PROBE", "FAILED"], ["DELAY", "FAILED"]):
        raise AssertionError("states %s" % order)
    equal(requests(addr), [mac] * 3, "requests")
    sock.close()


@check("packets flow in PROBE too")
def probe_flows():
    addr, mac = peer()
    ns.sysctl(retrans_time_ms=1000)
    ns.xip("neigh add %s lladdr %s dev t0 nud probe" % (addr, mac))
    tap.frames()
    sock = queued(addr, 3)
    equal(arrived(addr), [0, 1, 2], "datagrams")
    answer(addr, mac)
    ns.sysctl(retrans_time_ms=40)
    sock.close()


# --- by hand ---------------------------------------------------------------------------

@check("neigh add, get, replace, change and del do what they say")
def by_hand():
    addr, mac = peer()
    ns.xip("neigh add %s lladdr %s dev t0" % (addr, mac))
    equal(ns.neigh(addr, "t0"), ("PERMANENT", mac), "added")
    shown = ns.xip_json("neigh get %s dev t0" % addr)
    equal((shown[0]["dst"], shown[0]["lladdr"], shown[0]["state"]),
          (addr, mac, ["PERMANENT"]), "get")
    other = "02:00:00:00:03:01"
    ns.xip("neigh replace %s lladdr %s dev t0 nud stale" % (addr, other))
    equal(ns.neigh(addr, "t0"), ("STALE", other), "replaced")
    ns.xip("neigh change %s lladdr %s dev t0 nud permanent" % (addr, mac))
    equal(ns.neigh(addr, "t0"), ("PERMANENT", mac), "changed")
    ns.xip("neigh del %s dev t0" % addr)
    equal(ns.neigh(addr, "t0"), (None, None), "deleted")


@rows("refused, with a word of why: neigh %s", [
    (line, line) for line in (
        "add 10.9.0.11 lladdr 02:00:00:00:00:0c dev t0",
        "change 10.9.0.240 lladdr 02:00:00:00:00:0c dev t0",
        "del 10.9.0.240 dev t0",
        "get 10.9.0.240 dev t0",
        "add 10.9.0.240 dev t0 nud permanent",
        "add 224.0.0.5 lladdr 02:00:00:00:00:0c dev t0",
        "add 255.255.255.255 lladdr 02:00:00:00:00:0c dev t0",
        "add 0.0.0.0 lladdr 02:00:00:00:00:0c dev t0",
        "add 10.9.0.1 lladdr 02:00:00:00:00:0c dev t0",
        "add 10.9.0.240 lladdr 02:00:00:00:00:0c dev lo")])
def by_hand_refused(line):
    words = ns.xip_refused("neigh " + line)
    if len(words.strip()) < 10:
        raise AssertionError("said %r" % words)


@check("flush takes what was learnt and leaves what is permanent")
def flush():
    addr, mac = peer()
    ns.xip("neigh add %s lladdr %s dev t0 nud stale" % (addr, mac),
           "neigh flush dev t0")
    equal(state(addr), None, "learnt")
    equal(state(FIXED), "PERMANENT", "permanent")
    ns.xip("neigh flush dev t0 nud permanent")
    equal(state(FIXED), None, "permanent, asked for")
    ns.xip("neigh add %s lladdr %s dev t0" % (FIXED, FIXED_MAC),
           "neigh add %s lladdr %s dev t0 nud reachable" % (OLD, OLD_MAC),
           "neigh add %s lladdr %s dev t0" % (tap.peer, tap.peer_mac))


# --- limits of age and number --------------------------------------------------------------

@check("REACHABLE becomes STALE when its time is over and nobody uses it")
def reachable_to_stale():
    reaches(OLD, "STALE")
    equal(requests(OLD), [], "requests")


@check("a permanent neighbour is never asked after")
def permanent_quiet():
    tap.frames()
    sock = queued(FIXED, 3)
    equal(arrived(FIXED), [0, 1, 2], "datagrams")
    equal(state(FIXED), "PERMANENT", "state")
    equal(requests(FIXED), [], "requests")
    sock.close()


@check("above gc_thresh1 a STALE neighbour goes after gc_stale_time")
def collected():
    addr, mac = peer()
    ns.sysctl(gc_thresh1=0, gc_stale_time=1, base_reachable_time_ms=1000)
    ns.xip("neigh add %s lladdr %s dev t0 nud stale" % (addr, mac))
    until(lambda: state(addr) is None, "collected", 10)
    equal(state(FIXED), "PERMANENT", "the permanent one")


@check("at gc_thresh3 with nothing to give way: netlink refuses, packets drop")
def table_full():
    ns.xip("neigh flush dev t0 nud all",
           "neigh add %s lladdr %s dev t0" % (FIXED, FIXED_MAC))
    ns.sysctl(gc_thresh3=3)
    try:
        ns.xip("neigh add 10.9.0.230 lladdr 02:00:00:00:04:01 dev t0",
               "neigh add 10.9.0.231 lladdr 02:00:00:00:04:02 dev t0")
        words = ns.xip_refused("neigh add 10.9.0.232 lladdr "
                               "02:00:00:00:04:03 dev t0")
        equal(len(words.strip()) > 10, True, "words")
        delta = Delta(ns)
        sock = queued("10.9.0.233", 1)  # as udp(7): no error on send
        equal(delta.drops(), {"NeighCreateFailed": 1}, "drop counters")
        sock.close()
    finally:
        ns.sysctl(gc_thresh3=1024)


@check("a link that goes down takes its neighbours along, waiting packets too")
def link_down():
    addr, _ = peer()
    ns.sysctl(retrans_time_ms=60000)
    sock = queued(addr, 5)
    delta = Delta(ns)
    ns.ip("link set t0 down")
    equal(ns.neighbours(), {}, "neighbours")
    until(lambda: delta.get("Xinet.NeighDead") == 5, "NeighDead")
    refused("ENETUNREACH", sock.sendto, b"down", addr, 9)
    sock.close()


if __name__ == "__main__":
    need()
    ktap.run(setup)
