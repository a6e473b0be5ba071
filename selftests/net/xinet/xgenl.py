# SPDX-License-Identifier: GPL-2.0
"""Generic netlink by hand: requests byte by byte, so that each can be wrong."""
import errno
import socket
import struct

import xlab
from xlab import SLOW

SOL_NETLINK, ADD_MEMBERSHIP, CAP_ACK, EXT_ACK, STRICT = 270, 1, 10, 11, 12
REQUEST, ACK, DUMP = 1, 4, 0x300
ERROR, DONE = 2, 3
NESTED = 0x8000


def attr(kind, data=b""):
    """One attribute, padded; a list of attributes makes a nest."""
    if isinstance(data, list):
        kind, data = kind | NESTED, b"".join(data)
    head = struct.pack("=HH", 4 + len(data), kind)
    return head + data + bytes(-len(data) % 4)


def u8(kind, value):
    return attr(kind, struct.pack("=B", value))


def u16(kind, value):
    return attr(kind, struct.pack("=H", value))


def u32(kind, value):
    return attr(kind, struct.pack("=I", value))


def attributes(data):
    """{type: payload}, whether it is a nest or not."""
    return {kind & ~NESTED: body
            for kind, body in xlab.attributes(data).items()}


class Nl:
    """A socket of generic netlink, and the family's numbers."""

    def __init__(self, where):
        with where:
            self.sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 16)
        for option in (CAP_ACK, EXT_ACK, STRICT):
            self.sock.setsockopt(SOL_NETLINK, option, 1)
        self.sock.settimeout(10 * SLOW)
        self.seq = 0
        found = attributes(self.ask(3, attr(2, b"xinet\0"), kind=16)[2][0])
        self.family = struct.unpack("=H", found[1])[0]
        self.groups = {}
        for group in attributes(found[7]).values():
            parts = attributes(group)
            self.groups[parts[1].rstrip(b"\0").decode()] = \
                struct.unpack("=I", parts[2])[0]

    def send(self, cmd, data=b"", flags=ACK, kind=None, version=1, reserved=0):
        self.seq += 1
        body = struct.pack("=BBH", cmd, version, reserved) + data
        self.sock.send(struct.pack(
            "=IHHII", 16 + len(body), self.family if kind is None else kind,
            REQUEST | flags, self.seq, 0) + body)

    def ask(self, cmd, data=b"", flags=ACK, **words):
        """(errno's name or 0, the reason, [attributes of each answer])."""
        self.send(cmd, data, flags, **words)
        found = []
        while True:
            heap = self.sock.recv(1 << 16)
            while heap:
                length, kind, _, seq = struct.unpack_from("=IHHI", heap)
                body, heap = heap[16:length], heap[(length + 3) & ~3:]
                if seq != self.seq:
                    continue
                if kind not in (ERROR, DONE):
                    found.append(body[4:])
                    continue
                code = -struct.unpack_from("=i", body)[0]
                # behind the header of the request, of an error
                tail = attributes(body[20 if kind == ERROR else 4:]) \
                    if len(body) > 20 or kind == DONE else {}
                text = tail.get(1, b"").rstrip(b"\0").decode()
                return errno.errorcode.get(code, code), text, found

    def close(self):
        self.sock.close()
