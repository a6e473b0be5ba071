# SPDX-License-Identifier: GPL-2.0
"""XIP, XARP and what rides on XIP as scapy layers.

The independent peer of the tests: written from the formats (RFC 791, 768,
792, 826 with the family's numbers), not from the module, so that an error in
the one is not hidden by the same error in the other. Every field can be set to
nonsense; what is left None is computed.
"""
import logging
import struct
import sys

# scapy would load OpenSSL's bindings for its layers of TLS and IPsec, which
# takes longer than all the rest of it
sys.modules.setdefault("cryptography", None)
logging.getLogger("scapy").setLevel(logging.ERROR)
# pylint: disable=wrong-import-position
from scapy.packet import Packet, Raw, bind_layers          # noqa: E402
from scapy.fields import (BitField, ByteEnumField, ByteField,  # noqa: E402
                          IPField, MACField, ShortEnumField, ShortField,
                          StrFixedLenField, StrLenField, XShortField)

ETH_P_XIP = 0x88b5
ETH_P_XARP = 0x88b6
XICMP_PROTO = 1
XUDP_PROTO = 17


def inet_checksum(data):
    """RFC 1071: the one's complement sum of 16-bit words, complemented."""
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while total > 0xffff:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def pseudo_header(src, dst, proto, length):
    """What a transport's checksum covers beside its own bytes (RFC 768)."""
    return src + dst + struct.pack("!BBH", 0, proto, length)


def _put16(data, offset, value):
    return data[:offset] + struct.pack("!H", value) + data[offset + 2:]


class Ether(Packet):
    """An Ethernet header; scapy.layers.l2 would look for devices first."""
    name = "Ether"
    fields_desc = [
        MACField("dst", "ff:ff:ff:ff:ff:ff"),
        MACField("src", "00:00:00:00:00:00"),
        XShortField("type", 0),
    ]


class XIP(Packet):
    """An XIP packet: IPv4's header layout with version 14."""
    name = "XIP"
    fields_desc = [
        BitField("version", 14, 4),
        BitField("ihl", None, 4),
        ByteField("tos", 0),
        ShortField("len", None),
        ShortField("id", 0),
        BitField("flags", 0, 3),            # reserved, DF, MF
        BitField("frag", 0, 13),            # in units of eight bytes
        ByteField("ttl", 64),
        ByteEnumField("proto", 0, {1: "xicmp", 6: "xtcp", 17: "xudp"}),
        XShortField("chksum", None),
        IPField("src", "0.0.0.0"),
        IPField("dst", "0.0.0.0"),
        StrLenField("options", b"",
                    length_from=lambda p: max(0, p.ihl * 4 - 20)),
    ]

    def post_build(self, pkt, pay):
        pkt += b"\0" * (-len(self.options) % 4)
        if self.ihl is None:
            pkt = bytes([pkt[0] & 0xf0 | len(pkt) // 4]) + pkt[1:]
        if self.len is None:
            pkt = _put16(pkt, 2, len(pkt) + len(pay))
        if self.chksum is None:
            pkt = _put16(pkt, 10, inet_checksum(pkt))
        return pkt + pay

    def extract_padding(self, s):
        length = self.len - self.ihl * 4
        return s[:length], s[length:]

    def answers(self, other):
        return isinstance(other, XIP) and self.src == other.dst


class XUDP(Packet):
    """A UDP datagram over XIP."""
    name = "XUDP"
    fields_desc = [
        ShortField("sport", 0),
        ShortField("dport", 0),
        ShortField("len", None),
        XShortField("chksum", None),
    ]

    def post_build(self, pkt, pay):
        if self.len is None:
            pkt = _put16(pkt, 4, len(pkt) + len(pay))
        if self.chksum is None:
            pkt = _put16(pkt, 6, self.sum_over(pkt + pay) or 0xffff)
        return pkt + pay

    def sum_over(self, data):
        """The checksum of @data under the XIP header that carries it."""
        below = self.underlayer
        if below is None:
            return inet_checksum(data)
        src = IPField("a", None).i2m(below, below.src)
        dst = IPField("a", None).i2m(below, below.dst)
        return inet_checksum(pseudo_header(src, dst, XUDP_PROTO, len(data)) +
                             data)


class XICMP(Packet):
    """An ICMP message over XIP; rest is its second word."""
    name = "XICMP"
    fields_desc = [
        ByteField("type", 8),
        ByteField("code", 0),
        XShortField("chksum", None),
        StrFixedLenField("rest", b"\0\0\0\0", 4),
    ]

    def post_build(self, pkt, pay):
        if self.chksum is None:
            pkt = _put16(pkt, 2, inet_checksum(pkt + pay))
        return pkt + pay


class XARP(Packet):
    """An XARP packet: RFC 826 for Ethernet and XIP."""
    name = "XARP"
    fields_desc = [
        XShortField("hrd", 1),
        XShortField("pro", ETH_P_XIP),
        ByteField("hln", 6),
        ByteField("pln", 4),
        ShortEnumField("op", 1, {1: "request", 2: "reply"}),
        MACField("sha", "00:00:00:00:00:00"),
        IPField("spa", "0.0.0.0"),
        MACField("tha", "00:00:00:00:00:00"),
        IPField("tpa", "0.0.0.0"),
    ]

    def extract_padding(self, s):
        return b"", s


bind_layers(Ether, XIP, type=ETH_P_XIP)
bind_layers(Ether, XARP, type=ETH_P_XARP)
bind_layers(XIP, XICMP, proto=XICMP_PROTO, frag=0)
bind_layers(XIP, XUDP, proto=XUDP_PROTO, frag=0)


def option(kind, *rest):
    """One option: type, length, then bytes."""
    return bytes([kind, len(rest) + 2, *rest])


__all__ = ["Ether", "Raw", "XIP", "XUDP", "XICMP", "XARP", "ETH_P_XIP",
           "ETH_P_XARP", "inet_checksum", "pseudo_header", "option"]
