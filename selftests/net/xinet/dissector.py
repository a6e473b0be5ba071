#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0
"""What the stack itself puts on the wire, as the plugin for Wireshark has it.

	client ── c0 ── r0 ── router ── r1 ── s0 ── server
	10.1.0.2     10.1.0.1      10.3.0.1     10.3.0.2
	        MTU 1500               MTU 1000

Everything is captured at s0 by AF_PACKET and at r0 by tcpdump; then tshark
reads each capture once. What it says is compared with the bytes as
the tests' own scapy layer takes them apart, and with what the programs did.
"""
import os
import shutil
import signal
import socket
import struct
import subprocess
import tempfile
import time

import ktap
from ktap import check, run
from xlab import (SLOW, XSock, client_router_server, command, equal, need,
                  until)
from xtcp import segment
from xinet_scapy import XARP, XIP, Ether

PLUGIN = os.path.join(os.path.dirname(os.path.realpath(__file__)),
                      "../../../tools/wireshark/xinet.lua")
CLIENT, SERVER = "10.1.0.2", "10.3.0.2"
ETH_P_ALL = 3
IP_TTL, IP_TOS, IP_OPTIONS = 2, 1, 4
BIG = bytes(range(256)) * 15
# what a frame has of ours, beside what it is compared with below
HEADER = ["xip.version", "xip.hdr_len", "xip.dsfield.dscp", "xip.dsfield.ecn",
          "xip.len", "xip.id", "xip.flags.rb", "xip.flags.df", "xip.flags.mf",
          "xip.frag_offset", "xip.ttl", "xip.proto", "xip.checksum",
          "xip.checksum.status", "xip.src", "xip.dst"]
ARP = ["xarp.opcode", "xarp.src.hw_mac", "xarp.src.proto_xip",
       "xarp.dst.hw_mac", "xarp.dst.proto_xip", "xarp.isprobe",
       "xarp.isannouncement"]
MORE = ["frame.number", "udp.srcport", "udp.dstport", "udp.payload",
        "udp.stream", "udp.checksum.status", "tcp.dstport",
        "tcp.checksum.status", "xicmp.type", "xicmp.code", "xicmp.ident",
        "xicmp.resp_in", "xicmp.resp_to", "xicmp.checksum.status",
        "xicmp.mtu", "xicmp.quote.dstport", "xip.opt.type",
        "xip.opt.rr.addr", "xip.reassembled.length", "xip.reassembled_in",
        "xip.padding", "_ws.expert.message"]

client = router = server = None
frames = {}     # device -> bytes of each frame
said = {}       # device -> {field: value} of each frame
work = tempfile.TemporaryDirectory()


def pcap(data, name):
    """A capture of those frames; its path."""
    path = os.path.join(work.name, name)
    with open(path, "wb") as file:
        file.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 262144, 1))
        for i, frame in enumerate(data):
            file.write(struct.pack("<IIII", 0, i, len(frame), len(frame)) +
                       frame)
    return path


def read_pcap(path):
    """The frames of a capture."""
    with open(path, "rb") as file:
        data = file.read()
    found, at = [], 24
    while at + 16 <= len(data):
        size = struct.unpack_from("<I", data, at + 8)[0]
        found.append(data[at + 16:at + 16 + size])
        at += 16 + size
    return found


def tshark(path):
    """[{field: [value, …]}] of each frame; an error of Lua's fails."""
    names = HEADER + ARP + MORE
    words = [word for name in names for word in ("-e", name)]
    done = subprocess.run(
        ["tshark", "-n", "-2", "-X", "lua_script:" + PLUGIN, "-r", path, "-o",
         "udp.check_checksum:TRUE", "-o", "tcp.check_checksum:TRUE", "-T",
         "fields", "-E", "aggregator=;", *words],
        text=True, capture_output=True, check=False,
        env={**os.environ, "HOME": work.name})
    equal((done.returncode, "Lua" in done.stdout + done.stderr), (0, False),
          "tshark: " + done.stderr)
    return [{name: value.split(";")
             for name, value in zip(names, line.split("\t")) if value}
            for line in done.stdout.splitlines()]


