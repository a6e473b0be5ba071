#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0
"""A table of many routes: what a lookup says beside a naive matcher, while
routes come and go.

Prefixes have lengths as a full table of the Internet has them, most of them
/24; each leads to one of 16 gateways on one link. More than 16,384 of them make
the kernel enter its table by an array.
"""
import os
import random
import socket
import struct
import sys

import ktap
from ktap import check
from xlab import AF_XINET, SLOW, Ns, attributes, equal, need, veth

# Above 131,072 the kernel has a byte for each 24 bits as well.
COUNT = int(os.environ.get("ROUTES", "20000" if SLOW == 1 else "17000"))
RTM_GETROUTE, NLMSG_ERROR = 26, 2
RTA_DST, RTA_GATEWAY = 1, 5
# of 1,000 prefixes
LENGTHS = {8: 1, 12: 1, 16: 14, 18: 14, 19: 25, 20: 45, 21: 50, 22: 110,
           23: 100, 24: 630, 26: 2, 28: 2, 30: 2, 32: 4}
rand = random.Random(20)
ns = netlink = None
table = {}


def setup():
    global ns, netlink
    ns, other = Ns("ns"), Ns("other")
    veth(ns, "a0", other, "a1")
    ns.xip("addr add 10.9.0.1/16 dev a0")
    with ns:
        netlink = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)
    while len(table) < COUNT:
        prefix = fresh()
        table[prefix] = gateway()


def fresh():
    """A prefix, (key, length), that is not in the table and not ours."""
    while True:
        length = rand.choices(list(LENGTHS), LENGTHS.values())[0]
        key = rand.randrange(11 << 24, 224 << 24) >> (32 - length) << \
            (32 - length)
        if key >> 24 != 127 and key >> 24 > 10 and (key, length) not in table:
            return key, length


def gateway():
    return 0x0a090100 + rand.randrange(16)


def text(key):
    return socket.inet_ntoa(struct.pack("!I", key))


def naive(addr):
    """The gateway of the longest prefix, or None."""
    for length in range(32, 7, -1):
        found = table.get((addr >> (32 - length) << (32 - length), length))
        if found:
            return found
    return None


def lookup(addr):
    """The same by the kernel."""
    netlink.send(struct.pack("=IHHIIBBBBBBBBIHH", 36, RTM_GETROUTE, 1, 1, 0,
                             AF_XINET, 32, 0, 0, 0, 0, 0, 0, 0, 8, RTA_DST) +
                 struct.pack("!I", addr))
    data = netlink.recv(4096)
    if struct.unpack_from("=H", data, 4)[0] == NLMSG_ERROR:
        return None
    return struct.unpack("!I", attributes(data[28:])[RTA_GATEWAY])[0]


def compare(count):
    prefixes = list(table)
    for turn in range(count):
        addr = rand.randrange(11 << 24, 224 << 24)
        if turn % 4:
            key, length = rand.choice(prefixes)
            # within one, at its ends, or just beside it
            addr = key + rand.choice((0, (1 << (32 - length)) - 1,
                                      rand.randrange(1 << (32 - length)), -1,
                                      1 << (32 - length)))
        if addr >> 24 in (10, 127) or not 11 << 24 <= addr < 224 << 24:
            continue
        if lookup(addr) != naive(addr):
            raise AssertionError("%s: %r, want %r" % (
                text(addr), lookup(addr), naive(addr)))


def change(words, prefixes):
    ns.xip(*["route %s %s/%d via %s" % (words, text(key), length,
                                        text(table[key, length]))
             for key, length in prefixes])


def shown():
    """How many routes a dump shows."""
    return len([r for r in ns.xip_json("route show") if "gateway" in r])


@check("%d routes are taken, and each lookup says what a naive one does" % COUNT)
def fill():
    change("add", table)
    compare(2000)


@check("a dump shows each of them")
def dump():
    equal(shown(), len(table), "routes")


@check("half of them go, others come, again and again")
def churn():
    for turn in range(4 if SLOW == 1 else 2):
        going = rand.sample(list(table), len(table) // 8)
        change("del", going)
        for prefix in going:
            del table[prefix]
        coming = [fresh() for _ in range(len(going) if turn % 2 else 10)]
        coming = list(dict.fromkeys(coming))
        for prefix in coming:
            table[prefix] = gateway()
        change("add", coming)
        compare(500)
    equal(shown(), len(table), "routes")


@check("each gets another gateway")
def replace():
    for prefix in table:
        table[prefix] = gateway()
    change("replace", table)
    compare(1000)


@check("with a default route nothing is unreachable; without it again")
def default():
    ns.xip("route add default via 10.9.2.1")
    for _ in range(500):
        addr = rand.randrange(128 << 24, 224 << 24)
        equal(lookup(addr), naive(addr) or 0x0a090201, text(addr))
    ns.xip("route del default")
    compare(300)


@check("all go with their device")
def flush():
    ns.ip("link set a0 down")
    equal(shown(), 0, "routes")
    table.clear()
    equal(lookup(0x0b000001), None, "a lookup")


if __name__ == "__main__":
    need()
    if sys.version_info < (3, 9):
        ktap.skip("needs Python 3.9")
    ktap.run(setup)
