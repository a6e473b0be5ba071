#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0
"""xip as a whole: JSON by its schema, counters, batches, errors, versions.

	near 10.9.0.1 v0 ──── v1 10.9.0.2 far      all commands run in near
"""
import json
import os
import re
import socket
import subprocess
import sys

import jsonschema
import ktap
from ktap import check, rows
from xlab import Ns, XSock, command, equal, need, until, veth

SCHEMA = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                      "../../../Documentation/networking/xinet/xip.schema.json")
near = far = schema = None
held = []               # sockets that stay open

SETUP = [
    "addr add 10.9.0.1/24 brd + dev v0", "addr add 10.9.1.1/24 dev v0 label v0:x",
    "addr add 10.9.2.1 peer 10.9.2.2/32 dev v0 noprefixroute",
    "route add 10.8.0.0/16 via 10.9.0.2 metric 5 mtu lock 1400",
    "route add 10.7.0.0/16 nexthop via 10.9.0.2 weight 2 nexthop via 10.9.0.3",
    "route add unreachable 10.6.0.1", "route add default via 10.9.0.2",
    "neigh add 10.9.0.7 lladdr 02:00:00:00:00:07 dev v0",
    "filter policy forward drop",
    "filter add input iif v0 src 10.9.0.0/24 proto udp dport 53-54 ctstate "
    "new,established accept",
    "filter add output proto tcp dport 80 mark 5/0xff reject with "
    "host-prohibited",
    "nat add prerouting proto udp dport 99 dnat to 10.9.0.2-10.9.0.3:5-6 "
    "balance rr persistent",
    "nat add postrouting oif v0 src 10.5.0.0/16 snat to 10.9.0.1 random-fully",
    "nat add postrouting src 10.4.0.0/16 netmap to 10.3.0.0/16",
    "nat add postrouting dst 10.2.0.0/16 masquerade to :1000-2000",
]


def setup():
    global near, far, schema
    with open(SCHEMA, encoding="utf-8") as text:
        schema = json.load(text)
    near, far = Ns("near"), Ns("far")
    veth(near, "v0", far, "v1")
    near.xip(*SETUP)
    far.xip("addr add 10.9.0.2/24 dev v1")
    near.sysctl(nf_conntrack_always=1, nf_conntrack_acct=1,
                nf_conntrack_udp_timeout=300)
    xip("ping -c 1 10.9.0.2")
    sock = near.udp("10.9.0.1", 4000)
    sock.sendto(b"x", "10.9.0.2", 9)
    sock.close()
    near.sysctl(ping_group_range="0 0")
    # a device that the family cannot run over
    near.ip("tuntap add dev t0 mode tun")
    with near:
        held.extend([XSock("10.9.0.1", 4010, dev="v0"),
                     XSock("10.9.0.1", 4011).connect("10.9.0.2", 9),
                     XSock("10.9.0.1", 77, proto=1),
                     XSock(proto=1, kind=socket.SOCK_RAW)])
    held[1].option(socket.SOL_SOCKET, socket.SO_MARK, 0x17)
    held[1].option(socket.SOL_IP, socket.IP_TOS, 0x28)
    held[1].sock.shutdown(socket.SHUT_RD)


def xip(line, feed=None):
    """What a command prints; it must succeed."""
    with near:
        return command("xip", *line.split(), feed=feed)


def run(line, **words):
    """A command as it ends, whatever its status."""
    with near:
        return subprocess.run(["xip"] + line.split(), text=True, check=False,
                              capture_output=True, stdin=subprocess.DEVNULL,
                              **words)


# --- schema -------------------------------------------------------------------

def validator(kind):
    rule = {"$ref": "#/$defs/" + kind, "$defs": schema["$defs"]}
    return jsonschema.Draft202012Validator(rule)


@check("the schema is one")
def schema_sound():
    jsonschema.Draft202012Validator.check_schema(schema)


