#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0
"""Multicast and devices: their filters, devices that go down, go away, move;
and all of it at once. The host is xmcast.py's, with another beside it."""
import socket
import threading

import ktap
from ktap import check
from xlab import CLONE_NEWNET, LIBC, Ns, equal, need, refused
from xmcast import (ADD, ALWAYS, GROUP, GROUP_MAC, Host, Member, PORT, SOL_IP,
                    THIRD, TWIN, frame, groups, index, maddr, mreqn, outcome,
                    put)

ns = away = tap = None


def setup():
    global ns, away, tap
    ns, away = Host(), Ns("away")
    tap = ns.tap


# --- the device's filter -----------------------------------------------------

@check("/proc/net/xinet/mcast counts sockets; 224.0.0.1 is always there")
def proc():
    equal(groups(ns), ALWAYS)
    one = ns.member(join=[(GROUP, "t0"), (GROUP, "t1"), ("224.0.0.1", "t0")])
    two = ns.member(join=[(GROUP, "t0")])
    equal(groups(ns), {**ALWAYS, ("t0", GROUP): 2, ("t1", GROUP): 1,
                       ("t0", "224.0.0.1"): 2})
    one.close()
    equal(groups(ns), {**ALWAYS, ("t0", GROUP): 1})
    two.close()
    equal(groups(ns), ALWAYS)


@check("the device's filter has a group's MAC as long as there is a member")
def filter_users():
    before = maddr(ns)
    one, two = (ns.member(join=[(GROUP, "t0")]) for _ in range(2))
    # two groups of one MAC
    three = ns.member(join=[(TWIN, "t0")])
    equal(maddr(ns).get(GROUP_MAC), 2)
    equal("01:00:5e:00:00:01" in maddr(ns), True, "224.0.0.1")
    one.close()
    three.close()
    equal(maddr(ns).get(GROUP_MAC), 1)
    two.close()
    equal(maddr(ns), before)


@check("the filter follows the device down and up, and so do members")
def down_up():
    before = maddr(ns)
    sock = ns.member(join=[(GROUP, "t0")])
    ns.ip("link set t0 down")
    equal(GROUP_MAC in maddr(ns), False, "while down")
    # joined while down counts as well
    sock.join(THIRD, "t0")
    equal("01:00:5e:09:09:09" in maddr(ns), False, "while down")
    ns.ip("link set t0 up")
    now = maddr(ns)
    equal((now.get(GROUP_MAC), now.get("01:00:5e:09:09:09")), (1, 1))
    ns.xip("neigh replace %s lladdr %s dev t0 nud permanent" %
           (tap.peer, tap.peer_mac), "route replace 239.0.0.0/8 dev t0")
    tap.exchange(frame(tap), frame(tap, dst=THIRD))
    equal(sock.pending(), [b"to the group"] * 2)
    sock.close()
    equal(maddr(ns), before)


# --- devices that go ---------------------------------------------------------

@check("a device that goes takes its groups; leaving and closing still work")
def unregister():
    ns.dummy()
    one = ns.member(join=[(GROUP, "d0")])
    two = ns.member(join=[(GROUP, "d0"), (GROUP, "t0")])
    equal(groups(ns)["d0", GROUP], 2)
    ns.ip("link del d0")
    equal(groups(ns), {**ALWAYS, ("t0", GROUP): 1})
    one.leave(GROUP, "d0")
    refused("EADDRNOTAVAIL", one.leave, GROUP, "d0")
    refused("ENODEV", one.join, GROUP, "d0")
    two.close()
    one.close()
    equal(groups(ns), ALWAYS)


@check("members do not follow a device into another namespace, nor back")
def moved():
    ns.dummy()
    sock = ns.member(join=[(GROUP, "d0")])
    equal(GROUP_MAC in maddr(ns, "d0"), True)
    ns.ip("link set d0 netns " + away.path)
    equal(groups(ns), ALWAYS)
    away.ip("link set d0 up")
    equal(GROUP_MAC in maddr(away, "d0"), False, "filter, moved")
    with away:
        there = Member(port=79)
        index["away"] = socket.if_nametoindex("d0")
        there.join(GROUP, "away")
    equal(groups(away).get(("d0", GROUP)), 1)
    away.ip("link set d0 netns " + ns.path)
    equal(("d0", GROUP) in groups(away), False)
    ns.ip("link set d0 up")
    equal(GROUP_MAC in maddr(ns, "d0"), False, "filter, back")
    sock.leave(GROUP, "d0")
    ns.learn("d0")
    sock.join(GROUP, "d0")
    equal(GROUP_MAC in maddr(ns, "d0"), True, "joined anew")
    ns.ip("link del d0")
    sock.close()
    there.close()


@check("a namespace that ends leaves no device behind that has a member")
def namespace_ends():
    gone = Ns("gone")
    gone.ip("link add d1 type dummy", "link set d1 up")
    with gone:
        sock = Member()
        sock.option(SOL_IP, ADD, mreqn(GROUP, dev=socket.if_nametoindex("d1")))
    gone.ip("link del d1")
    sock.close()


@check("a MTU too small for the family ends membership")
def small_mtu():
    ns.dummy()
    sock = ns.member(join=[(GROUP, "d0")])
    ns.ip("link set d0 mtu 67")
    equal(("d0", GROUP) in groups(ns), False)
    refused("ENODEV", sock.join, THIRD, "d0")
    ns.ip("link del d0")
    sock.close()


# --- all at once -------------------------------------------------------------

@check("joining, leaving and closing while datagrams come in and devices go")
def race():
    stop, failed = [], []
    ns.dummy()

    def joins():
        try:
            LIBC.setns(ns.fd, CLONE_NEWNET)
            while not stop:
                sock = Member(only=True)
                for dev in ("t0", "d0"):
                    says = outcome(sock.sock, put(ADD, mreqn(GROUP, dev=dev)))
                    if says not in ("ok", "ENODEV"):
                        raise AssertionError(says)
                try:
                    sock.sendto(b"x", GROUP, PORT)
                except OSError:
                    pass
                sock.close()
        except Exception as error:      # pylint: disable=broad-except
            failed.append(error)
    workers = [threading.Thread(target=joins) for _ in range(3)]
    for worker in workers:
        worker.start()
    raw = bytes(frame(tap))
    try:
        for turn in range(12):
            for _ in range(50):
                tap.send(raw)
            if turn % 4 == 2:
                ns.ip("link del d0", "link add d0 type dummy",
                      "link set d0 up")
                ns.learn("d0")
    finally:
        stop.append(True)
        for worker in workers:
            worker.join()
    ns.ip("link del d0")
    equal(failed, [])
    equal(groups(ns), ALWAYS)


if __name__ == "__main__":
    need()
    ktap.run(setup)
