#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0
"""Connections as xip and /proc show, end, count and follow them.

	near 10.9.0.1 ──┬── 10.9.0.2 far      tracked in near
	        d0 10.8.0.1/16: a dummy, for what nobody answers
"""
import json
import os
import re
import select
import subprocess
import sys

import ktap
from ktap import check, rows
from xevents import Events
from xlab import SLOW, Ns, command, equal, need, until, veth

NEAR, FAR, VOID = "10.9.0.1", "10.9.0.2", "10.8.0.2"
MANY = 2000
near = far = None


def setup():
    global near, far
    near, far = Ns("near"), Ns("far")
    veth(near, "v0", far, "v1")
    near.ip("link add d0 type dummy", "link set d0 up")
    near.xip("addr add %s/24 dev v0" % NEAR, "addr add 10.8.0.1/16 dev d0")
    far.xip("addr add %s/24 dev v1" % FAR)
    near.sysctl(nf_conntrack_always=1, nf_conntrack_udp_timeout=300)


# --- flows ----------------------------------------------------------------------------

def xip(words, status=0):
    """One command of xip in the namespace."""
    with near:
        return command("xip", *words.split(), status=status)


def conns(match=""):
    """What xip shows, as JSON."""
    return json.loads(xip("-j conntrack show " + match))


def alone(match=""):
    found = conns(match)
    equal(len(found), 1, "connections of " + match)
    return found[0]


def flow(dst, dport, sport, answer=False):
    """One datagram, and its answer."""
    sock = near.udp("0.0.0.0", sport)
    if answer:
        server = far.udp(dst, dport)
        sock.sendto(b"question", dst, dport)
        _, addr, port = server.recvfrom()
        server.sendto(b"answer!", addr, port)
        sock.recv()
        server.close()
    else:
        sock.sendto(b"question", dst, dport)
    sock.close()


def fresh():
    """No connection is left, and only these are there: one answered, two not."""
    xip("conntrack flush")
    flow(FAR, 53, 4000, answer=True)
    flow(VOID, 53, 4001)
    flow(VOID, 99, 4002)


# --- shown -----------------------------------------------------------------------------

@check("a line is that of conntrack(8), before and after an answer")
def line():
    fresh()
    said = xip("conntrack show").splitlines()
    equal(len(said), 3, "lines")
    want = [r"udp 17 \d+ src=10\.9\.0\.1 dst=10\.9\.0\.2 sport=4000 dport=53 "
            r"src=10\.9\.0\.2 dst=10\.9\.0\.1 sport=53 dport=4000 "
            r"mark=0 use=1",
            r"udp 17 (299|300) src=10\.8\.0\.1 dst=10\.8\.0\.2 sport=4001 "
            r"dport=53 \[UNREPLIED\] src=10\.8\.0\.2 dst=10\.8\.0\.1 sport=53 "
            r"dport=4001 mark=0 use=1"]
    for pattern in want:
        equal(len([row for row in said if re.fullmatch(pattern, row)]), 1,
              "%s in %s" % (pattern, said))


@check("the keys of the JSON")
def keys():
    conn = alone("dport 99")
    timeout = conn.pop("timeout")
    equal(290 <= timeout <= 300, True, "time-out %d" % timeout)
    equal(conn, {
        "proto": "udp", "state": "NEW", "status": ["UNREPLIED", "CONFIRMED"],
        "mark": 0, "zone": 0,
        "orig": {"src": "10.8.0.1", "dst": VOID, "sport": 4002, "dport": 99},
        "reply": {"src": VOID, "dst": "10.8.0.1", "sport": 99, "dport": 4002},
    }, "unanswered")
    conn = alone("sport 4000")
    equal((conn["state"], conn["status"]),
          ("ESTABLISHED", ["SEEN_REPLY", "CONFIRMED"]), "answered")


@check("an echo request has type, code and id in the place of ports")
def icmp():
    xip("ping -c 1 " + FAR)
    conn = alone("proto icmp")
    number = conn["orig"].pop("id")
    equal(conn["orig"], {"src": NEAR, "dst": FAR, "type": 8, "code": 0}, "orig")
    equal(conn["reply"], {"src": FAR, "dst": NEAR, "type": 0, "code": 0,
                          "id": number}, "reply")
    text = xip("conntrack show proto icmp")
    equal("type=8 code=0 id=%d src=" % number in text, True, text)


@check("packets and bytes are there where nf_conntrack_acct counts them")
def accounting():
    near.sysctl(nf_conntrack_acct=1)
    flow(FAR, 54, 4003, answer=True)
    near.sysctl(nf_conntrack_acct=0)
    conn = alone("dport 54")
    equal([conn[way][what] for way in ("orig", "reply")
           for what in ("packets", "bytes")], [1, 36, 1, 35], "counters")
    text = xip("conntrack show dport 54")
    equal("dport=54 packets=1 bytes=36 src=" in text, True, text)


