#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0
"""xip monitor: each change as it happens, in text and in JSON.

	near 10.9.0.1 v0 ──── v1 10.9.0.2 far      heard in near
"""
import json
import os
import re
import select
import signal
import subprocess
import sys

import ktap
from ktap import check, rows
from xlab import SLOW, Ns, equal, need, until, veth

MAC = "02:00:00:00:00:77"
MANY = 8000
near = far = None


def setup():
    global near, far
    near, far = Ns("near"), Ns("far")
    veth(near, "v0", far, "v1")
    near.xip("addr add 10.9.0.1/24 dev v0")
    far.xip("addr add 10.9.0.2/24 dev v1")


class Monitor:
    """A run of `xip OPTIONS monitor WORDS`; its probes are not shown."""

    def __init__(self, words, options="", who=None):
        with near:
            self.run = subprocess.Popen(
                ["xip"] + options.split() + ["monitor"] + words.split(),
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                stderr=subprocess.PIPE, **(who or {}))
        self.text = b""
        self.lines = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.run.kill()
        self.run.communicate()

    def read(self):
        """All lines so far."""
        while select.select([self.run.stdout], [], [], 0)[0]:
            more = os.read(self.run.stdout.fileno(), 1 << 16)
            if not more:
                break
            self.text += more
        *lines, self.text = self.text.split(b"\n")
        self.lines += [line.decode() for line in lines]
        return self.lines


PROBES = {
    "addr": ("addr add 10.99.0.1/24 dev v0", "addr del 10.99.0.1/24 dev v0"),
    "route": ("route add 10.98.0.0/16 via 10.9.0.2", "route del 10.98.0.0/16"),
    "neigh": ("neigh replace 10.9.0.97 lladdr %s dev v0" % MAC,
              "neigh del 10.9.0.97 dev v0"),
}
SIGNS = {"addr": "10.99.0.1", "route": "10.98.0.0", "neigh": "10.9.0.97"}


def monitor(kind, options="", words=None, who=None):
    """One that is known to listen, and to have told of its probe."""
    heard = Monitor(kind if words is None else words, options, who)
    sign = "Deleted" if "-j" not in options else '"deleted":true'
    probe = kind if kind in PROBES else "route"
    until(lambda: (near.xip(*PROBES[probe]) or
                   [x for x in heard.read()
                    if sign in x and SIGNS[probe] in x]),
          "events of a probe", 10)
    return heard


# object, commands, their lines; the last of each is awaited
TEXT = [
    ("addr", ["addr add 10.5.0.1/24 dev v0 label v0:a",
              "addr del 10.5.0.1/24 dev v0"],
     [r"\d+: v0    xinet 10\.5\.0\.1/24 scope global v0:a",
      r"       valid_lft forever preferred_lft forever",
      r"Deleted \d+: v0    xinet 10\.5\.0\.1/24 scope global v0:a",
      r"       valid_lft forever preferred_lft forever"]),
    ("route", ["route add 10.6.0.0/16 via 10.9.0.2 metric 7",
               "route replace unreachable 10.7.0.0/16",
               "route del 10.7.0.0/16", "route del 10.6.0.0/16"],
     [r"10\.6\.0\.0/16 via 10\.9\.0\.2 dev v0 metric 7 ",
      r"unreachable 10\.7\.0\.0/16 ",
      r"Deleted unreachable 10\.7\.0\.0/16 ",
      r"Deleted 10\.6\.0\.0/16 via 10\.9\.0\.2 dev v0 metric 7 "]),
    ("neigh", ["neigh add 10.9.0.5 lladdr %s dev v0" % MAC,
               "neigh del 10.9.0.5 dev v0"],
     [r"10\.9\.0\.5 dev v0 lladdr %s PERMANENT " % MAC,
      r"10\.9\.0\.5 dev v0 FAILED ", r"Deleted 10\.9\.0\.5 dev v0 FAILED "]),
]


