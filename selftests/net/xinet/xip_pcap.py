#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0
"""xip trace --pcap: what it captured, as tshark with our plugin reads it.

	client ── c0 ── r0 ── router (masquerades) ── r1 ── s0 ── server

The packets are this program's own, sent while xip runs a command that waits for
a line on its input. Three captures: journeys and drops; large ones; nothing.
tshark is slow to start, so it reads them once, one behind the other, which
pcapng allows.
"""
import json
import os
import shutil
import socket
import struct
import subprocess
import tempfile
import time

import ktap
from ktap import check
from xlab import client_router_server, equal, need, refused, until
from xtrace import inode

PLUGIN = os.path.join(os.path.dirname(os.path.realpath(__file__)),
                      "../../../tools/wireshark/xinet.lua")
CLIENT, SERVER, GATE = "10.1.0.2", "10.3.0.2", "10.3.0.1"
FIELDS = ["frame.interface_name", "frame.comment",
          "frame.packet_flags_direction", "frame.time_epoch", "frame.len",
          "frame.cap_len", "sll.pkttype", "sll.ifindex", "sll.src.eth",
          "xip.src", "xip.dst", "xip.ttl", "xip.checksum.status",
          "udp.srcport", "udp.dstport", "udp.stream", "udp.payload",
          "udp.checksum.status", "xicmp.type", "xip.reassembled.length"]
IN, OUT, NOWHERE = 1, 2, 0
SECTION, INTERFACE, PACKET = 0x0a0d0d0a, 1, 6

client = router = server = near = far = None
work = tempfile.TemporaryDirectory()
rows, big = [], []      # what tshark says of the first two captures
began = ended = 0


def path_of(name):
    """A file that goes with this program."""
    return os.path.join(work.name, name)


def talk():
    """There and back."""
    near.sendto(b"there", SERVER, 7000)
    _, addr, port = far.recvfrom()
    far.sendto(b"back", addr, port)
    equal(near.recv(), b"back", "answer")


def trace(path, work_of, *words):
    """Run work_of() under xip trace --pcap; what xip printed."""
    with subprocess.Popen(
            ["xip", "trace", "--pcap", path, *words, "--", "sh", "-c",
             "echo ready >&2; read line"], text=True, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE) as xip:
        equal(xip.stderr.readline(), "ready\n", "the command")
        work_of()
        out, err = xip.communicate("go\n")
        equal((xip.returncode, err), (0, ""), "xip")
    return out


def tshark(path):
    """[{field: value}] of each frame; an error of Lua's fails."""
    words = [word for name in FIELDS for word in ("-e", name)]
    done = subprocess.run(
        ["tshark", "-n", "-2", "-X", "lua_script:" + PLUGIN, "-r", path, "-o",
         "udp.check_checksum:TRUE", "-T", "fields", *words],
        text=True, capture_output=True, check=False,
        env={**os.environ, "HOME": work.name})
    equal((done.returncode, "Lua" in done.stdout + done.stderr), (0, False),
          "tshark: " + done.stderr)
    return [dict(zip(FIELDS, line.split("\t")))
            for line in done.stdout.splitlines()]


def blocks(name):
    """(type, bytes) of a file's blocks, each of which must be whole."""
    with open(path_of(name), "rb") as file:
        data = file.read()
    found, at = [], 0
    while at < len(data):
        kind, size = struct.unpack_from("<II", data, at)
        equal((size % 4, struct.unpack_from("<I", data, at + size - 4)[0]),
              (0, size), "length at %d" % at)
        found.append((kind, data[at:at + size]))
        at += size
    equal((found[0][0], at), (SECTION, len(data)), "its first and its last")
    return found


def count(name, kind):
    """How many blocks of a type a file has."""
    return [block[0] for block in blocks(name)].count(kind)


def read_all(*names):
    """What tshark says of captures, a list for each."""
    with open(path_of("all"), "wb") as whole:
        for name in names:
            with open(path_of(name), "rb") as part:
                whole.write(part.read())
    found = tshark(path_of("all"))
    for name in names:
        packets = count(name, PACKET)
        yield found[:packets]
        found = found[packets:]
    equal(found, [], "frames too many")


def traffic():
    """A datagram and its answer, one that nobody wants, one that cannot go."""
    talk()
    near.sendto(b"nobody", SERVER, 7777)
    until(lambda: server.snmp().get("Udp.NoPorts"), "the drop")
    refused("EPERM", near.sendto, b"forbidden", SERVER, 7999)


