#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0
"""Multicast: options beside IPv4's, and limits. The host is xmcast.py's."""
import errno
import json
import os
import socket
import subprocess
import sys

import ktap
from ktap import check, rows
from xlab import AF_XINET, Ns, XSock, command, equal, need
from xwire import HOST
from xmcast import (ADD, ALL, ALWAYS, DROP, GROUP, Host, IF, LOOP, SOL_IP, TTL,
                    aton, get, group_req, groups, index, mreq, mreqn, outcome,
                    put)

JOIN_GROUP, LEAVE_GROUP = 42, 45
REPORT_INET = 19000
here = os.path.abspath(__file__)
ns = None


def setup():
    global ns
    ns = Host()


# --- options beside IPv4's ---------------------------------------------------

NEAR = lambda: mreqn(GROUP, dev="t0")       # noqa: E731
# name, what to do in order, what IPv4 must say last (None: whatever it says)
OPTIONS = [
    ("defaults: IF", [get(IF)], bytes(4)),
    ("defaults: TTL", [get(TTL)], b"\1\0\0\0"),
    ("defaults: LOOP", [get(LOOP)], b"\1\0\0\0"),
    ("defaults: ALL", [get(ALL)], b"\1\0\0\0"),
    ("one byte of TTL", [get(TTL, 1)], b"\1"),
    ("no room for IF", [get(IF, 0)], None),
    ("three bytes of IF", [get(IF, 3)], None),
] + [("TTL %d" % ttl, [put(TTL, ttl), get(TTL)], None)
     for ttl in (-2, -1, 0, 1, 2, 255, 256, 2 ** 31 - 1)
] + [("TTL %d is %s" % (ttl, says), [put(TTL, ttl)], says)
     for ttl, says in ((-2, "EINVAL"), (-1, "ok"), (0, "ok"), (255, "ok"),
                       (256, "EINVAL"))
] + [("TTL in one byte", [put(TTL, b"\7"), get(TTL)], b"\7\0\0\0"),
     ("TTL in no byte", [put(TTL, b"")], "EINVAL"),
     ("LOOP in no byte", [put(LOOP, b"")], "EINVAL"),
     ("ALL in no byte", [put(ALL, b"")], "EINVAL"),
] + [("LOOP %d" % val, [put(LOOP, val), get(LOOP)], None)
     for val in (-1, 0, 1, 2, 256)
] + [("ALL %d" % val, [put(ALL, val), get(ALL)], None)
     for val in (0, 1)
] + [("ALL %d is refused" % val, [put(ALL, val)], "EINVAL")
     for val in (-1, 2)
] + [
    # IP_MULTICAST_IF
    ("IF by address", [put(IF, aton(HOST)), get(IF)], aton(HOST)),
    ("IF by address of ip_mreq", [put(IF, mreq(GROUP, "10.8.0.1")), get(IF)],
     aton("10.8.0.1")),
    ("IF by number", [put(IF, lambda: mreqn("0.0.0.0", dev="t1")), get(IF)],
     bytes(4)),
    ("IF by both", [put(IF, lambda: mreqn("0.0.0.0", HOST, "t1")), get(IF)],
     aton(HOST)),
    ("IF back to none", [put(IF, aton(HOST)), put(IF, bytes(4)), get(IF)],
     bytes(4)),
    ("IF by 127.0.0.1", [put(IF, aton("127.0.0.1"))], "ok"),
    ("IF by another host's", [put(IF, aton("10.9.0.2"))], "EADDRNOTAVAIL"),
    ("IF by a broadcast", [put(IF, aton("10.9.0.255"))], "EADDRNOTAVAIL"),
    ("IF by no number", [put(IF, mreqn("0.0.0.0", dev=999))], "EADDRNOTAVAIL"),
    ("IF by a negative number", [put(IF, mreqn("0.0.0.0", dev=-1))],
     "EADDRNOTAVAIL"),
] + [("IF of %d bytes" % size, [put(IF, bytes(size))], says)
     for size, says in ((0, "EINVAL"), (3, "EINVAL"), (4, "ok"), (5, "ok"),
                        (7, "ok"), (8, "ok"), (11, "ok"), (12, "ok"),
                        (13, "ok"))
] + [
    # joining and leaving
    ("join by number", [put(ADD, NEAR)], "ok"),
    ("join by address", [put(ADD, mreq(GROUP, HOST))], "ok"),
    ("join by route", [put(ADD, mreq(GROUP))], "ok"),
    ("join without a route", [put(ADD, mreq("238.1.1.1"))], "ENODEV"),
    ("join on lo", [put(ADD, mreq(GROUP, "127.0.0.1"))], "ok"),
    ("join by another host's address", [put(ADD, mreq(GROUP, "10.9.0.2"))],
     "ENODEV"),
    ("join on no device", [put(ADD, mreqn(GROUP, dev=999))], "ENODEV"),
    ("join on a negative device", [put(ADD, mreqn(GROUP, dev=-1))], "ENODEV"),
    ("join twice", [put(ADD, NEAR), put(ADD, NEAR)], "EADDRINUSE"),
    ("join twice, named otherwise", [put(ADD, NEAR),
                                     put(ADD, mreq(GROUP, HOST))],
     "EADDRINUSE"),
    ("join on two devices", [put(ADD, NEAR),
                             put(ADD, lambda: mreqn(GROUP, dev="t1"))], "ok"),
    ("leave", [put(ADD, NEAR), put(DROP, NEAR)], "ok"),
    ("leave and join", [put(ADD, NEAR), put(DROP, NEAR), put(ADD, NEAR)],
     "ok"),
    ("leave twice", [put(ADD, NEAR), put(DROP, NEAR), put(DROP, NEAR)],
     "EADDRNOTAVAIL"),
    ("leave what was never joined", [put(DROP, NEAR)], "EADDRNOTAVAIL"),
    ("leave another device", [put(ADD, NEAR),
                              put(DROP, lambda: mreqn(GROUP, dev="t1"))],
     "EADDRNOTAVAIL"),
    ("leave by route", [put(ADD, NEAR), put(DROP, mreq(GROUP))], "ok"),
    ("leave by address", [put(ADD, NEAR), put(DROP, mreq(GROUP, HOST))],
     "ok"),
    ("leave by another host's address",
     [put(ADD, NEAR), put(DROP, mreq(GROUP, "10.9.0.2"))], "EADDRNOTAVAIL"),
    ("leave on no device", [put(ADD, NEAR), put(DROP, mreqn(GROUP, dev=999))],
     "EADDRNOTAVAIL"),
    ("leave without a route", [put(DROP, mreq("238.1.1.1"))], "ENODEV"),
    ("leave what is no group", [put(DROP, mreq("10.9.0.2", HOST))],
     "EADDRNOTAVAIL"),
] + [("join %s" % addr, [put(ADD, mreq(addr, HOST))], says)
     for addr, says in (("223.255.255.255", "EINVAL"), ("224.0.0.0", "ok"),
                        ("224.0.0.1", "ok"), ("239.255.255.255", "ok"),
                        ("240.0.0.0", "EINVAL"), ("0.0.0.0", "EINVAL"),
                        ("255.255.255.255", "EINVAL"), (HOST, "EINVAL"))
] + [("join in %d bytes" % size,
      [put(ADD, (mreqn(GROUP, HOST) + bytes(8))[:size])], says)
     for size, says in ((0, "EINVAL"), (7, "EINVAL"), (8, "ok"), (11, "ok"),
                        (12, "ok"), (20, "ok"))
] + [("leave in 7 bytes", [put(DROP, bytes(7))], "EINVAL"),
     ("membership cannot be read", [get(ADD)], "ENOPROTOOPT"),
     ("source filters are not there", [put(39, bytes(12))], None)]