# command, definition, records there must be at least (None: one object)
@rows("JSON of %s is by the schema", [
    (c, c, k, n) for c, k, n in [
        ("addr show", "addr", 2), ("route show", "route", 6),
        ("-d route show table all", "route", 6),
        ("route get 10.8.1.1", "route-get", 1),
        ("-d route get 10.8.1.1", "route-get", 1),
        ("-d route get 10.7.1.1", "route-get", 1),
        ("-d route get 10.9.0.1", "route-get", 1),
        ("route get fibmatch 10.7.1.1", "route-get", 1),
        ("neigh show", "neigh", 2), ("-s neigh show nud all", "neigh", 2),
        ("filter show", "filter", 2), ("-d filter show", "filter", 5),
        ("nat show", "nat", 4), ("conntrack show", "conntrack", 1),
        ("conntrack count", "conntrack-count", 1),
        ("conntrack stats", "conntrack-stats", 1),
        ("link show", "link", 3), ("-s link show", "link", 3),
        ("sock show", "sock", 1), ("sock show -a -m -e", "sock", 4),
        ("sock show -a -n -p", "sock", 4),
        ("stat", "stat", None), ("stat -z", "stat", None),
        ("ping -c 1 10.9.0.2", "ping", None),
        ("traceroute -q 1 10.9.0.2", "traceroute", None),
        ("traceroute -q 1 10.9.0.1", "traceroute", None)]])
def by_schema(line, kind, least):
    found = json.loads(xip("-j " + line))
    pretty = json.loads(xip("-j -p " + line))
    equal(type(pretty), type(found), "-p")
    records = [found] if least is None else found
    equal(len(records) >= (least or 1), True, "%d records" % len(records))
    check_one = validator(kind)
    for record in records:
        check_one.validate(record)
        if kind not in ("stat",):
            # a key that nobody described is refused
            equal(check_one.is_valid({**record, "zzz": 1}), False, "strange key")


@check("JSON of monitor and conntrack events is by the schema, line by line")
def events():
    def probe():
        near.xip("addr add 10.99.0.1/24 dev v0", "neigh replace 10.9.0.8 "
                 "lladdr 02:00:00:00:00:08 dev v0",
                 "neigh del 10.9.0.8 dev v0", "addr del 10.99.0.1/24 dev v0",
                 "conntrack flush", "link set v0 rp_filter 0")
        sock = near.udp("10.9.0.1", 4001)
        sock.sendto(b"x", "10.9.0.2", 9)
        sock.close()
    for words, kind, want in (
            ("-ts -j monitor", "event", {"addr", "route", "neigh",
                                         "conntrack", "link"}),
            ("-j conntrack events", "conntrack", {None})):
        with near:
            heard = subprocess.Popen(["xip"] + words.split(),
                                     stdout=subprocess.PIPE)
        os.set_blocking(heard.stdout.fileno(), False)
        text = b""

        def enough():
            nonlocal text
            probe()
            text += heard.stdout.read() or b""
            seen = {json.loads(x).get("object")
                    for x in text.split(b"\n")[:-1]}
            return seen == want
        until(enough, "events of " + words, 10)
        heard.kill()
        heard.wait()
        heard.stdout.close()
        check_one = validator(kind)
        for line in text.split(b"\n")[:-1]:
            check_one.validate(json.loads(line))


# What the command prints does not belong into the JSON.
TRACED = "xip ping -q -c 1 127.0.0.1 >/dev/null; echo ready >&2; read line"


def trace(words):
    """xip -j trace of an echo, fragments nobody waits for, and no route."""
    with near:
        run_ = subprocess.Popen(
            ["xip", "-j", "trace", *words, "--", "sh", "-c", TRACED], text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE)
    equal(run_.stderr.readline(), "ready\n", "the command")
    before = far.snmp().get("Udp.NoPorts")
    sock = near.udp("10.9.0.1", 0)
    sock.option(socket.SOL_IP, 10, 0)       # IP_MTU_DISCOVER: never
    sock.sendto(bytes(2000), "10.9.0.2", 7777)
    until(lambda: far.snmp().get("Udp.NoPorts") > before, "the drop")
    sock.close()
    sock = near.udp()
    try:
        sock.sendto(b"x", "10.6.0.1", 9)
    except OSError:
        pass
    sock.close()
    out, err = run_.communicate("go\n")
    equal((run_.returncode, err), (0, ""), "end")
    return json.loads(out)