# match, the source ports of the connections that it selects
@rows("MATCH %s", [
    ("", "", [4000, 4001, 4002]),
    ("proto udp", "proto udp", [4000, 4001, 4002]),
    ("proto tcp", "proto tcp", []),
    ("proto 18", "proto 18", []),
    ("src", "src 10.8.0.1", [4001, 4002]),
    ("src prefix", "src 10.8.0.0/15", [4000, 4001, 4002]),
    ("src 0.0.0.0/0", "src 0.0.0.0/0", [4000, 4001, 4002]),
    ("dst", "dst 10.9.0.2", [4000]),
    ("dst of the answers", "dst 10.9.0.1", []),
    ("sport range", "proto udp sport 4001-4002", [4001, 4002]),
    ("sport range, one less", "proto udp sport 3999-4001", [4000, 4001]),
    ("dport", "proto udp dport 53", [4000, 4001]),
    ("dport alone", "dport 53", [4000, 4001]),
    ("two words", "proto udp dport 53 dst 10.8.0.0/16", [4001]),
    ("ctstate new", "ctstate new", [4001, 4002]),
    ("ctstate established", "ctstate ESTABLISHED", [4000]),
    ("ctstate both", "ctstate new,established", [4000, 4001, 4002]),
    ("ctstate related", "ctstate related", []),
    ("mark 0", "mark 0", [4000, 4001, 4002]),
    ("mark 1", "mark 1", []),
    ("mark 0/0", "mark 0/0", [4000, 4001, 4002]),
])
def match(words, ports):
    if not any(c["orig"].get("sport") == 4002 for c in conns()) or \
       len(conns()) != 3:
        fresh()
    equal(sorted(c["orig"]["sport"] for c in conns(words)), ports, "shown")
    want = "%d\n" % len(ports)
    if words:
        equal(xip("conntrack count " + words), want, "counted")


@rows("refused: %s", [
    ("iif", "show iif v0", 2, "has no device"),
    ("prefix with host bits", "show src 10.8.0.1/16", 2, "no prefix"),
    ("del of all", "del", 1, "flush"),
    ("unknown word", "show dprot 5", 1, '"dport"'),
    ("unknown verb", "shwo", 1, '"show"'),
    ("words behind stats", "stats now", 1, "nothing may follow"),
])
def refused(words, status, text):
    said = near.xip_refused("conntrack " + words, status)
    equal(text in said, True, said)


@check("count, and -j with the maximum")
def count():
    fresh()
    equal(xip("conntrack count"), "3\n", "count")
    near.sysctl(nf_conntrack_max=12345)
    equal(json.loads(xip("-j conntrack count")),
          [{"count": 3, "max": 12345}], "JSON")


@check("another namespace sees nothing")
def namespaces():
    with far:
        equal(command("xip", "conntrack", "show"), "", "shown in the other")
        command("xip", "conntrack", "flush")
    equal(len(conns()), 3, "after the other's flush")


# --- /proc -----------------------------------------------------------------------------

@check("/proc/net/xinet/conntrack has the same, in nf_conntrack's form")
def proc():
    fresh()
    with near, open("/proc/thread-self/net/xinet/conntrack",
                    encoding="ascii") as lines:
        said = lines.read().splitlines()
        equal(os.fstat(lines.fileno()).st_mode & 0o777, 0o440, "mode")
    equal(len(said), 3, "lines")
    pattern = (r"xinet 19 udp 17 (299|300) src=10\.8\.0\.1 dst=10\.8\.0\.2 "
               r"sport=4002 dport=99 \[UNREPLIED\] src=10\.8\.0\.2 "
               r"dst=10\.8\.0\.1 sport=99 dport=4002 mark=0 zone=0 use=1")
    equal(len([row for row in said if re.fullmatch(pattern, row)]), 1, said)


@check("nobody without the capability reads any of it")
def unprivileged():
    drop = ["setpriv", "--reuid", "65534", "--regid", "65534",
            "--clear-groups", "--bounding-set=-all", "--inh-caps=-all"]
    for words in (["cat", "/proc/net/xinet/conntrack"],
                  ["xip", "conntrack", "show"], ["xip", "conntrack", "flush"],
                  ["xip", "conntrack", "events"], ["xip", "filter", "show"]):
        with near:
            done = subprocess.run(drop + words, check=False, text=True,
                                  capture_output=True, timeout=20 * SLOW)
        equal((done.returncode != 0, done.stdout), (True, ""), words)
    equal(len(conns()), 3, "connections left")


# --- ended -----------------------------------------------------------------------------

@check("del ends what matches, and says when nothing does")
def delete():
    fresh()
    xip("conntrack del dport 53")
    equal([c["orig"]["sport"] for c in conns()], [4002], "left")
    said = near.xip_refused("conntrack del dport 53")
    equal("No such connection" in said, True, said)