def large():
    """Cut twice, and put together twice."""
    near.option(socket.SOL_IP, 10, 0)       # IP_MTU_DISCOVER: may be cut
    near.sendto(bytes(3000), SERVER, 7000)
    equal(len(far.recv()), 3000, "datagram")
    sock = client.udp("127.0.0.1", 6000)
    sock.sendto(bytes(9000), "127.0.0.1", 6000)
    equal(len(sock.recv()), 9000, "the largest")
    sock.close()


def setup():
    global client, router, server, near, far, began, ended
    need()
    if not shutil.which("tshark") or not os.path.exists(PLUGIN):
        ktap.skip("no tshark, or no plugin for it")
    client, router, server = client_router_server()
    router.xip("nat add postrouting oif r1 masquerade")
    client.xip("filter add output proto udp dport 7999 drop")
    near, far = client.udp(CLIENT, 5000), server.udp(SERVER, 7000)
    talk()
    router.xip("conntrack flush")
    began = time.time()
    out = trace(path_of("one"), traffic, "-j", "proto", "udp")
    ended = time.time()
    # journeys are printed all the same
    equal([journey["verdict"] for journey in json.loads(out)],
          ["delivered"] * 2 + ["dropped"] * 2, "verdicts")
    trace(path_of("two"), large)
    trace(path_of("empty"), lambda: None)
    for into, found in zip((rows, big, []),
                           read_all("one", "two", "empty")):
        into.extend(found)


def frames(**want):
    """The rows that have these values; __ for a dot."""
    return [row for row in rows
            if all(row[name.replace("__", ".")] == value
                   for name, value in want.items())]


def place(ns, dev):
    """What an interface is called; these namespaces have no names."""
    return "%d:%s" % (inode(ns), dev)


def steps(found):
    """[(interface, direction)] of frames."""
    return [(row["frame.interface_name"],
             int(row["frame.packet_flags_direction"], 16) & 3)
            for row in found]


WAY = (("client", "c0", OUT), ("router", "r0", IN), ("router", "r1", OUT),
       ("server", "s0", IN))


@check("a datagram on its way: four frames, by name of device, in and out")
def journey():
    there = frames(udp__payload=b"there".hex())
    equal(steps(there), [(place(globals()[ns], dev), to)
                         for ns, dev, to in WAY], "interfaces")
    equal([row["sll.pkttype"] for row in there], ["4", "0", "4", "0"],
          "packet type")
    for row, (ns, dev, _) in zip(there, WAY):
        with globals()[ns]:
            equal(row["sll.ifindex"], str(socket.if_nametoindex(dev)), dev)
    equal([row["sll.src.eth"][-5:] for row in there],
          ["81:01", "81:01", "82:01", "82:01"], "MAC of the sender")


@check("addresses and ports before and behind the gateway, TTL, conversations")
def fields():
    there = frames(udp__payload=b"there".hex())
    back = frames(udp__payload=b"back".hex())
    equal([(r["xip.src"], r["udp.srcport"], r["xip.dst"], r["udp.dstport"],
            r["xip.ttl"]) for r in there],
          [(CLIENT, "5000", SERVER, "7000", "64")] * 2 +
          [(GATE, "5000", SERVER, "7000", "63")] * 2, "there")
    equal([(r["xip.src"], r["xip.dst"]) for r in back],
          [(SERVER, GATE)] * 2 + [(SERVER, CLIENT)] * 2, "back")
    equal([r["udp.stream"] for r in back],
          [r["udp.stream"] for r in reversed(there)], "streams")


@check("checksums are those of the wire, though devices write them later")
def checksums():
    for row in rows:
        equal((row["xip.checksum.status"].split(",")[0],
               row["udp.checksum.status"].split(",")[0] or "1"), ("1", "1"),
              row["frame.comment"])


@check("time of day, rising, from a clock of nanoseconds")
def times():
    stamps = [float(row["frame.time_epoch"]) for row in rows]
    equal(stamps, sorted(stamps), "order")
    if not began - 0.1 <= stamps[0] <= stamps[-1] <= ended + 0.1:
        raise AssertionError("%r not in %r" % (stamps, (began, ended)))
    equal({len(row["frame.time_epoch"].split(".")[1]) for row in rows}, {9},
          "digits")


def comment(row, *parts):
    """The comment's parts; one that ends in a space has something behind."""
    got = row["frame.comment"].split("; ")
    equal(len(got), len(parts), "parts of " + row["frame.comment"])
    for one, want in zip(got, parts):
        if not (one.startswith(want) if want.endswith(" ")
                else one.endswith(want) if want.startswith(" ")
                else one == want):
            raise AssertionError("%r: not %r" % (row["frame.comment"], want))


