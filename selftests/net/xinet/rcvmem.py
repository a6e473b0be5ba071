#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0
"""What the receive queues of all sockets of the host hold together is bounded
by the module's parameter rcvmem_max, whoever makes however many of them."""
import atexit

import ktap
from ktap import check
from xlab import Delta, Ns, equal, need, until

PARAMETER = "/sys/module/xinet/parameters/rcvmem_max"
DATA = bytes(1000)
TRUESIZE = 2304         # of a skb with so much, at least: half a page and words
SOCKETS, EACH = 60, 300
ns = out = None
before = ""


def limit(value):
    """Set the parameter."""
    with open(PARAMETER, "w", encoding="ascii") as knob:
        knob.write(str(value))


def setup():
    global ns, out, before
    with open(PARAMETER, encoding="ascii") as knob:
        before = knob.read().strip()
    atexit.register(limit, before)
    ns = Ns("one")
    out = ns.udp()


def fill(sock, port):
    """How many of so many datagrams a socket takes that nobody reads."""
    delta = Delta(ns)
    for _ in range(EACH):
        out.sendto(DATA, "127.0.0.1", port)
    drops = delta.drops()
    equal(set(drops) <= {"RcvBuf", "RcvMem"}, True, "drops %r" % drops)
    count = len(sock.pending()) if sock else EACH - sum(drops.values())
    equal(count, EACH - sum(drops.values()), "datagrams in the queue")
    return count, drops


@check("by default it is a part of the memory, and one socket's own limit counts")
def default():
    equal(int(before) > 1 << 20, True, before)
    sock = ns.udp("127.0.0.1", 1000)
    count, drops = fill(sock, 1000)
    equal(set(drops), {"RcvBuf"}, "drops")
    equal(count > 20, True, "%d datagrams" % count)
    sock.close()


@check("at the limit a socket has an eighth of its buffer left, and no more")
def at_the_limit():
    sock = ns.udp("127.0.0.1", 1000)
    full = fill(sock, 1000)[0]
    limit(1)
    count, drops = fill(sock, 1000)
    equal(set(drops), {"RcvMem"}, "drops")
    equal(full // 8 <= count <= full // 8 + 2, True,
          "%d datagrams, %d without a limit" % (count, full))
    # who reads is not touched by it
    for number in range(100):
        out.sendto(b"%d" % number, "127.0.0.1", 1000)
        equal(sock.recv(), b"%d" % number, "datagram")
    limit(before)
    equal(fill(sock, 1000)[0], full, "datagrams when the limit is gone")
    sock.close()


@check("%d sockets that nobody reads hold no more than that together" % SOCKETS)
def together():
    limit(4 << 20)
    socks = [ns.udp("127.0.0.1", 1000 + i) for i in range(SOCKETS)]
    counts = [fill(None, 1000 + i)[0] for i in range(SOCKETS)]
    own = min(counts)
    equal(counts[0] > own, True, "first %d, least %d" % (counts[0], own))
    held = (sum(counts) - SOCKETS * own) * TRUESIZE
    equal(1 << 20 < held < (4 << 20) + (2 << 20), True, "%d bytes" % held)
    equal(counts[-1], own, "datagrams in the last")
    for sock in socks:
        sock.close()
    # closing gives all of it back, after a grace period
    sock = ns.udp("127.0.0.1", 999)
    until(lambda: fill(sock, 999)[0] > own, "datagrams behind them")
    sock.close()


if __name__ == "__main__":
    need()
    ktap.run(setup)