# what is deliberately not as IPv4's
OWN = {"source filters are not there": "ENOPROTOOPT"}


@rows("option: %s", [(o[0],) + o for o in OPTIONS])
def option(name, steps, want):
    theirs, ours = ns.inet_socket(), ns.udp().sock
    for step in steps[:-1]:
        equal(outcome(ours, step), outcome(theirs, step), "step before")
    says = outcome(theirs, steps[-1])
    if want is not None:
        equal(says, want, "IPv4")
    equal(outcome(ours, steps[-1]), OWN.get(name, says), "AF_XINET")
    theirs.close()
    ours.close()


@rows("group_req: %s", [
    (n,) + row for n, row in enumerate([
        (JOIN_GROUP, GROUP, "t0", AF_XINET, "ok"),
        (JOIN_GROUP, GROUP, 0, AF_XINET, "ok"),
        (JOIN_GROUP, GROUP, 999, AF_XINET, "ENODEV"),
        (JOIN_GROUP, HOST, "t0", AF_XINET, "EINVAL"),
        (JOIN_GROUP, GROUP, "t0", socket.AF_INET, "EINVAL"),
        (JOIN_GROUP, GROUP, "t0", socket.AF_UNSPEC, "EINVAL"),
        (LEAVE_GROUP, GROUP, "t0", AF_XINET, "EADDRNOTAVAIL"),
        (LEAVE_GROUP, GROUP, "t0", socket.AF_INET, "EINVAL")])])