def traffic():
    """One of each kind of packet that the three of them can make."""
    srv = server.udp(SERVER, 7)
    cli = client.udp(CLIENT, 4000)
    cli.option(socket.SOL_IP, IP_TOS, 0xb9)
    cli.connect(SERVER, 7)
    cli.send(b"question")
    _, addr, port = srv.recvfrom()
    srv.sendto(b"answer", addr, port)
    equal(cli.recv(), b"answer", "answer")
    # the router cuts it once more
    cli.option(socket.SOL_IP, 10, 0)        # IP_MTU_DISCOVER, DONT
    cli.send(BIG)
    equal(srv.recv(), BIG, "big one")
    lost = client.udp(CLIENT, 4001)
    lost.sendto(b"nobody", SERVER, 9)
    lost.option(socket.SOL_IP, IP_TTL, 1)
    lost.sendto(b"not that far", SERVER, 9)
    lost.option(socket.SOL_IP, IP_TTL, 64)
    lost.option(socket.SOL_IP, 10, 2)       # IP_PMTUDISC_DO
    lost.sendto(bytes(1200), SERVER, 9)
    tcp = client.raw(socket.IPPROTO_TCP)
    tcp.sendto(segment(CLIENT, SERVER, 4002, 80, "S", seq=7), SERVER, 0)
    with client:
        command("xip", "ping", "-c", "1", "-R", SERVER)


def drain(sock, into):
    while True:
        try:
            frame = sock.recv(65536)
        except BlockingIOError:
            return into
        if frame[12:14] in (b"\x88\xb5", b"\x88\xb6"):
            into.append(frame)


def pinged(found):
    """Is the ping's reply, which comes last, among the frames?"""
    return any(frame[23] == 1 and frame[14 + (frame[14] & 15) * 4] == 0
               for frame in found if frame[12:14] == b"\x88\xb5")


def setup():
    global client, router, server
    need()
    if not shutil.which("tshark") or not os.path.exists(PLUGIN):
        ktap.skip("no tshark, or no plugin for it")
    client, router, server = client_router_server()
    for ns, dev in ((client, "c0"), (router, "r0"), (router, "r1"),
                    (server, "s0")):
        with ns:
            command("ethtool", "-K", dev, "tx", "off")
    router.ip("link set r1 mtu 1000")
    frames["s0"] = []
    tap = server.packet("s0", ETH_P_ALL)
    path = os.path.join(work.name, "r0.pcap")
    with router:
        dump = subprocess.Popen(["tcpdump", "-n", "-U", "-Z", "root", "-i",
                                 "r0", "-w", path, "ether proto 0x88b5 or "
                                 "ether proto 0x88b6"],
                                stderr=subprocess.PIPE, text=True)
    for line in dump.stderr:
        if "listening" in line:
            break
    # announced again, now that somebody listens
    client.xip("addr del 10.1.0.2/24 dev c0", "addr add 10.1.0.2/24 dev c0",
               "route replace default via 10.1.0.1")
    traffic()
    until(lambda: pinged(drain(tap, frames["s0"])), "the reply at s0")
    until(lambda: pinged(read_pcap(path)), "the reply at r0")
    dump.send_signal(signal.SIGINT)
    dump.wait()
    frames["r0"] = read_pcap(path)
    for dev, data in frames.items():
        said[dev] = tshark(path if dev == "r0" else pcap(data, dev + ".pcap"))


def rows_of(dev):
    """(scapy's packet, what tshark says) for each frame."""
    equal(len(said[dev]), len(frames[dev]), "frames of " + dev)
    return [(Ether(frame), row) for frame, row in zip(frames[dev], said[dev])]


def one(dev, what, **want):
    """The row that has those values; there is exactly one."""
    want = {name.replace("__", "."): [str(value)]
            for name, value in want.items()}
    found = [row for row in said[dev]
             if all(row.get(name) == value for name, value in want.items())]
    equal(len(found), 1, "%s at %s" % (what, dev))
    return found[0]


def header(p):
    """The values of HEADER, from scapy's packet."""
    flags = int(p.flags)
    return [str(value) for value in (
        p.version, p.ihl * 4, p.tos >> 2, p.tos & 3, p.len, "0x%04x" % p.id,
        flags >> 2, flags >> 1 & 1, flags & 1, p.frag * 8, p.ttl, p.proto,
        "0x%04x" % p.chksum, 1, p.src, p.dst)]


