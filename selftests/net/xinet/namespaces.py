#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0
"""Namespaces: each with its own of everything, and one of nobody's making.

	root ── nobody, no capability        may do nothing here
	     └─ nobody in a user and network namespace of its own: all, in bounds
"""
import json
import os
import subprocess
import sys

import ktap
from ktap import check
from xlab import Ns, XSock, command, equal, need, until, veth

NOBODY = "65534"
here = os.path.abspath(__file__)
one = two = None
found = {}


# --- inside the namespace that nobody made ----------------------------------

def write(path, value):
    """What came of writing to a file: "ok" or the error's name."""
    try:
        with open(path, "w", encoding="ascii") as knob:
            knob.write(str(value))
        return "ok"
    except OSError as error:
        return os.strerror(error.errno)


def count(line, numbers):
    """How many of the commands were taken, and what the last refusal said."""
    done, said = 0, ""
    for i in numbers:
        run = subprocess.run(["xip"] + (line % i).split(), check=False,
                             text=True, capture_output=True)
        done += not run.returncode
        said = run.stderr if run.returncode else said
    return done, said


def inside():
    """Do all that the checks ask of an unprivileged namespace, and tell."""
    command("ip", "link", "set", "lo", "up")
    command("ip", "link", "add", "d0", "type", "dummy")
    command("ip", "link", "set", "d0", "up")
    command("xip", "addr", "add", "10.8.0.1/24", "dev", "d0")
    server, client = XSock("10.8.0.1", 70), XSock()
    client.sendto(b"to myself", "10.8.0.1", 70)
    base = "/proc/sys/net/xinet/"
    said = {
        "echo": server.recv().decode(),
        "forwarding": write(base + "forwarding", 1),
        "parameter": write("/sys/module/xinet/parameters/neigh_max", 9999999),
        "addr_max": write(base + "addr_max", 10),
        "addrs": count("addr add 10.8.1.%d/32 dev d0", range(1, 21)),
        "route_max": write(base + "route_max", 20),
        "routes": count("route add 10.7.%d.0/24 dev d0", range(40)),
        "above": write(base + "route_max", 2 ** 31 - 1),
    }
    print(json.dumps(said))


def as_nobody(*words):
    """A program run by nobody."""
    return subprocess.run(
        ["setpriv", "--reuid", NOBODY, "--regid", NOBODY, "--clear-groups",
         "--bounding-set=-all", "--inh-caps=-all"] + list(words),
        check=False, text=True, capture_output=True)


# --- the checks --------------------------------------------------------------

def setup():
    global one, two
    one, two = Ns("one"), Ns("two")
    veth(one, "v0", two, "v1")
    one.xip("addr add 10.9.0.1/24 dev v0")
    two.xip("addr add 10.9.0.2/24 dev v1")
    run = as_nobody("unshare", "-Urn", here, "inside")
    if run.returncode:
        ktap.say(run.stdout + run.stderr)
    else:
        found.update(json.loads(run.stdout))


@check("one port in two namespaces: each gets its own")
def same_port():
    a, b = one.udp("127.0.0.1", 4000), two.udp("127.0.0.1", 4000)
    one.udp().sendto(b"one", "127.0.0.1", 4000)
    two.udp().sendto(b"two", "127.0.0.1", 4000)
    equal((a.recv(), b.recv()), (b"one", b"two"))


@check("addresses and routes of one are not in the other")
def own_tables():
    equal([r["dst"] for r in one.xip_json("route show")], ["10.9.0.0/24"])
    one.xip("route add 10.5.0.0/16 via 10.9.0.2")
    equal([r["dst"] for r in two.xip_json("route show")], ["10.9.0.0/24"])


@check("counters of one do not move with the other's traffic")
def own_counters():
    before = two.snmp().get("Udp.OutDatagrams")
    one.udp().sendto(b"x", "127.0.0.1", 9)
    equal(two.snmp().get("Udp.OutDatagrams"), before)


@check("settings of one are not the other's")
def own_settings():
    one.sysctl(default_ttl=7)
    equal((one.get_sysctl("default_ttl"), two.get_sysctl("default_ttl")),
          ("7", "64"))


@check("nobody may not configure here")
def nobody_here():
    for line in ("addr add 10.66.0.1/24 dev lo", "route add 10.66.0.0/16 dev lo",
                 "neigh add 10.66.0.1 lladdr 02:00:00:00:00:01 dev lo"):
        run = as_nobody("xip", *line.split())
        equal(run.returncode, 2, line)
        if "not permitted" not in run.stderr:
            raise AssertionError(run.stderr)


@check("nobody, in a namespace of its own, has the family to itself")
def nobody_there():
    equal(found.get("echo"), "to myself")
    equal(found.get("forwarding"), "ok")


@check("it cannot touch what holds for the host")
def host_caps():
    equal(found.get("parameter"), "Permission denied")


@check("it cannot raise a limit beyond the host's")
def ceiling():
    equal(found.get("above"), "Invalid argument")


@check("its addresses are bounded, and it is told")
def bounded_addresses():
    equal(found.get("addr_max"), "ok")
    done, said = found["addrs"]
    if not 0 < done <= 10 or "Error: " not in said:
        raise AssertionError("%d taken, %r" % (done, said))


@check("its routes are bounded, and it is told")
def bounded_routes():
    equal(found.get("route_max"), "ok")
    done, said = found["routes"]
    if not 0 < done <= 20 or "Error: " not in said:
        raise AssertionError("%d taken, %r" % (done, said))


@check("eight namespaces come and go with traffic under way")
def come_and_go():
    for i in range(8):
        command("ip", "netns", "add", "xin%d" % i)
        try:
            with one:
                command("ip", "link", "add", "w0", "type", "veth", "peer",
                        "name", "w1", "netns", "/run/netns/xin%d" % i)
                command("ip", "link", "set", "w0", "up")
                command("xip", "addr", "add", "10.4.0.1/24", "dev", "w0")
            command("ip", "-n", "xin%d" % i, "link", "set", "w1", "up")
            command("xip", "-n", "xin%d" % i, "addr", "add", "10.4.0.2/24",
                    "dev", "w1")
            s = one.udp()
            for _ in range(5):
                s.sendto(b"x", "10.4.0.2", 9)
                s.sendto(b"x", "10.4.0.3", 9)
            s.close()
        finally:
            command("ip", "netns", "del", "xin%d" % i)
        with one:
            until(lambda: subprocess.run(["ip", "link", "show", "w0"],
                                         check=False, capture_output=True
                                         ).returncode, "w0 goes", 10)


@check("and the two that were there still talk")
def still():
    b = two.udp("10.9.0.2", 5000)
    one.udp().sendto(b"x", "10.9.0.2", 5000)
    equal(b.recv(), b"x")


if __name__ == "__main__":
    if sys.argv[1:] == ["inside"]:
        inside()
    else:
        need()
        ktap.run(setup)
