# SPDX-License-Identifier: GPL-2.0
"""XIP, XARP and what rides on XIP as scapy layers: the formats alone.

Written from the formats (RFC 791, 768, 792, 826, 9293 with the family's
numbers), not from the module, so that an error in the one is not hidden by the
same error in the other. Every field can be set to nonsense; what is left None
is computed. xinet.py beside it binds the layers to scapy's own Ether; this
file imports no more of scapy than it takes to build a packet, for scapy looks
for devices and routes when it loads all of its layers.
"""
import logging
import struct
import sys

# scapy would load OpenSSL's bindings for its layers of TLS and IPsec, which
# takes longer than all the rest of it
if "scapy.all" not in sys.modules:
    sys.modules.setdefault("cryptography", None)
    logging.getLogger("scapy").setLevel(logging.ERROR)
# pylint: disable=wrong-import-position
from scapy.packet import Packet, Raw, bind_layers          # noqa: E402
from scapy.fields import (BitEnumField, BitField,          # noqa: E402
                          ByteEnumField, ByteField, ConditionalField,
                          FieldLenField, FieldListField, FlagsField, IntField,
                          IPField, MACField, ShortEnumField, ShortField,
                          StrFixedLenField, StrLenField, XShortField)

ETH_P_XIP = 0x88b5
ETH_P_XARP = 0x88b6
XICMP_PROTO, XTCP_PROTO, XUDP_PROTO = 1, 6, 17
PROTOCOLS = {XICMP_PROTO: "xicmp", XTCP_PROTO: "xtcp", XUDP_PROTO: "xudp"}


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


def _raw_addr(text):
    return IPField("a", None).i2m(None, text)


# Options. On the wire they are bytes, and so they are in a packet that was
# taken apart; each of these classes builds one.

OPTIONS = {0: "end", 1: "nop", 7: "record_route", 68: "timestamp",
           131: "loose_source_route", 137: "strict_source_route",
           148: "router_alert"}


class XIPOption(Packet):
    """Any option that has a length."""
    name = "XIP option"
    fields_desc = [
        ByteEnumField("option", 0, OPTIONS),
        FieldLenField("length", None, "value", "B",
                      adjust=lambda _, size: size + 2),
        StrLenField("value", b"", length_from=lambda p: max(0, p.length - 2)),
    ]

    def extract_padding(self, s):
        return b"", s


class XIPOption_EOL(XIPOption):
    """End of the list."""
    name = "XIP option: end"
    fields_desc = [ByteEnumField("option", 0, OPTIONS)]


class XIPOption_NOP(XIPOption):
    """No operation."""
    name = "XIP option: no operation"
    fields_desc = [ByteEnumField("option", 1, OPTIONS)]