@check("every XIP header, field by field, on two devices")
def headers():
    count = 0
    for dev in frames:
        for frame, row in rows_of(dev):
            if XIP not in frame:
                continue
            # a quote's fields come behind the packet's own
            got = [row[name][0] for name in HEADER]
            equal(got, header(frame[XIP]), "%s: %s" % (dev, frame.summary()))
            count += 1
    if count < 25:
        raise AssertionError("only %d packets" % count)


@check("every XARP packet, field by field, with announcement and probe")
def addresses():
    kinds = set()
    for dev in frames:
        for frame, row in rows_of(dev):
            if XARP not in frame:
                continue
            p = frame[XARP]
            probe = p.op == 1 and p.spa == "0.0.0.0"
            announcement = p.op == 1 and p.spa == p.tpa and not probe
            equal([row[name][0] for name in ARP],
                  [str(p.op), p.sha, p.spa, p.tha, p.tpa, str(int(probe)),
                   str(int(announcement))], dev)
            kinds.add((p.op, announcement))
    equal(kinds, {(1, False), (1, True), (2, False)}, "kinds")


@check("all checksums are right, and nothing is found wrong")
def clean():
    for dev in frames:
        for frame, row in rows_of(dev):
            for name in ("udp", "tcp", "xicmp"):
                equal(row.get(name + ".checksum.status", ["1"]), ["1"],
                      "%s of %s" % (name, frame.summary()))
            said_so = [text for text in row.get("_ws.expert.message", [])
                       if "Connection establish" not in text]
            equal(said_so, [], "%s: %s" % (dev, frame.summary()))


@check("a datagram and its answer are one stream")
def stream():
    for dev in frames:
        ask = one(dev, "question", udp__payload=b"question".hex())
        answer = one(dev, "answer", udp__payload=b"answer".hex())
        equal((ask["udp.srcport"], ask["udp.dstport"], ask["udp.stream"],
               ask["xip.dsfield.dscp"]),
              (["4000"], ["7"], answer["udp.stream"], ["46"]), dev)


@check("fragments that the client cut, and that the router cut again")
def fragments():
    for dev, count in (("r0", 3), ("s0", 5)):
        whole = one(dev, "the datagram", udp__payload=BIG.hex())
        equal(whole["xip.reassembled.length"], [str(len(BIG) + 8)], dev)
        parts = [row for row in said[dev]
                 if row.get("xip.reassembled_in") == whole["frame.number"]]
        equal(len(parts), count - 1, "other fragments at " + dev)


@check("errors, and the ports of what they quote")
def errors():
    for dev, kind, code, port, src in (
            ("r0", 3, 3, 9, SERVER), ("r0", 11, 0, 9, "10.1.0.1"),
            ("s0", 3, 3, 9, SERVER)):
        row = one(dev, "error", xicmp__type=kind, xicmp__code=code)
        equal((row["xicmp.quote.dstport"], row["xip.src"]),
              ([str(port)], [src, CLIENT]), "quote")
    row = one("r0", "fragmentation needed", xicmp__type=3, xicmp__code=4)
    equal(row["xicmp.mtu"], ["1000"], "MTU")


@check("a ping with record route: request and reply name each other, and the "
       "way is there")
def ping():
    for dev, way in (("r0", [CLIENT]), ("s0", [CLIENT, "10.3.0.1"])):
        ask = one(dev, "request", xicmp__type=8)
        answer = one(dev, "reply", xicmp__type=0)
        equal((ask["xicmp.resp_in"], answer["xicmp.resp_to"]),
              (answer["frame.number"], ask["frame.number"]), "each other")
        equal((ask["xip.opt.rr.addr"], answer["xip.opt.rr.addr"][:3]),
              (way, [CLIENT, "10.3.0.1", SERVER]), "way at " + dev)


@check("a segment of TCP")
def tcp():
    for dev in frames:
        equal(one(dev, "segment", tcp__dstport=80)["xip.ttl"],
              ["63" if dev == "s0" else "64"], "TTL at " + dev)


if __name__ == "__main__":
    run(setup)