@rows("JSON of %s is by the schema", [
    ("trace", [], "trace"), ("trace --why", ["--why"], "trace-why")])
def traced(words, kind):
    found = trace(words)
    check_one = validator(kind)
    for record in found:
        check_one.validate(record)
    strange = min(found, key=lambda one: len(str(one)))
    equal(check_one.is_valid({**strange, "zzz": 1}), False, "strange key")
    if words:
        equal("NoSocket" in [one["reason"] for one in found], True, "reason")
        return
    # None is the route: no packet, no journey
    seen = {one.get("verdict") for one in found}
    equal(seen & {"delivered", "dropped", None}, {"delivered", "dropped", None},
          "verdicts")
    equal(any("parent" in step for one in found
              for step in one.get("events", ())), True, "fragments")


@check("the schema refuses half a record")
def halves():
    for line, kind, key in (("link show dev v0", "link", "neighbours"),
                            ("sock show -e", "sock", "shutdown")):
        whole = json.loads(xip("-j " + line))[0]
        half = {k: v for k, v in whole.items() if k != key}
        equal((key in whole, validator(kind).is_valid(half)), (True, False),
              kind)


# --- counters -----------------------------------------------------------------

def counters(words=""):
    return json.loads(xip("-j stat " + words))


def datagrams(count):
    sock = near.udp("10.9.0.1", 0)
    for _ in range(count):
        sock.sendto(b"x", "10.9.0.2", 9)
    sock.close()


@check("stat: absolute as it is, with delta what was added since")
def deltas():
    xip("stat reset")
    before = counters()["Udp"]["OutDatagrams"]
    datagrams(3)
    equal(counters()["Udp"]["OutDatagrams"], before + 3, "absolute")
    equal(counters("delta noupdate")["Udp"]["OutDatagrams"], 3, "noupdate")
    equal(counters("delta")["Udp"]["OutDatagrams"], 3, "delta")
    datagrams(2)
    equal(counters("-z")["Udp"]["OutDatagrams"], 2, "-z")
    equal(counters("delta")["Udp"]["OutDatagrams"], 0, "nothing more")
    datagrams(1)
    equal(xip("stat reset"), "", "reset prints")
    equal(counters("delta")["Udp"]["OutDatagrams"], 0, "after a reset")


@check("stat: by group; -z and all show zeros, others do not; -o a group a line")
def groups():
    xip("stat reset")
    datagrams(1)
    equal(xip("stat delta noupdate udp").splitlines(),
          ["Udp:", "    %-28s 1" % "OutDatagrams"], "one group")
    zeros = xip("stat -z udp Icmp").splitlines()
    equal(("Udp:" in zeros, "Icmp:" in zeros, "Ip:" in zeros,
           "    %-28s 0" % "NoPorts" in zeros), (True, True, False, True),
          "zeros")
    equal("NoPorts" in xip("stat all Udp"), True, "all")
    xip("stat reset")
    datagrams(1)
    equal(xip("-o stat delta Udp"), "Udp: OutDatagrams=1\n", "one line")
    equal(sorted(counters("Udp Ip")), ["Ip", "Udp"], "JSON")


# --- route -n -----------------------------------------------------------------

@check("route show -N: the columns of route -n")
def numeric():
    lines = [x.split() for x in xip("route show -N").splitlines()]
    equal(lines[1], "Destination Gateway Genmask Flags Metric Ref Use "
          "Iface".split(), "title")
    for want in ("0.0.0.0 10.9.0.2 0.0.0.0 UG 0 0 0 v0",
                 "10.8.0.0 10.9.0.2 255.255.0.0 UG 5 0 0 v0",
                 "10.7.0.0 10.9.0.2 255.255.0.0 UG 0 0 0 v0",
                 "10.7.0.0 10.9.0.3 255.255.0.0 UG 0 0 0 v0",
                 "10.6.0.1 - 255.255.255.255 !H 0 0 0 -",
                 "10.9.0.0 0.0.0.0 255.255.255.0 U 0 0 0 v0"):
        equal(want.split() in lines, True, want)
    equal(len(xip("route show -N root 10.8.0.0/16").splitlines()), 3, "chosen")
    equal(xip("-j route show -N"), xip("-j route show"), "JSON")