@rows("%s: lines as ip-monitor(8) prints them", [(r[0],) + r for r in TEXT])
def text(kind, lines, want):
    with monitor(kind) as heard:
        near.xip(*lines)
        until(lambda: re.fullmatch(want[-1], heard.read()[-1]), want[-1])
        got = []
        skip = False
        for line in heard.lines:
            skip = SIGNS[kind] in line or (skip and "_lft" in line)
            if not skip:
                got.append(line)
        equal(len(got), len(want), "lines %s" % got)
        for line, pattern in zip(got, want):
            equal(bool(re.fullmatch(pattern, line)), True,
                  "%r is %r" % (line, pattern))


def objects(heard, lines, count):
    """Events of these commands, as objects, without those of the probe."""
    def mine():
        found = [json.loads(x) for x in heard.read()]
        return [x for x in found if not any(
            sign in json.dumps(x) for sign in SIGNS.values())]
    before = len(mine())
    near.xip(*lines)
    until(lambda: len(mine()) >= before + count, "%d events" % count)
    return mine()[before:]


@check("all: an object a line, which says what it is about")
def as_json():
    near.sysctl(nf_conntrack_always=1)
    with monitor("all", "-j") as heard:
        got = objects(heard, ["addr add 10.5.0.1/24 dev v0"], 2)
        addr = [x for x in got if x["object"] == "addr"][0]
        equal({k: addr[k] for k in ("dev", "family", "local", "prefixlen")},
              {"dev": "v0", "family": "xinet", "local": "10.5.0.1",
               "prefixlen": 24}, "addr")
        route = [x for x in got if x["object"] == "route"][0]
        equal((route["dst"], route["dev"], "deleted" in route),
              ("10.5.0.0/24", "v0", False), "its route")
        got = objects(heard, ["addr del 10.5.0.1/24 dev v0"], 2)
        equal(sorted((x["object"], x["deleted"]) for x in got),
              [("addr", True), ("route", True)], "deleted")
        got = objects(heard, ["neigh add 10.9.0.5 lladdr %s dev v0" % MAC], 1)
        equal(got[0], {"object": "neigh", "dst": "10.9.0.5", "dev": "v0",
                       "lladdr": MAC, "state": ["PERMANENT"]}, "neigh")
        near.xip("neigh del 10.9.0.5 dev v0")
        sock = near.udp("10.9.0.1", 4321)
        sock.sendto(b"x", "10.9.0.2", 9)
        until(lambda: [x for x in map(json.loads, heard.read())
                       if x["object"] == "conntrack" and
                       x["cause"] == "new" and x["orig"]["dport"] == 9],
              "conntrack")
        sock.close()


# words, labels expected
@rows("labels: %s", [
    ("all", "all", {"[ROUTE]", "[ADDR]", "[NEIGH]", "[CONNTRACK]"}),
    ("no word is all", "", {"[ROUTE]", "[ADDR]", "[NEIGH]", "[CONNTRACK]"}),
    ("two kinds", "addr route", {"[ROUTE]", "[ADDR]"}),
    ("asked for", "route label", {"[ROUTE]"}),
    ("one kind has none", "route", set())])
def labels(words, want):
    near.sysctl(nf_conntrack_always=1)
    with Monitor(words) as heard:
        sock = near.udp("10.9.0.1", 4322)

        def enough():
            for probe in PROBES.values():
                near.xip(*probe)
            near.xip("conntrack flush")
            sock.sendto(b"x", "10.9.0.2", 9)
            found = set(re.findall(r"^(\[[A-Z]+\])", "\n".join(heard.read()),
                                   re.M))
            return heard.lines if found == want else None
        lines = until(enough, "labels")
        sock.close()
        equal(any("10.98.0.0" in x for x in lines), True, "route is told")
        equal(any("10.9.0.97" in x for x in lines), "[NEIGH]" in want,
              "neighbour is told")


@rows("time: %s", [
    ("-t", "-t", r"Timestamp: \w{3} \w{3} [ \d]\d \d\d:\d\d:\d\d \d{4} \d{6} "
     r"usec\n(Deleted )?10\.98\.0\.0/16 via 10\.9\.0\.2 dev v0 "),
    ("-ts", "-ts", r"\[\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\] (Deleted )?"
     r"10\.98\.0\.0/16 via 10\.9\.0\.2 dev v0 "),
    ("-timestamp -j", "-timestamp -j", r'\{"timestamp":"\d{4}-\d\d-\d\dT'
     r'\d\d:\d\d:\d\d\.\d{6}","object":"route",.*\}')])