@check("comments: number, function, connection, translation, end")
def comments():
    there = frames(udp__payload=b"there".hex())
    number = there[0]["frame.comment"].split()[0]
    nat = "NAT source %s:5000 > %s:7000 -> %s:5000 > %s:7000" % (
        CLIENT, SERVER, GATE, SERVER)
    comment(there[0], number + " xneigh_output")
    comment(there[1], number + " xip_rcv", "connection ")
    comment(there[2], number + " xneigh_output", "connection ", nat)
    comment(there[3], number + " xip_rcv", "delivered")
    equal({r["frame.comment"].split("; ")[1].split()[2] for r in there[1:3]},
          {"NEW"}, "state")
    back = frames(udp__payload=b"back".hex())
    comment(back[2], " xneigh_output", "connection ",
            "NAT destination %s:7000 > %s:5000 -> %s:7000 > %s:5000" % (
                SERVER, GATE, SERVER, CLIENT))
    equal(back[1]["frame.comment"].split()[-1], "ESTABLISHED", "state")


@check("dropped where it arrived: the frame's comment says it, no frame more")
def dropped():
    lost = frames(udp__payload=b"nobody".hex())
    equal(len(lost), 4, "frames")
    comment(lost[3], " xip_rcv", "dropped: NoSocket in xudp_no_port")


@check("dropped before it reached a device: a frame of its own")
def forbidden():
    lost = frames(udp__payload=b"forbidden".hex())
    equal(steps(lost), [(place(client, "c0"), NOWHERE)], "frames")
    got = lost[0]["frame.comment"].split("; ")
    equal((got[0][0], got[1].split(" in ")[0], len(got)),
          ("#", "dropped: FilterOutput", 2), "comment")


@check("MATCH chooses journeys: the ICMP error is not among them")
def match():
    equal(frames(xicmp__type=""), rows, "frames of XUDP")
    equal(len(rows), 13, "frames")


@check("fragments: each names its datagram, and tshark puts them together")
def fragments():
    parts = [row["frame.comment"].split("; ")[0].split() for row in big
             if row["frame.len"] == row["frame.cap_len"]]
    equal(len(parts), 12, "frames")
    equal({tuple(p[1:3]) for p in parts}, {("fragment", "of")}, "what they are")
    equal(len({p[3] for p in parts}), 1, "datagrams")
    equal(len({p[0] for p in parts}), 6, "fragments")
    equal([r["xip.reassembled.length"] for r in big
           if r["xip.reassembled.length"]] != [], True, "reassembled")
    equal([row["frame.comment"].count("NAT source") for row in big
           if row["frame.interface_name"] == place(router, "r1")], [1] * 3,
          "translation")


@check("longer than an event can hold: cut, with the length that it had")
def cut():
    equal([(r["frame.len"], r["frame.cap_len"]) for r in big
           if r["frame.len"] != r["frame.cap_len"]],
          [(str(20 + 9028), str(20 + 3800))] * 2, "lengths")


@check("an interface for each device that has a frame; nothing is a file, too")
def form():
    for name, lo in (("one", []), ("two", [place(client, "lo")])):
        wanted = [place(globals()[ns], dev) for ns, dev, _ in WAY] + lo
        # behind type, length, link type and snap length: if_name
        got = [data[20:].split(b"\0")[0].decode()
               for kind, data in blocks(name) if kind == INTERFACE]
        equal(got, wanted, "interfaces of " + name)
    equal((count("empty", SECTION), len(blocks("empty"))), (1, 1), "blocks")


@check("a file that cannot be: said before the command runs, nothing is left")
def unwritable():
    for path in ("/nonexistent/x", work.name):
        done = subprocess.run(["xip", "trace", "--pcap", path, "--", "echo",
                               "ran"], text=True, check=False,
                              capture_output=True)
        equal((done.returncode, done.stdout), (2, ""), path)
        if "cannot write" not in done.stderr:
            raise AssertionError(done.stderr)
    equal(sorted(os.listdir(work.name)), ["all", "empty", "one", "two"],
          "files")
    full = subprocess.run(["xip", "trace", "--pcap", "/dev/full", "--",
                           "true"], text=True, check=False,
                          capture_output=True)
    equal((full.returncode, "No space" in full.stderr), (2, True), full.stderr)


if __name__ == "__main__":
    ktap.run(setup)
