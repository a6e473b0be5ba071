#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0
"""xip trace: journeys of packets, as text and as JSON, and why they are dropped.

	client ── router (masquerades) ── server

The packets are this program's own, sent while xip runs a command that waits for
a line on its input.
"""
import json
import os
import pty
import signal
import subprocess

import ktap
from ktap import check
from xlab import client_router_server, equal, need, until
from xtrace import TRACEFS, inode

CLIENT, SERVER, GATE = "10.1.0.2", "10.3.0.2", "10.3.0.1"
client = router = server = near = far = None


def setup():
    global client, router, server, near, far
    client, router, server = client_router_server()
    router.xip("nat add postrouting oif r1 masquerade")
    near, far = client.udp(CLIENT, 5000), server.udp(SERVER, 7000)
    talk()
    router.xip("conntrack flush")


def talk():
    """There and back."""
    near.sendto(b"there", SERVER, 7000)
    _, addr, port = far.recvfrom()
    far.sendto(b"back", addr, port)
    equal(near.recv(), b"back", "answer")


def instances():
    """Instances of tracefs that xip made."""
    return [n for n in os.listdir(TRACEFS + "/instances")
            if n.startswith("xip-")]


class Tracer:
    """xip trace while `with` lasts; its output in .out and .err afterwards."""

    def __init__(self, *words):
        self.words = words
        self.out = self.err = None

    def __enter__(self):
        self.run = subprocess.Popen(
            ["xip", "trace", *self.words, "--", "sh", "-c",
             "echo ready >&2; read line"], text=True, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        equal(self.run.stderr.readline(), "ready\n", "the command")
        return self

    def __exit__(self, *_):
        self.out, self.err = self.run.communicate("go\n")
        equal(self.run.returncode, 0, "exit status: " + self.err)
        equal(instances(), [], "instances left behind")
        return False


def in_order(text, *words):
    """Each word stands in the text, behind the one before."""
    at = 0
    for word in words:
        found = text.find(word, at)
        if found < 0:
            raise AssertionError("no %r behind the others in:\n%s" %
                                 (word, text))
        at = found + len(word)


@check("text: two journeys, with namespaces, rewrite, connection and verdict")
def text():
    with Tracer() as tracer:
        talk()
    equal(tracer.err, "", "stderr")
    there, back = ("#" + part for part in tracer.out.split("\n#"))
    in_order(there, " udp %s:5000 > %s:7000, 33 bytes\n" % (CLIENT, SERVER),
             "  %d c0\n" % inode(client), "socket: sent", "xip_local_out",
             "  %d r0\n" % inode(router), "xip_rcv",
             "* PRE_ROUTING xnf_conntrack_in", "ctstate=NEW",
             "route in unicast", "xip_forward", "  %d r1\n" % inode(router),
             "NAT: source to %s:5000 > %s:7000" % (GATE, SERVER),
             "~ now %s:5000 > %s:7000" % (GATE, SERVER),
             "  %d s0\n" % inode(server), "xudp_rcv", "socket: queued",
             "socket: read", "=> delivered")
    in_order(back, "ctstate=ESTABLISHED", "NAT: destination",
             "~ now %s:7000 > %s:5000" % (SERVER, CLIENT), "=> delivered")


@check("JSON: every event with its fields; a fragment names its datagram")
def as_json():
    near.option(0, 10, 0)
    with Tracer("-j") as tracer:
        near.sendto(bytes(2000), SERVER, 7000)
        far.recv()
    near.option(0, 10, 1)
    journeys = json.loads(tracer.out)
    equal(len(journeys), 1, "journeys")
    equal(journeys[0]["verdict"], "delivered", "verdict")
    events = journeys[0]["events"]
    ids = {e["id"] for e in events}
    equal(len(ids), 5, "datagram and fragments, cut twice")
    equal({e["parent"] for e in events if "parent" in e},
          {journeys[0]["id"]}, "parents")
    equal([e["netns-inode"] for e in events if e["text"] == "xip_fragment"],
          [inode(client), inode(router)], "cut")
    equal(sorted(e["nsec"] for e in events), [e["nsec"] for e in events],
          "time")


@check("MATCH: only what is asked for")
def match():
    for words, count in ((("dst", SERVER + "/32", "dport", "7000"), 1),
                         (("proto", "udp", "sport", "7000"), 1),
                         (("src", "10.9.9.0/24"), 0)):
        with Tracer("-j", *words) as tracer:
            talk()
        equal(len(json.loads(tracer.out)), count, " ".join(words))


@check("a drop: reason, function, and what to do about it")
def dropped():
    with Tracer() as tracer:
        near.sendto(b"x", SERVER, 7777)
        until(lambda: server.snmp().get("Udp.NoPorts"), "the drop")
    in_order(tracer.out, "DROPPED: reason=NoSocket func=xudp_no_port",
             "=> dropped: NoSocket, in xudp_no_port (%d)" % inode(server),
             "No program on that host listens")


@check("--why: drops by reason, counted")
def why():
    before = server.snmp().get("Udp.NoPorts")
    with Tracer("-j", "--why") as tracer:
        for _ in range(5):
            near.sendto(b"x", SERVER, 7778)
        until(lambda: server.snmp().get("Udp.NoPorts") == before + 5, "drops")
    rows = json.loads(tracer.out)
    equal([(r["count"], r["reason"], r["function"], r["dev"]) for r in rows],
          [(5, "NoSocket", "xudp_no_port", "s0")], "rows")


def live(*words, tty=None):
    """xip trace of whatever passes; it traces when this comes back."""
    run = subprocess.Popen(["xip", *words], stdout=tty or subprocess.PIPE,
                           stderr=subprocess.PIPE, text=True)
    event = "drop" if "--why" in words else "stage"
    path = TRACEFS + "/instances/xip-%d/events/xinet/xinet_%s/enable" % (
        run.pid, event)
    until(lambda: os.path.exists(path) and open(path, encoding="ascii").read(1)
          == "1", "events enabled", 20)
    return run


def end(run):
    """Interrupt it; what it still prints."""
    run.send_signal(signal.SIGINT)
    out, err = run.communicate()
    equal((run.returncode, err), (0, ""), "xip trace")
    equal(instances(), [], "instances left behind")
    return out


@check("live: a journey is printed when it is over, and goes on if it was not")
def as_they_come():
    run = live("-d", "trace", "dport", "7000")
    near.sendto(b"later", SERVER, 7000)
    lines = []
    while not lines or "=> not read yet" not in lines[-1]:
        lines.append(run.stdout.readline())
    text = "".join(lines)
    in_order(text, "#", "xip_local_out",
             "in net/xinet/ip/output.c, see Documentation/networking/xinet/"
             "stages.rst#stage-xip-local-out")
    far.recv()
    in_order(end(run), "33 bytes, goes on", "socket: read", "=> delivered")


@check("live JSON: a list, whole when interrupted; each step has its place")
def live_json():
    run = live("-j", "trace", "dport", "7000")
    text = ""
    for _ in range(2):
        near.sendto(b"x", SERVER, 7000)
        far.recv()
        while not text.endswith("}]}"):
            text += run.stdout.read(1)
        text += run.stdout.read(0)
    found = json.loads(text + end(run))
    equal([j["verdict"] for j in found], ["delivered"] * 2, "journeys")
    equal({bool(e["source"] and e["doc"]) for j in found
           for e in j["events"]}, {True}, "places")


@check("--why live: told when first seen, painted on a terminal, then totals")
def why_live():
    run = live("trace", "--why", "dport", "7779")
    near.sendto(b"x", SERVER, 7779)
    in_order(run.stdout.readline(), "new NoSocket in xudp_no_port")
    near.sendto(b"x", SERVER, 7779)
    in_order(end(run), "Totals:", "     2 NoSocket in xudp_no_port")

    control, tty = pty.openpty()
    run = live("trace", "--why", "dport", "7779", tty=tty)
    near.sendto(b"x", SERVER, 7779)
    text = ""
    while "1 NoSocket" not in text:
        text += os.read(control, 4096).decode()
    in_order(text, "\033[H\033[J", "1 drops of 1 kinds", "1 NoSocket")
    end(run)
    os.close(tty)
    os.close(control)


@check("nobody listens any more: it ends, and leaves nothing behind")
def broken_pipe():
    run = live("trace")
    run.stdout.close()
    talk()
    equal(run.wait(), 2, "exit status")
    in_order(run.stderr.read(), "cannot write the output")
    run.stderr.close()
    equal(instances(), [], "instances left behind")


@check("how the command ended is told, if not well")
def ended():
    for command, says in (("exit 3", "ended with exit status 3"),
                          ("kill -9 $$", "ended by signal 9, Killed")):
        done = subprocess.run(["xip", "trace", "--why", "--", "sh", "-c",
                               command], text=True, check=False,
                              capture_output=True)
        equal(done.returncode, 0, command)
        in_order(done.stderr, "Note: the command was " if "kill" in command
                 else "Note: the command ", says)


@check("no route: told though there is no packet")
def no_route():
    sock = router.udp()
    with Tracer("dst", "10.99.0.1") as tracer:
        try:
            sock.sendto(b"x", "10.99.0.1", 9)
        except OSError:
            pass
    in_order(tracer.out, "route out", "err=-101")
    sock.close()


@check("refused: words it does not know, pictures, a command that is not there")
def refused():
    for words, status, says in (
            (("--svg", "f", "--why"), 1, "no picture"),
            (("nonsense",), 1, "unknown"),
            (("--",), 1, "command"), (("--", "/nonexistent"), 1, "cannot run"),
            (("sport", "65536"), 1, "65536")):
        done = subprocess.run(["xip", "trace", *words], text=True, check=False,
                              capture_output=True)
        equal(done.returncode, status, " ".join(words))
        if says not in done.stderr:
            raise AssertionError(done.stderr)
    equal(instances(), [], "instances left behind")


need()
ktap.run(setup)