@check("flush ends what matches, or all, and none is fine")
def flush():
    fresh()
    xip("conntrack flush dst 10.8.0.0/16")
    equal([c["orig"]["sport"] for c in conns()], [4000], "left")
    xip("conntrack flush")
    xip("conntrack flush")
    equal(conns(), [], "left")
    equal(xip("conntrack count"), "0\n", "counted")


# --- events ----------------------------------------------------------------------------

def causes(events, sport, last):
    """Causes told of a connection, up to the last one expected."""
    return [event["cause"] for event in events.of(last, sport=sport)]


@check("events name the cause of each step and of the end")
def events():
    near.sysctl(nf_conntrack_max=1000)
    xip("conntrack flush")
    with Events(near) as e:
        flow(FAR, 60, 4100, answer=True)
        xip("conntrack del dport 60")
        equal(causes(e, 4100, "deleted"),
              ["new", "confirmed", "replied", "deleted"], "answered, deleted")
        flow(VOID, 61, 4101)
        xip("conntrack flush")
        equal(causes(e, 4101, "flushed"), ["new", "confirmed", "flushed"],
              "flushed")
        near.sysctl(nf_conntrack_udp_timeout=1)
        flow(VOID, 62, 4102)
        near.sysctl(nf_conntrack_udp_timeout=300)
        equal(causes(e, 4102, "expired"), ["new", "confirmed", "expired"],
              "expired")
        xip("filter add output proto udp dport 63 drop")
        try:
            flow(VOID, 63, 4103)
        except PermissionError:
            pass
        xip("filter flush")
        equal(causes(e, 4103, "dropped"), ["new", "dropped"], "dropped")


def crowd(sock):
    """Many connections that nobody answers."""
    for port in range(1, MANY + 1):
        sock.sendto(b"x", VOID, port)


@check("early drop in a full table is told as such")
def evicted():
    xip("conntrack flush")
    near.sysctl(nf_conntrack_max=100000)
    sock = near.udp("0.0.0.0", 4300)
    crowd(sock)
    near.sysctl(nf_conntrack_max=MANY)
    try:
        with Events(near) as e:
            ports = iter(range(3000, 60000))

            def told():
                flow(VOID, next(ports), 4301)
                return [x for x in e.read() if x["cause"] == "evicted-early-drop"]
            gone = until(told, "an eviction")[0]
            equal((gone["orig"]["dst"], "UNREPLIED" in gone["status"]),
                  (VOID, True), "who went")
    finally:
        near.sysctl(nf_conntrack_max=100000)
    sock.close()


# --- counted ---------------------------------------------------------------------------

@check("stats: a row a CPU, and they count")
def stats():
    def total():
        seen = json.loads(xip("-j conntrack stats"))
        return len(seen), {key: sum(row[key] for row in seen)
                           for key in seen[0]}
    xip("conntrack flush")
    cpus, before = total()
    equal(cpus, os.sysconf("SC_NPROCESSORS_CONF"), "rows")
    flow(VOID, 70, 4200)
    xip("conntrack del dport 70")
    after = total()[1]
    rise = {key: after[key] - before[key] for key in after
            if after[key] != before[key]}
    # what others left behind may end meanwhile
    equal((rise.get("new"), rise.get("insert"), rise.get("deleted", 0) >= 1),
          (1, 1, True), rise)


@check("a dump of many shows each that stays exactly once, while others change")
def many():
    xip("conntrack flush")
    sock, churn = near.udp("0.0.0.0", 5000), near.udp("0.0.0.0", 5001)
    crowd(sock)
    port = 0
    with near:
        run = subprocess.Popen(["xip", "conntrack", "show"],
                               stdout=subprocess.PIPE, text=True)
        text = ""
        while True:
            port = port % 60000 + 1
            churn.sendto(b"x", VOID, port)
            if not port % 64 and select.select([run.stdout], [], [], 0)[0]:
                more = os.read(run.stdout.fileno(), 65536).decode()
                if not more:
                    break
                text += more
        equal(run.wait(), 0, "exit status")
        run.stdout.close()
    found = sorted(int(p) for p in re.findall(
        r"sport=5000 dport=(\d+) \[UNREPLIED\]", text))
    equal(found == list(range(1, MANY + 1)), True,
          "all of those that stay, once: %d" % len(found))
    with near, open("/proc/thread-self/net/xinet/conntrack",
                    encoding="ascii") as lines:
        text = lines.read()
    found = sorted(int(p) for p in re.findall(
        r"sport=5000 dport=(\d+) \[UNREPLIED\]", text))
    equal(found == list(range(1, MANY + 1)), True,
          "in /proc: %d" % len(found))
    xip("conntrack flush")
    sock.close()
    churn.close()


if __name__ == "__main__":
    need()
    sys.exit(ktap.run(setup))