class XIPOption_RR(XIPOption):
    """Record Route: routers=["0.0.0.0"] * 9 are nine slots to fill."""
    name = "XIP option: record route"
    fields_desc = [
        ByteEnumField("option", 7, OPTIONS),
        FieldLenField("length", None, "routers", "B",
                      adjust=lambda _, size: size + 3),
        ByteField("pointer", 4),
        FieldListField("routers", [], IPField("", "0.0.0.0"),
                       length_from=lambda p: max(0, p.length - 3)),
    ]

    def taken(self):
        """The addresses that stand there already."""
        return self.routers[:max(0, self.pointer - 4) // 4]


class XIPOption_LSRR(XIPOption_RR):
    """Loose source route; the module drops packets that have one."""
    name = "XIP option: loose source route"
    fields_desc = [ByteEnumField("option", 131, OPTIONS),
                   *XIPOption_RR.fields_desc[1:]]


class XIPOption_SSRR(XIPOption_RR):
    """Strict source route; the module drops packets that have one."""
    name = "XIP option: strict source route"
    fields_desc = [ByteEnumField("option", 137, OPTIONS),
                   *XIPOption_RR.fields_desc[1:]]


class XIPOption_TS(XIPOption):
    """Timestamp; data are words: times, or addresses (as int) and times."""
    name = "XIP option: timestamp"
    fields_desc = [
        ByteEnumField("option", 68, OPTIONS),
        FieldLenField("length", None, "data", "B",
                      adjust=lambda _, size: size + 4),
        ByteField("pointer", 5),
        BitField("overflow", 0, 4),
        BitEnumField("flag", 0, 4, {0: "times", 1: "addresses and times",
                                    3: "times of given addresses"}),
        FieldListField("data", [], IntField("", 0),
                       length_from=lambda p: max(0, p.length - 4)),
    ]


class XIPOption_RA(XIPOption):
    """Router Alert (RFC 2113)."""
    name = "XIP option: router alert"
    fields_desc = [ByteEnumField("option", 148, OPTIONS),
                   ByteField("length", 4), ShortField("alert", 0)]


_OPTION_CLASS = {7: XIPOption_RR, 68: XIPOption_TS, 131: XIPOption_LSRR,
                 137: XIPOption_SSRR, 148: XIPOption_RA}
_OPTION_HEAD = {7: 3, 68: 4, 131: 3, 137: 3, 148: 4}


def _one_option(data):
    """The option that data begins with, and how long it is."""
    if data[0] in (0, 1):
        return (XIPOption_EOL, XIPOption_NOP)[data[0]](data[:1]), 1
    size = data[1] if len(data) > 1 else 0
    if size < 2 or size > len(data):
        return Raw(data), len(data)
    cls = _OPTION_CLASS.get(data[0], XIPOption)
    head = _OPTION_HEAD.get(data[0], 2)
    if size < head or (size - head) % 4 and cls is not XIPOption:
        cls = XIPOption
    return cls(data[:size]), size


def parse_options(data):
    """A list of options from their bytes; what is none comes as Raw."""
    found = []
    while data:
        one, size = _one_option(data)
        found.append(one)
        data = data[size:]
        if isinstance(one, XIPOption_EOL):
            break
    return found


class OptionsField(StrLenField):
    """Options as bytes; a packet or a list of packets and bytes will do."""

    def any2i(self, pkt, x):
        if isinstance(x, (list, tuple)):
            return b"".join(bytes(part) for part in x)
        return bytes(x) if isinstance(x, Packet) else super().any2i(pkt, x)

    def i2repr(self, pkt, x):
        return "[%s]" % ", ".join(repr(one) for one in parse_options(x or b""))


class XEther(Packet):
    """An Ethernet header, for who does not want scapy.layers.l2."""
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
        FlagsField("flags", 0, 3, ["MF", "DF", "reserved"]),
        BitField("frag", 0, 13),            # in units of eight bytes
        ByteField("ttl", 64),
        ByteEnumField("proto", 0, PROTOCOLS),
        XShortField("chksum", None),
        IPField("src", "0.0.0.0"),
        IPField("dst", "0.0.0.0"),
        OptionsField("options", b"",
                     length_from=lambda p: max(0, p.ihl * 4 - 20)),
    ]

    def post_build(self, pkt, pay):
        pkt += b"\0" * (-len(pkt) % 4)
        if self.ihl is None:
            pkt = bytes([pkt[0] & 0xf0 | len(pkt) // 4 & 15]) + pkt[1:]
        if self.len is None:
            pkt = _put16(pkt, 2, len(pkt) + len(pay) & 0xffff)
        if self.chksum is None:
            pkt = _put16(pkt, 10, inet_checksum(pkt))
        return pkt + pay

    def extract_padding(self, s):
        length = max(0, self.len - self.ihl * 4)
        return s[:length], s[length:]

    def option_list(self):
        """Its options as packets."""
        return parse_options(self.options)

    def hashret(self):
        """What a question and its answer have in common; an error may be one,
        so that is nothing but the family."""
        return struct.pack("!H", ETH_P_XIP)

    def answers(self, other):
        """Is it the reply to other, or an error about it?"""
        if not isinstance(other, XIP):
            return 0
        if isinstance(self.payload, XICMP) and \
                isinstance(self.payload.payload, XIPerror):
            quote = self.payload.payload
            return (quote.src, quote.dst, quote.id, quote.proto) == \
                (other.src, other.dst, other.id, other.proto) and \
                quote.payload.answers(other.payload)
        # whoever is asked along with others answers with his own address
        to_many = int(other.dst.split(".")[0]) >= 224
        if self.proto != other.proto or other.src != self.dst or \
                (self.src != other.dst and not to_many):
            return 0
        return self.payload.answers(other.payload)


class XIPerror(XIP):
    """The packet that an XICMP error quotes, as far as it does."""
    name = "XIP in XICMP"

    def extract_padding(self, s):
        return s, None


class _Transport(Packet):
    """What has a checksum over the pseudo-header."""

    proto = 0

    def sum_over(self, data):
        """The checksum of @data under the XIP header that carries it."""
        below = self.underlayer
        if not isinstance(below, XIP):
            return inet_checksum(data)
        return inet_checksum(pseudo_header(
            _raw_addr(below.src), _raw_addr(below.dst), self.proto,
            len(data)) + data)

    def _is_reply(self, other):
        return isinstance(other, type(self)) and \
            (self.sport, self.dport) == (other.dport, other.sport)


class XUDP(_Transport):
    """A UDP datagram over XIP."""
    name = "XUDP"
    proto = XUDP_PROTO
    fields_desc = [
        ShortField("sport", 0),
        ShortField("dport", 0),
        ShortField("len", None),
        XShortField("chksum", None),
    ]

    def post_build(self, pkt, pay):
        if self.len is None:
            pkt = _put16(pkt, 4, len(pkt) + len(pay) & 0xffff)
        if self.chksum is None:
            pkt = _put16(pkt, 6, self.sum_over(pkt + pay) or 0xffff)
        return pkt + pay

    def answers(self, other):
        return self._is_reply(other)


class XUDPerror(XUDP):
    """The UDP header that an XICMP error quotes."""
    name = "XUDP in XICMP"

    def answers(self, other):
        return isinstance(other, XUDP) and \
            (self.sport, self.dport) == (other.sport, other.dport)


class XTCP(_Transport):
    """A TCP segment over XIP; options are bytes."""
    name = "XTCP"
    proto = XTCP_PROTO
    fields_desc = [
        ShortField("sport", 0),
        ShortField("dport", 0),
        IntField("seq", 0),
        IntField("ack", 0),
        BitField("dataofs", None, 4),
        BitField("reserved", 0, 4),
        FlagsField("flags", 2, 8, "FSRPAUEC"),
        ShortField("window", 8192),
        XShortField("chksum", None),
        ShortField("urgptr", 0),
        StrLenField("options", b"",
                    length_from=lambda p: max(0, (p.dataofs or 0) * 4 - 20)),
    ]

    def post_build(self, pkt, pay):
        pkt += b"\0" * (-len(pkt) % 4)
        if self.dataofs is None:
            pkt = pkt[:12] + bytes([len(pkt) // 4 << 4 & 0xf0 | pkt[12] & 15]) \
                + pkt[13:]
        if self.chksum is None:
            pkt = _put16(pkt, 16, self.sum_over(pkt + pay))
        return pkt + pay

    def answers(self, other):
        return self._is_reply(other)


class XTCPerror(Packet):
    """What an XICMP error quotes of a TCP segment at the least."""
    name = "XTCP in XICMP"
    fields_desc = [
        ShortField("sport", 0),
        ShortField("dport", 0),
        IntField("seq", 0),
    ]

    def answers(self, other):
        return isinstance(other, XTCP) and \
            (self.sport, self.dport, self.seq) == \
            (other.sport, other.dport, other.seq)


XICMP_TYPES = {
    0: "echo-reply", 3: "dest-unreach", 4: "source-quench", 5: "redirect",
    8: "echo-request", 9: "router-advertisement", 10: "router-solicitation",
    11: "time-exceeded", 12: "parameter-problem", 13: "timestamp-request",
    14: "timestamp-reply", 15: "information-request",
    16: "information-reply", 17: "address-mask-request",
    18: "address-mask-reply",
}
_WITH_ID = (0, 8, 13, 14, 15, 16, 17, 18)
_QUOTING = (3, 4, 5, 11, 12)
_WITH_WORD = _WITH_ID + (3, 5, 12)


def _when(field, *kinds, code=None):
    return ConditionalField(field, lambda p: p.type in kinds and
                            code in (None, p.code))


class XICMP(Packet):
    """An XICMP message; which fields it has is a matter of its type."""
    name = "XICMP"
    fields_desc = [
        ByteEnumField("type", 8, XICMP_TYPES),
        ByteField("code", 0),
        XShortField("chksum", None),
        _when(XShortField("id", 0), *_WITH_ID),
        _when(XShortField("seq", 0), *_WITH_ID),
        _when(IPField("gw", "0.0.0.0"), 5),
        _when(ByteField("ptr", 0), 12),
        _when(StrFixedLenField("unused3", b"\0\0\0", 3), 12),
        _when(ShortField("unused2", 0), 3),
        _when(ShortField("mtu", 0), 3),
        ConditionalField(StrFixedLenField("unused", b"\0\0\0\0", 4),
                         lambda p: p.type not in _WITH_WORD),
        _when(IntField("ts_ori", 0), 13, 14),
        _when(IntField("ts_rx", 0), 13, 14),
        _when(IntField("ts_tx", 0), 13, 14),
        _when(IPField("addr_mask", "0.0.0.0"), 17, 18),
    ]

    def post_build(self, pkt, pay):
        if self.chksum is None:
            pkt = _put16(pkt, 2, inet_checksum(pkt + pay))
        return pkt + pay

    def guess_payload_class(self, payload):
        if self.type in _QUOTING and len(payload) >= 20:
            return XIPerror
        return Raw

    def answers(self, other):
        replies = {8: 0, 13: 14, 15: 16, 17: 18}
        return isinstance(other, XICMP) and \
            replies.get(other.type) == self.type and \
            (self.id, self.seq) == (other.id, other.seq)


class XICMPerror(XICMP):
    """The message that an XICMP error quotes."""
    name = "XICMP in XICMP"

    def answers(self, other):
        return isinstance(other, XICMP) and self.type == other.type and \
            (self.type not in _WITH_ID or
             (self.id, self.seq) == (other.id, other.seq))


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

    def hashret(self):
        return struct.pack("!H", ETH_P_XARP)

    def answers(self, other):
        return isinstance(other, XARP) and other.op == 1 and \
            self.op == 2 and self.spa == other.tpa


def bind_ether(ether):
    """Let a class for link headers know what its payload is."""
    bind_layers(ether, XIP, type=ETH_P_XIP)
    bind_layers(ether, XARP, type=ETH_P_XARP)


# the quote's first: it would inherit the others, and prefer them
bind_layers(XIPerror, XICMPerror, proto=XICMP_PROTO, frag=0)
bind_layers(XIPerror, XTCPerror, proto=XTCP_PROTO, frag=0)
bind_layers(XIPerror, XUDPerror, proto=XUDP_PROTO, frag=0)
bind_layers(XIP, XICMP, proto=XICMP_PROTO, frag=0)
bind_layers(XIP, XTCP, proto=XTCP_PROTO, frag=0)
bind_layers(XIP, XUDP, proto=XUDP_PROTO, frag=0)
bind_ether(XEther)