def timed(options, pattern):
    with monitor("route", options) as heard:
        until(lambda: len(heard.read()) >= 2, "events")
        equal(bool(re.fullmatch("(%s\n)+" % pattern,
                                "\n".join(heard.lines) + "\n")), True,
              heard.lines)


@check("-o folds an address into one line")
def oneline():
    with monitor("addr", "-o") as heard:
        equal(all(re.fullmatch(r"(Deleted )?\d+: v0    xinet 10\.99\.0\.1/24 .*"
                               r"\\ +valid_lft forever preferred_lft forever",
                               x) for x in heard.lines), True, heard.lines)


@check("IPv4's changes are not shown")
def other_family():
    with monitor("all") as heard:
        near.ip("addr add 10.44.0.1/24 dev v0",
                "neigh add 10.44.0.7 lladdr %s dev v0" % MAC,
                "addr del 10.44.0.1/24 dev v0")
        near.xip("route add 10.97.0.0/16 via 10.9.0.2",
                 "route del 10.97.0.0/16")
        until(lambda: [x for x in heard.read()
                       if "Deleted 10.97.0.0/16" in x], "the last event")
        equal([x for x in heard.lines if "10.44." in x], [], "shown")


@check("link: settings of a device, when they change, in text and JSON")
def link():
    near.sysctl(rp_filter=2)
    for options in ("", "-j"):
        with Monitor("link", options) as heard:
            until(lambda: near.xip("link set v0 rp_filter 1") or heard.read(),
                  "events")
            line = heard.lines[0]
            if options:
                ours = json.loads(line)
                equal([ours[k] for k in ("object", "ifname", "own")],
                      ["link", "v0", {"rp_filter": 1}], "object")
                equal(ours["settings"]["rp_filter"], 2, "what holds")
            else:
                equal(line.split(": ", 1)[1], "v0 forwarding 0 rp_filter 2 "
                      "(own 1) accept_redirects 0 send_redirects 1", "line")
    near.xip("link set v0 rp_filter inherit")
    near.sysctl(rp_filter=0)


@check("events that find no room are said, and it goes on")
def lost():
    with monitor("neigh", "-j") as heard:
        heard.run.send_signal(signal.SIGSTOP)
        batch = []
        for n in range(MANY):
            batch += ["neigh replace 10.9.0.%d lladdr %s dev v0" %
                      (n % 90 + 100, "02:00:00:00:%02x:%02x" %
                       (n >> 8, n & 255))]
        with near:
            subprocess.run(["xip", "-force", "-b", "-"], check=True, text=True,
                           input="\n".join(batch) + "\n")
        heard.run.send_signal(signal.SIGCONT)
        until(lambda: [x for x in heard.read()
                       if json.loads(x)["object"] == "lost"], "loss", 10)
        objects(heard, ["neigh replace 10.9.0.8 lladdr %s dev v0" % MAC], 1)
        near.xip("neigh flush nud all")
        heard.run.terminate()
        err = heard.run.communicate()[1].decode()
        equal("Warning: events were lost" in err, True, err)


@check("nobody hears all but connections, and that is said")
def nobody():
    who = {"user": 65534, "group": 65534, "extra_groups": []}
    with monitor("all", who=who) as heard:
        equal(any(x.startswith("[ROUTE]") for x in heard.lines), True,
              heard.lines)
        heard.run.terminate()
        err = heard.run.communicate()[1].decode()
        equal("connections are not shown" in err, True, err)
    with Monitor("conntrack", who=who) as heard:
        err = heard.run.communicate(timeout=20 * SLOW)[1].decode()
        equal((heard.run.returncode, "not permitted" in err), (2, True), err)


@rows("refused: %s", [
    ("unknown kind", "monitor rout3 ", 1, 'did you mean "route"'),
    ("unknown word behind", "monitor route dev", 1, "unknown here")])
def refused(words, status, said):
    text_ = near.xip_refused(words, status)
    equal(said in text_, True, text_)


if __name__ == "__main__":
    need()
    sys.exit(ktap.run(setup))