def group_request(name, group, dev, family, want):
    sock = ns.udp().sock
    value = group_req(group, dev, family)
    equal(outcome(sock, put(name, value[:135])), "EINVAL", "too short")
    equal(outcome(sock, put(name, value)), want)
    sock.close()


@check("MCAST_JOIN_GROUP and IP_DROP_MEMBERSHIP mean the same groups")
def group_request_same():
    sock = ns.udp().sock
    equal(outcome(sock, put(JOIN_GROUP, group_req(GROUP, "t0"))), "ok")
    equal(outcome(sock, put(ADD, NEAR)), "EADDRINUSE")
    equal(outcome(sock, put(DROP, NEAR)), "ok")
    equal(outcome(sock, put(ADD, NEAR)), "ok")
    equal(outcome(sock, put(LEAVE_GROUP, group_req(GROUP, "t0"))), "ok")
    equal(outcome(sock, put(LEAVE_GROUP, group_req(GROUP, "t0"))),
          "EADDRNOTAVAIL")
    sock.close()


@check("with XIP_REPORT_INET a group_req may say AF_INET")
def group_request_inet():
    sock = ns.udp().sock
    sock.setsockopt(SOL_IP, REPORT_INET, 1)
    value = group_req(GROUP, "t0", socket.AF_INET)
    equal(outcome(sock, put(JOIN_GROUP, value)), "ok")
    equal(outcome(sock, put(LEAVE_GROUP, value)), "ok")
    sock.close()


@check("a 32-bit program's group_req has no hole")
def group_request_32():
    places = (os.environ.get("XINET_BIN", "."), os.path.dirname(here))
    found = [path for path in (place + "/group_req32" for place in places)
             if os.access(path, os.X_OK)]
    try:
        with ns:
            command(found[0])
    except (IndexError, OSError) as why:
        raise ktap.Skip("no 32-bit programs here: %s" % why) from why


@check("IP_MULTICAST_IF of another device than the socket is bound to: EINVAL")
def option_bound():
    sock = ns.udp(dev="t0").sock
    equal(outcome(sock, put(IF, mreqn(GROUP, dev="t1"))), "EINVAL")
    equal(outcome(sock, put(IF, aton("10.8.0.1"))), "EINVAL")
    equal(outcome(sock, put(IF, mreqn(GROUP, dev="t0"))), "ok")
    sock.close()


# --- limits ------------------------------------------------------------------

def join_many(sock, numbers, dev="t0"):
    """How many groups were joined, and what the last refusal was."""
    done, said = 0, "ok"
    for n in numbers:
        says = outcome(sock, put(ADD, mreqn("239.7.%d.%d" % divmod(n, 256),
                                            dev=dev)))
        done += says == "ok"
        said = says if says != "ok" else said
    return done, said


