# SPDX-License-Identifier: GPL-2.0
"""TCP segments over XIP, and a tracked connection to send them through.

	client 10.9.0.2 ── t0 ┌────────┐ t1 ── server 10.9.1.2
	                      │ router │ tracks
	                      └────────┘

Both ends are this process. Segments are packed here, word by word (RFC 9293
section 3.1): neither scapy nor the module has a say in what they are.
"""
import re
import struct

from xlab import equal
from xwire import Tap, calm
from xinet_scapy import inet_checksum, pseudo_header

CLIENT, SERVER = "10.9.0.2", "10.9.1.2"
FLAGS = {"F": 1, "S": 2, "R": 4, "P": 8, "A": 16, "U": 32}
NOP, SACK_OK = b"\1", b"\4\2"


def scale(bits):
    """The option that offers a window scale."""
    return b"\1\3\3" + bytes([bits])


def addr(text):
    """An address as bytes."""
    return bytes(int(part) for part in text.split("."))


def segment(src, dst, sport, dport, flags, seq=0, ack=0, win=1000, data=b"",
            options=b"", doff=None, check=None):
    """A segment as bytes; None is computed."""
    options += b"\0" * (-len(options) % 4)
    if doff is None:
        doff = 5 + len(options) // 4
    bits = sum(FLAGS[flag] for flag in flags)
    head = struct.pack("!HHIIBBHHH", sport, dport, seq & 0xffffffff,
                       ack & 0xffffffff, doff << 4, bits, win, check or 0, 0)
    raw = head + options + data
    if check is None:
        value = inet_checksum(pseudo_header(addr(src), addr(dst), 6,
                                            len(raw)) + raw)
        raw = raw[:16] + struct.pack("!H", value) + raw[18:]
    return raw


def packet(src, dst, payload, proto=6, ident=1, frag=0):
    """An XIP packet as bytes."""
    head = struct.pack("!BBHHHBBH4s4s", 0xe5, 0, 20 + len(payload), ident,
                       frag, 64, proto, 0, addr(src), addr(dst))
    return head[:10] + struct.pack("!H", inet_checksum(head)) + head[12:] + \
        payload


class Router:
    """The router with a tap on each side."""

    def __init__(self, ns):
        self.ns = ns
        self.taps = (Tap(ns, dev="t0", addr="10.9.0.1", peer=CLIENT),
                     Tap(ns, dev="t1", mac="02:00:00:00:01:01",
                         addr="10.9.1.1", peer=SERVER,
                         peer_mac="02:00:00:00:01:02"))
        self.heads = [bytes.fromhex((tap.mac + tap.peer_mac).replace(":", ""))
                      + b"\x88\xb5" for tap in self.taps]
        calm(ns)
        ns.sysctl(forwarding=1, nf_conntrack_acct=1, nf_conntrack_always=1)
        with ns:
            self.file = open("/proc/thread-self/net/xinet/conntrack",
                             encoding="ascii")

    def send(self, side, raw):
        """A packet comes in at a side; what leaves at the other."""
        self.taps[side].send(self.heads[side] + raw)
        while True:
            frame = self.taps[not side].read()
            if frame is None or frame[12:14] == b"\x88\xb5":
                return frame and frame[14:]

    def lines(self):
        """The records, as they stand in the file."""
        self.file.seek(0)
        return self.file.read().splitlines()

    def record(self, sport, dport=80):
        """One record: {"state", "timeout", "status", "packets"}, or None."""
        want = " sport=%d dport=%d " % (sport, dport)
        found = [line for line in self.lines()
                 if line.split()[2] == "tcp" and
                 want in line[:line.index("packets=")]]
        if not found:
            return None
        equal(len(found), 1, "records of port %d" % sport)
        words = found[0].split()
        return {"timeout": int(words[4]), "state": words[5],
                "status": set(re.findall(r"\[(\w+)\]", found[0])),
                "packets": sum(map(int, re.findall(r"packets=(\d+)",
                                                   found[0])))}


class Conn:
    """A connection: what each end says next follows from what was said."""

    port = 20000

    def __init__(self, router, isn=(1000, 5000)):
        Conn.port += 1
        self.router, self.port = router, Conn.port
        self.next = list(isn)
        self.count = 0

    def say(self, side, flags, seq=0, ack=0, length=0, win=1000, options=b"",
            forged=False, **fields):
        """
        One end (0: the client) sends. @seq and @ack are off what would come
        next; unless it is @forged, its numbers go on from there.
        """
        at = self.next[side] + seq
        if not forged:
            self.next[side] = at + length + ("S" in flags) + ("F" in flags)
        ends = ((CLIENT, SERVER, self.port, 80),
                (SERVER, CLIENT, 80, self.port))[side]
        raw = segment(*ends, flags, at,
                      self.next[not side] + ack if "A" in flags else 0,
                      win, bytes(length), options, **fields)
        out = self.router.send(side, packet(ends[0], ends[1], raw))
        equal(out and out[20:], raw, "what leaves the router")

    def record(self):
        """Its record, or None."""
        return self.router.record(self.port)

    def move(self, who, flags, verdict, state, **fields):
        """
        A segment, and what the tracker must make of it: "ok" counts it as the
        connection's, "invalid" does not.
        """
        self.say("cs".index(who), flags, **fields)
        found = self.record()
        if state is None:
            equal(found, None, "record after %s %s" % (who, flags))
            return None
        if found is None:
            raise AssertionError("no record after %s %s" % (who, flags))
        self.count += verdict == "ok"
        equal((found["state"], found["packets"]), (state, self.count),
              "state and packets after %s %s %s" % (who, flags, fields))
        return found

    def open(self, **fields):
        """To ESTABLISHED and ASSURED."""
        self.say(0, "S", **fields)
        self.say(1, "SA", **fields)
        self.say(0, "A")
        self.say(1, "A")
        self.count = 4
        return self