# --- errors -------------------------------------------------------------------

@rows("error: %s", [
    (line, line, said) for line, said in [
        ("adr show", 'object "adr" is unknown, did you mean "addr"?'),
        ("route shwo", '"shwo" is unknown here, did you mean "show"?'),
        ("-colr route", 'option "-colr" is unknown, did you mean "-color"?'),
        ("-jsno route", 'option "-jsno" is unknown, did you mean "-json"?'),
        ("addr show dev v9", 'unknown device "v9".'),
        ("stat Ucp", '"Ucp" is neither a keyword nor a group, did you mean '
         '"Udp"?'),
        ("stat detla", 'did you mean "delta"?'),
        ("stat reset delta", '"reset" stands alone'),
        ("route get 10.1.1.1 sprot 5", 'did you mean "sport"?'),
        ("route flush -N", '"-N" is wrong'),
        ("monitor neihg", 'did you mean "neigh"?')]])
def errors(line, said):
    done = run(line)
    equal((done.returncode, done.stdout, said in done.stderr), (1, "", True),
          done.stderr)


# --- batches, one line, colour ------------------------------------------------

BATCH = ["addr show", "route show", "neigh show", "filter show", "nat show",
         "conntrack count", "sock -a", "stat Udp", "route get 10.8.1.1",
         "ping -c 1 -q 10.9.0.1", "traceroute -q 1 10.9.0.1"]


@check("a batch runs each object, twice, as by itself")
def batch():
    text = xip("-b -", feed="\n".join(BATCH + BATCH) + "\n")
    for mark, count in (("link/ether", 2), ("default via", 2),
                        ("10.9.0.7 dev v0", 2), ("policy forward drop", 2),
                        ("netmap to 10.3.0.0/16", 2), ("Udp:", 2), ("Netid", 2),
                        ("10.8.1.1 via 10.9.0.2", 2), ("ping statistics", 2),
                        ("traceroute to 10.9.0.1", 2)):
        equal(text.count(mark), count, "%s in a batch" % mark)


@rows("-o: a record a line, %s", [(w, w, n) for w, n in [
    ("addr show dev v0", 3), ("route show root 10.7.0.0/16", 1),
    ("-d route get 10.7.1.1", 1), ("stat Udp", 1)]])
def oneline(words, count):
    equal(len(xip("-o " + words).splitlines()), count, "lines")


@rows("colour: %s", [(w, w) for w in (
    "addr show", "route show", "neigh show", "filter show", "nat show",
    "-d route get 10.8.1.1", "route show -N")])
def colour(words):
    plain = xip(words)
    seen = xip("-c " + words)
    equal(("\033[" in plain, "\033[" in seen), (False, True), "escapes")
    equal(re.sub(r"\033\[\d*m", "", seen), plain, "text beneath")
    equal("\033[" in xip("-c -j " + words), False, "JSON")
    equal("\033[" in xip("-c=auto " + words), False, "no terminal")


# --- versions -----------------------------------------------------------------

VERSION = "/sys/module/xinet/version"


@check("module and tool are of one version, and nothing is said")
def same_version():
    with open(VERSION, encoding="ascii") as text:
        version = text.read().strip()
    equal(xip("-V").split()[-1], version, "version")
    equal(run("route show").stderr, "", "warning")


@check("another version is told once a run, on stderr, and the command is done")
def other_version():
    with open("/tmp/version", "w", encoding="ascii") as text:
        text.write("9.9\n")
    command("mount", "--bind", "/tmp/version", VERSION)
    try:
        with near:
            done = subprocess.run(["xip", "-b", "-"], text=True, check=False,
                                  capture_output=True,
                                  input="route show\nfilter show\nroute show\n")
        equal((done.returncode, done.stderr.count("Warning"),
               "module xinet 9.9" in done.stderr, "default" in done.stdout),
              (0, 1, True, True), done.stderr)
    finally:
        command("umount", VERSION)


if __name__ == "__main__":
    need()
    sys.exit(ktap.run(setup))