@check("igmp_max_memberships bounds a socket, 20 by default, as IPv4's")
def limit_socket():
    equal(ns.get_sysctl("igmp_max_memberships"), "20")
    theirs, ours = ns.inet_socket(), ns.udp().sock
    equal(join_many(theirs, range(25)), (20, "ENOBUFS"))
    equal(join_many(ours, range(25)), (20, "ENOBUFS"))
    equal(outcome(ours, put(ADD, mreqn("239.7.0.0", dev="t0"))), "EADDRINUSE")
    ns.sysctl(igmp_max_memberships=22)
    equal(join_many(ours, range(100, 125)), (2, "ENOBUFS"))
    ns.sysctl(igmp_max_memberships=20)
    theirs.close()
    ours.close()
    equal(groups(ns), ALWAYS)


@check("mcast_max bounds a namespace, and what is given back counts no more")
def limit_namespace():
    old = ns.get_sysctl("mcast_max")
    ns.sysctl(mcast_max=25)
    one, two = ns.udp().sock, ns.udp().sock
    equal(join_many(one, range(20)), (20, "ok"))
    equal(join_many(two, range(20)), (5, "ENOBUFS"))
    one.close()
    equal(join_many(two, range(20, 40)), (15, "ENOBUFS"))
    two.close()
    ns.sysctl(mcast_max=old)


@check("memberships_max bounds the host, whatever each namespace may have")
def limit_host():
    knob = "/sys/module/xinet/parameters/memberships_max"
    with open(knob, encoding="ascii") as file:
        old = file.read()

    def write(value):
        with open(knob, "w", encoding="ascii") as file:
            file.write(value)
    away = Ns("away")
    away.ip("link add d0 type dummy", "link set d0 up")
    with away:
        dev = socket.if_nametoindex("d0")
    one, two = ns.udp().sock, away.udp().sock
    write("25")
    try:
        equal(join_many(one, range(20)), (20, "ok"))
        equal(join_many(two, range(20), dev), (5, "ENOBUFS"))
        one.close()
        equal(join_many(two, range(20, 40), dev), (15, "ENOBUFS"))
    finally:
        write(old)
        one.close()
        two.close()


@check("the socket's option memory bounds it, too")
def limit_optmem():
    ns.sysctl(igmp_max_memberships=4096)
    sock = ns.udp().sock
    done, said = join_many(sock, range(4096))
    equal(said, "ENOBUFS")
    if done < 20:
        raise AssertionError("only %d" % done)
    sock.close()
    ns.sysctl(igmp_max_memberships=20)
    equal(groups(ns), ALWAYS)


def inside():
    """What nobody can do in a namespace of its own."""
    command("ip", "link", "set", "lo", "up")
    command("ip", "link", "add", "d0", "type", "dummy")
    command("ip", "link", "set", "d0", "up")
    index["t0"] = socket.if_nametoindex("d0")
    base = "/proc/sys/net/xinet/"

    def write(path, value):
        try:
            with open(path, "w", encoding="ascii") as knob:
                knob.write(str(value))
            return "ok"
        except OSError as error:
            return errno.errorcode[error.errno]
    said = {"above": write(base + "mcast_max", 65537),
            "above socket": write(base + "igmp_max_memberships", 4097),
            "parameter": write(
                "/sys/module/xinet/parameters/memberships_max", 1 << 30),
            "max": write(base + "mcast_max", 50)}
    socks = [XSock().sock for _ in range(4)]
    said["joined"] = [join_many(sock, range(20)) for sock in socks]
    print(json.dumps(said))


@check("nobody, in a namespace of its own, may join, in bounds")
def nobody():
    run = subprocess.run(
        ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups",
         "--bounding-set=-all", "--inh-caps=-all", "unshare", "-Urn", here,
         "inside"], check=False, text=True, capture_output=True)
    if run.returncode:
        raise AssertionError(run.stdout + run.stderr)
    equal(json.loads(run.stdout),
          {"above": "EINVAL", "above socket": "EINVAL", "parameter": "EACCES",
           "max": "ok", "joined": [[20, "ok"], [20, "ok"], [10, "ENOBUFS"],
                                   [0, "ENOBUFS"]]})


if __name__ == "__main__":
    if sys.argv[1:] == ["inside"]:
        inside()
        sys.exit()
    need()
    ktap.run(setup)
