#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0
"""xip link show: ip(8)'s lines, and what the family has of each device."""
import json
import subprocess

import ktap
import xlab
from ktap import check, rows
from xlab import command, equal

NS = None


def setup():
    """Two dummies and their like; dum0 has two addresses, a neighbour."""
    global NS           # pylint: disable=global-statement
    NS = xlab.Ns("host")
    NS.ip("link add dum0 type dummy", "link set dum0 up arp on",
          "link add dum1 type dummy", "link set dum1 mtu 60",
          "tuntap add dev tun0 mode tun")
    NS.xip("addr add 10.9.0.1/24 dev dum0", "addr add 10.9.1.1/24 dev dum0",
           "neigh add 10.9.0.7 lladdr 02:00:00:00:00:07 dev dum0")


def shown(*words):
    """{name: object} of `xip -j link`."""
    with NS:
        found = json.loads(command("xip", "-j", *words))
    return {one["ifname"]: one for one in found}


@check("the members of ip -j, and ours")
def _():
    mine = shown("link")
    with NS:
        theirs = {one["ifname"]: one for one in
                  json.loads(command("ip", "-j", "link"))}
    equal(sorted(mine), sorted(theirs), "devices")
    # others are there if some test has loaded their modules
    for name in ("lo", "dum0", "dum1", "tun0"):
        one = theirs[name]
        for key in ("ifindex", "flags", "mtu", "qdisc", "operstate", "group",
                    "txqlen", "address", "broadcast"):
            equal(mine[name].get(key), one.get(key), name + " " + key)


@rows("what the family has of %s", (
    ("lo", "lo", 1, 0, None),
    ("a dummy", "dum0", 2, 1, None),
    ("one with a small MTU", "dum1", None, None, "MTU below 68"),
    ("a tunnel", "tun0", None, None, "neither Ethernet nor loopback"),
))
def _(name, addrs, neighs, why):
    one = shown("link", "show", "dev", name)[name]
    equal([one.get(key) for key in ("addresses", "neighbours", "unusable")],
          [addrs, neighs, why], name)


@check("text, one device; -o: one line")
def _():
    with NS:
        lines = command("xip", "link", "show", "dev", "dum0").splitlines()
        again = command("xip", "link", "show", "dum0").splitlines()
        one = command("xip", "-o", "link", "show", "dum0").splitlines()
    equal(lines, again, "without dev")
    equal(len(lines), 4, "lines")
    equal(lines[2:], ["    xinet addresses 2 neighbours 1",
                      "    forwarding 0 rp_filter 0 accept_redirects 0 "
                      "send_redirects 1"], "ours")
    equal([part.strip() for part in one[0].split("\\")],
          [line.strip() for line in lines], "-o")


@check("-s: the device's counters, as ip -s has them")
def _():
    with NS:
        xlab.XSock("127.0.0.1", 0).sendto(b"x" * 100, "127.0.0.1", 9)
        theirs = json.loads(command("ip", "-j", "-s", "link", "show", "lo"))[0]
        text = command("xip", "-s", "link", "show", "lo")
    mine = shown("-s", "link", "show", "lo")["lo"]["stats64"]
    for way in ("rx", "tx"):
        for key, value in mine[way].items():
            equal(value, theirs["stats64"][way][key], way + " " + key)
    equal(mine["rx"]["packets"] > 0, True, "some")
    equal("RX: bytes %d packets %d " % (mine["rx"]["bytes"],
                                        mine["rx"]["packets"]) in text,
          True, "text")
    equal("stats64" in shown("link")["lo"], False, "without -s")


@rows("refused: %s", (
    ("a device that is not there", "show dev nosuch", 'unknown device'),
    ("two devices", "show dev lo dev lo", 'duplicate'),
    ("a setting that is ip(8)'s", "set dev lo mtu 1400", 'unknown here'),
    ("a key like another", "set dev lo forwardin1 1",
     'did you mean "forwarding"?'),
    ("no device", "set", '"set" wants a value'),
    ("no name of a device", "set dev", '"set" wants a value'),
    ("none that is there", "set dev nosuch rp_filter 1", "unknown device"),
    ("no key", "set dev lo", "a setting is missing"),
    ("no value", "set dev lo rp_filter", '"rp_filter" wants a value'),
    ("a value too many", "set dev lo rp_filter 3", "1 (strict), 2 (loose)"),
    ("a value of another key", "set dev lo forwarding 2", "off, on or inherit"),
    ("on, of what is no switch", "set dev lo rp_filter on", "strict"),
    ("a key twice", "set dev lo forwarding 1 rp_filter 1 forwarding 0",
     'duplicate "forwarding"'),
    ("a good one before a bad one", "set dev lo rp_filter 1 forwarding x",
     '"x" is wrong'),
))
def _(words, why):
    with NS:
        done = subprocess.run(["xip", "link"] + words.split(), text=True,
                              capture_output=True, check=False)
    equal((done.returncode, done.stdout, why in done.stderr), (1, "", True),
          done.stderr)
    equal(shown("link", "show", "lo")["lo"]["own"], {}, "set")


@check("set: what holds and what is the device's own, in text and JSON")
def _():
    NS.sysctl(rp_filter=2, send_redirects=0)
    NS.xip("link set dev dum0 forwarding on rp_filter strict send_redirects 0")
    with NS:
        line = command("xip", "link", "show", "dum0").splitlines()[3]
    equal(line, "    forwarding 1 (own) rp_filter 2 (own 1) accept_redirects 0 "
          "send_redirects 0 (own)", "text")
    one = shown("link", "show", "dum0")["dum0"]
    equal((one["settings"], one["own"]),
          ({"forwarding": 1, "rp_filter": 2, "accept_redirects": 0,
            "send_redirects": 0},
           {"forwarding": 1, "rp_filter": 1, "send_redirects": 0}), "JSON")
    NS.xip("li set dum0 f inherit r default s def a inherit")
    equal(shown("link", "show", "dum0")["dum0"]["own"], {}, "abbreviated")
    NS.sysctl(rp_filter=0, send_redirects=1)


@check("set help")
def _():
    with NS:
        for words in ("link help", "link set help", "link set dev lo help",
                      "link set dev lo rp_filter help"):
            equal("xip link set" in command("xip", *words.split()), True, words)


if __name__ == "__main__":
    xlab.need()
    ktap.run(setup)
