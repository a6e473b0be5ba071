# SPDX-License-Identifier: GPL-2.0
"""A wire whose other end is the test: a tap device.

	  namespace                         this process
	  XIP ── tap device ──────────────── Tap.send(), Tap.frames()

A frame that is written has gone through the stack when write(2) returns, and
so have its answers: they wait to be read. To be sure of that without waiting,
Tap.exchange() sends an echo request behind the frame and reads up to its
reply: what lies before it is all that the frame provoked.
"""
import fcntl
import os
import select
import struct
import time

from xlab import SLOW, Delta, equal
from xinet_scapy import (ETH_P_XARP, ETH_P_XIP, XARP, XICMP, XIP, XUDP, Ether,
                         inet_checksum)

IFF_TAP = 0x0002
IFF_NO_PI = 0x1000
IFF_VNET_HDR = 0x4000
IFF_NAPI = 0x0010
IFF_NAPI_FRAGS = 0x0020
TUNSETIFF = 0x400454ca

HOST_MAC = "02:00:00:00:00:01"
PEER_MAC = "02:00:00:00:00:02"
BCAST_MAC = "ff:ff:ff:ff:ff:ff"
HOST = "10.9.0.1"
PEER = "10.9.0.2"
OURS = (struct.pack("!H", ETH_P_XIP), struct.pack("!H", ETH_P_XARP))
FENCE = b"\xfe\xcc"


class Tap:
    """A tap device in a namespace, with addresses of the family on it."""

    def __init__(self, ns, dev="t0", mac=HOST_MAC, addr=HOST, peer=PEER,
                 flags=0, peer_mac=PEER_MAC):
        self.ns, self.dev, self.mac = ns, dev, mac
        self.addr, self.peer, self.peer_mac = addr, peer, peer_mac
        self.head = bytes(10) if flags & IFF_VNET_HDR else b""
        self.count = 0
        self.fence_head = None
        with ns:
            self.fd = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
            fcntl.ioctl(self.fd, TUNSETIFF,
                        struct.pack("16sH22x", dev.encode(),
                                    IFF_TAP | IFF_NO_PI | flags))
        ns.ip("link set %s address %s up" % (dev, mac))
        if addr:
            ns.xip("addr add %s/24 dev %s" % (addr, dev))
        if peer:
            ns.xip("neigh replace %s lladdr %s dev %s nud permanent" %
                   (peer, peer_mac, dev))
        self.frames()

    @classmethod
    def second(cls, ns, flags=0, addr="10.8.0.1", peer="10.8.0.2"):
        """Another link of the same host: t1, with a peer of its own."""
        return cls(ns, "t1", "02:00:00:00:01:01", addr, peer, flags,
                   "02:00:00:00:01:02")

    def ether(self, **fields):
        """A link header from the peer to the host."""
        return Ether(**{"src": self.peer_mac, "dst": self.mac, **fields})

    def xip(self, **fields):
        """Link and XIP header from the peer to the host."""
        return self.ether() / XIP(**{"src": self.peer, "dst": self.addr,
                                     **fields})

    def send(self, frame, head=None):
        """Let a frame come in; @head is the virtio_net_hdr, if there is one."""
        os.write(self.fd, (self.head if head is None else head) + bytes(frame))

    def read(self):
        """One frame that went out, as bytes, or None."""
        try:
            return os.read(self.fd, 70000)[len(self.head):]
        except BlockingIOError:
            return None

    def frames(self, kind=None):
        """All frames of ours that went out, parsed."""
        found = []
        while True:
            frame = self.read()
            if frame is None:
                return found
            if frame[12:14] in OURS:
                frame = Ether(frame)
                if kind is None or kind in frame:
                    found.append(frame)

    def wait_raw(self, seconds=5.0):
        """The next frame of ours that goes out, as bytes."""
        deadline = time.monotonic() + seconds * SLOW
        while True:
            frame = self.read()
            if frame is not None and frame[12:14] in OURS:
                return frame
            left = deadline - time.monotonic()
            if frame is None and (left < 0 or not
                                  select.select([self.fd], [], [], left)[0]):
                raise AssertionError("no frame came")

    def wait(self, kind=None, seconds=5.0):
        """The next frame of ours that goes out, parsed."""
        while True:
            frame = Ether(self.wait_raw(seconds))
            if kind is None or kind in frame:
                return frame

    def _fence_request(self, word):
        """An echo request as bytes: scapy takes its time."""
        icmp = b"\x08\0\0\0" + word
        icmp = icmp[:2] + struct.pack("!H", inet_checksum(icmp)) + word
        return self.fence_head + icmp

    def fence(self):
        """All frames of ours that went out before now."""
        if not self.fence_head:
            self.fence_head = bytes(self.xip(proto=1, len=28))
        self.count = (self.count + 1) & 0xffff
        word = FENCE + struct.pack("!H", self.count)
        self.send(self._fence_request(word))
        found = []
        while True:
            frame = self.wait_raw()
            if frame[23] == 1 and frame[34:36] == b"\0\0" and \
                    frame[38:42] == word:
                return [Ether(raw) for raw in found]
            found.append(frame)

    def exchange(self, *frames):
        """Let frames come in, return the frames of ours that they cause."""
        for frame in frames:
            self.send(frame)
        return self.fence()

    def tell(self, quote, kind, code, word=bytes(4), **fields):
        """An ICMP error about a packet comes in, and provokes nothing."""
        equal(self.exchange(self.xip(proto=1, **fields) /
                            XICMP(type=kind, code=code, rest=word) / quote),
              [], "answers")

    def udp(self, data=b"", sport=4000, dport=7, **fields):
        """A datagram from the peer to the host's listening port."""
        return self.xip(proto=17, **fields) / XUDP(sport=sport,
                                                   dport=dport) / data


def too_big(packet):
    """The packet as if 1,400 bytes long: fragmentation needed is believed
    only of what is larger than the MTU it names."""
    return packet[:2] + (1400).to_bytes(2, "big") + packet[4:]


def drops(tap, frame, causes, also=(), sock=None):
    """
    A frame must end for the causes given ({"column": rise}), with no frame
    going out for it and nothing for a socket. @also names further counters
    that have to rise by one.
    """
    delta = Delta(tap.ns)
    equal([f.summary() for f in tap.exchange(frame)], [], "answers")
    equal(delta.drops(), causes, "drop counters")
    for name in also:
        equal(delta.get(name), 1, name)
    if sock:
        equal(sock.pending(), [], "datagrams delivered")


def calm(ns):
    """No limits on ICMP errors, so that each test sees what it causes."""
    ns.sysctl(icmp_ratelimit=0, icmp_msgs_per_sec=1000000,
              icmp_msgs_burst=1000000)


__all__ = ["Tap", "drops", "calm", "HOST", "PEER", "HOST_MAC", "PEER_MAC",
           "BCAST_MAC", "XIP", "XUDP", "XICMP", "XARP", "Ether",
           "IFF_VNET_HDR", "IFF_NAPI", "IFF_NAPI_FRAGS"]
